// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ITS as a parent of devices (Arm IHI 0069, chapter 5).
 *
 * When a device is bound, its id gets a translation table (MAPD) and a power-of-two region of LPIs;
 * event e is LPI base + e. Single interrupts are mapped and discarded inside. Several devices may
 * have one id (behind a bridge), each with events of its own or all with the same; the table is
 * unmapped when the last of them is unbound.
 *
 * Masking. An LPI is masked by its bit in the property table and an INV command; but commands wait
 * for the ITS, and irq_mask() may be called from a handler. So a device that can hold its messages
 * back is told to (mask_source() of msi/device.h). For the others a mask is the bit in irq->state
 * alone: a message that arrives while masked still costs an interrupt, which is kept as pending
 * and handled at unmask (msi/state.c). The property table has an LPI enabled from its first request
 * on: unmapped, it can't come. Only after a storm irq_service() disables it there, and a free whose
 * DISCARD fails.
 */
#include "drivers/gic/its.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/parents/lpi_regions.h"
#include "msi/quiesce.h"
#include "msi/reclaim.h"
#include "msi/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define EVENT_BITS_MAX          16u /* as many events as LPIs can exist */
#define WINDOW_BYTES_PER_DEVICE 4u  /* of a pre-ITS window (AM65x TRM SPRUID7, "GIC-500") */

#define CHAIN_BITS              9u /* identities are found in one of 512 chains */
#define CHAINS                  (1u << CHAIN_BITS)

LOG_USE(irq);

/* A device id at the ITS, which several devices may share. */
struct its_identity {
    struct its_identity *next;
    struct its_device *device;
    struct irq *stuck; /* interrupts whose event could not be discarded */
    uint32_t device_id;
    uint32_t references;
    uint32_t first_lpi;
    unsigned event_bits;
};

struct its_parent {
    struct irq_parent parent; /* first member */
    struct irq_lpi_regions regions;
    struct its_identity *chains[CHAINS];     /* by hash of the device id */
    uint32_t stuck_count;                    /* interrupts in their lists */
    uint32_t identity_count, reserved_count; /* of devices; for none */
    uint32_t reserved_ids;                   /* [0, reserved_ids) is for no device */
    uint32_t reserved_messages; /* so many of them are sent one before the first is bound */
    bool reserved_ready;
    uint64_t window_base, window_size; /* where devices write; no size: to the ITS itself */
};

struct its_irq {
    struct irq irq; /* first member */
    unsigned lpi;
};

static unsigned lpi_of(const struct irq *irq)
{
    return ((const struct its_irq *)irq)->lpi;
}

static struct its_parent *its_of(const struct irq *irq)
{
    return (struct its_parent *)irq->binding->parent;
}

static struct its_identity *identity_of(const struct irq *irq)
{
    return irq->binding->data.its;
}

static uint32_t event_of(const struct irq *irq)
{
    return irq->binding->first_event + irq->index;
}

/* ---- device ids ---- */

/* Neighbours, and ids at equal distances, come into different chains. */
static struct its_identity **chain_of(struct its_parent *its, uint32_t device_id)
{
    return &its->chains[device_id * 0x9e3779b1u >> (32u - CHAIN_BITS)];
}

/* reserved: it is for no device (irq_its_reserve_ids()). */
static int identity_create(struct its_parent *its, uint32_t device_id, unsigned event_bits,
                           bool reserved, struct its_identity **result)
{
    struct its_identity *identity = calloc(1, sizeof(*identity));

    if (identity == NULL)
        return -ENOMEM;
    identity->device_id = device_id;
    identity->event_bits = event_bits;

    int error = reserved ? irq_lpi_regions_take_last(&its->regions, &identity->first_lpi)
                         : irq_lpi_regions_take(&its->regions, event_bits, &identity->first_lpi);

    if (error == 0) {
        error = its_map_device(device_id, event_bits, &identity->device);
        if (error != 0)
            irq_lpi_regions_give(&its->regions, event_bits, identity->first_lpi);
    }
    if (error != 0) {
        log_error(irq, "ITS: join of device %u with %u events: error %d", (unsigned)device_id,
                  1u << event_bits, error);
        free(identity);
        return error;
    }
    identity->next = *chain_of(its, device_id);
    *chain_of(its, device_id) = identity;
    if (reserved)
        its->reserved_count++;
    else
        its->identity_count++;
    *result = identity;
    return 0;
}

