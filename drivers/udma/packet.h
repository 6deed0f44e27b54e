// SPDX-License-Identifier: BSD-3-Clause
/*
 * UDMA: packets to and from peripherals, and from a transmit channel to a receive channel.
 *
 * A packet is one or more buffers of memory, and what goes with them: tags, a type, flags, and the
 * words that a peripheral wants (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Host Packet Descriptor"). The
 * hardware reads and writes the caller's buffers; nothing is copied. What descriptors there are is
 * the driver's.
 *
 * A transmit channel takes packets and gives them back when they have left. A receive channel has
 * flows: the sender, or the peripheral's classifier, says which one a packet is for, and each has
 * its own free buffers, its own completion ring, its own interrupt and so its own core. What is
 * received belongs to the callback; what it is done with it gives back to the flow.
 *
 * Open a receive channel, open its flows, give them buffers, start it; close undoes all of that and
 * returns every buffer. docs/udma.md has a complete example.
 */
#ifndef DRIVERS_UDMA_PACKET_H
#define DRIVERS_UDMA_PACKET_H

#include "drivers/udma/udma.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct udma_endpoint; /* drivers/udma/endpoint.h */
struct udma_transmit; /* opaque */
struct udma_receive;  /* opaque */
struct udma_flow;     /* opaque */
struct udma_host_packet;

#define UDMA_BUFFER_MAX     0x3fffffu /* bytes of a buffer, and of a packet: 4 MiB less 1 */
#define UDMA_BUFFERS_MAX    16u       /* of a packet that is sent */
#define UDMA_PACKET_DEPTH   512u      /* packets of a channel, buffers of a free ring */
#define UDMA_WORDS_MAX      16u       /* protocol-specific words of a packet */
#define UDMA_EPIB_WORDS     4u        /* a time stamp, and three that software has for itself */
#define UDMA_FREE_RINGS_MAX 4u
#define UDMA_RECEIVE_BATCH  16u     /* packets that one callback has at most */
#define UDMA_FLOWS_MAX      8u      /* of a receive channel */
#define UDMA_FLOW_DEFAULT   0x3fffu /* the receiver's default flow */

/* Memory that the hardware reads or writes: physical = virtual address, any alignment when sent;
 * what is written to should own its cache lines (dma_alloc()). */
struct udma_buffer {
    void *data;
    void *cookie;    /* the caller's; comes back with the buffer */
    uint32_t length; /* 1 to UDMA_BUFFER_MAX */
};

/* What goes with a packet. */
struct udma_header {
    uint8_t type;                        /* 5 bits, the peripheral's */
    uint8_t protocol_flags, error_flags; /* 4 bits each; error flags: received only */
    uint16_t source_tag, destination_tag;
    uint16_t flow; /* sent: which flow of the receiver, or UDMA_FLOW_DEFAULT */
    bool has_epib; /* sent: the next are told to the receiver; received: they are there */
    uint32_t epib[UDMA_EPIB_WORDS];
    unsigned word_count; /* 0 to UDMA_WORDS_MAX */
    uint32_t words[UDMA_WORDS_MAX];
};

/* A packet that is sent. */
struct udma_packet {
    const struct udma_buffer *buffers;
    unsigned buffer_count;
    const struct udma_header *header; /* NULL: the channel's */
    void *cookie;                     /* comes back with sent() */
};

/* A packet that has come. What else there is to know of it stays where the hardware has put it,
 * for udma_received_header() and udma_received_words(). */
struct udma_received {
    struct udma_buffer *buffers; /* `length` is what is in it */
    const struct udma_host_packet *descriptor;
    uint16_t buffer_count;
    uint8_t error_flags; /* 4 bits */
    uint32_t length;     /* of all buffers */
};

