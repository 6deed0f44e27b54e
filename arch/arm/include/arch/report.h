// SPDX-License-Identifier: BSD-3-Clause
/*
 * The report with which the firmware ends. For arch/arm only; others call panic().
 */
#ifndef ARCH_REPORT_H
#define ARCH_REPORT_H

#include "arch/exception_frame.h"

#include <stdnoreturn.h>

/* Prints what happened and ends. On the fault stack. */
noreturn void report_exception(const struct exception_frame *frame, unsigned kind);

#endif
