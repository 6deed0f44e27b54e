// SPDX-License-Identifier: BSD-3-Clause
/*
 * UDMA: copies, completions, interrupts, channels coming and going, and what happens when the
 * system firmware or a transfer fails.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/all_cores.h"
#include "tests/target/heap_filling.h"
#include "tests/target/soc.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_US          10000000u
#define ROUNDS_TO_SETTLE 8u

/* TI-SCI message types that opening and closing a channel send. */
#define SCI_IRQ_SET      0x1000u
#define SCI_RING_CFG     0x1110u
#define SCI_UDMAP_TX_CFG 0x1205u
#define SCI_UDMAP_RX_CFG 0x1215u
#define SCI_PSIL_PAIR    0x1280u
#define SCI_PSIL_UNPAIR  0x1281u

/* What a channel's callback saw. The counts are written by one core and read by another. */
struct probe {
    struct udma_channel *channel;
    unsigned core;         /* where callbacks must run */
    unsigned calls;        /* atomic */
    unsigned failures;     /* of these, with a status other than 0 */
    unsigned wrong_core;   /* of these, on another core */
    unsigned out_of_order; /* of these, with a cookie other than 1 more than the last */
    unsigned in_thread;    /* of these, outside interrupt context */
    uintptr_t cookie;      /* the last */
    int status;            /* the last */
};

static void note_call(struct probe *probe, const void *cookie, int status)
{
    uintptr_t number = (uintptr_t)cookie;

    probe->failures += status != 0;
    probe->wrong_core += core_id() != probe->core;
    probe->out_of_order += number != probe->cookie + 1u;
    probe->in_thread += !in_interrupt();
    probe->cookie = number;
    probe->status = status;
    __atomic_fetch_add(&probe->calls, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static void on_copy(void *context, void *cookie, int status)
{
    note_call(context, cookie, status);
}

static unsigned calls(const struct probe *probe)
{
    return __atomic_load_n(&probe->calls, __ATOMIC_ACQUIRE);
}

struct expectation {
    const struct probe *probe;
    unsigned calls;
};

static bool has_come(void *argument)
{
    const struct expectation *expectation = argument;

    return calls(expectation->probe) >= expectation->calls;
}

static int wait_for_calls(const struct probe *probe, unsigned count)
{
    struct expectation expectation = {.probe = probe, .calls = count};

    return wait_for(has_come, &expectation, WAIT_US);
}

static int open_with(struct probe *probe, unsigned core, uint32_t depth, udma_callback_t callback)
{
    const struct udma_channel_config config = {
        .name = "selftest", .core = core, .depth = depth, .callback = callback, .context = probe};

    memset(probe, 0, sizeof(*probe));
    probe->core = core;
    return udma_channel_open(&config, &probe->channel);
}

static int open_probe(struct probe *probe, unsigned core, uint32_t depth)
{
    return open_with(probe, core, depth, on_copy);
}

/* Cookies count from 1. */
static int copy(struct probe *probe, void *destination, const void *source, size_t length,
                unsigned number)
{
    return udma_copy(probe->channel, (uintptr_t)destination, (uintptr_t)source, length,
                     (void *)(uintptr_t)number);
}

static void fill(uint8_t *bytes, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 31u + (i >> 8) + seed);
}

static bool holds_only(const uint8_t *bytes, size_t size, uint8_t value)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != value)
            return false;
    }
    return true;
}

/* Everything that a channel takes, here and, with a twin, in the hardware. */
struct inventory {
    struct irq_inventory irq;
    struct udma_inventory udma;
    unsigned open;
    uint64_t mappings, routes, pairs, rings;
};

static struct inventory take_inventory(void)
{
    struct inventory inventory = {0};

    irq_get_inventory(&inventory.irq);
    udma_get_inventory(&inventory.udma);
    inventory.open = udma_open_count();
    twin_counter(AM65X_COUNT_EVENT_MAPPINGS, &inventory.mappings);
    twin_counter(AM65X_COUNT_ROUTES, &inventory.routes);
    twin_counter(AM65X_COUNT_PSIL_PAIRS, &inventory.pairs);
    twin_counter(AM65X_COUNT_RINGS, &inventory.rings);
    return inventory;
}

