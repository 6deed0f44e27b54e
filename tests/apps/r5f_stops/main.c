// SPDX-License-Identifier: BSD-3-Clause
/*
 * A program of the Cortex-R5F for a debugger to stop in (tests/system/debug-r5): an interrupt's
 * handler, a device's register, a value that changes, a trace (--trace), and the end in WFI. The
 * interrupt is the core's own IRQ line, which the twin's service holds.
 */
#include "arch/exception.h"
#include "arch/interrupt_mask.h"
#include "arch/mmio.h"
#include "lib/trace.h"
#include "twin/service.h"

#include <stdio.h>
#include <stdlib.h>

#define JTAGID 0x43000014u

TRACE_BEGIN(stops_wait, "for %llu interrupts");
TRACE_END(stops_taken, "%llu of them, %lld left");

static volatile unsigned taken, changes;
static volatile uint32_t identity;

static void set_line(uint32_t lines)
{
    register uint32_t r0 __asm__("r0") = TWIN_SMC_R5F_LINES;
    register uint32_t r1 __asm__("r1") = 0;
    register uint32_t r2 __asm__("r2") = lines;

    /* SMC, which the assembler has not for this core. */
    __asm__ volatile(".inst.w 0xf7f08000" : "+r"(r0), "+r"(r1), "+r"(r2) : : "r3", "memory");
}

__attribute__((noinline)) static void lower_line(void)
{
    set_line(0);
    taken++;
}

static void handle_line(void *context)
{
    (void)context;
    lower_line();
    __asm__ volatile("" ::: "memory"); /* no tail call: it has a frame */
}

__attribute__((noinline)) static void take_interrupt(unsigned wanted)
{
    exception_set_irq_handler(handle_line);
    trace(stops_wait, wanted, 0);
    set_line(1);
    while (taken != wanted)
        ;
    trace(stops_taken, taken, UINT64_MAX);
}

__attribute__((noinline)) static uint32_t read_device(void)
{
    return mmio_read32(JTAGID);
}

__attribute__((noinline)) static void wait_for_ever(void)
{
    for (;;)
        __asm__ volatile("wfi" ::: "memory");
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (trace_start(0) != 0)
        return EXIT_FAILURE;
    identity = read_device();
    take_interrupt(1);
    changes = 0xabcd;
    printf("stops: the device is %x\n", (unsigned)identity);
    wait_for_ever();
    return EXIT_SUCCESS;
}
