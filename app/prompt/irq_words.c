// SPDX-License-Identifier: BSD-3-Clause
/*
 * `irq balance`: spreads interrupts. `irq stats`: how long handlers take, and wait.
 */
#include "app/prompt/irq_words.h"

#include "app/prompt/irq_latency.h"
#include "arch/core.h"
#include "lib/command.h"
#include "msi/balance.h"
#include "msi/irq.h"
#include "msi/report.h"
#include "msi/statistics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_US 1000u

/* ---- statistics ---- */

/* Microseconds with one decimal, 9 columns. */
static void print_us(uint64_t ns)
{
    printf(" %7" PRIu64 ".%u", ns / NS_PER_US, (unsigned)(ns % NS_PER_US / 100u));
}

static void print_irq(const struct irq *irq, void *argument)
{
    struct irq_statistics statistics;

    (void)argument;
    irq_get_statistics(irq, &statistics);
    printf("%-10s %5" PRIu32 "  %-12s", irq_device_name(irq), irq_index(irq), irq_name(irq));
    print_us(statistics.longest_ns);
    print_us(statistics.longest_wait_ns);
    for (unsigned core = 0; core < core_count(); core++)
        printf(" %9" PRIu32, statistics.calls_on[core]);
    printf("\n");
}

static void print_core(unsigned core)
{
    struct irq_core_statistics statistics;

    irq_get_core_statistics(core, &statistics);
    printf("core %u %10" PRIu64 " %10" PRIu64, core, statistics.calls, statistics.exceptions);
    print_us(statistics.longest_ns);
    printf("\n");
}

static void print_waits(unsigned core, const struct irq_waits *waits)
{
    printf("core %u", core);
    for (unsigned place = 0; place < IRQ_WAIT_CLASSES; place++)
        printf(" %5" PRIu64, waits->classes[place]);
    print_us(waits->longest_ns);
    printf("\n");
}

static void print_all_waits(void)
{
    struct irq_core_statistics statistics;
    struct irq_waits waits;

    printf("late us ");
    for (unsigned place = 0; place < IRQ_WAIT_CLASSES - 1; place++)
        printf(" <%-4u", 1u << place);
    printf(" more  longest us, samples by an alarm\n");
    for (unsigned core = 0; core < core_count(); core++) {
        irq_latency_get(core, &waits);
        print_waits(core, &waits);
    }
    printf("samples by irq trigger\n");
    for (unsigned core = 0; core < core_count(); core++) {
        irq_get_core_statistics(core, &statistics);
        print_waits(core, &statistics.waits);
    }
}

static int show(void)
{
    printf("device     index  name         longest us   late us  calls:");
    for (unsigned core = 0; core < core_count(); core++)
        printf(" core %u   ", core);
    printf("\n");
    irq_for_each(print_irq, NULL);
    printf("            calls exceptions  longest us, interrupts masked\n");
    for (unsigned core = 0; core < core_count(); core++)
        print_core(core);
    print_all_waits();
    return COMMAND_DONE;
}

static int start(void)
{
    int error = irq_statistics_start();

    if (error != 0) {
        printf("irq: they are on already\n");
        return COMMAND_FAILED;
    }
    error = irq_latency_start();
    if (error == -ETIMEDOUT)
        printf("irq: a core is busy: its alarm comes when it is idle\n");
    else if (error == -EBUSY)
        printf("irq: a core's alarm is in use (selftest): no samples of it\n");
    else if (error != 0)
        printf("irq: a core has no alarm: error %d\n", error);
    return COMMAND_DONE;
}

static int stop(void)
{
    if (irq_statistics_stop() != 0) {
        printf("irq: they are off already\n");
        return COMMAND_FAILED;
    }
    irq_latency_stop();
    return COMMAND_DONE;
}

static int reset(void)
{
    irq_latency_reset();
    return irq_statistics_reset() == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

int irq_word_stats(int count, char **words)
{
    if (count == 1)
        return show();
    if (count != 2)
        return COMMAND_USAGE;
    if (strcmp(words[1], "on") == 0)
        return start();
    if (strcmp(words[1], "off") == 0)
        return stop();
    return strcmp(words[1], "reset") == 0 ? reset() : COMMAND_USAGE;
}

/* ---- balancing ---- */

int irq_word_balance(int count, char **words)
{
    struct irq_balance result;
    int error;

    (void)words;
    if (count != 1)
        return COMMAND_USAGE;
    error = irq_balance(&result);
    printf("%u moved\n", result.moved);
    for (unsigned core = 0; core < core_count(); core++)
        printf("core %u: %" PRIu32 " interrupts, %" PRIu64 " calls since the last time\n", core,
               result.irqs[core], result.calls[core]);
    if (error != 0)
        printf("irq: not all could be moved: error %d\n", error);
    return error == 0 ? COMMAND_DONE : COMMAND_FAILED;
}
