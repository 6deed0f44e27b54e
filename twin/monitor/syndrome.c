// SPDX-License-Identifier: BSD-3-Clause
/*
 * Device accesses that the core reports without a syndrome (ISS.ISV = 0): loads and stores of one
 * general register that also move their base register. Compilers make them of loops over device
 * memory; U-Boot's secure-proxy driver has one. The instruction itself tells what the syndrome
 * would (Arm DDI 0487, C4.1.88, "Load/store register (immediate post-indexed)" and "pre-indexed").
 */
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define PAR_FAILED           0x1ull
#define PAR_ADDRESS(par)     ((par)&0xfffffffff000ull)
#define PAGE_OFFSET          0xfffull

/* Bits 29:27 = 111, V = 0, 25:24 = 00, 21 = 0, and bit 10: pre- and post-indexed alike. */
#define INDEXED_MASK         0x3f200400u
#define INDEXED_VALUE        0x38000400u
#define INDEXED_SIZE(insn)   ((insn) >> 30)
#define INDEXED_OPC(insn)    (((insn) >> 22) & 3u)
#define INDEXED_OFFSET(insn) (((insn) >> 12) & 0x1ffu)
#define INDEXED_OFFSET_SIGN  0x100u
#define INDEXED_BASE(insn)   (((insn) >> 5) & 31u)
#define INDEXED_DATA(insn)   ((insn)&31u)

#define OPC_STORE            0u
#define OPC_LOAD_SIGNED_64   2u
#define OPC_LOAD_SIGNED_32   3u
#define SIZE_64              3u
#define STACK_POINTER        31u

/* The guest's instruction at pc; false: it lies in no memory. */
static bool fetch(uint64_t pc, uint32_t *instruction)
{
    uint64_t guests = read_sysreg(par_el1), translated, address;

    translate_for_guest(pc);
    synchronise_context(); /* PAR_EL1 holds the result */
    translated = read_sysreg(par_el1);
    write_sysreg(par_el1, guests);
    address = PAR_ADDRESS(translated) | (pc & PAGE_OFFSET);
    if ((translated & PAR_FAILED) || !guest_memory(address, sizeof(*instruction)))
        return false;
    *instruction = *(const uint32_t *)memory_at(address);
    return true;
}

bool syndrome_complete(struct frame *frame, uint32_t *iss)
{
    uint32_t instruction;

    if (!fetch(trap_pc(), &instruction) || (instruction & INDEXED_MASK) != INDEXED_VALUE)
        return false;

    uint32_t size = INDEXED_SIZE(instruction), opc = INDEXED_OPC(instruction);
    uint32_t base = INDEXED_BASE(instruction), data = INDEXED_DATA(instruction);
    uint64_t offset = INDEXED_OFFSET(instruction);

    /* The latter is no load or store, or has no defined outcome. */
    if (base == STACK_POINTER || base == data || (opc > 1 && size + opc > SIZE_64 + 1))
        return false;

    *iss = ISS_ISV | size << ISS_SAS_SHIFT | data << ISS_SRT_SHIFT;
    if (opc == OPC_STORE)
        *iss |= ISS_WNR;
    if (opc == OPC_LOAD_SIGNED_64 || opc == OPC_LOAD_SIGNED_32)
        *iss |= ISS_SSE;
    if (opc == OPC_LOAD_SIGNED_64 || size == SIZE_64)
        *iss |= ISS_SF;
    if (offset & INDEXED_OFFSET_SIGN)
        offset -= 2 * INDEXED_OFFSET_SIGN;
    frame->x[base] += offset;
    return true;
}
