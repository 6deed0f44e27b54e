// SPDX-License-Identifier: BSD-3-Clause
/*
 * Links on the host: both sides are this program's, on the device models, with the interrupt layer,
 * the mailbox's driver and the UDMA driver below. Words and elements that can't be come by hand.
 */
#include "drivers/link/link.h"

#include "arch/core.h"
#include "drivers/link/internal.h"
#include "drivers/mailbox/mailbox.h"
#include "drivers/udma/message_port.h"
#include "drivers/udma/message_ring.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/local.h"
#include "msi/storm.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "root/root.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/support/udma_host.h"
#include "tests/target/link_talk.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define CLUSTER   3u
#define DEPTH     8u
#define MANY      100u
#define SETTLE_US 1000u
#define TALK      100u
#define LONG_US   3600000000u

/* Of each side: messages have to come in order. */
struct side {
    struct link *link;
    uint64_t next; /* that is to come */
    unsigned wrong, changes;
    bool connected, echoes;
};

static struct mailbox_cluster *cluster;
static struct side sides[2];
static struct udma_host_inventory before;

struct irq_parent *platform_intr(void)
{
    return msi_case.router;
}

static void received(void *context, uint64_t message)
{
    struct side *side = context;

    if (message != side->next)
        side->wrong++;
    side->next = message + 1;
    if (side->echoes)
        assert_int_equal(link_send(side->link, message), 0);
}

static void changed(void *context, bool connected)
{
    struct side *side = context;

    side->connected = connected;
    side->changes++;
}

static struct link_config config_of(unsigned side)
{
    return (struct link_config){
        .name = side == 0 ? "a" : "b",
        .cluster = cluster,
        .user = (uint8_t)side,
        .transmit = (uint8_t)(1 - side),
        .receive = (uint8_t)side,
        .peer_host = AM65X_HOST_A53,
        .depth = DEPTH,
        .core = IRQ_CORE_ANY,
        .received = received,
        .changed = changed,
        .context = &sides[side],
    };
}

static void open_side(unsigned side)
{
    const struct link_config config = config_of(side);

    must(link_open(&config, &sides[side].link));
    host_advance_us(SETTLE_US);
}

static void close_side(unsigned side)
{
    must(link_close(sides[side].link));
    sides[side].link = NULL;
    host_advance_us(SETTLE_US);
}

static struct link_counters counters_of(unsigned side)
{
    struct link_counters counters;

    link_get_counters(sides[side].link, &counters);
    return counters;
}

static int machine_up(void **state)
{
    int error = msi_case_start(state);

    if (error != 0)
        return error;
    must(udma_host_join(msi_case.aggregator));
    must(platform_mailbox_take(CLUSTER, &cluster));
    return 0;
}

static int setup(void **state)
{
    (void)state;
    /* What earlier tests have left in the FIFOs. */
    assert_true(am65x_write(cluster->base + 0x10, 4, 1));
    memset(sides, 0, sizeof(sides));
    before = udma_host_inventory();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    check_inventory(&before);
    return 0;
}

/* ---- what it is for ---- */

static void sides_meet_whoever_comes_first(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 2; first++) {
        open_side(first);
        assert_false(sides[first].connected);
        open_side(1 - first);
        assert_true(sides[0].connected && sides[1].connected);
        assert_int_equal(counters_of(0).connections, 1);
        assert_int_equal(counters_of(1).connections, 1);
        close_side(first);
        assert_false(sides[1 - first].connected);
        close_side(1 - first);
        assert_true(am65x_write(cluster->base + 0x10, 4, 1));
    }
}

static void messages_come_in_order(void **state)
{
    (void)state;
    open_side(0);
    open_side(1);
    sides[1].echoes = true;
    for (uint64_t i = 0; i < MANY; i++)
        must(link_send_wait(sides[0].link, i, SETTLE_US));
    must(link_flush(sides[0].link, SETTLE_US));
    host_advance_us(SETTLE_US);
    for (unsigned side = 0; side < 2; side++) {
        assert_int_equal(sides[side].next, MANY);
        assert_int_equal(sides[side].wrong, 0);
        assert_int_equal(counters_of(side).sent, MANY);
        assert_int_equal(counters_of(side).acknowledged, MANY);
        assert_int_equal(counters_of(side).received, MANY);
        assert_int_equal(counters_of(side).missed, 0);
        assert_int_equal(counters_of(side).wrong, 0);
    }
    close_side(0);
    close_side(1);
}

