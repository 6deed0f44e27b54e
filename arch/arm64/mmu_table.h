// SPDX-License-Identifier: BSD-3-Clause
/*
 * What entries of translation tables are made of (Arm ARM DDI 0487, D8.2 and D8.3), for the files
 * that make some.
 */
#ifndef ARCH_ARM64_MMU_TABLE_H
#define ARCH_ARM64_MMU_TABLE_H

#include "arch/mmu.h"

#include <stdint.h>

#define PAGE_SIZE         MMU_PAGE_SIZE
#define BLOCK_SIZE        UINT64_C(0x200000) /* of a level 2 entry */
#define ENTRIES           512u

/* Descriptors (D8.3). */
#define DESCRIPTOR_BLOCK  UINT64_C(1) /* levels 1 and 2 */
#define DESCRIPTOR_TABLE  UINT64_C(3) /* levels 1 and 2 */
#define DESCRIPTOR_PAGE   UINT64_C(3) /* level 3 */
#define DESCRIPTOR_KIND   UINT64_C(3)
#define TABLE_ADDRESS     UINT64_C(0x0000fffffffff000)
#define ATTRIBUTE(index)  ((uint64_t)(index) << 2)
#define READ_ONLY         (UINT64_C(1) << 7) /* AP[2] */
#define INNER_SHAREABLE   (UINT64_C(3) << 8)
#define ACCESSED          (UINT64_C(1) << 10)
#define PXN               (UINT64_C(1) << 53)
#define UXN               (UINT64_C(1) << 54)

/* MAIR_EL1 (D17.2.97): the attributes by index. */
#define MAIR_DEVICE_NGNRE UINT64_C(0x04)
#define MAIR_NORMAL_WB    UINT64_C(0xff) /* write-back, read- and write-allocate, both levels */
#define INDEX_DEVICE      0u
#define INDEX_NORMAL      1u

#define DEVICE            (ATTRIBUTE(INDEX_DEVICE) | ACCESSED | PXN | UXN)
#define NORMAL            (ATTRIBUTE(INDEX_NORMAL) | INNER_SHAREABLE | ACCESSED | UXN)
#define MEMORY            (NORMAL | PXN)

#endif
