// SPDX-License-Identifier: BSD-3-Clause
/*
 * ITS commands and the command queue, against the layouts of Arm IHI 0069, 5.3.
 *
 * The encodings are compared with bytes written out by hand from the specification's field tables,
 * with a different value in each field. The queue runs against a small ITS of the test's own, which
 * consumes commands, stalls or does nothing, as told; so this file compiles the queue itself, with
 * its register accesses going there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Before anything includes arch/mmio.h. */
#define host_mmio_read  its_mmio_read
#define host_mmio_write its_mmio_write

#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/its_command.h"
#include "drivers/gic/its_queue.h"
#include "drivers/gic/its_registers.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

#include "drivers/gic/its_queue.c"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- encodings ---- */

static void assert_bytes(struct its_command command, const uint8_t expected[32])
{
    uint8_t bytes[32];

    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(command.words[i / 8u] >> (8u * (i % 8u)));
    assert_memory_equal(bytes, expected, sizeof(bytes));
}

/* Doubleword 0: bits 7:0 opcode, 63:32 DeviceID. 1: 4:0 Size less one. 2: 51:8 ITT address, 63 V.
 */
static void mapd_is_encoded_as_specified(void **state)
{
    static const uint8_t expected[32] = {
        0x08, 0,    0,    0,    0x44, 0x33, 0x22, 0x11, /* DeviceID 0x11223344 */
        0x0d, 0,    0,    0,    0,    0,    0,    0,    /* 14 bits */
        0x00, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01, 0x80, /* ITT 0x000123456789ab00, V */
    };
    static const uint8_t unmap[32] = {0x08, 0, 0, 0, 7};

    (void)state;
    assert_bytes(its_command_mapd(0x11223344, 14, 0x000123456789ab00, true), expected);
    assert_bytes(its_command_mapd(7, 1, 0, false), unmap);
}

static void mapd_takes_sizes_from_1_to_32_bits(void **state)
{
    (void)state;
    assert_int_equal(its_command_mapd(0, 1, 0, true).words[1], 0);
    assert_int_equal(its_command_mapd(0, 32, 0, true).words[1], 31);
}

/* 2: 15:0 ICID, 51:16 RDbase, 63 V. */
static void mapc_is_encoded_as_specified(void **state)
{
    static const uint8_t expected[32] = {
        [0] = 0x09, [16] = 0xcd, 0xab,             /* ICID 0xabcd */
        0x56,       0x34,        0x12, 0x00, 0x00, /* RDbase 0x123456 */
        0x80,                                      /* V */
    };

    (void)state;
    assert_bytes(its_command_mapc(0xabcd, 0x123456, true), expected);
}

/* 1: 31:0 EventID, 63:32 pINTID. 2: 15:0 ICID. */
static void mapti_is_encoded_as_specified(void **state)
{
    static const uint8_t expected[32] = {
        0x0a, 0,    0,    0,    0x44, 0x33, 0x22, 0x11, /* DeviceID */
        0x88, 0x77, 0x66, 0x55, 0x34, 0x21, 0x00, 0x00, /* EventID 0x55667788, pINTID 0x2134 */
        0xcd, 0xab,                                     /* ICID */
    };

    (void)state;
    assert_bytes(its_command_mapti(0x11223344, 0x55667788, 0x2134, 0xabcd), expected);
}

static void movi_is_encoded_as_specified(void **state)
{
    static const uint8_t expected[32] = {
        0x01, 0,    0,    0,    0x44, 0x33, 0x22, 0x11, /* DeviceID */
        0x88, 0x77, 0x66, 0x55, 0,    0,    0,    0,    /* EventID */
        0xcd, 0xab,                                     /* ICID */
    };

    (void)state;
    assert_bytes(its_command_movi(0x11223344, 0x55667788, 0xabcd), expected);
}

static void int_clear_discard_and_inv_differ_in_their_opcode_only(void **state)
{
    uint8_t expected[32] = {
        0,    0,    0,    0,    0x44, 0x33, 0x22, 0x11, /* DeviceID */
        0x88, 0x77, 0x66, 0x55,                         /* EventID */
    };

    (void)state;
    expected[0] = 0x03;
    assert_bytes(its_command_int(0x11223344, 0x55667788), expected);
    expected[0] = 0x04;
    assert_bytes(its_command_clear(0x11223344, 0x55667788), expected);
    expected[0] = 0x0f;
    assert_bytes(its_command_discard(0x11223344, 0x55667788), expected);
    expected[0] = 0x0c;
    assert_bytes(its_command_inv(0x11223344, 0x55667788), expected);
}

