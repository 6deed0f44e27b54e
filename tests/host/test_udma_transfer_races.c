// SPDX-License-Identifier: BSD-3-Clause
/*
 * Transfers of every kind with cores that are real threads: all submit to one channel, release and
 * look how far they are, while it is paused, aborted and closed, a cyclic one runs, and the
 * interrupts move; and rings in message mode. Each transfer that was taken is called back once.
 * Built twice, under the address and the thread sanitizer.
 */
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/udma/extra.h"
#include "drivers/udma/message_ring.h"
#include "drivers/udma/monitor.h"
#include "drivers/udma/transfers.h"
#include "msi/irq.h"
#include "msi/work.h"
#include "tests/host/support/close_race.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DEPTH      8u
#define SIZE       4096u
#define OWN        3u  /* transfers of a core */
#define EACH       60u /* submissions of a core */
#define ABORTS     30u
#define CLOSES     20u
#define TRIES      400000u
#define TIMEOUT_US 3600000000u

static struct udma_host_inventory before;

static int start(void **state)
{
    (void)state;
    udma_host_start();
    return 0;
}

static unsigned get(const unsigned *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void set(unsigned *value, unsigned to)
{
    __atomic_store_n(value, to, __ATOMIC_SEQ_CST);
}

static unsigned add(unsigned *value)
{
    return __atomic_fetch_add(value, 1, __ATOMIC_SEQ_CST);
}

/* ---- a channel that all cores use ---- */

/* What one core has submitted: the cookie. */
struct job {
    unsigned calls, good, canceled;
};

static struct {
    struct udma_channel *channel;
    struct udma_transfer *own[CORE_MAX][OWN]; /* those that a core submits */
    struct udma_transfer *cyclic;
    struct mutex mutex; /* udma_transfer_prepare(): one thread at a time */
    uint8_t source[SIZE], destination[CORE_MAX][SIZE];
    unsigned calling, twice;  /* a callback runs; two at once */
    unsigned period, periods; /* the same of periods */
    unsigned closed, late;    /* callbacks after the close, or periods after an abort */
    unsigned begun, over, done;
    unsigned accepted;
} shared;

static int set_up(void **state)
{
    (void)state;
    memset(&shared, 0, sizeof(shared));
    before = udma_host_inventory();
    return 0;
}

static void check(void)
{
    const struct udma_host_inventory after = udma_host_inventory();

    assert_memory_equal(&after, &before, sizeof(after));
    assert_int_equal(shared.twice, 0);
    assert_int_equal(shared.late, 0);
    assert_int_equal(shared.accepted, 0);
}

static void enter(unsigned *flag)
{
    if (__atomic_exchange_n(flag, 1, __ATOMIC_SEQ_CST) != 0)
        add(&shared.twice);
    if (get(&shared.closed) != 0)
        add(&shared.late);
}

static void on_end(void *context, void *cookie, int status)
{
    struct job *job = cookie;

    (void)context;
    enter(&shared.calling);
    assert(status == 0 || status == -ECANCELED);
    add(status == 0 ? &job->good : &job->canceled);
    add(&job->calls);
    set(&shared.calling, 0);
    wait_notify();
}

static void open_shared(unsigned round)
{
    static const struct udma_delivery *const deliveries[] = {NULL, &udma_in_thread,
                                                             &udma_in_thread_on};
    const struct udma_channel_config config = {
        .name = "shared",
        .core = round % core_count(),
        .depth = DEPTH,
        .callback = on_end,
        .delivery = deliveries[round % 3u],
        .thread_core = round / 3u % core_count(),
        .transfers = &udma_transfers,
    };

    assert(udma_channel_open(&config, &shared.channel) == 0);
}

static struct udma_transfer *prepare_own(unsigned core)
{
    const struct udma_move move = udma_move_rows((uintptr_t)shared.destination[core], SIZE / 4,
                                                 (uintptr_t)shared.source, SIZE / 4, SIZE / 4, 4);
    const struct udma_transfer_config config = {.moves = &move, .count = 1};
    struct udma_transfer *transfer;

    assert(mutex_lock(&shared.mutex) == 0);
    assert(udma_transfer_prepare(shared.channel, &config, &transfer) == 0);
    mutex_unlock(&shared.mutex);
    return transfer;
}

static void go_on(void)
{
    (void)work_run();
    delay_us(1);
    wait_notify();
}

static bool all_are_done(void *argument)
{
    (void)argument;
    return get(&shared.done) >= core_count();
}

/* Callbacks in a thread need one on each core to the end. */
static void wait_for_all(void)
{
    add(&shared.done);
    wait_notify();
    assert(idle_for(all_are_done, NULL, TIMEOUT_US) == 0);
}

/* Returns 0, or why not. */
static int submit(struct udma_transfer *transfer, struct job *job)
{
    void *cookies[] = {job};

    return udma_submit(shared.channel, &transfer, 1, cookies);
}

static int copy(struct job *job)
{
    return udma_copy(shared.channel, (uintptr_t)shared.destination[core_id()],
                     (uintptr_t)shared.source, SIZE, job);
}

/* Prepares and releases one after the other, and asks how far it is; while the others do so too,
 * whose transfers come and go. With copies in between it is not known so exactly. */
static void submit_each(void *argument)
{
    const unsigned core = core_id();

    for (unsigned i = 0, tries = 0; i < EACH; i++) {
        struct udma_transfer *transfer = prepare_own(core);
        struct job job = {0};
        uint64_t done = 0;
        int error;

        while ((error = argument != NULL && i % 4u == 3u ? copy(&job) : submit(transfer, &job)) ==
               -EAGAIN) {
            assert(++tries < TRIES);
            go_on();
        }
        assert(error == 0);
        while (get(&job.calls) == 0) {
            const uint64_t now = udma_transfer_done(transfer);

            assert(now == 0 || (now >= done && now <= SIZE));
            done = now;
            if (core == 0 && i % 4u == 0)
                assert(irq_set_affinity(shared.channel->irq, i / 4u % core_count()) == 0);
            go_on();
        }
        assert(job.calls == 1 && job.good == 1);
        assert(udma_transfer_release(transfer) == 0);
    }
    wait_for_all();
}

static void all_cores_submit_ask_and_release(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 2; round++) {
        set(&shared.done, 0);
        open_shared(round);
        assert_int_equal(smp_run_all(submit_each, round != 0 ? &shared : NULL, TIMEOUT_US), 0);
        assert_int_equal(udma_channel_close(shared.channel), 0);
    }
    check();
}

