// SPDX-License-Identifier: BSD-3-Clause
/*
 * The other cores: started over PSCI (Arm DEN 0022, 5.6), then asleep until they get a function.
 */
#include "arch/smp.h"

#include "arch/alarm_state.h"
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/per_core.h"
#include "arch/psci.h"
#include "arch/wait.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>

/* Of a board's, some microseconds; of the twin's on a busy machine more than a second. */
#define START_TIMEOUT_US UINT64_C(4000000)
#define IDLE_US          UINT64_C(1000000000000)
#define OFF_LOOK_US      100u

/* struct core.state: how far a core has come. */
enum core_state {
    CORE_OFF,
    CORE_STARTING,
    CORE_RUNNING,
    CORE_LEAVING,   /* told to go off: it does, or smp_off() takes that back, whoever is first */
    CORE_FAILED,    /* its init() returned an error; it goes off */
    CORE_ABANDONED, /* should it still come, it goes off */
};

/* struct core.busy */
enum core_work {
    WORK_NONE,
    WORK_CLAIMED, /* by a caller that fills in the function */
    WORK_GIVEN,
};

static int boot_error;
static uint64_t boot_error_affinity;
static int (*boot_init)(void); /* what each further core runs first */
static int core_init_error;    /* of the core that is starting */

int smp_boot_error(uint64_t *affinity)
{
    if (affinity != NULL)
        *affinity = boot_error_affinity;
    return boot_error;
}

static bool has_reported(void *argument)
{
    const struct core *core = argument;

    return __atomic_load_n(&core->state, __ATOMIC_ACQUIRE) != CORE_STARTING;
}

