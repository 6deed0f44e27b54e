// SPDX-License-Identifier: BSD-3-Clause
/*
 * The global time counter, GTC0 (AM65x TRM SPRUID7, "Global Timebase Counter"; registers as Arm
 * DDI 0487, I3.6 "CNTControlBase"): on a board the A53s' generic timers count it. It counts at
 * 200 MHz while CNTCR has it enabled, and takes a new count while it is not; out of a reset it
 * stands still, and its first user starts it.
 *
 * Not modelled: that the A53s' timers stop with it, scaling, halting for a debugger.
 */
#include "twin/models/models.h"

#define CNTCR     0x00u
#define CNTCV_LOW 0x08u
#define CNTCV_HI  0x0cu
#define CNTFID0   0x20u

#define CNTCR_EN  1u
#define TICK_NS   5u
#define LOW_HALF  UINT64_C(0xffffffff)

static uint32_t control, frequency;
static uint64_t count, since; /* what it had when it was started, and when that was */

void gtc_reset(void)
{
    control = frequency = 0;
    count = since = 0;
}

static uint64_t now(void)
{
    return count + ((control & CNTCR_EN) != 0 ? (model_now() - since) / TICK_NS : 0);
}

uint64_t gtc_read(unsigned instance, uint64_t offset)
{
    (void)instance;
    switch (offset) {
    case CNTCR:
        return control;
    case CNTCV_LOW:
        return now() & LOW_HALF;
    case CNTCV_HI:
        return now() >> 32;
    case CNTFID0:
        return frequency;
    default:
        return 0;
    }
}

static void write_count(uint64_t value, uint64_t mask)
{
    if ((control & CNTCR_EN) == 0)
        count = (count & ~mask) | (value & mask);
}

void gtc_write(unsigned instance, uint64_t offset, uint64_t value)
{
    (void)instance;
    switch (offset) {
    case CNTCR:
        count = now();
        since = model_now();
        control = (uint32_t)value;
        break;
    case CNTCV_LOW:
        write_count(value, LOW_HALF);
        break;
    case CNTCV_HI:
        write_count(value << 32, ~LOW_HALF);
        break;
    case CNTFID0:
        frequency = (uint32_t)value;
        break;
    }
}
