// SPDX-License-Identifier: BSD-3-Clause
/*
 * XMODEM and YMODEM against a sender of the test's, on a line that damages, loses and repeats, with
 * a clock that waits only when the receiver does. The file's memory has its size exactly.
 */
#include "arch/time.h"
#include "lib/ymodem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SOH        0x01
#define STX        0x02
#define CTRL_C     0x03
#define EOT        0x04
#define ACK        0x06
#define NAK        0x15
#define CAN        0x18
#define PADDING    0x1a

#define SECOND_US  UINT64_C(1000000)
#define PATIENCE   (10 * SECOND_US) /* the sender's */
#define PACKET_MAX 1029u
#define FILE_MAX   70000u
#define NEVER      UINT32_MAX

/* ---- the clock, and the line to the receiver ---- */

static uint64_t now_us;
static uint8_t queue[3 * PACKET_MAX];
static size_t queue_first, queue_end;

uint64_t time_now_ns(void)
{
    return now_us * 1000;
}

static void deliver(const void *bytes, size_t length)
{
    if (queue_first == queue_end)
        queue_first = queue_end = 0;
    assert_true(length <= sizeof(queue) - queue_end);
    memcpy(queue + queue_end, bytes, length);
    queue_end += length;
}

/* ---- the sender ---- */

enum stage {
    ASKED_FIRST,
    HEADER,
    ASKED,
    DATA,
    END,
    ASKED_LAST,
    LAST,
    DONE,
    CANCELED
};

static uint8_t content[FILE_MAX];
static struct {
    bool named, tells_size, second_file, no_file;
    size_t size, block, announced;
    enum stage stage;
    unsigned blocks; /* confirmed */
    unsigned packets, answers;
    unsigned cans;
    size_t deaf_until; /* of the queue: it is sending once more, and drops answers to the first */
    uint64_t due;
} sender;

/* What happens to a packet or an answer with that number; NEVER: to none. */
enum fault {
    LOST,
    TWICE,
    CUT,
    NOISE,      /* in front */
    ENDED,      /* an EOT in its place */
    CANCEL,     /* in its place */
    DIES,       /* nothing from there on */
    RENUMBERED, /* and sound otherwise */
    FLIPPED,    /* from here on: the bit of that number */
};
static unsigned packet_spoilt, answer_lost, spoilt_for;
static unsigned fault;
static unsigned byte_us; /* how long a byte takes */

static uint16_t crc_of(const uint8_t *bytes, size_t length)
{
    unsigned rest = 0;

    for (size_t bit = 0; bit < 8 * length + 16; bit++) {
        unsigned next = bit < 8 * length ? (unsigned)bytes[bit / 8] >> (7 - bit % 8) & 1u : 0;

        rest = rest << 1 | next;
        if ((rest & 0x10000) != 0)
            rest ^= 0x11021;
    }
    return (uint16_t)rest;
}

static void spoil(uint8_t *bytes, size_t length)
{
    static const uint8_t noise[] = {0x55, 0xff, '\r', SOH}, cancel[] = {CAN, CAN, CAN};

    switch (fault) {
    case LOST:
        break;
    case TWICE:
        deliver(bytes, length);
        sender.deaf_until = queue_end;
        deliver(bytes, length);
        break;
    case CUT:
        deliver(bytes, length / 2);
        break;
    case NOISE:
        deliver(noise, sizeof(noise));
        deliver(bytes, length);
        break;
    case ENDED:
        deliver((const uint8_t[]){EOT}, 1);
        break;
    case CANCEL:
        deliver(cancel, sizeof(cancel));
        sender.due = UINT64_MAX;
        break;
    case DIES:
        sender.due = UINT64_MAX;
        break;
    case RENUMBERED:
        if (length > 1)
            bytes[1] = (uint8_t)(bytes[1] + 7), bytes[2] = (uint8_t)~bytes[1];
        deliver(bytes, length);
        break;
    default:
        bytes[(fault - FLIPPED) / 8 % length] ^= (uint8_t)(1u << fault % 8);
        deliver(bytes, length);
    }
}

