// SPDX-License-Identifier: BSD-3-Clause
/*
 * The start of the driver: how many channels the UDMAP has, and which of them, and which rings, are
 * this host's (AM65x TRM SPRUID7, 10.2.2 UDMAP; TI-SCI documentation, "AM65x Board Configuration
 * Resource Assignment Type Descriptions").
 */
#include "drivers/udma/udma.h"

#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/pool.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>

static int add_ranges(struct udma_pool *pool, uint16_t device, uint8_t subtype)
{
    struct ti_sci_range range;
    int error = ti_sci_get_range(device, subtype, &range);

    if (error == -ENOENT)
        return 0;
    if (error != 0) {
        log_error(udma, "no range of device %u, subtype 0x%02x (%d)", (unsigned)device,
                  (unsigned)subtype, error);
        return error;
    }
    udma_pool_add(pool, range.first, range.count);
    udma_pool_add(pool, range.second_first, range.second_count);
    return 0;
}

/* Numbers may have been granted as something else too. */
static void leave_out(struct udma_pool *pool, const struct udma_pool kinds[UDMA_CAPACITY_KINDS])
{
    udma_pool_leave_out(pool, &kinds[UDMA_CAPACITY_NORMAL]);
    udma_pool_leave_out(pool, &kinds[UDMA_CAPACITY_HIGH]);
}

/* Transmit channel n is wired to ring n: a number serves if the host owns both. Receive channel n,
 * in the same place, makes it one for memory to memory. */
static int find_channels(const struct udma_facts *facts, struct udma_pools *pools,
                         unsigned capacity, const uint8_t subtypes[3], unsigned limit)
{
    struct udma_pool transmits = {0}, receives = {0}, rings = {0}, channels = {0};
    int error = add_ranges(&transmits, facts->udmap_device, subtypes[0]);

    if (error == 0)
        error = add_ranges(&receives, facts->udmap_device, subtypes[1]);
    if (error == 0)
        error = add_ranges(&rings, facts->ringacc_device, subtypes[2]);
    if (error != 0)
        return error;
    udma_pool_add(&channels, 0, limit);
    udma_pool_keep(&transmits, &channels);
    udma_pool_keep(&transmits, &rings);
    udma_pool_keep(&receives, &channels);
    leave_out(&transmits, pools->transmit);
    leave_out(&receives, pools->receive);
    udma_pool_join(&pools->transmit[capacity], &transmits);
    udma_pool_join(&pools->receive[capacity], &receives);
    return 0;
}

static int find_rings(const struct udma_facts *facts, struct udma_pools *pools)
{
    struct udma_pool rings = {0};
    int error = add_ranges(&rings, facts->ringacc_device, TI_SCI_SUBTYPE_RA_GP);

    leave_out(&rings, pools->transmit);
    udma_pool_join(&pools->rings, &rings);
    return error;
}

static int find_pools(const struct udma_facts *facts, struct udma_pools *pools, unsigned limit)
{
    static const uint8_t normal[] = {TI_SCI_SUBTYPE_UDMAP_TX_CHAN, TI_SCI_SUBTYPE_UDMAP_RX_CHAN,
                                     TI_SCI_SUBTYPE_RA_UDMAP_TX};
    static const uint8_t high[] = {TI_SCI_SUBTYPE_UDMAP_TX_HCHAN, TI_SCI_SUBTYPE_UDMAP_RX_HCHAN,
                                   TI_SCI_SUBTYPE_RA_UDMAP_TX_H};
    int error = find_channels(facts, pools, UDMA_CAPACITY_NORMAL, normal, limit);

    if (error == 0 && !facts->no_high_capacity)
        error = find_channels(facts, pools, UDMA_CAPACITY_HIGH, high, limit);
    return error == 0 ? find_rings(facts, pools) : error;
}

/* No channel can be opened. */
static bool is_empty(const struct udma_pools *pools)
{
    unsigned channels = 0;

    for (unsigned kind = 0; kind < UDMA_CAPACITY_KINDS; kind++)
        channels += udma_pool_count_of_both(&pools->transmit[kind], &pools->receive[kind]);
    return channels == 0 || udma_pool_count(&pools->rings) == 0;
}

/* How many channels the UDMAP has of each direction; 0: its register makes no sense. */
static unsigned read_channel_limit(const struct udma_facts *facts)
{
    const struct udmap_registers *registers = (const struct udmap_registers *)facts->udmap_gcfg;
    const uint32_t capabilities = mmio_read32((uintptr_t)&registers->cap[2]);
    const unsigned transmits = UDMAP_CAP2_TRANSMITS(capabilities);
    const unsigned receives = UDMAP_CAP2_RECEIVES(capabilities);
    const unsigned limit = transmits < receives ? transmits : receives;

    if (limit != 0 && limit <= UDMAP_CHANNELS_MAX)
        return limit;
    log_error(udma, "capability register 0x%08x tells of %u transmit and %u receive channels",
              (unsigned)capabilities, transmits, receives);
    return 0;
}

int udma_init(const struct udma_facts *facts)
{
    struct udma_pools *pools; /* large for a stack */
    struct udma *udma;
    unsigned limit;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    udma_held_retry();
    pools = calloc(1, sizeof(*pools));
    if (pools == NULL)
        return -ENOMEM;
    error = udma_numbers_begin(facts, &udma);
    if (error == 0) {
        limit = read_channel_limit(facts);
        error = limit == 0 ? -ENODEV : find_pools(facts, pools, limit);
        if (error == 0 && is_empty(pools))
            error = -ENOENT;
        if (error == 0)
            udma_clear_left_overs(udma, pools, limit);
        else
            *pools = (struct udma_pools){0};
        udma_numbers_finish(udma, pools, error == 0);
    }
    free(pools);
    return error;
}
