// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the models of interrupts share: one interrupt's state word, the lists of what was handed
 * over, and the waiting for handlers (msi/state.c, msi/dispatch.c, msi/quiesce.c). A model says
 * before it includes this
 *
 *   CORES              cores that take interrupts
 *   mask_hardware(w)   what the parent does when `w` masks, and unmasks (struct irq_parent_ops)
 *   unmask_hardware(w)
 *   handler(me)        the driver's handler; sets `again` for IRQ_AGAIN
 *
 * and afterwards what its hardware is, who acknowledges what, and what the threads do.
 *
 * Memory is sequentially consistent here: that the code's accesses make it so is what the litmus
 * tests are for. Each atomic operation of the C code is a step. A critical section of a spinlock
 * is as many steps as it has accesses to what others change without the lock. Threads have cores of
 * their own: one that shares its core with the handlers can do less, not more, but for lock-ups,
 * which wire.pml and rounds.pml look for.
 *
 * Mutations, each a defect that was there or a step left out: -DRUN_LOOPS, -DKILL_BEFORE_MASK,
 * -DUNMASK_THE_DEAD, -DNEVER_DEAD, -DSTAYS_IN_LIST, -DAGAIN_IS_FORGOTTEN, -DPENDING_IS_FORGOTTEN,
 * -DWAITS_FOR_EVER, -DQUEUE_STAYS_BEHIND, -DCORE_NOT_LOOKED_AT_AGAIN, -DUNMASK_FORGETS, -DHAND_OVER_TO_NOBODY, -DPAST_THE_OWN_CORE, -DCLAIM_ON_ANY_CORE,
 * -DNO_RUNNING_BIT.
 */

/* Who writes: the cores' handlers, 0 to CORES - 1, and the threads. */
#define THREAD CORES
#define SECOND (CORES + 1)

#define PENDING 1
#define RUNNING 2
#define MASKED  4
#define DEAD    8
#define WAITS   16 /* IRQ_STATE_WAITS */
#define IDLE    0

#ifdef CLAIM_ON_ANY_CORE
#define IS_OURS(me) true
#else
#define IS_OURS(me) (irq_core == me)
#endif

#ifdef NO_RUNNING_BIT
#define BUSY 0
#else
#define BUSY RUNNING
#endif

/* struct irq */
byte state = MASKED;
byte irq_core;   /* irq->core */
bit irq_lock;    /* irq->lock */
bit queued;      /* irq->replay_queued */
bit had_queued;  /* of follow() */
bit memory_gone; /* free(irq) */

/* replay_lists[]: with one interrupt, a list has it or not. */
bit list_has[CORES];
bit list_lock[CORES];

/* SGI 1 is pending on a core (IRQ_SGI_REPLAY). */
bit sgi[CORES];

/* A core that has been evacuated may be about to leave: it does nothing for others any more. */
#define TAKES_SGI(me) (sgi[me] && left != me)

/* irq_generations[]: whether the number is odd; and for the thread that waits in irq_quiesce(),
 * whether the core's number was odd and has not changed. A number of 64 bits does not come back, so
 * that is all that the wait can see of it. */
bit inside[CORES];
bit awaited[CORES];

/* What is looked at, and no part of the code. */
byte calls;         /* of the handler that have not returned */
bit freed;          /* irq_free() has returned */
byte settled = 255; /* the core that the last irq_set_affinity(), returned, has named */
byte left = 255;    /* the core that irq_evacuate_core(), returned, was called for */
byte strays;        /* arrivals without an owner */

#define USE assert(!memory_gone) /* an access to struct irq */

inline lock(l) { atomic { !l -> l = 1 } }
inline unlock(l) { l = 0 }

