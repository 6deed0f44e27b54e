// SPDX-License-Identifier: BSD-3-Clause
/*
 * The DMA driver on hostile hardware: what comes back in completion rings, what stands in returned
 * descriptors, what registers read as, and what the system firmware answers is the input's.
 *
 * However that is, each copy that was accepted is called back once at most, with a status that
 * udma.h knows, and never after the close; and memory that the ring accelerator has been told of
 * stays allocated until it has been told of its end. No two open channels share a number, also if
 * the system firmware has granted one twice. Callbacks of channels that want them in a thread come
 * in one. When all is closed, every channel and ring is free or held, and the memory of what is not
 * held is given back.
 */
#include "drivers/udma/udma.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "drivers/udma/peer_registers.h"
#include "drivers/udma/ring_registers.h"
#include "drivers/udma/udmap_registers.h"
#include "msi/irq.h"
#include "msi/timeout.h"
#include "msi/work.h"
#include "platform/am65x.h"
#include "tests/fuzz/support/fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CHANNELS        4u
#define COPIES_MAX      256u
#define STEPS_MAX       150u
#define RINGS           1024u /* pages in the real-time region */
#define CHANNELS_MAX    512u  /* that the capability register can tell of */
#define PAGE            0x1000u
#define DESCRIPTOR_SIZE 256u
#define TEARDOWN        UINT64_C(1)
#define CORES           4u
#define FLUSH_TIME_US   1000u
#define CLOSES_MAX      20u /* of a channel that refuses to be closed, at the end */

enum mode {
    SOUND_RANGES = 0x1,
    SOUND_REGISTERS = 0x2,
    REFUSALS = 0x4, /* requests fail now and then */
    LOST = 0x8,     /* and what seems to have failed has been done */
    STUCK = 0x10,   /* a ring's occupancy never falls */
    ERRATUM = 0x20,
    GRANTED_TWICE = 0x40, /* one number as of several kinds */
    IN_THREAD = 0x80,     /* two of the channels call back in threads */
};
static unsigned mode;

LOG_SUBJECT(ti_sci);

/* What the hardware knows of a ring. */
static struct ring {
    uint64_t base;
    uint32_t count, occupied, head;
} rings[RINGS];
static uint16_t return_ring[RINGS]; /* by channel */
static uint64_t last_element;       /* that a transfer ring had */

enum copy_state {
    NEVER,
    QUEUED,
    DONE,
};
static uint8_t copies[COPIES_MAX];
static unsigned copy_count;

static struct {
    struct udma_channel *channel;
    irq_handler_t handler;
    void *context;
    uint16_t ring;
    bool closed;
} opened[CHANNELS];

/* ---- the system firmware ---- */

static void answer_range(const struct tisci_get_range_request *request,
                         struct tisci_get_range_answer *answer)
{
    if ((mode & SOUND_RANGES) == 0) {
        answer->range_start = (uint16_t)fuzz_take(2);
        answer->range_num = (uint16_t)fuzz_take(2);
        answer->range_start_sec = (uint16_t)fuzz_take(2);
        answer->range_num_sec = (uint16_t)fuzz_take(2);
        return;
    }
    if ((mode & GRANTED_TWICE) == 0 && (request->subtype == TI_SCI_SUBTYPE_RA_UDMAP_TX_H ||
                                        request->subtype == TI_SCI_SUBTYPE_UDMAP_RX_HCHAN ||
                                        request->subtype == TI_SCI_SUBTYPE_UDMAP_TX_HCHAN)) {
        answer->range_start = 1; /* and nothing from there on: a number is of one kind */
        return;
    }
    answer->range_start =
        request->subtype == TI_SCI_SUBTYPE_RA_GP ? ((mode & GRANTED_TWICE) != 0 ? 10 : 304) : 8;
    answer->range_num = request->subtype == TI_SCI_SUBTYPE_RA_GP ? 8 : 4;
}

static void ring_configured(const struct tisci_ring_cfg_request *request)
{
    if (request->index >= RINGS)
        return;
    rings[request->index] = (struct ring){
        .base = (uint64_t)request->addr_hi << 32 | request->addr_lo,
        .count = request->count,
    };
}

static void carry_out(uint16_t type, const void *request)
{
    const struct tisci_udmap_tx_request *transmit = request;

    if (type == TISCI_MSG_RM_RING_CFG)
        ring_configured(request);
    else if (type == TISCI_MSG_RM_UDMAP_TX_CH_CFG && transmit->index < RINGS)
        return_ring[transmit->index] = transmit->txcq_qnum;
}

