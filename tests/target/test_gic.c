// SPDX-License-Identifier: BSD-3-Clause
/*
 * The GICv3: distributor, redistributors, CPU interface (Arm IHI 0069).
 *
 * The tests take SPIs that no device of the AM65x uses here, raise them by software, and count what
 * arrives on which core. Each raise waits for its handler before the next, so every count is exact.
 */
#include "app/selftest/selftest.h"

#include "arch/barrier.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/gic_registers.h"
#include "drivers/gic/internal.h"
#include "msi/dispatch.h"
#include "msi/local.h"
#include "msi/quiesce.h"
#include "tests/target/counting.h"

#include <errno.h>
#include <stddef.h>

#define TEST_SGI     5u
#define TEST_SPI     200u
#define TEST_SPI_TWO 201u
#define TEST_PPI     26u /* the EL2 physical timer's: no code at EL1 can make it fire by itself */
#define TIMER_PPI    30u /* the EL1 physical timer */

#define ROUNDS       32u
#define TIMEOUT_US   UINT64_C(4000000)  /* below the 5 seconds that a test has at least */
#define JOIN_US      UINT64_C(10000000) /* below what a test has that lets other cores work */
#define SETTLE_US    2000u              /* long enough for an interrupt that ought not to come */

/* ---- counting by core ---- */

static uint64_t counts[CORE_MAX];

static void counts_clear(void)
{
    for (unsigned core = 0; core < CORE_MAX; core++)
        __atomic_store_n(&counts[core], 0, __ATOMIC_SEQ_CST);
}

static uint64_t count_on(unsigned core)
{
    return __atomic_load_n(&counts[core], __ATOMIC_SEQ_CST);
}

static uint64_t count_everywhere(void)
{
    uint64_t sum = 0;

    for (unsigned core = 0; core < CORE_MAX; core++)
        sum += count_on(core);
    return sum;
}

