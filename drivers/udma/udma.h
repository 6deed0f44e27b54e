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

/* What the platform tells the driver: ids, addresses, the device that ring interrupts belong to. */
struct udma_facts {
    uint16_t navss_device; /* TI-SCI device ids */
    uint16_t ringacc_device;
    uint16_t udmap_device;
    uint16_t psil_base;    /* source thread of transmit channel 0 */
    uint16_t trigger_base; /* number of transmit channel 0's trigger 0 */
    uint16_t proxy_device; /* TI-SCI device id */
    uintptr_t ring_rt;     /* ring real-time registers: ring r at + r * 0x1000 */
    uintptr_t udmap_gcfg;
    uintptr_t ringacc_gcfg;            /* 0: not to be read */
    uintptr_t rchan_rt, tchan_rt;      /* channel c at + c * 0x1000 */
    struct device *ring_interrupts;    /* bound by the platform; source index = ring */
    struct device *channel_interrupts; /* the UDMAP's own events; or NULL */
    uintptr_t monitor_rt;              /* ring monitors: m at + m * 0x1000; 0: none */
    uintptr_t proxy_target;            /* proxies: p at + p * 0x1000; 0: none */
    bool ring_state_erratum;           /* AM65x SR1.0, errata SPRZ452, i2023 */
    bool no_high_capacity; /* channels of high capacity are never this host's: not asked for */
};

/* A Navigator's UDMAP with its ring accelerator. There is any number of them, each with a call of
 * udma_init(). Where NULL stands for one, and in functions that name none, it is the main one: the
 * first that udma_init() was called for, whatever came of it. */
struct udma; /* opaque */

/* Reads the capabilities and asks the system firmware for the host's channels and rings; of what it
 * refuses to tell the host has nothing. Thread context; again only while nothing is open, reserved
 * or held in this instance. -EBUSY: something is, and all stays as it was; -ENOMEM; -EDEADLK. After
 * other errors it has no channels: -ENODEV: the UDMAP tells of none, or of more than there is room
 * for; -ENOENT: none is this host's; or the system firmware's error. */
int udma_init(const struct udma_facts *facts);

/* The instance with that UDMAP; NULL: udma_init() has never been called for it. Any context. */
struct udma *udma_find(uint16_t udmap_device);

/* How many memory-to-memory channels can be open at once, and how many are. Any context. */
unsigned udma_capacity(void);
unsigned udma_open_count(void);

struct udma_channel; /* opaque */

/* A transfer has ended. Interrupt context, on the channel's core; of a polled channel, in
 * udma_poll(); where udma_channel_config.delivery says; or in udma_channel_close(). It may call
 * udma_copy(). status: 0, or -EIO when the descriptor's response tells of an error, or -ECANCELED
 * in udma_channel_abort(); cookie is udma_copy()'s. */
typedef void (*udma_callback_t)(void *context, void *cookie, int status);

/* Callbacks that come in thread context, as deferred work (msi/work.h), where they may wait, print
 * and allocate: in order, one after the other, never on two cores at once, and with no memory but
 * the channel's own. A transfer keeps its place of the channel's depth until its callback begins.
 * What has not been called back when the channel is closed is so in udma_channel_close(). */
struct udma_delivery;                                /* opaque */
extern const struct udma_delivery udma_in_thread;    /* on the interrupt's core */
extern const struct udma_delivery udma_in_thread_on; /* on udma_channel_config.thread_core;
                                                            while that is off, none come */

/* Fewer interrupts than completions ("coalesced", docs/udma.md): no completion waits longer than
 * time_us from when it is in the completion ring, and the next after so many is an interrupt:
 * whichever comes first. One that finds the ring idle interrupts at once. The time is a timeout's
 * (msi/timeout.h) of the interrupt's core; the count a ring monitor's (drivers/udma/monitor.h),
 * which the channel takes. All 0: each event of the ring interrupts, and nothing of this is linked.
 */
