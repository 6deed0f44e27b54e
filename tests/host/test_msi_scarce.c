// SPDX-License-Identifier: BSD-3-Clause
/*
 * A host to which the system firmware grants little: ranges in two parts, outputs that lead to no
 * INTID, one VINT, no event left. Whatever is used up is told with -ENOSPC, and nothing of the
 * request stays; what is stuck comes back, and holds nobody up meanwhile.
 *
 * The linker leads calls of the functions below here (--wrap, see mk/host.mk). Each test has a
 * router and an aggregator of its own.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/parents/intr.h"
#include "msi/report.h"
#include "platform/am65x.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_case.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SETTLE_US   2000u
#define RINGS       40u
#define INPUTS      8u
#define FIRST_INPUT 392u
#define FIRST_INTID 64u /* output 0's */

/* ---- what is granted ---- */

/* So many numbers, then one that is another host's, then so many more. */
struct grant {
    bool cut;
    uint16_t count, second_count;
};
static struct grant outputs, vints, events;
static struct ti_sci_range outputs_granted, vints_granted, events_granted;

static void cut(const struct grant *grant, struct ti_sci_range *range, struct ti_sci_range *granted)
{
    if (grant->cut) {
        assert_true(range->count > grant->count + grant->second_count);
        range->count = grant->count;
        range->second_first = (uint16_t)(range->first + grant->count + 1u);
        range->second_count = grant->second_count;
    }
    *granted = *range;
}

int __real_ti_sci_get_range(uint16_t device, uint8_t subtype, struct ti_sci_range *range);
int __wrap_ti_sci_get_range(uint16_t device, uint8_t subtype, struct ti_sci_range *range);
int __wrap_ti_sci_get_range(uint16_t device, uint8_t subtype, struct ti_sci_range *range)
{
    int error = __real_ti_sci_get_range(device, subtype, range);

    if (error != 0)
        return error;
    if (device == AM65X_DEV_INTR && subtype == TI_SCI_SUBTYPE_IR_OUTPUT)
        cut(&outputs, range, &outputs_granted);
    if (device == AM65X_DEV_INTA && subtype == TI_SCI_SUBTYPE_IA_VINT)
        cut(&vints, range, &vints_granted);
    if (device == AM65X_DEV_INTA && subtype == TI_SCI_SUBTYPE_GLOBAL_EVENT_SEVT)
        cut(&events, range, &events_granted);
    return 0;
}

/* ---- releases that are refused, or get no answer ---- */

static unsigned events_to_refuse, routes_to_refuse;
static bool silent;           /* the system firmware */
static uint16_t silent_about; /* an event's source, a ring; 0: none */
static unsigned asked;        /* in vain */

int __real_ti_sci_event_unmap(uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e,
                              uint8_t f);
int __wrap_ti_sci_event_unmap(uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e,
                              uint8_t f);
int __wrap_ti_sci_event_unmap(uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e, uint8_t f)
{
    if (silent || (silent_about != 0 && b == silent_about)) {
        asked++;
        return -ETIMEDOUT;
    }
    if (events_to_refuse == 0)
        return __real_ti_sci_event_unmap(a, b, c, d, e, f);
    events_to_refuse--;
    return -EACCES;
}

int __real_ti_sci_route_unmap(uint16_t a, uint16_t b, uint16_t c, uint16_t d);
int __wrap_ti_sci_route_unmap(uint16_t a, uint16_t b, uint16_t c, uint16_t d);
int __wrap_ti_sci_route_unmap(uint16_t a, uint16_t b, uint16_t c, uint16_t d)
{
    if (silent) {
        asked++;
        return -ETIMEDOUT;
    }
    if (routes_to_refuse == 0)
        return __real_ti_sci_route_unmap(a, b, c, d);
    routes_to_refuse--;
    return -EACCES;
}

/* ---- another core, in the middle of a request ---- */

static int (*intruder)(unsigned i); /* after the next look at how many outputs there are */

uint32_t __real_intr_lines_spare(struct irq_parent *parent);
uint32_t __wrap_intr_lines_spare(struct irq_parent *parent);
uint32_t __wrap_intr_lines_spare(struct irq_parent *parent)
{
    uint32_t spare = __real_intr_lines_spare(parent);
    int (*run)(unsigned i) = intruder;
    unsigned core = host_thread.core;

    if (run != NULL) {
        intruder = NULL;
        host_thread.core = 3;
        assert_int_equal(run(0), 0);
        host_thread.core = core;
    }
    return spare;
}

