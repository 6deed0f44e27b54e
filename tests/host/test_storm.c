// SPDX-License-Identifier: BSD-3-Clause
/*
 * Storms, and everybody's turn: an interrupt whose handler finds nothing again and again is masked,
 * one with work to do is not, and neither keeps the other interrupts of its core, or its thread,
 * waiting. Calls are counted and time is virtual.
 */
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/local.h"
#include "msi/parents/inta_registers.h"
#include "msi/report.h"
#include "msi/service.h"
#include "msi/state.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/interleave.h"
#include "tests/host/support/msi_case.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WIRE           200u
#define MESSAGE_DEVICE 42u
#define MESSAGE_BITS   4u
#define SETTLE_US      2000u

/* The limit of these tests: 100,000 calls a second, as the default, in shorter windows. */
#define LIMIT          500u
#define WINDOW_US      5000u

#define CALL_US        2u   /* a call of a handler that never has enough */
#define TURN_MAX       256u /* calls of one interrupt before another one of the core has its turn */
#define CALLS_MAX      20000u /* of a handler that wants ever more: the test ends it */
#define SELDOM         16u    /* calls of a storm to one of an interrupt beside it */
#define SGI            6u
#define STRAY_DEVICE   0x777u

static struct device messages, wires, rings;
static struct msi_record records[4];

static int set_up(void **state)
{
    static const uint16_t intids[] = {WIRE};

    (void)state;
    memset(records, 0, sizeof(records));
    messages = (struct device){.name = "messages"};
    wires = (struct device){.name = "wires"};
    rings = (struct device){.name = "rings"};
    assert_int_equal(irq_bind_its(&messages, msi_case.its, MESSAGE_DEVICE, MESSAGE_BITS), 0);
    assert_int_equal(irq_bind_wired(&wires, msi_case.wired, intids, 1), 0);
    assert_int_equal(irq_bind_inta(&rings, msi_case.aggregator, AM65X_DEV_RINGACC), 0);
    irq_set_storm_limit(LIMIT, WINDOW_US);
    return 0;
}

static int tear_down(void **state)
{
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
    irq_service();
    if (irq_unbind(&messages) != 0 || irq_unbind(&wires) != 0 || irq_unbind(&rings) != 0)
        return -1;
    return msi_case_end(state);
}

static struct irq *request(struct device *device, uint32_t index, irq_handler_t handler,
                           void *context, unsigned core, uint32_t flags)
{
    const struct irq_request request = {
        .index = index, .handler = handler, .context = context, .core = core, .flags = flags};
    struct irq *irq = NULL;

    assert_int_equal(irq_request(device, &request, &irq), 0);
    return irq;
}

static bool is_stormy(const struct irq *irq)
{
    return strcmp(irq_state_name(irq), "storm") == 0;
}

/* ---- work is no storm ---- */

static enum irq_return finds_nothing(void *context)
{
    (void)msi_note(context);
    return IRQ_NONE;
}

static enum irq_return finds_something_now_and_then(void *context)
{
    struct msi_record *record = context;

    (void)msi_note(context);
    return record->calls % 2 == 0 ? IRQ_HANDLED : IRQ_NONE;
}

/* As many events as that, so many microseconds apart. */
static void fire(struct irq *irq, unsigned count, unsigned apart_us)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(irq_trigger(irq), 0);
        host_advance_us(apart_us);
    }
}

static void work_is_no_storm(struct irq *irq, struct msi_record *record)
{
    uint64_t storms = msi_storms();

    fire(irq, 5 * LIMIT, 2); /* five times the limit's rate, for a window and on */
    assert_false(is_stormy(irq));
    assert_int_equal(msi_calls(record), 5 * LIMIT);
    assert_int_equal(irq_count(irq), 5 * LIMIT);
    assert_int_equal(msi_storms(), storms);
    assert_int_equal(irq_free(irq), 0);
}

static void much_work_is_no_storm(void **state)
{
    (void)state;
    work_is_no_storm(request(&messages, 0, msi_note, &records[0], 1, 0), &records[0]);
    work_is_no_storm(request(&rings, msi_case.sources[0], msi_note, &records[1], 1, 0),
                     &records[1]);
    work_is_no_storm(request(&wires, 0, msi_note, &records[2], 1, IRQ_FLAG_EDGE), &records[2]);
}

