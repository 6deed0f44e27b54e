// SPDX-License-Identifier: BSD-3-Clause
/*
 * Two devices of QEMU's behind a switch, `edu` and `e1000e`: configuration, memory, DMA, a message
 * of each through the ITS, by MSI and by MSI-X.
 */
#include "tests/guests/pcie.h"
#include "tests/guests/its.h"

#define ELSEWHERE       UINT64_C(0x17000000)
#define BUFFER          UINT64_C(0x84000000)

#define QEMU_TRANSLATER 0x08090040u /* the ITS of its machine */

#define EDU_RAISE       0x60u
#define EDU_ACK         0x64u
#define MSI             0x05u
#define MSIX            0x11u
#define NET_ICS         0xc8u
#define NET_IMS         0xd0u
#define NET_IVAR        0xe4u
#define CAUSE_OTHER     (1u << 24)

static volatile uint64_t arrived[64];
static volatile unsigned total;

static void on_interrupt(uint64_t intid)
{
    total++;
    if (intid - LPI_FIRST < 64)
        arrived[intid - LPI_FIRST]++;
    write_sysreg("S3_0_C12_C12_1", intid);
}

static void wait_for(unsigned count)
{
    __asm__ volatile("msr daifclr, #2");
    for (unsigned i = 0; i < 1000 && total < count; i++)
        guest_wait(100);
    __asm__ volatile("msr daifset, #2");
}

static void configuration(void)
{
    check_value("a switch is at the end of the link", pcie_get(UPSTREAM, 0x8) >> 16, 0x0604);
    check_value("nothing is beside it", pcie_get(PCIE_ID(1, 1, 0), 0), 0xffffffff);
    check_value("edu is behind it", pcie_get(EDU, 0), 0x11e81234);
    check_value("so is e1000e", pcie_get(NET, 0), 0x10d38086);
    check_value("and nothing else", pcie_get(PCIE_ID(5, 0, 0), 0), 0xffffffff);
    pcie_put(EDU, 0x10, 0xffffffff);
    check_value("a BAR tells its size", pcie_get(EDU, 0x10), 0xfff00000);
    pcie_put(EDU, 0x10, EDU_BAR);
}

static void memory(void)
{
    check_value("a register can be read", read32(EDU_BAR), 0x010000ed);
    write32(EDU_BAR + 4, 0x12345678);
    check_value("and written", read32(EDU_BAR + 4), ~0x12345678u);
    check_value("nothing is where no BAR is", read32(NET_BAR + 0x80000), 0xffffffff);
}

/* One that leads to another address, and one that is no more; what is closed before it is read
 * again. */
static void windows(void)
{
    pcie_region(0, 0, PCIE_MEMORY, ELSEWHERE - 1, PCIE_MEMORY);
    pcie_region(2, 0, ELSEWHERE, ELSEWHERE + 0xfffff, EDU_BAR);
    check_value("a window can lead elsewhere", read32(ELSEWHERE), 0x010000ed);
    write32(ELSEWHERE + 4, 0x87654321);
    check_value("both ways", read32(ELSEWHERE + 4), ~0x87654321u);
    write8(ELSEWHERE + 4, 1);
    check_value("a byte where the device takes words changes nothing", read32(EDU_BAR + 4),
                ~0x87654321u);
    write32(PCIE_ATU + 4, 0);
    check_value("nothing is behind a window that is closed", read32(EDU_BAR), 0xffffffff);
    check_value("but behind another", read32(ELSEWHERE), 0x010000ed);
    pcie_region(2, 0, PCIE_MEMORY + 0x100000, ELSEWHERE - 1, EDU_BAR);
    pcie_region(0, 0, PCIE_MEMORY, PCIE_MEMORY_END - 1, PCIE_MEMORY);
    check("the first one that has it counts", read32(NET_BAR) != 0x010000ed);
}

static void dma(void)
{
    write64(BUFFER, UINT64_C(0x1122334455667788));
    write64(BUFFER + 8, 0);
    write64(EDU_BAR + 0x80, BUFFER);
    write64(EDU_BAR + 0x88, 0x40000);
    write64(EDU_BAR + 0x90, 8);
    write64(EDU_BAR + 0x98, 1);
    for (unsigned i = 0; i < 10000 && (read32(EDU_BAR + 0x98) & 1) != 0; i++)
        guest_wait(100);
    write64(EDU_BAR + 0x80, 0x40000);
    write64(EDU_BAR + 0x88, BUFFER + 8);
    write64(EDU_BAR + 0x98, 3);
    for (unsigned i = 0; i < 10000 && (read32(EDU_BAR + 0x98) & 1) != 0; i++)
        guest_wait(100);
    check_value("a device reads and writes the guest's memory", read64(BUFFER + 8),
                UINT64_C(0x1122334455667788));
}

