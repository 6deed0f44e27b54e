// SPDX-License-Identifier: BSD-3-Clause
/*
 * The table of PSI-L endpoints, and what is written to a thread's registers.
 */
#include "drivers/udma/endpoint.h"
#include "drivers/udma/peer_registers.h"
#include "drivers/udma/static_tr.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DESTINATION 0x8000u

static bool overlap(uint16_t first, uint8_t count, uint16_t other, uint8_t other_count)
{
    return count != 0 && other_count != 0 && first < other + other_count && other < first + count;
}

static void no_thread_is_twice_in_the_table(void **state)
{
    const struct udma_endpoint *endpoint, *other;

    (void)state;
    for (unsigned i = 0; (endpoint = udma_endpoint_number(i)) != NULL; i++)
        for (unsigned j = 0; j < i; j++) {
            other = udma_endpoint_number(j);
            assert_string_not_equal(endpoint->name, other->name);
            assert_false(overlap(endpoint->source_thread, endpoint->source_count,
                                 other->source_thread, other->source_count));
            assert_false(overlap(endpoint->destination_thread, endpoint->destination_count,
                                 other->destination_thread, other->destination_count));
        }
}

static void threads_are_of_their_direction_and_navigator(void **state)
{
    const struct udma_endpoint *endpoint;

    (void)state;
    for (unsigned i = 0; (endpoint = udma_endpoint_number(i)) != NULL; i++) {
        assert_true(endpoint->source_count != 0 || endpoint->destination_count != 0);
        assert_int_equal(endpoint->source_count != 0, endpoint->source_thread != 0);
        assert_int_equal(endpoint->destination_count != 0, endpoint->destination_thread != 0);
        assert_int_equal(endpoint->source_thread & DESTINATION, 0);
        /* The main Navigator's peripherals have 0x4000 to 0x5fff, the MCU's 0x7000 to 0x7fff. */
        if (endpoint->source_count != 0)
            assert_int_equal(endpoint->navigator == UDMA_NAVIGATOR_MCU,
                             endpoint->source_thread >= 0x6000);
        if (endpoint->destination_count != 0)
            assert_true((endpoint->destination_thread & DESTINATION) != 0);
        assert_int_equal(endpoint->static_tr.element_bytes, 0);
    }
}

/* Spot checks by hand, of TI's page. */
static void names_are_found(void **state)
{
    const struct udma_endpoint *endpoint = udma_endpoint_find("cpsw0");

    (void)state;
    assert_null(udma_endpoint_find(NULL));
    assert_non_null(endpoint);
    assert_int_equal(endpoint->source_thread, 0x7000);
    assert_int_equal(endpoint->destination_thread, 0xf000);
    assert_int_equal(endpoint->destination_count, 8);
    assert_int_equal(endpoint->kind, UDMA_ENDPOINT_NATIVE);
    assert_int_equal(endpoint->words, 4);
    assert_true(endpoint->packet_mode && endpoint->needs_epib);
    endpoint = udma_endpoint_find("mcu_uart0");
    assert_non_null(endpoint);
    assert_int_equal(endpoint->source_thread, 0x7212);
    assert_int_equal(endpoint->destination_thread, 0xf212);
    assert_int_equal(endpoint->kind, UDMA_ENDPOINT_PDMA_XY);
    assert_true(endpoint->packet_mode);
    assert_false(udma_endpoint_find("mcasp2")->packet_mode);
    assert_int_equal(udma_endpoint_find("uart2")->source_thread, 0x4516);
    assert_null(udma_endpoint_find("uart3"));
    assert_null(udma_endpoint_find(""));
}

static void a_later_thread_is_got(void **state)
{
    struct udma_endpoint endpoint;

    (void)state;
    assert_int_equal(udma_endpoint_get("spi1", 3, &endpoint), 0);
    assert_int_equal(endpoint.source_thread, 0x4507);
    assert_int_equal(endpoint.destination_thread, 0xc507);
    assert_int_equal(endpoint.source_count, 1);
    assert_int_equal(endpoint.destination_count, 1);
    /* Receiving, the CPSW has but one. */
    assert_int_equal(udma_endpoint_get("cpsw0", 7, &endpoint), 0);
    assert_int_equal(endpoint.source_thread, 0);
    assert_int_equal(endpoint.source_count, 0);
    assert_int_equal(endpoint.destination_thread, 0xf007);
    assert_int_equal(udma_endpoint_get("cpsw0", 8, &endpoint), -ENOENT);
    assert_int_equal(udma_endpoint_get("spi1", 4, &endpoint), -ENOENT);
    assert_int_equal(udma_endpoint_get("nobody", 0, &endpoint), -ENOENT);
}