static void work_now_and_then_is_no_storm(void **state)
{
    (void)state;
    work_is_no_storm(request(&messages, 0, finds_something_now_and_then, &records[0], 1, 0),
                     &records[0]);
}

/* Many interrupts at once, and a while later again: between two bursts threads have had their turn,
 * whatever the burst's length is. */
#define BURST_MAX 192u

static void bursts_are_no_storm(void **state)
{
    static const unsigned lengths[] = {63, 64, 65, 128, 129, BURST_MAX};
    static struct msi_record burst_records[BURST_MAX];
    static struct irq *irqs[BURST_MAX];
    static struct device many = {.name = "bursts"};
    uint64_t storms = msi_storms();

    (void)state;
    assert_int_equal(irq_bind_its(&many, msi_case.its, MESSAGE_DEVICE + 1, 8), 0);
    for (unsigned core = 0; core < 2; core++) {
        memset(burst_records, 0, sizeof(burst_records));
        for (unsigned i = 0; i < BURST_MAX; i++)
            irqs[i] = request(&many, i, msi_note, &burst_records[i], core, 0);
        for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
            unsigned length = lengths[i];

            for (unsigned burst = 0; burst < 4; burst++) {
                unsigned long masked = irq_save();

                for (unsigned event = 0; event < length; event++)
                    its_host_message(MESSAGE_DEVICE + 1, event);
                irq_restore(masked);
                host_advance_us(2 * WINDOW_US);
            }
            fire(irqs[0], 150, 2 * WINDOW_US / LIMIT);
            if (is_stormy(irqs[0]) || msi_storms() != storms)
                fail_msg("core %u: masked after four bursts of %u", core, length);
        }
        for (unsigned i = 0; i < BURST_MAX; i++)
            assert_int_equal(irq_free(irqs[i]), 0);
    }
    assert_int_equal(irq_unbind(&many), 0);
}

/* Ten times the limit's rate, which no handler with much to do could keep up. */
static void more_work_than_there_can_be_is_a_storm(void **state)
{
    uint64_t storms = msi_storms();
    struct irq *irq;

    (void)state;
    irq = request(&messages, 0, msi_note, &records[0], 1, 0);
    fire(irq, 10 * LIMIT - 1, 0);
    assert_false(is_stormy(irq));
    assert_int_equal(msi_calls(&records[0]), 10 * LIMIT - 1);
    assert_int_equal(msi_storms(), storms);
    fire(irq, 1, 0);
    assert_true(is_stormy(irq));
    assert_int_equal(msi_storms(), storms + 1);
    assert_int_equal(irq_free(irq), 0);
}

/* ---- calls for nothing are ---- */

static void calls_for_nothing_are_a_storm(void **state)
{
    struct irq *irq;

    (void)state;
    irq = request(&messages, 0, finds_nothing, &records[0], 1, 0);
    for (unsigned storm = 1; storm <= 2; storm++) {
        uint64_t before = msi_calls(&records[0]), storms = msi_storms();

        fire(irq, LIMIT, 2);
        assert_true(is_stormy(irq));
        assert_int_equal(msi_storms(), storms + 1);
        uint64_t stopped_at = msi_calls(&records[0]);

        assert_true(stopped_at - before <= LIMIT);
        irq_service();
        fire(irq, 10, 2);
        assert_int_equal(msi_calls(&records[0]), stopped_at);
        irq_unmask(irq); /* the driver may try again */
        host_advance_us(SETTLE_US);
        assert_false(is_stormy(irq));
        assert_true(msi_calls(&records[0]) > stopped_at);
    }
    assert_int_equal(irq_free(irq), 0);
}

static void few_calls_for_nothing_are_no_storm(void **state)
{
    uint64_t storms = msi_storms();
    struct irq *irq;

    (void)state;
    irq = request(&messages, 0, finds_nothing, &records[0], 1, 0);
    fire(irq, 3 * LIMIT, 2 * WINDOW_US / LIMIT);
    assert_false(is_stormy(irq));
    assert_int_equal(msi_calls(&records[0]), 3 * LIMIT);
    assert_int_equal(msi_storms(), storms);
    assert_int_equal(irq_free(irq), 0);
}

