// SPDX-License-Identifier: BSD-3-Clause
/*
 * A UART by DMA (drivers/serial/serial.h) on the host: the driver, the UDMA driver and the
 * interrupt layer on the device models. What it does with a request that is refused or lost, with
 * memory that is not there, with what comes in the wrong moment; the self-test has the rest.
 */
#include "arch/mmio.h"
#include "drivers/serial/internal.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/udma/peer_registers.h"
#include "msi/binding.h"
#include "platform/am65x.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/support/udma_host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UART           2u
#define UART_BASE      (AM65X_UART0_BASE + UART * AM65X_UART_STRIDE)
#define REGISTER(name) (UART_BASE + offsetof(struct uart_registers, name))
#define CHARACTER_US   10u /* at 1 Mbaud */
#define PIECES         8u
#define HELD_MAX       (PIECES + SERIAL_RESTS)
#define SHORT_US       1000u
#define MANY           100u

static struct device device = {.name = "uart2"};
static const uint16_t intids[] = {AM65X_UART0_INTID + UART};
static struct udma_endpoint endpoint;
static struct serial *serial;
static struct udma_host_inventory idle;

static uint8_t received[4096];
static uint32_t received_length;
static unsigned sent, canceled, readies, errors[SERIAL_ERRORS], pieces;
static bool holds;
static uint8_t *held[HELD_MAX];
static unsigned held_count;

/* ---- an allocation that fails ---- */

static unsigned allocations_left; /* 0: all succeed; else the last of so many does not */

