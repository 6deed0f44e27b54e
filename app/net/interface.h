// SPDX-License-Identifier: BSD-3-Clause
/*
 * lwIP's network interface on an Ethernet device (app/net/device.h), without a copy in either
 * direction.
 *
 * Received: the port's callback, in interrupt context on whichever core the interrupt is on, puts
 * the buffer into a queue; the stack's thread wraps it as a pbuf and gives it to lwIP; when lwIP
 * frees the pbuf, the buffer goes back to the port. Every buffer has its place in the queue, so the
 * queue can't be full.
 *
 * Sent: lwIP's pbufs wait in a queue, with a reference each, and go to the port in batches, with
 * one doorbell, at the end of each turn of the thread. What finds no room stays in the queue until
 * the port says that there is some; what finds the queue full, lwIP gets back, and TCP sends it
 * again. A pbuf is freed when the port has sent it.
 *
 * Unless a comment says otherwise, functions are for the stack's thread, as all of lwIP is.
 */
#ifndef APP_NET_INTERFACE_H
#define APP_NET_INTERFACE_H

#include "app/net/device.h"
#include "arch/spinlock.h"
#include "arch/wait.h"
#include "drivers/udma/udma.h"

#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <stdbool.h>
#include <stdint.h>

#define NET_RECEIVE_BUFFERS 256u
#define NET_SEND_DEPTH      128u /* frames that the port has */
#define NET_SEND_WAITING    128u /* frames that wait for it */
#define NET_BATCH           16u /* frames a doorbell, and received between looks at lwIP's timers */

/* Powers of two: the positions are counted up and taken modulo them. */
_Static_assert((NET_RECEIVE_BUFFERS & (NET_RECEIVE_BUFFERS - 1)) == 0, "a power of two");
_Static_assert((NET_SEND_DEPTH & (NET_SEND_DEPTH - 1)) == 0, "a power of two");
_Static_assert((NET_SEND_WAITING & (NET_SEND_WAITING - 1)) == 0, "a power of two");

/* What the device has found of a frame's TCP or UDP checksum. */
enum net_checksum {
    NET_CHECKSUM_UNKNOWN, /* it did not look */
    NET_CHECKSUM_GOOD,
    NET_CHECKSUM_BAD
};

/* A receive buffer, and the pbuf that it is while lwIP has it. */
struct net_buffer {
    struct pbuf_custom pbuf; /* first: lwIP gives its address back */
    struct net_interface *interface;
    struct udma_buffer memory;
    uint32_t length; /* of the frame in it */
    enum net_checksum checksum;
};

/* Since the open. Written by the stack's thread, read by anybody: each by itself. */
struct net_counters {
    uint64_t received, received_bytes;
    uint64_t sent, sent_bytes; /* taken by the port */
    uint64_t batches;          /* doorbells of them */
    uint64_t copied;           /* frames of more pieces than the port takes */
    uint64_t deferred;         /* times that the port had no room */
    uint64_t refused;          /* frames that lwIP got back: the queue was full, no link */
    uint64_t failed;           /* taken, but not sent */
    uint64_t bad_checksums;    /* received, and dropped */
    uint64_t not_taken;        /* received, and lwIP had no use or room for them */
    uint64_t link_changes;     /* seen here */
    uint64_t wakes;            /* turns of the thread that found something */
    uint32_t buffers_out;      /* receive buffers that lwIP has now */
    uint32_t buffers_out_most; /* and has had at once */
    uint32_t waiting_most;     /* of the send queue */
    uint32_t port_errors;      /* that no frame told of (enum udma_error) */
};

struct net_interface {
    struct netif netif;
    const struct net_device *device;
    void *port;      /* what the device was opened as; NULL: it is not open */
    uint8_t *memory; /* of the receive buffers */
    struct net_buffer buffers[NET_RECEIVE_BUFFERS];

    /* Buffers on their way back to the port. */
    struct udma_buffer free[NET_RECEIVE_BUFFERS];
    unsigned free_count;

