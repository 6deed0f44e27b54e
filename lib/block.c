// SPDX-License-Identifier: BSD-3-Clause
/*
 * Block devices: the calls that wait (lib/block.h).
 */
#include "lib/block.h"

#include "arch/relaxed.h"
#include "arch/wait.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

LOG_SUBJECT(block);

struct waiter {
    struct block_request request; /* the first */
    struct completion completion;
};

static void ended(struct block_request *request)
{
    completion_signal(&((struct waiter *)request)->completion); /* the last access to both */
}

static void tell(const struct block_device *device, const struct block_request *request)
{
    static const char *const names[] = {"read", "write", "flush"};

    log_error(block, "%s: %s of %u blocks from %llu on: status 0x%x, error %d", device->name,
              names[request->operation], (unsigned)request->count,
              (unsigned long long)request->first, (unsigned)request->status, request->error);
}

static inline __attribute__((always_inline)) int submit_and_wait(struct block_device *device,
                                                                 struct waiter *waiter)
{
    struct block_request *request = &waiter->request;
    int error;

    request->done = ended;
    while ((error = device->submit(device, request)) == -EAGAIN) {
        error = device->wait_for_room(device);
        if (error != 0)
            return error;
    }
    if (error != 0)
        return error;
    /* The request is the device's until it has ended. */
    while (completion_wait(&waiter->completion, device->timeout_us) != 0)
        device->expire(device, request);
    if (request->error != 0)
        tell(device, request);
    return request->error;
}

static int transfer(struct block_device *device, enum block_operation operation, uint64_t first,
                    uint64_t count, void *buffer)
{
    const uint64_t blocks = relaxed_load64(&device->blocks);
    uint8_t *at = buffer;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (count > blocks || first > blocks - count)
        return -ERANGE;
    while (count != 0) {
        const uint32_t part = count < device->count_max ? (uint32_t)count : device->count_max;
        struct waiter waiter = {
            .request = {.operation = operation, .first = first, .count = part, .buffer = at}};
        int error = submit_and_wait(device, &waiter);

        if (error != 0)
            return error;
        first += part;
        count -= part;
        at += (size_t)part * device->block_size;
    }
    return 0;
}

int block_read(struct block_device *device, uint64_t first, uint64_t count, void *buffer)
{
    return transfer(device, BLOCK_READ, first, count, buffer);
}

int block_write(struct block_device *device, uint64_t first, uint64_t count, const void *buffer)
{
    return transfer(device, BLOCK_WRITE, first, count, (void *)(uintptr_t)buffer);
}

int block_flush(struct block_device *device)
{
    struct waiter waiter = {.request = {.operation = BLOCK_FLUSH}};

    return wait_is_allowed() ? submit_and_wait(device, &waiter) : -EDEADLK;
}
