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

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Device ids come out of the AM65x's pre-ITS window, which has room for 2^20; a flat table for the
 * 2^32 that an ITS may offer would be memory for nothing. */
#define DEVICE_BITS_MAX     20u

#define COLLECTION_BITS_MAX 16u
#define QUEUE_ALIGNMENT     0x10000u
#define ITT_ALIGNMENT       256u

/* In its_device.cores. A core's number with DISCARD_FAILED: the event is still mapped for all that
 * is known, and nobody waits for it any more. */
#define DISCARD_FAILED      0x80u
#define UNMAPPED            0xffu
_Static_assert(CORE_MAX < DISCARD_FAILED, "a core's number and the mark fit into a byte");

struct its_device {
    struct its_device *next;
    uint32_t id;
    unsigned event_bits;
    void *translation_table;
    uint8_t *cores; /* by event: the core of its collection, or as above */
};

static struct {
    uintptr_t base;
    uint64_t typer;
    struct its_facts facts;
    struct its_queue queue;
    struct its_table devices;
    struct its_table collections;
    bool has_collection_table;
    uint64_t targets[CORE_MAX]; /* RDbase, as commands take it */
    bool mapped[CORE_MAX];      /* the core's collection */
    struct mutex device_mutex;  /* of the list; held while the ITS maps one */
    struct its_device *device_list;
} its;

/* ---------------------------------------------------------------- bringing it up */

static int quiesce(uintptr_t base)
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

static int init_tables(uintptr_t base)
{
    unsigned device_bits =
        its.facts.device_bits < DEVICE_BITS_MAX ? its.facts.device_bits : DEVICE_BITS_MAX;
    unsigned core_bits = 0;
    int error;

    error = its_table_init(&its.devices, base, GITS_BASER_TYPE_DEVICE, device_bits,
                           gic_memory_allocate);
    if (error != 0)
        return error;
    while (1u << core_bits < CORE_MAX)
        core_bits++;
    error = its_table_init(&its.collections, base, GITS_BASER_TYPE_COLLECTION, core_bits,
                           gic_memory_allocate);
    its.has_collection_table = error == 0;
    /* An ITS that holds its collections itself (GITS_TYPER.HCC) needs no table for them. */
    return error == -ENODEV ? 0 : error;
}

static int init_queue(uintptr_t base)
{
    struct its_command *ring = gic_memory_allocate(QUEUE_ALIGNMENT, ITS_QUEUE_SIZE);

    return ring != NULL ? its_queue_init(&its.queue, base, ring) : -ENOMEM;
}

int its_init(uintptr_t base)
{
    unsigned architecture = GIC_PIDR2_ARCHITECTURE(mmio_read32(base + GITS_PIDR2));
    int error;

    if (architecture != GIC_ARCHITECTURE_V3 && architecture != GIC_ARCHITECTURE_V4)
        return -ENODEV;
    read_facts(base);
    if ((its.typer & GITS_TYPER_PHYSICAL) == 0)
        return -ENODEV;
    error = quiesce(base);
    if (error == 0)
        error = gic_lpi_init();
    /* What is allocated from here on is not freed if a later step fails: the ITS may have been
     * told of it, and there is no use for a machine half up. */
    if (error == 0)
        error = init_tables(base);
    if (error == 0)
        error = init_queue(base);
    if (error != 0)
        return error;

    barrier_complete(); /* tables and registers are complete before the ITS looks at them */
    mmio_write32(base + GITS_CTLR, mmio_read32(base + GITS_CTLR) | GITS_CTLR_ENABLED);
    its.facts.lpi_count = gic_lpi_limit() - GIC_INTID_LPI_FIRST;
    its.facts.two_level_device_table = its.devices.two_level;
    its.base = base;
    return 0;
}

int its_core_init(void)
{
    unsigned core = core_id();
    struct its_command command;
    int error;

    if (its.base == 0)
        return -ENODEV;
    if (its.has_collection_table && core >= its.collections.limit)
        return -ERANGE;
    error = gic_lpi_core_init();
    if (error != 0)
        return error;

    its.targets[core] =
        its_command_target((its.typer & GITS_TYPER_PTA) != 0, gic_redistributor_base(core),
                           GICR_TYPER_PROCESSOR_NUMBER(gic_redistributor_typer(core)));
    command = its_command_sync(its.targets[core]);
    its_queue_set_harmless(&its.queue, &command);

    command = its_command_mapc((uint16_t)core, its.targets[core], true);
    error = its_queue_run(&its.queue, &command, &its.targets[core], 1);
    if (error != 0)
        return error;
    its.mapped[core] = true;
    /* The redistributor may have cached properties from before. */
    return its_invalidate_all(core);
}

/* ---------------------------------------------------------------- devices */

static void free_device(struct its_device *device)
{
    free(device->cores);
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
    device->cores = malloc(events);
    if (device->translation_table == NULL || device->cores == NULL) {
        free_device(device);
        return NULL;
    }
    memset(device->cores, UNMAPPED, events);
    return device;
}

static int send_mapd(const struct its_device *device, bool valid)
{
    struct its_command command = its_command_mapd(device->id, device->event_bits,
                                                  (uintptr_t)device->translation_table, valid);

    /* A device is of no redistributor: its own core's serves to wait for the ITS. */
    return its_queue_run(&its.queue, &command, &its.targets[core_id()], 1);
}

