// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening, closing and sending (AM65x TRM SPRUID7, chapter 12 "Peripherals", "UART"; 10.3 PDMA).
 */
#include "drivers/serial/serial.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/serial/internal.h"
#include "drivers/udma/peer.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>

LOG_SUBJECT(serial);

#define DEPTH_MAX 64u

_Static_assert(SERIAL_MESSAGE_MAX == UDMA_BUFFER_MAX, "a message is a packet of one buffer");

const char *serial_error_name(enum serial_error error)
{
    static const char *const names[SERIAL_ERRORS] = {
        [SERIAL_OVERRUN] = "overrun",       [SERIAL_BREAK] = "break",
        [SERIAL_FRAMING] = "framing error", [SERIAL_PARITY] = "parity error",
        [SERIAL_UNKNOWN] = "line error",    [SERIAL_DMA] = "DMA error",
    };

    return (unsigned)error < SERIAL_ERRORS ? names[error] : "unknown error";
}

/* ---- sending ---- */

/* What a message's cookie is to the channel: the caller's, which is all that comes back, and with
 * it how long it was. The channel has a place for each. */
static void note_sent(void *context, void *cookie, int status)
{
    struct serial *serial = context;

    if (serial->config.sent != NULL)
        serial->config.sent(serial->config.context, cookie, status);
}

static void note_ready(void *context)
{
    struct serial *serial = context;

    if (serial->config.ready != NULL)
        serial->config.ready(serial->config.context);
}

int serial_send(struct serial *serial, const void *data, uint32_t length, void *cookie)
{
    struct udma_buffer buffer = {.data = (void *)(uintptr_t)data, .length = length};
    struct udma_packet packet = {.buffers = &buffer, .buffer_count = 1, .cookie = cookie};
    int taken;

    if (serial == NULL || data == NULL)
        return -EINVAL;
    taken = udma_send(serial->transmit, &packet, 1);
    if (taken == 1)
        return 0;
    return taken < 0 ? taken : -EAGAIN;
}

/* ---- stop, start, break ---- */

static void set_stopped(struct serial *serial, bool stopped)
{
    unsigned long state = spin_lock(&serial->lock);

    serial->stopped = stopped;
    serial_ask(serial);
    spin_unlock(&serial->lock, state);
}

void serial_stop(struct serial *serial)
{
    set_stopped(serial, true);
}

void serial_start(struct serial *serial)
{
    set_stopped(serial, false);
}

void serial_break(struct serial *serial, bool on)
{
    unsigned long state = spin_lock(&serial->lock);

    SERIAL_WRITE(serial, lcr, UART_LCR_8N1 | (on ? UART_LCR_BREAK_EN : 0));
    spin_unlock(&serial->lock, state);
}

void serial_get_counters(const struct serial *serial, struct serial_counters *copy)
{
    const struct serial_counters *counters = &serial->counters;
    struct udma_packet_counters left = {0};

    if (serial->transmit != NULL)
        udma_transmit_get_counters(serial->transmit, &left);
    copy->received = __atomic_load_n(&counters->received, __ATOMIC_RELAXED);
    copy->sent = left.bytes;
    copy->pieces = __atomic_load_n(&counters->pieces, __ATOMIC_RELAXED);
    copy->rests = __atomic_load_n(&counters->rests, __ATOMIC_RELAXED);
    copy->interrupts = __atomic_load_n(&counters->interrupts, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < SERIAL_ERRORS; i++)
        copy->errors[i] = __atomic_load_n(&counters->errors[i], __ATOMIC_RELAXED);
}

/* ---- opening ---- */

static bool is_valid(const struct serial_config *config)
{
    return config != NULL && config->endpoint != NULL && config->device != NULL &&
           config->received != NULL && config->depth >= 1 && config->depth <= DEPTH_MAX &&
           config->pieces >= 2 && config->pieces <= SERIAL_PIECES_MAX &&
           (config->core == IRQ_CORE_ANY || config->core < core_count());
}

static struct serial *allocate(const struct serial_config *config)
{
    struct serial *serial = calloc(1, sizeof(*serial));

    if (serial == NULL)
        return NULL;
    serial->memory = dma_alloc((config->pieces + SERIAL_RESTS) * SERIAL_STRIDE);
    if (serial->memory == NULL) {
        free(serial);
        return NULL;
    }
    serial->config = *config;
    serial->uart = (struct uart_registers *)config->base;
    serial->stopped = true;
    serial->to = serial->from = *config->endpoint;
    serial->to.static_tr = (struct udma_static_tr){.element_bytes = 1, .elements = 1};
    serial->from.static_tr =
        (struct udma_static_tr){.element_bytes = 1, .elements = SERIAL_PIECE, .bursts = 1};
    return serial;
}

