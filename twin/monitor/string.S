// SPDX-License-Identifier: BSD-3-Clause
/*
 * The four functions that a C compiler calls by itself. The monitor runs with its MMU on and RAM as
 * normal memory, so unaligned accesses are fine.
 */
    .text

    /* void *memcpy(void *to, const void *from, size_t size) */
    .global memcpy
memcpy:
    mov     x3, x0
1:  cmp     x2, #16
    b.lo    2f
    ldp     x4, x5, [x1], #16
    stp     x4, x5, [x3], #16
    sub     x2, x2, #16
    b       1b
2:  cbz     x2, 3f
    ldrb    w4, [x1], #1
    strb    w4, [x3], #1
    sub     x2, x2, #1
    b       2b
3:  ret

    /* void *memmove(void *to, const void *from, size_t size) */
    .global memmove
memmove:
    sub     x3, x0, x1
    cmp     x3, x2          /* unsigned: also right when to lies below from */
    b.hs    memcpy
1:  cbz     x2, 2f
    sub     x2, x2, #1
    ldrb    w4, [x1, x2]
    strb    w4, [x0, x2]
    b       1b
2:  ret

    /* void *memset(void *to, int value, size_t size) */
    .global memset
memset:
    mov     x3, x0
    and     x1, x1, #0xff
    mov     x4, #0x0101010101010101
    mul     x4, x1, x4
1:  cmp     x2, #16
    b.lo    2f
    stp     x4, x4, [x3], #16
    sub     x2, x2, #16
    b       1b
2:  cbz     x2, 3f
    strb    w1, [x3], #1
    sub     x2, x2, #1
    b       2b
3:  ret

    /* int memcmp(const void *a, const void *b, size_t size) */
    .global memcmp
memcmp:
1:  cbz     x2, 2f
    ldrb    w3, [x0], #1
    ldrb    w4, [x1], #1
    sub     x2, x2, #1
    subs    w5, w3, w4
    b.eq    1b
    mov     w0, w5
    ret
2:  mov     w0, wzr
    ret

    .section .note.GNU-stack, "", %progbits
