// SPDX-License-Identifier: BSD-3-Clause
/*
 * Deferred work (msi/work.h): queued by interrupts' handlers, run by the cores' threads.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/spinlock.h"
#include "lib/crc32.h"
#include "msi/internal.h"
#include "msi/work.h"
#include "tests/target/example_work.h"
#include "tests/target/msi_fixture.h"

#include <errno.h>
#include <string.h>

#define END_US      10000000u
#define BETWEEN_US  20u
#define LOAD_ROUNDS 10u
#define COPIES      8u
#define COPY_SIZE   3000u

/* ---- a handler that queues work ---- */

static struct {
    struct work work;
    unsigned queue_core; /* CORE_MAX: the handler's own */
    uint64_t queued, calls;
    unsigned core, handler_core;
    bool in_interrupt, cancelled, late;
} job;

static uint64_t get(const uint64_t *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void do_job(void *context)
{
    (void)context;
    job.late |= __atomic_load_n(&job.cancelled, __ATOMIC_SEQ_CST);
    job.core = core_id();
    job.in_interrupt |= in_interrupt();
    __atomic_add_fetch(&job.calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static enum irq_return queue_job(void *context)
{
    unsigned core = __atomic_load_n(&job.queue_core, __ATOMIC_SEQ_CST);

    (void)context;
    job.handler_core = core_id();
    (void)(core == CORE_MAX ? work_queue(&job.work) : work_queue_on(&job.work, core));
    __atomic_add_fetch(&job.queued, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

static int request_job(unsigned core)
{
    const struct irq_request request = {
        .index = 0, .handler = queue_job, .name = "work", .core = core};

    return irq_request(&test_device, &request, &test_irqs[0]);
}

static void make_job(unsigned queue_core)
{
    memset(&job, 0, sizeof(job));
    job.queue_core = queue_core;
    work_init(&job.work, do_job, NULL);
}

struct count {
    const uint64_t *count;
    uint64_t least;
};

static bool has_come(void *argument)
{
    const struct count *count = argument;

    return get(count->count) >= count->least;
}

/* An idle wait: this core's work runs. */
static int idle_until(const uint64_t *value, uint64_t least)
{
    struct count count = {value, least};

    return idle_for(has_come, &count, END_US);
}

static int wait_until(const uint64_t *value, uint64_t least)
{
    struct count count = {value, least};

    return wait_for(has_come, &count, END_US);
}

/* ---- where it runs ---- */

static void body_each_core(void)
{
    for (unsigned core = 0; core < core_count() && !selftest_failed(); core++) {
        for (unsigned named = 0; named <= core_count() && !selftest_failed(); named++) {
            make_job(named == core_count() ? CORE_MAX : named);
            CHECK_EQUAL(request_job(core), 0);
            CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
            CHECK_EQUAL(idle_until(&job.calls, 1), 0);
            CHECK_EQUAL(job.handler_core, core);
            CHECK_EQUAL(job.core, named == core_count() ? core : named);
            CHECK(!job.in_interrupt);
            CHECK_EQUAL(free_one(0), 0);
            CHECK_EQUAL(work_cancel(&job.work), 0);
            CHECK_EQUAL(job.calls, 1);
        }
    }
}

SELFTEST(work, handlers_leave_it_to_threads_of_their_core_or_another, 60)
{
    with_wire(body_each_core);
}

/* ---- where it does not ---- */

static void body_computing(void)
{
    make_job(CORE_MAX);
    CHECK_EQUAL(request_job(0), 0);
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_until(&job.queued, 1), 0); /* a wait in the middle of something */
    delay_us(SETTLE_US);
    CHECK_EQUAL(get(&job.calls), 0);
    CHECK_EQUAL(work_run(), 1);
    CHECK_EQUAL(get(&job.calls), 1);
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_until(&job.queued, 2), 0);
    CHECK_EQUAL(work_flush(&job.work, END_US), 0);
    CHECK_EQUAL(get(&job.calls), 2);
    CHECK_EQUAL(work_cancel(&job.work), 0);
}

SELFTEST(work, waits_in_the_middle_of_something_run_none, 60)
{
    with_wire(body_computing);
}

/* ---- cancelling ---- */

static bool is_cancelled(void *argument)
{
    (void)argument;
    return __atomic_load_n(&job.cancelled, __ATOMIC_SEQ_CST);
}

/* A core's function: runs its work, and queues the job for the next core, until it is told. */
static void keep_queueing(void *argument)
{
    (void)argument;
    do
        (void)work_queue_on(&job.work, (core_id() + 1) % core_count());
    while (idle_for(is_cancelled, NULL, BETWEEN_US) != 0);
}

static void cancel_under_load(void)
{
    make_job(CORE_MAX);
    for (unsigned core = 1; core < core_count(); core++)
        CHECK_EQUAL(smp_start(core, keep_queueing, NULL), 0);

    int error = irq_trigger(test_irqs[0]);

    if (error == 0)
        error = idle_until(&job.calls, 2 * core_count() - 1); /* one core: the handler's only */
    if (error == 0)
        error = work_cancel(&job.work);
    __atomic_store_n(&job.cancelled, true, __ATOMIC_SEQ_CST); /* calls from here on are late */
    for (unsigned core = 1; core < core_count(); core++)
        CHECK_EQUAL(smp_join(core, END_US), 0);
    CHECK_EQUAL(error, 0);

    uint64_t calls = get(&job.calls);

    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_until(&job.queued, 2), 0); /* in vain */
    CHECK_EQUAL(work_queue(&job.work), -ECANCELED);
    CHECK_EQUAL(work_run(), 0);
    CHECK_EQUAL(get(&job.calls), calls);
    CHECK(!job.late);
}

static void body_cancel(void)
{
    make_job(CORE_MAX);
    CHECK_EQUAL(request_job(0), 0);
    for (unsigned round = 0; round < LOAD_ROUNDS && !selftest_failed(); round++)
        cancel_under_load();
}

SELFTEST(work, cancelled_work_runs_nowhere_and_never_will, 60)
{
    with_wire(body_cancel);
}

/* ---- DMA callbacks in thread context ---- */

static uint8_t (*source)[COPY_SIZE], (*destination)[COPY_SIZE];

static void with_memory(void (*body)(void))
{
    source = dma_alloc(COPIES * sizeof(*source));
    destination = dma_alloc(COPIES * sizeof(*destination));
    if (source != NULL && destination != NULL)
        body();
    else
        selftest_fail(__FILE__, __LINE__, "there is no memory for DMA");
    if (selftest_failed())
        return; /* a channel may still be at it */
    dma_free(destination);
    dma_free(source);
}

static void copy_through(unsigned core, unsigned thread_core)
{
    static struct example_copy copies[COPIES];
    struct udma_channel *channel;

    CHECK_EQUAL(example_copies_open(&channel, core, thread_core), 0);
    CHECK_EQUAL(udma_channel_core(channel), thread_core);
    for (unsigned i = 0; i < COPIES; i++) {
        memset(source[i], (int)(i + 16 * core + thread_core), COPY_SIZE);
        CHECK_EQUAL(
            example_copy_start(channel, &copies[i], destination[i], source[i], COPY_SIZE - i), 0);
    }
    for (unsigned i = 0; i < COPIES; i++) {
        CHECK_EQUAL(example_copy_wait(&copies[i], END_US), 0);
        CHECK_EQUAL(copies[i].crc, crc32_update(0, source[i], COPY_SIZE - i));
    }
    CHECK_EQUAL(udma_channel_close(channel), 0);
}

static void copy_through_all(void)
{
    for (unsigned core = 0; core < core_count(); core++)
        for (unsigned thread = 0; thread < core_count() && !selftest_failed(); thread++)
            copy_through(core, thread);
}

SELFTEST(work, dma_callbacks_come_in_thread_context, 60)
{
    with_memory(copy_through_all);
}

/* Each callback queues the next copy, until the channel is closed. */
static struct {
    struct udma_channel *channel;
    struct spinlock lock;   /* numbers are given in the order of the copies */
    unsigned core;          /* CORE_MAX: that of the close too */
    uint64_t queued, calls; /* calls: in the order in which the copies were queued */
    bool wrong;
} stream;

static void queue_next(void)
{
    unsigned long state = spin_lock(&stream.lock);
    unsigned place = (unsigned)(stream.queued % COPIES);

    if (udma_copy(stream.channel, (uintptr_t)destination[place], (uintptr_t)source[place],
                  COPY_SIZE, (void *)(uintptr_t)stream.queued) == 0)
        stream.queued++;
    spin_unlock(&stream.lock, state);
}

static void on_stream(void *context, void *cookie, int status)
{
    unsigned core = __atomic_load_n(&stream.core, __ATOMIC_SEQ_CST);

    (void)context;
    stream.wrong |= in_interrupt() || !wait_is_allowed() || status != 0;
    stream.wrong |= (uintptr_t)cookie != stream.calls;
    stream.wrong |= core != CORE_MAX && core != core_id();
    queue_next();
    __atomic_add_fetch(&stream.calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

/* In the middle of it, and with this core's callbacks queued or not. */
static void stream_and_close(unsigned core, unsigned round)
{
    const struct udma_channel_config config = {.name = "stream",
                                               .core = core,
                                               .depth = COPIES,
                                               .callback = on_stream,
                                               .delivery = &udma_in_thread};
    uint64_t calls;

    memset(&stream, 0, sizeof(stream));
    stream.core = core;
    CHECK_EQUAL(udma_channel_open(&config, &stream.channel), 0);
    for (unsigned i = 0; i < COPIES / 2; i++) /* the callbacks have the rest */
        queue_next();
    CHECK_EQUAL(idle_until(&stream.calls, 3 * COPIES), 0);
    CHECK_EQUAL(udma_flush(stream.channel, END_US), 0);
    delay_us(round * BETWEEN_US);
    __atomic_store_n(&stream.core, CORE_MAX, __ATOMIC_SEQ_CST);
    CHECK_EQUAL(udma_channel_close(stream.channel), 0);
    calls = get(&stream.calls);
    delay_us(SETTLE_US);
    (void)work_run();
    CHECK_EQUAL(get(&stream.calls), calls);
    CHECK(!stream.wrong);
}

static void stream_on_all(void)
{
    for (unsigned round = 0; round < LOAD_ROUNDS; round++)
        for (unsigned core = 0; core < core_count() && !selftest_failed(); core++)
            stream_and_close(core, round);
}

SELFTEST(work, dma_callbacks_in_thread_context_end_with_the_channel, 60)
{
    with_memory(stream_on_all);
}
