// SPDX-License-Identifier: BSD-3-Clause
/*
 * What Debian's libnewlib-arm-none-eabi asks of its system besides newlib.c, on a core that is
 * alone: malloc()'s lock (newlib's libc manual, "__malloc_lock"), the only one that it has, and
 * what crt0 would bring.
 */
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/wait.h"

#include <malloc.h>
#include <reent.h>
#include <stdint.h>

void _fini(void);

static struct mutex mutex = MUTEX_INIT;
static uint32_t depth; /* it is recursive */

/* A panic does not take it. */
void __malloc_lock(struct _reent *reent)
{
    (void)reent;
    if (panicking())
        return;
    if (!(mutex_is_mine(&mutex) && !in_interrupt()) && mutex_lock(&mutex) != 0)
        panic("newlib: malloc() or stdio from %s",
              in_interrupt() ? "an interrupt handler" : "code that has masked IRQs");
    depth++;
}

void __malloc_unlock(struct _reent *reent)
{
    (void)reent;
    if (!panicking() && --depth == 0)
        mutex_unlock(&mutex);
}

/* exit() calls it behind the destructors, of which r5f.ld allows none. */
void _fini(void)
{
}
