// SPDX-License-Identifier: BSD-3-Clause
/*
 * CRC-32 of IEEE 802.3 (reflected polynomial 0xedb88320), as zlib and `crc32` compute it.
 */
#ifndef LIB_CRC32_H
#define LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of `size` bytes that follow data whose CRC is `crc` (0 for a start). Any context. */
uint32_t crc32_update(uint32_t crc, const void *data, size_t size);

#endif
