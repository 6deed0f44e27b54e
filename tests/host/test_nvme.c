// SPDX-License-Identifier: BSD-3-Clause
/*
 * The NVMe driver on the host: the driver, the block interface and the interrupt layer on a
 * controller in memory. Buffers of every shape; queues and vectors shared; a controller that says
 * nonsense, loses commands, comes to a halt or vanishes; and four cores at once, under the thread
 * sanitizer too.
 */
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/nvme/internal.h"
#include "msi/irq.h"
#include "tests/host/support/failing.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/support/nvme_controller.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK      512u
#define BLOCKS     4096u
#define DEVICE_ID  0x100u
#define EVENT_BITS 5u
#define CORES      4u
#define TIMEOUT_US 1000000u
#define SETTLE_US  1000u
#define LONG_US    3600000000u
#define GUARD      0xa5

static uint8_t disk[BLOCKS * BLOCK];
static struct nvme *nvme;
static struct nvme_config config;
static struct nvme_port port;
static struct irq_inventory before;

/* ---- the bus ---- */

uint64_t __real_host_mmio_read(uintptr_t address, unsigned size);
uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size);
void __real_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);
void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value);

uint64_t __wrap_host_mmio_read(uintptr_t address, unsigned size)
{
    uint64_t value;

    return nvme_controller_read(address, size, &value) ? value
                                                       : __real_host_mmio_read(address, size);
}

void __wrap_host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    if (!nvme_controller_write(address, size, value))
        __real_host_mmio_write(address, size, value);
}

static int bus_reset(void *context)
{
    (void)context;
    nvme_controller_bus_reset();
    return irq_restore_messages(&nvme_controller.device);
}

static void bus_quiet(void *context)
{
    (void)context;
    nvme_controller.on_bus = false;
}

/* ---- fixture ---- */

static int set_up(void **state)
{
    (void)state;
    nvme_controller_reset(disk, BLOCKS);
    for (uint32_t i = 0; i < sizeof(disk); i++)
        disk[i] = (uint8_t)(i * 31 + (i >> 9));
    port = (struct nvme_port){
        .registers = NVME_CONTROLLER_BASE,
        .size = NVME_CONTROLLER_SIZE,
        .device = &nvme_controller.device,
        .vectors = NVME_CONTROLLER_VECTORS,
        .reset = bus_reset,
        .quiet = bus_quiet,
    };
    config = (struct nvme_config){.name = "nvme0", .depth = 16, .timeout_us = TIMEOUT_US};
    nvme = NULL;
    failing = 0;
    assert_int_equal(irq_bind_its(&nvme_controller.device, msi_case.its, DEVICE_ID, EVENT_BITS), 0);
    before = msi_in_use();
    return 0;
}

static int close_it(void)
{
    struct nvme *closing = nvme;

    nvme = NULL;
    return nvme_close(closing);
}

static int tear_down(void **state)
{
    (void)state;
    if (nvme != NULL) /* a test that has failed */
        (void)close_it();
    assert_null(nvme_controller_violation());
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(irq_unbind(&nvme_controller.device), 0);
    return 0;
}

static struct block_device *open_drive(void)
{
    assert_int_equal(nvme_open(&port, &config, &nvme), 0);
    return nvme_block(nvme);
}

static void close_drive(void)
{
    const unsigned shut_downs = nvme_controller.shut_downs;

    assert_int_equal(close_it(), 0);
    assert_int_equal(nvme_controller.shut_downs, shut_downs + 1);
    assert_int_equal(nvme_controller_pairs(), 0);
}

static struct nvme_counters counters(void)
{
    struct nvme_counters now;

    nvme_get_counters(nvme, &now);
    return now;
}

/* An asynchronous request, that counts its ends. */
struct probe {
    struct block_request request;
    unsigned ends, core;
    bool in_interrupt;
    uint8_t data[BLOCK] __attribute__((aligned(4)));
};

static void on_end(struct block_request *request)
{
    struct probe *probe = request->context;

    probe->core = core_id();
    probe->in_interrupt = in_interrupt();
    __atomic_add_fetch(&probe->ends, 1, __ATOMIC_SEQ_CST);
}

static int submit(struct block_device *drive, struct probe *probe, uint64_t first)
{
    memset(probe, 0, sizeof(*probe));
    probe->request = (struct block_request){.operation = BLOCK_READ,
                                            .first = first,
                                            .count = 1,
                                            .buffer = probe->data,
                                            .done = on_end,
                                            .context = probe};
    return block_submit(drive, &probe->request);
}

static void must_have_read(const struct probe *probe)
{
    assert_int_equal(probe->ends, 1);
    assert_int_equal(probe->request.error, 0);
    assert_memory_equal(probe->data, disk + probe->request.first * BLOCK, BLOCK);
}

static bool never(void *argument)
{
    (void)argument;
    return false;
}

/* As a core that is idle: deferred work runs. */
static void be_idle(uint64_t microseconds)
{
    assert_int_equal(idle_for(never, NULL, microseconds), -ETIMEDOUT);
}

/* ---- what is usual ---- */

static void opens_and_closes_and_leaves_nothing(void **state)
{
    struct nvme_facts facts;
    struct block_device *drive;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        drive = open_drive();
        nvme_get_facts(nvme, &facts);
        assert_string_equal(facts.model, "A controller of the host's   tests");
        assert_string_equal(facts.serial, "S1");
        assert_string_equal(facts.firmware, "1.0");
        assert_int_equal(facts.version, 0x10400);
        assert_int_equal(facts.namespace, 1);
        assert_int_equal(facts.queues, CORES);
        assert_int_equal(facts.vectors, CORES + 1);
        assert_int_equal(facts.depth, 16);
        assert_true(facts.write_cache);
        assert_int_equal(nvme_controller_pairs(), CORES);
        assert_int_equal(drive->blocks, BLOCKS);
        assert_int_equal(drive->block_size, BLOCK);
        assert_int_equal(drive->count_max, NVME_BYTES_MAX / BLOCK);
        assert_int_equal(nvme_controller.enables, i + 1);
        close_drive();
        assert_true(msi_in_use_equal(&before));
    }
}

/* Reads and writes it by buffers that begin and end at all kinds of places. */
static void check_shape(struct block_device *drive, size_t offset, uint32_t count)
{
    const size_t bytes = (size_t)count * BLOCK, room = bytes + 3 * 4096;
    const uint64_t first = 7;
    uint8_t *memory = aligned_alloc(4096, (room + 4095) & ~(size_t)4095), *buffer = memory + offset;

    memset(memory, GUARD, room);
    assert_int_equal(block_read(drive, first, count, buffer), 0);
    assert_memory_equal(buffer, disk + first * BLOCK, bytes);
    assert_int_equal(buffer[bytes], GUARD);
    assert_true(offset == 0 || buffer[-1] == GUARD);
    for (size_t i = 0; i < bytes; i++)
        buffer[i] = (uint8_t)(buffer[i] * 3 + 1);
    assert_int_equal(block_write(drive, first + 1, count, buffer), 0);
    assert_memory_equal(disk + (first + 1) * BLOCK, buffer, bytes);
    assert_int_equal(disk[first * BLOCK + 511], (uint8_t)((first * BLOCK + 511) * 31 + first));
    for (uint32_t i = 0; i < sizeof(disk); i++)
        disk[i] = (uint8_t)(i * 31 + (i >> 9));
    free(memory);
}

