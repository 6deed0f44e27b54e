// SPDX-License-Identifier: BSD-3-Clause
/*
 * Figures of interrupts (msi/statistics.h), the samples of how late they are, and the prompt's
 * words for both. A handler that takes long, and a thread that masks interrupts for long, show.
 */
#include "app/prompt/irq_latency.h"
#include "app/selftest/selftest.h"
#include "app/selftest/watchdog.h"
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "lib/command.h"
#include "msi/statistics.h"
#include "tests/target/msi_fixture.h"

#include <errno.h>
#include <stdio.h>

#define TAKES_US   300u
#define CALLS      3u
#define MASKED_US  6000u
#define PERIODS_US 2000u /* the longest between two samples */
#define NS_PER_US  1000u
#define SAMPLE_US  10000000u
#define DEADLINE_S 60u

static void spin_us(uint64_t us)
{
    deadline_t end = deadline_after_us(us);

    while (!deadline_passed(end))
        continue;
}

static enum irq_return take_time(void *context)
{
    spin_us(TAKES_US);
    return note_call(context);
}

static int run(const char *command)
{
    char line[40];

    snprintf(line, sizeof(line), "%s", command);
    return command_run_line(line);
}

/* ---- handlers ---- */

/* It is counted after the handler's call. */
static bool has_exception(void *argument)
{
    struct irq_core_statistics of_core;

    irq_get_core_statistics(*(const unsigned *)argument, &of_core);
    return of_core.calls >= CALLS && of_core.longest_ns >= TAKES_US * NS_PER_US;
}

static void check_core(unsigned core)
{
    const struct irq_request request = {
        .handler = take_time, .context = &test_records[core], .name = "slow", .core = core};
    struct irq_statistics figures;
    struct irq_core_statistics of_core;

    CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[core]), 0);
    CHECK_EQUAL(run("irq stats reset"), COMMAND_DONE);
    for (unsigned i = 1; i <= CALLS; i++) {
        CHECK_EQUAL(run("irq trigger slow"), COMMAND_DONE);
        CHECK_EQUAL(wait_calls(&test_records[core], i), 0);
    }
    CHECK_EQUAL(irq_synchronize(test_irqs[core]), 0);
    irq_get_statistics(test_irqs[core], &figures);
    CHECK_EQUAL(figures.calls, CALLS);
    for (unsigned other = 0; other < core_count(); other++)
        CHECK_EQUAL(figures.calls_on[other], other == core ? CALLS : 0);
    CHECK(figures.longest_ns >= TAKES_US * NS_PER_US);
    CHECK(figures.longest_wait_ns > 0);
    CHECK_EQUAL(wait_for(has_exception, &core, ARRIVAL_TIMEOUT_US), 0);
    irq_get_core_statistics(core, &of_core);
    CHECK(of_core.calls >= CALLS);
    CHECK(of_core.longest_ns >= TAKES_US * NS_PER_US);
    CHECK_EQUAL(of_core.waits.samples, CALLS);
    CHECK_EQUAL(of_core.waits.longest_ns, figures.longest_wait_ns);
    CHECK_EQUAL(run("irq stats"), COMMAND_DONE);
    CHECK_EQUAL(free_one(core), 0);
}

static void body_handlers(void)
{
    CHECK_EQUAL(run("irq stats on"), COMMAND_DONE);
    CHECK(irq_statistics_are_on());
    for (unsigned core = 0; core < core_count() && !selftest_failed(); core++)
        check_core(core);
    CHECK_EQUAL(run("irq stats off"), COMMAND_DONE);
    CHECK_EQUAL(run("irq stats off"), COMMAND_FAILED);
    CHECK_EQUAL(run("irq trigger slow"), COMMAND_FAILED); /* there is none any more */
}

SELFTEST(msi_report, handlers_that_take_long_are_shown, 60)
{
    with_wire(body_handlers);
}

/* ---- how late a handler begins ---- */

