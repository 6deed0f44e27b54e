// SPDX-License-Identifier: BSD-3-Clause
/*
 * PSCI SYSTEM_SUSPEND (Arm DEN 0022, 5.20), and what a core has to keep itself: by the procedure
 * call standard the registers that suspend.S saves, and the timers' (Arm ARM DDI 0487, D11.2). The
 * virtual timer is off outside of a wait. All else is set up as on a core that starts.
 */
#include "arch/suspend.h"

#include "arch/alarm_state.h"
#include "arch/barrier.h"

#include <errno.h>

/* PSCI's return codes (DEN 0022, 5.2.2). */
#define PSCI_NOT_SUPPORTED      (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED             (-3)
#define PSCI_INVALID_ADDRESS    (-9)

struct core_context {
    uint64_t words[CORE_CONTEXT_SIZE / sizeof(uint64_t)];
};

/* PSCI's answer, or 0 from core_suspend_resume(). */
int64_t core_suspend_call(struct core_context *context, uintptr_t entry);

static int error_of(int32_t code)
{
    switch (code) {
    case 0:
        return 0;
    case PSCI_NOT_SUPPORTED:
        return -ENOTSUP;
    case PSCI_DENIED:
        return -EPERM;
    case PSCI_INVALID_PARAMETERS:
    case PSCI_INVALID_ADDRESS:
        return -EINVAL;
    default:
        return -EIO;
    }
}

int core_suspend(uintptr_t entry)
{
    struct core_context context;
    struct alarm alarm;
    int error;

    alarm_note(&alarm);
    barrier_complete(); /* what was written to devices has arrived there */
    error = error_of((int32_t)core_suspend_call(&context, entry));
    alarm_restore(&alarm);
    return error;
}
