// SPDX-License-Identifier: BSD-3-Clause
/*
 * The UART's driver against a UART of the test's own (TRM SPRUID7, chapter 12, "UART"): bytes that
 * come in any number, a transmitter that is stuck, and a reader on another core that acts between
 * any two accesses of the interrupt's handler.
 *
 * The driver is compiled into this file, with its register accesses going to that UART.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Before anything includes arch/mmio.h. */
#define host_mmio_read  uart_mmio_read
#define host_mmio_write uart_mmio_write

#include "arch/core.h"
#include "arch/mmio.h"

/* The models have one, too. */
#define uart_write driver_uart_write

#include "drivers/uart/uart.c"

#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BASE       UINT64_C(0x02800000)
#define CLOCK      48000000u
#define FIFO_SIZE  64u
#define POLL_NS    10000u
#define SENT_MAX   4096u
#define TIMEOUT_US 10000u

/* ---- a UART ---- */

static struct {
    uint32_t ier, lcr, mcr, mdr1, dll, dlh, fcr;
    uint64_t to_come; /* bytes on the line: sequence numbers, kept back as by flow control */
    uint8_t next;     /* the value of the next one */
    unsigned in_fifo;
    bool no_fifo, stuck, overrun, timed_out;
    unsigned looks_left; /* at LSR, until what a loader has sent is gone */
    bool broken;         /* the line was set up before */
    char sent[SENT_MAX];
    unsigned sent_count, accesses;
    void (*between)(void); /* runs before each access */
} fake;

static void (*panic_output)(const char *text, size_t length);
static bool in_panic;

void exception_set_output(void (*write)(const char *text, size_t length))
{
    panic_output = write;
}

bool panicking(void)
{
    return in_panic;
}

static void line_moves(void)
{
    while (fake.to_come != 0 && fake.in_fifo < FIFO_SIZE) {
        fake.to_come--;
        fake.in_fifo++;
    }
}

static uint32_t iir(void)
{
    uint32_t enabled = fake.no_fifo ? 0 : UART_IIR_FIFO_ENABLED;

    line_moves();
    if ((fake.ier & UART_IER_RHR) == 0 || (fake.in_fifo == 0 && !fake.timed_out))
        return enabled | UART_IIR_NONE;
    return enabled | (fake.timed_out ? UART_IIR_RX_TIMEOUT : 0x04u);
}

static uint32_t lsr(void)
{
    bool busy = fake.stuck || fake.looks_left != 0;
    uint32_t value = busy ? 0 : UART_LSR_TX_FIFO_E | UART_LSR_TX_SR_E;

    line_moves();
    if (fake.in_fifo != 0)
        value |= UART_LSR_RX_FIFO_E;
    if (fake.overrun)
        value |= UART_LSR_RX_OE;
    fake.overrun = false;
    if (fake.looks_left != 0)
        fake.looks_left--;
    if (fake.stuck)
        host_tick(POLL_NS);
    return value;
}

static uint32_t take_byte(void)
{
    fake.timed_out = false;
    if (fake.in_fifo == 0)
        return 0;
    fake.in_fifo--;
    return fake.next++;
}

static void step(void)
{
    fake.accesses++;
    if (fake.between != NULL)
        fake.between();
}

uint64_t uart_mmio_read(uintptr_t address, unsigned size)
{
    assert_int_equal(size, 4);
    step();
    switch (address - BASE) {
    case offsetof(struct uart_registers, rhr):
        return take_byte();
    case offsetof(struct uart_registers, ier):
        return fake.ier;
    case offsetof(struct uart_registers, iir):
        return iir();
    case offsetof(struct uart_registers, lsr):
        return lsr();
    case offsetof(struct uart_registers, mdr1):
        return fake.mdr1;
    case offsetof(struct uart_registers, lcr):
        return fake.lcr;
    default:
        fail_msg("read at 0x%lx", (unsigned long)address);
        return 0;
    }
}

void uart_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    bool divisor = (fake.lcr & UART_LCR_DIV_EN) != 0;

    assert_int_equal(size, 4);
    switch (address - BASE) {
    case offsetof(struct uart_registers, thr):
        if (divisor)
            fake.dll = (uint32_t)value;
        else if (fake.sent_count < SENT_MAX)
            fake.sent[fake.sent_count++] = (char)value;
        break;
    case offsetof(struct uart_registers, ier):
        if (divisor)
            fake.dlh = (uint32_t)value;
        else
            fake.ier = (uint32_t)value;
        break;
    case offsetof(struct uart_registers, fcr):
        fake.fcr = (uint32_t)value;
        break;
    case offsetof(struct uart_registers, lcr):
        fake.lcr = (uint32_t)value;
        break;
    case offsetof(struct uart_registers, mcr):
        fake.mcr = (uint32_t)value;
        break;
    case offsetof(struct uart_registers, mdr1):
        fake.broken = fake.broken || fake.looks_left != 0;
        fake.mdr1 = (uint32_t)value;
        break;
    default:
        fail_msg("write at 0x%lx", (unsigned long)address);
    }
    step();
}

