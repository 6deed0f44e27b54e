// SPDX-License-Identifier: BSD-3-Clause
/*
 * Nobody starves, though interrupt A of core 0 is pending again whenever its handler returns
 * (msi/state.c, run_or_hand_over() and irq_state_replay(); msi/dispatch.c, dispatch_all();
 * msi/storm.c, irq_storm_round_full() and vote()).
 *
 * Promise (liveness, with weak fairness): B's handler is called, an interrupt like A is; C's, which
 * waits in the replay list behind A; and a thread gets done that waits for all handlers, to free
 * some other interrupt.
 *
 *   (nothing)  A's events are handed over to core 0, or its handler says IRQ_AGAIN: so A comes by
 *              the replay list, whose SGI has a lower priority than B. The thread is on another
 *              core. The guard against storms is left out: nothing here is to need it.
 *   -DLINE     A is a line that its handler does not lower, of a priority that is B's or higher. The
 *              thread is on core 0, which goes into the dispatcher again at once while an interrupt
 *              is pending. So all depends on the guard.
 *
 * Mutations: -DRUN_LOOPS: run_or_hand_over() goes on while the event is pending again;
 * -DREPLAY_LIFO, -DROUND_UNBOUNDED, -DNO_STARVATION_GUARD.
 */
#define ROUND   2 /* IRQ_ROUND_MAX */
#define WINDOW  2 /* full rounds without a gap until the core is starving */
#define VOTES   2
#define GIVE_UP 4

#define NONE 0
#define A    1
#define C    2

byte first = NONE, second = NONE; /* the replay list */
bit sgi;                          /* IRQ_SGI_REPLAY is pending */
bit a_masked, b_pending, b_called, c_called;
bit in_interrupt, inside, awaited; /* core 0's */
bit done;

#ifdef LINE
#define A_PENDING (!a_masked)
#else
#define A_PENDING false
#endif
#define ANY_PENDING (A_PENDING || b_pending || sgi)

/* msi/state.c, hand_over(). */
inline queue(irq) {
    atomic {
        if
        :: first == NONE -> first = irq
#ifdef REPLAY_LIFO
        :: else -> second = first; first = irq
#else
        :: else -> second = irq
#endif
        fi;
        sgi = 1
    }
}

/* msi/state.c, run_or_hand_over(), of A: an event comes while the handler runs. */
inline run_a() {
#ifdef RUN_LOOPS
    do
    :: true -> skip
    od;
#endif
    queue(A)
}

/* msi/state.c, irq_state_replay(): one, and an SGI for the next. */
inline replay() {
    atomic {
        irq = first;
        first = second;
        second = NONE;
        if
        :: first != NONE -> sgi = 1
        :: else
        fi
    };
    if
    :: irq == A -> run_a()
    :: irq == C -> c_called = 1
    :: irq == NONE
    fi;
    irq = NONE
}

/* msi/storm.c, vote(), while the core is starving: with the one that floods the core its two passes
 * find what a majority does. */
inline vote(irq) {
#ifndef NO_STARVATION_GUARD
    atomic {
        if
        :: starving && votes < VOTES ->
           votes++;
           if
           :: lead == 0 -> candidate = irq; lead = 1
           :: lead != 0 && candidate == irq -> lead++
           :: lead != 0 && candidate != irq -> lead--
           fi
        :: starving && votes >= VOTES ->
           votes++;
           if
           :: candidate == irq -> a_masked = 1; starving = 0; votes = 0; lead = 0 /* stop_storm() */
           :: candidate != irq && votes >= GIVE_UP -> starving = 0; votes = 0; lead = 0
           :: else
           fi
        :: !starving
        fi
    }
#else
    skip
#endif
}

/* msi/dispatch.c, dispatch_all(); msi/storm.c, irq_storm_round_full(). */
active proctype dispatcher() {
    byte left, irq, full_rounds, votes, lead, candidate;
    bit starving;

end_idle:
    do
    :: atomic { ANY_PENDING -> in_interrupt = 1; left = ROUND };
       do
       :: left > 0 ->
          inside = 1;
          if
          :: A_PENDING -> vote(A) /* gic_acknowledge(); its handler changes nothing */
#ifndef LINE
          :: b_pending -> b_pending = 0; b_called = 1
#else
          :: !A_PENDING && b_pending -> b_pending = 0; b_called = 1
#endif
          :: !A_PENDING && !b_pending && sgi -> sgi = 0; replay()
          :: !ANY_PENDING -> atomic { inside = 0; awaited = 0; break }
          fi;
          atomic { inside = 0; awaited = 0 };
#ifndef ROUND_UNBOUNDED
          left--
#endif
       :: left == 0 ->
          if
          :: full_rounds < WINDOW -> full_rounds++
          :: else -> starving = 1; full_rounds = 0
          fi;
          break
       od;
       /* What is pending is taken before the thread does a step. If nothing is, there is a gap. */
       atomic {
           if
           :: ANY_PENDING
           :: else -> full_rounds = 0; starving = 0; votes = 0; lead = 0; in_interrupt = 0
           fi
       }
    od
}

active proctype device_b() {
    b_pending = 1
}

#ifdef LINE
#define RUNS (!in_interrupt && !ANY_PENDING)
#else
#define RUNS true
#endif

/* msi/quiesce.c, irq_quiesce(). */
active proctype thread() {
    atomic { RUNS -> awaited = inside };
    RUNS && !awaited -> done = 1
}

init {
#ifdef LINE
    c_called = 1
#else
    queue(A);
    queue(C)
#endif
}

ltl nobody_starves { <> (done && b_called && c_called) }
