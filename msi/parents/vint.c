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
 *
 * Why none of the three is left out. A ring clears its bit itself, by the "down" event that it
 * sends when it is empty again (TRM 10.2.3, "Events"), and TI's manuals of the same block do not
 * intend software to clear such a bit (J7200 TRM SPRUIU1C, interrupt aggregator, interrupt status).
 * It does no harm: the bit is cleared before the ring is looked at, an up event sets it again
 * whatever it was, and a down event finds it cleared. TI's own drivers differ. That of the MCU+ SDK
 * (mcupsdk-core-k3, the events' handler) clears it before each callback, a ring's too. Linux does
 * not for rings, but has the event masked while its handler runs, as a level (irq-ti-sci-inta.c):
 * two writes, as many accesses as here. With neither,
 *   - the line stays high until the ring has been emptied. Where an event is handed over to
 *     another core, because it shares its VINT or has been moved, this core would be interrupted
 *     again and again until that one has got there;
 *   - a handler that leaves something (IRQ_AGAIN) would have its event for as long as that waits;
 *   - the down event has a way to go, through ring accelerator, aggregator and router, and no
 *     manual says how long. If the interrupt's end comes first, the level is taken for a new
 *     interrupt, whose acknowledge and status cost more than the two accesses;
 *   - other sources have no down event: errors, and STATUS_SET.
 * Without the read-back (3) events are lost: tests/prove/event.pml, NO_READBACK.
 */
#include "msi/parents/vint.h"

#include "arch/barrier.h"
#include "arch/mmio.h"
#include "drivers/ti_sci/ti_sci.h"
#include "lib/trace.h"
#include "msi/call.h"
#include "msi/irq.h"
#include "msi/parents/spi.h"
#include "msi/placement.h"
#include "msi/quiesce.h"
#include "msi/storm.h"
#include "msi/stray.h"
#include "root/root.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

TRACE_EVENT(inta_status, "VINT %llu, bits 0x%llx");

#define REGISTER(vint, name) ((uintptr_t) & (vint)->registers->name)

/* No part of an interrupt that goes its usual way: compiled for size. */
#define SLOW                 __attribute__((noinline, cold))

static uint64_t mask_of(unsigned bit)
{
    return UINT64_C(1) << bit;
}

/* ---- interrupt ---- */

/* The first bit of the status is enabled, and no interrupt has it: disables it. */
static SLOW void stray_bit(struct irq **irqs, uint64_t status)
{
    struct vint *vint = (struct vint *)((uintptr_t)irqs - offsetof(struct vint, irqs));
    unsigned bit = (unsigned)__builtin_ctzll(status);

    irq_stray_bit(vint->line.intid, vint->number, bit);
    vint_disable(vint, bit);
}

/* Of a core of 32 bits GCC would call a function for it. */
static inline uintptr_t lowest_bit(uint64_t status)
{
    uint32_t low = (uint32_t)status;

    if (sizeof(uintptr_t) == sizeof(uint64_t))
        return (uintptr_t)__builtin_ctzll(status);
    return (uintptr_t)(low != 0 ? __builtin_ctz(low)
                                : 32 + __builtin_ctz((uint32_t)(status >> 32)));
}

TRACE_INLINE void deliver_events(struct irq_sink *sink, const struct irq_generation *own,
                                 bool traced)
{
    struct vint *vint = (struct vint *)sink;
    struct inta_vint_registers *registers = vint->registers;
    struct irq **irqs = vint->irqs;
    uint64_t status = mmio_read64((uintptr_t)&registers->status_masked);

    if (__builtin_expect(status == 0, 0)) { /* masked or unmapped since the line rose */
        irq_storm_intid(vint->line.intid);
        return;
    }
    mmio_write64((uintptr_t)&registers->status_clear, status);
    mmio_read_back64((uintptr_t)&registers->status_masked);
    barrier_after_status(); /* the handler's look at its ring, another device, comes after that */
    trace_if(traced, inta_status, vint->number, status);
    __asm__("" : "+r"(irqs)); /* one register for it and the VINT */
    do {
        uintptr_t bit = lowest_bit(status);

        __asm__("" : "+r"(bit)); /* else GCC shifts it and adds it in two instructions */

        struct irq *irq = IRQ_ALONE ? irqs[bit] : __atomic_load_n(irqs + bit, __ATOMIC_SEQ_CST);

        if (__builtin_expect(irq != NULL, 1))
            irq_deliver(&irq->sink, own, traced);
        else
            stray_bit(irqs, status);
        status &= status - 1;
    } while (__builtin_expect(status != 0, 0));
}

static void deliver(struct irq_sink *sink, const struct irq_generation *own)
{
    deliver_events(sink, own, false);
}

static void deliver_traced(struct irq_sink *sink, const struct irq_generation *own)
{
    deliver_events(sink, own, true);
}

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
    error = irq_await_handlers();
    /* A core that hangs in another event's handler goes on with the status that it has read: if it
     * found nobody here, it would disable the bit, which might be the next owner's. */
    if (error == 0)
        __atomic_store_n(&vint->irqs[bit], NULL, __ATOMIC_SEQ_CST);
    return error;
}

