// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS of tests/sweep/gic_model.h (Arm IHI 0069, chapter 5). Devices, events and collections are
 * where hardware has them, in the tables that the driver gives it; a command that is wrong stalls
 * the queue.
 */
#include "tests/sweep/gic_model.h"

#include "drivers/gic/gic_registers.h"
#include "drivers/gic/its_command.h"
#include "drivers/gic/its_registers.h"
#include "tests/host/support/arch_host.h"
#include "tests/sweep/faults.h"

#include <stddef.h>
#include <string.h>

#define DEVICE_BITS      20u
#define EVENT_BITS       16u
#define ENTRY_SIZE       8u
#define COLLECTIONS      16u
#define PAGES_MAX        16u      /* of second levels that a sweep comes to */
#define LOOK_NS          1000000u /* of time that a look takes at a queue that stands still */
#define BASER_KEPT       UINT64_C(0xf8e0fffffffff7ff) /* without type and entry size */
#define BASER_ADDRESS    UINT64_C(0x0000fffffffff000)
#define CBASER_ADDRESS   UINT64_C(0x000ffffffffff000)
#define CBASER_PAGES     0xffu
#define PHYSICAL_ADDRESS UINT64_C(0x0000ffffffffff00)

/* A device's entry: valid, size of its events' table in bits, address of the table. An event's:
 * valid, collection, LPI. A collection's: valid, redistributor. */
#define VALID            (UINT64_C(1) << 63)
#define SIZE_SHIFT       56
#define SIZE_MASK        0x1fu
#define COLLECTION_SHIFT 32
#define COLLECTION_MASK  0xffffu
#define LOW_WORD         0xffffffffu

enum table {
    DEVICES,
    COLLECTION_TABLE,
    TABLES
};

static struct {
    uint32_t control;
    uint64_t cbaser, cwriter, creadr;
    bool stalled;
    uint64_t tables[TABLES];
    uint64_t idle_until;     /* the queue stands still until then */
    uint64_t quiescent_from; /* of GITS_CTLR */
    bool examined, executed; /* the command at the read pointer */
    /* What the ITS alone points to: the leak sanitizer does not know its registers and entries. */
    void *first_level[TABLES], *second_level[PAGES_MAX];
} its;

void its_model_reset(void)
{
    memset(&its, 0, sizeof(its));
}

/* ---- tables ---- */

static uint64_t *entry_in(uint64_t page, uint64_t index, const char *what)
{
    return (uint64_t *)gic_model_table(page, (index + 1) * ENTRY_SIZE, what) + index;
}

/* NULL: the table has no room for the id. */
static uint64_t *table_entry(enum table table, uint64_t id)
{
    uint64_t value = its.tables[table];
    uint64_t size = UINT64_C(4096) << (2 * (value >> 8 & 3));
    uint64_t pages = (value & 0xff) + 1, per_page = size / ENTRY_SIZE;
    uint64_t base = value & BASER_ADDRESS;

    if ((value & VALID) == 0)
        return NULL;
    if ((value & GITS_BASER_INDIRECT) == 0)
        return id < pages * per_page ? entry_in(base, id, "a table of the ITS") : NULL;
    if (id / per_page >= pages * per_page)
        return NULL;
    value = *entry_in(base, id / per_page, "a first level of the ITS");
    if (id / per_page < PAGES_MAX)
        its.second_level[id / per_page] = (void *)(uintptr_t)(value & BASER_ADDRESS);
    return (value & VALID) != 0
               ? entry_in(value & BASER_ADDRESS, id % per_page, "a second level of the ITS")
               : NULL;
}

static bool device_table(uint32_t id, uint64_t *address, unsigned *bits)
{
    const uint64_t *entry = table_entry(DEVICES, id);

    if (entry == NULL || (*entry & VALID) == 0)
        return false;
    *address = *entry & PHYSICAL_ADDRESS;
    *bits = (unsigned)(*entry >> SIZE_SHIFT & SIZE_MASK) + 1u;
    return true;
}

/* NULL: no such device, or no such event of it. */
static uint64_t *event_entry(uint32_t device, uint64_t event)
{
    uint64_t address;
    unsigned bits;

    if (!device_table(device, &address, &bits) || event >> bits != 0)
        return NULL;
    (void)gic_model_table(address, ENTRY_SIZE << bits, "a device's events");
    return entry_in(address, event, "a device's events");
}

static bool core_of(uint64_t collection, unsigned *core)
{
    const uint64_t *entry =
        collection < COLLECTIONS ? table_entry(COLLECTION_TABLE, collection) : NULL;

    if (entry == NULL || (*entry & VALID) == 0)
        return false;
    *core = (unsigned)(*entry & LOW_WORD);
    return true;
}

