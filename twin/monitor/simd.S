// SPDX-License-Identifier: BSD-3-Clause
/*
 * The guest's SIMD registers, which the monitor itself does not use.
 */

    .text
    /* void simd_get(unsigned reg, uint64_t value[2]), void simd_set(unsigned reg, const uint64_t
     * value[2]) */
    .global simd_get, simd_set
simd_get:
    adr     x2, 1f
    add     x2, x2, w0, uxtw #3
    br      x2
1:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    str     q\n, [x1]
    ret
    .endr

simd_set:
    adr     x2, 1f
    add     x2, x2, w0, uxtw #3
    br      x2
1:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ldr     q\n, [x1]
    ret
    .endr

    .section .note.GNU-stack, "", %progbits
