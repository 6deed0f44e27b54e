// SPDX-License-Identifier: BSD-3-Clause
/*
 * A storm is an interrupt that costs a core its time to no purpose, or all of its time. Work is
 * neither, however much of it there is. Three things tell them apart:
 *
 *   - The handler says that it found nothing to do, IRQ_STORM_COUNT times in a window: the device
 * is broken, or another one pulls the line.
 *   - The handler says that it did something, at ten times that rate. A core that enters and leaves
 *     an exception so often does nothing else: the handler does not clear the cause, and does not
 *     know.
 *   - A core was never without a pending interrupt for a whole window, so its threads had no turn.
 *     The dispatcher leaves an exception after IRQ_ROUND_MAX interrupts; round after round without
 *     a gap can be seen in the core's generation, which counts each acknowledge. Of the interrupts
 *     that the core takes then, the one that comes most often is the storm. A first pass finds the
 *     few that could be (Misra and Gries: with n counters, each that has more than one part in
 *     n + 1), a second one counts those.
 *
 * A call costs an increment and a comparison; the clock is read once in IRQ_STORM_COUNT calls, and
 * once in a full round.
 */
#include "msi/storm.h"

#include "arch/core.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "msi/limits.h"
#include "msi/quiesce.h"

#include <stddef.h>
#include <string.h>

#define NS_PER_US       1000u
#define IDLE_PERCENT    99u /* of the calls */
#define STARVING_FACTOR 10u /* times the rate at which calls that do nothing are a storm */

/* A round's acknowledges, each of which moves the generation on by two (msi/dispatch.c). */
#define ROUND_LENGTH    (2u * IRQ_ROUND_MAX)
#define CANDIDATES      4u
#define VOTES           (2u * IRQ_ROUND_MAX) /* of each of the two passes */
/* The one that was chosen may not come any more. */
#define VOTES_GIVE_UP   (4u * VOTES)

/* No part of an interrupt that goes its usual way: compiled for size. */
#define SLOW            __attribute__((noinline, cold))

static uint32_t limit_count = IRQ_STORM_COUNT, limit_window_us = IRQ_STORM_WINDOW_US;
static uint32_t limits; /* how often they have changed */
static uint64_t storms;

/* For storm_look of struct irq_generation and what it is made of. */
static struct spinlock look_lock = SPINLOCK_INIT;
static uint32_t starving_cores; /* a bit each, which only that core changes; atomic */

/* Each core's own. */
static struct {
    uint64_t generation; /* at the end of the last full round; 0: no other can follow it closely */
    uint64_t since;      /* when there was a gap */
    struct {
        const struct irq_storm_window *window;
        unsigned count;
    } candidates[CANDIDATES];
    unsigned votes;
    uint32_t nested; /* interrupts in a row that left the handler that they interrupted no turn */
    uint64_t nested_since; /* when that began */
    bool nested_starving;  /* and that is what the core looks for */
} rounds[CORE_MAX];

/* By the core itself, or with the lock held. */
static bool is_starving(unsigned core)
{
    return (__atomic_load_n(&starving_cores, __ATOMIC_RELAXED) >> core & 1) != 0;
}

/* While a core looks for its storm, each of its calls has a look. With the lock held. */
static void set_look(void)
{
    uint32_t look = limit_count != 0 ? limit_count : UINT32_MAX;

    for (unsigned core = 0; core < CORE_MAX; core++)
        __atomic_store_n(&irq_generations[core].storm_look, is_starving(core) ? 0 : look,
                         __ATOMIC_RELAXED);
}

void irq_storm_init(void)
{
    unsigned long state = spin_lock(&look_lock);

    set_look();
    spin_unlock(&look_lock, state);
}

void irq_set_storm_limit(uint32_t count, uint32_t window_us)
{
    unsigned long state = spin_lock(&look_lock);

    __atomic_store_n(&limit_window_us, window_us, __ATOMIC_RELAXED);
    __atomic_store_n(&limit_count, count, __ATOMIC_RELAXED);
    __atomic_add_fetch(&limits, 1, __ATOMIC_RELAXED);
    set_look();
    spin_unlock(&look_lock, state);
}

static uint64_t window_ns(void)
{
    return (uint64_t)__atomic_load_n(&limit_window_us, __ATOMIC_RELAXED) * NS_PER_US;
}

struct irq_storm_window irq_storm_window_now(uint64_t calls)
{
    return (struct irq_storm_window){.calls = calls,
                                     .before = calls,
                                     .limits = __atomic_load_n(&limits, __ATOMIC_RELAXED),
                                     .start = time_now_ns()};
}

/* ---- one handler ---- */

/* It was called as often as the limit says. */
static bool calls_are_storm(struct irq_storm_window *window)
{
    struct irq_storm_window next = irq_storm_window_now(window->calls);
    bool idle = window->idle * UINT64_C(100) >= (window->calls - window->before) * IDLE_PERCENT;
    /* What was counted before other limits were set says nothing against these. */
    bool soon = window->limits == next.limits && next.start - window->start < window_ns();
    bool storm = soon && (idle || window->fills + 1u >= STARVING_FACTOR);

    if (soon && !storm) { /* still this window */
        next.start = window->start;
        next.fills = window->fills + 1u;
    }
    /* All but the calls, at which others look (irq_count()). */
    window->before = next.before;
    window->idle = next.idle;
    window->fills = next.fills;
    window->limits = next.limits;
    window->start = next.start;
    return storm;
}