static bool fails(void)
{
    return allocations_left != 0 && --allocations_left == 0;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

/* ---- callbacks ---- */

static void on_received(void *context, uint8_t *data, uint32_t length)
{
    (void)context;
    assert_true(length >= 1 && length <= SERIAL_PIECE);
    assert_true(received_length + length <= sizeof(received));
    memcpy(received + received_length, data, length);
    received_length += length;
    pieces++;
    if (!holds) {
        assert_int_equal(serial_give(serial, data), 0);
        return;
    }
    assert_true(held_count < HELD_MAX);
    held[held_count++] = data;
}

static void on_sent(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    if (status == 0)
        sent++;
    else
        canceled++;
    if (status != 0) /* it is being closed, and that goes on */
        assert_int_equal(serial_close(serial), -EAGAIN);
}

static void on_ready(void *context)
{
    (void)context;
    readies++;
}

static void on_error(void *context, enum serial_error error)
{
    (void)context;
    errors[error]++;
}

static struct serial_config config_of(bool loopback)
{
    return (struct serial_config){
        .name = "uart2",
        .base = UART_BASE,
        .clock_hz = AM65X_UART_CLOCK_HZ,
        .device = &device,
        .endpoint = &endpoint,
        .baud = 1000000,
        .loopback = loopback,
        .core = 0,
        .depth = 4,
        .pieces = PIECES,
        .received = on_received,
        .sent = on_sent,
        .ready = on_ready,
        .error = on_error,
    };
}

static int start(void **state)
{
    int error = msi_case_start(state);

    if (error == 0)
        error = udma_host_join(msi_case.aggregator);
    if (error == 0)
        error = irq_bind_wired(&device, msi_case.wired, intids, 1);
    if (error == 0)
        error = udma_endpoint_get("uart2", 0, &endpoint);
    idle = udma_host_inventory();
    return error;
}

static int set_up(void **state)
{
    (void)state;
    received_length = sent = canceled = readies = pieces = held_count = allocations_left = 0;
    memset(errors, 0, sizeof(errors));
    holds = false;
    return 0;
}

static int open_with(bool loopback)
{
    const struct serial_config config = config_of(loopback);

    return serial_open(&config, &serial);
}

static bool is_idle(void)
{
    struct udma_host_inventory now = udma_host_inventory();

    return memcmp(&now, &idle, sizeof(now)) == 0;
}

/* What was lost is found out, or tried again, by those who come next. */
static void becomes_idle(void)
{
    for (unsigned i = 0; i < 8 && !is_idle(); i++) {
        assert_int_equal(open_with(true), 0);
        assert_int_equal(serial_close(serial), 0);
        host_advance_us(1000000);
    }
    assert_true(is_idle());
}

static uint8_t message[4096];

static void send(uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        message[i] = (uint8_t)(i * 5u + 1u);
    assert_int_equal(serial_send(serial, message, length, NULL), 0);
}

static void check_received(uint32_t length)
{
    assert_int_equal(received_length, length);
    assert_memory_equal(received, message, length);
}

static void give_all(void)
{
    holds = false;
    for (unsigned i = 0; i < held_count; i++)
        assert_int_equal(serial_give(serial, held[i]), 0);
    held_count = 0;
}

/* ---- both directions ---- */

static void what_is_sent_comes_back(void **state)
{
    struct serial_counters counters;

    (void)state;
    assert_int_equal(open_with(true), 0);
    send(100);
    host_advance_us(200 * CHARACTER_US);
    check_received(100);
    assert_int_equal(pieces, 4); /* three by DMA, and the rest */
    assert_int_equal(sent, 1);
    serial_get_counters(serial, &counters);
    assert_int_equal(counters.pieces, 3);
    assert_int_equal(counters.rests, 1);
    assert_int_equal(counters.received, 100);
    assert_int_equal(counters.interrupts, 1);
    assert_int_equal(serial_close(serial), 0);
    assert_true(is_idle());
}

static void rates_that_the_clock_can_make(void **state)
{
    static const struct {
        uint32_t baud, divisor, mode;
    } rates[] = {{9600, 385, UART_MDR1_UART_13X},  {115200, 26, UART_MDR1_UART_16X},
                 {460800, 8, UART_MDR1_UART_13X},  {921600, 4, UART_MDR1_UART_13X},
                 {3000000, 1, UART_MDR1_UART_16X}, {3692307, 1, UART_MDR1_UART_13X}};
    static const uint32_t wrong[] = {0, 100, 2500000, 4000000, UINT32_MAX};

    (void)state;
    for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct serial_config config = config_of(true);

        config.baud = rates[i].baud;
        assert_int_equal(serial_open(&config, &serial), 0);
        assert_int_equal(mmio_read32(REGISTER(mdr1)), rates[i].mode);
        mmio_write32(REGISTER(lcr), UART_LCR_DIV_EN | UART_LCR_8N1);
        assert_int_equal(mmio_read32(REGISTER(dll)) | mmio_read32(REGISTER(dlh)) << 8,
                         rates[i].divisor);
        mmio_write32(REGISTER(lcr), UART_LCR_8N1);
        assert_int_equal(serial_close(serial), 0);
    }
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct serial_config config = config_of(true);

        config.baud = wrong[i];
        assert_int_equal(serial_open(&config, &serial), -EINVAL);
    }
    assert_true(is_idle());
}

/* ---- rests ---- */

/* The piece before it is late: the rest is delivered behind it, and the one after that, too. */
static void a_rest_waits_for_what_came_before(void **state)
{
    (void)state;
    assert_int_equal(open_with(true), 0);
    assert_true(am65x_inject_after(AM65X_FAULT_DMA_STALL, 5000, 1, 1)); /* the message goes first */
    send(SERIAL_PIECE + 5);
    host_advance_us(100 * CHARACTER_US);
    assert_int_equal(received_length, 0);
    assert_non_null(serial->rest.data);
    assert_int_equal(mmio_read32(REGISTER(rxfifo_lvl)), 0);
    assert_int_equal(serial_send(serial, message + SERIAL_PIECE + 5, 7, NULL), 0);
    host_advance_us(100 * CHARACTER_US);
    assert_int_equal(mmio_read32(REGISTER(rxfifo_lvl)), 7);
    assert_int_equal(serial->counters.interrupts, 2); /* no storm */
    host_advance_us(5000);
    check_received(SERIAL_PIECE + 5 + 7);
    assert_int_equal(serial->counters.rests, 2);
    assert_int_equal(serial_close(serial), 0);
}

