// SPDX-License-Identifier: BSD-3-Clause
/*
 * Errors of which a Navigator has one event for all channels, against the device models: packets
 * for a flow that is not the channel's, and rings whose memory does not answer. As many callbacks
 * as errors, whatever else goes on; and what a firmware's faults leave is taken back.
 */
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/packet_channels.h"
#include "msi/irq.h"
#include "msi/work.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"
#include "tests/target/all_cores.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DEPTH     8u
#define SIZE      64u
#define SETTLE_US 3000u
#define GCFG_CFG  0x1240u /* TI-SCI's message */

static struct udma *navigators[2]; /* main, MCU */

/* ---- a loop, and what it hears ---- */

struct loop {
    struct udma *udma;
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flows[2];
    uint8_t memory[2 * DEPTH][SIZE];
    uint16_t first;
    unsigned sent, received, returned;
    unsigned sender_errors[UDMA_ERRORS], errors[UDMA_ERRORS];
    uint16_t heard; /* the last refused flow */
    void (*on_refusal)(struct loop *loop);
};

static struct loop one, two;

static void on_sent(void *context, void *cookie, int status)
{
    (void)cookie;
    ((struct loop *)context)->sent += status == 0;
}

static void on_packet(void *context, const struct udma_received *packet)
{
    struct loop *loop = context;
    struct udma_header header;

    udma_received_header(packet, &header);
    loop->received++;
    packet->buffers[0].length = SIZE;
    (void)udma_flow_give(loop->flows[header.flow != loop->first], 0, packet->buffers, 1);
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        on_packet(context, packets[i]);
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)buffer;
    ((struct loop *)context)->returned++;
}

static void on_sender_error(void *context, enum udma_error error)
{
    ((struct loop *)context)->sender_errors[error]++;
}

static void on_error(void *context, enum udma_error error)
{
    struct loop *loop = context;

    if (error == UDMA_ERROR_FLOW)
        loop->heard = udma_receive_refused_flow(loop->receive);
    __atomic_add_fetch(&loop->errors[error], 1, __ATOMIC_RELEASE);
    wait_notify();
    if (error == UDMA_ERROR_FLOW && loop->on_refusal != NULL)
        loop->on_refusal(loop);
}

static int open_flows(struct loop *loop, udma_error_callback_t error, bool polled)
{
    const struct udma_flow_config flow = {.name = "flow",
                                          .depth = DEPTH,
                                          .polled = polled,
                                          .received = on_received,
                                          .returned = on_returned,
                                          .error = error,
                                          .context = loop};
    int result = 0;

    for (unsigned i = 0; i < 2 && result == 0; i++)
        result = udma_flow_open(loop->receive, i, &flow, &loop->flows[i]);
    for (unsigned i = 0; i < 2 * DEPTH && result == 0; i++) {
        const struct udma_buffer buffer = {loop->memory[i], NULL, SIZE};

        assert_int_equal(udma_flow_give(loop->flows[i / DEPTH], 0, &buffer, 1), 1);
    }
    return result;
}

static int open_loop(struct loop *loop, struct udma *udma, udma_error_callback_t error, bool polled)
{
    const struct udma_receive_config receive = {.name = "receive", .udma = udma, .flow_count = 2};
    const struct udma_transmit_config transmit = {.name = "transmit",
                                                  .udma = udma,
                                                  .depth = DEPTH,
                                                  .buffers_max = 1,
                                                  .polled = polled,
                                                  .sent = on_sent,
                                                  .error = error == NULL ? NULL : on_sender_error,
                                                  .context = loop};
    int result;

    *loop = (struct loop){.udma = udma};
    result = udma_receive_open(&receive, &loop->receive);
    if (result == 0)
        result = open_flows(loop, error, polled);
    if (result == 0)
        result = udma_transmit_open(&transmit, &loop->transmit);
    if (result == 0)
        result = udma_loopback_pair(loop->transmit, loop->receive);
    if (result == 0)
        result = udma_receive_start(loop->receive);
    if (result == 0)
        loop->first = udma_receive_first_flow(loop->receive);
    return result;
}

static int close_loop(struct loop *loop)
{
    int error = loop->transmit != NULL ? udma_transmit_close(loop->transmit) : 0;
    int later = loop->receive != NULL ? udma_receive_close(loop->receive) : 0;

    loop->transmit = NULL;
    loop->receive = NULL;
    return error != 0 ? error : later;
}

static void must_open(struct loop *loop, struct udma *udma)
{
    must(open_loop(loop, udma, on_error, false));
}

static void must_close(struct loop *loop)
{
    must(close_loop(loop));
}

