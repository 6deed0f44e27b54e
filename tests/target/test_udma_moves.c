// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts of channels and flows that move from core to core while packets and copies run: none
 * is lost, none comes twice, and all come in order.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/udma/packet.h"
#include "drivers/udma/udma.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "tests/target/all_cores.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COUNT      240u /* packets, and copies */
#define DEPTH      8u
#define SIZE       512u
#define EVERY      3u /* packets between two moves */
#define NAME       "moved"
#define IRQS       3u /* of the transmit channel, of the flow, of the copies */
#define TIMEOUT_US UINT64_C(60000000)

/* What comes back, in order, on one core at a time. */
struct stream {
    unsigned queued, came;         /* came: atomic */
    unsigned inside, wrong, cores; /* inside: atomic; cores: a bit each */
};

static struct {
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    struct udma_channel *channel;
    struct stream sent, received, copied;
    struct irq *irqs[IRQS];
    unsigned irq_count, moves, refused, returned;
    bool last_move; /* atomic: the last of each may come */
    uint32_t numbers[COUNT];
    uint8_t buffers[DEPTH][64] __attribute__((aligned(64)));
    uint8_t source[SIZE], destination[SIZE];
} moved;

static void enter(struct stream *stream, unsigned number)
{
    if (__atomic_exchange_n(&stream->inside, 1, __ATOMIC_ACQUIRE) != 0 || number != stream->came)
        stream->wrong++;
    stream->cores |= 1u << core_id();
}

static void leave(struct stream *stream)
{
    __atomic_store_n(&stream->inside, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&stream->came, stream->came + 1, __ATOMIC_RELEASE);
    wait_notify();
}

static void on_sent(void *context, void *cookie, int status)
{
    (void)context;
    enter(&moved.sent, (unsigned)(uintptr_t)cookie);
    moved.sent.wrong += status != 0;
    leave(&moved.sent);
}

static void on_packet(void *context, const struct udma_received *packet)
{
    struct udma_buffer buffer = packet->buffers[0];

    (void)context;
    enter(&moved.received, *(const uint32_t *)buffer.data);
    buffer.length = sizeof(moved.buffers[0]);
    moved.received.wrong += udma_flow_give(moved.flow, 0, &buffer, 1) != 1;
    leave(&moved.received);
}

static void on_received(void *context, struct udma_received *const *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        on_packet(context, packets[i]);
}

static void on_returned(void *context, const struct udma_buffer *buffer)
{
    (void)context;
    (void)buffer;
    moved.returned++;
}

static void on_copied(void *context, void *cookie, int status)
{
    (void)context;
    enter(&moved.copied, (unsigned)(uintptr_t)cookie);
    moved.copied.wrong += status != 0;
    leave(&moved.copied);
}

/* ---- what is open ---- */

static void note_irq(const struct irq *irq, void *argument)
{
    (void)argument;
    if (strcmp(irq_name(irq), NAME) == 0 && moved.irq_count < IRQS)
        moved.irqs[moved.irq_count++] = (struct irq *)(uintptr_t)irq;
}

static int open_packets(void)
{
    const struct udma_transmit_config transmit = {
        .name = NAME, .core = 0, .depth = DEPTH, .buffers_max = 1, .sent = on_sent};
    const struct udma_receive_config receive = {.name = NAME, .flow_count = 1};
    const struct udma_flow_config flow = {
        .name = NAME, .core = 0, .depth = DEPTH, .received = on_received, .returned = on_returned};
    int error = udma_transmit_open(&transmit, &moved.transmit);

    if (error == 0)
        error = udma_receive_open(&receive, &moved.receive);
    if (error == 0)
        error = udma_flow_open(moved.receive, 0, &flow, &moved.flow);
    if (error == 0)
        error = udma_loopback_pair(moved.transmit, moved.receive);
    for (unsigned i = 0; i < DEPTH && error == 0; i++) {
        const struct udma_buffer buffer = {moved.buffers[i], NULL, sizeof(moved.buffers[i])};

        error = udma_flow_give(moved.flow, 0, &buffer, 1) == 1 ? 0 : -EIO;
    }
    return error == 0 ? udma_receive_start(moved.receive) : error;
}

static int open_all(void)
{
    const struct udma_channel_config copies = {
        .name = NAME, .core = 0, .depth = DEPTH, .callback = on_copied};
    int error;

    memset(&moved, 0, sizeof(moved));
    error = udma_channel_open(&copies, &moved.channel);
    if (error == 0)
        error = open_packets();
    irq_for_each(note_irq, NULL);
    return error;
}

static int close_all(void)
{
    int error = moved.transmit != NULL ? udma_transmit_close(moved.transmit) : 0, later;

    later = moved.receive != NULL ? udma_receive_close(moved.receive) : 0;
    error = error != 0 ? error : later;
    later = moved.channel != NULL ? udma_channel_close(moved.channel) : 0;
    return error != 0 ? error : later;
}

/* ---- the load ---- */

static bool has_room(void *argument)
{
    const struct stream *stream = argument;

    return stream->queued - __atomic_load_n(&stream->came, __ATOMIC_ACQUIRE) < DEPTH;
}

