// SPDX-License-Identifier: BSD-3-Clause
/*
 * A UART by DMA, in both directions: what is sent goes from the caller's memory, what is received
 * into pieces of memory that the caller has until it gives them back. Cores are interrupted once
 * for a message, or a piece, not for a byte.
 *
 * A PDMA stands between the UART and the UDMAP's packet channels (AM65x TRM SPRUID7, "Peripheral
 * DMA"). Each time the UART's receive FIFO has SERIAL_PIECE bytes the PDMA makes a packet of them;
 * what is less, and is followed by a pause of four characters, this driver fetches from the FIFO
 * itself and delivers in its place.
 *
 * platform_serial_take() (platform/platform.h) fills in what the SoC decides.
 */
#ifndef DRIVERS_SERIAL_SERIAL_H
#define DRIVERS_SERIAL_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device;
struct serial; /* opaque */
struct udma;
struct udma_endpoint;

#define SERIAL_PIECE       32u /* bytes that are received at once at most: half the FIFO */
#define SERIAL_PIECES_MAX  64u
#define SERIAL_MESSAGE_MAX 0x3fffffu /* bytes; UDMA_BUFFER_MAX */

/* What the UART tells of the line. It tells what is wrong with the byte that is read next, and the
 * DMA does not look: so which byte of a piece it is nobody knows, nor often what. An error is told
 * before the piece that has the byte is delivered, or with it; of several in a piece one is told at
 * least; and one may be told twice, as SERIAL_UNKNOWN too. One that comes with the last bytes of a
 * piece may be out of the FIFO before a core has looked, and is not told then. Who has to know of
 * each has to have a checksum. What comes before a pause, shorter than a piece, is read byte by
 * byte, and its errors are exact. */
enum serial_error {
    SERIAL_OVERRUN, /* the FIFO was full, and bytes were lost: nobody gave pieces back in time */
    SERIAL_BREAK,   /* the line was low for longer than a character; a zero byte comes with it */
    SERIAL_FRAMING, /* no stop bit */
    SERIAL_PARITY,
    SERIAL_UNKNOWN, /* one of the three above, of a byte that the DMA was quicker to fetch */
    SERIAL_DMA,     /* the DMA has an error (drivers/udma/packet.h); bytes may be lost. Close it. */
    SERIAL_ERRORS
};

/* In words; never NULL. Any context. */
const char *serial_error_name(enum serial_error error);

struct serial_config {
    /* The UART, as platform_serial_take() has it. */
    const char *name;
    uintptr_t base;
    uint32_t clock_hz;
    struct device *device; /* bound: its interrupt is source 0 */
    const struct udma_endpoint *endpoint;
    struct udma *udma; /* NULL: the main Navigator's */

    /* What the caller wants. */
    uint32_t baud;   /* 8N1 */
    bool loopback;   /* inside of the UART, nothing gets out */
    uint32_t core;   /* of all interrupts, or IRQ_CORE_ANY */
    uint16_t depth;  /* messages that can be queued, 1-64 */
    uint16_t pieces; /* for what is received, 2 to SERIAL_PIECES_MAX */

    /* 1 to SERIAL_PIECE bytes have come. They are the callee's until serial_give(), in this call or
     * later; while it has all pieces the UART's FIFO fills up. In order, never on two cores at
     * once. Interrupt context; in serial_close() thread context. */
    void (*received)(void *context, uint8_t *data, uint32_t length);
    /* A message is the caller's again, once for each that serial_send() took. status: 0: the UART
     * has it, and the last bytes of it are on their way; -ECANCELED: not all of it. Contexts as
     * above. May be NULL. */
    void (*sent)(void *context, void *cookie, int status);
    /* There is room again after an -EAGAIN. Interrupt context. May be NULL. */
    void (*ready)(void *context);
    /* Interrupt context. May be NULL: then they are counted only. */
    void (*error)(void *context, enum serial_error error);
    void *context;
};

/* Sets the UART up and starts both directions. Thread context. -EINVAL: something in the
 * configuration is out of range, or the clock can't make the baud rate to 2 %; -ENOMEM; the errors
 * of irq_request(), udma_transmit_open() and udma_receive_open(). After an error there is no
 * handle, and the UART is off. */
int serial_open(const struct serial_config *config, struct serial **serial);

/* Sends what is queued, for 1 s at most, stops both directions and gives everything back. Pieces
 * that the caller still has are gone with it. Thread context, while nobody is in serial_send() or
 * serial_give(). 0; -ETIMEDOUT: closed, but something was cut off: not all was sent, or
 * nobody gave pieces back for what was received; -EIO: closed, something of the
 * hardware is held (udma_inventory.held); -EAGAIN: a callback has not returned for 5 s, the handle
 * stays the caller's, and the call is to be repeated; -EINVAL: NULL; -EDEADLK. */
int serial_close(struct serial *serial);

/* Queues a message: length bytes, 1 to SERIAL_MESSAGE_MAX, which are the driver's until sent(). Any
 * context. -EAGAIN: depth messages are queued already, ready() tells; -EINVAL; -ECANCELED: it is
 * being closed; -EIO: the channel has failed. */
int serial_send(struct serial *serial, const void *data, uint32_t length, void *cookie);

/* Gives back a piece that received() brought. Any context. -EINVAL: that is none, or one that was
 * given back; -ECANCELED: it is
 * being closed. */
int serial_give(struct serial *serial, uint8_t *data);

/* Stops both directions where they are, and goes on there: what is queued stays so, and what comes
 * in between fills the FIFO, and then is lost. Any context. */
void serial_stop(struct serial *serial);
void serial_start(struct serial *serial);

/* Holds the line low, or lets it go. Any context. */
void serial_break(struct serial *serial, bool on);

/* Counts since the open, each read by itself. Any context. */
struct serial_counters {
    uint64_t received, sent; /* bytes; sent: of messages that have left */
    uint64_t pieces, rests;  /* delivered: by DMA; by this driver, after a pause */
    uint64_t interrupts;     /* of the UART itself */
    uint64_t errors[SERIAL_ERRORS];
};
void serial_get_counters(const struct serial *serial, struct serial_counters *counters);

#endif