/* What can go wrong in a channel while nobody asks. */
enum udma_error {
    UDMA_ERROR_TEARDOWN,   /* the other end has torn the connection down: nothing comes any more */
    UDMA_ERROR_DESCRIPTOR, /* a ring brought what is no descriptor in use, or what is in one can't
                              be; what of it is known has come back */
    UDMA_ERROR_PACKET,     /* a packet came with error flags; it is delivered with them */
    UDMA_ERROR_RING,       /* a ring tells of more elements than it has room for: the channel, or
                              flow, has failed, and is to be closed */
    UDMA_ERROR_CHANNEL, /* the channel's error event: memory that is not there, say; in an interrupt
                           of its own, perhaps while other callbacks run elsewhere; of a polled
                           channel, or flow, in the close */
    UDMA_ERROR_FLOW,   /* a packet for a flow that is not the channel's was dropped; which flow that
                          was udma_receive_refused_flow() tells. The hardware notes one at a time:
                          what comes before that one is cleared, just before the callback, counts as
                          the same.
                          In thread context, as a work (msi/work.h) of the core of the first such
                          channel, which has to come to its works, or in the close; not of a channel
                          whose flow 0 is polled. In it a call that opens or closes a
                          channel of packets returns -EDEADLK or -EAGAIN. */
    UDMA_ERROR_MEMORY, /* the memory of one of the rings has not answered the hardware, so what is
                          in the ring may be wrong: to be closed. In an interrupt of its own;
                          neither of the MCU's Navigator (docs/hardware.md), nor if polled */
    UDMA_ERRORS
};

/* In words; never NULL. Any context. */
const char *udma_error_name(enum udma_error error);

/* An error has been seen. Where callbacks of the channel, or of the flow that has seen it, are
 * called. */
typedef void (*udma_error_callback_t)(void *context, enum udma_error error);

/* Counts since the open, each read by itself. */
struct udma_packet_counters {
    uint64_t interrupts;     /* as udma_counters */
    uint64_t packets, bytes; /* that left; that were delivered */
    uint64_t canceled;       /* packets, or buffers, that came back unused */
    uint64_t doorbells;      /* to the ring, or rings, that software fills */
    uint64_t empty;          /* interrupts that found nothing */
    uint64_t bogus;          /* elements of the completion ring that were no descriptor in use */
    uint64_t errors[UDMA_ERRORS];
};

/* ---- transmit ---- */

struct udma_transmit_config {
    const char *name;
    struct udma *udma; /* of which Navigator; NULL: the main one */
    /* Where packets go. NULL: to a receive channel, by udma_loopback_pair(). */
    const struct udma_endpoint *endpoint;
    uint32_t core;        /* of the interrupt, or IRQ_CORE_ANY; unless polled */
    bool polled;          /* no interrupt: udma_transmit_poll() */
    uint8_t priority;     /* 0-7, 0 first, of its accesses to memory */
    uint16_t depth;       /* packets that can be queued at once, 1 to UDMA_PACKET_DEPTH */
    uint16_t buffers_max; /* of a packet, 1 to UDMA_BUFFERS_MAX */
    uint32_t length_max;  /* of a packet, in bytes; 0: UDMA_BUFFER_MAX */
    /* Goes with packets that have none of their own; copied. NULL: nothing but the default flow. */
    const struct udma_header *header;
    uint32_t thread_core;                 /* for udma_in_thread_on */
    const struct udma_delivery *delivery; /* as of copies (drivers/udma/udma.h) */
    struct udma_coalesce coalesce;        /* as of copies: of sent() */

    /* A packet is done with, and its buffers are the caller's again: for each that udma_send() took
     * exactly once. status: 0: it has left; -ECANCELED: it has not, the channel is being closed.
     * Where callbacks of copies are called. It may call udma_send(). */
    void (*sent)(void *context, void *cookie, int status);
    /* There is room again, after udma_send() has said that there is none, or not for all. Once for
     * that. May be NULL. */
    void (*ready)(void *context);
    udma_error_callback_t error; /* may be NULL */
    void *context;
};

/* Opens a transmit channel; with an endpoint it is paired and runs. Thread context. The errors of
 * udma_channel_open(), and -EINVAL: an endpoint that takes no packets. */
int udma_transmit_open(const struct udma_transmit_config *config, struct udma_transmit **transmit);

/* Stops the channel at a packet's end, waiting for it 1 s, then cuts it off; gives everything back.
 * Each packet that has not had its sent() has it in this call, in thread context: 0 or -ECANCELED.
 * Return values as of udma_channel_close(): 0 and -ETIMEDOUT: closed; -EIO: the handle is gone,
 * something is held; -EAGAIN: a callback has not returned, close again; or a close is at it, on
 * another core or as what calls the callback that calls this, and nothing was done; -EINVAL,
 * -EDEADLK: nothing was done. Thread context. */
