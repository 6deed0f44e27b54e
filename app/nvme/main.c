// SPDX-License-Identifier: BSD-3-Clause
/*
 * Reads an NVMe drive with all cores, each by its own queue, and tells its CRC-32 and what each
 * queue has done. docs/nvme.md. With the word `blocks=NUMBER` so many blocks at a time, else as
 * many as the drive takes.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "drivers/nvme/nvme_pci.h"
#include "drivers/pci/pci.h"
#include "lib/crc32.h"
#include "msi/irq.h"
#include "platform/pci.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_MOST    (UINT64_C(256) << 20) /* of the drive; it must find room in memory */
#define TIMEOUT_US (UINT64_C(600) * 1000000)

struct reading {
    struct block_device *drive;
    uint8_t *memory;
    uint64_t blocks, piece; /* to be read, and how many at a time */
    int error;
};

/* On each core: every piece whose turn it is. */
static void read_pieces(void *argument)
{
    struct reading *reading = argument;
    const uint64_t piece = reading->piece;

    for (uint64_t first = core_id() * piece; first < reading->blocks;
         first += core_count() * piece) {
        const uint64_t left = reading->blocks - first;
        int error = block_read(reading->drive, first, left < piece ? left : piece,
                               reading->memory + first * reading->drive->block_size);

        if (error != 0)
            __atomic_store_n(&reading->error, error, __ATOMIC_RELAXED);
    }
}

static void show_queues(const struct nvme *nvme)
{
    struct nvme_facts facts;
    struct nvme_queue_facts queue;
    char way[160];

    nvme_get_facts(nvme, &facts);
    printf("queue  vector  core  commands  interrupts  way\n");
    for (unsigned i = 0; i < facts.queues; i++) {
        nvme_get_queue(nvme, i, &queue);
        (void)irq_describe(queue.irq, way, sizeof(way));
        printf("%5u  %6u  %4u  %8llu  %10llu  %s\n", (unsigned)queue.number, queue.vector,
               irq_core(queue.irq), (unsigned long long)queue.submitted,
               (unsigned long long)irq_count(queue.irq), way);
    }
}

static int read_drive(struct nvme *nvme, uint64_t piece)
{
    struct reading reading = {.drive = nvme_block(nvme), .piece = piece};
    const uint64_t most = AT_MOST / reading.drive->block_size;
    size_t size;
    int error;

    if (reading.piece == 0)
        reading.piece = reading.drive->count_max;
    reading.blocks = reading.drive->blocks < most ? reading.drive->blocks : most;
    size = (size_t)reading.blocks * reading.drive->block_size;
    reading.memory = aligned_alloc(4096, (size + 4095) & ~(size_t)4095);
    if (reading.memory == NULL)
        return -ENOMEM;
    error = smp_run_all(read_pieces, &reading, TIMEOUT_US);
    if (error == 0)
        error = reading.error;
    if (error == 0)
        printf("nvme: %llu bytes, CRC-32 0x%08x\n", (unsigned long long)size,
               (unsigned)crc32_update(0, reading.memory, size));
    show_queues(nvme);
    free(reading.memory);
    return error;
}

static int attach(struct nvme **nvme)
{
    const struct nvme_config config = {.name = "nvme0"};
    struct pci_function *function = NULL;
    struct pci_host *host;
    int error = -ENODEV;

    for (unsigned i = 0; i < PLATFORM_PCIS && function == NULL; i++) {
        error = platform_pci_open(i, &host);
        if (error == 0)
            function = pci_find_class(host, NVME_PCI_CLASS, NULL);
    }
    if (function == NULL)
        return error != 0 ? error : -ENODEV;
    return nvme_attach(function, &config, nvme);
}

int main(int argc, char **argv)
{
    static const char word[] = "blocks=";
    struct nvme *nvme;
    uint64_t piece = 0;
    int closed, error = attach(&nvme);

    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], word, sizeof(word) - 1) == 0)
            piece = strtoul(argv[i] + sizeof(word) - 1, NULL, 0);
    if (error != 0) {
        printf("nvme: no drive: error %d\n", error);
        return EXIT_FAILURE;
    }
    error = read_drive(nvme, piece);
    closed = nvme_detach(nvme);
    if (error != 0 || closed != 0)
        printf("nvme: read: error %d, detach: error %d\n", error, closed);
    return error == 0 && closed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
