// SPDX-License-Identifier: BSD-3-Clause
#include "tests/target/example_coalesce.h"

#include "arch/wait.h"
#include "msi/irq.h"

#include <errno.h>

struct copies {
    struct udma_channel *channel;
    unsigned wanted, done, failed; /* done: atomic; the callback counts */
};

static void on_copied(void *context, void *cookie, int status)
{
    struct copies *copies = context;

    (void)cookie;
    if (status != 0)
        copies->failed++;
    __atomic_add_fetch(&copies->done, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static bool are_done(void *argument)
{
    const struct copies *copies = argument;

    return __atomic_load_n(&copies->done, __ATOMIC_ACQUIRE) == copies->wanted;
}

static int copy_all(struct copies *copies, uint8_t *to, const uint8_t *from, size_t size)
{
    int error = 0;

    for (unsigned i = 0; i < copies->wanted && error == 0; i++)
        error = udma_copy(copies->channel, (uintptr_t)to + i * size, (uintptr_t)from + i * size,
                          size, NULL);
    if (error == 0)
        error = wait_for(are_done, copies, 20000000);
    return error == 0 && copies->failed != 0 ? -EIO : error;
}

int example_coalesce(uint8_t *to, const uint8_t *from, size_t size, unsigned count,
                     uint64_t *interrupts)
{
    struct copies copies = {.wanted = count};
    const struct udma_channel_config config = {
        .name = "few interrupts",
        .core = IRQ_CORE_ANY,
        .depth = EXAMPLE_COALESCE_DEPTH,
        .callback = on_copied,
        .context = &copies,
        .coalesce = UDMA_COALESCE(16, 500), /* 16 copies, or half a millisecond */
    };
    struct udma_counters counters;
    int error = udma_channel_open(&config, &copies.channel), closed;

    if (error != 0)
        return error;
    error = copy_all(&copies, to, from, size);
    udma_channel_get_counters(copies.channel, &counters);
    *interrupts = counters.interrupts;
    closed = udma_channel_close(copies.channel);
    return error != 0 ? error : closed;
}
