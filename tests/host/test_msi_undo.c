// SPDX-License-Identifier: BSD-3-Clause
/*
 * Undo: each step of each allocation, and of each release, fails in turn. The caller gets the error
 * of that step, and the inventory is what it was.
 *
 * The steps are the functions below the interrupt layer, and calloc(). The linker leads calls of
 * them here (--wrap, see mk/host.mk): the nth one that is armed fails, in one of three ways.
 */
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/ti_sci/ti_sci.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/report.h"
#include "msi/service.h"
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
#include <string.h>

#include <cmocka.h>

#define STEPS_MAX 200u

enum way {
    REFUSED,   /* an error, and nothing has happened */
    LOST,      /* no answer, and nothing has happened */
    DONE_LOST, /* no answer, but it has happened */
    WAYS
};

static unsigned steps_left; /* until one fails; 0: none will */
static enum way way;
static int injected; /* the error that was */
static unsigned allocations;

static bool fails(int refusal)
{
    if (steps_left == 0 || --steps_left != 0)
        return false;
    injected = way == REFUSED ? refusal : -ETIMEDOUT;
    return true;
}

/* The nth of these fails with -ENOMEM, whatever the way. */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    if (fails(-ENOMEM)) {
        injected = -ENOMEM;
        return NULL;
    }
    allocations++;
    return __real_calloc(count, size);
}

/* Defines the stand-in of one function: what it takes, what it passes on, its refusal. */
#define STEP(name, takes, passes, refusal)                                                         \
    int __real_##name takes;                                                                       \
    int __wrap_##name takes;                                                                       \
    int __wrap_##name takes                                                                        \
    {                                                                                              \
        if (!fails(refusal))                                                                       \
            return __real_##name passes;                                                           \
        if (way == DONE_LOST)                                                                      \
            (void)__real_##name passes;                                                            \
        return injected;                                                                           \
    }

STEP(ti_sci_event_map, (uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e, uint8_t f),
     (a, b, c, d, e, f), -EACCES)
STEP(ti_sci_event_unmap, (uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e, uint8_t f),
     (a, b, c, d, e, f), -EACCES)
STEP(ti_sci_route_map, (uint16_t a, uint16_t b, uint16_t c, uint16_t d), (a, b, c, d), -EACCES)
STEP(ti_sci_route_unmap, (uint16_t a, uint16_t b, uint16_t c, uint16_t d), (a, b, c, d), -EACCES)
STEP(its_open_event, (struct its_device * a, uint32_t b, unsigned c, unsigned d, uint8_t e),
     (a, b, c, d, e), -EIO)
STEP(its_discard_event, (struct its_device * a, uint32_t b), (a, b), -EIO)
STEP(gic_configure, (unsigned a, enum gic_trigger b, uint8_t c), (a, b, c), -EBUSY)
STEP(gic_set_affinity, (unsigned a, unsigned b), (a, b), -EINVAL)

/* MAPD: without an answer the ITS may have taken it, and the driver keeps id and table. */
int __real_its_map_device(uint32_t id, unsigned bits, struct its_device **device);
int __wrap_its_map_device(uint32_t id, unsigned bits, struct its_device **device);
int __wrap_its_map_device(uint32_t id, unsigned bits, struct its_device **device)
{
    if (!fails(-EIO))
        return __real_its_map_device(id, bits, device);
    return injected;
}

/* ---- what is swept ---- */

static struct msi_host host;
static struct device device;
static bool slot_written;

static enum irq_return ignore(void *context)
{
    (void)context;
    return IRQ_HANDLED;
}

static int write_slot(struct device *to, uint32_t index, const struct irq_message *message)
{
    (void)to;
    (void)index;
    slot_written = message != NULL;
    return message != NULL && fails(-EIO) ? injected : 0;
}

static struct irq_inventory inventory(void)
{
    struct irq_inventory result;

    irq_get_inventory(&result);
    result.spurious = result.stray = result.storms = 0;
    return result;
}

static void check_equal(const struct irq_inventory *before)
{
    struct irq_inventory after = inventory();

    assert_memory_equal(before, &after, sizeof(after));
}

/* So that the next request needs new memory. */
static void forget_spares(struct irq_parent *parent)
{
    while (parent->spare != NULL) {
        struct irq *spare = parent->spare;

        parent->spare = spare->stuck_next;
        parent->spares--;
        free(spare);
    }
    assert_int_equal(parent->spares, 0);
}

