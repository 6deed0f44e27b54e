// SPDX-License-Identifier: BSD-3-Clause
/*
 * The device models' surroundings: one lock around all calls, time from the generic timer, memory,
 * and the timer interrupt that calls them when something falls due.
 *
 * Each core has a secure physical timer (CNTPS, Arm DDI 0487, D11.2). The core on which a deadline
 * came up arms its own; it fires at EL3 whatever the core does then, also in the guest's WFI or
 * turned off by the guest (psci_park()). It is never disarmed: a tick too many does no harm.
 *
 * A guest can have DMA do next to nothing for ever, and each round has its deadline. So ticks that
 * come one upon the other leave the core as much time for the guest as they take.
 */
#include <string.h>

#include "twin/models/am65x.h"
#include "twin/models/gic_spi.h"
#include "twin/monitor/caches.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/order.h"
#include "twin/monitor/r5f.h"
#include "twin/monitor/sysreg.h"
#include "twin/service.h"

#define NANOSECONDS       1000000000u
#define CNTPS_CTL_ENABLE  1u
#define CNTPS_CTL_DISABLE 0u
#define NEVER             UINT64_MAX

/* So many ticks in a row, each in less than so many nanoseconds after the last one, are usual. */
#define ROW_MAX           16u
#define ROW_GAP           5000u
#define RESPITE_MIN       5000u
#define RESPITE_MAX       50000u

/* Of an R5F, whose every interrupt has several accesses that trap. */
#define R5F_ROW_GAP       200000u
#define R5F_RESPITE_MAX   400000u

static struct lock models_lock;
static uint64_t ns_per_tick;
/* The earliest deadline that some core's timer is armed for, and which. */
static uint64_t armed_deadline = NEVER;
static unsigned armed_cpu;
static bool reset_wanted;
static struct {
    uint64_t respite; /* until when this core has no other, or when the last one ended */
    unsigned row;
} ticks[BOARD_CORES_MAX];

static uint64_t now(void *context)
{
    (void)context;
    return read_sysreg(cntpct_el0) * ns_per_tick;
}

static void line(void *context, unsigned intid, bool high)
{
    (void)context;
    gic_line(intid, high);
}

static void message(void *context, uint32_t device_id, uint32_t event_id)
{
    (void)context;
    its_message(device_id, event_id);
}

static bool inside(uint64_t address, uint64_t size, struct bank bank)
{
    return address - bank.base < bank.size && size <= bank.size - (address - bank.base);
}

static const struct bank srams[] = {
    {GUEST_MSMC_BASE, GUEST_MSMC_SIZE},
    {GUEST_MCU_PSRAM_BASE, GUEST_MCU_PSRAM_SIZE},
    {GUEST_MCU_MSRAM_BASE, GUEST_MCU_MSRAM_SIZE},
};

bool guest_memory(uint64_t address, uint64_t size)
{
    for (unsigned n = 0; n < GUEST_BANKS; n++)
        if (inside(address, size, guest_bank(n)))
            return true;
    for (unsigned n = 0; n < sizeof(srams) / sizeof(srams[0]); n++)
        if (inside(address, size, srams[n]))
            return true;
    for (unsigned n = 0; n < 2 * parameters()->r5fs; n++)
        if (inside(address, size, r5f_tcm(n / 2, n % 2)))
            return true;
    return false;
}

bool dram_window(uint64_t address)
{
    return (address >= GUEST_DRAM_BASE &&
            address < GUEST_DRAM_BASE + (uint64_t)GUEST_DRAM_LOW_MAX) ||
           (address >= GUEST_DRAM_HIGH_BASE && address < GUEST_DRAM_HIGH_END);
}

static bool memory_read(void *context, uint64_t address, void *data, size_t size)
{
    (void)context;
    if (!guest_memory(address, size))
        return false;
    r5f_cache_device(address, size, false);
    memcpy(data, memory_at(address), size);
    return true;
}

static bool memory_write(void *context, uint64_t address, const void *data, size_t size)
{
    (void)context;
    if (!guest_memory(address, size))
        return false;
    r5f_cache_device(address, size, true);
    memcpy(memory_at(address), data, size);
    caches_written(address, size);
    return true;
}

