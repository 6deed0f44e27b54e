// SPDX-License-Identifier: BSD-3-Clause
/*
 * The drivers of GIC and ITS with registers that read as the input says.
 *
 * Nothing but the frames may be accessed, aligned. What the driver hands to the hardware (tables,
 * queue) must be memory of its own, as large as the registers say: the hardware would write there.
 */
#include "drivers/gic/gic.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/icc.h"
#include "drivers/gic/its.h"
#include "drivers/gic/its_registers.h"
#include "platform/am65x.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/registers.h"

#define GICD_SIZE        0x10000u
#define GITS_SIZE        0x20000u
#define STEPS_MAX        100u

#define COMMAND_SIZE     32u
#define COMMAND_MAPD     0x08u
#define PHYSICAL_ADDRESS UINT64_C(0x000fffffffffffff)
#define TABLE_READ_ONLY  (UINT64_C(0x71f) << 48) /* type and entry size */
#define VALID            (UINT64_C(1) << 63)

/* How hostile, as the input says. */
enum mode {
    KEEPS = 0x1,    /* a register keeps what it read as, or was written */
    IS_GIC = 0x2,   /* the identification registers are right */
    CONSUMES = 0x4, /* the ITS takes commands at once */
    NO_WAITS = 0x8, /* bits that are waited for are as they are wanted */
    SOUND = 0x10,   /* GICR_TYPER's affinities, GITS_TYPER's sizes are those of a GIC-500 */
};
static unsigned mode;

static uint64_t its_typer, command_queue, queue_end, property_bits;

static bool in(uintptr_t address, uintptr_t base, uintptr_t size)
{
    return address - base < size;
}

static void check_address(const char *what, uintptr_t address, unsigned size)
{
    if (address % size != 0)
        fuzz_fail("%s of %u bytes at 0x%zx is not aligned", what, size, address);
    if (!in(address, AM65X_GICD_BASE, GICD_SIZE) && !in(address, AM65X_GITS_BASE, GITS_SIZE) &&
        !in(address, AM65X_GICR_BASE, AM65X_GICR_SIZE))
        fuzz_fail("%s at 0x%zx is outside the GIC", what, address);
}

/* ---- reading ---- */

/* A redistributor: its place in the walk says whose it is. */
static uint64_t redistributor_typer(uintptr_t address)
{
    unsigned core = (unsigned)((address - AM65X_GICR_BASE) / (2 * GICR_FRAME_SIZE));

    return core_affinity(core) << 32 | core << 8 | GICR_TYPER_PLPIS |
           (core == 3 ? GICR_TYPER_LAST : 0);
}

/* GITS_BASER<n>: what was written, and what it is for, which can't be: devices, collections. */
static uint64_t table_register(uintptr_t address)
{
    const uint64_t *kept = registers_find(address);
    uint64_t value = kept != NULL ? *kept & ~TABLE_READ_ONLY : 0;

    if (address == AM65X_GITS_BASE + GITS_BASER(0))
        value |= (uint64_t)GITS_BASER_TYPE_DEVICE << 56 | UINT64_C(7) << 48;
    else if (address == AM65X_GITS_BASE + GITS_BASER(1))
        value |= (uint64_t)GITS_BASER_TYPE_COLLECTION << 56 | UINT64_C(7) << 48;
    return value;
}

/* Whether the mode says what this register reads as. */
static bool sound_value(uintptr_t address, uint64_t *value)
{
    bool its = in(address, AM65X_GITS_BASE, GITS_SIZE);
    bool redistributor = in(address, AM65X_GICR_BASE, AM65X_GICR_SIZE);
    uintptr_t offset = address % GICR_FRAME_SIZE;

    if ((mode & IS_GIC) != 0 && offset == GICD_PIDR2) {
        *value = GIC_ARCHITECTURE_V3 << 4;
        return true;
    }
    if ((mode & SOUND) != 0 && redistributor && offset == GICR_TYPER) {
        *value = redistributor_typer(address);
        return true;
    }
    if ((mode & SOUND) != 0 && address == AM65X_GICD_BASE + GICD_TYPER) {
        *value = 7u | GICD_TYPER_LPIS | 15u << 19;
        return true;
    }
    if ((mode & SOUND) != 0 && its && address == AM65X_GITS_BASE + GITS_TYPER) {
        *value = GITS_TYPER_PHYSICAL | 7u << 4 | 15u << 8 | 19u << 13;
        return true;
    }
    if ((mode & SOUND) != 0 && in(address, AM65X_GITS_BASE + GITS_BASER(0), 8 * GITS_BASER_COUNT)) {
        *value = table_register(address);
        return true;
    }
    if ((mode & CONSUMES) != 0 && its && offset == GITS_CREADR) {
        const uint64_t *writer = registers_find(AM65X_GITS_BASE + GITS_CWRITER);

        *value = writer != NULL ? *writer & GITS_QUEUE_OFFSET : 0;
        fuzz_restart_clock();
        return true;
    }
    return false;
}

