// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is brought up alike on both kinds of cores: the console's interrupt, the system firmware and
 * its answers; and what an application can ask of it.
 */
#include "arch/mmio.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/uart/uart.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "platform/internal.h"
#include "platform/platform.h"

#include <stddef.h>

LOG_USE(ti_sci);

struct platform_parents platform_parents;

static uintptr_t console_base;
static uint16_t console_intids[1], answer_intids[1];
static struct device console_device;
static struct device sci_device = {.name = "ti-sci"};

struct irq_parent *platform_wired(void)
{
    return platform_parents.wired;
}

struct irq_parent *platform_its(void)
{
    return platform_parents.its;
}

struct irq_parent *platform_intr(void)
{
    return platform_parents.intr;
}

struct irq_parent *platform_inta(void)
{
    return platform_parents.inta;
}

uint32_t platform_jtag_id(void)
{
    return mmio_read32(AM65X_JTAGID);
}

uintptr_t platform_console_base(void)
{
    return console_base;
}

int platform_wires_up(void)
{
    return irq_wired_init(&platform_parents.wired);
}

/* A device of this file's with one wire. */
static int wire_up(struct device *device, const uint16_t *intids, const struct irq_request *request)
{
    struct irq *irq;
    int error = irq_bind_wired(device, platform_parents.wired, intids, 1);

    if (error != 0)
        return error;
    error = irq_request(device, request, &irq);
    if (error != 0)
        (void)irq_unbind(device); /* if that fails too, another try says -EBUSY */
    return error;
}

void platform_set_console(const char *name, uintptr_t base, uint16_t intid)
{
    console_device.name = name;
    console_base = base;
    console_intids[0] = intid;
}

static enum irq_return console_interrupt(void *context)
{
    (void)context;
    return uart_interrupt() ? IRQ_HANDLED : IRQ_NONE;
}

/* Until then the console is polled. */
int platform_console_interrupt_up(void)
{
    const struct irq_request request = {.handler = console_interrupt, .name = "console", .core = 0};
    int error = wire_up(&console_device, console_intids, &request);

    if (error == 0)
        uart_use_interrupt();
    return error;
}

int platform_system_firmware_up(const struct ti_sci_config *config)
{
    struct ti_sci_version version;
    int error = ti_sci_init(config);

    if (error == 0)
        error = ti_sci_get_version(&version);
    if (error != 0)
        return error;
    log_info(ti_sci, "\"%s\", version %u, ABI %u.%u", version.description, version.version,
             version.abi_major, version.abi_minor);
    return 0;
}

static enum irq_return answer_interrupt(void *context)
{
    (void)context;
    return ti_sci_receive() ? IRQ_HANDLED : IRQ_NONE;
}

/* Until then answers are polled for. */
int platform_answers_up(uint16_t intid)
{
    const struct irq_request request = {.handler = answer_interrupt, .name = "answers", .core = 0};
    int error;

    answer_intids[0] = intid;
    error = wire_up(&sci_device, answer_intids, &request);
    if (error == 0)
        ti_sci_use_interrupt(true);
    return error;
}
