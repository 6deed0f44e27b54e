// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt aggregator (AM65x TRM SPRUID7, 10.2 "Navigator Subsystem", interrupt aggregator;
 * TI-SCI documentation, "Interrupt Management" and AM65x resource types).
 *
 * A global event sets one of 64 status bits of a virtual interrupt (VINT); while an enabled status
 * bit is set the VINT's output is high; the router leads it to an SPI. Three numbers are allocated
 * per interrupt: a global event, a (VINT, bit), and, for a VINT's first event, a router output.
 *
 * Who shares. While VINTs and outputs are plenty, each event has a VINT of its own, and can be
 * moved to another core alone. "Plenty" means that afterwards there is still one for each core that
 * has none yet: so when sharing begins, each core has a VINT to share, and an event stays on the
 * core that it prefers. It joins the VINT of that core with the fewest events. Only if all of these
 * are full, 64 events each, does it join another core's, which then hands its events over.
 *
 * Moving one. TI-SCI has no request that changes where an event goes: it can be released, and
 * mapped anew (TISCI_MSG_RM_IRQ_SET: the combinations of valid_params). Between the two the source
 * sends nothing; and a ring tells only that it has stopped being empty, so one event lost stops it
 * for good. Therefore the mapping stays, and the core that takes the VINT hands the event over to
 * the core that the event's interrupt is on (msi/deliver.c), for the price of an SGI. The VINT's
 * SPI follows its events: when none of them is on the SPI's core any more, the SPI moves after the
 * last that left. So an event alone on its VINT, and a core's whole VINT, move with their SPI and
 * cost nothing extra.
 *
 * What one interrupt costs: three accesses to the VINT, however many events are pending.
 *   1. read STATUS_MASKED: which events, without those that are masked;
 *   2. write STATUS_CLEAR with just these bits, before the handlers run: an event that arrives from
 *      here on sets its bit again and raises a new interrupt;
 *   3. read STATUS_MASKED once more: a write to Device-nGnRE memory may be acknowledged on its way.
 *      The read, to the same device, can't overtake it (Arm ARM DDI 0487, B2.7.2), so the clear is
 *      done before a handler looks at its ring. Otherwise a handler could find the ring empty, the
 *      next completion could set the bit, and the late clear would wipe it out. It also lets the
 *      level fall before the interrupt ends, so the GIC does not take it for a new one.
 */
#include "arch/cpu.h"
#include "arch/mmio.h"
#include "drivers/gic/gic.h"
#include "drivers/ti_sci/ti_sci.h"
#include "lib/log.h"
#include "msi/cores.h"
#include "msi/deliver.h"
#include "msi/id_pool.h"
#include "msi/internal.h"
#include "msi/intr.h"
#include "msi/spi.h"
#include "msi/trouble.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A VINT's registers, 64 bits each, one bit an event (TRM, INTAGGR_VINT). */
#define VINT_STRIDE         0x1000u
#define VINT_ENABLE_SET     0x00u
#define VINT_ENABLE_CLEAR   0x08u
#define VINT_STATUS_SET     0x10u
#define VINT_STATUS_CLEAR   0x18u /* reads as the status, before the mask */
#define VINT_STATUS_MASKED  0x20u
#define VINT_EVENTS         64u
#define VINT_ALL            UINT64_MAX

/* TI-SCI documentation, AM65x resource types, NAVSS0_UDMASS_INTA0. */
#define INTA_SUBTYPE_VINTS  0x0au
#define INTA_SUBTYPE_EVENTS 0x0du

#define SOURCE_INDEX_LIMIT  0x10000u /* 16 bits in RM_IRQ_SET */

struct inta_vint {
    struct irq_sink sink; /* first member */
    struct inta *inta;
    uintptr_t registers;
    struct intr_line line;
    unsigned core;
    uint16_t number;
    bool open;                     /* has a line and an SPI */
    bool stuck;                    /* its line could not be released */
    uint64_t bits;                 /* allocated */
    struct irq *irqs[VINT_EVENTS]; /* read by the interrupt handler without a lock */
};