static void buffers_of_every_shape_are_described(void **state)
{
    static const size_t offsets[] = {0, 4, 512, 2048, 3584, 4092};
    static const uint32_t counts[] = {1, 7, 8, 9, 15, 16, 17, 24, 255, 256, 257, 600};
    struct block_device *drive = open_drive();

    (void)state;
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
        for (size_t j = 0; j < sizeof(counts) / sizeof(counts[0]); j++)
            check_shape(drive, offsets[i], counts[j]);
    close_drive();
}

static void pages_may_be_larger_and_doorbells_further_apart(void **state)
{
    (void)state;
    nvme_controller.capabilities |= UINT64_C(2) << 48 | UINT64_C(2) << 32;
    nvme_controller.mdts = 0;
    port.vectors = 3;
    for (unsigned i = 0; i < 2; i++) {
        struct block_device *drive = open_drive();

        check_shape(drive, 4092, 257);
        check_shape(drive, 0, 32);
        close_drive();
    }
}

static void a_small_controller_is_taken_as_it_is(void **state)
{
    struct nvme_facts facts;

    (void)state;
    nvme_controller.capabilities = (nvme_controller.capabilities & ~UINT64_C(0xffff)) | 4;
    nvme_controller.mdts = 1;
    nvme_controller.write_cache = false;
    nvme_controller.ready_reads = 3;
    assert_int_equal(open_drive()->count_max, 16);
    nvme_get_facts(nvme, &facts);
    assert_int_equal(facts.depth, 2);
    assert_false(facts.write_cache);
    check_shape(nvme_block(nvme), 512, 100);
    close_drive();
}

static void flush_reaches_the_drive(void **state)
{
    (void)state;
    assert_int_equal(block_flush(open_drive()), 0);
    assert_int_equal(nvme_controller.flushes, 1);
    close_drive();
}

static void requests_that_make_no_sense_are_refused(void **state)
{
    struct block_device *drive = open_drive();
    struct probe probe;
    struct block_request *request = &probe.request;

    (void)state;
    assert_int_equal(submit(drive, &probe, BLOCKS), -ERANGE);
    assert_int_equal(submit(drive, &probe, UINT64_MAX), -ERANGE);
    assert_int_equal(submit(drive, &probe, BLOCKS - 1), 0);
    host_advance_us(SETTLE_US);
    must_have_read(&probe);
    request->count = 2;
    assert_int_equal(block_submit(drive, request), -ERANGE);
    request->count = 0;
    assert_int_equal(block_submit(drive, request), -EINVAL);
    request->count = drive->count_max + 1;
    request->first = 0;
    assert_int_equal(block_submit(drive, request), -EINVAL);
    request->count = 1;
    request->buffer = probe.data + 2;
    assert_int_equal(block_submit(drive, request), -EINVAL);
    request->buffer = NULL;
    assert_int_equal(block_submit(drive, request), -EINVAL);
    assert_int_equal(block_read(drive, 0, 1, NULL), -EINVAL);
    request->buffer = probe.data;
    request->done = NULL;
    assert_int_equal(block_submit(drive, request), -EINVAL);
    request->done = on_end;
    request->operation = (enum block_operation)3;
    assert_int_equal(block_submit(drive, request), -EINVAL);
    assert_int_equal(nvme_controller.tail_doorbells, 1);
    close_drive();
}

/* Not even what would have been before the end: the buffer may be as short as the drive. */
static void what_reaches_beyond_the_end_is_not_begun(void **state)
{
    static const struct {
        uint64_t first, count;
    } cases[] = {{BLOCKS - 300, 301},      {0, BLOCKS + 1}, {0, UINT64_MAX},
                 {BLOCKS - 1, UINT64_MAX}, {UINT64_MAX, 2}, {BLOCKS, 1},
                 {UINT64_MAX, UINT64_MAX}};
    struct block_device *drive = open_drive();
    static uint8_t data[301 * BLOCK] __attribute__((aligned(4)));

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(block_read(drive, cases[i].first, cases[i].count, data), -ERANGE);
        assert_int_equal(block_write(drive, cases[i].first, cases[i].count, data), -ERANGE);
    }
    assert_int_equal(nvme_controller.tail_doorbells, 0);
    assert_int_equal(block_read(drive, BLOCKS - 300, 300, data), 0);
    assert_memory_equal(data, disk + (BLOCKS - 300) * BLOCK, 300 * BLOCK);
    close_drive();
}

static void call_from_a_handler(void *argument)
{
    struct block_device *drive = argument;
    static struct probe probe;

    assert(block_read(drive, 0, 1, probe.data) == -EDEADLK);
    assert(block_flush(drive) == -EDEADLK);
    assert(nvme_open(&port, &config, &nvme) == -EDEADLK);
    assert(nvme_close(nvme) == -EDEADLK);
    assert(submit(drive, &probe, 1) == 0);
}

static void handlers_may_submit_but_not_wait(void **state)
{
    (void)state;
    host_run_in_interrupt(call_from_a_handler, open_drive());
    host_advance_us(SETTLE_US);
    close_drive();
}

static void a_full_queue_says_so_and_is_emptied_with_one_doorbell(void **state)
{
    struct block_device *drive = open_drive();
    struct probe probes[16];
    unsigned doorbells;

    (void)state;
    nvme_controller.hold = true;
    for (unsigned round = 0; round < 20; round++) {
        nvme_controller.backward = round % 2 != 0;
        for (unsigned i = 0; i < 15; i++)
            assert_int_equal(submit(drive, &probes[i], i), 0);
        assert_int_equal(submit(drive, &probes[15], 15), -EAGAIN);
        doorbells = nvme_controller.head_doorbells;
        assert_int_equal(nvme_controller_release(), 15);
        host_advance_us(SETTLE_US);
        for (unsigned i = 0; i < 15; i++)
            must_have_read(&probes[i]);
        assert_int_equal(nvme_controller.head_doorbells, doorbells + 1);
        assert_int_equal(probes[15].ends, 0);
    }
    assert_int_equal(counters().strange, 0);
    close_drive();
}

/* ---- cores, queues, vectors ---- */

static struct probe of_core[CORES];

static void read_on_this_core(void *drive)
{
    struct probe *probe = &of_core[core_id()];
    uint64_t value;

    assert(submit(drive, probe, core_id()) == 0);
    for (unsigned i = 0; i < 1000 && __atomic_load_n(&probe->ends, __ATOMIC_SEQ_CST) == 0; i++)
        delay_us(10);
    (void)value;
}

static void check_cores(struct block_device *drive, unsigned queues, unsigned vectors)
{
    struct nvme_facts facts;

    nvme_get_facts(nvme, &facts);
    assert_int_equal(facts.queues, queues);
    assert_int_equal(facts.vectors, vectors);
    assert_int_equal(smp_run_all(read_on_this_core, drive, LONG_US), 0);
    for (unsigned core = 0; core < CORES; core++) {
        struct nvme_queue_facts queue;

        must_have_read(&of_core[core]);
        assert_true(of_core[core].in_interrupt);
        nvme_get_queue(nvme, core % queues, &queue);
        assert_int_equal(irq_core(queue.irq), of_core[core].core);
        if (queues == CORES && vectors >= CORES)
            assert_int_equal(of_core[core].core, core);
        assert_int_equal(queue.submitted, CORES / queues);
        assert_int_equal(queue.under_way, 0);
        assert_true(queue.vector < vectors);
    }
}

