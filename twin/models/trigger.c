// SPDX-License-Identifier: BSD-3-Clause
/*
 * The triggers of transmit channels (AM65x TRM SPRUID7, "Unified DMA Controller (UDMAP)", "Event
 * Interface"; TI-SCI documentation, "AM65x Board Configuration Resource Assignment Type
 * Descriptions", GLOBAL_EVENT_TRIGGER): each has two, set by software or by an event whose number
 * is the trigger's, and kept until a transfer request takes it. A trigger that is set already stays
 * set: the second one is lost.
 */
#include "twin/models/models.h"

#define CHANNELS_MAX 256u
#define TRIGGERS     2u

static const struct {
    uint16_t first, count;
} ranges[NAVSS_COUNT] = {
    [NAVSS_MAIN] = {49152, 1024},
    [NAVSS_MCU] = {56320, 256},
};

static uint8_t pending[NAVSS_COUNT][CHANNELS_MAX];

void trigger_reset(void)
{
    memset(pending, 0, sizeof(pending));
}

void trigger_set(enum navss navss, unsigned channel, uint32_t triggers)
{
    if (channel >= CHANNELS_MAX)
        return;
    pending[navss][channel] |= triggers & ((1u << TRIGGERS) - 1u);
    udmap_kick(navss, channel);
}

bool trigger_take(enum navss navss, unsigned channel, uint32_t trigger)
{
    if (channel >= CHANNELS_MAX || (pending[navss][channel] & trigger) == 0)
        return false;
    pending[navss][channel] &= (uint8_t)~trigger;
    return true;
}

void trigger_clear(enum navss navss, unsigned channel)
{
    if (channel < CHANNELS_MAX)
        pending[navss][channel] = 0;
}

bool trigger_event(uint16_t event)
{
    for (unsigned navss = 0; navss < NAVSS_COUNT; navss++) {
        unsigned number = (unsigned)event - ranges[navss].first;
        if (event >= ranges[navss].first && number < ranges[navss].count) {
            trigger_set((enum navss)navss, number / TRIGGERS, 1u << number % TRIGGERS);
            return true;
        }
    }
    return false;
}
