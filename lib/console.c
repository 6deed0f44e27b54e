// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console's lock, and its line ends.
 */
#include "lib/console.h"

#include "arch/exception.h"
#include "arch/wait.h"
#include "drivers/uart/uart.h"

#include <stdbool.h>

#define CHUNK 64u

static struct mutex console_mutex = MUTEX_INIT;

/* Writes text with "\n" as "\r\n", unless the carriage return is there already. */
static void write_lines(const char *text, size_t length)
{
    char chunk[CHUNK];
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        if (used + 2 > CHUNK) {
            uart_write(chunk, used);
            used = 0;
        }
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
            chunk[used++] = '\r';
        chunk[used++] = text[i];
    }
    uart_write(chunk, used);
}

void console_write(const char *text, size_t length)
{
    bool locked;

    if (panicking())
        return; /* one core has the last words */
    /* Who may not wait (an interrupt handler, against the rules) is heard all the same. */
    locked = mutex_lock(&console_mutex) == 0;
    write_lines(text, length);
    if (locked)
        mutex_unlock(&console_mutex);
}

int console_getc(uint64_t timeout_us)
{
    return uart_getc(timeout_us);
}

void console_flush(void)
{
    uart_flush();
}
