// SPDX-License-Identifier: BSD-3-Clause
/*
 * The host machine itself: its clock, cores and GIC, on which the other host tests rely.
 */
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "drivers/ti_sci/secure_proxy_registers.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "twin/models/am65x.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TX_WINDOW (AM65X_SECURE_PROXY_DATA_BASE + AM65X_SCI_TX_THREAD * SECURE_PROXY_STRIDE)
#define RX_WINDOW (AM65X_SECURE_PROXY_DATA_BASE + AM65X_SCI_RX_THREAD * SECURE_PROXY_STRIDE)
#define WORD(i)   offsetof(struct secure_proxy_data_registers, words[i])

#define SPI       100u

static unsigned taken[16], taken_on[16], take_count;
static bool quiet_line; /* the handler reads the answer, which lowers the line */

static void handler(void *context)
{
    unsigned intid;

    assert_true(in_interrupt());
    (void)context;
    while ((intid = gic_acknowledge()) != GIC_INTID_SPURIOUS) {
        if (take_count < 16) {
            taken[take_count] = intid;
            taken_on[take_count] = core_id();
        }
        take_count++;
        if (intid == AM65X_SCI_RX_INTID && (quiet_line || take_count >= 3))
            (void)mmio_read32(RX_WINDOW + WORD(SECURE_PROXY_WORDS - 1));
        gic_end(intid);
    }
}

static int set_up(void **state)
{
    (void)state;
    host_reset();
    take_count = 0;
    quiet_line = true;
    exception_set_irq_handler(handler);
    return gic_init(AM65X_GICD_BASE, AM65X_GICR_BASE, AM65X_GICR_SIZE);
}

/* A version request past any driver; its answer raises the line of the receive thread. */
static void provoke_line(void)
{
    mmio_write32(TX_WINDOW + WORD(0), 0x000c0002);
    mmio_write32(TX_WINDOW + WORD(1), 2);
    mmio_write32(TX_WINDOW + WORD(SECURE_PROXY_WORDS - 1), 0);
}

/* ---- time ---- */

static bool is_true(void *argument)
{
    return *(bool *)argument;
}

static void wait_times_out_at_its_deadline(void **state)
{
    bool flag = false;
    uint64_t before = time_now_ns();

    (void)state;
    assert_int_equal(wait_for(is_true, &flag, 5000), -ETIMEDOUT);
    assert_in_range(time_now_ns() - before, 5000000, 5001000);
    flag = true;
    assert_int_equal(wait_for(is_true, &flag, 0), 0);
}

static void busy_waiting_passes_time(void **state)
{
    deadline_t deadline = deadline_after_us(100);

    (void)state;
    while (!deadline_passed(deadline)) {
    }
    assert_true(time_now_ns() >= deadline);
}

static void set_flag_later(void *argument)
{
    delay_us(300);
    __atomic_store_n((bool *)argument, true, __ATOMIC_SEQ_CST);
    wait_notify();
}

static void waiting_core_is_woken_by_another(void **state)
{
    bool flag = false;

    (void)state;
    assert_int_equal(smp_start(1, set_flag_later, &flag), 0);
    assert_int_equal(smp_start(1, set_flag_later, &flag), -EBUSY);
    assert_int_equal(wait_for(is_true, &flag, 1000000), 0);
    assert_int_equal(smp_join(1, 1000), 0);
}

/* ---- cores ---- */

static struct spinlock counter_lock = SPINLOCK_INIT;
static struct mutex counter_mutex = MUTEX_INIT;
static unsigned spin_counter, mutex_counter, cores_seen;

static void count_up(void *argument)
{
    (void)argument;
    __atomic_fetch_or(&cores_seen, 1u << core_id(), __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < 200; i++) {
        unsigned long flags = spin_lock(&counter_lock);

        spin_counter++;
        spin_unlock(&counter_lock, flags);
    }
    for (unsigned i = 0; i < 20; i++) {
        unsigned before;

        mutex_lock(&counter_mutex);
        before = mutex_counter;
        delay_us(1);
        mutex_counter = before + 1;
        mutex_unlock(&counter_mutex);
    }
}

static void locks_exclude(void **state)
{
    (void)state;
    spin_counter = mutex_counter = cores_seen = 0;
    assert_int_equal(smp_run_all(count_up, NULL, 10000000), 0);
    assert_int_equal(cores_seen, 0xf);
    assert_int_equal(spin_counter, 4 * 200);
    assert_int_equal(mutex_counter, 4 * 20);
}

