// SPDX-License-Identifier: BSD-3-Clause
/*
 * Every kind of transfer (drivers/udma/transfers.h) on the host, on the device models: what they
 * move against plain loops, submissions, triggers and chains, cyclic ones, pauses, how far they
 * are, aborts, and what is left after all of that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/udma/extra.h"
#include "drivers/udma/transfers.h"
#include "msi/irq.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"
#include "twin/models/am65x.h"
#include "twin/models/models.h"

#include <errno.h>
#include <stdbool.h>

#define WAIT_US 2000000u
#define CALLS   128u

struct probe {
    struct udma_channel *channel;
    unsigned calls, periods;
    uint64_t lost;
    int expected; /* status of periods */
    uintptr_t cookies[CALLS];
    int statuses[CALLS];
    unsigned indices[CALLS];
};

static void on_end(void *context, void *cookie, int status)
{
    struct probe *probe = context;

    assert_true(probe->calls < CALLS);
    probe->cookies[probe->calls] = (uintptr_t)cookie;
    probe->statuses[probe->calls++] = status;
}

static void on_period(void *context, unsigned index, uint64_t lost, int status)
{
    struct probe *probe = context;

    assert_int_equal(status, probe->expected);
    probe->indices[probe->periods++ % CALLS] = index;
    probe->lost += lost;
}

static int open_ranked(struct probe *probe, struct udma_rank rank)
{
    const struct udma_channel_config config = {
        .name = "ranked",
        .depth = 1,
        .callback = on_end,
        .context = probe,
        .transfers = &udma_transfers,
        .rank = rank,
    };

    memset(probe, 0, sizeof(*probe));
    return udma_channel_open(&config, &probe->channel);
}

static void open_with(struct probe *probe, uint32_t depth, bool polled,
                      const struct udma_delivery *delivery)
{
    const struct udma_channel_config config = {
        .name = "test",
        .depth = depth,
        .polled = polled,
        .callback = on_end,
        .context = probe,
        .delivery = delivery,
        .transfers = &udma_transfers,
    };

    memset(probe, 0, sizeof(*probe));
    must(udma_channel_open(&config, &probe->channel));
}

static void open_probe(struct probe *probe, uint32_t depth)
{
    open_with(probe, depth, false, NULL);
}

struct expectation {
    const struct probe *probe;
    unsigned calls, periods;
};

static bool has_come(void *argument)
{
    const struct expectation *expectation = argument;

    return expectation->probe->calls >= expectation->calls &&
           expectation->probe->periods >= expectation->periods;
}

static void wait_for_calls(const struct probe *probe, unsigned calls, unsigned periods)
{
    struct expectation expectation = {probe, calls, periods};

    must(wait_for(has_come, &expectation, WAIT_US));
}

static struct udma_transfer *prepare(struct probe *probe, const struct udma_move *moves,
                                     unsigned count)
{
    const struct udma_transfer_config config = {.moves = moves, .count = count};
    struct udma_transfer *transfer;

    must(udma_transfer_prepare(probe->channel, &config, &transfer));
    return transfer;
}

static int submit(struct udma_transfer *transfer, uintptr_t cookie)
{
    void *cookies[] = {(void *)cookie};

    return udma_submit(transfer->channel, &transfer, 1, cookies);
}

static uint32_t seed = 1;

static uint32_t some(uint32_t limit)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * limit >> 24);
}

static void fill(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)some(256);
}

/* ---- what is moved ---- */

static uint8_t *at(const struct udma_side *side, uint64_t position)
{
    uint64_t address = side->address;

    for (unsigned i = 0; i < 4; i++) {
        address += position % side->count[i] * (i == 0 ? 1u : (uint64_t)side->stride[i]);
        position /= side->count[i];
    }
    return (uint8_t *)(uintptr_t)address;
}

#define ARENA 0x8000u

static void model(const struct udma_move *move, uint8_t *shadow, const uint8_t *arena)
{
    const uint64_t *count = move->source.count;
    const uint64_t bytes = count[0] * count[1] * count[2] * count[3];

    for (uint64_t i = 0; i < bytes; i++)
        shadow[at(&move->destination, i) - arena] = *at(&move->source, i);
}

static void some_side(struct udma_side *side, const uint64_t count[4], uint8_t *arena)
{
    int64_t low = 0, high = (int64_t)count[0];

    for (unsigned i = 0; i < 4; i++) {
        side->count[i] = count[i];
        side->stride[i] = i == 0 ? 0 : (int64_t)some(800) - 400;
        if (i != 0)
            *(side->stride[i] < 0 ? &low : &high) += side->stride[i] * (int64_t)(count[i] - 1u);
    }
    assert_true(high - low < ARENA);
    side->address = (uintptr_t)arena + (uint64_t)-low + some((uint32_t)(ARENA - (high - low)));
}

