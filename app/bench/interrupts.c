// SPDX-License-Identifier: BSD-3-Clause
/*
 * What an interrupt costs, from the exception to the handler and from the handler to the
 * interrupted code: of a wire, a message, and an event of the aggregator's.
 *
 * It is made pending with IRQs masked, so that it is taken at a known instruction. A round in which
 * another handler was called as well, or the core took what had no handler, does not count.
 */
#include "app/bench/interrupts.h"
#include "app/bench/bench.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/sysreg.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/ti_sci/ti_sci.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/parents/inta_registers.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#define ATTEMPTS        4u                 /* a round, if other interrupts come between */
#define ISR_IRQ         (UINT64_C(1) << 7) /* ISR_EL1.I (D17.2.91): an IRQ is pending, masked or not */
#define BENCH_INTID     226u               /* UART2's line, which is set pending by hand */
#define BENCH_DEVICE_ID 0x0be0u

static struct bench_reading in_handler;
static uint32_t calls;

enum irq_return bench_handler(void *context)
{
    (void)context;
    in_handler = bench_read();
    calls++;
    return IRQ_HANDLED;
}

void bench_callback(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
    in_handler = bench_read();
    calls++;
}

static bool was_called(void *argument)
{
    return __atomic_load_n(&calls, __ATOMIC_RELAXED) != *(const uint32_t *)argument;
}

bool bench_wait_pending(void)
{
    deadline_t deadline = deadline_after_us(BENCH_ARRIVAL_US);

    while ((sysreg_read(ISR_EL1) & ISR_IRQ) == 0) {
        if (deadline_passed(deadline))
            return false;
    }
    return true;
}

void bench_let_in(struct bench_figure *figure, unsigned long state, uint64_t calls_before,
                  uint32_t before)
{
    struct bench_reading after;

    figure->rounds++;
    figure->before = bench_read();
    BENCH_BEGIN(0);
    irq_restore(state);
    BENCH_END();
    after = bench_read();
    if (calls == before)
        (void)wait_for(was_called, &before, BENCH_ARRIVAL_US);
    if (calls != before + 1 || bench_calls() != calls_before + 1)
        return; /* it was another interrupt, or there was one besides */
    figure->enter[figure->count] = in_handler.instructions - figure->before.instructions;
    figure->leave[figure->count] = after.instructions - in_handler.instructions;
    figure->cycles[figure->count++] = after.cycles - figure->before.cycles;
}

uint32_t bench_handler_calls(void)
{
    return calls;
}

static void run(const char *name, void (*trigger)(void *), void *argument, uint32_t rounds,
                struct bench_figure *figure)
{
    for (uint32_t i = 0; i < rounds * ATTEMPTS && figure->count < rounds; i++) {
        uint64_t calls_before = bench_calls();
        uint32_t before = calls;
        unsigned long state = irq_save();

        trigger(argument);
        (void)bench_wait_pending();
        bench_let_in(figure, state, calls_before, before);
    }
    bench_print_interrupt(name, figure);
}

/* ---- kinds ---- */

static void trigger_wire(void *argument)
{
    (void)argument;
    gic_set_pending(BENCH_INTID);
}

static void trigger_message(void *argument)
{
    (void)argument;
    mmio_write32(AM65X_PRE_ITS_BASE + 4u * BENCH_DEVICE_ID, 0);
}

struct event {
    unsigned vint, bit;
};

static void trigger_event(void *argument)
{
    const struct event *event = argument;

    mmio_write64(AM65X_INTA_BASE + event->vint * INTA_VINT_STRIDE +
                     offsetof(struct inta_vint_registers, status_set),
                 UINT64_C(1) << event->bit);
}

/* Where the event comes in, as its route tells. */
static bool read_event(const struct irq *irq, struct event *event)
{
    char text[128];

    return irq_describe(irq, text, sizeof(text)) > 0 &&
           sscanf(text, "event %*u > VINT %u bit %u", &event->vint, &event->bit) == 2;
}

/* A device with one source, of any kind, bound for the measurement. */
static int measure_device(const char *name, struct device *device, int error, uint32_t index,
                          void (*trigger)(void *), uint32_t rounds, struct bench_figure *figure)
{
    const struct irq_request request = {.index = index,
                                        .handler = bench_handler,
                                        .name = "bench",
                                        .flags = IRQ_FLAG_EDGE,
                                        .core = core_id()};
    struct event event = {0};
    struct irq *irq;

    if (error == 0) {
        error = irq_request(device, &request, &irq);
        if (error == 0) {
            if (trigger != trigger_event || read_event(irq, &event))
                run(name, trigger, &event, rounds, figure);
            error = irq_free(irq);
        }
        irq_unbind(device);
    }
    if (error != 0)
        bench_print_error(name, error);
    return error;
}

int bench_interrupts(uint32_t rounds, struct bench_figure *figures)
{
    static const uint16_t intids[] = {BENCH_INTID};
    static struct device wire = {.name = "bench"}, message = {.name = "bench"},
                         ring = {.name = "bench"};
    struct ti_sci_range rings = {0};
    int wired, messages, events, error;

    wired = measure_device("wired SPI", &wire, irq_bind_wired(&wire, platform_wired(), intids, 1),
                           0, trigger_wire, rounds, figures);
    messages = measure_device("message (ITS > LPI)", &message,
                              irq_bind_its(&message, platform_its(), BENCH_DEVICE_ID, 1), 0,
                              trigger_message, rounds, figures);
    error = ti_sci_get_range(AM65X_DEV_RINGACC, TI_SCI_SUBTYPE_RA_GP, &rings);
    if (error == 0)
        error = irq_bind_inta(&ring, platform_inta(), AM65X_DEV_RINGACC);
    events = measure_device("event (INTA > INTR > SPI)", &ring, error,
                            rings.first + rings.count - 1u, trigger_event, rounds, figures);
    return wired != 0 ? wired : messages != 0 ? messages : events;
}
