// SPDX-License-Identifier: BSD-3-Clause
/*
 * How a last report prints: with no lock, no heap and no formatting of newlib's. For arch/ only;
 * where it goes is exception_set_output()'s.
 */
#ifndef ARCH_REPORT_PRINT_H
#define ARCH_REPORT_PRINT_H

#include <stdint.h>

void report_print(const char *text);
void report_print_hex(uint64_t value);
void report_print_number(unsigned value);

/* The name, right-aligned, its value, and what comes behind. */
void report_print_register(const char *name, uint64_t value, const char *end);

#endif
