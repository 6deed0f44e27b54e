// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where boot/r5f.S hands over to, instead of platform/r5f.c: the machine below is QEMU's with a
 * Cortex-R5F, not an AM65x, and has none of its devices. Text leaves by semihosting (Arm IHI,
 * "Semihosting for AArch32 and AArch64"); the rest is a box in memory that the test's script has
 * its hands in.
 */
#include "tests/r5f/core.h"

#include "arch/exception.h"
#include "boot/boot.h"

#include <stdarg.h>
#include <stdio.h>

#define SYS_WRITE0                  0x04
#define SYS_EXIT                    0x18
#define ADP_STOPPED_APPLICATIONEXIT 0x20026

/* The script's box: which program this is (0: the tests; a way to die), how many requests it has
 * done. */
#define BOX_PROGRAM                 (*(volatile uint32_t *)0x50000000)
#define BOX_DONE                    (*(volatile uint32_t *)0x50000004)

static uint32_t asked;
static unsigned checks, failed;

static void semihost(uint32_t operation, uintptr_t argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;

    __asm__ volatile("svc 0xab" : "+r"(r0) : "r"(r1) : "lr", "memory");
}

static void write_text(const char *text, size_t length)
{
    (void)length; /* it ends with a zero byte */
    semihost(SYS_WRITE0, (uintptr_t)text);
}

void exception_early_output(const char *text, size_t length)
{
    write_text(text, length);
}

void core_tell(const char *format, ...)
{
    char text[160];
    va_list arguments;

    va_start(arguments, format);
    vsniprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    write_text(text, 0);
}

void core_check(const char *name, bool good)
{
    checks++;
    failed += !good;
    core_tell("%sok %u - %s\n", good ? "" : "not ", checks, name);
}

void core_ask_later(bool raised)
{
    asked++;
    write_text(raised ? "@raise\n" : "@lower\n", 0);
}

void core_set_line(bool raised)
{
    core_ask_later(raised);
    while (BOX_DONE != asked)
        ;
}

noreturn void boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address)
{
    (void)dtb;
    (void)entry_level;
    (void)load_address;
    if (BOX_PROGRAM != 0) {
        core_die(BOX_PROGRAM);
        panic("survived");
    }
    core_test_waits();
    core_test_memory();
    core_test_interrupts();
    core_tell("1..%u\n", checks);
    semihost(SYS_EXIT, ADP_STOPPED_APPLICATIONEXIT);
    for (;;)
        ;
}
