// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the tests of the interrupt layer share: a device of the test's own on each parent, its
 * interrupts with a record each, and the inventories. Everything is freed after a test's body.
 *
 * Events are raised by irq_trigger(), which sets what the hardware would set (a VINT's status bit,
 * a pending bit, an INT command): so the tests need no DMA and are the same on a board. Sources are
 * rings that the UDMA driver takes last: the host's general-purpose rings from the top.
 */
#ifndef TESTS_TARGET_MSI_FIXTURE_H
#define TESTS_TARGET_MSI_FIXTURE_H

#include "drivers/ti_sci/ti_sci.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/report.h"
#include "msi/service.h"

#include <stdbool.h>
#include <stdint.h>

#define RINGACC_SUBTYPE_GP 0x01u
#define ARRIVAL_TIMEOUT_US 20000000u /* a core of the twin's may stand still for seconds */
#define SETTLE_US          2000u     /* long enough for an interrupt that must not come */
#define TEST_DEVICE_ID     0x4321u
#define TEST_EVENT_BITS    4u
#define DIRECT_INPUTS      80u /* more than the host has outputs */
#define SOURCES_MAX        128u

/* What a handler leaves behind. */
struct record {
    uint64_t calls;
    unsigned core;
    bool was_in_interrupt;
};

/* The handler: fills in its context, a record. */
enum irq_return note_call(void *context);
uint64_t calls(const struct record *record);
/* Waits until a record has that many calls. 0 or -ETIMEDOUT; once the test has failed, -ECANCELED
 * at once: however many interrupts are lost, it is over before its watchdog bites. */
int wait_calls(const struct record *record, uint64_t count);

extern struct device test_device;
extern struct irq *test_irqs[SOURCES_MAX];
extern struct record test_records[SOURCES_MAX];
extern struct ti_sci_range test_rings;

/* Slot i of the fixture with the device's source `index`. */
int request_flags(unsigned i, uint32_t index, uint32_t core, uint32_t flags);
/* The ring of slot i, and an interrupt for it. */
uint32_t ring_index(unsigned i);
int request_ring(unsigned i, uint32_t core);
int free_one(unsigned i);

/* Runs body() with the test's device bound to the aggregator, the router, a wire or the ITS. */
void with_rings(void (*body)(void));
void with_inputs(void (*body)(void));
void with_wire(void (*body)(void));
void with_messages(void (*body)(void)); /* without an ITS the test is skipped */

/* Before a device is bound, and after it; for those. */
void open_fixture(void);
void close_fixture(void);

struct irq_inventory take_inventory(void);
/* But for the counters. */
bool inventories_equal(const struct irq_inventory *a, const struct irq_inventory *b);

/* The route in numbers, from its text. */
struct inta_route {
    unsigned event, vint, bit, output, intid, core;
};
bool read_route(const struct irq *irq, struct inta_route *route);

#endif
