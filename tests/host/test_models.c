// SPDX-License-Identifier: BSD-3-Clause
/*
 * The device models by themselves, as a driver meets them: register by register, with time in the
 * test's hands. What they should do is in the AM65x TRM (SPRUID7) and TI's TI-SCI documentation.
 */
#include "tests/host/support/soc_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define DRAM_SIZE 0x200000u

static uint8_t dram[DRAM_SIZE];
static bool lines[1024];
static unsigned line_changes;
static uint32_t its_device, its_event;
static uint8_t uart_output[256];
static unsigned uart_length, soc_resets, trace_lines;
static char last_trace[128];

/* ---------------------------------------------------------------- the surroundings */

static void on_line(void *context, unsigned intid, bool high)
{
    (void)context;
    assert_int_not_equal(lines[intid], high); /* only changes are reported */
    lines[intid] = high;
    line_changes++;
}

static void on_its_message(void *context, uint32_t device_id, uint32_t event_id)
{
    (void)context;
    its_device = device_id;
    its_event = event_id;
}

static void on_uart(void *context, unsigned uart, uint8_t byte)
{
    (void)context;
    (void)uart;
    if (uart_length < sizeof(uart_output))
        uart_output[uart_length++] = byte;
}

static void on_trace(void *context, const char *line)
{
    (void)context;
    trace_lines++;
    strncpy(last_trace, line, sizeof(last_trace) - 1);
}

static void on_soc_reset(void *context)
{
    (void)context;
    soc_resets++;
}

static const struct am65x_environment environment = {
    .line = on_line,
    .its_message = on_its_message,
    .memory_read = soc_read,
    .memory_write = soc_write,
    .now = soc_now,
    .uart_transmit = on_uart,
    .trace = on_trace,
    .soc_reset = on_soc_reset,
};

static int setup(void **state)
{
    static const struct am65x_config config = {.intid_limit = 256};
    (void)state;
    memset(dram, 0, sizeof(dram));
    soc_memory(dram, sizeof(dram));
    am65x_reset(&environment, &config);
    line_changes = uart_length = soc_resets = trace_lines = 0;
    return 0;
}

static void reset_in(uint32_t moods)
{
    const struct am65x_config config = {.intid_limit = 256, .moods = moods};
    am65x_reset(&environment, &config);
    line_changes = 0;
}

/* ---------------------------------------------------------------- TI-SCI */

static bool range(uint16_t device, uint8_t subtype, uint16_t numbers[4])
{
    struct sci message = sci_request(0x1500, 1), answer;
    sci_put(&message, 8, 2, device);
    sci_put(&message, 10, 1, subtype);
    sci_put(&message, 11, 1, 0xff);
    bool ack = sci_ask(&message, &answer);
    for (unsigned i = 0; i < 4; i++)
        numbers[i] = (uint16_t)sci_get(&answer, 8 + 2 * i, 2);
    return ack;
}

static bool event_request(uint16_t type, uint16_t ring, uint16_t event, uint16_t vint, uint8_t bit)
{
    struct sci message = sci_request(type, 2);
    sci_put(&message, 8, 4, 0x3c);
    sci_put(&message, 12, 2, 187);
    sci_put(&message, 14, 2, ring);
    sci_put(&message, 20, 2, 179);
    sci_put(&message, 22, 2, vint);
    sci_put(&message, 24, 2, event);
    sci_put(&message, 26, 1, bit);
    return sci_ask(&message, NULL);
}

static bool event_map(uint16_t ring, uint16_t event, uint16_t vint, uint8_t bit)
{
    return event_request(0x1000, ring, event, vint, bit);
}

static bool event_unmap(uint16_t ring, uint16_t event, uint16_t vint, uint8_t bit)
{
    return event_request(0x1001, ring, event, vint, bit);
}

static bool route(uint16_t type, uint16_t input, uint16_t output)
{
    struct sci message = sci_request(type, 3);
    sci_put(&message, 8, 4, 0x3);
    sci_put(&message, 12, 2, 182);
    sci_put(&message, 14, 2, input);
    sci_put(&message, 16, 2, 182);
    sci_put(&message, 18, 2, output);
    return sci_ask(&message, NULL);
}

static bool ring_configure(uint16_t ring, uint64_t base, uint32_t count)
{
    struct sci message = sci_request(0x1110, 4);
    sci_put(&message, 8, 4, 0x1f);
    sci_put(&message, 12, 2, 187);
    sci_put(&message, 14, 2, ring);
    sci_put(&message, 16, 8, base);
    sci_put(&message, 24, 4, count);
    sci_put(&message, 29, 1, 1); /* 8-byte elements */
    return sci_ask(&message, NULL);
}

static bool channels_configure(uint16_t channel, uint16_t ring)
{
    struct sci tx = sci_request(0x1205, 5), rx = sci_request(0x1215, 6);
    sci_put(&tx, 8, 4, 0x1c);
    sci_put(&tx, 12, 2, 188);
    sci_put(&tx, 14, 2, channel);
    sci_put(&tx, 20, 1, 12);
    sci_put(&tx, 22, 2, 4); /* a descriptor's header */
    sci_put(&tx, 25, 2, ring);
    sci_put(&rx, 8, 4, 0x14);
    sci_put(&rx, 12, 2, 188);
    sci_put(&rx, 14, 2, channel);
    sci_put(&rx, 18, 2, ring);
    sci_put(&rx, 30, 1, 12);
    return sci_ask(&tx, NULL) && sci_ask(&rx, NULL);
}

/* One field only. */
static bool channel_field(uint16_t type, uint16_t channel, unsigned bit, unsigned offset,
                          unsigned size, uint16_t value)
{
    struct sci message = sci_request(type, 6);
    sci_put(&message, 8, 4, 1u << bit);
    sci_put(&message, 12, 2, 188);
    sci_put(&message, 14, 2, channel);
    sci_put(&message, offset, size, value);
    return sci_ask(&message, NULL);
}

static bool psil(uint16_t type, uint16_t source, uint16_t destination)
{
    struct sci message = sci_request(type, 7);
    sci_put(&message, 8, 4, 118);
    sci_put(&message, 12, 4, source);
    sci_put(&message, 16, 4, destination);
    return sci_ask(&message, NULL);
}

static void chip_id_is_an_am65x_of_revision_2(void **state)
{
    (void)state;
    assert_int_equal(read32(0x43000014), 0x1bb5a02f);
}

static void an_unclaimed_access_is_counted(void **state)
{
    uint64_t value;
    (void)state;
    assert_false(am65x_read(0x05000000, 4, &value));
    assert_false(am65x_write(0x05000000, 4, 1));
    assert_int_equal(am65x_counter(AM65X_COUNT_UNCLAIMED), 2);
}

static void pre_its_offset_is_the_device_and_the_word_is_the_event(void **state)
{
    (void)state;
    write32(0x01000000 + 4 * 0x1234, 7);
    assert_int_equal(its_device, 0x1234);
    assert_int_equal(its_event, 7);
    assert_int_equal(am65x_counter(AM65X_COUNT_ITS_MESSAGES), 1);
    write32(0x013ffffc, 9);
    assert_int_equal(its_device, 0xfffff);
}

static void pre_its_takes_words_and_their_lower_halves(void **state)
{
    (void)state;
    assert_true(am65x_write(0x01000010, 1, 7));
    assert_true(am65x_write(0x01000011, 1, 7));
    assert_true(am65x_write(0x01000012, 2, 7));
    assert_true(am65x_write(0x01000010, 8, 7));
    assert_int_equal(am65x_counter(AM65X_COUNT_ITS_MESSAGES), 0);
    assert_true(am65x_write(0x01000010, 2, 0x12345678));
    assert_int_equal(am65x_counter(AM65X_COUNT_ITS_MESSAGES), 1);
    assert_int_equal(its_device, 4);
    assert_int_equal(its_event, 0x5678);
}

/* The events of the devices first to first + count - 1 that arrive. */
static unsigned send_from(uint32_t first, uint32_t count)
{
    unsigned arrived = 0;

    for (uint32_t id = first; id < first + count; id++) {
        its_device = UINT32_MAX;
        write32(0x01000000 + 4 * id, 1);
        arrived += its_device == id;
    }
    return arrived;
}

static void i2101_loses_a_fifth_device_unless_two_that_are_none_were_first(void **state)
{
    static const struct am65x_config config = {.intid_limit = 256, .moods = AM65X_MOOD_I2101};

    (void)state;
    am65x_reset(&environment, &config);
    assert_int_equal(send_from(10, 4), 4);
    assert_int_equal(send_from(14, 4), 0);
    assert_int_equal(send_from(10, 4), 4);
    assert_int_equal(send_from(0, 2), 0); /* too late */

    am65x_reset(&environment, &config);
    assert_int_equal(send_from(1, 1), 1); /* not the first */
    assert_int_equal(send_from(0, 1), 1);
    assert_int_equal(send_from(10, 4), 2);

    am65x_reset(&environment, &config);
    assert_int_equal(send_from(0, 2), 2);
    assert_int_equal(send_from(10, 100), 100);
}

static void proxy_threads_have_directions_and_credits(void **state)
{
    (void)state;
    assert_int_equal(read32(0x3280c000), 0x80000000); /* thread 11 receives */
    assert_int_equal(read32(0x3280e000), 0);          /* thread 13 sends */
    assert_int_equal(read32(RX_STATUS), 0);
    assert_int_equal(read32(TX_STATUS), 20);
}

static void an_answer_comes_later_and_raises_the_line(void **state)
{
    struct sci message = sci_request(0x0002, 0x42), answer;
    (void)state;
    sci_send(&message);
    assert_int_equal(read32(RX_STATUS), 0);
    assert_int_equal(read32(TX_STATUS), 19);
    assert_false(lines[69]);
    pass(20000);
    assert_true(lines[69]);
    assert_true(am65x_line_level(69));
    assert_int_equal(read32(TX_STATUS), 20);
    assert_int_equal(read32(RX_STATUS), 1);
    answer = sci_take();
    assert_false(lines[69]);
    assert_int_equal(sci_get(&answer, 3, 1), 0x42);
    assert_int_equal(sci_get(&answer, 42, 1), 3); /* ABI */
}

static void several_requests_are_in_flight_and_answered_in_order(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < 5; i++) {
        struct sci message = sci_request(0x0002, i);
        sci_send(&message);
    }
    pass(100000);
    assert_int_equal(read32(RX_STATUS), 5);
    for (unsigned i = 0; i < 5; i++) {
        assert_true(lines[69]);
        struct sci answer = sci_take();
        assert_int_equal(sci_get(&answer, 3, 1), i);
    }
    assert_false(lines[69]);
}

/* Each is the answer to one of the requests, in whatever order. */
static void answers_change_places_if_they_may(void **state)
{
    unsigned moved = 0;
    (void)state;
    reset_in(AM65X_MOOD_MISORDERED);
    for (unsigned round = 0; round < 10; round++) {
        uint64_t seen = 0;
        for (unsigned i = 0; i < 8; i++) {
            struct sci message = sci_request(0x0002, (uint8_t)i);
            sci_send(&message);
        }
        pass(100000);
        for (unsigned i = 0; i < 8; i++) {
            struct sci answer = sci_take();
            moved += sci_get(&answer, 3, 1) != i;
            seen |= 1u << sci_get(&answer, 3, 1);
        }
        assert_int_equal(seen, 0xff);
    }
    assert_true(moved > 10);
}

