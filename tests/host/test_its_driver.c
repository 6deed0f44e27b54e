// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS driver against an ITS of the test's own (Arm IHI 0069, chapter 5), which executes
 * commands strictly, and fails as told: it stands still at a command for as long as the test wants,
 * or refuses one. After each fault the driver must tell what it knows, forget nothing, and the
 * table of a device that the ITS may still use must be there: the ITS writes to it, and the address
 * sanitizer looks on.
 *
 * The driver is compiled into this file, with its register accesses going to that ITS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Before anything includes arch/mmio.h. */
#define host_mmio_read  its_mmio_read
#define host_mmio_write its_mmio_write

#include "arch/mmio.h"

#include "drivers/gic/its.c"
#include "drivers/gic/its_queue.c"

/* Both have one. */
#define program its_table_program
#include "drivers/gic/its_table.c"
#undef program

#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REGISTERS            UINT64_C(0x01820000)
#define LPI                  8192u
#define LPI_LIMIT            (LPI + 256u)
#define LOOK_NS              1000000u
#define REDISTRIBUTOR_STRIDE 0x20000u
#define NEVER                UINT64_MAX
#define MODEL_IDS            8u
#define MODEL_BITS           6u
#define ENTRY_SIZE           8u
#define BASER_TYPES          UINT64_C(0x071f000000000000)
#define TYPER                (GITS_TYPER_PHYSICAL | (ENTRY_SIZE - 1) << 4 | UINT64_C(15) << 8 | UINT64_C(15) << 13)

/* ---- an ITS ---- */

struct model_event {
    bool mapped;
    unsigned lpi, core;
};

static struct {
    uint32_t control, pidr2;
    uint64_t typer, cbaser, cwriter, creadr, baser[8];
    uint64_t consumed;         /* commands in all */
    uint64_t hold;             /* the command before which it stands still */
    unsigned writes;           /* of the pointer, until it goes on; 0: that does not help */
    uint64_t refuse;           /* the command at which it stalls */
    uint8_t refused_opcode;    /* commands at which it stalls; 0: none */
    bool busy, baser_is_fixed; /* does not come to rest; page sizes are all reserved */
    bool cbaser_is_fixed;      /* holds nothing */
    bool collections[CORE_MAX];
    struct {
        bool mapped;
        uint8_t *table;
        unsigned bits;
        struct model_event events[1u << MODEL_BITS];
    } devices[MODEL_IDS];
    unsigned interrupts[CORE_MAX]; /* by INT */
    bool old[CORE_MAX];            /* LPI is pending there, and nobody takes it */
    unsigned broken;               /* what the architecture calls unpredictable */
    struct its_command last;
} model;

static unsigned core_of(uint64_t collection)
{
    return (unsigned)collection & 0xffff;
}

/* The event that a command names; NULL: there is none. */
static struct model_event *model_event(const struct its_command *command)
{
    uint32_t id = (uint32_t)(command->words[0] >> 32), event = (uint32_t)command->words[1];

    if (id >= MODEL_IDS || !model.devices[id].mapped || event >> model.devices[id].bits != 0)
        return NULL;
    model.devices[id].table[event * ENTRY_SIZE]++; /* it is the ITS's memory */
    return &model.devices[id].events[event];
}

static bool do_mapd(const struct its_command *command)
{
    uint32_t id = (uint32_t)(command->words[0] >> 32);
    bool valid = (command->words[2] >> 63) != 0;

    if (id >= MODEL_IDS)
        return false;
    model.broken += valid && model.devices[id].mapped;
    model.devices[id].mapped = valid;
    model.devices[id].bits = (unsigned)(command->words[1] & 0x1f) + 1;
    model.devices[id].table =
        (uint8_t *)(uintptr_t)(command->words[2] & UINT64_C(0x000fffffffffff00));
    memset(model.devices[id].events, 0, sizeof(model.devices[id].events));
    if (valid)
        for (unsigned i = 0; i < ENTRY_SIZE << model.devices[id].bits; i++)
            model.broken += model.devices[id].table[i] != 0;
    return true;
}

static bool do_mapti(const struct its_command *command)
{
    struct model_event *event = model_event(command);
    unsigned core = core_of(command->words[2]);

    if (event == NULL || core >= CORE_MAX || !model.collections[core])
        return false;
    model.broken += event->mapped;
    *event = (struct model_event){true, (unsigned)(command->words[1] >> 32), core};
    return true;
}

static bool do_movall(const struct its_command *command)
{
    unsigned from = core_of(command->words[2] >> 16), to = core_of(command->words[3] >> 16);

    if (from >= CORE_MAX || to >= CORE_MAX || from == to)
        return false;
    model.old[to] |= model.old[from];
    model.old[from] = false;
    return true;
}

/* Whether the command is not refused. */
static bool execute(const struct its_command *command)
{
    struct model_event *event;

    switch ((unsigned)command->words[0] & 0xff) {
    case ITS_MAPD:
        return do_mapd(command);
    case ITS_MAPC:
        model.collections[core_of(command->words[2])] = (command->words[2] >> 63) != 0;
        return true;
    case ITS_INVALL:
        return model.collections[core_of(command->words[2])];
    case ITS_SYNC:
        return true;
    case ITS_MAPTI:
        return do_mapti(command);
    case ITS_MOVALL:
        return do_movall(command);
    default:
        event = model_event(command);
        if (event == NULL || !event->mapped)
            return false;
        if ((command->words[0] & 0xff) == ITS_MOVI)
            event->core = core_of(command->words[2]);
        if (((command->words[0] & 0xff) == ITS_CLEAR ||
             (command->words[0] & 0xff) == ITS_DISCARD) &&
            event->lpi == LPI)
            model.old[event->core] = false;
        if ((command->words[0] & 0xff) == ITS_INT)
            model.interrupts[event->core]++;
        if ((command->words[0] & 0xff) == ITS_DISCARD)
            event->mapped = false;
        return true;
    }
}

static void consume(void)
{
    const struct its_command *ring = (void *)(uintptr_t)(model.cbaser & GITS_BASER_ADDRESS);

    while ((model.creadr & GITS_CREADR_STALLED) == 0 && model.consumed < model.hold &&
           model.creadr != (model.cwriter & GITS_QUEUE_OFFSET)) {
        const struct its_command *command = &ring[model.creadr / sizeof(*ring)];

        if (model.consumed == model.refuse ||
            (model.refused_opcode != 0 && (command->words[0] & 0xff) == model.refused_opcode) ||
            !execute(command)) {
            model.refuse = NEVER;
            model.creadr |= GITS_CREADR_STALLED;
            return;
        }
        model.last = *command;
        model.consumed++;
        model.creadr = (model.creadr + sizeof(*ring)) % ITS_QUEUE_SIZE;
    }
}

