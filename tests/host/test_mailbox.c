// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mailbox on the host: the driver and the interrupt layer on the device models. What each step
 * that fails leaves; another core, or the other side, that comes in between at each point; and four
 * cores at once, under the thread sanitizer too. The self-test has the rest.
 */
#include "arch/core.h"
#include "drivers/mailbox/mailbox.h"
#include "drivers/mailbox/mailbox_registers.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"
#include "tests/target/mailbox_talk.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define CLUSTER     3u
#define BASE        (AM65X_MAILBOX_BASE + CLUSTER * AM65X_MAILBOX_STRIDE)
#define PLACE(name) (BASE + offsetof(struct mailbox_registers, name))
#define TRANSMIT    2u /* of end 0 (mailbox_talk_end()), and what end 1 receives from */
#define RECEIVE     5u
#define USER        1u
#define TALK        200u
#define LONG_US     3600000000u
#define SETTLE_US   1000u
#define POINTS_MAX  1000u

static struct mailbox_cluster *cluster;
static struct mailbox *mailbox;
static uint32_t got[64];
static unsigned got_count, readies, sent_by_ready;
static struct irq_inventory before;

struct irq_parent *platform_intr(void)
{
    return msi_case.router;
}

/* ---- the other side, by registers: as another processor has it ---- */

static uint32_t look(uint64_t address)
{
    uint64_t value = 0;

    assert_true(am65x_read(address, 4, &value));
    return (uint32_t)value;
}

static void peer_puts(uint32_t message)
{
    assert_true(am65x_write(PLACE(message[RECEIVE]), 4, message));
}

static unsigned peer_has(void)
{
    return look(PLACE(msg_status[TRANSMIT]));
}

static uint32_t peer_takes(void)
{
    return look(PLACE(message[TRANSMIT]));
}

static uint32_t enabled(void)
{
    return look(PLACE(users[USER].irq_enable_set));
}

/* ---- callbacks ---- */

static void received(void *context, const uint32_t *messages, unsigned count)
{
    (void)context;
    assert_true(count >= 1 && count <= MAILBOX_FIFO_MESSAGES);
    assert_true(got_count + count <= sizeof(got) / sizeof(got[0]));
    memcpy(got + got_count, messages, count * sizeof(got[0]));
    got_count += count;
}

static void ready(void *context)
{
    (void)context;
    readies++;
}

static struct mailbox_config config_of(void)
{
    struct mailbox_config config = mailbox_talk_end(cluster, 0);

    config.received = received;
    config.ready = ready;
    config.core = 0;
    return config;
}

static int start(void **state)
{
    int error = msi_case_start(state);

    return error == 0 ? platform_mailbox_take(CLUSTER, &cluster) : error;
}

static int stop(void **state)
{
    (void)state;
    return platform_mailbox_release(CLUSTER);
}

static int set_up(void **state)
{
    (void)state;
    assert_true(am65x_write(PLACE(sysconfig), 4, 1));
    got_count = readies = sent_by_ready = 0;
    before = msi_in_use();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(cluster->users | cluster->transmits | cluster->receives, 0);
    assert_int_equal(enabled(), 0);
    return 0;
}

static void open_one(void)
{
    const struct mailbox_config config = config_of();

    assert_int_equal(mailbox_open(&config, &mailbox), 0);
}

static void close_one(void)
{
    assert_int_equal(mailbox_close(mailbox), 0);
    mailbox = NULL;
}

static void fill(void)
{
    for (uint32_t i = 0; i < MAILBOX_FIFO_MESSAGES; i++)
        assert_int_equal(mailbox_send(mailbox, i), 0);
    assert_int_equal(mailbox_send(mailbox, 99), -EAGAIN);
}

/* ---- one side ---- */

