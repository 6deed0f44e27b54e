// SPDX-License-Identifier: BSD-3-Clause
/*
 * Preparing transfers of every kind, and submitting them (AM65x TRM SPRUID7, 10.2.2 UDMAP,
 * "Transfer Request Packet Descriptor").
 *
 * A transfer has a descriptor of its own, with as many records as it takes, and lends itself a slot
 * of the channel while it is submitted: so it counts for the channel's depth, a ring never
 * overflows, and the handler needs to know no more than that the slot's descriptor is not the one
 * of a copy (transfer.c). A slot that is lent so has a descriptor that tells of no end, should the
 * hardware bring that one back.
 */
#include "drivers/udma/transfers.h"

#include "arch/barrier.h"
#include "arch/relaxed.h"
#include "arch/spinlock.h"
#include "arch/wait.h"
#include "drivers/udma/extra.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>

/* ---- preparing ---- */

static unsigned record_bytes(const struct udma_channel *channel)
{
    return channel->numbers.one_way != NULL ? UDMA_ONE_SIDE_BYTES : sizeof(struct udma_block_copy);
}

/* Counts a transfer's records (descriptor NULL) or builds them. -EINVAL, -E2BIG. */
static int cut(const struct udma_channel *channel, const struct udma_transfer_config *config,
               struct udma_descriptor *descriptor, unsigned *records, uint64_t *length)
{
    const bool one_side = channel->numbers.one_way != NULL;
    const bool by_hardware = config->trigger != UDMA_TRIGGER_NONE && config->step < UDMA_STEP_MOVE;
    unsigned count = 0;

    *length = 0;
    for (unsigned i = 0; i < config->count; i++) {
        const unsigned first = count;
        const struct udma_move move = udma_move_of(channel, &config->moves[i]);
        struct udma_cut way = {.move = &move};
        struct udma_piece piece;

        if (udma_move_length(way.move, &way.length) != 0 ||
            __builtin_add_overflow(*length, way.length, length) ||
            (config->cyclic && way.length > UINT32_MAX)) /* more than the UDMAP counts */
            return -EINVAL;
        while (udma_cut_next(&way, &piece)) {
            const bool ends = way.position == way.length, last = i + 1u == config->count && ends;
            const bool begins = config->step == UDMA_STEP_TRANSFER ? count == 0 : count == first;
            const struct udma_record_options options = {
                .trigger = begins ? config->trigger : UDMA_TRIGGER_NONE,
                .step = config->step,
                .event = config->cyclic ? ends : last && config->tell,
                .last = last,
                .one_side = one_side,
            };

            if (count == UDMA_RECORD_COUNT_MAX)
                return -E2BIG;
            if (by_hardware && !ends)
                return -EINVAL;
            if (descriptor != NULL)
                udma_record_build(udma_descriptor_record(descriptor, record_bytes(channel), count),
                                  &piece, &options);
            count++;
        }
    }
    *records = count;
    return 0;
}

static bool is_complete(const struct udma_channel *channel,
                        const struct udma_transfer_config *config)
{
    return channel != NULL && channel->extra != NULL && config != NULL && config->moves != NULL &&
           config->count != 0 && config->trigger <= UDMA_TRIGGER_1 &&
           config->step <= UDMA_STEP_TRANSFER &&
           (!config->cyclic || (config->period != NULL && config->count <= UDMA_PERIODS_MAX));
}

static void free_transfer(struct udma_transfer *transfer)
{
    dma_free(transfer->descriptor);
    free(transfer->period_table);
    free(transfer);
}

static struct udma_transfer *allocate(struct udma_channel *channel,
                                      const struct udma_transfer_config *config, unsigned records)
{
    struct udma_transfer *transfer = calloc(1, sizeof(*transfer));

    if (transfer == NULL)
        return NULL;
    transfer->channel = channel;
    transfer->records = records;
    transfer->record_bytes = record_bytes(channel);
    transfer->cyclic = config->cyclic;
    transfer->descriptor = dma_alloc(udma_descriptor_size(transfer->record_bytes, records));
    if (transfer->descriptor != NULL &&
        (!config->cyclic || udma_periods_prepare(transfer, config) == 0))
        return transfer;
    free_transfer(transfer);
    return NULL;
}

