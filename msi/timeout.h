// SPDX-License-Identifier: BSD-3-Clause
/*
 * Timeouts: functions that are called in interrupt context when a time is over. Any number of users
 * share a core's one alarm (arch/alarm.h).
 *
 * Each core has a list, ordered by time, and its alarm is for the first of it. A timeout runs on
 * the core that has set it. It is never early, and late by what the core takes to come to it: other
 * handlers, and threads with IRQs masked. When a core goes off (platform_core_off()), its timeouts
 * become those of the core that has asked for it. While the system is suspended none runs; those
 * that have become due meanwhile run when it is back, as alarms do.
 *
 * The alarms are taken when the first user begins (ALARM_INTID, on all cores), and given back when
 * the last one has ended; so whoever wants an alarm for himself can have it in between. If a core
 * that has used its own is off then, they stay taken until a later last one ends.
 *
 * A driver embeds the timeout in a structure of its own. Nothing is allocated. Setting one costs a
 * walk along the core's list.
 */
#ifndef MSI_TIMEOUT_H
#define MSI_TIMEOUT_H

#include <stdbool.h>
#include <stdint.h>

/* Interrupt context, on the core whose list it was in. It may set and stop any timeout, its own
 * too. */
typedef void (*timeout_function_t)(void *context);

/* All of it is this layer's after timeout_begin(). */
struct timeout {
    timeout_function_t function;
    void *context;
    struct timeout *next; /* of the core's list */
    uint64_t at;          /* ns */
    uint32_t core;        /* in whose list it is */
    bool set, ended, counted;
};

/* Makes a timeout that is not set. Thread context. -EBUSY: somebody else has a core's alarm
 * (irq_ppi_request()), or a handler has not returned since the last user gave them back; -EDEADLK:
 * elsewhere. */
int timeout_begin(struct timeout *timeout, timeout_function_t function, void *context);

/* Has the function called once on this core, when so many microseconds are over; what it was set to
 * before, on whichever core, is forgotten. Any context. -ECANCELED: it has ended; or the GIC's
 * error. */
int timeout_set(struct timeout *timeout, uint32_t microseconds);

/* It is not set any more. A call that has begun may still run, and may set it anew. Returns whether
 * it was set. Any context. */
bool timeout_stop(struct timeout *timeout);

/* When it returns 0, the function runs on no core and never will again; timeout_set() returns
 * -ECANCELED. Thread context. -EDEADLK: elsewhere; -EAGAIN: the function has not returned for 5 s:
 * it is not called again, but its memory is still in use: end it again. One that has ended may be
 * ended again: nothing happens. */
int timeout_end(struct timeout *timeout);

/* A core is off: what is set there becomes the calling core's. Thread context. */
void timeout_adopt(unsigned core);

#endif