/* ---- aborts and pauses, under everybody's hands ---- */

static void submit_until_over(void)
{
    const unsigned core = core_id();
    struct udma_transfer *own = prepare_own(core);
    struct job jobs[2] = {{0}};
    unsigned submitted[2] = {0};

    for (unsigned tries = 0; get(&shared.over) == 0; tries++) {
        int error = submit(own, &jobs[0]);

        assert(tries < TRIES);
        assert(error == 0 || error == -EAGAIN || error == -ECANCELED || error == -EBUSY);
        submitted[0] += error == 0;
        error = copy(&jobs[1]);
        assert(error == 0 || error == -EAGAIN || error == -ECANCELED);
        submitted[1] += error == 0;
        if (core == 1) {
            error = tries % 2u == 0 ? udma_channel_pause(shared.channel)
                                    : udma_channel_resume(shared.channel);
            assert(error == 0 || error == -ECANCELED);
        }
        if (core == 2)
            assert(irq_set_affinity(shared.channel->irq, tries % core_count()) == 0);
        add(&shared.begun);
        go_on();
    }
    assert(core != 1 || udma_channel_resume(shared.channel) == 0);
    for (unsigned tries = 0;
         get(&jobs[0].calls) < submitted[0] || get(&jobs[1].calls) < submitted[1]; tries++) {
        assert(tries < TRIES);
        go_on();
    }
    assert(jobs[0].calls == submitted[0] && jobs[1].calls == submitted[1]);
    assert(udma_transfer_release(own) == 0);
    wait_for_all();
}

static bool some_have_begun(void *least)
{
    return get(&shared.begun) >= (unsigned)(uintptr_t)least;
}

