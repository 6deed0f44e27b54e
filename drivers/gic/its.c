// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Interrupt Translation Service: bringing it up, devices, events (Arm IHI 0069, chapter 5).
 *
 * Every command is followed by a SYNC to the redistributor it concerns (two for a move), so that it
 * has taken effect there when the function returns.
 */
#include "drivers/gic/its.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/internal.h"
#include "drivers/gic/its_command.h"
#include "drivers/gic/its_queue.h"
#include "drivers/gic/its_registers.h"
#include "drivers/gic/its_table.h"
#include "drivers/gic/lpi.h"

#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Device ids come out of the AM65x's pre-ITS window, which has room for 2^20; a flat table for the
 * 2^32 that an ITS may offer would be memory for nothing. */
#define DEVICE_BITS_MAX     20u

#define COLLECTION_BITS_MAX 16u
#define QUEUE_ALIGNMENT     0x10000u
#define ITT_ALIGNMENT       256u

LOG_USE(its);

#define CHAIN_BITS     9u /* devices are found in one of 512 chains */
#define CHAINS         (1u << CHAIN_BITS)

/* There are no more LPIs to map events to. */
#define EVENT_BITS_MAX 16u

enum event_state {
    EVENT_UNMAPPED,
    EVENT_MAPPED,
    EVENT_UNKNOWN,  /* a MAPTI or DISCARD had no outcome: mapped or not */
    EVENT_GIVEN_UP, /* a DISCARD was not done; the caller need not try again */
};

struct event {
    uint8_t state; /* enum event_state */
    uint8_t core;  /* of its collection */
    uint8_t other; /* if not the same: a MOVI to this one had no outcome, so it may be there */
};
_Static_assert(CORE_MAX <= UINT8_MAX, "a core's number fits into a byte");

enum device_state {
    DEVICE_MAPPED,
    DEVICE_UNKNOWN, /* the MAPD had no outcome; nobody has the handle */
    DEVICE_LEAVING, /* the MAPD that unmaps it had no outcome; the caller has the handle */
};

struct its_device {
    struct its_device *next;
    uint32_t id;
    enum device_state state;
    unsigned event_bits;
    void *translation_table;
    struct event *events;
};

static struct {
    uintptr_t base;
    uint64_t typer;
    struct its_facts facts;
    struct its_queue queue;
    struct its_table devices;
    struct its_table collections;
    bool has_collection_table;
    uint64_t targets[CORE_MAX];        /* RDbase, as commands take it */
    bool mapped[CORE_MAX];             /* the core's collection */
    unsigned old_core;                 /* what a loader has left pending is pending there */
    struct mutex device_mutex;         /* of the chains; held while the ITS maps one */
    struct its_device *chains[CHAINS]; /* devices, by hash of their ids */
    uint32_t unknown;                  /* DEVICE_UNKNOWN ones among them */
} its;

/* ---------------------------------------------------------------- bringing it up */

/* Inlined: most applications have only the first of its users. */
static inline __attribute__((always_inline)) int quiesce(uintptr_t base)
{
    deadline_t deadline = deadline_after_us(GIC_TIMEOUT_US);
    bool late = false;

    mmio_write32(base + GITS_CTLR, mmio_read32(base + GITS_CTLR) & ~GITS_CTLR_ENABLED);
    while ((mmio_read32(base + GITS_CTLR) & GITS_CTLR_QUIESCENT) == 0) {
        if (late)
            return -ETIMEDOUT;
        late = deadline_passed(deadline);
    }
    return 0;
}

static void read_facts(uintptr_t base)
{
    struct its_facts *facts = &its.facts;

    its.typer = mmio_read64(base + GITS_TYPER);
    facts->iidr = mmio_read32(base + GITS_IIDR);
    facts->device_bits = GITS_TYPER_DEVBITS(its.typer);
    facts->event_bits = GITS_TYPER_ID_BITS(its.typer);
    facts->itt_entry_size = GITS_TYPER_ITT_ENTRY_SIZE(its.typer);
    facts->collection_bits =
        (its.typer & GITS_TYPER_CIL) != 0 ? GITS_TYPER_CID_BITS(its.typer) : COLLECTION_BITS_MAX;
}

