// SPDX-License-Identifier: BSD-3-Clause
/*
 * Data-cache maintenance by address to the point of coherency (Arm ARM DDI 0487, D4.4), for
 * observers that do not snoop: GIC tables that read back non-shareable, images of other cores.
 */
#ifndef ARCH_CACHE_H
#define ARCH_CACHE_H

#include <stddef.h>

/* Each covers every cache line that [start, start + size) touches, and completes before it
 * returns. Any context.
 *
 * What is written for such an observer does not stay in the cache: on AM65x SR1.0 a read that is
 * not coherent takes a cached line's entry out of the snoop filter, and the other cluster's cores
 * find the line no more (docs/hardware.md, "Errata"). */
void dcache_clean_invalidate(const void *start, size_t size);
void dcache_invalidate(void *start, size_t size);

#endif
