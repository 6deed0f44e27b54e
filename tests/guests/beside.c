// SPDX-License-Identifier: BSD-3-Clause
/*
 * An A53's half of a pair with tests/guests/r5f/beside.c: it interrupts the R5F, sees its memories,
 * and finds no core more than it has without it.
 */
#include "tests/guests/beside.h"
#include "tests/guests/guest.h"
#include "twin/service.h"

#define TCM_SOC     UINT64_C(0x41000000)
#define BTCM_SOC    UINT64_C(0x41010000)
#define GICR_STRIDE UINT64_C(0x20000)
#define GICR_TYPER  8u
#define TYPER_LAST  (1u << 4)
#define CORES       4u
#define CORE_4      UINT64_C(0x200)
#define CORE_4_TOO  UINT64_C(0x4)
#define LAST_CORE   UINT64_C(0x101)
#define NO_CORE     ((uint64_t)-2) /* invalid parameters */
#define TRIES       100000u
#define IRQ         1u
#define WAKES_MAX   (SHARED_ROUNDS * 20)

static uint32_t shared(unsigned word)
{
    return read32(SHARED + 4 * (uint64_t)word);
}

static bool comes(unsigned word, uint32_t value)
{
    for (unsigned i = 0; i < TRIES; i++) {
        if (shared(word) == value)
            return true;
        guest_wait(10);
    }
    return false;
}

static void check_cores(void)
{
    unsigned last = 0;

    for (unsigned core = 0; core < CORES; core++)
        if (read64(GICR_BASE + core * GICR_STRIDE + GICR_TYPER) & TYPER_LAST)
            last |= 1u << core;
    check_value("the last redistributor is core 3's", last, 1u << 3);
    check_value("behind it is none", read32(GICR_BASE + CORES * GICR_STRIDE), 0);
    check_value("PSCI knows core 3", smc(PSCI_AFFINITY_INFO, LAST_CORE, 0, 0), 1);
    check_value("and none behind it", smc(PSCI_AFFINITY_INFO, CORE_4, 0, 0), NO_CORE);
    check_value("whatever it would be called", smc(PSCI_AFFINITY_INFO, CORE_4_TOO, 0, 0), NO_CORE);
    check_value("nor turns it on", smc(PSCI_CPU_ON, CORE_4, (uint64_t)guest_secondary, 0), NO_CORE);
}

int main(void)
{
    unsigned taken = 0;

    check("the R5F is there", comes(SHARED_READY, SHARED_MAGIC));
    check_cores();
    check_value("its ATCM can be read", read32(TCM_SOC + TCM_OFFSET), ATCM_PATTERN);
    check_value("its BTCM too", read32(BTCM_SOC + TCM_OFFSET), BTCM_PATTERN);
    write32(TCM_SOC + TCM_OFFSET, ~ATCM_PATTERN);
    write32(BTCM_SOC + TCM_OFFSET, ~BTCM_PATTERN);
    for (unsigned round = 1; round <= SHARED_ROUNDS; round++) {
        guest_wait(200); /* so that it sleeps */
        smc(TWIN_SMC_R5F_LINES, 0, IRQ, 0);
        taken += comes(SHARED_TAKEN, round);
    }
    check_value("each interrupt arrives, once", taken, SHARED_ROUNDS);
    check("WFI sleeps", shared(SHARED_WAKES) <= WAKES_MAX);
    check("the R5F's program comes to its end", comes(SHARED_READY, 0));
    guest_end();
}
