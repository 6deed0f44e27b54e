// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS's device and collection tables, against GITS_BASER<n> of Arm IHI 0069, 12.19.
 *
 * The registers are the test's own, with the freedoms that the specification leaves an
 * implementation: which page sizes, one level or two, shareable or not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Before anything includes arch/mmio.h. */
#define host_mmio_read  its_mmio_read
#define host_mmio_write its_mmio_write

#include "arch/mmio.h"
#include "drivers/gic/its_table.h"

#include "drivers/gic/its_table.c"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REGISTERS   0x01820000u
#define DEVICES     1u /* the GITS_BASERn that has the device table */
#define COLLECTIONS 3u
#define READ_ONLY   UINT64_C(0x071f000000000000) /* type 58:56, entry size 52:48 */

static struct {
    uint64_t baser[8];
    bool flat_only, non_shareable;
    unsigned only_page_size; /* code; 3: any */
    unsigned allocations, allocations_left;
    void *memory[16];
    size_t size[16], alignment[16];
} fake;

uint64_t its_mmio_read(uintptr_t address, unsigned size)
{
    assert_int_equal(size, 8);
    assert_in_range(address, REGISTERS + 0x100, REGISTERS + 0x138);
    return fake.baser[(address - REGISTERS - 0x100) / 8];
}

void its_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    uint64_t *baser = &fake.baser[(address - REGISTERS - 0x100) / 8];

    assert_int_equal(size, 8);
    assert_in_range(address, REGISTERS + 0x100, REGISTERS + 0x138);
    if (fake.flat_only)
        value &= ~(UINT64_C(1) << 62);
    if (fake.non_shareable)
        value &= ~(UINT64_C(3) << 10);
    if (fake.only_page_size != 3)
        value = (value & ~(UINT64_C(3) << 8)) | (uint64_t)fake.only_page_size << 8;
    *baser = (value & ~READ_ONLY) | (*baser & READ_ONLY);
}

static void *allocate(size_t alignment, size_t size)
{
    unsigned n = fake.allocations;

    if (fake.allocations_left == 0)
        return NULL;
    fake.allocations_left--;
    assert_true(n < 16);
    fake.memory[n] = aligned_alloc(alignment, size);
    fake.size[n] = size;
    fake.alignment[n] = alignment;
    fake.allocations++;
    memset(fake.memory[n], 0, size);
    return fake.memory[n];
}

static size_t cleaned; /* bytes */

void __wrap_dcache_clean_invalidate(const void *start, size_t size);
void __wrap_dcache_clean_invalidate(const void *start, size_t size)
{
    (void)start;
    cleaned += size;
}

static int setup(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof(fake));
    cleaned = 0;
    fake.only_page_size = 3;
    fake.allocations_left = 16;
    fake.baser[DEVICES] = UINT64_C(1) << 56 | UINT64_C(7) << 48; /* entries of 8 bytes */
    fake.baser[COLLECTIONS] = UINT64_C(4) << 56 | UINT64_C(7) << 48;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < fake.allocations; i++)
        free(fake.memory[i]);
    return 0;
}

static uint64_t address_in(uint64_t baser)
{
    return baser & 0x0000fffffffff000;
}

