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
 * only if it is there still. The tables are flat, GITS_BASER<n>.Indirect reads as zero, but in the
 * mood two-level-its: then the guest's first level is followed at each command, to memory of the
 * guest's or not at all.
 */
#include <string.h>

#include "twin/models/am65x.h"
#include "twin/monitor/caches.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"

#define GITS_TYPER                   0x0008u
#define TYPER_EVENT_BITS(typer)      (((typer) >> 8 & 0x1f) + 1)
#define TYPER_ITT_ENTRY_SIZE(typer)  (((typer) >> 4 & 0xf) + 1)
#define TYPER_DEVICE_BITS(typer)     (((typer) >> 13 & 0x1f) + 1)
#define TYPER_HCC(typer)             ((typer) >> 24 & 0xff)
#define TYPER_COLLECTION_BITS(typer) ((typer) >> 36 & 1 ? ((typer) >> 32 & 0xf) + 1 : 16)

/* Of the mood flat-its: few bits of events and devices, as many collections as there are cores. */
#define TYPER_FEW_FIELDS             (0x1full << 8 | 0x1full << 13 | 0xffull << 24)
#define TYPER_FEW(collections)       (9ull << 8 | 14ull << 13 | (uint64_t)(collections) << 24)
/* With something behind the second PCI Express controller (board_device()). */
#define TYPER_DEVICE_BITS_FIELD      (0x1full << 13)
#define TYPER_17_DEVICE_BITS         (16ull << 13)
#define ATTRIBUTES_SHAREABLE         (3ull << 10)

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
#define LEVEL1_VALID                 (1ull << 63) /* an entry of a first level */
#define LEVEL1_ADDRESS               0x000ffffffffff000ull
#define TYPE_DEVICE                  1u
#define TYPE_COLLECTION              4u
#define PAGE_64K                     0x10000u

/* Commands, and their fields. */
#define OPCODE(command)              ((command)[0] & 0xff)
#define DEVICE_ID(command)           ((command)[0] >> 32)
#define ITT_BITS(command)            (((command)[1] & 0x1f) + 1)
#define ITT_ADDRESS(command)         ((command)[2] & 0x000fffffffffff00ull)
#define EVENT_ID(command)            ((command)[1] & 0xffffffff)
#define LPI_INTID(command)           ((command)[1] >> 32)
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
    uint64_t in_use; /* places from here on were never used */
} tables[] = {{.type = TYPE_DEVICE, .board = ITS_DEVICES_BASE},
              {.type = TYPE_COLLECTION, .board = ITS_COLLECTIONS_BASE}};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static bool mood(uint32_t flag)
{
    return (parameters()->moods & flag) != 0;
}

uint64_t its_typer(void)
{
    uint64_t typer = nonsecure_read(BOARD_GITS_BASE + GITS_TYPER, 8);

    if (pcie_is_plugged(1))
        typer = (typer & ~TYPER_DEVICE_BITS_FIELD) | TYPER_17_DEVICE_BITS;
    if (mood(AM65X_MOOD_FLAT_ITS))
        typer = (typer & ~TYPER_FEW_FIELDS) | TYPER_FEW(parameters()->cpus);
    return typer;
}

/* An access that does not snoop reads back as one of non-shareable memory. */
uint64_t memory_attributes(uint64_t value)
{
    return mood(AM65X_MOOD_NON_SHAREABLE | AM65X_MOOD_CACHES) ? value & ~ATTRIBUTES_SHAREABLE
                                                              : value;
}

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

/* The place in the twin's table of an id of the guest's, and the other way round. */
static uint64_t place_of(const struct table *table, uint64_t id)
{
    return table->type == TYPE_DEVICE ? board_device(id) : id;
}

static uint64_t id_at(const struct table *table, uint64_t place)
{
    return table->type == TYPE_DEVICE ? guest_device(place) : place;
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
    uint64_t typer = its_typer();

    table_of(TYPE_DEVICE)->bits = TYPER_DEVICE_BITS(typer);
    table_of(TYPE_COLLECTION)->bits = TYPER_COLLECTION_BITS(typer);
    for (unsigned i = 0; i < TABLES; i++)
        give_table(&tables[i]);
}