/* The mutex is held. */
static int map_locked(uint32_t id, unsigned event_bits, struct its_device **result)
{
    struct its_device *device;
    int error;

    for (device = its.device_list; device != NULL; device = device->next)
        if (device->id == id)
            return -EEXIST;
    error = its_table_provide(&its.devices, id, gic_memory_allocate);
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
    /* After a timeout the command is still in the queue and may yet be consumed: so the table
     * stays, and the id is taken. */
    device->next = its.device_list;
    its.device_list = device;
    if (error == 0)
        *result = device;
    return error;
}

int its_map_device(uint32_t device_id, unsigned event_bits, struct its_device **device)
{
    int error;

    if (its.base == 0)
        return -ENODEV;
    if (!its.mapped[core_id()])
        return -EINVAL;
    /* A table is for two events at least: the command has no code for a single one. */
    if (event_bits == 0)
        event_bits = 1;
    if (device_id >= its.devices.limit || event_bits > its.facts.event_bits)
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
        if (device->cores[event] < CORE_MAX)
            return true;
    return false;
}

/* The mutex is held. */
static void remove_from_list(const struct its_device *device)
{
    for (struct its_device **link = &its.device_list; *link != NULL; link = &(*link)->next)
        if (*link == device) {
            *link = device->next;
            return;
        }
}

int its_unmap_device(struct its_device *device)
{
    int error;
    if (has_events(device))
        return -EBUSY;
    error = mutex_lock(&its.device_mutex);
    if (error != 0)
        return error;
    error = send_mapd(device, false);
    if (error == 0)
        remove_from_list(device);
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

/* 0 if the event is in range and mapped. */
static int check_mapped(const struct its_device *device, uint32_t event)
{
    if ((event >> device->event_bits) != 0)
        return -EINVAL;
    return device->cores[event] == UNMAPPED ? -ENOENT : 0;
}

/* The redistributor of a mapped event. */
static uint64_t target_of(const struct its_device *device, uint32_t event)
{
    return its.targets[device->cores[event] & ~DISCARD_FAILED];
}

/* Runs a command about a mapped event, and waits for its redistributor. */
static int run_for_event(const struct its_device *device, uint32_t event,
                         const struct its_command *command)
{
    uint64_t target = target_of(device, event);

    return its_queue_run(&its.queue, command, &target, 1);
}

int its_map_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core)
{
    struct its_command command;
    int error = check_core(core);

    if (error != 0 || (event >> device->event_bits) != 0 || lpi < GIC_INTID_LPI_FIRST ||
        lpi >= gic_lpi_limit())
        return -EINVAL;
    if (device->cores[event] != UNMAPPED)
        return -EEXIST;
    command = its_command_mapti(device->id, event, lpi, (uint16_t)core);
    error = its_queue_run(&its.queue, &command, &its.targets[core], 1);
    if (error == 0)
        device->cores[event] = (uint8_t)core;
    return error;
}

int its_move_event(struct its_device *device, uint32_t event, unsigned core)
{
    struct its_command command;
    uint64_t both[ITS_QUEUE_TARGETS_MAX];
    int error = check_mapped(device, event);

    if (error == 0)
        error = check_core(core);
    if (error != 0)
        return error;
    if (device->cores[event] == core)
        return 0;
    command = its_command_movi(device->id, event, (uint16_t)core);
    /* The old redistributor has given the pending state away, and the new one has it. */
    both[0] = target_of(device, event);
    both[1] = its.targets[core];
    error = its_queue_run(&its.queue, &command, both, ITS_QUEUE_TARGETS_MAX);
    if (error == 0)
        device->cores[event] = (uint8_t)core;
    return error;
}

int its_discard_event(struct its_device *device, uint32_t event)
{
    struct its_command command = its_command_discard(device->id, event);
    int error = check_mapped(device, event);

    if (error != 0)
        return error;
    error = run_for_event(device, event, &command);
    if (error != 0)
        device->cores[event] |= DISCARD_FAILED;
    else
        device->cores[event] = UNMAPPED;
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

    return error != 0 ? error : its_queue_run(&its.queue, &command, &its.targets[core], 1);
}

int its_silence_lpi(unsigned lpi)
{
    int first_error = 0;

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

/* ---------------------------------------------------------------- asking */

unsigned its_lpi_limit(void)
{
    return gic_lpi_limit();
}

bool its_lpi_pending(unsigned lpi, unsigned core)
{
    return gic_lpi_pending_bit(lpi, core);
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

void its_for_each_device(void (*visit)(uint32_t id, unsigned event_bits, unsigned mapped,
                                       void *argument),
                         void *argument)
{
    if (mutex_lock(&its.device_mutex) != 0)
        return;
    for (const struct its_device *device = its.device_list; device != NULL; device = device->next) {
        unsigned mapped = 0;

        for (size_t event = 0; event < (size_t)1u << device->event_bits; event++)
            mapped += device->cores[event] != UNMAPPED ? 1 : 0;
        visit(device->id, device->event_bits, mapped, argument);
    }
    mutex_unlock(&its.device_mutex);
}
