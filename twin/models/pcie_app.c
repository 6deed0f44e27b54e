// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI's application registers of the PCI Express controllers (offsets and bits as in Linux's driver
 * pci-keystone; AM65x TRM SPRUID7, "PCIe Subsystem"): starts link training, chooses the BARs'
 * masks. Of the interrupts there is that for errors: a status of six bits, cleared by ones, and its
 * enables; the line is up while a bit is set that is enabled. The other enables are remembered, and
 * nothing is pending there, as INTx is not modelled. The rest reads as zero.
 */
#include "twin/models/pcie.h"

#define CMD_STATUS       0x004u
#define CMD_LTSSM_EN     0x01u
#define CMD_OB_XLAT_EN   0x02u
#define CMD_DBI_CS2      0x20u
#define CMD_MASK         (CMD_LTSSM_EN | CMD_OB_XLAT_EN | CMD_DBI_CS2)

/* Groups of four registers: raw status, status, enable and disable. MSI 0-7, INTA-D, errors. */
#define INTERRUPTS       0x100u
#define INTERRUPTS_END   0x1d0u
#define INTERRUPT_ENABLE 0x8u
#define INTERRUPT_CLEAR  0xcu
#define GROUP(offset)    (((offset)-INTERRUPTS) / 16)
#define GROUP_COUNT      ((INTERRUPTS_END - INTERRUPTS) / 16)

#define ERRORS           0x1c0u
#define ERRORS_RAW       0x1c0u
#define ERRORS_STATUS    0x1c4u
#define ERRORS_MASK      0x3fu

static const uint16_t error_intids[PCIE_COUNT] = {372, 387}; /* SPIs 340 and 355 */

static struct {
    uint32_t command, enabled[GROUP_COUNT], errors;
} apps[PCIE_COUNT];

static uint32_t errors_enabled(unsigned n)
{
    return apps[n].errors & apps[n].enabled[GROUP(ERRORS)];
}

static void follow_errors(unsigned n)
{
    model_line(error_intids[n], errors_enabled(n) != 0);
}

void pcie_app_reset(unsigned n)
{
    memset(&apps[n], 0, sizeof(apps[n]));
    follow_errors(n);
}

void pcie_app_error(unsigned n, uint32_t errors)
{
    apps[n].errors |= errors & ERRORS_MASK;
    follow_errors(n);
}

bool pcie_app_trains(unsigned n)
{
    return (apps[n].command & CMD_LTSSM_EN) != 0;
}

bool pcie_app_shadows(unsigned n)
{
    return (apps[n].command & CMD_DBI_CS2) != 0;
}

static bool is_interrupt(uint64_t offset)
{
    return offset >= INTERRUPTS && offset < INTERRUPTS_END;
}

uint64_t pcie_app_read(unsigned instance, uint64_t offset)
{
    if (!pcie_is_powered(instance))
        return 0;
    if (offset == CMD_STATUS)
        return apps[instance].command;
    if (offset == ERRORS_RAW)
        return apps[instance].errors;
    if (offset == ERRORS_STATUS)
        return errors_enabled(instance);
    if (is_interrupt(offset) && offset % 16 >= INTERRUPT_ENABLE)
        return apps[instance].enabled[GROUP(offset)];
    return 0;
}

void pcie_app_write(unsigned instance, uint64_t offset, uint64_t value)
{
    if (!pcie_is_powered(instance))
        return;
    if (offset == CMD_STATUS) {
        apps[instance].command = (uint32_t)value & CMD_MASK;
        pcie_follow();
    } else if (offset == ERRORS_STATUS) {
        apps[instance].errors &= ~(uint32_t)value;
    } else if (is_interrupt(offset) && offset % 16 == INTERRUPT_ENABLE) {
        apps[instance].enabled[GROUP(offset)] |= (uint32_t)value;
    } else if (is_interrupt(offset) && offset % 16 == INTERRUPT_CLEAR) {
        apps[instance].enabled[GROUP(offset)] &= ~(uint32_t)value;
    }
    follow_errors(instance);
}
