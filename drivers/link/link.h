// SPDX-License-Identifier: BSD-3-Clause
/*
 * Messages of 64 bits between a program on the A53s and one on an R5F, or between any two programs
 * that are two hosts at the system firmware: each side has a ring that the other puts messages
 * into, and whose event interrupts it. Which ring that is, they tell each other by the mailbox.
 * docs/messages.md has how it works, and what a restart of either side comes to.
 *
 * Messages arrive in the order in which they were sent, each once. A message is acknowledged by the
 * first one that the other side sends in received(), so that a question whose answer has come is
 * not asked again; if it sends none, soon after received() has returned. Until then this side keeps
 * it, and gives it to a program that takes the other side's place. A message may be an address:
 * what was written there before it was sent is seen by who receives it, where both see that memory
 * alike (docs/r5f.md, "Memory for DMA").
 */
#ifndef DRIVERS_LINK_LINK_H
#define DRIVERS_LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct link; /* opaque */
struct mailbox_cluster;
struct udma;

#define LINK_DEPTH_MAX 256u

struct link_config {
    const char *name; /* for people; must live as long as the link */

    /* Of the mailbox (drivers/mailbox/mailbox.h): what one side transmits by, the other receives
     * by. The link is the only user of both FIFOs. */
    struct mailbox_cluster *cluster;
    uint8_t user, transmit, receive;

    struct udma *own;  /* of which Navigator is the ring that this side receives by, */
    struct udma *peer; /* and the other side's; NULL: the first */
    uint8_t peer_host; /* the other side's number at the system firmware */

    uint16_t depth; /* messages that are sent and not acknowledged, at most: a power of two, 2 to
                       LINK_DEPTH_MAX; the same on both sides */
    uint32_t core;  /* of the interrupts, or IRQ_CORE_ANY */
    bool polled;    /* messages come in link_poll() only, other sides there and in link_close() */

    /* A message has come. Interrupt context, or in link_poll(); never on two cores at once. It may
     * send. */
    void (*received)(void *context, uint64_t message);
    /* The other side is there, maybe another one than before; or has gone. As received(). May be
     * NULL. */
    void (*changed)(void *context, bool connected);
    void *context;
};

/* Opens a side; the other one may be there or not. *link is set before the first callback comes,
 * which may be before this returns. Thread context. -EINVAL: something in the
 * configuration is out of range; -ENOMEM; -EDEADLK; the errors of udma_message_ring_open(),
 * udma_message_port_open(), irq_request() and mailbox_open(). After an error there is no handle;
 * what could not be released is held (drivers/udma, msi), and tried again. */
int link_open(const struct link_config *config, struct link **link);

/* Sends a message; it waits on this side until the other one is there. Any context, any core.
 * -EAGAIN: so many are not acknowledged; -ECANCELED: it is being closed; -EINVAL: NULL. */
int link_send(struct link *link, uint64_t message);

/* The same, but waits for room. Thread context. -ETIMEDOUT: there was none for so long, and nothing
 * was sent; -EDEADLK: waiting is not allowed here, and nothing was sent. */
int link_send_wait(struct link *link, uint64_t message, uint64_t timeout_us);

/* Waits until all that was sent is acknowledged. Thread context. -ETIMEDOUT; -EDEADLK; -EINVAL. */
int link_flush(struct link *link, uint64_t timeout_us);

/* Has received() called for what has come, at most twice the depth at a time. Of a polled link; any
 * context. Whether there may be more. */
bool link_poll(struct link *link);

/* The other side is known to be dead: its processor has been stopped, say. From here on nothing is
 * put into its ring, whose number may soon be of something else; what it has sent is still
 * received. Before the processor is started again, so that nothing goes astray. Any context. */
void link_disconnect(struct link *link);

/* Closes this side: the other one is told, and answers when it uses this side's ring no more. What
 * was sent and is not acknowledged is lost; what comes meanwhile is not received, but the next
 * one's who opens. Thread context, while nobody is in another of these
 * functions, callbacks excepted. 0: it is gone; -EIO: it is gone, but something of it is held, and
 * tried again later. -ETIMEDOUT: the other side has not answered for a second: it stays open, and
 * the call is to be repeated, after link_disconnect() if the other side is dead; -EAGAIN: a
 * callback has not returned for 5 s: the call is to be repeated; -EINVAL: NULL; -EDEADLK. */
int link_close(struct link *link);

/* Counts since the open, each read by itself. Any context. */
struct link_counters {
    uint32_t sent, acknowledged, received; /* messages; they wrap */
    uint32_t connections;                  /* other sides that there were */
    uint32_t again;  /* messages that were put into the ring of another one once more */
    uint32_t stale;  /* elements of connections that were over */
    uint32_t wrong;  /* words and elements that can't be: refused */
    uint32_t missed; /* messages that were lost on the way, as their numbers tell: never any */
};
void link_get_counters(const struct link *link, struct link_counters *counters);

#endif
