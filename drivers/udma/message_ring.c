// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rings in message mode, through a proxy: see message_ring.h.
 *
 * A proxy's control word says which ring, which end, and how large an element is; an element is the
 * last words of its data window, and the access to the last one completes it (AM65x TRM SPRUID7,
 * "Proxy"; TI's ring-accelerator drivers).
 */
#include "drivers/udma/message_ring.h"

#include "arch/mmio.h"
#include "arch/spinlock.h"
#include "arch/wait.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/spare.h"

#include <errno.h>
#include <stdlib.h>

#define PROXY_STRIDE     0x1000u
#define PROXY_AT_HEAD    (0u << 16)
#define PROXY_AT_TAIL    (1u << 16)
#define PROXY_EIGHT      (1u << 24) /* bytes an element */
#define PROXY_DATA_WORDS 128u

/* A proxy's page. */
struct proxy_registers {
    uint32_t control, status;
    uint32_t reserved_008[126];
    uint32_t data[PROXY_DATA_WORDS];
};

_Static_assert(offsetof(struct proxy_registers, data) == 0x200, "PROXY_TARGET0 data");

struct udma_message_ring {
    struct udma_ring ring;
    struct proxy_registers *proxy;
    uint16_t proxy_index;
    struct spinlock lock; /* of the proxy */
    struct udma_held held;
};

static uintptr_t word(const struct udma_message_ring *ring, unsigned number)
{
    return (uintptr_t)&ring->proxy->data[PROXY_DATA_WORDS - 2u + number];
}

static void point(const struct udma_message_ring *ring, uint32_t end)
{
    mmio_write32((uintptr_t)&ring->proxy->control, ring->ring.index | end | PROXY_EIGHT);
}

int udma_message_ring_put(struct udma_message_ring *ring, uint64_t element)
{
    unsigned long state = spin_lock(&ring->lock);
    int error = udma_ring_occupancy(&ring->ring) < ring->ring.count ? 0 : -EAGAIN;

    if (error == 0) {
        point(ring, PROXY_AT_TAIL);
        barrier_before_doorbell(); /* what the element stands for is in memory */
        mmio_write32(word(ring, 0), (uint32_t)element);
        mmio_write32(word(ring, 1), (uint32_t)(element >> 32));
    }
    spin_unlock(&ring->lock, state);
    return error;
}

int udma_message_ring_take(struct udma_message_ring *ring, uint64_t *element)
{
    unsigned long state = spin_lock(&ring->lock);
    int error = udma_ring_occupancy(&ring->ring) != 0 ? 0 : -EAGAIN;

    if (error == 0) {
        point(ring, PROXY_AT_HEAD);
        *element = mmio_read32(word(ring, 0));
        *element |= (uint64_t)mmio_read32(word(ring, 1)) << 32;
    }
    spin_unlock(&ring->lock, state);
    return error;
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

/* The numbers. */
static int take(struct udma *udma, struct udma_message_ring *ring, uint16_t *index)
{
    const struct udma_facts *facts = &udma->facts;
    int error =
        udma_spare_take(facts->proxy_device, TI_SCI_SUBTYPE_PROXY_PROXIES, &ring->proxy_index);

    if (error != 0)
        return error;
    ring->proxy = (struct proxy_registers *)(facts->proxy_target +
                                             (uintptr_t)ring->proxy_index * PROXY_STRIDE);
    error = udma_ring_reserve_of(udma, index);
    if (error != 0)
        udma_spare_give_back(facts->proxy_device, TI_SCI_SUBTYPE_PROXY_PROXIES, ring->proxy_index);
    return error;
}

/* The ring's memory and configuration, and the proxy's. */
static int bring_up(struct udma *udma, struct udma_message_ring *ring, uint16_t index,
                    uint16_t count)
{
    struct ti_sci_ring_config config;
    int error = udma_ring_prepare(udma, &ring->ring, index, count);

    if (error != 0)
        return error;
    udma_ring_ask(&ring->ring, &config);
    config.mode = TI_SCI_RING_MODE_MESSAGE;
    error = udma_ring_settle(&ring->ring, ti_sci_ring_configure(&config));
    return error == 0 ? ti_sci_proxy_configure(udma->facts.proxy_device, ring->proxy_index) : error;
}

int udma_message_ring_open(struct udma *udma, uint16_t count, struct udma_message_ring **ring)
{
    uint16_t index;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (ring == NULL || count == 0)
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
    error = bring_up(udma, *ring, index, count);
    if (error != 0)
        (void)udma_held_dispose(&(*ring)->held, true); /* it may be open all the same */
    return error;
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
