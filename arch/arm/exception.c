// SPDX-License-Identifier: BSD-3-Clause
/*
 * What vectors.S calls: for an IRQ the interrupt handler, on a stack of its own however deep
 * handlers are nested; for another exception the fix-up of the probe that raised it (arch/probe.h),
 * or the report that ends the firmware.
 */
#include "arch/exception.h"

#include "arch/core.h"
#include "arch/cp15.h"
#include "arch/exception_frame.h"
#include "arch/per_core.h"
#include "arch/report.h"

#include <stddef.h>

_Static_assert(offsetof(struct exception_frame, sp) == FRAME_SP, "vectors.S uses it");
_Static_assert(offsetof(struct exception_frame, lr) == FRAME_LR, "vectors.S uses it");
_Static_assert(offsetof(struct exception_frame, pc) == FRAME_PC, "vectors.S uses it");
_Static_assert(offsetof(struct exception_frame, cpsr) == FRAME_CPSR, "vectors.S uses it");
_Static_assert(offsetof(struct exception_frame, d) == FRAME_FP, "vectors.S uses it");
_Static_assert(sizeof(struct exception_frame) == FRAME_SIZE, "vectors.S uses it");

/* A pair of arch/probe.h. */
struct probe_fixup {
    uint32_t at, resume;
};

/* r5f.ld */
extern const struct probe_fixup probe_fixups_start[], probe_fixups_end[];

/* From vectors.S. */
void exception_other(struct exception_frame *frame, unsigned kind);

void exception_set_irq_handler(exception_irq_handler_t handler)
{
    __atomic_store_n(&cores[0].irq_handler, handler, __ATOMIC_RELEASE);
    irq_restore(0);
}

void exception_set_irq_contexts(void *contexts, size_t size)
{
    (void)size;
    cores[0].irq_context = contexts;
}

exception_irq_handler_t exception_get_irq_handler(void)
{
    return __atomic_load_n(&cores[0].irq_handler, __ATOMIC_ACQUIRE);
}

/* Where SP_irq starts for the next IRQ; IRQs masked. A low register: LR is banked. */
static void set_irq_stack(uint8_t *top)
{
    cores[0].irq_top = top;
    __asm__ volatile("cps %1\n\tmov sp, %0\n\tcps %2" ::"l"(top), "i"(CPSR_MODE_IRQ),
                     "i"(CPSR_MODE_SYSTEM)
                     : "memory");
}

bool exception_open(void)
{
    uint8_t *top = cores[0].irq_top - STACK_IRQ_STEP;

    if (top == &stacks[STACK_THREAD_TOP])
        return false;
    set_irq_stack(top);
    irq_restore(0);
    return true;
}

/* The way out sets SP_irq itself. */
void exception_close(void)
{
    (void)irq_save();
    cores[0].irq_top += STACK_IRQ_STEP;
}

/* Each IRQ saves the floating point registers of who it interrupts. */
void exception_nested(void (*function)(void *argument), void *argument)
{
    function(argument);
}

/* How far LR is behind the instruction that the exception is about (DDI 0406, B1.8.3). */
static uint32_t distance_of(unsigned kind, uint32_t cpsr)
{
    if (kind == EXCEPTION_DATA_ABORT)
        return 8;
    if (kind == EXCEPTION_PREFETCH_ABORT || kind == EXCEPTION_FIQ)
        return 4;
    return (cpsr & CPSR_T) != 0 ? 2 : 4;
}

static void read_fault(struct exception_frame *frame, unsigned kind)
{
    frame->fsr = kind == EXCEPTION_PREFETCH_ABORT ? cp15_read(CP15_IFSR) : cp15_read(CP15_DFSR);
    frame->far = kind == EXCEPTION_PREFETCH_ABORT ? cp15_read(CP15_IFAR) : cp15_read(CP15_DFAR);
}

/* Makes a probe go on at its fix-up if its access was aborted, or there is no such instruction.
 * False: it was not a probe. */
static bool fix_up(struct exception_frame *frame)
{
    for (const struct probe_fixup *fixup = probe_fixups_start; fixup < probe_fixups_end; fixup++) {
        if (fixup->at == frame->pc) {
            frame->pc = fixup->resume;
            return true;
        }
    }
    return false;
}

void exception_other(struct exception_frame *frame, unsigned kind)
{
    read_fault(frame, kind);
    frame->pc -= distance_of(kind, frame->cpsr);
    if ((kind == EXCEPTION_DATA_ABORT || kind == EXCEPTION_UNDEFINED) && fix_up(frame))
        return;
    report_exception(frame, kind);
}
