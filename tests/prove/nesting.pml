// SPDX-License-Identifier: BSD-3-Clause
/*
 * Handlers that more urgent interrupts interrupt (msi/nesting.c, dispatch_open() and call_open();
 * msi/dispatch.c, irq_dispatch_nested(); msi/reclaim.c, irq_reclaim_now()): messages, which are off
 * only when the ITS has been told. One core takes three, D and E of the default priority and U,
 * which is urgent, while a thread on another core requests U, and frees U or D.
 *
 * The core is two processes: what interrupts a thread, and what interrupts an open handler of that.
 * `depth` says which one goes on. A critical section of a spinlock is one step.
 *
 * Promises: a handler interrupts only less urgent ones, and each is called once at a time; none runs
 * once irq_free() has returned, and nothing touches its memory; no event is lost; in the end nothing
 * is held back any more.
 *
 *   -DFREES=U     ... or D: which one is freed; none: none
 *   -DMASKS       U's handler masks D, and unmasks it (not while that is being freed)
 *   -DMASKER      the thread masks U and unmasks it before it frees
 *   -DEVENTS=n    how often the device raises each
 *
 * Mutations: -DNESTED_ADVANCES: an exception that interrupts a handler advances the generation;
 * -DHOLDS_NOTHING: what is replayed holds nothing back; -DOPENS_REPLAY: and neither does the SGI;
 * -DCOUNTED_DOWN_FIRST: U counts no more before it is off; -DOPENS_BY_COUNT, -DHOLDS_BY_COUNT,
 * -DRELEASES_BY_COUNT: a call asks anew whether there is an urgent interrupt, which the beginning of
 * the exception has settled; -DFREE_NO_QUIESCE, -DUNMASK_FORGETS.
 */
#ifndef EVENTS
#define EVENTS 2
#endif
#define TURNS 1 /* D's handler leaves something so often */

#define D 0
#define E 1
#define U 2
#define NONE   3
#define REPLAY 4 /* IRQ_SGI_REPLAY */

#define LOW     0 /* the SGI's priority, which interrupts nothing */
#define DEFAULT 1
#define URGENT  2
#define PRIORITY(i) (DEFAULT + ((i) == U))

#define PENDING 1
#define RUNNING 2
#define MASKED  4
#define DEAD    8

/* ---- the GIC, and the device ---- */

bit lpi[3], sgi;  /* pending on the core */
bit mapped[3];    /* at the ITS, from its_open_event() to its_discard_event() */
bit work[3];      /* what the handler has to do */
byte raised[3], turns;
byte running[2];  /* the priority of what has been acknowledged, by depth */
byte held;        /* ICC_PMR_EL1: only what is more urgent comes; LOW: all */

#define READY(i, than) (lpi[i] && PRIORITY(i) > (than))

/* ---- the code ---- */

byte state[3];         /* irq->state */
bit attached[3];       /* lpi_table[] */
bit listed[3];         /* replay_lists[] of the core */
bit inside, awaited;   /* irq_generations[]: odd, and was so when the thread looked */
bit own_open;          /* struct irq_generation's */
bit counted;           /* msi/nesting.c, users: the dispatcher that opens is in use */
bit open[2];           /* IRQs are unmasked, by depth */
byte depth;

/* What is looked at. */
byte calls[3];
bit gone[3];           /* freed, and so is its memory */
bit finished;

#define USE(i) assert(!gone[i])

#define LESS_URGENT(j, i) (calls[j] == 0 || PRIORITY(j) < PRIORITY(i))

inline begin_call(i) {
    assert(!gone[i]);
    assert(calls[i] == 0);
    assert(LESS_URGENT(D, i) && LESS_URGENT(E, i) && LESS_URGENT(U, i));
    calls[i]++
}

/* msi/state.c, hand_over(). */
inline hand_over(i) {
    atomic {
        if
        :: !(state[i] & DEAD) -> listed[i] = 1
        :: else
        fi;
        USE(i);
        sgi = 1
    }
}