static bool taken_over;

/* LPIs are on everywhere, but on core 2. */
static uint64_t redistributor_read(uintptr_t offset)
{
    unsigned core = (unsigned)(offset / REDISTRIBUTOR_STRIDE);

    assert_true(taken_over);
    if (offset % REDISTRIBUTOR_STRIDE == GICR_TYPER)
        return (uint64_t)core << 8;
    assert_int_equal(offset % REDISTRIBUTOR_STRIDE, GICR_CTLR);
    return core != 2 ? GICR_CTLR_ENABLE_LPIS : 0;
}

uint64_t its_mmio_read(uintptr_t address, unsigned size)
{
    uintptr_t offset = address - REGISTERS, redistributor = address - gic_redistributor_base(0);

    (void)size;
    if (redistributor < 4 * REDISTRIBUTOR_STRIDE)
        return redistributor_read(redistributor);
    if (offset >= GITS_BASER0 && offset < GITS_BASER(GITS_BASER_COUNT))
        return model.baser[(offset - GITS_BASER0) / 8];
    switch (offset) {
    case GITS_PIDR2:
        return model.pidr2;
    case GITS_CTLR:
        if (model.busy)
            host_tick(LOOK_NS);
        return model.control | (model.busy ? 0 : GITS_CTLR_QUIESCENT);
    case GITS_IIDR:
        return 0x43b;
    case GITS_TYPER:
        return model.typer;
    case GITS_CBASER:
        return model.cbaser;
    case GITS_CREADR:
        consume();
        if (model.creadr != (model.cwriter & GITS_QUEUE_OFFSET))
            host_tick(LOOK_NS); /* nothing happens, but time passes */
        return model.creadr;
    default:
        fail_msg("read at 0x%lx", (unsigned long)address);
        return 0;
    }
}

void its_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    uintptr_t offset = address - REGISTERS;

    (void)size;
    if (offset >= GITS_BASER0 && offset < GITS_BASER(GITS_BASER_COUNT)) {
        uint64_t *baser = &model.baser[(offset - GITS_BASER0) / 8];

        if (model.baser_is_fixed)
            value |= GITS_BASER_PAGE_SIZE_FIELD;
        *baser = (*baser & BASER_TYPES) | (value & ~BASER_TYPES);
        return;
    }
    switch (offset) {
    case GITS_CTLR:
        model.control = (uint32_t)value & ~GITS_CTLR_QUIESCENT; /* read-only */
        break;
    case GITS_CBASER:
        model.cbaser = model.cbaser_is_fixed ? 0 : value;
        model.creadr = 0;
        break;
    case GITS_CWRITER:
        model.cwriter = value & GITS_QUEUE_OFFSET;
        if (model.writes != 0 && --model.writes == 0)
            model.hold = NEVER;
        if ((value & GITS_CWRITER_RETRY) != 0)
            model.creadr &= ~GITS_CREADR_STALLED;
        break;
    default:
        fail_msg("write at 0x%lx", (unsigned long)address);
    }
}

/* ---- the rest of the GIC ---- */

static void *kept[64]; /* what the driver never frees: tables, queue */
static unsigned kept_count, allocations, failing_allocation;
static bool up_already;

void gic_host_reset(void)
{
}

void its_host_reset(void)
{
}

void *gic_memory_allocate(size_t alignment, size_t size)
{
    size_t whole = (size + alignment - 1) & ~(alignment - 1);
    void *memory;

    if (++allocations == failing_allocation)
        return NULL;
    memory = aligned_alloc(alignment, whole);
    memset(memory, 0, whole);
    if (alignment != ITT_ALIGNMENT)
        kept[kept_count++] = memory;
    return memory;
}

void *gic_memory_allocate_snooped(size_t alignment, size_t size)
{
    return gic_memory_allocate(alignment, size);
}

uintptr_t gic_redistributor_base(unsigned core)
{
    return UINT64_C(0x01880000) + core * REDISTRIBUTOR_STRIDE;
}

unsigned gic_redistributor_count(void)
{
    return 4;
}

uintptr_t gic_redistributor_address(unsigned index)
{
    return gic_redistributor_base(index);
}

uint64_t gic_redistributor_typer(unsigned core)
{
    return (uint64_t)core << 8;
}

static int lpi_error;
static unsigned lpi_limit;
static uint8_t properties[LPI_LIMIT - LPI];

int gic_lpi_init(void)
{
    lpi_limit = lpi_error == 0 ? LPI_LIMIT : 0;
    return lpi_error;
}

int gic_lpi_core_init(void)
{
    return lpi_error;
}

unsigned gic_lpi_limit(void)
{
    return lpi_limit;
}

void gic_lpi_set_property(unsigned lpi, bool enable, uint8_t priority)
{
    assert_in_range(lpi, LPI, LPI_LIMIT - 1);
    properties[lpi - LPI] = (uint8_t)(priority | enable);
}

bool gic_lpi_coherent(void)
{
    return true;
}

bool gic_lpi_taken_over(void)
{
    return taken_over;
}

/* ---- each test's ITS ---- */

static int setup(void **state)
{
    (void)state;
    host_reset();
    memset(&its, 0, sizeof(its));
    memset(&model, 0, sizeof(model));
    memset(properties, 0, sizeof(properties));
    model.pidr2 = 0x30;
    model.typer = TYPER;
    model.hold = model.refuse = NEVER;
    model.baser[0] = UINT64_C(1) << 56 | UINT64_C(7) << 48;
    model.baser[1] = UINT64_C(4) << 56 | UINT64_C(7) << 48;
    kept_count = allocations = failing_allocation = 0;
    lpi_error = 0;
    lpi_limit = 0;
    up_already = taken_over = false;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    while (kept_count != 0)
        free(kept[--kept_count]);
    return model.broken == 0 ? 0 : -1;
}

static void up(void)
{
    assert_int_equal(its_init(REGISTERS), 0);
    for (unsigned core = 0; core < 4; core++) {
        host_thread.core = core;
        assert_int_equal(its_core_init(), 0);
    }
    host_thread.core = 0;
}

static void count_devices(uint32_t id, unsigned event_bits, unsigned mapped, void *argument)
{
    (void)id;
    (void)event_bits;
    *(unsigned *)argument += 1 + 100 * mapped;
}

/* Devices that the driver has, and 100 for each of their events. */
static unsigned inventory(void)
{
    unsigned count = 0;

    its_for_each_device(count_devices, &count);
    return count;
}