static void invall_is_encoded_as_specified(void **state)
{
    static const uint8_t expected[32] = {[0] = 0x0d, [16] = 0xcd, 0xab};

    (void)state;
    assert_bytes(its_command_invall(0xabcd), expected);
}

/* 2: 51:16 RDbase. */
static void sync_is_encoded_as_specified(void **state)
{
    static const uint8_t expected[32] = {[0] = 0x05, [18] = 0x56, 0x34, 0x12};

    (void)state;
    assert_bytes(its_command_sync(0x123456), expected);
}

/* 2: 51:16 RDbase1; 3: 51:16 RDbase2. */
static void movall_is_encoded_as_specified(void **state)
{
    static const uint8_t expected[32] = {
        [0] = 0x0e, [18] = 0x56, 0x34, 0x12, [26] = 0x32, 0x54, 0x76};
    struct its_command command = its_command_movall(0x123456, 0x765432);
    char text[64];

    (void)state;
    assert_bytes(command, expected);
    (void)its_command_text(&command, text, sizeof(text));
    assert_string_equal(text, "opcode 0xe");
}

static void target_is_an_address_or_a_processor_number(void **state)
{
    static const uint8_t by_address[32] = {[0] = 0x05, [18] = 0x8a, 0x01}; /* 0x018a0000 */
    static const uint8_t by_number[32] = {[0] = 0x05, [18] = 3};

    (void)state;
    assert_bytes(its_command_sync(its_command_target(true, 0x018a0000, 3)), by_address);
    assert_bytes(its_command_sync(its_command_target(false, 0x018a0000, 3)), by_number);
}

static void a_field_never_spills_into_its_neighbours(void **state)
{
    struct its_command command;

    (void)state;
    command = its_command_mapd(0, 64, UINT64_MAX, false);
    assert_int_equal(command.words[1], 0x1f);
    assert_int_equal(command.words[2], 0x000fffffffffff00);
    command = its_command_mapc(0, UINT64_MAX, false);
    assert_int_equal(command.words[2], 0x000fffffffff0000);
}

static void commands_are_described_in_words(void **state)
{
    struct its_command command = its_command_mapti(5, 3, 8195, 2);
    char text[96], small[8];

    (void)state;
    its_command_text(&command, text, sizeof(text));
    assert_string_equal(text, "MAPTI device 5 event 3 LPI 8195 collection 2");
    command = its_command_mapd(5, 4, 0x80001000, true);
    its_command_text(&command, text, sizeof(text));
    assert_string_equal(text, "MAPD device 5, 4 event bits, table 0x80001000, valid");
    command = (struct its_command){{0x3f}};
    its_command_text(&command, text, sizeof(text));
    assert_string_equal(text, "opcode 0x3f");
    command = its_command_int(5, 3);
    its_command_text(&command, text, sizeof(text));
    assert_string_equal(text, "INT device 5 event 3");
    command = its_command_clear(5, 3);
    its_command_text(&command, text, sizeof(text));
    assert_string_equal(text, "CLEAR device 5 event 3");
    command = its_command_discard(5, 3);
    its_command_text(&command, text, sizeof(text));
    assert_string_equal(text, "DISCARD device 5 event 3");
    command = its_command_sync(2);
    assert_int_equal(its_command_text(&command, small, sizeof(small)),
                     strlen("SYNC redistributor 0x2"));
    assert_string_equal(small, "SYNC re");
}

static void commands_have_their_names(void **state)
{
    static const struct {
        uint8_t opcode;
        const char *name;
    } cases[] = {
        {0x01, "MOVI"},   {0x03, "INT"},    {0x04, "CLEAR"},   {0x05, "SYNC"},
        {0x08, "MAPD"},   {0x09, "MAPC"},   {0x0a, "MAPTI"},   {0x0c, "INV"},
        {0x0d, "INVALL"}, {0x0e, "MOVALL"}, {0x0f, "DISCARD"},
    };
    unsigned named = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(its_command_name(cases[i].opcode), cases[i].name);
    for (unsigned opcode = 0; opcode <= UINT8_MAX; opcode++)
        named += its_command_name((uint8_t)opcode) != NULL;
    assert_int_equal(named, sizeof(cases) / sizeof(cases[0]));
}

