// SPDX-License-Identifier: BSD-3-Clause
/*
 * Reading a loader's device tree: what it says, and that a damaged one is refused in words and
 * never read beyond its end (the address sanitizer watches: each tree lies in a block of its own).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/device_tree.h"

#include <errno.h>
#include <libfdt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define TREE_SIZE 4096

static struct device_tree_info info;
static uint8_t buffer[TREE_SIZE] __attribute__((aligned(8)));

/* ------------------------------------------------------------------------ a tree like the EVM's */

static void put_cells(const char *name, const uint32_t *cells, unsigned count)
{
    fdt32_t values[16];

    for (unsigned i = 0; i < count; i++)
        fdt32_st(&values[i], cells[i]);
    assert_int_equal(fdt_property(buffer, name, values, (int)(count * sizeof(fdt32_t))), 0);
}

#define PUT(name, ...)                                                                             \
    put_cells(name, (const uint32_t[]){__VA_ARGS__},                                               \
              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void begin(const char *name)
{
    assert_int_equal(fdt_begin_node(buffer, name), 0);
}

static void end(void)
{
    assert_int_equal(fdt_end_node(buffer), 0);
}

static void put_text(const char *name, const char *text)
{
    assert_int_equal(fdt_property(buffer, name, text, (int)strlen(text) + 1), 0);
}

struct variation {
    const char *stdout_path, *alias, *bootargs;
    unsigned core_cells, more_cores; /* of each address in /cpus, 0: no /cpus; above the three */
    bool odd_cores, same_core;
    bool console_first; /* the bus and what is on it stand in front of what names the console */
    bool chosen_first;  /* of /chosen and /aliases */
    bool no_ranges, other_ranges, empty_ranges, no_memory, odd_memory, much_memory,
        reserved_at_heap, holes, odd_hole, many_holes, overlap, disabled_memory;
};

static void put_soc(const struct variation *variation)
{
    begin("bus@100000");
    PUT("#address-cells", 2);
    PUT("#size-cells", 2);
    if (variation->other_ranges)
        PUT("ranges", 0, 0x100000, 0, 0x100000, 0, 0x1000);
    else if (variation->empty_ranges)
        assert_int_equal(fdt_property(buffer, "ranges", "", 0), 0);
    else if (!variation->no_ranges)
        PUT("ranges", 0, 0x100000, 0, 0x100000, 0, 0x1000000, 0, 0x2000000, 0, 0x2000000, 0,
            0x1000000);
    begin("cbass");
    PUT("#address-cells", 1);
    PUT("#size-cells", 1);
    PUT("ranges", 0x10000, 0, 0x2810000, 0x1000);
    begin("serial@10000");
    PUT("reg", 0x10000, 0x100);
    end();
    end();
    begin("serial@2800000");
    PUT("reg", 0, 0x2800000, 0, 0x100);
    end();
    end();
}

static void put_core(uint32_t high, uint32_t low, unsigned cells, const char *status)
{
    char name[24];

    snprintf(name, sizeof(name), "cpu@%x%08x", (unsigned)high, (unsigned)low);
    begin(name);
    put_text("device_type", "cpu");
    if (cells == 2)
        PUT("reg", high, low);
    else
        PUT("reg", low);
    if (status != NULL)
        put_text("status", status);
    end();
}

static void put_cores(const struct variation *variation)
{
    if (variation->core_cells == 0)
        return;
    begin("cpus");
    if (variation->core_cells != 1 || variation->odd_cores)
        PUT("#address-cells", variation->odd_cores ? 3 : variation->core_cells);
    PUT("#size-cells", 0);
    begin("cpu-map");
    end();
    put_core(0, 0, variation->core_cells, NULL);
    put_core(1, 0x101, variation->core_cells, "okay");
    put_core(0, 0x100, variation->core_cells, "disabled");
    put_core(0, 2, variation->core_cells, "fail");
    put_core(0, 3, variation->core_cells, "fail-fused");
    for (uint32_t i = 0; i < variation->more_cores; i++)
        put_core(0, 0x200 + i, variation->core_cells, NULL);
    if (variation->same_core)
        put_core(0, 0x10000, variation->core_cells, NULL);
    if (variation->same_core) {
        begin("another");
        put_text("device_type", "cpu");
        PUT("reg", 0x10000);
        end();
    }
    end();
}

static void put_hole(const char *name, uint32_t high, uint32_t base, uint32_t size)
{
    begin(name);
    PUT("reg", high, base, 0, size);
    assert_int_equal(fdt_property(buffer, "no-map", "", 0), 0);
    end();
}

/* At the beginning, in the middle and at the end of memory, over one another, and around an end. */
static void put_holes(void)
{
    put_hole("r5f@a2000000", 0, 0xa2000000, 0x200000);
    put_hole("r5f@a2100000", 0, 0xa2100000, 0x200000);
    put_hole("first@80000000", 0, 0x80000000, 0x1000);
    put_hole("last@ffff0000", 0, 0xffff0000, 0x20000);
    put_hole("first@880000000", 8, 0x80000000, 0x1000);
}

static void put_reserved_memory(const struct variation *variation)
{
    begin("reserved-memory");
    PUT("#address-cells", 2);
    PUT("#size-cells", 2);
    begin("secure-ddr@9e800000");
    PUT("reg", 0, 0x9e800000, 0, 0x1800000);
    end();
    begin("unused@a0000000");
    PUT("reg", 0, 0xa0000000, 0, 0x100000);
    put_text("status", "disabled");
    end();
    if (variation->holes)
        put_holes();
    if (variation->odd_hole) {
        begin("odd@a8000000");
        PUT("reg", 0, 0xa8000000, 0);
        end();
    }
    for (unsigned i = 0; variation->many_holes && i < DEVICE_TREE_RESERVED_MAX; i++) {
        char name[24];

        snprintf(name, sizeof(name), "one@b%u", i);
        begin(name);
        PUT("reg", 0, 0xb0000000 + i * 0x1000, 0, 0x1000);
        end();
    }
    if (variation->reserved_at_heap) {
        begin("shared@84000000");
        PUT("reg", 0, 0x84000000, 0, 0x100000);
        end();
    }
    end();
}

static void put_chosen(const struct variation *variation)
{
    begin("chosen");
    put_text("bootargs", variation->bootargs != NULL ? variation->bootargs : "selftest");
    put_text("stdout-path",
             variation->stdout_path != NULL ? variation->stdout_path : "serial2:57600n8");
    PUT("linux,initrd-start", 0, 0x90000000);
    PUT("linux,initrd-end", 0x90001000);
    end();
}

static void put_aliases(const struct variation *variation)
{
    begin("aliases");
    put_text("serial2", variation->alias != NULL ? variation->alias : "/bus@100000/serial@2800000");
    put_text("serial3", "/bus@100000/cbass/serial@10000");
    end();
}

/* Into buffer; returns its size. */
static size_t make_tree(const struct variation *variation)
{
    assert_int_equal(fdt_create(buffer, TREE_SIZE), 0);
    assert_int_equal(fdt_add_reservemap_entry(buffer, 0x8a000000, 0x1000), 0);
    assert_int_equal(fdt_finish_reservemap(buffer), 0);
    begin("");
    put_text("model", "a board");
    PUT("#address-cells", 2);
    PUT("#size-cells", 2);
    if (variation->console_first)
        put_soc(variation);
    if (variation->chosen_first)
        put_chosen(variation);
    put_aliases(variation);
    if (!variation->chosen_first)
        put_chosen(variation);
    for (unsigned i = 0; variation->much_memory && i < DEVICE_TREE_MEMORY_MAX; i++) {
        char name[] = "memory@a00000000";

        name[7] = (char)('a' + i);
        begin(name);
        put_text("device_type", "memory");
        PUT("reg", 10 + i, 0, 0, 0, 10 + i, 0, 0, 0x1000); /* one of no size, one page */
        end();
    }
    if (variation->overlap) {
        begin("memory@90000000");
        put_text("device_type", "memory");
        PUT("reg", 0, 0x90000000, 0, 0x80000000);
        end();
    }
    if (!variation->no_memory) {
        begin("memory@80000000");
        put_text("device_type", "memory");
        if (variation->disabled_memory)
            put_text("status", "disabled");
        if (variation->odd_memory)
            PUT("reg", 0, 0x80000000, 0);
        else
            PUT("reg", 0, 0x80000000, 0, 0x80000000, 8, 0x80000000, 0, 0x80000000);
        end();
    }
    put_cores(variation);
    put_reserved_memory(variation);
    if (!variation->console_first)
        put_soc(variation);
    end();
    assert_int_equal(fdt_finish(buffer), 0);
    return fdt_totalsize(buffer);
}

/* Twice: in a block of just its size, for the sanitizer that watches our code; and with its end at
 * an unmapped page, for libfdt, which is not compiled with it. */
static int read_tree(const void *tree, size_t size)
{
    static uint8_t *guard;
    void *copy = malloc(size);

    assert_non_null(copy);
    memcpy(copy, tree, size);
    int error = device_tree_read(copy, size, &info);
    free(copy);

    if (guard == NULL) {
        guard =
            mmap(NULL, 3 * TREE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(guard, MAP_FAILED);
        guard += 2 * TREE_SIZE;
        assert_int_equal(mprotect(guard, TREE_SIZE, PROT_NONE), 0);
    }
    copy = guard - ((size + 7) & ~(size_t)7);
    memcpy(copy, tree, size);
    assert_int_equal(device_tree_read(copy, size, &info), error);
    return error;
}

static int read_variation(struct variation variation)
{
    size_t size = make_tree(&variation);

    return read_tree(buffer, size);
}

/* ------------------------------------------------------------------------ what it says */

static void test_a_whole_tree(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){0}), 0);
    assert_null(info.problem);
    assert_string_equal(info.model, "a board");
    assert_string_equal(info.arguments, "selftest");
    assert_int_equal(info.memory_count, 2);
    assert_int_equal(info.memory[0].base, 0x80000000);
    assert_int_equal(info.memory[0].size, 0x80000000);
    assert_int_equal(info.memory[1].base, 0x880000000);
    assert_int_equal(info.reserved_count, 2);
    assert_int_equal(info.reserved[0].base, 0x8a000000);
    assert_int_equal(info.reserved[1].base, 0x9e800000);
    assert_int_equal(info.reserved[1].size, 0x1800000);
    assert_int_equal(info.file.base, 0x90000000);
    assert_int_equal(info.file.size, 0x1000);
    assert_int_equal(info.console_base, 0x2800000);
    assert_int_equal(info.console_baud, 57600);
}

