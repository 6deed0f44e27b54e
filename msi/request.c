// SPDX-License-Identifier: BSD-3-Clause
/*
 * Requesting and freeing interrupts (msi/irq.h): what is the same whatever the parent is.
 */
#include "arch/core.h"
#include "lib/log.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/later.h"
#include "msi/message.h"
#include "msi/placement.h"
#include "msi/quiesce.h"
#include "msi/reclaim.h"
#include "msi/reference.h"
#include "msi/service.h"
#include "msi/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IRQ_FLAGS_KNOWN (IRQ_FLAG_EDGE | IRQ_FLAG_MASKED)
#define SPARES_MAX      8u /* of each parent */

LOG_USE(irq);

/* Linked by stuck_next: those that their owners have given up while some handler did not return. */
static struct irq *given_up;
static struct spinlock given_up_lock = SPINLOCK_INIT;

static void free_given_up(void);

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
    if (device == NULL || request == NULL || request->handler == NULL ||
        (request->flags & ~IRQ_FLAGS_KNOWN) != 0)
        return -EINVAL;
    if (request->core != IRQ_CORE_ANY && request->core >= core_count())
        return -EINVAL;
    if (request->cores != 0 && (request->cores & ((UINT32_C(1) << core_count()) - 1)) == 0)
        return -EINVAL;
    return is_power_of_two(count) && count <= IRQ_BLOCK_MAX ? 0 : -EINVAL;
}

/* The memory of one that was freed, or more. With the parent's mutex held. */
static struct irq *allocate_irq(struct irq_parent *parent)
{
    struct irq *irq = parent->spare;

    if (irq == NULL)
        return calloc(1, parent->ops->irq_size);
    parent->spare = irq->stuck_next;
    parent->spares--;
    return memset(irq, 0, parent->ops->irq_size);
}

/* Keeps the memory of one that no core looks at any more for the next request. With the parent's
 * mutex held. */
static void keep_irq(struct irq_parent *parent, struct irq *irq)
{
    if (parent->spares == SPARES_MAX) {
        irq_reclaim_now(irq);
        return;
    }
    irq_reclaim_but_memory(irq);
    irq->stuck_next = parent->spare;
    parent->spare = irq;
    parent->spares++;
}

static struct irq *new_irq(struct irq_binding *binding, const struct irq_request *request,
                           uint32_t index, void *context)
{
    struct irq *irq = allocate_irq(binding->parent);

    if (irq == NULL)
        return NULL;
    irq_binding_hold(binding);
    irq->binding = binding;
    irq->handler = request->handler;
    irq->traced_handler =
        request->traced_handler != NULL ? request->traced_handler : request->handler;
    irq->context = context;
    irq->name = request->name != NULL ? request->name : binding->device->name;
    irq->index = index;
    irq->priority = request->priority != NULL ? request->priority : IRQ_PRIORITY_DEFAULT;
    if (!irq_priority_is_default(irq->priority))
        irq->priority->use(1);
    if (request->core != IRQ_CORE_ANY) {
        irq->core = irq_place_near(request->core, index, IRQ_CORES_ALL);
        irq->cores = UINT32_C(1) << request->core;
    } else {
        irq->cores = request->cores != 0 ? request->cores : IRQ_CORES_ALL;
        irq->core = irq_place_anywhere(irq->cores);
    }
    irq_state_init(irq);
    return irq;
}

/* With the parent's mutex held, as the next ones. */
static int allocate(struct irq_binding *binding, const struct irq_request *request, uint32_t index,
                    void *context, struct irq **result)
{
    int error = irq_sources_prepare(&binding->sources, index);

    if (error != 0)
        return error;

    struct irq *irq = new_irq(binding, request, index, context);

    if (irq == NULL)
        return -ENOMEM;
    error = binding->parent->ops->alloc(irq, request->flags);
    if (error != 0) {
        if (!irq->stuck)
            irq_reclaim_later(irq); /* enabled for a moment: a core may have taken it */
        return error;
    }
    irq_sources_enter(&binding->sources, index, irq);
    irq_placement_count(irq_core(irq), 1);
    *result = irq;
    return 0;
}

/* What was asked for: one interrupt or a block. */
struct order {
    const struct irq_request *request;
    unsigned count;
    size_t context_step;
};

#define TAKEN (-EEXIST) /* -EBUSY of a source; write_message() may say -EBUSY too */

static int take_down(struct irq *irq);

static int allocate_at(struct irq_binding *binding, const struct order *order, uint32_t index,
                       struct irq **irqs)
{
    unsigned done = 0;
    int error = 0;

    while (error == 0 && done < order->count) {
        char *context = order->request->context;

        if (order->count > 1)
            context += done * order->context_step;
        error = allocate(binding, order->request, index + done, context, &irqs[done]);
        if (error == 0)
            done++;
        else if (error == -EBUSY)
            error = TAKEN;
    }
    if (error == 0 && irq_has_messages(binding))
        error = irq_message_assign(irqs, order->count);
    if (error == 0)
        return 0;
    while (done > 0) {
        /* Never unmasked: there is no handler to wait for. */
        irq_state_kill(irqs[--done]);
        (void)take_down(irqs[done]);
        irqs[done] = NULL;
    }
    return error;
}

static int allocate_anywhere(struct irq_binding *binding, const struct order *order,
                             struct irq **irqs)
{
    uint32_t index, from = 0;

    while (irq_sources_find_free(&binding->sources, from, order->count, &index)) {
        int error = allocate_at(binding, order, index, irqs);

        /* Another device with the same id may have the source. */
        if (error != TAKEN)
            return error;
        from = index + order->count;
    }
    return -ENOSPC;
}

