// SPDX-License-Identifier: BSD-3-Clause
/*
 * An application of k3metal: a device of its own, an interrupt of its own, a handler of its own.
 *
 * The device here is this program: it sends messages to the ITS as a PCIe device would, by writing a
 * word to an address. Which word and which address it is told when the interrupt is requested.
 */
#include "arch/mmio.h"
#include "arch/wait.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "platform/platform.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define DEVICE_ID   0x0042u /* what the ITS knows the device by; any that nobody else has */
#define EVENT_BITS  1u      /* it has two events */
#define MESSAGES    10u
#define TIMEOUT_US  1000000u

LOG_SUBJECT(app); /* what this program's log lines are about */

static struct irq_message message; /* what the device has to write, and where */
static uint32_t arrived;

/* The interrupt layer tells the device its message (msi/device.h). */
static int write_message(struct device *device, uint32_t index, const struct irq_message *told)
{
    (void)device;
    (void)index;
    message = told != NULL ? *told : (struct irq_message){0};
    return 0;
}

/* In interrupt context: it must not wait, print or allocate. */
static enum irq_return handler(void *context)
{
    uint32_t *count = context;

    __atomic_add_fetch(count, 1, __ATOMIC_RELEASE);
    wait_notify(); /* who waits for it looks again */
    return IRQ_HANDLED;
}

static bool one_more_has_arrived(void *argument)
{
    return __atomic_load_n(&arrived, __ATOMIC_ACQUIRE) > *(const uint32_t *)argument;
}

/* Sends a message and waits for its interrupt. */
static int send_one(void)
{
    uint32_t before = arrived;

    mmio_write32((uintptr_t)message.address, message.data);
    return wait_for(one_more_has_arrived, &before, TIMEOUT_US);
}

static int send_messages(struct irq *irq)
{
    char route[128];

    irq_describe(irq, route, sizeof(route));
    printf("the way of the interrupt: %s\n", route);
    for (unsigned i = 0; i < MESSAGES; i++) {
        int error = send_one();

        if (error != 0) {
            log_error(app, "message %u did not arrive: error %d", i, error);
            return error;
        }
    }
    printf("%u messages sent, %u interrupts handled\n", MESSAGES, (unsigned)arrived);
    return 0;
}

int main(int argc, char **argv)
{
    static struct device device = {.name = "app", .write_message = write_message};
    const struct irq_request request = {
        .index = 0, .handler = handler, .context = &arrived, .name = "ping", .core = IRQ_CORE_ANY};
    struct irq *irq;
    int error = irq_bind_its(&device, platform_its(), DEVICE_ID, EVENT_BITS);

    printf("hello from %s with %d words\n", argv[0], argc - 1);
    if (error == 0)
        error = irq_request(&device, &request, &irq);
    if (error != 0) {
        log_error(app, "no interrupt: error %d", error);
        return EXIT_FAILURE;
    }
    error = send_messages(irq);
    if (irq_free(irq) != 0 || irq_unbind(&device) != 0)
        error = -1;
    return error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
