// SPDX-License-Identifier: BSD-3-Clause
/*
 * Coalesced interrupts (struct udma_coalesce), against the device models: how many there are, how
 * long a completion waits, and that none is lost: at the last look, in moves, at the close. Built
 * twice, under the address and the thread sanitizer.
 */
#include "arch/alarm.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/monitor.h"
#include "drivers/udma/packet_channels.h"
#include "drivers/udma/transfers.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/local.h"
#include "msi/report.h"
#include "msi/work.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DEPTH      64u
#define SIZE       64u
#define PACKETS    600u
#define GAP_US     5u  /* between packets, at load */
#define SLACK_US   40u /* for the hardware, and for the core to come to it */
#define SETTLE_US  200000u
#define FOREVER_US 3600000000u
#define MONITORS   8u /* that the host has */

static struct udma_host_inventory before;
static struct udma *mcu;

static int start(void **state)
{
    (void)state;
    udma_host_start();
    mcu = udma_host_start_mcu();
    return 0;
}

/* ---- a loopback that measures ---- */

static struct link {
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    struct udma_transmit_config transmit_config;
    struct udma_flow_config flow_config;
    uint8_t memory[DEPTH][SIZE];
    uint64_t stamps[DEPTH]; /* what is sent: when that was, ns */
    unsigned queued, wrong;
    unsigned sent, received, returned; /* atomic */
    uint64_t longest_us;               /* from udma_send() to the callback; atomic */
    unsigned core;                     /* of the last callback; atomic */
} link;

static unsigned received(void)
{
    return __atomic_load_n(&link.received, __ATOMIC_SEQ_CST);
}

static unsigned sent(void)
{
    return __atomic_load_n(&link.sent, __ATOMIC_SEQ_CST);
}

static uint64_t longest_us(void)
{
    return __atomic_load_n(&link.longest_us, __ATOMIC_SEQ_CST);
}

/* Both ends' callbacks, and so two cores, at once. */
static void note_if(bool wrong)
{
    __atomic_add_fetch(&link.wrong, wrong, __ATOMIC_SEQ_CST);
}

