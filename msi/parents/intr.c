// SPDX-License-Identifier: BSD-3-Clause
/*
 * An interrupt router (AM65x TRM SPRUID7, 10.2 "Navigator Subsystem", interrupt router; TI-SCI
 * documentation, "Interrupt Management"). The router has no registers for us: the system firmware
 * sets its multiplexers, one input to one output at a time.
 *
 * Outputs are scarce: they are shared between the aggregator's VINTs and devices wired straight to
 * the router. `reserve` outputs are kept for the latter. The aggregator may not take them, however
 * many of its events are requested; direct devices may take any.
 */
#include "msi/parents/intr.h"

#include "drivers/ti_sci/ti_sci.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/parents/id_pool.h"
#include "msi/parents/restore.h"
#include "msi/parents/spi.h"
#include "msi/parents/stuck.h"
#include "msi/registry.h"
#include "root/root.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

LOG_USE(irq);

struct intr {
    struct irq_parent parent; /* first member */
    struct intr_facts facts;
    struct irq_id_pool outputs;
    uint32_t owned;
    uint32_t direct_in_use;
    uint32_t spare;    /* lines_spare(), for who has not the mutex; atomic */
    struct irq *stuck; /* direct interrupts whose route could not be taken down */
};

static struct intr *intr_of(struct irq_parent *parent)
{
    return (struct intr *)parent;
}

/* The GIC input that an output is wired to; 0 if it is none that this GIC has. */
static uint16_t output_intid(const struct intr *intr, uint32_t output)
{
    for (uint32_t i = 0; i < intr->facts.range_count; i++) {
        const struct intr_output_range *range = &intr->facts.ranges[i];

        if (output >= range->first_output && output - range->first_output < range->count) {
            uint32_t intid = range->first_intid + (output - range->first_output);

            return intid < root_intid_limit() ? (uint16_t)intid : 0;
        }
    }
    return 0;
}

/* ---- lines ---- */

/* What is left of the reserve: outputs that direct devices have taken count against it first. */
static uint32_t reserve_left(const struct intr *intr)
{
    return intr->direct_in_use < intr->facts.reserve ? intr->facts.reserve - intr->direct_in_use
                                                     : 0;
}

static uint32_t lines_spare(const struct intr *intr)
{
    uint32_t kept = reserve_left(intr);

    return intr->outputs.free > kept ? intr->outputs.free - kept : 0;
}

static void tell_spare(struct intr *intr)
{
    __atomic_store_n(&intr->spare, lines_spare(intr), __ATOMIC_RELAXED);
}

static void give_output(struct intr *intr, struct intr_line *line, bool direct)
{
    irq_id_pool_give(&intr->outputs, line->output);
    if (direct)
        intr->direct_in_use--;
    tell_spare(intr);
}

static int line_open(struct intr *intr, uint16_t input, bool direct, struct intr_line *line)
{
    if (!direct && lines_spare(intr) == 0)
        return -ENOSPC;
    if (!irq_id_pool_take(&intr->outputs, &line->output))
        return -ENOSPC;
    if (direct)
        intr->direct_in_use++;
    tell_spare(intr);
    line->intid = output_intid(intr, line->output);
    line->direct = direct;
    line->route = (struct irq_mapping){
        .source_device = intr->facts.device_id,
        .source_index = input,
        .device = intr->facts.device_id,
        .target = line->output,
    };

    int error = irq_mapping_set(&line->route);

    if (error != 0) {
        log_error(irq, "%s: route input %u to output %u: error %d", intr->parent.name, input,
                  line->output, error);
        if (!line->route.unknown)
            give_output(intr, line, direct);
    }
    return error;
}

static int line_close(struct intr *intr, struct intr_line *line)
{
    int error = irq_mapping_clear(&line->route);

    if (error == 0)
        give_output(intr, line, line->direct);
    else
        log_error(irq, "%s: release input %u from output %u: error %d", intr->parent.name,
                  line->route.source_index, line->output, error);
    return error;
}

int intr_line_open(struct irq_parent *router, uint16_t input, bool direct, struct intr_line *line)
{
    int error = mutex_lock(&router->mutex);

    if (error != 0)
        return error;
    error = line_open(intr_of(router), input, direct, line);
    mutex_unlock(&router->mutex);
    return error;
}

int intr_line_close(struct irq_parent *router, struct intr_line *line)
{
    int error = mutex_lock(&router->mutex);

    if (error != 0)
        return error;
    error = line_close(intr_of(router), line);
    mutex_unlock(&router->mutex);
    return error;
}

int intr_line_restore(struct irq_parent *router, struct intr_line *line)
{
    bool lost;
    int error = mutex_lock(&router->mutex);

    if (error != 0)
        return error;
    error = irq_mapping_restore(&line->route, &lost);
    mutex_unlock(&router->mutex);
    return error;
}

uint32_t intr_lines_spare(struct irq_parent *router)
{
    return __atomic_load_n(&intr_of(router)->spare, __ATOMIC_RELAXED);
}

/* ---- devices wired straight to the router ---- */

