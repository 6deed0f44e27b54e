// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI's processor messages as the driver sends them: the bytes of each, written out from the
 * documentation's field tables without the driver's structures; and what becomes of each when it is
 * refused, lost, answered too late or not whole.
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/secure_proxy.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_processor.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TX_WINDOW  (AM65X_SECURE_PROXY_DATA_BASE + AM65X_SCI_TX_THREAD * SECURE_PROXY_STRIDE)
#define FIRST_WORD offsetof(struct secure_proxy_data_registers, words)
#define LAST_WORD  (sizeof(struct secure_proxy_data_registers) - 4)
#define SIZE       (LAST_WORD + 4 - FIRST_WORD)
#define SHORT_US   1000u
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

#define R5F0       TI_SCI_PROCESSOR_R5F0
#define R5F0_DEV   159u

static const struct ti_sci_config config = AM65X_TI_SCI_CONFIG;
static uint8_t wire[SIZE];

static void watch(uintptr_t address, unsigned size, uint64_t value)
{
    uint32_t word = (uint32_t)value;

    (void)size;
    if (address >= TX_WINDOW + FIRST_WORD && address <= TX_WINDOW + LAST_WORD)
        memcpy(&wire[address - TX_WINDOW - FIRST_WORD], &word, 4);
}

static int set_up(void **state)
{
    int error;

    (void)state;
    host_reset();
    host_set_write_observer(watch);
    error = ti_sci_init(&config);
    ti_sci_set_timeout_us(SHORT_US);
    return error;
}

static int tear_down(void **state)
{
    (void)state;
    ti_sci_set_timeout_us(1000000);
    return 0;
}

/* ---- each request ---- */

static struct ti_sci_processor_state told;

static int request(void)
{
    return ti_sci_processor_request(R5F0);
}
static int release(void)
{
    return ti_sci_processor_release(R5F0);
}
static int hand_over(void)
{
    return ti_sci_processor_hand_over(R5F0, 10);
}
static int configure(void)
{
    return ti_sci_processor_configure(R5F0, UINT64_C(0x8070605041c00000), TI_SCI_R5_ATCM,
                                      TI_SCI_R5_LOCKSTEP);
}
static int halt(void)
{
    return ti_sci_processor_control(R5F0, TI_SCI_R5_HALT, 0);
}
static int run(void)
{
    return ti_sci_processor_control(R5F0, 0, TI_SCI_R5_HALT);
}
static int get_state(void)
{
    return ti_sci_processor_get_state(R5F0, &told);
}
static int wait_for_gate(void)
{
    return ti_sci_processor_wait(R5F0, TI_SCI_R5_CLOCK_GATED, 3, 100);
}
static int reset(void)
{
    return ti_sci_reset(R5F0_DEV, 1);
}

/* In an order in which each is granted. */
static const struct {
    int (*ask)(void);
    uint8_t size;
    uint8_t bytes[32];
} requests[] = {
    {request, 9, {0x00, 0xc0, 12, 0, 2, 0, 0, 0, 1}},
    {configure, 25, {0x00, 0xc1, 12,   0,    2,    0,    0, 0, 1,    0x00, 0x00, 0xc0, 0x41,
                     0x50, 0x60, 0x70, 0x80, 0x00, 0x20, 0, 0, 0x00, 0x01, 0,    0}},
    {halt, 17, {0x01, 0xc1, 12, 0, 2, 0, 0, 0, 1, 1}},
    {run, 17, {0x01, 0xc1, 12, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 1}},
    {get_state, 9, {0x00, 0xc4, 12, 0, 2, 0, 0, 0, 1}},
    {wait_for_gate, 29, {0x01, 0xc4, 12, 0, 2, 0, 0, 0, 1, 3, 1, 100, 0, 4}},
    {reset, 16, {0x02, 0x02, 12, 0, 2, 0, 0, 0, 159, 0, 0, 0, 1}},
    {hand_over, 10, {0x05, 0xc0, 12, 0, 2, 0, 0, 0, 1, 10}},
};