static void test_cores_that_are_there(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){0}), 0);
    assert_int_equal(info.core_count, 0);
    assert_int_equal(read_variation((struct variation){.core_cells = 1}), 0);
    assert_int_equal(info.core_count, 3);
    assert_int_equal(info.cores[0], 0);
    assert_int_equal(info.cores[1], 0x101);
    assert_int_equal(info.cores[2], 0x100);
    assert_int_equal(read_variation((struct variation){.core_cells = 2}), 0);
    assert_int_equal(info.core_count, 3);
    assert_int_equal(info.cores[1], 0x100000101);
    assert_int_equal(read_variation((struct variation){.core_cells = 1, .more_cores = 20}), 0);
    assert_int_equal(info.core_count, DEVICE_TREE_CORES_MAX);
}

static void test_cores_that_make_no_sense(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){.core_cells = 1, .odd_cores = true}),
                     -EINVAL);
    assert_string_equal(info.problem, "the reg of a core in /cpus makes no sense");
    assert_int_equal(read_variation((struct variation){.core_cells = 1, .same_core = true}),
                     -EINVAL);
    assert_string_equal(info.problem, "two nodes of /cpus are the same core");
    assert_int_equal(info.core_count, 4);
}

static void test_memory_that_has_no_room_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){.much_memory = true}), 0);
    assert_int_equal(info.memory_count, DEVICE_TREE_MEMORY_MAX);
    for (unsigned i = 0; i < DEVICE_TREE_MEMORY_MAX; i++) {
        assert_int_equal(info.memory[i].base, (uint64_t)(10 + i) << 32);
        assert_int_equal(info.memory[i].size, 0x1000);
    }
}

