// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets from transmit channels to receive channels of the same Navigator and of the other: of
 * every length, in order, with what they were sent with, from all cores at once, and torn down in
 * the middle.
 */
#include "app/selftest/selftest.h"
#include "app/selftest/watchdog.h"
#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/packet.h"
#include "platform/platform.h"
#include "tests/target/all_cores.h"
#include "tests/target/example_packet.h"
#include "tests/target/navigators.h"
#include "tests/target/soc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DEPTH        16u
#define BUFFERS      4u
#define BUFFER_SIZE  2048u
#define LENGTH_MAX   6000u /* so most packets need several buffers at both ends */
#define LONGEST      0x3fffffu
#define PATTERN      (LENGTH_MAX + 256u)
#define WAIT_US      UINT64_C(20000000)
#define SOAK_WAIT_US (UINT64_C(600) * 1000000)

/* ---- a loop that checks what comes ---- */

struct loop {
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    uint8_t *memory, *pattern;
    unsigned total;
    unsigned queued;                   /* of the thread */
    unsigned sent, canceled, readies;  /* of the transmitter's interrupt */
    unsigned received, returned, held; /* of the receiver's; held: buffers that are not given */
    unsigned wrong;                    /* contents, order, cookies */
    unsigned errors[UDMA_ERRORS];
    bool polled;
    struct udma_coalesce coalesce;
};

static unsigned get(const unsigned *count)
{
    return __atomic_load_n(count, __ATOMIC_ACQUIRE);
}

static void add(unsigned *count)
{
    __atomic_store_n(count, *count + 1u, __ATOMIC_RELEASE);
}

/* Every length from 1 on, mixed. */
static uint32_t length_of(unsigned number)
{
    return 1u + (number * 31u + (number >> 3) * 1009u) % LENGTH_MAX;
}

static const uint8_t *data_of(const struct loop *loop, unsigned number)
{
    return loop->pattern + number * 13u % 256u;
}

static void on_sent(void *context, void *cookie, int status)
{
    struct loop *loop = context;

    if ((uintptr_t)cookie != loop->sent + loop->canceled)
        add(&loop->wrong);
    if (status == 0)
        add(&loop->sent);
    else
        add(&loop->canceled);
    wait_notify();
}

static void on_ready(void *context)
{
    add(&((struct loop *)context)->readies);
    wait_notify();
}

static void on_error(void *context, enum udma_error error)
{
    add(&((struct loop *)context)->errors[error]);
}

static bool is_right(const struct loop *loop, const struct udma_received *packet)
{
    const unsigned number = loop->received;
    const uint8_t *expected = data_of(loop, number);
    struct udma_header header;

    udma_received_header(packet, &header);
    if (packet->length != length_of(number) || !header.has_epib || header.epib[1] != number ||
        header.word_count != 2 || header.words[1] != ~number || packet->error_flags != 0)
        return false;
    for (unsigned i = 0; i < packet->buffer_count; i++) {
        const struct udma_buffer *buffer = &packet->buffers[i];

        if (memcmp(buffer->data, expected, buffer->length) != 0)
            return false;
        expected += buffer->length;
    }
    return true;
}

static void take(struct loop *loop, const struct udma_received *packet)
{
    int given;

    if (!is_right(loop, packet))
        add(&loop->wrong);
    for (unsigned i = 0; i < packet->buffer_count; i++)
        packet->buffers[i].length = BUFFER_SIZE;
    given = udma_flow_give(loop->flow, 0, packet->buffers, packet->buffer_count);
    if (given < 0) /* it is being closed */
        loop->held += packet->buffer_count;
    else if ((unsigned)given != packet->buffer_count)
        add(&loop->wrong);
    add(&loop->received);
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        take(context, packets[i]);
    wait_notify();
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)buffer;
    add(&((struct loop *)context)->returned);
}

static bool open_memory(struct loop *loop)
{
    loop->memory = dma_alloc(DEPTH * BUFFER_SIZE);
    loop->pattern = dma_alloc(PATTERN);
    if (loop->memory == NULL || loop->pattern == NULL)
        return false;
    for (unsigned i = 0; i < PATTERN; i++)
        loop->pattern[i] = (uint8_t)(i ^ i >> 8);
    return true;
}

