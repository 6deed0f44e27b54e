// SPDX-License-Identifier: BSD-3-Clause
/*
 * lwIP's interface on the Ethernet port (app/net/interface.c): every buffer comes back, nothing is
 * lost for want of room, and nobody who sends frames can break it. Below it is a port as strict as
 * drivers/cpsw/cpsw.h says.
 */
#include "app/net/interface.h"
#include "app/net/services.h"
#include "tests/net/frames.h"
#include "tests/net/machine.h"

#include <errno.h>
#include <lwip/init.h>
#include <lwip/ip4_frag.h>
#include <lwip/timeouts.h>
#include <lwip/udp.h>
#include <string.h>

/* Behind the others, whose types it wants. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SEEN_MAX 600u
#define TURNS    200u

static struct net_interface interface;
static struct frame seen[SEEN_MAX]; /* what the port has sent */
static unsigned seen_count;

static void on_frame(const uint8_t *bytes, size_t length)
{
    assert_true(seen_count < SEEN_MAX);
    memcpy(seen[seen_count].bytes, bytes, length);
    seen[seen_count++].length = length;
}

static void no_wait(uint64_t nanoseconds)
{
    (void)nanoseconds;
}

static const struct machine_wire wire = {.frame = on_frame, .wait = no_wait};

/* ---- what the tests are made of ---- */

/* All that there is to do, with a port that takes its time: a frame a turn. */
static void settle(void)
{
    for (unsigned i = 0; i < TURNS; i++) {
        while (net_interface_is_pending(&interface))
            net_interface_turn(&interface);
        if (machine_send(1) == 0 && !net_interface_is_pending(&interface))
            return;
    }
    while (net_interface_is_pending(&interface) || machine_send(1) != 0)
        net_interface_turn(&interface);
}

static bool deliver(const struct frame *frame, enum cpsw_checksum checksum)
{
    return machine_deliver(frame->bytes, frame->length, checksum);
}

static unsigned buffers_with_port(void)
{
    struct machine_port port;

    machine_get_port(&port);
    return port.buffers;
}

/* The node knows its neighbour's address, so that no frame waits for ARP. */
static void greet(void)
{
    struct frame request = frame_arp_request(FRAME_NODE);

    assert_true(deliver(&request, CPSW_CHECKSUM_UNKNOWN));
    settle();
    assert_int_equal(seen_count, 1);
    assert_true(frame_is_arp_reply(&seen[0], FRAME_NODE));
    seen_count = 0;
}

static int setup(void **state)
{
    static bool initialized;
    const struct net_interface_config config = {.device = &net_cpsw, .hostname = "test"};
    ip4_addr_t address, mask, none = {0};

    (void)state;
    if (!initialized)
        lwip_init();
    initialized = true;
    machine_reset(&wire);
    seen_count = 0;
    if (net_interface_open(&interface, &config) != 0 || net_udp_echo_open() != 0)
        return -1;
    IP4_ADDR(&address, 10, 0, 2, 15);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    netif_set_addr(&interface.netif, &address, &mask, &none);
    settle(); /* the link is up; the address is announced */
    seen_count = 0;
    greet();
    return 0;
}

static int teardown(void **state)
{
    struct machine_port port;

    (void)state;
    net_udp_echo_close();
    for (unsigned i = 0; i <= IP_REASS_MAXAGE; i++)
        ip_reass_tmr();
    settle();
    if (interface.port != NULL && net_interface_close(&interface) != 0)
        return -1;
    machine_get_port(&port);
    return port.open || port.buffers != 0 ? -1 : 0;
}

/* ---- the tests ---- */

static void test_gives_the_port_all_buffers(void **state)
{
    (void)state;
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
    assert_int_equal(interface.counters.buffers_out, 0);
}

static void test_answers_pings_of_all_sizes(void **state)
{
    (void)state;
    for (size_t length = 0; length <= 1472; length += 32) {
        struct frame ping = frame_ping((uint16_t)length, length, 3);

        seen_count = 0;
        assert_true(deliver(&ping, CPSW_CHECKSUM_UNKNOWN));
        settle();
        assert_int_equal(seen_count, 1);
        assert_true(frame_is_pong(&seen[0], (uint16_t)length, length, 3));
        assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
    }
}

