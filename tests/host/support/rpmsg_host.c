// SPDX-License-Identifier: BSD-3-Clause
#include "tests/host/support/rpmsg_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WRITE   2u /* a descriptor's flag */
#define PAGE    4096u
#define USED_AT 0x800u /* the ring of used buffers: at a multiple of the alignment */

static void kick(void *context, uint32_t notify_id)
{
    struct rpmsg_host *host = context;

    assert_true(notify_id < 2);
    host->kicks[notify_id]++;
}

void rpmsg_host_make(struct rpmsg_host *host)
{
    memset(host, 0, sizeof(*host));
    host->memory = aligned_alloc(PAGE, RPMSG_HOST_SIZE);
    assert_non_null(host->memory);
    memset(host->memory, 0xa5, RPMSG_HOST_SIZE);
    host->config = (struct rpmsg_config){
        .device = &host->device,
        .window = {RPMSG_HOST_START, RPMSG_HOST_SIZE, host->memory},
        .kick = kick,
        .context = host,
    };
}

void rpmsg_host_drop(struct rpmsg_host *host)
{
    free(host->memory);
}

uint16_t *rpmsg_host_available(struct rpmsg_host *host, unsigned queue)
{
    return (uint16_t *)(host->memory + RPMSG_HOST_QUEUE(queue) + 16 * RPMSG_HOST_COUNT);
}

uint16_t *rpmsg_host_used(struct rpmsg_host *host, unsigned queue)
{
    return (uint16_t *)(host->memory + RPMSG_HOST_QUEUE(queue) + USED_AT);
}

void rpmsg_host_describe(struct rpmsg_host *host, unsigned queue, unsigned number, uint64_t address,
                         uint32_t length, uint16_t flags)
{
    uint8_t *descriptor = host->memory + RPMSG_HOST_QUEUE(queue) + 16 * (size_t)number;

    memcpy(descriptor, &address, 8);
    memcpy(descriptor + 8, &length, 4);
    memcpy(descriptor + 12, &flags, 2);
    memset(descriptor + 14, 0, 2);
}

void rpmsg_host_offer(struct rpmsg_host *host, unsigned queue, unsigned number)
{
    uint16_t *ring = rpmsg_host_available(host, queue);

    ring[2 + host->available[queue] % RPMSG_HOST_COUNT] = (uint16_t)number;
    ring[1] = ++host->available[queue];
}

void rpmsg_host_come(struct rpmsg_host *host, unsigned buffers)
{
    for (unsigned queue = 0; queue < 2; queue++) {
        memset(host->memory + RPMSG_HOST_QUEUE(queue), 0, 0x1000);
        host->available[queue] = host->used[queue] = 0;
        host->device.vrings[queue] = (struct resource_vring){
            .address = (uint32_t)(RPMSG_HOST_START + RPMSG_HOST_QUEUE(queue)),
            .alignment = USED_AT,
            .count = RPMSG_HOST_COUNT,
            .notify_id = queue,
        };
        for (unsigned i = 0; i < RPMSG_HOST_COUNT; i++)
            rpmsg_host_describe(host, queue, i, RPMSG_HOST_START + RPMSG_HOST_BUFFER(queue, i),
                                RPMSG_HOST_BYTES, queue == 0 ? WRITE : 0);
    }
    for (unsigned i = 0; i < buffers; i++)
        rpmsg_host_offer(host, 0, i);
    host->device.features_taken = RPMSG_FEATURE_NS;
    host->device.status = RPMSG_HOST_OK;
}

void rpmsg_host_go(struct rpmsg_host *host)
{
    host->device.status = 0;
}

unsigned rpmsg_host_send(struct rpmsg_host *host, uint32_t source, uint32_t destination,
                         const void *data, size_t length)
{
    struct rpmsg_host_header header = {source, destination, 0, (uint16_t)length, 0};
    unsigned number = host->available[1] % RPMSG_HOST_COUNT;
    uint8_t *buffer = host->memory + RPMSG_HOST_BUFFER(1, number);

    assert_true((uint16_t)(host->available[1] - rpmsg_host_used(host, 1)[1]) < RPMSG_HOST_COUNT);
    memcpy(buffer, &header, sizeof(header));
    memcpy(buffer + sizeof(header), data, length);
    rpmsg_host_describe(host, 1, number, RPMSG_HOST_START + RPMSG_HOST_BUFFER(1, number),
                        (uint32_t)(sizeof(header) + length), 0);
    rpmsg_host_offer(host, 1, number);
    return number;
}

bool rpmsg_host_receive(struct rpmsg_host *host, struct rpmsg_host_header *header,
                        uint8_t data[RPMSG_HOST_BYTES], bool back)
{
    uint16_t *used = rpmsg_host_used(host, 0);
    uint32_t element[2];
    const uint8_t *buffer;

    if (used[1] == host->used[0])
        return false;
    memcpy(element, used + 2 + 4 * (host->used[0]++ % RPMSG_HOST_COUNT), sizeof(element));
    assert_true(element[0] < RPMSG_HOST_COUNT);
    assert_true(element[1] >= sizeof(*header) && element[1] <= RPMSG_HOST_BYTES);
    buffer = host->memory + RPMSG_HOST_BUFFER(0, element[0]);
    memcpy(header, buffer, sizeof(*header));
    assert_int_equal(header->length, element[1] - sizeof(*header));
    memcpy(data, buffer + sizeof(*header), header->length);
    if (back)
        rpmsg_host_offer(host, 0, element[0]);
    return true;
}
