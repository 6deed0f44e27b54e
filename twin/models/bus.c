// SPDX-License-Identifier: BSD-3-Clause
/*
 * The bus: which block answers at which address, for cores and for bus masters.
 *
 * Addresses: AM65x TRM (SPRUID7), chapter 2 "Memory Map". A new block is a new line in `blocks`.
 */
#include "twin/models/models.h"
#include "twin/models/vim.h"

/* ---------------------------------------------------------------- the bus */

struct block {
    uint64_t base, size;
    unsigned width; /* bytes of a register */
    unsigned instance;
    uint64_t (*read)(unsigned instance, uint64_t offset);
    void (*write)(unsigned instance, uint64_t offset, uint64_t value);
};

static uint64_t read_zero(unsigned instance, uint64_t offset)
{
    (void)instance;
    (void)offset;
    return 0;
}

static void write_ignored(unsigned instance, uint64_t offset, uint64_t value)
{
    (void)instance;
    (void)offset;
    (void)value;
}

static const struct block blocks[] = {
    {0x00100000, 0x400, 4, CHIPID_MAIN, chipid_read, write_ignored},
    {0x00104000, 0x1000, 4, CTRL_MMR_MODES, ctrl_mmr_read, ctrl_mmr_write},
    {0x0011c000, 0x400, 4, CTRL_MMR_PADS, ctrl_mmr_read, ctrl_mmr_write},
    {0x01000000, 0x400000, 4, 0, read_zero, pre_its_write},
    {0x02800000, 0x10000, 4, 0, uart_read, uart_write},
    {0x02810000, 0x10000, 4, 1, uart_read, uart_write},
    {0x02820000, 0x10000, 4, 2, uart_read, uart_write},
    {0x28590000, 0x100, 4, NAVSS_MCU, ring_proxy_read_config, write_ignored},
    {0x285c0000, 0x100, 4, NAVSS_MCU, udmap_gcfg_read, udmap_gcfg_write},
    {0x2a500000, 0x40000, 4, NAVSS_MCU, ring_proxy_read, ring_proxy_write},
    {0x2a700000, 0x100000, 8, NAVSS_MCU, inta_read, inta_write},
    {0x2a800000, 0x40000, 4, NAVSS_MCU, udmap_rchan_read, udmap_rchan_write},
    {0x2aa00000, 0x40000, 4, NAVSS_MCU, udmap_tchan_read, udmap_tchan_write},
    {0x2b000000, 0x400000, 4, NAVSS_MCU, ringacc_fifo_read, ringacc_fifo_write},
    {0x2b800000, 0x400000, 4, NAVSS_MCU, ringacc_rt_read, ringacc_rt_write},
    {0x31120000, 0x100, 4, NAVSS_MAIN, ring_proxy_read_config, write_ignored},
    {0x31150000, 0x100, 4, NAVSS_MAIN, udmap_gcfg_read, udmap_gcfg_write},
    {0x32400000, 0x100000, 4, SECURE_PROXY_REAL_TIME, secure_proxy_read, secure_proxy_write},
    {0x32800000, 0x100000, 4, SECURE_PROXY_SCFG, secure_proxy_read, secure_proxy_write},
    {0x32c00000, 0x100000, 4, SECURE_PROXY_DATA, secure_proxy_read, secure_proxy_write},
    {0x33000000, 0x40000, 4, NAVSS_MAIN, ring_proxy_read, ring_proxy_write},
    {0x33d00000, 0x100000, 8, NAVSS_MAIN, inta_read, inta_write},
    {0x34000000, 0x100000, 4, NAVSS_MAIN, udmap_rchan_read, udmap_rchan_write},
    {0x35000000, 0x100000, 4, NAVSS_MAIN, udmap_tchan_read, udmap_tchan_write},
    {0x38000000, 0x400000, 4, NAVSS_MAIN, ringacc_fifo_read, ringacc_fifo_write},
    {0x3c000000, 0x400000, 4, NAVSS_MAIN, ringacc_rt_read, ringacc_rt_write},
    {0x40a00000, 0x10000, 4, UART_MCU, uart_read, uart_write},
    {0x40f00000, 0x1000, 4, CHIPID_MCU, chipid_read, write_ignored},
    {0x40f04000, 0x1000, 4, CTRL_MMR_MCU_MODES, ctrl_mmr_read, ctrl_mmr_write},
    {0x46000000, 0x200000, 4, 0, cpsw_read, cpsw_write},
    {0x43000000, 0x100, 4, CHIPID_WKUP, chipid_read, write_ignored},
    {0x4301c000, 0x400, 4, CTRL_MMR_WKUP_PADS, ctrl_mmr_read, ctrl_mmr_write},
    {0x44234000, 0x200, 4, CHIPID_SECURITY, chipid_read, write_ignored},
    {0x2a380000, 0x80000, 4, SECURE_PROXY_MCU + SECURE_PROXY_REAL_TIME, secure_proxy_read,
     secure_proxy_write},
    {0x2a400000, 0x80000, 4, SECURE_PROXY_MCU + SECURE_PROXY_SCFG, secure_proxy_read,
     secure_proxy_write},
    {0x2a480000, 0x80000, 4, SECURE_PROXY_MCU + SECURE_PROXY_DATA, secure_proxy_read,
     secure_proxy_write},
    /* Last, since they are looked through one by one, and these are seldom meant. */
    {0x00600000, 0x100, 4, GPIO_MAIN_0, gpio_read, gpio_write},
    {0x00601000, 0x100, 4, GPIO_MAIN_1, gpio_read, gpio_write},
    {0x42110000, 0x100, 4, GPIO_WKUP_0, gpio_read, gpio_write},
    {0x31160000, 0x100, 4, NAVSS_MAIN, ringacc_gcfg_read, ringacc_gcfg_write},
    {0x285d0000, 0x100, 4, NAVSS_MCU, ringacc_gcfg_read, ringacc_gcfg_write},
    {0x32000000, 0x20000, 4, NAVSS_MAIN, ring_monitor_read, write_ignored},
    {0x2a280000, 0x20000, 4, NAVSS_MCU, ring_monitor_read, write_ignored},
    {0x31f80000, MAILBOX_COUNT * 0x1000, 4, 0, mailbox_read, mailbox_write},
    {0x00a90000, 0x1000, 4, 0, gtc_read, gtc_write},
    {0x02200000, 0x100, 4, 0, rti_read, rti_write},
    {0x02210000, 0x100, 4, 1, rti_read, rti_write},
    {0x02220000, 0x100, 4, 2, rti_read, rti_write},
    {0x02230000, 0x100, 4, 3, rti_read, rti_write},
    {0x02b00000, 0x2000, 4, 0, mcasp_read, mcasp_write},
    {0x02b10000, 0x2000, 4, 1, mcasp_read, mcasp_write},
    {0x02b20000, 0x2000, 4, 2, mcasp_read, mcasp_write},
    {0x02b08000, 0x1000, 4, 0, mcasp_data_read, mcasp_data_write},
    {0x02b18000, 0x1000, 4, 1, mcasp_data_read, mcasp_data_write},
    {0x02b28000, 0x1000, 4, 2, mcasp_data_read, mcasp_data_write},
    {0x41000000, TCM_SIZE, 4, 0, tcm_read, tcm_write},
    {0x41010000, TCM_SIZE, 4, 1, tcm_read, tcm_write},
    {0x41400000, TCM_SIZE, 4, 2, tcm_read, tcm_write},
    {0x41410000, TCM_SIZE, 4, 3, tcm_read, tcm_write},
    {0x40400000, 0x400, 4, 0, mcu_timer_read, mcu_timer_write},
    {0x40410000, 0x400, 4, 1, mcu_timer_read, mcu_timer_write},
    {0x40420000, 0x400, 4, 2, mcu_timer_read, mcu_timer_write},
    {0x40430000, 0x400, 4, 3, mcu_timer_read, mcu_timer_write},
    {0x00900000, 0x2000, 4, 0, serdes_read, serdes_write},
    {0x00910000, 0x2000, 4, 1, serdes_read, serdes_write},
    {0x05500000, 0x1000, 4, 0, pcie_app_read, pcie_app_write},
    {0x05600000, 0x1000, 4, 1, pcie_app_read, pcie_app_write},
    {0x05506000, 0x2000, 4, 0, pcie_atu_read, pcie_atu_write},
    {0x05606000, 0x2000, 4, 1, pcie_atu_read, pcie_atu_write},
    {0x40600000, 0x100, 4, RTI_MCU, rti_read, rti_write},
    {0x40610000, 0x100, 4, RTI_MCU + 1, rti_read, rti_write},
};

