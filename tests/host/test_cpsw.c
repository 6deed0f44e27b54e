// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Ethernet driver as a whole, on the models of switch, PHY, MCU Navigator and system firmware:
 * frames through the MAC's loopback and over the wire, what the ALE lets through and to which flow,
 * links that change, closes in the middle, and every step of an open that can fail.
 *
 * The linker leads some calls here (--wrap, see mk/host.mk).
 */
#include "drivers/cpsw/cpsw.h"

#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/cpsw/cpsw_registers.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "msi/work.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BUFFERS        32u
#define SENT_MAX       64u
#define LINK_US        200000u
#define TYPE_AT        12u
#define HEADER         14u
#define LEFT_FREE_RING 60u /* of a receive channel: nobody else has it */
#define LOOKS_MAX      100000u
#define STEPS          40u /* more than a life has requests */

static const uint8_t own[] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
static const uint8_t peer[] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x01};
static const uint8_t other[] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x02};
static const uint8_t group[] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb};
static const uint8_t broadcast[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* ---- calls that fail ---- */

static unsigned fail_at; /* the how-manieth; 0: none */
static int fail_with;
static bool done_all_the_same;
static unsigned calls;

#define FAILS(name, declared, passed)                                                              \
    int __real_##name declared;                                                                    \
    int __wrap_##name declared;                                                                    \
    int __wrap_##name declared                                                                     \
    {                                                                                              \
        if (++calls != fail_at)                                                                    \
            return __real_##name passed;                                                           \
        if (done_all_the_same)                                                                     \
            (void)__real_##name passed;                                                            \
        return fail_with;                                                                          \
    }

FAILS(ti_sci_device_get, (uint16_t device), (device))
FAILS(ti_sci_device_put, (uint16_t device), (device))

/* One core lingers on its way to the channel, until the port has been closing for a while. */
static unsigned lingering, closing; /* atomic */
static bool linger;

int __real_udma_send(struct udma_transmit *transmit, const struct udma_packet *packets,
                     unsigned count);
int __wrap_udma_send(struct udma_transmit *transmit, const struct udma_packet *packets,
                     unsigned count);

int __wrap_udma_send(struct udma_transmit *transmit, const struct udma_packet *packets,
                     unsigned count)
{
    if (linger) {
        __atomic_store_n(&lingering, 1, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&closing, __ATOMIC_SEQ_CST) == 0)
            delay_us(1);
        delay_us(50000);
    }
    return __real_udma_send(transmit, packets, count);
}

/* ---- the port, and what comes of it ---- */

static struct cpsw_facts facts = {
    .base = AM65X_CPSW_BASE,
    .mac_id = AM65X_MCU_MAC_ID0,
    .interface_select = AM65X_MCU_ENET_CTRL,
    .device = AM65X_DEV_MCU_CPSW0,
    .clock_hz = AM65X_CPSW_CLOCK_HZ,
    .phy_address = CPSW_PHY_ANY,
    .receive_delay = 7,
    .transmit_delay = CPSW_NO_DELAY,
    .endpoint = "cpsw0",
};

static struct cpsw *port;
static struct {
    unsigned received, per_flow[CPSW_FLOWS_MAX], sent, canceled, returned, links, readies;
    unsigned last_length, last_flow;
    enum cpsw_checksum last_checksum;
    uint8_t last[CPSW_BUFFER_SIZE];
    bool keep; /* received buffers are not given back */
    struct cpsw_link link;
} seen;
static uint8_t *memory[CPSW_FLOWS_MAX * BUFFERS], *frames[SENT_MAX];
static unsigned memory_out; /* buffers that the driver has */

static int send_frame(unsigned number, unsigned length);

static void take_frame(unsigned flow, const struct udma_received *packet)
{
    struct udma_buffer buffer = packet->buffers[0];

    seen.received++;
    seen.per_flow[flow]++;
    seen.last_flow = flow;
    seen.last_length = packet->length;
    seen.last_checksum = cpsw_checksum(packet);
    memcpy(seen.last, buffer.data, packet->length);
    memory_out--;
    if (seen.keep)
        return;
    buffer.length = CPSW_BUFFER_SIZE;
    if (cpsw_give(port, flow, &buffer, 1) == 1)
        memory_out++;
}

static void received(void *context, unsigned flow, struct udma_received *const *packets,
                     unsigned count)
{
    assert_ptr_equal(context, &seen);
    for (unsigned i = 0; i < count; i++)
        take_frame(flow, packets[i]);
}

static void sent(void *context, void *cookie, int status)
{
    assert_ptr_equal(context, &seen);
    assert_in_range((uintptr_t)cookie, 1, SENT_MAX);
    assert_true(status == 0 || status == -ECANCELED);
    seen.sent += status == 0;
    seen.canceled += status != 0;
    if (status != 0)
        assert_int_equal(cpsw_close(port), -EAGAIN);
}

static void ready(void *context)
{
    assert_ptr_equal(context, &seen);
    seen.readies++;
}

static void returned(void *context, unsigned flow, const struct udma_buffer *buffer)
{
    struct cpsw_counters counters;

    /* The transmit channel is gone. */
    cpsw_get_counters(port, &counters);
    assert_null(cpsw_flow(port, flow));
    assert_ptr_equal(context, &seen);
    assert_in_range(flow, 0, CPSW_FLOWS_MAX - 1);
    assert_non_null(buffer->data);
    assert_int_equal(send_frame(0, 100), -ECANCELED);
    assert_int_equal(cpsw_give(port, flow, buffer, 1), -ECANCELED);
    assert_int_equal(cpsw_close(port), -EAGAIN); /* it is being closed: that goes on */
    seen.returned++;
    memory_out--;
}

static void (*in_link)(void);      /* once; or NULL */
static unsigned in_links, at_once; /* atomic */

