// SPDX-License-Identifier: BSD-3-Clause
/*
 * Load for the interrupt layer, all of it on a few interrupts: every core fires, masks, moves,
 * requests and frees the same ones at once, cores leave and come back, a device is bound and
 * unbound while others request of it, and handlers fire, mask and unmask themselves. The same on
 * the target and on the host. (tests/target/msi_churn.h has many interrupts, each with one owner.)
 */
#ifndef TESTS_TARGET_MSI_SIEGE_H
#define TESTS_TARGET_MSI_SIEGE_H

#include "msi/irq.h"

#include <stdbool.h>
#include <stdint.h>

#define SIEGE_PLACES 6u

/* A source that is besieged. */
struct siege_place {
    struct device *device;
    uint32_t index, flags;
    unsigned first_core; /* where it is requested; IRQ_CORE_ANY: anywhere */
    bool fires_itself;   /* its trigger is allowed in a handler */
    /* Of a level: raises and lowers it; NULL: it is an edge, and irq_trigger() fires it. */
    void (*drive)(bool high);
    bool idle; /* its handler finds nothing to do: that is a storm, soon */
    /* Of a device that does not stop for a free: noise() raises it, whether anybody has it or not,
     * along the route that learn() was told of. Calls aren't counted then. Or NULL, both. */
    int (*learn)(const struct irq *irq);
    void (*noise)(void);
};

struct siege {
    const struct siege_place *places;
    unsigned count;
    /* Of which each core requests three more, for the order of replays; NULL: none. They are
     * messages: what arrives while they are masked is kept. */
    struct device *queued;
    /* A device that is bound and unbound; bind() as irq_bind_its() does. Or NULL. */
    struct device *guest;
    int (*bind)(struct device *guest);
    void (*dawdle)(void); /* lets a handler take its time; or NULL */
    bool leaving;         /* hardly more than cores that leave, and moves to them */
    uint64_t operations;  /* of each core */
    uint32_t seed;
    bool (*progress)(uint64_t done, uint64_t total); /* now and then, on core 0: go on? Or NULL */
    uint64_t timeout_us;
};

struct siege_result {
    uint64_t requests, frees, moves, evacuations, sent, received;
    uint64_t in_flight;  /* sent, and freed before it was received: it may get lost */
    uint64_t late;       /* calls of a handler after its free */
    uint64_t doubled;    /* calls without an event */
    uint64_t lost;       /* events without a call */
    uint64_t overlapped; /* a handler on two cores at once */
    uint64_t strayed;    /* a handler on a core that the interrupt had left, or that is gone */
    uint64_t torn;       /* a storm that is not masked */
    uint64_t disordered; /* replays that were not first in, first out */
    uint64_t failed;     /* functions that returned an error */
    int status;          /* of smp_run_all(), or the first function that failed */
};

/* learn() and noise() of an aggregator's event; there is one that is noisy at most. The first
 * returns -EINVAL if irq_describe() tells no route. */
int siege_learn_event(const struct irq *irq);
void siege_raise_event(void);

/* With four cores one of them only fires, masks and unmasks. It is over at the first thing that is
 * wrong. Thread context of core 0. */
void siege_run(const struct siege *siege, struct siege_result *result);

#endif
