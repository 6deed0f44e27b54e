// SPDX-License-Identifier: BSD-3-Clause
/*
 * rpmsg's remote side with a driver that does as Linux's does, and with one that writes nonsense:
 * what it must not do then is access anything but the window, which the address sanitizer sees.
 */
#include "drivers/rpmsg/rpmsg.h"
#include "tests/host/support/rpmsg_host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LINUX    1024u /* an address of its */
#define ADDRESS  14u

static struct rpmsg_host host;
static struct rpmsg rpmsg;
static struct rpmsg_endpoint endpoint, other;
static struct rpmsg_host_header header;
static uint8_t data[RPMSG_HOST_BYTES];

static unsigned got;
static uint32_t got_source;
static uint8_t got_data[RPMSG_PAYLOAD_MAX];
static size_t got_length;
static int echoes; /* 1: what comes is sent back; what that came to */

static void received(void *context, uint32_t source, const void *message, size_t length)
{
    assert_ptr_equal(context, &got);
    assert_true(length <= sizeof(got_data));
    memcpy(got_data, message, length);
    got_source = source;
    got_length = length;
    got++;
    if (echoes != 0)
        echoes = rpmsg_send(&rpmsg, &endpoint, source, message, length) == 0 ? 1 : -1;
}

static int set_up(void **state)
{
    (void)state;
    got = 0;
    echoes = 0;
    endpoint = (struct rpmsg_endpoint){
        .name = "echo", .address = ADDRESS, .received = received, .context = &got};
    other = (struct rpmsg_endpoint){
        .name = "other", .address = ADDRESS + 1, .received = received, .context = &got};
    rpmsg_host_make(&host);
    rpmsg_init(&rpmsg, &host.config);
    assert_int_equal(rpmsg_open(&rpmsg, &endpoint), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rpmsg_host_drop(&host);
    return 0;
}

/* The next message must be an announcement of that name. */
static void announces(const char *name, uint32_t address, uint32_t gone)
{
    uint32_t numbers[2];

    assert_true(rpmsg_host_receive(&host, &header, data, true));
    assert_int_equal(header.source, address);
    assert_int_equal(header.destination, RPMSG_NAME_SERVER);
    assert_int_equal(header.length, 40);
    assert_int_equal(header.flags, 0);
    assert_int_equal(header.reserved, 0);
    assert_string_equal((char *)data, name);
    memcpy(numbers, data + RPMSG_NAME_SIZE, sizeof(numbers));
    assert_int_equal(numbers[0], address);
    assert_int_equal(numbers[1], gone);
}

static void is_quiet(void)
{
    assert_false(rpmsg_host_receive(&host, &header, data, true));
}

/* Up, with the endpoint announced. */
static void come_up(void)
{
    rpmsg_host_come(&host, RPMSG_HOST_COUNT);
    assert_int_equal(rpmsg_poll(&rpmsg), 0);
    assert_true(rpmsg_is_up(&rpmsg));
    announces("echo", ADDRESS, 0);
    is_quiet();
}

/* ---- a driver that does as it should ---- */

static void waits_for_the_driver(void **state)
{
    (void)state;
    host.device.status = 3; /* acknowledged, and it has found a driver */
    assert_int_equal(rpmsg_poll(&rpmsg), 0);
    assert_false(rpmsg_is_up(&rpmsg));
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, "a", 1), -ENOTCONN);
    assert_int_equal(host.kicks[0] + host.kicks[1], 0);
    come_up();
    assert_int_equal(host.kicks[0], 1);
    assert_int_equal(host.kicks[1], 0);
}

static void announces_only_to_who_wants_it(void **state)
{
    (void)state;
    rpmsg_host_come(&host, RPMSG_HOST_COUNT);
    host.device.features_taken = 0;
    assert_int_equal(rpmsg_poll(&rpmsg), 0);
    assert_true(rpmsg_is_up(&rpmsg));
    is_quiet();
}