/* The PDMA stands still in the middle of a burst, since nobody gives it memory: what is in the FIFO
 * is the burst's. */
static void without_pieces_the_fifo_is_left_alone(void **state)
{
    const uint32_t more[] = {1, 5, SERIAL_PIECE - 1, SERIAL_PIECE, SERIAL_PIECE + 20};

    (void)state;
    for (unsigned i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        const uint32_t length = PIECES * SERIAL_PIECE + more[i];

        set_up(NULL);
        assert_int_equal(open_with(true), 0);
        holds = true;
        send(length);
        host_advance_us(1000 * CHARACTER_US);
        check_received(PIECES * SERIAL_PIECE);
        assert_true(serial->counters.interrupts <= 1); /* no storm */
        give_all();
        host_advance_us(200 * CHARACTER_US);
        check_received(length);
        assert_true(serial->counters.interrupts < 500); /* for as long as a burst can take */
        assert_int_equal(serial_close(serial), 0);
    }
}

static void without_a_piece_for_it_a_rest_stays_in_the_fifo(void **state)
{
    (void)state;
    assert_int_equal(open_with(true), 0);
    holds = true;
    for (unsigned i = 0; i < SERIAL_RESTS + 1; i++) {
        assert_int_equal(serial_send(serial, "x", 1, NULL), 0);
        host_advance_us(100 * CHARACTER_US);
    }
    assert_int_equal(received_length, SERIAL_RESTS);
    assert_int_equal(mmio_read32(REGISTER(rxfifo_lvl)), 1);
    give_all();
    host_advance_us(100 * CHARACTER_US);
    assert_int_equal(received_length, SERIAL_RESTS + 1);
    assert_int_equal(serial_close(serial), 0);
}

/* Bytes for the moment in which the handler wants to fetch a rest. */
static unsigned surprise, surprise_after;

static void surprised(uintptr_t address, unsigned size, uint64_t value)
{
    (void)size;
    if (address != REGISTER(scr) || (value & UART_SCR_DMA_TRANSMIT) != UART_SCR_DMA_TRANSMIT)
        return;
    for (; surprise != 0; surprise--)
        assert_true(am65x_uart_receive(UART, message[received_length + surprise_after++]));
    host_tick(250); /* a PDMA has begun */
}

/* At each number of bytes: the burst is not begun, in its middle, or over. */
static void bytes_that_come_while_a_rest_is_fetched(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(message); i++)
        message[i] = (uint8_t)(i + 3);
    for (unsigned more = 1; more < 60; more++) {
        set_up(NULL);
        assert_int_equal(open_with(false), 0);
        for (unsigned i = 0; i < 3; i++)
            assert_true(am65x_uart_receive(UART, message[i]));
        surprise = more;
        surprise_after = 3;
        host_set_write_observer(surprised);
        host_advance_us(1000 * CHARACTER_US);
        host_set_write_observer(NULL);
        check_received(3 + more);
        assert_int_equal(serial_close(serial), 0);
    }
    assert_true(is_idle());
}

/* ---- errors ---- */

static void what_the_line_does_wrong_is_told(void **state)
{
    (void)state;
    assert_int_equal(open_with(true), 0);
    serial_break(serial, true);
    host_advance_us(100 * CHARACTER_US);
    serial_break(serial, false);
    assert_int_equal(errors[SERIAL_BREAK] != 0, 1);
    assert_int_equal(received_length, 1);
    assert_int_equal(received[0], 0);
    received_length = 0;
    holds = true;
    send(2000);
    host_advance_us(4000 * CHARACTER_US);
    assert_true(errors[SERIAL_OVERRUN] != 0);
    check_received(received_length); /* what is lost is behind */
    give_all();
    host_advance_us(1000 * CHARACTER_US);
    assert_int_equal(serial_close(serial), 0);
    assert_true(is_idle());
}