static bool open_receiver(struct loop *loop, struct udma *udma, unsigned core)
{
    const struct udma_receive_config receive = {.name = "test", .udma = udma, .flow_count = 1};
    const struct udma_flow_config flow = {.name = "test flow",
                                          .core = core,
                                          .polled = loop->polled,
                                          .depth = DEPTH,
                                          .coalesce = loop->coalesce,
                                          .received = on_received,
                                          .returned = on_returned,
                                          .error = on_error,
                                          .context = loop};

    if (udma_receive_open(&receive, &loop->receive) != 0 ||
        udma_flow_open(loop->receive, 0, &flow, &loop->flow) != 0)
        return false;
    for (unsigned i = 0; i < DEPTH; i++) {
        const struct udma_buffer buffer = {.data = loop->memory + i * BUFFER_SIZE,
                                           .length = BUFFER_SIZE};

        if (udma_flow_give(loop->flow, 0, &buffer, 1) != 1)
            return false;
    }
    return true;
}

/* Its total, and whether it is polled or coalesced, are set. */
static bool open_ends(struct loop *loop, enum platform_navigator from, enum platform_navigator to)
{
    const unsigned core = core_id(), other = (core + 1u) % core_count();
    const struct udma_transmit_config transmit = {.name = "test transmit",
                                                  .udma = platform_udma(from),
                                                  .core = core,
                                                  .polled = loop->polled,
                                                  .depth = DEPTH,
                                                  .buffers_max = BUFFERS,
                                                  .coalesce = loop->coalesce,
                                                  .sent = on_sent,
                                                  .ready = on_ready,
                                                  .error = on_error,
                                                  .context = loop};

    return platform_udma(from) != NULL && platform_udma(to) != NULL && open_memory(loop) &&
           open_receiver(loop, platform_udma(to), other) &&
           udma_transmit_open(&transmit, &loop->transmit) == 0 &&
           udma_loopback_pair(loop->transmit, loop->receive) == 0 &&
           udma_receive_start(loop->receive) == 0;
}

static bool open_loop(struct loop *loop, enum platform_navigator from, enum platform_navigator to,
                      unsigned total)
{
    *loop = (struct loop){.total = total};
    return open_ends(loop, from, to);
}

/* In up to BUFFERS pieces. */
static int send_one(struct loop *loop, unsigned number)
{
    struct udma_buffer buffers[BUFFERS];
    const struct udma_header header = {.flow = UDMA_FLOW_DEFAULT,
                                       .has_epib = true,
                                       .epib = {0, number, 0, 0},
                                       .word_count = 2,
                                       .words = {0, ~number}};
    struct udma_packet packet = {
        .buffers = buffers, .header = &header, .cookie = (void *)(uintptr_t)number};
    uint8_t *data = (uint8_t *)(uintptr_t)data_of(loop, number);
    uint32_t left = length_of(number);
    const unsigned pieces = 1u + number % BUFFERS;

    for (unsigned i = 0; i < pieces && left != 0; i++) {
        const uint32_t some = i + 1u == pieces ? left : (left + 1u) / 2u;

        buffers[packet.buffer_count++] = (struct udma_buffer){.data = data, .length = some};
        data += some;
        left -= some;
    }
    return udma_send(loop->transmit, &packet, 1);
}

static bool has_room(void *argument)
{
    const struct loop *loop = argument;

    return loop->queued - get(&loop->sent) < DEPTH;
}

static bool is_done(void *argument)
{
    const struct loop *loop = argument;

    return get(&loop->received) == loop->queued && get(&loop->sent) == loop->queued;
}

/* As far as loop->total, waiting where there is no room. */
static bool queue_all(struct loop *loop, uint64_t timeout_us)
{
    while (loop->queued < loop->total && !selftest_aborted()) {
        int taken = send_one(loop, loop->queued);

        if (taken == 1)
            loop->queued++;
        else if (taken != -EAGAIN || wait_for(has_room, loop, timeout_us) != 0)
            return false;
    }
    return loop->queued == loop->total;
}

static bool send_all(struct loop *loop, uint64_t timeout_us)
{
    return queue_all(loop, timeout_us) && wait_for(is_done, loop, timeout_us) == 0;
}

