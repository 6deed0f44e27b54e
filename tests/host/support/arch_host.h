// SPDX-License-Identifier: BSD-3-Clause
/*
 * Shared by the arch stand-ins only: the thread that is a core, and the clock.
 */
#ifndef TESTS_HOST_SUPPORT_ARCH_HOST_H
#define TESTS_HOST_SUPPORT_ARCH_HOST_H

#include <stdbool.h>
#include <stdint.h>

/* What a thread knows of itself. */
struct host_thread {
    unsigned core;
    bool irqs_masked;
    bool in_interrupt;
};
extern _Thread_local struct host_thread host_thread;

/* arch_machine.c: the models and the clock. */
uint64_t host_now_ns(void);          /* no time passes */
uint64_t host_tick(uint64_t ns);     /* time passes; what is due happens */
uint64_t host_next_deadline(void);   /* the models' */
void host_move_time_to(uint64_t ns); /* forward only; what is due happens */

/* The cores' alarms (alarm_host.c), with the models' lock: the first that is due, or UINT64_MAX;
 * those that are due interrupt; and a core's, UINT64_MAX: it is off. `first`: since the reset. */
struct host_alarms {
    uint64_t (*next)(void);
    void (*raise)(void);
    void (*set)(unsigned core, uint64_t at, bool first);
};
void host_change_alarms(const struct host_alarms *set, unsigned core, uint64_t at);

/* arch_interrupt.c: takes what is pending if this thread may. true: something was taken. */
bool host_take_interrupts(void);
void host_reset_interrupts(void);
void host_line(unsigned intid, bool high);
void host_its_message(uint32_t device_id, uint32_t event_id);

/* arch_wait.c: makes all waiting cores look again; a core (thread) appears or ends. */
void host_wake_all(void);
void host_core_begins(void);
void host_core_ends(void);

/* arch_smp.c: whether a thread runs as this core. */
bool host_core_has_thread(unsigned core);
void host_set_core_count(unsigned cores);

#endif
