// SPDX-License-Identifier: BSD-3-Clause
/*
 * PCI devices that nobody here wrote, with many messages that they send on command
 * (tests/target/pci_firing.h): each message on each core, while others are requested, moved and
 * freed, counted; masked; for nobody; and without end. Where none is plugged in, the tests are
 * skipped (tests/system/pci-messages plugs them in).
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/pci/msi.h"
#include "msi/irq.h"
#include "tests/target/counting.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/pci_firing.h"
#include "tests/target/pci_hosts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRES           4u
#define ROUNDS          2u
#define VECTORS_MAX     64u
#define STORM_LIMIT     2000u       /* calls within */
#define STORM_WINDOW_US 1000000000u /* however slow the machine is */
#define POLL_US         100u
#define LONG_US         (UINT64_C(100) * 1000000)
#define ALL_TIMEOUT_US  (UINT64_C(900) * 1000000)

static const struct pci_firing *firing;
static struct pci_function *fired;
static uintptr_t fired_registers;
static struct {
    uint64_t sent, called;
} sums[CORE_MAX]; /* each core its own */

static void ring(unsigned vector)
{
    firing->fire(fired_registers, vector);
}

static void with_firing(const struct pci_firing *device, void (*body)(void))
{
    struct pci_function *function = test_pci_find_id(device->vendor, device->device);

    if (function == NULL)
        SKIP(device->absent);

    struct irq_inventory before = take_inventory(), after;
    const int vectors = (int)device->vectors;

    CHECK_EQUAL(pci_take(function, "test"), 0);
    CHECK_EQUAL(pci_enable(function, true), 0);
    CHECK_EQUAL(pci_map_bar(function, 0, &fired_registers, NULL), 0);
    CHECK_EQUAL(device->set_up(fired_registers, device->vectors), 0);
    CHECK_EQUAL(pci_interrupts_enable(function, device->vectors, device->vectors), vectors);
    memset(sums, 0, sizeof(sums));
    firing = device;
    fired = function;
    body();
    device->quiet(fired_registers);
    CHECK_EQUAL(pci_interrupts_disable(function), 0);
    pci_release(function);
    after = take_inventory();
    CHECK(inventories_equal(&before, &after));
}

static int wait_count(const uint64_t *counter, uint64_t count)
{
    return wait_for_count(counter, count, LONG_US);
}

static void fire(unsigned vector, struct record *record)
{
    const uint64_t before = calls(record);

    ring(vector);
    sums[core_id()].sent++;
    CHECK_EQUAL(wait_count(&record->calls, before + 1), 0);
}

/* A message that it has not sent; another thread of QEMU's brings it there. */
static int wait_pending(unsigned vector)
{
    deadline_t deadline = deadline_after_us(LONG_US);

    while (!fired->device.source_pending(&fired->device, vector)) {
        if (deadline_passed(deadline))
            return -ETIMEDOUT;
        delay_us(POLL_US);
    }
    return 0;
}

/* Nothing comes. Masked in the device, it says that something waits; in the layer, it is sent, and
 * kept here. */
static void fire_masked(struct irq *irq, struct record *record)
{
    const uint64_t before = calls(record);

    irq_mask(irq);
    ring(irq_index(irq));
    sums[core_id()].sent++;
    if (firing->is_maskable) {
        CHECK_EQUAL(wait_pending(irq_index(irq)), 0);
        CHECK(irq_pending(irq));
    } else {
        delay_us(POLL_US);
    }
    CHECK_EQUAL(calls(record), before);
    irq_unmask(irq);
    CHECK_EQUAL(wait_count(&record->calls, before + 1), 0);
}

static int request_vector(unsigned vector, irq_handler_t handler, struct record *record,
                          unsigned core, struct irq **irq)
{
    const struct irq_request request = {
        .index = vector, .handler = handler, .context = record, .core = core};

    return irq_request(&fired->device, &request, irq);
}

static void use_interrupt(struct irq *irq, struct record *record, unsigned core)
{
    const unsigned vector = irq_index(irq);

    for (unsigned i = 0; i < FIRES && !selftest_failed(); i++) {
        fire(vector, record);
        if (__atomic_load_n(&record->core, __ATOMIC_ACQUIRE) != irq_core(irq))
            selftest_fail(__FILE__, __LINE__, "vector %u is not on its core", vector);
        if (i == 0)
            fire_masked(irq, record);
        CHECK_EQUAL(irq_set_affinity(irq, (core + i + 1) % core_count()), 0);
    }
    CHECK_EQUAL(irq_free(irq), 0);
    sums[core_id()].called += calls(record);
}

static void use_vector(unsigned vector, unsigned core)
{
    struct record record = {0};
    struct irq *irq;

    CHECK_EQUAL(request_vector(vector, note_call, &record, core, &irq), 0);
    use_interrupt(irq, &record, core);
}

/* Each core has a part of the vectors, all at the same time. */
static void use_part(void *argument)
{
    const unsigned self = core_id();

    (void)argument;
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned vector = self; vector < firing->vectors && !selftest_failed();
             vector += core_count())
            use_vector(vector, (self + round) % core_count());
}