/* Lists of up to four moves of any shape, each one after the other. */
static void any_shape_arrives(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    uint8_t *from = malloc(ARENA), *to = malloc(ARENA), *shadow = malloc(ARENA);
    struct probe probe;

    (void)state;
    open_probe(&probe, 1);
    fill(from, ARENA);
    for (unsigned round = 0; round < 100; round++) {
        struct udma_move moves[4];
        const unsigned count = 1u + some(4);
        struct udma_transfer *transfer;

        fill(to, ARENA);
        memcpy(shadow, to, ARENA);
        for (unsigned i = 0; i < count; i++) {
            uint64_t factors[4], others[4] = {1, 1, 1, 1};

            for (unsigned k = 0; k < 4; k++) {
                factors[k] = 1u + some(k == 0 ? 24 : 6);
                others[some(4)] *= factors[k];
            }
            for (unsigned k = 1; k < 4; k++) /* short enough for the arena */
                while (others[k] > 10 && others[k] % 2u == 0) {
                    others[k] /= 2u;
                    others[0] *= 2u;
                }
            if (others[1] > 10 || others[2] > 10 || others[3] > 10) {
                others[0] *= others[1] * others[2] * others[3];
                others[1] = others[2] = others[3] = 1;
            }
            some_side(&moves[i].source, factors, from);
            some_side(&moves[i].destination, others, to);
            model(&moves[i], shadow, to);
        }
        transfer = prepare(&probe, moves, count);
        probe.calls = 0;
        must(submit(transfer, round));
        wait_for_calls(&probe, 1, 0);
        assert_int_equal(probe.statuses[0], 0);
        assert_int_equal(probe.cookies[0], round);
        assert_memory_equal(to, shadow, ARENA);
        must(udma_transfer_release(transfer));
    }
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
    free(from);
    free(to);
    free(shadow);
}

/* Longer than udma_copy() can; twice, from one preparation. */
static void a_long_copy_arrives(void **state)
{
    const size_t length = 9u * 1024u * 1024u + 4711u;
    uint8_t *from = malloc(length), *to = calloc(1, length);
    const struct udma_move move = udma_move_copy((uintptr_t)to, (uintptr_t)from, length);
    struct udma_transfer *transfer;
    struct probe probe;

    (void)state;
    open_probe(&probe, 2);
    transfer = prepare(&probe, &move, 1);
    assert_true(udma_transfer_length(transfer) == length);
    assert_int_equal(udma_transfer_records(transfer), 2);
    for (unsigned i = 0; i < 2; i++) {
        fill(from, length);
        must(submit(transfer, 1));
        assert_int_equal(submit(transfer, 2), -EBUSY);
        wait_for_calls(&probe, i + 1u, 0);
        assert_memory_equal(to, from, length);
    }
    must(udma_channel_close(probe.channel)); /* frees it */
    free(from);
    free(to);
}

static void a_fill_repeats_its_pattern(void **state)
{
    uint8_t pattern[24], *to = calloc(1, 24u * 3000u);
    const struct udma_move move = udma_move_fill((uintptr_t)to, (uintptr_t)pattern, 24, 3000);
    struct probe probe;

    (void)state;
    open_probe(&probe, 1);
    fill(pattern, sizeof(pattern));
    must(submit(prepare(&probe, &move, 1), 0));
    wait_for_calls(&probe, 1, 0);
    for (unsigned i = 0; i < 3000; i++)
        assert_memory_equal(&to[24u * i], pattern, 24);
    must(udma_channel_close(probe.channel));
    free(to);
}

/* ---- submissions ---- */

static void a_submission_is_all_or_nothing(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    uint8_t *memory = calloc(1, 4096);
    struct udma_transfer *transfers[5], *twice[2];
    void *cookies[5];
    struct probe probe;

    (void)state;
    open_probe(&probe, 4);
    for (uintptr_t i = 0; i < 5; i++) {
        const struct udma_move move =
            udma_move_copy((uintptr_t)&memory[1024 + 64 * i], (uintptr_t)memory, 64);

        transfers[i] = prepare(&probe, &move, 1);
        cookies[i] = (void *)(i + 1u);
    }
    twice[0] = twice[1] = transfers[4];
    fill(memory, 64);
    assert_int_equal(udma_submit(probe.channel, transfers, 5, cookies), -EINVAL);
    assert_int_equal(udma_submit(probe.channel, twice, 2, NULL), -EBUSY);
    must(udma_submit(probe.channel, transfers, 3, cookies));
    assert_int_equal(udma_submit(probe.channel, &transfers[3], 2, cookies), -EAGAIN);
    must(udma_copy(probe.channel, (uintptr_t)&memory[2048], (uintptr_t)memory, 64, (void *)9));
    assert_int_equal(udma_submit(probe.channel, &transfers[3], 1, NULL), -EAGAIN);
    assert_int_equal(udma_transfer_release(transfers[1]), -EBUSY);
    wait_for_calls(&probe, 4, 0);
    must(udma_submit(probe.channel, &transfers[1], 4, &cookies[1]));
    wait_for_calls(&probe, 8, 0);
    for (unsigned i = 0; i < 8; i++) {
        static const uintptr_t expected[] = {1, 2, 3, 9, 2, 3, 4, 5};

        assert_int_equal(probe.cookies[i], expected[i]);
        assert_int_equal(probe.statuses[i], 0);
    }
    for (unsigned i = 0; i < 5; i++)
        assert_memory_equal(&memory[1024 + 64 * i], memory, 64);
    assert_memory_equal(&memory[2048], memory, 64);
    must(udma_transfer_release(transfers[1]));
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
    free(memory);
}

