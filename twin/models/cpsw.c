// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MCU domain's Ethernet switch (AM65x TRM SPRUID7, "Gigabit Ethernet Switch (CPSW)"; registers
 * also in TI's CSL header of it in the MCU+ SDK and Linux's am65-cpsw-nuss): subsystem, switch and
 * ports, statistics, and the way of a frame between the host port, which is PSI-L's (destination
 * threads 0xf000 to 0xf007, source thread 0x7000), and the external one.
 *
 * The frame check sequence is the switch's business: it adds it to what the host sends, unless the
 * host has (protocol flags: TRM of the AM64x, SPRUIM2, "PASS_CRC"; bits 23 and 22 of info word 0 in
 * TI's MCU+ SDK, which are taken for the descriptor's flags 3 and 2), and takes it off what the
 * host receives if asked to (P0_TX_CRC_REMOVE). The wire has none. Castagnoli's is always wrong
 * here.
 *
 * The MAC is as fast as the wire lets it be. No flow control, no cut-through, no half duplex, no
 * preemption and no schedule (IET, EST), no interrupts of its own.
 */
#include "twin/models/cpsw.h"

#include "twin/models/psil.h"

#define SUBSYSTEM_END      0x00f00u
#define SS_IDVER           0x000u
#define SS_RGMII_STATUS    0x030u
#define RGMII_LINK         (1u << 0)
#define RGMII_SPEED_SHIFT  1
#define RGMII_FULL         (1u << 3)
#define MDIO_BASE          0x00f00u
#define SWITCH_BASE        0x20000u
#define SWITCH_IDVER       0x000u
#define SWITCH_CONTROL     0x004u
#define CONTROL_VLAN_AWARE (1u << 1)
#define CONTROL_P0_ENABLE  (1u << 2)
#define CONTROL_CRC_REMOVE (1u << 13)
#define CONTROL_P0_PAD     (1u << 14)
#define SWITCH_STAT_ENABLE 0x014u
#define PORTS_BASE         0x21000u /* a page each */
#define P0_CONTROL         0x004u
#define P0_CHECKSUM        (1u << 0)
#define P0_FLOW_ID         0x008u
#define PORT_VLAN          0x014u
#define PORT_PRIORITY_MAP  0x020u
#define PORT_MAXLEN        0x024u
#define MAXLEN_AT_RESET    1518u
#define MAC_CONTROL        0x330u
#define MAC_LOOPBACK       (1u << 1)
#define MAC_GMII_ENABLE    (1u << 5)
#define MAC_GIG            (1u << 7)
#define MAC_IDLE_COMMAND   (1u << 11)
#define MAC_STATUS         0x334u
#define MAC_STATUS_IDLE    0xf0000000u
#define MAC_SOFT_RESET     0x338u
#define STATISTICS_BASE    0x3a000u
#define CPTS_BASE          0x3d000u
#define ALE_BASE           0x3e000u
#define PAGE               0x1000u

#define SS_REVISION        0x6ba00101u
#define SWITCH_REVISION    0x6ba80100u

/* In the MCU's control module, ENET_CTRL; what is between the MAC and the pins. */
#define ENET_CTRL          0x40u
#define ENET_MODE_MASK     3u
#define ENET_MODE_RGMII    2u

#define SOURCE_THREAD      0x7000u
#define DESTINATION_THREAD 0xf000u
#define HOST_THREADS       8u
#define HOST_WORDS         4u
#define PACKET_TYPE        7u
#define FLAG_PASS_CRC      8u /* of what the host sends: the descriptor's protocol flags */
#define FLAG_CASTAGNOLI    4u
#define MINIMUM            60u
#define VID_MASK           0xfffu
#define PRIORITY_SHIFT     13

static uint32_t subsystem[SUBSYSTEM_END / 4], switch_registers[PAGE / 4];
static uint32_t ports[CPSW_PORTS][PAGE / 4];
static uint32_t statistics[CPSW_PORTS][STAT_COUNT];

/* The frame for the host that its receive channel could not take yet. */
static struct {
    bool full;
    uint32_t length;
    struct psil_header header;
    uint8_t data[CPSW_FRAME_MAX + CPSW_TAG + CPSW_FCS];
} host;
static uint8_t refused; /* a bit for each destination thread that waits */

static uint32_t control(void)
{
    return switch_registers[SWITCH_CONTROL / 4];
}

