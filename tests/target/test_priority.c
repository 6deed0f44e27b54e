// SPDX-License-Identifier: BSD-3-Clause
/*
 * Priorities: what interrupts a handler and what waits, how deep, with which stacks and registers;
 * and that masking, moving, freeing and storms are the same when handlers interrupt each other.
 *
 * Handlers raise each other's events by the aggregator's STATUS_SET, so this needs one core only;
 * where another core frees or moves, it needs two.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/stack.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "msi/local.h"
#include "msi/parents/inta_registers.h"
#include "msi/storm.h"
#include "root/root.h"
#include "tests/target/counting.h"
#include "tests/target/fp_pattern.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/soc.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define COME_US   20000000u
#define SETTLE    500u /* us: long enough for what must not come */
#define JOIN_US   20000000u
#define ROOM      (STACK_IRQ_SIZE / 2u) /* of its stack, that each handler uses */
#define STORM_US  100000u               /* window */
#define STORMS_US 30000000u

/* What a handler does, and what it has seen. Slot i of the fixture has one of them. */
struct actor {
    uintptr_t status_set; /* raises it */
    uint64_t bit;
    struct actor *raises; /* in this call of it: */
    uint64_t raises_in;
    uint64_t calls, returned;
    uint64_t seen_inside; /* calls of the one that it raised, before this one returned */
    uintptr_t stack;
    enum irq_return first; /* what its first call comes to */
    bool waits;            /* for the one that it raises; else it looks that it does not come */
    bool late;             /* uses FP/SIMD after that only */
    bool spoilt;           /* stack or registers */
};

/* All, by rising urgency. */
static const struct irq_priority *const priorities[] = {IRQ_PRIORITY_DEFAULT, IRQ_PRIORITY_HIGH,
                                                        IRQ_PRIORITY_URGENT, IRQ_PRIORITY_CRITICAL};
#define LEVELS ((unsigned)(sizeof(priorities) / sizeof(priorities[0])))

static struct actor actors[LEVELS + 1];

