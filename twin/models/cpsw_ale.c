// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Ethernet switch's address lookup engine (AM65x TRM SPRUID7, "Address Lookup Engine (ALE)";
 * registers and the table's fields also in TI's CSL header of it in the MCU+ SDK and in Linux's
 * cpsw_ale.c): for each frame, the ports that it goes to.
 *
 * The table has 64 entries of 71 bits: an address, with a VLAN or without, or a VLAN. What it
 * learns ages by a timer of its own: an entry that no frame has touched in two rounds goes.
 *
 * Classifiers compare the port, the priority, and what the destination, source, VLAN, ethertype or
 * IPv4 addresses were found as. One that wants more (OUI, inner VLAN, IPv6 addresses) matches
 * nothing. No policing of rates, no rate limits, no trunks, no authorization of sources.
 */
#include "twin/models/cpsw.h"

#define ALE_IDVER             0x000u
#define ALE_STATUS            0x004u
#define ALE_CONTROL           0x008u
#define CONTROL_ENABLE        (1u << 31)
#define CONTROL_CLEAR         (1u << 30)
#define CONTROL_AGE_NOW       (1u << 29)
#define CONTROL_UNICAST_FLOOD (1u << 8)
#define CONTROL_NO_VLAN_LEARN (1u << 7)
#define CONTROL_BYPASS        (1u << 4)
#define CONTROL_VLAN_AWARE    (1u << 2)
#define ALE_AGING_TIMER       0x014u
#define AGING_TIMER_MASK      0x00ffffffu
#define ALE_TABLE_CONTROL     0x020u
#define TABLE_WRITE           (1u << 31)
#define ALE_TABLE             0x034u /* words 2, 1, 0 */
#define ALE_PORT_CONTROL      0x040u
#define PORT_STATE            0x3u
#define PORT_STATE_LEARN      2u
#define PORT_STATE_FORWARD    3u
#define PORT_DROP_UNTAGGED    (1u << 2)
#define PORT_CHECK_VLAN       (1u << 3)
#define PORT_NO_LEARN         (1u << 4)
#define PORT_NO_UPDATE        (1u << 5)
#define PORT_MAC_ONLY         (1u << 11)
#define PORT_COPY_ALL         (1u << 13)
#define ALE_UNKNOWN_MEMBERS   0x090u
#define ALE_UNKNOWN_UNREG     0x094u
#define ALE_UNKNOWN_REG       0x098u
#define ALE_UNKNOWN_UNTAG     0x09cu
#define ALE_MASK_MUX          0x0c0u
#define MASK_MUXES            8u
#define POLICER_PORT_OUI      0x100u /* and the next four are a classifier's */
#define POLICER_WORDS         5u
#define MATCH_ENABLE_HIGH     (1u << 31)
#define MATCH_PRIORITY        (1u << 19)
#define MATCH_ENABLE_LOW      (1u << 15)
#define ALE_POLICER_TABLE     0x120u
#define ALE_THREAD_DEFAULT    0x134u
#define THREAD_ENABLE         (1u << 15)
#define THREAD_MASK           0x3fu
#define ALE_THREAD_CLASSIFIER 0x138u
#define ALE_THREAD_MAP        0x13cu
#define REGISTERS             0x140u

#define REVISION              0x00290103u
#define ENTRIES               64u
#define WORDS                 3u
#define CLASSIFIERS           8u
#define STATUS                (CLASSIFIERS / 8 << 8)
#define PORT_MASK             ((1u << CPSW_PORTS) - 1)
#define IPV4_HEADER           20u
#define IPV4_SOURCE           12u
#define IPV4_DESTINATION      16u

/* The bus's clocks of one unit of the aging timer, and its rate. */
#define AGING_UNIT            1000000u
#define BUS_MEGAHERTZ         250u