static void reset_mac(void)
{
    ports[CPSW_PORT][MAC_CONTROL / 4] = 0;
    ports[CPSW_PORT][PORT_MAXLEN / 4] = MAXLEN_AT_RESET;
}

void cpsw_reset(void)
{
    memset(subsystem, 0, sizeof(subsystem));
    memset(switch_registers, 0, sizeof(switch_registers));
    memset(ports, 0, sizeof(ports));
    memset(statistics, 0, sizeof(statistics));
    for (unsigned port = 0; port < CPSW_PORTS; port++) {
        ports[port][PORT_MAXLEN / 4] = MAXLEN_AT_RESET;
        ports[port][PORT_PRIORITY_MAP / 4] = 0x76543210;
    }
    host.full = false;
    refused = 0;
    cpsw_ale_reset();
    cpsw_cpts_reset();
    cpsw_mdio_reset();
    cpsw_phy_reset();
    cpsw_wire_reset();
}

/* ---------------------------------------------------------------- statistics */

void cpsw_count(unsigned port, enum cpsw_statistic statistic, uint32_t increment)
{
    if (switch_registers[SWITCH_STAT_ENABLE / 4] >> port & 1)
        statistics[port][statistic] += increment;
}

static void count_size(unsigned port, uint32_t octets)
{
    static const uint16_t ends[] = {65, 128, 256, 512, 1024};
    unsigned size = 0;
    while (size < COUNT_OF(ends) && octets >= ends[size])
        size++;
    cpsw_count(port, STAT_64 + size, 1);
    cpsw_count(port, STAT_NET_OCTETS, octets);
}

static void count_kind(unsigned port, const uint8_t *frame, enum cpsw_statistic good)
{
    cpsw_count(port, good, 1);
    if (cpsw_is_broadcast(frame))
        cpsw_count(port, good + 1, 1);
    else if (frame[0] & 1)
        cpsw_count(port, good + 2, 1);
}

static void count_received(unsigned port, const uint8_t *frame, uint32_t length)
{
    count_kind(port, frame, STAT_RX_GOOD);
    cpsw_count(port, STAT_RX_OCTETS, length + CPSW_FCS);
    count_size(port, length + CPSW_FCS);
}

static void count_sent(unsigned port, const uint8_t *frame, uint32_t length, unsigned priority)
{
    count_kind(port, frame, STAT_TX_GOOD);
    cpsw_count(port, STAT_TX_OCTETS, length + CPSW_FCS);
    count_size(port, length + CPSW_FCS);
    cpsw_count(port, STAT_TX_PRIORITY_0 + priority, 1);
    cpsw_count(port, STAT_TX_PRIORITY_0_OCTETS + priority, length + CPSW_FCS);
}

static void count_not_sent(unsigned port, uint32_t length, unsigned priority)
{
    cpsw_count(port, STAT_TX_PRIORITY_0_DROP + priority, 1);
    cpsw_count(port, STAT_TX_PRIORITY_0_DROP_OCTETS + priority, length + CPSW_FCS);
}

/* ---------------------------------------------------------------- VLANs */

static struct ale_frame describe(unsigned port, const uint8_t *data, uint32_t length)
{
    uint32_t tag = ports[port][PORT_VLAN / 4];
    struct ale_frame frame = {.port = port, .data = data, .length = length};
    frame.tagged = length >= CPSW_TYPE + CPSW_TAG &&
                   ((uint32_t)data[CPSW_TYPE] << 8 | data[CPSW_TYPE + 1]) == ETHERTYPE_VLAN;
    if (frame.tagged) {
        uint32_t own = (uint32_t)data[CPSW_TYPE + 2] << 8 | data[CPSW_TYPE + 3];
        tag = (own & VID_MASK) != 0 ? own : (own & ~VID_MASK) | (tag & VID_MASK);
    }
    frame.vid = tag & VID_MASK;
    frame.priority = ports[port][PORT_PRIORITY_MAP / 4] >> 4 * (tag >> PRIORITY_SHIFT & 7) & 7;
    return frame;
}

