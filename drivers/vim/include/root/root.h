// SPDX-License-Identifier: BSD-3-Clause
/*
 * The root of the interrupt layer where that is an R5F's VIM: what drivers/gic/include/root/root.h
 * is with a GIC, and the same contract. The differences: there is one core; root_disable() may be
 * called in any context; no interrupt can be held back by its priority; there are no LPIs. How
 * interrupts are numbered is said in drivers/vim/vim_root.h.
 */
#ifndef ROOT_ROOT_H
#define ROOT_ROOT_H

#include "arch/core.h"
#include "drivers/vim/vim.h"
#include "drivers/vim/vim_root.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#define ROOT_NAME         "VIM"
#define ROOT_HAS_MESSAGES false

typedef uint32_t root_intid_t;

enum root_intid {
    ROOT_INTID_PPI_FIRST = VIM_ROOT_SOFTWARE,
    ROOT_INTID_SPI_FIRST = VIM_ROOT_SOFTWARE + VIM_ROOT_PRIVATE,
    ROOT_INTID_SPECIAL = 1020,
    ROOT_INTID_SPURIOUS = 1023,
    ROOT_INTID_LPI_FIRST = 8192,
};

enum root_trigger {
    ROOT_LEVEL = VIM_LEVEL,
    ROOT_EDGE = VIM_PULSE,
};

/* Less is more urgent; the VIM has the upper four bits. */
#define ROOT_PRIORITY_LOW     0xc0u
#define ROOT_PRIORITY_DEFAULT 0xa0u
#define ROOT_PRIORITY_STEP    0x20u
#define ROOT_PRIORITY_NONE    0xffu /* nothing is active */
#define ROOT_PRIORITY_SHIFT   4

/* ---- the way of an interrupt ---- */

/* For the core to keep at hand, after vim_root_init(). */
static inline uintptr_t root_context(void)
{
    return vim_state.base;
}

static inline root_intid_t root_acknowledge(uintptr_t context)
{
    return vim_acknowledge_at(context, ROOT_INTID_SPURIOUS);
}

static inline unsigned root_input(root_intid_t intid)
{
    return intid < VIM_ROOT_INTIDS ? vim_root_inputs[intid] : VIM_NONE;
}

static inline void root_end(uintptr_t context, root_intid_t intid)
{
    if (__builtin_expect(intid < ROOT_INTID_SPI_FIRST, 0))
        vim_root_end_local(intid);
    else
        vim_end_at(context, intid - ROOT_INTID_SPI_FIRST);
}

static inline bool root_is_raised(uintptr_t context)
{
    return vim_has_pending_at(context);
}

static inline bool root_has_pending(void)
{
    return vim_has_pending();
}

static inline uint8_t root_running_priority(void)
{
    unsigned priority = vim_running_priority();

    return priority == VIM_PRIORITY_NONE ? ROOT_PRIORITY_NONE
                                         : (uint8_t)(priority << ROOT_PRIORITY_SHIFT);
}

static inline bool root_hold_back(uint8_t priority)
{
    (void)priority;
    return false;
}

static inline void root_let_go(void)
{
}

/* ---- single interrupts ---- */

static inline unsigned root_intid_limit(void)
{
    return VIM_ROOT_INTIDS;
}

static inline int root_configure(unsigned intid, enum root_trigger trigger, uint8_t priority)
{
    return vim_configure(root_input(intid), (enum vim_trigger)trigger,
                         priority >> ROOT_PRIORITY_SHIFT);
}

static inline int root_enable(unsigned intid)
{
    return vim_enable(root_input(intid));
}

static inline int root_mask(unsigned intid)
{
    return vim_mask(root_input(intid));
}

static inline int root_disable(unsigned intid)
{
    return vim_mask(root_input(intid));
}

static inline bool root_is_enabled(unsigned intid)
{
    return vim_is_enabled(root_input(intid));
}

static inline int root_set_pending(unsigned intid)
{
    return vim_set_pending(root_input(intid));
}

static inline int root_clear_pending(unsigned intid)
{
    return vim_clear_pending(root_input(intid));
}

static inline bool root_is_pending(unsigned intid)
{
    return vim_is_pending(root_input(intid));
}

static inline int root_set_affinity(unsigned intid, unsigned core)
{
    return intid >= ROOT_INTID_SPI_FIRST && root_input(intid) != VIM_NONE && core == core_id()
               ? 0
               : -EINVAL;
}

static inline void root_send_sgi(unsigned core, unsigned sgi)
{
    if (core == core_id() && sgi < ROOT_INTID_PPI_FIRST)
        (void)vim_set_pending(root_input(sgi));
}

#endif
