// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers of the Vectored Interrupt Manager (TRMs of K3, "R5FSS_VIM Registers"; offsets as in
 * SPRUIU1C, fields as in SPRUJB3; docs/hardware.md). 32 bits each.
 */
#ifndef DRIVERS_VIM_VIM_REGISTERS_H
#define DRIVERS_VIM_VIM_REGISTERS_H

#include <stdint.h>

enum vim_register {
    VIM_PID = 0x00,
    VIM_INFO = 0x04,
    VIM_PRIIRQ = 0x08,
    VIM_PRIFIQ = 0x0c,
    VIM_IRQGSTS = 0x10,
    VIM_FIQGSTS = 0x14,
    VIM_IRQVEC = 0x18, /* read: acknowledges; written: ends */
    VIM_FIQVEC = 0x1c,
    VIM_ACTIRQ = 0x20,
    VIM_ACTFIQ = 0x24,
    VIM_DEDVEC = 0x30,
    /* For each group of 32 inputs, VIM_GROUP_STRIDE apart. */
    VIM_RAW = 0x400, /* written: sets */
    VIM_STS = 0x404, /* written: clears */
    VIM_INTR_EN_SET = 0x408,
    VIM_INTR_EN_CLR = 0x40c,
    VIM_IRQSTS = 0x410,
    VIM_FIQSTS = 0x414,
    VIM_INTMAP = 0x418,
    VIM_INTTYPE = 0x41c,
    VIM_GROUP_STRIDE = 0x20,
    /* For each input. */
    VIM_PRI_INT = 0x1000,
    VIM_VEC_INT = 0x2000,
};

#define VIM_INFO_INTERRUPTS       0x7ffu

/* PRIIRQ, PRIFIQ, ACTIRQ, ACTFIQ. */
#define VIM_TAKEN_VALID           (UINT32_C(1) << 31)
#define VIM_TAKEN_PRIORITY(value) ((value) >> 16 & 0xfu)
#define VIM_TAKEN_NUMBER(value)   ((value)&0x3ffu)

#endif
