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
 *     n + 1), a second one counts those. All have votes that the core takes: also what it hands
 *     over to another one, and what is not masked, so that nothing is masked in their place.
 *
 * A call costs an increment and a comparison; the clock is read once in IRQ_STORM_COUNT calls, and
 * once in a full round.
 */
#include "msi/storm.h"

#include "arch/core.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "msi/handler.h"
#include "msi/later.h"
#include "msi/limits.h"
#include "msi/quiesce.h"

#include <stddef.h>

#define NS_PER_US       1000u
#define IDLE_PERCENT    99u /* of the calls */
#define STARVING_FACTOR 10u /* times the rate at which calls that do nothing are a storm */

/* A round's acknowledges, each of which moves the generation on by two (msi/dispatch.c). */
#define ROUND_LENGTH    (2u * IRQ_ROUND_MAX)
#define CANDIDATES      4u
#define VOTES           (2u * IRQ_ROUND_MAX) /* of each of the two passes */
/* The one that was chosen may not come any more. */
#define VOTES_GIVE_UP   (4u * VOTES)
/* By how many of a pass's votes what can't be masked is foremost. */
#define LEAD            16u
/* After which part of the window a handler may know. */
#define REST_PART       4u

/* No part of an interrupt that goes its usual way: compiled for size. */
#define SLOW            __attribute__((noinline, cold))

static uint32_t limit_count = IRQ_STORM_COUNT, limit_window_us = IRQ_STORM_WINDOW_US;
static uint32_t limits; /* how often they have changed */
static uint64_t storms;
static uint32_t untold; /* as irq_storm_take_untold() says; atomic */

/* For storm_look of struct irq_generation and what it is made of. */
static struct spinlock look_lock = SPINLOCK_INIT;
static uint32_t starving_cores; /* a bit each, which only that core changes; atomic */

/* What may be what a core looks for: an interrupt's window, or an INTID that has none. */
struct candidate {
    const void *who; /* NULL: a free place; the only thing that another core changes; atomic */
    unsigned count;
};

/* Each core's own. */
static struct rounds {
    uint64_t generation; /* at the end of the last full round; 0: no other can follow it closely */
    uint64_t since;      /* when there was a gap */
    struct candidate candidates[CANDIDATES];
    unsigned votes;
} __attribute__((aligned(IRQ_CACHE_LINE))) rounds[CORE_MAX];

/* Interrupts in a row that left the handler that they interrupted no turn: a row for each that can
 * be interrupted, by how many it has interrupted itself. */
static struct {
    struct row {
        uint32_t length;
        uint64_t since;
    } rows[IRQ_STORM_LEVELS];
    unsigned starving; /* whose row it is that has the core look for its storm: from 1; 0: none */
} nested[CORE_MAX];

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

