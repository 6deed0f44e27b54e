// SPDX-License-Identifier: BSD-3-Clause
/*
 * From a controller that is off to one with queues and a namespace (NVM Express Base Specification
 * 1.4, 7.6.1 "Initialization").
 */
#include "arch/core.h"
#include "arch/relaxed.h"
#include "drivers/nvme/internal.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

LOG_USE(nvme);

/* Of a namespace: a block is at least this, and at most a page. */
#define BLOCK_SHIFT_MIN 9u

static uint32_t word(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t double_word(const uint8_t *at)
{
    return word(at) | (uint64_t)word(at + 4) << 32;
}

/* Padded with blanks; nothing but printable characters reaches a console. */
static void copy_text(char *to, const uint8_t *from, unsigned length)
{
    for (unsigned i = 0; i < length; i++)
        to[i] = from[i] >= ' ' && from[i] <= '~' ? (char)from[i] : ' ';
    while (length != 0 && to[length - 1] == ' ')
        length--;
    to[length] = '\0';
}

/* ---- what there is ---- */

static bool has_size(uint8_t sizes, unsigned log)
{
    return (sizes & 0xfu) <= log && log <= sizes >> 4;
}

static int identify_controller(struct nvme *nvme, uint64_t *bytes_max)
{
    const uint8_t *page = nvme->page;
    int error = nvme_identify(nvme, NVME_CNS_CONTROLLER, 0);
    uint8_t pages_log;

    if (error != 0)
        return error;
    copy_text(nvme->model, page + NVME_CONTROLLER_MODEL, sizeof(nvme->model) - 1);
    copy_text(nvme->serial, page + NVME_CONTROLLER_SERIAL, sizeof(nvme->serial) - 1);
    copy_text(nvme->firmware, page + NVME_CONTROLLER_FIRMWARE, sizeof(nvme->firmware) - 1);
    nvme->write_cache = (page[NVME_CONTROLLER_VWC] & 1) != 0;
    pages_log = page[NVME_CONTROLLER_MDTS];
    *bytes_max = NVME_BYTES_MAX;
    if (pages_log != 0 && pages_log < 16 &&
        (UINT64_C(1) << (pages_log + nvme->page_shift)) < *bytes_max)
        *bytes_max = UINT64_C(1) << (pages_log + nvme->page_shift);
    return has_size(page[NVME_CONTROLLER_SQES], NVME_COMMAND_LOG) &&
                   has_size(page[NVME_CONTROLLER_CQES], NVME_COMPLETION_LOG)
               ? 0
               : -EPROTO;
}

/* A slot may hold another drive by now, after a suspend. */
static int check_identity(struct nvme *nvme)
{
    char serial[sizeof(nvme->serial)], model[sizeof(nvme->model)];
    int error = nvme_identify(nvme, NVME_CNS_CONTROLLER, 0);

    if (error != 0)
        return error;
    copy_text(serial, nvme->page + NVME_CONTROLLER_SERIAL, sizeof(serial) - 1);
    copy_text(model, nvme->page + NVME_CONTROLLER_MODEL, sizeof(model) - 1);
    if (strcmp(serial, nvme->serial) == 0 && strcmp(model, nvme->model) == 0)
        return 0;
    log_error(nvme, "%s: another drive is there: %s, %s", nvme->config.name, model, serial);
    return -ENODEV;
}

static int choose_namespace(struct nvme *nvme)
{
    int error;

    nvme->namespace = nvme->config.namespace;
    if (nvme->namespace != 0)
        return 0;
    error = nvme_identify(nvme, NVME_CNS_ACTIVE, 0);
    if (error != 0)
        return error;
    nvme->namespace = word(nvme->page);
    return nvme->namespace != 0 ? 0 : -ENODEV;
}

/* What a namespace says of itself. */
struct namespace
{
    uint64_t blocks;
    uint32_t shift;     /* log2 of a block */
    const uint8_t *ids; /* in the page */
};

static int read_namespace(struct nvme *nvme, struct namespace *found)
{
    const uint8_t *page = nvme->page;
    uint32_t format;
    int error = nvme_identify(nvme, NVME_CNS_NAMESPACE, nvme->namespace);

    if (error != 0)
        return error;
    format = word(page + NVME_NAMESPACE_FORMATS + 4 * (page[NVME_NAMESPACE_FLBAS] & 0xfu));
    *found = (struct namespace){.blocks = double_word(page + NVME_NAMESPACE_SIZE),
                                .shift = format >> 16 & 0xff,
                                .ids = page + NVME_NAMESPACE_IDS};
    if (found->blocks == 0)
        return -ENODEV;
    if ((format & 0xffff) != 0 || (page[NVME_NAMESPACE_DPS] & 7) != 0 ||
        found->shift > nvme->page_shift)
        return -ENOTSUP;
    return found->shift < BLOCK_SHIFT_MIN || found->blocks > UINT64_MAX >> found->shift ? -EPROTO
                                                                                        : 0;
}

static int identify_namespace(struct nvme *nvme, uint64_t bytes_max)
{
    struct namespace found;
    int error = read_namespace(nvme, &found);

    if (error != 0)
        return error;
    memcpy(nvme->namespace_ids, found.ids, sizeof(nvme->namespace_ids));
    nvme->block_shift = (uint8_t)found.shift;
    nvme->block.blocks = found.blocks;
    nvme->block.block_size = 1u << found.shift;
    nvme->block.count_max = (uint32_t)(bytes_max >> found.shift);
    nvme->block.alignment = 4; /* PRPs (4.3) */
    return 0;
}

/* It may be gone or formatted by now, and its number another's. If only its size has changed, it is
 * used on: nothing is under way, and what is beyond its end is refused from here on. */
static int check_namespace(struct nvme *nvme)
{
    struct namespace found;
    int error = read_namespace(nvme, &found);

    if (error != 0) {
        log_error(nvme, "%s: namespace %u can't be used any more: error %d", nvme->config.name,
                  (unsigned)nvme->namespace, error);
        return error;
    }
    if (found.shift != nvme->block_shift ||
        memcmp(found.ids, nvme->namespace_ids, sizeof(nvme->namespace_ids)) != 0) {
        log_error(nvme, "%s: namespace %u is another, of blocks of %u bytes: attach it anew",
                  nvme->config.name, (unsigned)nvme->namespace, 1u << found.shift);
        return -ENODEV;
    }
    if (found.blocks != nvme->block.blocks)
        log_warning(nvme, "%s: has %llu blocks now, it had %llu", nvme->config.name,
                    (unsigned long long)found.blocks, (unsigned long long)nvme->block.blocks);
    relaxed_store64(&nvme->block.blocks, found.blocks);
    return 0;
}

/* ---- queues and vectors ---- */

static int request_vector(struct nvme *nvme, unsigned index, irq_handler_t handler, void *context,
                          uint32_t core)
{
    const struct irq_request request = {
        .index = index,
        .handler = handler,
        .context = context,
        .name = nvme->config.name,
        .core = core,
    };
    struct irq *irq;
    int error = irq_request(nvme->port.device, &request, &irq);

    if (error != 0)
        return error;
    nvme->vectors[index].irq = irq;
    nvme->vector_count = index + 1;
    return 0;
}

/* The admin queue's vector is the first; if there are enough, it has that for itself. */
static unsigned vector_of(const struct nvme *nvme, unsigned queue)
{
    return nvme->port.vectors > nvme->queue_count ? queue + 1 : queue % nvme->port.vectors;
}

static int open_queue(struct nvme *nvme, unsigned index, uint32_t entries)
{
    const unsigned number = vector_of(nvme, index);
    struct nvme_queue *queue = &nvme->queues[index];
    struct nvme_vector *vector = &nvme->vectors[number];
    const bool alone = nvme->port.vectors > nvme->queue_count;
    int error = nvme_queue_allocate(nvme, queue, (uint16_t)(index + 1), entries);

    if (error != 0)
        return error;
    queue->vector = vector;
    queue->next = vector->queues;
    __atomic_store_n(&vector->queues, queue, __ATOMIC_RELEASE);
    if (vector->irq != NULL)
        return 0;
    return request_vector(nvme, number, alone ? nvme_queue_interrupt : nvme_vector_interrupt,
                          alone ? (void *)queue : (void *)vector, index);
}

static int open_queues(struct nvme *nvme)
{
    const uint32_t entries_max = NVME_CAP_MQES(nvme->capabilities) + 1;
    const unsigned fit = nvme_controller_queues(nvme);
    unsigned count = core_count();
    uint32_t entries = nvme->config.depth;
    int error;

    count = count < fit ? count : fit;
    error = nvme_set_queue_count(nvme, &count);
    while (2 * entries > entries_max)
        entries /= 2;
    for (unsigned i = 0; i <= CORE_MAX; i++)
        nvme->vectors[i].nvme = nvme;
    nvme->queue_count = error == 0 ? count : 0;
    for (unsigned i = 0; i < nvme->queue_count && error == 0; i++)
        error = open_queue(nvme, i, entries);
    for (unsigned core = 0; core < CORE_MAX && error == 0; core++)
        nvme->queue_of_core[core] = &nvme->queues[core % count];
    return error;
}

static int create_queues(struct nvme *nvme)
{
    int error = 0;

    for (unsigned i = 0; i < nvme->queue_count && error == 0; i++)
        error = nvme_create_queue(nvme, &nvme->queues[i]);
    for (unsigned i = 0; i < nvme->queue_count && error == 0; i++)
        nvme_queue_stop(&nvme->queues[i], 0);
    return error;
}

/* ---- together ---- */

static int enable(struct nvme *nvme)
{
    int error = nvme_controller_enable(nvme);

    if (error == 0)
        nvme_queue_stop(&nvme->admin, 0);
    return error;
}

int nvme_start(struct nvme *nvme)
{
    unsigned count = nvme->queue_count;
    int error = enable(nvme);

    if (error == 0)
        error = check_identity(nvme);
    if (error == 0)
        error = check_namespace(nvme);
    if (error == 0)
        error = nvme_set_queue_count(nvme, &count);
    if (error == 0 && count < nvme->queue_count)
        error = -EPROTO;
    return error == 0 ? create_queues(nvme) : error;
}

int nvme_start_first(struct nvme *nvme)
{
    uint64_t bytes_max = 0;
    int error;

    nvme->vectors[0] = (struct nvme_vector){.nvme = nvme, .admin = true};
    error = request_vector(nvme, 0, nvme_vector_interrupt, &nvme->vectors[0],
                           0); /* core 0's queue may share it */
    if (error == 0)
        error = enable(nvme);
    if (error == 0)
        error = identify_controller(nvme, &bytes_max);
    if (error == 0)
        error = choose_namespace(nvme);
    if (error == 0)
        error = identify_namespace(nvme, bytes_max);
    if (error == 0)
        error = open_queues(nvme);
    return error == 0 ? create_queues(nvme) : error;
}