/* ---- a router and an aggregator ---- */

static const struct intr_output_range ranges[] = {{0, FIRST_INTID, 64}, {64, 448, 64}};

static struct irq_parent *router, *aggregator;
static struct device rings, inputs;
static struct irq *ring_irqs[RINGS], *input_irqs[INPUTS];
static struct msi_record ring_records[RINGS], input_records[INPUTS];
static struct irq_inventory before; /* everything */

static int set_up(void **state)
{
    (void)state;
    outputs = vints = events = (struct grant){0};
    events_to_refuse = routes_to_refuse = 0;
    silent = false;
    silent_about = 0;
    memset(ring_records, 0, sizeof(ring_records));
    memset(input_records, 0, sizeof(input_records));
    rings = (struct device){.name = "rings"};
    inputs = (struct device){.name = "inputs"};
    return 0;
}

static int tear_down(void **state)
{
    if (irq_unbind(&rings) != 0 || irq_unbind(&inputs) != 0)
        return -1;
    return msi_case_end(state);
}

/* What a test has for itself: what has been added since `without`. */
static struct irq_inventory added(const struct irq_inventory *without)
{
    struct irq_inventory result = msi_in_use();

    result.routes_free -= without->routes_free;
    result.vints_free -= without->vints_free;
    result.events_free -= without->events_free;
    return result;
}

static struct irq_inventory bring_up(const struct intr_output_range *some, unsigned count)
{
    static uint16_t numbers[INPUTS];
    const struct intr_facts intr = {AM65X_DEV_INTR, some, count, 0};
    const struct inta_facts inta = {AM65X_DEV_INTA, AM65X_INTA_BASE, AM65X_INTA_VINTS, 0};
    struct irq_inventory without = msi_in_use();

    for (unsigned i = 0; i < INPUTS; i++)
        numbers[i] = (uint16_t)(FIRST_INPUT + i);
    assert_int_equal(irq_intr_init(&intr, &router), 0);
    assert_int_equal(irq_inta_init(&inta, router, &aggregator), 0);
    assert_int_equal(irq_bind_intr(&inputs, router, numbers, INPUTS), 0);
    assert_int_equal(irq_bind_inta(&rings, aggregator, AM65X_DEV_RINGACC), 0);
    before = msi_in_use();
    return added(&without);
}

static int request_ring(unsigned i, unsigned core)
{
    const struct irq_request request = {.index = msi_case.sources[i],
                                        .handler = msi_note,
                                        .context = &ring_records[i],
                                        .core = core};

    return irq_request(&rings, &request, &ring_irqs[i]);
}

static int request_input(unsigned i)
{
    const struct irq_request request = {
        .index = i, .handler = msi_note, .context = &input_records[i], .flags = IRQ_FLAG_EDGE};

    return irq_request(&inputs, &request, &input_irqs[i]);
}

static void check_works(struct irq *irq, const struct msi_record *record)
{
    uint64_t calls = msi_calls(record);

    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(record), calls + 1);
    assert_int_equal(record->core, irq_core(irq));
}

static void check_ring(unsigned i)
{
    check_works(ring_irqs[i], &ring_records[i]);
}

static void request_and_free_a_ring(void)
{
    assert_int_equal(request_ring(RINGS - 1, 0), 0);
    check_ring(RINGS - 1);
    assert_int_equal(irq_free(ring_irqs[RINGS - 1]), 0);
}

/* ---- numbers ---- */

static unsigned number_in(const struct irq *irq, const char *before_it)
{
    char route[128];
    const char *at;
    unsigned number;

    irq_describe(irq, route, sizeof(route));
    at = strstr(route, before_it);
    assert_non_null(at);
    assert_int_equal(sscanf(at + strlen(before_it), "%u", &number), 1);
    return number;
}

/* How many of the numbers granted the first `count` rings have; all they have must be granted. */
static unsigned numbers_seen(const char *what, const struct ti_sci_range *granted, unsigned count)
{
    static bool seen[0x10000];
    unsigned distinct = 0;

    memset(seen, 0, sizeof(seen));
    for (unsigned i = 0; i < count; i++) {
        unsigned number = number_in(ring_irqs[i], what);

        if (number - granted->first >= granted->count &&
            number - granted->second_first >= granted->second_count)
            fail_msg("%s%u is not ours", what, number);
        distinct += !seen[number];
        seen[number] = true;
    }
    return distinct;
}

