// SPDX-License-Identifier: BSD-3-Clause
/*
 * Every function of the interrupt layer that needs thread context, called where it is not allowed:
 * each must return -EDEADLK and do nothing. Used by the self-test and by the host tests.
 */
#ifndef TESTS_TARGET_THREAD_CALLS_H
#define TESTS_TARGET_THREAD_CALLS_H

#include "msi/irq.h"

#include <stdbool.h>
#include <stdint.h>

struct irq_parent;

/* With what they are called: arguments with which they would succeed in thread context. */
struct thread_calls {
    struct irq *irq;       /* of `device`, an interrupt that may move and be freed */
    struct device *device; /* bound */
    uint32_t free_index;   /* of a source of the device, and the three after it */
    struct irq_parent *wired, *router, *aggregator, *its;
    unsigned sgi;         /* requested; the one after it is not */
    unsigned ppi;         /* not requested */
    unsigned core;        /* may be evacuated */
    uint16_t event_owner; /* a TI-SCI device that has events */
};

/* Something that grows whenever hardware, system firmware or allocator is asked; NULL: not known.
 */
typedef uint64_t (*thread_calls_activity_t)(void);

/* Calls each, in the caller's context, and wrong() for each that did not return -EDEADLK, or
 * changed something. Any context but thread context. */
void thread_calls_make(const struct thread_calls *calls, thread_calls_activity_t activity,
                       void (*wrong)(const char *name, int error, bool changed));

#endif
