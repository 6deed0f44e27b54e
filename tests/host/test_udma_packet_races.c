// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets with cores that are real threads: all send on one channel, callbacks send and give, the
 * interrupts move meanwhile, and both ends are closed under everybody's hands. Each packet that was
 * taken has its sent() once, each buffer that was given comes back once. Built twice, under the
 * address and the thread sanitizer.
 */
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/udma/packet_channels.h"
#include "msi/irq.h"
#include "msi/work.h"
#include "tests/host/support/close_race.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DEPTH      8u
#define ROUNDS     24u
#define EACH       150u /* packets of a core */
#define COUNT_MAX  20000u
#define BUFFERS    (4u * (DEPTH + 1u))
#define TRIES      200000u
#define TIMEOUT_US 3600000000u

static struct udma_host_inventory before;

static int start(void **state)
{
    (void)state;
    udma_host_start();
    return 0;
}

static unsigned get(const unsigned *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void set(unsigned *value, unsigned to)
{
    __atomic_store_n(value, to, __ATOMIC_SEQ_CST);
}

static unsigned add(unsigned *value)
{
    return __atomic_fetch_add(value, 1, __ATOMIC_SEQ_CST);
}

/* ---- packets and buffers, which are counted ---- */

struct message {
    uint32_t number, core, of_core;
};

static struct sent {
    struct message message; /* what is sent */
    unsigned taken;         /* udma_send() took it */
    unsigned sent, canceled, received;
} packets[COUNT_MAX];

static struct buffer {
    struct message message;
    unsigned given; /* 1: it is the flow's */
} buffers[BUFFERS];

static struct {
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    unsigned next;                /* of packets[] */
    unsigned of_core[CORE_MAX];   /* packets that it has had taken */
    unsigned expected[CORE_MAX];  /* the next one's number, as the receiver sees it */
    unsigned sending, receiving;  /* a callback runs */
    unsigned twice, out_of_order; /* callbacks at once; packets */
    unsigned late, closed;        /* callbacks after the close */
    unsigned accepted, teardowns;
    bool answers; /* callbacks send too */
} link;

static void enter(unsigned *flag)
{
    if (__atomic_exchange_n(flag, 1, __ATOMIC_SEQ_CST) != 0)
        add(&link.twice);
    if (get(&link.closed) != 0)
        add(&link.late);
}

/* Takes the next packet's record, and fills it in. */
static struct sent *new_packet(unsigned core)
{
    const unsigned number = add(&link.next);

    assert(number < COUNT_MAX);
    packets[number].message = (struct message){number, core, link.of_core[core]};
    return &packets[number];
}

static int send(struct sent *packet)
{
    struct udma_buffer buffer = {&packet->message, NULL, sizeof(packet->message)};
    const struct udma_packet what = {.buffers = &buffer, .buffer_count = 1, .cookie = packet};

    return udma_send(link.transmit, &what, 1);
}

/* In an interrupt there is nothing to wait for: one that is not taken is nobody's. */
static void answer(void)
{
    struct sent *packet;

    if (!link.answers || get(&link.next) % 3u != 0)
        return;
    packet = new_packet(CORE_MAX - 1u);
    if (send(packet) == 1)
        add(&packet->taken);
}

static void on_sent(void *context, void *cookie, int status)
{
    struct sent *packet = cookie;

    (void)context;
    enter(&link.sending);
    assert(status == 0 || status == -ECANCELED);
    add(status == 0 ? &packet->sent : &packet->canceled);
    answer();
    set(&link.sending, 0);
    wait_notify();
}

static bool give(struct buffer *buffer)
{
    const struct udma_buffer empty = {&buffer->message, buffer, sizeof(buffer->message)};
    int given;

    set(&buffer->given, 1);
    given = udma_flow_give(link.flow, 0, &empty, 1);
    assert(given == 1 || given == 0 || given == -ECANCELED);
    if (given != 1)
        set(&buffer->given, 0);
    return given != -ECANCELED;
}

static void take(const struct udma_buffer *empty)
{
    struct buffer *buffer = empty->cookie;

    if (__atomic_exchange_n(&buffer->given, 0, __ATOMIC_SEQ_CST) != 1)
        add(&link.twice);
}

static void on_packet(void *context, const struct udma_received *packet)
{
    const struct udma_buffer *buffer = &packet->buffers[0];
    const struct message message = *(const struct message *)buffer->data;

    (void)context;
    enter(&link.receiving);
    assert(packet->buffer_count == 1 && packet->length == sizeof(message));
    assert(message.number < COUNT_MAX);
    add(&packets[message.number].received);
    if (message.core != CORE_MAX - 1u && message.of_core != link.expected[message.core]++)
        link.out_of_order++;
    take(buffer);
    (void)give(buffer->cookie);
    answer();
    set(&link.receiving, 0);
    wait_notify();
}

static void on_received(void *context, struct udma_received *const *came, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        on_packet(context, came[i]);
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)context;
    take(buffer);
}