/* All of both ranges can be used, and then none is left. */
static void both_ranges_are_used_up(void **state)
{
    struct irq_inventory mine, full;

    (void)state;
    outputs = (struct grant){true, 1, 15};
    vints = (struct grant){true, 9, 7};
    events = (struct grant){true, 2, 30};
    mine = bring_up(ranges, 2);
    assert_int_equal(mine.routes_free, 16);
    assert_int_equal(mine.vints_free, 16);
    assert_int_equal(mine.events_free, 32);
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(request_ring(i, i % 4), 0);
    assert_int_equal(numbers_seen("event ", &events_granted, 32), 32);
    assert_int_equal(numbers_seen("VINT ", &vints_granted, 32), 16);
    assert_int_equal(numbers_seen("output ", &outputs_granted, 32), 16);
    full = msi_in_use();
    assert_int_equal(request_ring(32, 0), -ENOSPC);
    assert_true(msi_in_use_equal(&full));
    for (unsigned i = 0; i < 32; i++)
        check_ring(i);
    assert_int_equal(irq_free(ring_irqs[7]), 0);
    assert_int_equal(request_ring(32, 0), 0); /* with the event that has become free */
    check_ring(32);
    assert_int_equal(irq_free(ring_irqs[32]), 0);
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(i != 7 ? irq_free(ring_irqs[i]) : 0, 0);
    assert_true(msi_in_use_equal(&before));
}

/* What the router's wiring does not know, and what ends beyond the GIC's last INTID. */
static void outputs_that_lead_nowhere_are_left_out(void **state)
{
    struct intr_output_range some[] = {{0, FIRST_INTID, 0}, {0, 0, 0}};
    struct ti_sci_range all;
    struct irq_inventory mine;

    (void)state;
    assert_int_equal(ti_sci_get_range(AM65X_DEV_INTR, TI_SCI_SUBTYPE_IR_OUTPUT, &all), 0);
    assert_true(all.count >= 8);
    some[0] = (struct intr_output_range){all.first, (uint16_t)(FIRST_INTID + all.first), 2};
    some[1] = (struct intr_output_range){(uint16_t)(all.first + 4u),
                                         (uint16_t)(host_intid_limit() - 1u), 4};
    mine = bring_up(some, 2);
    assert_int_equal(mine.routes_free, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(request_input(i), 0);
        assert_true(number_in(input_irqs[i], "INTID ") < host_intid_limit());
        assert_int_not_equal(number_in(input_irqs[i], "INTID "), 0);
    }
    check_works(input_irqs[0], &input_records[0]);
    assert_int_equal(request_input(3), -ENOSPC);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(irq_free(input_irqs[i]), 0);
    assert_true(msi_in_use_equal(&before));
}

/* ---- outputs ---- */

/* There are VINTs, but devices at the router have taken every output. */
static void without_an_output_there_is_no_vint(void **state)
{
    struct irq_inventory full;

    (void)state;
    outputs = (struct grant){true, 2, 2};
    (void)bring_up(ranges, 2);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(request_input(i), 0);
    full = msi_in_use();
    assert_int_equal(full.routes_free + 4, before.routes_free);
    assert_int_equal(request_input(4), -ENOSPC);
    assert_int_equal(request_ring(0, 0), -ENOSPC);
    assert_true(msi_in_use_equal(&full));
    assert_int_equal(irq_free(input_irqs[2]), 0);
    assert_int_equal(request_ring(0, 0), 0);
    check_ring(0);
    assert_int_equal(request_input(2), -ENOSPC);
    assert_int_equal(irq_free(ring_irqs[0]), 0);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(i != 2 ? irq_free(input_irqs[i]) : 0, 0);
    assert_true(msi_in_use_equal(&before));
}

/* ---- one VINT ---- */

/* Outputs are plenty; the one VINT is for the interrupts of all cores. */
static void one_vint_serves_all_cores(void **state)
{
    struct irq_inventory mine;

    (void)state;
    vints = (struct grant){true, 1, 0};
    mine = bring_up(ranges, 2);
    assert_int_equal(mine.vints_free, 1);
    assert_true(mine.routes_free > 4);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(request_ring(i, i % 4), 0);
    assert_int_equal(numbers_seen("VINT ", &vints_granted, 8), 1);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(irq_core(ring_irqs[i]), i % 4);
        check_ring(i);
    }
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(irq_free(ring_irqs[i]), 0);
    assert_true(msi_in_use_equal(&before));
}

/* Of two events the first can't be unmapped, and the second can: the bit of nobody keeps the VINT
 * open, and that is no error of the second's. */