struct udma_coalescing; /* opaque */
extern const struct udma_coalescing udma_coalescing;
struct udma_coalesce {
    const struct udma_coalescing *by; /* &udma_coalescing; NULL: not at all */
    uint32_t count;                   /* 2 to as many as can be in the ring; 0: the time alone */
    uint32_t time_us;                 /* 1 to UDMA_COALESCE_US_MAX */
};
#define UDMA_COALESCE(count, time_us)                                                              \
    {                                                                                              \
        &udma_coalescing, count, time_us                                                           \
    }
#define UDMA_COALESCE_US_MAX 100000u

struct udma_kinds; /* opaque: drivers/udma/transfers.h */

/* How a channel stands to others (TI-SCI documentation, TISCI_MSG_RM_UDMAP_TX_CH_CFG). */
struct udma_rank {
    uint8_t scheduling; /* 0-3: among the UDMAP's channels; one has its turn when no channel of a
                           lower number has data to move */
    uint8_t priority;   /* 0-7, 0 first: of its accesses to memory, */
    uint8_t qos;        /* 0-7: their quality of service, */
    uint8_t order_id;   /* 0-15: those of the same number keep their order on the bus */
};

/* What a channel is opened with. */
struct udma_channel_config {
    const char *name;
    struct udma *udma;    /* of which Navigator; NULL: the main one */
    uint32_t core;        /* or IRQ_CORE_ANY; unless polled */
    bool polled;          /* no interrupt is requested: udma_poll() asks the ring */
    uint32_t depth;       /* transfers that can be queued at once, 1-64 */
    uint32_t thread_core; /* for udma_in_thread_on */
    udma_callback_t callback;
    void *context;
    const struct udma_delivery *delivery; /* NULL: in the interrupt; unless polled */
    struct udma_rank rank;                /* all 0: the highest, in no particular order */
    const struct udma_kinds *transfers;   /* &udma_transfers (drivers/udma/transfers.h): more than
                                             copies; NULL: copies */
    struct udma_coalesce coalesce;        /* up to `depth` completions; not with polled */
};

/* Opens a channel; a failing step undoes those before it. Thread context, any core. After an error
 * there is no handle. -EDEADLK: not allowed here (irq_is_allowed()), nothing was done. -EINVAL: no
 * callback, a depth, core, rank, or what is coalesced out of range; -EBUSY: somebody else has the
 * cores' alarms, which coalescing needs; -ENODEV before udma_init(); -ENOSPC: every channel
 * or ring that the host owns is in use or held, or, if a count is coalesced, every monitor
 * (udma_monitor_open()); -ENOMEM; the errors of irq_request() and of the
 * system firmware (drivers/ti_sci/ti_sci.h), also if an answer was lost. -EIO: a step failed, and
 * one could not be undone, at least not at once: see udma_inventory.held. Numbers that failed are
 * handed out again only when no others are left; a pairing that is refused, since somebody else
 * left one, is tried with the next number at once (-EACCES when there is none). */
int udma_channel_open(const struct udma_channel_config *config, struct udma_channel **channel);

/* Stops the channel (waiting for what is in flight, with a deadline), unpairs, frees its interrupt
 * and rings. Transfers still queued are dropped: their callbacks never run. What has ended has its
 * callback: if the interrupt does not come, masked as a storm or because its core has been held up
 * for 1 s, in this call, in thread context of this core. Thread context. Other cores may be in
 * udma_copy() and udma_poll() meanwhile, but must be out of them before the handle is gone.
 *
 * 0: closed; the handle is gone, and no callback runs any more.
 *
 * -ETIMEDOUT: the same, but the transfer in flight did not end within 1 s and was cut off.
 *
 * -EIO: the handle is gone, and no callback runs any more, but the hardware or the system firmware
 * did not release something. Nobody gets it; later opens and closes try again
 * (udma_inventory.held; for the interrupt's part, irq_free()).
 *
 * -EAGAIN: a callback has not returned for 5 s. The channel is stopped, but the handle is still the
 * caller's: close it again. Of a polled channel: somebody is in udma_poll(). Nothing was done; nor
 * where a callback that a close, or an abort, calls calls it, nor while another core closes it.
 *
 * -EINVAL: NULL. -EDEADLK: not allowed here (irq_is_allowed()), or in a callback of the channel's
 * own. Nothing was done. */
