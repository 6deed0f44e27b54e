// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer's tables (sources, regions of LPIs, pools of numbers, which cores take
 * interrupts), each against a plain model of what its header promises: a few thousand operations,
 * the same ones on every run, and after each the same answers.
 */
#include "arch/core.h"
#include "msi/parents/id_pool.h"
#include "msi/parents/lpi_regions.h"
#include "msi/placement.h"
#include "msi/sources.h"
#include "tests/host/support/host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OPERATIONS 3000u

/* Numbers that look random and are the same each time (Knuth's MMIX generator). */
static uint64_t seed;

static unsigned any(unsigned limit)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % limit;
}

/* ---- sources ---- */

#define SOURCES_MAX 9000u

static bool used[SOURCES_MAX];

static struct irq *irq_at(uint32_t index)
{
    return (struct irq *)(uintptr_t)(16u * index + 16u);
}

static void enter(struct irq_source_table *table, uint32_t index)
{
    assert_int_equal(irq_sources_prepare(table, index), 0);
    irq_sources_enter(table, index, irq_at(index));
    used[index] = true;
}

static void leave(struct irq_source_table *table, uint32_t index)
{
    irq_sources_remove(table, index);
    used[index] = false;
}

static bool is_free_run(uint32_t from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (used[from + i])
            return false;
    return true;
}

static void check_free(const struct irq_source_table *table, uint32_t from, uint32_t count)
{
    uint32_t expected = (from + count - 1) / count * count, found = UINT32_MAX;

    while (expected + count <= table->limit && !is_free_run(expected, count))
        expected += count;
    assert_int_equal(irq_sources_find_free(table, from, count, &found),
                     expected + count <= table->limit);
    if (expected + count <= table->limit)
        assert_int_equal(found, expected);
}

static void check_next(const struct irq_source_table *table, uint32_t from)
{
    uint32_t expected = from, found = from;

    while (expected < table->limit && !used[expected])
        expected++;
    if (expected < table->limit) {
        assert_ptr_equal(irq_sources_next(table, &found), irq_at(expected));
        assert_int_equal(found, expected);
    } else {
        assert_null(irq_sources_next(table, &found));
    }
}

static void check_sources(struct irq_source_table *table)
{
    uint32_t index = any(table->limit), count = 0;

    assert_int_equal(irq_sources_prepare(table, index), used[index] ? -EBUSY : 0);
    check_next(table, index);
    check_next(table, 0);
    for (uint32_t size = 1; size <= 64; size *= 2) {
        check_free(table, any(table->limit + 1), size);
        check_free(table, 0, size);
    }
    for (uint32_t i = 0; i < table->limit; i++)
        count += used[i];
    assert_int_equal(table->in_use, count);
}

/* Fills from the front, so that pages become full, and takes out here and there. */
static void change_sources(struct irq_source_table *table, unsigned fill_percent)
{
    uint32_t index;

    if (any(100) < fill_percent && irq_sources_find_free(table, 0, 1, &index)) {
        enter(table, index);
        return;
    }
    index = any(table->limit);
    if (used[index])
        leave(table, index);
    else
        enter(table, index);
}

static void sources_are_what_was_entered(void **state)
{
    static const uint32_t limits[] = {1, 2, 63, 64, 65, 128, 200, 4095, 4096, 4097, SOURCES_MAX};

    (void)state;
    seed = 1;
    for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct irq_source_table table;

        memset(used, 0, sizeof(used));
        assert_int_equal(irq_sources_init(&table, limits[i]), 0);
        for (unsigned round = 0; round < OPERATIONS / 10; round++) {
            change_sources(&table, round % 100 < 60 ? 90 : 0);
            check_sources(&table);
        }
        irq_sources_destroy(&table);
    }
}

/* 64 pages that are full make a word of the summary full. */
static void full_tables_have_no_room_and_get_it_back(void **state)
{
    struct irq_source_table table;
    uint32_t index;

    (void)state;
    memset(used, 0, sizeof(used));
    assert_int_equal(irq_sources_init(&table, SOURCES_MAX), 0);
    for (uint32_t i = 0; i < SOURCES_MAX; i++) {
        assert_true(irq_sources_find_free(&table, 0, 1, &index));
        assert_int_equal(index, i);
        enter(&table, i);
    }
    assert_false(irq_sources_find_free(&table, 0, 1, &index));
    for (uint32_t i = 0; i < SOURCES_MAX; i += 97) {
        leave(&table, i);
        check_free(&table, 0, 1);
        check_free(&table, i, 1);
        check_free(&table, i + 1, 1);
        enter(&table, i);
    }
    for (uint32_t i = 64; i < 128; i++)
        leave(&table, i);
    for (uint32_t size = 1; size <= 64; size *= 2)
        check_free(&table, 0, size);
    irq_sources_destroy(&table);
}

