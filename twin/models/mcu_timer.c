// SPDX-License-Identifier: BSD-3-Clause
/*
 * MCU_TIMER0-3, the MCU domain's general-purpose timers (TRMs of K3 and of the AM335x, which has
 * the same module, "Timers": registers, posted mode, one-shot; U-Boot's and Linux's drivers and
 * trees for addresses, TI-SCI devices and clock).
 *
 * A counter of 32 bits goes up at 25 MHz, divided by 2 to 256 if the prescaler is on. Its overflow
 * and its match with TMAR set status bits, of which those that are enabled are the interrupt, a
 * level. At the overflow it goes on from TLDR, or, without auto-reload, stops at zero.
 *
 * In posted mode, in which a reset leaves it, a write takes effect three clocks later; until then
 * TWPS has its bit, a read finds what was there before, and another write to the register replaces
 * it. Where a loader may have left it in either mode, software has to say which it wants (TSICR).
 *
 * A module that is off answers nothing, and forgets. Not modelled: capture, PWM, wake-up, the
 * further registers of the 1 ms timers.
 */
#include "twin/models/models.h"
#include "twin/models/vim.h"

#define TIDR             0x00u
#define TIOCP_CFG        0x10u
#define IRQ_STATUS_RAW   0x24u
#define IRQ_STATUS       0x28u
#define IRQ_ENABLE_SET   0x2cu
#define IRQ_ENABLE_CLR   0x30u
#define TCLR             0x38u
#define TCRR             0x3cu
#define TLDR             0x40u
#define TTGR             0x44u
#define TWPS             0x48u
#define TMAR             0x4cu
#define TSICR            0x54u

#define TIDR_VALUE       0x4fff1301u /* drivers look whether its upper half is zero */
#define TIOCP_CFG_RESET  1u
#define TIOCP_CFG_MASK   0xeu
#define TSICR_RESET      2u
#define TSICR_POSTED     4u
#define TCLR_START       1u
#define TCLR_RELOAD      2u
#define TCLR_PRESCALE    0x20u
#define TCLR_COMPARE     0x40u
#define TCLR_MASK        0x7fffu
#define TCLR_SCALE(tclr) ((tclr) >> 2 & 7u)
#define IRQ_MATCH        1u
#define IRQ_OVERFLOW     2u
#define IRQ_MASK         7u

#define CLOCK_NS         40u
#define POSTED_NS        (3 * CLOCK_NS)
#define WRAP             (UINT64_C(1) << 32)
#define INPUT            38u /* of the VIMs: the first timer's */
#define DEVICE           35u /* TI-SCI's: the first timer's */

/* What a loader's tick is like: 1 ms. */
#define LEFT_LOAD        (UINT32_MAX - 25000u + 1)

/* The registers that are written by the timer's clock, in the order of their bits in TWPS. */
enum posted {
    POSTED_TCLR,
    POSTED_TCRR,
    POSTED_TLDR,
    POSTED_TTGR,
    POSTED_TMAR,
    POSTED_COUNT,
};

static struct mcu_timer {
    uint32_t config, status, enabled, control, load, match, interface;
    uint32_t count; /* at: */
    uint64_t since;
    uint32_t pending; /* as TWPS */
    uint32_t value[POSTED_COUNT];
    uint64_t posted_at[POSTED_COUNT];
    struct model_timer next;
} mcu_timers[MCU_TIMER_COUNT];

static bool counts(const struct mcu_timer *timer)
{
    return (timer->control & TCLR_START) != 0;
}

static uint64_t tick_ns(const struct mcu_timer *timer)
{
    bool divided = (timer->control & TCLR_PRESCALE) != 0;

    return (uint64_t)CLOCK_NS << (divided ? TCLR_SCALE(timer->control) + 1 : 0);
}

/* ---- counting ---- */

/* How many ticks after `count` the counter has TMAR's value first: 1 to 2 to the power of 32. */
static uint64_t until_match(const struct mcu_timer *timer)
{
    uint32_t distance = timer->match - timer->count;

    return distance == 0 ? WRAP : distance;
}

/* From the last reload on a counter has TMAR's value in each round, if it comes by it. */
static bool round_matches(const struct mcu_timer *timer)
{
    return timer->match >= timer->load;
}