static struct its_identity *find_identity(struct its_parent *its, uint32_t device_id)
{
    struct its_identity *identity = *chain_of(its, device_id);

    while (identity != NULL && identity->device_id != device_id)
        identity = identity->next;
    return identity;
}

/* ---- ids that are for no device (irq_its_reserve_ids()) ---- */

/* What an earlier try has done stands. */
static int reserve_id(struct its_parent *its, uint32_t device_id)
{
    struct its_identity *identity = find_identity(its, device_id);
    int error = identity == NULL ? identity_create(its, device_id, 0, true, &identity) : 0;

    if (error == 0)
        error = its_map_event(identity->device, 0, identity->first_lpi, core_id());
    return error == -EEXIST ? 0 : error;
}

/* Before the first device is bound. */
static int reserve_all(struct its_parent *its)
{
    int error = 0;

    for (uint32_t id = 0; id < its->reserved_ids && error == 0; id++)
        error = reserve_id(its, id);
    if (error != 0)
        return error;
    its->reserved_ready = true;
    /* Nobody waits for these: the read that one of them makes may never be answered. */
    for (uint32_t id = 0; id < its->reserved_messages; id++)
        mmio_write32((uintptr_t)its->window_base + id * WINDOW_BYTES_PER_DEVICE, 0);
    return 0;
}

/* ---- joining and leaving ---- */

struct join {
    uint32_t device_id;
    unsigned event_bits;
};

static int identity_join(struct irq_binding *binding, void *argument)
{
    struct its_parent *its = (struct its_parent *)binding->parent;
    const struct join *join = argument;
    int error = its->reserved_ready ? 0 : reserve_all(its);

    if (error != 0)
        return error;
    if (join->device_id < its->reserved_ids)
        return -EBUSY;

    struct its_identity *identity = find_identity(its, join->device_id);

    if (identity == NULL) {
        error = identity_create(its, join->device_id, join->event_bits, false, &identity);
        if (error != 0)
            return error;
    } else if (join->event_bits > identity->event_bits) {
        return -ERANGE; /* the table was made for the first; it can't grow while in use */
    }
    identity->references++;
    binding->data.its = identity;
    return 0;
}

static void give_up(struct irq *irq)
{
    irq_sink_detach(lpi_of(irq));
    irq_reclaim_later(irq);
}

/* The table is gone, and the stuck ones' events with it. */
static void forget_stuck(struct its_parent *its, struct its_identity *identity)
{
    while (identity->stuck != NULL) {
        struct irq *irq = identity->stuck;

        identity->stuck = irq->stuck_next;
        its->stuck_count--;
        give_up(irq);
    }
}

/* Tries again what could not be discarded earlier. False: the ITS does no commands now, and the
 * others would only take their time-outs too. */
static bool reap_identity(struct its_parent *its, struct its_identity *identity)
{
    struct irq **link = &identity->stuck;

    while (*link != NULL) {
        struct irq *irq = *link;

        int error = its_discard_event(identity->device, event_of(irq));

        if (error == -ETIMEDOUT)
            return false;
        if (error != 0 && error != -ENOENT) { /* -ENOENT: a command took effect after its time */
            link = &irq->stuck_next;
            continue;
        }
        *link = irq->stuck_next;
        its->stuck_count--;
        give_up(irq);
    }
    return true;
}

static void reap(struct its_parent *its)
{
    for (unsigned i = 0; i < CHAINS && its->stuck_count != 0; i++)
        for (struct its_identity *each = its->chains[i]; each != NULL; each = each->next)
            if (!reap_identity(its, each))
                return;
}

static int identity_leave(struct irq_binding *binding)
{
    struct its_parent *its = (struct its_parent *)binding->parent;
    struct its_identity *identity = binding->data.its;

    if (identity->references == 1) {
        /* The stuck ones' events go with the table. */
        int error = its_unmap_device(identity->device);

        if (error != 0)
            return error;
        forget_stuck(its, identity);
        irq_lpi_regions_give(&its->regions, identity->event_bits, identity->first_lpi);
        for (struct its_identity **link = chain_of(its, identity->device_id); *link != NULL;
             link = &(*link)->next) {
            if (*link == identity) {
                *link = identity->next;
                break;
            }
        }
        its->identity_count--;
        free(identity);
        return 0;
    }
    (void)reap_identity(its, identity);
    /* A stuck interrupt counts as its device's. */
    for (const struct irq *irq = identity->stuck; irq != NULL; irq = irq->stuck_next) {
        if (irq->binding == binding)
            return -EBUSY;
    }
    identity->references--;
    return 0;
}