static void check_inventory(const struct inventory *before)
{
    const struct inventory after = take_inventory();

    CHECK_EQUAL(after.open, before->open);
    CHECK_EQUAL(after.udma.channels_free, before->udma.channels_free);
    CHECK_EQUAL(after.udma.rings_free, before->udma.rings_free);
    CHECK_EQUAL(after.udma.held, before->udma.held);
    CHECK_EQUAL(after.irq.irqs, before->irq.irqs);
    CHECK_EQUAL(after.irq.events, before->irq.events);
    CHECK_EQUAL(after.irq.vints, before->irq.vints);
    CHECK_EQUAL(after.irq.routes, before->irq.routes);
    CHECK_EQUAL(after.irq.events_free, before->irq.events_free);
    CHECK_EQUAL(after.irq.vints_free, before->irq.vints_free);
    CHECK_EQUAL(after.irq.routes_free, before->irq.routes_free);
    CHECK_EQUAL(after.mappings, before->mappings);
    CHECK_EQUAL(after.routes, before->routes);
    CHECK_EQUAL(after.pairs, before->pairs);
    CHECK_EQUAL(after.rings, before->rings);
}

static void check_clean(const struct probe *probe, unsigned expected)
{
    CHECK_EQUAL(calls(probe), expected);
    CHECK_EQUAL(probe->failures, 0);
    CHECK_EQUAL(probe->wrong_core, 0);
    CHECK_EQUAL(probe->out_of_order, 0);
    CHECK_EQUAL(probe->in_thread, 0);
}

SELFTEST(udma, copies_one_byte, 60)
{
    uint8_t *memory = dma_alloc(2);
    struct probe probe;

    CHECK(memory != NULL);
    memory[0] = 0xa5;
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    CHECK_EQUAL(copy(&probe, &memory[1], &memory[0], 1, 1), 0);
    CHECK_EQUAL(wait_for_calls(&probe, 1), 0);
    CHECK_EQUAL(memory[1], 0xa5);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    check_clean(&probe, 1);
    dma_free(memory);
}

#define GUARD 64u

/* One copy with guard bytes before and after the destination. */
static void check_copy(struct probe *probe, uint8_t *destination, uint8_t *source, size_t length,
                       unsigned number)
{
    fill(source, length, number);
    memset(destination - GUARD, 0xee, length + 2 * GUARD);
    CHECK_EQUAL(copy(probe, destination, source, length, number), 0);
    CHECK_EQUAL(wait_for_calls(probe, number), 0);
    CHECK_EQUAL(probe->status, 0);
    CHECK(memcmp(destination, source, length) == 0);
    CHECK(holds_only(destination - GUARD, GUARD, 0xee));
    CHECK(holds_only(destination + length, GUARD, 0xee));
}

SELFTEST(udma, copies_any_length_and_alignment_and_nothing_beside, 60)
{
    static const size_t lengths[] = {1,    2,     3,     7,     63,    64,    65,    127,   4095,
                                     4097, 32767, 32768, 32769, 65535, 65536, 65537, 98304, 100001};
    static const unsigned offsets[][2] = {{0, 0}, {1, 0}, {0, 3}, {7, 5}, {63, 1}};
    const size_t room = 100001 + 4 * GUARD;
    uint8_t *source = dma_alloc(room), *destination = dma_alloc(room);
    unsigned number = 0;
    struct probe probe;

    CHECK(source != NULL && destination != NULL);
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (size_t j = 0; j < sizeof(offsets) / sizeof(offsets[0]); j++) {
            check_copy(&probe, destination + GUARD + offsets[j][0], source + offsets[j][1],
                       lengths[i], ++number);
            if (selftest_failed())
                return;
        }
    }
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    check_clean(&probe, number);
    dma_free(source);
    dma_free(destination);
}

SELFTEST(udma, copies_the_longest_transfer, 60)
{
    if (UDMA_COPY_MAX > test_soc.dma_max)
        SKIP("there is no such memory for DMA");

    uint8_t *source = dma_alloc(UDMA_COPY_MAX), *destination = dma_alloc(UDMA_COPY_MAX + 2 * GUARD);
    struct udma_counters counters;
    struct probe probe;

    CHECK(source != NULL && destination != NULL);
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    check_copy(&probe, destination + GUARD, source, UDMA_COPY_MAX, 1);
    if (selftest_failed())
        return;
    udma_channel_get_counters(probe.channel, &counters);
    CHECK_EQUAL(counters.bytes, UDMA_COPY_MAX);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    check_clean(&probe, 1);
    dma_free(source);
    dma_free(destination);
}