static void overflow(struct mcu_timer *timer, uint64_t ticks_behind)
{
    const uint32_t most = ~timer->load; /* the last tick of a round */

    timer->status |= IRQ_OVERFLOW;
    if ((timer->control & TCLR_RELOAD) == 0) {
        timer->control &= ~TCLR_START;
        timer->count = 0;
        return;
    }
    if ((timer->control & TCLR_COMPARE) != 0 && round_matches(timer) &&
        (ticks_behind > most || timer->match - timer->load <= ticks_behind))
        timer->status |= IRQ_MATCH;
    if (ticks_behind > most)
        ticks_behind %= (uint64_t)most + 1;
    timer->count = timer->load + (uint32_t)ticks_behind;
}

/* Up to a time, which is not before `since`. */
static void count_to(struct mcu_timer *timer, uint64_t now)
{
    uint64_t tick = tick_ns(timer), ticks = counts(timer) ? (now - timer->since) / tick : 0;
    uint64_t left = WRAP - timer->count;

    if (!counts(timer)) {
        timer->since = now;
        return;
    }
    timer->since += ticks * tick;
    if ((timer->control & TCLR_COMPARE) != 0 && until_match(timer) <= ticks &&
        until_match(timer) < left)
        timer->status |= IRQ_MATCH;
    if (ticks >= left)
        overflow(timer, ticks - left);
    else
        timer->count += (uint32_t)ticks;
}

/* ---- writes, and when they take effect ---- */

static void take_effect(struct mcu_timer *timer, enum posted which, uint32_t value)
{
    switch (which) {
    case POSTED_TCLR:
        timer->control = value & TCLR_MASK;
        break;
    case POSTED_TCRR:
        timer->count = value;
        break;
    case POSTED_TLDR:
        timer->load = value;
        break;
    case POSTED_TTGR:
        timer->count = timer->load;
        break;
    default:
        timer->match = value;
        break;
    }
}

/* Whose time has come first, of those whose time has come. */
static enum posted first_posted(const struct mcu_timer *timer, uint64_t now)
{
    enum posted first = POSTED_COUNT;

    for (enum posted which = 0; which < POSTED_COUNT; which++)
        if ((timer->pending >> which & 1) != 0 && timer->posted_at[which] <= now &&
            (first == POSTED_COUNT || timer->posted_at[which] < timer->posted_at[first]))
            first = which;
    return first;
}

static void bring_up_to_date(struct mcu_timer *timer)
{
    uint64_t now = model_now();
    enum posted which;

    while ((which = first_posted(timer, now)) != POSTED_COUNT) {
        count_to(timer, timer->posted_at[which]);
        timer->pending &= ~(UINT32_C(1) << which);
        take_effect(timer, which, timer->value[which]);
    }
    count_to(timer, now);
}

/* Only what would show is waited for: a bit that is set is not set again. */
static uint64_t ticks_to_event(const struct mcu_timer *timer)
{
    uint64_t ticks = UINT64_MAX, left = WRAP - timer->count;
    bool wants_match = (timer->control & TCLR_COMPARE) != 0 && (timer->status & IRQ_MATCH) == 0;

    if (!counts(timer))
        return UINT64_MAX;
    if ((timer->status & IRQ_OVERFLOW) == 0)
        ticks = left;
    if (wants_match && until_match(timer) < left)
        return until_match(timer) < ticks ? until_match(timer) : ticks;
    if (wants_match && (timer->control & TCLR_RELOAD) != 0 && round_matches(timer) &&
        left + timer->match - timer->load < ticks)
        ticks = left + timer->match - timer->load;
    return ticks;
}

static void changed(unsigned instance)
{
    struct mcu_timer *timer = &mcu_timers[instance];
    uint64_t now = model_now(), ticks = ticks_to_event(timer), due = UINT64_MAX;

    vim_line_all(INPUT + instance, (timer->status & timer->enabled) != 0);
    if (ticks != UINT64_MAX)
        due = timer->since + ticks * tick_ns(timer);
    for (enum posted which = 0; which < POSTED_COUNT; which++)
        if ((timer->pending >> which & 1) != 0 && timer->posted_at[which] < due)
            due = timer->posted_at[which];
    if (due == UINT64_MAX)
        timer_cancel(&timer->next);
    else
        timer_arm(&timer->next, due > now ? due - now : 0);
}

static void expired(unsigned instance)
{
    bring_up_to_date(&mcu_timers[instance]);
    changed(instance);
}

/* ---- resets ---- */