int ti_sci_request(uint16_t type, const void *request, size_t request_size, void *answer,
                   size_t answer_size)
{
    static const int errors[] = {-EACCES, -ETIMEDOUT, -EBUSY, -EPROTO, -EIO};
    bool fails = (mode & REFUSALS) != 0 && fuzz_below(4) == 0;

    fuzz_check_memory(request, request_size, "a request");
    fuzz_pass(10000);
    if (answer != NULL)
        memset(answer, 0, answer_size);
    if (type == TISCI_MSG_RM_GET_RESOURCE_RANGE && !fails)
        answer_range(request, answer);
    if (!fails)
        carry_out(type, request);
    if (!fails)
        return 0;
    if ((mode & LOST) == 0)
        return errors[fuzz_below(5)];
    carry_out(type, request);
    return -ETIMEDOUT;
}

void ti_sci_request_all(struct ti_sci_message *messages, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        messages[i].error =
            ti_sci_request(messages[i].type, messages[i].request, messages[i].size, NULL, 0);
}

int ti_sci_short_answer(uint16_t type)
{
    (void)type;
    return -EMSGSIZE;
}

/* ---- interrupts ---- */

struct irq {
    unsigned number; /* in opened[] */
    irq_handler_t handler;
};
static struct irq irqs[CHANNELS];
static unsigned opening;

int irq_request(struct device *device, const struct irq_request *request, struct irq **irq)
{
    (void)device;
    if ((mode & REFUSALS) != 0 && fuzz_below(4) == 0)
        return -ENOSPC;
    opened[opening].handler = (request->flags & IRQ_FLAG_MASKED) != 0 ? NULL : request->handler;
    opened[opening].context = request->context;
    opened[opening].ring = (uint16_t)request->index;
    irqs[opening] = (struct irq){opening, request->handler};
    *irq = &irqs[opening];
    return 0;
}

/* The handler never runs again, whatever is returned; with -EAGAIN it is to be freed again. */
int irq_free(struct irq *irq)
{
    opened[irq->number].handler = NULL;
    if ((mode & REFUSALS) == 0 || fuzz_below(4) != 0)
        return 0;
    return fuzz_below(2) != 0 ? -EIO : -EAGAIN;
}

void irq_give_up(struct irq *irq)
{
    opened[irq->number].handler = NULL;
}

void irq_mask(struct irq *irq)
{
    opened[irq->number].handler = NULL;
}

void irq_unmask(struct irq *irq)
{
    opened[irq->number].handler = irq->handler;
}

void gic_send_sgi(unsigned core, unsigned sgi)
{
    (void)core;
    (void)sgi;
}

bool irq_is_allowed(void)
{
    return wait_is_allowed();
}

bool irq_is_masked(const struct irq *irq)
{
    return opened[irq->number].handler == NULL;
}

int irq_synchronize(struct irq *irq)
{
    (void)irq;
    return (mode & REFUSALS) != 0 && fuzz_below(4) == 0 ? -EAGAIN : 0;
}

unsigned irq_core(const struct irq *irq)
{
    return irq->number;
}

int irq_describe(const struct irq *irq, char *text, size_t size)
{
    (void)irq;
    if (size != 0)
        *text = '\0';
    return 0;
}

/* ---- timeouts: one channel's, which comes before its next interrupt ---- */

#define COALESCED 1u
static struct timeout *timeout; /* that is set, or NULL */

int timeout_begin(struct timeout *begun, timeout_function_t function, void *context)
{
    *begun = (struct timeout){.function = function, .context = context};
    return (mode & REFUSALS) != 0 && fuzz_below(4) == 0 ? -EBUSY : 0;
}

int timeout_set(struct timeout *set, uint32_t microseconds)
{
    (void)microseconds;
    if (set->ended)
        return -ECANCELED;
    timeout = set;
    return 0;
}

bool timeout_stop(struct timeout *stopped)
{
    bool was_set = timeout == stopped;

    timeout = NULL;
    return was_set;
}

int timeout_end(struct timeout *ended)
{
    ended->ended = true;
    (void)timeout_stop(ended);
    return 0;
}

static void expire(void)
{
    struct timeout *expired = timeout;

    if (expired == NULL)
        return;
    timeout = NULL;
    fuzz_set_in_interrupt(true);
    expired->function(expired->context);
    fuzz_set_in_interrupt(false);
}

