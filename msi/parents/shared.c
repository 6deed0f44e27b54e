// SPDX-License-Identifier: BSD-3-Clause
/*
 * Lines that several devices share: levels, wired to SPIs of the root. Each device can tell whether
 * it has its line up, and can be told to let go (source_pending() and mask_source() of
 * msi/device.h): so each has an interrupt of its own, which is masked at the device alone, and of
 * those on a line only the handlers are called whose devices ask.
 *
 * A line has one core and one priority, those of the first interrupt that is requested on it. Where
 * one moves, all of the line move.
 *
 * When no device has the line up that takes it: it has fallen meanwhile, or a device holds it of
 * which nobody has requested the interrupt. If that goes on, it is a stray, which is masked.
 */
#include "arch/relaxed.h"
#include "msi/binding.h"
#include "msi/call.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/parents/spi.h"
#include "msi/placement.h"
#include "msi/registry.h"
#include "msi/state.h"
#include "msi/storm.h"
#include "msi/stray.h"
#include "root/root.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SHARERS_MAX  16u
#define KEEPS_MASKED (IRQ_STATE_MASKED | IRQ_STATE_DEAD | IRQ_STATE_WAITS)

struct shared_line {
    struct irq_sink sink; /* first member */
    unsigned intid, core;
    const struct irq_priority *priority;
    unsigned users;
    uint32_t idle; /* arrivals for nobody, one after the other; atomic */
    struct irq *irqs[SHARERS_MAX];
};

struct shared_parent {
    struct irq_parent parent; /* first member */
    uint32_t count;
    struct shared_line lines[];
};

struct shared_irq {
    struct irq irq; /* first member */
    unsigned place; /* in its line */
};

static struct shared_line *line_of(const struct irq *irq)
{
    struct shared_parent *shared = (struct shared_parent *)irq->binding->parent;

    return &shared->lines[irq->binding->data.line];
}

/* ---- interrupt ---- */

static bool has_it_up(struct irq *irq)
{
    struct device *device = irq->binding->device;

    return (__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & KEEPS_MASKED) == 0 &&
           device->source_pending(device, irq->index);
}

static void nobody_has_it_up(struct shared_line *line)
{
    relaxed_store32(&line->idle, relaxed_load32(&line->idle) + 1);
    if (relaxed_load32(&line->idle) < IRQ_STRAY_LIMIT)
        irq_storm_intid(line->intid);
    else
        irq_stray_intid(line->intid);
}

static void deliver_line(struct irq_sink *sink, const struct irq_generation *own, bool traced)
{
    struct shared_line *line = (struct shared_line *)sink;
    bool taken = false;

    for (unsigned i = 0; i < SHARERS_MAX; i++) {
        struct irq *irq = __atomic_load_n(&line->irqs[i], __ATOMIC_SEQ_CST);

        if (irq == NULL || !has_it_up(irq))
            continue;
        taken = true;
        irq->sink.deliver[traced](&irq->sink, own);
    }
    if (taken)
        relaxed_store32(&line->idle, 0);
    else
        nobody_has_it_up(line);
}

static void deliver(struct irq_sink *sink, const struct irq_generation *own)
{
    deliver_line(sink, own, false);
}

static void deliver_traced(struct irq_sink *sink, const struct irq_generation *own)
{
    deliver_line(sink, own, true);
}

/* ---- operations ---- */

static int open_line(struct shared_line *line, const struct irq *irq)
{
    int error =
        irq_spi_open(line->intid, ROOT_LEVEL, irq->core, irq->priority->number, &line->sink);

    line->core = irq->core;
    line->priority = irq->priority;
    return error;
}

static int join_line(struct shared_line *line, struct irq *irq)
{
    unsigned place = 0;

    while (place < SHARERS_MAX && line->irqs[place] != NULL)
        place++;
    if (place == SHARERS_MAX || irq->priority != line->priority)
        return -ENOSPC;
    irq->core = line->core;
    ((struct shared_irq *)irq)->place = place;
    __atomic_store_n(&line->irqs[place], irq, __ATOMIC_SEQ_CST);
    line->users++;
    /* It may have been masked as a stray, and would be again by the next arrival for nobody. */
    relaxed_store32(&line->idle, 0);
    irq_stray_forget(line->intid, IRQ_STRAY_NO_VINT, 0);
    return root_enable(line->intid);
}

