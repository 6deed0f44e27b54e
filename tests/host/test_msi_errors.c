// SPDX-License-Identifier: BSD-3-Clause
/*
 * Errors of the interrupt layer, and who owns a handle after each (msi/irq.h): a handler that does
 * not return, a parent that can't take a route down, a device that does not take its message, and
 * calls from where they are not allowed.
 *
 * A handler that hangs is one in which the test goes on, as another core: so it takes no time.
 */
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/gic/its.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "msi/report.h"
#include "msi/service.h"
#include "msi/state.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"
#include "tests/target/thread_calls.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SETTLE_US      2000u
#define ARRIVAL_US     100000u
#define MESSAGE_DEVICE 41u
#define MESSAGE_BITS   4u
#define SGI            5u
#define PPI            20u

static struct device device;
static struct msi_record records[8];

static int set_up(void **state)
{
    (void)state;
    device = (struct device){.name = "erring"};
    memset(records, 0, sizeof(records));
    return 0;
}

static int tear_down(void **state)
{
    host_fail_calls(NULL, 1, 0, 0, false);
    return msi_case_end(state);
}

/* ---- the four parents ---- */

static void bind_wires(void)
{
    static const uint16_t intids[] = {200, 201, 202, 203};

    assert_int_equal(irq_bind_wired(&device, msi_case.wired, intids, 4), 0);
}

static void bind_inputs(void)
{
    static const uint16_t inputs[] = {392, 393, 394, 395};

    assert_int_equal(irq_bind_intr(&device, msi_case.router, inputs, 4), 0);
}

static void bind_rings(void)
{
    assert_int_equal(irq_bind_inta(&device, msi_case.aggregator, AM65X_DEV_RINGACC), 0);
}

static void bind_messages(void)
{
    assert_int_equal(irq_bind_its(&device, msi_case.its, MESSAGE_DEVICE, MESSAGE_BITS), 0);
}

static uint32_t index_of(void (*bind)(void), unsigned i)
{
    return bind == bind_rings ? msi_case.sources[i] : i;
}

static void (*const bindings[])(void) = {bind_wires, bind_inputs, bind_rings, bind_messages};
#define BINDINGS (sizeof(bindings) / sizeof(bindings[0]))

static int request(uint32_t index, irq_handler_t handler, void *context, unsigned core,
                   struct irq **irq)
{
    const struct irq_request request = {.index = index,
                                        .handler = handler,
                                        .context = context,
                                        .core = core,
                                        .flags = IRQ_FLAG_EDGE};

    return irq_request(&device, &request, irq);
}

/* ---- a handler that hangs ---- */

static struct {
    void (*go_on)(void);
    unsigned calls;
} hang;

static void go_on(void *argument)
{
    (void)argument;
    hang.go_on();
}

/* The test goes on inside, on core 0. */
static enum irq_return hangs(void *context)
{
    (void)context;
    if (hang.calls++ == 0)
        host_run_as_core(0, go_on, NULL);
    return IRQ_HANDLED;
}

static struct irq *hanging, *other;

static void while_it_hangs(void (*function)(void))
{
    hang.go_on = function;
    hang.calls = 0;
    assert_int_equal(irq_trigger(hanging), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(hang.calls, 1);
}

static int errors[8];

static void free_hanging_and_other(void)
{
    struct irq_inventory before = msi_in_use();

    errors[0] = irq_free(hanging);
    errors[1] = irq_free(other);
    errors[2] = irq_free(hanging); /* it may be freed again, as often as one likes */
    errors[3] = irq_synchronize(hanging);
    errors[4] = irq_quiesce();
    assert_true(msi_in_use_equal(&before));
    assert_true((hanging->state & IRQ_STATE_MASKED) != 0);
}

static void request_other(void (*bind)(void))
{
    assert_int_equal(request(index_of(bind, 1), msi_note, &records[1], 2, &other), 0);
}

static void request_hanging_and_other(void (*bind)(void))
{
    assert_int_equal(request(index_of(bind, 0), hangs, NULL, 1, &hanging), 0);
    request_other(bind);
}

static void handle_is_kept_while_a_handler_hangs(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < BINDINGS; kind++) {
        bindings[kind]();
        struct irq_inventory before = msi_in_use();

        request_hanging_and_other(bindings[kind]);
        while_it_hangs(free_hanging_and_other);
        for (unsigned i = 0; i < 5; i++)
            assert_int_equal(errors[i], -EAGAIN);
        /* The handler has returned: the handles are still the caller's, and can be freed now. */
        assert_int_equal(hang.calls, 1);
        assert_int_equal(irq_free(hanging), 0);
        assert_int_equal(irq_free(other), 0);
        assert_true(msi_in_use_equal(&before));
        assert_int_equal(irq_unbind(&device), 0);
    }
}

