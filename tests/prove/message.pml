// SPDX-License-Identifier: BSD-3-Clause
/*
 * A message's way: device, ITS, LPI, core, handler (msi/parents/its.c), while threads mask, move,
 * evacuate and free.
 *
 * An LPI has no active state (Arm IHI 0069, 4.1.2): once it is acknowledged it may be pending again,
 * and after a MOVI on another core, whose acknowledge meets the handler running on the old one. Its
 * mask is the bit in irq->state alone.
 *
 *   -DMESSAGES=n  how many the device sends
 *   -DMOVES=n     how often the thread moves the interrupt
 *   -DMASKS       ... or masks and unmasks it
 *   -DSELF        the handler masks its interrupt and unmasks it
 *   -DMASKER      a second thread masks and unmasks
 *   -DEVACUATE    the thread moves everything off core 0
 *   -DFREE        the thread frees
 *   -DHANGS       and does not wait to the end before it takes the sink away, because some other
 *                 interrupt's handler hangs: a stray may be counted then
 *
 * Mutations beside those of interrupt.pml: -DMOVE_NO_QUIESCE, -DEVACUATE_NO_QUIESCE,
 * -DFREE_NO_FIRST_QUIESCE, -DFREE_NO_DISCARD, -DDETACH_NO_QUIESCE, -DFREE_NO_LAST_QUIESCE,
 * -DFREE_NEVER_WAITS: with none of the three.
 */
#ifdef FREE_NEVER_WAITS
#define STRAYS_MAY_BE
#define FREE_NO_FIRST_QUIESCE
#define DETACH_NO_QUIESCE
#define FREE_NO_LAST_QUIESCE
#endif
#ifdef HANGS
#define STRAYS_MAY_BE
#endif
#ifndef MESSAGES
#define MESSAGES 2
#endif
#ifndef MOVES
#define MOVES 1
#endif

/* ---- the device ---- */

bit work; /* what the handler is to find */

/* ---- the ITS and the redistributors ---- */

bit mapped = 1;
byte its_target; /* the core that the event is mapped to */
bit lpi[CORES];  /* pending */

/* ---- the code ---- */

bit attached = 1; /* lpi_table[] */
bit quiet;        /* irq->quiet: nobody can look at it any more */

#define mask_hardware(who)   skip
#define unmask_hardware(who) skip

inline handler(me) {
#ifdef SELF
    mask(me);
#endif
    work = 0;
#ifdef SELF
    unmask(me);
#endif
    skip
}

#include "interrupt.pml"

/* msi/dispatch.c, dispatch_all() with deliver_shared(). */
proctype core(byte me) {
    byte old, target;
    bit proceed, again, is_sgi, found;

end_idle:
    do
    :: TAKES_SGI(me) || lpi[me] ->
       enter(me);
       atomic { /* gic_acknowledge() */
           if
           :: TAKES_SGI(me) -> sgi[me] = 0; is_sgi = 1; found = 1
           :: lpi[me] -> lpi[me] = 0; found = 1
           :: else
           fi
       };
       if
       :: !found
       :: found && is_sgi -> is_sgi = 0; found = 0; replay(me)
       :: found && !is_sgi ->
          found = 0;
          if
          :: attached -> deliver(me)
          :: else -> strays++
          fi
       fi;
       leave(me)
    od
}

active proctype device() {
    byte sent;

    do
    :: sent < MESSAGES ->
       sent++;
       work = 1;
       atomic { if :: mapped -> lpi[its_target] = 1 :: else fi }
    :: else -> sent = 0; break
    od
}

/* drivers/gic/its.c, its_move_event(): after SYNC, what was pending is so on the new core (5.3.9). */
inline its_move_event(to) {
    atomic {
        if
        :: lpi[its_target] -> lpi[its_target] = 0; lpi[to] = 1
        :: else
        fi;
        its_target = to
    }
}

/* msi/parents/its.c, its_set_affinity(). */
inline its_set_affinity(to) {
    its_move_event(to);
    irq_core = to
}

/* msi/irq.c, irq_set_affinity(). */
inline set_affinity(to) {
    if
    :: irq_core != to && left != to ->
       settled = 255;
       its_set_affinity(to);
       follow();
#ifndef MOVE_NO_QUIESCE
       quiesce();
#endif
       settled = to
    :: else
    fi
}

/* msi/evacuate.c, irq_evacuate_core(). */
inline evacuate(from, to) {
    if
    :: irq_core == from -> settled = 255; its_set_affinity(to); follow()
    :: else
    fi;
#ifndef EVACUATE_NO_QUIESCE
    quiesce();
#endif
    left = from
}

/* msi/request.c, irq_free(); msi/parents/its.c, its_free(). */
inline free() {
    kill(THREAD);
#ifndef FREE_NO_FIRST_QUIESCE
    quiesce();
#endif
#ifndef FREE_NO_DISCARD
    atomic { mapped = 0; lpi[its_target] = 0 }; /* DISCARD, SYNC */
#endif
#ifndef DETACH_NO_QUIESCE
#ifdef HANGS
    if
    :: true -> quiesce(); quiet = 1
    :: true
    fi;
#else
    quiesce(); quiet = 1;
#endif
#endif
    attached = 0; /* irq_sink_detach() */
#ifndef FREE_NO_LAST_QUIESCE
    if
    :: !quiet -> quiesce() /* msi/reclaim.c, irq_reclaim() */
    :: quiet
    fi;
#endif
    atomic { memory_gone = 1; freed = 1 }
}

bit thread_done, second_done;

proctype thread() {
    byte old, target, counter, moves;
    bit proceed;

    unmask(THREAD); /* the end of irq_request() */
    do
    :: moves < MOVES ->
       moves++;
       if
       :: true -> set_affinity(0)
       :: true -> set_affinity(1)
#if CORES > 2
       :: true -> set_affinity(2)
#endif
#ifdef MASKS
       :: true -> mask(THREAD); unmask(THREAD)
#endif
       fi
    :: else -> moves = 0; break
    od;
#ifdef EVACUATE
    evacuate(0, 1);
#endif
#ifdef FREE
    second_done; /* whoever frees is the last to use the handle */
    free();
#endif
    thread_done = 1
}

#ifdef MASKER
proctype second() {
    byte old, target;
    bit proceed;

    mask(SECOND);
    unmask(SECOND);
    second_done = 1
}
#endif

init {
    byte c;

    atomic {
        for (c : 0 .. CORES - 1) { run core(c) };
        c = 0;
        run thread();
#ifdef MASKER
        run second()
#else
        second_done = 1
#endif
    };
    timeout -> /* all has come to rest */
    assert(thread_done && second_done);
    assert(calls == 0);
#ifndef STRAYS_MAY_BE
    assert(strays == 0);
#endif
#ifndef FREE
    assert(!work); /* no event is lost */
    assert(!(state & (PENDING | RUNNING | MASKED)))
#endif
}

/* -DLIVENESS: no lock-up that goes on doing something, with weak fairness. */
#ifdef LIVENESS
#ifdef FREE
#define AT_REST freed
#else
#define AT_REST (thread_done && second_done && !work && !(state & (PENDING | RUNNING)))
#endif
ltl comes_to_rest { <> [] AT_REST }
#endif
