// SPDX-License-Identifier: BSD-3-Clause
/*
 * The root of the interrupt layer: what every interrupt of a core comes through. This is the GIC;
 * drivers/vim/include has the other one. Which one "root/root.h" is says the include path, so what
 * an interrupt goes through is inline, and costs nothing for there being two.
 *
 * Interrupts have numbers (INTIDs) in the GIC architecture's layout, whatever the root: software's
 * own (SGIs), a core's own devices (PPIs), the others (SPIs), and where there is an ITS, LPIs.
 * Functions, contexts and errors are those of drivers/gic/gic.h, unless said otherwise.
 */
#ifndef ROOT_ROOT_H
#define ROOT_ROOT_H

#include "arch/cpu_interface.h"
#include "drivers/gic/gic.h"

#include <stdbool.h>
#include <stdint.h>

#define ROOT_NAME         "GIC"
#define ROOT_HAS_MESSAGES true /* there may be LPIs */

/* A number as it is acknowledged: of the size that costs no instruction. */
typedef uint64_t root_intid_t;

enum root_intid {
    ROOT_INTID_PPI_FIRST = GIC_INTID_PPI_FIRST,
    ROOT_INTID_SPI_FIRST = GIC_INTID_SPI_FIRST,
    ROOT_INTID_SPECIAL =
        GIC_INTID_SPECIAL, /* to ROOT_INTID_SPURIOUS: there was none to acknowledge */
    ROOT_INTID_SPURIOUS = GIC_INTID_SPURIOUS,
    ROOT_INTID_LPI_FIRST = GIC_INTID_LPI_FIRST,
};

enum root_trigger {
    ROOT_LEVEL = GIC_LEVEL,
    ROOT_EDGE = GIC_EDGE,
};

/* Less is more urgent. */
#define ROOT_PRIORITY_LOW     GIC_PRIORITY_LOW
#define ROOT_PRIORITY_DEFAULT GIC_PRIORITY_DEFAULT
#define ROOT_PRIORITY_STEP    GIC_PRIORITY_STEP

/* ---- the way of an interrupt: with IRQs masked ---- */

/* What a core keeps at hand for the next ones, so as not to look for it. */
static inline uintptr_t root_context(void)
{
    return 0;
}

static inline root_intid_t root_acknowledge(uintptr_t context)
{
    (void)context;
    return cpu_interface_acknowledge();
}

static inline void root_end(uintptr_t context, root_intid_t intid)
{
    (void)context;
    cpu_interface_end(intid);
}

/* Whether an IRQ is pending on this core, as cheaply as the core can tell. */
static inline bool root_is_raised(uintptr_t context)
{
    (void)context;
    return cpu_interface_is_raised();
}

static inline bool root_has_pending(void)
{
    return gic_has_pending();
}

static inline uint8_t root_running_priority(void)
{
    return gic_running_priority();
}

/* Only interrupts more urgent than this come, until root_let_go(). False: the root can't do that;
 * all come. */
static inline bool root_hold_back(uint8_t priority)
{
    gic_set_priority_mask(priority);
    return true;
}

static inline void root_let_go(void)
{
    gic_set_priority_mask(GIC_PRIORITY_ALL);
}

/* ---- single interrupts ---- */

static inline unsigned root_intid_limit(void)
{
    return gic_intid_limit();
}

static inline int root_configure(unsigned intid, enum root_trigger trigger, uint8_t priority)
{
    return gic_configure(intid, (enum gic_trigger)trigger, priority);
}

static inline int root_enable(unsigned intid)
{
    return gic_enable(intid);
}

static inline int root_mask(unsigned intid)
{
    return gic_mask(intid);
}

static inline int root_disable(unsigned intid)
{
    return gic_disable(intid);
}

static inline bool root_is_enabled(unsigned intid)
{
    return gic_is_enabled(intid);
}

static inline int root_set_pending(unsigned intid)
{
    return gic_set_pending(intid);
}

static inline int root_clear_pending(unsigned intid)
{
    return gic_clear_pending(intid);
}

static inline bool root_is_pending(unsigned intid)
{
    return gic_is_pending(intid);
}

static inline int root_set_affinity(unsigned intid, unsigned core)
{
    return gic_set_affinity(intid, core);
}

static inline void root_send_sgi(unsigned core, unsigned sgi)
{
    gic_send_sgi(core, sgi);
}

#endif