static void link_changed(void *context, const struct cpsw_link *link)
{
    const struct cpsw_link told = *link;
    void (*const once)(void) = in_link;

    assert_ptr_equal(context, &seen);
    __atomic_fetch_add(&at_once, __atomic_exchange_n(&in_links, 1, __ATOMIC_SEQ_CST),
                       __ATOMIC_SEQ_CST);
    in_link = NULL;
    if (once != NULL)
        once();
    seen.links++;
    seen.link = told;
    __atomic_store_n(&in_links, 0, __ATOMIC_SEQ_CST);
}

static struct cpsw_config config_of(bool loopback, unsigned flows)
{
    struct cpsw_config config = {
        .name = "test",
        .facts = &facts,
        .mac_address = own,
        .loopback = loopback,
        .flow_count = flows,
        .send_core = 0,
        .send_depth = 16,
        .received = received,
        .sent = sent,
        .ready = ready,
        .returned = returned,
        .link = link_changed,
        .context = &seen,
    };

    for (unsigned i = 0; i < CPSW_FLOWS_MAX; i++)
        config.flows[i] = (struct cpsw_flow_config){.core = i, .depth = BUFFERS};
    return config;
}

static void give_all(unsigned flows)
{
    for (unsigned flow = 0; flow < flows; flow++)
        for (unsigned i = 0; i < BUFFERS; i++) {
            const struct udma_buffer buffer = {.data = memory[flow * BUFFERS + i],
                                               .length = CPSW_BUFFER_SIZE};

            assert_int_equal(cpsw_give(port, flow, &buffer, 1), 1);
            memory_out++;
        }
}

static void open_port(bool loopback, unsigned flows)
{
    const struct cpsw_config config = config_of(loopback, flows);

    assert_int_equal(cpsw_open(&config, &port), 0);
    give_all(flows);
    assert_int_equal(cpsw_start(port), 0);
    if (!loopback) {
        host_advance_us(LINK_US);
        assert_int_equal(cpsw_check_link(port), 0);
    }
    assert_true(seen.link.up);
}

static void close_port(void)
{
    assert_int_equal(cpsw_close(port), 0);
    assert_int_equal(memory_out, 0);
}

/* ---- the machine, and what is allocated in it ---- */

static struct inventory {
    struct udma_host_inventory main;
    uint8_t power;
} before;

static struct inventory take_inventory(void)
{
    struct ti_sci_device_state device;
    struct inventory inventory;

    memset(&inventory, 0, sizeof(inventory));
    inventory.main = udma_host_inventory();
    assert_int_equal(ti_sci_device_get_state(AM65X_DEV_MCU_CPSW0, &device), 0);
    inventory.power = device.current;
    return inventory;
}

static void use_ring(uint16_t number)
{
    struct udma_ring ring = {.elements = NULL};

    assert_int_equal(udma_ring_open_of(facts.udma, &ring, number, 16), 0);
    assert_int_equal(udma_ring_close(&ring), 0);
}

/* In the mood stale-ethernet a loader's channels are paired with the port, and a loader's rings are
 * configured: all of it is as it always was when the port has been open, and each ring. */
static void take_over_left_overs(void)
{
    uint16_t rings[128];
    unsigned count = 0;

    open_port(true, 1);
    close_port();
    use_ring(LEFT_FREE_RING);
    while (count < 128 && udma_ring_reserve_of(facts.udma, &rings[count]) == 0)
        use_ring(rings[count++]);
    while (count-- > 0)
        assert_int_equal(udma_ring_unreserve_of(facts.udma, rings[count]), 0);
}

static int start_machine(void **state)
{
    (void)state;
    udma_host_start();
    facts.udma = udma_host_start_mcu();
    for (unsigned i = 0; i < CPSW_FLOWS_MAX * BUFFERS; i++)
        memory[i] = dma_alloc(CPSW_BUFFER_SIZE);
    for (unsigned i = 0; i < SENT_MAX; i++)
        frames[i] = dma_alloc(CPSW_BUFFER_SIZE);
    am65x_link(true);
    take_over_left_overs();
    return 0;
}

static int stop_machine(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CPSW_FLOWS_MAX * BUFFERS; i++)
        dma_free(memory[i]);
    for (unsigned i = 0; i < SENT_MAX; i++)
        dma_free(frames[i]);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof(seen));
    fail_at = calls = 0;
    memory_out = 0;
    before = take_inventory();
    return 0;
}

static int tear_down(void **state)
{
    const struct inventory after = take_inventory();

    (void)state;
    assert_memory_equal(&before, &after, sizeof(after));
    return 0;
}

/* ---- frames ---- */

static void make_frame(uint8_t *frame, const uint8_t *to, const uint8_t *from, unsigned length,
                       unsigned seed)
{
    memcpy(frame, to, 6);
    memcpy(frame + 6, from, 6);
    frame[TYPE_AT] = 0x88;
    frame[TYPE_AT + 1] = 0xb5; /* for experiments (IEEE 802, 9.2.3) */
    for (unsigned i = HEADER; i < length; i++)
        frame[i] = (uint8_t)(seed + i * 7u);
}

/* Tagged, with a priority and a VLAN. */
static void tag_frame(uint8_t *frame, unsigned length, unsigned priority, unsigned vlan)
{
    memmove(frame + TYPE_AT + 4, frame + TYPE_AT, length - TYPE_AT);
    frame[TYPE_AT] = 0x81;
    frame[TYPE_AT + 1] = 0;
    frame[TYPE_AT + 2] = (uint8_t)(priority << 5 | vlan >> 8);
    frame[TYPE_AT + 3] = (uint8_t)vlan;
}

static int send_frame(unsigned number, unsigned length)
{
    struct udma_buffer buffer = {.data = frames[number], .length = length};
    struct udma_packet packet = {
        .buffers = &buffer, .buffer_count = 1, .cookie = (void *)(uintptr_t)(number + 1)};

    return cpsw_send(port, &packet, 1);
}

