// SPDX-License-Identifier: BSD-3-Clause
/*
 * PDMAs of the UARTs and the McASPs (AM65x TRM SPRUID7, "Peripheral DMA (PDMA)"): PDMA1 for UART 0
 * to 2 of the main domain, MCU_PDMA1 for the MCU domain's, PDMA0 for the McASPs.
 *
 * A thread does what its static TR says each time its peripheral asks: Y accesses of X bytes. From
 * a peripheral the bytes go on as a stream, whose packet ends after Z such bursts, or with the
 * thread's teardown; Z = 0: with that only. To a UART they come out of the thread's FIFO; the last
 * burst of a packet may be shorter.
 *
 * A UART's data registers have a byte: of an access of X bytes the others are zero, and are lost.
 *
 * A burst that has begun ends, whatever becomes of the UART's request; what the UDMAP does not take
 * is held, and then the UART's FIFO fills up.
 */
#include "twin/models/pdma.h"
#include "twin/models/models.h"

/* What a thread can hold of the stream. */
#define FIFO_SIZE     64u

#define THREAD_SOURCE 0x4514u
#define THREAD_MCASP  0x4400u
#define THREAD_MCU    0x7212u

/* What has threads: the UARTs, then the McASPs. */
#define MCASP_FIRST   UART_COUNT
#define PORTS         (UART_COUNT + MCASP_COUNT)

/* Static TR. */
#define XY_X_SHIFT    24
#define XY_X_MASK     7u
#define XY_Y_MASK     0xfffu
#define Z_MASK        0xfffu

/* It only has to be later than what the UART has done, and to let others in between. */
#define BURST_LATENCY 200u
#define SLICE         16u /* elements that one step moves */

struct thread {
    uint32_t peer[PSIL_PEER_REGISTERS];
    uint8_t fifo[FIFO_SIZE];
    unsigned oldest, level;
    uint32_t burst_left; /* elements of the burst that has begun */
    uint32_t bursts;     /* of the packet that is being received */
    bool open;           /* a packet has begun, and not ended */
    bool last;           /* what is in the FIFO ends a packet */
    bool refused;        /* until psil's source_ready() */
    bool starved;        /* the sender waits for psil_ready() */
    bool ending;
    struct model_timer timer;
};

static struct thread sources[PORTS], destinations[PORTS];

static void source_expired(unsigned port);
static void destination_expired(unsigned port);

static void thread_reset(struct thread *thread, void (*expire)(unsigned), unsigned port)
{
    timer_cancel(&thread->timer);
    memset(thread, 0, sizeof(*thread));
    thread->timer.expire = expire;
    thread->timer.argument = port;
}

void pdma_reset(void)
{
    for (unsigned i = 0; i < PORTS; i++) {
        thread_reset(&sources[i], source_expired, i);
        thread_reset(&destinations[i], destination_expired, i);
    }
}

static uint16_t source_thread(unsigned port)
{
    if (port >= MCASP_FIRST)
        return (uint16_t)(THREAD_MCASP + port - MCASP_FIRST);
    return port == UART_MCU ? THREAD_MCU : (uint16_t)(THREAD_SOURCE + port);
}

static uint16_t destination_thread(unsigned port)
{
    return source_thread(port) | PSIL_DESTINATION;
}

static bool runs(const struct thread *thread)
{
    return (thread->peer[PSIL_PEER_ENABLE] & (PEER_ENABLE | PEER_PAUSE)) == PEER_ENABLE;
}

/* Bytes of an access; 0: a code that is none. */
static unsigned element_bytes(const struct thread *thread)
{
    static const uint8_t bytes[XY_X_MASK + 1] = {1, 2, 3, 4, 8};
    return bytes[thread->peer[PSIL_PEER_STATIC_XY] >> XY_X_SHIFT & XY_X_MASK];
}

static uint32_t elements(const struct thread *thread)
{
    return thread->peer[PSIL_PEER_STATIC_XY] & XY_Y_MASK;
}

static bool has_static_tr(const struct thread *thread)
{
    return element_bytes(thread) != 0 && elements(thread) != 0;
}

static void keep(struct thread *thread, uint8_t byte)
{
    thread->fifo[(thread->oldest + thread->level++) % FIFO_SIZE] = byte;
}

static uint8_t take(struct thread *thread)
{
    uint8_t byte = thread->fifo[thread->oldest];
    thread->oldest = (thread->oldest + 1) % FIFO_SIZE;
    thread->level--;
    return byte;
}

static void wake(struct thread *thread)
{
    if (!timer_armed(&thread->timer))
        timer_arm(&thread->timer, BURST_LATENCY);
}

/* ---------------------------------------------------------------- the peripherals */

static bool asks_to_be_read(unsigned port)
{
    return port < MCASP_FIRST ? uart_asks_to_be_read(port)
                              : mcasp_asks_to_be_read(port - MCASP_FIRST);
}

