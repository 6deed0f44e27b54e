// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer over the ITS: what holds of any parent, devices that share an id, storms, and
 * messages that a DMA engine sends.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/icc.h"
#include "drivers/gic/its.h"
#include "drivers/udma/udma.h"
#include "msi/internal.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/msi_checks.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/twin_faults.h"
#include "twin/service.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ITS_MAPD        0x08u
#define POLL_US         10u
#define STORM_LIMIT     2000u       /* calls within */
#define LIMIT_WINDOW_US 4000000000u /* however slow the machine is */

static void body_its_mask(void)
{
    unsigned device, event, lpi, core;
    char text[64];

    CHECK_EQUAL(request_flags(0, 3, core_count() - 1, 0), 0);
    CHECK(irq_describe(test_irqs[0], text, sizeof(text)) > 0);
    CHECK_EQUAL(sscanf(text, "device %u event %u > LPI %u > core %u", &device, &event, &lpi, &core),
                4);
    CHECK_EQUAL(device, TEST_DEVICE_ID);
    CHECK_EQUAL(event, 3);
    CHECK(lpi >= GIC_INTID_LPI_FIRST && lpi < its_lpi_limit());
    CHECK_EQUAL(core, core_count() - 1);
    check_mask_keeps_the_event();
}

SELFTEST(msi, message_is_kept_while_masked, 60)
{
    with_messages(body_its_mask);
}

static void body_its_moves(void)
{
    CHECK_EQUAL(request_flags(0, 1, 0, 0), 0);
    check_moves_lose_nothing(100);
}

SELFTEST(msi, message_moves, 60)
{
    with_messages(body_its_moves);
}

static void body_its_each_core(void)
{
    check_runs_on_each_core();
}

SELFTEST(msi, message_runs_on_each_core, 60)
{
    with_messages(body_its_each_core);
}

static void body_its_shared(void)
{
    struct device twin = {.name = "alias"};
    const struct irq_request request = {
        .index = 2, .handler = note_call, .context = &test_records[1], .core = 0};
    struct irq_inventory alone = take_inventory();
    uint64_t mapd = its_command_count(ITS_MAPD);
    struct irq *irq;

    CHECK_EQUAL(request_flags(0, 1, 0, 0), 0);
    CHECK_EQUAL(irq_bind_its(&twin, platform_its(), TEST_DEVICE_ID, TEST_EVENT_BITS), 0);
    struct irq_inventory both = take_inventory();
    int error = irq_request(&twin, &request, &irq);
    int triggered = error == 0 ? irq_trigger(irq) : -1;
    int arrived = error == 0 ? wait_calls(&test_records[1], 1) : -1;
    struct irq *same;
    const struct irq_request conflict = {
        .index = 1, .handler = note_call, .context = &test_records[2]};
    int conflicting = irq_request(&twin, &conflict, &same);

    if (error == 0)
        (void)irq_free(irq);
    CHECK_EQUAL(irq_unbind(&twin), 0);
    CHECK_EQUAL(error, 0);
    CHECK_EQUAL(triggered, 0);
    CHECK_EQUAL(arrived, 0);
    CHECK_EQUAL(conflicting, -EBUSY);
    CHECK_EQUAL(both.its_devices, alone.its_devices);
    CHECK_EQUAL(both.lpis, alone.lpis);
    CHECK_EQUAL(its_command_count(ITS_MAPD), mapd); /* neither the join nor the leave */
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);      /* and the first goes on */
    CHECK_EQUAL(wait_calls(&test_records[0], 1), 0);
}

SELFTEST(msi, devices_share_an_id, 60)
{
    with_messages(body_its_shared);
}

static void body_nothing(void)
{
}

SELFTEST(msi, its_device_is_mapped_once_and_unmapped_once, 60)
{
    uint64_t mapd;

    with_messages(body_nothing); /* the first of all has the reserved ids mapped */
    mapd = its_command_count(ITS_MAPD);
    with_messages(body_its_each_core);
    CHECK_EQUAL(its_command_count(ITS_MAPD), mapd + 2);
    for (unsigned i = 0; i < 100; i++)
        with_messages(body_nothing);
    CHECK_EQUAL(its_command_count(ITS_MAPD), mapd + 202);
}