/* Through the rings' ends, with copies in between, from callbacks' places that come back. */
static void copies_and_transfers_share_a_channel(void **state)
{
    uint8_t *memory = calloc(1, 8192);
    const struct udma_move move =
        udma_move_rows((uintptr_t)&memory[4096], 128, (uintptr_t)memory, 64, 32, 10);
    struct udma_transfer *transfer;
    struct probe probe;

    (void)state;
    open_probe(&probe, 7);
    transfer = prepare(&probe, &move, 1);
    fill(memory, 4096);
    for (unsigned i = 0; i < 50; i++) {
        const unsigned calls = probe.calls = 0;

        memset(&memory[4096], 0, 4096);
        for (unsigned k = 0; k < i % 6u; k++)
            must(udma_copy(probe.channel, (uintptr_t)&memory[8000], (uintptr_t)memory, 16, NULL));
        must(submit(transfer, 1));
        wait_for_calls(&probe, calls + i % 6u + 1u, 0);
        for (unsigned row = 0; row < 10; row++)
            assert_memory_equal(&memory[4096 + 128 * row], &memory[64 * row], 32);
    }
    must(udma_channel_close(probe.channel));
    free(memory);
}

static void bad_arguments_are_refused(void **state)
{
    uint8_t memory[64];
    struct udma_move move = udma_move_copy((uintptr_t)memory, (uintptr_t)memory, 16);
    struct udma_transfer_config config = {.moves = &move, .count = 1};
    const struct udma_channel_config plain = {
        .name = "plain", .depth = 1, .callback = on_end, .context = NULL};
    struct udma_transfer *transfer = NULL, *none = NULL;
    struct udma_channel *copies;
    struct probe probe;

    (void)state;
    open_probe(&probe, 2);
    must(udma_channel_open(&plain, &copies));
    assert_int_equal(udma_transfer_prepare(NULL, &config, &transfer), -EINVAL);
    assert_int_equal(udma_transfer_prepare(copies, &config, &transfer), -EINVAL);
    assert_int_equal(udma_transfer_prepare(probe.channel, NULL, &transfer), -EINVAL);
    assert_int_equal(udma_transfer_prepare(probe.channel, &config, NULL), -EINVAL);
    config.count = 0;
    assert_int_equal(udma_transfer_prepare(probe.channel, &config, &transfer), -EINVAL);
    config.count = 1;
    config.cyclic = true;
    assert_int_equal(udma_transfer_prepare(probe.channel, &config, &transfer), -EINVAL);
    config.period = on_period;
    move = udma_move_rows(0, 0, 0, 0, 0x10000, 0x10000); /* 4 GiB */
    assert_int_equal(udma_transfer_prepare(probe.channel, &config, &transfer), -EINVAL);
    move = udma_move_rows(0, 0, 0, 0, 0x10000, 0xffff);
    must(udma_transfer_prepare(probe.channel, &config, &transfer));
    must(udma_transfer_release(transfer));
    config.cyclic = false;
    move.source.count[1] = 0;
    assert_int_equal(udma_transfer_prepare(probe.channel, &config, &transfer), -EINVAL);
    move = udma_move_rows(0, INT64_C(1) << 33, 0, 1, 1, 0x4001);
    assert_int_equal(udma_transfer_prepare(probe.channel, &config, &transfer), -E2BIG);
    config.trigger = UDMA_TRIGGER_0;
    assert_int_equal(udma_transfer_prepare(probe.channel, &config, &transfer), -EINVAL);
    config.trigger = UDMA_TRIGGER_NONE;
    move = udma_move_copy((uintptr_t)memory, (uintptr_t)memory, 16);
    must(udma_transfer_prepare(probe.channel, &config, &transfer));
    assert_int_equal(udma_submit(NULL, &transfer, 1, NULL), -EINVAL);
    assert_int_equal(udma_submit(copies, &transfer, 1, NULL), -EINVAL);
    assert_int_equal(udma_submit(probe.channel, &transfer, 0, NULL), -EINVAL);
    assert_int_equal(udma_submit(probe.channel, &none, 1, NULL), -EINVAL);
    assert_int_equal(udma_submit(probe.channel, NULL, 1, NULL), -EINVAL);
    assert_int_equal(udma_transfer_release(NULL), -EINVAL);
    assert_int_equal(udma_trigger(copies), -EINVAL);
    assert_int_equal(udma_trigger(NULL), -EINVAL);
    assert_int_equal(udma_chain(probe.channel, copies, UDMA_TRIGGER_0), -EINVAL);
    assert_int_equal(udma_chain(probe.channel, probe.channel, UDMA_TRIGGER_0), -EINVAL);
    assert_int_equal(udma_unchain(probe.channel), -EINVAL);
    assert_int_equal(udma_channel_pause(copies), -EINVAL);
    assert_int_equal(udma_channel_abort(copies), -EINVAL);
    assert_int_equal(udma_cyclic_poll(probe.channel), -EINVAL);
    must(udma_channel_close(copies));
    must(udma_channel_close(probe.channel));
}

/* ---- triggers ---- */

