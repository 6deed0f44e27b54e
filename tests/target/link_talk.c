// SPDX-License-Identifier: BSD-3-Clause
/*
 * See link_talk.h.
 */
#include "tests/target/link_talk.h"

#include "arch/wait.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "tests/target/all_cores.h"
#include "tests/target/counting.h"

#include <stddef.h>
#include <string.h>

struct link_talk_side link_talk_sides[2];

static struct {
    uint32_t each;
    uint64_t timeout_us;
    int error; /* atomic */
} run;

static void received(void *context, uint64_t message)
{
    struct link_talk_side *side = context;
    const uint64_t core = message >> LINK_TALK_CORE;

    if (__atomic_exchange_n(&side->running, true, __ATOMIC_ACQUIRE))
        side->overlapped++;
    if (core >= CORE_MAX || (uint32_t)message != side->next[core]++)
        side->wrong++;
    __atomic_store_n(&side->running, false, __ATOMIC_RELEASE);
    __atomic_add_fetch(&side->received, 1, __ATOMIC_RELEASE);
    wait_notify();
}

int link_talk_open(struct mailbox_cluster *cluster, unsigned side, bool polled)
{
    const struct link_config config = {
        .name = side == 0 ? "link a" : "link b",
        .cluster = cluster,
        .user = (uint8_t)side,
        .transmit = (uint8_t)(4 + side),
        .receive = (uint8_t)(5 - side),
        .peer_host = AM65X_HOST_A53,
        .depth = LINK_TALK_DEPTH,
        .core = IRQ_CORE_ANY,
        .polled = polled,
        .received = received,
        .context = &link_talk_sides[side],
    };

    return link_open(&config, &link_talk_sides[side].link);
}

void link_talk_begin(void)
{
    memset(link_talk_sides, 0, sizeof(link_talk_sides));
}

static void note_error(int error)
{
    int none = 0;

    if (error != 0)
        __atomic_compare_exchange_n(&run.error, &none, error, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
}

static void send_each(void *argument)
{
    const uint64_t core = (uint64_t)core_id() << LINK_TALK_CORE;
    int error = 0;

    (void)argument;
    for (uint32_t i = 0; i < run.each && error == 0; i++)
        for (unsigned side = 0; side < 2 && error == 0; side++)
            error = link_send_wait(link_talk_sides[side].link, core | i, run.timeout_us);
    note_error(error);
}

int link_talk_run(uint32_t each, uint64_t timeout_us)
{
    const uint64_t all = (uint64_t)each * core_count();
    const uint64_t last[2] = {link_talk_sides[0].received + all, link_talk_sides[1].received + all};

    run.each = each;
    run.timeout_us = timeout_us;
    run.error = 0;
    note_error(run_on_all_cores(send_each, NULL, 2 * timeout_us));
    for (unsigned side = 0; side < 2 && run.error == 0; side++)
        note_error(link_flush(link_talk_sides[side].link, timeout_us));
    /* A message is acknowledged with the next one the other way, maybe before it is handed on. */
    for (unsigned side = 0; side < 2 && run.error == 0; side++)
        note_error(wait_for_count(&link_talk_sides[side].received, last[side], timeout_us));
    return run.error;
}
