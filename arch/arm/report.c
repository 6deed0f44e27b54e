// SPDX-License-Identifier: BSD-3-Clause
/*
 * An unexpected exception of a Cortex-R5F's, in words (Arm ARM DDI 0406, B5.5 "PMSA memory aborts";
 * Cortex-R5 TRM DDI 0460, 4.3.14); arch/common/report.c makes a report of it.
 */
#include "arch/report.h"

#include "arch/backtrace.h"
#include "arch/core.h"
#include "arch/core_end.h"
#include "arch/cp15.h"
#include "arch/exception.h"
#include "arch/per_core.h"
#include "arch/report_print.h"
#include "arch/stack.h"

#include <string.h>

#define STATUS_FAILED   1
#define BACKTRACE_DEPTH 32

static bool began;

bool panicking(void)
{
    return __atomic_load_n(&began, __ATOMIC_RELAXED);
}

void report_claim(void)
{
    __atomic_store_n(&began, true, __ATOMIC_RELAXED);
}

static void print_fault_status(unsigned status)
{
    static const struct {
        uint8_t status;
        const char *name;
    } kinds[] = {
        {0x00, "background fault (in no region of the MPU)"},
        {0x01, "alignment fault"},
        {0x02, "debug event"},
        {0x08, "synchronous external abort"},
        {0x0d, "permission fault"},
        {0x16, "asynchronous external abort (an access failed some time ago)"},
        {0x18, "asynchronous parity or ECC error"},
        {0x19, "synchronous parity or ECC error"},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].status == status) {
            report_print(kinds[i].name);
            return;
        }
    }
    report_print("fault status of an unknown kind");
}

/* Which guard the address is in; STACK_GUARDS: in none. */
static unsigned find_guard(uint32_t address)
{
    unsigned guard = 0;

    while (guard < STACK_GUARDS && address - stack_guard(guard) >= STACK_GUARD_SIZE)
        guard++;
    return guard;
}

static void print_guard(uint32_t address)
{
    unsigned guard = find_guard(address);

    if (guard == STACK_GUARDS)
        return;
    report_print("; that is the guard: the ");
    report_print(guard > 0 && guard < STACK_GUARDS - 2 ? "nested " : "");
    report_print(guard == 0 ? "thread" : guard == STACK_GUARDS - 1 ? "fault" : "IRQ");
    report_print(" stack has overflowed");
}

void report_cause(const struct exception_frame *frame, unsigned kind, const char *message)
{
    static const char *const names[] = {
        [EXCEPTION_UNDEFINED] = "undefined instruction",
        [EXCEPTION_SVC] = "SVC",
        [EXCEPTION_PREFETCH_ABORT] = "prefetch abort",
        [EXCEPTION_DATA_ABORT] = "data abort",
        [EXCEPTION_FIQ] = "FIQ",
    };

    if (message[0] != '\0' && kind == EXCEPTION_UNDEFINED) {
        report_print(message);
        return;
    }
    report_print(names[kind]);
    if (kind != EXCEPTION_PREFETCH_ABORT && kind != EXCEPTION_DATA_ABORT)
        return;
    if (kind == EXCEPTION_DATA_ABORT)
        report_print((frame->fsr & DFSR_WNR) != 0 ? " on a write" : " on a read");
    report_print(" at ");
    report_print_hex(frame->far);
    report_print(": ");
    print_fault_status(FSR_STATUS(frame->fsr));
    print_guard(frame->far);
}

void report_registers(const struct exception_frame *frame)
{
    char name[] = "r00";

    report_print_register("pc", frame->pc, "");
    report_print_register("sp", frame->sp, "");
    report_print_register("lr", frame->lr, "\r\n");
    report_print_register("fsr", frame->fsr, "");
    report_print_register("far", frame->far, "");
    report_print_register("cpsr", frame->cpsr, "\r\n");
    for (unsigned i = 0; i < 13; i++) {
        name[1] = (char)('0' + i / 10);
        name[2] = (char)('0' + i % 10);
        report_print_register(name, frame->r[i], i % 3 == 2 || i == 12 ? "\r\n" : "");
    }
}

/* The first is where it happened; a call through a wild pointer has no tables, and is followed to
 * where it goes back. */
void report_backtrace(const struct exception_frame *frame, unsigned kind)
{
    struct backtrace at;

    memcpy(at.r, frame->r, sizeof(frame->r));
    at.r[13] = frame->sp;
    at.r[14] = frame->lr;
    at.r[15] = frame->pc;
    report_print("backtrace (arm-none-eabi-addr2line -ipfe k3metal.elf ...):\r\n");
    report_print_register("", frame->pc, "\r\n");
    if (kind == EXCEPTION_PREFETCH_ABORT) {
        at.r[15] = frame->lr;
        report_print_register("", frame->lr & ~1u, "\r\n");
    }
    for (unsigned i = 0; i < BACKTRACE_DEPTH && backtrace_up(&at); i++)
        report_print_register("", at.r[15] & ~1u, "\r\n");
}

noreturn void report_end(void)
{
    core_end(STATUS_FAILED);
}
