// SPDX-License-Identifier: BSD-3-Clause
/*
 * Copies whose callbacks come in thread context (example_work.h).
 */
#include "tests/target/example_work.h"

#include "arch/idle.h"
#include "lib/crc32.h"

#define DEPTH 8u

/* Thread context, one copy after the other: it may take its time. */
static void finish(void *context, void *cookie, int status)
{
    struct example_copy *copy = cookie;

    (void)context;
    copy->status = status;
    if (status == 0)
        copy->crc = crc32_update(0, copy->destination, copy->length);
    __atomic_store_n(&copy->done, true, __ATOMIC_RELEASE);
    wait_notify();
}

int example_copies_open(struct udma_channel **channel, uint32_t core, uint32_t thread_core)
{
    const struct udma_channel_config config = {
        .name = "example",
        .core = core,
        .depth = DEPTH,
        .callback = finish,
        .delivery = &udma_in_thread_on,
        .thread_core = thread_core,
    };

    return udma_channel_open(&config, channel);
}

int example_copy_start(struct udma_channel *channel, struct example_copy *copy, void *destination,
                       const void *source, size_t length)
{
    *copy = (struct example_copy){.destination = destination, .length = length};
    return udma_copy(channel, (uintptr_t)destination, (uintptr_t)source, length, copy);
}

static bool is_done(void *argument)
{
    const struct example_copy *copy = argument;

    return __atomic_load_n(&copy->done, __ATOMIC_ACQUIRE);
}

int example_copy_wait(struct example_copy *copy, uint64_t timeout_us)
{
    int error =
        idle_for(is_done, copy, timeout_us); /* not wait_for(): this core may have to run it */

    return error == 0 ? copy->status : error;
}
