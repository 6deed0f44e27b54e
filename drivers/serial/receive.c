// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receiving: pieces that the DMA fills, and the rest of what came before a pause.
 *
 * The FIFO asks the PDMA when it has SERIAL_PIECE bytes, and the PDMA makes a packet of just these.
 * What is less stays in the FIFO; after a pause of four characters the UART interrupts, and the
 * rest is fetched from the FIFO here. In two things that must not go wrong:
 *
 * - The PDMA must not be reading at the same time. It is kept from beginning (SCR); and it is not
 *   in the middle if then the level is below what it begins at, and the UART still tells of the
 *   pause: any read of the FIFO ends that, and the next takes four characters' time to come. Unless
 *   the PDMA stands still, since it is held up: when there was no free piece the rest is left until
 *   one has come, or there has been one for as long as a burst can take. And what it has counted is
 *   whole pieces: else memory holds it up, and the rest is left until the piece has come.
 * - The bytes that the PDMA fetched before may still be on their way, or wait for a free piece. The
 *   PDMA counts them: the rest is delivered when so many have been. They come in pieces, so that
 *   count is met.
 */
#include "arch/mmio.h"
#include "arch/time.h"
#include "drivers/serial/internal.h"
#include "drivers/udma/peer.h"

#include <errno.h>
#include <stddef.h>

/* A burst that can go on is over after this: 32 accesses to the UART. */
#define BURST_NS 20000u

/* ---- delivery: in order, by one core at a time ---- */

static unsigned number_of(const struct serial *serial, const uint8_t *data)
{
    return (unsigned)((size_t)(data - serial->memory) / SERIAL_STRIDE);
}

static void enqueue(struct serial *serial, struct serial_piece piece)
{
    unsigned last = (serial->queue_first + serial->queue_count++) % SERIAL_QUEUE;

    serial->queue[last] = piece;
    serial->with_caller[number_of(serial, piece.data)] = true;
    serial->counters.received += piece.length;
}

static bool dequeue(struct serial *serial, struct serial_piece *piece)
{
    if (serial->queue_count == 0)
        return false;
    *piece = serial->queue[serial->queue_first];
    serial->queue_first = (serial->queue_first + 1u) % SERIAL_QUEUE;
    serial->queue_count--;
    return true;
}

/* Another core that is at it takes what was queued meanwhile, too. */
static void deliver(struct serial *serial)
{
    unsigned long state = spin_lock(&serial->lock);
    struct serial_piece piece;

    if (serial->delivering) {
        spin_unlock(&serial->lock, state);
        return;
    }
    serial->delivering = true;
    while (dequeue(serial, &piece)) {
        spin_unlock(&serial->lock, state);
        serial->config.received(serial->config.context, piece.data, piece.length);
        state = spin_lock(&serial->lock);
    }
    serial->delivering = false;
    spin_unlock(&serial->lock, state);
}

/* ---- what the UART is asked ---- */

void serial_ask(struct serial *serial)
{
    uint32_t interrupts = 0, mode = UART_SCR_DMA_NONE;

    if (!serial->stopped) {
        mode = UART_SCR_DMA_BOTH;
        if (!serial->unwatched)
            interrupts |= UART_IER_RHR;
        if (!serial->errors_unwatched)
            interrupts |= UART_IER_LINE_STATUS;
    }
    SERIAL_WRITE(serial, scr, UART_SCR_TX_FINE_TRIGGER | UART_SCR_DMA_MODE_HERE | mode);
    SERIAL_WRITE(serial, ier, interrupts);
}

/* ---- errors ---- */

static const struct {
    uint32_t bit;
    enum serial_error error;
} line_errors[] = {
    {UART_LSR_RX_OE, SERIAL_OVERRUN},
    {UART_LSR_RX_BI, SERIAL_BREAK},
    {UART_LSR_RX_FE, SERIAL_FRAMING},
    {UART_LSR_RX_PE, SERIAL_PARITY},
};

#define BYTE_ERRORS (UART_LSR_RX_BI | UART_LSR_RX_FE | UART_LSR_RX_PE)
#define LINE_ERRORS (UART_LSR_RX_OE | BYTE_ERRORS)

