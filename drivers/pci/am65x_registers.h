// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers of the AM65x's PCI Express controllers and SERDES, by offset. The application's
 * registers and the SERDES's: TRM SPRUID7, "PCIe Subsystem" and "SerDes", as far as Linux's
 * pci-keystone.c and phy-am654-serdes.c name them; port
 * logic and address translation of the DesignWare core (4.90a): Linux's pcie-designware.h, U-Boot's
 * pcie_dw_ti. docs/hardware.md says what each is known from.
 */
#ifndef DRIVERS_PCI_AM65X_REGISTERS_H
#define DRIVERS_PCI_AM65X_REGISTERS_H

/* TI's application registers. */
#define APP_PID                     0x000u
#define APP_PID_RTL(word)           ((word) >> 11 & 0x1fu)
#define APP_PID_RTL_SR1             0x15u /* silicon revision 1.0 */
#define APP_CMD_STATUS              0x004u
#define APP_LTSSM_EN                0x01u
#define APP_DBI_CS2                 0x20u /* writes of the port's BARs are of their masks */

#define APP_ERROR_STATUS            0x1c4u /* a write of 1 clears a bit */
#define APP_ERROR_ENABLE            0x1c8u /* of 1 enables one */
#define APP_ERROR_SYSTEM            0x01u
#define APP_ERROR_FATAL             0x02u
#define APP_ERROR_NONFATAL          0x04u
#define APP_ERROR_CORRECTABLE       0x08u
#define APP_ERROR_BITS              6u /* 4 is an ECRC error's; of 5 nothing is known here */
#define APP_ERRORS                  0x3fu

/* The root port's configuration space (drivers/pci/pci_registers.h), and behind it: */
#define DBI_DEBUG0                  0x728u
#define DBI_LTSSM                   0x3fu
#define DBI_LTSSM_L0                0x11u
#define DBI_DEBUG1                  0x72cu
#define DBI_LINK_UP                 0x00000010u
#define DBI_LINK_TRAINS             0x20000000u
#define DBI_LINK_CONTROL            0x710u
#define DBI_FAST_LINK               0x00000080u /* for simulations */
#define DBI_DLL_ENABLE              0x00000020u
#define DBI_LANES(count)            (((1u << (count)) - 1u) << 16)
#define DBI_LANES_MASK              0x003f0000u
#define DBI_SPEED_CONTROL           0x80cu
#define DBI_SPEED_CHANGE            0x00020000u
#define DBI_WIDTH(count)            ((count) << 8)
#define DBI_WIDTH_MASK              0x00001f00u
#define DBI_MISC_CONTROL            0x8bcu
#define DBI_WRITE_READ_ONLY         0x00000001u

/* Address translation: outbound region n, in steps of 64 KiB. */
#define ATU_REGION(n)               (0x200u * (n))
#define ATU_CTRL1                   0x00u
#define ATU_MEMORY                  0x0u
#define ATU_IO                      0x2u
#define ATU_CONFIG0                 0x4u /* for who is at the other end of the link */
#define ATU_CONFIG1                 0x5u /* for a bus behind it */
#define ATU_CTRL2                   0x04u
#define ATU_ENABLE                  0x80000000u
#define ATU_LOWER_BASE              0x08u
#define ATU_UPPER_BASE              0x0cu
#define ATU_LIMIT                   0x10u
#define ATU_LOWER_TARGET            0x14u
#define ATU_UPPER_TARGET            0x18u
#define ATU_UPPER_LIMIT             0x20u
#define ATU_STEP                    0x10000u
#define ATU_CONFIG_ADDRESS(address) ((uint32_t)(address) << 16)

/* SERDES: what is not a field of am65x_serdes.c's table. */
#define SERDES_COMLANE_R194         0xb94u
#define SERDES_CMU_OK               0x00080000u
#define SERDES_CTRL                 0x1fd0u
#define SERDES_POR_EN               0x20000000u
#define SERDES_LANE                 0x1fe0u
#define SERDES_LANE_MASK            0xe000e000u /* transmitter and receiver: 4 off, 7 on */
#define SERDES_LANE_OFF             0x80008000u
#define SERDES_LANE_ON              0xe000e000u
#define SERDES_PLL                  0x1ff4u
#define SERDES_PLL_MASK             0xe0000000u
#define SERDES_PLL_OFF              0x80000000u
#define SERDES_PLL_ON               0xe0000000u
#define SERDES_PLL_OK               0x10000000u

/* In the control module: CTRLMMR_PCIEn_CTRL, CTRLMMR_SERDESn_CTRL. */
#define CTRL_PCIE_MODE              0x3u
#define CTRL_PCIE_ROOT              0x2u
#define CTRL_SERDES_LANE            0x3u
#define CTRL_SERDES_CLOCKS          0xf0u
#define CTRL_SERDES_CLOCKS_SHIFT    4u

/* GPIO: of a pair of banks, 32 pins. */
#define GPIO_PAIR(pin)              (0x10u + 0x28u * ((pin) / 32u))
#define GPIO_BIT(pin)               (1u << (pin) % 32u)
#define GPIO_DIR                    0x00u /* 1: an input */
#define GPIO_SET_DATA               0x08u
#define GPIO_CLR_DATA               0x0cu

#endif
