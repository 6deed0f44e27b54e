// SPDX-License-Identifier: BSD-3-Clause
/*
 * The text of last reports (arch/report_print.h).
 */
#include "arch/report_print.h"

#include "arch/exception.h"

#include <stddef.h>
#include <string.h>

#define NAME_WIDTH 5u

static void (*output)(const char *text, size_t length);

void exception_set_output(void (*write)(const char *text, size_t length))
{
    output = write;
}

__attribute__((weak)) void exception_early_output(const char *text, size_t length)
{
    (void)text;
    (void)length;
}

void report_print(const char *text)
{
    (output != NULL ? output : exception_early_output)(text, strlen(text));
}

void report_print_hex(uint64_t value)
{
    char text[] = "0x0000000000000000";

    for (size_t i = sizeof(text) - 2; value != 0; i--, value >>= 4)
        text[i] = "0123456789abcdef"[value & 0xf];
    report_print(text);
}

void report_print_number(unsigned value)
{
    char text[11] = {0};
    size_t at = sizeof(text) - 1;

    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    report_print(&text[at]);
}

void report_print_register(const char *name, uint64_t value, const char *end)
{
    for (size_t pad = strlen(name); pad < NAME_WIDTH; pad++)
        report_print(" ");
    report_print(name);
    report_print(" ");
    report_print_hex(value);
    report_print(end);
}
