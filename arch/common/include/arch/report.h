// SPDX-License-Identifier: BSD-3-Clause
/*
 * The report with which the firmware ends. For arch/ only; others call panic().
 */
#ifndef ARCH_REPORT_H
#define ARCH_REPORT_H

#include "arch/exception_frame.h"

#include <stdnoreturn.h>

/* Prints what happened and ends with a failing status. On the fault stack. */
noreturn void report_exception(const struct exception_frame *frame, unsigned kind);

/* ---- what the core's own report.c has of it ---- */

/* Begins a report, or panic(); of several cores, one comes back, and again when it calls again. */
void report_claim(void);
/* message: panic()'s, for the exception that it raises; empty if it was not called. */
void report_cause(const struct exception_frame *frame, unsigned kind, const char *message);
void report_registers(const struct exception_frame *frame);
void report_backtrace(const struct exception_frame *frame, unsigned kind);
noreturn void report_end(void);

#endif
