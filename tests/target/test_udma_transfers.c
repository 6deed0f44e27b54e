// SPDX-License-Identifier: BSD-3-Clause
/*
 * Transfers of every kind (drivers/udma/transfers.h), on one core and on all of them.
 */
#include "app/selftest/selftest.h"
#include "app/selftest/watchdog.h"
#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/extra.h"
#include "drivers/udma/transfers.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "tests/target/all_cores.h"
#include "tests/target/example_2d.h"
#include "tests/target/example_coalesce.h"
#include "tests/target/example_cyclic.h"
#include "tests/target/soc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_US      10000000u
#define ALL_CORES_US 60000000u
#define ARENA        0x4000u

struct probe {
    struct udma_channel *channel;
    unsigned calls, failed, canceled; /* atomic */
    unsigned periods, wrong_period;   /* atomic */
    unsigned most;                    /* periods; 0: any number */
    uint64_t lost;
    uint32_t seed;
};

static void on_end(void *context, void *cookie, int status)
{
    struct probe *probe = context;

    (void)cookie;
    __atomic_add_fetch(&probe->failed, status == -EIO, __ATOMIC_RELAXED);
    __atomic_add_fetch(&probe->canceled, status == -ECANCELED, __ATOMIC_RELAXED);
    __atomic_add_fetch(&probe->calls, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static void on_period(void *context, unsigned index, uint64_t lost, int status)
{
    struct probe *probe = context;

    probe->lost += lost;
    if (index != (probe->periods + probe->lost) % 3u || status != 0)
        probe->wrong_period++;
    if (__atomic_add_fetch(&probe->periods, 1, __ATOMIC_RELEASE) == probe->most)
        irq_mask(probe->channel->extra->irq);
    wait_notify();
}

static int open_probe(struct probe *probe, uint32_t core, uint32_t depth)
{
    const struct udma_channel_config config = {
        .name = "transfers",
        .core = core,
        .depth = depth,
        .callback = on_end,
        .context = probe,
        .transfers = &udma_transfers,
    };

    *probe = (struct probe){.seed = core + 1u};
    return udma_channel_open(&config, &probe->channel);
}

struct expectation {
    struct probe *probe;
    unsigned calls, periods;
};

static bool has_come(void *argument)
{
    const struct expectation *expectation = argument;

    return __atomic_load_n(&expectation->probe->calls, __ATOMIC_ACQUIRE) >= expectation->calls &&
           __atomic_load_n(&expectation->probe->periods, __ATOMIC_ACQUIRE) >= expectation->periods;
}

static int wait_for_probe(struct probe *probe, unsigned calls, unsigned periods)
{
    struct expectation expectation = {probe, calls, periods};

    return wait_for(has_come, &expectation, WAIT_US);
}

static uint32_t some(struct probe *probe, uint32_t limit)
{
    probe->seed = probe->seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(probe->seed >> 8) * limit >> 24);
}

static void fill(struct probe *probe, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)some(probe, 256);
}

static uint8_t *at(const struct udma_side *side, uint64_t position)
{
    uint64_t address = side->address;

    for (unsigned i = 0; i < 4; i++) {
        address += position % side->count[i] * (i == 0 ? 1u : (uint64_t)side->stride[i]);
        position /= side->count[i];
    }
    return (uint8_t *)(uintptr_t)address;
}

/* A side within `arena`. */
static void some_side(struct probe *probe, struct udma_side *side, const uint64_t count[4],
                      uint8_t *arena)
{
    int64_t low = 0, high = (int64_t)count[0];

    for (unsigned i = 0; i < 4; i++) {
        side->count[i] = count[i];
        side->stride[i] = i == 0 ? 0 : (int64_t)some(probe, 800) - 400;
        if (i != 0)
            *(side->stride[i] < 0 ? &low : &high) += side->stride[i] * (int64_t)(count[i] - 1u);
    }
    side->address =
        (uintptr_t)arena + (uint64_t)-low + some(probe, (uint32_t)(ARENA - (high - low)));
}