enum {
    TYPE_FREE,
    TYPE_ADDRESS,
    TYPE_VLAN,
    TYPE_VLAN_ADDRESS,
};
enum {
    UNICAST_KEPT,
    UNICAST_IDLE,
    UNICAST_OUI,
    UNICAST_TOUCHED,
};
#define NOT_FOUND ENTRIES

/* What an entry of the VLANs' type is: bits 64, 63 and 62. */
enum {
    KIND_VLAN,
    KIND_ETHERTYPE = 4,
    KIND_IPV4 = 6,
};

static uint32_t registers[REGISTERS / 4];
static uint32_t table[ENTRIES][WORDS]; /* the word of the lowest bits first */
static uint32_t classifiers[CLASSIFIERS][POLICER_WORDS];
static uint32_t threads[CLASSIFIERS];
static struct model_timer aging;

static uint32_t reg(uint64_t offset)
{
    return registers[offset / 4];
}

/* ---------------------------------------------------------------- entries */

/* Fields do not cross a word, but for addresses. */
static unsigned field(unsigned entry, unsigned bit, unsigned width)
{
    return table[entry][bit / 32] >> bit % 32 & ((1u << width) - 1);
}

static void set_field(unsigned entry, unsigned bit, unsigned width, unsigned value)
{
    uint32_t mask = ((1u << width) - 1) << bit % 32;
    table[entry][bit / 32] = (table[entry][bit / 32] & ~mask) | (value << bit % 32 & mask);
}

static unsigned type_of(unsigned entry)
{
    return field(entry, 60, 2);
}

static unsigned vid_of(unsigned entry)
{
    return field(entry, 48, 12);
}

static bool is_multicast(unsigned entry)
{
    return field(entry, 40, 1) != 0;
}

static unsigned unicast_type(unsigned entry)
{
    return field(entry, 62, 2);
}

static void set_unicast_type(unsigned entry, unsigned type)
{
    set_field(entry, 62, 2, type);
}

static unsigned port_of(unsigned entry)
{
    return field(entry, 66, 2);
}

static bool ages(unsigned entry)
{
    unsigned type = type_of(entry);
    return (type == TYPE_ADDRESS || type == TYPE_VLAN_ADDRESS) && !is_multicast(entry) &&
           (unicast_type(entry) == UNICAST_IDLE || unicast_type(entry) == UNICAST_TOUCHED);
}

static bool has_address(unsigned entry, const uint8_t *address)
{
    for (unsigned i = 0; i < CPSW_ADDRESS; i++)
        if (field(entry, 40 - 8 * i, 8) != address[i])
            return false;
    return true;
}

/* An entry for the address in the VLAN counts before one for the address alone. */
static unsigned find_address(const uint8_t *address, unsigned vid)
{
    unsigned found = NOT_FOUND;
    for (unsigned entry = 0; entry < ENTRIES; entry++) {
        unsigned type = type_of(entry);
        if (type == TYPE_VLAN_ADDRESS && vid_of(entry) == vid && has_address(entry, address))
            return entry;
        if (type == TYPE_ADDRESS && has_address(entry, address))
            found = entry;
    }
    return found;
}

static bool is_kind(unsigned entry, unsigned kind)
{
    return type_of(entry) == TYPE_VLAN && (field(entry, 64, 1) << 2 | field(entry, 62, 2)) == kind;
}

static unsigned find_vlan(unsigned vid)
{
    for (unsigned entry = 0; entry < ENTRIES; entry++)
        if (is_kind(entry, KIND_VLAN) && vid_of(entry) == vid)
            return entry;
    return NOT_FOUND;
}

static unsigned find_ethertype(unsigned ethertype)
{
    for (unsigned entry = 0; entry < ENTRIES; entry++)
        if (is_kind(entry, KIND_ETHERTYPE) && field(entry, 0, 16) == ethertype)
            return entry;
    return NOT_FOUND;
}

