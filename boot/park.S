// SPDX-License-Identifier: BSD-3-Clause
/*
 * An arm64 Image of one page that does nothing: U-Boot's booti starts it, and so turns MMU and
 * caches off, before k3metal is loaded through JTAG (docs/board.md). It runs wherever it is loaded,
 * and leaves in x0 what booti has put there, the address of U-Boot's device tree; x1 says so to
 * tools/openocd/k3metal.cfg.
 *
 * Header: Linux's Documentation/arm64/booting.
 */
    .text
    .global _start
_start:
    b       park
    nop
    .quad   0                       // from a 2 MiB boundary
    .quad   0x1000                  // what it occupies
    .quad   0xa                     // little endian, 4 KiB pages, anywhere in DRAM
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

park:
    msr     daifset, #0xf           // an interrupt that U-Boot has left has no vectors here
    ldr     x1, parked
1:  wfi                             // ends when one is pending, masked or not
    b       1b
    .balign 8
parked: .ascii  "k3parked"
