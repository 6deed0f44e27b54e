// SPDX-License-Identifier: BSD-3-Clause
/*
 * How long a binding lives: as long as its device is bound, an interrupt of it exists, or a call
 * that found it through its device is under way. So a request that meets an unbinding finds the
 * binding gone, and not its memory.
 */
#ifndef MSI_REFERENCE_H
#define MSI_REFERENCE_H

#include "msi/internal.h"

/* The device's binding, counted as in use; NULL: it is not bound. Whoever has taken the parent's
 * mutex then looks at `unbound`. Any context. */
struct irq_binding *irq_binding_get(const struct device *device);

/* Counts one more, and one less; the last one frees it. Thread context. */
static inline void irq_binding_hold(struct irq_binding *binding)
{
    __atomic_fetch_add(&binding->references, 1, __ATOMIC_RELAXED);
}
void irq_binding_put(struct irq_binding *binding);

/* Makes the binding its device's, or takes it away. Thread context. */
void irq_binding_publish(struct irq_binding *binding, bool bound);

#endif
