// SPDX-License-Identifier: BSD-3-Clause
/*
 * The UDMA driver on the host: pools, splitting of lengths, descriptors against their layout
 * written out by hand, and rings and whole channels against the device models.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/descriptor.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/pool.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "drivers/udma/udmap_registers.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stdbool.h>

/* ---- pools ---- */

static void a_pool_hands_out_the_lowest_free_number(void **state)
{
    struct udma_pool pool = {0};
    uint16_t number = 0;

    (void)state;
    udma_pool_add(&pool, 62, 4);
    udma_pool_add(&pool, 10, 1);
    assert_int_equal(udma_pool_count(&pool), 5);
    for (unsigned i = 0; i < 5; i++) {
        static const uint16_t expected[] = {10, 62, 63, 64, 65};

        assert_int_equal(udma_pool_count_free(&pool), 5 - i);
        assert_int_equal(udma_pool_take(&pool, &number), 0);
        assert_int_equal(number, expected[i]);
    }
    assert_int_equal(udma_pool_take(&pool, &number), -ENOSPC);
    udma_pool_give_back(&pool, 63, false);
    assert_int_equal(udma_pool_take(&pool, &number), 0);
    assert_int_equal(number, 63);
}

static void a_pool_takes_nothing_that_is_not_its_own(void **state)
{
    struct udma_pool pool = {0};
    uint16_t number;

    (void)state;
    udma_pool_add(&pool, POOL_LIMIT - 1u, 5); /* all but the first are beyond the limit */
    udma_pool_add(&pool, 3, 0);
    assert_int_equal(udma_pool_count(&pool), 1);
    assert_true(udma_pool_owns(&pool, POOL_LIMIT - 1u));
    assert_false(udma_pool_owns(&pool, POOL_LIMIT));
    assert_false(udma_pool_owns(&pool, 3));
    udma_pool_give_back(&pool, 3, false);
    assert_int_equal(udma_pool_count_free(&pool), 1);
    assert_int_equal(udma_pool_take(&pool, &number), 0);
    assert_int_equal(number, POOL_LIMIT - 1u);
}

/* Whether the pool owns just these numbers, at most 8, and all of them are free. */
static void assert_owns(const struct udma_pool *pool, const uint16_t *numbers, unsigned count)
{
    assert_int_equal(udma_pool_count(pool), count);
    assert_int_equal(udma_pool_count_free(pool), count);
    for (unsigned i = 0; i < count; i++)
        assert_true(udma_pool_owns(pool, numbers[i]));
}

static void pools_are_joined_and_cut(void **state)
{
    static const uint16_t all[] = {1, 62, 63, 64, 65, 66, 700}, common[] = {63, 64, 65},
                          rest[] = {63, 65};
    struct udma_pool pool = {0}, other = {0}, none = {0};

    (void)state;
    udma_pool_add(&pool, 62, 4);
    udma_pool_add(&pool, 1, 1);
    udma_pool_add(&other, 63, 4);
    udma_pool_add(&other, 700, 1);
    udma_pool_join(&none, &pool);
    udma_pool_join(&none, &other);
    assert_owns(&none, all, 7);
    udma_pool_keep(&pool, &other);
    assert_owns(&pool, common, 3);
    none = (struct udma_pool){0};
    udma_pool_add(&none, 64, 1);
    udma_pool_leave_out(&pool, &none);
    assert_owns(&pool, rest, 2);
    none = (struct udma_pool){0};
    udma_pool_add(&none, 0, POOL_LIMIT);
    assert_int_equal(udma_pool_count(&none), POOL_LIMIT);
    udma_pool_leave_out(&none, &pool);
    assert_int_equal(udma_pool_count(&none), POOL_LIMIT - 2);
    assert_false(udma_pool_owns(&none, 63) || udma_pool_owns(&none, 65));
}

static void what_was_put_last_comes_last_and_in_turn(void **state)
{
    struct udma_pool pool = {0};
    uint16_t number = 0;

    (void)state;
    udma_pool_add(&pool, 62, 4);
    for (unsigned i = 0; i < 4; i++)
        must(udma_pool_take_first(&pool, &number));
    udma_pool_give_back(&pool, 62, true);
    udma_pool_give_back(&pool, 64, true);
    udma_pool_give_back(&pool, 65, false);
    assert_int_equal(udma_pool_count_free(&pool), 3);
    must(udma_pool_take_first(&pool, &number));
    assert_int_equal(number, 65);
    assert_int_equal(udma_pool_take_first(&pool, &number), -ENOSPC);
    for (unsigned i = 0; i < 4; i++) {
        must(udma_pool_take(&pool, &number));
        assert_int_equal(number, i % 2 == 0 ? 62 : 64);
        udma_pool_give_back(&pool, number, true);
    }
    /* Whoever was not to blame is not last any more. */
    must(udma_pool_take(&pool, &number));
    udma_pool_give_back(&pool, number, false);
    must(udma_pool_take_first(&pool, &number));
    assert_int_equal(number, 62);
}

