// SPDX-License-Identifier: BSD-3-Clause
/* Runs programs of others one after the other, each a main() of the table, and tells over MCU UART
 * 0 how each has ended. It has passed if it returns 0, or calls exit(0). */
#include "tests/conformance/r5f-programs/runner.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>

#define UART (*(volatile uint32_t *)0x40a00000u) /* MCU UART 0, as it comes out of reset */

enum end {
    PASSED = 1,
    FAILED,
    ABORTED,
    TRAPPED
};

static jmp_buf back;
static const char *trap;
static unsigned trap_address;

/* Where the twin finds how a run has ended, once the core waits with all masked. */
volatile unsigned core_end_status = 256;

void __libc_init_array(void);
void _init(void);
noreturn void on_trap(unsigned kind, unsigned address);

/* ---- how a program ends ---- */

noreturn void exit(int status)
{
    longjmp(back, status == 0 ? PASSED : FAILED);
}

noreturn void abort(void)
{
    longjmp(back, ABORTED);
}

/* From start.S, back in Supervisor mode. */
noreturn void on_trap(unsigned kind, unsigned address)
{
    static const char *const kinds[] = {"", "an undefined instruction", "an SVC",
                                        "a prefetch abort", "a data abort"};

    trap = kinds[kind];
    trap_address = address;
    longjmp(back, TRAPPED);
}

/* ---- what is told ---- */

static void tell(const char *text)
{
    for (; *text != '\0'; text++)
        UART = (uint8_t)*text;
}

/* What the programs print is formatted, and left at that. newlib's other calls are libnosys's. */
int _write(int file, const char *data, int length)
{
    (void)file;
    (void)data;
    return length;
}

void _init(void)
{
}

static unsigned run(const struct program *program)
{
    char line[80], *arguments[] = {(char *)program->name, NULL};
    int end;

    __asm__ volatile("vmsr fpscr, %0" : : "r"(0));
    end = setjmp(back);
    if (end == 0)
        end = program->main(1, arguments) == 0 ? PASSED : FAILED;
    tell(end == PASSED ? "ok " : "not ok ");
    tell(program->name);
    if (end == ABORTED)
        tell(": abort()");
    if (end == TRAPPED) {
        snprintf(line, sizeof(line), ": %s at 0x%08x", trap, trap_address);
        tell(line);
    }
    tell("\n");
    return end == PASSED;
}

int main(void)
{
    unsigned passed = 0;

    __libc_init_array();
    for (unsigned i = 0; i < program_count; i++)
        passed += run(&programs[i]);
    core_end_status = passed != program_count;
    for (;;)
        __asm__ volatile("cpsid aif\n dsb\n wfi" : : : "memory");
}