/* ---- an ITS that does as told ---- */

#define REGISTERS    0x01820000u
#define LOG_SIZE     8192u
#define IDLE_LOOK_NS 1000000u /* time passes while the ITS does nothing */
#define NO_OPCODE    0x100u
#define SYNC_TO(n)   ((uint64_t)(n))

static struct {
    uint64_t cbaser, cwriter, creadr;
    bool non_shareable; /* reads back so */
    uint64_t lost;      /* bits of GITS_CBASER that do not hold what is written */
    unsigned speed;     /* commands consumed at each look at the read pointer; 0: none ever */
    unsigned refused;   /* opcode at which it stalls */
    unsigned stalls;
    struct its_command log[LOG_SIZE]; /* what it consumed */
    unsigned logged;
    pthread_mutex_t lock;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void fake_consume_one(void)
{
    struct its_command *ring = (void *)(uintptr_t)(fake.cbaser & 0x000ffffffffff000);
    struct its_command *command = &ring[(fake.creadr & GITS_QUEUE_OFFSET) / sizeof(*ring)];

    if ((command->words[0] & 0xff) == fake.refused) {
        fake.creadr |= GITS_CREADR_STALLED;
        fake.stalls++;
        return;
    }
    if (fake.logged < LOG_SIZE)
        fake.log[fake.logged++] = *command;
    fake.creadr = (fake.creadr + sizeof(*ring)) % (((fake.cbaser & 0xff) + 1) * 4096);
}

uint64_t its_mmio_read(uintptr_t address, unsigned size)
{
    uint64_t value = 0;

    assert_int_equal(size, 8);
    pthread_mutex_lock(&fake.lock);
    if (address == REGISTERS + GITS_CBASER) {
        value = fake.cbaser;
    } else if (address == REGISTERS + GITS_CREADR) {
        for (unsigned i = 0; i < fake.speed && (fake.creadr & GITS_CREADR_STALLED) == 0 &&
                             fake.creadr != (fake.cwriter & GITS_QUEUE_OFFSET);
             i++)
            fake_consume_one();
        value = fake.creadr;
        if (fake.speed == 0)
            host_tick(IDLE_LOOK_NS);
    } else {
        fail_msg("read at 0x%lx", (unsigned long)address);
    }
    pthread_mutex_unlock(&fake.lock);
    return value;
}

void its_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    assert_int_equal(size, 8);
    pthread_mutex_lock(&fake.lock);
    if (address == REGISTERS + GITS_CBASER) {
        fake.cbaser = fake.non_shareable ? value & ~GITS_BASER_SHAREABILITY(UINT64_C(3)) : value;
        fake.cbaser &= ~fake.lost;
        fake.creadr = 0;
    } else if (address == REGISTERS + GITS_CWRITER) {
        fake.cwriter = value & GITS_QUEUE_OFFSET;
        if ((value & GITS_CWRITER_RETRY) != 0)
            fake.creadr &= ~GITS_CREADR_STALLED;
    } else {
        fail_msg("write at 0x%lx", (unsigned long)address);
    }
    pthread_mutex_unlock(&fake.lock);
}

static struct its_queue queue;

static int setup(void **state)
{
    struct its_command harmless = its_command_sync(SYNC_TO(0));

    (void)state;
    host_reset();
    fake.cbaser = fake.cwriter = fake.creadr = 0;
    fake.non_shareable = false;
    fake.lost = 0;
    fake.speed = 1;
    fake.refused = NO_OPCODE;
    fake.stalls = fake.logged = 0;
    if (its_queue_init(&queue, REGISTERS, aligned_alloc(ITS_QUEUE_SIZE, ITS_QUEUE_SIZE)) != 0)
        return -1;
    its_queue_set_harmless(&queue, &harmless);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(queue.ring);
    return 0;
}

static int run(struct its_command command)
{
    const uint64_t target = SYNC_TO(1);

    return its_queue_run(&queue, &command, 1, &target, 1);
}

/* ---- the queue ---- */