SELFTEST(udma, refuses_lengths_of_zero_and_beyond_the_longest, 60)
{
    uint8_t *memory = dma_alloc(64);
    struct probe probe;

    CHECK(memory != NULL);
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    CHECK_EQUAL(copy(&probe, memory + 32, memory, 0, 1), -EINVAL);
    CHECK_EQUAL(copy(&probe, memory + 32, memory, (size_t)UDMA_COPY_MAX + 1u, 1), -EINVAL);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    check_clean(&probe, 0);
    dma_free(memory);
}

SELFTEST(udma, refuses_a_bad_configuration, 60)
{
    const struct inventory before = take_inventory();
    struct probe probe;

    CHECK_EQUAL(open_with(&probe, 0, 1, NULL), -EINVAL);
    CHECK_EQUAL(open_probe(&probe, 0, 0), -EINVAL);
    CHECK_EQUAL(open_probe(&probe, 0, 65), -EINVAL);
    CHECK_EQUAL(open_probe(&probe, core_count(), 1), -EINVAL);
    check_inventory(&before);
}

SELFTEST(udma, says_again_when_depth_transfers_are_queued, 60)
{
    enum {
        DEPTH = 3
    };
    uint8_t *memory = dma_alloc(128);
    unsigned core = core_id();
    int first = 0, extra;
    unsigned long state;
    struct probe probe;

    CHECK(memory != NULL);
    CHECK_EQUAL(open_probe(&probe, core, DEPTH), 0);
    /* With this core's IRQs masked no handler can take a transfer back. */
    state = irq_save();
    for (unsigned i = 1; i <= DEPTH && first == 0; i++)
        first = copy(&probe, memory + 64, memory, 64, i);
    extra = copy(&probe, memory + 64, memory, 64, DEPTH + 1);
    irq_restore(state);
    CHECK_EQUAL(first, 0);
    CHECK_EQUAL(extra, -EAGAIN);
    CHECK_EQUAL(wait_for_calls(&probe, DEPTH), 0);
    CHECK_EQUAL(copy(&probe, memory + 64, memory, 64, DEPTH + 1), 0);
    CHECK_EQUAL(wait_for_calls(&probe, DEPTH + 1), 0);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    check_clean(&probe, DEPTH + 1);
    dma_free(memory);
}

SELFTEST(udma, one_transfer_at_a_time_is_one_interrupt_each, 60)
{
    enum {
        TRANSFERS = 200
    };
    uint8_t *memory = dma_alloc(256);
    struct udma_counters counters;
    struct probe probe;

    CHECK(memory != NULL);
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    for (unsigned i = 1; i <= TRANSFERS; i++) {
        CHECK_EQUAL(copy(&probe, memory + 128, memory, 128, i), 0);
        CHECK_EQUAL(wait_for_calls(&probe, i), 0);
    }
    udma_channel_get_counters(probe.channel, &counters);
    CHECK_EQUAL(counters.completions, TRANSFERS);
    CHECK_EQUAL(counters.interrupts - counters.empty, TRANSFERS);
    CHECK_EQUAL(counters.bytes, TRANSFERS * 128);
    CHECK_EQUAL(counters.errors, 0);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    check_clean(&probe, TRANSFERS);
    dma_free(memory);
}

SELFTEST(udma, queued_transfers_complete_in_order_and_once, 60)
{
    enum {
        TRANSFERS = 1000,
        DEPTH = 64
    };
    uint8_t *memory = dma_alloc(512);
    struct udma_counters counters;
    struct probe probe;
    unsigned queued = 0;

    CHECK(memory != NULL);
    CHECK_EQUAL(open_probe(&probe, core_count() - 1, DEPTH), 0);
    while (queued < TRANSFERS) {
        int error = copy(&probe, memory + 256, memory, 1 + queued % 256, queued + 1);

        if (error == 0)
            queued++;
        else if (error == -EAGAIN)
            CHECK_EQUAL(wait_for_calls(&probe, queued - DEPTH + 1), 0);
        else
            CHECK_EQUAL(error, 0);
    }
    CHECK_EQUAL(wait_for_calls(&probe, TRANSFERS), 0);
    udma_channel_get_counters(probe.channel, &counters);
    CHECK_EQUAL(counters.completions, TRANSFERS);
    CHECK(counters.interrupts - counters.empty <= TRANSFERS);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    check_clean(&probe, TRANSFERS);
    dma_free(memory);
}

