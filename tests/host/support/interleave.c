// SPDX-License-Identifier: BSD-3-Clause
/*
 * Points of an operation, and what comes in between (tests/host/support/interleave.h). The linker's
 * --wrap leads the calls here.
 */
#include "tests/host/support/interleave.h"

#include "arch/spinlock.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/ti_sci/ti_sci.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What a thread holds; of what comes in between on it, nothing is counted. */
static _Thread_local struct {
    unsigned mutexes, spinlocks;
    bool between;
} held;

static _Thread_local void (*observer)(const struct host_point *point);

static void reach(const char *function, bool returned)
{
    if (observer == NULL || held.between)
        return;

    const struct host_point point = {.function = function,
                                     .returned = returned,
                                     .in_interrupt = host_thread.in_interrupt,
                                     .core = host_thread.core,
                                     .mutexes = held.mutexes,
                                     .spinlocks = held.spinlocks};

    held.between = true;
    observer(&point);
    /* A core that has an interrupt pending does not get on before it has taken it. */
    while (host_take_interrupts()) {
    }
    held.between = false;
}

void host_set_point_observer(void (*new_observer)(const struct host_point *point))
{
    observer = new_observer;
}

void host_take_time_us(uint64_t microseconds)
{
    host_move_time_to(host_now_ns() + microseconds * 1000u);
    host_wake_all();
}

void host_drive_line(unsigned intid, bool high)
{
    host_line(intid, high);
    host_take_interrupts();
}

/* ---- the intruder ---- */

static struct interleave intruder;
static unsigned chosen, passed;
static const char *where = "";

static bool nothing_is_held(const struct host_point *point)
{
    return point->mutexes == 0 && point->spinlocks == 0;
}

static void intrude(const struct host_point *point)
{
    if (!intruder.allowed(point) || ++passed != chosen)
        return;
    where = point->function;
    (intruder.in_interrupt ? host_interrupt_core : host_run_as_core)(intruder.core, intruder.run,
                                                                     intruder.argument);
}

void interleave_begin(const struct interleave *interleave, unsigned at)
{
    intruder = *interleave;
    if (intruder.allowed == NULL)
        intruder.allowed = nothing_is_held;
    chosen = at;
    passed = 0;
    where = "nowhere";
    host_set_point_observer(intrude);
}

bool interleave_end(void)
{
    host_set_point_observer(NULL);
    return passed >= chosen;
}

const char *interleave_where(void)
{
    return where;
}

/* ---- locks and waits ---- */

unsigned long __real_spin_lock(struct spinlock *lock);
unsigned long __wrap_spin_lock(struct spinlock *lock);
unsigned long __wrap_spin_lock(struct spinlock *lock)
{
    reach("spin_lock", false);

    unsigned long state = __real_spin_lock(lock);

    held.spinlocks += held.between ? 0 : 1;
    return state;
}

void __real_spin_unlock(struct spinlock *lock, unsigned long state);
void __wrap_spin_unlock(struct spinlock *lock, unsigned long state);
void __wrap_spin_unlock(struct spinlock *lock, unsigned long state)
{
    held.spinlocks -= held.between ? 0 : 1;
    __real_spin_unlock(lock, state);
    reach("spin_unlock", true);
}

int __real_mutex_lock(struct mutex *mutex);
int __wrap_mutex_lock(struct mutex *mutex);
int __wrap_mutex_lock(struct mutex *mutex)
{
    reach("mutex_lock", false);

    int error = __real_mutex_lock(mutex);

    held.mutexes += error == 0 && !held.between;
    return error;
}

void __real_mutex_unlock(struct mutex *mutex);
void __wrap_mutex_unlock(struct mutex *mutex);
void __wrap_mutex_unlock(struct mutex *mutex)
{
    held.mutexes -= held.between ? 0 : 1;
    __real_mutex_unlock(mutex);
    reach("mutex_unlock", true);
}

int __real_wait_for(wait_condition_t condition, void *argument, uint64_t timeout_us);
int __wrap_wait_for(wait_condition_t condition, void *argument, uint64_t timeout_us);
int __wrap_wait_for(wait_condition_t condition, void *argument, uint64_t timeout_us)
{
    reach("wait_for", false);

    int error = __real_wait_for(condition, argument, timeout_us);

    reach("wait_for", true);
    return error;
}

/* ---- steps that fail ---- */

static struct {
    const char *functions;
    unsigned before, count; /* calls until it fails, and how many fail */
    int error;
    bool done;
} failing;
static unsigned failed_calls, allocations;

