// SPDX-License-Identifier: BSD-3-Clause
/*
 * The R5F cores' interrupt controllers (twin/models/vim.h), by their registers as a core sees them.
 */
#include "tests/host/support/r5f_host.h"
#include "tests/host/support/soc_host.h"
#include "twin/models/models.h"
#include "twin/models/vim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define INPUT      68u
#define OTHER      300u
#define LAST       511u

#define INFO       0x04u
#define PRIIRQ     0x08u
#define PRIFIQ     0x0cu
#define IRQGSTS    0x10u
#define FIQGSTS    0x14u
#define IRQVEC     0x18u
#define FIQVEC     0x1cu
#define ACTIRQ     0x20u
#define ACTFIQ     0x24u
#define DEDVEC     0x30u
#define RAW(n)     (0x400u + (n) / 32 * 0x20)
#define STS(n)     (0x404u + (n) / 32 * 0x20)
#define EN_SET(n)  (0x408u + (n) / 32 * 0x20)
#define EN_CLR(n)  (0x40cu + (n) / 32 * 0x20)
#define IRQSTS(n)  (0x410u + (n) / 32 * 0x20)
#define FIQSTS(n)  (0x414u + (n) / 32 * 0x20)
#define INTMAP(n)  (0x418u + (n) / 32 * 0x20)
#define INTTYPE(n) (0x41cu + (n) / 32 * 0x20)
#define PRI(n)     (0x1000u + 4 * (n))
#define VEC(n)     (0x2000u + 4 * (n))
#define VALID      UINT32_C(0x80000000)

static uint32_t get_of(unsigned core, uint64_t offset)
{
    uint64_t value;

    assert_true(am65x_r5f_read(core, VIM_BASE + offset, 4, &value));
    return (uint32_t)value;
}

static void set_of(unsigned core, uint64_t offset, uint32_t value)
{
    assert_true(am65x_r5f_write(core, VIM_BASE + offset, 4, value));
}

static uint32_t get(uint64_t offset)
{
    return get_of(0, offset);
}

static void set(uint64_t offset, uint32_t value)
{
    set_of(0, offset, value);
}

static uint32_t bit(unsigned input)
{
    return UINT32_C(1) << input % 32;
}

static uint32_t taken(unsigned input, unsigned priority)
{
    return VALID | priority << 16 | input;
}

static void pulse(unsigned input)
{
    vim_line(0, input, true);
    vim_line(0, input, false);
}

static void prepare(unsigned input, unsigned priority)
{
    set(PRI(input), priority);
    set(VEC(input), 0x1000 + 4 * input);
    set(EN_SET(input), bit(input));
}

static int setup(void **state)
{
    static const struct am65x_config config = {.intid_limit = 1020};

    (void)state;
    am65x_reset(&soc_environment, &config);
    return 0;
}

static void resets_to_nothing(void **state)
{
    (void)state;
    assert_int_equal(get(INFO), 512);
    assert_int_equal(get(PRIIRQ), 0);
    assert_int_equal(get(ACTIRQ), 0);
    assert_int_equal(get(EN_SET(INPUT)), 0);
    assert_int_equal(get(INTMAP(INPUT)), 0);
    assert_int_equal(get(PRI(INPUT)), 15);
    assert_false(r5f_lines[0].irq);
}

static void has_what_was_written(void **state)
{
    (void)state;
    set(PRI(LAST), 0xfffffff5);
    assert_int_equal(get(PRI(LAST)), 5);
    set(VEC(LAST), 0xffffffff);
    assert_int_equal(get(VEC(LAST)), 0xfffffffc);
    set(DEDVEC, 0x12345677);
    assert_int_equal(get(DEDVEC), 0x12345674);
    set(INTTYPE(LAST), bit(LAST));
    assert_int_equal(get(INTTYPE(LAST)), bit(LAST));
    assert_int_equal(get(INTTYPE(0)), 0);
    set(EN_SET(LAST), bit(LAST) | bit(480));
    set(EN_CLR(LAST), bit(480));
    assert_int_equal(get(EN_SET(LAST)), bit(LAST));
    assert_int_equal(get(EN_CLR(LAST)), bit(LAST));
}

