// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of the UDMA driver share; nothing here is for its users.
 */
#ifndef DRIVERS_UDMA_INTERNAL_H
#define DRIVERS_UDMA_INTERNAL_H

#include "arch/spinlock.h"
#include "drivers/udma/descriptor.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "drivers/udma/udmap_registers.h"
#include "lib/log.h"
#include "msi/handler.h"

#include <stdbool.h>
#include <stdint.h>

LOG_USE(udma);

struct irq;

#define UDMA_DEPTH_MAX 64u /* one bit each in free_slots */

/* A transfer that is queued: its descriptor has the same number. */
struct udma_slot {
    void *cookie;
    uint32_t length;
};

struct udma_channel {
    struct udma_channel_config config;
    uint16_t number; /* of the transmit and of the receive channel */
    struct udmap_channel_registers *transmit, *receive;
    struct udma_ring transfer, completion;
    struct udma_descriptor *descriptors;
    struct irq *irq;
    struct udma_channel *next_abandoned;
    bool stopped; /* the teardown's message has come; atomic */

    struct spinlock lock; /* for what follows */
    struct udma_slot slots[UDMA_DEPTH_MAX];
    uint64_t free_slots;
    unsigned deferred; /* pushed while draining, not yet submitted */
    bool draining;     /* the handler is at work */
    bool closing;
    struct udma_counters counters;
};

/* What a channel needs of the shared numbers: a pair of channels and a completion ring. Thread
 * context. -ENOSPC; -ENODEV before udma_init(). */
struct udma_numbers {
    uint16_t channel;
    uint16_t completion_ring;
};
int udma_numbers_take(struct udma_numbers *numbers);
void udma_numbers_give_back(const struct udma_numbers *numbers);

/* For a channel that was closed, or whose opening failed, while the hardware may still use it: its
 * numbers stay taken, and its memory allocated, in a list for a debugger. Thread context. */
void udma_numbers_abandon(const struct udma_numbers *numbers, struct udma_channel *channel);

/* The platform's facts; valid after udma_init(). */
const struct udma_facts *udma_get_facts(void);

/* The completion ring's interrupt handler; context is the channel. */
enum irq_return udma_transfer_interrupt(void *context);
/* The same, and records what it does (lib/trace.h). */
enum irq_return udma_transfer_interrupt_traced(void *context);

#endif
