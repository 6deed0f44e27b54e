// SPDX-License-Identifier: BSD-3-Clause
/*
 * An Ethernet port's PHY in the device tree (lib/device_tree_phy.h).
 */
#include "lib/device_tree_phy.h"

#include <errno.h>
#include <libfdt.h>
#include <string.h>

#define ADDRESSES 32u
#define DELAYS    16u

/* A property of one cell; false: it has none, or it is not below `limit`. */
static bool read_cell(const void *tree, int node, const char *name, uint32_t limit, uint32_t *value)
{
    int length;
    const fdt32_t *cell = fdt_getprop(tree, node, name, &length);

    if (cell == NULL || length != (int)sizeof(*cell) || fdt32_ld(cell) >= limit)
        return false;
    *value = fdt32_ld(cell);
    return true;
}

static int first_port(const void *tree, const char *controller)
{
    int node = fdt_node_offset_by_compatible(tree, -1, controller);

    if (node >= 0)
        node = fdt_subnode_offset(tree, node, "ethernet-ports");
    return node >= 0 ? fdt_first_subnode(tree, node) : node;
}

static bool read_mode(const void *tree, int port, struct device_tree_phy *phy)
{
    const char *mode = fdt_stringlist_get(tree, port, "phy-mode", 0, NULL);

    if (mode == NULL)
        return false;
    phy->delays_receive = strcmp(mode, "rgmii-rxid") == 0 || strcmp(mode, "rgmii-id") == 0;
    phy->delays_transmit = strcmp(mode, "rgmii-txid") == 0 || strcmp(mode, "rgmii-id") == 0;
    return true;
}

int device_tree_read_phy(const void *tree, const char *controller, struct device_tree_phy *phy)
{
    const int port = first_port(tree, controller);
    uint32_t handle;
    int node;

    memset(phy, 0, sizeof(*phy));
    if (port < 0 || !read_mode(tree, port, phy) ||
        !read_cell(tree, port, "phy-handle", UINT32_MAX, &handle))
        return -ENOENT;
    node = fdt_node_offset_by_phandle(tree, handle);
    if (node < 0 || !read_cell(tree, node, "reg", ADDRESSES, &phy->address))
        return -ENOENT;
    (void)read_cell(tree, node, "ti,rx-internal-delay", DELAYS, &phy->receive_delay);
    (void)read_cell(tree, node, "ti,tx-internal-delay", DELAYS, &phy->transmit_delay);
    return 0;
}
