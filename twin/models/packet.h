// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets in memory: host packet descriptors with their chains of host buffer descriptors, and
 * monolithic packet descriptors (AM65x TRM SPRUID7, "CPPI 5.0 Descriptors"). For udmap*.c only.
 *
 * A chain is followed step by step: each call does a bounded piece of work, wherever the links
 * lead to.
 */
#ifndef TWIN_MODELS_PACKET_H
#define TWIN_MODELS_PACKET_H

#include "twin/models/models.h"

#define PACKET_LENGTH_MAX 0x3fffffu

/* A packet that is read from memory. */
struct packet_out {
    uint64_t head;        /* its descriptor */
    uint64_t current;     /* whose buffer is read */
    uint64_t next;        /* the descriptor linked to that; 0: none */
    uint64_t buffer;      /* what is to be read next */
    uint32_t buffer_left; /* of that buffer */
    uint32_t left;        /* of the packet, by the length in its descriptor */
    uint32_t length;
    uint32_t descriptors; /* so far */
    uint16_t return_ring;
    bool return_each, return_to_head;
    bool failed; /* the chain ends too early, or leads nowhere */
    struct psil_header header;
};

/* Reads the descriptor, of which the channel has been told to fetch so many bytes. false: not a
 * packet descriptor, or metadata that is not fetched. */
bool packet_out_begin(struct packet_out *packet, uint64_t descriptor, uint32_t fetched);

/* Reads up to `limit` bytes that are contiguous in memory; returns how many. 0: a step to the next
 * descriptor was done, or the packet is over (packet->left is 0). *finished: the descriptor whose
 * buffer is done with; 0: none is. */
uint32_t packet_out_read(struct packet_out *packet, uint8_t *data, uint32_t limit,
                         uint64_t *finished);

/* The last so many bytes that were read could not be used: they are read again. */
void packet_out_unread(struct packet_out *packet, uint32_t bytes);

/* The descriptor that another one is linked to; 0: none. */
uint64_t packet_link(uint64_t descriptor);

/* A packet that is written to memory. */
struct packet_in {
    bool open;
    uint64_t head, current; /* descriptors: the packet's, and the one being filled */
    uint32_t head_info2;    /* what the packet's descriptor had in its third word */
    uint64_t start;         /* where the current descriptor's data begins */
    uint32_t room, used;    /* of the current buffer */
    uint32_t length;        /* of the packet, so far */
    unsigned buffers;
    uint64_t ps_words; /* where they go in the first buffer; 0: into the descriptor */
};

/* The packet's first, or a further buffer's descriptor, fresh from a ring. false: it can't be read,
 * and is left alone. */
bool packet_in_add(struct packet_in *packet, uint64_t descriptor, uint32_t offset,
                   uint32_t ps_bytes);

/* Writes up to size bytes into the current buffer; returns how many there was room for. false in
 * *written: the bus refused some. */
uint32_t packet_in_write(struct packet_in *packet, const uint8_t *data, uint32_t size,
                         bool *written);

/* Ends the packet: its descriptor gets its length, its tags, its flow and what else goes with it,
 * EPIB and protocol-specific words only if asked for. */
void packet_in_end(struct packet_in *packet, const struct psil_header *header, bool with_epib,
                   bool with_words);

#endif