struct arenas {
    uint8_t *from, *to, *expected;
};

static bool get_arenas(struct arenas *arenas)
{
    *arenas = (struct arenas){dma_alloc(ARENA), dma_alloc(ARENA), malloc(ARENA)};
    return arenas->from != NULL && arenas->to != NULL && arenas->expected != NULL;
}

static void free_arenas(struct arenas *arenas)
{
    dma_free(arenas->from);
    dma_free(arenas->to);
    free(arenas->expected);
}

/* A list of two moves, each repacked, and what it should do. */
static void some_list(struct probe *probe, const struct arenas *arenas, struct udma_move moves[2])
{
    memcpy(arenas->expected, arenas->to, ARENA);
    for (unsigned i = 0; i < 2; i++) {
        const uint64_t factors[4] = {1u + some(probe, 24), 1u + some(probe, 6), 1u + some(probe, 6),
                                     1u + some(probe, 6)};
        const uint64_t others[4] = {factors[0] * factors[2], factors[3], 1, factors[1]};
        const uint64_t bytes = factors[0] * factors[1] * factors[2] * factors[3];

        some_side(probe, &moves[i].source, factors, arenas->from);
        some_side(probe, &moves[i].destination, others, arenas->to);
        for (uint64_t k = 0; k < bytes; k++)
            arenas->expected[at(&moves[i].destination, k) - arenas->to] = *at(&moves[i].source, k);
    }
}

static bool moves_lists(struct probe *probe, const struct arenas *arenas, unsigned rounds)
{
    for (unsigned round = 1; round <= rounds; round++) {
        struct udma_move moves[2];
        const struct udma_transfer_config config = {.moves = moves, .count = 2};
        struct udma_transfer *transfer;

        fill(probe, arenas->to, ARENA);
        some_list(probe, arenas, moves);
        if (udma_transfer_prepare(probe->channel, &config, &transfer) != 0 ||
            udma_submit(probe->channel, &transfer, 1, NULL) != 0 ||
            wait_for_probe(probe, round, 0) != 0 ||
            memcmp(arenas->to, arenas->expected, ARENA) != 0 ||
            udma_transfer_release(transfer) != 0)
            return false;
    }
    return probe->failed == 0;
}

static bool random_shapes(void)
{
    struct arenas arenas;
    struct probe probe;
    bool good;

    if (!get_arenas(&arenas) || open_probe(&probe, core_id(), 2) != 0)
        return false;
    fill(&probe, arenas.from, ARENA);
    good = moves_lists(&probe, &arenas, 10);
    good = udma_channel_close(probe.channel) == 0 && good;
    free_arenas(&arenas);
    return good;
}

static unsigned bad_cores;

static void shapes_here(void *argument)
{
    (void)argument;
    if (!random_shapes())
        __atomic_add_fetch(&bad_cores, 1, __ATOMIC_RELAXED);
}

SELFTEST(udma_transfers, lists_of_any_shape_arrive_on_each_core, 60)
{
    bad_cores = 0;
    CHECK_EQUAL(run_on_all_cores(shapes_here, NULL, ALL_CORES_US), 0);
    CHECK_EQUAL(bad_cores, 0);
}