static void test_console_behind_two_buses(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){.stdout_path = "serial3"}), 0);
    assert_int_equal(info.console_base, 0x2810000);
    assert_int_equal(info.console_baud, 0);
    assert_int_equal(
        read_variation((struct variation){.stdout_path = "/bus@100000/serial@2800000:9600"}), 0);
    assert_int_equal(info.console_base, 0x2800000);
    assert_int_equal(info.console_baud, 9600);
    /* Unit addresses may be left out, and slashes be too many. */
    assert_int_equal(read_variation((struct variation){.stdout_path = "//bus//cbass/serial/:9600"}),
                     0);
    assert_int_equal(info.console_base, 0x2810000);
    assert_int_equal(info.console_baud, 9600);
}

/* Wherever what names it stands. */
static void test_console_in_any_order(void **state)
{
    (void)state;
    for (unsigned order = 0; order < 4; order++) {
        struct variation variation = {.console_first = (order & 1) != 0,
                                      .chosen_first = (order & 2) != 0};

        assert_int_equal(read_variation(variation), 0);
        assert_int_equal(info.console_base, 0x2800000);
        assert_int_equal(info.console_baud, 57600);
        assert_int_equal(info.memory_count, 2); /* nothing is read twice */
        assert_int_equal(info.reserved_count, 2);
        variation.stdout_path = "/bus/cbass/serial:9600";
        assert_int_equal(read_variation(variation), 0);
        assert_int_equal(info.console_base, 0x2810000);
        variation.stdout_path = "/bus@100000/nothing";
        assert_int_equal(read_variation(variation), -EINVAL);
        assert_int_equal(info.console_base, 0);
    }
}

static void put_bus(const char *name, uint32_t base)
{
    begin(name);
    PUT("#address-cells", 1);
    PUT("#size-cells", 1);
    assert_int_equal(fdt_property(buffer, "ranges", "", 0), 0);
    begin("serial");
    PUT("reg", base, 0x100);
    end();
    end();
}

/* Of two nodes that a path may mean, and of two nodes or properties of a name, the first counts;
 * what stands behind a node's children is no property of it. */
static void test_the_first_one_counts(void **state)
{
    (void)state;
    for (int chosen_at = 0; chosen_at < 3; chosen_at++) {
        assert_int_equal(fdt_create(buffer, TREE_SIZE), 0);
        assert_int_equal(fdt_finish_reservemap(buffer), 0);
        begin("");
        put_text("model", "first");
        put_text("model", "second");
        PUT("#address-cells", 1);
        for (int i = 0; i < 3; i++) {
            if (i == chosen_at) {
                begin("chosen");
                put_text("stdout-path", "/bus/serial");
                end();
                begin("chosen@1");
                put_text("bootargs", "second");
                end();
            }
            put_bus(i == 0 ? "bus@1" : "bus@2", i == 0 ? 0x1000 : 0x2000);
        }
        begin("memory");
        put_text("device_type", "memory");
        begin("bank");
        end();
        PUT("reg", 0x80000000, 0x1000);
        end();
        end();
        assert_int_equal(fdt_finish(buffer), 0);
        assert_int_equal(read_tree(buffer, fdt_totalsize(buffer)), 0);
        assert_string_equal(info.model, "first");
        assert_string_equal(info.arguments, "");
        assert_int_equal(info.console_base, 0x1000);
        assert_int_equal(info.memory_count, 0);
    }
}

