// SPDX-License-Identifier: BSD-3-Clause
/*
 * A McASP by DMA, in digital loopback, so that a board needs no cable: transfer channels to and
 * from a peripheral (drivers/udma/peripheral.h), cyclic and in lists; contents, order, and how many
 * periods are told of against what the McASP has moved; teardowns in the middle.
 *
 * What is received goes round with what is sent: each place in memory gets the same word again and
 * again. So nothing here depends on how late a core is.
 */
#include "app/selftest/selftest.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/peripheral.h"
#include "drivers/udma/udma.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "tests/target/example_audio.h"
#include "tests/target/mcasp_loopback.h"
#include "tests/target/navigators.h"

#include <errno.h>
#include <string.h>

#define WAIT_US     10000000u
#define BASE        AM65X_MCASP0_BASE
#define BURST_BYTES (MCASP_BURST * MCASP_WORD_BYTES)
#define BLOCK       (16u * BURST_BYTES)
#define BLOCK_WORDS (BLOCK / MCASP_WORD_BYTES)
#define RING        (EXAMPLE_AUDIO_BLOCKS * BLOCK)
#define RING_WORDS  (RING / MCASP_WORD_BYTES)
#define ROUNDS      8u

/* What a direction has told of. */
struct told {
    uint64_t periods, lost; /* atomic */
    unsigned wrong;         /* out of order */
};

static void on_done(void *context, uint32_t *block, unsigned index, uint64_t lost)
{
    struct told *told = context;

    (void)block;
    told->wrong += index != (told->periods + told->lost + lost) % EXAMPLE_AUDIO_BLOCKS;
    __atomic_store_n(&told->lost, told->lost + lost, __ATOMIC_RELAXED);
    __atomic_store_n(&told->periods, told->periods + 1u, __ATOMIC_RELEASE);
    wait_notify();
}

static uint64_t all_of(const struct told *told)
{
    return __atomic_load_n(&told->periods, __ATOMIC_ACQUIRE) +
           __atomic_load_n(&told->lost, __ATOMIC_RELAXED);
}

struct expectation {
    const struct told *told;
    uint64_t periods;
};

static bool has_come(void *argument)
{
    const struct expectation *expectation = argument;

    return all_of(expectation->told) >= expectation->periods;
}

static int wait_for_periods(const struct told *told, uint64_t periods)
{
    struct expectation expectation = {told, periods};

    return wait_for(has_come, &expectation, WAIT_US);
}

/* What is sent: each word is its number. */
static void fill(uint32_t *words)
{
    for (unsigned i = 0; i < RING_WORDS; i++)
        words[i] = i + 1u;
}

/* Plays and records a while, and stops in the middle of it. */
static void go_round(uint32_t *out, uint32_t *in)
{
    struct told played = {0}, recorded = {0};
    struct example_audio audio = {
        .out = {.words = out, .block = BLOCK, .done = on_done, .context = &played},
        .in = {.words = in, .block = BLOCK, .done = on_done, .context = &recorded},
    };
    uint32_t counted;

    memset(in, 0, RING);
    mcasp_loopback_prepare(BASE);
    CHECK_EQUAL(example_audio_open(&audio, "mcasp0", MCASP_BURST), 0);
    counted = udma_channel_peer_bytes(audio.in.channel);
    CHECK_EQUAL(mcasp_loopback_run(BASE), 0);
    CHECK_EQUAL(wait_for_periods(&recorded, ROUNDS * EXAMPLE_AUDIO_BLOCKS), 0);
    CHECK_EQUAL(wait_for_periods(&played, ROUNDS * EXAMPLE_AUDIO_BLOCKS), 0);
    CHECK(!mcasp_loopback_failed(BASE));
    CHECK(udma_transfer_done(audio.in.transfer) >= ROUNDS * RING);
    CHECK_EQUAL(udma_channel_abort(audio.in.channel), 0); /* the stream goes on */
    counted = udma_channel_peer_bytes(audio.in.channel) - counted;
    mcasp_loopback_stop(BASE);
    CHECK_EQUAL(played.wrong + recorded.wrong, 0);
    /* What the PDMA counts goes on after the abort, and the last round may not have been told of.
     */
    CHECK(all_of(&recorded) <= counted / BLOCK);
    CHECK_EQUAL(memcmp(out, in, RING), 0);
    /* The McASP asks for nothing any more: what is on its way to it is flushed. */
    CHECK_EQUAL(example_audio_close(&audio), -ETIMEDOUT);
}