static void accessed(void *context, uint64_t ring, uint64_t address, size_t size, bool write)
{
    (void)context;
    order_accessed(ring, address, size, write);
}

static void transmit(void *context, unsigned uart, uint8_t byte)
{
    (void)context;
    console_put(uart, byte);
}

static void trace(void *context, const char *text)
{
    (void)context;
    report("trace %s", text);
}

/* The system firmware resets the SoC on request, as PSCI does. */
static void soc_reset(void *context)
{
    (void)context;
    reset_wanted = true;
}

static void model_event(void *context, enum am65x_event kind, uint32_t subject, uint64_t first,
                        uint64_t second, const void *bytes, size_t size)
{
    (void)context;
    event((unsigned)kind, subject, first, second, bytes, size);
}

static bool frame_send(void *context, const void *frame, size_t length)
{
    (void)context;
    return virtio_net_send(frame, length);
}

static bool frames_wanted;

static void frame_wanted(void *context)
{
    (void)context;
    frames_wanted = true;
}

static struct am65x_environment environment = {
    .line = line,
    .its_message = message,
    .memory_read = memory_read,
    .memory_write = memory_write,
    .now = now,
    .uart_transmit = transmit,
    .trace = trace,
    .soc_reset = soc_reset,
};

void machine_init(void)
{
    const struct am65x_config config = {
        .trace = parameters()->trace,
        .intid_limit = GIC_SPI_LIMIT,
        .moods = (uint32_t)parameters()->moods,
        .frames_lost = parameters()->net_lost,
        .frames_swapped = parameters()->net_swapped,
        .frames_delay = parameters()->net_delay,
    };
    uint64_t frequency = read_sysreg(cntfrq_el0);

    ns_per_tick = frequency ? NANOSECONDS / frequency : 0;
    if (ns_per_tick == 0 || ns_per_tick * frequency != NANOSECONDS)
        die("the timer's %u Hz are no whole number of nanoseconds a tick", frequency);
    environment.event = events_wanted() ? model_event : NULL;
    environment.accessed = parameters()->moods & AM65X_MOOD_ORDER ? accessed : NULL;
    environment.frame_send = net_wanted() ? frame_send : NULL;
    environment.frame_wanted = net_wanted() ? frame_wanted : NULL;
    environment.pcie_plugged = parameters()->pcie;
    if (pcie_wanted()) {
        environment.pcie_request = pcie_request;
        environment.pcie_port = pcie_port;
        environment.pcie_link = pcie_link;
        environment.pcie_windows = pcie_windows;
    }
    pcie_init();
    am65x_reset(&environment, &config);
    for (unsigned core = R5FS_MAX; core-- > 0;)
        if ((parameters()->r5fs_loaded >> core & 1) != 0)
            am65x_processor_started(core, parameters()->r5f_entry[core]);
    virtio_net_init();
}

static void arm_timer(void)
{
    uint64_t deadline = am65x_next_deadline(), due = console_due();

    if (due != NEVER && due * ns_per_tick < deadline)
        deadline = due * ns_per_tick;
    if (deadline >= armed_deadline)
        return;
    armed_deadline = deadline;
    armed_cpu = cpu_id();
    if (deadline < ticks[armed_cpu].respite)
        deadline = ticks[armed_cpu].respite;
    write_sysreg(cntps_cval_el1, (deadline + ns_per_tick - 1) / ns_per_tick);
    write_sysreg(cntps_ctl_el1, CNTPS_CTL_ENABLE);
    synchronise_context();
}

/* After whatever was done to the models: input that waits may have room, deadlines have moved. */
static void leave(void)
{
    if (reset_wanted)
        report_reset();
    if (console_holding())
        console_feed();
    console_tell();
    if (frames_wanted) {
        frames_wanted = false;
        frames_wanted |= virtio_net_feed();
    }
    arm_timer();
    lock_release(&models_lock);
}