static const struct block *find_block(uint64_t address, unsigned size)
{
    for (size_t i = 0; i < COUNT_OF(blocks); i++) {
        const struct block *block = &blocks[i];
        if (address >= block->base && address - block->base <= block->size - size)
            return block;
    }
    return NULL;
}

static bool aligned(uint64_t address, unsigned size)
{
    return (size == 1 || size == 2 || size == 4 || size == 8) && (address & (size - 1)) == 0;
}

static uint64_t size_mask(unsigned size)
{
    return size >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * size)) - 1;
}

/* An access wider than a register is one of each register; a narrower one reads the register and
 * takes its lane. */
static uint64_t block_read(const struct block *block, uint64_t offset, unsigned size)
{
    if (size > block->width) {
        uint64_t low = block->read(block->instance, offset); /* first: reads have side effects */
        return low | block->read(block->instance, offset + block->width) << (8 * block->width);
    }
    uint64_t lane = offset & (block->width - 1);
    return (block->read(block->instance, offset - lane) >> (8 * lane)) & size_mask(size);
}

/* A message is a write to GITS_TRANSLATER in the end, which has 32 bits, or 16 at its beginning
 * (Arm IHI 0069, 12.19); what else is written there is none. */
static bool takes(const struct block *block, uint64_t offset, unsigned size)
{
    return block->write != pre_its_write || size == 4 || (size == 2 && offset % 4 == 0);
}

