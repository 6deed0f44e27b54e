// SPDX-License-Identifier: BSD-3-Clause
/*
 * Links (drivers/link/link.h): both sides are this program's, on a board too; and, where the boot
 * loader has left app/link built for the R5F, with that one, which is restarted in the middle.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/link/link.h"
#include "drivers/r5f/r5f.h"
#include "lib/device_tree.h"
#include "msi/irq.h"
#include "platform/link.h"
#include "platform/platform.h"
#include "tests/target/counting.h"
#include "tests/target/link_talk.h"
#include "tests/target/navigators.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define CLUSTER  10u /* nobody else's */
#define DEPTH    LINK_TALK_DEPTH
#define LONG_US  (UINT64_C(600) * 1000000)
#define SHORT_US 20000u
#define EACH     60u /* messages of each core, from each side */

/* ---- both sides here ---- */

static struct mailbox_cluster *cluster;

/* The body runs with both sides; afterwards all is as it was. */
static void with_sides(void (*body)(void), bool polled)
{
    const struct navigators before = navigators_inventory();

    link_talk_begin();
    CHECK_EQUAL(platform_mailbox_take(CLUSTER, &cluster), 0);
    CHECK_EQUAL(link_talk_open(cluster, 0, polled), 0);
    CHECK_EQUAL(link_talk_open(cluster, 1, false), 0);
    body();
    CHECK_EQUAL(link_close(link_talk_sides[0].link), 0);
    CHECK_EQUAL(link_close(link_talk_sides[1].link), 0);
    CHECK_EQUAL(platform_mailbox_release(CLUSTER), 0);
    CHECK(navigators_are_as_before(&before));
}

static void body_all_cores(void)
{
    struct link_counters counters;

    CHECK_EQUAL(link_talk_run(EACH, LONG_US), 0);
    for (unsigned side = 0; side < 2; side++) {
        link_get_counters(link_talk_sides[side].link, &counters);
        CHECK_EQUAL(counters.sent, core_count() * EACH);
        CHECK_EQUAL(counters.acknowledged, counters.sent);
        CHECK_EQUAL(link_talk_sides[1 - side].received, counters.sent);
        CHECK_EQUAL(counters.wrong + counters.missed + counters.stale, 0);
        CHECK_EQUAL(link_talk_sides[side].wrong, 0);
        CHECK_EQUAL(link_talk_sides[side].overlapped, 0);
    }
}

SELFTEST(link, messages_of_all_cores_come_in_order, 60)
{
    with_sides(body_all_cores, false);
}

static void body_reopen(void)
{
    uint64_t sent = 0;

    for (unsigned life = 0; life < 10; life++) {
        for (unsigned i = 0; i < EACH / 4; i++)
            CHECK_EQUAL(link_send_wait(link_talk_sides[1].link, sent++, LONG_US), 0);
        CHECK_EQUAL(link_close(link_talk_sides[0].link), 0);
        CHECK_EQUAL(link_talk_open(cluster, 0, false), 0);
    }
    CHECK_EQUAL(link_flush(link_talk_sides[1].link, LONG_US), 0);
    CHECK_EQUAL(link_talk_sides[0].received, sent);
    CHECK_EQUAL(link_talk_sides[0].wrong, 0);
}

/* What it had not acknowledged when it was closed comes to it when it is open again. */
SELFTEST(link, a_side_that_is_closed_and_opened_misses_nothing, 60)
{
    with_sides(body_reopen, false);
}

static bool polled_has_got_all(void *count)
{
    (void)link_poll(link_talk_sides[0].link);
    return link_talk_sides[0].received == *(const uint64_t *)count;
}

static void body_polled(void)
{
    uint64_t count = DEPTH;

    for (uint64_t i = 0; i < count; i++)
        CHECK_EQUAL(link_send(link_talk_sides[1].link, i), 0);
    CHECK_EQUAL(link_flush(link_talk_sides[1].link, SHORT_US), -ETIMEDOUT);
    CHECK_EQUAL(link_talk_sides[0].received, 0);
    CHECK_EQUAL(wait_for(polled_has_got_all, &count, LONG_US), 0);
    CHECK_EQUAL(link_flush(link_talk_sides[1].link, LONG_US), 0);
    CHECK_EQUAL(link_talk_sides[0].wrong, 0);
}

SELFTEST(link, a_polled_side_gets_messages_when_it_asks, 60)
{
    with_sides(body_polled, true);
}

/* ---- with an R5F ---- */

#define R5F           0u
#define CHECKED       3000u /* questions */
#define MILLION       1000000u
#define PARTS         4u
#define STEADY_ROUNDS 3u

static struct talk {
    struct link *link;
    struct link_config config;
    uint64_t asked, answers, wrong; /* answers: atomic */
} talk;

static void answered(void *context, uint64_t message)
{
    (void)context;
    talk.wrong += message != talk.answers;
    __atomic_add_fetch(&talk.answers, 1, __ATOMIC_RELEASE);
    wait_notify();
}

