// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI on the target: answers, refusals, requests from all cores at once, and, where a twin can
 * inject them, the faults of a system firmware (drivers/ti_sci/ti_sci.h).
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/wait.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "msi/dispatch.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "root/root.h"
#include "tests/target/all_cores.h"
#include "tests/target/soc.h"
#include "tests/target/twin_faults.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <stddef.h>

#define DEFAULT_TIMEOUT_US 1000000u
#define SHORT_TIMEOUT_US   5000u
#define ARRIVAL_US         20000000u

#define REQUESTS_PER_CORE  100u
#define SEQUENCES          256u

/* What the firmware needs. */
static const struct resource {
    const uint16_t *device;
    uint8_t subtype;
} needed[] = {
    {&test_soc.inta, TI_SCI_SUBTYPE_IA_VINT},
    {&test_soc.inta, TI_SCI_SUBTYPE_GLOBAL_EVENT_SEVT},
    {&test_soc.intr, TI_SCI_SUBTYPE_IR_OUTPUT},
    {&test_soc.ringacc, TI_SCI_SUBTYPE_RA_GP},
    {&test_soc.ringacc, TI_SCI_SUBTYPE_RA_UDMAP_TX},
    {&test_soc.udmap, TI_SCI_SUBTYPE_UDMAP_RX_CHAN},
    {&test_soc.udmap, TI_SCI_SUBTYPE_UDMAP_TX_CHAN},
};
#define NEEDED        (sizeof(needed) / sizeof(needed[0]))

/* Main UART2, which nothing here uses: UART0 (146) is the console and had better stay on. */
#define UNUSED_DEVICE 148u

/* No AM65x has a device of this id. */
#define NO_DEVICE     999u

/* Global events below this are the system firmware's own. */
#define FOREIGN_EVENT 0u

#define TEST_SGI      7u

static struct ti_sci_counters since(const struct ti_sci_counters *before)
{
    struct ti_sci_counters now;

    ti_sci_get_counters(&now);
    now.requests -= before->requests;
    now.answers -= before->answers;
    now.timeouts -= before->timeouts;
    now.late -= before->late;
    now.refused -= before->refused;
    now.malformed -= before->malformed;
    now.stray -= before->stray;
    now.interrupts -= before->interrupts;
    return now;
}

SELFTEST(ti_sci, version_has_abi_3, 60)
{
    struct ti_sci_version version;

    CHECK_EQUAL(ti_sci_get_version(&version), 0);
    CHECK_EQUAL(version.abi_major, 3);
    CHECK(version.description[0] != '\0');
    CHECK_EQUAL(version.description[32], '\0');
}

SELFTEST(ti_sci, host_owns_every_resource_the_firmware_needs, 60)
{
    for (size_t i = 0; i < NEEDED; i++) {
        struct ti_sci_range range;

        CHECK_EQUAL(ti_sci_get_range(*needed[i].device, needed[i].subtype, &range), 0);
        CHECK(range.count + range.second_count > 0);
        CHECK(range.second_count == 0 || range.second_first >= range.first + range.count ||
              range.first >= range.second_first + range.second_count);
    }
}

SELFTEST(ti_sci, range_of_a_device_that_does_not_exist_is_an_error, 60)
{
    struct ti_sci_range range = {.first = 0x5a5a};
    int error = ti_sci_get_range(NO_DEVICE, 0, &range);

    CHECK_EQUAL(error, -ENOENT);
    CHECK_EQUAL(range.first, 0x5a5a);
}

SELFTEST(ti_sci, event_of_another_host_is_refused_and_counted, 60)
{
    struct ti_sci_counters before, delta;
    struct ti_sci_range vints;

    CHECK_EQUAL(ti_sci_get_range(test_soc.inta, TI_SCI_SUBTYPE_IA_VINT, &vints), 0);
    ti_sci_get_counters(&before);
    CHECK_EQUAL(ti_sci_event_map(test_soc.ringacc, test_soc.some_ring, test_soc.inta, vints.first,
                                 FOREIGN_EVENT, 0),
                -EACCES);
    delta = since(&before);
    CHECK_EQUAL(delta.refused, 1);
    CHECK_EQUAL(delta.answers, 1);
}

SELFTEST(ti_sci, device_goes_on_and_is_given_up, 60)
{
    struct ti_sci_device_state before, on, after;

    CHECK_EQUAL(ti_sci_device_get_state(UNUSED_DEVICE, &before), 0);
    CHECK_EQUAL(ti_sci_device_get(UNUSED_DEVICE), 0);
    CHECK_EQUAL(ti_sci_device_get_state(UNUSED_DEVICE, &on), 0);
    CHECK_EQUAL(ti_sci_device_put(UNUSED_DEVICE), 0);
    CHECK_EQUAL(ti_sci_device_get_state(UNUSED_DEVICE, &after), 0);
    if (before.programmed == 2)
        CHECK_EQUAL(ti_sci_device_get(UNUSED_DEVICE), 0);
    CHECK_EQUAL(on.programmed, 2);
    CHECK(on.current != 0);
    CHECK_EQUAL(after.programmed, 0);
}

