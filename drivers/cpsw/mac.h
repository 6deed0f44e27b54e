// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MAC of the CPSW's port 1. base: the subsystem's. Thread context, one thread at a time.
 */
#ifndef DRIVERS_CPSW_MAC_H
#define DRIVERS_CPSW_MAC_H

#include "drivers/cpsw/cpsw.h"

#include <stdbool.h>
#include <stdint.h>

/* Resets it; it is off then. -ETIMEDOUT: the reset has not ended within 100 ms. */
int cpsw_mac_reset(uintptr_t base);

/* What pause frames come from, and go to. */
void cpsw_mac_set_address(uintptr_t base, const uint8_t *address);

/* Turns it on for a link; with loopback, what it sends it receives. It was off. */
void cpsw_mac_up(uintptr_t base, const struct cpsw_link *link, bool loopback);

/* Turns it off between two frames. -ETIMEDOUT: it has not come to that within 100 ms, and is off
 * all the same. */
int cpsw_mac_down(uintptr_t base);

/* Takes the port's pins for RGMII. -EIO: the control register is locked. */
int cpsw_select_rgmii(uintptr_t interface_select);

#endif