static void software_triggers_rows(void **state)
{
    uint8_t from[256], to[256] = {0};
    const struct udma_move move = udma_move_rows((uintptr_t)to, 32, (uintptr_t)from, 16, 16, 4);
    const struct udma_transfer_config config = {
        .moves = &move, .count = 1, .trigger = UDMA_TRIGGER_0, .step = UDMA_STEP_ROW};
    struct udma_transfer *transfer;
    struct probe probe;

    (void)state;
    open_probe(&probe, 1);
    must(udma_transfer_prepare(probe.channel, &config, &transfer));
    fill(from, sizeof(from));
    must(submit(transfer, 0));
    host_advance_us(1000);
    assert_int_equal(udma_transfer_done(transfer), 0);
    for (unsigned row = 0; row < 4; row++) {
        assert_int_equal(probe.calls, 0);
        assert_memory_not_equal(&to[32 * row], &from[16 * row], 16);
        must(udma_trigger(probe.channel));
        host_advance_us(1000);
        assert_memory_equal(&to[32 * row], &from[16 * row], 16);
    }
    assert_int_equal(probe.calls, 1);
    must(udma_channel_close(probe.channel));
}

/* A trigger for each move, and one for all. */
static void software_triggers_moves(void **state)
{
    uint8_t from[64], to[64] = {0};
    const struct udma_move moves[] = {
        udma_move_copy((uintptr_t)to, (uintptr_t)from, 16),
        udma_move_copy((uintptr_t)&to[16], (uintptr_t)&from[16], 48),
    };
    struct udma_transfer_config config = {
        .moves = moves, .count = 2, .trigger = UDMA_TRIGGER_0, .step = UDMA_STEP_MOVE};
    struct udma_transfer *each, *all;
    struct probe probe;

    (void)state;
    open_probe(&probe, 2);
    must(udma_transfer_prepare(probe.channel, &config, &each));
    config.step = UDMA_STEP_TRANSFER;
    must(udma_transfer_prepare(probe.channel, &config, &all));
    fill(from, sizeof(from));
    must(udma_trigger(probe.channel)); /* is kept */
    must(submit(each, 0));
    host_advance_us(1000);
    assert_int_equal(probe.calls, 0);
    assert_int_equal(udma_transfer_done(each), 16);
    must(udma_trigger(probe.channel));
    host_advance_us(1000);
    assert_int_equal(probe.calls, 1);
    must(submit(all, 0));
    host_advance_us(1000);
    assert_int_equal(probe.calls, 1);
    must(udma_trigger(probe.channel));
    host_advance_us(1000);
    assert_int_equal(probe.calls, 2);
    assert_memory_equal(to, from, 64);
    must(udma_channel_close(probe.channel));
}

static struct udma_transfer *prepare_with(struct probe *probe, const struct udma_move *move,
                                          enum udma_trigger trigger, bool tell)
{
    const struct udma_transfer_config config = {
        .moves = move, .count = 1, .trigger = trigger, .step = UDMA_STEP_TRANSFER, .tell = tell};
    struct udma_transfer *transfer;

    must(udma_transfer_prepare(probe->channel, &config, &transfer));
    return transfer;
}

/* Three channels: each copies what the one before has brought. */
static void a_channel_starts_another_one(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    uint8_t memory[4][4096] = {{0}};
    struct udma_transfer *transfers[3];
    struct probe probes[3];

    (void)state;
    fill(memory[0], sizeof(memory[0]));
    for (unsigned i = 0; i < 3; i++) {
        const struct udma_move move =
            udma_move_copy((uintptr_t)memory[i + 1], (uintptr_t)memory[i], sizeof(memory[0]));

        open_probe(&probes[i], 1);
        transfers[i] =
            prepare_with(&probes[i], &move, i == 0 ? UDMA_TRIGGER_NONE : UDMA_TRIGGER_1, i != 2);
    }
    must(udma_chain(probes[0].channel, probes[1].channel, UDMA_TRIGGER_1));
    must(udma_chain(probes[1].channel, probes[2].channel, UDMA_TRIGGER_1));
    assert_int_equal(udma_chain(probes[0].channel, probes[2].channel, UDMA_TRIGGER_0), -EBUSY);
    must(submit(transfers[2], 0));
    must(submit(transfers[1], 0));
    host_advance_us(1000);
    assert_int_equal(probes[2].calls, 0);
    must(submit(transfers[0], 0));
    wait_for_calls(&probes[2], 1, 0);
    assert_memory_equal(memory[3], memory[0], sizeof(memory[0]));

    /* One that does not tell, or is not chained any more, starts nothing. */
    must(udma_unchain(probes[1].channel));
    must(submit(transfers[2], 0));
    must(submit(transfers[1], 0));
    must(submit(transfers[0], 0));
    wait_for_calls(&probes[1], 2, 0);
    host_advance_us(1000);
    assert_int_equal(probes[2].calls, 1);
    must(udma_chain(probes[1].channel, probes[2].channel, UDMA_TRIGGER_1));
    must(submit(transfers[1], 0));
    must(submit(transfers[0], 0));
    wait_for_calls(&probes[2], 2, 0);

    /* The close of the one that is triggered ends the chain too. */
    must(udma_channel_close(probes[1].channel));
    assert_int_equal(udma_unchain(probes[0].channel), -EINVAL);
    must(udma_channel_close(probes[0].channel));
    must(udma_channel_close(probes[2].channel));
    check_inventory(&before);
}

/* ---- cyclic ---- */

static uint8_t ring_memory[3][512], ring_source[1536];

static struct udma_transfer *prepare_cyclic(struct probe *probe)
{
    struct udma_move moves[3];
    const struct udma_transfer_config config = {.moves = moves,
                                                .count = 3,
                                                .cyclic = true,
                                                .period = on_period,
                                                .context = probe,
                                                .trigger = UDMA_TRIGGER_0,
                                                .step = UDMA_STEP_MOVE};
    struct udma_transfer *transfer;

