// SPDX-License-Identifier: BSD-3-Clause
/*
 * Points at which another core may come between, in the build with delays: at a random few of them
 * the core pauses.
 */
#ifndef DELAY_POINTS_H
#define DELAY_POINTS_H

#include <stdint.h>

/* How seldom a point pauses at its first passings: once in so many. */
enum delay_kind {
    DELAY_ACCESS = 128, /* of memory, and a function's begin and end */
    DELAY_ATOMIC = 8,
    DELAY_REGISTER = 16,
    DELAY_LOCK = 8,
};

/* A function that is such a point: in a section of its own, so that calls of it can be told from
 * others in the image. */
#define DELAY_POINT __attribute__((section("delay_points")))

/* Passes a point: caller is the return address of its function. Any context. */
void delay_pass(uintptr_t caller, enum delay_kind kind);

/* For a test: the seed of this run; a pause. */
uint64_t delay_seed(void);
void delay_now(void);

#define DELAY_PASS(kind) delay_pass((uintptr_t)__builtin_return_address(0), kind)

#endif
