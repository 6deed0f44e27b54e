// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console's device, its lock, and its line ends.
 */
#include "lib/console.h"

#include "arch/exception.h"
#include "arch/wait.h"

#include <errno.h>
#include <string.h>

#define CTRL_C 0x03u

static struct mutex console_mutex = MUTEX_INIT;
static const struct console_device *attached;

void console_attach(const struct console_device *device)
{
    attached = device;
}

const struct console_device *console_attached(void)
{
    return attached;
}

void console_replace(const struct console_device *device)
{
    bool locked = mutex_lock(&console_mutex) == 0;

    attached = device;
    if (locked)
        mutex_unlock(&console_mutex);
}

/* Writes text with "\n" as "\r\n", unless the carriage return is there already. */
static void write_lines(const char *text, size_t length)
{
    const char *end = text + length, *from = text;

    while (from < end) {
        const char *feed = memchr(from, '\n', (size_t)(end - from));
        bool returned = feed != NULL && feed != text && feed[-1] == '\r';
        size_t count = (size_t)((feed != NULL ? feed : end) - from);

        if (count != 0)
            (void)attached->write(from, count);
        if (feed == NULL)
            break;
        (void)attached->write(&"\r\n"[returned], 2u - returned);
        from = feed + 1;
    }
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
