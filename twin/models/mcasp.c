// SPDX-License-Identifier: BSD-3-Clause
/*
 * The McASPs 0 to 2, as far as a digital loopback needs them (AM65x TRM SPRUID7, chapter 12
 * "Peripherals", "Multichannel Audio Serial Port (McASP)"; offsets and bits as Linux's
 * sound/soc/ti/davinci-mcasp.h has them too): serializers that transmit take a word a slot out of
 * the transmit FIFO, in turn; in the loopback each receiving one gets its neighbour's, into the
 * receive FIFO. The FIFOs ask the PDMA (pdma.c).
 *
 * Modelled: slots of 32 bits, clocks and frame syncs of its own, the loopback of all serializers,
 * both FIFOs, underrun and overrun. With anything else nothing moves. Not modelled: pins,
 * interrupts, XBUF and RBUF, DIT, clock checks, and clocks faster than SLICE_LEAST allows.
 */
#include "twin/models/models.h"

#define DEVICE           104u /* of the first, for TI-SCI */

#define GBLCTL           0x044u
#define LBCTL            0x04cu
#define RGBLCTL          0x060u
#define RTDM             0x078u
#define RSTAT            0x080u
#define XGBLCTL          0x0a0u
#define XFMT             0x0a8u
#define AFSXCTL          0x0acu
#define ACLKXCTL         0x0b0u
#define AHCLKXCTL        0x0b4u
#define XTDM             0x0b8u
#define XSTAT            0x0c0u
#define SRCTL(n)         (0x180u + 4u * (n))
#define PLAIN_END        0x1c0u /* registers below are memory, unless something is said of them */
#define WFIFOCTL         0x1000u
#define WFIFOSTS         0x1004u
#define RFIFOCTL         0x1008u
#define RFIFOSTS         0x100cu

#define RECEIVE_BITS     0x001fu
#define TRANSMIT_BITS    0x1f00u
#define LBCTL_ENABLE     (1u << 0)
#define LBCTL_EVEN_SENDS (1u << 1)
#define LBCTL_MODE(c)    ((c) >> 2 & 3)
#define LBCTL_MODE_OWN   1u
#define XFMT_SLOT(f)     ((f) >> 4 & 15)
#define SLOT_32          15u
#define AFSXCTL_OWN      (1u << 1)
#define AFSXCTL_SLOTS(c) ((c) >> 7 & 0x1ff)
#define ACLKXCTL_OWN     (1u << 5)
#define ACLKXCTL_DIV(c)  (((c)&0x1f) + 1)
#define AHCLKXCTL_OWN    (1u << 15)
#define AHCLKXCTL_DIV(c) (((c)&0xfff) + 1)
#define SRCTL_MODE(s)    ((s)&3)
#define SRCTL_TRANSMIT   1u
#define SRCTL_RECEIVE    2u
#define STAT_WRONG       (1u << 0) /* underrun, overrun */
#define STAT_DATA        (1u << 5)
#define STAT_ERROR       (1u << 8)
#define FIFO_ENABLE      (1u << 16)
#define FIFO_EVENT(c)    ((c) >> 8 & 0xff)

#define FIFO_WORDS       64u
#define SERIALIZERS      16u
#define CLOCK_NS         10u /* of AUXCLK; its rate is the board configuration's */
#define SLICE            8u  /* slots at a time */
#define SLICE_LEAST      (20u * MICROSECOND)

struct fifo {
    uint32_t control;
    uint32_t words[FIFO_WORDS];
    unsigned oldest, level;
};

static struct mcasp {
    uint32_t registers[PLAIN_END / 4];
    struct fifo transmit, receive;
    unsigned slot;
    struct model_timer timer;
} mcasps[MCASP_COUNT];

static void expired(unsigned instance);

void mcasp_reset(void)
{
    for (unsigned i = 0; i < MCASP_COUNT; i++) {
        timer_cancel(&mcasps[i].timer);
        memset(&mcasps[i], 0, sizeof(mcasps[i]));
        mcasps[i].timer.expire = expired;
        mcasps[i].timer.argument = i;
    }
}

static uint32_t get(const struct mcasp *mcasp, unsigned offset)
{
    return mcasp->registers[offset / 4];
}

/* ---------------------------------------------------------------- words */