static void messages_wait_for_the_other_side(void **state)
{
    (void)state;
    open_side(0);
    for (uint64_t i = 0; i < DEPTH; i++)
        must(link_send(sides[0].link, i));
    assert_int_equal(link_send(sides[0].link, DEPTH), -EAGAIN);
    assert_int_equal(link_send_wait(sides[0].link, DEPTH, SETTLE_US), -ETIMEDOUT);
    assert_int_equal(link_flush(sides[0].link, SETTLE_US), -ETIMEDOUT);
    open_side(1);
    must(link_send_wait(sides[0].link, DEPTH, SETTLE_US));
    must(link_flush(sides[0].link, SETTLE_US));
    assert_int_equal(sides[1].next, DEPTH + 1);
    assert_int_equal(sides[1].wrong, 0);
    close_side(1);
    close_side(0);
}

static void polled_ones_come_when_they_are_asked_for(void **state)
{
    struct link_config config = config_of(1);

    (void)state;
    config.polled = true;
    must(link_open(&config, &sides[1].link));
    open_side(0);
    must(link_send(sides[0].link, 0));
    host_advance_us(SETTLE_US);
    assert_int_equal(sides[1].next, 0);
    (void)link_poll(sides[1].link);
    host_advance_us(SETTLE_US);
    (void)link_poll(sides[1].link);
    host_advance_us(SETTLE_US);
    assert_int_equal(sides[1].next, 1);
    must(link_send(sides[1].link, 0));
    host_advance_us(SETTLE_US);
    assert_int_equal(sides[0].next, 1);
    close_side(1);
    close_side(0);
}

/* ---- more messages than there is time for ---- */

#define ENDLESS   20000u
#define WINDOW_US 1000u
#define NO_LIMIT  1000000u /* calls: no handler is a storm by itself here */

static uint64_t relayed;

/* Each message takes a microsecond and brings the next one, so that there is always one to take. */
static void relay(void *context, uint64_t message)
{
    struct side *side = context;

    assert_int_equal(message, relayed);
    host_advance_us(1);
    if (++relayed < ENDLESS)
        must(link_send(side->link, relayed));
}

static void relay_on_one_core(unsigned core)
{
    const uint64_t storms = irq_storm_count();

    relayed = 0;
    for (unsigned side = 0; side < 2; side++) {
        struct link_config config = config_of(side);

        config.received = relay;
        config.core = core;
        must(link_open(&config, &sides[side].link));
        host_advance_us(SETTLE_US);
    }
    must(link_send(sides[1].link, 0));
    for (uint64_t last = UINT64_MAX; relayed != last;) {
        last = relayed;
        host_advance_us(2 * WINDOW_US); /* longer than a rest */
    }
    assert_int_equal(relayed, ENDLESS);
    assert_int_equal(irq_storm_count(), storms);
    close_side(0);
    close_side(1);
}

