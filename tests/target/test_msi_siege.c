// SPDX-License-Identifier: BSD-3-Clause
/*
 * All cores at a few interrupts at once (tests/target/msi_siege.h): a ring's event, a wire, a
 * message. tests/host/test_msi_siege.c has a level, events that are handed over, and storms too.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/time.h"
#include "drivers/gic/gic.h"
#include "platform/platform.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/msi_siege.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#define OPERATIONS      400u /* of each core */
#define LONG_OPERATIONS 6000u
#define TIMEOUT_US      (UINT64_C(3600) * 1000000)
#define WIRE            203u /* INTID of nothing that the firmware uses */
#define MESSAGES_ID     0x5200u
#define QUEUES_ID       0x5201u
#define GUEST_ID        0x5202u
#define QUEUES_BITS     5u

static struct device wires, messages, queues, guest;

static int bind_guest(struct device *device)
{
    return irq_bind_its(device, platform_its(), GUEST_ID, 2);
}

/* ---- a device that raises its event or its wire whoever has it ---- */

static void raise_wire(void)
{
    (void)gic_set_pending(WIRE);
}

/* ---- all of it ---- */

static bool progress(uint64_t done, uint64_t total)
{
    if (total >= LONG_OPERATIONS && done % (total / 20) < 256)
        printf("# siege: %" PRIu64 " of %" PRIu64 " operations on each core\n", done, total);
    return !selftest_aborted();
}

static void check_result(const struct siege_result *result)
{
    CHECK_EQUAL(result->late, 0);
    CHECK_EQUAL(result->doubled, 0);
    CHECK_EQUAL(result->lost, 0);
    CHECK_EQUAL(result->overlapped, 0);
    CHECK_EQUAL(result->strayed, 0);
    CHECK_EQUAL(result->torn, 0);
    CHECK_EQUAL(result->disordered, 0);
    CHECK_EQUAL(result->failed, 0);
    CHECK_EQUAL(result->status, 0);
    CHECK_EQUAL(result->requests, result->frees);
    CHECK_EQUAL(result->received + result->in_flight, result->sent);
}

static void besiege(uint64_t operations, bool noise)
{
    const struct siege_place places[] = {
        {.device = &test_device,
         .index = ring_index(0),
         .first_core = IRQ_CORE_ANY,
         .fires_itself = true,
         .learn = noise ? siege_learn_event : NULL,
         .noise = noise ? siege_raise_event : NULL},
        {.device = &wires,
         .flags = IRQ_FLAG_EDGE,
         .first_core = IRQ_CORE_ANY,
         .fires_itself = true,
         .noise = noise ? raise_wire : NULL},
        {.device = &messages, .first_core = IRQ_CORE_ANY},
    };
    const struct siege siege = {.places = places,
                                .count = 3,
                                .queued = &queues,
                                .guest = &guest,
                                .bind = bind_guest,
                                .operations = operations,
                                .seed = (uint32_t)time_now_ns(),
                                .progress = progress,
                                .timeout_us = TIMEOUT_US};
    struct siege_result result;

    siege_run(&siege, &result);
    printf("# siege: seed %" PRIu32 ": %" PRIu64 " requests and frees, %" PRIu64 " moves, %" PRIu64
           " evacuations, %" PRIu64 " events, %" PRIu64 " in flight at a free\n",
           siege.seed, result.requests + result.frees, result.moves, result.evacuations,
           result.sent, result.in_flight);
    check_result(&result);
}

static void bind_and_besiege(uint64_t operations)
{
    static const uint16_t intids[] = {WIRE};
    struct irq_inventory before = take_inventory();

    wires = (struct device){.name = "wires"};
    messages = (struct device){.name = "messages"};
    queues = (struct device){.name = "queues"};
    guest = (struct device){.name = "guest"};
    CHECK_EQUAL(irq_bind_wired(&wires, platform_wired(), intids, 1), 0);
    CHECK_EQUAL(irq_bind_its(&messages, platform_its(), MESSAGES_ID, 1), 0);
    CHECK_EQUAL(irq_bind_its(&queues, platform_its(), QUEUES_ID, QUEUES_BITS), 0);
    besiege(operations, false);
    if (!selftest_failed())
        besiege(operations / 2, true);
    CHECK_EQUAL(irq_unbind(&wires), 0);
    CHECK_EQUAL(irq_unbind(&messages), 0);
    CHECK_EQUAL(irq_unbind(&queues), 0);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
    CHECK_EQUAL(after.stray, before.stray);
}

static void body_short(void)
{
    bind_and_besiege(OPERATIONS);
}

SELFTEST(msi_parallel, few_interrupts_besieged_by_all_cores, 120)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    irq_set_storm_limit(0, 0);
    with_rings(body_short);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

static void body_long(void)
{
    bind_and_besiege(LONG_OPERATIONS);
}

SELFTEST(soak, long_siege_of_a_few_interrupts, 3600)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    irq_set_storm_limit(0, 0);
    with_rings(body_long);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}
