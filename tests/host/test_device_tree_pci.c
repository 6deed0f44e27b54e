// SPDX-License-Identifier: BSD-3-Clause
/*
 * A PCI Express controller in a device tree, made here with libfdt: as in Linux's trees, and with
 * each property gone, cut, or out of its range.
 */
#include "lib/device_tree_pci.h"

#include <errno.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define APP      0x05500000u
#define CELLS    40u
#define FIRMWARE 1u /* phandles */
#define SERDES   2u
#define GPIO     3u
#define ITS      4u

/* A property of cells. */
struct property {
    const char *name;
    unsigned count;
    uint32_t cells[CELLS];
};

static struct property controller[] = {
    {"reg",
     16,
     {0, APP, 0, 0x1000, 0, 0x05501000, 0, 0x1000, 0, 0x10000000, 0, 0x2000, 0, 0x05506000, 0,
      0x1000}},
    {"ranges",
     14,
     {0x81000000, 0, 0, 0, 0x10020000, 0, 0x10000, 0xc2000000, 0, 0x10030000, 0, 0x10030000, 0,
      0x07fd0000}},
    {"bus-range", 2, {1, 0x7f}},
    {"num-lanes", 1, {1}},
    {"max-link-speed", 1, {3}},
    {"msi-map", 4, {0, ITS, 0x10000, 0x10000}},
    {"phys", 3, {SERDES, 2, 1}},
    {"reset-gpios", 3, {GPIO, 27, 1}},
    {"interrupts", 3, {0, 340, 1}},
};
static struct property serdes[] = {
    {"reg", 4, {0, 0x00900000, 0, 0x2000}},
    {"phandle", 1, {SERDES}},
    {"#clock-cells", 1, {1}},
    {"clocks", 8, {FIRMWARE, 153, 4, FIRMWARE, 153, 1, SERDES, 1}},
    {"assigned-clocks", 5, {FIRMWARE, 153, 4, SERDES, 0}},
    {"assigned-clock-parents", 6, {FIRMWARE, 153, 8, FIRMWARE, 153, 4}},
};
/* Of the wakeup domain, as the IOT2050 has its pin: on a bus with addresses of one cell. */
static struct property wakeup[] = {
    {"#address-cells", 1, {1}},
    {"#size-cells", 1, {1}},
    {"ranges", 8, {0, 0, 0x40000000, 0x100, 0x2000, 0, 0x42110000, 0x1000}},
};
static struct property gpio[] = {
    {"phandle", 1, {GPIO}},
    {"reg", 2, {0x2000, 0x100}},
    {"power-domains", 3, {FIRMWARE, 59, 1}},
};
static const char *status;
static uint8_t tree[8192];
static struct device_tree_pci told;
static const char *problem;

static void put(const struct property *property)
{
    fdt32_t cells[CELLS];

    if (property->name == NULL)
        return;
    for (unsigned i = 0; i < property->count; i++)
        fdt32_st(&cells[i], property->cells[i]);
    fdt_property(tree, property->name, cells, (int)(property->count * sizeof(cells[0])));
}

static void text(const char *name, const char *value)
{
    if (value != NULL)
        fdt_property(tree, name, value, (int)strlen(value) + 1);
}

#define PUT_ALL(properties)                                                                        \
    for (unsigned i = 0; i < sizeof(properties) / sizeof((properties)[0]); i++)                    \
    put(&(properties)[i])

static void clocks_node(void)
{
    fdt_begin_node(tree, "clocks");
    text("compatible", "ti,k2g-sci-clk");
    fdt_property_u32(tree, "phandle", FIRMWARE);
    fdt_property_u32(tree, "#clock-cells", 2);
    fdt_end_node(tree);
}

static void gpio_node(void)
{
    fdt_begin_node(tree, "bus");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "#size-cells", 2);
    fdt_property(tree, "ranges", NULL, 0);
    fdt_begin_node(tree, "wakeup");
    PUT_ALL(wakeup);
    fdt_begin_node(tree, "gpio");
    text("compatible", "ti,am654-gpio");
    PUT_ALL(gpio);
    fdt_end_node(tree);
    fdt_end_node(tree);
    fdt_end_node(tree);
}

static int read_tree(void)
{
    static const char names[] = "app\0dbics\0config\0atu";

    assert_int_equal(fdt_create(tree, sizeof(tree)), 0);
    assert_int_equal(fdt_finish_reservemap(tree), 0);
    fdt_begin_node(tree, "");
    clocks_node();
    gpio_node();
    fdt_begin_node(tree, "serdes");
    text("compatible", "ti,phy-am654-serdes");
    PUT_ALL(serdes);
    fdt_end_node(tree);
    fdt_begin_node(tree, "pcie");
    text("compatible", "ti,am654-pcie-rc");
    text("status", status);
    fdt_property(tree, "reg-names", names, (int)sizeof(names));
    fdt_property(tree, "dma-coherent", NULL, 0);
    PUT_ALL(controller);
    fdt_end_node(tree);
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
    return device_tree_read_pci(tree, APP, &told, &problem);
}

