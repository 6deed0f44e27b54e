// SPDX-License-Identifier: BSD-3-Clause
/*
 * Trace lines, put together without printf: the library has no libc beyond string.h.
 */
#include "twin/models/models.h"

bool model_trace_wanted(uint32_t flag)
{
    return (model_config()->trace & flag) != 0;
}

void model_trace_text(struct trace_line *line, const char *text)
{
    while (*text != '\0' && line->length < sizeof(line->text) - 1)
        line->text[line->length++] = *text++;
    line->text[line->length] = '\0';
}

void model_trace_start(struct trace_line *line, const char *subject)
{
    line->length = 0;
    model_trace_text(line, subject);
    model_trace_text(line, ":");
}

static void digits(struct trace_line *line, uint64_t number, unsigned radix)
{
    char text[21];
    unsigned position = sizeof(text);
    text[--position] = '\0';
    do {
        text[--position] = "0123456789abcdef"[number % radix];
        number /= radix;
    } while (number != 0);
    model_trace_text(line, &text[position]);
}

void trace_number(struct trace_line *line, uint64_t number)
{
    digits(line, number, 10);
}

void trace_hex(struct trace_line *line, uint64_t number)
{
    model_trace_text(line, "0x");
    digits(line, number, 16);
}

void model_trace_field(struct trace_line *line, const char *name, uint64_t number)
{
    model_trace_text(line, " ");
    model_trace_text(line, name);
    model_trace_text(line, " ");
    trace_number(line, number);
}
