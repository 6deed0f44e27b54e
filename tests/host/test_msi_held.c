// SPDX-License-Identifier: BSD-3-Clause
/*
 * What an interrupt may leave behind, or must wait for, and what a request's words mean: an edge
 * that came while nobody owned the line, a replay that waits while its interrupt is freed, a
 * handler that still runs on a core that leaves, IRQ_FLAG_EDGE, IRQ_CORE_ANY.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"

#include <assert.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define WIRE           200u
#define MAILBOX_INPUT  392u
#define MESSAGE_DEVICE 41u
#define MESSAGE_BITS   5u
#define SETTLE_US      2000u
#define ARRIVAL_US     100000u
#define FOREVER_US     3600000000u
#define REAL_TIME_US   20000u /* lets the test bite; it passes however fast the machine is */

static struct device device;
static struct msi_record record;

static int set_up(void **state)
{
    (void)state;
    device = (struct device){.name = "held"};
    record = (struct msi_record){0};
    return 0;
}

static void bind_wire(void)
{
    static const uint16_t intids[] = {WIRE};

    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 1), 0);
}

static void bind_messages(void)
{
    assert_int_equal(irq_bind_its(&device, msi_case.its, MESSAGE_DEVICE, MESSAGE_BITS), 0);
}

static struct irq *request(irq_handler_t handler, uint32_t index, unsigned core, uint32_t flags)
{
    const struct irq_request request = {
        .index = index, .handler = handler, .context = &record, .core = core, .flags = flags};
    struct irq *irq = NULL;

    assert_int_equal(irq_request(&device, &request, &irq), 0);
    return irq;
}

static void end(struct irq *irq)
{
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- wires ---- */

/* The line stays high: as an edge that is one event, as a level it comes until it falls. */
static void edge_of_a_wire_is_one_call(void **state)
{
    (void)state;
    bind_wire();
    struct irq *irq = request(msi_note, 0, 1, IRQ_FLAG_EDGE);

    host_drive_line(WIRE, true);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), 1);
    host_drive_line(WIRE, false);
    host_drive_line(WIRE, true);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), 2);
    host_drive_line(WIRE, false);
    end(irq);
}

static enum irq_return lower_third(void *context)
{
    (void)msi_note(context);
    if (msi_calls(context) == 3)
        host_drive_line(WIRE, false);
    return IRQ_HANDLED;
}

static void level_of_a_wire_comes_until_it_falls(void **state)
{
    (void)state;
    bind_wire();
    struct irq *irq = request(lower_third, 0, 1, 0);

    host_drive_line(WIRE, true);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), 3);
    end(irq);
}

/* The same of a line behind the router. */
static void edge_of_a_router_line_is_one_call(void **state)
{
    static const uint16_t inputs[] = {MAILBOX_INPUT};
    unsigned output, intid;
    char route[128];

    (void)state;
    assert_int_equal(irq_bind_intr(&device, msi_case.router, inputs, 1), 0);
    struct irq *irq = request(msi_note, 0, 1, IRQ_FLAG_EDGE);

    assert_true(irq_describe(irq, route, sizeof(route)) > 0);
    assert_int_equal(sscanf(route, "INTR input 392 > INTR output %u > INTID %u", &output, &intid),
                     2);
    host_drive_line(intid, true);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), 1);
    host_drive_line(intid, false);
    host_drive_line(intid, true);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), 2);
    host_drive_line(intid, false);
    end(irq);
}

/* An edge that nobody took, of before the free or after it, is not for the next owner. */
static void stale_edge_is_not_for_the_next_owner(void **state)
{
    (void)state;
    bind_wire();
    struct irq *irq = request(msi_note, 0, 1, IRQ_FLAG_EDGE | IRQ_FLAG_MASKED);

    assert_int_equal(irq_trigger(irq), 0);
    assert_true(irq_pending(irq));
    assert_int_equal(irq_free(irq), 0);
    assert_false(gic_is_pending(WIRE));
    assert_int_equal(gic_set_pending(WIRE), 0);
    irq = request(msi_note, 0, 1, IRQ_FLAG_EDGE);
    assert_false(irq_pending(irq));
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), 0);
    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), 1);
    end(irq);
}

/* ---- cores ---- */