static SLOW bool counted(bool storm)
{
    if (storm)
        __atomic_add_fetch(&storms, 1, __ATOMIC_RELAXED);
    return storm;
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

static void set_place(struct candidate *place, const void *who)
{
    __atomic_store_n(&place->who, who, __ATOMIC_RELAXED);
}

static SLOW void set_starving(unsigned core, bool starving)
{
    unsigned long state;

    if (is_starving(core) == starving)
        return;
    rounds[core].votes = 0;
    for (unsigned i = 0; i < CANDIDATES; i++)
        set_place(&rounds[core].candidates[i], NULL);
    state = spin_lock(&look_lock);
    /* The bit differs. */
    __atomic_fetch_xor(&starving_cores, UINT32_C(1) << core, __ATOMIC_RELAXED);
    set_look();
    spin_unlock(&look_lock, state);
}

static bool is_off(void)
{
    return __atomic_load_n(&limit_count, __ATOMIC_RELAXED) == 0;
}

/* Whether the core's rounds have not been full since it was found to be starving, or nobody wants
 * to know. */
static bool had_a_gap(unsigned core)
{
    uint64_t now = __atomic_load_n(&irq_generations[core].value, __ATOMIC_RELAXED);

    return now - rounds[core].generation > ROUND_LENGTH || is_off();
}

/* Its place among the candidates; NULL: none. */
static struct candidate *place_of(struct rounds *own, const void *who)
{
    for (unsigned i = 0; i < CANDIDATES; i++) {
        if (__atomic_load_n(&own->candidates[i].who, __ATOMIC_RELAXED) == who)
            return &own->candidates[i];
    }
    return NULL;
}

/* The first pass, of one that has no place: it takes a free one, or the others have one less. */
static void nominate(struct rounds *own, const void *who)
{
    struct candidate *place = place_of(own, NULL);

    if (place != NULL) {
        place->count = 1;
        set_place(place, who);
        return;
    }
    for (unsigned i = 0; i < CANDIDATES; i++) {
        if (--own->candidates[i].count == 0)
            set_place(&own->candidates[i], NULL);
    }
}

static void begin_second_pass(struct rounds *own)
{
    for (unsigned i = 0; i < CANDIDATES; i++)
        own->candidates[i].count = 0;
}

/* Whether it has come so many times more often than each of the other candidates. */
static bool leads(const struct rounds *own, const struct candidate *place, unsigned lead)
{
    for (unsigned i = 0; i < CANDIDATES; i++) {
        if (&own->candidates[i] != place && own->candidates[i].count + lead > place->count)
            return false;
    }
    return true;
}

/* Whether this one is what the core was looking for. */
static SLOW bool vote(unsigned core, const void *who, unsigned lead)
{
    struct rounds *own = &rounds[core];
    unsigned votes = own->votes++;
    struct candidate *place = place_of(own, who);
    bool found = false;

    if (votes == VOTES)
        begin_second_pass(own);
    if (place != NULL) {
        place->count++;
        /* At last there is no time for a lead: several that are level are storms, too. */
        found = votes >= 2u * VOTES && leads(own, place, votes < VOTES_GIVE_UP - VOTES ? lead : 0);
    } else if (votes < VOTES) {
        nominate(own, who);
    }
    if (found || votes >= VOTES_GIVE_UP)
        set_starving(core, false);
    return found;
}

/* Whether the core looks for what this is. */
static SLOW bool is_found(const void *who, unsigned lead)
{
    unsigned core = core_id();

    if (!is_starving(core))
        return false;
    if (had_a_gap(core)) {
        set_starving(core, false);
        return false;
    }
    return counted(vote(core, who, lead));
}

SLOW void irq_storm_forget(const struct irq_storm_window *window)
{
    if (__atomic_load_n(&starving_cores, __ATOMIC_RELAXED) == 0)
        return;
    for (unsigned core = 0; core < CORE_MAX; core++) {
        struct candidate *place = place_of(&rounds[core], window);

        /* If the core has given the place to another one meanwhile, that loses it: the search may
         * end without a result, and a storm is found a window later. */
        if (place != NULL)
            set_place(place, NULL);
    }
}

SLOW void irq_storm_round_full(unsigned core, uint64_t generation, bool more)
{
    struct rounds *own = &rounds[core];
    uint64_t now = time_now_ns();
    bool gap =
        !more || own->generation == 0 || generation - own->generation != ROUND_LENGTH || is_off();

    own->generation = more ? generation : 0;
    if (gap || now - own->since >= window_ns()) {
        own->since = now; /* a whole window again until the next */
        set_starving(core, !gap);
    }
}

/* ---- inside a handler ---- */

/* Who has interrupted so many handlers has had its turn. */
static void had_a_turn(unsigned core, unsigned depth)
{
    nested[core].rows[depth].length = 0;
    if (nested[core].starving == depth + 1) {
        nested[core].starving = 0;
        set_starving(core, false);
    }
}

/* While handlers are interrupted, the generation stands still, and a gap is to be told. */
void irq_storm_nested(unsigned core, unsigned depth, uint64_t generation, bool more)
{
    struct row *row = &nested[core].rows[depth];
    uint64_t now;

    had_a_turn(core, depth + 1); /* it has returned */
    if (!more || is_off()) {
        had_a_turn(core, depth);
        return;
    }
    if (row->length++ % IRQ_ROUND_MAX != 0)
        return;
    now = time_now_ns();
    if (row->length == 1)
        row->since = now;
    if (now - row->since < window_ns())
        return;
    row->since = now; /* a whole window again until the next */
    if (is_starving(core))
        return;
    nested[core].starving = depth + 1;
    rounds[core].generation = generation;
    set_starving(core, true);
}

/* ---- both ---- */

bool irq_should_rest(void)
{
    const unsigned core = core_id();
    const struct rounds *own = &rounds[core];

    return own->generation != 0 && !had_a_gap(core) &&
           time_now_ns() - own->since >= window_ns() / REST_PART;
}

SLOW bool irq_storm_is_call(struct irq_storm_window *window, bool idle)
{
    uint32_t limit = __atomic_load_n(&limit_count, __ATOMIC_RELAXED);

    window->idle += idle;
    return is_found(window, 0) || counted(limit != 0 && window->calls - window->before >= limit &&
                                          calls_are_storm(window));
}

SLOW bool irq_storm_is_arrival(const struct irq_storm_window *window)
{
    return is_found(window, 0);
}

/* One that can be masked comes as often when it makes the other come. */
SLOW void irq_storm_intid(unsigned intid)
{
    if (!is_found((const void *)(uintptr_t)(intid + 1u), LEAD))
        return;
    __atomic_store_n(&untold, core_id() << IRQ_STORM_CORE_SHIFT | (intid + 1u), __ATOMIC_RELAXED);
    irq_later_leave();
}

uint32_t irq_storm_take_untold(void)
{
    return __atomic_exchange_n(&untold, 0, __ATOMIC_RELAXED);
}

uint64_t irq_storm_count(void)
{
    return __atomic_load_n(&storms, __ATOMIC_RELAXED);
}