static uint64_t get(const uint64_t *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void add(uint64_t *value)
{
    __atomic_add_fetch(value, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static void raise(const struct actor *actor)
{
    mmio_write64(actor->status_set, actor->bit);
}

/* Whether the value gets there in time, for code that may not wait. */
static bool spin_until(const uint64_t *value, uint64_t wanted, uint64_t us)
{
    deadline_t deadline = deadline_after_us(us);

    while (get(value) < wanted) {
        if (deadline_passed(deadline))
            return false;
        __asm__ volatile("yield"); /* where cores run in turns (docs/testing.md, "Delays") */
    }
    return true;
}

static enum irq_return act(void *context)
{
    struct actor *actor = context;
    uint64_t pattern = 0x1111 * (uint64_t)(actor - actors + 1); /* the status differs, too */
    volatile uint8_t room[ROOM];
    uint64_t call = get(&actor->calls);

    for (size_t i = 0; i < ROOM; i++)
        room[i] = (uint8_t)pattern;
    actor->stack = (uintptr_t)&room;
    if (!actor->late)
        fp_set(pattern);
    add(&actor->calls);
    if (call == actor->raises_in && actor->raises != NULL) {
        raise(actor->raises);
        (void)spin_until(&actor->raises->returned, 1, actor->waits ? COME_US : SETTLE);
        actor->seen_inside = get(&actor->raises->calls);
    }
    if (actor->late)
        fp_set(pattern);
    actor->spoilt |= !fp_is(pattern);
    for (size_t i = 0; i < ROOM; i++)
        actor->spoilt |= room[i] != (uint8_t)pattern;
    add(&actor->returned);
    return call == 0 ? actor->first : IRQ_HANDLED;
}

/* Slot i: an interrupt of that priority. */
static void open_as(unsigned i, const struct irq_priority *priority, irq_handler_t handler,
                    unsigned core)
{
    const struct irq_request request = {.index = ring_index(i),
                                        .handler = handler,
                                        .context = &actors[i],
                                        .name = "priority",
                                        .core = core,
                                        .priority = priority};
    struct inta_route route;

    actors[i] = (struct actor){.first = IRQ_HANDLED};
    CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[i]), 0);
    CHECK(read_route(test_irqs[i], &route));
    CHECK(irq_priority(test_irqs[i]) == priority);
    actors[i].status_set = test_soc.inta_base + route.vint * INTA_VINT_STRIDE +
                           offsetof(struct inta_vint_registers, status_set);
    actors[i].bit = UINT64_C(1) << route.bit;
}

static void close_all(void)
{
    for (unsigned i = 0; i <= LEVELS; i++)
        if (test_irqs[i] != NULL)
            CHECK_EQUAL(free_one(i), 0);
}

static bool came(unsigned i, uint64_t times)
{
    return wait_for_count(&actors[i].returned, times, COME_US) == 0;
}

/* What each core does: each in turn. */
static void (*body)(unsigned core);

static void on_each_core(void)
{
    for (unsigned core = 0; core < core_count() && !selftest_failed(); core++) {
        body(core);
        close_all();
    }
}

static void run(void (*what)(unsigned core))
{
    exception_irq_handler_t before = exception_get_irq_handler();

    body = what;
    with_rings(on_each_core);
    CHECK(exception_get_irq_handler() == before); /* nothing is spent any more */
}

/* ---- what interrupts what ---- */

/* By their places in `priorities`. */
static void body_pair(unsigned core, unsigned running, unsigned arriving)
{
    bool nests = arriving > running;

    open_as(0, priorities[running], act, core);
    open_as(1, priorities[arriving], act, core);
    open_as(2, IRQ_PRIORITY_HIGH, act, core); /* so that handlers are open */
    actors[0].raises = &actors[1];
    actors[0].waits = nests;
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK(came(0, 1));
    CHECK(came(1, 1));
    CHECK_EQUAL(actors[0].seen_inside, nests);
    CHECK(!actors[0].spoilt && !actors[1].spoilt);
    delay_us(SETTLE);
    CHECK_EQUAL(actors[0].calls, 1);
    CHECK_EQUAL(actors[1].calls, 1);
    close_all();
}

static void body_pairs(unsigned core)
{
    for (unsigned running = 0; running < LEVELS; running++)
        for (unsigned arriving = 0; arriving < LEVELS; arriving++)
            if (!selftest_failed())
                body_pair(core, running, arriving);
}

SELFTEST(priority, what_is_more_urgent_interrupts_and_the_rest_waits, 60)
{
    run(body_pairs);
}

/* What a handler has left has its next turn at the interrupt's own priority; or it is not
 * interrupted at all, where nothing can be held back (msi/nesting.c). */
static void body_again(unsigned core)
{
    for (unsigned urgent = 0; urgent < 2; urgent++) {
        bool inside = urgent && test_soc.holds_back;

        open_as(0, IRQ_PRIORITY_DEFAULT, act, core);
        open_as(1, urgent ? IRQ_PRIORITY_URGENT : IRQ_PRIORITY_DEFAULT, act, core);
        open_as(2, IRQ_PRIORITY_HIGH, act, core);
        actors[0].first = IRQ_AGAIN;
        actors[0].raises = &actors[1];
        actors[0].raises_in = 1;
        actors[0].waits = inside;
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        CHECK(came(0, 2));
        CHECK(came(1, 1));
        CHECK_EQUAL(actors[0].seen_inside, inside);
        close_all();
    }
}

SELFTEST(priority, what_is_called_again_is_interrupted_by_what_is_more_urgent_only, 60)
{
    run(body_again);
}

/* Messages: their priority is in the LPI's property. Triggered from this core, for the other one.
 */
static enum irq_return outlast(void *context)
{
    struct actor *self = context;

    add(&self->calls);
    self->seen_inside = spin_until(&actors[1].returned, 1, COME_US);
    add(&self->returned);
    return IRQ_HANDLED;
}

static void body_messages(void)
{
    static const irq_handler_t handlers[] = {outlast, act};
    struct irq_request request = {.name = "priority", .core = 1};

    for (unsigned i = 0; i < 2; i++) {
        actors[i] = (struct actor){.first = IRQ_HANDLED};
        request.index = i;
        request.handler = handlers[i];
        request.context = &actors[i];
        request.priority = i == 0 ? IRQ_PRIORITY_DEFAULT : IRQ_PRIORITY_HIGH;
        CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[i]), 0);
    }
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_for_count(&actors[0].calls, 1, COME_US), 0);
    CHECK_EQUAL(irq_trigger(test_irqs[1]), 0);
    CHECK(came(0, 1));
    CHECK_EQUAL(actors[0].seen_inside, 1);
    close_all();
}

