// SPDX-License-Identifier: BSD-3-Clause
/*
 * What transmit channels and receive flows take of memory and of the hardware, and how they end
 * (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Channel Setup", "Channel Teardown").
 */
#include "arch/mmio.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/udma/coalesce.h"
#include "drivers/udma/packet_path.h"
#include "drivers/udma/static_tr.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>

/* A packet in flight must end within this. */
#define TEARDOWN_TIMEOUT_US 1000000u
/* One that is cut off says so at once. */
#define DISABLE_TIMEOUT_US  1000u
/* A message that is on its way to the ring comes soon. */
#define MESSAGE_TIMEOUT_US  10000u
#define MESSAGE_POLL_US     20u

#define RING_ELEMENTS_MIN   16u

/* ---- memory ---- */

static unsigned ring_count(unsigned elements)
{
    unsigned count = RING_ELEMENTS_MIN;

    while (count < elements)
        count *= 2u;
    return count;
}

/* All free; there is room for as many as a ring has elements. */
static int make_list(struct udma_consumer *consumer, unsigned number)
{
    struct udma_feed *feed = &consumer->feeds[number];

    feed->mask = ring_count(feed->slots) - 1u;
    feed->free_slots = calloc(feed->mask + 1u, sizeof(feed->free_slots[0]));
    if (feed->free_slots == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < feed->slots; i++) {
        const unsigned at = number * feed->slots + i;
        struct udma_packet_slot *slot = &consumer->slots[at];

        feed->free_slots[i] = &slot->received;
        slot->feed = number;
        slot->descriptor =
            (struct udma_host_packet *)(consumer->descriptors + ((size_t)at << consumer->shift));
        slot->received.buffers = &slot->buffer;
        slot->received.buffer_count = 1;
        slot->received.descriptor = slot->descriptor;
    }
    return 0;
}

int udma_packet_allocate(struct udma_consumer *consumer, unsigned depth,
                         unsigned descriptors_of_slot)
{
    const unsigned slots = depth + PACKET_BATCH;
    int error = 0;

    consumer->shift = HOST_PACKET_SHIFT;
    while (1u << (consumer->shift - HOST_PACKET_SHIFT) < descriptors_of_slot)
        consumer->shift++;
    consumer->slot_count = slots * consumer->feed_count;
    consumer->slots = calloc(consumer->slot_count, sizeof(*consumer->slots));
    consumer->descriptors = dma_alloc((size_t)consumer->slot_count << consumer->shift);
    if (consumer->slots == NULL || consumer->descriptors == NULL)
        error = -ENOMEM;
    for (unsigned i = 0; i < consumer->feed_count && error == 0; i++) {
        consumer->feeds[i].slots = slots;
        error = make_list(consumer, i);
    }
    if (error != 0)
        udma_packet_free(consumer);
    return error;
}

void udma_packet_free(struct udma_consumer *consumer)
{
    if (consumer->coalescer != NULL)
        consumer->coalescer->by->free(consumer->coalescer);
    consumer->coalescer = NULL;
    for (unsigned i = 0; i < consumer->feed_count; i++) {
        free(consumer->feeds[i].free_slots);
        consumer->feeds[i].free_slots = NULL;
    }
    free(consumer->slots);
    dma_free(consumer->descriptors);
    consumer->slots = NULL;
    consumer->descriptors = NULL;
}

int udma_packet_prepare_ring(struct udma *udma, struct udma_ring *ring, uint16_t index,
                             unsigned elements)
{
    return udma_ring_prepare(udma, ring, index, (uint16_t)ring_count(elements));
}

int udma_packet_close_ring(struct udma_ring *ring)
{
    int error = 0;

    if (ring->elements == NULL)
        return 0;
    if (ring->udma->facts.ring_state_erratum)
        error = udma_ring_wrap_occupancy(ring);
    return error == 0 ? udma_ring_close(ring) : error;
}

/* ---- the interrupt ---- */