static void tell(struct serial *serial, enum serial_error error)
{
    __atomic_fetch_add(&serial->counters.errors[error], 1, __ATOMIC_RELAXED);
    if (serial->config.error != NULL)
        serial->config.error(serial->config.context, error);
}

static void tell_all(struct serial *serial, uint32_t status)
{
    for (unsigned i = 0; i < sizeof(line_errors) / sizeof(line_errors[0]); i++)
        if ((status & line_errors[i].bit) != 0)
            tell(serial, line_errors[i].error);
}

/* ---- rests; with the lock ---- */

/* Returns what went wrong on the line with it. */
static uint32_t read_rest(struct serial *serial, uint32_t level, uint32_t position)
{
    uint8_t *data = serial->free_rests[--serial->free_count];
    uint32_t errors = 0;

    for (uint32_t i = 0; i < level; i++) {
        errors |= SERIAL_READ(serial, lsr) & LINE_ERRORS;
        data[i] = (uint8_t)SERIAL_READ(serial, rhr);
    }
    serial->rest = (struct serial_piece){data, level};
    serial->rest_position = position;
    return errors;
}

/* Queues the rest when all before it is. */
static void settle_rest(struct serial *serial)
{
    if (serial->rest.data == NULL || (int32_t)(serial->arrived - serial->rest_position) < 0)
        return;
    enqueue(serial, serial->rest);
    serial->counters.rests++;
    serial->rest.data = NULL;
}

/* Nothing can be fetched now: a piece that comes, or is given back, is the next occasion. */
static bool must_wait(const struct serial *serial, uint32_t level, uint32_t position)
{
    return level >= SERIAL_PIECE || (position - serial->arrived) % SERIAL_PIECE != 0 ||
           serial->rest.data != NULL || serial->free_count == 0 ||
           (serial->starved && serial->with_dma == 0);
}

/* Nor now: but soon, and until then the interrupt comes again and again. */
static bool may_be_reading(const struct serial *serial)
{
    return serial->starved && time_now_ns() - serial->fed_ns < BURST_NS;
}

/* After a pause. A time-out that is told of an empty FIFO is cleared by a read (TI errata SPRZ452,
 * i2310). */
static uint32_t fetch_rest(struct serial *serial)
{
    uint32_t level, position, errors = 0;

    SERIAL_WRITE(serial, scr,
                 UART_SCR_TX_FINE_TRIGGER | UART_SCR_DMA_MODE_HERE | UART_SCR_DMA_TRANSMIT);
    level = SERIAL_READ(serial, rxfifo_lvl);
    if (UART_IIR_TYPE(SERIAL_READ(serial, iir)) != UART_IIR_RX_TIMEOUT)
        return 0; /* it is being read */
    position = udma_receive_peer_bytes(serial->receive);
    if (level == 0)
        (void)SERIAL_READ(serial, rhr);
    else if (must_wait(serial, level, position))
        serial->unwatched = true;
    else if (!may_be_reading(serial))
        errors = read_rest(serial, level, position);
    settle_rest(serial);
    return errors;
}

/* ---- interrupts ---- */

/* A byte with an error may be anywhere in the FIFO, and is told of as long as it is: until the next
 * bytes are fetched this is enough. */
static uint32_t note_errors(struct serial *serial)
{
    uint32_t status;

    serial->errors_unwatched = true;
    SERIAL_WRITE(serial, ier, serial->unwatched ? 0 : UART_IER_RHR);
    status = SERIAL_READ(serial, lsr);
    serial->unseen = (status & UART_LSR_RX_FIFO_STS) != 0 && (status & BYTE_ERRORS) == 0;
    return status & LINE_ERRORS;
}

enum irq_return serial_interrupt(void *context)
{
    struct serial *serial = context;
    unsigned long state = spin_lock(&serial->lock);
    uint32_t type = UART_IIR_TYPE(SERIAL_READ(serial, iir)), first = type, told = 0, errors = 0;

