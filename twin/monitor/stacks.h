// SPDX-License-Identifier: BSD-3-Clause
/*
 * EL3's stacks, for C and assembly (start.S has the memory, stacks.inc finds a core's). Each core's
 * part of it, from below:
 *
 *     guard | stack for what the twin itself fails with | guard | the core's stack
 *
 * The guards are not mapped (el3_mmu.c).
 */
#ifndef TWIN_MONITOR_STACKS_H
#define TWIN_MONITOR_STACKS_H

#define STACK_FAILURE_BOTTOM 0x1000
#define STACK_FAILURE_TOP    0x2000
#define STACK_BOTTOM         0x3000
#define STACK_TOP            0x7000 /* and where the next core's part begins */
#define STACK_CORES          6      /* BOARD_CORES_MAX */

#endif