static int shared_free(struct irq *irq);

static int shared_alloc(struct irq *irq, uint32_t flags)
{
    struct shared_line *line = line_of(irq);
    int error = line->users == 0 ? open_line(line, irq) : 0;

    (void)flags;
    if (error != 0)
        return error;
    error = join_line(line, irq);
    if (error != 0 && error != -ENOSPC)
        (void)shared_free(irq);
    return error;
}

static int shared_free(struct irq *irq)
{
    struct shared_line *line = line_of(irq);

    __atomic_store_n(&line->irqs[((struct shared_irq *)irq)->place], NULL, __ATOMIC_SEQ_CST);
    if (--line->users == 0)
        return irq_spi_close(line->intid, &irq->quiet);
    irq->quiet = irq_await_handlers() == 0;
    return 0;
}

static void mask_source(const struct irq *irq, bool mask)
{
    struct device *device = irq->binding->device;

    device->mask_source(device, irq->index, mask);
}

static void shared_mask(struct irq *irq)
{
    mask_source(irq, true);
}

static void shared_unmask(struct irq *irq)
{
    mask_source(irq, false);
}

/* irq_move() sees to the one that was asked for. */
static void take_along(struct irq *irq, unsigned core)
{
    irq_placement_count(irq_core(irq), -1);
    irq_placement_count(core, 1);
    __atomic_store_n(&irq->core, core, __ATOMIC_SEQ_CST);
    irq_state_follow(irq);
}

static int shared_set_affinity(struct irq *irq, unsigned core)
{
    struct shared_line *line = line_of(irq);
    int error = root_set_affinity(line->intid, core);

    if (error != 0)
        return error;
    line->core = core;
    for (unsigned i = 0; i < SHARERS_MAX; i++) {
        if (line->irqs[i] != NULL && line->irqs[i] != irq)
            take_along(line->irqs[i], core);
    }
    __atomic_store_n(&irq->core, core, __ATOMIC_SEQ_CST);
    return 0;
}

static uint32_t shared_group(const struct irq *irq)
{
    return line_of(irq)->intid;
}

static bool shared_pending(struct irq *irq)
{
    struct device *device = irq->binding->device;

    return device->source_pending(device, irq->index);
}

/* The level is the device's. */
static int shared_trigger(struct irq *irq)
{
    (void)irq;
    return -ENOTSUP;
}

static int shared_describe(const struct irq *irq, char *text, size_t size)
{
    return sniprintf(text, size, "line %u, shared > INTID %u > core %u",
                     (unsigned)irq->binding->data.line, line_of(irq)->intid, irq_core(irq));
}

static const struct irq_parent_ops shared_ops = {
    .irq_size = sizeof(struct shared_irq),
    .alloc = shared_alloc,
    .free = shared_free,
    .mask = shared_mask,
    .unmask = shared_unmask,
    .set_affinity = shared_set_affinity,
    .group = shared_group,
    .pending = shared_pending,
    .trigger = shared_trigger,
    .describe = shared_describe,
};

/* ---- start ---- */

int irq_shared_init(const uint16_t *intids, uint32_t count, struct irq_parent **parent)
{
    struct shared_parent *shared;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    shared = calloc(1, sizeof(*shared) + count * sizeof(shared->lines[0]));
    if (shared == NULL)
        return -ENOMEM;
    shared->parent = (struct irq_parent){.ops = &shared_ops, .name = "lines", .mutex = MUTEX_INIT};
    shared->count = count;
    for (uint32_t i = 0; i < count; i++) {
        shared->lines[i].sink = (struct irq_sink){IRQ_SINK_NO_CLAIM, {deliver, deliver_traced}};
        shared->lines[i].intid = intids[i];
    }
    error = irq_parent_register(&shared->parent);
    if (error != 0)
        free(shared);
    else
        *parent = &shared->parent;
    return error;
}

int irq_bind_shared(struct device *device, struct irq_parent *parent, uint32_t line)
{
    const struct irq_binding model = {.index_limit = 1, .data.line = line};

    if (device == NULL || parent == NULL || parent->ops != &shared_ops ||
        device->mask_source == NULL || device->source_pending == NULL ||
        line >= ((struct shared_parent *)parent)->count)
        return -EINVAL;
    return irq_binding_create(device, parent, &model, NULL, NULL);
}
