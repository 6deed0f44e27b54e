// SPDX-License-Identifier: BSD-3-Clause
/*
 * See gic_spi.h. Registers and states are those of Arm IHI 0069, 12.9 and 4.1.2, with affinity
 * routing and two security states, as the non-secure world sees them; all these interrupts are in
 * its group 1, so that GICD_IGROUPR and its like read as zero and are not here. Of priorities a
 * GIC-500 implements 5 bits, of which that world has 4.
 *
 * As of QEMU's, GICD_IROUTER.Interrupt_Routing_Mode is kept and does nothing: GICD_TYPER.No1N says
 * so.
 */
#include "twin/models/gic_spi.h"

#include <string.h>

#define WORDS            (GIC_SPI_LIMIT / 32)

#define BITMAPS          0x0100u /* GICD_ISENABLER0 up to the last GICD_ICACTIVER */
#define BITMAP_MASK      0x0780u
#define ISENABLER        0x0100u
#define ICENABLER        0x0180u
#define ISPENDR          0x0200u
#define ICPENDR          0x0280u
#define ISACTIVER        0x0300u
#define ICACTIVER        0x0380u
#define IPRIORITYR       0x0400u
#define IPRIORITYR_END   0x0800u
#define ICFGR            0x0c00u
#define ICFGR_END        0x0d00u
#define IROUTER          0x6000u
#define IROUTER_END      0x8000u

#define PRIORITY_BITS    0xf0f0f0f0u
#define IROUTER_IRM      (UINT64_C(1) << 31)
#define IROUTER_AFFINITY UINT64_C(0xff00ffffff)
#define NOWHERE          0xffu

/* A bit for each interrupt. */
static uint32_t enabled[WORDS], active[WORDS], edge[WORDS];
static uint32_t latch[WORDS]; /* pending, but for the level of the input */
static uint32_t input[WORDS];
/* A bit for each word of them in which something can be taken: most often there is none, or one. */
static uint32_t ready_words;

static union {
    uint8_t of[GIC_SPI_LIMIT];
    uint32_t words[GIC_SPI_LIMIT / 4];
} priorities;

static uint64_t routers[GIC_SPI_LIMIT];
static uint8_t targets[GIC_SPI_LIMIT]; /* the core that a router names, or NOWHERE */
static unsigned core_count;

void gic_spi_reset(unsigned cores)
{
    memset(enabled, 0, sizeof(enabled));
    memset(active, 0, sizeof(active));
    memset(edge, 0, sizeof(edge));
    memset(latch, 0, sizeof(latch));
    memset(input, 0, sizeof(input));
    ready_words = 0;
    memset(&priorities, 0, sizeof(priorities));
    memset(routers, 0, sizeof(routers));
    memset(targets, 0, sizeof(targets));
    core_count = cores;
}

void gic_spi_lose_power(void)
{
    uint32_t levels[WORDS];

    memcpy(levels, input, sizeof(levels));
    gic_spi_reset(core_count);
    memcpy(input, levels, sizeof(input)); /* nothing is enabled, so nothing is ready */
    memset(targets, NOWHERE, sizeof(targets));
    for (unsigned intid = 0; intid < GIC_SPI_LIMIT; intid++)
        routers[intid] = NOWHERE;
}

/* ---- states ---- */

static uint32_t bit(unsigned intid)
{
    return UINT32_C(1) << (intid % 32);
}

static uint32_t pending(unsigned word)
{
    return latch[word] | (input[word] & ~edge[word]);
}

static uint32_t ready(unsigned word)
{
    return pending(word) & enabled[word] & ~active[word];
}

/* After each change of a state. */
static void look_again(unsigned word)
{
    ready_words &= ~(UINT32_C(1) << word);
    if (ready(word) != 0)
        ready_words |= UINT32_C(1) << word;
}

void gic_spi_line(unsigned intid, bool high)
{
    uint32_t *level = &input[intid / 32];

    if (high && !(*level & bit(intid)))
        latch[intid / 32] |= bit(intid) & edge[intid / 32];
    *level = high ? *level | bit(intid) : *level & ~bit(intid);
    look_again(intid / 32);
}

void gic_spi_activate(unsigned intid)
{
    latch[intid / 32] &= ~bit(intid);
    active[intid / 32] |= bit(intid);
    look_again(intid / 32);
}

void gic_spi_deactivate(unsigned intid)
{
    active[intid / 32] &= ~bit(intid);
    look_again(intid / 32);
}

static void consider(struct gic_spi_winner *winner, unsigned intid)
{
    if (winner->intid == GIC_SPI_NONE || priorities.of[intid] < winner->priority)
        *winner = (struct gic_spi_winner){(uint16_t)intid, priorities.of[intid]};
}

