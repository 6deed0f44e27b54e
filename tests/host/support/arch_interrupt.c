// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts on the host: masking, interrupt context, and the way from the models' lines to a
 * handler, through the GIC stand-in or a plain line handler.
 */
#include "arch/core.h"
#include "arch/exception.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#define LINES 1020u

_Thread_local struct host_thread host_thread;

static const struct host_interrupt_controller *controller;
static exception_irq_handler_t irq_handler;
static char *irq_contexts;
static size_t irq_context_size;
static void (*line_handler)(unsigned intid);

/* One thread at a time is in a core's interrupt context. */
static pthread_mutex_t core_in_interrupt[CORE_MAX] = {[0 ... CORE_MAX - 1] =
                                                          PTHREAD_MUTEX_INITIALIZER};

bool in_interrupt(void)
{
    return host_thread.in_interrupt;
}

unsigned long irq_save(void)
{
    unsigned long state = host_thread.irqs_masked;

    host_thread.irqs_masked = true;
    return state;
}

void irq_restore(unsigned long state)
{
    host_thread.irqs_masked = state != 0;
    host_take_interrupts();
}

void exception_set_irq_handler(exception_irq_handler_t handler)
{
    irq_handler = handler;
}

exception_irq_handler_t exception_get_irq_handler(void)
{
    return irq_handler;
}

void exception_set_irq_contexts(void *contexts, size_t size)
{
    irq_contexts = contexts;
    irq_context_size = size;
}

void host_take_irq(unsigned core)
{
    if (irq_handler != NULL)
        irq_handler(irq_contexts + core * irq_context_size);
}

/* ---- the plain controller: a handler for lines, on core 0 ---- */

static uint8_t lines_high[LINES];
static unsigned lines_high_count;

static void plain_line(unsigned intid, bool high)
{
    if (intid >= LINES || __atomic_exchange_n(&lines_high[intid], high, __ATOMIC_SEQ_CST) == high)
        return;
    if (high)
        __atomic_fetch_add(&lines_high_count, 1, __ATOMIC_SEQ_CST);
    else
        __atomic_fetch_sub(&lines_high_count, 1, __ATOMIC_SEQ_CST);
}

static void plain_its_message(uint32_t device_id, uint32_t event_id)
{
    (void)device_id;
    (void)event_id;
}

static bool plain_pending(unsigned core)
{
    return core == 0 && line_handler != NULL &&
           __atomic_load_n(&lines_high_count, __ATOMIC_SEQ_CST) != 0;
}

static void plain_take(unsigned core)
{
    (void)core;
    for (unsigned intid = 0; intid < LINES; intid++)
        if (__atomic_load_n(&lines_high[intid], __ATOMIC_SEQ_CST) != 0 && line_handler != NULL)
            line_handler(intid);
}

static const struct host_interrupt_controller plain_controller = {
    .line = plain_line,
    .its_message = plain_its_message,
    .pending = plain_pending,
    .take = plain_take,
};

/* ---- the way to a handler ---- */

void host_reset_interrupts(void)
{
    memset(lines_high, 0, sizeof(lines_high));
    lines_high_count = 0;
    line_handler = NULL;
    irq_handler = NULL;
    host_thread = (struct host_thread){0};
    controller = &plain_controller;
    gic_host_reset();
    its_host_reset();
}

void host_set_line_handler(void (*handler)(unsigned intid))
{
    line_handler = handler;
    host_interrupts_changed();
}

void host_set_interrupt_controller(const struct host_interrupt_controller *new_controller)
{
    controller = new_controller;
}

void host_line(unsigned intid, bool high)
{
    controller->line(intid, high);
    host_wake_all();
}

void host_its_message(uint32_t device_id, uint32_t event_id)
{
    controller->its_message(device_id, event_id);
    host_wake_all();
}

static void run_as(struct host_thread thread, void (*function)(void *), void *argument)
{
    struct host_thread before = host_thread;

    host_thread = thread;
    function(argument);
    host_thread = before;
}

void host_run_as_core(unsigned core, void (*function)(void *argument), void *argument)
{
    run_as((struct host_thread){.core = core}, function, argument);
}

void host_interrupt_core(unsigned core, void (*function)(void *argument), void *argument)
{
    run_as((struct host_thread){.core = core, .irqs_masked = true, .in_interrupt = true}, function,
           argument);
}

static void take(void *core)
{
    controller->take(*(unsigned *)core);
}

bool host_take_interrupts(void)
{
    bool taken = false;

    if (host_thread.irqs_masked || host_thread.in_interrupt)
        return false;
    for (unsigned core = 0; core < core_count(); core++) {
        if (core != host_thread.core && host_core_has_thread(core))
            continue;
        if (!controller->pending(core) || pthread_mutex_trylock(&core_in_interrupt[core]) != 0)
            continue;
        host_interrupt_core(core, take, &core);
        pthread_mutex_unlock(&core_in_interrupt[core]);
        taken = true;
        /* A thread of the core's that began meanwhile had to leave this one, and may sleep. */
        if (controller->pending(core))
            host_wake_all();
    }
    return taken;
}

void host_interrupts_changed(void)
{
    host_wake_all();
    host_take_interrupts();
}

void host_run_in_interrupt(void (*function)(void *argument), void *argument)
{
    pthread_mutex_lock(&core_in_interrupt[host_thread.core]);
    host_interrupt_core(host_thread.core, function, argument);
    pthread_mutex_unlock(&core_in_interrupt[host_thread.core]);
}