static void interrupt(unsigned number)
{
    if (number == COALESCED)
        expire();
    if (opened[number].handler == NULL)
        return;
    fuzz_set_in_interrupt(true);
    (void)opened[number].handler(opened[number].context);
    fuzz_set_in_interrupt(false);
}

/* ---- registers ---- */

static bool in(uintptr_t address, uintptr_t base, uintptr_t size)
{
    return address - base < size;
}

uint64_t host_mmio_read(uintptr_t address, unsigned size)
{
    uintptr_t offset = address % PAGE;

    FUZZ_CHECK(size == 4 && address % 4 == 0);
    if (address == AM65X_UDMAP_GCFG_BASE + offsetof(struct udmap_registers, cap[2]))
        return (mode & SOUND_REGISTERS) != 0 ? 120 | 150 << 18 : fuzz_take(4);
    if (in(address, AM65X_RING_RT_BASE, RINGS * PAGE) &&
        offset == offsetof(struct ring_rt_registers, occupancy)) {
        const struct ring *ring = &rings[(address - AM65X_RING_RT_BASE) / PAGE];

        if ((mode & STUCK) != 0)
            return 1;
        return (mode & SOUND_REGISTERS) != 0 ? ring->occupied : fuzz_take(4);
    }
    /* Of one that was left running also whether its peer is on. */
    FUZZ_CHECK((in(address, AM65X_TCHAN_RT_BASE, CHANNELS_MAX * PAGE) ||
                in(address, AM65X_RCHAN_RT_BASE, CHANNELS_MAX * PAGE)) &&
               (offset == offsetof(struct udmap_channel_registers, ctl) ||
                offset == offsetof(struct udmap_channel_registers, peer[UDMA_PEER_ENABLE])));
    return (mode & SOUND_REGISTERS) != 0 ? 0 : fuzz_take(4);
}

void host_mmio_write(uintptr_t address, unsigned size, uint64_t value)
{
    struct ring *ring = &rings[(address - AM65X_RING_RT_BASE) / PAGE % RINGS];

    FUZZ_CHECK(size == 4 && address % 4 == 0);
    if (!in(address, AM65X_RING_RT_BASE, RINGS * PAGE))
        return;
    FUZZ_CHECK(address % PAGE == offsetof(struct ring_rt_registers, doorbell));
    if ((int32_t)value > 0)
        ring->occupied += (uint32_t)value;
    else if (0u - (uint32_t)value <= ring->occupied)
        ring->occupied += (uint32_t)value;
}

/* ---- the DMA engine ---- */

static void push(unsigned index, uint64_t element)
{
    struct ring *ring = &rings[index % RINGS];
    uint64_t *elements = (uint64_t *)(uintptr_t)ring->base;

    if (ring->count == 0 || ring->occupied >= ring->count)
        return;
    elements[(ring->head + ring->occupied++) % ring->count] = element;
}

static bool pop(unsigned index, uint64_t *element)
{
    struct ring *ring = &rings[index % RINGS];
    const uint64_t *elements = (const uint64_t *)(uintptr_t)ring->base;

    if (ring->count == 0 || ring->occupied == 0)
        return false;
    *element = elements[ring->head];
    ring->head = (ring->head + 1) % ring->count;
    ring->occupied--;
    return true;
}

/* A transfer ends as it should, or nearly. The driver has the ring's head at its own position. */
static void complete(unsigned channel, bool well)
{
    uint64_t element;
    uint8_t *descriptor;

    if (!pop(channel, &element))
        return;
    last_element = element;
    descriptor = (uint8_t *)(uintptr_t)element;
    if (!fuzz_is_allocated(descriptor, DESCRIPTOR_SIZE))
        return; /* hostile hardware has written over the ring */
    for (unsigned i = 64; i < DESCRIPTOR_SIZE; i += 64)
        if (well)
            memset(descriptor + i, 0, 16);
    if (!well)
        descriptor[fuzz_take(1)] = (uint8_t)fuzz_take(1);
    push(return_ring[channel % RINGS], element);
}

static void write_elements(unsigned index)
{
    struct ring *ring = &rings[index % RINGS];
    uint64_t *elements = (uint64_t *)(uintptr_t)ring->base;

    if (ring->count == 0)
        return;
    for (unsigned i = 0, end = fuzz_below(ring->count + 1); i < end; i++)
        elements[i] = fuzz_below(2) != 0 ? elements[0] + fuzz_take(2) : fuzz_take(8);
}

