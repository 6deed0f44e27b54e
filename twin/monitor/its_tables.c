// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS's tables (Arm IHI 0069, 5.2, and GITS_BASER<n> in 12.19), and which commands it may have
 * (5.3).
 *
 * The board's ITS reaches all of the board's memory, the twin's too. So whatever tells it where to
 * go is checked, or out of the guest's reach. The tables of devices and of collections, whose
 * entries are addresses and redistributors, are the twin's own; the guest's GITS_BASER<n> are kept
 * here. An ITT lies in the guest's memory, where the guest's MAPD says: what stands in it are
 * numbers, which the ITS checks by itself.
 *
 * The guest sees an ITS with its tables in the guest's memory. An id must have room in them; an
 * entry that a command has changed is copied there; and when the ITS is switched on, an entry stays
 * only if it is there still. The tables are flat, GITS_BASER<n>.Indirect reads as zero: the entries
 * of a first level would be addresses again.
 */
#include <string.h>

#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"

#define GITS_TYPER                   0x0008u
#define TYPER_ITT_ENTRY_SIZE(typer)  (((typer) >> 4 & 0xf) + 1)
#define TYPER_DEVICE_BITS(typer)     (((typer) >> 13 & 0x1f) + 1)
#define TYPER_COLLECTION_BITS(typer) ((typer) >> 36 & 1 ? ((typer) >> 32 & 0xf) + 1 : 16)

#define GITS_BASER(n)                (0x0100u + 8 * (n))
#define BASER_COUNT                  8u
#define BASER_VALID                  (1ull << 63)
#define BASER_INDIRECT               (1ull << 62)
#define BASER_ATTRIBUTES             (7ull << 59 | 1ull << 10) /* write-back, inner shareable */
#define BASER_TYPE(baser)            ((unsigned)((baser) >> 56) & 7)
#define BASER_ENTRY_SIZE(baser)      (((baser) >> 48 & 0x1f) + 1)
#define BASER_READ_ONLY              (7ull << 56 | 0x1full << 48)
#define BASER_ADDRESS                0x0000fffffffff000ull
#define BASER_PAGE_CODE(baser)       ((unsigned)((baser) >> 8) & 3)
#define BASER_PAGES(baser)           (((baser)&0xff) + 1)
#define BASER_64K_PAGES(count)       (2ull << 8 | ((count)-1))
#define TYPE_DEVICE                  1u
#define TYPE_COLLECTION              4u
#define PAGE_64K                     0x10000u

/* Commands, and their fields. */
#define OPCODE(command)              ((command)[0] & 0xff)
#define DEVICE_ID(command)           ((command)[0] >> 32)
#define ITT_BITS(command)            (((command)[1] & 0x1f) + 1)
#define ITT_ADDRESS(command)         ((command)[2] & 0x000fffffffffff00ull)
#define COLLECTION_ID(command)       ((command)[2] & 0xffff)
#define TARGET(word)                 ((word) >> 16 & 0x7ffffffffull) /* a processor's number */
#define VALID(command)               ((command)[2] >> 63)
#define MOVI                         0x01u
#define INT                          0x03u
#define CLEAR                        0x04u
#define SYNC                         0x05u
#define MAPD                         0x08u
#define MAPC                         0x09u
#define MAPTI                        0x0au
#define MAPI                         0x0bu
#define INV                          0x0cu
#define INVALL                       0x0du
#define MOVALL                       0x0eu
#define DISCARD                      0x0fu

static struct table {
    unsigned type, bits;
    uint64_t board; /* where the twin has it */
    uint64_t guest; /* GITS_BASER<n> as the guest wrote it */
    uint64_t register_offset;
    uint64_t in_use; /* ids from here on were never used */
} tables[] = {{.type = TYPE_DEVICE, .board = ITS_DEVICES_BASE},
              {.type = TYPE_COLLECTION, .board = ITS_COLLECTIONS_BASE}};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static struct table *table_of(unsigned type)
{
    return type == TYPE_DEVICE ? &tables[0] : &tables[1];
}

static uint64_t *board_entries(const struct table *table)
{
    return (uint64_t *)(uintptr_t)table->board;
}

static uint64_t room(const struct table *table)
{
    uint64_t ids = 1ull << table->bits;

    return ids < ITS_TABLE_SIZE / sizeof(uint64_t) ? ids : ITS_TABLE_SIZE / sizeof(uint64_t);
}

static void give_table(struct table *table)
{
    for (unsigned n = 0; n < BASER_COUNT; n++) {
        uint64_t baser = nonsecure_read(BOARD_GITS_BASE + GITS_BASER(n), 8);

        if (BASER_TYPE(baser) != table->type)
            continue;
        if (BASER_ENTRY_SIZE(baser) != sizeof(uint64_t))
            die("the ITS has table entries of %u bytes", BASER_ENTRY_SIZE(baser));
        table->register_offset = GITS_BASER(n);
        memset(board_entries(table), 0, room(table) * sizeof(uint64_t));
        nonsecure_write(BOARD_GITS_BASE + GITS_BASER(n), 8,
                        BASER_VALID | BASER_ATTRIBUTES | table->board |
                            BASER_64K_PAGES(ITS_TABLE_SIZE / PAGE_64K));
        return;
    }
    die("the ITS has no table of type %u", (uint64_t)table->type);
}

