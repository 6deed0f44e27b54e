// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer on the host machine: GIC, ITS, router and aggregator brought up as the
 * platform does it. Once a process.
 */
#ifndef TESTS_HOST_SUPPORT_MSI_HOST_H
#define TESTS_HOST_SUPPORT_MSI_HOST_H

#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/limits.h"
#include "msi/report.h"
#include "msi/service.h"

#include <stdint.h>

#define MSI_HOST_RESERVE 8u /* router outputs for direct devices */
#define MSI_HOST_SOURCES 256u

struct msi_host {
    struct irq_parent *wired, *router, *aggregator, *its;
    uint16_t sources[MSI_HOST_SOURCES]; /* every ring of the host that has an event */
    unsigned source_count;
};

void msi_host_start(struct msi_host *host);

#endif
