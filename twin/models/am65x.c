// SPDX-License-Identifier: BSD-3-Clause
/*
 * The library's front: the bus (which block answers at which address), the surroundings that the
 * blocks call out to, counters and injected faults.
 *
 * Addresses: AM65x TRM (SPRUID7), chapter 2 "Memory Map". A new block is a new line in `blocks`.
 */
#include "twin/models/models.h"

#define INTID_COUNT 1024u

static struct am65x_environment env;
static struct am65x_config settings;
static uint64_t counters[AM65X_COUNT_COUNT];
static uint64_t lines[INTID_COUNT / 64];

static struct {
    uint64_t argument;
    uint32_t count;
} faults[AM65X_FAULT_COUNT];

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
    {0x00100000, 0x100, 4, CHIPID_MAIN, chipid_read, write_ignored},
    {0x00104000, 0x1000, 4, CTRL_MMR_MODES, ctrl_mmr_read, ctrl_mmr_write},
    {0x0011c000, 0x400, 4, CTRL_MMR_PADS, ctrl_mmr_read, ctrl_mmr_write},
    {0x01000000, 0x400000, 4, 0, read_zero, pre_its_write},
    {0x02800000, 0x10000, 4, 0, uart_read, uart_write},
    {0x02810000, 0x10000, 4, 1, uart_read, uart_write},
    {0x02820000, 0x10000, 4, 2, uart_read, uart_write},
    {0x28590000, 0x100, 4, NAVSS_MCU, ringacc_proxy_read, write_ignored},
    {0x285c0000, 0x100, 4, NAVSS_MCU, udmap_gcfg_read, write_ignored},
    {0x2a500000, 0x40000, 4, NAVSS_MCU, read_zero, write_ignored}, /* proxy target */
    {0x2a800000, 0x40000, 4, NAVSS_MCU, udmap_rchan_read, udmap_rchan_write},
    {0x2aa00000, 0x40000, 4, NAVSS_MCU, udmap_tchan_read, udmap_tchan_write},
    {0x2b000000, 0x400000, 4, NAVSS_MCU, ringacc_fifo_read, ringacc_fifo_write},
    {0x2b800000, 0x400000, 4, NAVSS_MCU, ringacc_rt_read, ringacc_rt_write},
    {0x31120000, 0x100, 4, NAVSS_MAIN, ringacc_proxy_read, write_ignored},
    {0x31150000, 0x100, 4, NAVSS_MAIN, udmap_gcfg_read, write_ignored},
    {0x32400000, 0x100000, 4, SECURE_PROXY_REAL_TIME, secure_proxy_read, secure_proxy_write},
    {0x32800000, 0x100000, 4, SECURE_PROXY_SCFG, secure_proxy_read, secure_proxy_write},
    {0x32c00000, 0x100000, 4, SECURE_PROXY_DATA, secure_proxy_read, secure_proxy_write},
    {0x33000000, 0x40000, 4, NAVSS_MAIN, read_zero, write_ignored}, /* proxy target */
    {0x33d00000, 0x100000, 8, 0, inta_read, inta_write},
    {0x34000000, 0x100000, 4, NAVSS_MAIN, udmap_rchan_read, udmap_rchan_write},
    {0x35000000, 0x100000, 4, NAVSS_MAIN, udmap_tchan_read, udmap_tchan_write},
    {0x38000000, 0x400000, 4, NAVSS_MAIN, ringacc_fifo_read, ringacc_fifo_write},
    {0x3c000000, 0x400000, 4, NAVSS_MAIN, ringacc_rt_read, ringacc_rt_write},
    {0x40a00000, 0x10000, 4, UART_MCU, uart_read, uart_write},
    {0x43000000, 0x100, 4, CHIPID_WKUP, chipid_read, write_ignored},
    {0x4301c000, 0x400, 4, CTRL_MMR_WKUP_PADS, ctrl_mmr_read, ctrl_mmr_write},
    {0x44234000, 0x200, 4, CHIPID_SECURITY, chipid_read, write_ignored},
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

/* A narrow write reaches the register with its other lanes zero. */
static void block_write(const struct block *block, uint64_t offset, unsigned size, uint64_t value)
{
    if (size > block->width) {
        block->write(block->instance, offset, value & size_mask(block->width));
        block->write(block->instance, offset + block->width, value >> (8 * block->width));
        return;
    }
    uint64_t lane = offset & (block->width - 1);
    block->write(block->instance, offset - lane, (value & size_mask(size)) << (8 * lane));
}

static bool bus_read(uint64_t address, unsigned size, uint64_t *value)
{
    const struct block *block = find_block(address, size);
    *value = 0;
    if (block == NULL)
        return false;
    if (aligned(address, size))
        *value = block_read(block, address - block->base, size);
    return true;
}