static int init_table(struct its_table *table, uintptr_t base, unsigned type, unsigned bits)
{
    int error = its_table_init(table, base, type, bits, gic_memory_allocate_snooped);

    if (error != 0 && error != -ENODEV)
        log_error(its, "table of %s: error %d",
                  type == GITS_BASER_TYPE_DEVICE ? "devices" : "collections", error);
    return error;
}

static int init_tables(uintptr_t base)
{
    unsigned device_bits =
        its.facts.device_bits < DEVICE_BITS_MAX ? its.facts.device_bits : DEVICE_BITS_MAX;
    unsigned core_bits = 0;
    int error = 0;

    if (its.devices.limit == 0)
        error = init_table(&its.devices, base, GITS_BASER_TYPE_DEVICE, device_bits);
    if (error != 0)
        return error;
    while (1u << core_bits < CORE_MAX)
        core_bits++;
    if (its.collections.limit == 0)
        error = init_table(&its.collections, base, GITS_BASER_TYPE_COLLECTION, core_bits);
    its.has_collection_table = error == 0;
    /* An ITS that holds its collections itself (GITS_TYPER.HCC) needs no table for them. */
    return error == -ENODEV ? 0 : error;
}

static int init_queue(uintptr_t base)
{
    struct its_command *ring = gic_memory_allocate(QUEUE_ALIGNMENT, ITS_QUEUE_SIZE);

    return ring != NULL ? its_queue_init(&its.queue, base, ring) : -ENOMEM;
}

static uint64_t target_of(uintptr_t redistributor, uint64_t typer)
{
    return its_command_target((its.typer & GITS_TYPER_PTA) != 0, redistributor,
                              GICR_TYPER_PROCESSOR_NUMBER(typer));
}

/* A redistributor that LPIs can be named for. */
static int init_target(unsigned core)
{
    struct its_command command;
    int error = gic_lpi_core_init();

    if (error != 0)
        return error;
    its.targets[core] = target_of(gic_redistributor_base(core), gic_redistributor_typer(core));
    command = its_command_sync(its.targets[core]);
    its_queue_set_harmless(&its.queue, &command);
    return 0;
}

/* In tables that were a loader's any LPI may be pending, at any redistributor: one of a core that
 * comes up later would have it for whoever the LPI is by then. So all are moved to this core's,
 * before the first has an owner (forget_pending()). */
static int gather_pending(void)
{
    unsigned core = core_id();
    uint64_t targets[ITS_QUEUE_TARGETS_MAX];
    struct its_command command;
    int error = init_target(core);

    targets[1] = its.targets[core];
    for (unsigned i = 0; error == 0 && i < gic_redistributor_count(); i++) {
        uintptr_t from = gic_redistributor_address(i);

        if (from == gic_redistributor_base(core) ||
            (mmio_read32(from + GICR_CTLR) & GICR_CTLR_ENABLE_LPIS) == 0)
            continue;
        targets[0] = target_of(from, mmio_read64(from + GICR_TYPER));
        command = its_command_movall(targets[0], targets[1]);
        error = its_queue_run(&its.queue, &command, 1, targets, 2);
    }
    its.old_core = core;
    return error;
}

int its_init(uintptr_t base)
{
    unsigned architecture;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    architecture = GIC_PIDR2_ARCHITECTURE(mmio_read32(base + GITS_PIDR2));
    if (architecture != GIC_ARCHITECTURE_V3 && architecture != GIC_ARCHITECTURE_V4) {
        log_error(its, "no ITS at 0x%llx: architecture %u", (unsigned long long)base, architecture);
        return -ENODEV;
    }
    read_facts(base);
    if ((its.typer & GITS_TYPER_PHYSICAL) == 0) {
        log_error(its, "GITS_TYPER 0x%llx: no physical LPIs", (unsigned long long)its.typer);
        return -ENODEV;
    }
    error = quiesce(base);
    /* What is allocated from here on stays if a later step fails, since the ITS may know its
     * address: another try finds it. */
    if (error == 0 && gic_lpi_limit() == 0)
        error = gic_lpi_init();
    if (error == 0)
        error = init_tables(base);
    if (error == 0)
        error = init_queue(base);
    if (error != 0)
        return error;

    barrier_complete(); /* tables and registers are complete before the ITS looks at them */
    mmio_write32(base + GITS_CTLR, mmio_read32(base + GITS_CTLR) | GITS_CTLR_ENABLED);
    error = gic_lpi_taken_over() ? gather_pending() : 0;
    if (error != 0)
        return error;
    its.facts.lpi_count = gic_lpi_limit() - GIC_INTID_LPI_FIRST;
    its.facts.two_level_device_table = its.devices.two_level;
    its.base = base;
    return 0;
}

