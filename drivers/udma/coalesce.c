// SPDX-License-Identifier: BSD-3-Clause
/*
 * Fewer interrupts than completions (drivers/udma/udma.h, struct udma_coalesce).
 *
 * The first completion of a ring that has been idle interrupts at once. Its interrupt is masked
 * then, the ring is emptied, and a timeout of time_us is set on this core. When it has expired the
 * ring is looked at: if there is something it is emptied, and the timeout is set again; if not, the
 * interrupt is unmasked. So what comes while the interrupt is masked is found by a timeout that was
 * set before it came. A ring monitor in threshold mode (drivers/udma/monitor.h) interrupts when
 * `count` completions have come before that; the ring is emptied, and the timeout begins anew.
 *
 * Nothing is lost between the last look and the unmask: the ring sends its event when it stops
 * being empty (TRM 10.2.3, "Events"), masked or not, and the aggregator keeps it. So the unmask
 * raises the interrupt if anything has come since. It also does so if the timeout has found what
 * the event was of: such an interrupt brings nothing, and is not held against the ring as a storm's
 * would be.
 *
 * Three interrupts lead here, and they may be different cores'. One core at a time looks; another
 * one that comes meanwhile leaves it to that, which looks once more. A timeout or a monitor's event
 * on another core than the ring's interrupt is on, since that has moved, only unmasks it: what is
 * in the ring has its event pending, and so is taken where the interrupt is now.
 */
#include "drivers/udma/coalesce.h"

#include "arch/core.h"
#include "drivers/udma/internal.h"
#include "lib/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define GET(object)        __atomic_load_n(&(object), __ATOMIC_SEQ_CST)
#define SET(object, value) __atomic_store_n(&(object), (value), __ATOMIC_SEQ_CST)

/* ---- interrupts ---- */

static void count_in_vain(struct udma_coalescer *coalescer)
{
    __atomic_add_fetch(&coalescer->in_vain, 1, __ATOMIC_RELAXED);
}

static enum irq_return call(const struct udma_coalescer *coalescer)
{
    return trace_is_on() ? coalescer->traced_handler(coalescer->context)
                         : coalescer->handler(coalescer->context);
}

/* The ring's next event interrupts. Any core. */
static void unmask(struct udma_coalescer *coalescer)
{
    if (!irq_is_masked(coalescer->irq))
        return;
    SET(coalescer->stale, true);
    irq_unmask(coalescer->irq);
}

/* One core at a time. Masked before the ring is emptied: or what comes behind the last look would
 * interrupt once more. */
static enum irq_return look(struct udma_coalescer *coalescer)
{
    enum irq_return result = IRQ_NONE;

    if (GET(coalescer->paused))
        return call(coalescer);
    if (udma_ring_occupancy(coalescer->ring) != 0) {
        if (!irq_is_masked(coalescer->irq))
            irq_mask(coalescer->irq);
        result = call(coalescer);
        if (result == IRQ_HANDLED &&
            timeout_set(&coalescer->timeout, coalescer->wanted.time_us) == 0)
            return IRQ_HANDLED;
    } else {
        count_in_vain(coalescer);
    }
    unmask(coalescer);
    return result;
}

static enum irq_return take(struct udma_coalescer *coalescer)
{
    enum irq_return result;
    uint32_t calls;

