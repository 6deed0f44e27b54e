// SPDX-License-Identifier: BSD-3-Clause
/*
 * Example of a driver: a device with message slots of its own (tests/target/example_slots.c).
 */
#ifndef TESTS_TARGET_EXAMPLE_SLOTS_H
#define TESTS_TARGET_EXAMPLE_SLOTS_H

#include "msi/irq.h"

#define EXAMPLE_QUEUES     8u
#define EXAMPLE_SLOT_ADMIN EXAMPLE_QUEUES       /* a slot of its own */
#define EXAMPLE_SLOTS      (EXAMPLE_QUEUES + 1) /* in the device: the queues share the first */

/* What the device has in its memory. */
struct example_slot {
    uint64_t address;
    uint32_t data;
    bool valid;
};

struct example_queue {
    uint64_t calls;
};

struct example_slots {
    struct device device; /* the platform binds it */
    struct example_slot *table;
    struct example_queue queues[EXAMPLE_QUEUES], admin;
    struct irq *queue_irqs[EXAMPLE_QUEUES], *admin_irq;
};

/* For the platform, before it binds the device. */
void example_slots_init(struct example_slots *slots, struct example_slot *table);

/* Thread context. Errors of irq_request(), and none of what it takes is left. */
int example_slots_open(struct example_slots *slots);
int example_slots_close(struct example_slots *slots);

/* The device came out of a reset, its table is empty. Thread context. */
int example_slots_resume(struct example_slots *slots);

#endif