static void count_here(void)
{
    __atomic_add_fetch(&counts[core_id()], 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static enum irq_return count_handler(void *context)
{
    (void)context;
    count_here();
    return IRQ_HANDLED;
}

static int wait_on(unsigned core, uint64_t count)
{
    return wait_for_count(&counts[core], count, TIMEOUT_US);
}

/* Runs function(argument) on a core, the caller's or another. */
static int run_on(unsigned core, void (*function)(void *argument), void *argument)
{
    int error;

    if (core == core_id()) {
        function(argument);
        return 0;
    }
    error = smp_start(core, function, argument);
    return error != 0 ? error : smp_join(core, JOIN_US);
}

/* ---- an SPI of the test's own ---- */

struct probe {
    struct irq_sink sink; /* first: deliver() gets its address */
    unsigned intid;
    bool active_in_handler;
};

static void probe_deliver(struct irq_sink *sink, const struct irq_generation *own)
{
    (void)own;
    struct probe *probe = (struct probe *)sink;

    probe->active_in_handler = gic_is_active(probe->intid);
    count_here();
}

static int probe_open(struct probe *probe, unsigned intid)
{
    int error;

    *probe =
        (struct probe){.sink = {IRQ_SINK_NO_CLAIM, {probe_deliver, probe_deliver}}, .intid = intid};
    error = irq_sink_attach(intid, &probe->sink);
    if (error != 0)
        return error;
    error = gic_configure(intid, GIC_EDGE, GIC_PRIORITY_DEFAULT);
    if (error == 0)
        error = gic_set_affinity(intid, core_id());
    if (error == 0)
        error = gic_enable(intid);
    if (error != 0)
        irq_sink_detach(intid);
    return error;
}

static void probe_close(struct probe *probe)
{
    gic_disable(probe->intid);
    gic_clear_pending(probe->intid);
    gic_configure(probe->intid, GIC_LEVEL, GIC_PRIORITY_DEFAULT);
    gic_set_affinity(probe->intid, 0);
    irq_sink_detach(probe->intid);
    irq_quiesce();
}

/* Runs body with TEST_SPI enabled, edge-triggered and routed to this core; puts it back after. */
static void with_probe(void (*body)(struct probe *probe))
{
    struct probe probe;
    int error;

    counts_clear();
    error = probe_open(&probe, TEST_SPI);
    if (error != 0) {
        selftest_fail(__FILE__, __LINE__, "SPI %u can't be had: %d", TEST_SPI, error);
        return;
    }
    body(&probe);
    probe_close(&probe);
}

/* ---- what is there ---- */

SELFTEST(gic, every_core_has_a_redistributor_of_its_affinity, 60)
{
    CHECK(gic_redistributor_count() >= core_count());
    for (unsigned core = 0; core < core_count(); core++) {
        unsigned matches = 0;

        for (unsigned i = 0; i < gic_redistributor_count(); i++)
            matches += gic_redistributor_affinity(i) == core_affinity(core);
        CHECK_EQUAL(matches, 1);
        CHECK(gic_redistributor_base(core) != 0);
    }
}

SELFTEST(gic, facts_agree_with_each_other, 60)
{
    struct gic_facts facts;

    gic_get_facts(&facts);
    CHECK(facts.architecture == 3 || facts.architecture == 4);
    CHECK(facts.iidr != 0);
    CHECK_EQUAL(facts.spi_count, gic_intid_limit() - GIC_INTID_SPI_FIRST);
    CHECK(gic_intid_limit() % 32 == 0 || gic_intid_limit() == GIC_INTID_SPECIAL);
    CHECK(facts.lpis);
    CHECK(facts.intid_bits >= 14);
}

SELFTEST(gic, distributor_routes_group_1_by_affinity, 60)
{
    uint32_t control = mmio_read32(gic_distributor_base() + GICD_CTLR);

    CHECK(control & GICD_CTLR_ARE_NS);
    CHECK(control & GICD_CTLR_ENABLE_GRP1A);
}

SELFTEST(gic, arguments_out_of_range_are_refused, 60)
{
    unsigned limit = gic_intid_limit();

    CHECK_EQUAL(gic_configure(limit, GIC_LEVEL, GIC_PRIORITY_DEFAULT), -EINVAL);
    CHECK_EQUAL(gic_enable(limit), -EINVAL);
    CHECK_EQUAL(gic_disable(limit), -EINVAL);
    CHECK_EQUAL(gic_mask(limit), -EINVAL);
    CHECK_EQUAL(gic_set_pending(limit), -EINVAL);
    CHECK_EQUAL(gic_clear_pending(GIC_INTID_SPURIOUS), -EINVAL);
    CHECK(!gic_is_enabled(limit));
    CHECK(!gic_is_pending(limit));
    CHECK_EQUAL(gic_set_affinity(TEST_SPI, core_count()), -EINVAL);
    CHECK_EQUAL(gic_set_affinity(TEST_PPI, 0), -EINVAL);
    CHECK_EQUAL(gic_configure(TEST_SGI, GIC_LEVEL, GIC_PRIORITY_DEFAULT), -EINVAL);
}

/* ---- SGIs ---- */

/* What the sender wrote before its SGI, and how often the receiver saw something else. */
static uint64_t announced, received;
static unsigned stale;

static enum irq_return sgi_handler(void *context)
{
    (void)context;
    /* Relaxed on both sides: the order must come from gic_send_sgi(). */
    stale += __atomic_load_n(&announced, __ATOMIC_RELAXED) != ++received;
    count_here();
    return IRQ_HANDLED;
}

static void send_to_all(void *argument)
{
    (void)argument;
    for (unsigned to = 0; to < core_count(); to++)
        for (unsigned round = 0; round < ROUNDS; round++) {
            uint64_t next = count_on(to) + 1;

            __atomic_store_n(&announced, received + 1, __ATOMIC_RELAXED);
            gic_send_sgi(to, TEST_SGI);
            CHECK_EQUAL(wait_on(to, next), 0);
        }
}

SELFTEST(gic, sgi_from_each_core_to_each_core_arrives_once_with_what_was_stored_before, 60)
{
    counts_clear();
    announced = received = stale = 0;
    CHECK_EQUAL(irq_sgi_request(TEST_SGI, sgi_handler, NULL), 0);
    for (unsigned from = 0; from < core_count() && !selftest_failed(); from++)
        if (run_on(from, send_to_all, NULL) != 0)
            selftest_fail(__FILE__, __LINE__, "core %u does not come back", from);
    irq_sgi_free(TEST_SGI);
    for (unsigned to = 0; to < core_count(); to++)
        CHECK_EQUAL(count_on(to), core_count() * ROUNDS);
    CHECK_EQUAL(stale, 0);
}

SELFTEST(gic, sgi_of_the_secure_world_is_refused, 60)
{
    for (unsigned sgi = 2; sgi < 16; sgi++) {
        uint64_t next = count_on(core_id()) + 1;
        int error = irq_sgi_request(sgi, sgi_handler, NULL);

        if (error == -EACCES && sgi >= 8)
            continue;
        CHECK_EQUAL(error, 0);
        gic_send_sgi(core_id(), sgi);
        CHECK_EQUAL(wait_on(core_id(), next), 0);
        CHECK_EQUAL(irq_sgi_free(sgi), 0);
    }
}

/* ---- PPIs ---- */

static void pend_ppi_here(void *argument)
{
    unsigned core = core_id();

    (void)argument;
    CHECK_EQUAL(irq_ppi_request(TEST_PPI, count_handler, NULL), 0);
    for (unsigned round = 1; round <= ROUNDS && !selftest_failed(); round++)
        if (gic_set_pending(TEST_PPI) != 0 || wait_on(core, round) != 0)
            selftest_fail(__FILE__, __LINE__, "PPI %u, number %u, does not come to core %u",
                          TEST_PPI, round, core);
    CHECK_EQUAL(irq_ppi_free(TEST_PPI), 0);
    CHECK(!gic_is_enabled(TEST_PPI));
}

SELFTEST(gic, ppi_comes_to_the_core_it_is_pended_on, 60)
{
    counts_clear();
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK_EQUAL(run_on(core, pend_ppi_here, NULL), 0);
        if (selftest_failed())
            return;
        CHECK_EQUAL(count_on(core), ROUNDS);
        CHECK_EQUAL(count_everywhere(), (core + 1u) * ROUNDS);
    }
}

static void timer_set(uint64_t control)
{
    __asm__ volatile("msr cntp_tval_el0, %0" ::"r"(UINT64_C(1000)));
    __asm__ volatile("msr cntp_ctl_el0, %0" ::"r"(control));
    barrier_context(); /* the line has changed before the interrupt is ended */
}

static enum irq_return timer_handler(void *context)
{
    (void)context;
    timer_set(0); /* takes the level away */
    count_here();
    return IRQ_HANDLED;
}

static void fire_timer_here(void *argument)
{
    unsigned core = core_id();

    (void)argument;
    CHECK_EQUAL(irq_ppi_request(TIMER_PPI, timer_handler, NULL), 0);
    for (unsigned round = 1; round <= ROUNDS && !selftest_failed(); round++) {
        timer_set(1);
        if (wait_on(core, round) != 0)
            selftest_fail(__FILE__, __LINE__, "the timer's interrupt %u does not come to core %u",
                          round, core);
    }
    timer_set(0);
    CHECK_EQUAL(irq_ppi_free(TIMER_PPI), 0);
}

SELFTEST(gic, level_ppi_fires_once_for_each_expiry_of_the_timer, 60)
{
    unsigned watchdog_core = core_id(); /* has the timer in use, for this very test */

    if (core_count() < 2)
        SKIP("the only core's timer is the watchdog's");
    counts_clear();
    for (unsigned core = 0; core < core_count(); core++) {
        if (core == watchdog_core)
            continue;
        CHECK_EQUAL(run_on(core, fire_timer_here, NULL), 0);
        if (selftest_failed())
            return;
        CHECK_EQUAL(count_on(core), ROUNDS);
    }
    CHECK_EQUAL(count_everywhere(), (core_count() - 1u) * ROUNDS);
}

/* ---- SPIs ---- */

static void raise_on_each_core(struct probe *probe)
{
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK_EQUAL(gic_set_affinity(probe->intid, core), 0);
        for (unsigned round = 1; round <= ROUNDS; round++) {
            CHECK_EQUAL(gic_set_pending(probe->intid), 0);
            CHECK_EQUAL(wait_on(core, round), 0);
        }
        CHECK_EQUAL(count_everywhere(), (core + 1u) * ROUNDS);
    }
}