/* A path of 16 nodes, the root among them, is followed; one of more is not. */
static void test_console_that_is_deep(void **state)
{
    (void)state;
    for (unsigned depth = 14; depth <= 16; depth++) {
        char path[64] = "";

        assert_int_equal(fdt_create(buffer, TREE_SIZE), 0);
        assert_int_equal(fdt_finish_reservemap(buffer), 0);
        begin("");
        for (unsigned i = 0; i < depth; i++)
            strcat(path, "/b");
        begin("chosen");
        put_text("stdout-path", path);
        end();
        for (unsigned i = 0; i < 20; i++) {
            begin("b");
            assert_int_equal(fdt_property(buffer, "ranges", "", 0), 0);
            PUT("reg", 0, 0x1000 * i, 0x100);
        }
        for (unsigned i = 0; i <= 20; i++)
            end();
        assert_int_equal(fdt_finish(buffer), 0);
        assert_int_equal(read_tree(buffer, fdt_totalsize(buffer)), depth < 16 ? 0 : -EINVAL);
        assert_int_equal(info.console_base, depth < 16 ? 0x1000 * (depth - 1) : 0);
    }
}

static void test_console_behind_a_bus_of_the_same_addresses(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){.empty_ranges = true}), 0);
    assert_int_equal(info.console_base, 0x2800000);
    assert_int_equal(
        read_variation((struct variation){.empty_ranges = true, .stdout_path = "serial3"}), 0);
    assert_int_equal(info.console_base, 0x2810000); /* translated by the one in front of it */
}

static void test_console_that_leads_nowhere(void **state)
{
    static const struct variation variations[] = {
        {.stdout_path = ""},
        {.stdout_path = "serial9"},
        {.stdout_path = "/nowhere"},
        {.alias = "serial2"},
        {.alias = ""},
        {.no_ranges = true},
        {.other_ranges = true},
        {.stdout_path = "/"},
        {.stdout_path = "/bus@100000"},
        {.stdout_path = "/bus@100000/serial@2800000/below"},
        {.stdout_path = "/serial@2800000"},
        {.stdout_path = "/bus@1/serial@2800000"},
        {.stdout_path = "/chosen"},
        {.alias = "/bus@100000/cbass/no"},
        {.stdout_path = ":"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(variations) / sizeof(variations[0]); i++) {
        assert_int_equal(read_variation(variations[i]), -EINVAL);
        assert_int_equal(info.console_base, 0);
        assert_non_null(strstr(info.problem, "stdout-path"));
        assert_string_equal(info.arguments, "selftest"); /* the rest is read all the same */
        assert_int_equal(info.memory_count, 2);
    }
    assert_int_equal(
        read_variation((struct variation){.stdout_path = "serial2:99999999999999999999"}), 0);
    assert_int_equal(info.console_baud, 0);
}

static void test_memory_that_makes_no_sense(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){.odd_memory = true}), -EINVAL);
    assert_non_null(strstr(info.problem, "memory"));
    assert_int_equal(info.memory_count, 0);
    assert_int_equal(info.console_base, 0x2800000);
    assert_int_equal(read_variation((struct variation){.no_memory = true}), 0);
    assert_int_equal(info.memory_count, 0);
}

static void test_long_arguments_are_cut(void **state)
{
    char text[2000];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(read_variation((struct variation){.bootargs = text}), 0);
    assert_int_equal(strlen(info.arguments), DEVICE_TREE_ARGUMENTS_MAX - 1);
    assert_true(info.arguments_cut);
}

static void test_no_tree(void **state)
{
    uint64_t nothing[8] = {0};

    (void)state;
    assert_int_equal(device_tree_read(NULL, 0, &info), -ENOENT);
    assert_int_equal(device_tree_read(nothing, sizeof(nothing), &info), -ENOENT);
    assert_int_equal(device_tree_read((const char *)nothing + 4, 40, &info), -ENOENT);
    size_t size = make_tree(&(struct variation){0});
    assert_int_equal(device_tree_read(buffer, 0, &info), -ENOENT);
    assert_int_equal(device_tree_read(buffer, size - 1, &info), -EINVAL);
    assert_non_null(info.problem);
}

/* ------------------------------------------------------------------------ what is free */

