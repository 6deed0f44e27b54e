// SPDX-License-Identifier: BSD-3-Clause
/*
 * The TI-SCI client against the device models: the bytes of each request, each fault of a system
 * firmware, polled and by interrupt, sequence numbers, and cores in parallel.
 *
 * The expected bytes are written out from the TI-SCI documentation's field tables, without the
 * driver's structures.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/secure_proxy.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_sequence.h"
#include "lib/trace.h"
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
#define RX_WINDOW  (AM65X_SECURE_PROXY_DATA_BASE + AM65X_SCI_RX_THREAD * SECURE_PROXY_STRIDE)
#define RX_STATUS  (AM65X_SECURE_PROXY_RT_BASE + AM65X_SCI_RX_THREAD * SECURE_PROXY_STRIDE)
#define TX_STATUS  (AM65X_SECURE_PROXY_RT_BASE + AM65X_SCI_TX_THREAD * SECURE_PROXY_STRIDE)
#define FIRST_WORD offsetof(struct secure_proxy_data_registers, words)
#define LAST_WORD  (sizeof(struct secure_proxy_data_registers) - 4)

#define SHORT_US   1000u
#define LATE_US    5000u

static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;

/* ---- the wire, as the models see it ---- */

static uint8_t wire[LAST_WORD + 4 - FIRST_WORD];
static unsigned messages_sent;

static void watch(uintptr_t address, unsigned size, uint64_t value)
{
    uint32_t word = (uint32_t)value;

    if (address < TX_WINDOW + FIRST_WORD || address > TX_WINDOW + LAST_WORD)
        return;
    assert_int_equal(size, 4);
    memcpy(&wire[address - TX_WINDOW - FIRST_WORD], &word, 4);
    messages_sent += address == TX_WINDOW + LAST_WORD;
}

/* Everything but the sequence number, up to the end of the window. */
static void check_wire(const uint8_t *expected, size_t size)
{
    assert_int_equal(messages_sent, 1);
    wire[3] = 0;
    assert_memory_equal(wire, expected, size);
    for (size_t i = size; i < sizeof(wire); i++)
        assert_int_equal(wire[i], 0);
    messages_sent = 0;
}

static void on_line(unsigned intid)
{
    if (intid == AM65X_SCI_RX_INTID)
        ti_sci_receive();
}

static int set_up_polled(void **state)
{
    (void)state;
    host_reset();
    messages_sent = 0;
    return ti_sci_init(&config);
}

static int set_up_watched(void **state)
{
    int error = set_up_polled(state);

    host_set_write_observer(watch);
    return error;
}

static int set_up_interrupt(void **state)
{
    int error = set_up_polled(state);

    host_set_line_handler(on_line);
    ti_sci_use_interrupt(true);
    return error;
}

static struct ti_sci_counters counters(void)
{
    struct ti_sci_counters now;

    ti_sci_get_counters(&now);
    return now;
}

/* ---- requests and their bytes ---- */

static void version_is_asked_and_told(void **state)
{
    static const uint8_t bytes[] = {0x02, 0x00, 12, 0, 0x02, 0, 0, 0};
    struct ti_sci_version version;

    (void)state;
    assert_int_equal(ti_sci_get_version(&version), 0);
    check_wire(bytes, sizeof(bytes));
    assert_int_equal(version.abi_major, 3);
    assert_true(strlen(version.description) > 0);
}

static void range_is_asked_for_this_host(void **state)
{
    static const uint8_t bytes[] = {0x00, 0x15, 12, 0, 0x02, 0, 0, 0, 179, 0, 0x0d, 0xff};
    struct ti_sci_range range;

    (void)state;
    assert_int_equal(ti_sci_get_range(AM65X_DEV_INTA, TI_SCI_SUBTYPE_GLOBAL_EVENT_SEVT, &range), 0);
    check_wire(bytes, sizeof(bytes));
    assert_int_equal(range.first, 16);
    assert_int_equal(range.count, 1024);
    assert_int_equal(range.second_count, 0);
}

static void range_has_a_second_part(void **state)
{
    struct ti_sci_range range;

    (void)state;
    assert_int_equal(ti_sci_get_range(AM65X_DEV_UDMAP, TI_SCI_SUBTYPE_UDMAP_TX_CHAN, &range), 0);
    assert_int_equal(range.first, 8);
    assert_int_equal(range.count, 12);
    assert_int_equal(range.second_first, 26);
    assert_int_equal(range.second_count, 38);
}

