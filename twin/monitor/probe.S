// SPDX-License-Identifier: BSD-3-Clause
/*
 * Accesses of the monitor's that may end in an external abort: to registers of QEMU's devices,
 * some of which refuse widths that they have no use for.
 *
 *     bool probe_read(uint64_t address, uint64_t size, uint32_t *value);
 *     bool probe_write(uint64_t address, uint64_t size, uint32_t value);
 *
 * size is 1, 2 or 4. false: the access was aborted. vectors.S sends an abort between probe_start
 * and probe_end to probe_failed; the exception has overwritten where the guest goes on, so that is
 * kept here. x9 and x10 are its.
 */
    .text
    .global probe_read, probe_write, probe_start, probe_end, probe_failed

probe_read:
    mrs     x11, elr_el3
    mrs     x12, spsr_el3
    mrs     x13, esr_el3
    cmp     x1, #2
    b.eq    2f
    b.hi    4f
probe_start:
    ldrb    w3, [x0]
    b       5f
2:  ldrh    w3, [x0]
    b       5f
4:  ldr     w3, [x0]
5:  dsb     sy
    str     w3, [x2]
    b       probe_done

probe_write:
    mrs     x11, elr_el3
    mrs     x12, spsr_el3
    mrs     x13, esr_el3
    cmp     x1, #2
    b.eq    2f
    b.hi    4f
    strb    w2, [x0]
    b       5f
2:  strh    w2, [x0]
    b       5f
4:  str     w2, [x0]
5:  dsb     sy
probe_end:
probe_done:
    mov     w0, #1
    ret

probe_failed:
    msr     elr_el3, x11
    msr     spsr_el3, x12
    msr     esr_el3, x13
    isb
    mov     w0, #0
    ret

    .section .note.GNU-stack, "", %progbits
