// SPDX-License-Identifier: BSD-3-Clause
/*
 * TR descriptors: see transfer.h.
 *
 * TR types 8 to 11 and 15, the block moves, are what a block-copy channel executes. Of their
 * options, the second trigger, the local event as a trigger, static TRs, data formats and
 * indirection are not modelled: a TR that asks for one ends with "unsupported", as does any other
 * type.
 */
#include "twin/models/transfer.h"

/* Descriptor header: four words. */
#define HEADER_SIZE              16u
#define INFO0_TYPE_SHIFT         30
#define INFO0_TYPE_TR            3u
#define INFO0_RELOAD_SHIFT       20
#define INFO0_RELOAD_MASK        0x1ffu
#define INFO0_RELOAD_FOREVER     0x1ffu
#define INFO0_RELOAD_INDEX_SHIFT 14
#define INFO0_RELOAD_INDEX_MASK  0x3fu
#define INFO0_LAST_MASK          0x3fffu
#define INFO1_RECORD_SHIFT       24
#define INFO1_RECORD_MASK        0x7u
#define INFO1_RECORD_MAX         3u /* 128 bytes */
#define INFO2_RETURN_MASK        0xffffu

/* A TR, by bytes; block moves are 64 bytes long. */
#define TR_SIZE                  64u
#define TR_FLAGS                 0u
#define TR_ICNT0                 4u
#define TR_ICNT1                 6u
#define TR_ADDRESS               8u
#define TR_DIM1                  16u
#define TR_ICNT2                 20u
#define TR_ICNT3                 22u
#define TR_DIM2                  24u
#define TR_DIM3                  28u
#define TR_DDIM1                 36u
#define TR_DADDRESS              40u
#define TR_DDIM2                 48u
#define TR_DDIM3                 52u
#define TR_DICNT0                56u /* 56, 58, 60, 62: the four counts */

#define FLAGS_TYPE_MASK          0xfu
#define FLAGS_TRIGGER_SHIFT      8
#define FLAGS_TRIGGER_MASK       0x3u
#define FLAGS_TRIGGER_GLOBAL_MAX 2u /* then comes the local event */
#define FLAGS_STEP_SHIFT         10
#define FLAGS_STEP_ALL           3u
#define FLAGS_TRIGGER1_MASK      0x3000u
#define FLAGS_COMMAND_SHIFT      16
#define FLAGS_INDIRECT_MASK      (UINT32_C(3) << 24)
#define FLAGS_SUPPRESS_EVENT     (UINT32_C(1) << 26)

#define ADDRESS_MASK             ((UINT64_C(1) << 48) - 1)

/* A response: a status byte, a reserved one, the command id, the TR's upper flags. The status is a
 * kind and, above it, a reason. */
#define RESPONSE_SIZE            4u
#define STATUS_COMPLETED         0x00u
#define STATUS_TRANSFER          0x01u
#define STATUS_SUBMIT_ICNT0      0x03u
#define STATUS_UNSUPPORTED       0x04u
#define REASON_TR_TYPE           (0u << 4)
#define REASON_CONFIGURATION     (3u << 4)

/* So many contiguous pieces are moved at a time: each may be an access to a device, and all of them
 * happen with the models' lock held. */
#define PIECES_MAX               256u