static void outputs_end_where_the_gic_does(void **state)
{
    struct ti_sci_range range;

    (void)state;
    assert_int_equal(ti_sci_get_range(AM65X_DEV_INTR, TI_SCI_SUBTYPE_IR_OUTPUT, &range), 0);
    assert_int_equal(range.first, 16);
    assert_int_equal(range.count, 48);
}

static void range_of_nothing_is_an_error(void **state)
{
    struct ti_sci_range range = {.first = 77};
    int error = ti_sci_get_range(999, 0, &range);

    (void)state;
    assert_int_equal(error, -ENOENT);
    assert_int_equal(range.first, 77);
}

static void device_is_got_and_put(void **state)
{
    static const uint8_t on[] = {0x00, 0x02, 12, 0, 0x02, 0, 0, 0, 148, 0, 0, 0, 0, 0, 0, 0, 2};
    static const uint8_t off[] = {0x00, 0x02, 12, 0, 0x02, 0, 0, 0, 148, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t ask[] = {0x01, 0x02, 12, 0, 0x02, 0, 0, 0, 148, 0, 0, 0};
    struct ti_sci_device_state device;

    (void)state;
    assert_int_equal(ti_sci_device_get(148), 0);
    check_wire(on, sizeof(on));
    assert_int_equal(ti_sci_device_get_state(148, &device), 0);
    check_wire(ask, sizeof(ask));
    assert_int_equal(device.programmed, 2);
    assert_int_equal(device.current, 1);
    assert_int_equal(ti_sci_device_put(148), 0);
    check_wire(off, sizeof(off));
    assert_int_equal(ti_sci_device_get_state(148, &device), 0);
    assert_int_equal(device.programmed, 0);
    assert_int_equal(device.current, 0);
    assert_int_equal(device.context_loss_count, 1);
}

static void refused_question_leaves_the_answer_alone(void **state)
{
    struct ti_sci_device_state device, untouched;

    (void)state;
    memset(&device, 0x5a, sizeof(device));
    untouched = device;
    assert_true(am65x_inject(AM65X_FAULT_SCI_NAK, 0x0201, 1));
    assert_int_equal(ti_sci_device_get_state(148, &device), -EACCES);
    assert_memory_equal(&device, &untouched, sizeof(device));
    assert_int_equal(ti_sci_device_get_state(148, &device), 0);
    assert_int_not_equal(device.programmed, untouched.programmed);
}

static void event_is_mapped_and_unmapped(void **state)
{
    static const uint8_t map[] = {0x00, 0x10, 12, 0, 0x02, 0, 0,   0, 0x3c, 0, 0,  0, 187, 0,
                                  0x31, 0x01, 0,  0, 0,    0, 179, 0, 17,   0, 18, 0, 5,   0};
    uint8_t unmap[sizeof(map)];

    (void)state;
    memcpy(unmap, map, sizeof(map));
    unmap[0] = 0x01;
    assert_int_equal(ti_sci_event_map(187, 305, AM65X_DEV_INTA, 17, 18, 5), 0);
    check_wire(map, sizeof(map));
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 1);
    assert_int_equal(ti_sci_event_unmap(187, 305, AM65X_DEV_INTA, 17, 18, 5), 0);
    check_wire(unmap, sizeof(unmap));
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 0);
}

static void foreign_event_is_refused(void **state)
{
    (void)state;
    assert_int_equal(ti_sci_event_map(187, 305, AM65X_DEV_INTA, 17, 0, 5), -EACCES);
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), 0);
    assert_int_equal(counters().refused, 1);
}

static void route_is_mapped_and_unmapped(void **state)
{
    /* VINT 17 of the INTA is source index 17; destination: the GIC, as the router's parent. */
    static const uint8_t map[] = {0x00, 0x10, 12, 0, 0x02, 0, 0, 0, 0x03, 0, 0, 0, 179, 0,
                                  17,   0,    56, 0, 81,   0, 0, 0, 0,    0, 0, 0, 0,   0};
    uint8_t unmap[sizeof(map)];

    (void)state;
    memcpy(unmap, map, sizeof(map));
    unmap[0] = 0x01;
    (void)ti_sci_route_map(AM65X_DEV_INTA, 17, 56, 81);
    check_wire(map, sizeof(map));
    (void)ti_sci_route_unmap(AM65X_DEV_INTA, 17, 56, 81);
    check_wire(unmap, sizeof(unmap));
}