/* ---- operations ---- */

static void keep_stuck(struct irq *irq)
{
    struct its_identity *identity = identity_of(irq);

    irq->stuck = true;
    irq->stuck_next = identity->stuck;
    identity->stuck = irq;
    its_of(irq)->stuck_count++;
}

static int open_event(struct irq *irq)
{
    struct its_device *device = identity_of(irq)->device;
    int error =
        its_open_event(device, event_of(irq), lpi_of(irq), irq->core, irq->priority->number);

    /* After any other error it is not mapped. */
    if (error == -ETIMEDOUT && its_discard_event(device, event_of(irq)) != 0)
        keep_stuck(irq);
    return error;
}

static int its_alloc(struct irq *irq, uint32_t flags)
{
    (void)flags; /* messages have no trigger mode */
    if (its_of(irq)->stuck_count != 0)
        reap(its_of(irq));
    ((struct its_irq *)irq)->lpi = identity_of(irq)->first_lpi + event_of(irq);

    /* -EBUSY: another device with this id has the event. */
    int error = irq_sink_attach(lpi_of(irq), &irq->sink);

    if (error != 0)
        return error;
    error = open_event(irq);
    if (error != 0) {
        log_error(irq, "ITS: map device %u event %u to LPI %u: error %d",
                  (unsigned)identity_of(irq)->device_id, (unsigned)event_of(irq), lpi_of(irq),
                  error);
        if (!irq->stuck)
            irq_sink_detach(lpi_of(irq));
    }
    return error;
}

static int its_free(struct irq *irq)
{
    struct its_device *device = identity_of(irq)->device;

    if (its_of(irq)->stuck_count != 0)
        reap(its_of(irq));

    /* Takes a pending LPI along. It stays enabled in the property table: nothing leads to it. */
    int error = its_discard_event(device, event_of(irq));

    if (error != 0) {
        log_error(irq, "ITS: discard device %u event %u: error %d",
                  (unsigned)identity_of(irq)->device_id, (unsigned)event_of(irq), error);
        (void)its_disable_event(device, event_of(irq), lpi_of(irq)); /* it may still be mapped */
        keep_stuck(irq);
        return error;
    }
    /* A core that took the LPI just before still finds the sink, and does nothing with it. If that
     * can't be waited for, it counts a stray. */
    irq->quiet = irq_await_handlers() == 0;
    irq_sink_detach(lpi_of(irq));
    return 0;
}

static void mask_source(const struct irq *irq, bool mask)
{
    struct device *device = irq->binding->device;

    if (device->mask_source != NULL)
        device->mask_source(device, irq->index, mask);
}

static void its_mask(struct irq *irq)
{
    mask_source(irq, true);
}

static void its_unmask(struct irq *irq)
{
    mask_source(irq, false);
}

static bool its_pending(struct irq *irq)
{
    struct device *device = irq->binding->device;

    return device->source_pending != NULL && device->source_pending(device, irq->index);
}

static int its_set_affinity(struct irq *irq, unsigned core)
{
    int error = its_move_event(identity_of(irq)->device, event_of(irq), core);

    if (error == 0)
        __atomic_store_n(&irq->core, core, __ATOMIC_SEQ_CST);
    return error;
}

static void its_compose(const struct irq *irq, struct irq_message *message)
{
    const struct its_parent *its = (const struct its_parent *)irq->binding->parent;
    uint64_t offset = (uint64_t)identity_of(irq)->device_id * WINDOW_BYTES_PER_DEVICE;

    message->address =
        offset < its->window_size ? its->window_base + offset : its_doorbell_address();
    message->data = event_of(irq);
}

static int its_silence(struct irq *irq, bool silent)
{
    struct its_device *device = identity_of(irq)->device;

    return silent ? its_disable_event(device, event_of(irq), lpi_of(irq))
                  : its_enable_event(device, event_of(irq), lpi_of(irq), irq->priority->number);
}

/* Not one that has got an owner meanwhile. */
static int its_silence_stray(struct irq_parent *parent, unsigned intid)
{
    (void)parent;
    if (intid < GIC_INTID_LPI_FIRST || irq_sink_is_attached(intid))
        return 0;
    return its_silence_lpi(intid);
}

