// SPDX-License-Identifier: BSD-3-Clause
/*
 * A file over the console's UART, by XMODEM or YMODEM (lib/ymodem.h).
 */
#ifndef APP_R5_RECEIVE_H
#define APP_R5_RECEIVE_H

#include <stddef.h>

#define R5_RECEIVE_MAX 0x1000000u /* bytes; it takes 25 minutes at 115200 baud */

/* Receives a file of at most R5_RECEIVE_MAX bytes into memory of the heap's, which the caller
 * frees. Until it has come nobody's output gets to the console; lines of the log are kept there.
 * *problem says in words what went wrong. -ENOMEM: so much memory is not free; -ENODEV: there is no
 * console; and what ymodem_receive() says. Thread context; the one who reads the console. */
int r5_receive(void **file, size_t *size, const char **problem);

#endif