static void more_messages_than_credits_put_the_thread_in_error(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < 20; i++) {
        struct sci message = sci_request(0x0002, i);
        sci_send(&message);
    }
    assert_int_equal(read32(TX_STATUS), 0);
    struct sci message = sci_request(0x0002, 20);
    sci_send(&message);
    assert_int_equal(read32(TX_STATUS), 0x80000000);
}

/* Whoever takes no answers runs out of credits in the end; once he takes them, all is as it was. */
static void answers_that_nobody_takes_cost_no_credits(void **state)
{
    unsigned sent = 0, taken = 0;
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        if ((read32(TX_STATUS) & 0xff) != 0) {
            struct sci message = sci_request(0x0002, (uint8_t)i);
            sci_send(&message);
            sent++;
        }
        pass(20000);
    }
    assert_true(sent < 1000);
    while (read32(RX_STATUS) != 0) {
        (void)sci_take();
        taken++;
        pass(20000);
    }
    assert_int_equal(taken, sent);
    assert_int_equal(read32(TX_STATUS), 20);
}

static void unknown_messages_and_foreign_hosts_are_refused(void **state)
{
    struct sci message = sci_request(0xc120, 1);
    (void)state;
    assert_false(sci_ask(&message, NULL));
    message = sci_request(0x0002, 1);
    sci_put(&message, 2, 1, 13);
    assert_false(sci_ask(&message, NULL));
    assert_int_equal(am65x_counter(AM65X_COUNT_SCI_NAKS), 2);
}

static void a_request_without_the_flag_gets_no_answer(void **state)
{
    struct sci message = sci_request(0x0002, 1);
    (void)state;
    sci_put(&message, 4, 4, 0);
    sci_send(&message);
    pass(100000);
    assert_int_equal(read32(RX_STATUS), 0);
    assert_int_equal(read32(TX_STATUS), 20);
}

static void resource_ranges_are_those_of_the_board_configuration(void **state)
{
    uint16_t n[4];
    (void)state;
    assert_true(range(179, 0x0a, n)); /* VINTs */
    assert_int_equal(n[0], 16);
    assert_int_equal(n[1], 80);
    assert_true(range(179, 0x0d, n)); /* events */
    assert_int_equal(n[0], 16);
    assert_int_equal(n[1], 1024);
    assert_true(range(187, 0x01, n)); /* rings */
    assert_int_equal(n[0], 304);
    assert_int_equal(n[1], 100);
    assert_true(range(188, 0x0d, n)); /* transmit channels, in two ranges */
    assert_int_equal(n[0], 8);
    assert_int_equal(n[1], 12);
    assert_int_equal(n[2], 26);
    assert_int_equal(n[3], 38);
    assert_false(range(500, 0x01, n));
}

static void intr_outputs_beyond_the_gic_are_not_handed_out(void **state)
{
    uint16_t n[4];
    (void)state;
    assert_true(range(182, 0, n));
    assert_int_equal(n[0], 16);
    assert_int_equal(n[1], 48); /* INTIDs 80 to 127 */
    assert_false(route(0x1000, 16, 64));
}

static void devices_and_clocks_answer(void **state)
{
    struct sci message = sci_request(0x0200, 1), answer;
    (void)state;
    sci_put(&message, 8, 4, 146);
    sci_put(&message, 16, 1, 2);
    assert_true(sci_ask(&message, NULL));
    message = sci_request(0x0201, 2);
    sci_put(&message, 8, 4, 146);
    assert_true(sci_ask(&message, &answer));
    assert_int_equal(sci_get(&answer, 16, 1), 2);
    assert_int_equal(sci_get(&answer, 17, 1), 1);
    message = sci_request(0x010e, 3);
    sci_put(&message, 8, 4, 146);
    assert_true(sci_ask(&message, &answer));
    assert_int_equal(sci_get(&answer, 8, 8), 48000000);
    sci_put(&message, 8, 4, 9999);
    assert_false(sci_ask(&message, &answer));
}

static bool set_parent(uint32_t device, uint8_t clock, uint8_t parent)
{
    struct sci message = sci_request(0x0102, 4);
    sci_put(&message, 8, 4, device);
    sci_put(&message, 12, 1, clock);
    sci_put(&message, 13, 1, parent);
    return sci_ask(&message, NULL);
}

/* As the device trees of Linux 6.12 have them. */
static void clocks_take_the_parents_that_linux_gives_them(void **state)
{
    static const struct {
        uint16_t device;
        uint8_t clock, parent;
    } wanted[] = {{23, 0, 1},  {24, 0, 1},  {25, 0, 1},  {26, 0, 1},  {27, 0, 1},
                  {28, 0, 1},  {29, 0, 1},  {30, 0, 1},  {31, 0, 1},  {32, 0, 1},
                  {33, 0, 1},  {34, 0, 12}, {67, 2, 5},  {135, 0, 4}, {151, 2, 4},
                  {151, 7, 9}, {152, 2, 4}, {153, 4, 8}, {154, 5, 9}, {248, 0, 2}};
    struct sci answer;
    (void)state;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        assert_true(set_parent(wanted[i].device, wanted[i].clock, wanted[i].parent));
        struct sci message = sci_request(0x0103, 5);
        sci_put(&message, 8, 4, wanted[i].device);
        sci_put(&message, 12, 1, wanted[i].clock);
        assert_true(sci_ask(&message, &answer));
        assert_int_equal(sci_get(&answer, 8, 1), wanted[i].parent);
    }
    assert_false(set_parent(35, 0, 1));
    assert_false(set_parent(23, 0, 17));
    assert_false(set_parent(248, 0, 3));
    assert_false(set_parent(135, 1, 2));
}

/* What Linux asks for each device and clock of the AM65x's trees, in its order. */
static void every_device_and_clock_of_linux_trees_answers(void **state)
{
    static const struct {
        uint16_t device, clock;
    } clocks[] = {
        {146, 0}, {147, 0}, {148, 0}, {149, 0}, {47, 0},  {47, 1},  {48, 0},  {48, 1},  {57, 0},
        {58, 0},  {59, 0},  {67, 0},  {67, 1},  {67, 2},  {110, 1}, {118, 5}, {120, 0}, {121, 0},
        {137, 1}, {151, 2}, {151, 7}, {152, 2}, {153, 4}, {154, 5}, {202, 0}, {203, 0},
    };
    struct sci answer;
    (void)state;
    for (unsigned i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        struct sci message = sci_request(0x0200, 1); /* SET_DEVICE: on */
        sci_put(&message, 8, 4, clocks[i].device);
        sci_put(&message, 16, 1, 2);
        assert_true(sci_ask(&message, NULL));
        message = sci_request(0x0104, 2); /* GET_NUM_CLOCK_PARENTS */
        sci_put(&message, 8, 4, clocks[i].device);
        sci_put(&message, 12, 1, clocks[i].clock);
        assert_true(sci_ask(&message, &answer));
        assert_true(sci_get(&answer, 8, 1) >= 1);
        message = sci_request(0x0100, 3); /* SET_CLOCK: requested */
        sci_put(&message, 8, 4, clocks[i].device);
        sci_put(&message, 12, 1, clocks[i].clock);
        sci_put(&message, 13, 1, 2);
        assert_true(sci_ask(&message, NULL));
        message = sci_request(0x0101, 4); /* GET_CLOCK: requested and ready */
        sci_put(&message, 8, 4, clocks[i].device);
        sci_put(&message, 12, 1, clocks[i].clock);
        assert_true(sci_ask(&message, &answer));
        assert_int_equal(sci_get(&answer, 8, 1), 2);
        assert_int_equal(sci_get(&answer, 9, 1), 1);
        message = sci_request(0x010e, 5); /* GET_FREQ */
        sci_put(&message, 8, 4, clocks[i].device);
        sci_put(&message, 12, 1, clocks[i].clock);
        assert_true(sci_ask(&message, &answer));
        assert_true(sci_get(&answer, 8, 8) != 0);
    }
}

static void a_reset_request_reaches_the_surroundings(void **state)
{
    struct sci message = sci_request(0x0005, 1);
    (void)state;
    assert_true(sci_ask(&message, NULL));
    assert_int_equal(soc_resets, 1);
}

/* ---------------------------------------------------------------- events and interrupts */

#define RING         304u
#define RING_RT      (0x3c000000u + RING * 0x1000)
#define VINT         16u
#define VINT_REGS    (0x33d00000u + VINT * 0x1000)
#define EVENT        16u
#define OUTPUT       16u
#define OUTPUT_INTID 80u

static void foreign_and_double_mappings_are_refused(void **state)
{
    (void)state;
    assert_false(event_map(RING, EVENT, 15, 0));    /* VINT of nobody */
    assert_false(event_map(RING, 1040, VINT, 0));   /* event of host 13 */
    assert_false(event_map(404, EVENT, VINT, 0));   /* ring of host 13 */
    assert_false(event_map(RING, EVENT, VINT, 64)); /* no such bit */
    assert_true(event_map(RING, EVENT, VINT, 0));
    assert_false(event_map(RING, EVENT, VINT, 0));
    assert_false(event_map(RING + 1, EVENT, VINT, 1)); /* the event is taken */
    assert_false(event_map(RING, EVENT + 1, VINT, 1)); /* the ring is taken */
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 1);
    assert_false(event_unmap(RING, EVENT, VINT, 1));
    assert_true(event_unmap(RING, EVENT, VINT, 0));
    assert_false(event_unmap(RING, EVENT, VINT, 0));
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 0);
    am65x_inject(AM65X_FAULT_STRAY_EVENT, EVENT, 1); /* steered nowhere any more */
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENTS_LOST), 1);
    assert_true(event_map(RING + 1, EVENT, VINT, 0)); /* event and bit are free again */
}

static void a_vint_takes_64_events_whatever_their_bits(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < 64; i++)
        assert_true(event_map(RING + i, EVENT + i, VINT, i < 32 ? 7 : 9));
    assert_false(event_map(RING + 64, EVENT + 64, VINT, 10));
    am65x_inject(AM65X_FAULT_STRAY_EVENT, EVENT + 31, 1);
    am65x_inject(AM65X_FAULT_STRAY_EVENT, EVENT, 1);
    assert_int_equal(read64(VINT_REGS + 0x18), 1 << 7);
    assert_true(event_unmap(RING, EVENT, VINT, 7));
    assert_true(event_map(RING + 64, EVENT + 64, VINT, 10));
    assert_false(event_map(RING, EVENT, VINT, 7));
}

static bool route_of(uint16_t router, uint16_t type, uint16_t input, uint16_t output)
{
    struct sci message = sci_request(type, 3);
    sci_put(&message, 8, 4, 0x3);
    sci_put(&message, 12, 2, router);
    sci_put(&message, 14, 2, input);
    sci_put(&message, 16, 2, router);
    sci_put(&message, 18, 2, output);
    return sci_ask(&message, NULL);
}

