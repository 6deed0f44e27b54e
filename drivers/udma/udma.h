// SPDX-License-Identifier: BSD-3-Clause
/*
 * UDMA: memory-to-memory transfers on the AM65x's Navigator Subsystem.
 *
 * A channel is a pair of UDMAP channels (transmit and receive, joined by a PSI-L pairing), a
 * transfer ring that takes descriptors and a completion ring that gives them back, and the
 * interrupt of that completion ring, requested when the channel is opened and freed when it is
 * closed. (AM65x TRM SPRUID7, 10.2 Navigator Subsystem; TI-SCI documentation, RM.)
 */
#ifndef DRIVERS_UDMA_UDMA_H
#define DRIVERS_UDMA_UDMA_H

#include "msi/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UDMA_COPY_MAX 0x3fffffu /* bytes a transfer: 4 MiB less 1 */

struct udma_facts {
    uint16_t navss_device; /* TI-SCI device ids */
    uint16_t ringacc_device;
    uint16_t udmap_device;
    uintptr_t ring_rt; /* ring real-time registers: ring r at + r * 0x1000 */
    uintptr_t udmap_gcfg;
    uintptr_t rchan_rt, tchan_rt;   /* channel c at + c * 0x1000 */
    uint16_t psil_base;             /* source thread of transmit channel 0 */
    struct device *ring_interrupts; /* bound by the platform; source index = ring */
    bool ring_state_erratum;        /* AM65x SR1.0, errata SPRZ452, i2023 */
};

/* Reads the capabilities and asks the system firmware for the host's channels and rings.
 * Thread context, once (again only while no channel is open: -EBUSY). -ENODEV, or the system
 * firmware's error. */
int udma_init(const struct udma_facts *facts);

/* How many memory-to-memory channels can be open at once, and how many are. */
unsigned udma_capacity(void);
unsigned udma_open_count(void);

struct udma_channel; /* opaque */

/* A transfer has ended. Interrupt context, on the channel's core. status: 0, or -EIO when the
 * descriptor's response says so; cookie is udma_copy()'s. */
typedef void (*udma_callback_t)(void *context, void *cookie, int status);

struct udma_channel_config {
    const char *name;
    uint32_t core;  /* or IRQ_CORE_ANY */
    uint32_t depth; /* transfers that can be queued at once, 1-64 */
    udma_callback_t callback;
    void *context;
};

/* Opens a channel; a failing step undoes those before it. Thread context, any core.
 * -ENOSPC: every channel or ring that the host owns is in use; -EINVAL; -ENOMEM; -EDEADLK from
 * interrupt context; -EIO: a step could not be undone either, and the numbers stay out of use;
 * the interrupt core's and the system firmware's errors. */
int udma_channel_open(const struct udma_channel_config *config, struct udma_channel **channel);

/* Stops the channel (waiting for what is in flight, with a deadline), unpairs, frees its interrupt
 * and rings. Transfers still queued are dropped: their callbacks never run. Thread context.
 * -ETIMEDOUT: it did not drain in time and was torn down all the same. -EDEADLK from interrupt
 * context. Other errors: the hardware or the system firmware would not let something go; the
 * handle is gone all the same, and what the hardware may still use is never used again. */
int udma_channel_close(struct udma_channel *channel);

/* Queues a copy of length bytes (1 to 4 MiB less 1; source and destination physical = virtual
 * addresses, any alignment). Thread or interrupt context. -EAGAIN: depth transfers are queued
 * already; -EINVAL; -ECANCELED: the channel is being closed. */
int udma_copy(struct udma_channel *channel, uintptr_t destination, uintptr_t source, size_t length,
              void *cookie);

/* For people: the route in words, as irq_describe() with channels and ring in front ("tchan 8,
 * rchan 8, ring 304 > event 16 > ..."), the length as snprintf(); thread context. And counters,
 * since the open; completions are callbacks, errors among them. Any context. */
int udma_channel_describe(const struct udma_channel *channel, char *text, size_t size);
struct udma_counters {
    uint64_t interrupts, completions, bytes, errors,
        empty; /* empty: an interrupt that found nothing */
};
void udma_channel_get_counters(const struct udma_channel *channel, struct udma_counters *counters);
unsigned udma_channel_core(const struct udma_channel *channel);

/* For a driver that works the hardware itself: takes a number out of the host's, or gives it back.
 * It stands for transmit channel, receive channel and the ring that feeds the former; meanwhile
 * udma_channel_open() does not get it. A ring alone: drivers/udma/ring.h. Thread context. -ENOSPC:
 * none is left; -ENODEV before udma_init(); -EINVAL: not one that was reserved; -EDEADLK. */
int udma_channel_reserve(uint16_t *number);
int udma_channel_unreserve(uint16_t number);

/* What is allocated now; equal before an open and after the close. */
struct udma_inventory {
    unsigned channels_free, rings_free;
};
void udma_get_inventory(struct udma_inventory *inventory);

/* Memory that DMA engines and cores share: aligned to a cache line and owning its lines. The
 * AM65x's NAVSS is I/O-coherent, so it is ordinary cacheable memory. 0 or NULL. Thread context. */
void *dma_alloc(size_t size);
void dma_free(void *memory);

#endif
