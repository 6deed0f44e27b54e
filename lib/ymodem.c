// SPDX-License-Identifier: BSD-3-Clause
/*
 * The receiver of XMODEM and YMODEM. The sender's bytes are not to be trusted: a block lands in a
 * buffer of its own, and what of it is part of the file is copied as far as there is room.
 */
#include "lib/ymodem.h"

#include "arch/time.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define SOH          0x01u /* a block of 128 bytes */
#define STX          0x02u /* a block of 1024 bytes */
#define ETX          0x03u /* Ctrl-C: not of the protocol */
#define EOT          0x04u
#define ACK          0x06u
#define NAK          0x15u
#define CAN          0x18u
#define CRC_WANTED   'C' /* a NAK that asks for CRCs */

#define BLOCK_SHORT  128u
#define BLOCK_LONG   1024u

#define START_US     3000000u  /* from one 'C' to the next, while nobody sends */
#define STARTS       20u       /* in all a minute */
#define BLOCK_US     10000000u /* for the start of a block, and from there to its end */
#define BYTE_US      1000000u  /* within a block */
#define QUIET_US     1000000u  /* the sender has said all: it waits for an answer */
#define ALONE_US     100000u   /* what has more behind it is a block whose first byte is damaged */
#define PURGE_US     10000000u
#define TRIES        10u
#define ENDS         5u
#define CRC_POLYNOME 0x1021u
#define SIZE_UNKNOWN SIZE_MAX

/* What has come, beside negative errno values. */
enum event {
    EVENT_BLOCK,   /* whole */
    EVENT_BAD,     /* something else */
    EVENT_SILENCE, /* nothing */
    EVENT_EOT,
};

struct transfer {
    const struct ymodem_line *line;
    uint8_t *memory;
    size_t room, used;
    size_t announced; /* the file's size, or SIZE_UNKNOWN */
    bool named;       /* it is YMODEM */
    uint8_t number;   /* of the block */
    size_t length;
    uint8_t block[BLOCK_LONG];
};

/* ---- the line ---- */

static int get(const struct transfer *transfer, uint64_t timeout_us)
{
    return transfer->line->get(transfer->line->context, timeout_us);
}

static int put(const struct transfer *transfer, uint8_t byte)
{
    return transfer->line->put(transfer->line->context, &byte, 1);
}

/* Drops what comes until the line is quiet, or for some time. 1: there was something; 0: nothing;
 * or an error. */
static int purge(const struct transfer *transfer, uint64_t quiet_us)
{
    deadline_t deadline = deadline_after_us(PURGE_US);
    int byte, some = 0;

    while ((byte = get(transfer, quiet_us)) >= 0 && !deadline_passed(deadline))
        some = 1;
    return byte < 0 && byte != -ETIMEDOUT ? byte : some;
}

/* Two, since one may be what noise has made; more, since some may get lost. */
static void cancel(const struct transfer *transfer)
{
    for (unsigned i = 0; i < 8; i++)
        if (put(transfer, CAN) != 0)
            return;
    (void)purge(transfer, QUIET_US);
}

/* ---- blocks ---- */

/* CRC-16 of XMODEM: most significant bit first, from 0, not inverted. */
static uint16_t crc16(uint16_t crc, uint8_t byte)
{
    crc = (uint16_t)(crc ^ (unsigned)byte << 8);
    for (unsigned bit = 0; bit < 8; bit++)
        crc = (uint16_t)((unsigned)crc << 1 ^ ((crc & 0x8000) != 0 ? CRC_POLYNOME : 0u));
    return crc;
}

static int get_bytes(const struct transfer *transfer, uint8_t *bytes, size_t count,
                     deadline_t deadline)
{
    for (size_t i = 0; i < count; i++) {
        int byte = deadline_passed(deadline) ? -ETIMEDOUT : get(transfer, BYTE_US);

        if (byte < 0)
            return byte;
        bytes[i] = (uint8_t)byte;
    }
    return 0;
}