static int request_order(struct irq_binding *binding, const struct order *order, struct irq **irqs)
{
    uint32_t index = order->request->index;
    int error = mutex_lock(&binding->parent->mutex);

    if (error != 0)
        return error;
    if (binding->unbound)
        error = -ENODEV;
    else if (index == IRQ_INDEX_ANY)
        error = allocate_anywhere(binding, order, irqs);
    else
        error = allocate_at(binding, order, index, irqs);
    mutex_unlock(&binding->parent->mutex);
    return error == TAKEN ? -EBUSY : error;
}

static int request_bound(struct irq_binding *binding, const struct order *order, struct irq **irqs)
{
    struct irq *made[IRQ_BLOCK_MAX];
    int error = check_index(binding, order->request->index, order->count);

    if (error == 0)
        error = request_order(binding, order, made);
    if (error != 0)
        return error;
    for (unsigned i = 0; i < order->count; i++) {
        irqs[i] = made[i];
        if ((order->request->flags & IRQ_FLAG_MASKED) == 0)
            irq_unmask(made[i]);
    }
    return 0;
}

int irq_request_block(struct device *device, const struct irq_request *request, unsigned count,
                      size_t context_step, struct irq **irqs)
{
    const struct order order = {.request = request, .count = count, .context_step = context_step};

    if (!irq_is_allowed())
        return -EDEADLK;

    int error = irqs != NULL ? check_request(device, request, count) : -EINVAL;
    struct irq_binding *binding = error == 0 ? irq_binding_get(device) : NULL;

    if (binding == NULL)
        return error != 0 ? error : -ENODEV;
    if (irq_later_is_left())
        irq_service();
    if (__atomic_load_n(&given_up, __ATOMIC_RELAXED) != NULL)
        free_given_up();
    error = request_bound(binding, &order, irqs);
    irq_binding_put(binding);
    if (irq_reclaim_count() != 0) /* who has just added one sees it */
        irq_reclaim();
    return error;
}

int irq_request(struct device *device, const struct irq_request *request, struct irq **irq)
{
    return irq_request_block(device, request, 1, 0, irq);
}

/* ---- freeing ---- */

/* An error after which the handle is gone must not read like one after which it is not; -EAGAIN:
 * the parent could not be sure that no core looks at the route any more (irq_quiesce()). */
static int of_one_meaning(int error)
{
    return error == -EAGAIN || error == -EDEADLK || error == -EINVAL ? -EINPROGRESS : error;
}

/* With the parent's mutex held, after irq_state_kill() and the wait for the handler. No message is
 * in the device from here on, then no route, then no core that still looks at the interrupt. */
static int take_down(struct irq *irq)
{
    struct irq_binding *binding = irq->binding;

    irq_sources_remove(&binding->sources, irq->index);
    irq_placement_count(irq_core(irq), -1);
    if (irq->slot != NULL)
        irq_message_release(irq);

    int error = binding->parent->ops->free(irq);

    if (irq->quiet)
        keep_irq(binding->parent, irq);
    else if (!irq->stuck)
        irq_reclaim_later(irq);
    return of_one_meaning(error);
}

/* No new call of the handler, and no running one. Without the parent's mutex: others go on while a
 * handler takes its time. */
static int stop(struct irq *irq)
{
    irq_state_kill(irq);

    int error = irq_await_handlers();

    /* A handler hangs. What it uses is kept: nothing that is still in use is given away. */
    if (error != 0)
        log_error(irq, "%s: interrupt %u (%s): handler does not return, interrupt kept",
                  irq->binding->device->name, (unsigned)irq->index, irq->name);
    return error;
}

int irq_free(struct irq *irq)
{
    if (!irq_is_allowed())
        return -EDEADLK;
    if (irq == NULL)
        return -EINVAL;

    struct mutex *mutex = &irq->binding->parent->mutex;

    if (irq_later_is_left())
        irq_service();

    int error = stop(irq);

    if (error == 0)
        error = mutex_lock(mutex);
    if (error != 0)
        return error;
    error = take_down(irq);
    mutex_unlock(mutex);
    if (irq_reclaim_count() != 0) /* who has just added one sees it */
        irq_reclaim();
    return error;
}

/* ---- giving up ---- */

static void keep(struct irq *irq)
{
    unsigned long state = spin_lock(&given_up_lock);

    irq->stuck_next = given_up;
    __atomic_store_n(&given_up, irq, __ATOMIC_RELAXED);
    spin_unlock(&given_up_lock, state);
}

void irq_give_up(struct irq *irq)
{
    if (irq_free(irq) == -EAGAIN)
        keep(irq);
}

/* What they have is another's to request. One wait is for all of them. */
static __attribute__((noinline, cold)) void free_given_up(void)
{
    unsigned long state = spin_lock(&given_up_lock);
    struct irq *all = given_up;
    bool can_go;

    __atomic_store_n(&given_up, NULL, __ATOMIC_RELAXED);
    spin_unlock(&given_up_lock, state);
    can_go = irq_await_handlers() == 0;
    while (all != NULL) {
        struct irq *irq = all;

        all = irq->stuck_next;
        if (can_go)
            irq_give_up(irq);
        else
            keep(irq);
    }
}

int irq_free_block(struct irq **irqs, unsigned count)
{
    int first_error = 0;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (irqs == NULL)
        return -EINVAL;
    for (unsigned i = 0; i < count; i++) {
        int error = irqs[i] != NULL ? irq_free(irqs[i]) : 0;

        if (error != -EAGAIN && error != -EDEADLK)
            irqs[i] = NULL;
        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}
