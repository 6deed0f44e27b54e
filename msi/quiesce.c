// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting for handlers that run (msi/quiesce.h).
 */
#include "msi/quiesce.h"

#include "arch/barrier.h"
#include "arch/wait.h"

#include <errno.h>
#include <stdbool.h>

#define QUIESCE_TIMEOUT_US 5000000u

struct irq_generation irq_generations[CORE_MAX];
uint32_t irq_quiesce_waiters;

struct quiesce {
    uint64_t generation[CORE_MAX];
    unsigned count;
};

static uint64_t generation_of(unsigned core)
{
    return __atomic_load_n(&irq_generations[core].value, __ATOMIC_SEQ_CST);
}

static bool all_moved_on(void *argument)
{
    const struct quiesce *quiesce = argument;

    for (unsigned i = 0; i < quiesce->count; i++) {
        uint64_t then = quiesce->generation[i];

        if ((then & 1u) != 0 && generation_of(i) == then)
            return false;
    }
    return true;
}

int irq_quiesce(void)
{
    struct quiesce quiesce = {.count = core_count()};
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    /* What the caller has read from a device, to know that a mask has arrived there, is read before
     * the generations: a load that acquires does not hold back for the loads before it. */
    barrier_after_status();
    for (unsigned i = 0; i < quiesce.count; i++)
        quiesce.generation[i] = generation_of(i);
    if (all_moved_on(&quiesce))
        return 0;
    __atomic_add_fetch(&irq_quiesce_waiters, 1, __ATOMIC_SEQ_CST);
    error = wait_for(all_moved_on, &quiesce, QUIESCE_TIMEOUT_US);
    __atomic_sub_fetch(&irq_quiesce_waiters, 1, __ATOMIC_SEQ_CST);
    return error == -ETIMEDOUT ? -EAGAIN : error;
}
