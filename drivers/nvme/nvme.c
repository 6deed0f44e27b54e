// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing a drive, and what there is to know of it: see nvme.h.
 */
#include "drivers/nvme/nvme.h"

#include "arch/core.h"
#include "drivers/nvme/internal.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

LOG_USE(nvme);

#define DEPTH_DEFAULT   64u
#define TIMEOUT_DEFAULT 10000000u
#define LOOK_US         1000u

static bool is_valid(const struct nvme_port *port, const struct nvme_config *config)
{
    const unsigned depth = config->depth;

    return port->registers != 0 && port->size > NVME_DOORBELLS && port->device != NULL &&
           port->vectors != 0 && port->quiet != NULL && config->name != NULL &&
           (depth == 0 || (depth >= 4 && depth <= NVME_DEPTH_MAX && (depth & (depth - 1)) == 0));
}

static void fill_in(struct nvme *nvme, const struct nvme_port *port,
                    const struct nvme_config *config)
{
    nvme->port = *port;
    nvme->config = *config;
    if (nvme->config.depth == 0)
        nvme->config.depth = DEPTH_DEFAULT;
    if (nvme->config.timeout_us == 0)
        nvme->config.timeout_us = TIMEOUT_DEFAULT;
    nvme->block = (struct block_device){
        .name = config->name,
        /* Later than the timeout's own, so that what is late is known to be. */
        .timeout_us = nvme->config.timeout_us + UINT64_C(1) * nvme->config.timeout_us / 2,
        .submit = nvme_submit,
        .wait_for_room = nvme_wait_for_room,
        .expire = nvme_expire,
    };
}

/* ---- taking apart; can be repeated after -EAGAIN ---- */

static int free_vectors(struct nvme *nvme, int *first)
{
    for (unsigned i = 0; i < nvme->vector_count; i++) {
        int error = nvme->vectors[i].irq != NULL ? irq_free(nvme->vectors[i].irq) : 0;

        if (error == -EAGAIN)
            return error;
        nvme->vectors[i].irq = NULL;
        *first = *first != 0 ? *first : error;
    }
    return 0;
}

static void free_memory(struct nvme *nvme)
{
    for (unsigned i = 0; i < CORE_MAX; i++)
        nvme_queue_release(&nvme->queues[i]);
    nvme_queue_release(&nvme->admin);
    free(nvme->page);
    free(nvme);
}

/* The controller is off. */
static int take_down(struct nvme *nvme, int *first)
{
    int error = nvme_watch_end(nvme);

    if (error == 0)
        error = free_vectors(nvme, first);
    if (error == 0)
        free_memory(nvme);
    return error;
}

/* ---- opening ---- */

/* Memory first: whatever fails later, the controller is off when it goes. */
static int bring_up(struct nvme *nvme)
{
    int error = nvme_controller_probe(nvme);

    if (error == 0)
        error = nvme_controller_disable(nvme);
    if (error == -ETIMEDOUT && nvme->port.reset != NULL) {
        error = nvme->port.reset(nvme->port.context);
        if (error == 0)
            error = nvme_controller_disable(nvme);
    }
    if (error != 0)
        return error;
    nvme->page = aligned_alloc((size_t)1 << nvme->page_shift, (size_t)1 << nvme->page_shift);
    if (nvme->page == NULL)
        return -ENOMEM;
    error = nvme_queue_allocate(nvme, &nvme->admin, 0, NVME_ADMIN_DEPTH);
    if (error == 0)
        error = nvme_watch_begin(nvme);
    return error == 0 ? nvme_start_first(nvme) : error;
}

/* No callback has begun: nobody has had the drive. */
static void undo(struct nvme *nvme)
{
    int first = 0;

    if (nvme_halt(nvme, -ECANCELED) == -EAGAIN || take_down(nvme, &first) != 0)
        log_error(nvme, "%s: a handler does not return: its memory stays", nvme->config.name);
}

int nvme_open(const struct nvme_port *port, const struct nvme_config *config, struct nvme **nvme)
{
    struct nvme *opened;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (port == NULL || config == NULL || nvme == NULL || !is_valid(port, config))
        return -EINVAL;
    opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return -ENOMEM;
    fill_in(opened, port, config);
    error = bring_up(opened);
    if (error != 0) {
        log_error(nvme, "%s: not opened: error %d", config->name, error);
        undo(opened);
        return error;
    }
    log_info(nvme, "%s: %s, %llu blocks of %u bytes, queues: %u", config->name, opened->model,
             (unsigned long long)opened->block.blocks, (unsigned)opened->block.block_size,
             opened->queue_count);
    *nvme = opened;
    return 0;
}