static void transmit(uint8_t *bytes, size_t length)
{
    unsigned number = sender.packets++;

    sender.due = now_us + PATIENCE + length * byte_us;
    sender.deaf_until = 0;
    if (number >= packet_spoilt && number - packet_spoilt < spoilt_for)
        spoil(bytes, length);
    else
        deliver(bytes, length);
}

static void send_packet(unsigned number, const void *data, size_t length, size_t size, int filler)
{
    uint8_t packet[PACKET_MAX] = {size == 128 ? SOH : STX, (uint8_t)number, (uint8_t)~number};

    assert_true(length <= size);
    memset(packet + 3, filler, size);
    memcpy(packet + 3, data, length);
    packet[3 + size] = (uint8_t)(crc_of(packet + 3, size) >> 8);
    packet[4 + size] = (uint8_t)crc_of(packet + 3, size);
    transmit(packet, size + 5);
}

static void send_header(bool any)
{
    char text[128] = "";
    int length = 0;

    if (any)
        length = snprintf(text, sizeof(text), "firmware.elf%c%zu 14673142721 100644", '\0',
                          sender.announced);
    if (any && !sender.tells_size)
        length = sizeof("firmware.elf");
    send_packet(0, text, (size_t)length, 128, 0);
}

/* What the stage has to send, once more or for the first time. */
static void send(void)
{
    size_t at = sender.blocks * sender.block, left = sender.size - at;
    uint8_t end = EOT;

    switch (sender.stage) {
    case HEADER:
        send_header(!sender.no_file);
        break;
    case DATA:
        send_packet(sender.blocks + 1, content + at, left < sender.block ? left : sender.block,
                    sender.block, PADDING);
        break;
    case END:
        transmit(&end, 1);
        break;
    case LAST:
        send_header(sender.second_file);
        break;
    default:
        break;
    }
}

static void go_to(enum stage stage)
{
    sender.stage = stage;
    if (stage == DATA && sender.blocks * sender.block >= sender.size)
        sender.stage = END;
    sender.due = UINT64_MAX;
    send();
}

static void confirmed(void)
{
    switch (sender.stage) {
    case HEADER:
        go_to(ASKED);
        break;
    case DATA:
        sender.blocks++;
        go_to(DATA);
        break;
    case END:
        go_to(sender.named ? ASKED_LAST : DONE);
        break;
    case LAST:
        go_to(DONE);
        break;
    default:
        break;
    }
}

static void answered(uint8_t byte)
{
    bool asking =
        sender.stage == ASKED_FIRST || sender.stage == ASKED || sender.stage == ASKED_LAST;

    sender.cans = byte == CAN ? sender.cans + 1 : 0;
    if (sender.cans == 2)
        go_to(CANCELED);
    else if (byte == ACK)
        confirmed();
    else if (byte == 'C' && asking)
        go_to(sender.stage == ASKED_FIRST ? (sender.named ? HEADER : DATA)
              : sender.stage == ASKED     ? DATA
                                          : LAST);
    else if (byte == NAK && sender.stage == ASKED_FIRST)
        fail(); /* that would be XMODEM without CRC */
    else if (byte == NAK || byte == 'C')
        send();
}

/* ---- the line, as the receiver has it ---- */

static int get_error, put_error;

static int line_get(void *context, uint64_t timeout_us)
{
    uint64_t until = now_us + timeout_us;

    assert_ptr_equal(context, &sender);
    assert_true(timeout_us != 0 && timeout_us <= 10 * SECOND_US);
    if (get_error != 0)
        return get_error;
    while (queue_first == queue_end && sender.due <= until) {
        now_us = sender.due;
        send();
    }
    if (queue_first == queue_end || byte_us > timeout_us) {
        now_us = until;
        return -ETIMEDOUT;
    }
    now_us += byte_us;
    return queue[queue_first++];
}