/* Messages that another core sends without end: masking is not enough, each would still cost an
 * interrupt; the ITS has to drop them. */
static enum irq_return find_nothing(void *context)
{
    (void)note_call(context);
    return IRQ_NONE;
}

static bool is_masked(void)
{
    return strcmp(irq_state_name(test_irqs[0]), "storm") == 0;
}

/* Sends a message while IRQs are masked, and looks whether it would be the next interrupt. */
static bool message_reaches_this_core(unsigned device, unsigned event, unsigned lpi)
{
    unsigned long state = irq_save();
    deadline_t deadline = deadline_after_us(SETTLE_US);
    bool reaches = false;

    mmio_write32(AM65X_PRE_ITS_BASE + 4u * device, event);
    while (!reaches && !deadline_passed(deadline))
        reaches = (icc_read(ICC_HPPIR1_EL1) & ICC_IAR_INTID) == lpi;
    irq_restore(state);
    return reaches;
}

static void body_message_storm(void)
{
    const struct irq_request request = {
        .index = 0, .handler = find_nothing, .context = &test_records[0], .core = core_id()};
    struct irq_inventory before = take_inventory();

    CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[0]), 0);
    CHECK_EQUAL(request_flags(1, 1, core_id(), 0), 0);
    for (unsigned i = 0; i < 2 * STORM_LIMIT && !is_masked(); i++)
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK(is_masked());
    CHECK_EQUAL(take_inventory().storms, before.storms + 1);
    irq_service();
    uint64_t stopped_at = calls(&test_records[0]);

    unsigned device, event, lpi;
    char route[96];

    irq_describe(test_irqs[0], route, sizeof(route));
    CHECK_EQUAL(sscanf(route, "device %u event %u > LPI %u", &device, &event, &lpi), 3);
    CHECK(!message_reaches_this_core(device, event, lpi));
    CHECK_EQUAL(irq_trigger(test_irqs[1]), 0);
    CHECK_EQUAL(wait_calls(&test_records[1], 1), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[0]), stopped_at);
    irq_unmask(test_irqs[0]); /* the redistributor has kept it */
    CHECK_EQUAL(wait_calls(&test_records[0], stopped_at + 1), 0);
    uint64_t now = calls(&test_records[0]);

    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_calls(&test_records[0], now + 1), 0);
}

SELFTEST(msi_storm, storm_of_messages_is_turned_off_at_the_its, 60)
{
    irq_set_storm_limit(STORM_LIMIT, LIMIT_WINDOW_US);
    with_messages(body_message_storm);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

/* ---- a message that nobody has taken when its device leaves ---- */

/* A core that takes no interrupts meanwhile. */
static struct {
    bool is_masked, go_on;
} deaf;

static void be_deaf(void *argument)
{
    unsigned long state = irq_save();

    (void)argument;
    __atomic_store_n(&deaf.is_masked, true, __ATOMIC_RELEASE);
    wait_notify();
    while (!__atomic_load_n(&deaf.go_on, __ATOMIC_ACQUIRE))
        delay_us(POLL_US);
    irq_restore(state);
}

static bool is_deaf(void *argument)
{
    (void)argument;
    return __atomic_load_n(&deaf.is_masked, __ATOMIC_ACQUIRE);
}

static unsigned lpi_of(const struct irq *irq)
{
    unsigned device, event, lpi = 0;
    char route[96];

    irq_describe(irq, route, sizeof(route));
    (void)sscanf(route, "device %u event %u > LPI %u", &device, &event, &lpi);
    return lpi;
}

/* A message is pending at the core, and the ITS refuses to discard it: it is the device's that
 * leaves, and not the next one's with the same LPI, which is told of its own. */
static void leave_and_come_back(unsigned core)
{
    struct irq *irq;
    unsigned lpi;
    const struct irq_request request = {
        .index = 1, .handler = note_call, .context = &test_records[0], .core = core};
    const struct irq_request next = {
        .index = 1, .handler = note_call, .context = &test_records[1], .core = 0};

    CHECK_EQUAL(irq_request(&test_device, &request, &irq), 0);
    lpi = lpi_of(irq);
    CHECK_EQUAL(irq_trigger(irq), 0);
    CHECK(twin_inject(TWIN_FAULT_ITS_STALL, 0, 1));
    CHECK_EQUAL(irq_free(irq), -EIO);
    CHECK_EQUAL(irq_unbind(&test_device), 0);
    __atomic_store_n(&deaf.go_on, true, __ATOMIC_RELEASE);
    CHECK_EQUAL(smp_join(core, ARRIVAL_TIMEOUT_US), 0);
    CHECK_EQUAL(irq_bind_its(&test_device, platform_its(), TEST_DEVICE_ID, TEST_EVENT_BITS), 0);
    CHECK_EQUAL(irq_request(&test_device, &next, &test_irqs[1]), 0);
    CHECK_EQUAL(lpi_of(test_irqs[1]), lpi);
    CHECK_EQUAL(irq_set_affinity(test_irqs[1], core), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[1]), 0);
    CHECK_EQUAL(irq_trigger(test_irqs[1]), 0);
    CHECK_EQUAL(wait_calls(&test_records[1], 1), 0);
    CHECK_EQUAL(calls(&test_records[0]), 0);
}

