// SPDX-License-Identifier: BSD-3-Clause
/*
 * The count. Here, apart from what is counted, for a compiler that has no way to leave
 * out a function would have this one call itself.
 */
#include "tests/host/support/cost.h"

static uint64_t done;

/* The compiler's. */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    done++;
}

void cost_start(void)
{
    done = 0;
}

void cost_add(uint64_t amount)
{
    done += amount;
}

uint64_t cost_so_far(void)
{
    return done;
}
