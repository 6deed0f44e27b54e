// SPDX-License-Identifier: BSD-3-Clause
/*
 * What stands between a completion ring's interrupt and its handler when interrupts are coalesced
 * (struct udma_coalesce). For files of this folder.
 */
#ifndef DRIVERS_UDMA_COALESCE_H
#define DRIVERS_UDMA_COALESCE_H

#include "drivers/udma/monitor.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "msi/irq.h"
#include "msi/timeout.h"

struct udma_coalescer {
    const struct udma_coalescing *by;
    struct udma_coalesce wanted;
    struct udma *udma;
    const struct udma_ring *ring;
    const char *name;
    irq_handler_t handler, traced_handler; /* which empty the ring, or have it emptied */
    void *context;

    struct irq *irq; /* the ring's; NULL: there is none yet */
    struct udma_monitor *monitor;
    struct timeout timeout;
    bool ended;

    uint32_t calls;   /* of udma_coalescing's, since one was the first; atomic */
    bool paused;      /* each event is an interrupt, as without; atomic */
    bool stale;       /* the ring's event may be one of which nothing is left; atomic */
    uint64_t in_vain; /* interrupts that had nothing to do; atomic */
};

/* Thread context but for the last two. Where a channel names none, the image has none of it. */
struct udma_coalescing {
    /* Before the ring's interrupt is requested: puts itself in front of the request's handler.
     * -ENOMEM; the errors of timeout_begin(). */
    int (*begin)(const struct udma_coalesce *wanted, struct udma *udma,
                 const struct udma_ring *ring, struct irq_request *request,
                 struct udma_coalescer **coalescer);
    /* It has been, and is masked still. The errors of udma_monitor_open(). */
    int (*start)(struct udma_coalescer *coalescer, struct irq *irq);
    /* From the return on it is as if interrupts were not coalesced, until resume(). -EAGAIN: a
     * handler has not returned. */
    int (*pause)(struct udma_coalescer *coalescer);
    void (*resume)(struct udma_coalescer *coalescer);
    /* As pause(), for good. Can be repeated. */
    int (*end)(struct udma_coalescer *coalescer);
    /* The ring's interrupt is gone. */
    void (*free)(struct udma_coalescer *coalescer);
    /* As snprintf(): "coalesced (32, 100 us) > ". */
    int (*describe)(const struct udma_coalescer *coalescer, char *text, size_t size);
    void (*count)(const struct udma_coalescer *coalescer, uint64_t *interrupts, uint64_t *empty);
};

/* `completions`: as many as there can be in the ring. */
static inline bool udma_coalesce_is_valid(const struct udma_coalesce *wanted, unsigned completions,
                                          bool polled)
{
    if (wanted->by == NULL)
        return wanted->count == 0 && wanted->time_us == 0;
    return !polled && wanted->time_us != 0 && wanted->time_us <= UDMA_COALESCE_US_MAX &&
           wanted->count != 1u && wanted->count <= completions;
}

#endif
