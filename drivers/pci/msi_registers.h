// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers of MSI and MSI-X (PCI Local Bus Specification 3.0, 6.8; PCI Express Base Specification
 * 4.0, 7.7). Offsets from the capability on.
 */
#ifndef DRIVERS_PCI_MSI_REGISTERS_H
#define DRIVERS_PCI_MSI_REGISTERS_H

#define PCI_MSI_CONTROL 2u /* 16 bits */
#define PCI_MSI_ENABLE  0x0001u
#define PCI_MSI_CAPABLE(control)                                                                   \
    (1u << ((control) >> 1 & 7u))          /* messages; 64 and 128: reserved                       \
                                            */
#define PCI_MSI_ENABLED            0x0070u /* messages, their logarithm */
#define PCI_MSI_ENABLED_SHIFT      4u
#define PCI_MSI_64_BIT             0x0080u
#define PCI_MSI_MASKABLE           0x0100u
#define PCI_MSI_ADDRESS            4u
#define PCI_MSI_ADDRESS_UPPER      8u /* with 64 bits; all behind it is there 4 bytes further */
#define PCI_MSI_DATA(is_64_bit)    ((is_64_bit) ? 12u : 8u)
#define PCI_MSI_MASK(is_64_bit)    ((is_64_bit) ? 16u : 12u)
#define PCI_MSI_PENDING(is_64_bit) ((is_64_bit) ? 20u : 16u)
#define PCI_MSI_MESSAGES_MAX       32u

#define PCI_MSIX_CONTROL           2u /* 16 bits */
#define PCI_MSIX_COUNT(control)    (((control)&0x7ffu) + 1)
#define PCI_MSIX_MASK_ALL          0x4000u
#define PCI_MSIX_ENABLE            0x8000u
#define PCI_MSIX_TABLE             4u
#define PCI_MSIX_PENDING           8u
#define PCI_MSIX_BAR(word)         ((word)&7u) /* of these two */
#define PCI_MSIX_OFFSET(word)      ((word) & ~7u)
#define PCI_MSIX_ENTRY_SIZE        16u /* of the table */
#define PCI_MSIX_ENTRY_ADDRESS     0u
#define PCI_MSIX_ENTRY_UPPER       4u
#define PCI_MSIX_ENTRY_DATA        8u
#define PCI_MSIX_ENTRY_CONTROL     12u
#define PCI_MSIX_ENTRY_MASK        0x1u /* the others are 0 where nobody has set them */

#endif
