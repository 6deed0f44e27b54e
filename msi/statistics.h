// SPDX-License-Identifier: BSD-3-Clause
/*
 * How long handlers and exceptions take, and how late handlers begin, while somebody wants to know:
 * then the cores take the traced copies of an interrupt's way (lib/trace.h), which look at the
 * clock. Otherwise it costs nothing. An application that calls none of this links none of it.
 */
#ifndef MSI_STATISTICS_H
#define MSI_STATISTICS_H

#include "arch/core.h"

#include <stdbool.h>
#include <stdint.h>

struct irq;

#define IRQ_WAIT_CLASSES 12u /* below 1 us, 2 us, 4 us, ...; the last: all others */

/* How long interrupts were pending before their handlers began: a histogram. One core adds to it;
 * the others may read and reset it meanwhile, and miss one sample. Any context. */
struct irq_waits {
    uint64_t samples, longest_ns;
    uint64_t classes[IRQ_WAIT_CLASSES];
};
void irq_waits_add(struct irq_waits *waits, uint64_t ns);
void irq_waits_get(const struct irq_waits *waits, struct irq_waits *copy);
void irq_waits_reset(struct irq_waits *waits);

/* Of one interrupt, since irq_statistics_start() or irq_statistics_reset(). */
struct irq_statistics {
    uint64_t calls;              /* of its handler, that have returned */
    uint32_t calls_on[CORE_MAX]; /* by core; each stays at its maximum */
    uint64_t longest_ns;         /* the longest of them */
    uint64_t longest_wait_ns;    /* from an irq_statistics_trigger() to its handler */
};

/* Of one core: all calls of devices' handlers; exceptions, with SGIs' and PPIs' among them, and the
 * longest time that one of them kept interrupts masked; the waits of what was triggered, and came
 * here. */
struct irq_core_statistics {
    uint64_t calls, exceptions, longest_ns;
    struct irq_waits waits;
};

/* Forgets what was counted, and counts from now on. Thread context. -EALREADY: it does; -EDEADLK.
 */
int irq_statistics_start(void);

/* What was counted stays. Thread context. -EALREADY: it does not count; -EDEADLK; -EAGAIN: it no
 * longer does, but a handler has not returned for 5 s. */
int irq_statistics_stop(void);

/* Forgets what was counted. Thread context. -EDEADLK. */
int irq_statistics_reset(void);

/* Whether it counts. Any context. */
bool irq_statistics_are_on(void);

/* Raises an interrupt as irq_trigger() does (msi/report.h), and notes when: the next call of its
 * handler is a sample of how long it is from there to the handler. With what raising it takes, so
 * of a message the command to the ITS. One at a time: a sample that has not come is given up. Any
 * context that irq_trigger() allows. Its errors; -EINVAL: nothing is counted now. */
int irq_statistics_trigger(struct irq *irq);

/* Waits until that sample has come, and the handler has returned. Thread context. -ETIMEDOUT: it is
 * given up, the interrupt is masked, say; -EDEADLK. */
int irq_statistics_wait(uint64_t *ns, uint64_t timeout_us);

/* Any context; core < CORE_MAX. */
void irq_get_statistics(const struct irq *irq, struct irq_statistics *statistics);
void irq_get_core_statistics(unsigned core, struct irq_core_statistics *statistics);

#endif
