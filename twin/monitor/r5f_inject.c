// SPDX-License-Identifier: BSD-3-Clause
/*
 * Exceptions of an R5F: those that the board's core takes come by r5f_page.c; those that only an
 * R5F would take, the core is led to take by an instruction there, so that its mode, SPSR and
 * banked registers are as they must be. While that goes on, no interrupt is let through.
 */
#include "twin/monitor/mmio.h"
#include "twin/monitor/r5f.h"

#define STATUS(fsr)               (((fsr)&0xfu) | ((fsr) >> 6 & 0x10u))
#define STATUS_SECTION            0x05u /* short descriptors (DDI 0406, B3.13.3): translation */
#define STATUS_PAGE               0x07u
#define STATUS_SECTION_PERMISSION 0x0du
#define STATUS_PAGE_PERMISSION    0x0fu

#define REPEATED_MAX              16u

#define INSTRUCTION_CP15(i)       (((i)&0x0f000f10u) == 0x0e000f10u)
#define INSTRUCTION_READ          (1u << 20)
#define INSTRUCTION_RT(i)         ((i) >> 12 & 15u)
#define RT_PC                     15u

/* The IT block's state in an SPSR, in two parts. */
#define IT(spsr)                  (((spsr) >> 25 & 3u) | ((spsr) >> 8 & 0xfcu))
#define IT_MASK                   (3u << 25 | 0x3fu << 10)
#define IT_PLACED(it)             (((it)&3u) << 25 | ((it)&0xfcu) << 8)
#define IT_MORE                   0x07u
#define IT_CONDITION              0xe0u
#define IT_REST                   0x1fu

static uint32_t vectors_base(const struct r5f *r5f)
{
    return r5f->cp15.sctlr & SCTLR_HIGH_VECTORS ? 0xffff0000u : 0;
}

static bool thumb(uint64_t spsr)
{
    return (spsr & CPSR_THUMB) != 0;
}

/* ---- to the guest's vector ---- */

static const char *name_of(uint32_t vector)
{
    switch (vector) {
    case R5F_UNDEFINED:
        return "an undefined instruction";
    case R5F_PREFETCH_ABORT:
        return "a prefetch abort";
    default:
        return "a data abort";
    }
}

/* A vector that makes its own exception again, or a handler that does and never ends. */
static bool hopeless(struct r5f *r5f, uint32_t vector, uint32_t pc)
{
    uint32_t mode = r5f->spsr & CPSR_MODE_MASK;
    bool nested = mode == CPSR_MODE_ABORT || mode == CPSR_MODE_UNDEFINED;
    bool again = nested && vector == r5f->last_vector && pc == r5f->last_pc;

    r5f->repeated = again ? r5f->repeated + 1 : 0;
    r5f->last_vector = vector;
    r5f->last_pc = pc;
    return r5f->repeated > REPEATED_MAX || (nested && pc == vectors_base(r5f) + vector);
}

static void deliver(struct r5f *r5f, struct frame *frame, uint32_t vector, uint32_t pc)
{
    uint64_t spsr = read_sysreg(spsr_el3) & ~(uint64_t)CPSR_THUMB;

    r5f->step = R5F_RUNS;
    if (hopeless(r5f, vector, pc))
        r5f_crash(frame, pc, name_of(vector));
    write_sysreg(spsr_el3, spsr | (r5f->cp15.sctlr & SCTLR_THUMB ? CPSR_THUMB : 0));
    r5f_resume(vectors_base(r5f) + vector);
}

/* ---- what the board's core has not taken itself ---- */

static void inject(uint32_t vector)
{
    struct r5f *r5f = r5f_self();
    uint64_t spsr = read_sysreg(spsr_el3);

    r5f->inject = vector;
    r5f->inject_pc = (uint32_t)read_sysreg(elr_el3);
    r5f->spsr = (uint32_t)spsr;
    r5f->step = R5F_INJECTS;
    if (vector == R5F_UNDEFINED)
        r5f_resume(R5F_PAGE + (thumb(spsr) ? R5F_PAGE_UDF_T : R5F_PAGE_UDF));
    else
        r5f_resume(R5F_PAGE + (thumb(spsr) ? R5F_PAGE_BKPT_T : R5F_PAGE_BKPT));
}