    for (unsigned i = 0; i < 3; i++)
        moves[i] = udma_move_copy((uintptr_t)ring_memory[i], (uintptr_t)&ring_source[512 * i],
                                  100u + 100u * i);
    must(udma_transfer_prepare(probe->channel, &config, &transfer));
    return transfer;
}

static void a_cyclic_one_tells_each_period(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    struct udma_transfer *transfer, *other;
    struct udma_transfer_counters counters;
    struct probe probe;

    (void)state;
    open_probe(&probe, 4);
    transfer = prepare_cyclic(&probe);
    other = prepare_cyclic(&probe);
    for (unsigned round = 0; round < 3; round++) {
        probe.periods = 0;
        must(submit(transfer, round));
        assert_int_equal(submit(other, 0), -EBUSY);
        for (unsigned i = 0; i < 20; i++) {
            fill(ring_source, sizeof(ring_source));
            must(udma_trigger(probe.channel));
            wait_for_calls(&probe, 0, i + 1u);
            assert_int_equal(probe.indices[i], i % 3u);
            assert_memory_equal(ring_memory[i % 3u], &ring_source[512 * (i % 3u)],
                                100u + 100u * (i % 3u));
        }
        assert_int_equal(probe.calls, round);
        must(udma_trigger(probe.channel));
        wait_for_calls(&probe, 0, 21);
        must(udma_channel_abort(probe.channel)); /* it waits for a trigger, and does not get it */
        assert_int_equal(probe.calls, round + 1u);
        assert_int_equal(probe.statuses[round], -ECANCELED);
        assert_int_equal(probe.cookies[round], round);
    }
    assert_int_equal(probe.lost, 0);
    udma_get_transfer_counters(probe.channel, &counters);
    assert_int_equal(counters.periods, 63);
    assert_int_equal(counters.lost, 0);
    assert_int_equal(counters.aborts, 3);
    assert_int_equal(counters.submitted, 3);
    must(udma_transfer_release(other));
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
}

static void hold_up(void *argument)
{
    for (unsigned i = 0; i < 17; i++) {
        must(udma_trigger(argument));
        for (unsigned k = 0; k < 2000; k++)
            (void)udma_channel_core(argument),
                (void)udma_transfer_done(((struct udma_channel *)argument)->extra->transfers);
    }
}

/* A core that takes no interrupt for some rounds finds the last one's, and how many it missed. */
static void periods_that_were_overwritten_are_counted(void **state)
{
    struct udma_transfer *transfer;
    struct probe probe;

    (void)state;
    open_probe(&probe, 1);
    transfer = prepare_cyclic(&probe);
    must(submit(transfer, 0));
    host_run_in_interrupt(hold_up, probe.channel);
    host_advance_us(1000);
    assert_true(probe.lost > 0);
    assert_int_equal(probe.periods + probe.lost, 17);
    assert_true(probe.periods <= 3u + 2u);
    for (unsigned i = 0; i < probe.periods; i++)
        assert_int_equal(probe.indices[i], (probe.lost + i) % 3u);
    must(udma_channel_close(probe.channel));
}

/* What nobody has looked at for more than 2 GiB: as if the UDMAP's count were so much further. */
#define UNSEEN (3u * 0x40000000u)

static void a_cyclic_one_that_nobody_looked_at_is_counted(void **state)
{
    const struct udma_move move =
        udma_move_copy((uintptr_t)ring_memory[0], (uintptr_t)ring_source, 512);
    struct udma_transfer_config config = {.moves = &move,
                                          .count = 1,
                                          .cyclic = true,
                                          .period = on_period,
                                          .trigger = UDMA_TRIGGER_0,
                                          .step = UDMA_STEP_MOVE};

    (void)state;
    for (unsigned looks = 0; looks < 3; looks++) { /* before; by periods alone */
        struct udma_transfer *transfer;
        struct probe probe;

        open_with(&probe, 1, true, NULL);
        config.context = &probe;
        must(udma_transfer_prepare(probe.channel, &config, &transfer));
        must(submit(transfer, 0));
        must(udma_trigger(probe.channel));
        host_advance_us(100);
        if (looks == 1)
            assert_int_equal(udma_transfer_done(transfer), 512);
        probe.channel->extra->base -= UNSEEN;
        if (looks != 2)
            assert_int_equal(udma_transfer_done(transfer), UNSEEN + 512u);
        assert_int_equal(udma_cyclic_poll(probe.channel), 1);
        assert_int_equal(probe.lost, UNSEEN / 512u);
        must(udma_trigger(probe.channel));
        host_advance_us(100);
        assert_int_equal(udma_cyclic_poll(probe.channel), 1);
        assert_int_equal(probe.lost, UNSEEN / 512u);
        assert_int_equal(udma_transfer_done(transfer), UNSEEN + 1024u);
        must(udma_channel_close(probe.channel));
    }
}

