// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rings in message mode, through a proxy: see message_ring.h and proxy.h.
 */
#include "drivers/udma/message_ring.h"

#include "arch/spinlock.h"
#include "arch/wait.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/proxy.h"
#include "drivers/udma/spare.h"

#include <errno.h>
#include <stdlib.h>

struct udma_message_ring {
    struct udma_ring ring;
    struct proxy_registers *proxy;
    uint16_t proxy_index;
    struct spinlock lock; /* of the proxy */
    struct udma_held held;
};

int udma_message_ring_put(struct udma_message_ring *ring, uint64_t element)
{
    unsigned long state = spin_lock(&ring->lock);
    int error = udma_ring_occupancy(&ring->ring) < ring->ring.count ? 0 : -EAGAIN;

    if (error == 0) {
        proxy_point(ring->proxy, ring->ring.index, PROXY_AT_TAIL | PROXY_EIGHT);
        barrier_before_doorbell(); /* what the element stands for is in memory */
        proxy_put(ring->proxy, &element, 1);
    }
    spin_unlock(&ring->lock, state);
    return error;
}

/* An element of `count` times 64 bits. */
static int take_element(struct udma_message_ring *ring, uint32_t size, uint64_t *element,
                        unsigned count)
{
    unsigned long state = spin_lock(&ring->lock);
    int error = udma_ring_occupancy(&ring->ring) != 0 ? 0 : -EAGAIN;

    if (error == 0) {
        proxy_point(ring->proxy, ring->ring.index, PROXY_AT_HEAD | size);
        proxy_take(ring->proxy, element, count);
    }
    spin_unlock(&ring->lock, state);
    return error;
}

int udma_message_ring_take(struct udma_message_ring *ring, uint64_t *element)
{
    return take_element(ring, PROXY_EIGHT, element, 1);
}

int udma_message_ring_take_wide(struct udma_message_ring *ring, uint64_t element[2])
{
    return take_element(ring, PROXY_SIXTEEN, element, 2);
}

struct device *udma_message_ring_device(const struct udma_message_ring *ring)
{
    return ring->ring.udma->facts.ring_interrupts;
}

uint16_t udma_message_ring_index(const struct udma_message_ring *ring)
{
    return ring->ring.index;
}

/* ---- open and close ---- */

static int take_back(void *owner)
{
    struct udma_message_ring *ring = owner;

    return udma_ring_close(&ring->ring);
}

static void discard(void *owner, bool last)
{
    struct udma_message_ring *ring = owner;
    struct udma *udma = ring->ring.udma;

    (void)last;
    (void)udma_ring_unreserve_of(udma, ring->ring.index);
    udma_spare_give_back(udma->facts.proxy_device, TI_SCI_SUBTYPE_PROXY_PROXIES, ring->proxy_index);
    free(ring);
}

static const struct udma_held_kind held_kind = {"message ring", 0, take_back, discard};

/* What a ring is opened with. */
struct shape {
    uint16_t count;
    unsigned wide; /* 1: of 16 bytes; 0: of 8 */
};

/* The numbers. */
static int take(struct udma *udma, struct udma_message_ring *ring, uint16_t *index)
{
    const struct udma_facts *facts = &udma->facts;
    int error =
        udma_spare_take(facts->proxy_device, TI_SCI_SUBTYPE_PROXY_PROXIES, &ring->proxy_index);

    if (error != 0)
        return error;
    ring->proxy = proxy_at(facts->proxy_target, ring->proxy_index);
    error = udma_ring_reserve_of(udma, index);
    if (error != 0)
        udma_spare_give_back(facts->proxy_device, TI_SCI_SUBTYPE_PROXY_PROXIES, ring->proxy_index);
    return error;
}

/* The ring's memory and configuration, and the proxy's. An element of 16 bytes takes the place of
 * two. */
static int bring_up(struct udma *udma, struct udma_message_ring *ring, uint16_t index,
                    const struct shape *shape)
{
    struct ti_sci_ring_config config;
    int error =
        udma_ring_prepare(udma, &ring->ring, index, (uint16_t)(shape->count << shape->wide));

    if (error != 0)
        return error;
    ring->ring.count = shape->count;
    udma_ring_ask(&ring->ring, &config);
    config.mode = TI_SCI_RING_MODE_MESSAGE;
    config.element_size = (uint8_t)(config.element_size + shape->wide);
    error = udma_ring_settle(&ring->ring, ti_sci_ring_configure(&config));
    return error == 0 ? ti_sci_proxy_configure(udma->facts.proxy_device, ring->proxy_index) : error;
}

static int open_ring(struct udma *udma, const struct shape *shape, struct udma_message_ring **ring)
{
    uint16_t index;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (ring == NULL || shape->count == 0 || shape->count > UINT16_MAX >> shape->wide)
        return -EINVAL;
    udma = udma_or_main(udma);
    if (udma == NULL || udma->facts.proxy_target == 0)
        return -ENODEV;
    udma_held_retry();
    *ring = calloc(1, sizeof(**ring));
    if (*ring == NULL)
        return -ENOMEM;
    error = take(udma, *ring, &index);
    if (error != 0) {
        free(*ring);
        return error;
    }
    (*ring)->held = (struct udma_held){NULL, &held_kind, *ring, udma, index};
    error = bring_up(udma, *ring, index, shape);
    if (error != 0)
        (void)udma_held_dispose(&(*ring)->held, true); /* it may be open all the same */
    return error;
}

int udma_message_ring_open(struct udma *udma, uint16_t count, struct udma_message_ring **ring)
{
    return open_ring(udma, &(struct shape){count, 0}, ring);
}

int udma_message_ring_open_wide(struct udma *udma, uint16_t count, struct udma_message_ring **ring)
{
    return open_ring(udma, &(struct shape){count, 1}, ring);
}

int udma_message_ring_close(struct udma_message_ring *ring)
{
    if (!wait_is_allowed())
        return -EDEADLK;
    if (ring == NULL)
        return -EINVAL;
    udma_held_retry();
    return udma_held_dispose(&ring->held, false);
}