static void wait_until(const unsigned *count, unsigned wanted)
{
    for (unsigned i = 0; i < 10000 && *count < wanted; i++)
        host_advance_us(10);
    assert_int_equal(*count, wanted);
}

/* A frame of that length to itself, and its content compared; padded to 60 bytes. */
static void there_and_back(unsigned length)
{
    const unsigned until = seen.received + 1, expected = length < 60 ? 60 : length;
    const unsigned sent_before = seen.sent;

    make_frame(frames[0], own, peer, length, length);
    assert_int_equal(send_frame(0, length), 1);
    wait_until(&seen.received, until);
    wait_until(&seen.sent, sent_before + 1);
    assert_int_equal(seen.last_length, expected);
    assert_memory_equal(seen.last, frames[0], length);
    for (unsigned i = length; i < expected; i++)
        assert_int_equal(seen.last[i], 0);
}

static void test_loopback(void **state)
{
    struct cpsw_statistics host, mac;
    struct cpsw_counters counters;
    unsigned count = 0;
    uint64_t octets;

    (void)state;
    open_port(true, 1);
    for (unsigned length = 14; length <= 1518; length += length < 70 ? 1 : 61, count++)
        there_and_back(length);
    there_and_back(1518);
    count++;
    assert_int_equal(cpsw_get_statistics(port, CPSW_PORT_HOST, &host), 0);
    assert_int_equal(cpsw_get_statistics(port, CPSW_PORT_MAC, &mac), 0);
    assert_int_equal(host.values[CPSW_RX_GOOD_FRAMES], count);
    assert_int_equal(mac.values[CPSW_TX_GOOD_FRAMES], count);
    assert_int_equal(mac.values[CPSW_RX_GOOD_FRAMES], count);
    assert_int_equal(host.values[CPSW_TX_GOOD_FRAMES], count);
    assert_int_equal(mac.values[CPSW_TX_OCTETS], mac.values[CPSW_RX_OCTETS]);
    /* The registers go on, and are added up once. */
    assert_int_equal(cpsw_check_link(port), 0);
    there_and_back(100);
    count++;
    assert_int_equal(cpsw_check_link(port), 0);
    octets = mac.values[CPSW_TX_OCTETS];
    assert_int_equal(cpsw_get_statistics(port, CPSW_PORT_MAC, &mac), 0);
    assert_int_equal(mac.values[CPSW_TX_OCTETS], octets + 104);
    assert_int_equal(mac.values[CPSW_TX_GOOD_FRAMES], count);
    assert_int_equal(cpsw_get_statistics(port, CPSW_PORTS, &mac), -EINVAL);
    cpsw_get_counters(port, &counters);
    assert_int_equal(counters.sent, count);
    assert_int_equal(counters.received[0], count);
    assert_int_equal(counters.dropped, 0);
    assert_int_equal(counters.link_changes, 1);
    close_port();
}

static void test_lengths(void **state)
{
    struct udma_buffer buffers[CPSW_BUFFERS_MAX + 1];
    struct udma_packet packet = {.buffers = buffers, .cookie = (void *)1};
    struct udma_buffer small = {.data = frames[1], .length = CPSW_BUFFER_SIZE - 1};

    (void)state;
    open_port(true, 1);
    assert_int_equal(send_frame(0, 0), -EINVAL);
    assert_int_equal(send_frame(0, 1519), -EINVAL);
    assert_int_equal(send_frame(0, 0xffffffff), -EINVAL);
    for (unsigned i = 0; i <= CPSW_BUFFERS_MAX; i++)
        buffers[i] = (struct udma_buffer){.data = frames[2 + i], .length = 400};
    packet.buffer_count = CPSW_BUFFERS_MAX + 1;
    assert_int_equal(cpsw_send(port, &packet, 1), -EINVAL);
    packet.buffer_count = CPSW_BUFFERS_MAX; /* 1600 bytes */
    assert_int_equal(cpsw_send(port, &packet, 1), -EINVAL);
    assert_int_equal(cpsw_send(port, &packet, 0), 0);
    assert_int_equal(cpsw_send(NULL, &packet, 1), -EINVAL);
    packet.buffers = NULL;
    for (packet.buffer_count = 0; packet.buffer_count <= 2; packet.buffer_count++)
        assert_int_equal(cpsw_send(port, &packet, 1), -EINVAL);
    packet.buffers = buffers;
    packet.buffer_count = CPSW_BUFFERS_MAX;
    assert_int_equal(cpsw_give(port, 0, &small, 1), -EINVAL);
    assert_int_equal(cpsw_give(port, 1, &small, 1), -EINVAL);
    /* Four buffers, one frame. */
    for (unsigned i = 0; i < CPSW_BUFFERS_MAX; i++)
        buffers[i].length = 300;
    make_frame(frames[0], own, peer, 1200, 5);
    for (unsigned i = 0; i < CPSW_BUFFERS_MAX; i++)
        memcpy(frames[2 + i], frames[0] + 300 * i, 300);
    assert_int_equal(cpsw_send(port, &packet, 1), 1);
    wait_until(&seen.received, 1);
    assert_int_equal(seen.last_length, 1200);
    assert_memory_equal(seen.last, frames[0], 1200);
    close_port();
}

/* As many as there is room for, in one call; ready() when there is again. */
static void test_batch_and_back_pressure(void **state)
{
    struct udma_buffer buffers[32];
    struct udma_packet packets[32];
    int taken;

    (void)state;
    open_port(true, 1);
    memset(packets, 0, sizeof(packets));
    for (unsigned i = 0; i < 32; i++) {
        make_frame(frames[i], own, peer, 1000, i);
        buffers[i] = (struct udma_buffer){.data = frames[i], .length = 1000};
        packets[i] = (struct udma_packet){
            .buffers = &buffers[i], .buffer_count = 1, .cookie = (void *)(uintptr_t)(i + 1)};
    }
    taken = cpsw_send(port, packets, 32);
    assert_in_range(taken, 16, 31);
    assert_int_equal(cpsw_send(port, packets + taken, 1), -EAGAIN);
    wait_until(&seen.readies, 1);
    wait_until(&seen.received, (unsigned)taken);
    close_port();
}

