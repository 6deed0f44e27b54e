// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ring monitors: see monitor.h.
 *
 * A monitor whose turning off has no answer keeps its number, and is held until it has one
 * (held.c).
 */
#include "drivers/udma/monitor.h"

#include "arch/mmio.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/spare.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>

/* Where monitors' events begin among a ring accelerator's sources (TI-SCI documentation, "AM65x
 * Interrupt Management Device Descriptions"). */
#define MONITOR_EVENTS 0x400u

/* A monitor's page, RINGACC_MON. */
#define MONITOR_STRIDE 0x1000u
struct monitor_registers {
    uint32_t control, queue;
    uint32_t data[2];
};

struct udma_monitor {
    struct udma *udma;
    const struct monitor_registers *registers;
    uint16_t index, ring;
    void (*event)(void *context);
    void *context;
    struct irq *irq;
    struct udma_held held;
};

static const uint8_t modes[] = {
    [UDMA_MONITOR_COUNTS] = TI_SCI_MONITOR_PUSH_POP,
    [UDMA_MONITOR_THRESHOLD] = TI_SCI_MONITOR_THRESHOLD,
    [UDMA_MONITOR_WATERMARK] = TI_SCI_MONITOR_WATERMARK,
    [UDMA_MONITOR_STARVATION] = TI_SCI_MONITOR_STARVATION,
};

static int configure(const struct udma_monitor *monitor, uint8_t mode, uint32_t low, uint32_t high)
{
    const struct ti_sci_monitor_config config = {
        .ringacc_device = monitor->udma->facts.ringacc_device,
        .index = monitor->index,
        .ring = monitor->ring,
        .source = TI_SCI_MONITOR_OF_ELEMENTS,
        .mode = mode,
        .values = {low, high},
    };

    return ti_sci_monitor_configure(&config);
}

/* Turns it off, twice if an answer was lost. */
static int turn_off(void *owner)
{
    const struct udma_monitor *monitor = owner;
    int error = configure(monitor, TI_SCI_MONITOR_OFF, 0, 0);

    return udma_outcome_is_unknown(error) ? configure(monitor, TI_SCI_MONITOR_OFF, 0, 0) : error;
}

static void discard(void *owner, bool last)
{
    struct udma_monitor *monitor = owner;

    (void)last;
    udma_spare_give_back(monitor->udma->facts.ringacc_device, TI_SCI_SUBTYPE_RA_MONITORS,
                         monitor->index);
    free(monitor);
}

static const struct udma_held_kind held_kind = {"monitor", 0, turn_off, discard};

static enum irq_return handle(void *context)
{
    const struct udma_monitor *monitor = context;

    monitor->event(monitor->context);
    return IRQ_HANDLED;
}

static int request_interrupt(struct udma_monitor *monitor, const struct udma_monitor_config *config)
{
    const struct irq_request request = {
        .index = MONITOR_EVENTS + monitor->index,
        .handler = handle,
        .context = monitor,
        .name = config->name,
        .core = config->core,
    };

    if (config->event == NULL)
        return 0;
    return irq_request(monitor->udma->facts.ring_interrupts, &request, &monitor->irq);
}

static struct udma_monitor *allocate(struct udma *udma, const struct udma_monitor_config *config)
{
    struct udma_monitor *monitor = calloc(1, sizeof(*monitor));

    if (monitor == NULL)
        return NULL;
    monitor->udma = udma;
    monitor->ring = config->ring;
    monitor->event = config->event;
    monitor->context = config->context;
    return monitor;
}

static int bring_up(struct udma_monitor *monitor, const struct udma_monitor_config *config)
{
    int error = request_interrupt(monitor, config);

    if (error == 0)
        error = configure(monitor, modes[config->mode], config->low, config->high);
    if (error == 0)
        return 0;
    if (monitor->irq != NULL)
        irq_give_up(monitor->irq); /* it was never called: nothing sends its event */
    (void)udma_held_dispose(&monitor->held, true);
    return error;
}

int udma_monitor_open(const struct udma_monitor_config *config, struct udma_monitor **monitor)
{
    struct udma *udma;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (config == NULL || monitor == NULL || config->mode > UDMA_MONITOR_STARVATION ||
        config->low > config->high)
        return -EINVAL;
    udma = udma_or_main(config->udma);
    if (udma == NULL || udma->facts.monitor_rt == 0)
        return -ENODEV;
    udma_held_retry();
    *monitor = allocate(udma, config);
    if (*monitor == NULL)
        return -ENOMEM;
    error =
        udma_spare_take(udma->facts.ringacc_device, TI_SCI_SUBTYPE_RA_MONITORS, &(*monitor)->index);
    if (error != 0) {
        free(*monitor);
        return error;
    }
    (*monitor)->registers =
        (const struct monitor_registers *)(udma->facts.monitor_rt +
                                           (uintptr_t)(*monitor)->index * MONITOR_STRIDE);
    (*monitor)->held = (struct udma_held){NULL, &held_kind, *monitor, udma, (*monitor)->index};
    return bring_up(*monitor, config);
}

int udma_monitor_close(struct udma_monitor *monitor)
{
    int freed;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (monitor == NULL)
        return -EINVAL;
    freed = monitor->irq != NULL ? irq_free(monitor->irq) : 0;
    if (freed == -EAGAIN)
        return -EAGAIN;
    udma_held_retry();
    return udma_held_dispose(&monitor->held, false) != 0 || freed != 0 ? -EIO : 0;
}

void udma_monitor_read(const struct udma_monitor *monitor, uint32_t *first, uint32_t *second)
{
    *first = mmio_read32((uintptr_t)&monitor->registers->data[0]);
    *second = mmio_read32((uintptr_t)&monitor->registers->data[1]);
}
