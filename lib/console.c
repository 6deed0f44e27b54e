// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console's device, its lock, and its line ends.
 */
#include "lib/console.h"

#include "arch/exception.h"
#include "arch/wait.h"

#include <errno.h>

#define CHUNK  64u
#define CTRL_C 0x03u

static struct mutex console_mutex = MUTEX_INIT;
static const struct console_device *attached;

void console_attach(const struct console_device *device)
{
    attached = device;
}

/* Writes text with "\n" as "\r\n", unless the carriage return is there already. */
static void write_lines(const char *text, size_t length)
{
    char chunk[CHUNK];
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        if (used + 2 > CHUNK) {
            (void)attached->write(chunk, used);
            used = 0;
        }
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
            chunk[used++] = '\r';
        chunk[used++] = text[i];
    }
    (void)attached->write(chunk, used);
}

void console_write(const char *text, size_t length)
{
    bool locked;

    if (attached == NULL || panicking())
        return; /* one core has the last words */
    /* Where waiting is not allowed (in an interrupt handler, against the rules) the text is written
     * without the lock. */
    locked = mutex_lock(&console_mutex) == 0;
    write_lines(text, length);
    if (locked)
        mutex_unlock(&console_mutex);
}

int console_getc(uint64_t timeout_us)
{
    return attached == NULL ? -ENODEV : attached->getc(timeout_us);
}

bool console_interrupted(void)
{
    return attached != NULL && attached->discard_through(CTRL_C);
}

void console_flush(void)
{
    if (attached != NULL)
        (void)attached->flush();
}
