// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model of the global time counter (twin/models/gtc.c).
 */
#include "twin/models/models.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define GTC       0x00a90000u
#define CNTCR     0x00u
#define CNTCV_LOW 0x08u
#define CNTCV_HI  0x0cu
#define CNTFID0   0x20u

static uint64_t time_ns;

static void on_line(void *context, unsigned intid, bool high)
{
    (void)context;
    (void)intid;
    (void)high;
}

static uint64_t on_now(void *context)
{
    (void)context;
    return time_ns;
}

static int setup(void **state)
{
    static const struct am65x_environment environment = {.line = on_line, .now = on_now};
    static const struct am65x_config config = {.intid_limit = 1020};

    (void)state;
    time_ns = 1000;
    am65x_reset(&environment, &config);
    return 0;
}

static uint32_t get(unsigned offset)
{
    uint64_t value = 0;

    assert_true(am65x_read(GTC + offset, 4, &value));
    return (uint32_t)value;
}

static void put(unsigned offset, uint32_t value)
{
    assert_true(am65x_write(GTC + offset, 4, value));
}

static void it_counts_while_it_is_on(void **state)
{
    (void)state;
    time_ns += 500;
    assert_int_equal(get(CNTCV_LOW), 0);
    put(CNTCR, 1);
    assert_int_equal(get(CNTCR), 1);
    time_ns += 500;
    assert_int_equal(get(CNTCV_LOW), 100);
    put(CNTCR, 1);
    time_ns += 500;
    assert_int_equal(get(CNTCV_LOW), 200);
    put(CNTCR, 0);
    time_ns += 500;
    assert_int_equal(get(CNTCV_LOW), 200);
    put(CNTCR, 1);
    time_ns += 5;
    assert_int_equal(get(CNTCV_LOW), 201);
}

static void it_takes_a_count_while_it_is_off(void **state)
{
    (void)state;
    put(CNTCV_HI, 7);
    put(CNTCV_LOW, 0xffffffff);
    put(CNTCR, 1);
    put(CNTCV_HI, 3);
    assert_int_equal(get(CNTCV_HI), 7);
    time_ns += 5;
    assert_int_equal(get(CNTCV_HI), 8);
    assert_int_equal(get(CNTCV_LOW), 0);
}

static void it_keeps_the_frequency(void **state)
{
    (void)state;
    assert_int_equal(get(CNTFID0), 0);
    put(CNTFID0, 200000000);
    assert_int_equal(get(CNTFID0), 200000000);
    assert_int_equal(get(0x24), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_counts_while_it_is_on, setup),
        cmocka_unit_test_setup(it_takes_a_count_while_it_is_off, setup),
        cmocka_unit_test_setup(it_keeps_the_frequency, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