/* ---- interrupts ---- */

static void level_line_pends_as_long_as_it_is_high(void **state)
{
    (void)state;
    quiet_line = false; /* the handler only reads the answer the third time */
    assert_int_equal(gic_configure(AM65X_SCI_RX_INTID, GIC_LEVEL, GIC_PRIORITY_DEFAULT), 0);
    assert_int_equal(gic_enable(AM65X_SCI_RX_INTID), 0);
    provoke_line();
    host_advance_us(100);
    assert_int_equal(take_count, 3);
    assert_false(gic_is_pending(AM65X_SCI_RX_INTID));
}

static void edge_is_taken_once(void **state)
{
    (void)state;
    assert_int_equal(gic_configure(AM65X_SCI_RX_INTID, GIC_EDGE, GIC_PRIORITY_DEFAULT), 0);
    assert_int_equal(gic_enable(AM65X_SCI_RX_INTID), 0);
    quiet_line = false;
    provoke_line();
    host_advance_us(100);
    assert_int_equal(take_count, 1);
}

static void disabled_interrupt_stays_pending(void **state)
{
    (void)state;
    assert_int_equal(gic_set_pending(SPI), 0);
    assert_true(gic_is_pending(SPI));
    assert_int_equal(take_count, 0);
    assert_int_equal(gic_enable(SPI), 0);
    assert_int_equal(take_count, 1);
    assert_false(gic_is_pending(SPI));
    assert_false(gic_is_active(SPI));
}

static void masked_core_takes_nothing(void **state)
{
    unsigned long flags = irq_save();

    (void)state;
    gic_enable(SPI);
    gic_set_pending(SPI);
    assert_int_equal(take_count, 0);
    irq_restore(flags);
    assert_int_equal(take_count, 1);
}

static void affinity_says_which_core(void **state)
{
    (void)state;
    gic_enable(SPI);
    assert_int_equal(gic_set_affinity(SPI, 2), 0);
    gic_set_pending(SPI);
    assert_int_equal(take_count, 1);
    assert_int_equal(taken_on[0], 2);
    assert_int_equal(core_id(), 0);
    assert_int_equal(gic_set_affinity(SPI, 4), -EINVAL);
}

static void urgent_interrupt_comes_first(void **state)
{
    unsigned long flags = irq_save();

    (void)state;
    gic_enable(SPI);
    gic_enable(SPI + 1);
    gic_configure(SPI + 1, GIC_EDGE, GIC_PRIORITY_URGENT);
    gic_set_pending(SPI);
    gic_set_pending(SPI + 1);
    irq_restore(flags);
    assert_int_equal(take_count, 2);
    assert_int_equal(taken[0], SPI + 1);
    assert_int_equal(taken[1], SPI);
}

static void sgi_reaches_its_core(void **state)
{
    (void)state;
    gic_enable(5); /* core 0's bank only */
    gic_send_sgi(1, 5);
    assert_int_equal(take_count, 0);
    gic_send_sgi(0, 5);
    assert_int_equal(take_count, 1);
    assert_int_equal(taken[0], 5);
}

static void message_becomes_an_lpi(void **state)
{
    struct its_device *device;

    (void)state;
    assert_int_equal(its_init(AM65X_GITS_BASE), 0);
    assert_int_equal(its_map_device(7, 3, &device), 0);
    assert_int_equal(its_map_device(7, 3, &device), -EEXIST);
    assert_int_equal(its_map_event(device, 5, 8200, 3), 0);
    assert_int_equal(its_enable_event(device, 5, 8200, GIC_PRIORITY_DEFAULT), 0);
    mmio_write32(AM65X_PRE_ITS_BASE + 4 * 7, 5);
    assert_int_equal(take_count, 1);
    assert_int_equal(taken[0], 8200);
    assert_int_equal(taken_on[0], 3);
    assert_int_equal(its_move_event(device, 5, 1), 0);
    assert_int_equal(its_trigger_event(device, 5), 0);
    assert_int_equal(taken_on[1], 1);
    assert_int_equal(its_discard_event(device, 5), 0);
    mmio_write32(AM65X_PRE_ITS_BASE + 4 * 7, 5);
    assert_int_equal(take_count, 2);
    assert_int_equal(its_trigger_event(device, 5), -EIO);
    assert_int_equal(its_unmap_device(device), 0);
    assert_int_equal(its_command_count(0x08), 2); /* MAPD */
}

