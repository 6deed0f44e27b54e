// SPDX-License-Identifier: BSD-3-Clause
/*
 * An R5F's accesses to what is no memory: as access.c has them for the A53s, of A32's and T32's
 * instructions. To Device and Strongly-ordered memory they must be aligned (DDI 0406, A3.2.1);
 * those of many registers, of floating point too, are of 32 bits each, in order (DDI 0460, 9.3).
 */
#include "twin/monitor/mmio.h"
#include "twin/monitor/r5f.h"

/* Of the VIM, on the core's private bus: reading it is what the core's VIC port does. */
#define VIM_IRQVEC            0x40f80018u
#define PC                    15u
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

static void registers_of(struct frame *frame, uint32_t registers[R5F_VALUES])
{
    uint32_t cpsr = (uint32_t)read_sysreg(spsr_el3);
    uint32_t pc = (uint32_t)read_sysreg(elr_el3);

    for (unsigned n = 0; n < 15; n++)
        registers[n] = (uint32_t)*r5f_register(frame, cpsr, n);
    registers[PC] = pc + (cpsr & CPSR_THUMB ? 4 : 8);
    registers[R5F_STATE] = cpsr;
}

/* One of T32 as the manual writes it, the first half in front. Behind one of two bytes there may be
 * no memory any more. */
static bool fetch(const struct r5f *r5f, uint32_t pc, bool thumb, uint32_t *instruction)
{
    uint64_t at, next;
    uint32_t first, second = 0;

    if (!r5f_map_memory(r5f, pc, 2, &at))
        return false;
    first = *(const uint16_t *)memory_at(at);
    if (r5f_map_memory(r5f, pc + 2, 2, &next))
        second = *(const uint16_t *)memory_at(next);
    else if (!thumb || first >= R5F_T32_WIDE)
        return false;
    *instruction = thumb ? first << 16 | second : second << 16 | first;
    return true;
}

uint32_t r5f_bytes_from(const struct r5f *r5f, struct frame *frame, uint32_t iss, uint32_t address)
{
    bool thumb = (read_sysreg(spsr_el3) & CPSR_THUMB) != 0;
    uint32_t instruction, registers[R5F_VALUES], lowest = address, bytes;

    if (iss & ISS_ISV)
        return 1u << ISS_SAS(iss);
    registers_of(frame, registers);
    if (!fetch(r5f, registers[PC] - (thumb ? 4 : 8), thumb, &instruction))
        return 1;
    bytes = r5f_extent(instruction, thumb, registers, &lowest);
    return address - lowest < bytes ? bytes - (address - lowest) : 1;
}

/* ---- registers of one kind or the other ---- */

/* Of a D register's halves the upper one is first in memory if the core is big-endian. */
static unsigned float_of(const struct r5f_operation *op, unsigned i)
{
    bool swapped = op->pairs && (read_sysreg(spsr_el3) & CPSR_BIG) != 0;

    return op->reg[i] ^ (unsigned)swapped;
}

static uint32_t operand(struct frame *frame, const struct r5f_operation *op, unsigned i)
{
    unsigned n = float_of(op, i);
    uint64_t vector[2];

    if (!op->floats)
        return (uint32_t)*r5f_register(frame, (uint32_t)read_sysreg(spsr_el3), op->reg[i]);
    simd_get(n / 4, vector);
    return (uint32_t)(vector[n / 2 % 2] >> 32 * (n % 2));
}

static void set_float(unsigned n, uint32_t value)
{
    uint64_t vector[2], *half = &vector[n / 2 % 2];

    simd_get(n / 4, vector);
    *half = n % 2 != 0 ? (*half & UINT32_MAX) | (uint64_t)value << 32
                       : (*half & ~(uint64_t)UINT32_MAX) | value;
    simd_set(n / 4, vector);
}

/* The PC of a load is behind the instruction by then. */
static void jump(uint32_t to)
{
    uint64_t spsr = read_sysreg(spsr_el3) & ~(uint64_t)CPSR_THUMB;

    write_sysreg(spsr_el3, spsr | (to & 1 ? CPSR_THUMB : 0));
    r5f_resume(to & (to & 1 ? ~1u : ~3u));
}

static void set_operand(struct frame *frame, const struct r5f_operation *op, unsigned i,
                        uint64_t value)
{
    if (op->floats)
        set_float(float_of(op, i), (uint32_t)value);
    else if (op->reg[i] == PC)
        jump((uint32_t)value);
    else
        *r5f_register(frame, (uint32_t)read_sysreg(spsr_el3), op->reg[i]) =
            op->sign ? sign_extended(value, op->size) : EXTENDED(value, op->size);
}

/* Then it goes on at `next`; or it has an abort, and no register is changed. */
static void perform(struct r5f *r5f, struct frame *frame, const struct r5f_operation *op,
                    uint32_t next)
{
    uint32_t cpsr = (uint32_t)read_sysreg(spsr_el3);
    uint64_t loaded[R5F_ELEMENTS];

    for (unsigned i = 0; i < op->count; i++) {
        uint32_t address = op->address + i * op->size;
        uint64_t value = 0, at;

        if (op->write)
            value = ordered(EXTENDED((uint64_t)operand(frame, op, i), op->size), op->size);
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
    r5f_skip();
    r5f_resume(next);
    for (unsigned i = 0; i < op->count && !op->write; i++)
        set_operand(frame, op, i, loaded[i]);
}

static void without_syndrome(struct r5f *r5f, struct frame *frame, uint32_t address)
{
    bool thumb = (read_sysreg(spsr_el3) & CPSR_THUMB) != 0;
    uint32_t pc = (uint32_t)read_sysreg(elr_el3), instruction = 0, registers[R5F_VALUES];
    struct r5f_operation op;

    registers_of(frame, registers);
    if (fetch(r5f, pc, thumb, &instruction) && r5f_decode(instruction, thumb, registers, &op)) {
        /* Without a syndrome ESR's IL does not tell how long the instruction was. */
        perform(r5f, frame, &op, pc + (thumb && instruction >> 16 < R5F_T32_WIDE ? 2 : 4));
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