struct inta {
    struct irq_parent parent; /* first member */
    struct inta_facts facts;
    struct irq_parent *router;
    struct inta_vint **vints; /* by number; NULL where the host does not own it */
    struct id_pool vint_pool, event_pool;
    uint32_t vints_on_core[CORE_MAX];
    struct irq *stuck; /* interrupts whose event could not be unmapped */
    unsigned stuck_vints;
};

static struct inta *inta_of(const struct irq *irq)
{
    return (struct inta *)irq->binding->parent;
}

static uint64_t bit_of(const struct irq *irq)
{
    return UINT64_C(1) << irq->route.inta.mapping.bit;
}

/* ---- interrupt ---- */

static void vint_deliver(struct irq_sink *sink)
{
    struct inta_vint *vint = (struct inta_vint *)sink;
    uint64_t status = mmio_read64(vint->registers + VINT_STATUS_MASKED);

    if (status == 0)
        return; /* masked or unmapped since the line rose */
    mmio_write64(vint->registers + VINT_STATUS_CLEAR, status);
    (void)mmio_read64(vint->registers + VINT_STATUS_MASKED);
    for (; status != 0; status &= status - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(status);
        struct irq *irq = __atomic_load_n(&vint->irqs[bit], __ATOMIC_SEQ_CST);

        if (irq) {
            irq_deliver(irq);
        } else { /* enabled though nobody has it: not again */
            irq_core_count_stray();
            trouble_stray_bit(vint->line.intid, vint->number, bit);
            mmio_write64(vint->registers + VINT_ENABLE_CLEAR, UINT64_C(1) << bit);
        }
    }
}

/* ---- VINTs ---- */

static int vint_connect(struct inta *inta, struct inta_vint *vint, unsigned core)
{
    uint16_t input = (uint16_t)(inta->facts.first_input + vint->number);
    int status = intr_line_open(inta->router, input, false, &vint->line);

    if (status != 0) {
        vint->stuck = vint->line.route.unknown;
        return status;
    }
    /* Whatever its last owner, or the loader, left behind. */
    mmio_write64(vint->registers + VINT_ENABLE_CLEAR, VINT_ALL);
    mmio_write64(vint->registers + VINT_STATUS_CLEAR, VINT_ALL);
    status = spi_open(vint->line.intid, GIC_LEVEL, core, &vint->sink);
    if (status == 0) {
        status = gic_enable(vint->line.intid);
        if (status != 0)
            (void)spi_close(vint->line.intid);
    }
    if (status != 0)
        vint->stuck = intr_line_close(inta->router, &vint->line) != 0;
    return status;
}

static int vint_open(struct inta *inta, unsigned core, struct inta_vint **result)
{
    uint16_t number;

    if (!id_pool_take(&inta->vint_pool, &number))
        return -ENOSPC;

    struct inta_vint *vint = inta->vints[number];
    int status = vint_connect(inta, vint, core);

    if (status != 0) {
        if (vint->stuck)
            inta->stuck_vints++;
        else
            id_pool_give(&inta->vint_pool, number);
        return status;
    }
    vint->open = true;
    vint->core = core;
    vint->bits = 0;
    inta->vints_on_core[core]++;
    *result = vint;
    return 0;
}

/* Takes down a VINT that lost its last event. */
static int vint_close(struct inta *inta, struct inta_vint *vint)
{
    int closed = spi_close(vint->line.intid);
    int status = intr_line_close(inta->router, &vint->line);

    vint->open = false;
    inta->vints_on_core[vint->core]--;
    if (status == 0) {
        id_pool_give(&inta->vint_pool, vint->number);
        return closed;
    }
    vint->stuck = true;
    inta->stuck_vints++;
    return status;
}

/* Leaves the VINT's SPI where it is as long as one of its events is there; otherwise moves it to
 * core. The distributor keeps a pending SPI pending on its way. */
static int vint_follow(struct inta *inta, struct inta_vint *vint, unsigned core)
{
    for (uint64_t bits = vint->bits; bits != 0; bits &= bits - 1) {
        const struct irq *irq = vint->irqs[__builtin_ctzll(bits)];

        if (irq && irq_core(irq) == vint->core)
            return 0;
    }

    int status = gic_set_affinity(vint->line.intid, core);

    if (status == 0) {
        inta->vints_on_core[vint->core]--;
        inta->vints_on_core[core]++;
        vint->core = core;
    }
    return status;
}

/* ---- choosing a VINT ---- */

