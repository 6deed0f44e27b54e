// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is done under which lock (msi/internal.h has their order). A lock that is missing shows in a
 * race once in a while only; here the test looks, at each call of a function where it matters, how
 * many locks the caller holds (tests/host/support/interleave.h counts them).
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "msi/balance.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/later.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define WIRE           200u
#define MAILBOX_INPUT  392u
#define MESSAGE_DEVICE 42u
#define MESSAGE_BITS   3u

static struct device device;
static struct msi_record record;

/* ---- watching ---- */

/* The calls of one function, and the least locks that one of them was made with. */
static struct {
    const char *function;
    unsigned calls, mutexes, spinlocks;
    unsigned most_mutexes;
} watched;

static void note(const struct host_point *point)
{
    if (point->in_interrupt || strcmp(point->function, watched.function) != 0)
        return;
    watched.calls++;
    if (point->mutexes < watched.mutexes)
        watched.mutexes = point->mutexes;
    if (point->mutexes > watched.most_mutexes)
        watched.most_mutexes = point->mutexes;
    if (point->spinlocks < watched.spinlocks)
        watched.spinlocks = point->spinlocks;
}

static void watch(const char *function)
{
    watched.function = function;
    watched.calls = watched.most_mutexes = 0;
    watched.mutexes = watched.spinlocks = 1000;
    host_set_point_observer(note);
}

/* Each call of what was watched was made with so many mutexes. */
static void check_mutexes(unsigned mutexes)
{
    host_set_point_observer(NULL);
    assert_true(watched.calls != 0);
    assert_int_equal(watched.mutexes, mutexes);
    assert_int_equal(watched.most_mutexes, mutexes);
}

/* ---- the kinds of devices ---- */

static void bind_wire(void)
{
    static const uint16_t intids[] = {WIRE};

    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 1), 0);
}

static void bind_input(void)
{
    static const uint16_t inputs[] = {MAILBOX_INPUT};

    assert_int_equal(irq_bind_intr(&device, msi_case.router, inputs, 1), 0);
}

static void bind_rings(void)
{
    assert_int_equal(irq_bind_inta(&device, msi_case.aggregator, AM65X_DEV_RINGACC), 0);
}

static void bind_messages(void)
{
    assert_int_equal(irq_bind_its(&device, msi_case.its, MESSAGE_DEVICE, MESSAGE_BITS), 0);
}

/* What a request, a move and a free call, and with how many mutexes: the parent's, and below the
 * aggregator's the router's. NULL: nothing that could be seen. */
struct kind {
    void (*bind)(void);
    const char *at_request, *at_move, *at_free;
    unsigned request_mutexes, move_mutexes, free_mutexes;
};
static const struct kind kinds[] = {
    {bind_wire, "gic_configure", "gic_set_affinity", "gic_clear_pending", 1, 1, 1},
    {bind_input, "ti_sci_route_map", "gic_set_affinity", "ti_sci_route_unmap", 1, 1, 1},
    {bind_rings, "ti_sci_event_map", "gic_set_affinity", "ti_sci_event_unmap", 1, 1, 1},
    {bind_rings, "ti_sci_route_map", "gic_set_affinity", "ti_sci_route_unmap", 2, 1, 2},
    {bind_messages, "its_open_event", "its_move_event", "its_discard_event", 1, 1, 1},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int set_up(void **state)
{
    (void)state;
    device = (struct device){.name = "locked"};
    record = (struct msi_record){0};
    return 0;
}

static struct irq *request(const struct kind *kind)
{
    const struct irq_request request = {
        .index = kind->bind == bind_rings ? msi_case.sources[0] : 0,
        .handler = msi_note,
        .context = &record,
        .core = 1,
    };
    struct irq *irq = NULL;

    assert_int_equal(irq_request(&device, &request, &irq), 0);
    return irq;
}

/* ---- what is under which ---- */

static void routes_change_under_their_parents_mutex(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KINDS; i++) {
        const struct kind *kind = &kinds[i];

        kind->bind();
        watch(kind->at_request);
        struct irq *irq = request(kind);

        check_mutexes(kind->request_mutexes);
        watch(kind->at_move);
        assert_int_equal(irq_set_affinity(irq, 2), 0);
        check_mutexes(kind->move_mutexes);
        watch(kind->at_free);
        assert_int_equal(irq_free(irq), 0);
        check_mutexes(kind->free_mutexes);
        assert_int_equal(irq_unbind(&device), 0);
    }
}

