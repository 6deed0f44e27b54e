// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bringing the AM65x up, block by block, and saying what was found.
 */
#include "platform/platform.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "boot/boot.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/uart/uart.h"
#include "drivers/udma/udma.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "platform/internal.h"

#include <stddef.h>

/* Router outputs kept back for devices wired straight to the router (mailboxes, timers, ...), of
 * the 48 to 64 that the A53 owns. */
#define INTR_RESERVE 4u

LOG_SUBJECT(boot);
LOG_SUBJECT(platform);
LOG_USE(gic);
LOG_USE(its);
LOG_USE(ti_sci);
LOG_USE(udma);

static struct irq_parent *wired_parent, *its_parent, *intr_parent, *inta_parent;

static uintptr_t console_base;
static uint16_t uart_intids[] = {AM65X_UART0_INTID};
static const uint16_t sci_intids[] = {AM65X_SCI_RX_INTID};
static struct device uart_device = {.name = "uart0"};
static struct device sci_device = {.name = "ti-sci"};
static struct device ring_device = {.name = "ringacc"};

struct irq_parent *platform_wired(void)
{
    return wired_parent;
}

struct irq_parent *platform_its(void)
{
    return its_parent;
}

struct irq_parent *platform_intr(void)
{
    return intr_parent;
}

struct irq_parent *platform_inta(void)
{
    return inta_parent;
}

uint32_t platform_jtag_id(void)
{
    return mmio_read32(AM65X_JTAGID);
}

uintptr_t platform_console_base(void)
{
    return console_base;
}

/* Logs which step failed; returns the error, for the caller to return. */
static int failed(const char *step, int error)
{
    log_error(platform, "%s failed: error %d", step, error);
    return error;
}

/* What every core does for itself before it takes interrupts. */
static void core_init(void)
{
    int error = gic_core_init();

    if (error == 0)
        error = irq_core_init();
    if (error == 0)
        error = its_core_init();
    if (error != 0)
        panic("core %u: its part of the GIC does not come up: error %d", core_id(), error);
}

static int gic_up(void)
{
    int error = gic_init(AM65X_GICD_BASE, AM65X_GICR_BASE, AM65X_GICR_SIZE);

    if (error != 0)
        return failed("GIC", error);
    error = gic_core_init();
    if (error == 0)
        error = irq_init();
    if (error == 0)
        error = irq_core_init();
    if (error != 0)
        return failed("interrupt layer", error);

    struct gic_facts facts;
    gic_get_facts(&facts);
    log_info(gic, "GICv%u, IIDR 0x%08x, %u SPIs, %s, %u-bit INTIDs", facts.architecture,
             (unsigned)facts.iidr, facts.spi_count,
             facts.two_security_states ? "two security states" : "one security state",
             facts.intid_bits);
    return 0;
}

static int its_up(void)
{
    int error = its_init(AM65X_GITS_BASE);

    if (error == 0)
        error = its_core_init();
    if (error == 0)
        error = irq_its_init(&its_parent);
    if (error == 0)
        error = irq_its_use_window(its_parent, AM65X_PRE_ITS_BASE, AM65X_PRE_ITS_SIZE);
    if (error != 0)
        return failed("ITS", error);

    struct its_facts facts;
    its_get_facts(&facts);
    log_info(its,
             "IIDR 0x%08x, device ids %u bits (%s table), event ids %u bits, %u LPIs, "
             "tables %s",
             (unsigned)facts.iidr, facts.device_bits,
             facts.two_level_device_table ? "two-level" : "flat", facts.event_bits, facts.lpi_count,
             facts.tables_coherent ? "coherent" : "cleaned by hand");
    return 0;
}

static int cores_up(void)
{
    uint64_t affinities[CORE_MAX];
    unsigned count = gic_redistributor_count();

    for (unsigned i = 0; i < count; i++)
        affinities[i] = gic_redistributor_affinity(i);
    unsigned running = smp_boot(affinities, count, (uintptr_t)secondary_start, core_init);
    for (unsigned core = 0; core < running; core++)
        log_info(boot, "core %u: affinity 0x%03llx%s", core,
                 (unsigned long long)core_affinity(core),
                 core == core_id() ? ", booted first" : "");
    if (running == count)
        return 0;
    uint64_t affinity;
    int error = smp_boot_error(&affinity);
    log_error(platform, "core %u (affinity 0x%llx) does not start", running,
              (unsigned long long)affinity);
    return failed("start of the other cores", error);
}