/* What is behind SOH or STX: the number, and inverted; the bytes; their CRC. */
static int get_block(struct transfer *transfer, size_t length)
{
    deadline_t deadline = deadline_after_us(BLOCK_US);
    uint8_t number[2], sum[2];
    uint16_t crc = 0;
    int error = get_bytes(transfer, number, sizeof(number), deadline);

    if (error == 0)
        error = get_bytes(transfer, transfer->block, length, deadline);
    if (error == 0)
        error = get_bytes(transfer, sum, sizeof(sum), deadline);
    if (error != 0)
        return error == -ETIMEDOUT ? EVENT_BAD : error;
    for (size_t i = 0; i < length; i++)
        crc = crc16(crc, transfer->block[i]);
    if ((number[0] ^ number[1]) != 0xff || crc != (sum[0] << 8 | sum[1]))
        return EVENT_BAD;
    transfer->number = number[0];
    transfer->length = length;
    return EVENT_BLOCK;
}

/* Whether it was a byte alone, behind which its sender waits: then `event`. */
static int get_silence(const struct transfer *transfer, int event)
{
    int some = purge(transfer, ALONE_US);

    return some > 0 ? EVENT_BAD : some < 0 ? some : event;
}

static int get_cancel(const struct transfer *transfer)
{
    int byte = get(transfer, BYTE_US);

    if (byte == CAN)
        return -ECANCELED;
    return byte >= 0 || byte == -ETIMEDOUT ? EVENT_BAD : byte;
}

/* An enum event, or an error. */
static int next_event(struct transfer *transfer, uint64_t timeout_us)
{
    int byte = get(transfer, timeout_us), event;

    switch (byte) {
    case SOH:
        event = get_block(transfer, BLOCK_SHORT);
        break;
    case STX:
        event = get_block(transfer, BLOCK_LONG);
        break;
    case EOT:
        event = get_silence(transfer, EVENT_EOT);
        break;
    case CAN:
        event = get_cancel(transfer);
        break;
    case -ETIMEDOUT:
        return EVENT_SILENCE;
    default:
        event = byte < 0 ? byte : EVENT_BAD;
    }
    if (event == EVENT_BAD) {
        int some = purge(transfer, QUIET_US);

        return some < 0 ? some : EVENT_BAD;
    }
    return event;
}

/* ---- the start ---- */

/* What is no block is what somebody types; two things that he can type end it. */
static int take_typed(const struct transfer *transfer, int byte)
{
    int event = EVENT_BAD;

    if (byte == ETX)
        event = get_silence(transfer, -ECANCELED);
    else if (byte == CAN)
        event = get_cancel(transfer);
    else if (byte < 0)
        event = byte;
    return event < 0 ? event : 0;
}

/* Waits for the start of a block while nobody sends: SOH or STX, or an error. */
static int await_start(const struct transfer *transfer)
{
    deadline_t deadline = deadline_after_us(START_US);

    do {
        int byte = get(transfer, START_US), error;

        if (byte == SOH || byte == STX)
            return byte;
        error = take_typed(transfer, byte);
        if (error != 0)
            return error;
    } while (!deadline_passed(deadline));
    return -ETIMEDOUT;
}

/* The first block, which tells the protocol. */
static int get_first(struct transfer *transfer)
{
    unsigned bad = 0;
    uint8_t request = CRC_WANTED;

    for (unsigned start = 0; start < STARTS && bad < TRIES; start++) {
        int event = put(transfer, request);

        request = CRC_WANTED;
        if (event == 0)
            event = await_start(transfer);
        if (event == -ETIMEDOUT)
            continue;
        if (event > 0)
            event = get_block(transfer, event == SOH ? BLOCK_SHORT : BLOCK_LONG);
        if (event < 0)
            return event;
        if (event == EVENT_BLOCK)
            return transfer->number <= 1 ? 0 : -EPROTO;
        bad++;
        request = NAK; /* the sender has begun */
        (void)purge(transfer, QUIET_US);
    }
    return bad != 0 ? -EIO : -ETIMEDOUT;
}

/* The file's size behind its name: decimal digits. False: it is larger than any memory. */
static bool read_size(struct transfer *transfer, size_t at)
{
    size_t size = 0;
    bool told = false;

    for (; at < transfer->length; at++) {
        unsigned digit = transfer->block[at] - (unsigned)'0';

        if (digit > 9)
            break;
        if (size > (SIZE_MAX - 9) / 10)
            return false;
        size = size * 10 + digit;
        told = true;
    }
    transfer->announced = told ? size : SIZE_UNKNOWN;
    return true;
}

