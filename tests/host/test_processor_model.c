// SPDX-License-Identifier: BSD-3-Clause
/*
 * TI-SCI's processor messages in the models: who controls a processor, what it is told, and what
 * the R5Fs do then, as Linux's and U-Boot's drivers and TI's R5 stage go about it; and the R5Fs'
 * own hosts.
 */
#include "tests/host/support/soc_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define REQUEST       0xc000u
#define RELEASE       0xc001u
#define HAND_OVER     0xc005u
#define AUTH_BOOT     0xc120u
#define WAIT          0xc401u

#define CONFIG        17u /* fields of PROC_GET_STATUS */
#define CONTROL       21u
#define STATUS        25u

#define HALT          0x1u
#define LOCKSTEP      0x100u
#define TCM_AT_ZERO   0x800u
#define BTCM          0x1000u
#define ATCM          0x2000u
#define IGNORE_VECTOR 0x10000000u

#define ON            2u
#define OFF           0u

static const uint16_t devices[] = {159, 245};

static unsigned changes[AM65X_R5F_COUNT];

void model_processor_changed(unsigned core)
{
    assert_true(core < AM65X_R5F_COUNT);
    changes[core]++;
}

static void reset(const struct am65x_access *access)
{
    struct am65x_config config = {.intid_limit = 1020};

    if (access != NULL)
        config.access[0] = *access;
    am65x_reset(&soc_environment, &config);
    sci_speak_as(SCI_HOST);
    memset(changes, 0, sizeof(changes));
}

static int set_up(void **state)
{
    (void)state;
    reset(NULL);
    return 0;
}

static struct sci processor(uint16_t type, uint8_t id)
{
    struct sci message = sci_request(type, 6);
    sci_put(&message, 8, 1, id);
    return message;
}

static bool proc_ask(uint16_t type, uint8_t id)
{
    struct sci message = processor(type, id);
    return sci_ask(&message, NULL);
}

static bool proc_config(uint8_t id, uint64_t vector, uint32_t set, uint32_t clear)
{
    struct sci message = processor(0xc100, id);
    sci_put(&message, 9, 8, vector);
    sci_put(&message, 17, 4, set);
    sci_put(&message, 21, 4, clear);
    return sci_ask(&message, NULL);
}

static bool proc_control(uint8_t id, uint32_t set, uint32_t clear)
{
    struct sci message = processor(0xc101, id);
    sci_put(&message, 9, 4, set);
    sci_put(&message, 13, 4, clear);
    return sci_ask(&message, NULL);
}

static uint32_t proc_status(uint8_t id, unsigned field)
{
    struct sci message = processor(0xc400, id), answer;
    assert_true(sci_ask(&message, &answer));
    assert_int_equal(sci_get(&answer, 8, 1), id);
    return (uint32_t)sci_get(&answer, field, 4);
}

static bool device_state(uint32_t device, uint8_t to)
{
    struct sci message = sci_request(0x0200, 1);
    sci_put(&message, 8, 4, device);
    sci_put(&message, 16, 1, to);
    return sci_ask(&message, NULL);
}

static bool device_resets(uint32_t device, uint32_t resets)
{
    struct sci message = sci_request(0x0202, 1);
    sci_put(&message, 8, 4, device);
    sci_put(&message, 12, 4, resets);
    return sci_ask(&message, NULL);
}

static bool hand_over(uint8_t id, uint8_t host)
{
    struct sci message = processor(HAND_OVER, id);
    sci_put(&message, 9, 1, host);
    return sci_ask(&message, NULL);
}

/* What Linux's driver does with a core when it probes, and when it prepares: halted, TCMs on. */
static void prepare(unsigned core, uint32_t lockstep)
{
    uint8_t id = (uint8_t)(core + 1);

    assert_true(proc_ask(REQUEST, id));
    assert_true(device_resets(devices[core], 1));
    assert_true(proc_control(id, HALT, 0));
    assert_true(proc_config(id, 0, TCM_AT_ZERO | BTCM | ATCM, 0));
    if (core == 0)
        assert_true(proc_config(1, 0, lockstep, LOCKSTEP & ~lockstep));
    assert_true(device_state(devices[core], ON));
    assert_true(device_resets(devices[core], 0));
}

/* ---- who ---- */

