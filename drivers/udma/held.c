// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the hardware or the system firmware did not release: channels, flows, rings and monitors.
 * Their numbers and their memory stay theirs, since the hardware may still use both, and they are
 * tried again.
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

/* Takes the whole list, so that no other core is at the same owners. */
static struct udma_held *detach_all(void)
{
    unsigned long state = spin_lock(&lock);
    struct udma_held *all = list;

    list = NULL;
    spin_unlock(&lock, state);
    return all;
}

int udma_held_dispose(struct udma_held *held, bool failed)
{
    const struct udma_held_kind *kind = held->kind;
    struct udma *udma = held->udma;
    int error = kind->take_back(held->owner) != 0 ? -EIO : 0;

    if (error == 0)
        kind->discard(held->owner, failed);
    else
        log_error(udma, "%s %u is held: tried again later", kind->name, (unsigned)held->number);
    udma_numbers_count(udma, -kind->open, error != 0 ? 1 : 0);
    if (error != 0)
        attach(held);
    return error;
}

static void let_go(struct udma_held *held)
{
    struct udma *udma = held->udma;

    log_info(udma, "%s %u is free again", held->kind->name, (unsigned)held->number);
    held->kind->discard(held->owner, true);
    udma_numbers_count(udma, 0, -1);
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
            error = held->kind->take_back(held->owner);
        if (error == 0)
            let_go(held);
        else
            attach(held);
    }
}
