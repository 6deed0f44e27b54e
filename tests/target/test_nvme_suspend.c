// SPDX-License-Identifier: BSD-3-Clause
/*
 * An NVMe drive over a suspend, if there is one and the secure monitor offers that: what is under
 * way ends before, the drive is read by all queues afterwards, and a link that does not come back
 * ends in errors. A timeout wakes the SoC.
 */
#include "app/selftest/selftest.h"
#include "app/selftest/watchdog.h"
#include "arch/core.h"
#include "arch/psci.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/nvme/nvme_pci.h"
#include "drivers/pci/pci.h"
#include "lib/crc32.h"
#include "msi/timeout.h"
#include "platform/pci.h"
#include "platform/platform.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/pci_hosts.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stdlib.h>

#define DEADLINE_S 60u
#define ROUNDS     2u
#define WAKE_US    20000u
#define LATEST_US  20000000u
#define BYTES      4096u
#define REQUESTS   8u
#define ALL_US     20000000u

static struct nvme *nvme;
static struct block_device *drive;

/* ---- the timeout, and the suspend that it ends ---- */

static struct timeout timeout;
static bool is_due;

static void note_due(void *context)
{
    (void)context;
    __atomic_store_n(&is_due, true, __ATOMIC_SEQ_CST);
}

static bool (*at_last)(void);

static bool is_over(void *argument)
{
    (void)argument;
    return __atomic_load_n(&is_due, __ATOMIC_SEQ_CST) || (at_last != NULL && at_last());
}

/* Not by one that has come before all was ready. */
static int suspend(void)
{
    int error = -ECANCELED;

    for (uint32_t us = WAKE_US; error == -ECANCELED && us <= LATEST_US; us *= 4) {
        is_due = false;
        (void)timeout_set(&timeout, us);
        error = platform_suspend(is_over, NULL);
        (void)timeout_stop(&timeout);
    }
    return error;
}

/* ---- the drive ---- */

static void attach(struct pci_function *function)
{
    static const struct nvme_config config = {.name = "nvme0"};

    CHECK_EQUAL(nvme_attach(function, &config, &nvme), 0);
    drive = selftest_failed() ? NULL : nvme_block(nvme);
}

static void with_drive(const char *name, void (*body)(struct pci_function *function))
{
    struct pci_function *function =
        psci_has(PSCI_SYSTEM_SUSPEND) ? test_pci_find_class(NVME_PCI_CLASS) : NULL;
    struct irq_inventory before = take_inventory(), after;

    if (function == NULL)
        SKIP("no NVMe drive, or the secure monitor offers no SYSTEM_SUSPEND");
    watchdog_stop();
    if (timeout_begin(&timeout, note_due, NULL) == 0)
        body(function);
    else
        selftest_fail(__FILE__, __LINE__, "there is no timeout");
    (void)timeout_end(&timeout);
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
    if (watchdog_is_free())
        watchdog_start(name, DEADLINE_S);
}

/* ---- reading it ---- */

static uint32_t crcs[CORE_MAX];
static int errors[CORE_MAX];

/* On each core: a piece of its own. */
static void read_piece(void *argument)
{
    const unsigned core = core_id();
    uint8_t *data = malloc(BYTES);

    (void)argument;
    errors[core] = data == NULL ? -ENOMEM
                                : block_read(drive, (uint64_t)core * BYTES / drive->block_size,
                                             BYTES / drive->block_size, data);
    crcs[core] = errors[core] == 0 ? crc32_update(0, data, BYTES) : 0;
    free(data);
}

/* crc: of all of it. */
static void read_by_all_cores(uint32_t *crc)
{
    CHECK_EQUAL(smp_run_all(read_piece, NULL, ALL_US), 0);
    for (unsigned core = 0; core < core_count(); core++)
        CHECK_EQUAL(errors[core], 0);
    *crc = crc32_update(0, crcs, core_count() * sizeof(crcs[0]));
}

static unsigned ended, failed;

static void count_end(struct block_request *request)
{
    failed += request->error != 0;
    __atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
}

