// SPDX-License-Identifier: BSD-3-Clause
/*
 * Errors of which there is one event for all channels (error_events.h).
 *
 * A packet for a flow that is not its channel's is noted in the UDMAP's RFLOWFWSTAT, with an event;
 * the next one only after that was cleared (AM65x TRM SPRUID7, 10.2.2 UDMAP: "Rx Flow ID Firewall";
 * TI's CSL). The system firmware clears it, so this is done in a work: look() tells and clears
 * until there is nothing.
 *
 * A ring whose memory answers with a bus error is noted in the ring accelerator's ERROR_LOG; the
 * read of that allows the next one (TRMs of sister devices, "Bus Error"). So it is read once for
 * each event, in the interrupt; nothing in it says whether there is one.
 */
#include "drivers/udma/error_events.h"

#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/udma/packet_path.h"
#include "drivers/udma/ring_registers.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdio.h>

/* Sources of the UDMAP and of the ring accelerator (TI-SCI documentation, "AM65x Interrupt
 * Management Device Descriptions"). */
#define FLOW_EVENT  0x400u
#define RING_EVENT  0x800u

/* So many packets are told of in one go; then other works have their turn. */
#define LOOKS_MAX   8u
/* A system firmware that does not answer is asked so often; a request that is lost takes a second,
 * with the mutex. */
#define CLEAR_TRIES 2u

/* Who joins, leaves and tells of flows: callbacks are called with it. */
static struct mutex mutex = MUTEX_INIT;
/* The lists, which an interrupt looks at too. */
static struct spinlock lock = SPINLOCK_INIT;

static struct udma_consumer *consumer_of(struct udma_watch *watch)
{
    return (struct udma_consumer *)((char *)watch - offsetof(struct udma_consumer, watch));
}

/* ---- refused flows; with the mutex ---- */

/* Nobody's: the channel's user does not want to know, or is another host. */
static void tell_flow(const struct udma *udma, uint32_t status)
{
    for (struct udma_watch *watch = udma->errors.watches; watch != NULL; watch = watch->next)
        if (watch->receive_channel == (int)UDMAP_FLOW_STATUS_CHANNEL(status)) {
            PACKET_SET(watch->refused_flow, (uint16_t)UDMAP_FLOW_STATUS_FLOW(status));
            udma_packet_error(consumer_of(watch), UDMA_ERROR_FLOW);
            return;
        }
}

/* One that is noted, if any: cleared first, so that a packet that follows the callback is noted.
 * What has been told once and could not be cleared is not told again. 1: there may be more; 0; or
 * the error of the clear. */
static int look_once(struct udma *udma)
{
    const struct udmap_registers *registers =
        (const struct udmap_registers *)udma->facts.udmap_gcfg;
    const uint32_t status = mmio_read32((uintptr_t)&registers->flow_status);
    const uint32_t told = udma->errors.told;
    int error;

    udma->errors.told = 0;
    if ((status & UDMAP_FLOW_STATUS_PENDING) == 0)
        return 0;
    error = ti_sci_udmap_clear_flow_status(udma->facts.udmap_device);
    if (error != 0)
        udma->errors.told = status;
    if (status != told)
        tell_flow(udma, status);
    return error != 0 ? error : 1;
}

/* What can't be cleared stays, and no event comes, until somebody joins or leaves. */
static void look(struct udma *udma)
{
    unsigned tries = CLEAR_TRIES;

    for (unsigned i = 0; i < LOOKS_MAX; i++) {
        const int result = look_once(udma);

        if (result == 0 || result == -EACCES || (result < 0 && --tries == 0))
            return;
    }
    (void)work_queue(&udma->errors.work);
}

static void run(void *context)
{
    struct udma *udma = context;

    if (mutex_lock(&mutex) != 0)
        return; /* in a callback of look(), which looks again */
    if (udma->errors.flow_irq != NULL)
        look(udma);
    mutex_unlock(&mutex);
}

static enum irq_return flow_refused(void *context)
{
    struct udma *udma = context;

    (void)work_queue(&udma->errors.work); /* one that is queued does for both */
    return IRQ_HANDLED;
}

/* ---- rings ---- */

static uint32_t read_error_log(const struct udma *udma)
{
    const struct ringacc_registers *registers =
        (const struct ringacc_registers *)udma->facts.ringacc_gcfg;

    return mmio_read32((uintptr_t)&registers->error_log);
}

static bool has_ring(const struct udma_consumer *consumer, unsigned index)
{
    if (consumer->ring.index == index)
        return true;
    for (unsigned i = 0; i < consumer->feed_count; i++)
        if (consumer->feeds[i].ring.index == index)
            return true;
    return false;
}

static struct udma_consumer *find_ring(const struct udma *udma, unsigned index)
{
    struct udma_consumer *found = NULL;
    unsigned long state = spin_lock(&lock);

    for (struct udma_watch *watch = udma->errors.watches; watch != NULL && found == NULL;
         watch = watch->next)
        if (has_ring(consumer_of(watch), index))
            found = consumer_of(watch);
    spin_unlock(&lock, state);
    return found;
}

/* Whom it finds stays until this has returned: udma_errors_leave() waits for it. */
static enum irq_return ring_failed(void *context)
{
    const struct udma *udma = context;
    struct udma_consumer *consumer = find_ring(udma, RINGACC_ERROR_RING(read_error_log(udma)));

    if (consumer != NULL)
        udma_packet_error(consumer, UDMA_ERROR_MEMORY);
    return IRQ_HANDLED;
}

/* ---- the interrupts; with the mutex ---- */