static void a_processor_is_controlled_by_one_host(void **state)
{
    (void)state;
    assert_false(proc_ask(REQUEST, 3)); /* none there */
    assert_false(proc_config(1, 0, 0, 0));
    assert_false(proc_control(1, 0, 0));
    assert_false(proc_ask(RELEASE, 1)); /* not ours */
    assert_true(proc_ask(REQUEST, 1));
    assert_true(proc_ask(REQUEST, 2));
    assert_true(proc_ask(REQUEST, 1)); /* TF-A asks each time that it starts a core */
    sci_speak_as(10);
    assert_false(proc_ask(REQUEST, 1));
    assert_false(proc_ask(RELEASE, 1));
    assert_false(proc_config(1, 0, 0, 0));
    assert_false(proc_control(1, HALT, 0));
    assert_false(hand_over(1, 10));
    assert_int_equal(proc_status(1, STATUS), 0x104); /* everybody may look */
    sci_speak_as(SCI_HOST);
    assert_false(hand_over(1, 99)); /* no such host */
    assert_true(hand_over(1, 10));
    assert_false(hand_over(1, 10)); /* it is host 10's now */
    assert_false(proc_ask(REQUEST, 1));
    assert_true(proc_ask(RELEASE, 2));
    assert_false(proc_ask(RELEASE, 2));
    sci_speak_as(10);
    assert_true(proc_control(1, HALT, 0));
    assert_true(proc_ask(RELEASE, 1));
}

static void the_board_configuration_says_who_may(void **state)
{
    static const struct am65x_access list = {.processor = 1, .master = 10, .others = {3, 4}};

    (void)state;
    reset(&list);
    assert_false(proc_ask(REQUEST, 1));
    assert_true(proc_ask(REQUEST, 2));
    struct sci status = processor(0xc400, 1);
    assert_false(sci_ask(&status, NULL));
    sci_speak_as(3);
    assert_true(proc_ask(REQUEST, 1));
    assert_false(hand_over(1, SCI_HOST));
    sci_speak_as(4);
    assert_false(proc_ask(REQUEST, 1));
    sci_speak_as(10); /* takes it from host 3 */
    assert_true(proc_ask(REQUEST, 1));
    assert_true(hand_over(1, 4));
    sci_speak_as(3);
    assert_false(proc_ask(RELEASE, 1));
    sci_speak_as(4);
    assert_true(proc_ask(RELEASE, 1));
}

static void flags_that_a_processor_does_not_have_are_refused(void **state)
{
    (void)state;
    assert_true(proc_ask(REQUEST, 1));
    assert_true(proc_ask(REQUEST, 2));
    assert_true(proc_ask(REQUEST, 0x20));
    assert_true(proc_config(1, UINT64_C(0x1234567800000040), 0x7c03, 0x300));
    assert_int_equal(proc_status(1, 9), 0x40);
    assert_int_equal(proc_status(1, 13), 0x12345678);
    assert_int_equal(proc_status(1, CONFIG), 0x7c03);
    assert_false(proc_config(1, 0, 0x10000, 0));
    assert_false(proc_config(1, 0, 0, 0x8000));   /* AM64x: one core only */
    assert_int_equal(proc_status(1, 9), 0x40);    /* what is refused changes nothing */
    assert_false(proc_config(2, 0, LOCKSTEP, 0)); /* core 0's */
    assert_false(proc_config(2, 0, 0, 0x200));
    assert_false(proc_control(1, 2, 0));
    assert_false(proc_control(1, 0, 4));
    assert_true(proc_config(1, 0x80, IGNORE_VECTOR | 1, 0));
    assert_int_equal(proc_status(1, 9), 0x40);
    assert_true(proc_config(1, 0x80, 0, IGNORE_VECTOR)); /* as U-Boot has it */
    assert_int_equal(proc_status(1, 9), 0x80);
    assert_int_equal(proc_status(1, CONFIG), 0x7c03);
    assert_true(proc_control(0x20, 0x100, 0)); /* TF-A */
    assert_int_equal(proc_status(0x20, STATUS), 0x10);
    assert_true(proc_control(0x20, 0, 0x103));
    assert_int_equal(proc_status(0x20, STATUS), 0);
    assert_false(proc_ask(AUTH_BOOT, 1)); /* a device of the general-purpose type */
}

/* ---- what comes of it ---- */

