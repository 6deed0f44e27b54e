// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which cores take interrupts (msi/placement.h).
 */
#include "msi/placement.h"

#include "arch/core.h"
#include "arch/spinlock.h"

#include <errno.h>
#include <stdint.h>

static uint32_t away; /* one bit for each core that has left */
static struct spinlock away_lock = SPINLOCK_INIT;
static unsigned next_core;
static uint32_t used[CORE_MAX]; /* interrupts on each core */

_Static_assert(CORE_MAX < 32, "masks of cores have a bit for each");

static uint32_t cores_away(void)
{
    return __atomic_load_n(&away, __ATOMIC_SEQ_CST);
}

bool irq_core_is_placeable(unsigned core)
{
    return (cores_away() >> core & 1u) == 0;
}

uint32_t irq_placeable_cores(void)
{
    return ~cores_away() & ((UINT32_C(1) << core_count()) - 1);
}

/* Those that take interrupts, of these if there is one. */
static uint32_t candidates(uint32_t cores)
{
    uint32_t here = irq_placeable_cores();

    return (here & cores) != 0 ? here & cores : here;
}

unsigned irq_place_near(unsigned core, unsigned number, uint32_t cores)
{
    uint32_t left;

    if (irq_core_is_placeable(core))
        return core;
    left = candidates(cores);
    for (number %= (unsigned)__builtin_popcount(left); number > 0; number--)
        left &= left - 1;
    return (unsigned)__builtin_ctz(left);
}

static uint32_t in_use(unsigned core)
{
    return __atomic_load_n(&used[core], __ATOMIC_RELAXED);
}

unsigned irq_place_anywhere(uint32_t cores)
{
    unsigned count = core_count();
    unsigned first = __atomic_fetch_add(&next_core, 1, __ATOMIC_RELAXED), best = count;
    uint32_t left = candidates(cores);

    for (unsigned i = 0; i < count; i++) {
        unsigned core = (first + i) % count;

        if ((left >> core & 1u) != 0 && (best == count || in_use(core) < in_use(best)))
            best = core;
    }
    return best;
}

void irq_placement_count(unsigned core, int change)
{
    __atomic_add_fetch(&used[core], (uint32_t)change, __ATOMIC_RELAXED);
}

static bool is_last(unsigned core)
{
    for (unsigned other = 0; other < core_count(); other++) {
        if (other != core && (away >> other & 1u) == 0)
            return false;
    }
    return true;
}

int irq_placement_mark(unsigned core, bool leaves)
{
    unsigned long state = spin_lock(&away_lock);
    int error = leaves && is_last(core) ? -EINVAL : 0;

    if (error == 0 && leaves)
        __atomic_or_fetch(&away, UINT32_C(1) << core, __ATOMIC_SEQ_CST);
    else if (error == 0)
        __atomic_and_fetch(&away, ~(UINT32_C(1) << core), __ATOMIC_SEQ_CST);
    spin_unlock(&away_lock, state);
    return error;
}