SELFTEST(priority, messages_have_it_too, 60)
{
    if (core_count() < 2)
        SKIP("needs two cores");
    with_messages(body_messages);
}

/* ---- how deep ---- */

static void body_bound(unsigned core)
{
    for (unsigned i = 0; i < LEVELS; i++)
        open_as(i, priorities[i], act, core);
    for (unsigned i = 0; i + 1 < LEVELS; i++) {
        actors[i].raises = &actors[i + 1];
        actors[i].waits = true;
    }
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK(came(0, 1));
    for (unsigned i = 0; i < LEVELS; i++) {
        CHECK_EQUAL(actors[i].calls, 1);
        CHECK(!actors[i].spoilt);
        if (i + 1 < LEVELS) {
            CHECK_EQUAL(actors[i].seen_inside, 1);
            /* On the next stack below. */
            CHECK_EQUAL(
                (actors[i].stack - actors[i + 1].stack + STACK_IRQ_STEP / 2) / STACK_IRQ_STEP, 1);
        }
    }
}

SELFTEST(priority, all_levels_at_once_have_stacks_and_registers_of_their_own, 60)
{
    _Static_assert(STACK_IRQ_LEVELS == LEVELS, "a stack for each");
    _Static_assert(IRQ_STORM_LEVELS == LEVELS, "a row of interruptions for each");

    run(body_bound);
}

/* The same, of the thread that is interrupted first. */
static void hold_registers(unsigned core)
{
    const uint64_t pattern = 0x5ca1ab1e;
    static bool late;

    if (core != core_id())
        return;
    for (unsigned i = 0; i < LEVELS; i++)
        open_as(i, priorities[i], act, core);
    for (unsigned i = 0; i + 1 < LEVELS; i++) {
        actors[i].raises = &actors[i + 1];
        actors[i].waits = true;
    }
    for (unsigned i = 0; i < LEVELS; i++)
        actors[i].late = late;
    late = !late;
    fp_set(pattern);
    raise(&actors[0]);
    bool arrived = spin_until(&actors[0].returned, 1, COME_US);
    bool kept = fp_is(pattern);

    CHECK(arrived);
    CHECK(kept);
}

SELFTEST(priority, the_thread_has_its_registers_after_all_levels, 60)
{
    run(hold_registers);
    run(hold_registers); /* before the others' turn, and after it */
}

/* ---- masking, inside ---- */

/* Slot 1, more urgent, masks slot 0, which it has interrupted, and raises it once more. */
static enum irq_return mask_the_other(void *context)
{
    struct actor *self = context;

    add(&self->calls);
    irq_mask(test_irqs[0]);
    raise(&actors[0]);
    add(&self->returned);
    return IRQ_HANDLED;
}

