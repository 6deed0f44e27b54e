// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing a side of a link: see link.h.
 */
#include "drivers/link/link.h"

#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/link/internal.h"
#include "drivers/mailbox/mailbox.h"
#include "drivers/udma/message_port.h"
#include "drivers/udma/message_ring.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define LEAVE_US    1000000u
#define EPOCH_SHIFT 10 /* about a microsecond */

static bool is_valid(const struct link_config *config)
{
    return config != NULL && config->received != NULL && config->depth >= 2 &&
           config->depth <= LINK_DEPTH_MAX && (config->depth & (config->depth - 1)) == 0 &&
           config->transmit != MAILBOX_NONE && config->receive != MAILBOX_NONE;
}

/* Most likely another one than before: the clock goes on where a side is restarted, but these bits
 * of it come again each 17 ms. So one restart in 16,383 has the epoch of its predecessor. */
static uint16_t new_epoch(void)
{
    const uint16_t epoch = (time_now_ns() >> EPOCH_SHIFT) & LINK_EPOCH_MASK;

    return epoch != 0 ? epoch : 1;
}

static enum irq_return on_ring(void *context)
{
    link_rest_if_due(context);
    return link_run_for_ring(context) ? IRQ_AGAIN : IRQ_HANDLED;
}

static int request_interrupt(struct link *link)
{
    const struct irq_request request = {
        .index = udma_message_ring_index(link->ring),
        .handler = on_ring,
        .context = link,
        .name = link->config.name,
        .core = link->config.core,
    };

    struct irq *irq;
    int error;

    if (link->config.polled)
        return 0;
    error = link_rest_open(link);
    if (error != 0)
        return error;
    error = irq_request(udma_message_ring_device(link->ring), &request, &irq);
    if (error == 0)
        __atomic_store_n(&link->irq, irq, __ATOMIC_RELEASE);
    return error;
}

/* Returns what there was before. */
static struct mailbox *exchange_mailbox(struct link *link, struct mailbox *mailbox)
{
    unsigned long state = spin_lock(&link->lock);
    struct mailbox *before = link->mailbox;

    link->mailbox = mailbox;
    spin_unlock(&link->lock, state);
    return before;
}

static int open_mailbox(struct link *link)
{
    const struct mailbox_config config = {
        .name = link->config.name,
        .cluster = link->config.cluster,
        .user = link->config.user,
        .transmit = link->config.transmit,
        .receive = link->config.receive,
        .core = link->config.core,
        .received = link_words,
        .ready = link_flush_words,
        .context = link,
    };
    struct mailbox *mailbox;
    int error = mailbox_open(&config, &mailbox);

    if (error == 0)
        (void)exchange_mailbox(link, mailbox);
    return error;
}

/* The ring's handler may still run, and answer a LINK_LEAVE: the endpoint is out of its reach
 * before it is closed. It is used with the lock only, so nobody is inside it then. */
static int close_mailbox(struct link *link)
{
    struct mailbox *mailbox = exchange_mailbox(link, NULL);
    int error = mailbox != NULL ? mailbox_close(mailbox) : 0;

    if (error == -EAGAIN || error == -EDEADLK)
        (void)exchange_mailbox(link, mailbox);
    return error;
}

/* In the opposite order of the opening. What is gone is not there any more when this is called
 * again. `first`: the first error of what is held. -EAGAIN: a callback still runs. */
static int tear_down(struct link *link, int *first)
{
    int error = close_mailbox(link);

    if (error == -EAGAIN || error == -EDEADLK)
        return error;
    *first = *first != 0 ? *first : error;
    error = link_rest_close(link);
    if (error != 0)
        return error;
    error = link->irq != NULL ? irq_free(link->irq) : 0;
    if (error == -EAGAIN || error == -EDEADLK)
        return error;
    link->irq = NULL;
    *first = *first != 0 ? *first : error;
    if (link->port != NULL)
        (void)udma_message_port_close(link->port);
    link->port = NULL;
    error = link->ring != NULL ? udma_message_ring_close(link->ring) : 0;
    link->ring = NULL;
    *first = *first != 0 ? *first : error;
    return 0;
}