static bool plenty(struct inta *inta, unsigned core)
{
    uint32_t spare = intr_lines_spare(inta->router);
    uint32_t kept = 0;

    for (unsigned other = 0; other < core_count(); other++) {
        if (other != core && core_takes_irqs(other) && inta->vints_on_core[other] == 0)
            kept++;
    }
    if (spare > inta->vint_pool.free)
        spare = inta->vint_pool.free;
    return spare > kept;
}

/* The VINT with the fewest events among those of one core, or of all. The search is over what the
 * hardware has; its length does not depend on how many events are in use. */
static struct inta_vint *roomiest(struct inta *inta, bool any_core, unsigned core)
{
    struct inta_vint *best = NULL;
    int best_events = (int)VINT_EVENTS;

    for (uint32_t i = 0; i < inta->facts.vint_count; i++) {
        struct inta_vint *vint = inta->vints[i];

        if (!vint || !vint->open || (!any_core && vint->core != core))
            continue;

        int events = __builtin_popcountll(vint->bits);

        if (events < best_events) {
            best = vint;
            best_events = events;
        }
    }
    return best;
}

static int choose_vint(struct inta *inta, unsigned core, struct inta_vint **vint)
{
    if (plenty(inta, core))
        return vint_open(inta, core, vint);
    *vint = roomiest(inta, false, core);
    if (!*vint)
        *vint = roomiest(inta, true, core);
    return *vint ? 0 : vint_open(inta, core, vint);
}

/* ---- what could not be taken down at first ---- */

static void reap_vints(struct inta *inta)
{
    for (uint32_t i = 0; i < inta->facts.vint_count && inta->stuck_vints != 0; i++) {
        struct inta_vint *vint = inta->vints[i];

        if (!vint || !vint->stuck || intr_line_close(inta->router, &vint->line) != 0)
            continue;
        vint->stuck = false;
        inta->stuck_vints--;
        id_pool_give(&inta->vint_pool, vint->number);
    }
}

static int give_event(struct inta *inta, struct irq *irq)
{
    struct inta_vint *vint = irq->route.inta.vint;

    /* What arrived before the mapping went is nobody's. */
    mmio_write64(vint->registers + VINT_STATUS_CLEAR, bit_of(irq));
    vint->bits &= ~bit_of(irq);
    id_pool_give(&inta->event_pool, irq->route.inta.mapping.global_event);
    if (vint->bits == 0)
        return vint_close(inta, vint);

    const struct irq *other = vint->irqs[__builtin_ctzll(vint->bits)];

    return other ? vint_follow(inta, vint, irq_core(other)) : 0;
}

/* The system firmware would not let go, or did not answer: nobody may use the event, the bit, or
 * this interrupt's memory, until a later attempt succeeds. */
static void keep_stuck(struct inta *inta, struct irq *irq)
{
    irq->stuck = true;
    irq->stuck_next = inta->stuck;
    inta->stuck = irq;
}

static void reap(struct inta *inta)
{
    struct irq **link = &inta->stuck;

    while (*link) {
        struct irq *irq = *link;

        if (mapping_clear(&irq->route.inta.mapping) != 0) {
            link = &irq->stuck_next;
            continue;
        }
        *link = irq->stuck_next;
        (void)give_event(inta, irq);
        free(irq);
    }
    if (inta->stuck_vints != 0)
        reap_vints(inta);
}

/* ---- operations ---- */

static int map_event(struct inta *inta, struct irq *irq, uint16_t event)
{
    struct inta_vint *vint = irq->route.inta.vint;
    unsigned bit = (unsigned)__builtin_ctzll(~vint->bits);

    irq->route.inta.mapping = (struct mapping){
        .is_event = true,
        .source_device = irq->binding->data.ti_sci_device,
        .source_index = (uint16_t)irq->index,
        .device = inta->facts.device_id,
        .target = vint->number,
        .global_event = event,
        .bit = (uint8_t)bit,
    };
    vint->bits |= bit_of(irq);
    mmio_write64(vint->registers + VINT_ENABLE_CLEAR, bit_of(irq));
    mmio_write64(vint->registers + VINT_STATUS_CLEAR, bit_of(irq));

    int status = mapping_set(&irq->route.inta.mapping);

    if (status == 0) /* still disabled; enabled in inta_unmask(), after this */
        __atomic_store_n(&vint->irqs[bit], irq, __ATOMIC_SEQ_CST);
    return status;
}

