// SPDX-License-Identifier: BSD-3-Clause
/*
 * The machine that the application `net` runs on here: one core, this machine's clock, an Ethernet
 * port that is a pair of functions, and interrupts that only count. Everything above
 * drivers/cpsw/cpsw.h is the application's own.
 */
#ifndef TESTS_NET_MACHINE_H
#define TESTS_NET_MACHINE_H

#include "drivers/cpsw/cpsw.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The network on the other end of the wire. */
struct machine_wire {
    /* Takes a frame that the port sends. */
    void (*frame)(const uint8_t *frame, size_t length);
    /* Lets up to so much time pass, or until something has happened; delivers what comes. */
    void (*wait)(uint64_t nanoseconds);
};

/* As after power-on: the port closed, its link up, with this wire. */
void machine_reset(const struct machine_wire *wire);

/* The port's other side. */
bool machine_deliver(const uint8_t *frame, size_t length, enum cpsw_checksum checksum);
unsigned machine_send(unsigned frames); /* up to so many leave the port; how many did */
void machine_set_link(bool up);
void machine_set_room(unsigned frames); /* the port takes so many at once; as it was opened: 0 */
void machine_refuse(bool refuse);       /* the port has no room; then it says that it has */

/* What the port has now, and has had come. */
struct machine_port {
    bool open, started;
    unsigned buffers;   /* to receive into */
    unsigned queued;    /* frames to be sent */
    unsigned doorbells; /* calls of cpsw_send() that took something */
    unsigned most_per_doorbell;
    uint64_t received, sent; /* frames */
    uint64_t dropped;        /* that found no buffer, or the port shut */
};
void machine_get_port(struct machine_port *port);

/* The clock goes on by itself from where it was put. */
void machine_advance_us(uint64_t microseconds);

/* The application is to end; for machine_wire.wait(). */
extern volatile bool machine_interrupted;

#endif