/* Of an entry that leaves out lower bits, those count that it has. */
static unsigned find_ipv4(const uint8_t *bytes)
{
    uint32_t address =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    for (unsigned entry = 0; entry < ENTRIES; entry++)
        if (is_kind(entry, KIND_IPV4) && ((table[entry][0] ^ address) >> field(entry, 65, 5)) == 0)
            return entry;
    return NOT_FOUND;
}

static unsigned find_free(void)
{
    for (unsigned entry = 0; entry < ENTRIES; entry++)
        if (type_of(entry) == TYPE_FREE)
            return entry;
    for (unsigned entry = 0; entry < ENTRIES; entry++)
        if (ages(entry) && unicast_type(entry) == UNICAST_IDLE)
            return entry;
    return NOT_FOUND;
}

/* ---------------------------------------------------------------- aging */

static void age(void)
{
    for (unsigned entry = 0; entry < ENTRIES; entry++) {
        if (!ages(entry))
            continue;
        if (unicast_type(entry) == UNICAST_TOUCHED)
            set_unicast_type(entry, UNICAST_IDLE);
        else
            memset(table[entry], 0, sizeof(table[entry]));
    }
}

static void start_aging(void)
{
    uint64_t units = reg(ALE_AGING_TIMER) & AGING_TIMER_MASK;
    timer_cancel(&aging);
    if (units != 0 && reg(ALE_CONTROL) & CONTROL_ENABLE)
        timer_arm(&aging, units * AGING_UNIT / BUS_MEGAHERTZ * MICROSECOND);
}

static void aging_expired(unsigned unused)
{
    (void)unused;
    age();
    start_aging();
}

void cpsw_ale_reset(void)
{
    memset(registers, 0, sizeof(registers));
    memset(table, 0, sizeof(table));
    memset(classifiers, 0, sizeof(classifiers));
    memset(threads, 0, sizeof(threads));
    memset(&aging, 0, sizeof(aging));
    aging.expire = aging_expired;
    registers[ALE_MASK_MUX / 4] = PORT_MASK;
}

/* ---------------------------------------------------------------- registers */

static void write_control(uint32_t value)
{
    bool was_enabled = (reg(ALE_CONTROL) & CONTROL_ENABLE) != 0;
    registers[ALE_CONTROL / 4] = value & ~(CONTROL_CLEAR | CONTROL_AGE_NOW);
    if (value & CONTROL_CLEAR)
        memset(table, 0, sizeof(table));
    if (value & CONTROL_AGE_NOW)
        age();
    if (was_enabled != ((value & CONTROL_ENABLE) != 0))
        start_aging();
}

static void write_table(uint32_t value)
{
    unsigned entry = value % ENTRIES;
    registers[ALE_TABLE_CONTROL / 4] = entry;
    for (unsigned word = 0; word < WORDS; word++) {
        uint32_t *window = &registers[(ALE_TABLE + 4 * (WORDS - 1 - word)) / 4];
        if (value & TABLE_WRITE)
            table[entry][word] = *window & (word == WORDS - 1 ? 0x7fu : UINT32_MAX);
        else
            *window = table[entry][word];
    }
}

static void write_classifier(uint32_t value)
{
    uint32_t *window = &registers[POLICER_PORT_OUI / 4];
    uint32_t *classifier = classifiers[value % CLASSIFIERS];
    registers[ALE_POLICER_TABLE / 4] = value % CLASSIFIERS;
    if (value & TABLE_WRITE)
        memcpy(classifier, window, sizeof(classifiers[0]));
    else
        memcpy(window, classifier, sizeof(classifiers[0]));
}

uint64_t cpsw_ale_read(uint64_t offset)
{
    if (offset == ALE_IDVER)
        return REVISION;
    if (offset == ALE_STATUS)
        return STATUS;
    if (offset == ALE_THREAD_MAP)
        return threads[reg(ALE_THREAD_CLASSIFIER) % CLASSIFIERS];
    return offset < REGISTERS ? reg(offset) : 0;
}

