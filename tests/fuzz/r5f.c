// SPDX-License-Identifier: BSD-3-Clause
/*
 * An R5F's program: the input is the ELF file, behind a byte that says for which core. What is
 * taken of it lies in the file, and goes to memory of the core's, to nobody else's, and once.
 */
#include "drivers/r5f/image.h"
#include "tests/fuzz/support/fuzz.h"

#include <string.h>

/* libFuzzer's. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

#define FREE      0xa8000000u
#define FREE_SIZE 0x100000u

/* Most files get a head that is believed, so that what follows is looked at. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static const uint8_t head[] = {0x7f, 'E', 'L', 'F', 1, 1, 1,  0, 0, 0, 0, 0,
                                   0,    0,   0,   0,   2, 0, 40, 0, 1, 0, 0, 0};

    size = LLVMFuzzerMutate(data, size, max_size);
    if (size >= 1 + 52 && seed % 16 != 0) {
        memcpy(data + 1, head, sizeof(head));
        memcpy(data + 1 + 28, (const uint8_t[]){52, 0, 0, 0}, 4);
        memcpy(data + 1 + 42, (const uint8_t[]){32, 0}, 2);
        if (seed % 4 != 0)
            data[1 + 44] %= 5, data[1 + 45] = 0;
    }
    return size;
}

static bool is_free(uint64_t start, uint64_t size)
{
    FUZZ_CHECK(size != 0 && start + size <= UINT64_C(0x100000000));
    return start >= FREE && start + size <= FREE + FREE_SIZE;
}

/* Of core n: its TCMs; and SRAM and DRAM of all. */
static bool is_allowed(unsigned core, uint64_t start, uint64_t end)
{
    const uint64_t own = 0x41000000 + core * UINT64_C(0x400000);

    return (start >= own && end <= own + 0x8000) ||
           (start >= own + 0x10000 && end <= own + 0x18000) ||
           (start >= 0x41c00000 && end <= 0x41c80000) || (start >= FREE && end <= FREE + FREE_SIZE);
}

static void check_segment(const struct r5f_image *image, unsigned i, unsigned core,
                          const uint8_t *file, size_t size)
{
    const struct r5f_segment *segment = &image->segments[i];
    uint64_t start = segment->place.address, end = start + segment->size;

    FUZZ_CHECK(segment->size != 0 && segment->count <= segment->size);
    FUZZ_CHECK(segment->bytes >= file && segment->count <= size &&
               segment->bytes <= file + size - segment->count);
    FUZZ_CHECK(is_allowed(core, start, end));
    FUZZ_CHECK(segment->place.is_dram == (start >= FREE));
    for (unsigned other = 0; other < i; other++) {
        const struct r5f_segment *before = &image->segments[other];

        FUZZ_CHECK(end <= before->place.address || before->place.address + before->size <= start);
    }
}

void fuzz_one(void)
{
    unsigned core = fuzz_below(2);
    struct r5f_image image;
    size_t size;
    const uint8_t *file = fuzz_take_rest(&size);
    int error = r5f_image_read(file, size, core, is_free, NULL, &image);

    FUZZ_CHECK((error == 0) == (image.problem == NULL));
    if (error != 0)
        return;
    FUZZ_CHECK(image.count != 0 && image.count <= R5F_SEGMENTS_MAX && image.entry % 4 == 0);
    for (unsigned i = 0; i < image.count; i++)
        check_segment(&image, i, core, file, size);
}
