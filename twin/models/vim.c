// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Vectored Interrupt Managers of the MCU domain's R5F subsystem, one for each of the two cores
 * (TRMs of K3, "R5FSS Vectored Interrupt Manager": SPRUIU1C for the registers' addresses, SPRUJB3
 * for their fields; docs/hardware.md has what of it only a board can confirm).
 *
 * 512 inputs. Each has a status bit, which is set while the input is high and stays set until
 * software clears it: a pulse and a level look the same here, and INTTYPE does nothing but read
 * back. Of what is pending and enabled the most urgent one, of several the one with the lowest
 * number, is in PRIIRQ, or in PRIFIQ for those that INTMAP makes FIQs. Reading IRQVEC makes it the
 * active one, and only what is more urgent than that is presented from then on; the one that was
 * active before goes onto a stack, and comes back when IRQVEC is written.
 *
 * Where the manuals leave open what happens, this is strict or simple: reading IRQVEC while nothing
 * is presented reads zero and changes nothing; so does writing it while nothing is active. Not
 * modelled: the vectors' error correction, and with it DEDVEC's use.
 */
#include "twin/models/vim.h"

#include "twin/models/models.h"

#define WORDS          (VIM_INPUTS / 32)
#define PRIORITIES     16u
#define PRIORITY_LEAST (PRIORITIES - 1)

#define INFO           0x04u
#define PRIIRQ         0x08u
#define PRIFIQ         0x0cu
#define IRQGSTS        0x10u
#define FIQGSTS        0x14u
#define IRQVEC         0x18u
#define FIQVEC         0x1cu
#define ACTIRQ         0x20u
#define ACTFIQ         0x24u
#define DEDVEC         0x30u
#define GROUPS         0x0400u /* 0x20 for each 32 inputs, up to: */
#define GROUPS_END     0x0600u
#define GROUP_RAW      0x00u
#define GROUP_STS      0x04u
#define GROUP_EN_SET   0x08u
#define GROUP_EN_CLR   0x0cu
#define GROUP_IRQSTS   0x10u
#define GROUP_FIQSTS   0x14u
#define GROUP_INTMAP   0x18u
#define GROUP_INTTYPE  0x1cu
#define PRI_INT        0x1000u
#define VEC_INT        0x2000u

#define VALID          (UINT32_C(1) << 31)
#define PRIORITY_SHIFT 16
#define VECTOR_BITS    UINT32_C(0xfffffffc)

enum kind {
    IRQ,
    FIQ,
    KINDS,
};

/* An interrupt that is presented, or active. */
struct taken {
    uint16_t number;
    uint8_t priority;
};

struct vim {
    uint32_t input[WORDS], status[WORDS], enabled[WORDS], fiq[WORDS], pulse[WORDS];
    uint8_t priority[VIM_INPUTS];
    uint32_t vector[VIM_INPUTS];
    uint32_t error_vector;
    /* Each is more urgent than the one below it, so there are as many as priorities at most. */
    struct taken active[KINDS][PRIORITIES];
    unsigned depth[KINDS];
    bool raised[KINDS]; /* the core's line */
};

static struct vim vims[VIM_CORES];

/* ---- what is presented ---- */

static uint32_t masked_status(const struct vim *vim, enum kind kind, unsigned word)
{
    uint32_t of_kind = kind == FIQ ? vim->fiq[word] : ~vim->fiq[word];

    return vim->status[word] & vim->enabled[word] & of_kind;
}

/* How urgent it must be: less than this. */
static unsigned threshold(const struct vim *vim, enum kind kind)
{
    unsigned depth = vim->depth[kind];

    return depth == 0 ? PRIORITIES : vim->active[kind][depth - 1].priority;
}

static bool find_presented(const struct vim *vim, enum kind kind, struct taken *presented)
{
    unsigned least = threshold(vim, kind), best = least;

    for (unsigned word = 0; word < WORDS; word++) {
        for (uint32_t bits = masked_status(vim, kind, word); bits != 0; bits &= bits - 1) {
            unsigned number = 32 * word + (unsigned)__builtin_ctz(bits);

            if (vim->priority[number] < best) {
                best = vim->priority[number];
                *presented = (struct taken){(uint16_t)number, (uint8_t)best};
            }
        }
    }
    return best < least;
}

/* After each change of a state. */
static void look_again(unsigned core)
{
    struct vim *vim = &vims[core];
    bool changed = false;

    for (enum kind kind = IRQ; kind < KINDS; kind++) {
        struct taken presented;
        bool raised = find_presented(vim, kind, &presented);

        changed = changed || raised != vim->raised[kind];
        vim->raised[kind] = raised;
    }
    if (changed)
        model_r5f_interrupt(core, vim->raised[IRQ], vim->raised[FIQ]);
}

void vim_core_reset(unsigned core)
{
    struct vim *vim = &vims[core];
    struct vim fresh = {.raised = {vim->raised[IRQ], vim->raised[FIQ]}};

    memcpy(fresh.input, vim->input, sizeof(fresh.input));
    memcpy(fresh.status, vim->input, sizeof(fresh.status));
    memset(fresh.priority, PRIORITY_LEAST, sizeof(fresh.priority));
    *vim = fresh;
    look_again(core);
}

void vim_reset(void)
{
    for (unsigned core = 0; core < VIM_CORES; core++) {
        memset(vims[core].input, 0, sizeof(vims[core].input));
        vim_core_reset(core);
    }
}

bool vim_line_level(unsigned core, unsigned input)
{
    return (vims[core].input[input / 32] >> input % 32 & 1) != 0;
}

