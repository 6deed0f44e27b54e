// SPDX-License-Identifier: BSD-3-Clause
/*
 * Completions (arch/wait.h): something that happens once for each wait.
 */
#include "arch/wait.h"

static inline bool take(struct completion *completion)
{
    /* Acquire: what was written before it happened is seen by what follows. */
    return __atomic_exchange_n(&completion->happened, 0, __ATOMIC_ACQUIRE) != 0;
}

static bool has_happened(void *argument)
{
    return take(argument);
}

void completion_signal(struct completion *completion)
{
    /* Release: who sees that it has happened sees what was written before. */
    __atomic_store_n(&completion->happened, 1, __ATOMIC_RELEASE);
    wait_signal(completion);
}

int completion_wait(struct completion *completion, uint64_t timeout_us)
{
    /* What has happened already needs no deadline. */
    if (take(completion))
        return 0;
    return wait_until_signal(has_happened, completion, deadline_after_us(timeout_us));
}
