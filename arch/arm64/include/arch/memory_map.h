// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory map, as linker.ld has it: addresses of these symbols, which hold nothing.
 */
#ifndef ARCH_MEMORY_MAP_H
#define ARCH_MEMORY_MAP_H

#include <stdint.h>

/* Memory as far as the firmware uses it, and the part that belongs to the secure world. */
extern uint8_t memory_start[], memory_end[];
extern uint8_t secure_start[], secure_end[];

/* The firmware in it. */
extern uint8_t image_start[];
extern uint8_t text_start[], text_end[], rodata_start[], rodata_end[];

#endif
