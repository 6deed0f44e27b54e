// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bringing the AM65x up, block by block, and saying what was found.
 */
#include "platform/platform.h"

#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "boot/boot.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/uart/uart.h"
#include "lib/device_tree.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "platform/internal.h"

#include <errno.h>
#include <stddef.h>

/* Router outputs kept back for devices wired straight to the router (mailboxes, timers, ...), of
 * the 48 to 64 that the A53 owns. */
#define INTR_RESERVE   4u

/* TI errata SPRZ452, i2101: of the pairs that it gives, the one with the fewest ids. */
#define I2101_DEVICES  5u
#define I2101_MESSAGES 2u

/* For a function that every core runs. */
#define CORE_TIME_US   UINT64_C(10000000)

LOG_USE(platform);
LOG_USE(boot);
LOG_USE(gic);
LOG_USE(its);
LOG_USE(ti_sci);

static const struct device_tree_info *tree; /* what the loader says */

/* ---- what each core does for itself ---- */

static bool lpis_are_up; /* so that cores which start later want theirs */
static bool core_has_lpis[CORE_MAX];

static int core_lpis_init(void)
{
    unsigned core = core_id();
    int error = core_has_lpis[core] ? 0 : its_core_init();

    core_has_lpis[core] = error == 0;
    return error;
}

/* Before a further core takes interrupts. */
static int core_init(void)
{
    int error = gic_core_init();

    if (error == 0)
        error = irq_core_init();
    if (error == 0 && lpis_are_up)
        error = core_lpis_init();
    return error;
}

/* ---- the parts, in their order; each can be tried again if it has failed ---- */

static int gic_up(void)
{
    struct gic_facts facts;
    int error = gic_init(AM65X_GICD_BASE, AM65X_GICR_BASE, AM65X_GICR_SIZE);

    if (error == 0)
        error = gic_core_init();
    if (error != 0)
        return error;
    gic_get_facts(&facts);
    log_info(gic, "GICv%u, IIDR 0x%08x, %u SPIs, %s, %u-bit INTIDs", facts.architecture,
             (unsigned)facts.iidr, facts.spi_count,
             facts.two_security_states ? "two security states" : "one security state",
             facts.intid_bits);
    return 0;
}

static int its_up(void)
{
    struct its_facts facts;
    int error = its_init(AM65X_GITS_BASE);

    if (error != 0)
        return error;
    its_get_facts(&facts);
    log_info(its,
             "IIDR 0x%08x, device ids %u bits (%s table), event ids %u bits, %u LPIs, "
             "tables %s",
             (unsigned)facts.iidr, facts.device_bits,
             facts.two_level_device_table ? "two-level" : "flat", facts.event_bits, facts.lpi_count,
             facts.tables_coherent ? "coherent" : "cleaned by hand");
    return 0;
}

