// SPDX-License-Identifier: BSD-3-Clause
/*
 * A record of what happened when: events with time, core and two numbers, in a ring of their own
 * for each core.
 *
 * Code that has something to record defines its events where they happen:
 *
 *     TRACE_EVENT(sample, "value %llu of sensor %llu");
 *     ...
 *     trace(sample, value, sensor);
 *
 * What takes time has an event where it begins and one where it ends; a viewer shows the two as a
 * slice of the core's track. Slices of one core nest:
 *
 *     TRACE_BEGIN(filter, "%llu values");
 *     TRACE_END(filter_end, "result %lld");
 *
 * While tracing is off, trace() is a load and a branch. Code that is too hot for that exists twice,
 * and trace_subscribe() tells it which variant to use; the way of an interrupt does so
 * (msi/dispatch.c).
 */
#ifndef LIB_TRACE_H
#define LIB_TRACE_H

#include "arch/relaxed.h"

#include <stdbool.h>
#include <stdint.h>

enum trace_phase {
    TRACE_PHASE_INSTANT,
    TRACE_PHASE_BEGIN,
    TRACE_PHASE_END, /* of the slice that this core began last */
};

/* Tools that look at memory from outside have this layout too (docs/tracing.md). */
struct trace_event {
    const char *name;
    const char *format; /* of two numbers, for people: %llu, %lld, %llx with a width */
    enum trace_phase phase;
};

#define TRACE_DEFINE(name_, format_, phase_)                                                       \
    static const struct trace_event trace_event_##name_ = {#name_, format_, phase_}
#define TRACE_EVENT(name_, format_) TRACE_DEFINE(name_, format_, TRACE_PHASE_INSTANT)
#define TRACE_BEGIN(name_, format_) TRACE_DEFINE(name_, format_, TRACE_PHASE_BEGIN)
#define TRACE_END(name_, format_)   TRACE_DEFINE(name_, format_, TRACE_PHASE_END)

#define trace(name_, first, second)                                                                \
    do {                                                                                           \
        if (trace_is_on())                                                                         \
            trace_write(&trace_event_##name_, (first), (second));                                  \
    } while (0)

/* What can't afford even that exists twice, made by the compiler from one always-inlined function
 * that is told which of the two it is: body(type *argument, bool traced) becomes two functions,
 * name and name_traced, with that result (and linkage). In it, trace_if() stands in trace()'s
 * place. */
/* NOLINTBEGIN(bugprone-macro-parentheses): types and names of functions, not expressions */
#define TRACE_INLINE static inline __attribute__((always_inline))
#define TRACE_TWICE(result, name, type, body)                                                      \
    result name(type *argument)                                                                    \
    {                                                                                              \
        return body(argument, false);                                                              \
    }                                                                                              \
    result name##_traced(type *argument)                                                           \
    {                                                                                              \
        return body(argument, true);                                                               \
    }
/* NOLINTEND(bugprone-macro-parentheses) */
#define trace_if(traced, name_, first, second)                                                     \
    do {                                                                                           \
        if (traced)                                                                                \
            trace_write(&trace_event_##name_, (first), (second));                                  \
    } while (0)

/* One record; the same goes for its layout. */
struct trace_record {
    uint64_t time; /* nanoseconds, as time_now_ns() */
    const struct trace_event *event;
    uint64_t values[2];
};

extern uint32_t trace_on; /* atomic; trace_start() and trace_stop() set it */

/* In line always: smaller than a call of it. */
static inline __attribute__((always_inline)) bool trace_is_on(void)
{
    return __builtin_expect(relaxed_load32(&trace_on) != 0, 0);
}

/* Adds a record to this core's ring, over the oldest one when it is full. Any context. */
void trace_write(const struct trace_event *event, uint64_t first, uint64_t second);

/* Empties the rings and starts recording; each core's ring keeps the latest 2^order records (order
 * 4 to 16, 0: the default, 10). Thread context. -ENOMEM; -EINVAL; -EBUSY: it is on already. */
int trace_start(unsigned order);

/* Stops recording; what was recorded stays. Thread context. -EALREADY: it is off. */
int trace_stop(void);

/* Has switched(on) called when the traced copies come into use (trace_start(),
 * trace_set_observer()) or go, in thread context; and at once if they are in use. One after the
 * other, who came first first. The structure must live for ever. Thread context, boot core. */
struct trace_subscriber {
    void (*switched)(bool on);
    struct trace_subscriber *next;
};
void trace_subscribe(struct trace_subscriber *subscriber);

/* Who sees each event as it comes, recorded or not; in the event's context. While there is one the
 * traced copies are in use, though nothing is recorded. NULL: nobody. Thread context. */
typedef void (*trace_observer_t)(const struct trace_event *event, uint64_t first, uint64_t second);
void trace_set_observer(trace_observer_t observer);

/* One more, or one less, who wants the traced copies in use, whether or not somebody sees the
 * events: for those who have made them do more than record. Thread context. */
void trace_want_copies(int change);

/* Whether the traced copies are in use: while it records, or somebody sees the events or wants
 * them. Any context. */
bool trace_copies_are_used(void);

/* Calls visit(core, record, argument) for the records of all cores in the order of their times,
 * while tracing is off. *lost: how many were overwritten. Thread context. -EBUSY: tracing is on. */
int trace_visit(void (*visit)(unsigned core, const struct trace_record *record, void *argument),
                void *argument, uint64_t *lost);

#endif
