// SPDX-License-Identifier: BSD-3-Clause
/*
 * The firmware's life (tests/target/life.h) as it is on a Cortex-R5F: interrupts of each kind that
 * there is, the mailbox's through two routers among them, and copies on both Navigators.
 */
#include "tests/target/life.h"

#include "arch/idle.h"
#include "arch/wait.h"
#include "drivers/mailbox/mailbox.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/platform.h"
#include "tests/target/life_report.h"
#include "tests/target/soc.h"

#include <errno.h>
#include <string.h>

#define COPY_SIZE     4099u
#define COPY_TIME_US  10000000u
#define LAST_LOOK_US  20000u /* at a copy that is hopeless */
#define EVENT_TIME_US 10000000u
#define RING_ELEMENTS 16u
#define CLUSTER       11u
#define MESSAGE       0x4d00u

struct source {
    struct irq *irq;
    unsigned calls; /* atomic */
};

struct channel {
    struct udma_channel *udma;
    uint8_t *source, *destination; /* for good */
    unsigned ended, failed;        /* atomic */
    bool lost;                     /* a copy did not end: closing the channel has to say so */
};

static struct {
    struct channel channels[2]; /* of the own Navigator, and of the other one */
    struct udma_ring ring;
    uint16_t index;
    bool ring_reserved, ring_open;
    struct source ring_source, wire_source, direct_source;
    struct device wire, direct;
    struct mailbox_cluster *cluster;
    struct mailbox *sender, *receiver;
    unsigned messages; /* atomic */
} life;

/* ---- interrupts ---- */

static enum irq_return count_call(void *context)
{
    life_note(&((struct source *)context)->calls);
    return IRQ_HANDLED;
}

static void request(struct device *device, uint32_t index, struct source *source, const char *name)
{
    const struct irq_request order = {
        .index = index,
        .handler = count_call,
        .context = source,
        .name = name,
        .core = IRQ_CORE_ANY,
    };

    source->irq = NULL;
    (void)CALL(index, irq_request(device, &order, &source->irq));
}

/* One event is one call; what arrives while it is masked comes with the unmask. */
static void use(struct source *source, const char *what)
{
    const unsigned before = source->calls;

    if (source->irq == NULL || CALL(0, irq_trigger(source->irq)) != 0)
        return;
    if (!life_comes(&source->calls, before + 1, EVENT_TIME_US))
        life_complain(what, "an event does not arrive", 0);
    irq_mask(source->irq);
    (void)CALL(1, irq_trigger(source->irq));
    delay_us(100);
    if (source->calls != before + 1)
        life_complain(what, "an event arrives twice, or while masked", source->calls - before);
    irq_unmask(source->irq);
    if (!life_comes(&source->calls, before + 2, EVENT_TIME_US))
        life_complain(what, "an event does not arrive after the unmask", 1);
}

static void give_up(struct source *source, unsigned number)
{
    if (source->irq != NULL && CALL(number, irq_free(source->irq)) != -EAGAIN)
        source->irq = NULL;
}

static void open_wires(void)
{
    const uint16_t intids[] = {test_soc.intid_wire}, inputs[] = {test_soc.direct_inputs};

    life.wire.name = "wire";
    life.direct.name = "direct";
    if (CALL(0, irq_bind_wired(&life.wire, platform_wired(), intids, 1)) == 0)
        request(&life.wire, 0, &life.wire_source, "wire");
    if (CALL(1, irq_bind_intr(&life.direct, platform_intr(), inputs, 1)) == 0)
        request(&life.direct, 0, &life.direct_source, "direct");
}

static void close_wires(void)
{
    give_up(&life.wire_source, 0);
    give_up(&life.direct_source, 1);
    if (life.wire.interrupts != NULL)
        (void)CALL(0, irq_unbind(&life.wire));
    if (life.direct.interrupts != NULL)
        (void)CALL(1, irq_unbind(&life.direct));
}

/* ---- a ring ---- */

static void open_ring(void)
{
    if (CALL(0, udma_ring_reserve(&life.index)) != 0)
        return;
    life.ring_reserved = true;
    if (CALL(0, udma_ring_open(&life.ring, life.index, RING_ELEMENTS)) != 0)
        return;
    life.ring_open = true;
    request(udma_or_main(NULL)->facts.ring_interrupts, life.index, &life.ring_source, "ring");
}

static void close_ring(void)
{
    give_up(&life.ring_source, life.index);
    if (life.ring_open && CALL(0, udma_ring_close(&life.ring)) == 0)
        life.ring_open = false;
    /* A ring that the hardware may still use is nobody's. */
    if (life.ring_reserved && !life.ring_open && CALL(0, udma_ring_unreserve(life.index)) == 0)
        life.ring_reserved = false;
}

/* ---- the mailbox ---- */

static void message_received(void *context, const uint32_t *messages, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (messages[i] == MESSAGE)
            life_note(context);
}

