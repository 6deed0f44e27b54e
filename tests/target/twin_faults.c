// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's fault injection and counters, as the self-test reaches them (twin/service.h). The
 * question is asked of whatever answers SMCs: trusted firmware on a board does not know the call.
 */
#include "tests/target/twin_faults.h"
#include "arch/psci.h"
#include "twin/service.h"

bool twin_present(void)
{
    struct smc_result uid = smc_call(TWIN_SMC_UID, 0, 0, 0);

    return (uint32_t)uid.x0 == TWIN_UID_0 && (uint32_t)uid.x1 == TWIN_UID_1 &&
           (uint32_t)uid.x2 == TWIN_UID_2 && (uint32_t)uid.x3 == TWIN_UID_3;
}

bool twin_inject(unsigned fault, uint64_t argument, uint32_t count)
{
    return twin_inject_after(fault, argument, 0, count);
}

bool twin_inject_after(unsigned fault, uint64_t argument, uint32_t spare, uint32_t count)
{
    uint64_t counts = (uint64_t)spare << TWIN_SPARE_SHIFT | count;

    return twin_present() && smc_call(TWIN_SMC_INJECT, fault, argument, counts).x0 == 0;
}

bool twin_counter(unsigned counter, uint64_t *value)
{
    if (!twin_present())
        return false;
    struct smc_result result = smc_call(TWIN_SMC_COUNTER, counter, 0, 0);
    *value = result.x1;
    return result.x0 == 0;
}
