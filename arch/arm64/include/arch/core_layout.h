// SPDX-License-Identifier: BSD-3-Clause
/*
 * Offsets in struct core (arch/per_core.h), for assembly.
 */
#ifndef ARCH_CORE_LAYOUT_H
#define ARCH_CORE_LAYOUT_H

/* core.c checks them. */
#define CORE_FAULT_STACK  0
#define CORE_IRQ_STACK    8
#define CORE_IN_INTERRUPT 16
#define CORE_FP_SAVED     20
#define CORE_NUMBER       24
#define CORE_FP_STATUS    32
#define CORE_FP           48
#define CORE_SIZE         640

#endif
