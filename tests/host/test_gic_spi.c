// SPDX-License-Identifier: BSD-3-Clause
/*
 * The SPIs that the twin has in software (twin/models/gic_spi.h), by their registers and states as
 * Arm IHI 0069 has them.
 */
#include "twin/models/gic_spi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define CORES              4u
#define INTID              448u
#define OTHER              597u

#define GICD_TYPER         0x0004u
#define GICD_IGROUPR(n)    (0x0080u + (n) / 32 * 4)
#define GICD_ISENABLER(n)  (0x0100u + (n) / 32 * 4)
#define GICD_ICENABLER(n)  (0x0180u + (n) / 32 * 4)
#define GICD_ISPENDR(n)    (0x0200u + (n) / 32 * 4)
#define GICD_ICPENDR(n)    (0x0280u + (n) / 32 * 4)
#define GICD_ISACTIVER(n)  (0x0300u + (n) / 32 * 4)
#define GICD_ICACTIVER(n)  (0x0380u + (n) / 32 * 4)
#define GICD_IPRIORITYR(n) (0x0400u + (n))
#define GICD_ICFGR(n)      (0x0c00u + (n) / 16 * 4)
#define GICD_IROUTER(n)    (0x6000u + 8 * (n))
#define IROUTER_IRM        (UINT64_C(1) << 31)

static int setup(void **state)
{
    (void)state;
    gic_spi_reset(CORES);
    return 0;
}

static uint32_t bit(unsigned intid)
{
    return UINT32_C(1) << (intid % 32);
}

static bool is_set(uint64_t register_offset, unsigned intid)
{
    return (gic_spi_read(register_offset, 4) & bit(intid)) != 0;
}

static void enable(unsigned intid)
{
    gic_spi_write(GICD_ISENABLER(intid), 4, bit(intid));
}

static void make_edge(unsigned intid)
{
    uint64_t old = gic_spi_read(GICD_ICFGR(intid), 4);

    gic_spi_write(GICD_ICFGR(intid), 4, old | UINT32_C(2) << (intid % 16 * 2));
}

static void make_level(unsigned intid)
{
    uint64_t old = gic_spi_read(GICD_ICFGR(intid), 4);

    gic_spi_write(GICD_ICFGR(intid), 4, old & ~(UINT64_C(2) << (intid % 16 * 2)));
}

static unsigned winner_of(unsigned core)
{
    struct gic_spi_winner winners[GIC_SPI_CORES_MAX];

    gic_spi_winners(winners);
    return winners[core].intid;
}

static void pulse(unsigned intid)
{
    gic_spi_line(intid, true);
    gic_spi_line(intid, false);
}

/* ---- which registers ---- */

static void test_which_interrupts(void **state)
{
    (void)state;
    assert_false(gic_spi_has(0));
    assert_false(gic_spi_has(191));
    assert_true(gic_spi_has(192));
    assert_true(gic_spi_has(223));
    assert_false(gic_spi_has(224)); /* main UART 0 */
    assert_false(gic_spi_has(255));
    assert_true(gic_spi_has(256));
    assert_true(gic_spi_has(991));
    assert_false(gic_spi_has(992));
    assert_false(gic_spi_has(1023));
    assert_false(gic_spi_has(8192));
}

static void test_which_registers(void **state)
{
    (void)state;
    for (unsigned intid = 0; intid < 1020; intid++) {
        bool has = gic_spi_has(intid);

        assert_int_equal(gic_spi_register(GICD_ISENABLER(intid)), has);
        assert_int_equal(gic_spi_register(GICD_ICENABLER(intid) + 3), has);
        assert_int_equal(gic_spi_register(GICD_ISPENDR(intid)), has);
        assert_int_equal(gic_spi_register(GICD_ICPENDR(intid)), has);
        assert_int_equal(gic_spi_register(GICD_ISACTIVER(intid)), has);
        assert_int_equal(gic_spi_register(GICD_ICACTIVER(intid)), has);
        assert_int_equal(gic_spi_register(GICD_IPRIORITYR(intid)), has);
        assert_int_equal(gic_spi_register(GICD_ICFGR(intid)), has);
        assert_int_equal(gic_spi_register(GICD_IROUTER(intid)), has);
        assert_int_equal(gic_spi_register(GICD_IROUTER(intid) + 4), has);
        assert_false(gic_spi_register(GICD_IGROUPR(intid)));
    }
    assert_false(gic_spi_register(0));
    assert_false(gic_spi_register(GICD_TYPER));
    assert_false(gic_spi_register(0xffe8)); /* GICD_PIDR2 */
}

