// SPDX-License-Identifier: BSD-3-Clause
/*
 * Messages between this core's program and Linux: the remote side of rpmsg over virtio, as Linux's
 * virtio_rpmsg_bus has it (Linux 6.1, Documentation/staging/rpmsg.rst, drivers/rpmsg/; virtio
 * device type 7). Linux sets up two queues, finds endpoints by their announced names, and sends to
 * their addresses.
 *
 *     static struct rpmsg_endpoint echo = {.name = "rpmsg-client-sample", .address = 14, ...};
 *
 *     rpmsg_init(&rpmsg, &config);
 *     rpmsg_open(&rpmsg, &echo);
 *     for (;;)
 *         rpmsg_poll(&rpmsg);    whenever Linux has kicked
 *
 * Linux's driver may go and come again at any time: endpoints are announced to each one that comes.
 * All functions: thread context, one caller at a time; callbacks may call all but rpmsg_poll().
 */
#ifndef DRIVERS_RPMSG_RPMSG_H
#define DRIVERS_RPMSG_RPMSG_H

#include "drivers/rpmsg/vring.h"
#include "lib/resource_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RPMSG_VIRTIO_ID   7u /* the kind of device */
#define RPMSG_FEATURE_NS  1u /* of the device: it announces names */
#define RPMSG_PAYLOAD_MAX 496u
#define RPMSG_NAME_SIZE   32u /* the end included */
#define RPMSG_NAME_SERVER 53u /* an address of Linux's, and of this side's */

struct rpmsg_config {
    volatile struct resource_virtio *device;         /* in the resource table */
    struct vring_window window;                      /* where queues and buffers may lie */
    void (*kick)(void *context, uint32_t notify_id); /* tells Linux */
    void *context;
};

struct rpmsg_endpoint {
    const char *name; /* what Linux's drivers look for; NULL: it is not announced */
    uint32_t address; /* of this side's; not RPMSG_NAME_SERVER */
    /* A message has come, in memory that is the library's again afterwards. */
    void (*received)(void *context, uint32_t source, const void *data, size_t length);
    void *context;

    /* The library's. */
    struct rpmsg_endpoint *next;
    bool announced;
};

struct rpmsg_counters {
    uint64_t sent, received;
    uint64_t dropped; /* received: to an address that nobody has */
    uint64_t refused; /* received: no message, or too long */
};

/* The library's, in memory of the caller's. */
struct rpmsg {
    struct rpmsg_config config;
    struct vring receive, transmit; /* as this side has it */
    struct rpmsg_endpoint *endpoints;
    enum {
        RPMSG_DOWN,
        RPMSG_UP,
        RPMSG_BROKEN
    } state;
    struct rpmsg_counters counters;
    uint32_t message[(RPMSG_PAYLOAD_MAX + 3) / 4]; /* what has come */
};

/* Begins; nothing is sent before Linux's driver is there. */
void rpmsg_init(struct rpmsg *rpmsg, const struct rpmsg_config *config);

/* Adds an endpoint, which must live on, and announces it to a driver that is there, or else to the
 * next one that comes. -EINVAL: its name is too long, or the address the name server's; -EEXIST:
 * there is one with that address. */
int rpmsg_open(struct rpmsg *rpmsg, struct rpmsg_endpoint *endpoint);

/* Takes it away: received() isn't called again. 0; -ENOENT: it is not open; -EAGAIN, and it stays:
 * there is no buffer for telling Linux; -EPROTO as rpmsg_send(), and it is closed. */
int rpmsg_close(struct rpmsg *rpmsg, struct rpmsg_endpoint *endpoint);

/* Sends a message of up to RPMSG_PAYLOAD_MAX bytes to an address of Linux's. -EMSGSIZE: it is
 * longer, or than Linux's buffers are; -ENOTCONN: there is no driver; -EAGAIN: Linux has no buffer
 * free (it kicks when it has); -EPROTO: what Linux wrote into its queues makes no sense: nothing
 * goes in either direction until its driver comes anew. */
int rpmsg_send(struct rpmsg *rpmsg, const struct rpmsg_endpoint *endpoint, uint32_t destination,
               const void *data, size_t length);

/* Looks whether the driver has come, or gone, and hands messages that have come to their endpoints:
 * no more than a queue has room for. How many; -EPROTO as above. */
int rpmsg_poll(struct rpmsg *rpmsg);

/* Whether there is a driver. */
bool rpmsg_is_up(const struct rpmsg *rpmsg);

#endif
