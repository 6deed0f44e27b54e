// SPDX-License-Identifier: BSD-3-Clause
/*
 * A record of what happened when: events with time, core and two numbers, in a ring of their own
 * for each core.
 *
 * Code that has something to record defines its events where they happen:
 *
 *     TRACE_EVENT(dma_doorbell, "channel %llu, %llu bytes");
 *     ...
 *     trace(dma_doorbell, number, length);
 *
 * While tracing is off, trace() is a load and a branch. Code that is too hot for that exists twice,
 * and trace_subscribe() tells it which variant to use; the way of an interrupt does so
 * (msi/dispatch.c).
 */
#ifndef LIB_TRACE_H
#define LIB_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A kind of event: what TRACE_EVENT() below defines. */
struct trace_event {
    const char *name;
    const char *format; /* of two unsigned long long, for people */
};

#define TRACE_EVENT(name_, format_)                                                                \
    static const struct trace_event trace_event_##name_ = {#name_, format_}

#define trace(name_, first, second)                                                                \
    do {                                                                                           \
        if (trace_is_on())                                                                         \
            trace_write(&trace_event_##name_, (first), (second));                                  \
    } while (0)

/* One record. */
struct trace_record {
    uint64_t time; /* nanoseconds, as time_now_ns() */
    const struct trace_event *event;
    uint64_t values[2];
};

extern uint32_t trace_on; /* atomic; trace_start() and trace_stop() set it */

static inline bool trace_is_on(void)
{
    return __builtin_expect(__atomic_load_n(&trace_on, __ATOMIC_RELAXED) != 0, 0);
}

/* Adds a record to this core's ring, over the oldest one when it is full. Any context. */
void trace_write(const struct trace_event *event, uint64_t first, uint64_t second);

/* Empties the rings and starts recording; each core's ring keeps the latest 2^order records (order
 * 4 to 16, 0: the default, 10). Thread context. -ENOMEM; -EINVAL; -EBUSY: it is on already. */
int trace_start(unsigned order);

/* Stops recording; what was recorded stays. Thread context. -EALREADY: it is off. */
int trace_stop(void);

/* Has switched(on) called by trace_start() and trace_stop(), in thread context; and at once if
 * tracing is on already. The structure must live for ever. Thread context, boot core. */
struct trace_subscriber {
    void (*switched)(bool on);
    struct trace_subscriber *next;
};
void trace_subscribe(struct trace_subscriber *subscriber);

/* Calls visit(core, record, argument) for the records of all cores in the order of their times,
 * while tracing is off. *lost: how many were overwritten. Thread context. -EBUSY: tracing is on. */
int trace_visit(void (*visit)(unsigned core, const struct trace_record *record, void *argument),
                void *argument, uint64_t *lost);

#endif