/* ---- regions of LPIs ---- */

#define FIRST_LPI   8192u
#define REGIONS_MAX 400u

struct region {
    uint32_t lpi;
    unsigned bits;
};

static bool is_free_region(const uint8_t *taken, uint32_t start, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (taken[start + i] != 0)
            return false;
    return true;
}

static void take_region(struct irq_lpi_regions *regions, uint8_t *taken, struct region *region)
{
    uint32_t size = UINT32_C(1) << region->bits, start = 0, lpi = 0;

    while (start + size <= regions->count && !is_free_region(taken, start, size))
        start += size;
    if (start + size > regions->count) {
        assert_int_equal(irq_lpi_regions_take(regions, region->bits, &lpi), -ENOSPC);
        region->lpi = 0;
        return;
    }
    assert_int_equal(irq_lpi_regions_take(regions, region->bits, &region->lpi), 0);
    assert_int_equal(region->lpi, FIRST_LPI + start);
    memset(&taken[start], 1, size);
}

static void give_region(struct irq_lpi_regions *regions, uint8_t *taken, struct region *region)
{
    irq_lpi_regions_give(regions, region->bits, region->lpi);
    memset(&taken[region->lpi - FIRST_LPI], 0, (size_t)1 << region->bits);
    region->lpi = 0;
}

static void regions_are_where_the_first_room_is(void **state)
{
    static const uint32_t counts[] = {1, 40, 64, 65, 1000, 4096};

    (void)state;
    seed = 2;
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        static struct region held[REGIONS_MAX];
        static uint8_t taken[4096];
        struct irq_lpi_regions regions;

        memset(held, 0, sizeof(held));
        memset(taken, 0, sizeof(taken));
        assert_int_equal(irq_lpi_regions_init(&regions, FIRST_LPI, FIRST_LPI + counts[i]), 0);
        for (unsigned round = 0; round < OPERATIONS; round++) {
            struct region *region = &held[any(REGIONS_MAX)];
            uint32_t in_use = 0;

            if (region->lpi != 0) {
                give_region(&regions, taken, region);
            } else {
                region->bits = any(round % 2 != 0 ? 3 : 11);
                take_region(&regions, taken, region);
            }
            for (uint32_t lpi = 0; lpi < counts[i]; lpi++)
                in_use += taken[lpi];
            assert_int_equal(regions.in_use, in_use);
        }
        free(regions.maps);
    }
}

#define ALL_LPIS 57344u /* that 16 bits of INTIDs have room for */

/* Each small region lies behind the one before, up to the last, with one bitmap of bitmaps as large
 * as it gets. */
static void regions_are_found_beyond_the_first_words(void **state)
{
    struct irq_lpi_regions regions;
    uint32_t lpi;

    (void)state;
    assert_int_equal(irq_lpi_regions_init(&regions, FIRST_LPI, FIRST_LPI + ALL_LPIS), 0);
    for (unsigned i = 0; i < ALL_LPIS; i++) {
        assert_int_equal(irq_lpi_regions_take(&regions, 0, &lpi), 0);
        assert_int_equal(lpi, FIRST_LPI + i);
    }
    assert_int_equal(irq_lpi_regions_take(&regions, 0, &lpi), -ENOSPC);
    irq_lpi_regions_give(&regions, 0, FIRST_LPI + 50000);
    assert_int_equal(irq_lpi_regions_take(&regions, 0, &lpi), 0);
    assert_int_equal(lpi, FIRST_LPI + 50000);
    assert_int_equal(irq_lpi_regions_take(&regions, 31, &lpi), -ENOSPC);
    assert_int_equal(irq_lpi_regions_take(&regions, 32, &lpi), -ENOSPC);
    free(regions.maps);
}

/* ---- pools of numbers ---- */

