// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/udma.md: sound, both ways, in rings of blocks that a McASP plays and records
 * for ever.
 */
#ifndef TESTS_TARGET_EXAMPLE_AUDIO_H
#define TESTS_TARGET_EXAMPLE_AUDIO_H

#include "drivers/udma/peripheral.h"

#define EXAMPLE_AUDIO_BLOCKS 4u

/* A direction: its channel, and the blocks, which lie one after the other. */
struct example_audio_ring {
    struct udma_channel *channel;
    struct udma_transfer *transfer;
    uint32_t *words;
    size_t block; /* bytes: a whole number of bursts */
    /* A block has been played, and is to be filled anew; or recorded, and is to be used. Interrupt
     * context. lost: as many blocks before it nobody has seen in time. */
    void (*done)(void *context, uint32_t *block, unsigned index, uint64_t lost);
    void *context;
};

struct example_audio {
    struct example_audio_ring out, in;
};

/* Opens both directions of the McASP `name`, which asks for `burst` words at a time, and submits
 * both rings: from here on it is the McASP that says when. What stands in the rings is the
 * caller's. Thread context. Errors of udma_channel_open_to(), udma_transfer_prepare() and
 * udma_submit(); -ENOENT: none of this name. */
int example_audio_open(struct example_audio *audio, const char *name, uint16_t burst);

/* Recording ends at once, playing with its round. Thread context. Errors of udma_channel_close();
 * the first, and both are closed. */
int example_audio_close(struct example_audio *audio);

#endif
