// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer with an R5F's VIM at its root: by wire, through the MCU Navigator's router
 * and aggregator, and from software; on the models below the real driver.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/local.h"
#include "msi/report.h"
#include "msi/service.h"
#include "msi/timeout.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"
#include "tests/host/support/r5f_host.h"
#include "tests/host/vim/vim_host.h"
#include "twin/models/models.h"
#include "twin/models/vim.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SETTLE_US  2000u
#define ORPHAN     200u /* an input that nobody has */
#define WIRE       34u
#define GPIO_PIN   7u /* an input of the GPIOs' router */
#define MCU_UART   UINT32_C(0x40a00000)
#define UART_IER   0x04u
#define IER_THR    0x02u
#define LIMIT      500u
#define WINDOW_US  5000u
#define CALLS_MAX  20000u
#define SGI        6u
#define RINGS_MANY 60u

static struct device wires, rings, pins;
static struct irq_parent *gpio_router;
static struct msi_record records[RINGS_MANY];

static int start(void **state)
{
    static const struct intr_output_range ranges[] = {{0, INTID_OF(INPUT_GPIOMUX), 16}};
    const struct intr_facts gpiomux = {R5F_DEV_GPIOMUX, ranges, 1, 0};

    return msi_case_start(state) != 0 ? -1 : irq_intr_init(&gpiomux, &gpio_router);
}

static int set_up(void **state)
{
    static const uint16_t intids[] = {INTID_OF(INPUT_MCU_UART), INTID_OF(WIRE),
                                      INTID_OF(INPUT_TIMER), 512};
    static const uint16_t inputs[] = {GPIO_PIN};

    (void)state;
    memset(records, 0, sizeof(records));
    wires = (struct device){.name = "wires"};
    rings = (struct device){.name = "rings"};
    pins = (struct device){.name = "pins"};
    assert_int_equal(irq_bind_wired(&wires, msi_case.wired, intids, 4), 0);
    assert_int_equal(irq_bind_inta(&rings, msi_case.aggregator, R5F_DEV_RINGACC), 0);
    assert_int_equal(irq_bind_intr(&pins, gpio_router, inputs, 1), 0);
    return 0;
}

static int tear_down(void **state)
{
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
    irq_service();
    if (irq_unbind(&wires) != 0 || irq_unbind(&rings) != 0 || irq_unbind(&pins) != 0)
        return -1;
    return msi_case_end(state);
}

static struct irq *request_with(struct device *device, uint32_t index, irq_handler_t handler,
                                void *context, uint32_t flags, const struct irq_priority *priority)
{
    const struct irq_request request = {.index = index,
                                        .handler = handler,
                                        .context = context,
                                        .flags = flags,
                                        .core = IRQ_CORE_ANY,
                                        .priority = priority};
    struct irq *irq = NULL;

    assert_int_equal(irq_request(device, &request, &irq), 0);
    return irq;
}

static struct irq *request(struct device *device, uint32_t index, struct msi_record *record,
                           uint32_t flags)
{
    return request_with(device, index, msi_note, record, flags, NULL);
}

static void settle(void)
{
    host_advance_us(SETTLE_US);
}

static void trigger(struct irq *irq)
{
    assert_int_equal(irq_trigger(irq), 0);
    settle();
}

static void wire(bool high)
{
    vim_line_all(WIRE, high);
    settle();
}

/* ---- the ways ---- */

static enum irq_return quiet_uart(void *context)
{
    mmio_write32(MCU_UART + UART_IER, 0);
    return msi_note(context);
}

static void a_wired_device_interrupts(void **state)
{
    uint64_t strays = msi_strays();
    char text[80];

    (void)state;
    struct irq *irq = request_with(&wires, 0, quiet_uart, &records[0], 0, NULL);

    (void)irq_describe(irq, text, sizeof(text));
    assert_string_equal(text, "INTID 62 > core 0");
    for (unsigned i = 1; i <= 3; i++) {
        mmio_write32(MCU_UART + UART_IER, IER_THR);
        settle();
        assert_int_equal(msi_calls(&records[0]), i);
    }
    assert_int_equal(irq_free(irq), 0);
    mmio_write32(MCU_UART + UART_IER, IER_THR);
    settle();
    assert_int_equal(msi_calls(&records[0]), 3);
    assert_int_equal(msi_strays(), strays);
    mmio_write32(MCU_UART + UART_IER, 0);
}

