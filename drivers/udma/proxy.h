// SPDX-License-Identifier: BSD-3-Clause
/*
 * Proxies, for the files of this folder: windows through which elements go into rings and out of
 * them as wholes (AM65x TRM SPRUID7, "Proxy"; TI's ring-accelerator drivers). A proxy's control
 * word says which ring, which end, and how large an element is; an element is the last words of its
 * data window, and the access to the last one completes it.
 */
#ifndef DRIVERS_UDMA_PROXY_H
#define DRIVERS_UDMA_PROXY_H

#include "arch/mmio.h"

#include <stddef.h>
#include <stdint.h>

#define PROXY_STRIDE     0x1000u
#define PROXY_AT_HEAD    (0u << 16)
#define PROXY_AT_TAIL    (1u << 16)
#define PROXY_EIGHT      (1u << 24) /* bytes an element */
#define PROXY_SIXTEEN    (2u << 24)
#define PROXY_DATA_WORDS 128u

/* A proxy's page. */
struct proxy_registers {
    uint32_t control, status;
    uint32_t reserved_008[126];
    uint32_t data[PROXY_DATA_WORDS];
};

_Static_assert(offsetof(struct proxy_registers, data) == 0x200, "PROXY_TARGET0 data");

static inline struct proxy_registers *proxy_at(uintptr_t target, uint16_t number)
{
    return (struct proxy_registers *)(target + (uintptr_t)number * PROXY_STRIDE);
}

/* Both are control's: the end, and the size. */
static inline void proxy_point(struct proxy_registers *proxy, uint16_t ring, uint32_t how)
{
    mmio_write32((uintptr_t)&proxy->control, ring | how);
}

/* The last words of the window: an element of so many times 64 bits. */
static inline uintptr_t proxy_word(struct proxy_registers *proxy, unsigned from_behind)
{
    return (uintptr_t)&proxy->data[PROXY_DATA_WORDS - from_behind];
}

static inline void proxy_put(struct proxy_registers *proxy, const uint64_t *element, unsigned count)
{
    for (unsigned left = 2 * count; left != 0; left -= 2, element++) {
        mmio_write32(proxy_word(proxy, left), (uint32_t)*element);
        mmio_write32(proxy_word(proxy, left - 1), (uint32_t)(*element >> 32));
    }
}

static inline void proxy_take(struct proxy_registers *proxy, uint64_t *element, unsigned count)
{
    for (unsigned left = 2 * count; left != 0; left -= 2, element++) {
        *element = mmio_read32(proxy_word(proxy, left));
        *element |= (uint64_t)mmio_read32(proxy_word(proxy, left - 1)) << 32;
    }
}

#endif
