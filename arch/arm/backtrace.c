// SPDX-License-Identifier: BSD-3-Clause
/*
 * The unwinder of reports: it carries out the instructions of the Arm EABI's unwind tables
 * ("Exception Handling ABI for the Arm Architecture", EHABI32, sections 6, 7 and 10), which the
 * compiler makes for each function with -funwind-tables.
 *
 * libgcc's does the same for exceptions of C++ at several times the size, and trusts the stack.
 */
#include "arch/backtrace.h"

#include "arch/exception_frame.h"
#include "arch/stack.h"

#include <stddef.h>

#define SP                13
#define LR                14
#define PC                15
#define CANT_UNWIND       1u
#define COMPACT           (UINT32_C(1) << 31)
#define CODE_FINISH       0xb0u
#define INSTRUCTIONS      64 /* no function's have more */
#define PERSONALITY(word) ((word) >> 24 & 0xf)

/* An entry of the index, by rising function. Both are relative to their own place, in 31 bits; the
 * second may be the instructions themselves. */
struct index_entry {
    uint32_t function, unwind;
};

/* r5f.ld */
extern const struct index_entry unwind_index_start[], unwind_index_end[];

/* vectors.S */
extern const uint8_t exception_irq_return[];

/* Tables name these, of libgcc's unwinder, so that it is linked; nobody calls them. */
void __aeabi_unwind_cpp_pr0(void);
void __aeabi_unwind_cpp_pr1(void);
void __aeabi_unwind_cpp_pr2(void);

void __aeabi_unwind_cpp_pr0(void)
{
}

void __aeabi_unwind_cpp_pr1(void)
{
}

void __aeabi_unwind_cpp_pr2(void)
{
}

/* The instructions of one function, bytes from the top of each word down. */
struct code {
    const uint32_t *next;
    uint32_t word;
    unsigned bytes_left, words_left;
};

static uintptr_t relative(const uint32_t *place)
{
    return (uintptr_t)place + (uint32_t)((int32_t)(*place << 1) >> 1);
}

static const struct index_entry *find(uint32_t pc)
{
    const struct index_entry *low = unwind_index_start, *high = unwind_index_end;

    while (high - low > 1) {
        const struct index_entry *middle = low + (high - low) / 2;

        if (relative(&middle->function) <= pc)
            low = middle;
        else
            high = middle;
    }
    return low < high && relative(&low->function) <= pc ? low : NULL;
}

/* False: the function says that it can't be unwound, or in a way that C has not. */
static bool get_code(uint32_t pc, struct code *code)
{
    const struct index_entry *entry = find(pc);
    const uint32_t *table;

    if (entry == NULL || entry->unwind == CANT_UNWIND)
        return false;
    table = (entry->unwind & COMPACT) != 0 ? &entry->unwind
                                           : (const uint32_t *)relative(&entry->unwind);
    if ((*table & COMPACT) == 0)
        return false;
    *code = (struct code){.next = table + 1, .word = *table << 8, .bytes_left = 3};
    if (PERSONALITY(*table) != 0) {
        code->words_left = *table >> 16 & 0xff;
        code->word = *table << 16;
        code->bytes_left = 2;
    }
    return true;
}

static uint32_t next_byte(struct code *code)
{
    uint32_t byte;

    if (code->bytes_left == 0) {
        if (code->words_left == 0)
            return CODE_FINISH;
        code->words_left--;
        code->word = *code->next++;
        code->bytes_left = 4;
    }
    byte = code->word >> 24;
    code->word <<= 8;
    code->bytes_left--;
    return byte;
}

static bool is_stack(uint32_t address)
{
    return address % 4 == 0 && address - (uintptr_t)stacks <= STACK_CORE_SIZE - 4u;
}

/* Pops the registers of a mask; a popped SP counts once all are. */
static bool pop(struct backtrace *at, uint32_t mask)
{
    uint32_t sp = at->r[SP];

    for (unsigned i = 0; i < 16; i++) {
        if ((mask >> i & 1) == 0)
            continue;
        if (!is_stack(sp))
            return false;
        at->r[i] = *(const uint32_t *)sp;
        sp += 4;
    }
    if ((mask >> SP & 1) == 0)
        at->r[SP] = sp;
    return true;
}

