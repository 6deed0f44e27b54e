// SPDX-License-Identifier: BSD-3-Clause
/*
 * Requests and frees, up to a million, from all cores at once, with events firing, moves, masks and
 * cores that leave and come back; over the aggregator, wires and the ITS. Only if asked for by
 * name.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "platform/platform.h"
#include "tests/target/msi_churn.h"
#include "tests/target/msi_fixture.h"

#include <inttypes.h>
#include <stdio.h>

#define MESSAGES_ID     0x5000u
#define MESSAGES_BITS   6u             /* for every core's slots */
#define WIRE_FIRST      144u           /* INTIDs of nothing that the firmware uses */
#define OPERATIONS_EACH UINT64_C(1900) /* for a thousand requests and frees, a bit more */
#define EVACUATIONS     64u
#define TIMEOUT_US      (UINT64_C(3600) * 1000000)

/* Of a core's slots, the rest being message slots of one device. A message costs the twin thirty
 * times what a wire costs: for each LPI that is acknowledged or invalidated QEMU reads all of a
 * redistributor's pending table, a byte at a time (its hw/intc/arm_gicv3_redist.c). */
#define WIRES           6u
#define RINGS           4u

static struct device wires, messages;
static uint16_t intids[CORE_MAX * WIRES];

static void place(unsigned core, unsigned slot, struct device **device, uint32_t *index)
{
    if (slot < WIRES) {
        *device = &wires;
        *index = core * WIRES + slot;
    } else if (slot < WIRES + RINGS) {
        *device = &test_device;
        *index = ring_index(core * RINGS + slot - WIRES);
    } else {
        *device = &messages;
        *index = IRQ_INDEX_ANY;
    }
}

static bool progress(uint64_t done, uint64_t total)
{
    if (done % (total / 20) < 1024)
        printf("# soak: %" PRIu64 " of %" PRIu64 " operations on each core\n", done, total);
    return !selftest_aborted();
}

static void check_result(const struct churn_result *result, uint64_t least)
{
    CHECK_EQUAL(result->status, 0);
    CHECK_EQUAL(result->failed, 0);
    CHECK_EQUAL(result->late, 0);
    CHECK_EQUAL(result->doubled, 0);
    CHECK_EQUAL(result->lost, 0);
    CHECK_EQUAL(result->strayed, 0);
    CHECK_EQUAL(result->shared, 0);
    CHECK_EQUAL(result->requests, result->frees);
    CHECK_EQUAL(result->received + result->in_flight, result->sent);
    CHECK(result->requests + result->frees >= least || selftest_aborted());
}

/* At least so many thousand requests and frees. */
static void soak(uint64_t thousands)
{
    const struct churn churn = {.place = place,
                                .operations = thousands * OPERATIONS_EACH / core_count(),
                                .evacuations = EVACUATIONS,
                                .progress = progress,
                                .timeout_us = TIMEOUT_US};
    struct irq_inventory before = take_inventory();
    struct churn_result result;

    for (unsigned i = 0; i < CORE_MAX * WIRES; i++)
        intids[i] = (uint16_t)(WIRE_FIRST + i);
    wires = (struct device){.name = "wires"};
    messages = (struct device){.name = "messages"};
    CHECK_EQUAL(irq_bind_wired(&wires, platform_wired(), intids, CORE_MAX * WIRES), 0);
    CHECK_EQUAL(irq_bind_its(&messages, platform_its(), MESSAGES_ID, MESSAGES_BITS), 0);
    churn_run(&churn, &result);
    CHECK_EQUAL(irq_unbind(&wires), 0);
    CHECK_EQUAL(irq_unbind(&messages), 0);
    printf("# soak: %" PRIu64 " requests and frees, %" PRIu64 " moves, %" PRIu64
           " evacuations, %" PRIu64 " events sent, %" PRIu64 " received, %" PRIu64
           " in flight at a free\n",
           result.requests + result.frees, result.moves, result.evacuations, result.sent,
           result.received, result.in_flight);
    check_result(&result, thousands * 1000);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
    CHECK_EQUAL(after.stray, before.stray);
}

static void body_ten_thousand(void)
{
    soak(10);
}

SELFTEST(soak, ten_thousand_requests_and_frees_in_parallel, 600)
{
    with_rings(body_ten_thousand);
}

static void body_quarter(void)
{
    soak(250);
}

SELFTEST(soak, quarter_of_a_million_requests_and_frees_in_parallel, 1800)
{
    with_rings(body_quarter);
}

static void body_million(void)
{
    soak(1000);
}

SELFTEST(soak, million_requests_and_frees_in_parallel, 3600)
{
    with_rings(body_million);
}