/* ---- splitting ---- */

static void every_length_is_split_into_counts_that_add_up(void **state)
{
    (void)state;
    for (size_t length = 1; length <= UDMA_COPY_MAX; length++) {
        struct udma_split split = udma_split_length(length);

        if ((size_t)split.row * split.rows + split.tail != length || split.row == 0 ||
            split.rows == 0)
            fail_msg("length %zu: %u rows of %u, tail %u", length, split.rows, split.row,
                     split.tail);
    }
}

static void lengths_are_split_where_a_count_has_no_more_bits(void **state)
{
    static const struct {
        size_t length;
        unsigned rows, row, tail;
    } expected[] = {
        {1, 1, 1, 0},
        {0xffff, 1, 0xffff, 0},
        {0x10000, 2, 0x8000, 0},
        {0x10001, 2, 0x8000, 1},
        {0x17fff, 2, 0x8000, 0x7fff},
        {0x18000, 3, 0x8000, 0},
        {0x3fffff, 127, 0x8000, 0x7fff},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        struct udma_split split = udma_split_length(expected[i].length);

        assert_int_equal(split.rows, expected[i].rows);
        assert_int_equal(split.row, expected[i].row);
        assert_int_equal(split.tail, expected[i].tail);
    }
}

/* ---- descriptors: the layout of CPPI 5.0 and of a type 15 record, byte by byte ---- */

