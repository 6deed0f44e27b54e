// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's UART, in 16x UART mode with FIFOs (TRM SPRUID7, chapter 12 "Peripherals", "UART";
 * register names from there). Registers are a word apart.
 */
#include "drivers/uart/uart.h"

#include "arch/exception.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"

#include <errno.h>
#include <stdbool.h>

#define UART_RHR          0x00u /* read */
#define UART_THR          0x00u /* write */
#define UART_DLL          0x00u /* with LCR.DIV_EN */
#define UART_IER          0x04u
#define UART_DLH          0x04u /* with LCR.DIV_EN */
#define UART_IIR          0x08u /* read */
#define UART_FCR          0x08u /* write */
#define UART_LCR          0x0cu
#define UART_MCR          0x10u
#define UART_LSR          0x14u
#define UART_MDR1         0x20u

#define IER_RHR           (1u << 0) /* received data, and its time-out */
#define IER_LINE_STATUS   (1u << 2)
#define IIR_TYPE(iir)     ((iir)&0x3fu)
#define IIR_RX_TIMEOUT    0x0cu
#define IIR_FIFO_ENABLED  0xc0u /* mirrors FCR.FIFO_EN */
#define FCR_FIFO_EN       (1u << 0)
#define FCR_RX_FIFO_CLEAR (1u << 1)
#define FCR_TX_FIFO_CLEAR (1u << 2)
#define LCR_8N1           0x03u
#define LCR_DIV_EN        (1u << 7)
#define MCR_DTR_RTS       0x03u
#define LSR_RX_FIFO_E     (1u << 0) /* data waits (the TRM calls the bit RX_FIFO_E, "empty") */
#define LSR_RX_OE         (1u << 1)
#define LSR_TX_FIFO_E     (1u << 5) /* the transmit FIFO is empty */
#define LSR_TX_SR_E       (1u << 6) /* and so is the shift register */
#define MDR1_MODE         0x07u
#define MDR1_UART_16X     0x00u
#define MDR1_DISABLED     0x07u
#define DIVISOR_MAX       0x3fffu /* DLH has six bits */

/* Half the FIFO: a panic on another core, which sends without the lock, still has room. */
#define BURST             32u
#define RECEIVE_MAX       256u    /* bytes one interrupt fetches before it gives way */
#define RING_SIZE         16384u  /* a power of two; 1.4 s at 115200 baud */
#define STUCK_US          100000u /* the FIFO empties in 6 ms at 115200 baud */
#define POLL_US           1000u   /* the FIFO fills in 5 ms */

static uintptr_t uart_base; /* 0: not yet */
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

static uint32_t read_register(uint32_t offset)
{
    return mmio_read32(uart_base + offset);
}

static void write_register(uint32_t offset, uint32_t value)
{
    mmio_write32(uart_base + offset, value);
}

/* Reading LSR clears its error bits, so whoever reads counts them. */
static uint32_t line_status(void)
{
    uint32_t status = read_register(UART_LSR);

    if ((status & LSR_RX_OE) != 0)
        __atomic_fetch_add(&counters.overruns, 1, __ATOMIC_RELAXED);
    return status;
}

static void set_up_line(uint32_t divisor)
{
    write_register(UART_MDR1, MDR1_DISABLED);
    write_register(UART_LCR, LCR_DIV_EN);
    write_register(UART_DLL, 0); /* FCR.FIFO_EN can only change while the baud clock is stopped */
    write_register(UART_DLH, 0);
    write_register(UART_FCR, FCR_FIFO_EN | FCR_RX_FIFO_CLEAR | FCR_TX_FIFO_CLEAR);
    write_register(UART_DLL, divisor & 0xff);
    write_register(UART_DLH, divisor >> 8);
    write_register(UART_LCR, LCR_8N1);
    write_register(UART_MCR, MCR_DTR_RTS);
    write_register(UART_MDR1, MDR1_UART_16X);
}

