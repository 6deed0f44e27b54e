// SPDX-License-Identifier: BSD-3-Clause
/*
 * The last report, and panic(), which raises one. What an exception is, and how the firmware ends,
 * is the core's (arch/report.h).
 *
 * The report must work when little else does: it runs on a stack of its own, takes no lock, and
 * uses neither the heap nor, but for string functions, newlib. panic() formats its message before,
 * with newlib's vsniprintf() on its caller's stack.
 */
#include "arch/report.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/per_core.h"
#include "arch/report_print.h"
#include "arch/report_raise.h"

#include <stdarg.h>
#include <stdio.h>

static uint32_t depth; /* reports begun by the core that reports */
static char message[256];

noreturn void report_exception(const struct exception_frame *frame, unsigned kind)
{
    report_claim();
    depth++;
    if (depth == 1) {
        report_print("\r\n*** panic on core ");
        report_print_number(core_id());
        report_print(core_is_irq_stack(frame->sp) ? " in an interrupt handler: " : ": ");
        report_cause(frame, kind, message);
        report_print("\r\n");
        report_registers(frame);
        report_backtrace(frame, kind);
    } else if (depth == 2) {
        report_print("\r\n*** and another exception in the report:\r\n");
        report_registers(frame);
    }
    report_end();
}

noreturn void panic(const char *format, ...)
{
    va_list arguments;

    irq_save();
    report_claim();
    va_start(arguments, format);
    vsniprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    REPORT_RAISE();
}
