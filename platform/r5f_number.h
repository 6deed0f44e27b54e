// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which of the two R5Fs this is: each has a host, threads, router outputs, timers and memory of its
 * own. In lock-step it is 0. Any context.
 */
#ifndef PLATFORM_R5F_NUMBER_H
#define PLATFORM_R5F_NUMBER_H

#include "arch/core.h"

static inline unsigned platform_r5f_number(void)
{
    return core_affinity(core_id()) & 1u;
}

#endif
