// SPDX-License-Identifier: BSD-3-Clause
#include "tests/host/support/close_race.h"

#include "arch/core.h"
#include "arch/idle.h"
#include "arch/wait.h"
#include "msi/irq.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define TIMEOUT_US 60000000u

static struct {
    unsigned round, begun, left;
    bool hold;
} race;

int __real_irq_free(struct irq *irq);
int __wrap_irq_free(struct irq *irq);

static unsigned get(const unsigned *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static bool all_have_left(void *argument)
{
    (void)argument;
    return get(&race.left) == core_count() - 1u;
}

static bool all_have_begun(void *argument)
{
    (void)argument;
    return get(&race.begun) == core_count() - 1u;
}

static bool round_is_open(void *round)
{
    return get(&race.round) >= (unsigned)(uintptr_t)round;
}

int __wrap_irq_free(struct irq *irq)
{
    if (race.hold)
        assert(wait_for(all_have_left, NULL, TIMEOUT_US) == 0);
    return __real_irq_free(irq);
}

void close_race_hold(bool hold)
{
    race.hold = hold;
    race.round = 0;
}

void close_race_let_begin(unsigned round)
{
    __atomic_store_n(&race.begun, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&race.left, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&race.round, round, __ATOMIC_SEQ_CST);
    wait_notify();
    assert(idle_for(all_have_begun, NULL, TIMEOUT_US) == 0);
}

void close_race_wait(unsigned round)
{
    assert(idle_for(round_is_open, (void *)(uintptr_t)round, TIMEOUT_US) == 0);
}

void close_race_begun(void)
{
    __atomic_add_fetch(&race.begun, 1, __ATOMIC_SEQ_CST);
}

void close_race_left(void)
{
    __atomic_add_fetch(&race.left, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}