static void attach(struct udma_transfer *transfer)
{
    struct udma_extra *extra = transfer->channel->extra;
    unsigned long state = spin_lock(&extra->lock);

    transfer->next = extra->transfers;
    extra->transfers = transfer;
    spin_unlock(&extra->lock, state);
}

static void detach(struct udma_transfer *transfer)
{
    struct udma_extra *extra = transfer->channel->extra;
    unsigned long state = spin_lock(&extra->lock);
    struct udma_transfer **place = &extra->transfers;

    while (*place != transfer)
        place = &(*place)->next;
    *place = transfer->next;
    spin_unlock(&extra->lock, state);
}

int udma_transfer_prepare(struct udma_channel *channel, const struct udma_transfer_config *config,
                          struct udma_transfer **transfer)
{
    unsigned records;
    uint64_t length;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (transfer == NULL || !is_complete(channel, config))
        return -EINVAL;
    error = cut(channel, config, NULL, &records, &length);
    if (error == 0 && channel->numbers.one_way != NULL)
        error = channel->numbers.one_way->check(channel, config, length);
    if (error == 0 && config->cyclic && !channel->config.polled)
        error = udma_periods_begin(channel);
    if (error != 0)
        return error;
    *transfer = allocate(channel, config, records);
    if (*transfer == NULL) {
        log_error(udma, "channel %u: no memory for a transfer of %u records",
                  (unsigned)channel->numbers.channel, records);
        return -ENOMEM;
    }
    (*transfer)->length = length;
    udma_descriptor_begin((*transfer)->descriptor, channel->numbers.channel,
                          channel->numbers.completion_ring, (*transfer)->record_bytes, records,
                          config->cyclic);
    (void)cut(channel, config, (*transfer)->descriptor, &records, &length);
    attach(*transfer);
    return 0;
}

static bool is_submitted(const struct udma_transfer *transfer)
{
    /* Acquire: what the handler did with it comes before what is done next. */
    return __atomic_load_n(&transfer->slot, __ATOMIC_ACQUIRE) != NULL;
}

/* Who asks how far another transfer is looks at all that are submitted (progress.c), with the lock:
 * who took it before this one ended is out then. */
static void wait_for_readers(struct udma_channel *channel)
{
    spin_unlock(&channel->lock, spin_lock(&channel->lock));
}

int udma_transfer_release(struct udma_transfer *transfer)
{
    if (!wait_is_allowed())
        return -EDEADLK;
    if (transfer == NULL)
        return -EINVAL;
    if (is_submitted(transfer) ||
        (transfer->cyclic && udma_periods_are_delivered(transfer->channel->extra)))
        return -EBUSY;
    wait_for_readers(transfer->channel);
    detach(transfer);
    free_transfer(transfer);
    return 0;
}

uint64_t udma_transfer_length(const struct udma_transfer *transfer)
{
    return transfer->length;
}

unsigned udma_transfer_records(const struct udma_transfer *transfer)
{
    return transfer->records;
}

/* ---- submitting; with the channel's lock ---- */

/* It is a cyclic one, and the channel has one, or a period of the last one is being called back. */
static bool is_cycling(const struct udma_channel *channel, const struct udma_transfer *transfer)
{
    return transfer->cyclic &&
           (__atomic_load_n(&channel->extra->cyclic, __ATOMIC_ACQUIRE) != NULL ||
            udma_periods_are_delivered(channel->extra));
}

