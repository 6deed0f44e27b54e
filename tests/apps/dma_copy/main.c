// SPDX-License-Identifier: BSD-3-Clause
/*
 * An application that copies by DMA with interrupts, and nothing else: what the library costs who
 * uses just that (tests/system/apps).
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/udma/udma.h"
#include "lib/log.h"
#include "platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SIZE       (24u * 1024u) /* twice: an R5F has 64 KiB for DMA */
#define TIMEOUT_US 5000000u

LOG_SUBJECT(app);

struct transfer {
    bool done;
    int status;
};

static void on_copied(void *context, void *cookie, int status)
{
    struct transfer *transfer = context;

    (void)cookie;
    transfer->status = status;
    __atomic_store_n(&transfer->done, true, __ATOMIC_RELEASE);
    wait_notify();
}

static bool is_done(void *argument)
{
    return __atomic_load_n(&((struct transfer *)argument)->done, __ATOMIC_ACQUIRE);
}

static int copy(uint8_t *to, const uint8_t *from)
{
    struct transfer transfer = {.done = false};
    const struct udma_channel_config config = {.name = "copy",
                                               .core = core_count() - 1,
                                               .depth = 1,
                                               .callback = on_copied,
                                               .context = &transfer};
    struct udma_channel *channel;
    int error = udma_channel_open(&config, &channel);

    if (error != 0)
        return error;
    error = udma_copy(channel, (uintptr_t)to, (uintptr_t)from, SIZE, NULL);
    if (error == 0)
        error = wait_for(is_done, &transfer, TIMEOUT_US);
    if (error == 0)
        error = transfer.status;
    int closed = udma_channel_close(channel);

    return error != 0 ? error : closed;
}

int main(void)
{
    uint8_t *from = dma_alloc(SIZE), *to = dma_alloc(SIZE);
    int error = from == NULL || to == NULL ? -ENOMEM : platform_get_boot_info()->error;

    for (size_t i = 0; error == 0 && i < SIZE; i++)
        from[i] = (uint8_t)(i * 7 + (i >> 8));
    if (error == 0)
        error = copy(to, from);
    if (error == 0 && memcmp(from, to, SIZE) != 0)
        error = -EIO;
    if (error != 0)
        log_error(app, "copy of %u bytes: error %d", SIZE, error);
    else
        log_info(app, "copied %u bytes, and they are the same", SIZE);
    return error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