SELFTEST(udma, callbacks_run_on_the_core_asked_for, 60)
{
    enum {
        TRANSFERS = 20
    };
    uint8_t *memory = dma_alloc(128);

    CHECK(memory != NULL);
    for (unsigned core = 0; core < core_count(); core++) {
        struct probe probe;

        CHECK_EQUAL(open_probe(&probe, core, 4), 0);
        CHECK_EQUAL(udma_channel_core(probe.channel), core);
        for (unsigned i = 1; i <= TRANSFERS; i++) {
            CHECK_EQUAL(copy(&probe, memory + 64, memory, 64, i), 0);
            CHECK_EQUAL(wait_for_calls(&probe, i), 0);
        }
        CHECK_EQUAL(udma_channel_close(probe.channel), 0);
        check_clean(&probe, TRANSFERS);
    }
    dma_free(memory);
}

/* A callback that queues the next transfer, as long as there are some to queue. */
struct chain {
    struct probe probe; /* first: the callback's context is the probe */
    uint8_t *memory;
    unsigned length;
    int error;
};

static void on_link(void *context, void *cookie, int status)
{
    struct chain *chain = context;
    unsigned next = (unsigned)(uintptr_t)cookie + 1u;

    if (next <= chain->length) {
        int error = copy(&chain->probe, chain->memory + 64, chain->memory, 64, next);

        if (error != 0)
            chain->error = error;
    }
    note_call(&chain->probe, cookie, status);
}

SELFTEST(udma, a_callback_can_queue_the_next_transfer, 60)
{
    enum {
        LENGTH = 500
    };
    struct chain chain = {.memory = dma_alloc(128), .length = LENGTH};

    CHECK(chain.memory != NULL);
    CHECK_EQUAL(open_with(&chain.probe, core_count() - 1, 1, on_link), 0);
    CHECK_EQUAL(copy(&chain.probe, chain.memory + 64, chain.memory, 64, 1), 0);
    CHECK_EQUAL(wait_for_calls(&chain.probe, LENGTH), 0);
    CHECK_EQUAL(chain.error, 0);
    CHECK_EQUAL(udma_channel_close(chain.probe.channel), 0);
    check_clean(&chain.probe, LENGTH);
    dma_free(chain.memory);
}

/* Each function that needs thread context, on something that it could do its work on. */
struct intruder {
    struct probe probe;
    struct udma_ring ring;
    uint16_t channel;
    int errors[11];
};

enum {
    INTRUSIONS = sizeof(((struct intruder *)0)->errors) / sizeof(int)
};

static void intrude(struct intruder *intruder)
{
    static const struct udma_facts facts = {.udmap_gcfg = AM65X_UDMAP_GCFG_BASE};
    int *error = intruder->errors;
    struct udma_ring ring;
    struct probe other;
    uint16_t number;
    char text[16];

    *error++ = udma_init(&facts);
    *error++ = open_probe(&other, 0, 1);
    *error++ = udma_channel_close(intruder->probe.channel);
    *error++ = udma_channel_describe(intruder->probe.channel, text, sizeof(text));
    *error++ = udma_channel_reserve(&number);
    *error++ = udma_channel_unreserve(intruder->channel);
    *error++ = udma_ring_reserve(&number);
    *error++ = udma_ring_unreserve(intruder->ring.index);
    *error++ = udma_ring_open(&ring, intruder->ring.index, 1);
    *error++ = udma_ring_close(&intruder->ring);
    *error++ = udma_ring_wrap_occupancy(&intruder->ring);
}

static void check_all_refused(struct intruder *intruder)
{
    for (unsigned i = 0; i < INTRUSIONS; i++) {
        if (intruder->errors[i] != -EDEADLK)
            selftest_fail(__FILE__, __LINE__, "function %u: %d", i, intruder->errors[i]);
        intruder->errors[i] = 0;
    }
}

static void on_intrusion(void *context, void *cookie, int status)
{
    struct intruder *intruder = context;

    intrude(intruder);
    note_call(&intruder->probe, cookie, status);
}