static void abort_or_submit(void *argument)
{
    (void)argument;
    if (core_id() != 0) {
        submit_until_over();
        return;
    }
    for (unsigned i = 0; i < ABORTS; i++) {
        const uintptr_t least = get(&shared.begun) + i % 7u;
        int error;

        assert(idle_for(some_have_begun, (void *)least, TIMEOUT_US) == 0);
        error = udma_channel_abort(shared.channel);
        assert(error == 0);
    }
    set(&shared.over, 1);
    wait_for_all();
}

static void aborts_under_everybodys_hands(void **state)
{
    struct udma_transfer_counters counters;

    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        set(&shared.over, 0);
        set(&shared.done, 0);
        open_shared(round);
        assert_int_equal(smp_run_all(abort_or_submit, NULL, TIMEOUT_US), 0);
        udma_get_transfer_counters(shared.channel, &counters);
        assert_int_equal(counters.aborts, ABORTS);
        assert_int_equal(udma_channel_close(shared.channel), 0);
    }
    check();
}

/* ---- closes ---- */

static void submit_until_refused(struct udma_transfer *own, struct job *job)
{
    unsigned taken = 0;
    int error;

    do {
        error = submit(own, job);
        assert(error == 0 || error == -EAGAIN || error == -EBUSY || error == -ECANCELED);
        if (error == 0 && ++taken == 2)
            close_race_begun();
        if (core_id() == 1)
            (void)udma_channel_pause(shared.channel);
        (void)udma_transfer_done(own);
        if (core_id() == 1)
            (void)udma_channel_resume(shared.channel);
        go_on();
    } while (error != -ECANCELED);
    for (unsigned i = 0; i < 3; i++)
        if (copy(job) != -ECANCELED)
            add(&shared.accepted);
}

static struct job jobs[CORE_MAX];

static void take_part_in_closes(void *argument)
{
    const unsigned core = core_id();

    (void)argument;
    for (uintptr_t round = 1; core != 0 && round <= CLOSES; round++) {
        close_race_wait((unsigned)round);
        submit_until_refused(shared.own[core][0], &jobs[core]);
        close_race_left();
    }
    for (unsigned round = 1; core == 0 && round <= CLOSES; round++) {
        set(&shared.closed, 0);
        open_shared(round);
        for (unsigned other = 1; other < core_count(); other++)
            shared.own[other][0] = prepare_own(other);
        close_race_let_begin(round);
        assert(udma_channel_close(shared.channel) == 0);
        set(&shared.closed, 1);
    }
}

static void closes_under_everybodys_hands(void **state)
{
    (void)state;
    memset(jobs, 0, sizeof(jobs));
    close_race_hold(true);
    assert_int_equal(smp_run_all(take_part_in_closes, NULL, TIMEOUT_US), 0);
    host_advance_us(100000);
    close_race_hold(false);
    check();
}

/* ---- a cyclic transfer that is stopped at any moment ---- */

#define PERIODS 4u
#define CYCLES  40u

static struct job copies; /* that periods submit */
static unsigned copied;

static void on_period(void *context, unsigned index, uint64_t lost, int status)
{
    (void)context;
    (void)lost;
    enter(&shared.period);
    assert(status == 0 && index < PERIODS);
    add(&shared.periods);
    if (copy(&copies) == 0)
        add(&copied);
    set(&shared.period, 0);
    wait_notify();
}

static struct udma_transfer *prepare_cyclic(void)
{
    struct udma_move periods[PERIODS];
    const struct udma_transfer_config config = {
        .moves = periods, .count = PERIODS, .cyclic = true, .period = on_period};
    struct udma_transfer *transfer;

    for (unsigned i = 0; i < PERIODS; i++)
        periods[i] = udma_move_copy((uintptr_t)shared.destination[i], (uintptr_t)shared.source, 64);
    assert(mutex_lock(&shared.mutex) == 0);
    assert(udma_transfer_prepare(shared.channel, &config, &transfer) == 0);
    mutex_unlock(&shared.mutex);
    return transfer;
}

static bool periods_have_come(void *least)
{
    return get(&shared.periods) >= (unsigned)(uintptr_t)least;
}