/* The ITS stands still before it consumes the n-th command from here on (from 0). */
static void hold_at(unsigned n)
{
    model.hold = model.consumed + n;
}

static void release(void)
{
    model.hold = NEVER;
}

static void refuse_at(unsigned n)
{
    model.refuse = model.consumed + n;
}

/* The microseconds that something takes. */
#define TAKES_US(what)                                                                             \
    __extension__({                                                                                \
        uint64_t began_ = host_now_ns();                                                           \
        what;                                                                                      \
        (host_now_ns() - began_) / 1000u;                                                          \
    })

/* ---- bringing it up ---- */

static void what_is_no_its_is_refused(void **state)
{
    (void)state;
    model.pidr2 = 0x20;
    assert_int_equal(its_init(REGISTERS), -ENODEV);
    model.pidr2 = 0x40;
    model.typer &= ~GITS_TYPER_PHYSICAL;
    assert_int_equal(its_init(REGISTERS), -ENODEV);
    model.typer = TYPER;
    model.busy = true;
    assert_int_equal(its_init(REGISTERS), -ETIMEDOUT);
    model.busy = false;
    lpi_error = -ENODEV;
    assert_int_equal(its_init(REGISTERS), -ENODEV);
    lpi_error = 0;
    assert_int_equal(its_core_init(), -ENODEV);
    assert_int_equal(its_doorbell_address(), GITS_TRANSLATER);
    up();
    assert_int_equal(its_doorbell_address(), REGISTERS + GITS_TRANSLATER);
}

static void without_memory_there_is_no_its(void **state)
{
    (void)state;
    /* Devices, collections, queue: what was there for the first is not asked for again. */
    for (unsigned i = 0; i < 3; i++) {
        failing_allocation = i == 0 ? 1 : 2;
        allocations = 0;
        assert_int_equal(its_init(REGISTERS), -ENOMEM);
        assert_int_equal(model.control & GITS_CTLR_ENABLED, 0);
    }
    failing_allocation = 0;
    up();
}

static void a_table_register_that_keeps_no_page_size_is_refused(void **state)
{
    (void)state;
    model.baser_is_fixed = true;
    assert_int_equal(its_init(REGISTERS), -EIO);
    assert_int_equal(allocations, 0);
}

/* GITS_TYPER: HCC at 31:24, CIDbits at 35:32, CIL at 36. */
static void a_queue_register_that_holds_nothing_is_refused(void **state)
{
    (void)state;
    model.cbaser_is_fixed = true;
    assert_int_equal(its_init(REGISTERS), -EIO);
    assert_int_equal(model.control & GITS_CTLR_ENABLED, 0);
    assert_int_equal(its_core_init(), -ENODEV);
}

static void a_core_without_a_collection_is_refused(void **state)
{
    (void)state;
    model.baser[1] = 0; /* no table for them */
    assert_int_equal(its_init(REGISTERS), 0);
    assert_int_equal(its_core_init(), -ERANGE);
    model.typer = TYPER | UINT64_C(2) << 24;
    assert_int_equal(its_init(REGISTERS), 0);
    assert_int_equal(its_core_init(), 0);
    host_thread.core = 1;
    assert_int_equal(its_core_init(), 0);
    host_thread.core = 2;
    assert_int_equal(its_core_init(), -ERANGE);
    host_thread.core = 0;
    model.typer = TYPER | UINT64_C(8) << 24 | GITS_TYPER_CIL; /* ids of 1 bit */
    assert_int_equal(its_init(REGISTERS), 0);
    host_thread.core = 2;
    assert_int_equal(its_core_init(), -ERANGE);
    host_thread.core = 0;
}

/* Whatever the register says, no more is allocated than events can be of use. */
static void sizes_beyond_use_are_refused_before_they_are_allocated(void **state)
{
    struct its_device *device;
    unsigned before;

    (void)state;
    model.typer = GITS_TYPER_PHYSICAL | UINT64_C(15) << 4 | UINT64_C(31) << 8 | UINT64_C(31) << 13;
    up();
    before = allocations;
    assert_int_equal(its_map_device(3, 32, &device), -ERANGE);
    assert_int_equal(its_map_device(3, 17, &device), -ERANGE);
    assert_int_equal(its_map_device(1u << 20, 1, &device), -ERANGE);
    assert_int_equal(allocations, before);
}

static void a_core_that_was_not_answered_comes_up_later(void **state)
{
    (void)state;
    assert_int_equal(its_init(REGISTERS), 0);
    lpi_error = -EBUSY;
    assert_int_equal(its_core_init(), -EBUSY);
    lpi_error = 0;
    hold_at(0);
    assert_int_equal(its_core_init(), -ETIMEDOUT);
    assert_int_equal(its_core_init(), -ENOBUFS);
    assert_int_equal(its_invalidate_all(0), -EINVAL); /* no collection yet */
    release();
    assert_int_equal(its_core_init(), 0);
    hold_at(0);
    assert_int_equal(its_invalidate_all(0), -ETIMEDOUT);
    release();
    assert_int_equal(its_invalidate_all(0), 0);
}

/* ---- contexts ---- */

static struct its_device *shared;

static int map_device(void)
{
    struct its_device *device;

    return its_map_device(5, 2, &device);
}

static int unmap_device(void)
{
    return its_unmap_device(shared);
}

static int map_event(void)
{
    return its_map_event(shared, 1, LPI + 1, 0);
}

static int open_event(void)
{
    return its_open_event(shared, 1, LPI + 1, 0, 0x40);
}

static int move_event(void)
{
    return its_move_event(shared, 0, 1);
}

static int discard_event(void)
{
    return its_discard_event(shared, 0);
}

static int trigger_event(void)
{
    return its_trigger_event(shared, 0);
}

static int clear_event(void)
{
    return its_clear_event(shared, 0);
}

static int enable_event(void)
{
    return its_enable_event(shared, 0, LPI, 0x40);
}

static int disable_event(void)
{
    return its_disable_event(shared, 0, LPI);
}

static int invalidate_all(void)
{
    return its_invalidate_all(0);
}

static int silence_lpi(void)
{
    return its_silence_lpi(LPI);
}

static int init_again(void)
{
    return its_init(REGISTERS);
}

static const struct {
    const char *name;
    int (*call)(void);
    bool may_be_masked; /* IRQs */
} senders[] = {
    {"its_map_device", map_device, false},        {"its_unmap_device", unmap_device, false},
    {"its_map_event", map_event, false},          {"its_open_event", open_event, false},
    {"its_move_event", move_event, false},        {"its_discard_event", discard_event, false},
    {"its_trigger_event", trigger_event, false},  {"its_clear_event", clear_event, false},
    {"its_enable_event", enable_event, false},    {"its_disable_event", disable_event, false},
    {"its_silence_lpi", silence_lpi, false},      {"its_init", init_again, false},
    {"its_invalidate_all", invalidate_all, true}, {"its_core_init", its_core_init, true},
};
#define SENDERS (sizeof(senders) / sizeof(senders[0]))