static void static_trs_that_cannot_be_are_refused(void **state)
{
    static const struct udma_static_tr wrong[] = {{0, 1, 1}, {5, 1, 1},      {9, 1, 1},
                                                  {1, 0, 1}, {1, 0x1000, 1}, {1, 1, 0x1000}};
    struct udma_endpoint endpoint;

    (void)state;
    assert_int_equal(udma_endpoint_get("uart1", 0, &endpoint), 0);
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        endpoint.static_tr = wrong[i];
        assert_int_equal(udma_endpoint_check(&endpoint, true), -EINVAL);
    }
    endpoint.static_tr = (struct udma_static_tr){8, 0xfff, 0xfff};
    assert_int_equal(udma_endpoint_check(&endpoint, true), 0);
    assert_int_equal(udma_endpoint_check(&endpoint, false), 0);
    assert_int_equal(udma_endpoint_check(udma_endpoint_find("cpsw0"), false), 0);
    assert_int_equal(udma_endpoint_get("mcu_adc0", 1, &endpoint), 0);
    endpoint.static_tr = (struct udma_static_tr){4, 1, 0};
    assert_int_equal(udma_endpoint_check(&endpoint, true), 0);
    assert_int_equal(udma_endpoint_check(&endpoint, false), -EINVAL);
}

/* ---- what is written ---- */

#define WRITES_MAX 4u
static struct {
    uintptr_t address;
    uint64_t value;
} writes[WRITES_MAX];
static unsigned count;

static void note(uintptr_t address, unsigned size, uint64_t value)
{
    assert_int_equal(size, 4);
    assert_true(count < WRITES_MAX);
    writes[count].address = address;
    writes[count++].value = value;
}

static const struct udmap_channel_registers *channel_registers(void)
{
    host_reset();
    host_set_write_observer(note);
    count = 0;
    return (const struct udmap_channel_registers *)(uintptr_t)AM65X_RCHAN_RT_BASE;
}

static void check(unsigned index, unsigned offset, uint32_t value)
{
    assert_int_equal(writes[index].address, AM65X_RCHAN_RT_BASE + offset);
    assert_int_equal(writes[index].value, value);
}

static void a_pdma_is_set_up_before_it_is_turned_on(void **state)
{
    const struct udmap_channel_registers *channel = channel_registers();
    struct udma_endpoint endpoint;

    (void)state;
    assert_int_equal(udma_endpoint_get("mcu_uart0", 0, &endpoint), 0);
    endpoint.static_tr = (struct udma_static_tr){4, 12, 5};
    udma_endpoint_start(channel, &endpoint, true);
    assert_int_equal(count, 3);
    check(0, 0x200, 0x0300000c);
    check(1, 0x204, 5);
    check(2, 0x220, 0x80000000);
    channel = channel_registers();
    udma_endpoint_start(channel, &endpoint, false);
    assert_int_equal(count, 2);
    check(0, 0x200, 0x0300000c);
    check(1, 0x220, 0x80000000);
}

static void a_native_endpoint_is_turned_on_and_off(void **state)
{
    const struct udmap_channel_registers *channel = channel_registers();

    (void)state;
    udma_endpoint_start(channel, udma_endpoint_find("cpsw0"), true);
    udma_endpoint_teardown(channel);
    udma_endpoint_stop(channel);
    assert_int_equal(count, 3);
    check(0, 0x220, 0x80000000);
    check(1, 0x220, 0xc0000000);
    check(2, 0x220, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_thread_is_twice_in_the_table),
        cmocka_unit_test(threads_are_of_their_direction_and_navigator),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(a_later_thread_is_got),
        cmocka_unit_test(static_trs_that_cannot_be_are_refused),
        cmocka_unit_test(a_pdma_is_set_up_before_it_is_turned_on),
        cmocka_unit_test(a_native_endpoint_is_turned_on_and_off),
    };

    return cmocka_run_group_tests_name("udma_endpoint", tests, NULL, NULL);
}
