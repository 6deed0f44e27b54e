// SPDX-License-Identifier: BSD-3-Clause
/*
 * The device by its registers (82574 datasheet, 4.6 "Software Initialization Sequence", 10.2).
 */
#include "arch/wait.h"
#include "drivers/e1000e/internal.h"

#include <errno.h>

#define LOOK_US          100u
#define WAIT_US          100000u /* a completion time-out is 50 ms, at most */
#define RESET_US         1000u   /* nothing is accessed meanwhile */
#define INTERRUPTS_PER_S 20000u
#define NS_PER_S         1000000000u
#define ADDRESS_IS_GROUP 1u

static int await(const struct e1000e *e1000e, uint32_t offset, uint32_t mask, uint32_t value)
{
    const deadline_t deadline = deadline_after_us(WAIT_US);

    for (;;) {
        const bool late = deadline_passed(deadline);
        const uint32_t read = e1000e_read(e1000e, offset);

        if (read == E1000E_GONE)
            return -ENODEV;
        if ((read & mask) == value)
            return 0;
        if (late)
            return -ETIMEDOUT;
        delay_us(LOOK_US);
    }
}

/* Interrupts, then frames: the reset ends them, but the device may not do it at once. */
static void stop(const struct e1000e *e1000e)
{
    e1000e_write(e1000e, E1000E_IMC, E1000E_CAUSES_ALL);
    e1000e_write(e1000e, E1000E_RCTL, 0);
    e1000e_write(e1000e, E1000E_TCTL, 0);
}

int e1000e_reset(const struct e1000e *e1000e)
{
    uint32_t control;
    int error;

    if (e1000e_is_lost(e1000e))
        return -ENODEV;
    stop(e1000e);
    control = e1000e_read(e1000e, E1000E_CTRL);
    if (control == E1000E_GONE)
        return -ENODEV;
    e1000e_write(e1000e, E1000E_CTRL, control | E1000E_CTRL_MASTER_OFF);
    error = await(e1000e, E1000E_STATUS, E1000E_STATUS_MASTER, 0);
    if (error != 0)
        return error;
    e1000e_write(e1000e, E1000E_CTRL, control | E1000E_CTRL_MASTER_OFF | E1000E_CTRL_RST);
    delay_us(RESET_US);
    error = await(e1000e, E1000E_CTRL, E1000E_CTRL_RST, 0);
    if (error == 0)
        error = await(e1000e, E1000E_EECD, E1000E_EECD_AUTO_RD, E1000E_EECD_AUTO_RD);
    if (error != 0)
        return error;
    e1000e_write(e1000e, E1000E_IMC, E1000E_CAUSES_ALL);
    e1000e_write(e1000e, E1000E_ICR, E1000E_CAUSES_ALL);
    return 0;
}

/* The NVM's, which the device has put into its first filter. */
static int read_address(struct e1000e *e1000e)
{
    const uint32_t low = e1000e_read(e1000e, E1000E_RAL), high = e1000e_read(e1000e, E1000E_RAH);
    uint8_t any = 0;

    if ((high & E1000E_RAH_AV) == 0)
        return -ENODEV;
    for (unsigned i = 0; i < E1000E_ADDRESS_LENGTH; i++) {
        e1000e->address[i] = (uint8_t)(i < 4 ? low >> 8 * i : high >> 8 * (i - 4));
        any |= e1000e->address[i];
    }
    return any != 0 && (e1000e->address[0] & ADDRESS_IS_GROUP) == 0 ? 0 : -ENODEV;
}

static void set_up_ring(const struct e1000e *e1000e, struct e1000e_ring *ring, uint32_t at,
                        uint32_t control)
{
    const uint64_t base = (uintptr_t)ring->descriptors;

    ring->tail = e1000e->registers + at + E1000E_RING_TAIL;
    e1000e_write(e1000e, at + E1000E_RING_BASE_LOW, (uint32_t)base);
    e1000e_write(e1000e, at + E1000E_RING_BASE_HIGH, (uint32_t)(base >> 32));
    e1000e_write(e1000e, at + E1000E_RING_LENGTH,
                 (ring->mask + 1) * (uint32_t)sizeof(*ring->descriptors));
    e1000e_write(e1000e, at + E1000E_RING_HEAD, 0);
    e1000e_write(e1000e, at + E1000E_RING_TAIL, 0);
    e1000e_write(e1000e, at + E1000E_RING_DELAY, 0);
    e1000e_write(e1000e, at + E1000E_RING_DELAY_MAX, 0);
    e1000e_write(e1000e, at + E1000E_RING_CONTROL, control);
}

