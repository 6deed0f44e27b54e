// SPDX-License-Identifier: BSD-3-Clause
/*
 * Load on a few interrupts (tests/target/msi_siege.h).
 *
 * Events are counted, not sampled: there is at most one on its way, and the next one is sent when
 * the last has been received, which is at the begin of its handler's call. So each makes one call.
 */
#include "tests/target/msi_siege.h"
#include "tests/target/soc.h"

#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/parents/inta_registers.h"
#include "msi/report.h"
#include "msi/service.h"
#include "msi/state.h"
#include "platform/am65x.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define ARRIVAL_US      20000000u
#define EVACUATED_US    100u
#define PROGRESS_EVERY  256u
#define FOCUS_LENGTH    32u /* operations of core 0, then another interrupt is besieged most */
#define OWNINGS         16u /* of a place, until its memory is used again */
#define QUEUED          3u
#define STORM_TRIES     4u
#define PESTERER        1u
#define PESTER_MORE     8u /* operations than others have */
#define PESTER_PAUSE    16u
#define PESTER_PAUSE_US 50u

/* One request of a place, until its free. */
struct owning {
    struct place *place;
    uint64_t sent, received;
    bool live;   /* irq_free() has not returned */
    bool inside; /* the handler runs */
    bool calm;   /* the handler does no more than count */
    uint32_t random;
    uint64_t home;
};

struct place {
    const struct siege_place *source;
    struct irq *irq; /* NULL: nobody has it */
    struct owning *owning, ownings[OWNINGS];
    unsigned owned;
    bool closing;   /* somebody wants it for himself */
    uint32_t users; /* or one who has it for himself */
    bool level;
};

static const struct siege *siege;
static struct siege_result *total;
static struct place places[SIEGE_PLACES];
static unsigned focus;
static bool ended;       /* somebody wants no more of it */
static unsigned working; /* cores that have operations left */