static void each_core_is_interrupted_for_what_it_submits(void **state)
{
    (void)state;
    check_cores(open_drive(), CORES, CORES + 1);
    close_drive();
}

static void fewer_vectors_are_shared(void **state)
{
    (void)state;
    for (port.vectors = 1; port.vectors <= CORES; port.vectors++) {
        check_cores(open_drive(), CORES, port.vectors);
        close_drive();
    }
}

static void fewer_queues_are_shared(void **state)
{
    (void)state;
    nvme_controller.granted = 2;
    check_cores(open_drive(), 2, 3);
    close_drive();
    nvme_controller.granted = 1;
    check_cores(open_drive(), 1, 2);
    close_drive();
    port.vectors = 1;
    check_cores(open_drive(), 1, 1);
    close_drive();
    nvme_controller.granted = 16;
    port.size = NVME_DOORBELLS + 3 * 8; /* doorbells of the admin queue and of two more */
    check_cores(open_drive(), 2, 1);
    close_drive();
}

static void an_interrupt_moves(void **state)
{
    struct block_device *drive = open_drive();
    struct probe probe;

    (void)state;
    assert_int_equal(nvme_set_affinity(nvme, CORES, 1), -EINVAL);
    for (unsigned core = CORES; core-- > 0;) {
        assert_int_equal(nvme_set_affinity(nvme, 0, core), 0);
        assert_int_equal(submit(drive, &probe, core), 0);
        host_advance_us(SETTLE_US);
        must_have_read(&probe);
        assert_int_equal(probe.core, core);
    }
    close_drive();
}

static uint64_t read_at; /* ns */

static void read_when_there_is_room(void *drive)
{
    uint8_t data[BLOCK];

    assert(block_read(drive, 0, 1, data) == 0);
    read_at = time_now_ns();
}

static void who_waits_for_room_is_told_of_it(void **state)
{
    struct block_device *drive;
    struct probe probes[15];
    uint64_t begin;

    (void)state;
    nvme_controller.granted = 1; /* its interrupt comes on core 0 */
    drive = open_drive();
    nvme_controller.hold = true;
    for (unsigned i = 0; i < 15; i++)
        assert_int_equal(submit(drive, &probes[i], i), 0);
    begin = time_now_ns();
    assert_int_equal(smp_start(1, read_when_there_is_room, drive), 0);
    host_advance_us(SETTLE_US);
    nvme_controller.hold = false;
    assert_int_equal(nvme_controller_release(), 15);
    assert_int_equal(smp_join(1, LONG_US), 0);
    assert_true(read_at - begin < TIMEOUT_US / 2 * UINT64_C(1000));
    close_drive();
}

/* ---- errors of commands ---- */

static void a_status_becomes_an_errno(void **state)
{
    static const struct {
        uint16_t status;
        int error;
    } cases[] = {
        {0x281, -EIO},    {0x4281, -EIO},   {0x002, -EINVAL}, {0x001, -ENOTSUP},
        {0x080, -ERANGE}, {0x020, -EROFS},  {0x182, -EROFS},  {0x081, -ENOSPC},
        {0x082, -EBUSY},  {0x00b, -ENODEV}, {0x286, -EACCES}, {0x008, -ECANCELED},
        {0x7ff, -EIO},
    };
    struct block_device *drive = open_drive();
    struct nvme_queue_facts queue;
    uint8_t data[BLOCK];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_STATUS, 1, cases[i].status};
        assert_int_equal(block_read(drive, 0, 1, data), cases[i].error);
        assert_int_equal(block_read(drive, 0, 1, data), 0);
    }
    nvme_get_queue(nvme, 0, &queue);
    assert_int_equal(queue.failed, sizeof(cases) / sizeof(cases[0]));
    assert_string_equal(nvme_status_name(0x4281), "unrecovered read error");
    close_drive();
}

/* ---- a controller that lies ---- */

static void completions_of_nobody_are_counted_and_nothing_else(void **state)
{
    static const enum nvme_fault faults[] = {NVME_FAULT_TWICE, NVME_FAULT_WRONG_ID,
                                             NVME_FAULT_WRONG_QUEUE};
    struct block_device *drive = open_drive();
    struct probe probe;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        nvme_controller.io = (struct nvme_controller_faults){faults[i], 200, 0};
        for (unsigned j = 0; j < 200; j++) {
            assert_int_equal(submit(drive, &probe, j), 0);
            host_advance_us(SETTLE_US);
            must_have_read(&probe);
        }
        assert_int_equal(counters().strange, 200 * (i + 1));
    }
    for (unsigned id = 0; id < 0x10000; id += 97)
        nvme_controller_forge(1, 1, (uint16_t)id, 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(submit(drive, &probe, 5), 0);
    host_advance_us(SETTLE_US);
    must_have_read(&probe);
    close_drive();
}

static void a_completion_of_the_slot_s_last_command_is_nobody_s(void **state)
{
    struct block_device *drive = open_drive();
    struct probe probe;

    (void)state;
    nvme_controller.hold = true;
    assert_int_equal(submit(drive, &probe, 1), 0);
    for (unsigned i = 1; i < 0x10000 / 16; i++)
        nvme_controller_forge(1, 1, (uint16_t)(nvme_controller_held_id() + 16 * i), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(probe.ends, 0);
    assert_int_equal(counters().strange, 0x10000 / 16 - 1);
    (void)nvme_controller_release();
    host_advance_us(SETTLE_US);
    must_have_read(&probe);
    close_drive();
}

/* Its id is right. */
static void a_completion_of_another_queue_s_command_is_nobody_s(void **state)
{
    static const unsigned others[] = {0, 2, CORES, CORES + 1, 0x101, 0xffff};
    struct block_device *drive = open_drive();
    struct probe probe;

    (void)state;
    nvme_controller.hold = true;
    assert_int_equal(submit(drive, &probe, 1), 0);
    for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        nvme_controller_forge(1, others[i], nvme_controller_held_id(), 0);
        host_advance_us(SETTLE_US);
        assert_int_equal(probe.ends, 0);
        assert_int_equal(counters().strange, i + 1);
    }
    (void)nvme_controller_release();
    host_advance_us(SETTLE_US);
    must_have_read(&probe);
    close_drive();
}

/* Of whatever id: one of them is the command's. */
static void an_answer_of_another_queue_to_an_admin_command_is_none(void **state)
{
    struct block_device *drive = open_drive();
    uint8_t data[BLOCK];

    (void)state;
    nvme_controller.admin_opcode = 0x08;
    nvme_controller.admin = (struct nvme_controller_faults){NVME_FAULT_WRONG_QUEUE, 1, 0};
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE, 1, 0};
    assert_int_equal(block_read(drive, 0, 1, data), -ETIMEDOUT);
    assert_int_equal(counters().strange, 1);
    assert_int_equal(counters().resets, 1);
    assert_int_equal(block_read(drive, 0, 1, data), 0);
    close_drive();
}