SELFTEST(udma, does_nothing_where_waiting_is_not_allowed, 60)
{
    const struct inventory before = take_inventory();
    uint8_t *memory = dma_alloc(128);
    struct intruder intruder;
    struct inventory now;
    unsigned long state;
    uint16_t index;

    CHECK(memory != NULL);
    CHECK_EQUAL(udma_ring_reserve(&index), 0);
    CHECK_EQUAL(udma_ring_open(&intruder.ring, index, 16), 0);
    CHECK_EQUAL(udma_channel_reserve(&intruder.channel), 0);
    CHECK_EQUAL(open_with(&intruder.probe, 0, 1, on_intrusion), 0);
    now = take_inventory();

    CHECK_EQUAL(copy(&intruder.probe, memory + 64, memory, 64, 1), 0);
    CHECK_EQUAL(wait_for_calls(&intruder.probe, 1), 0);
    check_all_refused(&intruder);
    check_inventory(&now);
    state = irq_save();
    intrude(&intruder);
    irq_restore(state);
    check_all_refused(&intruder);
    check_inventory(&now);

    /* All of it still works. */
    CHECK_EQUAL(copy(&intruder.probe, memory + 64, memory, 64, 2), 0);
    CHECK_EQUAL(wait_for_calls(&intruder.probe, 2), 0);
    CHECK_EQUAL(udma_channel_close(intruder.probe.channel), 0);
    CHECK_EQUAL(udma_channel_unreserve(intruder.channel), 0);
    CHECK_EQUAL(udma_ring_close(&intruder.ring), 0);
    CHECK_EQUAL(udma_ring_unreserve(index), 0);
    check_inventory(&before);
    dma_free(memory);
}

#define BLOCK 4096u

/* Each of the open channels copies a block of its own, all at once. */
static void check_all_copy(struct probe *probes, unsigned count, uint8_t *source,
                           uint8_t *destination)
{
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(copy(&probes[i], destination + i * BLOCK, source + i * BLOCK, BLOCK, 1), 0);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(wait_for_calls(&probes[i], 1), 0);
    for (unsigned i = 0; i < count; i++)
        check_clean(&probes[i], 1);
    CHECK(memcmp(source, destination, count * BLOCK) == 0);
}

SELFTEST(udma, every_channel_can_be_open_at_once_and_one_more_is_refused, 120)
{
    const struct inventory before = take_inventory();
    const unsigned count = udma_capacity() - udma_open_count();
    struct probe *probes = calloc(count + 1u, sizeof(*probes));
    uint8_t *source = dma_alloc(count * BLOCK), *destination = dma_alloc(count * BLOCK);

    CHECK(count != 0 && probes != NULL && source != NULL && destination != NULL);
    fill(source, count * BLOCK, 7);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(open_probe(&probes[i], i % core_count(), 1), 0);
    CHECK_EQUAL(open_probe(&probes[count], 0, 1), -ENOSPC);
    check_all_copy(probes, count, source, destination);
    if (selftest_failed())
        return;
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(udma_channel_close(probes[i].channel), 0);
    check_inventory(&before);
    dma_free(source);
    dma_free(destination);
    free(probes);
}

static void open_and_close_often(void)
{
    struct probe probe;

    for (unsigned i = 0; i < 100; i++) {
        CHECK_EQUAL(open_probe(&probe, i % core_count(), 1 + i % 64), 0);
        CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    }
}

/* The heap grows until it has what these sizes need; what leaked would let it grow each time. (The
 * sanitized build keeps freed blocks for a while, so that the first rounds find other holes.) */
static void open_and_close_until_the_heap_stays(void)
{
    bool grows = true;

    for (unsigned round = 0; round < ROUNDS_TO_SETTLE && grows; round++) {
        const void *end = heap_break();

        open_and_close_often();
        if (selftest_failed())
            return;
        grows = heap_break() > end;
    }
    CHECK(!grows);
}

SELFTEST(udma, opening_and_closing_a_hundred_times_leaks_nothing, 120)
{
    const struct inventory before = take_inventory();
    struct heap_filling *filling = heap_fill_holes();

    open_and_close_until_the_heap_stays();
    heap_free_filling(filling);
    if (!selftest_failed())
        check_inventory(&before);
}

