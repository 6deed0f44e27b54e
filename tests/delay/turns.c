// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whose turn it is (tests/delay/turns.h).
 *
 * One thread runs; the others sleep. Where a thread would wait in the C library (a condition, a
 * mutex, another thread's end, sched_yield()), the linker leads the call here, and the turn goes
 * on. So what happens depends on the seed alone, not on this machine's processors and what else
 * they do, and a pause costs no time.
 *
 * The thread sanitizer must not take a turn that is passed on for an order between two accesses.
 * So this is compiled without it, and sleeps by system calls that it doesn't know.
 */
#include "tests/delay/turns.h"

#include "tests/delay/machine.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define QUANTUM     50000u /* turns of one thread, at most: it may wait for another in a loop */
#define YIELD_TURNS 20u

enum state {
    NOBODY,
    READY,
    PAUSED,  /* until turn `until` */
    WAITING, /* for `what` */
};

/* All but `go` belongs to the thread whose turn it is. */
struct runner {
    uint32_t go; /* 1: it is its turn */
    enum state state;
    uint64_t until;
    const void *what;
    pthread_t thread;
    void *(*function)(void *argument);
    void *argument;
};

static struct runner runners[DELAY_CORES];
static _Thread_local unsigned self;
static bool begun;
static uint64_t turn, changes, random_state;
static uint64_t next_due = UINT64_MAX; /* when the first pause is over, or the quantum */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *argument), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *argument), void *argument);
int __real_pthread_join(pthread_t thread, void **result);
int __wrap_pthread_join(pthread_t thread, void **result);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);
int __wrap_pthread_cond_broadcast(pthread_cond_t *condition);
int __wrap_sched_yield(void);

static uint32_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32);
}

/* ---- who is next ---- */

static bool can_run(const struct runner *runner)
{
    return runner->state == READY || (runner->state == PAUSED && runner->until <= turn);
}

/* Nobody can run: time goes on to the end of the first pause. */
static void skip_pauses(void)
{
    uint64_t first = UINT64_MAX;

    for (unsigned i = 0; i < DELAY_CORES; i++) {
        if (runners[i].state == PAUSED && runners[i].until < first)
            first = runners[i].until;
    }
    if (first == UINT64_MAX) {
        fprintf(stderr, "delays: every thread waits for another one\n");
        abort();
    }
    turn = first;
}

static struct runner *choose(void)
{
    struct runner *able[DELAY_CORES];
    unsigned count = 0;

    for (unsigned i = 0; i < DELAY_CORES; i++) {
        if (can_run(&runners[i]))
            able[count++] = &runners[i];
    }
    if (count == 0) {
        skip_pauses();
        return choose();
    }
    return able[next_random() % count];
}

static void set_next_due(void)
{
    next_due = turn + QUANTUM;
    for (unsigned i = 0; i < DELAY_CORES; i++) {
        if (runners[i].state == PAUSED && runners[i].until < next_due)
            next_due = runners[i].until;
    }
}

/* ---- passing the turn on ---- */

static void sleep_until_turn(struct runner *runner)
{
    while (__atomic_load_n(&runner->go, __ATOMIC_ACQUIRE) == 0)
        syscall(SYS_futex, &runner->go, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    __atomic_store_n(&runner->go, 0, __ATOMIC_RELAXED);
}

static void give_turn(struct runner *runner)
{
    runner->state = READY;
    set_next_due();
    changes++;
    __atomic_store_n(&runner->go, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &runner->go, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* The caller has said in its state when it can go on. */
static void pass_turn(void)
{
    struct runner *mine = &runners[self], *next = choose();

    if (next == mine) {
        mine->state = READY;
        set_next_due();
        return;
    }
    give_turn(next);
    sleep_until_turn(mine);
}

static void wait_for_what(const void *what)
{
    runners[self].state = WAITING;
    runners[self].what = what;
    pass_turn();
}

static void end_waiting(const void *what)
{
    for (unsigned i = 0; i < DELAY_CORES; i++) {
        if (runners[i].state == WAITING && runners[i].what == what)
            runners[i].state = READY;
    }
}

/* ---- tests/delay/turns.h ---- */

void turns_begin(uint64_t seed)
{
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    runners[0].state = READY;
    begun = true;
    set_next_due();
}

unsigned turns_self(void)
{
    return self;
}

void turns_go_on(void)
{
    if (++turn >= next_due)
        pass_turn(); /* perhaps to itself */
}

void turns_pause(uint32_t turns)
{
    runners[self].state = PAUSED;
    runners[self].until = turn + turns;
    pass_turn();
}

uint64_t turns_changes(void)
{
    return changes;
}

/* ---- the C library's functions ---- */

static void *run(void *argument)
{
    struct runner *mine = argument;

    self = (unsigned)(mine - runners);
    sleep_until_turn(mine);
    void *result = mine->function(mine->argument);

    mine->state = NOBODY;
    end_waiting(mine);
    give_turn(choose());
    return result;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *argument), void *argument)
{
    struct runner *runner = runners;

    while (runner->state != NOBODY)
        runner++;
    *runner = (struct runner){.state = READY, .function = function, .argument = argument};
    int error = __real_pthread_create(thread, attributes, run, runner);

    runner->thread = *thread;
    if (error != 0)
        runner->state = NOBODY;
    return error;
}

int __wrap_pthread_join(pthread_t thread, void **result)
{
    for (unsigned i = 0; i < DELAY_CORES; i++) {
        if (runners[i].state != NOBODY && i != self && pthread_equal(runners[i].thread, thread))
            wait_for_what(&runners[i]);
    }
    return __real_pthread_join(thread, result);
}

int __wrap_sched_yield(void)
{
    if (begun)
        turns_pause(YIELD_TURNS);
    return 0;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    while (pthread_mutex_trylock(mutex) != 0)
        turns_pause(YIELD_TURNS);
    return 0;
}

int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    pthread_mutex_unlock(mutex);
    wait_for_what(condition);
    return __wrap_pthread_mutex_lock(mutex);
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *condition)
{
    end_waiting(condition);
    return 0;
}
