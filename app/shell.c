// SPDX-License-Identifier: BSD-3-Clause
/*
 * The prompt: one line, one command. Bad input gets one line of usage.
 */
#include "app/shell.h"

#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/udma.h"
#include "lib/console.h"
#include "msi/irq.h"
#include "msi/platform.h"
#include "tests/selftest/selftest.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LENGTH 256u
#define WAIT_US         1000000u

#define KEY_BACKSPACE   0x08
#define KEY_DELETE      0x7f
#define KEY_CANCEL      0x03 /* Ctrl-C: forget the line */

struct command {
    const char *name, *argument, *help;
    /* Returns whether the argument was understood. */
    bool (*run)(const char *argument);
};

static bool finished;
static uint8_t exit_status;

static void print_irq(const struct irq *irq, void *argument)
{
    char route[128];

    (void)argument;
    irq_describe(irq, route, sizeof(route));
    printf("%-10s %5u  %-12s core %u  %10llu  %s\n", irq_device_name(irq), (unsigned)irq_index(irq),
           irq_name(irq), irq_core(irq), (unsigned long long)irq_count(irq), route);
}

static bool command_irq(const char *argument)
{
    struct irq_inventory inventory;

    if (argument[0] != '\0')
        return false;
    printf("device     index  name         core         count  route\n");
    irq_for_each(print_irq, NULL);
    irq_get_inventory(&inventory);
    printf("%u in use; free: %u events, %u VINTs, %u routes, %u LPIs; spurious %llu, stray %llu\n",
           (unsigned)inventory.irqs, (unsigned)inventory.events_free,
           (unsigned)inventory.vints_free, (unsigned)inventory.routes_free,
           (unsigned)inventory.lpis_free, (unsigned long long)inventory.spurious,
           (unsigned long long)inventory.stray);
    return true;
}

static bool command_dma(const char *argument)
{
    if (strcmp(argument, "demo") == 0) {
        int error = main_demo();

        if (error != 0)
            printf("demo: error %d\n", error);
        return true;
    }
    if (argument[0] != '\0')
        return false;
    struct udma_inventory inventory;
    udma_get_inventory(&inventory);
    printf("%u of %u channels open; free: %u channels, %u rings\n", udma_open_count(),
           udma_capacity(), inventory.channels_free, inventory.rings_free);
    return true;
}

static bool command_selftest(const char *argument)
{
    selftest_run(argument[0] == '\0' ? NULL : argument);
    return true;
}

static bool command_poweroff(const char *argument)
{
    char *end;
    unsigned long status = strtoul(argument, &end, 10);

    if (*end != '\0' || status > UINT8_MAX)
        return false;
    exit_status = (uint8_t)status;
    finished = true;
    return true;
}

static bool command_help(const char *argument);

static const struct command commands[] = {
    {"help", "", "this list", command_help},
    {"irq", "", "every interrupt in use: device, source, core, count, route", command_irq},
    {"dma", "[demo]", "DMA channels in use, or the demonstration once more", command_dma},
    {"selftest", "[pattern]", "the self-test, or the tests whose name has the pattern",
     command_selftest},
    {"poweroff", "[status]", "end, with a status (0-255, default 0)", command_poweroff},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static bool command_help(const char *argument)
{
    if (argument[0] != '\0')
        return false;
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("%-8s %-10s %s\n", commands[i].name, commands[i].argument, commands[i].help);
    return true;
}

/* Splits the line into a command and the rest, and does it. */
static void do_line(char *line)
{
    char *argument = line + strcspn(line, " \t");

    if (*argument != '\0')
        *argument++ = '\0';
    argument += strspn(argument, " \t");
    if (line[0] == '\0')
        return;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(line, commands[i].name) != 0)
            continue;
        if (!commands[i].run(argument))
            printf("usage: %s %s\n", commands[i].name, commands[i].argument);
        return;
    }
    printf("no command \"%s\"; try help\n", line);
}

/* Echoes and collects one line. A line too long is taken to its end and refused whole. */
static void read_line(char *line)
{
    size_t length = 0;

    for (;;) {
        int key = console_getc(WAIT_US);

        if (key < 0)
            continue;
        if (key == '\r' || key == '\n')
            break;
        if (key == KEY_CANCEL) {
            length = 0;
            printf("^C\n");
            break;
        }
        if ((key == KEY_BACKSPACE || key == KEY_DELETE) && length > 0) {
            length--;
            if (length < LINE_MAX_LENGTH)
                printf("\b \b");
        } else if (key >= ' ' && key < KEY_DELETE) {
            if (length < LINE_MAX_LENGTH) {
                line[length] = (char)key;
                putchar(key);
            }
            length++;
        }
        fflush(stdout);
    }
    putchar('\n');
    if (length > LINE_MAX_LENGTH) {
        printf("the line has %zu characters, the most is %u\n", length, LINE_MAX_LENGTH);
        length = 0;
    }
    line[length] = '\0';
}

uint8_t shell_run(void)
{
    char line[LINE_MAX_LENGTH + 1];

    finished = false;
    exit_status = 0;
    while (!finished) {
        printf("k3metal> ");
        fflush(stdout);
        read_line(line);
        do_line(line + strspn(line, " \t"));
    }
    return exit_status;
}
