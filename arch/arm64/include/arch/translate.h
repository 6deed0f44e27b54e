// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is mapped where, asked of the MMU itself.
 */
#ifndef ARCH_TRANSLATE_H
#define ARCH_TRANSLATE_H

#include <stddef.h>
#include <stdint.h>

enum mapping_kind {
    MAPPING_NONE, /* an access would fault */
    MAPPING_DEVICE,
    MAPPING_MEMORY,
};

/* How this core's loads see the address. Any context. */
enum mapping_kind mapping_at(uintptr_t address);

/* How many bytes from address on are mapped as memory, up to limit. Any context. */
size_t mapping_length(uintptr_t address, size_t limit);

#endif
