// SPDX-License-Identifier: BSD-3-Clause
/*
 * What packet channels, their flows, rings in other modes and monitors need of the system firmware:
 * the bytes of each request, written out from the TI-SCI documentation's field tables without the
 * driver's structures; and prepared requests in a batch.
 */
#include "drivers/ti_sci/secure_proxy.h"
#include "drivers/ti_sci/ti_sci.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TX_WINDOW  (AM65X_SECURE_PROXY_DATA_BASE + AM65X_SCI_TX_THREAD * SECURE_PROXY_STRIDE)
#define FIRST_WORD offsetof(struct secure_proxy_data_registers, words)
#define LAST_WORD  (sizeof(struct secure_proxy_data_registers) - 4)
#define SIZE       (LAST_WORD + 4 - FIRST_WORD)

#define FIRST_RING 304u
#define CHANNEL    8u
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;

/* ---- the wire, as the models see it ---- */

static uint8_t wire[TI_SCI_BATCH_MAX + 1u][SIZE];
static unsigned messages;

static void watch(uintptr_t address, unsigned size, uint64_t value)
{
    uint32_t word = (uint32_t)value;

    (void)size;
    if (address < TX_WINDOW + FIRST_WORD || address > TX_WINDOW + LAST_WORD)
        return;
    assert_true(messages < COUNT(wire));
    memcpy(&wire[messages][address - TX_WINDOW - FIRST_WORD], &word, 4);
    messages += address == TX_WINDOW + LAST_WORD;
}

/* Everything but the sequence number, up to the end of the window. */
static void check_wire(unsigned message, const uint8_t *expected, size_t size)
{
    assert_true(message < messages);
    wire[message][3] = 0;
    assert_memory_equal(wire[message], expected, size);
    for (size_t i = size; i < SIZE; i++)
        assert_int_equal(wire[message][i], 0);
}

static int set_up(void **state)
{
    (void)state;
    host_reset();
    messages = 0;
    memset(wire, 0, sizeof(wire));
    host_set_write_observer(watch);
    return ti_sci_init(&config);
}

/* ---- channels ---- */

static void all_fields_of_channels_are_sent(void **state)
{
    static const uint8_t tx[] = {0x05, 0x12, 12, 0, 0x02, 0, 0, 0, 0xff, 0x7f, 0,  0,
                                 188,  0,    8,  0, 1,    1, 1, 0, 2,    1,    32, 0,
                                 6,    0x30, 1,  5, 4,    9, 0, 2, 3,    2,    0,  0};
    static const uint8_t rx[] = {0x15, 0x12, 12, 0, 0x02, 0, 0,    0, 0xff, 0x5f, 0, 0,
                                 188,  0,    8,  0, 32,   0, 0x31, 1, 5,    4,    9, 3,
                                 150,  0,    7,  0, 1,    0, 3,    1, 1,    2};
    struct ti_sci_item items[] = {
        {.kind = TI_SCI_UDMAP_TX,
         .transmit = {.udmap_device = AM65X_DEV_UDMAP,
                      .index = CHANNEL,
                      .channel_type = TI_SCI_UDMAP_CHANNEL_PACKET,
                      .fetch_size = 32,
                      .completion_ring = FIRST_RING,
                      .fifo_bytes = 512,
                      .burst = TI_SCI_UDMAP_BURST_128,
                      .priority = 5,
                      .qos = 4,
                      .order_id = 9,
                      .scheduling = TI_SCI_UDMAP_SCHEDULING_LOW,
                      .credits = 6,
                      .pause_on_error = 1,
                      .filter_epib = 1,
                      .filter_words = 1,
                      .no_teardown_message = 1}},
        {.kind = TI_SCI_UDMAP_RX,
         .receive = {.udmap_device = AM65X_DEV_UDMAP,
                     .index = CHANNEL,
                     .channel_type = TI_SCI_UDMAP_CHANNEL_PACKET_ONE,
                     .fetch_size = 32,
                     .completion_ring = FIRST_RING + 1,
                     .flow_first = 150,
                     .flow_count = 7,
                     .burst = TI_SCI_UDMAP_BURST_128,
                     .priority = 5,
                     .qos = 4,
                     .order_id = 9,
                     .scheduling = TI_SCI_UDMAP_SCHEDULING_LOW,
                     .pause_on_error = 1,
                     .ignore_short = 1,
                     .ignore_long = 1}},
    };

    (void)state;
    ti_sci_batch(items, COUNT(items));
    assert_int_equal(items[0].error, 0);
    assert_int_equal(items[1].error, 0);
    assert_int_equal(messages, 2);
    check_wire(0, tx, sizeof(tx));
    check_wire(1, rx, sizeof(rx));
}

