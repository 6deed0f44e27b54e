// SPDX-License-Identifier: BSD-3-Clause
/*
 * Lines through an interrupt router, for what is wired to its inputs: devices, and the aggregator.
 * Thread context; each function takes the router's mutex itself unless said otherwise.
 */
#ifndef MSI_PARENTS_INTR_H
#define MSI_PARENTS_INTR_H

#include "msi/internal.h"
#include "msi/parents/mapping.h"

/* A route to an input of the root. */
struct intr_line {
    struct irq_mapping route;
    uint16_t output, intid;
    bool direct; /* may use the reserve */
};

/* Takes an output and has the system firmware route input to it. Without `direct` the reserve for
 * directly wired devices is left alone. On error nothing is left, or line->route.unknown: then the
 * line may be up, and intr_line_close() can be tried later. -ENOSPC: no output left. */
int intr_line_open(struct irq_parent *router, uint16_t input, bool direct, struct intr_line *line);

/* Releases the route and gives the output back. On error the output stays taken and the line as it
 * is; the call can be repeated. */
int intr_line_close(struct irq_parent *router, struct intr_line *line);

/* After a suspend: irq_mapping_restore() of the route. */
int intr_line_restore(struct irq_parent *router, struct intr_line *line);

/* Whether a parent is a router. Any context. */
bool intr_is_router(const struct irq_parent *parent);

/* How many lines intr_line_open() without `direct` can still open. */
uint32_t intr_lines_spare(struct irq_parent *router);

#endif