/* msi/state.c, irq_state_mask() and irq_state_unmask(). */
inline mask_and_unmask(i) {
    atomic { state[i] = state[i] | MASKED; USE(i) };
    atomic {
        old = state[i];
        USE(i);
        if
        :: !(old & DEAD) -> state[i] = state[i] & ~MASKED
        :: else
        fi
    };
#ifndef UNMASK_FORGETS
    if
    :: (old & (PENDING | DEAD)) == PENDING -> hand_over(i)
    :: else
    fi;
#endif
    old = 0
}

#ifdef OPENS_BY_COUNT
#define OPENS counted
#else
#define OPENS own_open
#endif
#ifdef HOLDS_BY_COUNT
#define HOLDS counted
#else
#define HOLDS own_open
#endif
#ifdef RELEASES_BY_COUNT
#define RELEASES (held_here && counted)
#else
#define RELEASES held_here
#endif

/* msi/call.h, irq_call(), and msi/nesting.c, call_open(). The handler takes its work; D's may leave
 * some, and say IRQ_AGAIN. */
inline call(me, i) {
#ifndef HOLDS_NOTHING
    if
    :: HOLDS && running[me] < PRIORITY(i) -> held = PRIORITY(i); held_here = 1
    :: else
    fi;
#endif
    open[me] = OPENS;
    atomic {
        work[i] = 0;
        if
        :: i == D && turns < TURNS -> turns++; work[i] = 1; again = 1
        :: true
        fi
    };
#ifdef MASKS
    if
    :: i == U ->
       mask_and_unmask(D)
    :: else
    fi;
#endif
    open[me] = 0; /* exception_close() */
#ifndef HOLDS_NOTHING
    if
    :: RELEASES -> held = LOW
    :: else
    fi;
    held_here = 0;
#endif
    atomic {
        assert(!gone[i]);
        calls[i]--;
        if
        :: again -> state[i] = state[i] | PENDING; again = 0 /* irq_state_after_call() */
        :: else
        fi
    };
    atomic { old = state[i]; state[i] = state[i] & ~RUNNING; USE(i) };
    if
    :: (old & (PENDING | MASKED | DEAD)) == PENDING -> old = 0; hand_over(i)
    :: else -> old = 0
    fi
}

/* msi/state.c, run_or_hand_over(). */
inline run_handler(me, i) {
    if
    :: atomic {
           state[i] == PENDING -> state[i] = RUNNING; USE(i); begin_call(i)
       };
       call(me, i)
    :: atomic { state[i] != PENDING -> USE(i) }
    fi
}

/* msi/dispatch.c, take_any(): the most urgent, if it is more so than `than`. */
inline take_one(me, than) {
    atomic {
        if
        :: READY(U, than) -> taken = U
        :: !READY(U, than) && READY(D, than) -> taken = D
        :: !READY(U, than) && READY(E, than) -> taken = E
        :: !READY(U, than) && !READY(D, than) && !READY(E, than) && me == 0 && sgi ->
           taken = REPLAY;
           sgi = 0
        :: else -> taken = NONE
        fi;
        if
        :: taken < NONE -> lpi[taken] = 0; running[me] = PRIORITY(taken)
        :: else -> running[me] = LOW
        fi
    };
    if
    :: taken == NONE
    :: taken == REPLAY ->
#ifdef OPENS_REPLAY
       open[me] = own_open;
#endif
       atomic { /* msi/state.c, take() */
           if
           :: listed[D] -> listed[D] = 0; USE(D); taken = D
           :: listed[E] -> listed[E] = 0; USE(E); taken = E
           :: listed[U] -> listed[U] = 0; USE(U); taken = U
           :: else -> taken = NONE
           fi;
           sgi = listed[D] || listed[E] || listed[U]
       };
       if
       :: taken != NONE -> run_handler(me, taken)
       :: else
       fi;
       open[me] = 0
    :: taken < NONE ->
       if
       :: attached[taken] ->
          atomic { state[taken] = state[taken] | PENDING; USE(taken) };
          run_handler(me, taken)
       :: else
       fi
    fi;
    atomic { running[me] = LOW; taken = NONE } /* its end */
}

