// SPDX-License-Identifier: BSD-3-Clause
/*
 * What vectors.S calls: the interrupt handler, expected aborts, and for the rest the report.
 */
#include "arch/exception.h"

#include "arch/core.h"
#include "arch/exception_frame.h"
#include "arch/report.h"
#include "arch/sysreg.h"

#include <stddef.h>

_Static_assert(offsetof(struct exception_frame, elr) == FRAME_ELR, "vectors.S uses it");
_Static_assert(offsetof(struct exception_frame, esr) == FRAME_ESR, "vectors.S uses it");
_Static_assert(offsetof(struct exception_frame, record) == FRAME_RECORD, "vectors.S uses it");
_Static_assert(sizeof(struct exception_frame) == FRAME_SIZE, "vectors.S uses it");

#define INSTRUCTION_SIZE        4u
#define LINK_REGISTER           30

/* Loads and stores of one register (Arm ARM DDI 0487, C4.1.89): bits 29:27 are 111; bit 26 says FP;
 * Rt is in bits 4:0. */
#define INSTRUCTION_SINGLE_MASK UINT32_C(0x3c000000)
#define INSTRUCTION_SINGLE      UINT32_C(0x38000000)
#define INSTRUCTION_RT          UINT32_C(0x1f)
#define RT_ZERO                 31u

#define ESR_ISS_WNR             (UINT64_C(1) << 6) /* the abort was a write's */

static void (*irq_handler)(void);

/* From vectors.S. */
void exception_irq(void);
void exception_other(struct exception_frame *frame, unsigned kind);

void exception_set_irq_handler(void (*handler)(void))
{
    __atomic_store_n(&irq_handler, handler, __ATOMIC_RELEASE);
    irq_restore(0);
}

void (*exception_get_irq_handler(void))(void)
{
    return __atomic_load_n(&irq_handler, __ATOMIC_ACQUIRE);
}

void exception_irq(void)
{
    void (*handler)(void) = exception_get_irq_handler();

    if (panicking())
        report_stop_core();
    if (handler != NULL)
        handler();
    else
        panic("an IRQ, and nobody to handle it");
}

unsigned exception_expect_abort(uintptr_t start, uintptr_t size)
{
    struct core *core = core_self();
    unsigned count = core->expected_count;

    core->expected_start = start;
    core->expected_size = size;
    core->expected_count = 0;
    __asm__ volatile("" ::: "memory"); /* set before the access that the caller makes next */
    return count;
}

/* Goes on behind the load or store. Whether it is one that can be skipped. */
static bool skip_access(struct exception_frame *frame)
{
    uint32_t instruction = *(const uint32_t *)frame->elr;
    uint32_t rt = instruction & INSTRUCTION_RT;

    if ((instruction & INSTRUCTION_SINGLE_MASK) != INSTRUCTION_SINGLE)
        return false;
    if ((frame->esr & ESR_ISS_WNR) == 0 && rt != RT_ZERO)
        frame->x[rt] = 0;
    frame->elr += INSTRUCTION_SIZE;
    return true;
}

static bool swallow_expected(struct exception_frame *frame)
{
    struct core *core = core_self();
    uint64_t class = frame->esr >> ESR_EC_SHIFT;

    if (frame->far - core->expected_start >= core->expected_size)
        return false;
    if (class == ESR_EC_INSN_ABORT)
        frame->elr = frame->x[LINK_REGISTER];
    else if (class != ESR_EC_DATA_ABORT || !skip_access(frame))
        return false;
    core->expected_count++;
    return true;
}

void exception_other(struct exception_frame *frame, unsigned kind)
{
    if (kind == EXCEPTION_SYNCHRONOUS && swallow_expected(frame))
        return;
    report_exception(frame, kind);
}
