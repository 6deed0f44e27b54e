// SPDX-License-Identifier: BSD-3-Clause
/*
 * Transmit channels, receive channels and flows, as the files that make them share them.
 */
#ifndef DRIVERS_UDMA_PACKET_CHANNELS_H
#define DRIVERS_UDMA_PACKET_CHANNELS_H

#include "drivers/udma/endpoint.h"
#include "drivers/udma/packet_path.h"

struct udma_transmit {
    struct udma_consumer consumer; /* first: the handler's context */
    struct udma_feed feed;
    struct udma_transmit_config config;
    struct udma *udma;
    uint16_t number; /* of the channel, and of the ring that it is wired to */
    uint16_t completion_ring;
    bool needs_epib;           /* the endpoint does */
    bool header_is_short;      /* the config's has four words at most */
    uint32_t length_max;       /* of a packet */
    struct udma_header header; /* of the config, */
    /* and as a descriptor begins with it. */
    struct udma_host_packet first;
    struct udmap_channel_registers *half;
    struct udma_link link;
    struct udma_receive *partner; /* of a loopback */
    struct udma_held held;
    bool wants_room; /* somebody waits for ready(); atomic */
    bool ending;     /* udma_end_begin() */
    int stopped;     /* by udma_half_teardown(): 0 or -ETIMEDOUT */
};

struct udma_flow {
    struct udma_consumer consumer; /* first: the handler's context */
    struct udma_feed feeds[UDMA_FREE_RINGS_MAX];
    struct udma_receive *receive;
    struct udma_flow_config config;
    struct udma_held held;
    bool quiet;     /* udma_flow_quiesce() has done it */
    unsigned index; /* in the channel */
    uint32_t buffer_min;
    uint64_t free_head[2];        /* how a free descriptor begins */
    struct udma_received other;   /* that is being delivered, if it is not a slot's; */
    struct udma_buffer buffers[]; /* its: as many as there are slots */
};

struct udma_receive {
    struct udma_receive_config config;
    struct udma *udma;
    uint16_t number; /* of the channel, and of its default flow */
    uint16_t first_flow;
    struct udmap_channel_registers *half;
    struct udma_link link;         /* with an endpoint */
    struct udma_transmit *partner; /* of a loopback; the pairing is its */
    struct udma_held held;
    struct udma_flow *flows[UDMA_FLOWS_MAX];
    int stopped;
    bool failed; /* a flow's close could not release everything */
    bool ending; /* udma_end_begin(): of it, or of a flow */
};

/* endpoint_pairing.c: error: of pairing an endpoint's thread with a channel's, of that direction.
 * If it was refused, whoever has left the endpoint paired with another channel of this host's is
 * unpaired, and it is asked for once more. 0; -EACCES: it is in use; the system firmware's errors.
 * Thread context. */
int udma_endpoint_claim(const struct udma_link *link, enum udma_direction direction, int error);

/* transmit.c: it runs. Thread context. */
void udma_transmit_enable(struct udma_transmit *transmit);

/* flow.c: udma_flow_close() in two parts. First callbacks end, and what has come is delivered; the
 * channel has been torn down; message: a teardown's comes to this flow. -EAGAIN, -EDEADLK: again.
 * Then, when the channel is off, all is given back. -EAGAIN: again; -EIO: something is held. */
int udma_flow_quiesce(struct udma_flow *flow, bool message);
int udma_flow_release(struct udma_flow *flow);

/* ---- transmit_path.c, receive_path.c ---- */

enum irq_return udma_transmit_interrupt(void *context);
uint32_t udma_transmit_complete(struct udma_consumer *consumer, const uint64_t *elements,
                                uint32_t count);
/* What goes with packets that have no header of their own. */
void udma_transmit_prepare(struct udma_transmit *transmit, const struct udma_header *header);
/* In a thread, after that. */
void udma_transmit_after(struct udma_consumer *consumer);
/* What has not been sent: its callbacks, in order. Nobody is at the channel. */
void udma_transmit_cancel(struct udma_transmit *transmit);

enum irq_return udma_flow_interrupt(void *context);
uint32_t udma_flow_complete(struct udma_consumer *consumer, const uint64_t *elements,
                            uint32_t count);
/* What has not been received into. Nobody is at the flow. */
void udma_flow_return(struct udma_flow *flow);

#endif