static void reset_registers(unsigned instance)
{
    struct mcu_timer *timer = &mcu_timers[instance];

    timer_cancel(&timer->next);
    memset(timer, 0, sizeof(*timer));
    timer->interface = TSICR_POSTED;
    timer->since = model_now();
    timer->next.expire = expired;
    timer->next.argument = instance;
    changed(instance);
}

/* A loader's ticks, whose interrupts nobody takes any more. */
static void leave_on(unsigned instance)
{
    struct mcu_timer *timer = &mcu_timers[instance];

    timer->load = timer->count = LEFT_LOAD;
    timer->control = TCLR_START | TCLR_RELOAD;
    timer->enabled = IRQ_OVERFLOW;
    changed(instance);
}

void mcu_timer_reset(void)
{
    for (unsigned i = 0; i < MCU_TIMER_COUNT; i++) {
        reset_registers(i);
        if (model_mood(AM65X_MOOD_STALE_LOADER))
            leave_on(i);
    }
}

static bool is_on(unsigned instance)
{
    return sysfw_device_is_on(DEVICE + instance);
}

void mcu_timer_power(void)
{
    for (unsigned i = 0; i < MCU_TIMER_COUNT; i++)
        if (!is_on(i))
            reset_registers(i);
}

/* ---- registers ---- */

static uint32_t read_register(const struct mcu_timer *timer, uint64_t offset)
{
    switch (offset) {
    case TIDR:
        return TIDR_VALUE;
    case TIOCP_CFG:
        return timer->config;
    case IRQ_STATUS_RAW:
        return timer->status;
    case IRQ_STATUS:
        return timer->status & timer->enabled;
    case IRQ_ENABLE_SET:
    case IRQ_ENABLE_CLR:
        return timer->enabled;
    case TCLR:
        return timer->control;
    case TCRR:
        return timer->count;
    case TLDR:
        return timer->load;
    case TTGR:
        return UINT32_MAX;
    case TWPS:
        return timer->pending;
    case TMAR:
        return timer->match;
    case TSICR:
        return timer->interface;
    default:
        return 0;
    }
}

uint64_t mcu_timer_read(unsigned instance, uint64_t offset)
{
    if (!is_on(instance))
        return 0;
    bring_up_to_date(&mcu_timers[instance]);
    changed(instance);
    return read_register(&mcu_timers[instance], offset);
}

static void post(struct mcu_timer *timer, enum posted which, uint32_t value)
{
    if ((timer->interface & TSICR_POSTED) == 0) {
        take_effect(timer, which, value);
        return;
    }
    timer->pending |= UINT32_C(1) << which;
    timer->value[which] = value;
    timer->posted_at[which] = model_now() + POSTED_NS;
}

static enum posted posted_of(uint64_t offset)
{
    switch (offset) {
    case TCLR:
        return POSTED_TCLR;
    case TCRR:
        return POSTED_TCRR;
    case TLDR:
        return POSTED_TLDR;
    case TTGR:
        return POSTED_TTGR;
    case TMAR:
        return POSTED_TMAR;
    default:
        return POSTED_COUNT;
    }
}

static void write_register(struct mcu_timer *timer, uint64_t offset, uint32_t value)
{
    switch (offset) {
    case TIOCP_CFG:
        timer->config = value & TIOCP_CFG_MASK;
        break;
    case IRQ_STATUS_RAW:
        timer->status |= value & IRQ_MASK;
        break;
    case IRQ_STATUS:
        timer->status &= ~value;
        break;
    case IRQ_ENABLE_SET:
        timer->enabled |= value & IRQ_MASK;
        break;
    case IRQ_ENABLE_CLR:
        timer->enabled &= ~value;
        break;
    case TSICR:
        timer->interface = value & TSICR_POSTED;
        break;
    default:
        if (posted_of(offset) != POSTED_COUNT)
            post(timer, posted_of(offset), value);
        break;
    }
}

void mcu_timer_write(unsigned instance, uint64_t offset, uint64_t value)
{
    if (!is_on(instance))
        return;
    bring_up_to_date(&mcu_timers[instance]);
    if ((offset == TIOCP_CFG && (value & TIOCP_CFG_RESET) != 0) ||
        (offset == TSICR && (value & TSICR_RESET) != 0))
        reset_registers(instance);
    else
        write_register(&mcu_timers[instance], offset, (uint32_t)value);
    changed(instance);
}
