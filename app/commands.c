// SPDX-License-Identifier: BSD-3-Clause
/*
 * The commands that show the firmware's state, or start something.
 */
#include "app/commands.h"

#include "app/irq_report.h"
#include "app/shell.h"
#include "arch/exception.h"
#include "arch/psci.h"
#include "drivers/gic/its.h"
#include "drivers/gic/its_command.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/udma.h"
#include "lib/console.h"
#include "lib/log.h"
#include "msi/irq.h"
#include "msi/platform.h"
#include "platform/platform.h"
#include "tests/selftest/selftest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_LINES_DEFAULT 40u

bool read_number(const char **text, uint64_t limit, uint64_t *number)
{
    bool hexadecimal = strncmp(*text, "0x", 2) == 0;
    const char *start = *text + (hexadecimal ? 2 : 0);
    const char *digits = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
    size_t length = strspn(start, digits);

    if (length == 0 || length > 16 || strchr(" \t", start[length]) == NULL)
        return false;
    *number = strtoull(start, NULL, hexadecimal ? 16 : 10);
    *text = start + length + strspn(start + length, " \t");
    return *number <= limit;
}

/* ------------------------------------------------------------------------ irq, dma */

static bool command_irq(const char *argument)
{
    if (strcmp(argument, "dot") == 0)
        irq_print_dot();
    else if (argument[0] == '\0')
        irq_print_table();
    else
        return false;
    return true;
}

static bool command_dma(const char *argument)
{
    struct udma_inventory inventory;

    if (strcmp(argument, "demo") == 0) {
        int error = main_demo();

        if (error != 0)
            printf("demo: error %d\n", error);
        return true;
    }
    if (argument[0] != '\0')
        return false;
    udma_get_inventory(&inventory);
    printf("%u of %u channels open; free: %u channels, %u rings\n", udma_open_count(),
           udma_capacity(), inventory.channels_free, inventory.rings_free);
    return true;
}

/* ------------------------------------------------------------------------ sci, its */

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

static bool command_sci(const char *argument)
{
    struct ti_sci_version version;
    struct ti_sci_counters counters;
    int error;

    if (argument[0] != '\0')
        return false;
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
    return true;
}

static void print_its_device(uint32_t id, unsigned event_bits, unsigned mapped, void *argument)
{
    (void)argument;
    printf("  device 0x%04" PRIx32 ": %u of %u events mapped\n", id, mapped, 1u << event_bits);
}

static bool command_its(const char *argument)
{
    static const struct {
        const char *name;
        enum its_opcode opcode;
    } kinds[] = {
        {"MAPD", ITS_MAPD}, {"MAPC", ITS_MAPC},       {"MAPTI", ITS_MAPTI}, {"MOVI", ITS_MOVI},
        {"INV", ITS_INV},   {"INVALL", ITS_INVALL},   {"INT", ITS_INT},     {"CLEAR", ITS_CLEAR},
        {"SYNC", ITS_SYNC}, {"DISCARD", ITS_DISCARD},
    };
    struct its_facts facts;
    struct irq_inventory inventory;

    if (argument[0] != '\0')
        return false;
    its_get_facts(&facts);
    irq_get_inventory(&inventory);
    printf("IIDR 0x%08" PRIx32 ", device ids %u bits (%s table), event ids %u bits, collection ids "
           "%u bits, %u bytes an event, tables %s\n",
           facts.iidr, facts.device_bits, facts.two_level_device_table ? "two-level" : "flat",
           facts.event_bits, facts.collection_bits, facts.itt_entry_size,
           facts.tables_coherent ? "coherent" : "cleaned by hand");
    printf("LPIs: %u, in use %" PRIu32 ", free %" PRIu32 "; commands:", facts.lpi_count,
           inventory.lpis, inventory.lpis_free);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        printf(" %s %" PRIu64, kinds[i].name, its_command_count((uint8_t)kinds[i].opcode));
    printf("\n%" PRIu32 " devices\n", inventory.its_devices);
    its_for_each_device(print_its_device, NULL);
    return true;
}

/* ------------------------------------------------------------------------ log, selftest */

static bool command_log(const char *argument)
{
    uint64_t lines = LOG_LINES_DEFAULT;
    char *text;

    if (argument[0] != '\0' && (!read_number(&argument, UINT32_MAX, &lines) || *argument != '\0'))
        return false;
    text = malloc(LOG_KEPT);
    if (text == NULL) {
        printf("log: no memory\n");
        return true;
    }
    fwrite(text, 1, log_copy(text, (unsigned)lines), stdout);
    free(text);
    return true;
}

static bool command_selftest(const char *argument)
{
    if (strpbrk(argument, " \t") != NULL)
        return false;
    selftest_run(argument[0] == '\0' ? NULL : argument);
    return true;
}

/* ------------------------------------------------------------------------ ends */

static bool command_panic(const char *argument)
{
    if (argument[0] != '\0')
        return false;
    panic("asked for at the prompt");
}

static bool command_reboot(const char *argument)
{
    if (argument[0] != '\0')
        return false;
    printf("rebooting\n");
    fflush(stdout);
    console_flush();
    psci_system_reset();
}

static bool command_poweroff(const char *argument)
{
    uint64_t status = 0;

    if (argument[0] != '\0' && (!read_number(&argument, UINT8_MAX, &status) || *argument != '\0'))
        return false;
    shell_finish((uint8_t)status);
    return true;
}

static bool command_help(const char *argument);

const struct command commands[] = {
    {"help", "", "this list", command_help},
    {"irq", "[dot]", "every interrupt in use, or the whole topology for Graphviz", command_irq},
    {"dma", "[demo]", "DMA channels in use, or the demonstration once more", command_dma},
    {"sci", "", "the system firmware: version, counters, what this host owns", command_sci},
    {"its", "", "the ITS: facts, command counts, devices", command_its},
    {"mem", "address [words]",
     "reads 32-bit words of memory, or of registers that are safe to read", command_mem},
    {"log", "[lines]", "the latest messages (40)", command_log},
    {"selftest", "[pattern]", "the self-test, or the tests whose name has the pattern",
     command_selftest},
    {"bench", "[rounds]", "what an interrupt costs, by kind", command_bench},
    {"panic", "", "ends with a panic, to see one", command_panic},
    {"reboot", "", "resets the board", command_reboot},
    {"poweroff", "[status]", "ends, with a status (0-255, default 0)", command_poweroff},
};

const size_t command_count = sizeof(commands) / sizeof(commands[0]);

static bool command_help(const char *argument)
{
    if (argument[0] != '\0')
        return false;
    for (size_t i = 0; i < command_count; i++)
        printf("%-8s %-15s  %s\n", commands[i].name, commands[i].argument, commands[i].help);
    return true;
}