/* Whether nothing was lost. */
static bool close_loop(struct loop *loop)
{
    bool good = udma_transmit_close(loop->transmit) == 0 && udma_receive_close(loop->receive) == 0;

    good = good && loop->wrong == 0 && loop->sent == loop->received &&
           loop->sent + loop->canceled == loop->queued && loop->returned + loop->held == DEPTH &&
           loop->errors[UDMA_ERROR_DESCRIPTOR] == 0 && loop->errors[UDMA_ERROR_RING] == 0;
    if (!good)
        printf("# queued %u, sent %u, canceled %u, received %u, wrong %u, returned %u, held %u\n",
               loop->queued, loop->sent, loop->canceled, loop->received, loop->wrong,
               loop->returned, loop->held);
    for (unsigned i = 0; !good && i < UDMA_ERRORS; i++)
        printf("# %s: %u\n", udma_error_name((enum udma_error)i), loop->errors[i]);
    dma_free(loop->memory);
    dma_free(loop->pattern);
    return good;
}

/* ---- tests ---- */

SELFTEST(packet, every_way_between_two_navigators_keeps_contents_and_order, 120)
{
    const struct navigators before = navigators_inventory();

    for (unsigned way = 0; way < 4; way++) {
        struct loop loop;

        CHECK(open_loop(&loop, (enum platform_navigator)(way & 1),
                        (enum platform_navigator)(way >> 1), 300));
        CHECK(send_all(&loop, WAIT_US));
        CHECK(close_loop(&loop));
    }
    CHECK(navigators_are_as_before(&before));
}

static bool bad_on[CORE_MAX];

static void loop_on_this_core(void *argument)
{
    const unsigned *total = argument;
    const unsigned core = core_id();
    struct loop loop;

    for (unsigned i = 0; i < 2; i++)
        if (!open_loop(&loop, (enum platform_navigator)((core + i) & 1),
                       (enum platform_navigator)((core + i) >> 1 & 1), *total) ||
            !send_all(&loop, WAIT_US) || !close_loop(&loop))
            bad_on[core] = true;
}

static void check_all_cores(unsigned total, uint64_t timeout_us)
{
    const struct navigators before = navigators_inventory();

    memset(bad_on, 0, sizeof(bad_on));
    CHECK_EQUAL(run_on_all_cores(loop_on_this_core, &total, timeout_us), 0);
    for (unsigned i = 0; i < core_count(); i++)
        CHECK(!bad_on[i]);
    CHECK(navigators_are_as_before(&before));
}

SELFTEST(packet, all_cores_send_to_one_another, 120)
{
    check_all_cores(150, 6 * WAIT_US);
}

/* A close while packets are queued, on their way, and in callbacks: none is lost, none is doubled.
 */
static void check_teardowns(unsigned rounds)
{
    const struct navigators before = navigators_inventory();

    for (unsigned i = 0; i < rounds && !selftest_failed() && !selftest_aborted(); i++) {
        struct loop loop;

        CHECK(open_loop(&loop, (enum platform_navigator)(i & 1),
                        (enum platform_navigator)(i >> 1 & 1), DEPTH));
        while (loop.queued < DEPTH && send_one(&loop, loop.queued) == 1)
            loop.queued++;
        CHECK_EQUAL(loop.queued, DEPTH);
        delay_us(i % 16u * 20u);
        CHECK(close_loop(&loop));
    }
    CHECK(navigators_are_as_before(&before));
}

SELFTEST(packet, a_close_in_the_middle_loses_and_doubles_nothing, 120)
{
    check_teardowns(32);
}

/* Both ends by hand: callbacks come in the polls, and a poll tells how many. */
static bool send_polled(struct loop *loop)
{
    const deadline_t deadline = deadline_after_us(WAIT_US);
    unsigned polled = 0;

    while (loop->queued < loop->total || !is_done(loop)) {
        int sent, received;

        if (loop->queued < loop->total && send_one(loop, loop->queued) == 1)
            loop->queued++;
        sent = udma_transmit_poll(loop->transmit);
        received = udma_flow_poll(loop->flow);
        if (sent < 0 || received < 0 || deadline_passed(deadline))
            return false;
        polled += (unsigned)sent + (unsigned)received;
        if (polled != loop->sent + loop->received)
            return false;
    }
    return true;
}

SELFTEST(packet, polled_ends_need_no_interrupt, 60)
{
    const struct navigators before = navigators_inventory();
    static struct loop loop;

    loop = (struct loop){.total = 100, .polled = true};
    CHECK(open_ends(&loop, PLATFORM_NAVSS_MAIN, PLATFORM_NAVSS_MCU));
    CHECK(send_polled(&loop));
    CHECK(close_loop(&loop));
    CHECK(navigators_are_as_before(&before));
}

/* Counts that come before the time, as long as nothing keeps the core from running for that long.
 * Each time that it expires there is its own interrupt, that of the next packet, and perhaps one
 * for which nothing is left. The buffers hold more packets than that. */