static bool event_is(uint32_t device, uint64_t event, unsigned *lpi, unsigned *core)
{
    const uint64_t *entry = event_entry(device, event);

    if (entry == NULL || (*entry & VALID) == 0)
        return false;
    *lpi = (unsigned)(*entry & LOW_WORD);
    return core_of(*entry >> COLLECTION_SHIFT & COLLECTION_MASK, core);
}

/* ---- commands; false: an error, at which the queue stalls ---- */

static bool map_device(const uint64_t *words, uint32_t device)
{
    uint64_t *entry = device >> DEVICE_BITS == 0 ? table_entry(DEVICES, device) : NULL;

    if (entry == NULL || (words[1] & SIZE_MASK) >= EVENT_BITS)
        return false;
    *entry = (words[2] & VALID) != 0
                 ? VALID | (words[1] & SIZE_MASK) << SIZE_SHIFT | (words[2] & PHYSICAL_ADDRESS)
                 : 0;
    return true;
}

static bool map_collection(const uint64_t *words)
{
    uint64_t collection = words[2] & COLLECTION_MASK;
    uint64_t *entry = collection < COLLECTIONS ? table_entry(COLLECTION_TABLE, collection) : NULL;
    unsigned core = (unsigned)(words[2] >> 16 & 0xffff);

    if (entry == NULL || !gic_model_lpis_on(core))
        return false;
    *entry = (words[2] & VALID) != 0 ? VALID | core : 0;
    return true;
}

static bool map_event(const uint64_t *words, uint32_t device)
{
    uint64_t *entry = event_entry(device, words[1] & LOW_WORD);
    uint64_t lpi = words[1] >> 32, collection = words[2] & COLLECTION_MASK;
    unsigned core;

    if (entry == NULL || lpi < GIC_MODEL_LPI_FIRST || lpi >= GIC_MODEL_LPI_LIMIT ||
        !core_of(collection, &core))
        return false;
    *entry = VALID | collection << COLLECTION_SHIFT | lpi;
    gic_model_lpi_move((unsigned)lpi, core);
    return true;
}

static bool move_event(const uint64_t *words, uint32_t device)
{
    uint64_t *entry = event_entry(device, words[1] & LOW_WORD);
    uint64_t collection = words[2] & COLLECTION_MASK;
    unsigned core;

    if (entry == NULL || (*entry & VALID) == 0 || !core_of(collection, &core))
        return false;
    *entry = VALID | collection << COLLECTION_SHIFT | (*entry & LOW_WORD);
    gic_model_lpi_move((unsigned)(*entry & LOW_WORD), core);
    return true;
}

static bool on_event(enum its_opcode opcode, const uint64_t *words, uint32_t device)
{
    unsigned lpi, core;

    if (!event_is(device, words[1] & LOW_WORD, &lpi, &core))
        return false;
    if (opcode == ITS_INT)
        gic_model_lpi_pend(lpi, core);
    else if (opcode == ITS_INV)
        gic_model_lpi_reload(lpi);
    else
        gic_model_lpi_forget(lpi);
    if (opcode == ITS_DISCARD)
        *event_entry(device, words[1] & LOW_WORD) = 0;
    return true;
}

static bool execute(const struct its_command *command)
{
    const uint64_t *words = command->words;
    enum its_opcode opcode = its_command_opcode(command);
    uint32_t device = (uint32_t)(words[0] >> 32);
    unsigned core;

    switch (opcode) {
    case ITS_MAPD:
        return map_device(words, device);
    case ITS_MAPC:
        return map_collection(words);
    case ITS_MAPTI:
        return map_event(words, device);
    case ITS_MOVI:
        return move_event(words, device);
    case ITS_INT:
    case ITS_CLEAR:
    case ITS_INV:
    case ITS_DISCARD:
        return on_event(opcode, words, device);
    case ITS_INVALL:
        gic_model_lpi_reload_all();
        return core_of(words[2] & COLLECTION_MASK, &core);
    case ITS_SYNC:
        return gic_model_lpis_on((unsigned)(words[2] >> 16 & 0xffff));
    default:
        return false;
    }
}

/* ---- the queue ---- */

/* What is to go wrong with the command at the read pointer. */
static void examine(const struct its_command *command)
{
    char text[96];

    its.examined = true;
    its_command_text(command, text, sizeof(text));
    fault_occasion(text);
    if (fault_strikes(ITS_STALLS))
        its.stalled = true;
    if (fault_strikes(ITS_LATE))
        its.idle_until = host_now_ns() + FAULT_LATE_NS;
    if (fault_strikes(ITS_STOPS))
        its.idle_until = UINT64_MAX;
    if (fault_strikes(ITS_DONE_LATE)) {
        its.executed = execute(command);
        its.idle_until = host_now_ns() + FAULT_LATE_NS;
    }
}