/* A message masks its cause, so that none comes while its handler runs. Pending bits of MSI-X are
 * left to the device: with CTRL_EXT's PBA, a handler that lets its cause come again while its
 * vector is being moved, and is masked, would lose what has come. */
static void set_up_interrupts(const struct e1000e *e1000e)
{
    const uint32_t asked = e1000e->config.interrupts_per_s;
    const uint32_t interval = NS_PER_S / (asked != 0 ? asked : INTERRUPTS_PER_S) / E1000E_EITR_NS;
    uint32_t extended = e1000e_read(e1000e, E1000E_CTRL_EXT);

    extended &= ~(E1000E_CTRL_EXT_IAME | E1000E_CTRL_EXT_PBA);
    e1000e_write(e1000e, E1000E_CTRL_EXT, extended | E1000E_CTRL_EXT_EIAME);
    e1000e_write(e1000e, E1000E_IVAR,
                 E1000E_IVAR_RXQ0(E1000E_VECTOR_RECEIVE) | E1000E_IVAR_TXQ0(E1000E_VECTOR_SEND) |
                     E1000E_IVAR_OTHER(E1000E_VECTOR_LINK) | E1000E_IVAR_TX_WRITEBACK);
    e1000e_write(e1000e, E1000E_EIAC, E1000E_CAUSE_RXQ0 | E1000E_CAUSE_TXQ0);
    e1000e_write(e1000e, E1000E_IAM, E1000E_CAUSE_RXQ0 | E1000E_CAUSE_TXQ0);
    for (unsigned i = 0; i < E1000E_VECTORS; i++)
        e1000e_write(e1000e, E1000E_EITR(i),
                     interval < E1000E_EITR_MAX ? interval : E1000E_EITR_MAX);
}

/* Nobody's multicast; broadcasts, and what is for the card's own address. */
static void set_up_filters(const struct e1000e *e1000e)
{
    const uint32_t filters = e1000e_read(e1000e, E1000E_RFCTL);

    for (uint32_t i = 0; i < E1000E_MTA_WORDS; i++)
        e1000e_write(e1000e, E1000E_MTA + 4 * i, 0);
    e1000e_write(e1000e, E1000E_RFCTL, filters & ~E1000E_RFCTL_EXSTEN);
    e1000e_write(e1000e, E1000E_RXCSUM, E1000E_RXCSUM_IPOFLD | E1000E_RXCSUM_TUOFLD);
}

static void set_up_link(const struct e1000e *e1000e)
{
    const uint32_t forced = E1000E_CTRL_FRCSPD | E1000E_CTRL_FRCDPLX;
    uint32_t control = e1000e_read(e1000e, E1000E_CTRL);

    control &= ~(forced | E1000E_CTRL_MASTER_OFF);
    if (e1000e->config.loopback)
        control =
            (control & ~E1000E_CTRL_SPEED_MASK) | forced | E1000E_CTRL_FD | E1000E_CTRL_SPEED_1000;
    e1000e_write(e1000e, E1000E_CTRL, control | E1000E_CTRL_SLU);
}

int e1000e_set_up(struct e1000e *e1000e)
{
    int error = read_address(e1000e);

    if (error != 0)
        return error;
    set_up_link(e1000e);
    set_up_filters(e1000e);
    set_up_ring(e1000e, &e1000e->receive, E1000E_RECEIVE_RING,
                E1000E_DCTL_GRAN | E1000E_DCTL_WTHRESH(1));
    set_up_ring(e1000e, &e1000e->send, E1000E_TRANSMIT_RING, E1000E_DCTL_GRAN | E1000E_DCTL_BIT_22);
    set_up_interrupts(e1000e);
    return 0;
}

void e1000e_enable(const struct e1000e *e1000e)
{
    const struct e1000e_config *config = &e1000e->config;

    e1000e_write(e1000e, E1000E_RCTL,
                 E1000E_RCTL_EN | E1000E_RCTL_BAM | E1000E_RCTL_SECRC |
                     (config->promiscuous ? E1000E_RCTL_UPE | E1000E_RCTL_MPE : 0) |
                     (config->loopback ? E1000E_RCTL_LBM_MAC : 0));
    e1000e_write(e1000e, E1000E_TCTL,
                 E1000E_TCTL_EN | E1000E_TCTL_PSP | E1000E_TCTL_CT | E1000E_TCTL_COLD);
    e1000e_write(e1000e, E1000E_IMS,
                 E1000E_CAUSE_RXQ0 | E1000E_CAUSE_TXQ0 | E1000E_CAUSE_OTHER | E1000E_CAUSE_LSC);
}