static void routers_have_so_many_inputs_and_route_each_once(void **state)
{
    static const struct {
        uint16_t router, inputs, first_output;
    } routers[] = {{3, 128, 0}, {100, 208, 0}, {156, 64, 0}, {182, 440, 16}};
    (void)state;
    for (size_t i = 0; i < sizeof(routers) / sizeof(routers[0]); i++) {
        uint16_t router = routers[i].router, last = (uint16_t)(routers[i].inputs - 1);
        uint16_t output = routers[i].first_output;
        assert_false(route_of(router, 0x1000, last + 1, output));
        assert_true(route_of(router, 0x1000, last, output));
        assert_false(route_of(router, 0x1000, last, output + 1)); /* it is routed */
        assert_true(route_of(router, 0x1000, 0, output + 1));
        assert_true(route_of(router, 0x1001, last, output));
        assert_true(route_of(router, 0x1000, last, output));
    }
    assert_false(route_of(97, 0x1000, 0, 0)); /* the R5F's */
}

static void routes_are_single(void **state)
{
    (void)state;
    assert_true(route(0x1000, VINT, OUTPUT));
    assert_false(route(0x1000, VINT + 1, OUTPUT));
    assert_false(route(0x1000, VINT, 80)); /* host 13's */
    assert_int_equal(am65x_counter(AM65X_COUNT_ROUTES), 1);
    assert_false(route(0x1001, VINT + 1, OUTPUT));
    assert_true(route(0x1001, VINT, OUTPUT));
    assert_false(route(0x1001, VINT, OUTPUT));
    assert_int_equal(am65x_counter(AM65X_COUNT_ROUTES), 0);
}

static void a_vint_is_high_while_a_bit_is_set_and_enabled(void **state)
{
    (void)state;
    assert_true(event_map(RING, EVENT, VINT, 5));
    assert_true(route(0x1000, VINT, OUTPUT));
    assert_true(am65x_inject(AM65X_FAULT_STRAY_EVENT, EVENT, 1));
    assert_int_equal(read64(VINT_REGS + 0x18), 1 << 5);
    assert_int_equal(read64(VINT_REGS + 0x20), 0);
    assert_false(lines[OUTPUT_INTID]);
    write64(VINT_REGS + 0x00, 1 << 5);
    assert_true(lines[OUTPUT_INTID]);
    assert_int_equal(read64(VINT_REGS + 0x20), 1 << 5);
    write64(VINT_REGS + 0x08, 1 << 5);
    assert_false(lines[OUTPUT_INTID]);
    assert_int_equal(read64(VINT_REGS + 0x00), 0);
    write64(VINT_REGS + 0x00, 1 << 5);
    write64(VINT_REGS + 0x18, 1 << 4); /* another bit: stays high */
    assert_true(lines[OUTPUT_INTID]);
    write64(VINT_REGS + 0x18, 1 << 5);
    assert_false(lines[OUTPUT_INTID]);
    assert_int_equal(am65x_counter(AM65X_COUNT_VINT_EDGES), 2);
}

static void taking_a_route_away_lowers_its_line(void **state)
{
    (void)state;
    assert_true(event_map(RING, EVENT, VINT, 63));
    write64(VINT_REGS, UINT64_C(1) << 63);
    am65x_inject(AM65X_FAULT_STRAY_EVENT, EVENT, 1);
    assert_false(lines[OUTPUT_INTID]);
    assert_true(route(0x1000, VINT, OUTPUT));
    assert_true(lines[OUTPUT_INTID]);
    assert_true(route(0x1001, VINT, OUTPUT));
    assert_false(lines[OUTPUT_INTID]);
}

static void a_mapping_enables_and_its_event_comes_at_once(void **state)
{
    (void)state;
    reset_in(AM65X_MOOD_MAP_ENABLES);
    assert_true(route(0x1000, VINT, OUTPUT));
    assert_int_equal(line_changes, 4); /* the system firmware's answer, and a pulse */
    assert_true(ring_configure(RING, DRAM_BASE, 8));
    assert_true(event_map(RING, EVENT, VINT, 5));
    assert_int_equal(read64(VINT_REGS), 1 << 5);
    assert_int_equal(read64(VINT_REGS + 0x20), 0);
    assert_true(event_unmap(RING, EVENT, VINT, 5));
    write32(RING_RT + 0x10, 1);
    assert_true(event_map(RING, EVENT, VINT, 5));
    assert_int_equal(read64(VINT_REGS + 0x20), 1 << 5);
    assert_true(lines[OUTPUT_INTID]);
}

static void slow_events_arrive_together_and_the_last_counts(void **state)
{
    (void)state;
    reset_in(AM65X_MOOD_SLOW_EVENTS);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(ring_configure((uint16_t)(RING + i), DRAM_BASE + 0x100 * i, 8));
        assert_true(event_map((uint16_t)(RING + i), (uint16_t)(EVENT + i), VINT, (uint8_t)i));
    }
    for (unsigned i = 0; i < 3; i++) {
        write32(RING_RT + 0x1000 * i + 0x10, 1);
        assert_int_equal(read64(VINT_REGS + 0x18), 0);
    }
    write32(RING_RT + 0x1010, 0xff); /* the second is empty again: it never tells */
    pass(45000);
    assert_int_equal(read64(VINT_REGS + 0x18), 0x5);
    write64(VINT_REGS + 0x18, 0x1);
    write32(RING_RT + 0x10, 0xff); /* gone, and there again */
    write32(RING_RT + 0x10, 1);
    write32(RING_RT + 0x2010, 0xff);
    assert_int_equal(read64(VINT_REGS + 0x18), 0x4);
    pass(45000);
    assert_int_equal(read64(VINT_REGS + 0x18), 0x1);
    write64(VINT_REGS + 0x18, 0x1);
    for (unsigned i = 0; i < 400; i++) /* more than can be on their way at once */
        write32(RING_RT + 0x1010, i % 2 == 0 ? 1 : 0xff);
    pass(45000);
    assert_int_equal(read64(VINT_REGS + 0x18), 0);
}

static void an_unmapped_event_is_lost_and_counted(void **state)
{
    (void)state;
    am65x_inject(AM65X_FAULT_STRAY_EVENT, 99, 3);
    am65x_inject(AM65X_FAULT_STRAY_EVENT, 0xfff0, 1);
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENTS_LOST), 4);
}

/* They fire within the call, with the models' lock held: a guest must not ask for a billion. */
static void so_many_stray_events_at_once_and_no_more(void **state)
{
    (void)state;
    assert_true(am65x_inject(AM65X_FAULT_STRAY_EVENT, 99, AM65X_STRAY_EVENTS_MAX));
    assert_false(am65x_inject(AM65X_FAULT_STRAY_EVENT, 99, AM65X_STRAY_EVENTS_MAX + 1));
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENTS_LOST), AM65X_STRAY_EVENTS_MAX);
}

/* ---------------------------------------------------------------- rings */

static void a_ring_counts_fills_empties_and_wraps(void **state)
{
    (void)state;
    assert_true(ring_configure(RING, DRAM_BASE, 4));
    assert_int_equal(am65x_counter(AM65X_COUNT_RINGS), 1);
    write32(RING_RT + 0x10, 3);
    assert_int_equal(read32(RING_RT + 0x18), 3);
    assert_int_equal(read32(RING_RT + 0x20), 3);
    write32(RING_RT + 0x10, 3); /* two too many */
    assert_int_equal(read32(RING_RT + 0x18), 4);
    write32(RING_RT + 0x10, (uint32_t)-3);
    assert_int_equal(read32(RING_RT + 0x18), 1);
    assert_int_equal(read32(RING_RT + 0x1c), 3);
    write32(RING_RT + 0x10, 1);
    write32(RING_RT + 0x10, (uint32_t)-2);
    assert_int_equal(read32(RING_RT + 0x18), 0);
    assert_int_equal(read32(RING_RT + 0x1c), 1); /* round the end */
    write32(RING_RT + 0x10, (uint32_t)-1);       /* empty stays empty */
    assert_int_equal(read32(RING_RT + 0x18), 0);
    write32(RING_RT + 0x10, 2);
    assert_true(ring_configure(RING, DRAM_BASE, 4)); /* a count resets it */
    assert_int_equal(read32(RING_RT + 0x18), 0);
    assert_true(ring_configure(RING, 0, 0));
    assert_int_equal(am65x_counter(AM65X_COUNT_RINGS), 0);
    assert_false(ring_configure(404, DRAM_BASE, 4)); /* host 13's */
}

static void a_ring_sends_its_event_only_when_no_longer_empty(void **state)
{
    (void)state;
    assert_true(ring_configure(RING, DRAM_BASE, 4));
    assert_true(event_map(RING, EVENT, VINT, 0));
    write32(RING_RT + 0x10, 1);
    write32(RING_RT + 0x10, 1);
    assert_int_equal(am65x_counter(AM65X_COUNT_RING_EVENTS), 1);
    write32(RING_RT + 0x10, (uint32_t)-2);
    write32(RING_RT + 0x10, 2);
    assert_int_equal(am65x_counter(AM65X_COUNT_RING_EVENTS), 2);
}

/* Up when no longer empty, down when empty again: a status bit that nobody clears follows the ring,
 * and what software clears by itself stays so until the next "up". */
static void a_status_bit_follows_its_ring(void **state)
{
    (void)state;
    assert_true(ring_configure(RING, DRAM_BASE, 4));
    assert_true(event_map(RING, EVENT, VINT, 3));
    assert_true(route(0x1000, VINT, OUTPUT));
    write64(VINT_REGS, 1 << 3);
    write32(RING_RT + 0x10, 2);
    assert_int_equal(read64(VINT_REGS + 0x20), 1 << 3);
    assert_true(lines[64 + OUTPUT]);
    write32(RING_RT + 0x10, (uint32_t)-1);
    assert_true(lines[64 + OUTPUT]); /* one is left */
    write32(RING_RT + 0x10, (uint32_t)-1);
    assert_int_equal(read64(VINT_REGS + 0x20), 0);
    assert_false(lines[64 + OUTPUT]);
    write32(RING_RT + 0x10, 1);
    write64(VINT_REGS + 0x18, 1 << 3); /* cleared with an element in the ring */
    assert_false(lines[64 + OUTPUT]);
    write32(RING_RT + 0x10, 1);
    assert_false(lines[64 + OUTPUT]); /* the ring was not empty */
    write32(RING_RT + 0x10, (uint32_t)-2);
    write32(RING_RT + 0x10, 1);
    assert_true(lines[64 + OUTPUT]);
    assert_true(ring_configure(RING, DRAM_BASE, 4)); /* which empties it */
    assert_false(lines[64 + OUTPUT]);
}

static void a_fifo_window_pushes_and_pops_elements(void **state)
{
    uint64_t window = 0x38000000u + RING * 0x1000;
    (void)state;
    assert_true(ring_configure(RING, DRAM_BASE, 2));
    write32(window + 0x3f8, 0x11111111); /* tail, low word: not yet an element */
    assert_int_equal(read32(RING_RT + 0x18), 0);
    write32(window + 0x3fc, 0x22222222);
    write64(window + 0x1f8, UINT64_C(0x4444444433333333)); /* in front of it */
    assert_int_equal(read32(RING_RT + 0x18), 2);
    assert_true(read64(window + 0x5f8) == UINT64_C(0x4444444433333333)); /* peek */
    assert_true(read64(window + 0x1f8) == UINT64_C(0x4444444433333333));
    assert_int_equal(read32(RING_RT + 0x18), 1);
    assert_true(read64(window + 0x1f8) == UINT64_C(0x2222222211111111));
    assert_int_equal(read32(RING_RT + 0x18), 0);
}

