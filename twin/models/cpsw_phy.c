// SPDX-License-Identifier: BSD-3-Clause
/*
 * The PHY on the EVM's only Ethernet port: a DP83867 (TI SNLS484, "DP83867IR/CR Robust, High
 * Immunity 10/100/1000 Ethernet Physical Layer Transceiver", 8.6 "Register Maps"). The registers of
 * IEEE 802.3, 22.2.4, and those that drivers read and write; the rest remembers. Its partner can do
 * everything in full duplex, so what is agreed on is what this side offers.
 */
#include "twin/models/cpsw.h"

#define BMCR               0x00u
#define BMCR_RESET         (1u << 15)
#define BMCR_LOOPBACK      (1u << 14)
#define BMCR_SPEED_100     (1u << 13)
#define BMCR_NEGOTIATE     (1u << 12)
#define BMCR_POWER_DOWN    (1u << 11)
#define BMCR_ISOLATE       (1u << 10)
#define BMCR_RESTART       (1u << 9)
#define BMCR_SPEED_1000    (1u << 6)
#define BMSR               0x01u
#define BMSR_DONE          (1u << 5)
#define BMSR_LINK          (1u << 2)
#define PHYIDR1            0x02u
#define PHYIDR2            0x03u
#define ANAR               0x04u
#define ANAR_100           (1u << 8 | 1u << 7)
#define ANLPAR             0x05u
#define ANER               0x06u
#define CFG1               0x09u
#define CFG1_1000_FULL     (1u << 9)
#define STS1               0x0au
#define REGCR              0x0du
#define REGCR_DATA         0xc000u
#define REGCR_ADDRESS      0x1fu /* the vendor's own device */
#define ADDAR              0x0eu
#define EXTENDED_STATUS    0x0fu
#define PHYCR              0x10u
#define PHYSTS             0x11u
#define PHYSTS_SPEED_SHIFT 14
#define PHYSTS_FULL        (1u << 13)
#define PHYSTS_RESOLVED    (1u << 11)
#define PHYSTS_LINK        (1u << 10)
#define ISR                0x13u
#define ISR_NEGOTIATED     (1u << 11)
#define ISR_LINK           (1u << 10)
#define CTRL               0x1fu
#define CTRL_RESET         (1u << 15)
#define CTRL_RESTART       (1u << 14)

#define BMCR_AT_RESET      0x1140u
#define BMSR_CAN           0x7949u
#define PARTNER_CAN        0x41e1u /* with its acknowledgment */
#define PARTNER_CAN_1000   0x3800u /* both receivers well; 1000BASE-T in full duplex */
#define ANER_PARTNER       0x0007u

#define REGISTERS          32u
#define EXTENDED           0x200u

/* It takes a board some seconds; nobody who waits on the twin learns anything by that. The speed is
 * known before the link is there: Linux reads it first, and warns if it does not fit the link. */
#define NEGOTIATION        (1000u * MICROSECOND)
#define TRAINING           (80000u * MICROSECOND)

static uint16_t registers[REGISTERS];
static uint16_t extended[EXTENDED];
static uint16_t extended_at;
static bool plugged, resolved, link_is_up, link_was_lost;
static struct model_timer negotiation, training;

static const struct {
    uint16_t number, value;
} at_reset[] =
    {
        {PHYIDR1, 0x2000},         {PHYIDR2, 0xa231}, {ANAR, 0x01e1}, {CFG1, 0x0300}, {REGCR, 0},
        {EXTENDED_STATUS, 0x3000}, {PHYCR, 0x5048},   {0x14, 0x29c7}, {0x1e, 0x0002},
},
  extended_at_reset[] = {
      {0x31, 0x10b0}, {0x32, 0x00d0}, {0x6e, 0x0100},
      {0x6f, 0x0100}, {0x86, 0x0077}, {0x170, 0x0c0f},
};

static bool negotiates(void)
{
    return (registers[BMCR] & BMCR_NEGOTIATE) != 0;
}

static void set_link(bool up)
{
    if (link_is_up == up)
        return;
    link_is_up = up;
    link_was_lost |= !up;
    registers[ISR] |= (uint16_t)(ISR_LINK | (up && negotiates() ? ISR_NEGOTIATED : 0));
    cpsw_mdio_link_changed();
}

static void trained(unsigned unused)
{
    (void)unused;
    set_link(cpsw_phy_speed() != 0);
}

static void negotiated(unsigned unused)
{
    (void)unused;
    resolved = cpsw_phy_speed() != 0;
    timer_arm(&training, cpsw_phy_loops() ? MICROSECOND : TRAINING);
}

static bool powered(void)
{
    return (registers[BMCR] & (BMCR_POWER_DOWN | BMCR_ISOLATE)) == 0;
}