/* More than udma_copy() can, and how far it is. */
SELFTEST(udma_transfers, a_long_copy_tells_how_far_it_is, 60)
{
    const size_t length = 5u * 1024u * 1024u + 3u;
    uint8_t *from = dma_alloc(length), *to = dma_alloc(length);
    const struct udma_move move = udma_move_copy((uintptr_t)to, (uintptr_t)from, length);
    const struct udma_transfer_config config = {.moves = &move, .count = 1};
    struct udma_transfer_counters counters;
    struct udma_transfer *transfer;
    struct probe probe;
    uint64_t done = 0;

    if (length > test_soc.dma_max) {
        dma_free(from);
        dma_free(to);
        SKIP("there is no such memory for DMA");
    }
    CHECK(from != NULL && to != NULL);
    CHECK_EQUAL(open_probe(&probe, IRQ_CORE_ANY, 2), 0);
    memset(from, 0x5a, length);
    from[length - 1u] = 1;
    CHECK_EQUAL(udma_transfer_prepare(probe.channel, &config, &transfer), 0);
    CHECK_EQUAL(udma_transfer_length(transfer), length);
    CHECK(udma_transfer_records(transfer) >= 2); /* the odd end is another row */
    CHECK_EQUAL(udma_submit(probe.channel, &transfer, 1, NULL), 0);
    while (__atomic_load_n(&probe.calls, __ATOMIC_ACQUIRE) == 0) {
        const uint64_t now = udma_transfer_done(transfer);

        CHECK(now <= length);
        CHECK(now >= done || __atomic_load_n(&probe.calls, __ATOMIC_ACQUIRE) != 0);
        done = now > done ? now : done;
    }
    CHECK_EQUAL(memcmp(to, from, length), 0);
    CHECK_EQUAL(udma_channel_pause(probe.channel), 0);
    CHECK_EQUAL(udma_submit(probe.channel, &transfer, 1, NULL), 0);
    delay_us(1000);
    CHECK_EQUAL(probe.calls, 1);
    CHECK_EQUAL(udma_channel_resume(probe.channel), 0);
    CHECK_EQUAL(wait_for_probe(&probe, 2, 0), 0);
    udma_get_transfer_counters(probe.channel, &counters);
    CHECK_EQUAL(counters.submitted, 2);
    CHECK_EQUAL(counters.aborts, 0);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    dma_free(from);
    dma_free(to);
}

/* ---- chains ---- */

struct chain {
    struct probe probes[2];
    struct udma_transfer *transfers[2];
    uint8_t *memory;
};

static bool build(struct chain *chain)
{
    chain->memory = dma_alloc(3u * 1024u);
    for (unsigned i = 0; i < 2; i++) {
        const uintptr_t from = (uintptr_t)chain->memory + i * 1024u;
        const struct udma_move move = udma_move_copy(from + 1024u, from, 1024);
        const struct udma_transfer_config config = {
            .moves = &move,
            .count = 1,
            .trigger = i == 0 ? UDMA_TRIGGER_NONE : UDMA_TRIGGER_1,
            .step = UDMA_STEP_TRANSFER,
            .tell = i == 0,
        };

        if (chain->memory == NULL || open_probe(&chain->probes[i], IRQ_CORE_ANY, 1) != 0 ||
            udma_transfer_prepare(chain->probes[i].channel, &config, &chain->transfers[i]) != 0)
            return false;
    }
    return udma_chain(chain->probes[0].channel, chain->probes[1].channel, UDMA_TRIGGER_1) == 0;
}

SELFTEST(udma_transfers, a_channel_starts_another_one, 60)
{
    struct chain chain;

    CHECK(build(&chain));
    for (unsigned round = 1; round <= 20; round++) {
        memset(chain.memory, (int)round, 1024);
        CHECK_EQUAL(udma_submit(chain.probes[1].channel, &chain.transfers[1], 1, NULL), 0);
        CHECK_EQUAL(udma_submit(chain.probes[0].channel, &chain.transfers[0], 1, NULL), 0);
        CHECK_EQUAL(wait_for_probe(&chain.probes[0], round, 0), 0);
        CHECK_EQUAL(wait_for_probe(&chain.probes[1], round, 0), 0);
        CHECK_EQUAL(memcmp(chain.memory, chain.memory + 2048, 1024), 0);
    }
    CHECK_EQUAL(udma_unchain(chain.probes[0].channel), 0);
    CHECK_EQUAL(udma_channel_close(chain.probes[0].channel), 0);
    CHECK_EQUAL(udma_channel_close(chain.probes[1].channel), 0);
    dma_free(chain.memory);
}

/* ---- cyclic ---- */