static void a_channel_with_no_wishes_has_an_ordinary_fifo(void **state)
{
    struct ti_sci_item item = {.kind = TI_SCI_UDMAP_TX,
                               .transmit = {.udmap_device = AM65X_DEV_UDMAP,
                                            .index = CHANNEL,
                                            .channel_type = TI_SCI_UDMAP_CHANNEL_PACKET,
                                            .completion_ring = TI_SCI_NO_RING}};

    (void)state;
    ti_sci_batch(&item, 1);
    assert_int_equal(item.error, 0);
    assert_int_equal(wire[0][30] | wire[0][31] << 8, 128);
    assert_int_equal(wire[0][33], TI_SCI_UDMAP_BURST_64);
}

/* ---- flows ---- */

static const struct ti_sci_flow_config flow = {
    .udmap_device = AM65X_DEV_UDMAP,
    .index = 150,
    .completion_ring = 0x0131,
    .free_rings = {0x0132, 0x0133, 0x0134, 0x0135},
    .data_offset = 0x40,
    .epib = 1,
    .words = 1,
    .words_in_data = 1,
    .wait_when_empty = 1,
    .descriptor_type = TI_SCI_FLOW_DESCRIPTOR_HOST,
    .source_tag_high = 0x11,
    .source_tag_low = 0x12,
    .destination_tag_high = 0x13,
    .destination_tag_low = 0x14,
    .source_high_from = TI_SCI_FLOW_TAG_CONSTANT,
    .source_low_from = TI_SCI_FLOW_TAG_FLOW,
    .destination_high_from = TI_SCI_FLOW_TAG_PACKET_HIGH,
    .destination_low_from = TI_SCI_FLOW_TAG_PACKET_LOW,
};
static const uint8_t flow_bytes[] = {0x30, 0x12, 12,   0,    0x02, 0,    0, 0, 0xff, 0xff, 0x07,
                                     0,    188,  0,    150,  0,    1,    1, 1, 0,    0x40, 0,
                                     0x31, 0x01, 0x11, 0x12, 0x13, 0x14, 1, 2, 5,    4,    0x32,
                                     1,    0x33, 1,    0x34, 1,    0x35, 1, 1};

static const struct ti_sci_flow_sizes sizes = {
    .udmap_device = AM65X_DEV_UDMAP,
    .index = 150,
    .count = 2,
    .thresholds = {64, 0x1fffe0},
    .free_rings = {0x0136, 0x0137, 0x0138},
};
static const uint8_t size_bytes[] = {0x31, 0x12, 12,   0, 0x02, 0, 0,    0, 0x7f, 0,
                                     0,    0,    188,  0, 150,  0, 2,    0, 0xff, 0xff,
                                     0,    0,    0x36, 1, 0x37, 1, 0x38, 1, 3};

static void flows_are_configured(void **state)
{
    (void)state;
    assert_int_equal(ti_sci_flow_configure(&flow), 0);
    assert_int_equal(ti_sci_flow_sizes_configure(&sizes), 0);
    assert_int_equal(messages, 2);
    check_wire(0, flow_bytes, sizeof(flow_bytes));
    check_wire(1, size_bytes, sizeof(size_bytes));
}

static void prepared_requests_go_with_others_in_their_order(void **state)
{
    struct ti_sci_storage storage[2];
    struct ti_sci_item items[3];

    (void)state;
    ti_sci_prepare_flow(&flow, &storage[0], &items[0]);
    items[1] = (struct ti_sci_item){
        .kind = TI_SCI_RING,
        .ring = {.navss_device = AM65X_DEV_RINGACC, .index = FIRST_RING, .count = 0}};
    ti_sci_prepare_flow_sizes(&sizes, &storage[1], &items[2]);
    assert_int_equal(messages, 0);
    ti_sci_batch(items, 3);
    assert_int_equal(messages, 3);
    assert_int_equal(items[0].error, 0);
    assert_int_equal(items[1].error, 0);
    assert_int_equal(items[2].error, 0);
    check_wire(0, flow_bytes, sizeof(flow_bytes));
    assert_int_equal(wire[1][0] | wire[1][1] << 8, 0x1110);
    check_wire(2, size_bytes, sizeof(size_bytes));
}

