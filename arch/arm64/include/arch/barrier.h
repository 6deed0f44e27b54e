// SPDX-License-Identifier: BSD-3-Clause
/*
 * Barriers, named for what they order (Arm ARM DDI 0487, B2.3.12). Any context.
 */
#ifndef ARCH_BARRIER_H
#define ARCH_BARRIER_H

/* Stores to normal memory before this are seen by every observer of the outer-shareable domain
 * (a DMA engine, the ITS) before stores after it: descriptor first, doorbell second. */
static inline void barrier_before_doorbell(void)
{
    __asm__ volatile("dmb oshst" ::: "memory");
}

/* Loads after this are made after loads before it: status register or occupancy first, the memory
 * that a device wrote second. */
static inline void barrier_after_status(void)
{
    __asm__ volatile("dmb oshld" ::: "memory");
}

/* Orders normal memory between cores (inner-shareable). */
static inline void barrier_cores(void)
{
    __asm__ volatile("dmb ish" ::: "memory");
}

/* Stores before this are seen by the cores of the inner-shareable domain before an SGI that a
 * system-register write after it raises: such a write is ordered by DSB only, not by DMB. */
static inline void barrier_before_sgi(void)
{
    __asm__ volatile("dsb ishst" ::: "memory");
}

/* Everything before this, device accesses included, has completed when it returns. */
static inline void barrier_complete(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}

/* The effects of system-register writes before this are seen by instructions after it. */
static inline void barrier_context(void)
{
    __asm__ volatile("isb" ::: "memory");
}

#endif
