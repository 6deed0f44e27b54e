// SPDX-License-Identifier: BSD-3-Clause
/*
 * PSI-L, the streaming interface between the UDMAPs and the peripherals (AM65x TRM SPRUID7,
 * "Packet Streaming Interface Link"): how a peripheral's model takes what a transmit channel sends
 * it, and sends to the receive channel that is paired with it.
 *
 * A peripheral joins by a row of psil.c's table: its threads, and its functions. Threads that have
 * none can be paired, enabled and torn down; what is sent there waits.
 *
 * Nothing here is called from within the call that goes the other way: psil_send_packet() and
 * psil_send_bytes() don't call source_ready(), psil_ready() doesn't call take_*(); those are due
 * later. All in the context of the models, whose user serialises all calls.
 */
#ifndef TWIN_MODELS_PSIL_H
#define TWIN_MODELS_PSIL_H

#include <stdbool.h>
#include <stdint.h>

/* Destination threads have bit 15 set. */
#define PSIL_DESTINATION  0x8000u

/* What a packet to or from a native peripheral has at most; channels among themselves have the
 * UDMAP's limit. */
#define PSIL_PACKET_MAX   16384u

#define PSIL_FLOW_DEFAULT 0x3fffu /* the receive channel's own */
#define PSIL_WORDS_MAX    32u

/* What goes with a packet's data. */
struct psil_header {
    bool epib;
    uint32_t epib_words[4]; /* timestamp, software info 0 to 2 */
    unsigned word_count;
    uint32_t words[PSIL_WORDS_MAX]; /* protocol-specific */
    uint16_t source_tag, destination_tag;
    uint8_t type;
    uint8_t error_flags, protocol_flags; /* 4 bits each */
    uint16_t flow;                       /* that the source asks for, or PSIL_FLOW_DEFAULT */
};

/* Registers of the thread itself, which the UDMAP shows in its window RT_PEER. */
#define PSIL_PEER_REGISTERS  16u
#define PSIL_PEER_STATIC_XY  0u
#define PSIL_PEER_STATIC_Z   1u
#define PSIL_PEER_BYTE_COUNT 4u
#define PSIL_PEER_ENABLE     8u
#define PEER_ENABLE          (UINT32_C(1) << 31)
#define PEER_TEARDOWN        (UINT32_C(1) << 30)
#define PEER_PAUSE           (UINT32_C(1) << 29)
#define PEER_FLUSH           (UINT32_C(1) << 28)

/* A peripheral's side of its threads. `argument` is the thread's number in its row of the table,
 * from `first` on. A row has source threads or destination threads, so that one peripheral's have a
 * structure each. NULL functions: has none. */
struct psil_peripheral {
    unsigned first; /* the argument of the row's first thread */
    /* Destination threads: a whole packet of a transmit channel (native packet threads). false: no
     * room now, nothing was taken; it comes again some time after psil_ready(). */
    bool (*take_packet)(unsigned argument, const struct psil_header *header, const uint8_t *data,
                        uint32_t length);
    /* Destination threads: bytes of a stream (PDMA). Returns how many it took; fewer than size: the
     * rest comes again some time after psil_ready(). last: they end a packet, or a TR. */
    uint32_t (*take_bytes)(unsigned argument, const uint8_t *data, uint32_t size, bool last);
    /* Source threads: after a psil_send_*() that was refused, or when the receive channel was
     * enabled: it may take something now. */
    void (*source_ready)(unsigned argument);
    /* The thread's own registers; both or none: then the UDMAP keeps them as memory, and nothing is
     * sent or taken while PEER_ENABLE is clear. */
    uint32_t (*peer_read)(unsigned argument, unsigned number);
    void (*peer_write)(unsigned argument, unsigned number, uint32_t value);
    /* The channel is being torn down (of source threads: by PEER_TEARDOWN, of which peer_write()
     * has been told). true: that's done, nothing more comes; false: psil_ended() follows. NULL: at
     * once. The UDMAP has no further data for a destination thread then. */
    bool (*end)(unsigned argument);
};

/* A destination thread can take again. */
void psil_ready(uint16_t destination_thread);

/* Whether a source thread is paired with a receive channel that is enabled. */
bool psil_source_runs(uint16_t source_thread);

/* A packet from a peripheral's source thread to the receive channel paired with it, of either
 * Navigator. It is kept (a few of them) and written to memory later, in order. true: it was taken,
 * or dropped and counted, since no channel is there, or it has no descriptor and its flow does not
 * wait. false: it can't be taken now; source_ready() follows. length: at most PSIL_PACKET_MAX. */
bool psil_send_packet(uint16_t source_thread, const struct psil_header *header, const uint8_t *data,
                      uint32_t length);

/* A stream's bytes (PDMA): returns how many were taken; fewer than size: source_ready() follows.
 * last: the last of them ends the packet. */
uint32_t psil_send_bytes(uint16_t source_thread, const uint8_t *data, uint32_t size, bool last);

/* The answer to an end() that has returned false. */
void psil_ended(uint16_t thread);

/* ---------------------------------------------------------------- for udmap*.c and sysfw_rm.c */

void psil_reset(void);
bool psil_pair(uint16_t source, uint16_t destination);
bool psil_unpair(uint16_t source, uint16_t destination);
bool psil_destination(uint16_t source, uint16_t *destination);
bool psil_source(uint16_t destination, uint16_t *source);

/* The peripheral of a thread, and the thread's number in its row. NULL: none is modelled. */
const struct psil_peripheral *psil_find(uint16_t thread, unsigned *argument);

#endif
