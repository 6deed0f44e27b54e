// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where the probe's two cores start, at EL1, without an MMU. No vectors: IRQs stay masked, and an
 * exception ends in a loop.
 */
    .section .text.start, "ax"
    .global _start, probe_second
_start:
    adrp    x1, stacks + 0x4000
    mov     sp, x1
    bl      main
1:  b       1b

probe_second:
    adrp    x1, stacks + 0x8000
    mov     sp, x1
    bl      second
1:  b       1b

    .bss
    .balign 4096
stacks:
    .space  0x8000
