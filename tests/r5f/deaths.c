// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ways to die, each of which the last report has to name (tests/system/r5f-core has the same list).
 */
#include "arch/exception.h"
#include "arch/memory_map.h"
#include "arch/stack.h"
#include "tests/r5f/core.h"

#include <stdlib.h>

#define DEVICE 0x50001000u

static const uint32_t constant = 1;
static uint32_t code_in_data[] = {0x47704770}; /* BX LR, twice */
static unsigned depth;

static void write_to(uintptr_t address)
{
    __asm__("" : "+r"(address)); /* nobody is to know that it must not be */
    *(volatile uint32_t *)address = 0;
}

/* Deeper than any stack. */
static __attribute__((noinline)) unsigned descend(unsigned level)
{
    volatile uint32_t room[20];

    room[level % 20] = level;
    return level == UINT32_MAX ? 0 : descend(level + 1) + room[level % 20];
}

static void descend_in_handler(void *context)
{
    (void)context;
    (void)descend(0);
}

static void descend_nested(void *context)
{
    (void)context;
    if (depth++ == 0 && exception_open())
        for (;;)
            ;
    (void)descend(0);
}

static __attribute__((noinline)) void call(uintptr_t address)
{
    ((void (*)(void))(address | 1))();
    __asm__ volatile("" ::: "memory"); /* no tail call */
}

static __attribute__((noinline)) void fail_in_the_third(unsigned number)
{
    volatile double spilled[4] = {number, 2, 3, 4};

    panic("the number is %u", (unsigned)spilled[0]);
}

static __attribute__((noinline)) void fail_in_the_second(unsigned number)
{
    volatile uint8_t large[3000];

    large[number] = 1;
    fail_in_the_third(number + large[number]);
    __asm__ volatile("" ::: "memory");
}

static void interrupted(exception_irq_handler_t handler)
{
    exception_set_irq_handler(handler);
    core_ask_later(true);
    for (;;)
        ;
}

static void panic_in_handler(void *context)
{
    (void)context;
    fail_in_the_second(9);
}

static void allocate_in_handler(void *context)
{
    void *volatile memory = malloc(1);

    (void)context;
    free(memory);
}

void core_die(unsigned way)
{
    switch (way) {
    case 1:
        write_to((uintptr_t)main_start);
        break;
    case 2:
        write_to((uintptr_t)&constant);
        break;
    case 3:
        call((uintptr_t)code_in_data);
        break;
    case 4:
        call(DEVICE);
        break;
    case 5:
        (void)descend(0);
        break;
    case 6:
        interrupted(descend_in_handler);
        break;
    case 7:
        interrupted(descend_nested);
        break;
    case 8:
        write_to(0);
        break;
    case 9:
        __asm__ volatile("udf #1");
        break;
    case 10:
        fail_in_the_second(41);
        break;
    case 11:
        interrupted(panic_in_handler);
        break;
    case 12:
        call((uintptr_t)dma_start);
        break;
    case 13:
        write_to((uintptr_t)stacks + STACK_IRQ_TOP); /* the fault stack's guard */
        break;
    case 14:
        interrupted(allocate_in_handler);
        break;
    default:
        break;
    }
}
