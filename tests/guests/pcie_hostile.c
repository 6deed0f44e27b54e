// SPDX-License-Identifier: BSD-3-Clause
/*
 * A guest that tries to get out by way of PCI Express: devices whose DMA, BARs and interrupt
 * messages lead into the twin's memory and GIC; buses that are numbered in loops; MSI-X tables that
 * move; whatever else a guest may write to configuration space, to the root port and to the
 * windows. After each attempt the twin is whole. The devices are `edu` and `e1000e`, behind a
 * switch.
 */
#include "tests/guests/its.h"
#include "tests/guests/pcie.h"

#define BUFFER       UINT64_C(0x84000000)
#define MSIX         0x11u
#define PSCI_VERSION 0x84000000u
#define STORM        3000u
#define OURS         UINT64_C(0x5a5a5a5a5a5a5a5a)

/* QEMU's GIC and UARTs; the twin's code, parameters, tables; DRAM's ends; nowhere. */
static const uint64_t foreign[] = {
    0x0,        0x01000000, 0x08000000, 0x08080000,   0x080a0000,         0x09000000, 0x09050000,
    0x0a001e00, 0x10000000, 0x3eff0000, 0x40000000,   0x40400000,         0x40c00000, 0x41800000,
    0x6e000000, 0x70200000, 0xfff00000, 0x4010000000, 0xfffffffffffff000,
};
#define FOREIGN (sizeof(foreign) / sizeof(foreign[0]))

static uint32_t noise = 1;

static uint32_t some(uint32_t limit)
{
    noise = noise * 1664525u + 1013904223u;
    return (noise >> 8) % limit;
}

static uint32_t some_word(void)
{
    return some(0x10000) << 16 | some(0x10000);
}

static void run_on_core_1(void)
{
}

static void nobody_is_hurt(const char *attempt)
{
    struct sci_message message = {{0}};
    bool good = smc(PSCI_VERSION, 0, 0, 0) == 0x10001;

    good = good && guest_core_on(1, run_on_core_1) == 0;
    guest_wait_off(1);
    check(attempt, good && sci_call(0x0002, &message) && read32(JTAGID) == 0x1bb5a02f);
    guest_no_faults();
}

/* As a driver leaves them, after a reset of all. */
static void set_up(void)
{
    write32(PCIE_APP + 0x4, 0);
    pcie_up();
    pcie_switch_up();
}

static void they_answer(const char *name)
{
    set_up();
    check(name, read32(EDU_BAR) == 0x010000ed && (pcie_get(NET, 0) == 0x10d38086));
}

/* ---- DMA ---- */

static void transfer(uint64_t source, uint64_t destination, uint64_t command)
{
    write64(EDU_BAR + 0x80, source);
    write64(EDU_BAR + 0x88, destination);
    write64(EDU_BAR + 0x90, 0x100);
    write64(EDU_BAR + 0x98, command);
    for (unsigned i = 0; i < 5000 && (read32(EDU_BAR + 0x98) & 1) != 0; i++)
        guest_wait(100);
}

static void dma_elsewhere(void)
{
    write64(BUFFER, OURS);
    transfer(BUFFER, 0x40000, 1);
    for (unsigned i = 8; i < 13; i++) { /* what 32 bits reach; 100 ms each */
        transfer(foreign[i], 0x40000, 1);
        transfer(0x40000, foreign[i], 3);
    }
    transfer(0x40000, BUFFER, 3);
    check("nothing of the twin's is read", read64(BUFFER) == OURS || read64(BUFFER) == 0);
    nobody_is_hurt("DMA that leads elsewhere");
}

/* ---- BARs ---- */

static void bars_elsewhere(void)
{
    for (unsigned i = 0; i < FOREIGN; i++) {
        pcie_put(EDU, 0x10, (uint32_t)foreign[i]);
        pcie_put(NET, 0x10, (uint32_t)foreign[i]);
        pcie_put(NET, 0x1c, (uint32_t)foreign[i]);
        write32(NET_TABLE, some_word());
        (void)read32(EDU_BAR);
        nobody_is_hurt("a BAR that lies elsewhere");
    }
    they_answer("and they can be put back");
}

