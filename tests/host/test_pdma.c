// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model of the UARTs' PDMAs by itself: the UART's requests on one side, the stream over PSI-L
 * on the other, where the test stands in for the UDMAP.
 */
#include "tests/host/support/soc_host.h"
#include "twin/models/psil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define UART        0x02820000u /* 2 */
#define MCU_UART    0x40a00000u
#define SOURCE      0x4516u
#define DESTINATION 0xc516u
#define MCU_SOURCE  0x7212u

#define ON          0x80000000u
#define TEARDOWN    0xc0000000u
#define FLUSH       0x90000000u
#define PAUSE       0xa0000000u
#define A_WHILE     10000000u

static uint8_t line[4096];
static unsigned line_length;

static void on_uart(void *context, unsigned uart, uint8_t byte)
{
    (void)context;
    assert_int_equal(uart, 2);
    assert_true(line_length < sizeof(line));
    line[line_length++] = byte;
}

static const struct am65x_environment environment = {
    .line = soc_no_line,
    .its_message = soc_no_message,
    .memory_read = soc_read,
    .memory_write = soc_write,
    .now = soc_now,
    .uart_transmit = on_uart,
};

/* ---- the UDMAP ---- */

static uint8_t stream[8192];
static uint32_t stream_length, room; /* that the UDMAP has still */
static uint32_t ends[256];           /* of packets, in the stream */
static unsigned end_count, ready_count, ended_count;
static uint16_t from;

uint32_t __wrap_psil_send_bytes(uint16_t source_thread, const uint8_t *data, uint32_t size,
                                bool last);
uint32_t __wrap_psil_send_bytes(uint16_t source_thread, const uint8_t *data, uint32_t size,
                                bool last)
{
    uint32_t taken = size < room ? size : room;

    from = source_thread;
    assert_true(stream_length + taken <= sizeof(stream));
    memcpy(stream + stream_length, data, taken);
    stream_length += taken;
    room -= taken;
    if (last && taken == size) {
        assert_true(end_count < sizeof(ends) / sizeof(ends[0]));
        ends[end_count++] = stream_length;
    }
    return taken;
}

void __wrap_psil_ready(uint16_t destination_thread);
void __wrap_psil_ready(uint16_t destination_thread)
{
    assert_int_equal(destination_thread, DESTINATION);
    ready_count++;
}

void __wrap_psil_ended(uint16_t thread);
void __wrap_psil_ended(uint16_t thread)
{
    (void)thread;
    ended_count++;
}

static void peer_write(uint16_t thread, unsigned number, uint32_t value)
{
    unsigned argument;
    const struct psil_peripheral *peripheral = psil_find(thread, &argument);

    assert_non_null(peripheral);
    peripheral->peer_write(argument, number, value);
}

static uint32_t peer_read(uint16_t thread, unsigned number)
{
    unsigned argument;
    const struct psil_peripheral *peripheral = psil_find(thread, &argument);

    assert_non_null(peripheral);
    return peripheral->peer_read(argument, number);
}

static void source_ready(void)
{
    unsigned argument;
    const struct psil_peripheral *peripheral = psil_find(SOURCE, &argument);

    room = UINT32_MAX;
    peripheral->source_ready(argument);
}

static bool end(uint16_t thread)
{
    unsigned argument;
    const struct psil_peripheral *peripheral = psil_find(thread, &argument);

    return peripheral->end(argument);
}

static uint32_t send(const uint8_t *data, uint32_t size, bool last)
{
    unsigned argument;
    const struct psil_peripheral *peripheral = psil_find(DESTINATION, &argument);

    return peripheral->take_bytes(argument, data, size, last);
}

/* All of it, with the UDMAP's patience. */
static void send_all(const uint8_t *data, uint32_t size)
{
    for (uint32_t sent = 0; sent < size; pass(1000))
        sent += send(data + sent, size - sent, true);
    pass(A_WHILE);
}

/* ---- the UART ---- */

#define SCR_BOTH 0x03u

