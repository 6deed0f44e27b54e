// SPDX-License-Identifier: BSD-3-Clause
/*
 * The device's side of a split virtqueue (Virtual I/O Device Version 1.2, 2.7, in the layout
 * of 2.7.2 that a legacy driver has), in memory that the driver writes on another core. Whatever is
 * there is read once and believed only if it stays within the queue and the window. A buffer is one
 * descriptor: chains and indirect tables are refused.
 */
#ifndef DRIVERS_RPMSG_VRING_H
#define DRIVERS_RPMSG_VRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VRING_COUNT_MAX 1024u

/* The memory that queues and buffers may lie in, as the driver numbers it and as this core sees it.
 */
struct vring_window {
    uint64_t start;
    size_t size;
    uint8_t *memory; /* at a multiple of 8 */
};

struct vring {
    const struct vring_window *window;
    volatile uint8_t *descriptors;
    volatile uint16_t *available; /* flags, index, ring */
    volatile uint16_t *used;
    uint16_t count;
    uint16_t taken; /* of the available ring's index: up to where */
    uint16_t given; /* the used ring's index */
};

struct vring_buffer {
    uint8_t *data;
    uint32_t size;
    uint16_t id;
    bool writable; /* by the device, and not to be read; otherwise the other way round */
};

/* Begins with a queue that the driver has just set up, at `address` of the window, with so many
 * descriptors. -EPROTO: what it has set up is no queue, or not in the window. */
int vring_open(struct vring *ring, const struct vring_window *window, uint64_t address,
               uint32_t count, uint32_t alignment);

/* Whether the driver has set the queue up anew since vring_open(). */
bool vring_is_stale(const struct vring *ring);

/* Takes the next buffer. -EAGAIN: there is none; -EPROTO: the driver has written nonsense, and the
 * queue is not to be used any more. */
int vring_take(struct vring *ring, struct vring_buffer *buffer);

/* Gives a buffer back, `written` bytes at its start being the device's. */
void vring_give(struct vring *ring, const struct vring_buffer *buffer, uint32_t written);

/* Whether the driver wants to be told of buffers that were given back. */
bool vring_wants_kick(const struct vring *ring);

#endif
