// SPDX-License-Identifier: BSD-3-Clause
/*
 * A core is evacuated while others move interrupts to it and request ones on it (msi/evacuate.c,
 * irq_evacuate_core(); msi/placement.c, irq_placement_mark(); msi/irq.c, irq_set_affinity();
 * msi/request.c, new_irq()). That no handler runs there afterwards is in event.pml and message.pml.
 *
 * Promise: after the return of irq_evacuate_core(), no interrupt is on the core, nor comes to it.
 *
 *   -DCORES=n     as many threads move and request, two each
 *
 * Mutations: -DCHECK_BEFORE_MUTEX, -DPLACED_BEFORE_MUTEX, -DMARKED_LAST.
 */
#define IRQS (2 * CORES)
#define NONE 9

bit mutex;            /* the parent's */
bit away;             /* core 0 has left */
byte irq_core[IRQS] = NONE;
bit evacuated;        /* irq_evacuate_core(0) has returned */

inline lock(l) { atomic { !l -> l = 1 } }
inline unlock(l) { l = 0 }

inline put_on(number, core) {
    irq_core[number] = core;
    assert(!(evacuated && core == 0))
}

/* irq_set_affinity(irq, 0), of an interrupt that is on core 1. */
proctype mover(byte number) {
    bit placeable;

#ifdef CHECK_BEFORE_MUTEX
    placeable = !away;
#endif
    lock(mutex);
#ifndef CHECK_BEFORE_MUTEX
    placeable = !away;
#endif
    if
    :: placeable -> put_on(number, 0)
    :: else
    fi;
    unlock(mutex)
}

/* irq_request() that prefers core 0; irq_place_near(). */
proctype requester(byte number) {
    byte core;

#ifdef PLACED_BEFORE_MUTEX
    core = (away -> 1 : 0);
#endif
    lock(mutex);
#ifndef PLACED_BEFORE_MUTEX
    core = (away -> 1 : 0);
#endif
    put_on(number, core);
    unlock(mutex)
}

active proctype evacuator() {
    byte number;

#ifndef MARKED_LAST
    away = 1;
#endif
    lock(mutex); /* irq_visit_all() */
    for (number : 0 .. IRQS - 1) {
        if
        :: irq_core[number] == 0 -> irq_core[number] = 1
        :: else
        fi
    }
    unlock(mutex);
#ifdef MARKED_LAST
    away = 1;
#endif
    atomic {
        evacuated = 1;
        for (number : 0 .. IRQS - 1) { assert(irq_core[number] != 0) }
    }
}

init {
    byte n;

    atomic {
        for (n : 0 .. CORES - 1) {
            irq_core[n] = 1;
            run mover(n);
            run requester(CORES + n)
        }
    };
    timeout -> assert(evacuated)
}
