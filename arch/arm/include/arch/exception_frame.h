// SPDX-License-Identifier: BSD-3-Clause
/*
 * What vectors.S puts on the stack at an exception. For arch/arm only.
 */
#ifndef ARCH_EXCEPTION_FRAME_H
#define ARCH_EXCEPTION_FRAME_H

/* Why the vector was taken. */
#define EXCEPTION_UNDEFINED      0
#define EXCEPTION_SVC            1
#define EXCEPTION_PREFETCH_ABORT 2
#define EXCEPTION_DATA_ABORT     3
#define EXCEPTION_FIQ            4

/* Offsets in struct exception_frame; exception.c checks them. */
#define FRAME_SP                 52
#define FRAME_LR                 56
#define FRAME_PC                 60
#define FRAME_CPSR               64
#define FRAME_FP                 72
#define FRAME_SIZE               208

/* The frame of an IRQ, from where the handler's SP starts: d0-d7, SP of who was interrupted,
 * FPSCR, its LR, then r0-r3, r12, PC and CPSR as SRS and PUSH leave them. */
#define IRQ_FRAME_SIZE           104
#define IRQ_FRAME_SAVED          28 /* the part that SP_irq has */

#ifndef __ASSEMBLER__

#include <stdint.h>

struct exception_frame {
    uint32_t r[13];
    uint32_t sp, lr; /* of the mode that was interrupted */
    uint32_t pc, cpsr;
    uint32_t fpscr;
    uint64_t d[16];
    uint32_t fsr, far; /* of an abort: DFSR and DFAR, or IFSR and IFAR */
};

#endif

#endif
