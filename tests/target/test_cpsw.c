// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ethernet without a cable: frames through the loopback of the port's MAC, of every length, on all
 * cores, with rules for flows, closes in the middle, links that change, and a system firmware that
 * refuses. The same on a board.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/cpsw/cpsw.h"
#include "drivers/udma/udma.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "platform/cpsw.h"
#include "platform/platform.h"
#include "tests/target/all_cores.h"
#include "tests/target/example_ethernet.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define WAIT_US      10000000u
#define QUIET_US     2000u /* for a frame that is not to come */
#define DEPTH        32u
#define BATCH        16u
#define FRAMES       400u /* of each core */
#define HEADER       14u
#define TAG          4u
#define LENGTH_FIRST 60u
#define LENGTH_LAST  1514u
#define VLAN         100u
#define REFUSALS     24u
#define SLOT_SIZE    CPSW_BUFFER_SIZE

static const uint8_t own[] = {0x02, 0x6b, 0x33, 0x00, 0x00, 0x01};
static const uint8_t peer[] = {0x02, 0x6b, 0x33, 0x00, 0x00, 0x02};
static const uint8_t group[] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb};

/* What has come of a port. A flow's are written on the core that it is for, and read by others;
 * those that are atomic by several. */
static struct probe {
    struct cpsw *port;
    struct {
        uint32_t received; /* atomic */
        uint32_t wrong;    /* contents, length, or core */
        uint32_t next;     /* the number that the next frame must have; of one sender */
        uint32_t out_of_order;
        uint32_t returned; /* buffers that came back unused, and those that stayed here */
    } flows[CPSW_FLOWS_MAX];
    uint32_t sent, canceled;   /* atomic */
    uint32_t places[CORE_MAX]; /* in the batch that are the sender's again; atomic */
    uint32_t slots[CORE_MAX];  /* the next place in the sender's part of the memory */
    uint32_t links;
    struct cpsw_link link;
    bool closing;
    uint8_t *receive_memory, *send_memory;
} probe;

static uint32_t read(const uint32_t *count)
{
    return __atomic_load_n(count, __ATOMIC_ACQUIRE);
}

static void add(uint32_t *count, uint32_t increment)
{
    __atomic_fetch_add(count, increment, __ATOMIC_RELEASE);
}

/* ---- frames ---- */

/* After the addresses, and a tag, if there is one: sender, number, length, and a pattern of them.
 */
struct label {
    uint8_t type[2];
    uint8_t sender, reserved;
    uint8_t number[4];
    uint8_t length[2];
} __attribute__((packed));

static uint8_t pattern(const struct label *label, unsigned at)
{
    return (uint8_t)(label->sender * 31u + label->number[0] * 7u + label->number[1] + at);
}

static unsigned make_frame(uint8_t *frame, const uint8_t *to, unsigned length, unsigned sender,
                           uint32_t number)
{
    struct label label = {.type = {0x88, 0xb5}, .sender = (uint8_t)sender};

    for (unsigned i = 0; i < 4; i++)
        label.number[i] = (uint8_t)(number >> 8 * i);
    label.length[0] = (uint8_t)length;
    label.length[1] = (uint8_t)(length >> 8);
    memcpy(frame, to, CPSW_MAC_ADDRESS_LENGTH);
    memcpy(frame + CPSW_MAC_ADDRESS_LENGTH, peer, CPSW_MAC_ADDRESS_LENGTH);
    memcpy(frame + 2u * CPSW_MAC_ADDRESS_LENGTH, &label, sizeof(label));
    for (unsigned at = 2u * CPSW_MAC_ADDRESS_LENGTH + sizeof(label); at < length; at++)
        frame[at] = pattern(&label, at);
    return length;
}

/* Puts a tag in: the sender's number is the priority. */
static unsigned tag_frame(uint8_t *frame, unsigned length, unsigned priority)
{
    uint8_t *tag = frame + 2u * CPSW_MAC_ADDRESS_LENGTH;

    memmove(tag + TAG, tag, length - 2u * CPSW_MAC_ADDRESS_LENGTH);
    tag[0] = 0x81;
    tag[1] = 0;
    tag[2] = (uint8_t)(priority << 5);
    tag[3] = VLAN;
    return length + TAG;
}

