// SPDX-License-Identifier: BSD-3-Clause
/*
 * What it costs to read a device tree grows with the tree's size and no faster, whatever is in it:
 * nobody can have a board sit at boot. Counted are the blocks of code that the reader runs
 * (tests/host/support/cost.h), the bytes that it and libfdt look through for a character or
 * compare, and the tags that libfdt passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/device_tree.c"
#include "tests/host/support/cost.h"

#define SMALL    0x4000u
#define LARGER   0x20000u
/* What a tree of the same kind that is twice as large may cost, and each byte of a tree: a property
 * of 12 bytes has 20 blocks or so. */
#define GROWTH   2.2
#define PER_BYTE 10u

/* ---- counting, besides the blocks of code ---- */

void *__real_memchr(const void *memory, int wanted, size_t size);
void *__wrap_memchr(const void *memory, int wanted, size_t size);
void *__wrap_memchr(const void *memory, int wanted, size_t size)
{
    const char *found = __real_memchr(memory, wanted, size);

    cost_add(found != NULL ? (size_t)(found - (const char *)memory) : size);
    return (void *)(uintptr_t)found;
}

int __real_memcmp(const void *left, const void *right, size_t size);
int __wrap_memcmp(const void *left, const void *right, size_t size);
int __wrap_memcmp(const void *left, const void *right, size_t size)
{
    cost_add(size);
    return __real_memcmp(left, right, size);
}

size_t __real_strlen(const char *text);
size_t __wrap_strlen(const char *text);
size_t __wrap_strlen(const char *text)
{
    size_t length = __real_strlen(text);

    cost_add(length);
    return length;
}

size_t __real_strnlen(const char *text, size_t size);
size_t __wrap_strnlen(const char *text, size_t size);
size_t __wrap_strnlen(const char *text, size_t size)
{
    size_t length = __real_strnlen(text, size);

    cost_add(length);
    return length;
}

/* It looks at each character of a node's name, and jumps over a property's value. */
uint32_t __real_fdt_next_tag(const void *tree, int offset, int *next);
uint32_t __wrap_fdt_next_tag(const void *tree, int offset, int *next);
uint32_t __wrap_fdt_next_tag(const void *tree, int offset, int *next)
{
    uint32_t tag = __real_fdt_next_tag(tree, offset, next);

    cost_add(tag == FDT_BEGIN_NODE && *next > offset ? (uint64_t)(*next - offset) : 1);
    return tag;
}

/* ---- trees: the structure is the first half, the names are the second one ---- */

enum name {
    A_STDOUT_PATH,
    A_REG,
    A_RANGES,
    AN_INITRD_START,
    A_LONG_ONE
};

static const char names[] = "stdout-path\0reg\0ranges\0linux,initrd-start";
static const uint32_t name_offsets[] = {0, 12, 16, 23, sizeof(names)};
static uint8_t tree[DEVICE_TREE_SIZE_MAX] __attribute__((aligned(8)));
static size_t at, size;

/* For what ends the structure there is always room. */
static bool has_room(void)
{
    return at < size / 2 - 256;
}

static void put(uint32_t word)
{
    fdt32_st(tree + at, word);
    at += sizeof(fdt32_t);
}

/* A text of so many characters; its end and what aligns it are zeros. */
static void put_text(const char *beginning, char filler, size_t length)
{
    size_t begins = strlen(beginning);

    memset(tree + at, 0, length + 4);
    memset(tree + at, filler, length);
    memcpy(tree + at, beginning, begins);
    at = (at + length + 4) & ~(size_t)3;
}

static void begin(const char *name)
{
    put(FDT_BEGIN_NODE);
    put_text(name, ' ', strlen(name));
}

static void put_property(uint32_t name, uint32_t length)
{
    put(FDT_PROP);
    put(length);
    put(name);
}

static void name_console(const char *beginning, char filler, size_t length)
{
    begin("chosen");
    put_property(name_offsets[A_STDOUT_PATH], (uint32_t)length + 1);
    put_text(beginning, filler, length);
    put(FDT_END_NODE);
}

static void make(size_t wanted, void (*fill)(void))
{
    size = wanted;
    memset(tree, 0, size);
    memset(tree + size / 2, 'a', size / 2 - 1);
    memcpy(tree + size / 2, names, sizeof(names));
    fdt_set_magic(tree, FDT_MAGIC);
    fdt_set_version(tree, 17);
    fdt_set_last_comp_version(tree, 16);
    fdt_set_totalsize(tree, (uint32_t)size);
    fdt_set_off_mem_rsvmap(tree, sizeof(struct fdt_header));
    fdt_set_off_dt_strings(tree, (uint32_t)size / 2);
    fdt_set_size_dt_strings(tree, (uint32_t)size / 2);
    at = sizeof(struct fdt_header) + sizeof(struct fdt_reserve_entry);
    fdt_set_off_dt_struct(tree, (uint32_t)at);
    begin("");
    fill();
    put(FDT_END_NODE);
    put(FDT_END);
    fdt_set_size_dt_struct(tree, (uint32_t)at - fdt_off_dt_struct(tree));
}

