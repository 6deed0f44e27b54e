// SPDX-License-Identifier: BSD-3-Clause
/*
 * TR descriptors: see transfer.h.
 *
 * TR types 8 to 11 and 15, the block moves, are what a block-copy channel executes, types 0 to 3
 * what a channel does that is paired with a peripheral. Any other type ends with "unsupported", as
 * do of their options static TRs, indirection, an end of line, local events as triggers, and any
 * addressing or formatting but the plain one: no document says that this UDMAP has them. A fill is
 * a block move whose source has dimensions of 0.
 *
 * Triggers are counted, by udmap.c, each kind for itself, and one is taken when what it enables
 * begins (TRM of the AM64x, SPRUIM2, "Triggers": the AM65x's says nothing of it).
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
#define TR_FORMAT                32u
#define TR_DICNT0                56u /* 56, 58, 60, 62: the four counts */

#define FLAGS_TYPE_MASK          0xfu
#define FLAGS_STATIC             (UINT32_C(1) << 4)
#define FLAGS_EVENT_SIZE_SHIFT   6
#define FLAGS_TRIGGER_SHIFT      8 /* the first; the second is 4 bits above */
#define TRIGGER_NONE             0u
#define TRIGGER_LOCAL            3u
#define TRIGGER_TYPE_ALL         3u
#define FLAGS_END_OF_LINE_MASK   (UINT32_C(7) << 28)
#define FLAGS_END_OF_PACKET      (UINT32_C(1) << 31)
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
#define STATUS_EXCEPTION         0x05u
#define STATUS_TEARDOWN          0x06u
#define REASON_TR_TYPE           (0u << 4)
#define REASON_STATIC            (1u << 4)
#define REASON_END_OF_LINE       (2u << 4)
#define REASON_CONFIGURATION     (3u << 4)
#define REASON_ADDRESSING        (4u << 4)

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

static bool is_data_move(uint32_t type)
{
    return type <= 3;
}

static unsigned trigger_of(uint32_t flags, unsigned number)
{
    return flags >> (FLAGS_TRIGGER_SHIFT + 4 * number) & 3;
}

/* 0 to 2: each round of loop 1 to 3; 3: the TR as a whole. */
static unsigned trigger_type_of(uint32_t flags, unsigned number)
{
    return flags >> (FLAGS_TRIGGER_SHIFT + 2 + 4 * number) & 3;
}

static uint8_t refusal(const struct transfer *transfer, uint32_t inner_count, uint32_t format)
{
    uint32_t flags = transfer->flags, type = flags & FLAGS_TYPE_MASK;

    if (transfer->split ? !is_data_move(type) : !is_block_move(type))
        return STATUS_UNSUPPORTED | REASON_TR_TYPE;
    if ((flags & FLAGS_STATIC) != 0)
        return STATUS_UNSUPPORTED | REASON_STATIC;
    if ((flags & FLAGS_END_OF_LINE_MASK) != 0)
        return STATUS_UNSUPPORTED | REASON_END_OF_LINE;
    if ((flags & FLAGS_INDIRECT_MASK) != 0 || trigger_of(flags, 0) == TRIGGER_LOCAL ||
        trigger_of(flags, 1) == TRIGGER_LOCAL)
        return STATUS_UNSUPPORTED | REASON_CONFIGURATION;
    if (!transfer->split && format != 0)
        return STATUS_UNSUPPORTED | REASON_ADDRESSING;
    return inner_count == 0 ? STATUS_SUBMIT_ICNT0 : STATUS_COMPLETED;
}

