// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer under load from all cores at once, on one device and on several, and what a
 * free promises about handlers that are slow on purpose. The long run is in the suite `soak`.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "msi/dispatch.h"
#include "msi/internal.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/msi_churn.h"
#include "tests/target/msi_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SHARED_ID   0x5000u
#define SHARED_BITS 6u /* for every core's slots */
#define OWN_ID      0x5100u
#define OWN_BITS    3u
#define OPERATIONS  1500u /* of each core */
#define MINUTE_US   60000000u

/* ---- one device for all cores, and one for each ---- */

static struct device shared_messages, own_messages[CORE_MAX];

/* A third of a core's slots are rings of the one ring device, a third message slots of a device
 * that the cores share, a third message slots of the core's own device. */
static void place(unsigned core, unsigned slot, struct device **device, uint32_t *index)
{
    switch (slot % 3) {
    case 0:
        *device = &test_device;
        *index = ring_index(core * (CHURN_SLOTS / 3) + slot / 3);
        break;
    case 1:
        *device = &shared_messages;
        *index = IRQ_INDEX_ANY;
        break;
    default:
        *device = &own_messages[core];
        *index = slot / 3;
        break;
    }
}

static void bind_messages(void)
{
    shared_messages = (struct device){.name = "shared"};
    CHECK_EQUAL(irq_bind_its(&shared_messages, platform_its(), SHARED_ID, SHARED_BITS), 0);
    for (unsigned core = 0; core < core_count(); core++) {
        own_messages[core] = (struct device){.name = "own"};
        CHECK_EQUAL(irq_bind_its(&own_messages[core], platform_its(), OWN_ID + core, OWN_BITS), 0);
    }
}

static void unbind_messages(void)
{
    CHECK_EQUAL(irq_unbind(&shared_messages), 0);
    for (unsigned core = 0; core < core_count(); core++)
        CHECK_EQUAL(irq_unbind(&own_messages[core]), 0);
}

static void check_result(const struct churn_result *result)
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
}

static void body_parallel(void)
{
    const struct churn churn = {
        .place = place, .operations = OPERATIONS, .evacuations = 64, .timeout_us = MINUTE_US};
    struct irq_inventory before = take_inventory();
    struct churn_result result;

    bind_messages();
    churn_run(&churn, &result);
    unbind_messages();
    check_result(&result);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
    CHECK_EQUAL(after.stray, before.stray);
    printf("# %" PRIu64 " requests and frees, %" PRIu64 " moves, %" PRIu64 " events sent, %" PRIu64
           " received, %" PRIu64 " in flight at a free\n",
           result.requests + result.frees, result.moves, result.sent, result.received,
           result.in_flight);
}

SELFTEST(msi_parallel, each_event_reaches_its_owner_once, 60)
{
    with_rings(body_parallel);
}

/* ---- free means free ---- */

#define SLOW_US     300u
#define FREE_ROUNDS 60u

static struct {
    uint64_t calls, ended;
    bool freed;
    uint64_t ran_when_free;
} slow;

static enum irq_return slow_handler(void *context)
{
    deadline_t end = deadline_after_us(SLOW_US);

    (void)context;
    __atomic_add_fetch(&slow.calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    while (!deadline_passed(end)) {
    }
    if (__atomic_load_n(&slow.freed, __ATOMIC_SEQ_CST))
        __atomic_add_fetch(&slow.ran_when_free, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&slow.ended, 1, __ATOMIC_SEQ_CST);
    return IRQ_HANDLED;
}

static bool slow_is_called(void *argument)
{
    (void)argument;
    return __atomic_load_n(&slow.calls, __ATOMIC_SEQ_CST) != 0;
}

/* Frees while the event is still on its way (wait: false), or while the handler runs; there may be
 * a second event behind it. */
static void free_under_way(uint32_t index, unsigned core, bool wait)
{
    const struct irq_request request = {
        .index = index, .handler = slow_handler, .flags = IRQ_FLAG_EDGE, .core = core};
    struct irq *irq;

    memset(&slow, 0, sizeof(slow));
    CHECK_EQUAL(irq_request(&test_device, &request, &irq), 0);
    CHECK_EQUAL(irq_trigger(irq), 0);
    if (wait && core != core_id()) {
        CHECK_EQUAL(wait_for(slow_is_called, NULL, ARRIVAL_TIMEOUT_US), 0);
        CHECK_EQUAL(irq_trigger(irq), 0);
    }
    CHECK_EQUAL(irq_free(irq), 0);
    __atomic_store_n(&slow.freed, true, __ATOMIC_SEQ_CST);
    uint64_t began = __atomic_load_n(&slow.calls, __ATOMIC_SEQ_CST);

    CHECK_EQUAL(__atomic_load_n(&slow.ended, __ATOMIC_SEQ_CST), began);
    delay_us(2 * SLOW_US);
    CHECK_EQUAL(__atomic_load_n(&slow.calls, __ATOMIC_SEQ_CST), began);
    CHECK_EQUAL(slow.ran_when_free, 0);
}

static void free_many(uint32_t index)
{
    for (unsigned round = 0; round < FREE_ROUNDS && !selftest_failed(); round++)
        free_under_way(index, round % core_count(), round / core_count() % 2 == 0);
}

static void body_free_rings(void)
{
    free_many(ring_index(0));
}

SELFTEST(msi_parallel, freed_event_has_no_handler_left, 60)
{
    with_rings(body_free_rings);
}

static void body_free_messages(void)
{
    free_many(1);
}

SELFTEST(msi_parallel, freed_message_has_no_handler_left, 60)
{
    with_messages(body_free_messages);
}

static void body_free_wire(void)
{
    free_many(0);
}

SELFTEST(msi_parallel, freed_wire_has_no_handler_left, 60)
{
    with_wire(body_free_wire);
}

/* A handler that unmasks its own interrupt while another core frees it: nothing may be left to be
 * replayed. */
static struct irq *self_unmasked;

static enum irq_return unmask_self(void *context)
{
    deadline_t end = deadline_after_us(20);

    note_call(context);
    irq_mask(self_unmasked);
    while (!deadline_passed(end)) {
    }
    irq_unmask(self_unmasked);
    return IRQ_HANDLED;
}

static void body_unmask_and_free(void)
{
    for (unsigned round = 0; round < 200; round++) {
        const struct irq_request request = {.index = 1,
                                            .handler = unmask_self,
                                            .context = &test_records[0],
                                            .flags = IRQ_FLAG_MASKED,
                                            .core = 1};
        uint64_t before = calls(&test_records[0]);

        CHECK_EQUAL(irq_request(&test_device, &request, &self_unmasked), 0);
        irq_unmask(self_unmasked);
        CHECK_EQUAL(irq_trigger(self_unmasked), 0);
        CHECK_EQUAL(wait_calls(&test_records[0], before + 1), 0);
        CHECK_EQUAL(irq_trigger(self_unmasked), 0);
        CHECK_EQUAL(irq_free(self_unmasked), 0);
    }
}

SELFTEST(msi_parallel, handler_that_unmasks_itself_can_be_freed, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_messages(body_unmask_and_free);
}
