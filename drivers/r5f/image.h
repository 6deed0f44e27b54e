// SPDX-License-Identifier: BSD-3-Clause
/*
 * An R5F's program as a file: ELF, 32 bits, little-endian, Arm, executable (System V ABI, gABI 4.1,
 * chapters 4 and 5; ELF for the Arm Architecture, IHI 0044). Nothing in a file is believed.
 */
#ifndef DRIVERS_R5F_IMAGE_H
#define DRIVERS_R5F_IMAGE_H

#include "drivers/r5f/memory.h"

#include <stddef.h>
#include <stdint.h>

#define R5F_SEGMENTS_MAX 16u

struct r5f_segment {
    const uint8_t *bytes; /* in the file */
    uint32_t count;       /* of them; the rest is zeros */
    uint32_t size;
    uint32_t address; /* the R5F's; physical, as Linux's loader takes it */
    struct r5f_place place;
};

struct r5f_image {
    uint32_t entry;
    unsigned count;
    struct r5f_segment segments[R5F_SEGMENTS_MAX];
    const char *problem; /* why it is refused, in words; NULL: it is not */
};

/* Reads the headers of a file of `size` bytes, at any address, for a core. beside: what the other
 * core has been loaded with, or NULL. Any context that is_free() may be called in.
 * 0; -ENOEXEC: no such program, or a damaged one; -EFAULT: a segment is where the core has no
 * memory, or where somebody else's is, the other core's, or the file itself; -E2BIG: more than
 * R5F_SEGMENTS_MAX segments to be loaded. */
int r5f_image_read(const void *file, size_t size, unsigned core, r5f_is_free_t is_free,
                   const struct r5f_image *beside, struct r5f_image *image);

#endif
