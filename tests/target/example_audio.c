// SPDX-License-Identifier: BSD-3-Clause
/*
 * The example of docs/udma.md: sound, both ways, in rings of blocks that a McASP plays and records
 * for ever.
 */
#include "tests/target/example_audio.h"

#include "msi/irq.h"

#define WORD_BYTES 4u

/* Only when a channel is aborted would this be called: a cyclic transfer has no end. */
static void on_end(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
}

/* A block is done; the DMA is at the next one by now, and comes back to this one last. */
static void on_period(void *context, unsigned index, uint64_t lost, int status)
{
    struct example_audio_ring *ring = context;

    if (status == 0)
        ring->done(ring->context, &ring->words[index * ring->block / WORD_BYTES], index, lost);
}

static int start(struct example_audio_ring *ring, bool out)
{
    struct udma_move blocks[EXAMPLE_AUDIO_BLOCKS];
    const struct udma_transfer_config config = {
        .moves = blocks,
        .count = EXAMPLE_AUDIO_BLOCKS,
        .cyclic = true,
        .period = on_period,
        .context = ring,
    };
    int error;

    for (unsigned i = 0; i < EXAMPLE_AUDIO_BLOCKS; i++) {
        const uintptr_t block = (uintptr_t)ring->words + i * ring->block;

        blocks[i] =
            out ? udma_move_send(block, ring->block) : udma_move_receive(block, ring->block);
    }
    error = udma_transfer_prepare(ring->channel, &config, &ring->transfer);
    return error == 0 ? udma_submit(ring->channel, &ring->transfer, 1, NULL) : error;
}

int example_audio_open(struct example_audio *audio, const char *name, uint16_t burst)
{
    const struct udma_channel_config config = {
        .name = name, .core = IRQ_CORE_ANY, .depth = 1, .callback = on_end};
    struct udma_endpoint endpoint;
    int error = udma_endpoint_get(name, 0, &endpoint);

    if (error != 0)
        return error;
    /* Each time that the McASP asks: `burst` words; and no packets, since it goes on for ever. */
    endpoint.static_tr = (struct udma_static_tr){.element_bytes = WORD_BYTES, .elements = burst};
    error = udma_channel_open_to(&config, &endpoint, &audio->out.channel);
    if (error != 0)
        return error;
    error = udma_channel_open_from(&config, &endpoint, &audio->in.channel);
    if (error != 0) {
        (void)udma_channel_close(audio->out.channel);
        return error;
    }
    error = start(&audio->in, false);
    if (error == 0)
        error = start(&audio->out, true);
    if (error != 0)
        (void)example_audio_close(audio);
    return error;
}

int example_audio_close(struct example_audio *audio)
{
    int in = udma_channel_close(audio->in.channel); /* frees the transfer too */
    int out = udma_channel_close(audio->out.channel);

    return in != 0 ? in : out;
}
