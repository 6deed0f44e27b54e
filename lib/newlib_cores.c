// SPDX-License-Identifier: BSD-3-Clause
/*
 * What newlib asks of its system where several cores run, if it is built for that
 * (tools/build-newlib: __DYNAMIC_REENT__, retargetable locking): state per core, and locks.
 *
 * A core has one thread, so each core is what newlib calls a thread.
 */
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/wait.h"

#include <reent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/lock.h>

struct _reent *__getreent(void);

/* ------------------------------------------------------------------------ per-core state */

static struct _reent core_reents[CORE_MAX];
static bool core_reent_ready[CORE_MAX];

/* Core 0 has newlib's own, static state, which code without a core's state uses too. */
struct _reent *__getreent(void)
{
    unsigned core = core_id();

    if (core == 0)
        return _impure_ptr;
    if (!core_reent_ready[core]) {
        _REENT_INIT_PTR_ZEROED(&core_reents[core]);
        core_reent_ready[core] = true;
    }
    return &core_reents[core];
}

/* ------------------------------------------------------------------------ locks */

/* Recursive ones count; others look at the count without the mutex. */
struct __lock {
    struct mutex mutex;
    uint32_t depth;
};

struct __lock __lock___sinit_recursive_mutex, __lock___sfp_recursive_mutex,
    __lock___atexit_recursive_mutex, __lock___malloc_recursive_mutex, __lock___env_recursive_mutex,
    __lock___at_quick_exit_mutex, __lock___tz_mutex, __lock___dd_hash_mutex,
    __lock___arc4random_mutex;

/* The locks of malloc() and stdio; a panic does not take them, whichever core holds them. */
static inline __attribute__((always_inline)) void acquire(struct __lock *lock)
{
    if (!panicking() && mutex_lock(&lock->mutex) != 0)
        panic("newlib: malloc() or stdio from %s",
              in_interrupt() ? "an interrupt handler" : "code that has masked IRQs");
}

static inline __attribute__((always_inline)) void release(struct __lock *lock)
{
    if (!panicking())
        mutex_unlock(&lock->mutex);
}

void __retarget_lock_init(_LOCK_T *lock)
{
    *lock = calloc(1, sizeof(**lock));
    if (*lock == NULL)
        panic("newlib: no memory for a lock");
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
    __retarget_lock_init(lock);
}

void __retarget_lock_close(_LOCK_T lock)
{
    free(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
    free(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    acquire(lock);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
    /* Not its holder's first. An interrupt handler is not the thread that it interrupted: what that
     * holds is not the handler's. */
    bool again = __atomic_load_n(&lock->depth, __ATOMIC_RELAXED) != 0 &&
                 mutex_is_mine(&lock->mutex) && !in_interrupt();

    if (!again)
        acquire(lock);
    __atomic_store_n(&lock->depth, lock->depth + 1, __ATOMIC_RELAXED);
}

void __retarget_lock_release(_LOCK_T lock)
{
    release(lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
    uint32_t depth = lock->depth - 1;

    __atomic_store_n(&lock->depth, depth, __ATOMIC_RELAXED);
    if (depth == 0)
        release(lock);
}
