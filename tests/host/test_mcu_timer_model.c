// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model of the MCU domain's timers (twin/models/mcu_timer.c), from a register to the VIMs.
 */
#include "tests/host/support/soc_host.h"
#include "twin/models/models.h"
#include "twin/models/vim.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TIMER(n)       (0x40400000u + 0x10000u * (n))
#define TIDR           0x00u
#define TIOCP_CFG      0x10u
#define STATUS_RAW     0x24u
#define STATUS         0x28u
#define ENABLE_SET     0x2cu
#define ENABLE_CLR     0x30u
#define TCLR           0x38u
#define TCRR           0x3cu
#define TLDR           0x40u
#define TTGR           0x44u
#define TWPS           0x48u
#define TMAR           0x4cu
#define TSICR          0x54u

#define START          0x01u
#define RELOAD         0x02u
#define SCALE(n)       (0x20u | (n) << 2)
#define COMPARE        0x40u
#define MATCH          1u
#define OVERFLOW       2u
#define POSTED         4u

#define TICK           40u
#define POSTED_NS      120u
#define SECOND         UINT64_C(1000000000)
#define DEVICE         35u
#define INPUT          38u

#define MSG_SET_DEVICE 0x0200u
#define MSG_GET_FREQ   0x010eu
#define DEVICE_OFF     0u
#define DEVICE_ON      2u

static void power(unsigned timer, unsigned state)
{
    struct sci request = sci_request(MSG_SET_DEVICE, 1), answer;

    sci_put(&request, 8, 4, DEVICE + timer);
    sci_put(&request, 16, 1, state);
    assert_true(sci_ask(&request, &answer));
}

static void start_with(uint32_t moods)
{
    const struct am65x_config config = {.intid_limit = 1020, .moods = moods};

    am65x_reset(&soc_environment, &config);
    sci_speak_as(3);
}

/* Timer 0 is on, and not in posted mode. */
static int setup(void **state)
{
    (void)state;
    start_with(0);
    power(0, DEVICE_ON);
    write32(TIMER(0) + TSICR, 0);
    return 0;
}

static uint32_t get(unsigned offset)
{
    return read32(TIMER(0) + offset);
}

static void put(unsigned offset, uint32_t value)
{
    write32(TIMER(0) + offset, value);
}

static bool raised(unsigned timer)
{
    assert_int_equal(vim_line_level(0, INPUT + timer), vim_line_level(1, INPUT + timer));
    return vim_line_level(0, INPUT + timer);
}

static void counts_at_25_mhz(void **state)
{
    (void)state;
    put(TCRR, 100);
    pass(SECOND);
    assert_int_equal(get(TCRR), 100);
    put(TCLR, START);
    pass(10 * TICK + TICK / 2);
    assert_int_equal(get(TCRR), 110);
    pass(TICK / 2);
    assert_int_equal(get(TCRR), 111);
    put(TCLR, 0);
    pass(SECOND);
    assert_int_equal(get(TCRR), 111);
    put(TCLR, START | SCALE(7));
    pass(256 * 3 * TICK);
    assert_int_equal(get(TCRR), 114);
    put(TCLR, START | SCALE(0));
    pass(2 * 3 * TICK);
    assert_int_equal(get(TCRR), 117);
}

static void one_shot_stops_at_its_overflow(void **state)
{
    (void)state;
    put(ENABLE_SET, OVERFLOW);
    put(TCRR, -25u);
    put(TCLR, START);
    pass(25 * TICK - 1);
    assert_false(raised(0));
    pass(1);
    assert_true(raised(0));
    assert_int_equal(get(STATUS), OVERFLOW);
    pass(SECOND);
    assert_int_equal(get(TCRR), 0);
    assert_int_equal(get(TCLR), 0);
    put(STATUS, MATCH);
    assert_true(raised(0));
    put(STATUS, OVERFLOW);
    assert_false(raised(0));
    pass(SECOND);
    assert_false(raised(0));
}

