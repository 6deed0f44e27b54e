// SPDX-License-Identifier: BSD-3-Clause
/*
 * The RTIs, four of the main domain and two of the MCU's, as digital windowed watchdogs (AM65x TRM
 * SPRUID7, chapter 12 "Peripherals", "RTI"), on a clock of 32768 Hz. Once one is enabled, nothing
 * but a reset of the SoC stops it. It counts down from its preload value, and is served by two keys
 * in turn, in the open window at the end. What serves it too early or too late, or with another
 * key, is a violation, to which the SoC is reset: on a board the event goes to firmware on the R5F,
 * which does that.
 *
 * In the mood stale-loader all run already. Not modelled: the RTIs' own timers and interrupts.
 */
#include "twin/models/models.h"

#define DWDCTRL         0x90u
#define DWDPRLD         0x94u
#define WDSTATUS        0x98u
#define WDKEY           0x9cu
#define DWDCNTR         0xa0u
#define WWDRXNCTRL      0xa4u
#define WWDSIZECTRL     0xa8u

#define DWDCTRL_OFF     0x5312acedu
#define DWDCTRL_ON      0xa98559dau
#define KEY_FIRST       0xe51au
#define KEY_SECOND      0xa35cu
#define PRELOAD_MASK    0xfffu
#define PRELOAD_SHIFT   13u
#define STATUS_EXPIRED  0x2u
#define REACTION_RESET  0x5u
#define WINDOW_ALL      0x5u
#define WINDOW_HALF     0x50u

#define CLOCK           32768u
#define SECOND          UINT64_C(1000000000)
/* 1000 s and, for each next one, 10 s more: nothing that is tested takes so long. */
#define LEFT_PRELOAD(i) (4000u + 40u * (i))

static struct rti {
    uint32_t control, preload, status, reaction, window;
    bool first_key;
    uint64_t started; /* when the counter was loaded */
    struct model_timer timer;
} rtis[RTI_COUNT];

static uint64_t ticks_of_period(const struct rti *rti)
{
    return (((uint64_t)rti->preload + 1) << PRELOAD_SHIFT) - 1;
}

static uint64_t ticks_left(const struct rti *rti)
{
    uint64_t gone = (model_now() - rti->started) * CLOCK / SECOND;

    return gone < ticks_of_period(rti) ? ticks_of_period(rti) - gone : 0;
}

static void violation(struct rti *rti)
{
    rti->status |= STATUS_EXPIRED;
    model_soc_reset();
}

static void expired(unsigned argument)
{
    violation(&rtis[argument]);
}

static void load(struct rti *rti)
{
    rti->started = model_now();
    timer_arm(&rti->timer, ticks_of_period(rti) * SECOND / CLOCK);
}

static void reset(unsigned instance)
{
    struct rti *rti = &rtis[instance];

    timer_cancel(&rti->timer);
    memset(rti, 0, sizeof(*rti));
    rti->control = DWDCTRL_OFF;
    rti->preload = PRELOAD_MASK;
    rti->reaction = REACTION_RESET;
    rti->window = WINDOW_ALL;
    rti->timer.expire = expired;
    rti->timer.argument = instance;
    if (!model_mood(AM65X_MOOD_STALE_LOADER))
        return;
    rti->preload = LEFT_PRELOAD(instance) - 1;
    rti->window = WINDOW_HALF;
    rti->control = DWDCTRL_ON;
    load(rti);
}

void rti_reset(void)
{
    for (unsigned i = 0; i < RTI_COUNT; i++)
        reset(i);
}

/* The size's code is 5, shifted by a digit for each halving. */
static bool is_open(const struct rti *rti)
{
    unsigned halvings = 0;

    for (uint32_t code = rti->window; code > WINDOW_ALL; code >>= 4)
        halvings++;
    return ticks_left(rti) <= ticks_of_period(rti) >> halvings;
}

static void write_key(struct rti *rti, uint32_t key)
{
    if (rti->control != DWDCTRL_ON)
        return;
    if (key == KEY_FIRST && !rti->first_key) {
        rti->first_key = true;
    } else if (key == KEY_SECOND && rti->first_key && is_open(rti)) {
        rti->first_key = false;
        load(rti);
    } else {
        violation(rti);
    }
}

uint64_t rti_read(unsigned instance, uint64_t offset)
{
    const struct rti *rti = &rtis[instance];

    switch (offset) {
    case DWDCTRL:
        return rti->control;
    case DWDPRLD:
        return rti->preload;
    case WDSTATUS:
        return rti->status;
    case DWDCNTR:
        return rti->control == DWDCTRL_ON ? ticks_left(rti) : ticks_of_period(rti);
    case WWDRXNCTRL:
        return rti->reaction;
    case WWDSIZECTRL:
        return rti->window;
    default:
        return 0;
    }
}

void rti_write(unsigned instance, uint64_t offset, uint64_t value)
{
    struct rti *rti = &rtis[instance];

    if (offset == DWDCTRL && rti->control != DWDCTRL_ON && value == DWDCTRL_ON) {
        rti->control = DWDCTRL_ON;
        load(rti);
    } else if (offset == DWDPRLD && rti->control != DWDCTRL_ON) {
        rti->preload = (uint32_t)value & PRELOAD_MASK;
    } else if (offset == WDSTATUS) {
        rti->status &= ~(uint32_t)value;
    } else if (offset == WDKEY) {
        write_key(rti, (uint32_t)value);
    } else if (offset == WWDRXNCTRL) {
        rti->reaction = (uint32_t)value & 0xfu;
    } else if (offset == WWDSIZECTRL) {
        rti->window = (uint32_t)value;
    }
}
