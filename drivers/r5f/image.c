// SPDX-License-Identifier: BSD-3-Clause
/*
 * The headers are copied out field by field, since the file may lie at any address. All sums are of
 * 64 bits, so that none of 32-bit numbers wraps.
 */
#include "drivers/r5f/image.h"

#include <errno.h>
#include <string.h>

/* The file header's fields, and those of a program header. */
#define HEADER_SIZE      52u
#define HEADER_TYPE      16u /* 16 bits each, up to the version */
#define HEADER_MACHINE   18u
#define HEADER_VERSION   20u
#define HEADER_ENTRY     24u
#define HEADER_SEGMENTS  28u
#define HEADER_EACH      42u
#define HEADER_COUNT     44u

#define SEGMENT_SIZE     32u
#define SEGMENT_TYPE     0u
#define SEGMENT_OFFSET   4u
#define SEGMENT_PHYSICAL 12u
#define SEGMENT_IN_FILE  16u
#define SEGMENT_IN_RAM   20u
#define SEGMENT_FLAGS    24u

#define TYPE_EXECUTABLE  2u
#define MACHINE_ARM      40u
#define LOADABLE         1u
#define EXECUTABLE       1u

#define INSTRUCTION      4u

static uint32_t get(const uint8_t *bytes, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)bytes[i] << (8 * i);
    return value;
}

static int refuse(struct r5f_image *image, int error, const char *problem)
{
    image->problem = problem;
    return error;
}

/* ---- the file ---- */

/* Where the program headers are, and how many: read once, since the file may be in memory that
 * others write, the other core's program too. */
struct headers {
    const uint8_t *first;
    uint32_t count;
};

static int find_headers(const uint8_t *file, size_t size, struct r5f_image *image,
                        struct headers *headers)
{
    const uint32_t offset = get(file + HEADER_SEGMENTS, 4), count = get(file + HEADER_COUNT, 2);

    if (get(file + HEADER_EACH, 2) != SEGMENT_SIZE ||
        (uint64_t)offset + (uint64_t)count * SEGMENT_SIZE > size)
        return refuse(image, -ENOEXEC, "its program headers are not in the file");
    *headers = (struct headers){file + offset, count};
    return 0;
}

static int check_header(const uint8_t *file, size_t size, struct r5f_image *image)
{
    /* Class 32 bits, little-endian, version 1. */
    static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 1, 1, 1};

    if (size < HEADER_SIZE || memcmp(file, ident, sizeof(ident)) != 0)
        return refuse(image, -ENOEXEC, "it is no ELF file of 32 bits, little-endian");
    if (get(file + HEADER_TYPE, 2) != TYPE_EXECUTABLE ||
        get(file + HEADER_MACHINE, 2) != MACHINE_ARM || get(file + HEADER_VERSION, 4) != 1)
        return refuse(image, -ENOEXEC, "it is no executable for Arm");
    return 0;
}

/* ---- segments ---- */

static bool overlap(uint64_t one, uint64_t one_size, uint64_t other, uint64_t other_size)
{
    return one < other + other_size && other < one + one_size;
}

/* Whether a part of an image lies there. */
static bool has_there(const struct r5f_image *image, const struct r5f_segment *segment)
{
    for (unsigned i = 0; i < image->count; i++)
        if (overlap(image->segments[i].place.address, image->segments[i].size,
                    segment->place.address, segment->size))
            return true;
    return false;
}

static int take(struct r5f_image *image, const uint8_t *file, size_t size, const uint8_t *header,
                unsigned core, r5f_is_free_t is_free, const struct r5f_image *beside)
{
    struct r5f_segment *segment = &image->segments[image->count];
    uint32_t offset = get(header + SEGMENT_OFFSET, 4);

    if (image->count == R5F_SEGMENTS_MAX)
        return refuse(image, -E2BIG, "it has too many segments");
    segment->count = get(header + SEGMENT_IN_FILE, 4);
    segment->size = get(header + SEGMENT_IN_RAM, 4);
    segment->address = get(header + SEGMENT_PHYSICAL, 4);
    if ((uint64_t)offset + segment->count > size || segment->count > segment->size)
        return refuse(image, -ENOEXEC, "a segment is not in the file, or longer than in memory");
    segment->bytes = file + offset;
    if (!r5f_memory_find(core, segment->address, segment->size, is_free, &segment->place))
        return refuse(image, -EFAULT, "a segment is where the core has no memory of its own");
    if (has_there(image, segment) ||
        overlap((uintptr_t)file, size, segment->place.address, segment->size))
        return refuse(image, -EFAULT, "a segment overlaps another one, or the file");
    if (beside != NULL && has_there(beside, segment))
        return refuse(image, -EFAULT, "a segment is where the other core's program is");
    image->count++;
    return 0;
}

/* Whether the first instruction, where the core looks for it, is one that was loaded from there. */
static bool has_entry(const struct r5f_segment *segment, const uint8_t *header,
                      const struct r5f_place *entry)
{
    return (get(header + SEGMENT_FLAGS, 4) & EXECUTABLE) != 0 &&
           entry->address >= segment->place.address &&
           entry->address + INSTRUCTION <= segment->place.address + segment->count;
}

int r5f_image_read(const void *file, size_t size, unsigned core, r5f_is_free_t is_free,
                   const struct r5f_image *beside, struct r5f_image *image)
{
    const uint8_t *bytes = file;
    struct headers headers;
    struct r5f_place entry;
    bool starts = false;
    int error;

    image->count = 0;
    image->problem = NULL;
    error = check_header(bytes, size, image);
    if (error == 0)
        error = find_headers(bytes, size, image, &headers);
    if (error != 0)
        return error;
    image->entry = get(bytes + HEADER_ENTRY, 4);
    if (image->entry % INSTRUCTION != 0 ||
        !r5f_memory_find(core, image->entry, INSTRUCTION, is_free, &entry))
        return refuse(image, -ENOEXEC, "its entry is no Arm instruction in the core's memory");
    for (uint32_t i = 0; i < headers.count; i++) {
        const uint8_t *header = headers.first + (size_t)i * SEGMENT_SIZE;

        if (get(header + SEGMENT_TYPE, 4) != LOADABLE || get(header + SEGMENT_IN_RAM, 4) == 0)
            continue;
        error = take(image, bytes, size, header, core, is_free, beside);
        if (error != 0)
            return error;
        starts |= has_entry(&image->segments[image->count - 1], header, &entry);
    }
    return starts ? 0 : refuse(image, -ENOEXEC, "its entry is in no executable segment");
}