static void honest_work_without_end_is_no_storm(void **state)
{
    (void)state;
    irq_set_storm_limit(NO_LIMIT, WINDOW_US);
    relay_on_one_core(0);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

/* ---- restarts ---- */

/* Each life of side 0 sends on; side 1 has seen all, once, when it ends. */
static void closing_and_opening_loses_nothing(void **state)
{
    uint64_t sent = 0;

    (void)state;
    open_side(1);
    for (unsigned life = 0; life < 20; life++) {
        open_side(0);
        for (unsigned i = 0; i < 3 + life; i++)
            must(link_send_wait(sides[0].link, sent++, SETTLE_US));
        must(link_flush(sides[0].link, SETTLE_US));
        close_side(0);
    }
    assert_int_equal(sides[1].next, sent);
    assert_int_equal(sides[1].wrong, 0);
    assert_int_equal(counters_of(1).connections, 20);
    close_side(1);
}

/* The other side receives nothing any more, and its place is taken: by hand, since a program that
 * dies says nothing. */
static void what_is_not_acknowledged_is_sent_again(void **state)
{
    struct mailbox_config mail = {.name = "dead",
                                  .cluster = cluster,
                                  .user = 1,
                                  .transmit = 0,
                                  .receive = MAILBOX_NONE,
                                  .core = IRQ_CORE_ANY};
    struct udma_message_ring *dead;
    struct mailbox *mailbox;
    uint64_t element[2];

    (void)state;
    must(udma_message_ring_open_wide(NULL, 2 * DEPTH, &dead));
    must(mailbox_open(&mail, &mailbox));
    must(mailbox_send(mailbox, LINK_WORD(LINK_HELLO, 3, udma_message_ring_index(dead), 77)));
    must(mailbox_close(mailbox));
    open_side(0);
    assert_true(sides[0].connected);
    for (uint64_t i = 0; i < 5; i++)
        must(link_send(sides[0].link, i));
    for (uint64_t i = 0; i < 5; i++) {
        must(udma_message_ring_take_wide(dead, element));
        assert_int_equal(element[0], i);
        assert_int_equal(LINK_HEADER_NUMBER(element[1]), i);
        assert_int_equal(LINK_HEADER_TO(element[1]), 77);
    }
    assert_int_equal(udma_message_ring_take_wide(dead, element), -EAGAIN);
    link_disconnect(sides[0].link);
    must(link_send(sides[0].link, 5));
    assert_int_equal(udma_message_ring_take_wide(dead, element), -EAGAIN);
    must(udma_message_ring_close(dead));
    open_side(1);
    must(link_flush(sides[0].link, SETTLE_US));
    assert_int_equal(sides[1].next, 6);
    assert_int_equal(sides[1].wrong, 0);
    assert_int_equal(counters_of(0).again, 5);
    assert_int_equal(counters_of(0).connections, 2);
    close_side(0);
    close_side(1);
}

static void a_dead_side_does_not_keep_this_one_open(void **state)
{
    (void)state;
    open_side(0);
    open_side(1);
    /* It goes without a word: its interrupts are the dead one's. */
    mailbox_pause(sides[1].link->mailbox);
    assert_int_equal(link_close(sides[0].link), -ETIMEDOUT);
    assert_int_equal(link_send(sides[0].link, 1), -ECANCELED);
    link_disconnect(sides[0].link);
    must(link_close(sides[0].link));
    mailbox_resume(sides[1].link->mailbox);
    host_advance_us(SETTLE_US);
    assert_false(sides[1].connected);
    close_side(1);
}

/* The mailbox is full of words that the dead one has not taken: there is no room to say that this
 * side leaves, and it must not leave a word behind that offers a ring. */
static void what_a_dead_side_has_not_heard_is_taken_back(void **state)
{
    const struct mailbox_config words = {.name = "words",
                                         .cluster = cluster,
                                         .user = 1,
                                         .transmit = 1,
                                         .receive = MAILBOX_NONE,
                                         .core = IRQ_CORE_ANY};
    struct mailbox *mailbox;

    (void)state;
    open_side(0); /* it says so */
    for (unsigned i = 1; i < MAILBOX_FIFO_MESSAGES; i++)
        assert_true(am65x_write(cluster->base + 0x40 + 4 * 1, 4, 0x3fffffff));
    assert_int_equal(mailbox_get_unread(sides[0].link->mailbox), MAILBOX_FIFO_MESSAGES);
    assert_int_equal(link_close(sides[0].link), -ETIMEDOUT);
    link_disconnect(sides[0].link);
    close_side(0);
    must(mailbox_open(&words, &mailbox));
    assert_int_equal(mailbox_get_unread(mailbox), 0);
    must(mailbox_close(mailbox));
    open_side(1); /* the next one hears of nobody */
    assert_false(sides[1].connected);
    assert_int_equal(counters_of(1).wrong, 0);
    close_side(1);
}

/* A side that has not heard yet that it was heard. */
static void who_knows_the_ring_has_to_leave_it_first(void **state)
{
    (void)state;
    open_side(1);
    open_side(0);
    close_side(0); /* an earlier one has taken the word of the other side's opening */
    sides[0].connected = false;
    mailbox_pause(sides[1].link->mailbox);
    open_side(0);
    mailbox_pause(sides[0].link->mailbox);
    mailbox_resume(sides[1].link->mailbox);
    host_advance_us(SETTLE_US);
    assert_true(sides[1].connected);
    assert_false(sides[0].connected);
    mailbox_pause(sides[1].link->mailbox);
    assert_int_equal(link_close(sides[0].link), -ETIMEDOUT);
    must(link_send(sides[1].link, 0)); /* into a ring that is still there */
    mailbox_resume(sides[0].link->mailbox);
    mailbox_resume(sides[1].link->mailbox);
    host_advance_us(SETTLE_US);
    close_side(0);
    assert_false(sides[1].connected);
    assert_int_equal(counters_of(1).acknowledged, 0);
    close_side(1);
}

/* Who has said that it leaves puts nothing more, not even an acknowledgement; what comes then is
 * its successor's. */
static void who_leaves_puts_nothing_more(void **state)
{
    struct link_config config = config_of(1);

    (void)state;
    open_side(0);
    config.polled = true;
    must(link_open(&config, &sides[1].link));
    host_advance_us(SETTLE_US);
    (void)link_poll(sides[1].link);
    host_advance_us(SETTLE_US);
    assert_true(sides[0].connected && sides[1].connected);
    must(link_send(sides[0].link, 0));
    mailbox_pause(sides[0].link->mailbox);
    assert_int_equal(link_close(sides[1].link), -ETIMEDOUT);
    assert_int_equal(sides[1].next, 0);
    assert_int_equal(counters_of(0).acknowledged, 0);
    mailbox_resume(sides[0].link->mailbox);
    host_advance_us(SETTLE_US);
    close_side(1);
    open_side(1);
    must(link_flush(sides[0].link, SETTLE_US));
    assert_int_equal(sides[1].next, 1);
    close_side(0);
    close_side(1);
}

/* ---- somebody else is at it ---- */

/* The ring's interrupt does not come again and again until he has finished: he does it all. */
static void who_comes_second_leaves_it_to_the_first(void **state)
{
    struct link *link;
    uint64_t calls;

    (void)state;
    open_side(0);
    open_side(1);
    link = sides[0].link;
    link->turns = 1; /* somebody is at it */
    calls = irq_count(link->irq);
    for (uint64_t i = 0; i < DEPTH; i++)
        must(link_send(sides[1].link, i));
    host_advance_us(SETTLE_US);
    assert_int_equal(irq_count(link->irq), calls + 1);
    assert_int_equal(link->turns, 2);
    assert_int_equal(sides[0].next, 0);
    link->turns = 0;
    link_words(link, NULL, 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(sides[0].next, DEPTH);
    assert_int_equal(irq_count(link->irq), calls + 2);
    close_side(0);
    close_side(1);
}

/* ---- another side, by hand ---- */

static struct mailbox *liar;

static void open_liar(void)
{
    struct mailbox_config config = {.name = "liar",
                                    .cluster = cluster,
                                    .user = 1,
                                    .transmit = 0,
                                    .receive = MAILBOX_NONE,
                                    .core = IRQ_CORE_ANY};

    must(mailbox_open(&config, &liar));
}

static void lie(uint32_t word)
{
    must(mailbox_send(liar, word));
    host_advance_us(SETTLE_US);
}

/* ---- a close that something comes between ---- */

/* What the next mailbox_close() does: refuse, or let others go on before its caller does. */
static bool mailbox_hangs;
static void (*mailbox_closed)(void *context);

int __wrap_mailbox_close(struct mailbox *mailbox);
int __real_mailbox_close(struct mailbox *mailbox);
int __wrap_mailbox_close(struct mailbox *mailbox)
{
    void (*closed)(void *context) = mailbox_closed;
    int error;

    mailbox_closed = NULL;
    if (mailbox_hangs) {
        mailbox_hangs = false;
        return -EAGAIN;
    }
    error = __real_mailbox_close(mailbox);
    if (closed != NULL)
        host_interrupt_core(1, closed, NULL);
    return error;
}

static const struct irq *irq_that_hangs;

int __wrap_irq_free(struct irq *irq);
int __real_irq_free(struct irq *irq);
int __wrap_irq_free(struct irq *irq)
{
    if (irq == NULL || irq != irq_that_hangs)
        return __real_irq_free(irq);
    irq_that_hangs = NULL;
    return -EAGAIN;
}

/* The ring's handler on another core, which has had the turn all the while. */
static void go_on(void *context)
{
    (void)context;
    sides[0].link->turns = 0;
    link_words(sides[0].link, NULL, 0);
}

/* A LINK_LEAVE is left to him, and he answers it when the mailbox is closed already. */
static void who_answers_while_it_is_closed_finds_no_mailbox(void **state)
{
    struct udma_message_ring *ring;

    (void)state;
    open_side(0);
    open_liar();
    must(udma_message_ring_open_wide(NULL, 2 * DEPTH, &ring));
    lie(LINK_WORD(LINK_HELLO, 3, udma_message_ring_index(ring), 88));
    assert_true(sides[0].connected);
    sides[0].link->turns = 1;
    lie(LINK_WORD(LINK_LEAVE, 3, udma_message_ring_index(ring), 88));
    link_disconnect(sides[0].link);
    mailbox_closed = go_on;
    close_side(0);
    must(mailbox_close(liar));
    must(udma_message_ring_close(ring));
}

static void a_mailbox_that_is_not_closed_is_closed_later(void **state)
{
    (void)state;
    open_side(0);
    mailbox_hangs = true;
    assert_int_equal(link_close(sides[0].link), -EAGAIN);
    close_side(0);
    open_side(0); /* it is nobody's */
    close_side(0);
}

/* Nobody has heard of it, as the mailbox told, which is gone when the close is repeated. */
static void a_ring_that_is_not_closed_is_closed_later(void **state)
{
    (void)state;
    open_side(0);
    irq_that_hangs = sides[0].link->irq;
    assert_int_equal(link_close(sides[0].link), -EAGAIN);
    assert_null(irq_that_hangs);
    close_side(0);
}

/* ---- another side that is not to be trusted ---- */

static void words_that_cannot_be_are_refused(void **state)
{
    static const uint32_t words[] = {
        0,
        0x3fffffff,
        LINK_WORD(LINK_HELLO, 4, 350, 5),  /* another depth */
        LINK_WORD(LINK_HELLO, 3, 350, 0),  /* no epoch */
        LINK_WORD(LINK_HELLO, 3, 303, 5),  /* rings of nobody's, */
        LINK_WORD(LINK_OFFER, 3, 404, 5),  /* or somebody else's */
        LINK_WORD(LINK_HELLO, 3, 2047, 5), /* or that there are not */
    };

    (void)state;
    open_side(0);
    open_liar();
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        lie(words[i]);
        assert_int_equal(counters_of(0).wrong, i + 1);
        assert_false(sides[0].connected);
    }
    lie(LINK_WORD(LINK_LEFT, 3, 350, 5));
    lie(LINK_WORD(LINK_LEAVE, 3, 350, 5));
    assert_int_equal(counters_of(0).wrong, 7);
    assert_int_equal(sides[0].changes, 0);
    must(mailbox_close(liar));
    close_side(0);
}

static void elements_that_cannot_be_are_refused(void **state)
{
    struct udma_message_port *port;
    uint16_t ring, epoch;
    uint32_t wrong;

    (void)state;
    open_side(0);
    open_side(1);
    must(link_send(sides[1].link, 0));
    host_advance_us(SETTLE_US);
    must(udma_message_port_open(NULL, AM65X_HOST_A53, &port));
    ring = udma_message_ring_index(sides[0].link->ring);
    epoch = sides[0].link->epoch;
#define PUT(kind, from, to, number, got)                                                           \
    do {                                                                                           \
        const uint64_t element_[2] = {99, LINK_HEADER(kind, from, to, number, got)};               \
        udma_message_port_put(port, ring, element_);                                               \
        host_advance_us(SETTLE_US);                                                                \
    } while (0)
    const uint16_t peer = sides[1].link->epoch;

    PUT(LINK_DATA, peer, epoch ^ 1, 1, 0);
    assert_int_equal(counters_of(0).stale, 1);
    wrong = counters_of(0).wrong;
    PUT(7, peer, epoch, 1, 0);
    assert_int_equal(counters_of(0).wrong, wrong + 1);
    PUT(LINK_ACKNOWLEDGE, peer, epoch, 0, 1); /* of what was never sent */
    assert_int_equal(counters_of(0).wrong, wrong + 2);
    PUT(LINK_DATA, peer, epoch, 0, 0); /* once more */
    assert_int_equal(counters_of(0).wrong, wrong + 3);
    assert_int_equal(sides[0].next, 1);
    PUT(LINK_DATA, peer, epoch, 3, 0); /* two are missing */
    assert_int_equal(counters_of(0).missed, 2);
    /* A stranger's holds up what comes behind it, until there is another side. */
    PUT(LINK_DATA, peer ^ 1, epoch, 4, 0);
    PUT(LINK_DATA, peer, epoch, 4, 0);
    assert_int_equal(counters_of(0).received, 2);
    close_side(1);
    open_side(1);
    assert_int_equal(counters_of(0).connections, 2);
    must(link_send(sides[1].link, 100));
    host_advance_us(SETTLE_US);
    assert_int_equal(sides[0].next, 101);
    must(udma_message_port_close(port));
    close_side(0);
    close_side(1);
}

/* The mailbox is slower than the ring, which is full by then, and there is more behind it. */
static void what_comes_before_its_sender_is_known_waits(void **state)
{
    struct udma_message_ring *ring;
    struct udma_message_port *port;
    uint16_t number = 0;

    (void)state;
    open_side(0);
    open_liar();
    must(udma_message_ring_open_wide(NULL, 2 * DEPTH, &ring));
    must(udma_message_port_open(NULL, AM65X_HOST_A53, &port));
    for (; number < 2 * DEPTH + 1; number++) {
        const uint64_t element[2] = {number,
                                     LINK_HEADER(LINK_DATA, 88, sides[0].link->epoch, number, 0)};

        udma_message_port_put(port, udma_message_ring_index(sides[0].link->ring), element);
        host_advance_us(SETTLE_US);
    }
    assert_int_equal(counters_of(0).received, 0);
    lie(LINK_WORD(LINK_HELLO, 3, udma_message_ring_index(ring), 88));
    assert_int_equal(counters_of(0).received, number);
    assert_int_equal(sides[0].wrong, 0);
    link_disconnect(sides[0].link);
    must(mailbox_close(liar));
    must(udma_message_port_close(port));
    must(udma_message_ring_close(ring));
    close_side(0);
}

/* ---- all cores ---- */

static void all_cores_talk(void **state)
{
    (void)state;
    link_talk_begin();
    for (unsigned side = 0; side < 2; side++)
        must(link_talk_open(cluster, side, false));
    must(link_talk_run(TALK, LONG_US));
    for (unsigned side = 0; side < 2; side++) {
        assert_int_equal(link_talk_sides[side].received, TALK * core_count());
        assert_int_equal(link_talk_sides[side].wrong, 0);
        assert_int_equal(link_talk_sides[side].overlapped, 0);
    }
    for (unsigned side = 0; side < 2; side++)
        must(link_close(link_talk_sides[side].link));
}

static void arguments(void **state)
{
    struct link_config config;
    struct link *link;

    (void)state;
    assert_int_equal(link_open(NULL, &link), -EINVAL);
    config = config_of(0);
    assert_int_equal(link_open(&config, NULL), -EINVAL);
    config.depth = 3;
    assert_int_equal(link_open(&config, &link), -EINVAL);
    config.depth = 1;
    assert_int_equal(link_open(&config, &link), -EINVAL);
    config.depth = 2 * LINK_DEPTH_MAX;
    assert_int_equal(link_open(&config, &link), -EINVAL);
    config = config_of(0);
    config.received = NULL;
    assert_int_equal(link_open(&config, &link), -EINVAL);
    config = config_of(0);
    config.transmit = config.receive;
    assert_int_equal(link_open(&config, &link), -EINVAL);
    assert_int_equal(link_close(NULL), -EINVAL);
    assert_int_equal(link_send(NULL, 0), -EINVAL);
    assert_int_equal(link_flush(NULL, 0), -EINVAL);
    assert_false(link_poll(NULL));
    assert_int_equal(udma_message_port_open(NULL, AM65X_HOST_A53, NULL), -EINVAL);
    assert_int_equal(udma_message_port_close(NULL), -EINVAL);
}

/* Each answer of the system firmware's in its turn is a refusal, or is lost. */
static void each_step_that_fails_leaves_nothing(void **state)
{
    const struct link_config config = config_of(0);
    static const enum am65x_fault faults[] = {AM65X_FAULT_SCI_NAK, AM65X_FAULT_SCI_LOST};
    unsigned failed;

    (void)state;
    for (unsigned fault = 0; fault < 2; fault++) {
        failed = 0;
        for (unsigned spare = 0;; spare++) {
            int error;

            assert_true(am65x_inject_after(faults[fault], 0, spare, 1));
            error = link_open(&config, &sides[0].link);
            assert_true(am65x_inject(faults[fault], 0, 0));
            if (error == 0)
                must(link_close(sides[0].link));
            else
                failed++;
            assert_true(am65x_write(cluster->base + 0x10, 4, 1));
            if (error == 0)
                break;
        }
        assert_true(failed >= 6);
        /* What was held is given back by the next. */
        open_side(0);
        close_side(0);
        check_inventory(&before);
    }
}

#define SOME_SGI 8u

static int error_in_vain;

static void open_in_vain(void *context)
{
    const struct link_config config = config_of(0);

    (void)context;
    error_in_vain = link_open(&config, &sides[0].link);
}

/* The test goes on inside, on core 0. */
static enum irq_return hang(void *context)
{
    host_run_as_core(0, open_in_vain, context);
    return IRQ_HANDLED;
}

/* The mailbox is another's; and some handler does not return meanwhile. */
static void what_fails_while_a_handler_hangs_leaves_nothing(void **state)
{
    struct mailbox_config mail = {.name = "other",
                                  .cluster = cluster,
                                  .user = 0,
                                  .transmit = 5,
                                  .receive = MAILBOX_NONE,
                                  .core = IRQ_CORE_ANY};
    struct mailbox *mailbox;

    (void)state;
    must(mailbox_open(&mail, &mailbox));
    must(irq_sgi_request(SOME_SGI, hang, NULL));
    root_send_sgi(1, SOME_SGI);
    host_advance_us(SETTLE_US);
    must(irq_sgi_free(SOME_SGI));
    assert_int_equal(error_in_vain, -EBUSY);
    must(mailbox_close(mailbox));
    open_side(0);
    close_side(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sides_meet_whoever_comes_first, setup, tear_down),
        cmocka_unit_test_setup_teardown(messages_come_in_order, setup, tear_down),
        cmocka_unit_test_setup_teardown(messages_wait_for_the_other_side, setup, tear_down),
        cmocka_unit_test_setup_teardown(polled_ones_come_when_they_are_asked_for, setup, tear_down),
        cmocka_unit_test_setup_teardown(honest_work_without_end_is_no_storm, setup, tear_down),
        cmocka_unit_test_setup_teardown(closing_and_opening_loses_nothing, setup, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_acknowledged_is_sent_again, setup, tear_down),
        cmocka_unit_test_setup_teardown(a_dead_side_does_not_keep_this_one_open, setup, tear_down),
        cmocka_unit_test_setup_teardown(what_a_dead_side_has_not_heard_is_taken_back, setup,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_knows_the_ring_has_to_leave_it_first, setup, tear_down),
        cmocka_unit_test_setup_teardown(who_leaves_puts_nothing_more, setup, tear_down),
        cmocka_unit_test_setup_teardown(who_comes_second_leaves_it_to_the_first, setup, tear_down),
        cmocka_unit_test_setup_teardown(who_answers_while_it_is_closed_finds_no_mailbox, setup,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_mailbox_that_is_not_closed_is_closed_later, setup,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_ring_that_is_not_closed_is_closed_later, setup,
                                        tear_down),
        cmocka_unit_test_setup_teardown(words_that_cannot_be_are_refused, setup, tear_down),
        cmocka_unit_test_setup_teardown(elements_that_cannot_be_are_refused, setup, tear_down),
        cmocka_unit_test_setup_teardown(what_comes_before_its_sender_is_known_waits, setup,
                                        tear_down),
        cmocka_unit_test_setup_teardown(all_cores_talk, setup, tear_down),
        cmocka_unit_test_setup_teardown(arguments, setup, tear_down),
        cmocka_unit_test_setup_teardown(each_step_that_fails_leaves_nothing, setup, tear_down),
        cmocka_unit_test_setup_teardown(what_fails_while_a_handler_hangs_leaves_nothing, setup,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, machine_up, NULL);
}