static void stop_cycles(void)
{
    for (unsigned i = 0; i < CYCLES; i++) {
        struct job job = {0};
        uintptr_t least = get(&shared.periods) + i % 9u;

        set(&shared.closed, 0);
        assert(submit(shared.cyclic, &job) == 0);
        assert(idle_for(periods_have_come, (void *)least, TIMEOUT_US) == 0);
        assert(udma_channel_abort(shared.channel) == 0);
        set(&shared.closed, 1); /* no period is called back any more */
        assert(job.calls == 1 && job.canceled == 1);
        if (i % 4u == 0) {
            assert(udma_transfer_release(shared.cyclic) == 0);
            shared.cyclic = prepare_cyclic();
        }
    }
    set(&shared.over, 1);
    wait_notify();
}

/* Core 0 stops; core 1 moves both interrupts; core 2 asks; core 3 takes periods. */
static void cycle(void *argument)
{
    (void)argument;
    if (core_id() == 0) {
        stop_cycles();
        return;
    }
    for (unsigned i = 0; get(&shared.over) == 0; i++) {
        assert(i < TRIES);
        if (core_id() == 1)
            assert(irq_set_affinity(i % 2u == 0 ? shared.channel->irq : shared.channel->extra->irq,
                                    i / 2u % core_count()) == 0);
        go_on();
    }
}

static void a_cyclic_transfer_is_stopped_at_any_moment(void **state)
{
    (void)state;
    copies = (struct job){0};
    copied = 0;
    open_shared(0);
    shared.cyclic = prepare_cyclic();
    assert_int_equal(smp_run_all(cycle, NULL, TIMEOUT_US), 0);
    shared.closed = 0;
    assert_int_equal(udma_channel_close(shared.channel), 0);
    print_message("# %u periods\n", shared.periods);
    assert_int_equal(copies.calls, copied);
    check();
}

/* ---- callbacks that end their own channel ---- */

static int ended, aborted;

static void end_in_period(void *context, unsigned index, uint64_t lost, int status)
{
    (void)context;
    (void)index;
    (void)lost;
    (void)status;
    ended = udma_channel_close(shared.channel);
    aborted = udma_channel_abort(shared.channel);
    add(&shared.periods);
}

static struct udma_transfer *submit_cyclic(void (*period)(void *, unsigned, uint64_t, int),
                                           struct job *job)
{
    const struct udma_move move =
        udma_move_copy((uintptr_t)shared.destination[0], (uintptr_t)shared.source, 64);
    const struct udma_transfer_config config = {
        .moves = &move, .count = 1, .cyclic = true, .period = period};
    struct udma_transfer *transfer;

    assert_int_equal(udma_transfer_prepare(shared.channel, &config, &transfer), 0);
    assert_int_equal(submit(transfer, job), 0);
    return transfer;
}

static void a_period_of_a_polled_channel_does_not_pull_it_from_under_itself(void **state)
{
    const struct udma_channel_config config = {.name = "polled",
                                               .polled = true,
                                               .depth = DEPTH,
                                               .callback = on_end,
                                               .transfers = &udma_transfers};
    struct job job = {0};

    (void)state;
    assert_int_equal(udma_channel_open(&config, &shared.channel), 0);
    (void)submit_cyclic(end_in_period, &job);
    host_advance_us(1000);
    assert_true(udma_cyclic_poll(shared.channel) > 0);
    assert_true(shared.periods != 0);
    assert_int_equal(ended, -EAGAIN);
    assert_int_equal(aborted, -EAGAIN);
    assert_int_equal(udma_cyclic_poll(shared.channel), 0);
    assert_int_equal(udma_channel_close(shared.channel), 0);
    check();
}

static void abort_in_callback(void *context, void *cookie, int status)
{
    on_end(context, cookie, status);
    aborted = udma_channel_abort(shared.channel);
}

