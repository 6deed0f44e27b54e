// SPDX-License-Identifier: BSD-3-Clause
/*
 * See board_gic.h.
 */
#include "tests/fuzz/support/board_gic.h"

#include "tests/fuzz/support/board.h"
#include "tests/fuzz/support/fuzz.h"
#include "twin/monitor/board.h"
#include "twin/monitor/monitor.h"

#include <stddef.h>

#define GICD_TYPER     (BOARD_GICD_BASE + 0x4u)
#define GITS_CTLR      (BOARD_GITS_BASE + 0x0u)
#define GITS_TYPER     (BOARD_GITS_BASE + 0x8u)
#define GITS_CBASER    (BOARD_GITS_BASE + 0x80u)
#define GITS_CWRITER   (BOARD_GITS_BASE + 0x88u)
#define GITS_CREADR    (BOARD_GITS_BASE + 0x90u)
#define GITS_BASER(n)  (BOARD_GITS_BASE + 0x100u + 8u * (n))
#define GICR_CTLR      0x0u
#define GICR_PROPBASER 0x70u
#define GICR_PENDBASER 0x78u
#define FRAME_SIZE     0x20000u

/* As QEMU's, but with 256 devices and collections: the monitor clears its tables each time. With
 * something behind the second PCI Express controller it needs all 16 bits. */
#define ID_BITS        16u
#define ITT_ENTRY_SIZE 12u
#define IDS            (pcie_is_plugged(1) ? 0x10000u : 256u)
#define DEVICES        (UINT64_C(1) << 56 | UINT64_C(7) << 48)
#define COLLECTIONS    (UINT64_C(4) << 56 | UINT64_C(7) << 48)
#define READ_ONLY      (UINT64_C(7) << 56 | UINT64_C(0x1f) << 48)

#define VALID          (UINT64_C(1) << 63)
#define INDIRECT       (UINT64_C(1) << 62)
#define ADDRESS        UINT64_C(0xfffffffff000)
#define LPI_FIRST      8192u
#define COMMAND_SIZE   32u
#define QUEUE_SIZE     4096u

#define BASER_COUNT    2u

static bool stalls;
static uint64_t reader; /* GITS_CREADR, without the stall */

/* What the checks here rest on. Other registers are kept where a later one may take an earlier
 * one's place (registers.c). */
static uint64_t its_control, its_queue, its_tables[BASER_COUNT];
static struct {
    uint64_t control, properties, pending;
} redistributors[BOARD_CPUS_MAX];

static uint64_t *kept(uint64_t address)
{
    uint64_t offset = address - BOARD_GICR_BASE;

    if (address == GITS_CTLR)
        return &its_control;
    if (address == GITS_CBASER)
        return &its_queue;
    for (unsigned n = 0; n < BASER_COUNT; n++) {
        if (address == GITS_BASER(n))
            return &its_tables[n];
    }
    if (offset >= (uint64_t)BOARD_CPUS_MAX * FRAME_SIZE)
        return NULL;
    switch (offset % FRAME_SIZE) {
    case GICR_CTLR:
        return &redistributors[offset / FRAME_SIZE].control;
    case GICR_PROPBASER:
        return &redistributors[offset / FRAME_SIZE].properties;
    case GICR_PENDBASER:
        return &redistributors[offset / FRAME_SIZE].pending;
    default:
        return NULL;
    }
}

static uint64_t value_of(uint64_t address)
{
    return *kept(address);
}

void board_its_stalls(bool its_stalls)
{
    stalls = its_stalls;
}

bool board_gic_read(uint64_t address, uint64_t *value)
{
    if (address == GICD_TYPER)
        *value = (ID_BITS - 1) << 19;
    else if (address == GITS_TYPER)
        *value = 1 | (ITT_ENTRY_SIZE - 1) << 4 | (ID_BITS - 1) << 8 |
                 (pcie_is_plugged(1) ? 15u : 7u) << 13 | UINT64_C(0x17) << 32;
    else if (address == GITS_CREADR)
        *value = reader | (stalls ? 1 : 0);
    else if (address == GITS_BASER(0) || address == GITS_BASER(1))
        *value =
            (value_of(address) & ~READ_ONLY) | (address == GITS_BASER(0) ? DEVICES : COLLECTIONS);
    else if (kept(address) != NULL)
        *value = value_of(address);
    else
        return false;
    return true;
}

/* ---- the ITS ---- */

/* Where the monitor told it to have a table. */
static uint64_t *table_at(unsigned n)
{
    uint64_t baser = value_of(GITS_BASER(n));

    FUZZ_CHECK((baser & VALID) != 0 && (baser & INDIRECT) == 0);
    FUZZ_CHECK((baser & ADDRESS) == (n == 0 ? ITS_DEVICES_BASE : ITS_COLLECTIONS_BASE));
    FUZZ_CHECK((baser >> 8 & 3) == 2 && ((baser & 0xff) + 1) * 0x10000 == ITS_TABLE_SIZE);
    return (uint64_t *)(uintptr_t)(baser & ADDRESS);
}