#define COALESCED      4u
#define COALESCED_US   UDMA_COALESCE_US_MAX
#define COALESCED_LOAD 60u
#define COALESCED_GAP  300u /* us between packets: else each would interrupt */
#define EXPIRED        3u   /* interrupts each time that the time is over */

static bool are_few(const char *what, const struct udma_packet_counters *counters,
                    uint64_t since_ns)
{
    const uint64_t expired = (time_now_ns() - since_ns) / 1000u / COALESCED_US;

    printf("# %s: %" PRIu64 " packets, %" PRIu64 " interrupts, %" PRIu64 " times over\n", what,
           counters->packets, counters->interrupts, expired);
    return counters->interrupts < counters->packets * 2u / 5u + EXPIRED * expired;
}

static void check_coalesced(enum platform_navigator navigator)
{
    struct udma_packet_counters counters;
    struct loop loop = {.coalesce = UDMA_COALESCE(COALESCED, COALESCED_US)};
    uint64_t since_ns;

    CHECK(open_ends(&loop, navigator, navigator));
    since_ns = time_now_ns();
    while (loop.total < COALESCED_LOAD) {
        loop.total++;
        CHECK(queue_all(&loop, WAIT_US));
        delay_us(COALESCED_GAP);
    }
    CHECK_EQUAL(wait_for(is_done, &loop, WAIT_US), 0);
    udma_flow_get_counters(loop.flow, &counters);
    CHECK(are_few("received", &counters, since_ns));
    udma_transmit_get_counters(loop.transmit, &counters);
    CHECK(are_few("sent", &counters, since_ns));
    /* One behind the other, with nothing that follows: only the time brings the second. */
    for (unsigned i = 0; i < 2; i++) {
        loop.total++;
        CHECK(send_all(&loop, WAIT_US));
    }
    CHECK(close_loop(&loop));
}

#define COALESCED_S 60

/* The alarm is the watchdog's otherwise; a check that fails leaves it with the channels. */
SELFTEST(packet, coalesced_interrupts_are_few_and_lose_nothing, COALESCED_S)
{
    const struct navigators before = navigators_inventory();

    watchdog_stop();
    check_coalesced(PLATFORM_NAVSS_MAIN);
    check_coalesced(PLATFORM_NAVSS_MCU);
    if (watchdog_is_free())
        watchdog_start("packet.coalesced_interrupts_are_few_and_lose_nothing", COALESCED_S);
    CHECK(navigators_are_as_before(&before));
}

SELFTEST(packet, the_longest_packet_arrives, 120)
{
    const struct navigators before = navigators_inventory();
    static struct loop loop;
    uint8_t *from = dma_alloc(LONGEST), *to = dma_alloc(LONGEST + 1u);
    struct udma_buffer source = {.data = from, .length = LONGEST},
                       room = {.data = to, .length = LONGEST};
    const struct udma_packet packet = {.buffers = &source, .buffer_count = 1};

    if (LONGEST > test_soc.dma_max) {
        dma_free(from);
        dma_free(to);
        SKIP("there is no such memory for DMA");
    }
    CHECK(from != NULL && to != NULL);
    for (uint32_t i = 0; i < LONGEST; i += 4096u)
        from[i] = (uint8_t)(i >> 12);
    CHECK(open_loop(&loop, PLATFORM_NAVSS_MAIN, PLATFORM_NAVSS_MCU, 1));
    CHECK_EQUAL(udma_transmit_close(loop.transmit), 0);
    CHECK_EQUAL(udma_receive_close(loop.receive), 0);
    dma_free(loop.memory);
    loop.memory = to;
    loop.returned = 0;
    {
        const struct udma_transmit_config transmit = {
            .depth = 1, .buffers_max = 1, .sent = on_sent, .context = &loop};
        const struct udma_receive_config receive = {.flow_count = 1};
        const struct udma_flow_config flow = {
            .depth = 1, .received = on_received, .returned = on_returned, .context = &loop};

        CHECK_EQUAL(udma_receive_open(&receive, &loop.receive), 0);
        CHECK_EQUAL(udma_flow_open(loop.receive, 0, &flow, &loop.flow), 0);
        CHECK_EQUAL(udma_flow_give(loop.flow, 0, &room, 1), 1);
        CHECK_EQUAL(udma_transmit_open(&transmit, &loop.transmit), 0);
    }
    CHECK_EQUAL(udma_loopback_pair(loop.transmit, loop.receive), 0);
    CHECK_EQUAL(udma_receive_start(loop.receive), 0);
    CHECK_EQUAL(udma_send(loop.transmit, &packet, 1), 1);
    loop.queued = 1;
    CHECK_EQUAL(wait_for(is_done, &loop, WAIT_US), 0);
    CHECK(memcmp(from, to, LONGEST) == 0);
    CHECK_EQUAL(udma_transmit_close(loop.transmit), 0);
    CHECK_EQUAL(udma_receive_close(loop.receive), 0);
    dma_free(from);
    dma_free(to);
    dma_free(loop.pattern);
    CHECK(navigators_are_as_before(&before));
}

