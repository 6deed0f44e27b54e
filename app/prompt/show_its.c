// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command that shows the state of the ITS.
 */
#include "drivers/gic/its.h"
#include "lib/command.h"
#include "msi/report.h"

#include <inttypes.h>
#include <stdio.h>

static void print_its_device(uint32_t id, unsigned event_bits, unsigned mapped, void *argument)
{
    (void)argument;
    printf("  device 0x%04" PRIx32 ": %u of %u events mapped\n", id, mapped, 1u << event_bits);
}

static int run_its(int count, char **words)
{
    struct its_facts facts;
    struct irq_inventory inventory;

    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    its_get_facts(&facts);
    irq_get_inventory(&inventory);
    printf("IIDR 0x%08" PRIx32 ", device ids %u bits (%s table), event ids %u bits, collection ids "
           "%u bits, %u bytes an event, tables %s\n",
           facts.iidr, facts.device_bits, facts.two_level_device_table ? "two-level" : "flat",
           facts.event_bits, facts.collection_bits, facts.itt_entry_size,
           facts.tables_coherent ? "coherent" : "cleaned by hand");
    printf("LPIs: %u, in use %" PRIu32 ", free %" PRIu32 "; commands:", facts.lpi_count,
           inventory.lpis, inventory.lpis_free);
    for (uint8_t opcode = 0; opcode < ITS_OPCODES; opcode++) {
        const char *name = its_command_name(opcode);

        if (name != NULL)
            printf(" %s %" PRIu64, name, its_command_count(opcode));
    }
    printf("\n%" PRIu32 " devices\n", inventory.its_devices);
    its_for_each_device(print_its_device, NULL);
    return COMMAND_DONE;
}

COMMAND(its, .help = "the ITS: facts, command counts, devices", .run = run_its);