void cpsw_ale_write(uint64_t offset, uint64_t wide)
{
    uint32_t value = (uint32_t)wide;
    if (offset >= REGISTERS)
        return;
    switch (offset) {
    case ALE_CONTROL:
        write_control(value);
        break;
    case ALE_AGING_TIMER:
        registers[ALE_AGING_TIMER / 4] = value;
        start_aging();
        break;
    case ALE_TABLE_CONTROL:
        write_table(value);
        break;
    case ALE_POLICER_TABLE:
        write_classifier(value);
        break;
    case ALE_THREAD_MAP:
        threads[reg(ALE_THREAD_CLASSIFIER) % CLASSIFIERS] = value & (THREAD_ENABLE | THREAD_MASK);
        break;
    default:
        registers[offset / 4] = value;
    }
}

/* ---------------------------------------------------------------- the decision */

/* What a frame's VLAN says, by its entry or the registers for VLANs that have none. */
struct vlan {
    unsigned entry;
    uint8_t members, registered, unregistered, untag;
};

static uint8_t mask_mux(unsigned index)
{
    return (uint8_t)(reg(ALE_MASK_MUX + 4 * (uint64_t)(index % MASK_MUXES)) & PORT_MASK);
}

static struct vlan look_up_vlan(unsigned vid)
{
    if ((reg(ALE_CONTROL) & CONTROL_VLAN_AWARE) == 0)
        return (struct vlan){NOT_FOUND, PORT_MASK, PORT_MASK, PORT_MASK, PORT_MASK};
    unsigned entry = find_vlan(vid);
    if (entry == NOT_FOUND)
        return (struct vlan){entry, reg(ALE_UNKNOWN_MEMBERS) & PORT_MASK,
                             reg(ALE_UNKNOWN_REG) & PORT_MASK, reg(ALE_UNKNOWN_UNREG) & PORT_MASK,
                             reg(ALE_UNKNOWN_UNTAG) & PORT_MASK};
    return (struct vlan){entry, (uint8_t)field(entry, 0, CPSW_PORTS), mask_mux(field(entry, 44, 3)),
                         mask_mux(field(entry, 20, 3)), (uint8_t)field(entry, 24, CPSW_PORTS)};
}

static bool drop(const struct ale_frame *frame, enum cpsw_statistic why)
{
    cpsw_count(frame->port, STAT_ALE_DROP, 1);
    if (why != STAT_ALE_DROP)
        cpsw_count(frame->port, why, 1);
    return false;
}

/* Whether the frame may come in at all. */
static bool admitted(const struct ale_frame *frame, const struct vlan *vlan, uint32_t port)
{
    const uint8_t *source = frame->data + CPSW_ADDRESS;
    if ((reg(ALE_CONTROL) & CONTROL_ENABLE) == 0 ||
        ((port & PORT_DROP_UNTAGGED) != 0 && !frame->tagged))
        return drop(frame, STAT_ALE_DROP);
    if (source[0] & 1)
        return drop(frame, STAT_ALE_MULTICAST_SA_DROP);
    if (cpsw_same_address(frame->data, source))
        return drop(frame, STAT_ALE_DA_IS_SA_DROP);
    if (port & PORT_CHECK_VLAN && (vlan->members >> frame->port & 1) == 0)
        return drop(frame, STAT_ALE_VID_DROP);
    return true;
}

static void add_address(const struct ale_frame *frame, const uint8_t *address)
{
    unsigned entry = find_free();
    if (entry == NOT_FOUND)
        return;
    memset(table[entry], 0, sizeof(table[entry]));
    for (unsigned i = 0; i < CPSW_ADDRESS; i++)
        set_field(entry, 40 - 8 * i, 8, address[i]);
    bool in_vlan = (reg(ALE_CONTROL) & CONTROL_VLAN_AWARE) != 0 &&
                   (reg(ALE_CONTROL) & CONTROL_NO_VLAN_LEARN) == 0;
    set_field(entry, 60, 2, in_vlan ? TYPE_VLAN_ADDRESS : TYPE_ADDRESS);
    set_field(entry, 48, 12, in_vlan ? frame->vid : 0);
    set_unicast_type(entry, UNICAST_TOUCHED);
    set_field(entry, 66, 2, frame->port);
}