static void put(uint8_t *bytes, size_t offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

/* Word 0: type 3 in 31:30, reload count 28:20, reload index 19:14, last entry 13:0.
 * Word 1: error 31:28, record size (2: 64 bytes) 26:24, packet id 23:14, flow id 13:0.
 * Word 2: return policy 18:16, return ring 15:0. Word 3: tags. */
static void put_header(uint8_t *bytes, unsigned records, unsigned packet, unsigned ring)
{
    put(bytes, 0, 4, 0xc0000000u + records - 1u);
    put(bytes, 4, 4, 0x02003fffu + packet * 0x4000u);
    put(bytes, 8, 4, ring);
    put(bytes, 12, 4, 0);
}

static void put_record(uint8_t *bytes, uint32_t flags, uint64_t destination, uint64_t source,
                       unsigned row, unsigned rows)
{
    put(bytes, 0, 4, flags);
    put(bytes, 4, 2, row);
    put(bytes, 6, 2, rows);
    put(bytes, 8, 8, source);
    put(bytes, 16, 4, row);
    put(bytes, 20, 2, 1);
    put(bytes, 22, 2, 1);
    put(bytes, 24, 4, 0);
    put(bytes, 28, 4, 0);
    put(bytes, 32, 4, 0);
    put(bytes, 36, 4, row);
    put(bytes, 40, 8, destination);
    put(bytes, 48, 4, 0);
    put(bytes, 52, 4, 0);
    put(bytes, 56, 2, row);
    put(bytes, 58, 2, rows);
    put(bytes, 60, 2, 1);
    put(bytes, 62, 2, 1);
}

/* Type 15, wait (bit 5), suppress event (bit 26); the last record also end of packet (bit 31). */
#define FLAGS_LAST  0x8400002fu
#define FLAGS_FIRST 0x0400002fu

static void a_short_copy_is_one_record(void **state)
{
    struct udma_descriptor descriptor;
    uint8_t expected[256];

    (void)state;
    memset(&descriptor, 0x5a, sizeof(descriptor));
    memset(expected, 0x5a, sizeof(expected));
    put_header(expected, 1, 63, 304);
    put_record(expected + 64, FLAGS_LAST, 0x123456789abcull, 0xfedcba987654ull, 0xffff, 1);
    put(expected, 128, 4, 0xffffffffu); /* the response: none yet */
    udma_descriptor_build(&descriptor, 63, 304, 0x123456789abcull, 0xfedcba987654ull, 0xffff);
    assert_memory_equal(&descriptor, expected, sizeof(expected));
}

static void a_long_copy_is_rows_and_a_tail(void **state)
{
    struct udma_descriptor descriptor;
    uint8_t expected[256];

    (void)state;
    memset(&descriptor, 0x5a, sizeof(descriptor));
    memset(expected, 0x5a, sizeof(expected));
    put_header(expected, 2, 8, 403);
    put_record(expected + 64, FLAGS_FIRST, 0x80000000u, 0xfffffff0u, 0x8000, 127);
    put_record(expected + 128, FLAGS_LAST, 0x803f8000u, 0x1003f7ff0u, 0x7fff, 1);
    put(expected, 192, 8, UINT64_MAX); /* two responses */
    udma_descriptor_build(&descriptor, 8, 403, 0x80000000u, 0xfffffff0u, UDMA_COPY_MAX);
    assert_memory_equal(&descriptor, expected, sizeof(expected));
}

static void responses_tell_how_a_copy_ended(void **state)
{
    struct udma_descriptor descriptor;
    uint8_t *bytes = (uint8_t *)&descriptor;

    (void)state;
    udma_descriptor_build(&descriptor, 0, 304, 0x1000, 0x2000, 0x10001);
    assert_int_equal(udma_descriptor_status(&descriptor), -EIO); /* no response yet */
    put(bytes, 192, 4, 0x80000000u);                             /* flags are no error */
    assert_int_equal(udma_descriptor_status(&descriptor), -EIO); /* only the first has come */
    put(bytes, 196, 4, 0);
    assert_int_equal(udma_descriptor_status(&descriptor), 0);
    put(bytes, 196, 4, 0x01); /* transfer error in the second record */
    assert_int_equal(udma_descriptor_status(&descriptor), -EIO);
    put(bytes, 192, 4, 0x06); /* flushed by a teardown */
    assert_int_equal(udma_descriptor_status(&descriptor), -ECANCELED);
    put(bytes, 192, 4, 0x34); /* unsupported, with details */
    assert_int_equal(udma_descriptor_status(&descriptor), -EIO);

    udma_descriptor_build(&descriptor, 0, 304, 0x1000, 0x2000, 1);
    put(bytes, 128, 4, 0x02);
    assert_int_equal(udma_descriptor_status(&descriptor), -EIO);
}

/* Its header, too, is what has come back from memory. */
static void more_records_than_there_is_room_for_are_an_error(void **state)
{
    static const uint32_t last_entries[] = {2, 3, 0x3fff};
    struct udma_descriptor descriptor;

    (void)state;
    for (size_t i = 0; i < sizeof(last_entries) / sizeof(last_entries[0]); i++) {
        memset(&descriptor, 0, sizeof(descriptor)); /* all responses are good */
        put((uint8_t *)&descriptor, 0, 4, 3u << 30 | last_entries[i]);
        assert_int_equal(udma_descriptor_status(&descriptor), -EIO);
    }
}

/* ---- the machine ---- */

static struct device sci_device = {.name = "ti-sci"};
static struct irq_parent *its_parent;

static void gic_up(void)
{
    must(gic_init(AM65X_GICD_BASE, AM65X_GICR_BASE, AM65X_GICR_SIZE));
    must(gic_core_init());
    must(irq_init());
    must(irq_core_init());
    must(its_init(AM65X_GITS_BASE));
    must(its_core_init());
    must(irq_its_init(&its_parent));
}

static enum irq_return answer_interrupt(void *context)
{
    (void)context;
    return ti_sci_receive() ? IRQ_HANDLED : IRQ_NONE;
}

static void system_firmware_up(void)
{
    static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;
    static const uint16_t intids[] = {AM65X_SCI_RX_INTID};
    const struct irq_request request = {.handler = answer_interrupt, .name = "answers", .core = 0};
    struct irq_parent *wired;
    struct irq *irq;

    must(irq_wired_init(&wired));
    must(ti_sci_init(&config));
    must(irq_bind_wired(&sci_device, wired, intids, 1));
    must(irq_request(&sci_device, &request, &irq));
    ti_sci_use_interrupt(true);
}

static void navss_up(void)
{
    static const struct intr_output_range outputs[] = {
        {.first_output = 0, .first_intid = AM65X_INTR_OUTPUTS_LOW_INTID, .count = 64},
        {.first_output = 64, .first_intid = AM65X_INTR_OUTPUTS_HIGH_INTID, .count = 64},
    };
    static const struct intr_facts intr = {
        .device_id = AM65X_DEV_INTR, .ranges = outputs, .range_count = 2, .reserve = 4};
    static const struct inta_facts inta = {
        .device_id = AM65X_DEV_INTA, .base = AM65X_INTA_BASE, .vint_count = AM65X_INTA_VINTS};
    struct irq_parent *router, *aggregator;

    must(irq_intr_init(&intr, &router));
    must(irq_inta_init(&inta, router, &aggregator));
    must(udma_host_join(aggregator));
}

/* Once for all tests: the interrupt layer comes up once. */
static int machine_up(void **state)
{
    (void)state;
    host_reset();
    gic_up();
    system_firmware_up();
    navss_up();
    return 0;
}

/* ---- rings ---- */

#define RING_INDEX 403u /* general purpose, far from those that channels take */
#define RING_COUNT 5u

static struct udma_ring open_ring(void)
{
    struct udma_ring ring;

    must(udma_ring_open(&ring, RING_INDEX, RING_COUNT));
    return ring;
}

static void a_ring_fills_and_empties(void **state)
{
    struct udma_ring ring = open_ring();

    (void)state;
    assert_int_equal(udma_ring_occupancy(&ring), 0);
    for (unsigned i = 0; i < RING_COUNT; i++)
        udma_ring_put(&ring, 0x1000u + i);
    assert_int_equal(udma_ring_occupancy(&ring), 0); /* not before the doorbell */
    udma_ring_submit(&ring, RING_COUNT);
    assert_int_equal(udma_ring_occupancy(&ring), RING_COUNT);
    ring.position = 0; /* now as the side that reads */
    for (unsigned i = 0; i < RING_COUNT; i++) {
        assert_int_equal(udma_ring_get(&ring), 0x1000u + i);
        udma_ring_release(&ring, 1);
        assert_int_equal(udma_ring_occupancy(&ring), RING_COUNT - 1u - i);
    }
    must(udma_ring_close(&ring));
}

static void a_ring_wraps(void **state)
{
    struct udma_ring writer = open_ring();
    struct udma_ring reader = writer;
    uint64_t written = 0, read = 0;

    (void)state;
    for (unsigned round = 0; round < 4u * RING_COUNT; round++) {
        unsigned count = 1u + round % RING_COUNT;

        for (unsigned i = 0; i < count; i++)
            udma_ring_put(&writer, ++written);
        udma_ring_submit(&writer, count);
        assert_int_equal(udma_ring_occupancy(&reader), count);
        for (unsigned i = 0; i < count; i++)
            assert_int_equal(udma_ring_get(&reader), ++read);
        udma_ring_release(&reader, count);
        assert_int_equal(udma_ring_occupancy(&reader), 0);
        assert_true(writer.position < RING_COUNT);
        assert_int_equal(writer.position, reader.position);
    }
    must(udma_ring_close(&writer));
}

static void a_refused_ring_leaves_nothing(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    struct udma_ring ring;

    (void)state;
    /* Ring 0 is another host's. */
    assert_int_equal(udma_ring_open(&ring, 0, RING_COUNT), -EACCES);
    assert_null(ring.elements);
    assert_int_equal(udma_ring_open(&ring, RING_INDEX, 0), -EINVAL);
    check_inventory(&before);
}

/* ---- numbers for other drivers ---- */

static void ignore_copy(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
}

static void reserved_rings_are_nobody_elses(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    const struct udma_channel_config config = {.depth = 1, .callback = ignore_copy};
    struct udma_channel *channel;
    uint16_t rings[128];
    unsigned count = 0;
    int error;

    (void)state;
    while ((error = udma_ring_reserve(&rings[count])) == 0) {
        for (unsigned i = 0; i < count; i++)
            assert_int_not_equal(rings[i], rings[count]);
        count++;
    }
    assert_int_equal(error, -ENOSPC);
    assert_int_equal(count, before.udma.rings_free);
    /* No channel gets one of them, and one that is given back serves a channel. */
    assert_int_equal(udma_channel_open(&config, &channel), -ENOSPC);
    must(udma_ring_unreserve(rings[--count]));
    must(udma_channel_open(&config, &channel));
    assert_int_equal(udma_ring_reserve(&rings[count]), -ENOSPC); /* nor the other way round */
    must(udma_channel_close(channel));
    while (count > 0)
        must(udma_ring_unreserve(rings[--count]));
    check_inventory(&before);
    assert_int_equal(udma_ring_unreserve(rings[0]), -EINVAL); /* twice */
    assert_int_equal(udma_ring_unreserve(0), -EINVAL);        /* another host's */
    assert_int_equal(udma_ring_unreserve(UINT16_MAX), -EINVAL);
    check_inventory(&before);
}

static void reserved_channels_are_nobody_elses(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    const struct udma_channel_config config = {.depth = 1, .callback = ignore_copy};
    struct udma_channel *channel;
    uint16_t numbers[128];
    unsigned count = 0;

    (void)state;
    while (udma_channel_reserve(&numbers[count]) == 0)
        count++;
    assert_int_equal(count, before.udma.channels_free);
    assert_int_equal(udma_channel_open(&config, &channel), -ENOSPC);
    must(udma_channel_unreserve(numbers[--count]));
    must(udma_channel_open(&config, &channel));
    assert_int_equal(udma_channel_unreserve(numbers[count]), -EINVAL); /* in use, not reserved */
    must(udma_channel_close(channel));
    while (count > 0)
        must(udma_channel_unreserve(numbers[--count]));
    check_inventory(&before);
}

/* ---- channels ---- */

#define WAIT_US 1000000u

struct probe {
    struct udma_channel *channel;
    unsigned core, calls, wrong_core, chain;
    uintptr_t cookies[128];
    int statuses[128];
    uint8_t *source, *destination;
};

static void on_copy(void *context, void *cookie, int status)
{
    struct probe *probe = context;

    assert_true(in_interrupt());
    assert_true(probe->calls < 128);
    probe->cookies[probe->calls] = (uintptr_t)cookie;
    probe->statuses[probe->calls] = status;
    probe->wrong_core += core_id() != probe->core;
    probe->calls++;
    if (probe->chain != 0) {
        probe->chain--;
        must(udma_copy(probe->channel, (uintptr_t)probe->destination, (uintptr_t)probe->source, 64,
                       (void *)((uintptr_t)cookie + 1u)));
    }
}

static int open_probe(struct probe *probe, unsigned core, uint32_t depth)
{
    const struct udma_channel_config config = {
        .name = "test", .core = core, .depth = depth, .callback = on_copy, .context = probe};

    memset(probe, 0, sizeof(*probe));
    probe->core = core;
    return udma_channel_open(&config, &probe->channel);
}

struct expectation {
    const struct probe *probe;
    unsigned calls;
};

static bool has_come(void *argument)
{
    const struct expectation *expectation = argument;

    return expectation->probe->calls >= expectation->calls;
}

static void wait_for_calls(const struct probe *probe, unsigned count)
{
    struct expectation expectation = {.probe = probe, .calls = count};

    must(wait_for(has_come, &expectation, WAIT_US));
}

static int copy(struct probe *probe, void *destination, const void *source, size_t length,
                uintptr_t cookie)
{
    return udma_copy(probe->channel, (uintptr_t)destination, (uintptr_t)source, length,
                     (void *)cookie);
}

static void fill(uint8_t *bytes, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 31u + (i >> 8) + seed);
}