/* ---- what the port takes ---- */

static bool arrives(const uint8_t *to)
{
    const unsigned until = seen.received;

    make_frame(frames[0], to, peer, 100, 1);
    assert_int_equal(send_frame(0, 100), 1);
    host_advance_us(1000);
    return seen.received == until + 1;
}

static bool tagged_arrives(const uint8_t *to, unsigned priority, unsigned vlan)
{
    const unsigned until = seen.received;

    make_frame(frames[0], to, peer, 100, 1);
    tag_frame(frames[0], 100, priority, vlan);
    assert_int_equal(send_frame(0, 104), 1);
    host_advance_us(1000);
    if (seen.received == until)
        return false;
    assert_int_equal(seen.received, until + 1);
    return true;
}

static void add_count(const struct irq *irq, void *sum)
{
    *(uint64_t *)sum += irq_count(irq);
}

static uint64_t interrupts(void)
{
    uint64_t sum = 0;

    irq_for_each(add_count, &sum);
    return sum;
}

/* Of a hundred frames, one every ten microseconds, both ways. */
static void test_coalesced(void **state)
{
    struct cpsw_config config = config_of(true, 1);
    const unsigned frames_sent = 100;
    uint64_t earlier;

    (void)state;
    config.receive_coalesce = config.send_coalesce =
        (struct udma_coalesce)UDMA_COALESCE(1, 100); /* a count that can't be */
    assert_int_equal(cpsw_open(&config, &port), -EINVAL);
    config.receive_coalesce = config.send_coalesce = (struct udma_coalesce)UDMA_COALESCE(0, 100);
    assert_int_equal(cpsw_open(&config, &port), 0);
    give_all(1);
    assert_int_equal(cpsw_start(port), 0);
    make_frame(frames[0], own, peer, 60, 60);
    earlier = interrupts();
    for (unsigned i = 0; i < frames_sent; i++) {
        assert_int_equal(send_frame(0, 60), 1);
        host_advance_us(10);
    }
    wait_until(&seen.received, frames_sent);
    wait_until(&seen.sent, frames_sent);
    assert_true(interrupts() - earlier < frames_sent / 4u);
    close_port();
}

static void test_filter(void **state)
{
    (void)state;
    open_port(true, 1);
    assert_true(arrives(own));
    assert_true(arrives(broadcast));
    assert_false(arrives(other));
    assert_false(arrives(group));
    assert_int_equal(cpsw_multicast_add(port, group), 0);
    assert_int_equal(cpsw_multicast_add(port, group), 0);
    assert_true(arrives(group));
    assert_int_equal(cpsw_multicast_remove(port, group), 0);
    assert_true(arrives(group));
    assert_int_equal(cpsw_multicast_remove(port, group), 0);
    assert_false(arrives(group));
    assert_int_equal(cpsw_multicast_remove(port, group), -ENOENT);
    assert_int_equal(cpsw_multicast_add(port, own), -EINVAL);
    assert_int_equal(cpsw_multicast_add(port, broadcast), -EINVAL);
    assert_int_equal(cpsw_set_promiscuous(port, true), 0);
    assert_true(arrives(other));
    assert_true(arrives(group));
    assert_int_equal(cpsw_set_promiscuous(port, false), 0);
    assert_false(arrives(other));
    assert_false(arrives(group));
    assert_true(arrives(own));
    close_port();
}

static void test_vlans(void **state)
{
    (void)state;
    open_port(true, 1);
    assert_false(tagged_arrives(own, 0, 100));
    assert_int_equal(cpsw_vlan_add(port, 100), 0);
    assert_true(tagged_arrives(own, 0, 100));
    assert_int_equal(seen.last_length, 104); /* with its tag */
    assert_memory_equal(seen.last, frames[0], 104);
    assert_true(tagged_arrives(broadcast, 0, 100));
    assert_false(tagged_arrives(own, 0, 101));
    assert_true(arrives(own));
    assert_int_equal(cpsw_vlan_remove(port, 100), 0);
    assert_false(tagged_arrives(own, 0, 100));
    assert_false(tagged_arrives(broadcast, 0, 100));
    assert_int_equal(cpsw_vlan_remove(port, 100), -ENOENT);
    assert_int_equal(cpsw_vlan_add(port, 0), -EINVAL);
    assert_int_equal(cpsw_vlan_add(port, 4095), -EINVAL);
    close_port();
}

/* The table has 64 entries: what finds no place in it leaves nothing there. */
static void test_filter_that_is_full(void **state)
{
    struct cpsw_rule rule = {.match = CPSW_MATCH_SOURCE, .flow = 1};
    uint8_t address[6] = {0x01, 0x00, 0x5e};
    int error = 0;

    (void)state;
    open_port(true, 2);
    memcpy(rule.address, peer, sizeof(peer));
    for (address[5] = 0; error == 0; address[5]++)
        error = cpsw_multicast_add(port, address);
    assert_int_equal(error, -ENOSPC);
    assert_in_range(address[5], 32, 64);
    assert_int_equal(cpsw_vlan_add(port, 100), -ENOSPC);
    assert_int_equal(cpsw_classify(port, &rule), -ENOSPC);
    address[5] = 0;
    assert_int_equal(cpsw_multicast_remove(port, address), 0);
    assert_int_equal(cpsw_vlan_add(port, 100), -ENOSPC); /* it wants two */
    assert_false(tagged_arrives(own, 0, 100));
    assert_int_equal(cpsw_multicast_add(port, address),
                     0); /* the first of the two was given back */
    assert_int_equal(cpsw_vlan_remove(port, 100), -ENOENT);
    assert_true(arrives(address));
    assert_true(arrives(own));
    close_port();
}