/* ---- all that a core takes ---- */

static SLOW void set_starving(unsigned core, bool starving)
{
    unsigned long state;

    if (is_starving(core) == starving)
        return;
    rounds[core].votes = 0;
    memset(rounds[core].candidates, 0, sizeof(rounds[core].candidates));
    state = spin_lock(&look_lock);
    /* The bit differs. */
    __atomic_fetch_xor(&starving_cores, UINT32_C(1) << core, __ATOMIC_RELAXED);
    set_look();
    spin_unlock(&look_lock, state);
}

/* Whether the core's rounds have not been full since it was found to be starving. */
static bool had_a_gap(unsigned core)
{
    uint64_t now = __atomic_load_n(&irq_generations[core].value, __ATOMIC_RELAXED);

    return now - rounds[core].generation > ROUND_LENGTH;
}

/* Its place among the candidates; CANDIDATES: none. */
static unsigned place_of(unsigned core, const struct irq_storm_window *window)
{
    unsigned place = 0;

    while (place < CANDIDATES && rounds[core].candidates[place].window != window)
        place++;
    return place;
}

/* The first pass: one more for it, or one less for each of the others. */
static void nominate(unsigned core, const struct irq_storm_window *window)
{
    unsigned place = place_of(core, window);

    if (place == CANDIDATES)
        place = place_of(core, NULL);
    if (place < CANDIDATES) {
        rounds[core].candidates[place].window = window;
        rounds[core].candidates[place].count++;
        return;
    }
    for (place = 0; place < CANDIDATES; place++) {
        if (--rounds[core].candidates[place].count == 0)
            rounds[core].candidates[place].window = NULL;
    }
}

static void begin_second_pass(unsigned core)
{
    for (unsigned place = 0; place < CANDIDATES; place++)
        rounds[core].candidates[place].count = 0;
}

/* Whether none of the candidates has come more often. */
static bool is_foremost(unsigned core, const struct irq_storm_window *window)
{
    unsigned place = place_of(core, window);

    for (unsigned other = 0; place < CANDIDATES && other < CANDIDATES; other++) {
        if (rounds[core].candidates[other].count > rounds[core].candidates[place].count)
            return false;
    }
    return place < CANDIDATES;
}

/* Whether this one is what the core was looking for. */
static SLOW bool vote(unsigned core, const struct irq_storm_window *window)
{
    unsigned votes = rounds[core].votes++;
    unsigned place = place_of(core, window);
    bool gap = had_a_gap(core);
    bool found = !gap && votes >= 2u * VOTES && is_foremost(core, window);

    if (votes == VOTES)
        begin_second_pass(core);
    if (votes < VOTES)
        nominate(core, window);
    else if (place < CANDIDATES)
        rounds[core].candidates[place].count++;
    if (found || gap || votes >= VOTES_GIVE_UP)
        set_starving(core, false);
    return found;
}

SLOW void irq_storm_round_full(unsigned core, uint64_t generation, bool more)
{
    bool gap = !more || rounds[core].generation == 0 ||
               generation - rounds[core].generation != ROUND_LENGTH;
    uint64_t now = time_now_ns();

    rounds[core].generation = more ? generation : 0;
    if (gap) {
        rounds[core].since = now;
        set_starving(core, false);
    } else if (now - rounds[core].since >= window_ns() &&
               __atomic_load_n(&limit_count, __ATOMIC_RELAXED) != 0) {
        rounds[core].since = now; /* a whole window again until the next */
        set_starving(core, true);
    }
}

/* While handlers are interrupted, the generation stands still, and a gap is to be told. */
void irq_storm_nested(unsigned core, uint64_t generation, bool more)
{
    uint64_t now;

    if (!more) {
        if (rounds[core].nested_starving)
            set_starving(core, false);
        rounds[core].nested_starving = false;
        rounds[core].nested = 0;
        return;
    }
    if (rounds[core].nested++ % IRQ_ROUND_MAX != 0)
        return;
    now = time_now_ns();
    if (rounds[core].nested == 1)
        rounds[core].nested_since = now;
    if (now - rounds[core].nested_since >= window_ns() &&
        __atomic_load_n(&limit_count, __ATOMIC_RELAXED) != 0) {
        rounds[core].nested_since = now; /* a whole window again until the next */
        rounds[core].nested_starving = true;
        rounds[core].generation = generation;
        set_starving(core, true);
    }
}

/* ---- both ---- */

static bool counted(bool storm)
{
    if (storm)
        __atomic_add_fetch(&storms, 1, __ATOMIC_RELAXED);
    return storm;
}

bool irq_storm_is_call(struct irq_storm_window *window, bool idle)
{
    uint32_t limit = __atomic_load_n(&limit_count, __ATOMIC_RELAXED);
    unsigned core = core_id();

    window->idle += idle;
    if (is_starving(core) && vote(core, window))
        return counted(true);
    return counted(limit != 0 && window->calls - window->before >= limit &&
                   calls_are_storm(window));
}

bool irq_storm_is_arrival(const struct irq_storm_window *window)
{
    unsigned core = core_id();

    return counted(is_starving(core) && vote(core, window));
}

uint64_t irq_storm_count(void)
{
    return __atomic_load_n(&storms, __ATOMIC_RELAXED);
}
