// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/support/soc.h"

#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/navss.h"
#include "twin/models/am65x.h"

#include <string.h>

#define ADVANCES_MAX 300u

void soc_line(void *context, unsigned intid, bool high)
{
    (void)context;
    (void)high;
    FUZZ_CHECK(intid >= 32 && intid < 1020);
}

void soc_its_message(void *context, uint32_t device_id, uint32_t event_id)
{
    (void)context;
    (void)event_id;
    FUZZ_CHECK(device_id < 0x100000);
}

static bool in_dram(uint64_t address, size_t size)
{
    return address - NAVSS_DRAM_BASE < NAVSS_DRAM_SIZE &&
           size <= NAVSS_DRAM_SIZE - (address - NAVSS_DRAM_BASE);
}

bool soc_memory_read(void *context, uint64_t address, void *data, size_t size)
{
    (void)context;
    if (!in_dram(address, size))
        return false;
    memcpy(data, &navss_dram[address - NAVSS_DRAM_BASE], size);
    return true;
}

bool soc_memory_write(void *context, uint64_t address, const void *data, size_t size)
{
    (void)context;
    if (!in_dram(address, size))
        return false;
    memcpy(&navss_dram[address - NAVSS_DRAM_BASE], data, size);
    return true;
}

uint64_t soc_now(void *context)
{
    (void)context;
    return fuzz_now();
}

void soc_uart_transmit(void *context, unsigned uart, uint8_t byte)
{
    (void)context;
    (void)byte;
    FUZZ_CHECK(uart < 4);
}

bool soc_frame_send(void *context, const void *frame, size_t length)
{
    (void)context;
    FUZZ_CHECK(length != 0 && length <= AM65X_FRAME_MAX);
    fuzz_check_memory(frame, length, "a frame");
    return fuzz_below(4) != 0;
}

void soc_write(uint64_t address, unsigned size, uint64_t value)
{
    (void)am65x_write(address, size, value);
}

uint64_t soc_read(uint64_t address, unsigned size)
{
    uint64_t value = 0;

    (void)am65x_read(address, size, &value);
    FUZZ_CHECK(size == 8 || value >> (8 * size) == 0);
    return value;
}

void soc_pass(uint64_t ns)
{
    fuzz_pass(ns);
    for (unsigned i = 0; i < ADVANCES_MAX && am65x_next_deadline() <= fuzz_now(); i++)
        (void)am65x_advance();
}
