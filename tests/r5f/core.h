// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parts of the program that tries arch/arm on a Cortex-R5F of QEMU's (tests/system/r5f-core).
 */
#ifndef TESTS_R5F_CORE_H
#define TESTS_R5F_CORE_H

#include <stdbool.h>
#include <stdint.h>

/* Text to who runs this; what begins with '@' is a request. */
void core_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void core_check(const char *name, bool good);

/* Raises or lowers the core's IRQ line, and returns once that has been done; core_ask_later() does
 * not wait. */
void core_set_line(bool raised);
void core_ask_later(bool raised);

/* Each test, and each way to die. */
void core_test_interrupts(void);
void core_test_memory(void);
void core_test_waits(void);
void core_die(unsigned way);

#endif