/* Nothing was done: so what a later close drops is not called back. */
static void a_callback_in_a_thread_does_not_abort_its_channel(void **state)
{
    const struct udma_channel_config config = {.name = "thread",
                                               .core = 1,
                                               .depth = DEPTH,
                                               .callback = abort_in_callback,
                                               .delivery = &udma_in_thread_on,
                                               .transfers = &udma_transfers};
    struct job job = {0};

    (void)state;
    assert_int_equal(udma_channel_open(&config, &shared.channel), 0);
    assert_int_equal(copy(&job), 0);
    host_advance_us(1000);
    assert_int_equal(udma_flush(shared.channel, TIMEOUT_US), 0);
    assert_int_equal(job.calls, 1);
    assert_int_equal(aborted, -EDEADLK);
    (void)submit_cyclic(on_period, &job);
    host_advance_us(100);
    assert_int_equal(udma_channel_close(shared.channel), 0);
    assert_int_equal(job.calls, 1);
    check();
}

/* ---- a ring in message mode, and its monitor ---- */

#define ELEMENTS 200u /* of each putter */
#define PUTTERS  2u

static struct {
    struct udma_message_ring *ring;
    unsigned seen[PUTTERS * ELEMENTS];
    unsigned taken, events;
} messages;

static void on_event(void *context)
{
    (void)context;
    add(&messages.events);
}

static void put_elements(unsigned putter)
{
    for (unsigned i = 0, tries = 0; i < ELEMENTS; i++)
        while (udma_message_ring_put(messages.ring, putter * ELEMENTS + i + 1u) != 0) {
            assert(++tries < TRIES);
            go_on();
        }
}

static void take_elements(void)
{
    unsigned last[PUTTERS] = {0};

    for (unsigned tries = 0; get(&messages.taken) < PUTTERS * ELEMENTS; tries++) {
        uint64_t element;

        assert(tries < TRIES);
        if (udma_message_ring_take(messages.ring, &element) != 0) {
            go_on();
            continue;
        }
        assert(element != 0 && element <= PUTTERS * ELEMENTS);
        element--;
        assert(add(&messages.seen[element]) == 0);
        /* What one puts, another takes in that order, as far as he gets it. */
        assert(element % ELEMENTS >= last[element / ELEMENTS]);
        last[element / ELEMENTS] = (unsigned)(element % ELEMENTS);
        add(&messages.taken);
    }
}

static void put_or_take(void *argument)
{
    (void)argument;
    if (core_id() < PUTTERS)
        put_elements(core_id());
    else
        take_elements();
}

static void a_message_ring_has_cores_at_both_ends(void **state)
{
    struct udma_monitor_config config = {
        .mode = UDMA_MONITOR_THRESHOLD,
        .low = 0,
        .high = 5,
        .event = on_event,
        .name = "monitor",
        .core = 1,
    };
    struct udma_monitor *counts, *threshold;
    uint32_t first, second;

    (void)state;
    memset(&messages, 0, sizeof(messages));
    assert_int_equal(udma_message_ring_open(NULL, 8, &messages.ring), 0);
    config.ring = udma_message_ring_index(messages.ring);
    assert_int_equal(udma_monitor_open(&config, &threshold), 0);
    config.mode = UDMA_MONITOR_COUNTS;
    config.event = NULL;
    assert_int_equal(udma_monitor_open(&config, &counts), 0);
    assert_int_equal(smp_run_all(put_or_take, NULL, TIMEOUT_US), 0);
    udma_monitor_read(counts, &first, &second);
    assert_int_equal(first, PUTTERS * ELEMENTS);
    assert_int_equal(second, PUTTERS * ELEMENTS);
    assert_int_equal(messages.taken, PUTTERS * ELEMENTS);
    assert_int_equal(udma_monitor_close(threshold), 0);
    assert_int_equal(udma_monitor_close(counts), 0);
    assert_int_equal(udma_message_ring_close(messages.ring), 0);
    print_message("# %u events\n", messages.events);
    check();
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_cores_submit_ask_and_release),
        TEST(aborts_under_everybodys_hands),
        TEST(closes_under_everybodys_hands),
        TEST(a_cyclic_transfer_is_stopped_at_any_moment),
        TEST(a_period_of_a_polled_channel_does_not_pull_it_from_under_itself),
        TEST(a_callback_in_a_thread_does_not_abort_its_channel),
        TEST(a_message_ring_has_cores_at_both_ends),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
