// SPDX-License-Identifier: BSD-3-Clause
/*
 * A Cortex-R5F's memory in a device tree, made here with libfdt: what counts, and what is refused.
 */
#include "lib/device_tree_r5f.h"

#include <errno.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DEVICE   159u
#define NOT_TOLD 0xffffffffu
#define REGIONS  2u
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct {
    uint32_t device;
    uint32_t handles[DEVICE_TREE_R5F_MAX + 1];
    unsigned handle_count;
    struct memory_range reserved[REGIONS]; /* phandles 1 and up */
    bool no_map, disabled, elsewhere, without_reg;
    struct memory_range again; /* reserved once more */
} board;
static uint8_t tree[4096] __attribute__((aligned(8)));
static struct memory_range own;

static struct device_tree_info info;
static struct device_tree_r5f_region regions[DEVICE_TREE_R5F_MAX];
static const char *problem;

static void cell(const char *name, uint32_t value)
{
    if (value != NOT_TOLD)
        assert_int_equal(fdt_property_u32(tree, name, value), 0);
}

static void text(const char *name, const char *value)
{
    assert_int_equal(fdt_property(tree, name, value, (int)strlen(value) + 1), 0);
}

static void reg(const struct memory_range *range)
{
    const fdt64_t cells[] = {cpu_to_fdt64(range->base), cpu_to_fdt64(range->size)};

    assert_int_equal(fdt_property(tree, "reg", cells, sizeof(cells)), 0);
}

static void begin(const char *name)
{
    assert_int_equal(fdt_begin_node(tree, name), 0);
}

static void end(void)
{
    assert_int_equal(fdt_end_node(tree), 0);
}

static void put_reserved(void)
{
    begin(board.elsewhere ? "other-memory" : "reserved-memory");
    cell("#address-cells", 2);
    cell("#size-cells", 2);
    for (uint32_t i = 0; i < REGIONS; i++) {
        char name[16];

        snprintf(name, sizeof(name), "r5f@%u", i);
        begin(name);
        if (!board.without_reg)
            reg(&board.reserved[i]);
        if (board.no_map)
            assert_int_equal(fdt_property(tree, "no-map", "", 0), 0);
        if (board.disabled)
            text("status", "disabled");
        cell("phandle", 1 + i);
        end();
    }
    if (board.again.size != 0) {
        begin("another");
        reg(&board.again);
        end();
    }
    end();
}

/* Two cores, as Linux's trees have them below a cluster; the first one has nothing. */
static void put_cores(void)
{
    fdt32_t handles[COUNT(board.handles)];

    for (unsigned i = 0; i < COUNT(handles); i++)
        handles[i] = cpu_to_fdt32(board.handles[i]);
    begin("r5fss");
    begin("r5f@1");
    text("compatible", "ti,am654-r5f");
    cell("ti,sci-dev-id", 245);
    end();
    begin("r5f@0");
    text("compatible", "ti,am654-r5f");
    cell("ti,sci-dev-id", board.device);
    if (board.handle_count != 0)
        assert_int_equal(fdt_property(tree, "memory-region", handles,
                                      (int)(board.handle_count * sizeof(handles[0]))),
                         0);
    end();
    end();
}

static int read_tree(void)
{
    const struct memory_range memory = {0x80000000, 0x40000000};

    assert_int_equal(fdt_create(tree, sizeof(tree)), 0);
    assert_int_equal(fdt_finish_reservemap(tree), 0);
    begin("");
    cell("#address-cells", 2);
    cell("#size-cells", 2);
    begin("memory@80000000");
    text("device_type", "memory");
    reg(&memory);
    end();
    put_reserved();
    put_cores();
    end();
    assert_int_equal(fdt_finish(tree), 0);
    (void)device_tree_read(tree, sizeof(tree), &info);
    info.file = (struct memory_range){0x98000000, 0x1234};
    return device_tree_read_r5f(&info, DEVICE, &own, regions, &problem);
}

static int reset(void **state)
{
    (void)state;
    memset(&board, 0, sizeof(board));
    board.device = DEVICE;
    board.handles[0] = 1;
    board.handles[1] = 2;
    board.handle_count = 2;
    board.reserved[0] = (struct memory_range){0xa0000000, 0x100000};
    board.reserved[1] = (struct memory_range){0xa0100000, 0xf00000};
    board.no_map = true;
    own = (struct memory_range){0x80000000, 0x2000000};
    return 0;
}