static void a_large_table_has_two_levels_and_gets_its_pages_on_demand(void **state)
{
    struct its_table table;
    uint64_t *level1;

    (void)state;
    assert_int_equal(its_table_init(&table, REGISTERS, 1, 20, allocate), 0);
    /* 2^20 ids / 512 in a page of 4 KiB = 2048 pages: four pages of the first level. */
    assert_true(table.two_level);
    assert_int_equal(table.limit, 1u << 20);
    assert_int_equal(fake.allocations, 1);
    assert_int_equal(fake.size[0], 0x4000);
    assert_int_equal(fake.alignment[0], 0x1000);
    assert_int_equal(address_in(fake.baser[DEVICES]), (uintptr_t)fake.memory[0]);
    assert_int_equal(fake.baser[DEVICES] >> 62, 3);     /* valid, indirect */
    assert_int_equal(fake.baser[DEVICES] >> 8 & 3, 0);  /* 4 KiB */
    assert_int_equal(fake.baser[DEVICES] & 0xff, 3);    /* four pages */
    assert_int_equal(fake.baser[DEVICES] >> 10 & 3, 1); /* inner shareable */
    assert_int_equal(fake.baser[DEVICES] >> 59 & 7, 7); /* write-back */
    assert_true(table.coherent);

    level1 = fake.memory[0];
    assert_int_equal(its_table_provide(&table, 512 * 5 + 1, allocate), 0);
    assert_int_equal(fake.allocations, 2);
    assert_int_equal(level1[5], UINT64_C(1) << 63 | (uintptr_t)fake.memory[1]);
    assert_int_equal(level1[4], 0);
    assert_int_equal(its_table_provide(&table, 512 * 5 + 511, allocate), 0);
    assert_int_equal(fake.allocations, 2);
    assert_int_equal(its_table_provide(&table, (1u << 20) - 1, allocate), 0);
    assert_int_equal(fake.allocations, 3);
    assert_int_equal(its_table_provide(&table, 1u << 20, allocate), -ERANGE);
    assert_int_equal(cleaned, 0); /* the ITS snoops them */
}

static void a_table_of_one_page_is_flat(void **state)
{
    struct its_table table;

    (void)state;
    assert_int_equal(its_table_init(&table, REGISTERS, 4, 3, allocate), 0);
    assert_false(table.two_level);
    assert_int_equal(table.limit, 8);
    assert_int_equal(address_in(fake.baser[COLLECTIONS]), (uintptr_t)fake.memory[0]);
    assert_int_equal(fake.baser[COLLECTIONS] >> 62, 2); /* valid, not indirect */
    assert_int_equal(its_table_provide(&table, 7, allocate), 0);
    assert_int_equal(its_table_provide(&table, 8, allocate), -ERANGE);
    assert_int_equal(fake.allocations, 1);
}

static void a_flat_table_is_taken_where_there_are_no_two_levels(void **state)
{
    struct its_table table;

    (void)state;
    fake.flat_only = true;
    assert_int_equal(its_table_init(&table, REGISTERS, 1, 16, allocate), 0);
    assert_false(table.two_level);
    assert_int_equal(table.limit, 1u << 16);
    assert_int_equal(fake.size[0], 8u << 16);
    assert_int_equal(fake.baser[DEVICES] >> 8 & 3, 0);
    assert_int_equal(fake.baser[DEVICES] & 0xff, 127); /* 128 pages of 4 KiB */
}

/* 256 pages are the most: where they are too small, larger ones. */
static void pages_are_as_large_as_they_must_be(void **state)
{
    for (unsigned bits = 17; bits <= 21; bits++) {
        struct its_table table;

        setup(state);
        fake.flat_only = true;
        assert_int_equal(its_table_init(&table, REGISTERS, 1, bits, allocate), 0);
        assert_int_equal(table.limit, 1u << bits);
        assert_int_equal(fake.size[0], 8u << bits);
        assert_int_equal(fake.baser[DEVICES] >> 8 & 3, bits <= 17 ? 0 : bits <= 19 ? 1 : 2);
        teardown(state);
        fake.allocations = 0;
    }
}

static void a_table_too_large_for_256_pages_is_cut(void **state)
{
    struct its_table table;

    (void)state;
    fake.flat_only = true;
    fake.only_page_size = 0;
    assert_int_equal(its_table_init(&table, REGISTERS, 1, 20, allocate), 0);
    assert_int_equal(fake.baser[DEVICES] & 0xff, 255);
    assert_int_equal(table.limit, 256 * 4096 / 8);
    assert_int_equal(its_table_provide(&table, table.limit, allocate), -ERANGE);
}