/* Copies a frame for a port that it leaves by, with a tag or without. Returns its length. */
static uint32_t copy_for(unsigned port, uint8_t *to, const struct ale_frame *frame,
                         const struct ale_decision *decision)
{
    bool tag = (decision->untag >> port & 1) == 0;
    if ((control() & CONTROL_VLAN_AWARE) == 0 || tag == frame->tagged) {
        memcpy(to, frame->data, frame->length);
        return frame->length;
    }
    uint32_t from = tag ? CPSW_TYPE : CPSW_TYPE + CPSW_TAG, at = CPSW_TYPE;
    memcpy(to, frame->data, CPSW_TYPE);
    if (tag) {
        uint32_t value = (uint32_t)frame->priority << PRIORITY_SHIFT | frame->vid;
        to[at++] = ETHERTYPE_VLAN >> 8;
        to[at++] = ETHERTYPE_VLAN & 0xff;
        to[at++] = (uint8_t)(value >> 8);
        to[at++] = (uint8_t)value;
    }
    memcpy(to + at, frame->data + from, frame->length - from);
    return at + frame->length - from;
}

/* ---------------------------------------------------------------- the external port */

static uint32_t mac_control(void)
{
    return ports[CPSW_PORT][MAC_CONTROL / 4];
}

static bool mac_runs(void)
{
    return (mac_control() & MAC_GMII_ENABLE) != 0 && (mac_control() & MAC_IDLE_COMMAND) == 0;
}

static bool mac_loops(void)
{
    return (mac_control() & MAC_LOOPBACK) != 0;
}

bool cpsw_port_loops(void)
{
    return mac_loops() || cpsw_phy_loops();
}

/* Whether MAC and PHY speak to each other, and the PHY has somebody to speak to. */
static bool reaches_partner(void)
{
    bool rgmii = (ctrl_mmr_read(CTRL_MMR_MCU_MODES, ENET_CTRL) & ENET_MODE_MASK) == ENET_MODE_RGMII;
    bool gigabit = (mac_control() & MAC_GIG) != 0;
    return rgmii && cpsw_phy_link() && gigabit == (cpsw_phy_speed() == 1000);
}

static void send_port(const uint8_t *frame, uint32_t length, unsigned priority)
{
    if (!mac_runs()) {
        count_not_sent(CPSW_PORT, length, priority);
        return;
    }
    count_sent(CPSW_PORT, frame, length, priority);
    if (mac_loops() || reaches_partner())
        cpsw_wire_send(frame, length, cpsw_port_loops());
}

/* ---------------------------------------------------------------- the host port */

static void offer_to_host(void)
{
    host.full = !psil_send_packet(SOURCE_THREAD, &host.header, host.data, host.length);
}

static void send_host(const struct ale_frame *frame, const struct ale_decision *decision)
{
    if ((control() & CONTROL_P0_ENABLE) == 0) {
        count_not_sent(CPSW_HOST, frame->length, frame->priority);
        return;
    }
    uint64_t time = cpsw_cpts_time();
    host.length = copy_for(CPSW_HOST, host.data, frame, decision);
    count_sent(CPSW_HOST, host.data, host.length, frame->priority);
    host.header = (struct psil_header){.epib = true,
                                       .word_count = HOST_WORDS,
                                       .source_tag = (uint16_t)frame->port,
                                       .type = PACKET_TYPE};
    host.header.words[0] = (uint32_t)time;
    host.header.words[1] = (uint32_t)(time >> 32);
    host.header.words[2] = cpsw_checksum_look(host.data, host.length);
    host.header.flow = (uint16_t)(ports[CPSW_HOST][P0_FLOW_ID / 4] + decision->thread);
    if ((control() & CONTROL_CRC_REMOVE) == 0) {
        uint32_t crc = cpsw_crc32(host.data, host.length);
        for (unsigned i = 0; i < CPSW_FCS; i++)
            host.data[host.length++] = (uint8_t)(crc >> 8 * i);
    }
    offer_to_host();
}

bool cpsw_port_receive(const uint8_t *frame, uint32_t length)
{
    if (host.full)
        return false;
    if (!mac_runs() || (!mac_loops() && !reaches_partner()))
        return true;
    if (length + CPSW_FCS > ports[CPSW_PORT][PORT_MAXLEN / 4]) {
        cpsw_count(CPSW_PORT, STAT_RX_OVERSIZED, 1);
        return true;
    }
    count_received(CPSW_PORT, frame, length);
    struct ale_frame described = describe(CPSW_PORT, frame, length);
    struct ale_decision decision = cpsw_ale_decide(&described);
    if (decision.ports & 1u << CPSW_HOST)
        send_host(&described, &decision);
    return true;
}