static void ring_is_configured(void **state)
{
    static const uint8_t bytes[] = {0x10, 0x11, 12,   0,    0x02, 0, 0,    0,    0x3f, 0, 0, 0,
                                    187,  0,    0x32, 0x01, 0x00, 0, 0x40, 0x90, 0x01, 0, 0, 0,
                                    64,   0,    0,    0,    0,    1, 0,    0,    0,    0};
    const struct ti_sci_ring_config ring = {
        .navss_device = AM65X_DEV_RINGACC,
        .index = 306,
        .base = 0x190400000,
        .count = 64,
        .mode = TI_SCI_RING_MODE_RING,
        .element_size = 1,
    };

    (void)state;
    assert_int_equal(ti_sci_ring_configure(&ring), 0);
    check_wire(bytes, sizeof(bytes));
    assert_int_equal(am65x_counter(AM65X_COUNT_RINGS), 1);
}

static void udmap_channels_are_configured(void **state)
{
    static const uint8_t tx[] = {0x05, 0x12, 12, 0, 0x02, 0, 0,   0, 0xff, 0x7f, 0,  0,
                                 188,  0,    8,  0, 0,    0, 0,   0, 12,   0,    16, 0,
                                 0,    0x30, 1,  0, 0,    0, 128, 0, 0,    1,    0,  0};
    static const uint8_t rx[] = {0x15, 0x12, 12, 0, 0x02, 0, 0,    0, 0xff, 0x5f, 0, 0,
                                 188,  0,    8,  0, 16,   0, 0x30, 1, 0,    0,    0, 0,
                                 0,    0,    0,  0, 0,    0, 12,   0, 0,    1};
    struct ti_sci_item items[] = {
        {.kind = TI_SCI_UDMAP_TX,
         .transmit = {.udmap_device = AM65X_DEV_UDMAP,
                      .index = 8,
                      .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
                      .fetch_size = 16,
                      .completion_ring = 304}},
        {.kind = TI_SCI_UDMAP_RX,
         .receive = {.udmap_device = AM65X_DEV_UDMAP,
                     .index = 8,
                     .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
                     .fetch_size = 16,
                     .completion_ring = 304}},
    };

    (void)state;
    ti_sci_batch(&items[0], 1);
    assert_int_equal(items[0].error, 0);
    check_wire(tx, sizeof(tx));
    ti_sci_batch(&items[1], 1);
    assert_int_equal(items[1].error, 0);
    check_wire(rx, sizeof(rx));
}

static void threads_are_paired_and_unpaired(void **state)
{
    static const uint8_t pair[] = {0x80, 0x12, 12,   0,    0x02, 0, 0,    0,    118, 0,
                                   0,    0,    0x08, 0x10, 0,    0, 0x08, 0x90, 0,   0};
    uint8_t unpair[sizeof(pair)];

    (void)state;
    memcpy(unpair, pair, sizeof(pair));
    unpair[0] = 0x81;
    assert_int_equal(ti_sci_psil_pair(AM65X_DEV_NAVSS, 0x1008, 0x9008), 0);
    check_wire(pair, sizeof(pair));
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 1);
    assert_int_equal(ti_sci_psil_unpair(AM65X_DEV_NAVSS, 0x1008, 0x9008), 0);
    check_wire(unpair, sizeof(unpair));
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 0);
}

/* ---- a faulty firmware; each runs polled and by interrupt ---- */

/* One request into a fault, then one that must be well again. */
static int run_into(enum am65x_fault fault, uint64_t argument)
{
    struct ti_sci_version version;
    int error;

    assert_true(am65x_inject(fault, argument, 1));
    ti_sci_set_timeout_us(SHORT_US);
    error = ti_sci_get_version(&version);
    assert_int_equal(ti_sci_get_version(&version), 0);
    assert_int_equal(version.abi_major, 3);
    return error;
}

static void refusal_is_eacces(void **state)
{
    (void)state;
    assert_int_equal(run_into(AM65X_FAULT_SCI_NAK, 0), -EACCES);
    assert_int_equal(counters().refused, 1);
    assert_int_equal(counters().answers, 2);
}

static void missing_answer_times_out(void **state)
{
    (void)state;
    assert_int_equal(run_into(AM65X_FAULT_SCI_DROP, 0), -ETIMEDOUT);
    assert_int_equal(counters().timeouts, 1);
    assert_int_equal(counters().requests, 2);
    assert_int_equal(counters().answers, 1);
}