/* Something has changed that the link depends on. */
static void start(void)
{
    timer_cancel(&negotiation);
    timer_cancel(&training);
    resolved = false;
    set_link(false);
    if (powered() && (plugged || cpsw_phy_loops()))
        timer_arm(&negotiation, cpsw_phy_loops() ? MICROSECOND : NEGOTIATION);
}

static void load_registers(void)
{
    memset(registers, 0, sizeof(registers));
    memset(extended, 0, sizeof(extended));
    registers[BMCR] = BMCR_AT_RESET;
    for (size_t i = 0; i < COUNT_OF(at_reset); i++)
        registers[at_reset[i].number] = at_reset[i].value;
    for (size_t i = 0; i < COUNT_OF(extended_at_reset); i++)
        extended[extended_at_reset[i].number] = extended_at_reset[i].value;
    extended_at = 0;
}

void cpsw_phy_reset(void)
{
    negotiation = (struct model_timer){.expire = negotiated};
    training = (struct model_timer){.expire = trained};
    plugged = resolved = link_is_up = link_was_lost = false;
    load_registers();
}

void cpsw_phy_cable(bool there)
{
    if (plugged == there)
        return;
    plugged = there;
    start();
}

bool cpsw_phy_loops(void)
{
    return (registers[BMCR] & BMCR_LOOPBACK) != 0;
}

bool cpsw_phy_link(void)
{
    return link_is_up;
}

unsigned cpsw_phy_speed(void)
{
    unsigned control = registers[BMCR];
    if (!negotiates() || cpsw_phy_loops())
        return control & BMCR_SPEED_1000 ? 1000 : control & BMCR_SPEED_100 ? 100 : 10;
    if (registers[CFG1] & CFG1_1000_FULL)
        return 1000;
    return registers[ANAR] & ANAR_100 ? 100 : registers[ANAR] & (3u << 5) ? 10 : 0;
}

/* The bit for the link stays clear until it has been read, once the link was lost. */
static uint16_t read_status(void)
{
    uint16_t value = BMSR_CAN;
    if (link_is_up && negotiates())
        value |= BMSR_DONE;
    if (link_is_up && !link_was_lost)
        value |= BMSR_LINK;
    link_was_lost = false;
    return value;
}

static uint16_t read_phy_status(void)
{
    unsigned speed = cpsw_phy_speed();
    unsigned code = speed == 1000 ? 2 : speed == 100 ? 1 : 0;
    if (!resolved)
        return PHYSTS_FULL;
    return (uint16_t)(code << PHYSTS_SPEED_SHIFT | PHYSTS_FULL | PHYSTS_RESOLVED |
                      (link_is_up ? PHYSTS_LINK : 0));
}

uint16_t cpsw_phy_read(unsigned number)
{
    uint16_t value = registers[number % REGISTERS];
    bool agreed = link_is_up && negotiates();
    switch (number) {
    case BMSR:
        return read_status();
    case ANLPAR:
        return agreed ? PARTNER_CAN : 0;
    case ANER:
        return agreed ? ANER_PARTNER : 0;
    case STS1:
        return agreed ? PARTNER_CAN_1000 : 0;
    case PHYSTS:
        return read_phy_status();
    case ISR:
        registers[ISR] = 0;
        return value;
    case ADDAR:
        if ((registers[REGCR] & REGCR_DATA) == 0)
            return extended_at;
        return (registers[REGCR] & 0x1f) == REGCR_ADDRESS && extended_at < EXTENDED
                   ? extended[extended_at]
                   : 0;
    default:
        return value;
    }
}

static void write_control(uint16_t value)
{
    if (value & BMCR_RESET) {
        load_registers();
        start();
        return;
    }
    uint16_t changed = registers[BMCR] ^ value;
    registers[BMCR] = value & (uint16_t)~BMCR_RESTART;
    if (changed != 0 || value & BMCR_RESTART)
        start();
}

static void write_extended(uint16_t value)
{
    if ((registers[REGCR] & REGCR_DATA) == 0)
        extended_at = value;
    else if ((registers[REGCR] & 0x1f) == REGCR_ADDRESS && extended_at < EXTENDED)
        extended[extended_at] = value;
}

void cpsw_phy_write(unsigned number, uint16_t value)
{
    switch (number) {
    case BMCR:
        write_control(value);
        break;
    case ADDAR:
        write_extended(value);
        break;
    case CTRL:
        if (value & CTRL_RESET)
            load_registers();
        if (value & (CTRL_RESET | CTRL_RESTART))
            start();
        break;
    case BMSR:
    case PHYIDR1:
    case PHYIDR2:
    case EXTENDED_STATUS:
    case ISR:
        break; /* they can only be read */
    default:
        registers[number % REGISTERS] = value;
    }
}
