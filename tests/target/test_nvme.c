// SPDX-License-Identifier: BSD-3-Clause
/*
 * An NVMe drive, if there is one: read by all cores at once, each by its own queue, while the
 * interrupts move. A drive is written only if its first block begins with the mark below, which
 * says that nothing on it matters (docs/nvme.md).
 */
#include "app/selftest/selftest.h"
#include "app/selftest/watchdog.h"
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/nvme/nvme_pci.h"
#include "drivers/pci/pci.h"
#include "lib/crc32.h"
#include "platform/pci.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/pci_hosts.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK       "k3metal scratch drive"
#define PIECE      4096u /* bytes of a command */
#define BURST      8u    /* commands under way on each core */
#define PIECES     64u   /* of each core, behind the first MiB */
#define BEGIN      (1024u * 1024u)
#define BURSTS     50u
#define AGAIN      20u
#define TIMEOUT_US UINT64_C(60000000)
#define SOAK_US    (UINT64_C(3600) * 1000000)

static struct nvme *nvme;
static struct block_device *drive;

/* ---- the drive ---- */

static void with_function(struct pci_function *function, void (*body)(void))
{
    const struct nvme_config config = {.name = "nvme0"};
    struct irq_inventory before = take_inventory(), after;

    CHECK_EQUAL(nvme_attach(function, &config, &nvme), 0);
    drive = nvme_block(nvme);
    if (drive->blocks * drive->block_size >= BEGIN + (uint64_t)CORE_MAX * PIECES * PIECE)
        body();
    else
        selftest_skip("the drive is too small");
    CHECK_EQUAL(nvme_detach(nvme), 0);
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
}

/* The alarm is the watchdog's otherwise; a check that fails may leave it with the drive. */
static void with_drive(void (*body)(void), const char *name, uint32_t seconds)
{
    struct pci_function *function = test_pci_find_class(NVME_PCI_CLASS);

    if (function == NULL)
        SKIP("no NVMe drive: no link, or something else is plugged in");
    watchdog_stop();
    with_function(function, body);
    if (watchdog_is_free())
        watchdog_start(name, seconds);
}

static bool is_scratch(void)
{
    uint8_t *block = malloc(drive->block_size);
    bool marked = block != NULL && block_read(drive, 0, 1, block) == 0 &&
                  memcmp(block, MARK, sizeof(MARK) - 1) == 0;

    free(block);
    return marked;
}

/* ---- what a core does ---- */

struct worker {
    struct block_request requests[BURST];
    uint8_t *data; /* a piece each */
    unsigned ended;
    uint64_t commands;
    unsigned wrong;
    int error;
};

static struct worker workers[CORE_MAX];
static uint32_t crcs[CORE_MAX][PIECES]; /* of what stands in each piece */
static uint64_t bursts;
static bool writes, moves;

static void ended(struct block_request *request)
{
    struct worker *worker = request->context;

    if (__atomic_add_fetch(&worker->ended, 1, __ATOMIC_ACQ_REL) == BURST)
        wait_signal(worker);
}

static bool all_have_ended(void *argument)
{
    const struct worker *worker = argument;

    return __atomic_load_n(&worker->ended, __ATOMIC_ACQUIRE) == BURST;
}

static void fill(uint8_t *piece, uint32_t seed)
{
    for (uint32_t i = 0; i < PIECE; i += sizeof(seed)) {
        memcpy(piece + i, &seed, sizeof(seed));
        seed = seed * 1664525 + 1013904223;
    }
}

static int run_burst(struct worker *worker, unsigned core, unsigned first,
                     enum block_operation operation)
{
    const uint32_t blocks = PIECE / drive->block_size;
    const uint64_t begin = (BEGIN + (uint64_t)core * PIECES * PIECE) / drive->block_size;

    worker->ended = 0;
    for (unsigned i = 0; i < BURST; i++) {
        int error;

        worker->requests[i] = (struct block_request){.operation = operation,
                                                     .first = begin + (first + i) * blocks,
                                                     .count = blocks,
                                                     .buffer = worker->data + i * PIECE,
                                                     .done = ended,
                                                     .context = worker};
        error = block_submit(drive, &worker->requests[i]);
        if (error != 0)
            return error;
    }
    worker->commands += BURST;
    return wait_until_signal(all_have_ended, worker, deadline_after_us(TIMEOUT_US));
}