static void a_completion_of_the_wrong_phase_is_none(void **state)
{
    struct block_device *drive = open_drive();
    uint8_t data[BLOCK];

    (void)state;
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_WRONG_PHASE, 1, 0};
    assert_int_equal(block_read(drive, 0, 1, data), -ETIMEDOUT);
    assert_int_equal(block_read(drive, 0, 1, data), 0);
    assert_int_equal(counters().aborts, 1);
    close_drive();
}

/* ---- commands that are late ---- */

static void who_waits_has_what_is_late_aborted(void **state)
{
    struct block_device *drive = open_drive();
    uint8_t data[BLOCK];

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE, 1, 0};
        assert_int_equal(block_read(drive, 0, 1, data), -ETIMEDOUT);
        assert_int_equal(block_read(drive, 3, 1, data), 0);
        assert_memory_equal(data, disk + 3 * BLOCK, BLOCK);
    }
    assert_int_equal(counters().timeouts, 20);
    assert_int_equal(counters().aborts, 20);
    assert_int_equal(counters().resets, 0);
    close_drive();
}

static void work_does_so_where_nobody_waits(void **state)
{
    struct block_device *drive = open_drive();
    struct probe lost, late, good;

    (void)state;
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE, 2, 0};
    assert_int_equal(submit(drive, &lost, 1), 0);
    be_idle(TIMEOUT_US / 2);
    assert_int_equal(submit(drive, &late, 2), 0);
    assert_int_equal(submit(drive, &good, 3), 0);
    be_idle(TIMEOUT_US / 2 - SETTLE_US);
    must_have_read(&good);
    assert_int_equal(lost.ends, 0);
    be_idle(TIMEOUT_US / 2);
    assert_int_equal(lost.ends, 1);
    assert_int_equal(lost.request.error, -ETIMEDOUT);
    assert_int_equal(lost.request.status, 7);
    assert_int_equal(late.ends, 0);
    be_idle(TIMEOUT_US);
    assert_int_equal(late.ends, 1);
    assert_int_equal(late.request.error, -ETIMEDOUT);
    assert_int_equal(nvme_controller.aborts, 2);
    be_idle(10 * TIMEOUT_US);
    assert_int_equal(counters().timeouts, 2);
    /* Nothing was under way for long: it is looked for anew. */
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE, 1, 0};
    assert_int_equal(submit(drive, &lost, 1), 0);
    be_idle(2 * TIMEOUT_US);
    assert_int_equal(lost.ends, 1);
    assert_int_equal(counters().timeouts, 3);
    close_drive();
}

static void a_lost_interrupt_is_no_error(void **state)
{
    struct block_device *drive = open_drive();
    uint8_t data[BLOCK];

    (void)state;
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_QUIET, 1, 0};
    assert_int_equal(block_read(drive, 4, 1, data), 0);
    assert_memory_equal(data, disk + 4 * BLOCK, BLOCK);
    assert_int_equal(counters().timeouts, 0);
    assert_int_equal(nvme_controller.aborts, 0);
    close_drive();
}

static void reset_case(enum nvme_fault fault, int error)
{
    struct block_device *drive = open_drive();
    struct probe others[6];
    uint8_t data[BLOCK];

    for (unsigned round = 0; round < 3; round++) {
        nvme_controller.hold = true;
        for (unsigned i = 0; i < 6; i++)
            assert_int_equal(submit(drive, &others[i], i), 0);
        nvme_controller.io = (struct nvme_controller_faults){fault, 1, 0};
        assert_int_equal(block_read(drive, 0, 1, data), error);
        for (unsigned i = 0; i < 6; i++) {
            assert_int_equal(others[i].ends, 1);
            assert_true(others[i].request.error != 0);
        }
        nvme_controller.hold = false;
        assert_int_equal(nvme_controller_release(), 0);
        assert_int_equal(counters().resets, round + 1);
        check_shape(drive, 512, 100);
    }
    assert_int_equal(smp_run_all(read_on_this_core, drive, LONG_US), 0);
    for (unsigned core = 0; core < CORES; core++)
        must_have_read(&of_core[core]);
    assert_int_equal(counters().strange, 0);
    close_drive();
}

static void what_an_abort_does_not_end_a_reset_does(void **state)
{
    (void)state;
    reset_case(NVME_FAULT_LOSE_FOR_GOOD, -ETIMEDOUT);
    assert_int_equal(nvme_controller.bus_resets, 0);
}

static void a_controller_that_failed_is_reset(void **state)
{
    (void)state;
    reset_case(NVME_FAULT_FATAL, -ETIMEDOUT);
    assert_int_equal(nvme_controller.aborts, 0);
}

static void what_does_not_answer_an_abort_is_reset(void **state)
{
    (void)state;
    nvme_controller.admin_opcode = 0x08;
    nvme_controller.admin =
        (struct nvme_controller_faults){NVME_FAULT_LOSE, NVME_CONTROLLER_ALWAYS, 0};
    reset_case(NVME_FAULT_LOSE, -ETIMEDOUT);
}

static void a_lost_answer_to_an_admin_command_is_a_reset(void **state)
{
    (void)state;
    nvme_controller.admin_opcode = 0x08;
    nvme_controller.admin =
        (struct nvme_controller_faults){NVME_FAULT_QUIET, NVME_CONTROLLER_ALWAYS, 0};
    reset_case(NVME_FAULT_LOSE_FOR_GOOD, -ETIMEDOUT);
}

static bool is_released(void *argument)
{
    const struct probe *probe = argument;

    return __atomic_load_n(&probe->ends, __ATOMIC_SEQ_CST) != 0;
}

static void what_does_not_stop_is_reset_by_its_bus(void **state)
{
    struct block_device *drive = open_drive();
    struct probe probe;

    (void)state;
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
    nvme_controller.never_off = true;
    assert_int_equal(submit(drive, &probe, 0), 0);
    assert_int_equal(idle_for(is_released, &probe, LONG_US), 0);
    assert_int_equal(probe.request.error, -ETIMEDOUT);
    assert_int_equal(nvme_controller.bus_resets, 1);
    nvme_controller.never_off = false;
    be_idle(SETTLE_US);
    check_shape(drive, 0, 9);
    close_drive();
}

/* ---- the end ---- */

static void must_be_dead(struct block_device *drive)
{
    struct probe probe;
    uint8_t data[BLOCK];

    assert_int_equal(block_read(drive, 0, 1, data), -ENODEV);
    assert_int_equal(block_flush(drive), -ENODEV);
    assert_int_equal(submit(drive, &probe, 0), -ENODEV);
    assert_false(nvme_controller.on_bus);
    be_idle(10 * TIMEOUT_US);
    assert_int_equal(probe.ends, 0);
}

static void what_vanishes_ends_everything_once(void **state)
{
    struct block_device *drive = open_drive();
    struct probe others[6];
    uint8_t data[BLOCK];

    (void)state;
    nvme_controller.hold = true;
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(submit(drive, &others[i], i), 0);
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_GONE, 1, 0};
    assert_int_equal(block_read(drive, 0, 1, data), -ENODEV);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(others[i].ends, 1);
        assert_int_equal(others[i].request.error, -ENODEV);
    }
    must_be_dead(drive);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(others[i].ends, 1);
    assert_int_equal(close_it(), -ENODEV);
}