/* 1 Mbaud, receive trigger at 16 bytes, transmit at 8 spaces. */
static void uart_open(uint32_t base, uint32_t scr)
{
    write32(base + 0x0c, 0x83);
    write32(base + 0x00, 3);
    write32(base + 0x04, 0);
    write32(base + 0x0c, 0x03);
    write32(base + 0x08, 0x47);
    write32(base + 0x40, scr);
    write32(base + 0x20, 0);
}

static int set_up(void **state)
{
    static const struct am65x_config config = {.intid_limit = 1020};

    (void)state;
    now_ns = 0;
    am65x_reset(&environment, &config);
    line_length = stream_length = end_count = ready_count = ended_count = 0;
    room = UINT32_MAX;
    uart_open(UART, SCR_BOTH);
    return 0;
}

static void static_tr(uint16_t thread, uint32_t x, uint32_t y, uint32_t z)
{
    peer_write(thread, PSIL_PEER_STATIC_XY, x << 24 | y);
    peer_write(thread, PSIL_PEER_STATIC_Z, z);
    peer_write(thread, PSIL_PEER_ENABLE, ON);
}

static uint8_t next_byte;

static void receive(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_true(am65x_uart_receive(2, next_byte++));
        pass(10000);
    }
}

static void check_stream(uint32_t length)
{
    assert_int_equal(stream_length, length);
    for (uint32_t i = 0; i < length; i++)
        assert_int_equal(stream[i], i & 0xff);
}

/* ---- receiving ---- */

static void bytes_are_read_when_the_trigger_level_is_reached(void **state)
{
    (void)state;
    next_byte = 0;
    static_tr(SOURCE, 0, 16, 2);
    receive(15);
    check_stream(0);
    receive(1);
    check_stream(16);
    assert_int_equal(end_count, 0);
    receive(16 + 7);
    check_stream(32);
    assert_int_equal(from, SOURCE);
    assert_int_equal(end_count, 1); /* Z */
    assert_int_equal(ends[0], 32);
    assert_int_equal(read32(UART + 0x64), 7);
    assert_int_equal(peer_read(SOURCE, PSIL_PEER_BYTE_COUNT), 32);
    peer_write(SOURCE, PSIL_PEER_BYTE_COUNT, 30);
    assert_int_equal(peer_read(SOURCE, PSIL_PEER_BYTE_COUNT), 2);
}

static void nothing_is_read_without_a_request(void **state)
{
    (void)state;
    static_tr(SOURCE, 0, 16, 1);
    write32(UART + 0x40, 0x01); /* no DMA */
    receive(20);
    assert_int_equal(stream_length, 0);
    write32(UART + 0x40, 0x07); /* to transmit only */
    pass(A_WHILE);
    assert_int_equal(stream_length, 0);
    write32(UART + 0x40, 0x05); /* to receive only */
    pass(A_WHILE);
    assert_int_equal(stream_length, 16);
    write32(UART + 0x40, 0x00); /* FCR has the mode, */
    write32(UART + 0x08, 0x41);
    receive(16);
    assert_int_equal(stream_length, 16);
    write32(UART + 0x08, 0x49); /* and it is 1 */
    pass(A_WHILE);
    assert_int_equal(stream_length, 32);
}

static void a_udmap_without_room_holds_up_the_uart(void **state)
{
    (void)state;
    next_byte = 0;
    room = 20;
    static_tr(SOURCE, 0, 16, 1);
    receive(32 + 60);
    check_stream(20);
    assert_int_equal(read32(UART + 0x64), 60);
    source_ready();
    pass(A_WHILE);
    check_stream(80);
    assert_int_equal(end_count, 5);
    assert_int_equal(read32(UART + 0x64), 12);
}

static void a_teardown_ends_the_packet_that_has_begun(void **state)
{
    (void)state;
    next_byte = 0;
    static_tr(SOURCE, 0, 16, 0); /* Z = 0: never by itself */
    receive(40);
    check_stream(32);
    assert_int_equal(end_count, 0);
    peer_write(SOURCE, PSIL_PEER_ENABLE, TEARDOWN);
    assert_false(end(SOURCE));
    pass(A_WHILE);
    assert_int_equal(ended_count, 1);
    assert_int_equal(end_count, 1);
    assert_int_equal(ends[0], 32);
    peer_write(SOURCE, PSIL_PEER_ENABLE, TEARDOWN);
    assert_true(end(SOURCE)); /* nothing has begun */
}

