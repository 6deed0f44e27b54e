// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing memory-to-memory channels (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Channel
 * Setup", "Channel Teardown"; TI-SCI documentation, TISCI_MSG_RM_UDMAP_TX_CH_CFG and RX_CH_CFG,
 * TISCI_MSG_RM_PSIL_PAIR).
 *
 * A copy runs on transmit channel n, which reads descriptors and data, and receive channel n,
 * which writes; a PSI-L pairing joins the two.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* How much of a descriptor the UDMAP prefetches: the header's four words. */
#define FETCH_WORDS         4u

/* PSI-L destination threads have this bit set. */
#define PSIL_DESTINATION    0x8000u

/* Fewer elements would do; this many cost nothing, and rings of this size are in common use. */
#define RING_ELEMENTS_MIN   16u

/* The transfer in flight must end within this: 4 MiB while all other channels are busy too. */
#define TEARDOWN_TIMEOUT_US 1000000u
/* A channel that is disabled says so at once. */
#define DISABLE_TIMEOUT_US  1000u

#define CTL(half)           ((uintptr_t) & (half)->ctl)

static uint16_t source_thread(const struct udma_channel *channel)
{
    return (uint16_t)(udma_get_facts()->psil_base + channel->number);
}

static uint16_t destination_thread(const struct udma_channel *channel)
{
    return (uint16_t)(source_thread(channel) | PSIL_DESTINATION);
}

static bool is_running(const struct udma_channel *channel)
{
    return ((mmio_read32(CTL(channel->transmit)) | mmio_read32(CTL(channel->receive))) &
            UDMAP_CTL_ENABLE) != 0;
}

/* Turns both halves off, whatever they are doing. -EIO: they stay on. */
static int disable(const struct udma_channel *channel)
{
    deadline_t deadline = deadline_after_us(DISABLE_TIMEOUT_US);

    mmio_write32(CTL(channel->receive), 0);
    mmio_write32(CTL(channel->transmit), 0);
    while (is_running(channel)) {
        if (deadline_passed(deadline)) {
            log_error(udma, "channel %u: stays enabled", (unsigned)channel->number);
            return -EIO;
        }
    }
    return 0;
}

/* The receiving half first: it must be there when the first data arrives. */
static void enable(const struct udma_channel *channel)
{
    mmio_write32(CTL(channel->receive), UDMAP_CTL_ENABLE);
    mmio_write32(CTL(channel->transmit), UDMAP_CTL_ENABLE);
}

static int open_rings(struct udma_channel *channel, uint16_t completion_ring)
{
    /* One more for the teardown's message. */
    uint16_t count = (uint16_t)(channel->config.depth + 1u);
    int error, undo;

    if (count < RING_ELEMENTS_MIN)
        count = RING_ELEMENTS_MIN;
    error = udma_ring_open(&channel->transfer, channel->number, count);
    if (error != 0)
        return error;
    error = udma_ring_open(&channel->completion, completion_ring, count);
    if (error == 0)
        return 0;
    undo = udma_ring_close(&channel->transfer);
    return undo != 0 ? -ENOTRECOVERABLE : error;
}

static int close_rings(struct udma_channel *channel)
{
    int transfer = udma_ring_close(&channel->transfer);
    int completion = udma_ring_close(&channel->completion);

    return transfer != 0 ? transfer : completion;
}

static int configure(const struct udma_channel *channel)
{
    const uint16_t device = udma_get_facts()->udmap_device;
    const struct ti_sci_udmap_tx_config transmit = {
        .udmap_device = device,
        .index = channel->number,
        .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
        .fetch_size = FETCH_WORDS,
        .completion_ring = channel->completion.index,
    };
    const struct ti_sci_udmap_rx_config receive = {
        .udmap_device = device,
        .index = channel->number,
        .channel_type = TI_SCI_UDMAP_CHANNEL_BCOPY_PBRR,
        .fetch_size = FETCH_WORDS,
        .completion_ring = channel->completion.index,
    };
    int error = ti_sci_udmap_tx_configure(&transmit);

    if (error == 0)
        error = ti_sci_udmap_rx_configure(&receive);
    if (error != 0)
        log_error(udma, "channel %u: configuration failed (%d)", (unsigned)channel->number, error);
    return error;
}