/* Who can't keep the handle of one that was never called. */
static void give_up_other(void)
{
    const uint32_t index = other->index;
    struct irq *again;

    irq_give_up(other);
    errors[0] = request(index, msi_note, &records[1], 2, &again);
}

static void what_is_given_up_while_a_handler_hangs_goes_later(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < BINDINGS; kind++) {
        bindings[kind]();
        struct irq_inventory before = msi_in_use();

        request_hanging_and_other(bindings[kind]);
        while_it_hangs(give_up_other);
        assert_int_equal(errors[0], -EBUSY);
        assert_int_equal(msi_calls(&records[1]), 0);
        request_other(bindings[kind]);
        irq_give_up(other);
        assert_int_equal(irq_free(hanging), 0);
        assert_true(msi_in_use_equal(&before));
        assert_int_equal(irq_unbind(&device), 0);
    }
}

/* A masked, dead one calls nobody, whatever arrives and whoever unmasks it. */
static void free_hanging(void)
{
    errors[0] = irq_free(hanging);
}

static void kept_handle_stays_masked(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < BINDINGS; kind++) {
        bindings[kind]();
        assert_int_equal(request(index_of(bindings[kind], 0), hangs, NULL, 1, &hanging), 0);
        while_it_hangs(free_hanging);
        assert_int_equal(errors[0], -EAGAIN);
        uint64_t strays = msi_strays();

        irq_unmask(hanging);
        assert_int_equal(irq_trigger(hanging), 0);
        host_advance_us(SETTLE_US);
        assert_int_equal(hang.calls, 1);
        assert_int_equal(msi_strays(), strays);
        assert_int_equal(irq_free(hanging), 0);
        assert_int_equal(irq_unbind(&device), 0);
    }
}

/* ---- a block of which a handler hangs ---- */

static struct irq *block[4];

static int request_block(irq_handler_t handler)
{
    const struct irq_request request = {
        .handler = handler, .context = records, .core = 1, .name = "block"};

    return irq_request_block(&device, &request, 4, sizeof(records[0]), block);
}

static void free_the_block(void)
{
    errors[0] = irq_free_block(block, 4);
}

static void block_keeps_the_handles_that_were_kept(void **state)
{
    (void)state;
    bind_messages();
    struct irq_inventory before = msi_in_use();

    assert_int_equal(request_block(hangs), 0);
    hanging = block[2];
    while_it_hangs(free_the_block);
    assert_int_equal(errors[0], -EAGAIN);
    assert_ptr_equal(block[2], hanging);
    unsigned kept = 0;

    for (unsigned i = 0; i < 4; i++)
        kept += block[i] != NULL;
    assert_int_equal(msi_in_use().irqs, before.irqs + kept);
    assert_int_equal(irq_free_block(block, 4), 0);
    for (unsigned i = 0; i < 4; i++)
        assert_null(block[i]);
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(irq_unbind(&device), 0);
}

/* The handler hangs until so many waits for it were given up, or the free has returned. */
static bool in_handler, freed;
static unsigned waits_to_outlast;

static bool somebody_waits(void)
{
    return __atomic_load_n(&irq_quiesce_waiters, __ATOMIC_SEQ_CST) != 0;
}

static enum irq_return hangs_a_while(void *context)
{
    (void)context;
    __atomic_store_n(&in_handler, true, __ATOMIC_SEQ_CST);
    wait_notify();
    for (unsigned i = 0; i < waits_to_outlast; i++) {
        while (!somebody_waits() && !__atomic_load_n(&freed, __ATOMIC_SEQ_CST))
            sched_yield();
        while (somebody_waits()) {
            host_take_time_us(1000);
            sched_yield();
        }
    }
    while (!somebody_waits() && !__atomic_load_n(&freed, __ATOMIC_SEQ_CST))
        sched_yield();
    return IRQ_HANDLED;
}

static bool is_in_handler(void *argument)
{
    (void)argument;
    return __atomic_load_n(&in_handler, __ATOMIC_SEQ_CST);
}

static void free_block_that_outlasts(unsigned waits)
{
    struct irq_inventory before = msi_in_use();
    unsigned kept = 0;

    waits_to_outlast = waits;
    in_handler = freed = false;
    msi_start_idling(1);
    assert_int_equal(request_block(hangs_a_while), 0);
    assert_int_equal(irq_trigger(block[1]), 0);
    assert_int_equal(wait_for(is_in_handler, NULL, ARRIVAL_US), 0);
    int error = irq_free_block(block, 4);

    __atomic_store_n(&freed, true, __ATOMIC_SEQ_CST);
    msi_stop_idling(1);
    for (unsigned i = 0; i < 4; i++)
        kept += block[i] != NULL;
    print_message("# the handler outlasts %u waits: %u of 4 kept, error %d\n", waits, kept, error);
    assert_int_equal(error, waits != 0 ? -EAGAIN : 0);
    assert_int_equal(msi_in_use().irqs, before.irqs + kept);
    assert_true(waits == 0 || kept != 0);
    assert_int_equal(irq_free_block(block, 4), 0);
    assert_true(msi_in_use_equal(&before));
}