static int inta_alloc(struct irq *irq, uint32_t flags)
{
    struct inta *inta = inta_of(irq);
    uint16_t event;

    (void)flags; /* an event is an edge into a status bit, whatever the source */
    reap(inta);
    if (!id_pool_take(&inta->event_pool, &event))
        return -ENOSPC;

    int status = choose_vint(inta, irq->core, &irq->route.inta.vint);

    if (status != 0) {
        id_pool_give(&inta->event_pool, event);
        return status;
    }
    status = map_event(inta, irq, event);
    if (status != 0) {
        log_error("%s: %s index %u: map event %u to VINT %u bit %u: error %d", inta->parent.name,
                  irq->binding->device->name, (unsigned)irq->index, event,
                  irq->route.inta.vint->number, irq->route.inta.mapping.bit, status);
        if (irq->route.inta.mapping.unknown)
            keep_stuck(inta, irq);
        else
            (void)give_event(inta, irq);
    }
    return status;
}

static int inta_free(struct irq *irq)
{
    struct inta *inta = inta_of(irq);
    struct inta_vint *vint = irq->route.inta.vint;
    unsigned bit = irq->route.inta.mapping.bit;

    /* Masked, and no handler runs (msi/irq.c). The read makes sure that the mask has arrived at
     * the aggregator; a core that read the status before it is waited for. */
    (void)mmio_read64(vint->registers + VINT_STATUS_MASKED);
    int status = irq_core_quiesce();

    __atomic_store_n(&vint->irqs[bit], NULL, __ATOMIC_SEQ_CST);
    int unmapped = mapping_clear(&irq->route.inta.mapping);

    if (unmapped != 0) {
        log_error("%s: %s index %u: unmap event %u: error %d", inta->parent.name,
                  irq->binding->device->name, (unsigned)irq->index,
                  irq->route.inta.mapping.global_event, unmapped);
        keep_stuck(inta, irq);
        return unmapped;
    }
    int closed = give_event(inta, irq);

    return status != 0 ? status : closed;
}

static void inta_mask(struct irq *irq)
{
    mmio_write64(irq->route.inta.vint->registers + VINT_ENABLE_CLEAR, bit_of(irq));
}

static void inta_unmask(struct irq *irq)
{
    mmio_write64(irq->route.inta.vint->registers + VINT_ENABLE_SET, bit_of(irq));
}

static int inta_set_affinity(struct irq *irq, unsigned core)
{
    struct inta_vint *vint = irq->route.inta.vint;
    unsigned old = irq->core;

    /* From here on the event is handed over, if it comes to another core. */
    __atomic_store_n(&irq->core, core, __ATOMIC_SEQ_CST);
    int status = vint_follow(inta_of(irq), vint, core);

    if (status != 0)
        __atomic_store_n(&irq->core, old, __ATOMIC_SEQ_CST);
    return status;
}

static uint32_t inta_group(const struct irq *irq)
{
    return irq->route.inta.vint->number;
}

static bool inta_pending(struct irq *irq)
{
    uint64_t status = mmio_read64(irq->route.inta.vint->registers + VINT_STATUS_CLEAR);

    return (status & bit_of(irq)) != 0;
}

static int inta_trigger(struct irq *irq)
{
    mmio_write64(irq->route.inta.vint->registers + VINT_STATUS_SET, bit_of(irq));
    return 0;
}

static int inta_describe(const struct irq *irq, char *text, size_t size)
{
    const struct mapping *mapping = &irq->route.inta.mapping;
    const struct inta_vint *vint = irq->route.inta.vint;

    unsigned core = irq_core(irq);
    char handed_over[24] = "";

    if (core != vint->core)
        snprintf(handed_over, sizeof(handed_over), " > SGI %u > core %u", IRQ_SGI_REPLAY, core);
    return snprintf(text, size, "event %u > VINT %u bit %u > INTR output %u > INTID %u > core %u%s",
                    mapping->global_event, vint->number, mapping->bit, vint->line.output,
                    vint->line.intid, vint->core, handed_over);
}

