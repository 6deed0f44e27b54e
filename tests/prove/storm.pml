// SPDX-License-Identifier: BSD-3-Clause
/*
 * A storm of messages is stopped while threads, or the handler, unmask (msi/state.c, stop_storm()
 * and irq_state_unmask(); msi/irq.c, irq_unmask(); msi/service.c, tend()).
 *
 * irq_service() turns the LPI off at the ITS while the state has STORM, and on again when it has it
 * no more. Promise: when all has come to rest, an interrupt that is not masked is on at the ITS, and
 * one that is a storm is masked, and off.
 *
 *   -DCORES=n     cores with an idle loop that calls irq_service()
 *
 * Mutation: -DSTORM_IN_TWO_STEPS: masked first and called a storm afterwards.
 */
#define STORMS  2
#define UNMASKS 2

#define MASKED 1
#define STORM  2

byte state;
bit irq_lock;  /* irq->lock */
bit mutex;     /* the parent's */
bit later;     /* msi/later.c */
bit silenced;  /* irq->silenced */
bit lpi_off;   /* the property table's bit, at the ITS */
byte unmasked; /* how often, by the handler or the thread */
byte at_work;  /* threads within irq_service() */

inline lock(l) { atomic { !l -> l = 1 } }
inline unlock(l) { l = 0 }

/* msi/state.c, irq_state_unmask(). */
inline unmask() {
    lock(irq_lock);
    atomic { old = state; state = 0 };
    unlock(irq_lock)
}

/* msi/service.c, irq_service(). */
inline service() {
    if
    :: atomic { later -> later = 0; at_work++ };
       lock(mutex);
       storm = (state & STORM) != 0;
       if
       :: storm != silenced ->
          lpi_off = storm; /* msi/parents/its.c, its_silence() */
          silenced = storm
       :: else
       fi;
       storm = 0;
       atomic { mutex = 0; at_work-- }
    :: atomic { !later -> skip }
    fi
}

/* msi/state.c, run_or_hand_over(): a handler that may unmask its interrupt, and is found to storm. */
active proctype handler() {
    byte storms, old;

    do
    :: storms < STORMS ->
       storms++;
       if
       :: atomic { unmasked < UNMASKS -> unmasked++ };
          unmask();
          if
          :: old & STORM -> later = 1 /* irq_service() does nothing in a handler */
          :: else
          fi;
          old = 0
       :: true
       fi;
#ifdef STORM_IN_TWO_STEPS
       lock(irq_lock);
       state = state | MASKED;
       unlock(irq_lock);
       state = state | STORM;
#else
       lock(irq_lock);
       state = state | MASKED | STORM;
       unlock(irq_lock);
#endif
       later = 1
    :: else -> break
    od
}

/* msi/irq.c, irq_unmask(). */
active proctype thread() {
    byte old;
    bit storm;

    do
    :: atomic { unmasked < UNMASKS -> unmasked++ };
       unmask();
       if
       :: old & STORM -> later = 1; service()
       :: else
       fi;
       old = 0
    :: atomic { unmasked >= UNMASKS -> skip }; break
    od
}

active [CORES] proctype idle() {
    bit storm;

end_idle:
    do
    :: later -> service()
    od
}

init {
    timeout ->
    assert(at_work == 0);
    assert(!(state & STORM) || (state & MASKED));
    assert(lpi_off == ((state & STORM) != 0));
    assert(silenced == lpi_off)
}
