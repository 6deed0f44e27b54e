// SPDX-License-Identifier: BSD-3-Clause
/*
 * Closes and aborts from the callbacks that a close or an abort itself calls, in thread context:
 * each is -EAGAIN and does nothing, as drivers/udma/{udma,packet,transfers}.h say; and the outer
 * one ends as if nobody had tried.
 */
#include "drivers/udma/packet.h"
#include "drivers/udma/transfers.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DEPTH     8u
#define SIZE      64u
#define SETTLE_US 20000u

static struct udma_host_inventory before;

static int start(void **state)
{
    (void)state;
    udma_host_start();
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
    const struct udma_host_inventory after = udma_host_inventory();

    (void)state;
    assert_memory_equal(&after, &before, sizeof(after));
    return 0;
}

/* ---- packets ---- */

static struct udma_transmit *transmit;
static struct udma_receive *receive;
static struct udma_flow *flow;
static uint8_t memory[DEPTH][SIZE];
static bool closing;
static unsigned sent, canceled, received, returned, refused;

/* A callback in the interrupt has no business there at all. */
static void expect_again(int error)
{
    if (error == -EDEADLK)
        return;
    assert_int_equal(error, -EAGAIN);
    refused++;
}

static void on_sent(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    sent += status == 0;
    canceled += status == -ECANCELED;
    if (closing)
        expect_again(udma_transmit_close(transmit));
}

static void close_receiver(void)
{
    if (!closing)
        return;
    expect_again(udma_flow_close(flow));
    expect_again(udma_receive_close(receive));
}

static void on_packet(void *context)
{
    (void)context;
    received++;
    close_receiver();
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    (void)packets;
    for (unsigned i = 0; i < count; i++)
        on_packet(context);
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)context;
    (void)buffer;
    returned++;
    close_receiver();
}

static void open_pair(bool polled, const struct udma_delivery *delivery)
{
    const struct udma_transmit_config sender = {
        .polled = polled, .delivery = delivery, .depth = DEPTH, .buffers_max = 1, .sent = on_sent};
    const struct udma_receive_config receiver = {.flow_count = 1};
    const struct udma_flow_config config = {.polled = polled,
                                            .delivery = delivery,
                                            .depth = DEPTH,
                                            .received = on_received,
                                            .returned = on_returned};

    closing = false;
    sent = canceled = received = returned = refused = 0;
    assert_int_equal(udma_transmit_open(&sender, &transmit), 0);
    assert_int_equal(udma_receive_open(&receiver, &receive), 0);
    assert_int_equal(udma_flow_open(receive, 0, &config, &flow), 0);
    assert_int_equal(udma_loopback_pair(transmit, receive), 0);
    assert_int_equal(udma_receive_start(receive), 0);
}

static void give(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct udma_buffer buffer = {memory[i], NULL, SIZE};

        assert_int_equal(udma_flow_give(flow, 0, &buffer, 1), 1);
    }
}

static void send(unsigned count)
{
    static uint8_t data[SIZE];
    struct udma_buffer buffer = {data, NULL, SIZE};
    const struct udma_packet packet = {.buffers = &buffer, .buffer_count = 1};

    for (unsigned i = 0; i < count; i++)
        assert_int_equal(udma_send(transmit, &packet, 1), 1);
}

/* Four packets, and buffers for so many; the closes of both call callbacks that close. */
static void close_both(unsigned buffers)
{
    int error;

    give(buffers);
    send(4);
    closing = true;
    error = udma_transmit_close(transmit);
    assert_true(error == 0 || error == -ETIMEDOUT);
    assert_int_equal(sent + canceled, 4);
    assert_int_equal(udma_receive_close(receive), 0);
    assert_int_equal(received + returned, buffers);
    assert_true(refused != 0);
}

static void callbacks_of_a_close_close_nothing(void **state)
{
    (void)state;
    open_pair(false, NULL);
    close_both(2); /* the third waits, so packets are canceled */
    assert_true(canceled != 0);
    open_pair(false, NULL);
    close_both(DEPTH);
    assert_true(returned != 0);
    open_pair(true, NULL);
    close_both(2);
    open_pair(true, NULL);
    close_both(DEPTH);
    open_pair(false, &udma_in_thread);
    close_both(2);
}

static void a_flow_that_is_closed_returns_to_one_that_closes_it(void **state)
{
    (void)state;
    open_pair(false, NULL);
    give(3);
    assert_int_equal(udma_transmit_close(transmit), 0);
    host_advance_us(SETTLE_US);
    closing = true;
    assert_int_equal(udma_flow_close(flow), 0);
    assert_int_equal(returned, 3);
    assert_int_equal(refused, 6);
    assert_int_equal(udma_receive_close(receive), 0);
}

/* ---- copies ---- */

static struct udma_channel *channel;

static void on_end(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    sent += status == 0;
    canceled += status == -ECANCELED;
    if (!closing)
        return;
    expect_again(udma_channel_abort(channel));
    expect_again(udma_channel_close(channel));
}

static void open_channel(bool polled, const struct udma_delivery *delivery)
{
    const struct udma_channel_config config = {.polled = polled,
                                               .delivery = delivery,
                                               .depth = DEPTH,
                                               .callback = on_end,
                                               .transfers = &udma_transfers};

    closing = false;
    sent = canceled = refused = 0;
    assert_int_equal(udma_channel_open(&config, &channel), 0);
}

static void check_abort(bool polled, const struct udma_delivery *delivery)
{
    static uint8_t from[4 * SIZE], to[4 * SIZE];
    const struct udma_move move = udma_move_copy((uintptr_t)to, (uintptr_t)from, SIZE);
    const struct udma_transfer_config config = {
        .moves = &move, .count = 1, .trigger = UDMA_TRIGGER_0, .step = UDMA_STEP_TRANSFER};
    struct udma_transfer *transfer;

    open_channel(polled, delivery);
    assert_int_equal(udma_transfer_prepare(channel, &config, &transfer), 0);
    assert_int_equal(udma_submit(channel, &transfer, 1, NULL), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(udma_copy(channel, (uintptr_t)to, (uintptr_t)from, SIZE, NULL), 0);
    closing = true;
    assert_int_equal(udma_channel_abort(channel), 0);
    assert_int_equal(sent + canceled, 4);
    assert_true(refused != 0);
    closing = false;
    assert_int_equal(udma_copy(channel, (uintptr_t)to, (uintptr_t)from, SIZE, NULL), 0);
    host_advance_us(SETTLE_US);
    if (polled)
        assert_int_equal(udma_poll(channel), 1);
    if (delivery != NULL)
        assert_int_equal(udma_flush(channel, SETTLE_US), 0);
    assert_int_equal(sent, 1); /* it goes on */
    assert_int_equal(udma_channel_close(channel), 0);
}

static void callbacks_of_an_abort_neither_abort_nor_close(void **state)
{
    (void)state;
    check_abort(false, NULL);
    check_abort(true, NULL);
    check_abort(false, &udma_in_thread);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(callbacks_of_a_close_close_nothing),
        TEST(a_flow_that_is_closed_returns_to_one_that_closes_it),
        TEST(callbacks_of_an_abort_neither_abort_nor_close),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