/* The sanitizer sees a byte read or written beside; this sees one left out. */
static void copies_of_any_length_arrive(void **state)
{
    static const size_t lengths[] = {1,       2,       63,      64,      65,           4097,
                                     0xffffu, 0x10000, 0x10001, 0x18000, UDMA_COPY_MAX};
    const struct udma_host_inventory before = udma_host_inventory();
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 0, 1));
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        uint8_t *source = malloc(lengths[i]), *destination = calloc(1, lengths[i]);

        fill(source, lengths[i], (unsigned)i);
        must(copy(&probe, destination, source, lengths[i], 7));
        wait_for_calls(&probe, (unsigned)i + 1u);
        assert_int_equal(probe.statuses[i], 0);
        assert_int_equal(probe.cookies[i], 7);
        assert_memory_equal(destination, source, lengths[i]);
        free(source);
        free(destination);
    }
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
}

static void bad_arguments_are_refused(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    uint8_t memory[2] = {0};
    struct probe probe;

    (void)state;
    assert_int_equal(open_probe(&probe, 0, 0), -EINVAL);
    assert_int_equal(open_probe(&probe, 0, 65), -EINVAL);
    assert_int_equal(open_probe(&probe, core_count(), 1), -EINVAL);
    assert_int_equal(udma_channel_open(NULL, &probe.channel), -EINVAL);
    assert_int_equal(udma_channel_close(NULL), -EINVAL);
    must(open_probe(&probe, 0, 1));
    assert_int_equal(copy(&probe, memory + 1, memory, 0, 1), -EINVAL);
    assert_int_equal(copy(&probe, memory + 1, memory, (size_t)UDMA_COPY_MAX + 1u, 1), -EINVAL);
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
}

