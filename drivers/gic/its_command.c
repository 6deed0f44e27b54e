// SPDX-License-Identifier: BSD-3-Clause
/*
 * Encoding of ITS commands (Arm IHI 0069, 5.3 "ITS commands": one table of fields a command).
 */
#include "drivers/gic/its_command.h"
#include "drivers/gic/its.h"

#include <stdio.h>

/* A field of a command: the word it is in, its highest and its lowest bit. */
struct field {
    unsigned word, high, low;
};

static const struct field OPCODE = {0, 7, 0};
static const struct field DEVICE_ID = {0, 63, 32};
static const struct field EVENT_ID = {1, 31, 0};
static const struct field LPI_INTID = {1, 63, 32};
static const struct field TABLE_SIZE = {1, 4, 0}; /* event id bits less one */
static const struct field TABLE_ADDRESS = {2, 51, 8};
static const struct field COLLECTION = {2, 15, 0};
static const struct field TARGET = {2, 51, 16};
static const struct field VALID = {2, 63, 63};

/* All of these become constants, and a command a few instructions. */
#define ENCODER static inline __attribute__((always_inline))

ENCODER uint64_t mask(struct field field)
{
    return UINT64_MAX >> (63u - (field.high - field.low));
}

ENCODER void set(struct its_command *command, struct field field, uint64_t value)
{
    command->words[field.word] |= (value & mask(field)) << field.low;
}

ENCODER uint64_t get(const struct its_command *command, struct field field)
{
    return command->words[field.word] >> field.low & mask(field);
}

ENCODER struct its_command command_of(enum its_opcode opcode)
{
    struct its_command command = {{0, 0, 0, 0}};

    set(&command, OPCODE, opcode);
    return command;
}

ENCODER struct its_command event_command(enum its_opcode opcode, uint32_t device_id, uint32_t event)
{
    struct its_command command = command_of(opcode);

    set(&command, DEVICE_ID, device_id);
    set(&command, EVENT_ID, event);
    return command;
}

uint64_t its_command_target(bool by_address, uint64_t address, unsigned processor_number)
{
    /* The field holds bits 51:16 of a 64 KiB aligned address, or a number at the same place. */
    return by_address ? address >> TARGET.low & mask(TARGET) : processor_number;
}

struct its_command its_command_mapd(uint32_t device_id, unsigned event_bits, uint64_t table,
                                    bool valid)
{
    struct its_command command = command_of(ITS_MAPD);

    set(&command, DEVICE_ID, device_id);
    set(&command, TABLE_SIZE, event_bits - 1u);
    set(&command, TABLE_ADDRESS, table >> TABLE_ADDRESS.low);
    set(&command, VALID, valid);
    return command;
}

struct its_command its_command_mapc(uint16_t collection, uint64_t target, bool valid)
{
    struct its_command command = command_of(ITS_MAPC);

    set(&command, COLLECTION, collection);
    set(&command, TARGET, target);
    set(&command, VALID, valid);
    return command;
}

struct its_command its_command_mapti(uint32_t device_id, uint32_t event, uint32_t lpi,
                                     uint16_t collection)
{
    struct its_command command = event_command(ITS_MAPTI, device_id, event);

    set(&command, LPI_INTID, lpi);
    set(&command, COLLECTION, collection);
    return command;
}

struct its_command its_command_movi(uint32_t device_id, uint32_t event, uint16_t collection)
{
    struct its_command command = event_command(ITS_MOVI, device_id, event);

    set(&command, COLLECTION, collection);
    return command;
}

struct its_command its_command_int(uint32_t device_id, uint32_t event)
{
    return event_command(ITS_INT, device_id, event);
}

struct its_command its_command_clear(uint32_t device_id, uint32_t event)
{
    return event_command(ITS_CLEAR, device_id, event);
}

struct its_command its_command_discard(uint32_t device_id, uint32_t event)
{
    return event_command(ITS_DISCARD, device_id, event);
}

