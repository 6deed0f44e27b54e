// SPDX-License-Identifier: BSD-3-Clause
/*
 * How often the guest has accessed each block, for `tools/twin --count`: told when it powers off.
 *
 * What the models answer and what the GIC's frames answer all comes to data_abort(). Of the GIC's
 * system registers those are counted that trap.
 */
#include "twin/models/am65x.h"
#include "twin/monitor/board.h"
#include "twin/monitor/monitor.h"

/* By AM65x TRM SPRUID7, chapter 2 "Memory Map". */
static const struct area {
    uint64_t base, end;
    const char *name;
} areas[] = {
    {0x00100000, 0x00200000, "control module"},
    {0x00600000, 0x00602000, "GPIO"},
    {0x01000000, 0x01400000, "pre-ITS"},
    {0x01800000, 0x01810000, "GICD"},
    {0x01820000, 0x01840000, "ITS"},
    {0x01880000, 0x01900000, "GICR"},
    {0x02800000, 0x02830000, "UARTs"},
    {0x05500000, 0x05608000, "PCI Express, registers"},
    {0x10000000, 0x20000000, "PCI Express, beyond"},
    {0x28590000, 0x2b000000, "MCU UDMA"},
    {0x2b000000, 0x2bc00000, "MCU rings"},
    {0x31120000, 0x31160000, "UDMA and rings, capabilities"},
    {0x32400000, 0x32d00000, "secure proxy"},
    {0x33d00000, 0x33e00000, "INTA"},
    {0x34000000, 0x34100000, "UDMA receive channels"},
    {0x35000000, 0x35100000, "UDMA transmit channels"},
    {0x38000000, 0x3c400000, "rings"},
    {0x40610000, 0x40620000, "watchdog"},
    {0x40a00000, 0x40a10000, "MCU UART"},
    {0x40f00000, 0x44240000, "control modules of the MCU and wake-up domains"},
};

#define AREAS     (sizeof(areas) / sizeof(areas[0]))

/* One more for what is elsewhere, one for system registers. */
#define ELSEWHERE AREAS
#define REGISTERS (AREAS + 1)

static struct {
    uint64_t reads, writes;
} counts[AREAS + 2];

bool counting(void)
{
    return (parameters()->trace & AM65X_TRACE_COUNT) != 0;
}

static void add(size_t place, bool write)
{
    __atomic_fetch_add(write ? &counts[place].writes : &counts[place].reads, 1, __ATOMIC_RELAXED);
}

void count_access(uint64_t address, bool write)
{
    size_t place = 0;

    if (!counting())
        return;
    while (place < AREAS && (address < areas[place].base || address >= areas[place].end))
        place++;
    add(place, write);
}

void count_register(bool write)
{
    if (counting())
        add(REGISTERS, write);
}

static void tell(const char *name, size_t place)
{
    uint64_t reads = __atomic_load_n(&counts[place].reads, __ATOMIC_RELAXED);
    uint64_t writes = __atomic_load_n(&counts[place].writes, __ATOMIC_RELAXED);

    if (reads != 0 || writes != 0)
        report("count: %s: %u reads, %u writes", name, reads, writes);
}

void count_report(void)
{
    if (!counting())
        return;
    for (size_t i = 0; i < AREAS; i++)
        tell(areas[i].name, i);
    tell("elsewhere", ELSEWHERE);
    tell("system registers that trapped", REGISTERS);
}