static void assert_refused(const char *word)
{
    assert_int_equal(read_tree(), -EINVAL);
    assert_non_null(problem);
    assert_non_null(strstr(problem, word));
}

static void test_evm(void **state)
{
    (void)state;
    for (unsigned no_map = 0; no_map < 2; no_map++) {
        board.no_map = no_map != 0;
        assert_int_equal(read_tree(), REGIONS);
        assert_null(problem);
        for (unsigned i = 0; i < REGIONS; i++) {
            assert_int_equal(regions[i].range.base, board.reserved[i].base);
            assert_int_equal(regions[i].range.size, board.reserved[i].size);
            assert_int_equal(regions[i].no_map, board.no_map);
        }
    }
}

static void test_nothing_told(void **state)
{
    (void)state;
    board.handle_count = 0;
    assert_int_equal(read_tree(), 0);
    assert_null(problem);
    (void)reset(NULL);
    board.device = 245;
    assert_int_equal(read_tree(), 0);
    board.device = NOT_TOLD;
    assert_int_equal(read_tree(), 0);
    assert_null(problem);
}

static void test_leads_nowhere(void **state)
{
    (void)state;
    board.handles[1] = 77;
    assert_refused("leads to no memory");
    board.handles[1] = 0;
    assert_refused("leads to no memory");
    (void)reset(NULL);
    board.without_reg = true;
    assert_refused("leads to no memory");
}

static void test_not_reserved(void **state)
{
    (void)state;
    board.elsewhere = true;
    assert_refused("not reserved for it alone");
    (void)reset(NULL);
    board.disabled = true;
    assert_refused("not reserved for it alone");
    (void)reset(NULL);
    board.again = (struct memory_range){0xa0fff000, 0x2000};
    assert_refused("not reserved for it alone");
    board.again = board.reserved[0];
    assert_refused("not reserved for it alone");
}

static void test_no_such_memory(void **state)
{
    static const struct memory_range ranges[] = {{0xa0000000, 0},      {0xa0000800, 0x1000},
                                                 {0xa0000000, 0x800},  {0x880000000, 0x1000},
                                                 {0xfffff000, 0x2000}, {0xa0000000, 1ull << 32}};

    (void)state;
    for (unsigned i = 0; i < COUNT(ranges); i++) {
        board.reserved[0] = ranges[i];
        assert_refused("no whole pages");
    }
    board.reserved[0] = (struct memory_range){0x70000000, 0x1000};
    assert_refused("is no memory");
    board.reserved[0] = (struct memory_range){0xbffff000, 0x2000};
    assert_refused("is no memory");
    board.reserved[0] = (struct memory_range){0xbffff000, 0x1000};
    assert_int_equal(read_tree(), REGIONS);
}

/* The reader's, and the loader's file; up to there it may be. */
static void test_in_use(void **state)
{
    (void)state;
    board.reserved[0] = (struct memory_range){0x81fff000, 0x1000};
    assert_refused("in use here");
    board.reserved[0] = (struct memory_range){0x98001000, 0x1000};
    assert_refused("in use here");
    board.reserved[0] = (struct memory_range){0x98002000, 0x1000};
    assert_int_equal(read_tree(), REGIONS);
    board.reserved[0] = (struct memory_range){0x82000000, 0x1000};
    assert_int_equal(read_tree(), REGIONS);
}

/* What is more than there is room for is left out. */
static void test_many(void **state)
{
    (void)state;
    for (unsigned i = 0; i < COUNT(board.handles); i++)
        board.handles[i] = 1 + i % REGIONS;
    board.handles[DEVICE_TREE_R5F_MAX] = 77;
    board.handle_count = COUNT(board.handles);
    assert_int_equal(read_tree(), DEVICE_TREE_R5F_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_evm, reset),
        cmocka_unit_test_setup(test_nothing_told, reset),
        cmocka_unit_test_setup(test_leads_nowhere, reset),
        cmocka_unit_test_setup(test_not_reserved, reset),
        cmocka_unit_test_setup(test_no_such_memory, reset),
        cmocka_unit_test_setup(test_in_use, reset),
        cmocka_unit_test_setup(test_many, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