/* The source's entry. false: it is another port's for good. */
static bool learn(const struct ale_frame *frame, uint32_t port, unsigned entry)
{
    bool may =
        (port & (PORT_NO_LEARN | PORT_MAC_ONLY)) == 0 && (port & PORT_STATE) >= PORT_STATE_LEARN;
    if (entry == NOT_FOUND) {
        if (may)
            add_address(frame, frame->data + CPSW_ADDRESS);
        return true;
    }
    if (is_multicast(entry))
        return true;
    if (port_of(entry) != frame->port) {
        if (field(entry, 64, 1))
            return drop(frame, STAT_ALE_SECURE_DROP);
        if (may && ages(entry) && (port & PORT_NO_UPDATE) == 0)
            set_field(entry, 66, 2, frame->port);
    }
    if (ages(entry))
        set_unicast_type(entry, UNICAST_TOUCHED);
    return true;
}

static void count_unknown(const struct ale_frame *frame, enum cpsw_statistic kind)
{
    cpsw_count(frame->port, kind, 1);
    cpsw_count(frame->port, kind + 1, frame->length + CPSW_FCS);
}

/* The ports of a destination that has no entry. */
static uint8_t flood(const struct ale_frame *frame, const struct vlan *vlan, uint32_t port)
{
    if (frame->data[0] & 1) {
        count_unknown(frame, cpsw_is_broadcast(frame->data) ? STAT_ALE_UNKNOWN_BROADCAST
                                                            : STAT_ALE_UNKNOWN_MULTICAST);
        return vlan->unregistered;
    }
    count_unknown(frame, STAT_ALE_UNKNOWN_UNICAST);
    uint8_t ports = vlan->members;
    if ((reg(ALE_CONTROL) & CONTROL_UNICAST_FLOOD) == 0 || port & PORT_MAC_ONLY)
        ports &= (uint8_t) ~(1u << CPSW_HOST);
    return ports;
}

static bool forwards(unsigned port)
{
    return (reg(ALE_PORT_CONTROL + 4 * (uint64_t)port) & PORT_STATE) == PORT_STATE_FORWARD;
}

/* Only the host reaches a port that is its MAC, by naming it. (Such a port reaches the host alone,
 * and there is no other.) */
static uint8_t reachable(const struct ale_frame *frame)
{
    uint8_t ports = 0;
    for (unsigned other = 0; other < CPSW_PORTS; other++)
        if (other != frame->port && forwards(other) &&
            (reg(ALE_PORT_CONTROL + 4 * (uint64_t)other) & PORT_MAC_ONLY) == 0)
            ports |= (uint8_t)(1u << other);
    return ports;
}

static uint8_t destinations(const struct ale_frame *frame, const struct vlan *vlan, uint32_t port,
                            unsigned entry)
{
    if (port & PORT_MAC_ONLY && port & PORT_COPY_ALL)
        return 1u << CPSW_HOST;
    if (entry == NOT_FOUND)
        return flood(frame, vlan, port);
    if (is_multicast(entry))
        return (uint8_t)(field(entry, 66, CPSW_PORTS) & vlan->registered);
    if (field(entry, 65, 1)) {
        (void)drop(frame, STAT_ALE_BLOCK_DROP);
        return 0;
    }
    return (uint8_t)(1u << port_of(entry));
}

/* ---------------------------------------------------------------- classifiers */

struct found {
    unsigned destination, source, vlan, ethertype, ip_source, ip_destination;
};

