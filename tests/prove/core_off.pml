// SPDX-License-Identifier: BSD-3-Clause
/*
 * A core is told to go off, and to come back, while it may be busy for longer than the one who tells
 * it waits (arch/arm64/smp.c, smp_off(), go_off(), smp_on(); platform/power.c). A wait may end
 * early: that is a timeout. Its interrupts are placed there, or have been moved away.
 *
 * Promise: no interrupt is placed on a core that is off, or goes off.
 *
 * Mutations: -DGOES_OFF_LATE: the order is not taken back when the wait for it has ended.
 * -DADMITS_ALWAYS: after an error interrupts may be placed there again, whether it is on or not.
 * -DNO_MUTEX: one core turns it off while another one turns it on.
 */
#ifndef CORES
#define CORES 2 /* that turn it off and on */
#endif
#ifndef CALLS
#define CALLS 2 /* of each */
#endif

mtype = { OFF, STARTING, RUNNING, LEAVING, ABANDONED };
mtype state = RUNNING; /* struct core.state */
mtype = { NONE, CLAIMED, GIVEN };
mtype busy = NONE; /* struct core.busy */

bit powered = 1, ordered, entered; /* PSCI's CPU_ON; the core is at its first instruction */
bit placed = 1;
bit power_mutex;

#define IS_ON (state == RUNNING || state == LEAVING)

inline change_state(from, to, done) {
    d_step {
        if
        :: state == from -> state = to; done = 1
        :: else -> done = 0
        fi
    }
}

inline cpu_off() {
    atomic { assert(!placed); powered = 0 }
}

inline place() {
    atomic { assert(powered); placed = 1 }
}

active proctype core() {
    bit done;

end_idle:
    do
    :: powered && busy == GIVEN -> /* go_off(), whenever what it does otherwise is over */
#ifdef GOES_OFF_LATE
       state = OFF; done = 1;
#else
       change_state(LEAVING, OFF, done);
#endif
       if
       :: done -> cpu_off()
       :: else -> busy = NONE
       fi
    :: powered && entered -> /* smp_secondary_main() */
       entered = 0;
       change_state(STARTING, RUNNING, done);
       if
       :: done
       :: else -> cpu_off()
       fi
    :: atomic { !powered && ordered -> ordered = 0; powered = 1; entered = 1 }
    od
}

inline smp_off() {
    error = 0;
    d_step {
        if
        :: busy == NONE -> busy = CLAIMED
        :: else -> error = 1
        fi
    };
    if
    :: error
    :: else ->
       change_state(RUNNING, LEAVING, done);
       if
       :: !done -> busy = NONE; error = 1
       :: else ->
          busy = GIVEN;
          if
          :: state == OFF
          :: change_state(LEAVING, RUNNING, error) /* a timeout; if it was too late, it goes */
          fi;
          if
          :: error
          :: else ->
             if
             :: !powered
             :: error = 1 /* await_power_off()'s timeout */
             fi
          fi
       fi
    fi
}

inline platform_core_off() {
    if
    :: busy != NONE
    :: else ->
       placed = 0; /* irq_evacuate_core() */
       smp_off();
       if
#ifdef ADMITS_ALWAYS
       :: error -> place()
#else
       :: error && IS_ON -> place()
#endif
       :: else
       fi
    fi
}

inline platform_core_on() {
    if
    :: IS_ON
    :: else ->
       busy = CLAIMED;
       state = STARTING;
       if
       :: atomic { !powered && !ordered -> ordered = 1 }
       :: true /* it is on yet, and so it stays for the whole time */
       fi;
       if
       :: state != STARTING
       :: true
       fi;
       change_state(STARTING, ABANDONED, error);
       if
       :: error
       :: else -> busy = NONE; place()
       fi
    fi
}

active [CORES] proctype caller() {
    byte calls;
    bit done, error;

    do
    :: calls == CALLS -> break
    :: else ->
       calls++;
#ifndef NO_MUTEX
       atomic { !power_mutex -> power_mutex = 1 };
#endif
       if
       :: true -> platform_core_off()
       :: true -> platform_core_on()
       fi;
       power_mutex = 0
    od
}
