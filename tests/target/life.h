// SPDX-License-Identifier: BSD-3-Clause
/*
 * The firmware's whole life after bring-up, for sweeps of faults on the target and on the host:
 * channels, copies, packets, rings, messages, wires, moves, masks, cores that leave and come back,
 * and all of it given back.
 */
#ifndef TESTS_TARGET_LIFE_H
#define TESTS_TARGET_LIFE_H

#include <stdbool.h>

#define LIFE_CHANNELS_MAX 4u
#define LIFE_RINGS_MAX    3u
#define LIFE_COPIES_MAX   2u
#define LIFE_PACKETS_MAX  3u

/* How much of it there is. The functions may be NULL. */
struct life_size {
    unsigned channels, rings;
    unsigned copies;          /* queued at once on each channel */
    unsigned packets;         /* from the main Navigator to the MCU's, at most LIFE_PACKETS_MAX */
    bool (*slot_fails)(void); /* whether the device refuses this message */
    bool (*copy_is_hopeless)(void); /* a fault has struck that keeps the copy from its end */
    bool has_link;                  /* the Ethernet port (life_devices.h): a cable is plugged in */
};

struct life_report {
    int error;           /* the first that a call has returned */
    char call[80];       /* that call */
    unsigned errors;     /* how many did */
    char complaint[120]; /* "": as promised; or what an owner was promised and did not get */
};

/* Goes through all of it. A call that fails is reported; what depends on it is left out, the rest
 * goes on, and what succeeded is given back. Thread context, core 0. */
void life_run(const struct life_size *size, struct life_report *report);

/* Gives back what a failed release has left in the caller's hands, as the headers say. */
void life_try_again(const struct life_size *size, struct life_report *report);

#endif