static bool bus_write(uint64_t address, unsigned size, uint64_t value)
{
    const struct block *block = find_block(address, size);
    if (block == NULL)
        return false;
    if (aligned(address, size))
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

/* ---------------------------------------------------------------- bus masters */

static bool is_dram(uint64_t address, size_t size)
{
    return address >= settings.dram_base && size <= settings.dram_size &&
           address - settings.dram_base <= settings.dram_size - size;
}

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
    if (is_dram(address, size))
        return env.memory_read(env.context, address, data, size);
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
    if (is_dram(address, size))
        return env.memory_write(env.context, address, data, size);
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

/* ---------------------------------------------------------------- surroundings */

uint64_t model_now(void)
{
    return env.now(env.context);
}

const struct am65x_config *model_config(void)
{
    return &settings;
}

void model_line(unsigned intid, bool high)
{
    if (intid >= INTID_COUNT || am65x_line_level(intid) == high)
        return;
    lines[intid / 64] ^= UINT64_C(1) << (intid % 64);
    model_event(AM65X_EVENT_LINE, intid, high, 0);
    env.line(env.context, intid, high);
}

bool am65x_line_level(unsigned intid)
{
    return intid < INTID_COUNT && (lines[intid / 64] >> (intid % 64) & 1) != 0;
}

void model_its_message(uint32_t device_id, uint32_t event_id)
{
    model_count(AM65X_COUNT_ITS_MESSAGES, 1);
    model_event(AM65X_EVENT_MESSAGE, device_id, event_id, 0);
    env.its_message(env.context, device_id, event_id);
}

void model_uart_transmit(unsigned uart, uint8_t byte)
{
    env.uart_transmit(env.context, uart, byte);
}

void model_soc_reset(void)
{
    if (env.soc_reset != NULL)
        env.soc_reset(env.context);
}

void model_trace_end(const struct trace_line *line)
{
    if (env.trace != NULL)
        env.trace(env.context, line->text);
}

void model_event_bytes(enum am65x_event event, uint32_t subject, uint64_t first, uint64_t second,
                       const void *bytes, size_t size)
{
    if (env.event != NULL)
        env.event(env.context, event, subject, first, second, bytes, size);
}

void model_event(enum am65x_event event, uint32_t subject, uint64_t first, uint64_t second)
{
    model_event_bytes(event, subject, first, second, NULL, 0);
}

/* ---------------------------------------------------------------- counters and faults */

void model_count(enum am65x_counter counter, uint64_t increment)
{
    counters[counter] += increment;
}

void model_uncount(enum am65x_counter counter)
{
    counters[counter]--;
}

uint64_t am65x_counter(enum am65x_counter counter)
{
    return (unsigned)counter < AM65X_COUNT_COUNT ? counters[counter] : 0;
}

bool am65x_inject(enum am65x_fault fault, uint64_t argument, uint32_t count)
{
    if ((unsigned)fault >= AM65X_FAULT_COUNT)
        return false;
    if (fault == AM65X_FAULT_STRAY_EVENT) {
        for (uint32_t i = 0; i < count; i++)
            inta_event((uint16_t)argument);
        return true;
    }
    faults[fault].argument = argument;
    faults[fault].count = count;
    if (fault == AM65X_FAULT_SCI_LATE && count == 0)
        sysfw_release_held();
    return true;
}

bool model_fault_peek(enum am65x_fault fault, uint64_t *argument)
{
    if (faults[fault].count == 0)
        return false;
    *argument = faults[fault].argument;
    return true;
}

bool model_fault_take(enum am65x_fault fault, uint64_t *argument)
{
    if (!model_fault_peek(fault, argument))
        return false;
    faults[fault].count--;
    return true;
}

/* ---------------------------------------------------------------- life */

void am65x_reset(const struct am65x_environment *environment, const struct am65x_config *config)
{
    /* A reset of the SoC: lines that were high go low in the GIC's eyes too. */
    for (unsigned intid = 0; intid < INTID_COUNT; intid++)
        model_line(intid, false);
    env = *environment;
    settings = *config;
    memset(counters, 0, sizeof(counters));
    memset(faults, 0, sizeof(faults));
    timers_reset();
    ctrl_mmr_reset();
    uart_reset();
    secure_proxy_reset();
    sysfw_reset();
    intr_reset();
    inta_reset();
    ringacc_reset();
    psil_reset();
    udmap_reset();
}

uint64_t am65x_advance(void)
{
    timers_run(model_now());
    return timers_next();
}

uint64_t am65x_next_deadline(void)
{
    return timers_next();
}