int udma_transmit_close(struct udma_transmit *transmit);

/* Queues packets, in their order, without copying: up to `count`, with one doorbell. Returns how
 * many were taken, from the first on. Those packets' structures, headers, and arrays of buffers,
 * are the caller's again at once; the memory is the driver's until sent(). Any context, any core.
 * -EAGAIN: none, for want of room; ready() tells when there is; -EINVAL: no channel, or there is
 * something wrong with the first packet (a wrong one behind it is not taken, nor what follows it);
 * -ENOTCONN: it is not paired; -ECANCELED: it is being closed; -EIO: it has failed. */
int udma_send(struct udma_transmit *transmit, const struct udma_packet *packets, unsigned count);

/* Of a polled channel, as udma_poll(). */
int udma_transmit_poll(struct udma_transmit *transmit);

void udma_transmit_get_counters(const struct udma_transmit *transmit,
                                struct udma_packet_counters *counters);
/* As udma_channel_describe(). */
int udma_transmit_describe(const struct udma_transmit *transmit, char *text, size_t size);

/* ---- receive ---- */

struct udma_receive_config {
    const char *name;
    struct udma *udma; /* NULL: the main one */
    /* Where packets come from. NULL: from a transmit channel, by udma_loopback_pair(). */
    const struct udma_endpoint *endpoint;
    uint8_t priority; /* 0-7, 0 first, of its accesses to memory */
    /* 1: the channel's default flow alone. 2 to UDMA_FLOWS_MAX: so many flows with numbers in a
     * row (udma_receive_first_flow()), which a sender can ask for; the default flow is the same as
     * the first of them. */
    uint16_t flow_count;
};

/* Takes a receive channel, and flows; nothing runs yet. Thread context. The errors of
 * udma_channel_open(), and -EINVAL: an endpoint that gives no packets. -ENOSPC: or no so many flows
 * in a row are free. */
int udma_receive_open(const struct udma_receive_config *config, struct udma_receive **receive);

enum udma_when_empty {
    UDMA_FLOW_WAIT, /* no free buffer: the sender is held up */
    UDMA_FLOW_DROP, /* no free buffer: the packet is dropped. Buffers should hold a packet whole:
                       those that a dropped one has got already the hardware can't give back, and
                       the flow has them no more before its close returns them */
};

struct udma_flow_config {
    const char *name;
    uint32_t core;  /* of the flow's interrupt, or IRQ_CORE_ANY; unless polled */
    bool polled;    /* no interrupt: udma_flow_poll() */
    uint16_t depth; /* buffers that each free ring has room for, 1 to UDMA_PACKET_DEPTH */
    uint32_t thread_core;
    const struct udma_delivery *delivery;
    struct udma_coalesce coalesce; /* as of copies; up to as many completions as it has buffers */
    enum udma_when_empty when_empty;

    /* Free buffers by size: a packet of up to sizes[0] bytes starts in a buffer of free ring 0, one
     * of up to sizes[1] in one of ring 1, a larger one in one of the last ring, and all go on in
     * buffers of the last. sizes: multiples of 32, ascending, one fewer than there are rings. 0
     * rings are 1. */
    unsigned free_rings;
    uint32_t sizes[UDMA_FREE_RINGS_MAX - 1u];
    uint32_t buffer_min; /* bytes that a buffer has at least; 0: 1 */

    /* Packets have come, 1 to UDMA_RECEIVE_BATCH. They and their arrays of buffers, which the
     * callee may write to, are valid in this call; the buffers' memory is the callee's from here
     * on, until it gives it back (udma_flow_give(), in this call too). Where callbacks of copies
     * are called, in order, never on two cores at once. */
    void (*received)(void *context, struct udma_received *const *packets, unsigned count);
    /* The flow is being closed, and nothing has come into this buffer: it is the caller's again. In
     * udma_receive_close() or udma_flow_close(), thread context. May be NULL, for who knows them.
     */
    void (*returned)(void *context, const struct udma_buffer *buffer);
    /* Of this flow; what has to do with the channel as a whole goes to flow 0. May be NULL. */
    udma_error_callback_t error;
    void *context;
};