/* To a flow of the range and beyond. Nothing of it runs in a thread yet. */
static void send_to(struct loop *loop, uint16_t flow)
{
    static uint8_t byte = 1;
    struct udma_buffer buffer = {.data = &byte, .length = 1};
    const struct udma_header header = {.flow = flow};
    const struct udma_packet packet = {.buffers = &buffer, .buffer_count = 1, .header = &header};

    assert_int_equal(udma_send(loop->transmit, &packet, 1), 1);
    host_advance_us(SETTLE_US);
}

static void settle(void)
{
    host_advance_us(SETTLE_US);
    while (work_run() != 0)
        host_advance_us(SETTLE_US);
}

static void send_and_settle(struct loop *loop, uint16_t flow)
{
    send_to(loop, flow);
    settle();
}

static uint16_t bad_flow(const struct loop *loop, unsigned number)
{
    return (uint16_t)(loop->first + 2u + number);
}

static const struct udma_error_events *events_of(const struct loop *loop)
{
    return &loop->udma->errors;
}

/* ---- before and after ---- */

static struct udma_host_inventory before;

static int start(void **state)
{
    (void)state;
    udma_host_start();
    navigators[0] = udma_find(udma_host_facts.udmap_device);
    navigators[1] = udma_host_start_mcu();
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    before = udma_host_inventory();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (unsigned fault = 0; fault < AM65X_FAULT_COUNT; fault++)
        (void)am65x_inject((enum am65x_fault)fault, 0, 0);
    check_inventory(&before);
    return 0;
}

/* ---- refused flows ---- */

static void each_refused_flow_is_told_with_its_number(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 2; n++) {
        must_open(&one, navigators[n]);
        assert_int_equal(udma_receive_refused_flow(one.receive), UDMA_FLOW_DEFAULT);
        for (unsigned i = 0; i < 20; i++) {
            send_and_settle(&one, bad_flow(&one, i % 3));
            assert_int_equal(one.errors[UDMA_ERROR_FLOW], i + 1);
            assert_int_equal(one.heard, bad_flow(&one, i % 3));
            send_and_settle(&one, (uint16_t)(one.first + i % 2));
            assert_int_equal(one.received, i + 1);
        }
        assert_int_equal(one.sent, 40);
        must_close(&one);
        assert_int_equal(one.errors[UDMA_ERROR_FLOW], 20);
        assert_int_equal(one.returned, 2 * DEPTH);
        check_inventory(&before);
    }
}

/* The hardware notes the first; all that come before it is cleared are one. Then it goes on. */
static void what_comes_meanwhile_counts_as_one(void **state)
{
    (void)state;
    must_open(&one, navigators[0]);
    for (unsigned i = 0; i < 5; i++)
        send_to(&one, bad_flow(&one, i));
    settle();
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
    assert_int_equal(one.heard, bad_flow(&one, 0));
    send_and_settle(&one, bad_flow(&one, 3));
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 2);
    must_close(&one);
}

static void the_interrupt_may_move_meanwhile(void **state)
{
    struct irq *irq;

    (void)state;
    must_open(&one, navigators[0]);
    irq = events_of(&one)->flow_irq;
    for (unsigned i = 0; i < 8; i++) {
        must(irq_set_affinity(irq, 1 + i % 3));
        must(irq_set_affinity(irq, 0));
        send_and_settle(&one, bad_flow(&one, i));
        assert_int_equal(one.errors[UDMA_ERROR_FLOW], i + 1);
    }
    must_close(&one);
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 8);
}

static void a_close_tells_what_nobody_has_told(void **state)
{
    (void)state;
    must_open(&one, navigators[0]);
    send_to(&one, bad_flow(&one, 0));
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 0);
    must_close(&one);
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
    settle(); /* the work that was queued: nobody is there */
}

static void others_may_come_and_go(void **state)
{
    (void)state;
    must_open(&one, navigators[0]);
    send_to(&one, bad_flow(&one, 0));
    must_open(&two, navigators[0]);
    settle();
    send_and_settle(&two, bad_flow(&two, 8));
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
    assert_int_equal(two.errors[UDMA_ERROR_FLOW], 1);
    assert_int_equal(two.heard, bad_flow(&two, 8));
    send_to(&two, bad_flow(&two, 9));
    must_close(&one); /* it tells the other one */
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
    assert_int_equal(two.errors[UDMA_ERROR_FLOW], 2);
    send_and_settle(&two, bad_flow(&two, 10));
    assert_int_equal(two.errors[UDMA_ERROR_FLOW], 3);
    must_close(&two);
}