/* Without triggers it runs as fast as it can; the teardown ends it at a round's end. */
static void a_cyclic_one_is_aborted_and_closed(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    const struct udma_move move =
        udma_move_copy((uintptr_t)ring_memory[0], (uintptr_t)ring_source, 512);
    struct udma_transfer_config config = {
        .moves = &move, .count = 1, .cyclic = true, .period = on_period};
    struct udma_transfer *transfer;
    struct probe probe;
    uint64_t done;

    (void)state;
    open_probe(&probe, 1);
    config.context = &probe;
    must(udma_transfer_prepare(probe.channel, &config, &transfer));
    for (unsigned i = 0; i < 3; i++) {
        must(submit(transfer, 0));
        wait_for_calls(&probe, 0, 5);
        done = udma_transfer_done(transfer);
        assert_true(done >= 5 * 512 - 512);
        irq_mask(probe.channel->extra->irq); /* as a storm of them is: the next one has it back */
        must(udma_channel_abort(probe.channel));
        assert_int_equal(probe.calls, i + 1u);
        assert_int_equal(probe.statuses[i], -ECANCELED);
        assert_int_equal(udma_transfer_done(transfer), 0);
        probe.periods = 0;
        host_advance_us(1000);
        assert_int_equal(probe.periods, 0);
    }
    must(submit(transfer, 0));
    wait_for_calls(&probe, 0, 5);
    must(udma_channel_close(probe.channel));
    assert_int_equal(probe.calls, 3);
    check_inventory(&before);
}

static void a_polled_cyclic_one(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    struct udma_transfer *transfer;
    struct probe probe;

    (void)state;
    open_with(&probe, 1, true, NULL);
    transfer = prepare_cyclic(&probe);
    must(submit(transfer, 0));
    assert_int_equal(udma_cyclic_poll(probe.channel), 0);
    for (unsigned i = 0; i < 2; i++) {
        must(udma_trigger(probe.channel));
        host_advance_us(100);
    }
    assert_int_equal(probe.periods, 0);
    assert_int_equal(udma_cyclic_poll(probe.channel), 2);
    assert_int_equal(probe.periods, 2);
    must(udma_channel_abort(probe.channel));
    assert_int_equal(probe.calls, 1);
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
}

/* ---- control ---- */

static void a_paused_channel_goes_on(void **state)
{
    const size_t length = 1u << 20;
    uint8_t *from = malloc(length), *to = calloc(1, length);
    const struct udma_move move = udma_move_copy((uintptr_t)to, (uintptr_t)from, length);
    struct udma_transfer *transfers[2];
    struct probe probe;
    uint64_t done = 0;

    (void)state;
    open_probe(&probe, 2);
    fill(from, length);
    transfers[0] = prepare(&probe, &move, 1);
    transfers[1] = prepare(&probe, &move, 1);
    must(udma_submit(probe.channel, transfers, 2, NULL));
    while (done == 0)
        done = udma_transfer_done(transfers[0]);
    must(udma_channel_pause(probe.channel));
    host_advance_us(10000);
    assert_int_equal(probe.calls, 0);
    assert_true(udma_transfer_done(transfers[0]) >= done);
    done = udma_transfer_done(transfers[0]);
    assert_true(done < length);
    host_advance_us(10000);
    assert_true(udma_transfer_done(transfers[0]) == done);
    assert_int_equal(udma_transfer_done(transfers[1]), 0);
    must(udma_channel_resume(probe.channel));
    while (probe.calls == 0) {
        const uint64_t now = udma_transfer_done(transfers[0]);

        assert_true(now >= done || probe.calls != 0);
    }
    for (done = 0; probe.calls < 2;) {
        const uint64_t now = udma_transfer_done(transfers[1]);

        assert_true(now >= done || probe.calls == 2);
        assert_true(now <= length);
        done = now;
    }
    assert_true(done > 0);
    assert_memory_equal(to, from, length);
    must(udma_channel_pause(probe.channel));
    must(udma_channel_close(probe.channel));
    free(from);
    free(to);
}

/* What has been submitted last is first at its end. */
static void the_one_of_a_higher_rank_goes_first(void **state)
{
    const struct udma_rank ranks[] = {{.scheduling = 3, .priority = 7, .qos = 7, .order_id = 15},
                                      {.scheduling = 1}};
    const struct udma_rank bad[] = {
        {.scheduling = 4}, {.priority = 8}, {.qos = 8}, {.order_id = 16}};
    const size_t length = 1u << 19;
    uint8_t *memory = calloc(1, 4 * length);
    struct udma_transfer *transfers[2];
    struct probe probes[2];

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(open_ranked(&probes[0], bad[i]), -EINVAL);
    for (unsigned i = 0; i < 2; i++) {
        const struct udma_move move = udma_move_copy(
            (uintptr_t)&memory[2 * i * length], (uintptr_t)&memory[(2 * i + 1) * length], length);

        must(open_ranked(&probes[i], ranks[i]));
        transfers[i] = prepare(&probes[i], &move, 1);
    }
    must(submit(transfers[0], 0));
    must(submit(transfers[1], 0));
    wait_for_calls(&probes[1], 1, 0);
    assert_int_equal(probes[0].calls, 0);
    wait_for_calls(&probes[0], 1, 0);
    for (unsigned i = 0; i < 2; i++)
        must(udma_channel_close(probes[i].channel));
    free(memory);
}