static void hardware(void)
{
    unsigned number = fuzz_below(CHANNELS), ring = opened[number].ring;
    unsigned channel = 8 + number;

    switch (fuzz_below(8)) {
    case 0:
        push(ring, TEARDOWN);
        break;
    case 1:
        complete(channel, false);
        break;
    case 2:
        push(ring, fuzz_below(2) != 0 ? last_element : fuzz_take(8));
        break;
    case 3:
        write_elements(ring);
        break;
    default:
        complete(channel, true);
        break;
    }
    interrupt(number);
}

/* ---- what callers do ---- */

static void copy(unsigned number);

static bool is_in_thread(unsigned number)
{
    return (mode & IN_THREAD) != 0 && number >= CHANNELS / 2;
}

/* In a thread, where all may be called but what waits for this callback. */
static void on_copy_in_thread(unsigned number)
{
    int error;

    FUZZ_CHECK(wait_is_allowed());
    switch (fuzz_below(4)) {
    case 1:
        error = udma_channel_close(opened[number].channel);
        FUZZ_CHECK(error == -EDEADLK || error == -EAGAIN); /* -EAGAIN: a close has called it */
        break;
    case 2:
        copy(number);
        break;
    default:
        break;
    }
}

static void on_copy(void *context, void *cookie, int status)
{
    uint8_t *copy = cookie;

    FUZZ_CHECK(!opened[(uintptr_t)context].closed);
    FUZZ_CHECK(copy >= copies && copy < &copies[copy_count]);
    if (*copy != QUEUED)
        fuzz_fail("copy %u is called back again", (unsigned)(copy - copies));
    *copy = DONE;
    FUZZ_CHECK(status == 0 || status == -EIO);
    if (is_in_thread((unsigned)(uintptr_t)context))
        on_copy_in_thread((unsigned)(uintptr_t)context);
}

/* The number of an open channel, as it tells it. */
static unsigned number_of(unsigned opened_as)
{
    unsigned number = 0;
    char text[40];

    FUZZ_CHECK(udma_channel_describe(opened[opened_as].channel, text, sizeof(text)) > 0 &&
               sscanf(text, "tchan %u,", &number) == 1);
    return number;
}

/* No two open channels share a channel of the UDMAP, or a ring. */
static void check_numbers(unsigned opened_last)
{
    unsigned number = number_of(opened_last), ring = opened[opened_last].ring;

    FUZZ_CHECK(ring != number);
    for (unsigned i = 0; i < CHANNELS; i++) {
        if (i == opened_last || opened[i].channel == NULL)
            continue;
        if (number_of(i) == number)
            fuzz_fail("channel %u is open twice", number);
        FUZZ_CHECK(opened[i].ring != ring && opened[i].ring != number && number_of(i) != ring);
    }
}

static void open_channel(unsigned number)
{
    struct udma_channel_config config = {
        .name = "fuzz",
        .core = fuzz_below(6),
        .depth = fuzz_below(68),
        .callback = on_copy,
        .context = (void *)(uintptr_t)number,
    };

    if (is_in_thread(number)) {
        config.delivery = number == CHANNELS - 1 ? &udma_in_thread_on : &udma_in_thread;
        config.thread_core = fuzz_below(CORES + 1);
    }
    if (number == COALESCED)
        config.coalesce = (struct udma_coalesce)UDMA_COALESCE(0, 100);
    opening = number;
    opened[number].closed = false;
    if (udma_channel_open(&config, &opened[number].channel) != 0)
        opened[number].channel = NULL;
    else
        check_numbers(number);
}

static void close_channel(unsigned number)
{
    if (udma_channel_close(opened[number].channel) == -EAGAIN)
        return;
    opened[number].channel = NULL;
    opened[number].closed = true;
}

static void copy(unsigned number)
{
    uint8_t *cookie = &copies[copy_count];

    if (copy_count == COPIES_MAX)
        return;
    *cookie = QUEUED;
    copy_count++;
    if (udma_copy(opened[number].channel, fuzz_take(6), fuzz_take(6), fuzz_take(3), cookie) != 0)
        *cookie = NEVER;
}

/* What is deferred runs on that core. */
static void run_work(unsigned core)
{
    unsigned was = core_id();

    fuzz_set_core(core);
    (void)work_run();
    fuzz_set_core(was);
}

