// SPDX-License-Identifier: BSD-3-Clause
/*
 * rpmsg's remote side with a driver that is as hostile as the input says: it begins with sound
 * queues, and writes whatever, wherever in its memory and in the device's table, between calls.
 * What the library accesses is that memory, or the sanitizer tells; a poll ends, hands on what is
 * no longer than a message, and says 0, a number or -EPROTO.
 */
#include "drivers/rpmsg/rpmsg.h"
#include "tests/fuzz/support/fuzz.h"

#include <errno.h>
#include <string.h>

#define START    0xa0000000u
#define SIZE     0x4000u
#define COUNT    8u
#define QUEUE(n) (0x400u * (n)) /* descriptors; then the available ring; the used one at 0x200 */
#define BUFFERS  0x1000u
#define BYTES    640u
#define WRITABLE 2u
#define STEPS    200u

static uint8_t memory[SIZE] __attribute__((aligned(4096)));
static struct resource_virtio device;
static struct rpmsg rpmsg;
static unsigned handed_on;

static void kick(void *context, uint32_t notify_id)
{
    (void)notify_id;
    FUZZ_CHECK(context == &rpmsg);
}

static void received(void *context, uint32_t source, const void *data, size_t length)
{
    struct rpmsg_endpoint *endpoint = context;
    static uint8_t answer[RPMSG_PAYLOAD_MAX];

    FUZZ_CHECK(length <= RPMSG_PAYLOAD_MAX);
    FUZZ_CHECK(++handed_on <= VRING_COUNT_MAX);
    memcpy(answer, data, length);
    if (length % 2 == 0)
        (void)rpmsg_send(&rpmsg, endpoint, source, answer, length);
}

static struct rpmsg_endpoint endpoints[] = {
    {.name = "first", .address = 1, .received = received, .context = &endpoints[0]},
    {.name = NULL, .address = 2, .received = received, .context = &endpoints[1]},
};

static void put(unsigned at, uint64_t value, unsigned size)
{
    memcpy(memory + at, &value, size);
}

/* Sound queues, all buffers offered: empty ones, and messages. */
static void come(void)
{
    memset(memory, 0, sizeof(memory));
    for (unsigned queue = 0; queue < 2; queue++) {
        device.vrings[queue] =
            (struct resource_vring){START + QUEUE(queue), 0x200, COUNT, queue, 0};
        for (unsigned i = 0; i < COUNT; i++) {
            unsigned buffer = BUFFERS + BYTES * (COUNT * queue + i);

            put(QUEUE(queue) + 16 * i, START + buffer, 8);
            put(QUEUE(queue) + 16 * i + 8, BYTES, 4);
            put(QUEUE(queue) + 16 * i + 12, queue == 0 ? WRITABLE : 0, 2);
            put(QUEUE(queue) + 16 * COUNT + 4 + 2 * i, i, 2);
            put(buffer + 4, 1 + i % 3, 4);
            put(buffer + 12, 8 * i, 2);
        }
        put(QUEUE(queue) + 16 * COUNT + 2, COUNT, 2);
    }
    device.features_taken = RPMSG_FEATURE_NS;
    device.status = 4;
}

static void step(void)
{
    struct rpmsg_endpoint *endpoint = &endpoints[fuzz_below(2)];
    static const uint8_t message[RPMSG_PAYLOAD_MAX + 1];
    unsigned at;
    int result;

    switch (fuzz_below(8)) {
    case 0:
        come();
        break;
    case 1:
        device.status = (uint8_t)fuzz_take(1);
        break;
    case 2: /* the table */
        at = fuzz_below(sizeof(device));
        ((uint8_t *)&device)[at] = (uint8_t)fuzz_take(1);
        break;
    case 3: /* the queues */
        put(fuzz_below(0x800 - 8), fuzz_take(8), 1u << fuzz_below(4));
        break;
    case 4: /* a message's header */
        put(BUFFERS + BYTES * fuzz_below(2 * COUNT) + 2 * fuzz_below(8), fuzz_below(1024), 2);
        break;
    case 5:
        result = rpmsg_send(&rpmsg, endpoint, (uint32_t)fuzz_take(4), message,
                            fuzz_below(sizeof(message) + 1));
        FUZZ_CHECK(result == 0 || result == -EMSGSIZE || result == -ENOTCONN || result == -EAGAIN ||
                   result == -EPROTO);
        break;
    case 6:
        result = rpmsg_close(&rpmsg, endpoint);
        FUZZ_CHECK(result == 0 || result == -ENOENT || result == -EAGAIN || result == -EPROTO);
        result = rpmsg_open(&rpmsg, endpoint);
        FUZZ_CHECK(result == 0 || result == -EEXIST);
        break;
    default:
        handed_on = 0;
        result = rpmsg_poll(&rpmsg);
        FUZZ_CHECK(result == -EPROTO || (result >= 0 && (unsigned)result <= VRING_COUNT_MAX));
        FUZZ_CHECK(result < 0 || handed_on <= (unsigned)result);
    }
}

void fuzz_one(void)
{
    const struct rpmsg_config config = {
        .device = &device,
        .window = {START, SIZE, memory},
        .kick = kick,
        .context = &rpmsg,
    };

    rpmsg_init(&rpmsg, &config);
    FUZZ_CHECK(rpmsg_open(&rpmsg, &endpoints[0]) == 0);
    FUZZ_CHECK(rpmsg_open(&rpmsg, &endpoints[1]) == 0);
    come();
    for (unsigned i = 0; i < STEPS && fuzz_left() != 0; i++)
        step();
}