/* Reserved places, and the ends of the register's ranges. */
static void ignores_the_rest(void **state)
{
    static const uint64_t reserved[] = {0x00,  0x28,  0x2c,   0x34,   0x3fc,
                                        0x600, 0xffc, 0x1800, 0x2800, 0x3ffc};

    (void)state;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        set(reserved[i], 0xffffffff);
        assert_int_equal(get(reserved[i]), 0);
    }
    assert_false(r5f_lines[0].irq || r5f_lines[0].fiq);
}

static void is_seen_by_its_core_only(void **state)
{
    uint64_t value;

    (void)state;
    assert_false(am65x_read(VIM_BASE + INFO, 4, &value));
    set_of(1, VEC(INPUT), 0x44);
    assert_int_equal(get_of(0, VEC(INPUT)), 0);
    assert_int_equal(get_of(1, VEC(INPUT)), 0x44);
    /* All else is common. */
    assert_true(am65x_r5f_read(1, RX_STATUS, 4, &value));
    assert_false(am65x_r5f_read(1, VIM_BASE - 4, 4, &value));
    assert_false(am65x_r5f_write(1, VIM_BASE + VIM_SIZE, 4, 0));
    assert_false(am65x_r5f_read(2, VIM_BASE, 4, &value));
}

static void takes_accesses_of_other_sizes(void **state)
{
    uint64_t value;

    (void)state;
    set(VEC(0), 0x11223344);
    set(VEC(1), 0x55667788);
    assert_true(am65x_r5f_read(0, VIM_BASE + VEC(0), 8, &value));
    assert_true(value == UINT64_C(0x5566778811223344));
    assert_true(am65x_r5f_read(0, VIM_BASE + VEC(0) + 1, 1, &value));
    assert_int_equal(value, 0x33);
    assert_true(am65x_r5f_read(0, VIM_BASE + VEC(0) + 2, 4, &value));
    assert_int_equal(value, 0);
    assert_true(am65x_r5f_write(0, VIM_BASE + VEC(0) + 2, 4, 0xffffffff));
    assert_int_equal(get(VEC(0)), 0x11223344);
}

static void raises_what_is_enabled(void **state)
{
    (void)state;
    vim_line(0, INPUT, true);
    assert_int_equal(get(RAW(INPUT)), bit(INPUT));
    assert_int_equal(get(STS(INPUT)), 0);
    assert_false(r5f_lines[0].irq);
    prepare(INPUT, 3);
    assert_true(r5f_lines[0].irq);
    assert_false(r5f_lines[0].fiq);
    assert_false(r5f_lines[1].irq);
    assert_int_equal(get(STS(INPUT)), bit(INPUT));
    assert_int_equal(get(IRQSTS(INPUT)), bit(INPUT));
    assert_int_equal(get(FIQSTS(INPUT)), 0);
    assert_int_equal(get(IRQGSTS), 1u << INPUT / 32);
    assert_int_equal(get(FIQGSTS), 0);
    assert_int_equal(get(PRIIRQ), taken(INPUT, 3));
    set(EN_CLR(INPUT), bit(INPUT));
    assert_false(r5f_lines[0].irq);
}

static void acknowledges_and_ends(void **state)
{
    (void)state;
    prepare(INPUT, 3);
    vim_line(0, INPUT, true);
    assert_int_equal(get(IRQVEC), 0x1000 + 4 * INPUT);
    assert_int_equal(get(ACTIRQ), taken(INPUT, 3));
    assert_int_equal(get(PRIIRQ), 0);
    assert_false(r5f_lines[0].irq);
    assert_int_equal(get(IRQSTS(INPUT)), bit(INPUT)); /* not masked by a priority */
    vim_line(0, INPUT, false);
    set(STS(INPUT), bit(INPUT));
    set(IRQVEC, 0);
    assert_int_equal(get(ACTIRQ), 0);
    assert_false(r5f_lines[0].irq);
}

static void keeps_a_pulse_until_it_is_cleared(void **state)
{
    (void)state;
    prepare(INPUT, 3);
    pulse(INPUT);
    assert_true(r5f_lines[0].irq);
    (void)get(IRQVEC);
    set(IRQVEC, 0);
    assert_true(r5f_lines[0].irq); /* nobody has cleared it */
    (void)get(IRQVEC);
    set(IRQSTS(INPUT), bit(INPUT));
    pulse(INPUT); /* another one, while that is active */
    set(IRQVEC, 0);
    assert_int_equal(get(PRIIRQ), taken(INPUT, 3));
}