static void cores_leave_under_both_mutexes(void **state)
{
    (void)state;
    bind_messages();
    const struct kind *kind = &kinds[KINDS - 1];
    struct irq *irq = request(kind);

    watch("its_move_event");
    assert_int_equal(irq_evacuate_core(1), 0);
    check_mutexes(2);
    assert_int_equal(irq_admit_core(1), 0);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* The list of bindings and the parent change together: a device is bound under the registry's mutex
 * and the parent's. */
static void devices_are_bound_under_both_mutexes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KINDS; i++) {
        watch("spin_lock");
        kinds[i].bind();
        host_set_point_observer(NULL);
        assert_int_equal(watched.most_mutexes, 2);
        watch("spin_lock");
        assert_int_equal(irq_unbind(&device), 0);
        host_set_point_observer(NULL);
        assert_int_equal(watched.most_mutexes, 2);
    }
}

static unsigned writes;

static bool parent_is_locked(const struct device *of)
{
    return mutex_is_mine(&of->interrupts->parent->mutex);
}

static int write_message(struct device *to, uint32_t index, const struct irq_message *message)
{
    (void)index;
    (void)message;
    writes++;
    return parent_is_locked(to) ? 0 : -1;
}

static void messages_are_written_under_the_parents_mutex(void **state)
{
    (void)state;
    writes = 0;
    device.write_message = write_message;
    bind_messages();
    struct irq *irq = request(&kinds[KINDS - 1]);

    assert_int_equal(writes, 1);
    assert_int_equal(irq_restore_messages(&device), 0);
    assert_int_equal(writes, 2);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(writes, 3);
    assert_int_equal(irq_unbind(&device), 0);
}

/* What is called there, of another parent's device too: it would take the registry's mutex, for
 * which a visit may wait, which waits for this one; or another parent's. */
static struct device other;
static struct irq *other_irq;
static int refusals[9], allowed[2];

static void visit_none(const struct irq *irq, void *argument)
{
    (void)irq;
    ++*(unsigned *)argument;
}

static int write_message_and_call(struct device *to, uint32_t index,
                                  const struct irq_message *message)
{
    static const uint16_t intids[] = {WIRE + 1u};
    const struct irq_request request = {.handler = msi_note, .context = &record, .core = 1};
    struct device third = {.name = "third"};
    struct irq_inventory inventory;
    struct irq_balance balance;
    unsigned visited = 0;
    struct irq *irq = NULL;

    (void)index;
    if (message == NULL)
        return 0;
    assert_true(parent_is_locked(to));
    watch("mutex_unlock");
    irq_later_leave();
    irq_service();
    irq_get_inventory(&inventory);
    irq_for_each(visit_none, &visited);
    refusals[0] = irq_request(&other, &request, &irq);
    refusals[1] = irq_free(other_irq);
    refusals[2] = irq_set_affinity(other_irq, 2);
    refusals[3] = irq_restore_messages(&other);
    refusals[4] = irq_unbind(&other);
    refusals[5] = irq_bind_wired(&third, msi_case.wired, intids, 1);
    refusals[6] = irq_evacuate_core(3);
    refusals[7] = irq_admit_core(3);
    refusals[8] = irq_balance(&balance);
    allowed[0] = irq_synchronize(other_irq);
    allowed[1] = irq_trigger(other_irq);
    host_set_point_observer(NULL);
    assert_int_equal(visited, 0);
    assert_int_equal(inventory.bindings, 0);
    return 0;
}

static void no_lock_is_taken_while_a_message_is_written(void **state)
{
    static const uint16_t intids[] = {WIRE};
    const struct irq_request other_request = {
        .handler = msi_note, .context = &record, .core = 1, .flags = IRQ_FLAG_EDGE};

    (void)state;
    other = (struct device){.name = "other"};
    assert_int_equal(irq_bind_wired(&other, msi_case.wired, intids, 1), 0);
    assert_int_equal(irq_request(&other, &other_request, &other_irq), 0);
    device.write_message = write_message_and_call;
    bind_messages();
    struct irq *irq = request(&kinds[KINDS - 1]);

    assert_int_equal(watched.calls, 0);
    for (unsigned i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        assert_int_equal(refusals[i], -EDEADLK);
    assert_int_equal(allowed[0], 0);
    assert_int_equal(allowed[1], 0);
    assert_int_equal(irq_set_affinity(other_irq, 3), 0); /* it has not left */
    assert_true(irq_later_is_left());
    irq_service();
    assert_false(irq_later_is_left());
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
    assert_int_equal(irq_free(other_irq), 0);
    assert_int_equal(irq_unbind(&other), 0);
}

static unsigned visits;

static void visit(const struct irq *irq, void *argument)
{
    (void)irq;
    (void)argument;
    assert_true(parent_is_locked(&device));
    visits++;
}

static void interrupts_are_visited_under_their_parents_mutex(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KINDS; i++) {
        kinds[i].bind();
        struct irq *irq = request(&kinds[i]);

        visits = 0;
        irq_for_each(visit, NULL);
        assert_int_equal(visits, 1);
        assert_int_equal(irq_free(irq), 0);
        assert_int_equal(irq_unbind(&device), 0);
    }
}

