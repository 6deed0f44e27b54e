// SPDX-License-Identifier: BSD-3-Clause
/*
 * The library as a whole: its reset, its time, and faults that are injected from outside.
 */
#include "twin/models/cpsw.h"
#include "twin/models/stale_loader.h"
#include "twin/models/vim.h"

void am65x_reset(const struct am65x_environment *environment, const struct am65x_config *config)
{
    surroundings_reset(environment, config);
    timers_reset();
    vim_reset();
    ctrl_mmr_reset();
    gpio_reset();
    pdma_reset();
    uart_reset();
    rti_reset();
    gtc_reset();
    mcasp_reset();
    secure_proxy_reset();
    boot_rom_reset();
    sysfw_reset();
    mcu_timer_reset();
    tcm_reset();
    intr_reset();
    mailbox_reset();
    inta_reset();
    ringacc_reset();
    ring_monitor_reset();
    ring_proxy_reset();
    psil_reset();
    udmap_reset();
    pre_its_reset();
    cpsw_reset();
    pcie_reset();
    stale_loader_leave();
}

void am65x_lose_interrupts(void)
{
    ringacc_lose_events();
    ring_monitor_lose_events();
    udmap_lose_events();
    inta_lose_all();
    intr_lose_routes();
}

void am65x_lose_pcie(void)
{
    pcie_lose();
}

uint64_t am65x_advance(void)
{
    timers_run(model_now());
    return timers_next();
}

uint64_t am65x_next_deadline(void)
{
    return timers_next();
}

bool am65x_inject_after(enum am65x_fault fault, uint64_t argument, uint32_t spare, uint32_t count)
{
    if ((unsigned)fault >= AM65X_FAULT_COUNT)
        return false;
    if (fault == AM65X_FAULT_STRAY_EVENT) {
        if (count > AM65X_STRAY_EVENTS_MAX)
            return false;
        for (uint32_t i = 0; i < count; i++)
            inta_event_arrives((uint16_t)argument);
        return true;
    }
    model_fault_set(fault, argument, spare, count);
    if (fault == AM65X_FAULT_SCI_LATE && count == 0)
        sysfw_release_held();
    if (fault == AM65X_FAULT_PCIE_GONE)
        pcie_follow();
    if (fault == AM65X_FAULT_LINK_DOWN)
        cpsw_wire_plug();
    return true;
}

bool am65x_inject(enum am65x_fault fault, uint64_t argument, uint32_t count)
{
    return am65x_inject_after(fault, argument, 0, count);
}