static void messages_go_both_ways(void **state)
{
    uint8_t message[RPMSG_PAYLOAD_MAX];

    (void)state;
    come_up();
    echoes = 1;
    for (unsigned round = 0; round < 70000; round++) { /* the indices wrap */
        size_t length = round % 97 == 0 ? RPMSG_PAYLOAD_MAX : round % 61;

        memset(message, (int)round, sizeof(message));
        rpmsg_host_send(&host, LINUX + round, ADDRESS, message, length);
        assert_int_equal(rpmsg_poll(&rpmsg), 1);
        assert_int_equal(got, round + 1);
        assert_int_equal(got_source, LINUX + round);
        assert_int_equal(got_length, length);
        assert_memory_equal(got_data, message, length);
        assert_int_equal(echoes, 1);
        assert_true(rpmsg_host_receive(&host, &header, data, true));
        assert_int_equal(header.source, ADDRESS);
        assert_int_equal(header.destination, LINUX + round);
        assert_int_equal(header.length, length);
        assert_memory_equal(data, message, length);
    }
    assert_int_equal(rpmsg.counters.sent, 70000);
    assert_int_equal(rpmsg.counters.received, 70000);
    assert_int_equal(host.kicks[0], 70001);
}

static void a_queue_full_comes_at_once(void **state)
{
    (void)state;
    come_up();
    for (unsigned i = 0; i < RPMSG_HOST_COUNT; i++)
        rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), RPMSG_HOST_COUNT);
    assert_int_equal(rpmsg_poll(&rpmsg), 0);
    assert_int_equal(rpmsg_host_used(&host, 1)[1], RPMSG_HOST_COUNT);
}

static void kicks_who_wants_to_be(void **state)
{
    (void)state;
    come_up();
    rpmsg_host_available(&host, 0)[0] = 1;
    rpmsg_host_available(&host, 1)[0] = 1;
    rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 1);
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, "a", 1), 0);
    assert_int_equal(host.kicks[0], 1);
    assert_int_equal(host.kicks[1], 0);
    rpmsg_host_available(&host, 1)[0] = 0;
    rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 1);
    assert_int_equal(host.kicks[1], 1);
}

static void waits_for_buffers(void **state)
{
    (void)state;
    rpmsg_host_come(&host, 0);
    assert_int_equal(rpmsg_poll(&rpmsg), 0);
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, "a", 1), -EAGAIN);
    rpmsg_host_offer(&host, 0, 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 0);
    announces("echo", ADDRESS, 0);
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, "a", 1), 0);
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, "b", 1), -EAGAIN);
}

static void what_does_not_fit_is_not_sent(void **state)
{
    static const uint8_t message[RPMSG_PAYLOAD_MAX + 1];

    (void)state;
    come_up();
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, message, sizeof(message)), -EMSGSIZE);
    rpmsg_host_describe(&host, 0, 1, RPMSG_HOST_START + RPMSG_HOST_BUFFER(0, 1), 20, 2);
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, message, 5), -EMSGSIZE);
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, message, 4), 0);
    assert_true(rpmsg_host_receive(&host, &header, data, true));
    assert_int_equal(header.length, 4);
    assert_int_equal(rpmsg_host_used(&host, 0)[2 + 4], 1); /* that buffer */
}

static void what_is_for_nobody_is_dropped(void **state)
{
    (void)state;
    come_up();
    rpmsg_host_send(&host, LINUX, ADDRESS + 9, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 1);
    assert_int_equal(got, 0);
    assert_int_equal(rpmsg.counters.dropped, 1);
}

static void what_is_no_message_is_refused(void **state)
{
    struct rpmsg_host_header *sent;
    unsigned number;

    (void)state;
    come_up();
    number = rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    rpmsg_host_describe(&host, 1, number, RPMSG_HOST_START + RPMSG_HOST_BUFFER(1, number), 15, 0);
    number = rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    sent = (struct rpmsg_host_header *)(host.memory + RPMSG_HOST_BUFFER(1, number));
    sent->length = 4; /* more than there is */
    number = rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    sent = (struct rpmsg_host_header *)(host.memory + RPMSG_HOST_BUFFER(1, number));
    sent->length = RPMSG_PAYLOAD_MAX + 1;
    rpmsg_host_describe(&host, 1, number, RPMSG_HOST_START + RPMSG_HOST_BUFFER(1, number), 4096, 0);
    rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 4);
    assert_int_equal(got, 1);
    assert_int_equal(rpmsg.counters.refused, 3);
    assert_int_equal(rpmsg_host_used(&host, 1)[1], 4);
}