/* Each gets a slot, none that another has; or none gets one. */
static int reserve(struct udma_channel *channel, struct udma_transfer *const *transfers,
                   unsigned count)
{
    struct udma_slot **list =
        channel->numbers.one_way != NULL ? &channel->extra->first_free : &channel->first_free;
    struct udma_slot *slot = *list;
    unsigned done = 0;
    int error = channel->refusal;

    while (error == 0 && done < count) {
        struct udma_slot *next = __atomic_load_n(&slot->next, __ATOMIC_ACQUIRE);

        if (next == NULL) {
            error = -EAGAIN;
        } else if (is_submitted(transfers[done]) || is_cycling(channel, transfers[done])) {
            error = -EBUSY;
        } else {
            transfers[done++]->slot = slot;
            slot = next;
        }
    }
    if (error == 0)
        *list = slot;
    else
        while (done != 0)
            transfers[--done]->slot = NULL;
    return error;
}

static void push(struct udma_channel *channel, struct udma_transfer *transfer, void *cookie)
{
    struct udma_slot *slot = transfer->slot;
    const unsigned number = (unsigned)(slot - channel->slots);
    struct udma_descriptor *unused = &channel->descriptors[number];

    unused->records[1].responses[0] = UDMA_RESPONSE_NONE;
    udma_responses_clear(udma_transfer_responses(transfer), transfer->records);
    udma_progress_begin(channel, transfer);
    if (transfer->cyclic)
        udma_periods_start(transfer);
    slot->descriptor = transfer->descriptor;
    slot->length = transfer->length;
    slot->cookie = cookie;
    __atomic_store_n(&channel->extra->of_slot[number], transfer, __ATOMIC_RELAXED);
    /* volatile: the element belongs to the hardware from the doorbell on. */
    *(volatile uint64_t *)&channel->transfer.elements[channel->pushed & channel->ring_mask] =
        (uintptr_t)transfer->descriptor;
    relaxed_store32(&channel->pushed, channel->pushed + 1u);
}

/* As transfer.c has it, and why. */
static void submit(struct udma_channel *channel)
{
    const uint32_t pushed = channel->pushed;

    barrier_cores();
    if (relaxed_load_bool(&channel->draining) == 0) {
        const unsigned count = pushed - channel->submitted;

        relaxed_store32(&channel->submitted, pushed);
        udma_ring_submit(&channel->transfer, count);
    }
}

static int submit_all(struct udma_channel *channel, struct udma_transfer *const *transfers,
                      unsigned count, void *const *cookies)
{
    int error = reserve(channel, transfers, count);

    if (error != 0)
        return error;
    for (unsigned i = 0; i < count; i++)
        push(channel, transfers[i], cookies != NULL ? cookies[i] : NULL);
    udma_progress_submitted(channel);
    submit(channel);
    UDMA_COUNT(channel->extra->counters.submitted, count);
    return 0;
}

int udma_submit(struct udma_channel *channel, struct udma_transfer *const *transfers,
                unsigned count, void *const *cookies)
{
    unsigned long state;
    int error;

    if (channel == NULL || channel->extra == NULL || transfers == NULL || count == 0 ||
        count > channel->config.depth)
        return -EINVAL;
    for (unsigned i = 0; i < count; i++)
        if (transfers[i] == NULL || transfers[i]->channel != channel)
            return -EINVAL;
    state = spin_lock(&channel->lock);
    error = submit_all(channel, transfers, count, cookies);
    spin_unlock(&channel->lock, state);
    return error;
}

void udma_transfer_take_slots(struct udma_channel *channel)
{
    channel->full = -EINVAL;
    channel->extra->first_free = channel->first_free;
    channel->first_free = &channel->no_slot;
}

void udma_transfer_submit_drain(struct udma_channel *channel)
{
    struct udma_transfer *drain = channel->extra->drain;
    unsigned long state = spin_lock(&channel->lock);
    struct udma_slot *slot = channel->extra->first_free;
    struct udma_slot *next = __atomic_load_n(&slot->next, __ATOMIC_ACQUIRE);

    if (next != NULL && !is_submitted(drain)) {
        drain->slot = slot;
        channel->extra->first_free = next;
        channel->extra->restarts++; /* it is counted as pushed, and never as completed */
        push(channel, drain, NULL);
        submit(channel);
    }
    spin_unlock(&channel->lock, state);
}