static bool asks_to_be_written(unsigned port)
{
    return port < MCASP_FIRST ? uart_asks_to_be_written(port)
                              : mcasp_asks_to_be_written(port - MCASP_FIRST);
}

/* An access; what is wider than the peripheral's register is zero, and lost. */
static uint64_t read_port(unsigned port)
{
    return port < MCASP_FIRST ? uart_dma_read(port) : mcasp_dma_read(port - MCASP_FIRST);
}

static void write_port(unsigned port, uint64_t value)
{
    if (port < MCASP_FIRST)
        uart_dma_write(port, (uint8_t)value);
    else
        mcasp_dma_write(port - MCASP_FIRST, (uint32_t)value);
}

/* ---------------------------------------------------------------- from a peripheral */

/* Passes on what the thread holds, in pieces that lie together. */
static void pass_on(unsigned port)
{
    struct thread *thread = &sources[port];
    while (thread->level != 0 && !thread->refused) {
        unsigned together = FIFO_SIZE - thread->oldest;
        unsigned size = thread->level < together ? thread->level : together;
        bool last = thread->last && size == thread->level;
        uint32_t taken =
            psil_send_bytes(source_thread(port), &thread->fifo[thread->oldest], size, last);
        thread->oldest = (thread->oldest + taken) % FIFO_SIZE;
        thread->level -= taken;
        thread->refused = taken < size;
        thread->open = taken < size || !last;
    }
    if (thread->level == 0)
        thread->last = false;
}

/* The burst that runs, as far as there is room for an element; a packet's last byte waits for who
 * knows that it is the last. */
static void read_burst(unsigned port)
{
    struct thread *thread = &sources[port];
    unsigned bytes = element_bytes(thread);
    for (unsigned i = 0; i < SLICE && thread->burst_left != 0 && thread->level + bytes <= FIFO_SIZE;
         i++) {
        uint64_t value = read_port(port);
        for (unsigned j = 0; j < bytes; j++)
            keep(thread, (uint8_t)(value >> (8 * j)));
        thread->peer[PSIL_PEER_BYTE_COUNT] += bytes;
        if (--thread->burst_left == 0) {
            uint32_t count = thread->peer[PSIL_PEER_STATIC_Z] & Z_MASK;
            thread->bursts++;
            thread->last = count != 0 && thread->bursts >= count;
            if (thread->last)
                thread->bursts = 0;
        }
    }
}

/* A packet that has begun ends with what there is of it. */
static void end_source(unsigned port)
{
    struct thread *thread = &sources[port];
    if (thread->burst_left != 0 || thread->refused)
        return;
    if (thread->level != 0) {
        thread->last = true;
        pass_on(port);
        if (thread->level != 0)
            return;
    } else if (thread->open) {
        (void)psil_send_bytes(source_thread(port), thread->fifo, 0, true);
    }
    thread->open = thread->ending = false;
    thread->bursts = 0;
    psil_ended(source_thread(port));
}

/* A UDMAP that takes nothing now does not hold up a burst for which there is room here. */
static bool burst_goes_on(const struct thread *thread)
{
    return thread->burst_left != 0 &&
           (!thread->refused || thread->level + element_bytes(thread) <= FIFO_SIZE);
}

static void source_expired(unsigned port)
{
    struct thread *thread = &sources[port];
    if (!runs(thread) || !has_static_tr(thread))
        return;
    if (thread->burst_left == 0 && !thread->last && !thread->ending && asks_to_be_read(port))
        thread->burst_left = elements(thread);
    read_burst(port);
    pass_on(port);
    if (thread->ending)
        end_source(port);
    if (burst_goes_on(thread) || (!thread->ending && !thread->refused && asks_to_be_read(port)))
        wake(thread);
}

static void source_ready(unsigned port)
{
    struct thread *thread = &sources[port];
    thread->refused = false;
    wake(thread);
}

/* Bursts that run end first, unless the thread is paused or can't run at all. */
static bool source_end(unsigned port)
{
    struct thread *thread = &sources[port];
    if (!runs(thread) || !has_static_tr(thread) ||
        (thread->burst_left == 0 && thread->level == 0 && !thread->open))
        return true;
    thread->ending = true;
    wake(thread);
    return false;
}

/* ---------------------------------------------------------------- to a peripheral */

/* A whole burst is there, or the rest of a packet. */
static bool has_burst(const struct thread *thread)
{
    return thread->level != 0 &&
           (thread->last || thread->level >= elements(thread) * element_bytes(thread) ||
            thread->level + element_bytes(thread) > FIFO_SIZE);
}

static void write_burst(unsigned port)
{
    struct thread *thread = &destinations[port];
    unsigned bytes = element_bytes(thread);
    for (unsigned i = 0; i < SLICE && thread->burst_left != 0 && thread->level != 0; i++) {
        if (thread->level < bytes && !thread->last)
            break;
        uint64_t value = 0;
        for (unsigned j = 0; j < bytes && thread->level != 0; j++)
            value |= (uint64_t)take(thread) << (8 * j);
        write_port(port, value);
        thread->burst_left--;
    }
    if (thread->level == 0 && thread->last) {
        thread->last = false;
        thread->burst_left = 0; /* the next packet begins with a burst of its own */
    }
}

