// SPDX-License-Identifier: BSD-3-Clause
/*
 * CRC-32 with the CPU's own instructions (Arm ARM DDI 0487, C6.2 CRC32B, CRC32X; they are optional
 * in Armv8.0, and the Cortex-A53 has them: DDI 0500, 2.1).
 */
#include "lib/crc32.h"

/* arm_acle.h declares the CRC intrinsics for a compiler that is told of the extension; some
 * compilers count it into -mcpu=cortex-a53, some do not, so it is named here. */
#pragma GCC target("+crc")
#include <arm_acle.h>

#define WORD_BYTES sizeof(uint64_t)

uint32_t crc32_update(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    crc = ~crc;
    while (size != 0 && (uintptr_t)bytes % WORD_BYTES != 0) {
        crc = __crc32b(crc, *bytes++);
        size--;
    }
    for (; size >= WORD_BYTES; size -= WORD_BYTES, bytes += WORD_BYTES)
        crc = __crc32d(crc, *(const uint64_t *)(const void *)bytes);
    while (size-- != 0)
        crc = __crc32b(crc, *bytes++);
    return ~crc;
}
