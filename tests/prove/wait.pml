// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cores that sleep until what they wait for has come (arch/common/wait.c, look_and_sleep(),
 * wake_who_awaits(); arch/common/completion.c, completion_wait()), and the mutex that is made of it (arch/common/wait.c,
 * mutex_lock() and mutex_unlock()).
 *
 * Promises: nobody sleeps on when what he waits for has come (spin finds a state in which nothing can
 * go on; deadlines, which would end it, are left out); a signal wakes no core that waits for
 * something else; with -DMUTEX: one owner at a time.
 *
 *   -DCORES=n     cores that wait, each for something of its own; or with -DMUTEX: each for its turn
 *   -DROUNDS=n    how often
 *
 * Mutations: -DLOOKS_FIRST: at the condition, and says what it waits for afterwards;
 * -DSIGNALS_FIRST: who waits is read before the change is made; -DINTERRUPTS_ON: they are not masked
 * from the look to the sleep; -DWAKES_ALL; with -DMUTEX: -DNEXT_READ_FIRST: whether anybody waits is
 * read before the next turn is made known.
 */
#ifndef ROUNDS
#define ROUNDS 2
#endif

byte awaited[CORES];       /* the name of what a core waits for; 0: nothing */
bit masked[CORES];         /* its IRQs */
bit pending[CORES];        /* the SGI that wakes it */

#ifdef MUTEX
byte next, owner;
byte inside;
#define CONDITION owner == ticket
#define TAKE      skip
#else
bit happened[CORES];
byte woken_for;
#define CONDITION happened[me]
#define TAKE      happened[me] = 0
#endif

/* An interrupt that is not masked is taken: its handler does nothing. */
active [CORES] proctype takes_interrupts() {
end_idle:
    do
    :: atomic { pending[_pid] && !masked[_pid] -> pending[_pid] = 0 }
    od
}

/* Without a mutex, core n waits for n + 1 and for nothing else. */
inline wake(which_core) {
#ifndef MUTEX
    assert(which_core + 1 == woken_for);
#endif
    pending[which_core] = 1
}

inline wake_who_awaits(name) {
    core = 0;
    do
    :: core < CORES ->
       if
#ifdef WAKES_ALL
       :: awaited[core] != 0 -> wake(core)
#else
       :: awaited[core] == name -> wake(core)
#endif
       :: else
       fi;
       core++
    :: else -> break
    od;
    core = 0
}

/* look_and_sleep() until the condition holds. */
inline wait_until(me, name) {
    do
    :: masked[me] = 1;
#ifdef LOOKS_FIRST
       if
       :: atomic { CONDITION -> TAKE }; over = 1
       :: else
       fi;
       awaited[me] = name;
#else
       awaited[me] = name;
       if
       :: atomic { CONDITION -> TAKE }; over = 1
       :: else
       fi;
#endif
#ifdef INTERRUPTS_ON
       masked[me] = 0; /* and at once again, so that one comes between */
       masked[me] = 1;
#endif
       if
       :: over
       :: !over -> pending[me] /* WFI */
       fi;
       awaited[me] = 0;
       masked[me] = 0;
       if
       :: over -> over = 0; break
       :: else
       fi
    od
}

#ifdef MUTEX

/* Names are of turns: a ticket, and 1. */
active [CORES] proctype locks() {
    byte me = _pid - CORES, rounds, ticket, next_owner, core;
    bit over, others;

    do
    :: rounds < ROUNDS ->
       atomic { ticket = next; next++ };
       wait_until(me, ticket + 1);
       inside++;
       assert(inside == 1);
       inside--;
       next_owner = owner + 1;
#ifdef NEXT_READ_FIRST
       others = next != next_owner;
       owner = next_owner;
#else
       owner = next_owner;
       others = next != next_owner;
#endif
       if
       :: others -> wake_who_awaits(next_owner + 1)
       :: else
       fi;
       others = 0;
       rounds++
    :: else -> break
    od
}

#else

active [CORES] proctype waits() {
    byte me = _pid - CORES, rounds;
    bit over;

    do
    :: rounds < ROUNDS ->
       wait_until(me, me + 1);
       rounds++
    :: else -> break
    od
}

/* Each thing happens ROUNDS times, and not again before it has been waited for. */
active proctype brings_about() {
    byte rounds, which, core;

    do
    :: rounds < ROUNDS ->
       which = 0;
       do
       :: which < CORES ->
          !happened[which];
          woken_for = which + 1;
#ifdef SIGNALS_FIRST
          wake_who_awaits(which + 1);
          happened[which] = 1;
#else
          happened[which] = 1;
          wake_who_awaits(which + 1);
#endif
          which++
       :: else -> break
       od;
       rounds++
    :: else -> break
    od
}

#endif
