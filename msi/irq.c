// SPDX-License-Identifier: BSD-3-Clause
/*
 * The drivers' side of the interrupt core (msi/irq.h): what is the same whatever the parent is.
 */
#include "msi/irq.h"

#include "arch/cpu.h"
#include "arch/time.h"
#include "lib/log.h"
#include "msi/cores.h"
#include "msi/deliver.h"
#include "msi/internal.h"
#include "msi/message.h"
#include "msi/trouble.h"

#include <errno.h>
#include <stdlib.h>

#define IRQ_FLAGS_KNOWN (IRQ_FLAG_EDGE | IRQ_FLAG_MASKED)

/* ---- requesting ---- */

static bool is_power_of_two(unsigned number)
{
    return number != 0 && (number & (number - 1)) == 0;
}

static int check_index(const struct irq_binding *binding, uint32_t index, unsigned count)
{
    if (index == IRQ_INDEX_ANY)
        return binding->any_index ? 0 : -EINVAL;
    if (index % count != 0)
        return -EINVAL;
    return index < binding->index_limit && count <= binding->index_limit - index ? 0 : -EINVAL;
}

static int check_request(const struct device *device, const struct irq_request *request,
                         unsigned count)
{
    if (in_interrupt())
        return -EDEADLK;
    if (!device || !request || !request->handler || (request->flags & ~IRQ_FLAGS_KNOWN) != 0)
        return -EINVAL;
    if (request->core != IRQ_CORE_ANY && request->core >= core_count())
        return -EINVAL;
    if (!is_power_of_two(count) || count > IRQ_BLOCK_MAX)
        return -EINVAL;
    if (!device->interrupts)
        return -ENODEV;
    return check_index(device->interrupts, request->index, count);
}

static struct irq *new_irq(struct irq_binding *binding, const struct irq_request *request,
                           uint32_t index, void *context)
{
    struct irq *irq = calloc(1, sizeof(*irq));

    if (!irq)
        return NULL;
    *irq = (struct irq){
        .binding = binding,
        .handler = request->handler,
        .context = context,
        .name = request->name ? request->name : binding->device->name,
        .index = index,
        .core =
            request->core == IRQ_CORE_ANY ? core_for_any() : core_or_other(request->core, index),
        .state = IRQ_STATE_MASKED,
        .lock = SPINLOCK_INIT,
        .window_start = time_now_ns(),
    };
    return irq;
}

/* With the parent's mutex held, as the next ones. */
static int allocate(struct irq_binding *binding, const struct irq_request *request, uint32_t index,
                    void *context, struct irq **result)
{
    int status = sources_prepare(&binding->sources, index);

    if (status != 0)
        return status;
    if (sources_get(&binding->sources, index))
        return -EBUSY;

    struct irq *irq = new_irq(binding, request, index, context);

    if (!irq)
        return -ENOMEM;
    status = binding->parent->ops->alloc(irq, request->flags);
    if (status != 0) {
        if (!irq->stuck)
            free(irq);
        return status;
    }
    sources_enter(&binding->sources, index, irq);
    *result = irq;
    return 0;
}

/* What a request asks for, whether one or a block. */
struct order {
    const struct irq_request *request;
    unsigned count;
    size_t context_step;
};

static int release(struct irq *irq);

static int allocate_at(struct irq_binding *binding, const struct order *order, uint32_t index,
                       struct irq **irqs)
{
    unsigned done = 0;
    int status = 0;

    while (status == 0 && done < order->count) {
        char *context = order->request->context;

        if (order->count > 1)
            context += done * order->context_step;
        status = allocate(binding, order->request, index + done, context, &irqs[done]);
        if (status == 0)
            done++;
    }
    if (status == 0)
        status = message_assign(irqs, order->count);
    if (status == 0)
        return 0;
    while (done > 0) {
        (void)release(irqs[--done]);
        irqs[done] = NULL;
    }
    return status;
}

static int allocate_anywhere(struct irq_binding *binding, const struct order *order,
                             struct irq **irqs)
{
    uint32_t index, from = 0;

    while (sources_find_free(&binding->sources, from, order->count, &index)) {
        int status = allocate_at(binding, order, index, irqs);

        /* Another device with the same id may have the source. */
        if (status != -EBUSY)
            return status;
        from = index + order->count;
    }
    return -ENOSPC;
}

static int request_order(struct device *device, const struct order *order, struct irq **irqs)
{
    struct irq_binding *binding = device->interrupts;
    uint32_t index = order->request->index;
    int status = mutex_lock(&binding->parent->mutex);

    if (status != 0)
        return status;
    status = index == IRQ_INDEX_ANY ? allocate_anywhere(binding, order, irqs)
                                    : allocate_at(binding, order, index, irqs);
    mutex_unlock(&binding->parent->mutex);
    if (status == 0 && (order->request->flags & IRQ_FLAG_MASKED) == 0) {
        for (unsigned i = 0; i < order->count; i++)
            irq_unmask(irqs[i]);
    }
    return status;
}

