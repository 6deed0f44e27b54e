// SPDX-License-Identifier: BSD-3-Clause
/*
 * A guest whose cores write one MSI-X table all at once, by bytes and halves, with addresses that
 * lead anywhere, while core 0 moves the table, turns the BARs and windows off and on, and takes the
 * link down and up. Afterwards the twin is whole, and all is as before. The device is
 * `ivshmem-doorbell`.
 */
#include "tests/guests/ivshmem.h"

#define ROUNDS 150u

static volatile bool is_over;

/* Core 1 to 3: whatever may be written to a table, of an entry that all write. */
static void write_tables(void)
{
    static const uint64_t addresses[] = {PRE_ITS + 0x400,   PRE_ITS + 0x800, 0x08090040,
                                         0x08080000,        0x40400000,      0x84000000,
                                         0xffffffffffffffff};
    uint32_t noise = (uint32_t)read_sysreg("mpidr_el1") + 1;

    while (!is_over) {
        uint64_t entry = TABLE + 0x8000 * (noise >> 20 & 1) + 16 * (noise >> 24 & 1);

        noise = noise * 1664525u + 1013904223u;
        write64(entry, addresses[(noise >> 8) % 7]);
        write32(entry + 4, (uint32_t)(noise >> 30));
        write8(entry + (noise >> 12) % 16, (uint8_t)noise);
        (void)read64(entry);
        write32(entry + 8, noise >> 16);
        write32(DOORBELL, noise >> 10 & 0x3f);
        (void)read32(MEMORY + (noise & 0xffffc));
    }
}

static void change_all(uint32_t id, unsigned round)
{
    switch (round % 6) {
    case 0:
        set_up(id, TABLE + 0x8000 * (round & 1));
        break;
    case 1:
        pcie_put(id, 0x4, 0);
        break;
    case 2:
        pcie_put(id, 0x14, (uint32_t)MEMORY);
        break;
    case 3:
        write32(PCIE_ATU + 4, 0);
        break;
    case 4:
        pcie_region(0, 0, PCIE_MEMORY, PCIE_MEMORY_END - 1, PCIE_MEMORY);
        break;
    default:
        write32(PCIE_APP + 0x4, 0);
        (void)pcie_up();
    }
}

static void all_at_once(uint32_t id)
{
    static const uint64_t cores[] = {1, 0x100, 0x101};
    bool good = true;

    is_over = false;
    for (unsigned i = 0; i < 3; i++)
        good = good && guest_core_on(cores[i], write_tables) == 0;
    check("the other cores are turned on", good);
    for (unsigned round = 0; round < ROUNDS; round++)
        change_all(id, round);
    is_over = true;
    for (unsigned i = 0; i < 3; i++)
        guest_wait_off(cores[i]);
    write32(PCIE_APP + 0x4, 0);
    check("the link comes up anew", pcie_up());
    set_up(id, TABLE);
    wait_for(0xffffffff); /* what is still on its way */
    guest_no_faults();
    check("after all that, each vector arrives", fire_all(0));
}

int main(void)
{
    guest_on_interrupt = on_interrupt;
    guest_gic_on();
    guest_gic_core_on();
    its_up();
    its_device(PCIE_ID(1, 0, 0), 0, LPI_FIRST, VECTORS);
    if (!check("the link comes up", pcie_up()))
        guest_end();
    set_up(PCIE_ID(1, 0, 0), TABLE);
    check("each of 64 vectors arrives, each time", fire_all(0));
    all_at_once(PCIE_ID(1, 0, 0));
    guest_end();
}