/* ---- kinds of trees ---- */

/* Each name is a further part of one that goes on to the end of the block, or nearly: there it
 * ends, and behind it is one that does not. */
static void names_within_a_long_one(void)
{
    tree[size - 2] = '\0';
    tree[size - 1] = 'a';
    for (uint32_t name = name_offsets[A_LONG_ONE]; has_room(); name++)
        put_property(name, 0);
}

static void an_alias_among_long_names(void)
{
    name_console("b", 'b', 1);
    begin("aliases");
    while (has_room())
        put_property(name_offsets[A_LONG_ONE], 0);
    put(FDT_END_NODE);
}

static void a_long_alias(void)
{
    name_console("a", 'a', size / 8);
    begin("aliases");
    for (uint32_t name = name_offsets[A_LONG_ONE]; has_room(); name++)
        put_property(name, 0);
    put(FDT_END_NODE);
}

static void a_path_of_one_long_name(void)
{
    name_console("/", 'a', size / 4);
    while (has_room()) {
        begin("a");
        put(FDT_END_NODE);
    }
}

static void a_path_of_slashes(void)
{
    name_console("/b", '/', size / 4);
    while (has_room()) {
        begin("b");
        put(FDT_END_NODE);
    }
}

static void nodes_in_nodes(void)
{
    unsigned depth = 0;

    for (name_console("/a/a/a", '/', size / 8); at < size / 3; depth++)
        begin("a");
    while (depth-- > 0)
        put(FDT_END_NODE);
}

static void nodes_of_long_names(void)
{
    name_console("/", 'a', size / 32);
    while (at < size / 2 - size / 16) {
        put(FDT_BEGIN_NODE);
        put_text("", 'a', size / 32 - 1);
        put(FDT_END_NODE);
    }
}

static void many_reserved_ranges(void)
{
    begin("reserved-memory");
    while (has_room()) {
        begin("a");
        put_property(name_offsets[A_REG], 12);
        put(1);
        put(2);
        put(3);
        put(FDT_END_NODE);
    }
    put(FDT_END_NODE);
}

static void a_console_behind_many_ranges(void)
{
    name_console("/a/b", 'b', 4);
    begin("a");
    put_property(name_offsets[A_RANGES], (uint32_t)(size / 4));
    at += size / 4;
    begin("b");
    put_property(name_offsets[A_REG], 12);
    put(1);
    put(2);
    put(3);
    put(FDT_END_NODE);
    put(FDT_END_NODE);
}

static void nothing_but_no_operations(void)
{
    while (has_room())
        put(FDT_NOP);
}

static const struct {
    const char *name;
    void (*fill)(void);
} kinds[] = {
    {"names within a long one", names_within_a_long_one},
    {"an alias among long names", an_alias_among_long_names},
    {"a long alias", a_long_alias},
    {"a path of one long name", a_path_of_one_long_name},
    {"a path of slashes", a_path_of_slashes},
    {"nodes in nodes", nodes_in_nodes},
    {"nodes of long names", nodes_of_long_names},
    {"many reserved ranges", many_reserved_ranges},
    {"a console behind many ranges", a_console_behind_many_ranges},
    {"nothing but no-operations", nothing_but_no_operations},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* ---- what they cost ---- */

static uint64_t cost(size_t wanted, void (*fill)(void))
{
    static struct device_tree_info info;

    make(wanted, fill);
    cost_start();
    (void)device_tree_read(tree, size, &info);
    uint64_t work = cost_so_far();
    assert_int_equal(info.tree.size, size); /* it has been passed to the end */
    return work;
}

/* Whether the cost doubles with the size, no more. */
static bool grows_evenly(const char *name, void (*fill)(void))
{
    uint64_t before = cost(SMALL, fill), now;

    for (size_t wanted = 2 * SMALL; wanted <= LARGER; wanted *= 2, before = now) {
        now = cost(wanted, fill);
        if ((double)now <= GROWTH * (double)before)
            continue;
        print_error("%s: %llu for %zu bytes, %llu for half of them\n", name,
                    (unsigned long long)now, wanted, (unsigned long long)before);
        return false;
    }
    return true;
}

static void test_the_cost_grows_with_the_size(void **state)
{
    unsigned red = 0;

    (void)state;
    for (size_t i = 0; i < KINDS; i++)
        red += !grows_evenly(kinds[i].name, kinds[i].fill);
    assert_int_equal(red, 0);
}

static void test_the_cost_of_the_largest(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++)
        assert_in_range(cost(DEVICE_TREE_SIZE_MAX, kinds[i].fill), 1,
                        PER_BYTE * DEVICE_TREE_SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_cost_grows_with_the_size),
        cmocka_unit_test(test_the_cost_of_the_largest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