static void on_copy(void *context, void *cookie, int status)
{
    (void)cookie;
    __atomic_store_n((int *)context, status == 0 ? 1 : -1, __ATOMIC_RELEASE);
    wait_notify();
}

static bool is_copied(void *argument)
{
    return __atomic_load_n((int *)argument, __ATOMIC_ACQUIRE) != 0;
}

SELFTEST(packet, the_other_navigator_copies_memory_too, 60)
{
    const struct navigators before = navigators_inventory();
    uint8_t *memory = dma_alloc(2u * BUFFER_SIZE);
    struct udma_channel *channel;
    char route[120];
    int state = 0;
    const struct udma_channel_config config = {.name = "mcu copy",
                                               .udma = platform_udma(PLATFORM_NAVSS_MCU),
                                               .core = 0,
                                               .depth = 1,
                                               .callback = on_copy,
                                               .context = &state};

    CHECK(memory != NULL && config.udma != NULL);
    memset(memory, 0xa5, BUFFER_SIZE);
    CHECK_EQUAL(udma_channel_open(&config, &channel), 0);
    CHECK(udma_channel_describe(channel, route, sizeof(route)) > 0);
    printf("# %s\n", route);
    CHECK_EQUAL(
        udma_copy(channel, (uintptr_t)memory + BUFFER_SIZE, (uintptr_t)memory, BUFFER_SIZE, NULL),
        0);
    CHECK_EQUAL(wait_for(is_copied, &state, WAIT_US), 0);
    CHECK_EQUAL(state, 1);
    CHECK(memcmp(memory, memory + BUFFER_SIZE, BUFFER_SIZE) == 0);
    CHECK_EQUAL(udma_channel_close(channel), 0);
    dma_free(memory);
    CHECK(navigators_are_as_before(&before));
}

static bool all_arrived(void *argument)
{
    return get(&((struct example_packet *)argument)->received) == 100;
}

#define EXAMPLE_LENGTH 3000u

static void send_the_examples(uint8_t *data)
{
    struct example_packet link;
    unsigned queued = 0;
    char route[120];

    memset(data, 1, EXAMPLE_LENGTH);
    CHECK_EQUAL(example_packet_open(&link), 0);
    CHECK(udma_transmit_describe(link.transmit, route, sizeof(route)) > 0);
    printf("# %s\n", route);
    CHECK(udma_flow_describe(link.flow, route, sizeof(route)) > 0);
    printf("# %s\n", route);
    for (deadline_t deadline = deadline_after_us(WAIT_US); queued < 100;) {
        if (example_packet_send(&link, data, EXAMPLE_LENGTH) == 1)
            queued++;
        CHECK(!deadline_passed(deadline));
        if (selftest_failed())
            break;
    }
    CHECK_EQUAL(wait_for(all_arrived, &link, WAIT_US), 0);
    CHECK_EQUAL(example_packet_close(&link), 0);
    CHECK_EQUAL(link.sent, 100);
    CHECK_EQUAL(link.bytes, 100u * EXAMPLE_LENGTH);
    CHECK_EQUAL(link.sum, 100u * EXAMPLE_LENGTH);
    CHECK_EQUAL(link.returned, EXAMPLE_PACKET_BUFFERS);
}

SELFTEST(packet, the_example_of_the_documents_works, 60)
{
    uint8_t *data = dma_alloc(EXAMPLE_LENGTH);

    CHECK(data != NULL);
    send_the_examples(data);
    if (!selftest_failed()) /* else a channel may still be at it */
        dma_free(data);
}

/* Eight loops of so many, on all cores and both Navigators; then closes in the middle. */
SELFTEST(soak, a_hundred_thousand_packets_and_a_thousand_closes, 1800)
{
    check_all_cores(12500, SOAK_WAIT_US);
    check_teardowns(1000);
}
