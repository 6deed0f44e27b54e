// SPDX-License-Identifier: BSD-3-Clause
/*
 * IRQs that interrupt handlers (arch/exception.h): the stack of each, and FP/SIMD.
 */
#include "arch/core_layout.h"
#include "arch/exception.h"
#include "arch/exception_frame.h"
#include "arch/per_core.h"
#include "arch/stack.h"

/* From vectors.S. */
void exception_restore_fp(const struct fp_area *area);

/* How many stacks below the first one the next IRQ's is. */
static unsigned irq_depth(const struct core *core)
{
    return (unsigned)(core->first_irq_frame - core->irq_frame) / STACK_IRQ_STEP;
}

bool exception_open(void)
{
    struct core *core = core_self();

    if (irq_depth(core) == STACK_IRQ_LEVELS - 1)
        return false;
    core->irq_frame -= STACK_IRQ_STEP;
    irq_restore(0);
    return true;
}

void exception_close(void)
{
    (void)irq_save();
    core_self()->irq_frame += STACK_IRQ_STEP;
}

/* The interrupted handler may have the registers in use: then they have been saved for its thread,
 * and FP/SIMD does not trap there. IRQ entry has made it trap here; the way out (vectors.S) makes
 * it again what it was. */
void exception_nested(void (*function)(void *argument), void *argument)
{
    struct core *core = core_self();
    struct fp_area *outer_area = core->fp_area;
    uint32_t outer_saved = core->fp_saved;
    struct fp_area area;

    core->fp_area = &area;
    core->fp_saved = 0;
    function(argument);
    if (__atomic_load_n(&core->fp_saved, __ATOMIC_RELAXED) != 0) /* the trap sets it */
        exception_restore_fp(&area);
    core->fp_area = outer_area;
    core->fp_saved = outer_saved | FP_NESTED;
}