static void map_device(const uint64_t *command)
{
    uint64_t device = command[0] >> 32, address = command[2] & UINT64_C(0xfffffffffff00);
    uint64_t size = (uint64_t)ITT_ENTRY_SIZE << ((command[1] & 0x1f) + 1);
    bool valid = (command[2] & VALID) != 0;

    if (valid && !guest_memory(address, size))
        fuzz_fail("an ITT at 0x%llx, 0x%llx bytes", (unsigned long long)address,
                  (unsigned long long)size);
    if (device < IDS)
        table_at(0)[device] = valid ? address | 1 : 0;
}

static void map_collection(const uint64_t *command)
{
    uint64_t collection = command[2] & 0xffff, target = command[2] >> 16 & UINT64_C(0x7ffffffff);
    bool valid = (command[2] & VALID) != 0;

    FUZZ_CHECK(!valid || target < parameters()->cpus);
    if (collection < IDS)
        table_at(1)[collection] = valid ? target << 1 | 1 : 0;
}

/* The device's ITT is read: it must be one that was allowed. */
static void use_device(const uint64_t *command)
{
    uint64_t device = command[0] >> 32, entry = device < IDS ? table_at(0)[device] : 0;

    FUZZ_CHECK((entry & 1) == 0 || guest_memory(entry & ~UINT64_C(0xff), 1));
}

static void carry_out(const uint64_t *command)
{
    switch (command[0] & 0xff) {
    case 0x08:
        map_device(command);
        break;
    case 0x09:
        map_collection(command);
        break;
    case 0x01: /* MOVI, INT, CLEAR, MAPTI, MAPI, INV, DISCARD */
    case 0x03:
    case 0x04:
    case 0x0a:
    case 0x0b:
    case 0x0c:
    case 0x0f:
        use_device(command);
        break;
    case 0x05: /* SYNC, INVALL */
    case 0x0d:
        break;
    case 0x0e:
        FUZZ_CHECK((command[2] >> 16 & UINT64_C(0x7ffffffff)) < parameters()->cpus &&
                   (command[3] >> 16 & UINT64_C(0x7ffffffff)) < parameters()->cpus);
        break;
    default:
        fuzz_fail("command 0x%llx", (unsigned long long)command[0]);
    }
}

static void run_queue(uint64_t writer)
{
    const uint8_t *queue = (const uint8_t *)(uintptr_t)(value_of(GITS_CBASER) & ADDRESS);

    FUZZ_CHECK(writer < QUEUE_SIZE && writer % COMMAND_SIZE == 0);
    for (; reader != writer && !stalls; reader = (reader + COMMAND_SIZE) % QUEUE_SIZE)
        carry_out((const uint64_t *)(queue + reader));
}

/* ---- redistributors ---- */

static bool is_on(uint64_t frame)
{
    return (value_of(frame + GICR_CTLR) & 1) != 0;
}

static void check_tables(uint64_t frame)
{
    uint64_t properties = value_of(frame + GICR_PROPBASER),
             pending = value_of(frame + GICR_PENDBASER);
    unsigned bits = ((unsigned)properties & 0x1f) + 1;
    uint64_t ids = UINT64_C(1) << (bits < ID_BITS ? bits : ID_BITS);

    if (ids > LPI_FIRST)
        FUZZ_CHECK(guest_memory(properties & UINT64_C(0xffffffffff000), ids - LPI_FIRST) &&
                   (pending & UINT64_C(0xfffffffff0000)) ==
                       LPI_PENDING_BASE +
                           (frame - BOARD_GICR_BASE) / FRAME_SIZE * LPI_PENDING_STRIDE);
}

void board_gic_write(uint64_t address, unsigned size, uint64_t value)
{
    uint64_t frame = BOARD_GICR_BASE + (address - BOARD_GICR_BASE) / FRAME_SIZE * FRAME_SIZE;
    bool is_redistributor = address >= BOARD_GICR_BASE && address < BOARD_CONSOLE_BASE;
    uint64_t offset = is_redistributor ? address - frame : 0;

    if (address == GITS_CTLR && (value & 1) != 0) {
        (void)table_at(0);
        (void)table_at(1);
    } else if (address == GITS_CBASER) {
        reader = 0;
    } else if (address == GITS_CWRITER && (value_of(GITS_CTLR) & 1) != 0) {
        run_queue(value);
    } else if (is_redistributor && size == 4 && offset == GICR_CTLR && (value & 1) != 0) {
        check_tables(frame);
    } else if (is_redistributor && offset >= GICR_PROPBASER && offset < GICR_PENDBASER + 8) {
        FUZZ_CHECK(!is_on(frame));
    }
    if (kept(address) != NULL)
        *kept(address) = size == 8 ? value : (uint32_t)value;
}
