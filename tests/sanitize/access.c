// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the compiler calls at each access, for variables' red zones, and before functions that don't
 * return (GCC, gcc/asan.cc; the names are libsanitizer's).
 */
#include "arch/core.h"
#include "arch/stack.h"
#include "tests/sanitize/shadow.h"

#define CHECKS_OF(kind, size, write)                                                               \
    void __asan_##kind##size(uintptr_t address);                                                   \
    void __asan_##kind##size(uintptr_t address)                                                    \
    {                                                                                              \
        shadow_check(address, size, write);                                                        \
    }

CHECKS_OF(load, 1, false)
CHECKS_OF(load, 2, false)
CHECKS_OF(load, 4, false)
CHECKS_OF(load, 8, false)
CHECKS_OF(load, 16, false)
CHECKS_OF(store, 1, true)
CHECKS_OF(store, 2, true)
CHECKS_OF(store, 4, true)
CHECKS_OF(store, 8, true)
CHECKS_OF(store, 16, true)

/* A variable, as the compiler describes it to __asan_register_globals(). */
struct variable {
    uintptr_t address;
    size_t size;
    size_t size_with_zone;
    const char *name;
    const char *file;
    uintptr_t has_constructor;
    const void *location;
    uintptr_t indicator;
};

void __asan_loadN(uintptr_t address, size_t size);
void __asan_storeN(uintptr_t address, size_t size);
void __asan_register_globals(const struct variable *variables, size_t count);
void __asan_unregister_globals(const struct variable *variables, size_t count);
void __asan_poison_stack_memory(uintptr_t address, size_t size);
void __asan_unpoison_stack_memory(uintptr_t address, size_t size);
void __asan_handle_no_return(void);

void __asan_loadN(uintptr_t address, size_t size)
{
    shadow_check(address, size, false);
}

void __asan_storeN(uintptr_t address, size_t size)
{
    shadow_check(address, size, true);
}

void __asan_register_globals(const struct variable *variables, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t body = whole_granules(variables[i].size);

        shadow_allow(variables[i].address, variables[i].size);
        shadow_poison(variables[i].address + body, variables[i].size_with_zone - body,
                      POISON_GLOBAL);
    }
}

/* Its only callers are the destructors that sanitize.ld leaves out; they are compiled all the same.
 */
void __asan_unregister_globals(const struct variable *variables, size_t count)
{
    (void)variables;
    (void)count;
}

/* A block's variables, when it is left and entered again. */
void __asan_poison_stack_memory(uintptr_t address, size_t size)
{
    shadow_poison(address, whole_granules(size), POISON_STACK_SCOPE);
}

void __asan_unpoison_stack_memory(uintptr_t address, size_t size)
{
    shadow_allow(address, size);
}

/* Frames may be left without their epilogues, which would take their red zones away: the whole of
 * the stack is allowed. */
void __asan_handle_no_return(void)
{
    const struct stack_set *set = &stacks[core_id()];
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    if (here - (uintptr_t)set->thread < sizeof(set->thread))
        shadow_allow((uintptr_t)set->thread, sizeof(set->thread));
    else if (here - (uintptr_t)set->irq < sizeof(set->irq))
        shadow_allow((uintptr_t)set->irq, sizeof(set->irq));
    else if (here - (uintptr_t)set->nested < sizeof(set->nested))
        shadow_allow((uintptr_t)set->nested, sizeof(set->nested)); /* their guards: never used */
    else
        shadow_allow((uintptr_t)set->fault, sizeof(set->fault));
}