static struct irq *irqs[8];

static int request(uint32_t index, unsigned count)
{
    const struct irq_request request = {.index = index, .handler = ignore, .core = 1};

    return irq_request_block(&device, &request, count, 0, irqs);
}

/* Fails each step of request(index, count) in turn, until it gets through. After each failure a
 * request that does not fail puts right what could not be undone at once, if anything. */
static unsigned sweep_request(uint32_t index, unsigned count, uint32_t other)
{
    struct irq_inventory before = inventory();
    uint64_t mappings = am65x_counter(AM65X_COUNT_EVENT_MAPPINGS);
    uint64_t routes = am65x_counter(AM65X_COUNT_ROUTES);

    for (unsigned step = 1; step < STEPS_MAX; step++) {
        forget_spares(device.interrupts->parent);
        injected = 0;
        steps_left = step;
        int error = request(index, count);

        steps_left = 0;
        if (error == 0 && injected == 0) {
            assert_int_equal(irq_free_block(irqs, count), 0);
            check_equal(&before);
            return step - 1;
        }
        /* A step of the undoing may fail too: then the first error counts. */
        assert_int_not_equal(error, 0);
        assert_int_equal(error, injected);
        check_equal(&before);
        assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), mappings);
        assert_int_equal(am65x_counter(AM65X_COUNT_ROUTES), routes);
        assert_false(slot_written);
        assert_int_equal(request(other, 1), 0);
        assert_int_equal(irq_free_block(irqs, 1), 0);
        slot_written = false;
        check_equal(&before);
    }
    fail_msg("it never gets through");
    return 0;
}

/* Fails each step of the release. It may get through all the same; what it could not release, the
 * next request does. */
static unsigned sweep_free(uint32_t index, unsigned count, uint32_t other)
{
    struct irq_inventory before = inventory();

    for (unsigned step = 1; step < STEPS_MAX; step++) {
        assert_int_equal(request(index, count), 0);
        injected = 0;
        steps_left = step;
        int error = irq_free_block(irqs, count);

        steps_left = 0;
        assert_true(error == 0 || error == injected);
        assert_int_equal(inventory().irqs, before.irqs);
        if (injected != 0 && error != 0) {
            assert_int_equal(request(other, 1), 0);
            assert_int_equal(irq_free_block(irqs, 1), 0);
        }
        check_equal(&before);
        assert_int_equal(am65x_counter(AM65X_COUNT_EVENT_MAPPINGS), before.events);
        if (injected == 0)
            return step - 1;
    }
    fail_msg("it never gets through");
    return 0;
}

static void sweep(uint32_t index, unsigned count, uint32_t other, unsigned least)
{
    for (way = REFUSED; way < WAYS; way++) {
        unsigned steps = sweep_request(index, count, other);

        print_message("# way %u: %u steps of a request\n", way, steps);
        assert_true(steps >= least);
    }
    for (way = REFUSED; way < WAYS; way++)
        (void)sweep_free(index, count, other);
    way = REFUSED;
}

static int start(void **state)
{
    (void)state;
    msi_host_start(&host);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    slot_written = false;
    device = (struct device){.name = "swept"};
    return 0;
}

static int tear_down(void **state)
{
    struct irq_inventory left;

    (void)state;
    steps_left = 0;
    if (device.interrupts != NULL && irq_unbind(&device) != 0)
        return -1;
    left = inventory();
    return left.irqs == 0 && left.bindings == 0 && left.events == 0 && left.vints == 0 &&
                   left.routes == 0 && left.its_devices == 0 && left.lpis == 0
               ? 0
               : -1;
}

static void ring_with_a_vint_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(irq_bind_inta(&device, host.aggregator, AM65X_DEV_RINGACC), 0);
    sweep(host.sources[0], 1, host.sources[1], 5);
}

static void ring_that_shares_a_vint(void **state)
{
    static struct irq *filling[MSI_HOST_SOURCES];
    const unsigned count = 100;

    (void)state;
    assert_int_equal(irq_bind_inta(&device, host.aggregator, AM65X_DEV_RINGACC), 0);
    for (unsigned i = 0; i < count; i++) {
        const struct irq_request request = {
            .index = host.sources[i], .handler = ignore, .core = i % 4};

        assert_int_equal(irq_request(&device, &request, &filling[i]), 0);
    }
    sweep(host.sources[count], 1, host.sources[count + 1], 2);
    assert_int_equal(irq_free_block(filling, count), 0);
}