/* Opens flow `index` of the channel, which does not run. Thread context. The errors of
 * udma_channel_open(), -EINVAL: no such flow, or sizes that are wrong; -EBUSY: it is open, or the
 * channel runs, or is being closed. */
int udma_flow_open(struct udma_receive *receive, unsigned index,
                   const struct udma_flow_config *config, struct udma_flow **flow);

/* Closes a flow of a channel that does not run: udma_receive_close() does so with those that are
 * open. Return values as of udma_channel_close(), and -EBUSY: the channel runs. */
int udma_flow_close(struct udma_flow *flow);

/* Gives empty buffers to the flow: up to `count`; returns how many it took, 0 when the free ring is
 * full, which can't be for buffers that came from it. One doorbell; in a callback of the flow, one
 * at the end of all callbacks of this interrupt. Any context, any core. -EINVAL: no flow, no such
 * free ring, or the first buffer's length is out of range; -ECANCELED: it is being closed; -EIO: it
 * has failed. */
int udma_flow_give(struct udma_flow *flow, unsigned free_ring, const struct udma_buffer *buffers,
                   unsigned count);

/* What goes with a packet that has come, and its protocol-specific words alone: where they are, and
 * how many (0 to UDMA_WORDS_MAX). In the callback that has it. */
void udma_received_header(const struct udma_received *packet, struct udma_header *header);
const uint32_t *udma_received_words(const struct udma_received *packet, unsigned *count);

/* Of a polled flow, as udma_poll(). */
int udma_flow_poll(struct udma_flow *flow);

/* Starts the channel, whose flows have been given buffers; with an endpoint, the endpoint too. Once
 * more after the other end of a loopback was closed and a new one paired. Thread context. -EINVAL:
 * NULL, or a flow is not open; -ENOTCONN: it is not paired; -EALREADY: it runs; -ECANCELED: it is
 * being closed; -EDEADLK. */
int udma_receive_start(struct udma_receive *receive);

/* Stops the channel at a packet's end, waiting for it 1 s, then cuts it off; closes the flows, and
 * gives everything back: each buffer that was given, with a packet in it or as returned(). Return
 * values as of udma_transmit_close(), but that after -EDEADLK in a flow's own callback, in a
 * thread, the channel has been stopped, as after -EAGAIN; -EBUSY: a transmit channel is paired with
 * it, which is to be closed first. Thread context. */
int udma_receive_close(struct udma_receive *receive);

/* The number that a sender names to reach flow 0; the others follow. Any context. */
uint16_t udma_receive_first_flow(const struct udma_receive *receive);

/* The ring of a free ring, 0 to the flow's free_rings less 1, for a monitor (monitor.h): how few
 * buffers there have been, and how often none. Any context. */
uint16_t udma_flow_free_ring(const struct udma_flow *flow, unsigned free_ring);

/* For which flow the last packet was that UDMA_ERROR_FLOW has told of; UDMA_FLOW_DEFAULT: none so
 * far. While flow 0 is open. Any context. */
uint16_t udma_receive_refused_flow(const struct udma_receive *receive);

/* Any context; the core that its callbacks run on, as udma_channel_core(). */
unsigned udma_flow_core(const struct udma_flow *flow);
void udma_flow_get_counters(const struct udma_flow *flow, struct udma_packet_counters *counters);
/* As udma_channel_describe(). */
int udma_flow_describe(const struct udma_flow *flow, char *text, size_t size);

/* ---- loopback ---- */

/* Pairs a transmit channel with a receive channel, both opened without an endpoint, of the same
 * Navigator or of two: what the one sends the other receives. Before udma_receive_start(). The
 * pairing ends with the transmit channel's close, which ends the receive channel too
 * (UDMA_ERROR_TEARDOWN). Thread context. -EINVAL: NULL, or one has an endpoint; -EALREADY: one is
 * paired; -EBUSY: the receive channel runs; -EDEADLK; the system firmware's errors. */
int udma_loopback_pair(struct udma_transmit *transmit, struct udma_receive *receive);

#endif
