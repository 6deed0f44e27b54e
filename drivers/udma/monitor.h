// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ring monitors: hardware that watches how full a ring is, and counts, compares or remembers (AM65x
 * TRM SPRUID7, 10.2.3 Ring Accelerator, "Monitors"; TI-SCI documentation,
 * TISCI_MSG_RM_RING_MON_CFG).
 */
#ifndef DRIVERS_UDMA_MONITOR_H
#define DRIVERS_UDMA_MONITOR_H

#include "drivers/udma/udma.h"

#include <stdint.h>

enum udma_monitor_mode {
    UDMA_MONITOR_COUNTS,     /* first: elements that were put; second: that were taken */
    UDMA_MONITOR_THRESHOLD,  /* an event when there are fewer than `low`, and more than `high` */
    UDMA_MONITOR_WATERMARK,  /* first: the fewest that were in the ring; second: the most */
    UDMA_MONITOR_STARVATION, /* first: how often an empty ring was asked; an event each time */
};

struct udma_monitor_config {
    struct udma *udma; /* whose ring; NULL: the main Navigator's */
    uint16_t ring;     /* one of this host's */
    enum udma_monitor_mode mode;
    uint32_t low, high; /* of UDMA_MONITOR_THRESHOLD: elements */
    /* The event. Interrupt context. NULL: no interrupt is requested. */
    void (*event)(void *context);
    void *context;
    const char *name; /* of the interrupt */
    uint32_t core;    /* of the interrupt, or IRQ_CORE_ANY */
};

struct udma_monitor; /* opaque */

/* Takes a monitor and sets it up. Thread context. -EINVAL: no mode, or low above high; -ENODEV:
 * there is no such Navigator, or the platform knows none of its monitors; -ENOSPC: all are in use;
 * -ENOENT: none is this host's; -ENOMEM; -EDEADLK; the errors of irq_request() and of the system
 * firmware, after which nothing is open, but a number may be held: later opens and closes try
 * again. */
int udma_monitor_open(const struct udma_monitor_config *config, struct udma_monitor **monitor);

/* Turns it off. Thread context. 0: it is gone, and event() does not run any more; -EAGAIN: event()
 * has not returned for 5 s, close it again; -EIO: the handle is gone, but something was not
 * released and is tried again later; -EINVAL: NULL; -EDEADLK. */
int udma_monitor_close(struct udma_monitor *monitor);

/* What it has counted or remembered since the open. Any context. */
void udma_monitor_read(const struct udma_monitor *monitor, uint32_t *first, uint32_t *second);

#endif
