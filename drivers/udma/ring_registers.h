// SPDX-License-Identifier: BSD-3-Clause
/*
 * A ring's real-time registers, a page each, and the ring accelerator's global ones (AM65x TRM
 * SPRUID7, 10.2.3 Ring Accelerator, RINGACC_RT and RINGACC_GCFG).
 */
#ifndef DRIVERS_UDMA_RING_REGISTERS_H
#define DRIVERS_UDMA_RING_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

enum ring_rt_number {
    RING_RT_STRIDE = 0x1000,
    RING_DOORBELL_MAX = 127,           /* it counts in a signed byte (RING_DB, ENTRY_CNT) */
    RING_OCCUPANCY_ENTRIES = 0x1fffff, /* the bits of an occupancy that count */
};

/* A ring's page, RINGACC_RT. */
struct ring_rt_registers {
    uint32_t reserved_00[4];
    uint32_t doorbell; /* write only: a signed count of elements added */
    uint32_t reserved_14;
    uint32_t occupancy; /* elements that software sees */
    uint32_t index;     /* where software is */
    uint32_t hardware_occupancy;
    uint32_t hardware_index;
};

/* RINGACC_GCFG. */
struct ringacc_registers {
    uint32_t revision;
    uint32_t reserved_04[16];
    uint32_t error_log; /* to be read once for each error event: the read allows the next one */
};

#define RINGACC_ERROR_RING(log) ((log)&0xffffu) /* whose memory has not answered */

_Static_assert(offsetof(struct ringacc_registers, error_log) == 0x44, "RINGACC_ERROR_LOG");
_Static_assert(offsetof(struct ring_rt_registers, doorbell) == 0x10, "RINGACC_RT_RING_DB");
_Static_assert(offsetof(struct ring_rt_registers, occupancy) == 0x18, "RINGACC_RT_RING_OCC");
_Static_assert(offsetof(struct ring_rt_registers, hardware_index) == 0x24,
               "RINGACC_RT_RING_HWINDX");

#endif
