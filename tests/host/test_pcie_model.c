// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model of the PCI Express controllers and of the SERDES (twin/models/pcie*.c, serdes.c), with
 * the test as what is plugged in.
 */
#include "tests/host/support/soc_host.h"
#include "twin/models/models.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define APP(n)         (0x05500000u + 0x00100000u * (n))
#define DBI(n)         (0x05501000u + 0x00100000u * (n))
#define ATU(n)         (0x05506000u + 0x00100000u * (n))
#define OUTBOUND(n)    (0x10000000u + 0x08000000u * (n))
#define SERDES(n)      (0x00900000u + 0x00010000u * (n))
#define PCIE_CTRL(n)   (0x00104060u + 0x10u * (n))
#define SERDES_CTRL(n) (0x00104080u + 0x10u * (n))
#define DEVID          0x00100210u
#define GPIO1          0x00601000u
#define WKUP_GPIO0     0x42110000u

#define CMD_STATUS     0x004u
#define LTSSM_EN       0x01u
#define DBI_CS2        0x20u
#define DEBUG0         0x728u
#define L0             0x11u
#define MISC_CONTROL_1 0x8bcu

#define REGION(i)      (0x200u * (i))
#define MEMORY         0u
#define IO             2u
#define CONFIG0        4u
#define CONFIG1        5u
#define ENABLE         (1u << 31)

#define PCIE0          120u
#define SERDES0        153u
#define OFF            0u
#define ON             2u
#define MSG_SET_DEVICE 0x0200u
#define MSG_SET_RESETS 0x0202u
#define MILLISECOND    UINT64_C(1000000)

static struct am65x_pcie_request last;
static unsigned requests, windows_told, links_up, links_down, ports_told;
static unsigned port_offset, told_of;
static uint32_t port_value, answer_value;
static bool answers;

static bool answer(void *context, struct am65x_pcie_request *request)
{
    (void)context;
    last = *request;
    requests++;
    request->value = answer_value;
    return answers;
}

static void port_told(void *context, unsigned controller, unsigned offset, uint32_t value)
{
    (void)context;
    told_of = controller;
    ports_told++;
    port_offset = offset;
    port_value = value;
}

static void link_told(void *context, unsigned controller, bool up)
{
    (void)context;
    told_of = controller;
    links_up += up;
    links_down += !up;
}

static void windows_changed(void *context, unsigned controller)
{
    (void)context;
    told_of = controller;
    windows_told++;
}

static void start_with(unsigned plugged)
{
    struct am65x_environment environment = soc_environment;
    const struct am65x_config config = {.intid_limit = 1020};

    environment.pcie_plugged = plugged;
    environment.pcie_request = answer;
    environment.pcie_port = port_told;
    environment.pcie_link = link_told;
    environment.pcie_windows = windows_changed;
    am65x_reset(&environment, &config);
    requests = windows_told = links_up = links_down = ports_told = 0;
    answers = true;
    answer_value = 0x12345678;
}

static void start(bool plugged_in)
{
    start_with(plugged_in ? 1 : 0);
}

static void message(uint16_t type, uint32_t device, unsigned offset, unsigned size, uint32_t value)
{
    struct sci request = sci_request(type, 1), reply;

    sci_put(&request, 8, 4, device);
    sci_put(&request, offset, size, value);
    assert_true(sci_ask(&request, &reply));
}

static void power(uint32_t device, unsigned state)
{
    message(MSG_SET_DEVICE, device, 16, 1, state);
}

static void set_bits(uint64_t address, uint32_t mask, uint32_t value)
{
    write32(address, (read32(address) & ~mask) | value);
}

/* What brings up the link, step by step, as U-Boot does it. */
enum step {
    PCIE_ON,
    SERDES_ON,
    LANE,
    RESET_ON,
    RESET_OFF,
    VERSION,
    CLOCK_RELEASED,
    LANE_RELEASED,
    PLL_ON,
    LANE_ON,
    MODE,
    TRAIN,
    STEPS,
};