    serial->counters.interrupts++;
    if (!serial->stopped) {
        if (type == UART_IIR_LINE_STATUS) {
            told = note_errors(serial);
            type = UART_IIR_TYPE(SERIAL_READ(serial, iir));
        }
        if (type == UART_IIR_RX_TIMEOUT) {
            errors = fetch_rest(serial);
            if ((errors & BYTE_ERRORS) != 0)
                serial->unseen = false; /* it was among these */
            serial->errors_unwatched = false;
        }
        serial_ask(serial);
    }
    spin_unlock(&serial->lock, state);
    tell_all(serial, told | errors);
    deliver(serial);
    return first == UART_IIR_NONE ? IRQ_NONE : IRQ_HANDLED;
}

static void note_packet(struct serial *serial, const struct udma_received *packet)
{
    for (unsigned i = 0; i < packet->buffer_count; i++)
        enqueue(serial, (struct serial_piece){packet->buffers[i].data, packet->buffers[i].length});
    serial->counters.pieces++;
    serial->with_dma -= packet->buffer_count;
    serial->arrived += packet->length;
    settle_rest(serial);
}

void serial_packets(void *context, struct udma_received *const *packets, unsigned count)
{
    struct serial *serial = context;
    unsigned long state = spin_lock(&serial->lock);
    const bool unseen = serial->unseen;

    serial->unseen = false;
    for (unsigned i = 0; i < count; i++)
        note_packet(serial, packets[i]);
    serial->starved = serial->with_dma == 0;
    if (serial->unwatched || serial->errors_unwatched) {
        serial->unwatched = serial->errors_unwatched = false;
        serial_ask(serial);
    }
    spin_unlock(&serial->lock, state);
    if (unseen)
        tell(serial, SERIAL_UNKNOWN);
    deliver(serial);
}

/* Bytes that were lost will not be counted: the rest waits for them no longer. */
void serial_dma_error(void *context, enum udma_error error)
{
    struct serial *serial = context;
    unsigned long state;

    if (error == UDMA_ERROR_TEARDOWN) /* the close's own */
        return;
    state = spin_lock(&serial->lock);
    serial->rest_position = serial->arrived;
    settle_rest(serial);
    spin_unlock(&serial->lock, state);
    tell(serial, SERIAL_DMA);
    deliver(serial);
}

/* ---- pieces ---- */

static void watch_again(struct serial *serial)
{
    if (serial->unwatched) {
        serial->unwatched = false;
        serial_ask(serial);
    }
}

/* With the lock, as the next. */
static int give_rest(struct serial *serial, uint8_t *data)
{
    serial->free_rests[serial->free_count++] = data;
    watch_again(serial);
    return 0;
}

/* It is counted before it can come back. */
static int give_dma(struct serial *serial, uint8_t *data)
{
    const struct udma_buffer buffer = {.data = data, .length = SERIAL_PIECE};
    int given = udma_flow_give(serial->flow, 0, &buffer, 1); /* there is room for all there are */

    if (given != 1)
        return given < 0 ? given : -EINVAL;
    if (serial->with_dma++ == 0)
        serial->fed_ns = time_now_ns();
    watch_again(serial);
    return 0;
}

static int give_back(struct serial *serial, uint8_t *data, unsigned number)
{
    unsigned long state = spin_lock(&serial->lock);
    int error = -EINVAL; /* it was given already */

    if (serial->with_caller[number]) {
        error = number < serial->config.pieces ? give_dma(serial, data) : give_rest(serial, data);
        serial->with_caller[number] = error != 0;
    }
    spin_unlock(&serial->lock, state);
    return error;
}

int serial_give(struct serial *serial, uint8_t *data)
{
    size_t offset = (size_t)(data - serial->memory), number = offset / SERIAL_STRIDE;

    if (data < serial->memory || offset % SERIAL_STRIDE != 0 ||
        number >= serial->config.pieces + SERIAL_RESTS)
        return -EINVAL;
    return give_back(serial, data, (unsigned)number);
}

int serial_receive_begin(struct serial *serial)
{
    for (unsigned i = 0; i < serial->config.pieces + SERIAL_RESTS; i++) {
        serial->with_caller[i] = true;
        int error = serial_give(serial, serial->memory + (size_t)i * SERIAL_STRIDE);

        if (error != 0)
            return error;
    }
    return 0;
}