static int pair(const struct udma_channel *channel)
{
    int error = ti_sci_psil_pair(udma_get_facts()->navss_device, source_thread(channel),
                                 destination_thread(channel));

    if (error != 0)
        log_error(udma, "channel %u: pairing 0x%04x with 0x%04x failed (%d)",
                  (unsigned)channel->number, (unsigned)source_thread(channel),
                  (unsigned)destination_thread(channel), error);
    return error;
}

static int unpair(const struct udma_channel *channel)
{
    int error = ti_sci_psil_unpair(udma_get_facts()->navss_device, source_thread(channel),
                                   destination_thread(channel));

    if (error != 0)
        log_error(udma, "channel %u: unpairing 0x%04x from 0x%04x failed (%d)",
                  (unsigned)channel->number, (unsigned)source_thread(channel),
                  (unsigned)destination_thread(channel), error);
    return error;
}

static int request_interrupt(struct udma_channel *channel)
{
    const struct irq_request request = {
        .index = channel->completion.index,
        .handler = udma_transfer_interrupt,
        .traced_handler = udma_transfer_interrupt_traced,
        .context = channel,
        .name = channel->config.name,
        .core = channel->config.core,
    };
    int error = irq_request(udma_get_facts()->ring_interrupts, &request, &channel->irq);

    if (error != 0)
        log_error(udma, "channel %u: no interrupt for ring %u (%d)", (unsigned)channel->number,
                  (unsigned)request.index, error);
    return error;
}

/* From rings to running. -ENOTRECOVERABLE: a step failed, and undoing the ones before it too. */
static int bring_up(struct udma_channel *channel, uint16_t completion_ring)
{
    int error = open_rings(channel, completion_ring);
    int undo = 0;

    if (error != 0)
        return error;
    error = configure(channel);
    if (error == 0 && is_running(channel)) /* an earlier user, the boot loader say, left it on */
        error = disable(channel);
    if (error == 0)
        error = pair(channel);
    if (error == 0) {
        error = request_interrupt(channel);
        if (error == 0) {
            enable(channel);
            return 0;
        }
        undo = unpair(channel);
    }
    /* Through a pairing that stays, the hardware may still use the rings: their memory is kept. */
    if (undo == 0)
        undo = close_rings(channel);
    return undo != 0 ? -ENOTRECOVERABLE : error;
}

static struct udmap_channel_registers *registers_of(uintptr_t region, uint16_t number)
{
    return (struct udmap_channel_registers *)(region + (uintptr_t)number * UDMAP_CHANNEL_STRIDE);
}

static struct udma_channel *allocate(const struct udma_channel_config *config,
                                     const struct udma_numbers *numbers)
{
    const struct udma_facts *facts = udma_get_facts();
    struct udma_channel *channel = calloc(1, sizeof(*channel));

    if (channel == NULL)
        return NULL;
    channel->descriptors = dma_alloc(config->depth * sizeof(*channel->descriptors));
    if (channel->descriptors == NULL) {
        free(channel);
        return NULL;
    }
    channel->config = *config;
    channel->number = numbers->channel;
    channel->transmit = registers_of(facts->tchan_rt, numbers->channel);
    channel->receive = registers_of(facts->rchan_rt, numbers->channel);
    channel->free_slots = UINT64_MAX >> (UDMA_DEPTH_MAX - config->depth);
    return channel;
}

static void release(struct udma_channel *channel)
{
    dma_free(channel->descriptors);
    free(channel);
}

static int open_with(const struct udma_channel_config *config, const struct udma_numbers *numbers,
                     struct udma_channel **channel)
{
    struct udma_channel *opened = allocate(config, numbers);
    int error;

