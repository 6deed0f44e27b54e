// SPDX-License-Identifier: BSD-3-Clause
/*
 * The driver of an R5F's interrupt controller (drivers/vim), and its numbers of interrupts, on the
 * model of the hardware.
 */
#include "drivers/vim/vim.h"

#include "arch/core.h"
#include "arch/mmio.h"
#include "drivers/vim/vim_registers.h"
#include "drivers/vim/vim_root.h"
#include "root/root.h"
#include "tests/host/support/host.h"
#include "tests/host/support/r5f_host.h"
#include "tests/host/vim/vim_host.h"
#include "twin/models/vim.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define INPUT 68u
#define OTHER 300u
#define LAST  511u

/* With IRQs masked: here it is the test that acknowledges. */
static int setup(void **state)
{
    (void)state;
    vim_host_reset();
    (void)irq_save();
    return vim_init(VIM_HOST_BASE);
}

static void raise_line(unsigned input)
{
    vim_line(0, input, true);
}

static void drop_line(unsigned input)
{
    vim_line(0, input, false);
}

static void pulse(unsigned input)
{
    raise_line(input);
    drop_line(input);
}

static void prepare(unsigned input, enum vim_trigger trigger, unsigned priority)
{
    assert_int_equal(vim_configure(input, trigger, priority), 0);
    assert_int_equal(vim_enable(input), 0);
}

static void a_former_programs_state_is_gone(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 16; i++) { /* as deep as it can be */
        mmio_write32(VIM_HOST_BASE + VIM_PRI_INT + 4 * i, 15 - i);
        mmio_write32(VIM_HOST_BASE + VIM_INTR_EN_SET, 1u << i);
        mmio_write32(VIM_HOST_BASE + VIM_RAW, 1u << i);
        (void)mmio_read32(VIM_HOST_BASE + VIM_IRQVEC);
    }
    mmio_write32(VIM_HOST_BASE + VIM_INTMAP + VIM_GROUP_STRIDE, 0x80000000);
    mmio_write32(VIM_HOST_BASE + VIM_INTTYPE, 1);
    raise_line(LAST);
    assert_int_equal(vim_running_priority(), 0);
    assert_int_equal(vim_init(VIM_HOST_BASE), 0);
    assert_int_equal(vim_running_priority(), VIM_PRIORITY_NONE);
    assert_false(vim_has_pending());
    assert_false(vim_is_enabled(3));
    assert_false(vim_is_pending(3));
    assert_true(vim_is_pending(LAST)); /* it is high */
    assert_int_equal(mmio_read32(VIM_HOST_BASE + VIM_INTMAP + VIM_GROUP_STRIDE), 0);
    assert_int_equal(mmio_read32(VIM_HOST_BASE + VIM_INTTYPE), 0);
    assert_int_equal(vim_input_count(), 512);
}

static void what_is_no_vim_is_refused(void **state)
{
    (void)state;
    assert_int_equal(vim_init(VIM_HOST_BASE + 0x100), -ENODEV); /* INFO reads as 0 */
}

static void inputs_and_values_have_limits(void **state)
{
    (void)state;
    assert_int_equal(vim_configure(512, VIM_LEVEL, 0), -EINVAL);
    assert_int_equal(vim_configure(INPUT, VIM_LEVEL, 16), -EINVAL);
    assert_int_equal(vim_enable(512), -EINVAL);
    assert_int_equal(vim_mask(VIM_NONE), -EINVAL);
    assert_int_equal(vim_set_pending(512), -EINVAL);
    assert_int_equal(vim_clear_pending(512), -EINVAL);
    assert_int_equal(vim_set_number(512, 0), -EINVAL);
    assert_int_equal(vim_set_number(INPUT, VIM_NONE), -EINVAL);
    assert_false(vim_is_enabled(512));
    assert_false(vim_is_pending(512));
}

