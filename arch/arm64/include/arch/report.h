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

/* From now on a core that takes an IRQ ends its work: another one is reporting. Any context. */
void report_stop_at_irq(void);

#endif
