// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bringing the AM65x up as a Cortex-R5F of the MCU domain has it: its VIM, the interrupt layer, the
 * system firmware as this core's own host, the MCU Navigator's router, aggregator and UDMA; and
 * what of the main one's this host has (TI-SCI documentation for the AM65x; docs/hardware.md).
 */
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_notes.h"
#include "drivers/vim/vim_root.h"
#include "msi/binding.h"
#include "platform/am65x.h"
#include "platform/internal.h"
#include "platform/platform.h"
#include "platform/r5f_console.h"
#include "platform/r5f_number.h"
#include "platform/r5f_timers.h"

#include <stddef.h>

/* Outputs of the MCU Navigator's router that are kept back for devices wired straight to it. */
#define INTR_RESERVE  2u

/* The core's own devices (msi/local.h): what ends a wait, and alarms (platform/r5f_timers.h). */
#define PRIVATE_WAKE  (27u - VIM_ROOT_SOFTWARE)
#define PRIVATE_ALARM (30u - VIM_ROOT_SOFTWARE)

enum part_number {
    VIM,
    FIRMWARE,
    TIMERS,
    INTERRUPTS,
    CORE_INTERRUPTS,
    WIRES,
    CONSOLE,
    ANSWERS,
    ROUTER,
    AGGREGATOR,
    RING_EVENTS,
    UDMA,
    MAIN_RING_EVENTS,
    MAIN_UDMA,
    PARTS,
};

static int vim_up(void)
{
    uint16_t privates[VIM_ROOT_PRIVATE];

    for (unsigned i = 0; i < VIM_ROOT_PRIVATE; i++)
        privates[i] = VIM_NONE;
    privates[PRIVATE_WAKE] =
        (uint16_t)(AM65X_VIM_MCU_TIMER0 + AM65X_R5F_TIMERS * platform_r5f_number());
    privates[PRIVATE_ALARM] = (uint16_t)(privates[PRIVATE_WAKE] + 1);
    return vim_root_init(AM65X_VIM_BASE, privates);
}

/* Linux would switch the UART off as soon as nobody there uses it. */
static int console_up(void)
{
    int error = 0;

    if (!platform_r5f_console_has_uart())
        return 0;
    if (platform_is_up(FIRMWARE))
        error = ti_sci_device_get(AM65X_DEV_MCU_UART0);
    return error != 0 ? error : platform_console_interrupt_up();
}

/* r5f.ld: not cached, and in no segment. */
extern uint8_t mapping_notes_start[], mapping_notes_end[];

static int firmware_up(void)
{
    const unsigned core = platform_r5f_number(), threads = core * AM65X_R5F_SCI_THREADS;
    const struct ti_sci_config config = {
        .target_data = AM65X_MCU_SECURE_PROXY_DATA_BASE,
        .real_time = AM65X_MCU_SECURE_PROXY_RT_BASE,
        .scfg = AM65X_MCU_SECURE_PROXY_SCFG_BASE,
        .host_id = (uint8_t)(AM65X_HOST_R5F + 2 * core),
        .rx_thread = (uint16_t)(AM65X_R5F_SCI_RX_THREAD + threads),
        .tx_thread = (uint16_t)(AM65X_R5F_SCI_TX_THREAD + threads),
    };

    int error = platform_system_firmware_up(&config);

    if (error == 0) /* what it does not release now stays noted */
        (void)ti_sci_notes_open(mapping_notes_start,
                                (size_t)(mapping_notes_end - mapping_notes_start), config.host_id);
    return error;
}

static int answers_up(void)
{
    return platform_answers_up(AM65X_VIM_INTID + AM65X_VIM_SCI_RX);
}

static int router_up(void)
{
    static struct intr_output_range outputs = {
        .first_intid = AM65X_VIM_INTID + AM65X_VIM_MCU_INTR,
        .count = AM65X_MCU_INTR_OUTPUTS_EACH,
    };
    static const struct intr_facts intr = {
        .device_id = AM65X_DEV_MCU_INTR,
        .ranges = &outputs,
        .range_count = 1,
        .reserve = INTR_RESERVE,
    };

    outputs.first_output = (uint16_t)(AM65X_MCU_INTR_OUTPUTS_EACH * platform_r5f_number());
    return irq_intr_init(&intr, &platform_parents.intr);
}

static int aggregator_up(void)
{
    static const struct inta_facts inta = {
        .device_id = AM65X_DEV_MCU_INTA,
        .base = AM65X_MCU_INTA_BASE,
        .vint_count = AM65X_INTA_VINTS,
        .first_input = 0,
    };

    return irq_inta_init(&inta, platform_parents.intr, &platform_parents.inta);
}

static int ring_events_up(void)
{
    return platform_ring_events_up(PLATFORM_NAVSS_MCU, platform_parents.inta);
}

/* TI's board configuration gives the channels of high capacity to core 0: core 1 has, as the A53s
 * have, what is left. */
static int udma_up(void)
{
    return platform_udma_up(PLATFORM_NAVSS_MCU,
                            platform_r5f_number() == 0 ? PLATFORM_OWN_DOMAIN
                                                       : PLATFORM_OTHER_DOMAIN,
                            platform_jtag_id());
}

static int main_ring_events_up(void)
{
    return platform_ring_events_up(PLATFORM_NAVSS_MAIN, platform_parents.inta);
}

static int main_udma_up(void)
{
    return platform_udma_up(PLATFORM_NAVSS_MAIN, PLATFORM_OTHER_DOMAIN, platform_jtag_id());
}

#define NEEDS(part) PLATFORM_NEEDS(part)

static const struct platform_part parts[] = {
    [VIM] = {"VIM", vim_up, 0},
    [FIRMWARE] = {"system firmware", firmware_up, 0},
    /* Before their interrupts are enabled: a loader may have left one on. */
    [TIMERS] = {"timers", platform_timers_start, NEEDS(VIM) | NEEDS(FIRMWARE)},
    [INTERRUPTS] = {"interrupt layer", irq_init, NEEDS(VIM)},
    [CORE_INTERRUPTS] = {"core 0's interrupts", irq_core_init, NEEDS(INTERRUPTS)},
    [WIRES] = {"wired interrupts", platform_wires_up, NEEDS(CORE_INTERRUPTS)},
    [CONSOLE] = {"console interrupt", console_up, NEEDS(WIRES)},
    [ANSWERS] = {"system firmware's interrupt", answers_up, NEEDS(FIRMWARE) | NEEDS(WIRES)},
    [ROUTER] = {"interrupt router", router_up, NEEDS(FIRMWARE) | NEEDS(CORE_INTERRUPTS)},
    [AGGREGATOR] = {"interrupt aggregator", aggregator_up, NEEDS(ROUTER)},
    [RING_EVENTS] = {"rings' events", ring_events_up, NEEDS(AGGREGATOR)},
    [UDMA] = {"UDMA", udma_up, NEEDS(RING_EVENTS)},
    /* After the MCU one's attempt, which makes that the first (drivers/udma/udma.h). */
    [MAIN_RING_EVENTS] = {"main rings' events", main_ring_events_up, NEEDS(AGGREGATOR)},
    [MAIN_UDMA] = {"main UDMA", main_udma_up, NEEDS(MAIN_RING_EVENTS) | NEEDS(UDMA)},
};

int platform_r5f_init(void)
{
    int error;

    platform_set_console("mcu_uart0", AM65X_MCU_UART0_BASE, AM65X_VIM_INTID + AM65X_VIM_MCU_UART0);
    error = platform_bring_up(parts, PARTS);
    if (platform_is_up(FIRMWARE))
        platform_log_ranges();
    return error;
}