void gic_spi_winners(struct gic_spi_winner winners[GIC_SPI_CORES_MAX])
{
    for (unsigned core = 0; core < GIC_SPI_CORES_MAX; core++)
        winners[core] = (struct gic_spi_winner){GIC_SPI_NONE, 0};
    for (uint32_t words = ready_words; words != 0; words &= words - 1) {
        unsigned word = (unsigned)__builtin_ctz(words);

        for (uint32_t bits = ready(word); bits != 0; bits &= bits - 1) {
            unsigned intid = 32 * word + (unsigned)__builtin_ctz(bits);

            if (targets[intid] != NOWHERE)
                consider(&winners[targets[intid]], intid);
        }
    }
}

/* ---- registers ---- */

/* The first interrupt of those in the register's word, or 0, which is none of ours. */
static unsigned first_intid(uint64_t offset)
{
    if (offset >= BITMAPS && offset < IPRIORITYR)
        return (unsigned)(offset & 0x7c) * 8;
    if (offset >= IPRIORITYR && offset < IPRIORITYR_END)
        return (unsigned)(offset - IPRIORITYR) & ~3u;
    if (offset >= ICFGR && offset < ICFGR_END)
        return (unsigned)((offset - ICFGR) & 0xfc) * 4;
    if (offset >= IROUTER && offset < IROUTER_END)
        return (unsigned)(offset - IROUTER) / 8;
    return 0;
}

bool gic_spi_register(uint64_t offset)
{
    return gic_spi_has(first_intid(offset));
}

/* GICD_ICFGR has two bits for each of 16 interrupts, of which the upper one says "edge". */
static uint32_t config_read(unsigned intid)
{
    uint32_t edges = edge[intid / 32] >> intid % 32, config = 0;

    for (unsigned i = 0; i < 16; i++)
        config |= (edges >> i & 1) << (2 * i + 1);
    return config;
}

static void config_write(unsigned intid, uint32_t config)
{
    for (unsigned i = 0; i < 16; i++) {
        if (config >> (2 * i + 1) & 1)
            edge[intid / 32] |= bit(intid + i);
        else
            edge[intid / 32] &= ~bit(intid + i);
    }
    look_again(intid / 32);
}

static uint32_t word_read(uint64_t offset, unsigned intid)
{
    unsigned word = intid / 32;

    if (offset >= ICFGR)
        return config_read(intid);
    if (offset >= IPRIORITYR)
        return priorities.words[intid / 4];
    switch (offset & BITMAP_MASK) {
    case ISENABLER:
    case ICENABLER:
        return enabled[word];
    case ISPENDR:
    case ICPENDR:
        return pending(word);
    default:
        return active[word];
    }
}

static void bitmap_write(uint64_t offset, unsigned word, uint32_t bits)
{
    switch (offset & BITMAP_MASK) {
    case ISENABLER:
        enabled[word] |= bits;
        break;
    case ICENABLER:
        enabled[word] &= ~bits;
        break;
    case ISPENDR:
        latch[word] |= bits;
        break;
    case ICPENDR:
        latch[word] &= ~bits;
        break;
    case ISACTIVER:
        active[word] |= bits;
        break;
    case ICACTIVER:
        active[word] &= ~bits;
        break;
    default:
        break;
    }
    look_again(word);
}

/* Replaces size bytes of a register's value. */
static uint64_t merge(uint64_t whole, uint64_t offset, unsigned size, uint64_t part)
{
    unsigned shift = (unsigned)(offset % 8) * 8;
    uint64_t mask = (size == 8 ? UINT64_MAX : (UINT64_C(1) << size * 8) - 1) << shift;

    return (whole & ~mask) | (part << shift & mask);
}

static void router_write(unsigned intid, uint64_t router)
{
    unsigned target = 0;

    routers[intid] = router & (IROUTER_IRM | IROUTER_AFFINITY);
    /* Core n of the AM65x is in cluster n / 2. */
    while (target < core_count && (router & IROUTER_AFFINITY) != (target / 2 << 8 | target % 2))
        target++;
    targets[intid] = (uint8_t)(target < core_count ? target : NOWHERE);
}

/* The lanes of an access within its 32-bit register. */
static unsigned lane(uint64_t offset)
{
    return (unsigned)(offset % 4) * 8;
}

uint64_t gic_spi_read(uint64_t offset, unsigned size)
{
    unsigned intid = first_intid(offset);

    (void)size;
    if (offset >= IROUTER)
        return routers[intid] >> (offset % 8 * 8);
    return word_read(offset, intid) >> lane(offset);
}

void gic_spi_write(uint64_t offset, unsigned size, uint64_t value)
{
    unsigned intid = first_intid(offset);

    if (offset >= IROUTER) {
        router_write(intid, merge(routers[intid], offset, size, value));
        return;
    }
    /* 64 bits at once are for GICD_IROUTER only. */
    unsigned bytes = size < 4 ? size : 4;
    uint32_t old = word_read(offset, intid);
    uint32_t merged = (uint32_t)merge(old, offset % 4, bytes, value);

    if (offset >= ICFGR)
        config_write(intid, merged);
    else if (offset >= IPRIORITYR)
        priorities.words[intid / 4] = merged & PRIORITY_BITS;
    else
        bitmap_write(offset, intid / 32, (uint32_t)merge(0, offset % 4, bytes, value));
}