static void destination_expired(unsigned port)
{
    struct thread *thread = &destinations[port];
    if (!runs(thread) || !has_static_tr(thread))
        return;
    if (thread->burst_left == 0 && has_burst(thread) && asks_to_be_written(port))
        thread->burst_left = elements(thread);
    unsigned before = thread->level;
    write_burst(port);
    if (thread->starved && thread->level < before) {
        thread->starved = false;
        psil_ready(destination_thread(port));
    }
    if (thread->level == 0 && thread->ending) {
        thread->ending = false;
        psil_ended(destination_thread(port));
    } else if (thread->level != 0 && (thread->burst_left != 0 || asks_to_be_written(port))) {
        wake(thread);
    }
}

/* With PEER_FLUSH what comes is dropped, so that a UART which does not ask holds up no teardown. */
static uint32_t take_bytes(unsigned port, const uint8_t *data, uint32_t size, bool last)
{
    struct thread *thread = &destinations[port];
    uint32_t taken = 0;
    if ((thread->peer[PSIL_PEER_ENABLE] & PEER_ENABLE) == 0)
        return 0;
    if ((thread->peer[PSIL_PEER_ENABLE] & PEER_FLUSH) != 0)
        return size;
    /* The end of a packet in the FIFO: the next one waits outside. */
    while (!thread->last && taken < size && thread->level < FIFO_SIZE)
        keep(thread, data[taken++]);
    thread->peer[PSIL_PEER_BYTE_COUNT] += taken;
    if (taken == size && last && !thread->last && size != 0)
        thread->last = true;
    thread->starved = taken < size;
    wake(thread);
    return taken;
}

static bool destination_end(unsigned port)
{
    struct thread *thread = &destinations[port];
    if (thread->level == 0)
        return true;
    thread->ending = true;
    wake(thread);
    return false;
}

/* ---------------------------------------------------------------- both */

static void port_asks(unsigned port)
{
    if (runs(&sources[port]) && !sources[port].refused && asks_to_be_read(port))
        wake(&sources[port]);
    if (runs(&destinations[port]) && destinations[port].level != 0 && asks_to_be_written(port))
        wake(&destinations[port]);
}

void pdma_uart_asks(unsigned uart)
{
    port_asks(uart);
}

void pdma_mcasp_asks(unsigned mcasp)
{
    port_asks(MCASP_FIRST + mcasp);
}

static void thread_off(struct thread *thread)
{
    timer_cancel(&thread->timer);
    thread->level = thread->burst_left = thread->bursts = 0;
    thread->open = thread->last = thread->refused = thread->ending = false;
}

/* The byte count goes down by what is written. */
static void write_peer(struct thread *thread, unsigned number, uint32_t value)
{
    if (number == PSIL_PEER_BYTE_COUNT) {
        thread->peer[number] -= value;
        return;
    }
    thread->peer[number] = value;
    if (number != PSIL_PEER_ENABLE)
        return;
    if ((value & PEER_ENABLE) == 0)
        thread_off(thread);
    else
        wake(thread);
}

static uint32_t source_read(unsigned port, unsigned number)
{
    return sources[port].peer[number];
}

static void source_write(unsigned port, unsigned number, uint32_t value)
{
    write_peer(&sources[port], number, value);
}

static uint32_t destination_read(unsigned port, unsigned number)
{
    return destinations[port].peer[number];
}

static void destination_write(unsigned port, unsigned number, uint32_t value)
{
    struct thread *thread = &destinations[port];
    write_peer(thread, number, value);
    if (number != PSIL_PEER_ENABLE || (thread->peer[number] & PEER_ENABLE) == 0)
        return;
    if ((value & PEER_FLUSH) != 0) {
        thread->level = thread->burst_left = 0;
        thread->last = false;
    }
    psil_ready(destination_thread(port));
}

#define SOURCE(first_)                                                                             \
    {                                                                                              \
        .first = (first_), .source_ready = source_ready, .peer_read = source_read,                 \
        .peer_write = source_write, .end = source_end,                                             \
    }
#define DESTINATION(first_)                                                                        \
    {                                                                                              \
        .first = (first_), .take_bytes = take_bytes, .peer_read = destination_read,                \
        .peer_write = destination_write, .end = destination_end,                                   \
    }

const struct psil_peripheral pdma_uart_source = SOURCE(0);
const struct psil_peripheral pdma_uart_destination = DESTINATION(0);
const struct psil_peripheral pdma_mcu_uart_source = SOURCE(UART_MCU);
const struct psil_peripheral pdma_mcu_uart_destination = DESTINATION(UART_MCU);
const struct psil_peripheral pdma_mcasp_source = SOURCE(MCASP_FIRST);
const struct psil_peripheral pdma_mcasp_destination = DESTINATION(MCASP_FIRST);