static void a_core_runs_when_it_is_powered_released_and_not_halted(void **state)
{
    const struct am65x_processor *core = am65x_processor(0);

    (void)state;
    assert_null(am65x_processor(AM65X_R5F_COUNT));
    assert_false(core->powered);
    prepare(0, 0);
    assert_true(core->powered && core->released && core->halted);
    assert_true(core->atcm && core->btcm && core->atcm_at_zero && !core->lockstep);
    assert_int_equal(proc_status(1, STATUS), 0x100);
    assert_true(proc_config(1, 0x1000, 0, 0));
    assert_int_equal(core->boot_vector, 0);
    changes[0] = 0;
    assert_true(proc_control(1, 0, HALT));
    assert_int_equal(changes[0], 1);
    assert_false(core->halted);
    assert_int_equal(core->boot_vector, 0x1000);
    assert_int_equal(proc_status(1, STATUS), 0x102); /* nobody runs it here: it waits */
    am65x_processor_waits(0, false);
    assert_int_equal(proc_status(1, STATUS), 0x100);
    assert_true(device_resets(159, 1));
    assert_int_equal(changes[0], 2);
    assert_true(core->powered && !core->released);
    assert_true(device_state(159, OFF));
    assert_false(core->powered);
    assert_int_equal(changes[0], 3);
    assert_int_equal(proc_status(1, STATUS), 0x104);
    am65x_processor_waits(0, true); /* no news of a core that is off */
    am65x_processor_waits(7, true);
    assert_int_equal(proc_status(1, STATUS), 0x104);
}

static void a_core_that_runs_is_not_halted_but_by_its_reset(void **state)
{
    const struct am65x_processor *core = am65x_processor(0);

    (void)state;
    prepare(0, 0);
    assert_true(proc_control(1, 0, HALT));
    changes[0] = 0;
    assert_true(proc_control(1, HALT, 0));
    assert_false(core->halted);
    assert_true(proc_config(1, 0x2000, 0, ATCM)); /* nor has it another configuration */
    assert_true(core->atcm);
    assert_int_equal(changes[0], 0);
    assert_true(device_resets(159, 1));
    assert_true(core->halted);
    assert_true(device_resets(159, 0));
    assert_true(core->released && core->halted && !core->atcm);
    assert_true(proc_control(1, 0, HALT));
    assert_int_equal(core->boot_vector, 0x2000);
}

static void a_core_without_halt_runs_at_the_end_of_its_reset(void **state)
{
    (void)state;
    assert_true(proc_ask(REQUEST, 1));
    assert_true(proc_config(1, 0x41c00000, 0, 0));
    assert_true(device_state(159, ON));
    assert_false(am65x_processor(0)->halted);
    assert_true(am65x_processor(0)->released);
    assert_int_equal(am65x_processor(0)->boot_vector, 0x41c00000);
}

static void core_1_has_no_more_power_than_core_0(void **state)
{
    (void)state;
    prepare(1, 0);
    assert_false(am65x_processor(1)->powered);
    prepare(0, LOCKSTEP);
    assert_true(am65x_processor(1)->released && am65x_processor(0)->released);
    assert_true(am65x_processor(1)->lockstep && am65x_processor(0)->lockstep);
    changes[1] = 0;
    assert_true(device_state(159, OFF));
    assert_int_equal(changes[1], 1);
    assert_false(am65x_processor(1)->powered);
}

/* As Linux's driver finds it: on, out of reset, not halted. */
static void a_core_may_run_before_anybody_asks(void **state)
{
    (void)state;
    am65x_processor_started(0, 0x40);
    assert_true(am65x_processor(0)->released && !am65x_processor(0)->halted);
    assert_true(am65x_processor(0)->lockstep && am65x_processor(0)->atcm_at_zero);
    assert_int_equal(am65x_processor(0)->boot_vector, 0x40);
    assert_false(am65x_processor(1)->powered);
    assert_int_equal(proc_status(1, CONTROL), 0);
    assert_int_equal(proc_status(1, CONFIG), LOCKSTEP | TCM_AT_ZERO | BTCM | ATCM);
    assert_true(device_state(159, OFF));
    assert_false(am65x_processor(0)->powered);

    reset(NULL);
    am65x_processor_started(1, 0x80);
    am65x_processor_started(0, 0x40);
    for (unsigned core = 0; core < AM65X_R5F_COUNT; core++) {
        assert_true(am65x_processor(core)->released && !am65x_processor(core)->halted);
        assert_false(am65x_processor(core)->lockstep);
    }
    assert_int_equal(am65x_processor(1)->boot_vector, 0x80);
    am65x_processor_started(AM65X_R5F_COUNT, 0);
}

