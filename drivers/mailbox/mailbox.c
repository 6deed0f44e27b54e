// SPDX-License-Identifier: BSD-3-Clause
/*
 * Endpoints of the mailbox (AM65x TRM SPRUID7, "Mailbox", programming guide).
 *
 * The interrupt for messages is enabled from open to close; the one for room, which a FIFO has most
 * of the time, only while somebody wants to hear of it.
 *
 * The registers' descriptions have the status bits for the state of the FIFOs, the text has them
 * for something that is cleared once it has been dealt with. This goes with both, and with a bit
 * that is only set when a message arrives: the bit is cleared, and the FIFO looked at, afterwards.
 */
#include "drivers/mailbox/mailbox.h"

#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/mailbox/mailbox_registers.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

LOG_SUBJECT(mailbox);

struct mailbox {
    struct mailbox_config config;
    struct mailbox_registers *registers;
    struct mailbox_user_registers *user;
    struct irq *irq;

    struct spinlock lock; /* for what follows, and the enables of the user */
    bool closing, paused;
    bool wants_ready; /* somebody was told -EAGAIN, and not yet that there is room */
    struct mailbox_counters counters;
};

static uint32_t get(const uint32_t *place)
{
    return mmio_read32((uintptr_t)place);
}

static void put(uint32_t *place, uint32_t value)
{
    mmio_write32((uintptr_t)place, value);
}

static void count(uint64_t *counter, uint64_t more)
{
    __atomic_fetch_add(counter, more, __ATOMIC_RELAXED);
}

static bool receives(const struct mailbox *mailbox)
{
    return mailbox->config.receive != MAILBOX_NONE;
}

static bool sends(const struct mailbox *mailbox)
{
    return mailbox->config.transmit != MAILBOX_NONE;
}

/* ---- sending ---- */

static bool is_full(const struct mailbox *mailbox)
{
    const uint32_t *status = &mailbox->registers->fifo_status[mailbox->config.transmit];

    return (get(status) & MAILBOX_FIFO_FULL) != 0;
}

/* With the lock. Whether there is room; if not, an interrupt will tell of it. */
static bool look_for_room(struct mailbox *mailbox)
{
    if (!is_full(mailbox))
        return true;
    put(&mailbox->user->irq_enable_set, MAILBOX_NOT_FULL(mailbox->config.transmit));
    return !is_full(mailbox);
}

static int send_now(struct mailbox *mailbox, uint32_t message, bool wants_ready)
{
    unsigned long state = spin_lock(&mailbox->lock);
    int error = 0;

    if (mailbox->closing) {
        error = -ECANCELED;
    } else if (look_for_room(mailbox)) {
        barrier_before_doorbell(); /* what the message is about, first */
        put(&mailbox->registers->message[mailbox->config.transmit], message);
        count(&mailbox->counters.sent, 1);
    } else {
        mailbox->wants_ready |= wants_ready;
        count(&mailbox->counters.full, 1);
        error = -EAGAIN;
    }
    spin_unlock(&mailbox->lock, state);
    return error;
}

int mailbox_send(struct mailbox *mailbox, uint32_t message)
{
    return mailbox == NULL || !sends(mailbox) ? -EINVAL : send_now(mailbox, message, true);
}

void mailbox_send_last(const struct mailbox *mailbox, uint32_t message)
{
    put(&mailbox->registers->message[mailbox->config.transmit], message);
}

unsigned mailbox_get_unread(const struct mailbox *mailbox)
{
    return sends(mailbox)
               ? MAILBOX_MSG_COUNT(get(&mailbox->registers->msg_status[mailbox->config.transmit]))
               : 0;
}

void mailbox_take_back(const struct mailbox *mailbox)
{
    for (unsigned left = mailbox_get_unread(mailbox); left != 0; left--)
        (void)get(&mailbox->registers->message[mailbox->config.transmit]);
}

/* A condition of a wait. */
static bool may_send(void *argument)
{
    struct mailbox *mailbox = argument;
    unsigned long state = spin_lock(&mailbox->lock);
    bool may = mailbox->closing || look_for_room(mailbox);

    spin_unlock(&mailbox->lock, state);
    return may;
}