static int start_r5f(void)
{
    const struct memory_range *file = &platform_get_device_tree()->file;
    const char *problem;
    int error = r5f_load(R5F, R5F_LOCKSTEP, (const void *)(uintptr_t)file->base, (size_t)file->size,
                         platform_is_free_memory, &problem);

    return error == 0 ? r5f_start(R5F) : error;
}

static int ask(uint64_t count)
{
    int error = 0;

    for (uint64_t i = 0; i < count && error == 0; i++)
        error = link_send_wait(talk.link, talk.asked++, LONG_US);
    return error;
}

/* With no word, and its ring is still used; or as is proper. */
static int restart_r5f(bool known)
{
    int error = r5f_stop(R5F, true);

    if (known)
        link_disconnect(talk.link);
    return error == 0 ? start_r5f() : error;
}

static int reopen(void)
{
    int error = link_flush(talk.link, LONG_US);

    if (error == 0)
        error = link_close(talk.link);
    return error == 0 ? link_open(&talk.config, &talk.link) : error;
}

/* In each part's middle, with questions open: one side or the other begins anew. */
static void talk_over_restarts(uint64_t questions)
{
    struct link_counters counters;

    for (unsigned part = 0; part < PARTS; part++) {
        CHECK_EQUAL(ask(questions / PARTS), 0);
        CHECK_EQUAL(part == 1 ? reopen() : part < 3 ? restart_r5f(part == 0) : 0, 0);
    }
    CHECK_EQUAL(link_flush(talk.link, LONG_US), 0);
    /* A question's acknowledgement is in its answer, which is handed on after that. */
    CHECK_EQUAL(wait_for_count(&talk.answers, talk.asked, LONG_US), 0);
    link_get_counters(talk.link, &counters);
    printf("# %" PRIu64 " questions, %" PRIu64 " answers, %u asked again, %u stale\n", talk.asked,
           talk.answers, (unsigned)counters.again, (unsigned)counters.stale);
    CHECK_EQUAL(talk.answers, talk.asked);
    CHECK_EQUAL(talk.wrong, 0);
    CHECK_EQUAL(counters.missed, 0);
    CHECK_EQUAL(counters.connections, 2);
}

/* What the models have: all hosts' together. Without a twin it is nothing. */
struct whole {
    uint64_t rings, mappings, routes;
};

static struct whole take_whole(void)
{
    struct whole whole = {0, 0, 0};

    (void)twin_counter(AM65X_COUNT_RINGS, &whole.rings);
    (void)twin_counter(AM65X_COUNT_EVENT_MAPPINGS, &whole.mappings);
    (void)twin_counter(AM65X_COUNT_ROUTES, &whole.routes);
    return whole;
}

static void with_r5f(void (*body)(void))
{
    const struct navigators before = navigators_inventory();

    if (platform_get_device_tree()->file.size == 0)
        SKIP("there is no program for the R5F");
    memset(&talk, 0, sizeof(talk));
    talk.config = (struct link_config){
        .name = "link", .depth = 2 * DEPTH, .core = IRQ_CORE_ANY, .received = answered};
    CHECK_EQUAL(platform_link_take(R5F, &talk.config), 0);
    CHECK_EQUAL(start_r5f(), 0);
    CHECK_EQUAL(link_open(&talk.config, &talk.link), 0);
    body();
    CHECK_EQUAL(link_close(talk.link), 0);
    CHECK_EQUAL(r5f_stop(R5F, true), 0);
    CHECK_EQUAL(platform_link_release(R5F), 0);
    CHECK(navigators_are_as_before(&before));
}

static void body_checked(void)
{
    talk_over_restarts(CHECKED);
}

SELFTEST(link_r5f, each_question_is_answered_once_over_restarts, 60)
{
    with_r5f(body_checked);
}

/* A program that is killed has given nothing back; the next one of its host takes it over. */
static void body_steady(void)
{
    struct whole first, last;

    CHECK_EQUAL(ask(DEPTH), 0);
    CHECK_EQUAL(link_flush(talk.link, LONG_US), 0);
    first = take_whole();
    for (unsigned i = 0; i < STEADY_ROUNDS; i++) {
        CHECK_EQUAL(restart_r5f(true), 0);
        CHECK_EQUAL(ask(DEPTH), 0);
        CHECK_EQUAL(link_flush(talk.link, LONG_US), 0);
    }
    last = take_whole();
    CHECK_EQUAL(last.rings, first.rings);
    CHECK_EQUAL(last.mappings, first.mappings);
    CHECK_EQUAL(last.routes, first.routes);
}

SELFTEST(link_r5f, what_a_dead_program_had_is_the_next_ones, 60)
{
    with_r5f(body_steady);
}

static void body_million(void)
{
    talk_over_restarts(MILLION);
}

SELFTEST(soak, a_million_messages_each_way_with_an_r5f, 3600)
{
    with_r5f(body_million);
}