/* The registry's, one for each binding, one for each of the parents that count something. */
static void inventory_is_taken_under_every_mutex(void **state)
{
    struct irq_inventory inventory;

    (void)state;
    watch("mutex_lock");
    irq_get_inventory(&inventory);
    host_set_point_observer(NULL);
    unsigned parents = watched.calls - 1;

    assert_int_equal(parents, 3);
    assert_int_equal(watched.most_mutexes, 1);
    bind_rings();
    watch("mutex_lock");
    irq_get_inventory(&inventory);
    host_set_point_observer(NULL);
    assert_int_equal(inventory.bindings, 1);
    assert_int_equal(watched.calls, 1 + parents + inventory.bindings);
    assert_int_equal(irq_unbind(&device), 0);
}

/* The mask bit and the hardware's change together. */
static void masks_change_under_the_interrupts_lock(void **state)
{
    (void)state;
    bind_rings();
    struct irq *irq = request(&kinds[2]);

    for (unsigned i = 0; i < 2; i++) {
        watch("mmio_write64");
        (i == 0 ? irq_mask : irq_unmask)(irq);
        host_set_point_observer(NULL);
        assert_int_equal(watched.calls, 1);
        assert_int_equal(watched.spinlocks, 1);
    }
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* irq_service() is called at every request and in idle loops: it looks at one flag when there is
 * nothing to do. */
static void service_with_nothing_to_do_takes_no_lock(void **state)
{
    (void)state;
    irq_later_leave();
    watch("mutex_lock");
    irq_service();
    assert_int_not_equal(watched.calls, 0);
    watch("mutex_lock");
    irq_service();
    host_set_point_observer(NULL);
    assert_int_equal(watched.calls, 0);
}

/* ---- the system firmware ---- */

static unsigned words_sent, words_unlocked, spinlocks;

static void note_spinlock(const struct host_point *point)
{
    if (strcmp(point->function, "spin_lock") == 0)
        spinlocks++;
    else if (strcmp(point->function, "spin_unlock") == 0)
        spinlocks--;
}

static void note_word(uintptr_t address, unsigned size, uint64_t value)
{
    uintptr_t thread = AM65X_SECURE_PROXY_DATA_BASE + AM65X_SCI_TX_THREAD * (uintptr_t)0x1000;

    (void)size;
    (void)value;
    if (address - thread >= 0x1000)
        return;
    words_sent++;
    words_unlocked += spinlocks == 0;
}

/* A request is several words, which those of another core must not come between. */
static void requests_are_sent_under_a_lock(void **state)
{
    (void)state;
    words_sent = words_unlocked = spinlocks = 0;
    host_set_point_observer(note_spinlock);
    host_set_write_observer(note_word);
    bind_rings();
    assert_int_equal(irq_free(request(&kinds[2])), 0);
    assert_int_equal(irq_unbind(&device), 0);
    host_set_write_observer(NULL);
    host_set_point_observer(NULL);
    assert_true(words_sent >= 4 * 2);
    assert_int_equal(words_unlocked, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, msi_case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(routes_change_under_their_parents_mutex),
        TEST(cores_leave_under_both_mutexes),
        TEST(devices_are_bound_under_both_mutexes),
        TEST(messages_are_written_under_the_parents_mutex),
        TEST(no_lock_is_taken_while_a_message_is_written),
        TEST(interrupts_are_visited_under_their_parents_mutex),
        TEST(inventory_is_taken_under_every_mutex),
        TEST(masks_change_under_the_interrupts_lock),
        TEST(service_with_nothing_to_do_takes_no_lock),
        TEST(requests_are_sent_under_a_lock),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