static void account(uint64_t began)
{
    uint64_t ended = now(NULL), took = ended - began;
    uint64_t gap = cpu_is_r5f() ? R5F_ROW_GAP : ROW_GAP;
    uint64_t most = cpu_is_r5f() ? R5F_RESPITE_MAX : RESPITE_MAX;
    unsigned cpu = cpu_id();

    ticks[cpu].row = began < ticks[cpu].respite + gap ? ticks[cpu].row + 1 : 0;
    ticks[cpu].respite = ended;
    if (ticks[cpu].row > ROW_MAX)
        ticks[cpu].respite += RESPITE_MIN + (took < most ? took : most);
}

/* What is due has happened before this core looks: a driver that waits a millisecond for a device
 * must not wait for the host. That may let neither the core run whose timer it is, nor the thread
 * of QEMU's that lets any timer fire, this core's own too. An R5F reads its interrupt controller
 * and the time from here, so these looks count as ticks there: else its interrupts might never
 * leave its thread a turn. */
static void catch_up(void)
{
    uint64_t began;

    if (armed_deadline == NEVER)
        return;
    began = now(NULL);
    if (armed_deadline > began || (cpu_is_r5f() && began < ticks[cpu_id()].respite))
        return;
    armed_deadline = NEVER;
    am65x_advance();
    if (cpu_is_r5f())
        account(began);
}

bool machine_read(uint64_t address, unsigned size, uint64_t *value)
{
    bool claimed;

    lock_take(&models_lock);
    catch_up();
    claimed = cpu_is_r5f() ? am65x_r5f_read(r5f_self()->core, address, size, value)
                           : am65x_read(address, size, value);
    order_device_read(address, *value);
    leave();
    return claimed;
}

bool machine_write(uint64_t address, unsigned size, uint64_t value)
{
    bool claimed;

    lock_take(&models_lock);
    order_device_write(address, value);
    claimed = cpu_is_r5f() ? am65x_r5f_write(r5f_self()->core, address, size, value)
                           : am65x_write(address, size, value);
    leave();
    return claimed;
}

void machine_r5f_waits(unsigned core, bool waits)
{
    lock_take(&models_lock);
    am65x_processor_waits(core, waits);
    leave();
}

void machine_tick(void)
{
    uint64_t began = now(NULL);

    write_sysreg(cntps_ctl_el1, CNTPS_CTL_DISABLE);
    synchronise_context();
    lock_take(&models_lock);
    if (armed_cpu == cpu_id())
        armed_deadline = NEVER;
    am65x_advance();
    pcie_tell();
    account(began);
    leave();
}

void machine_console(void)
{
    lock_take(&models_lock);
    console_feed();
    leave();
}

void machine_net(void)
{
    lock_take(&models_lock);
    virtio_net_interrupt();
    frames_wanted = true;
    leave();
}

bool machine_inject(unsigned fault, uint64_t argument, uint32_t spare, uint32_t count)
{
    bool known;

    if (fault == TWIN_FAULT_ITS_STALL) {
        its_inject_stall(spare, count);
        return true;
    }
    if (fault >= AM65X_FAULT_COUNT)
        return false;
    lock_take(&models_lock);
    known = am65x_inject_after((enum am65x_fault)fault, argument, spare, count);
    leave();
    return known;
}

bool machine_counter(unsigned counter, uint64_t *value)
{
    if (counter == TWIN_COUNTER_ITS_STALLS) {
        *value = its_injected_stalls();
        return true;
    }
    if (counter >= AM65X_COUNT_COUNT)
        return false;
    lock_take(&models_lock);
    *value = am65x_counter((enum am65x_counter)counter);
    leave();
    return true;
}

void machine_end(void)
{
    lock_take(&models_lock);
    pcie_tell();
    lock_release(&models_lock);
}

void machine_lose_power(void)
{
    lock_take(&models_lock);
    am65x_lose_interrupts();
    am65x_lose_pcie();
    leave();
}

void machine_locked(void (*function)(uint64_t argument), uint64_t argument)
{
    lock_take(&models_lock);
    function(argument);
    leave();
}