SELFTEST(ti_sci, device_that_does_not_exist_is_refused, 60)
{
    CHECK_EQUAL(ti_sci_device_get(NO_DEVICE), -EACCES);
}

SELFTEST(ti_sci, sequence_numbers_go_round, 60)
{
    struct ti_sci_counters before, delta;
    struct ti_sci_version version;

    ti_sci_get_counters(&before);
    for (unsigned i = 0; i < SEQUENCES + 10; i++)
        CHECK_EQUAL(ti_sci_get_version(&version), 0);
    delta = since(&before);
    CHECK_EQUAL(delta.requests, SEQUENCES + 10);
    CHECK_EQUAL(delta.answers, SEQUENCES + 10);
    CHECK_EQUAL(delta.late + delta.stray, 0);
}

/* ---- all cores at once ---- */

static struct ti_sci_range expected[NEEDED];

/* Each core asks for other things than its neighbours, so a mixed-up answer shows. */
static void ask_for_ranges(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < REQUESTS_PER_CORE; i++) {
        size_t which = (core_id() + i) % NEEDED;
        struct ti_sci_range range;

        CHECK_EQUAL(ti_sci_get_range(*needed[which].device, needed[which].subtype, &range), 0);
        CHECK_EQUAL(range.first, expected[which].first);
        CHECK_EQUAL(range.count, expected[which].count);
    }
}

SELFTEST(ti_sci, all_cores_at_once_get_their_own_answers, 120)
{
    uint64_t total = (uint64_t)REQUESTS_PER_CORE * core_count();
    struct ti_sci_counters before, delta;

    for (size_t i = 0; i < NEEDED; i++)
        CHECK_EQUAL(ti_sci_get_range(*needed[i].device, needed[i].subtype, &expected[i]), 0);
    ti_sci_get_counters(&before);
    CHECK_EQUAL(run_on_all_cores(ask_for_ranges, NULL, 110000000), 0);
    delta = since(&before);
    CHECK_EQUAL(delta.requests, total);
    CHECK_EQUAL(delta.answers, total);
    CHECK_EQUAL(delta.timeouts + delta.late + delta.refused + delta.malformed + delta.stray, 0);
}

/* ---- how answers arrive ---- */

SELFTEST(ti_sci, answer_arrives_by_interrupt, 60)
{
    struct ti_sci_counters before, delta;
    struct ti_sci_version version;

    ti_sci_get_counters(&before);
    for (unsigned i = 0; i < 10; i++)
        CHECK_EQUAL(ti_sci_get_version(&version), 0);
    delta = since(&before);
    /* Each answer needs one; on a board the line may fall too late and give another. */
    CHECK(delta.interrupts >= 10);
}

SELFTEST(ti_sci, answer_is_polled_without_the_interrupt, 60)
{
    struct ti_sci_counters before, delta;
    struct ti_sci_version version;
    int error;

    CHECK_EQUAL(root_disable(test_soc.intid_answers), 0);
    ti_sci_use_interrupt(false);
    ti_sci_get_counters(&before);
    error = ti_sci_get_version(&version);
    delta = since(&before);
    ti_sci_use_interrupt(true);
    CHECK_EQUAL(root_enable(test_soc.intid_answers), 0);
    CHECK_EQUAL(error, 0);
    CHECK_EQUAL(version.abi_major, 3);
    CHECK_EQUAL(delta.answers, 1);
    CHECK_EQUAL(delta.interrupts, 0);
}

static int error_in_interrupt;
static bool ran_in_interrupt;

static enum irq_return request_in_interrupt(void *context)
{
    struct ti_sci_version version;

    (void)context;
    error_in_interrupt = ti_sci_get_version(&version);
    __atomic_store_n(&ran_in_interrupt, true, __ATOMIC_RELEASE);
    wait_notify();
    return IRQ_HANDLED;
}

static bool has_run(void *argument)
{
    return __atomic_load_n((bool *)argument, __ATOMIC_ACQUIRE);
}

SELFTEST(ti_sci, request_from_interrupt_context_is_an_error, 60)
{
    struct ti_sci_counters before;
    int error;

    ti_sci_get_counters(&before);
    ran_in_interrupt = false;
    CHECK_EQUAL(irq_sgi_request(TEST_SGI, request_in_interrupt, NULL), 0);
    root_send_sgi(core_id(), TEST_SGI);
    error = wait_for(has_run, &ran_in_interrupt, ARRIVAL_US);
    CHECK_EQUAL(irq_sgi_free(TEST_SGI), 0);
    CHECK_EQUAL(error, 0);
    CHECK_EQUAL(error_in_interrupt, -EDEADLK);
    CHECK_EQUAL(since(&before).requests, 0);
}

/* ---- a faulty system firmware, which only a twin can be ---- */

struct faulty {
    int error;                    /* of the request that the fault hit */
    struct ti_sci_counters delta; /* right after it */
    int next_error;               /* of the request after it */
};

/* Runs one request into a fault, and one without. A short time-out is for faults after which no
 * answer comes that the request takes; an answer may need longer on a machine with much to do. */