static void test_reset(void **state)
{
    (void)state;
    make_edge(INTID);
    enable(INTID);
    pulse(INTID);
    gic_spi_activate(OTHER);
    gic_spi_write(GICD_IPRIORITYR(INTID), 1, 0x80);
    gic_spi_write(GICD_IROUTER(INTID), 8, 0x101);
    gic_spi_reset(CORES);
    for (uint64_t offset = 0x100; offset < 0x8000; offset += 4)
        if (gic_spi_register(offset))
            assert_int_equal(gic_spi_read(offset, 4), 0);
    for (unsigned core = 0; core < CORES; core++)
        assert_int_equal(winner_of(core), GIC_SPI_NONE);
}

/* ---- states ---- */

static void test_level(void **state)
{
    (void)state;
    gic_spi_line(INTID, true);
    assert_true(is_set(GICD_ISPENDR(INTID), INTID));
    assert_int_equal(winner_of(0), GIC_SPI_NONE); /* not enabled */
    enable(INTID);
    assert_int_equal(winner_of(0), INTID);
    gic_spi_activate(INTID);
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
    assert_true(is_set(GICD_ISPENDR(INTID), INTID)); /* active and pending */
    assert_true(is_set(GICD_ISACTIVER(INTID), INTID));
    gic_spi_deactivate(INTID);
    assert_int_equal(winner_of(0), INTID); /* nobody has silenced the device */
    gic_spi_write(GICD_ICPENDR(INTID), 4, bit(INTID));
    assert_int_equal(winner_of(0), INTID); /* the input is still high */
    gic_spi_line(INTID, false);
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
    assert_false(is_set(GICD_ISPENDR(INTID), INTID));
}

static void test_edge(void **state)
{
    (void)state;
    make_edge(INTID);
    enable(INTID);
    gic_spi_line(INTID, true);
    assert_int_equal(winner_of(0), INTID);
    gic_spi_activate(INTID);
    gic_spi_deactivate(INTID);
    assert_int_equal(winner_of(0), GIC_SPI_NONE); /* one edge, one interrupt, though still high */
    gic_spi_line(INTID, false);
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
    pulse(INTID);
    assert_int_equal(winner_of(0), INTID); /* kept, though the input has fallen again */
    gic_spi_activate(INTID);
    pulse(INTID);
    pulse(INTID);
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
    assert_true(is_set(GICD_ISPENDR(INTID), INTID));
    gic_spi_deactivate(INTID);
    assert_int_equal(winner_of(0), INTID);
    gic_spi_write(GICD_ICPENDR(INTID), 4, bit(INTID));
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
}

static void test_set_pending_by_software(void **state)
{
    (void)state;
    enable(INTID);
    gic_spi_write(GICD_ISPENDR(INTID), 4, bit(INTID));
    assert_int_equal(winner_of(0), INTID);
    pulse(INTID); /* a falling input leaves what software has set */
    assert_int_equal(winner_of(0), INTID);
    gic_spi_activate(INTID);
    gic_spi_deactivate(INTID);
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
}

static void test_trigger_changes(void **state)
{
    (void)state;
    enable(INTID);
    gic_spi_line(INTID, true);
    make_edge(INTID);
    assert_int_equal(gic_spi_read(GICD_ICFGR(INTID), 4), 2); /* 448 is the first of its word */
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
    make_level(INTID);
    assert_int_equal(winner_of(0), INTID);
    /* The lower bit of each pair is reserved; each half of a word of bitmaps has its own word. */
    gic_spi_write(GICD_ICFGR(INTID + 16), 4, 0xffffffff);
    assert_int_equal(gic_spi_read(GICD_ICFGR(INTID + 16), 4), 0xaaaaaaaa);
    assert_int_equal(gic_spi_read(GICD_ICFGR(INTID), 4), 0);
    gic_spi_write(GICD_ICFGR(INTID + 16) + 1, 1, 0);
    assert_int_equal(gic_spi_read(GICD_ICFGR(INTID + 16), 4), 0xaaaa00aa);
}

static void test_enable_and_active_by_register(void **state)
{
    (void)state;
    gic_spi_line(INTID, true);
    enable(INTID);
    enable(INTID + 1);
    assert_int_equal(gic_spi_read(GICD_ICENABLER(INTID), 4), 3);
    gic_spi_write(GICD_ICENABLER(INTID), 4, bit(INTID));
    assert_int_equal(gic_spi_read(GICD_ISENABLER(INTID), 4), 2);
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
    enable(INTID);
    gic_spi_write(GICD_ISACTIVER(INTID), 4, bit(INTID));
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
    assert_true(is_set(GICD_ICACTIVER(INTID), INTID));
    gic_spi_write(GICD_ICACTIVER(INTID), 4, bit(INTID));
    assert_int_equal(winner_of(0), INTID);
}

