// SPDX-License-Identifier: BSD-3-Clause
/*
 * The address map of the firmware on an R5F, by regions of its MPU (Cortex-R5 TRM DDI 0460, chapter
 * 7; Arm ARM DDI 0406, B5.4): the later of two that overlap holds. There is no background region:
 * what is in none faults.
 *
 *   0x00000000  devices, never executable, up to 0x80000000
 *   0x00000000  ATCM: vectors and what is on an interrupt's way: read and execute
 *   0x41010000  BTCM: stacks and data, never executable; a guard without access below each stack
 *   0x41c00000  MCU SRAM, or where r5f.ld has the image: text read and execute, constants
 * read-only, data never executable; memory for DMA at its end, not cached 0x80000000  DRAM that is
 * not the image's: not cached, never executable
 *
 * No region is Shareable: exclusive accesses are the core's own monitor's then, and the R5F caches
 * no Shareable memory.
 */
#ifndef ARCH_MPU_H
#define ARCH_MPU_H

#include <stdint.h>

/* Sets all regions, with the MPU off. boot/r5f.S calls it. */
void mpu_set_regions(void);

#endif
