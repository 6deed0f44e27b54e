// SPDX-License-Identifier: BSD-3-Clause
/*
 * Load for the interrupt layer: every core requests, fires, masks, moves and frees at random, all
 * at once. What is sent and what is received are counted apart, and compared when each interrupt
 * has come to rest. The same on the target and on the host.
 */
#ifndef TESTS_TARGET_MSI_CHURN_H
#define TESTS_TARGET_MSI_CHURN_H

#include "msi/irq.h"

#include <stdbool.h>
#include <stdint.h>

#define CHURN_SLOTS 12u /* interrupts a core has at most */

struct churn {
    /* Which source a core's slot has. Slots differ in theirs, or ask for IRQ_INDEX_ANY. */
    void (*place)(unsigned core, unsigned slot, struct device **device, uint32_t *index);
    uint64_t operations;  /* requests, frees, moves and events, of each core */
    unsigned evacuations; /* each so many operations a core leaves, and comes back; 0: none */
    bool (*progress)(uint64_t done, uint64_t total); /* now and then, on core 0: go on? Or NULL */
    uint64_t timeout_us;
};

struct churn_result {
    uint64_t requests, frees, moves, evacuations, sent, received;
    uint64_t in_flight; /* sent just before a free, and not received: they may get lost */
    uint64_t late;      /* calls of a handler after its free */
    uint64_t doubled;   /* calls without an event */
    uint64_t lost;      /* events without a call */
    uint64_t strayed;   /* handlers on a core that the interrupt had left */
    uint64_t shared;    /* events, bits or LPIs that two interrupts had at once */
    uint64_t failed;    /* functions that returned an error */
    int status;         /* of smp_run_all(), or the first function that failed */
};

void churn_run(const struct churn *churn, struct churn_result *result);

#endif
