// SPDX-License-Identifier: BSD-3-Clause
/*
 * What newlib asks of its system (newlib's libc manual, chapter 12 "System Calls"): a console, a
 * heap, per-core state and locks.
 *
 * A core has one thread, so each core is what newlib calls a thread.
 */
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/psci.h"
#include "arch/wait.h"
#include "lib/console.h"
#include "lib/heap.h"

#include <errno.h>
#include <malloc.h>
#include <reent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <sys/lock.h>
#include <sys/stat.h>

#undef errno
extern int errno; /* the system-call functions below set the plain one, which newlib copies */

#define PROCESS_ID 1

/* linker.ld */
extern uint8_t heap_start[], heap_end[];

struct _reent *__getreent(void);
int _write(int file, const char *text, int length);
int _read(int file, char *buffer, int size);
int _close(int file);
int _fstat(int file, struct stat *status);
int _isatty(int file);
_off_t _lseek(int file, _off_t offset, int whence);
void *_sbrk(ptrdiff_t increment);
noreturn void _exit(int status);
int posix_memalign(void **memory, size_t alignment, size_t size);
int _kill(int process, int signal);
int _getpid(void);
noreturn void __assert_func(const char *file, int line, const char *function,
                            const char *expression);
noreturn void __stack_chk_fail(void);

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

/* ------------------------------------------------------------------------ memory */

static uint8_t *heap_limit = heap_end;
static uint8_t *further_start, *further_limit;

uintptr_t heap_first(void)
{
    return (uintptr_t)heap_start;
}

uintptr_t heap_last(void)
{
    return (uintptr_t)heap_end;
}

void heap_set_end(uintptr_t end)
{
    if (end >= (uintptr_t)heap_start && end < (uintptr_t)heap_end)
        heap_limit = heap_start + (end - (uintptr_t)heap_start);
}

void heap_set_further(uintptr_t start, uintptr_t end)
{
    further_start = (uint8_t *)start;
    further_limit = (uint8_t *)end;
}

/* Under malloc's lock, which takes higher addresses than it expects for memory that somebody else
 * took in between. */
void *_sbrk(ptrdiff_t increment)
{
    static uint8_t *heap = heap_start, *lowest = heap_start;
    uint8_t *old;

    if (increment > heap_limit - heap && increment <= further_limit - further_start) {
        heap = lowest = further_start;
        heap_limit = further_limit;
        further_start = further_limit = NULL;
    }
    if (increment > heap_limit - heap || increment < lowest - heap) {
        errno = ENOMEM;
        return (void *)-1;
    }
    old = heap;
    heap += increment;
    return old;
}

/* ------------------------------------------------------------------------ files: the console */

int _write(int file, const char *text, int length)
{
    (void)file;
    console_write(text, (size_t)length);
    return length;
}

/* The console's input is console_getc(): no lines are edited here. */
int _read(int file, char *buffer, int size)
{
    (void)file;
    (void)buffer;
    (void)size;
    return 0;
}

int _close(int file)
{
    (void)file;
    errno = EBADF;
    return -1;
}

int _fstat(int file, struct stat *status)
{
    (void)file;
    status->st_mode = S_IFCHR; /* makes stdio buffer by lines */
    status->st_blksize = 0;
    return 0;
}

int _isatty(int file)
{
    (void)file;
    return 1;
}

_off_t _lseek(int file, _off_t offset, int whence)
{
    (void)file;
    (void)offset;
    (void)whence;
    errno = ESPIPE;
    return -1;
}

/* ------------------------------------------------------------------------ ends */

noreturn void _exit(int status)
{
    console_flush();
    psci_system_off((uint8_t)status);
}

/* abort() comes here with SIGABRT. */
int _kill(int process, int signal)
{
    (void)process;
    panic("aborted (signal %d)", signal);
}

int _getpid(void)
{
    return PROCESS_ID;
}

noreturn void __assert_func(const char *file, int line, const char *function,
                            const char *expression)
{
    panic("%s:%d: %s(): assertion failed: %s", file, line, function, expression);
}

/* For -fstack-protector, with which Debian compiles libfdt. A zero byte and a line feed are in it,
 * which string functions stop at. */
const uintptr_t __stack_chk_guard = 0xff0a0000;

noreturn void __stack_chk_fail(void)
{
    panic("stack overwritten");
}

/* ------------------------------------------------------------------------ aligned memory */

/* newlib's aligned_alloc() calls this, which it leaves to the system (POSIX.1-2008). */
int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *aligned = memalign(alignment, size);
    if (aligned == NULL)
        return ENOMEM;
    *memory = aligned;
    return 0;
}
