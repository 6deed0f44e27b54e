// SPDX-License-Identifier: BSD-3-Clause
/*
 * There are no other cores: the second Cortex-R5F runs an image of its own (arch/core_max.h).
 */
#include "arch/smp.h"

#include <errno.h>
#include <stddef.h>

int smp_boot_error(uint64_t *affinity)
{
    if (affinity != NULL)
        *affinity = 0;
    return 0;
}

bool smp_is_on(unsigned core)
{
    return core == 0;
}

int smp_start(unsigned core, void (*function)(void *argument), void *argument)
{
    (void)core;
    (void)function;
    (void)argument;
    return -EINVAL;
}

int smp_join(unsigned core, uint64_t timeout_us)
{
    (void)core;
    (void)timeout_us;
    return -EINVAL;
}

int smp_run_all(void (*function)(void *argument), void *argument, uint64_t timeout_us)
{
    (void)timeout_us;
    function(argument);
    return 0;
}