static bool is_right(const uint8_t *frame, unsigned length, struct label *label)
{
    const unsigned tag = frame[2u * CPSW_MAC_ADDRESS_LENGTH] == 0x81 ? TAG : 0;
    const unsigned begin = 2u * CPSW_MAC_ADDRESS_LENGTH + tag;

    memcpy(label, frame + begin, sizeof(*label));
    if ((unsigned)(label->length[0] | label->length[1] << 8) + tag != length)
        return false;
    for (unsigned at = begin + sizeof(*label); at < length; at++)
        if (frame[at] != pattern(label, at - tag))
            return false;
    return true;
}

/* ---- callbacks ---- */

static void take_frame(unsigned flow, const struct udma_received *packet)
{
    struct udma_buffer buffer = packet->buffers[0];
    struct label label = {.sender = 0};
    uint32_t number;

    probe.flows[flow].wrong += !is_right(buffer.data, packet->length, &label);
    probe.flows[flow].wrong += !probe.closing && core_id() != flow % core_count();
    number = label.number[0] | (uint32_t)label.number[1] << 8 | (uint32_t)label.number[2] << 16;
    probe.flows[flow].out_of_order += number != probe.flows[flow].next;
    probe.flows[flow].next = number + 1u;
    buffer.length = CPSW_BUFFER_SIZE;
    if (cpsw_give(probe.port, flow, &buffer, 1) != 1)
        probe.flows[flow].returned++;
    add(&probe.flows[flow].received, 1);
}

static void received(void *context, unsigned flow, struct udma_received *const *packets,
                     unsigned count)
{
    (void)context;
    for (unsigned i = 0; i < count; i++)
        take_frame(flow, packets[i]);
    wait_notify();
}

static void returned(void *context, unsigned flow, const struct udma_buffer *buffer)
{
    (void)context;
    (void)buffer;
    probe.flows[flow].returned++;
}

/* cookie: the sender's core. */
static void sent(void *context, void *cookie, int status)
{
    (void)context;
    add(status == 0 ? &probe.sent : &probe.canceled, 1);
    add(&probe.places[(uintptr_t)cookie], 1);
    wait_notify();
}

static void ready(void *context)
{
    (void)context;
    wait_notify();
}

static void link_changed(void *context, const struct cpsw_link *link)
{
    (void)context;
    probe.links++;
    probe.link = *link;
}

/* ---- the port ---- */

static int open_port(bool loopback, unsigned flows)
{
    struct cpsw_config config = {
        .name = "selftest",
        .facts = platform_cpsw(),
        .mac_address = own,
        .loopback = loopback,
        .flow_count = flows,
        .send_core = IRQ_CORE_ANY,
        .send_depth = CORE_MAX * BATCH,
        .received = received,
        .sent = sent,
        .ready = ready,
        .returned = returned,
        .link = link_changed,
    };

    for (unsigned i = 0; i < flows; i++)
        config.flows[i] = (struct cpsw_flow_config){.core = i % core_count(), .depth = DEPTH};
    return cpsw_open(&config, &probe.port);
}

static bool allocate(void)
{
    memset(&probe, 0, sizeof(probe));
    for (unsigned core = 0; core < CORE_MAX; core++)
        probe.places[core] = BATCH;
    probe.receive_memory = dma_alloc((size_t)CPSW_FLOWS_MAX * DEPTH * SLOT_SIZE);
    probe.send_memory = dma_alloc((size_t)CORE_MAX * BATCH * SLOT_SIZE);
    return probe.receive_memory != NULL && probe.send_memory != NULL;
}

static void discard(void)
{
    dma_free(probe.receive_memory);
    dma_free(probe.send_memory);
}

static void give_all(unsigned flows)
{
    for (unsigned flow = 0; flow < flows; flow++)
        for (unsigned i = 0; i < DEPTH; i++) {
            const struct udma_buffer buffer = {.data = probe.receive_memory +
                                                       (size_t)(flow * DEPTH + i) * SLOT_SIZE,
                                               .length = CPSW_BUFFER_SIZE};

            CHECK_EQUAL(cpsw_give(probe.port, flow, &buffer, 1), 1);
        }
}

