// SPDX-License-Identifier: BSD-3-Clause
#include "tests/host/support/soc_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

uint64_t now_ns;

static uint8_t sci_host = SCI_HOST;
static unsigned header; /* words in front of a secure host's messages */
static uint32_t rx_status = RX_STATUS, rx_data = 0x32c0b004u, tx_data = 0x32c0d004u;

static uint8_t *dram;
static size_t dram_size;

uint64_t soc_now(void *context)
{
    (void)context;
    return now_ns;
}

void soc_memory(uint8_t *memory, size_t size)
{
    dram = memory;
    dram_size = size;
}

static bool in_dram(uint64_t address, size_t size)
{
    return address - DRAM_BASE < dram_size && size <= dram_size - (address - DRAM_BASE);
}

bool soc_read(void *context, uint64_t address, void *data, size_t size)
{
    (void)context;
    if (!in_dram(address, size))
        return false;
    memcpy(data, &dram[address - DRAM_BASE], size);
    return true;
}

bool soc_write(void *context, uint64_t address, const void *data, size_t size)
{
    (void)context;
    if (!in_dram(address, size))
        return false;
    memcpy(&dram[address - DRAM_BASE], data, size);
    return true;
}

void soc_no_line(void *context, unsigned intid, bool high)
{
    (void)context;
    (void)intid;
    (void)high;
}

void soc_no_message(void *context, uint32_t device_id, uint32_t event_id)
{
    (void)context;
    (void)device_id;
    (void)event_id;
}

void soc_no_uart(void *context, unsigned uart, uint8_t byte)
{
    (void)context;
    (void)uart;
    (void)byte;
}

const struct am65x_environment soc_environment = {
    .line = soc_no_line,
    .its_message = soc_no_message,
    .memory_read = soc_read,
    .memory_write = soc_write,
    .now = soc_now,
    .uart_transmit = soc_no_uart,
};

uint32_t read32(uint64_t address)
{
    uint64_t value = 0;

    assert_true(am65x_read(address, 4, &value));
    return (uint32_t)value;
}

void write32(uint64_t address, uint32_t value)
{
    assert_true(am65x_write(address, 4, value));
}

uint64_t read64(uint64_t address)
{
    uint64_t value = 0;

    assert_true(am65x_read(address, 8, &value));
    return value;
}

void write64(uint64_t address, uint64_t value)
{
    assert_true(am65x_write(address, 8, value));
}

void pass(uint64_t nanoseconds)
{
    uint64_t end = now_ns + nanoseconds;

    for (unsigned i = 0; am65x_next_deadline() <= end; i++) {
        assert_true(i < 1000000);
        if (now_ns < am65x_next_deadline())
            now_ns = am65x_next_deadline();
        am65x_advance();
    }
    now_ns = end;
}

void sci_put(struct sci *message, unsigned offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        message->bytes[offset + i] = (uint8_t)(value >> (8 * i));
}

uint64_t sci_get(const struct sci *message, unsigned offset, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)message->bytes[offset + i] << (8 * i);
    return value;
}

void sci_speak_as(uint8_t host)
{
    bool is_r5 = host < 10;
    uint32_t first = 5u * (host - (is_r5 ? 3u : 10u)) << 12;

    sci_host = host;
    rx_status = (is_r5 ? 0x2a380000u : 0x32400000u) + first + 0x1000u;
    rx_data = (is_r5 ? 0x2a480000u : 0x32c00000u) + first + 0x1004u;
    tx_data = rx_data + 0x2000u;
    header = host == 10 || host == 11 || host == 4 || host == 6 ? 1 : 0;
}

struct sci sci_request(uint16_t type, uint8_t sequence)
{
    struct sci message = {{0}};

    sci_put(&message, 0, 2, type);
    sci_put(&message, 2, 1, sci_host);
    sci_put(&message, 3, 1, sequence);
    sci_put(&message, 4, 4, SCI_ACK);
    return message;
}

void sci_send(const struct sci *message)
{
    for (unsigned word = 0; word < 15; word++)
        write32(tx_data + 4 * word,
                word < header ? 0 : (uint32_t)sci_get(message, 4 * (word - header), 4));
}

struct sci sci_take(void)
{
    struct sci message = {{0}};

    assert_int_not_equal(read32(rx_status) & 0xff, 0);
    for (unsigned word = 0; word < 15; word++) {
        uint32_t value = read32(rx_data + 4 * word);
        if (word >= header)
            sci_put(&message, 4 * (word - header), 4, value);
        else
            assert_int_equal(value, 0);
    }
    return message;
}

bool sci_ask(const struct sci *message, struct sci *answer)
{
    struct sci ignored, *result = answer != NULL ? answer : &ignored;

    sci_send(message);
    pass(50000);
    *result = sci_take();
    assert_memory_equal(result->bytes, message->bytes, 4);
    return (sci_get(result, 4, 4) & SCI_ACK) != 0;
}
