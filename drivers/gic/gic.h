// SPDX-License-Identifier: BSD-3-Clause
/*
 * GICv3: distributor, redistributors and CPU interface, in the non-secure view
 * (Arm IHI 0069, "GIC Architecture Specification"; GIC-500 TRM DDI 0516).
 *
 * INTIDs: SGI 0-15, PPI 16-31, SPI 32-1019, special 1020-1023, LPI from 8192. All interrupts are
 * non-secure group 1. Functions that return int return 0 or a negative errno; -EINVAL: an INTID,
 * core or value out of range. Cores are numbered as in arch/core.h.
 */
#ifndef DRIVERS_GIC_GIC_H
#define DRIVERS_GIC_GIC_H

#include <stdbool.h>
#include <stdint.h>

enum gic_intid {
    GIC_INTID_PPI_FIRST = 16,
    GIC_INTID_SPI_FIRST = 32,
    GIC_INTID_SPECIAL = 1020,
    GIC_INTID_SPURIOUS = 1023,
    GIC_INTID_LPI_FIRST = 8192,
};

/* How an interrupt is triggered (GICD_ICFGR). */
enum gic_trigger {
    GIC_LEVEL,
    GIC_EDGE,
};

/* Higher urgency is a lower number; 0x00-0xf8, of which the implementation keeps the upper bits. */
#define GIC_PRIORITY_LOW     0xc0u
#define GIC_PRIORITY_DEFAULT 0xa0u
#define GIC_PRIORITY_URGENT  0x80u
#define GIC_PRIORITY_STEP    0x20u /* apart, so that they differ where 3 bits are kept */

/* Finds and initialises the distributor, walks the redistributors at redistributor_base up to
 * redistributor_size bytes (GICR_TYPER.Last ends the walk). Boot core, thread context, once.
 * -ENODEV: no GICv3 there; -ERANGE: GICD_TYPER or a GICR_TYPER tells what can't be (both logged);
 * -ETIMEDOUT: GICD_CTLR.RWP stays set for 1 s. */
int gic_init(uintptr_t distributor_base, uintptr_t redistributor_base,
             uintptr_t redistributor_size);

/* How many redistributors, hence cores, the walk found (up to CORE_MAX; gic_init() logs that there
 * are more); the affinity of each (packed as core_affinity()), and the address of its RD frame;
 * UINT64_MAX and 0: there is none. Index 0..count-1 in the order of the walk. Any context, after
 * gic_init(). */
unsigned gic_redistributor_count(void);
uint64_t gic_redistributor_affinity(unsigned index);
uintptr_t gic_redistributor_address(unsigned index);

/* Where LPIs are on when the ITS is brought up, and stay on, the tables that they use are taken
 * over if is_free() says of their memory that it is there and nobody's; else LPIs are refused.
 * Before its_init(); without it no memory is free. */
void gic_lpi_set_free_memory(bool (*is_free)(uint64_t start, uint64_t size));

/* Initialises the calling core's redistributor and CPU interface. Each core once, after gic_init();
 * IRQs may be masked. -ENODEV: no redistributor has this core's affinity, or there is no
 * system-register access; -ETIMEDOUT: the redistributor does not wake within 1 s. */
int gic_core_init(void);

/* The same for a core that comes back after it was off: what is pending stays so, LPIs and SGIs
 * too. Each time, on that core. -ENODEV: no system-register access; -ETIMEDOUT. */
int gic_core_resume(void);

/* Around a loss of power (PSCI SYSTEM_SUSPEND). Boot core, IRQs masked, the other cores off; the
 * ITS first (its_suspend()), and last afterwards. Each may also be called where nothing was lost.
 *
 * gic_suspend() notes what is set up in the distributor, in the boot core's part of its
 * redistributor, and where all redistributors have their tables of LPIs. It turns LPIs off where
 * that can be, so that what is pending of them is in the tables. What is set up stays in force for
 * whatever may end the suspend. -ETIMEDOUT: a redistributor does not come to rest; then nothing has
 * changed.
 *
 * gic_resume() sets all that up again, and the CPU interface. Of what was pending, edges are again;
 * a level is if the device still asks. All is tried; the first error is returned: -ENODEV: no
 * system-register access; -ETIMEDOUT; -EIO, -EBUSY: a redistributor does not take its tables. */
