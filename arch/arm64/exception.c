// SPDX-License-Identifier: BSD-3-Clause
/*
 * What vectors.S calls: for an IRQ the interrupt handler; for another exception the fix-up of the
 * probe that raised it (arch/probe.h), or the report that ends the firmware.
 */
#include "arch/exception.h"

#include "arch/exception_frame.h"
#include "arch/per_core.h"
#include "arch/report.h"
#include "arch/report_raise.h"
#include "arch/sysreg.h"

#include <stddef.h>

_Static_assert(offsetof(struct exception_frame, elr) == FRAME_ELR, "vectors.S uses it");
_Static_assert(offsetof(struct exception_frame, esr) == FRAME_ESR, "vectors.S uses it");
_Static_assert(offsetof(struct exception_frame, record) == FRAME_RECORD, "vectors.S uses it");
_Static_assert(sizeof(struct exception_frame) == FRAME_SIZE, "vectors.S uses it");

#define LINK_REGISTER 30

/* A pair of arch/probe.h. */
struct probe_fixup {
    uint64_t at, resume;
};

/* linker.ld */
extern const struct probe_fixup probe_fixups_start[], probe_fixups_end[];

/* From vectors.S. */
void exception_other(struct exception_frame *frame, unsigned kind);

void exception_set_irq_handler(exception_irq_handler_t handler)
{
    core_set_irq_handlers(handler);
    /* A panic says that it has begun before it sets its own: if that was overwritten here, this
     * sees it. */
    if (panicking())
        report_stop_at_irq();
    irq_restore(0);
}

void exception_set_irq_contexts(void *contexts, size_t size)
{
    for (unsigned core = 0; core < CORE_MAX; core++)
        cores[core].irq_context = (uint8_t *)contexts + core * size;
}

exception_irq_handler_t exception_get_irq_handler(void)
{
    return __atomic_load_n(&cores[0].irq_handler, __ATOMIC_ACQUIRE);
}

/* Makes a probe whose access was aborted go on at its fix-up. False: the access was not a probe's.
 */
static bool fix_up(struct exception_frame *frame)
{
    uint64_t class = frame->esr >> ESR_EC_SHIFT;
    uint64_t at;

    if (class == ESR_EC_DATA_ABORT)
        at = frame->elr;
    else if (class == ESR_EC_INSN_ABORT)
        at = frame->x[LINK_REGISTER];
    else
        return false;
    for (const struct probe_fixup *fixup = probe_fixups_start; fixup < probe_fixups_end; fixup++) {
        if (fixup->at == at) {
            frame->elr = fixup->resume;
            return true;
        }
    }
    return false;
}

void exception_other(struct exception_frame *frame, unsigned kind)
{
    if (kind == EXCEPTION_SYNCHRONOUS && fix_up(frame))
        return;
    report_exception(frame, kind);
}