static void on_error(void *context, enum udma_error error)
{
    (void)context;
    assert(error == UDMA_ERROR_TEARDOWN);
    add(&link.teardowns);
}

static void open_link(unsigned round, bool polled)
{
    static const struct udma_delivery *const deliveries[] = {NULL, &udma_in_thread,
                                                             &udma_in_thread_on};
    const struct udma_transmit_config transmit = {
        .name = "senders",
        .core = round % core_count(),
        .polled = polled,
        .depth = DEPTH,
        .buffers_max = 1,
        .delivery = deliveries[round % 3u],
        .thread_core = round / 3u % core_count(),
        .sent = on_sent,
    };
    const struct udma_receive_config receive = {.name = "receiver", .flow_count = 1};
    const struct udma_flow_config flow = {
        .name = "receivers",
        /* Not on core 0, which is the one that closes: buffers are given back meanwhile. */
        .core = 1u + round % (core_count() - 1u),
        .polled = polled,
        .depth = DEPTH,
        .delivery = deliveries[round / 3u % 3u],
        .thread_core = 1u + round % (core_count() - 1u),
        .received = on_received,
        .returned = on_returned,
        .error = on_error,
    };

    assert(udma_transmit_open(&transmit, &link.transmit) == 0);
    assert(udma_receive_open(&receive, &link.receive) == 0);
    assert(udma_flow_open(link.receive, 0, &flow, &link.flow) == 0);
    assert(udma_loopback_pair(link.transmit, link.receive) == 0);
    for (unsigned i = 0; i < DEPTH; i++)
        assert(give(&buffers[i]));
    assert(udma_receive_start(link.receive) == 0);
}

static int set_up(void **state)
{
    (void)state;
    memset(packets, 0, sizeof(packets));
    memset(buffers, 0, sizeof(buffers));
    memset(&link, 0, sizeof(link));
    before = udma_host_inventory();
    return 0;
}

/* After the closes. */
static void check_counts(void)
{
    for (unsigned i = 0; i < get(&link.next); i++) {
        assert_int_equal(packets[i].sent + packets[i].canceled, packets[i].taken);
        assert_int_equal(packets[i].received, packets[i].sent);
    }
    for (unsigned i = 0; i < BUFFERS; i++)
        assert_int_equal(buffers[i].given, 0);
    assert_int_equal(link.twice, 0);
    assert_int_equal(link.late, 0);
    assert_int_equal(link.out_of_order, 0);
    assert_int_equal(link.accepted, 0);
    check_inventory(&before);
}

/* ---- all cores send; the interrupts move ---- */

/* As thread context goes on: deferred callbacks of this core. */
static void go_on(void)
{
    (void)work_run();
    delay_us(1);
    wait_notify();
}

static void send_each(bool (*between)(unsigned i))
{
    const unsigned core = core_id();

    for (unsigned i = 0, tries = 0; i < EACH; i++) {
        struct sent *packet = new_packet(core);
        int error;

        set(&packet->taken, 1); /* its sent() may come before the next line */
        while ((error = send(packet)) == -EAGAIN) {
            assert(++tries < TRIES);
            if (between != NULL)
                (void)between(i);
            go_on();
        }
        assert(error == 1);
        link.of_core[core]++;
        if (between != NULL)
            (void)between(i);
    }
}

static bool move_interrupts(unsigned i)
{
    if (core_id() == 0 && i % 4u == 0) {
        assert(irq_set_affinity(link.flow->consumer.irq, i / 4u % core_count()) == 0);
        assert(irq_set_affinity(link.transmit->consumer.irq, (i / 4u + 2u) % core_count()) == 0);
    }
    (void)work_run();
    return true;
}

