// SPDX-License-Identifier: BSD-3-Clause
/*
 * A level-sensitive line's way: device, SPI, core, handler (msi/parents/wired.c, msi/parents/spi.c),
 * while threads mask, move and free. own_core.pml is about a thread on the core that takes it.
 *
 * gic_mask() has the write at the distributor, which still forwards the interrupt until it has gone
 * round; gic_disable() waits for that (GICD_CTLR.RWP; drivers/gic/gic.h).
 *
 *   -DLEVELS=n    how often the device raises its line
 *   -DMOVES=n     how often the thread moves the interrupt
 *   -DMASKS       ... or masks and unmasks it
 *   -DSELF        the handler masks its interrupt and unmasks it
 *   -DMASKER      a second thread masks and unmasks
 *   -DFREE        the thread frees
 *   -DHANGS       and does not wait to the end before it takes the sink away, because some other
 *                 interrupt's handler hangs: a stray may be counted then
 *
 * Mutations beside those of interrupt.pml: -DMOVE_NO_QUIESCE, -DFREE_NO_FIRST_QUIESCE,
 * -DCLOSE_NO_RWP, -DREAD_NOT_ORDERED, -DDETACH_NO_QUIESCE, -DFREE_NO_LAST_QUIESCE,
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
#ifndef LEVELS
#define LEVELS 2
#endif
#ifndef MOVES
#define MOVES 1
#endif

bit level; /* the device's output */

/* ---- the distributor ---- */

bit enable_bit; /* GICD_ISENABLER */
bit forwarded;  /* what it has told the cores of that */
bit spi_active;
byte spi_core;
#define SPI_PENDING(c) (level && forwarded && !spi_active && spi_core == c)
#define RWP (forwarded != enable_bit)

/* ---- the code ---- */

bit attached = 1; /* spi_table[] */
bit quiet;        /* irq->quiet: nobody can look at it any more */

/* drivers/gic/gic_interrupt.c, gic_mask() and gic_enable(). */
#define mask_hardware(who)   enable_bit = 0
#define unmask_hardware(who) enable_bit = 1

inline handler(me) {
#ifdef SELF
    mask(me);
#endif
    level = 0;
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
    :: TAKES_SGI(me) || SPI_PENDING(me) ->
       enter(me);
       atomic { /* gic_acknowledge() */
           if
           :: TAKES_SGI(me) -> sgi[me] = 0; is_sgi = 1; found = 1
           :: SPI_PENDING(me) -> spi_active = 1; found = 1
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
          fi;
          spi_active = 0 /* gic_end() */
       fi;
       leave(me)
    od
}

active proctype distributor() {
end_idle:
    do
    :: atomic { RWP -> forwarded = enable_bit }
    od
}

active proctype device() {
    byte raised;

    do
    :: atomic { raised < LEVELS && !level -> raised++; level = 1 }
    :: atomic { raised >= LEVELS -> raised = 0; break }
#ifdef FREE
    :: atomic { freed -> raised = 0; break }
#endif
    od
}

/* msi/irq.c, irq_set_affinity(); msi/parents/spi.c,
 * irq_with_spi_set_affinity(). */
inline set_affinity(to) {
    if
    :: irq_core != to ->
       settled = 255;
       spi_core = to;
       irq_core = to;
       follow();
#ifndef MOVE_NO_QUIESCE
       quiesce();
#endif
       settled = to
    :: else
    fi
}

/* msi/parents/spi.c, irq_spi_close(). */
inline spi_close() {
    enable_bit = 0; /* gic_disable() */
#ifdef READ_NOT_ORDERED
    /* The generations are read before the read of GICD_CTLR comes back. */
    look_at_generations();
    !RWP;
    ALL_MOVED_ON;
#else
#ifndef CLOSE_NO_RWP
    !RWP;
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
#endif
    attached = 0
}

/* msi/request.c, irq_free(). */
inline free() {
    kill(THREAD);
#ifndef FREE_NO_FIRST_QUIESCE
    quiesce();
#endif
    spi_close();
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
    assert(!level); /* no event is lost */
    assert(!(state & (PENDING | RUNNING | MASKED)));
    assert(enable_bit)
#endif
}

/* -DLIVENESS: no lock-up that goes on doing something, with weak fairness. */
#ifdef LIVENESS
#ifdef FREE
#define AT_REST freed
#else
#define AT_REST (thread_done && second_done && !level && !(state & (PENDING | RUNNING)))
#endif
ltl comes_to_rest { <> [] AT_REST }
#endif