static void call_all(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < SENDERS; i++)
        if (senders[i].call() != -EDEADLK)
            fail_msg("%s in a handler", senders[i].name);
}

static void nothing_is_queued_where_waiting_is_not_allowed(void **state)
{
    uint64_t before;
    unsigned long masked;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &shared), 0);
    assert_int_equal(its_map_event(shared, 0, LPI, 0), 0);
    before = its.queue.submitted;
    host_run_in_interrupt(call_all, NULL);
    assert_int_equal(its.queue.submitted, before);
    masked = irq_save();
    for (unsigned i = 0; i < SENDERS; i++)
        if (senders[i].call() != (senders[i].may_be_masked ? 0 : -EDEADLK))
            fail_msg("%s with IRQs masked", senders[i].name);
    irq_restore(masked);
    assert_int_equal(properties[0], 0); /* not even the table is written */
    assert_int_equal(inventory(), 101);
    assert_int_equal(discard_event(), 0);
    assert_int_equal(unmap_device(), 0);
}

/* visit() must not map or unmap, and runs with the lock that this takes. */
static void call_from_a_visit(uint32_t id, unsigned event_bits, unsigned mapped, void *argument)
{
    unsigned *visits = argument;

    (void)id;
    (void)event_bits;
    (void)mapped;
    ++*visits;
    assert_int_equal(map_device(), -EDEADLK);
    assert_int_equal(unmap_device(), -EDEADLK);
    assert_int_equal(inventory(), 0); /* a visit in a visit sees nothing */
}

static void devices_stay_as_they_are_in_a_visit(void **state)
{
    unsigned visits = 0;
    uint64_t before;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &shared), 0);
    before = its.queue.submitted;
    its_for_each_device(call_from_a_visit, &visits);
    assert_int_equal(visits, 1);
    assert_int_equal(its.queue.submitted, before);
    assert_int_equal(inventory(), 1);
    assert_int_equal(unmap_device(), 0);
    assert_int_equal(inventory(), 0);
}

/* ---- nothing wrong ---- */

static void an_events_life(void **state)
{
    struct its_device *device;
    struct its_facts facts;

    (void)state;
    up();
    its_get_facts(&facts);
    assert_int_equal(facts.lpi_count, LPI_LIMIT - LPI);
    assert_int_equal(its_lpi_limit(), LPI_LIMIT);
    assert_true(facts.tables_coherent);
    assert_int_equal(its_map_device(3, 0, &device), 0); /* two events at least */
    assert_int_equal(its_map_device(3, 1, &device), -EEXIST);
    assert_int_equal(its_map_event(device, 2, LPI, 0), -EINVAL);
    assert_int_equal(its_map_event(device, 0, LPI - 1, 0), -EINVAL);
    assert_int_equal(its_map_event(device, 0, LPI, 5), -EINVAL);
    assert_int_equal(its_trigger_event(device, 0), -ENOENT);
    assert_int_equal(its_map_event(device, 0, LPI, 0), 0);
    assert_int_equal(its_map_event(device, 0, LPI, 0), -EEXIST);
    assert_int_equal(its_enable_event(device, 0, LPI, 0x40), 0);
    assert_int_equal(its_enable_event(device, 0, LPI_LIMIT, 0x40), -EINVAL);
    assert_int_equal(properties[0], 0x41);
    assert_int_equal(its_trigger_event(device, 0), 0);
    assert_int_equal(its_clear_event(device, 0), 0);
    assert_int_equal(its_move_event(device, 0, 3), 0);
    assert_int_equal(its_move_event(device, 0, 3), 0);
    assert_int_equal(its_move_event(device, 0, 7), -EINVAL);
    assert_int_equal(its_command_count(ITS_MOVI), 1);
    assert_int_equal(its_trigger_event(device, 0), 0);
    assert_int_equal(model.interrupts[0], 1);
    assert_int_equal(model.interrupts[3], 1);
    assert_int_equal(its_unmap_device(device), -EBUSY);
    assert_int_equal(its_disable_event(device, 0, LPI), 0);
    assert_int_equal(its_silence_lpi(LPI), 0);
    assert_int_equal(its_silence_lpi(LPI_LIMIT), -EINVAL);
    assert_int_equal(its_discard_event(device, 0), 0);
    assert_int_equal(its_unmap_device(device), 0);
    assert_int_equal(inventory(), 0);
}

/* Core 3 comes up when the LPI has its owner. */
static void what_a_loader_left_pending_is_nobodys_on_a_core_that_comes_late(void **state)
{
    struct its_device *device;

    (void)state;
    taken_over = true;
    model.old[0] = model.old[1] = model.old[3] = true;
    host_thread.core = 1;
    assert_int_equal(its_init(REGISTERS), 0);
    assert_int_equal(its_command_count(ITS_MOVALL), 2); /* there is nothing to be moved of core 2 */
    for (unsigned core = 0; core < 3; core++) {
        host_thread.core = core;
        assert_int_equal(its_core_init(), 0);
    }
    assert_int_equal(its_map_device(3, 0, &device), 0);
    assert_int_equal(its_map_event(device, 0, LPI, 2), 0);
    host_thread.core = 3;
    assert_int_equal(its_core_init(), 0);
    host_thread.core = 0;
    for (unsigned core = 0; core < 4; core++)
        assert_false(model.old[core]);
    assert_int_equal(its_trigger_event(device, 0), 0);
    assert_int_equal(model.interrupts[2], 1);
    assert_int_equal(its_discard_event(device, 0), 0);
    assert_int_equal(its_unmap_device(device), 0);
}

static void what_a_loader_left_pending_and_can_not_be_moved_is_no_its(void **state)
{
    (void)state;
    taken_over = true;
    lpi_error = -ENODEV;
    lpi_limit = LPI_LIMIT;
    assert_int_equal(its_init(REGISTERS), -ENODEV);
    lpi_error = 0;
    refuse_at(0);
    assert_int_equal(its_init(REGISTERS), -EIO);
    assert_int_equal(its_core_init(), -ENODEV);
    up();
    assert_int_equal(inventory(), 0);
}

