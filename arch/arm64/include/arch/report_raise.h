// SPDX-License-Identifier: BSD-3-Clause
/*
 * The exception that panic() raises, in its own frame. For arch/ only.
 */
#ifndef ARCH_REPORT_RAISE_H
#define ARCH_REPORT_RAISE_H

#define PANIC_BRK            0x4b33 /* BRK's immediate, in ESR_EL1.ISS bits 15:0 */

#define REPORT_STRING_(text) #text
#define REPORT_STRING(text)  REPORT_STRING_(text)

/* The loop ends for the compiler alone: it does not come back. */
#define REPORT_RAISE()                                                                             \
    for (;;)                                                                                       \
    __asm__ volatile("brk #" REPORT_STRING(PANIC_BRK)::: "memory")

/* From now on a core that takes an IRQ ends its work: another one is reporting. Any context. */
void report_stop_at_irq(void);

#endif
