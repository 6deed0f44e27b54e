// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model of the GPIOs (twin/models/gpio.c), from a pin to the line into the GIC.
 */
#include "twin/models/models.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define GPIO_0        0x00600000u
#define GPIO_1        0x00601000u
#define GPIO_WAKE_UP  0x42110000u

#define BINTEN        0x08u
#define PAIR(n)       (0x10u + 0x28u * (n))
#define DIR           0x00u
#define OUT_DATA      0x04u
#define SET_DATA      0x08u
#define CLR_DATA      0x0cu
#define IN_DATA       0x10u
#define SET_RIS_TRIG  0x14u
#define CLR_RIS_TRIG  0x18u
#define SET_FAL_TRIG  0x1cu
#define CLR_FAL_TRIG  0x20u
#define INTSTAT       0x24u

#define FIRST_INTID   392u
#define FIRST_WAKE_UP 712u

static unsigned rises[1024], falls[1024], changes;

static void on_line(void *context, unsigned intid, bool high)
{
    (void)context;
    (*(high ? &rises[intid] : &falls[intid]))++;
    changes++;
}

static uint64_t on_now(void *context)
{
    (void)context;
    return 0;
}

static int setup(void **state)
{
    static const struct am65x_environment environment = {.line = on_line, .now = on_now};
    static const struct am65x_config config = {.intid_limit = 1020};

    (void)state;
    am65x_reset(&environment, &config);
    memset(rises, 0, sizeof(rises));
    memset(falls, 0, sizeof(falls));
    changes = 0;
    return 0;
}

static uint32_t get(uint64_t address)
{
    uint64_t value = 0;

    assert_true(am65x_read(address, 4, &value));
    return (uint32_t)value;
}

static void put(uint64_t address, uint32_t value)
{
    assert_true(am65x_write(address, 4, value));
}

/* So many pulses, and nothing else on any line. */
static void expect_pulses(unsigned intid, unsigned count)
{
    assert_int_equal(rises[intid], count);
    assert_int_equal(falls[intid], count);
    assert_int_equal(changes, 2 * count);
}

static void test_reset_values(void **state)
{
    (void)state;
    assert_int_equal(get(GPIO_0 + BINTEN), 0);
    for (unsigned pair = 0; pair < 5; pair++) {
        assert_int_equal(get(GPIO_1 + PAIR(pair) + DIR), 0xffffffff);
        for (unsigned reg = OUT_DATA; reg <= INTSTAT; reg += 4)
            assert_int_equal(get(GPIO_1 + PAIR(pair) + reg), 0);
    }
    put(GPIO_0 + 0xd8, 0xffffffff); /* reserved */
    assert_int_equal(get(GPIO_0 + 0xd8), 0);
    put(GPIO_0 + BINTEN, 0xffffffff);
    assert_int_equal(get(GPIO_0 + BINTEN), 0x1ff);
}

static void test_pads_follow_outputs(void **state)
{
    (void)state;
    put(GPIO_0 + PAIR(1) + OUT_DATA, 0xf0);
    assert_int_equal(get(GPIO_0 + PAIR(1) + IN_DATA), 0); /* all are inputs, nobody drives them */
    put(GPIO_0 + PAIR(1) + DIR, 0xffffff0f);
    assert_int_equal(get(GPIO_0 + PAIR(1) + IN_DATA), 0xf0);
    put(GPIO_0 + PAIR(1) + SET_DATA, 0x0f);
    put(GPIO_0 + PAIR(1) + CLR_DATA, 0x10);
    assert_int_equal(get(GPIO_0 + PAIR(1) + OUT_DATA), 0xef);
    assert_int_equal(get(GPIO_0 + PAIR(1) + SET_DATA), 0xef);
    assert_int_equal(get(GPIO_0 + PAIR(1) + CLR_DATA), 0xef);
    assert_int_equal(get(GPIO_0 + PAIR(1) + IN_DATA), 0xe0);
    put(GPIO_0 + PAIR(1) + IN_DATA, 0xffffffff);
    assert_int_equal(get(GPIO_0 + PAIR(1) + IN_DATA), 0xe0);
    assert_int_equal(get(GPIO_0 + PAIR(0) + OUT_DATA), 0);
    assert_int_equal(get(GPIO_1 + PAIR(1) + OUT_DATA), 0);
}

