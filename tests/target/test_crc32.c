// SPDX-License-Identifier: BSD-3-Clause
/*
 * CRC-32, on which the demonstration's verdict rests.
 */
#include "app/selftest/selftest.h"
#include "lib/crc32.h"

#include <stddef.h>

/* The check value of CRC-32/ISO-HDLC, and one of eight zero bytes. */
#define CRC_OF_CHECK_STRING 0xcbf43926u
#define CRC_OF_EIGHT_ZEROS  0x6522df69u

SELFTEST(crc32, has_the_published_check_values, 60)
{
    static const uint64_t zeros = 0;

    CHECK_EQUAL(crc32_update(0, "123456789", 9), CRC_OF_CHECK_STRING);
    CHECK_EQUAL(crc32_update(0, &zeros, sizeof(zeros)), CRC_OF_EIGHT_ZEROS);
    CHECK_EQUAL(crc32_update(0, "", 0), 0);
}

SELFTEST(crc32, does_not_depend_on_alignment_or_pieces, 60)
{
    static uint8_t bytes[64];
    const char *text = "123456789";

    for (size_t offset = 0; offset < 16; offset++) {
        for (size_t i = 0; i < 9; i++)
            bytes[offset + i] = (uint8_t)text[i];
        CHECK_EQUAL(crc32_update(0, bytes + offset, 9), CRC_OF_CHECK_STRING);
    }
    for (size_t first = 0; first <= 9; first++)
        CHECK_EQUAL(crc32_update(crc32_update(0, text, first), text + first, 9 - first),
                    CRC_OF_CHECK_STRING);
}
