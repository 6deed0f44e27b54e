// SPDX-License-Identifier: BSD-3-Clause
/* The page, as it is. */
    .section .rodata.net_page, "a"
    .balign 8
    .global net_page, net_page_end
net_page:
    .incbin "app/net/page.html"
net_page_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
