// SPDX-License-Identifier: BSD-3-Clause
/*
 * A sweep of faults on the target: in a life of channels, rings, messages and wires (life.h), the
 * n-th TI-SCI message, transfer or ITS command goes wrong, for n = 1 until all passes without the
 * fault being reached. Each time the error has been told, a second life works, and then everything
 * is as it was. The sweep on the host (tests/sweep) has more kinds, and the bring-up.
 *
 * While a fault waits, answers are awaited for a short time only. Should a slow machine miss one
 * because of that, it is one more fault in that life; where none has struck, it is lived again.
 */
#include "app/selftest/selftest.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/udma/udma.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/platform.h"
#include "tests/target/life.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"
#include "twin/service.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define STEPS_MAX  500u
#define SHORT_US   50000u /* TI-SCI's time-out while a fault waits */
#define LONG_US    10000000u
#define DEFAULT_US 1000000u
#define LATE_US    5000u
#define NEVER_US   UINT64_C(1000000000)
#define FOREIGN    64u /* added to a descriptor's address */
#define DEADLINE_S 90

/* ---- what is in use: as the firmware says, and as the twin has it ---- */

static const unsigned twin_levels[] = {AM65X_COUNT_EVENT_MAPPINGS, AM65X_COUNT_ROUTES,
                                       AM65X_COUNT_PSIL_PAIRS, AM65X_COUNT_RINGS};
#define TWIN_LEVELS (sizeof(twin_levels) / sizeof(twin_levels[0]))

struct inventory {
    uint64_t irqs, bindings, events, vints, routes, its_devices, lpis, channels, rings, held;
    uint64_t mcu_transmit, mcu_receive, mcu_rings, mcu_held;
    uint64_t levels[TWIN_LEVELS];
};

static void take_inventory(struct inventory *inventory)
{
    struct irq_inventory irq;
    struct udma_inventory udma, mcu;

    irq_get_inventory(&irq);
    udma_get_inventory(&udma);
    udma_get_inventory_of(platform_udma(PLATFORM_NAVSS_MCU), &mcu);
    *inventory = (struct inventory){
        .irqs = irq.irqs,
        .bindings = irq.bindings,
        .events = irq.events_free,
        .vints = irq.vints_free,
        .routes = irq.routes_free,
        .its_devices = irq.its_devices,
        .lpis = irq.lpis_free,
        .channels = udma.channels_free,
        .rings = udma.rings_free,
        .held = udma.held,
        .mcu_transmit = mcu.transmit_free,
        .mcu_receive = mcu.receive_free,
        .mcu_rings = mcu.rings_free,
        .mcu_held = mcu.held,
    };
    for (unsigned i = 0; i < TWIN_LEVELS; i++)
        (void)twin_counter(twin_levels[i], &inventory->levels[i]);
}

/* ---- a kind of fault ---- */

struct kind {
    const char *name;
    unsigned fault; /* enum am65x_fault, or the monitor's */
    uint64_t argument;
    uint32_t count;
    unsigned counter; /* of how often it has struck */
    bool ends_copies; /* the copy that it strikes never ends */
};

static const struct kind *kind;
static uint64_t struck_before;

static uint64_t times_struck(void)
{
    uint64_t times = 0;

    (void)twin_counter(kind->counter, &times);
    return times;
}

static bool has_struck(void)
{
    return times_struck() != struck_before;
}

/* In the life of now; of one channel and one copy at a time. */
static bool copy_is_hopeless(void)
{
    return kind->ends_copies && has_struck();
}

static const struct life_size size = {
    .channels = 1, .rings = 1, .copies = 1, .packets = 1, .copy_is_hopeless = copy_is_hopeless};

/* ---- the sweep ---- */

struct outcomes {
    unsigned survived, undone, kept;
};

static void fail(unsigned n, const char *what, const struct life_report *report)
{
    selftest_fail(__FILE__, __LINE__, "%s, n = %u: %s: %s, error %d; %s", kind->name, n, what,
                  report->call, report->error, report->complaint);
}

/* Lives while the n-th occasion is the one. Whether it was reached. */
static bool live_with_fault(unsigned n, struct life_report *report)
{
    bool reached;

    struck_before = times_struck();
    ti_sci_set_timeout_us(SHORT_US);
    (void)twin_inject_after(kind->fault, kind->argument, n - 1, kind->count);
    life_run(&size, report);
    reached = has_struck();
    (void)twin_inject(kind->fault, 0, 0); /* answers that were held back come now */
    ti_sci_set_timeout_us(LONG_US);
    irq_service();
    struck_before = times_struck();
    return reached;
}