static void run(void)
{
    uint64_t ring = its.cbaser & CBASER_ADDRESS;
    uint64_t size = ((its.cbaser & CBASER_PAGES) + 1) * GITS_CBASER_PAGE_SIZE;
    const uint8_t *queue;

    if ((its.control & GITS_CTLR_ENABLED) == 0 || (its.cbaser & VALID) == 0)
        return;
    queue = gic_model_table(ring, size, "the ITS's command queue");
    while (!its.stalled && host_now_ns() >= its.idle_until && its.creadr != its.cwriter) {
        struct its_command command;

        memcpy(&command, queue + its.creadr, sizeof(command));
        if (!its.examined) {
            examine(&command);
            continue;
        }
        if (!its.executed && !execute(&command)) {
            its.stalled = true;
            break;
        }
        its.examined = its.executed = false;
        its.creadr = (its.creadr + sizeof(command)) % size;
    }
}

void its_model_go_on(void)
{
    its.idle_until = 0;
    run();
}

void its_model_message(uint32_t device, uint32_t event)
{
    unsigned lpi, core;

    if ((its.control & GITS_CTLR_ENABLED) != 0 && event_is(device, event, &lpi, &core))
        gic_model_lpi_pend(lpi, core);
}

/* ---- registers ---- */

static uint64_t read_table(unsigned n)
{
    static const uint64_t types[TABLES] = {
        [DEVICES] = GITS_BASER_TYPE_DEVICE, [COLLECTION_TABLE] = GITS_BASER_TYPE_COLLECTION};

    if (n >= TABLES)
        return 0;
    return its.tables[n] | types[n] << 56 | (uint64_t)(ENTRY_SIZE - 1u) << 48;
}

static uint64_t read_queue(void)
{
    run();
    if (host_now_ns() < its.idle_until && its.creadr != its.cwriter)
        host_tick(LOOK_NS);
    return its.creadr | (its.stalled ? GITS_CREADR_STALLED : 0);
}

uint64_t its_model_read(uint32_t offset)
{
    if (offset >= GITS_BASER0 && offset < GITS_BASER(GITS_BASER_COUNT))
        return read_table((offset - GITS_BASER0) / 8u);
    switch (offset) {
    case GITS_CTLR:
        if (host_now_ns() < its.quiescent_from) {
            host_tick(LOOK_NS);
            return its.control;
        }
        return its.control | ((its.control & GITS_CTLR_ENABLED) == 0 ? GITS_CTLR_QUIESCENT : 0);
    case GITS_TYPER:
        return GITS_TYPER_PHYSICAL | (ENTRY_SIZE - 1u) << 4 | (EVENT_BITS - 1u) << 8 |
               (DEVICE_BITS - 1u) << 13;
    case GITS_IIDR:
        return 0x43b;
    case GITS_CBASER:
        return its.cbaser;
    case GITS_CWRITER:
        return its.cwriter;
    case GITS_CREADR:
        return read_queue();
    case GITS_PIDR2:
        return 0x30;
    default:
        return 0;
    }
}

void its_model_write(uint32_t offset, unsigned size, uint64_t value)
{
    (void)size;
    if (offset >= GITS_BASER0 && offset < GITS_BASER(TABLES)) {
        its.tables[(offset - GITS_BASER0) / 8u] = value & BASER_KEPT;
        its.first_level[(offset - GITS_BASER0) / 8u] = (void *)(uintptr_t)(value & BASER_ADDRESS);
    } else if (offset == GITS_CTLR) {
        its.control = (uint32_t)value & GITS_CTLR_ENABLED;
        if (fault_strikes(GIC_RWP))
            its.quiescent_from = host_now_ns() + FAULT_LATE_NS;
    } else if (offset == GITS_CBASER) {
        its.cbaser = value;
        its.creadr = 0;
    } else if (offset == GITS_CWRITER) {
        its.cwriter = value & GITS_QUEUE_OFFSET;
        if ((value & GITS_CWRITER_RETRY) != 0 && its.stalled) {
            its.stalled = its.examined = false;
        }
    }
}

/* ---- for comparison ---- */

static void count_events(uint32_t device, struct gic_model_state *state)
{
    uint64_t address;
    unsigned bits, lpi, core;

    if (!device_table(device, &address, &bits))
        return;
    state->devices++;
    for (uint64_t event = 0; event >> bits == 0; event++)
        state->events += event_is(device, event, &lpi, &core);
}

void its_model_get_state(struct gic_model_state *state)
{
    run();
    for (uint32_t device = 0; device < FAULT_DEVICES && (its.control & GITS_CTLR_ENABLED) != 0;
         device++)
        count_events(device, state);
}
