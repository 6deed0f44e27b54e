// SPDX-License-Identifier: BSD-3-Clause
/*
 * CRC-32 without the CPU's help, for the Cortex-R5F, which has no instructions for it.
 */
#include "lib/crc32.h"

#define POLYNOMIAL 0xedb88320u /* reflected */

/* The low four bits of `value`, divided. */
static uint32_t divide4(uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        value = (value & 1) != 0 ? value >> 1 ^ POLYNOMIAL : value >> 1;
    return value;
}

uint32_t crc32_update(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    uint32_t table[16];

    for (uint32_t i = 0; i < 16; i++)
        table[i] = divide4(i);
    crc = ~crc;
    while (size-- != 0) {
        crc ^= *bytes++;
        crc = table[crc & 0xf] ^ crc >> 4;
        crc = table[crc & 0xf] ^ crc >> 4;
    }
    return ~crc;
}