static void pools_give_what_rested_longest(void **state)
{
    enum {
        CAPACITY = 7
    };
    struct irq_id_pool pool;
    uint16_t queue[OPERATIONS], out[CAPACITY], id;
    unsigned first = 0, last = 0, taken = 0;

    (void)state;
    seed = 3;
    assert_int_equal(irq_id_pool_init(&pool, CAPACITY), 0);
    assert_int_equal(pool.capacity, CAPACITY);
    for (unsigned i = 0; i < CAPACITY; i++)
        out[taken++] = (uint16_t)(100 + i);
    for (unsigned round = 0; round < OPERATIONS - CAPACITY; round++) {
        if (taken != 0 && any(2) != 0) {
            unsigned which = any(taken);

            queue[last++] = out[which];
            irq_id_pool_give(&pool, out[which]);
            out[which] = out[--taken];
        } else if (first == last) {
            assert_false(irq_id_pool_take(&pool, &id));
        } else {
            assert_true(irq_id_pool_take(&pool, &id));
            assert_int_equal(id, queue[first++]);
            out[taken++] = id;
        }
        assert_int_equal(pool.free, last - first);
    }
    free(pool.ids);
    assert_int_equal(irq_id_pool_init(&pool, 0), 0);
    assert_false(irq_id_pool_take(&pool, &id));
    free(pool.ids);
}

/* ---- cores ---- */

static void all_take_interrupts(void)
{
    for (unsigned core = 0; core < core_count(); core++) {
        assert_int_equal(irq_placement_mark(core, false), 0);
        assert_true(irq_core_is_placeable(core));
    }
}

/* Whatever cores have left: one that has not is near itself, and the interrupts of one that has are
 * spread over the others. */
static void interrupts_of_cores_that_left_are_spread_over_the_others(void **state)
{
    (void)state;
    host_reset();
    for (unsigned away = 0; away + 1 < 1u << core_count(); away++) {
        unsigned left = core_count() - (unsigned)__builtin_popcount(away);

        all_take_interrupts();
        for (unsigned core = 0; core < core_count(); core++)
            if ((away >> core & 1u) != 0)
                assert_int_equal(irq_placement_mark(core, true), 0);
        for (unsigned core = 0; core < core_count(); core++) {
            unsigned near[CORE_MAX] = {0}, anywhere[CORE_MAX] = {0};

            assert_int_equal(irq_core_is_placeable(core), (away >> core & 1u) == 0);
            for (unsigned number = 0; number < left; number++) {
                assert_int_equal(irq_place_near(core, number, IRQ_CORES_ALL),
                                 irq_place_near(core, number + left, IRQ_CORES_ALL));
                near[irq_place_near(core, number, IRQ_CORES_ALL)]++;
            }
            for (unsigned i = 0; i < 3 * core_count(); i++)
                anywhere[irq_place_anywhere(IRQ_CORES_ALL)]++;
            for (unsigned other = 0; other < core_count(); other++) {
                bool gone = (away >> other & 1u) != 0;

                if ((away >> core & 1u) == 0)
                    assert_int_equal(near[other], other == core ? left : 0);
                else
                    assert_int_equal(near[other], gone ? 0 : 1);
                assert_int_equal(anywhere[other] != 0, !gone);
                if (away == 0)
                    assert_int_equal(anywhere[other], 3);
            }
        }
    }
    all_take_interrupts();
}

static void the_last_core_stays(void **state)
{
    (void)state;
    host_reset();
    for (unsigned last = 0; last < core_count(); last++) {
        all_take_interrupts();
        for (unsigned core = 0; core < core_count(); core++)
            if (core != last)
                assert_int_equal(irq_placement_mark(core, true), 0);
        assert_int_equal(irq_placement_mark(last, true), -EINVAL);
        assert_true(irq_core_is_placeable(last));
    }
    all_take_interrupts();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_what_was_entered),
        cmocka_unit_test(full_tables_have_no_room_and_get_it_back),
        cmocka_unit_test(regions_are_where_the_first_room_is),
        cmocka_unit_test(regions_are_found_beyond_the_first_words),
        cmocka_unit_test(pools_give_what_rested_longest),
        cmocka_unit_test(interrupts_of_cores_that_left_are_spread_over_the_others),
        cmocka_unit_test(the_last_core_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
