// SPDX-License-Identifier: BSD-3-Clause
/*
 * A thread frees a level-sensitive line on the core that takes it (msi/request.c, irq_free();
 * msi/state.c, irq_state_kill()). The core runs no thread while it is in its dispatcher, and goes
 * into it again at once while an interrupt is pending. That msi/storm.c would end this after a
 * second is left out: nothing is to lock up until then.
 *
 * Promise (liveness, with weak fairness): the thread gets done.
 *
 * Mutation: -DKILL_BEFORE_MASK: dead, but not masked yet, the handler is not called
 * and the line stays high, so acknowledge and end go round for ever.
 */
#define RAISES 2

#define MASKED 1
#define DEAD   2

bit level, enable_bit = 1, forwarded = 1; /* as in wire.pml */
byte state;
bit in_interrupt, irqs_masked;
bit done;

#define TAKEN (level && forwarded && !irqs_masked)

active proctype device() {
    byte raised;

    do
    :: raised < RAISES && !level -> level = 1; raised++
    :: done -> break
    od
}

active proctype distributor() {
    do
    :: forwarded != enable_bit -> forwarded = enable_bit
    :: done -> break
    od
}

/* msi/dispatch.c, dispatch_all(). */
active proctype dispatcher() {
end_idle:
    do
    :: atomic { TAKEN -> in_interrupt = 1 };
       do
       :: level && forwarded ->
          if
          :: state == 0 -> level = 0 /* run_or_hand_over(): the handler */
          :: state != 0              /* claim() says no */
          fi
       :: else -> break
       od;
       in_interrupt = 0
    od
}

/* A step of the thread: not within an interrupt, and not before one that is pending. */
#define RUNS (!in_interrupt && !TAKEN)

active proctype thread() {
#ifdef KILL_BEFORE_MASK
    RUNS -> state = state | DEAD;
    atomic { RUNS -> irqs_masked = 1 }; /* spin_lock() */
    state = state | MASKED;
    enable_bit = 0;
    irqs_masked = 0;
#else
    atomic { RUNS -> irqs_masked = 1 };
    state = MASKED | DEAD;
    enable_bit = 0; /* gic_mask() */
    irqs_masked = 0;
#endif
    RUNS -> enable_bit = 0; /* gic_disable() */
    RUNS && forwarded == enable_bit -> done = 1
}

ltl freed { <> done }
