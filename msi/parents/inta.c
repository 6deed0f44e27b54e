// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt aggregator (AM65x TRM SPRUID7, 10.2 "Navigator Subsystem", interrupt aggregator;
 * TI-SCI documentation, "Interrupt Management" and AM65x resource types) as a parent of devices.
 *
 * Three numbers are allocated per interrupt: a global event, a (VINT, bit), and, for a VINT's first
 * event, a router output (msi/parents/vint.c).
 *
 * Moving an interrupt. TI-SCI has no request that changes where an event goes: it can be released,
 * and mapped anew (TISCI_MSG_RM_IRQ_SET: the combinations of valid_params). Between the two the
 * source sends nothing; and a ring tells only that it has stopped being empty, so one event lost
 * stops it for good. Therefore the mapping stays, and the core that takes the VINT hands the event
 * over to the core that the event's interrupt is on (msi/state.c), for the price of an SGI. The
 * VINT's SPI follows its events: when none of them is on the SPI's core any more, the SPI moves
 * after the last that left. So an event alone on its VINT, and a core's whole VINT, move with their
 * SPI and cost nothing extra.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "lib/log.h"
#include "msi/irq.h"
#include "msi/local.h"
#include "msi/parents/mapping.h"
#include "msi/parents/restore.h"
#include "msi/parents/stuck.h"
#include "msi/parents/vint.h"
#include "msi/registry.h"
#include "msi/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SOURCE_INDEX_LIMIT 0x10000u /* 16 bits in RM_IRQ_SET */

LOG_USE(irq);

struct inta_irq {
    struct irq irq; /* first member */
    struct vint *vint;
    struct irq_mapping mapping; /* has the event and the bit */
};

struct inta {
    struct irq_parent parent; /* first member */
    uint16_t device_id;
    struct vint_set vints;
    struct irq_id_pool events;
    struct irq *stuck; /* interrupts whose event could not be unmapped */
};

static struct inta *inta_of(const struct irq *irq)
{
    return (struct inta *)irq->binding->parent;
}

static struct inta_irq *event_of(struct irq *irq)
{
    return (struct inta_irq *)irq;
}

static const struct inta_irq *const_event_of(const struct irq *irq)
{
    return (const struct inta_irq *)irq;
}

/* ---- what could not be released ---- */

static int give_event(struct inta *inta, struct inta_irq *event)
{
    irq_id_pool_give(&inta->events, event->mapping.global_event);
    return vint_give_bit(&inta->vints, event->vint, event->mapping.bit);
}

/* Takes the event off its bit, and its mapping down; can be repeated. */
static int take_off(struct inta_irq *event)
{
    int error = vint_detach(event->vint, event->mapping.bit);

    return error != 0 ? error : irq_mapping_clear(&event->mapping);
}

static bool is_stuck(const struct inta *inta)
{
    return inta->stuck != NULL || inta->vints.stuck != 0;
}

static int release_stuck(struct irq_parent *parent, struct irq *irq)
{
    int error = take_off(event_of(irq));

    if (error == 0)
        (void)give_event((struct inta *)parent,
                         event_of(irq)); /* a line that stays is kept in its VINT */
    return error;
}

static void reap(struct inta *inta)
{
    irq_stuck_reap(&inta->stuck, release_stuck, &inta->parent);
    vint_reap(&inta->vints);
}

/* ---- operations ---- */

/* The event has its interrupt before the mapping is asked for: the system firmware enables the bit
 * when it maps the event, which may come at once. Then it is kept pending; inta_unmask() enables
 * the bit for good. */
static int map(struct inta *inta, struct inta_irq *event, uint16_t number, uint8_t bit)
{
    int error;

    event->mapping = (struct irq_mapping){
        .is_event = true,
        .source_device = event->irq.binding->data.ti_sci_device,
        .source_index = (uint16_t)event->irq.index,
        .device = inta->device_id,
        .target = event->vint->number,
        .global_event = number,
        .bit = bit,
    };
    vint_attach(event->vint, bit, &event->irq);
    error = irq_mapping_set(&event->mapping);
    vint_disable(event->vint, bit);
    /* A core that hangs in a handler keeps the bit from its next owner, until a later attempt. */
    if (error != 0 && vint_detach(event->vint, bit) != 0)
        event->mapping.unknown = true;
    return error;
}

