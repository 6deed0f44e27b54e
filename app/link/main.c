// SPDX-License-Identifier: BSD-3-Clause
/*
 * Two programs that talk, one on the A53s and one on an R5F, from this one source: without a word
 * it answers each message with the same message, for ever; with the word `ask=NUMBER` it sends so
 * many, sees that each comes back once and in order, and ends. docs/messages.md has how to run it.
 */
#include "arch/wait.h"
#include "drivers/link/link.h"
#include "platform/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>

#define R5F        0u /* the other side, or this one */
#define DEPTH      64u
#define TIMEOUT_US 10000000u
#define HOUR_US    UINT64_C(3600000000)

static struct talk {
    struct link *link;
    unsigned long count; /* of questions; 0: this side answers */
    unsigned long answers, wrong;
} talk;

/* Interrupt context. There is room for each answer: who asks has DEPTH questions open at most. */
static void received(void *context, uint64_t message)
{
    struct talk *own = context;

    if (own->count == 0) {
        (void)link_send(own->link, message);
        return;
    }
    own->wrong += message != own->answers;
    __atomic_add_fetch(&own->answers, 1, __ATOMIC_RELEASE);
    wait_signal(own);
}

static bool all_have_come(void *argument)
{
    const struct talk *own = argument;

    return __atomic_load_n(&own->answers, __ATOMIC_ACQUIRE) >= own->count;
}

static int ask(void)
{
    int error = 0;

    for (unsigned long i = 0; i < talk.count && error == 0; i++)
        error = link_send_wait(talk.link, i, TIMEOUT_US);
    if (error == 0)
        error = wait_until_signal(all_have_come, &talk, deadline_after_us(TIMEOUT_US));
    printf("link: %lu questions, %lu answers, %lu wrong, error %d\n", talk.count, talk.answers,
           talk.wrong, error);
    if (error == 0)
        error = link_close(talk.link);
    return error == 0 && talk.wrong == 0 && talk.answers == talk.count ? EXIT_SUCCESS
                                                                       : EXIT_FAILURE;
}

static noreturn void answer(void)
{
    printf("link: here are answers\n");
    for (;;)
        delay_us(HOUR_US);
}

int main(int argc, char **argv)
{
    static const char word[] = "ask=";
    struct link_config config = {
        .name = "talk", .depth = DEPTH, .core = 0, .received = received, .context = &talk};
    int error = platform_link_take(R5F, &config);

    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], word, sizeof(word) - 1) == 0)
            talk.count = strtoul(argv[i] + sizeof(word) - 1, NULL, 0);
    if (error == 0)
        error = link_open(&config, &talk.link);
    if (error != 0) {
        printf("link: error %d\n", error);
        return EXIT_FAILURE;
    }
    if (talk.count == 0)
        answer();
    return ask();
}