static void late_answer_is_counted_and_harms_nobody(void **state)
{
    struct ti_sci_version version;

    (void)state;
    assert_int_equal(run_into(AM65X_FAULT_SCI_LATE, LATE_US), -ETIMEDOUT);
    assert_int_equal(counters().late, 0);
    host_advance_us(2 * LATE_US);
    assert_int_equal(ti_sci_get_version(&version), 0);
    assert_int_equal(counters().late, 1);
    assert_int_equal(counters().stray, 0);
    assert_int_equal(counters().timeouts, 1);
}

/* While one answer is late every other number is used, and its own is not given out again. */
static void late_answer_never_meets_a_newer_request(void **state)
{
    struct ti_sci_range range;

    (void)state;
    assert_true(am65x_inject(AM65X_FAULT_SCI_LATE, 100000, 1));
    ti_sci_set_timeout_us(SHORT_US);
    assert_int_equal(ti_sci_get_range(AM65X_DEV_RINGACC, TI_SCI_SUBTYPE_RA_GP, &range), -ETIMEDOUT);
    for (unsigned i = 0; i < 2 * TI_SCI_SEQUENCES; i++) {
        assert_int_equal(ti_sci_get_range(AM65X_DEV_INTA, TI_SCI_SUBTYPE_IA_VINT, &range), 0);
        assert_int_equal(range.first, 16);
        assert_int_equal(range.count, 80);
    }
    assert_int_equal(counters().late, 0);
    host_advance_us(100000);
    assert_int_equal(ti_sci_get_range(AM65X_DEV_INTA, TI_SCI_SUBTYPE_IA_VINT, &range), 0);
    assert_int_equal(counters().late, 1);
}

static void short_answer_is_emsgsize(void **state)
{
    (void)state;
    assert_int_equal(run_into(AM65X_FAULT_SCI_SHORT, 0), -EMSGSIZE);
    assert_int_equal(counters().malformed, 1);
}

static void wrong_type_is_eproto(void **state)
{
    (void)state;
    assert_int_equal(run_into(AM65X_FAULT_SCI_WRONG_TYPE, 0), -EPROTO);
    assert_int_equal(counters().malformed, 1);
}

static void wrong_host_is_eproto(void **state)
{
    (void)state;
    assert_int_equal(run_into(AM65X_FAULT_SCI_WRONG_HOST, 0), -EPROTO);
    assert_int_equal(counters().malformed, 1);
}

static void wrong_sequence_is_a_stray(void **state)
{
    (void)state;
    assert_int_equal(run_into(AM65X_FAULT_SCI_WRONG_SEQUENCE, 0), -ETIMEDOUT);
    assert_int_equal(counters().stray, 1);
    assert_int_equal(counters().timeouts, 1);
}

static void deadline_is_kept(void **state)
{
    uint64_t before = time_now_ns(), took;
    struct ti_sci_version version;

    (void)state;
    assert_true(am65x_inject(AM65X_FAULT_SCI_DROP, 0, 1));
    ti_sci_set_timeout_us(SHORT_US);
    assert_int_equal(ti_sci_get_version(&version), -ETIMEDOUT);
    took = time_now_ns() - before;
    assert_in_range(took, SHORT_US * 1000u, SHORT_US * 1000u + 100000u);
}

static void longest_timeout_is_no_short_one(void **state)
{
    struct ti_sci_version version;

    (void)state;
    ti_sci_set_timeout_us(UINT64_MAX);
    assert_int_equal(ti_sci_get_version(&version), 0);
    ti_sci_set_timeout_us(UINT64_MAX / 1000u + 1u);
    assert_int_equal(ti_sci_get_version(&version), 0);
}

/* ---- how answers arrive ---- */

static void nothing_interrupts_while_polled(void **state)
{
    struct ti_sci_version version;

    (void)state;
    assert_int_equal(ti_sci_get_version(&version), 0);
    assert_int_equal(counters().interrupts, 0);
}

static void each_answer_is_one_interrupt(void **state)
{
    struct ti_sci_version version;

    (void)state;
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(ti_sci_get_version(&version), 0);
    assert_int_equal(counters().interrupts, 10);
    assert_int_equal(counters().answers, 10);
}

/* The core that takes the interrupt may be held up: an answer that is there is taken without it. */
static void answer_is_taken_though_its_interrupt_is_lost(void **state)
{
    struct ti_sci_version version;

    (void)state;
    host_set_line_handler(NULL);
    ti_sci_set_timeout_us(SHORT_US);
    assert_int_equal(ti_sci_get_version(&version), 0);
    assert_int_equal(version.abi_major, 3);
    assert_int_equal(counters().answers, 1);
    assert_int_equal(counters().interrupts, 0);
    assert_int_equal(counters().timeouts, 0);
    host_set_line_handler(on_line);
    assert_int_equal(ti_sci_get_version(&version), 0);
    assert_int_equal(counters().late, 0);
}