static void a_reset_of_the_soc_ends_it(void **state)
{
    (void)state;
    prepare(0, 0);
    assert_true(proc_control(1, 0, HALT));
    reset(NULL);
    assert_false(am65x_processor(0)->powered);
    assert_false(proc_ask(RELEASE, 1));
    assert_int_equal(proc_status(1, CONFIG), LOCKSTEP);
    assert_int_equal(proc_status(1, CONTROL), 0);
}

/* What others see of a core's TCMs, while it is out of its reset. */
static void a_core_out_of_reset_has_tcms(void **state)
{
    static const uint32_t memories[][2] = {{0x41000000, 0x41010000}, {0x41400000, 0x41410000}};

    (void)state;
    prepare(0, 0);
    prepare(1, 0);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t first = memories[i / 2][i % 2], last = first + 0x7ffc;
        write32(first, 0x11223344 + i);
        write64(last - 4, UINT64_C(0x0102030405060708) + i);
        assert_true(am65x_write(last + 1, 1, 0xaa));
        assert_int_equal(read32(last), 0x0102aa04);
        assert_int_equal(read32(last - 4), 0x05060708 + i);
        assert_false(am65x_write(last + 4, 4, 0));
    }
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(read32(memories[i / 2][i % 2]), 0x11223344 + i);
    assert_true(device_resets(245, 1));
    assert_int_equal(read32(0x41400000), 0);
    write32(0x41400000, 1);
    assert_int_equal(read32(0x41000000), 0x11223344);
    assert_true(device_resets(245, 0));
    assert_int_equal(read32(0x41400000), 0x11223346); /* a reset does not clear them */
    reset(NULL);
    prepare(0, 0);
    assert_int_equal(read32(0x41000000), 0);
}

/* ---- waiting ---- */

static struct sci wait_for(uint32_t all_set, uint8_t looks, uint8_t matches, uint8_t each,
                           uint8_t before)
{
    struct sci message = processor(WAIT, 1);

    sci_put(&message, 9, 1, looks);
    sci_put(&message, 10, 1, matches);
    sci_put(&message, 11, 1, each);
    sci_put(&message, 12, 1, before);
    sci_put(&message, 13, 4, all_set);
    return message;
}

static void what_is_so_need_not_be_awaited(void **state)
{
    struct sci message = wait_for(0x2, 1, 1, 0, 0);

    (void)state;
    assert_false(sci_ask(&message, NULL));
    prepare(0, 0);
    assert_false(sci_ask(&message, NULL));
    assert_true(proc_control(1, 0, HALT));
    assert_true(sci_ask(&message, NULL));
    message = wait_for(0, 1, 1, 0, 0);
    sci_put(&message, 17, 4, 0x3); /* any set */
    assert_true(sci_ask(&message, NULL));
    sci_put(&message, 21, 4, 0x2); /* all clear */
    assert_false(sci_ask(&message, NULL));
    sci_put(&message, 21, 4, 0x1);
    sci_put(&message, 25, 4, 0x3); /* any clear */
    assert_true(sci_ask(&message, NULL));
    sci_put(&message, 25, 4, 0x2);
    assert_false(sci_ask(&message, NULL));
    message = wait_for(0x2, 0, 1, 0, 0);
    assert_false(sci_ask(&message, NULL));
    message = wait_for(0x2, 1, 0, 0, 0);
    assert_false(sci_ask(&message, NULL));
    message = wait_for(0x2, 3, 4, 0, 0); /* never so often */
    assert_false(sci_ask(&message, NULL));
}

/* As U-Boot's R5 stage switches itself off: it sends both and goes to sleep. */
static void what_comes_behind_a_wait_waits(void **state)
{
    struct sci wait = wait_for(0x2, 200, 2, 100, 50), off = sci_request(0x0200, 2);
    struct sci answer;

    (void)state;
    prepare(0, 0);
    assert_true(proc_control(1, 0, HALT));
    am65x_processor_waits(0, false);
    sci_put(&off, 8, 4, 159);
    sci_put(&off, 16, 1, OFF);
    sci_send(&wait);
    sci_send(&off);
    pass(10000000);
    assert_int_equal(read32(RX_STATUS) & 0xff, 0);
    assert_true(am65x_processor(0)->powered);
    for (unsigned i = 0; i < 10; i++) { /* once, however often, is not twice */
        am65x_processor_waits(0, true);
        pass(90000);
        am65x_processor_waits(0, false);
        pass(110000);
    }
    assert_int_equal(read32(RX_STATUS) & 0xff, 0);
    am65x_processor_waits(0, true);
    pass(1000000);
    answer = sci_take();
    assert_true((sci_get(&answer, 4, 4) & SCI_ACK) != 0);
    answer = sci_take();
    assert_true((sci_get(&answer, 4, 4) & SCI_ACK) != 0);
    assert_false(am65x_processor(0)->powered);
}