static void each_request_is_as_documented(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        assert_int_equal(requests[i].ask(), 0);
        wire[3] = 0; /* the sequence number */
        assert_memory_equal(wire, requests[i].bytes, requests[i].size);
        for (size_t byte = requests[i].size; byte < SIZE; byte++)
            assert_int_equal(wire[byte], 0);
    }
    assert_int_equal(told.boot_vector, UINT64_C(0x8070605041c00000));
    assert_int_equal(told.config, TI_SCI_R5_ATCM);
    assert_int_equal(told.control, 0);
    assert_int_equal(told.status, TI_SCI_R5_LOCKSTEP_ALLOWED | TI_SCI_R5_CLOCK_GATED);
    assert_int_equal(release(), -EACCES); /* it was handed over */
}

/* Each once with the fault, which ends in an error, and once without. */
static void with_each(enum am65x_fault fault, int expected)
{
    for (size_t i = 0; i < COUNT(requests); i++) {
        int error = expected;
        if (requests[i].ask == wait_for_gate && error == -EACCES)
            error = -EAGAIN;
        assert_true(am65x_inject(fault, 0, 1));
        assert_int_equal(requests[i].ask(), error);
        (void)request(); /* whatever became of it, the next one can be asked for */
        if (requests[i].ask == hand_over)
            return;
        assert_int_equal(requests[i].ask(), 0);
    }
}

static void a_refusal_is_told(void **state)
{
    (void)state;
    with_each(AM65X_FAULT_SCI_NAK, -EACCES);
}

static void a_request_that_is_lost_is_asked_for_again(void **state)
{
    (void)state;
    with_each(AM65X_FAULT_SCI_LOST, -ETIMEDOUT);
}

static void an_answer_that_is_lost_leaves_all_as_asked(void **state)
{
    (void)state;
    with_each(AM65X_FAULT_SCI_DROP, -ETIMEDOUT);
    assert_int_equal(release(), -EACCES); /* handed over it is */
}

static void an_answer_of_another_type_is_none(void **state)
{
    (void)state;
    with_each(AM65X_FAULT_SCI_WRONG_TYPE, -EPROTO);
}

static void a_state_that_is_cut_short_is_none(void **state)
{
    struct ti_sci_counters before, after;

    (void)state;
    told.config = 77;
    ti_sci_get_counters(&before);
    assert_true(am65x_inject(AM65X_FAULT_SCI_SHORT, 0, 1));
    assert_int_equal(get_state(), -EMSGSIZE);
    ti_sci_get_counters(&after);
    assert_int_equal(after.malformed, before.malformed + 1);
    assert_int_equal(told.config, 77);
    assert_int_equal(get_state(), 0);
}

/* Whether a request was carried out is settled by a release. */
static void a_release_settles_a_lost_request(void **state)
{
    (void)state;
    assert_true(am65x_inject(AM65X_FAULT_SCI_DROP, 0, 1));
    assert_int_equal(request(), -ETIMEDOUT);
    assert_int_equal(release(), 0);
    assert_true(am65x_inject(AM65X_FAULT_SCI_LOST, 0, 1));
    assert_int_equal(request(), -ETIMEDOUT);
    assert_int_equal(release(), -EACCES);
}

static void a_wait_in_vain_says_so(void **state)
{
    (void)state;
    assert_int_equal(ti_sci_processor_wait(R5F0, TI_SCI_R5_WFI, 2, 10), -EAGAIN);
    assert_int_equal(ti_sci_processor_wait(77, TI_SCI_R5_WFI, 2, 10), -EAGAIN);
    assert_int_equal(ti_sci_processor_get_state(77, &told), -EACCES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_request_is_as_documented, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_request_that_is_lost_is_asked_for_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_answer_that_is_lost_leaves_all_as_asked, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_answer_of_another_type_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_state_that_is_cut_short_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_release_settles_a_lost_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wait_in_vain_says_so, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
