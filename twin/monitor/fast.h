// SPDX-License-Identifier: BSD-3-Clause
/*
 * What fast.S has of each core (struct fast in fast.c), for C and assembly: offsets, and numbers of
 * spi.h and gic.c that an assembler can't read there.
 */
#ifndef TWIN_MONITOR_FAST_H
#define TWIN_MONITOR_FAST_H

#define FAST_SAVED            0  /* x0 to x3 */
#define FAST_LINES            32 /* gic_lines() */
#define FAST_ON               40 /* 0: everything is EL3's */
#define FAST_CARRIER          44 /* spi.h */
#define FAST_SIZE             64

#define FAST_SPI_FIRST        32
#define FAST_SPIS             224  /* of QEMU's GIC */
#define FAST_PLAIN_END        192  /* no SPI of spi.c's is below */
#define FAST_SPECIAL          1020 /* INTIDs that are no interrupts */
#define FAST_LPI_FIRST        8192

/* The immediate of the smc of a guest's read of ICC_IAR1_EL1, when EL2 has read it: the INTID is in
 * TPIDR_EL2. */
#define FAST_SMC_ACKNOWLEDGED 1

#endif
