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

static uint32_t cores_away(void)
{
    return __atomic_load_n(&away, __ATOMIC_SEQ_CST);
}

bool irq_core_is_placeable(unsigned core)
{
    return (cores_away() >> core & 1u) == 0;
}

unsigned irq_place_near(unsigned core, unsigned number)
{
    uint32_t gone = cores_away();
    unsigned count = core_count(), left = 0;

    if ((gone >> core & 1u) == 0)
        return core;
    for (unsigned i = 0; i < count; i++)
        left += (gone >> i & 1u) == 0;
    if (left == 0)
        return core; /* never: one is always left */
    number %= left;
    for (unsigned i = 0; i < count; i++) {
        if ((gone >> i & 1u) == 0 && number-- == 0)
            return i;
    }
    return core;
}

unsigned irq_place_anywhere(void)
{
    unsigned number = __atomic_fetch_add(&next_core, 1, __ATOMIC_RELAXED);

    return irq_place_near(number % core_count(), number);
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