static uint64_t get(const uint64_t *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void set_flag(bool *flag, bool value)
{
    __atomic_store_n(flag, value, __ATOMIC_SEQ_CST);
}

static bool is_set(const bool *flag)
{
    return __atomic_load_n(flag, __ATOMIC_SEQ_CST);
}

static void add(uint64_t *counter, uint64_t amount)
{
    __atomic_add_fetch(counter, amount, __ATOMIC_RELAXED);
}

static void expect(int error)
{
    int none = 0;

    if (error == 0)
        return;
    add(&total->failed, 1);
    __atomic_compare_exchange_n(&total->status, &none, error, false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
}

static unsigned next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

/* ---- cores that leave ---- */

/* A core's stays: odd while it is evacuated, from before irq_evacuate_core() to after
 * irq_admit_core(). */
static uint32_t stays[CORE_MAX];
static bool gone[CORE_MAX]; /* irq_evacuate_core() has returned: no handler runs there */
static bool evacuating;     /* one core at a time may be gone */
static unsigned victim;     /* the one that leaves next, and to which much is moved therefore */

static uint32_t stay_of(unsigned core)
{
    return __atomic_load_n(&stays[core], __ATOMIC_SEQ_CST);
}

static unsigned next_to_leave(void)
{
    return __atomic_load_n(&victim, __ATOMIC_SEQ_CST) % core_count();
}

static void evacuate(void)
{
    unsigned core = next_to_leave();

    if (core_count() == 1 || __atomic_exchange_n(&evacuating, true, __ATOMIC_SEQ_CST))
        return;
    __atomic_add_fetch(&stays[core], 1, __ATOMIC_SEQ_CST);
    int error = irq_evacuate_core(core);

    set_flag(&gone[core], error == 0);
    expect(error);
    delay_us(EVACUATED_US);
    set_flag(&gone[core], false);
    expect(irq_admit_core(core));
    __atomic_add_fetch(&stays[core], 1, __ATOMIC_SEQ_CST);
    add(&total->evacuations, 1);
    __atomic_add_fetch(&victim, 1, __ATOMIC_SEQ_CST);
    set_flag(&evacuating, false);
}

/* ---- where a handler may run ----
 *
 * owning.home: how often a move has begun, how many are under way, and the core that the last one
 * led to with the core's stay then, if it was the only one. */

#define HOME_BEGUN       (UINT64_C(1) << 40)
#define HOME_UNDER_WAY   (UINT64_C(1) << 32)
#define HOME_RUNS(home)  ((home) >> 32 & 0xffu)
#define HOME_MOVES(home) ((home) >> 40)
#define HOME_CORE(home)  ((unsigned)((home)&0xffu) - 1u)
#define HOME_STAY(home)  ((uint32_t)((home) >> 8 & 0xffffffu))
#define HOME_WHERE       UINT64_C(0xffffffff)

/* The move's number; 0: others are under way, and may lead elsewhere. */
static uint64_t begin_move(struct owning *owning)
{
    uint64_t home = get(&owning->home), next;

    do {
        next = ((home & ~HOME_WHERE) + HOME_BEGUN) + HOME_UNDER_WAY;
    } while (!__atomic_compare_exchange_n(&owning->home, &home, next, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    return HOME_RUNS(next) == 1 ? HOME_MOVES(next) : 0;
}

/* The move that began as `number`, and is the last one that did, in that stay of the core; -1: it
 * led nowhere. */
static void end_move(struct owning *owning, uint64_t number, int core, uint32_t stay)
{
    uint64_t home = get(&owning->home), next;

    do {
        next = home - HOME_UNDER_WAY;
        if (HOME_MOVES(home) == number && core >= 0 && stay % 2 == 0)
            next |= (uint64_t)(stay & 0xffffffu) << 8 | (unsigned)(core + 1);
    } while (!__atomic_compare_exchange_n(&owning->home, &home, next, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
}

static bool may_run_on(const struct owning *owning, unsigned core)
{
    uint64_t home = get(&owning->home);

    if (is_set(&gone[core]))
        return false;
    return (home & HOME_WHERE) == 0 || HOME_CORE(home) == core ||
           stay_of(HOME_CORE(home)) != HOME_STAY(home);
}

/* ---- events ---- */

/* Whether this caller sends the next one. */
static bool may_send(struct owning *owning)
{
    uint64_t all = get(&owning->received);

    return __atomic_compare_exchange_n(&owning->sent, &all, all + 1, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

/* Any context, if it is one that fires itself. */
static int trigger(struct place *place, struct irq *irq)
{
    if (place->source->drive == NULL)
        return irq->binding->parent->ops->trigger(irq);
    set_flag(&place->level, true);
    place->source->drive(true);
    return 0;
}

static void fire(struct place *place)
{
    if (may_send(place->owning))
        expect(trigger(place, place->irq));
}

/* Where its aggregator has the event: the VINT's register, and the bit. */
static uintptr_t noisy_status_set;
static uint64_t noisy_bit;

int siege_learn_event(const struct irq *irq)
{
    unsigned event, vint, bit;
    char text[128];

    if (irq_describe(irq, text, sizeof(text)) < 0 ||
        sscanf(text, "event %u > VINT %u bit %u", &event, &vint, &bit) != 3)
        return -EINVAL;
    __atomic_store_n(&noisy_bit, UINT64_C(1) << bit, __ATOMIC_SEQ_CST);
    __atomic_store_n(&noisy_status_set,
                     test_soc.inta_base + vint * INTA_VINT_STRIDE +
                         offsetof(struct inta_vint_registers, status_set),
                     __ATOMIC_SEQ_CST);
    return 0;
}

void siege_raise_event(void)
{
    uintptr_t address = __atomic_load_n(&noisy_status_set, __ATOMIC_SEQ_CST);

    if (address != 0)
        mmio_write64(address, get(&noisy_bit));
}

/* From its device, whoever has it. */
static void make_noise(const struct place *place)
{
    if (place->source->noise != NULL)
        place->source->noise();
}

/* ---- the handler ---- */

/* A storm is masked: both in one step, and the same back. */
static void look_at_state(const struct irq *irq)
{
    uint32_t state = irq != NULL ? __atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) : 0;

    if ((state & (IRQ_STATE_STORM | IRQ_STATE_MASKED)) == IRQ_STATE_STORM)
        add(&total->torn, 1);
}

static void look_around(const struct owning *owning)
{
    if (!is_set(&owning->live))
        add(&total->late, 1);
    if (!may_run_on(owning, core_id()))
        add(&total->strayed, 1);
}

/* What a device does that has its next event at once, and what a driver does that polls. */
static enum irq_return use_oneself(struct owning *owning, struct irq *irq)
{
    unsigned choice = next_random(&owning->random);

    if (irq == NULL || is_set(&owning->calm))
        return IRQ_HANDLED;
    if (choice % 4 == 0)
        irq_mask(irq);
    if (owning->place->source->fires_itself && choice / 4 % 4 != 0 && may_send(owning))
        expect(trigger(owning->place, irq));
    /* So that it is moved now, and its next event arrives elsewhere meanwhile. */
    if (siege->dawdle != NULL && choice / 1024 % 4 == 0)
        siege->dawdle();
    if (choice % 4 == 0 || choice / 16 % 4 == 0)
        irq_unmask(irq);
    if (choice / 64 % 8 == 0 && may_send(owning)) {
        set_flag(&owning->place->level, true);
        return IRQ_AGAIN;
    }
    return owning->place->source->idle || choice / 512 % 2 == 0 ? IRQ_NONE : IRQ_HANDLED;
}

static enum irq_return handler(void *context)
{
    struct owning *owning = context;
    struct place *place = owning->place;
    enum irq_return result;

    look_around(owning);
    look_at_state(__atomic_load_n(&place->irq, __ATOMIC_SEQ_CST));
    if (__atomic_exchange_n(&owning->inside, true, __ATOMIC_SEQ_CST))
        add(&total->overlapped, 1);
    if (place->source->drive != NULL) {
        place->source->drive(false);
        /* A level may be taken twice, the second time for nothing. */
        if (!__atomic_exchange_n(&place->level, false, __ATOMIC_SEQ_CST)) {
            set_flag(&owning->inside, false);
            return IRQ_NONE;
        }
    }
    if (get(&owning->received) != get(&owning->sent))
        __atomic_add_fetch(&owning->received, 1, __ATOMIC_SEQ_CST);
    else if (place->source->noise == NULL)
        add(&total->doubled, 1);
    result = use_oneself(owning, __atomic_load_n(&place->irq, __ATOMIC_SEQ_CST));
    look_around(owning);
    set_flag(&owning->inside, false);
    if (is_set(&place->closing))
        wait_notify();
    return result;
}

/* ---- who has a place ---- */

/* With others who do not free it. */
static bool join(struct place *place)
{
    __atomic_add_fetch(&place->users, 1, __ATOMIC_SEQ_CST);
    if (!is_set(&place->closing))
        return true;
    __atomic_sub_fetch(&place->users, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return false;
}

static void leave(struct place *place)
{
    __atomic_sub_fetch(&place->users, 1, __ATOMIC_SEQ_CST);
    if (is_set(&place->closing))
        wait_notify();
}

static bool is_left(void *argument)
{
    const struct place *place = argument;

    return __atomic_load_n(&place->users, __ATOMIC_SEQ_CST) == 0;
}

static bool take_alone(struct place *place)
{
    if (__atomic_exchange_n(&place->closing, true, __ATOMIC_SEQ_CST))
        return false;
    expect(wait_for(is_left, place, ARRIVAL_US));
    return true;
}

static void give_back(struct place *place)
{
    set_flag(&place->closing, false);
}

/* ---- operations of one who has it alone ---- */

static void request(struct place *place, unsigned core)
{
    struct owning *owning = &place->ownings[place->owned++ % OWNINGS];
    const struct irq_request request = {
        .index = place->source->index,
        .handler = handler,
        .context = owning,
        .name = "besieged",
        .flags = place->source->flags,
        .core = place->source->first_core == IRQ_CORE_ANY ? core : place->source->first_core};
    uint32_t stay = stay_of(request.core);
    struct irq *irq = NULL;

    *owning = (struct owning){.place = place, .live = true, .random = siege->seed + place->owned};
    place->owning = owning;
    set_flag(&place->level, false);
    uint64_t number = begin_move(owning);
    int error = irq_request(place->source->device, &request, &irq);

    expect(error);
    add(&total->requests, 1);
    end_move(owning, number, (int)request.core, stay);
    if (error == 0 && place->source->learn != NULL)
        expect(place->source->learn(irq));
    __atomic_store_n(&place->irq, error == 0 ? irq : NULL, __ATOMIC_SEQ_CST);
}

static bool has_all(const struct owning *owning)
{
    return get(&owning->received) >= get(&owning->sent);
}

static bool has_all_or_is_masked(void *argument)
{
    const struct place *place = argument;

    return has_all(place->owning) || irq_is_masked(place->irq);
}

/* Everything that was sent is received. A storm keeps it back until an unmask; nothing else may. */
static void drain(struct place *place)
{
    set_flag(&place->owning->calm, true);
    expect(irq_synchronize(place->irq)); /* who had not seen that is at his end */
    for (unsigned i = 0; i < STORM_TRIES; i++) {
        bool masked = irq_is_masked(place->irq);

        if (masked)
            irq_unmask(place->irq);
        irq_service();
        int error = wait_for(has_all_or_is_masked, place, ARRIVAL_US);

        if (has_all(place->owning))
            return;
        if (error != 0)
            break;
    }
    add(&total->lost, 1);
}

static void release(struct place *place, unsigned choice)
{
    struct owning *owning = place->owning;

    if (choice % 4 == 0)
        drain(place);
    if (choice % 4 == 1) { /* so that it waits to be replayed */
        irq_mask(place->irq);
        fire(place);
        irq_unmask(place->irq);
    }
    if (choice % 4 == 2)
        fire(place);
    expect(irq_free(place->irq));
    set_flag(&owning->live, false);
    __atomic_store_n(&place->irq, NULL, __ATOMIC_SEQ_CST);
    if (place->source->drive != NULL)
        place->source->drive(false);
    add(&total->frees, 1);
    if (place->source->noise != NULL)
        return;
    add(&total->sent, get(&owning->sent));
    add(&total->received, get(&owning->received));
    if (choice % 4 != 0)
        add(&total->in_flight, get(&owning->sent) - get(&owning->received));
}

static void look_into(struct place *place)
{
    drain(place);
    set_flag(&place->owning->calm, false);
}

static void own(struct place *place, unsigned choice, unsigned core)
{
    if (!take_alone(place))
        return;
    if (place->irq == NULL)
        request(place, core);
    else if (choice % 4 == 3)
        look_into(place);
    else
        release(place, choice);
    give_back(place);
}

/* ---- operations beside others ---- */

static void move(struct place *place, unsigned choice, unsigned core)
{
    if (choice % 2 == 0 && !is_set(&evacuating))
        core = next_to_leave();

    uint32_t stay = stay_of(core);
    uint64_t number = begin_move(place->owning);
    int error = irq_set_affinity(place->irq, core);

    if (error == 0 && is_set(&gone[core]) && irq_core(place->irq) == core && is_set(&gone[core]))
        add(&total->strayed, 1); /* onto a core that is evacuated */
    end_move(place->owning, number, error == 0 ? (int)core : -1, stay);
    /* -EINVAL: the core is evacuated. */
    if (error != -EINVAL || (stay % 2 == 0 && stay_of(core) == stay))
        expect(error);
    add(&total->moves, 1);
}

/* Whether it could. */
static bool use(struct place *place, unsigned choice, unsigned core)
{
    if (!join(place))
        return false;
    look_at_state(place->irq);
    if (place->irq != NULL) {
        switch (choice % 8) {
        case 0:
        case 1:
            fire(place);
            break;
        case 2:
            irq_mask(place->irq);
            fire(place);
            irq_unmask(place->irq);
            break;
        case 3:
            irq_unmask(place->irq);
            break;
        case 4:
            fire(place);
            move(place, choice / 8, core);
            break;
        default:
            move(place, choice / 8, core);
            break;
        }
    }
    leave(place);
    return true;
}

/* ---- the order of replays: each core has a few for itself ---- */

struct queued {
    struct irq *irq;
    uint64_t calls, turn;
};

static struct queue {
    struct queued queued[QUEUED];
    uint64_t turn;
} queues[CORE_MAX];

static enum irq_return note_turn(void *context)
{
    struct queued *queued = context;
    struct queue *queue = &queues[(size_t)((char *)queued - (char *)queues) / sizeof(*queue)];

    queued->turn = __atomic_add_fetch(&queue->turn, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&queued->calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

static void open_queue(unsigned core)
{
    for (unsigned i = 0; i < QUEUED; i++) {
        struct queued *queued = &queues[core].queued[i];
        const struct irq_request request = {.index = core * 4 + i,
                                            .handler = note_turn,
                                            .context = queued,
                                            .name = "queued",
                                            .core = core};

        expect(irq_request(siege->queued, &request, &queued->irq));
    }
}

static bool all_are_kept(void *argument)
{
    const struct queue *queue = argument;

    for (unsigned i = 0; i < QUEUED; i++) {
        if ((__atomic_load_n(&queue->queued[i].irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_PENDING) ==
            0)
            return false;
    }
    return true;
}

static bool all_had_turns(void *argument)
{
    const struct queue *queue = argument;

    for (unsigned i = 0; i < QUEUED; i++) {
        if (get(&queue->queued[i].calls) == 0)
            return false;
    }
    return true;
}

/* Nobody is woken when an event is kept. */
static void wait_until_kept(struct queue *queue)
{
    for (unsigned i = 0; i < ARRIVAL_US / 10 && !all_are_kept(queue); i++)
        delay_us(10);
}

/* What arrived while they were masked is replayed in the order of the unmasks. */
static void order(struct queue *queue, unsigned choice, unsigned target)
{
    uint32_t stay = stay_of(target);

    if (siege->queued == NULL)
        return;
    for (unsigned i = 0; i < QUEUED; i++) {
        irq_unmask(queue->queued[i].irq); /* it may be a storm */
        irq_mask(queue->queued[i].irq);
        if (irq_set_affinity(queue->queued[i].irq, target) != 0)
            stay = 1;
        queue->queued[i].calls = 0;
    }
    for (unsigned i = 0; i < QUEUED; i++)
        expect(irq_trigger(queue->queued[i].irq));
    wait_until_kept(queue);
    expect(irq_synchronize(queue->queued[0].irq)); /* a delivery may not have looked for the mask */
    for (unsigned i = 0; i < QUEUED; i++)
        irq_unmask(queue->queued[(choice + i) % QUEUED].irq);
    irq_service();
    if (wait_for(all_had_turns, queue, ARRIVAL_US) != 0)
        add(&total->lost, 1);
    for (unsigned i = 1; i < QUEUED; i++) {
        if (stay % 2 == 0 && stay_of(target) == stay &&
            queue->queued[(choice + i - 1) % QUEUED].turn >
                queue->queued[(choice + i) % QUEUED].turn)
            add(&total->disordered, 1);
    }
}

static void close_queue(unsigned core)
{
    for (unsigned i = 0; i < QUEUED; i++)
        expect(irq_free(queues[core].queued[i].irq));
}

/* ---- a device that comes and goes ---- */

static enum irq_return ignore(void *context)
{
    (void)context;
    return IRQ_HANDLED;
}

static void expect_one_of(int error, int first, int second)
{
    if (error != first && error != second)
        expect(error);
}

static void use_guest(unsigned choice, unsigned core)
{
    const struct irq_request request = {
        .index = choice / 4 % 2, .handler = ignore, .name = "guest's", .core = core};
    struct irq *irq;
    int error;

    if (siege->guest == NULL)
        return;
    switch (choice % 4) {
    case 0:
        expect_one_of(irq_unbind(siege->guest), -ENODEV, -EBUSY);
        break;
    case 1:
        expect_one_of(siege->bind(siege->guest), -EBUSY, -EBUSY);
        break;
    case 2:
        expect_one_of(irq_restore_messages(siege->guest), -ENODEV, -ENODEV);
        break;
    default:
        error = irq_request(siege->guest, &request, &irq);
        expect_one_of(error, -ENODEV, -EBUSY);
        if (error == 0)
            expect(irq_free(irq));
        break;
    }
}

/* ---- all of it ---- */

static void look(const struct irq *irq, void *argument)
{
    *(unsigned *)argument += irq_core(irq);
}

static void ask(unsigned choice)
{
    struct irq_inventory inventory;
    unsigned sum = 0;

    if (choice % 2 == 0)
        irq_get_inventory(&inventory);
    else
        irq_for_each(look, &sum);
    irq_service();
}

/* Cores leave again and again, and others move something there. */
static void operate_while_leaving(unsigned self, struct place *place, unsigned choice,
                                  unsigned core)
{
    if (self == 0 && choice % 8 < 2)
        evacuate();
    else if (choice % 64 == 2)
        own(place, choice / 64, core);
    else
        (void)use(place, choice / 64 % 4 == 0 ? 0 : 4 + 8 * (choice / 256), core);
}

/* How often what is done: of so many, those up to this one. */
enum {
    EVACUATIONS = 2,
    ORDERS = 4,
    GUESTS = 8,
    QUESTIONS = 9,
    NOISES = 12,
    OWNINGS_CHANGE = 19,
    KINDS = 32,
};

static void operate(unsigned self, struct place *place, unsigned choice, unsigned core)
{
    unsigned detail = choice / KINDS;

    if (siege->leaving) {
        operate_while_leaving(self, place, choice, core);
        return;
    }
    choice %= KINDS;
    if (choice < EVACUATIONS)
        evacuate();
    else if (choice < ORDERS)
        order(&queues[self], detail, core);
    else if (choice < GUESTS)
        use_guest(detail, core);
    else if (choice < QUESTIONS)
        ask(detail);
    else if (choice < NOISES)
        make_noise(place);
    else if (choice < OWNINGS_CHANGE)
        own(place, detail, core);
    else
        (void)use(place, detail, core);
}

static bool is_wrong(const struct siege_result *result)
{
    return (__atomic_load_n(&result->late, __ATOMIC_RELAXED) |
            __atomic_load_n(&result->doubled, __ATOMIC_RELAXED) |
            __atomic_load_n(&result->lost, __ATOMIC_RELAXED) |
            __atomic_load_n(&result->overlapped, __ATOMIC_RELAXED) |
            __atomic_load_n(&result->strayed, __ATOMIC_RELAXED) |
            __atomic_load_n(&result->torn, __ATOMIC_RELAXED) |
            __atomic_load_n(&result->disordered, __ATOMIC_RELAXED) |
            __atomic_load_n(&result->failed, __ATOMIC_RELAXED)) != 0;
}

static struct place *place_at(unsigned choice)
{
    unsigned at = choice % 4 == 0 ? choice / 4 : __atomic_load_n(&focus, __ATOMIC_RELAXED);

    return &places[at % siege->count];
}

/* One core does only what waits for nobody: so it goes on while the others wait for a handler, and
 * may come between whatever that does. */
static void pester(unsigned self)
{
    uint32_t random = siege->seed + self * 7919u;

    /* Bounded: a core that is always given something to handle gets on slowly. */
    for (uint64_t i = 0;
         i < siege->operations * PESTER_MORE && __atomic_load_n(&working, __ATOMIC_SEQ_CST) != 0;
         i++) {
        struct place *place = place_at(next_random(&random));
        unsigned choice = next_random(&random);
        bool busy = true;

        if (choice % 8 == 7)
            make_noise(place);
        else /* an unmask would bring back what is lost: only where storms are the matter */
            busy = use(place, place->source->idle ? choice / 8 % 4 : 0, self);
        if (!busy || i % PESTER_PAUSE == 0)
            delay_us(PESTER_PAUSE_US); /* the host's clock stands still while somebody runs */
    }
}

static void run(void *argument)
{
    unsigned self = core_id();
    uint32_t random = siege->seed + self * 7919u;

    (void)argument;
    if (self == PESTERER && !siege->leaving) {
        pester(self);
        return;
    }
    if (siege->queued != NULL)
        open_queue(self);
    for (uint64_t i = 0; i < siege->operations; i++) {
        if (self == 0 && i % FOCUS_LENGTH == 0)
            __atomic_add_fetch(&focus, 1, __ATOMIC_RELAXED);
        if (self == 0 && siege->progress != NULL && i % PROGRESS_EVERY == 0 &&
            !siege->progress(i, siege->operations))
            set_flag(&ended, true);
        if (is_set(&ended) || is_wrong(total))
            break;

        struct place *place = place_at(next_random(&random));
        unsigned choice = next_random(&random);

        operate(self, place, choice, next_random(&random) % core_count());
    }
    if (siege->queued != NULL)
        close_queue(self);
    __atomic_sub_fetch(&working, 1, __ATOMIC_SEQ_CST);
}

void siege_run(const struct siege *parameters, struct siege_result *result)
{
    memset(places, 0, sizeof(places));
    memset(queues, 0, sizeof(queues));
    memset(stays, 0, sizeof(stays));
    memset(gone, 0, sizeof(gone));
    evacuating = ended = false;
    working = core_count() - (core_count() > PESTERER && !parameters->leaving ? 1 : 0);
    *result = (struct siege_result){0};
    __atomic_store_n(&noisy_status_set, 0, __ATOMIC_SEQ_CST);
    siege = parameters;
    total = result;
    for (unsigned i = 0; i < siege->count; i++)
        places[i].source = &siege->places[i];
    int error = smp_run_all(run, NULL, siege->timeout_us);

    if (result->status == 0)
        result->status = error;
    for (unsigned i = 0; i < siege->count; i++) {
        if (places[i].irq != NULL)
            release(&places[i], 0);
    }
    if (siege->guest != NULL)
        (void)irq_unbind(siege->guest);
    delay_us(2000);
}
