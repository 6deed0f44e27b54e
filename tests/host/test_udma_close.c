// SPDX-License-Identifier: BSD-3-Clause
/*
 * A channel that is being closed takes no copies, as drivers/udma/udma.h says: neither from its
 * callbacks, which the transfer in flight still brings, nor from another core in the middle of the
 * close. Nor does it let anybody poll then; and what is given to a flow meanwhile comes back.
 */
#include "arch/core.h"
#include "drivers/udma/packet.h"
#include "drivers/udma/transfers.h"
#include "drivers/udma/udma.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/support/udma_host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIZE   0x10000u
#define COPIES 8u

static struct udma_channel *channel;
static uint8_t *memory;
static bool begun; /* the close */
static unsigned callbacks, accepted, refused;

static int start(void **state)
{
    int error = msi_case_start(state);

    return error == 0 ? udma_host_join(msi_case.aggregator) : error;
}

static int copy(void)
{
    return udma_copy(channel, (uintptr_t)memory + SIZE, (uintptr_t)memory, SIZE, NULL);
}

static void try_copy(void *argument)
{
    int error = copy();

    (void)argument;
    assert_true(error == 0 || error == -ECANCELED);
    accepted += error == 0;
    refused += error == -ECANCELED;
}

static void copied(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
    callbacks++;
    if (begun)
        try_copy(NULL);
}

static void open_and_queue(void)
{
    const struct udma_channel_config config = {.depth = 2 * COPIES, .callback = copied, .core = 1};

    memory = calloc(2, SIZE);
    begun = false;
    callbacks = accepted = refused = 0;
    assert_int_equal(udma_channel_open(&config, &channel), 0);
    for (unsigned i = 0; i < COPIES; i++)
        assert_int_equal(copy(), 0);
}

static void close_channel(void)
{
    begun = true;
    assert_int_equal(udma_channel_close(channel), 0);
    unsigned at_close = callbacks;

    host_advance_us(100000);
    assert_int_equal(callbacks, at_close);
    free(memory);
}

static void callbacks_of_a_channel_that_closes_are_refused_copies(void **state)
{
    (void)state;
    open_and_queue();
    close_channel();
    assert_true(refused != 0);
    assert_int_equal(accepted, 0);
}

/* Whether the transmit channel has been told to stop: from then on no copy is taken. */
static bool stop_seen;

static void see_stop(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    (void)value;
    if (address - AM65X_TCHAN_RT_BASE < 0x100000u)
        stop_seen = true;
}

static void copy_from_another_core(void *argument)
{
    int error = copy();

    (void)argument;
    assert_true(error == -ECANCELED || (error == 0 && !stop_seen));
    refused += error == -ECANCELED;
}

/* Until the channel's memory goes, which is the caller's affair, as after irq_free(). */
static bool while_it_waits(const struct host_point *point)
{
    return !point->in_interrupt && point->mutexes == 0 && point->spinlocks == 0 &&
           strcmp(point->function, "wait_for") == 0 && !point->returned;
}

static void other_cores_are_refused_copies(void **state)
{
    const struct interleave copying = {
        .core = 2, .run = copy_from_another_core, .allowed = while_it_waits};

    (void)state;
    open_and_queue();
    stop_seen = false;
    host_set_write_observer(see_stop);
    interleave_begin(&copying, 1);
    close_channel();
    assert_true(interleave_end());
    host_set_write_observer(NULL);
    assert_true(refused != 0);
}

/* ---- what is polled: nobody gets in while it is closed or aborted ---- */

#define POINTS_MAX 10000u

static struct udma_transmit *transmit;
static struct udma_receive *receive;
static struct udma_flow *flow;
static unsigned given, returned_buffers, polls, polls_of_flow;

static void on_sent(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    (void)context;
    (void)packets;
    (void)count;
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)context;
    (void)buffer;
    returned_buffers++;
}

static int give(void)
{
    static uint8_t space[64];
    const struct udma_buffer buffer = {.data = space, .length = sizeof(space)};
    int taken = udma_flow_give(flow, 0, &buffer, 1);

    given += taken == 1;
    return taken;
}

static void open_packets(void)
{
    const struct udma_transmit_config sends = {
        .polled = true, .depth = COPIES, .buffers_max = 1, .sent = on_sent};
    const struct udma_receive_config receives = {.flow_count = 1};
    const struct udma_flow_config takes = {
        .polled = true, .depth = COPIES, .received = on_received, .returned = on_returned};

    given = returned_buffers = 0;
    assert_int_equal(udma_transmit_open(&sends, &transmit), 0);
    assert_int_equal(udma_receive_open(&receives, &receive), 0);
    assert_int_equal(udma_flow_open(receive, 0, &takes, &flow), 0);
    assert_int_equal(udma_loopback_pair(transmit, receive), 0);
    assert_int_equal(give(), 1);
    assert_int_equal(udma_receive_start(receive), 0);
}