int mailbox_send_wait(struct mailbox *mailbox, uint32_t message, uint64_t timeout_us)
{
    deadline_t deadline;
    int error;

    if (mailbox == NULL || !sends(mailbox))
        return -EINVAL;
    if (!wait_is_allowed())
        return -EDEADLK;
    deadline = deadline_after_us(timeout_us);
    error = send_now(mailbox, message, false);
    while (error == -EAGAIN) { /* another sender may have been quicker */
        if (deadline_passed(deadline))
            return -ETIMEDOUT;
        error = wait_until_signal(may_send, mailbox, deadline);
        if (error == 0)
            error = send_now(mailbox, message, false);
    }
    return error;
}

/* There is room, or was: whoever wants to know asks anew. */
static void tell_of_room(struct mailbox *mailbox)
{
    const uint32_t bit = MAILBOX_NOT_FULL(mailbox->config.transmit);
    unsigned long state = spin_lock(&mailbox->lock);
    bool room, tell;

    put(&mailbox->user->irq_enable_clr, bit);
    put(&mailbox->user->irq_status_clr, bit);
    room = !mailbox->closing && look_for_room(mailbox);
    tell = room && mailbox->wants_ready;
    if (tell)
        mailbox->wants_ready = false;
    spin_unlock(&mailbox->lock, state);
    if (room)
        wait_signal(mailbox);
    if (tell && mailbox->config.ready != NULL)
        mailbox->config.ready(mailbox->config.context);
}

/* ---- receiving ---- */

static unsigned waiting_messages(const struct mailbox *mailbox)
{
    const uint32_t *status = &mailbox->registers->msg_status[mailbox->config.receive];
    unsigned messages = MAILBOX_MSG_COUNT(get(status));

    return messages < MAILBOX_FIFO_MESSAGES ? messages : MAILBOX_FIFO_MESSAGES;
}

/* As many as there are now. What comes meanwhile interrupts again, behind the core's other
 * interrupts. */
static enum irq_return receive(struct mailbox *mailbox)
{
    const unsigned number = mailbox->config.receive, messages = waiting_messages(mailbox);
    uint32_t taken[MAILBOX_FIFO_MESSAGES];

    for (unsigned i = 0; i < messages; i++)
        taken[i] = get(&mailbox->registers->message[number]);
    put(&mailbox->user->irq_status_clr, MAILBOX_NEW_MESSAGE(number));
    if (messages != 0) {
        barrier_after_status(); /* what the messages are about, afterwards */
        count(&mailbox->counters.received, messages);
        mailbox->config.received(mailbox->config.context, taken, messages);
    }
    return waiting_messages(mailbox) != 0 ? IRQ_AGAIN : IRQ_HANDLED;
}

static enum irq_return interrupt(void *context)
{
    struct mailbox *mailbox = context;
    uint32_t status = get(&mailbox->user->irq_status_clr);

    if (status == 0)
        return IRQ_NONE;
    count(&mailbox->counters.interrupts, 1);
    if (sends(mailbox) && (status & MAILBOX_NOT_FULL(mailbox->config.transmit)) != 0)
        tell_of_room(mailbox);
    if (receives(mailbox) && (status & MAILBOX_NEW_MESSAGE(mailbox->config.receive)) != 0)
        return receive(mailbox);
    return IRQ_HANDLED;
}

/* With the lock. */
static void enable_messages(struct mailbox *mailbox)
{
    const uint32_t bit = MAILBOX_NEW_MESSAGE(mailbox->config.receive);

    if (mailbox->paused || mailbox->closing)
        put(&mailbox->user->irq_enable_clr, bit);
    else
        put(&mailbox->user->irq_enable_set, bit);
}

static void set_paused(struct mailbox *mailbox, bool paused)
{
    unsigned long state;

    if (!receives(mailbox))
        return;
    state = spin_lock(&mailbox->lock);
    mailbox->paused = paused;
    enable_messages(mailbox);
    spin_unlock(&mailbox->lock, state);
}

void mailbox_pause(struct mailbox *mailbox)
{
    set_paused(mailbox, true);
}

void mailbox_resume(struct mailbox *mailbox)
{
    set_paused(mailbox, false);
}

/* ---- what endpoints have of a cluster ---- */

static uint32_t bit_of(uint8_t fifo)
{
    return fifo == MAILBOX_NONE ? 0 : UINT32_C(1) << fifo;
}

