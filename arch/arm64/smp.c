// SPDX-License-Identifier: BSD-3-Clause
/*
 * The other cores: started over PSCI (Arm DEN 0022, 5.6), then asleep until they get a function.
 */
#include "arch/smp.h"

#include "arch/core.h"
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

/* struct core.state: how far a core has come. */
enum core_state {
    CORE_OFF,
    CORE_STARTING,
    CORE_RUNNING,
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
static int (*core_init)(void); /* what each further core runs first */
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

/* Starts the core with the next number. It counts from here on, so that what it runs first may use
 * its number. *refused: PSCI did not take the order, so the number is free for another. (What is on
 * already is somebody else's, unless a core with this number was ordered before.) */
static int start_core(uint64_t affinity, uintptr_t entry, bool *refused)
{
    unsigned number = core_count();
    struct core *core = &cores[number];
    struct start start = {
        .core = core,
        .affinity = affinity,
        .entry = entry,
        .unused = __atomic_load_n(&core->state, __ATOMIC_ACQUIRE) == CORE_OFF,
    };
    int error;

    core_set_affinity(number, affinity);
    __atomic_store_n(&core->state, CORE_STARTING, __ATOMIC_RELEASE);
    core_set_count(number + 1);

    (void)wait_for(is_ordered, &start, START_TIMEOUT_US);
    error = start.error;
    *refused = error != 0 && (error != -EALREADY || start.unused);
    if (error == 0)
        error = wait_for(has_reported, core, START_TIMEOUT_US);
    if (error != 0 && !change_state(core, CORE_STARTING, *refused ? CORE_OFF : CORE_ABANDONED))
        error = 0; /* it has reported in meanwhile */
    if (error == 0 && __atomic_load_n(&core->state, __ATOMIC_ACQUIRE) == CORE_FAILED)
        error = core_init_error;
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

    core_init = init;
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

static bool has_work(void *argument)
{
    const struct core *core = argument;

    return __atomic_load_n(&core->busy, __ATOMIC_ACQUIRE) == WORK_GIVEN;
}

static bool is_idle(void *argument)
{
    const struct core *core = argument;

    return __atomic_load_n(&core->busy, __ATOMIC_ACQUIRE) == WORK_NONE;
}

/* Where start.S hands a further core over. One that can't be used goes off, so that it can be
 * started again; its IRQs are masked. */
noreturn void smp_secondary_main(void)
{
    struct core *core = core_self();

    core_init_error = core_init != NULL ? core_init() : 0;
    if (core_init_error != 0) {
        (void)change_state(core, CORE_STARTING, CORE_FAILED);
        wait_notify();
        psci_cpu_off();
    }
    if (!change_state(core, CORE_STARTING, CORE_RUNNING))
        psci_cpu_off(); /* too late: smp_boot() has given this core up */
    irq_restore(0);
    wait_notify();

    for (;;) {
        if (wait_for(has_work, core, IDLE_US) != 0)
            continue;
        core->function(core->argument);
        __atomic_store_n(&core->busy, WORK_NONE, __ATOMIC_RELEASE);
        wait_notify();
    }
}

int smp_start(unsigned core, void (*function)(void *argument), void *argument)
{
    uint32_t expected = WORK_NONE;

    if (core == 0 || core >= core_count() || core == core_id())
        return -EINVAL;
    if (!__atomic_compare_exchange_n(&cores[core].busy, &expected, WORK_CLAIMED, false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return -EBUSY;
    cores[core].function = function;
    cores[core].argument = argument;
    __atomic_store_n(&cores[core].busy, WORK_GIVEN, __ATOMIC_RELEASE);
    wait_notify();
    return 0;
}

int smp_join(unsigned core, uint64_t timeout_us)
{
    if (core == 0 || core >= core_count() || core == core_id())
        return -EINVAL;
    return wait_for(is_idle, &cores[core], timeout_us);
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