int uart_init(uintptr_t base, uint32_t clock_hz, uint32_t baud)
{
    uint32_t divisor = baud == 0 ? 0 : (clock_hz + 8 * baud) / (16 * baud);

    if (divisor == 0 || divisor > DIVISOR_MAX)
        return -EINVAL;
    uart_base = base;
    if ((read_register(UART_MDR1) & MDR1_MODE) != MDR1_UART_16X)
        set_up_line(divisor);
    write_register(UART_IER, 0);
    burst = (read_register(UART_IIR) & IIR_FIFO_ENABLED) == IIR_FIFO_ENABLED ? BURST : 1;
    exception_set_output(uart_panic_write);
    return 0;
}

/* Polls, because thread context at panic and boot can't sleep. 0 or -ETIMEDOUT. */
static int wait_line_status(uint32_t bits)
{
    deadline_t deadline = deadline_after_us(STUCK_US);

    while ((line_status() & bits) != bits)
        if (deadline_passed(deadline) && (line_status() & bits) != bits)
            return -ETIMEDOUT;
    return 0;
}

int uart_write(const char *text, size_t length)
{
    size_t sent = 0;

    if (uart_base == 0)
        return -ENODEV;
    while (sent < length) {
        if (panicking())
            return 0; /* another core's panic has the UART */
        if (wait_line_status(LSR_TX_FIFO_E) != 0) {
            counters.lost += length - sent;
            return -ETIMEDOUT;
        }
        for (uint32_t i = 0; i < burst && sent < length; i++)
            write_register(UART_THR, (uint8_t)text[sent++]);
    }
    counters.sent += sent;
    return 0;
}

int uart_flush(void)
{
    return uart_base == 0 ? -ENODEV : wait_line_status(LSR_TX_FIFO_E | LSR_TX_SR_E);
}

void uart_panic_write(const char *text, size_t length)
{
    /* One byte for each time the FIFO is empty: it can't overflow, whatever another core adds. */
    for (size_t i = 0; uart_base != 0 && i < length; i++) {
        if (wait_line_status(LSR_TX_FIFO_E) != 0)
            return;
        write_register(UART_THR, (uint8_t)text[i]);
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

    while (count < RECEIVE_MAX && !ring_full() && (line_status() & LSR_RX_FIFO_E) != 0) {
        keep((uint8_t)read_register(UART_RHR));
        count++;
    }
    return count;
}

static void hold_up(void)
{
    counters.held_up++;
    write_register(UART_IER, 0);
    /* After the register: from here on the reader may turn it on again. */
    __atomic_store_n(&held_up, true, __ATOMIC_RELEASE);
}

void uart_interrupt(void *context)
{
    uint32_t type = IIR_TYPE(read_register(UART_IIR));

    (void)context;
    if (receive() != 0)
        wait_notify();
    else if (type == IIR_RX_TIMEOUT && !ring_full())
        (void)read_register(UART_RHR); /* a time-out signalled after the FIFO was drained: only a
                                          read clears it */
    if (ring_full())
        hold_up();
}

void uart_use_interrupt(void)
{
    __atomic_store_n(&interrupt_used, true, __ATOMIC_RELEASE);
    write_register(UART_IER, IER_RHR | IER_LINE_STATUS);
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
        return wait_for(has_byte, NULL, timeout_us);
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
    if (__atomic_load_n(&held_up, __ATOMIC_ACQUIRE) && ring_head - ring_tail <= RING_SIZE / 2) {
        __atomic_store_n(&held_up, false, __ATOMIC_RELEASE);
        uart_use_interrupt();
    }
}

int uart_getc(uint64_t timeout_us)
{
    int error = uart_base == 0 ? -ENODEV : wait_for_byte(timeout_us);
    int byte;

    if (error != 0)
        return error;
    byte = ring[ring_tail % RING_SIZE];
    advance_tail(ring_tail + 1);
    return byte;
}

bool uart_discard_through(unsigned char byte)
{
    uint32_t head;

    if (uart_base == 0)
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