static void test_edges(void **state)
{
    (void)state;
    assert_true(intr_map(DEV_GPIOMUX_INTR, 193, 3)); /* bank 1 of GPIO 0 */
    put(GPIO_0 + BINTEN, 1u << 1);
    put(GPIO_0 + PAIR(0) + DIR, ~(1u << 20));
    put(GPIO_0 + PAIR(0) + SET_DATA, 1u << 20);
    assert_int_equal(get(GPIO_0 + PAIR(0) + INTSTAT), 0); /* no edge is selected */
    put(GPIO_0 + PAIR(0) + SET_FAL_TRIG, 1u << 20);
    assert_int_equal(changes, 0);
    put(GPIO_0 + PAIR(0) + CLR_DATA, 1u << 20);
    assert_int_equal(get(GPIO_0 + PAIR(0) + INTSTAT), 1u << 20);
    expect_pulses(FIRST_INTID + 3, 1);
    put(GPIO_0 + PAIR(0) + SET_DATA, 1u << 20);
    expect_pulses(FIRST_INTID + 3, 1);
    put(GPIO_0 + PAIR(0) + SET_RIS_TRIG, 1u << 20);
    put(GPIO_0 + PAIR(0) + OUT_DATA, 0);
    put(GPIO_0 + PAIR(0) + OUT_DATA, 1u << 20);
    expect_pulses(FIRST_INTID + 3, 3); /* each edge, though nobody has cleared INTSTAT */
    put(GPIO_0 + PAIR(0) + INTSTAT, 1u << 19);
    assert_int_equal(get(GPIO_0 + PAIR(0) + INTSTAT), 1u << 20);
    put(GPIO_0 + PAIR(0) + INTSTAT, 1u << 20);
    assert_int_equal(get(GPIO_0 + PAIR(0) + INTSTAT), 0);
    put(GPIO_0 + PAIR(0) + DIR, UINT32_MAX); /* the pad falls: nobody drives it any more */
    expect_pulses(FIRST_INTID + 3, 4);
    put(GPIO_0 + PAIR(0) + CLR_FAL_TRIG, 1u << 20);
    put(GPIO_0 + PAIR(0) + CLR_RIS_TRIG, 1u << 20);
    put(GPIO_0 + PAIR(0) + INTSTAT, 1u << 20);
    put(GPIO_0 + PAIR(0) + DIR, 0);
    assert_int_equal(get(GPIO_0 + PAIR(0) + INTSTAT), 0);
    expect_pulses(FIRST_INTID + 3, 4);
}

static void test_banks_are_enabled(void **state)
{
    (void)state;
    assert_true(intr_map(DEV_GPIOMUX_INTR, 205, 31)); /* bank 5 of GPIO 1, the last output */
    assert_true(intr_map(DEV_GPIOMUX_INTR, 96, 30));  /* pin 0 of GPIO 1 */
    put(GPIO_1 + BINTEN, 0x1ff & ~(1u << 5));
    for (unsigned pair = 0; pair < 5; pair++) {
        put(GPIO_1 + PAIR(pair) + SET_RIS_TRIG, UINT32_MAX);
        put(GPIO_1 + PAIR(pair) + DIR, 0);
    }
    put(GPIO_1 + PAIR(2) + SET_DATA, 1u << 16);
    assert_int_equal(get(GPIO_1 + PAIR(2) + INTSTAT), 1u << 16);
    assert_int_equal(changes, 0);
    put(GPIO_1 + BINTEN, 1u << 5);
    put(GPIO_1 + PAIR(2) + SET_DATA, 7u << 17);
    expect_pulses(FIRST_INTID + 31, 1); /* three edges at once are one pulse of the bank */
    put(GPIO_1 + PAIR(0) + SET_DATA, 1);
    expect_pulses(FIRST_INTID + 31, 1);
    put(GPIO_1 + BINTEN, 1);
    put(GPIO_1 + PAIR(0) + CLR_DATA, 1);
    put(GPIO_1 + PAIR(0) + SET_DATA, 1);
    assert_int_equal(rises[FIRST_INTID + 30], 1); /* the pin's own line */
    put(GPIO_1 + PAIR(4) + SET_DATA, UINT32_MAX); /* a bank that leads nowhere */
    assert_int_equal(changes, 4);
}

static void test_wake_up_domain(void **state)
{
    (void)state;
    assert_true(intr_map(DEV_WKUP_GPIOMUX_INTR, 61, 2)); /* bank 1 */
    assert_true(intr_map(DEV_WKUP_GPIOMUX_INTR, 24, 0)); /* pin 24 */
    assert_true(intr_map(DEV_GPIOMUX_INTR, 61, 2));
    put(GPIO_WAKE_UP + BINTEN, 0xf);
    put(GPIO_WAKE_UP + PAIR(0) + SET_RIS_TRIG, 1u << 24);
    put(GPIO_WAKE_UP + PAIR(0) + SET_DATA, 1u << 24);
    put(GPIO_WAKE_UP + PAIR(0) + DIR, 0);
    assert_int_equal(rises[FIRST_WAKE_UP], 1);
    assert_int_equal(rises[FIRST_WAKE_UP + 2], 1);
    assert_int_equal(changes, 4);
    assert_true(intr_unmap(DEV_WKUP_GPIOMUX_INTR, 24, 0));
    put(GPIO_WAKE_UP + PAIR(0) + CLR_DATA, 1u << 24);
    put(GPIO_WAKE_UP + PAIR(0) + SET_DATA, 1u << 24);
    assert_int_equal(rises[FIRST_WAKE_UP], 1);
    assert_int_equal(rises[FIRST_WAKE_UP + 2], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_reset_values, setup),
        cmocka_unit_test_setup(test_pads_follow_outputs, setup),
        cmocka_unit_test_setup(test_edges, setup),
        cmocka_unit_test_setup(test_banks_are_enabled, setup),
        cmocka_unit_test_setup(test_wake_up_domain, setup),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