SELFTEST(audio, example_audio_plays_and_records, 60)
{
    uint32_t *out = dma_alloc(RING), *in = dma_alloc(RING);
    struct navigators before;

    CHECK(out != NULL && in != NULL);
    CHECK_EQUAL(ti_sci_device_get(AM65X_DEV_MCASP0), 0);
    before = navigators_inventory();
    fill(out);
    go_round(out, in);
    CHECK(navigators_are_as_before(&before));
    CHECK_EQUAL(ti_sci_device_put(AM65X_DEV_MCASP0), 0);
    dma_free(out);
    dma_free(in);
}

/* ---- lists ---- */

struct ends {
    unsigned calls, good, wrong; /* atomic */
};

static void on_end(void *context, void *cookie, int status)
{
    struct ends *ends = context;

    ends->wrong += (uintptr_t)cookie != ends->calls;
    ends->good += status == 0;
    __atomic_add_fetch(&ends->calls, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static bool all_ended(void *argument)
{
    return __atomic_load_n(&((struct ends *)argument)->calls, __ATOMIC_ACQUIRE) == 2u;
}

static int open_end(struct ends *ends, bool out, struct udma_channel **channel)
{
    const struct udma_channel_config config = {
        .name = "mcasp0", .core = IRQ_CORE_ANY, .depth = 2, .callback = on_end, .context = ends};
    struct udma_endpoint endpoint;
    int error = udma_endpoint_get("mcasp0", 0, &endpoint);

    if (error != 0)
        return error;
    endpoint.static_tr =
        (struct udma_static_tr){MCASP_WORD_BYTES, MCASP_BURST, BLOCK / BURST_BYTES};
    return out ? udma_channel_open_to(&config, &endpoint, channel)
               : udma_channel_open_from(&config, &endpoint, channel);
}

/* Two transfers, each of two halves of a block. */
static int submit_two(struct udma_channel *channel, uint32_t *words, bool out)
{
    void *const cookies[] = {(void *)0, (void *)1};
    struct udma_transfer *transfers[2];

    for (unsigned i = 0; i < 2; i++) {
        const uintptr_t place = (uintptr_t)words + i * BLOCK, half = BLOCK / 2u;
        const struct udma_move moves[] = {
            out ? udma_move_send(place, half) : udma_move_receive(place, half),
            out ? udma_move_send(place + half, half) : udma_move_receive(place + half, half),
        };
        const struct udma_transfer_config config = {.moves = moves, .count = 2};
        int error = udma_transfer_prepare(channel, &config, &transfers[i]);

        if (error != 0)
            return error;
    }
    return udma_submit(channel, transfers, 2, cookies);
}

SELFTEST(audio, lists_end_in_order, 60)
{
    uint32_t *out = dma_alloc(RING), *in = dma_alloc(RING);
    struct udma_channel *to, *from;
    struct ends sent = {0}, received = {0};
    struct navigators before;

    CHECK(out != NULL && in != NULL);
    CHECK_EQUAL(ti_sci_device_get(AM65X_DEV_MCASP0), 0);
    before = navigators_inventory();
    fill(out);
    memset(in, 0, RING);
    mcasp_loopback_prepare(BASE);
    CHECK_EQUAL(open_end(&sent, true, &to), 0);
    CHECK_EQUAL(open_end(&received, false, &from), 0);
    CHECK_EQUAL(udma_copy(to, (uintptr_t)in, (uintptr_t)out, 4, NULL), -EINVAL);
    CHECK_EQUAL(submit_two(from, in, false), 0);
    CHECK_EQUAL(submit_two(to, out, true), 0);
    CHECK_EQUAL(mcasp_loopback_run(BASE), 0);
    CHECK_EQUAL(wait_for(all_ended, &sent, WAIT_US), 0);
    CHECK_EQUAL(wait_for(all_ended, &received, WAIT_US), 0);
    CHECK_EQUAL(sent.good + received.good, 4);
    CHECK_EQUAL(sent.wrong + received.wrong, 0);
    CHECK_EQUAL(memcmp(out, in, 2u * BLOCK), 0);
    CHECK_EQUAL(in[2u * BLOCK_WORDS], 0); /* and not a word more */
    CHECK_EQUAL(udma_channel_close(from), 0);
    CHECK_EQUAL(udma_channel_close(to), 0);
    mcasp_loopback_stop(BASE);
    CHECK(navigators_are_as_before(&before));
    CHECK_EQUAL(ti_sci_device_put(AM65X_DEV_MCASP0), 0);
    dma_free(out);
    dma_free(in);
}