static void a_full_queue_says_again_and_completes_in_order(void **state)
{
    uint8_t memory[128] = {0};
    struct udma_counters counters;
    struct probe probe;
    unsigned long flags;

    (void)state;
    must(open_probe(&probe, 2, 64));
    flags = irq_save();
    for (uintptr_t i = 0; i < 64; i++)
        must(copy(&probe, memory + 64, memory, 64, i));
    assert_int_equal(copy(&probe, memory + 64, memory, 64, 64), -EAGAIN);
    irq_restore(flags);
    wait_for_calls(&probe, 64);
    for (uintptr_t i = 0; i < 64; i++)
        assert_int_equal(probe.cookies[i], i);
    assert_int_equal(probe.wrong_core, 0);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.completions, 64);
    assert_int_equal(counters.bytes, 64 * 64);
    assert_int_equal(counters.errors, 0);
    assert_true(counters.interrupts - counters.empty <= 64);
    must(udma_channel_close(probe.channel));
    assert_int_equal(probe.calls, 64);
}

/* So many each time, of a ring of sixteen: the first of them lies at each place once. */
#define BATCH  5u
#define ROUNDS 16u

static void what_lies_across_the_rings_end_is_taken(void **state)
{
    uint8_t memory[128] = {0};
    struct udma_counters counters;
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 0, BATCH));
    assert_int_equal(probe.channel->completion.count, ROUNDS);
    for (uintptr_t i = 0; i < ROUNDS * BATCH;) {
        irq_mask(probe.channel->irq);
        for (uintptr_t end = i + BATCH; i < end; i++)
            must(copy(&probe, memory + 64, memory, 64, i));
        host_advance_us(1000); /* all are done */
        irq_unmask(probe.channel->irq);
        wait_for_calls(&probe, (unsigned)i);
    }
    for (uintptr_t i = 0; i < ROUNDS * BATCH; i++)
        assert_int_equal(probe.cookies[i], i);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.completions, ROUNDS * BATCH);
    assert_int_equal(counters.interrupts - counters.empty, ROUNDS);
    assert_int_equal(counters.bogus, 0);
    must(udma_channel_close(probe.channel));
}

