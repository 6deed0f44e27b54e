// SPDX-License-Identifier: BSD-3-Clause
/*
 * Who takes what has come, of the mailbox and of the ring: one at a time, whichever interrupt it
 * is, or whoever polls.
 */
#include "drivers/link/internal.h"
#include "drivers/link/link.h"
#include "msi/irq.h"

#include <stddef.h>

/* What is in the ring comes before a word that came after it: a side that has gone has left
 * messages there. A stranger's element waits for the word that says who that is. */
static bool work(struct link *link)
{
    bool more = link_drain(link);

    while (link_take_word(link)) {
        more = link_drain(link);
        link_pump(link);
    }
    return more;
}

/* While a stranger's element waits, and at a rest, the ring's event is kept: it comes again for
 * what is behind. */
static void keep_event(struct link *link, bool keep)
{
    struct irq *irq = __atomic_load_n(&link->irq, __ATOMIC_ACQUIRE);

    if (irq == NULL || (!keep && !link->masked))
        return;
    link->masked = keep;
    if (keep) {
        __atomic_store_n(&link->parked, false, __ATOMIC_RELEASE); /* it waits for more, then */
        irq_mask(irq);
    } else {
        irq_unmask(irq);
    }
}

/* Nobody is at it any more. */
static void let_event_come(struct link *link)
{
    if (__atomic_load_n(&link->parked, __ATOMIC_ACQUIRE) &&
        __atomic_exchange_n(&link->parked, false, __ATOMIC_ACQ_REL))
        irq_unmask(link->irq);
}

bool link_run(struct link *link)
{
    uint32_t turns = __atomic_fetch_add(&link->turns, 1, __ATOMIC_ACQ_REL) + 1;
    bool more = false, keep = false;

    if (turns != 1)
        return true;
    do {
        turns = __atomic_load_n(&link->turns, __ATOMIC_ACQUIRE);
        more = work(link);
        keep = link->stashed || link_is_resting(link);
        keep_event(link, keep);
    } while (__atomic_sub_fetch(&link->turns, turns, __ATOMIC_ACQ_REL) != 0);
    let_event_come(link);
    return more || keep;
}

/* Masked before the turn is taken: whoever has it then unmasks, as does this one if nobody has. An
 * interrupt that came again and again instead would keep him from his end, where the two share a
 * processor, and be taken for a storm. */
bool link_run_for_ring(struct link *link)
{
    struct irq *irq = __atomic_load_n(&link->irq, __ATOMIC_ACQUIRE);

    if (irq != NULL && __atomic_load_n(&link->turns, __ATOMIC_ACQUIRE) != 0) {
        irq_mask(irq);
        __atomic_store_n(&link->parked, true, __ATOMIC_RELEASE);
    }
    return link_run(link);
}

bool link_poll(struct link *link)
{
    return link != NULL && link_run(link);
}

void link_words(void *context, const uint32_t *words, unsigned count)
{
    struct link *link = context;
    unsigned long state = spin_lock(&link->lock);

    for (unsigned i = 0; i < count; i++) {
        if (link->inbox_count == LINK_INBOX) {
            link->counters.wrong++;
            continue;
        }
        link->inbox[(link->inbox_first + link->inbox_count++) % LINK_INBOX] = words[i];
    }
    spin_unlock(&link->lock, state);
    if (!link->config.polled)
        (void)link_run(link);
}
