// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memories that an R5F's image can lie in, as the R5F names them and as the A53 does.
 *
 * Sizes and addresses: AM65x TRM SPRUID7, chapter 2 "Memory Map", MCU_ARMSS; the nodes mcu_r5fss0
 * and mcu-ram of Linux's k3-am65-mcu.dtsi.
 */
#ifndef DRIVERS_R5F_MEMORY_H
#define DRIVERS_R5F_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Each core's TCMs, as it sees them with the ATCM at 0, and as others do. */
#define R5F_TCM_SIZE   0x8000u
#define R5F_ATCM       0u
#define R5F_BTCM       0x41010000u
#define R5F_ATCM_BUS   0x41000000u
#define R5F_BTCM_BUS   0x41010000u
#define R5F_CORE_BUS   0x400000u /* core 1's from core 0's */

#define R5F_MSRAM      0x41c00000u
#define R5F_MSRAM_SIZE 0x80000u

#define R5F_DRAM       0x80000000u /* and up, to the end of 32 bits */

/* Whether [start, start + size) is DRAM that nobody uses, mapped here as memory. */
typedef bool (*r5f_is_free_t)(uint64_t start, uint64_t size);

/* Where a range of the R5F's addresses is for the A53. */
struct r5f_place {
    uint64_t address;
    bool is_dram; /* cacheable memory; the others are mapped as device memory */
};

/* Looks up [address, address + size), size > 0. false: it is not all in one of the core's memories,
 * or is DRAM that is not free. Any context that is_free() may be called in. */
bool r5f_memory_find(unsigned core, uint32_t address, uint32_t size, r5f_is_free_t is_free,
                     struct r5f_place *place);

/* Zeroes the TCMs of a core, which has to be out of reset: error correction answers for no word
 * that was never written. 0; -EIO: they can't be written, or don't read back as zeros. Thread
 * context. */
int r5f_memory_clear_tcms(unsigned core);

/* Writes bytes there, and after them zeros up to size; then makes sure that the R5F, which does not
 * snoop, sees them. 0; -EIO: they can't be written, or don't read back as written. Thread context.
 */
int r5f_memory_write(const struct r5f_place *place, const uint8_t *bytes, uint32_t count,
                     uint32_t size);

#endif