    /* Frames that wait for the port: from waiting_first to waiting_end. */
    struct pbuf *waiting[NET_SEND_WAITING];
    uint32_t waiting_first, waiting_end;
    uint32_t in_flight; /* frames that the port has */

    /* What interrupts leave, under the lock. */
    struct spinlock lock;
    struct net_buffer *arrived[NET_RECEIVE_BUFFERS];
    uint32_t arrived_first, arrived_end;
    struct pbuf *sent[NET_SEND_DEPTH];
    uint32_t sent_first, sent_end;
    uint32_t failed;
    uint32_t returned; /* buffers that came back at the close */

    bool has_room, link_changed, link_up; /* atomic: from the port's callbacks */
    uint32_t port_errors;                 /* atomic */
    struct net_counters counters;
};

struct net_interface_config {
    const struct net_device *device;
    uint32_t core;                    /* of the port's interrupts */
    const char *hostname;             /* must live on */
    bool loopback;                    /* the MAC's own */
    netif_status_callback_fn changed; /* the address or the link has changed; NULL: nobody asks */
    const struct udma_coalesce *coalesce; /* net_interface_open()'s: net_interface_coalesce() */
};

/* How its interrupts are coalesced, from the next open on: received and sent frames. Thread
 * context.
 */
void net_interface_coalesce(const struct udma_coalesce *coalesce);

/* Opens the port, gives it its buffers, and makes it lwIP's interface, without an address; the link
 * comes up later. lwip_init() was before. Thread context. -ENOMEM; -EIO: the port did not take all
 * buffers; the errors of the device's open() and start(). Nothing is left allocated then. */
int net_interface_open(struct net_interface *interface, const struct net_interface_config *config);

/* Takes the interface from lwIP and closes the port. lwIP must have no use of it any more: nothing
 * that listens, is connected or waits. -EBUSY: lwIP still has buffers, or the port has not given
 * back all: their memory is kept. the device's errors; after -EAGAIN it is to be called again. */
int net_interface_close(struct net_interface *interface);

/* Whether there is something for net_interface_turn() to do, as a condition of a wait. Who changes
 * that calls wait_signal(interface). Any context. */
bool net_interface_is_pending(void *interface);

/* One turn: gives lwIP up to NET_BATCH frames, frees what was sent, gives buffers back, sends. */
void net_interface_turn(struct net_interface *interface);

/* Whether so many receive buffers are with lwIP that nobody should keep more of them: what a peer
 * can have the stack keep has to leave enough for everybody else. */
bool net_interface_is_scarce(const struct net_interface *interface);

/* Whether all frames have been sent. */
bool net_interface_is_quiet(const struct net_interface *interface);

/* Sends what waits, as far as there is room: after lwIP's timers, which no turn follows. */
void net_interface_flush(struct net_interface *interface);

/* ---- for devices: what their interrupts tell; any core, any context ---- */

/* Frames that have arrived are told between these two. */
static inline unsigned long net_interface_begin(struct net_interface *interface)
{
    return spin_lock(&interface->lock);
}
static inline void net_interface_end(struct net_interface *interface, unsigned long state)
{
    spin_unlock(&interface->lock, state);
    wait_signal(interface);
}

/* cookie: of the buffer that it is in. */
static inline void net_interface_arrived(struct net_interface *interface, void *cookie,
                                         uint32_t length, enum net_checksum checksum)
{
    struct net_buffer *buffer = cookie;

    buffer->length = length;
    buffer->checksum = checksum;
    interface->arrived[interface->arrived_end++ % NET_RECEIVE_BUFFERS] = buffer;
}

/* A frame was sent, or (status) was not; a receive buffer is not used any more, in the device's
 * close; there is room to send again; the link; an error that no frame tells of. */
void net_interface_sent(void *interface, void *cookie, int status);
void net_interface_returned(void *interface, void *cookie);
void net_interface_ready(void *interface);
void net_interface_link(struct net_interface *interface, bool up);
void net_interface_error(struct net_interface *interface);

#endif
