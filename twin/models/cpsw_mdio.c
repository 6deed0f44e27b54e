// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Ethernet switch's MDIO (AM65x TRM SPRUID7, "MDIO"; registers also in Linux's davinci-mdio):
 * accesses of the user's, which take as long as their 64 bits at the clock's rate, and what the
 * controller sees of the PHYs by itself; and its two pins by hand, as drivers have them because of
 * the advisory i2329. There is one PHY, at address 0.
 *
 * By hand: frames of IEEE 802.3, 22.2.4.5 and 22.3.4. The PHY takes a bit at the clock's rising
 * edge, and gives one after it.
 */
#include "twin/models/cpsw.h"

#define MDIO_VERSION       0x00u
#define MDIO_CONTROL       0x04u
#define CONTROL_IDLE       (1u << 31)
#define CONTROL_ENABLE     (1u << 30)
#define CONTROL_WRITABLE   0x401cffffu /* enable, preamble, fault detect, divider */
#define CONTROL_DIVIDER    0xffffu
#define MDIO_ALIVE         0x08u
#define MDIO_LINK          0x0cu
#define MDIO_LINK_RAW      0x10u
#define MDIO_LINK_MASKED   0x14u
#define MDIO_USER_RAW      0x20u
#define MDIO_USER_MASKED   0x24u
#define MDIO_USER_SET      0x28u
#define MDIO_USER_CLEAR    0x2cu
#define MDIO_MANUAL        0x30u
#define MANUAL_CLOCK       (1u << 2)
#define MANUAL_DRIVE       (1u << 1)
#define MANUAL_DATA        (1u << 0)
#define MDIO_POLL          0x34u
#define POLL_MANUAL        (1u << 31)
#define MDIO_USER_ACCESS   0x80u
#define ACCESS_GO          (1u << 31)
#define ACCESS_WRITE       (1u << 30)
#define ACCESS_ACK         (1u << 29)
#define MDIO_USER_SELECT   0x84u
#define SELECT_LINK_ENABLE (1u << 6)
#define USERS              2u

#define REVISION           0x00070907u
#define BUS_CLOCK          250000000u
#define FRAME_BITS         64u
#define SECOND             1000000000u

#define BITS_OF_COMMAND    14u
#define BITS_OF_FRAME      32u
#define START_22           1u
#define OPERATION_READ     2u
#define OPERATION_WRITE    1u

static uint32_t control, alive, link_raw, user_raw, user_enabled, poll_control, manual;
static uint32_t access_of[USERS], select_of[USERS];
static struct model_timer accesses[USERS];

/* A frame on its way by hand, bit by bit; 0 bits: none has begun. */
static struct {
    uint32_t bits;
    unsigned count;
    uint16_t answer;
    bool answers;
    bool driven_low; /* by the PHY, now */
} shifted;

static bool by_hand(void)
{
    return (poll_control & POLL_MANUAL) != 0;
}

static void access_done(unsigned user)
{
    uint32_t access = access_of[user];
    unsigned number = access >> 21 & 0x1f, address = access >> 16 & 0x1f;
    access &= ~(ACCESS_GO | ACCESS_ACK);
    if (address != PHY_ADDRESS) {
        access |= 0xffff;
    } else if (access & ACCESS_WRITE) {
        cpsw_phy_write(number, (uint16_t)access);
    } else {
        access = (access & 0xffff0000u) | ACCESS_ACK | cpsw_phy_read(number);
    }
    access_of[user] = access;
    user_raw |= 1u << user;
}

void cpsw_mdio_reset(void)
{
    control = CONTROL_IDLE | 0xff;
    alive = link_raw = user_raw = user_enabled = poll_control = manual = 0;
    memset(access_of, 0, sizeof(access_of));
    memset(select_of, 0, sizeof(select_of));
    memset(accesses, 0, sizeof(accesses));
    memset(&shifted, 0, sizeof(shifted));
    for (unsigned user = 0; user < USERS; user++) {
        accesses[user].expire = access_done;
        accesses[user].argument = user;
    }
}

/* The controller looks at the PHYs only while it is enabled. */
static bool watches(void)
{
    return (control & CONTROL_ENABLE) != 0 && !by_hand();
}

void cpsw_mdio_link_changed(void)
{
    for (unsigned user = 0; user < USERS && watches(); user++)
        if ((select_of[user] & 0x1f) == PHY_ADDRESS && select_of[user] & SELECT_LINK_ENABLE)
            link_raw |= 1u << user;
}

static void start_access(unsigned user, uint32_t value)
{
    if (access_of[user] & ACCESS_GO)
        return;
    access_of[user] = value & 0xe3ffffffu & ~(uint32_t)ACCESS_ACK;
    if ((value & ACCESS_GO) == 0)
        return;
    if (!watches()) {
        access_of[user] &= ~ACCESS_GO;
        return;
    }
    uint64_t divider = (control & CONTROL_DIVIDER) + 1;
    timer_arm(&accesses[user], FRAME_BITS * divider * SECOND / BUS_CLOCK);
}

/* ---------------------------------------------------------------- the pins by hand */

static uint32_t command(void)
{
    return shifted.bits & ((1u << BITS_OF_COMMAND) - 1);
}

