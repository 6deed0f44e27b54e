// SPDX-License-Identifier: BSD-3-Clause
/*
 * For small guests with something behind PCI Express controller 0 (tools/twin --device): brings up
 * the link as a driver does, numbers the buses, and makes configuration accesses.
 */
#ifndef TESTS_GUESTS_PCIE_H
#define TESTS_GUESTS_PCIE_H

#include "tests/guests/guest.h"

#define PCIE_APP        UINT64_C(0x05500000)
#define PCIE_DBI        UINT64_C(0x05501000)
#define PCIE_ATU        UINT64_C(0x05506000)
#define PCIE_WINDOW     UINT64_C(0x10000000)
#define PCIE_MEMORY     UINT64_C(0x10100000) /* for BARs */
#define PCIE_MEMORY_END UINT64_C(0x18000000)
#define PCIE_SERDES     UINT64_C(0x00900000)
#define PCIE_MODE       UINT64_C(0x00104060)
#define PCIE_LANE       UINT64_C(0x00104080)

#define PCIE_ID(bus, device, function)                                                             \
    ((uint32_t)(bus) << 8 | (uint32_t)(device) << 3 | (uint32_t)(function))

/* The bus at the end of the link, to which requests are of the first kind. */
static uint32_t pcie_link_bus = 1;

static inline void pcie_set_bits(uint64_t address, uint32_t bits)
{
    write32(address, read32(address) | bits);
}

static inline void pcie_device_on(uint32_t device)
{
    struct sci_message message = {{0}};

    sci_put(&message, 8, 4, device);
    sci_put(&message, 16, 1, 2);
    (void)sci_call(0x0200, &message);
}

static inline void pcie_region(unsigned index, uint32_t type, uint64_t base, uint64_t limit,
                               uint64_t target)
{
    uint64_t at = PCIE_ATU + 0x200 * index;

    write32(at + 0x4, 0);
    write32(at + 0x8, (uint32_t)base);
    write32(at + 0xc, 0);
    write32(at + 0x10, (uint32_t)limit);
    write32(at + 0x14, (uint32_t)target);
    write32(at + 0x18, (uint32_t)(target >> 32));
    write32(at, type);
    write32(at + 0x4, 1u << 31);
}

static inline bool pcie_is_up(void)
{
    return (read32(PCIE_DBI + 0x728) & 0x1f) == 0x11;
}

static inline void pcie_train(void)
{
    pcie_set_bits(PCIE_APP + 0x4, 1);
    for (unsigned i = 0; i < 1000 && !pcie_is_up(); i++)
        guest_wait(100);
}

/* The link, and the root port as the bridge to buses 1 to 255 and all of the memory window. */
static inline bool pcie_up(void)
{
    pcie_device_on(120);
    pcie_device_on(153);
    write32(PCIE_LANE, 1);
    pcie_set_bits(PCIE_SERDES + 0x1fd0, 1u << 29);
    write32(PCIE_SERDES + 0x1fd0, 0);
    write32(PCIE_SERDES + 0xb38, 0x70u << 16);
    write32(PCIE_SERDES + 0x7c, 1u << 24);
    write32(PCIE_SERDES + 0xb90, 1u << 9);
    write32(PCIE_SERDES + 0x1ff4, 7u << 29);
    guest_wait(200);
    write32(PCIE_SERDES + 0x1fe0, 7u << 29 | 7u << 13);
    guest_wait(200);
    write32(PCIE_MODE, 2);
    pcie_train();
    pcie_region(0, 0, PCIE_MEMORY, PCIE_MEMORY_END - 1, PCIE_MEMORY);
    write32(PCIE_DBI + 0x18, 0x00ff0100);
    write32(PCIE_DBI + 0x20, 0x17f01010);
    write32(PCIE_DBI + 0x24, 0x0000fff0);
    write32(PCIE_DBI + 0x4, 0x6);
    return pcie_is_up();
}

/* Where a function's registers are, until the next call. */
static inline uint64_t pcie_config(uint32_t id)
{
    pcie_region(1, id >> 8 == pcie_link_bus ? 4 : 5, PCIE_WINDOW, PCIE_WINDOW + 0xffff,
                (uint64_t)id << 16);
    return PCIE_WINDOW;
}

static inline uint32_t pcie_get(uint32_t id, unsigned offset)
{
    return read32(pcie_config(id) + offset);
}

static inline void pcie_put(uint32_t id, unsigned offset, uint32_t value)
{
    write32(pcie_config(id) + offset, value);
}

/* A bridge to these buses, and to memory from base to limit, whole MiB. */
static inline void pcie_bridge(uint32_t id, uint32_t secondary, uint32_t subordinate, uint32_t base,
                               uint32_t limit)
{
    pcie_put(id, 0x18, id >> 8 | secondary << 8 | subordinate << 16);
    pcie_put(id, 0x20, (limit >> 16 & 0xfff0) << 16 | (base >> 16 & 0xfff0));
    pcie_put(id, 0x24, 0x0000fff0);
    pcie_put(id, 0x4, 0x6);
}

/* 0: the function has no such capability. */
static inline unsigned pcie_find(uint32_t id, uint32_t capability)
{
    unsigned at = pcie_get(id, 0x34) & 0xfc;

    for (unsigned i = 0; i < 48 && at != 0; i++) {
        uint32_t head = pcie_get(id, at);

        if ((head & 0xff) == capability)
            return at;
        at = head >> 8 & 0xfc;
    }
    return 0;
}

/* ---- `edu` and `e1000e` behind a switch ---- */

#define UPSTREAM  PCIE_ID(1, 0, 0)
#define DOWN(n)   PCIE_ID(2, n, 0)
#define EDU       PCIE_ID(3, 0, 0)
#define NET       PCIE_ID(4, 0, 0)
#define EDU_BAR   PCIE_MEMORY
#define NET_BAR   (PCIE_MEMORY + 0x100000)
#define NET_TABLE (PCIE_MEMORY + 0x140000)

/* Buses, windows and BARs, as a driver leaves them; the link is up. */
static inline void pcie_switch_up(void)
{
    pcie_bridge(UPSTREAM, 2, 4, EDU_BAR, NET_BAR + 0xfffff);
    pcie_bridge(DOWN(0), 3, 3, EDU_BAR, EDU_BAR + 0xfffff);
    pcie_bridge(DOWN(1), 4, 4, NET_BAR, NET_BAR + 0xfffff);
    pcie_put(EDU, 0x10, EDU_BAR);
    pcie_put(EDU, 0x4, 0x6);
    pcie_put(NET, 0x10, NET_BAR);
    pcie_put(NET, 0x14, NET_BAR + 0x20000);
    pcie_put(NET, 0x1c, NET_TABLE);
    pcie_put(NET, 0x4, 0x6);
}

#endif