static int inta_alloc(struct irq *irq, uint32_t flags)
{
    struct inta *inta = inta_of(irq);
    struct inta_irq *event = event_of(irq);
    uint16_t number;
    uint8_t bit;
    int error;

    (void)flags; /* an event is an edge into a status bit, whatever the source */
    if (is_stuck(inta))
        reap(inta);
    if (!irq_id_pool_take(&inta->events, &number))
        return -ENOSPC;
    error = vint_take_bit(&inta->vints, irq->core, irq->priority, &event->vint, &bit);
    if (error != 0) {
        irq_id_pool_give(&inta->events, number);
        return error;
    }
    error = map(inta, event, number, bit);
    if (error != 0) {
        log_error(irq, "%s: %s index %u: map event %u to VINT %u bit %u: error %d",
                  inta->parent.name, irq->binding->device->name, (unsigned)irq->index, number,
                  event->vint->number, bit, error);
        if (event->mapping.unknown)
            irq_stuck_keep(&inta->stuck, irq);
        else
            (void)give_event(inta, event);
    }
    return error;
}

static int inta_free(struct irq *irq)
{
    struct inta *inta = inta_of(irq);
    struct inta_irq *event = event_of(irq);

    if (is_stuck(inta))
        reap(inta);

    int error = take_off(event);

    if (error != 0) {
        log_error(irq, "%s: %s index %u: unmap event %u: error %d", inta->parent.name,
                  irq->binding->device->name, (unsigned)irq->index, event->mapping.global_event,
                  error);
        irq_stuck_keep(&inta->stuck, irq);
        (void)vint_follow(&inta->vints, event->vint, IRQ_CORE_ANY); /* the first error is told */
        return error;
    }
    irq->quiet = true; /* vint_detach() has waited */
    return give_event(inta, event);
}

static void inta_mask(struct irq *irq)
{
    vint_disable(event_of(irq)->vint, event_of(irq)->mapping.bit);
}

static void inta_unmask(struct irq *irq)
{
    vint_enable(event_of(irq)->vint, event_of(irq)->mapping.bit);
}

static int inta_set_affinity(struct irq *irq, unsigned core)
{
    unsigned old = irq_core(irq);
    int error;

    /* From here on the event is handed over, if it comes to another core. */
    __atomic_store_n(&irq->core, core, __ATOMIC_SEQ_CST);
    error = vint_follow(&inta_of(irq)->vints, event_of(irq)->vint, core);
    if (error != 0)
        __atomic_store_n(&irq->core, old, __ATOMIC_SEQ_CST);
    return error;
}

static uint32_t inta_group(const struct irq *irq)
{
    return const_event_of(irq)->vint->number;
}

static bool inta_pending(struct irq *irq)
{
    return vint_is_raised(event_of(irq)->vint, event_of(irq)->mapping.bit);
}

static int inta_trigger(struct irq *irq)
{
    vint_raise(event_of(irq)->vint, event_of(irq)->mapping.bit);
    return 0;
}

static int inta_describe(const struct irq *irq, char *text, size_t size)
{
    const struct irq_mapping *mapping = &const_event_of(irq)->mapping;
    const struct vint *vint = const_event_of(irq)->vint;
    unsigned core = irq_core(irq), line_core = __atomic_load_n(&vint->core, __ATOMIC_RELAXED);
    char handed_over[24] = "";

    if (core != line_core)
        sniprintf(handed_over, sizeof(handed_over), " > SGI %u > core %u", IRQ_SGI_REPLAY, core);
    return sniprintf(text, size,
                     "event %u > VINT %u bit %u > INTR output %u > INTID %u > core %u%s",
                     mapping->global_event, vint->number, mapping->bit, vint->line.output,
                     vint->line.intid, line_core, handed_over);
}