static void do_step(enum step step, unsigned n)
{
    switch (step) {
    case PCIE_ON:
        power(PCIE0 + n, ON);
        break;
    case SERDES_ON:
        power(SERDES0 + n, ON);
        break;
    case LANE:
        set_bits(SERDES_CTRL(n), 3, n == 0 ? 1 : 0);
        break;
    case RESET_ON:
        set_bits(SERDES(n) + 0x1fd0, 1u << 29, 1u << 29);
        break;
    case RESET_OFF:
        set_bits(SERDES(n) + 0x1fd0, 1u << 29, 0);
        break;
    case VERSION:
        set_bits(SERDES(n) + 0xb38, 0xff0000, 0x700000);
        break;
    case CLOCK_RELEASED:
        set_bits(SERDES(n) + 0x7c, 1u << 24, 1u << 24);
        break;
    case LANE_RELEASED:
        set_bits(SERDES(n) + 0xb90, 1u << 9, 1u << 9);
        break;
    case PLL_ON:
        set_bits(SERDES(n) + 0x1ff4, 7u << 29, 7u << 29);
        pass(MILLISECOND);
        break;
    case LANE_ON:
        set_bits(SERDES(n) + 0x1fe0, 7u << 29 | 7u << 13, 7u << 29 | 7u << 13);
        pass(MILLISECOND);
        break;
    case MODE:
        set_bits(PCIE_CTRL(n), 3, 2);
        break;
    default:
        set_bits(APP(n) + CMD_STATUS, LTSSM_EN, LTSSM_EN);
        pass(10 * MILLISECOND);
    }
}

static void bring_up(unsigned n)
{
    for (enum step step = 0; step < STEPS; step++)
        do_step(step, n);
}

static bool is_up(unsigned n)
{
    bool up = (read32(DBI(n) + DEBUG0) & 0x1f) == L0;

    assert_int_equal(am65x_pcie_link(n), up);
    return up;
}

static int plugged_in(void **state)
{
    (void)state;
    start(true);
    return 0;
}

static int linked(void **state)
{
    (void)state;
    start(true);
    bring_up(0);
    return 0;
}

static void region_of(unsigned n, unsigned i, uint32_t type, uint64_t base, uint64_t limit,
                      uint64_t target)
{
    uint64_t at = ATU(n) + REGION(i);

    write32(at + 0x8, (uint32_t)base);
    write32(at + 0xc, (uint32_t)(base >> 32));
    write32(at + 0x10, (uint32_t)limit);
    write32(at + 0x20, (uint32_t)(limit >> 32));
    write32(at + 0x14, (uint32_t)target);
    write32(at + 0x18, (uint32_t)(target >> 32));
    write32(at, type);
    write32(at + 4, ENABLE);
}

static void region(unsigned i, uint32_t type, uint64_t base, uint64_t limit, uint64_t target)
{
    region_of(0, i, type, base, limit, target);
}

/* ---- the link ---- */

static void link_comes_up_in_time(void **state)
{
    (void)state;
    for (enum step step = 0; step < TRAIN; step++)
        do_step(step, 0);
    assert_false(is_up(0));
    set_bits(APP(0) + CMD_STATUS, LTSSM_EN, LTSSM_EN);
    assert_false(is_up(0));
    assert_int_not_equal(read32(DBI(0) + DEBUG0) & 0x1f, 0);
    pass(10 * MILLISECOND);
    assert_true(is_up(0));
    assert_int_equal(links_up, 1);
    /* one lane, at the speed that software allows */
    assert_int_equal(read32(DBI(0) + 0x80) >> 16 & 0x3ff, 0x13);
    assert_int_equal(read32(DEVID), 0xb00cu << 16 | 0x104c);
}

static void each_step_is_needed(void **state)
{
    (void)state;
    for (enum step left_out = 0; left_out < STEPS; left_out++) {
        start(true);
        for (enum step step = 0; step < STEPS; step++)
            if (step != left_out)
                do_step(step, 0);
        assert_false(is_up(0));
        assert_int_equal(links_up, 0);
    }
}

static void status_bits_tell_how_far_the_serdes_is(void **state)
{
    (void)state;
    for (enum step step = 0; step < PLL_ON; step++)
        do_step(step, 0);
    assert_int_equal(read32(SERDES(0) + 0x1ff4) >> 28 & 1, 0);
    do_step(PLL_ON, 0);
    assert_int_equal(read32(SERDES(0) + 0x1ff4) >> 28 & 1, 1);
    assert_int_equal(read32(SERDES(0) + 0xb94) >> 19 & 1, 0);
    do_step(LANE_ON, 0);
    assert_int_equal(read32(SERDES(0) + 0xb94) >> 19 & 1, 1);
    do_step(RESET_ON, 0);
    assert_int_equal(read32(SERDES(0) + 0xb94) >> 19 & 1, 0);
    assert_int_equal(read32(SERDES(0) + 0xb38), 0);
}