/* How many collections there can be: in the table, or, without one, in the ITS itself. */
static uint32_t collection_limit(void)
{
    uint32_t limit = its.has_collection_table ? its.collections.limit : GITS_TYPER_HCC(its.typer);
    uint32_t ids = UINT32_C(1) << its.facts.collection_bits;

    return limit < ids ? limit : ids;
}

int its_core_init(void)
{
    unsigned core = core_id();
    struct its_command command;
    int error;

    if (in_interrupt())
        return -EDEADLK;
    if (its.base == 0)
        return -ENODEV;
    if (core >= collection_limit()) {
        log_error(its, "core %u: GITS_TYPER 0x%llx has no collection for it", core,
                  (unsigned long long)its.typer);
        return -ERANGE;
    }
    error = init_target(core);
    if (error != 0)
        return error;
    command = its_command_mapc((uint16_t)core, its.targets[core], true);
    error = its_queue_run(&its.queue, &command, 1, &its.targets[core], 1);
    if (error != 0)
        return error;
    its.mapped[core] = true;
    /* The redistributor may have cached properties from before. */
    return its_invalidate_all(core);
}

/* ---------------------------------------------------------------- devices */

static void free_device(struct its_device *device)
{
    free(device->events);
    free(device->translation_table);
    free(device);
}

static struct its_device *allocate_device(uint32_t id, unsigned event_bits)
{
    size_t events = (size_t)1u << event_bits;
    struct its_device *device = calloc(1, sizeof(*device));

    if (device == NULL)
        return NULL;
    device->id = id;
    device->event_bits = event_bits;
    device->translation_table =
        gic_memory_allocate(ITT_ALIGNMENT, events * its.facts.itt_entry_size);
    device->events = calloc(events, sizeof(*device->events));
    if (device->translation_table == NULL || device->events == NULL) {
        free_device(device);
        return NULL;
    }
    return device;
}

static int send_mapd(const struct its_device *device, bool valid)
{
    struct its_command command = its_command_mapd(device->id, device->event_bits,
                                                  (uintptr_t)device->translation_table, valid);

    /* MAPD concerns no redistributor: a SYNC to the calling core's waits for the ITS. */
    return its_queue_run(&its.queue, &command, 1, &its.targets[core_id()], 1);
}

/* Neighbours, and ids at equal distances, come into different chains. */
static struct its_device **chain_of(uint32_t id)
{
    return &its.chains[id * 0x9e3779b1u >> (32u - CHAIN_BITS)];
}

/* Whether the others in the chain are worth a look: not if the ITS stands still. */
static bool undo_in_chain(struct its_device **link)
{
    while (*link != NULL) {
        struct its_device *device = *link;
        int error = device->state == DEVICE_UNKNOWN ? send_mapd(device, false) : -EEXIST;

        if (error == -ENOBUFS || error == -ETIMEDOUT)
            return false;
        if (error == 0) {
            *link = device->next;
            its.unknown--;
            free_device(device);
        } else {
            link = &device->next;
        }
    }
    return true;
}

/* Undoes the MAPDs of which it is not known whether the ITS has taken them, each with one that
 * unmaps: it is behind the other in the queue, and does no harm to what is not mapped. Then the
 * table is ours again, and the id free. What is left, the next call tries again. The mutex is held.
 */
