// SPDX-License-Identifier: BSD-3-Clause
/*
 * What software asks the chip about itself (AM65x TRM SPRUID7): WKUP_CTRL_MMR0_JTAGID (5.1,
 * "CTRL_MMR"), silicon revision 2.0; CTRLMMR_MAIN_DEVSTAT (chapter 4, "Initialization"), boot mode
 * UART, that being the only boot device there is; and the security manager's device type, general
 * purpose, where U-Boot's mach-k3 looks for it; and the Ethernet port's address, MCU_CTRL_MMR0
 * MAC_ID0 and MAC_ID1, a locally administered one;
 * and CTRLMMR_PCIE_DEVID, vendor and device for drivers to give to the root port (k3-am65-main.dtsi
 * has its address, Linux's driver pci_endpoint_test the device).
 */
#include "twin/models/models.h"

#define JTAGID                 0x14u

#define JTAGID_VARIANT_SR2_0   (UINT32_C(1) << 28)
#define JTAGID_PART_AM65X      (UINT32_C(0xbb5a) << 12)
#define JTAGID_MANUFACTURER_TI (UINT32_C(0x17) << 1)
#define JTAGID_LSB             UINT32_C(1)

#define DEVSTAT                0x30u
#define DEVSTAT_PRIMARY_UART   0xau

#define PCIE_DEVID             0x210u
#define PCIE_DEVID_AM65X       UINT32_C(0xb00c104c)

#define SYS_STATUS             0x100u
#define SYS_STATUS_GP          0x3u

#define MAC_ID0                0x200u
#define MAC_ID1                0x204u
#define MAC_ADDRESS            UINT64_C(0x02a654000001)

uint64_t chipid_read(unsigned instance, uint64_t offset)
{
    if (instance == CHIPID_WKUP && offset == JTAGID)
        return JTAGID_VARIANT_SR2_0 | JTAGID_PART_AM65X | JTAGID_MANUFACTURER_TI | JTAGID_LSB;
    if (instance == CHIPID_MAIN && offset == DEVSTAT)
        return DEVSTAT_PRIMARY_UART;
    if (instance == CHIPID_MAIN && offset == PCIE_DEVID)
        return PCIE_DEVID_AM65X;
    if (instance == CHIPID_SECURITY && offset == SYS_STATUS)
        return SYS_STATUS_GP;
    if (instance == CHIPID_MCU && offset == MAC_ID0)
        return (uint32_t)MAC_ADDRESS;
    if (instance == CHIPID_MCU && offset == MAC_ID1)
        return MAC_ADDRESS >> 32;
    return 0;
}
