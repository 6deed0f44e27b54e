// SPDX-License-Identifier: BSD-3-Clause
/*
 * NVMe drives (NVM Express Base Specification 1.4): a controller and one of its namespaces, as a
 * block device (lib/block.h).
 *
 * Each running core has a submission and a completion queue, and their interrupt comes on that
 * core: who submits is who is interrupted. A controller that has fewer queues or vectors shares
 * them out. Data goes between the drive and the caller's buffer, which PRPs describe; nothing is
 * copied.
 *
 * A command that does not end in time is aborted; if that is of no use, or the controller says that
 * it can't go on, it is reset, and what was under way ends with an error, once. A controller that
 * does not come back, is gone, or comes back as another drive or with blocks of another size, is
 * kept off the bus, and everything ends with -ENODEV from there on. Who waits (block_read()) sees
 * to that himself. For the others a timeout does (msi/timeout.h), which leaves it to deferred work
 * of its core (msi/work.h): some core has to be idle now and then.
 *
 * The AM65x's PCI Express is coherent with the A53s (docs/hardware.md), so queues and buffers are
 * ordinary memory.
 */
#ifndef DRIVERS_NVME_NVME_H
#define DRIVERS_NVME_NVME_H

#include "lib/block.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device;
struct irq;
struct nvme; /* opaque */

/* What a controller is behind: its registers, and what else is asked of its bus. */
struct nvme_port {
    uintptr_t registers;   /* BAR 0, mapped; the controller's memory accesses are on */
    size_t size;           /* of it */
    struct device *device; /* whose messages its vectors are: index = vector */
    unsigned vectors;      /* that the device has, 1 at least */

    /* Resets the controller as its bus can, whatever state it is in; afterwards its registers
     * answer again and its vectors have their messages. A negative errno: it can't be reset. NULL:
     * the bus knows no such thing. quiet(): has it write to memory no more, for good. Both in
     * thread context. */
    int (*reset)(void *context);
    void (*quiet)(void *context);
    /* Whether the bus has lost it, and its registers can't be accessed. Any context. NULL: nobody
     * would know. */
    bool (*is_gone)(void *context);
    void *context;
};

#define NVME_DEPTH_MAX 256u

struct nvme_config {
    const char *name;    /* for people; must live as long as the drive */
    uint32_t namespace;  /* or 0: the first */
    uint16_t depth;      /* of a queue: a power of two, 4 to NVME_DEPTH_MAX; 0: 64. As many commands
                            less one may be under way at one time, if the controller can */
    uint32_t timeout_us; /* of a command; 0: 10 s */
};

/* Brings up the controller, whatever state a loader has left it in. Thread context. -EINVAL:
 * something in the configuration; -EDEADLK; -ENOMEM; -ENODEV: no controller answers, or it has no
 * such namespace; -ENOTSUP: it has not the NVM command set, or wants larger pages than 64 KiB, or
 * the namespace's blocks have metadata or are larger than a page; -EPROTO: it says nonsense; -EIO:
 * it failed, or refused a command; -ETIMEDOUT; the errors of irq_request() and timeout_begin().
 * After an error nothing is left of it, the controller is off. It is logged. */
int nvme_open(const struct nvme_port *port, const struct nvme_config *config, struct nvme **nvme);

/* While nobody else is in a call for the drive. Lets what is under way end, for which it has the
 * commands' time; then shuts the drive down and gives everything back. Thread context. -EDEADLK;
 * -EAGAIN: a handler or a callback has not returned for 5 s: it is still the caller's, takes no
 * requests any more, and can only be closed again. Any other error: it is gone, and there was an
 * error: the drive was not shut down in order, or the interrupt layer says so. */
int nvme_close(struct nvme *nvme);

/* To read and write it; as long as the drive is open. Any context. */
struct block_device *nvme_block(struct nvme *nvme);

struct nvme_facts {
    char model[41], serial[21], firmware[9];
    uint32_t version; /* of the specification: 0x10400 is 1.4 */
    uint32_t namespace;
    unsigned queues;  /* pairs, without the admin queue's */
    unsigned vectors; /* in use */
    unsigned depth;
    bool write_cache;
};

/* What has happened since the open. */
struct nvme_counters {
    uint64_t timeouts; /* commands that did not end in time */
    uint64_t aborts;   /* of these were ended by an abort */
    uint64_t resets;   /* of the controller */
    uint64_t strange;  /* completions of commands that were not under way in their queue */
};

/* A queue pair. */
struct nvme_queue_facts {
    uint16_t number; /* the controller's */
    unsigned vector;
    const struct irq *irq; /* for irq_core(), irq_count(), irq_describe() */
    unsigned under_way;
    uint64_t submitted, failed; /* since the open; the first wraps with 2^32 between two resets */
};

/* Any context, as long as the drive is open. nvme_get_queue(): queue < queues. */
void nvme_get_facts(const struct nvme *nvme, struct nvme_facts *facts);
void nvme_get_counters(const struct nvme *nvme, struct nvme_counters *counters);
void nvme_get_queue(const struct nvme *nvme, unsigned queue, struct nvme_queue_facts *facts);

/* Moves a queue's interrupt, and of those that share its vector. Thread context. Errors of
 * irq_set_affinity(); -EINVAL: no such queue. */
int nvme_set_affinity(struct nvme *nvme, unsigned queue, unsigned core);

/* What a block_request's status means, in words: "unrecovered read error". Any context. */
const char *nvme_status_name(uint16_t status);

#endif
