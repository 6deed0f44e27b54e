// SPDX-License-Identifier: BSD-3-Clause
/*
 * What `irq` and `irq dot` show, with a bit of everything in use. The picture of docs/msi.md is
 * this test's output (make picture).
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "drivers/udma/udma.h"
#include "lib/command.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/platform.h"
#include "tests/target/example_slots.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/soc.h"

#include <stdio.h>
#include <string.h>

#define CHANNELS 6u
#define SLOTS_ID 0x6003u

struct seen {
    unsigned irqs;
    bool rings, slots, mailbox, masked;
};

static void look(const struct irq *irq, void *argument)
{
    struct seen *seen = argument;
    char route[160];

    seen->irqs++;
    irq_describe(irq, route, sizeof(route));
    seen->rings |= strstr(route, "event ") == route && strstr(route, " > VINT ") != NULL &&
                   strstr(route, " > INTR output ") != NULL && strstr(route, " > INTID ") != NULL;
    seen->slots |= strcmp(irq_device_name(irq), "slots") == 0 && strstr(route, " > LPI ") != NULL;
    seen->mailbox |= strstr(route, "INTR input ") == route;
    seen->masked |= strcmp(irq_state_name(irq), "masked") == 0;
}

static void ended(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
}

static struct example_slots slots;
static struct example_slot table[EXAMPLE_SLOTS];

static void run(const char *command)
{
    char line[16];

    snprintf(line, sizeof(line), "%s", command);
    CHECK_EQUAL(command_run_line(line), COMMAND_DONE);
}

static void report(void)
{
    struct seen seen = {0};

    CHECK_EQUAL(request_flags(0, 0, core_count() - 1, IRQ_FLAG_MASKED), 0);
    run("irq");
    run("irq dot");
    irq_for_each(look, &seen);
    CHECK_EQUAL(seen.irqs, take_inventory().irqs);
    CHECK(seen.rings);
    CHECK(seen.slots);
    CHECK(seen.mailbox);
    CHECK(seen.masked);
}

static void body_report(void)
{
    struct udma_channel *channels[CHANNELS] = {0};

    example_slots_init(&slots, table);
    CHECK_EQUAL(irq_bind_its(&slots.device, platform_its(), SLOTS_ID, 4), 0);
    CHECK_EQUAL(example_slots_open(&slots), 0);
    for (unsigned i = 0; i < CHANNELS; i++) {
        const struct udma_channel_config config = {
            .depth = 4, .callback = ended, .core = i % core_count(), .name = "picture"};

        CHECK_EQUAL(udma_channel_open(&config, &channels[i]), 0);
    }
    report();
    for (unsigned i = 0; i < CHANNELS; i++)
        CHECK_EQUAL(udma_channel_close(channels[i]), 0);
    CHECK_EQUAL(example_slots_close(&slots), 0);
    CHECK_EQUAL(irq_unbind(&slots.device), 0);
}

SELFTEST(msi_report, everything_in_use_is_shown_with_its_route, 60)
{
    with_inputs(body_report);
}

/* ---- lines that devices share ---- */

static void mask_source(struct device *device, uint32_t index, bool mask)
{
    (void)device;
    (void)index;
    (void)mask;
}

static bool source_pending(struct device *device, uint32_t index)
{
    (void)device;
    (void)index;
    return false;
}

static struct device sharers[] = {
    {.name = "first", .mask_source = mask_source, .source_pending = source_pending},
    {.name = "second", .mask_source = mask_source, .source_pending = source_pending},
};

/* A parent lives for ever. */
static struct irq_parent *lines(void)
{
    static struct irq_parent *parent;
    static uint16_t intid;

    intid = test_soc.intid_wire;
    if (parent == NULL && irq_shared_init(&intid, 1, &parent) != 0)
        return NULL;
    return parent;
}

static enum irq_return nothing(void *context)
{
    (void)context;
    return IRQ_NONE;
}

/* tests/system/debug stops here. */
static void __attribute__((noinline)) show_shared(struct irq *irq)
{
    char route[64], expected[64];

    irq_describe(irq, route, sizeof(route));
    snprintf(expected, sizeof(expected), "line 0, shared > INTID %u > core %u",
             (unsigned)test_soc.intid_wire, irq_core(irq));
    CHECK(strcmp(route, expected) == 0);
}

SELFTEST(msi_report, shared_line_is_shown_for_each_device, 60)
{
    struct irq *irqs[2] = {NULL, NULL};

    CHECK(lines() != NULL);
    for (unsigned i = 0; i < 2; i++) {
        const struct irq_request request = {
            .handler = nothing, .name = "shared", .core = core_count() - 1};

        CHECK_EQUAL(irq_bind_shared(&sharers[i], lines(), 0), 0);
        CHECK_EQUAL(irq_request(&sharers[i], &request, &irqs[i]), 0);
    }
    show_shared(irqs[1]);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQUAL(irq_free(irqs[i]), 0);
        CHECK_EQUAL(irq_unbind(&sharers[i]), 0);
    }
}
