// SPDX-License-Identifier: BSD-3-Clause
/*
 * The root port's own configuration space, with the port logic above it (PCI-to-PCI Bridge
 * Architecture Specification 1.2, 3.2; PCI Express Base Specification 3.1, 7.5 and 7.8; the port
 * logic as in Linux's driver pcie-designware and U-Boot's driver pcie_dw_ti): a table of what a
 * reset leaves, what software can write, and what it clears by writing ones. With MISC_CONTROL_1's
 * write enable, what is read-only can be written too; drivers give it its ids and class that way.
 *
 * Port logic that is not in the table is memory.
 */
#include "twin/models/pcie.h"

#define WORDS               (PCIE_DBI_SIZE / 4)

#define COMMAND             0x004u
#define BAR0                0x010u
#define BAR1                0x014u
#define BUSES               0x018u
#define SECONDARY_STATUS    0x01cu
#define PREFETCH_LIMIT_HIGH 0x02cu
#define IO_HIGH             0x030u
#define BRIDGE_CONTROL      0x03cu
#define BUS_RESET           (1u << 22)
#define DEVICE_CONTROL      0x078u
#define REPORT_FATAL        (1u << 2)
#define FATAL_DETECTED      (1u << 18)
#define LINK_CAPABILITY     0x07cu
#define LINK_STATUS         0x080u
#define LINK_CONTROL_2      0x0a0u
#define EXTENDED            0x100u
#define UNCORRECTABLE       0x104u
#define SURPRISE_DOWN       (1u << 5)
#define PORT_LOGIC          0x700u
#define DEBUG0              0x728u
#define DEBUG1              0x72cu
#define SPEED_CONTROL       0x80cu
#define MISC_CONTROL_1      0x8bcu
#define VERSION_NUMBER      0x8f8u
#define VIEWPORT            0x900u

#define SPEED_MASK          0xfu
#define SPEED_CHANGE        (1u << 17)
#define WRITE_ENABLE        1u
#define LINK_STATUS_SPEED   16u
#define LINK_STATUS_ONE     (1u << 20) /* lane */
#define DATA_LINK_ACTIVE    (1u << 29)
#define VERSION_490A        0x3439302au
#define NO_VIEWPORT         0xffffffffu /* the translation unit is unrolled */

#define LTSSM_DETECT        0x00u
#define LTSSM_POLLING       0x04u
#define LTSSM_L0            0x11u
#define DEBUG1_UP           (1u << 4)
#define DEBUG1_TRAINING     (1u << 29)

#define LARGEST_BAR_MASK    0x000fffffu