/* A look at the deadline is no answer: the number waits for it, and knows it when it comes. */
static void no_answer_at_the_deadline_times_out_without_interrupts_too(void **state)
{
    struct ti_sci_version version;

    (void)state;
    host_set_line_handler(NULL);
    ti_sci_set_timeout_us(SHORT_US);
    assert_true(am65x_inject(AM65X_FAULT_SCI_LATE, LATE_US, 1));
    assert_int_equal(ti_sci_get_version(&version), -ETIMEDOUT);
    assert_int_equal(counters().timeouts, 1);
    host_set_line_handler(on_line);
    host_advance_us(LATE_US);
    assert_int_equal(counters().late, 1);
}

/* Those that were sent together are, too: the first look takes them all. */
static void answers_to_a_batch_are_taken_though_interrupts_are_lost(void **state)
{
    const struct ti_sci_psil_threads threads = {AM65X_DEV_NAVSS, 0x1008, 0x9008};
    struct ti_sci_item items[] = {{.kind = TI_SCI_PSIL_PAIR, .psil = threads},
                                  {.kind = TI_SCI_PSIL_UNPAIR, .psil = threads}};

    (void)state;
    host_set_line_handler(NULL);
    ti_sci_set_timeout_us(SHORT_US);
    ti_sci_batch(items, 2);
    assert_int_equal(items[0].error, 0);
    assert_int_equal(items[1].error, 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_PSIL_PAIRS), 0);
}

/* ---- several cores ---- */

#define REQUESTS 200u

static void ask_in_parallel(void *argument)
{
    static const struct {
        uint16_t device;
        uint8_t subtype;
        uint16_t first;
    } asked[] = {{AM65X_DEV_INTA, TI_SCI_SUBTYPE_IA_VINT, 16},
                 {AM65X_DEV_RINGACC, TI_SCI_SUBTYPE_RA_GP, 304},
                 {AM65X_DEV_UDMAP, TI_SCI_SUBTYPE_UDMAP_TX_CHAN, 8}};
    unsigned *wrong = argument;

    for (unsigned i = 0; i < REQUESTS; i++) {
        unsigned which = (core_id() + i) % 3;
        struct ti_sci_range range = {0};

        if (ti_sci_get_range(asked[which].device, asked[which].subtype, &range) != 0 ||
            range.first != asked[which].first) {
            __atomic_fetch_add(wrong, 1, __ATOMIC_RELAXED);
            return;
        }
    }
}

static void cores_in_parallel_get_their_own_answers(void **state)
{
    unsigned wrong = 0;

    (void)state;
    ti_sci_set_timeout_us(10 * SHORT_US);
    assert_int_equal(smp_run_all(ask_in_parallel, &wrong, 60000000), 0);
    assert_int_equal(wrong, 0);
    assert_int_equal(counters().requests, 4 * REQUESTS);
    assert_int_equal(counters().answers, 4 * REQUESTS);
    assert_int_equal(counters().timeouts + counters().late + counters().stray, 0);
    assert_int_equal(am65x_counter(AM65X_COUNT_SCI_REQUESTS), 4 * REQUESTS);
}

static void *in_flight_at_once;

static void ask_once(void *argument)
{
    struct ti_sci_version version;

    (void)argument;
    if (ti_sci_get_version(&version) != 0)
        __atomic_store_n(&in_flight_at_once, NULL, __ATOMIC_RELAXED);
}

/* One core's request waits long for its answer; the others' are answered meanwhile. */
static void slow_answer_holds_nobody_up(void **state)
{
    struct ti_sci_version version;

    (void)state;
    in_flight_at_once = &version;
    assert_true(am65x_inject(AM65X_FAULT_SCI_LATE, LATE_US, 1));
    assert_int_equal(smp_start(1, ask_once, NULL), 0);
    for (unsigned i = 0; i < 1000 && counters().requests == 0; i++)
        delay_us(1);
    assert_int_equal(counters().requests, 1);
    for (unsigned i = 0; i < 50; i++)
        assert_int_equal(ti_sci_get_version(&version), 0);
    assert_int_equal(counters().answers, 50);
    assert_int_equal(smp_join(1, 1000000), 0);
    assert_non_null(in_flight_at_once);
    assert_int_equal(counters().answers, 51);
}

