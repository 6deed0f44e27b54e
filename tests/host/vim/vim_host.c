// SPDX-License-Identifier: BSD-3-Clause
#include "tests/host/vim/vim_host.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "drivers/ti_sci/ti_sci.h"
#include "msi/binding.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_host.h"
#include "tests/host/support/r5f_host.h"
#include "twin/models/vim.h"

#include <assert.h>
#include <stddef.h>

const uint16_t vim_host_privates[VIM_ROOT_PRIVATE] = {
    VIM_NONE, VIM_NONE, VIM_NONE,    VIM_NONE, VIM_NONE, VIM_NONE,
    VIM_NONE, VIM_NONE, VIM_NONE,    VIM_NONE, VIM_NONE, INPUT_TIMER, /* 27 */
    VIM_NONE, VIM_NONE, INPUT_ALARM,                                  /* 30 */
    VIM_NONE,
};

/* ---- a core's IRQ line ---- */

static void no_line(unsigned intid, bool high)
{
    (void)intid;
    (void)high;
}

static void no_message(uint32_t device_id, uint32_t event_id)
{
    (void)device_id;
    (void)event_id;
}

static bool core_pending(unsigned core)
{
    return core == 0 && r5f_lines[0].irq;
}

static const struct host_interrupt_controller controller = {
    .line = no_line,
    .its_message = no_message,
    .pending = core_pending,
    .take = host_take_irq,
};

/* There is no GIC here that the machine could reset, nor an ITS. */
void gic_host_reset(void)
{
}

void its_host_reset(void)
{
}

/* The alarm (tests/host/support/alarm_host.c): a timer of the MCU domain's. */
void gic_host_ppi(unsigned core, unsigned intid, bool high)
{
    if (core == 0)
        vim_line(0, vim_host_privates[intid - ROOT_INTID_PPI_FIRST], high);
}

void vim_host_reset(void)
{
    host_reset_with(1, 0);
    host_be_r5f(true);
    host_set_interrupt_controller(&controller);
}

/* ---- handlers that are interrupted ---- */

static bool is_open;

bool exception_open(void)
{
    bool was_open = is_open;

    is_open = true;
    return !was_open;
}

void exception_close(void)
{
    is_open = false;
}

/* The handler that has been interrupted is open again afterwards. */
void exception_nested(void (*function)(void *argument), void *argument)
{
    is_open = false;
    function(argument);
    is_open = true;
}

void vim_host_interrupt_handler(void)
{
    assert(in_interrupt());
    while (is_open && r5f_lines[0].irq)
        host_take_irq(0);
}

/* ---- the interrupt layer ---- */

static void expect(int error)
{
    if (error != 0)
        assert(!"the host machine does not come up");
}

static void add_sources(struct msi_host *host)
{
    struct ti_sci_range range;

    expect(ti_sci_get_range(R5F_DEV_RINGACC, TI_SCI_SUBTYPE_RA_GP, &range));
    for (unsigned i = 0; i < range.count && host->source_count < MSI_HOST_SOURCES; i++)
        host->sources[host->source_count++] = (uint16_t)(range.first + i);
}

void msi_host_start(struct msi_host *host)
{
    static const struct intr_output_range ranges[] = {{0, INTID_OF(INPUT_MCU_INTR), 32}};
    const struct intr_facts intr = {R5F_DEV_INTR, ranges, 1, MSI_HOST_RESERVE};
    const struct inta_facts inta = {R5F_DEV_INTA, MCU_INTA_BASE, MCU_INTA_VINTS, 0};

    *host = (struct msi_host){0};
    vim_host_reset();
    expect(vim_root_init(VIM_HOST_BASE, vim_host_privates));
    expect(irq_init());
    expect(irq_core_init());
    expect(irq_wired_init(&host->wired));
    expect(irq_intr_init(&intr, &host->router));
    expect(irq_inta_init(&inta, host->router, &host->aggregator));
    add_sources(host);
}