void r5f_inject_undefined(void)
{
    inject(R5F_UNDEFINED);
}

void r5f_inject_abort(uint32_t vector, uint32_t status, uint32_t address)
{
    struct r5f *r5f = r5f_self();

    r5f->inject_status = status;
    r5f->inject_address = address;
    inject(vector);
}

static void data_fault(uint32_t status, uint32_t address)
{
    uint64_t far = read_sysreg(far_el1);

    write_sysreg(esr_el1, status);
    write_sysreg(far_el1, (far & ~(uint64_t)UINT32_MAX) | address);
}

static void prefetch_fault(uint32_t status, uint32_t address)
{
    uint64_t far = read_sysreg(far_el1);

    write_sysreg(ifsr32_el2, status);
    write_sysreg(far_el1, (far & UINT32_MAX) | (uint64_t)address << 32);
}

static void injected(struct r5f *r5f, struct frame *frame)
{
    uint32_t pc = r5f->inject_pc;

    if (r5f->inject == R5F_UNDEFINED) {
        frame->x[X_LR_UNDEFINED] = pc + (thumb(r5f->spsr) ? 2 : 4);
    } else if (r5f->inject == R5F_PREFETCH_ABORT) {
        frame->x[X_LR_ABORT] = pc + 4;
        prefetch_fault(r5f->inject_status, r5f->inject_address);
    } else {
        frame->x[X_LR_ABORT] = pc + 8;
        data_fault(r5f->inject_status, r5f->inject_address);
    }
    deliver(r5f, frame, r5f->inject, pc);
}

/* ---- what it has ---- */

static bool by_tables(uint32_t status)
{
    return status == STATUS_SECTION || status == STATUS_PAGE ||
           status == STATUS_SECTION_PERMISSION || status == STATUS_PAGE_PERMISSION;
}

static bool user(const struct r5f *r5f)
{
    return (r5f->spsr & CPSR_MODE_MASK) == CPSR_MODE_USER;
}

static void data_abort_taken(struct r5f *r5f, struct frame *frame)
{
    uint32_t fsr = (uint32_t)read_sysreg(esr_el1), address = (uint32_t)read_sysreg(far_el1);
    uint32_t status = PMSA_EXTERNAL;
    bool write = (fsr & DFSR_WRITE) != 0;

    if (by_tables(STATUS(fsr))) {
        if (r5f_mpu_allows(r5f, address, write, false, user(r5f), &status))
            status = PMSA_EXTERNAL;
        data_fault(status | (write ? DFSR_WRITE : 0), address);
    }
    deliver(r5f, frame, R5F_DATA_ABORT, (uint32_t)frame->x[X_LR_ABORT] - 8);
}

static void prefetch_abort_taken(struct r5f *r5f, struct frame *frame)
{
    uint32_t fsr = (uint32_t)read_sysreg(ifsr32_el2), status = PMSA_EXTERNAL;
    uint32_t address = (uint32_t)(read_sysreg(far_el1) >> 32);

    if (by_tables(STATUS(fsr))) {
        if (r5f_mpu_allows(r5f, address, false, true, user(r5f), &status))
            status = PMSA_EXTERNAL;
        prefetch_fault(status, address);
    }
    deliver(r5f, frame, R5F_PREFETCH_ABORT, (uint32_t)frame->x[X_LR_ABORT] - 4);
}