static void open_mailboxes(void)
{
    struct mailbox_config config = {.name = "sender", .user = 1, .receive = MAILBOX_NONE};

    life.messages = 0;
    if (CALL(CLUSTER, platform_mailbox_take(CLUSTER, &life.cluster)) != 0) {
        life.cluster = NULL;
        return;
    }
    config.cluster = life.cluster;
    if (CALL(1, mailbox_open(&config, &life.sender)) != 0)
        life.sender = NULL;
    config = (struct mailbox_config){.name = "receiver",
                                     .cluster = life.cluster,
                                     .user = 2,
                                     .transmit = MAILBOX_NONE,
                                     .received = message_received,
                                     .context = &life.messages};
    if (CALL(2, mailbox_open(&config, &life.receiver)) != 0)
        life.receiver = NULL;
}

static void use_mailboxes(void)
{
    if (life.sender == NULL || life.receiver == NULL ||
        CALL(1, mailbox_send(life.sender, MESSAGE)) != 0)
        return;
    if (!life_comes(&life.messages, 1, EVENT_TIME_US))
        life_complain("mailbox", "a message does not arrive", 1);
}

static void close_mailboxes(void)
{
    if (life.sender != NULL && CALL(1, mailbox_close(life.sender)) != -EAGAIN)
        life.sender = NULL;
    if (life.receiver != NULL && CALL(2, mailbox_close(life.receiver)) != -EAGAIN)
        life.receiver = NULL;
    if (life.cluster != NULL && life.sender == NULL && life.receiver == NULL &&
        CALL(CLUSTER, platform_mailbox_release(CLUSTER)) == 0)
        life.cluster = NULL;
}

/* ---- copies ---- */

static void copy_ends(void *context, void *cookie, int status)
{
    struct channel *channel = context;

    (void)cookie;
    if (status != 0)
        life_note(&channel->failed);
    life_note(&channel->ended);
}

static void open_channel(unsigned number)
{
    struct channel *channel = &life.channels[number];
    const struct udma_channel_config config = {
        .name = "copies",
        .udma = number == 0 ? NULL : platform_udma(PLATFORM_NAVSS_MAIN),
        .core = IRQ_CORE_ANY,
        .depth = 2,
        .callback = copy_ends,
        .context = channel,
    };

    channel->ended = channel->failed = 0;
    channel->lost = false;
    if (channel->source == NULL)
        channel->source = dma_alloc(COPY_SIZE);
    if (channel->destination == NULL)
        channel->destination = dma_alloc(COPY_SIZE);
    if (channel->source == NULL || channel->destination == NULL)
        life_complain("copy", "there is no memory", number);
    else if (CALL(number, udma_channel_open(&config, &channel->udma)) != 0)
        channel->udma = NULL;
}

static bool copy_is_over(void *argument)
{
    const struct channel *channel = argument;

    return __atomic_load_n(&channel->ended, __ATOMIC_ACQUIRE) != 0 || life_is_hopeless();
}

static void copy_on(unsigned number)
{
    struct channel *channel = &life.channels[number];

    if (channel->udma == NULL || channel->lost)
        return;
    memset(channel->source, (int)(number + 1), COPY_SIZE);
    memset(channel->destination, 0, COPY_SIZE);
    channel->ended = channel->failed = 0;
    if (CALL(number, udma_copy(channel->udma, (uintptr_t)channel->destination,
                               (uintptr_t)channel->source, COPY_SIZE, NULL)) != 0)
        return;
    channel->lost = idle_for(copy_is_over, channel, COPY_TIME_US) != 0 ||
                    !life_comes(&channel->ended, 1, LAST_LOOK_US);
    if (channel->failed != 0)
        (void)life_call(-EIO, "a copy", number);
    else if (!channel->lost && memcmp(channel->destination, channel->source, COPY_SIZE) != 0)
        life_complain("copy", "wrong data reported as good", number);
}

/* What came back was no descriptor: the channel counts it, and logs it when it is closed. */
static void tell_of_bogus(struct channel *channel, unsigned number)
{
    struct udma_counters counters;

    udma_channel_get_counters(channel->udma, &counters);
    if (counters.bogus == 0)
        return;
    (void)life_call(-EIO, "udma_counters.bogus", number);
    channel->lost = false;
}

static void close_channel(unsigned number)
{
    struct channel *channel = &life.channels[number];

    if (channel->udma == NULL)
        return;
    tell_of_bogus(channel, number);
    if (CALL(number, udma_channel_close(channel->udma)) == 0 && channel->lost)
        life_complain("copy", "it does not end, and nobody says so", number);
    channel->udma = NULL;
}

/* ---- the whole ---- */

static void give_all_back(void)
{
    close_mailboxes();
    close_ring();
    close_wires();
    close_channel(1);
    close_channel(0);
}

void life_run(const struct life_size *of, struct life_report *to)
{
    life_begin(of, to);
    open_channel(0);
    open_channel(1);
    open_wires();
    open_ring();
    open_mailboxes();
    copy_on(0);
    copy_on(1);
    use(&life.wire_source, "wire");
    use(&life.direct_source, "direct");
    use(&life.ring_source, "ring");
    use_mailboxes();
    copy_on(0);
    irq_service();
    give_all_back();
}

void life_try_again(const struct life_size *of, struct life_report *to)
{
    life_begin(of, to);
    give_all_back();
}
