// SPDX-License-Identifier: BSD-3-Clause
/*
 * How long interrupts wait for their handlers, by samples: an alarm of each core comes at times
 * that nothing else keeps, and its handler sees how late it is. What holds it up, interrupts masked
 * by a thread or by another handler, holds up everybody.
 */
#ifndef APP_PROMPT_IRQ_LATENCY_H
#define APP_PROMPT_IRQ_LATENCY_H

#include "msi/statistics.h"

/* Has every core take samples, from now on. Thread context, boot core. The first error of
 * irq_ppi_request(), -EBUSY if a core's alarm is somebody else's; -ETIMEDOUT: a core is busy, and
 * begins when it is idle. The others take samples all the same. */
int irq_latency_start(void);

/* No more samples. Thread context, boot core. */
void irq_latency_stop(void);

/* Forgets those that there are, and what one of them says. Any context; core < CORE_MAX. */
void irq_latency_reset(void);
void irq_latency_get(unsigned core, struct irq_waits *waits);

#endif
