// SPDX-License-Identifier: BSD-3-Clause
/*
 * Each output of the router that the host owns, those with INTIDs from 448 on too: a VINT's level
 * comes through it, to each core. Outputs go round, so that one ring after the other gets them all.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "msi/internal.h"
#include "msi/report.h"
#include "platform/am65x.h"
#include "tests/target/msi_fixture.h"

#define ROUNDS      3u
#define OUTPUTS_LOW 64u /* of those that lead to INTIDs below 128 */
#define OUTPUTS_MAX 128u

static void through_output(const struct inta_route *route)
{
    CHECK_EQUAL(route->intid, route->output < OUTPUTS_LOW
                                  ? AM65X_INTR_OUTPUTS_LOW_INTID + route->output
                                  : AM65X_INTR_OUTPUTS_HIGH_INTID + route->output - OUTPUTS_LOW);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t before = calls(&test_records[0]);

        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        CHECK_EQUAL(wait_calls(&test_records[0], before + 1), 0);
        CHECK_EQUAL(calls(&test_records[0]), before + 1);
        CHECK_EQUAL(test_records[0].core, route->core);
    }
}

static void body_outputs(void)
{
    bool seen[OUTPUTS_MAX] = {false};
    unsigned count = take_inventory().routes_free, low = 0, high = 0;
    struct inta_route route;

    /* A ring more than there are outputs, in case somebody else takes one in between. */
    for (unsigned i = 0; i < count + 1 && !selftest_failed(); i++) {
        CHECK_EQUAL(request_ring(0, i % core_count()), 0);
        CHECK(read_route(test_irqs[0], &route));
        CHECK(route.output < OUTPUTS_MAX);
        through_output(&route);
        if (!seen[route.output])
            (*(route.output < OUTPUTS_LOW ? &low : &high))++;
        seen[route.output] = true;
        CHECK_EQUAL(free_one(0), 0);
    }
    CHECK(low > 0);
    CHECK(high > 0);
}

SELFTEST(intr, each_output_carries_a_vint, 60)
{
    with_rings(body_outputs);
}