    if (opened == NULL) {
        log_error(udma, "no memory for a channel of depth %u", (unsigned)config->depth);
        udma_numbers_give_back(numbers);
        return -ENOMEM;
    }
    error = bring_up(opened, numbers->completion_ring);
    if (error == 0) {
        *channel = opened;
        return 0;
    }
    if (error == -ENOTRECOVERABLE) {
        /* The hardware may still write to the channel's memory, which is therefore never freed. */
        udma_numbers_abandon(numbers, opened);
        return -EIO;
    }
    release(opened);
    udma_numbers_give_back(numbers);
    return error;
}

int udma_channel_open(const struct udma_channel_config *config, struct udma_channel **channel)
{
    struct udma_numbers numbers;
    int error;

    if (in_interrupt())
        return -EDEADLK;
    if (channel == NULL || config == NULL || config->callback == NULL || config->depth == 0 ||
        config->depth > UDMA_DEPTH_MAX ||
        (config->core != IRQ_CORE_ANY && config->core >= core_count()))
        return -EINVAL;
    error = udma_numbers_take(&numbers);
    if (error != 0)
        return error;
    return open_with(config, &numbers, channel);
}

static bool has_stopped(void *argument)
{
    const struct udma_channel *channel = argument;

    return __atomic_load_n(&channel->stopped, __ATOMIC_ACQUIRE);
}

/* Lets the transfer in flight end and stops. 0, or -ETIMEDOUT: it did not end, and was cut off;
 * or -EIO: the channel can't be stopped. */
static int stop(struct udma_channel *channel)
{
    unsigned long state = spin_lock(&channel->lock);
    int error, off;

    channel->closing = true; /* udma_copy() refuses from here on */
    spin_unlock(&channel->lock, state);
    mmio_write32(CTL(channel->transmit), UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN);
    error = wait_for(has_stopped, channel, TEARDOWN_TIMEOUT_US);
    if (error != 0)
        log_error(udma, "channel %u: not drained after %u us (%d), cut off",
                  (unsigned)channel->number, TEARDOWN_TIMEOUT_US, error);
    off = disable(channel);
    return off != 0 ? off : error;
}

/* Gives back what open took, in reverse. Returns the first error; *held: something was not
 * released. */
static int tear_down(struct udma_channel *channel, bool *held)
{
    int interrupt = irq_free(channel->irq);
    int pairing = unpair(channel);
    int rings = 0;

    if (udma_get_facts()->ring_state_erratum)
        rings = udma_ring_wrap_occupancy(&channel->transfer);
    if (rings == 0)
        rings = close_rings(channel);
    if (interrupt != 0)
        log_error(udma, "channel %u: its interrupt was not taken down (%d)",
                  (unsigned)channel->number, interrupt);
    *held = interrupt != 0 || pairing != 0 || rings != 0;
    return interrupt != 0 ? interrupt : pairing != 0 ? pairing : rings;
}

int udma_channel_close(struct udma_channel *channel)
{
    struct udma_numbers numbers;
    int error, undo;
    bool held;

    if (channel == NULL)
        return -EINVAL;
    if (in_interrupt())
        return -EDEADLK;
    numbers = (struct udma_numbers){.channel = channel->number,
                                    .completion_ring = channel->completion.index};
    error = stop(channel);
    undo = tear_down(channel, &held);
    if (held || error == -EIO) {
        udma_numbers_abandon(&numbers, channel);
        return undo != 0 ? undo : error;
    }
    release(channel);
    udma_numbers_give_back(&numbers);
    return error;
}

int udma_channel_describe(const struct udma_channel *channel, char *text, size_t size)
{
    int used = sniprintf(text, size, "tchan %u, rchan %u, ring %u > ", (unsigned)channel->number,
                         (unsigned)channel->number, (unsigned)channel->completion.index);
    size_t skip;
    int rest;

    if (used < 0)
        return used;
    skip = (size_t)used < size ? (size_t)used : size;
    rest = irq_describe(channel->irq, text + skip, size - skip);
    return rest < 0 ? rest : used + rest;
}

unsigned udma_channel_core(const struct udma_channel *channel)
{
    return irq_core(channel->irq);
}
