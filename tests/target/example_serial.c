// SPDX-License-Identifier: BSD-3-Clause
/*
 * Example of a peripheral by DMA (docs/udma.md): a UART, looped back inside, so that it needs no
 * cable. Text goes from its own memory to the UART, and what is received is copied out of the
 * driver's pieces.
 */
#include "tests/target/example_serial.h"

#include "arch/wait.h"
#include "msi/irq.h"
#include "platform/platform.h"

#include <errno.h>
#include <string.h>

/* Interrupt context: a piece is ours until we give it back. */
static void received(void *context, uint8_t *data, uint32_t length)
{
    struct example_serial *example = context;
    uint32_t room = EXAMPLE_SERIAL_MAX - example->length;
    uint32_t taken = length < room ? length : room;

    memcpy(example->received + example->length, data, taken);
    __atomic_store_n(&example->length, example->length + taken, __ATOMIC_RELEASE);
    (void)serial_give(example->serial, data);
    wait_notify();
}

static void sent(void *context, void *cookie, int status)
{
    struct example_serial *example = context;

    (void)cookie; /* what serial_send() was given */
    __atomic_store_n(&example->sent, status == 0, __ATOMIC_RELEASE);
    wait_notify();
}

int example_serial_open(struct example_serial *example, unsigned uart)
{
    struct serial_config config = {
        .baud = 115200,
        .loopback = true,
        .core = IRQ_CORE_ANY,
        .depth = 4,   /* messages on their way */
        .pieces = 16, /* of SERIAL_PIECE bytes, for what is received */
        .received = received,
        .sent = sent,
        .context = example,
    };
    int error = platform_serial_take(uart, &config);

    if (error != 0)
        return error;
    *example = (struct example_serial){.uart = uart};
    error = serial_open(&config, &example->serial);
    if (error != 0)
        (void)platform_serial_release(uart);
    return error;
}

struct wanted {
    const struct example_serial *example;
    uint32_t length;
};

static bool has_come_back(void *argument)
{
    const struct wanted *wanted = argument;

    return __atomic_load_n(&wanted->example->sent, __ATOMIC_ACQUIRE) &&
           __atomic_load_n(&wanted->example->length, __ATOMIC_ACQUIRE) >= wanted->length;
}

int example_serial_exchange(struct example_serial *example, const char *text, uint64_t timeout_us)
{
    struct wanted wanted = {example, example->length + (uint32_t)strlen(text)};
    int error;

    example->sent = false;
    error = serial_send(example->serial, text, (uint32_t)strlen(text), NULL);
    return error != 0 ? error : wait_for(has_come_back, &wanted, timeout_us);
}

int example_serial_close(struct example_serial *example)
{
    int error = serial_close(example->serial);

    return error != 0 ? error : platform_serial_release(example->uart);
}
