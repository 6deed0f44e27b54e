// SPDX-License-Identifier: BSD-3-Clause
/*
 * Barriers, named for what they order (Arm ARM DDI 0406, A3.8.3). Any context.
 *
 * The R5F's memory has no shareability domains that would make a difference, and the only other
 * observers are devices: each is the full system's.
 */
#ifndef ARCH_BARRIER_H
#define ARCH_BARRIER_H

/* Stores to normal memory before this are seen by every observer (a DMA engine) before stores after
 * it: descriptor first, doorbell second. */
static inline void barrier_before_doorbell(void)
{
    __asm__ volatile("dmb st" ::: "memory");
}

/* Loads after this are made after loads before it: status register or occupancy first, the memory
 * that a device wrote second. ARMv7 has no barrier for loads alone. */
static inline void barrier_after_status(void)
{
    __asm__ volatile("dmb sy" ::: "memory");
}

/* Orders normal memory between cores. */
static inline void barrier_cores(void)
{
    __asm__ volatile("dmb sy" ::: "memory");
}

/* Stores before this are seen by others before an interrupt that a register's write after it
 * raises. */
static inline void barrier_before_sgi(void)
{
    __asm__ volatile("dsb st" ::: "memory");
}

/* Everything before this, device accesses included, has completed when it returns. */
static inline void barrier_complete(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}

/* The effects of CP15 writes before this are seen by instructions after it. */
static inline void barrier_context(void)
{
    __asm__ volatile("isb" ::: "memory");
}

#endif