SELFTEST(gic, spi_comes_to_the_core_it_is_routed_to, 60)
{
    with_probe(raise_on_each_core);
}

static void raise_while_moving(struct probe *probe)
{
    for (unsigned round = 0; round < ROUNDS * core_count(); round++) {
        unsigned core = round % core_count();
        uint64_t next = count_on(core) + 1;

        CHECK_EQUAL(gic_set_affinity(probe->intid, core), 0);
        CHECK_EQUAL(gic_set_pending(probe->intid), 0);
        CHECK_EQUAL(wait_on(core, next), 0);
    }
    CHECK_EQUAL(count_everywhere(), ROUNDS * core_count());
}

SELFTEST(gic, spi_that_moves_from_core_to_core_is_neither_lost_nor_doubled, 60)
{
    with_probe(raise_while_moving);
}

static void move_while_pending(struct probe *probe)
{
    unsigned last = core_count() - 1u;

    CHECK_EQUAL(gic_disable(probe->intid), 0);
    CHECK_EQUAL(gic_set_affinity(probe->intid, 0), 0);
    CHECK_EQUAL(gic_set_pending(probe->intid), 0);
    CHECK_EQUAL(gic_set_affinity(probe->intid, last), 0);
    CHECK_EQUAL(gic_enable(probe->intid), 0);
    CHECK_EQUAL(wait_on(last, 1), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_everywhere(), 1);
}