/* A narrow write reaches the register with its other lanes zero; memory keeps what is there. */
static void block_write(const struct block *block, uint64_t offset, unsigned size, uint64_t value)
{
    if (size > block->width) {
        block->write(block->instance, offset, value & size_mask(block->width));
        block->write(block->instance, offset + block->width, value >> (8 * block->width));
        return;
    }
    uint64_t lane = offset & (block->width - 1);
    uint64_t others = block->write == tcm_write ? block->read(block->instance, offset - lane) &
                                                      ~(size_mask(size) << (8 * lane))
                                                : 0;
    block->write(block->instance, offset - lane, others | (value & size_mask(size)) << (8 * lane));
}

static bool bus_read(uint64_t address, unsigned size, uint64_t *value)
{
    const struct block *block = find_block(address, size);
    *value = 0;
    if (block == NULL) {
        if (!pcie_claims(address, size))
            return false;
        *value = aligned(address, size) ? pcie_read(address, size) : 0;
        return true;
    }
    if (aligned(address, size))
        *value = block_read(block, address - block->base, size);
    return true;
}

static bool bus_write(uint64_t address, unsigned size, uint64_t value)
{
    const struct block *block = find_block(address, size);
    if (block == NULL) {
        if (!pcie_claims(address, size))
            return false;
        if (aligned(address, size))
            pcie_write(address, size, value);
        return true;
    }
    if (aligned(address, size) && takes(block, address - block->base, size))
        block_write(block, address - block->base, size, value);
    return true;
}

bool am65x_read(uint64_t address, unsigned size, uint64_t *value)
{
    bool claimed = bus_read(address, size, value);
    if (!claimed)
        model_count(AM65X_COUNT_UNCLAIMED, 1);
    return claimed;
}

bool am65x_write(uint64_t address, unsigned size, uint64_t value)
{
    bool claimed = bus_write(address, size, value);
    if (!claimed)
        model_count(AM65X_COUNT_UNCLAIMED, 1);
    return claimed;
}

/* What an R5F core has to itself. */
static const struct block r5f_blocks[VIM_CORES] = {
    {VIM_BASE, VIM_SIZE, 4, 0, vim_read, vim_write},
    {VIM_BASE, VIM_SIZE, 4, 1, vim_read, vim_write},
};

static const struct block *find_r5f_block(unsigned core, uint64_t address, unsigned size)
{
    if (core >= VIM_CORES || address < VIM_BASE || address - VIM_BASE > VIM_SIZE - size)
        return NULL;
    return &r5f_blocks[core];
}

bool am65x_r5f_read(unsigned core, uint64_t address, unsigned size, uint64_t *value)
{
    const struct block *block = find_r5f_block(core, address, size);
    if (block == NULL)
        return am65x_read(address, size, value);
    *value = aligned(address, size) ? block_read(block, address - block->base, size) : 0;
    return true;
}

bool am65x_r5f_write(unsigned core, uint64_t address, unsigned size, uint64_t value)
{
    const struct block *block = find_r5f_block(core, address, size);
    if (block == NULL)
        return am65x_write(address, size, value);
    if (aligned(address, size))
        block_write(block, address - block->base, size, value);
    return true;
}

/* ---------------------------------------------------------------- bus masters */

/* A burst into device space goes out as the largest aligned accesses up to a word. */
static unsigned device_access_size(uint64_t address, size_t left)
{
    unsigned size = 4;
    while ((address & (size - 1)) != 0 || size > left)
        size /= 2;
    return size;
}

bool model_memory_read(uint64_t address, void *data, size_t size)
{
    if (model_ram_read(address, data, size))
        return true;
    uint8_t *bytes = data;
    while (size != 0) {
        unsigned step = device_access_size(address, size);
        uint64_t value;
        if (!bus_read(address, step, &value))
            return false;
        for (unsigned i = 0; i < step; i++)
            bytes[i] = (uint8_t)(value >> (8 * i));
        address += step;
        bytes += step;
        size -= step;
    }
    return true;
}

bool model_memory_write(uint64_t address, const void *data, size_t size)
{
    if (model_ram_write(address, data, size))
        return true;
    const uint8_t *bytes = data;
    while (size != 0) {
        unsigned step = device_access_size(address, size);
        uint64_t value = 0;
        for (unsigned i = 0; i < step; i++)
            value |= (uint64_t)bytes[i] << (8 * i);
        if (!bus_write(address, step, value))
            return false;
        address += step;
        bytes += step;
        size -= step;
    }
    return true;
}
