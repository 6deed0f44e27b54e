// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `bench`: what an interrupt costs on this core, by kind, from the exception to the
 * handler and from the handler to the interrupted code.
 *
 * An interrupt is made pending with IRQs masked, so that it is taken at a known instruction. The
 * core's PMU (Arm ARM DDI 0487, D13) counts instructions retired at EL1, and cycles. Whether a core
 * counts instructions stands in PMCEID0_EL0.
 */
#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/sysreg.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/udma/udma.h"
#include "lib/command.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS_DEFAULT     100u
#define ROUNDS_MAX         1000u
#define ARRIVAL_US         1000000u           /* the most for the interrupt to become pending */
#define ATTEMPTS           4u                 /* a round, if other interrupts come between */
#define ISR_IRQ            (UINT64_C(1) << 7) /* ISR_EL1.I (D17.2.91): an IRQ is pending, masked or not */
#define BENCH_INTID        226u               /* UART2's line, which is set pending by hand */
#define BENCH_DEVICE_ID    0x0be0u
#define COPY_SIZE          64u

/* PMCR_EL0, PMCNTENSET_EL0, PMEVTYPER0_EL0 (D17.5). */
#define PMCR_ENABLE        UINT64_C(1)
#define COUNTER_0          UINT64_C(1)
#define COUNTER_CYCLES     (UINT64_C(1) << 31)
#define EVENT_INST_RETIRED 0x08u
#define FILTER_NOT_EL0     (UINT64_C(1) << 30)

struct reading {
    uint32_t instructions;
    uint64_t cycles;
};

static struct {
    bool instructions; /* the core counts them */
    struct reading in_handler;
    uint32_t calls;
} bench;

struct samples {
    uint32_t count;
    uint64_t enter[ROUNDS_MAX], leave[ROUNDS_MAX], cycles[ROUNDS_MAX];
};

static struct reading read_counters(void)
{
    struct reading reading;

    barrier_context();
    reading.instructions = (uint32_t)sysreg_read(PMEVCNTR0_EL0);
    reading.cycles = sysreg_read(PMCCNTR_EL0);
    return reading;
}

static void start_counters(void)
{
    bench.instructions = (sysreg_read(PMCEID0_EL0) >> EVENT_INST_RETIRED & 1) != 0;
    sysreg_write(PMEVTYPER0_EL0, EVENT_INST_RETIRED | FILTER_NOT_EL0);
    sysreg_write(PMCCFILTR_EL0, FILTER_NOT_EL0);
    sysreg_write(PMCNTENSET_EL0, COUNTER_0 | COUNTER_CYCLES);
    sysreg_write(PMCR_EL0, sysreg_read(PMCR_EL0) | PMCR_ENABLE);
    barrier_context();
}

static void stop_counters(void)
{
    sysreg_write(PMCNTENCLR_EL0, COUNTER_0 | COUNTER_CYCLES);
    sysreg_write(PMCR_EL0, sysreg_read(PMCR_EL0) & ~PMCR_ENABLE);
}

static enum irq_return note(void *context)
{
    (void)context;
    bench.in_handler = read_counters();
    bench.calls++;
    return IRQ_HANDLED;
}

static void note_copy(void *context, void *cookie, int status)
{
    (void)cookie;
    (void)status;
    note(context);
}

static bool was_called(void *argument)
{
    return __atomic_load_n(&bench.calls, __ATOMIC_RELAXED) != *(const uint32_t *)argument;
}

/* One round: triggers with IRQs masked, waits until it is pending, and lets it in. */
static void measure(void (*trigger)(void *), void *argument, struct samples *samples)
{
    uint32_t calls = bench.calls;
    unsigned long state = irq_save();
    struct reading before, after;

    trigger(argument);
    deadline_t deadline = deadline_after_us(ARRIVAL_US);
    while ((sysreg_read(ISR_EL1) & ISR_IRQ) == 0 && !deadline_passed(deadline))
        ;
    before = read_counters();
    irq_restore(state);
    after = read_counters();
    if (bench.calls != calls + 1) { /* it was another interrupt that was pending */
        (void)wait_for(was_called, &calls, ARRIVAL_US);
        return;
    }
    samples->enter[samples->count] = bench.in_handler.instructions - before.instructions;
    samples->leave[samples->count] = after.instructions - bench.in_handler.instructions;
    samples->cycles[samples->count++] = after.cycles - before.cycles;
}

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return first < second ? -1 : first > second ? 1 : 0;
}