/* ---- who is next ---- */

static void test_priorities(void **state)
{
    struct gic_spi_winner winners[GIC_SPI_CORES_MAX];

    (void)state;
    gic_spi_write(GICD_IPRIORITYR(INTID), 4, 0x123456ff);
    assert_int_equal(gic_spi_read(GICD_IPRIORITYR(INTID), 4), 0x103050f0); /* 16 of them */
    gic_spi_write(GICD_IPRIORITYR(INTID + 2), 1, 0x8f);
    assert_int_equal(gic_spi_read(GICD_IPRIORITYR(INTID), 4), 0x108050f0);
    assert_int_equal(gic_spi_read(GICD_IPRIORITYR(INTID + 2), 1) & 0xff, 0x80);

    gic_spi_write(GICD_IPRIORITYR(OTHER), 1, 0xa0);
    gic_spi_write(GICD_IPRIORITYR(991), 1, 0xa0);
    for (unsigned i = 0; i < 3; i++) {
        enable((const unsigned[]){INTID, OTHER, 991}[i]);
        gic_spi_line((const unsigned[]){INTID, OTHER, 991}[i], true);
    }
    gic_spi_winners(winners);
    assert_int_equal(winners[0].intid, OTHER);
    assert_int_equal(winners[0].priority, 0xa0);
    gic_spi_activate(OTHER);
    assert_int_equal(winner_of(0), 991);
    gic_spi_activate(991);
    gic_spi_winners(winners);
    assert_int_equal(winners[0].intid, INTID);
    assert_int_equal(winners[0].priority, 0xf0);
}

static void test_affinity(void **state)
{
    static const uint64_t affinities[CORES] = {0x0, 0x1, 0x100, 0x101};

    (void)state;
    enable(INTID);
    gic_spi_line(INTID, true);
    for (unsigned core = 0; core < CORES; core++) {
        gic_spi_write(GICD_IROUTER(INTID), 8, affinities[core]);
        assert_int_equal(gic_spi_read(GICD_IROUTER(INTID), 8), affinities[core]);
        for (unsigned other = 0; other < CORES; other++)
            assert_int_equal(winner_of(other), other == core ? INTID : GIC_SPI_NONE);
    }
    gic_spi_write(GICD_IROUTER(INTID) + 1, 1, 0);
    assert_int_equal(winner_of(1), INTID); /* 0x101 has become 0x001 */
    gic_spi_write(GICD_IROUTER(INTID) + 4, 4, 1);
    assert_int_equal(gic_spi_read(GICD_IROUTER(INTID), 8), UINT64_C(0x100000001));
    assert_int_equal(gic_spi_read(GICD_IROUTER(INTID) + 4, 4), 1);
    for (unsigned core = 0; core < CORES; core++)
        assert_int_equal(winner_of(core), GIC_SPI_NONE); /* to a core that is not there */
    gic_spi_write(GICD_IROUTER(INTID), 8, UINT64_MAX);
    assert_int_equal(gic_spi_read(GICD_IROUTER(INTID), 8), UINT64_C(0xff80ffffff));
    assert_int_equal(winner_of(0), GIC_SPI_NONE);
    gic_spi_write(GICD_IROUTER(INTID), 8, IROUTER_IRM | 0x100); /* one of N is not there */
    assert_int_equal(winner_of(2), INTID);
}

static void test_fewer_cores(void **state)
{
    (void)state;
    gic_spi_reset(2);
    enable(INTID);
    gic_spi_line(INTID, true);
    gic_spi_write(GICD_IROUTER(INTID), 8, 0x1);
    assert_int_equal(winner_of(1), INTID);
    gic_spi_write(GICD_IROUTER(INTID), 8, 0x100);
    for (unsigned core = 0; core < CORES; core++)
        assert_int_equal(winner_of(core), GIC_SPI_NONE);
}

static void test_each_core_its_own(void **state)
{
    (void)state;
    for (unsigned core = 0; core < CORES; core++) {
        enable(INTID + core);
        gic_spi_line(INTID + core, true);
        gic_spi_write(GICD_IROUTER(INTID + core), 8, core / 2 << 8 | core % 2);
    }
    gic_spi_activate(INTID + 2);
    for (unsigned core = 0; core < CORES; core++)
        assert_int_equal(winner_of(core), core == 2 ? GIC_SPI_NONE : INTID + core);
}

static void test_ends(void **state)
{
    static const unsigned ends[] = {192, 223, 256, 991};

    (void)state;
    for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        enable(ends[i]);
        gic_spi_line(ends[i], true);
        assert_int_equal(winner_of(0), ends[i]);
        gic_spi_line(ends[i], false);
        assert_int_equal(winner_of(0), GIC_SPI_NONE);
    }
}

