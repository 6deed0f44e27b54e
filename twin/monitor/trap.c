// SPDX-License-Identifier: BSD-3-Clause
/*
 * What arrives at EL3 (vectors.S): the guest's SMCs, group-0 interrupts, and by way of EL2 the
 * guest's accesses to devices (access.c) and to the GIC's CPU interface (sysreg_trap.c; Arm
 * DDI 0487, D17.2.37, ESR_ELx). Each leaves where the guest goes on in ELR_EL3 and SPSR_EL3.
 *
 * A trap that the twin does not expect ends the run: what a board does there would be a guess.
 */
#include "twin/monitor/monitor.h"
#include "twin/monitor/r5f.h"
#include "twin/monitor/sysreg.h"

#define VECTORS_SIZE   0x800u
#define LINK_REGISTER  30u
#define FAULT_EXTERNAL 0x10u

static bool from_el2(void)
{
    return (read_sysreg(spsr_el3) & SPSR_MODE_MASK) == SPSR_MODE_EL2H;
}

uint64_t trap_pc(void)
{
    return from_el2() ? read_sysreg(elr_el2) : read_sysreg(elr_el3);
}

/* Most often the guest has no vectors yet, or has lost them, and an exception sends it there. Else
 * it has an external abort, as where no block answers on a board. */
static void fetch_abort(const struct frame *frame)
{
    uint64_t vectors = read_sysreg(vbar_el1);

    if (trap_pc() - vectors < VECTORS_SIZE)
        die("an exception at pc %x, esr %x, far %x, lr %x, but no memory at its vectors, %x",
            read_sysreg(elr_el1), read_sysreg(esr_el1), read_sysreg(far_el1),
            frame->x[LINK_REGISTER], vectors);
    if (read_sysreg(esr_el2) & ISS_S1PTW)
        die("translation table outside memory, of the code at pc %x", trap_pc());
    guest_abort(EC_INSTRUCTION_ABORT_LOWER, FAULT_EXTERNAL, read_sysreg(far_el2));
}

static void trap_from_el2(struct frame *frame)
{
    uint64_t esr = read_sysreg(esr_el2);

    switch (ESR_EC(esr)) {
    case EC_SYSREG:
        sysreg_trap(frame, ESR_ISS(esr));
        break;
    case EC_DATA_ABORT_LOWER:
        data_abort(frame, ESR_ISS(esr));
        break;
    case EC_INSTRUCTION_ABORT_LOWER:
        fetch_abort(frame);
        break;
    default:
        die("unexpected trap to EL2, pc %x, esr %x, far %x", trap_pc(), esr, read_sysreg(far_el2));
    }
}

static void trap_of_r5f(struct frame *frame, uint64_t esr)
{
    if (from_el2())
        r5f_trap_from_el2(frame);
    else if (ESR_EC(esr) == EC_SMC32)
        r5f_smc(frame);
    else
        die("unexpected trap of an R5F to EL3, pc %x, esr %x", trap_pc(), esr);
}

void trap_synchronous(struct frame *frame)
{
    uint64_t esr = read_sysreg(esr_el3);

    if (cpu_is_r5f()) {
        trap_of_r5f(frame, esr);
        return;
    }
    if (ESR_EC(esr) != EC_SMC64)
        die("unexpected trap to EL3, pc %x, esr %x, far %x", trap_pc(), esr, read_sysreg(far_el3));
    if (from_el2())
        trap_from_el2(frame);
    else
        smc(frame);
}

void trap_fiq(struct frame *frame)
{
    (void)frame;
    (void)gic_service();
    if (cpu_is_r5f())
        r5f_leave();
}

noreturn void trap_bug(uint64_t lr, uint64_t sp)
{
    die("the twin itself failed: esr_el3 %x, elr_el3 %x, far_el3 %x, lr %x, sp %x",
        read_sysreg(esr_el3), read_sysreg(elr_el3), read_sysreg(far_el3), lr, sp);
}
