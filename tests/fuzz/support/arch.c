// SPDX-License-Identifier: BSD-3-Clause
/*
 * arch/arm64's headers on the fuzz machine: one thread, which is one of four cores at a time.
 */
#include "arch/alarm.h"
#include "arch/cache.h"
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/smp.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "tests/fuzz/support/fuzz.h"

#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>

#define CORES        4u
#define FIRST_LOOK   1000u                   /* nanoseconds */
#define LONGEST_LOOK UINT64_C(1000000000000) /* no time-out is longer */

static uint64_t now = 1000000, look = FIRST_LOOK;
static unsigned core;
static bool in_handler, irqs_masked, panic_allowed;
static void (*idle_function)(void);

/* ---- time ---- */

void fuzz_pass(uint64_t ns)
{
    now += ns;
}

void fuzz_restart_clock(void)
{
    look = FIRST_LOOK;
}

uint64_t fuzz_now(void)
{
    return now;
}

uint64_t time_now_ns(void)
{
    now += look;
    if (look < LONGEST_LOOK)
        look *= 2;
    return now;
}

/* ---- the core ---- */

void fuzz_set_core(unsigned number)
{
    core = number;
}

void fuzz_set_in_interrupt(bool in)
{
    in_handler = in;
}

unsigned core_id(void)
{
    return core;
}

unsigned core_count(void)
{
    return CORES;
}

/* As on the AM65x: two clusters of two. */
uint64_t core_affinity(unsigned number)
{
    return (uint64_t)(number / 2) << 8 | number % 2;
}

bool in_interrupt(void)
{
    return in_handler;
}

unsigned long irq_save(void)
{
    unsigned long state = irqs_masked;

    irqs_masked = true;
    return state;
}

void irq_restore(unsigned long state)
{
    irqs_masked = state != 0;
}

/* ---- locks ---- */

unsigned long spin_lock(struct spinlock *lock)
{
    if (lock->next != lock->owner)
        fuzz_fail("a spin lock is taken twice");
    lock->next++;
    return irq_save();
}

void spin_unlock(struct spinlock *lock, unsigned long state)
{
    lock->owner++;
    irq_restore(state);
}

bool mutex_is_mine(const struct mutex *mutex)
{
    return mutex->holder == core + 1;
}

int mutex_lock(struct mutex *mutex)
{
    if (!wait_is_allowed() || mutex_is_mine(mutex))
        return -EDEADLK;
    if (mutex->next != mutex->owner)
        fuzz_fail("a mutex is left locked by core %u", mutex->holder - 1);
    mutex->next++;
    mutex->holder = core + 1;
    return 0;
}

void mutex_unlock(struct mutex *mutex)
{
    mutex->holder = 0;
    mutex->owner++;
}

/* ---- waiting ---- */

bool wait_is_allowed(void)
{
    return !in_handler && !irqs_masked;
}

void fuzz_set_idle(void (*idle)(void))
{
    idle_function = idle;
}

int wait_for(wait_condition_t condition, void *argument, uint64_t timeout_us)
{
    uint64_t deadline = now + timeout_us * 1000u;

    if (!wait_is_allowed())
        return condition(argument) ? 0 : -EDEADLK;
    for (;;) {
        bool late = time_now_ns() >= deadline;
        unsigned long state = irq_save();
        bool holds = condition(argument);

        irq_restore(state);
        if (holds)
            fuzz_restart_clock();
        if (holds || late)
            return holds ? 0 : -ETIMEDOUT;
        if (idle_function != NULL)
            idle_function();
    }
}

int wait_until_signal(wait_condition_t condition, void *argument, deadline_t deadline)
{
    uint64_t left = deadline > now ? deadline - now : 0;

    return wait_for(condition, argument, (left + 999u) / 1000u);
}

void wait_notify(void)
{
}

void wait_signal(const void *argument)
{
    (void)argument;
}

void wait_wake_all(void)
{
}

void wait_set_waker(void (*wake)(unsigned number))
{
    (void)wake;
}

void delay_us(uint64_t microseconds)
{
    fuzz_pass(microseconds * 1000u);
}

/* ---- alarms: none comes ---- */

void alarm_set_us(uint32_t microseconds)
{
    (void)microseconds;
}

void alarm_off(void)
{
}

bool smp_is_on(unsigned number)
{
    return number == 0;
}

/* ---- the end ---- */

void fuzz_allow_panic(bool allow)
{
    panic_allowed = allow;
}

bool panicking(void)
{
    return false;
}

noreturn void panic(const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (!panic_allowed)
        fuzz_fail("panic: %s", text);
    fuzz_leave();
}

static exception_irq_handler_t irq_handler;

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
    (void)contexts;
    (void)size;
}

void exception_set_output(void (*write)(const char *text, size_t length))
{
    (void)write;
}

/* ---- caches: all that a device is to see must be the code's ---- */

void fuzz_check_memory(const void *memory, size_t size, const char *what)
{
    if (__asan_region_is_poisoned((void *)(uintptr_t)memory, size) != NULL)
        fuzz_fail("%s: %zu bytes at %p are not the code's", what, size, memory);
}

void dcache_clean_invalidate(const void *start, size_t size)
{
    fuzz_check_memory(start, size, "dcache_clean_invalidate()");
}

void dcache_invalidate(void *start, size_t size)
{
    fuzz_check_memory(start, size, "dcache_invalidate()");
}