static void what_never_stops_is_kept_off_the_bus(void **state)
{
    struct block_device *drive = open_drive();
    uint8_t data[BLOCK];

    (void)state;
    port.reset = NULL;
    assert_int_equal(close_it(), 0);
    drive = open_drive();
    nvme_controller.never_off = true;
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
    assert_int_equal(block_read(drive, 0, 1, data), -ENODEV);
    must_be_dead(drive);
    assert_int_equal(close_it(), -ETIMEDOUT);
}

static void what_does_not_come_back_is_given_up(void **state)
{
    static const uint8_t opcodes[] = {0x09, 0x05, 0x01};

    (void)state;
    for (unsigned i = 0; i <= sizeof(opcodes); i++) {
        struct block_device *drive;
        uint8_t data[BLOCK];

        (void)tear_down(state);
        (void)set_up(state);
        drive = open_drive();
        if (i == sizeof(opcodes)) {
            nvme_controller.never_ready = true;
        } else {
            nvme_controller.admin_opcode = opcodes[i];
            nvme_controller.admin =
                (struct nvme_controller_faults){NVME_FAULT_LOSE, NVME_CONTROLLER_ALWAYS, 0};
        }
        nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
        assert_int_equal(block_read(drive, 0, 1, data), -ETIMEDOUT);
        must_be_dead(drive);
        assert_int_equal(close_it(), 0);
    }
}

/* ---- a drive that comes back as another one ---- */

static void must_not_open(int error)
{
    struct nvme *opened = NULL;

    assert_int_equal(nvme_open(&port, &config, &opened), error);
    assert_null(opened);
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(nvme_controller_pairs(), 0);
    nvme_controller.on_bus = true;
}

/* With a command that neither ends nor can be aborted. */
static void reset_it(struct block_device *drive)
{
    const uint64_t resets = counters().resets;
    uint8_t data[BLOCK];

    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
    assert_int_equal(block_read(drive, 0, 1, data), -ETIMEDOUT);
    assert_int_equal(counters().resets, resets + 1);
}

static void must_end_at(struct block_device *drive, uint64_t end)
{
    const unsigned asked = nvme_controller.tail_doorbells;
    uint8_t data[2 * BLOCK];
    struct probe probe;

    assert_int_equal(drive->blocks, end);
    assert_int_equal(block_read(drive, end, 1, data), -ERANGE);
    assert_int_equal(block_write(drive, end - 1, 2, data), -ERANGE);
    assert_int_equal(submit(drive, &probe, end), -ERANGE);
    assert_int_equal(nvme_controller.tail_doorbells, asked);
    assert_int_equal(submit(drive, &probe, end - 1), 0);
    host_advance_us(SETTLE_US);
    must_have_read(&probe);
}

static void a_drive_of_another_size_after_a_reset_has_that(void **state)
{
    static const uint64_t sizes[] = {BLOCKS / 2, 9, BLOCKS, BLOCKS - 1};
    struct block_device *drive = open_drive();

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        nvme_controller.blocks = sizes[i];
        reset_it(drive);
        must_end_at(drive, sizes[i]);
    }
    close_drive();
}

static void format_it(void)
{
    nvme_controller.block_shift = 12;
    nvme_controller.blocks = BLOCKS / 8;
}

static void take_its_namespace(void)
{
    nvme_controller.namespaces = 0;
}

static void empty_its_namespace(void)
{
    nvme_controller.blocks = 0;
}

static void give_its_number_to_another(void)
{
    nvme_controller.namespace_id = 7;
}

static void add_metadata(void)
{
    nvme_controller.metadata = 8;
}

static void protect_it(void)
{
    nvme_controller.protection = 1;
}

static void plug_another_in(void)
{
    nvme_controller.serial = "S2";
}

static void plug_another_model_in(void)
{
    nvme_controller.model = "Another one with the same serial number";
}

/* Not a block is read or written until it is attached anew, as what it is now. */
static void a_drive_that_is_another_after_a_reset_is_not_used(void **state)
{
    static const struct {
        void (*change)(void);
        int error; /* of the next open */
    } cases[] = {
        {format_it, 0},           {take_its_namespace, -ENODEV}, {empty_its_namespace, -ENODEV},
        {add_metadata, -ENOTSUP}, {protect_it, -ENOTSUP},        {give_its_number_to_another, 0},
        {plug_another_in, 0},     {plug_another_model_in, 0},
    };

    static uint8_t data[4096];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct block_device *drive;
        unsigned asked;

        (void)tear_down(state);
        (void)set_up(state);
        drive = open_drive();
        cases[i].change();
        reset_it(drive);
        asked = nvme_controller.tail_doorbells;
        must_be_dead(drive);
        assert_int_equal(nvme_controller.tail_doorbells, asked);
        assert_int_equal(close_it(), 0);
        nvme_controller.on_bus = true;
        if (cases[i].error != 0) {
            must_not_open(cases[i].error);
            continue;
        }
        drive = open_drive();
        assert_int_equal(drive->block_size, 1u << nvme_controller.block_shift);
        assert_int_equal(drive->blocks, nvme_controller.blocks);
        assert_int_equal(block_read(drive, 1, 1, data), 0);
        assert_memory_equal(data, disk + drive->block_size, drive->block_size);
        close_drive();
    }
}

static void closing_ends_what_is_under_way(void **state)
{
    struct block_device *drive = open_drive();
    struct probe probe;

    (void)state;
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE, 1, 0};
    assert_int_equal(submit(drive, &probe, 0), 0);
    assert_int_equal(close_it(), -ETIMEDOUT);
    assert_int_equal(probe.ends, 1);
    assert_int_equal(probe.request.error, -ECANCELED);
    host_advance_us(10 * TIMEOUT_US);
    assert_int_equal(probe.ends, 1);
}

static void what_does_not_stop_at_the_close_is_kept_off_the_bus(void **state)
{
    (void)state;
    port.reset = NULL;
    (void)open_drive();
    nvme_controller.never_off = true;
    assert_int_equal(close_it(), -ETIMEDOUT);
    assert_false(nvme_controller.on_bus);
}

static void a_drive_that_does_not_shut_down_is_told_of(void **state)
{
    (void)state;
    (void)open_drive();
    nvme_controller.never_shut_down = true;
    assert_int_equal(close_it(), -ETIMEDOUT);
}

/* ---- broken at any access to its registers ---- */

static bool is_outcome(int error)
{
    return error == 0 || error == -EIO || error == -ENODEV || error == -ETIMEDOUT;
}