static void block_freed_while_a_handler_hangs_a_while(void **state)
{
    (void)state;
    bind_messages();
    for (unsigned waits = 0; waits < 4; waits++)
        free_block_that_outlasts(waits);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- a request that fails half-way, while some handler hangs ---- */

static void use_again(void)
{
    struct irq *irq;

    if (request(device.interrupts->parent == msi_case.aggregator ? msi_case.sources[7] : 3,
                msi_note, &records[7], 0, &irq) == 0)
        (void)irq_free(irq);
}

static const char *failing_step;

static void request_a_block_that_fails(void)
{
    memset(block, 0, sizeof(block));
    host_fail_calls(failing_step, 3, 1, -EIO, false);
    errors[0] = request_block(msi_note);
    errors[1] = (int)host_failed_calls();
    host_fail_calls(NULL, 1, 0, 0, false);
    for (unsigned i = 0; i < 4; i++)
        assert_null(block[i]);
}

static void block_that_fails_half_way_leaves_nothing(void **state)
{
    static struct device messenger = {.name = "hangs"};
    const struct irq_request bystander = {.handler = hangs, .core = 1};

    (void)state;
    assert_int_equal(irq_bind_its(&messenger, msi_case.its, MESSAGE_DEVICE + 1, 0), 0);
    assert_int_equal(irq_request(&messenger, &bystander, &hanging), 0);
    bind_messages();
    struct irq_inventory before = msi_in_use();

    failing_step = "its_open_event";
    request_a_block_that_fails(); /* nobody hangs */
    assert_int_equal(errors[0], -EIO);
    assert_true(msi_in_use_equal(&before));
    while_it_hangs(request_a_block_that_fails);
    assert_int_equal(errors[0], -EIO);
    assert_int_equal(errors[1], 1);
    assert_true(msi_comes_back(&before, use_again));
    assert_int_equal(request_block(msi_note), 0);
    assert_int_equal(irq_free_block(block, 4), 0);
    assert_int_equal(irq_free(hanging), 0);
    assert_int_equal(irq_unbind(&device), 0);
    assert_int_equal(irq_unbind(&messenger), 0);
}

/* ---- moves, cores that leave, SGIs and PPIs while a handler hangs ---- */

static void move_hanging(void)
{
    errors[0] = irq_set_affinity(hanging, 2);
    errors[1] = irq_evacuate_core(1);
    errors[2] = irq_admit_core(1);
    errors[3] = irq_unbind(&device);
}

static void moves_can_be_repeated_after_a_hang(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < BINDINGS; kind++) {
        bindings[kind]();
        assert_int_equal(request(index_of(bindings[kind], 0), hangs, NULL, 1, &hanging), 0);
        while_it_hangs(move_hanging);
        assert_int_equal(errors[0], -EAGAIN);
        assert_int_equal(errors[1], -EAGAIN);
        assert_int_equal(errors[2], 0);
        assert_int_equal(errors[3], -EBUSY);
        assert_int_equal(irq_set_affinity(hanging, 2), 0);
        assert_int_equal(irq_core(hanging), 2);
        assert_int_equal(irq_evacuate_core(1), 0);
        assert_int_equal(irq_admit_core(1), 0);
        assert_int_equal(irq_free(hanging), 0);
        assert_int_equal(irq_unbind(&device), 0);
    }
}

static void request_ppi(void *argument)
{
    *(int *)argument = irq_ppi_request(PPI, msi_note, &records[0]);
}

static void free_ppi(void *argument)
{
    *(int *)argument = irq_ppi_free(PPI);
}

static void free_locals(void)
{
    errors[0] = irq_sgi_free(SGI);
    host_run_as_core(2, free_ppi, &errors[1]);
}