static void an_event_of_the_mcu_navigator_interrupts(void **state)
{
    struct irq_inventory before = msi_in_use();
    char text[120];

    (void)state;
    struct irq *irq = request(&rings, msi_case.sources[0], &records[0], 0);
    struct ring *ring = ringacc_ring(NAVSS_MCU, msi_case.sources[0]);

    (void)irq_describe(irq, text, sizeof(text));
    assert_non_null(strstr(text, "INTR output 4 > INTID 100 > core 0"));
    inta_event(ring->event); /* as the ring sends it */
    settle();
    assert_int_equal(msi_calls(&records[0]), 1);
    inta_event(ring->event);
    settle();
    assert_int_equal(msi_calls(&records[0]), 2);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(ring->event, EVENT_NONE);
    assert_true(msi_in_use_equal(&before));
}

static enum irq_return another_pulse(void *context)
{
    struct msi_record *record = context;

    if (record->calls == 0)
        intr_pulse(DEV_WKUP_GPIOMUX_INTR, GPIO_PIN);
    return msi_note(context);
}

static void a_pulse_through_a_router_interrupts(void **state)
{
    (void)state;
    struct irq *irq = request_with(&pins, 0, another_pulse, &records[0], IRQ_FLAG_EDGE, NULL);

    intr_pulse(DEV_WKUP_GPIOMUX_INTR, GPIO_PIN);
    settle();
    assert_int_equal(msi_calls(&records[0]), 2); /* the one in its own handler too */
    assert_int_equal(irq_free(irq), 0);
    intr_pulse(DEV_WKUP_GPIOMUX_INTR, GPIO_PIN);
    settle();
    assert_int_equal(msi_calls(&records[0]), 2);
}

static void an_input_that_is_the_cores_own_is_no_wire(void **state)
{
    const struct irq_request timer = {.index = 2, .handler = msi_note, .context = &records[0]},
                             beyond = {.index = 3, .handler = msi_note, .context = &records[0]};
    struct irq *irq;

    (void)state;
    assert_int_equal(irq_request(&wires, &timer, &irq), -EINVAL);
    assert_int_equal(irq_request(&wires, &beyond, &irq), -EINVAL);
}

/* More than there are router outputs: they share VINTs. */
static void all_rings_interrupt_and_leave_nothing(void **state)
{
    struct irq_inventory before = msi_in_use();
    struct irq *irqs[RINGS_MANY];

    (void)state;
    assert_int_equal(msi_case.source_count, RINGS_MANY);
    for (unsigned i = 0; i < RINGS_MANY; i++)
        irqs[i] = request(&rings, msi_case.sources[i], &records[i], 0);
    for (unsigned i = 0; i < RINGS_MANY; i++)
        inta_event(ringacc_ring(NAVSS_MCU, msi_case.sources[i])->event);
    settle();
    for (unsigned i = 0; i < RINGS_MANY; i++) {
        assert_int_equal(msi_calls(&records[i]), 1);
        assert_int_equal(irq_free(irqs[i]), 0);
    }
    assert_true(msi_in_use_equal(&before));
}

/* ---- what can be done with one ---- */

static void what_comes_while_masked_comes_later(void **state)
{
    (void)state;
    struct irq *irqs[] = {request(&wires, 1, &records[0], IRQ_FLAG_EDGE),
                          request(&rings, msi_case.sources[0], &records[1], 0),
                          request(&pins, 0, &records[2], IRQ_FLAG_EDGE | IRQ_FLAG_MASKED)};

    for (unsigned i = 0; i < 3; i++) {
        irq_mask(irqs[i]);
        trigger(irqs[i]);
        trigger(irqs[i]);
        assert_int_equal(msi_calls(&records[i]), 0);
        assert_true(irq_pending(irqs[i]));
        irq_unmask(irqs[i]);
        settle();
        assert_int_equal(msi_calls(&records[i]), 1);
        assert_false(irq_pending(irqs[i]));
        assert_int_equal(irq_free(irqs[i]), 0);
    }
}

static enum irq_return mask_self(void *context)
{
    struct irq **irq = context;

    irq_mask(*irq);
    return IRQ_HANDLED;
}

