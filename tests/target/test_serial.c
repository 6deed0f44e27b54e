// SPDX-License-Identifier: BSD-3-Clause
/*
 * A UART by DMA, looped back inside, so that a board needs no cable: both directions, contents,
 * pauses, cores, opens and closes, and what happens when nobody takes what is received.
 *
 * No more is on its way at once than there are pieces for, so nothing is lost, however slow the
 * cores are.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/serial/serial.h"
#include "drivers/udma/udma.h"
#include "msi/irq.h"
#include "platform/platform.h"
#include "tests/target/example_serial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_US   10000000u
#define BAUD      1000000u
#define SLOW_BAUD 9600u
#define PIECES    64u
#define AT_ONCE   (PIECES * SERIAL_PIECE)
#define HELD_MAX  (SERIAL_PIECES_MAX + 4u)

/* What comes back, held against what was sent: byte n of a run is pattern(n). */
struct probe {
    struct serial *serial;
    unsigned uart;
    unsigned core; /* where callbacks must run, unless it is IRQ_CORE_ANY */
    bool holds;    /* pieces are not given back */
    uint8_t *held[HELD_MAX];
    unsigned held_count;
    unsigned wrong, wrong_core, empty;
    uint64_t received;                /* bytes; atomic */
    unsigned sent, canceled, readies; /* atomic */
    unsigned errors[SERIAL_ERRORS];   /* atomic */
};

static uint8_t pattern(uint64_t number)
{
    return (uint8_t)(number * 7u + (number >> 8));
}

