// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the distributor's and the redistributors' files both need: waiting for a register, memory
 * that the GIC reads.
 */
#include "drivers/gic/internal.h"

#include "arch/cache.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

LOG_SUBJECT(gic);

int gic_wait_clear(uintptr_t address, uint32_t bits)
{
    deadline_t deadline = deadline_after_us(GIC_TIMEOUT_US);
    bool late = false;

    /* The clock is read before the register: a core that was held up in between looks at the
     * register once more before it gives up. */
    while ((mmio_read32(address) & bits) != 0) {
        if (late)
            return -ETIMEDOUT;
        late = deadline_passed(deadline);
    }
    return 0;
}

void *gic_memory_allocate_snooped(size_t alignment, size_t size)
{
    size_t whole = (size + alignment - 1u) & ~(alignment - 1u); /* as aligned_alloc() wants it */
    void *memory = aligned_alloc(alignment, whole);

    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

void *gic_memory_allocate(size_t alignment, size_t size)
{
    void *memory = gic_memory_allocate_snooped(alignment, size);

    if (memory != NULL)
        dcache_clean_invalidate(memory, size);
    return memory;
}
