// SPDX-License-Identifier: BSD-3-Clause
/*
 * The device models as the machine under the host tests, and its virtual clock.
 *
 * One lock serialises the models, as twin/models/am65x.h asks. Handlers run outside it.
 */
#include "arch/mmio.h"
#include "arch/time.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "twin/models/am65x.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#define ACCESS_NS 50u /* a register access */
#define LOOK_NS   20u /* a look at the clock */

static pthread_mutex_t models_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t now_ns = 1000000;
static uint32_t intid_limit;
static bool is_r5f;
static const struct host_alarms *alarms; /* with the models' lock; NULL: none has been set */
static void (*write_observer)(uintptr_t address, unsigned size, uint64_t value);
static const struct host_registers *registers;
static bool (*plugged_request)(void *context, struct am65x_pcie_request *request);
static void (*plugged_port)(void *context, unsigned controller, unsigned offset, uint32_t value);

static void lock_models(void)
{
    pthread_mutex_lock(&models_lock);
}

static void unlock_models(void)
{
    pthread_mutex_unlock(&models_lock);
}

uint64_t host_now_ns(void)
{
    return __atomic_load_n(&now_ns, __ATOMIC_SEQ_CST);
}

/* ---- what the models ask of their surroundings; called with the lock held ---- */

static void line_changes(void *context, unsigned intid, bool high)
{
    (void)context;
    host_line(intid, high);
}

static void its_message(void *context, uint32_t device_id, uint32_t event_id)
{
    (void)context;
    host_its_message(device_id, event_id);
}

static bool addressable(uint64_t address, size_t size)
{
    if (address < HOST_MEMORY_BASE || size > HOST_MEMORY_SIZE ||
        address - HOST_MEMORY_BASE > HOST_MEMORY_SIZE - size)
        return false;
#if defined(__SANITIZE_ADDRESS__)
    return __asan_region_is_poisoned((void *)(uintptr_t)address, size) == NULL;
#else
    return true;
#endif
}

static bool memory_read(void *context, uint64_t address, void *data, size_t size)
{
    (void)context;
    if (!addressable(address, size))
        return false;
    memcpy(data, (const void *)(uintptr_t)address, size);
    return true;
}

/* A word that is aligned comes at once, as from a bus: cores may look at it meanwhile. */
static bool memory_write(void *context, uint64_t address, const void *data, size_t size)
{
    uint32_t word;

    (void)context;
    if (!addressable(address, size))
        return false;
    if (size == sizeof(word) && address % sizeof(word) == 0) {
        memcpy(&word, data, sizeof(word));
        __atomic_store_n((uint32_t *)(uintptr_t)address, word, __ATOMIC_RELEASE);
        return true;
    }
    memcpy((void *)(uintptr_t)address, data, size);
    return true;
}

static uint64_t now(void *context)
{
    (void)context;
    return host_now_ns();
}

static void uart_transmit(void *context, unsigned uart, uint8_t byte)
{
    (void)context;
    (void)uart;
    if (getenv("HOST_LOG") != NULL)
        fputc(byte, stderr);
}

/* A cable is plugged in; whoever is at its other end has no answer. */
static bool frame_send(void *context, const void *frame, size_t length)
{
    (void)context;
    (void)frame;
    (void)length;
    return true;
}

