// SPDX-License-Identifier: BSD-3-Clause
/*
 * An ITS in memory, behind drivers/gic/its.h: a list of devices, each with a table of events. A
 * command takes effect at once and is counted under its opcode (Arm IHI 0069, 5.3), followed by
 * the SYNC that the driver adds.
 */
#include "arch/core.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/gic/its_registers.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMMAND_MOVI = 0x01,
    COMMAND_INT = 0x03,
    COMMAND_SYNC = 0x05,
    COMMAND_MAPD = 0x08,
    COMMAND_MAPC = 0x09,
    COMMAND_MAPTI = 0x0a,
    COMMAND_INV = 0x0c,
    COMMAND_INVALL = 0x0d,
    COMMAND_DISCARD = 0x0f,
};

#define DEVICE_BITS 16u
#define EVENT_BITS  16u

struct event {
    unsigned lpi; /* 0: not mapped */
    unsigned core;
};

struct its_device {
    struct its_device *next;
    uint32_t id, event_count;
    struct event events[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct its_device *devices;
static uint64_t command_counts[256];

/* lock is held. */
static void count_command(uint8_t opcode)
{
    command_counts[opcode]++;
    command_counts[COMMAND_SYNC]++;
}

static struct its_device *find_device(uint32_t id)
{
    struct its_device *device = devices;

    while (device != NULL && device->id != id)
        device = device->next;
    return device;
}

void its_host_reset(void)
{
    pthread_mutex_lock(&lock);
    while (devices != NULL) {
        struct its_device *next = devices->next;

        free(devices);
        devices = next;
    }
    memset(command_counts, 0, sizeof(command_counts));
    pthread_mutex_unlock(&lock);
}

/* A message from the bus. Without a mapping it is dropped, as the ITS does. */
void its_host_message(uint32_t device_id, uint32_t event_id)
{
    const struct its_device *device;

    pthread_mutex_lock(&lock);
    device = find_device(device_id);
    if (device != NULL && event_id < device->event_count && device->events[event_id].lpi != 0)
        gic_host_lpi_pend(device->events[event_id].lpi, device->events[event_id].core);
    pthread_mutex_unlock(&lock);
}

int its_init(uintptr_t base)
{
    (void)base;
    its_host_reset();
    return 0;
}

int its_core_init(void)
{
    pthread_mutex_lock(&lock);
    count_command(COMMAND_MAPC);
    count_command(COMMAND_INVALL);
    pthread_mutex_unlock(&lock);
    return 0;
}

unsigned its_lpi_limit(void)
{
    return GIC_INTID_LPI_FIRST + HOST_LPI_COUNT;
}

int its_map_device(uint32_t device_id, unsigned event_bits, struct its_device **device)
{
    struct its_device *new_device;
    size_t count = (size_t)1 << event_bits;

    if (event_bits > EVENT_BITS || device_id >= 1u << DEVICE_BITS)
        return -ERANGE;
    new_device = calloc(1, sizeof(*new_device) + count * sizeof(struct event));
    if (new_device == NULL)
        return -ENOMEM;
    new_device->id = device_id;
    new_device->event_count = (uint32_t)count;
    pthread_mutex_lock(&lock);
    if (find_device(device_id) != NULL) {
        pthread_mutex_unlock(&lock);
        free(new_device);
        return -EEXIST;
    }
    new_device->next = devices;
    devices = new_device;
    count_command(COMMAND_MAPD);
    pthread_mutex_unlock(&lock);
    *device = new_device;
    return 0;
}

int its_unmap_device(struct its_device *device)
{
    struct its_device **link = &devices;

    pthread_mutex_lock(&lock);
    while (*link != NULL && *link != device)
        link = &(*link)->next;
    if (*link == NULL) {
        pthread_mutex_unlock(&lock);
        return -EINVAL;
    }
    *link = device->next;
    count_command(COMMAND_MAPD);
    pthread_mutex_unlock(&lock);
    free(device);
    return 0;
}

static bool is_lpi(unsigned lpi)
{
    return lpi >= GIC_INTID_LPI_FIRST && lpi < its_lpi_limit();
}

int its_map_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core)
{
    if (event >= device->event_count || !is_lpi(lpi) || core >= core_count())
        return -EINVAL;
    pthread_mutex_lock(&lock);
    device->events[event] = (struct event){.lpi = lpi, .core = core};
    gic_host_lpi_move(lpi, core);
    count_command(COMMAND_MAPTI);
    pthread_mutex_unlock(&lock);
    return 0;
}

/* The mapped event, with its command counted; NULL if it is not mapped, which the ITS reports as a
 * command error. lock is held. */
static struct event *use_event(struct its_device *device, uint32_t event, uint8_t opcode)
{
    if (event >= device->event_count || device->events[event].lpi == 0)
        return NULL;
    count_command(opcode);
    return &device->events[event];
}

int its_move_event(struct its_device *device, uint32_t event, unsigned core)
{
    struct event *entry;

    if (core >= core_count())
        return -EINVAL;
    pthread_mutex_lock(&lock);
    entry = use_event(device, event, COMMAND_MOVI);
    if (entry != NULL) {
        entry->core = core;
        gic_host_lpi_move(entry->lpi, core);
    }
    pthread_mutex_unlock(&lock);
    host_interrupts_changed();
    return entry != NULL ? 0 : -EIO;
}

int its_discard_event(struct its_device *device, uint32_t event)
{
    struct event *entry;

    pthread_mutex_lock(&lock);
    entry = use_event(device, event, COMMAND_DISCARD);
    if (entry != NULL) {
        gic_host_lpi_clear(entry->lpi);
        *entry = (struct event){0};
    }
    pthread_mutex_unlock(&lock);
    return entry != NULL ? 0 : -ENOENT; /* as the driver finds it before it asks */
}

int its_trigger_event(struct its_device *device, uint32_t event)
{
    struct event *entry;

    pthread_mutex_lock(&lock);
    entry = use_event(device, event, COMMAND_INT);
    if (entry != NULL)
        gic_host_lpi_pend(entry->lpi, entry->core);
    pthread_mutex_unlock(&lock);
    host_interrupts_changed();
    return entry != NULL ? 0 : -EIO;
}

static int set_enable(struct its_device *device, uint32_t event, unsigned lpi, bool enable,
                      uint8_t priority)
{
    struct event *entry;

    if (!is_lpi(lpi))
        return -EINVAL;
    pthread_mutex_lock(&lock);
    entry = use_event(device, event, COMMAND_INV);
    if (entry != NULL)
        gic_host_lpi_enable(lpi, enable, priority);
    pthread_mutex_unlock(&lock);
    host_interrupts_changed();
    return entry != NULL ? 0 : -EIO;
}

int its_enable_event(struct its_device *device, uint32_t event, unsigned lpi, uint8_t priority)
{
    return set_enable(device, event, lpi, true, priority);
}

int its_disable_event(struct its_device *device, uint32_t event, unsigned lpi)
{
    return set_enable(device, event, lpi, false, 0);
}

/* One SYNC for both commands. */
int its_open_event(struct its_device *device, uint32_t event, unsigned lpi, unsigned core,
                   uint8_t priority)
{
    if (event >= device->event_count || !is_lpi(lpi) || core >= core_count())
        return -EINVAL;
    pthread_mutex_lock(&lock);
    gic_host_lpi_enable(lpi, true, priority);
    device->events[event] = (struct event){.lpi = lpi, .core = core};
    gic_host_lpi_move(lpi, core);
    count_command(COMMAND_MAPTI);
    command_counts[COMMAND_INV]++;
    pthread_mutex_unlock(&lock);
    return 0;
}

int its_invalidate_all(unsigned core)
{
    if (core >= core_count())
        return -EINVAL;
    pthread_mutex_lock(&lock);
    count_command(COMMAND_INVALL);
    pthread_mutex_unlock(&lock);
    return 0;
}

int its_silence_lpi(unsigned lpi)
{
    if (!is_lpi(lpi))
        return -EINVAL;
    gic_host_lpi_enable(lpi, false, 0);
    return 0;
}

uint64_t its_doorbell_address(void)
{
    return AM65X_GITS_BASE + GITS_TRANSLATER;
}

void its_get_facts(struct its_facts *facts)
{
    *facts = (struct its_facts){
        .device_bits = DEVICE_BITS,
        .event_bits = EVENT_BITS,
        .collection_bits = 16,
        .itt_entry_size = sizeof(struct event),
        .tables_coherent = true,
        .lpi_count = HOST_LPI_COUNT,
    };
}

uint64_t its_command_count(uint8_t opcode)
{
    uint64_t count;

    pthread_mutex_lock(&lock);
    count = command_counts[opcode];
    pthread_mutex_unlock(&lock);
    return count;
}
