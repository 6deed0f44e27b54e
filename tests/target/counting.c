// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting for what handlers count (tests/target/counting.h).
 */
#include "tests/target/counting.h"

#include "arch/wait.h"

#include <stdbool.h>

struct expectation {
    const uint64_t *count;
    uint64_t least;
};

static bool is_met(void *argument)
{
    const struct expectation *expectation = argument;

    return __atomic_load_n(expectation->count, __ATOMIC_SEQ_CST) >= expectation->least;
}

int wait_for_count(const uint64_t *count, uint64_t least, uint64_t timeout_us)
{
    struct expectation expectation = {count, least};

    return wait_for(is_met, &expectation, timeout_us);
}