static const struct row {
    uint16_t offset;
    uint32_t reset, writable, cleared;
} rows[] = {
    /* The header. */
    {0x000, 0xabcd16c3, 0x00000000, 0x00000000},
    {COMMAND, 0x00100000, 0x00000547, 0xf9000000},
    {0x008, 0x00000001, 0x00000000, 0x00000000},
    {0x00c, 0x00010000, 0x000000ff, 0x00000000},
    {BUSES, 0x00000000, 0x00ffffff, 0x00000000},
    {SECONDARY_STATUS, 0x00000101, 0x0000f0f0, 0xf9000000},
    {0x020, 0x00000000, 0xfff0fff0, 0x00000000},
    {0x024, 0x00010001, 0xfff0fff0, 0x00000000},
    {0x028, 0x00000000, 0xffffffff, 0x00000000},
    {PREFETCH_LIMIT_HIGH, 0x00000000, 0xffffffff, 0x00000000},
    {IO_HIGH, 0x00000000, 0xffffffff, 0x00000000},
    {0x034, 0x00000040, 0x00000000, 0x00000000},
    {BRIDGE_CONTROL, 0x000001ff, 0x005f00ff, 0x00000000},
    /* Power management; MSI of 32 vectors with 64-bit addresses and masks. The port never has any
     * to send. */
    {0x040, 0x00035001, 0x00000000, 0x00000000},
    {0x044, 0x00000008, 0x00000103, 0x00008000},
    {0x050, 0x018a7005, 0x00710000, 0x00000000},
    {0x054, 0x00000000, 0xfffffffc, 0x00000000},
    {0x058, 0x00000000, 0xffffffff, 0x00000000},
    {0x05c, 0x00000000, 0x0000ffff, 0x00000000},
    {0x060, 0x00000000, 0xffffffff, 0x00000000},
    /* PCI Express: a root port with a slot, three speeds, two lanes. */
    {0x070, 0x01420010, 0x00000000, 0x00000000},
    {0x074, 0x00008001, 0x00000000, 0x00000000},
    {DEVICE_CONTROL, 0x00002810, 0x0000ffff, 0x000f0000},
    {LINK_CAPABILITY, 0x00700023, 0x00000000, 0x00000000},
    {LINK_STATUS, 0x00000000, 0x00000fdb, 0xc0000000},
    {0x084, 0x00000000, 0x00000000, 0x00000000},
    {0x088, 0x00000000, 0x00001fff, 0x011f0000},
    {0x08c, 0x00000000, 0x0000001f, 0x00000000},
    {0x090, 0x00000000, 0x00000000, 0x00010000},
    {0x094, 0x0000001f, 0x00000000, 0x00000000},
    {0x098, 0x00000000, 0x0000ffff, 0x00000000},
    {0x09c, 0x0000000e, 0x00000000, 0x00000000},
    {LINK_CONTROL_2, 0x00000003, 0x0000ffff, 0x00000000},
    /* Advanced error reporting. */
    {0x100, 0x00020001, 0x00000000, 0x00000000},
    {UNCORRECTABLE, 0x00000000, 0x00000000, 0x01fff030},
    {0x108, 0x00000000, 0x01fff030, 0x00000000},
    {0x10c, 0x00462030, 0x01fff030, 0x00000000},
    {0x110, 0x00000000, 0x00000000, 0x0000f1c1},
    {0x114, 0x00002000, 0x0000f1c1, 0x00000000},
    {0x12c, 0x00000000, 0x00000007, 0x00000000},
    {0x130, 0x00000000, 0x00000000, 0x0000007f},
    /* Port logic. */
    {DEBUG0, 0x00000000, 0x00000000, 0x00000000},
    {DEBUG1, 0x00000000, 0x00000000, 0x00000000},
    {MISC_CONTROL_1, 0x00000000, 0x00000001, 0x00000000},
    {VERSION_NUMBER, VERSION_490A, 0x00000000, 0x00000000},
    {VIEWPORT, NO_VIEWPORT, 0x00000000, 0x00000000},
};

static struct {
    uint32_t words[WORDS];
    uint32_t bar_mask;
    bool bar_enabled;
} ports[PCIE_COUNT];

static const struct row *row_of(unsigned offset)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].offset == offset)
            return &rows[i];
    return NULL;
}

void pcie_port_reset(unsigned n)
{
    memset(&ports[n], 0, sizeof(ports[n]));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        ports[n].words[rows[i].offset / 4] = rows[i].reset;
    ports[n].bar_mask = LARGEST_BAR_MASK;
    ports[n].bar_enabled = true;
}

/* ---- the link ---- */

static uint32_t lower(uint32_t one, uint32_t other)
{
    return one < other ? one : other;
}

void pcie_port_link(unsigned n, bool up)
{
    uint32_t *words = ports[n].words;
    uint32_t speed =
        lower(words[LINK_CAPABILITY / 4] & SPEED_MASK, words[LINK_CONTROL_2 / 4] & SPEED_MASK);

    words[LINK_STATUS / 4] &= 0xffffu;
    if (!up)
        return;
    words[SPEED_CONTROL / 4] &= ~SPEED_CHANGE;
    words[LINK_STATUS / 4] |=
        (speed != 0 ? speed : 1u) << LINK_STATUS_SPEED | LINK_STATUS_ONE | DATA_LINK_ACTIVE;
}

