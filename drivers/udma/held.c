// SPDX-License-Identifier: BSD-3-Clause
/*
 * Channels of which the hardware or the system firmware did not release something. Their numbers
 * and their memory stay theirs, since the hardware may still use both, and they are tried again.
 */
#include "arch/spinlock.h"
#include "drivers/udma/internal.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

static struct spinlock lock = SPINLOCK_INIT;
static struct udma_channel *list;

static void attach(struct udma_channel *channel)
{
    unsigned long state = spin_lock(&lock);

    channel->next_held = list;
    list = channel;
    spin_unlock(&lock, state);
}

/* Takes the whole list, so that no other core is at the same channels. */
static struct udma_channel *detach_all(void)
{
    unsigned long state = spin_lock(&lock);
    struct udma_channel *all = list;

    list = NULL;
    spin_unlock(&lock, state);
    return all;
}

void udma_held_add(struct udma_channel *channel)
{
    log_error(udma, "channel %u and ring %u are held: released at a later open or close",
              (unsigned)channel->numbers.channel, (unsigned)channel->numbers.completion_ring);
    udma_numbers_hold(channel->numbers.udma);
    attach(channel);
}

static void let_go(struct udma_channel *channel)
{
    const struct udma_numbers numbers = channel->numbers;

    udma_channel_free(channel);
    udma_numbers_give_back_held(&numbers);
    log_info(udma, "channel %u and ring %u are free again", (unsigned)numbers.channel,
             (unsigned)numbers.completion_ring);
}

void udma_held_retry(void)
{
    struct udma_channel *channel = detach_all(), *next;
    int error = 0;

    udma_left_over_retry();
    /* The first answer that does not come ends it: the others would only take their time too. What
     * is put back stands in the opposite order, so that each has its turn. */
    for (; channel != NULL; channel = next) {
        next = channel->next_held;
        if (error != -ETIMEDOUT)
            error = udma_take_back(channel);
        if (error == 0)
            let_go(channel);
        else
            attach(channel);
    }
}