/* What was noted while nobody listened, or for a channel that does not want to know. */
static void what_is_nobodys_does_not_block(void **state)
{
    (void)state;
    must(open_loop(&one, navigators[0], NULL, false));
    send_and_settle(&one, bad_flow(&one, 0));
    must_open(&two, navigators[0]);
    send_and_settle(&two, bad_flow(&two, 8));
    assert_int_equal(two.errors[UDMA_ERROR_FLOW], 1);
    assert_int_equal(two.heard, bad_flow(&two, 8));
    send_and_settle(&one, bad_flow(&one, 1));
    send_and_settle(&two, bad_flow(&two, 9));
    assert_int_equal(two.errors[UDMA_ERROR_FLOW], 2);
    assert_int_equal(two.heard, bad_flow(&two, 9));
    must_close(&two);
    must_close(&one);
}

static void a_polled_channel_asks_for_no_interrupt(void **state)
{
    (void)state;
    must(open_loop(&one, navigators[0], on_error, true));
    assert_null(events_of(&one)->flow_irq);
    assert_null(events_of(&one)->ring_irq);
    must_close(&one);
}

static int closed, opened;

static void close_and_open(struct loop *loop)
{
    const struct udma_flow_config flow = {
        .name = "other", .depth = 1, .received = on_received, .error = on_error};
    struct udma_flow *other;

    opened = udma_flow_open(two.receive, 0, &flow, &other);
    closed = udma_transmit_close(loop->transmit);
}

static void a_callback_can_not_open_or_close(void **state)
{
    const struct udma_receive_config receive = {.name = "other", .flow_count = 1};

    (void)state;
    must_open(&one, navigators[0]);
    two = (struct loop){.udma = navigators[0]};
    must(udma_receive_open(&receive, &two.receive));
    one.on_refusal = close_and_open;
    send_and_settle(&one, bad_flow(&one, 0));
    assert_int_equal(opened, -EDEADLK);
    assert_int_equal(closed, -EAGAIN);
    must_close(&two);
    must_close(&one);
}

/* ---- the firmware does not do what it should ---- */

static void a_clear_whose_answer_is_lost_tells_once(void **state)
{
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_DROP, AM65X_FAULT_SCI_LOST,
                                              AM65X_FAULT_SCI_WRONG_TYPE};

    (void)state;
    must_open(&one, navigators[0]);
    for (unsigned i = 0; i < 3; i++) {
        send_to(&one, bad_flow(&one, i));
        assert_true(am65x_inject(faults[i], 0, 1));
        settle();
        assert_int_equal(one.errors[UDMA_ERROR_FLOW], i + 1);
        assert_int_equal(one.heard, bad_flow(&one, i));
    }
    send_and_settle(&one, bad_flow(&one, 8));
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 4);
    must_close(&one);
}

/* Then the first is all that there is to hear; and none is told twice. */
static void a_clear_that_is_refused_tells_once(void **state)
{
    (void)state;
    must_open(&one, navigators[0]);
    assert_true(am65x_inject(AM65X_FAULT_SCI_NAK, GCFG_CFG, UINT32_MAX));
    send_and_settle(&one, bad_flow(&one, 0));
    send_and_settle(&one, bad_flow(&one, 1));
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
    must_close(&one);
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
    assert_true(am65x_inject(AM65X_FAULT_SCI_NAK, GCFG_CFG, 0));
    must_open(&one, navigators[0]);
    send_and_settle(&one, bad_flow(&one, 2));
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
    must_close(&one);
}

/* Nor does a system firmware that answers nothing keep the core at it: others join when it does. */
static void a_system_firmware_that_is_silent_is_not_asked_for_ever(void **state)
{
    unsigned works = 0;

    (void)state;
    must_open(&one, navigators[0]);
    send_to(&one, bad_flow(&one, 0));
    assert_true(am65x_inject(AM65X_FAULT_SCI_LOST, 0, UINT32_MAX));
    while (works < 5 && work_run() != 0)
        works++;
    assert_true(works < 5);
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
    assert_true(am65x_inject(AM65X_FAULT_SCI_LOST, 0, 0));
    must_open(&two, navigators[0]);
    settle();
    send_and_settle(&one, bad_flow(&one, 5));
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 2);
    must_close(&two);
    must_close(&one);
}

static bool says(const struct udma_flow *flow, const char *words)
{
    char text[400];

    assert_true(udma_flow_describe(flow, text, sizeof(text)) < (int)sizeof(text));
    return strstr(text, words) != NULL;
}

