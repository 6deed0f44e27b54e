// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MCU domain's R5Fs, as the A53 and the system firmware see them: refusals, the way from off to
 * off, and nothing left of what fails. The program that is loaded does nothing but wait.
 */
#include "app/selftest/selftest.h"
#include "arch/time.h"
#include "drivers/r5f/r5f.h"
#include "platform/platform.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* DRAM for the R5F, where nobody has any: not what TI's device trees reserve for it, from
 * 0xa0000000 on, since that is not mapped. */
#define DRAM          0xa8000000u
#define DRAM_SIZE     0x1000u

#define WFI_WITHIN_US 1000000u
#define REQUESTS_MAX  40u /* of a life */

/* An ELF file (32 bits, little-endian, Arm, executable) with one segment. */
static const struct {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, segments, sections, flags;
    uint16_t size, each, count, section_each, section_count, names;
    uint32_t segment_type, offset, virtual, physical, in_file, in_ram, segment_flags, align;
    uint32_t code[4];
} program = {
    .ident = {0x7f, 'E', 'L', 'F', 1, 1, 1},
    .type = 2,
    .machine = 40,
    .version = 1,
    .entry = DRAM,
    .segments = 52,
    .size = 52,
    .each = 32,
    .count = 1,
    .segment_type = 1,
    .offset = 84,
    .virtual = DRAM,
    .physical = DRAM,
    .in_file = 16,
    .in_ram = DRAM_SIZE,
    .segment_flags = 5,
    .align = 4,
    .code = {0xe320f003, 0xeafffffd, 0xe320f003, 0xeafffffd}, /* 1: wfi; b 1b */
};

static const char *problem;

static int load(unsigned core, enum r5f_mode mode)
{
    return r5f_load(core, mode, &program, sizeof(program), platform_is_free_memory, &problem);
}

/* Why the rest can't be done here; NULL: it can. */
static const char *missing(void)
{
    for (unsigned core = 0; core < R5F_CORES; core++) {
        struct r5f_state state;

        if (r5f_get_state(core, &state) != 0)
            return "the system firmware does not tell of the R5Fs";
        if (state.powered)
            return "an R5F is in use";
    }
    return platform_is_free_memory(DRAM, DRAM_SIZE) ? NULL : "no DRAM is free for an R5F";
}

static bool is_off(unsigned core)
{
    struct r5f_state state;

    return r5f_get_state(core, &state) == 0 && !state.powered && !state.loaded && !state.started &&
           !state.held;
}

SELFTEST(r5f, refuses_what_makes_no_sense, 60)
{
    static const uint8_t nothing[64];
    const char *reason = missing();
    struct r5f_state state;

    if (reason != NULL)
        SKIP(reason);
    CHECK_EQUAL(
        r5f_load(0, R5F_LOCKSTEP, nothing, sizeof(nothing), platform_is_free_memory, &problem),
        -ENOEXEC);
    CHECK(problem != NULL);
    CHECK_EQUAL(load(1, R5F_LOCKSTEP), -EINVAL);
    CHECK_EQUAL(load(1, R5F_SPLIT), -EINVAL);
    CHECK_EQUAL(load(2, R5F_SPLIT), -EINVAL);
    CHECK_EQUAL(r5f_start(0), -ENOENT);
    CHECK_EQUAL(r5f_stop(0, true), -ENOENT);
    CHECK_EQUAL(r5f_get_state(2, &state), -EINVAL);
    CHECK(is_off(0) && is_off(1));
}

/* A core that nobody runs waits from its first instruction on, one that runs soon does. */
static bool is_in_wfi(void *argument)
{
    struct r5f_state state;

    (void)argument;
    return r5f_get_state(0, &state) == 0 && state.waits;
}

static void live(enum r5f_mode mode)
{
    deadline_t deadline;
    struct r5f_state state;

    CHECK_EQUAL(load(0, mode), 0);
    CHECK(memcmp((const void *)(uintptr_t)DRAM, program.code, sizeof(program.code)) == 0);
    CHECK_EQUAL(((const uint8_t *)(uintptr_t)DRAM)[DRAM_SIZE - 1], 0);
    CHECK_EQUAL(r5f_get_state(0, &state), 0);
    CHECK(state.powered && !state.in_reset && state.halted && state.loaded && !state.started);
    CHECK_EQUAL(state.lockstep, mode == R5F_LOCKSTEP);
    CHECK_EQUAL(state.boot_vector, DRAM);
    CHECK_EQUAL(r5f_start(0), 0);
    CHECK_EQUAL(r5f_start(0), -EBUSY);
    CHECK_EQUAL(load(0, mode), -EBUSY);
    deadline = deadline_after_us(WFI_WITHIN_US);
    while (!is_in_wfi(NULL))
        CHECK(!deadline_passed(deadline));
    CHECK_EQUAL(r5f_get_state(0, &state), 0);
    CHECK(state.started && !state.halted);
    CHECK_EQUAL(r5f_stop(0, false), 0);
    CHECK(is_off(0) && is_off(1));
}

SELFTEST(r5f, goes_from_off_to_off, 60)
{
    const char *reason = missing();

    if (reason != NULL)
        SKIP(reason);
    live(R5F_LOCKSTEP);
    if (!selftest_failed())
        live(R5F_SPLIT);
    (void)r5f_stop(0, true);
}

/* Each request of a life refused: an error, and the next life is whole. */
SELFTEST(r5f, leaves_nothing_of_what_fails, 60)
{
    const char *reason = missing();
    unsigned refused = 0;
    int error = -1;

    if (!twin_present())
        SKIP("only the twin's system firmware refuses on demand");
    if (reason != NULL)
        SKIP(reason);
    for (uint32_t spare = 0; error != 0; spare += 3) {
        uint64_t before = 0, after = 0;

        CHECK(spare < REQUESTS_MAX);
        twin_counter(AM65X_COUNT_FAULTS, &before);
        twin_inject_after(AM65X_FAULT_SCI_NAK, 0, spare, 1);
        error = load(0, R5F_LOCKSTEP);
        if (error == 0)
            error = r5f_start(0);
        if (error == 0)
            error = r5f_stop(0, true);
        twin_counter(AM65X_COUNT_FAULTS, &after);
        twin_inject(AM65X_FAULT_SCI_NAK, 0, 0);
        refused += after != before;
        (void)r5f_stop(0, true);
        CHECK(is_off(0) && is_off(1));
    }
    CHECK(refused >= 5);
}
