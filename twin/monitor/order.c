// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood order, the monitor's part (order.h). Only the plugin sees the guest's stores and
 * barriers; only the monitor knows what a device reads, and which register has told it to.
 */
#include "twin/monitor/order.h"

#include "twin/models/am65x.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"

/* The rings' real-time registers (twin/models/bus.c, ringacc.c). */
#define RING_PAGE             0x1000u
#define RINGS_MAIN            0x3c000000u
#define RINGS_MAIN_END        (RINGS_MAIN + 818 * RING_PAGE)
#define RINGS_MCU             0x2b800000u
#define RINGS_MCU_END         (RINGS_MCU + 286 * RING_PAGE)
#define RT_DOORBELL           0x10u
#define RT_OCCUPANCY          0x18u
#define RT_HARDWARE_OCCUPANCY 0x20u
#define DOORBELL_COUNT        0x7fu
#define DOORBELL_FEWER        0x80u

static bool wanted(void)
{
    return (parameters()->moods & AM65X_MOOD_ORDER) != 0;
}

static void send(uint64_t word)
{
    for (unsigned i = 0; i < sizeof(word) * 8 / ORDER_PIECE_SHIFT; i++) {
        uint64_t piece = word >> i * ORDER_PIECE_SHIFT & ((1u << ORDER_PIECE_SHIFT) - 1);

        mmio_write(ORDER_WINDOW + ((uint64_t)i << ORDER_PIECE_SHIFT) + piece, 1, 0);
    }
}

static void tell(enum order_message kind, uint64_t block, uint64_t first, uint64_t second)
{
    if (!wanted())
        return;
    send(kind);
    send(block);
    send(first);
    send(second);
}

static bool is_a_rings(uint64_t address)
{
    return (address >= RINGS_MAIN && address < RINGS_MAIN_END) ||
           (address >= RINGS_MCU && address < RINGS_MCU_END);
}

void order_told(uint64_t block)
{
    tell(ORDER_TOLD, block, trap_pc(), 0);
}

void order_device_write(uint64_t address, uint64_t value)
{
    uint64_t offset = address % RING_PAGE;

    /* Elements that are taken out are nothing that a device would read. */
    if (wanted() && is_a_rings(address) && offset == RT_DOORBELL && (value & DOORBELL_COUNT) != 0 &&
        !(value & DOORBELL_FEWER))
        order_told(address - offset);
}

void order_device_read(uint64_t address, uint64_t value)
{
    uint64_t offset = address % RING_PAGE;

    if (wanted() && is_a_rings(address) && value != 0 &&
        (offset == RT_OCCUPANCY || offset == RT_HARDWARE_OCCUPANCY))
        tell(ORDER_ASKED, address - offset, trap_pc(), 0);
}

void order_accessed(uint64_t block, uint64_t address, uint64_t size, int write)
{
    tell(write ? ORDER_WROTE : ORDER_READ, block, address, size);
}