void host_fail_calls(const char *functions, unsigned nth, unsigned count, int error, bool done)
{
    failing.functions = functions;
    failing.before = nth - 1;
    failing.count = count;
    failing.error = error;
    failing.done = done;
    failed_calls = 0;
}

unsigned host_failed_calls(void)
{
    return failed_calls;
}

static bool fails(const char *function)
{
    if (failing.functions == NULL || failing.count == 0 ||
        strstr(failing.functions, function) == NULL)
        return false;
    if (failing.before != 0) {
        failing.before--;
        return false;
    }
    failing.count--;
    failed_calls++;
    return true;
}

unsigned host_allocations(void)
{
    return __atomic_load_n(&allocations, __ATOMIC_SEQ_CST);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    __atomic_add_fetch(&allocations, 1, __ATOMIC_SEQ_CST);
    return fails("calloc") ? NULL : __real_calloc(count, size);
}

/* ---- the hardware, and the system firmware ---- */

/* Defines the stand-in of one function: what it takes and what it passes on. */
#define POINT(name, takes, passes)                                                                 \
    int __real_##name takes;                                                                       \
    int __wrap_##name takes;                                                                       \
    int __wrap_##name takes                                                                        \
    {                                                                                              \
        reach(#name, false);                                                                       \
        bool failure = fails(#name);                                                               \
        int result = !failure || failing.done ? __real_##name passes : 0;                          \
                                                                                                   \
        reach(#name, true);                                                                        \
        return failure ? failing.error : result;                                                   \
    }

POINT(gic_enable, (unsigned intid), (intid))
POINT(gic_disable, (unsigned intid), (intid))
POINT(gic_configure, (unsigned intid, enum gic_trigger trigger, uint8_t priority),
      (intid, trigger, priority))
POINT(gic_set_affinity, (unsigned intid, unsigned core), (intid, core))
POINT(gic_clear_pending, (unsigned intid), (intid))
POINT(its_map_event, (struct its_device * device, uint32_t event, unsigned lpi, unsigned core),
      (device, event, lpi, core))
POINT(its_open_event,
      (struct its_device * device, uint32_t event, unsigned lpi, unsigned core, uint8_t priority),
      (device, event, lpi, core, priority))
POINT(its_move_event, (struct its_device * device, uint32_t event, unsigned core),
      (device, event, core))
POINT(its_discard_event, (struct its_device * device, uint32_t event), (device, event))
POINT(its_enable_event,
      (struct its_device * device, uint32_t event, unsigned lpi, uint8_t priority),
      (device, event, lpi, priority))
POINT(its_disable_event, (struct its_device * device, uint32_t event, unsigned lpi),
      (device, event, lpi))
POINT(its_silence_lpi, (unsigned lpi), (lpi))
POINT(ti_sci_event_map, (uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e, uint8_t f),
      (a, b, c, d, e, f))
POINT(ti_sci_event_unmap, (uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e, uint8_t f),
      (a, b, c, d, e, f))
POINT(ti_sci_route_map, (uint16_t a, uint16_t b, uint16_t c, uint16_t d), (a, b, c, d))
POINT(ti_sci_route_unmap, (uint16_t a, uint16_t b, uint16_t c, uint16_t d), (a, b, c, d))
POINT(ti_sci_get_range, (uint16_t device, uint8_t subtype, struct ti_sci_range *range),
      (device, subtype, range))

void __real_gic_send_sgi(unsigned core, unsigned sgi);
void __wrap_gic_send_sgi(unsigned core, unsigned sgi);
void __wrap_gic_send_sgi(unsigned core, unsigned sgi)
{
    reach("gic_send_sgi", false);
    __real_gic_send_sgi(core, sgi);
    reach("gic_send_sgi", true);
}

/* Of the register accesses, those to the aggregator and to the mailbox. */
static bool is_point(uintptr_t address)
{
    return address - AM65X_INTA_BASE < (uintptr_t)AM65X_INTA_VINTS * 0x1000u ||
           address - AM65X_MAILBOX_BASE < (uintptr_t)PLATFORM_MAILBOXES * AM65X_MAILBOX_STRIDE;
}

uint64_t __real_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size)
{
    uint64_t value = __real_host_mmio_read(address, size);

    if (is_point(address))
        reach(size == 8 ? "mmio_read64" : "mmio_read32", true);
    return value;
}

void __real_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);
void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);
void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    __real_host_mmio_write(address, size, value);
    if (is_point(address))
        reach(size == 8 ? "mmio_write64" : "mmio_write32", true);
}
