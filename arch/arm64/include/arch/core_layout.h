// SPDX-License-Identifier: BSD-3-Clause
/*
 * Offsets in struct core (arch/per_core.h), for assembly.
 */
#ifndef ARCH_CORE_LAYOUT_H
#define ARCH_CORE_LAYOUT_H

/* core.c checks them. */
#define CORE_FAULT_STACK  0
#define CORE_IRQ_FRAME    8
#define CORE_IRQ_HANDLER  16 /* and its argument */
#define CORE_FP_SAVED     32
#define CORE_NUMBER       36
#define CORE_FP_AREA      40
#define CORE_SIZE         640

/* CORE_FP_SAVED: the interrupted code's FP/SIMD registers are in the area; and what the exception
 * has interrupted is a handler, whose FP/SIMD state is to be put back. */
#define FP_SAVED          1
#define FP_NESTED         2
#define FP_NESTED_BIT     1

/* In struct fp_area; before it are FPCR and FPSR. */
#define FP_AREA_REGISTERS 16

#endif