static void command_complete(void)
{
    bool wanted = command() >> 12 == START_22 && (command() >> 5 & 0x1f) == PHY_ADDRESS;
    shifted.answers = wanted && (command() >> 10 & 3) == OPERATION_READ;
    if (shifted.answers)
        shifted.answer = cpsw_phy_read(command() & 0x1f);
}

static void frame_complete(void)
{
    uint32_t frame = shifted.bits;
    if (frame >> 30 == START_22 && (frame >> 28 & 3) == OPERATION_WRITE &&
        (frame >> 23 & 0x1f) == PHY_ADDRESS)
        cpsw_phy_write(frame >> 18 & 0x1f, (uint16_t)frame);
    memset(&shifted, 0, sizeof(shifted));
}

/* What the PHY drives after so many bits of a frame that it answers: the second bit of the
 * turn-around, and the data. */
static bool drives_low(void)
{
    if (!shifted.answers || shifted.count <= BITS_OF_COMMAND)
        return false;
    unsigned bit = shifted.count - BITS_OF_COMMAND - 1;
    return bit == 0 || (bit <= 16 && (shifted.answer >> (16 - bit) & 1) == 0);
}

static void clock_rises(bool bit)
{
    if (shifted.count == 0 && bit)
        return; /* idle, or a preamble */
    shifted.bits = shifted.bits << 1 | (bit ? 1u : 0u);
    shifted.count++;
    if (shifted.count == BITS_OF_COMMAND)
        command_complete();
    shifted.driven_low = drives_low();
    if (shifted.count == BITS_OF_FRAME)
        frame_complete();
}

static bool line_is_high(void)
{
    if (manual & MANUAL_DRIVE)
        return (manual & MANUAL_DATA) != 0;
    return !shifted.driven_low; /* a resistor pulls it up */
}

static void write_manual(uint32_t value)
{
    bool rises = (value & MANUAL_CLOCK) != 0 && (manual & MANUAL_CLOCK) == 0;
    manual = value & (MANUAL_CLOCK | MANUAL_DRIVE | MANUAL_DATA);
    if (by_hand() && rises)
        clock_rises(line_is_high());
}

static uint32_t read_manual(void)
{
    uint32_t pins = manual & (MANUAL_CLOCK | MANUAL_DRIVE);
    return by_hand() && line_is_high() ? pins | MANUAL_DATA : pins;
}

/* ---------------------------------------------------------------- registers */

static uint32_t links(void)
{
    return cpsw_phy_link() ? 1u << PHY_ADDRESS : 0;
}

static uint32_t link_enabled(void)
{
    uint32_t enabled = 0;
    for (unsigned user = 0; user < USERS; user++)
        enabled |= select_of[user] & SELECT_LINK_ENABLE ? 1u << user : 0;
    return enabled;
}

uint64_t cpsw_mdio_read(uint64_t offset)
{
    switch (offset) {
    case MDIO_VERSION:
        return REVISION;
    case MDIO_CONTROL:
        return (control & CONTROL_WRITABLE) | (control & CONTROL_ENABLE ? 0 : CONTROL_IDLE);
    case MDIO_ALIVE:
        return alive | (watches() ? 1u << PHY_ADDRESS : 0);
    case MDIO_LINK:
        return watches() ? links() : 0;
    case MDIO_LINK_RAW:
        return link_raw;
    case MDIO_LINK_MASKED:
        return link_raw & link_enabled();
    case MDIO_USER_RAW:
        return user_raw;
    case MDIO_USER_MASKED:
        return user_raw & user_enabled;
    case MDIO_USER_SET:
    case MDIO_USER_CLEAR:
        return user_enabled;
    case MDIO_MANUAL:
        return read_manual();
    case MDIO_POLL:
        return poll_control;
    case MDIO_USER_ACCESS:
    case MDIO_USER_ACCESS + 8:
        return access_of[(offset - MDIO_USER_ACCESS) / 8];
    case MDIO_USER_SELECT:
    case MDIO_USER_SELECT + 8:
        return select_of[(offset - MDIO_USER_SELECT) / 8];
    default:
        return 0;
    }
}

void cpsw_mdio_write(uint64_t offset, uint64_t wide)
{
    uint32_t value = (uint32_t)wide;
    switch (offset) {
    case MDIO_CONTROL:
        control = value & CONTROL_WRITABLE;
        break;
    case MDIO_LINK_RAW:
    case MDIO_LINK_MASKED:
        link_raw &= ~value;
        break;
    case MDIO_USER_RAW:
    case MDIO_USER_MASKED:
        user_raw &= ~value;
        break;
    case MDIO_USER_SET:
        user_enabled |= value & ((1u << USERS) - 1);
        break;
    case MDIO_USER_CLEAR:
        user_enabled &= ~value;
        break;
    case MDIO_MANUAL:
        write_manual(value);
        break;
    case MDIO_POLL:
        poll_control = value;
        break;
    case MDIO_USER_ACCESS:
    case MDIO_USER_ACCESS + 8:
        start_access((unsigned)(offset - MDIO_USER_ACCESS) / 8, value);
        break;
    case MDIO_USER_SELECT:
    case MDIO_USER_SELECT + 8:
        select_of[(offset - MDIO_USER_SELECT) / 8] = value & 0xdf;
        break;
    default:
        break;
    }
}