/* ---------------------------------------------------------------- DMA */

#define CHANNEL     8u
#define TCHAN       (0x35000000u + CHANNEL * 0x1000)
#define RCHAN       (0x34000000u + CHANNEL * 0x1000)
#define WORK_RT     (0x3c000000u + CHANNEL * 0x1000)
#define ENABLE      0x80000000u
#define WORK_AT     0x0000u
#define DONE_AT     0x1000u
#define DESCRIPTOR  0x2000u
#define RESPONSE    (DESCRIPTOR + 128u)
#define SOURCE      0x10000u
#define DESTINATION 0x80000u

static void store(uint32_t offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        dram[offset + i] = (uint8_t)(value >> (8 * i));
}

static uint64_t load(uint32_t offset)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)dram[offset + i] << (8 * i);
    return value;
}

static void open_channel(void)
{
    assert_true(ring_configure(CHANNEL, DRAM_BASE + WORK_AT, 8));
    assert_true(ring_configure(RING, DRAM_BASE + DONE_AT, 8));
    assert_true(channels_configure(CHANNEL, RING));
    assert_true(psil(0x1280, 0x1000 + CHANNEL, 0x9000 + CHANNEL));
    assert_true(event_map(RING, EVENT, VINT, 0));
    assert_true(route(0x1000, VINT, OUTPUT));
    write64(VINT_REGS, 1);
    write32(RCHAN, ENABLE);
    write32(TCHAN, ENABLE);
}

/* One TR of rows x length bytes, type 15. */
static void describe(uint16_t length, uint16_t rows, uint64_t destination)
{
    memset(&dram[DESCRIPTOR], 0, 132);
    store(DESCRIPTOR, 4, 3u << 30);
    store(DESCRIPTOR + 4, 4, 2u << 24);
    store(DESCRIPTOR + 8, 4, RING);
    uint32_t tr = DESCRIPTOR + 64;
    store(tr, 4, 15u | 0x5au << 16 | 1u << 31);
    store(tr + 4, 2, length);
    store(tr + 6, 2, rows);
    store(tr + 8, 8, DRAM_BASE + SOURCE);
    store(tr + 16, 4, length);
    store(tr + 20, 2, 1);
    store(tr + 22, 2, 1);
    store(tr + 36, 4, length);
    store(tr + 40, 8, destination);
    store(tr + 56, 2, length);
    store(tr + 58, 2, rows);
    store(tr + 60, 2, 1);
    store(tr + 62, 2, 1);
    dram[RESPONSE] = 0xee;
}

static void submit(void)
{
    static unsigned place;
    uint32_t index = read32(WORK_RT + 0x1c) + read32(WORK_RT + 0x18);
    place = index % 8;
    store(WORK_AT + 8 * place, 8, DRAM_BASE + DESCRIPTOR);
    write32(WORK_RT + 0x10, 1);
}

static void fill_source(void)
{
    for (uint32_t i = 0; i < 0x40000; i++)
        dram[SOURCE + i] = (uint8_t)(i * 7 + (i >> 8));
}

static void capabilities_count_channels_and_flows(void **state)
{
    (void)state;
    assert_int_equal(read32(0x31150028), 120 | 32 << 9 | 150 << 18);
    assert_int_equal(read32(0x3115002c), 300);
    assert_int_equal(read32(0x285c0028), 48 | 48 << 18);
    assert_int_equal(read32(0x285c002c), 96);
}

static void a_copy_completes_later_than_the_doorbell(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    describe(4096, 10, DRAM_BASE + DESTINATION);
    submit();
    assert_int_equal(read32(WORK_RT + 0x18), 1); /* nothing inside the register write */
    assert_int_equal(dram[DESTINATION + 1], 0);
    pass(1000);
    assert_int_equal(dram[DESTINATION + 1], 0);
    assert_false(lines[OUTPUT_INTID]);
    pass(100000);
    assert_memory_equal(&dram[DESTINATION], &dram[SOURCE], 40960);
    assert_int_equal(dram[DESTINATION + 40960], 0);
    assert_true(lines[OUTPUT_INTID]);
    assert_int_equal(read32(RING_RT + 0x18), 1);
    assert_int_equal(load(DONE_AT), DRAM_BASE + DESCRIPTOR);
    assert_int_equal(dram[RESPONSE], 0);
    assert_int_equal(dram[RESPONSE + 2], 0x5a);
    assert_int_equal(dram[RESPONSE + 3], 0x80);
    assert_int_equal(read32(TCHAN + 0x408), 40960);
    assert_int_equal(read32(RCHAN + 0x408), 40960);
    assert_int_equal(read32(TCHAN + 0x400), 1);
    write32(TCHAN + 0x408, 40000); /* counters go down by what is written */
    assert_int_equal(read32(TCHAN + 0x408), 960);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_BYTES), 40960);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 1);
}

static void no_doorbell_no_transfer(void **state)
{
    (void)state;
    open_channel();
    describe(64, 1, DRAM_BASE + DESTINATION);
    store(WORK_AT, 8, DRAM_BASE + DESCRIPTOR);
    pass(1000000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 0);
}

static void an_unpaired_channel_waits(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    assert_true(psil(0x1281, 0x1000 + CHANNEL, 0x9000 + CHANNEL));
    describe(64, 1, DRAM_BASE + DESTINATION);
    submit();
    pass(1000000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 0);
    assert_true(psil(0x1280, 0x1000 + CHANNEL, 0x9000 + CHANNEL));
    pass(100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 1);
}

static void pairings_are_single_and_owned(void **state)
{
    (void)state;
    assert_false(psil(0x1280, 0x1000 + 64, 0x9000 + CHANNEL)); /* host 13's channel */
    assert_false(psil(0x1280, 0x1000 + CHANNEL, 0x1000 + CHANNEL));
    assert_true(psil(0x1280, 0x1000 + CHANNEL, 0x9000 + CHANNEL));
    assert_false(psil(0x1280, 0x1000 + CHANNEL, 0x9000 + CHANNEL + 1));
    assert_false(psil(0x1280, 0x1000 + CHANNEL + 1, 0x9000 + CHANNEL));
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 1);
    assert_true(psil(0x1281, 0x1000 + CHANNEL, 0x9000 + CHANNEL));
    assert_false(psil(0x1281, 0x1000 + CHANNEL, 0x9000 + CHANNEL));
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 0);
}

static void a_pause_holds_and_its_end_resumes(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    write32(TCHAN, ENABLE | 1u << 29);
    describe(64, 1, DRAM_BASE + DESTINATION);
    submit();
    pass(100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 0);
    write32(TCHAN, ENABLE);
    pass(100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 1);
}

static void a_teardown_ends_with_a_message_in_the_completion_ring(void **state)
{
    (void)state;
    open_channel();
    write32(TCHAN, ENABLE | 1u << 30);
    assert_int_equal(read32(TCHAN) & ENABLE, ENABLE);
    pass(100000);
    assert_int_equal(read32(TCHAN) & ENABLE, 0);
    assert_int_equal(read32(RCHAN) & ENABLE, 0);
    assert_int_equal(read32(RING_RT + 0x18), 1);
    assert_int_equal(load(DONE_AT), 1);
}

static void a_repeating_descriptor_ends_after_its_rounds_or_with_a_teardown(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    describe(64, 1, DRAM_BASE + DESTINATION);
    store(DESCRIPTOR, 4, 3u << 30 | 2u << 20); /* twice more */
    submit();
    pass(100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_BYTES), 3 * 64);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 1);
    describe(64, 1, DRAM_BASE + DESTINATION);
    store(DESCRIPTOR, 4, 3u << 30 | 0x1ffu << 20); /* for ever */
    submit();
    pass(1000000);
    assert_true(am65x_counter(AM65X_COUNT_DMA_BYTES) > 100 * 64);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 1);
    write32(TCHAN, ENABLE | 1u << 30);
    pass(100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 2);
    assert_int_equal(read32(TCHAN) & ENABLE, 0);
}

/* A TR's flags: an event, or a trigger, for each round of loop 1. */
#define EVENT_EACH_ROW   (1u << 6)
#define TRIGGER_EACH_ROW (1u << 8)
#define TRIGGER_WHOLE    (2u << 12 | 3u << 14) /* the second one, global trigger 1 */

static void set_flags(uint32_t flags)
{
    store(DESCRIPTOR + 64, 4, 15u | flags);
}

static void a_trigger_lets_a_row_go_and_is_counted(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    describe(64, 4, DRAM_BASE + DESTINATION);
    set_flags(TRIGGER_EACH_ROW);
    submit();
    pass(100000);
    assert_int_equal(read32(TCHAN + 0x408), 0);
    write32(TCHAN + 8, 1);
    pass(100000);
    assert_int_equal(read32(TCHAN + 0x408), 64);
    write32(TCHAN + 8, 1);
    write32(TCHAN + 8, 1);
    pass(100000);
    assert_int_equal(read32(TCHAN + 0x408), 192);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 0);
    write32(TCHAN + 8, 1);
    pass(100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 1);
    assert_memory_equal(&dram[DESTINATION], &dram[SOURCE], 256);
    assert_int_equal(dram[RESPONSE], 0);
}

static void a_teardown_ends_what_waits_for_a_trigger(void **state)
{
    (void)state;
    open_channel();
    describe(64, 4, DRAM_BASE + DESTINATION);
    set_flags(TRIGGER_EACH_ROW);
    submit();
    pass(100000);
    write32(TCHAN, ENABLE | 1u << 30);
    pass(100000);
    assert_int_equal(dram[RESPONSE], 6); /* teardown flush */
    assert_int_equal(read32(TCHAN) & ENABLE, 0);
    assert_int_equal(load(DONE_AT), DRAM_BASE + DESCRIPTOR);
    assert_int_equal(load(DONE_AT + 8), 1);
}

static bool trigger_map(uint16_t type, uint16_t channel, uint16_t event)
{
    struct sci message = sci_request(type, 2);
    sci_put(&message, 8, 4, 0x10);
    sci_put(&message, 12, 2, 188);
    sci_put(&message, 14, 2, channel);
    sci_put(&message, 24, 2, event);
    return sci_ask(&message, NULL);
}

/* One channel's rows send events, each of which lets another go on by a row; both its triggers have
 * to come. */
