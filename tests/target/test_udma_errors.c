// SPDX-License-Identifier: BSD-3-Clause
/*
 * Errors that a Navigator tells of all channels together, through a loopback: as many callbacks as
 * packets for a flow that is not the channel's, on both Navigators, while the interrupt moves,
 * while others open and close, and in a close; and, on the twin, rings whose memory does not
 * answer.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/packet.h"
#include "msi/irq.h"
#include "platform/platform.h"
#include "tests/target/all_cores.h"
#include "tests/target/navigators.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <stdio.h>
#include <string.h>

#define DEPTH   4u
#define SIZE    64u
#define ROUNDS  24u
#define WAIT_US UINT64_C(5000000)

struct loop {
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    uint8_t *memory; /* DEPTH of SIZE, and one */
    unsigned sent, received, returned, wrong;
    unsigned refused, memory_errors; /* what was heard */
    unsigned wanted;                 /* of refused, or of memory_errors, that is waited for */
};

static void add(unsigned *count)
{
    __atomic_add_fetch(count, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static unsigned get(const unsigned *count)
{
    return __atomic_load_n(count, __ATOMIC_ACQUIRE);
}

static void on_sent(void *context, void *cookie, int status)
{
    (void)cookie;
    if (status == 0)
        add(&((struct loop *)context)->sent);
}

static void on_packet(void *context, const struct udma_received *packet)
{
    struct loop *loop = context;

    packet->buffers[0].length = SIZE;
    (void)udma_flow_give(loop->flow, 0, packet->buffers, packet->buffer_count);
    add(&loop->received);
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        on_packet(context, packets[i]);
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)buffer;
    add(&((struct loop *)context)->returned);
}

static uint16_t bad_flow(const struct loop *loop, unsigned number)
{
    return (uint16_t)(udma_receive_first_flow(loop->receive) + 1u + number % 3u);
}

static void on_error(void *context, enum udma_error error)
{
    struct loop *loop = context;

    if (error == UDMA_ERROR_FLOW) {
        if ((uint16_t)(udma_receive_refused_flow(loop->receive) - bad_flow(loop, 0)) > 2u)
            add(&loop->wrong);
        add(&loop->refused);
    } else if (error == UDMA_ERROR_MEMORY) {
        add(&loop->memory_errors);
    } else if (error != UDMA_ERROR_TEARDOWN) {
        add(&loop->wrong);
    }
}

static bool open_receiver(struct loop *loop, struct udma *udma)
{
    const struct udma_receive_config receive = {.name = "test", .udma = udma, .flow_count = 1};
    const struct udma_flow_config flow = {.name = "test flow",
                                          .core = core_id(),
                                          .depth = DEPTH,
                                          .received = on_received,
                                          .returned = on_returned,
                                          .error = on_error,
                                          .context = loop};

    loop->memory = dma_alloc((DEPTH + 1u) * SIZE);
    if (loop->memory == NULL || udma_receive_open(&receive, &loop->receive) != 0 ||
        udma_flow_open(loop->receive, 0, &flow, &loop->flow) != 0)
        return false;
    for (unsigned i = 0; i < DEPTH; i++) {
        const struct udma_buffer buffer = {loop->memory + i * SIZE, NULL, SIZE};

        if (udma_flow_give(loop->flow, 0, &buffer, 1) != 1)
            return false;
    }
    return true;
}

static bool open_loop(struct loop *loop, enum platform_navigator navigator)
{
    struct udma *udma = platform_udma(navigator);
    const struct udma_transmit_config transmit = {.name = "test transmit",
                                                  .udma = udma,
                                                  .core = core_id(),
                                                  .depth = DEPTH,
                                                  .buffers_max = 1,
                                                  .sent = on_sent,
                                                  .error = on_error,
                                                  .context = loop};

    *loop = (struct loop){.wrong = 0};
    return udma != NULL && open_receiver(loop, udma) &&
           udma_transmit_open(&transmit, &loop->transmit) == 0 &&
           udma_loopback_pair(loop->transmit, loop->receive) == 0 &&
           udma_receive_start(loop->receive) == 0;
}

/* Whether nothing was lost. */
static bool close_loop(struct loop *loop)
{
    bool good = udma_transmit_close(loop->transmit) == 0 && udma_receive_close(loop->receive) == 0;

    dma_free(loop->memory);
    return good && loop->wrong == 0 && loop->returned == DEPTH;
}

static bool send_to(struct loop *loop, uint16_t flow)
{
    struct udma_buffer buffer = {loop->memory + DEPTH * SIZE, NULL, SIZE};
    const struct udma_header header = {.flow = flow};
    const struct udma_packet packet = {.buffers = &buffer, .buffer_count = 1, .header = &header};

    return udma_send(loop->transmit, &packet, 1) == 1;
}

static bool is_heard(void *argument)
{
    const struct loop *loop = argument;

    return get(&loop->refused) + get(&loop->memory_errors) >= loop->wanted;
}

/* One more is heard, and no more than that. */
static bool hears_one_more(struct loop *loop)
{
    loop->wanted++;
    return idle_for(is_heard, loop, WAIT_US) == 0 &&
           get(&loop->refused) + get(&loop->memory_errors) == loop->wanted;
}

/* Whether the system firmware has given this host the event: else there is nothing to hear. */
static bool is_told(enum platform_navigator navigator)
{
    return platform_udma(navigator)->errors.flow_irq != NULL;
}

SELFTEST(packet, each_packet_for_a_wrong_flow_is_told, 60)
{
    const struct navigators before = navigators_inventory();
    static struct loop loop, other;

    for (unsigned n = 0; n < PLATFORM_NAVIGATORS; n++) {
        const enum platform_navigator navigator = (enum platform_navigator)n;
        char route[160];

        CHECK(open_loop(&loop, navigator));
        CHECK(udma_flow_describe(loop.flow, route, sizeof(route)) > 0);
        printf("# %s\n", route);
        for (unsigned i = 0; i < ROUNDS && is_told(navigator); i++) {
            struct irq *irq = platform_udma(navigator)->errors.flow_irq;

            CHECK_EQUAL(irq_set_affinity(irq, i % core_count()), 0);
            CHECK(send_to(&loop, bad_flow(&loop, i)));
            if (i % 8u == 0)
                CHECK(open_loop(&other, navigator));
            CHECK(hears_one_more(&loop));
            if (i % 8u == 4u)
                CHECK(close_loop(&other));
            CHECK(send_to(&loop, UDMA_FLOW_DEFAULT));
        }
        CHECK(close_loop(&loop));
        if (loop.refused != 0)
            CHECK_EQUAL(loop.received, ROUNDS);
        CHECK(navigators_are_as_before(&before));
    }
}

SELFTEST(packet, a_wrong_flow_is_told_in_the_close_at_last, 60)
{
    const struct navigators before = navigators_inventory();
    static struct loop loop;

    for (unsigned i = 0; i < 16; i++) {
        const enum platform_navigator navigator = (enum platform_navigator)(i & 1);
        bool told;

        CHECK(open_loop(&loop, navigator));
        told = is_told(navigator);
        CHECK(send_to(&loop, bad_flow(&loop, i)));
        delay_us(i * 2u);
        CHECK(close_loop(&loop));
        CHECK_EQUAL(loop.sent, 1);
        CHECK_EQUAL(loop.refused, told ? 1 : 0);
    }
    CHECK(navigators_are_as_before(&before));
}

static bool bad_on[CORE_MAX];
static unsigned finished; /* cores */

static bool all_have_finished(void *argument)
{
    (void)argument;
    return get(&finished) == core_count();
}

/* What comes while another's is being told is not noted: each tries again until it has been heard.
 */
static void hear_on_this_core(void *argument)
{
    const unsigned core = core_id();
    const enum platform_navigator navigator = (enum platform_navigator)(core & 1);
    struct loop loop;

    (void)argument;
    bad_on[core] = !open_loop(&loop, navigator);
    for (unsigned i = 1; i <= 5 && !bad_on[core] && is_told(navigator); i++) {
        const deadline_t deadline = deadline_after_us(WAIT_US);

        loop.wanted = i;
        while (!is_heard(&loop) && !bad_on[core]) {
            (void)send_to(&loop, bad_flow(&loop, i));
            (void)idle_for(is_heard, &loop, 2000);
            bad_on[core] = deadline_passed(deadline);
        }
    }
    if (!close_loop(&loop))
        bad_on[core] = true;
    /* The work of others may be queued here. */
    add(&finished);
    (void)idle_for(all_have_finished, NULL, 2 * WAIT_US);
}

SELFTEST(packet, all_cores_hear_of_their_own_wrong_flows, 60)
{
    const struct navigators before = navigators_inventory();

    memset(bad_on, 0, sizeof(bad_on));
    finished = 0;
    CHECK_EQUAL(run_on_all_cores(hear_on_this_core, NULL, 4 * WAIT_US), 0);
    for (unsigned i = 0; i < core_count(); i++)
        CHECK(!bad_on[i]);
    CHECK(navigators_are_as_before(&before));
}

SELFTEST(packet, a_ring_whose_memory_fails_is_told, 60)
{
    const struct navigators before = navigators_inventory();
    static struct loop loop;

    if (!twin_present())
        SKIP("it takes a fault of the twin's");
    CHECK(open_loop(&loop, PLATFORM_NAVSS_MAIN));
    for (unsigned i = 0; i < ROUNDS; i++) {
        CHECK_EQUAL(
            irq_set_affinity(platform_udma(PLATFORM_NAVSS_MAIN)->errors.ring_irq, i % core_count()),
            0);
        CHECK(twin_inject(AM65X_FAULT_RING_ERROR, 0, 1));
        CHECK(send_to(&loop, UDMA_FLOW_DEFAULT));
        CHECK(hears_one_more(&loop));
    }
    CHECK(close_loop(&loop));
    CHECK_EQUAL(loop.memory_errors, ROUNDS);
    CHECK_EQUAL(loop.received, ROUNDS);
    CHECK(navigators_are_as_before(&before));
}
