// SPDX-License-Identifier: BSD-3-Clause
/*
 * Numbers for packets: channels of one direction, the rings that receive channels are wired to,
 * and flows (TI-SCI documentation, "AM65x Board Configuration Resource Assignment Type
 * Descriptions"; AM65x TRM SPRUID7, 10.2.2 UDMAP: rings of transmit channels come first, then those
 * of external channels, then those of receive channels).
 *
 * An image without packet channels has nothing of this, and does not ask the system firmware for
 * flows.
 */
#include "arch/mmio.h"
#include "drivers/udma/packet_path.h"

#include <errno.h>
#include <stddef.h>

/* ---- what the host has ---- */

static int add_range(struct udma_pool *pool, uint16_t device, uint8_t subtype)
{
    struct ti_sci_range range;
    int error = ti_sci_get_range(device, subtype, &range);

    if (error == -ENOENT)
        return 0;
    if (error != 0)
        return error;
    udma_pool_add(pool, range.first, range.count);
    udma_pool_add(pool, range.second_first, range.second_count);
    return 0;
}

static int ask(const struct udma *udma, struct udma_packet_pools *pools)
{
    const struct udma_facts *facts = &udma->facts;
    const struct udmap_registers *registers = (const struct udmap_registers *)facts->udmap_gcfg;
    const uint32_t capabilities = mmio_read32((uintptr_t)&registers->cap[2]);
    int error = add_range(&pools->flows, facts->udmap_device, TI_SCI_SUBTYPE_UDMAP_FLOW_COMMON);

    if (error == 0)
        error = add_range(&pools->receive_rings, facts->ringacc_device, TI_SCI_SUBTYPE_RA_UDMAP_RX);
    if (error == 0 && !facts->no_high_capacity)
        error =
            add_range(&pools->receive_rings, facts->ringacc_device, TI_SCI_SUBTYPE_RA_UDMAP_RX_H);
    /* Numbers may have been granted as something else too. */
    udma_pool_leave_out(&pools->receive_rings, &udma->pools.rings);
    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS; kind++)
        udma_pool_leave_out(&pools->receive_rings, &udma->pools.transmit[kind]);
    pools->first_receive_ring =
        UDMAP_CAP2_TRANSMITS(capabilities) + UDMAP_CAP2_EXTERNALS(capabilities);
    return error;
}

/* Once for each udma_init(). */
static int find(struct udma *udma)
{
    struct udma_packet_pools pools = {.known = true};
    unsigned long state;
    int error;

    if (__atomic_load_n(&udma->packet.known, __ATOMIC_ACQUIRE))
        return 0;
    error = ask(udma, &pools);
    if (error != 0)
        return error;
    state = udma_numbers_lock();
    if (!udma->packet.known)
        udma->packet = pools;
    udma_numbers_unlock(state);
    return 0;
}

/* ---- channels ---- */

static struct udma_pool *pools_of(struct udma *udma, enum udma_direction direction)
{
    return direction == UDMA_TRANSMIT ? udma->pools.transmit : udma->pools.receive;
}

/* A number that can't be paired with one of the other direction is the better one: memory-to-memory
 * channels need both. */
static int take_unpaired(struct udma_pool *pool, const struct udma_pool *other, uint16_t *number)
{
    struct udma_pool alone = *pool;
    int error;

    udma_pool_leave_out(&alone, other);
    for (unsigned i = 0; i < POOL_LIMIT / 64u; i++)
        alone.free[i] &= pool->free[i];
    error = udma_pool_take_first(&alone, number);
    return error == 0 ? udma_pool_take_this(pool, *number) : error;
}

static int take_channel(struct udma *udma, enum udma_direction direction, uint16_t *number)
{
    struct udma_pool *pools = pools_of(udma, direction);
    struct udma_pool *others = pools_of(udma, (enum udma_direction) !direction);

    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS; kind++)
        if (take_unpaired(&pools[kind], &others[kind], number) == 0 ||
            udma_pool_take_first(&pools[kind], number) == 0)
            return 0;
    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS; kind++)
        if (udma_pool_take(&pools[kind], number) == 0)
            return 0;
    return -ENOSPC;
}

int udma_packet_take_channel(struct udma *udma, enum udma_direction direction, uint16_t *number)
{
    unsigned long state = udma_numbers_lock();
    int error = udma->ready ? take_channel(udma, direction, number) : -ENODEV;

    if (error == 0)
        udma->packet_users++;
    udma_numbers_unlock(state);
    return error;
}

void udma_packet_give_back_channel(struct udma *udma, enum udma_direction direction,
                                   uint16_t number, bool last)
{
    unsigned long state = udma_numbers_lock();

    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS; kind++)
        udma_pool_give_back(&pools_of(udma, direction)[kind], number, last);
    udma->packet_users--;
    udma_numbers_unlock(state);
}

/* ---- rings and flows ---- */

int udma_packet_take_ring(struct udma *udma, uint16_t *number)
{
    unsigned long state = udma_numbers_lock();
    int error = udma->ready ? udma_pool_take(&udma->pools.rings, number) : -ENODEV;

    udma_numbers_unlock(state);
    return error;
}

int udma_packet_take_receive_ring(struct udma *udma, uint16_t channel, uint16_t *number)
{
    unsigned long state;
    int error = find(udma);

    if (error != 0)
        return error;
    state = udma_numbers_lock();
    *number = (uint16_t)(udma->packet.first_receive_ring + channel);
    error = udma_pool_take_this(&udma->packet.receive_rings, *number);
    udma_numbers_unlock(state);
    return error;
}

/* A ring is of one of the two pools, and the other ignores it. */
void udma_packet_give_back_ring(struct udma *udma, uint16_t number, bool last)
{
    unsigned long state = udma_numbers_lock();

    udma_pool_give_back(&udma->pools.rings, number, last);
    udma_pool_give_back(&udma->packet.receive_rings, number, last);
    udma_numbers_unlock(state);
}

int udma_packet_take_flows(struct udma *udma, unsigned count, uint16_t *first)
{
    unsigned long state;
    int error = find(udma);

    if (error != 0)
        return error;
    state = udma_numbers_lock();
    error = udma_pool_take_row(&udma->packet.flows, count, first);
    udma_numbers_unlock(state);
    return error;
}

void udma_packet_give_back_flows(struct udma *udma, unsigned count, uint16_t first, bool last)
{
    unsigned long state = udma_numbers_lock();

    for (unsigned i = 0; i < count; i++)
        udma_pool_give_back(&udma->packet.flows, (uint16_t)(first + i), last);
    udma_numbers_unlock(state);
}