/* ---- anything ---- */

static uint32_t random_state = 1;

static uint32_t any(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static const unsigned some[] = {192, 223, 256, 448, 449, 479, 597, 991};
#define SOME (sizeof(some) / sizeof(some[0]))

static void do_something(void)
{
    unsigned intid = some[any(SOME)];

    switch (any(10)) {
    case 0:
        gic_spi_activate(intid);
        break;
    case 1:
        gic_spi_deactivate(intid);
        break;
    case 2:
        gic_spi_write(GICD_IPRIORITYR(intid), 1, any(256));
        break;
    case 3:
        gic_spi_write(GICD_IROUTER(intid), 8, any(4) / 2 * 0x100 + any(3));
        break;
    case 4:
        gic_spi_write(GICD_ICFGR(intid), 4, any(0x10000) * 0x10001);
        break;
    case 5:
        gic_spi_line(intid, any(2) != 0);
        break;
    default: /* a bit of ISENABLER up to ICACTIVER */
        gic_spi_write(GICD_ISENABLER(intid) + 0x80 * any(6), 4, bit(intid));
        break;
    }
}

/* As the registers say it. */
static unsigned winner_by_registers(unsigned core)
{
    unsigned winner = GIC_SPI_NONE;

    for (unsigned i = 0; i < SOME; i++) {
        unsigned intid = some[i];

        if (!is_set(GICD_ISPENDR(intid), intid) || !is_set(GICD_ISENABLER(intid), intid) ||
            is_set(GICD_ISACTIVER(intid), intid) ||
            gic_spi_read(GICD_IROUTER(intid), 8) != (core / 2 << 8 | core % 2))
            continue;
        if (winner == GIC_SPI_NONE || (gic_spi_read(GICD_IPRIORITYR(intid), 1) & 0xff) <
                                          (gic_spi_read(GICD_IPRIORITYR(winner), 1) & 0xff))
            winner = intid;
    }
    return winner;
}

static void test_anything(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        do_something();
        for (unsigned core = 0; core < CORES; core++)
            assert_int_equal(winner_of(core), winner_by_registers(core));
    }
}

/* The GIC forgets, the lines don't. */
static void test_loss_of_power(void **state)
{
    (void)state;
    for (unsigned intid = GIC_SPI_FIRST; intid < GIC_SPI_LIMIT; intid++) {
        enable(intid);
        make_edge(intid);
        gic_spi_write(GICD_ISPENDR(intid), 4, bit(intid));
        gic_spi_write(GICD_IPRIORITYR(intid), 1, 0x40);
        gic_spi_write(GICD_IROUTER(intid), 8, 1);
    }
    gic_spi_line(INTID, true);
    gic_spi_activate(OTHER);
    gic_spi_lose_power();
    for (unsigned intid = GIC_SPI_FIRST; intid < GIC_SPI_LIMIT; intid++) {
        assert_false(is_set(GICD_ISENABLER(intid), intid));
        assert_false(is_set(GICD_ISACTIVER(intid), intid));
        assert_int_equal(is_set(GICD_ISPENDR(intid), intid), intid == INTID);
        assert_int_equal(gic_spi_read(GICD_ICFGR(intid), 4), 0);
        assert_int_equal(gic_spi_read(GICD_IPRIORITYR(intid), 1) & 0xff, 0);
    }
    enable(INTID);
    for (unsigned core = 0; core < CORES; core++)
        assert_int_equal(winner_of(core), GIC_SPI_NONE); /* routed to none */
    gic_spi_write(GICD_IROUTER(INTID), 8, 1);
    assert_int_equal(winner_of(1), INTID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_which_interrupts, setup),
        cmocka_unit_test_setup(test_which_registers, setup),
        cmocka_unit_test_setup(test_reset, setup),
        cmocka_unit_test_setup(test_level, setup),
        cmocka_unit_test_setup(test_edge, setup),
        cmocka_unit_test_setup(test_set_pending_by_software, setup),
        cmocka_unit_test_setup(test_trigger_changes, setup),
        cmocka_unit_test_setup(test_enable_and_active_by_register, setup),
        cmocka_unit_test_setup(test_priorities, setup),
        cmocka_unit_test_setup(test_affinity, setup),
        cmocka_unit_test_setup(test_fewer_cores, setup),
        cmocka_unit_test_setup(test_each_core_its_own, setup),
        cmocka_unit_test_setup(test_ends, setup),
        cmocka_unit_test_setup(test_anything, setup),
        cmocka_unit_test_setup(test_loss_of_power, setup),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