/* A second life works, and leaves things as they were before the first. */
static void live_again(unsigned n, const struct inventory *before)
{
    struct life_report report;
    struct inventory after;

    life_try_again(&size, &report);
    if (report.errors != 0)
        fail(n, "second try", &report);
    life_run(&size, &report);
    if (report.errors != 0 || report.complaint[0] != '\0')
        fail(n, "second life", &report);
    take_inventory(&after);
    if (memcmp(before, &after, sizeof(after)) != 0)
        fail(n, "not all has come back", &report);
}

/* One step; whether the fault was reached. */
static bool step(unsigned n, const struct inventory *before, struct outcomes *outcomes)
{
    struct life_report report;
    struct inventory after;
    bool reached = live_with_fault(n, &report);

    if (report.complaint[0] != '\0')
        fail(n, "lost", &report);
    take_inventory(&after);
    bool same = memcmp(before, &after, sizeof(after)) == 0;

    if (report.errors == 0 && !same)
        fail(n, "silent", &report);
    if (reached && report.errors == 0)
        outcomes->survived++;
    else if (reached && same)
        outcomes->undone++;
    else if (reached)
        outcomes->kept++;
    live_again(n, before);
    return reached;
}

static void sweep(const struct kind *of)
{
    struct outcomes outcomes = {0};
    struct life_report bare;
    struct inventory before;
    unsigned n = 1;

    if (!twin_present())
        SKIP("only the twin can be asked for faults");
    if (of->fault == TWIN_FAULT_ITS_STALL && platform_its() == NULL)
        SKIP("there is no ITS");
    kind = of;
    struck_before = times_struck();
    /* What the first device of all brings, and keeps, is there afterwards. */
    life_run(&size, &bare);
    CHECK_EQUAL(bare.errors, 0);
    take_inventory(&before);
    while (n < STEPS_MAX && step(n, &before, &outcomes) && !selftest_failed())
        n++;
    ti_sci_set_timeout_us(DEFAULT_US);
    printf("# %s: %u steps: %u survived, %u told and undone, %u told, kept and got back\n",
           of->name, n - 1, outcomes.survived, outcomes.undone, outcomes.kept);
    CHECK(n > 1 && n < STEPS_MAX);
}

#define SWEEP(name, ...)                                                                           \
    SELFTEST(faults, name, DEADLINE_S)                                                             \
    {                                                                                              \
        static const struct kind of = {#name, __VA_ARGS__};                                        \
                                                                                                   \
        sweep(&of);                                                                                \
    }

SWEEP(message_refused, AM65X_FAULT_SCI_NAK, 0, 1, AM65X_COUNT_FAULTS, false)
SWEEP(message_lost, AM65X_FAULT_SCI_LOST, 0, 1, AM65X_COUNT_FAULTS, false)
SWEEP(message_done_answer_lost, AM65X_FAULT_SCI_DROP, 0, 1, AM65X_COUNT_FAULTS, false)
SWEEP(answer_late, AM65X_FAULT_SCI_LATE, LATE_US, 1, AM65X_COUNT_FAULTS, false)
SWEEP(answer_too_late, AM65X_FAULT_SCI_LATE, AM65X_FAULT_HELD, 1, AM65X_COUNT_FAULTS, false)
SWEEP(answer_short, AM65X_FAULT_SCI_SHORT, 0, 1, AM65X_COUNT_FAULTS, false)
SWEEP(answer_of_wrong_type, AM65X_FAULT_SCI_WRONG_TYPE, 0, 1, AM65X_COUNT_FAULTS, false)
SWEEP(answer_of_wrong_sequence, AM65X_FAULT_SCI_WRONG_SEQUENCE, 0, 1, AM65X_COUNT_FAULTS, false)
SWEEP(answer_of_wrong_host, AM65X_FAULT_SCI_WRONG_HOST, 0, 1, AM65X_COUNT_FAULTS, false)
SWEEP(two_messages_refused, AM65X_FAULT_SCI_NAK, 0, 2, AM65X_COUNT_FAULTS, false)
SWEEP(two_answers_lost, AM65X_FAULT_SCI_DROP, 0, 2, AM65X_COUNT_FAULTS, false)
SWEEP(transfer_fails, AM65X_FAULT_DMA_ERROR, 0, 1, AM65X_COUNT_FAULTS, false)
SWEEP(transfer_late, AM65X_FAULT_DMA_STALL, LATE_US, 1, AM65X_COUNT_FAULTS, false)
SWEEP(transfer_never_ends, AM65X_FAULT_DMA_STALL, NEVER_US, 1, AM65X_COUNT_FAULTS, true)
SWEEP(wrong_descriptor, AM65X_FAULT_DMA_DESCRIPTOR, FOREIGN, 1, AM65X_COUNT_FAULTS, true)
SWEEP(teardown_never_ends, AM65X_FAULT_DMA_TEARDOWN, 0, 1, AM65X_COUNT_FAULTS, false)
SWEEP(its_refuses, TWIN_FAULT_ITS_STALL, 0, 1, TWIN_COUNTER_ITS_STALLS, false)