static void a_fixed_page_size_is_respected(void **state)
{
    static const size_t sizes[] = {0x1000, 0x4000, 0x10000};

    for (unsigned code = 0; code < 3; code++) {
        struct its_table table;

        setup(state);
        fake.only_page_size = code;
        assert_int_equal(its_table_init(&table, REGISTERS, 1, 16, allocate), 0);
        assert_int_equal(fake.baser[DEVICES] >> 8 & 3, code);
        assert_int_equal(fake.alignment[0], sizes[code]);
        assert_int_equal(its_table_provide(&table, 0, allocate), 0);
        assert_int_equal(fake.size[1], sizes[code]);
        assert_int_equal(fake.alignment[1], sizes[code]);
        teardown(state);
        fake.allocations = 0;
    }
}

static void odd_entry_sizes_leave_the_rest_of_a_page_unused(void **state)
{
    struct its_table table;

    (void)state;
    fake.baser[DEVICES] = UINT64_C(1) << 56 | UINT64_C(11) << 48; /* 12 bytes */
    assert_int_equal(its_table_init(&table, REGISTERS, 1, 20, allocate), 0);
    assert_int_equal(its_table_provide(&table, 341, allocate), 0); /* 4096 / 12 = 341.3 */
    assert_int_equal(((uint64_t *)fake.memory[0])[0], 0);
    assert_int_not_equal(((uint64_t *)fake.memory[0])[1], 0);
}

static void a_table_is_uncached_where_it_reads_back_non_shareable(void **state)
{
    struct its_table table;

    (void)state;
    fake.non_shareable = true;
    assert_int_equal(its_table_init(&table, REGISTERS, 1, 20, allocate), 0);
    assert_false(table.coherent);
    assert_int_equal(fake.baser[DEVICES] >> 59 & 7, 1); /* non-cacheable */
    assert_int_equal(fake.baser[DEVICES] >> 10 & 3, 0);
    assert_int_equal(fake.baser[DEVICES] >> 63, 1);
    assert_int_equal(cleaned, 0x4000); /* its zeros */
    assert_int_equal(its_table_provide(&table, 3, allocate), 0);
    assert_int_equal(cleaned, 0x4000 + 0x1000 + 8); /* a page's, and the entry that leads to it */
}

static void lack_of_memory_is_an_error_and_leaves_no_entry(void **state)
{
    struct its_table table;

    (void)state;
    fake.allocations_left = 0;
    assert_int_equal(its_table_init(&table, REGISTERS, 1, 20, allocate), -ENOMEM);
    assert_int_equal(fake.baser[DEVICES] >> 63, 0);
    fake.allocations_left = 1;
    assert_int_equal(its_table_init(&table, REGISTERS, 1, 20, allocate), 0);
    assert_int_equal(its_table_provide(&table, 0, allocate), -ENOMEM);
    assert_int_equal(*(uint64_t *)fake.memory[0], 0);
}

static void a_table_that_the_its_does_not_have_is_no_device(void **state)
{
    struct its_table table;

    (void)state;
    fake.baser[COLLECTIONS] = 0;
    assert_int_equal(its_table_init(&table, REGISTERS, 4, 3, allocate), -ENODEV);
    assert_int_equal(fake.allocations, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_large_table_has_two_levels_and_gets_its_pages_on_demand),
        TEST(a_table_of_one_page_is_flat),
        TEST(a_flat_table_is_taken_where_there_are_no_two_levels),
        TEST(pages_are_as_large_as_they_must_be),
        TEST(a_table_too_large_for_256_pages_is_cut),
        TEST(a_fixed_page_size_is_respected),
        TEST(odd_entry_sizes_leave_the_rest_of_a_page_unused),
        TEST(a_table_is_uncached_where_it_reads_back_non_shareable),
        TEST(lack_of_memory_is_an_error_and_leaves_no_entry),
        TEST(a_table_that_the_its_does_not_have_is_no_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