static void a_channel_triggers_another(void **state)
{
    uint16_t trigger = 49152 + 2 * (CHANNEL + 1);
    uint32_t other = TCHAN + 0x1000;
    (void)state;
    fill_source();
    open_channel();
    assert_true(ring_configure(CHANNEL + 1, DRAM_BASE + WORK_AT + 0x100, 8));
    assert_true(channels_configure(CHANNEL + 1, RING));
    assert_true(psil(0x1280, 0x1001 + CHANNEL, 0x9001 + CHANNEL));
    write32(RCHAN + 0x1000, ENABLE);
    write32(other, ENABLE);
    assert_true(trigger_map(0x1000, CHANNEL, trigger));
    assert_false(trigger_map(0x1000, CHANNEL, trigger));
    assert_false(trigger_map(0x1000, CHANNEL + 1, 100));
    assert_false(trigger_map(0x1000, 64, trigger)); /* host 13's channel */
    describe(64, 4, DRAM_BASE + DESTINATION);
    memcpy(&dram[DESCRIPTOR + 0x400], &dram[DESCRIPTOR], 256);
    store(DESCRIPTOR + 0x440, 4, 15u | TRIGGER_EACH_ROW | TRIGGER_WHOLE);
    store(DESCRIPTOR + 0x468, 8, DRAM_BASE + DESTINATION + 0x1000);
    store(WORK_AT + 0x100, 8, DRAM_BASE + DESCRIPTOR + 0x400);
    write32(WORK_RT + 0x1010, 1);
    set_flags(EVENT_EACH_ROW);
    submit();
    pass(100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 1);
    assert_int_equal(read32(other + 0x408), 0);
    assert_true(trigger_map(0x1001, CHANNEL, trigger));
    assert_true(trigger_map(0x1000, CHANNEL, trigger + 1));
    set_flags(0);
    submit(); /* one event, at its end */
    pass(100000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 3);
    assert_memory_equal(&dram[DESTINATION + 0x1000], &dram[SOURCE], 256);
}

static void events_within_a_tr_come_with_each_round(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    struct sci message = sci_request(0x1000, 2);
    sci_put(&message, 8, 4, 0x3c);
    sci_put(&message, 12, 2, 188);
    sci_put(&message, 14, 2, CHANNEL);
    sci_put(&message, 20, 2, 179);
    sci_put(&message, 22, 2, VINT);
    sci_put(&message, 24, 2, EVENT + 1);
    sci_put(&message, 26, 1, 5);
    assert_true(sci_ask(&message, NULL));
    describe(16384, 4, DRAM_BASE + DESTINATION);
    set_flags(EVENT_EACH_ROW);
    submit();
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned n = 0; n < 100 && (read64(VINT_REGS + 0x18) & 1 << 5) == 0; n++)
            pass(1000);
        assert_int_equal(read64(VINT_REGS + 0x18) & 1 << 5, 1 << 5);
        assert_int_equal(read32(TCHAN + 0x408), 16384 * (i + 1));
        write64(VINT_REGS + 0x18, 1 << 5);
    }
    pass(100000);
    assert_int_equal(read64(VINT_REGS + 0x18) & 1 << 5, 0);
}

static void options_that_no_document_has_are_refused(void **state)
{
    static const struct {
        uint32_t flags, format;
        uint8_t response;
    } options[] = {
        {1u << 4, 0, 0x14},  {1u << 28, 0, 0x24}, {3u << 8, 0, 0x34},
        {1u << 24, 0, 0x34}, {0, 1, 0x44},
    };
    (void)state;
    open_channel();
    for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        describe(64, 1, DRAM_BASE + DESTINATION);
        set_flags(options[i].flags);
        store(DESCRIPTOR + 64 + 32, 4, options[i].format);
        submit();
        pass(100000);
        assert_int_equal(dram[RESPONSE], options[i].response);
    }
}

#define TX_CONFIGURE 0x1205u
#define RX_CONFIGURE 0x1215u

/* Copies once; whether it came to its end, and with which response. */
static bool copies(uint8_t *response)
{
    uint64_t before = am65x_counter(AM65X_COUNT_DMA_TRANSFERS);
    describe(64, 1, DRAM_BASE + DESTINATION);
    submit();
    pass(1000000);
    *response = dram[RESPONSE];
    return am65x_counter(AM65X_COUNT_DMA_TRANSFERS) == before + 1;
}

static void settings_of_a_channel_that_stop_a_copy(void **state)
{
    static const struct {
        uint16_t type;
        uint8_t bit, offset, size;
        uint16_t bad, good;
    } fields[] = {
        {TX_CONFIGURE, 1, 19, 1, 2, 0},  {TX_CONFIGURE, 2, 20, 1, 2, 12},
        {TX_CONFIGURE, 3, 22, 2, 3, 4},  {TX_CONFIGURE, 13, 30, 2, 32, 128},
        {TX_CONFIGURE, 14, 33, 1, 3, 1}, {RX_CONFIGURE, 2, 30, 1, 10, 12},
    };
    uint8_t response;
    (void)state;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        setup(NULL);
        open_channel();
        assert_true(channel_field(fields[i].type, CHANNEL, fields[i].bit, fields[i].offset,
                                  fields[i].size, fields[i].bad));
        assert_false(copies(&response));
        assert_true(channel_field(fields[i].type, CHANNEL, fields[i].bit, fields[i].offset,
                                  fields[i].size, fields[i].good));
        pass(100000);
        assert_true(copies(&response) || am65x_counter(AM65X_COUNT_DMA_TRANSFERS) != 0);
    }
}

static void a_receive_channel_with_other_addresses_writes_nothing(void **state)
{
    uint8_t response;
    (void)state;
    fill_source();
    open_channel();
    assert_true(channel_field(RX_CONFIGURE, CHANNEL, 1, 29, 1, 1));
    assert_true(copies(&response));
    assert_int_equal(response, 1);
    assert_int_equal(dram[DESTINATION + 1], 0);
}

static void a_channel_pauses_on_an_error_if_it_is_to(void **state)
{
    uint8_t response;
    (void)state;
    for (unsigned half = 0; half < 2; half++) {
        setup(NULL);
        open_channel();
        am65x_inject(AM65X_FAULT_DMA_ERROR, 0, 1);
        assert_true(copies(&response)); /* and goes on */
        assert_true(copies(&response));
        assert_true(half == 0 ? channel_field(TX_CONFIGURE, CHANNEL, 0, 16, 1, 1)
                              : channel_field(RX_CONFIGURE, CHANNEL, 0, 28, 1, 1));
        am65x_inject(AM65X_FAULT_DMA_ERROR, 0, 1);
        assert_true(copies(&response));
        assert_int_equal(response, 1);
        assert_int_equal(read32(half == 0 ? TCHAN : RCHAN), ENABLE | 1u << 29);
        assert_false(copies(&response));
        write32(half == 0 ? TCHAN : RCHAN, ENABLE);
        pass(100000);
        assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 4);
    }
}

static void a_teardown_is_silent_if_it_is_to_be(void **state)
{
    (void)state;
    open_channel();
    assert_true(channel_field(TX_CONFIGURE, CHANNEL, 11, 21, 1, 1));
    write32(TCHAN, ENABLE | 1u << 30);
    pass(100000);
    assert_int_equal(read32(TCHAN) & ENABLE, 0);
    assert_int_equal(read32(RING_RT + 0x18), 0);
}

/* The last slice is not moved while another channel has something to move. */
static void a_channel_of_a_lower_bin_waits(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    assert_true(ring_configure(CHANNEL + 1, DRAM_BASE + WORK_AT + 0x100, 8));
    assert_true(channels_configure(CHANNEL + 1, RING));
    assert_true(psil(0x1280, 0x1001 + CHANNEL, 0x9001 + CHANNEL));
    assert_true(channel_field(TX_CONFIGURE, CHANNEL, 8, 32, 1, 3));
    write32(RCHAN + 0x1000, ENABLE);
    write32(TCHAN + 0x1000, ENABLE);
    describe(16384, 8, DRAM_BASE + DESTINATION);
    store(WORK_AT, 8, DRAM_BASE + DESCRIPTOR);
    store(WORK_AT + 0x100, 8, DRAM_BASE + DESCRIPTOR);
    write32(WORK_RT + 0x10, 1);
    write32(WORK_RT + 0x1010, 1);
    while (read32(TCHAN + 0x1408) < 7 * 16384)
        pass(1000);
    assert_int_equal(read32(TCHAN + 0x410), 0);
    pass(1000000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 2);
}

static void a_field_that_is_not_set_is_looked_at_as_it_stands(void **state)
{
    (void)state;
    assert_true(channel_field(RX_CONFIGURE, CHANNEL, 2, 30, 1, 12));
    assert_false(channel_field(RX_CONFIGURE, CHANNEL, 2, 30, 1, 1));   /* no such type */
    assert_false(channel_field(RX_CONFIGURE, CHANNEL, 14, 33, 1, 0));  /* no such burst */
    assert_false(channel_field(RX_CONFIGURE, CHANNEL, 5, 20, 1, 8));   /* no such priority */
    assert_false(channel_field(RX_CONFIGURE, CHANNEL, 4, 18, 2, 404)); /* host 13's ring */
    assert_true(channel_field(RX_CONFIGURE, CHANNEL, 9, 24, 2, 214));  /* of none */
    assert_false(channel_field(RX_CONFIGURE, CHANNEL, 10, 26, 2, 1));  /* host 13's flow */
    assert_true(channel_field(RX_CONFIGURE, CHANNEL, 9, 24, 2, 150));
    assert_true(channel_field(RX_CONFIGURE, CHANNEL, 10, 26, 2, 64));
    reset_in(AM65X_MOOD_GARBAGE_FIELDS); /* the ring, and the flows, are others' */
    assert_false(channel_field(RX_CONFIGURE, CHANNEL, 2, 30, 1, 12));
    assert_false(channel_field(TX_CONFIGURE, CHANNEL, 2, 20, 1, 12));
    assert_true(channel_field(TX_CONFIGURE, CHANNEL, 4, 25, 2, RING));
}

static void rows_of_different_lengths_repack(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    describe(100, 3, DRAM_BASE + DESTINATION);
    uint32_t tr = DESCRIPTOR + 64;
    store(tr + 16, 4, 200); /* source rows 200 apart */
    store(tr + 56, 2, 300); /* one row at the destination */
    store(tr + 58, 2, 1);
    submit();
    pass(100000);
    for (unsigned row = 0; row < 3; row++)
        assert_memory_equal(&dram[DESTINATION + 100 * row], &dram[SOURCE + 200 * row], 100);
    assert_int_equal(dram[RESPONSE], 0);
}

static void bad_transfer_requests_are_answered_with_their_errors(void **state)
{
    (void)state;
    open_channel();
    describe(0, 1, DRAM_BASE + DESTINATION);
    submit();
    pass(100000);
    assert_int_equal(dram[RESPONSE], 0x03); /* submission: ICNT0 is 0 */
    describe(64, 1, DRAM_BASE + DESTINATION);
    store(DESCRIPTOR + 64, 4, 0);
    submit();
    pass(100000);
    assert_int_equal(dram[RESPONSE], 0x04); /* type 0 does not copy blocks */
    describe(64, 1, 0x05000000);
    submit();
    pass(100000);
    assert_int_equal(dram[RESPONSE], 0x01); /* nobody at that address */
}

static void dma_reaches_the_pre_its(void **state)
{
    (void)state;
    open_channel();
    store(SOURCE, 4, 0x77);
    describe(4, 1, 0x01000000 + 4 * 0x55);
    submit();
    pass(100000);
    assert_int_equal(its_device, 0x55);
    assert_int_equal(its_event, 0x77);
}