int gic_suspend(void);
int gic_resume(void);

/* The number of INTIDs the distributor has (GICD_TYPER.ITLinesNumber), exclusive upper bound. Any
 * context, after gic_init(). */
unsigned gic_intid_limit(void);

/* SPIs, from any core; PPIs and SGIs act on the calling core. Any context, but gic_disable().
 * gic_configure(): -EBUSY if the trigger would change while the interrupt is enabled; -EINVAL also
 * for a trigger that a PPI or SGI cannot have. gic_set_affinity(): SPIs only; what is pending moves
 * too.
 *
 * gic_enable() writes GICx_ISENABLER and does not wait.
 *
 * gic_mask() writes GICx_ICENABLER and reads it back once, so the write has arrived at the GIC when
 * it returns, and does not wait for more. The GIC still forwards the interrupt until the write has
 * gone round all its parts: a core, the calling one too, may acknowledge it once more, and must
 * then expect that. A gic_enable() that follows takes effect after it.
 *
 * gic_disable() is gic_mask(), and a wait until the GIC says that it has gone round (RWP reads 0;
 * IHI 0069, "GICD_CTLR", "GICR_CTLR"): no core acknowledges the interrupt any more, and its trigger
 * may change. A core that acknowledged it before may still be in its handler. Thread context.
 * -EDEADLK: elsewhere; nothing has been done. -ETIMEDOUT: RWP stays set for 1 s; the interrupt is
 * masked, as gic_mask() does it. */
int gic_configure(unsigned intid, enum gic_trigger trigger, uint8_t priority);
int gic_enable(unsigned intid);
int gic_mask(unsigned intid);
int gic_disable(unsigned intid);
bool gic_is_enabled(unsigned intid);
int gic_set_pending(unsigned intid);
int gic_clear_pending(unsigned intid);
bool gic_is_pending(unsigned intid);
bool gic_is_active(unsigned intid);
int gic_set_affinity(unsigned intid, unsigned core);

/* Sends SGI sgi (0-15) to one core. Stores before it are seen by the core that takes it. Any
 * context. */
void gic_send_sgi(unsigned core, unsigned sgi);

/* Acknowledges the pending group 1 interrupt with the highest priority (ICC_IAR1_EL1; INTID
 * 1020-1023: there is none), and ends the one that was acknowledged last (ICC_EOIR1_EL1). With IRQs
 * masked; for the dispatch of interrupts only. */
unsigned gic_acknowledge(void);
void gic_end(unsigned intid);

/* How urgent what the calling core has acknowledged last and not ended is (ICC_RPR_EL1), as far as
 * the GIC keeps it; GIC_PRIORITY_ALL: there is nothing. Likewise. */
uint8_t gic_running_priority(void);

/* Only interrupts more urgent than this come to the calling core (ICC_PMR_EL1); GIC_PRIORITY_ALL:
 * all do. With IRQs masked; likewise. */
#define GIC_PRIORITY_ALL 0xffu
void gic_set_priority_mask(uint8_t priority);

/* Whether gic_acknowledge() would find one now (ICC_HPPIR1_EL1). Likewise. */
bool gic_has_pending(void);

/* Facts for the boot log and for `irq`: architecture revision, implementer and product of
 * GICD_IIDR, number of SPIs, security states, whether there are LPIs, width of INTIDs in bits. */
struct gic_facts {
    unsigned architecture; /* 3 or 4 */
    uint32_t iidr;
    unsigned spi_count;
    bool two_security_states;
    bool lpis;
    unsigned intid_bits;
};
/* Any context, after gic_init(). */
void gic_get_facts(struct gic_facts *facts);

#endif
