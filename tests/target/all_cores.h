// SPDX-License-Identifier: BSD-3-Clause
/*
 * What all cores do at once, for tests that ask the system firmware meanwhile.
 */
#ifndef TESTS_TARGET_ALL_CORES_H
#define TESTS_TARGET_ALL_CORES_H

#include <stdint.h>

/* smp_run_all(), with requests that wait ten seconds for their answers instead of one. On the twin
 * a second is one of the clock on the wall: where the machine has much else to do, four cores that
 * wait for each other's turns need more, and no test depends on how fast the machine is. */
int run_on_all_cores(void (*function)(void *argument), void *argument, uint64_t timeout_us);

#endif
