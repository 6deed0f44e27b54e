// SPDX-License-Identifier: BSD-3-Clause
/*
 * Virtual interrupts (AM65x TRM SPRUID7, 10.2 "Navigator Subsystem", interrupt aggregator).
 *
 * A global event sets one of 64 status bits of a VINT; while an enabled status bit is set the
 * VINT's output is high; the router leads it to an SPI.
 *
 * Which events share a VINT. While VINTs and outputs are plenty, each event has a VINT of its own,
 * and can be moved to another core alone. "Plenty" means that afterwards there is still one for
 * each core that has none yet: so when sharing begins, each core has a VINT to share, and an event
 * stays on the core that it prefers. It joins the VINT of that core with the fewest events. Only if
 * all of these are full, 64 events each, does it join another core's, which then hands its events
 * over.
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
#include "msi/parents/vint.h"

#include "arch/mmio.h"
#include "drivers/gic/gic.h"
#include "drivers/ti_sci/ti_sci.h"
#include "lib/trace.h"
#include "msi/irq.h"
#include "msi/parents/spi.h"
#include "msi/placement.h"
#include "msi/quiesce.h"
#include "msi/state.h"
#include "msi/stray.h"

#include <errno.h>
#include <stdlib.h>

TRACE_EVENT(inta_status, "VINT %llu, bits 0x%llx");

#define REGISTER(vint, name) ((uintptr_t) & (vint)->registers->name)

static uint64_t mask_of(unsigned bit)
{
    return UINT64_C(1) << bit;
}

/* ---- interrupt ---- */

/* An enabled bit that no interrupt has: disables it. */
static void stray_bit(struct vint *vint, unsigned bit)
{
    irq_stray_bit(vint->line.intid, vint->number, bit);
    vint_disable(vint, bit);
}

TRACE_INLINE void deliver_events(struct irq_sink *sink, bool traced)
{
    struct vint *vint = (struct vint *)sink;
    uint64_t status = mmio_read64(REGISTER(vint, status_masked));

    if (status == 0)
        return; /* masked or unmapped since the line rose */
    mmio_write64(REGISTER(vint, status_clear), status);
    (void)mmio_read64(REGISTER(vint, status_masked));
    trace_if(traced, inta_status, vint->number, status);
    for (; status != 0; status &= status - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(status);
        struct irq *irq = __atomic_load_n(&vint->irqs[bit], __ATOMIC_SEQ_CST);

        if (irq != NULL)
            (traced ? irq_deliver_traced : irq_deliver)(irq);
        else
            stray_bit(vint, bit);
    }
}

TRACE_TWICE(static void, deliver, struct irq_sink, deliver_events)

/* ---- bits ---- */

void vint_enable(struct vint *vint, unsigned bit)
{
    mmio_write64(REGISTER(vint, enable_set), mask_of(bit));
}

void vint_disable(struct vint *vint, unsigned bit)
{
    mmio_write64(REGISTER(vint, enable_clear), mask_of(bit));
}

void vint_raise(struct vint *vint, unsigned bit)
{
    mmio_write64(REGISTER(vint, status_set), mask_of(bit));
}

bool vint_is_raised(const struct vint *vint, unsigned bit)
{
    return (mmio_read64(REGISTER(vint, status_clear)) & mask_of(bit)) != 0;
}

void vint_attach(struct vint *vint, unsigned bit, struct irq *irq)
{
    irq_stray_forget(vint->line.intid, vint->number, bit);
    __atomic_store_n(&vint->irqs[bit], irq, __ATOMIC_SEQ_CST);
}

int vint_detach(struct vint *vint, unsigned bit)
{
    int error;

    /* The bit is masked, and no handler runs (msi/request.c). The read makes sure that the mask has
     * arrived at the aggregator; a core that read the status before it is waited for. */
    (void)mmio_read64(REGISTER(vint, status_masked));
    error = irq_quiesce();
    /* A core that hangs in another event's handler goes on with the status that it has read: if it
     * found nobody here, it would disable the bit, which might be the next owner's. */
    if (error == 0)
        __atomic_store_n(&vint->irqs[bit], NULL, __ATOMIC_SEQ_CST);
    return error;
}