int udma_channel_close(struct udma_channel *channel);

/* Queues a copy of length bytes (1 to 4 MiB less 1; source and destination physical = virtual
 * addresses, any alignment). Any context. -EAGAIN: depth transfers are queued already; -EINVAL: no
 * channel, or a length out of range; -ECANCELED: the channel is being closed; -EIO: it has failed,
 * since its completion ring tells of more than there can be: nothing completes any more, close it.
 */
int udma_copy(struct udma_channel *channel, uintptr_t destination, uintptr_t source, size_t length,
              void *cookie);

/* Of a polled channel: takes what is on its ring, calls the callbacks, in order, here and now, and
 * returns how many elements those were: 0 if nothing has ended, which costs one read of a register.
 * Any context and core, but one at a time; nobody waits in it. -EBUSY: somebody is in it, another
 * core, or the callback that calls it; or in udma_channel_close() or udma_channel_abort(). -EINVAL:
 * no channel, or not a polled one. -EIO: the channel has failed, as udma_copy() has it. */
int udma_poll(struct udma_channel *channel);

/* Of a channel whose callbacks come in thread context: waits until they have returned for all that
 * had ended before; on the core where they run it runs that core's work up to there. Thread
 * context. -EINVAL: no channel, or another one; -ECANCELED: it is being closed; -EDEADLK,
 * -ETIMEDOUT: as work_flush() (msi/work.h). */
int udma_flush(struct udma_channel *channel, uint64_t timeout_us);

/* For people: the route in words, as irq_describe() with channels and ring in front ("tchan 8,
 * rchan 8, ring 304 > event 16 > ...", or "... > polled"). Returns the length as snprintf() does.
 * Thread context. -EDEADLK. */
int udma_channel_describe(const struct udma_channel *channel, char *text, size_t size);

/* Counts since the open, each read by itself; completions are callbacks, those with an error among
 * them. Any context. */
struct udma_counters {
    uint64_t interrupts;         /* if they are coalesced: the timeouts and the monitor's too */
    uint64_t completions, bytes; /* in this order: transfer.c writes them together */
    uint64_t errors;
    uint64_t empty; /* interrupts that found nothing */
    uint64_t bogus; /* elements of the completion ring that were no descriptor in use */
};
void udma_channel_get_counters(const struct udma_channel *channel, struct udma_counters *counters);

/* The core that its callbacks run on; of a polled channel, this one. Any context. */
unsigned udma_channel_core(const struct udma_channel *channel);

/* For a driver that programs the hardware itself: takes one of the host's numbers, or gives it
 * back. The number stands for a transmit channel, a receive channel and the ring that feeds the
 * former; meanwhile udma_channel_open() does not use it. For a ring alone see drivers/udma/ring.h.
 * Thread context. -ENOSPC: none is left; -ENODEV before udma_init(); -EINVAL: not one that was
 * reserved; -EDEADLK. */
int udma_channel_reserve(uint16_t *number);
int udma_channel_unreserve(uint16_t number);
int udma_channel_reserve_of(struct udma *udma, uint16_t *number);
int udma_channel_unreserve_of(struct udma *udma, uint16_t number);

/* What is free now: equal before an open and after the close. channels_free are numbers that are
 * free in both directions, for memory to memory. Held are channels, and a ring with each, flows,
 * message rings and monitors whose close or failed open could not release everything; each later
 * open, close and udma_init() tries again. Any context. */
struct udma_inventory {
    unsigned channels_free, rings_free, held;
    unsigned transmit_free, receive_free;
    unsigned flows_used, receive_rings_used;
};
void udma_get_inventory(struct udma_inventory *inventory);
void udma_get_inventory_of(struct udma *udma, struct udma_inventory *inventory);

/* Memory that DMA engines and cores share: aligned to a cache line, and no other data in its lines.
 * The AM65x's NAVSS is I/O-coherent, so it is ordinary cacheable memory. NULL: there is none.
 * Thread context. */
void *dma_alloc(size_t size);
void dma_free(void *memory);

#endif
