// SPDX-License-Identifier: BSD-3-Clause
/*
 * An A53 that stops, halts and starts the R5F beside it (tests/guests/r5f/beside.c), which sleeps
 * in WFI or is interrupted meanwhile.
 */
#include "tests/guests/beside.h"
#include "tests/guests/guest.h"
#include "twin/service.h"

#define ROUNDS 30u
#define TRIES  100000u
#define IRQ    1u
#define QUIET  2000u /* us */

static volatile uint32_t *const shared = (volatile uint32_t *)SHARED;

static bool comes(unsigned word, uint32_t value)
{
    for (unsigned i = 0; i < TRIES; i++) {
        if (shared[word] == value)
            return true;
        guest_wait(10);
    }
    return false;
}

static void control(uint64_t how)
{
    smc(TWIN_SMC_R5F_CONTROL, 0, how, 0);
}

static void raise(void)
{
    smc(TWIN_SMC_R5F_LINES, 0, IRQ, 0);
}

int main(void)
{
    unsigned started = 0, taken = 0;

    check("the R5F is there", comes(SHARED_READY, SHARED_MAGIC));
    control(TWIN_R5F_RELEASED | TWIN_R5F_HALTED);
    guest_wait(QUIET);
    raise();
    guest_wait(QUIET);
    check_value("a core that is halted takes no interrupt", shared[SHARED_TAKEN], 0);
    control(TWIN_R5F_RELEASED);
    check("and goes on where it was", comes(SHARED_TAKEN, 1));
    for (unsigned round = 0; round < ROUNDS; round++) {
        control(0);
        guest_wait(QUIET);
        shared[SHARED_READY] = 0;
        shared[SHARED_TAKEN] = 7;
        raise();
        guest_wait(QUIET);
        taken += shared[SHARED_TAKEN] != 7;
        smc(TWIN_SMC_R5F_LINES, 0, 0, 0);
        control(TWIN_R5F_RELEASED);
        started += comes(SHARED_READY, SHARED_MAGIC) && shared[SHARED_TAKEN] == 0;
    }
    check_value("a core in reset takes none", taken, 0);
    check_value("it starts again each time", started, ROUNDS);
    raise();
    check("and takes them", comes(SHARED_TAKEN, 1));
    control(0);
    control(TWIN_R5F_RELEASED);
    guest_wait(QUIET);
    check("however short the reset was", comes(SHARED_TAKEN, 0));
    check_value("it runs", smc(TWIN_SMC_R5F_RUNS, 0, 0, 0), 1);
    control(0);
    check_value("it does not", smc(TWIN_SMC_R5F_RUNS, 0, 0, 0), 0);
    check_value("there is no third core", smc(TWIN_SMC_R5F_RUNS, 2, 0, 0), (uint64_t)-1);
    guest_end();
}
