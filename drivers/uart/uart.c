// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's UART, in 16x UART mode with FIFOs (TRM SPRUID7, chapter 12 "Peripherals", "UART").
 */
#include "drivers/uart/uart.h"

#include "arch/barrier.h"
#include "arch/exception.h"
#include "arch/idle.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/uart/uart_registers.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

/* Half the FIFO: a panic on another core, which sends without the lock, still has room. */
#define BURST         32u
#define RECEIVE_MAX   256u    /* bytes one interrupt fetches before it gives way */
#define RING_SIZE     16384u  /* a power of two; 1.4 s at 115200 baud */
#define STUCK_US      100000u /* the FIFO empties in 6 ms at 115200 baud */
#define POLL_US       1000u   /* the FIFO fills in 5 ms */

/* What a loader has left in the FIFO is out after this, at 1200 baud too. */
#define LAST_WORDS_US 1000000u

static struct uart_registers *uart; /* NULL: not yet */
static uint32_t burst;
static bool interrupt_used;
static struct uart_counters counters;

/* Received bytes: the interrupt handler advances head, the reader tail; neither is wrapped to the
 * ring's size. */
static uint8_t ring[RING_SIZE];
static uint32_t ring_head, ring_tail;

/* The ring is full, and the receive interrupt off until there is room again: the rest waits in the
 * FIFO, and behind it with a sender that can be held up. */
static bool held_up;

#define READ(name)         mmio_read32((uintptr_t)&uart->name)
#define WRITE(name, value) mmio_write32((uintptr_t)&uart->name, value)

/* Reading LSR clears its error bits, so whoever reads counts them. */
static uint32_t line_status(void)
{
    uint32_t status = READ(lsr);

    if ((status & UART_LSR_RX_OE) != 0)
        __atomic_fetch_add(&counters.overruns, 1, __ATOMIC_RELAXED);
    return status;
}

static void set_up_line(uint32_t divisor)
{
    WRITE(mdr1, UART_MDR1_DISABLED);
    WRITE(lcr, UART_LCR_DIV_EN);
    WRITE(dll, 0); /* FCR.FIFO_EN can only change while the baud clock is stopped */
    WRITE(dlh, 0);
    WRITE(fcr, UART_FCR_FIFO_EN | UART_FCR_RX_FIFO_CLEAR | UART_FCR_TX_FIFO_CLEAR);
    WRITE(dll, divisor & 0xff);
    WRITE(dlh, divisor >> 8);
    WRITE(lcr, UART_LCR_8N1);
    WRITE(mcr, UART_MCR_DTR_RTS);
    WRITE(mdr1, UART_MDR1_UART_16X);
}

/* Polls, because thread context at panic and boot can't sleep. 0 or -ETIMEDOUT. */
static int wait_line_status_for(uint64_t timeout_us, uint32_t bits)
{
    deadline_t deadline = deadline_after_us(timeout_us);

    while ((line_status() & bits) != bits)
        if (deadline_passed(deadline) && (line_status() & bits) != bits)
            return -ETIMEDOUT;
    return 0;
}

static int wait_line_status(uint32_t bits)
{
    return wait_line_status_for(STUCK_US, bits);
}

/* A loader may have left the divisor's registers in place of the data's, or a break on the line. */
static void show_data_registers(void)
{
    uint32_t lcr = READ(lcr);

    if (lcr == UART_LCR_MODE_B)
        WRITE(lcr, UART_LCR_8N1);
    else if ((lcr & (UART_LCR_DIV_EN | UART_LCR_BREAK_EN)) != 0)
        WRITE(lcr, lcr & ~(UART_LCR_DIV_EN | UART_LCR_BREAK_EN));
}

int uart_init(uintptr_t base, uint32_t clock_hz, uint32_t baud)
{
    uint32_t divisor = baud == 0 ? 0 : (clock_hz + 8 * baud) / (16 * baud), mode;

    if (divisor == 0 || divisor > UART_DIVISOR_MAX)
        return -EINVAL;
    uart = (struct uart_registers *)base;
    mode = READ(mdr1) & UART_MDR1_MODE;
    show_data_registers();
    /* A loader's last characters may still be leaving; after a while they count as stuck. */
    if (mode != UART_MDR1_UART_16X && mode != UART_MDR1_DISABLED)
        (void)wait_line_status_for(LAST_WORDS_US, UART_LSR_TX_FIFO_E | UART_LSR_TX_SR_E);
    if (mode != UART_MDR1_UART_16X)
        set_up_line(divisor);
    WRITE(ier, 0);
    burst = (READ(iir) & UART_IIR_FIFO_ENABLED) == UART_IIR_FIFO_ENABLED ? BURST : 1;
    exception_set_output(uart_panic_write);
    return 0;
}

int uart_write(const char *text, size_t length)
{
    size_t sent = 0;

    if (uart == NULL)
        return -ENODEV;
    while (sent < length) {
        if (panicking())
            return 0; /* another core's panic has the UART */
        if (wait_line_status(UART_LSR_TX_FIFO_E) != 0) {
            counters.lost += length - sent;
            return -ETIMEDOUT;
        }
        const uintptr_t thr = (uintptr_t)&uart->thr;
        const size_t end = length - sent < burst ? length : sent + burst;

        while (sent < end)
            mmio_write32(thr, (uint8_t)text[sent++]);
    }
    counters.sent += sent;
    return 0;
}