static void undo_unknown_devices(void)
{
    bool goes_on = true;

    for (unsigned i = 0; i < CHAINS && its.unknown != 0 && goes_on; i++)
        goes_on = undo_in_chain(&its.chains[i]);
}

static const struct its_device *find_device(uint32_t id)
{
    const struct its_device *device = *chain_of(id);

    while (device != NULL && device->id != id)
        device = device->next;
    return device;
}

/* The mutex is held. */
static int map_locked(uint32_t id, unsigned event_bits, struct its_device **result)
{
    const struct its_device *there;
    struct its_device *device;
    int error;

    undo_unknown_devices();
    there = find_device(id);
    if (there != NULL)
        return there->state == DEVICE_UNKNOWN ? -ENOBUFS : -EEXIST;
    error = its_table_provide(&its.devices, id, gic_memory_allocate_snooped);
    if (error != 0)
        return error;
    device = allocate_device(id, event_bits);
    if (device == NULL)
        return -ENOMEM;
    error = send_mapd(device, true);
    if (error != 0 && error != -ETIMEDOUT) {
        free_device(device);
        return error;
    }
    /* After a timeout the ITS may yet take the table: so it stays, and the id is taken. */
    device->state = error == 0 ? DEVICE_MAPPED : DEVICE_UNKNOWN;
    device->next = *chain_of(id);
    *chain_of(id) = device;
    if (error == 0)
        *result = device;
    else
        its.unknown++;
    return error;
}

int its_map_device(uint32_t device_id, unsigned event_bits, struct its_device **device)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (its.base == 0)
        return -ENODEV;
    if (!its.mapped[core_id()])
        return -EINVAL;
    /* A table is for two events at least: the command has no code for a single one. */
    if (event_bits == 0)
        event_bits = 1;
    if (device_id >= its.devices.limit || event_bits > its.facts.event_bits ||
        event_bits > EVENT_BITS_MAX)
        return -ERANGE;
    error = mutex_lock(&its.device_mutex);
    if (error != 0)
        return error;
    error = map_locked(device_id, event_bits, device);
    mutex_unlock(&its.device_mutex);
    return error;
}

static bool has_events(const struct its_device *device)
{
    for (size_t event = 0; event < (size_t)1u << device->event_bits; event++)
        if (device->events[event].state == EVENT_MAPPED)
            return true;
    return false;
}

/* The mutex is held. */
static void remove_from_chain(const struct its_device *device)
{
    for (struct its_device **link = chain_of(device->id); *link != NULL; link = &(*link)->next)
        if (*link == device) {
            *link = device->next;
            return;
        }
}

/* Of events whose discard failed. A pending LPI goes with a DISCARD or a CLEAR, but not with the
 * table: it would be left to the LPI's next owner. What the ITS refuses both for, it does not know.
 * -ETIMEDOUT, -ENOBUFS: it does nothing now. */
static int forget_events(struct its_device *device)
{
    for (uint32_t event = 0; event >> device->event_bits == 0; event++) {
        int error = 0;

        if (device->events[event].state != EVENT_UNMAPPED)
            error = its_discard_event(device, event);
        if (error == -EIO)
            error = its_clear_event(device, event);
        if (error == -ETIMEDOUT || error == -ENOBUFS)
            return error;
    }
    return 0;
}

int its_unmap_device(struct its_device *device)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (has_events(device))
        return -EBUSY;
    error = forget_events(device);
    if (error == 0)
        error = mutex_lock(&its.device_mutex);
    if (error != 0)
        return error;
    undo_unknown_devices();
    error = send_mapd(device, false);
    if (error == 0)
        remove_from_chain(device);
    else if (error == -ETIMEDOUT)
        device->state = DEVICE_LEAVING;
    mutex_unlock(&its.device_mutex);
    if (error == 0)
        free_device(device);
    return error;
}

/* ---------------------------------------------------------------- events */

static int check_core(unsigned core)
{
    return core < CORE_MAX && its.mapped[core] ? 0 : -EINVAL;
}