/* ---- the secure proxy's threads ---- */

/* Sends a message past the driver, with whatever the window holds: reset left zeros there, which
 * want no answer. One write, so it is quicker than the firmware takes messages. */
static void send_raw(void)
{
    mmio_write32(TX_WINDOW + LAST_WORD, 0);
}

static void use_up_credits(void)
{
    while (SECURE_PROXY_STATUS_COUNT(mmio_read32(TX_STATUS)) != 0)
        send_raw();
}

static void full_transmit_thread_is_waited_for(void **state)
{
    struct ti_sci_version version;

    (void)state;
    use_up_credits();
    assert_int_equal(ti_sci_get_version(&version), 0);
}

static void full_transmit_thread_is_ebusy_at_the_deadline(void **state)
{
    struct ti_sci_version version;

    (void)state;
    ti_sci_set_timeout_us(1);
    use_up_credits();
    assert_int_equal(ti_sci_get_version(&version), -EBUSY);
    assert_int_equal(counters().requests, 0);
    assert_int_equal(counters().timeouts, 0);
}

static void transmit_thread_in_error_is_eio(void **state)
{
    struct ti_sci_version version;

    (void)state;
    use_up_credits();
    send_raw();
    assert_int_equal(ti_sci_get_version(&version), -EIO);
    assert_int_equal(counters().requests, 0);
    assert_int_equal(ti_sci_init(&config), -EIO);
}

static void receive_thread_in_error_is_eio(void **state)
{
    struct ti_sci_version version;

    (void)state;
    (void)mmio_read32(RX_WINDOW + LAST_WORD);
    assert_int_equal(ti_sci_get_version(&version), -EIO);
    assert_int_equal(ti_sci_get_version(&version), -EIO);
    assert_int_equal(ti_sci_init(&config), -EIO);
}

static void init_checks_the_threads(void **state)
{
    struct ti_sci_config bad = config;

    (void)state;
    bad.rx_thread = config.tx_thread;
    assert_int_equal(ti_sci_init(&bad), -EINVAL);
    bad.tx_thread = config.rx_thread;
    assert_int_equal(ti_sci_init(&bad), -ENODEV);
    bad = config;
    bad.rx_thread = SECURE_PROXY_THREADS;
    assert_int_equal(ti_sci_init(&bad), -EINVAL);
}

/* Nothing is sent through threads that are not the right ones. */
static void without_threads_there_are_no_requests(void **state)
{
    struct ti_sci_config bad = config;
    struct ti_sci_version version;

    (void)state;
    bad.rx_thread = config.tx_thread;
    bad.tx_thread = config.rx_thread;
    assert_int_equal(ti_sci_init(&bad), -ENODEV);
    assert_int_equal(ti_sci_get_version(&version), -ENODEV);
    assert_int_equal(messages_sent, 0);
    assert_int_equal(counters().requests, 0);
    assert_int_equal(ti_sci_init(&config), 0);
    assert_int_equal(ti_sci_get_version(&version), 0);
    assert_int_equal(messages_sent, 1);
}

/* The first test: there was no ti_sci_init() yet. */
static void nothing_is_asked_before_init(void **state)
{
    struct ti_sci_version version;

    (void)state;
    host_reset();
    host_set_write_observer(watch);
    messages_sent = 0;
    assert_int_equal(ti_sci_get_version(&version), -ENODEV);
    assert_int_equal(messages_sent, 0);
}

static void init_discards_stale_answers(void **state)
{
    struct ti_sci_version version;

    (void)state;
    assert_true(am65x_inject(AM65X_FAULT_SCI_LATE, LATE_US, 1));
    ti_sci_set_timeout_us(SHORT_US);
    assert_int_equal(ti_sci_get_version(&version), -ETIMEDOUT);
    host_advance_us(2 * LATE_US);
    assert_int_equal(SECURE_PROXY_STATUS_COUNT(mmio_read32(RX_STATUS)), 1);
    assert_int_equal(ti_sci_init(&config), 0);
    assert_int_equal(SECURE_PROXY_STATUS_COUNT(mmio_read32(RX_STATUS)), 0);
    assert_int_equal(counters().late + counters().stray, 0);
}

/* ---- traces ---- */

static struct {
    const char *name;
    uint64_t values[2];
} recorded[4];
static unsigned recorded_count;

