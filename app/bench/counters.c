// SPDX-License-Identifier: BSD-3-Clause
/*
 * The PMU's counters (Arm ARM DDI 0487, D17.5), and what is printed of them.
 */
#include "app/bench/bench.h"
#include "arch/barrier.h"
#include "arch/sysreg.h"
#include "msi/irq.h"
#include "msi/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* PMCR_EL0, PMCNTENSET_EL0, PMEVTYPER0_EL0. */
#define PMCR_ENABLE        UINT64_C(1)
#define COUNTER_0          UINT64_C(1)
#define COUNTER_CYCLES     (UINT64_C(1) << 31)
#define EVENT_INST_RETIRED 0x08u
#define FILTER_EL1_ONLY    (UINT64_C(1) << 30 | UINT64_C(1) << 26) /* U, M: not EL0, not EL3 */

static bool counts_instructions;
static uint32_t own; /* instructions that a reading itself adds to a round */

struct bench_reading bench_read(void)
{
    struct bench_reading reading;

    barrier_context();
    reading.instructions = (uint32_t)sysreg_read(PMEVCNTR0_EL0);
    reading.cycles = sysreg_read(PMCCNTR_EL0);
    return reading;
}

bool bench_counters_start(void)
{
    counts_instructions = (sysreg_read(PMCEID0_EL0) >> EVENT_INST_RETIRED & 1) != 0;
    sysreg_write(PMEVTYPER0_EL0, EVENT_INST_RETIRED | FILTER_EL1_ONLY);
    sysreg_write(PMCCFILTR_EL0, FILTER_EL1_ONLY);
    sysreg_write(PMCNTENSET_EL0, COUNTER_0 | COUNTER_CYCLES);
    sysreg_write(PMCR_EL0, sysreg_read(PMCR_EL0) | PMCR_ENABLE);
    barrier_context();
    struct bench_reading first = bench_read(), second = bench_read();

    own = second.instructions - first.instructions;
    return counts_instructions;
}

void bench_counters_stop(void)
{
    sysreg_write(PMCNTENCLR_EL0, COUNTER_0 | COUNTER_CYCLES);
    sysreg_write(PMCR_EL0, sysreg_read(PMCR_EL0) & ~PMCR_ENABLE);
}

static void add_calls(const struct irq *irq, void *argument)
{
    *(uint64_t *)argument += irq_count(irq);
}

uint64_t bench_calls(void)
{
    struct irq_inventory inventory;

    irq_get_inventory(&inventory);

    uint64_t sum = inventory.spurious + inventory.stray;

    irq_for_each(add_calls, &sum);
    return sum;
}

void bench_take(struct bench_figure *figure)
{
    struct bench_reading after = bench_read();
    uint32_t instructions = after.instructions - figure->before.instructions;

    figure->enter[figure->count] = instructions > own ? instructions - own : 0;
    figure->cycles[figure->count++] = after.cycles - figure->before.cycles;
    figure->rounds++;
}

/* ---- output ---- */

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return first < second ? -1 : first > second ? 1 : 0;
}

static void print_values(const char *what, uint64_t *values, uint32_t count, unsigned part)
{
    qsort(values, count, sizeof(*values), compare);
    printf("  %-22s least %6" PRIu64 ", median %6" PRIu64 ", most %6" PRIu64 "\n", what,
           values[0] / part, values[count / 2] / part, values[count - 1] / part);
}

static void print_head(const char *name, const struct bench_figure *figure)
{
    printf("%s: %" PRIu32 " of %" PRIu32 " rounds\n", name, figure->count, figure->rounds);
}

void bench_print(const char *name, struct bench_figure *figure, unsigned part)
{
    print_head(name, figure);
    if (figure->count != 0) {
        if (counts_instructions)
            print_values("instructions", figure->enter, figure->count, part);
        print_values("cycles", figure->cycles, figure->count, part);
    }
    figure->rounds = figure->count = 0;
}

void bench_print_interrupt(const char *name, struct bench_figure *figure)
{
    print_head(name, figure);
    if (figure->count != 0) {
        if (counts_instructions) {
            print_values("instructions in", figure->enter, figure->count, 1);
            print_values("instructions out", figure->leave, figure->count, 1);
        }
        print_values("cycles in and out", figure->cycles, figure->count, 1);
    }
    figure->rounds = figure->count = 0;
}

void bench_print_error(const char *name, int error)
{
    printf("%s: error %d\n", name, error);
}