/* 0 if commands about the event can be run, and it is mapped, or may be. */
static int check_mapped(const struct its_device *device, uint32_t event)
{
    if ((event >> device->event_bits) != 0)
        return -EINVAL;
    if (device->state != DEVICE_MAPPED)
        return -ENODEV;
    if (device->events[event].state == EVENT_UNMAPPED)
        return -ENOENT;
    return wait_is_allowed() ? 0 : -EDEADLK;
}

/* Runs commands about an event that is on core a or on core b (which may be one), and waits for
 * their redistributors. */
static inline __attribute__((always_inline)) int
run_for_cores(const struct its_command *commands, unsigned count, unsigned a, unsigned b)
{
    const uint64_t targets[ITS_QUEUE_TARGETS_MAX] = {its.targets[a], its.targets[b]};

    return its_queue_run(&its.queue, commands, count, targets, a == b ? 1 : 2);
}

/* MOVI. SYNC to both: the old redistributor has handed over the pending state, and the new one has
 * it. */
static int run_movi(const struct its_device *device, uint32_t event, unsigned from, unsigned to)
{
    struct its_command command = its_command_movi(device->id, event, (uint16_t)to);

    return run_for_cores(&command, 1, from, to);
}

/* After a move whose outcome nobody knows: puts the event back to where it was, wherever it is. */
static int make_core_certain(struct its_device *device, uint32_t event)
{
    struct event *entry = &device->events[event];
    int error;

    if (entry->other == entry->core)
        return 0;
    error = run_movi(device, event, entry->other, entry->core);
    if (error == 0)
        entry->other = entry->core;
    return error;
}

/* Runs a command about a mapped event, and waits for its redistributor. */
static int run_for_event(struct its_device *device, uint32_t event,
                         const struct its_command *command)
{
    unsigned core = device->events[event].core;
    int error = make_core_certain(device, event);

    return error != 0 ? error : run_for_cores(command, 1, core, core);
}

/* The event's LPI may be pending from before, where gather_pending() has moved it. CLEAR does away
 * with it where the event is. */
static int forget_pending(struct its_device *device, uint32_t event, unsigned core)
{
    int error = its_move_event(device, event, its.old_core);

    if (error == 0)
        error = its_clear_event(device, event);
    return error != 0 ? error : its_move_event(device, event, core);
}

/* 0 if the event can be mapped. One whose state nobody knows is made certain first. */
static int check_unmapped(struct its_device *device, uint32_t event, unsigned lpi, unsigned core)
{
    int error;

    if (check_core(core) != 0 || (event >> device->event_bits) != 0 ||
        lpi - GIC_INTID_LPI_FIRST >= its.facts.lpi_count)
        return -EINVAL;
    if (device->state != DEVICE_MAPPED)
        return -ENODEV;
    if (device->events[event].state == EVENT_UNMAPPED)
        return wait_is_allowed() ? 0 : -EDEADLK;
    error = device->events[event].state == EVENT_UNKNOWN ? its_discard_event(device, event) : 0;
    if (error == 0 && device->events[event].state != EVENT_UNMAPPED)
        error = -EEXIST;
    return error;
}

/* Runs a MAPTI, and maybe another command behind it. */
static inline __attribute__((always_inline)) int run_mapti(struct its_device *device,
                                                           uint32_t event, unsigned core,
                                                           const struct its_command *commands,
                                                           unsigned count)
{
    int error = run_for_cores(commands, count, core, core);

    if (error == 0 || error == -ETIMEDOUT)
        device->events[event] = (struct event){.state = error == 0 ? EVENT_MAPPED : EVENT_UNKNOWN,
                                               .core = (uint8_t)core,
                                               .other = (uint8_t)core};
    return error;
}

int its_map_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core)
{
    const struct its_command command = its_command_mapti(device->id, event, lpi, (uint16_t)core);
    int error = check_unmapped(device, event, lpi, core);

    if (error == 0)
        error = run_mapti(device, event, core, &command, 1);
    if (error == 0 && gic_lpi_taken_over()) {
        error = forget_pending(device, event, core);
        if (error != 0 && its_discard_event(device, event) != 0)
            error = -ETIMEDOUT; /* it may be mapped */
    }
    return error;
}