static bool start_cyclic(struct probe *probe, uint8_t *memory, struct udma_transfer **transfer)
{
    struct udma_move moves[3];
    const struct udma_transfer_config config = {
        .moves = moves, .count = 3, .cyclic = true, .period = on_period, .context = probe};

    for (unsigned i = 0; i < 3; i++)
        moves[i] =
            udma_move_copy((uintptr_t)memory + 0x8000u * (i + 1u), (uintptr_t)memory, 0x8000u);
    return udma_transfer_prepare(probe->channel, &config, transfer) == 0;
}

/* More than are waited for. */
#define PERIODS_MOST 64u

/* Free running: as fast as it can, aborted and begun again. Where that is faster than the core,
 * which may be any that others keep from running, its threads would have no turn until it is a
 * storm, many interrupts later: so there is an end to them. */
SELFTEST(udma_transfers, a_cyclic_one_is_aborted_and_begun_again, 60)
{
    uint8_t *memory = dma_alloc(4u * 0x8000u);
    struct udma_transfer *transfer;
    struct probe probe;

    CHECK(memory != NULL);
    CHECK_EQUAL(open_probe(&probe, IRQ_CORE_ANY, 1), 0);
    probe.most = PERIODS_MOST;
    CHECK(start_cyclic(&probe, memory, &transfer));
    for (unsigned round = 1; round <= 5; round++) {
        CHECK_EQUAL(udma_submit(probe.channel, &transfer, 1, NULL), 0);
        CHECK_EQUAL(wait_for_probe(&probe, 0, 20), 0);
        CHECK_EQUAL(udma_channel_abort(probe.channel), 0);
        CHECK_EQUAL(probe.calls, round);
        CHECK_EQUAL(probe.canceled, round);
        CHECK_EQUAL(probe.wrong_period, 0);
        probe.periods = 0;
        probe.lost = 0;
    }
    CHECK_EQUAL(udma_submit(probe.channel, &transfer, 1, NULL), 0);
    CHECK_EQUAL(wait_for_probe(&probe, 0, 5), 0);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    dma_free(memory);
}

/* ---- all at once, on all cores; nothing is left ---- */

static bool churn(unsigned core)
{
    struct arenas arenas;
    struct probe probe;
    bool good = get_arenas(&arenas);

    for (unsigned round = 0; round < 3 && good; round++) {
        struct udma_move moves[2];
        const struct udma_transfer_config config = {.moves = moves, .count = 2};
        struct udma_transfer *transfers[3];

        good = open_probe(&probe, core, 3) == 0;
        for (unsigned i = 0; i < 3 && good; i++) {
            some_list(&probe, &arenas, moves);
            good = udma_transfer_prepare(probe.channel, &config, &transfers[i]) == 0;
        }
        good = good && udma_submit(probe.channel, transfers, 3, NULL) == 0 &&
               udma_channel_abort(probe.channel) == 0 && probe.calls == 3 &&
               udma_submit(probe.channel, transfers, 2, NULL) == 0 &&
               wait_for_probe(&probe, 5, 0) == 0 && probe.failed == 0 &&
               udma_channel_close(probe.channel) == 0;
    }
    free_arenas(&arenas);
    return good;
}

static void churn_here(void *argument)
{
    (void)argument;
    if (!churn(core_id()))
        __atomic_add_fetch(&bad_cores, 1, __ATOMIC_RELAXED);
}

SELFTEST(udma_transfers, aborts_and_closes_leave_nothing, 60)
{
    struct udma_inventory before, after;
    struct irq_inventory irqs_before, irqs_after;

    bad_cores = 0;
    udma_get_inventory(&before);
    irq_get_inventory(&irqs_before);
    CHECK_EQUAL(run_on_all_cores(churn_here, NULL, ALL_CORES_US), 0);
    CHECK_EQUAL(bad_cores, 0);
    udma_get_inventory(&after);
    irq_get_inventory(&irqs_after);
    CHECK_EQUAL(after.channels_free, before.channels_free);
    CHECK_EQUAL(after.rings_free, before.rings_free);
    CHECK_EQUAL(after.held, 0);
    CHECK_EQUAL(irqs_after.irqs, irqs_before.irqs);
}