/* ---- lines ---- */

static int connect(struct vint_set *set, struct vint *vint, unsigned core)
{
    uint16_t input = (uint16_t)(set->first_input + vint->number);
    int error = intr_line_open(set->router, input, false, &vint->line);

    if (error != 0) {
        vint->stuck = vint->line.route.unknown;
        return error;
    }
    /* What its last owner, or the boot loader, has left in the registers. */
    mmio_write64(REGISTER(vint, enable_clear), INTA_VINT_ALL);
    mmio_write64(REGISTER(vint, status_clear), INTA_VINT_ALL);
    error = irq_spi_open(vint->line.intid, GIC_LEVEL, core, &vint->sink);
    if (error == 0) {
        error = gic_enable(vint->line.intid);
        if (error != 0)
            (void)irq_spi_close(vint->line.intid);
    }
    if (error != 0)
        vint->stuck = intr_line_close(set->router, &vint->line) != 0;
    return error;
}

static int open_one(struct vint_set *set, unsigned core, struct vint **result)
{
    uint16_t number;
    struct vint *vint;
    int error;

    if (!irq_id_pool_take(&set->pool, &number))
        return -ENOSPC;
    vint = set->vints[number];
    error = connect(set, vint, core);
    if (error != 0) {
        if (vint->stuck)
            set->stuck++;
        else
            irq_id_pool_give(&set->pool, number);
        return error;
    }
    vint->open = true;
    vint->core = core;
    vint->bits = 0;
    set->on_core[core]++;
    *result = vint;
    return 0;
}

/* Takes down a VINT that lost its last event. */
static int close_one(struct vint_set *set, struct vint *vint)
{
    int closed = irq_spi_close(vint->line.intid);
    int error = intr_line_close(set->router, &vint->line);

    vint->open = false;
    set->on_core[vint->core]--;
    if (error == 0) {
        irq_id_pool_give(&set->pool, vint->number);
        return closed;
    }
    vint->stuck = true;
    set->stuck++;
    return error;
}

void vint_reap(struct vint_set *set)
{
    for (uint32_t i = 0; i < set->limit && set->stuck != 0; i++) {
        struct vint *vint = set->vints[i];

        if (vint == NULL || !vint->stuck || intr_line_close(set->router, &vint->line) != 0)
            continue;
        vint->stuck = false;
        set->stuck--;
        irq_id_pool_give(&set->pool, vint->number);
    }
}

/* The distributor keeps a pending SPI pending on its way. */
int vint_follow(struct vint_set *set, struct vint *vint, unsigned core)
{
    int error;

    for (uint64_t bits = vint->bits; bits != 0; bits &= bits - 1) {
        const struct irq *irq = vint->irqs[__builtin_ctzll(bits)];

        if (irq != NULL && irq_core(irq) == vint->core)
            return 0;
    }
    error = gic_set_affinity(vint->line.intid, core);
    if (error == 0) {
        set->on_core[vint->core]--;
        set->on_core[core]++;
        __atomic_store_n(&vint->core, core, __ATOMIC_RELAXED); /* irq_describe() looks at it */
    }
    return error;
}

/* ---- choosing ---- */

static bool plenty(struct vint_set *set, unsigned core)
{
    uint32_t spare = intr_lines_spare(set->router);
    uint32_t kept = 0;

    for (unsigned other = 0; other < core_count(); other++) {
        if (other != core && irq_core_is_placeable(other) && set->on_core[other] == 0)
            kept++;
    }
    if (spare > set->pool.free)
        spare = set->pool.free;
    return spare > kept;
}

/* The VINT with the fewest events among those of one core, or of all. The search is over what the
 * hardware has; its length does not depend on how many events are in use. */