static void no_limit_is_no_storm(void **state)
{
    struct irq *irq;

    (void)state;
    irq_set_storm_limit(0, WINDOW_US);
    irq = request(&messages, 0, finds_nothing, &records[0], 1, 0);
    fire(irq, 2 * LIMIT, 1);
    assert_false(is_stormy(irq));
    assert_int_equal(msi_calls(&records[0]), 2 * LIMIT);
    assert_int_equal(irq_free(irq), 0);
}

/* ---- a level that nobody lowers leaves the threads nothing ---- */

static unsigned stuck_calls;

/* It thinks that it did something. */
static enum irq_return does_not_lower(void *context)
{
    (void)context;
    host_take_time_us(CALL_US);
    if (++stuck_calls == CALLS_MAX)
        host_drive_line(WIRE, false);
    return IRQ_HANDLED;
}

static void stuck_level_is_masked(void **state)
{
    (void)state;
    for (unsigned core = 0; core < 2; core++) {
        uint64_t storms = msi_storms();
        struct irq *irq = request(&wires, 0, does_not_lower, NULL, core, 0);
        struct irq *other = request(&messages, 0, msi_note, &records[core], core, 0);

        stuck_calls = 0;
        host_drive_line(WIRE, true);
        host_advance_us(2 * WINDOW_US);
        print_message("# a level is stuck: masked after %u calls\n", stuck_calls);
        assert_true(stuck_calls < CALLS_MAX);
        assert_true(stuck_calls > WINDOW_US / (2 * CALL_US)); /* not before a window is over */
        assert_true(is_stormy(irq));
        assert_int_equal(msi_storms(), storms + 1);
        assert_int_equal(irq_trigger(other), 0);
        host_advance_us(SETTLE_US);
        assert_int_equal(msi_calls(&records[core]), 1);
        host_drive_line(WIRE, false);
        irq_service();
        irq_unmask(irq);
        host_advance_us(SETTLE_US);
        assert_false(is_stormy(irq));
        assert_int_equal(irq_free(irq), 0);
        assert_int_equal(irq_free(other), 0);
    }
}

/* ---- IRQ_AGAIN ---- */

static unsigned again_calls, again_until, calls_at_turn;

static enum irq_return wants_more(void *context)
{
    if (context != NULL && again_calls == 0)
        its_host_message(MESSAGE_DEVICE, 1); /* the other one's event comes now */
    host_take_time_us(CALL_US);
    return ++again_calls < again_until ? IRQ_AGAIN : IRQ_HANDLED;
}

static enum irq_return takes_its_turn(void *context)
{
    calls_at_turn = again_calls;
    return msi_note(context);
}

static void begin_wanting(unsigned calls)
{
    again_calls = calls_at_turn = 0;
    again_until = calls;
}

static void handler_is_called_until_it_has_done_all(void **state)
{
    static const unsigned counts[] = {1, 2, 3, 100, 1000};

    (void)state;
    irq_set_storm_limit(0, 0);
    for (unsigned core = 0; core < 2; core++) {
        struct irq *irq = request(&messages, 0, wants_more, NULL, core, 0);
        uint64_t calls = 0;

        for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
            begin_wanting(counts[i]);
            assert_int_equal(irq_trigger(irq), 0);
            host_advance_us(SETTLE_US + 2 * CALL_US * counts[i]);
            calls += counts[i];
            assert_int_equal(again_calls, counts[i]);
            assert_int_equal(irq_count(irq), calls);
            assert_false(irq_pending(irq));
        }
        assert_int_equal(irq_free(irq), 0);
    }
}

static struct irq *wanting;

static enum irq_return masks_itself_and_wants_more(void *context)
{
    (void)context;
    again_calls++;
    irq_mask(wanting);
    return again_calls < 3 ? IRQ_AGAIN : IRQ_HANDLED;
}

static void what_is_left_waits_for_the_unmask(void **state)
{
    (void)state;
    begin_wanting(3);
    wanting = request(&messages, 0, masks_itself_and_wants_more, NULL, 1, 0);
    assert_int_equal(irq_trigger(wanting), 0);
    for (unsigned calls = 1; calls <= 3; calls++) {
        host_advance_us(SETTLE_US);
        assert_int_equal(again_calls, calls);
        irq_unmask(wanting);
    }
    host_advance_us(SETTLE_US);
    assert_int_equal(again_calls, 3);
    assert_int_equal(irq_free(wanting), 0);
}