SELFTEST(gic, pending_spi_goes_along_to_its_new_core, 60)
{
    with_probe(move_while_pending);
}

static void disable_and_enable(struct probe *probe)
{
    CHECK(gic_is_enabled(probe->intid));
    CHECK_EQUAL(gic_disable(probe->intid), 0);
    CHECK(!gic_is_enabled(probe->intid));
    CHECK_EQUAL(gic_set_pending(probe->intid), 0);
    delay_us(SETTLE_US);
    CHECK(gic_is_pending(probe->intid));
    CHECK_EQUAL(count_everywhere(), 0);
    CHECK_EQUAL(gic_enable(probe->intid), 0);
    CHECK_EQUAL(wait_on(core_id(), 1), 0);
    delay_us(SETTLE_US);
    CHECK(!gic_is_pending(probe->intid));
    CHECK_EQUAL(count_everywhere(), 1);
}

SELFTEST(gic, disabled_spi_stays_pending_and_is_delivered_when_enabled, 60)
{
    with_probe(disable_and_enable);
}

static void mask_in_handler(struct irq_sink *sink, const struct irq_generation *own)
{
    (void)own;
    struct probe *probe = (struct probe *)sink;

    gic_mask(probe->intid);
    gic_set_pending(probe->intid);
    count_here();
}

static void mask_and_pend_in_handler(struct probe *probe)
{
    probe->sink = (struct irq_sink){IRQ_SINK_NO_CLAIM, {mask_in_handler, mask_in_handler}};
    CHECK_EQUAL(gic_set_pending(probe->intid), 0);
    CHECK_EQUAL(wait_on(core_id(), 1), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_everywhere(), 1);
    CHECK(!gic_is_enabled(probe->intid));
    CHECK(gic_is_pending(probe->intid));
    CHECK_EQUAL(gic_enable(probe->intid), 0);
    CHECK_EQUAL(wait_on(core_id(), 2), 0);
}

SELFTEST(gic, spi_that_its_handler_masks_comes_again_when_enabled, 60)
{
    with_probe(mask_and_pend_in_handler);
}