static void reload_goes_on(void **state)
{
    (void)state;
    put(ENABLE_SET, OVERFLOW);
    put(TLDR, -25000u);
    put(TTGR, 0);
    assert_int_equal(get(TCRR), -25000u);
    put(TCLR, START | RELOAD);
    for (unsigned i = 0; i < 5; i++) {
        pass(25000 * TICK - 1);
        assert_false(raised(0));
        pass(1);
        assert_true(raised(0));
        put(STATUS, OVERFLOW);
        assert_false(raised(0));
    }
    pass(25000 * 3 * TICK + 7 * TICK); /* three that nobody has looked at */
    assert_int_equal(get(TCRR), -25000u + 7);
    assert_int_equal(get(STATUS), OVERFLOW);
}

/* Nobody is called for each of 25 million overflows a second. */
static void fast_reload_costs_nothing(void **state)
{
    (void)state;
    put(ENABLE_SET, OVERFLOW);
    put(TLDR, UINT32_MAX);
    put(TCRR, UINT32_MAX);
    put(TCLR, START | RELOAD);
    pass(TICK);
    assert_true(raised(0));
    assert_true(am65x_next_deadline() == UINT64_MAX);
    put(STATUS, OVERFLOW);
    assert_false(raised(0));
    assert_true(am65x_next_deadline() <= now_ns + TICK);
    pass(TICK);
    assert_true(raised(0));
}

static void matches(void **state)
{
    (void)state;
    put(ENABLE_SET, MATCH);
    put(TMAR, 20);
    put(TCLR, START | COMPARE);
    pass(19 * TICK);
    assert_false(raised(0));
    pass(TICK);
    assert_true(raised(0));
    put(STATUS, MATCH);
    pass(SECOND);
    assert_false(raised(0));
    /* In the rounds after a reload too. */
    put(TCLR, 0);
    put(TLDR, -100u);
    put(TCRR, -2u);
    put(TMAR, -60u);
    put(TCLR, START | RELOAD | COMPARE);
    pass(2 * TICK + 39 * TICK);
    assert_false(raised(0));
    assert_int_equal(get(STATUS_RAW), OVERFLOW);
    pass(TICK);
    assert_true(raised(0));
    put(STATUS, MATCH);
    pass(100 * TICK);
    assert_true(raised(0));
    /* Not where it does not come by. */
    put(TMAR, 5);
    put(STATUS, MATCH);
    pass(SECOND);
    assert_false(raised(0));
}

static void interrupts_are_enabled_singly(void **state)
{
    (void)state;
    put(STATUS_RAW, OVERFLOW | MATCH);
    assert_int_equal(get(STATUS_RAW), OVERFLOW | MATCH);
    assert_int_equal(get(STATUS), 0);
    assert_false(raised(0));
    put(ENABLE_SET, MATCH);
    assert_int_equal(get(STATUS), MATCH);
    assert_int_equal(get(ENABLE_CLR), MATCH);
    assert_true(raised(0));
    put(ENABLE_CLR, MATCH);
    assert_false(raised(0));
}

static void posted_writes_take_three_clocks(void **state)
{
    (void)state;
    put(TSICR, POSTED);
    put(TCRR, 1000);
    put(TLDR, 7);
    assert_int_equal(get(TWPS), 0x6);
    assert_int_equal(get(TCRR), 0);
    pass(POSTED_NS);
    assert_int_equal(get(TWPS), 0);
    assert_int_equal(get(TCRR), 1000);
    assert_int_equal(get(TLDR), 7);
    put(TCRR, 1);
    pass(POSTED_NS / 2);
    put(TCRR, 2); /* the first is lost */
    pass(POSTED_NS / 2);
    assert_int_equal(get(TCRR), 1000);
    pass(POSTED_NS / 2);
    assert_int_equal(get(TCRR), 2);
    put(ENABLE_SET, OVERFLOW); /* at once */
    assert_int_equal(get(ENABLE_SET), OVERFLOW);
    put(TCRR, -10u);
    put(TCLR, START);
    pass(POSTED_NS + 10 * TICK - 1);
    assert_false(raised(0));
    pass(1);
    assert_true(raised(0));
}