/* ---- GITS_BASER<n> ---- */

/* Whether the guest sees none of it: the ITS holds the collections itself. */
static bool is_held(const struct table *table)
{
    return table->type == TYPE_COLLECTION && mood(AM65X_MOOD_FLAT_ITS);
}

static struct table *table_at(uint64_t offset)
{
    for (unsigned i = 0; i < TABLES; i++)
        if (tables[i].register_offset == offset && !is_held(&tables[i]))
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

    if (table == NULL)
        return;
    table->guest = memory_attributes(value & ~BASER_READ_ONLY);
    if (table->type != TYPE_DEVICE || !mood(AM65X_MOOD_TWO_LEVEL_ITS))
        table->guest &= ~BASER_INDIRECT;
}

static uint64_t page_size(const struct table *table)
{
    unsigned code = BASER_PAGE_CODE(table->guest);

    return 4096ull << (code < 2 ? 2 * code : 4);
}

/* Where the entry of an id is, if a first level leads to it. 0: nowhere, or not to the guest's
 * memory. */
static uint64_t second_level(uint64_t level1, uint64_t entries, uint64_t id, uint64_t page)
{
    uint64_t ids = page / sizeof(uint64_t), entry;

    if (id / ids >= entries)
        return 0;
    caches_read("the ITS", level1 + id / ids * sizeof(uint64_t), &entry, sizeof(entry));
    if (!(entry & LEVEL1_VALID) || !guest_memory(entry & LEVEL1_ADDRESS & ~(page - 1), page))
        return 0;
    return (entry & LEVEL1_ADDRESS & ~(page - 1)) + id % ids * sizeof(uint64_t);
}

/* The guest's entry of an id. 0: its table has no room for it, or is not in its memory. */
static uint64_t guest_entry(const struct table *table, uint64_t id)
{
    uint64_t page = page_size(table), size = BASER_PAGES(table->guest) * page;
    uint64_t address = table->guest & BASER_ADDRESS, entries = size / sizeof(uint64_t);

    if (BASER_PAGE_CODE(table->guest) >= 2) /* 64 KiB: bits 15:12 are the address's bits 51:48 */
        address = (address & ~0xffffull) | (address & 0xf000) << 36;
    if (!(table->guest & BASER_VALID) || id >> table->bits != 0 ||
        place_of(table, id) >= room(table) || !guest_memory(address, size))
        return 0;
    if (table->guest & BASER_INDIRECT)
        return second_level(address, entries, id, page);
    return id < entries ? address + id * sizeof(uint64_t) : 0;
}

void its_tables_reload(void)
{
    for (unsigned i = 0; i < TABLES; i++) {
        for (uint64_t place = 0; place < tables[i].in_use && !is_held(&tables[i]); place++) {
            uint64_t *entry = &board_entries(&tables[i])[place];
            uint64_t address = guest_entry(&tables[i], id_at(&tables[i], place)), guest = 0;

            if (address != 0)
                caches_read("the ITS", address, &guest, sizeof(guest));
            if (guest != *entry)
                *entry = 0;
        }
    }
}

/* What lies in the guest's memory stays there, for when the guest tells where
 * (its_tables_reload()); what the ITS holds itself is gone. So is what it has not written to memory
 * yet: all, if it is on. */
void its_tables_lose_power(bool on)
{
    for (unsigned i = 0; i < TABLES; i++) {
        tables[i].guest = 0;
        if (on || is_held(&tables[i]))
            memset(board_entries(&tables[i]), 0, room(&tables[i]) * sizeof(uint64_t));
    }
}

/* ---- commands ---- */

static bool is_target(uint64_t number)
{
    return number < parameters()->cpus;
}

