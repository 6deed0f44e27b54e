// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's UART that is the console: a 16550 with extensions (TRM SPRUID7, chapter 12
 * "Peripherals", "UART").
 */
#ifndef DRIVERS_UART_UART_H
#define DRIVERS_UART_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes the UART usable, polled both ways, and the place where panics are reported. Settings that
 * a loader left are kept, with what is in the FIFOs; otherwise it is set to baud, 8N1. Boot core,
 * once. 0; -EINVAL: the clock can't make the baud rate. */
int uart_init(uintptr_t base, uint32_t clock_hz, uint32_t baud);

/* Sends bytes as they are. Thread context, one caller at a time. 0; -ENODEV before uart_init();
 * -ETIMEDOUT: the transmitter is stuck, and the rest is counted as lost. */
int uart_write(const char *text, size_t length);

/* Waits until the last byte has left the shift register. Thread context. -ENODEV before
 * uart_init(); -ETIMEDOUT: the transmitter is stuck. */
int uart_flush(void);

/* The next byte received, 0-255. Thread context, one caller at a time. Polled until
 * uart_use_interrupt(); from then on up to 16 KiB are kept that nobody has read yet, and what comes
 * after that waits in the UART's FIFO. -ETIMEDOUT: nothing within timeout_us; -ENODEV before
 * uart_init(); -EDEADLK: not thread context. */
int uart_getc(uint64_t timeout_us);

/* The byte that uart_getc() would return at once, once the interrupt is used; it stays there. For
 * who reads, with IRQs masked too. -ETIMEDOUT: there is none. */
int uart_peek(void);

/* Drops what has been received and not read, up to the last such byte; returns whether there was
 * one. Thread context, one caller at a time, who may not be in uart_getc(). */
bool uart_discard_through(unsigned char byte);

/* For the handler of the UART's interrupt (interrupt context): takes what has been received;
 * returns whether there was a cause. And the switch to it, once the interrupt has been requested
 * (thread context). */
bool uart_interrupt(void);
void uart_use_interrupt(void);

/* For panics: any context, whoever else is in this driver; returns when the text has left, or
 * gives up on a stuck transmitter. */
void uart_panic_write(const char *text, size_t length);

/* Counts since uart_init(), of bytes unless said otherwise. */
struct uart_counters {
    uint64_t received, sent;
    uint64_t overruns; /* times bytes were lost because the receive FIFO was full (LSR.OE) */
    uint64_t held_up;  /* times receiving paused because nobody fetched the bytes */
    uint64_t lost;     /* bytes not sent: the transmitter was stuck */
};
/* Copies them. Any context. */
void uart_get_counters(struct uart_counters *counters);

#endif
