// SPDX-License-Identifier: BSD-3-Clause
/*
 * MDIO of the CPSW (AM65x TRM SPRUID7, MCU_CPSW0, "MDIO"; names from there). The controller itself
 * is not used: errata SPRZ452, i2329.
 */
#ifndef DRIVERS_CPSW_MDIO_REGISTERS_H
#define DRIVERS_CPSW_MDIO_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

struct mdio_registers {
    uint32_t version;
    uint32_t control;
    uint32_t alive;
    uint32_t link;
    uint32_t link_int_raw;
    uint32_t link_int_masked;
    uint32_t link_int_mask_set;
    uint32_t link_int_mask_clear;
    uint32_t user_int_raw;
    uint32_t user_int_masked;
    uint32_t user_int_mask_set;
    uint32_t user_int_mask_clear;
    uint32_t manual_if;
    uint32_t poll;
};

_Static_assert(offsetof(struct mdio_registers, manual_if) == 0x30, "MDIO_MANUAL_IF_REG");
_Static_assert(offsetof(struct mdio_registers, poll) == 0x34, "MDIO_POLL_REG");

#define MDIO_CONTROL_ENABLE  (1u << 30)
#define MDIO_MANUAL_MDCLK_O  (1u << 2)
#define MDIO_MANUAL_OE       (1u << 1)
#define MDIO_MANUAL_PIN      (1u << 0)
#define MDIO_POLL_MANUALMODE (1u << 31)

#endif
