// SPDX-License-Identifier: BSD-3-Clause
/*
 * Two endpoints of one cluster that talk to each other: all cores send from both, and their
 * interrupts go round the cores meanwhile. Each message is counted, and held against what the same
 * core has sent before it. Used by the self-test and by the host tests.
 */
#ifndef TESTS_TARGET_MAILBOX_TALK_H
#define TESTS_TARGET_MAILBOX_TALK_H

#include "arch/core.h"
#include "drivers/mailbox/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

#define TALK_ENDS 2u

struct mailbox_talk {
    struct mailbox_cluster *cluster;
    uint32_t messages; /* of each core, from each end */
    bool reopen;       /* one end is closed and opened again and again, and only the other sends */
    uint64_t timeout_us;
};

struct mailbox_talk_result {
    int status; /* the first error of any call */
    uint64_t sent, received;
    uint64_t wrong;      /* not what comes next of its core */
    uint64_t overlapped; /* calls of received() while it was running */
    uint32_t cores; /* to which the last messages came, one from each end to each; a bit each */
    uint64_t reopened;
    struct mailbox_counters counters[TALK_ENDS]; /* of the handles that were closed last */
};

/* The configuration of an end, with no callbacks: end 0 is user 1, 1 is user 3. */
struct mailbox_config mailbox_talk_end(struct mailbox_cluster *cluster, unsigned end);

/* So many are sent in all. */
uint64_t mailbox_talk_messages(const struct mailbox_talk *talk);

/* Thread context, with all cores free. */
void mailbox_talk_run(const struct mailbox_talk *talk, struct mailbox_talk_result *result);

#endif