static void a_wait_ends(void **state)
{
    struct sci wait = wait_for(0x2, 255, 1, 255, 255), answer;

    (void)state;
    sci_send(&wait);
    pass(64000000);
    assert_int_equal(read32(RX_STATUS) & 0xff, 0);
    pass(2000000);
    answer = sci_take();
    assert_int_equal(sci_get(&answer, 4, 4) & SCI_ACK, 0);
}

/* ---- the R5Fs' hosts ---- */

static void an_r5f_speaks_through_the_mcu_domains_proxy(void **state)
{
    static const struct {
        uint8_t host;
        uint16_t vint, global_event;
    } hosts[] = {{3, 126, 1552}, {4, 126, 1552}, {5, 176, 2064}};
    struct sci answer;

    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        struct sci range = {{0}};
        sci_speak_as(hosts[i].host);
        range = sci_request(0x1500, 7);
        sci_put(&range, 8, 2, 179);
        sci_put(&range, 10, 1, 0x0a);
        sci_put(&range, 11, 1, 0xff);
        assert_true(sci_ask(&range, &answer));
        assert_int_equal(sci_get(&answer, 8, 2), hosts[i].vint);
        sci_put(&range, 10, 1, 0x0d);
        assert_true(sci_ask(&range, &answer));
        assert_int_equal(sci_get(&answer, 8, 2), hosts[i].global_event);
    }
    sci_speak_as(6);
    struct sci version = sci_request(0x0002, 1);
    assert_true(sci_ask(&version, NULL));
    sci_put(&version, 2, 1, 3); /* not the host that the thread is of */
    sci_send(&version);
    pass(50000);
    answer = sci_take();
    assert_int_equal(sci_get(&answer, 4, 4) & SCI_ACK, 0);
}

static void the_mcu_domains_threads_have_their_directions(void **state)
{
    (void)state;
    for (uint32_t thread = 0; thread < 20; thread++) {
        bool receives = thread % 5 < 2;
        assert_int_equal(read32(0x2a401000 + 0x1000 * thread), receives ? 0x80000000u : 0);
        if (receives)
            assert_int_equal(read32(0x2a380000 + 0x1000 * thread), 0);
        else
            assert_int_not_equal(read32(0x2a380000 + 0x1000 * thread), 0);
    }
    assert_int_equal(read32(0x2a380000 + 0x1000 * 20), 0);
    assert_int_equal(read32(0x32400000 + 0x1000 * 13), 20); /* what host 12 has room for */
    assert_int_equal(read32(0x32400000 + 0x1000 * 20), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_processor_is_controlled_by_one_host, set_up),
        cmocka_unit_test_setup(the_board_configuration_says_who_may, set_up),
        cmocka_unit_test_setup(flags_that_a_processor_does_not_have_are_refused, set_up),
        cmocka_unit_test_setup(a_core_runs_when_it_is_powered_released_and_not_halted, set_up),
        cmocka_unit_test_setup(a_core_that_runs_is_not_halted_but_by_its_reset, set_up),
        cmocka_unit_test_setup(a_core_without_halt_runs_at_the_end_of_its_reset, set_up),
        cmocka_unit_test_setup(core_1_has_no_more_power_than_core_0, set_up),
        cmocka_unit_test_setup(a_core_may_run_before_anybody_asks, set_up),
        cmocka_unit_test_setup(a_reset_of_the_soc_ends_it, set_up),
        cmocka_unit_test_setup(a_core_out_of_reset_has_tcms, set_up),
        cmocka_unit_test_setup(what_is_so_need_not_be_awaited, set_up),
        cmocka_unit_test_setup(what_comes_behind_a_wait_waits, set_up),
        cmocka_unit_test_setup(a_wait_ends, set_up),
        cmocka_unit_test_setup(an_r5f_speaks_through_the_mcu_domains_proxy, set_up),
        cmocka_unit_test_setup(the_mcu_domains_threads_have_their_directions, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
