// SPDX-License-Identifier: BSD-3-Clause
#include "lib/log_buffer.h"

#include "arch/barrier.h"

#include <string.h>

/* Every byte is stored by itself, and in this order: somebody may be reading. */
static volatile char *buffer;
static size_t room; /* for text, without its end */
static size_t used;

void log_buffer_init(char *memory, size_t size)
{
    memory[0] = '\0';
    memory[size - 1] = '\0'; /* there is an end whatever was left here */
    room = size - 1;
    used = 0;
    buffer = memory;
}

/* Where the text begins that stays: behind a line's end in its newer half, if there is one. */
static size_t first_kept(void)
{
    for (size_t at = used / 2; at < used; at++)
        if (buffer[at] == '\n')
            return at + 1;
    return used / 2 + 1;
}

static void drop_older(void)
{
    static const char cut[] = LOG_BUFFER_CUT;
    size_t from = first_kept(), to = sizeof(cut) - 1;

    for (size_t i = 0; i < to; i++)
        buffer[i] = cut[i];
    while (from < used)
        buffer[to++] = buffer[from++];
    used = to;
}

/* The end first, then what was the end until now. */
static void append(char character)
{
    if (used == room)
        drop_older();
    buffer[used + 1] = '\0';
    barrier_before_doorbell();
    buffer[used++] = character;
}

void log_buffer_write(const char *text, size_t length)
{
    if (buffer == NULL)
        return;
    for (size_t i = 0; i < length; i++)
        if (text[i] != '\r' && text[i] != '\0')
            append(text[i]);
}