static void elements_have_other_sizes(void **state)
{
    static const uint8_t expected[] = {0, 0, 0, 0, 1, 0, 0, 0};

    (void)state;
    next_byte = 0;
    static_tr(SOURCE, 3, 16, 1);
    receive(16);
    assert_int_equal(stream_length, 64);
    assert_memory_equal(stream, expected, sizeof(expected));
    static_tr(SOURCE, 7, 16, 1); /* there is no such size */
    receive(32);
    assert_int_equal(stream_length, 64);
}

static void a_paused_thread_reads_nothing(void **state)
{
    (void)state;
    next_byte = 0;
    static_tr(SOURCE, 0, 16, 1);
    peer_write(SOURCE, PSIL_PEER_ENABLE, PAUSE);
    receive(20);
    check_stream(0);
    peer_write(SOURCE, PSIL_PEER_ENABLE, ON);
    pass(A_WHILE);
    check_stream(16);
}

static void the_mcu_domains_uart_has_a_thread_too(void **state)
{
    (void)state;
    uart_open(MCU_UART, SCR_BOTH);
    static_tr(MCU_SOURCE, 0, 16, 1);
    for (unsigned i = 0; i < 16; i++)
        assert_true(am65x_uart_receive(3, (uint8_t)i));
    pass(A_WHILE);
    check_stream(16);
    assert_int_equal(from, MCU_SOURCE);
}

/* ---- transmitting ---- */

static void bytes_leave_at_the_lines_rate(void **state)
{
    uint8_t data[200];
    uint64_t began;

    (void)state;
    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(3 * i);
    static_tr(DESTINATION, 0, 8, 0);
    began = now_ns;
    for (uint32_t sent = 0; sent < sizeof(data); pass(1000))
        sent += send(data + sent, (uint32_t)sizeof(data) - sent, true);
    /* But for what two FIFOs hold, they have had to leave: 10 us each. */
    assert_true(now_ns - began >= (200 - 128 - 1) * 10000u);
    pass(A_WHILE);
    assert_int_equal(line_length, sizeof(data));
    assert_memory_equal(line, data, sizeof(data));
    assert_true(ready_count != 0);
    assert_int_equal(peer_read(DESTINATION, PSIL_PEER_BYTE_COUNT), sizeof(data));
}

static void a_packets_last_burst_may_be_short(void **state)
{
    static const uint8_t data[13] = "hello, world";

    (void)state;
    static_tr(DESTINATION, 0, 8, 0);
    assert_int_equal(send(data, 5, false), 5);
    pass(A_WHILE);
    assert_int_equal(line_length, 0); /* no whole burst, and more to come */
    assert_int_equal(send(data + 5, 8, true), 8);
    pass(A_WHILE);
    assert_int_equal(line_length, 13);
    assert_memory_equal(line, data, 13);
}

static void a_uart_that_does_not_ask_holds_up_the_udmap(void **state)
{
    static const uint8_t data[100];

    (void)state;
    write32(UART + 0x40, 0x01);
    static_tr(DESTINATION, 0, 8, 0);
    assert_int_equal(send(data, 100, true), 64);
    pass(A_WHILE);
    assert_int_equal(send(data, 36, true), 0);
    assert_false(end(DESTINATION));
    pass(A_WHILE);
    assert_int_equal(ended_count, 0);
    peer_write(DESTINATION, PSIL_PEER_ENABLE, FLUSH); /* what it has is dropped */
    pass(A_WHILE);
    assert_int_equal(ended_count, 1);
    assert_int_equal(send(data, 36, true), 36);
    assert_true(end(DESTINATION));
    assert_int_equal(line_length, 0);
}

static void a_teardown_waits_until_all_has_left(void **state)
{
    static const uint8_t data[60];

    (void)state;
    static_tr(DESTINATION, 0, 1, 0);
    assert_int_equal(send(data, 60, true), 60);
    assert_false(end(DESTINATION));
    pass(A_WHILE);
    assert_int_equal(ended_count, 1);
    assert_int_equal(line_length, 60);
}

