// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory map, as r5f.ld has it: addresses of these symbols.
 */
#ifndef ARCH_MEMORY_MAP_H
#define ARCH_MEMORY_MAP_H

#include <stdint.h>

/* The tightly coupled memories, and the memory that the image is in. Sizes are powers of two, and
 * each lies at a multiple of its own. */
extern uint8_t atcm_start[], atcm_size[], btcm_start[], btcm_size[], main_start[], main_size[];

/* The firmware: from main_start on text, then constants, then data. */
extern uint8_t text_end[], rodata_start[], rodata_end[], image_end[];

/* The image's memory that is not cached (a power of two, at a multiple of its size), and what of it
 * is for DMA. */
extern uint8_t uncached_start[], uncached_size[], dma_start[], dma_size[], dma_end[];

#endif