static void handler(void *argument)
{
    *(bool *)argument = uart_interrupt();
}

static bool one_interrupt(void)
{
    bool handled;

    host_run_in_interrupt(handler, &handled);
    return handled;
}

/* The line is a level: the handler runs until it is low. How often it ran. */
static unsigned interrupts(void)
{
    unsigned count = 0;

    while ((iir() & UART_IIR_NONE) == 0) {
        assert_true(one_interrupt());
        count++;
    }
    return count;
}

static int setup(void **state)
{
    (void)state;
    host_reset();
    memset(&fake, 0, sizeof(fake));
    memset(&counters, 0, sizeof(counters));
    uart = NULL;
    interrupt_used = held_up = in_panic = false;
    ring_head = ring_tail = 0;
    return 0;
}

static void up(void)
{
    assert_int_equal(uart_init(BASE, CLOCK, 115200), 0);
}

static struct uart_counters counted(void)
{
    struct uart_counters copy;

    uart_get_counters(&copy);
    return copy;
}

/* ---- setting it up ---- */

static void nothing_works_before_it_is_set_up(void **state)
{
    (void)state;
    assert_int_equal(uart_write("a", 1), -ENODEV);
    assert_int_equal(uart_flush(), -ENODEV);
    assert_int_equal(uart_getc(0), -ENODEV);
    assert_false(uart_discard_through('a'));
    uart_panic_write("a", 1);
    assert_int_equal(fake.accesses, 0);
}

static void a_baud_rate_that_cannot_be_made_is_refused(void **state)
{
    (void)state;
    assert_int_equal(uart_init(BASE, CLOCK, 0), -EINVAL);
    assert_int_equal(uart_init(BASE, CLOCK, 48000000), -EINVAL);
    assert_int_equal(uart_init(BASE, CLOCK, 100), -EINVAL);
    assert_int_equal(fake.accesses, 0);
}

static void a_line_that_is_off_is_set_up_and_one_that_is_on_is_kept(void **state)
{
    (void)state;
    fake.mdr1 = UART_MDR1_DISABLED;
    up();
    assert_int_equal(fake.dlh << 8 | fake.dll, 26); /* 48 MHz / 16 / 115200 */
    assert_int_equal(fake.lcr, UART_LCR_8N1);
    assert_int_equal(fake.mdr1, UART_MDR1_UART_16X);
    assert_ptr_equal(panic_output, uart_panic_write);
    fake.dll = 13;
    fake.lcr = UART_LCR_8N1;
    up();
    assert_int_equal(fake.dll, 13);
}

/* ---- sending ---- */

static void a_loaders_last_words_are_out_before_the_line_is_set_up(void **state)
{
    (void)state;
    fake.mdr1 = 3; /* 13x */
    fake.looks_left = 100;
    up();
    assert_false(fake.broken);
    assert_int_equal(fake.looks_left, 0);
    assert_int_equal(fake.mdr1, UART_MDR1_UART_16X);
    fake.mdr1 = 3;
    fake.stuck = true; /* for ever */
    up();
    assert_int_equal(fake.mdr1, UART_MDR1_UART_16X);
}

static void a_loader_may_have_left_the_divisor_in_place_of_the_data(void **state)
{
    static const uint8_t left[][2] = {{0x83, 0x03}, {0x9f, 0x1f}, {0x43, 0x03}, {0xbf, 0x03}};

    (void)state;
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        fake.lcr = left[i][0];
        fake.dlh = 7;
        up();
        assert_int_equal(fake.lcr, left[i][1]);
        assert_int_equal(fake.dlh, 7);
    }
}

static void without_a_fifo_each_byte_is_waited_for(void **state)
{
    unsigned before;

    (void)state;
    fake.no_fifo = true;
    up();
    before = fake.accesses;
    assert_int_equal(uart_write("abc", 3), 0);
    assert_int_equal(fake.accesses - before, 6);
    assert_memory_equal(fake.sent, "abc", 3);
    assert_int_equal(counted().sent, 3);
    assert_int_equal(uart_flush(), 0);
}

static void a_stuck_transmitter_is_given_up(void **state)
{
    (void)state;
    up();
    fake.stuck = true;
    assert_int_equal(uart_write("abc", 3), -ETIMEDOUT);
    assert_int_equal(counted().lost, 3);
    assert_int_equal(uart_flush(), -ETIMEDOUT);
    uart_panic_write("abc", 3);
    assert_int_equal(fake.sent_count, 0);
    fake.stuck = false;
    uart_panic_write("abc", 3);
    assert_memory_equal(fake.sent, "abc", 3);
    in_panic = true;
    assert_int_equal(uart_write("d", 1), 0);
    assert_int_equal(fake.sent_count, 3);
}

/* ---- receiving ---- */