/* Whether it was used to the end before it broke. */
static bool use_until_it_breaks(enum nvme_fault fault, uint32_t access)
{
    struct probe probes[3];
    struct block_device *drive;
    uint8_t data[BLOCK];
    int error, submitted[3];

    nvme_controller.breaks = fault;
    nvme_controller.breaks_at = access;
    error = nvme_open(&port, &config, &nvme);
    if (error != 0) {
        nvme = NULL;
        assert_true(is_outcome(error) || error == -ENOTSUP); /* half of CAP is all ones */
        return false;
    }
    drive = nvme_block(nvme);
    for (unsigned i = 0; i < 3; i++)
        submitted[i] = submit(drive, &probes[i], i);
    error = block_write(drive, 9, 1, disk + 9 * BLOCK);
    assert_true(is_outcome(error));
    be_idle(4 * TIMEOUT_US);
    error = block_read(drive, 3, 1, data);
    assert_true(is_outcome(error));
    assert_true(error != 0 || memcmp(data, disk + 3 * BLOCK, BLOCK) == 0);
    assert_true(is_outcome(close_it()));
    for (unsigned i = 0; i < 3; i++) {
        assert_true(submitted[i] == 0 || submitted[i] == -ENODEV || submitted[i] == -EAGAIN);
        assert_int_equal(probes[i].ends, submitted[i] == 0);
        if (submitted[i] == 0 && probes[i].request.error == 0)
            must_have_read(&probes[i]);
    }
    return nvme_controller.breaks_at != 0;
}

static void whatever_is_under_way_when_it_breaks_ends_once(void **state)
{
    static const enum nvme_fault faults[] = {NVME_FAULT_GONE, NVME_FAULT_FATAL};

    for (unsigned i = 0; i < 2; i++) {
        uint32_t access = 1;

        while (!use_until_it_breaks(faults[i], access)) {
            assert_int_equal(tear_down(state), 0);
            assert_int_equal(set_up(state), 0);
            access++;
        }
        assert_true(access > 50 && access < 1000);
    }
}

/* ---- a callback that hangs ---- */

static struct {
    void (*go_on)(struct block_device *drive);
    struct block_device *drive;
    unsigned core;
    struct probe probe, lost;
} hang;

static void go_on(void *unused)
{
    (void)unused;
    hang.go_on(hang.drive);
}

/* The test goes on inside, on another core. */
static void on_end_hang(struct block_request *request)
{
    on_end(request);
    host_run_as_core(hang.core, go_on, NULL);
}

/* On core 1, in the interrupt of what core 0 submits. */
static void while_a_callback_hangs(struct block_device *drive, unsigned core,
                                   void (*function)(struct block_device *drive))
{
    hang.core = core;
    hang.go_on = function;
    hang.drive = drive;
    assert_int_equal(nvme_set_affinity(nvme, 0, 1), 0);
    nvme_controller.hold = true;
    assert_int_equal(submit(drive, &hang.probe, 1), 0);
    hang.probe.request.done = on_end_hang;
    nvme_controller.hold = false;
    assert_int_equal(nvme_controller_release(), 1);
    host_advance_us(SETTLE_US);
    must_have_read(&hang.probe);
}

static void lose_one_for_good(struct block_device *drive)
{
    struct probe probe;
    uint8_t data[BLOCK];

    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
    assert_int_equal(submit(drive, &hang.lost, 2), 0);
    be_idle(30 * TIMEOUT_US);
    assert_int_equal(hang.lost.ends, 0); /* the drive may write to it */
    assert_int_equal(submit(drive, &probe, 0), -EAGAIN);
    assert_int_equal(block_read(drive, 0, 1, data), -ETIMEDOUT);
    assert_int_equal(counters().resets, 0);
}

static void a_callback_that_hangs_holds_up_a_reset(void **state)
{
    struct block_device *drive = open_drive();

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        while_a_callback_hangs(drive, 0, lose_one_for_good);
        assert_int_equal(hang.lost.ends, 0);
        be_idle(2 * TIMEOUT_US);
        assert_int_equal(hang.lost.ends, 1);
        assert_int_equal(hang.lost.request.error, -ETIMEDOUT);
        assert_int_equal(nvme_controller.bus_resets, 0);
        check_shape(drive, 512, 100);
        assert_int_equal(smp_run_all(read_on_this_core, drive, LONG_US), 0);
        for (unsigned core = 0; core < CORES; core++)
            must_have_read(&of_core[core]);
        assert_int_equal(counters().resets, 1);
        close_drive();
        drive = open_drive();
    }
    close_drive();
}

static void release_later(void *argument)
{
    (void)argument;
    delay_us(TIMEOUT_US * 3 / 2 + 2500000);
    nvme_controller.hold = false;
    (void)nvme_controller_release();
}

/* All others end between two attempts, so that there is nothing left that could be late. */
static void leave_nothing_under_way(struct block_device *drive)
{
    static struct probe probes[15];
    uint8_t data[BLOCK];

    nvme_controller.hold = true;
    for (unsigned i = 0; i < 15; i++)
        assert_int_equal(submit(drive, &probes[i], i), 0);
    assert_int_equal(smp_start(2, release_later, NULL), 0);
    (void)block_read(drive, 0, 1, data);
    assert_int_equal(smp_join(2, LONG_US), 0);
    for (unsigned i = 0; i < 15; i++)
        must_have_read(&probes[i]);
    be_idle(30 * TIMEOUT_US); /* the work that they have left, too, finds that it hangs */
}

static void idle_a_while(void *argument)
{
    (void)argument;
    (void)idle_for(never, NULL, 10 * TIMEOUT_US);
}

static void a_drive_that_nobody_waits_for_comes_back_too(void **state)
{
    struct block_device *drive = open_drive();
    struct probe probe;

    (void)state;
    while_a_callback_hangs(drive, 3, leave_nothing_under_way);
    assert_int_equal(smp_start(3, idle_a_while, NULL), 0); /* whose work it is */
    be_idle(10 * TIMEOUT_US);
    assert_int_equal(smp_join(3, LONG_US), 0);
    assert_int_equal(submit(drive, &probe, 3), 0);
    host_advance_us(SETTLE_US);
    must_have_read(&probe);
    close_drive();
}

static void suspend_while_it_hangs(struct block_device *drive)
{
    (void)drive;
    assert_int_equal(nvme_suspend(nvme), -EBUSY);
}

static void a_drive_whose_suspend_was_held_up_comes_back(void **state)
{
    struct block_device *drive = open_drive();
    struct probe probe;

    (void)state;
    while_a_callback_hangs(drive, 0, suspend_while_it_hangs);
    be_idle(10 * TIMEOUT_US);
    assert_int_equal(submit(drive, &probe, 3), 0);
    host_advance_us(SETTLE_US);
    must_have_read(&probe);
    close_drive();
}

/* ---- a suspend that the end of the timeout holds up ---- */

int __real_timeout_end(struct timeout *timeout);
int __wrap_timeout_end(struct timeout *timeout);
int __real_work_cancel(struct work *work);
int __wrap_work_cancel(struct work *work);

static unsigned late_timeouts; /* whose function has not returned */
static bool recovery_is_held;  /* the work waits for the mutex of who suspends */

int __wrap_timeout_end(struct timeout *timeout)
{
    const int error = __real_timeout_end(timeout);

    return error == 0 && late_timeouts != 0 && late_timeouts-- != 0 ? -EAGAIN : error;
}

int __wrap_work_cancel(struct work *work)
{
    const int error = __real_work_cancel(work);

    return error == 0 && recovery_is_held ? -EAGAIN : error;
}