static void injected_dma_faults_hit_once(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    am65x_inject(AM65X_FAULT_DMA_ERROR, 0, 1);
    describe(64, 1, DRAM_BASE + DESTINATION);
    submit();
    pass(100000);
    assert_int_equal(dram[RESPONSE], 1);
    assert_int_equal(dram[DESTINATION + 1], 0);
    am65x_inject(AM65X_FAULT_DMA_STALL, 5000, 1);
    describe(64, 1, DRAM_BASE + DESTINATION);
    submit();
    pass(4000000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 1);
    pass(2000000);
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_TRANSFERS), 2);
    assert_int_equal(dram[RESPONSE], 0);
}

static void one_advance_moves_a_slice_only(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    describe(0x8000, 4, DRAM_BASE + DESTINATION);
    submit();
    while (am65x_counter(AM65X_COUNT_DMA_BYTES) == 0) {
        now_ns += 100;
        am65x_advance();
    }
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_BYTES), 16384);
    assert_int_equal(read32(TCHAN + 0x410), 16384); /* started */
    assert_int_equal(read32(TCHAN + 0x408), 0);     /* completed: when the next slice begins */
    now_ns += 1000000;                              /* late: still one slice a call */
    am65x_advance();
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_BYTES), 32768);
    assert_int_equal(read32(TCHAN + 0x408), 16384);
}

/* Byte by byte, into a register perhaps: a slice ends after so many pieces too. */
static void a_slice_has_no_more_than_so_many_pieces(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    describe(1, 0x4000, DRAM_BASE + DESTINATION);
    submit();
    while (am65x_counter(AM65X_COUNT_DMA_BYTES) == 0) {
        now_ns += 100;
        am65x_advance();
    }
    assert_int_equal(am65x_counter(AM65X_COUNT_DMA_BYTES), 256);
    pass(100000);
    assert_memory_equal(&dram[DESTINATION], &dram[SOURCE], 0x4000);
}

static void injected_answers_are_spoiled_once(void **state)
{
    struct sci message = sci_request(0x0002, 1), answer;
    (void)state;
    am65x_inject(AM65X_FAULT_SCI_NAK, 0x1500, 1);
    assert_true(sci_ask(&message, NULL)); /* another type */
    uint16_t n[4];
    assert_false(range(187, 1, n));
    assert_true(range(187, 1, n));
    am65x_inject(AM65X_FAULT_SCI_DROP, 0, 1);
    sci_send(&message);
    pass(1000000);
    assert_int_equal(read32(RX_STATUS), 0);
    am65x_inject(AM65X_FAULT_SCI_LATE, 700, 1);
    sci_send(&message);
    pass(600000);
    assert_int_equal(read32(RX_STATUS), 0);
    pass(200000);
    assert_int_equal(read32(RX_STATUS), 1);
    (void)sci_take();
    am65x_inject(AM65X_FAULT_SCI_LATE, AM65X_FAULT_HELD, 1);
    sci_send(&message);
    pass(10000000);
    assert_int_equal(read32(RX_STATUS), 0);
    am65x_inject(AM65X_FAULT_SCI_LATE, 0, 0);
    pass(200000);
    assert_int_equal(read32(RX_STATUS), 1);
    (void)sci_take();
    am65x_inject(AM65X_FAULT_SCI_SHORT, 0, 1);
    sci_send(&message);
    pass(50000);
    answer = sci_take();
    assert_int_equal(sci_get(&answer, 4, 4), SCI_ACK);
    assert_int_equal(sci_get(&answer, 42, 2), 0);
    am65x_inject(AM65X_FAULT_SCI_WRONG_TYPE, 0, 1);
    am65x_inject(AM65X_FAULT_SCI_WRONG_SEQUENCE, 0, 1);
    am65x_inject(AM65X_FAULT_SCI_WRONG_HOST, 0, 1);
    sci_send(&message);
    pass(50000);
    answer = sci_take();
    assert_int_not_equal(sci_get(&answer, 0, 2), 0x0002);
    assert_int_not_equal(sci_get(&answer, 2, 1), SCI_HOST);
    assert_int_not_equal(sci_get(&answer, 3, 1), 1);
    assert_true(sci_ask(&message, NULL));
    am65x_inject(AM65X_FAULT_SCI_DROP, 0, 5);
    am65x_inject(AM65X_FAULT_SCI_DROP, 0, 0); /* taken back */
    assert_true(sci_ask(&message, NULL));
}

/* Whether version requests 1 to 4 are answered, as bits. */
static unsigned answered(void)
{
    struct sci message = sci_request(0x0002, 1);
    unsigned bits = 0;
    for (unsigned i = 0; i < 4; i++) {
        sci_send(&message);
        pass(50000);
        if (read32(RX_STATUS) != 0) {
            (void)sci_take();
            bits |= 1u << i;
        }
    }
    return bits;
}

static void a_fault_can_spare_the_first_occasions(void **state)
{
    (void)state;
    assert_true(am65x_inject_after(AM65X_FAULT_SCI_DROP, 0, 2, 1));
    assert_int_equal(answered(), 0xb);
    assert_int_equal(am65x_counter(AM65X_COUNT_FAULTS), 1);
    am65x_inject_after(AM65X_FAULT_SCI_DROP, 0, 1, 2);
    assert_int_equal(answered(), 0x9);
    am65x_inject_after(AM65X_FAULT_SCI_LOST, 0, 3, 1);
    assert_int_equal(answered(), 0x7);
    assert_int_equal(am65x_counter(AM65X_COUNT_FAULTS), 4);
    am65x_inject_after(AM65X_FAULT_SCI_NAK, 0x1280, 1, 1); /* others are no occasions */
    assert_int_equal(answered(), 0xf);
    assert_true(psil(0x1280, 0x1000 + CHANNEL, 0x9000 + CHANNEL));
    assert_true(psil(0x1281, 0x1000 + CHANNEL, 0x9000 + CHANNEL));
    assert_false(psil(0x1280, 0x1000 + CHANNEL, 0x9000 + CHANNEL));
    assert_false(am65x_inject_after(AM65X_FAULT_COUNT, 0, 0, 1));
}

static void a_lost_request_is_not_done_a_dropped_answer_is(void **state)
{
    struct sci message = sci_request(0x1280, 7);
    (void)state;
    sci_put(&message, 8, 4, 118);
    sci_put(&message, 12, 4, 0x1000 + CHANNEL);
    sci_put(&message, 16, 4, 0x9000 + CHANNEL);
    am65x_inject(AM65X_FAULT_SCI_LOST, 0, 1);
    sci_send(&message);
    pass(50000);
    assert_int_equal(read32(RX_STATUS), 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 0);
    am65x_inject(AM65X_FAULT_SCI_DROP, 0, 1);
    sci_send(&message);
    pass(50000);
    assert_int_equal(read32(RX_STATUS), 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 1);
}

static void injected_faults_of_rings_and_teardowns(void **state)
{
    (void)state;
    fill_source();
    open_channel();
    am65x_inject(AM65X_FAULT_DMA_DESCRIPTOR, 64, 1);
    describe(64, 1, DRAM_BASE + DESTINATION);
    submit();
    pass(100000);
    assert_int_equal(load(DONE_AT), DRAM_BASE + DESCRIPTOR + 64);
    am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 1);
    write32(TCHAN, ENABLE | 1u << 30);
    pass(1000000);
    assert_int_equal(read32(TCHAN) & ENABLE, ENABLE);
    assert_int_equal(read32(RING_RT + 0x18), 1);
}

static void trace_names_the_whole_route(void **state)
{
    static const struct am65x_config config = {.trace = AM65X_TRACE_IRQ, .intid_limit = 256};
    (void)state;
    am65x_reset(&environment, &config);
    assert_true(event_map(RING, EVENT, VINT, 0));
    assert_true(route(0x1000, VINT, OUTPUT));
    write64(VINT_REGS, 1);
    am65x_inject(AM65X_FAULT_STRAY_EVENT, EVENT, 1);
    assert_string_equal(last_trace, "irq: event 16 > VINT 16 bit 0 > INTR 16 > INTID 80 high");
}

/* ---------------------------------------------------------------- events */

#define EVENTS_MAX 32u
static struct told {
    uint32_t event, subject;
    uint64_t first, second;
} told[EVENTS_MAX];
static unsigned told_count;
static struct sci told_message;

static void on_event(void *context, enum am65x_event event, uint32_t subject, uint64_t first,
                     uint64_t second, const void *bytes, size_t size)
{
    (void)context;
    assert_true(told_count < EVENTS_MAX);
    told[told_count++] = (struct told){event, subject, first, second};
    assert_true(size == 0 || size == SCI_BYTES);
    if (size != 0)
        memcpy(told_message.bytes, bytes, size);
}

static void reset_with_events(void)
{
    static const struct am65x_config config = {.intid_limit = 256};
    struct am65x_environment with_events = environment;

    with_events.event = on_event;
    am65x_reset(&with_events, &config);
}

static void expect_told(const struct told *expected, unsigned count)
{
    for (unsigned i = 0; i < count && i < told_count; i++) {
        assert_int_equal(told[i].event, expected[i].event);
        assert_int_equal(told[i].subject, expected[i].subject);
        assert_int_equal(told[i].first, expected[i].first);
        assert_int_equal(told[i].second, expected[i].second);
    }
    assert_int_equal(told_count, count);
    told_count = 0;
}

/* A ring's state as its event tells it. */
#define RING_STATE(occupied, event) ((occupied) | (uint64_t)(event) << AM65X_EVENT_RING_EVENT_SHIFT)

static void events_tell_the_way_of_a_transfer(void **state)
{
    const uint64_t descriptor = DRAM_BASE + DESCRIPTOR;
    const uint64_t route_state = VINT | (uint64_t)OUTPUT_INTID << AM65X_EVENT_INTID_SHIFT;
    const struct told transfer[] = {
        {AM65X_EVENT_RING, CHANNEL, 1, RING_STATE(1, 0xffff)}, /* the doorbell */
        {AM65X_EVENT_RING, CHANNEL, UINT64_MAX, RING_STATE(0, 0xffff) | AM65X_EVENT_RING_HARDWARE},
        {AM65X_EVENT_FETCHED, CHANNEL, descriptor, 0},
        {AM65X_EVENT_RETURNED, CHANNEL,
         descriptor | (uint64_t)RING << AM65X_EVENT_RETURN_RING_SHIFT, 64},
        {AM65X_EVENT_RING, RING, 1, RING_STATE(1, EVENT) | AM65X_EVENT_RING_HARDWARE},
        {AM65X_EVENT_GLOBAL, EVENT, VINT, 1},
        {AM65X_EVENT_VINT, VINT, 1, 1},
        {AM65X_EVENT_INTR, OUTPUT, 1, route_state},
        {AM65X_EVENT_LINE, OUTPUT_INTID, 1, 0},
    };
    const struct told service[] = {
        {AM65X_EVENT_VINT, VINT, 0, 0},
        {AM65X_EVENT_INTR, OUTPUT, 0, route_state},
        {AM65X_EVENT_LINE, OUTPUT_INTID, 0, 0},
        {AM65X_EVENT_RING, RING, UINT64_MAX, RING_STATE(0, EVENT)},
        {AM65X_EVENT_GLOBAL, EVENT, VINT, 0},
    };

    (void)state;
    reset_with_events();
    told_count = 0;
    open_channel();
    describe(64, 1, DRAM_BASE + DESTINATION);
    told_count = 0;
    submit();
    pass(100000);
    expect_told(transfer, sizeof(transfer) / sizeof(transfer[0]));
    write64(VINT_REGS + 0x18, 1);
    write32(RING_RT + 0x10, 0xff); /* one less */
    expect_told(service, sizeof(service) / sizeof(service[0]));
}