/* A level that its handler leaves up, and masks. */
static void a_handler_masks_its_own(void **state)
{
    struct irq *irq;

    (void)state;
    irq = request_with(&wires, 1, mask_self, &irq, 0, NULL);
    wire(true);
    assert_int_equal(irq_count(irq), 1);
    irq_unmask(irq);
    settle();
    assert_int_equal(irq_count(irq), 2);
    wire(false);
    assert_int_equal(irq_free(irq), 0);
}

static void there_is_nowhere_to_move(void **state)
{
    (void)state;
    struct irq *irqs[] = {request(&wires, 1, &records[0], 0),
                          request(&rings, msi_case.sources[0], &records[1], 0)};

    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(irq_core(irqs[i]), 0);
        assert_int_equal(irq_set_affinity(irqs[i], 0), 0);
        assert_int_equal(irq_set_affinity(irqs[i], 1), -EINVAL);
        trigger(irqs[i]);
        assert_int_equal(msi_calls(&records[i]), 1);
        assert_int_equal(irq_free(irqs[i]), 0);
    }
}

static void a_source_has_one_owner(void **state)
{
    const struct irq_request again = {
        .index = 1, .handler = msi_note, .context = &records[1], .core = IRQ_CORE_ANY};
    struct irq *other;

    (void)state;
    struct irq *irq = request(&wires, 1, &records[0], 0);

    assert_int_equal(irq_request(&wires, &again, &other), -EBUSY);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_request(&wires, &again, &other), 0);
    assert_int_equal(irq_free(other), 0);
}

/* A pulse from before the request is not for who requests. */
static void a_former_pulse_is_not_for_the_next_owner(void **state)
{
    (void)state;
    vim_line_all(WIRE, true);
    vim_line_all(WIRE, false);
    struct irq *irq = request(&wires, 1, &records[0], IRQ_FLAG_EDGE);

    settle();
    assert_int_equal(msi_calls(&records[0]), 0);
    assert_int_equal(irq_free(irq), 0);
}

/* ---- priorities ---- */

struct nest {
    struct irq *raises; /* while it runs */
    unsigned depth_seen, calls;
};

static unsigned depth, deepest;

static enum irq_return nesting(void *context)
{
    struct nest *nest = context;

    nest->depth_seen = ++depth;
    deepest = depth > deepest ? depth : deepest;
    nest->calls++;
    if (nest->raises != NULL) {
        vim_line_all(WIRE, true);
        vim_line_all(WIRE, false);
        vim_host_interrupt_handler();
    }
    depth--;
    return IRQ_HANDLED;
}

static void check_nesting(const struct irq_priority *priority, unsigned depth_expected)
{
    struct nest outer = {.raises = NULL}, inner = {.raises = NULL};
    struct irq *low = request_with(&rings, msi_case.sources[0], nesting, &outer, 0, NULL);
    struct irq *high = request_with(&wires, 1, nesting, &inner, IRQ_FLAG_EDGE, priority);

    outer.raises = high;
    trigger(low);
    assert_int_equal(outer.calls, 1);
    assert_int_equal(outer.depth_seen, 1);
    assert_int_equal(inner.calls, 1);
    assert_int_equal(inner.depth_seen, depth_expected);
    assert_int_equal(root_running_priority(), ROOT_PRIORITY_NONE);
    assert_int_equal(irq_free(high), 0);
    assert_int_equal(irq_free(low), 0);
}

static void more_urgent_ones_interrupt_handlers(void **state)
{
    (void)state;
    check_nesting(IRQ_PRIORITY_HIGH, 2);
    check_nesting(IRQ_PRIORITY_URGENT, 2);
    check_nesting(IRQ_PRIORITY_CRITICAL, 2);
}

static void equals_wait(void **state)
{
    (void)state;
    check_nesting(IRQ_PRIORITY_DEFAULT, 1);
}

/* What is called again is called at the low priority of the software interrupt that does it.
 * Nothing can be held back here, so such a handler is not interrupted at all. */
static enum irq_return nesting_twice(void *context)
{
    struct nest *nest = context;

    return nesting(context) == IRQ_HANDLED && nest->calls == 1 ? IRQ_AGAIN : IRQ_HANDLED;
}

