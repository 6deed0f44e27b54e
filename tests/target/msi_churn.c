// SPDX-License-Identifier: BSD-3-Clause
/*
 * Load for the interrupt layer (tests/target/msi_churn.h).
 */
#include "tests/target/msi_churn.h"

#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "msi/internal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define ARRIVAL_US     5000000u
#define PROGRESS_EVERY 1024u
#define VINT_BITS      (256u * 64u)
#define EVENTS         4608u
#define LPIS           65536u

struct slot {
    struct irq *irq;
    uint64_t sent, received;
    bool live; /* between request and free: the handler may run */
    unsigned claims[2];
};

static const struct churn *churn;
static struct churn_result *total;
static struct slot slots[CORE_MAX][CHURN_SLOTS];

/* Who has which number: each may have one owner at a time. */
static uint8_t owners[VINT_BITS + EVENTS + LPIS];

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

static enum irq_return handler(void *context)
{
    struct slot *slot = context;

    if (!__atomic_load_n(&slot->live, __ATOMIC_SEQ_CST))
        add(&total->late, 1);
    __atomic_add_fetch(&slot->received, 1, __ATOMIC_SEQ_CST);
    wait_notify();
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
    if (wait_for(has_all, slot, ARRIVAL_US) != 0)
        add(&total->lost, slot->sent - received(slot));
}

/* ---- who has what ---- */

static void claim(struct slot *slot)
{
    char route[160];
    unsigned event, vint, bit, device, lpi;

    irq_describe(slot->irq, route, sizeof(route));
    if (sscanf(route, "event %u > VINT %u bit %u", &event, &vint, &bit) == 3) {
        slot->claims[0] = vint * 64 + bit;
        slot->claims[1] = VINT_BITS + event;
    } else if (sscanf(route, "device %u event %u > LPI %u", &device, &event, &lpi) == 3) {
        slot->claims[0] = slot->claims[1] = VINT_BITS + EVENTS + lpi;
    } else {
        fail(-1);
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (i == 1 && slot->claims[1] == slot->claims[0])
            break;
        if (__atomic_exchange_n(&owners[slot->claims[i]], 1, __ATOMIC_SEQ_CST) != 0)
            add(&total->shared, 1);
    }
}

static void disclaim(const struct slot *slot)
{
    for (unsigned i = 0; i < 2; i++)
        __atomic_store_n(&owners[slot->claims[i]], 0, __ATOMIC_SEQ_CST);
}

/* ---- operations ---- */

static unsigned next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static void request(struct slot *slot, unsigned core, unsigned number, unsigned target)
{
    struct device *device;
    struct irq_request request = {.handler = handler, .context = slot, .core = target};

    slot->sent = 0;
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
    claim(slot);
}

static void fire(struct slot *slot)
{
    slot->sent++;
    expect(irq_trigger(slot->irq));
}

static void release(struct slot *slot, bool in_flight)
{
    drain(slot);
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

static void move(struct slot *slot, unsigned target)
{
    expect(irq_set_affinity(slot->irq, target));
    add(&total->moves, 1);
}

/* An interrupt that is in use. Two events at once may be one call, so the last is waited for. */
static void use(struct slot *slot, unsigned choice, unsigned target)
{
    drain(slot);
    switch (choice % 8) {
    case 0:
        release(slot, false);
        break;
    case 1:
        release(slot, true);
        break;
    case 2:
        move(slot, target);
        break;
    case 3:
        fire(slot);
        move(slot, target);
        break;
    case 4:
        irq_mask(slot->irq);
        fire(slot);
        irq_unmask(slot->irq);
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

static void run(void *argument)
{
    unsigned core = core_id();
    uint32_t random = 12345u + core * 7919u;

    (void)argument;
    for (uint64_t i = 0; i < churn->operations; i++) {
        if (core == 0 && churn->progress != NULL && i % PROGRESS_EVERY == 0 &&
            !churn->progress(i, churn->operations))
            __atomic_store_n(&ended, true, __ATOMIC_RELAXED);
        if (__atomic_load_n(&ended, __ATOMIC_RELAXED))
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
    memset(owners, 0, sizeof(owners));
    *result = (struct churn_result){0};
    churn = parameters;
    total = result;
    ended = false;
    int error = smp_run_all(run, NULL, parameters->timeout_us);

    if (result->status == 0)
        result->status = error;
    delay_us(2000);
}