/* Opened, with buffers, and started. */
static void begin(unsigned flows)
{
    CHECK(allocate());
    CHECK_EQUAL(open_port(true, flows), 0);
    give_all(flows);
    CHECK_EQUAL(cpsw_start(probe.port), 0);
    CHECK(probe.link.up);
    CHECK_EQUAL(probe.link.speed, 1000);
}

/* Closed, and every buffer has come back once. */
static void end(unsigned flows)
{
    probe.closing = true;
    CHECK_EQUAL(cpsw_close(probe.port), 0);
    for (unsigned i = 0; i < flows; i++)
        CHECK_EQUAL(probe.flows[i].returned, DEPTH);
    for (unsigned core = 0; core < CORE_MAX; core++)
        CHECK_EQUAL(read(&probe.places[core]), BATCH);
    discard();
}

struct inventory {
    struct irq_inventory irq;
    struct udma_inventory main, mcu;
    uint64_t mappings, routes, pairs, rings;
};

static struct inventory take_inventory(void)
{
    struct inventory inventory;

    memset(&inventory, 0, sizeof(inventory));
    irq_get_inventory(&inventory.irq);
    udma_get_inventory(&inventory.main);
    udma_get_inventory_of(platform_udma(PLATFORM_NAVSS_MCU), &inventory.mcu);
    twin_counter(AM65X_COUNT_EVENT_MAPPINGS, &inventory.mappings);
    twin_counter(AM65X_COUNT_ROUTES, &inventory.routes);
    twin_counter(AM65X_COUNT_PSIL_PAIRS, &inventory.pairs);
    twin_counter(AM65X_COUNT_RINGS, &inventory.rings);
    return inventory;
}

static void check_inventory(const struct inventory *before)
{
    const struct inventory after = take_inventory();

    CHECK_EQUAL(after.irq.irqs, before->irq.irqs);
    CHECK_EQUAL(after.irq.events_free, before->irq.events_free);
    CHECK_EQUAL(after.irq.vints_free, before->irq.vints_free);
    CHECK_EQUAL(after.irq.routes_free, before->irq.routes_free);
    CHECK_EQUAL(after.mcu.held, before->mcu.held);
    CHECK_EQUAL(after.mcu.rings_free, before->mcu.rings_free);
    CHECK_EQUAL(after.mcu.transmit_free, before->mcu.transmit_free);
    CHECK_EQUAL(after.mcu.receive_free, before->mcu.receive_free);
    CHECK_EQUAL(after.mcu.flows_used, before->mcu.flows_used);
    CHECK_EQUAL(after.mcu.receive_rings_used, before->mcu.receive_rings_used);
    CHECK_EQUAL(after.mappings, before->mappings);
    CHECK_EQUAL(after.routes, before->routes);
    CHECK_EQUAL(after.pairs, before->pairs);
    CHECK_EQUAL(after.rings, before->rings);
}

static bool is_missing(void)
{
    return platform_cpsw() == NULL;
}

/* ---- sending ---- */

struct expectation {
    const uint32_t *count;
    uint32_t least;
};

static bool has_come(void *argument)
{
    const struct expectation *expectation = argument;

    return read(expectation->count) >= expectation->least;
}

static int wait_until(const uint32_t *count, uint32_t least)
{
    struct expectation expectation = {count, least};

    return wait_for(has_come, &expectation, WAIT_US);
}

/* From the core's own part of the memory. Frames leave in order, so that its place in it is free
 * again when there is one. */
