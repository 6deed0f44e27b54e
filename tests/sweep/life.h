// SPDX-License-Identifier: BSD-3-Clause
/*
 * The firmware's whole life after bring-up: channels, copies, rings, messages, wires, moves, masks,
 * cores that leave and come back, and all of it given back.
 */
#ifndef TESTS_SWEEP_LIFE_H
#define TESTS_SWEEP_LIFE_H

#include <stdbool.h>

struct life_report {
    int error;           /* the first that a call has returned */
    char call[80];       /* that call */
    unsigned errors;     /* how many did */
    char complaint[120]; /* "": as promised; or what an owner was promised and did not get */
};

/* Goes through all of it. A call that fails is reported; what depends on it is left out, the rest
 * goes on, and what succeeded is given back. */
void life_run(struct life_report *report);

/* Gives back what a failed release has left in the caller's hands, as the headers say. */
void life_try_again(struct life_report *report);

#endif
