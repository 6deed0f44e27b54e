// SPDX-License-Identifier: BSD-3-Clause
/*
 * Running functions on the other cores.
 */
#ifndef ARCH_SMP_H
#define ARCH_SMP_H

#include <stdint.h>
#include <stdnoreturn.h>

/* Starts the cores of these affinities (packed as core_affinity()) over PSCI at `entry`, one after
 * the other, and numbers them from 1 in their order; the caller's own, which must be among them,
 * stays core 0. entry: boot code that makes core x0 ready and ends in smp_secondary_main(). Each
 * runs init() (its part of the interrupt controller) before it unmasks IRQs and reports in.
 * Returns how many cores run, the caller's included. That is less than count after an error, which
 * smp_boot_error() then tells, for the core whose number is the returned value; the ones after it
 * are not tried. Boot core, thread context, once. */
unsigned smp_boot(const uint64_t *affinities, unsigned count, uintptr_t entry, void (*init)(void));

/* Where the boot code hands a further core over; never returns. */
noreturn void smp_secondary_main(void);

/* 0; -ENODEV: the caller's affinity is not in the list; -ENOSPC: more cores than CORE_MAX;
 * -ETIMEDOUT: the core did not report in; or psci_cpu_on()'s error. affinity may be NULL. */
int smp_boot_error(uint64_t *affinity);

/* Starts function(argument) on another core, which sleeps between such calls. Thread context.
 * 0; -EINVAL for a core that does not exist, is the caller's, or is core 0, which has the
 * application to run; -EBUSY if it still runs one. */
int smp_start(unsigned core, void (*function)(void *argument), void *argument);

/* Waits until that function has returned. 0, -ETIMEDOUT, -EINVAL. Thread context. */
int smp_join(unsigned core, uint64_t timeout_us);

/* Runs function(argument) on every core, the caller's included, and waits for all of them.
 * 0 or the first error; -EINVAL on another core than 0. Thread context. */
int smp_run_all(void (*function)(void *argument), void *argument, uint64_t timeout_us);

#endif