/* The buffer goes out as it came in, with other headers in front. */
static void test_echoes_without_a_copy(void **state)
{
    struct frame datagram = frame_udp(4000, 1000, 9);

    (void)state;
    assert_true(deliver(&datagram, CPSW_CHECKSUM_UNKNOWN));
    net_interface_turn(&interface);
    assert_int_equal(interface.counters.buffers_out, 1); /* until it is sent */
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS - 1);
    settle();
    assert_int_equal(seen_count, 1);
    assert_true(frame_is_echo(&seen[0], 4000, 1000, 9));
    assert_int_equal(interface.counters.copied, 0);
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
}

/* More than there are buffers for: the port drops what finds none, and no more than that. */
static void test_survives_more_frames_than_buffers(void **state)
{
    struct machine_port port;

    (void)state;
    for (unsigned i = 0; i < NET_RECEIVE_BUFFERS + 10; i++) {
        struct frame ping = frame_ping((uint16_t)i, 10, 1);

        assert_int_equal(deliver(&ping, CPSW_CHECKSUM_UNKNOWN), i < NET_RECEIVE_BUFFERS);
    }
    while (net_interface_is_pending(&interface)) {
        net_interface_turn(&interface);
        (void)machine_send(NET_BATCH);
    }
    settle();
    machine_get_port(&port);
    assert_int_equal(port.dropped, 10);
    assert_int_equal(seen_count, NET_RECEIVE_BUFFERS);
    for (unsigned i = 0; i < seen_count; i++)
        assert_true(frame_is_pong(&seen[i], (uint16_t)i, 10, 1));
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
}

static void test_rings_one_doorbell_for_a_batch(void **state)
{
    struct machine_port before, after;

    (void)state;
    machine_get_port(&before);
    for (unsigned i = 0; i < NET_BATCH; i++) {
        struct frame ping = frame_ping((uint16_t)i, 10, 1);

        assert_true(deliver(&ping, CPSW_CHECKSUM_UNKNOWN));
    }
    net_interface_turn(&interface);
    machine_get_port(&after);
    assert_int_equal(after.doorbells - before.doorbells, 1);
    assert_int_equal(after.most_per_doorbell, NET_BATCH);
}

/* A port with room for one: everything waits its turn, nothing is lost or out of order. */
static void test_waits_for_room(void **state)
{
    (void)state;
    machine_set_room(1);
    for (unsigned i = 0; i < 100; i++) {
        struct frame datagram = frame_udp((uint16_t)(4000 + i), 100, (uint8_t)i);

        assert_true(deliver(&datagram, CPSW_CHECKSUM_UNKNOWN));
    }
    settle();
    assert_int_equal(seen_count, 100);
    for (unsigned i = 0; i < 100; i++)
        assert_true(frame_is_echo(&seen[i], (uint16_t)(4000 + i), 100, (uint8_t)i));
    assert_true(interface.counters.deferred > 0);
    assert_int_equal(interface.counters.refused, 0);
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
}

/* Nothing is sent meanwhile: only the port knows when there is room again. */
static void test_goes_on_when_the_port_is_ready(void **state)
{
    struct frame datagram = frame_udp(4000, 100, 1);

    (void)state;
    machine_refuse(true);
    assert_true(deliver(&datagram, CPSW_CHECKSUM_UNKNOWN));
    settle();
    assert_int_equal(seen_count, 0);
    assert_false(net_interface_is_pending(&interface)); /* the thread may sleep */
    machine_refuse(false);
    assert_true(net_interface_is_pending(&interface));
    settle();
    assert_int_equal(seen_count, 1);
}