/* ---- endpoints ---- */

static void endpoints_come_and_go(void **state)
{
    struct rpmsg_endpoint same = endpoint, bad = endpoint, quiet = endpoint;

    (void)state;
    come_up();
    assert_int_equal(rpmsg_open(&rpmsg, &other), 0);
    announces("other", ADDRESS + 1, 0);
    assert_int_equal(rpmsg_open(&rpmsg, &same), -EEXIST);
    bad.address = RPMSG_NAME_SERVER;
    assert_int_equal(rpmsg_open(&rpmsg, &bad), -EINVAL);
    bad.address = 20;
    bad.name = "a name of more than thirty-one char";
    assert_int_equal(rpmsg_open(&rpmsg, &bad), -EINVAL);
    quiet.address = 21;
    quiet.name = NULL;
    assert_int_equal(rpmsg_open(&rpmsg, &quiet), 0);
    is_quiet();
    rpmsg_host_send(&host, LINUX, 21, "abc", 3);
    rpmsg_host_send(&host, LINUX, ADDRESS + 1, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 2);
    assert_int_equal(got, 2);
    assert_int_equal(rpmsg_close(&rpmsg, &quiet), 0);
    is_quiet();
    assert_int_equal(rpmsg_close(&rpmsg, &endpoint), 0);
    announces("echo", ADDRESS, 1);
    assert_int_equal(rpmsg_close(&rpmsg, &endpoint), -ENOENT);
    rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 1);
    assert_int_equal(got, 2);
}

static void closing_waits_for_a_buffer(void **state)
{
    (void)state;
    rpmsg_host_come(&host, 1);
    assert_int_equal(rpmsg_poll(&rpmsg), 0);
    assert_int_equal(rpmsg_close(&rpmsg, &endpoint), -EAGAIN);
    announces("echo", ADDRESS, 0);
    assert_int_equal(rpmsg_close(&rpmsg, &endpoint), 0);
    announces("echo", ADDRESS, 1);
}

static void closes_without_a_driver(void **state)
{
    (void)state;
    assert_int_equal(rpmsg_close(&rpmsg, &endpoint), 0);
    rpmsg_host_come(&host, RPMSG_HOST_COUNT);
    assert_int_equal(rpmsg_poll(&rpmsg), 0);
    is_quiet();
}

/* The other side is not told, and whoever closes is. */
static void closes_beside_broken_queues(void **state)
{
    (void)state;
    come_up();
    rpmsg_host_offer(&host, 1, RPMSG_HOST_COUNT);
    assert_int_equal(rpmsg_poll(&rpmsg), -EPROTO);
    assert_int_equal(rpmsg_close(&rpmsg, &endpoint), -EPROTO);
    assert_int_equal(rpmsg_close(&rpmsg, &endpoint), -ENOENT);
}

/* ---- the driver goes, and another one comes ---- */

static void announces_to_each_driver(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        come_up();
        rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
        assert_int_equal(rpmsg_poll(&rpmsg), 1);
        rpmsg_host_go(&host);
        assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, "a", 1), -ENOTCONN);
        assert_int_equal(rpmsg_poll(&rpmsg), 0);
        assert_false(rpmsg_is_up(&rpmsg));
    }
}

/* Nobody has looked in between. */
static void notices_a_driver_that_came_anew(void **state)
{
    (void)state;
    come_up();
    rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 1);
    rpmsg_host_go(&host);
    come_up();
    rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 1);
    assert_int_equal(got, 2);
}

