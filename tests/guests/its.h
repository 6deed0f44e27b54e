// SPDX-License-Identifier: BSD-3-Clause
/*
 * For small guests: an ITS whose LPIs, from 8192 on, reach core 0.
 */
#ifndef TESTS_GUESTS_ITS_H
#define TESTS_GUESTS_ITS_H

#include "tests/guests/guest.h"

#define ITS_MEMORY UINT64_C(0x83000000)
#define ITS_VALID  (UINT64_C(1) << 63)
#define ITS_QUEUE  (ITS_MEMORY + 0x30000)
#define PRE_ITS    UINT64_C(0x01000000)
#define LPI_FIRST  8192u
#define ITS_LPIS   128u /* that are enabled */

static inline void its_command(uint64_t first, uint64_t second, uint64_t third)
{
    uint64_t at = read64(GITS_BASE + 0x90);

    write64(ITS_QUEUE + at, first);
    write64(ITS_QUEUE + at + 8, second);
    write64(ITS_QUEUE + at + 16, third);
    write64(ITS_QUEUE + at + 24, 0);
    barrier();
    write64(GITS_BASE + 0x88, (at + 32) % 0x1000);
    barrier();
}

static inline void its_up(void)
{
    for (uint64_t at = ITS_MEMORY; at < ITS_MEMORY + 0x300000; at += 8)
        write64(at, 0);
    for (unsigned i = 0; i < ITS_LPIS; i++)
        write8(ITS_MEMORY + 0x100000 + i, 0xa1);
    write64(GICR_BASE + 0x70, (ITS_MEMORY + 0x100000) | 15);
    write64(GICR_BASE + 0x78, ITS_MEMORY + 0x200000);
    write32(GICR_BASE, 1);
    write64(GITS_BASE + 0x100, ITS_VALID | (ITS_MEMORY + 0x10000) | 0xf);
    write64(GITS_BASE + 0x108, ITS_VALID | (ITS_MEMORY + 0x20000));
    write64(GITS_BASE + 0x80, ITS_VALID | ITS_QUEUE);
    write64(GITS_BASE + 0x88, 0);
    write32(GITS_BASE, 1);
    its_command(9, 0, ITS_VALID); /* MAPC: collection 0 is core 0 */
}

/* A device's events from 0 on, 128 at most, are LPIs from first on; one of several devices. */
static inline void its_device(uint64_t device, unsigned number, uint64_t first, unsigned events)
{
    its_command(device << 32 | 8, 6, ITS_VALID | (ITS_MEMORY + 0x40000 + 0x1000 * number));
    for (uint64_t event = 0; event < events; event++)
        its_command(device << 32 | 10, (first + event) << 32 | event, 0);
}

#endif