/* ---- by how many events they have ---- */

static void list_enter(struct vint_set *set, struct vint *vint)
{
    struct vint **first;

    if (vint->events == INTA_VINT_EVENTS || vint->alone)
        return;
    first = &set->with[vint->core][vint->events];
    vint->next = *first;
    vint->link = first;
    if (*first != NULL)
        (*first)->link = &vint->next;
    *first = vint;
    set->levels[vint->core] |= mask_of(vint->events);
}

static void list_leave(struct vint_set *set, struct vint *vint)
{
    if (vint->link == NULL)
        return;
    *vint->link = vint->next;
    if (vint->next != NULL)
        vint->next->link = vint->link;
    vint->link = NULL;
    if (set->with[vint->core][vint->events] == NULL)
        set->levels[vint->core] &= ~mask_of(vint->events);
}

/* ---- lines ---- */

static int connect(struct vint_set *set, struct vint *vint, unsigned core,
                   const struct irq_priority *priority)
{
    uint16_t input = (uint16_t)(set->first_input + vint->number);
    bool quiet;
    int error = intr_line_open(set->router, input, false, &vint->line);

    if (error != 0) {
        vint->stuck = vint->line.route.unknown;
        return error;
    }
    /* What its last owner, or the boot loader, has left in the registers. */
    mmio_write64(REGISTER(vint, enable_clear), INTA_VINT_ALL);
    mmio_write64(REGISTER(vint, status_clear), INTA_VINT_ALL);
    error = irq_spi_open(vint->line.intid, ROOT_LEVEL, core, priority->number, &vint->sink);
    if (error == 0) {
        error = root_enable(vint->line.intid);
        if (error != 0)
            (void)irq_spi_close(vint->line.intid, &quiet);
    }
    if (error != 0)
        vint->stuck = intr_line_close(set->router, &vint->line) != 0;
    return error;
}

static SLOW int open_one(struct vint_set *set, unsigned core, const struct irq_priority *priority,
                         struct vint **result)
{
    uint16_t number;
    struct vint *vint;
    int error;

    if (!irq_id_pool_take(&set->pool, &number))
        return -ENOSPC;
    vint = set->vints[number];
    error = connect(set, vint, core, priority);
    if (error != 0) {
        if (vint->stuck)
            set->stuck++;
        else
            irq_id_pool_give(&set->pool, number);
        return error;
    }
    vint->open = true;
    vint->core = core;
    vint->alone = !irq_priority_is_default(priority);
    vint->bits = 0;
    vint->events = 0;
    set->on_core[core]++;
    *result = vint;
    return 0;
}

