// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waits with something to run meanwhile (arch/idle.h). Linked with whoever registers a task; until
 * then these functions are smp.c's.
 */
#include "arch/idle.h"

#include "arch/time.h"

#include <errno.h>
#include <stddef.h>

static const struct idle_task *idle_task;

struct idle {
    wait_condition_t condition;
    void *argument;
    bool holds;
};

void idle_set_task(const struct idle_task *task)
{
    __atomic_store_n(&idle_task, task, __ATOMIC_RELEASE);
}

/* It may be registered while a core sleeps. */
static const struct idle_task *get_task(void)
{
    return __atomic_load_n(&idle_task, __ATOMIC_ACQUIRE);
}

bool idle_has_task(void)
{
    const struct idle_task *task = get_task();

    return task != NULL && task->pending();
}

void idle_run_task(void)
{
    if (idle_has_task())
        get_task()->run();
}

static bool look(void *argument)
{
    struct idle *idle = argument;

    idle->holds = idle->condition(idle->argument);
    return idle->holds || idle_has_task();
}

int idle_for(wait_condition_t condition, void *argument, uint64_t timeout_us)
{
    struct idle idle = {.condition = condition, .argument = argument};
    deadline_t deadline;
    int error;

    if (!wait_is_allowed())
        return wait_for(condition, argument, timeout_us);
    deadline = deadline_after_us(timeout_us);
    do {
        uint64_t now;

        idle_run_task();
        now = time_now_ns();
        error = wait_for(look, &idle, now < deadline ? (deadline - now) / 1000u : 0);
    } while (error == 0 && !idle.holds && !deadline_passed(deadline));
    return error == 0 && !idle.holds ? -ETIMEDOUT : error;
}
