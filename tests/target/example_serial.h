// SPDX-License-Identifier: BSD-3-Clause
/*
 * Example of a peripheral by DMA: a UART that sends text and keeps what comes back
 * (tests/target/example_serial.c).
 */
#ifndef TESTS_TARGET_EXAMPLE_SERIAL_H
#define TESTS_TARGET_EXAMPLE_SERIAL_H

#include "drivers/serial/serial.h"

#include <stddef.h>
#include <stdint.h>

#define EXAMPLE_SERIAL_MAX 256u

struct example_serial {
    struct serial *serial;
    unsigned uart;
    char received[EXAMPLE_SERIAL_MAX];
    uint32_t length; /* of what has been received; the callback counts */
    bool sent;
};

/* Thread context. The errors of platform_serial_take() and serial_open(). */
int example_serial_open(struct example_serial *example, unsigned uart);

/* Sends text, and waits until it has left and as much has come back. 0; -ETIMEDOUT; the errors of
 * serial_send(). Thread context. */
int example_serial_exchange(struct example_serial *example, const char *text, uint64_t timeout_us);

/* Thread context. The errors of serial_close() and platform_serial_release(). */
int example_serial_close(struct example_serial *example);

#endif
