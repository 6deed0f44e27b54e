// SPDX-License-Identifier: BSD-3-Clause
/*
 * How many cores there are room for.
 */
#ifndef ARCH_CORE_MAX_H
#define ARCH_CORE_MAX_H

/* The most cores that stacks and per-core tables are reserved for. */
#define CORE_MAX 8u

#endif
