// SPDX-License-Identifier: BSD-3-Clause
/*
 * See mailbox_talk.h.
 */
#include "tests/target/mailbox_talk.h"

#include "arch/wait.h"
#include "msi/irq.h"
#include "tests/target/all_cores.h"

#include <errno.h>
#include <stddef.h>

#define CORE_SHIFT 24u /* in a message; below it: the how-manyth of its core */
#define MOVE_EVERY 64u

struct end {
    struct mailbox *mailbox;
    bool running; /* received() is */
    uint32_t next[CORE_MAX];
};

static struct {
    struct mailbox_talk talk;
    struct end ends[TALK_ENDS];
    unsigned busy; /* cores that still send */
    struct mailbox_talk_result *result;
} run;

static void add(uint64_t *counter, uint64_t more)
{
    __atomic_fetch_add(counter, more, __ATOMIC_RELEASE);
}

static void note_error(int error)
{
    int none = 0;

    if (error != 0)
        __atomic_compare_exchange_n(&run.result->status, &none, error, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
}

static void received(void *context, const uint32_t *messages, unsigned count)
{
    struct end *end = context;

    if (__atomic_exchange_n(&end->running, true, __ATOMIC_ACQUIRE))
        add(&run.result->overlapped, 1);
    for (unsigned i = 0; i < count; i++) {
        uint32_t core = messages[i] >> CORE_SHIFT;

        if (core >= CORE_MAX || (messages[i] & ((1u << CORE_SHIFT) - 1)) != end->next[core]++)
            add(&run.result->wrong, 1);
    }
    __atomic_fetch_or(&run.result->cores, 1u << core_id(), __ATOMIC_RELAXED);
    __atomic_store_n(&end->running, false, __ATOMIC_RELEASE);
    add(&run.result->received, count);
    wait_notify();
}

struct mailbox_config mailbox_talk_end(struct mailbox_cluster *cluster, unsigned end)
{
    static const uint8_t fifos[TALK_ENDS] = {2, 5};
    static const char *const names[TALK_ENDS] = {"talk a", "talk b"};

    return (struct mailbox_config){
        .name = names[end],
        .cluster = cluster,
        .user = (uint8_t)(1 + 2 * end),
        .transmit = fifos[end],
        .receive = fifos[1 - end],
        .core = IRQ_CORE_ANY,
    };
}

static int open_end(unsigned number)
{
    struct mailbox_config config = mailbox_talk_end(run.talk.cluster, number);

    config.received = received;
    config.context = &run.ends[number];
    return mailbox_open(&config, &run.ends[number].mailbox);
}

static int close_end(unsigned number)
{
    struct mailbox *mailbox = run.ends[number].mailbox;

    mailbox_get_counters(mailbox, &run.result->counters[number]);
    return mailbox_close(mailbox);
}

static int send(unsigned end, uint32_t number)
{
    uint32_t message = core_id() << CORE_SHIFT | number;
    int error = mailbox_send_wait(run.ends[end].mailbox, message, run.talk.timeout_us);

    if (error == 0)
        add(&run.result->sent, 1);
    return error;
}

/* To this core. */
static int fetch_interrupt(uint32_t number)
{
    if (run.talk.reopen || number % MOVE_EVERY != 0)
        return 0;
    return mailbox_set_affinity(run.ends[number / MOVE_EVERY % TALK_ENDS].mailbox, core_id());
}

static void send_all(void)
{
    const unsigned ends = run.talk.reopen ? 1 : TALK_ENDS;
    int error = 0;

    for (uint32_t i = 0; error == 0 && i < run.talk.messages; i++) {
        error = fetch_interrupt(i);
        for (unsigned end = 0; error == 0 && end < ends; end++)
            error = send(end, i);
    }
    note_error(error);
    __atomic_fetch_sub(&run.busy, 1, __ATOMIC_RELEASE);
    wait_notify();
}

/* Since `seen` messages; or nobody sends any more. */
static bool goes_on(void *seen)
{
    return __atomic_load_n(&run.result->received, __ATOMIC_ACQUIRE) != *(const uint64_t *)seen ||
           __atomic_load_n(&run.busy, __ATOMIC_ACQUIRE) == 0;
}

/* Every second time at once, before the interrupt that the open has enabled may have come. */
static void reopen_meanwhile(void)
{
    int error = 0;

    while (error == 0 && __atomic_load_n(&run.busy, __ATOMIC_ACQUIRE) != 0) {
        uint64_t seen = __atomic_load_n(&run.result->received, __ATOMIC_ACQUIRE);

        if (run.result->reopened % 2 == 0)
            error = wait_for(goes_on, &seen, run.talk.timeout_us);
        if (error == 0)
            error = close_end(1);
        if (error == 0)
            error = open_end(1);
        run.result->reopened++;
    }
    note_error(error);
}

static void on_each_core(void *argument)
{
    (void)argument;
    if (run.talk.reopen && core_id() == 0)
        reopen_meanwhile();
    else
        send_all();
}

static bool all_received(void *argument)
{
    (void)argument;
    return __atomic_load_n(&run.result->received, __ATOMIC_ACQUIRE) ==
           __atomic_load_n(&run.result->sent, __ATOMIC_ACQUIRE);
}

static int await_all(void)
{
    return wait_for(all_received, NULL, run.talk.timeout_us);
}

/* A message from each end to each core. */
static int to_each_core(void)
{
    int error = 0;

    run.result->cores = 0;
    for (unsigned core = 0; error == 0 && core < core_count(); core++) {
        for (unsigned end = 0; error == 0 && end < TALK_ENDS; end++) {
            error = mailbox_set_affinity(run.ends[1 - end].mailbox, core);
            if (error == 0)
                error = send(end, run.talk.messages + core);
            if (error == 0)
                error = await_all();
        }
    }
    return error;
}

static void talk_open(void)
{
    note_error(run_on_all_cores(on_each_core, NULL, run.talk.timeout_us));
    note_error(await_all());
    if (!run.talk.reopen && run.result->status == 0)
        note_error(to_each_core());
}

uint64_t mailbox_talk_messages(const struct mailbox_talk *talk)
{
    return talk->reopen ? (core_count() - 1) * (uint64_t)talk->messages
                        : TALK_ENDS * core_count() * ((uint64_t)talk->messages + 1);
}

void mailbox_talk_run(const struct mailbox_talk *talk, struct mailbox_talk_result *result)
{
    *result = (struct mailbox_talk_result){.status = 0};
    run.talk = *talk;
    run.result = result;
    run.busy = talk->reopen ? core_count() - 1 : core_count();
    for (unsigned end = 0; end < TALK_ENDS; end++) {
        run.ends[end] = (struct end){.mailbox = NULL};
        note_error(open_end(end));
    }
    if (result->status == 0)
        talk_open();
    for (unsigned end = 0; end < TALK_ENDS; end++)
        if (run.ends[end].mailbox != NULL)
            note_error(close_end(end));
}