/* An error of one byte, at `place` of `length`, that all arrive. */
static void one_error(uint32_t bits, unsigned place, uint32_t length)
{
    (void)set_up(NULL);
    assert_int_equal(open_with(true), 0);
    assert_true(am65x_inject_after(AM65X_FAULT_UART_LINE, bits, place, 1));
    send(length);
    host_advance_us((length + 100u) * CHARACTER_US);
}

static void close_again(void)
{
    assert_true(am65x_inject(AM65X_FAULT_UART_LINE, 0, 0));
    assert_int_equal(serial_close(serial), 0);
    assert_true(is_idle());
}

/* Before a pause each byte is looked at: what it is, is known. */
static void an_error_before_a_pause_is_told_exactly(void **state)
{
    (void)state;
    for (unsigned place = 0; place < 10; place++) {
        one_error(AM65X_UART_FRAMING, place, 10);
        check_received(10);
        assert_true(errors[SERIAL_FRAMING] != 0);
        send(SERIAL_PIECE); /* a piece that has none */
        host_advance_us(2 * SERIAL_PIECE * CHARACTER_US);
        assert_int_equal(errors[SERIAL_UNKNOWN] + errors[SERIAL_PARITY], 0);
        close_again();
        one_error(AM65X_UART_PARITY, place, 10);
        assert_true(errors[SERIAL_PARITY] != 0);
        assert_int_equal(errors[SERIAL_UNKNOWN] + errors[SERIAL_FRAMING], 0);
        close_again();
    }
}

/* Of a piece it is only known that there is one; all bytes come. */
static void an_error_in_a_piece_is_told_too(void **state)
{
    (void)state;
    for (unsigned place = 0; place < 2 * SERIAL_PIECE; place++) {
        const bool last = place % SERIAL_PIECE == SERIAL_PIECE - 1u; /* the DMA may be quicker */

        one_error(AM65X_UART_PARITY, place, 3 * SERIAL_PIECE + 7);
        check_received(3 * SERIAL_PIECE + 7);
        assert_true(last || errors[SERIAL_PARITY] + errors[SERIAL_UNKNOWN] != 0);
        assert_true(errors[SERIAL_PARITY] + errors[SERIAL_UNKNOWN] <= 2);
        assert_int_equal(errors[SERIAL_FRAMING] + errors[SERIAL_OVERRUN], 0);
        close_again();
    }
}

static void a_lost_byte_is_told(void **state)
{
    (void)state;
    for (unsigned place = 0; place < SERIAL_PIECE + 3; place++) {
        one_error(AM65X_UART_OVERRUN, place, SERIAL_PIECE + 7);
        assert_int_equal(received_length, SERIAL_PIECE + 6);
        assert_int_equal(errors[SERIAL_OVERRUN], 1);
        close_again();
    }
}

static void an_interrupt_without_a_cause_is_none(void **state)
{
    (void)state;
    assert_int_equal(open_with(true), 0);
    assert_int_equal(serial_interrupt(serial), IRQ_NONE);
    assert_int_equal(received_length, 0);
    assert_int_equal(serial_close(serial), 0);
}

static void stopped_it_does_nothing(void **state)
{
    struct serial_counters counters;

    (void)state;
    assert_int_equal(open_with(true), 0);
    serial_stop(serial);
    send(500);
    host_advance_us(1000 * CHARACTER_US);
    assert_int_equal(received_length, 0);
    assert_int_equal(sent, 0);
    serial_get_counters(serial, &counters);
    assert_int_equal(counters.sent, 0); /* it is queued */
    serial_start(serial);
    host_advance_us(1000 * CHARACTER_US);
    check_received(500);
    serial_get_counters(serial, &counters);
    assert_int_equal(counters.sent, 500);
    assert_int_equal(serial_close(serial), 0);
}

static void sends_that_are_too_many_are_refused(void **state)
{
    (void)state;
    assert_int_equal(open_with(true), 0);
    serial_stop(serial);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(serial_send(serial, message, 200, NULL), 0);
    assert_int_equal(serial_send(serial, message, 200, NULL), -EAGAIN);
    serial_start(serial);
    host_advance_us(2000 * CHARACTER_US);
    assert_int_equal(readies, 1);
    assert_int_equal(sent, 4);
    assert_int_equal(received_length, 800);
    assert_int_equal(serial_close(serial), 0);
}

