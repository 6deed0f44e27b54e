// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the interrupt layer and its parents share: an interrupt, a device's binding to its parent,
 * and the parent's operations. Not for drivers.
 *
 * Locks, in the order in which they may be taken: the registry's mutex (bindings), a parent's
 * mutex (its allocations and its devices' tables; held across requests to the system firmware or
 * the ITS), the router's mutex below an aggregator's; then spinlocks, one at a time.
 */
#ifndef MSI_INTERNAL_H
#define MSI_INTERNAL_H

#include "arch/spinlock.h"
#include "arch/wait.h"
#include "msi/device.h"
#include "msi/dispatch.h"
#include "msi/handler.h"
#include "msi/irq.h"
#include "msi/priority.h"
#include "msi/report.h"
#include "msi/sources.h"
#include "msi/storm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct its_identity;

/* A parent embeds it in a structure of its own, as the first member, and tells the size. */
struct irq {
    union {
        struct irq_sink sink; /* where an INTID is this interrupt's alone (irq_state_init()) */
        struct {              /* sink.claim: little-endian, as all that this runs on */
            uint32_t state;   /* IRQ_STATE_*, msi/state.h */
            unsigned core;
        };
    };
    struct irq_binding *binding;
    irq_handler_t handler;
    void *context;
    irq_handler_t traced_handler;
    const char *name;
    uint32_t index;
    const struct irq_priority *priority;
    uint32_t cores;          /* where it may be without having been told to; a bit each */
    uint64_t balanced_count; /* of irq_count(), at the last irq_balance() */
    struct spinlock lock;    /* keeps the mask bit in `state` and the hardware's in step */
    struct irq_slot *slot;   /* of its message; NULL if the device keeps none (msi/message.h) */

    struct irq_storm_window window;
    uint64_t longest_ns, longest_wait_ns; /* msi/statistics.h, as the next */
    uint32_t timed_calls[CORE_MAX];
    /* With the parent's mutex: its storm has been logged; ops->silence() has turned it off. */
    bool storm_told, silenced;

    struct irq *replay_next; /* msi/state.c */
    bool replay_queued;

    /* The parent could not take the route down: its resources, and this, are kept, and it tries
     * again. Or this waits for the last core to look away (msi/reclaim.h). */
    bool stuck;
    struct irq *stuck_next;
    /* Set by the parent's free(): nothing led to this any more when it waited for handlers, and the
     * wait has ended. So no core looks at it. */
    bool quiet;
};

/* Lives as long as the device is bound, an interrupt of it exists, or somebody uses it
 * (irq_binding_get()). */
struct irq_binding {
    struct device *device;
    struct irq_parent *parent;
    struct irq_binding *next, **link; /* in the registry's list, and what points to this one */
    uint32_t references;              /* msi/registry.c */
    bool unbound;                     /* with the parent's mutex */
    struct irq_source_table sources;  /* the interrupts, by index */
    uint32_t index_limit;
    bool any_index; /* IRQ_INDEX_ANY makes sense */
    union {
        const uint16_t *numbers;  /* wired: INTIDs; router: inputs */
        uint16_t ti_sci_device;   /* aggregator: the events' source */
        uint32_t line;            /* shared lines */
        struct its_identity *its; /* ITS */
    } data;
    uint32_t first_event; /* ITS: source 0's, among those of the device id */
};

/* All in thread context with the parent's mutex held, unless said otherwise. */
struct irq_parent_ops {
    size_t irq_size; /* of the structure that embeds struct irq */
    /* Makes the whole route to irq->core and leaves it masked. On error nothing is left, or
     * irq->stuck says that the parent keeps it. */
    int (*alloc)(struct irq *irq, uint32_t flags);
    /* Takes the route down; the handler does not run any more. On error as alloc(), and a later
     * alloc(), free() or unbind() of the parent tries again. */
    int (*free)(struct irq *irq);
    /* Any context, with irq->lock held. NULL: the mask bit in irq->state is all there is. */
    void (*mask)(struct irq *irq);
    void (*unmask)(struct irq *irq);
    int (*set_affinity)(struct irq *irq, unsigned core); /* sets irq->core */
    /* What the device has to write to raise the interrupt, wherever that moves. NULL: it writes
     * nothing. */
    void (*compose)(const struct irq *irq, struct irq_message *message);
    /* Turns the interrupt off, and on again, at its source; for storms. NULL: mask() does. */
    int (*silence)(struct irq *irq, bool silent);
    /* Interrupts with the same group number should move to the same core. NULL: each alone. */
    uint32_t (*group)(const struct irq *irq);
    bool (*pending)(struct irq *irq);                                /* any context; may be NULL */
    int (*trigger)(struct irq *irq);                                 /* without the mutex */
    int (*describe)(const struct irq *irq, char *text, size_t size); /* without the mutex */
    /* Turns off an INTID of the parent's that came though nobody has it; for those that can't be
     * turned off in interrupt context. May be NULL. */
    int (*silence_stray)(struct irq_parent *parent, unsigned intid);
    /* Undoes what binding did for the device; may be NULL. On error the device stays bound. */
    int (*unbind)(struct irq_binding *binding);
    void (*inventory)(struct irq_parent *parent, struct irq_inventory *inventory);
};

struct irq_parent {
    const struct irq_parent_ops *ops;
    const char *name;
    struct mutex mutex;
    struct irq *spare; /* a few freed ones' memory, linked by stuck_next; with the mutex */
    unsigned spares;
    struct irq_parent *next;
};

/* irq_set_affinity() without the wait for handlers: what has begun on the old core may still run
 * there. Thread context, with the parent's mutex held. On error it is where it was. */
int irq_move(struct irq *irq, unsigned core);

#endif
