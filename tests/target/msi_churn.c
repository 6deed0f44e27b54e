// SPDX-License-Identifier: BSD-3-Clause
/*
 * Load for the interrupt layer (tests/target/msi_churn.h).
 */
#include "tests/target/msi_churn.h"

#include "arch/core.h"
#include "arch/wait.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "tests/target/all_cores.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ARRIVAL_US     20000000u
#define PROGRESS_EVERY 1024u
#define EVACUATED_US   300u
#define VINT_BITS      (256u * 64u)
#define EVENTS         4608u
#define LPIS           65536u

struct slot {
    struct irq *irq;
    uint64_t sent, received;
    bool live;     /* between request and free: the handler may run */
    bool waiting;  /* its owner waits for what it counts */
    uint32_t held; /* 1: somebody moves it, or nobody may; then its owner does not free it */
    uint64_t home;
    unsigned claims[2];
};

/* slot.home: the core that the handler runs on since a request or a move ended, and the core's
 * stay then (0: unknown). */
#define HOME(core, stay) ((uint64_t)(stay) << 32 | ((core) + 1u))
#define HOME_CORE(home)  ((unsigned)(home)-1u)
#define HOME_STAY(home)  ((unsigned)((home) >> 32))

/* A core's stays: odd while it is evacuated, from before irq_evacuate_core() to after
 * irq_admit_core(). */
static uint32_t stays[CORE_MAX];
static bool gone[CORE_MAX]; /* irq_evacuate_core() has returned: no handler runs there */
static uint32_t evacuating; /* one core at a time may be gone */

static const struct churn *churn;
static struct churn_result *total;
static struct slot slots[CORE_MAX][CHURN_SLOTS];

/* Who has which number: each may have one owner at a time. 0 is nobody's. */
enum {
    OF_VINTS = 1,
    OF_EVENTS = OF_VINTS + VINT_BITS,
    OF_LPIS = OF_EVENTS + EVENTS,
};
static uint8_t owners[OF_LPIS + LPIS];

static void add(uint64_t *counter, uint64_t amount)
{
    __atomic_add_fetch(counter, amount, __ATOMIC_RELAXED);
}

static void fail(int error)
{
    int none = 0;

    add(&total->failed, 1);
    __atomic_compare_exchange_n(&total->status, &none, error, false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
}

static void expect(int error)
{
    if (error != 0)
        fail(error);
}

/* Whether a handler may run here. The home is as old as the stay that it names: a core that has
 * been evacuated meanwhile says nothing of it. */
static bool is_at_home(const struct slot *slot, unsigned core)
{
    uint64_t home = __atomic_load_n(&slot->home, __ATOMIC_SEQ_CST);

    if (__atomic_load_n(&gone[core], __ATOMIC_SEQ_CST))
        return false;
    return home == 0 || HOME_CORE(home) == core ||
           __atomic_load_n(&stays[HOME_CORE(home)], __ATOMIC_SEQ_CST) != HOME_STAY(home);
}

static enum irq_return handler(void *context)
{
    struct slot *slot = context;

    if (!__atomic_load_n(&slot->live, __ATOMIC_SEQ_CST))
        add(&total->late, 1);
    if (!is_at_home(slot, core_id()))
        add(&total->strayed, 1);
    __atomic_add_fetch(&slot->received, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&slot->waiting, __ATOMIC_SEQ_CST))
        wait_notify();
    if (!__atomic_load_n(&slot->live, __ATOMIC_SEQ_CST)) /* a free waits for it */
        add(&total->late, 1);
    return IRQ_HANDLED;
}

static uint64_t received(const struct slot *slot)
{
    return __atomic_load_n(&slot->received, __ATOMIC_SEQ_CST);
}

static bool has_all(void *argument)
{
    const struct slot *slot = argument;

    return received(slot) >= slot->sent;
}

/* Waits until everything that was sent is received. */
static void drain(struct slot *slot)
{
    if (has_all(slot))
        return;
    __atomic_store_n(&slot->waiting, true, __ATOMIC_SEQ_CST);
    if (wait_for(has_all, slot, ARRIVAL_US) != 0)
        add(&total->lost, slot->sent - received(slot));
    __atomic_store_n(&slot->waiting, false, __ATOMIC_SEQ_CST);
}

/* ---- who has what ---- */

/* The numbers in a route's words, up to count. (sscanf() costs more than a request.) */
static unsigned numbers_of(const char *text, unsigned *numbers, unsigned count)
{
    unsigned found = 0;

    while (*text != '\0' && found < count) {
        if (*text < '0' || *text > '9') {
            text++;
            continue;
        }
        char *end;

        numbers[found++] = (unsigned)strtoul(text, &end, 10);
        text = end;
    }
    return found;
}