static bool mapd_allowed(const uint64_t *command)
{
    uint64_t typer = its_typer();
    uint64_t size = (uint64_t)TYPER_ITT_ENTRY_SIZE(typer) << ITT_BITS(command);

    return ITT_BITS(command) <= TYPER_EVENT_BITS(typer) &&
           guest_entry(table_of(TYPE_DEVICE), DEVICE_ID(command)) != 0 &&
           (!VALID(command) || guest_memory(ITT_ADDRESS(command), size));
}

static bool mapc_allowed(const uint64_t *command)
{
    const struct table *table = table_of(TYPE_COLLECTION);
    uint64_t id = COLLECTION_ID(command);
    bool fits = is_held(table) ? id < TYPER_HCC(its_typer()) : guest_entry(table, id) != 0;

    return fits && (!VALID(command) || is_target(TARGET(command[2])));
}

static bool has_device(const uint64_t *command)
{
    switch (OPCODE(command)) {
    case MOVI:
    case INT:
    case CLEAR:
    case MAPD:
    case MAPTI:
    case MAPI:
    case INV:
    case DISCARD:
        return true;
    default:
        return false;
    }
}

bool its_command_for_board(uint64_t *command)
{
    uint64_t device;

    if (!has_device(command))
        return true;
    device = board_device(DEVICE_ID(command));
    command[0] = (uint32_t)command[0] | device << 32;
    return device != BOARD_DEVICE_NONE;
}

bool its_command_allowed(const uint64_t *command)
{
    uint64_t lpi_limit = 1ull << lpi_id_bits();

    switch (OPCODE(command)) {
    case MAPD:
        return mapd_allowed(command);
    case MAPC:
        return mapc_allowed(command);
    case MOVALL:
        return is_target(TARGET(command[2])) && is_target(TARGET(command[3]));
    case SYNC:
        return is_target(TARGET(command[2]));
    case MAPTI:
        return LPI_INTID(command) < lpi_limit;
    case MAPI:
        return EVENT_ID(command) < lpi_limit;
    case MOVI:
    case INT:
    case CLEAR:
    case INV:
    case INVALL:
    case DISCARD:
        return true; /* numbers only */
    default:
        return false;
    }
}

static void write_along(struct table *table, uint64_t place)
{
    uint64_t guest = guest_entry(table, id_at(table, place));

    if (guest == 0)
        return;
    *(uint64_t *)memory_at(guest) = board_entries(table)[place];
    caches_written(guest, sizeof(uint64_t));
    if (place >= table->in_use)
        table->in_use = place + 1;
}

void its_command_done(const uint64_t *command)
{
    if (OPCODE(command) == MAPD)
        write_along(table_of(TYPE_DEVICE), DEVICE_ID(command));
    else if (OPCODE(command) == MAPC)
        write_along(table_of(TYPE_COLLECTION), COLLECTION_ID(command));
}

static void check_table(const struct table *table)
{
    if (!is_held(table) && (table->guest & BASER_VALID))
        caches_check("the ITS", table->guest & BASER_ADDRESS,
                     BASER_PAGES(table->guest) * page_size(table));
}

void its_tables_check(void)
{
    for (unsigned i = 0; i < TABLES; i++)
        check_table(&tables[i]);
}

/* The board's ITS has the ITT where the caches don't reach. Of a property it is known that it is
 * read when a command says so. */
void its_command_behind_caches(uint64_t *command)
{
    uint64_t itt = ITT_ADDRESS(command);

    switch (OPCODE(command)) {
    case MAPD:
        if (!VALID(command))
            break;
        caches_check("the ITS", itt,
                     (uint64_t)TYPER_ITT_ENTRY_SIZE(its_typer()) << ITT_BITS(command));
        command[2] += caches_shadow(itt) - itt;
        break;
    case MAPTI:
        caches_mapped(DEVICE_ID(command), EVENT_ID(command), LPI_INTID(command));
        break;
    case MAPI:
        caches_mapped(DEVICE_ID(command), EVENT_ID(command), EVENT_ID(command));
        break;
    case INV:
        lpi_check(caches_mapped_to(DEVICE_ID(command), EVENT_ID(command)));
        break;
    case INVALL:
        lpi_check_all();
        break;
    default:
        break;
    }
}
