// SPDX-License-Identifier: BSD-3-Clause
/*
 * Power State Coordination Interface (Arm DEN 0022), over SMC.
 */
#ifndef ARCH_PSCI_H
#define ARCH_PSCI_H

/* Function identifiers (DEN 0022, 5.1). */
#define PSCI_CPU_OFF          0x84000002
#define PSCI_CPU_ON           0xc4000003
#define PSCI_AFFINITY_INFO    0xc4000004
#define PSCI_SYSTEM_OFF       0x84000008
#define PSCI_SYSTEM_RESET     0x84000009
#define PSCI_FEATURES         0x8400000a
#define PSCI_SYSTEM_SUSPEND   0xc400000e

/* SYSTEM_OFF has no arguments of its own; see psci_system_off(). */
#define PSCI_OFF_STATUS_MAGIC 0x4b334f4600000000 /* "K3OF" */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* What a secure monitor call returns. */
struct smc_result {
    uint64_t x0, x1, x2, x3;
};

/* A secure monitor call (SMC Calling Convention, Arm DEN 0028). Any context. */
struct smc_result smc_call(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3);

/* CPU_ON: starts the core with this affinity (packed as core_affinity()) at a
 * physical address, with context in x0. Any context. -EINVAL: no such core, or not an address to
 * start at; -EALREADY: it is on, or about to be; -EPERM: denied; -EIO: any other answer. */
int psci_cpu_on(uint64_t affinity, uintptr_t entry, uint64_t context);

/* PSCI_FEATURES: whether the secure monitor has a function. Any context. */
bool psci_has(uint32_t function);

/* AFFINITY_INFO: whether the core with this affinity is off, and not just about to be. Any context.
 */
bool psci_is_off(uint64_t affinity);

/* CPU_OFF: the caller's core goes off, and psci_cpu_on() may start it again. IRQs masked, or nobody
 * would take them. If the secure monitor denies it, the core sleeps for ever. */
noreturn void psci_cpu_off(void);

/* SYSTEM_OFF. The call has no argument in PSCI; x1 carries PSCI_OFF_STATUS_MAGIC | status,
 * which TF-A ignores and a monitor that runs the firmware as a program may take as its exit status.
 * Any context. */
noreturn void psci_system_off(uint8_t status);

/* SYSTEM_RESET. Any context. */
noreturn void psci_system_reset(void);

#endif

#endif
