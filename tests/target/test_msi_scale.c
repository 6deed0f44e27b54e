// SPDX-License-Identifier: BSD-3-Clause
/*
 * Large numbers: many LPIs at once, and what one costs among many; many devices that come and go.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/gic/its.h"
#include "msi/internal.h"
#include "platform/platform.h"
#include "tests/target/heap_filling.h"
#include "tests/target/msi_fixture.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define MANY_ID     0x6100u
#define MANY_BITS   15u
#define MANY        16384u
#define FEW         16u
#define JOIN_ID     0x6200u
#define JOIN_BITS   5u
#define WARM_UP     50u
#define JOINS_SHORT 1000u
#define JOINS_LONG  10000u
#define SAMPLES     200u
#define ITS_MAPD    0x08u
#define COST_RATIO  3u /* of times, on a machine that has other work too; linear would be 1024 */

/* ---- one among many ---- */

static struct device many_device;
static struct irq **many;
static uint64_t many_calls;

static enum irq_return count_many(void *context)
{
    (void)context;
    __atomic_add_fetch(&many_calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

static int request_many(uint32_t index, unsigned core, struct irq **irq)
{
    const struct irq_request request = {
        .index = index, .handler = count_many, .core = core, .name = "many"};

    return irq_request(&many_device, &request, irq);
}

static uint64_t its_commands(void)
{
    uint64_t sum = 0;

    for (uint8_t opcode = 0; opcode < 64; opcode++)
        sum += its_command_count(opcode);
    return sum;
}

/* What one request, one event and one free cost: the shortest time of many, in which nothing else
 * came in between, and the commands that the ITS got, which are the same each time on one core
 * (where a loader has left LPIs pending, others cost a move more). */
struct cost {
    uint64_t request_ns, dispatch_ns, free_ns;
    uint64_t commands;
};

static bool has_one_more(void *argument)
{
    return __atomic_load_n(&many_calls, __ATOMIC_SEQ_CST) > *(const uint64_t *)argument;
}

static void keep_shortest(uint64_t *shortest, uint64_t ns)
{
    if (*shortest == 0 || ns < *shortest)
        *shortest = ns;
}

static void measure(uint32_t index, struct cost *cost)
{
    *cost = (struct cost){0};
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint64_t commands = its_commands(), before = many_calls;
        struct irq *irq;
        uint64_t start = time_now_ns();

        CHECK_EQUAL(request_many(index, core_id(), &irq), 0);
        uint64_t requested = time_now_ns();

        CHECK_EQUAL(irq_trigger(irq), 0);
        CHECK_EQUAL(wait_for(has_one_more, &before, ARRIVAL_TIMEOUT_US), 0);
        uint64_t dispatched = time_now_ns();

        CHECK_EQUAL(irq_free(irq), 0);
        keep_shortest(&cost->request_ns, requested - start);
        keep_shortest(&cost->dispatch_ns, dispatched - requested);
        keep_shortest(&cost->free_ns, time_now_ns() - dispatched);
        commands = its_commands() - commands;
        CHECK(i == 0 || commands == cost->commands);
        cost->commands = commands;
    }
}

static void print_cost(unsigned in_use, const struct cost *cost)
{
    printf("# %5u in use: request %llu ns, event to handler %llu ns, free %llu ns, %llu commands\n",
           in_use, (unsigned long long)cost->request_ns, (unsigned long long)cost->dispatch_ns,
           (unsigned long long)cost->free_ns, (unsigned long long)cost->commands);
}

static void fill(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        CHECK_EQUAL(request_many(i, IRQ_CORE_ANY, &many[i]), 0);
}

static void run_many(void)
{
    struct cost few, lots;
    uint64_t before;

    fill(0, FEW);
    measure(MANY, &few);
    fill(FEW, MANY);
    if (selftest_failed())
        return;
    CHECK(take_inventory().lpis >= MANY);
    measure(MANY, &lots);
    print_cost(FEW, &few);
    print_cost(MANY, &lots);
    CHECK_EQUAL(lots.commands, few.commands);
    CHECK(lots.request_ns < COST_RATIO * few.request_ns);
    CHECK(lots.dispatch_ns < COST_RATIO * few.dispatch_ns);
    CHECK(lots.free_ns < COST_RATIO * few.free_ns);
    /* And every one of them is alive. */
    before = many_calls;
    for (uint32_t i = 0; i < MANY; i++)
        CHECK_EQUAL(irq_trigger(many[i]), 0);
    for (unsigned i = 0; i < 100 && many_calls < before + MANY; i++)
        delay_us(SETTLE_US);
    CHECK_EQUAL(many_calls, before + MANY);
    for (uint32_t i = 0; i < MANY; i++)
        CHECK_EQUAL(irq_count(many[i]), 1);
}

SELFTEST(msi_scale, sixteen_thousand_lpis_at_once_cost_no_more_each, 120)
{
    struct its_facts facts;

    its_get_facts(&facts);
    if (facts.lpi_count < 1u << MANY_BITS || facts.event_bits < MANY_BITS)
        SKIP("this ITS has not as many LPIs or event ids");
    many = calloc(MANY, sizeof(struct irq *));
    CHECK(many != NULL);
    many_device = (struct device){.name = "many"};
    CHECK_EQUAL(irq_bind_its(&many_device, platform_its(), MANY_ID, MANY_BITS), 0);
    run_many();
    for (uint32_t i = 0; i < MANY; i++) {
        if (many[i] != NULL)
            (void)irq_free(many[i]);
    }
    free(many);
    CHECK_EQUAL(irq_unbind(&many_device), 0);
}

/* ---- devices come and go ---- */

static unsigned next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

/* One device, a random number of interrupts of it, or a block; all, or some, are fired. */
static void join_and_leave(uint32_t *random)
{
    struct device device = {.name = "comer"};
    struct irq *irqs[8] = {0};
    unsigned count = next_random(random) % 4, block = 1u << next_random(random) % 3;
    const struct irq_request request = {.index = IRQ_INDEX_ANY,
                                        .handler = note_call,
                                        .context = &test_records[0],
                                        .core = IRQ_CORE_ANY};

    CHECK_EQUAL(irq_bind_its(&device, platform_its(), JOIN_ID + next_random(random) % 64,
                             JOIN_BITS + next_random(random) % 3),
                0);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(irq_request(&device, &request, &irqs[i]), 0);
    if (count == 3)
        CHECK_EQUAL(irq_request_block(&device, &request, block, 0, &irqs[3]), 0);
    if (count != 0)
        CHECK_EQUAL(irq_trigger(irqs[next_random(random) % count]), 0);
    CHECK_EQUAL(irq_free_block(irqs, 8), 0);
    CHECK_EQUAL(irq_unbind(&device), 0);
}

static void run_joins(unsigned joins, bool tell)
{
    uint32_t random = 1;

    for (unsigned i = 0; i < WARM_UP; i++) /* what is allocated once and for all; the largest */
        join_and_leave(&random);
    struct irq_inventory before = take_inventory();
    uint64_t mapd = its_command_count(ITS_MAPD);
    const void *end = heap_break();

    unsigned done = 0;

    while (done < joins && !selftest_failed() && !(tell && selftest_aborted())) {
        join_and_leave(&random);
        done++;
        if (tell && done % 1000 == 0)
            printf("# soak: %u of %u devices joined and left\n", done, joins);
    }
    CHECK_EQUAL(its_command_count(ITS_MAPD) - mapd, 2u * done);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
    CHECK(heap_break() <= end); /* what is lost each time would have pushed it up */
}

SELFTEST(msi_scale, joining_and_leaving_leaves_nothing_behind, 60)
{
    struct heap_filling *filling = heap_fill_holes();

    run_joins(JOINS_SHORT, false);
    heap_free_filling(filling);
}

SELFTEST(soak, ten_thousand_devices_join_and_leave, 600)
{
    struct heap_filling *filling = heap_fill_holes();

    run_joins(JOINS_LONG, true);
    heap_free_filling(filling);
}

/* Two devices with one id; `first` of them leaves first. */
static void leave_in_order(unsigned first)
{
    struct device devices[2] = {{.name = "one"}, {.name = "other"}};
    struct irq *irqs[2];
    struct irq_inventory before = take_inventory();
    uint64_t mapd = its_command_count(ITS_MAPD);

    for (unsigned i = 0; i < 2; i++) {
        const struct irq_request request = {
            .index = IRQ_INDEX_ANY, .handler = note_call, .context = &test_records[i]};

        test_records[i] = (struct record){0};
        CHECK_EQUAL(irq_bind_its(&devices[i], platform_its(), JOIN_ID, JOIN_BITS), 0);
        CHECK_EQUAL(irq_request(&devices[i], &request, &irqs[i]), 0);
    }
    CHECK(irq_index(irqs[0]) != irq_index(irqs[1]));
    CHECK_EQUAL(irq_free(irqs[first]), 0);
    CHECK_EQUAL(irq_unbind(&devices[first]), 0);
    CHECK_EQUAL(its_command_count(ITS_MAPD), mapd + 1);
    CHECK_EQUAL(irq_trigger(irqs[1 - first]), 0);
    CHECK_EQUAL(wait_calls(&test_records[1 - first], 1), 0);
    CHECK_EQUAL(irq_free(irqs[1 - first]), 0);
    CHECK_EQUAL(irq_unbind(&devices[1 - first]), 0);
    CHECK_EQUAL(its_command_count(ITS_MAPD), mapd + 2);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
}

SELFTEST(msi_scale, either_of_two_with_one_id_leaves_first, 60)
{
    struct device first = {.name = "first"};

    /* The first of all has the reserved ids mapped. */
    CHECK_EQUAL(irq_bind_its(&first, platform_its(), JOIN_ID, JOIN_BITS), 0);
    CHECK_EQUAL(irq_unbind(&first), 0);
    leave_in_order(0);
    leave_in_order(1);
}