static void a_trigger_changes_while_it_is_off(void **state)
{
    (void)state;
    prepare(INPUT, VIM_PULSE, 3);
    assert_int_equal(vim_configure(INPUT, VIM_LEVEL, 3), -EBUSY);
    assert_int_equal(vim_configure(INPUT, VIM_PULSE, 5), 0); /* the priority may */
    assert_int_equal(vim_mask(INPUT), 0);
    assert_int_equal(vim_configure(INPUT, VIM_LEVEL, 3), 0);
    assert_int_equal(mmio_read32(VIM_HOST_BASE + VIM_INTTYPE + 2 * VIM_GROUP_STRIDE), 0);
}

static void a_level_lasts_as_long_as_its_source_asks(void **state)
{
    (void)state;
    prepare(INPUT, VIM_LEVEL, 3);
    raise_line(INPUT);
    assert_int_equal(vim_acknowledge(), INPUT);
    assert_false(vim_has_pending());
    vim_end(INPUT);
    assert_int_equal(vim_acknowledge(), INPUT); /* it still asks */
    drop_line(INPUT);
    vim_end(INPUT);
    assert_false(vim_has_pending());
    assert_int_equal(vim_acknowledge(), VIM_NONE);
}

static void a_pulse_while_its_handler_runs_is_another_one(void **state)
{
    (void)state;
    prepare(INPUT, VIM_PULSE, 3);
    pulse(INPUT);
    assert_int_equal(vim_acknowledge(), INPUT);
    pulse(INPUT);
    pulse(INPUT); /* two are one */
    vim_end(INPUT);
    assert_int_equal(vim_acknowledge(), INPUT);
    vim_end(INPUT);
    assert_int_equal(vim_acknowledge(), VIM_NONE);
}

/* Of either kind, in its own handler too. */
static void software_makes_one_pending(void **state)
{
    (void)state;
    for (enum vim_trigger trigger = VIM_LEVEL; trigger <= VIM_PULSE; trigger++) {
        prepare(INPUT + trigger, trigger, 3);
        assert_int_equal(vim_set_pending(INPUT + trigger), 0);
        assert_int_equal(vim_acknowledge(), INPUT + trigger);
        assert_int_equal(vim_set_pending(INPUT + trigger), 0);
        vim_end(INPUT + trigger);
        assert_int_equal(vim_acknowledge(), INPUT + trigger);
        vim_end(INPUT + trigger);
        assert_int_equal(vim_acknowledge(), VIM_NONE);
    }
}

static void pending_can_be_taken_back(void **state)
{
    (void)state;
    prepare(INPUT, VIM_LEVEL, 3);
    assert_int_equal(vim_set_pending(INPUT), 0);
    assert_true(vim_is_pending(INPUT));
    assert_int_equal(vim_clear_pending(INPUT), 0);
    assert_false(vim_is_pending(INPUT));
    assert_false(r5f_lines[0].irq);
    /* Also what a handler has asked for. */
    raise_line(INPUT);
    assert_int_equal(vim_acknowledge(), INPUT);
    drop_line(INPUT);
    assert_int_equal(vim_set_pending(INPUT), 0);
    assert_int_equal(vim_clear_pending(INPUT), 0);
    vim_end(INPUT);
    assert_int_equal(vim_acknowledge(), VIM_NONE);
}

static void what_is_masked_waits(void **state)
{
    (void)state;
    prepare(INPUT, VIM_PULSE, 3);
    pulse(INPUT);
    assert_int_equal(vim_mask(INPUT), 0);
    assert_false(r5f_lines[0].irq);
    assert_true(vim_is_pending(INPUT));
    assert_int_equal(vim_acknowledge(), VIM_NONE);
    assert_int_equal(vim_enable(INPUT), 0);
    assert_int_equal(vim_acknowledge(), INPUT);
    vim_end(INPUT);
}