static bool is_deaf(void)
{
    return sender.deaf_until != 0 && queue_first <= sender.deaf_until;
}

static int line_put(void *context, const uint8_t *bytes, size_t length)
{
    assert_ptr_equal(context, &sender);
    if (put_error != 0)
        return put_error;
    for (size_t i = 0; i < length; i++)
        if (sender.answers++ != answer_lost && !is_deaf())
            answered(bytes[i]);
    return 0;
}

/* ---- transfers ---- */

static uint8_t *memory;
static size_t received;

static int set_up(void **state)
{
    (void)state;
    memset(&sender, 0, sizeof(sender));
    for (size_t i = 0; i < FILE_MAX; i++)
        content[i] = (uint8_t)(i * 7 + i / 251 + i / 1024);
    now_us = 0;
    queue_first = queue_end = 0;
    packet_spoilt = answer_lost = NEVER;
    spoilt_for = 1;
    byte_us = 87; /* 115200 baud */
    get_error = put_error = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(memory);
    memory = NULL;
    return 0;
}

static void offer(bool named, size_t size, size_t block)
{
    uint64_t clock = now_us;

    memset(&sender, 0, sizeof(sender));
    sender.named = sender.tells_size = named;
    sender.size = sender.announced = size;
    sender.block = block;
    sender.due = UINT64_MAX;
    queue_first = queue_end = 0;
    now_us = clock;
}

static int receive(size_t room)
{
    const struct ymodem_line line = {line_get, line_put, &sender};
    int error;

    free(memory);
    memory = malloc(room);
    assert_true(memory != NULL || room == 0);
    received = SIZE_MAX;
    error = ymodem_receive(&line, memory, room, &received);
    if (error != 0)
        assert_true(received == SIZE_MAX);
    return error;
}

static void is_whole(size_t size, size_t padded)
{
    assert_int_equal(received, padded);
    if (size != 0)
        assert_memory_equal(memory, content, size);
    for (size_t i = size; i < padded; i++)
        assert_int_equal(memory[i], PADDING);
}

static size_t padded(size_t size, size_t block)
{
    return (size + block - 1) / block * block;
}

static const size_t blocks[] = {128, 1024};
#define FOR_BLOCKS(block) for (size_t b = 0, block; b < 2 && (block = blocks[b]) != 0; b++)

static void files_of_any_size_come_by_ymodem(void **state)
{
    static const size_t sizes[] = {0, 1, 127, 128, 129, 1023, 1024, 1025, 33000, FILE_MAX};

    (void)state;
    FOR_BLOCKS(block)
    {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            offer(true, sizes[i], block);
            assert_int_equal(receive(sizes[i]), 0);
            is_whole(sizes[i], sizes[i]);
            assert_int_equal(sender.stage, DONE);
        }
    }
}

static void without_a_size_the_padding_is_part_of_the_file(void **state)
{
    (void)state;
    FOR_BLOCKS(block)
    {
        offer(false, 40000, block);
        assert_int_equal(receive(padded(40000, block)), 0);
        is_whole(40000, padded(40000, block));
        assert_int_equal(sender.stage, DONE);
        offer(true, 3000, block);
        sender.tells_size = false;
        assert_int_equal(receive(padded(3000, block)), 0);
        is_whole(3000, padded(3000, block));
    }
}

/* One fault at each packet in turn. 3000 bytes: header, three or more blocks, EOT, its second, end.
 */
static void survives(unsigned what, bool named, size_t block)
{
    unsigned packets = (unsigned)(padded(3000, block) / block) + 2 + (named ? 2 : 0);

    for (unsigned i = 0; i < packets; i++) {
        offer(named, 3000, block);
        fault = what;
        packet_spoilt = i;
        assert_int_equal(receive(padded(3000, block)), 0);
        is_whole(3000, named ? 3000 : padded(3000, block));
    }
}

