// SPDX-License-Identifier: BSD-3-Clause
/*
 * Channels that a boot loader, or a firmware before this one, has left running (AM65x TRM SPRUID7,
 * 10.2.2 UDMAP: "Channel Teardown"). They move data, take elements of rings and put others onto
 * rings that are to be somebody else's. So all are stopped before the first is opened.
 */
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/peer_registers.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/static_tr.h"
#include "drivers/udma/udmap_registers.h"
#include "lib/log.h"

LOG_USE(udma);

/* The transfer in flight ends within this, or never. */
#define TEARDOWN_TIMEOUT_US 100000u
#define RING_ELEMENTS       16u

/* The other half of a block copy is off this soon after the transmitting one. */
#define FOLLOWS_US          1000u

/* A peripheral's end has been switched on; that of a block copy's halves nobody touches. */
static bool has_endpoint(const struct udmap_channel_registers *half)
{
    return udma_half_is_running(half) &&
           (mmio_read32((uintptr_t)&half->peer[UDMA_PEER_ENABLE]) & UDMA_PEER_ENABLE_ENABLE) != 0;
}

/* The transmitting half of a block copy ends the receiving one. One that a peripheral feeds is torn
 * down from there. */
static bool tear_down(const struct udma_halves *halves)
{
    const struct udma_halves transmit = {halves->number, halves->transmit, NULL};
    const struct udma_halves receive = {halves->number, NULL, halves->receive};

    if (udma_is_running(&transmit)) {
        mmio_write32(UDMA_CTL(halves->transmit), UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN);
        if (!udma_wait_until_off(&transmit, TEARDOWN_TIMEOUT_US))
            return false;
        if (udma_wait_until_off(&receive, FOLLOWS_US))
            return true;
    }
    if (!udma_is_running(&receive))
        return true;
    if (has_endpoint(halves->receive))
        udma_endpoint_teardown(halves->receive);
    else
        mmio_write32(UDMA_CTL(halves->receive), UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN);
    return udma_wait_until_off(&receive, TEARDOWN_TIMEOUT_US);
}

static bool stop(const struct udma_halves *halves)
{
    if (tear_down(halves))
        return true;
    if (has_endpoint(halves->receive))
        udma_endpoint_stop(halves->receive);
    if (has_endpoint(halves->transmit))
        udma_endpoint_stop(halves->transmit);
    return udma_disable(halves) == 0;
}

/* The last ring that was taken back: as long as it could not be reset it has its memory. */
static struct udma_ring ring;
static struct mutex ring_mutex = MUTEX_INIT;

void udma_left_over_retry(void)
{
    if (__atomic_load_n(&ring.elements, __ATOMIC_RELAXED) == NULL || mutex_lock(&ring_mutex) != 0)
        return;
    (void)udma_ring_close(&ring);
    mutex_unlock(&ring_mutex);
}

/* Takes the transmit channel's ring back from whoever had it, and what is in it. What has failed is
 * logged, and the next open tries again. */
static void empty_ring(struct udma *udma, uint16_t number)
{
    const struct ring_rt_registers *registers = udma_ring_registers(udma, number);
    uint32_t stale = mmio_read32((uintptr_t)&registers->occupancy);

    if (mutex_lock(&ring_mutex) != 0)
        return;
    if (udma_ring_close(&ring) == 0 && udma_ring_open_of(udma, &ring, number, RING_ELEMENTS) == 0) {
        ring.stale = stale;
        if (udma->facts.ring_state_erratum)
            (void)udma_ring_wrap_occupancy(&ring);
        (void)udma_ring_close(&ring);
    }
    mutex_unlock(&ring_mutex);
}

/* The receiving half of a number of which the host owns only one may be somebody else's, who runs;
 * its registers are not looked at then. */
static struct udma_halves owned_halves(const struct udma *udma, const struct udma_pools *pools,
                                       uint16_t number)
{
    struct udma_halves halves = udma_halves_of(udma, number);

    if (!udma_pool_owns(&pools->transmit[UDMA_CAPACITY_NORMAL], number) &&
        !udma_pool_owns(&pools->transmit[UDMA_CAPACITY_HIGH], number))
        halves.transmit = NULL;
    if (!udma_pool_owns(&pools->receive[UDMA_CAPACITY_NORMAL], number) &&
        !udma_pool_owns(&pools->receive[UDMA_CAPACITY_HIGH], number))
        halves.receive = NULL;
    return halves;
}

static void clear(struct udma *udma, const struct udma_pools *pools, uint16_t number)
{
    const struct udma_halves halves = owned_halves(udma, pools, number);
    uint16_t thread = (uint16_t)(udma->facts.psil_base + number);
    const bool endpoint = has_endpoint(halves.transmit) || has_endpoint(halves.receive);
    bool stopped;

    if (!udma_is_running(&halves))
        return;
    stopped = stop(&halves);
    log_warning(udma, "channel %u: an earlier user has left it running; it %s", (unsigned)number,
                stopped ? "is stopped" : "can't be stopped");
    if (!stopped)
        return;
    /* A block copy's halves are paired with each other. Which peripheral one half is paired with
     * nobody can be asked: who wants that takes it (endpoint_pairing.c). */
    if (!endpoint)
        (void)ti_sci_psil_unpair(udma->facts.navss_device, thread, thread);
    if (halves.transmit != NULL)
        empty_ring(udma, number);
}

void udma_clear_left_overs(struct udma *udma, const struct udma_pools *pools, unsigned limit)
{
    for (unsigned number = 0; number < limit; number++)
        clear(udma, pools, (uint16_t)number);
}
