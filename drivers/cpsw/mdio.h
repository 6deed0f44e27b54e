// SPDX-License-Identifier: BSD-3-Clause
/*
 * MDIO: the registers of PHYs, by frames of IEEE 802.3, 22.2.4.5. The pins are driven by software,
 * since the AM65x's controller may corrupt what it carries, and may hang, in silicon 1.0 to 2.1
 * (errata SPRZ452, i2329: "use the manual mode"). Thread context, one thread at a time; an access
 * takes 65 clocks of 2 us, and has no wait in it that could fail.
 */
#ifndef DRIVERS_CPSW_MDIO_H
#define DRIVERS_CPSW_MDIO_H

#include <stdint.h>

#define MDIO_ADDRESSES 32u

/* Takes the pins from the controller. mdio: its registers' address. */
void cpsw_mdio_start(uintptr_t mdio);

/* Reads register `number` of the PHY at `address`. -EIO: none answers. */
int cpsw_mdio_read_register(uintptr_t mdio, unsigned address, unsigned number, uint16_t *value);

/* Writes it. No PHY tells whether it has it. */
void cpsw_mdio_write_register(uintptr_t mdio, unsigned address, unsigned number, uint16_t value);

/* The same of a device within the PHY, which has registers of its own (22.2.4.3.11). */
int cpsw_mdio_read_device(uintptr_t mdio, unsigned address, unsigned device, unsigned number,
                          uint16_t *value);
void cpsw_mdio_write_device(uintptr_t mdio, unsigned address, unsigned device, unsigned number,
                            uint16_t value);

#endif