static void events_tell_requests_and_answers(void **state)
{
    struct sci message = sci_request(0x0002, 9);

    (void)state;
    reset_with_events();
    told_count = 0;
    sci_send(&message);
    assert_int_equal(told_count, 1);
    assert_int_equal(told[0].event, AM65X_EVENT_REQUEST);
    assert_int_equal(told[0].first, SCI_HOST);
    assert_int_equal(told[0].second, 13);
    assert_memory_equal(&told_message, &message, sizeof(message));
    pass(50000);
    assert_int_equal(told[1].event, AM65X_EVENT_LINE); /* it has a message */
    assert_int_equal(told[2].event, AM65X_EVENT_ANSWER);
    assert_int_equal(told[2].subject, told[0].subject);
    assert_int_equal(told[2].first, AM65X_ANSWER_ACK | AM65X_ANSWER_SENT);
    assert_int_equal(sci_get(&told_message, 42, 2), 3 | 1 << 8); /* ABI 3.1 */
    message = sci_take();

    told_count = 0;
    am65x_inject(AM65X_FAULT_SCI_NAK, 0, 1);
    am65x_inject(AM65X_FAULT_SCI_DROP, 0, 1);
    message = sci_request(0x0002, 10);
    sci_send(&message);
    pass(50000);
    assert_int_equal(told[1].event, AM65X_EVENT_ANSWER);
    assert_int_equal(told[1].first, 0); /* refused, and not even sent */
    assert_int_not_equal(told[1].subject, 0);
    told_count = 0;
}

/* ---------------------------------------------------------------- UART */

#define UART       0x02800000u
#define UART_INTID 224u

static void uart_open(uint8_t fcr)
{
    write32(UART + 0x0c, 0x83); /* 115200 baud */
    write32(UART + 0x00, 26);
    write32(UART + 0x04, 0);
    write32(UART + 0x0c, 0x03);
    write32(UART + 0x20, 0);
    write32(UART + 0x08, fcr);
}

static void uart_registers_depend_on_the_mode(void **state)
{
    (void)state;
    assert_int_equal(read32(UART + 0x20), 7); /* disabled after reset */
    assert_int_equal(read32(UART + 0x14), 0x60);
    assert_int_equal(read32(UART + 0x58), 1);
    write32(UART + 0x04, 0xf5); /* sleep and flow bits need enhanced mode */
    assert_int_equal(read32(UART + 0x04), 0x05);
    write32(UART + 0x0c, 0xbf);
    write32(UART + 0x08, 0x10);
    write32(UART + 0x10, 0x11); /* XON1 */
    assert_int_equal(read32(UART + 0x08), 0x10);
    write32(UART + 0x0c, 0x03);
    assert_int_not_equal(read32(UART + 0x10), 0x11);
    write32(UART + 0x04, 0xf5);
    assert_int_equal(read32(UART + 0x04), 0xf5);
    write32(UART + 0x1c, 0x5a);
    assert_int_equal(read32(UART + 0x1c), 0x5a);
    write32(UART + 0x10, 0x40); /* TCR and TLR in place of MSR and SPR */
    write32(UART + 0x1c, 0x70);
    write32(UART + 0x10, 0x00);
    assert_int_equal(read32(UART + 0x1c), 0x5a);
    write32(UART + 0x54, 2); /* soft reset */
    assert_int_equal(read32(UART + 0x1c), 0);
}

static void uart_sends_and_interrupts_when_the_transmitter_is_free(void **state)
{
    (void)state;
    uart_open(0x07);
    write32(UART, 'h');
    write32(UART, 'i');
    assert_int_equal(uart_length, 2);
    assert_memory_equal(uart_output, "hi", 2);
    assert_false(lines[UART_INTID]);
    write32(UART + 0x04, 0x02);
    assert_true(lines[UART_INTID]);
    assert_int_equal(read32(UART + 0x08), 0xc2);
    assert_true(lines[UART_INTID]); /* a level: reading IIR does not end it */
    assert_int_equal(read32(UART + 0x08), 0xc2);
    write32(UART, '!');
    assert_true(lines[UART_INTID]);
    write32(UART + 0x04, 0x00);
    assert_false(lines[UART_INTID]);
    assert_int_equal(read32(UART + 0x08), 0xc1);
}

static void uart_receives_at_the_trigger_level_or_after_a_timeout(void **state)
{
    (void)state;
    uart_open(0x47); /* trigger at 16 */
    write32(UART + 0x04, 0x01);
    for (unsigned i = 0; i < 15; i++)
        assert_true(am65x_uart_receive(0, (uint8_t)i));
    assert_false(lines[UART_INTID]);
    assert_true(am65x_uart_receive(0, 15));
    assert_true(lines[UART_INTID]);
    assert_int_equal(read32(UART + 0x08), 0xc4);
    assert_int_equal(read32(UART + 0x64), 16);
    assert_int_equal(read32(UART), 0);
    assert_false(lines[UART_INTID]);
    pass(1000000);
    assert_true(lines[UART_INTID]);
    assert_int_equal(read32(UART + 0x08), 0xcc);
    for (unsigned i = 1; i < 16; i++) {
        assert_int_equal(read32(UART + 0x14) & 1, 1);
        assert_int_equal(read32(UART), i);
    }
    assert_int_equal(read32(UART + 0x14) & 1, 0);
    assert_false(lines[UART_INTID]);
}

/* With EFR2.TIMEOUT_BEHAVE: whether there is a byte or not, again and again, until IIR is read. */
static void uart_has_periodic_timeouts(void **state)
{
    (void)state;
    uart_open(0x47);
    write32(UART + 0x04, 0x01);
    pass(1000000);
    assert_false(lines[UART_INTID]);
    write32(UART + 0x8c, 0x40);
    for (unsigned i = 0; i < 3; i++) {
        assert_false(lines[UART_INTID]);
        pass(1000000);
        assert_true(lines[UART_INTID]);
        assert_int_equal(read32(UART + 0x08), 0xcc);
    }
    pass(1000000);
    assert_true(lines[UART_INTID]);
    write32(UART + 0x8c, 0);
    assert_false(lines[UART_INTID]);
    pass(1000000);
    assert_false(lines[UART_INTID]);
}

static void uart_fifo_holds_64_bytes_and_can_be_cleared(void **state)
{
    (void)state;
    uart_open(0x07);
    for (unsigned i = 0; i < 64; i++)
        assert_true(am65x_uart_receive(0, (uint8_t)i));
    assert_false(am65x_uart_receive(0, 64));
    assert_false(am65x_uart_receive(4, 0)); /* there are four UARTs */
    write32(UART + 0x08, 0x03);
    assert_int_equal(read32(UART + 0x64), 0);
    assert_true(am65x_uart_receive(0, 1));
}

static void uart_takes_bytes_only_while_it_listens(void **state)
{
    (void)state;
    assert_false(am65x_uart_receive(0, 'x')); /* off, out of reset */
    uart_open(0x07);
    write32(UART + 0x10, 0x10); /* looped back */
    assert_false(am65x_uart_receive(0, 'x'));
    write32(UART, 'y');
    assert_int_equal(read32(UART), 'y');
    write32(UART + 0x10, 0);
    assert_true(am65x_uart_receive(0, 'x'));
    assert_int_equal(read32(UART), 'x');
    write32(UART + 0x54, 2); /* soft reset */
    assert_false(am65x_uart_receive(0, 'x'));
    assert_int_equal(uart_length, 0);
}

static void uart_of_a_stale_loader_breaks_off_when_the_line_changes(void **state)
{
    static const struct am65x_config config = {.intid_limit = 256,
                                               .moods = AM65X_MOOD_STALE_LOADER};
    unsigned whole;

    (void)state;
    am65x_reset(&environment, &config);
    assert_int_equal(read32(0x02800014) & 0x60, 0);
    write32(0x02800000, '!'); /* follows */
    pass(1000000000);
    assert_int_equal(read32(0x02800014) & 0x60, 0x60);
    whole = uart_length;
    assert_true(whole > 50);
    assert_int_equal(uart_output[whole - 1], '!');

    am65x_reset(&environment, &config);
    uart_length = 0;
    (void)read32(0x02800014);
    pass(10000000);
    assert_true(uart_length != 0);
    assert_int_equal(read32(0x02800014) & 0x60, 0);
    write32(0x02800020, 7);
    assert_int_equal(uart_output[uart_length - 1], '?');
    assert_true(uart_length < whole);
    assert_int_equal(read32(0x02800014) & 0x60, 0x60);
}

/* ---------------------------------------------------------------- the watchdog */

static uint64_t rti_at;
#define RTI        rti_at
#define RTI_SECOND UINT64_C(1000000000)

static void rti_serve(void)
{
    write32(RTI + 0x9c, 0xe51a);
    write32(RTI + 0x9c, 0xa35c);
}

static const uint64_t rtis[] = {0x02200000, 0x02210000, 0x02220000,
                                0x02230000, 0x40600000, 0x40610000};
#define RTIS (sizeof(rtis) / sizeof(rtis[0]))

static void rti_resets_unless_it_is_served_in_its_window(void **state)
{
    (void)state;
    rti_at = rtis[RTIS - 1];
    write32(RTI + 0x94, 39); /* 10 s */
    write32(RTI + 0xa8, 0x50);
    pass(100 * RTI_SECOND);
    assert_int_equal(read32(RTI + 0x90), 0x5312aced);
    assert_int_equal(read32(RTI + 0xa0), 40 * 8192 - 1);
    write32(RTI + 0x90, 0xa98559da);
    write32(RTI + 0x90, 0x5312aced); /* nothing stops it */
    write32(RTI + 0x94, 0xfff);
    assert_int_equal(read32(RTI + 0x90), 0xa98559da);
    assert_int_equal(read32(RTI + 0x94), 39);
    for (unsigned i = 0; i < 3; i++) {
        pass(8 * RTI_SECOND);
        assert_in_range(read32(RTI + 0xa0), 2 * 32768 - 2, 2 * 32768 + 2);
        rti_serve();
    }
    assert_int_equal(soc_resets, 0);
    pass(2 * RTI_SECOND);
    rti_serve(); /* too early */
    assert_int_equal(soc_resets, 1);
    assert_int_equal(read32(RTI + 0x98), 2);
}

static void rtis_are_separate(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < RTIS; i++) {
        rti_at = rtis[i];
        write32(RTI + 0x94, i); /* another quarter of a second each */
        write32(RTI + 0x90, 0xa98559da);
    }
    for (uint32_t i = 0; i < RTIS; i++) {
        rti_at = rtis[i];
        assert_int_equal(read32(RTI + 0x94), i);
        pass(RTI_SECOND / 4);
        assert_int_equal(read32(RTI + 0x98), 2);
        assert_int_equal(soc_resets, i + 1);
    }
}