static void put(struct fifo *fifo, uint32_t word)
{
    fifo->words[(fifo->oldest + fifo->level++) % FIFO_WORDS] = word;
}

static uint32_t take(struct fifo *fifo)
{
    uint32_t word = fifo->words[fifo->oldest];
    fifo->oldest = (fifo->oldest + 1) % FIFO_WORDS;
    fifo->level--;
    return word;
}

static void note(struct mcasp *mcasp, unsigned status)
{
    mcasp->registers[status / 4] |= STAT_WRONG | STAT_ERROR;
}

static bool transmits(const struct mcasp *mcasp)
{
    return (get(mcasp, GBLCTL) & TRANSMIT_BITS) == TRANSMIT_BITS &&
           (get(mcasp, AFSXCTL) & AFSXCTL_OWN) != 0 && AFSXCTL_SLOTS(get(mcasp, AFSXCTL)) != 0 &&
           (get(mcasp, ACLKXCTL) & ACLKXCTL_OWN) != 0 &&
           (get(mcasp, AHCLKXCTL) & AHCLKXCTL_OWN) != 0 && XFMT_SLOT(get(mcasp, XFMT)) == SLOT_32 &&
           (mcasp->transmit.control & FIFO_ENABLE) != 0;
}

static bool receives(const struct mcasp *mcasp)
{
    return (get(mcasp, GBLCTL) & RECEIVE_BITS) == RECEIVE_BITS &&
           (get(mcasp, LBCTL) & LBCTL_ENABLE) != 0 &&
           LBCTL_MODE(get(mcasp, LBCTL)) == LBCTL_MODE_OWN &&
           (mcasp->receive.control & FIFO_ENABLE) != 0;
}

static bool has_mode(const struct mcasp *mcasp, unsigned serializer, unsigned mode)
{
    return SRCTL_MODE(get(mcasp, SRCTL(serializer))) == mode;
}

static void move_slot(struct mcasp *mcasp)
{
    uint32_t wires[SERIALIZERS] = {0};
    bool even_sends = (get(mcasp, LBCTL) & LBCTL_EVEN_SENDS) != 0;

    for (unsigned i = 0; i < SERIALIZERS && (get(mcasp, XTDM) >> mcasp->slot % 32 & 1) != 0; i++) {
        if (!has_mode(mcasp, i, SRCTL_TRANSMIT))
            continue;
        if (mcasp->transmit.level != 0)
            wires[i] = take(&mcasp->transmit);
        else
            note(mcasp, XSTAT);
    }
    for (unsigned i = 0; i < SERIALIZERS && (get(mcasp, RTDM) >> mcasp->slot % 32 & 1) != 0; i++) {
        if (!receives(mcasp) || !has_mode(mcasp, i, SRCTL_RECEIVE) || (i % 2 == 1) != even_sends)
            continue;
        if (mcasp->receive.level < FIFO_WORDS)
            put(&mcasp->receive, wires[i ^ 1]);
        else
            note(mcasp, RSTAT);
    }
    mcasp->slot = (mcasp->slot + 1) % AFSXCTL_SLOTS(get(mcasp, AFSXCTL));
}

static void wake(unsigned instance)
{
    struct mcasp *mcasp = &mcasps[instance];
    uint64_t slot = (uint64_t)CLOCK_NS * 32 * ACLKXCTL_DIV(get(mcasp, ACLKXCTL)) *
                    AHCLKXCTL_DIV(get(mcasp, AHCLKXCTL));

    if (transmits(mcasp) && !timer_armed(&mcasp->timer))
        timer_arm(&mcasp->timer, SLICE * slot > SLICE_LEAST ? SLICE * slot : SLICE_LEAST);
}

static void expired(unsigned instance)
{
    for (unsigned i = 0; i < SLICE && transmits(&mcasps[instance]); i++)
        move_slot(&mcasps[instance]);
    pdma_mcasp_asks(instance);
    wake(instance);
}

/* ---------------------------------------------------------------- registers */

static bool is_on(unsigned instance)
{
    return sysfw_device_is_on(DEVICE + instance);
}

static uint32_t status(const struct mcasp *mcasp, unsigned offset, bool data)
{
    return get(mcasp, offset) | (data ? STAT_DATA : 0);
}

