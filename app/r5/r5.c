// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `r5`: loads, starts and stops the MCU domain's two R5Fs, and shows their state. A
 * module of its own: who does not take it in does not have the loader either.
 */
#include "app/r5/receive.h"
#include "arch/translate.h"
#include "drivers/r5f/r5f.h"
#include "lib/command.h"
#include "lib/device_tree.h"
#include "platform/load_r5f.h"
#include "platform/platform.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *in_words(int error)
{
    switch (error) {
    case -EBUSY:
        return "it runs, is not in WFI, or the other core is in use";
    case -ENOENT:
        return "nothing is loaded";
    case -EINVAL:
        return "core 1 comes after core 0, and both are split";
    case -ENOTSUP:
        return "the device does not permit lock-step";
    case -EACCES:
        return "the system firmware refuses";
    case -EIO:
        return "the memory does not hold what was written";
    default:
        return "see the log";
    }
}

static int told(const char *what, unsigned core, int error, const char *problem)
{
    if (error == 0)
        return COMMAND_DONE;
    printf("r5 %s: core %u: %s (error %d)\n", what, core,
           problem != NULL ? problem : in_words(error), error);
    return COMMAND_FAILED;
}

/* The optional word that names a core; alone is false without it. */
static bool read_core(int count, char **words, int at, unsigned *core, bool *alone)
{
    uint64_t number = 0;

    *alone = count > at;
    if (*alone && !command_read_number(words[at], R5F_CORES - 1, &number))
        return false;
    *core = (unsigned)number;
    return true;
}

/* ---- state ---- */

static const char *state_in_words(const struct r5f_state *state)
{
    if (!state->powered)
        return "off";
    if (state->in_reset)
        return "in reset";
    if (state->loaded && !state->started)
        return "loaded";
    return state->started || !state->halted ? "runs" : "halted";
}

static void print_state(unsigned core, const struct r5f_state *state)
{
    printf("  core %u: %s%s%s", core, state_in_words(state), state->waits ? ", in WFI" : "",
           state->lockstep ? ", lock-step" : "");
    if (state->powered)
        printf(", boot vector 0x%" PRIx64, state->boot_vector);
    if (state->held)
        printf(", held: stop it again");
    else if (state->powered && !state->loaded)
        printf(", not ours");
    printf("\n");
}

static int show(void)
{
    int status = COMMAND_DONE;

    for (unsigned core = 0; core < R5F_CORES; core++) {
        struct r5f_state state;
        int error = r5f_get_state(core, &state);

        if (error != 0)
            status = told("state", core, error, NULL);
        else
            print_state(core, &state);
    }
    return status;
}

/* ---- load ---- */

/* What is to be loaded: the file that the boot loader has left (U-Boot's initial RAM disk), or what
 * lies at an address. `next`: the word behind it. */
static bool read_place(int count, char **words, uint64_t *address, uint64_t *size, int *next)
{
    const struct device_tree_info *tree = platform_get_device_tree();

    *next = count > 2 && strcmp(words[2], "file") == 0 ? 3 : 4;
    if (*next == 3) {
        *address = tree->file.base;
        *size = tree->file.size;
        return true;
    }
    return count > 3 && command_read_number(words[2], UINT64_MAX, address) &&
           command_read_number(words[3], UINT32_MAX, size);
}

static int load(unsigned core, bool alone, const void *file, size_t size)
{
    const char *problem = NULL;
    int error = platform_load_r5f(core, alone ? R5F_SPLIT : R5F_LOCKSTEP, file, size, &problem);

    return told("load", core, error, problem);
}

/* What comes over the console's UART. That the core runs is said before the file comes. */
static int load_received(unsigned core, bool alone)
{
    const char *problem = NULL;
    struct r5f_state state;
    void *file = NULL;
    size_t size = 0;
    int error = r5f_get_state(core, &state), status;

    if (error == 0)
        error = state.started ? -EBUSY : r5_receive(&file, &size, &problem);
    if (error != 0)
        return told("load", core, error, problem);
    printf("%lu bytes have come\n", (unsigned long)size);
    status = load(core, alone, file, size);
    free(file);
    return status;
}

static int run_load(int count, char **words)
{
    bool uart = count > 2 && strcmp(words[2], "uart") == 0, alone;
    uint64_t address, size;
    unsigned core;
    int next = 3;

    if ((!uart && !read_place(count, words, &address, &size, &next)) || count > next + 1 ||
        !read_core(count, words, next, &core, &alone))
        return COMMAND_USAGE;
    if (uart)
        return load_received(core, alone);
    if (size == 0)
        return told("load", core, -EINVAL, "there is no file");
    if (mapping_length((uintptr_t)address, (size_t)size) != size)
        return told("load", core, -EINVAL, "that is not all memory");
    return load(core, alone, (const void *)(uintptr_t)address, (size_t)size);
}

/* ---- start, stop ---- */

static int run_start(int count, char **words)
{
    unsigned core;
    bool alone;

    if (count > 3 || !read_core(count, words, 2, &core, &alone))
        return COMMAND_USAGE;
    return told("start", core, r5f_start(core), NULL);
}

static int run_stop(int count, char **words)
{
    bool at_once = count > 2 && strcmp(words[count - 1], "now") == 0;
    unsigned core;
    bool alone;

    count -= at_once;
    if (count > 3 || !read_core(count, words, 2, &core, &alone))
        return COMMAND_USAGE;
    return told("stop", core, r5f_stop(core, at_once), NULL);
}

static int run_r5(int count, char **words)
{
    if (count == 1)
        return show();
    if (strcmp(words[1], "load") == 0)
        return run_load(count, words);
    if (strcmp(words[1], "start") == 0)
        return run_start(count, words);
    if (strcmp(words[1], "stop") == 0)
        return run_stop(count, words);
    return COMMAND_USAGE;
}

static const char *r5_words(unsigned word, unsigned index)
{
    static const char *const candidates[] = {"load", "start", "stop"};

    return word == 1 && index < 3 ? candidates[index] : NULL;
}

COMMAND(r5, .arguments = "[load file|uart|address size [core] | start [core] | stop [core] [now]]",
        .help = "the R5Fs: their state; loads, starts, stops a program there", .run = run_r5,
        .candidate = r5_words);
