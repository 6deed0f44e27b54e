// SPDX-License-Identifier: BSD-3-Clause
/*
 * How many cores there are room for.
 */
#ifndef ARCH_CORE_MAX_H
#define ARCH_CORE_MAX_H

/* One: the MCU domain's two Cortex-R5F don't see each other's caches and TCMs, so that each runs an
 * image of its own; in lock-step they are one. */
#define CORE_MAX 1u

#endif