/* ... when both queues are where they have begun, 65536 messages later. */
static void notices_it_whatever_the_indices_are(void **state)
{
    (void)state;
    come_up(); /* with an announcement */
    echoes = 1;
    for (unsigned round = 0; round < 65536; round++) {
        if (round == 65535)
            echoes = 0;
        rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
        assert_int_equal(rpmsg_poll(&rpmsg), 1);
        assert_int_equal(rpmsg_host_receive(&host, &header, data, true), round < 65535);
    }
    assert_int_equal(rpmsg_host_used(&host, 0)[1], 0);
    assert_int_equal(rpmsg_host_used(&host, 1)[1], 0);
    rpmsg_host_go(&host);
    come_up();
    rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    assert_int_equal(rpmsg_poll(&rpmsg), 1);
    assert_int_equal(got, 65537);
}

/* ---- a driver that writes nonsense ---- */

/* Nothing goes until the driver comes anew. */
static void is_broken(void)
{
    assert_int_equal(rpmsg_poll(&rpmsg), -EPROTO);
    assert_false(rpmsg_is_up(&rpmsg));
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, "a", 1), -EPROTO);
    assert_int_equal(rpmsg_poll(&rpmsg), -EPROTO);
    rpmsg_host_go(&host);
    assert_int_equal(rpmsg_poll(&rpmsg), 0);
    come_up();
}

static void refuses_queues_that_are_none(void **state)
{
    static const struct resource_vring bad[] = {
        {0xa0000000 - 4096, 4096, 16, 0, 0}, /* before the window */
        {0xa0010000, 4096, 16, 0, 0},        /* behind it */
        {0xa000f000, 4096, 256, 0, 0},       /* across its end */
        {UINT32_MAX, 4096, 16, 0, 0},        /* as in the file */
        {UINT32_MAX - 4095, 4096, 16, 0, 0},
        {0xa0000010, 4096, 16, 0, 0}, /* not aligned */
        {0xa0000000, 0, 16, 0, 0},    /* to nothing */
        {0xa0000000, 8, 16, 0, 0},    /* to less than a descriptor */
        {0xa0000000, 4097, 16, 0, 0},
        {0xa0000000, 0x80000000, 16, 0, 0},
        {0xa0000000, 4096, 0, 0, 0}, /* of no buffers */
        {0xa0000000, 4096, 15, 0, 0},
        {0xa0000000, 4096, 0x80000000, 0, 0},
        {0xa0000000, 4096, 2 * VRING_COUNT_MAX, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        for (unsigned queue = 0; queue < 2; queue++) {
            rpmsg_host_come(&host, RPMSG_HOST_COUNT);
            host.device.vrings[queue] = bad[i];
            is_broken();
            rpmsg_host_go(&host);
            assert_int_equal(rpmsg_poll(&rpmsg), 0);
        }
}

static void refuses_descriptors_that_lead_elsewhere(void **state)
{
    static const struct {
        uint64_t address;
        uint32_t length;
        uint16_t flags;
    } bad[] = {
        {RPMSG_HOST_START - 1, 512, 0},
        {RPMSG_HOST_START - 512, 512, 0},
        {RPMSG_HOST_START + RPMSG_HOST_SIZE, 1, 0},
        {RPMSG_HOST_START + RPMSG_HOST_SIZE - 511, 512, 0},
        {RPMSG_HOST_START, RPMSG_HOST_SIZE + 1, 0},
        {RPMSG_HOST_START + 1, UINT32_MAX, 0},
        {0, 512, 0},
        {UINT64_MAX, 512, 0},
        {RPMSG_HOST_START + (UINT64_C(1) << 32), 512, 0}, /* whose low half is in the window */
        {RPMSG_HOST_START + 0x4000, 512, 1},              /* a chain */
        {RPMSG_HOST_START + 0x4000, 512, 4},              /* a table */
        {RPMSG_HOST_START + 0x4000, 512, 2},              /* the wrong way */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        come_up();
        rpmsg_host_describe(&host, 1, 5, bad[i].address, bad[i].length, bad[i].flags);
        rpmsg_host_offer(&host, 1, 5);
        is_broken();
        rpmsg_host_describe(&host, 0, 1, bad[i].address, bad[i].length, bad[i].flags ^ 2);
        assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, "a", 1), -EPROTO);
        is_broken();
        rpmsg_host_go(&host);
        assert_int_equal(rpmsg_poll(&rpmsg), 0);
    }
}

