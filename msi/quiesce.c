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

/* For those that are inside by now; who came since the first look is waited for too. */
static __attribute__((noinline)) int wait_for_cores(unsigned count)
{
    struct quiesce quiesce = {.count = count};
    int error;

    for (unsigned i = 0; i < count; i++)
        quiesce.generation[i] = generation_of(i);
    __atomic_add_fetch(&irq_quiesce_waiters, 1, __ATOMIC_SEQ_CST);
    error = wait_for(all_moved_on, &quiesce, QUIESCE_TIMEOUT_US);
    __atomic_sub_fetch(&irq_quiesce_waiters, 1, __ATOMIC_SEQ_CST);
    return error == -ETIMEDOUT ? -EAGAIN : error;
}

int irq_await_handlers(void)
{
    uint64_t inside = 0; /* bit 0: a core is */
    unsigned count;

    /* What the caller has read from a device, to know that a mask has arrived there, is read before
     * the generations: a load that acquires does not hold back for the loads before it. */
    barrier_after_status();
    count = core_count();
    for (unsigned i = 0; i < count; i++)
        inside |= generation_of(i);
    if ((inside & 1u) == 0)
        return 0;
    return wait_for_cores(count);
}

int irq_quiesce(void)
{
    return wait_is_allowed() ? irq_await_handlers() : -EDEADLK;
}
