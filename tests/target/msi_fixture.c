// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the tests of the interrupt layer share (tests/target/msi_fixture.h).
 */
#include "tests/target/msi_fixture.h"

#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/wait.h"
#include "platform/platform.h"
#include "tests/target/counting.h"
#include "tests/target/soc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum irq_return note_call(void *context)
{
    struct record *record = context;

    record->core = core_id();
    record->was_in_interrupt = in_interrupt();
    __atomic_add_fetch(&record->calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

uint64_t calls(const struct record *record)
{
    return __atomic_load_n(&record->calls, __ATOMIC_SEQ_CST);
}

int wait_calls(const struct record *record, uint64_t count)
{
    if (selftest_failed())
        return -ECANCELED;
    return wait_for_count(&record->calls, count, ARRIVAL_TIMEOUT_US);
}

/* ---- fixture: a device of the test's own, and its interrupts; all freed after the body ---- */

struct device test_device;
struct irq *test_irqs[SOURCES_MAX];
struct record test_records[SOURCES_MAX];
struct ti_sci_range test_rings;

int request_flags(unsigned i, uint32_t index, uint32_t core, uint32_t flags)
{
    const struct irq_request request = {
        .index = index,
        .handler = note_call,
        .context = &test_records[i],
        .name = "test",
        .flags = flags,
        .core = core,
    };

    return irq_request(&test_device, &request, &test_irqs[i]);
}

uint32_t ring_index(unsigned i)
{
    return (uint32_t)test_rings.first + test_rings.count - 1u - i;
}

/* Slot i of the fixture, source ring_index(i). */
int request_ring(unsigned i, uint32_t core)
{
    return request_flags(i, ring_index(i), core, 0);
}

int free_one(unsigned i)
{
    int error = irq_free(test_irqs[i]);

    test_irqs[i] = NULL;
    return error;
}

void close_fixture(void)
{
    for (unsigned i = 0; i < SOURCES_MAX; i++) {
        if (test_irqs[i] != NULL)
            (void)free_one(i);
    }
    int error = irq_unbind(&test_device);

    if (error != 0)
        selftest_fail(__FILE__, __LINE__, "unbind of the test's device: %d", error);
}

void open_fixture(void)
{
    memset(test_records, 0, sizeof(test_records));
    test_device = (struct device){.name = "test"};
}

void with_rings(void (*body)(void))
{
    open_fixture();
    CHECK_EQUAL(ti_sci_get_range(test_soc.ringacc, RINGACC_SUBTYPE_GP, &test_rings), 0);
    CHECK(test_rings.count > 16);
    CHECK_EQUAL(irq_bind_inta(&test_device, platform_inta(), test_soc.ringacc), 0);
    body();
    close_fixture();
}

void with_inputs(void (*body)(void))
{
    static uint16_t inputs[DIRECT_INPUTS];

    for (unsigned i = 0; i < DIRECT_INPUTS; i++)
        inputs[i] = (uint16_t)(test_soc.direct_inputs + i);
    open_fixture();
    CHECK_EQUAL(irq_bind_intr(&test_device, platform_intr(), inputs, DIRECT_INPUTS), 0);
    body();
    close_fixture();
}

void with_wire(void (*body)(void))
{
    open_fixture();
    CHECK_EQUAL(irq_bind_wired(&test_device, platform_wired(), &test_soc.intid_wire, 1), 0);
    body();
    close_fixture();
}

bool inventories_equal(const struct irq_inventory *a, const struct irq_inventory *b)
{
    return a->irqs == b->irqs && a->bindings == b->bindings && a->events == b->events &&
           a->vints == b->vints && a->routes == b->routes && a->its_devices == b->its_devices &&
           a->lpis == b->lpis && a->events_free == b->events_free &&
           a->vints_free == b->vints_free && a->routes_free == b->routes_free &&
           a->lpis_free == b->lpis_free;
}

struct irq_inventory take_inventory(void)
{
    struct irq_inventory inventory;

    irq_get_inventory(&inventory);
    return inventory;
}

bool read_route(const struct irq *irq, struct inta_route *route)
{
    char text[128];
    int length = irq_describe(irq, text, sizeof(text));

    return length > 0 && (size_t)length < sizeof(text) &&
           sscanf(text, "event %u > VINT %u bit %u > INTR output %u > INTID %u > core %u",
                  &route->event, &route->vint, &route->bit, &route->output, &route->intid,
                  &route->core) == 6;
}