/* With what a loader may have left pending, one step after the other. */
static int map_and_enable(struct its_device *device, uint32_t event, unsigned lpi, unsigned core,
                          uint8_t priority)
{
    int error = its_map_event(device, event, lpi, core);

    if (error != 0)
        return error;
    error = its_enable_event(device, event, lpi, priority);
    if (error != 0 && its_discard_event(device, event) != 0)
        error = -ETIMEDOUT;
    return error;
}

int its_open_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core,
                   uint8_t priority)
{
    const struct its_command commands[] = {
        its_command_mapti(device->id, event, lpi, (uint16_t)core),
        its_command_inv(device->id, event),
    };
    int error;

    if (gic_lpi_taken_over())
        return map_and_enable(device, event, lpi, core, priority);
    error = check_unmapped(device, event, lpi, core);
    if (error != 0)
        return error;
    /* Nothing leads to the LPI before the MAPTI, so it may be enabled already. */
    gic_lpi_set_property(lpi, true, priority);
    return run_mapti(device, event, core, commands, 2);
}

int its_move_event(struct its_device *device, uint32_t event, unsigned core)
{
    struct event *entry;
    int error = check_mapped(device, event);

    if (error == 0)
        error = check_core(core);
    if (error == 0)
        error = make_core_certain(device, event);
    if (error != 0)
        return error;
    entry = &device->events[event];
    if (entry->core == core)
        return 0;
    error = run_movi(device, event, entry->core, core);
    if (error == 0)
        entry->core = entry->other = (uint8_t)core;
    else if (error == -ETIMEDOUT)
        entry->other = (uint8_t)core;
    return error;
}

int its_discard_event(struct its_device *device, uint32_t event)
{
    struct its_command command = its_command_discard(device->id, event);
    struct event *entry;
    int error = check_mapped(device, event);

    if (error != 0)
        return error;
    entry = &device->events[event];
    error = run_for_cores(&command, 1, entry->core, entry->other);
    /* What was not known is known then: the ITS has no such event. */
    if (error == -EIO && entry->state == EVENT_UNKNOWN)
        error = 0;
    if (error == 0)
        *entry = (struct event){.state = EVENT_UNMAPPED};
    else if (error == -ETIMEDOUT)
        entry->state = EVENT_UNKNOWN;
    else if (entry->state != EVENT_UNKNOWN)
        entry->state = EVENT_GIVEN_UP;
    return error;
}

int its_trigger_event(struct its_device *device, uint32_t event)
{
    struct its_command command = its_command_int(device->id, event);
    int error = check_mapped(device, event);

    return error != 0 ? error : run_for_event(device, event, &command);
}

int its_clear_event(struct its_device *device, uint32_t event)
{
    struct its_command command = its_command_clear(device->id, event);
    int error = check_mapped(device, event);

    return error != 0 ? error : run_for_event(device, event, &command);
}

static int set_property(struct its_device *device, uint32_t event, unsigned lpi, bool enable,
                        uint8_t priority)
{
    struct its_command command = its_command_inv(device->id, event);
    int error = check_mapped(device, event);

    if (error != 0)
        return error;
    if (lpi < GIC_INTID_LPI_FIRST || lpi >= gic_lpi_limit())
        return -EINVAL;
    gic_lpi_set_property(lpi, enable, priority);
    return run_for_event(device, event, &command);
}

int its_enable_event(struct its_device *device, uint32_t event, unsigned lpi, uint8_t priority)
{
    return set_property(device, event, lpi, true, priority);
}

int its_disable_event(struct its_device *device, uint32_t event, unsigned lpi)
{
    return set_property(device, event, lpi, false, GIC_PRIORITY_DEFAULT);
}

int its_invalidate_all(unsigned core)
{
    struct its_command command = its_command_invall((uint16_t)core);
    int error = check_core(core);

    if (in_interrupt())
        return -EDEADLK;
    return error != 0 ? error : its_queue_run(&its.queue, &command, 1, &its.targets[core], 1);
}

