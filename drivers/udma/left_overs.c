// SPDX-License-Identifier: BSD-3-Clause
/*
 * Channels that a boot loader, or a firmware before this one, has left running (AM65x TRM SPRUID7,
 * 10.2.2 UDMAP: "Channel Teardown"). They move data, take elements of rings and put others onto
 * rings that are to be somebody else's. So all are stopped before the first is opened.
 */
#include "arch/mmio.h"
#include "arch/time.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udmap_registers.h"
#include "lib/log.h"

LOG_USE(udma);

/* The transfer in flight ends within this, or never. */
#define TEARDOWN_TIMEOUT_US 100000u
#define DISABLE_TIMEOUT_US  1000u
#define RING_ELEMENTS       16u

/* The control registers of transmit channel n and of receive channel n. */
struct halves {
    uintptr_t transmit, receive;
};

static bool is_enabled(uintptr_t control)
{
    return (mmio_read32(control) & UDMAP_CTL_ENABLE) != 0;
}

static bool wait_until_off(const struct halves *halves, uint64_t timeout_us)
{
    deadline_t deadline = deadline_after_us(timeout_us);

    while (is_enabled(halves->transmit) || is_enabled(halves->receive))
        if (deadline_passed(deadline))
            return !is_enabled(halves->transmit) && !is_enabled(halves->receive);
    return true;
}

/* The transmitting half ends the receiving one; but that may be fed by somebody else. */
static bool stop(const struct halves *halves)
{
    bool transmits = is_enabled(halves->transmit);

    mmio_write32(transmits ? halves->transmit : halves->receive,
                 UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN);
    if (wait_until_off(halves, TEARDOWN_TIMEOUT_US))
        return true;
    mmio_write32(halves->receive, 0);
    mmio_write32(halves->transmit, 0);
    return wait_until_off(halves, DISABLE_TIMEOUT_US);
}

/* Takes the transmit channel's ring back from whoever had it, and what is in it. */
static void empty_ring(uint16_t number)
{
    const struct udma_facts *facts = udma_get_facts();
    const struct ring_rt_registers *registers =
        (const struct ring_rt_registers *)(facts->ring_rt + (uintptr_t)number * RING_RT_STRIDE);
    uint32_t stale = mmio_read32((uintptr_t)&registers->occupancy);
    struct udma_ring ring;

    if (udma_ring_open(&ring, number, RING_ELEMENTS) == 0) {
        ring.stale = stale;
        if (facts->ring_state_erratum)
            (void)udma_ring_wrap_occupancy(&ring);
        (void)udma_ring_close(&ring);
    }
    /* What has failed is logged, and the next open tries again. The channel is off, so nobody reads
     * the ring, should it be configured yet. */
    dma_free(ring.elements);
}

static void clear(uint16_t number)
{
    const struct udma_facts *facts = udma_get_facts();
    const uintptr_t page = (uintptr_t)number * UDMAP_CHANNEL_STRIDE;
    const struct halves halves = {facts->tchan_rt + page, facts->rchan_rt + page};
    uint16_t thread = (uint16_t)(facts->psil_base + number);
    bool stopped;

    if (!is_enabled(halves.transmit) && !is_enabled(halves.receive))
        return;
    stopped = stop(&halves);
    log_warning(udma, "channel %u: an earlier user has left it running; it %s", (unsigned)number,
                stopped ? "is stopped" : "can't be stopped");
    if (!stopped)
        return;
    (void)ti_sci_psil_unpair(facts->navss_device, thread, thread); /* if it was paired so */
    empty_ring(number);
}

void udma_clear_left_overs(const struct udma_pools *pools, unsigned limit)
{
    for (unsigned number = 0; number < limit; number++)
        if (udma_pool_owns(&pools->channels[UDMA_CAPACITY_NORMAL], number) ||
            udma_pool_owns(&pools->channels[UDMA_CAPACITY_HIGH], number))
            clear((uint16_t)number);
}
