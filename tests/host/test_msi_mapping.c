// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the system firmware and the router do besides mapping (docs/twin.md, the mood map-enables):
 * a mapped event is enabled, and may come at once; an output pulses when its input is selected.
 */
#include "arch/mmio.h"
#include "drivers/ti_sci/ti_sci.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SETTLE_US       2000u
#define MAILBOX_INPUT   392u
#define RING_CFG_MEMORY HOST_MEMORY_BASE
#define DOORBELL(ring)  (AM65X_RING_RT_BASE + (uintptr_t)(ring)*0x1000u + 0x10u)
#define RM_IRQ_SET      0x1000u

static struct msi_host host;
static unsigned calls;

static enum irq_return note_call(void *context)
{
    (void)context;
    calls++;
    return IRQ_HANDLED;
}

static int start(void **state)
{
    char mood[16];

    (void)state;
    (void)snprintf(mood, sizeof(mood), "%u", AM65X_MOOD_MAP_ENABLES);
    setenv("HOST_MOODS", mood, 1);
    msi_host_start(&host);
    return 0;
}

static uint64_t strays(void)
{
    struct irq_inventory inventory;

    irq_get_inventory(&inventory);
    return inventory.stray;
}

/* A ring with an element in it. */
static void fill_ring(uint16_t ring)
{
    const struct ti_sci_ring_config config = {.navss_device = AM65X_DEV_RINGACC,
                                              .index = ring,
                                              .base = RING_CFG_MEMORY,
                                              .count = 16,
                                              .mode = TI_SCI_RING_MODE_RING,
                                              .element_size = 1};

    assert_int_equal(ti_sci_ring_configure(&config), 0);
    mmio_write32(DOORBELL(ring), 1);
}

/* A device whose ring has an element before anybody has asked for its event. */
static struct device full = {.name = "test"};
static uint16_t full_ring;

static int bind_full_ring(void **state)
{
    (void)state;
    full_ring = host.sources[host.source_count - 1];
    fill_ring(full_ring);
    return irq_bind_inta(&full, host.aggregator, AM65X_DEV_RINGACC);
}

static int unbind_full_ring(void **state)
{
    (void)state;
    return irq_unbind(&full);
}

static int request(struct device *device, uint32_t index, uint32_t flags, struct irq **irq)
{
    const struct irq_request request = {
        .index = index, .handler = note_call, .core = 0, .flags = flags};

    calls = 0;
    return irq_request(device, &request, irq);
}

static void an_event_that_comes_with_its_mapping_has_its_owner(void **state)
{
    const uint64_t before = strays();
    struct irq *irq;

    (void)state;
    assert_int_equal(request(&full, full_ring, 0, &irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(calls, 1);
    assert_int_equal(irq_free(irq), 0);

    assert_int_equal(request(&full, full_ring, IRQ_FLAG_MASKED, &irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(calls, 0);
    irq_unmask(irq);
    host_advance_us(SETTLE_US);
    assert_int_equal(calls, 1);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(strays(), before);
}

/* Nobody knows whether it is in place: the event comes, and nobody is told. */
static void an_event_whose_mapping_has_no_answer_is_nobodys(void **state)
{
    struct irq *irq;

    (void)state;
    /* Of the mapping, or before, and after. */
    assert_true(am65x_inject(AM65X_FAULT_SCI_DROP, 0, 2));
    assert_int_equal(request(&full, full_ring, 0, &irq), -ETIMEDOUT);
    host_advance_us(SETTLE_US);
    assert_int_equal(calls, 0);
    assert_int_equal(request(&full, full_ring, 0, &irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(calls, 1);
    assert_int_equal(irq_free(irq), 0);
}

static void a_refused_mapping_leaves_nothing(void **state)
{
    struct irq *irq;

    (void)state;
    assert_true(am65x_inject(AM65X_FAULT_SCI_NAK, RM_IRQ_SET, 1));
    assert_int_equal(request(&full, full_ring, 0, &irq), -EACCES);
    assert_true(am65x_inject_after(AM65X_FAULT_SCI_NAK, RM_IRQ_SET, 1, 1)); /* the event's */
    assert_int_equal(request(&full, full_ring, 0, &irq), -EACCES);
    host_advance_us(SETTLE_US);
    assert_int_equal(calls, 0);
    assert_int_equal(request(&full, full_ring, 0, &irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(calls, 1);
    assert_int_equal(irq_free(irq), 0);
}

static void read_route(const struct irq *irq, unsigned route[4])
{
    char text[128];

    assert_in_range(irq_describe(irq, text, sizeof(text)), 1, sizeof(text) - 1);
    assert_int_equal(sscanf(text, "event %u > VINT %u bit %u > INTR output %u", &route[0],
                            &route[1], &route[2], &route[3]),
                     4);
}

/* As after a restart without a reset: what this interrupt will be given is mapped for it already.
 * Numbers take turns. */
static void a_mapping_from_before_is_renewed(void **state)
{
    unsigned first[4], second[4], third[4];
    struct irq *irq;

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(request(&full, full_ring, 0, &irq), 0);
        read_route(irq, i == 0 ? first : second);
        assert_int_equal(irq_free(irq), 0);
    }
    for (unsigned i = 0; i < 4; i++)
        third[i] = second[i] + (second[i] - first[i]);
    assert_int_equal(
        ti_sci_route_map(AM65X_DEV_INTA, (uint16_t)third[1], AM65X_DEV_INTR, (uint16_t)third[3]),
        0);
    assert_int_equal(ti_sci_event_map(AM65X_DEV_RINGACC, full_ring, AM65X_DEV_INTA,
                                      (uint16_t)third[1], (uint16_t)third[0], (uint8_t)third[2]),
                     0);
    assert_int_equal(request(&full, full_ring, 0, &irq), 0);
    read_route(irq, second);
    assert_memory_equal(second, third, sizeof(third));
    host_advance_us(SETTLE_US);
    assert_int_equal(calls, 1);
    assert_int_equal(irq_free(irq), 0);
}

/* Outputs take turns: at the end each has been an edge before. */
static void a_pulse_of_a_router_is_no_interrupt(void **state)
{
    static const uint16_t inputs[] = {MAILBOX_INPUT};
    struct device device = {.name = "test"};
    struct irq *irq;

    (void)state;
    assert_int_equal(irq_bind_intr(&device, host.router, inputs, 1), 0);
    for (unsigned i = 0; i < 130; i++) {
        assert_int_equal(request(&device, 0, IRQ_FLAG_EDGE, &irq), 0);
        host_advance_us(100);
        assert_int_equal(calls, 0);
        assert_false(irq_pending(irq));
        assert_int_equal(irq_free(irq), 0);
    }
    assert_int_equal(irq_unbind(&device), 0);
}

#define FULL(test) cmocka_unit_test_setup_teardown(test, bind_full_ring, unbind_full_ring)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FULL(an_event_that_comes_with_its_mapping_has_its_owner),
        FULL(an_event_whose_mapping_has_no_answer_is_nobodys),
        FULL(a_refused_mapping_leaves_nothing),
        FULL(a_mapping_from_before_is_renewed),
        cmocka_unit_test(a_pulse_of_a_router_is_no_interrupt),
    };

    return cmocka_run_group_tests_name("msi: mapping", tests, start, NULL);
}
