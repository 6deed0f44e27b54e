// SPDX-License-Identifier: BSD-3-Clause
/*
 * An LPI that had nobody gets an owner while irq_service() turns it off (msi/stray.c,
 * irq_stray_loud_lpis() and irq_stray_forget(); msi/registry.c, irq_silence_stray();
 * msi/parents/its.c, its_silence_stray(), its_alloc() and its_free()).
 *
 * Promise: when all has come to rest, an LPI that has an owner is on.
 *
 *   -DCORES=n     cores with an idle loop that calls irq_service()
 *
 * Mutations: -DSILENCED_UNDER_NEW_OWNER: the table is not cleared and nobody
 * looks for an owner; -DOWNER_NOT_LOOKED_FOR, -DSILENCED_WITHOUT_MUTEX.
 */
#define REQUESTS 2
#define ARRIVALS 3

bit noted, told;     /* the LPI's entry of strays[]: it is loud; `silenced` */
bit later;           /* msi/later.c */
bit mutex;           /* the parent's */
bit attached;        /* lpi_table[] */
bit lpi_on = 1;      /* the property table's bit: left over from an owner of earlier */
byte arrivals;
byte at_work;

inline lock(l) { atomic { !l -> l = 1 } }
inline unlock(l) { l = 0 }

/* msi/dispatch.c, deliver_shared(), and msi/stray.c, irq_stray_intid(): the last arrival that makes
 * it loud, by any core. */
active proctype dispatcher() {
    do
    :: atomic { arrivals < ARRIVALS && lpi_on -> arrivals++ };
       if
       :: attached
       :: !attached -> noted = 1; later = 1
       fi
    :: atomic { arrivals >= ARRIVALS -> skip }; break
    :: timeout -> break
    od
}

/* msi/service.c, silence_lpis(). */
active [CORES] proctype idle() {
    bit loud;

end_idle:
    do
    :: atomic { later -> later = 0; at_work++ };
#ifdef SILENCED_UNDER_NEW_OWNER
       atomic { loud = noted };
#else
       atomic { loud = noted && !told; if :: loud -> told = 1 :: else fi };
#endif
       if
       :: loud ->
          loud = 0;
#ifndef SILENCED_WITHOUT_MUTEX
          lock(mutex);
#endif
#if defined(SILENCED_UNDER_NEW_OWNER) || defined(OWNER_NOT_LOOKED_FOR)
          lpi_on = 0;
#else
          if
          :: attached
          :: !attached -> lpi_on = 0
          fi;
#endif
#ifndef SILENCED_WITHOUT_MUTEX
          unlock(mutex)
#else
          skip
#endif
       :: else
       fi;
       at_work--
    od
}

active proctype owner() {
    byte requests;

    do
    :: requests < REQUESTS ->
       requests++;
       lock(mutex);
       attached = 1; /* irq_sink_attach() */
#ifndef SILENCED_UNDER_NEW_OWNER
       atomic { noted = 0; told = 0 }; /* irq_stray_forget() */
#endif
       lpi_on = 1; /* its_enable_event() */
       unlock(mutex);
       if
       :: requests < REQUESTS ->
          lock(mutex);
          attached = 0; /* the LPI stays on, which is what makes a stray of it */
          unlock(mutex)
       :: else
       fi
    :: else -> break
    od
}

init {
    timeout ->
    assert(at_work == 0 && attached);
    assert(lpi_on)
}