/* The hardware goes on while somebody waits, and so do the other cores. */
static void go_on(void)
{
    hardware();
    if ((mode & IN_THREAD) != 0)
        run_work(1 + fuzz_below(CORES - 1));
}

static void flush(unsigned number)
{
    int error;

    fuzz_set_core(fuzz_below(CORES));
    error = udma_flush(opened[number].channel, FLUSH_TIME_US);
    FUZZ_CHECK(error == 0 || error == -ETIMEDOUT || error == -ECANCELED);
    fuzz_set_core(0);
}

static void ask(unsigned number)
{
    struct udma_counters counters;
    char text[32];

    udma_channel_get_counters(opened[number].channel, &counters);
    (void)udma_channel_describe(opened[number].channel, text, fuzz_below(sizeof(text) + 1));
    (void)udma_channel_core(opened[number].channel);
    if (is_in_thread(number))
        flush(number);
}

/* What the ring accelerator was told of is still there. */
static void check_rings(void)
{
    for (unsigned i = 0; i < CHANNELS; i++) {
        const struct ring *transfer = &rings[8 + i], *completion = &rings[304 + i];

        fuzz_check_memory((void *)(uintptr_t)transfer->base, 8 * (size_t)transfer->count,
                          "a transfer ring");
        fuzz_check_memory((void *)(uintptr_t)completion->base, 8 * (size_t)completion->count,
                          "a completion ring");
    }
}

static void step(void)
{
    unsigned number = fuzz_below(CHANNELS), action = fuzz_below(8);

    fuzz_restart_clock();
    if (action < 3)
        hardware();
    else if (opened[number].channel == NULL)
        open_channel(number);
    else if (action == 3)
        close_channel(number);
    else if (action == 4 && is_in_thread(number) && fuzz_below(4) != 0)
        run_work(fuzz_below(CORES));
    else if (action == 4)
        ask(number);
    else
        copy(number);
    check_rings();
}

/* Whether all are closed in the end; one whose interrupt's end is unknown stays the caller's. */
static bool close_all(void)
{
    for (unsigned number = 0; number < CHANNELS; number++) {
        for (unsigned n = 0; opened[number].channel != NULL && n < CLOSES_MAX; n++) {
            fuzz_restart_clock();
            close_channel(number);
        }
        if (opened[number].channel != NULL)
            return false;
    }
    return true;
}

static void check_end(const struct udma_inventory *before, unsigned pieces)
{
    struct udma_inventory now;

    if (!close_all())
        return;
    udma_get_inventory(&now);
    FUZZ_CHECK(now.channels_free + now.held == before->channels_free);
    FUZZ_CHECK(now.rings_free + now.held == before->rings_free);
    /* One less: a loader's ring that could not be reset at the start could be since. */
    if (now.held == 0 && fuzz_pieces() != pieces && fuzz_pieces() + 1u != pieces)
        fuzz_fail("%u pieces of memory, %u before", fuzz_pieces(), pieces);
    for (unsigned core = 0; core < CORES; core++) {
        fuzz_set_core(core);
        FUZZ_CHECK(work_run() == 0);
    }
}

void fuzz_one(void)
{
    static struct device rings_device = {.name = "rings"};
    struct udma_facts facts = {
        .navss_device = AM65X_DEV_NAVSS,
        .ringacc_device = AM65X_DEV_RINGACC,
        .udmap_device = AM65X_DEV_UDMAP,
        .ring_rt = AM65X_RING_RT_BASE,
        .udmap_gcfg = AM65X_UDMAP_GCFG_BASE,
        .rchan_rt = AM65X_RCHAN_RT_BASE,
        .tchan_rt = AM65X_TCHAN_RT_BASE,
        .psil_base = AM65X_PSIL_BASE,
        .ring_interrupts = &rings_device,
    };
    struct udma_inventory inventory;
    unsigned pieces;

    mode = fuzz_below(256);
    facts.ring_state_erratum = (mode & ERRATUM) != 0;
    fuzz_set_idle(go_on);
    if (udma_init(&facts) != 0)
        return;
    udma_get_inventory(&inventory);
    pieces = fuzz_pieces();
    for (unsigned i = 0; i < STEPS_MAX && fuzz_left() != 0; i++)
        step();
    if (udma_open_count() > udma_capacity())
        fuzz_fail("%u channels are open, of %u", udma_open_count(), udma_capacity());
    check_end(&inventory, pieces);
}
