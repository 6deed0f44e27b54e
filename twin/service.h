// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's own SMC service, of the SMCCC's vendor-hypervisor range (Arm DEN 0028, 6.4): only the
 * self-test asks for it, to inject faults and to compare counts. A board answers -1 to all of it.
 */
#ifndef TWIN_SERVICE_H
#define TWIN_SERVICE_H

/* Call UID: x0-x3 return the four words. */
#define TWIN_SMC_UID            0x8600ff01u
#define TWIN_UID_0              0x6d336b74u
#define TWIN_UID_1              0x774c6174u
#define TWIN_UID_2              0x9b0e4e69u
#define TWIN_UID_3              0x11c85ea6u

/* x1 fault (enum am65x_fault, or the one below), x2 argument, x3 count in its lower half, how many
 * occasions are spared first in its upper. x0: 0, or -1 for an unknown fault. */
#define TWIN_SMC_INJECT         0xc6000001u
#define TWIN_SPARE_SHIFT        32

/* An R5F's registers have half as many bits; there an argument of all ones stands for one of 64. */
#define TWIN_R5F_SPARE_SHIFT    16

/* x1 counter (enum am65x_counter, or the one below). x0: 0 or -1; x1: the value. */
#define TWIN_SMC_COUNTER        0xc6000002u

/* Of an R5F's program, which has no PSCI: it ends with the status of x1, and the run with it if no
 * A53 runs. There an SMC of anything else than this service is an undefined instruction. */
#define TWIN_SMC_EXIT           0x86000003u

/* Sets an R5F core's interrupt lines, in place of its VIM: x1 core, x2 bit 0 IRQ, bit 1 FIQ. */
#define TWIN_SMC_R5F_LINES      0x86000004u

/* Whether an R5F core, x1, runs: 1, or 0: it is off, has crashed, or ended. -1: there is none. */
#define TWIN_SMC_R5F_RUNS       0x86000005u

/* Of A53s: has an R5F core's reset released or not, halts it or not, in place of its processor
 * control: x1 core, x2 TWIN_R5F_*, x3 boot vector. */
#define TWIN_SMC_R5F_CONTROL    0xc6000006u
#define TWIN_R5F_RELEASED       1u
#define TWIN_R5F_HALTED         2u

/* The monitor's own fault, and its counter. */
#define TWIN_FAULT_ITS_STALL    0x100u /* the ITS refuses a command of the guest's, and stalls */
#define TWIN_COUNTER_ITS_STALLS 0x100u /* how often that has struck */

#endif
