// SPDX-License-Identifier: BSD-3-Clause
/*
 * The registers of translation, field by field (Arm ARM DDI 0487, D17.2.97 "MAIR_EL1", D17.2.131
 * "TCR_EL1"): a simulator that has no caches works with attributes that a core would not.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/sysreg.h"

#include <stddef.h>

#define RUN_US 4000000u

static uint64_t field(uint64_t value, unsigned shift, unsigned bits)
{
    return value >> shift & ((UINT64_C(1) << bits) - 1);
}

static void check_tcr(void *argument)
{
    uint64_t tcr = sysreg_read(TCR_EL1), range = field(sysreg_read(ID_AA64MMFR0_EL1), 0, 4);

    (void)argument;
    CHECK_EQUAL(field(tcr, 0, 6), 25);                     /* T0SZ: 39 bits of address */
    CHECK_EQUAL(field(tcr, 7, 1), 0);                      /* EPD0: the lower half is walked */
    CHECK_EQUAL(field(tcr, 8, 2), 1);                      /* IRGN0: walks are cached, write-back */
    CHECK_EQUAL(field(tcr, 10, 2), 1);                     /* ORGN0 */
    CHECK_EQUAL(field(tcr, 12, 2), 3);                     /* SH0: inner shareable */
    CHECK_EQUAL(field(tcr, 14, 2), 0);                     /* TG0: 4 KiB */
    CHECK_EQUAL(field(tcr, 23, 1), 1);                     /* EPD1: the upper half is not walked */
    CHECK_EQUAL(field(tcr, 32, 3), range < 5 ? range : 5); /* IPS: what the core has */
}

SELFTEST(mmu, every_core_walks_the_lower_half_in_cached_memory, 60)
{
    CHECK_EQUAL(smp_run_all(check_tcr, NULL, RUN_US), 0);
}

static void check_mair(void *argument)
{
    uint64_t mair = sysreg_read(MAIR_EL1);

    (void)argument;
    CHECK_EQUAL(field(mair, 0, 8), 0x04); /* Device-nGnRE */
    CHECK_EQUAL(field(mair, 8, 8), 0xff); /* normal memory, write-back, both allocate */
}

SELFTEST(mmu, every_core_has_devices_and_write_back_memory, 60)
{
    CHECK_EQUAL(smp_run_all(check_mair, NULL, RUN_US), 0);
}