void vim_line(unsigned core, unsigned input, bool high)
{
    struct vim *vim = &vims[core];
    uint32_t bit = UINT32_C(1) << input % 32;

    if (vim_line_level(core, input) == high)
        return;
    if (high) {
        vim->input[input / 32] |= bit;
        vim->status[input / 32] |= bit;
    } else {
        vim->input[input / 32] &= ~bit;
    }
    look_again(core);
}

void vim_line_all(unsigned input, bool high)
{
    for (unsigned core = 0; core < VIM_CORES; core++)
        vim_line(core, input, high);
}

/* ---- registers ---- */

static uint32_t describe(const struct taken *taken)
{
    return VALID | (uint32_t)taken->priority << PRIORITY_SHIFT | taken->number;
}

static uint32_t presented_read(const struct vim *vim, enum kind kind)
{
    struct taken presented;

    return find_presented(vim, kind, &presented) ? describe(&presented) : 0;
}

static uint32_t active_read(const struct vim *vim, enum kind kind)
{
    unsigned depth = vim->depth[kind];

    return depth == 0 ? 0 : describe(&vim->active[kind][depth - 1]);
}

static uint32_t groups_read(const struct vim *vim, enum kind kind)
{
    uint32_t groups = 0;

    for (unsigned word = 0; word < WORDS; word++)
        groups |= (uint32_t)(masked_status(vim, kind, word) != 0) << word;
    return groups;
}

static uint32_t vector_read(unsigned core, enum kind kind)
{
    struct vim *vim = &vims[core];
    struct taken presented;

    if (!find_presented(vim, kind, &presented))
        return 0;
    vim->active[kind][vim->depth[kind]++] = presented;
    look_again(core);
    return vim->vector[presented.number];
}

static void vector_write(unsigned core, enum kind kind)
{
    if (vims[core].depth[kind] != 0)
        vims[core].depth[kind]--;
    look_again(core);
}

static uint32_t group_read(const struct vim *vim, uint64_t offset)
{
    unsigned word = (unsigned)(offset - GROUPS) / 0x20;

    switch (offset % 0x20) {
    case GROUP_RAW:
        return vim->status[word];
    case GROUP_STS:
        return vim->status[word] & vim->enabled[word];
    case GROUP_EN_SET:
    case GROUP_EN_CLR:
        return vim->enabled[word];
    case GROUP_IRQSTS:
        return masked_status(vim, IRQ, word);
    case GROUP_FIQSTS:
        return masked_status(vim, FIQ, word);
    case GROUP_INTMAP:
        return vim->fiq[word];
    case GROUP_INTTYPE:
        return vim->pulse[word];
    default:
        return 0;
    }
}

uint64_t vim_read(unsigned core, uint64_t offset)
{
    const struct vim *vim = &vims[core];

    if (offset >= GROUPS && offset < GROUPS_END)
        return group_read(vim, offset);
    if (offset >= PRI_INT && offset < PRI_INT + 4 * VIM_INPUTS)
        return vim->priority[(offset - PRI_INT) / 4];
    if (offset >= VEC_INT && offset < VEC_INT + 4 * VIM_INPUTS)
        return vim->vector[(offset - VEC_INT) / 4];
    switch (offset) {
    case INFO:
        return VIM_INPUTS;
    case PRIIRQ:
    case PRIFIQ:
        return presented_read(vim, offset == PRIIRQ ? IRQ : FIQ);
    case IRQGSTS:
    case FIQGSTS:
        return groups_read(vim, offset == IRQGSTS ? IRQ : FIQ);
    case IRQVEC:
    case FIQVEC:
        return vector_read(core, offset == IRQVEC ? IRQ : FIQ);
    case ACTIRQ:
    case ACTFIQ:
        return active_read(vim, offset == ACTIRQ ? IRQ : FIQ);
    case DEDVEC:
        return vim->error_vector;
    default:
        return 0;
    }
}

/* What is still high is set again at once. */
static void clear_status(struct vim *vim, unsigned word, uint32_t bits)
{
    vim->status[word] = (vim->status[word] & ~bits) | vim->input[word];
}

static void group_write(struct vim *vim, uint64_t offset, uint32_t bits)
{
    unsigned word = (unsigned)(offset - GROUPS) / 0x20;

    switch (offset % 0x20) {
    case GROUP_RAW:
        vim->status[word] |= bits;
        break;
    case GROUP_STS:
        clear_status(vim, word, bits);
        break;
    case GROUP_EN_SET:
        vim->enabled[word] |= bits;
        break;
    case GROUP_EN_CLR:
        vim->enabled[word] &= ~bits;
        break;
    case GROUP_IRQSTS:
        clear_status(vim, word, bits & ~vim->fiq[word]);
        break;
    case GROUP_FIQSTS:
        clear_status(vim, word, bits & vim->fiq[word]);
        break;
    case GROUP_INTMAP:
        vim->fiq[word] = bits;
        break;
    case GROUP_INTTYPE:
        vim->pulse[word] = bits;
        break;
    default:
        break;
    }
}

void vim_write(unsigned core, uint64_t offset, uint64_t value)
{
    struct vim *vim = &vims[core];

    if (offset >= GROUPS && offset < GROUPS_END)
        group_write(vim, offset, (uint32_t)value);
    else if (offset >= PRI_INT && offset < PRI_INT + 4 * VIM_INPUTS)
        vim->priority[(offset - PRI_INT) / 4] = value & PRIORITY_LEAST;
    else if (offset >= VEC_INT && offset < VEC_INT + 4 * VIM_INPUTS)
        vim->vector[(offset - VEC_INT) / 4] = value & VECTOR_BITS;
    else if (offset == IRQVEC || offset == FIQVEC)
        vector_write(core, offset == IRQVEC ? IRQ : FIQ);
    else if (offset == DEDVEC)
        vim->error_vector = value & VECTOR_BITS;
    look_again(core);
}