static void queue_register_holds_address_size_and_attributes(void **state)
{
    (void)state;
    assert_int_equal(fake.cbaser & 0x000ffffffffff000, (uintptr_t)queue.ring);
    assert_int_equal(fake.cbaser & 0xff, 15);   /* 16 pages of 4 KiB */
    assert_int_equal(fake.cbaser >> 63, 1);     /* valid */
    assert_int_equal(fake.cbaser >> 10 & 3, 1); /* inner shareable */
    assert_int_equal(fake.cbaser >> 59 & 7, 7); /* write-back */
    assert_true(queue.coherent);
}

static void queue_is_uncached_where_it_reads_back_non_shareable(void **state)
{
    struct its_command *ring = queue.ring;

    (void)state;
    fake.non_shareable = true;
    assert_int_equal(its_queue_init(&queue, REGISTERS, ring), 0);
    assert_int_equal(fake.cbaser >> 10 & 3, 0);
    assert_int_equal(fake.cbaser >> 59 & 7, 1); /* non-cacheable */
    assert_false(queue.coherent);
    assert_int_equal(run(its_command_int(1, 2)), 0);
}

/* The ITS would read its commands from elsewhere, or run past the ring's end. */
static void queue_register_that_does_not_hold_the_ring_is_an_error(void **state)
{
    struct its_command *ring = queue.ring;
    uint64_t address = (uintptr_t)ring;

    (void)state;
    fake.lost = address & (0 - address); /* the lowest bit of the address that is set */
    assert_int_equal(its_queue_init(&queue, REGISTERS, ring), -EIO);
    fake.lost = 0x8; /* 8 pages of 16 */
    assert_int_equal(its_queue_init(&queue, REGISTERS, ring), -EIO);
    fake.non_shareable = true;
    assert_int_equal(its_queue_init(&queue, REGISTERS, ring), -EIO);
    fake.lost = 0;
    assert_int_equal(its_queue_init(&queue, REGISTERS, ring), 0);
    assert_int_equal(run(its_command_int(1, 2)), 0);
}

static void a_command_is_followed_by_its_syncs(void **state)
{
    const uint64_t targets[] = {SYNC_TO(3), SYNC_TO(2)};
    struct its_command command = its_command_movi(1, 2, 3);

    (void)state;
    assert_int_equal(its_queue_run(&queue, &command, 1, targets, 2), 0);
    assert_int_equal(fake.logged, 3);
    assert_memory_equal(&fake.log[0], &command, sizeof(command));
    command = its_command_sync(SYNC_TO(3));
    assert_memory_equal(&fake.log[1], &command, sizeof(command));
    command = its_command_sync(SYNC_TO(2));
    assert_memory_equal(&fake.log[2], &command, sizeof(command));
    assert_int_equal(its_queue_count(&queue, ITS_MOVI), 1);
    assert_int_equal(its_queue_count(&queue, ITS_SYNC), 2);
    assert_int_equal(its_queue_count(&queue, ITS_INT), 0);
    assert_int_equal(its_queue_count(&queue, 0xff), 0);
}

static void too_many_syncs_are_refused(void **state)
{
    const uint64_t targets[3] = {0};
    struct its_command command = its_command_int(0, 0);

    (void)state;
    assert_int_equal(its_queue_run(&queue, &command, 1, targets, 3), -EINVAL);
    assert_int_equal(queue.submitted, 0);
}

static void commands_keep_their_order_round_the_ring(void **state)
{
    const unsigned count = 3 * ITS_QUEUE_ENTRIES / 2 + 5;

    (void)state;
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(run(its_command_int(7, i)), 0);
    assert_int_equal(queue.submitted, 2 * count);
    assert_int_equal(queue.consumed, 2 * count);
    assert_int_equal(fake.cwriter, 2 * count % ITS_QUEUE_ENTRIES * 32);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(fake.log[2 * i].words[1], i);
        assert_int_equal(fake.log[2 * i + 1].words[0], 0x05);
    }
}

static void a_command_that_is_never_consumed_times_out(void **state)
{
    (void)state;
    fake.speed = 0;
    assert_int_equal(run(its_command_int(1, 2)), -ETIMEDOUT);
    assert_null(queue.waiting);
    /* An ITS that comes back consumes what was left, too. */
    fake.speed = 1;
    assert_int_equal(run(its_command_int(1, 3)), 0);
    assert_int_equal(fake.logged, 4);
}