static int its_trigger(struct irq *irq)
{
    return its_trigger_event(identity_of(irq)->device, event_of(irq));
}

static int its_describe(const struct irq *irq, char *text, size_t size)
{
    return sniprintf(text, size, "device %u event %u > LPI %u > core %u",
                     (unsigned)identity_of(irq)->device_id, (unsigned)event_of(irq), lpi_of(irq),
                     irq_core(irq));
}

static void its_inventory(struct irq_parent *parent, struct irq_inventory *inventory)
{
    const struct its_parent *its = (const struct its_parent *)parent;

    inventory->held += its->stuck_count;
    inventory->its_devices += its->identity_count;
    /* Reserved ids have an LPI each, or will have it: those are never for a device. */
    inventory->lpis += its->regions.in_use - its->reserved_count;
    inventory->lpis_free +=
        its->regions.count - its->regions.in_use - (its->reserved_ids - its->reserved_count);
}

static const struct irq_parent_ops its_ops = {
    .irq_size = sizeof(struct its_irq),
    .alloc = its_alloc,
    .free = its_free,
    .mask = its_mask,
    .unmask = its_unmask,
    .set_affinity = its_set_affinity,
    .compose = its_compose,
    .silence = its_silence,
    .pending = its_pending,
    .silence_stray = its_silence_stray,
    .trigger = its_trigger,
    .describe = its_describe,
    .unbind = identity_leave,
    .inventory = its_inventory,
};

/* ---- start ---- */

static int its_start(struct its_parent *its)
{
    unsigned limit = its_lpi_limit();

    if (limit <= GIC_INTID_LPI_FIRST)
        return -ENODEV;

    int error = irq_lpi_regions_init(&its->regions, GIC_INTID_LPI_FIRST, limit);

    /* Last, because it can't be taken back. */
    if (error == 0)
        error = irq_dispatch_lpi_init(limit);
    if (error == 0)
        error = irq_parent_register(&its->parent);
    if (error != 0)
        free(its->regions.maps);
    return error;
}

int irq_its_init(struct irq_parent **parent)
{
    if (!wait_is_allowed())
        return -EDEADLK;

    struct its_parent *its = calloc(1, sizeof(*its));

    if (its == NULL)
        return -ENOMEM;
    its->parent = (struct irq_parent){.ops = &its_ops, .name = "ITS", .mutex = MUTEX_INIT};

    int error = its_start(its);

    if (error != 0)
        free(its);
    else
        *parent = &its->parent;
    return error;
}

int irq_its_use_window(struct irq_parent *parent, uint64_t base, uint64_t size)
{
    struct its_parent *its = (struct its_parent *)parent;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (parent == NULL || parent->ops != &its_ops)
        return -EINVAL;
    its->window_base = base;
    its->window_size = size;
    return 0;
}

int irq_its_reserve_ids(struct irq_parent *parent, uint32_t count, uint32_t messages)
{
    struct its_parent *its = (struct its_parent *)parent;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (parent == NULL || parent->ops != &its_ops || messages > count ||
        (uint64_t)messages * WINDOW_BYTES_PER_DEVICE > its->window_size)
        return -EINVAL;
    if (its->identity_count + its->reserved_count != 0)
        return -EBUSY;
    its->reserved_ids = count;
    its->reserved_messages = messages;
    its->reserved_ready = false;
    return 0;
}

int irq_bind_its(struct device *device, struct irq_parent *parent, uint32_t device_id,
                 unsigned event_bits)
{
    if (event_bits > EVENT_BITS_MAX)
        return -EINVAL;
    return irq_bind_its_part(device, parent, device_id, event_bits, 0, UINT32_C(1) << event_bits);
}

int irq_bind_its_part(struct device *device, struct irq_parent *parent, uint32_t device_id,
                      unsigned event_bits, uint32_t first, uint32_t count)
{
    struct join join = {.device_id = device_id, .event_bits = event_bits};

    if (device == NULL || parent == NULL || parent->ops != &its_ops || event_bits > EVENT_BITS_MAX)
        return -EINVAL;

    const uint32_t events = UINT32_C(1) << event_bits;
    const struct irq_binding model = {
        .index_limit = count, .any_index = true, .first_event = first};

    if (count == 0 || count > events || first > events - count)
        return -EINVAL;
    return irq_binding_create(device, parent, &model, identity_join, &join);
}
