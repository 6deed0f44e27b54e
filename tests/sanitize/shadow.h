// SPDX-License-Identifier: BSD-3-Clause
/*
 * The shadow memory of the sanitized build, in the scheme of the kernel's KASan (Linux,
 * Documentation/dev-tools/kasan.rst): a byte says of eight bytes of the image and the heap how
 * many, from the first on, may be accessed (0: all), or why none may.
 *
 * It lies at the heap's end, which ends that much earlier. Other memory and the devices have none:
 * what is there may always be accessed, as far as the MMU lets it.
 */
#ifndef SANITIZE_SHADOW_H
#define SANITIZE_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHADOW_GRANULE 8u
#define SHADOW_START   UINT64_C(0x87000000) /* up to linker.ld's heap_end */
#define SHADOW_SIZE    UINT64_C(0x1000000)
#define SHADOW_COVERS  UINT64_C(0x80000000) /* the address that the first shadow byte is of */

/* Values of shadow bytes of which nothing may be accessed. Those of stacks are the compiler's. */
enum poison {
    POISON_STACK_LEFT = 0xf1,
    POISON_STACK_MIDDLE = 0xf2,
    POISON_STACK_RIGHT = 0xf3,
    POISON_STACK_SCOPE = 0xf8,
    POISON_GLOBAL = 0xf9,
    POISON_HEAP = 0xfa,
    POISON_FREED = 0xfd,
    POISON_UNUSED = 0xfe, /* of the heap: never handed out */
    POISON_SHADOW = 0xff, /* the shadow memory itself, which has no shadow: only a name */
};

/* The shadow byte of an address; only for those that have one. */
static inline uint8_t *shadow_of(uintptr_t address)
{
    return (uint8_t *)(SHADOW_START + (address - SHADOW_COVERS) / SHADOW_GRANULE);
}

static inline size_t whole_granules(size_t size)
{
    return (size + SHADOW_GRANULE - 1) & ~(size_t)(SHADOW_GRANULE - 1);
}

/* Forbids [address, address + size): whole granules. Any context. */
void shadow_poison(uintptr_t address, size_t size, enum poison why);

/* Allows it; address begins a granule, and of the last granule only what size covers. */
void shadow_allow(uintptr_t address, size_t size);

/* Panics if one of the bytes must not be accessed; kind names the access. Any context. */
void shadow_check(uintptr_t address, size_t size, bool write);

/* The block of the heap that the address lies in, behind or in front of, or was: heap.c tells it in
 * words into text. */
void heap_describe(uintptr_t address, char *text, size_t size);

#endif
