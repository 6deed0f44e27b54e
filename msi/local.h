// SPDX-License-Identifier: BSD-3-Clause
/*
 * SGIs and PPIs: they belong to cores, not to devices, and are requested here directly
 * (Arm IHI 0069, 2.2.1).
 */
#ifndef MSI_LOCAL_H
#define MSI_LOCAL_H

#include "msi/handler.h"

enum irq_local_intid {
    IRQ_SGI_WAKE = 0,   /* ends a WFI; has no handler */
    IRQ_SGI_REPLAY = 1, /* runs what was unmasked with an event pending (msi/state.c) */
    IRQ_PPI_TIMER = 27, /* the EL1 virtual timer: ends a WFI (arch/wait.h); has no handler */
};

/* Calls the handlers that have asked to be called again on this core (IRQ_AGAIN). Interrupt
 * context; for the handler of IRQ_SGI_REPLAY. */
void irq_local_replay(void);

/* Sets the handler of an SGI (2-15), one for all cores; each core has enabled its SGIs in
 * irq_core_init(). Thread context. -EINVAL: not an SGI, one of this layer's own, or no handler;
 * -EACCES: the secure world's, as 8-15 are with TF-A; -EBUSY: it has a handler; -EDEADLK. */
int irq_sgi_request(unsigned sgi, irq_handler_t handler, void *context);

/* Takes the handler away; when it returns 0, no core runs it. Thread context. -EINVAL: not such an
 * SGI; -EDEADLK; -EAGAIN: a handler has not returned for 5 s: it is not called again, but the SGI
 * is not free before another irq_sgi_free() returns 0. */
int irq_sgi_free(unsigned sgi);

/* A PPI (INTID 16-31, but for IRQ_PPI_TIMER) of the calling core: configures it as level-sensitive
 * and enables it, on that core only. Thread context. Errors as irq_sgi_request(), and the GIC's. */
int irq_ppi_request(unsigned intid, irq_handler_t handler, void *context);

/* The same PPI of every core, for one owner: takes all or none, and enables none. Thread context.
 * Errors as irq_sgi_request(). */
int irq_ppi_request_all(unsigned intid, irq_handler_t handler, void *context);

/* Configures and enables such a PPI on the calling core, or disables it there. Any context. The
 * GIC's errors. */
int irq_ppi_enable(unsigned intid);
int irq_ppi_disable(unsigned intid);

/* Takes the handler away, of all cores; they have disabled it. Thread context. Errors as
 * irq_sgi_free(); after -EAGAIN it is to be freed again. */
int irq_ppi_free_all(unsigned intid);

/* Has the handler of an SGI or PPI called on a core, once, as if it had come. Any context. */
void irq_local_call_on(unsigned core, unsigned intid);

/* Enables this core's PPIs that have handlers again, and has handlers called that had more to do:
 * after the core was off. Thread context. The GIC's errors. */
int irq_local_resume(void);

/* Disables it on the calling core and takes the handler away. Thread context, on the core that
 * requested it. Errors as irq_sgi_free(); or the GIC's: then the PPI is free all the same. */
int irq_ppi_free(unsigned intid);

#endif