static void without_a_partner_there_is_no_link(void **state)
{
    (void)state;
    start(false);
    bring_up(0);
    assert_false(is_up(0));
    bring_up(1);
    assert_false(is_up(1));
    assert_int_equal(read32(OUTBOUND(0)), UINT32_MAX);
    assert_int_equal(read32(OUTBOUND(1)), UINT32_MAX);
}

static void nothing_is_behind_controller_1(void **state)
{
    (void)state;
    bring_up(1);
    assert_false(is_up(1));
}

/* Who is told, and asked, is told of which controller. */
static void both_controllers_have_something(void **state)
{
    (void)state;
    start_with(3);
    for (unsigned n = 2; n-- > 0;) {
        bring_up(n);
        assert_true(is_up(n));
        assert_int_equal(told_of, n);
    }
    assert_int_equal(links_up, 2);
    for (unsigned n = 0; n < 2; n++) {
        region_of(n, 0, MEMORY, OUTBOUND(n), OUTBOUND(n) + 0xffff, 0x20000000);
        assert_int_equal(told_of, n);
        write32(DBI(n) + 0x18, 0x00010100);
        assert_int_equal(told_of, n);
        assert_int_equal(read32(OUTBOUND(n)), answer_value);
        assert_int_equal(last.controller, n);
    }
    power(PCIE0, OFF);
    assert_false(is_up(0));
    assert_int_equal(told_of, 0);
    assert_true(is_up(1));
}

static void controller_1_has_a_pin_of_its_own(void **state)
{
    (void)state;
    start_with(2);
    bring_up(0);
    assert_false(is_up(0));
    set_bits(WKUP_GPIO0 + 0x10, 1u << 27, 0);
    bring_up(1);
    assert_false(is_up(1));
    write32(WKUP_GPIO0 + 0x18, 1u << 27);
    pass(10 * MILLISECOND);
    assert_true(is_up(1));
}

static void link_ends_with_what_it_needs(void **state)
{
    (void)state;
    set_bits(APP(0) + CMD_STATUS, LTSSM_EN, 0);
    assert_false(is_up(0));
    assert_int_equal(links_down, 1);
    do_step(TRAIN, 0);
    assert_true(is_up(0));
    set_bits(SERDES(0) + 0x1ff4, 7u << 29, 4u << 29);
    assert_false(is_up(0));
    do_step(PLL_ON, 0);
    pass(10 * MILLISECOND);
    assert_true(is_up(0));
    message(MSG_SET_RESETS, PCIE0, 12, 4, 1);
    assert_int_equal(read32(DBI(0) + DEBUG0), 0);
    assert_int_equal(links_up, 3);
    assert_int_equal(links_down, 3);
}

static void a_module_that_is_off_forgets(void **state)
{
    (void)state;
    region(0, MEMORY, 0x10030000, 0x17ffffff, 0x10030000);
    power(PCIE0, OFF);
    assert_int_equal(read32(DBI(0)), 0);
    assert_int_equal(read32(APP(0) + CMD_STATUS), 0);
    assert_int_equal(read32(ATU(0) + 4), 0);
    write32(ATU(0) + 4, ENABLE);
    write32(DBI(0) + 0x18, 1);
    write32(APP(0) + CMD_STATUS, LTSSM_EN);
    power(PCIE0, ON);
    assert_int_equal(read32(ATU(0) + 4), 0);
    assert_int_equal(read32(DBI(0) + 0x18), 0);
    assert_int_equal(read32(APP(0) + CMD_STATUS), 0);
    assert_false(is_up(0));
}

static void perst_holds_the_link(void **state)
{
    (void)state;
    set_bits(GPIO1 + 0x10, 1u << 15, 0); /* an output, and low */
    assert_false(is_up(0));
    write32(GPIO1 + 0x18, 1u << 15);
    pass(10 * MILLISECOND);
    assert_true(is_up(0));
    assert_int_equal(links_up, 2);
}

static void a_card_can_be_pulled_out(void **state)
{
    (void)state;
    region(0, MEMORY, 0x10030000, 0x17ffffff, 0x10030000);
    assert_int_equal(read32(0x10030000), 0x12345678);
    assert_true(am65x_inject(AM65X_FAULT_PCIE_GONE, 0, 1));
    assert_false(is_up(0));
    assert_int_equal(read32(0x10030000), UINT32_MAX);
    assert_true(am65x_inject(AM65X_FAULT_PCIE_GONE, 0, 0));
    pass(10 * MILLISECOND);
    assert_true(is_up(0));
}

/* ---- what goes out ---- */

