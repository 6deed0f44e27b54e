// SPDX-License-Identifier: BSD-3-Clause
/*
 * A channel's completion ring: its handler takes no lock, while its callbacks, and another core, queue
 * the next transfers (drivers/udma/transfer.c).
 *
 * Promise: each transfer that was queued is submitted and completed, and its completion handled; and
 * one call of the handler sees no slot twice. With -DTHREAD the handler queues a work, which empties
 * the ring (udma_transfer_turn()): there is a place in the ring for whatever completes.
 *
 * A write to the ring accelerator is posted: it arrives some time later, one core's in order, and
 * before a read by the same core returns. The ring sends an event when it stops being empty, and only
 * then.
 *
 *   -DDEPTH=n     slots
 *   -DCOPIES=n    transfers that the other core queues
 *   -DCALLBACK=n  transfers that callbacks queue
 *   -DLEVEL       the aggregator's bit stays set until the ring is empty: its "down" event clears it,
 *                 not the interrupt layer before the handler
 *
 * Memory is sequentially consistent here; barrier_cores() is what makes it so where it matters: a
 * store that is to be seen before a load of something else.
 *
 * Mutations: -DNO_LAST_READ: the occupancy is not read again; -DLAST_READ_IF_IN_FLIGHT: only if
 * something is in flight; -DNEVER_DRAINING; -DLOOKS_FIRST: who queues looks at `draining` before it
 * counts the transfer as pushed; -DENDS_LAST: the handler looks for what is deferred before it ends
 * draining; -DSUBMITS_WITHOUT_LOCK. With -DTHREAD: -DNO_READ_BACK: only the first and the last occupancy
 * are read; -DTURN_ENDS: what is there at the end of a turn is left to the next event.
 */
#ifndef DEPTH
#define DEPTH 2
#endif
#ifndef COPIES
#define COPIES 2
#endif
#ifndef CALLBACK
#define CALLBACK 1
#endif
#define ROOM (DEPTH + 1)

#define HANDLER 0
#define OTHER   1

/* ---- the hardware ---- */

byte submitted; /* elements of the transfer ring that it knows of */
byte occupancy; /* of the completion ring */
bit status_bit;

mtype = { submit, release };
chan posted[2] = [3] of { mtype, byte };
#define ARRIVED(core) empty(posted[core])

proctype bus(byte who) {
    mtype what;
    byte count;

end_idle:
    do
    :: atomic {
           posted[who] ? what, count ->
           if
           :: what == submit -> submitted = submitted + count
           :: what == release ->
              assert(count <= occupancy);
              occupancy = occupancy - count;
#ifdef LEVEL
              if
              :: occupancy == 0 -> status_bit = 0
              :: else
              fi
#endif
           fi;
           what = 0;
           count = 0
       }
    od
}

active proctype channel() {
end_idle:
    do
    :: atomic {
           submitted > 0 ->
           submitted--;
           if
           :: occupancy == 0 -> status_bit = 1
           :: else
           fi;
#ifdef THREAD
           assert(occupancy < DEPTH); /* the one that is left is for the teardown's message */
#endif
           occupancy++
       }
    od
}

/* ---- the code ---- */

bit channel_lock, draining;
byte pushed, told; /* transfers: in the ring, and of these, those that the doorbell has told of */
byte in_use;       /* slots that are not in the list of free ones */
byte queued, handled;
byte callbacks = CALLBACK; /* that queue another one */

inline lock() { atomic { !channel_lock -> channel_lock = 1 } }
inline unlock() { channel_lock = 0 }

/* queue() and push(). */
inline copy(who) {
    lock();
    if
    :: in_use == DEPTH /* -EAGAIN */
    :: in_use < DEPTH ->
       atomic { in_use++; queued++ };
#ifdef LOOKS_FIRST
       seen = draining;
       pushed++;
#else
       pushed++;
       seen = draining;
#endif
       if
       :: !seen -> submit_deferred(who)
       :: else -> seen = 0
       fi;
       accepted = 1
    fi;
    unlock()
}

/* submit(). */
inline submit_deferred(who) {
    count = pushed - told;
    if
    :: count != 0 -> told = pushed; posted[who] ! submit, count; count = 0
    :: else
    fi
}

/* udma_transfer_interrupt(). */
inline handle() {
#ifndef NEVER_DRAINING
    draining = 1;
#endif
    do
    :: atomic { ARRIVED(HANDLER) -> elements = occupancy };
       if
       :: elements == 0 -> break
       :: else
       fi;
       taken = taken + elements;
       assert(taken <= DEPTH); /* otherwise the channel would be taken for broken */
       each = elements;
       do
       :: each > 0 ->
          each--;
          atomic { in_use--; handled++ }; /* give_back(), then the callback */
          if
          :: callbacks > 0 -> callbacks--; copy(HANDLER); accepted = 0
          :: else
          fi
       :: else -> break
       od;
       posted[HANDLER] ! release, elements;
       elements = 0;
#ifdef NO_LAST_READ
       break
#endif
#ifdef LAST_READ_IF_IN_FLIGHT
       if
       :: in_use == pushed - told -> break
       :: else
       fi
#endif
    od;
    taken = 0;
#ifdef ENDS_LAST
    proceed = pushed != told;
    draining = 0;
#else
    draining = 0;
    proceed = pushed != told;
#endif
    if
    :: proceed ->
       proceed = 0;
#ifndef SUBMITS_WITHOUT_LOCK
       lock();
#endif
       submit_deferred(HANDLER);
#ifndef SUBMITS_WITHOUT_LOCK
       unlock()
#endif
    :: else
    fi
}

#ifdef THREAD
bit work_queued;

/* udma_transfer_turn(). */
inline turn() {
    atomic { ARRIVED(HANDLER) -> elements = occupancy };
    each = elements;
    do
    :: each > 0 ->
       each--;
       posted[HANDLER] ! release, 1;
#ifndef NO_READ_BACK
       atomic { ARRIVED(HANDLER) -> elements = occupancy };
#endif
       atomic { in_use--; handled++ };
       if
       :: callbacks > 0 -> callbacks--; copy(HANDLER); accepted = 0
       :: else
       fi
    :: else -> break
    od;
#ifdef NO_READ_BACK
    atomic { ARRIVED(HANDLER) -> elements = occupancy };
#endif
#ifndef TURN_ENDS
    if
    :: elements != 0 -> work_queued = 1; elements = 0
    :: else
    fi
#endif
}

/* The thread of the core that the work was queued for. */
active proctype thread() {
    byte count, elements, each;
    bit seen, accepted;

end_idle:
    do
    :: work_queued ->
       work_queued = 0;
       turn()
    od
}
#endif

/* The interrupt comes to one core at a time: msi/state.c. */
active proctype handler_core() {
    byte count, elements, taken, each;
    bit seen, proceed, accepted;

end_idle:
    do
    :: status_bit ->
#ifndef LEVEL
       status_bit = 0; /* and read back: msi/parents/vint.c */
#endif
#ifdef THREAD
       work_queued = 1
#else
       handle()
#endif
    od
}

active proctype other_core() {
    byte count, copies = COPIES;
    bit seen, accepted;

    do
    :: copies > 0 ->
       in_use < DEPTH; /* it tries again only when it may help */
       copy(OTHER);
       if
       :: accepted -> accepted = 0; copies--
       :: else
       fi
    :: else -> break
    od
}

init {
    atomic { run bus(HANDLER); run bus(OTHER) };
    timeout -> /* all has come to rest */
    assert(handled == queued && queued >= COPIES); /* none is forgotten */
    assert(in_use == 0 && pushed == told && occupancy == 0)
}
