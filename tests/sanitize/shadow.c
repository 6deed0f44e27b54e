// SPDX-License-Identifier: BSD-3-Clause
/*
 * The shadow memory: set up before the first line of C that is looked after, read at each access,
 * and what is told of one that must not be.
 */
#include "tests/sanitize/shadow.h"

#include "arch/exception.h"
#include "arch/memory_map.h"
#include "arch/mmu.h"
#include "boot/boot.h"
#include "lib/heap.h"

#include <stdio.h>
#include <string.h>

/* sanitize.ld: the compiler's constructors of the firmware's files. */
extern void (*const variables_start[])(void), (*const variables_end[])(void);

/* linker.ld */
extern uint8_t heap_start[];

noreturn void __real_boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address);
noreturn void __wrap_boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address);
uintptr_t __wrap_heap_last(void);
void __wrap_heap_set_further(uintptr_t start, uintptr_t end);
void *__real_memset(void *memory, int value, size_t size);

static bool ready;

void shadow_poison(uintptr_t address, size_t size, enum poison why)
{
    __real_memset(shadow_of(address), why, size / SHADOW_GRANULE);
}

void shadow_allow(uintptr_t address, size_t size)
{
    __real_memset(shadow_of(address), 0, size / SHADOW_GRANULE);
    if (size % SHADOW_GRANULE != 0)
        *shadow_of(address + size) = size % SHADOW_GRANULE;
}

/* ---- telling ---- */

static const char *name_of(uint8_t shadow)
{
    switch (shadow) {
    case POISON_STACK_LEFT:
    case POISON_STACK_MIDDLE:
    case POISON_STACK_RIGHT:
        return "outside of a variable on the stack";
    case POISON_STACK_SCOPE:
        return "of a variable whose block was left";
    case POISON_GLOBAL:
        return "outside of a variable";
    case POISON_HEAP:
        return "outside of a block of the heap";
    case POISON_FREED:
        return "after its free()";
    case POISON_UNUSED:
        return "of the heap's unused part";
    case POISON_SHADOW:
        return "in the shadow memory";
    default:
        return "outside of a variable or block";
    }
}

/* A partial granule says nothing of its kind: what follows it does. */
static noreturn void report(uintptr_t address, uintptr_t wrong, size_t size, bool write)
{
    uint8_t why = wrong < SHADOW_START ? *shadow_of(wrong) : POISON_SHADOW;
    char block[128] = "";

    if (why < SHADOW_GRANULE)
        why = *shadow_of(wrong + SHADOW_GRANULE);
    if (why == POISON_HEAP || why == POISON_FREED)
        heap_describe(wrong, block, sizeof(block));
    panic("address sanitizer: %s of %u bytes at 0x%lx, %s%s", write ? "write" : "read",
          (unsigned)size, (unsigned long)address, name_of(why), block);
}

/* ---- checking ---- */

/* Whether the byte may not be accessed, by its shadow. */
static bool is_forbidden(uintptr_t address)
{
    int8_t allowed = (int8_t)*shadow_of(address);

    return allowed != 0 && (int8_t)(address % SHADOW_GRANULE) >= allowed;
}

/* The first byte that may not be; 0: all may. Of a granule, the last byte tells of those before. */
static uintptr_t first_forbidden(uintptr_t address, uintptr_t end)
{
    while (address < end) {
        uintptr_t next = (address | (SHADOW_GRANULE - 1)) + 1;

        if (is_forbidden((next < end ? next : end) - 1)) {
            while (!is_forbidden(address))
                address++;
            return address;
        }
        address = next;
    }
    return 0;
}

void shadow_check(uintptr_t address, size_t size, bool write)
{
    uintptr_t end = address + size, wrong;

    if (!ready || size == 0 || address < (uintptr_t)image_start ||
        address >= SHADOW_START + SHADOW_SIZE)
        return;
    wrong = end > SHADOW_START ? end - 1 : first_forbidden(address, end);
    if (wrong != 0 && !panicking())
        report(address, wrong, size, write);
}

/* ---- set-up ---- */

/* What start.S enters, with the MMU on: nothing that ran before it was looked after. */
noreturn void __wrap_boot_main(uintptr_t dtb, unsigned entry_level, uintptr_t load_address)
{
    uintptr_t heap = (uintptr_t)heap_start;

    (void)mmu_map_memory(SHADOW_START, SHADOW_START + SHADOW_SIZE); /* no tree has told of it yet */
    __real_memset((void *)SHADOW_START, 0, SHADOW_SIZE);
    shadow_poison(heap, SHADOW_START - heap, POISON_UNUSED);
    for (void (*const *tell)(void) = variables_start; tell < variables_end; tell++)
        (*tell)();
    ready = true;
    __real_boot_main(dtb, entry_level, load_address);
}

/* In the place of lib/newlib.c's: the heap has no second part, which would have no shadow. */
void __wrap_heap_set_further(uintptr_t start, uintptr_t end)
{
    (void)start;
    (void)end;
}

/* In the place of lib/newlib.c's: the heap ends where the shadow memory begins. */
uintptr_t __wrap_heap_last(void)
{
    return SHADOW_START;
}