/* They take a mutex. */
static void filter_in_interrupt(void *argument)
{
    const struct cpsw_rule rule = {.match = CPSW_MATCH_PRIORITY, .value = 5};

    (void)argument;
    assert_int_equal(cpsw_multicast_add(port, group), -EDEADLK);
    assert_int_equal(cpsw_vlan_add(port, 100), -EDEADLK);
    assert_int_equal(cpsw_set_promiscuous(port, true), -EDEADLK);
    assert_int_equal(cpsw_classify(port, &rule), -EDEADLK);
}

static void test_filter_is_for_threads(void **state)
{
    (void)state;
    open_port(true, 1);
    host_run_in_interrupt(filter_in_interrupt, NULL);
    assert_false(arrives(group));
    assert_false(tagged_arrives(own, 0, 100));
    assert_true(arrives(own));
    close_port();
}

static void assert_flow(unsigned flow)
{
    assert_int_equal(seen.last_flow, flow);
}

static void test_flows(void **state)
{
    static const uint8_t other_group[6] = {0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa};
    struct cpsw_rule rule = {.match = CPSW_MATCH_PRIORITY, .value = 5, .flow = 1};

    (void)state;
    open_port(true, 4);
    assert_true(arrives(own));
    assert_flow(0);
    assert_int_equal(cpsw_vlan_add(port, 100), 0);
    assert_int_equal(cpsw_vlan_add(port, 200), 0);
    assert_int_equal(cpsw_multicast_add(port, group), 0);
    assert_int_equal(cpsw_classify(port, &rule), 0);
    rule = (struct cpsw_rule){.match = CPSW_MATCH_VLAN, .value = 200, .flow = 2};
    assert_int_equal(cpsw_classify(port, &rule), 0);
    rule = (struct cpsw_rule){.match = CPSW_MATCH_DESTINATION, .flow = 3};
    memcpy(rule.address, group, sizeof(group));
    assert_int_equal(cpsw_classify(port, &rule), 0);
    assert_true(tagged_arrives(own, 5, 100));
    assert_flow(1);
    assert_true(tagged_arrives(own, 3, 100));
    assert_flow(0);
    assert_true(tagged_arrives(own, 5, 200)); /* the last rule that matches */
    assert_flow(2);
    assert_true(arrives(group));
    assert_flow(3);
    /* One remove too many takes nothing from the rule: no other entry gets the number it has. */
    assert_int_equal(cpsw_multicast_remove(port, group), 0);
    assert_int_equal(cpsw_multicast_remove(port, group), -ENOENT);
    assert_int_equal(cpsw_multicast_add(port, other_group), 0);
    assert_true(arrives(other_group));
    assert_flow(0);
    rule = (struct cpsw_rule){.match = CPSW_MATCH_SOURCE, .flow = 1};
    memcpy(rule.address, peer, sizeof(peer));
    assert_int_equal(cpsw_classify(port, &rule), 0);
    assert_true(arrives(own));
    assert_flow(1);
    assert_int_equal(cpsw_classify(port, NULL), -EINVAL);
    rule.flow = 4;
    assert_int_equal(cpsw_classify(port, &rule), -EINVAL);
    rule = (struct cpsw_rule){.match = CPSW_MATCH_PRIORITY, .value = 8, .flow = 1};
    assert_int_equal(cpsw_classify(port, &rule), -EINVAL);
    rule = (struct cpsw_rule){.match = CPSW_MATCH_VLAN, .value = 300, .flow = 1};
    assert_int_equal(cpsw_classify(port, &rule), -EINVAL);
    rule = (struct cpsw_rule){.match = CPSW_MATCH_PRIORITY, .value = 0, .flow = 1};
    for (unsigned i = 4; i < 8; i++)
        assert_int_equal(cpsw_classify(port, &rule), 0);
    assert_int_equal(cpsw_classify(port, &rule), -ENOSPC);
    close_port();
}

/* Whole frames come back, with an ethertype and IPv4 addresses of the test's. */
static bool kind_arrives(unsigned ethertype, const uint8_t *source, const uint8_t *destination)
{
    const unsigned count = seen.received;

    make_frame(frames[0], own, peer, 100, 1);
    frames[0][TYPE_AT] = (uint8_t)(ethertype >> 8);
    frames[0][TYPE_AT + 1] = (uint8_t)ethertype;
    memcpy(frames[0] + HEADER + 12, source, 4);
    memcpy(frames[0] + HEADER + 16, destination, 4);
    assert_int_equal(send_frame(0, 100), 1);
    host_advance_us(1000);
    return seen.received == count + 1;
}

static void test_flows_by_ethertype_and_ipv4(void **state)
{
    static const uint8_t one[4] = {10, 0, 2, 2}, another[4] = {10, 0, 2, 3};
    struct cpsw_rule rule = {.match = CPSW_MATCH_ETHERTYPE, .value = 0x88f7, .flow = 1};

    (void)state;
    open_port(true, 4);
    assert_true(kind_arrives(0x88f7, one, another));
    assert_flow(0);
    assert_int_equal(cpsw_classify(port, &rule), 0);
    assert_true(kind_arrives(0x88f7, one, another));
    assert_flow(1);
    rule = (struct cpsw_rule){.match = CPSW_MATCH_IPV4_SOURCE, .flow = 2};
    memcpy(rule.address, one, 4);
    assert_int_equal(cpsw_classify(port, &rule), 0);
    assert_true(kind_arrives(0x0800, one, another));
    assert_flow(2);
    assert_true(kind_arrives(0x0800, another, one));
    assert_flow(0);
    rule.match = CPSW_MATCH_IPV4_DESTINATION; /* the same entry of the table */
    rule.flow = 3;
    assert_int_equal(cpsw_classify(port, &rule), 0);
    assert_true(kind_arrives(0x0800, another, one));
    assert_flow(3);
    assert_true(kind_arrives(0x88f7, one, one)); /* no IPv4 */
    assert_flow(1);
    rule.flow = 4;
    assert_int_equal(cpsw_classify(port, &rule), -EINVAL);
    /* What is compared is in no VLAN's way, nor the other way round. */
    rule = (struct cpsw_rule){.match = CPSW_MATCH_ETHERTYPE, .value = 0, .flow = 1};
    assert_int_equal(cpsw_classify(port, &rule), 0);
    assert_true(arrives(broadcast));
    for (unsigned i = 4; i < 8; i++)
        assert_int_equal(cpsw_classify(port, &rule), 0);
    assert_int_equal(cpsw_classify(port, &rule), -ENOSPC);
    close_port();
}