static struct vint *roomiest(struct vint_set *set, bool any_core, unsigned core)
{
    struct vint *best = NULL;
    int best_events = (int)INTA_VINT_EVENTS;

    for (uint32_t i = 0; i < set->limit; i++) {
        struct vint *vint = set->vints[i];

        if (vint == NULL || !vint->open || (!any_core && vint->core != core))
            continue;

        int events = __builtin_popcountll(vint->bits);

        if (events < best_events) {
            best = vint;
            best_events = events;
        }
    }
    return best;
}

static int choose(struct vint_set *set, unsigned core, struct vint **vint)
{
    if (plenty(set, core))
        return open_one(set, core, vint);
    *vint = roomiest(set, false, core);
    if (*vint == NULL)
        *vint = roomiest(set, true, core);
    return *vint != NULL ? 0 : open_one(set, core, vint);
}

int vint_take_bit(struct vint_set *set, unsigned core, struct vint **vint, uint8_t *bit)
{
    int error = choose(set, core, vint);

    if (error != 0)
        return error;
    *bit = (uint8_t)__builtin_ctzll(~(*vint)->bits);
    (*vint)->bits |= mask_of(*bit);
    mmio_write64(REGISTER(*vint, enable_clear), mask_of(*bit));
    mmio_write64(REGISTER(*vint, status_clear), mask_of(*bit));
    return 0;
}

int vint_give_bit(struct vint_set *set, struct vint *vint, unsigned bit)
{
    /* An event that arrived before the mapping was released must not reach the next owner. */
    mmio_write64(REGISTER(vint, status_clear), mask_of(bit));
    vint->bits &= ~mask_of(bit);
    if (vint->bits == 0)
        return close_one(set, vint);
    /* Bits whose mapping could not be released have nobody any more. */
    for (uint64_t bits = vint->bits; bits != 0; bits &= bits - 1) {
        const struct irq *other = vint->irqs[__builtin_ctzll(bits)];

        if (other != NULL)
            return vint_follow(set, vint, irq_core(other));
    }
    return 0;
}

/* ---- start ---- */

static int add(struct vint_set *set, const struct inta_facts *facts, uint32_t number)
{
    struct vint *vint = calloc(1, sizeof(*vint));

    if (vint == NULL)
        return -ENOMEM;
    vint->sink = (struct irq_sink){{deliver, deliver_traced}};
    vint->number = (uint16_t)number;
    vint->registers =
        (struct inta_vint_registers *)(facts->base + (uintptr_t)number * INTA_VINT_STRIDE);
    set->vints[number] = vint;
    irq_id_pool_give(&set->pool, (uint16_t)number);
    return 0;
}

static int add_range(struct vint_set *set, const struct inta_facts *facts, uint32_t first,
                     uint32_t count)
{
    for (uint32_t number = first; number < first + count; number++) {
        int error = number < set->limit ? add(set, facts, number) : -ERANGE;

        if (error != 0)
            return error;
    }
    return 0;
}

int vint_set_init(struct vint_set *set, const struct inta_facts *facts, struct irq_parent *router)
{
    struct ti_sci_range range;
    int error;

    *set = (struct vint_set){
        .router = router,
        .first_input = facts->first_input,
        .limit = facts->vint_count,
        .vints = calloc(facts->vint_count, sizeof(struct vint *)),
    };
    if (set->vints == NULL)
        return -ENOMEM;
    error = ti_sci_get_range(facts->device_id, TI_SCI_SUBTYPE_IA_VINT, &range);
    if (error == 0)
        error = irq_id_pool_init(&set->pool, (uint32_t)range.count + range.second_count);
    if (error == 0)
        error = add_range(set, facts, range.first, range.count);
    if (error == 0)
        error = add_range(set, facts, range.second_first, range.second_count);
    return error;
}

void vint_set_destroy(struct vint_set *set)
{
    for (uint32_t i = 0; set->vints != NULL && i < set->limit; i++)
        free(set->vints[i]);
    free(set->vints);
    free(set->pool.ids);
}