    if (__atomic_fetch_add(&coalescer->calls, 1, __ATOMIC_ACQ_REL) != 0)
        return IRQ_HANDLED; /* by who was first */
    do {
        calls = __atomic_load_n(&coalescer->calls, __ATOMIC_ACQUIRE);
        result = look(coalescer);
    } while (!__atomic_compare_exchange_n(&coalescer->calls, &calls, 0, false, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    return result;
}

/* The ring's interrupt. */
static enum irq_return interrupt(void *context)
{
    struct udma_coalescer *coalescer = context;
    bool stale = __atomic_exchange_n(&coalescer->stale, false, __ATOMIC_SEQ_CST);
    enum irq_return result = take(coalescer);

    return result == IRQ_NONE && stale ? IRQ_HANDLED : result;
}

/* The time is over, or so many have come. */
static void tick(void *context)
{
    struct udma_coalescer *coalescer = context;

    if (GET(coalescer->paused))
        return;
    if (irq_core(coalescer->irq) == core_id()) {
        (void)take(coalescer);
        return;
    }
    count_in_vain(coalescer);
    unmask(coalescer);
}

/* ---- begin and end ---- */

static int begin(const struct udma_coalesce *wanted, struct udma *udma,
                 const struct udma_ring *ring, struct irq_request *request,
                 struct udma_coalescer **made)
{
    struct udma_coalescer *coalescer = calloc(1, sizeof(*coalescer));
    int error = coalescer != NULL ? timeout_begin(&coalescer->timeout, tick, coalescer) : -ENOMEM;

    if (error != 0) {
        free(coalescer);
        return error;
    }
    coalescer->by = wanted->by;
    coalescer->wanted = *wanted;
    coalescer->udma = udma;
    coalescer->ring = ring;
    coalescer->name = request->name;
    coalescer->handler = request->handler;
    coalescer->traced_handler =
        request->traced_handler != NULL ? request->traced_handler : request->handler;
    coalescer->context = request->context;
    request->handler = request->traced_handler = interrupt;
    request->context = coalescer;
    *made = coalescer;
    return 0;
}

static int start(struct udma_coalescer *coalescer, struct irq *irq)
{
    const struct udma_monitor_config config = {
        .udma = coalescer->udma,
        .ring = coalescer->ring->index,
        .mode = UDMA_MONITOR_THRESHOLD,
        .high = coalescer->wanted.count - 1u, /* an event when there are more */
        .event = tick,
        .context = coalescer,
        .name = coalescer->name,
        .core = irq_core(irq),
    };
    int error = 0;

    coalescer->irq = irq;
    if (coalescer->wanted.count != 0)
        error = udma_monitor_open(&config, &coalescer->monitor);
    if (error != 0)
        coalescer->monitor = NULL;
    return error;
}

/* Whoever has not seen that it is paused has returned after the wait: nothing sets the timeout, or
 * masks the interrupt, any more. */
static int pause_it(struct udma_coalescer *coalescer)
{
    SET(coalescer->paused, true);
    if (coalescer->irq == NULL)
        return 0;
    if (irq_synchronize(coalescer->irq) != 0)
        return -EAGAIN;
    (void)timeout_stop(&coalescer->timeout);
    unmask(coalescer);
    return 0;
}

static void resume(struct udma_coalescer *coalescer)
{
    SET(coalescer->paused, false);
}

static int end(struct udma_coalescer *coalescer)
{
    int error = coalescer->ended ? 0 : pause_it(coalescer);

    if (error == 0)
        error = timeout_end(&coalescer->timeout);
    if (error == 0 && coalescer->monitor != NULL)
        error = udma_monitor_close(coalescer->monitor);
    if (error == -EIO) /* the handle is gone; the monitor is tried again later */
        error = 0;
    if (error != 0)
        return -EAGAIN;
    coalescer->monitor = NULL;
    coalescer->ended = true;
    return 0;
}

static void free_it(struct udma_coalescer *coalescer)
{
    coalescer->irq = NULL;
    (void)end(coalescer); /* of an open that has failed: it has never been called */
    free(coalescer);
}

/* ---- for people ---- */

static int describe(const struct udma_coalescer *coalescer, char *text, size_t size)
{
    const unsigned count = coalescer->wanted.count, time_us = coalescer->wanted.time_us;

    return count != 0
               ? sniprintf(text, size, "coalesced (%u completions, %u us) > ", count, time_us)
               : sniprintf(text, size, "coalesced (%u us) > ", time_us);
}

static void count(const struct udma_coalescer *coalescer, uint64_t *interrupts, uint64_t *empty)
{
    const uint64_t in_vain = __atomic_load_n(&coalescer->in_vain, __ATOMIC_RELAXED);

    *interrupts += in_vain;
    *empty += in_vain;
}

const struct udma_coalescing udma_coalescing = {
    .begin = begin,
    .start = start,
    .pause = pause_it,
    .resume = resume,
    .end = end,
    .free = free_it,
    .describe = describe,
    .count = count,
};