static bool is_over(void *argument)
{
    return __atomic_load_n(&((struct stream *)argument)->came, __ATOMIC_ACQUIRE) == COUNT;
}

static bool has_begun(void *argument)
{
    return __atomic_load_n(&((struct stream *)argument)->came, __ATOMIC_ACQUIRE) != 0;
}

static bool is_but_one_over(void *argument)
{
    return __atomic_load_n(&((struct stream *)argument)->came, __ATOMIC_ACQUIRE) >= COUNT - 1;
}

static bool is_last_move_done(void *argument)
{
    (void)argument;
    return __atomic_load_n(&moved.last_move, __ATOMIC_ACQUIRE);
}

/* Each time to another core, while what was queued before is on its way. */
static void move_all(void)
{
    for (unsigned i = 0; i < moved.irq_count; i++)
        if (irq_set_affinity(moved.irqs[i], (moved.moves + i) % core_count()) != 0)
            moved.refused++;
    moved.moves++;
}

/* The first of each stream comes on core 0, where it was opened, the last one on another, however
 * the cores take turns. */
static void wait_for_first(void)
{
    (void)wait_for(has_begun, &moved.sent, TIMEOUT_US);
    (void)wait_for(has_begun, &moved.received, TIMEOUT_US);
    (void)wait_for(has_begun, &moved.copied, TIMEOUT_US);
}

static void move_for_last(void)
{
    (void)wait_for(is_but_one_over, &moved.sent, TIMEOUT_US);
    (void)wait_for(is_but_one_over, &moved.received, TIMEOUT_US);
    (void)wait_for(is_but_one_over, &moved.copied, TIMEOUT_US);
    for (unsigned i = 0; i < moved.irq_count; i++)
        moved.refused += irq_set_affinity(moved.irqs[i], 1) != 0;
    __atomic_store_n(&moved.last_move, true, __ATOMIC_RELEASE);
    wait_notify();
}

/* True if there was room for it in time. */
static bool send_packet(unsigned number)
{
    struct udma_buffer buffer = {&moved.numbers[number], NULL, sizeof(moved.numbers[number])};
    const struct udma_packet packet = {
        .buffers = &buffer, .buffer_count = 1, .cookie = (void *)(uintptr_t)number};

    moved.numbers[number] = number;
    if (wait_for(has_room, &moved.sent, TIMEOUT_US) != 0)
        return false;
    moved.refused += udma_send(moved.transmit, &packet, 1) != 1;
    moved.sent.queued++;
    return true;
}

static void send_and_move(void)
{
    for (unsigned i = 0; i < COUNT; i++) {
        if (i == 1)
            wait_for_first();
        if (i == COUNT - 1)
            move_for_last();
        if (!send_packet(i))
            return;
        if (i % EVERY == EVERY - 1 && i < COUNT - 1)
            move_all();
    }
    (void)wait_for(is_over, &moved.received, TIMEOUT_US);
    (void)wait_for(is_over, &moved.sent, TIMEOUT_US);
}

static void copy_all(void)
{
    for (unsigned i = 0; i < COUNT; i++) {
        if (i == COUNT - 1)
            (void)wait_for(is_last_move_done, NULL, TIMEOUT_US);
        if (wait_for(has_room, &moved.copied, TIMEOUT_US) != 0)
            return;
        if (udma_copy(moved.channel, (uintptr_t)moved.destination, (uintptr_t)moved.source, SIZE,
                      (void *)(uintptr_t)i) != 0)
            moved.copied.wrong++;
        moved.copied.queued++;
    }
    (void)wait_for(is_over, &moved.copied, TIMEOUT_US);
}

static void take_part(void *argument)
{
    (void)argument;
    if (core_id() == 0)
        send_and_move();
    else if (core_id() == core_count() - 1)
        copy_all();
}

static void check_stream(const struct stream *stream, const char *what)
{
    if (stream->came != COUNT || stream->wrong != 0)
        selftest_fail(__FILE__, __LINE__, "%s: %u of %u came, %u wrong", what, stream->came, COUNT,
                      stream->wrong);
    if ((stream->cores & (stream->cores - 1)) == 0)
        selftest_fail(__FILE__, __LINE__, "%s: all on one core", what);
}

SELFTEST(udma_moves, interrupts_that_move_lose_and_double_nothing, 120)
{
    int error;

    if (core_count() < 2)
        SKIP("one core");
    error = open_all();
    if (error == 0)
        error = run_on_all_cores(take_part, NULL, 3 * TIMEOUT_US);
    CHECK_EQUAL(close_all(), 0);
    CHECK_EQUAL(error, 0);
    CHECK_EQUAL(moved.irq_count, IRQS);
    CHECK_EQUAL(moved.refused, 0);
    CHECK_EQUAL(moved.returned, DEPTH);
    check_stream(&moved.sent, "sent");
    check_stream(&moved.received, "received");
    check_stream(&moved.copied, "copied");
    printf("# %u moves of each of %u interrupts\n", moved.moves, moved.irq_count);
}
