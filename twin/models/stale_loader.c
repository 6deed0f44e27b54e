// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood stale-ethernet: a loader that has fetched the image over the network may have
 * left all of it on. Two packet channels of the MCU's Navigator, of numbers that are not the first,
 * are paired with the switch's threads and run; the flow has free buffers, and its completion ring
 * a packet that nobody has looked at. The switch takes frames for the loader's address and from
 * everybody that it has learned, as U-Boot's driver has it (bypass), and a classifier sends some to
 * another flow. What comes in meanwhile is written to the loader's buffers. The transmit channel's
 * ring has gone already: a full one is that of the block copy (udmap.c).
 */
#include "twin/models/stale_loader.h"

#include "twin/models/am65x.h"
#include "twin/models/cpsw.h"
#include "twin/models/models.h"
#include "twin/models/psil.h"
#include "twin/models/udmap.h"

#define TRANSMIT             11u
#define RECEIVE              12u
#define PSIL_BASE            0x6000u
#define SWITCH_SOURCE        0x7000u
#define SWITCH_DESTINATION   0xf000u
#define FREE_RING            (48u + RECEIVE)
#define COMPLETION_RING      97u
#define RING_ELEMENTS        16u

/* Its memory, behind what else the mood has (udmap.c). */
#define RINGS                0x9c390000u
#define DESCRIPTORS          0x9c394000u
#define DESCRIPTOR_SIZE      128u
#define BUFFERS              0x9c398000u
#define BUFFER_SIZE          2048u
#define FREE_BUFFERS         4u

#define CONTROL_ENABLE       (UINT32_C(1) << 31)
#define DESCRIPTOR_HOST      (UINT32_C(1) << 30)

/* The switch, as cpsw.c and cpsw_ale.c have it. */
#define SWITCH_CONTROL       0x20004u
#define CONTROL_P0           0x2004u /* on, without frame check sequences */
#define PORT_MAC_CONTROL     0x22330u
#define MAC_GIGABIT          0xa1u /* GMII_EN, GIG, FULLDUPLEX */
#define P0_FLOW_ID           0x21008u
#define ALE                  0x3e000u
#define ALE_CONTROL          0x008u
#define ALE_ON_BYPASS        0x80000010u
#define ALE_TABLE_CONTROL    0x020u
#define ALE_TABLE            0x034u
#define ALE_PORT_CONTROL     0x040u
#define PORT_FORWARDS        3u
#define ALE_POLICER_PORT     0x100u
#define POLICER_ANY_PRIORITY 0x80000u
#define ALE_POLICER_TABLE    0x120u
#define ALE_THREAD_NUMBER    0x138u
#define ALE_THREAD_VALUE     0x13cu
#define THREAD_FIVE          0x8005u
#define WRITE                (UINT32_C(1) << 31)

static void leave_ring(unsigned number, unsigned occupied)
{
    struct ring *ring = ringacc_ring(NAVSS_MCU, number);

    ring->base = RINGS + 0x1000u * (number % 4u);
    ring->size_code = 1; /* 8 bytes */
    ringacc_configured(NAVSS_MCU, number, RING_ELEMENTS);
    for (unsigned i = 0; i < occupied; i++) {
        const uint64_t element = DESCRIPTORS + i * DESCRIPTOR_SIZE;

        (void)model_memory_write(ring->base + i * sizeof(element), &element, sizeof(element));
    }
    ring->occupied = occupied;
}

static void leave_descriptor(unsigned number)
{
    const uint32_t buffer = BUFFERS + number * BUFFER_SIZE;
    const uint32_t words[12] = {DESCRIPTOR_HOST, 0, COMPLETION_RING, 0,           0,      0,
                                buffer,          0, BUFFER_SIZE,     BUFFER_SIZE, buffer, 0};

    (void)model_memory_write(DESCRIPTORS + number * DESCRIPTOR_SIZE, words, sizeof(words));
}

static void leave_channels(void)
{
    struct channel *transmit = &udmap_tchan(NAVSS_MCU, TRANSMIT)->common;
    struct channel *receive = &udmap_rchan(NAVSS_MCU, RECEIVE)->common;
    struct udmap_flow *flow = udmap_flow(NAVSS_MCU, RECEIVE);

    for (unsigned i = 0; i < FREE_BUFFERS; i++)
        leave_descriptor(i);
    leave_ring(FREE_RING, FREE_BUFFERS);
    leave_ring(COMPLETION_RING, 1);
    flow->einfo = flow->psinfo = flow->error_handling = 1;
    flow->destination_ring = COMPLETION_RING;
    for (unsigned i = 0; i < 4; i++)
        flow->free_ring[i] = FREE_RING;
    transmit->settings.type = receive->settings.type = TYPE_PACKET;
    transmit->settings.completion_ring = COMPLETION_RING;
    transmit->control = receive->control = CONTROL_ENABLE;
    transmit->peer[PSIL_PEER_ENABLE] = receive->peer[PSIL_PEER_ENABLE] = PEER_ENABLE;
    (void)psil_pair(PSIL_BASE + TRANSMIT, SWITCH_DESTINATION);
    (void)psil_pair(SWITCH_SOURCE, (PSIL_BASE + RECEIVE) | PSIL_DESTINATION);
}

/* An address without a VLAN: words 1 and 0 of the table have it, word 2 the ports of a group's. */
static void leave_address(unsigned entry, uint32_t high, uint32_t middle, uint32_t low)
{
    cpsw_write(0, ALE + ALE_TABLE, high);
    cpsw_write(0, ALE + ALE_TABLE + 4, middle);
    cpsw_write(0, ALE + ALE_TABLE + 8, low);
    cpsw_write(0, ALE + ALE_TABLE_CONTROL, WRITE | entry);
}

static void leave_switch(void)
{
    cpsw_write(0, SWITCH_CONTROL, CONTROL_P0);
    cpsw_write(0, P0_FLOW_ID, RECEIVE);
    cpsw_write(0, ALE + ALE_CONTROL, ALE_ON_BYPASS);
    for (unsigned port = 0; port < CPSW_PORTS; port++)
        cpsw_write(0, ALE + ALE_PORT_CONTROL + 4 * port, PORT_FORWARDS);
    leave_address(0, 0, 0x100002a6, 0x54000001);    /* the port's, behind the host */
    leave_address(1, 0x0c, 0xd000ffff, 0xffffffff); /* all, to both ports */
    leave_address(2, 0x04, 0x10000211, 0x22334455); /* a neighbour, behind the wire */
    cpsw_write(0, ALE + ALE_POLICER_PORT, POLICER_ANY_PRIORITY);
    cpsw_write(0, ALE + ALE_POLICER_TABLE, WRITE | 7u);
    cpsw_write(0, ALE + ALE_THREAD_NUMBER, 7);
    cpsw_write(0, ALE + ALE_THREAD_VALUE, THREAD_FIVE);
    cpsw_write(0, PORT_MAC_CONTROL, MAC_GIGABIT);
}

void stale_loader_leave(void)
{
    if (!model_mood(AM65X_MOOD_STALE_ETHERNET))
        return;
    leave_channels();
    leave_switch();
}