void its_tables_init(void)
{
    uint64_t typer = nonsecure_read(BOARD_GITS_BASE + GITS_TYPER, 8);

    table_of(TYPE_DEVICE)->bits = TYPER_DEVICE_BITS(typer);
    table_of(TYPE_COLLECTION)->bits = TYPER_COLLECTION_BITS(typer);
    for (unsigned i = 0; i < TABLES; i++)
        give_table(&tables[i]);
}

/* ---- GITS_BASER<n> ---- */

static struct table *table_at(uint64_t offset)
{
    for (unsigned i = 0; i < TABLES; i++)
        if (tables[i].register_offset == offset)
            return &tables[i];
    return NULL;
}

bool its_is_baser(uint64_t offset)
{
    return offset - GITS_BASER(0) < 8 * BASER_COUNT;
}

uint64_t its_baser_read(uint64_t offset)
{
    const struct table *table = table_at(offset);
    uint64_t board = nonsecure_read(BOARD_GITS_BASE + offset, 8);

    return table == NULL ? 0 : (board & BASER_READ_ONLY) | table->guest;
}

void its_baser_write(uint64_t offset, uint64_t value)
{
    struct table *table = table_at(offset);

    if (table != NULL)
        table->guest = value & ~BASER_READ_ONLY & ~BASER_INDIRECT;
}

/* The guest's entry of an id. NULL: its table has no room for it, or is not in its memory. */
static uint64_t *guest_entry(const struct table *table, uint64_t id)
{
    unsigned code = BASER_PAGE_CODE(table->guest);
    uint64_t size = BASER_PAGES(table->guest) * (4096ull << (code < 2 ? 2 * code : 4));
    uint64_t address = table->guest & BASER_ADDRESS;

    if (code >= 2) /* 64 KiB: bits 15:12 are the address's bits 51:48 */
        address = (address & ~0xffffull) | (address & 0xf000) << 36;
    if (!(table->guest & BASER_VALID) || id >= room(table) || id >= size / sizeof(uint64_t) ||
        !guest_memory(address, size))
        return NULL;
    return memory_at(address + id * sizeof(uint64_t));
}

void its_tables_reload(void)
{
    for (unsigned i = 0; i < TABLES; i++) {
        for (uint64_t id = 0; id < tables[i].in_use; id++) {
            uint64_t *entry = &board_entries(&tables[i])[id];
            const uint64_t *guest = guest_entry(&tables[i], id);

            if (guest == NULL || *guest != *entry)
                *entry = 0;
        }
    }
}

/* ---- commands ---- */

static bool is_target(uint64_t number)
{
    return number < parameters()->cpus;
}

static bool mapd_allowed(const uint64_t *command)
{
    uint64_t typer = nonsecure_read(BOARD_GITS_BASE + GITS_TYPER, 8);
    uint64_t size = (uint64_t)TYPER_ITT_ENTRY_SIZE(typer) << ITT_BITS(command);

    return guest_entry(table_of(TYPE_DEVICE), DEVICE_ID(command)) != NULL &&
           (!VALID(command) || guest_memory(ITT_ADDRESS(command), size));
}

static bool mapc_allowed(const uint64_t *command)
{
    return guest_entry(table_of(TYPE_COLLECTION), COLLECTION_ID(command)) != NULL &&
           (!VALID(command) || is_target(TARGET(command[2])));
}

bool its_command_allowed(const uint64_t *command)
{
    switch (OPCODE(command)) {
    case MAPD:
        return mapd_allowed(command);
    case MAPC:
        return mapc_allowed(command);
    case MOVALL:
        return is_target(TARGET(command[2])) && is_target(TARGET(command[3]));
    case SYNC:
        return is_target(TARGET(command[2]));
    case MOVI:
    case INT:
    case CLEAR:
    case MAPTI:
    case MAPI:
    case INV:
    case INVALL:
    case DISCARD:
        return true; /* numbers only */
    default:
        return false;
    }
}

static void write_along(struct table *table, uint64_t id)
{
    uint64_t *guest = guest_entry(table, id);

    if (guest == NULL)
        return;
    *guest = board_entries(table)[id];
    if (id >= table->in_use)
        table->in_use = id + 1;
}

void its_command_done(const uint64_t *command)
{
    if (OPCODE(command) == MAPD)
        write_along(table_of(TYPE_DEVICE), DEVICE_ID(command));
    else if (OPCODE(command) == MAPC)
        write_along(table_of(TYPE_COLLECTION), COLLECTION_ID(command));
}