uint64_t udma_transfer_done(const struct udma_transfer *transfer)
{
    struct udma_channel *channel = transfer->channel;
    unsigned long state = spin_lock(&channel->lock);
    uint64_t done = is_submitted(transfer) ? udma_progress((struct udma_transfer *)transfer) : 0;

    spin_unlock(&channel->lock, state);
    return done;
}

void udma_get_transfer_counters(const struct udma_channel *channel,
                                struct udma_transfer_counters *counters)
{
    *counters = (struct udma_transfer_counters){0};
    if (channel->extra == NULL)
        return;
    counters->submitted = __atomic_load_n(&channel->extra->counters.submitted, __ATOMIC_RELAXED);
    counters->periods = __atomic_load_n(&channel->extra->counters.periods, __ATOMIC_RELAXED);
    counters->lost = __atomic_load_n(&channel->extra->counters.lost, __ATOMIC_RELAXED);
    counters->early = __atomic_load_n(&channel->extra->counters.early, __ATOMIC_RELAXED);
    counters->aborts = __atomic_load_n(&channel->extra->counters.aborts, __ATOMIC_RELAXED);
}

/* ---- what the driver's other files call ---- */

static int begin(struct udma_channel *channel)
{
    channel->extra = calloc(1, sizeof(*channel->extra));
    if (channel->extra == NULL)
        return -ENOMEM;
    channel->extra->channel = channel;
    return 0;
}

static struct udma_slot *find(struct udma_channel *channel, uint64_t element)
{
    for (unsigned i = 0; i <= channel->config.depth; i++) {
        const struct udma_transfer *transfer =
            __atomic_load_n(&channel->extra->of_slot[i], __ATOMIC_RELAXED);

        if (transfer != NULL && (uintptr_t)transfer->descriptor == element)
            return &channel->slots[i];
    }
    return NULL;
}

/* A cyclic one's responses are its periods'; it comes back when the channel is torn down only. */
static int status_of(const struct udma_transfer *transfer)
{
    struct udma_channel *channel = transfer->channel;

    if (transfer->cyclic) {
        unsigned long state = spin_lock(&channel->lock);
        int refusal = channel->refusal;

        spin_unlock(&channel->lock, state);
        return refusal == -ECANCELED ? -ECANCELED : -EIO;
    }
    return udma_transfer_status(
        channel, udma_responses_status(udma_transfer_responses(transfer), transfer->records));
}

static int finish(struct udma_channel *channel, struct udma_slot *slot)
{
    const unsigned number = (unsigned)(slot - channel->slots);
    struct udma_transfer *transfer = channel->extra->of_slot[number];
    const int status = status_of(transfer);

    if (transfer->cyclic)
        udma_periods_stop(transfer);
    if (status != 0)
        __atomic_fetch_add(&channel->extra->failures, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&channel->extra->of_slot[number], NULL, __ATOMIC_RELAXED);
    slot->descriptor = &channel->descriptors[number];
    __atomic_store_n(&transfer->slot, NULL, __ATOMIC_RELEASE);
    return transfer == channel->extra->drain ? UDMA_NOBODYS : status;
}

static int end(struct udma_channel *channel)
{
    return udma_periods_end(channel);
}

static int take_back(struct udma_channel *channel)
{
    return udma_chains_end(channel);
}

static void free_extra(struct udma_channel *channel)
{
    struct udma_transfer *transfer = channel->extra->transfers, *next;

    for (; transfer != NULL; transfer = next) {
        next = transfer->next;
        free_transfer(transfer);
    }
    dma_free(channel->extra->drain_memory);
    free(channel->extra);
    channel->extra = NULL;
}

const struct udma_kinds udma_transfers = {
    .begin = begin,
    .find = find,
    .finish = finish,
    .end = end,
    .take_back = take_back,
    .free = free_extra,
};