static void name_console(unsigned number)
{
    static const char *const names[AM65X_UART_COUNT] = {"uart0", "uart1", "uart2"};

    uart_device.name = names[number];
    uart_intids[0] = (uint16_t)(AM65X_UART0_INTID + number);
    console_base = AM65X_UART0_BASE + number * AM65X_UART_STRIDE;
}

static enum irq_return console_interrupt(void *context)
{
    (void)context;
    return uart_interrupt() ? IRQ_HANDLED : IRQ_NONE;
}

static enum irq_return answer_interrupt(void *context)
{
    (void)context;
    return ti_sci_receive() ? IRQ_HANDLED : IRQ_NONE;
}

static int console_interrupt_up(void)
{
    const struct irq_request request = {.handler = console_interrupt, .name = "console", .core = 0};
    struct irq *irq;
    int error = irq_wired_init(&wired_parent);

    if (error == 0)
        error = irq_bind_wired(&uart_device, wired_parent, uart_intids, 1);
    if (error == 0)
        error = irq_request(&uart_device, &request, &irq);
    if (error != 0)
        return failed("console interrupt", error);
    uart_use_interrupt();
    return 0;
}

static int system_firmware_up(void)
{
    static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;
    const struct irq_request request = {.handler = answer_interrupt, .name = "answers", .core = 0};
    struct ti_sci_version version;
    struct irq *irq;
    int error = ti_sci_init(&config);

    if (error == 0)
        error = ti_sci_get_version(&version);
    if (error != 0)
        return failed("system firmware", error);
    log_info(ti_sci, "\"%s\", version %u, ABI %u.%u", version.description, version.version,
             version.abi_major, version.abi_minor);

    error = irq_bind_wired(&sci_device, wired_parent, sci_intids, 1);
    if (error == 0)
        error = irq_request(&sci_device, &request, &irq);
    if (error != 0)
        return failed("system firmware's interrupt", error);
    ti_sci_use_interrupt(true);
    return 0;
}

static int navss_interrupts_up(void)
{
    static const struct intr_output_range outputs[] = {
        {.first_output = 0, .first_intid = AM65X_INTR_OUTPUTS_LOW_INTID, .count = 64},
        {.first_output = 64, .first_intid = AM65X_INTR_OUTPUTS_HIGH_INTID, .count = 64},
    };
    static const struct intr_facts intr = {
        .device_id = AM65X_DEV_INTR,
        .ranges = outputs,
        .range_count = 2,
        .reserve = INTR_RESERVE,
    };
    static const struct inta_facts inta = {
        .device_id = AM65X_DEV_INTA,
        .base = AM65X_INTA_BASE,
        .vint_count = AM65X_INTA_VINTS,
        .first_input = 0,
    };
    int error = irq_intr_init(&intr, &intr_parent);

    if (error != 0)
        return failed("interrupt router", error);
    error = irq_inta_init(&inta, intr_parent, &inta_parent);
    if (error == 0)
        error = irq_bind_inta(&ring_device, inta_parent, AM65X_DEV_RINGACC);
    if (error != 0)
        return failed("interrupt aggregator", error);
    return 0;
}

static int udma_up(void)
{
    const struct udma_facts facts = {
        .navss_device = AM65X_DEV_NAVSS,
        .ringacc_device = AM65X_DEV_RINGACC,
        .udmap_device = AM65X_DEV_UDMAP,
        .ring_rt = AM65X_RING_RT_BASE,
        .udmap_gcfg = AM65X_UDMAP_GCFG_BASE,
        .rchan_rt = AM65X_RCHAN_RT_BASE,
        .tchan_rt = AM65X_TCHAN_RT_BASE,
        .psil_base = AM65X_PSIL_BASE,
        .ring_interrupts = &ring_device,
        /* TI errata SPRZ452, i2023: SR1.0, which is variant 0. */
        .ring_state_erratum = AM65X_JTAGID_VARIANT(platform_jtag_id()) == 0,
    };
    int error = udma_init(&facts);

    return error == 0 ? 0 : failed("UDMA", error);
}

