// SPDX-License-Identifier: BSD-3-Clause
/*
 * Stopping a channel (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Channel Teardown").
 *
 * A teardown lets the transfer in flight end, turns the channel off, and puts a message onto the
 * completion ring. The handler finds it there, unless its interrupt was masked as a storm, or its
 * core is held up: then, once the channel is off or the time is over, this core masks the interrupt
 * for good and empties the ring itself. Where it is not the handler that empties the ring, with a
 * polled channel say, it does so from the start.
 */
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/internal.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>

/* The transfer in flight must end within this: 4 MiB while all other channels are busy too. */
#define TEARDOWN_TIMEOUT_US 1000000u
/* After this a look at whether the channel is off; long enough for a handler to begin. */
#define TEARDOWN_LOOK_US    10000u
/* A message that is on its way to the ring comes soon. */
#define MESSAGE_POLL_US     100u
/* A channel that is disabled says so at once. */
#define DISABLE_TIMEOUT_US  1000u

static struct udmap_channel_registers *registers_of(uintptr_t region, uint16_t number)
{
    return (struct udmap_channel_registers *)(region + (uintptr_t)number * UDMAP_CHANNEL_STRIDE);
}

struct udma_halves udma_halves_of(const struct udma *udma, uint16_t number)
{
    const struct udma_facts *facts = &udma->facts;

    return (struct udma_halves){number, registers_of(facts->tchan_rt, number),
                                registers_of(facts->rchan_rt, number)};
}

bool udma_half_is_running(const struct udmap_channel_registers *half)
{
    return half != NULL && (mmio_read32(UDMA_CTL(half)) & UDMAP_CTL_ENABLE) != 0;
}

bool udma_is_running(const struct udma_halves *halves)
{
    return udma_half_is_running(halves->transmit) || udma_half_is_running(halves->receive);
}

bool udma_wait_until_off(const struct udma_halves *halves, uint64_t timeout_us)
{
    deadline_t deadline = deadline_after_us(timeout_us);

    while (udma_is_running(halves))
        if (deadline_passed(deadline))
            return !udma_is_running(halves);
    return true;
}

int udma_disable(const struct udma_halves *halves)
{
    if (halves->receive != NULL)
        mmio_write32(UDMA_CTL(halves->receive), 0);
    if (halves->transmit != NULL)
        mmio_write32(UDMA_CTL(halves->transmit), 0);
    if (udma_wait_until_off(halves, DISABLE_TIMEOUT_US))
        return 0;
    log_error(udma, "channel %u: stays enabled", (unsigned)halves->number);
    return -EIO;
}

int udma_see_off(const struct udma_halves *halves)
{
    return udma_is_running(halves) ? udma_disable(halves) : 0;
}

static bool is_transmitting(const struct udma_channel *channel)
{
    return udma_half_is_running(udma_lead(&channel->halves));
}

static void tear_down(struct udma_channel *channel, uint32_t forced)
{
    if (channel->numbers.one_way != NULL)
        channel->numbers.one_way->tear_down(channel, forced != 0);
    else
        mmio_write32(UDMA_CTL(channel->halves.transmit),
                     UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN | forced);
}

static inline __attribute__((always_inline)) void begin(struct udma_channel *channel)
{
    unsigned long state = spin_lock(&channel->lock);
    bool first = channel->refusal != -ECANCELED;

    udma_refuse(channel, -ECANCELED);
    spin_unlock(&channel->lock, state);
    if (first)
        tear_down(channel, 0);
}

void udma_begin_stop(struct udma_channel *channel)
{
    begin(channel);
}

static void go_on(struct udma_channel *channel)
{
    if (channel->numbers.one_way != NULL && channel->numbers.one_way->go_on != NULL)
        channel->numbers.one_way->go_on(channel);
}

static bool has_stopped(void *argument)
{
    const struct udma_channel *channel = argument;

    return __atomic_load_n(&channel->stopped, __ATOMIC_ACQUIRE);
}

/* Whether the handler will still find the message. */
static bool is_handled(struct udma_channel *channel)
{
    return !__atomic_load_n(&channel->failed, __ATOMIC_RELAXED) && !irq_is_masked(channel->irq);
}

/* Waits until the handler has seen the message (0), there will be no handler though the channel is
 * off, or the time is over. Its core may be in another interrupt's handler for a while. */
static int wait_for_message(struct udma_channel *channel, deadline_t deadline)
{
    int error;

    do {
        error = wait_for(has_stopped, channel, TEARDOWN_LOOK_US);
        if (error != 0)
            go_on(channel);
    } while (error != 0 && (is_transmitting(channel) || is_handled(channel)) &&
             !deadline_passed(deadline));
    return error;
}

/* There is no handler, or it runs nowhere and will not. Whether the teardown is over. */
static bool look_for_message(struct udma_channel *channel, deadline_t deadline)
{
    for (;;) {
        udma_transfer_poll(channel);
        if (has_stopped(channel))
            return true;
        /* A ring that can't be read never shows the message: then the channel's own word counts. */
        if (channel->failed && !is_transmitting(channel))
            return true;
        if (deadline_passed(deadline))
            return false;
        go_on(channel);
        delay_us(MESSAGE_POLL_US);
    }
}

/* Data that does not come, or goes nowhere, is not waited for any longer. */
static void force(struct udma_channel *channel)
{
    tear_down(channel, UDMAP_CTL_FORCED_TEARDOWN);
    (void)udma_wait_until_off(&channel->halves, DISABLE_TIMEOUT_US);
}

int udma_stop(struct udma_channel *channel)
{
    deadline_t deadline = deadline_after_us(TEARDOWN_TIMEOUT_US);

    begin(channel);
    if (!channel->by_thread && wait_for_message(channel, deadline) != 0) {
        irq_mask(channel->irq);
        if (irq_synchronize(channel->irq) != 0)
            return -EAGAIN;
        channel->by_thread = true; /* no handler, and udma_channel_close() refuses callbacks */
    }
    if (channel->by_thread)
        channel->cut_off = !look_for_message(channel, deadline) || channel->cut_off;
    if (channel->cut_off)
        force(channel);
    (void)udma_disable(&channel->halves); /* who takes back sees whether it did */
    if (channel->numbers.one_way != NULL)
        channel->numbers.one_way->stop(channel);
    if (!channel->cut_off)
        return 0;
    udma_transfer_poll(channel); /* what has ended since the last look */
    return -ETIMEDOUT;
}
