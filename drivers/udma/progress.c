// SPDX-License-Identifier: BSD-3-Clause
/*
 * How many bytes of a transfer are done (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Channel Real-time
 * Registers", BCNT).
 *
 * The UDMAP counts the bytes of a channel, and carries out its transfers in the order in which they
 * were submitted: what was counted when nothing was in flight, and the lengths of what was
 * submitted since, tell where in the count a transfer begins. That holds until something is queued
 * whose length is not added up (a copy), or something fails and so has fewer bytes; then only the
 * responses count, one for each record, until nothing is in flight again. The responses also keep
 * the count's 32 bits apart from a lap of it: no record has more than 1 GiB. Those of a cyclic one
 * do not, since they are written over: less than 4 GiB may lie between two looks at it.
 */
#include "arch/mmio.h"
#include "drivers/udma/extra.h"

static uint32_t bytes_counted(const struct udma_channel *channel)
{
    return mmio_read32((uintptr_t)&udma_lead(&channel->halves)->bcnt);
}

/* Whatever was queued has come back. */
static bool is_idle(const struct udma_channel *channel)
{
    const uint64_t back = __atomic_load_n(&channel->counters.completions, __ATOMIC_RELAXED);

    return channel->pushed - channel->extra->restarts == (uint32_t)back;
}

static uint32_t failures(const struct udma_extra *extra)
{
    return __atomic_load_n(&extra->failures, __ATOMIC_RELAXED);
}

void udma_progress_begin(struct udma_channel *channel, struct udma_transfer *transfer)
{
    struct udma_extra *extra = channel->extra;

    if (is_idle(channel)) {
        extra->base = bytes_counted(channel);
        extra->total = 0;
        __atomic_store_n(&extra->failures, 0, __ATOMIC_RELAXED);
        extra->exact = true;
        extra->pushed = channel->pushed;
    }
    if (extra->pushed != channel->pushed || failures(extra) != 0)
        extra->exact = false; /* copies in between, or some bytes that never were */
    transfer->start = extra->total;
    transfer->exact = extra->exact;
    transfer->reported = 0;
    transfer->seen = 0;
    transfer->seen_bytes = 0;
    extra->total += transfer->length;
    extra->pushed = channel->pushed + 1u;
}

void udma_progress_submitted(struct udma_channel *channel)
{
    channel->extra->pushed = channel->pushed;
}

static uint64_t bytes_of(const struct udma_block_copy *record)
{
    return (uint64_t)record->count0 * record->count1 * record->count2 * record->count3;
}

static bool has_response(struct udma_transfer *transfer, unsigned record)
{
    const uint32_t *responses = udma_transfer_responses(transfer);

    return __atomic_load_n(&responses[record], __ATOMIC_RELAXED) != UDMA_RESPONSE_NONE;
}

/* Whole records, from the first on. */
static uint64_t by_responses(struct udma_transfer *transfer)
{
    while (transfer->seen < transfer->records && has_response(transfer, transfer->seen))
        transfer->seen_bytes += bytes_of(
            udma_descriptor_record(transfer->descriptor, transfer->record_bytes, transfer->seen++));
    return transfer->seen_bytes;
}

/* Something that was submitted before has not ended. */
static bool is_waiting(const struct udma_transfer *transfer)
{
    const struct udma_extra *extra = transfer->channel->extra;

    for (unsigned i = 0; i <= transfer->channel->config.depth; i++) {
        struct udma_transfer *other = __atomic_load_n(&extra->of_slot[i], __ATOMIC_RELAXED);

        if (other != NULL && other->start < transfer->start &&
            (other->cyclic || !has_response(other, other->records - 1u)))
            return true;
    }
    return false;
}

/* Of a cyclic one: it has begun, so from here on its count only grows. */
static bool runs(const struct udma_transfer *transfer)
{
    const struct udma_period *first = transfer->period_table;

    return transfer->reported != 0 || udma_responses_status(first->responses, first->records) == 0;
}

uint64_t udma_progress(struct udma_transfer *transfer)
{
    const struct udma_extra *extra = transfer->channel->extra;
    uint32_t ahead;

    if (!transfer->cyclic && by_responses(transfer) > transfer->reported)
        transfer->reported = transfer->seen_bytes;
    if (!transfer->exact || failures(extra) != 0)
        return transfer->reported;
    if (transfer->reported == 0 && is_waiting(transfer))
        return 0;
    ahead = bytes_counted(transfer->channel) - extra->base - (uint32_t)transfer->start -
            (uint32_t)transfer->reported;
    /* Or it is the transfer before it that is counted. */
    if (ahead <= INT32_MAX || (transfer->cyclic && runs(transfer)))
        transfer->reported += ahead;
    if (!transfer->cyclic && transfer->reported > transfer->length)
        transfer->reported = transfer->length;
    return transfer->reported;
}