static bool turn(void *context)
{
    struct udma_consumer *consumer = context;
    bool more = udma_packet_turn(consumer);

    if (consumer->after != NULL)
        consumer->after(consumer);
    return more;
}

/* What somebody else put onto the ring before its event was mapped: for a ring that is not empty no
 * event would come, now or later. */
static void clear(struct udma_ring *ring)
{
    unsigned count = udma_ring_occupancy(ring);

    if (count == 0 || count > ring->count)
        return;
    ring->position = count == ring->count ? 0 : count;
    packet_release(ring, count);
}

/* Only this writes the count while the interrupt is requested. */
static enum irq_return note_error(void *context)
{
    udma_packet_error(context, UDMA_ERROR_CHANNEL);
    return IRQ_HANDLED;
}

static int request_error(struct udma_consumer *consumer, const char *name, uint32_t core,
                         unsigned index)
{
    const struct irq_request request = {
        .index = index, .handler = note_error, .context = consumer, .name = name, .core = core};
    struct device *device = consumer->udma->facts.channel_interrupts;
    int error;

    if (consumer->error == NULL || consumer->polled || device == NULL ||
        index == UDMA_NO_ERROR_EVENT)
        return 0;
    error = irq_request(device, &request, &consumer->error_irq);
    if (error != 0)
        log_error(udma, "no interrupt for error event %u (%d)", index, error);
    return error;
}

/* No handler has run: the ring's is masked, and nothing is enabled that could fail. */
static void give_up(struct udma_consumer *consumer)
{
    if (consumer->error_irq != NULL)
        irq_give_up(consumer->error_irq);
    if (consumer->irq != NULL)
        irq_give_up(consumer->irq);
    consumer->error_irq = consumer->irq = NULL;
}

static int request_errors(struct udma_consumer *consumer, const char *name, uint32_t core,
                          unsigned index)
{
    int error = request_error(consumer, name, core, index);

    if (error == 0 && consumer->error != NULL && !consumer->polled)
        error =
            udma_errors_join(consumer,
                             index >= UDMA_RECEIVE_ERROR(0) ? (int)(index - UDMA_RECEIVE_ERROR(0))
                                                            : UDMA_NO_RECEIVE_CHANNEL,
                             core);
    if (error != 0)
        give_up(consumer); /* the ring's too */
    return error;
}

static int request_ring(struct udma_consumer *consumer, struct irq_request *request)
{
    const struct udma_coalesce *coalesce = consumer->coalesce;
    int error = 0;

    if (coalesce->by != NULL)
        error = coalesce->by->begin(coalesce, consumer->udma, &consumer->ring, request,
                                    &consumer->coalescer);
    if (error == 0)
        error = irq_request(consumer->udma->facts.ring_interrupts, request, &consumer->irq);
    if (error != 0 || coalesce->by == NULL)
        return error;
    error = coalesce->by->start(consumer->coalescer, consumer->irq);
    if (error == 0)
        return 0;
    (void)coalesce->by->end(consumer->coalescer);
    give_up(consumer);
    return error;
}

int udma_packet_request(struct udma_consumer *consumer, const char *name, uint32_t core,
                        irq_handler_t handler, unsigned error_index)
{
    struct udma_deferral *deferral = &consumer->deferral;
    struct irq_request request = {
        .index = consumer->ring.index,
        .handler = handler,
        .context = consumer,
        .name = name,
        .core = core,
        .flags = IRQ_FLAG_MASKED,
    };
    int error = 0;

    if (!consumer->polled) {
        deferral->turn = turn;
        deferral->context = consumer;
        deferral->interrupts = &consumer->counters.interrupts;
        deferral->empty = &consumer->counters.empty;
        if (deferral->delivery != NULL)
            error = deferral->delivery->begin(deferral, &request);
        if (error == 0)
            error = request_ring(consumer, &request);
        deferral->irq = consumer->irq;
    }
    if (error != 0) {
        log_error(udma, "no interrupt for ring %u (%d)", (unsigned)request.index, error);
        return error;
    }
    error = request_errors(consumer, name, core, error_index);
    if (error != 0)
        return error;
    clear(&consumer->ring);
    if (consumer->irq != NULL)
        irq_unmask(consumer->irq);
    return 0;
}