static void refuses_numbers_that_are_too_large(void **state)
{
    (void)state;
    come_up();
    rpmsg_host_offer(&host, 1, RPMSG_HOST_COUNT);
    is_broken();
    rpmsg_host_offer(&host, 1, 0xffff);
    is_broken();
    rpmsg_host_available(&host, 1)[1] = RPMSG_HOST_COUNT + 1; /* more than there are */
    is_broken();
    rpmsg_host_available(&host, 1)[1] = 0xffff; /* back */
    is_broken();
    rpmsg_host_describe(&host, 0, 1, RPMSG_HOST_START + 0x4000, 15, 2); /* no room for a header */
    assert_int_equal(rpmsg_send(&rpmsg, &endpoint, LINUX, "a", 1), -EPROTO);
    is_broken();
    rpmsg_host_describe(&host, 0, 1, RPMSG_HOST_START + 0x4000, 55,
                        2); /* nor for an announcement */
    assert_int_equal(rpmsg_open(&rpmsg, &other), 0);
    assert_int_equal(rpmsg_poll(&rpmsg), -EPROTO);
}

/* A callback finds that Linux has broken its own queue: the poll ends there. */
static void a_callback_may_find_it_broken(void **state)
{
    (void)state;
    come_up();
    echoes = 1;
    rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    rpmsg_host_send(&host, LINUX, ADDRESS, "abc", 3);
    rpmsg_host_available(&host, 0)[1] = 0x8000;
    assert_int_equal(rpmsg_poll(&rpmsg), 1);
    assert_int_equal(echoes, -1);
    assert_int_equal(got, 1);
    is_broken();
}

static void survives_noise(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (unsigned round = 0; round < 4000; round++) {
        rpmsg_host_come(&host, RPMSG_HOST_COUNT);
        (void)rpmsg_poll(&rpmsg);
        for (unsigned i = 0; i < 1 + round % 64; i++) {
            seed = seed * 1103515245u + 12345u;
            /* Mostly where the queues are. */
            host.memory[(seed >> 8) % (round % 4 == 0 ? RPMSG_HOST_SIZE : 0x1a00)] =
                (uint8_t)(seed >> 24);
            if (i % 8 == 7) {
                int count = rpmsg_poll(&rpmsg), error;

                assert_true(count == -EPROTO || (count >= 0 && count <= (int)RPMSG_HOST_COUNT));
                error = rpmsg_send(&rpmsg, &endpoint, LINUX, "abc", 3);
                assert_true(error == 0 || error == -EPROTO || error == -EAGAIN ||
                            error == -EMSGSIZE);
            }
        }
        rpmsg_host_go(&host);
        assert_int_equal(rpmsg_poll(&rpmsg), 0);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(waits_for_the_driver),
        TEST(announces_only_to_who_wants_it),
        TEST(messages_go_both_ways),
        TEST(a_queue_full_comes_at_once),
        TEST(kicks_who_wants_to_be),
        TEST(waits_for_buffers),
        TEST(what_does_not_fit_is_not_sent),
        TEST(what_is_for_nobody_is_dropped),
        TEST(what_is_no_message_is_refused),
        TEST(endpoints_come_and_go),
        TEST(closing_waits_for_a_buffer),
        TEST(closes_without_a_driver),
        TEST(closes_beside_broken_queues),
        TEST(announces_to_each_driver),
        TEST(notices_a_driver_that_came_anew),
        TEST(notices_it_whatever_the_indices_are),
        TEST(refuses_queues_that_are_none),
        TEST(refuses_descriptors_that_lead_elsewhere),
        TEST(refuses_numbers_that_are_too_large),
        TEST(a_callback_may_find_it_broken),
        TEST(survives_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
