// SPDX-License-Identifier: BSD-3-Clause
/*
 * An example of drivers/mailbox/mailbox.h: questions to another processor, and its answers.
 * docs/mailbox.md shows it.
 */
#include "tests/target/example_mailbox.h"

#include "msi/irq.h"

#include <stddef.h>

/* Several messages may come in a call: here the last one counts. */
static void received(void *context, const uint32_t *messages, unsigned count)
{
    struct example_mailbox *example = context;

    example->answer = messages[count - 1];
    completion_signal(&example->answered);
}

int example_mailbox_open(struct example_mailbox *example, struct mailbox_cluster *cluster)
{
    const struct mailbox_config config = {
        .name = "example",
        .cluster = cluster,
        .user = 0,
        .transmit = 0,
        .receive = 1,
        .core = IRQ_CORE_ANY,
        .received = received,
        .context = example,
    };

    *example = (struct example_mailbox){.mailbox = NULL};
    return mailbox_open(&config, &example->mailbox);
}

int example_mailbox_ask(struct example_mailbox *example, uint32_t question, uint32_t *answer,
                        uint64_t timeout_us)
{
    int error = mailbox_send_wait(example->mailbox, question, timeout_us);

    if (error == 0)
        error = completion_wait(&example->answered, timeout_us);
    if (error == 0)
        *answer = example->answer;
    return error;
}

int example_mailbox_close(struct example_mailbox *example)
{
    return mailbox_close(example->mailbox);
}