/* What is behind the addresses, and a tag. */
static void look_behind(const struct ale_frame *frame, struct found *found)
{
    uint32_t at = CPSW_TYPE + (frame->tagged ? CPSW_TAG : 0);
    if (frame->length < at + 2)
        return;
    unsigned ethertype = (unsigned)frame->data[at] << 8 | frame->data[at + 1];
    found->ethertype = find_ethertype(ethertype);
    if (ethertype != ETHERTYPE_IPV4 || frame->length < at + 2 + IPV4_HEADER)
        return;
    found->ip_source = find_ipv4(frame->data + at + 2 + IPV4_SOURCE);
    found->ip_destination = find_ipv4(frame->data + at + 2 + IPV4_DESTINATION);
}

static bool index_matches(uint32_t word, bool high, unsigned entry)
{
    if ((word & (high ? MATCH_ENABLE_HIGH : MATCH_ENABLE_LOW)) == 0)
        return true;
    return (word >> (high ? 16 : 0) & (ENTRIES - 1)) == entry;
}

static bool classifier_matches(const uint32_t *words, const struct ale_frame *frame,
                               const struct found *found)
{
    uint32_t first = words[0];
    if (first & MATCH_ENABLE_LOW || words[2] & MATCH_ENABLE_LOW)
        return false;
    if (first & MATCH_ENABLE_HIGH && (first >> 25 & 1) != frame->port)
        return false;
    if (first & MATCH_PRIORITY && (first >> 16 & 7) != frame->priority)
        return false;
    return index_matches(words[1], true, found->destination) &&
           index_matches(words[1], false, found->source) &&
           index_matches(words[2], true, found->vlan) &&
           index_matches(words[3], true, found->ethertype) &&
           index_matches(words[3], false, found->ip_source) &&
           index_matches(words[4], true, found->ip_destination);
}

/* The last classifier that matches and has a thread decides; else the default one; else port and
 * priority do. */
static uint8_t thread_of(const struct ale_frame *frame, const struct found *found)
{
    uint32_t thread = reg(ALE_THREAD_DEFAULT);
    bool matched = false;
    for (unsigned i = 0; i < CLASSIFIERS; i++) {
        if ((threads[i] & THREAD_ENABLE) == 0 || !classifier_matches(classifiers[i], frame, found))
            continue;
        thread = threads[i];
        matched = true;
    }
    if (matched)
        cpsw_count(frame->port, STAT_ALE_CLASSIFIED, 1);
    if ((thread & THREAD_ENABLE) == 0)
        return frame->priority;
    return thread & THREAD_MASK;
}

/* ---------------------------------------------------------------- all of it */

static struct ale_decision bypass(const struct ale_frame *frame, const struct found *none)
{
    uint8_t ports = (uint8_t)(frame->port == CPSW_HOST ? 0 : 1u << CPSW_HOST);
    return (struct ale_decision){ports, PORT_MASK, thread_of(frame, none)};
}

struct ale_decision cpsw_ale_decide(const struct ale_frame *frame)
{
    const struct found none = {NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND};
    uint32_t port = reg(ALE_PORT_CONTROL + 4 * (uint64_t)frame->port);
    struct vlan vlan = look_up_vlan(frame->vid);
    struct ale_decision decision = {0, PORT_MASK, 0};
    if (reg(ALE_CONTROL) & CONTROL_ENABLE && reg(ALE_CONTROL) & CONTROL_BYPASS)
        return bypass(frame, &none);
    if (!admitted(frame, &vlan, port))
        return decision;
    struct found found = none;
    found.destination = find_address(frame->data, frame->vid);
    found.source = find_address(frame->data + CPSW_ADDRESS, frame->vid);
    found.vlan = vlan.entry;
    look_behind(frame, &found);
    if (!learn(frame, port, found.source))
        return decision;
    if (forwards(frame->port))
        decision.ports =
            destinations(frame, &vlan, port, found.destination) & vlan.members & reachable(frame);
    if (decision.ports == 0)
        cpsw_count(frame->port, STAT_PORT_MASK_DROP, 1);
    decision.untag = vlan.untag;
    decision.thread = thread_of(frame, &found);
    return decision;
}