static void a_full_queue_times_out_and_keeps_what_is_in_it(void **state)
{
    static struct its_queue_batch batches[ITS_QUEUE_ENTRIES - 1];
    struct its_command command = its_command_int(1, ITS_QUEUE_ENTRIES - 1);

    (void)state;
    fake.speed = 0;
    /* One entry stays free. */
    for (unsigned i = 0; i < ITS_QUEUE_ENTRIES - 1; i++) {
        struct its_command filler = its_command_int(1, i);

        batches[i] = (struct its_queue_batch){.commands = &filler, .count = 1};
        assert_int_equal(submit(&queue, &batches[i], deadline_after_us(1)), 0);
    }
    assert_int_equal(its_queue_run(&queue, &command, 1, NULL, 0), -ENOBUFS);
    assert_int_equal(queue.submitted, ITS_QUEUE_ENTRIES - 1);
    fake.speed = ITS_QUEUE_ENTRIES;
    assert_int_equal(its_queue_run(&queue, &command, 1, NULL, 0), 0);
    assert_int_equal(fake.logged, ITS_QUEUE_ENTRIES);
    for (unsigned i = 0; i < ITS_QUEUE_ENTRIES; i++)
        assert_int_equal(fake.log[i].words[1], i);
}

static void a_stalled_command_is_an_error_and_the_queue_goes_on(void **state)
{
    (void)state;
    fake.refused = ITS_MAPTI;
    assert_int_equal(run(its_command_mapti(1, 2, 8192, 0)), -EIO);
    assert_int_equal(fake.stalls, 1);
    /* The harmless command and the SYNC took its place. */
    assert_int_equal(fake.logged, 2);
    assert_int_equal(fake.log[0].words[0], 0x05);
    assert_int_equal(run(its_command_int(1, 2)), 0);
    assert_int_equal(fake.stalls, 1);
    assert_null(queue.waiting);
}

static void a_pointer_beyond_what_was_written_is_no_progress(void **state)
{
    (void)state;
    fake.speed = 0;
    fake.creadr = 64 * 32;
    assert_int_equal(run(its_command_int(1, 2)), -ETIMEDOUT);
    assert_int_equal(queue.consumed, 0);
}

/* The register has bits for more than this ring has entries. */
static void a_pointer_out_of_the_ring_is_no_progress(void **state)
{
    (void)state;
    fake.speed = 0;
    fake.creadr = (ITS_QUEUE_ENTRIES + 2) * 32;
    assert_int_equal(run(its_command_int(1, 2)), -ETIMEDOUT);
    assert_int_equal(queue.consumed, 0);
}

/* Whoever refuses a command may refuse what takes its place, too. */
static void an_its_that_refuses_everything_is_given_up(void **state)
{
    (void)state;
    fake.refused = ITS_SYNC;
    assert_int_equal(run(its_command_int(1, 2)), -ETIMEDOUT); /* the INT was done */
    assert_int_equal(fake.logged, 1);
    assert_true(fake.stalls > 1);
    assert_null(queue.waiting);
}

static void run_in_a_handler(void *argument)
{
    *(int *)argument = run(its_command_int(1, 2));
}

static void a_handler_is_refused(void **state)
{
    int error = 0;

    (void)state;
    host_run_in_interrupt(run_in_a_handler, &error);
    assert_int_equal(error, -EDEADLK);
    assert_int_equal(queue.submitted, 0);
}

/* ---- several batches in the queue, one is refused ---- */

#define LATER deadline_after_us(ITS_QUEUE_TIMEOUT_US)

/* Two commands and who waits for them. */
static void send(struct its_queue_batch *batch, struct its_command first, struct its_command second)
{
    const struct its_command commands[] = {first, second};

    *batch = (struct its_queue_batch){.commands = commands, .count = 2};
    assert_int_equal(submit(&queue, batch, LATER), 0);
}