static void body_mask(unsigned core)
{
    open_as(0, IRQ_PRIORITY_DEFAULT, act, core);
    open_as(1, IRQ_PRIORITY_URGENT, mask_the_other, core);
    actors[0].raises = &actors[1];
    actors[0].waits = true;
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK(came(0, 1));
    CHECK_EQUAL(actors[0].seen_inside, 1);
    delay_us(SETTLE);
    CHECK_EQUAL(actors[0].calls, 1);
    CHECK(irq_is_masked(test_irqs[0]));
    irq_unmask(test_irqs[0]);
    CHECK(came(0, 2));
    delay_us(SETTLE);
    CHECK_EQUAL(actors[0].calls, 2);
}

SELFTEST(priority, a_handler_masks_the_one_that_it_has_interrupted, 60)
{
    run(body_mask);
}

/* The same, and unmasks it: what came meanwhile is for the next call, which is not inside. */
static enum irq_return mask_and_unmask_the_other(void *context)
{
    struct actor *self = context;

    add(&self->calls);
    irq_mask(test_irqs[0]);
    raise(&actors[0]);
    irq_unmask(test_irqs[0]);
    (void)spin_until(&actors[0].calls, 2, SETTLE);
    self->seen_inside = get(&actors[0].calls);
    add(&self->returned);
    return IRQ_HANDLED;
}

static void body_unmask(unsigned core)
{
    open_as(0, IRQ_PRIORITY_DEFAULT, act, core);
    open_as(1, IRQ_PRIORITY_URGENT, mask_and_unmask_the_other, core);
    actors[0].raises = &actors[1];
    actors[0].waits = true;
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK(came(0, 2));
    CHECK_EQUAL(actors[1].seen_inside, 1);
    delay_us(SETTLE);
    CHECK_EQUAL(actors[0].calls, 2);
    CHECK_EQUAL(actors[1].calls, 1);
}

SELFTEST(priority, what_is_unmasked_inside_itself_has_its_turn_afterwards, 60)
{
    run(body_unmask);
}

/* Slot 0 keeps the more urgent slot 1 away for a while. */
static enum irq_return mask_what_is_more_urgent(void *context)
{
    struct actor *self = context;

    add(&self->calls);
    irq_mask(test_irqs[1]);
    raise(&actors[1]);
    (void)spin_until(&actors[1].calls, 1, SETTLE);
    self->spoilt = get(&actors[1].calls) != 0;
    irq_unmask(test_irqs[1]);
    (void)spin_until(&actors[1].returned, 1, COME_US);
    self->seen_inside = get(&actors[1].calls);
    add(&self->returned);
    return IRQ_HANDLED;
}

static void body_keep_away(unsigned core)
{
    open_as(0, IRQ_PRIORITY_DEFAULT, mask_what_is_more_urgent, core);
    open_as(1, IRQ_PRIORITY_URGENT, act, core);
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK(came(0, 1));
    CHECK(!actors[0].spoilt);
    CHECK_EQUAL(actors[0].seen_inside, 1);
    delay_us(SETTLE);
    CHECK_EQUAL(actors[1].calls, 1);
}

SELFTEST(priority, what_is_masked_interrupts_nobody_until_it_is_unmasked, 60)
{
    run(body_keep_away);
}

/* ---- what is not requested of a parent ---- */

#define LOCAL_SGI 5u

/* The handler of an SGI, slot 0's actor. It is default. */
static void body_sgi(unsigned core)
{
    open_as(1, IRQ_PRIORITY_HIGH, act, core);
    for (unsigned urgent = 0; urgent < 2; urgent++) {
        open_as(2, IRQ_PRIORITY_DEFAULT, act, core);
        actors[0] = (struct actor){.first = urgent ? IRQ_HANDLED : IRQ_AGAIN,
                                   .raises = &actors[urgent ? 1 : 2],
                                   .raises_in = urgent ? 0 : 1,
                                   .waits = urgent};
        actors[1].calls = actors[1].returned = 0;
        root_send_sgi(core, LOCAL_SGI);
        CHECK(came(0, urgent ? 1 : 2));
        CHECK(came(urgent ? 1 : 2, 1));
        CHECK_EQUAL(actors[0].seen_inside, urgent);
        CHECK(!actors[0].spoilt);
        CHECK_EQUAL(free_one(2), 0);
    }
}