static void resets(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 2; way++) {
        put(TSICR, 0);
        put(TCRR, -2u);
        put(TMAR, 5);
        put(ENABLE_SET, OVERFLOW);
        put(TCLR, START);
        pass(2 * TICK);
        assert_true(raised(0));
        put(way == 0 ? TIOCP_CFG : TSICR, way == 0 ? 1 : 2);
        assert_false(raised(0));
        assert_int_equal(get(TIOCP_CFG), 0);
        assert_int_equal(get(TSICR), POSTED);
        assert_int_equal(get(TMAR), 0);
        assert_int_equal(get(ENABLE_SET), 0);
        assert_int_equal(get(STATUS_RAW), 0);
    }
    assert_int_not_equal(get(TIDR) >> 16, 0);
}

static void without_power_there_is_none(void **state)
{
    (void)state;
    put(ENABLE_SET, OVERFLOW);
    put(STATUS_RAW, OVERFLOW);
    assert_true(raised(0));
    power(0, DEVICE_OFF);
    assert_false(raised(0));
    assert_int_equal(get(TIDR), 0);
    put(ENABLE_SET, OVERFLOW);
    put(STATUS_RAW, OVERFLOW);
    assert_false(raised(0));
    power(0, DEVICE_ON);
    assert_int_equal(get(ENABLE_SET), 0);
    assert_int_equal(read32(TIMER(1) + TIDR), 0);
}

static void there_are_four(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MCU_TIMER_COUNT; i++)
        power(i, DEVICE_ON);
    for (unsigned i = 0; i < MCU_TIMER_COUNT; i++) {
        write32(TIMER(i) + TSICR, 0);
        write32(TIMER(i) + ENABLE_SET, OVERFLOW);
        write32(TIMER(i) + TCRR, -10u * (i + 1));
        write32(TIMER(i) + TCLR, START);
    }
    for (unsigned i = 0; i < MCU_TIMER_COUNT; i++) {
        assert_false(raised(i));
        pass(10 * TICK);
        assert_true(raised(i));
    }
}

static void their_clock_has_25_mhz(void **state)
{
    struct sci request = sci_request(MSG_GET_FREQ, 1), answer;

    (void)state;
    sci_put(&request, 8, 4, DEVICE + 3);
    assert_true(sci_ask(&request, &answer));
    assert_int_equal(sci_get(&answer, 8, 8), 25000000);
}

static void loader_has_left_ticks(void **state)
{
    (void)state;
    start_with(AM65X_MOOD_STALE_LOADER);
    pass(SECOND / 1000);
    for (unsigned i = 0; i < MCU_TIMER_COUNT; i++) {
        assert_true(raised(i));
        write32(TIMER(i) + TIOCP_CFG, 1);
        assert_false(raised(i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(counts_at_25_mhz, setup),
        cmocka_unit_test_setup(one_shot_stops_at_its_overflow, setup),
        cmocka_unit_test_setup(reload_goes_on, setup),
        cmocka_unit_test_setup(fast_reload_costs_nothing, setup),
        cmocka_unit_test_setup(matches, setup),
        cmocka_unit_test_setup(interrupts_are_enabled_singly, setup),
        cmocka_unit_test_setup(posted_writes_take_three_clocks, setup),
        cmocka_unit_test_setup(resets, setup),
        cmocka_unit_test_setup(without_power_there_is_none, setup),
        cmocka_unit_test_setup(there_are_four, setup),
        cmocka_unit_test_setup(their_clock_has_25_mhz, setup),
        cmocka_unit_test_setup(loader_has_left_ticks, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
