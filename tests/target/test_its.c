// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS and LPIs (Arm IHI 0069, chapters 5 and 6), and the AM65x's pre-ITS window, where a write
 * at base + 4 x device id is a message of that device.
 *
 * Most tests use the ITS's own functions, with LPIs from the top of the range, which the interrupt
 * layer hands out last; the ones about devices go through the interrupt layer. Each raise waits for
 * its handler before the next, so every count is exact.
 */
#include "app/selftest/selftest.h"

#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/internal.h"
#include "drivers/gic/its.h"
#include "drivers/gic/its_command.h"
#include "drivers/gic/its_queue.h"
#include "drivers/gic/lpi.h"
#include "msi/binding.h"
#include "msi/dispatch.h"
#include "msi/evacuate.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/counting.h"

#include <errno.h>
#include <stddef.h>

#define TEST_DEVICE     0x2a50u
#define UNMAPPED_DEVICE 0x2a5fu
#define EVENT_BITS      8u
#define EVENTS          (1u << EVENT_BITS)
#define RESERVED_LPIS   8u /* at most */

#define ROUNDS          16u
#define TIMEOUT_US      UINT64_C(4000000)  /* below the 5 seconds that a test has at least */
#define JOIN_US         UINT64_C(15000000) /* below what a test has that lets other cores work */
#define SETTLE_US       2000u

/* ---- events of the test's own device ---- */

struct event {
    struct irq_sink sink; /* first: deliver() gets its address */
    uint64_t count;
    unsigned last_core;
};

static struct event events[EVENTS];
static struct its_device *device;