struct its_command its_command_inv(uint32_t device_id, uint32_t event)
{
    return event_command(ITS_INV, device_id, event);
}

struct its_command its_command_invall(uint16_t collection)
{
    struct its_command command = command_of(ITS_INVALL);

    set(&command, COLLECTION, collection);
    return command;
}

struct its_command its_command_sync(uint64_t target)
{
    struct its_command command = command_of(ITS_SYNC);

    set(&command, TARGET, target);
    return command;
}

struct its_command its_command_movall(uint64_t from, uint64_t to)
{
    struct its_command command = its_command_sync(from);

    command.words[OPCODE.word] = ITS_MOVALL;
    command.words[3] = to << TARGET.low;
    return command;
}

const char *its_command_name(uint8_t opcode)
{
    static const char *const names[ITS_OPCODES] = {
        [ITS_MOVI] = "MOVI",     [ITS_INT] = "INT",         [ITS_CLEAR] = "CLEAR",
        [ITS_SYNC] = "SYNC",     [ITS_MAPD] = "MAPD",       [ITS_MAPC] = "MAPC",
        [ITS_MAPTI] = "MAPTI",   [ITS_INV] = "INV",         [ITS_INVALL] = "INVALL",
        [ITS_MOVALL] = "MOVALL", [ITS_DISCARD] = "DISCARD",
    };

    return opcode < ITS_OPCODES ? names[opcode] : NULL;
}

static int event_text(const struct its_command *command, const char *name, char *text, size_t size)
{
    return sniprintf(text, size, "%s device %u event %u", name, (unsigned)get(command, DEVICE_ID),
                     (unsigned)get(command, EVENT_ID));
}

static int mapd_text(const struct its_command *command, char *text, size_t size)
{
    return sniprintf(text, size, "MAPD device %u, %u event bits, table 0x%llx, %s",
                     (unsigned)get(command, DEVICE_ID), (unsigned)get(command, TABLE_SIZE) + 1u,
                     (unsigned long long)get(command, TABLE_ADDRESS) << TABLE_ADDRESS.low,
                     get(command, VALID) != 0 ? "valid" : "invalid");
}

int its_command_text(const struct its_command *command, char *text, size_t size)
{
    unsigned collection = (unsigned)get(command, COLLECTION);
    unsigned long long target = get(command, TARGET);

    switch (its_command_opcode(command)) {
    case ITS_MOVI:
        return sniprintf(text, size, "MOVI device %u event %u collection %u",
                         (unsigned)get(command, DEVICE_ID), (unsigned)get(command, EVENT_ID),
                         collection);
    case ITS_INT:
        return event_text(command, "INT", text, size);
    case ITS_CLEAR:
        return event_text(command, "CLEAR", text, size);
    case ITS_SYNC:
        return sniprintf(text, size, "SYNC redistributor 0x%llx", target);
    case ITS_MAPD:
        return mapd_text(command, text, size);
    case ITS_MAPC:
        return sniprintf(text, size, "MAPC collection %u redistributor 0x%llx, %s", collection,
                         target, get(command, VALID) != 0 ? "valid" : "invalid");
    case ITS_MAPTI:
        return sniprintf(text, size, "MAPTI device %u event %u LPI %u collection %u",
                         (unsigned)get(command, DEVICE_ID), (unsigned)get(command, EVENT_ID),
                         (unsigned)get(command, LPI_INTID), collection);
    case ITS_INV:
        return event_text(command, "INV", text, size);
    case ITS_INVALL:
        return sniprintf(text, size, "INVALL collection %u", collection);
    case ITS_MOVALL: /* so seldom that its number will do */
        break;
    case ITS_DISCARD:
        return event_text(command, "DISCARD", text, size);
    }
    return sniprintf(text, size, "opcode 0x%x", (unsigned)get(command, OPCODE));
}
