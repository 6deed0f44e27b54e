// SPDX-License-Identifier: BSD-3-Clause
/*
 * The address map of the firmware (stage 1 of EL1, Arm ARM DDI 0487, D8). All is mapped to itself:
 *
 *   0x00000000  the first 2 MiB: nothing, so that a null pointer faults; but for pages of
 *               registers that somebody has asked for (mmu_map_registers())
 *   0x00200000  devices: Device-nGnRE, never executable
 *   0x70000000  the MSMC's SRAM: nothing, since TF-A is there
 *   0x80000000  and up, only what is known to be memory:
 *     image:      text read and execute, constants read-only, stacks' guard pages unmapped
 *     the rest:   normal, write-back, inner-shareable, writable, never executable, page by page as
 *                 mmu_map_memory() is told
 *
 * A core may read ahead from all that is mapped as normal memory, whatever the program does. What
 * is not there, or the secure world's, or another core's, answers that with an error or a wrong
 * line in the cache. Device memory is not read ahead.
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <stdint.h>

#define MMU_ROOT_ENTRIES 512u

#define MMU_PAGE_SIZE    UINT64_C(0x1000)

/* Builds the tables of devices and image, once, with the MMU off. start.S calls it and then loads
 * these. */
void mmu_build_tables(void);
extern uint64_t mmu_root[MMU_ROOT_ENTRIES];
extern uint64_t mmu_mair, mmu_tcr;

/* Maps the whole pages of [start, end) as memory; what is mapped already stays as it is. MMU on; on
 * the boot core before any other runs, later in thread context, one caller after the other.
 * 0; -ENOMEM: no tables are left, or the address has more bits than they have; what lies before the
 * first page that could not be mapped is. */
int mmu_map_memory(uint64_t start, uint64_t end);

/* Takes back what that has mapped, of the whole pages of [start, end), on all cores. Nothing that
 * was written there may still be in a cache. The same context. */
void mmu_unmap_memory(uint64_t start, uint64_t end);

/* Maps pages of the first 2 MiB as devices, but never the first; what is mapped there already
 * stays. Thread context, one caller after the other. -EINVAL: not whole pages there. */
int mmu_map_registers(uint64_t start, uint64_t end);

#endif