/* A port that sends nothing: what does not fit the queue is refused, and its buffers come back. */
static void test_refuses_what_the_queue_has_no_place_for(void **state)
{
    (void)state;
    machine_set_room(1);
    for (unsigned i = 0; i < NET_SEND_WAITING + 51; i++) {
        struct frame datagram = frame_udp(4000, 100, (uint8_t)i);

        assert_true(deliver(&datagram, CPSW_CHECKSUM_UNKNOWN));
    }
    for (unsigned i = 0; i < NET_SEND_WAITING; i++)
        net_interface_turn(&interface);
    assert_int_equal(interface.counters.refused, 50);
    assert_int_equal(interface.counters.waiting_most, NET_SEND_WAITING);
    assert_int_equal(interface.counters.buffers_out, NET_SEND_WAITING + 1);
    settle();
    assert_int_equal(seen_count, NET_SEND_WAITING + 1);
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
}

/* A frame of more pieces than the port takes goes out as one. */
static void test_copies_what_has_too_many_pieces(void **state)
{
    struct frame expected = frame_udp(4000, 90, 0);
    struct pbuf *whole = pbuf_alloc(PBUF_RAW, 10, PBUF_RAM);

    (void)state;
    for (unsigned i = 1; i < CPSW_BUFFERS_MAX + 5; i++)
        pbuf_cat(whole, pbuf_alloc(PBUF_RAW, 10, PBUF_RAM));
    assert_int_equal(pbuf_take(whole, expected.bytes, whole->tot_len), ERR_OK);
    assert_int_equal(interface.netif.linkoutput(&interface.netif, whole), ERR_OK);
    expected.length = whole->tot_len;
    pbuf_free(whole);
    settle();
    net_interface_flush(&interface);
    settle();
    assert_int_equal(interface.counters.copied, 1);
    assert_int_equal(seen_count, 1);
    assert_int_equal(seen[0].length, expected.length);
    assert_memory_equal(seen[0].bytes, expected.bytes, expected.length);
}

static void test_believes_the_ports_checksums(void **state)
{
    struct frame wrong = frame_udp(4000, 100, 1);

    (void)state;
    frame_spoil(&wrong);
    assert_true(deliver(&wrong, CPSW_CHECKSUM_UNKNOWN)); /* lwIP looks */
    settle();
    assert_int_equal(seen_count, 0);
    assert_true(deliver(&wrong, CPSW_CHECKSUM_BAD));
    settle();
    assert_int_equal(seen_count, 0);
    assert_int_equal(interface.counters.bad_checksums, 1);
    assert_true(deliver(&wrong, CPSW_CHECKSUM_GOOD)); /* the port has looked */
    settle();
    assert_int_equal(seen_count, 1);
    assert_true(deliver(&wrong, CPSW_CHECKSUM_UNKNOWN)); /* again: that was for one frame */
    settle();
    assert_int_equal(seen_count, 1);
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
}

static void test_follows_the_link(void **state)
{
    struct frame ping = frame_ping(1, 10, 1);
    uint64_t changes = interface.counters.link_changes;

    (void)state;
    assert_true(deliver(&ping, CPSW_CHECKSUM_UNKNOWN));
    assert_int_equal(cpsw_set_link(interface.port, false), 0);
    settle();
    assert_false(netif_is_link_up(&interface.netif));
    assert_int_equal(interface.counters.link_changes, changes + 1);
    assert_int_equal(interface.counters.refused, 1); /* the pong */
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
    assert_int_equal(cpsw_set_link(interface.port, true), 0);
    settle();
    assert_true(netif_is_link_up(&interface.netif));
    seen_count = 0;
    ping = frame_ping(2, 10, 1);
    assert_true(deliver(&ping, CPSW_CHECKSUM_UNKNOWN));
    settle();
    assert_true(frame_is_pong(&seen[seen_count - 1], 2, 10, 1));
}

/* What waits when the cable is pulled is not kept: it would be stale when it is back. */
static void test_drops_what_waits_for_a_link(void **state)
{
    (void)state;
    machine_set_room(1);
    for (unsigned i = 0; i < 3; i++) {
        struct frame datagram = frame_udp(4000, 100, (uint8_t)i);

        assert_true(deliver(&datagram, CPSW_CHECKSUM_UNKNOWN));
    }
    net_interface_turn(&interface); /* one is with the port */
    assert_int_equal(cpsw_set_link(interface.port, false), 0);
    settle();
    assert_int_equal(interface.counters.refused, 2);
    assert_int_equal(interface.counters.buffers_out, 0);
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
}

