// SPDX-License-Identifier: BSD-3-Clause
/*
 * Messages of 32 bits between processors, by the AM65x's mailbox (TRM SPRUID7, "Mailbox").
 *
 * A cluster has 16 FIFOs of four messages each, and an interrupt for each of four users. Who is
 * which user, and who writes into which FIFO, the two sides agree upon. An endpoint is one side: a
 * FIFO that it sends into, one that it receives from, and a user, whose interrupt tells it of
 * messages and of room. A FIFO has one sender and one receiver: two senders that do not know of
 * each other would each find room for one, and one message be lost.
 *
 * Messages arrive in their order, each once. What was written to normal memory before a message was
 * sent is seen by who has received it, if both see that memory alike: an R5F does not snoop.
 *
 * platform_mailbox_take() (platform/platform.h) tells where the clusters are.
 */
#ifndef DRIVERS_MAILBOX_MAILBOX_H
#define DRIVERS_MAILBOX_MAILBOX_H

#include "arch/spinlock.h"

#include <stdbool.h>
#include <stdint.h>

struct device;
struct mailbox; /* an endpoint; opaque */

#define MAILBOX_USERS         4u
#define MAILBOX_FIFOS         16u
#define MAILBOX_FIFO_MESSAGES 4u
#define MAILBOX_NONE          0xffu /* in the place of a FIFO: this direction is not used */

/* What the endpoints of a cluster share. The platform fills in the first three. */
struct mailbox_cluster {
    const char *name;
    uintptr_t base;
    struct device *device; /* bound: user u's interrupt is source u */

    /* The driver's: what endpoints have, a bit each. */
    struct spinlock lock;
    uint32_t users, transmits, receives;
};

struct mailbox_config {
    const char *name; /* for people; must live as long as the endpoint */
    struct mailbox_cluster *cluster;
    uint8_t user;     /* 0 to 3 */
    uint8_t transmit; /* FIFO, 0 to 15, or MAILBOX_NONE */
    uint8_t receive;  /* another one, or MAILBOX_NONE */
    uint32_t core;    /* of the interrupt, or IRQ_CORE_ANY */

    /* 1 to MAILBOX_FIFO_MESSAGES messages have come, in their order. Never on two cores at once.
     * Interrupt context. NULL only where nothing is received. */
    void (*received)(void *context, const uint32_t *messages, unsigned count);
    /* There is room again after an -EAGAIN of mailbox_send(). Interrupt context. May be NULL. */
    void (*ready)(void *context);
    void *context;
};

/* Opens an endpoint. What its FIFOs have already stays there: messages that nobody has taken are
 * received. All interrupts of the user that somebody has left enabled are disabled. Thread context.
 * -EINVAL: something in the configuration is out of range; -EBUSY: an endpoint of this program has
 * the user, or one of the FIFOs for the same direction; -ENOMEM; -EDEADLK; the errors of
 * irq_request(). After an error there is no handle. */
int mailbox_open(const struct mailbox_config *config, struct mailbox **mailbox);

/* Closes it. What was sent stays in its FIFO for the other side to take; what has not been received
 * stays too, and is received by the next who opens. Thread context, while nobody is in another of
 * these functions, callbacks excepted. 0; -EIO: closed, but the interrupt's route is held (the
 * interrupt layer tries again); -EAGAIN: a callback has not returned for 5 s, the handle stays the
 * caller's, and the call is to be repeated; -EINVAL: NULL; -EDEADLK. */
int mailbox_close(struct mailbox *mailbox);

/* Sends a message. Any context. -EAGAIN: the FIFO is full, ready() tells when there is room;
 * -EINVAL: NULL, or it sends nothing; -ECANCELED: it is being closed. */
int mailbox_send(struct mailbox *mailbox, uint32_t message);

/* The same, but waits for room. Thread context. -ETIMEDOUT: there was none for so long, and nothing
 * was sent; -EDEADLK: waiting is not allowed here, and nothing was sent; else as mailbox_send(). */
int mailbox_send_wait(struct mailbox *mailbox, uint32_t message, uint64_t timeout_us);

/* For panics: any context, whoever else is in this driver. A full FIFO drops the message. */
void mailbox_send_last(const struct mailbox *mailbox, uint32_t message);

/* How many messages of those sent the other side has not taken yet; 0 of one that sends nothing.
 * Any context. */
unsigned mailbox_get_unread(const struct mailbox *mailbox);

/* Takes back what the other side has not taken, which is known to be dead: if it is not, a message
 * may come to it as 0. Any context. */
void mailbox_take_back(const struct mailbox *mailbox);

/* Leaves what comes in its FIFO, so that the other side has no room in the end; and goes on. A
 * received() that has begun goes on. Any context. */
void mailbox_pause(struct mailbox *mailbox);
void mailbox_resume(struct mailbox *mailbox);

/* Moves the interrupt. Thread context. irq_set_affinity()'s errors. */
int mailbox_set_affinity(struct mailbox *mailbox, unsigned core);

/* Counts since the open, each read by itself. Any context. */
struct mailbox_counters {
    uint64_t sent, received; /* messages */
    uint64_t full;           /* attempts to send that found no room */
    uint64_t interrupts;
};
void mailbox_get_counters(const struct mailbox *mailbox, struct mailbox_counters *counters);

#endif
