// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of this folder share.
 */
#ifndef DRIVERS_SERIAL_INTERNAL_H
#define DRIVERS_SERIAL_INTERNAL_H

#include "arch/spinlock.h"
#include "drivers/serial/serial.h"
#include "drivers/uart/uart_registers.h"
#include "drivers/udma/endpoint.h"
#include "drivers/udma/packet.h"
#include "lib/log.h"
#include "msi/handler.h"

#include <stdbool.h>
#include <stdint.h>

LOG_USE(serial);

#define SERIAL_RESTS  4u                                 /* pieces that rests are fetched into */
#define SERIAL_STRIDE 64u                                /* a piece owns its cache line */
#define SERIAL_QUEUE  (SERIAL_PIECES_MAX + SERIAL_RESTS) /* all there are */

struct serial_piece {
    uint8_t *data;
    uint32_t length;
};

struct serial {
    struct serial_config config;
    struct uart_registers *uart;
    struct udma_endpoint to, from; /* the endpoint, with static TRs */
    struct udma_transmit *transmit;
    struct udma_receive *receive;
    struct udma_flow *flow;
    struct irq *irq;
    uint8_t *memory; /* the DMA's pieces, then those for rests */
    bool line_up;
    int outcome; /* of what is closed already */

    struct spinlock lock; /* for what follows, and SCR, IER, LCR */
    bool stopped;
    unsigned with_dma;     /* pieces that are the DMA's, or have not been told of */
    bool starved;          /* it had none, and may be in the middle of a burst since */
    uint64_t fed_ns;       /* starved: when it got the first again */
    bool unwatched;        /* pauses do not interrupt until a piece has come or is given back */
    bool errors_unwatched; /* errors do not either, until who has them in its hands has them out */
    bool unseen;           /* there was one, not at the FIFO's head: what it is, nobody has seen */
    uint32_t arrived; /* bytes of the DMA's that were queued for delivery, as the PDMA counts */
    struct serial_piece rest; /* fetched, waits for the DMA's bytes before it; data NULL: none */
    uint32_t rest_position;   /* so many bytes are before it */
    uint8_t *free_rests[SERIAL_RESTS];
    unsigned free_count;
    bool with_caller[SERIAL_QUEUE]; /* a piece, by its number: it was delivered, or was never given
                                     */
    struct serial_piece queue[SERIAL_QUEUE]; /* for delivery */
    unsigned queue_first, queue_count;
    bool delivering;
    struct serial_counters counters;
};

#define SERIAL_READ(serial, name)         mmio_read32((uintptr_t) & (serial)->uart->name)
#define SERIAL_WRITE(serial, name, value) mmio_write32((uintptr_t) & (serial)->uart->name, value)

/* ---- line.c ---- */

/* -EINVAL: the clock can't make the baud rate. Else the UART is set up, enabled, and asks for
 * nothing. Thread context. */
int serial_line_up(struct serial *serial);
/* Waits until the last byte has left, if it may; then it is off. Thread context. */
void serial_line_down(struct serial *serial, bool may_leave);

/* ---- receive.c ---- */

/* Pieces are free, the flow has its own. */
int serial_receive_begin(struct serial *serial);
/* With the lock: the UART asks for DMA, and interrupts, as it is to. */
void serial_ask(struct serial *serial);

enum irq_return serial_interrupt(void *context);
void serial_packets(void *context, struct udma_received *const *packets, unsigned count);
void serial_dma_error(void *context, enum udma_error error);

#endif
