// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the parts of the UDMAPs' model share: udmap.c has the channels, their registers and block
 * copies, udmap_transmit.c what transmit channels send over PSI-L, udmap_receive.c what receive
 * channels write to memory. For these only.
 */
#ifndef TWIN_MODELS_UDMAP_H
#define TWIN_MODELS_UDMAP_H

#include "twin/models/packet.h"
#include "twin/models/transfer.h"

#define TCHAN_MAX                 152u /* the main UDMAP's 120, and 32 for external peripherals */
#define RCHAN_MAX                 150u
#define FLOW_MAX                  300u

#define CONTROL_ENABLE            (UINT32_C(1) << 31)
#define CONTROL_TEARDOWN          (UINT32_C(1) << 30)
#define CONTROL_PAUSE             (UINT32_C(1) << 29)
#define CONTROL_FORCED            (UINT32_C(1) << 28)
#define CONTROL_ERROR             (UINT32_C(1) << 0)

/* Channel types: packets; third-party transfers, and block copies, by reference and by value. */
#define TYPE_PACKET               2u
#define TYPE_PACKET_SINGLE        3u
#define TYPE_TRANSFER_REFERENCE   10u
#define TYPE_TRANSFER_VALUE       11u
#define TYPE_BLOCK_COPY_REFERENCE 12u
#define TYPE_BLOCK_COPY_VALUE     13u

/* An address that needs no translation. */
#define ATYPE_PHYSICAL            0u

/* A descriptor's header, which a channel has to fetch whole. */
#define FETCH_WORDS_LEAST         4u

/* What a completion ring gets for a teardown. */
#define TEARDOWN_MESSAGE          UINT64_C(1)

/* Timing. It only has to be later than the doorbell, and to let channels interleave. */
#define FETCH_LATENCY             (2u * MICROSECOND)
#define START_LATENCY             100u
#define TEARDOWN_LATENCY          (1u * MICROSECOND)
#define RETURN_LATENCY            200u
#define RETURN_SPREAD             (30u * MICROSECOND) /* in the mood misordered */
#define SLICE_BYTES               16384u
#define BYTES_PER_NS              4u

/* So many steps to a next descriptor are done at a time, and each takes so long. */
#define STEPS_MAX                 64u
#define STEP_LATENCY              20u

enum channel_state {
    CHANNEL_IDLE,
    CHANNEL_MOVING,
    CHANNEL_RETURNING,
};

struct channel {
    struct udmap_channel_settings settings;
    uint16_t event;       /* for the end of a TR */
    uint16_t error_event; /* for an error */
    uint32_t control, packets, bytes, start_bytes;
    uint32_t peer[PSIL_PEER_REGISTERS];
    struct model_timer timer;
};

struct transmit_channel {
    struct channel common;
    enum channel_state state;
    bool waits;   /* for whoever is at the other end */
    bool ending;  /* a teardown waits for the peripheral's end */
    bool aborted; /* what is in flight is given up: a forced teardown */
    /* Block copies, and transfers to peripherals. */
    struct transfer transfer;
    uint16_t triggers[2]; /* that have come and nothing was waiting for; by kind, from 1 */
    bool event_due;       /* with the end of the slice that is on its way */
    uint32_t uncounted;   /* bytes of that slice */
    bool failed;          /* a TR of the descriptor has ended with an error */
    /* Packets. */
    struct packet_out packet;
    uint8_t gather;    /* the buffer in which a packet is put together, counted from 1; 0: none */
    uint32_t gathered; /* bytes in it */
};

/* Packets of a peripheral that wait to be written to memory. */
#define RECEIVE_QUEUE 4u

struct receive_channel {
    struct channel common;
    enum channel_state state;
    bool waits;   /* for a free descriptor */
    bool refused; /* the source has been told to come again */
    bool ending;  /* being torn down */
    bool ended;   /* and the source has nothing more */
    /* The packet that is being written. */
    struct packet_in packet;
    bool begun;    /* its flow is known */
    bool dropping; /* what comes goes nowhere */
    uint16_t flow;
    uint32_t expected; /* bytes, as far as known */
    struct psil_header header;
    uint64_t returned; /* its descriptor, on its way back */
    /* A transfer request that is being filled. */
    struct transfer transfer;
    /* Buffers of packets, counted from 1, and what the first of them has still to give. */
    uint8_t queue[RECEIVE_QUEUE];
    unsigned queued;
    uint32_t taken;
};

