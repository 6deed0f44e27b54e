// SPDX-License-Identifier: BSD-3-Clause
/*
 * Counting in handlers, and waiting for it (tests/target/counting.h).
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

void count_copy(void *context, void *cookie, int status)
{
    uint64_t *copies = context;

    (void)cookie;
    if (status == 0)
        __atomic_add_fetch(copies, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

int wait_for_count(const uint64_t *count, uint64_t least, uint64_t timeout_us)
{
    struct expectation expectation = {count, least};

    return wait_for(is_met, &expectation, timeout_us);
}

int wait_while_it_grows(const uint64_t *count, uint64_t least, uint64_t pause_us)
{
    uint64_t seen;
    int error = 0;

    while (error == 0 && (seen = __atomic_load_n(count, __ATOMIC_SEQ_CST)) < least)
        error = wait_for_count(count, seen + 1, pause_us);
    return error;
}
