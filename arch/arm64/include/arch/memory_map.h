// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory map, as linker.ld has it: addresses of these symbols.
 */
#ifndef ARCH_MEMORY_MAP_H
#define ARCH_MEMORY_MAP_H

#include <stdint.h>

/* Where the SoC can have DRAM; the first window is the one that the firmware is in. */
struct memory_window {
    uint64_t start, end;
};
extern const struct memory_window memory_windows_start[], memory_windows_end[];

/* The SRAM that TF-A is in: nobody else's. */
extern uint8_t sram_start[], sram_end[];

/* The firmware. */
extern uint8_t image_start[], image_end[];
extern uint8_t text_start[], text_end[], rodata_start[], rodata_end[];

#endif