/* The exception that interrupts a thread. */
proctype core() provided (depth == 0) {
    byte taken = NONE, old;
    bit held_here, again;

end_idle:
    do
    :: (sgi && held == LOW) || READY(D, held) || READY(E, held) || READY(U, held) ->
       own_open = counted; /* by the dispatcher that is in use: dispatch_open(), or dispatch() */
       inside = 1;
       take_one(0, held);
       atomic { inside = 0; awaited = 0 };
       own_open = 0
    od
}

/* The core takes one that interrupts an open handler, of those that are more urgent. */
#define MORE_URGENT(i) (READY(i, running[0]) && PRIORITY(i) > held)

active proctype cpu() {
end_idle:
    do
    :: atomic {
           depth == 0 && open[0] && (MORE_URGENT(D) || MORE_URGENT(E) || MORE_URGENT(U)) ->
           depth = 1
       }
    od
}

proctype nested() provided (depth == 1) {
    byte taken = NONE, old;
    bit held_here, again, outermost;

end_idle:
    do
    :: depth == 1 ->
#ifdef NESTED_ADVANCES
       outermost = 1;
#else
       /* dispatch() does not know of it, dispatch_open() asks. */
       outermost = !counted || !own_open;
#endif
       if
       :: outermost -> atomic { inside = 0; awaited = 0 }; own_open = own_open && counted
       :: else
       fi;
       if
       :: running[0] > held -> take_one(1, running[0])
       :: else -> take_one(1, held)
       fi;
       if
       :: outermost -> outermost = 0; inside = 1
       :: else
       fi;
       depth = 0
    od
}

#define RAISE(i) \
    :: atomic { raised[i] < EVENTS && mapped[i] -> raised[i]++; work[i] = 1; lpi[i] = 1 }

active proctype device() {
    do
    RAISE(D)
    RAISE(E)
    RAISE(U)
    :: finished -> break
    od
}

inline quiesce() {
    awaited = inside;
    !awaited
}

/* msi/request.c, irq_request(), and msi/parents/its.c. */
inline request(i) {
    attached[i] = 1;
    mapped[i] = 1
}

/* msi/request.c, irq_free(), with take_down(); msi/parents/its.c, its_free(). */
inline free(i) {
    atomic { state[i] = state[i] | MASKED | DEAD };
    listed[i] = 0; /* msi/state.c, irq_state_kill() */
    quiesce();
#ifdef COUNTED_DOWN_FIRST
    if
    :: i == U -> counted = 0
    :: else
    fi;
#endif
    atomic { mapped[i] = 0; lpi[i] = 0 }; /* DISCARD and SYNC */
#ifndef FREE_NO_QUIESCE
    quiesce();
#endif
    attached[i] = 0;
    if
    :: i == U -> counted = 0 /* msi/reclaim.c, irq_reclaim_now() */
    :: else
    fi;
    gone[i] = 1
}

proctype thread() {
    byte old;

    counted = 1;
    request(U);
#ifdef MASKER
    mask_and_unmask(U);
#endif
#ifdef FREES
    free(FREES);
#endif
    finished = 1
}

init {
    atomic {
        request(D);
        request(E);
        run core();
        run nested();
        run thread()
    };
    timeout -> /* all has come to rest */
    assert(finished && depth == 0 && !inside && held == LOW);
    assert(calls[D] == 0 && calls[E] == 0 && calls[U] == 0);
    assert(gone[D] || (!work[D] && state[D] == 0));
    assert(gone[E] || (!work[E] && state[E] == 0));
    assert(gone[U] || (!work[U] && state[U] == 0))
}
