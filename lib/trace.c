// SPDX-License-Identifier: BSD-3-Clause
/*
 * The rings of trace records. Only its own core writes to a ring, with IRQs masked, so that a
 * handler's records don't fall into the middle of its thread's; nobody reads while they are
 * written.
 */
#include "lib/trace.h"

#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define ORDER_MIN     4u
#define ORDER_MAX     16u
#define ORDER_DEFAULT 10u
#define CACHE_LINE    64

struct trace_ring {
    struct trace_record *records;
    uint64_t written;                   /* ever; the next goes to written % size */
    uint32_t busy;                      /* its core is writing */
} __attribute__((aligned(CACHE_LINE))); /* each core writes its own */

uint32_t trace_on;
/* A tool that looks at memory from outside finds the rings by these names, and has their layout
 * (docs/tracing.md, "How it is made"). */
static struct trace_ring trace_rings[CORE_MAX];
static uint64_t trace_size; /* records a ring, a power of two */
_Static_assert(sizeof(struct trace_ring) == 64 && sizeof(struct trace_record) == 32 &&
                   offsetof(struct trace_event, phase) == 2 * sizeof(void *),
               "as the tools have it"); /* those of the A53's image */
static struct trace_subscriber *subscribers;
static trace_observer_t observer;
static struct mutex copies_mutex = MUTEX_INIT; /* for the next, and for tell() */
static uint32_t copies_wanted;                 /* by how many; read without it */

void trace_write(const struct trace_event *event, uint64_t first, uint64_t second)
{
    trace_observer_t observe = __atomic_load_n(&observer, __ATOMIC_RELAXED);
    unsigned long state;

    if (observe != NULL)
        observe(event, first, second);
    if (!trace_is_on())
        return;
    state = irq_save();
    struct trace_ring *ring = &trace_rings[core_id()];

    /* Sequentially consistent, both: either this core sees that recording has stopped, or
     * trace_stop() sees that it is writing. */
    __atomic_store_n(&ring->busy, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&trace_on, __ATOMIC_SEQ_CST) != 0)
        ring->records[ring->written++ & (trace_size - 1)] =
            (struct trace_record){time_now_ns(), event, {first, second}};
    __atomic_store_n(&ring->busy, 0, __ATOMIC_RELEASE); /* after the record */
    irq_restore(state);
}

static void tell(bool on)
{
    for (const struct trace_subscriber *s = subscribers; s != NULL; s = s->next)
        s->switched(on);
}

__attribute__((cold)) void trace_subscribe(struct trace_subscriber *subscriber)
{
    struct trace_subscriber **last = &subscribers;

    while (*last != NULL)
        last = &(*last)->next;
    *last = subscriber;
    if (trace_copies_are_used())
        subscriber->switched(true);
}

bool trace_copies_are_used(void)
{
    return __atomic_load_n(&copies_wanted, __ATOMIC_RELAXED) != 0;
}

void trace_want_copies(int change)
{
    int error = mutex_lock(&copies_mutex);

    __atomic_store_n(&copies_wanted, copies_wanted + (uint32_t)change, __ATOMIC_RELAXED);
    tell(trace_copies_are_used());
    if (error == 0)
        mutex_unlock(&copies_mutex);
}

__attribute__((cold)) void trace_set_observer(trace_observer_t observe)
{
    trace_observer_t before = __atomic_exchange_n(&observer, observe, __ATOMIC_RELAXED);

    trace_want_copies((observe != NULL) - (before != NULL));
}

static void free_rings(void)
{
    for (unsigned core = 0; core < CORE_MAX; core++) {
        free(trace_rings[core].records);
        trace_rings[core] = (struct trace_ring){0};
    }
}

__attribute__((cold)) int trace_start(unsigned order)
{
    if (order == 0)
        order = ORDER_DEFAULT;
    if (order < ORDER_MIN || order > ORDER_MAX)
        return -EINVAL;
    if (trace_is_on())
        return -EBUSY;
    free_rings();
    trace_size = UINT64_C(1) << order;
    for (unsigned core = 0; core < CORE_MAX; core++) {
        trace_rings[core].records = calloc((size_t)trace_size, sizeof(struct trace_record));
        if (trace_rings[core].records == NULL) {
            free_rings();
            return -ENOMEM;
        }
    }
    __atomic_store_n(&trace_on, 1, __ATOMIC_RELEASE); /* after the rings */
    trace_want_copies(1);
    return 0;
}

__attribute__((cold)) int trace_stop(void)
{
    if (!trace_is_on())
        return -EALREADY;
    trace_want_copies(-1);
    __atomic_store_n(&trace_on, 0, __ATOMIC_SEQ_CST);
    for (unsigned core = 0; core < core_count(); core++)
        while (__atomic_load_n(&trace_rings[core].busy, __ATOMIC_SEQ_CST) != 0)
            continue; /* a few instructions, with IRQs masked: no deadline is needed */
    return 0;
}

/* The record of a ring that has not been visited yet; NULL: none. */
static const struct trace_record *oldest(const struct trace_ring *ring, uint64_t visited)
{
    uint64_t first = ring->written > trace_size ? ring->written - trace_size : 0;

    return first + visited < ring->written ? &ring->records[(first + visited) & (trace_size - 1)]
                                           : NULL;
}

int trace_visit(void (*visit)(unsigned core, const struct trace_record *record, void *argument),
                void *argument, uint64_t *lost)
{
    uint64_t visited[CORE_MAX] = {0};

    if (trace_is_on())
        return -EBUSY;
    *lost = 0;
    for (unsigned core = 0; core < CORE_MAX; core++)
        if (trace_rings[core].written > trace_size)
            *lost += trace_rings[core].written - trace_size;
    for (;;) {
        const struct trace_record *first = NULL;
        unsigned from = 0;

        for (unsigned core = 0; core < CORE_MAX; core++) {
            const struct trace_record *record = oldest(&trace_rings[core], visited[core]);

            if (record != NULL && (first == NULL || record->time < first->time)) {
                first = record;
                from = core;
            }
        }
        if (first == NULL)
            return 0;
        visited[from]++;
        visit(from, first, argument);
    }
}