static int send_frame(unsigned core, const uint8_t *to, unsigned length, uint32_t number,
                      bool tagged)
{
    uint8_t *frame =
        probe.send_memory + (size_t)(core * BATCH + probe.slots[core] % BATCH) * SLOT_SIZE;
    struct udma_buffer buffer = {.data = frame};
    struct udma_packet packet = {
        .buffers = &buffer, .buffer_count = 1, .cookie = (void *)(uintptr_t)core};
    int taken = wait_until(&probe.places[core], 1);

    if (taken != 0)
        return taken;
    buffer.length = make_frame(frame, to, length, core, number);
    if (tagged)
        buffer.length = tag_frame(frame, buffer.length, core);
    __atomic_fetch_sub(&probe.places[core], 1, __ATOMIC_ACQUIRE);
    taken = cpsw_send(probe.port, &packet, 1);
    if (taken == 1)
        probe.slots[core]++;
    else
        add(&probe.places[core], 1);
    return taken == 1 ? 0 : taken == 0 ? -EAGAIN : taken;
}

static void check_statistics(uint32_t frames)
{
    struct cpsw_statistics host, mac;
    struct cpsw_counters counters;
    uint64_t sizes = 0;

    CHECK_EQUAL(cpsw_get_statistics(probe.port, CPSW_PORT_HOST, &host), 0);
    CHECK_EQUAL(cpsw_get_statistics(probe.port, CPSW_PORT_MAC, &mac), 0);
    CHECK_EQUAL(host.values[CPSW_RX_GOOD_FRAMES], frames);
    CHECK_EQUAL(mac.values[CPSW_TX_GOOD_FRAMES], frames);
    CHECK_EQUAL(mac.values[CPSW_RX_GOOD_FRAMES], frames);
    CHECK_EQUAL(host.values[CPSW_TX_GOOD_FRAMES], frames);
    CHECK_EQUAL(mac.values[CPSW_TX_OCTETS], mac.values[CPSW_RX_OCTETS]);
    CHECK_EQUAL(mac.values[CPSW_NET_OCTETS],
                mac.values[CPSW_TX_OCTETS] + mac.values[CPSW_RX_OCTETS]);
    for (unsigned i = CPSW_FRAMES_64; i <= CPSW_FRAMES_1024_UP; i++)
        sizes += mac.values[i];
    CHECK_EQUAL(sizes, 2u * frames);
    CHECK_EQUAL(mac.values[CPSW_RX_CRC_ERRORS] + mac.values[CPSW_ALE_DROP] +
                    mac.values[CPSW_RX_OVERSIZED_FRAMES] + mac.values[CPSW_RX_UNDERSIZED_FRAMES],
                0);
    cpsw_get_counters(probe.port, &counters);
    CHECK_EQUAL(counters.sent, frames);
    CHECK_EQUAL(counters.dropped, 0);
}

/* ---- tests ---- */

/* The first who opens it takes what a loader has left of it. From then on all is as it was. */
SELFTEST(cpsw, is_taken_over_from_whoever_had_it, 60)
{
    struct inventory before;

    if (is_missing())
        SKIP("the MCU Navigator is not up");
    for (unsigned i = 0; i < 2; i++) {
        begin(1);
        end(1);
        if (i == 0)
            before = take_inventory();
    }
    CHECK(!selftest_failed());
    check_inventory(&before);
}

SELFTEST(cpsw, carries_frames_of_every_length, 120)
{
    const struct inventory before = take_inventory();
    const uint32_t count = LENGTH_LAST - LENGTH_FIRST + 1u;

    if (is_missing())
        SKIP("the MCU Navigator is not up");
    begin(1);
    for (uint32_t i = 0; i < count && !selftest_failed(); i++)
        CHECK_EQUAL(send_frame(0, own, LENGTH_FIRST + i, i, false), 0);
    CHECK_EQUAL(wait_until(&probe.flows[0].received, count), 0);
    CHECK_EQUAL(probe.flows[0].wrong, 0);
    CHECK_EQUAL(probe.flows[0].out_of_order, 0);
    CHECK_EQUAL(wait_until(&probe.sent, count), 0);
    check_statistics(count);
    end(1);
    check_inventory(&before);
}

static void send_many(void *argument)
{
    (void)argument;
    for (uint32_t i = 0; i < FRAMES && !selftest_failed(); i++)
        CHECK_EQUAL(send_frame(core_id(), own,
                               LENGTH_FIRST + (i * 37u + core_id()) % (LENGTH_LAST - LENGTH_FIRST),
                               i, true),
                    0);
}

