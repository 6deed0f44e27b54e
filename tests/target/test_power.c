// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cores that go off and come back (PSCI CPU_OFF, CPU_ON) while interrupts go on: none is lost, none
 * comes to a core that is off, and a core that is back takes its interrupts, PPIs and functions.
 *
 * The load: an alarm of core 0 sends a message to each handler, again and again. Several may make
 * one call, but after the last one a handler has seen that all were sent.
 */
#include "app/selftest/selftest.h"
#include "app/selftest/watchdog.h"
#include "arch/alarm.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "msi/local.h"
#include "msi/work.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/counting.h"
#include "tests/target/msi_fixture.h"

#include <errno.h>
#include <string.h>

#define LOADS      8u
#define ROUNDS     2u
#define GROWS      5u /* calls of each handler, between two steps */
#define BETWEEN_US 500u
#define NS_PER_US  1000u
#define ARRIVE_US  20000000u
#define DEADLINE_S 60u

static struct load {
    struct record record;
    uint64_t sent, seen;
} loads[LOADS];
static bool over;

static uint64_t get(const uint64_t *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static enum irq_return note_load(void *context)
{
    struct load *load = context;

    __atomic_store_n(&load->seen, get(&load->sent), __ATOMIC_SEQ_CST);
    return note_call(&load->record);
}

/* The alarm's, on core 0. Where that core is so slow that the alarm is late by a whole period, each
 * other one sends nothing: a load without a gap would be a storm, and rightly masked. */
static enum irq_return send_all(void *context)
{
    static bool paused;

    (void)context;
    if (__atomic_load_n(&over, __ATOMIC_SEQ_CST)) {
        alarm_off();
        return IRQ_HANDLED;
    }
    paused = !paused && alarm_late_ns() > BETWEEN_US * NS_PER_US;
    for (uint32_t i = 0; i < LOADS && !paused; i++) {
        __atomic_add_fetch(&loads[i].sent, 1, __ATOMIC_SEQ_CST);
        mmio_write32(AM65X_PRE_ITS_BASE + 4u * TEST_DEVICE_ID, i);
    }
    alarm_set_us(BETWEEN_US);
    return IRQ_HANDLED;
}

static void begin_load(void)
{
    memset(loads, 0, sizeof(loads));
    __atomic_store_n(&over, false, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < LOADS; i++) {
        const struct irq_request request = {.index = i,
                                            .handler = note_load,
                                            .context = &loads[i],
                                            .name = "load",
                                            .core = i % core_count()};

        CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[i]), 0);
    }
    CHECK_EQUAL(irq_ppi_request(ALARM_INTID, send_all, NULL), 0);
    alarm_set_us(BETWEEN_US);
}

static void check_load_arrives(void)
{
    for (unsigned i = 0; i < LOADS && !selftest_failed(); i++)
        CHECK_EQUAL(
            wait_for_count(&loads[i].record.calls, calls(&loads[i].record) + GROWS, ARRIVE_US), 0);
}

static void do_nothing(void *argument)
{
    (void)argument;
}

static void turn_off(unsigned core)
{
    CHECK_EQUAL(platform_core_off(core), 0);
    CHECK_EQUAL(platform_core_off(core), -EBUSY);
    CHECK_EQUAL(smp_start(core, do_nothing, NULL), -EBUSY);
    for (unsigned i = 0; i < LOADS; i++)
        CHECK(irq_core(test_irqs[i]) != core);
    check_load_arrives();
}

static void turn_on(unsigned core)
{
    CHECK_EQUAL(platform_core_on(core), 0);
    CHECK_EQUAL(platform_core_on(core), -EALREADY);
    CHECK_EQUAL(smp_start(core, do_nothing, NULL), 0);
    CHECK_EQUAL(smp_join(core, ARRIVE_US), 0);
    for (unsigned i = core; i < LOADS; i += core_count())
        CHECK_EQUAL(irq_set_affinity(test_irqs[i], core), 0);
    check_load_arrives();
    for (unsigned i = core; i < LOADS; i += core_count())
        CHECK_EQUAL(loads[i].record.core, core);
}

static bool all_is_seen(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < LOADS; i++)
        if (get(&loads[i].seen) != get(&loads[i].sent))
            return false;
    return true;
}

static void end_load(void)
{
    __atomic_store_n(&over, true, __ATOMIC_SEQ_CST);
    CHECK_EQUAL(irq_ppi_free(ALARM_INTID), 0);
    alarm_off();
}

static void body_power(void)
{
    begin_load();
    for (unsigned round = 0; round < ROUNDS && !selftest_failed(); round++) {
        for (unsigned core = 1; core < core_count() && !selftest_failed(); core++)
            turn_off(core); /* at last only core 0 is left */
        for (unsigned core = 1; core < core_count() && !selftest_failed(); core++)
            turn_on(core);
    }
    end_load();
    CHECK_EQUAL(wait_for(all_is_seen, NULL, ARRIVE_US), 0);
}

/* The alarm is the watchdog's otherwise. */
SELFTEST(power, all_cores_but_one_go_off_and_come_back_under_load, DEADLINE_S)
{
    CHECK_EQUAL(platform_core_off(0), -EINVAL);
    CHECK_EQUAL(platform_core_on(0), -EINVAL);
    CHECK_EQUAL(platform_core_off(core_count()), -EINVAL);
    watchdog_stop();
    with_messages(body_power);
    watchdog_start("power.all_cores_but_one_go_off_and_come_back_under_load", DEADLINE_S);
}

/* ---- what belongs to the core ---- */

static struct {
    uint64_t rings;
    int error;
} bell;

static enum irq_return ring(void *context)
{
    (void)context;
    alarm_off();
    __atomic_add_fetch(&bell.rings, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

static void hang_up(void *argument)
{
    (void)argument;
    bell.error = irq_ppi_request(ALARM_INTID, ring, NULL);
}

static void set_alarm(void *argument)
{
    (void)argument;
    alarm_set_us(1);
}

static void take_down(void *argument)
{
    (void)argument;
    bell.error = irq_ppi_free(ALARM_INTID);
}

static void run_on(unsigned core, void (*function)(void *argument))
{
    CHECK_EQUAL(smp_start(core, function, NULL), 0);
    CHECK_EQUAL(smp_join(core, ARRIVE_US), 0);
    CHECK_EQUAL(bell.error, 0);
}

static void note_core(void *context)
{
    *(unsigned *)context = core_id();
}

SELFTEST(power, core_that_is_back_has_its_ppis_and_its_work, DEADLINE_S)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    unsigned worked_on = 0;
    struct work work;

    work_init(&work, note_core, &worked_on);
    bell.rings = 0;
    run_on(1, hang_up);
    CHECK_EQUAL(platform_core_off(1), 0);
    CHECK_EQUAL(work_queue_on(&work, 1), 0);
    CHECK_EQUAL(work_flush(&work, SETTLE_US), -ETIMEDOUT);
    CHECK_EQUAL(platform_core_on(1), 0);
    CHECK_EQUAL(work_flush(&work, ARRIVE_US), 0);
    CHECK_EQUAL(worked_on, 1);
    run_on(1, set_alarm);
    CHECK_EQUAL(wait_for_count(&bell.rings, 1, ARRIVE_US), 0);
    run_on(1, take_down);
}