static int claim(const struct mailbox_config *config)
{
    struct mailbox_cluster *cluster = config->cluster;
    const uint32_t user = UINT32_C(1) << config->user;
    const uint32_t transmit = bit_of(config->transmit), receive = bit_of(config->receive);
    unsigned long state = spin_lock(&cluster->lock);
    bool taken = ((cluster->users & user) | (cluster->transmits & transmit) |
                  (cluster->receives & receive)) != 0;

    if (!taken) {
        cluster->users |= user;
        cluster->transmits |= transmit;
        cluster->receives |= receive;
    }
    spin_unlock(&cluster->lock, state);
    return taken ? -EBUSY : 0;
}

static void unclaim(const struct mailbox_config *config)
{
    struct mailbox_cluster *cluster = config->cluster;
    unsigned long state = spin_lock(&cluster->lock);

    cluster->users &= ~(UINT32_C(1) << config->user);
    cluster->transmits &= ~bit_of(config->transmit);
    cluster->receives &= ~bit_of(config->receive);
    spin_unlock(&cluster->lock, state);
}

/* ---- opening and closing ---- */

static bool is_fifo(uint8_t fifo)
{
    return fifo < MAILBOX_FIFOS || fifo == MAILBOX_NONE;
}

static bool is_valid(const struct mailbox_config *config)
{
    return config != NULL && config->cluster != NULL && config->cluster->device != NULL &&
           config->user < MAILBOX_USERS && is_fifo(config->transmit) && is_fifo(config->receive) &&
           config->transmit != config->receive &&
           (config->receive == MAILBOX_NONE || config->received != NULL) &&
           (config->core == IRQ_CORE_ANY || config->core < core_count());
}

static void disable_all(struct mailbox *mailbox)
{
    put(&mailbox->user->irq_enable_clr, UINT32_MAX);
    put(&mailbox->user->irq_status_clr, UINT32_MAX);
}

static int request_interrupt(struct mailbox *mailbox)
{
    const struct irq_request request = {
        .index = mailbox->config.user,
        .handler = interrupt,
        .context = mailbox,
        .name = mailbox->config.name,
        .core = mailbox->config.core,
    };

    return irq_request(mailbox->config.cluster->device, &request, &mailbox->irq);
}

static int open_claimed(const struct mailbox_config *config, struct mailbox **mailbox)
{
    struct mailbox *opened = calloc(1, sizeof(*opened));
    int error;

    if (opened == NULL)
        return -ENOMEM;
    opened->config = *config;
    opened->registers = (struct mailbox_registers *)config->cluster->base;
    opened->user = &opened->registers->users[config->user];
    disable_all(opened);
    error = request_interrupt(opened);
    if (error != 0) {
        free(opened);
        return error;
    }
    *mailbox = opened;
    if (receives(opened))
        mailbox_resume(opened);
    return 0;
}

int mailbox_open(const struct mailbox_config *config, struct mailbox **mailbox)
{
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (!is_valid(config) || mailbox == NULL)
        return -EINVAL;
    error = claim(config);
    if (error != 0)
        return error;
    error = open_claimed(config, mailbox);
    if (error != 0) {
        unclaim(config);
        log_error(mailbox, "%s: user %u of %s: not opened: error %d", config->name,
                  (unsigned)config->user, config->cluster->name, error);
    }
    return error;
}

int mailbox_close(struct mailbox *mailbox)
{
    unsigned long state;
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (mailbox == NULL)
        return -EINVAL;
    state = spin_lock(&mailbox->lock);
    mailbox->closing = true;
    disable_all(mailbox);
    spin_unlock(&mailbox->lock, state);
    error = irq_free(mailbox->irq);
    if (error == -EAGAIN)
        return error;
    unclaim(&mailbox->config);
    free(mailbox);
    return error == 0 ? 0 : -EIO;
}

int mailbox_set_affinity(struct mailbox *mailbox, unsigned core)
{
    return mailbox == NULL ? -EINVAL : irq_set_affinity(mailbox->irq, core);
}

void mailbox_get_counters(const struct mailbox *mailbox, struct mailbox_counters *counters)
{
    const struct mailbox_counters *now = &mailbox->counters;

    counters->sent = __atomic_load_n(&now->sent, __ATOMIC_RELAXED);
    counters->received = __atomic_load_n(&now->received, __ATOMIC_RELAXED);
    counters->full = __atomic_load_n(&now->full, __ATOMIC_RELAXED);
    counters->interrupts = __atomic_load_n(&now->interrupts, __ATOMIC_RELAXED);
}