static void body_late(void)
{
    const struct irq_request request = {
        .handler = note_call, .context = &test_records[0], .name = "late", .core = 0};
    struct irq_statistics figures;
    uint64_t ns = 0;

    CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[0]), 0);
    CHECK_EQUAL(irq_statistics_trigger(test_irqs[0]), -EINVAL); /* nothing is counted */
    CHECK_EQUAL(run("irq trigger late 0 2"), COMMAND_DONE);
    CHECK_EQUAL(run("irq stats on"), COMMAND_DONE);
    irq_mask(test_irqs[0]);
    CHECK_EQUAL(irq_statistics_trigger(test_irqs[0]), 0);
    delay_us(TAKES_US);
    irq_unmask(test_irqs[0]);
    CHECK_EQUAL(irq_statistics_wait(&ns, ARRIVAL_TIMEOUT_US), 0);
    CHECK(ns >= TAKES_US * NS_PER_US);
    irq_get_statistics(test_irqs[0], &figures);
    CHECK_EQUAL(figures.longest_wait_ns, ns);
    CHECK_EQUAL(run("irq trigger late 0 10"), COMMAND_DONE);
    irq_mask(test_irqs[0]);
    CHECK_EQUAL(run("irq trigger late"), COMMAND_FAILED);
    irq_unmask(test_irqs[0]);
    CHECK_EQUAL(irq_synchronize(test_irqs[0]), 0);
    CHECK_EQUAL(run("irq stats off"), COMMAND_DONE);
    CHECK_EQUAL(free_one(0), 0);
}

SELFTEST(msi_report, handlers_that_begin_late_are_shown, 60)
{
    with_wire(body_late);
}

/* ---- being late ---- */

struct samples {
    unsigned core;
    uint64_t before;
};

static bool has_more_samples(void *argument)
{
    const struct samples *samples = argument;
    struct irq_waits latency;

    irq_latency_get(samples->core, &latency);
    return latency.samples > samples->before;
}

static void check_sums(const struct irq_waits *latency)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < IRQ_WAIT_CLASSES; i++)
        sum += latency->classes[i];
    CHECK_EQUAL(sum, latency->samples);
}

/* Says for each core how many samples there were while it had interrupts masked. */
static void mask_for_long(void *argument)
{
    struct samples *samples = (struct samples *)argument + core_id();
    unsigned long state = irq_save();
    struct irq_waits latency;

    spin_us(MASKED_US); /* the next alarm is due meanwhile */
    irq_latency_get(core_id(), &latency);
    samples->before = latency.samples;
    irq_restore(state);
}

/* On each core. The timer's interrupt may itself be on its way for a while. */
static void await_samples(struct samples *samples)
{
    for (unsigned core = 0; core < core_count(); core++) {
        samples[core].core = core;
        CHECK_EQUAL(idle_for(has_more_samples, &samples[core], SAMPLE_US), 0);
    }
}

static void check_latency(void)
{
    uint64_t begun = time_now_ns();
    struct samples samples[CORE_MAX] = {0};
    struct irq_waits latency;

    CHECK_EQUAL(irq_latency_start(), 0);
    await_samples(samples);
    irq_latency_reset();
    CHECK_EQUAL(smp_run_all(mask_for_long, samples, SAMPLE_US), 0);
    await_samples(samples);
    irq_latency_stop();
    for (unsigned core = 0; core < core_count() && !selftest_failed(); core++) {
        irq_latency_get(core, &latency);
        CHECK(latency.longest_ns >= (MASKED_US - PERIODS_US) * NS_PER_US);
        CHECK(latency.longest_ns <= time_now_ns() - begun);
        CHECK(latency.classes[IRQ_WAIT_CLASSES - 1] >= 1);
        check_sums(&latency);
    }
}

static void check_silence(void)
{
    struct irq_waits before, after;

    irq_latency_get(0, &before);
    delay_us(2 * PERIODS_US);
    irq_latency_get(0, &after);
    CHECK_EQUAL(after.samples, before.samples);
}

/* The alarms are all cores', this one's too, which is the watchdog's. */
SELFTEST(msi_report, threads_that_mask_interrupts_for_long_are_shown, DEADLINE_S)
{
    watchdog_stop();
    check_latency();
    irq_latency_stop();
    check_silence();
    watchdog_start("msi_report.threads_that_mask_interrupts_for_long_are_shown", DEADLINE_S);
}