static void message_of_edu(void)
{
    unsigned at = pcie_find(EDU, MSI);

    pcie_put(EDU, at + 4, (uint32_t)(PRE_ITS + 4 * EDU));
    pcie_put(EDU, at + 8, 0);
    pcie_put(EDU, at + 12, 1);
    pcie_put(EDU, at, pcie_get(EDU, at) | 1u << 16);
    check_value("a message's address reads back", pcie_get(EDU, at + 4), PRE_ITS + 4 * EDU);
    check_value("as it was written", pcie_get(EDU, at + 8), 0);
    write32(EDU_BAR + EDU_RAISE, 1);
    wait_for(1);
    check_value("it arrives by MSI", arrived[1], 1);
    write32(EDU_BAR + EDU_ACK, 1);
    pcie_put(EDU, at + 4, (uint32_t)(PRE_ITS + 4 * NET));
    check_value("another's address reads back too", pcie_get(EDU, at + 4), PRE_ITS + 4 * NET);
    write32(EDU_BAR + EDU_RAISE, 1);
    wait_for(2);
    check_value("and gets nowhere", total, 1);
    write32(EDU_BAR + EDU_ACK, 1);
    pcie_put(EDU, at + 4, QEMU_TRANSLATER);
    check_value("so does one that means something to QEMU", pcie_get(EDU, at + 4), QEMU_TRANSLATER);
    write32(EDU_BAR + EDU_RAISE, 1);
    wait_for(2);
    check_value("and gets nowhere", total, 1);
    write32(EDU_BAR + EDU_ACK, 1);
    pcie_put(EDU, at + 4, (uint32_t)(PRE_ITS + 4 * EDU));
    write32(EDU_BAR + EDU_RAISE, 1);
    wait_for(2);
    check_value("the next one does", arrived[1], 2);
    write32(EDU_BAR + EDU_ACK, 1);
}

static void message_of_net(void)
{
    unsigned at = pcie_find(NET, MSIX), before = total;

    for (unsigned vector = 0; vector < 5; vector++) {
        write32(NET_TABLE + 16 * vector, (uint32_t)(PRE_ITS + 4 * NET));
        write32(NET_TABLE + 16 * vector + 4, 0);
        write32(NET_TABLE + 16 * vector + 8, vector);
        write32(NET_TABLE + 16 * vector + 12, 0);
    }
    check_value("an MSI-X table reads back", read32(NET_TABLE + 16), PRE_ITS + 4 * NET);
    check_value("as it was written", read64(NET_TABLE + 16), PRE_ITS + 4 * NET);
    check_value("with its data", read32(NET_TABLE + 16 * 4 + 8), 4);
    pcie_put(NET, at, pcie_get(NET, at) | 1u << 31);
    for (uint32_t vector = 0; vector < 5; vector++) {
        write32(NET_BAR + NET_IVAR, (8 | vector) << 16);
        write32(NET_BAR + NET_IMS, CAUSE_OTHER);
        write32(NET_BAR + NET_ICS, CAUSE_OTHER);
        wait_for(before + vector + 1);
        write32(NET_BAR + 0xc0, 0xffffffff); /* ICR */
    }
    for (unsigned vector = 0; vector < 5; vector++)
        check_value("it arrives by MSI-X", arrived[16 + vector], 1);
    check_value("and nothing else", total, before + 5);
}

int main(void)
{
    guest_on_interrupt = on_interrupt;
    guest_gic_on();
    guest_gic_core_on();
    its_up();
    its_device(EDU, 0, LPI_FIRST, 4);
    its_device(NET, 1, LPI_FIRST + 16, 5);
    if (!check("the link comes up", pcie_up()))
        guest_end();
    pcie_switch_up();
    configuration();
    memory();
    windows();
    dma();
    message_of_edu();
    message_of_net();
    check("without an abort", guest_faults()->count == 0);
    guest_end();
}