static void requests_are_translated(void **state)
{
    (void)state;
    region(1, CONFIG0, 0x10000000, 0x10001fff, 0x01000000);
    region(2, CONFIG1, 0x10010000, 0x1001ffff, 0x02080000);
    region(3, IO, 0x10020000, 0x1002ffff, 0);
    region(0, MEMORY, 0x10030000, 0x17ffffff, 0x20030000);
    assert_int_equal(read32(0x10000010), 0x12345678);
    assert_int_equal(last.space, AM65X_PCIE_CONFIG0);
    assert_int_equal(last.address, 0x01000010);
    assert_false(last.write);
    write32(0x10010004, 7);
    assert_int_equal(last.space, AM65X_PCIE_CONFIG1);
    assert_int_equal(last.address, 0x02080004);
    assert_true(last.write);
    assert_int_equal(last.value, 7);
    write32(0x10020040, 8);
    assert_int_equal(last.space, AM65X_PCIE_IO);
    assert_int_equal(last.address, 0x40);
    write32(0x17fffffc, 9);
    assert_int_equal(last.space, AM65X_PCIE_MEMORY);
    assert_int_equal(last.address, 0x27fffffc);
}

static void width_of_an_access_is_kept(void **state)
{
    uint64_t value;

    (void)state;
    region(0, MEMORY, 0x10030000, 0x17ffffff, 0x10030000);
    assert_true(am65x_read(0x10030003, 1, &value));
    assert_int_equal(last.size, 1);
    assert_int_equal(last.address, 0x10030003);
    assert_int_equal(value, 0x78);
    assert_true(am65x_write(0x10030006, 2, 0xbeef));
    assert_int_equal(last.size, 2);
    assert_int_equal(last.value, 0xbeef);
    requests = 0;
    assert_true(am65x_read(0x10030008, 8, &value));
    assert_int_equal(requests, 2);
    assert_true(value == UINT64_C(0x1234567812345678));
    assert_true(am65x_read(0x10030001, 4, &value)); /* not aligned */
    assert_int_equal(requests, 2);
}

static void who_does_not_answer_reads_as_ones(void **state)
{
    uint64_t value;

    (void)state;
    assert_int_equal(read32(0x10030000), UINT32_MAX); /* no region */
    assert_int_equal(requests, 0);
    region(0, MEMORY, 0x10030000, 0x17ffffff, 0x10030000);
    answers = false;
    assert_int_equal(read32(0x10030000), UINT32_MAX);
    assert_int_equal(requests, 1);
    assert_true(am65x_read(0x10030001, 1, &value));
    assert_int_equal(value, 0xff);
    write32(ATU(0), 0x1f); /* a kind of request that is none */
    answers = true;
    assert_int_equal(read32(0x10030000), UINT32_MAX);
}

static void first_region_counts(void **state)
{
    struct am65x_pcie_window window;

    (void)state;
    region(5, MEMORY, 0x10030000, 0x1003ffff, 0x30000000);
    region(4, MEMORY, 0x10030000, 0x17ffffff, 0x10030000);
    (void)read32(0x10030000);
    assert_int_equal(last.address, 0x10030000);
    assert_true(windows_told != 0);
    windows_told = 0;
    write32(ATU(0) + REGION(4) + 4, 0);
    assert_int_equal(windows_told, 1);
    (void)read32(0x10030000);
    assert_int_equal(last.address, 0x30000000);
    assert_false(am65x_pcie_window(0, 4, &window));
    assert_true(am65x_pcie_window(0, 5, &window));
    assert_true(window.base == 0x10030000 && window.limit == 0x1003ffff);
    assert_false(am65x_pcie_window(0, 16, &window));
    assert_false(am65x_pcie_window(2, 0, &window));
}

static void regions_have_a_granule(void **state)
{
    (void)state;
    region(0, CONFIG0, 0x10001234, 0x10001fff, 0x01005678);
    assert_int_equal(read32(ATU(0) + 0x8), 0x10000000);
    assert_int_equal(read32(ATU(0) + 0x10), 0x1000ffff);
    assert_int_equal(read32(ATU(0) + 0x14), 0x01000000);
    assert_int_equal(read32(ATU(0) + 4), ENABLE);
}

/* ---- the root port ---- */

static void port_is_a_bridge(void **state)
{
    (void)state;
    assert_int_equal(read32(DBI(0) + 0xc) >> 16 & 0x7f, 1);
    assert_int_equal(read32(DBI(0) + 0x34), 0x40);
    assert_int_equal(read32(DBI(0) + 0x70) & 0xff, 0x10);
    assert_int_equal(read32(DBI(0) + 0x900), UINT32_MAX);
    write32(DBI(0) + 0x20, UINT32_MAX);
    assert_int_equal(read32(DBI(0) + 0x20), 0xfff0fff0);
    write32(DBI(0) + 0x34, 0);
    assert_int_equal(read32(DBI(0) + 0x34), 0x40);
}

