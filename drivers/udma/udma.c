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
static void leave_out_channels(struct udma_pool *pool, const struct udma_pools *pools)
{
    udma_pool_leave_out(pool, &pools->channels[UDMA_CAPACITY_NORMAL]);
    udma_pool_leave_out(pool, &pools->channels[UDMA_CAPACITY_HIGH]);
}

/* A memory-to-memory channel is transmit channel n, receive channel n, and ring n, to which
 * transmit channel n is wired: a number serves if the host owns all three. */
static int find_pairs(struct udma_pools *pools, unsigned capacity, const uint8_t subtypes[3],
                      unsigned limit)
{
    struct udma_pool channels = {0}, transmits = {0}, receives = {0}, rings = {0};
    int error = add_ranges(&transmits, udma_get_facts()->udmap_device, subtypes[0]);

    if (error == 0)
        error = add_ranges(&receives, udma_get_facts()->udmap_device, subtypes[1]);
    if (error == 0)
        error = add_ranges(&rings, udma_get_facts()->ringacc_device, subtypes[2]);
    if (error != 0)
        return error;
    udma_pool_add(&channels, 0, limit);
    udma_pool_keep(&channels, &transmits);
    udma_pool_keep(&channels, &receives);
    udma_pool_keep(&channels, &rings);
    leave_out_channels(&channels, pools);
    udma_pool_join(&pools->channels[capacity], &channels);
    return 0;
}

static int find_rings(struct udma_pools *pools)
{
    struct udma_pool rings = {0};
    int error = add_ranges(&rings, udma_get_facts()->ringacc_device, TI_SCI_SUBTYPE_RA_GP);

    leave_out_channels(&rings, pools);
    udma_pool_join(&pools->rings, &rings);
    return error;
}

static int find_pools(struct udma_pools *pools, unsigned limit)
{
    static const uint8_t normal[] = {TI_SCI_SUBTYPE_UDMAP_TX_CHAN, TI_SCI_SUBTYPE_UDMAP_RX_CHAN,
                                     TI_SCI_SUBTYPE_RA_UDMAP_TX};
    static const uint8_t high[] = {TI_SCI_SUBTYPE_UDMAP_TX_HCHAN, TI_SCI_SUBTYPE_UDMAP_RX_HCHAN,
                                   TI_SCI_SUBTYPE_RA_UDMAP_TX_H};
    int error = find_pairs(pools, UDMA_CAPACITY_NORMAL, normal, limit);

    if (error == 0)
        error = find_pairs(pools, UDMA_CAPACITY_HIGH, high, limit);
    return error == 0 ? find_rings(pools) : error;
}

/* No channel can be opened. */
static bool is_empty(const struct udma_pools *pools)
{
    return udma_pool_count(&pools->rings) == 0 ||
           udma_pool_count(&pools->channels[UDMA_CAPACITY_NORMAL]) +
                   udma_pool_count(&pools->channels[UDMA_CAPACITY_HIGH]) ==
               0;
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
    static struct udma_pools pools; /* whose udma_init() is at work; large for a stack */
    unsigned limit;
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    udma_held_retry();
    error = udma_numbers_begin(facts);
    if (error != 0)
        return error;
    pools = (struct udma_pools){0};
    limit = read_channel_limit(facts);
    error = limit == 0 ? -ENODEV : find_pools(&pools, limit);
    if (error == 0 && is_empty(&pools))
        error = -ENOENT;
    if (error == 0)
        udma_clear_left_overs(&pools, limit);
    else
        pools = (struct udma_pools){0};
    udma_numbers_finish(&pools, error == 0);
    return error;
}