/* ---- a core that begins while another thread is in its interrupt ---- */

static struct {
    unsigned pending, entered, looked, taken; /* of core 1; atomic */
    uint64_t times[2];
    int error;
} late;

static bool late_pending(unsigned core)
{
    if (core_id() == 1 && !in_interrupt())
        __atomic_add_fetch(&late.looked, 1, __ATOMIC_SEQ_CST);
    return core == 1 && __atomic_load_n(&late.pending, __ATOMIC_SEQ_CST) != 0;
}

/* The first: the core begins, the next one is pending, the core has looked, and goes to sleep. */
static void late_take(unsigned core)
{
    const unsigned before = __atomic_load_n(&late.taken, __ATOMIC_SEQ_CST);

    (void)core;
    __atomic_store_n(&late.pending, 0, __ATOMIC_SEQ_CST);
    late.times[before] = time_now_ns();
    __atomic_store_n(&late.taken, before + 1, __ATOMIC_SEQ_CST);
    if (before != 0)
        return;
    __atomic_store_n(&late.entered, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&late.looked, __ATOMIC_SEQ_CST) == 0)
        sched_yield();
    usleep(10000); /* so that it does not look any more for other reasons */
    __atomic_store_n(&late.pending, 1, __ATOMIC_SEQ_CST);
    host_interrupts_changed();
    usleep(10000); /* if it does not sleep by then, nothing is shown, and nothing fails */
}

static void late_line(unsigned intid, bool high)
{
    (void)intid;
    (void)high;
}

static void late_message(uint32_t device_id, uint32_t event_id)
{
    (void)device_id;
    (void)event_id;
}

static bool late_is_over(void *argument)
{
    (void)argument;
    return __atomic_load_n(&late.taken, __ATOMIC_SEQ_CST) == 2;
}

static void late_wait(void *argument)
{
    (void)argument;
    late.error = wait_for(late_is_over, NULL, 1000000);
}

static void late_start(void *argument)
{
    (void)argument;
    while (__atomic_load_n(&late.entered, __ATOMIC_SEQ_CST) == 0)
        sched_yield();
    late.error = smp_start(1, late_wait, NULL);
}

static void core_that_begins_meanwhile_misses_nothing(void **state)
{
    static const struct host_interrupt_controller controller = {
        .line = late_line,
        .its_message = late_message,
        .pending = late_pending,
        .take = late_take,
    };

    (void)state;
    memset(&late, 0, sizeof(late));
    host_set_interrupt_controller(&controller);
    assert_int_equal(smp_start(2, late_start, NULL), 0);
    __atomic_store_n(&late.pending, 1, __ATOMIC_SEQ_CST);
    host_interrupts_changed();
    assert_int_equal(smp_join(2, 2000000), 0);
    assert_int_equal(smp_join(1, 2000000), 0);
    assert_int_equal(late.error, 0);
    assert_int_equal(late.taken, 2);
    assert_true(late.times[1] - late.times[0] < 10000); /* ns: not when anything was due next */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(wait_times_out_at_its_deadline, set_up),
        cmocka_unit_test_setup(busy_waiting_passes_time, set_up),
        cmocka_unit_test_setup(waiting_core_is_woken_by_another, set_up),
        cmocka_unit_test_setup(locks_exclude, set_up),
        cmocka_unit_test_setup(level_line_pends_as_long_as_it_is_high, set_up),
        cmocka_unit_test_setup(edge_is_taken_once, set_up),
        cmocka_unit_test_setup(disabled_interrupt_stays_pending, set_up),
        cmocka_unit_test_setup(masked_core_takes_nothing, set_up),
        cmocka_unit_test_setup(affinity_says_which_core, set_up),
        cmocka_unit_test_setup(urgent_interrupt_comes_first, set_up),
        cmocka_unit_test_setup(sgi_reaches_its_core, set_up),
        cmocka_unit_test_setup(message_becomes_an_lpi, set_up),
        cmocka_unit_test_setup(core_that_begins_meanwhile_misses_nothing, set_up),
    };

    return cmocka_run_group_tests_name("host support", tests, NULL, NULL);
}
