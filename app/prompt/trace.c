// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `trace`: records what the firmware does, and shows it.
 */
#include "lib/trace.h"
#include "lib/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_US   1000u
#define NS_PER_S    UINT64_C(1000000000)
#define RECORDS_MAX 65536u

static void print_record(unsigned core, const struct trace_record *record, void *argument)
{
    char text[96];

    (void)argument;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* TRACE_EVENT: two unsigned long long */
    snprintf(text, sizeof(text), record->event->format, (unsigned long long)record->values[0],
             (unsigned long long)record->values[1]);
#pragma GCC diagnostic pop
    printf("[%5" PRIu64 ".%06" PRIu64 "] core %u  %-16s %s\n", record->time / NS_PER_S,
           record->time % NS_PER_S / NS_PER_US, core, record->event->name, text);
}

static int show(void)
{
    uint64_t lost;

    if (trace_visit(print_record, NULL, &lost) != 0) {
        printf("trace: it is on; `trace off` first\n");
        return COMMAND_FAILED;
    }
    if (lost != 0)
        printf("%" PRIu64 " older records are lost\n", lost);
    return COMMAND_DONE;
}

static int told(int error, const char *what)
{
    if (error == 0)
        return COMMAND_DONE;
    printf("trace: %s\n", error == -ENOMEM ? "no memory for the rings" : what);
    return COMMAND_FAILED;
}

static int start(const char *records)
{
    uint64_t number = 0;
    unsigned order = 0;

    if (records != NULL) {
        if (!command_read_number(records, RECORDS_MAX, &number) || number == 0)
            return COMMAND_USAGE;
        while ((UINT64_C(1) << order) < number)
            order++;
        order = order < 4 ? 4 : order; /* trace_start()'s least */
    }
    return told(trace_start(order), "it is on already");
}

/* The boot argument trace=boot, which platform/start.c has heeded before anybody else was there. */
static int started_at_boot(void)
{
    if (trace_is_on())
        return COMMAND_DONE;
    printf("trace: \"boot\" is for the boot arguments (trace=boot)\n");
    return COMMAND_FAILED;
}

static int run_trace(int count, char **words)
{
    if (count == 1)
        return show();
    if (strcmp(words[1], "on") == 0 && count <= 3)
        return start(words[2]);
    if (strcmp(words[1], "off") == 0 && count == 2)
        return told(trace_stop(), "it is off already");
    if (strcmp(words[1], "boot") == 0 && count == 2)
        return started_at_boot();
    return COMMAND_USAGE;
}

static const char *trace_words(unsigned word, unsigned index)
{
    static const char *const first[] = {"off", "on"};

    return word == 1 && index < 2 ? first[index] : NULL;
}

COMMAND(trace, .arguments = "[on [records] | off]",
        .help = "records interrupts, DMA and requests (1024 a core); shows what was recorded",
        .run = run_trace, .candidate = trace_words, .at_boot = true);