static void on_sent(void *context, void *cookie, int status)
{
    (void)context;
    note_if(status != 0 || (uintptr_t)cookie != link.sent);
    __atomic_add_fetch(&link.sent, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static void on_packet(void *context, const struct udma_received *packet)
{
    uint64_t stamp, us;

    (void)context;
    memcpy(&stamp, packet->buffers->data, sizeof(stamp));
    us = (time_now_ns() - stamp) / 1000u;
    if (us > link.longest_us)
        __atomic_store_n(&link.longest_us, us, __ATOMIC_SEQ_CST);
    note_if(packet->length != sizeof(stamp));
    packet->buffers->length = SIZE;
    if (udma_flow_give(link.flow, 0, packet->buffers, 1) != 1) /* in the close */
        link.returned++;
    __atomic_store_n(&link.core, core_id(), __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&link.received, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        on_packet(context, packets[i]);
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)context;
    (void)buffer;
    link.returned++;
}

static int set_up(void **state)
{
    (void)state;
    memset(&link, 0, sizeof(link));
    link.transmit_config = (struct udma_transmit_config){
        .name = "sent", .depth = DEPTH, .buffers_max = 1, .sent = on_sent};
    link.flow_config = (struct udma_flow_config){
        .name = "received", .depth = DEPTH, .received = on_received, .returned = on_returned};
    before = udma_host_inventory();
    return 0;
}

/* The alarms, too, are nobody's any more. */
static int tear_down(void **state)
{
    const struct udma_host_inventory after = udma_host_inventory();

    (void)state;
    assert_memory_equal(&after, &before, sizeof(after));
    assert_int_equal(irq_ppi_free(ALARM_INTID), 0);
    return 0;
}

static void open_link(void)
{
    const struct udma_receive_config receive = {.name = "receive", .flow_count = 1};

    must(udma_transmit_open(&link.transmit_config, &link.transmit));
    must(udma_receive_open(&receive, &link.receive));
    must(udma_flow_open(link.receive, 0, &link.flow_config, &link.flow));
    must(udma_loopback_pair(link.transmit, link.receive));
    for (unsigned i = 0; i < DEPTH; i++) {
        const struct udma_buffer buffer = {link.memory[i], NULL, SIZE};

        assert_int_equal(udma_flow_give(link.flow, 0, &buffer, 1), 1);
    }
    must(udma_receive_start(link.receive));
}

static void close_link(void)
{
    must(udma_transmit_close(link.transmit));
    must(udma_receive_close(link.receive));
    assert_int_equal(link.wrong, 0);
    assert_int_equal(link.sent, link.queued);
    assert_int_equal(link.received, link.queued);
    assert_int_equal(link.returned, DEPTH);
}

static void send(void)
{
    uint64_t *stamp = &link.stamps[link.queued % DEPTH];
    struct udma_buffer buffer = {stamp, NULL, sizeof(*stamp)};
    const struct udma_packet packet = {
        .buffers = &buffer, .buffer_count = 1, .cookie = (void *)(uintptr_t)link.queued};

    *stamp = time_now_ns();
    assert_int_equal(udma_send(link.transmit, &packet, 1), 1);
    link.queued++;
}

static bool all_have_come(void *argument)
{
    (void)argument;
    return received() == link.queued && sent() == link.queued;
}

static void await_all(void)
{
    must(wait_for(all_have_come, NULL, SETTLE_US));
}

static void load(unsigned packets)
{
    for (unsigned i = 0; i < packets; i++) {
        send();
        host_advance_us(GAP_US);
    }
    await_all();
}

static struct udma_packet_counters of_flow(void)
{
    struct udma_packet_counters counters;

    udma_flow_get_counters(link.flow, &counters);
    return counters;
}

/* ---- at load ---- */

static void without_each_packet_interrupts(void **state)
{
    (void)state;
    open_link();
    load(PACKETS);
    assert_true(of_flow().interrupts > PACKETS / 2u);
    close_link();
}

static void time_bounds_interrupts_and_waits(void **state)
{
    struct udma_packet_counters sent_counters;

    (void)state;
    link.flow_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(0, 200);
    link.transmit_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(0, 100);
    open_link();
    load(PACKETS);
    udma_transmit_get_counters(link.transmit, &sent_counters);
    print_message("# %u packets: %u interrupts, the longest wait %u us; sent: %u\n", PACKETS,
                  (unsigned)of_flow().interrupts, (unsigned)longest_us(),
                  (unsigned)sent_counters.interrupts);
    assert_true(of_flow().interrupts < PACKETS / 20u);
    assert_true(sent_counters.interrupts < PACKETS / 10u);
    assert_true(longest_us() > 100u && longest_us() <= 200u + SLACK_US);
    close_link();
}

static void count_bounds_what_accumulates(void **state)
{
    (void)state;
    link.flow_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(16, 50000);
    link.transmit_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(32, 50000);
    open_link();
    load(PACKETS);
    print_message("# %u packets: %u interrupts\n", PACKETS, (unsigned)of_flow().interrupts);
    assert_true(of_flow().interrupts >= PACKETS / 16u);
    assert_true(of_flow().interrupts < PACKETS / 16u + 5u);
    close_link();
}

/* The first comes at once; of those behind it the count's last brings all. */
static void count_is_exact(void **state)
{
    const unsigned count = 4;

    (void)state;
    link.flow_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(count, 50000);
    open_link();
    send();
    host_advance_us(SLACK_US);
    assert_int_equal(received(), 1);
    for (unsigned i = 1; i < count; i++) {
        send();
        host_advance_us(SLACK_US);
        assert_int_equal(received(), 1);
    }
    send();
    host_advance_us(SLACK_US);
    assert_int_equal(received(), 1u + count);
    assert_int_equal(of_flow().interrupts, 2);
    close_link();
}

/* ---- few packets ---- */

static void a_lone_packet_does_not_wait(void **state)
{
    (void)state;
    link.flow_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(8, 1000);
    open_link();
    for (unsigned i = 0; i < 5; i++) {
        send();
        host_advance_us(3000);
        assert_int_equal(received(), i + 1u);
        assert_true(longest_us() < SLACK_US);
    }
    /* The ring's, and the timeout's that finds nothing. */
    assert_int_equal(of_flow().interrupts, 10);
    assert_int_equal(of_flow().empty, 5);
    close_link();
}

/* The second packet comes before, at, and after the look that ends in an unmask: at every 20 ns. */
static void none_is_lost_at_the_last_look(void **state)
{
    const uint64_t from_ns = 95000, to_ns = 115000, step_ns = 20;

    (void)state;
    link.flow_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(0, 100);
    open_link();
    for (uint64_t at = from_ns; at < to_ns; at += step_ns) {
        uint64_t begun;

        send();
        begun = time_now_ns();
        host_advance_us(90);
        while (time_now_ns() < begun + at)
            ;
        send();
        host_advance_us(100 + SLACK_US);
        assert_int_equal(received(), link.queued);
        host_advance_us(400);
    }
    assert_true(longest_us() <= 100u + SLACK_US);
    close_link();
}

/* ---- moves ---- */

static void what_waits_moves_along(void **state)
{
    (void)state;
    link.flow_config.core = 1;
    link.flow_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(4, 1000);
    open_link();
    for (unsigned i = 0; i < 12; i++) {
        const unsigned core = 1u + (i + 1u) % 3u;

        send();
        host_advance_us(20);
        assert_int_equal(received(), link.queued); /* and from here on it is masked */
        send();
        host_advance_us(20);
        assert_int_equal(received(), link.queued - 1u);
        must(irq_set_affinity(link.flow->consumer.irq, core));
        if (i % 2u != 0)
            for (unsigned more = 0; more < 4; more++) /* the monitor's event is elsewhere */
                send();
        host_advance_us(1000 + SLACK_US);
        assert_int_equal(received(), link.queued);
        assert_int_equal(link.core, core);
        host_advance_us(3000);
    }
    close_link();
}

static unsigned movers_stop;

static void idle(void *argument)
{
    (void)argument;
    while (__atomic_load_n(&movers_stop, __ATOMIC_SEQ_CST) == 0)
        delay_us(50);
}

static void move_about(void *argument)
{
    (void)argument;
    for (unsigned i = 0; __atomic_load_n(&movers_stop, __ATOMIC_SEQ_CST) == 0; i++) {
        must(irq_set_affinity(link.flow->consumer.irq, i % 3u));
        delay_us(37);
        must(irq_set_affinity(link.transmit->consumer.irq, (i + 1u) % 4u));
        delay_us(53);
    }
}

static void moves_at_load_lose_nothing(void **state)
{
    (void)state;
    link.flow_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(8, 100);
    link.transmit_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(0, 60);
    movers_stop = 0;
    open_link();
    must(smp_start(1, idle, NULL));
    must(smp_start(2, idle, NULL));
    must(smp_start(3, move_about, NULL));
    load(PACKETS);
    __atomic_store_n(&movers_stop, 1, __ATOMIC_SEQ_CST);
    for (unsigned core = 1; core < 4; core++)
        must(smp_join(core, FOREVER_US));
    close_link();
}

/* ---- the end ---- */

static void a_close_delivers_what_waits(void **state)
{
    (void)state;
    link.flow_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(32, 100000);
    link.transmit_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(32, 100000);
    open_link();
    for (unsigned i = 0; i < 10; i++) {
        send();
        host_advance_us(GAP_US);
    }
    assert_int_equal(received(), 1);
    close_link();
}

/* ---- threads ---- */

static void work_in_idle(void *argument)
{
    (void)argument;
    while (__atomic_load_n(&movers_stop, __ATOMIC_SEQ_CST) == 0) {
        (void)work_run();
        delay_us(10);
    }
}

static void threads_get_fewer_calls(void **state)
{
    (void)state;
    link.flow_config.core = 1;
    link.flow_config.delivery = &udma_in_thread_on;
    link.flow_config.thread_core = 2;
    link.flow_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(16, 200);
    movers_stop = 0;
    open_link();
    must(smp_start(2, work_in_idle, NULL));
    load(PACKETS);
    __atomic_store_n(&movers_stop, 1, __ATOMIC_SEQ_CST);
    must(smp_join(2, FOREVER_US));
    print_message("# %u packets: %u interrupts\n", PACKETS, (unsigned)of_flow().interrupts);
    assert_true(of_flow().interrupts < PACKETS / 4u);
    assert_int_equal(link.core, 2);
    close_link();
}

/* ---- copies and transfers ---- */

static unsigned copies;

static void on_copy(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    note_if(status != 0 && status != -ECANCELED);
    copies++;
}

static void copy_some(struct udma_channel *channel, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        must(udma_copy(channel, (uintptr_t)link.memory[1], (uintptr_t)link.memory[0], SIZE, NULL));
        host_advance_us(GAP_US);
    }
}

static void copies_and_aborts(void **state)
{
    const struct udma_channel_config config = {.name = "copies",
                                               .depth = DEPTH,
                                               .callback = on_copy,
                                               .transfers = &udma_transfers,
                                               .coalesce = UDMA_COALESCE(16, 1000)};
    struct udma_channel *channel;
    struct udma_counters counters;
    char text[160];

    (void)state;
    copies = 0;
    must(udma_channel_open(&config, &channel));
    (void)udma_channel_describe(channel, text, sizeof(text));
    assert_non_null(strstr(text, "coalesced (16 completions, 1000 us) > "));
    copy_some(channel, 200);
    host_advance_us(1000 + SLACK_US);
    assert_int_equal(copies, 200);
    udma_channel_get_counters(channel, &counters);
    assert_true(counters.interrupts <= 200u / 16u + 4u);
    copy_some(channel, 4); /* the first comes at once, and three wait */
    must(udma_channel_abort(channel));
    assert_int_equal(copies, 204);
    copy_some(channel, 40);
    host_advance_us(1000 + SLACK_US);
    assert_int_equal(copies, 244);
    udma_channel_get_counters(channel, &counters);
    assert_true(counters.interrupts <= 240u / 16u + 12u); /* it goes on with it */
    copy_some(channel, 4);
    must(udma_channel_close(channel));
    assert_int_equal(copies, 248);
    assert_int_equal(link.wrong, 0);
}

/* ---- what is refused ---- */

static int try_channel(struct udma_coalesce coalesce, bool polled, struct udma *udma)
{
    const struct udma_channel_config config = {.name = "refused",
                                               .udma = udma,
                                               .depth = 8,
                                               .polled = polled,
                                               .callback = on_copy,
                                               .coalesce = coalesce};
    struct udma_channel *channel;
    int error = udma_channel_open(&config, &channel);

    if (error == 0)
        must(udma_channel_close(channel));
    return error;
}

static enum irq_return ignore(void *context)
{
    (void)context;
    return IRQ_NONE;
}

static void wrong_values_are_refused(void **state)
{
    static const struct udma_coalesce bad[] = {
        {NULL, 0, 10},        {NULL, 2, 0},         UDMA_COALESCE(0, 0),     UDMA_COALESCE(2, 0),
        UDMA_COALESCE(1, 10), UDMA_COALESCE(9, 10), UDMA_COALESCE(2, 100001)};
    const struct udma_coalesce good = UDMA_COALESCE(8, 100000), timed = UDMA_COALESCE(0, 1);

    (void)state;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(try_channel(bad[i], false, NULL), -EINVAL);
        link.flow_config.coalesce = bad[i];
        link.flow_config.depth = 8;
        link.transmit_config.coalesce = bad[i];
        link.transmit_config.depth = 8;
        assert_int_equal(udma_transmit_open(&link.transmit_config, &link.transmit), -EINVAL);
    }
    assert_int_equal(try_channel(good, true, NULL), -EINVAL);
    must(try_channel(good, false, NULL));
    must(try_channel(timed, false, NULL));
    must(try_channel(timed, false, mcu));
    assert_int_equal(try_channel(good, false, mcu), -ENODEV); /* its monitors are not known here */
    must(irq_ppi_request(ALARM_INTID, ignore, NULL));
    assert_int_equal(try_channel(timed, false, NULL), -EBUSY);
    must(irq_ppi_free(ALARM_INTID));
}