static void count_copy(void *context, void *cookie, int status)
{
    unsigned *next = context;

    assert_int_equal(status, 0);
    assert_int_equal((uintptr_t)cookie, (*next)++);
}

static void a_poll_takes_what_lies_across_the_rings_end(void **state)
{
    uint8_t memory[128] = {0};
    unsigned next = 0;
    const struct udma_channel_config config = {
        .name = "test", .polled = true, .depth = BATCH, .callback = count_copy, .context = &next};
    struct probe probe;

    (void)state;
    must(udma_channel_open(&config, &probe.channel));
    for (uintptr_t i = 0; i < ROUNDS * BATCH;) {
        for (uintptr_t end = i + BATCH; i < end; i++)
            must(copy(&probe, memory + 64, memory, 64, i));
        host_advance_us(1000); /* all are done */
        assert_int_equal(udma_poll(probe.channel), BATCH);
        assert_int_equal(next, i);
    }
    must(udma_channel_close(probe.channel));
}

static void a_callback_queues_the_next_transfer(void **state)
{
    uint8_t memory[128] = {0};
    struct udma_counters counters;
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 1, 1));
    probe.chain = 99;
    probe.source = memory;
    probe.destination = memory + 64;
    must(copy(&probe, memory + 64, memory, 64, 0));
    wait_for_calls(&probe, 100);
    for (uintptr_t i = 0; i < 100; i++)
        assert_int_equal(probe.cookies[i], i);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.interrupts - counters.empty, 100);
    must(udma_channel_close(probe.channel));
}

static void every_channel_opens_once(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    const unsigned count = udma_capacity();
    struct probe *probes = calloc(count + 1u, sizeof(*probes));
    uint8_t memory[128] = {0};

    (void)state;
    /* Of TI's configuration: normal channels 8-19 and 26-63, high-capacity ones 2 and 3. */
    assert_int_equal(count, 52);
    for (unsigned i = 0; i < count; i++)
        must(open_probe(&probes[i], i % core_count(), 2));
    assert_int_equal(probes[0].channel->numbers.channel, 8);
    assert_int_equal(open_probe(&probes[count], 0, 1), -ENOSPC);
    assert_int_equal(udma_open_count(), count);
    for (unsigned i = 0; i < count; i++)
        must(copy(&probes[i], memory + 64, memory, 64, i));
    for (unsigned i = 0; i < count; i++) {
        wait_for_calls(&probes[i], 1);
        assert_int_equal(udma_channel_core(probes[i].channel), probes[i].core);
        must(udma_channel_close(probes[i].channel));
        assert_int_equal(probes[i].calls, 1);
        assert_int_equal(probes[i].cookies[0], i);
    }
    check_inventory(&before);
    free(probes);
}

static void closing_drops_what_is_queued(void **state)
{
    enum {
        SIZE = 64 * 1024
    };
    const struct udma_host_inventory before = udma_host_inventory();
    uint8_t *memory = malloc(2 * SIZE);
    struct probe probe;
    unsigned at_close;

    (void)state;
    memset(memory, 0, 2 * SIZE);
    must(open_probe(&probe, 0, 64));
    for (uintptr_t i = 0; i < 64; i++)
        must(copy(&probe, memory + SIZE, memory, SIZE, i));
    must(udma_channel_close(probe.channel));
    at_close = probe.calls;
    assert_true(at_close < 64);
    free(memory);
    host_advance_us(100000);
    assert_int_equal(probe.calls, at_close);
    check_inventory(&before);
}

