// SPDX-License-Identifier: BSD-3-Clause
/*
 * See all_cores.h.
 */
#include "tests/target/all_cores.h"

#include "arch/smp.h"
#include "drivers/ti_sci/internal.h"

#define PATIENCE_US 10000000u
#define DEFAULT_US  1000000u /* the driver's */

int run_on_all_cores(void (*function)(void *argument), void *argument, uint64_t timeout_us)
{
    int error;

    ti_sci_set_timeout_us(PATIENCE_US);
    error = smp_run_all(function, argument, timeout_us);
    ti_sci_set_timeout_us(DEFAULT_US);
    return error;
}
