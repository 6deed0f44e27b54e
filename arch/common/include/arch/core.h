// SPDX-License-Identifier: BSD-3-Clause
/*
 * The core that the caller runs on: its number, its interrupt mask, whether it is in a handler.
 *
 * Cores are numbered from 0 (the boot core): the A53s in the order in which the redistributors were
 * found; a Cortex-R5F runs an image of its own.
 */
#ifndef ARCH_CORE_H
#define ARCH_CORE_H

#include "arch/core_max.h"

#include <stdbool.h>
#include <stdint.h>

/* The number of the calling core. Any context. */
unsigned core_id(void);

/* How many cores run, and the affinity of each: Aff3..Aff0 packed as in MPIDR_EL1 bits 39:32 and
 * 23:0 (all other bits zero; the R5F's MPIDR has the latter). core < core_count(). Any context. */
unsigned core_count(void);
uint64_t core_affinity(unsigned core);

/* Whether the caller runs inside an interrupt handler. Any context. */
bool in_interrupt(void);

/* Masks IRQs on this core; returns the former state for irq_restore(). Pairs of them nest. Any
 * context. */
unsigned long irq_save(void);
void irq_restore(unsigned long state);

#endif