/* A frame that finds no buffer is dropped, and those behind it are not held up. */
static void test_no_buffers(void **state)
{
    struct udma_buffer buffer = {.length = CPSW_BUFFER_SIZE};

    (void)state;
    open_port(true, 1);
    seen.keep = true;
    for (unsigned i = 0; i < BUFFERS; i++)
        assert_true(arrives(own));
    assert_int_equal(memory_out, 0);
    assert_false(arrives(own));
    assert_int_equal(seen.sent, BUFFERS + 1);
    seen.keep = false;
    buffer.data = memory[0];
    assert_int_equal(cpsw_give(port, 0, &buffer, 1), 1);
    memory_out++;
    assert_true(arrives(own));
    close_port();
}

/* ---- the link ---- */

static void test_link(void **state)
{
    struct cpsw_link link;

    (void)state;
    open_port(false, 1);
    assert_int_equal(seen.link.speed, 1000);
    assert_true(seen.link.full_duplex);
    assert_int_equal(seen.links, 1);
    assert_int_equal(cpsw_check_link(port), 0);
    assert_int_equal(seen.links, 1);
    am65x_link(false);
    assert_int_equal(cpsw_check_link(port), 0);
    assert_int_equal(seen.links, 2);
    assert_false(seen.link.up);
    assert_int_equal(send_frame(0, 100), -ENETDOWN);
    cpsw_get_link(port, &link);
    assert_false(link.up);
    am65x_link(true);
    host_advance_us(LINK_US);
    assert_int_equal(cpsw_check_link(port), 0);
    assert_int_equal(seen.links, 3);
    cpsw_get_link(port, &link);
    assert_true(link.up);
    assert_int_equal(link.speed, 1000);
    make_frame(frames[0], other, own, 100, 1);
    assert_int_equal(send_frame(0, 100), 1);
    wait_until(&seen.sent, 1);
    assert_int_equal(cpsw_set_link(port, false), 0);
    assert_false(seen.link.up);
    assert_int_equal(cpsw_set_link(port, true), 0);
    host_advance_us(LINK_US);
    assert_int_equal(cpsw_check_link(port), 0);
    assert_true(seen.link.up);
    assert_int_equal(seen.links, 5);
    close_port();
}

static void test_link_of_loopback(void **state)
{
    (void)state;
    open_port(true, 1);
    assert_true(arrives(own));
    assert_int_equal(cpsw_set_link(port, false), 0);
    assert_false(seen.link.up);
    assert_int_equal(send_frame(0, 100), -ENETDOWN);
    assert_int_equal(cpsw_set_link(port, true), 0);
    assert_true(arrives(own));
    close_port();
}

/* From the wire, and onto it. */
static void test_wire(void **state)
{
    const uint64_t out = am65x_counter(AM65X_COUNT_FRAMES_OUT);
    uint8_t frame[100];

    (void)state;
    open_port(false, 1);
    make_frame(frame, own, peer, sizeof(frame), 9);
    assert_true(am65x_frame_receive(frame, sizeof(frame)));
    wait_until(&seen.received, 1);
    assert_int_equal(seen.last_length, sizeof(frame));
    assert_memory_equal(seen.last, frame, sizeof(frame));
    make_frame(frames[0], peer, own, 100, 1);
    assert_int_equal(send_frame(0, 100), 1);
    wait_until(&seen.sent, 1);
    assert_int_equal(am65x_counter(AM65X_COUNT_FRAMES_OUT), out + 1);
    close_port();
}

/* ---- opening and closing ---- */

static void test_configuration(void **state)
{
    struct cpsw_config config;
    struct cpsw_facts none = facts;
    uint8_t address[6];

    (void)state;
#define REFUSED(error, member, value)                                                              \
    config = config_of(true, 1);                                                                   \
    config.member = value;                                                                         \
    assert_int_equal(cpsw_open(&config, &port), error)
    REFUSED(-EINVAL, received, NULL);
    REFUSED(-EINVAL, sent, NULL);
    REFUSED(-EINVAL, returned, NULL);
    REFUSED(-EINVAL, flow_count, CPSW_FLOWS_MAX + 1);
    REFUSED(-EINVAL, send_depth, 0);
    REFUSED(-EINVAL, send_depth, CPSW_DEPTH_MAX + 1);
    REFUSED(-EINVAL, flows[0].depth, 0);
    REFUSED(-EINVAL, flows[0].core, 4);
    REFUSED(-EINVAL, send_core, 4);
    REFUSED(-EINVAL, mac_address, group);
    REFUSED(-ENODEV, facts, NULL);
    none.udma = NULL;
    REFUSED(-ENODEV, facts, &none);
    none = facts;
    none.endpoint = "cpsw7";
    REFUSED(-ENODEV, facts, &none);
    none = facts;
    none.phy_address = 9;
    config = config_of(false, 1);
    config.facts = &none;
    assert_int_equal(cpsw_open(&config, &port), -ENXIO);
    assert_int_equal(cpsw_open(NULL, &port), -EINVAL);
    assert_int_equal(cpsw_close(NULL), -EINVAL);
    config = config_of(true, 1);
    config.mac_address = NULL;
    assert_int_equal(cpsw_open(&config, &port), 0);
    cpsw_get_address(port, address);
    assert_int_equal(address[5], mmio_read32(AM65X_MCU_MAC_ID0) & 0xff);
    assert_int_equal(cpsw_open(&config, &port), -EBUSY);
    close_port();
}

