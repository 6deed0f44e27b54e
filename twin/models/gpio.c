// SPDX-License-Identifier: BSD-3-Clause
/*
 * GPIO 0 and 1 of the main domain, GPIO 0 of the wake-up domain (AM65x TRM SPRUID7,
 * "General-Purpose Interface (GPIO)"; what is said of registers and of interrupts there is the same
 * in the AM64x's, SPRUIM2): up to 144 pins in banks of 16, the registers of two banks side by side.
 *
 * A pad is what its output drives, if it is one; otherwise nobody drives it, and it is low. An edge
 * of a pad, whichever way it came about, sets its bit in INTSTAT if the edge is selected, and with
 * its bank enabled in BINTEN sends a pulse over two lines: the pin's and the bank's. They are
 * inputs of an interrupt router (TI-SCI documentation for the AM65x, "Interrupt Management Device
 * Descriptions", and TI's PDK, sciclient's interrupt tree of the AM65x). That INTSTAT is set
 * without BINTEN too is our reading.
 */
#include "twin/models/models.h"

#define PAIR_COUNT   5u /* of banks; the last has one only */
#define BANK_COUNT   9u
#define BANK_PINS    16u

#define REG_PCR      0x04u
#define REG_BINTEN   0x08u
#define REG_PAIRS    0x10u
#define PAIR_SIZE    0x28u
#define DIR          0x00u /* 1: an input */
#define OUT_DATA     0x04u
#define SET_DATA     0x08u
#define CLR_DATA     0x0cu
#define IN_DATA      0x10u
#define SET_RIS_TRIG 0x14u
#define CLR_RIS_TRIG 0x18u
#define SET_FAL_TRIG 0x1cu
#define CLR_FAL_TRIG 0x20u
#define INTSTAT      0x24u

#define PCR_FREE     0x1u /* reset value: it goes on while a debugger has the core */
#define BINTEN_MASK  ((1u << BANK_COUNT) - 1)

/* Which inputs of which router the lines are. */
static const struct {
    uint16_t router, pins, first_pin, banks, first_bank;
} wiring[GPIO_COUNT] = {
    [GPIO_MAIN_0] = {DEV_GPIOMUX_INTR, 96, 0, 6, 192},
    [GPIO_MAIN_1] = {DEV_GPIOMUX_INTR, 90, 96, 6, 200},
    [GPIO_WKUP_0] = {DEV_WKUP_GPIOMUX_INTR, 56, 0, 4, 60},
};

static struct gpio {
    uint32_t binten;
    struct pair {
        uint32_t dir, out, pads, rising, falling, status;
    } pairs[PAIR_COUNT];
} gpios[GPIO_COUNT];

void gpio_reset(void)
{
    memset(gpios, 0, sizeof(gpios));
    for (unsigned gpio = 0; gpio < GPIO_COUNT; gpio++)
        for (unsigned pair = 0; pair < PAIR_COUNT; pair++)
            gpios[gpio].pairs[pair].dir = UINT32_MAX;
}

/* ---- interrupts ---- */

static void bank_edges(unsigned instance, unsigned bank, uint32_t edges)
{
    if (edges == 0 || (gpios[instance].binten >> bank & 1) == 0)
        return;
    for (unsigned i = 0; i < BANK_PINS; i++) {
        unsigned pin = bank * BANK_PINS + i;

        if ((edges >> i & 1) != 0 && pin < wiring[instance].pins)
            intr_pulse(wiring[instance].router, wiring[instance].first_pin + pin);
    }
    if (bank < wiring[instance].banks)
        intr_pulse(wiring[instance].router, wiring[instance].first_bank + bank);
}

static void pads_follow(unsigned instance, unsigned index)
{
    struct pair *pair = &gpios[instance].pairs[index];
    uint32_t pads = pair->out & ~pair->dir, changed = pads ^ pair->pads;
    uint32_t edges = changed & ((pads & pair->rising) | (~pads & pair->falling));

    pair->pads = pads;
    pair->status |= edges;
    bank_edges(instance, 2 * index, edges & 0xffff);
    bank_edges(instance, 2 * index + 1, edges >> BANK_PINS);
}

bool gpio_drives_low(unsigned instance, unsigned pin)
{
    const struct pair *pair = &gpios[instance].pairs[pin / (2 * BANK_PINS)];

    return ((pair->dir | pair->out) >> pin % (2 * BANK_PINS) & 1) == 0;
}

/* ---- registers ---- */

static bool find_pair(uint64_t offset, unsigned *index, unsigned *reg)
{
    if (offset < REG_PAIRS || offset >= REG_PAIRS + PAIR_COUNT * PAIR_SIZE)
        return false;
    *index = (unsigned)(offset - REG_PAIRS) / PAIR_SIZE;
    *reg = (unsigned)(offset - REG_PAIRS) % PAIR_SIZE;
    return true;
}

uint64_t gpio_read(unsigned instance, uint64_t offset)
{
    unsigned index, reg;

    if (offset == REG_PCR)
        return PCR_FREE;
    if (offset == REG_BINTEN)
        return gpios[instance].binten;
    if (!find_pair(offset, &index, &reg))
        return 0;

    const struct pair *pair = &gpios[instance].pairs[index];

    switch (reg) {
    case DIR:
        return pair->dir;
    case OUT_DATA:
    case SET_DATA:
    case CLR_DATA:
        return pair->out;
    case IN_DATA:
        return pair->pads;
    case SET_RIS_TRIG:
    case CLR_RIS_TRIG:
        return pair->rising;
    case SET_FAL_TRIG:
    case CLR_FAL_TRIG:
        return pair->falling;
    default: /* INTSTAT */
        return pair->status;
    }
}

static void pair_write(struct pair *pair, unsigned reg, uint32_t value)
{
    switch (reg) {
    case DIR:
        pair->dir = value;
        break;
    case OUT_DATA:
        pair->out = value;
        break;
    case SET_DATA:
        pair->out |= value;
        break;
    case CLR_DATA:
        pair->out &= ~value;
        break;
    case SET_RIS_TRIG:
        pair->rising |= value;
        break;
    case CLR_RIS_TRIG:
        pair->rising &= ~value;
        break;
    case SET_FAL_TRIG:
        pair->falling |= value;
        break;
    case CLR_FAL_TRIG:
        pair->falling &= ~value;
        break;
    case INTSTAT:
        pair->status &= ~value;
        break;
    default: /* IN_DATA */
        break;
    }
}

void gpio_write(unsigned instance, uint64_t offset, uint64_t value)
{
    unsigned index, reg;

    if (offset == REG_BINTEN)
        gpios[instance].binten = (uint32_t)value & BINTEN_MASK;
    if (!find_pair(offset, &index, &reg))
        return;
    pair_write(&gpios[instance].pairs[index], reg, (uint32_t)value);
    pads_follow(instance, index);
    pcie_follow(); /* PERST# */
}