SELFTEST(priority, handlers_of_sgis_are_interrupted_in_each_of_their_turns, 60)
{
    CHECK_EQUAL(irq_sgi_request(LOCAL_SGI, act, &actors[0]), 0);
    run(body_sgi);
    CHECK_EQUAL(irq_sgi_free(LOCAL_SGI), 0);
}

/* ---- free and move, elsewhere ---- */

#define OTHER_CORE 1u

static uint64_t asked; /* somebody frees or moves */

/* More urgent: stays until that has begun, and then some. */
static enum irq_return stay(void *context)
{
    struct actor *self = context;

    add(&self->calls);
    (void)spin_until(&asked, 1, COME_US);
    (void)spin_until(&asked, 2, SETTLE);
    add(&self->returned);
    return IRQ_HANDLED;
}

static void begin_stay(void)
{
    asked = 0;
    open_as(0, IRQ_PRIORITY_DEFAULT, act, OTHER_CORE);
    open_as(1, IRQ_PRIORITY_URGENT, stay, OTHER_CORE);
    actors[0].raises = &actors[1];
    actors[0].waits = true;
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_for_count(&actors[1].calls, 1, COME_US), 0);
    add(&asked);
}

static void body_free_either(unsigned core)
{
    if (core != OTHER_CORE)
        return;
    for (unsigned slot = 0; slot < 2; slot++) {
        begin_stay();
        CHECK_EQUAL(free_one(slot), 0);
        CHECK_EQUAL(get(&actors[slot].returned), 1);
        raise(&actors[slot]);
        delay_us(SETTLE);
        CHECK_EQUAL(get(&actors[slot].calls), 1);
        close_all();
    }
}

SELFTEST(priority, a_free_waits_for_who_interrupts_and_for_who_is_interrupted, 60)
{
    if (core_count() < 2)
        SKIP("needs two cores");
    run(body_free_either);
}

static void body_move_either(unsigned core)
{
    if (core != OTHER_CORE)
        return;
    for (unsigned slot = 0; slot < 2; slot++) {
        begin_stay();
        CHECK_EQUAL(irq_set_affinity(test_irqs[slot], 0), 0);
        CHECK_EQUAL(get(&actors[slot].returned), 1);
        raise(&actors[slot]);
        CHECK(came(slot, 2));
        CHECK_EQUAL(actors[slot].calls, 2);
        close_all();
    }
}

SELFTEST(priority, a_move_waits_likewise, 60)
{
    if (core_count() < 2)
        SKIP("needs two cores");
    run(body_move_either);
}

/* ---- with the first and the last ---- */

#define COMINGS 40u
#define TURNS   100u /* that a core is busy with while it comes or goes */

/* Has so many turns, and uses FP/SIMD in each. */
static enum irq_return have_turns(void *context)
{
    struct actor *actor = context;
    uint64_t calls = actor->calls + 1, pattern = 0x5a5a + calls;

    fp_set(pattern);
    __atomic_store_n(&actor->calls, calls, __ATOMIC_SEQ_CST);
    actor->spoilt |= !fp_is(pattern);
    if (calls % TURNS != 0)
        return IRQ_AGAIN;
    add(&actor->returned);
    return IRQ_HANDLED;
}

/* Slot 0 has its turns while the only urgent interrupt of all comes, and while it goes. */
static void body_come_and_go(unsigned core)
{
    open_as(0, IRQ_PRIORITY_DEFAULT, have_turns, core);
    for (unsigned i = 0; i < COMINGS && !selftest_failed(); i++) {
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        open_as(1, IRQ_PRIORITY_URGENT, act, core);
        CHECK(came(0, 2 * i + 1));
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        raise(&actors[1]);
        CHECK_EQUAL(free_one(1), 0);
        CHECK(!actors[1].spoilt);
        CHECK_EQUAL(get(&actors[1].calls), get(&actors[1].returned));
        CHECK(came(0, 2 * i + 2)); /* the core is not deaf */
    }
    CHECK(!actors[0].spoilt);
}