/* A level is there again after it was cleared, and what was high once stays when it is low. */
static void looks_at_the_level_again(void **state)
{
    (void)state;
    prepare(INPUT, 3);
    vim_line(0, INPUT, true);
    set(STS(INPUT), bit(INPUT));
    assert_int_equal(get(RAW(INPUT)), bit(INPUT));
    assert_true(vim_line_level(0, INPUT));
    vim_line(0, INPUT, false);
    assert_int_equal(get(RAW(INPUT)), bit(INPUT));
    set(FIQSTS(INPUT), bit(INPUT)); /* it is none */
    assert_true(r5f_lines[0].irq);
    set(IRQSTS(INPUT), bit(INPUT));
    assert_false(r5f_lines[0].irq);
}

static void is_raised_by_software(void **state)
{
    (void)state;
    prepare(LAST, 7);
    set(RAW(LAST), bit(LAST));
    assert_int_equal(get(PRIIRQ), taken(LAST, 7));
    set(STS(LAST), bit(LAST));
    assert_int_equal(get(PRIIRQ), 0);
}

static void presents_the_most_urgent(void **state)
{
    (void)state;
    prepare(OTHER, 5);
    prepare(INPUT, 5);
    prepare(LAST, 4);
    pulse(OTHER);
    assert_int_equal(get(PRIIRQ), taken(OTHER, 5));
    pulse(INPUT); /* the lower number of equals */
    assert_int_equal(get(PRIIRQ), taken(INPUT, 5));
    pulse(LAST);
    assert_int_equal(get(PRIIRQ), taken(LAST, 4));
    assert_int_equal(get(IRQGSTS), 1u << INPUT / 32 | 1u << OTHER / 32 | 1u << LAST / 32);
}

static void nests_what_is_more_urgent(void **state)
{
    (void)state;
    prepare(INPUT, 9);
    prepare(OTHER, 9);
    prepare(LAST, 2);
    pulse(OTHER);
    (void)get(IRQVEC);
    set(STS(OTHER), bit(OTHER));
    pulse(INPUT); /* as urgent: it waits */
    assert_false(r5f_lines[0].irq);
    pulse(LAST);
    assert_true(r5f_lines[0].irq);
    assert_int_equal(get(IRQVEC), 0x1000 + 4 * LAST);
    set(STS(LAST), bit(LAST));
    assert_int_equal(get(ACTIRQ), taken(LAST, 2));
    set(IRQVEC, 0);
    assert_int_equal(get(ACTIRQ), taken(OTHER, 9)); /* it is back, and masks again */
    assert_false(r5f_lines[0].irq);
    set(IRQVEC, 0);
    assert_int_equal(get(PRIIRQ), taken(INPUT, 9));
    assert_true(r5f_lines[0].irq);
}

static void nests_as_deep_as_there_are_priorities(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        prepare(INPUT + i, 15 - i);
        pulse(INPUT + i);
        assert_int_equal(get(IRQVEC), 0x1000 + 4 * (INPUT + i));
    }
    set(RAW(0), 0xffffffff);
    set(EN_SET(0), 0xffffffff);
    for (unsigned i = 0; i < 32; i++)
        set(PRI(i), 0);
    assert_int_equal(get(IRQVEC), 0); /* nothing is more urgent than the most urgent */
    for (unsigned i = 16; i-- != 0;) {
        assert_int_equal(get(ACTIRQ), taken(INPUT + i, 15 - i));
        set(IRQVEC, 0);
    }
    set(IRQVEC, 0); /* one more than there were */
    assert_int_equal(get(ACTIRQ), 0);
}

static void reads_nothing_while_nothing_is_presented(void **state)
{
    (void)state;
    assert_int_equal(get(IRQVEC), 0);
    assert_int_equal(get(ACTIRQ), 0);
    prepare(INPUT, 3);
    pulse(INPUT);
    (void)get(IRQVEC);
    assert_int_equal(get(IRQVEC), 0);
    assert_int_equal(get(ACTIRQ), taken(INPUT, 3));
    set(IRQVEC, 0);
    assert_int_equal(get(ACTIRQ), 0);
}

