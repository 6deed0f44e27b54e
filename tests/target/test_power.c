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
#include "arch/idle.h"
#include "arch/mmio.h"
#include "arch/per_core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/udma/udma.h"
#include "msi/local.h"
#include "msi/placement.h"
#include "msi/work.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/counting.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/soc.h"

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

/* ---- what comes while a core is off ---- */

#define SOON_US 200000u /* the core is off before, or the test says little */

static void set_alarm_for_soon(void *argument)
{
    (void)argument;
    alarm_set_us(SOON_US);
}

SELFTEST(power, alarm_of_a_core_that_goes_off_is_not_lost, DEADLINE_S)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    bell.rings = 0;
    run_on(1, hang_up);
    run_on(1, set_alarm_for_soon);
    CHECK_EQUAL(platform_core_off(1), 0);
    CHECK_EQUAL(platform_core_on(1), 0);
    CHECK_EQUAL(wait_for_count(&bell.rings, 1, ARRIVE_US), 0);
    run_on(1, set_alarm_for_soon);
    CHECK_EQUAL(platform_core_off(1), 0);
    delay_us(SOON_US); /* it is due when the core comes */
    CHECK_EQUAL(platform_core_on(1), 0);
    CHECK_EQUAL(wait_for_count(&bell.rings, 2, ARRIVE_US), 0);
    run_on(1, take_down);
}

/* It could only come there by mistake, or by the secure world's doing. */
static void body_pending(void)
{
    CHECK_EQUAL(request_flags(0, 0, 0, IRQ_FLAG_EDGE), 0);
    CHECK_EQUAL(platform_core_off(1), 0);
    CHECK_EQUAL(gic_set_affinity(test_soc.intid_wire, 1), 0);
    CHECK_EQUAL(gic_set_pending(test_soc.intid_wire), 0);
    CHECK_EQUAL(platform_core_on(1), 0);
    CHECK_EQUAL(wait_for_count(&test_records[0].calls, 1, ARRIVE_US), 0);
    CHECK_EQUAL(gic_set_affinity(test_soc.intid_wire, 0), 0);
    CHECK_EQUAL(irq_synchronize(test_irqs[0]), 0);
    CHECK(!gic_is_active(test_soc.intid_wire));
}

SELFTEST(power, interrupt_that_is_pending_for_a_core_comes_when_it_is_back, DEADLINE_S)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_wire(body_pending);
}

/* ---- a core that has work ---- */

#define BYTES   64u
#define AT_ONCE 20u /* rounds */
#define LOOK_US 100u

static struct {
    struct work held_up, next;
    uint32_t begun, released;
    uint64_t calls_of_next;
} jobs;

static bool is_set(void *argument)
{
    return __atomic_load_n((const uint32_t *)argument, __ATOMIC_SEQ_CST) != 0;
}

static void set(uint32_t *flag)
{
    __atomic_store_n(flag, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static void hold_up(void *context)
{
    (void)context;
    set(&jobs.begun);
    (void)wait_for(is_set, &jobs.released, ARRIVE_US);
}

static void count_next(void *context)
{
    (void)context;
    __atomic_add_fetch(&jobs.calls_of_next, 1, __ATOMIC_SEQ_CST);
}

/* For what nobody is told of. */
static void poll_for(bool (*condition)(void))
{
    deadline_t deadline = deadline_after_us(ARRIVE_US);

    while (!condition() && !deadline_passed(deadline))
        delay_us(LOOK_US);
}

static bool is_ordered_off(void)
{
    return __atomic_load_n(&cores[1].busy, __ATOMIC_SEQ_CST) != 0;
}

/* When the order is there, behind what the core does. */
static void queue_next_when_ordered_off(void *context)
{
    (void)context;
    set(&jobs.begun);
    poll_for(is_ordered_off);
    (void)work_queue(&jobs.next);
}

/* Core 1 is in that function when this returns. */
static void occupy(work_function_t function)
{
    memset(&jobs, 0, sizeof(jobs));
    work_init(&jobs.held_up, function, NULL);
    work_init(&jobs.next, count_next, NULL);
    CHECK_EQUAL(work_queue_on(&jobs.held_up, 1), 0);
    CHECK_EQUAL(wait_for(is_set, &jobs.begun, ARRIVE_US), 0);
}

static void check_core_1_is_in_use(void)
{
    CHECK(smp_is_on(1));
    CHECK(irq_core_is_placeable(1));
    CHECK_EQUAL(smp_join(1, ARRIVE_US), 0);
    CHECK_EQUAL(smp_start(1, do_nothing, NULL), 0);
    CHECK_EQUAL(smp_join(1, ARRIVE_US), 0);
    CHECK_EQUAL(request_flags(0, 0, 1, 0), 0);
    CHECK_EQUAL(irq_core(test_irqs[0]), 1);
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_for_count(&test_records[0].calls, 1, ARRIVE_US), 0);
    CHECK_EQUAL(free_one(0), 0);
}

static void body_held_up(void)
{
    occupy(hold_up);
    CHECK_EQUAL(platform_core_off(1), -ETIMEDOUT);
    set(&jobs.released);
    CHECK_EQUAL(work_flush(&jobs.held_up, ARRIVE_US), 0);
    check_core_1_is_in_use();
}

/* Nor later, when interrupts have come to it again. */
SELFTEST(power, core_that_does_not_go_off_in_time_does_not_go_off, DEADLINE_S)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_messages(body_held_up);
}