struct direct_irq {
    struct irq_with_spi spi; /* first member */
    struct intr_line line;
};

static struct intr_line *line_of(struct irq *irq)
{
    return &((struct direct_irq *)irq)->line;
}

static int release_stuck(struct irq_parent *parent, struct irq *irq)
{
    return line_close(intr_of(parent), line_of(irq));
}

/* Tries again what could not be taken down earlier. */
static void reap(struct intr *intr)
{
    irq_stuck_reap(&intr->stuck, release_stuck, &intr->parent);
}

static int direct_alloc(struct irq *irq, uint32_t flags)
{
    struct intr *intr = intr_of(irq->binding->parent);
    struct intr_line *line = line_of(irq);

    reap(intr);

    int error = line_open(intr, irq->binding->data.numbers[irq->index], true, line);

    if (error != 0) {
        if (line->route.unknown)
            irq_stuck_keep(&intr->stuck, irq);
        return error;
    }
    error = irq_with_spi_open(irq, line->intid, flags);
    if (error != 0 && line_close(intr, line) != 0)
        irq_stuck_keep(&intr->stuck, irq);
    return error;
}

static int direct_free(struct irq *irq)
{
    struct intr *intr = intr_of(irq->binding->parent);

    reap(intr);

    int closed = irq_with_spi_close(irq);
    int error = line_close(intr, line_of(irq));

    irq->quiet = irq->quiet && error == 0;
    if (error != 0)
        irq_stuck_keep(&intr->stuck, irq);
    return error != 0 ? error : closed;
}

static int direct_describe(const struct irq *irq, char *text, size_t size)
{
    const struct intr_line *line = &((const struct direct_irq *)irq)->line;

    return sniprintf(text, size, "INTR input %u > INTR output %u > INTID %u > core %u",
                     line->route.source_index, line->output, line->intid, irq_core(irq));
}

static void intr_inventory(struct irq_parent *parent, struct irq_inventory *inventory)
{
    const struct intr *intr = intr_of(parent);

    inventory->held += irq_stuck_count(intr->stuck);
    inventory->routes += intr->owned - intr->outputs.free;
    inventory->routes_free += intr->outputs.free;
}

static const struct irq_parent_ops intr_ops = {
    .irq_size = sizeof(struct direct_irq),
    .alloc = direct_alloc,
    .free = direct_free,
    IRQ_WITH_SPI_OPS,
    .describe = direct_describe,
    .inventory = intr_inventory,
};

/* ---- start ---- */

static void add_outputs(struct intr *intr, uint32_t first, uint32_t count)
{
    uint32_t left_out = 0;

    for (uint32_t output = first; output < first + count; output++) {
        if (output_intid(intr, output) != 0)
            irq_id_pool_give(&intr->outputs, (uint16_t)output);
        else
            left_out++;
    }
    if (left_out != 0)
        log_info(irq, "%s: %u of outputs %u-%u lead to no INTID of this GIC, left out",
                 intr->parent.name, (unsigned)left_out, (unsigned)first,
                 (unsigned)(first + count - 1));
}

static int intr_start(struct intr *intr)
{
    struct ti_sci_range range;
    int error = ti_sci_get_range(intr->facts.device_id, TI_SCI_SUBTYPE_IR_OUTPUT, &range);

    if (error == 0)
        error = irq_id_pool_init(&intr->outputs, (uint32_t)range.count + range.second_count);
    if (error != 0)
        return error;
    add_outputs(intr, range.first, range.count);
    add_outputs(intr, range.second_first, range.second_count);
    intr->owned = intr->outputs.free;
    tell_spare(intr);
    error = irq_parent_register(&intr->parent);
    if (error != 0)
        free(intr->outputs.ids);
    return error;
}

/* The parent's mutex is held. */
int irq_intr_restore(struct irq *irq)
{
    bool lost;

    if (irq->binding->parent->ops != &intr_ops)
        return 0;
    return irq_mapping_restore(&line_of(irq)->route, &lost);
}

bool intr_is_router(const struct irq_parent *parent)
{
    return parent != NULL && parent->ops == &intr_ops;
}

int irq_intr_init(const struct intr_facts *facts, struct irq_parent **parent)
{
    if (!wait_is_allowed())
        return -EDEADLK;

    struct intr *intr = calloc(1, sizeof(*intr));

    if (intr == NULL)
        return -ENOMEM;
    intr->parent = (struct irq_parent){.ops = &intr_ops, .name = "INTR", .mutex = MUTEX_INIT};
    intr->facts = *facts;

    int error = intr_start(intr);

    if (error != 0)
        free(intr);
    else
        *parent = &intr->parent;
    return error;
}

int irq_bind_intr(struct device *device, struct irq_parent *parent, const uint16_t *inputs,
                  uint32_t count)
{
    const struct irq_binding model = {.index_limit = count, .data.numbers = inputs};

    if (device == NULL || parent == NULL || parent->ops != &intr_ops || inputs == NULL)
        return -EINVAL;
    return irq_binding_create(device, parent, &model, NULL, NULL);
}