static void rti_resets_when_it_expires_or_gets_another_key(void **state)
{
    (void)state;
    rti_at = rtis[0];
    write32(RTI + 0x94, 3); /* 1 s */
    write32(RTI + 0x9c, 1); /* while it is off */
    write32(RTI + 0x90, 0xa98559da);
    pass(RTI_SECOND / 2);
    assert_int_equal(soc_resets, 0);
    write32(RTI + 0x9c, 0xa35c); /* the second key first */
    assert_int_equal(soc_resets, 1);
    pass(RTI_SECOND);
    assert_int_equal(soc_resets, 2);
    assert_int_equal(read32(RTI + 0xa0), 0);
}

static void uart_lines_are_separate_and_bytes_are_enough(void **state)
{
    uint64_t value;
    (void)state;
    assert_true(am65x_write(0x02810004, 1, 0x02));
    assert_true(lines[225]);
    assert_false(lines[224]);
    assert_true(am65x_read(0x02810014, 1, &value));
    assert_int_equal(value, 0x60);
    assert_true(am65x_write(0x40a00004, 1, 0x02)); /* the MCU domain's */
    assert_true(lines[597]);
    write32(0x40a00000, 'm');
    assert_int_equal(uart_output[0], 'm');
}

static void control_modules_remember_pads_and_modes(void **state)
{
    static const struct am65x_config config = {.intid_limit = 256};
    static const uint64_t registers[] = {0x00104080, 0x0011c1e4, 0x4301c0a0};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(read32(registers[i]), 0);
        write32(registers[i], 0x50007 + i);
    }
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(read32(registers[i]), 0x50007 + i);
    am65x_reset(&environment, &config);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(read32(registers[i]), 0);
}

/* Reserved offsets of every block read as zero, and writing them changes nothing and harms nobody:
 * each page is probed at its start and its end, in the widths that a bus master may use. */
static void reserved_offsets_are_harmless(void **state)
{
    static const struct {
        uint64_t base, size;
    } blocks[] = {
        {0x28590000, 0x100},    {0x285c0000, 0x100},    {0x2a800000, 0x40000},
        {0x2aa00000, 0x40000},  {0x2b800000, 0x400000}, {0x31120000, 0x100},
        {0x31150000, 0x100},    {0x32400000, 0x100000}, {0x33d00000, 0x100000},
        {0x34000000, 0x100000}, {0x35000000, 0x100000}, {0x3c000000, 0x400000},
    };
    uint64_t value;
    (void)state;
    for (unsigned i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        uint64_t end = blocks[i].base + blocks[i].size;
        for (uint64_t page = blocks[i].base; page < end; page += 0x1000) {
            uint64_t last = (page + 0x1000 < end ? page + 0x1000 : end) - 8;
            assert_true(am65x_write(last, 8, UINT64_MAX));
            assert_true(am65x_read(last, 8, &value));
            assert_int_equal(value, 0);
            assert_true(am65x_write(last + 7, 1, 0xff));
            assert_true(am65x_read(last + 7, 1, &value));
            assert_int_equal(value, 0);
        }
    }
    assert_int_equal(line_changes, 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_RINGS), 0);
    assert_true(am65x_next_deadline() == UINT64_MAX);
}

/* The reset values that drivers find, block by block. */
static void registers_have_their_reset_values(void **state)
{
    static const struct {
        uint64_t address;
        uint32_t value;
    } reset[] = {
        {0x02800004, 0x00},       /* UART: IER */
        {0x02800008, 0x01},       /* IIR: nothing pending, FIFOs off */
        {0x0280000c, 0x00},       /* LCR */
        {0x02800010, 0x00},       /* MCR */
        {0x02800014, 0x60},       /* LSR: transmitter empty */
        {0x02800020, 0x07},       /* MDR1: disabled */
        {0x02800058, 0x01},       /* SYSS: reset done */
        {0x02800064, 0x00},       /* RXFIFO_LVL */
        {0x31120000, 0x66346100}, /* ring accelerator's proxies: revision */
        {0x31120004, 64},         /* and their number */
        {0x33d10008, 0},          /* VINT 16: enable clear reads as enabled */
        {0x33d10020, 0},          /* status */
        {0x34008000, 0},          /* receive channel 8: control */
        {0x35008000, 0},          /* transmit channel 8: control */
        {0x3c0a0018, 0},          /* ring 160: occupancy */
        {0x2b832018, 0},          /* MCU ring 50: occupancy */
        {0x43000014, 0x1bb5a02f}, /* JTAGID */
    };
    (void)state;
    for (unsigned i = 0; i < sizeof(reset) / sizeof(reset[0]); i++)
        assert_int_equal(read32(reset[i].address), reset[i].value);
}

static void a_reset_lowers_every_line(void **state)
{
    static const struct am65x_config config = {.intid_limit = 256};
    (void)state;
    write32(UART + 0x04, 0x02);
    assert_true(lines[UART_INTID]);
    am65x_reset(&environment, &config);
    assert_false(lines[UART_INTID]);
    assert_true(am65x_next_deadline() == UINT64_MAX);
}

#define MODEL_TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(chip_id_is_an_am65x_of_revision_2),
        MODEL_TEST(an_unclaimed_access_is_counted),
        MODEL_TEST(pre_its_offset_is_the_device_and_the_word_is_the_event),
        MODEL_TEST(pre_its_takes_words_and_their_lower_halves),
        MODEL_TEST(i2101_loses_a_fifth_device_unless_two_that_are_none_were_first),
        MODEL_TEST(proxy_threads_have_directions_and_credits),
        MODEL_TEST(an_answer_comes_later_and_raises_the_line),
        MODEL_TEST(several_requests_are_in_flight_and_answered_in_order),
        MODEL_TEST(more_messages_than_credits_put_the_thread_in_error),
        MODEL_TEST(answers_that_nobody_takes_cost_no_credits),
        MODEL_TEST(answers_change_places_if_they_may),
        MODEL_TEST(unknown_messages_and_foreign_hosts_are_refused),
        MODEL_TEST(a_request_without_the_flag_gets_no_answer),
        MODEL_TEST(resource_ranges_are_those_of_the_board_configuration),
        MODEL_TEST(intr_outputs_beyond_the_gic_are_not_handed_out),
        MODEL_TEST(devices_and_clocks_answer),
        MODEL_TEST(clocks_take_the_parents_that_linux_gives_them),
        MODEL_TEST(a_reset_request_reaches_the_surroundings),
        MODEL_TEST(foreign_and_double_mappings_are_refused),
        MODEL_TEST(a_vint_takes_64_events_whatever_their_bits),
        MODEL_TEST(routers_have_so_many_inputs_and_route_each_once),
        MODEL_TEST(routes_are_single),
        MODEL_TEST(a_vint_is_high_while_a_bit_is_set_and_enabled),
        MODEL_TEST(taking_a_route_away_lowers_its_line),
        MODEL_TEST(an_unmapped_event_is_lost_and_counted),
        MODEL_TEST(so_many_stray_events_at_once_and_no_more),
        MODEL_TEST(a_mapping_enables_and_its_event_comes_at_once),
        MODEL_TEST(slow_events_arrive_together_and_the_last_counts),
        MODEL_TEST(a_ring_counts_fills_empties_and_wraps),
        MODEL_TEST(a_ring_sends_its_event_only_when_no_longer_empty),
        MODEL_TEST(a_status_bit_follows_its_ring),
        MODEL_TEST(a_fifo_window_pushes_and_pops_elements),
        MODEL_TEST(capabilities_count_channels_and_flows),
        MODEL_TEST(a_copy_completes_later_than_the_doorbell),
        MODEL_TEST(no_doorbell_no_transfer),
        MODEL_TEST(an_unpaired_channel_waits),
        MODEL_TEST(pairings_are_single_and_owned),
        MODEL_TEST(a_pause_holds_and_its_end_resumes),
        MODEL_TEST(a_teardown_ends_with_a_message_in_the_completion_ring),
        MODEL_TEST(a_repeating_descriptor_ends_after_its_rounds_or_with_a_teardown),
        MODEL_TEST(settings_of_a_channel_that_stop_a_copy),
        MODEL_TEST(a_receive_channel_with_other_addresses_writes_nothing),
        MODEL_TEST(a_channel_pauses_on_an_error_if_it_is_to),
        MODEL_TEST(a_trigger_lets_a_row_go_and_is_counted),
        MODEL_TEST(a_teardown_ends_what_waits_for_a_trigger),
        MODEL_TEST(a_channel_triggers_another),
        MODEL_TEST(events_within_a_tr_come_with_each_round),
        MODEL_TEST(options_that_no_document_has_are_refused),
        MODEL_TEST(a_teardown_is_silent_if_it_is_to_be),
        MODEL_TEST(a_channel_of_a_lower_bin_waits),
        MODEL_TEST(a_field_that_is_not_set_is_looked_at_as_it_stands),
        MODEL_TEST(rows_of_different_lengths_repack),
        MODEL_TEST(bad_transfer_requests_are_answered_with_their_errors),
        MODEL_TEST(dma_reaches_the_pre_its),
        MODEL_TEST(injected_dma_faults_hit_once),
        MODEL_TEST(one_advance_moves_a_slice_only),
        MODEL_TEST(a_slice_has_no_more_than_so_many_pieces),
        MODEL_TEST(injected_answers_are_spoiled_once),
        MODEL_TEST(a_fault_can_spare_the_first_occasions),
        MODEL_TEST(a_lost_request_is_not_done_a_dropped_answer_is),
        MODEL_TEST(injected_faults_of_rings_and_teardowns),
        MODEL_TEST(trace_names_the_whole_route),
        MODEL_TEST(events_tell_the_way_of_a_transfer),
        MODEL_TEST(events_tell_requests_and_answers),
        MODEL_TEST(uart_registers_depend_on_the_mode),
        MODEL_TEST(uart_sends_and_interrupts_when_the_transmitter_is_free),
        MODEL_TEST(uart_receives_at_the_trigger_level_or_after_a_timeout),
        MODEL_TEST(uart_has_periodic_timeouts),
        MODEL_TEST(uart_fifo_holds_64_bytes_and_can_be_cleared),
        MODEL_TEST(uart_takes_bytes_only_while_it_listens),
        MODEL_TEST(uart_of_a_stale_loader_breaks_off_when_the_line_changes),
        MODEL_TEST(rtis_are_separate),
        MODEL_TEST(rti_resets_unless_it_is_served_in_its_window),
        MODEL_TEST(rti_resets_when_it_expires_or_gets_another_key),
        MODEL_TEST(uart_lines_are_separate_and_bytes_are_enough),
        MODEL_TEST(control_modules_remember_pads_and_modes),
        MODEL_TEST(reserved_offsets_are_harmless),
        MODEL_TEST(registers_have_their_reset_values),
        MODEL_TEST(every_device_and_clock_of_linux_trees_answers),
        MODEL_TEST(a_reset_lowers_every_line),
    };
    return cmocka_run_group_tests_name("models", tests, NULL, NULL);
}
