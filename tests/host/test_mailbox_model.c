// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model of the mailbox (twin/models/mailbox.c), from a message to the line into the GIC.
 */
#include "twin/models/models.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CLUSTER(n)     (0x31f80000u + 0x1000u * (n))
#define CLUSTERS       12u
#define REVISION       0x000u
#define SYSCONFIG      0x010u
#define MESSAGE(m)     (0x040u + 4 * (m))
#define FIFO_STATUS(m) (0x080u + 4 * (m))
#define MSG_STATUS(m)  (0x0c0u + 4 * (m))
#define STATUS_RAW(u)  (0x100u + 0x10 * (u))
#define STATUS_CLR(u)  (0x104u + 0x10 * (u))
#define ENABLE_SET(u)  (0x108u + 0x10 * (u))
#define ENABLE_CLR(u)  (0x10cu + 0x10 * (u))
#define EOI            0x140u
#define NEW(m)         (1u << 2 * (m))
#define NOT_FULL(m)    (2u << 2 * (m))
#define ALL_NOT_FULL   0xaaaaaaaau

#define OUTPUT         3u /* of the router */
#define INTID          67u

static unsigned rises, falls;
static bool level;

static void on_line(void *context, unsigned intid, bool high)
{
    (void)context;
    assert_int_equal(intid, INTID);
    (*(high ? &rises : &falls))++;
    level = high;
}

static uint64_t on_now(void *context)
{
    (void)context;
    return 0;
}

static void reset_with(uint32_t moods)
{
    static const struct am65x_environment environment = {.line = on_line, .now = on_now};
    const struct am65x_config config = {.intid_limit = 1020, .moods = moods};

    rises = falls = 0;
    level = false;
    am65x_reset(&environment, &config);
}