static void event_deliver(struct irq_sink *sink, const struct irq_generation *own)
{
    (void)own;
    struct event *event = (struct event *)sink;

    event->last_core = core_id();
    __atomic_add_fetch(&event->count, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static uint64_t count_of(uint32_t event)
{
    return __atomic_load_n(&events[event].count, __ATOMIC_SEQ_CST);
}

static int wait_event(uint32_t event, uint64_t count)
{
    return wait_for_count(&events[event].count, count, TIMEOUT_US);
}

/* The last are those of the ids that are reserved; the first are the interrupt layer's. */
static unsigned lpi_of(uint32_t event)
{
    return its_lpi_limit() - 1u - RESERVED_LPIS - event;
}

static void send_message(uint32_t device_id, uint32_t event)
{
    mmio_write32(AM65X_PRE_ITS_BASE + 4u * device_id, event);
}

/* Maps and enables an event on a core. */
static int event_open(uint32_t event, unsigned core)
{
    unsigned lpi = lpi_of(event);
    int error;

    events[event] = (struct event){.sink = {IRQ_SINK_NO_CLAIM, {event_deliver, event_deliver}}};
    error = irq_sink_attach(lpi, &events[event].sink);
    if (error != 0)
        return error;
    error = its_map_event(device, event, lpi, core);
    if (error == 0)
        error = its_enable_event(device, event, lpi, GIC_PRIORITY_DEFAULT);
    if (error != 0)
        irq_sink_detach(lpi);
    return error;
}

/* Takes an event down, if it is up. */
static void event_close(uint32_t event)
{
    if (its_disable_event(device, event, lpi_of(event)) == -ENOENT)
        return;
    if (its_discard_event(device, event) != 0)
        selftest_fail(__FILE__, __LINE__, "event %u is not discarded", (unsigned)event);
    irq_quiesce();
    irq_sink_detach(lpi_of(event));
}

/* The interrupt layer's first device brings the ids that are reserved, whose messages have to be
 * the first of all (docs/hardware.md, i2101); here the driver is used without that layer. */
static int reserve_ids(void)
{
    static struct device first;
    int error = irq_bind_its(&first, platform_its(), TEST_DEVICE, 1);

    return error != 0 ? error : irq_unbind(&first);
}

/* Runs body with the test's device mapped; takes all its events and the device down after. */
static void with_device(void (*body)(void))
{
    int error = reserve_ids();

    if (error == 0)
        error = its_map_device(TEST_DEVICE, EVENT_BITS, &device);
    if (error != 0) {
        selftest_fail(__FILE__, __LINE__, "device 0x%x is not mapped: %d", TEST_DEVICE, error);
        return;
    }
    body();
    for (uint32_t event = 0; event < EVENTS; event++)
        event_close(event);
    error = its_unmap_device(device);
    if (error != 0)
        selftest_fail(__FILE__, __LINE__, "device 0x%x is not unmapped: %d", TEST_DEVICE, error);
}

/* Runs function(argument) on a core, the caller's or another. */
static int run_on(unsigned core, void (*function)(void *argument), void *argument)
{
    int error;

    if (core == core_id()) {
        function(argument);
        return 0;
    }
    error = smp_start(core, function, argument);
    return error != 0 ? error : smp_join(core, JOIN_US);
}

/* ---- what is there ---- */

SELFTEST(its, facts_allow_what_the_firmware_counts_on, 60)
{
    struct its_facts facts;

    its_get_facts(&facts);
    CHECK(facts.iidr != 0);
    CHECK(facts.device_bits >= 15);
    CHECK(facts.event_bits >= 8);
    CHECK(facts.collection_bits >= 3);
    CHECK(facts.lpi_count >= 8192);
    CHECK_EQUAL(facts.lpi_count, its_lpi_limit() - GIC_INTID_LPI_FIRST);
}

static void check_arguments(void)
{
    struct its_device *second;
    unsigned lpi = lpi_of(0);

    CHECK_EQUAL(its_map_device(TEST_DEVICE, EVENT_BITS, &second), -EEXIST);
    CHECK_EQUAL(its_map_event(device, EVENTS, lpi, 0), -EINVAL);
    CHECK_EQUAL(its_map_event(device, 0, its_lpi_limit(), 0), -EINVAL);
    CHECK_EQUAL(its_map_event(device, 0, GIC_INTID_LPI_FIRST - 1u, 0), -EINVAL);
    CHECK_EQUAL(its_map_event(device, 0, lpi, core_count()), -EINVAL);
    CHECK_EQUAL(its_trigger_event(device, 0), -ENOENT);
    CHECK_EQUAL(its_discard_event(device, 0), -ENOENT);
    CHECK_EQUAL(event_open(0, 0), 0);
    CHECK_EQUAL(its_map_event(device, 0, lpi, 0), -EEXIST);
    CHECK_EQUAL(its_move_event(device, 0, core_count()), -EINVAL);
    CHECK_EQUAL(its_unmap_device(device), -EBUSY);
    CHECK_EQUAL(its_invalidate_all(core_count()), -EINVAL);
}

SELFTEST(its, arguments_that_make_no_sense_are_refused, 60)
{
    struct its_facts facts;
    struct its_device *none;

    its_get_facts(&facts);
    CHECK_EQUAL(its_map_device(TEST_DEVICE, facts.event_bits + 1u, &none), -ERANGE);
    CHECK_EQUAL(its_map_device(UINT32_MAX, 1, &none), -ERANGE);
    with_device(check_arguments);
}

/* ---- where waiting is not allowed ---- */

static struct its_device *nobody;

static int map_device(void)
{
    return its_map_device(UNMAPPED_DEVICE, EVENT_BITS, &nobody);
}

static int unmap_device(void)
{
    return its_unmap_device(device);
}

static int map_event(void)
{
    return its_map_event(device, 1, lpi_of(1), 0);
}

static int move_event(void)
{
    return its_move_event(device, 0, core_count() - 1u);
}

static int discard_event(void)
{
    return its_discard_event(device, 0);
}

static int trigger_event(void)
{
    return its_trigger_event(device, 0);
}

static int clear_event(void)
{
    return its_clear_event(device, 0);
}

static int enable_event(void)
{
    return its_enable_event(device, 0, lpi_of(0), GIC_PRIORITY_URGENT);
}

static int disable_event(void)
{
    return its_disable_event(device, 0, lpi_of(0));
}

static int invalidate_all(void)
{
    return its_invalidate_all(0);
}

static int silence_lpi(void)
{
    return its_silence_lpi(lpi_of(0));
}

/* All that run a command. */
static int (*const senders[])(void) = {
    map_device,  unmap_device, map_event,     move_event,     discard_event, trigger_event,
    clear_event, enable_event, disable_event, invalidate_all, silence_lpi,
};
#define SENDERS     (sizeof(senders) / sizeof(senders[0]))
#define CALLING_SGI 6u

static int answers[SENDERS];

static enum irq_return call_senders(void *context)
{
    for (unsigned i = 0; i < SENDERS; i++)
        answers[i] = senders[i]();
    __atomic_add_fetch((uint64_t *)context, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

static uint64_t commands(void)
{
    uint64_t sum = 0;

    for (uint8_t opcode = 0; opcode < ITS_OPCODES; opcode++)
        sum += its_command_count(opcode);
    return sum;
}

static void check_handler(void)
{
    uint64_t calls = 0, before;

    CHECK_EQUAL(event_open(0, 0), 0);
    before = commands();
    CHECK_EQUAL(irq_sgi_request(CALLING_SGI, call_senders, &calls), 0);
    gic_send_sgi(core_id(), CALLING_SGI);
    if (wait_for_count(&calls, 1, TIMEOUT_US) != 0)
        selftest_fail(__FILE__, __LINE__, "the SGI does not come");
    CHECK_EQUAL(irq_sgi_free(CALLING_SGI), 0);
    for (unsigned i = 0; i < SENDERS; i++)
        CHECK_EQUAL(answers[i], -EDEADLK);
    CHECK_EQUAL(commands(), before);
    CHECK_EQUAL(count_of(0), 0);
}

SELFTEST(its, no_function_queues_a_command_from_a_handler, 60)
{
    with_device(check_handler);
}

/* ---- delivery ---- */

static void trigger_on_each_core(void)
{
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK_EQUAL(event_open(core, core), 0);
        for (unsigned round = 1; round <= ROUNDS; round++) {
            CHECK_EQUAL(its_trigger_event(device, core), 0);
            CHECK_EQUAL(wait_event(core, round), 0);
            CHECK_EQUAL(events[core].last_core, core);
        }
    }
    delay_us(SETTLE_US);
    for (unsigned core = 0; core < core_count(); core++)
        CHECK_EQUAL(count_of(core), ROUNDS);
}

SELFTEST(its, int_command_runs_the_handler_on_each_core_once, 60)
{
    with_device(trigger_on_each_core);
}

/* Sends messages to the events of all cores, from the core it runs on. */
static void write_to_all(void *argument)
{
    (void)argument;
    for (uint32_t to = 0; to < core_count(); to++)
        for (unsigned round = 0; round < ROUNDS; round++) {
            uint64_t next = count_of(to) + 1;

            send_message(TEST_DEVICE, to);
            CHECK_EQUAL(wait_event(to, next), 0);
            CHECK_EQUAL(events[to].last_core, to);
        }
}

static void write_from_each_core(void)
{
    for (uint32_t to = 0; to < core_count(); to++)
        CHECK_EQUAL(event_open(to, to), 0);
    for (unsigned from = 0; from < core_count() && !selftest_failed(); from++)
        CHECK_EQUAL(run_on(from, write_to_all, NULL), 0);
    for (uint32_t to = 0; to < core_count() && !selftest_failed(); to++)
        CHECK_EQUAL(count_of(to), core_count() * ROUNDS);
}

SELFTEST(its, write_to_the_pre_its_window_is_a_message_from_each_core_to_each_core, 60)
{
    with_device(write_from_each_core);
}

static void raise_all_events(void)
{
    for (uint32_t event = 0; event < EVENTS; event++)
        CHECK_EQUAL(event_open(event, event % core_count()), 0);
    for (uint32_t event = 0; event < EVENTS; event++)
        send_message(TEST_DEVICE, event);
    for (uint32_t event = 0; event < EVENTS; event++) {
        CHECK_EQUAL(wait_event(event, 1), 0);
        CHECK_EQUAL(events[event].last_core, event % core_count());
    }
    delay_us(SETTLE_US);
    for (uint32_t event = 0; event < EVENTS; event++)
        CHECK_EQUAL(count_of(event), 1);
}

SELFTEST(its, device_with_256_events_raises_each_of_them_once, 60)
{
    with_device(raise_all_events);
}

/* ---- masking ---- */

static void raise_disabled(void)
{
    unsigned lpi = lpi_of(7);

    CHECK_EQUAL(event_open(7, core_id()), 0);
    CHECK_EQUAL(its_disable_event(device, 7, lpi), 0);
    send_message(TEST_DEVICE, 7);
    CHECK_EQUAL(its_trigger_event(device, 7), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_of(7), 0);
    CHECK_EQUAL(its_enable_event(device, 7, lpi, GIC_PRIORITY_DEFAULT), 0);
    CHECK_EQUAL(wait_event(7, 1), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_of(7), 1);
}

SELFTEST(its, event_that_comes_while_disabled_is_kept_and_delivered_once, 60)
{
    with_device(raise_disabled);
}

static void clear_disabled(void)
{
    unsigned lpi = lpi_of(7);

    CHECK_EQUAL(event_open(7, core_id()), 0);
    CHECK_EQUAL(its_disable_event(device, 7, lpi), 0);
    CHECK_EQUAL(its_trigger_event(device, 7), 0);
    CHECK_EQUAL(its_clear_event(device, 7), 0);
    CHECK_EQUAL(its_enable_event(device, 7, lpi, GIC_PRIORITY_DEFAULT), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_of(7), 0);
    CHECK_EQUAL(its_trigger_event(device, 7), 0);
    CHECK_EQUAL(wait_event(7, 1), 0);
}

SELFTEST(its, clear_takes_back_what_came_while_disabled, 60)
{
    with_device(clear_disabled);
}

static void enable_by_invalidate_all(void)
{
    unsigned lpi = lpi_of(7), core = core_count() - 1u;

    CHECK_EQUAL(event_open(7, core), 0);
    CHECK_EQUAL(its_disable_event(device, 7, lpi), 0);
    CHECK_EQUAL(its_trigger_event(device, 7), 0);
    gic_lpi_set_property(lpi, true, GIC_PRIORITY_DEFAULT);
    CHECK_EQUAL(its_invalidate_all(core), 0);
    CHECK_EQUAL(wait_event(7, 1), 0);
    CHECK_EQUAL(events[7].last_core, core);
}

SELFTEST(its, invalidate_all_makes_the_core_read_the_properties_again, 60)
{
    with_device(enable_by_invalidate_all);
}

/* ---- moving and discarding ---- */

static void move_while_raising(void)
{
    CHECK_EQUAL(event_open(3, 0), 0);
    for (unsigned round = 0; round < ROUNDS * core_count(); round++) {
        unsigned core = round % core_count();

        CHECK_EQUAL(its_move_event(device, 3, core), 0);
        send_message(TEST_DEVICE, 3);
        CHECK_EQUAL(wait_event(3, round + 1u), 0);
        CHECK_EQUAL(events[3].last_core, core);
    }
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_of(3), ROUNDS * core_count());
}

SELFTEST(its, event_that_moves_from_core_to_core_is_neither_lost_nor_doubled, 60)
{
    with_device(move_while_raising);
}

static void move_while_pending(void)
{
    unsigned lpi = lpi_of(3), last = core_count() - 1u;

    CHECK_EQUAL(event_open(3, 0), 0);
    CHECK_EQUAL(its_disable_event(device, 3, lpi), 0);
    CHECK_EQUAL(its_trigger_event(device, 3), 0);
    CHECK_EQUAL(its_move_event(device, 3, last), 0);
    CHECK_EQUAL(its_enable_event(device, 3, lpi, GIC_PRIORITY_DEFAULT), 0);
    CHECK_EQUAL(wait_event(3, 1), 0);
    CHECK_EQUAL(events[3].last_core, last);
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_of(3), 1);
}

SELFTEST(its, pending_event_goes_along_to_its_new_core, 60)
{
    with_device(move_while_pending);
}

static void discard_then_raise(void)
{
    CHECK_EQUAL(event_open(4, 0), 0);
    CHECK_EQUAL(event_open(5, 0), 0);
    CHECK_EQUAL(its_trigger_event(device, 4), 0);
    CHECK_EQUAL(wait_event(4, 1), 0);
    event_close(4);
    send_message(TEST_DEVICE, 4);
    /* Messages of one core arrive in order: once the second is there, so was the first. */
    send_message(TEST_DEVICE, 5);
    CHECK_EQUAL(wait_event(5, 1), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_of(4), 1);
}

SELFTEST(its, discarded_event_is_not_delivered_any_more, 60)
{
    with_device(discard_then_raise);
}

static void discard_while_pending(void)
{
    unsigned lpi = lpi_of(4);

    CHECK_EQUAL(event_open(4, core_id()), 0);
    CHECK_EQUAL(its_disable_event(device, 4, lpi), 0);
    CHECK_EQUAL(its_trigger_event(device, 4), 0);
    CHECK_EQUAL(its_discard_event(device, 4), 0);
    CHECK_EQUAL(its_map_event(device, 4, lpi, core_id()), 0);
    CHECK_EQUAL(its_enable_event(device, 4, lpi, GIC_PRIORITY_DEFAULT), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_of(4), 0);
    send_message(TEST_DEVICE, 4);
    CHECK_EQUAL(wait_event(4, 1), 0);
}

SELFTEST(its, discard_forgets_what_was_pending, 60)
{
    with_device(discard_while_pending);
}

static void raise_unmapped(void)
{
    CHECK_EQUAL(event_open(1, 0), 0);
    send_message(TEST_DEVICE, 2);      /* of the device, without an LPI */
    send_message(TEST_DEVICE, EVENTS); /* beyond the device's table */
    send_message(UNMAPPED_DEVICE, 1);  /* of no device */
    for (unsigned round = 1; round <= ROUNDS; round++) {
        send_message(TEST_DEVICE, 1);
        CHECK_EQUAL(wait_event(1, round), 0);
    }
    CHECK_EQUAL(its_trigger_event(device, 1), 0);
    CHECK_EQUAL(wait_event(1, ROUNDS + 1u), 0);
}

SELFTEST(its, unmapped_messages_are_dropped_and_the_its_works_on, 60)
{
    with_device(raise_unmapped);
}

/* ---- the command queue ---- */

/* How many SYNCs one call of its.h issues. */
static uint64_t syncs_before;

static uint64_t syncs(void)
{
    uint64_t now = its_command_count(ITS_SYNC), difference = now - syncs_before;

    syncs_before = now;
    return difference;
}

static void count_syncs(void)
{
    unsigned lpi = lpi_of(9);

    events[9] = (struct event){.sink = {IRQ_SINK_NO_CLAIM, {event_deliver, event_deliver}}};
    CHECK_EQUAL(irq_sink_attach(lpi, &events[9].sink), 0);
    syncs();
    CHECK_EQUAL(its_map_event(device, 9, lpi, 0), 0);
    if (gic_lpi_taken_over()) /* it is cleared, too */
        CHECK(syncs() > 1);
    else
        CHECK_EQUAL(syncs(), 1);
    CHECK_EQUAL(its_enable_event(device, 9, lpi, GIC_PRIORITY_DEFAULT), 0);
    CHECK_EQUAL(syncs(), 1);
    CHECK_EQUAL(its_trigger_event(device, 9), 0);
    CHECK_EQUAL(syncs(), 1);
    CHECK_EQUAL(wait_event(9, 1), 0);
    CHECK_EQUAL(its_clear_event(device, 9), 0);
    CHECK_EQUAL(syncs(), 1);
    CHECK_EQUAL(its_invalidate_all(0), 0);
    CHECK_EQUAL(syncs(), 1);
    if (core_count() > 1) {
        CHECK_EQUAL(its_move_event(device, 9, 1), 0);
        CHECK_EQUAL(syncs(), 2); /* the old core's and the new one's */
    }
    CHECK_EQUAL(its_disable_event(device, 9, lpi), 0);
    CHECK_EQUAL(syncs(), 1);
    CHECK_EQUAL(its_discard_event(device, 9), 0);
    CHECK_EQUAL(syncs(), 1);
    irq_sink_detach(lpi);
}

SELFTEST(its, every_command_is_followed_by_a_sync_to_each_redistributor_concerned, 60)
{
    with_device(count_syncs);
}

static void trigger_own_event(void *argument)
{
    unsigned core = core_id();

    (void)argument;
    for (unsigned round = 1; round <= 4u * ROUNDS; round++) {
        CHECK_EQUAL(its_trigger_event(device, core), 0);
        CHECK_EQUAL(wait_event(core, round), 0);
    }
}

static void trigger_on_all_cores_at_once(void)
{
    uint64_t before = its_command_count(ITS_INT);

    for (unsigned core = 0; core < core_count(); core++)
        CHECK_EQUAL(event_open(core, core), 0);
    CHECK_EQUAL(smp_run_all(trigger_own_event, NULL, JOIN_US), 0);
    for (unsigned core = 0; core < core_count(); core++)
        CHECK_EQUAL(count_of(core), 4u * ROUNDS);
    CHECK_EQUAL(its_command_count(ITS_INT) - before, 4u * ROUNDS * core_count());
}

SELFTEST(its, commands_of_all_cores_at_once_all_take_effect, 60)
{
    with_device(trigger_on_all_cores_at_once);
}

static void go_round_the_queue(void)
{
    CHECK_EQUAL(event_open(0, core_id()), 0);
    /* With its SYNC each is two entries: a bit more than once round. */
    for (unsigned i = 0; i < ITS_QUEUE_ENTRIES / 2u + ROUNDS; i++)
        CHECK_EQUAL(its_invalidate_all(core_id()), 0);
    CHECK_EQUAL(its_trigger_event(device, 0), 0);
    CHECK_EQUAL(wait_event(0, 1), 0);
}

SELFTEST(its, command_queue_goes_round, 60)
{
    with_device(go_round_the_queue);
}

/* ---- through the interrupt layer ---- */

static struct device client = {.name = "its-test"};
static uint64_t client_count;

static enum irq_return client_handler(void *context)
{
    (void)context;
    __atomic_add_fetch(&client_count, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

static bool client_called(void *argument)
{
    return __atomic_load_n(&client_count, __ATOMIC_SEQ_CST) >= *(const uint64_t *)argument;
}

static void use_client(void)
{
    uint64_t mapd = its_command_count(ITS_MAPD);

    client_count = 0;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        uint32_t index = (uint32_t)round % 4u;
        struct irq_request request = {.index = index,
                                      .handler = client_handler,
                                      .name = "message",
                                      .core = (uint32_t)round % core_count()};
        struct irq *irq;
        int error;

        CHECK_EQUAL(irq_request(&client, &request, &irq), 0);
        send_message(TEST_DEVICE, index);
        error = wait_for(client_called, &round, TIMEOUT_US);
        CHECK_EQUAL(irq_free(irq), 0);
        CHECK_EQUAL(error, 0);
    }
    CHECK_EQUAL(its_command_count(ITS_MAPD), mapd);
}

SELFTEST(its, device_is_mapped_once_when_bound_and_not_for_each_interrupt, 60)
{
    CHECK(platform_its() != NULL);
    CHECK_EQUAL(reserve_ids(), 0);

    uint64_t mapd = its_command_count(ITS_MAPD);

    CHECK_EQUAL(irq_bind_its(&client, platform_its(), TEST_DEVICE, 2), 0);
    CHECK_EQUAL(its_command_count(ITS_MAPD) - mapd, 1);
    use_client();
    CHECK_EQUAL(irq_unbind(&client), 0);
    CHECK_EQUAL(its_command_count(ITS_MAPD) - mapd, 2);
}
