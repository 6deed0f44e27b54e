// SPDX-License-Identifier: BSD-3-Clause
/*
 * Hostile schedules: at a chosen point of an operation another core comes in between, or the
 * operation's step there fails.
 *
 * A point is the call of a function that an operation makes where another core, or a handler, could
 * come in: locks, waits, the GIC, the ITS, the system firmware, registers of a VINT or the mailbox.
 * For programs whose calls of these functions the linker leads here (INTERLEAVED in mk/host.mk).
 * What comes in between runs on the same thread, under another core's number: so each schedule is
 * the same on every run, and nothing waits for a real clock.
 */
#ifndef TESTS_HOST_SUPPORT_INTERLEAVE_H
#define TESTS_HOST_SUPPORT_INTERLEAVE_H

#include <stdbool.h>
#include <stdint.h>

/* Where the operation is, and what the core that runs it holds. */
struct host_point {
    const char *function; /* about to be called, or just returned from */
    bool returned;
    bool in_interrupt;
    unsigned core;
    unsigned mutexes, spinlocks; /* held */
};

/* Calls observer() at each point that this thread reaches, but for those that observer() reaches
 * itself; NULL: nobody. */
void host_set_point_observer(void (*observer)(const struct host_point *point));

/* Lets a handler take time (elsewhere: host_advance_us()). */
void host_take_time_us(uint64_t microseconds);

/* A line of the GIC that no model drives. */
void host_drive_line(unsigned intid, bool high);

/* The intruder: on `core`, run(argument) once, at the point number `at` among those where allowed()
 * holds. interleave_begin() arms it for this thread, interleave_end() says whether there was such a
 * point. */
struct interleave {
    unsigned core;
    void (*run)(void *argument);
    void *argument;
    bool (*allowed)(const struct host_point *point); /* NULL: wherever no lock is held */
    bool in_interrupt;                               /* run() is a handler */
};
void interleave_begin(const struct interleave *interleave, unsigned at);
bool interleave_end(void);

/* Where it came in: "gic_disable", for a message. */
const char *interleave_where(void);

/* From now on `count` calls of the functions that `functions` names, separated by spaces, fail with
 * this error (calloc(): it returns NULL), from the nth one on; if `done`, only after they have done
 * what they should. Functions of the GIC's, the ITS's, the system firmware's, and calloc(). NULL:
 * none fails. host_failed_calls(): how many have. */
void host_fail_calls(const char *functions, unsigned nth, unsigned count, int error, bool done);
unsigned host_failed_calls(void);

/* How often calloc() was called. */
unsigned host_allocations(void);

#endif