/* They are under way when the suspend is asked for, and over when it has come. */
static void submit(struct block_request *requests, uint8_t *data)
{
    ended = failed = 0;
    for (unsigned i = 0; i < REQUESTS; i++) {
        requests[i] = (struct block_request){.operation = BLOCK_READ,
                                             .first = 0,
                                             .count = BYTES / drive->block_size,
                                             .buffer = data + i * BYTES,
                                             .done = count_end};
        CHECK_EQUAL(block_submit(drive, &requests[i]), 0);
    }
}

/* ---- tests ---- */

static bool all_ended;

static bool note_ended(void)
{
    all_ended = __atomic_load_n(&ended, __ATOMIC_SEQ_CST) == REQUESTS;
    return false;
}

static void suspend_under_way(void)
{
    struct block_request *requests = calloc(REQUESTS, sizeof(*requests));
    uint8_t *data = malloc((size_t)REQUESTS * BYTES);

    CHECK(requests != NULL && data != NULL);
    at_last = note_ended;
    all_ended = false;
    submit(requests, data);
    CHECK_EQUAL(suspend(), 0);
    at_last = NULL;
    CHECK(all_ended);
    CHECK_EQUAL(failed, 0);
    free(data);
    free(requests);
}

static void check_places(void)
{
    struct nvme_facts facts;
    struct nvme_queue_facts queue;

    nvme_get_facts(nvme, &facts);
    for (unsigned i = 0; i < facts.queues; i++) {
        nvme_get_queue(nvme, i, &queue);
        CHECK_EQUAL(queue.under_way, 0);
        if (facts.queues == core_count() && facts.vectors > facts.queues)
            CHECK_EQUAL(irq_core(queue.irq), i);
    }
}

static void body_goes_on(struct pci_function *function)
{
    struct nvme_counters counters;
    uint32_t crc = 0, again = 0;

    attach(function);
    if (drive == NULL)
        return;
    read_by_all_cores(&crc);
    for (unsigned i = 0; i < ROUNDS && !selftest_failed(); i++) {
        suspend_under_way();
        read_by_all_cores(&again);
        CHECK_EQUAL(again, crc);
        check_places();
    }
    nvme_get_counters(nvme, &counters);
    CHECK_EQUAL(counters.timeouts + counters.resets + counters.strange, 0);
    CHECK_EQUAL(nvme_detach(nvme), 0);
}

SELFTEST(suspend, drive_goes_on_afterwards, DEADLINE_S)
{
    with_drive("suspend.drive_goes_on_afterwards", body_goes_on);
}

static bool pull_out(void)
{
    (void)twin_inject(AM65X_FAULT_PCIE_GONE, 0, 1);
    return false;
}

static void body_no_link(struct pci_function *function)
{
    uint8_t *data = malloc(BYTES);
    uint32_t crc = 0, again = 0, word;

    attach(function);
    if (drive == NULL || data == NULL)
        return;
    read_by_all_cores(&crc);
    at_last = pull_out;
    CHECK_EQUAL(suspend(), -ENODEV);
    at_last = NULL;
    CHECK_EQUAL(block_read(drive, 0, 1, data), -ENODEV);
    CHECK_EQUAL(pci_read32(function, 0, &word), -ENODEV);
    CHECK_EQUAL(suspend(), 0);
    CHECK_EQUAL(nvme_detach(nvme), -ENODEV);
    CHECK(test_pci_find_class(NVME_PCI_CLASS) == NULL);
    CHECK(twin_inject(AM65X_FAULT_PCIE_GONE, 0, 0));
    CHECK(test_pci_find_class(NVME_PCI_CLASS) == function);
    attach(function);
    if (drive != NULL) {
        read_by_all_cores(&again);
        CHECK_EQUAL(again, crc);
        CHECK_EQUAL(nvme_detach(nvme), 0);
    }
    free(data);
}

SELFTEST(suspend, drive_that_does_not_come_back_ends_in_errors, DEADLINE_S)
{
    if (!twin_present())
        SKIP("nobody pulls it out on a board");
    with_drive("suspend.drive_that_does_not_come_back_ends_in_errors", body_no_link);
}