/* What nobody waits for is found to be late, and ends. */
static void must_be_watched(struct block_device *drive)
{
    struct probe probe;

    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
    assert_int_equal(submit(drive, &probe, 0), 0);
    be_idle(4 * TIMEOUT_US);
    assert_int_equal(probe.ends, 1);
    assert_int_equal(probe.request.error, -ETIMEDOUT);
}

/* However the suspend ends, what is lost afterwards is found. */
static void a_drive_is_watched_after_every_suspend(void **state)
{
    struct block_device *drive = open_drive();

    (void)state;
    must_be_watched(drive);
    recovery_is_held = true;
    assert_int_equal(nvme_suspend(nvme), 0);
    recovery_is_held = false;
    nvme_resume(nvme, 0);
    must_be_watched(drive);
    late_timeouts = 1;
    assert_int_equal(nvme_suspend(nvme), -EBUSY);
    must_be_watched(drive);
    assert_int_equal(nvme_suspend(nvme), 0);
    nvme_resume(nvme, 0);
    must_be_watched(drive);
    close_drive();
}

static void close_while_it_hangs(struct block_device *drive)
{
    struct probe probe;

    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
    assert_int_equal(submit(drive, &hang.lost, 2), 0);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(nvme_close(nvme), -EAGAIN);
    assert_int_equal(hang.lost.ends, 0);
    assert_int_equal(submit(drive, &probe, 0), -ECANCELED);
}

static void what_hangs_at_the_close_can_be_closed_again(void **state)
{
    (void)state;
    while_a_callback_hangs(open_drive(), 0, close_while_it_hangs);
    assert_int_equal(close_it(), 0);
    assert_int_equal(hang.lost.ends, 1);
    assert_int_equal(hang.lost.request.error, -ECANCELED);
}

/* ---- callbacks in a recovery, in the thread that carries it out ---- */

static int errors_of_done[4];
static uint8_t data_of_done[BLOCK];

static void on_end_misuse(struct block_request *request)
{
    struct probe *probe = request->context;

    on_end(request);
    errors_of_done[0] = nvme_close(nvme);
    errors_of_done[1] = block_read(nvme_block(nvme), 0, 1, data_of_done);
    errors_of_done[2] = block_flush(nvme_block(nvme));
    probe->request.done = on_end;
    errors_of_done[3] = block_submit(nvme_block(nvme), request);
}

static void callbacks_in_a_recovery_are_refused_what_can_t_be(void **state)
{
    struct block_device *drive = open_drive();
    struct probe probe;

    (void)state;
    nvme_controller.io = (struct nvme_controller_faults){NVME_FAULT_LOSE_FOR_GOOD, 1, 0};
    assert_int_equal(submit(drive, &probe, 5), 0);
    probe.request.done = on_end_misuse;
    be_idle(20 * TIMEOUT_US);
    assert_int_equal(probe.ends, 1);
    assert_false(probe.in_interrupt);
    assert_int_equal(errors_of_done[0], -EDEADLK);
    assert_int_equal(errors_of_done[1], -ETIMEDOUT);
    assert_int_equal(errors_of_done[2], -ETIMEDOUT);
    assert_int_equal(errors_of_done[3], -EAGAIN);
    assert_int_equal(submit(drive, &probe, 5), 0);
    host_advance_us(SETTLE_US);
    must_have_read(&probe);
    close_drive();
}

/* ---- opening ---- */

static void arguments_are_looked_at(void **state)
{
    (void)state;
    config.depth = 3;
    must_not_open(-EINVAL);
    config.depth = 512;
    must_not_open(-EINVAL);
    config.depth = 24;
    must_not_open(-EINVAL);
    config.depth = 0;
    port.vectors = 0;
    must_not_open(-EINVAL);
    port.vectors = 1;
    port.size = 0x1000;
    must_not_open(-EINVAL);
    assert_int_equal(nvme_open(NULL, &config, &nvme), -EINVAL);
    assert_int_equal(nvme_open(&port, NULL, &nvme), -EINVAL);
    assert_int_equal(nvme_open(&port, &config, NULL), -EINVAL);
    assert_int_equal(nvme_close(NULL), -EINVAL);
}

static void a_controller_of_nonsense_is_refused(void **state)
{
    const uint64_t good = nvme_controller.capabilities;

    (void)state;
    nvme_controller.capabilities = UINT64_MAX;
    must_not_open(-ENODEV);
    nvme_controller.capabilities = 0;
    must_not_open(-ENOTSUP);
    nvme_controller.capabilities = good & ~UINT64_C(0xffff);
    must_not_open(-EPROTO);
    nvme_controller.capabilities = good | UINT64_C(5) << 48;
    must_not_open(-ENOTSUP);
    nvme_controller.capabilities = good | UINT64_C(15) << 32; /* doorbells beyond the registers */
    must_not_open(-EPROTO);
    nvme_controller.capabilities = good;
    nvme_controller.never_ready = true;
    must_not_open(-ETIMEDOUT);
    nvme_controller.never_ready = false;
    nvme_controller.namespaces = 0;
    must_not_open(-ENODEV);
    nvme_controller.namespaces = 1;
    config.namespace = 2;
    must_not_open(-ENODEV);
    config.namespace = 1;
    nvme_controller.metadata = 8;
    must_not_open(-ENOTSUP);
    nvme_controller.metadata = 0;
    nvme_controller.protection = 1;
    must_not_open(-ENOTSUP);
    nvme_controller.protection = 0;
    nvme_controller.block_shift = 13;
    must_not_open(-ENOTSUP);
    nvme_controller.block_shift = 8;
    must_not_open(-EPROTO);
    nvme_controller.block_shift = 9;
    nvme_controller.entry_sizes = 0x77;
    must_not_open(-EPROTO);
    nvme_controller.entry_sizes = 0;
    nvme_controller.blocks = UINT64_MAX;
    must_not_open(-EPROTO);
    nvme_controller.blocks = 0;
    must_not_open(-ENODEV);
    nvme_controller.blocks = BLOCKS;
    (void)open_drive();
    close_drive();
}

static void whatever_fails_at_the_opening_leaves_nothing(void **state)
{
    static const uint8_t opcodes[] = {0x06, 0x09, 0x05, 0x01};
    static const enum nvme_fault faults[] = {NVME_FAULT_STATUS, NVME_FAULT_LOSE, NVME_FAULT_QUIET,
                                             NVME_FAULT_FATAL};

    (void)state;
    for (unsigned i = 0; i < sizeof(opcodes); i++) {
        for (unsigned j = 0; j < sizeof(faults) / sizeof(faults[0]); j++) {
            nvme_controller.admin_opcode = opcodes[i];
            nvme_controller.admin = (struct nvme_controller_faults){faults[j], 1, 6};
            must_not_open(faults[j] == NVME_FAULT_STATUS ? -EIO : -ETIMEDOUT);
        }
    }
    nvme_controller.admin_opcode = 0x01;
    nvme_controller.admin = (struct nvme_controller_faults){NVME_FAULT_GONE, 1, 0};
    must_not_open(-ETIMEDOUT);
    must_not_open(-ENODEV);
}