/* Takes down a VINT that lost its last event. */
static int close_one(struct vint_set *set, struct vint *vint)
{
    bool quiet; /* its memory stays */
    int closed = irq_spi_close(vint->line.intid, &quiet);
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

SLOW void vint_reap(struct vint_set *set)
{
    int error = 0;

    for (uint32_t i = 0; i < set->limit && set->stuck != 0 && irq_mapping_is_answered(error); i++) {
        struct vint *vint = set->vints[set->last_tried = (set->last_tried + 1) % set->limit];

        if (vint == NULL || !vint->stuck)
            continue;
        error = intr_line_close(set->router, &vint->line);
        if (error != 0)
            continue;
        vint->stuck = false;
        set->stuck--;
        irq_id_pool_give(&set->pool, vint->number);
    }
}

/* The distributor keeps a pending SPI pending on its way. Bits whose mapping could not be released
 * have nobody any more. */
SLOW int vint_follow(struct vint_set *set, struct vint *vint, unsigned core)
{
    unsigned target = core;
    int error;

    for (uint64_t bits = vint->bits; bits != 0; bits &= bits - 1) {
        const struct irq *irq = vint->irqs[__builtin_ctzll(bits)];

        if (irq == NULL || irq->stuck)
            continue;
        if (irq_core(irq) == vint->core)
            return 0;
        if (core == IRQ_CORE_ANY)
            target = irq_core(irq);
    }
    if (target == IRQ_CORE_ANY)
        return 0;
    error = root_set_affinity(vint->line.intid, target);
    if (error == 0) {
        list_leave(set, vint);
        set->on_core[vint->core]--;
        set->on_core[target]++;
        __atomic_store_n(&vint->core, target, __ATOMIC_RELAXED); /* irq_describe() looks at it */
        list_enter(set, vint);
    }
    return error;
}

/* ---- choosing ---- */

static bool plenty(struct vint_set *set, unsigned core)
{
    uint32_t others = irq_placeable_cores() & ~(UINT32_C(1) << core);
    uint32_t spare = intr_lines_spare(set->router);
    uint32_t kept = 0;

    for (; others != 0; others &= others - 1)
        kept += set->on_core[__builtin_ctz(others)] == 0 ? 1 : 0;
    if (spare > set->pool.free)
        spare = set->pool.free;
    return spare > kept;
}

/* The VINT with the fewest events of a core; NULL: all are full. */
static struct vint *roomiest(const struct vint_set *set, unsigned core)
{
    return set->levels[core] != 0 ? set->with[core][__builtin_ctzll(set->levels[core])] : NULL;
}

static struct vint *roomiest_of_all(const struct vint_set *set)
{
    struct vint *best = NULL;

    for (unsigned core = 0; core < core_count(); core++) {
        struct vint *vint = roomiest(set, core);

        if (vint != NULL && (best == NULL || vint->events < best->events))
            best = vint;
    }
    return best;
}

static int choose(struct vint_set *set, unsigned core, const struct irq_priority *priority,
                  struct vint **vint)
{
    /* A line has one priority, so those that are not default share none. */
    bool shares = irq_priority_is_default(priority);
    int error = -ENOSPC;

    if (!shares || plenty(set, core))
        error = open_one(set, core, priority, vint);
    /* It was plenty a moment ago: a device at the router may have been quicker. */
    if (error != -ENOSPC || !shares)
        return error;
    *vint = roomiest(set, core);
    if (*vint != NULL)
        return 0;
    *vint = roomiest_of_all(set);
    if (*vint == NULL)
        return open_one(set, core, priority, vint);
    /* It may have been left behind by a core that has left, with bits that have nobody. */
    return vint_follow(set, *vint, core);
}

SLOW int vint_take_bit(struct vint_set *set, unsigned core, const struct irq_priority *priority,
                       struct vint **vint, uint8_t *bit)
{
    int error = choose(set, core, priority, vint);

    if (error != 0)
        return error;
    *bit = (uint8_t)__builtin_ctzll(~(*vint)->bits);
    list_leave(set, *vint);
    (*vint)->bits |= mask_of(*bit);
    (*vint)->events++;
    list_enter(set, *vint);
    mmio_write64(REGISTER(*vint, enable_clear), mask_of(*bit));
    mmio_write64(REGISTER(*vint, status_clear), mask_of(*bit));
    return 0;
}

SLOW int vint_give_bit(struct vint_set *set, struct vint *vint, unsigned bit)
{
    /* An event that arrived before the mapping was released must not reach the next owner. */
    mmio_write64(REGISTER(vint, status_clear), mask_of(bit));
    list_leave(set, vint);
    vint->bits &= ~mask_of(bit);
    vint->events--;
    if (vint->events == 0)
        return close_one(set, vint);
    list_enter(set, vint);
    return vint_follow(set, vint, IRQ_CORE_ANY);
}

/* ---- start ---- */

static void add(struct vint_set *set, struct vint *vint, const struct inta_facts *facts,
                uint32_t number)
{
    vint->sink = (struct irq_sink){IRQ_SINK_NO_CLAIM, {deliver, deliver_traced}};
    vint->number = (uint16_t)number;
    vint->registers =
        (struct inta_vint_registers *)(facts->base + (uintptr_t)number * INTA_VINT_STRIDE);
    set->vints[number] = vint;
    irq_id_pool_give(&set->pool, (uint16_t)number);
}

static bool in_limit(const struct vint_set *set, uint32_t first, uint32_t count)
{
    return count == 0 || first + count <= set->limit;
}

/* All of them are made at once: the heap is asked once, and memory is cleared in one piece. */
static SLOW int add_ranges(struct vint_set *set, const struct inta_facts *facts,
                           const struct ti_sci_range *range)
{
    const uint32_t count = (uint32_t)range->count + range->second_count;

    if (!in_limit(set, range->first, range->count) ||
        !in_limit(set, range->second_first, range->second_count))
        return -ERANGE;
    set->made = calloc(count != 0 ? count : 1, sizeof(struct vint));
    if (set->made == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < count; i++)
        add(set, &set->made[i], facts,
            i < range->count ? range->first + i : range->second_first + i - range->count);
    return 0;
}

SLOW int vint_set_init(struct vint_set *set, const struct inta_facts *facts,
                       struct irq_parent *router)
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
        error = add_ranges(set, facts, &range);
    return error;
}

SLOW void vint_set_destroy(struct vint_set *set)
{
    free(set->made);
    free(set->vints);
    free(set->pool.ids);
}
