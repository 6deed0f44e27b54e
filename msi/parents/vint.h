// SPDX-License-Identifier: BSD-3-Clause
/*
 * Virtual interrupts (VINTs) of an aggregator: each gathers up to 64 events on one line through the
 * router. Thread context with the aggregator's mutex held, unless said otherwise.
 */
#ifndef MSI_PARENTS_VINT_H
#define MSI_PARENTS_VINT_H

#include "arch/core.h"
#include "msi/binding.h"
#include "msi/internal.h"
#include "msi/parents/id_pool.h"
#include "msi/parents/inta_registers.h"
#include "msi/parents/intr.h"

struct vint {
    struct irq_sink sink; /* first member */
    struct inta_vint_registers *registers;
    struct intr_line line;
    unsigned core;
    uint16_t number;
    bool open;                          /* has a line and an SPI */
    bool stuck;                         /* its line could not be released */
    bool alone;                         /* of a priority that is not default: one event, no more */
    uint64_t bits;                      /* taken */
    unsigned events;                    /* so many */
    struct vint *next, **link;          /* those of its core with as many; NULL: in no list */
    struct irq *irqs[INTA_VINT_EVENTS]; /* read by the interrupt handler without a lock */
};

/* All VINTs that the host owns. */
struct vint_set {
    struct irq_parent *router;
    uint16_t first_input; /* of the router: VINT 0's */
    uint32_t limit;       /* of numbers */
    struct vint **vints;  /* by number; NULL where the host does not own it */
    struct vint *made;    /* the memory of all of them */
    struct irq_id_pool pool;
    uint32_t on_core[CORE_MAX]; /* open ones */
    /* Open ones that are not full, by core and by how many events they have; and a bit for each
     * list that is not empty. */
    struct vint *with[CORE_MAX][INTA_VINT_EVENTS];
    uint64_t levels[CORE_MAX];
    unsigned stuck;
    uint32_t last_tried; /* of the stuck ones' numbers */
};

/* Asks the system firmware which VINTs the host owns. -ENOMEM, -ERANGE, TI-SCI's errors; on error
 * vint_set_destroy() frees what was made. */
int vint_set_init(struct vint_set *set, const struct inta_facts *facts, struct irq_parent *router);
void vint_set_destroy(struct vint_set *set);

/* Finds a VINT of that priority with room for an interrupt on core, and takes a bit of it. -ENOSPC,
 * the router's and the GIC's errors. */
int vint_take_bit(struct vint_set *set, unsigned core, const struct irq_priority *priority,
                  struct vint **vint, uint8_t *bit);

/* Connects a bit to its interrupt, and takes it off again: when vint_detach() returns, no core
 * delivers to the interrupt. The bit must be disabled. vint_detach(): irq_quiesce()'s errors; then
 * the bit is still connected, and the call can be repeated. */
void vint_attach(struct vint *vint, unsigned bit, struct irq *irq);
int vint_detach(struct vint *vint, unsigned bit);

/* Gives a detached bit back, in any case; the VINT's line goes with its last one. The router's
 * errors: the line is kept, and tried again by vint_reap(). The GIC's: the line is released all the
 * same; or, of a bit that is not the last one, vint_follow()'s. */
int vint_give_bit(struct vint_set *set, struct vint *vint, unsigned bit);

/* After an interrupt of the VINT has moved to core, or is gone (IRQ_CORE_ANY): moves the VINT's SPI
 * to core, or to where another one is, unless one of them, stuck ones left out, is still on the
 * SPI's own core. The GIC's errors. */
int vint_follow(struct vint_set *set, struct vint *vint, unsigned core);

/* Tries again to release lines that could not be released, up to the first without an answer. */
void vint_reap(struct vint_set *set);

/* Enables, disables, sets or reads one bit in the registers. Any context. */
void vint_enable(struct vint *vint, unsigned bit);
void vint_disable(struct vint *vint, unsigned bit);
void vint_raise(struct vint *vint, unsigned bit);
bool vint_is_raised(const struct vint *vint, unsigned bit);

#endif
