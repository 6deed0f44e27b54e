// SPDX-License-Identifier: BSD-3-Clause
/*
 * An event's way: ring, status bit of a VINT, SPI, core, handler (msi/parents/vint.c,
 * msi/parents/inta.c, drivers/udma/transfer.c), while threads mask, move, evacuate and free.
 *
 * The ring sends an event when it stops being empty, and only then (AM65x TRM SPRUID7, 10.2): a lost
 * one stops the channel for good. A write to the aggregator is posted: it arrives some time later,
 * each writer's in order, and before a read by the same writer returns. Writes by several writers
 * arrive in the order in which these had the spinlock under which they made them, as a
 * store-release and a load-acquire have it (Arm ARM DDI 0487, B2.3); -DLOCK_ORDERS_NO_WRITES shows
 * what relies on that.
 *
 *   -DEVENTS=n    entries that the device puts into the ring
 *   -DMOVES=n     how often the thread moves the interrupt, or masks and unmasks it
 *   -DSHARED      other events of the VINT keep its SPI on core 0, so ours is handed over
 *   -DSELF        the handler masks its interrupt and unmasks it
 *   -DMASKER      a second thread masks and unmasks
 *   -DEVACUATE    the thread moves everything off core 0
 *   -DFREE        the thread frees
 *
 * Mutations beside those of interrupt.pml: -DNO_READBACK, -DMOVE_NO_QUIESCE, -DEVACUATE_NO_QUIESCE,
 * -DFREE_NO_FIRST_QUIESCE, -DFREE_NO_DRAIN, -DREAD_NOT_ORDERED, -DDETACH_NO_QUIESCE,
 * -DFREE_NEVER_WAITS: with none of the two.
 */
#ifdef FREE_NEVER_WAITS
#define STRAYS_MAY_BE
#define FREE_NO_FIRST_QUIESCE
#define DETACH_NO_QUIESCE
#endif
#ifndef EVENTS
#define EVENTS 2
#endif
#ifndef MOVES
#define MOVES 1
#endif

#define WRITERS (CORES + 2) /* the cores and the two threads */

/* ---- the ring ---- */

byte occupancy;
bit mapped = 1; /* the ring's event leads to the status bit */

/* ---- the aggregator: one status bit ---- */

bit status_bit, enable_bit;

mtype = { none, clear_status, clear_enable, set_enable };
mtype posted[WRITERS] = none;
byte masks_posted;    /* a bit for each writer whose posted write is to the enable bits */
byte before[WRITERS]; /* those of them that come before the writer's own */

inline post(who, what) { atomic { posted[who] == none -> posted[who] = what } }

/* Under irq->lock. */
inline post_mask(who, what) {
    atomic {
        posted[who] == none ->
        posted[who] = what;
#ifndef LOCK_ORDERS_NO_WRITES
        before[who] = masks_posted;
        masks_posted = masks_posted | (1 << who)
#endif
    }
}

inline arrive(who) {
    atomic {
        posted[who] != none && before[who] == 0 ->
        if
        :: posted[who] == clear_status -> status_bit = 0
        :: posted[who] == clear_enable -> enable_bit = 0
        :: posted[who] == set_enable -> enable_bit = 1
        fi;
        posted[who] = none;
        if
        :: masks_posted & (1 << who) ->
           masks_posted = masks_posted & ~(1 << who);
           before[0] = before[0] & masks_posted;
           before[1] = before[1] & masks_posted;
           before[2] = before[2] & masks_posted;
           before[3] = before[3] & masks_posted;
#if CORES > 2
           before[4] = before[4] & masks_posted
#endif
        :: else
        fi
    }
}
#define ARRIVED(who) (posted[who] == none)

/* ---- the distributor: the VINT's SPI, level-sensitive ---- */

bit spi_active;
byte spi_core;
#define SPI_PENDING(c) (status_bit && enable_bit && !spi_active && spi_core == c)

/* ---- the code ---- */

bit attached = 1; /* vint->irqs[bit] */

/* vint_disable(), vint_enable(). */
#define mask_hardware(who)   post_mask(who, clear_enable)
#define unmask_hardware(who) post_mask(who, set_enable)

/* drivers/udma/transfer.c, drain(): takes a bounded number of entries, here one. */
inline handler(me) {
#ifdef SELF
    mask(me);
#endif
    if
    :: atomic { occupancy > 0 -> occupancy-- }; again = occupancy > 0
    :: occupancy == 0
    fi;
#ifdef SELF
    unmask(me);
#endif
    skip
}

#include "interrupt.pml"

/* msi/dispatch.c, dispatch_all(); msi/parents/vint.c, deliver_events(). */
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
          atomic { ARRIVED(me) -> found = status_bit && enable_bit };
          if
          :: found ->
             found = 0;
             post(me, clear_status);
#ifndef NO_READBACK
             ARRIVED(me);
#endif
             if
             :: attached -> deliver(me)
             :: else -> strays++; post(me, clear_enable)
             fi
          :: else
          fi;
          spi_active = 0 /* gic_end() */
       fi;
       leave(me)
    od
}

active proctype aggregator() {
end_idle:
    do
    :: arrive(0)
    :: arrive(1)
    :: arrive(2)
    :: arrive(3)
#if CORES > 2
    :: arrive(4)
#endif
    od
}

active proctype device() {
    byte sent;

    do
    :: atomic {
           sent < EVENTS ->
           sent++;
           if
           :: occupancy == 0 && mapped -> status_bit = 1
           :: else
           fi;
           occupancy++
       }
    :: atomic { sent >= EVENTS -> sent = 0; break }
    od
}

/* msi/parents/inta.c, inta_set_affinity(), with vint_follow(). */
inline inta_set_affinity(to) {
    irq_core = to;
#ifndef SHARED
    spi_core = to; /* gic_set_affinity(): what is pending moves too */
#endif
    skip
}

/* msi/irq.c, irq_set_affinity(). The thread is the only one that moves: evacuate.pml has two. */
inline set_affinity(to) {
    if
    :: irq_core != to && left != to ->
       settled = 255;
       inta_set_affinity(to);
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
    :: irq_core == from -> settled = 255; inta_set_affinity(to); follow()
    :: else
    fi;
#ifndef EVACUATE_NO_QUIESCE
    quiesce();
#endif
    left = from
}

/* msi/parents/vint.c, vint_detach(). */
inline detach() {
#ifdef READ_NOT_ORDERED
    /* The generations are read before the read of the aggregator comes back. */
    look_at_generations();
    ARRIVED(THREAD);
    ALL_MOVED_ON;
#else
#ifndef FREE_NO_DRAIN
    ARRIVED(THREAD);
#endif
#ifndef DETACH_NO_QUIESCE
    quiesce();
#endif
#endif
    attached = 0
}

/* msi/request.c, irq_free(); msi/parents/inta.c, inta_free(). */
inline free() {
    kill(THREAD);
#ifndef FREE_NO_FIRST_QUIESCE
    quiesce();
#endif
    detach();
    mapped = 0;
    post(THREAD, clear_status); /* vint_give_bit() */
    /* irq->quiet: vint_detach() has waited, so nobody waits once more */
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
    assert(occupancy == 0); /* no event is lost */
    assert(!(state & (PENDING | RUNNING | MASKED)));
    assert(enable_bit)
#endif
}

/* -DLIVENESS: no lock-up that goes on doing something, with weak fairness. */
#ifdef LIVENESS
#ifdef FREE
#define AT_REST freed
#else
#define AT_REST (thread_done && second_done && occupancy == 0 && !(state & (PENDING | RUNNING)))
#endif
ltl comes_to_rest { <> [] AT_REST }
#endif