SELFTEST(udma, closing_with_transfers_in_flight_drops_the_rest, 60)
{
    enum {
        TRANSFERS = 64,
        SIZE = 64 * 1024
    };
    const struct inventory before = take_inventory();
    uint8_t *memory = dma_alloc(2 * SIZE);
    struct probe probe;
    unsigned at_close;

    CHECK(memory != NULL);
    CHECK_EQUAL(open_probe(&probe, core_count() - 1, TRANSFERS), 0);
    for (unsigned i = 1; i <= TRANSFERS; i++)
        CHECK_EQUAL(copy(&probe, memory + SIZE, memory, SIZE, i), 0);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    at_close = calls(&probe);
    CHECK(at_close <= TRANSFERS);
    delay_us(20000);
    check_clean(&probe, at_close);
    check_inventory(&before);
    dma_free(memory);
}

/* One core's part of the next test. */
struct part {
    struct probe probe;
    uint8_t *memory;
    unsigned rounds;
    int error;
};

static int open_copy_close(struct part *part)
{
    int error = open_probe(&part->probe, core_id(), 2), closing;

    if (error != 0)
        return error;
    fill(part->memory, BLOCK, part->rounds);
    error = copy(&part->probe, part->memory + BLOCK, part->memory, BLOCK, 1);
    if (error == 0)
        error = wait_for_calls(&part->probe, 1);
    closing = udma_channel_close(part->probe.channel);
    if (error == 0 && memcmp(part->memory + BLOCK, part->memory, BLOCK) != 0)
        error = -EIO;
    if (error == 0 && (part->probe.wrong_core != 0 || part->probe.calls != 1))
        error = -ERANGE;
    return error != 0 ? error : closing;
}

static void run_part(void *argument)
{
    struct part *part = (struct part *)argument + core_id();

    for (part->rounds = 0; part->rounds < 20 && part->error == 0; part->rounds++)
        part->error = open_copy_close(part);
}

SELFTEST(udma, all_cores_open_copy_and_close_at_once, 120)
{
    static struct part parts[CORE_MAX];
    const struct inventory before = take_inventory();

    for (unsigned core = 0; core < core_count(); core++) {
        parts[core] = (struct part){.memory = dma_alloc(2 * BLOCK)};
        CHECK(parts[core].memory != NULL);
    }
    CHECK_EQUAL(run_on_all_cores(run_part, parts, 100000000u), 0);
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK_EQUAL(parts[core].error, 0);
        dma_free(parts[core].memory);
    }
    check_inventory(&before);
}

SELFTEST(udma, describes_the_whole_route, 60)
{
    struct probe probe;
    char text[160];
    int length;

    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    length = udma_channel_describe(probe.channel, text, sizeof(text));
    CHECK(length > 0 && (size_t)length < sizeof(text));
    CHECK_EQUAL(strlen(text), length);
    CHECK(strstr(text, "tchan ") == text);
    CHECK(strstr(text, "ring ") != NULL);
    CHECK(strstr(text, " > event ") != NULL);
    CHECK(strstr(text, "VINT ") != NULL);
    CHECK(strstr(text, "INTR ") != NULL);
    CHECK(strstr(text, "INTID ") != NULL);
    CHECK(strstr(text, "core 0") != NULL);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
}

SELFTEST(udma, a_failed_transfer_has_an_error_status_and_the_next_is_fine, 60)
{
    struct udma_counters counters;
    struct probe probe;
    uint8_t *memory;

    if (!twin_present())
        SKIP("needs a twin to make a transfer fail");
    memory = dma_alloc(128);
    CHECK(memory != NULL);
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    CHECK(twin_inject(AM65X_FAULT_DMA_ERROR, 0, 1));
    CHECK_EQUAL(copy(&probe, memory + 64, memory, 64, 1), 0);
    CHECK_EQUAL(wait_for_calls(&probe, 1), 0);
    CHECK_EQUAL(probe.status, -EIO);
    CHECK_EQUAL(copy(&probe, memory + 64, memory, 64, 2), 0);
    CHECK_EQUAL(wait_for_calls(&probe, 2), 0);
    CHECK_EQUAL(probe.status, 0);
    CHECK_EQUAL(probe.failures, 1);
    udma_channel_get_counters(probe.channel, &counters);
    CHECK_EQUAL(counters.errors, 1);
    CHECK_EQUAL(counters.bytes, 64);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    dma_free(memory);
}