static void an_abort_drops_what_is_queued(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    const size_t length = 1u << 20;
    uint8_t *from = malloc(length), *to = calloc(1, length);
    const struct udma_move move = udma_move_copy((uintptr_t)to, (uintptr_t)from, length);
    struct probe probe;

    (void)state;
    open_probe(&probe, 6);
    for (unsigned round = 0; round < 20; round++) { /* through the ring's end */
        struct udma_transfer *transfers[3];
        unsigned canceled = 0;

        probe.calls = 0;
        for (unsigned i = 0; i < 3; i++)
            transfers[i] = prepare(&probe, &move, 1);
        must(submit(transfers[0], 1));
        must(udma_copy(probe.channel, (uintptr_t)to, (uintptr_t)from, 100, (void *)2));
        must(submit(transfers[1], 3));
        must(udma_copy(probe.channel, (uintptr_t)to, (uintptr_t)from, 100, (void *)4));
        must(submit(transfers[2], 5));
        host_advance_us(round * 20u);
        must(udma_channel_abort(probe.channel));
        assert_int_equal(probe.calls, 5);
        for (unsigned i = 0; i < 5; i++) {
            assert_int_equal(probe.cookies[i], i + 1u);
            canceled += probe.statuses[i] == -ECANCELED;
            assert_true(probe.statuses[i] == 0 || probe.statuses[i] == -ECANCELED);
            assert_true(canceled == 0 || probe.statuses[i] != 0);
        }
        for (unsigned i = 0; i < 3; i++)
            must(udma_transfer_release(transfers[i]));
        must(udma_copy(probe.channel, (uintptr_t)to, (uintptr_t)from, 100, (void *)6));
        wait_for_calls(&probe, 6, 0);
        assert_int_equal(probe.statuses[5], 0);
    }
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
    free(from);
    free(to);
}

static struct udma_channel *late; /* whose teardown tells of its end when it is turned on again */

static void tell_late(uintptr_t address, unsigned size, uint64_t value)
{
    const struct udma_channel *channel = late;

    (void)size;
    if (channel == NULL || address != UDMA_CTL(channel->halves.transmit) ||
        value != UDMAP_CTL_ENABLE)
        return;
    late = NULL;
    assert_true(ringacc_push(NAVSS_MAIN, channel->completion.index, 1, false));
}

/* A teardown that did not end in time was forced, and tells of it when the channel goes on: that is
 * not the end of the next one, which lets what is in flight end. */
static void the_message_of_an_abort_does_not_end_the_close(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    const size_t length = 1u << 20;
    uint8_t *from = malloc(length), *to = calloc(1, length);
    struct probe probe;

    (void)state;
    fill(from, length);
    open_probe(&probe, 6);
    assert_true(am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 2));
    late = probe.channel;
    host_set_write_observer(tell_late);
    assert_int_equal(udma_channel_abort(probe.channel), -ETIMEDOUT);
    host_set_write_observer(NULL);
    assert_null(late);
    must(udma_copy(probe.channel, (uintptr_t)to, (uintptr_t)from, length, (void *)1));
    host_advance_us(10);
    must(udma_channel_close(probe.channel));
    assert_int_equal(probe.calls, 1);
    assert_int_equal(probe.statuses[0], 0);
    assert_memory_equal(to, from, length);
    check_inventory(&before);
    free(from);
    free(to);
}

static void a_deferred_channel_is_aborted_too(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    uint8_t from[64], to[64] = {0};
    const struct udma_move move = udma_move_copy((uintptr_t)to, (uintptr_t)from, 64);
    struct udma_transfer *transfer;
    struct probe probe;

    (void)state;
    open_with(&probe, 2, false, &udma_in_thread);
    transfer = prepare_with(&probe, &move, UDMA_TRIGGER_0, false);
    fill(from, sizeof(from));
    for (unsigned i = 0; i < 3; i++) {
        probe.calls = 0;
        must(submit(transfer, 1));
        host_advance_us(100);
        must(udma_channel_abort(probe.channel));
        assert_int_equal(probe.calls, 1);
        assert_int_equal(probe.statuses[0], -ECANCELED);
        must(submit(transfer, 2));
        must(udma_trigger(probe.channel));
        host_advance_us(100);
        must(udma_flush(probe.channel, WAIT_US));
        assert_int_equal(probe.calls, 2);
        assert_int_equal(probe.statuses[1], 0);
    }
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
}

/* ---- errors ---- */

static void a_failed_one_says_so(void **state)
{
    uint8_t from[256], to[256];
    const struct udma_move moves[] = {
        udma_move_copy((uintptr_t)to, (uintptr_t)from, 128),
        udma_move_copy((uintptr_t)&to[128], 16 /* nothing there */, 128),
    };
    struct udma_transfer *good, *bad;
    struct udma_counters counters;
    struct probe probe;

    (void)state;
    open_probe(&probe, 2);
    good = prepare(&probe, moves, 1);
    bad = prepare(&probe, moves, 2);
    must(submit(bad, 1));
    must(submit(good, 2));
    wait_for_calls(&probe, 2, 0);
    assert_int_equal(probe.statuses[0], -EIO);
    assert_int_equal(probe.statuses[1], 0);
    must(submit(good, 3));
    wait_for_calls(&probe, 3, 0);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.errors, 1);
    assert_int_equal(counters.completions, 3);
    assert_int_equal(counters.bytes, 256);
    must(udma_channel_close(probe.channel));
}

