// SPDX-License-Identifier: BSD-3-Clause
/*
 * Included by the compiler in front of every file of the build with delays: the accessors that are
 * assembly, which the compiler does not look into, get a point before them.
 */
#ifndef DELAY_REGISTERS_H
#define DELAY_REGISTERS_H

#include "arch/barrier.h"
#include "arch/mmio.h"

/* A point. Any context. */
void delay_at_register(void);

#define mmio_read8(address)          (delay_at_register(), mmio_read8(address))
#define mmio_read16(address)         (delay_at_register(), mmio_read16(address))
#define mmio_read32(address)         (delay_at_register(), mmio_read32(address))
#define mmio_read64(address)         (delay_at_register(), mmio_read64(address))
#define mmio_write8(address, value)  (delay_at_register(), mmio_write8(address, value))
#define mmio_write16(address, value) (delay_at_register(), mmio_write16(address, value))
#define mmio_write32(address, value) (delay_at_register(), mmio_write32(address, value))
#define mmio_write64(address, value) (delay_at_register(), mmio_write64(address, value))
#define barrier_cores()              (delay_at_register(), barrier_cores())
#define barrier_before_doorbell()    (delay_at_register(), barrier_before_doorbell())
#define barrier_after_status()       (delay_at_register(), barrier_after_status())
#define barrier_complete()           (delay_at_register(), barrier_complete())

#endif
