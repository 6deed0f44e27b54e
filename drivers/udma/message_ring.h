// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rings in message mode: the ring accelerator alone reads and writes the ring's memory, and cores
 * put and take elements through a proxy (AM65x TRM SPRUID7, 10.2.3 Ring Accelerator, "Message
 * Mode"; 10.2.4 Proxy). So several cores, hosts and DMA channels may be at both ends of one ring at
 * once. An element costs some accesses to the proxy; who has an end for himself is better off with
 * drivers/udma/ring.h.
 */
#ifndef DRIVERS_UDMA_MESSAGE_RING_H
#define DRIVERS_UDMA_MESSAGE_RING_H

#include "drivers/udma/udma.h"

#include <stdint.h>

struct udma_message_ring; /* opaque */

/* Opens a ring of `count` elements (1-65535) of 64 bits; takes a ring and a proxy of this host's.
 * udma: NULL: the main Navigator's. Thread context. -EINVAL; -ENODEV: there is no such Navigator,
 * or the platform knows none of its proxies; -ENOSPC: no ring, or no proxy, is left; -ENOENT: none
 * is this host's; -ENOMEM; -EDEADLK; the system firmware's errors: after each, nothing is open, but
 * what could not be released is held, and later opens and closes try again. */
int udma_message_ring_open(struct udma *udma, uint16_t count, struct udma_message_ring **ring);

/* The same with elements of 16 bytes, at most 32767: for who takes them with
 * udma_message_ring_take_wide(), and others put them (drivers/udma/message_port.h). */
int udma_message_ring_open_wide(struct udma *udma, uint16_t count, struct udma_message_ring **ring);

/* Thread context. 0: it is gone; -EIO: the handle is gone, but something was not released, and is
 * tried again later; -EINVAL: NULL; -EDEADLK. */
int udma_message_ring_close(struct udma_message_ring *ring);

/* Puts an element at the tail, or takes the one at the head. Any context, any core. -EAGAIN: the
 * ring is full, or empty. */
int udma_message_ring_put(struct udma_message_ring *ring, uint64_t element);
int udma_message_ring_take(struct udma_message_ring *ring, uint64_t *element);

/* Takes an element of 16 bytes. Any context, any core. -EAGAIN: the ring is empty. */
int udma_message_ring_take_wide(struct udma_message_ring *ring, uint64_t element[2]);

/* Its number: what a channel, a monitor or another host is told; and the source of its interrupt,
 * in that device (msi/irq.h). Any context. */
uint16_t udma_message_ring_index(const struct udma_message_ring *ring);
struct device *udma_message_ring_device(const struct udma_message_ring *ring);

#endif