static void close_in_interrupt(void *argument)
{
    *(int *)argument = cpsw_close(port);
}

static void test_close_not_allowed(void **state)
{
    int error = 0;

    (void)state;
    open_port(true, 1);
    host_run_in_interrupt(close_in_interrupt, &error);
    assert_int_equal(error, -EDEADLK);
    there_and_back(100);
    close_port();
}

/* Not all have left, or come back, when the port is closed; each buffer comes back once. */
static void test_close_in_the_middle(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 20; round++) {
        struct udma_buffer buffers[16];
        struct udma_packet packets[16];
        int taken;

        memset(&seen, 0, sizeof(seen));
        open_port(true, 1 + round % 4);
        memset(packets, 0, sizeof(packets));
        for (unsigned i = 0; i < 16; i++) {
            make_frame(frames[i], own, peer, 60 + i * 90, i);
            buffers[i] = (struct udma_buffer){.data = frames[i], .length = 60 + i * 90};
            packets[i] = (struct udma_packet){
                .buffers = &buffers[i], .buffer_count = 1, .cookie = (void *)(uintptr_t)(i + 1)};
        }
        taken = cpsw_send(port, packets, 16);
        assert_in_range(taken, 1, 16);
        host_advance_us(round * 3);
        close_port();
        assert_int_equal(seen.sent + seen.canceled, taken);
    }
}

/* Other cores send until they are told that it is closing, and find nothing that is gone. */
static unsigned turned_away; /* atomic */

static void send_until_closed(void *argument)
{
    const unsigned core = core_id();
    int taken;

    (void)argument;
    do {
        taken = send_frame(core, 100);
        time_now_ns();
    } while (taken == 1 || taken == -EAGAIN);
    assert_int_equal(taken, -ECANCELED);
    __atomic_fetch_add(&turned_away, 1, __ATOMIC_RELAXED);
}

static void test_close_while_others_send(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 20; round++) {
        memset(&seen, 0, sizeof(seen));
        turned_away = 0;
        open_port(true, 1);
        for (unsigned core = 1; core < 4; core++) {
            make_frame(frames[core], own, peer, 100, core);
            assert_int_equal(smp_start(core, send_until_closed, NULL), 0);
        }
        host_advance_us(20 + 7 * round);
        close_port();
        for (unsigned core = 1; core < 4; core++)
            assert_int_equal(smp_join(core, 1000000), 0);
        assert_int_equal(turned_away, 3);
    }
}

/* Other cores look at the link and the statistics until they are told that it is closing: so no
 * register is accessed, once the power is off. */
static void look_until_closed(void *argument)
{
    struct cpsw_statistics statistics;
    unsigned tries = 0;
    int error;

    (void)argument;
    do {
        tries++;
        error = core_id() % 2u != 0 ? cpsw_check_link(port)
                                    : cpsw_get_statistics(port, CPSW_PORT_MAC, &statistics);
        time_now_ns();
    } while (error == 0 && tries < LOOKS_MAX);
    __atomic_fetch_add(&turned_away, error == -ECANCELED, __ATOMIC_RELAXED);
}

static void test_close_while_others_look(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 20; round++) {
        memset(&seen, 0, sizeof(seen));
        turned_away = 0;
        open_port(round % 2u != 0, 1);
        for (unsigned core = 1; core < 4; core++)
            assert_int_equal(smp_start(core, look_until_closed, NULL), 0);
        host_advance_us(20 + 7 * round);
        close_port();
        for (unsigned core = 1; core < 4; core++)
            assert_int_equal(smp_join(core, 10000000), 0);
        assert_int_equal(turned_away, 3);
    }
}

static void link_is_up_again(void *argument)
{
    *(int *)argument = cpsw_set_link(port, true);
}

/* It changes while link() tells of the change before; in there, so the mutex is free. */
static void change_from_another_core(void)
{
    int error = -EIO;

    assert_int_equal(smp_start(1, link_is_up_again, &error), 0);
    assert_int_equal(smp_join(1, 10000000), 0);
    assert_int_equal(error, 0);
}

static void change_it_here(void)
{
    assert_int_equal(cpsw_set_link(port, true), 0);
}

static void test_link_is_told_in_order(void **state)
{
    (void)state;
    open_port(true, 1);
    for (unsigned here = 0; here < 2; here++) {
        const unsigned links = seen.links;

        in_link = here != 0 ? change_it_here : change_from_another_core;
        assert_int_equal(cpsw_set_link(port, false), 0);
        assert_int_equal(seen.links, links + 2u);
        assert_true(seen.link.up);
        assert_int_equal(at_once, 0);
    }
    close_port();
}

static int closed_in_link;

static void close_here(void)
{
    closed_in_link = cpsw_close(port);
}

/* It keeps the port, which carries nothing any more. */
static void test_close_in_link(void **state)
{
    (void)state;
    open_port(true, 1);
    in_link = close_here;
    assert_int_equal(cpsw_set_link(port, false), 0);
    assert_int_equal(closed_in_link, -EAGAIN);
    assert_int_equal(cpsw_check_link(port), -ECANCELED);
    close_port();
}

static void send_and_linger(void *argument)
{
    *(int *)argument = send_frame(1, 100);
}