static void more_urgent_ones_come_in_between(void **state)
{
    (void)state;
    prepare(INPUT, VIM_PULSE, 9);
    prepare(OTHER, VIM_PULSE, 9);
    prepare(LAST, VIM_LEVEL, 2);
    pulse(INPUT);
    assert_int_equal(vim_acknowledge(), INPUT);
    assert_int_equal(vim_running_priority(), 9);
    pulse(OTHER);
    assert_int_equal(vim_acknowledge(), VIM_NONE); /* and that is no second one */
    assert_int_equal(vim_running_priority(), 9);
    raise_line(LAST);
    assert_int_equal(vim_acknowledge(), LAST);
    assert_int_equal(vim_running_priority(), 2);
    drop_line(LAST);
    vim_end(LAST);
    assert_int_equal(vim_running_priority(), 9);
    vim_end(INPUT);
    assert_int_equal(vim_acknowledge(), OTHER);
    vim_end(OTHER);
    assert_int_equal(vim_running_priority(), VIM_PRIORITY_NONE);
}

/* A level costs the reads of PRIIRQ and IRQVEC, which has the number; a pulse is cleared besides.
 */
static void a_vector_is_a_number(void **state)
{
    (void)state;
    prepare(INPUT, VIM_LEVEL, 3);
    prepare(OTHER, VIM_PULSE, 4);
    assert_int_equal(vim_set_number(INPUT, 100), 0);
    assert_int_equal(vim_set_number(OTHER, 400), 0);
    raise_line(INPUT);
    pulse(OTHER);
    assert_int_equal(mmio_read32(VIM_HOST_BASE + VIM_VEC_INT + 4 * INPUT), 100 << 2);
    assert_int_equal(vim_acknowledge(), 100);
    drop_line(INPUT);
    vim_end(INPUT);
    assert_int_equal(vim_acknowledge(), 400);
    assert_false(vim_is_pending(OTHER));
    vim_end(OTHER);
}

/* It goes by ACTIRQ then. */
static void a_vector_that_is_lost_is_found(void **state)
{
    (void)state;
    prepare(INPUT, VIM_LEVEL, 3);
    assert_int_equal(vim_set_number(INPUT, 100), 0);
    mmio_write32(VIM_HOST_BASE + VIM_VEC_INT + 4 * INPUT, mmio_read32(VIM_HOST_BASE + VIM_DEDVEC));
    raise_line(INPUT);
    assert_int_equal(vim_acknowledge(), 100);
    drop_line(INPUT);
    vim_end(INPUT);
}

/* ---- numbers ---- */

static void numbers_are_laid_out_as_a_gics(void **state)
{
    (void)state;
    assert_int_equal(vim_root_init(VIM_HOST_BASE, vim_host_privates), 0);
    assert_int_equal(root_intid_limit(), 512);
    assert_int_equal(root_input(INTID_OF(INPUT)), INPUT);
    assert_int_equal(root_input(0), VIM_SOFTWARE_FIRST);
    assert_int_equal(root_input(15), VIM_SOFTWARE_FIRST + 15);
    assert_int_equal(root_input(27), INPUT_TIMER);
    assert_int_equal(root_input(16), VIM_NONE);
    assert_int_equal(root_input(INTID_OF(INPUT_TIMER)), VIM_NONE); /* it has another one */
    assert_int_equal(root_input(512), VIM_NONE);
    assert_int_equal(root_configure(INTID_OF(INPUT_TIMER), ROOT_LEVEL, ROOT_PRIORITY_DEFAULT),
                     -EINVAL);
    assert_int_equal(root_mask(16), -EINVAL);
    assert_int_equal(root_enable(512), -EINVAL);
}

static void private_inputs_are_there_once(void **state)
{
    uint16_t privates[VIM_ROOT_PRIVATE];

    (void)state;
    for (unsigned i = 0; i < VIM_ROOT_PRIVATE; i++)
        privates[i] = VIM_NONE;
    privates[0] = privates[5] = INPUT;
    assert_int_equal(vim_root_init(VIM_HOST_BASE, privates), -EINVAL);
    privates[5] = VIM_SOFTWARE_FIRST;
    assert_int_equal(vim_root_init(VIM_HOST_BASE, privates), -EINVAL);
    privates[5] = 512;
    assert_int_equal(vim_root_init(VIM_HOST_BASE, privates), -EINVAL);
    assert_int_equal(vim_root_init(VIM_HOST_BASE + 0x100, privates), -ENODEV);
    privates[5] = VIM_NONE;
    assert_int_equal(vim_root_init(VIM_HOST_BASE, privates), 0);
}

