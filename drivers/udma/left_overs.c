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
#include "drivers/udma/ring.h"
#include "drivers/udma/udmap_registers.h"
#include "lib/log.h"

LOG_USE(udma);

/* The transfer in flight ends within this, or never. */
#define TEARDOWN_TIMEOUT_US 100000u
#define RING_ELEMENTS       16u

/* The transmitting half ends the receiving one; but that may be fed by somebody else. */
static bool stop(const struct udma_halves *halves)
{
    bool transmits = (mmio_read32(UDMA_CTL(halves->transmit)) & UDMAP_CTL_ENABLE) != 0;

    mmio_write32(UDMA_CTL(transmits ? halves->transmit : halves->receive),
                 UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN);
    return udma_wait_until_off(halves, TEARDOWN_TIMEOUT_US) || udma_disable(halves) == 0;
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
static void empty_ring(uint16_t number)
{
    const struct udma_facts *facts = udma_get_facts();
    const struct ring_rt_registers *registers =
        (const struct ring_rt_registers *)(facts->ring_rt + (uintptr_t)number * RING_RT_STRIDE);
    uint32_t stale = mmio_read32((uintptr_t)&registers->occupancy);

    if (mutex_lock(&ring_mutex) != 0)
        return;
    if (udma_ring_close(&ring) == 0 && udma_ring_open(&ring, number, RING_ELEMENTS) == 0) {
        ring.stale = stale;
        if (facts->ring_state_erratum)
            (void)udma_ring_wrap_occupancy(&ring);
        (void)udma_ring_close(&ring);
    }
    mutex_unlock(&ring_mutex);
}

static void clear(uint16_t number)
{
    const struct udma_facts *facts = udma_get_facts();
    const struct udma_halves halves = udma_halves_of(number);
    uint16_t thread = (uint16_t)(facts->psil_base + number);
    bool stopped;

    if (!udma_is_running(&halves))
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