/* GITS_CTLR's Quiescent set; of the other registers RWP, ChildrenAsleep clear. */
static uint64_t settle(uintptr_t address, uint64_t value)
{
    if ((mode & NO_WAITS) == 0)
        return value;
    if (address == AM65X_GITS_BASE + GITS_CTLR)
        return value | GITS_CTLR_QUIESCENT;
    if (address == AM65X_GICD_BASE + GICD_CTLR)
        return value & ~(uint64_t)GICD_CTLR_RWP;
    if (in(address, AM65X_GICR_BASE, AM65X_GICR_SIZE) && address % GICR_FRAME_SIZE == GICR_CTLR)
        return value & ~(uint64_t)GICR_CTLR_RWP;
    if (in(address, AM65X_GICR_BASE, AM65X_GICR_SIZE) && address % GICR_FRAME_SIZE == GICR_WAKER)
        return value & ~(uint64_t)GICR_WAKER_CHILDREN_ASLEEP;
    return value;
}

uint64_t host_mmio_read(uintptr_t address, unsigned size)
{
    const uint64_t *kept;
    uint64_t value;

    check_address("a read", address, size);
    if (!sound_value(address, &value)) {
        kept = registers_find(address);
        if ((mode & KEEPS) != 0 && kept != NULL) {
            value = *kept;
        } else {
            value = fuzz_take(size);
            if ((mode & KEEPS) != 0)
                registers_keep(address, value);
        }
    }
    value = settle(address, value);
    if (address == AM65X_GITS_BASE + GITS_TYPER)
        its_typer = value;
    return size == 8 ? value : value & ((UINT64_C(1) << (8 * size)) - 1);
}

/* ---- writing ---- */

static void check_table(uint64_t value)
{
    size_t page = (size_t)4096 << (2 * (value >> 8 & 3u));

    if ((value & VALID) != 0)
        fuzz_check_memory((void *)(uintptr_t)(value & UINT64_C(0x0000fffffffff000)),
                          ((value & 0xffu) + 1) * page, "a table of the ITS");
}

static void check_commands(uint64_t writer)
{
    uint64_t end = writer & GITS_QUEUE_OFFSET;

    for (; queue_end != end; queue_end = (queue_end + COMMAND_SIZE) % 0x10000) {
        const uint64_t *command = (const uint64_t *)(uintptr_t)(command_queue + queue_end);
        unsigned bits = (unsigned)(command[1] & 0x1f) + 1;

        if ((command[0] & 0xff) == COMMAND_MAPD && (command[2] & VALID) != 0)
            fuzz_check_memory((void *)(uintptr_t)(command[2] & PHYSICAL_ADDRESS & ~UINT64_C(0xff)),
                              ((its_typer >> 4 & 0xf) + 1) << bits, "a translation table");
    }
}

static void check_redistributor_table(uintptr_t offset, uint64_t value)
{
    if (offset == GICR_PROPBASER) {
        property_bits = (value & 0x1f) + 1;
        if (property_bits > 13)
            fuzz_check_memory((void *)(uintptr_t)(value & GICR_PROPBASER_ADDRESS),
                              (UINT64_C(1) << property_bits) - GIC_INTID_LPI_FIRST,
                              "the property table");
    } else if (offset == GICR_PENDBASER) {
        fuzz_check_memory((void *)(uintptr_t)(value & GICR_PENDBASER_ADDRESS),
                          (UINT64_C(1) << property_bits) / 8, "a pending table");
    }
}

void host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    check_address("a write", address, size);
    fuzz_pass(500);
    registers_keep(address, value);
    if (in(address, AM65X_GITS_BASE + GITS_BASER(0), 8 * GITS_BASER_COUNT)) {
        check_table(value);
    } else if (address == AM65X_GITS_BASE + GITS_CBASER) {
        command_queue = value & UINT64_C(0x000ffffffffff000);
        queue_end = 0;
        fuzz_check_memory((void *)(uintptr_t)command_queue, ((value & 0xff) + 1) * 4096,
                          "the command queue");
    } else if (address == AM65X_GITS_BASE + GITS_CWRITER) {
        FUZZ_CHECK(command_queue != 0);
        check_commands(value);
    } else if (in(address, AM65X_GICR_BASE, AM65X_GICR_SIZE)) {
        check_redistributor_table(address % GICR_FRAME_SIZE, value);
    }
}