/* It goes on without, says so, and asks again at the next open. */
static void an_event_of_another_host_is_done_without(void **state)
{
    const uint16_t first = 3000; /* of the aggregator's events that are everybody's */

    (void)state;
    must(ti_sci_event_map(AM65X_DEV_UDMAP, 0x400, AM65X_DEV_INTA, 230, first, 0));
    assert_int_equal(ti_sci_event_map(AM65X_DEV_RINGACC, 0x800, AM65X_DEV_INTA, 230, first + 1, 1),
                     0);
    must_open(&one, navigators[0]);
    assert_null(events_of(&one)->flow_irq);
    assert_null(events_of(&one)->ring_irq);
    assert_true(says(one.flows[0], ", no errors of flows, no errors of rings"));
    send_and_settle(&one, bad_flow(&one, 0));
    send_and_settle(&one, one.first);
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 0);
    assert_int_equal(one.received, 1);
    must_close(&one);
    must(ti_sci_event_unmap(AM65X_DEV_UDMAP, 0x400, AM65X_DEV_INTA, 230, first, 0));
    must(ti_sci_event_unmap(AM65X_DEV_RINGACC, 0x800, AM65X_DEV_INTA, 230, first + 1, 1));
    must_open(&one, navigators[0]);
    assert_non_null(events_of(&one)->flow_irq);
    send_and_settle(&one, bad_flow(&one, 1));
    assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
    must_close(&one);
}

/* Each answer of an open, and of a close, once. What is left is taken back by the next. */
static void every_fault_is_undone(void **state)
{
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_NAK, AM65X_FAULT_SCI_DROP,
                                              AM65X_FAULT_SCI_LOST};
    unsigned hit = 0;

    (void)state;
    for (unsigned f = 0; f < 3; f++)
        for (unsigned spare = 0; spare < 60; spare++) {
            assert_true(am65x_inject_after(faults[f], 0, spare, 1));
            hit += open_loop(&one, navigators[0], on_error, false) != 0;
            if (one.transmit != NULL && one.first != 0)
                send_and_settle(&one, bad_flow(&one, 0));
            (void)close_loop(&one);
            (void)am65x_inject(faults[f], 0, 0);
            assert_int_equal(events_of(&one)->users, 0);
            assert_null(events_of(&one)->flow_irq);
            assert_null(events_of(&one)->ring_irq);
            must_open(&one, navigators[0]);
            send_and_settle(&one, bad_flow(&one, 1));
            assert_int_equal(one.errors[UDMA_ERROR_FLOW], 1);
            must_close(&one);
            check_inventory(&before);
        }
    assert_true(hit > 10);
}

/* ---- rings ---- */

static void a_ring_whose_memory_fails_is_told(void **state)
{
    (void)state;
    must_open(&one, navigators[0]);
    for (unsigned i = 0; i < 10; i++) {
        /* The receiver's completion is the first that is pushed, or the sender's. */
        assert_true(am65x_inject(AM65X_FAULT_RING_ERROR, 0, 1));
        send_and_settle(&one, one.first);
        assert_int_equal(one.errors[UDMA_ERROR_MEMORY] + one.sender_errors[UDMA_ERROR_MEMORY],
                         i + 1);
        assert_int_equal(one.received, i + 1); /* the element was written all the same */
    }
    must_close(&one);
}

static void a_ring_error_finds_its_owner(void **state)
{
    (void)state;
    must_open(&one, navigators[0]);
    must_open(&two, navigators[0]);
    for (unsigned i = 0; i < 8; i++) {
        struct loop *loop = i % 2 == 0 ? &one : &two;

        must(irq_set_affinity(events_of(&one)->ring_irq, i % 4));
        assert_true(am65x_inject(AM65X_FAULT_RING_ERROR, 0, 1));
        send_and_settle(loop, loop->first);
        assert_int_equal(loop->errors[UDMA_ERROR_MEMORY] + loop->sender_errors[UDMA_ERROR_MEMORY],
                         i / 2 + 1);
    }
    must_close(&one);
    assert_true(am65x_inject(AM65X_FAULT_RING_ERROR, 0, 1));
    send_and_settle(&two, two.first);
    assert_int_equal(two.errors[UDMA_ERROR_MEMORY] + two.sender_errors[UDMA_ERROR_MEMORY], 5);
    must_close(&two);
}

/* One that was noted before is not told; but it is read, or no event would come. */
static void an_earlier_ring_error_does_not_block(void **state)
{
    (void)state;
    must(open_loop(&one, navigators[0], NULL, false));
    assert_true(am65x_inject(AM65X_FAULT_RING_ERROR, 0, 1));
    send_and_settle(&one, one.first);
    must_open(&two, navigators[0]);
    assert_true(am65x_inject(AM65X_FAULT_RING_ERROR, 0, 1));
    send_and_settle(&two, two.first);
    assert_int_equal(two.errors[UDMA_ERROR_MEMORY] + two.sender_errors[UDMA_ERROR_MEMORY], 1);
    must_close(&two);
    must_close(&one);
}