static void read_only_is_written_when_enabled(void **state)
{
    uint64_t value;

    (void)state;
    write32(DBI(0), 0xb00c104c);
    assert_int_not_equal(read32(DBI(0)), 0xb00c104c);
    write32(DBI(0) + MISC_CONTROL_1, 1);
    assert_true(am65x_write(DBI(0), 2, 0x104c));
    assert_true(am65x_write(DBI(0) + 2, 2, 0xb00c));
    assert_true(am65x_write(DBI(0) + 0xa, 2, 0x0604));
    write32(DBI(0) + MISC_CONTROL_1, 0);
    assert_int_equal(read32(DBI(0)), 0xb00c104c);
    assert_true(am65x_read(DBI(0) + 0xa, 2, &value));
    assert_int_equal(value, 0x0604);
    assert_true(am65x_write(DBI(0), 2, 0));
    assert_int_equal(read32(DBI(0)), 0xb00c104c);
}

static void what_passes_to_the_link_is_told(void **state)
{
    (void)state;
    write32(DBI(0) + 0x18, 0x00ff0100);
    assert_int_equal(ports_told, 1);
    assert_int_equal(port_offset, 0x18);
    assert_int_equal(port_value, 0x00ff0100);
    assert_true(am65x_write(DBI(0) + 0x4, 2, 6));
    assert_int_equal(port_offset, 0x4);
    assert_int_equal(port_value & 0xffff, 6);
    write32(DBI(0) + 0x18, 0x00ff0100);
    write32(DBI(0) + 0x54, 0x01000000);
    assert_int_equal(ports_told, 2);
}

static void a_bar_can_be_closed(void **state)
{
    (void)state;
    write32(DBI(0) + 0x10, UINT32_MAX);
    assert_int_equal(read32(DBI(0) + 0x10), 0xfff00004);
    write32(APP(0) + CMD_STATUS, LTSSM_EN | DBI_CS2);
    write32(DBI(0) + 0x10, 0);
    write32(APP(0) + CMD_STATUS, LTSSM_EN);
    write32(DBI(0) + 0x10, UINT32_MAX);
    assert_int_equal(read32(DBI(0) + 0x10), 0);
    assert_true(is_up(0));
}

static void interrupt_enables_are_sets_and_clears(void **state)
{
    (void)state;
    write32(APP(0) + 0x188, 1);
    assert_int_equal(read32(APP(0) + 0x188), 1);
    write32(APP(0) + 0x18c, 1);
    assert_int_equal(read32(APP(0) + 0x188), 0);
    assert_int_equal(read32(APP(0) + 0x184), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(link_comes_up_in_time, plugged_in),
        cmocka_unit_test_setup(each_step_is_needed, plugged_in),
        cmocka_unit_test_setup(status_bits_tell_how_far_the_serdes_is, plugged_in),
        cmocka_unit_test_setup(without_a_partner_there_is_no_link, plugged_in),
        cmocka_unit_test_setup(nothing_is_behind_controller_1, plugged_in),
        cmocka_unit_test(both_controllers_have_something),
        cmocka_unit_test(controller_1_has_a_pin_of_its_own),
        cmocka_unit_test_setup(link_ends_with_what_it_needs, linked),
        cmocka_unit_test_setup(a_module_that_is_off_forgets, linked),
        cmocka_unit_test_setup(perst_holds_the_link, linked),
        cmocka_unit_test_setup(a_card_can_be_pulled_out, linked),
        cmocka_unit_test_setup(requests_are_translated, linked),
        cmocka_unit_test_setup(width_of_an_access_is_kept, linked),
        cmocka_unit_test_setup(who_does_not_answer_reads_as_ones, linked),
        cmocka_unit_test_setup(first_region_counts, linked),
        cmocka_unit_test_setup(regions_have_a_granule, linked),
        cmocka_unit_test_setup(port_is_a_bridge, linked),
        cmocka_unit_test_setup(read_only_is_written_when_enabled, linked),
        cmocka_unit_test_setup(what_passes_to_the_link_is_told, linked),
        cmocka_unit_test_setup(a_bar_can_be_closed, linked),
        cmocka_unit_test_setup(interrupt_enables_are_sets_and_clears, linked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