/* "event 1 > VINT 2 bit 3 > ...", "device 1 event 2 > LPI 3 > ...", "INTID 1 > ..." */
static void claim(struct slot *slot)
{
    char route[160];
    unsigned numbers[3];

    slot->claims[0] = slot->claims[1] = 0;
    irq_describe(slot->irq, route, sizeof(route));
    if (route[0] == 'I')
        return; /* wired: who asked for the source, has it */
    if (numbers_of(route, numbers, 3) != 3) {
        fail(-EINVAL);
        return;
    }
    if (route[0] == 'e') {
        slot->claims[0] = OF_VINTS + numbers[1] * 64 + numbers[2];
        slot->claims[1] = OF_EVENTS + numbers[0];
    } else {
        slot->claims[0] = OF_LPIS + numbers[2];
    }
    for (unsigned i = 0; i < 2; i++) {
        if (slot->claims[i] != 0 &&
            __atomic_exchange_n(&owners[slot->claims[i]], 1, __ATOMIC_SEQ_CST) != 0)
            add(&total->shared, 1);
    }
}

static void disclaim(const struct slot *slot)
{
    for (unsigned i = 0; i < 2; i++) {
        if (slot->claims[i] != 0)
            __atomic_store_n(&owners[slot->claims[i]], 0, __ATOMIC_SEQ_CST);
    }
}

/* ---- operations ---- */

static unsigned next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

/* ---- moves and evacuations ---- */

static uint32_t stay_of(unsigned core)
{
    return __atomic_load_n(&stays[core], __ATOMIC_SEQ_CST);
}

/* After a request or a move that began in that stay of the core. */
static void settle(struct slot *slot, unsigned core, uint32_t stay)
{
    if (stay % 2 == 0)
        __atomic_store_n(&slot->home, HOME(core, stay), __ATOMIC_SEQ_CST);
}

static void unsettle(struct slot *slot)
{
    __atomic_store_n(&slot->home, 0, __ATOMIC_SEQ_CST);
}

static void move(struct slot *slot, unsigned target)
{
    uint32_t stay = stay_of(target);

    unsettle(slot);
    int error = irq_set_affinity(slot->irq, target);

    if (error == 0 && __atomic_load_n(&gone[target], __ATOMIC_SEQ_CST) &&
        irq_core(slot->irq) == target && stay_of(target) % 2 != 0)
        add(&total->strayed, 1); /* onto a core that has been evacuated */
    if (error == 0)
        settle(slot, target, stay);
    else if (error != -EINVAL || (stay % 2 == 0 && stay_of(target) == stay))
        fail(error); /* -EINVAL: the core has been evacuated */
    add(&total->moves, 1);
}