static void last_event_beside_a_stuck_one_is_freed(void **state)
{
    struct irq_inventory left;

    (void)state;
    vints = (struct grant){true, 1, 0};
    (void)bring_up(ranges, 2);
    assert_int_equal(request_ring(0, 0), 0);
    assert_int_equal(request_ring(1, 1), 0);
    events_to_refuse = 2; /* the second free tries it again */
    assert_int_equal(irq_free(ring_irqs[0]), -EACCES);
    check_ring(1);
    assert_int_equal(irq_free(ring_irqs[1]), 0);
    assert_int_equal(events_to_refuse, 0);
    left = msi_in_use();
    assert_int_equal(left.irqs, 0);
    assert_int_equal(left.held, before.held + 1);
    assert_int_equal(left.events, before.events + 1);
    assert_int_equal(left.vints, before.vints + 1);
    request_and_free_a_ring();
    assert_true(msi_in_use_equal(&before));
}

/* Its line can't be released: meanwhile there is none. */
static void without_a_vint_there_is_no_event(void **state)
{
    struct irq_inventory left;

    (void)state;
    vints = (struct grant){true, 1, 0};
    (void)bring_up(ranges, 2);
    assert_int_equal(request_ring(0, 0), 0);
    routes_to_refuse = 2; /* the next request tries it again */
    assert_int_equal(irq_free(ring_irqs[0]), -EACCES);
    left = msi_in_use();
    assert_int_equal(left.held, before.held + 1);
    assert_int_equal(left.vints_free, before.vints_free - 1);
    assert_int_equal(request_ring(1, 0), -ENOSPC);
    assert_int_equal(routes_to_refuse, 0);
    assert_true(msi_in_use_equal(&left));
    request_and_free_a_ring();
    assert_true(msi_in_use_equal(&before));
}

/* ---- who comes in between ---- */

/* Between the look and the request the last output goes to a device at the router: there is room on
 * the core's VINT all the same. */
static void output_that_is_gone_by_then_is_shared(void **state)
{
    (void)state;
    outputs = (struct grant){true, 4, 1};
    (void)bring_up(ranges, 2);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(request_ring(i, i), 0);
    intruder = request_input;
    assert_int_equal(request_ring(4, 2), 0);
    assert_null(intruder);
    check_ring(4);
    assert_int_equal(number_in(ring_irqs[4], "VINT "), number_in(ring_irqs[2], "VINT "));
    assert_int_equal(irq_free(input_irqs[0]), 0);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(irq_free(ring_irqs[i]), 0);
    assert_true(msi_in_use_equal(&before));
}

/* ---- cores that leave ---- */

/* What can't be released keeps its bit, and no line on a core that leaves. */
static void line_beside_a_stuck_event_leaves_its_core(void **state)
{
    (void)state;
    vints = (struct grant){true, 1, 0};
    (void)bring_up(ranges, 2);
    assert_int_equal(request_ring(0, 0), 0);
    assert_int_equal(request_ring(1, 1), 0);
    assert_int_equal(number_in(ring_irqs[1], "> core "), 0);
    events_to_refuse = 1;
    assert_int_equal(irq_free(ring_irqs[0]), -EACCES);
    assert_int_equal(irq_evacuate_core(0), 0);
    assert_int_equal(number_in(ring_irqs[1], "> core "), 1);
    check_ring(1);
    assert_int_equal(irq_admit_core(0), 0);
    assert_int_equal(irq_free(ring_irqs[1]), 0);
    assert_true(msi_in_use_equal(&before));
}

/* A VINT with nothing but such a bit is used again: by then its core has left. */
static void line_of_a_core_that_has_left_is_moved(void **state)
{
    (void)state;
    vints = (struct grant){true, 1, 0};
    (void)bring_up(ranges, 2);
    assert_int_equal(request_ring(0, 0), 0);
    events_to_refuse = 2; /* the next request tries it again */
    assert_int_equal(irq_free(ring_irqs[0]), -EACCES);
    assert_int_equal(irq_evacuate_core(0), 0);
    assert_int_equal(request_ring(1, 1), 0);
    assert_int_equal(events_to_refuse, 0);
    assert_int_equal(number_in(ring_irqs[1], "> core "), 1);
    check_ring(1);
    assert_int_equal(irq_admit_core(0), 0);
    assert_int_equal(irq_free(ring_irqs[1]), 0);
    assert_true(msi_in_use_equal(&before));
}

/* ---- a silent firmware ---- */