/* Whatever command of it fails, the event is not mapped. */
static void what_a_loader_left_pending_is_cleared_for_an_events_owner(void **state)
{
    struct its_device *device;
    uint64_t commands;

    (void)state;
    taken_over = true;
    up();
    assert_int_equal(its_map_device(3, 0, &device), 0);
    commands = its.queue.submitted;
    assert_int_equal(its_map_event(device, 0, LPI, 1), 0);
    commands = its.queue.submitted - commands;
    assert_int_equal(its_command_count(ITS_CLEAR), 1);
    assert_int_equal(its_command_count(ITS_MOVI), 2);
    assert_int_equal(its_trigger_event(device, 0), 0);
    assert_int_equal(model.interrupts[1], 1);
    assert_int_equal(its_discard_event(device, 0), 0);
    for (uint64_t n = 0; n < commands; n++) {
        int error;

        model.refuse = its.queue.submitted + n;
        error = its_map_event(device, 0, LPI, 1);
        model.refuse = NEVER;
        assert_int_not_equal(error, 0);
        if (its.mapped[0] && device->events[0].state != EVENT_UNMAPPED)
            assert_int_equal(its_discard_event(device, 0), 0);
        assert_int_equal(its_map_event(device, 0, LPI, 1), 0);
        assert_int_equal(its_discard_event(device, 0), 0);
    }
    /* Nor can it be taken down: then it may be mapped, and the caller has to know. */
    model.refuse = its.queue.submitted + 2; /* MAPTI and SYNC go */
    model.refused_opcode = ITS_DISCARD;
    assert_int_equal(its_map_event(device, 0, LPI, 1), -ETIMEDOUT);
    model.refused_opcode = 0;
    assert_int_equal(its_discard_event(device, 0), 0);
    assert_int_equal(its_map_event(device, 0, LPI, 1), 0);
    assert_int_equal(its_discard_event(device, 0), 0);
    assert_int_equal(its_unmap_device(device), 0);
    assert_int_equal(inventory(), 0);
}

/* Nothing about it is sent, and the tables of its neighbours in memory are not touched. */
static void an_event_beyond_the_devices_own_is_refused(void **state)
{
    static const uint32_t beyond[] = {4, 5, 0x10000, UINT32_MAX};
    struct its_device *device;
    uint64_t submitted;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    assert_int_equal(its_map_event(device, 3, LPI, 0), 0); /* the last */
    submitted = its.queue.submitted;
    for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
        assert_int_equal(its_map_event(device, beyond[i], LPI + 1, 0), -EINVAL);
        assert_int_equal(its_move_event(device, beyond[i], 1), -EINVAL);
        assert_int_equal(its_trigger_event(device, beyond[i]), -EINVAL);
        assert_int_equal(its_clear_event(device, beyond[i]), -EINVAL);
        assert_int_equal(its_enable_event(device, beyond[i], LPI + 1, 0x40), -EINVAL);
        assert_int_equal(its_disable_event(device, beyond[i], LPI + 1), -EINVAL);
        assert_int_equal(its_discard_event(device, beyond[i]), -EINVAL);
    }
    assert_int_equal(its.queue.submitted, submitted);
    assert_int_equal(properties[1], 0);
    assert_int_equal(inventory(), 101);
    assert_int_equal(its_discard_event(device, 3), 0);
    assert_int_equal(its_unmap_device(device), 0);
}

static void a_device_needs_a_core_and_memory(void **state)
{
    struct its_device *device;

    (void)state;
    assert_int_equal(its_map_device(3, 1, &device), -ENODEV);
    up();
    host_thread.core = 5; /* has not come up */
    assert_int_equal(its_map_device(3, 1, &device), -EINVAL);
    host_thread.core = 0;
    for (unsigned n = 1; n <= 2; n++) { /* the page of the device table, the device's own table */
        failing_allocation = allocations + n;
        assert_int_equal(its_map_device(3, 1, &device), -ENOMEM);
    }
    failing_allocation = 0;
    assert_int_equal(inventory(), 0);
    assert_int_equal(its_map_device(3, 1, &device), 0);
    assert_int_equal(its_unmap_device(device), 0);
}

/* ---- an ITS that stands still ---- */

static void it_costs_a_caller_a_second_once_and_later_ones_a_millisecond(void **state)
{
    struct its_device *device;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 1, &device), 0);
    assert_int_equal(its_map_event(device, 0, LPI, 0), 0);
    hold_at(0);
    assert_in_range(TAKES_US(assert_int_equal(its_trigger_event(device, 0), -ETIMEDOUT)), 1000000,
                    1100000);
    for (unsigned i = 0; i < 3000; i++) { /* more than the queue has room for */
        uint64_t us = TAKES_US(assert_int_equal(its_trigger_event(device, 0), -ENOBUFS));

        assert_in_range(us, 1000, 10000);
    }
    assert_int_equal(its.queue.submitted - its.queue.consumed, 2);
    release();
    assert_int_equal(its_trigger_event(device, 0), 0);
    assert_int_equal(model.interrupts[0], 2); /* the first one came late; the refused ones never */
    assert_int_equal(its_discard_event(device, 0), 0);
    assert_int_equal(its_unmap_device(device), 0);
}

static void a_device_that_was_mapped_without_an_answer_is_not_lost(void **state)
{
    struct its_device *device = NULL, *other;

    (void)state;
    up();
    hold_at(0);
    assert_int_equal(its_map_device(3, 2, &device), -ETIMEDOUT);
    assert_null(device);
    assert_int_equal(inventory(), 1); /* the driver keeps the table */
    assert_int_equal(its_map_device(3, 2, &device), -ENOBUFS);
    assert_int_equal(its_map_device(4, 2, &device), -ENOBUFS);
    assert_int_equal(inventory(), 1);
    release();
    assert_int_equal(its_map_device(3, 2, &device), 0); /* undone, and made anew */
    assert_int_equal(inventory(), 1);
    assert_int_equal(its_map_event(device, 1, LPI, 0), 0);
    assert_int_equal(its_discard_event(device, 1), 0);

    /* Or the next call for another device does it. */
    hold_at(0);
    assert_int_equal(its_map_device(4, 2, &other), -ETIMEDOUT);
    release();
    assert_int_equal(its_unmap_device(device), 0);
    assert_int_equal(inventory(), 0);
    assert_false(model.devices[3].mapped);
    assert_false(model.devices[4].mapped);
}