static void count(unsigned *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static void on_received(void *context, uint8_t *data, uint32_t length)
{
    struct probe *probe = context;

    for (uint32_t i = 0; i < length; i++)
        probe->wrong += data[i] != pattern(probe->received + i);
    probe->empty += length == 0;
    probe->wrong_core += probe->core != IRQ_CORE_ANY && core_id() != probe->core;
    if (probe->holds)
        probe->held[probe->held_count++] = data;
    else
        (void)serial_give(probe->serial, data);
    __atomic_store_n(&probe->received, probe->received + length, __ATOMIC_RELEASE);
    wait_notify();
}

static void on_sent(void *context, void *cookie, int status)
{
    struct probe *probe = context;

    (void)cookie;
    count(status == 0 ? &probe->sent : &probe->canceled);
}

static void on_ready(void *context)
{
    count(&((struct probe *)context)->readies);
}

static void on_error(void *context, enum serial_error error)
{
    count(&((struct probe *)context)->errors[error]);
}

/* The last of the main domain's UARTs, or, where that is the console, the one before it. */
static unsigned take_uart(struct serial_config *config)
{
    return platform_serial_take(2, config) == 0 ? 2 : platform_serial_take(1, config) == 0 ? 1 : 0;
}

static unsigned spare_uart(void)
{
    struct serial_config config;
    unsigned uart = take_uart(&config);

    (void)platform_serial_release(uart);
    return uart;
}

/* What the tests want of a UART. */
static struct serial_config config_of(struct probe *probe, unsigned core, uint32_t baud,
                                      uint16_t depth, uint16_t pieces)
{
    return (struct serial_config){
        .baud = baud,
        .loopback = true,
        .core = core,
        .depth = depth,
        .pieces = pieces,
        .received = on_received,
        .sent = on_sent,
        .ready = on_ready,
        .error = on_error,
        .context = probe,
    };
}

static int open_taken(struct probe *probe, unsigned uart, const struct serial_config *config)
{
    int error;

    *probe = (struct probe){.core = config->core, .uart = uart};
    error = serial_open(config, &probe->serial);
    if (error != 0)
        (void)platform_serial_release(uart);
    return error;
}

static int open_at(struct probe *probe, unsigned core, uint32_t baud, uint16_t depth,
                   uint16_t pieces)
{
    struct serial_config config = config_of(probe, core, baud, depth, pieces);
    unsigned uart = take_uart(&config);

    return open_taken(probe, uart, &config);
}

static int close(struct probe *probe)
{
    int error = serial_close(probe->serial), released = platform_serial_release(probe->uart);

    return error != 0 ? error : released;
}

struct expectation {
    const struct probe *probe;
    uint64_t received;
    unsigned sent;
};

static bool has_come(void *argument)
{
    const struct expectation *expected = argument;

    return __atomic_load_n(&expected->probe->received, __ATOMIC_ACQUIRE) >= expected->received &&
           __atomic_load_n(&expected->probe->sent, __ATOMIC_ACQUIRE) >= expected->sent;
}

static int wait_for_both(const struct probe *probe, uint64_t received, unsigned sent)
{
    struct expectation expected = {probe, received, sent};

    return wait_for(has_come, &expected, WAIT_US);
}

static uint8_t message[AT_ONCE];

/* Sends length bytes, which go on where the last have ended, and waits until they are back. */
static void exchange(struct probe *probe, uint32_t length)
{
    uint64_t begin = probe->received;
    unsigned sent = probe->sent;

    for (uint32_t i = 0; i < length; i++)
        message[i] = pattern(begin + i);
    CHECK_EQUAL(serial_send(probe->serial, message, length, NULL), 0);
    CHECK_EQUAL(wait_for_both(probe, begin + length, sent + 1), 0);
    CHECK_EQUAL(probe->received, begin + length);
    CHECK_EQUAL(probe->wrong, 0);
    CHECK_EQUAL(probe->wrong_core, 0);
    CHECK_EQUAL(probe->empty, 0);
}

static void no_errors(const struct probe *probe)
{
    for (unsigned i = 0; i < SERIAL_ERRORS; i++)
        CHECK_EQUAL(probe->errors[i], 0);
}

SELFTEST(serial, example, 60)
{
    static struct example_serial example;
    static const char text[] = "forty-two bytes, and a rest behind a pause";

    CHECK_EQUAL(example_serial_open(&example, spare_uart()), 0);
    CHECK_EQUAL(example_serial_exchange(&example, text, WAIT_US), 0);
    CHECK_EQUAL(memcmp(example.received, text, sizeof(text) - 1), 0);
    CHECK_EQUAL(example.length, sizeof(text) - 1);
    CHECK_EQUAL(example_serial_close(&example), 0);
}

SELFTEST(serial, messages_of_any_length, 60)
{
    static const uint32_t lengths[] = {1, 2, 31, 32, 33, 63, 64, 65, 100, 1000, AT_ONCE};
    static struct probe probe;
    struct serial_counters counters;

    CHECK_EQUAL(open_at(&probe, IRQ_CORE_ANY, BAUD, 4, PIECES), 0);
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        exchange(&probe, lengths[i]);
    no_errors(&probe);
    serial_get_counters(probe.serial, &counters);
    CHECK_EQUAL(counters.received, probe.received);
    CHECK_EQUAL(counters.sent, probe.received);
    CHECK(counters.pieces != 0);
    CHECK(counters.rests != 0);
    CHECK_EQUAL(close(&probe), 0);
    CHECK_EQUAL(probe.canceled, 0);
}

/* The callbacks run where they are to. */
SELFTEST(serial, every_core, 60)
{
    static struct probe probe;

    for (unsigned core = 0; core < core_count(); core++) {
        if (!smp_is_on(core))
            continue;
        CHECK_EQUAL(open_at(&probe, core, BAUD, 4, PIECES), 0);
        exchange(&probe, 100);
        exchange(&probe, AT_ONCE);
        CHECK_EQUAL(close(&probe), 0);
    }
}

/* The MCU domain's UART hangs on the other Navigator. */
SELFTEST(serial, mcu_navigator, 60)
{
    static struct probe probe;
    struct serial_config config = config_of(&probe, IRQ_CORE_ANY, BAUD, 4, PIECES);

    if (platform_udma(PLATFORM_NAVSS_MCU) == NULL || platform_serial_take(3, &config) != 0)
        SKIP("the MCU domain's UART or Navigator is not this host's");
    CHECK_EQUAL(open_taken(&probe, 3, &config), 0);
    exchange(&probe, 100);
    exchange(&probe, AT_ONCE);
    no_errors(&probe);
    CHECK_EQUAL(close(&probe), 0);
}

SELFTEST(serial, opens_and_closes_leave_nothing, 60)
{
    static struct probe probe;
    struct udma_inventory before, after;

    udma_get_inventory(&before);
    for (uint16_t i = 0; i < 20; i++) {
        CHECK_EQUAL(open_at(&probe, IRQ_CORE_ANY, BAUD, 4, (uint16_t)(2 + i)), 0);
        exchange(&probe, 1u + 3u * i);
        CHECK_EQUAL(close(&probe), 0);
    }
    udma_get_inventory(&after);
    CHECK_EQUAL(memcmp(&before, &after, sizeof(before)), 0);
}

/* 64 KiB take a minute at this rate. */
SELFTEST(serial, closed_in_the_middle, 60)
{
    const uint32_t size = 0x10000;
    static struct probe probe;
    struct udma_inventory before, after;
    uint8_t *memory = calloc(1, size);

    CHECK(memory != NULL);
    for (uint32_t i = 0; i < size; i++)
        memory[i] = pattern(i);
    udma_get_inventory(&before);
    CHECK_EQUAL(open_at(&probe, IRQ_CORE_ANY, SLOW_BAUD, 4, PIECES), 0);
    CHECK_EQUAL(serial_send(probe.serial, memory, size, NULL), 0);
    CHECK_EQUAL(serial_send(probe.serial, memory, size, NULL), 0);
    CHECK_EQUAL(wait_for_both(&probe, 1, 0), 0);
    CHECK_EQUAL(close(&probe), -ETIMEDOUT);
    CHECK_EQUAL(probe.sent + probe.canceled, 2);
    CHECK(probe.canceled != 0);
    CHECK_EQUAL(probe.wrong, 0);
    free(memory);
    udma_get_inventory(&after);
    CHECK_EQUAL(memcmp(&before, &after, sizeof(before)), 0);
    CHECK_EQUAL(open_at(&probe, IRQ_CORE_ANY, BAUD, 4, PIECES), 0);
    exchange(&probe, 100);
    CHECK_EQUAL(close(&probe), 0);
}

static bool has_error(void *argument)
{
    return __atomic_load_n((unsigned *)argument, __ATOMIC_ACQUIRE) != 0;
}

/* What nobody takes fills the pieces, then the FIFO; then the line loses bytes, and says so. */
SELFTEST(serial, pieces_that_are_held_hold_up_the_dma, 60)
{
    static struct probe probe;

    CHECK_EQUAL(open_at(&probe, IRQ_CORE_ANY, BAUD, 4, 2), 0);
    probe.holds = true;
    for (uint32_t i = 0; i < AT_ONCE; i++)
        message[i] = pattern(i);
    CHECK_EQUAL(serial_send(probe.serial, message, 1000, NULL), 0);
    CHECK_EQUAL(wait_for_both(&probe, 2 * SERIAL_PIECE, 1), 0);
    CHECK_EQUAL(wait_for(has_error, &probe.errors[SERIAL_OVERRUN], WAIT_US), 0);
    CHECK_EQUAL(probe.wrong, 0); /* what is lost comes behind what is kept */
    probe.holds = false;
    for (unsigned i = 0; i < probe.held_count; i++)
        CHECK_EQUAL(serial_give(probe.serial, probe.held[i]), 0);
    CHECK_EQUAL(close(&probe), 0);
}

SELFTEST(serial, stopped_and_started, 60)
{
    static struct probe probe;

    CHECK_EQUAL(open_at(&probe, IRQ_CORE_ANY, BAUD, 4, PIECES), 0);
    exchange(&probe, 50);
    serial_stop(probe.serial);
    for (uint32_t i = 0; i < 500; i++)
        message[i] = pattern(50 + i);
    CHECK_EQUAL(serial_send(probe.serial, message, 500, NULL), 0);
    delay_us(5000);
    CHECK_EQUAL(probe.received, 50);
    CHECK_EQUAL(probe.sent, 1);
    serial_start(probe.serial);
    CHECK_EQUAL(wait_for_both(&probe, 550, 2), 0);
    CHECK_EQUAL(probe.wrong, 0);
    exchange(&probe, 33);
    no_errors(&probe);
    CHECK_EQUAL(close(&probe), 0);
}

/* Too many messages are refused, and there is word when there is room. */
SELFTEST(serial, sends_are_held_up, 60)
{
    static struct probe probe;

    CHECK_EQUAL(open_at(&probe, IRQ_CORE_ANY, BAUD, 2, PIECES), 0);
    serial_stop(probe.serial);
    for (uint32_t i = 0; i < 300; i++)
        message[i] = pattern(i);
    CHECK_EQUAL(serial_send(probe.serial, message, 100, NULL), 0);
    CHECK_EQUAL(serial_send(probe.serial, message + 100, 100, NULL), 0);
    CHECK_EQUAL(serial_send(probe.serial, message + 200, 100, NULL), -EAGAIN);
    CHECK_EQUAL(probe.readies, 0);
    serial_start(probe.serial);
    CHECK_EQUAL(wait_for(has_error, &probe.readies, WAIT_US), 0);
    /* The rest behind them is fetched before the next comes, however slow the core is. */
    CHECK_EQUAL(wait_for_both(&probe, 200, 2), 0);
    CHECK_EQUAL(serial_send(probe.serial, message + 200, 100, NULL), 0);
    CHECK_EQUAL(wait_for_both(&probe, 300, 3), 0);
    CHECK_EQUAL(probe.wrong, 0);
    CHECK_EQUAL(close(&probe), 0);
}

SELFTEST(serial, a_break_is_told_of, 60)
{
    static struct probe probe;

    CHECK_EQUAL(open_at(&probe, IRQ_CORE_ANY, BAUD, 4, PIECES), 0);
    serial_break(probe.serial, true);
    CHECK_EQUAL(wait_for(has_error, &probe.errors[SERIAL_BREAK], WAIT_US), 0);
    serial_break(probe.serial, false);
    CHECK_EQUAL(wait_for_both(&probe, 1, 0), 0); /* a zero byte, as pattern(0) is */
    CHECK_EQUAL(probe.wrong, 0);
    exchange(&probe, 40);
    CHECK_EQUAL(close(&probe), 0);
}

SELFTEST(serial, wrong_calls_are_refused, 60)
{
    static struct probe probe;
    struct serial_config config = {.baud = BAUD,
                                   .core = IRQ_CORE_ANY,
                                   .depth = 4,
                                   .pieces = 4,
                                   .received = on_received,
                                   .loopback = true,
                                   .context = &probe};
    struct serial *serial;
    unsigned uart;

    CHECK_EQUAL(platform_serial_take(PLATFORM_UARTS, &config), -EINVAL);
    CHECK_EQUAL(platform_serial_release(PLATFORM_UARTS), -EINVAL);
    CHECK_EQUAL(platform_serial_release(1), -EINVAL);    /* was not taken */
    CHECK_EQUAL(serial_open(&config, &serial), -EINVAL); /* no UART */
    uart = take_uart(&config);
    CHECK_EQUAL(platform_serial_take(uart, &config), -EBUSY);
    config.baud = 47;
    CHECK_EQUAL(serial_open(&config, &serial), -EINVAL);
    config.baud = 2500000; /* 3 Mbaud is the nearest */
    CHECK_EQUAL(serial_open(&config, &serial), -EINVAL);
    config.baud = BAUD;
    config.pieces = SERIAL_PIECES_MAX + 1;
    CHECK_EQUAL(serial_open(&config, &serial), -EINVAL);
    CHECK_EQUAL(platform_serial_release(uart), 0);
    CHECK_EQUAL(serial_close(NULL), -EINVAL);
    CHECK_EQUAL(open_at(&probe, IRQ_CORE_ANY, BAUD, 4, 4), 0);
    CHECK_EQUAL(serial_send(probe.serial, NULL, 1, NULL), -EINVAL);
    CHECK_EQUAL(serial_send(probe.serial, message, 0, NULL), -EINVAL);
    CHECK_EQUAL(serial_give(probe.serial, message), -EINVAL);
    CHECK_EQUAL(close(&probe), 0);
}