/* Frames that wait in each of the queues, and some that the port has, at the close. */
static void test_closes_with_frames_everywhere(void **state)
{
    (void)state;
    machine_set_room(4);
    for (unsigned i = 0; i < 3 * NET_BATCH; i++) {
        struct frame datagram = frame_udp(4000, 100, (uint8_t)i);

        assert_true(deliver(&datagram, CPSW_CHECKSUM_UNKNOWN));
    }
    net_interface_turn(&interface); /* 4 with the port, 12 wait, 32 have arrived */
    (void)machine_send(2);          /* and 2 are told to be sent */
    net_udp_echo_close();
    assert_int_equal(net_interface_close(&interface), 0);
    assert_null(interface.port);
}

/* What lwIP keeps is told, and nothing is freed under it; afterwards the close succeeds. */
static void test_does_not_free_what_lwip_has(void **state)
{
    struct frame part = frame_fragment(77);

    (void)state;
    assert_true(deliver(&part, CPSW_CHECKSUM_UNKNOWN));
    settle();
    assert_int_equal(interface.counters.buffers_out, 1);
    assert_int_equal(net_interface_close(&interface), -EBUSY);
    for (unsigned i = 0; i <= IP_REASS_MAXAGE; i++)
        ip_reass_tmr();
    assert_int_equal(net_interface_close(&interface), 0);
}

/* Parts of datagrams keep some buffers, never all; and not for ever. */
static void test_fragments_cannot_take_all_buffers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 500; i++) {
        struct frame part = frame_fragment((uint16_t)i);

        assert_true(deliver(&part, CPSW_CHECKSUM_UNKNOWN));
        settle();
        assert_true(interface.counters.buffers_out <= IP_REASS_MAX_PBUFS);
    }
    assert_true(interface.counters.buffers_out > 0);
    for (unsigned i = 0; i <= IP_REASS_MAXAGE; i++) {
        machine_advance_us(1000000);
        sys_check_timeouts();
    }
    settle();
    net_interface_turn(&interface);
    assert_int_equal(interface.counters.buffers_out, 0);
    assert_int_equal(buffers_with_port(), NET_RECEIVE_BUFFERS);
}

/* A known frame with some bytes changed, cut anywhere. */
static void test_survives_nonsense(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        struct frame frame = i % 3 == 0   ? frame_udp(4000, 200, 1)
                             : i % 3 == 1 ? frame_ping(1, 200, 1)
                                          : frame_arp_request(FRAME_NODE);

        for (unsigned change = 0; change < 1 + i % 5; change++) {
            random = random * 1664525u + 1013904223u;
            frame.bytes[12 + (random >> 8) % 60] = (uint8_t)(random >> 20);
        }
        if (i % 2 == 0)
            frame.length = 1 + (random >> 9) % frame.length;
        (void)deliver(&frame, CPSW_CHECKSUM_UNKNOWN);
        settle();
        seen_count = 0;
    }
    assert_true(interface.counters.buffers_out <= IP_REASS_MAX_PBUFS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_the_port_all_buffers),
        TEST(answers_pings_of_all_sizes),
        TEST(echoes_without_a_copy),
        TEST(survives_more_frames_than_buffers),
        TEST(rings_one_doorbell_for_a_batch),
        TEST(waits_for_room),
        TEST(goes_on_when_the_port_is_ready),
        TEST(refuses_what_the_queue_has_no_place_for),
        TEST(copies_what_has_too_many_pieces),
        TEST(believes_the_ports_checksums),
        TEST(follows_the_link),
        TEST(drops_what_waits_for_a_link),
        TEST(closes_with_frames_everywhere),
        TEST(does_not_free_what_lwip_has),
        TEST(fragments_cannot_take_all_buffers),
        TEST(survives_nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