static void note_record(unsigned core, const struct trace_record *record, void *argument)
{
    (void)argument;
    assert_int_equal(core, 0);
    assert_true(recorded_count < sizeof(recorded) / sizeof(recorded[0]));
    recorded[recorded_count].name = record->event->name;
    memcpy(recorded[recorded_count++].values, record->values, sizeof(record->values));
}

/* The parameters are the message's 16 bytes behind its header. */
static void a_refused_request_is_traced_with_its_parameters(void **state)
{
    struct ti_sci_range range;
    uint64_t lost;
    uint8_t sequence;

    (void)state;
    recorded_count = 0;
    assert_int_equal(trace_start(0), 0);
    assert_int_equal(ti_sci_get_range(999, 0x11, &range), -ENOENT); /* it has nothing */
    assert_int_equal(trace_stop(), 0);
    assert_int_equal(trace_visit(note_record, NULL, &lost), 0);
    assert_int_equal(lost, 0);
    sequence = wire[3];
    assert_int_equal(recorded_count, 3);
    assert_string_equal(recorded[0].name, "sci_request");
    assert_int_equal(recorded[0].values[0], 0x1500);
    assert_int_equal(recorded[0].values[1], sequence);
    assert_string_equal(recorded[1].name, "sci_parameters");
    assert_memory_equal(recorded[1].values, &wire[8], 16);
    assert_string_equal(recorded[2].name, "sci_answer");
    assert_int_equal(recorded[2].values[0], sequence);
    assert_int_equal((int64_t)recorded[2].values[1], -EACCES);
}

/* ---- where requests are not allowed ---- */

static void ask_in_interrupt(void *argument)
{
    struct ti_sci_version version;

    *(int *)argument = ti_sci_get_version(&version);
}

static void interrupt_context_is_edeadlk(void **state)
{
    int error = 0;

    (void)state;
    host_run_in_interrupt(ask_in_interrupt, &error);
    assert_int_equal(error, -EDEADLK);
    assert_int_equal(counters().requests, 0);
}

static void masked_interrupts_are_edeadlk(void **state)
{
    struct ti_sci_version version;
    unsigned long flags = irq_save();
    int error = ti_sci_get_version(&version);

    (void)state;
    irq_restore(flags);
    assert_int_equal(error, -EDEADLK);
    assert_int_equal(counters().requests, 0);
}

/* ---- sequence numbers by themselves ---- */

static int set_up_sequences(void **state)
{
    (void)state;
    host_reset();
    ti_sci_sequence_reset();
    return 0;
}

static void numbers_are_claimed_round_about(void **state)
{
    struct ti_sci_exchange exchange;
    uint8_t sequence;

    (void)state;
    for (unsigned i = 0; i < 2 * TI_SCI_SEQUENCES; i++) {
        assert_int_equal(ti_sci_sequence_claim(&exchange, &sequence), 0);
        assert_int_equal(sequence, i % TI_SCI_SEQUENCES);
        ti_sci_sequence_release(sequence, false);
    }
}

static void all_numbers_in_flight_is_ebusy(void **state)
{
    static struct ti_sci_exchange exchanges[TI_SCI_SEQUENCES];
    struct ti_sci_exchange another;
    uint8_t sequence;

    (void)state;
    for (unsigned i = 0; i < TI_SCI_SEQUENCES; i++)
        assert_int_equal(ti_sci_sequence_claim(&exchanges[i], &sequence), 0);
    assert_int_equal(ti_sci_sequence_claim(&another, &sequence), -EBUSY);
    ti_sci_sequence_release(99, false);
    assert_int_equal(ti_sci_sequence_claim(&another, &sequence), 0);
    assert_int_equal(sequence, 99);
}

static void number_given_up_waits_for_its_answer(void **state)
{
    struct ti_sci_exchange exchange, *whose = &exchange;
    uint8_t sequence;

    (void)state;
    assert_int_equal(ti_sci_sequence_claim(&exchange, &sequence), 0);
    ti_sci_sequence_release(sequence, true);
    assert_int_equal(ti_sci_sequence_deliver(sequence, &whose), TI_SCI_LATE);
    assert_null(whose);
    assert_int_equal(ti_sci_sequence_deliver(sequence, &whose), TI_SCI_STRAY);
    assert_null(whose);
}

static void second_answer_is_a_stray(void **state)
{
    struct ti_sci_exchange exchange, *whose;
    uint8_t sequence;

    (void)state;
    assert_int_equal(ti_sci_sequence_claim(&exchange, &sequence), 0);
    assert_false(exchange.answered);
    assert_int_equal(ti_sci_sequence_deliver(sequence, &whose), TI_SCI_DELIVERED);
    assert_ptr_equal(whose, &exchange);
    ti_sci_exchange_end(whose);
    assert_true(exchange.answered);
    assert_int_equal(ti_sci_sequence_deliver(sequence, &whose), TI_SCI_STRAY);
    assert_null(whose);
}