static void parse_source(struct transfer_side *side, const uint8_t *tr, unsigned loops)
{
    *side = (struct transfer_side){
        .address = field(&tr[TR_ADDRESS], 8) & ADDRESS_MASK,
        .count = {(uint32_t)field(&tr[TR_ICNT0], 2),
                  loops < 2 ? 1 : (uint32_t)field(&tr[TR_ICNT1], 2),
                  loops < 3 ? 1 : (uint32_t)field(&tr[TR_ICNT2], 2),
                  loops < 4 ? 1 : (uint32_t)field(&tr[TR_ICNT3], 2)},
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
    transfer->source.index[3] = transfer->source.count[3];
}

/* What a peripheral's stream is for may be done in the middle of an access to that peripheral: so
 * it goes to memory only. */
static bool read_memory(const struct transfer *transfer, uint64_t address, void *data, size_t size)
{
    return transfer->split ? model_ram_read(address, data, size)
                           : model_memory_read(address, data, size);
}

static void load(struct transfer *transfer)
{
    uint8_t tr[TR_SIZE] = {0};
    uint32_t size = transfer->record_size < TR_SIZE ? transfer->record_size : TR_SIZE;
    uint64_t address =
        transfer->descriptor + (uint64_t)transfer->record_size * (1u + transfer->record);
    bool read = read_memory(transfer, address, tr, size);
    transfer->flags = (uint32_t)field(&tr[TR_FLAGS], 4);
    uint32_t type = transfer->flags & FLAGS_TYPE_MASK;
    bool flat = is_two_dimensional(type);
    parse_source(&transfer->source, tr, is_data_move(type) ? type + 1 : flat ? 2 : 4);
    parse_destination(&transfer->destination, tr, flat, is_repacking(type), &transfer->source);
    transfer->status = STATUS_COMPLETED;
    transfer->crossed = 0;
    transfer->enabled[0] = transfer->enabled[1] = false;
    uint8_t refused =
        refusal(transfer, transfer->source.count[0], (uint32_t)field(&tr[TR_FORMAT], 4));
    if (!read || transfer->fail)
        give_up(transfer, STATUS_TRANSFER);
    else if (refused != STATUS_COMPLETED)
        give_up(transfer, refused);
}

bool transfer_begin(struct transfer *transfer, uint64_t descriptor, bool split)
{
    uint8_t header[HEADER_SIZE];
    *transfer = (struct transfer){.split = split, .descriptor = descriptor & ADDRESS_MASK};
    if (!read_memory(transfer, transfer->descriptor, header, sizeof(header)))
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

/* Returns how many of the loops have come round. */
static unsigned step(struct transfer_side *side, uint32_t bytes)
{
    unsigned i;
    side->index[0] += bytes;
    for (i = 0; i < 3 && side->index[i] == side->count[i]; i++) {
        side->index[i] = 0;
        side->index[i + 1]++;
    }
    return i;
}

static unsigned event_size(const struct transfer *transfer)
{
    return transfer->flags >> FLAGS_EVENT_SIZE_SHIFT & 3;
}

/* Whether more than loops have come round here: a trigger is needed, or an event is due. */
static bool stops(struct transfer *transfer, unsigned crossed)
{
    bool stop = event_size(transfer) != 0 && crossed >= event_size(transfer);

    transfer->crossed = crossed;
    for (unsigned i = 0; i < TRANSFER_TRIGGERS; i++) {
        unsigned type = trigger_type_of(transfer->flags, i);
        if (trigger_of(transfer->flags, i) == TRIGGER_NONE || type == TRIGGER_TYPE_ALL ||
            crossed <= type)
            continue;
        transfer->enabled[i] = false;
        stop = true;
    }
    return stop;
}

unsigned transfer_awaits(const struct transfer *transfer)
{
    for (unsigned i = 0; i < TRANSFER_TRIGGERS; i++)
        if (!transfer->enabled[i] && trigger_of(transfer->flags, i) != TRIGGER_NONE &&
            !exhausted(&transfer->source))
            return trigger_of(transfer->flags, i);
    return 0;
}

void transfer_enable(struct transfer *transfer, unsigned kind)
{
    for (unsigned i = 0; i < TRANSFER_TRIGGERS; i++)
        if (!transfer->enabled[i] && trigger_of(transfer->flags, i) == kind) {
            transfer->enabled[i] = true;
            return;
        }
}

uint32_t transfer_move(struct transfer *transfer, uint32_t limit)
{
    static uint8_t buffer[2048];
    struct transfer_side *from = &transfer->source, *to = &transfer->destination;
    uint32_t moved = 0;
    for (unsigned i = 0; i < PIECES_MAX && moved < limit && !exhausted(from) && !exhausted(to);
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
        moved += chunk;
        (void)step(to, chunk);
        if (stops(transfer, step(from, chunk)))
            break;
    }
    transfer->bytes += moved;
    return moved;
}

bool transfer_is_over(const struct transfer *transfer)
{
    return exhausted(&transfer->source);
}

bool transfer_ends_packet(const struct transfer *transfer)
{
    return (transfer->flags & FLAGS_END_OF_PACKET) != 0;
}

/* The rest of the innermost loop, in memory only: a peripheral's model is in the middle of it. */
static uint32_t piece(const struct transfer_side *side, uint32_t limit)
{
    uint32_t left = exhausted(side) ? 0 : side->count[0] - side->index[0];
    return left < limit ? left : limit;
}

uint32_t transfer_read(struct transfer *transfer, uint8_t *data, uint32_t limit)
{
    struct transfer_side *side = &transfer->source;
    uint32_t bytes = piece(side, limit);

    if (bytes == 0)
        return 0;
    if (!model_ram_read(position(side), data, bytes)) {
        give_up(transfer, STATUS_TRANSFER);
        return 0;
    }
    transfer->before = *side;
    transfer->bytes += bytes;
    (void)stops(transfer, step(side, bytes));
    return bytes;
}

void transfer_unread(struct transfer *transfer, uint32_t bytes)
{
    if (bytes == 0)
        return;
    uint32_t read = transfer->source.index[0] - transfer->before.index[0];
    if (transfer->source.index[0] <= transfer->before.index[0])
        read = transfer->before.count[0] - transfer->before.index[0];
    transfer->source = transfer->before;
    transfer->source.index[0] += read - bytes;
    transfer->bytes -= bytes;
    transfer->crossed = 0;
}

uint32_t transfer_write(struct transfer *transfer, const uint8_t *data, uint32_t size)
{
    struct transfer_side *side = &transfer->source;
    uint32_t bytes = piece(side, size);

    if (bytes == 0)
        return 0;
    if (!model_ram_write(position(side), data, bytes)) {
        give_up(transfer, STATUS_TRANSFER);
        return bytes;
    }
    transfer->bytes += bytes;
    (void)stops(transfer, step(side, bytes));
    return bytes;
}

void transfer_cut(struct transfer *transfer, bool teardown)
{
    give_up(transfer, teardown ? STATUS_TEARDOWN : STATUS_EXCEPTION);
}

void transfer_fail(struct transfer *transfer)
{
    transfer->fail = true;
    give_up(transfer, STATUS_TRANSFER);
}

bool transfer_wants_event(const struct transfer *transfer)
{
    return (transfer->flags & FLAGS_SUPPRESS_EVENT) == 0 && event_size(transfer) == 0;
}

bool transfer_wants_event_within(const struct transfer *transfer)
{
    return (transfer->flags & FLAGS_SUPPRESS_EVENT) == 0 && event_size(transfer) != 0 &&
           transfer->crossed >= event_size(transfer);
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
    responses += (uint64_t)RESPONSE_SIZE * transfer->record;
    (void)(transfer->split ? model_ram_write(responses, response, sizeof(response))
                           : model_memory_write(responses, response, sizeof(response)));
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