static void trace(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

void host_plug_in(bool (*request)(void *context, struct am65x_pcie_request *request),
                  void (*port)(void *context, unsigned controller, unsigned offset, uint32_t value))
{
    plugged_request = request;
    plugged_port = port;
}

void host_reset_with(unsigned cores, uint32_t limit)
{
    const struct am65x_environment environment = {
        .pcie_plugged = plugged_request != NULL ? 1 : 0,
        .pcie_request = plugged_request,
        .pcie_port = plugged_port,
        .line = line_changes,
        .its_message = its_message,
        .memory_read = memory_read,
        .memory_write = memory_write,
        .now = now,
        .uart_transmit = uart_transmit,
        .frame_send = frame_send,
        .trace = trace,
    };
    const char *moods = getenv("HOST_MOODS");
    struct am65x_config config = {
        .trace =
            getenv("HOST_TRACE") != NULL ? AM65X_TRACE_IRQ | AM65X_TRACE_SCI | AM65X_TRACE_DMA : 0,
        .intid_limit = limit,
        .moods = moods != NULL ? (uint32_t)strtoul(moods, NULL, 0) : 0,
    };

    write_observer = NULL;
    registers = NULL;
    is_r5f = false;
    host_set_core_count(cores);
    host_reset_interrupts();
    intid_limit = limit;
    lock_models();
    alarms = NULL;
    am65x_reset(&environment, &config);
    unlock_models();
    host_plug_in(NULL, NULL);
}

void host_reset(void)
{
    host_reset_with(4, 256);
}

void host_be_r5f(bool r5f)
{
    is_r5f = r5f;
}

uint32_t host_intid_limit(void)
{
    return intid_limit;
}

/* ---- time ---- */

static void do_what_is_due(void)
{
    while (am65x_next_deadline() <= host_now_ns())
        am65x_advance();
    if (alarms != NULL)
        alarms->raise();
}

uint64_t host_tick(uint64_t ns)
{
    uint64_t time;

    lock_models();
    time = __atomic_add_fetch(&now_ns, ns, __ATOMIC_SEQ_CST);
    do_what_is_due();
    unlock_models();
    host_take_interrupts();
    return time;
}

void host_move_time_to(uint64_t ns)
{
    lock_models();
    if (ns > host_now_ns())
        __atomic_store_n(&now_ns, ns, __ATOMIC_SEQ_CST);
    do_what_is_due();
    unlock_models();
}

void host_change_alarms(const struct host_alarms *set, unsigned core, uint64_t at)
{
    lock_models();
    set->set(core, at, alarms == NULL);
    alarms = set;
    set->raise();
    unlock_models();
}

uint64_t host_next_deadline(void)
{
    uint64_t deadline;

    lock_models();
    deadline = am65x_next_deadline();
    if (alarms != NULL && alarms->next() < deadline)
        deadline = alarms->next();
    unlock_models();
    return deadline;
}

uint64_t time_now_ns(void)
{
    return host_tick(LOOK_NS);
}

/* ---- register accesses ---- */

void host_set_write_observer(void (*observer)(uintptr_t address, unsigned size, uint64_t value))
{
    write_observer = observer;
}

void host_set_registers(const struct host_registers *set)
{
    registers = set;
}

static bool are_registers(uintptr_t address)
{
    return registers != NULL && address - registers->base < registers->size;
}

static void unclaimed(const char *operation, uintptr_t address, unsigned size)
{
    fprintf(stderr, "host: no device model claims the %u-byte %s at 0x%llx\n", size, operation,
            (unsigned long long)address);
    abort();
}

uint64_t host_mmio_read(uintptr_t address, unsigned size)
{
    uint64_t value = 0;
    bool claimed;

    host_tick(ACCESS_NS);
    if (are_registers(address)) {
        value = registers->read(address, size);
        host_take_interrupts();
        return value;
    }
    lock_models();
    claimed = is_r5f ? am65x_r5f_read(0, address, size, &value) : am65x_read(address, size, &value);
    unlock_models();
    if (!claimed)
        unclaimed("read", address, size);
    host_take_interrupts();
    return value;
}

void host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    bool claimed;

    host_tick(ACCESS_NS);
    if (write_observer != NULL)
        write_observer(address, size, value);
    if (are_registers(address)) {
        registers->write(address, size, value);
        host_take_interrupts();
        return;
    }
    lock_models();
    claimed = is_r5f ? am65x_r5f_write(0, address, size, value) : am65x_write(address, size, value);
    unlock_models();
    if (!claimed)
        unclaimed("write", address, size);
    host_take_interrupts();
}