static void has_fiqs_apart(void **state)
{
    (void)state;
    prepare(INPUT, 3);
    prepare(OTHER, 9);
    set(INTMAP(OTHER), bit(OTHER));
    pulse(INPUT);
    pulse(OTHER);
    assert_true(r5f_lines[0].irq && r5f_lines[0].fiq);
    assert_int_equal(get(PRIFIQ), taken(OTHER, 9));
    assert_int_equal(get(FIQGSTS), 1u << OTHER / 32);
    assert_int_equal(get(FIQVEC), 0x1000 + 4 * OTHER);
    assert_int_equal(get(ACTFIQ), taken(OTHER, 9));
    assert_true(r5f_lines[0].irq);
    assert_false(r5f_lines[0].fiq);
    assert_int_equal(get(ACTIRQ), 0);
    set(IRQSTS(OTHER), bit(OTHER)); /* it is none */
    assert_int_equal(get(FIQSTS(OTHER)), bit(OTHER));
    set(FIQSTS(OTHER), bit(OTHER));
    set(FIQVEC, 0);
    assert_int_equal(get(ACTFIQ), 0);
    assert_false(r5f_lines[0].fiq);
}

static void tells_changes_only(void **state)
{
    unsigned before = r5f_lines[0].changes;

    (void)state;
    prepare(INPUT, 3);
    prepare(OTHER, 3);
    pulse(INPUT);
    pulse(OTHER);
    pulse(INPUT);
    assert_int_equal(r5f_lines[0].changes, before + 1);
}

static void resets_one_core(void **state)
{
    (void)state;
    for (unsigned core = 0; core < 2; core++) {
        set_of(core, PRI(INPUT), 3);
        set_of(core, EN_SET(INPUT), bit(INPUT));
    }
    vim_line_all(INPUT, true);
    (void)get(IRQVEC);
    vim_core_reset(0);
    assert_false(r5f_lines[0].irq);
    assert_int_equal(get(ACTIRQ), 0);
    assert_int_equal(get(EN_SET(INPUT)), 0);
    assert_int_equal(get(RAW(INPUT)), bit(INPUT)); /* it is high */
    assert_true(r5f_lines[1].irq);
    vim_reset();
    assert_false(r5f_lines[1].irq);
    assert_int_equal(get_of(1, RAW(INPUT)), 0);
}

/* ---- what is at the inputs ---- */

#define MCU_INTA  UINT64_C(0x2a700000)
#define MCU_UART  UINT64_C(0x40a00000)
#define UART1     UINT64_C(0x02810000)
#define IER       0x04u
#define IER_THR   0x02u
#define VINT_PAGE 0x1000u
#define MCU_EVENT 17032u

static bool is_high(unsigned core, unsigned input)
{
    return (get_of(core, RAW(input)) & bit(input)) != 0 && vim_line_level(core, input);
}

static void the_mcu_navigator_interrupts(void **state)
{
    (void)state;
    assert_true(inta_map(NAVSS_MCU, MCU_EVENT, 200, 63));
    assert_false(inta_map(NAVSS_MCU, MCU_EVENT, 201, 0));      /* it is taken */
    assert_false(inta_map(NAVSS_MCU, 1000, 201, 0));           /* the main one's */
    assert_false(inta_map(NAVSS_MAIN, MCU_EVENT + 1, 201, 0)); /* not the main one's */
    assert_false(inta_map(NAVSS_MCU, MCU_EVENT + 1, 256, 0));
    assert_false(inta_unmap(NAVSS_MAIN, MCU_EVENT, 200, 63));
    write64(MCU_INTA + 200 * VINT_PAGE, UINT64_C(1) << 63);
    /* A half of the router's outputs for each core. */
    assert_true(intr_map(DEV_MCU_INTR, 200, 36));
    inta_event(MCU_EVENT);
    assert_true(is_high(1, 68));
    assert_false(is_high(0, 68));
    assert_true(intr_unmap(DEV_MCU_INTR, 200, 36));
    assert_false(is_high(1, 68));
    assert_true(intr_map(DEV_MCU_INTR, 200, 4));
    assert_true(is_high(0, 68));
    assert_true(read64(MCU_INTA + 200 * VINT_PAGE + 0x20) == UINT64_C(1) << 63);
    write64(MCU_INTA + 200 * VINT_PAGE + 0x18, UINT64_C(1) << 63);
    assert_false(is_high(0, 68));
    assert_true(inta_unmap(NAVSS_MCU, MCU_EVENT, 200, 63));
    inta_event(MCU_EVENT);
    assert_int_equal(am65x_counter(AM65X_COUNT_EVENTS_LOST), 1);
}

