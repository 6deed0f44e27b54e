// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mailbox: two endpoints of this program, in a cluster that nobody else uses, talk to each
 * other. On a board too: no other processor is needed.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/mailbox/mailbox.h"
#include "platform/platform.h"
#include "tests/target/example_mailbox.h"
#include "tests/target/mailbox_talk.h"
#include "tests/target/msi_fixture.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#define CLUSTER  11u /* TI's device trees have the first two for the R5F cores */
#define LONG_US  (UINT64_C(600) * 1000000)
#define SHORT_US 20000u
#define MESSAGES 32u /* of each core, from each end */

static struct mailbox_cluster *cluster;

/* The body runs with the cluster; afterwards all is as it was. */
static void with_cluster(void (*body)(void))
{
    struct irq_inventory before = take_inventory(), after;

    CHECK_EQUAL(platform_mailbox_take(CLUSTER, &cluster), 0);
    body();
    CHECK_EQUAL(platform_mailbox_release(CLUSTER), 0);
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
}

/* ---- all cores ---- */

static void talk(const struct mailbox_talk *talk, struct mailbox_talk_result *result)
{
    /* All cores do nothing else: where the twin is slow, for a second long. */
    irq_set_storm_limit(0, 0);
    mailbox_talk_run(talk, result);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
    CHECK_EQUAL(result->status, 0);
    CHECK_EQUAL(result->wrong, 0);
    CHECK_EQUAL(result->overlapped, 0);
    CHECK_EQUAL(result->sent, mailbox_talk_messages(talk));
    CHECK_EQUAL(result->received, result->sent);
}

static void talk_of_all(uint32_t messages)
{
    const struct mailbox_talk all = {
        .cluster = cluster, .messages = messages, .timeout_us = LONG_US};
    struct mailbox_talk_result result;
    uint64_t counted = 0;

    talk(&all, &result);
    for (unsigned end = 0; end < TALK_ENDS; end++) {
        counted += result.counters[end].received;
        printf("# end %u: %" PRIu64 " sent, %" PRIu64 " times full, %" PRIu64 " interrupts\n", end,
               result.counters[end].sent, result.counters[end].full,
               result.counters[end].interrupts);
    }
    CHECK_EQUAL(counted, result.sent);
    CHECK_EQUAL(result.cores, (1u << core_count()) - 1);
}

static void body_all_cores(void)
{
    talk_of_all(MESSAGES);
}

SELFTEST(mailbox, messages_from_and_to_all_cores_in_order, 60)
{
    with_cluster(body_all_cores);
}

static void body_hundred_thousand(void)
{
    talk_of_all(100000 / (TALK_ENDS * core_count()));
}

SELFTEST(soak, a_hundred_thousand_messages, 600)
{
    with_cluster(body_hundred_thousand);
}

static void body_reopen(void)
{
    const struct mailbox_talk reopen = {
        .cluster = cluster, .messages = MESSAGES, .reopen = true, .timeout_us = LONG_US};
    struct mailbox_talk_result result;

    talk(&reopen, &result);
    printf("# opened again %" PRIu64 " times\n", result.reopened);
}

SELFTEST(mailbox, a_close_in_the_middle_loses_nothing, 60)
{
    if (core_count() == 1)
        SKIP("needs another core");
    with_cluster(body_reopen);
}

/* ---- one at a time ---- */

struct pair {
    struct mailbox *a, *b;
    uint32_t last;                       /* message */
    uint64_t messages, batches, readies; /* atomic */
};

static void note_received(void *context, const uint32_t *messages, unsigned count)
{
    struct pair *pair = context;

    pair->last = messages[count - 1];
    __atomic_fetch_add(&pair->batches, 1, __ATOMIC_RELEASE);
    __atomic_fetch_add(&pair->messages, count, __ATOMIC_RELEASE);
    wait_notify();
}