static void test_free_memory_ends_below_what_is_reserved(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){0}), 0);
    info.tree = (struct memory_range){0};
    assert_int_equal(device_tree_free_end(&info, 0x80a00000, 0x88000000), 0x88000000);
    assert_int_equal(device_tree_free_end(&info, 0x80a00000, 0xa0000000), 0x8a000000);
    assert_int_equal(device_tree_free_end(&info, 0x8b000000, 0xa0000000), 0x90000000); /* file */
    assert_int_equal(device_tree_free_end(&info, 0x91000000, 0xa0000000), 0x9e800000);
    assert_int_equal(device_tree_free_end(&info, 0x9f000000, 0xa0000000), 0x9f000000);
    assert_int_equal(device_tree_free_end(&info, 0xf0000000, 0x110000000), 0x100000000);
    assert_int_equal(device_tree_free_end(&info, 0x70000000, 0x71000000), 0x70000000);
    info.tree = (struct memory_range){0x87000000, 0x1000};
    assert_int_equal(device_tree_free_end(&info, 0x80a00000, 0x88000000), 0x87000000);
    assert_int_equal(read_variation((struct variation){.reserved_at_heap = true}), 0);
    info.tree = (struct memory_range){0};
    assert_int_equal(device_tree_free_end(&info, 0x80a00000, 0x88000000), 0x84000000);
}

/* Each range that may be mapped, from the lowest on. */
static void assert_mappable(const struct memory_range *expected, unsigned count)
{
    struct memory_range range = {0};

    for (unsigned i = 0; i < count; i++) {
        assert_true(device_tree_next_memory(&info, range.base + range.size, &range));
        assert_int_equal(range.base, expected[i].base);
        assert_int_equal(range.size, expected[i].size);
    }
    assert_false(device_tree_next_memory(&info, range.base + range.size, &range));
}

static void test_what_may_be_mapped(void **state)
{
    static const struct memory_range whole[] = {{0x80000000, 0x80000000},
                                                {0x880000000, 0x80000000}};
    static const struct memory_range pieces[] = {
        {0x80001000, 0x21fff000}, {0xa2300000, 0x5dcf0000}, {0x880001000, 0x7ffff000}};
    struct memory_range range;

    (void)state;
    assert_int_equal(read_variation((struct variation){0}), 0);
    assert_false(info.no_map[0] || info.no_map[1]);
    assert_mappable(whole, 2); /* what is only reserved may be mapped */
    assert_true(device_tree_next_memory(&info, 0x9f000000, &range));
    assert_int_equal(range.base, 0x9f000000);
    assert_int_equal(range.size, 0x61000000);
    assert_false(device_tree_next_memory(&info, 0x900000000, &range));
    assert_false(device_tree_next_memory(&info, UINT64_MAX, &range));

    assert_int_equal(read_variation((struct variation){.holes = true}), 0);
    assert_int_equal(info.reserved_count, 7);
    assert_mappable(pieces, 3);
    assert_false(device_tree_is_memory(&info, 0xa2000000, 4));
    assert_false(info.reserved_lost);

    assert_int_equal(read_variation((struct variation){.no_memory = true}), 0);
    assert_false(device_tree_next_memory(&info, 0, &range));
}

static void test_what_is_reserved_and_cannot_be_told(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){.odd_hole = true}), -EINVAL);
    assert_true(info.reserved_lost);
    assert_non_null(strstr(info.problem, "reserved-memory"));
    assert_int_equal(read_variation((struct variation){.many_holes = true}), -EINVAL);
    assert_true(info.reserved_lost);
    assert_int_equal(info.reserved_count, DEVICE_TREE_RESERVED_MAX);
    assert_non_null(strstr(info.problem, "more reserved ranges"));
}

static void test_ranges_overlap_where_they_share_a_byte(void **state)
{
    const struct memory_range range = {0x1000, 0x1000}, empty = {0x1000, 0};

    (void)state;
    assert_true(memory_range_overlaps(&range, 0x1fff, 0x3000));
    assert_true(memory_range_overlaps(&range, 0, 0x1001));
    assert_true(memory_range_overlaps(&range, 0, 0x3000));
    assert_true(memory_range_overlaps(&range, 0x1800, 0x1801));
    assert_false(memory_range_overlaps(&range, 0, 0x1000));
    assert_false(memory_range_overlaps(&range, 0x2000, 0x3000));
    assert_false(memory_range_overlaps(&empty, 0, 0x3000));
}

static void test_memory_that_overlaps_or_is_disabled(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){.overlap = true}), -EINVAL);
    assert_non_null(strstr(info.problem, "overlap"));
    assert_int_equal(info.memory_count, 3);
    assert_int_equal(read_variation((struct variation){.disabled_memory = true}), 0);
    assert_int_equal(info.memory_count, 0);
}

/* As a loader may tell of one bank, in any order. */
static void test_memory_that_follows_is_one(void **state)
{
    static const struct memory_range whole[] = {{0x80000000, 0x20000800}, {0x880000000, 0x1000}};

    (void)state;
    info = (struct device_tree_info){.memory_count = 4,
                                     .memory = {{0x80a00800, 0x1f600000},
                                                {0x80900000, 0x100800},
                                                {0x880000000, 0x1000},
                                                {0x80000000, 0x900000}}};
    assert_mappable(whole, 2);
    assert_true(device_tree_is_memory(&info, 0x80800000, 0x300000));
    assert_false(device_tree_is_memory(&info, 0x80800000, 0x20000801));
    assert_int_equal(device_tree_free_end(&info, 0x80980000, 0x88000000), 0x88000000);
}

