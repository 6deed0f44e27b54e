// SPDX-License-Identifier: BSD-3-Clause
/*
 * During a transfer the line is the protocol's alone: what others write to the console would be
 * taken for answers.
 */
#include "app/r5/receive.h"

#include "lib/console.h"
#include "lib/ymodem.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const char *in_words(int error)
{
    switch (error) {
    case 0:
        return NULL;
    case -ECANCELED:
        return "the transfer was canceled";
    case -ETIMEDOUT:
        return "nobody sends";
    case -EFBIG:
        return "the file is larger than 16 MiB";
    case -ENOENT:
        return "the sender has no file";
    case -EMFILE:
        return "the sender has more than one file";
    case -EIO:
        return "a block was damaged ten times";
    case -EPROTO:
        return "what was sent is not XMODEM, nor YMODEM";
    case -ENOMEM:
        return "there is no memory for the file";
    default:
        return "the console's UART fails";
    }
}

static int get(void *context, uint64_t timeout_us)
{
    const struct console_device *device = context;

    return device->getc(timeout_us);
}

static int put(void *context, const uint8_t *bytes, size_t length)
{
    const struct console_device *device = context;

    return device->write((const char *)bytes, length);
}

static int drop(const char *text, size_t length)
{
    (void)text;
    (void)length;
    return 0;
}

/* The same device, to which nothing is written. */
static int receive(void *memory, size_t *size)
{
    static struct console_device quiet;
    const struct console_device *device = console_attached();
    struct ymodem_line line = {.get = get, .put = put, .context = (void *)(uintptr_t)device};
    int error;

    if (device == NULL)
        return -ENODEV;
    quiet = *device;
    quiet.write = drop;
    console_replace(&quiet);
    error = ymodem_receive(&line, memory, R5_RECEIVE_MAX, size);
    console_replace(device);
    printf("\n"); /* behind what the terminal shows of the answers */
    return error;
}

int r5_receive(void **file, size_t *size, const char **problem)
{
    void *memory = malloc(R5_RECEIVE_MAX);
    int error = -ENOMEM;

    if (memory != NULL) {
        printf("waiting for a file by XMODEM-1K or YMODEM; Ctrl-C ends it\n");
        fflush(stdout);
        error = receive(memory, size);
    }
    *problem = in_words(error);
    if (error != 0) {
        free(memory);
        return error;
    }
    *file = memory;
    return 0;
}
