// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupts of the machine: two of the port's that count, and some that never come, so that
 * the page has something to draw.
 */
#include "arch/core.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "tests/net/port.h"

#include <stdio.h>
#include <string.h>

struct irq {
    const char *device, *name, *route;
    uint32_t index, core;
    uint64_t count;
};

static struct irq irqs[] = {
    {"MCU rings", "net", "ring 97 > event 16 > VINT 2 bit 0 > output 65 > SPI 97 > core 1", 97, 1,
     0},
    {"MCU rings", "net", "ring 2 > event 17 > VINT 2 bit 1 > output 65 > SPI 97 > core 1", 2, 1, 0},
    {"secure proxy", "answers", "SPI 64 > core 0", 0, 0, 812},
    {"UART0", "console", "SPI 224 > core 0", 0, 0, 77},
    {"slots \"a\\b\"", "slot", "device 66 event 3 > LPI 8195 > core 3", 3, 3, 5},
};

void machine_interrupt(unsigned number)
{
    irqs[number].count++;
}

void irq_for_each(void (*visit)(const struct irq *irq, void *argument), void *argument)
{
    for (unsigned i = 0; i < sizeof(irqs) / sizeof(irqs[0]); i++)
        visit(&irqs[i], argument);
}

void irq_get_inventory(struct irq_inventory *inventory)
{
    *inventory = (struct irq_inventory){.irqs = sizeof(irqs) / sizeof(irqs[0]), .lpis_free = 100};
}

int irq_describe(const struct irq *irq, char *text, size_t size)
{
    return snprintf(text, size, "%s", irq->route);
}

const char *irq_name(const struct irq *irq)
{
    return irq->name;
}

const char *irq_device_name(const struct irq *irq)
{
    return irq->device;
}

const char *irq_state_name(const struct irq *irq)
{
    (void)irq;
    return "on";
}

const struct irq_priority *irq_priority(const struct irq *irq)
{
    (void)irq;
    return NULL;
}

const char *irq_priority_name(const struct irq_priority *priority)
{
    (void)priority;
    return "default";
}

uint32_t irq_index(const struct irq *irq)
{
    return irq->index;
}

unsigned irq_core(const struct irq *irq)
{
    return irq->core;
}

uint64_t irq_count(const struct irq *irq)
{
    return irq->count;
}
