// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer on the host machine (tests/host/support/msi_host.h).
 */
#include "tests/host/support/msi_host.h"

#include "arch/core.h"
#include "arch/smp.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/ti_sci/ti_sci.h"
#include "msi/dispatch.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"

#include <assert.h>
#include <stddef.h>

static void add_sources(struct msi_host *host, uint8_t subtype)
{
    struct ti_sci_range range;

    if (ti_sci_get_range(AM65X_DEV_RINGACC, subtype, &range) != 0)
        return;
    for (unsigned i = 0; i < range.count && host->source_count < MSI_HOST_SOURCES; i++)
        host->sources[host->source_count++] = (uint16_t)(range.first + i);
    for (unsigned i = 0; i < range.second_count && host->source_count < MSI_HOST_SOURCES; i++)
        host->sources[host->source_count++] = (uint16_t)(range.second_first + i);
}

static void expect(int error)
{
    if (error != 0)
        assert(!"the host machine does not come up");
}

static void cpu_init(void *argument)
{
    (void)argument;
    if (core_id() != 0)
        expect(irq_core_init());
}

static void start_parents(struct msi_host *host)
{
    static const struct intr_output_range ranges[] = {{0, 64, 64}, {64, 448, 64}};
    const struct intr_facts intr = {AM65X_DEV_INTR, ranges, 2, MSI_HOST_RESERVE};
    const struct inta_facts inta = {AM65X_DEV_INTA, AM65X_INTA_BASE, AM65X_INTA_VINTS, 0};
    const struct ti_sci_config sci = AM65X_TI_SCI_CONFIG;

    expect(ti_sci_init(&sci));
    expect(irq_wired_init(&host->wired));
    expect(irq_its_init(&host->its));
    expect(irq_its_use_window(host->its, AM65X_PRE_ITS_BASE, AM65X_PRE_ITS_SIZE));
    expect(irq_intr_init(&intr, &host->router));
    expect(irq_inta_init(&inta, host->router, &host->aggregator));
}

void msi_host_start(struct msi_host *host)
{
    *host = (struct msi_host){0};
    host_reset();
    expect(gic_init(AM65X_GICD_BASE, AM65X_GICR_BASE, AM65X_GICR_SIZE));
    expect(irq_init());
    expect(irq_core_init());
    expect(its_init(AM65X_GITS_BASE));
    expect(smp_run_all(cpu_init, NULL, 1000000));
    start_parents(host);
    for (uint8_t subtype = TI_SCI_SUBTYPE_RA_GP; subtype <= TI_SCI_SUBTYPE_RA_UDMAP_TX; subtype++)
        add_sources(host, subtype);
}
