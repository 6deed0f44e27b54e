// SPDX-License-Identifier: BSD-3-Clause
/*
 * Channels that are polled: no interrupt is requested, and the ring is asked.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/udma.h"
#include "msi/report.h"
#include "tests/target/all_cores.h"
#include "tests/target/example_polled.h"

#include <errno.h>
#include <string.h>

#define WAIT_US 60000000u /* cores that poll leave each other little of a small machine */
#define DEPTH   4u
#define COPIES  200u
#define SIZE    512u

struct polled {
    struct udma_channel *channel;
    uint8_t *memory;
    unsigned queued, called, wrong; /* wrong: out of order, failed, or in an interrupt */
    int inside;                     /* what udma_poll() and a close said to the callback */
    int close;
};

static void queue_one(struct polled *polled)
{
    uintptr_t from = (uintptr_t)polled->memory, to = from + SIZE * (1 + polled->queued % DEPTH);

    if (udma_copy(polled->channel, to, from, SIZE, (void *)(uintptr_t)polled->queued) == 0)
        polled->queued++;
}

static void on_copy(void *context, void *cookie, int status)
{
    struct polled *polled = context;

    polled->wrong += (uintptr_t)cookie != polled->called || status != 0 || in_interrupt();
    polled->called++;
    polled->inside = udma_poll(polled->channel);
    polled->close = udma_channel_close(polled->channel);
    if (polled->queued < COPIES)
        queue_one(polled);
}

static bool open_polled(struct polled *polled)
{
    const struct udma_channel_config config = {.name = "polled",
                                               .polled = true,
                                               .core = 1000, /* of no interest */
                                               .depth = DEPTH,
                                               .callback = on_copy,
                                               .context = polled};

    *polled = (struct polled){.memory = dma_alloc(SIZE * (1 + DEPTH))};
    if (polled->memory == NULL)
        return false;
    memset(polled->memory, 0x5a, SIZE);
    return udma_channel_open(&config, &polled->channel) == 0;
}

static bool poll_until(struct polled *polled, unsigned calls)
{
    deadline_t deadline = deadline_after_us(WAIT_US);
    unsigned taken = polled->called;

    while (polled->called < calls && !deadline_passed(deadline)) {
        int more = udma_poll(polled->channel);

        if (more < 0)
            return false;
        taken += (unsigned)more;
        if (taken != polled->called)
            return false;
    }
    return polled->called >= calls;
}

static bool all_copied(const struct polled *polled)
{
    for (unsigned i = 1; i <= DEPTH; i++)
        if (memcmp(polled->memory, polled->memory + i * SIZE, SIZE) != 0)
            return false;
    return true;
}

/* With interrupts masked: there are none. */
static bool stream(struct polled *polled)
{
    unsigned long state = irq_save();
    bool good;

    for (unsigned i = 0; i < DEPTH; i++)
        queue_one(polled);
    good = poll_until(polled, COPIES);
    irq_restore(state);
    return good && polled->wrong == 0 && polled->inside == -EBUSY && polled->close == -EDEADLK &&
           all_copied(polled) && udma_poll(polled->channel) == 0;
}

static bool live(void)
{
    struct udma_counters counters;
    struct polled polled;
    bool good = open_polled(&polled) && stream(&polled);

    if (!good)
        return false;
    udma_channel_get_counters(polled.channel, &counters);
    good = counters.completions == COPIES && counters.interrupts == 0 &&
           udma_channel_core(polled.channel) == core_id() &&
           udma_channel_close(polled.channel) == 0 && polled.called == COPIES;
    dma_free(polled.memory);
    return good;
}

SELFTEST(udma, a_polled_channel_needs_no_interrupt, 60)
{
    struct irq_inventory before, during;
    struct polled polled;
    char route[80];

    irq_get_inventory(&before);
    CHECK(open_polled(&polled));
    irq_get_inventory(&during);
    CHECK_EQUAL(during.irqs, before.irqs);
    CHECK_EQUAL(during.events, before.events);
    CHECK_EQUAL(udma_poll(polled.channel), 0);
    CHECK(stream(&polled));
    CHECK(udma_channel_describe(polled.channel, route, sizeof(route)) > 0);
    CHECK(strstr(route, " > polled") != NULL);
    CHECK_EQUAL(udma_channel_close(polled.channel), 0);
    dma_free(polled.memory);
}

/* What is in flight ends, and its callback runs in the close. */
SELFTEST(udma, a_polled_channel_is_closed_while_it_is_busy, 60)
{
    struct udma_inventory before, after;
    struct polled polled;

    udma_get_inventory(&before);
    for (unsigned queued = 1; queued <= DEPTH; queued++) {
        CHECK(open_polled(&polled));
        polled.queued = COPIES - queued; /* so a callback queues no more */
        polled.called = polled.queued;
        for (unsigned i = 0; i < queued; i++)
            queue_one(&polled);
        CHECK_EQUAL(udma_channel_close(polled.channel), 0);
        CHECK(polled.called <= polled.queued);
        CHECK_EQUAL(polled.wrong, 0);
        CHECK(polled.called == COPIES - queued || polled.close == -EAGAIN);
        dma_free(polled.memory);
        if (selftest_failed())
            return;
    }
    udma_get_inventory(&after);
    CHECK_EQUAL(after.channels_free, before.channels_free);
    CHECK_EQUAL(after.held, before.held);
}

static unsigned bad_lives;

static void live_on_this_core(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 3; i++)
        if (!live())
            __atomic_add_fetch(&bad_lives, 1, __ATOMIC_RELAXED);
}

SELFTEST(udma, all_cores_poll_channels_of_their_own, 120)
{
    bad_lives = 0;
    CHECK_EQUAL(run_on_all_cores(live_on_this_core, NULL, 6 * WAIT_US), 0);
    CHECK_EQUAL(bad_lives, 0);
}

SELFTEST(udma, only_a_polled_channel_is_polled, 60)
{
    struct polled polled = {.memory = NULL};
    const struct udma_channel_config config = {
        .name = "not polled", .core = 0, .depth = 1, .callback = on_copy, .context = &polled};

    CHECK_EQUAL(udma_poll(NULL), -EINVAL);
    CHECK_EQUAL(udma_channel_open(&config, &polled.channel), 0);
    CHECK_EQUAL(udma_poll(polled.channel), -EINVAL);
    CHECK_EQUAL(udma_channel_close(polled.channel), 0);
}

SELFTEST(udma, the_example_of_a_polled_loop_fetches_blocks, 60)
{
    uint8_t *source = dma_alloc(SIZE), *blocks[2] = {dma_alloc(SIZE), dma_alloc(SIZE)};
    deadline_t deadline = deadline_after_us(WAIT_US);
    struct example_polled loop;
    unsigned seen = 0;

    CHECK(source != NULL && blocks[0] != NULL && blocks[1] != NULL);
    memset(source, 0xc3, SIZE);
    CHECK_EQUAL(example_polled_open(&loop, source, blocks, SIZE), 0);
    while (seen < 20 && !deadline_passed(deadline)) {
        const uint8_t *block = example_polled_turn(&loop);

        if (block == NULL)
            continue;
        CHECK(block == blocks[seen % 2]);
        CHECK(memcmp(block, source, SIZE) == 0);
        seen++;
    }
    CHECK_EQUAL(seen, 20);
    CHECK_EQUAL(loop.failed, 0);
    CHECK_EQUAL(example_polled_close(&loop), 0);
    for (unsigned i = 0; i < 2; i++)
        dma_free(blocks[i]);
    dma_free(source);
}