static int bring_up(struct link *link)
{
    const struct link_config *config = &link->config;
    int error =
        udma_message_ring_open_wide(config->own, (uint16_t)(2u * config->depth), &link->ring);

    if (error != 0) {
        link->ring = NULL;
        return error;
    }
    error = udma_message_port_open(config->peer, config->peer_host, &link->port);
    if (error != 0) {
        link->port = NULL;
        return error;
    }
    error = request_interrupt(link);
    return error == 0 ? open_mailbox(link) : error;
}

int link_open(const struct link_config *config, struct link **link)
{
    struct link *opened;
    int error, held = 0;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (!is_valid(config) || link == NULL)
        return -EINVAL;
    opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return -ENOMEM;
    opened->config = *config;
    opened->epoch = new_epoch();
    *link = opened; /* callbacks may come before this returns */
    error = bring_up(opened);
    if (error != 0) {
        /* The mailbox comes last, and nobody has been told of the ring: no callback has begun. */
        if (opened->irq != NULL)
            irq_give_up(opened->irq);
        opened->irq = NULL;
        (void)tear_down(opened, &held);
        free(opened);
        return error;
    }
    link_tell(opened, LINK_HELLO);
    return 0;
}

void link_disconnect(struct link *link)
{
    unsigned long state = spin_lock(&link->lock);

    link->connected = link->exposed = false;
    link->dead = true;
    spin_unlock(&link->lock, state);
    wait_signal(&link->left);
}

/* With the lock. Whether nobody has taken this side's LINK_HELLO. Who takes it from now on finds
 * the LINK_LEAVE beside it, and knows that it is outdated. */
static bool is_unheard(const struct link *link)
{
    return link->outbox == 0 && mailbox_get_unread(link->mailbox) >= link->words;
}

/* Of a polled link the words are taken here. Once it may go, it may: who is told -EAGAIN and comes
 * again has no mailbox any more to look at. */
static bool may_go(void *argument)
{
    struct link *link = (struct link *)((char *)argument - offsetof(struct link, left));
    unsigned long state;
    bool may;

    if (link->config.polled)
        (void)link_run(link);
    state = spin_lock(&link->lock);
    may = link->left || !link->exposed || (link->mailbox != NULL && is_unheard(link));
    link->left = may;
    spin_unlock(&link->lock, state);
    return may;
}

/* Once; and nothing is put into the other side's ring any more. */
static void take_leave(struct link *link)
{
    unsigned long state = spin_lock(&link->lock);
    bool first = !link->closing;

    link_acknowledge(link);
    link->closing = true;
    spin_unlock(&link->lock, state);
    if (!first)
        return;
    barrier_complete(); /* what was put has arrived before the other side hears of this */
    link_tell(link, LINK_LEAVE);
    wait_signal(link); /* link_send_wait() */
}

/* A dead side has left the mailbox full, so that LINK_LEAVE could not be sent: the next one must
 * not find there that this side has a ring. */
static void take_back_offer(struct link *link)
{
    unsigned long state = spin_lock(&link->lock);
    bool unsaid = (link->outbox & UINT32_C(1) << LINK_LEAVE) != 0;

    if (link->dead && unsaid && link->mailbox != NULL) {
        link->outbox = 0;
        mailbox_take_back(link->mailbox);
    }
    spin_unlock(&link->lock, state);
}

int link_close(struct link *link)
{
    int error, held = 0;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (link == NULL)
        return -EINVAL;
    take_leave(link);
    error = wait_until_signal(may_go, &link->left, deadline_after_us(LEAVE_US));
    if (error != 0)
        return error;
    take_back_offer(link);
    error = tear_down(link, &held);
    if (error != 0)
        return error;
    free(link);
    return held != 0 ? -EIO : 0;
}