static void test_where_what_is_taken_ends(void **state)
{
    static const uint64_t ends[][2] = {
        {0x8a000000, 0x8a001000}, {0x8a000fff, 0x8a001000},
        {0x8a001000, 0x8a001000}, {0x9e800000, 0xa0000000},
        {0x90000000, 0x90001000}, {0x90000fff, 0x90001000},
        {0x80000000, 0x80000000}, {0, 0},
        {UINT64_MAX, UINT64_MAX},
    };

    (void)state;
    assert_int_equal(read_variation((struct variation){0}), 0);
    info.tree = (struct memory_range){0x83000000, 0x2000};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        assert_int_equal(device_tree_taken_end(&info, ends[i][0]), ends[i][1]);
    assert_int_equal(device_tree_taken_end(&info, 0x83001fff), 0x83002000);
}

static void test_the_size_in_the_header(void **state)
{
    uint64_t nothing[8] = {0};
    size_t size = make_tree(&(struct variation){0});

    (void)state;
    assert_int_equal(device_tree_size(buffer), size);
    assert_int_equal(device_tree_size(nothing), 0);
}

static void test_what_is_memory(void **state)
{
    (void)state;
    assert_int_equal(read_variation((struct variation){0}), 0);
    assert_true(device_tree_is_memory(&info, 0x80000000, 4));
    assert_true(device_tree_is_memory(&info, 0xfffffffc, 4));
    assert_false(device_tree_is_memory(&info, 0xfffffffc, 8));
    assert_false(device_tree_is_memory(&info, 0x7ffffffc, 8));
    assert_false(device_tree_is_memory(&info, 0x9e7ffffc, 8));
    assert_false(device_tree_is_memory(&info, 0x9f000000, 4));
    assert_true(device_tree_is_memory(&info, 0xa0000000, 4)); /* the disabled range */
    assert_false(device_tree_is_memory(&info, UINT64_MAX - 3, 8));
    assert_false(device_tree_is_memory(&info, 0x80000000, 0));
}

/* ------------------------------------------------------------------------ damage */

/* Whether a property's length takes libfdt's offset back, where it would go round for ever. */
static bool leads_back(const void *tree)
{
    uint32_t tag = FDT_NOP;

    for (int offset = 0, next; tag != FDT_END; offset = next) {
        tag = fdt_next_tag(tree, offset, &next);
        if (next < 0)
            return false;
        if (tag == FDT_PROP && fdt32_ld(fdt_offset_ptr(tree, offset + (int)sizeof(fdt32_t),
                                                       sizeof(fdt32_t))) > TREE_SIZE)
            return true;
    }
    return false;
}

/* What libfdt says of the structure as a whole. */
static const char *refusal(const void *tree)
{
    int error = fdt_check_header(tree);

    if (error == 0 && fdt_version(tree) < 16)
        error = -FDT_ERR_BADVERSION;
    if (error == 0)
        error = leads_back(tree) ? -FDT_ERR_BADSTRUCTURE : fdt_check_full(tree, TREE_SIZE);
    switch (error) {
    case 0:
        return NULL;
    case -FDT_ERR_BADVERSION:
        return "its version is not one that can be read";
    case -FDT_ERR_TRUNCATED:
        return "it is cut short";
    default:
        return "its structure makes no sense";
    }
}

/* It is accepted if libfdt accepts it, and refused for the reason that libfdt has. */
static void compare_with_libfdt(const void *tree, size_t size)
{
    if (fdt_magic(tree) != FDT_MAGIC || fdt_totalsize(tree) > size)
        return;
    const char *expected = refusal(tree);

    assert_int_equal(info.tree.size, expected == NULL ? fdt_totalsize(tree) : 0);
    if (expected != NULL)
        assert_string_equal(info.problem, expected);
}

/* A damaged tree may still be one; then it says something, in bounds. */
static void read_damaged(const uint8_t *tree, size_t size)
{
    int error = read_tree(tree, size);

    compare_with_libfdt(tree, size);

    assert_true(error == 0 || error == -ENOENT || error == -EINVAL);
    assert_true(error != -EINVAL || info.problem != NULL);
    assert_true(memchr(info.arguments, '\0', sizeof(info.arguments)) != NULL);
    assert_true(memchr(info.model, '\0', sizeof(info.model)) != NULL);
    assert_in_range(info.memory_count, 0, DEVICE_TREE_MEMORY_MAX);
    assert_in_range(info.reserved_count, 0, DEVICE_TREE_RESERVED_MAX);
    uint64_t end_of_heap = device_tree_free_end(&info, 0x80a00000, 0x88000000);
    assert_in_range(end_of_heap, 0x80a00000, 0x88000000);
}

static void test_every_truncation(void **state)
{
    size_t size = make_tree(&(struct variation){0});

    (void)state;
    for (size_t length = 1; length < size; length++) {
        assert_int_not_equal(read_tree(buffer, length), 0);
        /* And with a header that tells the shorter size. */
        uint8_t copy[TREE_SIZE] __attribute__((aligned(8)));
        memcpy(copy, buffer, size);
        if (length >= sizeof(struct fdt_header)) {
            fdt_set_totalsize(copy, (uint32_t)length);
            assert_int_equal(read_tree(copy, length), -EINVAL);
        }
    }
}