static void allocations_and_vectors_that_fail_leave_nothing(void **state)
{
    struct nvme *opened;
    unsigned place = 0;
    int error;

    (void)state;
    do {
        failing = ++place;
        error = nvme_open(&port, &config, &opened);
        if (failing == 0) {
            assert_true(error == -ENOMEM || error == -ENOSPC);
            assert_true(msi_in_use_equal(&before));
            assert_int_equal(nvme_controller_pairs(), 0);
            nvme_controller.on_bus = true;
        }
    } while (failing == 0);
    failing = 0;
    assert_int_equal(error, 0);
    assert_true(place > 30);
    nvme = opened;
    close_drive();
}

static void what_a_loader_has_left_on_is_turned_off(void **state)
{
    struct nvme *left;

    (void)state;
    (void)open_drive();
    left = nvme;
    nvme_controller.never_off = true;
    nvme_controller.never_off = false;
    assert_true(nvme_controller_write(NVME_CONTROLLER_BASE + 0x14, 4, 0x460001));
    nvme = left;
    close_drive();
}

/* ---- many at once ---- */

#define ROUNDS  300u
#define STRETCH 64u /* blocks of each core's own */

static unsigned wrong;

static void work_on_a_stretch(void *argument)
{
    struct block_device *drive = argument;
    const uint64_t first = core_id() * STRETCH;
    uint32_t seed = core_id() + 1;
    uint8_t *data = aligned_alloc(4096, STRETCH * BLOCK);

    for (unsigned i = 0; i < ROUNDS; i++) {
        const uint32_t at = (seed = seed * 1103515245 + 12345) >> 8 & (STRETCH - 1);
        const uint32_t count = 1 + (seed >> 20) % (STRETCH - at);

        memset(data, (int)i, count * BLOCK);
        if (block_write(drive, first + at, count, data) != 0)
            __atomic_add_fetch(&wrong, 1, __ATOMIC_SEQ_CST);
        memset(data, 0xff, count * BLOCK);
        if (block_read(drive, first + at, count, data) != 0 || data[0] != (uint8_t)i ||
            data[count * BLOCK - 1] != (uint8_t)i)
            __atomic_add_fetch(&wrong, 1, __ATOMIC_SEQ_CST);
        if (core_id() == 0)
            (void)nvme_set_affinity(nvme, i % CORES, (i / CORES) % CORES);
    }
    free(data);
}

static void check_all_at_once(void)
{
    wrong = 0;
    config.depth = 4;
    assert_int_equal(smp_run_all(work_on_a_stretch, open_drive(), LONG_US), 0);
    assert_int_equal(wrong, 0);
    assert_int_equal(counters().timeouts, 0);
    close_drive();
}

static void all_cores_at_once_while_interrupts_move(void **state)
{
    (void)state;
    check_all_at_once();
}

static void all_cores_at_one_queue_and_one_vector(void **state)
{
    (void)state;
    nvme_controller.granted = 1;
    port.vectors = 1;
    check_all_at_once();
}

static void read_in_spite_of_losses(void *argument)
{
    struct block_device *drive = argument;
    uint8_t data[BLOCK];

    for (unsigned i = 0; i < 20; i++) {
        int error = block_read(drive, core_id(), 1, data);

        if (error != 0 && error != -ETIMEDOUT && error != -EIO)
            __atomic_add_fetch(&wrong, 1, __ATOMIC_SEQ_CST);
        if (error == 0 && memcmp(data, disk + core_id() * BLOCK, BLOCK) != 0)
            __atomic_add_fetch(&wrong, 1, __ATOMIC_SEQ_CST);
    }
}

static void all_cores_at_once_while_it_loses_commands(void **state)
{
    static const enum nvme_fault faults[] = {NVME_FAULT_LOSE, NVME_FAULT_LOSE_FOR_GOOD,
                                             NVME_FAULT_FATAL, NVME_FAULT_QUIET};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct block_device *drive = open_drive();

        wrong = 0;
        nvme_controller.io = (struct nvme_controller_faults){faults[i], 5, 0};
        assert_int_equal(smp_run_all(read_in_spite_of_losses, drive, LONG_US), 0);
        assert_int_equal(wrong, 0);
        close_drive();
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(opens_and_closes_and_leaves_nothing),
        TEST(buffers_of_every_shape_are_described),
        TEST(pages_may_be_larger_and_doorbells_further_apart),
        TEST(a_small_controller_is_taken_as_it_is),
        TEST(flush_reaches_the_drive),
        TEST(requests_that_make_no_sense_are_refused),
        TEST(what_reaches_beyond_the_end_is_not_begun),
        TEST(handlers_may_submit_but_not_wait),
        TEST(a_full_queue_says_so_and_is_emptied_with_one_doorbell),
        TEST(each_core_is_interrupted_for_what_it_submits),
        TEST(fewer_vectors_are_shared),
        TEST(fewer_queues_are_shared),
        TEST(an_interrupt_moves),
        TEST(who_waits_for_room_is_told_of_it),
        TEST(a_status_becomes_an_errno),
        TEST(completions_of_nobody_are_counted_and_nothing_else),
        TEST(a_completion_of_the_slot_s_last_command_is_nobody_s),
        TEST(a_completion_of_another_queue_s_command_is_nobody_s),
        TEST(an_answer_of_another_queue_to_an_admin_command_is_none),
        TEST(a_completion_of_the_wrong_phase_is_none),
        TEST(who_waits_has_what_is_late_aborted),
        TEST(work_does_so_where_nobody_waits),
        TEST(a_lost_interrupt_is_no_error),
        TEST(what_an_abort_does_not_end_a_reset_does),
        TEST(a_controller_that_failed_is_reset),
        TEST(what_does_not_answer_an_abort_is_reset),
        TEST(a_lost_answer_to_an_admin_command_is_a_reset),
        TEST(what_does_not_stop_is_reset_by_its_bus),
        TEST(what_vanishes_ends_everything_once),
        TEST(what_never_stops_is_kept_off_the_bus),
        TEST(what_does_not_come_back_is_given_up),
        TEST(a_drive_of_another_size_after_a_reset_has_that),
        TEST(a_drive_that_is_another_after_a_reset_is_not_used),
        TEST(closing_ends_what_is_under_way),
        TEST(what_does_not_stop_at_the_close_is_kept_off_the_bus),
        TEST(a_drive_that_does_not_shut_down_is_told_of),
        TEST(whatever_is_under_way_when_it_breaks_ends_once),
        TEST(a_callback_that_hangs_holds_up_a_reset),
        TEST(a_drive_that_nobody_waits_for_comes_back_too),
        TEST(a_drive_whose_suspend_was_held_up_comes_back),
        TEST(a_drive_is_watched_after_every_suspend),
        TEST(what_hangs_at_the_close_can_be_closed_again),
        TEST(callbacks_in_a_recovery_are_refused_what_can_t_be),
        TEST(arguments_are_looked_at),
        TEST(a_controller_of_nonsense_is_refused),
        TEST(whatever_fails_at_the_opening_leaves_nothing),
        TEST(allocations_and_vectors_that_fail_leave_nothing),
        TEST(what_a_loader_has_left_on_is_turned_off),
        TEST(all_cores_at_once_while_interrupts_move),
        TEST(all_cores_at_one_queue_and_one_vector),
        TEST(all_cores_at_once_while_it_loses_commands),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
