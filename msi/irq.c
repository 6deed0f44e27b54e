// SPDX-License-Identifier: BSD-3-Clause
/*
 * The drivers' side of the interrupt core (msi/irq.h): what is the same whatever the parent is.
 */
#include "msi/irq.h"

#include "arch/cpu.h"
#include "lib/log.h"
#include "msi/deliver.h"
#include "msi/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IRQ_FLAGS_KNOWN (IRQ_FLAG_EDGE | IRQ_FLAG_MASKED)

static unsigned next_core;

/* Spreads the interrupts of drivers that do not care. */
static unsigned any_core(void)
{
    return __atomic_fetch_add(&next_core, 1, __ATOMIC_RELAXED) % core_count();
}

static int grow_table(struct irq_binding *binding, uint32_t index)
{
    uint32_t size = binding->irqs_size ? binding->irqs_size : 8;

    if (index < binding->irqs_size)
        return 0;
    while (size <= index)
        size *= 2;
    struct irq **irqs = realloc(binding->irqs, size * sizeof(*irqs));

    if (!irqs)
        return -ENOMEM;
    memset(irqs + binding->irqs_size, 0, (size - binding->irqs_size) * sizeof(*irqs));
    binding->irqs = irqs;
    binding->irqs_size = size;
    return 0;
}

static int check_request(const struct device *device, const struct irq_request *request)
{
    if (in_interrupt())
        return -EDEADLK;
    if (!device || !request || !request->handler || (request->flags & ~IRQ_FLAGS_KNOWN) != 0)
        return -EINVAL;
    if (request->core != IRQ_CORE_ANY && request->core >= core_count())
        return -EINVAL;
    if (!device->interrupts)
        return -ENODEV;
    return request->index < device->interrupts->index_limit ? 0 : -EINVAL;
}

static struct irq *new_irq(struct irq_binding *binding, const struct irq_request *request)
{
    struct irq *irq = calloc(1, sizeof(*irq));

    if (!irq)
        return NULL;
    *irq = (struct irq){
        .binding = binding,
        .handler = request->handler,
        .context = request->context,
        .name = request->name ? request->name : binding->device->name,
        .index = request->index,
        .core = request->core == IRQ_CORE_ANY ? any_core() : request->core,
        .state = IRQ_STATE_MASKED,
        .lock = SPINLOCK_INIT,
    };
    return irq;
}

/* With the parent's mutex held. */
static int allocate(struct irq_binding *binding, const struct irq_request *request,
                    struct irq **result)
{
    int status = grow_table(binding, request->index);

    if (status != 0)
        return status;
    if (binding->irqs[request->index])
        return -EBUSY;

    struct irq *irq = new_irq(binding, request);

    if (!irq)
        return -ENOMEM;
    status = binding->parent->ops->alloc(irq, request->flags);
    if (status != 0) {
        if (!irq->stuck)
            free(irq);
        return status;
    }
    binding->irqs[request->index] = irq;
    binding->in_use++;
    *result = irq;
    return 0;
}

int irq_request(struct device *device, const struct irq_request *request, struct irq **irq)
{
    int status = irq ? check_request(device, request) : -EINVAL;

    if (status != 0)
        return status;

    struct irq_binding *binding = device->interrupts;

    status = mutex_lock(&binding->parent->mutex);
    if (status != 0)
        return status;
    status = allocate(binding, request, irq);
    mutex_unlock(&binding->parent->mutex);
    if (status == 0 && (request->flags & IRQ_FLAG_MASKED) == 0)
        irq_unmask(*irq);
    return status;
}

/* With the parent's mutex held. Order: no new call of the handler, no running one, the route down,
 * no core that still looks at the interrupt; then its memory. */
static int release(struct irq *irq)
{
    struct irq_binding *binding = irq->binding;

    irq_kill(irq);
    irq_mask(irq);
    int status = irq_core_quiesce();

    if (status != 0) {
        /* A handler hangs. What it uses is kept: nothing that is still in use is given away. */
        log_error("%s: interrupt %u (%s): handler does not return, interrupt kept",
                  binding->device->name, (unsigned)irq->index, irq->name);
        return status;
    }
    binding->irqs[irq->index] = NULL;
    binding->in_use--;
    status = binding->parent->ops->free(irq);
    int quiesced = irq_core_quiesce();

    if (quiesced == 0 && !irq->stuck)
        free(irq);
    return status != 0 ? status : quiesced;
}

int irq_free(struct irq *irq)
{
    if (in_interrupt())
        return -EDEADLK;
    if (!irq)
        return -EINVAL;

    struct irq_parent *parent = irq->binding->parent;
    int status = mutex_lock(&parent->mutex);

    if (status != 0)
        return status;
    status = release(irq);
    mutex_unlock(&parent->mutex);
    return status;
}

void irq_mask(struct irq *irq)
{
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    unsigned long state = spin_lock(&irq->lock);

    __atomic_or_fetch(&irq->state, IRQ_STATE_MASKED, __ATOMIC_SEQ_CST);
    if (ops->mask)
        ops->mask(irq);
    spin_unlock(&irq->lock, state);
}

void irq_unmask(struct irq *irq)
{
    const struct irq_parent_ops *ops = irq->binding->parent->ops;
    unsigned long state = spin_lock(&irq->lock);
    uint32_t old = __atomic_fetch_and(&irq->state, ~IRQ_STATE_MASKED, __ATOMIC_SEQ_CST);

    if (ops->unmask)
        ops->unmask(irq);
    spin_unlock(&irq->lock, state);
    /* It had come so far before the mask was seen; the hardware does not keep it any more. */
    if ((old & IRQ_STATE_PENDING) != 0)
        irq_replay(irq);
}

int irq_set_affinity(struct irq *irq, unsigned core)
{
    if (in_interrupt())
        return -EDEADLK;
    if (!irq || core >= core_count())
        return -EINVAL;

    struct irq_parent *parent = irq->binding->parent;
    int status = mutex_lock(&parent->mutex);

    if (status != 0)
        return status;
    if (core != irq->core) {
        status = parent->ops->set_affinity(irq, core);
        if (status == 0)
            __atomic_store_n(&irq->core, core, __ATOMIC_RELAXED);
    }
    mutex_unlock(&parent->mutex);
    return status;
}

unsigned irq_core(const struct irq *irq)
{
    return __atomic_load_n(&irq->core, __ATOMIC_RELAXED);
}

int irq_synchronize(struct irq *irq)
{
    (void)irq; /* handlers are short: waiting for all of them is simpler, and not longer */
    return irq_core_quiesce();
}

bool irq_pending(struct irq *irq)
{
    if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_PENDING) != 0)
        return true;
    return irq->binding->parent->ops->pending(irq);
}

uint64_t irq_count(const struct irq *irq)
{
    return __atomic_load_n(&irq->count, __ATOMIC_RELAXED);
}

int irq_trigger(struct irq *irq)
{
    if (in_interrupt())
        return -EDEADLK;
    return irq->binding->parent->ops->trigger(irq);
}

int irq_describe(const struct irq *irq, char *text, size_t size)
{
    return irq->binding->parent->ops->describe(irq, text, size);
}

const char *irq_name(const struct irq *irq)
{
    return irq->name;
}

const char *irq_device_name(const struct irq *irq)
{
    return irq->binding->device->name;
}

uint32_t irq_index(const struct irq *irq)
{
    return irq->index;
}