/* ---- closing ---- */

static bool is_idle(struct nvme *nvme)
{
    uint32_t busy = 0;

    for (unsigned i = 0; i < nvme->queue_count; i++)
        busy += nvme_queue_busy(&nvme->queues[i]);
    return busy == 0;
}

int nvme_come_to_rest(struct nvme *nvme, int refusal)
{
    const deadline_t deadline = deadline_after_us(nvme->block.timeout_us);

    for (unsigned i = 0; i < nvme->queue_count; i++)
        nvme_queue_stop(&nvme->queues[i], refusal);
    while (!is_idle(nvme)) {
        if (deadline_passed(deadline))
            return -ETIMEDOUT;
        delay_us(LOOK_US);
    }
    return nvme_wait_for_handlers(nvme); /* they have yet to tell the controller what they took */
}

/* As the specification wants it (7.6.2): the queues, then the controller. */
int nvme_shut_down(struct nvme *nvme)
{
    int error = 0;

    for (unsigned i = 0; i < nvme->queue_count && error == 0; i++)
        error = nvme_delete_queue(nvme, &nvme->queues[i]);
    return error == 0 ? nvme_controller_shut_down(nvme) : error;
}

int nvme_close(struct nvme *nvme)
{
    int error = 0, halted, first = 0;

    if (!irq_is_allowed() || nvme == NULL)
        return nvme == NULL ? -EINVAL : -EDEADLK;
    error = mutex_lock(&nvme->mutex);
    if (error != 0)
        return error;
    if (!nvme->closing && !nvme->dead) {
        nvme->closing = true;
        error = nvme_come_to_rest(nvme, -ECANCELED);
        if (error == 0)
            error = nvme_shut_down(nvme);
    }
    halted = nvme_halt(nvme, -ECANCELED);
    mutex_unlock(&nvme->mutex);
    if (halted == -EAGAIN)
        return halted;
    if (take_down(nvme, &first) != 0)
        return -EAGAIN;
    if (error != 0)
        return error != -EAGAIN ? error : -EIO; /* here it would say that it is still open */
    return halted != 0 ? halted : first;
}

/* ---- asking ---- */

struct block_device *nvme_block(struct nvme *nvme)
{
    return &nvme->block;
}

void nvme_get_facts(const struct nvme *nvme, struct nvme_facts *facts)
{
    *facts = (struct nvme_facts){
        .version = nvme->version,
        .namespace = nvme->namespace,
        .queues = nvme->queue_count,
        .vectors = nvme->vector_count,
        .depth = nvme->queues[0].mask + 1,
        .write_cache = nvme->write_cache,
    };
    memcpy(facts->model, nvme->model, sizeof(facts->model));
    memcpy(facts->serial, nvme->serial, sizeof(facts->serial));
    memcpy(facts->firmware, nvme->firmware, sizeof(facts->firmware));
}

void nvme_get_counters(const struct nvme *nvme, struct nvme_counters *counters)
{
    *counters = nvme->counters;
    counters->strange = __atomic_load_n(&nvme->admin.strange, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < nvme->queue_count; i++)
        counters->strange += __atomic_load_n(&nvme->queues[i].strange, __ATOMIC_RELAXED);
}

void nvme_get_queue(const struct nvme *nvme, unsigned queue, struct nvme_queue_facts *facts)
{
    const struct nvme_queue *asked = &nvme->queues[queue];

    *facts = (struct nvme_queue_facts){
        .number = asked->number,
        .vector = (unsigned)(asked->vector - nvme->vectors),
        .irq = asked->vector->irq,
        .under_way = nvme_queue_busy(asked),
        .submitted = asked->base + __atomic_load_n(&asked->taken, __ATOMIC_RELAXED),
        .failed = __atomic_load_n(&asked->failed, __ATOMIC_RELAXED),
    };
}

int nvme_set_affinity(struct nvme *nvme, unsigned queue, unsigned core)
{
    return queue < nvme->queue_count ? irq_set_affinity(nvme->queues[queue].vector->irq, core)
                                     : -EINVAL;
}
