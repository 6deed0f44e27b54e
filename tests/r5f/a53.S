// SPDX-License-Identifier: BSD-3-Clause
/*
 * For the first Cortex-A53 of QEMU's machine: has QEMU's own PSCI start the first Cortex-R5F, which
 * is its fifth core, at address 0.
 */
#define PSCI_CPU_ON 0xc4000003

    .global _start
_start:
    ldr     x0, =PSCI_CPU_ON
    mov     x1, #4
    mov     x2, #0
    mov     x3, #0
    smc     #0
1:  wfi
    b       1b
