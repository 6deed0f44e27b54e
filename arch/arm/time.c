// SPDX-License-Identifier: BSD-3-Clause
/*
 * Time from the SoC's global time counter, GTC0 (AM65x TRM SPRUID7, "Global Timebase Counter";
 * registers as Arm DDI 0487, I3.6 "CNTControlBase"): the counter that the A53s' generic timers
 * have, so that both count from the same moment. It is in the map of the MCU domain too.
 */
#include "arch/time.h"

#include "arch/mmio.h"

#define GTC_CONFIG    0x00a90000u
#define CNTCR         (GTC_CONFIG + 0x00)
#define CNTCV_LOW     (GTC_CONFIG + 0x08)
#define CNTCV_HIGH    (GTC_CONFIG + 0x0c)
#define CNTFID0       (GTC_CONFIG + 0x20)
#define CNTCR_EN      1u

/* The counter's clock, unless CNTFID0 says otherwise: a loader's (TF-A's) to fill in. */
#define GTC_HZ        200000000u
#define NS_PER_SECOND UINT64_C(1000000000)

static uint32_t frequency;

/* A loader that is not TF-A may not have started it. */
static void start_counter(void)
{
    uint32_t control = mmio_read32(CNTCR);

    if ((control & CNTCR_EN) == 0)
        mmio_write32(CNTCR, control | CNTCR_EN);
    frequency = mmio_read32(CNTFID0);
    if (frequency == 0)
        frequency = GTC_HZ;
}

/* Its halves are two registers: as long as the upper one changes, they are not of one value. */
static uint64_t count(void)
{
    uint32_t high = mmio_read32(CNTCV_HIGH), low, again;

    for (;;) {
        low = mmio_read32(CNTCV_LOW);
        again = mmio_read32(CNTCV_HIGH);
        if (again == high)
            return (uint64_t)high << 32 | low;
        high = again;
    }
}

uint64_t time_now_ns(void)
{
    uint64_t ticks;

    if (frequency == 0)
        start_counter();
    ticks = count();
    if (frequency == GTC_HZ)
        return ticks * (NS_PER_SECOND / GTC_HZ);
    return ticks / frequency * NS_PER_SECOND + ticks % frequency * NS_PER_SECOND / frequency;
}
