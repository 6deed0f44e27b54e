// SPDX-License-Identifier: BSD-3-Clause
/* Descriptors of stage 2 (Arm DDI 0487, D8.3): 4 KiB granule. */
#ifndef TWIN_MONITOR_STAGE2_H
#define TWIN_MONITOR_STAGE2_H

#define PAGE_SHIFT      12u
#define BLOCK_SHIFT     21u /* level 2: 2 MiB */
#define GIB_SHIFT       30u /* level 1 */
#define ENTRIES         512u

#define TABLE           0x3u
#define PAGE            0x3u
#define BLOCK           0x1u
#define MEMORY_DEVICE   (0x1u << 2) /* Device-nGnRE */
#define MEMORY_NORMAL   (0xfu << 2) /* write-back */
#define READ_WRITE      (3u << 6)
#define INNER_SHAREABLE (3u << 8)
#define ACCESS_FLAG     (1u << 10)
#define EXECUTE_NEVER   (1ull << 54)

#define NORMAL          (MEMORY_NORMAL | READ_WRITE | INNER_SHAREABLE | ACCESS_FLAG)
#define DEVICE          (MEMORY_DEVICE | READ_WRITE | ACCESS_FLAG | EXECUTE_NEVER)

#endif
