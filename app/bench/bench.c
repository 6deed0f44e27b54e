// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `bench`: what interrupts, copies, and requests cost on this core. On a board the PMU
 * counts; on the twin a plugin counts more exactly what is between the marks (app/bench/bench.h).
 */
#include "app/bench/bench.h"
#include "lib/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_DEFAULT 100u
#define FIGURES        4u

static const struct kind {
    const char *name;
    int (*measure)(uint32_t rounds, struct bench_figure *figures);
} kinds[] = {
    {"copies", bench_copies},     {"interrupts", bench_interrupts}, {"firmware", bench_firmware},
    {"requests", bench_requests}, {"messages", bench_messages},     {"channels", bench_channels},
    {"binds", bench_binds},       {"packets", bench_packets},       {"frames", bench_frames},
    {"drives", bench_drives},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct kind *find(const char *name)
{
    for (unsigned i = 0; i < KINDS && name != NULL; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

static int measure(const struct kind *only, uint32_t rounds)
{
    struct bench_figure *figures = calloc(FIGURES, sizeof(*figures));
    int error = 0;

    if (figures == NULL) {
        printf("bench: no memory\n");
        return COMMAND_FAILED;
    }
    if (!bench_counters_start())
        printf("this core does not count instructions (PMCEID0_EL0)\n");
    for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++) {
        int result = only == NULL || only == kind ? kind->measure(rounds, figures) : 0;

        error = error == 0 ? result : error;
    }
    bench_counters_stop();
    free(figures);
    return error == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

/* A boot argument has one word: "bench=copies,10". */
static const char *split_rounds(char *word)
{
    char *comma = strchr(word, ',');

    if (comma == NULL)
        return NULL;
    *comma = '\0';
    return comma + 1;
}

static int run_bench(int count, char **words)
{
    const char *number = count == 2 ? split_rounds(words[1]) : count == 3 ? words[2] : NULL;
    const struct kind *only = count > 1 ? find(words[1]) : NULL;
    uint64_t rounds = ROUNDS_DEFAULT;

    if (count == 2 && only == NULL && number == NULL)
        number = words[1];
    else if (count > 3 || (count > 1 && only == NULL))
        return COMMAND_USAGE;
    if (number != NULL && (!command_read_number(number, BENCH_ROUNDS_MAX, &rounds) || rounds == 0))
        return COMMAND_USAGE;
    return measure(only, (uint32_t)rounds);
}

static const char *complete(unsigned word, unsigned index)
{
    return word == 1 && index < KINDS ? kinds[index].name : NULL;
}

COMMAND(bench, .arguments = "[kind] [rounds]",
        .help = "what interrupts, copies, packets, reads and requests cost", .run = run_bench,
        .candidate = complete, .at_boot = true);