/* ---- the examples of docs/udma.md ---- */

SELFTEST(udma_transfers, example_2d_fetches_tiles_and_puts_them_back, 60)
{
    const struct example_picture picture = {dma_alloc(320u * 200u), 320, 200};
    uint8_t *tile = dma_alloc(16u * 8u);
    struct example_tiles tiles;

    CHECK(picture.pixels != NULL && tile != NULL);
    CHECK_EQUAL(example_tiles_open(&tiles), 0);
    for (unsigned i = 0; i < 320u * 200u; i++)
        picture.pixels[i] = (uint8_t)(i % 251u);
    CHECK_EQUAL(example_tiles_fetch(&tiles, &picture, 100, 50, tile, 16, 8), 0);
    for (unsigned row = 0; row < 8; row++)
        CHECK_EQUAL(memcmp(&tile[16u * row], &picture.pixels[320u * (50u + row) + 100u], 16), 0);
    CHECK_EQUAL(example_tiles_put(&tiles, &picture, 304, 192, tile, 16, 8), 0);
    for (unsigned row = 0; row < 8; row++)
        CHECK_EQUAL(memcmp(&tile[16u * row], &picture.pixels[320u * (192u + row) + 304u], 16), 0);
    CHECK_EQUAL(picture.pixels[320u * 192u + 303u], (320u * 192u + 303u) % 251u);
    CHECK_EQUAL(example_tiles_close(&tiles), 0);
    dma_free(picture.pixels);
    dma_free(tile);
}

static unsigned sampled, sampled_wrong;

static void on_sample(const uint8_t *block, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sampled_wrong += block[i] != block[i % 4u];
    sampled_wrong += block[0] != (uint8_t)sampled;
    __atomic_add_fetch(&sampled, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static bool has_sampled(void *argument)
{
    return __atomic_load_n(&sampled, __ATOMIC_ACQUIRE) > *(const unsigned *)argument;
}

SELFTEST(udma_transfers, example_coalesces_copies, 60)
{
    const size_t size = 256, all = size * EXAMPLE_COALESCE_DEPTH;
    uint8_t *from = dma_alloc(all), *to = dma_alloc(all);
    uint64_t interrupts = 0;
    int error;

    CHECK(from != NULL && to != NULL);
    for (size_t i = 0; i < all; i++)
        from[i] = (uint8_t)(i * 3 + (i >> 8));
    watchdog_stop(); /* the alarm is the watchdog's otherwise */
    error = example_coalesce(to, from, size, EXAMPLE_COALESCE_DEPTH, &interrupts);
    watchdog_start("udma_transfers.example_coalesces_copies", 30);
    CHECK_EQUAL(error, 0);
    CHECK_EQUAL(memcmp(to, from, all), 0);
    printf("# %u copies, %u interrupts\n", EXAMPLE_COALESCE_DEPTH, (unsigned)interrupts);
    dma_free(from);
    dma_free(to);
}

SELFTEST(udma_transfers, example_cyclic_fills_blocks, 60)
{
    uint8_t *memory = dma_alloc(128u + 1024u), *blocks[EXAMPLE_BLOCKS];
    struct example_sampler sampler;

    CHECK(memory != NULL);
    for (unsigned i = 0; i < EXAMPLE_BLOCKS; i++)
        blocks[i] = memory + 128u + 256u * i;
    sampled = sampled_wrong = 0;
    CHECK_EQUAL(example_sampler_start(&sampler, (uintptr_t)memory, 4, blocks, 256, on_sample), 0);
    for (unsigned i = 0; i < 50; i++) {
        memset(memory, (int)i, 4); /* what the FIFO says now */
        example_sampler_tick(&sampler);
        CHECK_EQUAL(wait_for(has_sampled, &i, WAIT_US), 0);
    }
    CHECK_EQUAL(sampled_wrong, 0);
    CHECK_EQUAL(sampler.lost, 0);
    CHECK_EQUAL(example_sampler_stop(&sampler), 0);
    dma_free(memory);
}