static void source_ready(unsigned argument)
{
    (void)argument;
    if (host.full)
        offer_to_host();
    if (!host.full)
        cpsw_wire_resume();
}

void cpsw_port_room(void)
{
    for (unsigned thread = 0; thread < HOST_THREADS; thread++) {
        if ((refused >> thread & 1) == 0)
            continue;
        refused &= (uint8_t) ~(1u << thread);
        psil_ready((uint16_t)(DESTINATION_THREAD + thread));
    }
}

/* A frame to which the host has added its frame check sequence is checked, and not padded. One that
 * is wrong is dropped, or, if it is to be passed on, leaves with a wrong one, and nobody takes it:
 * the same on a wire that carries none. Returns the length without it; 0: the frame is dropped. */
static uint32_t check_sequence(const struct psil_header *header, const uint8_t *data,
                               uint32_t length)
{
    if (length < MINIMUM + CPSW_FCS) {
        cpsw_count(CPSW_HOST, STAT_RX_UNDERSIZED, 1);
        return 0;
    }
    length -= CPSW_FCS;
    uint32_t crc = cpsw_crc32(data, length), passed = 0;
    for (unsigned i = 0; i < CPSW_FCS; i++)
        passed |= (uint32_t)data[length + i] << 8 * i;
    if (crc == passed && (header->protocol_flags & FLAG_CASTAGNOLI) == 0)
        return length;
    cpsw_count(CPSW_HOST, STAT_RX_CRC_ERRORS, 1);
    return 0;
}

/* A frame as it is between the host port and the lookup: padded, with its checksum. Returns its
 * length; 0: none that goes on. */
static uint32_t from_host(uint8_t *frame, const struct psil_header *header, const uint8_t *data,
                          uint32_t length)
{
    if (header->protocol_flags & FLAG_PASS_CRC) {
        length = check_sequence(header, data, length);
        if (length == 0)
            return 0;
    }
    if (length + CPSW_FCS > ports[CPSW_HOST][PORT_MAXLEN / 4] || length > CPSW_FRAME_MAX) {
        cpsw_count(CPSW_HOST, STAT_RX_OVERSIZED, 1);
        return 0;
    }
    if (length < CPSW_TYPE + 2 || (length < MINIMUM && (control() & CONTROL_P0_PAD) == 0)) {
        cpsw_count(CPSW_HOST, STAT_RX_UNDERSIZED, 1);
        return 0;
    }
    memcpy(frame, data, length);
    if (ports[CPSW_HOST][P0_CONTROL / 4] & P0_CHECKSUM && header->word_count > 2)
        cpsw_checksum_add(frame, length, header->words[2]);
    if (length < MINIMUM) {
        memset(frame + length, 0, MINIMUM - length);
        length = MINIMUM;
    }
    return length;
}

/* To the port that the host names, or where the lookup says. */
static void switch_from_host(const uint8_t *data, uint32_t length, unsigned named)
{
    static uint8_t tagged[CPSW_FRAME_MAX + CPSW_TAG];
    struct ale_frame frame = describe(CPSW_HOST, data, length);
    if (named != 0) {
        if (named == CPSW_PORT)
            send_port(data, length, frame.priority);
        return;
    }
    struct ale_decision decision = cpsw_ale_decide(&frame);
    if ((decision.ports & 1u << CPSW_PORT) == 0)
        return;
    length = copy_for(CPSW_PORT, tagged, &frame, &decision);
    if (length > CPSW_FRAME_MAX)
        count_not_sent(CPSW_PORT, length, frame.priority);
    else
        send_port(tagged, length, frame.priority);
}

static bool take_packet(unsigned argument, const struct psil_header *header, const uint8_t *data,
                        uint32_t length)
{
    static uint8_t frame[CPSW_FRAME_MAX];
    if (!cpsw_wire_room(cpsw_port_loops())) {
        refused |= (uint8_t)(1u << argument % HOST_THREADS);
        return false;
    }
    if ((control() & CONTROL_P0_ENABLE) == 0)
        return true;
    length = from_host(frame, header, data, length);
    if (length == 0)
        return true;
    count_received(CPSW_HOST, frame, length);
    switch_from_host(frame, length, header->destination_tag & 0xff);
    return true;
}

const struct psil_peripheral cpsw_source = {.source_ready = source_ready};
const struct psil_peripheral cpsw_destination = {.take_packet = take_packet};

/* ---------------------------------------------------------------- registers */