static void print_figure(const char *what, uint64_t *values, uint32_t count)
{
    qsort(values, count, sizeof(*values), compare);
    printf("  %-22s least %6" PRIu64 ", median %6" PRIu64 ", most %6" PRIu64 "\n", what, values[0],
           values[count / 2], values[count - 1]);
}

static void report(const char *name, struct samples *samples, uint32_t rounds)
{
    printf("%s: %" PRIu32 " of %" PRIu32 " rounds\n", name, samples->count, rounds);
    if (samples->count == 0)
        return;
    if (bench.instructions) {
        print_figure("instructions in", samples->enter, samples->count);
        print_figure("instructions out", samples->leave, samples->count);
    }
    print_figure("cycles in and out", samples->cycles, samples->count);
}

static void run(const char *name, void (*trigger)(void *), void *argument, uint32_t rounds,
                struct samples *samples)
{
    samples->count = 0;
    for (uint32_t i = 0; i < rounds * ATTEMPTS && samples->count < rounds; i++)
        measure(trigger, argument, samples);
    report(name, samples, rounds);
}

static void trigger_wire(void *argument)
{
    (void)argument;
    gic_set_pending(BENCH_INTID);
}

static void trigger_message(void *argument)
{
    (void)argument;
    mmio_write32(AM65X_PRE_ITS_BASE + 4u * BENCH_DEVICE_ID, 0);
}

struct copy_job {
    struct udma_channel *channel;
    uint8_t *buffer;
};

static void trigger_copy(void *argument)
{
    const struct copy_job *job = argument;

    udma_copy(job->channel, (uintptr_t)job->buffer + COPY_SIZE, (uintptr_t)job->buffer, COPY_SIZE,
              NULL);
}

/* A device with one source, of either kind, bound for the measurement. */
static void bench_device(const char *name, struct device *device, int error,
                         void (*trigger)(void *), uint32_t rounds, struct samples *samples)
{
    const struct irq_request request = {
        .handler = note, .name = "bench", .flags = IRQ_FLAG_EDGE, .core = core_id()};
    struct irq *irq;

    if (error == 0) {
        error = irq_request(device, &request, &irq);
        if (error == 0) {
            run(name, trigger, NULL, rounds, samples);
            irq_free(irq);
        }
        irq_unbind(device);
    }
    if (error != 0)
        printf("%s: error %d\n", name, error);
}

static void bench_copy(uint32_t rounds, struct samples *samples)
{
    const struct udma_channel_config config = {
        .name = "bench", .core = core_id(), .depth = 1, .callback = note_copy};
    struct copy_job job = {.buffer = dma_alloc(2 * COPY_SIZE)};
    int error = -ENOMEM;

    if (job.buffer != NULL) {
        error = udma_channel_open(&config, &job.channel);
        if (error == 0) {
            run("DMA completion (ring > INTA > INTR > SPI, to the channel's callback)",
                trigger_copy, &job, rounds, samples);
            error = udma_channel_close(job.channel);
        }
        dma_free(job.buffer);
    }
    if (error != 0)
        printf("DMA completion: error %d\n", error);
}

static void bench_all(uint32_t rounds, struct samples *samples)
{
    static const uint16_t intids[] = {BENCH_INTID};
    static struct device wire = {.name = "bench"}, message = {.name = "bench"};

    bench_device("wired SPI", &wire, irq_bind_wired(&wire, platform_wired(), intids, 1),
                 trigger_wire, rounds, samples);
    bench_device("message (ITS > LPI)", &message,
                 irq_bind_its(&message, platform_its(), BENCH_DEVICE_ID, 1), trigger_message,
                 rounds, samples);
    bench_copy(rounds, samples);
}

static int run_bench(int count, char **words)
{
    uint64_t rounds = ROUNDS_DEFAULT;
    struct samples *samples;

    if (count > 2 || (count == 2 && !command_read_number(words[1], ROUNDS_MAX, &rounds)) ||
        rounds == 0)
        return COMMAND_USAGE;
    samples = malloc(sizeof(*samples));
    if (samples == NULL) {
        printf("bench: no memory\n");
        return COMMAND_FAILED;
    }
    start_counters();
    if (!bench.instructions)
        printf("this core does not count instructions (PMCEID0_EL0)\n");
    bench_all((uint32_t)rounds, samples);
    stop_counters();
    free(samples);
    return COMMAND_DONE;
}

COMMAND(bench, .arguments = "[rounds]", .help = "what an interrupt costs, by kind",
        .run = run_bench);