static void only_the_sender_of_a_refused_command_is_told(void **state)
{
    struct its_command sync = its_command_sync(SYNC_TO(1));
    struct its_queue_batch before, refused, behind;

    (void)state;
    fake.refused = ITS_MAPTI;
    send(&before, its_command_int(1, 1), sync);
    send(&refused, its_command_mapti(1, 2, 8192, 0), sync);
    send(&behind, its_command_int(1, 3), sync);
    /* The refused one looks first, and the others are in the list meanwhile. */
    assert_int_equal(await(&queue, &refused, LATER), -EIO);
    assert_int_equal(fake.stalls, 1);
    assert_int_equal(await(&queue, &before, LATER), 0);
    assert_int_equal(await(&queue, &behind, LATER), 0);
    assert_false(before.stalled);
    assert_false(behind.stalled);
    assert_int_equal(fake.logged, 6);
    assert_null(queue.waiting);
}

/* Whether its first command was done depends on it. */
static void a_batch_that_is_refused_twice_is_told_of_the_first_time(void **state)
{
    struct its_command first = its_command_mapti(1, 2, 8192, 0);
    struct its_queue_batch batch;

    (void)state;
    fake.refused = ITS_MAPTI;
    send(&batch, first, its_command_mapti(1, 3, 8193, 0));
    assert_int_equal(await(&queue, &batch, LATER), -EIO);
    assert_int_equal(fake.stalls, 2);
    assert_int_equal(batch.stalled_number, batch.first);
    assert_memory_equal(&batch.stalled_at, &first, sizeof(first));
    assert_null(queue.waiting);
}

/* ---- several callers ---- */

#define CORES    4u
#define PER_CORE 500u

static int core_errors[CORES];

static void send_many(void *argument)
{
    unsigned core = core_id();

    (void)argument;
    for (unsigned i = 0; i < PER_CORE; i++)
        core_errors[core] |= run(its_command_int(core, i));
}

static void commands_of_several_cores_all_arrive_each_with_its_sync_behind(void **state)
{
    unsigned next[CORES] = {0};

    (void)state;
    memset(core_errors, 0, sizeof(core_errors));
    assert_int_equal(smp_run_all(send_many, NULL, 60000000), 0);
    for (unsigned i = 0; i < CORES; i++)
        assert_int_equal(core_errors[i], 0);
    assert_int_equal(fake.logged, 2 * CORES * PER_CORE);
    for (unsigned i = 0; i < fake.logged; i += 2) {
        unsigned core = (unsigned)(fake.log[i].words[0] >> 32);

        assert_int_equal(fake.log[i].words[1], next[core]++);
        assert_int_equal(fake.log[i + 1].words[0], 0x05);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mapd_is_encoded_as_specified),
        cmocka_unit_test(mapd_takes_sizes_from_1_to_32_bits),
        cmocka_unit_test(mapc_is_encoded_as_specified),
        cmocka_unit_test(mapti_is_encoded_as_specified),
        cmocka_unit_test(movi_is_encoded_as_specified),
        cmocka_unit_test(int_clear_discard_and_inv_differ_in_their_opcode_only),
        cmocka_unit_test(invall_is_encoded_as_specified),
        cmocka_unit_test(sync_is_encoded_as_specified),
        cmocka_unit_test(movall_is_encoded_as_specified),
        cmocka_unit_test(target_is_an_address_or_a_processor_number),
        cmocka_unit_test(a_field_never_spills_into_its_neighbours),
        cmocka_unit_test(commands_are_described_in_words),
        cmocka_unit_test(commands_have_their_names),
        cmocka_unit_test_setup_teardown(queue_register_holds_address_size_and_attributes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(queue_is_uncached_where_it_reads_back_non_shareable, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(queue_register_that_does_not_hold_the_ring_is_an_error,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_command_is_followed_by_its_syncs, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_syncs_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(commands_keep_their_order_round_the_ring, setup, teardown),
        cmocka_unit_test_setup_teardown(a_command_that_is_never_consumed_times_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_full_queue_times_out_and_keeps_what_is_in_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_stalled_command_is_an_error_and_the_queue_goes_on, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_pointer_beyond_what_was_written_is_no_progress, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_pointer_out_of_the_ring_is_no_progress, setup, teardown),
        cmocka_unit_test_setup_teardown(an_its_that_refuses_everything_is_given_up, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_handler_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_sender_of_a_refused_command_is_told, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_batch_that_is_refused_twice_is_told_of_the_first_time,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            commands_of_several_cores_all_arrive_each_with_its_sync_behind, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