static void a_damaged_packet_is_sent_again(void **state)
{
    static const unsigned bytes[] = {0, 1, 2, 3, 60, 131, 132, 500, 1027, 1028};

    (void)state;
    for (unsigned what = LOST; what <= ENDED; what++)
        FOR_BLOCKS(block)
        {
            survives(what, true, block);
            survives(what, false, block);
        }
    for (unsigned i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
        for (unsigned bit = 0; bit < 8; bit++)
            survives(FLIPPED + 8 * bytes[i] + bit, true, 1024);
}

static void a_lost_answer_costs_time_only(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 13; i++) {
        for (unsigned named = 0; named < 2; named++) {
            offer(named, 3000, 1024);
            answer_lost = i;
            assert_int_equal(receive(3072), 0);
            is_whole(3000, named ? 3000 : 3072);
        }
    }
}

static void what_is_larger_than_the_room_is_refused(void **state)
{
    (void)state;
    FOR_BLOCKS(block)
    {
        offer(true, 5000, block);
        assert_int_equal(receive(4999), -EFBIG);
        assert_int_equal(sender.stage, CANCELED);
        assert_int_equal(sender.blocks, 0);
        offer(false, 5000, block);
        assert_int_equal(receive(4096), -EFBIG);
        assert_int_equal(sender.stage, CANCELED);
        offer(true, 5000, block);
        sender.tells_size = false;
        assert_int_equal(receive(4999), -EFBIG);
    }
    offer(true, 100, 128);
    sender.announced = SIZE_MAX;
    assert_int_equal(receive(FILE_MAX), -EFBIG);
    offer(false, 100, 128);
    assert_int_equal(receive(0), -EFBIG);
}

static void the_sender_may_cancel_at_any_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        offer(true, 3000, 1024);
        fault = CANCEL;
        packet_spoilt = i;
        assert_int_equal(receive(3000), -ECANCELED);
    }
}

static void who_types_ctrl_c_before_it_begins_ends_it(void **state)
{
    static const uint8_t typed[] = {'h', 'u', 'h', '\r', CAN, 'x', EOT, CTRL_C};

    (void)state;
    offer(true, 0, 128);
    answer_lost = 0;
    deliver(typed, sizeof(typed));
    assert_int_equal(receive(100), -ECANCELED);
    assert_true(now_us < 3 * SECOND_US);
    offer(true, 3000, 1024); /* and anything else does not */
    answer_lost = NEVER;
    deliver(typed, sizeof(typed) - 1);
    assert_int_equal(receive(3000), 0);
    is_whole(3000, 3000);
}

static void silence_ends_it(void **state)
{
    (void)state;
    offer(true, 3000, 1024);
    sender.stage = DONE; /* there is none */
    assert_int_equal(receive(3000), -ETIMEDOUT);
    assert_in_range(now_us, 59 * SECOND_US, 63 * SECOND_US);
    for (unsigned i = 1; i < 5; i++) {
        offer(true, 3000, 1024);
        packet_spoilt = i;
        spoilt_for = NEVER;
        fault = DIES;
        now_us = 0;
        assert_int_equal(receive(3000), -ETIMEDOUT);
        assert_in_range(now_us, 20 * SECOND_US, 120 * SECOND_US);
    }
    offer(true, 3000, 1024); /* after the second EOT the file is whole */
    packet_spoilt = 6;
    assert_int_equal(receive(3000), 0);
    is_whole(3000, 3000);
}

static void a_packet_that_never_comes_whole_ends_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        offer(true, 3000, 1024);
        packet_spoilt = i;
        spoilt_for = NEVER;
        fault = FLIPPED + 8 * 40;
        if (i == 4)
            fault = NOISE;
        assert_int_equal(receive(3000), -EIO);
        assert_int_equal(sender.stage, CANCELED);
        assert_in_range(sender.packets, i + 10, i + 12);
    }
}