static uint64_t field(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static int32_t signed_field(const uint8_t *bytes)
{
    return (int32_t)(uint32_t)field(bytes, 4);
}

static bool is_block_move(uint32_t type)
{
    return (type >= 8 && type <= 11) || type == 15;
}

static bool is_two_dimensional(uint32_t type)
{
    return type == 10 || type == 11;
}

/* With repacking the destination has counts of its own. */
static bool is_repacking(uint32_t type)
{
    return type == 9 || type == 11 || type == 15;
}

static uint8_t refusal(uint32_t flags, uint32_t inner_count)
{
    if (!is_block_move(flags & FLAGS_TYPE_MASK))
        return STATUS_UNSUPPORTED | REASON_TR_TYPE;
    if ((flags & (FLAGS_TRIGGER1_MASK | FLAGS_INDIRECT_MASK)) != 0 ||
        (flags >> FLAGS_TRIGGER_SHIFT & FLAGS_TRIGGER_MASK) > FLAGS_TRIGGER_GLOBAL_MAX)
        return STATUS_UNSUPPORTED | REASON_CONFIGURATION;
    return inner_count == 0 ? STATUS_SUBMIT_ICNT0 : STATUS_COMPLETED;
}

static void parse_source(struct transfer_side *side, const uint8_t *tr, bool flat)
{
    *side = (struct transfer_side){
        .address = field(&tr[TR_ADDRESS], 8) & ADDRESS_MASK,
        .count = {(uint32_t)field(&tr[TR_ICNT0], 2), (uint32_t)field(&tr[TR_ICNT1], 2),
                  flat ? 1 : (uint32_t)field(&tr[TR_ICNT2], 2),
                  flat ? 1 : (uint32_t)field(&tr[TR_ICNT3], 2)},
        .step = {0, signed_field(&tr[TR_DIM1]), signed_field(&tr[TR_DIM2]),
                 signed_field(&tr[TR_DIM3])},
    };
}

static void parse_destination(struct transfer_side *side, const uint8_t *tr, bool flat,
                              bool repacking, const struct transfer_side *source)
{
    *side = (struct transfer_side){
        .address = field(&tr[TR_DADDRESS], 8) & ADDRESS_MASK,
        .step = {0, signed_field(&tr[TR_DDIM1]), signed_field(&tr[TR_DDIM2]),
                 signed_field(&tr[TR_DDIM3])},
    };
    for (unsigned i = 0; i < 4; i++) {
        if (!repacking)
            side->count[i] = source->count[i];
        else
            side->count[i] = flat && i >= 2 ? 1 : (uint32_t)field(&tr[TR_DICNT0 + 2 * i], 2);
    }
}

static bool exhausted(const struct transfer_side *side)
{
    return side->index[3] >= side->count[3] || side->count[0] == 0 || side->count[1] == 0 ||
           side->count[2] == 0;
}

/* Nothing left to move for a TR that is refused or fails. */
static void give_up(struct transfer *transfer, uint8_t status)
{
    transfer->status = status;
    transfer->waits = false;
    transfer->source.index[3] = transfer->source.count[3];
}

static void load(struct transfer *transfer)
{
    uint8_t tr[TR_SIZE] = {0};
    uint32_t size = transfer->record_size < TR_SIZE ? transfer->record_size : TR_SIZE;
    uint64_t address =
        transfer->descriptor + (uint64_t)transfer->record_size * (1u + transfer->record);
    bool read = model_memory_read(address, tr, size);
    transfer->flags = (uint32_t)field(&tr[TR_FLAGS], 4);
    uint32_t type = transfer->flags & FLAGS_TYPE_MASK;
    bool flat = is_two_dimensional(type);
    parse_source(&transfer->source, tr, flat);
    parse_destination(&transfer->destination, tr, flat, is_repacking(type), &transfer->source);
    transfer->status = STATUS_COMPLETED;
    uint32_t trigger = transfer->flags >> FLAGS_TRIGGER_SHIFT & FLAGS_TRIGGER_MASK;
    transfer->trigger = (uint8_t)(trigger == 0 ? 0u : 1u << (trigger - 1));
    transfer->step = transfer->flags >> FLAGS_STEP_SHIFT & FLAGS_STEP_ALL;
    transfer->waits = trigger != 0;
    uint8_t refused = refusal(transfer->flags, transfer->source.count[0]);
    if (!read || transfer->fail)
        give_up(transfer, STATUS_TRANSFER);
    else if (refused != STATUS_COMPLETED)
        give_up(transfer, refused);
}

bool transfer_begin(struct transfer *transfer, uint64_t descriptor)
{
    uint8_t header[HEADER_SIZE];
    *transfer = (struct transfer){.descriptor = descriptor & ADDRESS_MASK};
    if (!model_memory_read(transfer->descriptor, header, sizeof(header)))
        return false;
    uint32_t info0 = (uint32_t)field(&header[0], 4), info1 = (uint32_t)field(&header[4], 4);
    uint32_t record_code = info1 >> INFO1_RECORD_SHIFT & INFO1_RECORD_MASK;
    if (info0 >> INFO0_TYPE_SHIFT != INFO0_TYPE_TR || record_code > INFO1_RECORD_MAX)
        return false;
    uint64_t argument;
    transfer->record_size = (uint8_t)(16u << record_code);
    transfer->last_record = (uint16_t)(info0 & INFO0_LAST_MASK);
    transfer->reload_record =
        (uint16_t)(info0 >> INFO0_RELOAD_INDEX_SHIFT & INFO0_RELOAD_INDEX_MASK);
    transfer->reloads = (uint16_t)(info0 >> INFO0_RELOAD_SHIFT & INFO0_RELOAD_MASK);
    transfer->return_ring = (uint16_t)(field(&header[8], 4) & INFO2_RETURN_MASK);
    transfer->fail = model_fault_take(AM65X_FAULT_DMA_ERROR, &argument);
    load(transfer);
    return true;
}

static uint64_t position(const struct transfer_side *side)
{
    uint64_t address = side->address + side->index[0];
    for (unsigned i = 1; i < 4; i++)
        address += (uint64_t)((int64_t)side->index[i] * side->step[i]);
    return address;
}

static void step(struct transfer_side *side, uint32_t bytes)
{
    side->index[0] += bytes;
    for (unsigned i = 0; i < 3 && side->index[i] == side->count[i]; i++) {
        side->index[i] = 0;
        side->index[i + 1]++;
    }
}

/* A round of the loop that each trigger lets go is over, and there is another. */
static bool reaches_step(const struct transfer *transfer)
{
    const struct transfer_side *from = &transfer->source;
    if (transfer->trigger == 0 || transfer->step == FLAGS_STEP_ALL || exhausted(from))
        return false;
    for (unsigned i = 0; i <= transfer->step; i++)
        if (from->index[i] != 0)
            return false;
    return true;
}

uint32_t transfer_move(struct transfer *transfer, uint32_t limit)
{
    static uint8_t buffer[2048];
    struct transfer_side *from = &transfer->source, *to = &transfer->destination;
    uint32_t moved = 0;
    for (unsigned i = 0;
         i < PIECES_MAX && moved < limit && !transfer->waits && !exhausted(from) && !exhausted(to);
         i++) {
        uint32_t chunk = from->count[0] - from->index[0];
        uint32_t room = to->count[0] - to->index[0];
        chunk = chunk < room ? chunk : room;
        chunk = chunk < limit - moved ? chunk : limit - moved;
        chunk = chunk < sizeof(buffer) ? chunk : (uint32_t)sizeof(buffer);
        if (!model_memory_read(position(from), buffer, chunk) ||
            !model_memory_write(position(to), buffer, chunk)) {
            give_up(transfer, STATUS_TRANSFER);
            break;
        }
        step(from, chunk);
        step(to, chunk);
        moved += chunk;
        transfer->waits = reaches_step(transfer);
    }
    transfer->bytes += moved;
    return moved;
}

void transfer_fail(struct transfer *transfer)
{
    transfer->fail = true;
    give_up(transfer, STATUS_TRANSFER);
}

bool transfer_wants_event(const struct transfer *transfer)
{
    return (transfer->flags & FLAGS_SUPPRESS_EVENT) == 0;
}

bool transfer_next(struct transfer *transfer, bool repeat)
{
    uint8_t response[RESPONSE_SIZE] = {
        transfer->status,
        0,
        (uint8_t)(transfer->flags >> FLAGS_COMMAND_SHIFT),
        (uint8_t)(transfer->flags >> 24),
    };
    uint64_t responses =
        transfer->descriptor + (uint64_t)transfer->record_size * (2u + transfer->last_record);
    (void)model_memory_write(responses + (uint64_t)RESPONSE_SIZE * transfer->record, response,
                             sizeof(response));
    if (transfer->record < transfer->last_record) {
        transfer->record++;
    } else {
        if (transfer->reloads == 0 || !repeat)
            return false;
        if (transfer->reloads != INFO0_RELOAD_FOREVER)
            transfer->reloads--;
        transfer->record = transfer->reload_record;
    }
    load(transfer);
    return true;
}
