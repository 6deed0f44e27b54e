// SPDX-License-Identifier: BSD-3-Clause
/*
 * The report with which the firmware ends. For arch/arm64 only; others call panic().
 */
#ifndef ARCH_REPORT_H
#define ARCH_REPORT_H

#include "arch/exception_frame.h"

#include <stdnoreturn.h>

/* Prints what happened and powers off with a failing status. On the fault stack. */
noreturn void report_exception(const struct exception_frame *frame, unsigned kind);

/* Ends this core's work: another core is reporting. */
noreturn void report_stop_core(void);

#endif