static bool change_state(struct core *core, uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(&core->state, &from, to, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

struct start {
    struct core *core;
    uint64_t affinity;
    uintptr_t entry;
    bool unused; /* no core was ordered with this number and may come yet */
    int error;
};

/* Whether PSCI has taken the order, or refused it for good. A core of an earlier try that is on yet
 * may be about to go off, or about to report in after all. */
static bool is_ordered(void *argument)
{
    struct start *start = argument;

    start->error = psci_cpu_on(start->affinity, start->entry, start->core->number);
    return start->error != -EALREADY || start->unused || has_reported(start->core);
}

/* Has a core with a number start. unused: nobody has ordered it to start before. *refused: PSCI did
 * not take the order. (What is on already is somebody else's, unless a core with this number was
 * ordered before.) Inlined: most applications have only the first of its two users. */
static inline __attribute__((always_inline)) int
order_core(struct core *core, uint64_t affinity, uintptr_t entry, bool unused, bool *refused)
{
    struct start start = {.core = core, .affinity = affinity, .entry = entry, .unused = unused};
    int error;

    __atomic_store_n(&core->state, CORE_STARTING, __ATOMIC_RELEASE);
    (void)wait_for(is_ordered, &start, START_TIMEOUT_US);
    error = start.error;
    *refused = error != 0 && (error != -EALREADY || start.unused);
    if (error == 0)
        error = wait_until_signal(has_reported, core, deadline_after_us(START_TIMEOUT_US));
    if (error != 0 && !change_state(core, CORE_STARTING, *refused ? CORE_OFF : CORE_ABANDONED))
        error = 0; /* it has reported in meanwhile */
    if (error == 0 && __atomic_load_n(&core->state, __ATOMIC_ACQUIRE) == CORE_FAILED)
        error = core_init_error;
    return error;
}

/* Starts the core with the next number. It counts from here on, so that what it runs first may use
 * its number. If PSCI has refused the order, the number is free for another. */
static int start_core(uint64_t affinity, uintptr_t entry, bool *refused)
{
    unsigned number = core_count();
    bool unused = __atomic_load_n(&cores[number].state, __ATOMIC_ACQUIRE) == CORE_OFF;
    int error;

    core_set_affinity(number, affinity);
    cores[number].init = boot_init;
    core_set_count(number + 1);
    error = order_core(&cores[number], affinity, entry, unused, refused);
    if (error != 0)
        core_set_count(number);
    return error;
}

static bool runs(uint64_t affinity)
{
    for (unsigned core = 0; core < core_count(); core++)
        if (core_affinity(core) == affinity)
            return true;
    return false;
}

static bool contains(const uint64_t *affinities, unsigned count, uint64_t affinity)
{
    for (unsigned i = 0; i < count; i++)
        if (affinities[i] == affinity)
            return true;
    return false;
}

unsigned smp_boot(const uint64_t *affinities, unsigned count, uintptr_t entry, int (*init)(void))
{
    uint64_t own = core_own_affinity();

    boot_init = init;
    core_set_affinity(0, own);
    cores[0].state = CORE_RUNNING;
    if (!contains(affinities, count, own)) {
        boot_error = -ENODEV;
        boot_error_affinity = own;
        return core_count();
    }
    boot_error = 0;
    for (unsigned i = 0; i < count; i++) {
        bool refused = false;
        int error = 0;

        if (!runs(affinities[i]))
            error = core_count() < CORE_MAX ? start_core(affinities[i], entry, &refused) : -ENOSPC;
        if (error != 0 && boot_error == 0) {
            boot_error = error;
            boot_error_affinity = affinities[i];
        }
        if (error != 0 && !refused)
            break; /* it may come yet, with the number and the stack that the next would have */
    }
    return core_count();
}

/* Where nobody has anything to run meanwhile, idle.c is not linked. */
__attribute__((weak)) bool idle_has_task(void)
{
    return false;
}

__attribute__((weak)) void idle_run_task(void)
{
}

__attribute__((weak)) int idle_for(wait_condition_t condition, void *argument, uint64_t timeout_us)
{
    return wait_for(condition, argument, timeout_us);
}

static bool is_given(const struct core *core)
{
    return __atomic_load_n(&core->busy, __ATOMIC_ACQUIRE) == WORK_GIVEN;
}

static bool has_work(void *argument)
{
    return is_given(argument) || idle_has_task();
}

static bool is_idle(void *argument)
{
    const struct core *core = argument;

    return __atomic_load_n(&core->busy, __ATOMIC_ACQUIRE) == WORK_NONE;
}

/* For who waits for the core by its name, and for who waits for anything: what the core's function
 * has changed, too. */
static void tell_all(const struct core *core)
{
    wait_signal(core);
    wait_notify();
}

/* Where start.S hands a further core over. One that can't be used goes off, so that it can be
 * started again; its IRQs are masked. */
noreturn void smp_secondary_main(void)
{
    struct core *core = core_self();

    core_init_error = core->init != NULL ? core->init() : 0;
    if (core_init_error != 0) {
        (void)change_state(core, CORE_STARTING, CORE_FAILED);
        tell_all(core);
        psci_cpu_off();
    }
    if (!change_state(core, CORE_STARTING, CORE_RUNNING))
        psci_cpu_off(); /* too late: smp_boot() has given this core up */
    irq_restore(0);
    tell_all(core);

    for (;;) {
        if (wait_until_signal(has_work, core, deadline_after_us(IDLE_US)) != 0)
            continue;
        idle_run_task();
        if (!is_given(core))
            continue;
        core->function(core->argument);
        __atomic_store_n(&core->busy, WORK_NONE, __ATOMIC_RELEASE);
        tell_all(core); /* smp_join() has the same name for it */
    }
}

/* Inlined, as the next: most applications have only the first of their two users. */
static inline __attribute__((always_inline)) int claim(unsigned core)
{
    uint32_t expected = WORK_NONE;

    if (core == 0 || core >= core_count() || core == core_id())
        return -EINVAL;
    return __atomic_compare_exchange_n(&cores[core].busy, &expected, WORK_CLAIMED, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
               ? 0
               : -EBUSY;
}

static inline __attribute__((always_inline)) void
give(struct core *core, void (*function)(void *argument), void *argument)
{
    core->function = function;
    core->argument = argument;
    __atomic_store_n(&core->busy, WORK_GIVEN, __ATOMIC_RELEASE);
    wait_signal(core);
}

int smp_start(unsigned core, void (*function)(void *argument), void *argument)
{
    int error = claim(core);

    if (error == 0)
        give(&cores[core], function, argument);
    return error;
}

int smp_join(unsigned core, uint64_t timeout_us)
{
    if (core == 0 || core >= core_count() || core == core_id())
        return -EINVAL;
    return wait_until_signal(is_idle, &cores[core], deadline_after_us(timeout_us));
}

int smp_run_all(void (*function)(void *argument), void *argument, uint64_t timeout_us)
{
    uint32_t started = 0;
    int first_error = 0;

    if (core_id() != 0)
        return -EINVAL;
    for (unsigned core = 1; core < core_count(); core++) {
        int error = smp_start(core, function, argument);

        if (error == 0)
            started |= UINT32_C(1) << core;
        else if (first_error == 0)
            first_error = error;
    }
    function(argument);
    for (unsigned core = 1; core < core_count(); core++) {
        int error = (started >> core & 1) != 0 ? smp_join(core, timeout_us) : 0;

        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}

/* ---- cores that go off and come back ---- */

static struct alarm alarms[CORE_MAX]; /* of those that are off */
static int (*core_return)(void);      /* what the core that comes back runs first */

static uint32_t state_of(const struct core *core)
{
    return __atomic_load_n(&core->state, __ATOMIC_ACQUIRE);
}

static bool is_off(void *argument)
{
    return state_of(argument) == CORE_OFF;
}

/* What is queued for the core runs before. It takes no interrupt any more after the last look: what
 * comes from there on is pending when the core is back. */
static void go_off(void *argument)
{
    struct core *core = argument;
    unsigned long state = irq_save();

    while (state_of(core) == CORE_LEAVING && idle_has_task()) {
        irq_restore(state);
        idle_run_task();
        (void)irq_save();
    }
    alarm_note(&alarms[core->number]);
    if (change_state(core, CORE_LEAVING, CORE_OFF)) {
        wait_notify();
        psci_cpu_off();
    }
    irq_restore(state);
}

static int come_back(void)
{
    alarm_restore(&alarms[core_id()]);
    return core_return();
}

bool smp_is_on(unsigned core)
{
    uint32_t state = core < core_count() ? state_of(&cores[core]) : CORE_OFF;

    return state == CORE_RUNNING || state == CORE_LEAVING;
}

/* The core can't tell that it is off: the secure monitor can, and starts, or suspends, nothing
 * before. */
static int await_power_off(unsigned core)
{
    deadline_t deadline = deadline_after_us(START_TIMEOUT_US);

    for (bool late = false; !psci_is_off(core_affinity(core)); late = deadline_passed(deadline)) {
        if (late)
            return -ETIMEDOUT;
        delay_us(OFF_LOOK_US);
    }
    return 0;
}

/* Off, it stays busy, so that nobody gives it a function. */
int smp_off(unsigned core)
{
    int error = claim(core);

    if (error != 0)
        return error;
    if (!change_state(&cores[core], CORE_RUNNING, CORE_LEAVING)) { /* it is starting */
        __atomic_store_n(&cores[core].busy, WORK_NONE, __ATOMIC_RELEASE);
        return -EBUSY;
    }
    give(&cores[core], go_off, &cores[core]);
    error = wait_for(is_off, &cores[core], START_TIMEOUT_US);
    if (error != 0 && change_state(&cores[core], CORE_LEAVING, CORE_RUNNING))
        return error; /* what it was told does nothing */
    return await_power_off(core);
}

int smp_on(unsigned core, uintptr_t entry, int (*init)(void))
{
    bool refused;
    int error;

    if (core == 0 || core >= core_count())
        return -EINVAL;
    if (smp_is_on(core))
        return -EALREADY;
    core_return = init;
    cores[core].init = come_back;
    __atomic_store_n(&cores[core].busy, WORK_CLAIMED, __ATOMIC_RELEASE); /* go_off() is behind it */
    error = order_core(&cores[core], core_affinity(core), entry, false, &refused);
    if (error != 0)
        return error;
    __atomic_store_n(&cores[core].busy, WORK_NONE, __ATOMIC_RELEASE);
    tell_all(&cores[core]); /* smp_join() */
    return 0;
}