/* The models have no such erratum: this shows that the way round it does no harm. */
static void closing_works_with_the_ring_state_erratum_too(void **state)
{
    struct udma_facts facts = udma_host_facts;
    struct udma_host_inventory before;

    facts.ring_state_erratum = true;
    must(udma_init(&facts));
    before = udma_host_inventory();
    closing_drops_what_is_queued(state);
    copies_of_any_length_arrive(state);
    check_inventory(&before);
    must(udma_init(&udma_host_facts));
}

#define LEFT_CHANNEL 9u

static uint32_t control_of(uintptr_t region)
{
    return mmio_read32(region + LEFT_CHANNEL * 0x1000u) >> 31;
}

/* As a loader leaves it: on, paired, with elements in its ring. */
static void leave_channel_on(uint64_t *elements)
{
    const struct ti_sci_ring_config ring = {.navss_device = AM65X_DEV_RINGACC,
                                            .index = LEFT_CHANNEL,
                                            .base = (uintptr_t)elements,
                                            .count = 16,
                                            .mode = TI_SCI_RING_MODE_RING,
                                            .element_size = 1};

    must(ti_sci_ring_configure(&ring));
    must(ti_sci_psil_pair(AM65X_DEV_NAVSS, AM65X_PSIL_BASE + LEFT_CHANNEL,
                          AM65X_PSIL_BASE + LEFT_CHANNEL));
    mmio_write32(AM65X_RING_RT_BASE + LEFT_CHANNEL * 0x1000u + 0x10, 3);
    mmio_write32(AM65X_RCHAN_RT_BASE + LEFT_CHANNEL * 0x1000u, 1u << 31);
    mmio_write32(AM65X_TCHAN_RT_BASE + LEFT_CHANNEL * 0x1000u, 1u << 31);
    assert_int_equal(control_of(AM65X_TCHAN_RT_BASE), 1);
}

/* What was written last to LEFT_CHANNEL's control registers; KEPT: nothing. */
#define KEPT UINT64_MAX
static struct {
    uint64_t transmit, receive;
} written;

static void see_control(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    if (address == AM65X_TCHAN_RT_BASE + LEFT_CHANNEL * 0x1000u)
        written.transmit = value;
    else if (address == AM65X_RCHAN_RT_BASE + LEFT_CHANNEL * 0x1000u)
        written.receive = value;
}

static void what_was_left_running_is_stopped_before_a_channel_is_opened(void **state)
{
    static const struct {
        bool erratum, receives_only, never_ends;
        uint64_t transmit,
            receive; /* told so; bits that a register keeps to itself are no excuse */
    } cases[] = {
        {false, false, false, UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN, KEPT},
        {true, false, false, UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN, KEPT},
        {false, true, false, KEPT, UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN},
        {false, false, true, 0, 0}, /* it is cut off */
    };
    struct udma_facts facts = udma_host_facts;
    struct udma_host_inventory before = udma_host_inventory();
    static uint64_t elements[16];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        facts.ring_state_erratum = cases[i].erratum;
        leave_channel_on(elements);
        if (cases[i].receives_only)
            mmio_write32(AM65X_TCHAN_RT_BASE + LEFT_CHANNEL * 0x1000u, 0);
        if (cases[i].never_ends)
            assert_true(am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 1));
        written.transmit = written.receive = KEPT;
        host_set_write_observer(see_control);
        must(udma_init(&facts));
        host_set_write_observer(NULL);
        assert_int_equal(written.transmit, cases[i].transmit);
        assert_int_equal(written.receive, cases[i].receive);
        assert_int_equal(control_of(AM65X_TCHAN_RT_BASE), 0);
        assert_int_equal(control_of(AM65X_RCHAN_RT_BASE), 0);
        assert_int_equal(mmio_read32(AM65X_RING_RT_BASE + LEFT_CHANNEL * 0x1000u + 0x18) & 0x1fffff,
                         0);
        before.lost = am65x_counter(AM65X_COUNT_PUSHES_LOST); /* it has no ring for its message */
        check_inventory(&before);
    }
    must(udma_init(&udma_host_facts));
}

static void a_failed_transfer_says_so(void **state)
{
    uint8_t memory[128] = {0};
    struct udma_counters counters;
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 0, 1));
    assert_true(am65x_inject(AM65X_FAULT_DMA_ERROR, 0, 1));
    must(copy(&probe, memory + 64, memory, 64, 1));
    wait_for_calls(&probe, 1);
    must(copy(&probe, memory + 64, memory, 64, 2));
    wait_for_calls(&probe, 2);
    assert_int_equal(probe.statuses[0], -EIO);
    assert_int_equal(probe.statuses[1], 0);
    udma_channel_get_counters(probe.channel, &counters);
    assert_int_equal(counters.errors, 1);
    must(udma_channel_close(probe.channel));
}

