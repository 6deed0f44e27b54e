// SPDX-License-Identifier: BSD-3-Clause
/*
 * The PHY of the CPSW's port, by the registers that every PHY has, and a DP83867's RGMII delays.
 * Thread context, one thread at a time. -EIO from each: the PHY does not answer.
 */
#ifndef DRIVERS_CPSW_PHY_H
#define DRIVERS_CPSW_PHY_H

#include "drivers/cpsw/cpsw.h"

#include <stdbool.h>
#include <stdint.h>

struct cpsw_phy {
    uintptr_t mdio;
    uint8_t address;
    uint32_t id; /* identifier: upper and lower register */
};

/* Finds the PHY, sets it up, and has it agree with its partner on the best that both can. It is
 * left alone if that is what it has done for an earlier user. -ENXIO: there is none. */
int cpsw_phy_open(struct cpsw_phy *phy, uintptr_t mdio, const struct cpsw_facts *facts);

/* What it and its partner have agreed on. */
int cpsw_phy_look(const struct cpsw_phy *phy, struct cpsw_link *link);

/* Takes it off the wire, and back. */
int cpsw_phy_power(const struct cpsw_phy *phy, bool on);

/* What a DP83867 needs (dp83867.c); nothing, if it is none. */
int cpsw_dp83867_set_up(const struct cpsw_phy *phy, const struct cpsw_facts *facts);

#endif
