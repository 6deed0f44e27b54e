// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting for one thing: who brings it about wakes who waits for it, and nobody else.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "msi/quiesce.h"
#include "tests/target/soc.h"

#include <errno.h>
#include <stddef.h>

#define ROUNDS     200u
#define TIMEOUT_US 10000000u
#define SHORT_US   1000u
#define SETTLE_US  20000u

/* One for each core, and one that all answer to. */
static struct pair {
    struct completion ask, answer;
    uint32_t asked, answered;
    int error;
} pairs[CORE_MAX];

static void answer_all(void *argument)
{
    struct pair *pair = argument;

    for (uint32_t round = 1; round <= ROUNDS && pair->error == 0; round++) {
        pair->error = completion_wait(&pair->ask, TIMEOUT_US);
        if (pair->error == 0 && pair->asked != round)
            pair->error = -EILSEQ;
        pair->answered = pair->asked;
        completion_signal(&pair->answer);
    }
}

static void ask(struct pair *pair, uint32_t round)
{
    pair->asked = round;
    completion_signal(&pair->ask);
    CHECK_EQUAL(completion_wait(&pair->answer, TIMEOUT_US), 0);
    CHECK_EQUAL(pair->answered, round);
}

SELFTEST(wait, completions_go_back_and_forth_with_every_core, 60)
{
    for (unsigned core = 1; core < core_count(); core++) {
        pairs[core] = (struct pair){.error = 0};
        CHECK_EQUAL(smp_start(core, answer_all, &pairs[core]), 0);
    }
    for (uint32_t round = 1; round <= ROUNDS && !selftest_failed(); round++)
        for (unsigned core = 1; core < core_count(); core++)
            ask(&pairs[core], round);
    for (unsigned core = 1; core < core_count(); core++) {
        CHECK_EQUAL(smp_join(core, TIMEOUT_US), 0);
        CHECK_EQUAL(pairs[core].error, 0);
    }
}

static void signal_later(void *argument)
{
    delay_us(SHORT_US);
    completion_signal(argument);
}

/* For ever, as some write it, is not over at once. */
SELFTEST(wait, the_longest_timeouts_are_no_short_ones, 60)
{
    const uint64_t timeouts[] = {UINT64_MAX,        UINT64_MAX - 1,
                                 UINT64_MAX / 1000, UINT64_MAX / 1000 + 1,
                                 UINT64_MAX / 2,    UINT64_MAX / 1000 - time_now_ns() / 2000};

    for (unsigned i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
        CHECK(deadline_after_us(timeouts[i]) > deadline_after_us(UINT32_MAX));
        CHECK(!deadline_passed(deadline_after_us(timeouts[i])));
        if (core_count() > 1) {
            struct completion completion = {0};

            CHECK_EQUAL(smp_start(1, signal_later, &completion), 0);
            int error = completion_wait(&completion, timeouts[i]);

            CHECK_EQUAL(smp_join(1, TIMEOUT_US), 0);
            CHECK_EQUAL(error, 0);
        }
    }
}

SELFTEST(wait, a_completion_happens_once_for_all_signals_before_it, 60)
{
    struct completion completion = {0};

    CHECK_EQUAL(completion_wait(&completion, SHORT_US), -ETIMEDOUT);
    completion_signal(&completion);
    completion_signal(&completion);
    CHECK_EQUAL(completion_wait(&completion, 0), 0);
    CHECK_EQUAL(completion_wait(&completion, 0), -ETIMEDOUT);
    completion_signal(&completion);

    unsigned long state = irq_save();
    int error = completion_wait(&completion, SHORT_US);

    irq_restore(state);
    CHECK_EQUAL(error, 0); /* one look is allowed anywhere */
}

/* How many interrupts each core has taken: two steps each. */
static uint64_t taken_by(unsigned core)
{
    return __atomic_load_n(&irq_generations[core].value, __ATOMIC_SEQ_CST);
}

/* From core `from` on, since `before`. */
static void check_slept(const uint64_t *before, unsigned from)
{
    for (unsigned core = from; core < core_count(); core++)
        CHECK_EQUAL(taken_by(core) - before[core], 0);
}

static void note_all(uint64_t *generations)
{
    delay_us(SETTLE_US);
    for (unsigned core = 0; core < core_count(); core++)
        generations[core] = taken_by(core);
}

SELFTEST(wait, answers_and_notifications_wake_no_idle_core, 60)
{
    struct ti_sci_device_state state;
    uint64_t before[CORE_MAX] = {0};
    unsigned awake = 0;

    note_all(before);
    for (unsigned i = 0; i < ROUNDS; i++) {
        CHECK_EQUAL(ti_sci_device_get_state(test_soc.ringacc, &state), 0);
        wait_notify();
    }
    /* The interrupt of the answers may be on another core by now (msi/evacuate.h). */
    for (unsigned core = 1; core < core_count(); core++)
        awake += taken_by(core) != before[core];
    CHECK(awake <= 1);
}

SELFTEST(wait, a_completion_wakes_only_who_waits_for_it, 60)
{
    uint64_t before[CORE_MAX] = {0};

    if (core_count() < 3)
        SKIP("it needs three cores");
    pairs[0] = (struct pair){.error = 0};
    note_all(before);
    CHECK_EQUAL(smp_start(1, answer_all, &pairs[0]), 0);
    for (uint32_t round = 1; round <= ROUNDS && !selftest_failed(); round++)
        ask(&pairs[0], round);
    CHECK_EQUAL(smp_join(1, TIMEOUT_US), 0);
    check_slept(before, 2);
}
