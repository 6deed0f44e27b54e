// SPDX-License-Identifier: BSD-3-Clause
/*
 * The address translation unit of the DesignWare core ("unrolled", as from version 4.80 on;
 * offsets and bits as in Linux's driver pcie-designware and U-Boot's driver pcie_dw_ti): 16
 * outbound and 16 inbound regions, in steps of 64 KiB (Linux's driver pci-keystone,
 * AM654_WIN_SIZE).
 *
 * Of outbound regions the first that has an address decides. What none has goes nowhere; that is
 * stricter than the core, which lets it pass as a memory request. Inbound ones are remembered: what
 * comes in passes untranslated, as it does on a root port without any.
 */
#include "twin/models/pcie.h"

#define REGIONS          AM65X_PCIE_WINDOWS
#define REGION_SIZE      0x200u
#define INBOUND          0x100u /* in a region's place */
#define WORDS            16u

#define CTRL1            0x00u
#define CTRL2            0x04u
#define LOWER_BASE       0x08u
#define UPPER_BASE       0x0cu
#define LIMIT            0x10u
#define LOWER_TARGET     0x14u
#define UPPER_TARGET     0x18u
#define UPPER_LIMIT      0x20u

#define CTRL1_TYPE(word) ((word)&0x1fu)
#define TYPE_MEMORY      0u
#define TYPE_IO          2u
#define TYPE_CONFIG0     4u
#define TYPE_CONFIG1     5u
#define CTRL1_WIDE       (1u << 13) /* UPPER_LIMIT counts */
#define CTRL2_ENABLE     (1u << 31)
#define GRANULE_MASK     (AM65X_PCIE_GRANULE - 1)

static uint32_t regions[PCIE_COUNT][REGIONS][2][WORDS];

void pcie_atu_reset(unsigned n)
{
    memset(regions[n], 0, sizeof(regions[n]));
}

/* NULL: no register is there. */
static uint32_t *find(unsigned n, uint64_t offset)
{
    uint64_t place = offset % INBOUND;

    if (offset / REGION_SIZE >= REGIONS || place / 4 >= WORDS)
        return NULL;
    return &regions[n][offset / REGION_SIZE][offset % REGION_SIZE / INBOUND][place / 4];
}

/* What is below the granule of a base or a target reads as zeros, of a limit as ones. */
static uint32_t shown(uint64_t place, uint32_t word)
{
    switch (place) {
    case LOWER_BASE:
    case LOWER_TARGET:
        return word & ~GRANULE_MASK;
    case LIMIT:
        return word | GRANULE_MASK;
    default:
        return word;
    }
}

uint64_t pcie_atu_read(unsigned instance, uint64_t offset)
{
    const uint32_t *word = find(instance, offset);

    if (word == NULL || !pcie_is_powered(instance))
        return 0;
    return shown(offset % INBOUND, *word);
}

void pcie_atu_write(unsigned instance, uint64_t offset, uint64_t value)
{
    uint32_t *word = find(instance, offset);

    if (word == NULL || !pcie_is_powered(instance) || *word == (uint32_t)value)
        return;
    *word = (uint32_t)value;
    if (offset % REGION_SIZE < INBOUND)
        pcie_windows_changed(instance);
}

static uint64_t address_of(const uint32_t *region, unsigned low, unsigned high)
{
    return shown(low, region[low / 4]) | (uint64_t)region[high / 4] << 32;
}

static uint64_t limit_of(const uint32_t *region)
{
    uint64_t base = address_of(region, LOWER_BASE, UPPER_BASE);
    uint64_t high = (region[CTRL1 / 4] & CTRL1_WIDE) != 0 ? (uint64_t)region[UPPER_LIMIT / 4] << 32
                                                          : base >> 32 << 32;

    return high | shown(LIMIT, region[LIMIT / 4]);
}

bool am65x_pcie_window(unsigned controller, unsigned index, struct am65x_pcie_window *window)
{
    const uint32_t *region;

    if (controller >= PCIE_COUNT || index >= REGIONS)
        return false;
    region = regions[controller][index][0];
    if ((region[CTRL2 / 4] & CTRL2_ENABLE) == 0)
        return false;
    window->base = address_of(region, LOWER_BASE, UPPER_BASE);
    window->limit = limit_of(region);
    window->target = address_of(region, LOWER_TARGET, UPPER_TARGET);
    switch (CTRL1_TYPE(region[CTRL1 / 4])) {
    case TYPE_MEMORY:
        window->space = AM65X_PCIE_MEMORY;
        break;
    case TYPE_IO:
        window->space = AM65X_PCIE_IO;
        break;
    case TYPE_CONFIG0:
        window->space = AM65X_PCIE_CONFIG0;
        break;
    case TYPE_CONFIG1:
        window->space = AM65X_PCIE_CONFIG1;
        break;
    default:
        window->space = AM65X_PCIE_NOTHING;
    }
    return true;
}

bool pcie_atu_translate(unsigned n, uint64_t address, struct am65x_pcie_request *request)
{
    struct am65x_pcie_window window;

    for (unsigned i = 0; i < REGIONS; i++) {
        if (!am65x_pcie_window(n, i, &window) || address < window.base || address > window.limit)
            continue;
        request->space = window.space;
        request->address = address - window.base + window.target;
        return window.space != AM65X_PCIE_NOTHING;
    }
    return false;
}