static void the_domains_own_devices_interrupt_both_cores(void **state)
{
    (void)state;
    write32(MCU_UART + IER, IER_THR);
    assert_true(is_high(0, 30));
    assert_true(is_high(1, 30));
    write32(MCU_UART + IER, 0);
    assert_false(is_high(0, 30));
}

static void the_main_domains_devices_come_through_a_router(void **state)
{
    (void)state;
    write32(UART1 + IER, IER_THR);
    assert_true(intr_map(DEV_MAIN2MCU_LVL, 105, 33));
    assert_true(is_high(0, 193));
    assert_true(is_high(1, 193));
    am65x_lose_interrupts();
    assert_false(is_high(1, 193));
}

static void the_main_navigator_comes_through_two_routers(void **state)
{
    (void)state;
    assert_true(inta_map(NAVSS_MAIN, 1552, 126, 0));
    write64(UINT64_C(0x33d00000) + 126 * VINT_PAGE, 1);
    assert_true(intr_map(DEV_MAIN_INTR, 126, 127));
    assert_true(intr_map(DEV_MAIN2MCU_LVL, 191, 0));
    inta_event(1552);
    assert_true(is_high(0, 160));
    inta_event_down(1552);
    assert_false(is_high(0, 160));
}

static void gpios_pulses_come_too(void **state)
{
    (void)state;
    assert_true(intr_map(DEV_WKUP_GPIOMUX_INTR, 3, 9));
    intr_pulse(DEV_WKUP_GPIOMUX_INTR, 3);
    assert_int_equal(get_of(1, RAW(133)), bit(133));
    assert_false(vim_line_level(1, 133));
    assert_true(intr_map(DEV_MAIN2MCU_PLS, 31, 47));
    intr_pulse(DEV_MAIN2MCU_PLS, 31);
    assert_int_equal(get(RAW(271)), bit(271));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(resets_to_nothing, setup),
        cmocka_unit_test_setup(has_what_was_written, setup),
        cmocka_unit_test_setup(ignores_the_rest, setup),
        cmocka_unit_test_setup(is_seen_by_its_core_only, setup),
        cmocka_unit_test_setup(takes_accesses_of_other_sizes, setup),
        cmocka_unit_test_setup(raises_what_is_enabled, setup),
        cmocka_unit_test_setup(acknowledges_and_ends, setup),
        cmocka_unit_test_setup(keeps_a_pulse_until_it_is_cleared, setup),
        cmocka_unit_test_setup(looks_at_the_level_again, setup),
        cmocka_unit_test_setup(is_raised_by_software, setup),
        cmocka_unit_test_setup(presents_the_most_urgent, setup),
        cmocka_unit_test_setup(nests_what_is_more_urgent, setup),
        cmocka_unit_test_setup(nests_as_deep_as_there_are_priorities, setup),
        cmocka_unit_test_setup(reads_nothing_while_nothing_is_presented, setup),
        cmocka_unit_test_setup(has_fiqs_apart, setup),
        cmocka_unit_test_setup(tells_changes_only, setup),
        cmocka_unit_test_setup(resets_one_core, setup),
        cmocka_unit_test_setup(the_mcu_navigator_interrupts, setup),
        cmocka_unit_test_setup(the_domains_own_devices_interrupt_both_cores, setup),
        cmocka_unit_test_setup(the_main_domains_devices_come_through_a_router, setup),
        cmocka_unit_test_setup(the_main_navigator_comes_through_two_routers, setup),
        cmocka_unit_test_setup(gpios_pulses_come_too, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