/* Block 0: the name, a zero, the size. */
static int read_header(struct transfer *transfer)
{
    const uint8_t *end = memchr(transfer->block, '\0', transfer->length);
    int error;

    transfer->named = true;
    if (end == transfer->block)
        return -ENOENT;
    if (end == NULL)
        return -EPROTO;
    if (!read_size(transfer, (size_t)(end - transfer->block) + 1) ||
        (transfer->announced != SIZE_UNKNOWN && transfer->announced > transfer->room))
        return -EFBIG;
    error = put(transfer, ACK);
    return error != 0 ? error : put(transfer, CRC_WANTED);
}

/* ---- the file ---- */

/* Whether the header has come and nothing behind it: then the sender waits for a 'C'. */
static bool is_header_last(const struct transfer *transfer)
{
    return transfer->named && transfer->used == 0;
}

/* Asks once more for what did not come: a 'C' where the sender may still wait for one. */
static int ask_again(const struct transfer *transfer, int event)
{
    return put(transfer, event == EVENT_SILENCE && is_header_last(transfer) ? CRC_WANTED : NAK);
}

/* A block of the file. What is behind the end that the sender has told is padding. */
static int keep(struct transfer *transfer)
{
    bool told = transfer->announced != SIZE_UNKNOWN;
    size_t length = transfer->length;

    if (told && transfer->used == transfer->announced)
        return -EPROTO;
    if (told && length > transfer->announced - transfer->used)
        length = transfer->announced - transfer->used;
    if (length > transfer->room - transfer->used)
        return -EFBIG;
    memcpy(transfer->memory + transfer->used, transfer->block, length);
    transfer->used += length;
    return 0;
}

/* A whole block, where number `next` is due. 1: it is that one; 0: the one before it once more,
 * whose answer has got lost. */
static int take_block(struct transfer *transfer, uint8_t next)
{
    bool is_next = transfer->number == next;
    int error = 0;

    if (!is_next && transfer->number != (uint8_t)(next - 1))
        return -EPROTO;
    if (is_next)
        error = keep(transfer);
    if (error == 0)
        error = put(transfer, ACK);
    if (error == 0 && is_header_last(transfer) && !is_next)
        error = put(transfer, CRC_WANTED);
    return error != 0 ? error : is_next;
}

static int take_end(const struct transfer *transfer)
{
    if (transfer->announced != SIZE_UNKNOWN && transfer->used != transfer->announced)
        return -EPROTO;
    return put(transfer, ACK);
}

/* The blocks of the file from number `next` on, up to the end, which is confirmed. The first EOT is
 * refused: it may be noise. */
static int get_blocks(struct transfer *transfer, uint8_t next)
{
    unsigned failures = 0;
    int before = EVENT_BLOCK, event = EVENT_BLOCK;

    while (failures < TRIES) {
        int taken;

        before = event;
        event = next_event(transfer, BLOCK_US);
        if (event == EVENT_EOT && before == EVENT_EOT)
            return take_end(transfer);
        if (event == EVENT_BLOCK)
            taken = take_block(transfer, next);
        else
            taken = event < 0 ? event : ask_again(transfer, event);
        if (taken < 0)
            return taken;
        failures = taken == 1 ? 0 : failures + 1;
        next = (uint8_t)(next + taken);
    }
    return event == EVENT_SILENCE ? -ETIMEDOUT : -EIO;
}

/* Behind the file's end YMODEM has the next file's header, which is empty where there is none. The
 * file is whole whether or not that comes. */
static int end_batch(struct transfer *transfer)
{
    for (unsigned i = 0; i < ENDS; i++) {
        int error = put(transfer, CRC_WANTED), event;

        if (error != 0)
            return error;
        event = next_event(transfer, START_US);
        if (event < 0)
            return event;
        if (event == EVENT_EOT) /* its answer has got lost */
            (void)put(transfer, ACK);
        if (event == EVENT_BLOCK && transfer->number == 0)
            return transfer->block[0] == '\0' ? put(transfer, ACK) : -EMFILE;
    }
    return 0;
}

int ymodem_receive(const struct ymodem_line *line, void *memory, size_t room, size_t *size)
{
    struct transfer transfer = {
        .line = line,
        .memory = memory,
        .room = room,
        .announced = SIZE_UNKNOWN,
    };
    int error = get_first(&transfer);

    if (error == 0)
        error = transfer.number == 0 ? read_header(&transfer) : take_block(&transfer, 1);
    if (error >= 0)
        error = get_blocks(&transfer, transfer.named ? 1 : 2);
    if (error == 0 && transfer.named)
        error = end_batch(&transfer);
    if (error != 0)
        cancel(&transfer);
    else
        *size = transfer.used;
    return error;
}
