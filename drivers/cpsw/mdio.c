// SPDX-License-Identifier: BSD-3-Clause
/*
 * MDIO by hand (drivers/cpsw/mdio.h). A PHY takes a bit at the clock's rising edge, and changes
 * what it drives after that.
 */
#include "drivers/cpsw/mdio.h"

#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/cpsw/mdio_registers.h"
#include "drivers/cpsw/phy_registers.h"

#include <errno.h>
#include <stdbool.h>

#define HALF_CLOCK_US 1u
#define PREAMBLE      0xffffffffu
#define BITS          32u
#define COMMAND_BITS  14u
#define TURN_BITS     2u
#define DATA_BITS     16u
#define START_READ    (1u << 12 | 2u << 10) /* of a command: start, operation */
#define START_WRITE   (1u << 12 | 1u << 10)
#define WRITE_TURN    2u

static void drive(uintptr_t mdio, uint32_t pins)
{
    mmio_write32(mdio + offsetof(struct mdio_registers, manual_if), pins);
    delay_us(HALF_CLOCK_US);
}

static void put_bits(uintptr_t mdio, uint32_t bits, unsigned count)
{
    while (count-- != 0) {
        const uint32_t pins = MDIO_MANUAL_OE | ((bits >> count & 1u) != 0 ? MDIO_MANUAL_PIN : 0);

        drive(mdio, pins);
        drive(mdio, pins | MDIO_MANUAL_MDCLK_O);
    }
}

/* What the PHY drives while the clock is low is what it put there after the last edge. */
static uint32_t get_bits(uintptr_t mdio, unsigned count)
{
    uint32_t bits = 0;

    while (count-- != 0) {
        drive(mdio, 0);
        bits = bits << 1 |
               (mmio_read32(mdio + offsetof(struct mdio_registers, manual_if)) & MDIO_MANUAL_PIN);
        drive(mdio, MDIO_MANUAL_MDCLK_O);
    }
    return bits;
}

static void put_command(uintptr_t mdio, uint32_t start, unsigned address, unsigned number)
{
    put_bits(mdio, PREAMBLE, BITS);
    put_bits(mdio, start | address << 5 | number, COMMAND_BITS);
}

void cpsw_mdio_start(uintptr_t mdio)
{
    const uintptr_t control = mdio + offsetof(struct mdio_registers, control);
    const uintptr_t poll = mdio + offsetof(struct mdio_registers, poll);

    mmio_write32(control, mmio_read32(control) & ~MDIO_CONTROL_ENABLE);
    mmio_write32(poll, mmio_read32(poll) | MDIO_POLL_MANUALMODE);
}

int cpsw_mdio_read_register(uintptr_t mdio, unsigned address, unsigned number, uint16_t *value)
{
    uint32_t turn, data;

    put_command(mdio, START_READ, address, number);
    turn = get_bits(mdio, TURN_BITS);
    data = get_bits(mdio, DATA_BITS);
    drive(mdio, 0);
    if ((turn & 1u) != 0) /* nobody has pulled the line low */
        return -EIO;
    *value = (uint16_t)data;
    return 0;
}

void cpsw_mdio_write_register(uintptr_t mdio, unsigned address, unsigned number, uint16_t value)
{
    put_command(mdio, START_WRITE, address, number);
    put_bits(mdio, WRITE_TURN, TURN_BITS);
    put_bits(mdio, value, DATA_BITS);
    drive(mdio, 0);
}

static void select_device(uintptr_t mdio, unsigned address, unsigned device, unsigned number)
{
    cpsw_mdio_write_register(mdio, address, PHY_REGCR, (uint16_t)device);
    cpsw_mdio_write_register(mdio, address, PHY_ADDAR, (uint16_t)number);
    cpsw_mdio_write_register(mdio, address, PHY_REGCR, (uint16_t)(PHY_REGCR_DATA | device));
}

int cpsw_mdio_read_device(uintptr_t mdio, unsigned address, unsigned device, unsigned number,
                          uint16_t *value)
{
    select_device(mdio, address, device, number);
    return cpsw_mdio_read_register(mdio, address, PHY_ADDAR, value);
}

void cpsw_mdio_write_device(uintptr_t mdio, unsigned address, unsigned device, unsigned number,
                            uint16_t value)
{
    select_device(mdio, address, device, number);
    cpsw_mdio_write_register(mdio, address, PHY_ADDAR, value);
}