static void a_stalled_channel_is_cut_off(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    uint8_t *memory = calloc(1, 128);
    uintptr_t transmit, receive;
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 0, 1));
    transmit = (uintptr_t)&probe.channel->halves.transmit->ctl;
    receive = (uintptr_t)&probe.channel->halves.receive->ctl;
    assert_int_not_equal(mmio_read32(transmit), 0);
    assert_int_not_equal(mmio_read32(receive), 0);
    assert_true(am65x_inject(AM65X_FAULT_DMA_STALL, 5000000, 1));
    must(copy(&probe, memory + 64, memory, 64, 1));
    host_advance_us(100); /* under way by now */
    assert_int_equal(udma_channel_close(probe.channel), -ETIMEDOUT);
    assert_int_equal(mmio_read32(transmit), 0);
    assert_int_equal(mmio_read32(receive), 0);
    free(memory); /* the sanitizer sees a late write */
    host_advance_us(10000000);
    assert_int_equal(probe.calls, 0);
    check_inventory(&before);
}

static void a_refused_open_leaves_nothing(void **state)
{
    static const uint16_t steps[] = {0x1110, 0x1205, 0x1215, 0x1000};
    const struct udma_host_inventory before = udma_host_inventory();
    struct probe probe;

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        assert_true(am65x_inject(AM65X_FAULT_SCI_NAK, steps[i], 1));
        assert_int_equal(open_probe(&probe, 0, 1), -EACCES);
        check_inventory(&before);
    }
    /* A pairing is tried again, after an unpairing. */
    assert_true(am65x_inject(AM65X_FAULT_SCI_NAK, 0x1280, 1));
    must(open_probe(&probe, 0, 1));
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
}

/* See test_udma_faults.c for all that can be held, and how it comes back. */
static void what_the_hardware_keeps_comes_back(void **state)
{
    const struct udma_host_inventory before = udma_host_inventory();
    struct udma_host_inventory after;
    struct probe probe;

    (void)state;
    must(open_probe(&probe, 0, 1));
    assert_true(am65x_inject(AM65X_FAULT_SCI_NAK, 0x1281, 1)); /* unpair */
    assert_int_equal(udma_channel_close(probe.channel), -EIO);
    after = udma_host_inventory();
    assert_int_equal(after.open, before.open);
    assert_int_equal(after.udma.channels_free, before.udma.channels_free - 1u);
    assert_int_equal(after.udma.rings_free, before.udma.rings_free - 1u);
    assert_int_equal(after.udma.held, 1);
    must(open_probe(&probe, 0, 1));
    must(udma_channel_close(probe.channel));
    check_inventory(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_hands_out_the_lowest_free_number),
        cmocka_unit_test(a_pool_takes_nothing_that_is_not_its_own),
        cmocka_unit_test(pools_are_joined_and_cut),
        cmocka_unit_test(what_was_put_last_comes_last_and_in_turn),
        cmocka_unit_test(every_length_is_split_into_counts_that_add_up),
        cmocka_unit_test(lengths_are_split_where_a_count_has_no_more_bits),
        cmocka_unit_test(a_short_copy_is_one_record),
        cmocka_unit_test(a_long_copy_is_rows_and_a_tail),
        cmocka_unit_test(responses_tell_how_a_copy_ended),
        cmocka_unit_test(more_records_than_there_is_room_for_are_an_error),
        cmocka_unit_test(a_ring_fills_and_empties),
        cmocka_unit_test(a_ring_wraps),
        cmocka_unit_test(a_refused_ring_leaves_nothing),
        cmocka_unit_test(reserved_rings_are_nobody_elses),
        cmocka_unit_test(reserved_channels_are_nobody_elses),
        cmocka_unit_test(copies_of_any_length_arrive),
        cmocka_unit_test(bad_arguments_are_refused),
        cmocka_unit_test(a_full_queue_says_again_and_completes_in_order),
        cmocka_unit_test(what_lies_across_the_rings_end_is_taken),
        cmocka_unit_test(a_poll_takes_what_lies_across_the_rings_end),
        cmocka_unit_test(a_callback_queues_the_next_transfer),
        cmocka_unit_test(every_channel_opens_once),
        cmocka_unit_test(closing_drops_what_is_queued),
        cmocka_unit_test(closing_works_with_the_ring_state_erratum_too),
        cmocka_unit_test(what_was_left_running_is_stopped_before_a_channel_is_opened),
        cmocka_unit_test(a_failed_transfer_says_so),
        cmocka_unit_test(a_stalled_channel_is_cut_off),
        cmocka_unit_test(a_refused_open_leaves_nothing),
        cmocka_unit_test(what_the_hardware_keeps_comes_back),
    };

    return cmocka_run_group_tests(tests, machine_up, NULL);
}
