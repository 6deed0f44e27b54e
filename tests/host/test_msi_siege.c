// SPDX-License-Identifier: BSD-3-Clause
/*
 * Four cores at a few interrupts at once (tests/target/msi_siege.h): one of each kind, and storms.
 * Built twice more, with delays, under the address and the thread sanitizer (mk/delay.mk).
 */
#include "arch/core.h"
#include "drivers/gic/gic.h"
#include "msi/binding.h"
#include "msi/limits.h"
#include "platform/am65x.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "tests/target/msi_siege.h"

#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define OPERATIONS      1500u /* of each core */
#define TIMEOUT_US      3600000000u
#define WIRE            200u
#define LEVEL           201u
#define MESSAGE_DEVICE  40u
#define QUEUE_DEVICE    41u
#define GUEST_DEVICE    42u
#define LINE_CORE       3u /* of the event that is handed over */
#define STORM_CALLS     4u
#define STORM_WINDOW_US 10000000u

static struct device rings, wires, messages, queues, guest;
static struct irq *crowd[MSI_HOST_SOURCES];
static unsigned crowd_count;

/* With delays: what tells one run from the next, and a pause. */
uint64_t delay_seed(void) __attribute__((weak));
void delay_now(void) __attribute__((weak));

static void dawdle(void)
{
    if (delay_now != NULL)
        delay_now();
    else
        sched_yield();
}

static void drive(bool high)
{
    host_line(LEVEL, high);
}

static void raise_wire(void)
{
    (void)gic_set_pending(WIRE);
}

static void raise_level(void)
{
    drive(true);
}

static void send_message(void)
{
    host_its_message(MESSAGE_DEVICE, 1);
}

static int bind_guest(struct device *device)
{
    return irq_bind_its(device, msi_case.its, GUEST_DEVICE, 2);
}

static enum irq_return never(void *context)
{
    (void)context;
    return IRQ_NONE;
}

static int set_up(void **state)
{
    static const uint16_t intids[] = {WIRE, LEVEL};

    (void)state;
    rings = (struct device){.name = "rings"};
    wires = (struct device){.name = "wires"};
    messages = (struct device){.name = "messages"};
    queues = (struct device){.name = "queues"};
    guest = (struct device){.name = "guest"};
    assert_int_equal(irq_bind_inta(&rings, msi_case.aggregator, AM65X_DEV_RINGACC), 0);
    assert_int_equal(irq_bind_wired(&wires, msi_case.wired, intids, 2), 0);
    assert_int_equal(irq_bind_its(&messages, msi_case.its, MESSAGE_DEVICE, 3), 0);
    assert_int_equal(irq_bind_its(&queues, msi_case.its, QUEUE_DEVICE, 5), 0);
    return 0;
}

static int tear_down(void **state)
{
    assert_int_equal(irq_free_block(crowd, crowd_count), 0);
    crowd_count = 0;
    assert_int_equal(irq_unbind(&rings), 0);
    assert_int_equal(irq_unbind(&wires), 0);
    assert_int_equal(irq_unbind(&messages), 0);
    assert_int_equal(irq_unbind(&queues), 0);
    return msi_case_end(state);
}

/* So many rings on one core that their events share VINTs. */
static void request_crowd(void)
{
    for (crowd_count = 0; crowd_count < msi_case.source_count - 2; crowd_count++) {
        const struct irq_request request = {.index = msi_case.sources[crowd_count],
                                            .handler = never,
                                            .name = "crowd",
                                            .core = LINE_CORE};

        assert_int_equal(irq_request(&rings, &request, &crowd[crowd_count]), 0);
    }
}

enum kind {
    ALL,
    NO_OTHERS,
    LEAVING
};