uint64_t mcasp_read(unsigned instance, uint64_t offset)
{
    const struct mcasp *mcasp = &mcasps[instance];

    if (!is_on(instance))
        return 0;
    switch (offset) {
    case RGBLCTL:
    case XGBLCTL:
        return get(mcasp, GBLCTL);
    case RSTAT:
        return status(mcasp, RSTAT, mcasp->receive.level != 0);
    case XSTAT:
        return status(mcasp, XSTAT, mcasp->transmit.level < FIFO_WORDS);
    case WFIFOCTL:
        return mcasp->transmit.control;
    case WFIFOSTS:
        return mcasp->transmit.level;
    case RFIFOCTL:
        return mcasp->receive.control;
    case RFIFOSTS:
        return mcasp->receive.level;
    default:
        return offset < PLAIN_END ? get(mcasp, (unsigned)offset) : 0;
    }
}

static void write_global(struct mcasp *mcasp, uint32_t value, uint32_t mask)
{
    uint32_t *global = &mcasp->registers[GBLCTL / 4];

    *global = (*global & ~mask) | (value & mask);
    if ((*global & TRANSMIT_BITS) != TRANSMIT_BITS)
        mcasp->slot = 0;
}

/* Switched off it is empty. */
static void write_fifo(struct fifo *fifo, uint32_t value)
{
    fifo->control = value;
    if ((value & FIFO_ENABLE) == 0)
        fifo->level = 0;
}

static void write(struct mcasp *mcasp, uint64_t offset, uint32_t value)
{
    switch (offset) {
    case GBLCTL:
        write_global(mcasp, value, RECEIVE_BITS | TRANSMIT_BITS);
        break;
    case RGBLCTL:
        write_global(mcasp, value, RECEIVE_BITS);
        break;
    case XGBLCTL:
        write_global(mcasp, value, TRANSMIT_BITS);
        break;
    case RSTAT:
    case XSTAT:
        mcasp->registers[offset / 4] &= ~value;
        break;
    case WFIFOCTL:
        write_fifo(&mcasp->transmit, value);
        break;
    case RFIFOCTL:
        write_fifo(&mcasp->receive, value);
        break;
    default:
        if (offset < PLAIN_END)
            mcasp->registers[offset / 4] = value;
    }
}

void mcasp_write(unsigned instance, uint64_t offset, uint64_t value)
{
    struct mcasp *mcasp = &mcasps[instance];

    if (!is_on(instance))
        return;
    write(mcasp, offset, (uint32_t)value);
    if (transmits(mcasp))
        wake(instance);
    else
        timer_cancel(&mcasp->timer);
    pdma_mcasp_asks(instance);
}

/* ---------------------------------------------------------------- the data port */

uint32_t mcasp_dma_read(unsigned instance)
{
    return mcasps[instance].receive.level != 0 ? take(&mcasps[instance].receive) : 0;
}

void mcasp_dma_write(unsigned instance, uint32_t word)
{
    struct fifo *fifo = &mcasps[instance].transmit;

    if ((fifo->control & FIFO_ENABLE) != 0 && fifo->level < FIFO_WORDS)
        put(fifo, word);
}

bool mcasp_asks_to_be_read(unsigned instance)
{
    const struct fifo *fifo = &mcasps[instance].receive;

    return (fifo->control & FIFO_ENABLE) != 0 && fifo->level != 0 &&
           fifo->level >= FIFO_EVENT(fifo->control);
}

bool mcasp_asks_to_be_written(unsigned instance)
{
    const struct fifo *fifo = &mcasps[instance].transmit;

    return (fifo->control & FIFO_ENABLE) != 0 && fifo->level < FIFO_WORDS &&
           FIFO_WORDS - fifo->level >= FIFO_EVENT(fifo->control);
}

uint64_t mcasp_data_read(unsigned instance, uint64_t offset)
{
    (void)offset;
    uint32_t word = is_on(instance) ? mcasp_dma_read(instance) : 0;
    pdma_mcasp_asks(instance);
    return word;
}

void mcasp_data_write(unsigned instance, uint64_t offset, uint64_t value)
{
    (void)offset;
    if (is_on(instance))
        mcasp_dma_write(instance, (uint32_t)value);
    pdma_mcasp_asks(instance);
}