/* An unsigned number of groups of 7 bits, the lowest first. */
static uint32_t next_number(struct code *code)
{
    uint32_t value = 0, byte;
    unsigned shift = 0;

    do {
        byte = next_byte(code);
        value |= (byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) != 0 && shift < 28);
    return value;
}

/* One of those that begin with 0xb: of r0 to r3, a large frame, floating point registers. */
static bool carry_out_b(struct backtrace *at, struct code *code, uint32_t byte)
{
    if (byte == 0xb1)
        return pop(at, next_byte(code) & 0xf);
    if (byte == 0xb2)
        at->r[SP] += 0x204 + (next_number(code) << 2);
    else if (byte == 0xb3) /* FSTMX: a word more than the registers */
        at->r[SP] += ((next_byte(code) & 0xf) + 1) * 8 + 4;
    else if (byte >= 0xb8)
        at->r[SP] += ((byte & 7) + 1) * 8 + 4;
    else
        return false;
    return true;
}

/* One instruction; false: not one that is known here, or not a stack where it pops from. */
static bool carry_out(struct backtrace *at, struct code *code, uint32_t byte)
{
    if (byte < 0x40) {
        at->r[SP] += ((byte & 0x3f) << 2) + 4;
    } else if (byte < 0x80) {
        at->r[SP] -= ((byte & 0x3f) << 2) + 4;
    } else if (byte < 0x90) {
        uint32_t mask = (byte & 0xf) << 8 | next_byte(code);

        return mask != 0 && pop(at, mask << 4);
    } else if (byte < 0xa0) {
        at->r[SP] = at->r[byte & 0xf];
        return (byte & 0xf) != SP && (byte & 0xf) != PC;
    } else if (byte < 0xb0) {
        return pop(at, (0xffu >> (7 - (byte & 7)) << 4 & 0xff0) | (byte & 8) << (LR - 3));
    } else if (byte < 0xc0) {
        return carry_out_b(at, code, byte);
    } else if (byte == 0xc8 || byte == 0xc9) {
        at->r[SP] += ((next_byte(code) & 0xf) + 1) * 8;
    } else if (byte >= 0xd0 && byte < 0xd8) {
        at->r[SP] += ((byte & 7) + 1) * 8;
    } else {
        return false;
    }
    return true;
}

/* What vectors.S has saved of who was interrupted, from the handler's first SP on. */
static bool leave_interrupt(struct backtrace *at)
{
    struct backtrace handler = *at;
    uint32_t sp = at->r[SP] + IRQ_FRAME_SIZE - IRQ_FRAME_SAVED - 12;

    handler.r[SP] = sp;
    if (!pop(&handler, 1u << LR | 1u << 12 | 1u << 11)) /* SP, FPSCR and LR, in that order */
        return false;
    at->r[LR] = handler.r[LR];
    sp = handler.r[11];
    if (!pop(&handler, 0xfu | 1u << 12 | 1u << PC))
        return false;
    for (unsigned i = 0; i < 4; i++)
        at->r[i] = handler.r[i];
    at->r[12] = handler.r[12];
    at->r[SP] = sp;
    at->r[PC] = handler.r[PC];
    return true;
}

/* Where a function goes back to has Thumb's bit, and is behind the call; the instruction that was
 * interrupted has not, and is not. */
bool backtrace_up(struct backtrace *at)
{
    struct backtrace before = *at;
    struct code code;
    uint32_t byte;

    if ((at->r[PC] & ~1u) == (uintptr_t)exception_irq_return)
        return leave_interrupt(at);
    if (!get_code(at->r[PC] - (at->r[PC] & 1) * 2, &code))
        return false;
    at->r[PC] = 0;
    for (unsigned i = 0; i < INSTRUCTIONS && (byte = next_byte(&code)) != CODE_FINISH; i++)
        if (!carry_out(at, &code, byte))
            return false;
    if (at->r[PC] == 0)
        at->r[PC] = at->r[LR];
    return at->r[SP] >= before.r[SP] && (at->r[SP] != before.r[SP] || at->r[PC] != before.r[PC]);
}