static void longest_reserved_number_goes_first_in_need(void **state)
{
    static struct ti_sci_exchange exchanges[TI_SCI_SEQUENCES];
    struct ti_sci_exchange another;
    uint8_t sequence;

    (void)state;
    for (unsigned i = 0; i < TI_SCI_SEQUENCES; i++)
        assert_int_equal(ti_sci_sequence_claim(&exchanges[i], &sequence), 0);
    ti_sci_sequence_release(200, true);
    ti_sci_sequence_release(7, true);
    assert_int_equal(ti_sci_sequence_claim(&another, &sequence), 0);
    assert_int_equal(sequence, 200);
}

#define POLLED(test)    cmocka_unit_test_setup(test, set_up_polled)
#define WATCHED(test)   cmocka_unit_test_setup(test, set_up_watched)
#define INTERRUPT(test) cmocka_unit_test_setup(test, set_up_interrupt)
#define BOTH_WAYS(test)                                                                            \
    {#test " (polled)", test, set_up_polled, NULL, NULL},                                          \
    {                                                                                              \
#test " (interrupt)", test, set_up_interrupt, NULL, NULL                                   \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_asked_before_init),
        WATCHED(version_is_asked_and_told),
        WATCHED(range_is_asked_for_this_host),
        POLLED(range_has_a_second_part),
        POLLED(outputs_end_where_the_gic_does),
        POLLED(range_of_nothing_is_an_error),
        WATCHED(device_is_got_and_put),
        POLLED(refused_question_leaves_the_answer_alone),
        WATCHED(event_is_mapped_and_unmapped),
        POLLED(foreign_event_is_refused),
        WATCHED(route_is_mapped_and_unmapped),
        WATCHED(ring_is_configured),
        WATCHED(udmap_channels_are_configured),
        WATCHED(threads_are_paired_and_unpaired),
        BOTH_WAYS(refusal_is_eacces),
        BOTH_WAYS(missing_answer_times_out),
        BOTH_WAYS(late_answer_is_counted_and_harms_nobody),
        BOTH_WAYS(late_answer_never_meets_a_newer_request),
        BOTH_WAYS(short_answer_is_emsgsize),
        BOTH_WAYS(wrong_type_is_eproto),
        BOTH_WAYS(wrong_host_is_eproto),
        BOTH_WAYS(wrong_sequence_is_a_stray),
        BOTH_WAYS(deadline_is_kept),
        BOTH_WAYS(longest_timeout_is_no_short_one),
        POLLED(nothing_interrupts_while_polled),
        INTERRUPT(each_answer_is_one_interrupt),
        INTERRUPT(answer_is_taken_though_its_interrupt_is_lost),
        INTERRUPT(no_answer_at_the_deadline_times_out_without_interrupts_too),
        INTERRUPT(answers_to_a_batch_are_taken_though_interrupts_are_lost),
        BOTH_WAYS(cores_in_parallel_get_their_own_answers),
        BOTH_WAYS(slow_answer_holds_nobody_up),
        BOTH_WAYS(full_transmit_thread_is_waited_for),
        BOTH_WAYS(full_transmit_thread_is_ebusy_at_the_deadline),
        POLLED(transmit_thread_in_error_is_eio),
        POLLED(receive_thread_in_error_is_eio),
        POLLED(init_checks_the_threads),
        WATCHED(without_threads_there_are_no_requests),
        POLLED(init_discards_stale_answers),
        WATCHED(a_refused_request_is_traced_with_its_parameters),
        BOTH_WAYS(interrupt_context_is_edeadlk),
        BOTH_WAYS(masked_interrupts_are_edeadlk),
        cmocka_unit_test_setup(numbers_are_claimed_round_about, set_up_sequences),
        cmocka_unit_test_setup(all_numbers_in_flight_is_ebusy, set_up_sequences),
        cmocka_unit_test_setup(number_given_up_waits_for_its_answer, set_up_sequences),
        cmocka_unit_test_setup(second_answer_is_a_stray, set_up_sequences),
        cmocka_unit_test_setup(longest_reserved_number_goes_first_in_need, set_up_sequences),
    };

    return cmocka_run_group_tests_name("ti_sci", tests, NULL, NULL);
}