/* A level that stays high, with more to do. In its first call an interrupt that waits longer is
 * queued, and one of a higher priority than the queue's arrives. */
static struct irq *waits_longer;

static enum irq_return stays_high(void *context)
{
    (void)context;
    if (++again_calls == 1) {
        irq_unmask(waits_longer);
        its_host_message(MESSAGE_DEVICE, 1);
        return IRQ_AGAIN;
    }
    host_drive_line(WIRE, false);
    return IRQ_HANDLED;
}

static enum irq_return masks_and_unmasks_the_level(void *context)
{
    irq_mask(wanting);
    irq_unmask(wanting);
    return msi_note(context);
}

/* Somebody's unmask ends the mask only: a level would come at once, before those ahead of it. */
static void unmask_does_not_end_the_wait_for_a_turn(void **state)
{
    (void)state;
    for (unsigned core = 0; core < 2; core++) {
        waits_longer = request(&messages, 0, takes_its_turn, &records[0], core, IRQ_FLAG_MASKED);
        struct irq *between =
            request(&messages, 1, masks_and_unmasks_the_level, &records[1], core, 0);

        wanting = request(&wires, 0, stays_high, NULL, core, 0);
        begin_wanting(2);
        assert_int_equal(irq_trigger(waits_longer), 0);
        host_advance_us(SETTLE_US);
        assert_true(irq_pending(waits_longer));
        host_drive_line(WIRE, true);
        host_advance_us(SETTLE_US);
        assert_int_equal(msi_calls(&records[0]), core + 1);
        assert_int_equal(msi_calls(&records[1]), core + 1);
        assert_int_equal(calls_at_turn, 1);
        assert_int_equal(again_calls, 2);
        assert_int_equal(irq_free(wanting), 0);
        assert_int_equal(irq_free(between), 0);
        assert_int_equal(irq_free(waits_longer), 0);
    }
}

static void other_interrupts_have_their_turn(void **state)
{
    (void)state;
    irq_set_storm_limit(0, 0);
    for (unsigned core = 0; core < 2; core++) {
        struct irq *irq = request(&messages, 0, wants_more, &records[0], core, 0);
        struct irq *other = request(&messages, 1, takes_its_turn, &records[1], core, 0);

        begin_wanting(20 * TURN_MAX);
        assert_int_equal(irq_trigger(irq), 0);
        host_advance_us(SETTLE_US + 2 * CALL_US * 20 * TURN_MAX);
        assert_int_equal(again_calls, 20 * TURN_MAX);
        assert_int_equal(msi_calls(&records[1]), core + 1);
        print_message("# the other one's turn came after %u calls\n", calls_at_turn);
        assert_true(calls_at_turn <= TURN_MAX);
        assert_int_equal(irq_free(irq), 0);
        assert_int_equal(irq_free(other), 0);
    }
}

/* It never ends by itself: the threads of its core get nothing, so it is masked. */
static void threads_have_their_turn(void **state)
{
    (void)state;
    for (unsigned core = 0; core < 2; core++) {
        struct irq *irq = request(&messages, 0, wants_more, NULL, core, 0);
        uint64_t storms = msi_storms();

        begin_wanting(10 * CALLS_MAX);
        assert_int_equal(irq_trigger(irq), 0);
        host_advance_us(4 * WINDOW_US);
        print_message("# masked after %u calls\n", again_calls);
        assert_true(again_calls > WINDOW_US / (2 * CALL_US)); /* not before a window is over */
        assert_true(again_calls < CALLS_MAX);
        assert_true(is_stormy(irq));
        assert_int_equal(msi_storms(), storms + 1);
        assert_int_equal(irq_free(irq), 0);
    }
}

/* A message that is masked arrives all the same, and costs the core an interrupt. */
static enum irq_return wants_more_beside_a_masked_one(void *context)
{
    if (again_calls % 50 == 0)
        its_host_message(MESSAGE_DEVICE, 1);
    return wants_more(context);
}