static int write_burst(struct worker *worker, unsigned core, unsigned first, uint32_t seed)
{
    for (unsigned i = 0; i < BURST; i++) {
        fill(worker->data + i * PIECE, seed + i);
        crcs[core][first + i] = crc32_update(0, worker->data + i * PIECE, PIECE);
    }
    return run_burst(worker, core, first, BLOCK_WRITE);
}

static int read_burst(struct worker *worker, unsigned core, unsigned first, bool known)
{
    int error;

    memset(worker->data, 0, (size_t)BURST * PIECE);
    error = run_burst(worker, core, first, BLOCK_READ);
    for (unsigned i = 0; i < BURST && error == 0; i++) {
        const uint32_t crc = crc32_update(0, worker->data + i * PIECE, PIECE);

        error = worker->requests[i].error;
        worker->wrong += known && crc != crcs[core][first + i];
        crcs[core][first + i] = crc;
    }
    return error;
}

/* Reads what it has of the drive once, and from then on writes and reads it again and again. */
static void work(void *argument)
{
    const unsigned core = core_id();
    struct worker *worker = &workers[core];
    struct nvme_facts facts;

    (void)argument;
    nvme_get_facts(nvme, &facts);
    for (unsigned first = 0; first < PIECES && worker->error == 0; first += BURST)
        worker->error = read_burst(worker, core, first, false);
    for (uint64_t i = 0; i < bursts && worker->error == 0; i++) {
        const unsigned first = (unsigned)(i * BURST % PIECES);

        if (writes && i % 2 == 0)
            worker->error = write_burst(worker, core, first, (uint32_t)i * CORE_MAX + core);
        else
            worker->error = read_burst(worker, core, writes ? first - BURST : first, true);
        if (moves && core == 0 && worker->error == 0)
            worker->error = nvme_set_affinity(nvme, (unsigned)i % facts.queues,
                                              (unsigned)(i / facts.queues) % core_count());
        if (core == 0 && bursts > 10000 && i % 10000 == 0)
            printf("# nvme: %" PRIu64 " of %" PRIu64 " commands on each core\n", i * BURST,
                   bursts * BURST);
    }
}

static void check_work(uint64_t count, bool move, uint64_t timeout_us)
{
    struct nvme_counters counters;
    uint64_t commands = 0;

    memset(workers, 0, sizeof(workers));
    bursts = count;
    moves = move;
    for (unsigned core = 0; core < core_count(); core++)
        workers[core].data = aligned_alloc(PIECE, (size_t)BURST * PIECE);
    CHECK_EQUAL(smp_run_all(work, NULL, timeout_us), 0);
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK_EQUAL(workers[core].error, 0);
        CHECK_EQUAL(workers[core].wrong, 0);
        commands += workers[core].commands;
        free(workers[core].data);
    }
    nvme_get_counters(nvme, &counters);
    CHECK_EQUAL(counters.timeouts, 0);
    CHECK_EQUAL(counters.resets, 0);
    CHECK_EQUAL(counters.strange, 0);
    CHECK_EQUAL(commands, (uint64_t)core_count() * (count * BURST + PIECES));
    printf("# nvme: %" PRIu64 " commands of %u bytes\n", commands, PIECE);
}

/* ---- tests ---- */

static void check_queues(void)
{
    struct nvme_facts facts;
    struct nvme_queue_facts queue;

    nvme_get_facts(nvme, &facts);
    for (unsigned i = 0; i < facts.queues; i++) {
        nvme_get_queue(nvme, i, &queue);
        CHECK_EQUAL(queue.under_way, 0);
        CHECK_EQUAL(queue.failed, 0);
        if (facts.queues != core_count() || facts.vectors <= facts.queues)
            continue; /* they are shared */
        CHECK_EQUAL(irq_core(queue.irq), i);
        CHECK_EQUAL(queue.submitted, BURSTS * BURST + PIECES);
        CHECK(irq_count(queue.irq) != 0 && irq_count(queue.irq) <= queue.submitted);
    }
}

static void body_each_core(void)
{
    writes = false;
    check_work(BURSTS, false, TIMEOUT_US);
    if (!selftest_failed())
        check_queues();
}

SELFTEST(nvme, each_core_reads_by_its_own_queue, 120)
{
    with_drive(body_each_core, "nvme.each_core_reads_by_its_own_queue", 120);
}

static void body_moves(void)
{
    writes = is_scratch();
    if (!writes)
        printf("# nvme: the drive has no mark, and is not written\n");
    check_work(BURSTS, true, TIMEOUT_US);
    if (writes && !selftest_failed())
        CHECK_EQUAL(block_flush(drive), 0);
}