/* The undoing gets no answer either, or is refused. */
static void undoing_is_tried_until_it_is_answered(void **state)
{
    struct its_device *device, *other;

    (void)state;
    up();
    hold_at(0);
    assert_int_equal(its_map_device(3, 2, &device), -ETIMEDOUT);
    hold_at(2); /* MAPD and its SYNC */
    assert_int_equal(its_map_device(4, 2, &other), -ENOBUFS);
    assert_int_equal(its_map_device(3, 2, &device), -ENOBUFS);
    release();
    refuse_at(
        2); /* the MAPD that undoes, again: behind the one that is in the queue, and its SYNC */
    assert_int_equal(its_map_device(4, 2, &other), 0);
    assert_int_equal(inventory(), 2);
    assert_int_equal(its_map_device(3, 2, &device), 0);
    assert_int_equal(its_unmap_device(device), 0);
    assert_int_equal(its_unmap_device(other), 0);
    assert_int_equal(inventory(), 0);
}

/* However many devices there are to undo: while the ITS stands still, one is tried. */
static void what_can_not_be_undone_costs_a_caller_no_more(void **state)
{
    struct its_device *device;
    uint64_t with_one, with_two;

    (void)state;
    up();
    hold_at(0);
    assert_int_equal(its_map_device(3, 2, &device), -ETIMEDOUT);
    with_one = TAKES_US(assert_int_equal(its_map_device(5, 2, &device), -ENOBUFS));
    refuse_at(2); /* the MAPD that undoes, behind the other and its SYNC */
    hold_at(4);   /* that of the next device */
    assert_int_equal(its_map_device(4, 2, &device), -ETIMEDOUT);
    assert_int_equal(inventory(), 2);
    with_two = TAKES_US(assert_int_equal(its_map_device(5, 2, &device), -ENOBUFS));
    print_message("# %u us with one, %u us with two\n", (unsigned)with_one, (unsigned)with_two);
    assert_int_equal(with_two, with_one);
    release();
    assert_int_equal(its_map_device(5, 2, &device), 0); /* and undoes both */
    assert_int_equal(inventory(), 1);
    assert_int_equal(its_unmap_device(device), 0);
}

static void a_device_that_was_unmapped_without_an_answer_is_still_the_callers(void **state)
{
    struct its_device *device;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    hold_at(0);
    assert_int_equal(its_unmap_device(device), -ETIMEDOUT);
    assert_int_equal(its_unmap_device(device), -ENOBUFS);
    release();
    assert_int_equal(its_map_event(device, 0, LPI, 0), -ENODEV);
    assert_int_equal(its_trigger_event(device, 0), -ENODEV);
    assert_int_equal(its_unmap_device(device), 0);
    assert_int_equal(inventory(), 0);
    /* Refused: it is as it was. */
    assert_int_equal(its_map_device(3, 2, &device), 0);
    refuse_at(0);
    assert_int_equal(its_unmap_device(device), -EIO);
    assert_int_equal(its_map_event(device, 0, LPI, 0), 0);
    assert_int_equal(its_discard_event(device, 0), 0);
    assert_int_equal(its_unmap_device(device), 0);
}

static void an_event_that_was_mapped_without_an_answer_can_be_discarded(void **state)
{
    struct its_device *device;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    /* The ITS maps it later. */
    hold_at(0);
    assert_int_equal(its_map_event(device, 1, LPI, 2), -ETIMEDOUT);
    assert_int_equal(its_discard_event(device, 1), -ENOBUFS);
    release();
    assert_int_equal(its_discard_event(device, 1), 0);
    assert_false(model.devices[3].events[1].mapped);
    /* Or refuses it later: so there is nothing to discard. */
    hold_at(0);
    assert_int_equal(its_map_event(device, 1, LPI, 2), -ETIMEDOUT);
    release();
    refuse_at(0);
    assert_int_equal(its_discard_event(device, 1), 0);
    assert_int_equal(inventory(), 1);
    /* Mapping it again makes it certain first. */
    hold_at(0);
    assert_int_equal(its_map_event(device, 1, LPI, 2), -ETIMEDOUT);
    assert_int_equal(its_map_event(device, 1, LPI, 1), -ENOBUFS);
    release();
    assert_int_equal(its_map_event(device, 1, LPI, 1), 0);
    assert_int_equal(model.devices[3].events[1].core, 1);
    assert_int_equal(its_discard_event(device, 1), 0);
    assert_int_equal(its_unmap_device(device), 0);
}

static void an_event_is_not_mapped_after_a_refusal(void **state)
{
    struct its_device *device;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    refuse_at(0);
    assert_int_equal(its_map_event(device, 1, LPI, 2), -EIO);
    assert_int_equal(inventory(), 1);
    /* But if it was the SYNC that was refused, the event is mapped. */
    refuse_at(1);
    assert_int_equal(its_map_event(device, 1, LPI, 2), -ETIMEDOUT);
    assert_true(model.devices[3].events[1].mapped);
    assert_int_equal(inventory(), 101);
    assert_int_equal(its_discard_event(device, 1), 0);
    assert_false(model.devices[3].events[1].mapped);
    assert_int_equal(its_unmap_device(device), 0);
}

/* One batch: MAPTI, INV, SYNC. Whichever of them is refused, nothing is left. */
static void an_event_is_opened_with_three_commands_or_not_at_all(void **state)
{
    static const int errors[] = {-EIO, -ETIMEDOUT, -ETIMEDOUT};
    struct its_device *device;
    uint64_t commands;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    for (unsigned n = 0; n < 3; n++) {
        refuse_at(n);
        assert_int_equal(its_open_event(device, 1, LPI, 2, 0x40), errors[n]);
        if (n != 0)
            assert_int_equal(its_discard_event(device, 1), 0);
        assert_int_equal(inventory(), 1);
    }
    hold_at(1);
    assert_int_equal(its_open_event(device, 1, LPI, 2, 0x40), -ETIMEDOUT);
    release();
    assert_int_equal(its_discard_event(device, 1), 0);

    commands = its.queue.submitted;
    assert_int_equal(its_open_event(device, 1, LPI, 2, 0x40), 0);
    assert_int_equal(its.queue.submitted - commands, 3);
    assert_int_equal(properties[0], 0x41);
    assert_int_equal(its_open_event(device, 1, LPI, 2, 0x40), -EEXIST);
    assert_int_equal(its_open_event(device, 4, LPI, 2, 0x40), -EINVAL);
    assert_int_equal(its_open_event(device, 2, LPI_LIMIT, 2, 0x40), -EINVAL);
    assert_int_equal(its_trigger_event(device, 1), 0);
    assert_int_equal(model.interrupts[2], 1);
    assert_int_equal(its_discard_event(device, 1), 0);
    assert_int_equal(its_unmap_device(device), 0);
}

