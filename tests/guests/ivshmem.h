// SPDX-License-Identifier: BSD-3-Clause
/*
 * For small guests with QEMU's `ivshmem-doorbell` in the slot: its 64 MSI-X vectors, which fire on
 * command.
 */
#ifndef TESTS_GUESTS_IVSHMEM_H
#define TESTS_GUESTS_IVSHMEM_H

#include "tests/guests/its.h"
#include "tests/guests/pcie.h"

#define REGISTERS PCIE_MEMORY
#define TABLE     (PCIE_MEMORY + 0x10000)
#define MEMORY    (PCIE_MEMORY + 0x100000)
#define DOORBELL  (REGISTERS + 0xc)
#define VECTORS   64u
#define MSIX      0x11u
#define FIRINGS   3u

static volatile unsigned arrived[ITS_LPIS], total;

static inline void on_interrupt(uint64_t intid)
{
    total++;
    if (intid - LPI_FIRST < ITS_LPIS)
        arrived[intid - LPI_FIRST]++;
    write_sysreg("S3_0_C12_C12_1", intid);
}

static inline void wait_for(unsigned count)
{
    __asm__ volatile("msr daifclr, #2");
    for (unsigned i = 0; i < 1000 && total < count; i++)
        guest_wait(20);
    __asm__ volatile("msr daifset, #2");
}

static inline void set_up(uint32_t id, uint64_t table)
{
    unsigned at = pcie_find(id, MSIX);

    pcie_put(id, 0x10, REGISTERS);
    pcie_put(id, 0x14, (uint32_t)table);
    pcie_put(id, 0x18, MEMORY);
    pcie_put(id, 0x1c, 0);
    pcie_put(id, 0x4, 0x6);
    for (unsigned vector = 0; vector < VECTORS; vector++) {
        write64(table + 16 * vector, PRE_ITS + 4 * id);
        write32(table + 16 * vector + 8, vector);
        write32(table + 16 * vector + 12, 0);
    }
    pcie_put(id, at, pcie_get(id, at) | 1u << 31);
}

/* Each vector so many times; whether each has come that often, as LPIs from first on. */
static inline bool fire_all(unsigned first)
{
    bool good = true;

    total = 0;
    for (unsigned i = 0; i < ITS_LPIS; i++)
        arrived[i] = 0;
    for (unsigned i = 0; i < FIRINGS * VECTORS; i++) {
        write32(DOORBELL, i % VECTORS); /* to itself */
        wait_for(i + 1);
    }
    for (unsigned i = 0; i < ITS_LPIS; i++)
        good = good && arrived[i] == (i - first < VECTORS ? FIRINGS : 0);
    return good;
}

#endif