static bool fetch(const struct r5f *r5f, uint32_t pc, uint32_t *instruction)
{
    uint64_t at;

    if (thumb(r5f->spsr)) {
        uint64_t second;

        if (!r5f_map_memory(r5f, pc, 2, &at) || !r5f_map_memory(r5f, pc + 2, 2, &second))
            return false;
        /* As A32 has it: the first half is the upper one. */
        *instruction = (uint32_t) * (const uint16_t *)memory_at(at) << 16 |
                       *(const uint16_t *)memory_at(second);
        return true;
    }
    if (!r5f_map_memory(r5f, pc, 4, &at))
        return false;
    *instruction = *(const uint32_t *)memory_at(at);
    return true;
}

/* MCR and MRC of T32 are those of A32, always. */
static bool is_cp15(const struct r5f *r5f, uint32_t instruction)
{
    return INSTRUCTION_CP15(instruction) && (!thumb(r5f->spsr) || instruction >> 28 == 0xeu);
}

static uint32_t next_in_block(uint32_t spsr)
{
    uint32_t it = IT(spsr);

    it = it & IT_MORE ? (it & IT_CONDITION) | (it << 1 & IT_REST) : 0;
    return (spsr & ~IT_MASK) | IT_PLACED(it);
}

/* Back from the exception, behind the instruction. */
void r5f_return(struct frame *frame)
{
    struct r5f *r5f = r5f_self();

    frame->x[0] = r5f->saved_x0;
    r5f->step = R5F_RUNS;
    r5f_resume(R5F_PAGE + R5F_PAGE_RETURN);
}

static bool emulate(struct r5f *r5f, struct frame *frame, uint32_t pc)
{
    uint32_t instruction, value = 0;
    uint64_t *reg;
    bool write;

    if (!fetch(r5f, pc, &instruction) || !is_cp15(r5f, instruction))
        return false;
    write = !(instruction & INSTRUCTION_READ);
    if ((r5f->spsr & CPSR_MODE_MASK) == CPSR_MODE_USER || INSTRUCTION_RT(instruction) == RT_PC)
        return false;
    reg = r5f_register(frame, r5f->spsr, INSTRUCTION_RT(instruction));
    value = (uint32_t)*reg;
    if (!r5f_cp15_access(r5f, instruction & CP15_REGISTER_MASK, write, &value))
        return false;
    if (!write)
        *reg = value;
    frame->x[X_LR_UNDEFINED] = pc + 4;
    if (thumb(r5f->spsr) && IT(r5f->spsr) != 0) {
        r5f->step = R5F_WRITES_SPSR;
        r5f->saved_x0 = frame->x[0];
        frame->x[0] = next_in_block(r5f->spsr);
        r5f_resume(R5F_PAGE + R5F_PAGE_WRITE);
    } else {
        r5f->saved_x0 = frame->x[0];
        r5f_return(frame);
    }
    return true;
}

static void undefined_taken(struct r5f *r5f, struct frame *frame)
{
    uint32_t pc = (uint32_t)frame->x[X_LR_UNDEFINED] - (thumb(r5f->spsr) ? 2 : 4);

    if (!emulate(r5f, frame, pc))
        deliver(r5f, frame, R5F_UNDEFINED, pc);
}

void r5f_exception(struct frame *frame, uint32_t vector)
{
    struct r5f *r5f = r5f_self();

    if (r5f->step == R5F_INJECTS) {
        injected(r5f, frame);
        return;
    }
    if (vector == R5F_IRQ) {
        r5f_resume(r5f_irq_vector());
        return;
    }
    r5f->vector = vector;
    r5f->step = R5F_READS_SPSR;
    r5f->saved_x0 = frame->x[0];
    r5f_resume(R5F_PAGE + R5F_PAGE_READ);
}

void r5f_exception_known(struct frame *frame)
{
    struct r5f *r5f = r5f_self();

    r5f->spsr = (uint32_t)frame->x[0];
    frame->x[0] = r5f->saved_x0;
    if (r5f->vector == R5F_UNDEFINED)
        undefined_taken(r5f, frame);
    else if (r5f->vector == R5F_PREFETCH_ABORT)
        prefetch_abort_taken(r5f, frame);
    else
        data_abort_taken(r5f, frame);
}