static void a_slow_sender_has_ten_seconds_for_a_block(void **state)
{
    (void)state;
    offer(false, 100, 128);
    byte_us = 60000; /* eight seconds */
    assert_int_equal(receive(128), 0);
    offer(false, 100, 128);
    byte_us = 90000;
    now_us = 0;
    assert_int_equal(receive(128), -EIO);
    assert_true(now_us < 400 * SECOND_US);
}

static void blocks_out_of_order_end_it(void **state)
{
    (void)state;
    for (unsigned i = 1; i < 4; i++) {
        offer(true, 3000, 1024);
        packet_spoilt = i;
        fault = RENUMBERED;
        assert_int_equal(receive(3000), -EPROTO);
        assert_int_equal(sender.stage, CANCELED);
    }
    offer(true, 3000, 1024); /* where it should begin */
    packet_spoilt = 0;
    spoilt_for = NEVER;
    assert_int_equal(receive(3000), -EPROTO);
}

static void another_length_than_was_told_ends_it(void **state)
{
    (void)state;
    offer(true, 3000, 1024);
    sender.announced = 3100;
    assert_int_equal(receive(4000), -EPROTO);
    offer(true, 3000, 1024);
    sender.announced = 2000;
    assert_int_equal(receive(4000), -EPROTO);
}

static void it_is_one_file(void **state)
{
    (void)state;
    offer(true, 3000, 1024);
    sender.second_file = true;
    assert_int_equal(receive(3000), -EMFILE);
    offer(true, 0, 1024);
    sender.no_file = true;
    assert_int_equal(receive(3000), -ENOENT);
}

static void errors_of_the_line_are_told(void **state)
{
    (void)state;
    offer(true, 3000, 1024);
    get_error = -EDEADLK;
    assert_int_equal(receive(3000), -EDEADLK);
    get_error = 0;
    put_error = -ENODEV;
    assert_int_equal(receive(3000), -ENODEV);
}

/* Whatever a sender does, it ends, and within the memory. */
static int random_get(void *context, uint64_t timeout_us)
{
    static const uint8_t likely[] = {SOH, STX, EOT, CAN, 0, 1, 0xff, 0xfe};
    uint32_t *random = context;

    *random = *random * 1664525 + 1013904223;
    now_us += 87;
    if ((*random >> 28) == 0) {
        now_us += timeout_us;
        return -ETIMEDOUT;
    }
    return (*random >> 27 & 1) != 0 ? likely[*random >> 16 & 7] : (int)(*random >> 16 & 0xff);
}

static int random_put(void *context, const uint8_t *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    return 0;
}

static void noise_ends(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 300; seed++) {
        uint32_t random = seed;
        const struct ymodem_line line = {random_get, random_put, &random};
        uint8_t *room = malloc(256);
        size_t size;

        now_us = 0;
        assert_non_null(room);
        assert_int_not_equal(ymodem_receive(&line, room, 256, &size), 0);
        assert_true(now_us < 1000 * SECOND_US);
        free(room);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_of_any_size_come_by_ymodem),
        TEST(without_a_size_the_padding_is_part_of_the_file),
        TEST(a_damaged_packet_is_sent_again),
        TEST(a_lost_answer_costs_time_only),
        TEST(what_is_larger_than_the_room_is_refused),
        TEST(the_sender_may_cancel_at_any_time),
        TEST(who_types_ctrl_c_before_it_begins_ends_it),
        TEST(silence_ends_it),
        TEST(a_packet_that_never_comes_whole_ends_it),
        TEST(a_slow_sender_has_ten_seconds_for_a_block),
        TEST(blocks_out_of_order_end_it),
        TEST(another_length_than_was_told_ends_it),
        TEST(it_is_one_file),
        TEST(errors_of_the_line_are_told),
        TEST(noise_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