static void an_interrupt_comes_by_its_number(void **state)
{
    (void)state;
    assert_int_equal(vim_root_init(VIM_HOST_BASE, vim_host_privates), 0);
    assert_int_equal(root_configure(INTID_OF(INPUT), ROOT_LEVEL, ROOT_PRIORITY_DEFAULT), 0);
    assert_int_equal(root_enable(INTID_OF(INPUT)), 0);
    assert_true(root_is_enabled(INTID_OF(INPUT)));
    assert_int_equal(root_running_priority(), ROOT_PRIORITY_NONE);
    assert_false(root_is_raised(root_context()));
    assert_int_equal(root_acknowledge(root_context()), ROOT_INTID_SPURIOUS);
    assert_int_equal(root_set_pending(INTID_OF(INPUT)), 0);
    assert_true(root_is_raised(root_context()) && root_has_pending() &&
                root_is_pending(INTID_OF(INPUT)));
    assert_int_equal(root_acknowledge(root_context()), INTID_OF(INPUT));
    assert_int_equal(root_running_priority(), ROOT_PRIORITY_DEFAULT);
    root_end(root_context(), INTID_OF(INPUT));
    assert_false(root_is_raised(root_context()));
    assert_int_equal(root_clear_pending(INTID_OF(INPUT)), 0);
    assert_int_equal(root_disable(INTID_OF(INPUT)), 0);
    assert_false(root_hold_back(0));
}

static void there_is_one_core(void **state)
{
    (void)state;
    assert_int_equal(vim_root_init(VIM_HOST_BASE, vim_host_privates), 0);
    assert_int_equal(root_set_affinity(INTID_OF(INPUT), 0), 0);
    assert_int_equal(root_set_affinity(INTID_OF(INPUT), 1), -EINVAL);
    assert_int_equal(root_set_affinity(27, 0), -EINVAL);
    assert_int_equal(root_set_affinity(INTID_OF(INPUT_TIMER), 0), -EINVAL);
    assert_int_equal(root_configure(6, ROOT_EDGE, ROOT_PRIORITY_LOW), 0);
    assert_int_equal(root_enable(6), 0);
    root_send_sgi(1, 6);
    root_send_sgi(0, 16);
    assert_int_equal(root_acknowledge(root_context()), ROOT_INTID_SPURIOUS);
    root_send_sgi(0, 6);
    assert_int_equal(root_acknowledge(root_context()), 6);
    root_end(root_context(), 6);
    assert_int_equal(root_acknowledge(root_context()), ROOT_INTID_SPURIOUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_former_programs_state_is_gone, setup),
        cmocka_unit_test_setup(what_is_no_vim_is_refused, setup),
        cmocka_unit_test_setup(inputs_and_values_have_limits, setup),
        cmocka_unit_test_setup(a_trigger_changes_while_it_is_off, setup),
        cmocka_unit_test_setup(a_level_lasts_as_long_as_its_source_asks, setup),
        cmocka_unit_test_setup(a_pulse_while_its_handler_runs_is_another_one, setup),
        cmocka_unit_test_setup(software_makes_one_pending, setup),
        cmocka_unit_test_setup(pending_can_be_taken_back, setup),
        cmocka_unit_test_setup(what_is_masked_waits, setup),
        cmocka_unit_test_setup(more_urgent_ones_come_in_between, setup),
        cmocka_unit_test_setup(a_vector_is_a_number, setup),
        cmocka_unit_test_setup(a_vector_that_is_lost_is_found, setup),
        cmocka_unit_test_setup(numbers_are_laid_out_as_a_gics, setup),
        cmocka_unit_test_setup(private_inputs_are_there_once, setup),
        cmocka_unit_test_setup(an_interrupt_comes_by_its_number, setup),
        cmocka_unit_test_setup(there_is_one_core, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