static void reads_all_of_it(void **state)
{
    (void)state;
    assert_int_equal(read_tree(), 0);
    assert_int_equal(told.dbi, 0x05501000);
    assert_int_equal(told.config, 0x10000000);
    assert_int_equal(told.atu, 0x05506000);
    assert_int_equal(told.window_count, 2);
    assert_true(told.windows[0].is_io && !told.windows[1].is_io);
    assert_true(told.windows[1].is_prefetchable);
    assert_int_equal(told.windows[1].cpu, 0x10030000);
    assert_int_equal(told.windows[1].bus, 0x10030000);
    assert_int_equal(told.windows[1].size, 0x07fd0000);
    assert_int_equal(told.first_bus, 1);
    assert_int_equal(told.last_bus, 0x7f);
    assert_true(told.is_coherent);
    assert_int_equal(told.error_intid, 372);
    assert_int_equal(told.max_speed, 3);
    assert_int_equal(told.map_count, 1);
    assert_int_equal(told.maps[0].first_device, 0x10000);
    assert_int_equal(told.lane_count, 1);
    assert_int_equal(told.lanes[0].base, 0x00900000);
    assert_int_equal(told.lanes[0].function, 1);
    assert_int_equal(told.lanes[0].clock_count, 1);
    assert_int_equal(told.lanes[0].clocks[0].parent, 8);
    assert_int_equal(told.lanes[0].sources[0], 1); /* left */
    assert_int_equal(told.lanes[0].sources[1], 0);
    assert_int_equal(told.reset_gpio, 0x42110000);
    assert_int_equal(told.reset_pin, 27);
    assert_true(told.is_reset_active_low);
    assert_int_equal(told.reset_gpio_device, 59);
}

static void finds_none_that_is_not_there(void **state)
{
    (void)state;
    status = "disabled";
    assert_int_equal(read_tree(), -ENOENT);
    status = "okay";
    assert_int_equal(read_tree(), 0);
    status = NULL;
    assert_int_equal(device_tree_read_pci(tree, APP + 0x100000, &told, &problem), -ENOENT);
    controller[0].cells[1]++;
    assert_int_equal(read_tree(), -ENOENT);
    controller[0].cells[1]--;
}

/* Whatever a cell becomes, it is refused with a word about it, or taken; nothing is read that is
 * not there (the sanitizers), and what is counted has its limits. */
static void survives(struct property *property)
{
    static const uint32_t values[] = {0, 1, 2, 3, 4, 5, 0x7fffffff, 0xffffffff};
    const struct property whole = *property;

    for (unsigned i = 0; i < whole.count; i++)
        for (unsigned v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            property->cells[i] = values[v];
            int error = read_tree();

            assert_true(error == 0 || error == -ENOENT || (error == -EINVAL && problem != NULL));
            assert_true(told.window_count <= DEVICE_TREE_PCI_WINDOWS);
            assert_true(told.lane_count <= DEVICE_TREE_PCI_LANES);
            assert_true(error != 0 || told.last_bus <= 0xff);
            *property = whole;
        }
    for (property->count = 0; property->count < whole.count; property->count++) {
        int error = read_tree();

        assert_true(error == 0 || error == -ENOENT || (error == -EINVAL && problem != NULL));
    }
    *property = whole;
    property->name = NULL;
    (void)read_tree();
    *property = whole;
}

static void survives_any_cell(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(controller) / sizeof(controller[0]); i++)
        survives(&controller[i]);
    for (unsigned i = 0; i < sizeof(serdes) / sizeof(serdes[0]); i++)
        survives(&serdes[i]);
    for (unsigned i = 0; i < sizeof(wakeup) / sizeof(wakeup[0]); i++)
        survives(&wakeup[i]);
    for (unsigned i = 0; i < sizeof(gpio) / sizeof(gpio[0]); i++)
        survives(&gpio[i]);
}

static void refuses_what_cant_be(void **state)
{
    (void)state;
    controller[1].cells[6] = 0; /* a window of no bytes */
    assert_int_equal(read_tree(), -EINVAL);
    assert_string_equal(problem, "its ranges");
    controller[1].cells[6] = 0x10000;
    controller[1].count = 35; /* more windows than there is room for */
    for (unsigned i = 14; i < 35; i++)
        controller[1].cells[i] = controller[1].cells[i - 7];
    assert_int_equal(read_tree(), -EINVAL);
    assert_string_equal(problem, "its ranges");
    controller[1].count = 14;
    controller[2].cells[1] = 0x100;
    assert_int_equal(read_tree(), -EINVAL);
    assert_string_equal(problem, "its bus-range");
    controller[2].cells[1] = 0x7f;
    controller[3].cells[0] = 3;
    assert_int_equal(read_tree(), -EINVAL);
    assert_string_equal(problem, "its lanes and phys");
    controller[3].cells[0] = 1;
    controller[6].cells[0] = GPIO;
    assert_int_equal(read_tree(), -EINVAL);
    assert_string_equal(problem, "its phys");
    controller[6].cells[0] = SERDES;
    serdes[5].cells[5] = 99; /* no input of the SERDES */
    assert_int_equal(read_tree(), -EINVAL);
    assert_string_equal(problem, "the clocks of its SERDES");
    serdes[5].cells[5] = 4;
    controller[7].cells[0] = SERDES;
    assert_int_equal(read_tree(), -EINVAL);
    assert_string_equal(problem, "its reset-gpios");
    controller[7].cells[0] = GPIO;
    wakeup[2].cells[7] = 0; /* no address of the cores leads there */
    assert_int_equal(read_tree(), -EINVAL);
    assert_string_equal(problem, "its reset-gpios");
    wakeup[2].cells[7] = 0x1000;
    controller[8].cells[2] = 4; /* a level */
    assert_int_equal(read_tree(), -EINVAL);
    assert_string_equal(problem, "its interrupt");
    controller[8].cells[2] = 1;
    assert_int_equal(read_tree(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_of_it),
        cmocka_unit_test(finds_none_that_is_not_there),
        cmocka_unit_test(survives_any_cell),
        cmocka_unit_test(refuses_what_cant_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
