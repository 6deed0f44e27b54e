// SPDX-License-Identifier: BSD-3-Clause
/*
 * Running functions on the other cores.
 */
#ifndef ARCH_SMP_H
#define ARCH_SMP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* Starts the cores of these affinities (packed as core_affinity()) over PSCI at `entry`, one after
 * the other, and numbers those that run from 1 in their order; the caller's own, which must be
 * among them, stays core 0. entry: boot code that makes core x0 ready and ends in
 * smp_secondary_main(). Each runs init() (its part of the interrupt controller) before it unmasks
 * IRQs and reports in; if init() returns an error, or the core comes too late, it goes off. Returns
 * how many cores run, the caller's included. Fewer than count: smp_boot_error() says why. A core
 * that PSCI refuses is left out; after another failure the rest is not tried. Called again it
 * starts those that do not run. Boot core, thread context. */
unsigned smp_boot(const uint64_t *affinities, unsigned count, uintptr_t entry, int (*init)(void));

/* Where the boot code of a further core ends (secondary_start in boot/start.S): runs what
 * smp_start() gives the core. */
noreturn void smp_secondary_main(void);

/* Why smp_boot() started fewer cores than it was given, and the affinity of the first that failed.
 * 0: it started all; -ENODEV: the caller's affinity is not in the list; -ENOSPC: more cores than
 * CORE_MAX; -ETIMEDOUT: the core did not report in; -EALREADY: it is on, and does not report in; or
 * another error of psci_cpu_on() or init(). affinity may be NULL. Any context, after smp_boot(). */
int smp_boot_error(uint64_t *affinity);

/* Starts function(argument) on another core, which sleeps between such calls. Thread context.
 * 0; -EINVAL for a core that does not exist, is the caller's, or is core 0, which has the
 * application to run; -EBUSY if it still runs one. */
int smp_start(unsigned core, void (*function)(void *argument), void *argument);

/* Waits until that function has returned. Thread context. -ETIMEDOUT: it has not after timeout_us,
 * and goes on; -EINVAL as smp_start(); -EDEADLK: not thread context. */
int smp_join(unsigned core, uint64_t timeout_us);

/* Has a core go off (PSCI CPU_OFF), which keeps its number and its alarm; meanwhile smp_start()
 * says that it is busy. What is queued for it (arch/idle.h) runs before. The interrupt layer's part
 * comes before, too (platform_core_off()). Thread context. Errors as smp_start(); -ETIMEDOUT: it
 * has not gone off within 4 s. Then smp_is_on() tells: true, and the order is taken back, and it is
 * in use as before, once it is done with what it does; or false, and it runs nothing any more, but
 * the secure monitor has not said that it is off. */
int smp_off(unsigned core);

/* Whether a core is on, and ours: it has started, and has not gone off. Any context. */
bool smp_is_on(unsigned core);

/* Has it come back, at `entry` as smp_boot() has it; the core runs init() first. An alarm that has
 * become due meanwhile is so then. Thread context, one core at a time. -EINVAL: no such core, or
 * core 0; -EALREADY: it has not gone off; as smp_boot_error(): then it is off, or goes off should
 * it still come, and may be tried again. */
int smp_on(unsigned core, uintptr_t entry, int (*init)(void));

/* Runs function(argument) on every core, the caller's included, and waits for all of them.
 * timeout_us is for each of them. Thread context, core 0. The first error of smp_start() and
 * smp_join(); -EINVAL: on another core. */
int smp_run_all(void (*function)(void *argument), void *argument, uint64_t timeout_us);

#endif