/* msi/state.c, hand_over(), with lock_list(). */
inline hand_over() {
    do
    :: atomic { target = irq_core; USE };
       atomic { !list_lock[target] -> list_lock[target] = 1; USE };
#ifdef CORE_NOT_LOOKED_AT_AGAIN
       break
#else
       if
       :: atomic { irq_core == target -> USE; break }
       :: atomic { irq_core != target -> USE; list_lock[target] = 0 }
       fi
#endif
    od;
#ifdef DEAD_LOOKED_FOR_FIRST
    atomic { proceed = !(state & DEAD); USE };
    atomic { proceed = proceed && !queued; if :: proceed -> queued = 1 :: else fi; USE };
#else
    atomic { proceed = !queued; queued = 1; USE };
#ifndef NEVER_DEAD
    atomic { if :: proceed && (state & DEAD) -> proceed = 0; queued = 0 :: else fi; USE };
#endif
#endif
    atomic {
        if
        :: proceed -> list_has[target] = 1
        :: else
        fi;
        USE;
        proceed = 0;
        list_lock[target] = 0
    };
#ifndef HAND_OVER_TO_NOBODY
    atomic { sgi[target] = 1; target = 0 }
#else
    target = 0
#endif
}

/* msi/state.c, irq_state_mask(). */
inline mask(who) {
    lock(irq_lock);
    atomic { state = state | MASKED; USE };
    mask_hardware(who);
    unlock(irq_lock)
}

/* msi/state.c, irq_state_unmask(). */
inline unmask(who) {
    lock(irq_lock);
    atomic {
        old = state;
        USE;
        if
#ifdef UNMASK_THE_DEAD
        :: true -> state = state & ~MASKED
#else
        :: !(old & DEAD) -> state = state & ~MASKED
        :: else
#endif
        fi
    };
    if
#ifdef UNMASK_THE_DEAD
    :: true -> unmask_hardware(who)
#else
    :: !(old & (DEAD | WAITS)) -> unmask_hardware(who)
    :: else
#endif
    fi;
    unlock(irq_lock);
#ifndef UNMASK_FORGETS
    if
    :: (old & (PENDING | DEAD)) == PENDING -> old = 0; hand_over()
    :: else -> old = 0
    fi
#else
    old = 0
#endif
}

/* What is promised of a call that begins. */
inline begin_call(me) {
    assert(!freed);
    assert(calls == 0);
    assert(settled == 255 || settled == me);
    assert(left != me);
    calls++
}

/* msi/call.h, irq_call(), up to the step that lets the interrupt go. */
inline call(me) {
    handler(me);
    atomic { assert(!freed); calls-- };
#ifndef AGAIN_IS_FORGOTTEN
    if
    :: again -> again = 0;
       lock(irq_lock);
       atomic { state = state | PENDING | WAITS; USE };
       mask_hardware(me);
       unlock(irq_lock)
    :: else
    fi;
#else
    again = 0;
#endif
    atomic { old = state; state = state & ~RUNNING; USE }
}

/* msi/state.c, claim() and run_or_hand_over(). claim()'s compare-and-exchange that fails looks again
 * at what is there then: so a step that looks and takes is the same. */
inline run_handler(me) {
    do
    :: atomic {
           (state & (BUSY | MASKED | DEAD | PENDING)) == PENDING ->
           state = (state & ~PENDING) | RUNNING;
           USE;
           begin_call(me)
       };
       call(me);
#ifndef RUN_LOOPS
       if
#ifndef PENDING_IS_FORGOTTEN
       :: (old & (PENDING | MASKED | DEAD)) == PENDING -> old = 0; hand_over(); break
#endif
       :: else -> old = 0; break
       fi
#else
       old = 0
#endif
    :: atomic {
           (state & (BUSY | MASKED | DEAD | PENDING)) != PENDING ->
           USE
       };
       break
    od
}

/* msi/state.c, run_or_hand_over(). */
inline run_or_hand_over(me) {
    if
#ifndef PAST_THE_OWN_CORE
    :: atomic { irq_core != me -> USE }; hand_over()
#endif
    :: atomic { irq_core == me -> USE }; run_handler(me)
#ifdef PAST_THE_OWN_CORE
    :: atomic { irq_core != me -> USE }; run_handler(me)
#endif
    fi
}

