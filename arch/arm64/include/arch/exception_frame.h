// SPDX-License-Identifier: BSD-3-Clause
/*
 * What vectors.S puts on the stack at an exception. For arch/arm64 only.
 */
#ifndef ARCH_EXCEPTION_FRAME_H
#define ARCH_EXCEPTION_FRAME_H

/* Why the vector was taken. */
#define EXCEPTION_SYNCHRONOUS 0
#define EXCEPTION_FIQ         1
#define EXCEPTION_SERROR      2
#define EXCEPTION_FOREIGN     3 /* from EL0 or on SP_EL0 */

/* Offsets in struct exception_frame; exception.c checks them. */
#define FRAME_ELR             256
#define FRAME_ESR             272
#define FRAME_RECORD          288
#define FRAME_SIZE            304

/* The frame of an IRQ: x1-x18 from offset 0, then these. */
#define IRQ_FRAME_X0          144 /* x0 and x30 */
#define IRQ_FRAME_RECORD      160 /* x29 and ELR, as a frame record of AAPCS64 */
#define IRQ_FRAME_SPSR        176 /* SPSR and SP */
#define IRQ_FRAME_SIZE        192

#ifndef __ASSEMBLER__

#include <stdint.h>

struct exception_frame {
    uint64_t x[31];
    uint64_t sp;
    uint64_t elr, spsr;
    uint64_t esr, far;
    uint64_t record[2]; /* x29 and ELR, as a frame record of AAPCS64 */
};

#endif

#endif