static void core_lpis_up(void *argument)
{
    int *first_error = argument;
    int error = core_lpis_init(), none = 0;

    if (error != 0)
        __atomic_compare_exchange_n(first_error, &none, error, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
}

/* At boot only this core runs; the others do it for themselves, in core_init(). */
static int lpis_up(void)
{
    int first_error = 0;
    int error = smp_run_all(core_lpis_up, &first_error, CORE_TIME_US);

    if (error == 0)
        error = first_error;
    lpis_are_up = error == 0;
    return error;
}

/* Nobody may bind a device before the ids are reserved, so the parent is shown last. */
static int messages_up(void)
{
    static struct irq_parent *parent; /* of an earlier try too */
    int error = parent == NULL ? irq_its_init(&parent) : 0;

    if (error == 0)
        error = irq_its_use_window(parent, AM65X_PRE_ITS_BASE, AM65X_PRE_ITS_SIZE);
    if (error == 0)
        error = irq_its_reserve_ids(parent, I2101_DEVICES, I2101_MESSAGES);
    if (error == 0)
        platform_parents.its = parent;
    return error;
}

/* Whether a core can have interrupts. */
static bool has_redistributor(uint64_t affinity)
{
    for (unsigned i = 0; i < gic_redistributor_count(); i++)
        if (gic_redistributor_affinity(i) == affinity)
            return true;
    return false;
}

/* The cores that the loader's device tree tells of; without one, a core for each redistributor. A
 * die may have more of these than of cores: AM6528 has four and two. Returns their number. */
static unsigned find_cores(uint64_t affinities[CORE_MAX])
{
    unsigned count = 0;

    for (unsigned i = 0; tree->core_count == 0 && i < gic_redistributor_count(); i++)
        affinities[count++] = gic_redistributor_affinity(i);
    for (unsigned i = 0; i < tree->core_count; i++) {
        if (!has_redistributor(tree->cores[i]))
            log_warning(platform, "the core of affinity 0x%llx has no redistributor: left out",
                        (unsigned long long)tree->cores[i]);
        else
            affinities[count++] = tree->cores[i];
    }
    return count;
}

static int cores_up(void)
{
    static unsigned told; /* of another try, only the new ones */
    uint64_t affinities[CORE_MAX];
    unsigned count = find_cores(affinities);
    uint64_t affinity;
    unsigned running = smp_boot(affinities, count, (uintptr_t)secondary_start, core_init);

    for (; told < running; told++)
        log_info(boot, "core %u: affinity 0x%03llx%s", told,
                 (unsigned long long)core_affinity(told),
                 told == core_id() ? ", booted first" : "");
    int error = smp_boot_error(&affinity);
    if (error != 0)
        log_warning(platform, "the core of affinity 0x%llx does not start: error %d; %u of %u run",
                    (unsigned long long)affinity, error, running, count);
    return error;
}

static void name_console(unsigned number)
{
    static const char *const names[AM65X_UART_COUNT] = {"uart0", "uart1", "uart2"};

    platform_set_console(names[number], AM65X_UART0_BASE + number * AM65X_UART_STRIDE,
                         (uint16_t)(AM65X_UART0_INTID + number));
}

static int system_firmware_up(void)
{
    static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;

    return platform_system_firmware_up(&config);
}

static int answers_up(void)
{
    return platform_answers_up(AM65X_SCI_RX_INTID);
}

static int router_up(void)
{
    static const struct intr_output_range outputs[] = {
        {.first_output = 0, .first_intid = AM65X_INTR_OUTPUTS_LOW_INTID, .count = 64},
        {.first_output = 64, .first_intid = AM65X_INTR_OUTPUTS_HIGH_INTID, .count = 56},
    };
    static const struct intr_facts intr = {
        .device_id = AM65X_DEV_INTR,
        .ranges = outputs,
        .range_count = 2,
        .reserve = INTR_RESERVE,
    };

    return irq_intr_init(&intr, &platform_parents.intr);
}

static int aggregator_up(void)
{
    static const struct inta_facts inta = {
        .device_id = AM65X_DEV_INTA,
        .base = AM65X_INTA_BASE,
        .vint_count = AM65X_INTA_VINTS,
        .first_input = 0,
    };

    return irq_inta_init(&inta, platform_parents.intr, &platform_parents.inta);
}

static int ring_events_up(void)
{
    return platform_ring_events_up(PLATFORM_NAVSS_MAIN, platform_parents.inta);
}

static int udma_up(void)
{
    return platform_udma_up(PLATFORM_NAVSS_MAIN, PLATFORM_OWN_DOMAIN, platform_jtag_id());
}

static int mcu_ring_events_up(void)
{
    return platform_ring_events_up(PLATFORM_NAVSS_MCU, platform_parents.inta);
}

static int mcu_udma_up(void)
{
    return platform_udma_up(PLATFORM_NAVSS_MCU, PLATFORM_OTHER_DOMAIN, platform_jtag_id());
}

/* ---- all of them ---- */

enum part_number {
    GIC,
    INTERRUPTS,
    CORE_INTERRUPTS,
    WIRES,
    ITS,
    LPIS,
    MESSAGES,
    CONSOLE,
    CORES,
    FIRMWARE,
    ANSWERS,
    WATCHDOG,
    ROUTER,
    AGGREGATOR,
    RING_EVENTS,
    UDMA,
    MCU_RING_EVENTS,
    MCU_UDMA,
    PARTS,
};

#define NEEDS(part) PLATFORM_NEEDS(part)

static const struct platform_part parts[] = {
    [GIC] = {"GIC", gic_up, 0},
    [INTERRUPTS] = {"interrupt layer", irq_init, NEEDS(GIC)},
    [CORE_INTERRUPTS] = {"core 0's interrupts", irq_core_init, NEEDS(INTERRUPTS)},
    [WIRES] = {"wired interrupts", platform_wires_up, NEEDS(CORE_INTERRUPTS)},
    [ITS] = {"ITS", its_up, NEEDS(CORE_INTERRUPTS)},
    [LPIS] = {"LPIs", lpis_up, NEEDS(ITS)},
    [MESSAGES] = {"message interrupts", messages_up, NEEDS(LPIS)},
    [CONSOLE] = {"console interrupt", platform_console_interrupt_up, NEEDS(WIRES)},
    [CORES] = {"other cores", cores_up, NEEDS(CORE_INTERRUPTS)},
    [FIRMWARE] = {"system firmware", system_firmware_up, 0},
    [ANSWERS] = {"system firmware's interrupt", answers_up, NEEDS(FIRMWARE) | NEEDS(WIRES)},
    [WATCHDOG] = {"look for watchdogs", platform_look_for_watchdogs, NEEDS(FIRMWARE)},
    [ROUTER] = {"interrupt router", router_up, NEEDS(FIRMWARE) | NEEDS(CORE_INTERRUPTS)},
    [AGGREGATOR] = {"interrupt aggregator", aggregator_up, NEEDS(ROUTER)},
    [RING_EVENTS] = {"rings' events", ring_events_up, NEEDS(AGGREGATOR)},
    [UDMA] = {"UDMA", udma_up, NEEDS(RING_EVENTS)},
    /* After the main one's attempt, which makes that the first (drivers/udma/udma.h). */
    [MCU_RING_EVENTS] = {"MCU rings' events", mcu_ring_events_up, NEEDS(AGGREGATOR)},
    [MCU_UDMA] = {"MCU UDMA", mcu_udma_up, NEEDS(MCU_RING_EVENTS) | NEEDS(UDMA)},
};

int platform_init(unsigned console, const struct device_tree_info *told)
{
    int error;

    tree = told;
    name_console(console);
    error = platform_bring_up(parts, PARTS);
    if (platform_is_up(FIRMWARE))
        platform_log_ranges();
    return error;
}