static void open_all_monitors(uint16_t ring, struct udma_monitor **monitors)
{
    const struct udma_monitor_config config = {.ring = ring, .name = "all"};

    for (unsigned i = 0; i < MONITORS; i++)
        must(udma_monitor_open(&config, &monitors[i]));
}

static void without_a_monitor_nothing_is_opened(void **state)
{
    struct udma_monitor *monitors[MONITORS];
    const struct udma_coalesce counted = UDMA_COALESCE(4, 100), timed = UDMA_COALESCE(0, 100);
    uint16_t number;

    (void)state;
    must(udma_channel_reserve(&number));
    open_all_monitors(number, monitors);
    assert_int_equal(try_channel(counted, false, NULL), -ENOSPC);
    link.transmit_config.coalesce = counted;
    assert_int_equal(udma_transmit_open(&link.transmit_config, &link.transmit), -ENOSPC);
    must(try_channel(timed, false, NULL));
    for (unsigned i = 0; i < MONITORS; i++)
        must(udma_monitor_close(monitors[i]));
    must(udma_channel_unreserve(number));
    must(try_channel(counted, false, NULL));
}

/* An open that fails while some other handler does not return: its interrupt goes when that has. */
static void on_count(void *unused)
{
    (void)unused;
}

static int open_channel_in_vain(void)
{
    return try_channel((struct udma_coalesce)UDMA_COALESCE(4, 100), false, NULL);
}