static void open_polled(void)
{
    const struct udma_channel_config config = {
        .depth = COPIES, .polled = true, .callback = copied, .transfers = &udma_transfers};

    begun = false;
    memory = calloc(2, SIZE);
    assert_int_equal(udma_channel_open(&config, &channel), 0);
    assert_int_equal(copy(), 0);
}

/* Another core comes in at the nth write to a register of an operation. None is written once the
 * memory has gone. */
static void (*run)(void *argument);
static unsigned left; /* writes until then; 0: it has come */

static void come_in(uintptr_t address, unsigned size, uint64_t value)
{
    (void)address;
    (void)size;
    (void)value;
    if (left != 0 && --left == 0)
        host_run_as_core(2, run, NULL);
}

/* Whether there was such a write. */
static bool comes_in(void (*intruder)(void *), unsigned at, int (*operation)(void))
{
    run = intruder;
    left = at;
    host_set_write_observer(come_in);
    assert_int_equal(operation(), 0);
    host_set_write_observer(NULL);
    return left == 0;
}

static void poll_channel(void *argument)
{
    (void)argument;
    assert_int_equal(udma_poll(channel), -EBUSY);
    polls++;
}

static void poll_transmit(void *argument)
{
    (void)argument;
    assert_int_equal(udma_transmit_poll(transmit), -EBUSY);
    polls++;
}

/* The close of a receive channel stops the hardware before it comes to the flow: from some point
 * on, nobody. */
static void poll_flow(void *argument)
{
    int taken = udma_flow_poll(flow);

    (void)argument;
    assert_true(taken == -EBUSY || (taken == 0 && polls_of_flow == 0));
    polls_of_flow += taken == -EBUSY;
}

static int close_it(void)
{
    return udma_channel_close(channel);
}

static int abort_it(void)
{
    return udma_channel_abort(channel);
}

static int close_transmit(void)
{
    return udma_transmit_close(transmit);
}

static int close_receive(void)
{
    return udma_receive_close(receive);
}

static void nobody_polls_a_channel_that_is_closed_or_aborted(void **state)
{
    (void)state;
    for (unsigned aborts = 0; aborts < 2; aborts++) {
        bool came = true;

        polls = 0;
        for (unsigned at = 1; came; at++) {
            assert_true(at < POINTS_MAX);
            open_polled();
            came = comes_in(poll_channel, at, aborts != 0 ? abort_it : close_it);
            if (aborts != 0) {
                assert_int_equal(udma_poll(channel), 0); /* and afterwards all is as before */
                assert_int_equal(udma_channel_close(channel), 0);
            }
            free(memory);
        }
        assert_true(polls != 0);
    }
}

static void nobody_polls_packets_that_are_closed(void **state)
{
    bool came = true;

    (void)state;
    polls = polls_of_flow = 0;
    for (unsigned at = 1; came; at++) {
        assert_true(at < POINTS_MAX);
        open_packets();
        came = comes_in(poll_transmit, at, close_transmit);
        came = comes_in(poll_flow, at, close_receive) || came;
        assert_int_equal(returned_buffers, given);
    }
    assert_true(polls != 0 && polls_of_flow != 0);
}

/* What a flow takes from another core in the middle of its close comes back in the close. */
static void give_from_another_core(void *argument)
{
    int taken = give();

    (void)argument;
    assert_true(taken == 1 || taken == -ECANCELED);
    refused += taken == -ECANCELED;
}

static void what_is_given_in_a_close_comes_back(void **state)
{
    bool came = true;

    (void)state;
    refused = 0;
    for (unsigned at = 1; came; at++) {
        assert_true(at < POINTS_MAX);
        open_packets();
        assert_int_equal(udma_transmit_close(transmit), 0);
        came = comes_in(give_from_another_core, at, close_receive);
        assert_int_equal(returned_buffers, given);
    }
    assert_true(refused != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callbacks_of_a_channel_that_closes_are_refused_copies),
        cmocka_unit_test(other_cores_are_refused_copies),
        cmocka_unit_test(nobody_polls_a_channel_that_is_closed_or_aborted),
        cmocka_unit_test(nobody_polls_packets_that_are_closed),
        cmocka_unit_test(what_is_given_in_a_close_comes_back),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
