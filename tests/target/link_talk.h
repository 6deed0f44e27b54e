// SPDX-License-Identifier: BSD-3-Clause
/*
 * Both sides of a link in one program: all cores send from both. Each message is counted, and held
 * against what the same core has sent before it. Used by the self-test and by the host tests.
 */
#ifndef TESTS_TARGET_LINK_TALK_H
#define TESTS_TARGET_LINK_TALK_H

#include "arch/core.h"
#include "drivers/link/link.h"

#include <stdbool.h>
#include <stdint.h>

#define LINK_TALK_DEPTH 32u

/* Messages of a core: its number, and below it the how-manyth of its own. */
#define LINK_TALK_CORE  32

struct link_talk_side {
    struct link *link;
    uint64_t next[CORE_MAX];  /* that is to come, of each core */
    uint64_t received, wrong; /* wrong: not what comes next of its core */
    uint64_t overlapped;      /* calls of received() while it was running */
    bool running;
};
extern struct link_talk_side link_talk_sides[2];

/* Opens a side, by a cluster of the mailbox that nobody else uses; link_open()'s errors. */
int link_talk_open(struct mailbox_cluster *cluster, unsigned side, bool polled);

/* Forgets what has come. */
void link_talk_begin(void);

/* Each core sends so many from both sides; all are acknowledged, and have come, which may be a
 * while later. Thread context, with all cores free. The first error of any call. */
int link_talk_run(uint32_t each, uint64_t timeout_us);

#endif