static void pieces_that_are_none_are_refused(void **state)
{
    (void)state;
    assert_int_equal(open_with(true), 0);
    assert_int_equal(serial_give(serial, message), -EINVAL);
    assert_int_equal(serial_give(serial, serial->memory + 1), -EINVAL);
    assert_int_equal(serial_give(serial, serial->memory - 1), -EINVAL);
    assert_int_equal(serial_give(serial, serial->memory + (PIECES + SERIAL_RESTS) * SERIAL_STRIDE),
                     -EINVAL);
    /* All rests are free. */
    assert_int_equal(serial_give(serial, serial->memory + PIECES * SERIAL_STRIDE), -EINVAL);
    assert_int_equal(serial_close(serial), 0);
}

/* Two pieces that are the same memory would be filled at once. */
static void a_piece_is_given_back_once(void **state)
{
    (void)state;
    holds = true;
    assert_int_equal(open_with(true), 0);
    assert_int_equal(serial_give(serial, serial->memory), -EINVAL); /* the DMA has it */
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(serial_send(serial, message, SERIAL_PIECE + 3, NULL), 0);
    host_advance_us(1000 * CHARACTER_US);
    assert_true(held_count >= 3);
    for (unsigned i = 0; i < held_count; i++) {
        assert_int_equal(serial_give(serial, held[i]), 0);
        assert_int_equal(serial_give(serial, held[i]), -EINVAL);
    }
    holds = false;
    assert_int_equal(serial_close(serial), 0);
}

/* ---- closing ---- */

static void a_close_in_the_middle_gives_everything_back(void **state)
{
    (void)state;
    assert_int_equal(open_with(true), 0);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(serial_send(serial, message, sizeof(message), NULL), 0);
    host_advance_us(100 * CHARACTER_US);
    holds = true; /* so a piece has begun that does not end */
    assert_int_equal(serial_close(serial), -ETIMEDOUT);
    assert_int_equal(sent + canceled, 4);
    becomes_idle();
    assert_int_equal(open_with(true), 0);
    set_up(NULL);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(serial_send(serial, message, sizeof(message), NULL), 0);
    mmio_write32(REGISTER(scr), 0); /* the UART does not ask any more */
    assert_true(am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 2));
    (void)serial_close(serial);
    (void)am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 0);
    assert_int_equal(sent + canceled, 4);
    becomes_idle();
}

int __real_udma_receive_close(struct udma_receive *receive);
int __wrap_udma_receive_close(struct udma_receive *receive);

static unsigned hanging; /* so many closes more find a callback that has not returned */

int __wrap_udma_receive_close(struct udma_receive *receive)
{
    return hanging != 0 && hanging-- != 0 ? -EAGAIN : __real_udma_receive_close(receive);
}

/* What was cut off before is told when it is closed, and not before. */
static void what_hangs_is_not_closed_whatever_was_cut_off(void **state)
{
    (void)state;
    assert_int_equal(open_with(true), 0);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(serial_send(serial, message, sizeof(message), NULL), 0);
    hanging = 2;
    assert_true(am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 2));
    assert_int_equal(serial_close(serial), -EAGAIN);
    (void)am65x_inject(AM65X_FAULT_DMA_TEARDOWN, 0, 0);
    assert_int_equal(sent + canceled, 4);
    assert_int_equal(serial_close(serial), -EAGAIN);
    assert_int_equal(serial_close(serial), -ETIMEDOUT);
    becomes_idle();
}

/* ---- what it asks for, and does not get ---- */

static void every_allocation_may_fail(void **state)
{
    unsigned failed = 0;
    int error;

    (void)state;
    do {
        allocations_left = ++failed;
        error = open_with(true);
        if (error == 0)
            break;
        assert_int_equal(error, -ENOMEM);
        allocations_left = 0;
        assert_true(is_idle());
    } while (failed < MANY);
    assert_true(failed > 3 && failed < MANY);
    allocations_left = 0;
    assert_int_equal(serial_close(serial), 0);
    assert_true(is_idle());
}