static int open_receive(struct serial *serial)
{
    const struct serial_config *config = &serial->config;
    const struct udma_receive_config receive = {
        .name = config->name, .udma = config->udma, .endpoint = &serial->from, .flow_count = 1};
    const struct udma_flow_config flow = {
        .name = config->name,
        .core = config->core,
        .depth = config->pieces,
        .when_empty = UDMA_FLOW_WAIT,
        .free_rings = 1,
        .received = serial_packets,
        .error = serial_dma_error,
        .context = serial,
    };
    int error = udma_receive_open(&receive, &serial->receive);

    if (error == 0)
        error = udma_flow_open(serial->receive, 0, &flow, &serial->flow);
    if (error == 0)
        error = serial_receive_begin(serial);
    if (error != 0)
        return error;
    serial->arrived = udma_receive_peer_bytes(serial->receive);
    return udma_receive_start(serial->receive);
}

static int open_transmit(struct serial *serial)
{
    const struct serial_config *config = &serial->config;
    const struct udma_transmit_config transmit = {
        .name = config->name,
        .udma = config->udma,
        .endpoint = &serial->to,
        .core = config->core,
        .depth = config->depth,
        .buffers_max = 1,
        .sent = note_sent,
        .ready = note_ready,
        .error = serial_dma_error,
        .context = serial,
    };

    return udma_transmit_open(&transmit, &serial->transmit);
}

static int request_interrupt(struct serial *serial)
{
    const struct irq_request request = {
        .index = 0,
        .handler = serial_interrupt,
        .context = serial,
        .name = serial->config.name,
        .core = serial->config.core,
    };

    return irq_request(serial->config.device, &request, &serial->irq);
}

int serial_open(const struct serial_config *config, struct serial **serial)
{
    struct serial *opened;
    int error, undone;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (!is_valid(config) || serial == NULL)
        return -EINVAL;
    opened = allocate(config);
    if (opened == NULL)
        return -ENOMEM;
    error = serial_line_up(opened);
    if (error == 0)
        error = request_interrupt(opened);
    if (error == 0)
        error = open_receive(opened);
    if (error == 0)
        error = open_transmit(opened);
    if (error == 0) {
        serial_start(opened);
        *serial = opened;
        return 0;
    }
    log_error(serial, "%s: not opened (%d)", config->name, error);
    undone = serial_close(opened);
    return undone == -EIO ? -EIO : error;
}

/* ---- closing; each step is over when its handle is gone, so that it can be repeated ---- */

/* Of two outcomes the worse. */
static int worse(int error, int other)
{
    return other == -EIO || error == 0 ? other : error;
}

static int close_transmit(struct serial *serial)
{
    int error = serial->transmit == NULL ? 0 : udma_transmit_close(serial->transmit);

    if (error != -EAGAIN && error != -EDEADLK)
        serial->transmit = NULL;
    return error;
}

static int close_interrupt(struct serial *serial)
{
    int error = serial->irq == NULL ? 0 : irq_free(serial->irq);

    if (error == -EAGAIN)
        return error;
    serial->irq = NULL;
    return error != 0 ? -EIO : 0;
}

static int close_receive(struct serial *serial)
{
    int error = serial->receive == NULL ? 0 : udma_receive_close(serial->receive);

    if (error != -EAGAIN && error != -EDEADLK)
        serial->receive = NULL;
    return error;
}

int serial_close(struct serial *serial)
{
    int sent, error, received;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (serial == NULL)
        return -EINVAL;
    if (serial->transmit != NULL)
        serial_start(serial); /* what is queued can only leave if it runs */
    sent = close_transmit(serial);
    if (sent == -EAGAIN)
        return sent;
    serial->outcome = worse(serial->outcome, sent);
    error = close_interrupt(serial);
    if (error == -EAGAIN)
        return error;
    serial->outcome = worse(serial->outcome, error);
    serial_line_down(serial, serial->outcome == 0);
    received = close_receive(serial);
    if (serial->receive != NULL)
        return received;
    error = worse(serial->outcome, received);
    dma_free(serial->memory);
    free(serial);
    return error;
}