static void a_discard_without_an_answer_can_be_repeated(void **state)
{
    struct its_device *device;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    assert_int_equal(its_map_event(device, 1, LPI, 2), 0);
    hold_at(0);
    assert_int_equal(its_discard_event(device, 1), -ETIMEDOUT);
    release();
    assert_int_equal(its_discard_event(device, 1), 0); /* refused: it was done */
    assert_int_equal(inventory(), 1);
    /* What the ITS refuses to discard stays; the device can go with it. */
    assert_int_equal(its_map_event(device, 1, LPI, 2), 0);
    refuse_at(0);
    assert_int_equal(its_discard_event(device, 1), -EIO);
    assert_int_equal(inventory(), 101);
    assert_int_equal(its_map_event(device, 1, LPI, 2), -EEXIST);
    assert_int_equal(its_unmap_device(device), 0);
    assert_int_equal(inventory(), 0);
}

/* The ITS has refused to discard it. */
static struct its_device *device_with_a_pending_event(void)
{
    struct its_device *device;

    assert_int_equal(its_map_device(3, 2, &device), 0);
    assert_int_equal(its_map_event(device, 1, LPI, 2), 0);
    model.old[2] = true;
    refuse_at(0);
    assert_int_equal(its_discard_event(device, 1), -EIO);
    return device;
}

/* Of an event that could not be discarded at first, nothing stays pending when its device leaves:
 * not for one refusal, nor where every DISCARD is refused, nor for an ITS that paused. */
static void nothing_stays_pending_of_a_device_that_leaves(void **state)
{
    static const struct {
        uint8_t refused;
        bool paused;
    } cases[] = {{0, false}, {ITS_DISCARD, false}, {0, true}};
    struct its_device *device;

    (void)state;
    up();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        model.refused_opcode = cases[i].refused;
        device = device_with_a_pending_event();
        if (cases[i].paused) {
            hold_at(0);
            assert_int_equal(its_unmap_device(device), -ETIMEDOUT);
            release();
        }
        assert_int_equal(its_unmap_device(device), 0);
        assert_false(model.old[2]);
        model.refused_opcode = 0;
        assert_int_equal(inventory(), 0);
    }
}

/* Nor if the ITS stands still while it is to discard it, and goes on before the table is taken. */
static void nothing_stays_pending_of_a_device_that_leaves_in_a_pause(void **state)
{
    struct its_device *device;

    (void)state;
    up();
    device = device_with_a_pending_event();
    hold_at(0);
    assert_int_equal(its_trigger_event(device, 1), -ETIMEDOUT);
    model.writes = 2; /* by who asks it to go on: for DISCARD, then for MAPD */
    assert_int_equal(its_unmap_device(device), -ENOBUFS);
    release();
    assert_int_equal(its_unmap_device(device), 0);
    assert_false(model.old[2]);
    assert_int_equal(inventory(), 0);
}

/* Where the event is after a move without an answer, and after the next command for it. */
static void a_move_without_an_answer_is_put_right_by_the_next_command(void **state)
{
    struct its_device *device;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    assert_int_equal(its_map_event(device, 1, LPI, 0), 0);
    hold_at(0);
    assert_int_equal(its_move_event(device, 1, 2), -ETIMEDOUT);
    assert_int_equal(its_trigger_event(device, 1), -ENOBUFS);
    release();
    assert_int_equal(its_trigger_event(device, 1), 0);
    assert_int_equal(model.interrupts[0], 1); /* on the core that the caller knows */
    assert_int_equal(model.interrupts[2], 0);

    hold_at(0);
    assert_int_equal(its_move_event(device, 1, 2), -ETIMEDOUT);
    release();
    assert_int_equal(its_move_event(device, 1, 3), 0);
    assert_int_equal(model.devices[3].events[1].core, 3);
    hold_at(0);
    assert_int_equal(its_move_event(device, 1, 2), -ETIMEDOUT);
    release();
    assert_int_equal(its_move_event(device, 1, 3), 0); /* back to where it was is no move */
    assert_int_equal(model.devices[3].events[1].core, 3);

    /* Both redistributors are waited for when it goes. */
    hold_at(0);
    assert_int_equal(its_move_event(device, 1, 1), -ETIMEDOUT);
    release();
    assert_int_equal(its_discard_event(device, 1), 0);
    assert_int_equal(model.last.words[2] >> 16, 1); /* SYNC: core 1's, after core 3's */
    assert_int_equal(its_unmap_device(device), 0);
}

static void a_move_that_is_refused_leaves_the_event_where_it_was(void **state)
{
    struct its_device *device;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    assert_int_equal(its_map_event(device, 1, LPI, 0), 0);
    refuse_at(0);
    assert_int_equal(its_move_event(device, 1, 2), -EIO);
    assert_int_equal(its_trigger_event(device, 1), 0);
    assert_int_equal(model.interrupts[0], 1);
    assert_int_equal(its_discard_event(device, 1), 0);
    assert_int_equal(its_unmap_device(device), 0);
}

/* ---- every command of a life, in turn ---- */

enum fault {
    LATE,
    NEVER_DONE,
    REFUSED,
    FAULTS
};

/* The first error, or 0. Takes back what the errors say is kept; the ITS goes on from the first
 * error on. */
static int live(void)
{
    struct its_device *device;
    int error = its_map_device(3, 2, &device), last;

    if (error != 0)
        return error;
    error = its_map_event(device, 1, LPI, 0);
    if (error == 0)
        error = its_enable_event(device, 1, LPI, 0x40);
    if (error == 0)
        error = its_trigger_event(device, 1);
    if (error == 0)
        error = its_move_event(device, 1, 1);
    if (error == 0)
        error = its_disable_event(device, 1, LPI);
    for (unsigned tries = 0; inventory() > 100 && tries < 3; tries++) {
        if (error != 0)
            release();
        last = its_discard_event(device, 1);
        error = error != 0 ? error : last;
    }
    while ((last = its_unmap_device(device)) != 0) {
        release();
        error = error != 0 ? error : last;
    }
    return error;
}

static void any_command_may_fail_and_nothing_is_lost(void **state)
{
    uint64_t began;
    unsigned commands;

    (void)state;
    up();
    began = model.consumed;
    assert_int_equal(live(), 0);
    commands = (unsigned)(model.consumed - began);
    assert_int_equal(commands, 17);
    for (enum fault fault = LATE; fault < FAULTS; fault++)
        for (unsigned n = 0; n < commands; n++) {
            int error;

            if (fault == REFUSED)
                refuse_at(n);
            else
                hold_at(n);
            error = live();
            if (error != -ETIMEDOUT && (fault != REFUSED || error != -EIO))
                fail_msg("fault %u at command %u: error %d", fault, n, error);
            release();
            assert_int_equal(live(), 0);
            assert_int_equal(inventory(), 0);
            assert_false(model.devices[3].mapped);
            assert_int_equal(model.broken, 0);
        }
}