/* It comes now and then, and is not what the core starves of. */
static void masked_one_beside_a_storm_is_none(void **state)
{
    (void)state;
    for (unsigned core = 0; core < 2; core++) {
        struct irq *irq = request(&messages, 0, wants_more_beside_a_masked_one, NULL, core, 0);
        struct irq *masked = request(&messages, 1, msi_note, &records[0], core, IRQ_FLAG_MASKED);
        uint64_t storms = msi_storms();

        begin_wanting(10 * CALLS_MAX);
        assert_int_equal(irq_trigger(irq), 0);
        host_advance_us(4 * WINDOW_US);
        assert_true(is_stormy(irq));
        assert_string_equal(irq_state_name(masked), "masked");
        assert_true(irq_pending(masked));
        assert_int_equal(msi_storms(), storms + 1);
        irq_unmask(masked);
        host_advance_us(SETTLE_US);
        assert_int_equal(msi_calls(&records[0]), core + 1);
        assert_int_equal(irq_free(irq), 0);
        assert_int_equal(irq_free(masked), 0);
    }
}

/* ---- a masked message that never ends leaves the threads nothing either ---- */

/* Its device sends again at each acknowledge, until the storm is found, or the test ends it. */
static struct {
    const struct irq *irq; /* NULL: nobody sends */
    unsigned left, arrivals;
} flood;

static unsigned stray_lpi; /* likewise, but nobody has it; 0: none */

/* The line falls again before it is acknowledged. */
static bool line_falls;

unsigned __real_gic_acknowledge(void);
unsigned __wrap_gic_acknowledge(void);
unsigned __wrap_gic_acknowledge(void)
{
    if (line_falls)
        host_drive_line(WIRE, false);

    unsigned intid = __real_gic_acknowledge();

    if (intid < GIC_INTID_LPI_FIRST)
        return intid;
    if (intid == stray_lpi && flood.left != 0) {
        host_take_time_us(CALL_US);
        if (--flood.left % SELDOM == 0)
            its_host_message(MESSAGE_DEVICE, 1);
        its_host_message(STRAY_DEVICE, 0);
        return intid;
    }
    flood.arrivals++;
    if (flood.irq != NULL && !is_stormy(flood.irq) && flood.left != 0) {
        flood.left--;
        host_take_time_us(CALL_US);
        its_host_message(MESSAGE_DEVICE, irq_index(flood.irq));
    }
    return intid;
}

static void send_without_a_gap(const struct irq *irq)
{
    flood.irq = irq;
    flood.left = CALLS_MAX;
    flood.arrivals = 0;
    its_host_message(MESSAGE_DEVICE, irq_index(irq));
    host_advance_us(4 * WINDOW_US);
    flood.irq = NULL;
}

/* It is turned off at the ITS, and what has arrived is kept for the unmask. */
static void masked_message_without_end_is_a_storm(void **state)
{
    (void)state;
    for (unsigned core = 0; core < 2; core++) {
        struct irq *irq = request(&messages, 0, msi_note, &records[core], core, IRQ_FLAG_MASKED);
        uint64_t storms = msi_storms();

        send_without_a_gap(irq);
        print_message("# a masked message: a storm after %u\n", flood.arrivals);
        assert_true(is_stormy(irq));
        assert_true(flood.arrivals > WINDOW_US / (2 * CALL_US)); /* not before a window is over */
        assert_int_equal(msi_storms(), storms + 1);
        irq_service();
        flood.arrivals = 0;
        its_host_message(MESSAGE_DEVICE, 0);
        host_advance_us(SETTLE_US);
        assert_int_equal(flood.arrivals, 0);
        assert_int_equal(msi_calls(&records[core]), 0);
        irq_unmask(irq);
        host_advance_us(SETTLE_US);
        assert_true(msi_calls(&records[core]) >= 1);
        assert_false(is_stormy(irq));
        uint64_t calls = msi_calls(&records[core]);

        fire(irq, 1, SETTLE_US);
        assert_int_equal(msi_calls(&records[core]), calls + 1);
        assert_int_equal(irq_free(irq), 0);
    }
}

/* ---- what is no interrupt ---- */

static uint64_t spurious(void)
{
    struct irq_inventory inventory;

    irq_get_inventory(&inventory);
    return inventory.spurious;
}