static bool run_into(enum am65x_fault fault, uint64_t argument, uint32_t timeout_us,
                     struct faulty *result)
{
    struct ti_sci_counters before;
    struct ti_sci_version version;

    if (!twin_inject(fault, argument, 1))
        return false;
    ti_sci_set_timeout_us(timeout_us);
    ti_sci_get_counters(&before);
    result->error = ti_sci_get_version(&version);
    result->delta = since(&before);
    ti_sci_set_timeout_us(DEFAULT_TIMEOUT_US);
    twin_inject(fault, 0, 0);
    result->next_error = ti_sci_get_version(&version);
    return true;
}

SELFTEST(ti_sci, refusal_is_eacces, 60)
{
    struct faulty result;

    if (!twin_present())
        SKIP("only a twin refuses on demand");
    CHECK(run_into(AM65X_FAULT_SCI_NAK, 0, DEFAULT_TIMEOUT_US, &result));
    CHECK_EQUAL(result.error, -EACCES);
    CHECK_EQUAL(result.delta.refused, 1);
    CHECK_EQUAL(result.next_error, 0);
}

SELFTEST(ti_sci, missing_answer_times_out, 60)
{
    struct faulty result;

    if (!twin_present())
        SKIP("only a twin drops answers on demand");
    CHECK(run_into(AM65X_FAULT_SCI_DROP, 0, SHORT_TIMEOUT_US, &result));
    CHECK_EQUAL(result.error, -ETIMEDOUT);
    CHECK_EQUAL(result.delta.timeouts, 1);
    CHECK_EQUAL(result.delta.answers, 0);
    CHECK_EQUAL(result.next_error, 0);
}

static bool one_was_late(void *argument)
{
    return since(argument).late == 1;
}

SELFTEST(ti_sci, late_answer_is_counted_and_harms_nobody, 60)
{
    struct ti_sci_counters before;
    struct ti_sci_version version;
    struct faulty result;

    if (!twin_present())
        SKIP("only a twin delays answers on demand");
    ti_sci_get_counters(&before);
    CHECK(run_into(AM65X_FAULT_SCI_LATE, AM65X_FAULT_HELD, SHORT_TIMEOUT_US, &result));
    CHECK_EQUAL(result.error, -ETIMEDOUT);
    CHECK_EQUAL(result.delta.late, 0);
    CHECK_EQUAL(result.next_error, 0); /* taking the fault back lets the late answer go */
    CHECK_EQUAL(wait_for(one_was_late, &before, ARRIVAL_US), 0);
    CHECK_EQUAL(ti_sci_get_version(&version), 0);
    CHECK_EQUAL(version.abi_major, 3);
    CHECK_EQUAL(since(&before).late, 1);
    CHECK_EQUAL(since(&before).stray, 0);
}

SELFTEST(ti_sci, short_answer_is_emsgsize, 60)
{
    struct faulty result;

    if (!twin_present())
        SKIP("only a twin cuts answers on demand");
    CHECK(run_into(AM65X_FAULT_SCI_SHORT, 0, DEFAULT_TIMEOUT_US, &result));
    CHECK_EQUAL(result.error, -EMSGSIZE);
    CHECK_EQUAL(result.delta.malformed, 1);
    CHECK_EQUAL(result.next_error, 0);
}

SELFTEST(ti_sci, answer_of_another_type_is_eproto, 60)
{
    struct faulty result;

    if (!twin_present())
        SKIP("only a twin answers with a wrong type on demand");
    CHECK(run_into(AM65X_FAULT_SCI_WRONG_TYPE, 0, DEFAULT_TIMEOUT_US, &result));
    CHECK_EQUAL(result.error, -EPROTO);
    CHECK_EQUAL(result.delta.malformed, 1);
    CHECK_EQUAL(result.next_error, 0);
}

SELFTEST(ti_sci, answer_for_another_host_is_eproto, 60)
{
    struct faulty result;

    if (!twin_present())
        SKIP("only a twin answers for a wrong host on demand");
    CHECK(run_into(AM65X_FAULT_SCI_WRONG_HOST, 0, DEFAULT_TIMEOUT_US, &result));
    CHECK_EQUAL(result.error, -EPROTO);
    CHECK_EQUAL(result.delta.malformed, 1);
    CHECK_EQUAL(result.next_error, 0);
}

static bool one_was_nobodys(void *argument)
{
    const struct ti_sci_counters delta = since(argument);

    return delta.stray + delta.late == 1;
}

SELFTEST(ti_sci, answer_with_a_wrong_sequence_is_a_stray, 60)
{
    struct ti_sci_counters before;
    struct faulty result;

    if (!twin_present())
        SKIP("only a twin answers with a wrong sequence on demand");
    ti_sci_get_counters(&before);
    CHECK(run_into(AM65X_FAULT_SCI_WRONG_SEQUENCE, 0, SHORT_TIMEOUT_US, &result));
    CHECK_EQUAL(result.error, -ETIMEDOUT);
    /* On a busy machine it may come after the time-out. */
    CHECK_EQUAL(wait_for(one_was_nobodys, &before, ARRIVAL_US), 0);
    CHECK_EQUAL(result.next_error, 0);
}
