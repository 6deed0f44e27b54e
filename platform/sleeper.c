// SPDX-License-Identifier: BSD-3-Clause
/*
 * Who has something to do when the SoC is suspended. Apart from what suspends it, which an
 * application without a suspend does not link.
 */
#include "arch/spinlock.h"
#include "platform/internal.h"

#include <stddef.h>

static struct spinlock lock;
static struct platform_sleeper *sleepers; /* the last that came, first */

void platform_add_sleeper(struct platform_sleeper *sleeper)
{
    unsigned long state = spin_lock(&lock);

    sleeper->next = sleepers;
    __atomic_store_n(&sleepers, sleeper, __ATOMIC_RELEASE);
    spin_unlock(&lock, state);
}

/* The one that came after it; for NULL the one that came first. */
static struct platform_sleeper *after(const struct platform_sleeper *sleeper)
{
    struct platform_sleeper *found = NULL;

    for (struct platform_sleeper *s = __atomic_load_n(&sleepers, __ATOMIC_ACQUIRE); s != sleeper;
         s = s->next)
        found = s;
    return found;
}

/* Those that are down are the ones from the last on to `end`, which is not. */
static int up_after(const struct platform_sleeper *end, bool lost)
{
    int first_error = 0;

    for (struct platform_sleeper *s = after(end); s != NULL; s = after(s)) {
        int error = s->up(s->context, lost);

        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}

int platform_sleepers_down(void)
{
    for (struct platform_sleeper *s = __atomic_load_n(&sleepers, __ATOMIC_ACQUIRE); s != NULL;
         s = s->next) {
        int error = s->down(s->context);

        if (error != 0) {
            (void)up_after(s, false);
            return error;
        }
    }
    return 0;
}

int platform_sleepers_up(bool lost)
{
    return up_after(NULL, lost);
}