static enum irq_return line_rises(void *context)
{
    host_drive_line(WIRE, true);
    line_falls = true;
    return msi_note(context);
}

/* An exception without an interrupt, and one whose first is followed by none. */
static void acknowledge_of_nothing_is_counted(void **state)
{
    struct irq *wire, *message;
    uint64_t before = spurious();

    (void)state;
    wire = request(&wires, 0, msi_note, &records[0], 0, 0);
    message = request(&messages, 0, line_rises, &records[1], 0, 0);
    line_falls = true;
    host_drive_line(WIRE, true);
    host_advance_us(SETTLE_US);
    assert_int_equal(spurious(), before + 1);
    line_falls = false;
    assert_int_equal(irq_trigger(message), 0);
    host_advance_us(SETTLE_US);
    assert_int_equal(msi_calls(&records[1]), 1);
    assert_int_equal(spurious(), before + 2);
    line_falls = false;
    assert_int_equal(msi_calls(&records[0]), 0);
    assert_int_equal(irq_free(wire), 0);
    assert_int_equal(irq_free(message), 0);
}

/* ---- what can't be masked for a storm, or not by its handler's core ---- */

static char told[160];

void __wrap_log_write(const struct log_subject *subject, enum log_level level, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));
void __wrap_log_write(const struct log_subject *subject, enum log_level level, const char *format,
                      ...)
{
    va_list arguments;

    (void)subject;
    (void)level;
    va_start(arguments, format);
    vsnprintf(told, sizeof(told), format, arguments);
    va_end(arguments);
}

static void check_is_told(unsigned intid, unsigned core)
{
    char line[64];

    told[0] = '\0';
    irq_service();
    snprintf(line, sizeof(line), "storm: INTID %u > core %u, not masked", intid, core);
    assert_string_equal(told, line);
    irq_service();
    assert_string_equal(told, line);
}

static bool sgi_leaves_something;

/* By itself or by the replay list; what is beside it comes now and then, and goes on with it. */
static enum irq_return never_ends(void *context)
{
    (void)context;
    host_take_time_us(CALL_US);
    if (++stuck_calls == CALLS_MAX)
        return IRQ_HANDLED;
    if (stuck_calls % SELDOM == 0)
        its_host_message(MESSAGE_DEVICE, 1);
    else if (!sgi_leaves_something)
        gic_send_sgi(core_id(), SGI);
    return sgi_leaves_something ? IRQ_AGAIN : IRQ_HANDLED;
}

static enum irq_return goes_on(void *context)
{
    if (stuck_calls < CALLS_MAX && !sgi_leaves_something)
        gic_send_sgi(core_id(), SGI);
    return msi_note(context);
}

static void sgi_without_end_has_no_other_masked(void **state)
{
    (void)state;
    for (unsigned turn = 0; turn < 4; turn++) {
        unsigned core = turn % 2;
        uint64_t storms = msi_storms();
        struct irq *other = request(&messages, 1, goes_on, &records[turn], core, 0);

        sgi_leaves_something = turn >= 2;
        stuck_calls = 0;
        assert_int_equal(irq_sgi_request(SGI, never_ends, NULL), 0);
        gic_send_sgi(core, SGI);
        host_advance_us(2 * CALL_US * CALLS_MAX);
        assert_int_equal(stuck_calls, CALLS_MAX);
        assert_string_equal(irq_state_name(other), "on");
        assert_int_equal(msi_calls(&records[turn]), CALLS_MAX / SELDOM - 1);
        assert_true(msi_storms() > storms);
        check_is_told(SGI, core);
        assert_int_equal(irq_sgi_free(SGI), 0);
        assert_int_equal(irq_free(other), 0);
    }
}

static enum irq_return send_the_next(void *context)
{
    host_take_time_us(CALL_US);
    if (++stuck_calls < CALLS_MAX)
        gic_send_sgi(core_id(), (unsigned)(uintptr_t)context);
    return IRQ_HANDLED;
}

