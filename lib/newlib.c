// SPDX-License-Identifier: BSD-3-Clause
/*
 * What newlib asks of its system (newlib's libc manual, chapter 12 "System Calls"): a console and a
 * heap. State per core and locks: newlib_cores.c.
 */
#include "arch/core_end.h"
#include "arch/exception.h"
#include "lib/console.h"
#include "lib/heap.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <sys/stat.h>

#undef errno
extern int errno; /* the system-call functions below set the plain one, which newlib copies */

#define PROCESS_ID 1

/* linker.ld */
extern uint8_t heap_start[], heap_end[];

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
    core_end((uint8_t)status);
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
