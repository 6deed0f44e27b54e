// SPDX-License-Identifier: BSD-3-Clause
/*
 * Address translation by the MMU itself (Arm ARM DDI 0487, D8.17 "Address translation
 * instructions"; PAR_EL1, D17.2.103).
 */
#include "arch/translate.h"

#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/sysreg.h"

#define PAGE_SIZE      ((uintptr_t)0x1000)
#define PAR_F          UINT64_C(1) /* the translation failed */
#define PAR_ATTR_SHIFT 56          /* as MAIR_EL1: below 0x10 a Device type */
#define ATTR_DEVICE    0x10u

enum mapping_kind {
    MAPPING_NONE, /* an access would fault */
    MAPPING_DEVICE,
    MAPPING_MEMORY,
};

/* How this core's loads see the address. */
static enum mapping_kind kind_at(uintptr_t address)
{
    unsigned long state = irq_save(); /* a handler that asks as well would change PAR_EL1 */
    uint64_t result;

    __asm__ volatile("at s1e1r, %0" ::"r"(address) : "memory");
    barrier_context();
    result = sysreg_read(PAR_EL1);
    irq_restore(state);
    if ((result & PAR_F) != 0)
        return MAPPING_NONE;
    return result >> PAR_ATTR_SHIFT < ATTR_DEVICE ? MAPPING_DEVICE : MAPPING_MEMORY;
}

size_t mapping_length(uintptr_t address, size_t limit)
{
    size_t size = 0;

    while (size < limit && kind_at(address + size) == MAPPING_MEMORY)
        size += PAGE_SIZE - (address + size) % PAGE_SIZE;
    return size < limit ? size : limit;
}