static uint32_t rgmii_status(void)
{
    unsigned speed = cpsw_phy_speed();
    if (!cpsw_phy_link())
        return 0;
    return RGMII_LINK | RGMII_FULL |
           (speed == 1000  ? 2u
            : speed == 100 ? 1u
                           : 0)
               << RGMII_SPEED_SHIFT;
}

static uint32_t read_port(unsigned port, uint64_t offset)
{
    if (port == CPSW_PORT && offset == MAC_STATUS)
        return MAC_STATUS_IDLE;
    return ports[port][offset / 4];
}

static void write_port(unsigned port, uint64_t offset, uint32_t value)
{
    if (port == CPSW_PORT && offset == MAC_SOFT_RESET) {
        if (value & 1)
            reset_mac();
        return;
    }
    ports[port][offset / 4] = value;
    if (port == CPSW_PORT && offset == MAC_CONTROL)
        cpsw_port_room(); /* what waits may have another way to go */
}

static void write_switch(uint64_t offset, uint32_t value)
{
    switch_registers[offset / 4] = value;
    if (offset == SWITCH_CONTROL && (value & CONTROL_P0_ENABLE) == 0) {
        host.full = false; /* the port's FIFO is emptied */
        cpsw_wire_resume();
    }
}

/* While a port counts, what is written is subtracted, down to zero. */
static void write_statistic(uint64_t offset, uint32_t value)
{
    uint32_t *statistic = &statistics[offset / (4 * STAT_COUNT)][offset / 4 % STAT_COUNT];
    if (switch_registers[SWITCH_STAT_ENABLE / 4] == 0)
        *statistic = value;
    else
        *statistic -= value < *statistic ? value : *statistic;
}

uint64_t cpsw_read(unsigned instance, uint64_t offset)
{
    (void)instance;
    if (offset == SS_IDVER)
        return SS_REVISION;
    if (offset == SS_RGMII_STATUS)
        return rgmii_status();
    if (offset < SUBSYSTEM_END)
        return subsystem[offset / 4];
    if (offset < MDIO_BASE + 0x100)
        return cpsw_mdio_read(offset - MDIO_BASE);
    if (offset == SWITCH_BASE + SWITCH_IDVER)
        return SWITCH_REVISION;
    if (offset >= SWITCH_BASE && offset < SWITCH_BASE + PAGE)
        return switch_registers[(offset - SWITCH_BASE) / 4];
    if (offset >= PORTS_BASE && offset < PORTS_BASE + CPSW_PORTS * PAGE)
        return read_port((unsigned)((offset - PORTS_BASE) / PAGE), offset % PAGE);
    if (offset >= STATISTICS_BASE && offset < STATISTICS_BASE + sizeof(statistics))
        return statistics[(offset - STATISTICS_BASE) / (4 * STAT_COUNT)][offset / 4 % STAT_COUNT];
    if (offset >= CPTS_BASE && offset < CPTS_BASE + PAGE)
        return cpsw_cpts_read(offset - CPTS_BASE);
    if (offset >= ALE_BASE && offset < ALE_BASE + PAGE)
        return cpsw_ale_read(offset - ALE_BASE);
    return 0;
}

void cpsw_write(unsigned instance, uint64_t offset, uint64_t wide)
{
    uint32_t value = (uint32_t)wide;
    (void)instance;
    if (offset < SUBSYSTEM_END)
        subsystem[offset / 4] = value;
    else if (offset < MDIO_BASE + 0x100)
        cpsw_mdio_write(offset - MDIO_BASE, value);
    else if (offset >= SWITCH_BASE && offset < SWITCH_BASE + PAGE)
        write_switch(offset - SWITCH_BASE, value);
    else if (offset >= PORTS_BASE && offset < PORTS_BASE + CPSW_PORTS * PAGE)
        write_port((unsigned)((offset - PORTS_BASE) / PAGE), offset % PAGE, value);
    else if (offset >= STATISTICS_BASE && offset < STATISTICS_BASE + sizeof(statistics))
        write_statistic(offset - STATISTICS_BASE, value);
    else if (offset >= CPTS_BASE && offset < CPTS_BASE + PAGE)
        cpsw_cpts_write(offset - CPTS_BASE, value);
    else if (offset >= ALE_BASE && offset < ALE_BASE + PAGE)
        cpsw_ale_write(offset - ALE_BASE, value);
}