static int setup(void **state)
{
    (void)state;
    reset_with(0);
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

static void route(unsigned cluster, unsigned user)
{
    assert_true(intr_map(DEV_MAIN_INTR, (uint16_t)(436 - 4 * cluster + user), OUTPUT));
}

static void four_messages_in_order_and_no_more(void **state)
{
    (void)state;
    for (unsigned cluster = 0; cluster < CLUSTERS; cluster++) {
        const uint64_t base = CLUSTER(cluster);

        for (unsigned fifo = 0; fifo < 16; fifo++) {
            for (unsigned i = 0; i < 4; i++) {
                assert_int_equal(get(base + FIFO_STATUS(fifo)), 0);
                assert_int_equal(get(base + MSG_STATUS(fifo)), i);
                put(base + MESSAGE(fifo), cluster << 16 | fifo << 8 | i);
            }
            assert_int_equal(get(base + FIFO_STATUS(fifo)), 1);
            put(base + MESSAGE(fifo), 0xffffffff);
        }
    }
    assert_int_equal(am65x_counter(AM65X_COUNT_MAILBOX_LOST), CLUSTERS * 16);
    for (unsigned cluster = 0; cluster < CLUSTERS; cluster++) {
        const uint64_t base = CLUSTER(cluster);

        for (unsigned fifo = 0; fifo < 16; fifo++) {
            for (unsigned i = 0; i < 4; i++) {
                assert_int_equal(get(base + MSG_STATUS(fifo)), 4 - i);
                assert_int_equal(get(base + MESSAGE(fifo)), cluster << 16 | fifo << 8 | i);
            }
            assert_int_equal(get(base + MSG_STATUS(fifo)), 0);
            assert_int_equal(get(base + MESSAGE(fifo)), 0);
            assert_int_equal(get(base + FIFO_STATUS(fifo)), 0);
        }
    }
}

static void status_bits_are_the_fifos_state(void **state)
{
    const uint64_t base = CLUSTER(5);

    (void)state;
    assert_int_equal(get(base + STATUS_RAW(0)), ALL_NOT_FULL);
    put(base + MESSAGE(3), 7);
    for (unsigned user = 0; user < 4; user++) {
        assert_int_equal(get(base + STATUS_RAW(user)), ALL_NOT_FULL | NEW(3));
        assert_int_equal(get(base + STATUS_CLR(user)), 0);
    }
    put(base + ENABLE_SET(2), NEW(3) | NOT_FULL(15));
    assert_int_equal(get(base + ENABLE_SET(2)), NEW(3) | NOT_FULL(15));
    assert_int_equal(get(base + ENABLE_CLR(2)), NEW(3) | NOT_FULL(15));
    assert_int_equal(get(base + STATUS_CLR(2)), NEW(3) | NOT_FULL(15));
    assert_int_equal(get(base + STATUS_CLR(1)), 0);
    put(base + STATUS_CLR(2), UINT32_MAX);
    assert_int_equal(get(base + STATUS_CLR(2)), NEW(3) | NOT_FULL(15));
    put(base + ENABLE_CLR(2), NOT_FULL(15));
    assert_int_equal(get(base + STATUS_CLR(2)), NEW(3));
    for (unsigned i = 0; i < 3; i++)
        put(base + MESSAGE(3), i);
    assert_int_equal(get(base + STATUS_RAW(1)), (ALL_NOT_FULL | NEW(3)) & ~NOT_FULL(3));
}

static void each_user_of_each_cluster_has_a_line_of_its_own(void **state)
{
    (void)state;
    for (unsigned cluster = 0; cluster < CLUSTERS; cluster++) {
        for (unsigned user = 0; user < 4; user++) {
            const uint64_t base = CLUSTER(cluster);

            reset_with(0);
            route(cluster, user);
            put(base + ENABLE_SET(user), NEW(user));
            put(base + ENABLE_SET((user + 1) % 4), NEW(9));
            put(base + MESSAGE(9), 1);
            assert_int_equal(rises, 0);
            put(base + MESSAGE(user), 1);
            put(base + MESSAGE(user), 2);
            assert_int_equal(rises, 1);
            put(base + STATUS_CLR(user), NEW(user));
            assert_true(level);
            (void)get(base + MESSAGE(user));
            assert_true(level);
            (void)get(base + MESSAGE(user));
            assert_false(level);
            assert_int_equal(falls, 1);
        }
    }
}

static void room_again_is_told(void **state)
{
    const uint64_t base = CLUSTER(11);

    (void)state;
    route(11, 1);
    for (unsigned i = 0; i < 4; i++)
        put(base + MESSAGE(0), i);
    put(base + ENABLE_SET(1), NOT_FULL(0));
    assert_false(level);
    (void)get(base + MESSAGE(0));
    assert_true(level);
    put(base + EOI, 1);
    assert_true(level);
    put(base + ENABLE_CLR(1), NOT_FULL(0));
    assert_false(level);
}

static void a_route_made_later_sees_the_level(void **state)
{
    (void)state;
    put(CLUSTER(0) + ENABLE_SET(3), NOT_FULL(0));
    assert_int_equal(rises, 0);
    route(0, 3);
    assert_int_equal(rises, 1);
}

static void a_soft_reset_is_the_clusters(void **state)
{
    (void)state;
    route(1, 0);
    for (unsigned cluster = 1; cluster < 3; cluster++) {
        put(CLUSTER(cluster) + MESSAGE(4), 5);
        put(CLUSTER(cluster) + ENABLE_SET(0), NEW(4));
    }
    assert_true(level);
    put(CLUSTER(1) + SYSCONFIG, 0);
    assert_true(level);
    put(CLUSTER(1) + SYSCONFIG, 1);
    assert_int_equal(get(CLUSTER(1) + SYSCONFIG), 0);
    assert_false(level);
    assert_int_equal(get(CLUSTER(1) + MSG_STATUS(4)), 0);
    assert_int_equal(get(CLUSTER(1) + ENABLE_SET(0)), 0);
    assert_int_equal(get(CLUSTER(1) + STATUS_RAW(0)), ALL_NOT_FULL);
    assert_int_equal(get(CLUSTER(2) + MSG_STATUS(4)), 1);
    assert_int_equal(get(CLUSTER(2) + ENABLE_SET(0)), NEW(4));
}

/* Each word of the region; what is reserved reads as zero, and what is written there is nothing. */
static void reserved_offsets(void **state)
{
    (void)state;
    assert_int_not_equal(get(CLUSTER(0) + REVISION), 0);
    put(CLUSTER(0) + REVISION, 0);
    assert_int_not_equal(get(CLUSTER(0) + REVISION), 0);
    for (unsigned offset = 4; offset < 0x40; offset += 4)
        assert_int_equal(get(CLUSTER(11) + offset), 0);
    for (unsigned offset = 0x140; offset < 0x1000; offset += 4) {
        put(CLUSTER(11) + offset, UINT32_MAX);
        assert_int_equal(get(CLUSTER(11) + offset), 0);
    }
    assert_int_equal(get(CLUSTER(11) + STATUS_RAW(0)), ALL_NOT_FULL);
    assert_int_equal(am65x_counter(AM65X_COUNT_UNCLAIMED), 0);
}

static void what_a_loader_leaves(void **state)
{
    (void)state;
    reset_with(AM65X_MOOD_STALE_LOADER);
    assert_int_equal(get(CLUSTER(0) + ENABLE_SET(1)), UINT32_MAX);
    assert_int_equal(get(CLUSTER(0) + FIFO_STATUS(4)), 1);
    assert_int_equal(get(CLUSTER(1) + MSG_STATUS(1)), 1);
    assert_int_equal(get(CLUSTER(2) + MSG_STATUS(1)), 0);
    route(0, 0);
    assert_true(level);
    put(CLUSTER(0) + ENABLE_CLR(0), UINT32_MAX);
    assert_false(level);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(four_messages_in_order_and_no_more, setup),
        cmocka_unit_test_setup(status_bits_are_the_fifos_state, setup),
        cmocka_unit_test_setup(each_user_of_each_cluster_has_a_line_of_its_own, setup),
        cmocka_unit_test_setup(room_again_is_told, setup),
        cmocka_unit_test_setup(a_route_made_later_sees_the_level, setup),
        cmocka_unit_test_setup(a_soft_reset_is_the_clusters, setup),
        cmocka_unit_test_setup(reserved_offsets, setup),
        cmocka_unit_test_setup(what_a_loader_leaves, setup),
    };

    return cmocka_run_group_tests_name("mailbox_model", tests, NULL, NULL);
}
