// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/rpmsg/vring.h"

#include "arch/barrier.h"

#include <errno.h>

/* A descriptor: 64 bits of address, 32 of length, 16 of flags and of the next one's number. */
#define DESCRIPTOR_SIZE 16u
#define FLAG_NEXT       1u
#define FLAG_WRITE      2u
#define FLAG_INDIRECT   4u

/* Of the available and of the used ring, in units of 16 bits. */
#define INDEX           1u
#define RING            2u

#define USED_SIZE       8u

/* Written into the number behind the used ring's elements, which is the device's, for a feature
 * that is not offered. Whoever sets the queue up clears it. */
#define MARK            1u
#define MARK_AT(count)  (RING + (count)*USED_SIZE / 2)

#define NO_INTERRUPT    1u /* the available ring's flags */
#define ALIGNMENT_LEAST 16u
#define ALIGNMENT_MOST  0x10000u

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* Where so many bytes are, or NULL: not in the window. */
static uint8_t *find(const struct vring_window *window, uint64_t address, uint64_t size)
{
    uint64_t offset = address - window->start; /* of an address below: larger than any window */

    if (size > window->size || offset > window->size - size)
        return NULL;
    return window->memory + (size_t)offset;
}

int vring_open(struct vring *ring, const struct vring_window *window, uint64_t address,
               uint32_t count, uint32_t alignment)
{
    uint32_t before_used;
    uint8_t *memory;

    if (!is_power_of_two(count) || count > VRING_COUNT_MAX || !is_power_of_two(alignment) ||
        alignment < ALIGNMENT_LEAST || alignment > ALIGNMENT_MOST || address % alignment != 0)
        return -EPROTO;
    /* Behind each ring is a number more, for a feature that is not offered. */
    before_used = count * DESCRIPTOR_SIZE + 2 * (RING + count + 1);
    before_used = (before_used + alignment - 1) & ~(alignment - 1);
    memory = find(window, address, before_used + 2 * (RING + 1) + count * USED_SIZE);
    if (memory == NULL)
        return -EPROTO;
    ring->window = window;
    ring->descriptors = memory;
    ring->available = (volatile uint16_t *)(memory + count * DESCRIPTOR_SIZE);
    ring->used = (volatile uint16_t *)(memory + before_used);
    ring->count = (uint16_t)count;
    ring->taken = 0;
    ring->given = 0;
    ring->used[MARK_AT(count)] = MARK;
    return 0;
}

/* These two are written by nobody else, but for zeros when the queue is set up. */
bool vring_is_stale(const struct vring *ring)
{
    return ring->used[INDEX] != ring->given || ring->used[MARK_AT(ring->count)] != MARK;
}

static int read_descriptor(const struct vring *ring, struct vring_buffer *buffer)
{
    volatile const uint8_t *descriptor = ring->descriptors + buffer->id * DESCRIPTOR_SIZE;
    uint64_t address = *(volatile const uint64_t *)descriptor;
    uint32_t flags = *(volatile const uint16_t *)(descriptor + 12);

    buffer->size = *(volatile const uint32_t *)(descriptor + 8);
    buffer->writable = (flags & FLAG_WRITE) != 0;
    buffer->data = find(ring->window, address, buffer->size);
    return (flags & (FLAG_NEXT | FLAG_INDIRECT)) != 0 || buffer->data == NULL ? -EPROTO : 0;
}

int vring_take(struct vring *ring, struct vring_buffer *buffer)
{
    uint16_t waiting = (uint16_t)(ring->available[INDEX] - ring->taken);

    if (waiting == 0)
        return -EAGAIN;
    if (waiting > ring->count)
        return -EPROTO;
    barrier_after_status();
    buffer->id = ring->available[RING + ring->taken % ring->count];
    if (buffer->id >= ring->count || read_descriptor(ring, buffer) != 0)
        return -EPROTO;
    ring->taken++;
    return 0;
}

void vring_give(struct vring *ring, const struct vring_buffer *buffer, uint32_t written)
{
    volatile uint32_t *element =
        (volatile uint32_t *)(ring->used + RING) + 2 * (ring->given % ring->count);

    element[0] = buffer->id;
    element[1] = written;
    barrier_before_doorbell();
    ring->given++;
    ring->used[INDEX] = ring->given;
    /* The index first, then the look whether a kick is wanted: one of the two sides sees the other.
     */
    barrier_complete();
}

bool vring_wants_kick(const struct vring *ring)
{
    return (ring->available[0] & NO_INTERRUPT) == 0;
}