static bool all_is_received(void *argument)
{
    unsigned received = 0;

    (void)argument;
    for (unsigned i = 0; i < core_count() * EACH; i++)
        received += get(&packets[i].received) != 0 && get(&packets[i].sent) != 0;
    return received == core_count() * EACH;
}

static void send_and_move(void *argument)
{
    (void)argument;
    send_each(move_interrupts);
    assert(idle_for(all_is_received, NULL, TIMEOUT_US) == 0);
}

static void all_cores_send_while_the_interrupts_move(void **state)
{
    (void)state;
    for (unsigned delivery = 0; delivery < 2; delivery++) { /* in the interrupt; in a thread */
        (void)set_up(NULL);
        open_link(delivery == 0 ? 0 : 4, false);
        assert_int_equal(smp_run_all(send_and_move, NULL, TIMEOUT_US), 0);
        assert_int_equal(udma_transmit_close(link.transmit), 0);
        assert_int_equal(udma_receive_close(link.receive), 0);
        check_counts();
        assert_int_equal(link.next, core_count() * EACH);
    }
}

/* ---- all cores send and poll ---- */

static bool poll_both(unsigned i)
{
    int taken = udma_transmit_poll(link.transmit);

    (void)i;
    assert(taken >= 0 || taken == -EBUSY);
    taken = udma_flow_poll(link.flow);
    assert(taken >= 0 || taken == -EBUSY);
    return true;
}

static void send_and_poll(void *argument)
{
    (void)argument;
    send_each(poll_both);
    while (!all_is_received(NULL)) {
        (void)poll_both(0);
        delay_us(1);
    }
}

static void all_cores_send_and_poll(void **state)
{
    (void)state;
    open_link(0, true);
    assert_int_equal(smp_run_all(send_and_poll, NULL, TIMEOUT_US), 0);
    assert_int_equal(udma_transmit_close(link.transmit), 0);
    assert_int_equal(udma_receive_close(link.receive), 0);
    check_counts();
}

/* ---- closes under everybody's hands ---- */

static void send_until_refused(void)
{
    struct sent *packet = NULL;
    unsigned taken = 0;
    int error;

    do {
        if (packet == NULL)
            packet = new_packet(CORE_MAX - 1u);
        set(&packet->taken, 1);
        error = send(packet);
        assert(error == 1 || error == -EAGAIN || error == -ECANCELED);
        if (error == 1) {
            packet = NULL;
            if (++taken == 3)
                close_race_begun();
        }
        go_on();
    } while (error != -ECANCELED);
    for (unsigned i = 0; i < 3; i++)
        if (send(packet) != -ECANCELED)
            add(&link.accepted);
    set(&packet->taken, 0);
}

static void give_until_refused(void)
{
    struct buffer *own = &buffers[core_id() * (DEPTH + 1u)];
    unsigned number = 0;
    bool taken;

    close_race_begun();
    do {
        while (get(&own[number].given) != 0)
            number = (number + 1u) % (DEPTH + 1u);
        taken = give(&own[number]);
        go_on();
    } while (taken);
}

/* Each round has two closes: of the sender, and of the receiver. */
static void take_part(void *argument)
{
    (void)argument;
    for (uintptr_t round = 1; round <= 2u * ROUNDS; round++) {
        close_race_wait((unsigned)round);
        if (round % 2u != 0)
            send_until_refused();
        else
            give_until_refused();
        close_race_left();
    }
}

static void open_and_close(void *argument)
{
    (void)argument;
    if (core_id() != 0) {
        take_part(NULL);
        return;
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        set(&link.closed, 0);
        open_link(round, false);
        close_race_let_begin(2u * round + 1u);
        assert(udma_transmit_close(link.transmit) == 0);
        close_race_let_begin(2u * round + 2u);
        assert(udma_receive_close(link.receive) == 0);
        set(&link.closed, 1);
    }
}

static void closes_under_everybodys_hands(void **state)
{
    (void)state;
    link.answers = true;
    close_race_hold(true);
    assert_int_equal(smp_run_all(open_and_close, NULL, TIMEOUT_US), 0);
    close_race_hold(false);
    host_advance_us(100000);
    print_message("# %u packets, %u teardowns told\n", link.next, link.teardowns);
    check_counts();
    assert_int_equal(link.teardowns, ROUNDS);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_cores_send_while_the_interrupts_move),
        TEST(all_cores_send_and_poll),
        TEST(closes_under_everybodys_hands),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