void platform_for_each_range(void (*visit)(const char *name, int error,
                                           const struct ti_sci_range *range))
{
    static const struct {
        const char *name;
        uint16_t device;
        uint8_t subtype;
    } kinds[] = {
        {"INTR outputs", AM65X_DEV_INTR, TI_SCI_SUBTYPE_IR_OUTPUT},
        {"INTA VINTs", AM65X_DEV_INTA, TI_SCI_SUBTYPE_IA_VINT},
        {"INTA events", AM65X_DEV_INTA, TI_SCI_SUBTYPE_GLOBAL_EVENT_SEVT},
        {"rings", AM65X_DEV_RINGACC, TI_SCI_SUBTYPE_RA_GP},
        {"transmit channels", AM65X_DEV_UDMAP, TI_SCI_SUBTYPE_UDMAP_TX_CHAN},
        {"receive channels", AM65X_DEV_UDMAP, TI_SCI_SUBTYPE_UDMAP_RX_CHAN},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct ti_sci_range range;
        int error = ti_sci_get_range(kinds[i].device, kinds[i].subtype, &range);

        visit(kinds[i].name, error, &range);
    }
}

bool platform_owns(enum platform_resource resource, unsigned number)
{
    /* The general kind, then those of high capacity, and rings of channels. 0 ends. */
    static const struct {
        uint16_t device;
        uint8_t subtypes[4];
    } kinds[] = {
        [PLATFORM_VINT] = {AM65X_DEV_INTA, {TI_SCI_SUBTYPE_IA_VINT}},
        [PLATFORM_RING] = {AM65X_DEV_RINGACC,
                           {TI_SCI_SUBTYPE_RA_GP, TI_SCI_SUBTYPE_RA_UDMAP_TX,
                            TI_SCI_SUBTYPE_RA_UDMAP_TX_H}},
        [PLATFORM_TRANSMIT_CHANNEL] = {AM65X_DEV_UDMAP,
                                       {TI_SCI_SUBTYPE_UDMAP_TX_CHAN,
                                        TI_SCI_SUBTYPE_UDMAP_TX_HCHAN}},
        [PLATFORM_RECEIVE_CHANNEL] = {AM65X_DEV_UDMAP,
                                      {TI_SCI_SUBTYPE_UDMAP_RX_CHAN,
                                       TI_SCI_SUBTYPE_UDMAP_RX_HCHAN}},
    };

    for (const uint8_t *subtype = kinds[resource].subtypes; *subtype != 0; subtype++) {
        struct ti_sci_range range;

        if (ti_sci_get_range(kinds[resource].device, *subtype, &range) != 0)
            continue;
        if ((number >= range.first && number - range.first < range.count) ||
            (number >= range.second_first && number - range.second_first < range.second_count))
            return true;
    }
    return false;
}

static void log_range(const char *name, int error, const struct ti_sci_range *range)
{
    if (error != 0)
        log_error(ti_sci, "range of %s: error %d", name, error);
    else if (range->second_count != 0)
        log_info(ti_sci, "range: %-18s %u-%u, %u-%u", name, range->first,
                 range->first + range->count - 1u, range->second_first,
                 range->second_first + range->second_count - 1u);
    else
        log_info(ti_sci, "range: %-18s %u-%u", name, range->first,
                 range->first + range->count - 1u);
}

int platform_init(unsigned console)
{
    int error;

    name_console(console);
    error = gic_up();

    if (error == 0)
        error = its_up();
    if (error == 0)
        error = console_interrupt_up();
    if (error == 0)
        error = cores_up();
    if (error == 0)
        error = system_firmware_up();
    if (error == 0)
        error = navss_interrupts_up();
    if (error == 0)
        error = udma_up();
    if (error == 0) {
        platform_for_each_range(log_range);
        log_info(udma, "%u memory-to-memory channels", udma_capacity());
    }
    return error;
}
