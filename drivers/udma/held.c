// SPDX-License-Identifier: BSD-3-Clause
/*
 * Channels of which the hardware or the system firmware did not release something. Their numbers
 * and their memory stay theirs, since the hardware may still use both, and they are tried again.
 */
#include "arch/spinlock.h"
#include "drivers/udma/internal.h"

#include <errno.h>
#include <stddef.h>

static struct spinlock lock = SPINLOCK_INIT;
static struct udma_held *list;

static void attach(struct udma_held *held)
{
    unsigned long state = spin_lock(&lock);

    held->next = list;
    list = held;
    spin_unlock(&lock, state);
}

/* Takes the whole list, so that no other core is at the same channels. */
static struct udma_held *detach_all(void)
{
    unsigned long state = spin_lock(&lock);
    struct udma_held *all = list;

    list = NULL;
    spin_unlock(&lock, state);
    return all;
}

void udma_held_add(struct udma_held *held)
{
    attach(held);
}

void udma_held_retry(void)
{
    struct udma_held *held = detach_all(), *next;
    int error = 0;

    udma_left_over_retry();
    /* The first answer that does not come ends it: the others would only take their time too. What
     * is put back stands in the opposite order, so that each has its turn. */
    for (; held != NULL; held = next) {
        next = held->next;
        if (error != -ETIMEDOUT)
            error = held->take_back(held);
        if (error == 0)
            held->let_go(held);
        else
            attach(held);
    }
}
