// SPDX-License-Identifier: BSD-3-Clause
/*
 * Stands between U-Boot's SPL and k3metal in u-boot.img. SPL puts a device tree right behind the
 * image that it starts, but does not say so in a register, as it does not for U-Boot; k3metal
 * wants the address in x0 (Linux's Documentation/arm64/booting). Runs wherever it is loaded.
 */
    .text
    .global _start
_start:
    adr     x0, device_tree
    ldr     x1, entry
    br      x1
    .balign 8
entry:  .quad K3METAL_ENTRY
    .balign 32                      // a device tree is aligned to 8 bytes
device_tree:
