// SPDX-License-Identifier: BSD-3-Clause
/*
 * Hostile schedules of the interrupt layer: what another core, a device or a handler does in the
 * middle of a request, a free, a move, an unmask or a storm. Each is tried at every point of the
 * operation (tests/host/support/interleave.h); where two cores have to run at once, they are
 * threads that wait for each other. docs/msi.md, "What you can rely on", is what must hold.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/parents/inta_registers.h"
#include "msi/quiesce.h"
#include "msi/report.h"
#include "msi/service.h"
#include "msi/state.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"
#include "twin/models/am65x.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WIRE            200u
#define MAILBOX_INPUT   392u
#define POINTS_MAX      500u
#define ACKNOWLEDGE_MAX 2000u /* in one operation: more is a lock-up */
#define ARRIVAL_US      100000u
#define SETTLE_US       2000u
#define FOREVER_US      3600000000u
#define MESSAGE_DEVICE  40u
#define MESSAGE_BITS    4u

static struct device device;
static struct msi_record record;

static int set_up(void **state)
{
    (void)state;
    device = (struct device){.name = "raced"};
    record = (struct msi_record){0};
    return 0;
}

static void bind_rings(void)
{
    assert_int_equal(irq_bind_inta(&device, msi_case.aggregator, AM65X_DEV_RINGACC), 0);
}

static void bind_messages(void)
{
    assert_int_equal(irq_bind_its(&device, msi_case.its, MESSAGE_DEVICE, MESSAGE_BITS), 0);
}

static void unbind(void)
{
    assert_int_equal(irq_unbind(&device), 0);
}

static struct irq *request(uint32_t index, irq_handler_t handler, void *context, unsigned core,
                           uint32_t flags)
{
    const struct irq_request request = {.index = index,
                                        .handler = handler,
                                        .context = context,
                                        .core = core,
                                        .flags = flags,
                                        .name = "raced"};
    struct irq *irq = NULL;

    assert_int_equal(irq_request(&device, &request, &irq), 0);
    return irq;
}

/* The source shows that the interrupt works: one event is one call. */
static void check_works(struct irq *irq, struct msi_record *of)
{
    uint64_t before = msi_calls(of);

    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(of), before + 1);
}

/* ---- a line is freed while its level rises ---- */

static unsigned level_line;
static _Thread_local unsigned acknowledges; /* of the thread that runs the operation */
static _Thread_local bool counting, locked_up;

unsigned __real_gic_acknowledge(void);
unsigned __wrap_gic_acknowledge(void);
unsigned __wrap_gic_acknowledge(void)
{
    if (counting && ++acknowledges > ACKNOWLEDGE_MAX) {
        locked_up = true; /* the core would go round for ever: the test lets it out */
        host_drive_line(level_line, false);
    }
    return __real_gic_acknowledge();
}

static enum irq_return lower_level(void *context)
{
    host_drive_line(level_line, false);
    return msi_note(context);
}

static void raise_level(void *argument)
{
    (void)argument;
    host_drive_line(level_line, true);
}

static bool anywhere(const struct host_point *point)
{
    (void)point;
    return true;
}

static unsigned line_of(const struct irq *irq)
{
    char text[128];
    unsigned intid;
    const char *at;

    irq_describe(irq, text, sizeof(text));
    at = strstr(text, "INTID ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "INTID %u", &intid), 1);
    return intid;
}

static void free_line_at_each_point(unsigned core, uint32_t flags)
{
    const struct interleave rising = {.core = 3, .run = raise_level, .allowed = anywhere};
    struct irq_inventory before = msi_in_use();
    uint64_t strays = msi_strays();
    unsigned at = 1;

    for (bool reached = true; reached; at++) {
        struct irq *irq = request(0, lower_level, &record, core, flags);

        level_line = line_of(irq);
        acknowledges = 0;
        locked_up = false;
        counting = true;
        interleave_begin(&rising, at);
        int error = irq_free(irq);

        reached = interleave_end();
        counting = false;
        host_drive_line(level_line, false);
        if (locked_up)
            fail_msg("core %u is locked up if the level rises at point %u, %s", core, at,
                     interleave_where());
        assert_int_equal(error, 0);
        assert_true(msi_in_use_equal(&before));
        assert_int_equal(msi_strays(), strays);
        assert_true(at < POINTS_MAX);
    }
    assert_true(at > 5);
}

static void free_line(void)
{
    free_line_at_each_point(0, 0); /* the core that frees it */
    free_line_at_each_point(1, 0);
    free_line_at_each_point(0, IRQ_FLAG_MASKED);
    free_line_at_each_point(1, IRQ_FLAG_MASKED);
    free_line_at_each_point(0, IRQ_FLAG_EDGE);
    free_line_at_each_point(1, IRQ_FLAG_EDGE);
}

static void wire_freed_while_its_level_rises(void **state)
{
    static const uint16_t intids[] = {WIRE};

    (void)state;
    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 1), 0);
    free_line();
    unbind();
}

static void router_line_freed_while_its_level_rises(void **state)
{
    static const uint16_t inputs[] = {MAILBOX_INPUT};

    (void)state;
    assert_int_equal(irq_bind_intr(&device, msi_case.router, inputs, 1), 0);
    free_line();
    unbind();
}

/* ---- moved while its handler runs ---- */

static struct moved {
    uint64_t began, ended;
    bool fired;         /* the event after the move */
    bool move_returned; /* irq_set_affinity() */
    unsigned core_after, began_after;
} moved;

static uint64_t load(const uint64_t *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static bool is_set(const bool *flag)
{
    return __atomic_load_n(flag, __ATOMIC_SEQ_CST);
}

/* The first call lasts until the mover waits for it, or has fired the next event without. */
static enum irq_return slow(void *context)
{
    (void)context;
    if (is_set(&moved.move_returned)) {
        __atomic_store_n(&moved.core_after, core_id(), __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&moved.began_after, 1, __ATOMIC_SEQ_CST);
    }
    if (__atomic_add_fetch(&moved.began, 1, __ATOMIC_SEQ_CST) == 1) {
        wait_notify();
        while (!is_set(&moved.fired) &&
               __atomic_load_n(&irq_quiesce_waiters, __ATOMIC_SEQ_CST) == 0)
            sched_yield();
    }
    __atomic_add_fetch(&moved.ended, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

static bool has_begun(void *argument)
{
    (void)argument;
    return load(&moved.began) != 0;
}

static bool began_after_move(void *argument)
{
    (void)argument;
    return __atomic_load_n(&moved.began_after, __ATOMIC_SEQ_CST) != 0;
}

static void move_while_it_runs(struct irq *irq, unsigned from, unsigned to, bool fired_before)
{
    moved = (struct moved){0};
    msi_start_idling(from);
    assert_int_equal(irq_trigger(irq), 0);
    assert_int_equal(wait_for(has_begun, NULL, ARRIVAL_US), 0);
    if (fired_before)
        assert_int_equal(irq_trigger(irq), 0);
    int error = irq_set_affinity(irq, to);
    uint64_t ended = load(&moved.ended);

    __atomic_store_n(&moved.move_returned, true, __ATOMIC_SEQ_CST);
    assert_int_equal(irq_trigger(irq), 0);
    __atomic_store_n(&moved.fired, true, __ATOMIC_SEQ_CST);
    int arrived = wait_for(began_after_move, NULL, ARRIVAL_US);

    msi_stop_idling(from);
    assert_int_equal(error, 0);
    assert_int_equal(arrived, 0);
    assert_int_equal(moved.core_after, to);
    assert_true(ended >= 1);
}

static void message_moved_while_its_handler_runs(void **state)
{
    (void)state;
    bind_messages();
    for (unsigned round = 0; round < 2; round++) {
        struct irq *irq = request(0, slow, NULL, 1, 0);

        move_while_it_runs(irq, 1, 2, round == 1);
        assert_int_equal(irq_free(irq), 0);
    }
    unbind();
}

/* Rings of one core, so many that they share VINTs; the last one is on another core than its VINT's
 * line, which hands its events over. */
static struct irq *crowd[MSI_HOST_SOURCES];
static struct msi_record crowd_records[MSI_HOST_SOURCES];
static unsigned crowd_count;

static struct irq *request_crowd(irq_handler_t handler, void *context, unsigned line_core,
                                 unsigned core)
{
    crowd_count = msi_case.source_count - 1;
    memset(crowd_records, 0, sizeof(crowd_records));
    for (unsigned i = 0; i < crowd_count; i++)
        crowd[i] = request(msi_case.sources[i], msi_note, &crowd_records[i], line_core, 0);
    struct irq *irq = request(msi_case.sources[crowd_count], handler, context, line_core, 0);
    char text[128];

    assert_int_equal(irq_set_affinity(irq, core), 0);
    irq_describe(irq, text, sizeof(text));
    assert_non_null(strstr(text, "SGI"));
    return irq;
}

static void free_crowd(void)
{
    assert_int_equal(irq_free_block(crowd, crowd_count), 0);
}

static void handed_over_event_moved_while_its_handler_runs(void **state)
{
    (void)state;
    bind_rings();
    for (unsigned round = 0; round < 2; round++) {
        struct irq *irq = request_crowd(slow, NULL, 3, 1);

        move_while_it_runs(irq, 1, 2, round == 1);
        assert_int_equal(irq_free(irq), 0);
        free_crowd();
    }
    unbind();
}

/* What the handler has left for the next call moves too. */
static enum irq_return wants_more_slowly(void *context)
{
    (void)slow(context);
    return load(&moved.began) == 1 ? IRQ_AGAIN : IRQ_HANDLED;
}

static void what_is_left_moves_too(void **state)
{
    (void)state;
    bind_messages();
    struct irq *irq = request(0, wants_more_slowly, NULL, 1, 0);

    move_while_it_runs(irq, 1, 2, false);
    assert_true(moved.began >= 2);
    assert_int_equal(irq_free(irq), 0);
    unbind();
}

/* ---- unmasked just when the layer masks it for a storm ---- */

#define STORM_CALLS     20u
#define STORM_WINDOW_US 100000000u

static struct irq *stormy;

static enum irq_return finds_nothing(void *context)
{
    (void)msi_note(context);
    return IRQ_NONE;
}

static void unmask_stormy(void *argument)
{
    (void)argument;
    irq_unmask(stormy);
}

static bool in_handler_without_locks(const struct host_point *point)
{
    return point->in_interrupt && point->mutexes == 0 && point->spinlocks == 0;
}

static uint32_t state_of(const struct irq *irq)
{
    return __atomic_load_n(&irq->state, __ATOMIC_SEQ_CST);
}

static void storm_with_an_unmask_at_each_point(void)
{
    const struct interleave unmasking = {
        .core = 2, .run = unmask_stormy, .allowed = in_handler_without_locks};
    unsigned at = 1;

    irq_set_storm_limit(STORM_CALLS, STORM_WINDOW_US);
    for (bool reached = true; reached; at++) {
        stormy = request(0, finds_nothing, &record, 1, 0);
        for (unsigned i = 1; i < STORM_CALLS; i++)
            assert_int_equal(irq_trigger(stormy), 0);
        interleave_begin(&unmasking, at);
        assert_int_equal(irq_trigger(stormy), 0);
        host_advance_us(SETTLE_US);
        reached = interleave_end();
        /* Either the storm came last, and it is masked; or the unmask, and it is on. */
        if ((state_of(stormy) & IRQ_STATE_STORM) != 0 && (state_of(stormy) & IRQ_STATE_MASKED) == 0)
            fail_msg("storm, but not masked: unmasked at point %u, %s", at, interleave_where());
        irq_service();
        if ((state_of(stormy) & IRQ_STATE_STORM) != 0)
            irq_unmask(stormy);
        irq_service();
        host_advance_us(SETTLE_US);
        check_works(stormy, &record);
        assert_int_equal(irq_free(stormy), 0);
        assert_true(at < POINTS_MAX);
    }
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
    assert_true(at > 2);
}

static void message_unmasked_while_a_storm_is_noticed(void **state)
{
    (void)state;
    bind_messages();
    storm_with_an_unmask_at_each_point();
    unbind();
}

static void wire_unmasked_while_a_storm_is_noticed(void **state)
{
    static const uint16_t intids[] = {WIRE};

    (void)state;
    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 1), 0);
    storm_with_an_unmask_at_each_point();
    unbind();
}

/* ---- moved to a core that leaves ---- */

static int evacuated;

static void evacuate_core_3(void *argument)
{
    (void)argument;
    evacuated = irq_evacuate_core(3);
}

static void move_onto_a_core_that_leaves(struct irq *irq)
{
    const struct interleave leaving = {.core = 1, .run = evacuate_core_3};
    unsigned at = 1;

    for (bool reached = true; reached; at++) {
        evacuated = -ENODATA;
        interleave_begin(&leaving, at);
        int error = irq_set_affinity(irq, 3);

        reached = interleave_end();
        if (reached) {
            assert_int_equal(evacuated, 0);
            if (irq_core(irq) == 3)
                fail_msg("on an evacuated core: evacuated at point %u, %s", at, interleave_where());
            assert_true(error == 0 || error == -EINVAL); /* moved off again, or refused */
        } else {
            assert_int_equal(error, 0);
            assert_int_equal(irq_core(irq), 3);
        }
        assert_int_equal(irq_admit_core(3), 0);
        check_works(irq, &record);
        assert_int_equal(irq_set_affinity(irq, 0), 0);
        assert_true(at < POINTS_MAX);
    }
    assert_true(at > 2);
}

static void event_moved_onto_a_core_that_leaves(void **state)
{
    (void)state;
    bind_rings();
    struct irq *irq = request(msi_case.sources[0], msi_note, &record, 0, 0);

    move_onto_a_core_that_leaves(irq);
    assert_int_equal(irq_free(irq), 0);
    unbind();
}

static void message_moved_onto_a_core_that_leaves(void **state)
{
    (void)state;
    bind_messages();
    struct irq *irq = request(1, msi_note, &record, 0, 0);

    move_onto_a_core_that_leaves(irq);
    assert_int_equal(irq_free(irq), 0);
    unbind();
}

/* ---- a handler that unmasks itself while it is freed ---- */

static struct irq *self;
static bool (*hardware_is_on)(void);
static bool came_on;

/* Ends when the free waits for it. */
static enum irq_return unmasks_itself(void *context)
{
    (void)context;
    __atomic_store_n(&moved.began, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    while (__atomic_load_n(&irq_quiesce_waiters, __ATOMIC_SEQ_CST) == 0)
        sched_yield();
    irq_unmask(self);
    __atomic_store_n(&came_on, hardware_is_on(), __ATOMIC_SEQ_CST);
    return IRQ_HANDLED;
}

/* The device's next event comes just before the route is taken down. */
static void fire_self(void *argument)
{
    unsigned event = *(unsigned *)argument;

    (void)am65x_inject(AM65X_FAULT_STRAY_EVENT, event, 1);
}

static bool before_unmap(const struct host_point *point)
{
    return strcmp(point->function, "ti_sci_event_unmap") == 0 && !point->returned;
}

static struct irq_route {
    unsigned event, vint, bit;
} self_route;

static bool vint_bit_is_on(void)
{
    uintptr_t enable_set = AM65X_INTA_BASE + self_route.vint * INTA_VINT_STRIDE;

    return (mmio_read64(enable_set) >> self_route.bit & 1u) != 0;
}

static bool wire_is_on(void)
{
    return gic_is_enabled(WIRE);
}

static void free_while_its_handler_unmasks(void)
{
    const struct interleave firing = {
        .core = 3, .run = fire_self, .argument = &self_route.event, .allowed = before_unmap};
    uint64_t strays = msi_strays();

    moved = (struct moved){0};
    came_on = false;
    msi_start_idling(1);
    assert_int_equal(irq_trigger(self), 0);
    assert_int_equal(wait_for(has_begun, NULL, ARRIVAL_US), 0);
    interleave_begin(&firing, 1);
    int error = irq_free(self);

    interleave_end();
    msi_stop_idling(1);
    host_advance_us(SETTLE_US);
    assert_int_equal(error, 0);
    assert_false(came_on);
    assert_int_equal(msi_strays(), strays);
}

static void event_freed_while_its_handler_unmasks_it(void **state)
{
    char text[128];

    (void)state;
    bind_rings();
    self = request(msi_case.sources[0], unmasks_itself, NULL, 1, 0);
    irq_describe(self, text, sizeof(text));
    assert_int_equal(sscanf(text, "event %u > VINT %u bit %u", &self_route.event, &self_route.vint,
                            &self_route.bit),
                     3);
    hardware_is_on = vint_bit_is_on;
    free_while_its_handler_unmasks();
    unbind();
}

static void wire_freed_while_its_handler_unmasks_it(void **state)
{
    static const uint16_t intids[] = {WIRE};

    (void)state;
    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 1), 0);
    self = request(0, unmasks_itself, NULL, 1, IRQ_FLAG_EDGE);
    hardware_is_on = wire_is_on;
    free_while_its_handler_unmasks();
    unbind();
}

/* ---- replays ---- */

#define QUEUED 6u

static unsigned order[QUEUED], ordered;

static enum irq_return note_order(void *context)
{
    if (ordered < QUEUED)
        order[ordered] = (unsigned)(uintptr_t)context;
    ordered++;
    return IRQ_HANDLED;
}

static void replays_come_in_the_order_of_the_unmasks(void **state)
{
    struct irq *irqs[QUEUED];

    (void)state;
    bind_messages();
    for (unsigned core = 0; core < 2; core++) {
        ordered = 0;
        for (unsigned i = 0; i < QUEUED; i++) {
            irqs[i] = request(i, note_order, (void *)(uintptr_t)i, core, 0);
            irq_mask(irqs[i]);
            assert_int_equal(irq_trigger(irqs[i]), 0);
        }
        host_advance_us(SETTLE_US);
        assert_int_equal(ordered, 0);
        unsigned long masked = irq_save(); /* so nobody takes the SGI in between */

        for (unsigned i = 0; i < QUEUED; i++)
            irq_unmask(irqs[(i + 2) % QUEUED]);
        irq_restore(masked);
        host_advance_us(SETTLE_US);
        assert_int_equal(ordered, QUEUED);
        for (unsigned i = 0; i < QUEUED; i++)
            assert_int_equal(order[i], (i + 2) % QUEUED);
        assert_int_equal(irq_free_block(irqs, QUEUED), 0);
    }
    unbind();
}

/* Freed while it waits for a core that has its IRQs masked: the core must not find it later. */
static uint64_t irqs_masked, go_on;

static void keep_irqs_masked(void *argument)
{
    unsigned long masked = irq_save();

    (void)argument;
    __atomic_store_n(&irqs_masked, 1, __ATOMIC_SEQ_CST);
    while (load(&go_on) == 0)
        sched_yield();
    irq_restore(masked);
}

static void queued_interrupt_can_be_freed(void **state)
{
    struct irq *irqs[3];

    (void)state;
    bind_messages();
    irqs_masked = go_on = 0;
    for (unsigned i = 0; i < 3; i++) {
        irqs[i] = request(i, msi_note, &record, 1, 0);
        irq_mask(irqs[i]);
        assert_int_equal(irq_trigger(irqs[i]), 0);
    }
    host_advance_us(SETTLE_US);
    assert_int_equal(smp_start(1, keep_irqs_masked, NULL), 0);
    while (load(&irqs_masked) == 0)
        sched_yield();
    for (unsigned i = 0; i < 3; i++)
        irq_unmask(irqs[i]); /* now they are queued */
    assert_int_equal(irq_free(irqs[1]), 0);
    assert_int_equal(irq_free(irqs[2]), 0);
    __atomic_store_n(&go_on, 1, __ATOMIC_SEQ_CST);
    assert_int_equal(smp_join(1, FOREVER_US), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&record), 1);
    assert_int_equal(irq_free(irqs[0]), 0);
    unbind();
}

/* ---- a device is unbound in the middle ---- */

static int unbound;

static void unbind_device(void *argument)
{
    (void)argument;
    unbound = irq_unbind(&device);
}

static int request_one(void)
{
    const struct irq_request request = {.handler = msi_note, .context = &record, .core = 1};
    struct irq *irq;
    int error = irq_request(&device, &request, &irq);

    if (error == 0)
        assert_int_equal(irq_free(irq), 0);
    return error;
}

static int request_block(void)
{
    const struct irq_request request = {
        .index = IRQ_INDEX_ANY, .handler = msi_note, .context = &record, .core = 1};
    struct irq *irqs[4];
    int error = irq_request_block(&device, &request, 4, 0, irqs);

    if (error == 0)
        assert_int_equal(irq_free_block(irqs, 4), 0);
    return error;
}

static int restore(void)
{
    return irq_restore_messages(&device);
}

static int look(void)
{
    (void)msi_in_use();
    return 0;
}

static void visit_nothing(const struct irq *irq, void *argument)
{
    (void)irq;
    (void)argument;
}

static int visit(void)
{
    irq_for_each(visit_nothing, NULL);
    return 0;
}

static void unbind_at_each_point_of(int (*operation)(void))
{
    const struct interleave unbinding = {.core = 2, .run = unbind_device};
    unsigned at = 1;

    for (bool reached = true; reached; at++) {
        bind_messages();
        unbound = -ENODATA;
        interleave_begin(&unbinding, at);
        int error = operation();

        reached = interleave_end();
        if (reached && unbound == 0)
            assert_true(error == 0 || error == -ENODEV);
        else
            assert_int_equal(error, 0);
        assert_true(unbound == 0 || unbound == -EBUSY || !reached);
        if (unbound != 0)
            unbind();
        assert_null(device.interrupts);
        assert_true(at < POINTS_MAX);
    }
    assert_true(at > 2);
}

static void request_of_a_device_that_is_unbound(void **state)
{
    (void)state;
    unbind_at_each_point_of(request_one);
}

static void block_of_a_device_that_is_unbound(void **state)
{
    (void)state;
    unbind_at_each_point_of(request_block);
}

static void messages_of_a_device_that_is_unbound(void **state)
{
    (void)state;
    unbind_at_each_point_of(restore);
}

static void looks_at_a_device_that_is_unbound(void **state)
{
    (void)state;
    unbind_at_each_point_of(look);
    unbind_at_each_point_of(visit);
}

/* ---- others are busy with an interrupt that is being freed ---- */

static void evacuate_core_1(void *argument)
{
    (void)argument;
    assert(irq_evacuate_core(1) == 0);
    assert(irq_admit_core(1) == 0);
}

static struct irq *freed_irq;

static void mask_and_unmask(void *argument)
{
    (void)argument;
    irq_mask(freed_irq);
    irq_unmask(freed_irq);
}

static void restore_its_messages(void *argument)
{
    (void)argument;
    assert(irq_restore_messages(&device) == 0);
}

static void serve_and_look(void *argument)
{
    struct irq_inventory inventory;

    (void)argument;
    irq_service();
    irq_get_inventory(&inventory);
    irq_for_each(visit_nothing, NULL);
}

static void use_the_same_source(void *argument)
{
    const struct irq_request request = {
        .index = *(uint32_t *)argument, .handler = msi_note, .context = &record, .core = 2};
    struct irq *irq;
    int error = irq_request(&device, &request, &irq);

    assert(error == 0 || error == -EBUSY);
    if (error == 0)
        assert(irq_free(irq) == 0);
}

/* While its handler may still run, it may do that: irq_free() takes no mutex before it has waited.
 */
static bool mutex_was_taken;

static bool before_the_mutex(const struct host_point *point)
{
    mutex_was_taken |= point->mutexes != 0 || strcmp(point->function, "mutex_lock") == 0;
    return !mutex_was_taken && point->spinlocks == 0;
}

static void free_while(uint32_t index, void (*run)(void *argument), void *argument,
                       bool (*allowed)(const struct host_point *point))
{
    const struct interleave busy = {
        .core = 3, .run = run, .argument = argument, .allowed = allowed};
    struct irq_inventory before = msi_in_use();
    unsigned at = 1;

    for (bool reached = true; reached; at++) {
        freed_irq = request(index, msi_note, &record, 1, 0);
        mutex_was_taken = false;
        interleave_begin(&busy, at);
        int error = irq_free(freed_irq);

        reached = interleave_end();
        assert_int_equal(error, 0);
        assert_true(msi_in_use_equal(&before));
        assert_true(at < POINTS_MAX);
    }
    assert_true(at > 2);
}

static void others_are_busy_with_what_is_freed(uint32_t index)
{
    free_while(index, evacuate_core_1, NULL, NULL);
    free_while(index, restore_its_messages, NULL, NULL);
    free_while(index, serve_and_look, NULL, NULL);
    free_while(index, use_the_same_source, &index, NULL);
    free_while(index, mask_and_unmask, NULL, before_the_mutex);
}

static void message_freed_while_others_are_busy_with_it(void **state)
{
    (void)state;
    bind_messages();
    others_are_busy_with_what_is_freed(1);
    unbind();
}

static void event_freed_while_others_are_busy_with_it(void **state)
{
    (void)state;
    bind_rings();
    others_are_busy_with_what_is_freed(msi_case.sources[0]);
    unbind();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, msi_case_end)

int main(int argument_count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        TEST(wire_freed_while_its_level_rises),
        TEST(router_line_freed_while_its_level_rises),
        TEST(message_moved_while_its_handler_runs),
        TEST(handed_over_event_moved_while_its_handler_runs),
        TEST(what_is_left_moves_too),
        TEST(message_unmasked_while_a_storm_is_noticed),
        TEST(wire_unmasked_while_a_storm_is_noticed),
        TEST(event_moved_onto_a_core_that_leaves),
        TEST(message_moved_onto_a_core_that_leaves),
        TEST(event_freed_while_its_handler_unmasks_it),
        TEST(wire_freed_while_its_handler_unmasks_it),
        TEST(replays_come_in_the_order_of_the_unmasks),
        TEST(queued_interrupt_can_be_freed),
        TEST(request_of_a_device_that_is_unbound),
        TEST(block_of_a_device_that_is_unbound),
        TEST(messages_of_a_device_that_is_unbound),
        TEST(looks_at_a_device_that_is_unbound),
        TEST(message_freed_while_others_are_busy_with_it),
        TEST(event_freed_while_others_are_busy_with_it),
    };

    if (argument_count > 1)
        cmocka_set_test_filter(arguments[1]);
    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
