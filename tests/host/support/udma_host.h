// SPDX-License-Identifier: BSD-3-Clause
/*
 * The UDMA driver on the host machine, on top of the interrupt layer (msi_host.h). Once a process.
 */
#ifndef TESTS_HOST_SUPPORT_UDMA_HOST_H
#define TESTS_HOST_SUPPORT_UDMA_HOST_H

#include "drivers/udma/udma.h"

#include <stdint.h>

extern const struct udma_facts udma_host_facts;

struct irq_parent;

/* Binds the rings to a machine's aggregator, and brings the driver up. */
int udma_host_join(struct irq_parent *aggregator);

/* The same with a machine of its own: everything up to udma_init(). */
void udma_host_start(void);

/* That as the set-up of a group of tests. */
int udma_host_machine_up(void **state);

/* Then the other Navigator's too. */
struct udma *udma_host_start_mcu(void);

/* What is allocated in the driver, in the interrupt layer and in the models; equal before and
 * after. */
struct udma_host_inventory {
    struct udma_inventory udma, mcu;
    unsigned open;
    uint64_t irqs, mappings, routes, pairs, rings;
    uint64_t lost; /* descriptors that went to no ring: never any */
};
struct udma_host_inventory udma_host_inventory(void);

/* Fail the test. */
void must(int error);
void check_inventory(const struct udma_host_inventory *before);

#endif