static void clear_before_enable(struct probe *probe)
{
    CHECK_EQUAL(gic_disable(probe->intid), 0);
    CHECK_EQUAL(gic_set_pending(probe->intid), 0);
    CHECK(gic_is_pending(probe->intid));
    CHECK_EQUAL(gic_clear_pending(probe->intid), 0);
    CHECK(!gic_is_pending(probe->intid));
    CHECK_EQUAL(gic_enable(probe->intid), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(count_everywhere(), 0);
}

SELFTEST(gic, cleared_spi_is_not_delivered, 60)
{
    with_probe(clear_before_enable);
}

static void raise_once(struct probe *probe)
{
    CHECK(!gic_is_active(probe->intid));
    CHECK_EQUAL(gic_set_pending(probe->intid), 0);
    CHECK_EQUAL(wait_on(core_id(), 1), 0);
    CHECK_EQUAL(irq_quiesce(), 0);
    CHECK(probe->active_in_handler);
    CHECK(!gic_is_active(probe->intid));
}

SELFTEST(gic, spi_is_active_while_its_handler_runs_only, 60)
{
    with_probe(raise_once);
}

static bool edge_in_register(unsigned intid)
{
    uint32_t value = mmio_read32(gic_distributor_base() + GIC_ICFGR + GIC_WORD_OF_ICFGR(intid));

    return (value >> (2u * (intid % 16u)) & GIC_ICFGR_EDGE) != 0;
}

static void change_trigger(struct probe *probe)
{
    unsigned intid = probe->intid;

    CHECK(edge_in_register(intid));
    CHECK_EQUAL(gic_configure(intid, GIC_LEVEL, GIC_PRIORITY_DEFAULT), -EBUSY);
    CHECK(edge_in_register(intid));
    CHECK_EQUAL(gic_disable(intid), 0);
    CHECK_EQUAL(gic_configure(intid, GIC_LEVEL, GIC_PRIORITY_URGENT), 0);
    CHECK(!edge_in_register(intid));
    CHECK_EQUAL(mmio_read8(gic_distributor_base() + GIC_IPRIORITYR + intid), GIC_PRIORITY_URGENT);
    CHECK_EQUAL(gic_configure(intid, GIC_EDGE, GIC_PRIORITY_DEFAULT), 0);
    CHECK(edge_in_register(intid));
    CHECK_EQUAL(mmio_read8(gic_distributor_base() + GIC_IPRIORITYR + intid), GIC_PRIORITY_DEFAULT);
}

SELFTEST(gic, trigger_and_priority_read_back_and_keep_while_enabled, 60)
{
    with_probe(change_trigger);
}

/* ---- priorities ---- */

static unsigned order[2], order_count;

static void order_deliver(struct irq_sink *sink, const struct irq_generation *own)
{
    (void)own;
    const struct probe *probe = (const struct probe *)sink;

    if (order_count < 2)
        order[order_count] = probe->intid;
    order_count++;
    count_here();
}

/* As delay_us(), which needs IRQs. */
static void spin_us(uint64_t microseconds)
{
    deadline_t deadline = deadline_after_us(microseconds);

    while (!deadline_passed(deadline))
        continue;
}

/* Raises both with IRQs masked, so that the CPU interface has to choose between them. */
static void raise_both(struct probe *urgent, struct probe *other)
{
    unsigned long state;

    order_count = 0;
    counts_clear();
    CHECK_EQUAL(gic_configure(urgent->intid, GIC_EDGE, GIC_PRIORITY_URGENT), 0);
    CHECK_EQUAL(gic_configure(other->intid, GIC_EDGE, GIC_PRIORITY_DEFAULT), 0);
    state = irq_save();
    gic_set_pending(other->intid);
    gic_set_pending(urgent->intid);
    spin_us(SETTLE_US);
    irq_restore(state);
    CHECK_EQUAL(wait_on(core_id(), 2), 0);
    CHECK_EQUAL(order_count, 2);
    CHECK_EQUAL(order[0], urgent->intid);
    CHECK_EQUAL(order[1], other->intid);
}

static void raise_both_either_way(struct probe *first)
{
    struct probe second;

    CHECK_EQUAL(probe_open(&second, TEST_SPI_TWO), 0);
    first->sink = second.sink =
        (struct irq_sink){IRQ_SINK_NO_CLAIM, {order_deliver, order_deliver}};
    raise_both(first, &second);
    if (!selftest_failed())
        raise_both(&second, first);
    probe_close(&second);
}

SELFTEST(gic, more_urgent_of_two_pending_spis_comes_first, 60)
{
    with_probe(raise_both_either_way);
}