/* What it has to do is nothing that coming back has to wait for. */
SELFTEST(power, core_that_is_back_and_has_work_is_on, DEADLINE_S)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    run_on(1, hang_up);
    CHECK_EQUAL(platform_core_off(1), 0);
    memset(&jobs, 0, sizeof(jobs));
    work_init(&jobs.held_up, hold_up, NULL);
    CHECK_EQUAL(work_queue_on(&jobs.held_up, 1), 0);
    CHECK_EQUAL(platform_core_on(1), 0);
    set(&jobs.released);
    CHECK_EQUAL(work_flush(&jobs.held_up, ARRIVE_US), 0);
    bell.rings = 0;
    run_on(1, set_alarm);
    CHECK_EQUAL(wait_for_count(&bell.rings, 1, ARRIVE_US), 0);
    run_on(1, take_down);
}

SELFTEST(power, work_that_is_queued_meanwhile_runs_before_the_core_goes_off, DEADLINE_S)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    occupy(queue_next_when_ordered_off);
    CHECK_EQUAL(platform_core_off(1), 0);
    CHECK_EQUAL(jobs.calls_of_next, 1);
    CHECK_EQUAL(platform_core_on(1), 0);
}

static uint64_t copies;

static bool is_copied_twice(void *argument)
{
    (void)argument;
    return get(&copies) == 2;
}

static bool core_1_has_work(void)
{
    return work_is_queued(1u << 1);
}

static void copy_while_core_1_goes_off(struct udma_channel *channel, uint64_t memory)
{
    occupy(queue_next_when_ordered_off);
    CHECK_EQUAL(udma_copy(channel, memory + BYTES, memory, BYTES, NULL), 0);
    poll_for(core_1_has_work); /* behind what the core does */
    CHECK(core_1_has_work());
    CHECK_EQUAL(platform_core_off(1), 0);
    CHECK_EQUAL(wait_for_count(&copies, 1, ARRIVE_US), 0);
    CHECK_EQUAL(udma_copy(channel, memory + BYTES, memory, BYTES, NULL), 0);
    CHECK_EQUAL(idle_for(is_copied_twice, NULL, ARRIVE_US), 0); /* maybe on this core */
    CHECK_EQUAL(platform_core_on(1), 0);
}

SELFTEST(power, channel_with_callbacks_in_thread_context_outlives_its_core, DEADLINE_S)
{
    const struct udma_channel_config config = {.name = "power",
                                               .core = 1,
                                               .depth = 1,
                                               .callback = count_copy,
                                               .context = &copies,
                                               .delivery = &udma_in_thread};
    struct udma_channel *channel;
    uint8_t *memory;

    if (core_count() == 1)
        SKIP("needs a second core");
    memory = dma_alloc(2 * BYTES);
    CHECK(memory != NULL);
    copies = 0;
    CHECK_EQUAL(udma_channel_open(&config, &channel), 0);
    copy_while_core_1_goes_off(channel, (uintptr_t)memory);
    CHECK_EQUAL(udma_channel_close(channel), 0);
    dma_free(memory);
}

/* ---- two callers at once ---- */

static struct {
    uint32_t ready;
    int error;
} other;

static void turn_off_too(void *argument)
{
    (void)argument;
    set(&other.ready);
    other.error = platform_core_off(1);
}

static void turn_on_too(void *argument)
{
    (void)argument;
    set(&other.ready);
    other.error = platform_core_on(1);
}

/* As core 2 does: one of the two does it. */
static void at_once(void (*function)(void *argument), int (*own)(unsigned core), int refused)
{
    int error;

    other.ready = 0;
    CHECK_EQUAL(smp_start(2, function, NULL), 0);
    CHECK_EQUAL(wait_for(is_set, &other.ready, ARRIVE_US), 0);
    error = own(1);
    CHECK_EQUAL(smp_join(2, ARRIVE_US), 0);
    CHECK(error == 0 || error == refused);
    CHECK_EQUAL(other.error, error == 0 ? refused : 0);
    CHECK_EQUAL(irq_core_is_placeable(1), smp_is_on(1));
}

static void body_at_once(void)
{
    for (unsigned round = 0; round < AT_ONCE && !selftest_failed(); round++) {
        at_once(turn_off_too, platform_core_off, -EBUSY);
        at_once(turn_on_too, platform_core_on, -EALREADY);
    }
    check_core_1_is_in_use();
}

SELFTEST(power, of_two_that_turn_a_core_off_or_on_at_once_one_does, DEADLINE_S)
{
    if (core_count() <= 2)
        SKIP("needs a third core");
    with_messages(body_at_once);
}