static void body_refused_discard(void)
{
    const unsigned core = core_count() - 1;

    deaf.is_masked = deaf.go_on = false;
    CHECK_EQUAL(smp_start(core, be_deaf, NULL), 0);
    CHECK_EQUAL(wait_for(is_deaf, NULL, ARRIVAL_TIMEOUT_US), 0);
    leave_and_come_back(core);
    __atomic_store_n(&deaf.go_on, true, __ATOMIC_RELEASE);
    (void)smp_join(core, ARRIVAL_TIMEOUT_US);
}

SELFTEST(msi, message_that_was_pending_goes_with_its_device, 60)
{
    if (!twin_present())
        SKIP("only the twin can be asked for faults");
    if (core_count() == 1)
        SKIP("needs a second core");
    with_messages(body_refused_discard);
}

/* ---- a message by DMA ---- */

static void on_copied(void *context, void *cookie, int status)
{
    int *result = cookie;

    (void)context;
    __atomic_store_n(result, status, __ATOMIC_RELEASE);
    wait_notify();
}

static bool is_copied(void *argument)
{
    return __atomic_load_n((int *)argument, __ATOMIC_ACQUIRE) != -EINPROGRESS;
}

static void body_message_by_dma(void)
{
    enum {
        EVENT = 2
    };
    const struct udma_channel_config config = {.depth = 1, .callback = on_copied, .name = "test"};
    uint32_t *word = dma_alloc(sizeof(*word));
    struct udma_channel *channel;
    static int result;

    CHECK(word != NULL);
    *word = EVENT;
    result = -EINPROGRESS;
    CHECK_EQUAL(request_flags(0, EVENT, core_count() - 1, 0), 0);
    CHECK_EQUAL(udma_channel_open(&config, &channel), 0);
    CHECK_EQUAL(udma_copy(channel, AM65X_PRE_ITS_BASE + 4u * TEST_DEVICE_ID, (uintptr_t)word,
                          sizeof(*word), &result),
                0);
    CHECK_EQUAL(wait_for(is_copied, &result, ARRIVAL_TIMEOUT_US), 0);
    CHECK_EQUAL(result, 0);
    CHECK_EQUAL(wait_calls(&test_records[0], 1), 0);
    CHECK_EQUAL(test_records[0].core, core_count() - 1);
    CHECK_EQUAL(udma_channel_close(channel), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[0]), 1);
    dma_free(word);
}

SELFTEST(udma, a_transfer_into_the_pre_its_window_raises_an_lpi, 60)
{
    with_messages(body_message_by_dma);
}