/* msi/call.h, irq_deliver(): idle, and this core's, in one step; else msi/state.c,
 * deliver_event(). */
inline deliver(me) {
    if
    :: atomic { state == IDLE && IS_OURS(me) -> state = RUNNING; USE; begin_call(me) };
       call(me);
       if
#ifndef PENDING_IS_FORGOTTEN
       :: (old & (PENDING | MASKED | DEAD)) == PENDING -> old = 0; hand_over()
#endif
       :: else -> old = 0
       fi
    :: atomic { !(state == IDLE && IS_OURS(me)) -> USE };
       atomic { state = state | PENDING; USE };
       run_or_hand_over(me)
    fi
}

/* msi/state.c, irq_state_replay(), with take(). */
inline replay(me) {
    atomic {
        !list_lock[me] ->
        if
        :: list_has[me] -> list_has[me] = 0; queued = 0; USE; proceed = 1
        :: else
        fi
    };
    if
    :: proceed -> proceed = 0; end_waiting(me); run_or_hand_over(me)
    :: else
    fi
}

/* msi/state.c, end_waiting(), with clear(). */
inline end_waiting(me) {
#ifndef WAITS_FOR_EVER
    lock(irq_lock);
    if
    :: atomic { state & WAITS -> old = state; state = state & ~WAITS; USE };
       if
       :: !(old & (MASKED | DEAD)) -> unmask_hardware(me)
       :: else
       fi;
       old = 0
    :: else
    fi;
    unlock(irq_lock)
#else
    skip
#endif
}

/* msi/state.c, irq_state_follow(): the list has one core's place at a time. By the thread that has
 * moved the interrupt. */
inline follow() {
#ifndef QUEUE_STAYS_BEHIND
    counter = 0;
    do
    :: counter < CORES ->
       atomic {
           !list_lock[counter] ->
           if
           :: list_has[counter] -> list_has[counter] = 0; queued = 0; USE; had_queued = 1
           :: else
           fi;
           counter++
       }
    :: else -> break
    od;
    counter = 0;
    if
    :: had_queued -> had_queued = 0; hand_over()
    :: else
    fi
#else
    skip
#endif
}

/* msi/state.c, irq_state_kill(), with withdraw(). */
inline kill(who) {
#ifdef KILL_BEFORE_MASK
    atomic { state = state | DEAD; USE };
    withdraw();
    mask(who)
#else
    lock(irq_lock);
#ifdef NEVER_DEAD
    atomic { state = state | MASKED; USE };
#else
    atomic { state = state | MASKED | DEAD; USE };
#endif
    mask_hardware(who);
    unlock(irq_lock);
    withdraw()
#endif
}

inline withdraw() {
#ifndef STAYS_IN_LIST
    counter = (queued -> 0 : CORES);
    do
    :: counter < CORES ->
       atomic {
           !list_lock[counter] ->
           if
           :: list_has[counter] -> list_has[counter] = 0; queued = 0
           :: else
           fi;
           counter++
       }
    :: else -> break
    od;
    counter = 0
#else
    skip
#endif
}

/* msi/quiesce.c, irq_quiesce(). One thread at a time. */
inline look_at_generations() {
    counter = 0;
    do
    :: atomic { counter < CORES -> awaited[counter] = inside[counter]; counter++ }
    :: atomic { counter >= CORES -> counter = 0; break }
    od
}

#if CORES > 2
#define ALL_MOVED_ON (!awaited[0] && !awaited[1] && !awaited[2])
#else
#define ALL_MOVED_ON (!awaited[0] && !awaited[1])
#endif

inline quiesce() {
    look_at_generations();
    ALL_MOVED_ON
}

/* msi/dispatch.c, dispatch_all(): the generation becomes odd before the acknowledge, even after the
 * end. One interrupt is one exception here: the code's loop is this one, entered again at once. */
inline enter(me) { inside[me] = 1 }
inline leave(me) { atomic { inside[me] = 0; awaited[me] = 0 } }