static int open_transmit_in_vain(void)
{
    link.transmit_config.coalesce = (struct udma_coalesce)UDMA_COALESCE(4, 100);
    return udma_transmit_open(&link.transmit_config, &link.transmit);
}

/* Of a ring that is another host's. */
static int open_monitor_in_vain(void)
{
    const struct udma_monitor_config config = {.ring = 0, .event = on_count, .name = "refused"};
    struct udma_monitor *monitor;

    return udma_monitor_open(&config, &monitor);
}

static struct {
    int (*open)(void);
    int error;
} in_vain;

static void open_in_vain(void *unused)
{
    (void)unused;
    in_vain.error = in_vain.open();
}

/* The test goes on inside, on core 0. */
static enum irq_return hang(void *unused)
{
    host_run_as_core(0, open_in_vain, unused);
    return IRQ_HANDLED;
}

static void open_while_it_hangs(struct irq *hanging, int (*open)(void), int error)
{
    in_vain.open = open;
    must(irq_trigger(hanging));
    host_advance_us(SETTLE_US);
    assert_int_equal(in_vain.error, error);
    must(try_channel((struct udma_coalesce)UDMA_COALESCE(0, 100), false, NULL));
}

static void what_fails_while_a_handler_hangs_is_free_afterwards(void **state)
{
    struct udma_monitor *monitors[MONITORS];
    struct irq *hanging;
    uint16_t number;

    (void)state;
    must(udma_channel_reserve(&number));
    open_all_monitors(number, monitors);
    const struct irq_request request = {.index = number, .handler = hang, .core = 1};

    must(irq_request(udma_or_main(NULL)->facts.ring_interrupts, &request, &hanging));
    open_while_it_hangs(hanging, open_channel_in_vain, -ENOSPC);
    open_while_it_hangs(hanging, open_transmit_in_vain, -ENOSPC);
    for (unsigned i = 0; i < MONITORS; i++)
        must(udma_monitor_close(monitors[i]));
    open_while_it_hangs(hanging, open_monitor_in_vain, -EACCES);
    must(irq_free(hanging));
    must(udma_channel_unreserve(number));
    must(try_channel((struct udma_coalesce)UDMA_COALESCE(4, 100), false, NULL));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(without_each_packet_interrupts),
        CASE(time_bounds_interrupts_and_waits),
        CASE(count_bounds_what_accumulates),
        CASE(count_is_exact),
        CASE(a_lone_packet_does_not_wait),
        CASE(none_is_lost_at_the_last_look),
        CASE(what_waits_moves_along),
        CASE(moves_at_load_lose_nothing),
        CASE(a_close_delivers_what_waits),
        CASE(threads_get_fewer_calls),
        CASE(copies_and_aborts),
        CASE(wrong_values_are_refused),
        CASE(without_a_monitor_nothing_is_opened),
        CASE(what_fails_while_a_handler_hangs_is_free_afterwards),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
