// SPDX-License-Identifier: BSD-3-Clause
/*
 * Calls to the secure monitor: SMC Calling Convention (Arm DEN 0028), PSCI (Arm DEN 0022).
 */
#include "arch/psci.h"

#include "arch/barrier.h"

#include <errno.h>

/* PSCI's return codes (DEN 0022, 5.2.2). */
#define PSCI_SUCCESS            0
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED             (-3)
#define PSCI_ALREADY_ON         (-4)
#define PSCI_ON_PENDING         (-5)
#define PSCI_INVALID_ADDRESS    (-9)

#define PSCI_AFFINITY_OFF       1 /* of AFFINITY_INFO's answers (5.7) */

struct smc_result smc_call(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3)
{
    register uint64_t r0 __asm__("x0") = function;
    register uint64_t r1 __asm__("x1") = x1;
    register uint64_t r2 __asm__("x2") = x2;
    register uint64_t r3 __asm__("x3") = x3;

    /* The callee may change x0-x17 (DEN 0028, 2.6). */
    __asm__ volatile("smc #0"
                     : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
                     :
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
                       "x16", "x17", "memory", "cc");
    return (struct smc_result){r0, r1, r2, r3};
}

int psci_cpu_on(uint64_t affinity, uintptr_t entry, uint64_t context)
{
    switch ((int32_t)smc_call(PSCI_CPU_ON, affinity, entry, context).x0) {
    case PSCI_SUCCESS:
        return 0;
    case PSCI_INVALID_PARAMETERS:
    case PSCI_INVALID_ADDRESS:
        return -EINVAL;
    case PSCI_ALREADY_ON:
    case PSCI_ON_PENDING:
        return -EALREADY;
    case PSCI_DENIED:
        return -EPERM;
    default:
        return -EIO;
    }
}

bool psci_has(uint32_t function)
{
    return (int32_t)smc_call(PSCI_FEATURES, function, 0, 0).x0 >= 0;
}

bool psci_is_off(uint64_t affinity)
{
    return (int32_t)smc_call(PSCI_AFFINITY_INFO, affinity, 0, 0).x0 == PSCI_AFFINITY_OFF;
}

/* Where a core ends whose power-off or reset the secure monitor did not carry out. */
static noreturn void halt(void)
{
    for (;;)
        __asm__ volatile("msr daifset, #0xf\n\twfi" ::: "memory");
}

noreturn void psci_cpu_off(void)
{
    smc_call(PSCI_CPU_OFF, 0, 0, 0);
    halt();
}

noreturn void psci_system_off(uint8_t status)
{
    barrier_complete(); /* the last output is out of the core's write buffers */
    smc_call(PSCI_SYSTEM_OFF, PSCI_OFF_STATUS_MAGIC | status, 0, 0);
    halt();
}

noreturn void psci_system_reset(void)
{
    barrier_complete();
    smc_call(PSCI_SYSTEM_RESET, 0, 0, 0);
    halt();
}