int irq_request_block(struct device *device, const struct irq_request *request, unsigned count,
                      size_t context_step, struct irq **irqs)
{
    const struct order order = {.request = request, .count = count, .context_step = context_step};
    struct irq *made[IRQ_BLOCK_MAX];
    int status = irqs ? check_request(device, request, count) : -EINVAL;

    if (status != 0)
        return status;
    irq_service();
    status = request_order(device, &order, made);
    for (unsigned i = 0; status == 0 && i < count; i++)
        irqs[i] = made[i];
    return status;
}

int irq_request(struct device *device, const struct irq_request *request, struct irq **irq)
{
    return irq_request_block(device, request, 1, 0, irq);
}

/* ---- freeing ---- */

/* With the parent's mutex held. Order: no new call of the handler, no running one, no message in
 * the device, the route down, no core that still looks at the interrupt; then its memory. */
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
    sources_remove(&binding->sources, irq->index);
    message_release(irq);
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

    irq_service();

    struct irq_parent *parent = irq->binding->parent;
    int status = mutex_lock(&parent->mutex);

    if (status != 0)
        return status;
    status = release(irq);
    mutex_unlock(&parent->mutex);
    return status;
}

int irq_free_block(struct irq **irqs, unsigned count)
{
    int first_error = 0;

    if (!irqs)
        return -EINVAL;
    for (unsigned i = 0; i < count; i++) {
        int status = irqs[i] ? irq_free(irqs[i]) : 0;

        irqs[i] = NULL;
        if (first_error == 0)
            first_error = status;
    }
    return first_error;
}

/* ---- masking ---- */

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
    uint32_t old =
        __atomic_fetch_and(&irq->state, ~(IRQ_STATE_MASKED | IRQ_STATE_STORM), __ATOMIC_SEQ_CST);

    if (ops->unmask)
        ops->unmask(irq);
    spin_unlock(&irq->lock, state);
    /* It had come so far before the mask was seen; the hardware does not keep it any more. */
    if ((old & IRQ_STATE_PENDING) != 0)
        irq_replay(irq);
    if ((old & IRQ_STATE_STORM) != 0)
        trouble_unmasked();
}

/* ---- moving ---- */

int irq_move(struct irq *irq, unsigned core)
{
    if (core == irq->core)
        return 0;

    int status = irq->binding->parent->ops->set_affinity(irq, core);

    if (status != 0)
        return status;
    return message_update(irq);
}

int irq_set_affinity(struct irq *irq, unsigned core)
{
    if (in_interrupt())
        return -EDEADLK;
    if (!irq || core >= core_count() || !core_takes_irqs(core))
        return -EINVAL;

    struct irq_parent *parent = irq->binding->parent;
    int status = mutex_lock(&parent->mutex);

    if (status != 0)
        return status;
    status = irq_move(irq, core);
    mutex_unlock(&parent->mutex);
    return status;
}

unsigned irq_core(const struct irq *irq)
{
    return __atomic_load_n(&irq->core, __ATOMIC_SEQ_CST);
}

int irq_synchronize(struct irq *irq)
{
    (void)irq; /* handlers are short: waiting for all of them is simpler, and not longer */
    return irq_core_quiesce();
}

int irq_restore_messages(struct device *device)
{
    const struct irq_slot *last = NULL;
    uint32_t index = 0;
    struct irq *irq;

    if (in_interrupt())
        return -EDEADLK;
    if (!device || !device->interrupts)
        return -ENODEV;

    struct irq_binding *binding = device->interrupts;
    int first_error = mutex_lock(&binding->parent->mutex);

    if (first_error != 0)
        return first_error;
    for (; (irq = sources_next(&binding->sources, &index)) != NULL; index++) {
        int status = irq->slot != last ? message_restore(irq) : 0;

        last = irq->slot; /* a block's interrupts stand side by side */
        if (first_error == 0)
            first_error = status;
    }
    mutex_unlock(&binding->parent->mutex);
    return first_error;
}

/* ---- asking ---- */

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

const char *irq_state_name(const struct irq *irq)
{
    uint32_t state = __atomic_load_n(&irq->state, __ATOMIC_SEQ_CST);

    if ((state & IRQ_STATE_STORM) != 0)
        return "storm";
    if ((state & IRQ_STATE_MASKED) != 0)
        return "masked";
    return (state & IRQ_STATE_RUNNING) != 0 ? "running" : "on";
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