SELFTEST(nvme, contents_are_right_while_interrupts_move, 120)
{
    with_drive(body_moves, "nvme.contents_are_right_while_interrupts_move", 120);
}

static void body_nothing(void)
{
    CHECK(is_scratch() || drive->blocks != 0);
}

SELFTEST(nvme, attaches_and_detaches_again_and_again, 120)
{
    for (unsigned i = 0; i < AGAIN && !selftest_failed(); i++)
        with_drive(body_nothing, "nvme.attaches_and_detaches_again_and_again", 120);
}

/* ---- pulled out ---- */

#define PULL_AFTER_US 30000u
#define LATE_US       200000u
#define ENDED_US      10000000u

static void ended_one(struct block_request *request)
{
    struct worker *worker = request->context;

    __atomic_add_fetch(&worker->ended, 1, __ATOMIC_ACQ_REL);
    wait_notify();
}

static bool all_that_began_have_ended(void *argument)
{
    const struct worker *worker = argument;

    return __atomic_load_n(&worker->ended, __ATOMIC_ACQUIRE) == worker->commands;
}

/* As many as it takes; an error of one, or of one that was not taken. */
static int read_some(struct worker *worker)
{
    int error = 0;

    for (unsigned i = 0; i < BURST && error == 0; i++) {
        worker->requests[i] = (struct block_request){.operation = BLOCK_READ,
                                                     .count = PIECE / drive->block_size,
                                                     .buffer = worker->data + i * PIECE,
                                                     .done = ended_one,
                                                     .context = worker};
        error = block_submit(drive, &worker->requests[i]);
        worker->commands += error == 0;
    }
    /* Idle: nobody waits for them, so deferred work sees to what is late. */
    worker->wrong += idle_for(all_that_began_have_ended, worker, ENDED_US) != 0;
    for (unsigned i = 0; i < BURST && error == 0; i++)
        error = worker->requests[i].error;
    return error;
}

/* Each core reads until the drive is gone; core 0 pulls it out meanwhile. */
static void read_until_it_is_gone(void *argument)
{
    struct worker *worker = &workers[core_id()];
    const deadline_t pull = deadline_after_us(PULL_AFTER_US);
    bool pulled = core_id() != 0;

    (void)argument;
    while (worker->wrong == 0 && worker->error != -ENODEV) {
        worker->error = read_some(worker);
        if (!pulled && deadline_passed(pull)) {
            pulled = true;
            worker->wrong += !twin_inject(AM65X_FAULT_PCIE_GONE, 0, 1);
        }
    }
}

static void pull_it_out(struct pci_function *function)
{
    const struct nvme_config config = {.name = "nvme0", .timeout_us = LATE_US};
    struct irq_inventory before = take_inventory(), after;

    CHECK_EQUAL(nvme_attach(function, &config, &nvme), 0);
    drive = nvme_block(nvme);
    CHECK(drive->blocks * drive->block_size >= PIECE);
    memset(workers, 0, sizeof(workers));
    for (unsigned core = 0; core < core_count(); core++)
        workers[core].data = aligned_alloc(PIECE, (size_t)BURST * PIECE);
    CHECK_EQUAL(smp_run_all(read_until_it_is_gone, NULL, TIMEOUT_US), 0);
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK_EQUAL(workers[core].wrong, 0);
        CHECK_EQUAL(workers[core].ended, workers[core].commands);
        CHECK_EQUAL(block_read(drive, 0, 1, workers[core].data), -ENODEV);
        free(workers[core].data);
    }
    CHECK_EQUAL(nvme_detach(nvme), -ENODEV);
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
}

SELFTEST(nvme, what_is_pulled_out_ends_everything, 60)
{
    struct pci_function *function = test_pci_find_class(NVME_PCI_CLASS);

    if (function == NULL)
        SKIP("no NVMe drive: no link, or something else is plugged in");
    if (!twin_present())
        SKIP("nobody pulls it out on a board");
    watchdog_stop();
    pull_it_out(function);
    CHECK(twin_inject(AM65X_FAULT_PCIE_GONE, 0, 0));
    CHECK(test_pci_open_all() > 0);
    if (!selftest_failed())
        with_function(function, body_each_core);
    if (watchdog_is_free())
        watchdog_start("nvme.what_is_pulled_out_ends_everything", 60);
}

static void body_million(void)
{
    writes = is_scratch();
    check_work(1000000 / BURST / core_count(), true, SOAK_US);
}

SELFTEST(soak, a_million_nvme_commands, 3600)
{
    with_drive(body_million, "soak.a_million_nvme_commands", 3600);
}
