// SPDX-License-Identifier: BSD-3-Clause
/*
 * Boot arguments: the input is the text, as /chosen bootargs of a tree that is all right. From
 * platform/start.c, which cuts it into words, to app/default/main.c, which does them.
 */
#include "tests/fuzz/support/boot.h"
#include "tests/fuzz/support/fuzz.h"

#include <libfdt.h>
#include <stdint.h>

#define TREE_MAX 4096u
#define TEXT_MAX 2048u

void fuzz_one(void)
{
    static uint64_t tree[TREE_MAX / sizeof(uint64_t)];
    static const uint32_t memory[] = {0, 0x80, 0, 0x40}; /* 2 GiB, 1 GiB: big-endian bytes */
    size_t size;
    const uint8_t *text = fuzz_take_rest(&size);

    if (size > TEXT_MAX)
        return;
    (void)fdt_create(tree, sizeof(tree));
    (void)fdt_finish_reservemap(tree);
    (void)fdt_begin_node(tree, "");
    (void)fdt_property_u32(tree, "#address-cells", 2);
    (void)fdt_property_u32(tree, "#size-cells", 2);
    (void)fdt_property_string(tree, "model", "fuzz");
    (void)fdt_begin_node(tree, "memory@80000000");
    (void)fdt_property_string(tree, "device_type", "memory");
    (void)fdt_property(tree, "reg", memory, sizeof(memory));
    (void)fdt_end_node(tree);
    (void)fdt_begin_node(tree, "chosen");
    (void)fdt_property(tree, "bootargs", text, (int)size);
    (void)fdt_end_node(tree);
    (void)fdt_end_node(tree);
    FUZZ_CHECK(fdt_finish(tree) == 0);
    fuzz_boot(tree, fdt_totalsize(tree));
}
