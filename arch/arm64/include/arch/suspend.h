// SPDX-License-Identifier: BSD-3-Clause
/*
 * A core that loses its power, and goes on where it was (PSCI SYSTEM_SUSPEND, Arm DEN 0022).
 */
#ifndef ARCH_SUSPEND_H
#define ARCH_SUSPEND_H

/* core_suspend_call() has them in assembly: x19 to x30, SP, FPCR, d8 to d15. */
#define CORE_CONTEXT_SP   96 /* and FPCR */
#define CORE_CONTEXT_FP   112
#define CORE_CONTEXT_SIZE 176

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Calls SYSTEM_SUSPEND with an entry that makes the core ready as secondary_start does, and ends in
 * core_suspend_resume() (boot/start.S). Returns when the core is back, with its registers, its
 * stack and the physical timer that it had; counters of the PMU are lost. What else the SoC loses
 * is the caller's. Boot core, IRQs masked, all other cores off. 0; -ENOTSUP: there is no such call;
 * -EPERM: denied, since another core is on; -EINVAL: not an address to start at; -EIO: any other
 * answer. After an error it has not been suspended. */
int core_suspend(uintptr_t entry);

#endif

#endif