static bool hold(struct slot *slot)
{
    uint32_t free = 0;

    return __atomic_compare_exchange_n(&slot->held, &free, 1, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static void let_go(struct slot *slot)
{
    __atomic_store_n(&slot->held, 0, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&slot->waiting, __ATOMIC_SEQ_CST))
        wait_notify();
}

static bool can_hold(void *argument)
{
    return hold(argument);
}

/* The owner's: from here on nobody else moves it. */
static void take_back(struct slot *slot)
{
    if (hold(slot))
        return;
    __atomic_store_n(&slot->waiting, true, __ATOMIC_SEQ_CST);
    expect(wait_for(can_hold, slot, ARRIVAL_US));
    __atomic_store_n(&slot->waiting, false, __ATOMIC_SEQ_CST);
}

/* Another core's interrupt, or one's own: while it is fired, masked and handled. */
static void move_held(struct slot *slot, unsigned target)
{
    if (!hold(slot))
        return;
    move(slot, target);
    let_go(slot);
}

static void evacuate(unsigned core)
{
    uint32_t nobody = 0;

    if (core_count() == 1 || !__atomic_compare_exchange_n(&evacuating, &nobody, 1, false,
                                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return;
    __atomic_add_fetch(&stays[core], 1, __ATOMIC_SEQ_CST);
    int error = irq_evacuate_core(core);

    __atomic_store_n(&gone[core], error == 0, __ATOMIC_SEQ_CST);
    expect(error);
    delay_us(EVACUATED_US);
    __atomic_store_n(&gone[core], false, __ATOMIC_SEQ_CST);
    expect(irq_admit_core(core));
    __atomic_add_fetch(&stays[core], 1, __ATOMIC_SEQ_CST);
    add(&total->evacuations, 1);
    __atomic_store_n(&evacuating, 0, __ATOMIC_SEQ_CST);
}

/* ---- operations ---- */

static void request(struct slot *slot, unsigned core, unsigned number, unsigned target)
{
    struct device *device;
    struct irq_request request = {
        .handler = handler, .context = slot, .flags = IRQ_FLAG_EDGE, .core = target};
    uint32_t stay = stay_of(target);

    slot->sent = 0;
    unsettle(slot);
    __atomic_store_n(&slot->received, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&slot->live, true, __ATOMIC_SEQ_CST);
    churn->place(core, number, &device, &request.index);
    int error = irq_request(device, &request, &slot->irq);

    add(&total->requests, 1);
    if (error != 0) {
        slot->irq = NULL;
        fail(error);
        return;
    }
    settle(slot, target, stay);
    claim(slot);
    let_go(slot);
}

static void fire(struct slot *slot)
{
    slot->sent++;
    expect(irq_trigger(slot->irq));
}

static void release(struct slot *slot, bool in_flight)
{
    drain(slot);
    take_back(slot);
    if (in_flight)
        fire(slot);
    disclaim(slot); /* before the free: from then on others may get the numbers */
    expect(irq_free(slot->irq));
    __atomic_store_n(&slot->live, false, __ATOMIC_SEQ_CST);
    slot->irq = NULL;

    uint64_t calls = received(slot);

    add(&total->frees, 1);
    add(&total->sent, slot->sent);
    add(&total->received, calls);
    if (calls > slot->sent)
        add(&total->doubled, calls - slot->sent);
    else if (calls < slot->sent && in_flight)
        add(&total->in_flight, slot->sent - calls);
}

/* An interrupt that is in use. Two events at once may be one call, so the last is waited for. */
static void use(struct slot *slot, unsigned choice, unsigned target)
{
    drain(slot);
    if (churn->evacuations != 0 && choice / 8 % churn->evacuations == 0)
        evacuate(target);
    switch (choice % 8) {
    case 0:
        release(slot, false);
        break;
    case 1:
        release(slot, true);
        break;
    case 2:
        move_held(&slots[choice / 8 % core_count()][choice / 64 % CHURN_SLOTS], target);
        break;
    case 3:
        fire(slot);
        move_held(slot, target);
        break;
    case 4:
        irq_mask(slot->irq);
        fire(slot);
        irq_unmask(slot->irq);
        break;
    case 5:
        release(slot, choice / 8 % 2 != 0);
        break;
    default:
        fire(slot);
        break;
    }
}

static void operate(unsigned core, unsigned number, unsigned choice, unsigned target)
{
    struct slot *slot = &slots[core][number];

    if (slot->irq != NULL)
        use(slot, choice, target);
    else
        request(slot, core, number, target);
}

static bool ended; /* somebody wants no more of it */

/* It is over at the first thing that is wrong. */
static bool is_over(void)
{
    return __atomic_load_n(&ended, __ATOMIC_RELAXED) ||
           (__atomic_load_n(&total->late, __ATOMIC_RELAXED) |
            __atomic_load_n(&total->doubled, __ATOMIC_RELAXED) |
            __atomic_load_n(&total->lost, __ATOMIC_RELAXED) |
            __atomic_load_n(&total->strayed, __ATOMIC_RELAXED) |
            __atomic_load_n(&total->shared, __ATOMIC_RELAXED) |
            __atomic_load_n(&total->failed, __ATOMIC_RELAXED)) != 0;
}

static void run(void *argument)
{
    unsigned core = core_id();
    uint32_t random = 12345u + core * 7919u;

    (void)argument;
    for (uint64_t i = 0; i < churn->operations; i++) {
        if (core == 0 && churn->progress != NULL && i % PROGRESS_EVERY == 0 &&
            !churn->progress(i, churn->operations))
            __atomic_store_n(&ended, true, __ATOMIC_RELAXED);
        if (is_over())
            break;

        unsigned number = next_random(&random) % CHURN_SLOTS;
        unsigned choice = next_random(&random);

        operate(core, number, choice, next_random(&random) % core_count());
    }
    for (unsigned i = 0; i < CHURN_SLOTS; i++) {
        if (slots[core][i].irq != NULL)
            release(&slots[core][i], false);
    }
}

void churn_run(const struct churn *parameters, struct churn_result *result)
{
    memset(slots, 0, sizeof(slots));
    for (unsigned i = 0; i < CORE_MAX * CHURN_SLOTS; i++)
        slots[i / CHURN_SLOTS][i % CHURN_SLOTS].held = 1;
    memset(owners, 0, sizeof(owners));
    memset(stays, 0, sizeof(stays));
    memset(gone, 0, sizeof(gone));
    *result = (struct churn_result){0};
    churn = parameters;
    total = result;
    ended = false;
    int error = run_on_all_cores(run, NULL, parameters->timeout_us);

    if (result->status == 0)
        result->status = error;
    delay_us(2000);
}
