// SPDX-License-Identifier: BSD-3-Clause
/*
 * An example of drivers/mailbox/mailbox.h: questions to another processor, and its answers.
 * docs/mailbox.md shows it.
 */
#ifndef TESTS_TARGET_EXAMPLE_MAILBOX_H
#define TESTS_TARGET_EXAMPLE_MAILBOX_H

#include "arch/wait.h"
#include "drivers/mailbox/mailbox.h"

struct example_mailbox {
    struct mailbox *mailbox;
    struct completion answered;
    uint32_t answer;
};

/* This program is user 0, sends by FIFO 0, and receives by FIFO 1. Thread context. The errors of
 * mailbox_open(). */
int example_mailbox_open(struct example_mailbox *example, struct mailbox_cluster *cluster);

/* Sends a question, and waits for the answer; one at a time. Thread context. The errors of
 * mailbox_send_wait(); -ETIMEDOUT: there was no answer. */
int example_mailbox_ask(struct example_mailbox *example, uint32_t question, uint32_t *answer,
                        uint64_t timeout_us);

/* Thread context. The errors of mailbox_close(). */
int example_mailbox_close(struct example_mailbox *example);

#endif