static void bytes_are_polled_for_until_there_is_an_interrupt(void **state)
{
    (void)state;
    up();
    assert_int_equal(uart_getc(TIMEOUT_US), -ETIMEDOUT);
    fake.to_come = 3;
    for (int i = 0; i < 3; i++)
        assert_int_equal(uart_getc(TIMEOUT_US), i);
    fake.to_come = 5;
    assert_int_equal(uart_peek(), -ETIMEDOUT);
    assert_false(uart_discard_through(9));
    assert_int_equal(uart_peek(), 3);
    assert_true(uart_discard_through(5)); /* of 3 to 7 */
    assert_int_equal(uart_getc(0), 6);
}

static void getc_in_a_handler(void *argument)
{
    *(int *)argument = uart_getc(TIMEOUT_US);
}

static void a_handler_may_not_wait_for_a_byte(void **state)
{
    unsigned before;
    int error = 0;

    (void)state;
    up();
    before = fake.accesses;
    host_run_in_interrupt(getc_in_a_handler, &error);
    assert_int_equal(error, -EDEADLK);
    assert_int_equal(fake.accesses, before);
}

static void an_interrupt_without_a_cause_is_not_handled(void **state)
{
    (void)state;
    up();
    uart_use_interrupt();
    assert_false(one_interrupt());
    fake.timed_out = true; /* after the FIFO was drained: only a read takes it away */
    assert_int_equal(interrupts(), 1);
    assert_int_equal(uart_getc(0), -ETIMEDOUT);
    fake.overrun = true;
    fake.to_come = 1;
    assert_int_equal(interrupts(), 1);
    assert_int_equal(counted().overruns, 1);
    assert_int_equal(uart_getc(0), 0);
}

static void what_nobody_reads_waits_and_comes_in_order(void **state)
{
    (void)state;
    up();
    uart_use_interrupt();
    fake.to_come = 3 * RING_SIZE;
    (void)interrupts();
    assert_int_equal(counted().held_up, 1);
    assert_int_equal(fake.ier, 0);
    for (unsigned i = 0; i < 3 * RING_SIZE; i++) {
        assert_int_equal(uart_getc(0), i & 0xff);
        (void)interrupts();
    }
    assert_int_equal(counted().received, 3 * RING_SIZE);
    assert_false(held_up);
}

/* ---- a reader on another core, between any two accesses of the handler ---- */

static unsigned reads_at; /* the access of the handler at which it reads */
static unsigned reads, reader_next;

static void read_some(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < reads; i++) {
        int byte = uart_getc(0);

        if (byte < 0)
            break;
        assert_int_equal(byte, reader_next++ & 0xff);
    }
}

static void read_on_another_core(void)
{
    void (*between)(void) = fake.between;

    if (!in_interrupt() || fake.accesses != reads_at)
        return;
    fake.between = NULL;
    host_run_as_core(1, read_some, NULL);
    fake.between = between;
}

/* The ring has room for one byte, and more come. The handler fills it; meanwhile, at each of its
 * accesses in turn, the reader reads some, a little or all. Nothing may stand still after. */
static void a_reader_may_come_between_any_two_accesses_of_a_hold_up(void **state)
{
    static const unsigned amounts[] = {1, RING_SIZE / 2 - 1, RING_SIZE / 2, RING_SIZE / 2 + 1,
                                       2 * RING_SIZE};
    unsigned held = 0;

    for (unsigned a = 0; a < sizeof(amounts) / sizeof(amounts[0]); a++)
        for (unsigned at = 1; at < 40; at++) {
            setup(state);
            up();
            uart_use_interrupt();
            fake.to_come = RING_SIZE - 1;
            (void)interrupts();
            assert_int_equal(ring_head - ring_tail, RING_SIZE - 1);
            fake.to_come = FIFO_SIZE + 10;
            reads = amounts[a];
            reader_next = 0;
            reads_at = fake.accesses + at;
            fake.between = read_on_another_core;
            assert_true(one_interrupt());
            fake.between = NULL;
            held += counted().held_up != 0;

            /* The reader reads what there is, and sleeps; the interrupt brings the rest. */
            while (reader_next < RING_SIZE - 1 + FIFO_SIZE + 10) {
                int byte = uart_getc(0);

                if (byte < 0) {
                    if (interrupts() == 0)
                        fail_msg("reading %u at access %u: held up with an empty ring", reads, at);
                    continue;
                }
                assert_int_equal(byte, reader_next++ & 0xff);
            }
        }
    assert_true(held > 20);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_works_before_it_is_set_up),
        TEST(a_baud_rate_that_cannot_be_made_is_refused),
        TEST(a_line_that_is_off_is_set_up_and_one_that_is_on_is_kept),
        TEST(a_loaders_last_words_are_out_before_the_line_is_set_up),
        TEST(a_loader_may_have_left_the_divisor_in_place_of_the_data),
        TEST(without_a_fifo_each_byte_is_waited_for),
        TEST(a_stuck_transmitter_is_given_up),
        TEST(bytes_are_polled_for_until_there_is_an_interrupt),
        TEST(a_handler_may_not_wait_for_a_byte),
        TEST(an_interrupt_without_a_cause_is_not_handled),
        TEST(what_nobody_reads_waits_and_comes_in_order),
        TEST(a_reader_may_come_between_any_two_accesses_of_a_hold_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