int its_silence_lpi(unsigned lpi)
{
    int first_error = 0;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (lpi < GIC_INTID_LPI_FIRST || lpi >= gic_lpi_limit())
        return -EINVAL;
    gic_lpi_set_property(lpi, false, GIC_PRIORITY_DEFAULT);
    for (unsigned core = 0; core < CORE_MAX; core++) {
        int error = its.mapped[core] ? its_invalidate_all(core) : 0;

        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}

/* ---------------------------------------------------------------- a loss of power */

/* IHI 0069, GITS_CTLR.Quiescent: all that the ITS knows is in memory, and it may be turned off. Its
 * tables stay valid; collections that it holds itself (GITS_TYPER.HCC) don't. */
static struct {
    uint64_t command_base, table_bases[GITS_BASER_COUNT];
} saved;

static void turn_on(void)
{
    barrier_complete(); /* registers are complete before the ITS looks at them */
    mmio_write32(its.base + GITS_CTLR, mmio_read32(its.base + GITS_CTLR) | GITS_CTLR_ENABLED);
}

int its_suspend(void)
{
    int error;

    if (its.base == 0)
        return 0;
    error = its_queue_suspend(&its.queue);
    if (error != 0)
        return error;
    error = quiesce(its.base);
    if (error != 0) {
        turn_on();
        return error;
    }
    saved.command_base = mmio_read64(its.base + GITS_CBASER);
    for (unsigned n = 0; n < GITS_BASER_COUNT; n++)
        saved.table_bases[n] = mmio_read64(its.base + GITS_BASER(n));
    return 0;
}

static bool set_again(uintptr_t address, uint64_t value)
{
    mmio_write64(address, value);
    return mmio_read64(address) == value;
}

/* The registers can be set only while the ITS is off. */
static int restore_registers(void)
{
    bool taken = set_again(its.base + GITS_CBASER, saved.command_base);

    for (unsigned n = 0; n < GITS_BASER_COUNT; n++)
        taken &= set_again(its.base + GITS_BASER(n), saved.table_bases[n]);
    mmio_write64(its.base + GITS_CWRITER, 0); /* as GITS_CREADR is, since GITS_CBASER was written */
    its_queue_resume(&its.queue);
    return taken ? 0 : -EIO;
}

static int map_collection(unsigned core)
{
    const struct its_command commands[] = {
        its_command_mapc((uint16_t)core, its.targets[core], true),
        its_command_invall((uint16_t)core),
    };

    return its_queue_run(&its.queue, commands, 2, &its.targets[core], 1);
}

int its_resume(void)
{
    int error;

    if (its.base == 0)
        return 0;
    error = quiesce(its.base);
    if (error == 0)
        error = restore_registers();
    if (error != 0)
        return error;
    turn_on();
    for (unsigned core = 0; core < CORE_MAX && error == 0; core++)
        if (its.mapped[core])
            error = map_collection(core);
    return error;
}

/* ---------------------------------------------------------------- asking */

unsigned its_lpi_limit(void)
{
    return gic_lpi_limit();
}

uint64_t its_doorbell_address(void)
{
    return its.base + GITS_TRANSLATER;
}

void its_get_facts(struct its_facts *facts)
{
    *facts = its.facts;
    /* A redistributor that comes up later may change it. */
    facts->tables_coherent = its.queue.coherent && its.devices.coherent && gic_lpi_coherent() &&
                             (!its.has_collection_table || its.collections.coherent);
}

uint64_t its_command_count(uint8_t opcode)
{
    return its_queue_count(&its.queue, opcode);
}

static unsigned mapped_events(const struct its_device *device)
{
    unsigned mapped = 0;

    for (size_t event = 0; event < (size_t)1u << device->event_bits; event++)
        mapped += device->events[event].state != EVENT_UNMAPPED ? 1 : 0;
    return mapped;
}

void its_for_each_device(void (*visit)(uint32_t id, unsigned event_bits, unsigned mapped,
                                       void *argument),
                         void *argument)
{
    if (mutex_lock(&its.device_mutex) != 0)
        return;
    for (unsigned i = 0; i < CHAINS; i++)
        for (const struct its_device *device = its.chains[i]; device != NULL; device = device->next)
            visit(device->id, device->event_bits, mapped_events(device), argument);
    mutex_unlock(&its.device_mutex);
}
