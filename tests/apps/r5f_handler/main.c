// SPDX-License-Identifier: BSD-3-Clause
/*
 * An interrupt handler of one's own on an R5F (docs/r5f.md): a timer of the MCU domain that k3metal
 * leaves alone on core 0 ticks ten times.
 */
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>

/* MCU_TIMER2: its registers, its number at the system firmware, and its input of the VIM. */
#define TIMER          0x40420000u
#define TIMER_DEVICE   37u
#define TIMER_INPUT    40u

#define IRQSTATUS      0x28u
#define IRQENABLE_SET  0x2cu
#define TCLR           0x38u
#define TCRR           0x3cu
#define TLDR           0x40u
#define OVERFLOW       2u
#define START_AGAIN    3u

#define TICKS          10u
#define TICKS_A_SECOND 20u

static unsigned ticks;

static enum irq_return on_tick(void *context)
{
    (void)context;
    if ((mmio_read32(TIMER + IRQSTATUS) & OVERFLOW) == 0)
        return IRQ_NONE;
    mmio_write32(TIMER + IRQSTATUS, OVERFLOW);
    __atomic_store_n(&ticks, ticks + 1, __ATOMIC_RELEASE);
    return IRQ_HANDLED;
}

static bool has_ticked(void *argument)
{
    (void)argument;
    return __atomic_load_n(&ticks, __ATOMIC_ACQUIRE) >= TICKS;
}

/* Lets it tick until there are enough. */
static int tick(uint32_t hz)
{
    mmio_write32(TIMER + TLDR, 0u - hz / TICKS_A_SECOND);
    mmio_write32(TIMER + TCRR, 0u - hz / TICKS_A_SECOND);
    mmio_write32(TIMER + IRQENABLE_SET, OVERFLOW);
    mmio_write32(TIMER + TCLR, START_AGAIN);

    int error = wait_for(has_ticked, NULL, 10000000);

    mmio_write32(TIMER + TCLR, 0);
    mmio_write32(TIMER + IRQSTATUS, OVERFLOW);
    return error;
}

static int run(void)
{
    static const uint16_t intids[] = {32 + TIMER_INPUT};
    static struct device timer = {.name = "timer"};
    const struct irq_request request = {.handler = on_tick, .name = "tick"};
    struct irq *irq;
    uint64_t hz;
    int error = ti_sci_clock_frequency(TIMER_DEVICE, 0, &hz);

    if (error == 0)
        error = irq_bind_wired(&timer, platform_wired(), intids, 1);
    if (error != 0)
        return error;
    error = irq_request(&timer, &request, &irq);
    if (error == 0) {
        int waited = tick((uint32_t)hz);

        error = irq_free(irq);
        if (error == 0)
            error = waited;
    }
    (void)irq_unbind(&timer); /* refused only if an interrupt is left */
    return error;
}

int main(void)
{
    int error = ti_sci_device_get(TIMER_DEVICE); /* power */

    if (error == 0) {
        error = run();
        (void)ti_sci_device_put(TIMER_DEVICE);
    }
    printf("%u ticks, error %d\n", ticks, error);
    return error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