/* One that is somebody else's. */
static void refusals_come_back(void **state)
{
    struct ti_sci_flow_config foreign = flow;

    (void)state;
    foreign.index = 220;
    assert_int_equal(ti_sci_flow_configure(&foreign), -EACCES);
    foreign.index = flow.index;
    foreign.free_rings[3] = 1000;
    assert_int_equal(ti_sci_flow_configure(&foreign), -EACCES);
    assert_true(am65x_inject(AM65X_FAULT_SCI_NAK, 0, 2));
    assert_int_equal(ti_sci_proxy_configure(185, 1), -EACCES);
    assert_int_equal(ti_sci_monitor_configure(&(struct ti_sci_monitor_config){0}), -EACCES);
}

/* ---- proxies and monitors ---- */

static void a_proxy_is_configured(void **state)
{
    static const uint8_t bytes[] = {0x00, 0x13, 12, 0, 0x02, 0, 0, 0, 0, 0, 0, 0, 185, 0, 12, 0};

    (void)state;
    (void)ti_sci_proxy_configure(185, 12);
    assert_int_equal(messages, 1);
    check_wire(0, bytes, sizeof(bytes));
}

static void a_monitor_is_configured(void **state)
{
    static const uint8_t bytes[] = {0x20, 0x11, 12, 0, 0x02, 0, 0,    0, 0x1f, 0, 0,  0, 187, 0,
                                    7,    0,    1,  2, 0x31, 1, 0x10, 0, 0,    0, 32, 0, 0,   0};
    const struct ti_sci_monitor_config monitor = {
        .ringacc_device = AM65X_DEV_RINGACC,
        .index = 7,
        .ring = FIRST_RING + 1,
        .source = TI_SCI_MONITOR_OF_HEAD_SIZE,
        .mode = TI_SCI_MONITOR_THRESHOLD,
        .values = {16, 32},
    };

    (void)state;
    (void)ti_sci_monitor_configure(&monitor);
    assert_int_equal(messages, 1);
    check_wire(0, bytes, sizeof(bytes));
}

static void the_status_of_refused_flows_is_cleared(void **state)
{
    static const uint8_t bytes[30] = {0x40, 0x12, 12, 0, 0x02, 0, 0, 0, 8, 0, 0, 0, 188, 0};

    (void)state;
    assert_int_equal(ti_sci_udmap_clear_flow_status(AM65X_DEV_UDMAP), 0);
    assert_int_equal(messages, 1);
    check_wire(0, bytes, sizeof(bytes));
    assert_true(am65x_inject(AM65X_FAULT_SCI_NAK, 0, 1));
    assert_int_equal(ti_sci_udmap_clear_flow_status(AM65X_DEV_UDMAP), -EACCES);
}

static void rings_have_other_modes(void **state)
{
    static uint64_t elements[16];

    (void)state;
    assert_int_equal(
        ti_sci_ring_configure(&(struct ti_sci_ring_config){.navss_device = AM65X_DEV_RINGACC,
                                                           .index = FIRST_RING,
                                                           .base = (uintptr_t)elements,
                                                           .count = 16,
                                                           .mode = TI_SCI_RING_MODE_MESSAGE,
                                                           .element_size = 1,
                                                           .order_id = 7}),
        0);
    assert_int_equal(wire[0][28], TI_SCI_RING_MODE_MESSAGE);
    assert_int_equal(wire[0][30], 7);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_fields_of_channels_are_sent, set_up),
        cmocka_unit_test_setup(a_channel_with_no_wishes_has_an_ordinary_fifo, set_up),
        cmocka_unit_test_setup(flows_are_configured, set_up),
        cmocka_unit_test_setup(prepared_requests_go_with_others_in_their_order, set_up),
        cmocka_unit_test_setup(refusals_come_back, set_up),
        cmocka_unit_test_setup(a_proxy_is_configured, set_up),
        cmocka_unit_test_setup(a_monitor_is_configured, set_up),
        cmocka_unit_test_setup(the_status_of_refused_flows_is_cleared, set_up),
        cmocka_unit_test_setup(rings_have_other_modes, set_up),
    };

    return cmocka_run_group_tests_name("ti_sci_navigator", tests, NULL, NULL);
}