static void test_every_version(void **state)
{
    size_t size = make_tree(&(struct variation){0});

    (void)state;
    for (uint32_t version = 0; version < 20; version++)
        for (uint32_t compatible = 0; compatible <= version; compatible++) {
            fdt_set_version(buffer, version);
            fdt_set_last_comp_version(buffer, compatible);
            int error = read_tree(buffer, size);
            bool fits = version >= 16 && compatible <= 17;

            assert_int_equal(error, fits ? 0 : -EINVAL);
            assert_true(fits || info.problem != NULL);
        }
}

/* A header that is in order, and a structure that is not, though all that is looked up is found. */
static void test_a_structure_without_an_end(void **state)
{
    size_t size = make_tree(&(struct variation){0});

    (void)state;
    fdt32_st(buffer + fdt_off_dt_struct(buffer) + fdt_size_dt_struct(buffer) - sizeof(fdt32_t),
             FDT_NOP);
    assert_int_equal(read_tree(buffer, size), -EINVAL);
    assert_non_null(info.problem);
    assert_string_equal(info.arguments, "");
}

static void test_every_flipped_bit(void **state)
{
    size_t size = make_tree(&(struct variation){0});

    (void)state;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        buffer[bit / 8] ^= (uint8_t)(1u << bit % 8);
        read_damaged(buffer, size);
        buffer[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* A property so long that the next tag is one that has been: to read it must end. */
static void test_every_length_that_leads_back(void **state)
{
    size_t size = make_tree(&(struct variation){.empty_ranges = true});
    int next = 0;

    (void)state;
    for (int offset = 0; next >= 0; offset = next) {
        uint32_t tag = fdt_next_tag(buffer, offset, &next);
        uint8_t *length = buffer + fdt_off_dt_struct(buffer) + offset + sizeof(fdt32_t);
        uint32_t was = fdt32_ld((fdt32_t *)(void *)length);

        if (tag == FDT_END)
            break;
        if (tag != FDT_PROP)
            continue;
        for (uint32_t back = 1; back <= (uint32_t)offset + 16; back += back < 12 ? 1 : 4) {
            fdt32_st(length, 0u - back);
            assert_int_equal(read_tree(buffer, size), -EINVAL);
        }
        fdt32_st(length, was);
    }
    assert_int_equal(read_tree(buffer, size), 0);
}

/* Into buffer, with a structure of these words; returns its size. */
static size_t make_small_tree(const uint32_t *words, unsigned count)
{
    assert_int_equal(fdt_create(buffer, TREE_SIZE), 0);
    assert_int_equal(fdt_finish_reservemap(buffer), 0);
    begin("");
    PUT("name", 0, 0); /* room for the words */
    end();
    assert_int_equal(fdt_finish(buffer), 0);
    for (unsigned i = 0; i < count; i++)
        fdt32_st(buffer + fdt_off_dt_struct(buffer) + i * sizeof(fdt32_t), words[i]);
    return fdt_totalsize(buffer);
}

/* What a structure may consist of besides nodes in nodes. */
static void test_small_structures(void **state)
{
    static const struct {
        uint32_t words[8];
        unsigned count;
        bool fits;
    } trees[] = {
        {{FDT_BEGIN_NODE, 0, FDT_END_NODE, FDT_END}, 4, true},
        {{FDT_END}, 1, true},
        {{FDT_NOP, FDT_NOP, FDT_END}, 3, true},
        {{FDT_BEGIN_NODE, 0, FDT_END}, 3, false},
        {{FDT_END_NODE, FDT_END}, 2, false},
        {{FDT_END_NODE, FDT_BEGIN_NODE, 0, FDT_END}, 4, false},
        {{FDT_PROP, 0, 0, FDT_END}, 4, true},
        {{FDT_PROP, 0, 0, FDT_BEGIN_NODE, 0, FDT_END_NODE, FDT_END}, 7, true},
        {{FDT_BEGIN_NODE, 0, FDT_END_NODE, FDT_NOP, FDT_END}, 5, false},
        {{FDT_BEGIN_NODE, 0, FDT_END_NODE, FDT_PROP, 0, 0, FDT_END}, 7, false},
        {{FDT_BEGIN_NODE, 0, FDT_END_NODE, FDT_BEGIN_NODE, 0, FDT_END_NODE, FDT_END}, 7, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        size_t size = make_small_tree(trees[i].words, trees[i].count);

        read_damaged(buffer, size);
        assert_int_equal(info.tree.size != 0, trees[i].fits);
        for (uint32_t version = 3; version < 16; version++) {
            fdt_set_version(buffer, version);
            fdt_set_last_comp_version(buffer, 2);
            assert_int_equal(read_tree(buffer, size), -EINVAL);
        }
    }
}

/* Each word of the structure as each tag, and one more or less than it was. */
static void test_every_word_another(void **state)
{
    static const uint32_t tags[] = {FDT_BEGIN_NODE, FDT_END_NODE, FDT_PROP, FDT_NOP, FDT_END};
    size_t size = make_tree(&(struct variation){.core_cells = 1});
    uint8_t *word = buffer + fdt_off_dt_struct(buffer);

    (void)state;
    for (const uint8_t *end = word + fdt_size_dt_struct(buffer); word < end; word += 4) {
        uint32_t was = fdt32_ld((fdt32_t *)(void *)word);

        for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
            fdt32_st(word, tags[i]);
            read_damaged(buffer, size);
        }
        fdt32_st(word, was + 1);
        read_damaged(buffer, size);
        fdt32_st(word, was - 1);
        read_damaged(buffer, size);
        fdt32_st(word, was);
    }
}

/* The block of names ends at each byte: names that do not end in it are no names. */
static void test_every_end_of_the_names(void **state)
{
    size_t size = make_tree(&(struct variation){0});
    uint32_t names = fdt_size_dt_strings(buffer);

    (void)state;
    for (uint32_t length = 0; length <= names; length++) {
        fdt_set_size_dt_strings(buffer, length);
        read_damaged(buffer, size);
        assert_int_equal(info.tree.size != 0, length == names);
    }
    /* The last name's end is a name, of no characters; behind it there is none. */
    for (unsigned beyond = 0; beyond < 2; beyond++) {
        uint8_t *first = buffer + fdt_off_dt_struct(buffer) + 2 * sizeof(fdt32_t);
        uint8_t *second = first + sizeof(struct fdt_property) + sizeof("a board");

        fdt32_st(first + offsetof(struct fdt_property, nameoff), names - 1);
        fdt32_st(second + offsetof(struct fdt_property, nameoff), names - 1 + beyond);
        read_damaged(buffer, size);
        assert_int_equal(info.tree.size != 0, beyond == 0);
    }
}

/* libfdt's NOP in front of the root, which tools leave where something was cut out. */
static void test_a_structure_that_begins_with_nothing(void **state)
{
    size_t size = make_tree(&(struct variation){0});
    uint8_t *structure = buffer + fdt_off_dt_struct(buffer);

    (void)state;
    memmove(structure + 4, structure, size - fdt_off_dt_struct(buffer));
    fdt32_st(structure, FDT_NOP);
    fdt_set_size_dt_struct(buffer, fdt_size_dt_struct(buffer) + 4);
    fdt_set_off_dt_strings(buffer, fdt_off_dt_strings(buffer) + 4);
    fdt_set_totalsize(buffer, (uint32_t)size + 4);
    assert_int_equal(read_tree(buffer, size + 4), 0);
    assert_int_equal(info.memory_count, 2);
    assert_int_equal(info.console_base, 0x2800000);
}

/* Several bytes and words at once, from a fixed seed. */
static void test_random_damage(void **state)
{
    static const uint32_t interesting[] = {0,          1,          2,          3,          4,     9,
                                           0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc, 0x1000};
    size_t size = make_tree(&(struct variation){.reserved_at_heap = true});
    uint8_t copy[TREE_SIZE] __attribute__((aligned(8)));
    uint32_t random = 12345;

    (void)state;
    for (unsigned round = 0; round < 30000; round++) {
        memcpy(copy, buffer, size);
        for (unsigned i = 0; i <= round % 4; i++) {
            random = random * 1664525 + 1013904223;
            size_t at = (random >> 8) % (size / 4);
            fdt32_st(copy + 4 * at,
                     (random & 0x80) != 0
                         ? random
                         : interesting[(random & 0x7f) % (sizeof(interesting) / sizeof(uint32_t))]);
        }
        read_damaged(copy, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_tree),
        cmocka_unit_test(test_cores_that_are_there),
        cmocka_unit_test(test_cores_that_make_no_sense),
        cmocka_unit_test(test_memory_that_has_no_room_is_left_out),
        cmocka_unit_test(test_console_behind_two_buses),
        cmocka_unit_test(test_console_in_any_order),
        cmocka_unit_test(test_the_first_one_counts),
        cmocka_unit_test(test_console_that_is_deep),
        cmocka_unit_test(test_console_behind_a_bus_of_the_same_addresses),
        cmocka_unit_test(test_console_that_leads_nowhere),
        cmocka_unit_test(test_memory_that_makes_no_sense),
        cmocka_unit_test(test_long_arguments_are_cut),
        cmocka_unit_test(test_no_tree),
        cmocka_unit_test(test_free_memory_ends_below_what_is_reserved),
        cmocka_unit_test(test_what_may_be_mapped),
        cmocka_unit_test(test_what_is_reserved_and_cannot_be_told),
        cmocka_unit_test(test_ranges_overlap_where_they_share_a_byte),
        cmocka_unit_test(test_memory_that_overlaps_or_is_disabled),
        cmocka_unit_test(test_memory_that_follows_is_one),
        cmocka_unit_test(test_where_what_is_taken_ends),
        cmocka_unit_test(test_the_size_in_the_header),
        cmocka_unit_test(test_what_is_memory),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_every_version),
        cmocka_unit_test(test_a_structure_without_an_end),
        cmocka_unit_test(test_every_flipped_bit),
        cmocka_unit_test(test_every_length_that_leads_back),
        cmocka_unit_test(test_small_structures),
        cmocka_unit_test(test_every_word_another),
        cmocka_unit_test(test_every_end_of_the_names),
        cmocka_unit_test(test_a_structure_that_begins_with_nothing),
        cmocka_unit_test(test_random_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