#define SILENT_RINGS 12u /* on a line each as long as there are some */

/* How often the firmware is asked in vain in a request or a free does not grow with what is stuck:
 * each takes a timeout. */
static void a_silent_firmware_is_asked_no_oftener_for_more(void **state)
{
    (void)state;
    outputs = (struct grant){true, 4, INPUTS + 4u};
    (void)bring_up(ranges, 2);
    for (unsigned i = 0; i < SILENT_RINGS; i++)
        assert_int_equal(request_ring(i, i % 4), 0);
    assert_int_equal(request_input(0), 0);
    silent = true;
    for (unsigned i = 0; i < SILENT_RINGS; i++) {
        asked = 0;
        assert_int_equal(irq_free(ring_irqs[i]), -ETIMEDOUT);
        assert_in_range(asked, 1, 3);
    }
    asked = 0;
    assert_int_equal(request_ring(SILENT_RINGS, 0), 0); /* mapping it has an answer */
    assert_in_range(asked, 1, 2);
    silent = false;
    assert_int_equal(irq_free(ring_irqs[SILENT_RINGS]), 0);
    assert_int_equal(irq_free(input_irqs[0]), 0);
    assert_true(msi_in_use_equal(&before));
}

/* The one that never has an answer does not keep the others from theirs. */
static void what_is_silent_about_one_releases_the_others(void **state)
{
    struct irq_inventory with_all;

    (void)state;
    (void)bring_up(ranges, 2);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(request_ring(i, 0), 0);
    with_all = msi_in_use();
    silent = true;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(irq_free(ring_irqs[i]), -ETIMEDOUT);
    silent = false;
    silent_about = (uint16_t)msi_case.sources[2]; /* the first to be tried again */
    for (unsigned i = 4; i < 7; i++) {
        assert_int_equal(request_ring(i, 0), 0);
        assert_int_equal(irq_free(ring_irqs[i]), 0);
    }
    assert_int_equal(msi_in_use().events, with_all.events - 2);
    silent_about = 0;
    assert_int_equal(irq_free(ring_irqs[3]), 0);
    assert_true(msi_in_use_equal(&before));
}

/* The same for lines: of VINTs, and of devices at the router. */
static void a_silent_firmware_is_asked_for_one_line(void **state)
{
    (void)state;
    outputs = (struct grant){true, 16, INPUTS + 6u};
    (void)bring_up(ranges, 2);
    for (unsigned i = 0; i < INPUTS; i++)
        assert_int_equal(request_input(i), 0);
    silent = true;
    for (unsigned i = 0; i + 1 < INPUTS; i++) {
        asked = 0;
        assert_int_equal(irq_free(input_irqs[i]), -ETIMEDOUT);
        assert_in_range(asked, 1, 3);
    }
    silent = false;
    assert_int_equal(irq_free(input_irqs[INPUTS - 1]), 0);
    assert_true(msi_in_use_equal(&before));
}

static void a_silent_firmware_is_asked_for_one_vint(void **state)
{
    (void)state;
    (void)bring_up(ranges, 2);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(request_ring(i, 0), 0);
    routes_to_refuse = 3 + 2 + 1; /* each free tries the others again */
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(irq_free(ring_irqs[i]), -EACCES);
    assert_int_equal(routes_to_refuse, 0);
    silent = true;
    asked = 0;
    assert_int_equal(request_ring(6, 0), 0);
    assert_in_range(asked, 1, 2);
    silent = false;
    assert_int_equal(irq_free(ring_irqs[6]), 0);
    for (unsigned i = 3; i < 5; i++)
        assert_int_equal(irq_free(ring_irqs[i]), 0);
    assert_true(msi_in_use_equal(&before));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_ranges_are_used_up),
        TEST(outputs_that_lead_nowhere_are_left_out),
        TEST(without_an_output_there_is_no_vint),
        TEST(one_vint_serves_all_cores),
        TEST(last_event_beside_a_stuck_one_is_freed),
        TEST(without_a_vint_there_is_no_event),
        TEST(output_that_is_gone_by_then_is_shared),
        TEST(line_beside_a_stuck_event_leaves_its_core),
        TEST(line_of_a_core_that_has_left_is_moved),
        TEST(a_silent_firmware_is_asked_no_oftener_for_more),
        TEST(what_is_silent_about_one_releases_the_others),
        TEST(a_silent_firmware_is_asked_for_one_line),
        TEST(a_silent_firmware_is_asked_for_one_vint),
    };

    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