/* ---- a loss of power ---- */

/* What lies in memory stays: here that is all but the registers, and the collections, if the ITS
 * has them itself. */
static void lose(void)
{
    model.control = 0;
    model.cbaser = model.cwriter = model.creadr = 0;
    for (unsigned n = 0; n < GITS_BASER_COUNT; n++)
        model.baser[n] &= BASER_TYPES;
    memset(model.collections, 0, sizeof(model.collections));
}

static void what_the_its_knew_it_knows_after_a_loss_of_power(void **state)
{
    struct its_device *device;
    uint64_t basers[GITS_BASER_COUNT], cbaser;

    (void)state;
    assert_int_equal(its_suspend(), 0); /* there is none */
    assert_int_equal(its_resume(), 0);
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    assert_int_equal(its_open_event(device, 1, LPI, 2, 0xa0), 0);
    memcpy(basers, model.baser, sizeof(basers));
    cbaser = model.cbaser;
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(its_suspend(), 0);
        assert_int_equal(model.control & GITS_CTLR_ENABLED, 0);
        if (round != 1) /* or it has kept it all */
            lose();
        assert_int_equal(its_resume(), 0);
        assert_int_equal(model.control & GITS_CTLR_ENABLED, GITS_CTLR_ENABLED);
        assert_memory_equal(model.baser, basers, sizeof(basers));
        assert_int_equal(model.cbaser, cbaser);
        for (unsigned core = 0; core < 4; core++)
            assert_true(model.collections[core]);
        assert_int_equal(its_trigger_event(device, 1), 0);
        assert_int_equal(model.interrupts[2], round + 1);
        assert_int_equal(its_move_event(device, 1, round % 2 == 0 ? 3 : 2), 0);
        assert_int_equal(its_move_event(device, 1, 2), 0);
    }
    assert_int_equal(its_discard_event(device, 1), 0);
    assert_int_equal(its_unmap_device(device), 0);
}

/* The queue is filled from its start again, wherever it stood. */
static void the_queue_begins_anew_wherever_it_stood(void **state)
{
    struct its_device *device;

    (void)state;
    up();
    assert_int_equal(its_map_device(3, 2, &device), 0);
    for (unsigned round = 0; round < ITS_QUEUE_ENTRIES; round += 123) {
        for (unsigned i = 0; i < round % 7; i++)
            assert_int_equal(its_invalidate_all(0), 0);
        assert_int_equal(its_suspend(), 0);
        lose();
        assert_int_equal(its_resume(), 0);
        assert_int_equal(model.cwriter % sizeof(struct its_command), 0);
        assert_int_equal(model.cwriter, model.creadr);
    }
    assert_int_equal(its_unmap_device(device), 0);
}

static void an_its_that_is_not_done_is_not_turned_off(void **state)
{
    (void)state;
    up();
    hold_at(0);
    assert_int_equal(its_invalidate_all(0), -ETIMEDOUT);
    assert_int_equal(its_suspend(), -EBUSY);
    assert_int_equal(model.control & GITS_CTLR_ENABLED, GITS_CTLR_ENABLED);
    release();
    assert_int_equal(its_suspend(), 0);
    lose();
    assert_int_equal(its_resume(), 0);
    model.busy = true;
    assert_int_equal(its_suspend(), -ETIMEDOUT);
    assert_int_equal(model.control & GITS_CTLR_ENABLED, GITS_CTLR_ENABLED);
    model.busy = false;
    assert_int_equal(its_invalidate_all(0), 0);
}

static void an_its_that_does_not_come_back_is_told(void **state)
{
    (void)state;
    up();
    assert_int_equal(its_suspend(), 0);
    lose();
    model.busy = true;
    assert_int_equal(its_resume(), -ETIMEDOUT);
    model.busy = false;
    model.cbaser_is_fixed = true;
    assert_int_equal(its_resume(), -EIO);
    assert_int_equal(model.control & GITS_CTLR_ENABLED, 0);
    model.cbaser_is_fixed = false;
    model.baser_is_fixed = true;
    assert_int_equal(its_resume(), -EIO);
    model.baser_is_fixed = false;
    refuse_at(2);
    assert_int_equal(its_resume(), -ETIMEDOUT); /* at the SYNC */
    refuse_at(0);
    assert_int_equal(its_resume(), -EIO);
    assert_int_equal(its_resume(), 0);
    assert_int_equal(its_invalidate_all(3), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_its_is_refused),
        TEST(without_memory_there_is_no_its),
        TEST(a_table_register_that_keeps_no_page_size_is_refused),
        TEST(a_queue_register_that_holds_nothing_is_refused),
        TEST(a_core_without_a_collection_is_refused),
        TEST(sizes_beyond_use_are_refused_before_they_are_allocated),
        TEST(a_core_that_was_not_answered_comes_up_later),
        TEST(nothing_is_queued_where_waiting_is_not_allowed),
        TEST(devices_stay_as_they_are_in_a_visit),
        TEST(an_events_life),
        TEST(what_a_loader_left_pending_is_nobodys_on_a_core_that_comes_late),
        TEST(what_a_loader_left_pending_and_can_not_be_moved_is_no_its),
        TEST(what_a_loader_left_pending_is_cleared_for_an_events_owner),
        TEST(an_event_beyond_the_devices_own_is_refused),
        TEST(a_device_needs_a_core_and_memory),
        TEST(it_costs_a_caller_a_second_once_and_later_ones_a_millisecond),
        TEST(a_device_that_was_mapped_without_an_answer_is_not_lost),
        TEST(undoing_is_tried_until_it_is_answered),
        TEST(what_can_not_be_undone_costs_a_caller_no_more),
        TEST(a_device_that_was_unmapped_without_an_answer_is_still_the_callers),
        TEST(an_event_that_was_mapped_without_an_answer_can_be_discarded),
        TEST(an_event_is_not_mapped_after_a_refusal),
        TEST(an_event_is_opened_with_three_commands_or_not_at_all),
        TEST(a_discard_without_an_answer_can_be_repeated),
        TEST(nothing_stays_pending_of_a_device_that_leaves),
        TEST(nothing_stays_pending_of_a_device_that_leaves_in_a_pause),
        TEST(a_move_without_an_answer_is_put_right_by_the_next_command),
        TEST(a_move_that_is_refused_leaves_the_event_where_it_was),
        TEST(any_command_may_fail_and_nothing_is_lost),
        TEST(what_the_its_knew_it_knows_after_a_loss_of_power),
        TEST(the_queue_begins_anew_wherever_it_stood),
        TEST(an_its_that_is_not_done_is_not_turned_off),
        TEST(an_its_that_does_not_come_back_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
