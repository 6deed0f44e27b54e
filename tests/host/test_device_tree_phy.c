// SPDX-License-Identifier: BSD-3-Clause
/*
 * An Ethernet port's PHY in a device tree, made here with libfdt.
 */
#include "lib/device_tree_phy.h"

#include <errno.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CONTROLLER "ti,am654-cpsw-nuss"
#define NOT_TOLD   0xffffffffu

static struct {
    const char *compatible, *mode;
    uint32_t handle, address, receive_delay, transmit_delay;
} board;
static uint8_t tree[4096];

static void cell(const char *name, uint32_t value)
{
    if (value != NOT_TOLD)
        assert_int_equal(fdt_property_u32(tree, name, value), 0);
}

static void text(const char *name, const char *value)
{
    if (value != NULL)
        assert_int_equal(fdt_property(tree, name, value, (int)strlen(value) + 1), 0);
}

/* A tree as Linux's, with the controller below a bus, and the PHY below its MDIO. */
static void make_tree(void)
{
    assert_int_equal(fdt_create(tree, sizeof(tree)), 0);
    assert_int_equal(fdt_finish_reservemap(tree), 0);
    fdt_begin_node(tree, "");
    fdt_begin_node(tree, "bus");
    fdt_begin_node(tree, "ethernet@46000000");
    text("compatible", board.compatible);
    fdt_begin_node(tree, "ethernet-ports");
    fdt_begin_node(tree, "port@1");
    text("phy-mode", board.mode);
    cell("phy-handle", board.handle);
    fdt_end_node(tree);
    fdt_end_node(tree);
    fdt_begin_node(tree, "mdio@f00");
    fdt_begin_node(tree, "ethernet-phy@0");
    cell("reg", board.address);
    cell("phandle", 7);
    cell("ti,rx-internal-delay", board.receive_delay);
    cell("ti,tx-internal-delay", board.transmit_delay);
    for (unsigned i = 0; i < 5; i++)
        fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
}

static int reset(void **state)
{
    (void)state;
    memset(&board, 0, sizeof(board));
    board.compatible = CONTROLLER;
    board.mode = "rgmii-rxid";
    board.handle = 7;
    board.address = 3;
    board.receive_delay = 7;
    board.transmit_delay = NOT_TOLD;
    return 0;
}

static int read_tree(struct device_tree_phy *phy)
{
    make_tree();
    return device_tree_read_phy(tree, CONTROLLER, phy);
}

static void test_evm(void **state)
{
    struct device_tree_phy phy;

    (void)state;
    assert_int_equal(read_tree(&phy), 0);
    assert_int_equal(phy.address, 3);
    assert_true(phy.delays_receive);
    assert_false(phy.delays_transmit);
    assert_int_equal(phy.receive_delay, 7);
    assert_int_equal(phy.transmit_delay, 0);
}

static void test_modes(void **state)
{
    static const struct {
        const char *mode;
        bool receive, transmit;
    } modes[] = {{"rgmii", false, false},
                 {"rgmii-txid", false, true},
                 {"rgmii-id", true, true},
                 {"rmii", false, false}};
    struct device_tree_phy phy;

    (void)state;
    board.transmit_delay = 15;
    for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        board.mode = modes[i].mode;
        assert_int_equal(read_tree(&phy), 0);
        assert_int_equal(phy.delays_receive, modes[i].receive);
        assert_int_equal(phy.delays_transmit, modes[i].transmit);
        assert_int_equal(phy.transmit_delay, 15);
    }
}

static void test_nothing_told(void **state)
{
    struct device_tree_phy phy;

    board.compatible = "ti,j721e-cpsw-nuss";
    assert_int_equal(read_tree(&phy), -ENOENT);
    reset(state);
    board.mode = NULL;
    assert_int_equal(read_tree(&phy), -ENOENT);
    reset(state);
    board.handle = NOT_TOLD;
    assert_int_equal(read_tree(&phy), -ENOENT);
    board.handle = 8;
    assert_int_equal(read_tree(&phy), -ENOENT);
    reset(state);
    board.address = NOT_TOLD;
    assert_int_equal(read_tree(&phy), -ENOENT);
    board.address = 32;
    assert_int_equal(read_tree(&phy), -ENOENT);
    board.address = 31;
    board.receive_delay = 16; /* no such code */
    assert_int_equal(read_tree(&phy), 0);
    assert_int_equal(phy.receive_delay, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_evm, reset),
        cmocka_unit_test_setup(test_modes, reset),
        cmocka_unit_test_setup(test_nothing_told, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