static void local_ones_can_be_freed_again_after_a_hang(void **state)
{
    int error;

    (void)state;
    bind_messages();
    assert_int_equal(request(0, hangs, NULL, 1, &hanging), 0);
    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(irq_sgi_request(SGI, msi_note, &records[1]), 0);
        host_run_as_core(2, request_ppi, &error);
        assert_int_equal(error, 0);
        while_it_hangs(free_locals);
        assert_int_equal(errors[0], -EAGAIN);
        assert_int_equal(errors[1], -EAGAIN);
        assert_int_equal(irq_sgi_free(SGI), 0);
        host_run_as_core(2, free_ppi, &error);
        assert_int_equal(error, 0);
    }
    assert_int_equal(irq_free(hanging), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- a parent that can't take a route down ---- */

static const struct {
    void (*bind)(void);
    const char *step;
    int refusal; /* 0: the step has none, it can only be late */
} undone_steps[] = {
    {bind_rings, "ti_sci_event_unmap", -EACCES},
    {bind_rings, "ti_sci_route_unmap", -EACCES},
    {bind_rings, "gic_disable", 0},
    {bind_inputs, "ti_sci_route_unmap", -EACCES},
    {bind_inputs, "gic_disable", 0},
    {bind_wires, "gic_disable", 0},
    {bind_messages, "its_discard_event", -EIO},
};
#define UNDONE_STEPS (sizeof(undone_steps) / sizeof(undone_steps[0]))

/* What is not an error of irq_free() when a step of the parent's fails: those that say that the
 * handle is still the caller's. */
static bool says_that_the_handle_is_gone(int error)
{
    return error != -EAGAIN && error != -EDEADLK && error != -EINVAL;
}

/* The step fails `times` times; whether it was told. */
static bool free_while_a_step_fails(unsigned step, unsigned times, int failure, bool done)
{
    struct irq_inventory before = msi_in_use();
    uint32_t index = index_of(undone_steps[step].bind, 0);
    struct irq *irq;
    int again = -EBUSY;

    assert_int_equal(request(index, msi_note, &records[0], 1, &irq), 0);
    host_fail_calls(undone_steps[step].step, 1, times, failure, done);
    int error = irq_free(irq);

    assert_int_not_equal(host_failed_calls(), 0);
    host_fail_calls(NULL, 1, 0, 0, false);
    assert_true(says_that_the_handle_is_gone(error));
    assert_int_equal(msi_in_use().irqs, before.irqs);
    if (!msi_comes_back(&before, use_again))
        fail_msg("%s failed %u times with %d: what it kept does not come back",
                 undone_steps[step].step, times, failure);
    again = request(index, msi_note, &records[0], 1, &irq);
    if (again != 0)
        fail_msg("%s failed %u times with %d: the source stays taken, error %d",
                 undone_steps[step].step, times, failure, again);
    assert_int_equal(irq_free(irq), 0);
    assert_true(msi_in_use_equal(&before));
    return error != 0;
}

static void handle_is_gone_when_the_parent_fails(void **state)
{
    (void)state;
    for (unsigned step = 0; step < UNDONE_STEPS; step++) {
        unsigned told = 0;

        undone_steps[step].bind();
        for (unsigned times = 1; times <= 3; times++) {
            told += free_while_a_step_fails(step, times, -ETIMEDOUT, false);
            told += free_while_a_step_fails(step, times, -ETIMEDOUT, true);
            if (undone_steps[step].refusal != 0)
                told += free_while_a_step_fails(step, times, undone_steps[step].refusal, false);
        }
        print_message("# %s: told by %u frees\n", undone_steps[step].step, told);
        assert_int_equal(irq_unbind(&device), 0);
    }
}

static void block_of_which_the_parent_fails_is_gone(void **state)
{
    (void)state;
    bind_messages();
    struct irq_inventory before = msi_in_use();

    assert_int_equal(request_block(msi_note), 0);
    host_fail_calls("its_discard_event", 2, 1, -ETIMEDOUT, false);
    assert_int_equal(irq_free_block(block, 4), -ETIMEDOUT);
    assert_int_equal(host_failed_calls(), 1);
    host_fail_calls(NULL, 1, 0, 0, false);
    for (unsigned i = 0; i < 4; i++)
        assert_null(block[i]);
    assert_int_equal(msi_in_use().irqs, before.irqs);
    assert_true(msi_comes_back(&before, use_again));
    assert_int_equal(request_block(msi_note), 0);
    assert_int_equal(irq_free_block(block, 4), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* However many wait to be released, an ITS that does nothing is waited for once. */
static void silent_its_is_asked_no_oftener_for_more(void **state)
{
    struct irq_inventory before;
    struct irq *irq;
    unsigned asked;

    (void)state;
    bind_messages();
    before = msi_in_use();
    assert_int_equal(request_block(msi_note), 0);
    host_fail_calls("its_discard_event", 1, 1000, -ETIMEDOUT, false);
    assert_int_equal(irq_free_block(block, 4), -ETIMEDOUT);
    asked = host_failed_calls();
    assert_int_equal(request(5, msi_note, &records[0], 1, &irq), 0);
    assert_int_equal(host_failed_calls(), asked + 1);
    host_fail_calls(NULL, 1, 0, 0, false);
    assert_int_equal(irq_free(irq), 0);
    assert_true(msi_comes_back(&before, use_again));
    assert_int_equal(irq_unbind(&device), 0);
}

/* Each try to release it is refused: it belongs to its device, which stays bound; another device of
 * the same parent can leave. */
static void stuck_event_keeps_its_device_bound(void **state)
{
    static struct device neighbour;
    struct irq_inventory before = msi_in_use(), bound;
    struct irq *irq;

    (void)state;
    neighbour = (struct device){.name = "neighbour"};
    bind_rings();
    assert_int_equal(irq_bind_inta(&neighbour, msi_case.aggregator, AM65X_DEV_UDMAP), 0);
    bound = msi_in_use();
    assert_int_equal(request(msi_case.sources[0], msi_note, &records[0], 1, &irq), 0);
    host_fail_calls("ti_sci_event_unmap", 1, 3, -EACCES, false);
    assert_int_equal(irq_free(irq), -EACCES);
    assert_int_equal(irq_unbind(&neighbour), 0);
    assert_int_equal(irq_unbind(&device), -EBUSY);
    assert_int_equal(host_failed_calls(), 3);
    host_fail_calls(NULL, 1, 0, 0, false);
    assert_non_null(device.interrupts);
    assert_int_equal(msi_in_use().held, bound.held + 1);
    assert_int_equal(msi_in_use().bindings, bound.bindings - 1);
    /* Now it can be released. */
    assert_int_equal(irq_unbind(&device), 0);
    assert_true(msi_in_use_equal(&before));
}

/* Two lines that can't be released; of the tries that each request and each free makes, some are
 * refused. */
static void stuck_lines_come_back_one_by_one(void **state)
{
    struct irq_inventory before;
    struct irq *irqs[2], *irq;

    (void)state;
    bind_inputs();
    before = msi_in_use();
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(request(i, msi_note, &records[i], 1, &irqs[i]), 0);
    host_fail_calls("ti_sci_route_unmap", 1, 3, -EACCES, false); /* the second free tries both */
    assert_int_equal(irq_free(irqs[0]), -EACCES);
    assert_int_equal(irq_free(irqs[1]), -EACCES);
    assert_int_equal(host_failed_calls(), 3);
    assert_int_equal(msi_in_use().held, before.held + 2);
    assert_int_equal(msi_in_use().routes, before.routes + 2);
    for (unsigned round = 0; round < 2; round++) {
        host_fail_calls("ti_sci_route_unmap", 1, 1, -EACCES, false); /* the first of them stays */
        assert_int_equal(request(2, msi_note, &records[2], 1, &irq), 0);
        assert_int_equal(host_failed_calls(), 1);
        assert_int_equal(msi_in_use().held, before.held + 1);
        assert_int_equal(msi_in_use().routes, before.routes + 2);
        host_fail_calls("ti_sci_route_unmap", 1, 1, -EACCES, false);
        assert_int_equal(irq_free(irq), 0);
        assert_int_equal(host_failed_calls(), 1);
        assert_int_equal(msi_in_use().held, before.held + 1);
        assert_int_equal(msi_in_use().routes, before.routes + 1);
    }
    host_fail_calls(NULL, 1, 0, 0, false);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(request(i, msi_note, &records[i], 1, &irqs[i]), 0);
        assert_int_equal(irq_free(irqs[i]), 0);
    }
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- a device that would not take a message ---- */

static int write_error;
static unsigned messages_written;

static int write_message(struct device *to, uint32_t index, const struct irq_message *message)
{
    (void)to;
    (void)index;
    messages_written += message != NULL;
    return message != NULL ? write_error : 0;
}

static void move_writes_no_message(void **state)
{
    struct irq *irq;

    (void)state;
    write_error = 0;
    device.write_message = write_message;
    bind_messages();
    assert_int_equal(request(0, msi_note, &records[0], 1, &irq), 0);
    assert_int_equal(messages_written, 1);
    write_error = -EIO; /* moved all the same: the message is the same for every core */
    assert_int_equal(irq_set_affinity(irq, 2), 0);
    assert_int_equal(messages_written, 1);
    assert_int_equal(irq_core(irq), 2);
    its_host_message(MESSAGE_DEVICE, 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(records[0].core, 2);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* Requested while its device had no slots, it has no message to be restored. */
static void only_what_has_a_message_is_restored(void **state)
{
    struct irq *irqs[3];

    (void)state;
    write_error = 0;
    bind_messages();
    for (unsigned i = 0; i < 3; i++) {
        device.write_message = i == 1 ? NULL : write_message;
        assert_int_equal(request(i, msi_note, &records[i], 1, &irqs[i]), 0);
    }
    messages_written = 0;
    assert_int_equal(irq_restore_messages(&device), 0);
    assert_int_equal(messages_written, 2);
    assert_int_equal(irq_free_block(irqs, 3), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- calls from where they are not allowed ---- */

static struct irq *in_use_irq;
static const char *context_name;
static unsigned wrong_calls;

static void note_wrong(const char *name, int error, bool changed)
{
    print_message("# %s, %s: error %d%s\n", name, context_name, error,
                  changed ? ", and something has changed" : "");
    wrong_calls++;
}

static uint64_t activity(void)
{
    return am65x_counter(AM65X_COUNT_SCI_REQUESTS) + host_allocations();
}

static void make_calls(void)
{
    const struct thread_calls calls = {.irq = in_use_irq,
                                       .device = &device,
                                       .free_index = 4,
                                       .wired = msi_case.wired,
                                       .router = msi_case.router,
                                       .aggregator = msi_case.aggregator,
                                       .its = msi_case.its,
                                       .sgi = SGI,
                                       .ppi = PPI,
                                       .core = 3,
                                       .event_owner = AM65X_DEV_UDMAP};

    thread_calls_make(&calls, activity, note_wrong);
}

static enum irq_return calls_each(void *context)
{
    make_calls();
    return msi_note(context);
}

static void thread_functions_are_refused_elsewhere(void **state)
{
    (void)state;
    bind_messages();
    assert_int_equal(request(0, calls_each, &records[0], 0, &in_use_irq), 0);
    assert_int_equal(irq_sgi_request(SGI, msi_note, &records[2]), 0);
    struct irq_inventory before = msi_in_use();

    wrong_calls = 0;
    context_name = "in a handler";
    assert_int_equal(irq_trigger(in_use_irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(records[0].calls, 1);
    context_name = "with IRQs masked";
    unsigned long masked = irq_save();

    make_calls();
    irq_restore(masked);
    assert_int_equal(wrong_calls, 0);
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(irq_sgi_free(SGI), 0);
    assert_int_equal(irq_free(in_use_irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- calls from a visit, which runs with the locks held ---- */

static int visitor_errors[10];

static void change_from_a_visit(const struct irq *irq, void *argument)
{
    static struct device late = {.name = "late"};
    static const uint16_t intids[] = {215};
    struct irq *irqs[1] = {in_use_irq};
    struct irq *made;

    if (irq != in_use_irq)
        return;
    ++*(unsigned *)argument;
    visitor_errors[0] = request(1, msi_note, &records[1], 1, &made);
    visitor_errors[1] = request_block(msi_note);
    visitor_errors[2] = irq_free(in_use_irq);
    visitor_errors[3] = irq_free_block(irqs, 1);
    visitor_errors[4] = irq_set_affinity(in_use_irq, 2);
    visitor_errors[5] = irq_restore_messages(&device);
    visitor_errors[6] = irq_unbind(&device);
    visitor_errors[7] = irq_bind_wired(&late, msi_case.wired, intids, 1);
    visitor_errors[8] = irq_evacuate_core(3);
    visitor_errors[9] = irqs[0] == in_use_irq && late.interrupts == NULL ? -EDEADLK : 0;
    irq_service();
}

static void visitor_can_not_change_what_it_visits(void **state)
{
    (void)state;
    bind_messages();
    assert_int_equal(request(0, msi_note, &records[0], 1, &in_use_irq), 0);
    struct irq_inventory before = msi_in_use();

    for (unsigned away = 0; away < 2; away++) {
        unsigned visits = 0;

        if (away != 0)
            assert_int_equal(irq_evacuate_core(3), 0);
        irq_for_each(change_from_a_visit, &visits);
        assert_int_equal(visits, 1);
        for (unsigned i = 0; i < 10; i++)
            assert_int_equal(visitor_errors[i], -EDEADLK);
        assert_true(msi_in_use_equal(&before));
        assert_int_equal(irq_core(in_use_irq), 1);
        /* Whether core 3 takes interrupts is as it was. */
        assert_int_equal(irq_set_affinity(in_use_irq, 3), away != 0 ? -EINVAL : 0);
        assert_int_equal(irq_set_affinity(in_use_irq, 1), 0);
    }
    assert_int_equal(irq_admit_core(3), 0);
    assert_int_equal(irq_trigger(in_use_irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(records[0].calls, 1);
    assert_int_equal(irq_free(in_use_irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

static struct irq_parent *parent_made;

static void bring_up_in_a_visit(const struct irq *irq, void *argument)
{
    static const struct intr_output_range ranges[] = {{0, 64, 64}};
    const struct intr_facts intr = {AM65X_DEV_INTR, ranges, 1, 0};
    const struct inta_facts inta = {AM65X_DEV_INTA, AM65X_INTA_BASE, AM65X_INTA_VINTS, 0};

    if (irq != in_use_irq)
        return;
    ++*(unsigned *)argument;
    visitor_errors[0] = irq_wired_init(&parent_made);
    visitor_errors[1] = irq_intr_init(&intr, &parent_made);
    visitor_errors[2] = irq_inta_init(&inta, msi_case.router, &parent_made);
}

/* The sanitizer sees what is left of them. */
static void visitor_can_not_bring_up_a_parent(void **state)
{
    unsigned visits = 0;

    (void)state;
    bind_messages();
    assert_int_equal(request(0, msi_note, &records[0], 1, &in_use_irq), 0);
    struct irq_inventory before = msi_in_use();

    parent_made = NULL;
    irq_for_each(bring_up_in_a_visit, &visits);
    assert_int_equal(visits, 1);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(visitor_errors[i], -EDEADLK);
    assert_null(parent_made);
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(irq_free(in_use_irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- calls from write_message(), which runs with the parent's lock held ---- */

static unsigned visits_from_a_write;

static void count_visit(const struct irq *irq, void *argument)
{
    (void)irq;
    ++*(unsigned *)argument;
}

static int write_message_and_call(struct device *to, uint32_t index,
                                  const struct irq_message *message)
{
    struct irq *irqs[1] = {in_use_irq};
    struct irq *made;

    (void)to;
    (void)index;
    if (message == NULL)
        return 0;
    messages_written++;
    errors[0] = request(2, msi_note, &records[2], 1, &made);
    errors[1] = irq_free(in_use_irq);
    errors[2] = irq_free_block(irqs, 1);
    errors[3] = irq_set_affinity(in_use_irq, 2);
    errors[4] = irq_restore_messages(&device);
    errors[5] = irq_unbind(&device);
    errors[6] = irqs[0] == in_use_irq ? -EDEADLK : 0;
    irq_for_each(count_visit, &visits_from_a_write);
    return 0;
}

/* It must not make them; if it does, they are refused, and no core hangs. */
static void calls_from_write_message_are_refused(void **state)
{
    struct irq_inventory before;
    struct irq *irq;

    (void)state;
    write_error = 0;
    messages_written = visits_from_a_write = 0;
    device.write_message = write_message;
    bind_messages();
    assert_int_equal(request(0, msi_note, &records[0], 1, &in_use_irq), 0);
    before = msi_in_use();
    device.write_message = write_message_and_call;
    assert_int_equal(request(1, msi_note, &records[1], 1, &irq), 0);
    assert_int_equal(messages_written, 2);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(errors[i], -EDEADLK);
    assert_int_equal(visits_from_a_write, 0);
    assert_int_equal(irq_core(in_use_irq), 1);
    assert_int_equal(irq_trigger(in_use_irq), 0); /* it is neither dead nor masked */
    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(records[0].calls, 1);
    assert_int_equal(records[1].calls, 1);
    assert_int_equal(irq_free(irq), 0);
    assert_true(msi_in_use_equal(&before));
    assert_int_equal(irq_free(in_use_irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- a storming interrupt unmasked by a visitor, which runs with the locks held ---- */

static enum irq_return finds_nothing(void *context)
{
    (void)msi_note(context);
    return IRQ_NONE;
}

static void unmask_visited(const struct irq *irq, void *argument)
{
    if (irq == in_use_irq) {
        irq_unmask(in_use_irq);
        ++*(unsigned *)argument;
    }
}

/* ---- a storm while a message is written: what is to be told and turned off waits ---- */

static int storm_while_writing(struct device *to, uint32_t index, const struct irq_message *message)
{
    (void)to;
    (void)index;
    if (message == NULL || messages_written++ != 0)
        return 0;
    for (unsigned i = 0; i < 10; i++) {
        its_host_message(MESSAGE_DEVICE, 0);
        host_advance_us(10);
    }
    errors[0] = strcmp(irq_state_name(in_use_irq), "storm") == 0;
    irq_service();
    errors[1] = in_use_irq->silenced;
    return 0;
}

static void storm_in_write_message_is_turned_off_later(void **state)
{
    struct irq *irq;

    (void)state;
    bind_messages();
    irq_set_storm_limit(10, 100000000);
    assert_int_equal(request(0, finds_nothing, &records[0], 1, &in_use_irq), 0);
    device.write_message = storm_while_writing;
    messages_written = 0;
    assert_int_equal(request(1, msi_note, &records[1], 1, &irq), 0);
    assert_int_equal(messages_written, 1);
    assert_true(errors[0]);
    assert_false(errors[1]);
    irq_service();
    assert_true(in_use_irq->silenced);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_free(in_use_irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

static void visitor_may_unmask_a_storm(void **state)
{
    unsigned visits = 0;

    (void)state;
    bind_messages();
    irq_set_storm_limit(10, 100000000);
    assert_int_equal(request(0, finds_nothing, &records[0], 1, &in_use_irq), 0);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(irq_trigger(in_use_irq), 0);
    host_advance_us(SETTLE_US);
    irq_service();
    assert_string_equal(irq_state_name(in_use_irq), "storm");
    irq_for_each(unmask_visited, &visits);
    assert_int_equal(visits, 1);
    irq_service();
    uint64_t calls = records[0].calls;

    assert_int_equal(irq_trigger(in_use_irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(records[0].calls, calls + 1);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
    assert_int_equal(irq_free(in_use_irq), 0);
    assert_int_equal(irq_unbind(&device), 0);
}

/* ---- a handler that begins to hang in the middle of a free ---- */

#define POINTS_MAX 400u

static bool hung;

/* On a thread of its own, until the free has returned. Time passes for those who wait for this
 * handler, and for those who wait for the system firmware. */
static enum irq_return hangs_until_freed(void *context)
{
    (void)context;
    __atomic_store_n(&hung, true, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&freed, __ATOMIC_SEQ_CST)) {
        host_take_time_us(somebody_waits() ? 10000 : 10);
        sched_yield();
    }
    return IRQ_HANDLED;
}

static void begin_to_hang(void *argument)
{
    (void)argument;
    (void)irq_trigger(hanging);
    while (!__atomic_load_n(&hung, __ATOMIC_SEQ_CST))
        sched_yield();
}

/* Whether there was a point with that number. */
static bool free_while_one_begins_to_hang(void (*bind)(void), unsigned at)
{
    const struct interleave beginning = {.core = 3, .run = begin_to_hang};
    struct irq_inventory before = msi_in_use();
    struct irq *irq;

    assert_int_equal(request(index_of(bind, 0), msi_note, &records[0], 2, &irq), 0);
    hung = freed = false;
    msi_start_idling(1);
    interleave_begin(&beginning, at);
    int error = irq_free(irq);
    bool reached = interleave_end();

    __atomic_store_n(&freed, true, __ATOMIC_SEQ_CST);
    msi_stop_idling(1);
    if (error == -EAGAIN) {
        assert_int_equal(msi_in_use().irqs, before.irqs + 1); /* still ours */
        error = irq_free(irq);
        assert_int_equal(error, 0);
    }
    assert_true(says_that_the_handle_is_gone(error));
    assert_int_equal(msi_in_use().irqs, before.irqs);
    if (!msi_comes_back(&before, use_again))
        fail_msg("point %u, %s: what was kept does not come back", at, interleave_where());
    assert_int_equal(request(index_of(bind, 0), msi_note, &records[0], 2, &irq), 0);
    assert_int_equal(irq_free(irq), 0);
    return reached;
}

static void handler_that_hangs_from_any_point_of_a_free(void **state)
{
    static struct device messenger = {.name = "hangs"};
    const struct irq_request bystander = {.handler = hangs_until_freed, .core = 1};

    (void)state;
    assert_int_equal(irq_bind_its(&messenger, msi_case.its, MESSAGE_DEVICE + 2, 0), 0);
    assert_int_equal(irq_request(&messenger, &bystander, &hanging), 0);
    for (unsigned kind = 0; kind < BINDINGS; kind++) {
        unsigned at = 1;

        bindings[kind]();
        while (free_while_one_begins_to_hang(bindings[kind], at))
            assert_true(++at < POINTS_MAX);
        print_message("# %u points\n", at - 1);
        assert_int_equal(irq_unbind(&device), 0);
    }
    assert_int_equal(irq_free(hanging), 0);
    assert_int_equal(irq_unbind(&messenger), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argument_count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        TEST(handle_is_kept_while_a_handler_hangs),
        TEST(what_is_given_up_while_a_handler_hangs_goes_later),
        TEST(kept_handle_stays_masked),
        TEST(block_keeps_the_handles_that_were_kept),
        TEST(block_freed_while_a_handler_hangs_a_while),
        TEST(block_that_fails_half_way_leaves_nothing),
        TEST(moves_can_be_repeated_after_a_hang),
        TEST(local_ones_can_be_freed_again_after_a_hang),
        TEST(handle_is_gone_when_the_parent_fails),
        TEST(block_of_which_the_parent_fails_is_gone),
        TEST(silent_its_is_asked_no_oftener_for_more),
        TEST(stuck_event_keeps_its_device_bound),
        TEST(stuck_lines_come_back_one_by_one),
        TEST(move_writes_no_message),
        TEST(only_what_has_a_message_is_restored),
        TEST(thread_functions_are_refused_elsewhere),
        TEST(visitor_can_not_change_what_it_visits),
        TEST(visitor_can_not_bring_up_a_parent),
        TEST(calls_from_write_message_are_refused),
        TEST(storm_in_write_message_is_turned_off_later),
        TEST(visitor_may_unmask_a_storm),
        TEST(handler_that_hangs_from_any_point_of_a_free),
    };

    if (argument_count > 1)
        cmocka_set_test_filter(arguments[1]);
    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
