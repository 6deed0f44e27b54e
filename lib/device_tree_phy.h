// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the loader's device tree says of an Ethernet port's PHY (Linux's bindings
 * ethernet-controller.yaml, ti,k3-am654-cpsw-nuss.yaml and ti,dp83867.yaml).
 */
#ifndef LIB_DEVICE_TREE_PHY_H
#define LIB_DEVICE_TREE_PHY_H

#include <stdbool.h>
#include <stdint.h>

struct device_tree_phy {
    uint32_t address;                       /* on MDIO, below 32 */
    bool delays_receive, delays_transmit;   /* who the PHY delays the clock for */
    uint32_t receive_delay, transmit_delay; /* codes of a DP83867, below 16; 0: not told */
};

/* Reads what the first port of the controller with this compatible string names as its PHY, from a
 * tree that device_tree_read() has read without a problem. Any context. -ENOENT: it tells of none,
 * or of one that can't be. */
int device_tree_read_phy(const void *tree, const char *controller, struct device_tree_phy *phy);

#endif
