// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MAC of the CPSW's port (drivers/cpsw/mac.h).
 */
#include "drivers/cpsw/mac.h"

#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/cpsw/cpsw_registers.h"

#include <errno.h>

#define TIMEOUT_US 100000u
#define LOOK_US    10u

static struct cpsw_mac_port_registers *registers(uintptr_t base)
{
    return (struct cpsw_mac_port_registers *)(base + CPSW_MAC_PORT_OFFSET);
}

/* The clock is read before the register: a thread that was held up in between looks at the register
 * once more before it gives up. */
static int wait_for_bits(const uint32_t *where, uint32_t bits, uint32_t value)
{
    const deadline_t deadline = deadline_after_us(TIMEOUT_US);
    bool late = false;

    while ((mmio_read32((uintptr_t)where) & bits) != value) {
        if (late)
            return -ETIMEDOUT;
        delay_us(LOOK_US);
        late = deadline_passed(deadline);
    }
    return 0;
}

/* The reset sets the greatest length, too. */
int cpsw_mac_reset(uintptr_t base)
{
    struct cpsw_mac_port_registers *const port = registers(base);

    mmio_write32((uintptr_t)&port->mac_soft_reset, CPSW_MAC_SOFT_RESET);
    if (wait_for_bits(&port->mac_soft_reset, CPSW_MAC_SOFT_RESET, 0) != 0)
        return -ETIMEDOUT;
    mmio_write32((uintptr_t)&port->mac_control, 0);
    mmio_write32((uintptr_t)&port->rx_maxlen, CPSW_RX_MAXLEN_VALUE);
    return 0;
}

void cpsw_mac_set_address(uintptr_t base, const uint8_t *address)
{
    struct cpsw_mac_port_registers *const port = registers(base);

    mmio_write32((uintptr_t)&port->sa_h, (uint32_t)address[3] << 24 | (uint32_t)address[2] << 16 |
                                             (uint32_t)address[1] << 8 | address[0]);
    mmio_write32((uintptr_t)&port->sa_l, (uint32_t)address[5] << 8 | address[4]);
}

void cpsw_mac_up(uintptr_t base, const struct cpsw_link *link, bool loopback)
{
    struct cpsw_mac_port_registers *const port = registers(base);
    uint32_t control = loopback ? CPSW_MAC_CONTROL_LOOPBACK : 0;

    if (link->full_duplex)
        control |= CPSW_MAC_CONTROL_FULLDUPLEX;
    if (link->speed == 1000)
        control |= CPSW_MAC_CONTROL_GIG;
    if (link->speed == 10)
        control |= CPSW_MAC_CONTROL_EXT_EN;
    mmio_write32((uintptr_t)&port->mac_control, control);
    mmio_write32((uintptr_t)&port->mac_control, control | CPSW_MAC_CONTROL_GMII_EN);
}

int cpsw_mac_down(uintptr_t base)
{
    struct cpsw_mac_port_registers *const port = registers(base);
    int error;

    mmio_write32((uintptr_t)&port->mac_control,
                 mmio_read32((uintptr_t)&port->mac_control) | CPSW_MAC_CONTROL_CMD_IDLE);
    error = wait_for_bits(&port->mac_status, CPSW_MAC_STATUS_IDLE, CPSW_MAC_STATUS_IDLE);
    mmio_write32((uintptr_t)&port->mac_control, 0);
    return error;
}

int cpsw_select_rgmii(uintptr_t interface_select)
{
    uint32_t mode = mmio_read32(interface_select);

    if ((mode & CPSW_ENET_CTRL_MODE_MASK) == CPSW_ENET_CTRL_MODE_RGMII)
        return 0;
    mode = (mode & ~CPSW_ENET_CTRL_MODE_MASK) | CPSW_ENET_CTRL_MODE_RGMII;
    mmio_write32(interface_select, mode);
    return mmio_read32(interface_select) == mode ? 0 : -EIO;
}
