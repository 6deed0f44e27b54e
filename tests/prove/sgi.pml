// SPDX-License-Identifier: BSD-3-Clause
/*
 * An SGI's handler is freed and requested again while the SGI arrives (msi/local.c, take(), give()
 * and irq_local_call(); msi/dispatch.c, deliver_other()).
 *
 * A core loads the handler, then the context. Promise: the two are one owner's, and no handler runs
 * after irq_sgi_free() has returned.
 *
 *   -DCORES=n     cores that take the SGI
 *
 * Mutations: -DFREE_AT_ONCE: the place is free before the wait;
 * -DGIVE_NO_QUIESCE.
 */
#define SGIS 3

#define NULL   0
#define NOBODY 9

byte handler, context;            /* sgis[] */
bit inside[CORES], awaited[CORES * 2]; /* msi/quiesce.c, of each thread */
bit table_lock;
bit owned[3];                     /* between request and free's return, by number of owner */
byte sent;

proctype core(byte me) {
    byte h, c;

end_idle:
    do
    :: sent < SGIS ->
       sent++;
       inside[me] = 1;
       h = handler;
       c = context;
       if
       :: h == 1 || h == 2 ->
          assert(c == h);   /* its own context */
          assert(owned[h]); /* it has not been freed */
          skip;
          assert(owned[h])  /* nor is it while it runs */
       :: else                /* NULL: a stray; nobody() */
       fi;
       atomic { h = 0; c = 0; inside[me] = 0; awaited[me] = 0; awaited[CORES + me] = 0 }
    od
}

inline quiesce(thread) {
    k = 0;
    do
    :: k < CORES -> awaited[(thread) * CORES + k] = inside[k]; k++
    :: else -> break
    od;
    k = 0;
    do
    :: k < CORES -> !awaited[(thread) * CORES + k]; k++
    :: else -> break
    od;
    k = 0
}

/* irq_sgi_request(), repeated while it says -EBUSY, and irq_sgi_free(). */
proctype owner(byte number) {
    byte k;

    atomic { !table_lock && handler == NULL -> table_lock = 1; owned[number] = 1 };
    context = number;
    handler = number;
    table_lock = 0;
#ifdef FREE_AT_ONCE
    handler = NULL;
    quiesce(number - 1);
    owned[number] = 0
#else
    handler = NOBODY;
#ifndef GIVE_NO_QUIESCE
    quiesce(number - 1);
#endif
    atomic { owned[number] = 0; handler = NULL }
#endif
}

init {
    byte c;

    atomic {
        for (c : 0 .. CORES - 1) { run core(c) };
        c = 0;
        run owner(1);
        run owner(2)
    };
    timeout -> assert(handler == NULL)
}