/* ---- messages ---- */

static void table_that_moves(void)
{
    unsigned at = pcie_find(NET, MSIX);
    bool good = true;

    pcie_put(NET, at, pcie_get(NET, at) | 1u << 31);
    for (uint32_t i = 0; i < 200; i++) {
        uint64_t table = NET_TABLE + 0x4000ull * some(32);

        pcie_put(NET, 0x1c, (uint32_t)table);
        write32(table, (uint32_t)(PRE_ITS + 4 * NET));
        write32(table + 4, 0);
        good = good && read32(table) == PRE_ITS + 4 * NET;
        write8(table + some(16), some(256));
        (void)read64(table + 4);
        write64(table + 16, foreign[some(FOREIGN)]);
        write32(table + 12, some(2));
        write32(NET_BAR + 0xc8, 1u << 24);
    }
    check("a table is translated wherever it is", good);
    nobody_is_hurt("an MSI-X table that moves");
    pcie_put(NET, 0x10, NET_TABLE);
    pcie_put(NET, 0x14, NET_TABLE);
    pcie_put(NET, 0x1c, NET_TABLE);
    for (uint64_t i = 0; i < 0x100; i += 4)
        write32(NET_TABLE + i, some_word());
    nobody_is_hurt("BARs on top of each other");
    they_answer("and they can be put apart");
}

/* ---- buses ---- */

static void loops_of_buses(void)
{
    for (unsigned i = 0; i < STORM / 10; i++) {
        uint32_t id = some(4) == 0 ? UPSTREAM : PCIE_ID(some(4), some(3), 0);

        pcie_put(id, 0x18, some(6) | some(6) << 8 | some(256) << 16);
        (void)pcie_get(PCIE_ID(some(6), some(4), some(8)), 0);
        if (some(8) == 0)
            write32(PCIE_DBI + 0x18, some(6) | some(6) << 8 | some(256) << 16);
    }
    nobody_is_hurt("loops of buses");
    they_answer("and they can be numbered again");
}

/* ---- everything ---- */

static void storm_of_config(void)
{
    for (unsigned i = 0; i < STORM; i++) {
        static const uint32_t ids[] = {UPSTREAM, DOWN(0), DOWN(1), EDU, NET, NET};
        uint64_t at = pcie_config(ids[some(6)]) + some(some(4) == 0 ? 0x1000 : 0x100);

        if (some(4) == 0)
            write8(at, some(256));
        else if (some(4) == 0)
            write64(at & ~7ull, some_word());
        else
            write32(at & ~3ull, some(2) != 0 ? some_word() : 1u << some(32));
    }
    nobody_is_hurt("a storm of configuration writes");
    set_up();
    nobody_is_hurt("and a link that comes up anew");
}

static void storm_of_windows(void)
{
    static const uint64_t blocks[] = {PCIE_APP, PCIE_DBI, PCIE_ATU, PCIE_DBI + 0x700, PCIE_SERDES};

    for (unsigned i = 0; i < STORM; i++) {
        switch (some(4)) {
        case 0:
            pcie_region(some(16), some(8), PCIE_WINDOW + ((uint64_t)some(0x800) << 16),
                        PCIE_WINDOW + ((uint64_t)some(0x900) << 16),
                        (uint64_t)some_word() << some(9));
            break;
        case 1:
            (void)read32(PCIE_WINDOW + ((uint64_t)some(0x800) << 16) + 4 * some(0x100));
            break;
        case 2:
            write32(PCIE_WINDOW + ((uint64_t)some(0x800) << 16) + 4 * some(0x100), some_word());
            break;
        default:
            write32(blocks[some(5)] + 4 * some(0x100), some_word());
            pcie_set_bits(PCIE_APP + 0x4, 1);
        }
    }
    nobody_is_hurt("a storm of windows");
}

int main(void)
{
    guest_gic_on();
    its_up();
    its_device(NET, 0, LPI_FIRST, 5);
    they_answer("the devices answer");
    dma_elsewhere();
    bars_elsewhere();
    table_that_moves();
    loops_of_buses();
    storm_of_config();
    storm_of_windows();
    guest_end();
}