static void any_core_is_each_in_turn(void **state)
{
    struct irq *irqs[32];
    unsigned count = 4 * core_count(), on_core[CORE_MAX] = {0};

    (void)state;
    bind_messages();
    for (unsigned i = 0; i < count; i++) {
        irqs[i] = request(msi_note, IRQ_INDEX_ANY, IRQ_CORE_ANY, 0);
        on_core[irq_core(irqs[i])]++;
        assert_int_equal(irq_trigger(irqs[i]), 0);
        host_advance_us(SETTLE_US);
        assert_int_equal(record.core, irq_core(irqs[i]));
    }
    for (unsigned core = 0; core < core_count(); core++)
        assert_int_equal(on_core[core], 4);
    assert_int_equal(irq_free_block(irqs, count), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* A core with a thread of its own, which does as it is told. */
static enum {
    IDLE,
    CLOSED,
    OVER
} wish, is;

static void tell(unsigned what)
{
    __atomic_store_n(&wish, what, __ATOMIC_SEQ_CST);
    wait_notify();
}

static bool is_told(void *argument)
{
    (void)argument;
    return __atomic_load_n(&wish, __ATOMIC_SEQ_CST) != __atomic_load_n(&is, __ATOMIC_SEQ_CST);
}

/* While closed, it takes no interrupt. */
static void obey(void *argument)
{
    (void)argument;
    while (__atomic_load_n(&wish, __ATOMIC_SEQ_CST) != OVER) {
        if (__atomic_load_n(&wish, __ATOMIC_SEQ_CST) == IDLE) {
            __atomic_store_n(&is, IDLE, __ATOMIC_SEQ_CST);
            wait_notify();
            assert(wait_for(is_told, NULL, FOREVER_US) == 0);
            continue;
        }
        unsigned long masked = irq_save();

        __atomic_store_n(&is, CLOSED, __ATOMIC_SEQ_CST);
        wait_notify();
        while (__atomic_load_n(&wish, __ATOMIC_SEQ_CST) == CLOSED)
            sched_yield();
        irq_restore(masked);
    }
}

static bool has_obeyed(void *argument)
{
    return !is_told(argument);
}

static void start_core(unsigned core)
{
    wish = is = IDLE;
    assert_int_equal(smp_start(core, obey, NULL), 0);
}

static void stop_core(unsigned core)
{
    tell(OVER);
    assert_int_equal(smp_join(core, FOREVER_US), 0);
}

static bool was_called(void *argument)
{
    return msi_calls(argument) != 0;
}

/* Masked with an event pending, on a core that takes no interrupt from here on. */
static struct irq *request_with_an_event_kept(unsigned core)
{
    struct irq *irq = request(msi_note, 0, core, IRQ_FLAG_MASKED);

    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(SETTLE_US);
    assert_true(irq_pending(irq));
    tell(CLOSED);
    assert_int_equal(wait_for(has_obeyed, NULL, FOREVER_US), 0);
    return irq;
}

/* Unmasked, its replay waits for its core. */
static struct irq *request_with_a_replay_waiting(unsigned core)
{
    struct irq *irq = request_with_an_event_kept(core);

    irq_unmask(irq);
    return irq;
}

static void replay_that_waits_arrives(void **state)
{
    (void)state;
    bind_messages();
    start_core(1);
    struct irq *irq = request_with_a_replay_waiting(1);

    assert_int_equal(msi_calls(&record), 0);
    tell(IDLE);
    assert_int_equal(wait_for(was_called, &record, ARRIVAL_US), 0);
    assert_int_equal(msi_calls(&record), 1);
    assert_int_equal(record.core, 1);
    stop_core(1);
    end(irq);
}

/* The interrupt's memory is gone when its core looks at what waits. */
static void replay_that_waits_is_freed_with_its_interrupt(void **state)
{
    (void)state;
    bind_messages();
    start_core(1);
    struct irq *irq = request_with_a_replay_waiting(1);

    assert_int_equal(irq_free(irq), 0);
    irq = request(msi_note, 1, 1, 0);
    tell(IDLE);
    assert_int_equal(wait_for(has_obeyed, NULL, FOREVER_US), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), 0);
    assert_int_equal(irq_trigger(irq), 0);
    assert_int_equal(wait_for(was_called, &record, ARRIVAL_US), 0);
    stop_core(1);
    end(irq);
}

/* What waits behind it in the core's list waits on, though its memory is the next interrupt's. */
static void replay_behind_one_that_is_freed_arrives(void **state)
{
    static struct msi_record behind;
    const struct irq_request request_behind = {
        .index = 1, .handler = msi_note, .context = &behind, .core = 1, .flags = IRQ_FLAG_MASKED};
    struct irq *second;

    (void)state;
    behind = (struct msi_record){0};
    bind_messages();
    start_core(1);
    assert_int_equal(irq_request(&device, &request_behind, &second), 0);
    assert_int_equal(irq_trigger(second), 0);
    struct irq *first = request_with_a_replay_waiting(1);

    irq_unmask(second);
    assert_int_equal(irq_free(first), 0);
    first = request(msi_note, 2, 1, 0);
    tell(IDLE);
    assert_int_equal(wait_for(was_called, &behind, ARRIVAL_US), 0);
    assert_int_equal(msi_calls(&behind), 1);
    assert_int_equal(msi_calls(&record), 0);
    stop_core(1);
    assert_int_equal(irq_free(second), 0);
    end(first);
}

/* ---- a core hands an event over to a core that has just lost the interrupt ---- */

static struct irq *moving;

static void move_on(void *argument)
{
    (void)argument;
    assert_int_equal(irq_set_affinity(moving, 2), 0);
}

/* The move waits for handlers: the one that it would interrupt would not end. */
static bool in_the_thread(const struct host_point *point)
{
    return !point->in_interrupt && point->mutexes == 0 && point->spinlocks == 0;
}

/* It is for the new core, wherever in the unmasking the move comes: the old one need do nothing. */
static void replay_follows_a_move_meanwhile(void **state)
{
    const struct interleave another_core = {.core = 3, .run = move_on, .allowed = in_the_thread};
    unsigned at = 1;

    (void)state;
    bind_messages();
    start_core(1);
    for (bool reached = true; reached; at++) {
        record = (struct msi_record){0};
        moving = request_with_an_event_kept(1);
        interleave_begin(&another_core, at);
        irq_unmask(moving);
        reached = interleave_end();
        (void)time_now_ns(); /* core 2 takes what is pending */
        if (reached && (msi_calls(&record) != 1 || record.core != 2))
            fail_msg("point %u, %s: %u calls", at, interleave_where(), (unsigned)record.calls);
        tell(IDLE);
        assert_int_equal(wait_for(was_called, &record, ARRIVAL_US), 0);
        host_advance_us(SETTLE_US);
        assert_int_equal(msi_calls(&record), 1);
        assert_int_equal(irq_free(moving), 0);
    }
    stop_core(1);
    print_message("# %u points\n", at - 2);
    assert_true(at > 4);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- a core leaves ---- */

static bool left; /* irq_evacuate_core() has returned */
static bool outlasted;

static enum irq_return slow(void *context)
{
    (void)msi_note(context);
    usleep(REAL_TIME_US);
    if (__atomic_load_n(&left, __ATOMIC_SEQ_CST))
        __atomic_store_n(&outlasted, true, __ATOMIC_SEQ_CST);
    return IRQ_HANDLED;
}

static void no_handler_runs_on_a_core_that_has_left(void **state)
{
    (void)state;
    bind_messages();
    start_core(3);
    struct irq *irq = request(slow, 0, 3, 0);

    left = outlasted = false;
    assert_int_equal(irq_trigger(irq), 0);
    assert_int_equal(wait_for(was_called, &record, ARRIVAL_US), 0);
    assert_int_equal(irq_evacuate_core(3), 0);
    __atomic_store_n(&left, true, __ATOMIC_SEQ_CST);
    usleep(2 * REAL_TIME_US);
    stop_core(3);
    assert_false(outlasted);
    assert_int_not_equal(irq_core(irq), 3);
    assert_int_equal(irq_admit_core(3), 0);
    end(irq);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, msi_case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(edge_of_a_wire_is_one_call),
        TEST(level_of_a_wire_comes_until_it_falls),
        TEST(edge_of_a_router_line_is_one_call),
        TEST(stale_edge_is_not_for_the_next_owner),
        TEST(any_core_is_each_in_turn),
        TEST(replay_that_waits_arrives),
        TEST(replay_that_waits_is_freed_with_its_interrupt),
        TEST(replay_behind_one_that_is_freed_arrives),
        TEST(replay_follows_a_move_meanwhile),
        TEST(no_handler_runs_on_a_core_that_has_left),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