/* ---------------------------------------------------------------- udmap.c */

struct transmit_channel *udmap_tchan(enum navss navss, unsigned index);
struct receive_channel *udmap_rchan(enum navss navss, unsigned index);

bool udmap_is_packet(const struct channel *channel);
bool udmap_is_transfer(const struct channel *channel); /* split, to or from a peripheral */
bool udmap_is_block_copy(const struct channel *channel);
/* Enabled and not paused. */
bool udmap_runs(const struct channel *channel);
bool udmap_tearing_down(const struct channel *channel);
/* The other end of the pairing may send or take. */
bool udmap_peer_runs(const struct channel *channel);

/* The peer's enable bit falls with the end of a teardown. */
void udmap_peer_ended(struct channel *channel, uint16_t peer_thread);
/* A packet asked for a flow that is not the channel's. */
void udmap_flow_refused(enum navss navss, unsigned receive_channel, uint16_t flow);

/* After an error: the bit, the event, and the pause if that is asked for. */
void udmap_error(struct channel *channel);
void udmap_push(enum navss navss, unsigned ring, uint64_t element, bool to_head);
uint32_t udmap_subject(enum navss navss, unsigned index);
/* A line for people: what a channel has done, and where its descriptor goes. */
void udmap_trace(const char *channel, unsigned index, const char *what, uint64_t bytes,
                 uint64_t descriptor, unsigned ring);
/* Some later time for a descriptor's return, as moods and faults want it. 0: at once. */
uint64_t udmap_return_delay(void);
/* Gives a descriptor back, as moods and faults want it. */
void udmap_return(enum navss navss, unsigned ring, uint64_t descriptor, bool to_head);

/* Takes what has come of the triggers that a TR waits for. false: it still waits. */
bool udmap_triggered(struct transmit_channel *tchan);
/* The ring that a receive channel takes TR descriptors from. */
unsigned udmap_request_ring(enum navss navss, unsigned receive_channel);

/* Buffers of PSIL_PACKET_MAX bytes, with what goes with them. */
struct packet_buffer {
    bool used;
    struct psil_header header;
    uint32_t length;
    uint8_t data[PSIL_PACKET_MAX];
};
uint8_t udmap_buffer_take(void); /* counted from 1; 0: none is left */
struct packet_buffer *udmap_buffer(uint8_t number);
void udmap_buffer_give(uint8_t *number); /* and sets it to 0 */

/* ---------------------------------------------------------------- udmap_transmit.c */

/* Is there something to do for a channel that sends packets or transfers over PSI-L? */
bool transmit_can_work(enum navss navss, unsigned index);
/* Its timer has expired. */
void transmit_work(enum navss navss, unsigned index);
/* It was switched off, or torn down by force: what is in flight is dropped. */
void transmit_drop(enum navss navss, unsigned index);
/* The peripheral has taken all it had to, as it was asked. */
void transmit_ended(enum navss navss, unsigned index);

/* ---------------------------------------------------------------- udmap_receive.c */

/* Begins a packet of a length, if known. false: it has to wait for a descriptor, or the channel is
 * busy. */
bool receive_begin(enum navss navss, unsigned index, const struct psil_header *header,
                   uint32_t length);
/* Data of the packet that was begun, with a bounded number of steps to further descriptors. Returns
 * how much was taken; fewer: it waits, or was cut short. */
uint32_t receive_put(enum navss navss, unsigned index, const uint8_t *data, uint32_t size);
/* The packet is complete; its descriptor goes back, at once or so many nanoseconds later. */
void receive_end(enum navss navss, unsigned index, uint64_t delay);
/* Its source was switched off in its middle. */
void receive_abort(enum navss navss, unsigned index);
/* The transmit channel that is its source was torn down. */
void receive_source_ended(enum navss navss, unsigned index);
void receive_work(enum navss navss, unsigned index); /* its timer has expired */
void receive_control_changed(enum navss navss, unsigned index);
void receive_peer_changed(enum navss navss, unsigned index, uint32_t value);
void receive_reset(void);

#endif