static void direct_line(void **state)
{
    static const uint16_t inputs[] = {392, 393};

    (void)state;
    assert_int_equal(irq_bind_intr(&device, host.router, inputs, 2), 0);
    sweep(0, 1, 1, 4);
}

static void wire(void **state)
{
    static const uint16_t intids[] = {200, 201};

    (void)state;
    assert_int_equal(irq_bind_wired(&device, host.wired, intids, 2), 0);
    sweep(0, 1, 1, 3);
}

static void message_of_a_device_with_slots(void **state)
{
    (void)state;
    device.write_message = write_slot;
    assert_int_equal(irq_bind_its(&device, host.its, 9, 4), 0);
    for (unsigned count = 1; count <= 8; count *= 8) {
        /* Refused only: message_without_an_answer() has the rest. */
        unsigned steps = sweep_request(0, count, 12);

        print_message("# %u steps of a request of %u\n", steps, count);
        assert_true(steps >= 2 * count + 2);
    }
}

/* An event whose command got no answer may be mapped or not: it is kept from others until its table
 * goes, and then nothing is left. */
static void message_without_an_answer(void **state)
{
    (void)state;
    for (way = LOST; way < WAYS; way++) {
        for (unsigned step = 1; step < STEPS_MAX; step++) {
            struct irq_inventory before = inventory();

            assert_int_equal(irq_bind_its(&device, host.its, 9, 4), 0);
            injected = 0;
            steps_left = step;
            int error = request(5, 1);

            steps_left = 0;
            assert_int_equal(error, injected);
            if (error == 0)
                assert_int_equal(irq_free_block(irqs, 1), 0);
            assert_int_equal(irq_unbind(&device), 0);
            check_equal(&before);
            if (error == 0)
                break;
            assert_true(step + 1 < STEPS_MAX);
        }
    }
    way = REFUSED;
}

static void join_of_a_device(void **state)
{
    struct irq_inventory before = inventory();
    unsigned step = 1;
    int error = -1;

    (void)state;
    for (; error != 0 && step < STEPS_MAX; step++) {
        injected = 0;
        steps_left = step;
        error = irq_bind_its(&device, host.its, 9, 4);
        steps_left = 0;
        assert_int_equal(error, injected);
        if (error != 0) {
            assert_null(device.interrupts);
            check_equal(&before);
        }
    }
    assert_true(step > 6); /* binding, two tables, identity, MAPD and its own memory */
}

/* A few freed ones' memory is kept for the next requests; what is more goes. */
static void memory_is_used_again(void **state)
{
    static struct irq *all[32];
    struct irq_parent *parent;

    (void)state;
    assert_int_equal(irq_bind_its(&device, host.its, 9, 5), 0);
    parent = device.interrupts->parent;
    forget_spares(parent);
    for (unsigned i = 0; i < 32; i++) {
        const struct irq_request request = {.index = i, .handler = ignore, .core = i % 4};

        assert_int_equal(irq_request(&device, &request, &all[i]), 0);
    }
    assert_int_equal(irq_free_block(all, 32), 0);
    assert_in_range(parent->spares, 1, 31);
    for (unsigned kept = parent->spares, before = allocations; kept > 0; kept--) {
        const struct irq_request request = {.index = kept, .handler = ignore, .core = 3};

        assert_int_equal(irq_request(&device, &request, &all[kept]), 0);
        assert_int_equal(parent->spares, kept - 1);
        assert_int_equal(allocations, before);
        assert_int_equal(irq_count(all[kept]), 0);
        assert_int_equal(irq_core(all[kept]), 3);
    }
    assert_null(parent->spare);
    assert_int_equal(irq_free_block(all, 32), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ring_with_a_vint_of_its_own),
        TEST(ring_that_shares_a_vint),
        TEST(direct_line),
        TEST(wire),
        TEST(message_of_a_device_with_slots),
        TEST(message_without_an_answer),
        TEST(join_of_a_device),
        TEST(memory_is_used_again),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