static void sends_and_receives(void **state)
{
    struct mailbox_counters counters;

    (void)state;
    open_one();
    assert_int_equal(mailbox_send(mailbox, 0x12345678), 0);
    assert_int_equal(peer_has(), 1);
    assert_int_equal(peer_takes(), 0x12345678);
    for (uint32_t i = 0; i < 3; i++)
        peer_puts(i + 10);
    host_advance_us(SETTLE_US);
    assert_int_equal(got_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(got[i], i + 10);
    mailbox_pause(mailbox);
    peer_puts(13);
    host_advance_us(SETTLE_US);
    assert_int_equal(got_count, 3);
    mailbox_resume(mailbox);
    host_advance_us(SETTLE_US);
    assert_int_equal(got_count, 4);
    mailbox_get_counters(mailbox, &counters);
    assert_int_equal(counters.sent, 1);
    assert_int_equal(counters.received, 4);
    assert_int_equal(counters.full, 0);
    close_one();
}

static void room_is_told_of_once_and_then_nobody_asks(void **state)
{
    (void)state;
    open_one();
    fill();
    host_advance_us(SETTLE_US);
    assert_int_equal(readies, 0);
    (void)peer_takes();
    host_advance_us(SETTLE_US);
    assert_int_equal(readies, 1);
    assert_int_equal(enabled(), MAILBOX_NEW_MESSAGE(RECEIVE));
    (void)peer_takes();
    host_advance_us(SETTLE_US);
    assert_int_equal(readies, 1);
    close_one();
}

static void what_was_left_is_disabled_or_received(void **state)
{
    (void)state;
    assert_true(am65x_write(PLACE(users[USER].irq_enable_set), 4, UINT32_MAX));
    peer_puts(1);
    peer_puts(2);
    open_one();
    assert_int_equal(enabled(), MAILBOX_NEW_MESSAGE(RECEIVE));
    host_advance_us(SETTLE_US);
    assert_int_equal(got_count, 2);
    assert_int_equal(got[0], 1);
    close_one();
    peer_puts(3);
    open_one();
    host_advance_us(SETTLE_US);
    assert_int_equal(got[2], 3);
    close_one();
}

static void a_wait_ends_with_room_or_with_its_time(void **state)
{
    (void)state;
    open_one();
    for (uint32_t i = 0; i < MAILBOX_FIFO_MESSAGES; i++)
        assert_int_equal(mailbox_send_wait(mailbox, i, SETTLE_US), 0);
    assert_int_equal(mailbox_send_wait(mailbox, 99, SETTLE_US), -ETIMEDOUT);
    assert_int_equal(peer_has(), MAILBOX_FIFO_MESSAGES);
    (void)peer_takes();
    host_advance_us(SETTLE_US);
    assert_int_equal(readies, 0); /* nobody was told to wait for it */
    assert_int_equal(mailbox_send_wait(mailbox, 4, SETTLE_US), 0);
    for (uint32_t i = 1; i <= 4; i++)
        assert_int_equal(peer_takes(), i);
    close_one();
}

static void one_direction_only(void **state)
{
    struct mailbox_config sender = config_of(), receiver = config_of();

    (void)state;
    sender.receive = MAILBOX_NONE;
    sender.received = NULL;
    receiver.transmit = MAILBOX_NONE;
    assert_int_equal(mailbox_open(&sender, &mailbox), 0);
    peer_puts(1);
    mailbox_pause(mailbox);
    mailbox_resume(mailbox);
    assert_int_equal(enabled(), 0);
    fill();
    (void)peer_takes();
    host_advance_us(SETTLE_US);
    assert_int_equal(readies, 1);
    assert_int_equal(got_count, 0);
    close_one();
    assert_int_equal(mailbox_open(&receiver, &mailbox), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(got_count, 1);
    assert_int_equal(mailbox_send(mailbox, 1), -EINVAL);
    assert_int_equal(mailbox_send_wait(mailbox, 1, 1), -EINVAL);
    close_one();
    receiver.receive = MAILBOX_NONE;
    assert_int_equal(mailbox_open(&receiver, &mailbox), -EINVAL);
}

/* ---- what is not allowed ---- */

static void try_in_interrupt(void *argument)
{
    const struct mailbox_config config = config_of();
    struct mailbox *other;

    (void)argument;
    assert_int_equal(mailbox_open(&config, &other), -EDEADLK);
    assert_int_equal(mailbox_close(mailbox), -EDEADLK);
    assert_int_equal(mailbox_send_wait(mailbox, 1, 1), -EDEADLK);
    assert_int_equal(mailbox_set_affinity(mailbox, 1), -EDEADLK);
}

static void what_needs_thread_context_says_so(void **state)
{
    (void)state;
    open_one();
    host_run_in_interrupt(try_in_interrupt, NULL);
    assert_int_equal(peer_has(), 0);
    close_one();
}

static void users_and_fifos_have_one_owner(void **state)
{
    struct mailbox_config other = config_of();
    struct mailbox *second;

    (void)state;
    open_one();
    other.transmit = 8;
    other.receive = 9;
    assert_int_equal(mailbox_open(&other, &second), -EBUSY); /* the user */
    other.user = 0;
    other.transmit = TRANSMIT;
    assert_int_equal(mailbox_open(&other, &second), -EBUSY);
    other.transmit = 8;
    other.receive = RECEIVE;
    assert_int_equal(mailbox_open(&other, &second), -EBUSY);
    other.transmit = RECEIVE;
    other.receive = TRANSMIT; /* the other side */
    assert_int_equal(mailbox_open(&other, &second), 0);
    assert_int_equal(mailbox_send(second, 5), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(got[0], 5);
    assert_int_equal(platform_mailbox_release(CLUSTER), -EBUSY);
    assert_int_equal(mailbox_close(second), 0);
    close_one();
}

/* ---- steps that fail ---- */

static void a_failed_open_leaves_nothing(void **state)
{
    static const struct {
        const char *call;
        int error, expected;
    } steps[] = {
        {"calloc", -ENOMEM, -ENOMEM},
        {"ti_sci_route_map", -EACCES, -EACCES},
        {"gic_configure", -ETIMEDOUT, -ETIMEDOUT},
    };
    const struct mailbox_config config = config_of();

    (void)state;
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        host_fail_calls(steps[i].call, 1, 1, steps[i].error, false);
        assert_int_equal(mailbox_open(&config, &mailbox), steps[i].expected);
        assert_int_equal(host_failed_calls(), 1);
        host_fail_calls(NULL, 0, 0, 0, false);
        assert_int_equal(cluster->users | cluster->transmits | cluster->receives, 0);
        assert_true(msi_in_use_equal(&before));
        assert_int_equal(enabled(), 0);
    }
    open_one();
    close_one();
}

static void open_and_close(void)
{
    open_one();
    close_one();
}

static void a_route_that_stays_is_told_of(void **state)
{
    (void)state;
    open_one();
    host_fail_calls("ti_sci_route_unmap", 1, 100, -EACCES, false);
    assert_int_equal(mailbox_close(mailbox), -EIO);
    host_fail_calls(NULL, 0, 0, 0, false);
    assert_int_equal(cluster->users, 0);
    assert_true(msi_comes_back(&before, open_and_close));
}

/* ---- a close while a callback runs ---- */

static int closed_in_between;

static void close_meanwhile(void *argument)
{
    (void)argument;
    closed_in_between = mailbox_close(mailbox);
}

static void received_slowly(void *context, const uint32_t *messages, unsigned count)
{
    received(context, messages, count);
    host_run_as_core(1, close_meanwhile, NULL);
    assert_int_equal(mailbox_send(mailbox, 1), -ECANCELED);
}

static void a_close_during_a_callback_can_be_repeated(void **state)
{
    struct mailbox_config config = config_of();

    (void)state;
    config.received = received_slowly;
    assert_int_equal(mailbox_open(&config, &mailbox), 0);
    peer_puts(1);
    host_advance_us(SETTLE_US);
    assert_int_equal(got_count, 1);
    assert_int_equal(closed_in_between, -EAGAIN);
    peer_puts(2);
    host_advance_us(SETTLE_US);
    assert_int_equal(got_count, 1);
    close_one();
    assert_int_equal(look(PLACE(msg_status[RECEIVE])), 1);
}

/* ---- somebody comes in between, at each point ---- */

static void peer_empties(void *argument)
{
    (void)argument;
    while (peer_has() != 0)
        (void)peer_takes();
}

static bool anywhere(const struct host_point *point)
{
    (void)point;
    return true;
}

/* Whoever was told that there is no room is told when there is, whenever that was. */
static void room_that_comes_in_between_is_told_of(void **state)
{
    const struct interleave emptying = {.core = 2, .run = peer_empties, .allowed = anywhere};
    unsigned at = 1, refused = 0;
    bool came;

    (void)state;
    open_one();
    do {
        int error;

        peer_empties(NULL);
        for (uint32_t i = 0; i < MAILBOX_FIFO_MESSAGES; i++)
            assert_int_equal(mailbox_send(mailbox, i), 0);
        readies = 0;
        interleave_begin(&emptying, at++);
        error = mailbox_send(mailbox, 7);
        came = interleave_end();
        host_advance_us(SETTLE_US);
        assert_true(error == 0 || error == -EAGAIN);
        if (strcmp(interleave_where(), "mmio_write32") == 0)
            assert_int_equal(error, 0); /* it enabled the interrupt, and looked once more */
        if (came && error == -EAGAIN) {
            refused++;
            assert_int_equal(readies, 1);
        }
        assert_true(at < POINTS_MAX);
    } while (came);
    assert_true(refused != 0);
    peer_empties(NULL);
    host_advance_us(SETTLE_US);
    close_one();
}

static void peer_puts_one(void *argument)
{
    peer_puts((uint32_t)(uintptr_t)argument);
}

/* Into the middle of the interrupt of the message before, too. */
static void a_message_that_comes_in_between_is_received(void **state)
{
    const struct interleave putting = {
        .core = 2, .run = peer_puts_one, .argument = (void *)2, .allowed = anywhere};
    unsigned at = 1;
    bool came;

    (void)state;
    open_one();
    do {
        got_count = 0;
        mailbox_pause(mailbox);
        peer_puts(1);
        interleave_begin(&putting, at++);
        mailbox_resume(mailbox); /* and its interrupt is there */
        came = interleave_end();
        host_advance_us(SETTLE_US);
        assert_int_equal(got_count, came ? 2 : 1);
        assert_int_equal(got[0], 1);
        assert_true(!came || got[1] == 2);
        assert_true(at < POINTS_MAX);
    } while (came);
    assert_true(at > 3);
    close_one();
}

/* ---- four cores at once ---- */

static void talk(bool reopen)
{
    const struct mailbox_talk all = {
        .cluster = cluster, .messages = TALK, .reopen = reopen, .timeout_us = LONG_US};
    struct mailbox_talk_result result;

    mailbox_talk_run(&all, &result);
    assert_int_equal(result.status, 0);
    assert_int_equal(result.wrong, 0);
    assert_int_equal(result.overlapped, 0);
    assert_int_equal(result.sent, mailbox_talk_messages(&all));
    assert_int_equal(result.received, result.sent);
    if (!reopen)
        assert_int_equal(result.cores, (1u << core_count()) - 1);
}

static void all_cores_talk(void **state)
{
    (void)state;
    talk(false);
}

static void all_cores_talk_to_one_that_closes(void **state)
{
    (void)state;
    talk(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sends_and_receives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(room_is_told_of_once_and_then_nobody_asks, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_was_left_is_disabled_or_received, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wait_ends_with_room_or_with_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_direction_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_needs_thread_context_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(users_and_fifos_have_one_owner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_open_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_route_that_stays_is_told_of, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_close_during_a_callback_can_be_repeated, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(room_that_comes_in_between_is_told_of, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_that_comes_in_between_is_received, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(all_cores_talk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_cores_talk_to_one_that_closes, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("mailbox", tests, start, stop);
}