int uart_flush(void)
{
    return uart == NULL ? -ENODEV : wait_line_status(UART_LSR_TX_FIFO_E | UART_LSR_TX_SR_E);
}

void uart_panic_write(const char *text, size_t length)
{
    /* One byte for each time the FIFO is empty: it can't overflow, whatever another core adds. */
    for (size_t i = 0; uart != NULL && i < length; i++) {
        if (wait_line_status(UART_LSR_TX_FIFO_E) != 0)
            return;
        WRITE(thr, (uint8_t)text[i]);
    }
    uart_flush();
}

static bool ring_full(void)
{
    return ring_head - __atomic_load_n(&ring_tail, __ATOMIC_ACQUIRE) == RING_SIZE;
}

static void keep(uint8_t byte)
{
    ring[ring_head % RING_SIZE] = byte;
    counters.received++;
    /* The byte is in memory before head says so. */
    __atomic_store_n(&ring_head, ring_head + 1, __ATOMIC_RELEASE);
}

/* Moves what the FIFO holds to the ring, as far as there is room. Returns the number of bytes. */
static uint32_t receive(void)
{
    uint32_t count = 0;

    while (count < RECEIVE_MAX && !ring_full() && (line_status() & UART_LSR_RX_FIFO_E) != 0) {
        keep((uint8_t)READ(rhr));
        count++;
    }
    return count;
}

/* Whether the reader has come far enough for the interrupt to be turned on again. */
static bool ring_low(void)
{
    return __atomic_load_n(&ring_head, __ATOMIC_ACQUIRE) -
               __atomic_load_n(&ring_tail, __ATOMIC_ACQUIRE) <=
           RING_SIZE / 2;
}

/* Ends a hold-up: either the handler does, or the reader. */
static void go_on(void)
{
    if (__atomic_exchange_n(&held_up, false, __ATOMIC_ACQ_REL))
        uart_use_interrupt();
}

static void hold_up(void)
{
    counters.held_up++;
    WRITE(ier, 0);
    (void)READ(ier); /* it has arrived: from here on the reader may turn it on again */
    __atomic_store_n(&held_up, true, __ATOMIC_RELAXED);
    /* "Held up" is seen before the ring is looked at again. The reader may have emptied it since it
     * was full, and then waits for bytes that only an interrupt would bring: if it did not see
     * "held up" in advance_tail(), its tail is seen here. */
    barrier_cores();
    if (ring_low())
        go_on();
}

bool uart_interrupt(void)
{
    uint32_t iir = READ(iir);
    bool received = receive() != 0;

    if (received)
        wait_notify();
    else if (UART_IIR_TYPE(iir) == UART_IIR_RX_TIMEOUT && !ring_full())
        (void)READ(rhr); /* a time-out signalled after the FIFO was drained: only a
                                          read clears it */
    if (ring_full())
        hold_up();
    return received || (iir & UART_IIR_NONE) == 0;
}

void uart_use_interrupt(void)
{
    __atomic_store_n(&interrupt_used, true, __ATOMIC_RELEASE);
    WRITE(ier, UART_IER_RHR | UART_IER_LINE_STATUS);
}

static bool has_byte(void *argument)
{
    (void)argument;
    return __atomic_load_n(&ring_head, __ATOMIC_ACQUIRE) != ring_tail;
}

static int wait_for_byte(uint64_t timeout_us)
{
    deadline_t deadline = deadline_after_us(timeout_us);

    if (__atomic_load_n(&interrupt_used, __ATOMIC_ACQUIRE))
        return idle_for(has_byte, NULL, timeout_us);
    while (receive() == 0 && !has_byte(NULL)) {
        if (deadline_passed(deadline))
            return -ETIMEDOUT;
        delay_us(POLL_US);
    }
    return 0;
}

/* The reader is done with everything before `tail`. */
static void advance_tail(uint32_t tail)
{
    __atomic_store_n(&ring_tail, tail, __ATOMIC_RELEASE); /* read before it is reused */
    barrier_cores(); /* the tail is seen before "held up" is read: see hold_up() */
    if (__atomic_load_n(&held_up, __ATOMIC_RELAXED) && ring_low())
        go_on();
}

int uart_getc(uint64_t timeout_us)
{
    int byte, error;

    if (!wait_is_allowed())
        return -EDEADLK;
    error = uart == NULL ? -ENODEV : wait_for_byte(timeout_us);
    if (error != 0)
        return error;
    byte = ring[ring_tail % RING_SIZE];
    advance_tail(ring_tail + 1);
    return byte;
}

int uart_peek(void)
{
    return has_byte(NULL) ? ring[ring_tail % RING_SIZE] : -ETIMEDOUT;
}

bool uart_discard_through(unsigned char byte)
{
    uint32_t head;

    if (uart == NULL)
        return false;
    if (!__atomic_load_n(&interrupt_used, __ATOMIC_ACQUIRE))
        (void)receive();
    head = __atomic_load_n(&ring_head, __ATOMIC_ACQUIRE);
    for (uint32_t end = head; end != ring_tail; end--) {
        if (ring[(end - 1) % RING_SIZE] == byte) {
            advance_tail(end);
            return true;
        }
    }
    return false;
}

void uart_get_counters(struct uart_counters *copy)
{
    *copy = counters;
}