/* PCI Express 3.1, 3.2.1 and 6.2: a fatal error, told if that is to be reported. */
bool pcie_port_surprised(unsigned n)
{
    uint32_t *words = ports[n].words;

    words[UNCORRECTABLE / 4] |= SURPRISE_DOWN;
    words[DEVICE_CONTROL / 4] |= FATAL_DETECTED;
    return (words[DEVICE_CONTROL / 4] & REPORT_FATAL) != 0;
}

bool pcie_port_resets(unsigned n)
{
    return (ports[n].words[BRIDGE_CONTROL / 4] & BUS_RESET) != 0;
}

static uint32_t debug0(unsigned n)
{
    if (pcie_is_up(n))
        return LTSSM_L0;
    return pcie_is_training(n) ? LTSSM_POLLING : LTSSM_DETECT;
}

static uint32_t debug1(unsigned n)
{
    if (pcie_is_up(n))
        return DEBUG1_UP;
    return pcie_is_training(n) ? DEBUG1_TRAINING : 0;
}

/* ---- accesses ---- */

uint32_t pcie_port_word(unsigned n, unsigned offset)
{
    switch (offset) {
    case DEBUG0:
        return debug0(n);
    case DEBUG1:
        return debug1(n);
    default:
        return ports[n].words[offset / 4];
    }
}

static uint32_t lanes(unsigned offset, unsigned size)
{
    return (size == 4 ? UINT32_MAX : (1u << 8 * size) - 1) << 8 * (offset % 4);
}

uint32_t pcie_port_read(unsigned n, unsigned offset, unsigned size)
{
    if (!pcie_is_powered(n))
        return 0;
    return (pcie_port_word(n, offset & ~3u) & lanes(offset, size)) >> 8 * (offset % 4);
}

/* One BAR of 64 bits, whose size is set beside it. */
static void write_bar(unsigned n, unsigned offset, uint32_t value)
{
    if (!pcie_app_shadows(n)) {
        if (!ports[n].bar_enabled)
            value = 0;
        else if (offset == BAR0)
            value = (value & ~ports[n].bar_mask & ~0xfu) | 0x4u;
        ports[n].words[offset / 4] = value;
    } else if (offset == BAR0) {
        ports[n].bar_enabled = (value & 1u) != 0;
        ports[n].bar_mask = value | 0xfffu;
        ports[n].words[BAR0 / 4] = ports[n].words[BAR1 / 4] = 0;
    }
}

static uint32_t writable(unsigned n, unsigned offset, const struct row *row)
{
    bool all = (ports[n].words[MISC_CONTROL_1 / 4] & WRITE_ENABLE) != 0 && offset < PORT_LOGIC;

    if (row == NULL)
        return offset >= PORT_LOGIC ? UINT32_MAX : 0;
    return all ? ~row->cleared : row->writable;
}

static bool passes_on(unsigned offset)
{
    return offset == COMMAND || (offset >= BUSES && offset <= IO_HIGH) || offset == BRIDGE_CONTROL;
}

void pcie_port_write(unsigned n, unsigned offset, unsigned size, uint32_t value)
{
    unsigned place = offset & ~3u;
    uint32_t *word = &ports[n].words[place / 4], mask = lanes(offset, size), before = *word;
    const struct row *row = row_of(place);

    if (!pcie_is_powered(n))
        return;
    value <<= 8 * (offset % 4);
    if (place == BAR0 || place == BAR1) {
        write_bar(n, place, (before & ~mask) | (value & mask));
        return;
    }
    if (row != NULL)
        *word &= ~(value & mask & row->cleared);
    mask &= writable(n, place, row);
    *word = (*word & ~mask) | (value & mask);
    if (*word != before && passes_on(place))
        pcie_port_changed(n, place);
    if (*word != before && place == BRIDGE_CONTROL)
        pcie_follow();
}