static void a_thread_that_is_off_takes_nothing(void **state)
{
    static const uint8_t data[4];

    (void)state;
    assert_int_equal(send(data, 4, true), 0);
    static_tr(DESTINATION, 0, 8, 0);
    assert_int_equal(send(data, 4, false), 4);
    peer_write(DESTINATION, PSIL_PEER_ENABLE, 0); /* and forgets what it had */
    static_tr(DESTINATION, 0, 8, 0);
    send_all(data, 2);
    assert_int_equal(line_length, 2);
}

/* ---- looped back ---- */

static void what_is_sent_comes_back(void **state)
{
    uint8_t data[128];

    (void)state;
    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)i;
    write32(UART + 0x10, 0x10);
    static_tr(SOURCE, 0, 16, 1);
    static_tr(DESTINATION, 0, 1, 0);
    send_all(data, sizeof(data));
    check_stream(sizeof(data));
    assert_int_equal(line_length, 0);
}

/* Interrupts: line status before the time-out; with RHR_IT_DIS the trigger level does not. */
static void a_receiver_that_is_not_read_overruns(void **state)
{
    static const uint8_t data[70];

    (void)state;
    write32(UART + 0x10, 0x10);
    write32(UART + 0x40, 0x07);
    write32(UART + 0x6c, 0x04);
    write32(UART + 0x04, 0x05);
    static_tr(DESTINATION, 0, 1, 0);
    send_all(data, 64);
    assert_int_equal(read32(UART + 0x08) & 0x3f, 0x0c);
    send_all(data, 6);
    assert_int_equal(read32(UART + 0x64), 64);
    assert_int_equal(read32(UART + 0x08) & 0x3f, 0x06);
    assert_int_equal(read32(UART + 0x14) & 0x03, 0x03);
    assert_int_equal(read32(UART + 0x14) & 0x03, 0x01);
    assert_int_equal(read32(UART + 0x08) & 0x3f, 0x0c);
}

static void a_break_is_received_as_one(void **state)
{
    (void)state;
    write32(UART + 0x10, 0x10);
    write32(UART + 0x04, 0x04);
    write32(UART + 0x0c, 0x43);
    assert_int_equal(read32(UART + 0x08) & 0x3f, 0x06);
    assert_int_equal(read32(UART + 0x14) & 0x91, 0x91);
    write32(UART + 0x0c, 0x03);
    assert_int_equal(read32(UART), 0);
    assert_int_equal(read32(UART + 0x14) & 0x91, 0);
    assert_int_equal(read32(UART + 0x08) & 0x3f, 0x01);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(bytes_are_read_when_the_trigger_level_is_reached, set_up),
        cmocka_unit_test_setup(nothing_is_read_without_a_request, set_up),
        cmocka_unit_test_setup(a_udmap_without_room_holds_up_the_uart, set_up),
        cmocka_unit_test_setup(a_teardown_ends_the_packet_that_has_begun, set_up),
        cmocka_unit_test_setup(elements_have_other_sizes, set_up),
        cmocka_unit_test_setup(a_paused_thread_reads_nothing, set_up),
        cmocka_unit_test_setup(the_mcu_domains_uart_has_a_thread_too, set_up),
        cmocka_unit_test_setup(bytes_leave_at_the_lines_rate, set_up),
        cmocka_unit_test_setup(a_packets_last_burst_may_be_short, set_up),
        cmocka_unit_test_setup(a_uart_that_does_not_ask_holds_up_the_udmap, set_up),
        cmocka_unit_test_setup(a_teardown_waits_until_all_has_left, set_up),
        cmocka_unit_test_setup(a_thread_that_is_off_takes_nothing, set_up),
        cmocka_unit_test_setup(what_is_sent_comes_back, set_up),
        cmocka_unit_test_setup(a_receiver_that_is_not_read_overruns, set_up),
        cmocka_unit_test_setup(a_break_is_received_as_one, set_up),
    };

    return cmocka_run_group_tests_name("pdma", tests, NULL, NULL);
}
