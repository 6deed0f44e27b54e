// SPDX-License-Identifier: BSD-3-Clause
/* The twin's ROM, which an R5F's loader gives the system firmware to, and what such a loader says
 * next (twin/models/boot_rom.c, sysfw.c, secure_proxy.c). */
#include "tests/host/support/soc_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ROM_TX        0x2a484004u /* thread 4 of the MCU's secure proxy */
#define ROM_RX        0x2a485004u /* thread 5 */
#define ROM_RX_STATUS 0x2a385000u
#define LOADER        4u
#define FIRMWARE      (DRAM_BASE + 0x100)
#define FIRMWARE_SIZE 0x200u
#define PASSED        0x555555u
#define FAILED        0xffffffu
#define MS            1000000u
#define TIMER0        35u

static uint8_t memory[4096];

static void start(uint32_t moods)
{
    struct am65x_config config = {.intid_limit = 1020, .moods = moods};

    memset(memory, 0, sizeof(memory));
    memory[FIRMWARE - DRAM_BASE] = 0x30; /* a certificate's first byte */
    soc_memory(memory, sizeof(memory));
    am65x_reset(&soc_environment, &config);
    sci_speak_as(LOADER);
}

static int from_rom(void **state)
{
    (void)state;
    start(AM65X_MOOD_FROM_ROM);
    return 0;
}

static void load(uint32_t address, uint32_t size)
{
    const uint32_t words[15] = {0x8105u | LOADER << 16 | 7u << 24, 0, address, size};

    for (unsigned word = 0; word < 15; word++)
        write32(ROM_TX + 4 * word, words[word]);
}

static void take(uint32_t words[15])
{
    assert_int_not_equal(read32(ROM_RX_STATUS) & 0xff, 0);
    for (unsigned word = 0; word < 15; word++)
        words[word] = read32(ROM_RX + 4 * word);
}

static void rom_says(uint32_t flags)
{
    uint32_t words[15];

    pass(MS);
    take(words);
    assert_int_equal(words[0], 0x8805u | LOADER << 16 | 7u << 24);
    assert_int_equal(words[1], flags);
}

static void rom_loads_the_system_firmware_once(void **state)
{
    uint32_t words[15];

    (void)state;
    load(FIRMWARE, FIRMWARE_SIZE);
    assert_int_equal(read32(ROM_RX_STATUS) & 0xff, 0); /* it takes its time */
    rom_says(PASSED);
    pass(MS);
    take(words);
    assert_int_equal(words[0], 0); /* a secure host's header */
    assert_int_equal(words[1], 0x000au | LOADER << 16);
    assert_int_equal(read32(ROM_RX_STATUS) & 0xff, 0);
    load(FIRMWARE, FIRMWARE_SIZE);
    pass(2 * MS);
    assert_int_equal(read32(ROM_RX_STATUS) & 0xff, 0);
}

static void what_has_no_certificate_is_refused(void **state)
{
    (void)state;
    load(FIRMWARE + 1, FIRMWARE_SIZE);
    rom_says(FAILED);
    load(FIRMWARE, 0);
    rom_says(FAILED);
    load(FIRMWARE, sizeof(memory)); /* its end is no memory */
    rom_says(FAILED);
    load(FIRMWARE, FIRMWARE_SIZE);
    rom_says(PASSED);
}

static void on_a_board_that_has_booted_nobody_answers(void **state)
{
    (void)state;
    start(0);
    load(FIRMWARE, FIRMWARE_SIZE);
    pass(2 * MS);
    assert_int_equal(read32(ROM_RX_STATUS) & 0xff, 0);
}

static bool configured(uint16_t type, uint64_t address, uint16_t size)
{
    struct sci message = sci_request(type, 1);

    sci_put(&message, 8, 8, address);
    sci_put(&message, 16, 2, size);
    return sci_ask(&message, NULL);
}

static void the_loader_configures_the_board(void **state)
{
    (void)state;
    for (uint16_t type = 0x000b; type <= 0x000e; type++) {
        assert_true(configured(type, FIRMWARE, 64));
        assert_false(configured(type, FIRMWARE, 0));
        assert_false(configured(type, 0x3000, 64));
    }
    sci_speak_as(3);
    assert_false(configured(0x000b, FIRMWARE, 64));
}

static void firewalls_are_off(void **state)
{
    struct sci message = sci_request(0x9001, 1), answer;

    (void)state;
    sci_put(&message, 8, 2, 2057);
    sci_put(&message, 10, 2, 3);
    sci_put(&message, 12, 4, 3);
    assert_true(sci_ask(&message, &answer));
    assert_int_equal(sci_get(&answer, 8, 2), 2057);
    assert_int_equal(sci_get(&answer, 10, 2), 3);
    assert_int_equal(sci_get(&answer, 12, 4), 3);
    assert_int_equal(sci_get(&answer, 16, 4), 0);
}

static bool is_on(uint32_t device)
{
    struct sci message = sci_request(0x0201, 1), answer;

    sci_put(&message, 8, 4, device);
    assert_true(sci_ask(&message, &answer));
    return sci_get(&answer, 17, 1) == 1;
}

static void rom_leaves_one_timer_on(void **state)
{
    (void)state;
    assert_true(is_on(TIMER0));
    assert_false(is_on(TIMER0 + 1));
    start(0);
    assert_false(is_on(TIMER0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rom_loads_the_system_firmware_once, from_rom),
        cmocka_unit_test_setup(what_has_no_certificate_is_refused, from_rom),
        cmocka_unit_test_setup(on_a_board_that_has_booted_nobody_answers, from_rom),
        cmocka_unit_test_setup(the_loader_configures_the_board, from_rom),
        cmocka_unit_test_setup(firewalls_are_off, from_rom),
        cmocka_unit_test_setup(rom_leaves_one_timer_on, from_rom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