/* None of them comes more often than the others. */
static void sgis_in_turns_are_told(void **state)
{
    uint64_t storms = msi_storms();

    (void)state;
    stuck_calls = 0;
    assert_int_equal(irq_sgi_request(SGI, send_the_next, (void *)(uintptr_t)(SGI + 1)), 0);
    assert_int_equal(irq_sgi_request(SGI + 1, send_the_next, (void *)(uintptr_t)SGI), 0);
    gic_send_sgi(0, SGI);
    host_advance_us(2 * CALL_US * CALLS_MAX);
    assert_int_equal(stuck_calls, CALLS_MAX);
    assert_true(msi_storms() > storms);
    irq_service();
    assert_non_null(strstr(told, "storm: INTID "));
    assert_int_equal(irq_sgi_free(SGI), 0);
    assert_int_equal(irq_sgi_free(SGI + 1), 0);
}

/* An LPI that nobody has, of a device that sends without end. */
static void stray_without_end_has_no_other_masked(void **state)
{
    const unsigned lpi = GIC_INTID_LPI_FIRST + HOST_LPI_COUNT - 3;
    struct irq *other = request(&messages, 1, msi_note, &records[0], 0, 0);
    uint64_t storms = msi_storms();
    struct its_device *raw;

    (void)state;
    assert_int_equal(its_map_device(STRAY_DEVICE, 0, &raw), 0);
    assert_int_equal(its_map_event(raw, 0, lpi, 0), 0);
    assert_int_equal(its_enable_event(raw, 0, lpi, GIC_PRIORITY_DEFAULT), 0);
    stray_lpi = lpi;
    flood.left = CALLS_MAX;
    its_host_message(STRAY_DEVICE, 0);
    host_advance_us(2 * CALL_US * CALLS_MAX);
    stray_lpi = 0;
    assert_int_equal(flood.left, 0);
    assert_string_equal(irq_state_name(other), "on");
    assert_true(msi_storms() > storms);
    irq_service();
    assert_int_equal(its_discard_event(raw, 0), 0);
    assert_int_equal(its_unmap_device(raw), 0);
    assert_int_equal(irq_free(other), 0);
}

/* ---- an event that is handed over, and comes again while its handler runs ---- */

static struct irq *crowd[MSI_HOST_SOURCES];
static uintptr_t flood_status_set;
static uint64_t flood_bit;
static unsigned flood_calls, flood_core_of_line;

static void line_core_takes_it(void *argument)
{
    (void)argument;
    mmio_write64(flood_status_set, flood_bit);
}

/* The ring's next event comes now, and the core of the VINT's line hands it over. */
static enum irq_return flooded(void *context)
{
    (void)context;
    again_calls++;
    if (++flood_calls == 1)
        its_host_message(MESSAGE_DEVICE, 1);
    if (flood_calls < 4 * TURN_MAX)
        host_run_as_core(flood_core_of_line, line_core_takes_it, NULL);
    return IRQ_HANDLED;
}

static void handed_over_flood_leaves_others_their_turn(void **state)
{
    unsigned event, vint, bit, count = msi_case.source_count - 1;
    char route[128];

    (void)state;
    irq_set_storm_limit(0, 0);
    for (unsigned i = 0; i < count; i++)
        crowd[i] = request(&rings, msi_case.sources[i], msi_note, &records[0], 3, 0);
    struct irq *irq = request(&rings, msi_case.sources[count], flooded, NULL, 3, 0);
    struct irq *other = request(&messages, 1, takes_its_turn, &records[1], 2, 0);

    assert_int_equal(irq_set_affinity(irq, 2), 0);
    irq_describe(irq, route, sizeof(route));
    assert_non_null(strstr(route, "SGI"));
    assert_int_equal(sscanf(route, "event %u > VINT %u bit %u", &event, &vint, &bit), 3);
    flood_status_set = AM65X_INTA_BASE + vint * INTA_VINT_STRIDE +
                       offsetof(struct inta_vint_registers, status_set);
    flood_bit = UINT64_C(1) << bit;
    flood_core_of_line = 3;
    flood_calls = 0;
    begin_wanting(0);
    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(SETTLE_US);
    assert_true(flood_calls >= 4 * TURN_MAX);
    assert_int_equal(msi_calls(&records[1]), 1);
    print_message("# the other one's turn came after %u calls\n", calls_at_turn);
    assert_true(calls_at_turn <= TURN_MAX);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_free(other), 0);
    assert_int_equal(irq_free_block(crowd, count), 0);
}