static void inta_inventory(struct irq_parent *parent, struct irq_inventory *inventory)
{
    const struct inta *inta = (const struct inta *)parent;

    inventory->events += inta->event_pool.capacity - inta->event_pool.free;
    inventory->events_free += inta->event_pool.free;
    inventory->vints += inta->vint_pool.capacity - inta->vint_pool.free;
    inventory->vints_free += inta->vint_pool.free;
}

/* Interrupts that are stuck point to their binding. */
static int inta_unbind(struct irq_binding *binding)
{
    struct inta *inta = (struct inta *)binding->parent;

    reap(inta);
    for (const struct irq *irq = inta->stuck; irq; irq = irq->stuck_next) {
        if (irq->binding == binding)
            return -EBUSY;
    }
    return 0;
}

static const struct irq_parent_ops inta_ops = {
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

/* ---- start ---- */

static int add_vint(struct inta *inta, uint32_t number)
{
    struct inta_vint *vint = calloc(1, sizeof(*vint));

    if (!vint)
        return -ENOMEM;
    vint->sink.deliver = vint_deliver;
    vint->inta = inta;
    vint->number = (uint16_t)number;
    vint->registers = inta->facts.base + number * VINT_STRIDE;
    inta->vints[number] = vint;
    id_pool_give(&inta->vint_pool, (uint16_t)number);
    return 0;
}

static int add_vints(struct inta *inta, uint32_t first, uint32_t count)
{
    for (uint32_t number = first; number < first + count; number++) {
        int status = number < inta->facts.vint_count ? add_vint(inta, number) : -ERANGE;

        if (status != 0)
            return status;
    }
    return 0;
}

static int init_vints(struct inta *inta)
{
    struct ti_sci_range range;
    int status = ti_sci_get_range(inta->facts.device_id, INTA_SUBTYPE_VINTS, &range);

    if (status == 0)
        status = id_pool_init(&inta->vint_pool, (uint32_t)range.count + range.second_count);
    if (status == 0)
        status = add_vints(inta, range.first, range.count);
    if (status == 0)
        status = add_vints(inta, range.second_first, range.second_count);
    return status;
}

static int init_events(struct inta *inta)
{
    struct ti_sci_range range;
    int status = ti_sci_get_range(inta->facts.device_id, INTA_SUBTYPE_EVENTS, &range);

    if (status == 0)
        status = id_pool_init(&inta->event_pool, (uint32_t)range.count + range.second_count);
    if (status != 0)
        return status;
    for (uint32_t i = 0; i < range.count; i++)
        id_pool_give(&inta->event_pool, (uint16_t)(range.first + i));
    for (uint32_t i = 0; i < range.second_count; i++)
        id_pool_give(&inta->event_pool, (uint16_t)(range.second_first + i));
    return 0;
}

static void inta_destroy(struct inta *inta)
{
    for (uint32_t i = 0; inta->vints && i < inta->facts.vint_count; i++)
        free(inta->vints[i]);
    free(inta->vints);
    free(inta->vint_pool.ids);
    free(inta->event_pool.ids);
    free(inta);
}

int irq_inta_init(const struct inta_facts *facts, struct irq_parent *router,
                  struct irq_parent **parent)
{
    struct inta *inta = calloc(1, sizeof(*inta));

    if (!inta)
        return -ENOMEM;
    inta->parent = (struct irq_parent){.ops = &inta_ops, .name = "INTA", .mutex = MUTEX_INIT};
    inta->facts = *facts;
    inta->router = router;
    inta->vints = calloc(facts->vint_count, sizeof(struct inta_vint *));

    int status = inta->vints ? init_vints(inta) : -ENOMEM;

    if (status == 0)
        status = init_events(inta);
    if (status == 0)
        status = irq_parent_register(&inta->parent);
    if (status != 0)
        inta_destroy(inta);
    else
        *parent = &inta->parent;
    return status;
}

int irq_bind_inta(struct device *device, struct irq_parent *parent, uint16_t ti_sci_device)
{
    const struct irq_binding model = {.index_limit = SOURCE_INDEX_LIMIT,
                                      .data.ti_sci_device = ti_sci_device};

    if (!device || !parent || parent->ops != &inta_ops)
        return -EINVAL;
    return irq_binding_create(device, parent, &model, NULL, NULL);
}