/* 0 also if it is refused: then there is none. */
static int request(struct device *device, const struct irq_request *wanted, struct irq **irq)
{
    int error = irq_request(device, wanted, irq);

    if (error != 0)
        log_error(udma, "no interrupt for %s (%d)", wanted->name, error);
    return error == -EACCES ? 0 : error;
}

/* What was noted while nobody listened is nobody's; but no event comes before it is cleared. */
static int request_flow(struct udma *udma, uint32_t core)
{
    const struct irq_request wanted = {.index = FLOW_EVENT,
                                       .handler = flow_refused,
                                       .context = udma,
                                       .name = "errors of flows",
                                       .core = core};
    struct udma_error_events *events = &udma->errors;
    int error;

    if (events->flow_irq != NULL || udma->facts.channel_interrupts == NULL)
        return 0;
    error = request(udma->facts.channel_interrupts, &wanted, &events->flow_irq);
    if (events->flow_irq != NULL)
        look(udma);
    return error;
}

static int request_ring(struct udma *udma, uint32_t core)
{
    const struct irq_request wanted = {.index = RING_EVENT,
                                       .handler = ring_failed,
                                       .context = udma,
                                       .name = "errors of rings",
                                       .core = core};
    struct udma_error_events *events = &udma->errors;
    int error;

    if (events->ring_irq != NULL || udma->facts.ringacc_gcfg == 0)
        return 0;
    error = request(udma->facts.ring_interrupts, &wanted, &events->ring_irq);
    if (events->ring_irq != NULL)
        (void)read_error_log(udma);
    return error;
}

static int free_one(struct irq **irq)
{
    int error = *irq != NULL ? irq_free(*irq) : 0;

    if (error != -EAGAIN)
        *irq = NULL;
    return error;
}

/* -EAGAIN: to be called again. */
static int free_both(struct udma_error_events *events)
{
    int error = free_one(&events->flow_irq), later;

    if (error == -EAGAIN)
        return error;
    later = free_one(&events->ring_irq);
    return later == -EAGAIN || error == 0 ? later : error;
}

/* Handles that no user has are of an undo that has to be ended first. */
static int request_both(struct udma *udma, uint32_t core)
{
    struct udma_error_events *events = &udma->errors;
    int error = events->users == 0 ? free_both(events) : 0;

    if (error == -EAGAIN)
        return error;
    if (!events->prepared)
        work_init(&events->work, run, udma);
    events->prepared = true;
    error = request_flow(udma, core);
    if (error == 0)
        error = request_ring(udma, core);
    if (error != 0 && events->users == 0)
        (void)free_both(events);
    return error;
}

/* ---- joining and leaving ---- */

static void link_watch(struct udma_error_events *events, struct udma_watch *watch)
{
    unsigned long state = spin_lock(&lock);

    watch->next = events->watches;
    events->watches = watch;
    watch->linked = watch->joined = true;
    spin_unlock(&lock, state);
}

static void unlink_watch(struct udma_error_events *events, struct udma_watch *watch)
{
    struct udma_watch **place = &events->watches;
    unsigned long state = spin_lock(&lock);

    while (*place != NULL && *place != watch)
        place = &(*place)->next;
    if (*place != NULL)
        *place = watch->next;
    watch->linked = false;
    spin_unlock(&lock, state);
}

int udma_errors_join(struct udma_consumer *consumer, int receive_channel, uint32_t core)
{
    struct udma *udma = consumer->udma;
    int error = mutex_lock(&mutex);

    if (error != 0)
        return error;
    error = request_both(udma, core);
    if (error == 0) {
        consumer->watch.receive_channel = receive_channel;
        link_watch(&udma->errors, &consumer->watch);
        udma->errors.users++;
        if (udma->errors.told != 0) /* and not cleared */
            (void)work_queue(&udma->errors.work);
    }
    mutex_unlock(&mutex);
    return error;
}

/* With the mutex. No handler has the consumer in hand any more. */
static int leave(struct udma *udma, struct udma_watch *watch)
{
    struct udma_error_events *events = &udma->errors;
    int error = 0;

    if (watch->linked) {
        if (events->flow_irq != NULL)
            look(udma);
        unlink_watch(events, watch);
    }
    if (events->users == 1)
        error = free_both(events);
    else if (events->ring_irq != NULL)
        error = irq_synchronize(events->ring_irq);
    if (error != -EAGAIN) {
        watch->joined = false;
        events->users--;
    }
    return error;
}

int udma_errors_leave(struct udma_consumer *consumer)
{
    int error;

    if (!consumer->watch.joined)
        return 0;
    if (mutex_lock(&mutex) != 0)
        return -EAGAIN;
    error = leave(consumer->udma, &consumer->watch);
    mutex_unlock(&mutex);
    return error;
}

int udma_errors_describe(const struct udma_consumer *consumer, char *text, size_t size, int used)
{
    const struct udma_error_events *events = &consumer->udma->errors;
    const struct udma_watch *watch = &consumer->watch;
    size_t skip;
    int rest;

    if (used < 0 || !watch->joined)
        return used;
    skip = (size_t)used < size ? (size_t)used : size;
    rest = sniprintf(text + skip, size - skip, "%s%s",
                     watch->receive_channel != UDMA_NO_RECEIVE_CHANNEL && events->flow_irq == NULL
                         ? ", no errors of flows"
                         : "",
                     consumer->udma->facts.ringacc_gcfg != 0 && events->ring_irq == NULL
                         ? ", no errors of rings"
                         : "");
    return rest < 0 ? rest : used + rest;
}