SELFTEST(priority, the_only_one_comes_and_goes_while_handlers_run, 60)
{
    run(body_come_and_go);
}

/* ---- a storm inside a handler ---- */

static enum irq_return raise_itself(void *context)
{
    struct actor *self = context;

    add(&self->calls);
    raise(self);
    return IRQ_NONE;
}

static void body_storm(unsigned core)
{
    uint64_t storms = take_inventory().storms;

    open_as(0, IRQ_PRIORITY_DEFAULT, act, core);
    open_as(1, IRQ_PRIORITY_URGENT, raise_itself, core);
    actors[0].raises = &actors[1];
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_for_count(&actors[0].returned, 1, STORMS_US), 0);
    CHECK_EQUAL(take_inventory().storms, storms + 1);
    CHECK(irq_is_masked(test_irqs[1]));
}

SELFTEST(priority, a_storm_inside_a_handler_ends, 60)
{
    irq_set_storm_limit(IRQ_STORM_COUNT, STORM_US);
    run(body_storm);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

#define NOW_AND_THEN 16u
#define GIVE_UP      200000u /* calls: else the test would never end */

/* And something more urgent interrupts its handler now and then, which then raises itself. */
static enum irq_return be_interrupted_and_raise_itself(void *context)
{
    struct actor *self = context;

    add(&self->calls);
    if (get(&self->calls) % NOW_AND_THEN == 0) {
        uint64_t returned = get(&actors[2].returned);

        raise(&actors[2]);
        (void)spin_until(&actors[2].returned, returned + 1, COME_US);
    }
    if (get(&self->calls) < GIVE_UP)
        raise(self);
    return IRQ_HANDLED;
}

static void body_interrupted_storm(unsigned core)
{
    uint64_t storms = take_inventory().storms;

    open_as(0, IRQ_PRIORITY_DEFAULT, act, core);
    open_as(1, IRQ_PRIORITY_HIGH, be_interrupted_and_raise_itself, core);
    open_as(2, IRQ_PRIORITY_CRITICAL, act, core);
    actors[0].raises = &actors[1];
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_for_count(&actors[0].returned, 1, STORMS_US), 0);
    CHECK(get(&actors[1].calls) < GIVE_UP);
    CHECK_EQUAL(take_inventory().storms, storms + 1);
    CHECK(irq_is_masked(test_irqs[1]));
    CHECK(!irq_is_masked(test_irqs[2]));
}

SELFTEST(priority, a_storm_inside_a_handler_ends_though_it_is_interrupted, 60)
{
    irq_set_storm_limit(IRQ_STORM_COUNT, STORM_US);
    run(body_interrupted_storm);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

/* ---- lines ---- */

static unsigned vint_of(unsigned i)
{
    struct inta_route route = {0};

    return read_route(test_irqs[i], &route) ? route.vint : UINT32_MAX;
}

/* The urgent one takes a VINT that a default one has left when sharing had begun: it would be the
 * next that is joined. */
static void body_lines(void)
{
    const unsigned urgent = 0, last = SOURCES_MAX - 1u;
    unsigned more = 1;
    bool shares = false;

    for (; more < last && more + 2u < test_rings.count && !shares; more++) {
        CHECK_EQUAL(request_ring(more, 0), 0);
        for (unsigned i = 1; i < more && !shares; i++)
            shares = vint_of(i) == vint_of(more);
    }
    CHECK(shares);
    CHECK_EQUAL(free_one(2), 0);
    open_as(urgent, IRQ_PRIORITY_URGENT, act, 0);
    CHECK_EQUAL(request_flags(last, ring_index(more), 0, 0), 0);
    CHECK(vint_of(last) != vint_of(urgent));
}

SELFTEST(priority, a_line_of_an_aggregator_has_one_priority, 60)
{
    with_rings(body_lines);
}
