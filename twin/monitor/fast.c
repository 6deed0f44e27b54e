// SPDX-License-Identifier: BSD-3-Clause
/* What EL2 needs for the accesses that it makes itself (fast.S). */
#include "twin/monitor/fast.h"

#include "twin/monitor/caches.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/spi.h"
#include "twin/monitor/sysreg.h"

static struct fast {
    uint64_t saved[4];
    const uint32_t *lines;
    uint32_t on, carrier;
    uint64_t unused[2];
} fast[BOARD_CPUS_MAX] __attribute__((aligned(FAST_SIZE)));

_Static_assert(sizeof(struct fast) == FAST_SIZE, "as fast.S has it");
_Static_assert(offsetof(struct fast, saved) == FAST_SAVED, "as fast.S has it");
_Static_assert(offsetof(struct fast, lines) == FAST_LINES, "as fast.S has it");
_Static_assert(offsetof(struct fast, on) == FAST_ON, "as fast.S has it");
_Static_assert(offsetof(struct fast, carrier) == FAST_CARRIER, "as fast.S has it");
_Static_assert(FAST_SPI_FIRST + FAST_SPIS == BOARD_INTID_LIMIT, "as board.h has it");
_Static_assert(FAST_PLAIN_END == GIC_SPI_CARRIERS_FIRST, "as gic_spi.h has it");

void fast_init(void)
{
    struct fast *own = &fast[cpu_id()];

    own->lines = gic_lines();
    own->carrier = CARRIER(cpu_id());
    /* With caches, each write that traps is an occasion to look at the code. */
    own->on = !events_wanted() && !counting() && !caches_on();
    write_sysreg(sp_el2, (uintptr_t)own);
    complete_accesses(); /* EL2 has its MMU off */
}
