// SPDX-License-Identifier: BSD-3-Clause
/*
 * 64 MSI-X vectors of QEMU's `ivshmem-doorbell`, which fire on command, in a slot by itself: each
 * arrives, as often as it was fired, wherever its table lies, whatever bus it is on; a masked one
 * waits, pending, until it is unmasked. And its memory is memory.
 */
#include "tests/guests/ivshmem.h"

#define PENDING 0x800u /* behind the table */

static void masked(void)
{
    unsigned before = total;

    write32(TABLE + 16 * 5 + 12, 1);
    write32(DOORBELL, 5);
    for (unsigned i = 0; i < 1000 && (read32(TABLE + PENDING) & 1u << 5) == 0; i++)
        guest_wait(20);
    check_value("a masked vector is pending", read32(TABLE + PENDING), 1u << 5);
    wait_for(before);
    check_value("and does not arrive", total, before);
    write32(TABLE + 16 * 5 + 12, 0);
    wait_for(before + 1);
    check_value("until it is unmasked", total, before + 1);
    check_value("and is pending no more", read32(TABLE + PENDING), 0);
}

int main(void)
{
    guest_on_interrupt = on_interrupt;
    guest_gic_on();
    guest_gic_core_on();
    its_up();
    its_device(PCIE_ID(1, 0, 0), 0, LPI_FIRST, VECTORS);
    its_device(PCIE_ID(9, 0, 0), 1, LPI_FIRST + VECTORS, VECTORS);
    if (!check("the link comes up", pcie_up()))
        guest_end();
    set_up(PCIE_ID(1, 0, 0), TABLE);
    check("each of 64 vectors arrives, each time", fire_all(0));
    masked();
    write64(MEMORY + 0x1000, UINT64_C(0x1122334455667788));
    check_value("its memory is memory", read64(MEMORY + 0x1000), UINT64_C(0x1122334455667788));
    set_up(PCIE_ID(1, 0, 0), TABLE + 0x8000);
    check("all arrive by a table that has moved", fire_all(0));
    write32(PCIE_DBI + 0x18, 0x00ff0900);
    pcie_link_bus = 9;
    set_up(PCIE_ID(9, 0, 0), TABLE);
    check("and from another bus, by another device id", fire_all(VECTORS));
    check("without an abort", guest_faults()->count == 0);
    guest_end();
}