/* TI's erratum: the log of the MCU's ring accelerator is not to be read. */
static void the_mcus_ring_accelerator_is_left_alone(void **state)
{
    (void)state;
    must_open(&one, navigators[1]);
    assert_non_null(events_of(&one)->flow_irq);
    assert_null(events_of(&one)->ring_irq);
    assert_false(says(one.flows[0], "no errors"));
    must_close(&one);
}

/* ---- all cores at once ---- */

#define ROUNDS     12u
#define TIMEOUT_US 600000000u

static struct loop loops[CORE_MAX];
static unsigned bad[CORE_MAX], heard[CORE_MAX];
static unsigned finished; /* cores */

static bool all_have_finished(void *argument)
{
    (void)argument;
    return __atomic_load_n(&finished, __ATOMIC_ACQUIRE) == core_count();
}

static bool has_heard(void *argument)
{
    const struct loop *loop = argument;

    return __atomic_load_n(&loop->errors[UDMA_ERROR_FLOW], __ATOMIC_ACQUIRE) != 0;
}

/* Each opens, is told of a packet of its own, and closes, so that the interrupts come and go. What
 * another's packet kept from being noted is sent again. */
static void come_and_go(void *argument)
{
    const unsigned core = core_id();
    struct loop *loop = &loops[core];
    static uint8_t byte;

    (void)argument;
    for (unsigned round = 0; round < ROUNDS; round++) {
        const deadline_t deadline = deadline_after_us(TIMEOUT_US / ROUNDS);
        struct udma_buffer buffer = {.data = &byte, .length = 1};
        struct udma_header header = {.type = 0};
        const struct udma_packet packet = {
            .buffers = &buffer, .buffer_count = 1, .header = &header};

        bad[core] += open_loop(loop, navigators[(core + round) % 2], on_error, false) != 0;
        header.flow = bad_flow(loop, core);
        while (bad[core] == 0 && !has_heard(loop) && !deadline_passed(deadline)) {
            (void)udma_send(loop->transmit, &packet, 1);
            (void)idle_for(has_heard, loop, 500);
        }
        heard[core] += has_heard(loop);
        bad[core] += close_loop(loop) != 0 || loop->heard != header.flow;
    }
    /* The work of others may be queued here. */
    __atomic_add_fetch(&finished, 1, __ATOMIC_RELEASE);
    wait_notify();
    bad[core] += idle_for(all_have_finished, NULL, TIMEOUT_US) != 0;
}

static void all_cores_come_and_go(void **state)
{
    (void)state;
    must(run_on_all_cores(come_and_go, NULL, TIMEOUT_US));
    for (unsigned i = 0; i < core_count(); i++) {
        assert_int_equal(bad[i], 0);
        assert_int_equal(heard[i], ROUNDS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refused_flow_is_told_with_its_number),
        cmocka_unit_test(what_comes_meanwhile_counts_as_one),
        cmocka_unit_test(the_interrupt_may_move_meanwhile),
        cmocka_unit_test(a_close_tells_what_nobody_has_told),
        cmocka_unit_test(others_may_come_and_go),
        cmocka_unit_test(what_is_nobodys_does_not_block),
        cmocka_unit_test(a_polled_channel_asks_for_no_interrupt),
        cmocka_unit_test(a_callback_can_not_open_or_close),
        cmocka_unit_test(a_clear_whose_answer_is_lost_tells_once),
        cmocka_unit_test(a_clear_that_is_refused_tells_once),
        cmocka_unit_test(a_system_firmware_that_is_silent_is_not_asked_for_ever),
        cmocka_unit_test(an_event_of_another_host_is_done_without),
        cmocka_unit_test(every_fault_is_undone),
        cmocka_unit_test(a_ring_whose_memory_fails_is_told),
        cmocka_unit_test(a_ring_error_finds_its_owner),
        cmocka_unit_test(an_earlier_ring_error_does_not_block),
        cmocka_unit_test(the_mcus_ring_accelerator_is_left_alone),
        cmocka_unit_test(all_cores_come_and_go),
    };
    struct CMUnitTest all[sizeof(tests) / sizeof(tests[0])];

    memcpy(all, tests, sizeof(tests));
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        all[i].setup_func = set_up;
        all[i].teardown_func = tear_down;
    }
    return cmocka_run_group_tests(all, start, NULL);
}