uint64_t icc_read(const char *name)
{
    (void)name;
    return (mode & SOUND) != 0 ? 0x701 : fuzz_take(8);
}

void icc_write(const char *name, uint64_t value)
{
    (void)name;
    (void)value;
}

/* ---- what callers do ---- */

static int start(void)
{
    int error = gic_init(AM65X_GICD_BASE, AM65X_GICR_BASE, AM65X_GICR_SIZE);
    unsigned up = 0;

    if (error != 0)
        return error;
    for (unsigned core = 0; core < core_count(); core++) {
        fuzz_set_core(core);
        fuzz_restart_clock();
        up += gic_core_init() == 0 ? 1 : 0;
    }
    fuzz_set_core(0);
    fuzz_restart_clock();
    error = its_init(AM65X_GITS_BASE);
    for (unsigned core = 0; error == 0 && core < core_count(); core++) {
        fuzz_set_core(core);
        fuzz_restart_clock();
        (void)its_core_init();
    }
    fuzz_set_core(0);
    return up == 0 ? -1 : 0;
}

static void use_interrupt(void)
{
    unsigned intid = (unsigned)fuzz_take(2);

    (void)gic_configure(intid, fuzz_below(2) != 0 ? GIC_EDGE : GIC_LEVEL, (uint8_t)fuzz_take(1));
    (void)gic_set_affinity(intid, fuzz_below(10));
    (void)gic_enable(intid);
    (void)gic_set_pending(intid);
    (void)gic_is_pending(intid);
    (void)gic_is_enabled(intid);
    (void)gic_is_active(intid);
    (void)gic_clear_pending(intid);
    (void)gic_disable(intid);
    gic_send_sgi(fuzz_below(4), fuzz_below(16));
    (void)gic_acknowledge();
}

/* One of few, one at an end of them all, or any number. */
static unsigned some_lpi(void)
{
    switch (fuzz_below(4)) {
    case 0:
        return its_lpi_limit() - 1 + fuzz_below(3);
    case 1:
        return GIC_INTID_LPI_FIRST - 1 + (unsigned)fuzz_take(3);
    default:
        return GIC_INTID_LPI_FIRST + fuzz_below(4);
    }
}

static void use_event(struct its_device *device)
{
    uint32_t event = fuzz_below(8) != 0 ? fuzz_below(4) : (uint32_t)fuzz_take(4);
    unsigned lpi = some_lpi(), core = fuzz_below(9);

    switch (fuzz_below(8)) {
    case 0:
        if (lpi % 2 != 0)
            (void)its_map_event(device, event, lpi, core);
        else
            (void)its_open_event(device, event, lpi, core, GIC_PRIORITY_DEFAULT);
        break;
    case 1:
        (void)its_move_event(device, event, core);
        break;
    case 2:
        (void)its_discard_event(device, event);
        break;
    case 3:
        (void)its_trigger_event(device, event);
        break;
    case 4:
        (void)its_enable_event(device, event, lpi, (uint8_t)fuzz_take(1));
        break;
    case 5:
        (void)its_disable_event(device, event, lpi);
        break;
    case 6:
        (void)its_invalidate_all(core);
        break;
    default:
        (void)its_silence_lpi(lpi);
        break;
    }
}

static void visit(uint32_t id, unsigned event_bits, unsigned mapped, void *argument)
{
    (void)id;
    (void)argument;
    FUZZ_CHECK(mapped <= 1u << event_bits);
}

void fuzz_one(void)
{
    struct its_device *devices[4] = {NULL};
    struct gic_facts facts;
    struct its_facts its_facts;

    mode = fuzz_below(32);
    if (start() != 0)
        return;
    gic_get_facts(&facts);
    its_get_facts(&its_facts);
    for (unsigned step = 0; step < STEPS_MAX && fuzz_left() != 0; step++) {
        unsigned which = fuzz_below(4), action = fuzz_below(4);

        fuzz_restart_clock();
        if (action == 0)
            use_interrupt();
        else if (devices[which] == NULL)
            (void)its_map_device((uint32_t)fuzz_take(3), fuzz_below(10), &devices[which]);
        else if (action == 1 && its_unmap_device(devices[which]) == 0)
            devices[which] = NULL;
        else if (devices[which] != NULL)
            use_event(devices[which]);
    }
    its_for_each_device(visit, NULL);
}