/* The frames of each core have a priority of their own, by which they come back to it. */
static void add_rules(void)
{
    CHECK_EQUAL(cpsw_vlan_add(probe.port, VLAN), 0);
    for (unsigned core = 1; core < core_count(); core++) {
        const struct cpsw_rule rule = {
            .match = CPSW_MATCH_PRIORITY, .value = (uint16_t)core, .flow = core};

        CHECK_EQUAL(cpsw_classify(probe.port, &rule), 0);
    }
}

SELFTEST(cpsw, all_cores_send_and_each_receives_its_own, 120)
{
    const struct inventory before = take_inventory();
    const unsigned cores = core_count();

    if (is_missing())
        SKIP("the MCU Navigator is not up");
    if (cores > CPSW_FLOWS_MAX)
        SKIP("there are more cores than flows");
    begin(cores);
    add_rules();
    CHECK_EQUAL(run_on_all_cores(send_many, NULL, 10u * WAIT_US), 0);
    for (unsigned core = 0; core < cores && !selftest_failed(); core++) {
        CHECK_EQUAL(wait_until(&probe.flows[core].received, FRAMES), 0);
        CHECK_EQUAL(probe.flows[core].wrong, 0);
        CHECK_EQUAL(probe.flows[core].out_of_order, 0);
    }
    CHECK_EQUAL(wait_until(&probe.sent, cores * FRAMES), 0);
    check_statistics(cores * FRAMES);
    end(cores);
    check_inventory(&before);
}

SELFTEST(cpsw, closing_in_the_middle_gives_every_buffer_back, 120)
{
    const struct inventory before = take_inventory();

    if (is_missing())
        SKIP("the MCU Navigator is not up");
    for (unsigned round = 0; round < 8 && !selftest_failed(); round++) {
        const unsigned flows = 1u + round % CPSW_FLOWS_MAX;

        begin(flows);
        for (uint32_t i = 0; i < BATCH; i++)
            CHECK_EQUAL(send_frame(0, own, LENGTH_FIRST + i * 90u, i, false), 0);
        if (round % 2 != 0)
            CHECK_EQUAL(wait_until(&probe.flows[0].received, round), 0);
        end(flows);
        CHECK_EQUAL(read(&probe.sent) + read(&probe.canceled), BATCH);
        CHECK_EQUAL(probe.flows[0].wrong, 0);
    }
    check_inventory(&before);
}

SELFTEST(cpsw, takes_groups_that_it_was_told_and_no_others, 60)
{
    if (is_missing())
        SKIP("the MCU Navigator is not up");
    begin(1);
    CHECK_EQUAL(send_frame(0, group, 100, 0, false), 0);
    CHECK_EQUAL(send_frame(0, own, 100, 0, false), 0);
    CHECK_EQUAL(wait_until(&probe.flows[0].received, 1), 0);
    CHECK_EQUAL(cpsw_multicast_add(probe.port, group), 0);
    CHECK_EQUAL(send_frame(0, group, 100, 1, false), 0);
    CHECK_EQUAL(wait_until(&probe.flows[0].received, 2), 0);
    CHECK_EQUAL(cpsw_multicast_remove(probe.port, group), 0);
    CHECK_EQUAL(send_frame(0, group, 100, 2, false), 0);
    CHECK_EQUAL(send_frame(0, peer, 100, 2, false), 0); /* from itself: nobody takes it */
    CHECK_EQUAL(send_frame(0, own, 100, 2, false), 0);
    CHECK_EQUAL(wait_until(&probe.flows[0].received, 3), 0);
    delay_us(QUIET_US);
    CHECK_EQUAL(read(&probe.flows[0].received), 3);
    CHECK_EQUAL(probe.flows[0].out_of_order, 0);
    end(1);
}

