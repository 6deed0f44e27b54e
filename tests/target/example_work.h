// SPDX-License-Identifier: BSD-3-Clause
/*
 * An example for docs/msi.md: copies by DMA whose callbacks come in thread context.
 */
#ifndef TESTS_TARGET_EXAMPLE_WORK_H
#define TESTS_TARGET_EXAMPLE_WORK_H

#include "drivers/udma/udma.h"

/* One copy; the caller's, and its memory too. */
struct example_copy {
    const void *destination;
    size_t length;
    int status;   /* 0 or -EIO */
    uint32_t crc; /* of what has arrived */
    bool done;
};

/* Opens a channel whose interrupt is on the one core, and whose copies end in thread context of the
 * other. Thread context. Errors of udma_channel_open(). */
int example_copies_open(struct udma_channel **channel, uint32_t core, uint32_t thread_core);

/* Starts one. Any context. Errors of udma_copy(). */
int example_copy_start(struct udma_channel *channel, struct example_copy *copy, void *destination,
                       const void *source, size_t length);

/* Waits for its end. 0, -EIO, or -ETIMEDOUT. Thread context. */
int example_copy_wait(struct example_copy *copy, uint64_t timeout_us);

#endif
