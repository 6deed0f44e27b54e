// SPDX-License-Identifier: BSD-3-Clause
/*
 * The address map of the firmware (stage 1 of EL1, Arm ARM DDI 0487, D8); image and secure memory
 * are where linker.ld says. All is mapped to itself:
 *
 *   0x00000000  the first 2 MiB: nothing, so that a null pointer faults
 *   0x00200000  devices: Device-nGnRE, never executable
 *   0x80000000  memory: normal, write-back, inner-shareable, writable, never executable
 *     image:      text read and execute, constants read-only, stacks' guard pages unmapped
 *     secure:     nothing, since even a speculative read is refused by the firewalls
 *   0x100000000 and up: nothing
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <stdint.h>

#define MMU_ROOT_ENTRIES 512u

/* Builds the tables, once, with the MMU off. start.S calls it and then loads these. */
void mmu_build_tables(void);
extern uint64_t mmu_root[MMU_ROOT_ENTRIES];
extern uint64_t mmu_mair, mmu_tcr;

#endif