SELFTEST(cpsw, tells_when_the_link_goes_and_comes, 60)
{
    struct cpsw_link link;

    if (is_missing())
        SKIP("the MCU Navigator is not up");
    begin(1);
    CHECK_EQUAL(probe.links, 1);
    CHECK_EQUAL(cpsw_set_link(probe.port, false), 0);
    CHECK_EQUAL(probe.links, 2);
    CHECK(!probe.link.up);
    CHECK_EQUAL(send_frame(0, own, 100, 0, false), -ENETDOWN);
    cpsw_get_link(probe.port, &link);
    CHECK(!link.up);
    CHECK_EQUAL(cpsw_set_link(probe.port, true), 0);
    CHECK_EQUAL(probe.links, 3);
    CHECK_EQUAL(send_frame(0, own, 100, 0, false), 0);
    CHECK_EQUAL(wait_until(&probe.flows[0].received, 1), 0);
    end(1);
}

/* Whether there is a cable, is not this test's. */
SELFTEST(cpsw, finds_the_phy, 60)
{
    const struct inventory before = take_inventory();
    uint8_t address[CPSW_MAC_ADDRESS_LENGTH];
    int error;

    if (is_missing())
        SKIP("the MCU Navigator is not up");
    CHECK(allocate());
    error = open_port(false, 1);
    if (error == -ENXIO) {
        discard();
        SKIP("no PHY answers");
    }
    CHECK_EQUAL(error, 0);
    cpsw_get_address(probe.port, address);
    CHECK_EQUAL(memcmp(address, own, sizeof(own)), 0);
    give_all(1);
    CHECK_EQUAL(cpsw_start(probe.port), 0);
    CHECK_EQUAL(cpsw_set_link(probe.port, false), 0);
    CHECK(!probe.link.up);
    CHECK_EQUAL(cpsw_set_link(probe.port, true), 0);
    CHECK_EQUAL(cpsw_check_link(probe.port), 0);
    end(1);
    check_inventory(&before);
}

/* What it sends, it sends to itself: with the loopback, the frame comes back to the port, which
 * sends it to its sender; and that is where it ends. */
SELFTEST(cpsw, the_documented_example_reflects, 60)
{
    static struct example_ethernet ethernet;
    uint8_t address[CPSW_MAC_ADDRESS_LENGTH];
    uint8_t *frame = dma_alloc(SLOT_SIZE);
    struct udma_buffer buffer = {.data = frame, .length = 100};
    struct udma_packet packet = {.buffers = &buffer, .buffer_count = 1};

    if (is_missing())
        SKIP("the MCU Navigator is not up");
    CHECK(frame != NULL);
    CHECK_EQUAL(cpsw_get_efuse_address(platform_cpsw(), address), 0);
    CHECK_EQUAL(example_ethernet_open(&ethernet, true), 0);
    CHECK(ethernet.link_up);
    make_frame(frame, address, 100, 0, 0);
    packet.cookie = frame; /* the example gives it a place among its own */
    CHECK_EQUAL(cpsw_send(ethernet.port, &packet, 1), 1);
    CHECK_EQUAL(wait_until(&ethernet.reflected, 1), 0);
    example_ethernet_tick(&ethernet);
    CHECK_EQUAL(example_ethernet_close(&ethernet), 0);
    dma_free(frame);
}

/* More than an open has requests; one that is repeated, as a pairing is, may succeed. */
SELFTEST(cpsw, an_open_that_the_system_firmware_refuses_leaves_nothing, 60)
{
    const struct inventory before = take_inventory();

    if (!twin_present() || is_missing())
        SKIP("needs a twin to make the system firmware refuse");
    CHECK(allocate());
    for (uint32_t step = 0; step < REFUSALS && !selftest_failed(); step++) {
        int error;

        CHECK(twin_inject_after(AM65X_FAULT_SCI_NAK, 0, step, 1));
        error = open_port(true, 2);
        CHECK(twin_inject(AM65X_FAULT_SCI_NAK, 0, 0));
        CHECK(error == 0 || error == -EACCES || error == -EIO);
        if (error == 0)
            CHECK_EQUAL(cpsw_close(probe.port), 0);
    }
    CHECK_EQUAL(open_port(true, 2), 0); /* what was held has come back */
    CHECK_EQUAL(cpsw_close(probe.port), 0);
    discard();
    check_inventory(&before);
}
