// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `nvme`: the drives behind the PCI Express controllers, with their queues; and the
 * CRC-32 of blocks that are read. A drive is attached for the command alone, unless it is a
 * driver's; nothing is written.
 */
#include "drivers/nvme/nvme_pci.h"
#include "drivers/pci/pci.h"
#include "lib/command.h"
#include "lib/console.h"
#include "lib/crc32.h"
#include "msi/irq.h"
#include "platform/pci.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 0x10000u /* bytes that are read at a time */
#define MINOR 0xffu

/* What is done with each drive. */
struct work {
    uint64_t first, count; /* blocks to be read; 0: none */
    unsigned drives, failed;
};

static void print_drive(const struct pci_function *function, struct nvme *nvme)
{
    const struct block_device *drive = nvme_block(nvme);
    struct nvme_facts facts;

    nvme_get_facts(nvme, &facts);
    printf("%s %s: %s, serial %s, firmware %s, NVMe %u.%u\n", function->host->name, function->name,
           facts.model, facts.serial, facts.firmware, (unsigned)(facts.version >> 16),
           (unsigned)(facts.version >> 8 & MINOR));
    printf("  namespace %u: %" PRIu64 " blocks of %u bytes%s\n", (unsigned)facts.namespace,
           drive->blocks, (unsigned)drive->block_size, facts.write_cache ? ", write cache" : "");
}

static void print_queues(struct nvme *nvme)
{
    struct nvme_facts facts;
    struct nvme_queue_facts queue;
    char way[96];

    nvme_get_facts(nvme, &facts);
    for (unsigned i = 0; i < facts.queues; i++) {
        nvme_get_queue(nvme, i, &queue);
        (void)irq_describe(queue.irq, way, sizeof(way));
        printf("  queue %u: depth %u, vector %u, core %u, %" PRIu64 " commands, %" PRIu64
               " interrupts, %s\n",
               (unsigned)queue.number, facts.depth, queue.vector, irq_core(queue.irq),
               queue.submitted, irq_count(queue.irq), way);
    }
}

/* Ctrl-C ends it, between two pieces. */
static int read_blocks(struct block_device *drive, const struct work *work)
{
    const uint64_t most = PIECE / drive->block_size;
    uint8_t *data = malloc(PIECE);
    uint64_t done = 0;
    uint32_t crc = 0;
    int error = data == NULL ? -ENOMEM : 0;

    while (error == 0 && done < work->count && !console_interrupted()) {
        const uint64_t left = work->count - done, part = left < most ? left : most;

        error = block_read(drive, work->first + done, part, data);
        if (error == 0)
            crc = crc32_update(crc, data, (size_t)part * drive->block_size);
        done += error == 0 ? part : 0;
    }
    free(data);
    if (done != 0)
        printf("  read: blocks %" PRIu64 " to %" PRIu64 ", CRC-32 0x%08" PRIx32 "\n", work->first,
               work->first + done - 1, crc);
    return error;
}

static int read_if_there(struct block_device *drive, const struct work *work)
{
    if (work->count == 0)
        return 0;
    if (drive->block_size > PIECE)
        return -ENOTSUP;
    if (work->first >= drive->blocks || work->count > drive->blocks - work->first)
        return -ERANGE;
    return read_blocks(drive, work);
}

static int use(struct pci_function *function, const struct work *work)
{
    static const struct nvme_config config = {.name = "prompt"};
    struct nvme *nvme;
    int closed, error = nvme_attach(function, &config, &nvme);

    if (error != 0)
        return error;
    print_drive(function, nvme);
    error = read_if_there(nvme_block(nvme), work);
    print_queues(nvme);
    closed = nvme_detach(nvme);
    return error != 0 ? error : closed;
}

static void visit(struct pci_function *function, struct work *work)
{
    const char *owner = function->owner;
    int error;

    work->drives++;
    if (owner != NULL) {
        printf("%s %s: driver %s has it\n", function->host->name, function->name, owner);
        return;
    }
    error = use(function, work);
    if (error == 0)
        return;
    work->failed++;
    printf("%s %s: error %d\n", function->host->name, function->name, error);
}

static void visit_host(struct pci_host *host, struct work *work)
{
    struct pci_function *function = NULL;

    while ((function = pci_find_class(host, NVME_PCI_CLASS, function)) != NULL)
        visit(function, work);
}

static bool read_words(int count, char **words, struct work *work)
{
    if (count == 1)
        return true;
    return count == 4 && strcmp(words[1], "read") == 0 &&
           command_read_number(words[2], UINT64_MAX, &work->first) &&
           command_read_number(words[3], UINT64_MAX, &work->count) && work->count != 0;
}

static int run_nvme(int count, char **words)
{
    struct work work = {0};
    struct pci_host *host;

    if (!read_words(count, words, &work))
        return COMMAND_USAGE;
    for (unsigned number = 0; number < PLATFORM_PCIS; number++)
        if (platform_pci_open(number, &host) == 0)
            visit_host(host, &work);
    if (work.drives == 0)
        printf("nvme: no drive\n");
    return work.failed == 0 && (work.drives != 0 || work.count == 0) ? COMMAND_DONE
                                                                     : COMMAND_FAILED;
}

COMMAND(nvme, .arguments = "[read first count]",
        .help = "NVMe drives and their queues; the CRC-32 of so many blocks", .run = run_nvme);
