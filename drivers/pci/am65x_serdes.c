// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's SERDES, for a lane of PCI Express: where its clocks come from, its settings, and the
 * order in which it is woken (values and order: Linux's phy-am654-serdes.c; what the
 * settings do to the line is in no document that can be read).
 */
#include "arch/wait.h"
#include "drivers/pci/am65x_internal.h"
#include "drivers/pci/am65x_registers.h"
#include "drivers/ti_sci/ti_sci.h"

#include <errno.h>

#define RESET_US 1000u
#define LOCK_US  100000u

/* A byte of a word is set: by the word's offset and the byte's lowest bit. */
static const struct {
    uint16_t offset;
    uint8_t shift, value;
} settings[] = {
    {0x004, 8, 0x02},   /* clock unit: PLL control */
    {0x060, 8, 0x98},   /* its oscillator's bias, */
    {0x088, 24, 0x98},  /* and supply */
    {0x0d0, 24, 0x45},  /* its shift register */
    {0x0e8, 8, 0x0e},   /* spread spectrum */
    {0x248, 8, 0x05},   /* lane: PLL control, equaliser and idle */
    {0x258, 16, 0x83},  /* gain, threshold */
    {0x26c, 0, 0x83},   /* the same for 8 GT/s */
    {0x270, 16, 0x81},  /* equaliser at 8 GT/s */
    {0x39c, 16, 0x3b},  /* transmitter */
    {0xa04, 0, 0x03},   /* all lanes: distance in the ring buffer */
    {0xb38, 16, 0x70},  /* version of this configuration */
    {0x1404, 24, 0x0f}, /* equaliser: calibration at the start, of middle speed */
    {0x1408, 0, 0x4f},  /* and of high speed, */
    {0x140c, 8, 0x0f},  /* the same again later, */
    {0x140c, 16, 0x4f}, /* and of high speed */
    {0x1414, 16, 0x07}, /* attenuation */
    {0x1418, 16, 0x7f}, /* length of the adaptation's window */
    {0x141c, 8, 0x0f},  /* control 3 and 4 */
    {0x144c, 0, 0x9a},  /* control 14 to 16 */
    {0x1488, 16, 0x32}, /* threshold of errors */
    {0x1494, 24, 0x80}, /* control 25 */
    {0x1498, 8, 0x0f},  /* calibration at a change of rate, */
    {0x1498, 16, 0x4f}, /* and of high speed */
    {0x07c, 24, 0x01},  /* the clock unit's reset ends, */
    {0xb90, 8, 0x02},   /* and the lane's */
};

/* What a value of CONTROL's clock field makes the three outputs come from (TRM SPRUID7, "Reference
 * Clock Distribution", as in Linux). */
#define L PCI_AM65X_CLOCK_LEFT
#define E PCI_AM65X_CLOCK_EXTERNAL
#define R PCI_AM65X_CLOCK_RIGHT
static const uint8_t clock_choices[][PCI_AM65X_OUTPUTS] = {
    {E, E, E}, {R, E, E}, {E, R, L}, {R, R, E}, {L, E, E}, {E, E, E}, {L, R, L}, {E, R, L},
    {E, E, L}, {R, E, L}, {E, R, E}, {R, R, E}, {L, E, L}, {E, E, L}, {L, R, E}, {E, R, E},
};
#undef L
#undef E
#undef R
#define CHOICES (sizeof(clock_choices) / sizeof(clock_choices[0]))

/* Whether the choice is what is wanted, and else what is there. */
static bool is_choice(const struct pci_am65x_serdes *serdes, const uint8_t *is, unsigned choice)
{
    for (unsigned i = 0; i < PCI_AM65X_OUTPUTS; i++)
        if (clock_choices[choice][i] !=
            (serdes->sources[i] != PCI_AM65X_CLOCK_AS_IT_IS ? serdes->sources[i] : is[i]))
            return false;
    return true;
}

static int select_clocks(const struct pci_am65x_serdes *serdes)
{
    const uint32_t field = mmio_read32(serdes->control) & CTRL_SERDES_CLOCKS;
    const uint8_t *is = clock_choices[field >> CTRL_SERDES_CLOCKS_SHIFT];
    unsigned choice = 0;

    while (choice < CHOICES && !is_choice(serdes, is, choice))
        choice++;
    if (choice == CHOICES)
        return -EINVAL;
    for (unsigned i = 0; i < serdes->clock_count; i++) {
        int error = ti_sci_clock_set_parent(serdes->clocks[i].device, serdes->clocks[i].clock,
                                            serdes->clocks[i].parent);

        if (error != 0)
            return error;
    }
    pci_am65x_change(serdes->control, CTRL_SERDES_CLOCKS | CTRL_SERDES_LANE,
                     choice << CTRL_SERDES_CLOCKS_SHIFT | serdes->function);
    return 0;
}

void pci_am65x_serdes_stop(const struct pci_am65x_serdes *serdes)
{
    pci_am65x_change(serdes->base + SERDES_LANE, SERDES_LANE_MASK, SERDES_LANE_OFF);
    pci_am65x_change(serdes->base + SERDES_PLL, SERDES_PLL_MASK, SERDES_PLL_OFF);
}

static void reset(const struct pci_am65x_serdes *serdes)
{
    pci_am65x_serdes_stop(serdes);
    pci_am65x_change(serdes->base + SERDES_CTRL, 0, SERDES_POR_EN);
    delay_us(RESET_US);
    pci_am65x_change(serdes->base + SERDES_CTRL, SERDES_POR_EN, 0);
}

static void configure(const struct pci_am65x_serdes *serdes)
{
    for (unsigned i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        pci_am65x_change(serdes->base + settings[i].offset, 0xffu << settings[i].shift,
                         (uint32_t)settings[i].value << settings[i].shift);
}

int pci_am65x_serdes_start(const struct pci_am65x_serdes *serdes)
{
    int error = select_clocks(serdes);

    if (error != 0)
        return error;
    reset(serdes);
    configure(serdes);
    pci_am65x_change(serdes->base + SERDES_PLL, SERDES_PLL_MASK, SERDES_PLL_ON);
    error = pci_am65x_wait(serdes->base + SERDES_PLL, SERDES_PLL_OK, SERDES_PLL_OK, LOCK_US);
    if (error == 0) {
        pci_am65x_change(serdes->base + SERDES_LANE, SERDES_LANE_MASK, SERDES_LANE_ON);
        error = pci_am65x_wait(serdes->base + SERDES_COMLANE_R194, SERDES_CMU_OK, SERDES_CMU_OK,
                               LOCK_US);
    }
    if (error != 0)
        pci_am65x_serdes_stop(serdes);
    return error;
}
