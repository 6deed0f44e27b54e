// SPDX-License-Identifier: BSD-3-Clause
/* On the host these are the same locks, which threads and their delays know. */
#ifndef TESTS_HOST_ARCH_SPINLOCK_INLINE_H
#define TESTS_HOST_ARCH_SPINLOCK_INLINE_H

#include "arch/spinlock.h"

#define spin_lock_inline   spin_lock
#define spin_unlock_inline spin_unlock

#endif