/* The line that two events share is raised again at each of its ends, until one of them is a storm:
 * by the one that is handed over, and now and then by the line's core's own. */
static struct {
    const struct irq *irq; /* NULL: nothing is raised */
    uint64_t seldom;
    unsigned left;
} again;

void __real_gic_end(unsigned intid);
void __wrap_gic_end(unsigned intid);
void __wrap_gic_end(unsigned intid)
{
    __real_gic_end(intid);
    if (again.irq == NULL || intid < GIC_INTID_SPI_FIRST || intid >= GIC_INTID_SPECIAL ||
        again.left == 0 || is_stormy(again.irq))
        return;
    host_take_time_us(CALL_US);
    mmio_write64(flood_status_set, flood_bit | (--again.left % SELDOM == 0 ? again.seldom : 0));
}

static unsigned read_vint(const struct irq *irq, uint64_t *mask)
{
    unsigned event, vint, bit;
    char route[128];

    irq_describe(irq, route, sizeof(route));
    assert_int_equal(sscanf(route, "event %u > VINT %u bit %u", &event, &vint, &bit), 3);
    *mask = UINT64_C(1) << bit;
    return vint;
}

static void handed_over_storm_is_masked_and_not_its_neighbour(void **state)
{
    unsigned count = msi_case.source_count - 1, neighbour = 0, vint;
    uint64_t storms = msi_storms(), calls;
    struct irq *irq;

    (void)state;
    for (unsigned i = 0; i < count; i++)
        crowd[i] = request(&rings, msi_case.sources[i], msi_note, &records[0], 3, 0);
    irq = request(&rings, msi_case.sources[count], msi_note, &records[1], 3, 0);
    assert_int_equal(irq_set_affinity(irq, 2), 0);
    vint = read_vint(irq, &flood_bit);
    while (read_vint(crowd[neighbour], &again.seldom) != vint)
        assert_true(++neighbour < count);
    flood_status_set = AM65X_INTA_BASE + vint * INTA_VINT_STRIDE +
                       offsetof(struct inta_vint_registers, status_set);
    again.left = CALLS_MAX;
    again.irq = irq;
    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(2 * CALL_US * CALLS_MAX);
    again.irq = NULL;
    print_message("# a storm after %u\n", CALLS_MAX - again.left);
    assert_string_equal(irq_state_name(crowd[neighbour]), "on");
    assert_true(is_stormy(irq));
    assert_int_equal(msi_storms(), storms + 1);
    assert_true(CALLS_MAX - again.left > WINDOW_US / (2 * CALL_US));
    calls = msi_calls(&records[1]);
    irq_unmask(irq);
    assert_int_equal(irq_trigger(irq), 0);
    host_advance_us(SETTLE_US);
    assert_true(msi_calls(&records[1]) > calls);
    assert_int_equal(irq_free(irq), 0);
    assert_int_equal(irq_free_block(crowd, count), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argument_count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        TEST(much_work_is_no_storm),
        TEST(work_now_and_then_is_no_storm),
        TEST(bursts_are_no_storm),
        TEST(more_work_than_there_can_be_is_a_storm),
        TEST(calls_for_nothing_are_a_storm),
        TEST(few_calls_for_nothing_are_no_storm),
        TEST(no_limit_is_no_storm),
        TEST(stuck_level_is_masked),
        TEST(handler_is_called_until_it_has_done_all),
        TEST(what_is_left_waits_for_the_unmask),
        TEST(unmask_does_not_end_the_wait_for_a_turn),
        TEST(other_interrupts_have_their_turn),
        TEST(threads_have_their_turn),
        TEST(masked_one_beside_a_storm_is_none),
        TEST(masked_message_without_end_is_a_storm),
        TEST(acknowledge_of_nothing_is_counted),
        TEST(handed_over_flood_leaves_others_their_turn),
        TEST(sgi_without_end_has_no_other_masked),
        TEST(sgis_in_turns_are_told),
        TEST(stray_without_end_has_no_other_masked),
        TEST(handed_over_storm_is_masked_and_not_its_neighbour),
    };

    if (argument_count > 1)
        cmocka_set_test_filter(arguments[1]);
    return cmocka_run_group_tests(tests, msi_case_start, NULL);
}