/* The channel is there until the last who is on its way to it has been there. */
static void test_close_waits_for_senders(void **state)
{
    int taken = 0;

    (void)state;
    open_port(true, 1);
    make_frame(frames[1], own, peer, 100, 1);
    lingering = closing = 0;
    linger = true;
    assert_int_equal(smp_start(1, send_and_linger, &taken), 0);
    while (__atomic_load_n(&lingering, __ATOMIC_SEQ_CST) == 0)
        delay_us(1);
    __atomic_store_n(&closing, 1, __ATOMIC_SEQ_CST);
    close_port();
    linger = false;
    assert_int_equal(smp_join(1, 1000000), 0);
    assert_int_equal(taken, 1);
    assert_int_equal(seen.sent + seen.canceled, 1);
}

/* Never started: what was given comes back. */
static void test_close_unstarted(void **state)
{
    const struct cpsw_config config = config_of(true, 2);

    (void)state;
    assert_int_equal(cpsw_open(&config, &port), 0);
    give_all(2);
    assert_int_equal(send_frame(0, 100), -ENETDOWN);
    assert_int_equal(cpsw_check_link(port), 0);
    assert_int_equal(seen.links, 0);
    close_port();
    assert_int_equal(seen.returned, 2 * BUFFERS);
}

/* ---- power ---- */

static void test_power(void **state)
{
    const struct cpsw_config config = config_of(true, 1);
    struct inventory now;

    (void)state;
    fail_at = 1;
    fail_with = -EACCES;
    assert_int_equal(cpsw_open(&config, &port), -EACCES);
    assert_int_equal(calls, 1);
    /* Lost, done or not: it is off afterwards. */
    for (unsigned done = 0; done < 2; done++) {
        calls = 0;
        fail_with = -ETIMEDOUT;
        done_all_the_same = done == 1;
        assert_int_equal(cpsw_open(&config, &port), -ETIMEDOUT);
        assert_int_equal(calls, 2);
        now = take_inventory();
        assert_memory_equal(&before, &now, sizeof(now));
    }
    /* The close's answer is lost once. */
    fail_at = 0;
    open_port(true, 1);
    calls = 0;
    fail_at = 1;
    close_port();
    assert_int_equal(calls, 2);
    /* It is refused: held, and released by the next user. */
    fail_at = 0;
    open_port(true, 1);
    calls = 0;
    fail_at = 1;
    fail_with = -EACCES;
    done_all_the_same = false;
    assert_int_equal(cpsw_close(port), -EIO);
    memory_out = 0;
    fail_at = 0;
    open_port(true, 1);
    close_port();
}

/* ---- the system firmware, step by step ---- */

static void send_some(void)
{
    struct udma_buffer buffers[4];
    struct udma_packet packets[4];

    memset(packets, 0, sizeof(packets));
    for (unsigned i = 0; i < 4; i++) {
        make_frame(frames[i], own, peer, 100 + i, i);
        buffers[i] = (struct udma_buffer){.data = frames[i], .length = 100 + i};
        packets[i] = (struct udma_packet){
            .buffers = &buffers[i], .buffer_count = 1, .cookie = (void *)(uintptr_t)(i + 1)};
    }
    assert_int_equal(cpsw_send(port, packets, 4), 4);
    host_advance_us(100);
}

/* A life in which the firmware's answer number `step`, and those after it, go wrong. */
static void live(enum am65x_fault fault, unsigned step, unsigned count)
{
    const struct cpsw_config config = config_of(true, 2);
    int error;

    memset(&seen, 0, sizeof(seen));
    memory_out = 0;
    assert_true(am65x_inject_after(fault, 0, step, count));
    error = cpsw_open(&config, &port);
    if (error != 0) {
        assert_true(error == -EACCES || error == -ETIMEDOUT || error == -EIO);
    } else {
        give_all(2);
        assert_int_equal(cpsw_start(port), 0);
        send_some();
        error = cpsw_close(port);
        assert_true(error == 0 || error == -EIO);
        assert_int_equal(memory_out, 0);
        assert_int_equal(seen.sent + seen.canceled, 4);
    }
    assert_true(am65x_inject(fault, 0, 0));
}

/* The thread sanitizer takes a minute for all of them, and has one thread to look at. */
#ifdef __SANITIZE_THREAD__
#define STEP_BY 16u
#else
#define STEP_BY 1u
#endif

/* Whatever goes wrong, is told; and when nothing does any more, all is as it was before. */
static void test_firmware_faults(void **state)
{
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_NAK, AM65X_FAULT_SCI_DROP,
                                              AM65X_FAULT_SCI_LOST};
    struct inventory now;

    (void)state;
    for (unsigned fault = 0; fault < 3; fault++)
        for (unsigned count = 1; count <= 3; count++)
            for (unsigned step = 0; step < STEPS; step += STEP_BY) {
                live(faults[fault], step, count);
                for (unsigned i = 0; i < 3; i++) { /* what is held is tried again */
                    memset(&seen, 0, sizeof(seen));
                    memory_out = 0;
                    open_port(true, 2);
                    there_and_back(100);
                    close_port();
                }
                now = take_inventory();
                assert_memory_equal(&before, &now, sizeof(now));
            }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(test_loopback),
        TEST(test_lengths),
        TEST(test_batch_and_back_pressure),
        TEST(test_coalesced),
        TEST(test_filter),
        TEST(test_filter_that_is_full),
        TEST(test_filter_is_for_threads),
        TEST(test_vlans),
        TEST(test_flows),
        TEST(test_flows_by_ethertype_and_ipv4),
        TEST(test_no_buffers),
        TEST(test_link),
        TEST(test_link_of_loopback),
        TEST(test_wire),
        TEST(test_configuration),
        TEST(test_close_not_allowed),
        TEST(test_close_in_the_middle),
        TEST(test_close_while_others_send),
        TEST(test_close_while_others_look),
        TEST(test_link_is_told_in_order),
        TEST(test_close_in_link),
        TEST(test_close_waits_for_senders),
        TEST(test_close_unstarted),
        TEST(test_power),
        TEST(test_firmware_faults),
    };

    return cmocka_run_group_tests(tests, start_machine, stop_machine);
}
