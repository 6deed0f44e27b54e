// SPDX-License-Identifier: BSD-3-Clause
/*
 * The UARTs that have a PDMA (AM65x TRM SPRUID7, chapter 2 "Memory Map", 10.3 PDMA; TI-SCI
 * documentation, "AM65x Devices Descriptions"). An application that uses none has none of this.
 */
#include "drivers/serial/serial.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/endpoint.h"
#include "msi/binding.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <errno.h>

static const struct {
    const char *name; /* the endpoint's, too */
    uintptr_t base;
    uint32_t clock_hz;
    uint16_t intid;
} uarts[PLATFORM_UARTS] = {
    {"uart0", AM65X_UART0_BASE, AM65X_UART_CLOCK_HZ, AM65X_UART0_INTID},
    {"uart1", AM65X_UART0_BASE + AM65X_UART_STRIDE, AM65X_UART_CLOCK_HZ, AM65X_UART0_INTID + 1},
    {"uart2", AM65X_UART0_BASE + 2 * AM65X_UART_STRIDE, AM65X_UART_CLOCK_HZ, AM65X_UART0_INTID + 2},
    {"mcu_uart0", AM65X_MCU_UART0_BASE, AM65X_MCU_UART_CLOCK_HZ, AM65X_MCU_UART0_INTID},
};

static struct device devices[PLATFORM_UARTS];

/* Its power is a state, not a count: that nobody needs it can be said again. */
static bool left_on[PLATFORM_UARTS]; /* perhaps, by a request without an answer */

static int power_off(unsigned uart)
{
    const uint16_t device = (uint16_t)(AM65X_DEV_UART0 + uart);
    int error = ti_sci_device_put(device);

    return error == 0 || error == -EACCES ? error : ti_sci_device_put(device);
}

static void power_off_left_ones(void)
{
    for (unsigned i = 0; i < PLATFORM_UARTS; i++)
        if (left_on[i])
            left_on[i] = power_off(i) != 0;
}

static int take(unsigned uart)
{
    struct device *device = &devices[uart];
    int error = irq_bind_wired(device, platform_wired(), &uarts[uart].intid, 1);

    if (error != 0)
        return error;
    error = ti_sci_device_get((uint16_t)(AM65X_DEV_UART0 + uart));
    left_on[uart] = error != 0 && error != -EACCES && power_off(uart) != 0;
    if (error == 0)
        return 0;
    (void)irq_unbind(device); /* nothing of it is in use: that does as it is told */
    return error;
}

int platform_serial_take(unsigned uart, struct serial_config *config)
{
    int error;

    if (uart >= PLATFORM_UARTS)
        return -EINVAL;
    if (uarts[uart].base == platform_console_base())
        return -EBUSY;
    if (platform_wired() == NULL)
        return -ENODEV;
    power_off_left_ones();
    devices[uart].name = uarts[uart].name;
    error = take(uart);
    if (error != 0)
        return error;
    config->name = uarts[uart].name;
    config->base = uarts[uart].base;
    config->clock_hz = uarts[uart].clock_hz;
    config->device = &devices[uart];
    config->endpoint = udma_endpoint_find(uarts[uart].name);
    config->udma =
        platform_udma(config->endpoint->navigator == UDMA_NAVIGATOR_MCU ? PLATFORM_NAVSS_MCU
                                                                        : PLATFORM_NAVSS_MAIN);
    return 0;
}

int platform_serial_release(unsigned uart)
{
    int error;

    if (uart >= PLATFORM_UARTS || devices[uart].interrupts == NULL)
        return -EINVAL;
    power_off_left_ones();
    error = power_off(uart);
    return error != 0 ? error : irq_unbind(&devices[uart]);
}