static void check_sums(unsigned rounds)
{
    uint64_t sent = 0, called = 0;

    for (unsigned core = 0; core < core_count(); core++) {
        sent += sums[core].sent;
        called += sums[core].called;
    }
    printf("# %" PRIu64 " messages\n", sent);
    CHECK_EQUAL(sent, (uint64_t)firing->vectors * rounds * (FIRES + 1));
    CHECK_EQUAL(called, sent);
}

static void body_each_vector(void)
{
    CHECK_EQUAL(smp_run_all(use_part, NULL, ALL_TIMEOUT_US), 0);
    check_sums(ROUNDS);
}

SELFTEST(pci_msi, each_of_64_vectors_while_others_come_and_go, 300)
{
    with_firing(&firing_doorbell, body_each_vector);
}

SELFTEST(pci_msi, each_of_16_messages_of_msi_while_others_come_and_go, 300)
{
    with_firing(&firing_xhci, body_each_vector);
}

/* All at once, as a driver of the older kind has them; then each alone. */
static void body_block(void)
{
    static struct record records[VECTORS_MAX];
    struct irq *irqs[VECTORS_MAX];
    const struct irq_request request = {.handler = note_call, .context = records, .core = 0};

    memset(records, 0, sizeof(records));
    CHECK_EQUAL(
        irq_request_block(&fired->device, &request, firing->vectors, sizeof(records[0]), irqs), 0);
    for (unsigned i = firing->vectors; i-- > 0 && !selftest_failed();)
        use_interrupt(irqs[i], &records[i], 0);
    check_sums(1);
}

SELFTEST(pci_msi, messages_of_msi_as_a_block, 120)
{
    with_firing(&firing_xhci, body_block);
}

/* ---- messages for nobody ---- */

static void body_freed_vector(void)
{
    uint64_t strays = take_inventory().stray;

    CHECK_EQUAL(pci_messages_dropped(fired), 0);
    use_vector(5, 0);
    ring(5);
    CHECK_EQUAL(wait_pending(5), 0);
    use_vector(5, 0); /* counts its calls: what came for nobody is not among them */
    CHECK_EQUAL(sums[core_id()].called, sums[core_id()].sent);
    CHECK_EQUAL(pci_messages_dropped(fired), 1);
    CHECK_EQUAL(take_inventory().stray, strays);
}

SELFTEST(pci_msi, message_to_a_freed_vector_is_dropped_and_counted, 60)
{
    with_firing(&firing_doorbell, body_freed_vector);
}

/* While another has the function send: what it sends for nobody, the ITS drops. */
static void body_freed_message(void)
{
    uint64_t strays = take_inventory().stray;
    struct record other = {0};
    struct irq *irq;

    CHECK_EQUAL(request_vector(4, note_call, &other, 0, &irq), 0);
    use_vector(5, 0);
    ring(5);
    ring(4);
    CHECK_EQUAL(wait_count(&other.calls, 1), 0);
    use_vector(5, 0);
    CHECK_EQUAL(sums[core_id()].called, sums[core_id()].sent);
    CHECK_EQUAL(calls(&other), 1);
    CHECK_EQUAL(irq_free(irq), 0);
    CHECK_EQUAL(take_inventory().stray, strays);
}

SELFTEST(pci_msi, message_of_msi_to_a_freed_vector_is_dropped, 60)
{
    with_firing(&firing_xhci, body_freed_message);
}

/* ---- storms ---- */

/* A device whose handler does not quiet it. */
static enum irq_return fire_again(void *context)
{
    struct record *record = context;

    __atomic_add_fetch(&record->calls, 1, __ATOMIC_SEQ_CST);
    ring(0);
    return IRQ_NONE;
}

static bool is_stopped(void *argument)
{
    return strcmp(irq_state_name(argument), "storm") == 0;
}

/* Another vector of the device's, on the same core, goes on. */
static void body_storm(void)
{
    const uint64_t storms = take_inventory().storms;
    struct record storm = {0}, other = {0};
    struct irq *irqs[2];

    CHECK_EQUAL(request_vector(0, fire_again, &storm, core_id(), &irqs[0]), 0);
    CHECK_EQUAL(request_vector(1, note_call, &other, core_id(), &irqs[1]), 0);
    ring(0);
    for (unsigned i = 0; i < FIRES && !selftest_failed(); i++)
        fire(1, &other);
    CHECK_EQUAL(wait_for(is_stopped, irqs[0], LONG_US), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&storm), STORM_LIMIT);
    CHECK_EQUAL(take_inventory().storms, storms + 1);
    irq_service(); /* tells it */
    fire(1, &other);
    CHECK_EQUAL(calls(&other), FIRES + 1);
    CHECK_EQUAL(calls(&storm), STORM_LIMIT);
    CHECK_EQUAL(irq_free(irqs[0]), 0);
    CHECK_EQUAL(irq_free(irqs[1]), 0);
}

static void storm_of(const struct pci_firing *device)
{
    irq_set_storm_limit(STORM_LIMIT, STORM_WINDOW_US);
    with_firing(device, body_storm);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

SELFTEST(pci_msi, storm_of_a_device_is_masked_in_it, 60)
{
    storm_of(&firing_doorbell);
}

SELFTEST(pci_msi, storm_of_a_device_without_mask_bits_is_masked, 60)
{
    storm_of(&firing_xhci);
}