static void besiege(const struct siege_place *places, unsigned count, enum kind kind)
{
    const char *operations = getenv("SIEGE_OPERATIONS");
    const struct siege siege = {
        .places = places,
        .count = count,
        .queued = kind == ALL ? &queues : NULL,
        .guest = kind == ALL ? &guest : NULL,
        .bind = bind_guest,
        .dawdle = dawdle,
        .leaving = kind == LEAVING,
        .operations = operations != NULL ? strtoull(operations, NULL, 0) : OPERATIONS,
        .seed = delay_seed != NULL ? (uint32_t)delay_seed() : 1u,
        .timeout_us = TIMEOUT_US,
    };
    struct irq_inventory before = msi_in_use();
    uint64_t strays = msi_strays(), storms = msi_storms();
    struct siege_result result;

    siege_run(&siege, &result);
    print_message("# %" PRIu64 " requests and frees, %" PRIu64 " moves, %" PRIu64
                  " evacuations, %" PRIu64 " events, %" PRIu64 " in flight at a free, %" PRIu64
                  " storms\n",
                  result.requests + result.frees, result.moves, result.evacuations, result.sent,
                  result.in_flight, msi_storms() - storms);
    assert_int_equal(result.late, 0);
    assert_int_equal(result.doubled, 0);
    assert_int_equal(result.lost, 0);
    assert_int_equal(result.overlapped, 0);
    assert_int_equal(result.strayed, 0);
    assert_int_equal(result.torn, 0);
    assert_int_equal(result.disordered, 0);
    assert_int_equal(result.failed, 0);
    assert_int_equal(result.status, 0);
    assert_int_equal(result.requests, result.frees);
    assert_int_equal(result.received + result.in_flight, result.sent);
    assert_int_equal(msi_strays(), strays);
    assert_true(msi_in_use_equal(&before));
}

static const struct siege_place message = {
    .device = &messages, .index = 1, .first_core = IRQ_CORE_ANY, .fires_itself = true};
static const struct siege_place wire = {
    .device = &wires, .flags = IRQ_FLAG_EDGE, .first_core = IRQ_CORE_ANY, .fires_itself = true};
static const struct siege_place level = {
    .device = &wires, .index = 1, .first_core = IRQ_CORE_ANY, .fires_itself = true, .drive = drive};

static struct siege_place ring(unsigned number)
{
    return (struct siege_place){.device = &rings,
                                .index = msi_case.sources[number],
                                .first_core = IRQ_CORE_ANY,
                                .fires_itself = true};
}

static void one_of_each_kind(void **state)
{
    const struct siege_place places[] = {message, ring(0), wire, level};

    (void)state;
    irq_set_storm_limit(0, 0);
    besiege(places, 4, ALL);
}

static void event_that_is_handed_over(void **state)
{
    request_crowd();
    struct siege_place places[] = {ring(crowd_count), ring(crowd_count + 1)};

    (void)state;
    places[0].first_core = places[1].first_core = LINE_CORE;
    irq_set_storm_limit(0, 0);
    besiege(places, 2, NO_OTHERS);
}

static void device_that_does_not_stop(void **state)
{
    struct siege_place places[] = {message, ring(0), wire, level};

    (void)state;
    places[0].noise = send_message;
    places[1].learn = siege_learn_event;
    places[1].noise = siege_raise_event;
    places[2].noise = raise_wire;
    places[3].noise = raise_level;
    irq_set_storm_limit(0, 0);
    besiege(places, 4, NO_OTHERS);
    drive(false);
}

static void cores_that_leave(void **state)
{
    const struct siege_place places[] = {message, wire};

    (void)state;
    irq_set_storm_limit(0, 0);
    besiege(places, 2, LEAVING);
}

static void storms(void **state)
{
    struct siege_place places[] = {message, wire};

    (void)state;
    places[0].idle = places[1].idle = true;
    irq_set_storm_limit(STORM_CALLS, STORM_WINDOW_US);
    besiege(places, 2, ALL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_of_each_kind),
        TEST(event_that_is_handed_over),
        TEST(device_that_does_not_stop),
        TEST(cores_that_leave),
        TEST(storms),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