static void what_is_called_again_is_not_interrupted(void **state)
{
    struct nest outer = {.raises = NULL}, inner = {.raises = NULL};

    (void)state;
    struct irq *high = request_with(&wires, 1, nesting, &inner, IRQ_FLAG_EDGE, IRQ_PRIORITY_URGENT);

    assert_int_equal(irq_sgi_request(SGI, nesting_twice, &outer), 0);
    root_send_sgi(0, SGI);
    settle();
    assert_int_equal(outer.calls, 2);
    assert_int_equal(inner.calls, 0);
    outer = (struct nest){.raises = high};
    deepest = 0;
    root_send_sgi(0, SGI);
    settle();
    assert_int_equal(outer.calls, 2);
    assert_int_equal(inner.calls, 2);
    assert_int_equal(inner.depth_seen, 1); /* of the second one; the first one was interrupted */
    assert_int_equal(deepest, 2);
    assert_int_equal(irq_sgi_free(SGI), 0);
    assert_int_equal(irq_free(high), 0);
}

/* ---- what goes wrong ---- */

static enum irq_return finds_nothing(void *context)
{
    struct msi_record *record = context;

    (void)msi_note(context);
    if (record->calls == CALLS_MAX)
        vim_line_all(WIRE, false);
    return IRQ_NONE;
}

static void a_storm_is_masked(void **state)
{
    uint64_t storms = msi_storms();

    (void)state;
    irq_set_storm_limit(LIMIT, WINDOW_US);
    struct irq *irq = request_with(&wires, 1, finds_nothing, &records[0], 0, NULL);

    wire(true);
    assert_string_equal(irq_state_name(irq), "storm");
    assert_true(irq_is_masked(irq));
    assert_in_range(msi_calls(&records[0]), LIMIT, CALLS_MAX - 1);
    assert_int_equal(msi_storms(), storms + 1);
    wire(false);
    irq_unmask(irq);
    settle();
    assert_string_equal(irq_state_name(irq), "on");
    assert_int_equal(irq_free(irq), 0);
}

static void a_stray_is_counted_and_masked(void **state)
{
    uint64_t strays = msi_strays();

    (void)state;
    assert_int_equal(root_configure(INTID_OF(ORPHAN), ROOT_EDGE, ROOT_PRIORITY_DEFAULT), 0);
    assert_int_equal(root_enable(INTID_OF(ORPHAN)), 0);
    for (unsigned i = 0; i < IRQ_STRAY_LIMIT + 5; i++) {
        vim_line_all(ORPHAN, true);
        vim_line_all(ORPHAN, false);
        settle();
    }
    assert_int_equal(msi_strays(), strays + IRQ_STRAY_LIMIT);
    assert_false(root_is_enabled(INTID_OF(ORPHAN)));
    irq_service();
}

/* ---- software's, and the core's own ---- */

static enum irq_return has_more(void *context)
{
    uint64_t *left = context;

    return --*left != 0 ? IRQ_AGAIN : IRQ_HANDLED;
}

static void software_interrupts(void **state)
{
    uint64_t left = 100;

    (void)state;
    assert_int_equal(irq_sgi_request(SGI, has_more, &left), 0);
    root_send_sgi(0, SGI);
    settle();
    assert_int_equal(left, 0);
    assert_int_equal(irq_sgi_free(SGI), 0);
}

static unsigned timeouts;

static void on_time(void *context)
{
    (void)context;
    assert(in_interrupt());
    timeouts++;
}

static void timeouts_come_by_a_timer(void **state)
{
    struct timeout timeout = {0};

    (void)state;
    assert_int_equal(timeout_begin(&timeout, on_time, NULL), 0);
    assert_int_equal(timeout_set(&timeout, 500), 0);
    host_advance_us(400);
    assert_int_equal(timeouts, 0);
    host_advance_us(200);
    assert_int_equal(timeouts, 1);
    assert_int_equal(timeout_end(&timeout), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_wired_device_interrupts),
        TEST(an_event_of_the_mcu_navigator_interrupts),
        TEST(a_pulse_through_a_router_interrupts),
        TEST(an_input_that_is_the_cores_own_is_no_wire),
        TEST(all_rings_interrupt_and_leave_nothing),
        TEST(what_comes_while_masked_comes_later),
        TEST(a_handler_masks_its_own),
        TEST(there_is_nowhere_to_move),
        TEST(a_source_has_one_owner),
        TEST(a_former_pulse_is_not_for_the_next_owner),
        TEST(more_urgent_ones_interrupt_handlers),
        TEST(equals_wait),
        TEST(what_is_called_again_is_not_interrupted),
        TEST(a_storm_is_masked),
        TEST(a_stray_is_counted_and_masked),
        TEST(software_interrupts),
        TEST(timeouts_come_by_a_timer),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