static void note_ready(void *context)
{
    __atomic_fetch_add(&((struct pair *)context)->readies, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static struct mailbox_config config_of(struct pair *pair, unsigned end)
{
    struct mailbox_config config = mailbox_talk_end(cluster, end);

    config.received = note_received;
    config.ready = note_ready;
    config.context = pair;
    return config;
}

static void open_pair(struct pair *pair)
{
    struct mailbox_config a = config_of(pair, 0), b = config_of(pair, 1);

    *pair = (struct pair){.last = 0};
    CHECK_EQUAL(mailbox_open(&a, &pair->a), 0);
    CHECK_EQUAL(mailbox_open(&b, &pair->b), 0);
}

static void close_pair(struct pair *pair)
{
    CHECK_EQUAL(mailbox_close(pair->a), 0);
    CHECK_EQUAL(mailbox_close(pair->b), 0);
}

struct expectation {
    const uint64_t *counter;
    uint64_t value;
};

static bool has_come(void *argument)
{
    const struct expectation *expected = argument;

    return __atomic_load_n(expected->counter, __ATOMIC_ACQUIRE) >= expected->value;
}

static int await(const uint64_t *counter, uint64_t value)
{
    struct expectation expected = {counter, value};

    return wait_for(has_come, &expected, LONG_US);
}

/* With nobody to take what is in it, then somebody. */
static void fill(struct pair *pair)
{
    mailbox_pause(pair->b);
    for (uint32_t i = 1; i <= MAILBOX_FIFO_MESSAGES; i++)
        CHECK_EQUAL(mailbox_send(pair->a, i), 0);
    CHECK_EQUAL(mailbox_send(pair->a, 99), -EAGAIN);
    CHECK_EQUAL(mailbox_send_wait(pair->a, 99, SHORT_US), -ETIMEDOUT);
    CHECK_EQUAL(pair->messages, 0);
    CHECK_EQUAL(pair->readies, 0);
    mailbox_resume(pair->b);
    CHECK_EQUAL(await(&pair->messages, MAILBOX_FIFO_MESSAGES), 0);
    CHECK_EQUAL(await(&pair->readies, 1), 0);
    CHECK_EQUAL(pair->last, MAILBOX_FIFO_MESSAGES);
    CHECK_EQUAL(pair->batches, 1);
    CHECK_EQUAL(mailbox_send(pair->a, 5), 0);
    CHECK_EQUAL(await(&pair->messages, 5), 0);
    CHECK_EQUAL(pair->last, 5);
    CHECK_EQUAL(pair->readies, 1);
}

static void body_full(void)
{
    struct pair pair;

    open_pair(&pair);
    fill(&pair);
    close_pair(&pair);
}

SELFTEST(mailbox, a_full_fifo_says_so_and_tells_of_room, 60)
{
    with_cluster(body_full);
}

/* A core that sleeps until there is room, and has no interrupt of its own to wake it. */
static void resume_later(void *argument)
{
    delay_us(SHORT_US);
    mailbox_resume(argument);
}

static void wait_for_room(struct pair *pair)
{
    CHECK_EQUAL(mailbox_set_affinity(pair->a, 1), 0);
    CHECK_EQUAL(mailbox_set_affinity(pair->b, 1), 0);
    mailbox_pause(pair->b);
    for (uint32_t i = 1; i <= MAILBOX_FIFO_MESSAGES; i++)
        CHECK_EQUAL(mailbox_send(pair->a, i), 0);
    CHECK_EQUAL(smp_start(1, resume_later, pair->b), 0);
    CHECK_EQUAL(mailbox_send_wait(pair->a, 5, LONG_US), 0);
    CHECK_EQUAL(smp_join(1, LONG_US), 0);
    CHECK_EQUAL(await(&pair->messages, 5), 0);
    CHECK_EQUAL(pair->readies, 0);
}

static void body_wait(void)
{
    struct pair pair;

    open_pair(&pair);
    wait_for_room(&pair);
    close_pair(&pair);
}

SELFTEST(mailbox, a_wait_for_room_is_woken, 60)
{
    if (core_count() == 1)
        SKIP("needs another core");
    with_cluster(body_wait);
}

/* What has not been received when an endpoint closes is there for the next one. */
static void body_kept(void)
{
    struct pair pair;
    struct mailbox_config b = config_of(&pair, 1);

    open_pair(&pair);
    mailbox_pause(pair.b);
    CHECK_EQUAL(mailbox_send(pair.a, 7), 0);
    CHECK_EQUAL(mailbox_close(pair.b), 0);
    CHECK_EQUAL(mailbox_send(pair.a, 8), 0);
    CHECK_EQUAL(pair.messages, 0);
    CHECK_EQUAL(mailbox_open(&b, &pair.b), 0);
    CHECK_EQUAL(await(&pair.messages, 2), 0);
    CHECK_EQUAL(pair.last, 8);
    close_pair(&pair);
}

SELFTEST(mailbox, what_nobody_has_received_is_for_the_next_who_opens, 60)
{
    with_cluster(body_kept);
}

static void refuse(const struct mailbox_config *config)
{
    struct mailbox *mailbox;

    CHECK_EQUAL(mailbox_open(config, &mailbox), -EINVAL);
}

static void refuse_configurations(struct pair *pair)
{
    const struct mailbox_config good = config_of(pair, 0);
    struct mailbox_config wrong[6] = {good, good, good, good, good, good};
    struct mailbox *mailbox;

    wrong[0].cluster = NULL;
    wrong[1].user = MAILBOX_USERS;
    wrong[2].transmit = MAILBOX_FIFOS;
    wrong[3].receive = wrong[3].transmit;
    wrong[4].received = NULL;
    wrong[5].core = core_count();
    for (unsigned i = 0; i < 6; i++)
        refuse(&wrong[i]);
    refuse(NULL);
    CHECK_EQUAL(mailbox_open(&good, NULL), -EINVAL);
    CHECK_EQUAL(mailbox_open(&good, &mailbox), -EBUSY);
    CHECK_EQUAL(mailbox_set_affinity(pair->a, core_count()), -EINVAL);
    CHECK_EQUAL(mailbox_set_affinity(NULL, 0), -EINVAL);
    CHECK_EQUAL(mailbox_send(NULL, 0), -EINVAL);
    CHECK_EQUAL(mailbox_send_wait(NULL, 0, 0), -EINVAL);
    CHECK_EQUAL(mailbox_close(NULL), -EINVAL);
}

static void body_wrong(void)
{
    struct mailbox_cluster *other;
    struct pair pair;

    CHECK_EQUAL(platform_mailbox_take(PLATFORM_MAILBOXES, &other), -EINVAL);
    CHECK_EQUAL(platform_mailbox_take(CLUSTER - 1, NULL), -EINVAL);
    CHECK_EQUAL(platform_mailbox_take(CLUSTER, &other), -EBUSY);
    CHECK_EQUAL(platform_mailbox_release(PLATFORM_MAILBOXES), -EINVAL);
    CHECK_EQUAL(platform_mailbox_release(CLUSTER - 1), -EINVAL);
    open_pair(&pair);
    refuse_configurations(&pair);
    CHECK_EQUAL(platform_mailbox_release(CLUSTER), -EBUSY);
    close_pair(&pair);
}

SELFTEST(mailbox, wrong_arguments_are_refused, 60)
{
    with_cluster(body_wrong);
}

/* ---- the example, and who answers it ---- */

static void answer(void *context, const uint32_t *messages, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        (void)mailbox_send(*(struct mailbox **)context, messages[i] + 1);
}

static void body_example(void)
{
    struct mailbox *other;
    const struct mailbox_config config = {
        .name = "answers",
        .cluster = cluster,
        .user = 2,
        .transmit = 1,
        .receive = 0,
        .core = IRQ_CORE_ANY,
        .received = answer,
        .context = &other,
    };
    struct example_mailbox example;
    uint32_t said;

    CHECK_EQUAL(example_mailbox_open(&example, cluster), 0);
    CHECK_EQUAL(example_mailbox_ask(&example, 41, &said, SHORT_US), -ETIMEDOUT);
    CHECK_EQUAL(mailbox_open(&config, &other), 0);
    CHECK_EQUAL(completion_wait(&example.answered, LONG_US), 0);
    CHECK_EQUAL(example.answer, 42);
    for (uint32_t i = 0; i < 10; i++) {
        CHECK_EQUAL(example_mailbox_ask(&example, i, &said, LONG_US), 0);
        CHECK_EQUAL(said, i + 1);
    }
    CHECK_EQUAL(mailbox_close(other), 0);
    CHECK_EQUAL(example_mailbox_close(&example), 0);
}

SELFTEST(mailbox, example_asks_and_is_answered, 60)
{
    with_cluster(body_example);
}
