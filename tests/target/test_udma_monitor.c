// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ring monitors of both Navigators: each mode on a ring in message mode, or on a flow's free ring,
 * with its interrupt.
 *
 * Whether a threshold's event comes once when the threshold is crossed, or at each change beyond
 * it, no document says: what is looked for is that one comes, and none on this side of it.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/message_ring.h"
#include "drivers/udma/monitor.h"
#include "drivers/udma/packet.h"
#include "msi/irq.h"
#include "tests/target/counting.h"
#include "tests/target/navigators.h"

#include <errno.h>
#include <string.h>

#define PLACES   16u
#define LOW      4u
#define HIGH     12u
#define SIZE     64u
#define MANY     64u /* no Navigator has more monitors */
#define WAIT_US  UINT64_C(10000000)
#define QUIET_US 5000u

struct watch {
    struct udma_monitor *monitor;
    uint64_t events; /* atomic */
    unsigned core;   /* of the last event */
};

static void on_event(void *context)
{
    struct watch *watch = context;

    watch->core = core_id();
    __atomic_add_fetch(&watch->events, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static uint64_t events(const struct watch *watch)
{
    return __atomic_load_n(&watch->events, __ATOMIC_ACQUIRE);
}

/* With an interrupt, on the last core. */
static int open_watch(struct watch *watch, enum platform_navigator navigator, uint16_t ring,
                      enum udma_monitor_mode mode)
{
    const struct udma_monitor_config config = {
        .udma = platform_udma(navigator),
        .ring = ring,
        .mode = mode,
        .low = mode == UDMA_MONITOR_THRESHOLD ? LOW : 0,
        .high = mode == UDMA_MONITOR_THRESHOLD ? HIGH : 0,
        .event = on_event,
        .context = watch,
        .name = "monitor",
        .core = core_count() - 1u,
    };

    *watch = (struct watch){.events = 0};
    return udma_monitor_open(&config, &watch->monitor);
}

/* Elements, put or (negative) taken. */
static bool move(struct udma_message_ring *ring, int count)
{
    uint64_t element;
    int error = 0;

    for (; count > 0 && error == 0; count--)
        error = udma_message_ring_put(ring, (uint64_t)count);
    for (; count < 0 && error == 0; count++)
        error = udma_message_ring_take(ring, &element);
    return error == 0;
}

static bool reads(const struct watch *watch, uint32_t first, uint32_t second)
{
    uint32_t is[2];

    udma_monitor_read(watch->monitor, &is[0], &is[1]);
    if (is[0] == first && is[1] == second)
        return true;
    selftest_fail(__FILE__, __LINE__, "a monitor has %u and %u, expected %u and %u",
                  (unsigned)is[0], (unsigned)is[1], (unsigned)first, (unsigned)second);
    return false;
}

static void check_counts(enum platform_navigator navigator, struct udma_message_ring *ring)
{
    struct watch watch;

    CHECK_EQUAL(open_watch(&watch, navigator, udma_message_ring_index(ring), UDMA_MONITOR_COUNTS),
                0);
    CHECK(reads(&watch, 0, 0));
    CHECK(move(ring, 9));
    CHECK(reads(&watch, 9, 0));
    CHECK(move(ring, -4) && move(ring, 11) && move(ring, -16));
    CHECK(reads(&watch, 20, 20));
    CHECK_EQUAL(events(&watch), 0);
    CHECK_EQUAL(udma_monitor_close(watch.monitor), 0);
}

static void check_watermark(enum platform_navigator navigator, struct udma_message_ring *ring)
{
    struct watch watch;

    CHECK(move(ring, 6));
    CHECK_EQUAL(
        open_watch(&watch, navigator, udma_message_ring_index(ring), UDMA_MONITOR_WATERMARK), 0);
    CHECK(move(ring, -2) && move(ring, 9) && move(ring, -6));
    CHECK(reads(&watch, 4, 13));
    CHECK(move(ring, -7));
    CHECK(reads(&watch, 0, 13));
    CHECK_EQUAL(udma_monitor_close(watch.monitor), 0);
}

static void check_threshold(enum platform_navigator navigator, struct udma_message_ring *ring)
{
    struct watch watch;
    uint64_t before;

    CHECK(move(ring, LOW + 1));
    CHECK_EQUAL(
        open_watch(&watch, navigator, udma_message_ring_index(ring), UDMA_MONITOR_THRESHOLD), 0);
    CHECK(move(ring, HIGH - LOW - 1) && move(ring, -(int)(HIGH - LOW)));
    delay_us(QUIET_US);
    CHECK_EQUAL(events(&watch), 0);
    CHECK(move(ring, HIGH - LOW + 1)); /* one more than HIGH */
    CHECK_EQUAL(wait_for_count(&watch.events, 1, WAIT_US), 0);
    CHECK_EQUAL(watch.core, core_count() - 1u);
    CHECK(move(ring, -1));
    delay_us(QUIET_US);
    before = events(&watch);
    CHECK(move(ring, -(int)(HIGH - LOW)));
    delay_us(QUIET_US);
    CHECK_EQUAL(events(&watch), before);
    CHECK(move(ring, -1)); /* one less than LOW */
    CHECK_EQUAL(wait_for_count(&watch.events, before + 1u, WAIT_US), 0);
    CHECK_EQUAL(udma_monitor_close(watch.monitor), 0);
    before = events(&watch);
    CHECK(move(ring, PLACES - LOW + 1) && move(ring, -(int)PLACES));
    delay_us(QUIET_US);
    CHECK_EQUAL(events(&watch), before);
}

static void check_on_message_rings(void (*check)(enum platform_navigator navigator,
                                                 struct udma_message_ring *ring))
{
    const struct navigators before = navigators_inventory();

    for (unsigned i = 0; i < PLATFORM_NAVIGATORS && !selftest_failed(); i++) {
        struct udma_message_ring *ring;

        CHECK_EQUAL(
            udma_message_ring_open(platform_udma((enum platform_navigator)i), PLACES, &ring), 0);
        check((enum platform_navigator)i, ring);
        CHECK_EQUAL(udma_message_ring_close(ring), 0);
    }
    CHECK(navigators_are_as_before(&before));
}

SELFTEST(monitor, what_is_put_and_taken_is_counted, 60)
{
    check_on_message_rings(check_counts);
}

SELFTEST(monitor, the_fewest_and_the_most_are_remembered, 60)
{
    check_on_message_rings(check_watermark);
}

SELFTEST(monitor, a_threshold_interrupts_when_it_is_passed, 60)
{
    check_on_message_rings(check_threshold);
}

/* ---- starvation: a flow that has run out of buffers ---- */

static struct hungry {
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    uint64_t received; /* atomic */
} hungry;

static void on_packet(void *context)
{
    (void)context;
    __atomic_add_fetch(&hungry.received, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    (void)packets;
    for (unsigned i = 0; i < count; i++)
        on_packet(context);
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)context;
    (void)buffer;
}

static void on_sent(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
}

static int open_hungry(struct udma *udma)
{
    const struct udma_receive_config receive = {.name = "hungry", .udma = udma, .flow_count = 1};
    const struct udma_transmit_config transmit = {
        .udma = udma, .core = 0, .depth = 1, .buffers_max = 1, .sent = on_sent};
    const struct udma_flow_config flow = {
        .depth = 1, .when_empty = UDMA_FLOW_WAIT, .received = on_received, .returned = on_returned};
    int error = udma_receive_open(&receive, &hungry.receive);

    if (error == 0)
        error = udma_flow_open(hungry.receive, 0, &flow, &hungry.flow);
    if (error == 0)
        error = udma_transmit_open(&transmit, &hungry.transmit);
    if (error == 0)
        error = udma_loopback_pair(hungry.transmit, hungry.receive);
    return error == 0 ? udma_receive_start(hungry.receive) : error;
}

static void check_starvation(enum platform_navigator navigator)
{
    uint8_t *memory = dma_alloc(2u * SIZE);
    struct udma_buffer source = {memory, NULL, SIZE}, empty = {memory + SIZE, NULL, SIZE};
    const struct udma_packet packet = {.buffers = &source, .buffer_count = 1};
    uint32_t times, none;
    struct watch watch;

    CHECK(memory != NULL);
    memset(memory, 0x3c, SIZE);
    hungry = (struct hungry){.received = 0};
    CHECK_EQUAL(open_hungry(platform_udma(navigator)), 0);
    CHECK_EQUAL(
        open_watch(&watch, navigator, udma_flow_free_ring(hungry.flow, 0), UDMA_MONITOR_STARVATION),
        0);
    delay_us(QUIET_US);
    CHECK_EQUAL(events(&watch), 0);
    CHECK_EQUAL(udma_send(hungry.transmit, &packet, 1), 1);
    CHECK_EQUAL(wait_for_count(&watch.events, 1, WAIT_US), 0);
    udma_monitor_read(watch.monitor, &times, &none);
    CHECK(times != 0);
    CHECK_EQUAL(hungry.received, 0);
    CHECK_EQUAL(udma_flow_give(hungry.flow, 0, &empty, 1), 1);
    CHECK_EQUAL(wait_for_count(&hungry.received, 1, WAIT_US), 0);
    CHECK(memcmp(memory, memory + SIZE, SIZE) == 0);
    CHECK_EQUAL(udma_monitor_close(watch.monitor), 0);
    CHECK_EQUAL(udma_transmit_close(hungry.transmit), 0);
    CHECK_EQUAL(udma_receive_close(hungry.receive), 0);
    dma_free(memory);
}

SELFTEST(monitor, a_flow_without_buffers_is_told, 60)
{
    const struct navigators before = navigators_inventory();

    for (unsigned i = 0; i < PLATFORM_NAVIGATORS && !selftest_failed(); i++)
        check_starvation((enum platform_navigator)i);
    CHECK(navigators_are_as_before(&before));
}

/* ---- as many as there are ---- */

static unsigned open_all(enum platform_navigator navigator, uint16_t ring, struct watch *watches)
{
    unsigned count = 0;
    int error = 0;

    while (count < MANY && error == 0) {
        error = open_watch(&watches[count], navigator, ring, UDMA_MONITOR_COUNTS);
        count += error == 0;
    }
    return error == -ENOSPC ? count : 0;
}

static void check_all(enum platform_navigator navigator, struct udma_message_ring *ring)
{
    static struct watch watches[MANY];
    unsigned first = 0;

    for (unsigned round = 0; round < 2; round++) {
        const unsigned count = open_all(navigator, udma_message_ring_index(ring), watches);

        CHECK(count != 0 && (round == 0 || count == first));
        first = count;
        CHECK(move(ring, 3) && move(ring, -3));
        for (unsigned i = 0; i < count; i++) {
            CHECK(reads(&watches[i], 3, 3));
            CHECK_EQUAL(udma_monitor_close(watches[i].monitor), 0);
        }
    }
}

SELFTEST(monitor, all_of_them_look_at_one_ring, 60)
{
    check_on_message_rings(check_all);
}