static const struct {
    enum am65x_fault fault;
    bool certain; /* it is known what came of it */
} faults[] = {
    {AM65X_FAULT_SCI_NAK, true},
    {AM65X_FAULT_SCI_LOST, false},
    {AM65X_FAULT_SCI_DROP, false},
};

static void every_request_of_an_open_may_fail(void **state)
{
    (void)state;
    ti_sci_set_timeout_us(SHORT_US);
    for (unsigned f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
        unsigned spare, opened = 0;

        /* A pairing that is refused is tried again: so more than one may open. */
        for (spare = 0; opened < 4 && spare < MANY; spare++) {
            assert_true(am65x_inject_after(faults[f].fault, 0, spare, 1));
            if (open_with(true) == 0) {
                opened++;
                (void)am65x_inject(faults[f].fault, 0, 0);
                (void)serial_close(serial);
            }
            (void)am65x_inject(faults[f].fault, 0, 0);
            becomes_idle();
        }
        assert_true(spare > 8 && spare < MANY);
    }
    ti_sci_set_timeout_us(1000000);
}

static void every_request_of_a_close_may_fail(void **state)
{
    (void)state;
    ti_sci_set_timeout_us(SHORT_US);
    for (unsigned f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
        for (unsigned spare = 0; spare < 16; spare++) {
            int error;

            assert_int_equal(open_with(true), 0);
            assert_true(am65x_inject_after(faults[f].fault, 0, spare, 1));
            error = serial_close(serial);
            assert_true(error == 0 || error == -EIO);
            (void)am65x_inject(faults[f].fault, 0, 0);
            becomes_idle();
        }
    }
    ti_sci_set_timeout_us(1000000);
}

static void each_error_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SERIAL_ERRORS; i++)
        for (unsigned j = i + 1u; j <= SERIAL_ERRORS; j++)
            assert_string_not_equal(serial_error_name((enum serial_error)i),
                                    serial_error_name((enum serial_error)j));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_sent_comes_back, set_up),
        cmocka_unit_test_setup(rates_that_the_clock_can_make, set_up),
        cmocka_unit_test_setup(a_rest_waits_for_what_came_before, set_up),
        cmocka_unit_test_setup(without_pieces_the_fifo_is_left_alone, set_up),
        cmocka_unit_test_setup(without_a_piece_for_it_a_rest_stays_in_the_fifo, set_up),
        cmocka_unit_test_setup(bytes_that_come_while_a_rest_is_fetched, set_up),
        cmocka_unit_test_setup(what_the_line_does_wrong_is_told, set_up),
        cmocka_unit_test_setup(an_error_before_a_pause_is_told_exactly, set_up),
        cmocka_unit_test_setup(an_error_in_a_piece_is_told_too, set_up),
        cmocka_unit_test_setup(a_lost_byte_is_told, set_up),
        cmocka_unit_test_setup(an_interrupt_without_a_cause_is_none, set_up),
        cmocka_unit_test_setup(stopped_it_does_nothing, set_up),
        cmocka_unit_test_setup(sends_that_are_too_many_are_refused, set_up),
        cmocka_unit_test_setup(pieces_that_are_none_are_refused, set_up),
        cmocka_unit_test_setup(a_piece_is_given_back_once, set_up),
        cmocka_unit_test_setup(a_close_in_the_middle_gives_everything_back, set_up),
        cmocka_unit_test_setup(what_hangs_is_not_closed_whatever_was_cut_off, set_up),
        cmocka_unit_test_setup(every_allocation_may_fail, set_up),
        cmocka_unit_test_setup(every_request_of_an_open_may_fail, set_up),
        cmocka_unit_test_setup(every_request_of_a_close_may_fail, set_up),
        cmocka_unit_test(each_error_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests_name("serial", tests, start, NULL);
}
