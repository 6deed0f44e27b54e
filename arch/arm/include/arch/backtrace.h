// SPDX-License-Identifier: BSD-3-Clause
/*
 * Who called whom, by the unwind tables of the Arm EABI. For arch/arm and its tests only.
 */
#ifndef ARCH_BACKTRACE_H
#define ARCH_BACKTRACE_H

#include <stdbool.h>
#include <stdint.h>

/* Where a function is: its registers so far as they are known. */
struct backtrace {
    uint32_t r[16];
};

/* Goes on to the caller, or from an interrupt handler to what it has interrupted. False: there is
 * none, or the tables don't tell, or what they tell can't be: nothing outside the stacks is read,
 * and the stack only rises. */
bool backtrace_up(struct backtrace *at);

#endif