/* ---- the end ---- */

int udma_packet_end_deferral(struct udma_consumer *consumer)
{
    const struct udma_delivery *delivery = consumer->polled ? NULL : consumer->deferral.delivery;

    return delivery != NULL && consumer->irq != NULL ? delivery->end(&consumer->deferral) : 0;
}

static void tell_of_faults(const struct udma_consumer *consumer)
{
    const unsigned ring = consumer->ring.index;

    if (consumer->failed)
        log_error(udma, "ring %u told of %u elements, and has room for %u", ring,
                  (unsigned)consumer->failed_count, (unsigned)consumer->ring.count);
    if (consumer->counters.bogus != 0)
        log_error(udma, "ring %u had %llu elements that were no descriptors in use", ring,
                  (unsigned long long)consumer->counters.bogus);
}

int udma_packet_stop(struct udma_consumer *consumer, bool message)
{
    deadline_t deadline = deadline_after_us(MESSAGE_TIMEOUT_US);

    if (consumer->coalescer != NULL && consumer->coalescer->by->end(consumer->coalescer) != 0)
        return -EAGAIN;
    if (consumer->irq != NULL) {
        irq_mask(consumer->irq);
        if (irq_synchronize(consumer->irq) != 0)
            return -EAGAIN;
    }
    (void)udma_packet_take_all(consumer);
    while (message && !consumer->told && !consumer->failed && !deadline_passed(deadline)) {
        delay_us(MESSAGE_POLL_US);
        (void)udma_packet_take_all(consumer);
    }
    tell_of_faults(consumer);
    return 0;
}

int udma_packet_free_interrupt(struct udma_consumer *consumer)
{
    int first = udma_errors_leave(consumer), error;

    if (first == -EAGAIN)
        return first;
    error = consumer->error_irq != NULL ? irq_free(consumer->error_irq) : 0;
    if (error == -EAGAIN)
        return error;
    consumer->error_irq = NULL;
    first = first != 0 ? first : error;
    error = consumer->irq != NULL ? irq_free(consumer->irq) : 0;
    if (error == -EAGAIN)
        return error;
    consumer->irq = NULL;
    error = error != 0 ? error : first;
    if (error != 0)
        log_error(udma, "ring %u: its interrupt was not taken down (%d)",
                  (unsigned)consumer->ring.index, error);
    return error;
}

bool udma_half_wait_until_off(const struct udmap_channel_registers *half, uint64_t timeout_us)
{
    deadline_t deadline = deadline_after_us(timeout_us);

    while (udma_half_is_running(half))
        if (deadline_passed(deadline))
            return !udma_half_is_running(half);
    return true;
}

int udma_half_teardown(const struct udmap_channel_registers *half, bool endpoint)
{
    if (!udma_half_is_running(half))
        return 0;
    if (endpoint)
        udma_endpoint_teardown(half);
    else
        mmio_write32(UDMA_CTL(half), UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN);
    return udma_half_wait_until_off(half, TEARDOWN_TIMEOUT_US) ? 0 : -ETIMEDOUT;
}

void udma_packet_look_for_error(struct udma_consumer *consumer,
                                const struct udmap_channel_registers *half)
{
    if (consumer->error_irq == NULL && (mmio_read32(UDMA_CTL(half)) & UDMAP_CTL_ERROR) != 0)
        udma_packet_error(consumer, UDMA_ERROR_CHANNEL);
}

void udma_half_cut_off(const struct udmap_channel_registers *half)
{
    if (!udma_half_is_running(half))
        return;
    mmio_write32(UDMA_CTL(half), UDMAP_CTL_ENABLE | UDMAP_CTL_TEARDOWN | UDMAP_CTL_FORCED_TEARDOWN);
    if (!udma_half_wait_until_off(half, DISABLE_TIMEOUT_US))
        mmio_write32(UDMA_CTL(half), 0);
}
