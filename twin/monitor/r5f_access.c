// SPDX-License-Identifier: BSD-3-Clause
/*
 * An R5F's accesses to what is no memory: as access.c has them for the A53s, of A32's and T32's
 * instructions. To Device and Strongly-ordered memory they must be aligned (DDI 0406, A3.2).
 */
#include "twin/monitor/r5f.h"

/* Of the VIM, on the core's private bus: reading it is what the core's VIC port does. */
#define VIM_IRQVEC            0x40f80018u
#define EXTENDED(value, size) ((uint64_t)(value) << (64 - 8 * (size)) >> (64 - 8 * (size)))

uint32_t r5f_irq_vector(void)
{
    uint64_t vector = 0;

    (void)bus_access(VIM_IRQVEC, 4, false, &vector);
    return (uint32_t)vector & ~3u;
}

uint64_t *r5f_register(struct frame *frame, uint32_t cpsr, unsigned n)
{
    /* R13 and R14, and in FIQ mode R8 to R14, in AArch64's order; SP then LR, or the reverse. */
    static const uint8_t stack[] = {
        [CPSR_MODE_IRQ & 15] = 17,
        [CPSR_MODE_SVC & 15] = 19,
        [CPSR_MODE_ABORT & 15] = 21,
        [CPSR_MODE_UNDEFINED & 15] = 23,
        [15] = 13,
    };
    unsigned mode = cpsr & 15u;

    if (mode == (CPSR_MODE_FIQ & 15u) && n >= 8 && n <= 14)
        return &frame->x[n + 16];
    if (n < 13 || n > 14 || mode == 0 || mode == 15 || mode >= sizeof(stack) || stack[mode] == 0)
        return &frame->x[n];
    return &frame->x[n == 13 ? stack[mode] : stack[mode] - 1u];
}

static uint64_t ordered(uint64_t value, unsigned size)
{
    if (!(read_sysreg(spsr_el3) & CPSR_BIG))
        return value;
    return __builtin_bswap64(value) >> (64 - 8 * size);
}

static uint32_t sign_extended(uint64_t value, unsigned size)
{
    return size == 1 ? (uint32_t)(int32_t)(int8_t)value
                     : (size == 2 ? (uint32_t)(int32_t)(int16_t)value : (uint32_t)value);
}

/* false: the guest has an abort instead. */
static bool element(uint32_t address, unsigned size, bool write, uint64_t *value)
{
    uint32_t status = PMSA_EXTERNAL;

    if (address % size != 0)
        status = PMSA_ALIGNMENT;
    else if (bus_access(address, size, write, value))
        return true;
    r5f_inject_abort(R5F_DATA_ABORT, status | (write ? DFSR_WRITE : 0), address);
    return false;
}

static void registers_of(struct frame *frame, uint32_t registers[16])
{
    uint32_t cpsr = (uint32_t)read_sysreg(spsr_el3);
    uint32_t pc = (uint32_t)read_sysreg(elr_el3);

    for (unsigned n = 0; n < 15; n++)
        registers[n] = (uint32_t)*r5f_register(frame, cpsr, n);
    registers[15] = pc + (cpsr & CPSR_THUMB ? 4 : 8);
}

static bool fetch(const struct r5f *r5f, uint32_t pc, bool thumb, uint32_t *instruction)
{
    uint64_t at, second;

    if (!r5f_map_memory(r5f, pc, 2, &at) || !r5f_map_memory(r5f, pc + 2, 2, &second))
        return false;
    *instruction =
        *(const uint16_t *)(uintptr_t)at | (uint32_t) * (const uint16_t *)(uintptr_t)second << 16;
    if (thumb) /* as the manual writes it: the first half in front */
        *instruction = *instruction << 16 | *instruction >> 16;
    return true;
}

static void perform(struct r5f *r5f, struct frame *frame, const struct r5f_operation *op)
{
    uint32_t cpsr = (uint32_t)read_sysreg(spsr_el3);
    uint64_t loaded[R5F_ELEMENTS];

    for (unsigned i = 0; i < op->count; i++) {
        uint32_t address = op->address + i * op->size;
        uint64_t value =
            ordered(EXTENDED(*r5f_register(frame, cpsr, op->reg[i]), op->size), op->size);
        uint64_t at;

        if (r5f_map_memory(r5f, address, op->size, &at) ||
            !element(address, op->size, op->write, &value)) {
            if (r5f->step == R5F_RUNS) /* it reaches from there into memory */
                r5f_inject_abort(R5F_DATA_ABORT, PMSA_EXTERNAL, address);
            return;
        }
        loaded[i] = ordered(value, op->size);
    }
    if (op->writeback)
        *r5f_register(frame, cpsr, op->base) = op->base_value;
    for (unsigned i = 0; i < op->count && !op->write; i++)
        *r5f_register(frame, cpsr, op->reg[i]) =
            op->sign ? sign_extended(loaded[i], op->size) : EXTENDED(loaded[i], op->size);
    r5f_skip();
}

static void without_syndrome(struct r5f *r5f, struct frame *frame, uint32_t address)
{
    bool thumb = (read_sysreg(spsr_el3) & CPSR_THUMB) != 0;
    uint32_t pc = (uint32_t)read_sysreg(elr_el3), instruction = 0, registers[16];
    struct r5f_operation op;

    registers_of(frame, registers);
    if (fetch(r5f, pc, thumb, &instruction) && r5f_decode(instruction, thumb, registers, &op)) {
        perform(r5f, frame, &op);
        return;
    }
    report("r5f %u: device access by an instruction that the twin does not know (%x), address %x",
           (uint64_t)r5f->core, (uint64_t)instruction, (uint64_t)address);
    r5f_crash(frame, pc, "such a device access");
}

void r5f_data_abort(struct r5f *r5f, struct frame *frame, uint32_t iss)
{
    uint32_t address = (uint32_t)read_sysreg(far_el2), cpsr = (uint32_t)read_sysreg(spsr_el3);
    unsigned size = 1u << ISS_SAS(iss);
    bool write = (iss & ISS_WNR) != 0;
    uint64_t *reg, value;

    if (!(iss & ISS_ISV)) {
        without_syndrome(r5f, frame, address);
        return;
    }
    /* QEMU 7.2 tells A32's number of the register. */
    reg = r5f_register(frame, cpsr, ISS_SRT(iss) & 15u);
    value = ordered(EXTENDED(*reg, size), size);
    if (!element(address, size, write, &value))
        return;
    if (!write) {
        value = ordered(value, size);
        *reg = iss & ISS_SSE ? sign_extended(value, size) : EXTENDED(value, size);
    }
    r5f_skip();
}