SELFTEST(udma, closing_a_stalled_channel_times_out_and_gives_everything_back, 60)
{
    const struct inventory before = take_inventory();
    struct probe probe;
    uint8_t *memory;

    if (!twin_present())
        SKIP("needs a twin to stall a transfer");
    memory = dma_alloc(128);
    CHECK(memory != NULL);
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    CHECK(twin_inject(AM65X_FAULT_DMA_STALL, 60000000u, 1));
    CHECK_EQUAL(copy(&probe, memory + 64, memory, 64, 1), 0);
    delay_us(10000); /* under way by now */
    CHECK_EQUAL(udma_channel_close(probe.channel), -ETIMEDOUT);
    CHECK_EQUAL(calls(&probe), 0);
    check_inventory(&before);
    /* The same channel, being the lowest free one, works again. */
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    CHECK_EQUAL(copy(&probe, memory + 64, memory, 64, 1), 0);
    CHECK_EQUAL(wait_for_calls(&probe, 1), 0);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    check_clean(&probe, 1);
    check_inventory(&before);
    dma_free(memory);
}

SELFTEST(udma, an_open_that_the_system_firmware_refuses_leaves_nothing, 60)
{
    static const uint16_t steps[] = {SCI_RING_CFG, SCI_UDMAP_TX_CFG, SCI_UDMAP_RX_CFG, SCI_IRQ_SET};
    struct probe probe;

    if (!twin_present())
        SKIP("needs a twin to make the system firmware refuse");
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const struct inventory before = take_inventory();

        CHECK(twin_inject(AM65X_FAULT_SCI_NAK, steps[i], 1));
        CHECK_EQUAL(open_probe(&probe, 0, 1), -EACCES);
        check_inventory(&before);
        if (selftest_failed())
            return;
    }
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
}

/* Opens, copies and closes; the inventory is then what it was, and nothing is held. */
static void check_a_life(const struct inventory *before)
{
    uint8_t *memory = dma_alloc(128);
    struct probe probe;

    CHECK(memory != NULL);
    CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
    CHECK_EQUAL(copy(&probe, memory + 64, memory, 64, 1), 0);
    CHECK_EQUAL(wait_for_calls(&probe, 1), 0);
    CHECK_EQUAL(udma_channel_close(probe.channel), 0);
    check_clean(&probe, 1);
    check_inventory(before);
    dma_free(memory);
}

SELFTEST(udma, what_a_close_could_not_release_comes_back, 60)
{
    static const uint16_t steps[] = {SCI_PSIL_UNPAIR, SCI_RING_CFG};
    const struct inventory before = take_inventory();
    struct probe probe;

    if (!twin_present())
        SKIP("needs a twin to make the system firmware refuse");
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        CHECK_EQUAL(open_probe(&probe, 0, 1), 0);
        CHECK(twin_inject(AM65X_FAULT_SCI_NAK, steps[i], 1));
        CHECK_EQUAL(udma_channel_close(probe.channel), -EIO);
        CHECK_EQUAL(take_inventory().udma.held, 1);
        CHECK_EQUAL(take_inventory().udma.channels_free, before.udma.channels_free - 1u);
        check_a_life(&before);
        if (selftest_failed())
            return;
    }
}

SELFTEST(udma, a_pairing_that_is_refused_once_is_made_again, 60)
{
    const struct inventory before = take_inventory();

    if (!twin_present())
        SKIP("needs a twin to make the system firmware refuse");
    CHECK(twin_inject(AM65X_FAULT_SCI_NAK, SCI_PSIL_PAIR, 1));
    check_a_life(&before);
    CHECK(twin_inject(AM65X_FAULT_SCI_NAK, SCI_PSIL_PAIR, 2)); /* the next number then */
    check_a_life(&before);
}

SELFTEST(udma, answers_that_are_lost_cost_no_channel, 120)
{
    const struct inventory before = take_inventory();
    struct probe probe;

    if (!twin_present())
        SKIP("needs a twin to lose answers");
    CHECK(twin_inject(AM65X_FAULT_SCI_DROP, 0, 1));
    CHECK_EQUAL(open_probe(&probe, 0, 1), -ETIMEDOUT);
    check_inventory(&before);
    check_a_life(&before);
    CHECK(twin_inject(AM65X_FAULT_SCI_DROP, 0, 6)); /* of the undoing too */
    CHECK_EQUAL(open_probe(&probe, 0, 1), -EIO);
    CHECK_EQUAL(take_inventory().udma.held, 1);
    check_a_life(&before);
}
