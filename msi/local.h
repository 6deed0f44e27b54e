// SPDX-License-Identifier: BSD-3-Clause
/*
 * SGIs and PPIs: they belong to cores, not to devices, and are requested here directly
 * (Arm IHI 0069, 2.2.1).
 */
#ifndef MSI_LOCAL_H
#define MSI_LOCAL_H

#include "msi/irq.h"

#include <stdbool.h>

#define IRQ_SGI_WAKE   0u  /* ends a WFI; has no handler */
#define IRQ_SGI_REPLAY 1u  /* runs what was unmasked with an event pending (msi/state.c) */
#define IRQ_PPI_TIMER  27u /* the EL1 virtual timer: ends a WFI (arch/wait.h); has no handler */

/* One handler an SGI, for all cores; each core has had it enabled since irq_core_init().
 * Thread context. -EINVAL: not an SGI, or one of this layer's own; -EBUSY: taken; -EDEADLK. */
int irq_sgi_request(unsigned sgi, irq_handler_t handler, void *context);
/* When it returns no core runs the handler. -EINVAL, -EDEADLK; -ETIMEDOUT: a handler hangs. */
int irq_sgi_free(unsigned sgi);

/* A PPI of the calling core: configured as level-sensitive, enabled, and taken on that core only.
 * Thread context, on the core concerned. Errors as above, and the GIC's. */
int irq_ppi_request(unsigned intid, irq_handler_t handler, void *context);
int irq_ppi_free(unsigned intid);

#endif