static void inta_inventory(struct irq_parent *parent, struct irq_inventory *inventory)
{
    const struct inta *inta = (const struct inta *)parent;

    inventory->held += irq_stuck_count(inta->stuck) + inta->vints.stuck;
    inventory->events += inta->events.capacity - inta->events.free;
    inventory->events_free += inta->events.free;
    inventory->vints += inta->vints.pool.capacity - inta->vints.pool.free;
    inventory->vints_free += inta->vints.pool.free;
}

/* Interrupts that are stuck point to their binding. */
static int inta_unbind(struct irq_binding *binding)
{
    struct inta *inta = (struct inta *)binding->parent;

    reap(inta);
    for (const struct irq *irq = inta->stuck; irq != NULL; irq = irq->stuck_next) {
        if (irq->binding == binding)
            return -EBUSY;
    }
    return 0;
}

static const struct irq_parent_ops inta_ops = {
    .irq_size = sizeof(struct inta_irq),
    .alloc = inta_alloc,
    .free = inta_free,
    .mask = inta_mask,
    .unmask = inta_unmask,
    .set_affinity = inta_set_affinity,
    .group = inta_group,
    .pending = inta_pending,
    .trigger = inta_trigger,
    .describe = inta_describe,
    .unbind = inta_unbind,
    .inventory = inta_inventory,
};

/* ---- after a suspend ---- */

/* The mask, before the event is raised: a VINT that has lost its registers has none enabled. */
int irq_inta_restore(struct irq *irq)
{
    if (irq->binding->parent->ops != &inta_ops)
        return 0;

    struct inta_irq *event = event_of(irq);
    bool lost;
    int line = intr_line_restore(inta_of(irq)->vints.router, &event->vint->line);
    int error = irq_mapping_restore(&event->mapping, &lost);

    irq_state_restore(irq);
    if (lost)
        vint_raise(event->vint, event->mapping.bit);
    return line != 0 ? line : error;
}

/* ---- start ---- */

static int init_events(struct inta *inta)
{
    struct ti_sci_range range;
    int error = ti_sci_get_range(inta->device_id, TI_SCI_SUBTYPE_GLOBAL_EVENT_SEVT, &range);

    if (error == 0)
        error = irq_id_pool_init(&inta->events, (uint32_t)range.count + range.second_count);
    if (error != 0)
        return error;
    irq_id_pool_fill(&inta->events, range.first, range.count);
    irq_id_pool_fill(&inta->events, range.second_first, range.second_count);
    return 0;
}

int irq_inta_init(const struct inta_facts *facts, struct irq_parent *router,
                  struct irq_parent **parent)
{
    if (!wait_is_allowed())
        return -EDEADLK;
    if (!intr_is_router(router))
        return -EINVAL;

    struct inta *inta = calloc(1, sizeof(*inta));
    int error;

    if (inta == NULL)
        return -ENOMEM;
    inta->parent = (struct irq_parent){.ops = &inta_ops, .name = "INTA", .mutex = MUTEX_INIT};
    inta->device_id = facts->device_id;
    error = vint_set_init(&inta->vints, facts, router);
    if (error == 0)
        error = init_events(inta);
    if (error == 0)
        error = irq_parent_register(&inta->parent);
    if (error != 0) {
        vint_set_destroy(&inta->vints);
        free(inta->events.ids);
        free(inta);
        return error;
    }
    *parent = &inta->parent;
    return 0;
}

int irq_bind_inta(struct device *device, struct irq_parent *parent, uint16_t ti_sci_device)
{
    const struct irq_binding model = {.index_limit = SOURCE_INDEX_LIMIT,
                                      .data.ti_sci_device = ti_sci_device};

    if (device == NULL || parent == NULL || parent->ops != &inta_ops)
        return -EINVAL;
    return irq_binding_create(device, parent, &model, NULL, NULL);
}
