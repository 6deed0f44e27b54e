// SPDX-License-Identifier: BSD-3-Clause
/*
 * Data-cache maintenance by address to the point of coherency (Arm ARM DDI 0487, D4.4), for
 * observers that do not snoop: GIC tables that read back non-shareable, images of other cores.
 */
#ifndef ARCH_CACHE_H
#define ARCH_CACHE_H

#include <stddef.h>

/* Each covers every cache line that [start, start + size) touches, and completes before it
 * returns. Any context. */
void dcache_clean(const void *start, size_t size);
void dcache_invalidate(void *start, size_t size);

#endif
