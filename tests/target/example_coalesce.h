// SPDX-License-Identifier: BSD-3-Clause
/*
 * An example of docs/udma.md: many copies, and few interrupts.
 */
#ifndef TESTS_TARGET_EXAMPLE_COALESCE_H
#define TESTS_TARGET_EXAMPLE_COALESCE_H

#include "drivers/udma/udma.h"

#define EXAMPLE_COALESCE_DEPTH 64u

/* Copies `count` blocks, up to EXAMPLE_COALESCE_DEPTH, of `size` bytes, one after the other, and
 * says how many interrupts that took. Thread context. Errors of udma_channel_open(), udma_copy()
 * and udma_channel_close(); -ETIMEDOUT; -EIO: a copy has failed. */
int example_coalesce(uint8_t *to, const uint8_t *from, size_t size, unsigned count,
                     uint64_t *interrupts);

#endif