/* What a life of two channels asks of the system firmware, as far as it gets. */
static void live(void)
{
    const struct udma_move move =
        udma_move_copy((uintptr_t)ring_memory[0], (uintptr_t)ring_source, 512);
    struct udma_transfer_config config = {.moves = &move, .count = 1, .tell = true};
    const struct udma_channel_config plain = {
        .name = "life", .depth = 2, .callback = on_end, .transfers = &udma_transfers};
    struct udma_channel_config with = plain;
    struct udma_channel *channels[3] = {NULL};
    struct udma_transfer *transfer;
    static struct probe probe;

    memset(&probe, 0, sizeof(probe));
    with.context = config.context = &probe;
    for (unsigned i = 0; i < 3; i++)
        if (udma_channel_open(&with, &channels[i]) != 0)
            channels[i] = NULL;
    if (channels[0] != NULL && channels[1] != NULL &&
        udma_chain(channels[0], channels[1], UDMA_TRIGGER_1) == 0)
        (void)udma_unchain(channels[0]);
    if (channels[0] != NULL && channels[1] != NULL)
        (void)udma_chain(channels[1], channels[0], UDMA_TRIGGER_0);
    config.cyclic = true;
    config.period = on_period;
    config.trigger = UDMA_TRIGGER_0; /* else there are millions of periods in a lost second */
    config.step = UDMA_STEP_TRANSFER;
    if (channels[2] != NULL && udma_transfer_prepare(channels[2], &config, &transfer) == 0 &&
        udma_submit(channels[2], &transfer, 1, NULL) == 0) {
        host_advance_us(10);
        (void)udma_channel_abort(channels[2]);
        (void)udma_submit(channels[2], &transfer, 1, NULL);
        host_advance_us(10);
    }
    for (unsigned i = 0; i < 3; i++)
        if (channels[i] != NULL)
            (void)udma_channel_close(channels[i]);
}

/* Each request in turn refused, or without its answer, once or twice: later opens find all that is
 * held, and nothing is lost. */
static void nothing_is_lost_when_requests_fail(void **state)
{
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_NAK, AM65X_FAULT_SCI_DROP};
    struct udma_host_inventory before;

    (void)state;
    live(); /* numbers that have failed are put last; vectors that are kept are had */
    before = udma_host_inventory();
    for (unsigned spare = 0; spare < 48; spare++) {
        const enum am65x_fault fault = faults[spare % 2u];

        assert_true(am65x_inject_after(fault, 0, spare, 1u + spare / 2u % 2u));
        live();
        assert_true(am65x_inject(fault, 0, 0));
        live();
        check_inventory(&before);
    }
}

/* An element that is the descriptor of a copy's slot, while a transfer has that. */
static void a_wrong_descriptor_is_not_believed(void **state)
{
    uint8_t from[256], to[256];
    const struct udma_move move = udma_move_copy((uintptr_t)to, (uintptr_t)from, 128);
    struct udma_transfer *transfer;
    struct udma_counters counters;
    struct probe probe;

    (void)state;
    open_probe(&probe, 2);
    must(udma_copy(probe.channel, (uintptr_t)to, (uintptr_t)from, 64, NULL)); /* good responses */
    wait_for_calls(&probe, 1, 0);
    transfer = prepare(&probe, &move, 1);
    for (unsigned slot = 0; slot <= 2; slot++) {
        /* The copy has used slot 0; after an abort that is the first one again. */
        const uint64_t offset = (uintptr_t)&probe.channel->descriptors[slot == 0 ? 1 : 0] -
                                (uintptr_t)transfer->descriptor;

        assert_true(am65x_inject(AM65X_FAULT_DMA_DESCRIPTOR, offset, 1));
        must(submit(transfer, 1));
        host_advance_us(1000);
        assert_int_equal(probe.calls, 1 + slot);
        assert_int_equal(udma_transfer_release(transfer), -EBUSY);
        must(udma_channel_abort(probe.channel));
        assert_int_equal(probe.statuses[1 + slot], -ECANCELED);
    }
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.bogus, 3);
    must(udma_channel_close(probe.channel));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_shape_arrives),
        cmocka_unit_test(a_long_copy_arrives),
        cmocka_unit_test(a_fill_repeats_its_pattern),
        cmocka_unit_test(a_submission_is_all_or_nothing),
        cmocka_unit_test(copies_and_transfers_share_a_channel),
        cmocka_unit_test(bad_arguments_are_refused),
        cmocka_unit_test(software_triggers_rows),
        cmocka_unit_test(software_triggers_moves),
        cmocka_unit_test(a_channel_starts_another_one),
        cmocka_unit_test(a_cyclic_one_tells_each_period),
        cmocka_unit_test(periods_that_were_overwritten_are_counted),
        cmocka_unit_test(a_cyclic_one_that_nobody_looked_at_is_counted),
        cmocka_unit_test(a_cyclic_one_is_aborted_and_closed),
        cmocka_unit_test(a_polled_cyclic_one),
        cmocka_unit_test(a_paused_channel_goes_on),
        cmocka_unit_test(the_one_of_a_higher_rank_goes_first),
        cmocka_unit_test(an_abort_drops_what_is_queued),
        cmocka_unit_test(the_message_of_an_abort_does_not_end_the_close),
        cmocka_unit_test(a_deferred_channel_is_aborted_too),
        cmocka_unit_test(a_failed_one_says_so),
        cmocka_unit_test(nothing_is_lost_when_requests_fail),
        cmocka_unit_test(a_wrong_descriptor_is_not_believed),
    };

    return cmocka_run_group_tests(tests, udma_host_machine_up, NULL);
}
