// SPDX-License-Identifier: BSD-3-Clause
/*
 * The commands that show the state of the system firmware's client and the DMA driver.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/udma.h"
#include "lib/command.h"
#include "platform/platform.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- sci ---- */

static void print_range(const char *name, int error, const struct ti_sci_range *range)
{
    if (error != 0)
        printf("  %-18s error %d\n", name, error);
    else if (range->second_count != 0)
        printf("  %-18s %u-%u, %u-%u\n", name, range->first, range->first + range->count - 1u,
               range->second_first, range->second_first + range->second_count - 1u);
    else
        printf("  %-18s %u-%u\n", name, range->first, range->first + range->count - 1u);
}

static int run_sci(int count, char **words)
{
    struct ti_sci_version version;
    struct ti_sci_counters counters;
    int error;

    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    error = ti_sci_get_version(&version);
    if (error != 0)
        printf("system firmware: no version: error %d\n", error);
    else
        printf("system firmware \"%s\", version %u, ABI %u.%u\n", version.description,
               version.version, version.abi_major, version.abi_minor);
    ti_sci_get_counters(&counters);
    printf("requests %" PRIu64 ", answers %" PRIu64 ", by %" PRIu64 " interrupts; timeouts %" PRIu64
           ", late %" PRIu64 ", refused %" PRIu64 ", malformed %" PRIu64 ", stray %" PRIu64 "\n",
           counters.requests, counters.answers, counters.interrupts, counters.timeouts,
           counters.late, counters.refused, counters.malformed, counters.stray);
    printf("this host owns\n");
    platform_for_each_range(print_range);
    return COMMAND_DONE;
}

COMMAND(sci, .help = "the system firmware: version, counters, what this host owns", .run = run_sci);

/* ---- dma ---- */

static int run_dma(int count, char **words)
{
    struct udma_inventory inventory;

    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    udma_get_inventory(&inventory);
    printf("%u of %u channels open; free: %u channels, %u rings; held %u\n", udma_open_count(),
           udma_capacity(), inventory.channels_free, inventory.rings_free, inventory.held);
    return COMMAND_DONE;
}

COMMAND(dma, .help = "DMA channels and rings in use", .run = run_dma);
