// SPDX-License-Identifier: BSD-3-Clause
/*
 * A plugin of QEMU's that writes down what a guest of the twin executes, where it is asked to
 * (docs/performance.md, "How it is measured"):
 *
 *     qemu-system-aarch64 -icount ... -plugin measure.so,out=FILE[,option=value...]
 *
 *     el2=ADDRESS      the twin's vectors at EL2: what traps there is an access to a model
 *     vector=ADDRESS   a vector for IRQs, of the guest; may be repeated
 *     aarch32=ADDRESS  the guest is an R5F's, and goes back from an IRQ there; of its instructions
 *                      none is told for a call or a mark
 *     call=ADDRESS     a function whose calls are written down; may be repeated
 *     until=ADDRESS    says once how much was executed before the first time it runs
 *     first=ADDRESS    nothing is written down before this runs
 *     boot=1           all that is executed before the first of them, too
 *     from=ADDRESS     the least address of the guest's code that counts
 *     irqs=0           not the interrupts that lie outside of calls and marks
 *     most=RECORDS     the most records that are written
 *
 * Three things are written down: what all cores execute between the marks BEGIN and END, which are
 * instructions that do nothing (HINT, see app/bench/bench.h), and during a call; and what one core
 * executes from the vector of an IRQ to its ERET.
 *
 * The twin's own code is not the guest's. A load, a store or an MRS that traps to it is one access;
 * if the guest executes it once more afterwards, because the twin has only changed what traps, that
 * is still the same one. So the figures do not depend on how the twin does its work.
 *
 * QEMU must run all cores in one thread, as -icount makes it: nothing here has a lock.
 */
#include "twin/order/qemu_plugin.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CORES        8u
#define CALLS_MAX    16u
#define PLACES_MAX   32u
#define TWIN_BASE    UINT64_C(0x40000000)
#define TWIN_END     UINT64_C(0x41000000)
#define SYNC_LOWER   0x400u /* the vectors of synchronous exceptions from a lower level */
#define SYNC_LOWER32 0x600u
#define MOST_DEFAULT (UINT64_C(64) << 20)

/* A record has 8 bytes: kind, core, and an address or a number (tools/k3twin/measure.py). */
#define KIND_SHIFT   56
#define CORE_SHIFT   52
#define SLOT_SHIFT   8
#define BOOT_SLOT    0xffu /* as if the boot were a call */
#define VALUE_MASK   ((UINT64_C(1) << CORE_SHIFT) - 1)
enum kind {
    KIND_INSTRUCTION,
    KIND_CALLS,  /* an instruction too: BL or BLR */
    KIND_RETURN, /* an instruction too: ERET */
    KIND_VECTOR, /* an instruction too: an IRQ's first */
    KIND_MEMORY, /* the instruction before it has accessed a device */
    KIND_SYSTEM, /* or one of the GIC's system registers */
    KIND_BEGIN,  /* of so many that can be measured in turns */
    KIND_END,
    KIND_CALL, /* of the function with this number; above it, which of the open calls */
    KIND_BACK, /* it has returned */
    KIND_UNTIL,
    KIND_TOTAL, /* three of them follow KIND_UNTIL: instructions, memory, system */
    KIND_FULL,
};

/* What an instruction is, besides. */
enum trait {
    IS_ACCESS = 1,
    IS_SYSTEM = 2,
    IS_ERET = 4,
    IS_CALL = 8, /* BL or BLR */
    IS_BEGIN = 16,
    IS_END = 32,
    IS_VECTOR = 64,
    IS_CALLED = 128,
    IS_UNTIL = 256,
};

struct instruction {
    uint64_t pc;
    unsigned int traits;
    unsigned int place; /* in calls; of a BEGIN, which it is */
};

struct core {
    struct instruction *last;
    bool trapped;       /* the last one has */
    unsigned int depth; /* of IRQs */
};

/* A call that has not returned. A thread may sleep in it and go on elsewhere: it can end on any
 * core. */
struct call {
    uint64_t back; /* where it returns to; 0: there is none */
    unsigned int which;
    unsigned int depth; /* in how many IRQs it began */
};

struct places {
    uint64_t at[PLACES_MAX];
    unsigned int count;
};

static struct core cores[CORES];
static struct places vectors, functions, untils;
static struct call open_calls[CALLS_MAX];
static unsigned int call_count; /* of open_calls, those that may be open */
static uint64_t aarch32_return; /* 0: the guest is AArch64's */
static uint64_t el2_vectors, lowest = TWIN_END, most = MOST_DEFAULT;
static uint64_t instructions, memory_accesses, system_accesses, records;
static unsigned int open_windows; /* marks and calls */
static uint64_t first; /* nothing is written down before this address; 0: everything is */
static bool marked, booting, irqs_outside = true;
static FILE *out;

const int qemu_plugin_version = QEMU_PLUGIN_INTERFACE;

/* ---- records ---- */

static void write_record(enum kind kind, unsigned int core, uint64_t value)
{
    uint64_t record =
        (uint64_t)kind << KIND_SHIFT | (uint64_t)core << CORE_SHIFT | (value & VALUE_MASK);

    if (records == most) {
        record = (uint64_t)KIND_FULL << KIND_SHIFT;
    }
    if (records <= most) {
        fwrite(&record, sizeof(record), 1, out);
        records++;
    }
}

static bool is_written(const struct core *core)
{
    return first == 0 && (open_windows != 0 || (irqs_outside && core->depth != 0));
}

static void access_memory(unsigned int number)
{
    memory_accesses++;
    if (is_written(&cores[number])) {
        write_record(KIND_MEMORY, number, cores[number].last->pc);
    }
}

/* ---- what the guest executes ---- */

static bool is_in(const struct places *places, uint64_t pc, unsigned int *which)
{
    for (unsigned int i = 0; i < places->count; i++) {
        if (places->at[i] == pc) {
            *which = i;
            return true;
        }
    }
    return false;
}

/* The first time only: what came before. */
static void tell_until(unsigned int number, struct instruction *instruction)
{
    instruction->traits &= ~(unsigned int)IS_UNTIL;
    write_record(KIND_UNTIL, number, instruction->pc);
    write_record(KIND_TOTAL, number, instructions);
    write_record(KIND_TOTAL, number, memory_accesses);
    write_record(KIND_TOTAL, number, system_accesses);
    if (booting) {
        booting = false;
        write_record(KIND_BACK, number, BOOT_SLOT << SLOT_SHIFT | BOOT_SLOT);
        open_windows--;
    }
}

static void open_call(unsigned int number, const struct core *core, unsigned int which)
{
    unsigned int slot = 0;

    while (slot < CALLS_MAX && open_calls[slot].back != 0) {
        slot++;
    }
    if (slot == CALLS_MAX || first != 0) {
        return;
    }
    open_calls[slot] = (struct call){core->last->pc + 4, which, core->depth};
    call_count = slot < call_count ? call_count : slot + 1;
    write_record(KIND_CALL, number, slot << SLOT_SHIFT | which);
    open_windows++;
}

/* The latest of those that return here. */
static void close_call(unsigned int number, const struct core *core, uint64_t pc)
{
    for (unsigned int slot = call_count; slot-- > 0;) {
        struct call *call = &open_calls[slot];

        if (call->back == pc && call->depth == core->depth) {
            call->back = 0;
            write_record(KIND_BACK, number, slot << SLOT_SHIFT | call->which);
            open_windows--;
            return;
        }
    }
}

/* Where a window opens or closes; END and the instruction that is returned to are outside. */
static void before(unsigned int number, struct core *core, struct instruction *instruction)
{
    unsigned int traits = instruction->traits;

    if ((traits & IS_UNTIL) != 0) {
        tell_until(number, instruction);
    }
    if (first == instruction->pc) {
        first = 0;
    }
    close_call(number, core, instruction->pc);
    if ((traits & IS_END) != 0 && marked) {
        marked = false;
        write_record(KIND_END, number, instruction->pc);
        open_windows--;
    }
    if ((traits & IS_CALLED) != 0 && core->last != NULL && (core->last->traits & IS_CALL) != 0) {
        open_call(number, core, instruction->place);
    }
    if ((traits & IS_VECTOR) != 0) {
        core->depth++;
    }
}

static void after(unsigned int number, struct core *core, const struct instruction *instruction)
{
    if ((instruction->traits & IS_ERET) != 0 && core->depth != 0) {
        core->depth--;
    }
    if ((instruction->traits & IS_BEGIN) != 0 && !marked) {
        marked = true;
        open_windows++;
        write_record(KIND_BEGIN, number, instruction->place);
    }
}

static enum kind kind_of(unsigned int traits)
{
    return (traits & IS_VECTOR) != 0 ? KIND_VECTOR
           : (traits & IS_ERET) != 0 ? KIND_RETURN
           : (traits & IS_CALL) != 0 ? KIND_CALLS
                                     : KIND_INSTRUCTION;
}

static void executes(unsigned int number, void *cookie)
{
    struct instruction *instruction = cookie;
    struct core *core = &cores[number % CORES];

    if (core->trapped) {
        core->trapped = false;
        if (core->last == instruction) {
            return; /* once more */
        }
        if ((core->last->traits & IS_ACCESS) != 0) {
            access_memory(number);
        }
    }
    before(number, core, instruction);
    instructions++;
    core->last = instruction;
    if (is_written(core)) {
        write_record(kind_of(instruction->traits), number, instruction->pc);
    }
    if ((instruction->traits & IS_SYSTEM) != 0) {
        system_accesses++;
        if (is_written(core)) {
            write_record(KIND_SYSTEM, number, instruction->pc);
        }
    }
    after(number, core, instruction);
}

/* The twin's vector: the guest's last instruction has not been done, and the twin does it. */
static void traps(unsigned int number, void *cookie)
{
    (void)cookie;
    cores[number % CORES].trapped = cores[number % CORES].last != NULL;
}

/* An access that reaches a device of QEMU's own without a trap. */
static void accesses(unsigned int number, qemu_plugin_meminfo_t info, uint64_t address,
                     void *cookie)
{
    const struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);

    (void)cookie;
    if (where != NULL && qemu_plugin_hwaddr_is_io(where) && cores[number % CORES].last != NULL) {
        access_memory(number);
    }
}

/* ---- instructions (Arm ARM DDI 0487, C4.1) ---- */

/* ICC_PMR_EL1, and all of CRn 12 from CRm 8 on (Arm IHI 0069, 12.2). */
static bool is_gic_register(uint32_t word)
{
    unsigned int op1 = word >> 16 & 7, crn = word >> 12 & 15, crm = word >> 8 & 15;

    return (word & 0xffd80000) == 0xd5180000 && op1 == 0 &&
           ((crn == 12 && crm >= 8) || (crn == 4 && crm == 6));
}

static unsigned int traits_of(uint32_t word)
{
    unsigned int traits = 0;

    traits |= (word & 0x0a000000) == 0x08000000 ? IS_ACCESS : 0;
    traits |= is_gic_register(word) ? IS_SYSTEM : 0;
    traits |= word == 0xd69f03e0 ? IS_ERET : 0;
    traits |= (word & 0xfffffc1f) == 0xd63f0000 ? IS_CALL : 0;
    traits |= (word & 0xfc000000) == 0x94000000 ? IS_CALL : 0;
    traits |= (word & 0xffffff9f) == 0xd5032e1f ? IS_BEGIN : 0; /* HINT #0x70 to #0x73 */
    traits |= word == 0xd5032fff ? IS_END : 0;                  /* HINT #0x7f */
    return traits;
}

static void instrument(struct qemu_plugin_insn *translated)
{
    uint64_t pc = qemu_plugin_insn_vaddr(translated);
    struct instruction *instruction;
    unsigned int which;
    uint32_t word = 0;

    if (pc == el2_vectors + SYNC_LOWER || pc == el2_vectors + SYNC_LOWER32) {
        qemu_plugin_register_vcpu_insn_exec_cb(translated, traps, QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
    if ((pc >= TWIN_BASE && pc < TWIN_END) || pc < lowest) {
        return;
    }
    instruction = calloc(1, sizeof(*instruction)); /* QEMU may run the block to its end */
    if (instruction == NULL) {
        abort();
    }
    instruction->pc = pc;
    if (aarch32_return != 0) {
        instruction->traits = IS_ACCESS | (pc == aarch32_return ? IS_ERET : 0);
    } else {
        memcpy(&word, qemu_plugin_insn_data(translated), sizeof(word));
        instruction->traits = traits_of(word);
    }
    if ((instruction->traits & IS_BEGIN) != 0) {
        instruction->place = word >> 5 & 3;
    }
    instruction->traits |= is_in(&vectors, pc, &which) ? IS_VECTOR : 0;
    instruction->traits |= is_in(&untils, pc, &which) ? IS_UNTIL : 0;
    instruction->traits |= is_in(&functions, pc, &instruction->place) ? IS_CALLED : 0;
    qemu_plugin_register_vcpu_insn_exec_cb(translated, executes, QEMU_PLUGIN_CB_NO_REGS,
                                           instruction);
    if ((instruction->traits & IS_ACCESS) != 0) {
        qemu_plugin_register_vcpu_mem_cb(translated, accesses, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, NULL);
    }
}

static void translates(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        instrument(qemu_plugin_tb_get_insn(block, i));
    }
}

/* ---- start and end ---- */

static void ends(qemu_plugin_id_t id, void *cookie)
{
    (void)id;
    (void)cookie;
    fclose(out);
}

static bool add(struct places *places, uint64_t at)
{
    if (places->count == PLACES_MAX) {
        return false;
    }
    places->at[places->count++] = at;
    return true;
}

/* "name=value". */
static bool take_option(const char *option)
{
    const char *value = strchr(option, '=');
    size_t length = value == NULL ? 0 : (size_t)(value++ - option);
    uint64_t number = value == NULL ? 0 : strtoull(value, NULL, 0);

#define IS(name) (length == sizeof(name) - 1 && memcmp(option, name, length) == 0)
    if (IS("out")) {
        out = fopen(value, "wb");
        return out != NULL;
    }
    if (IS("el2")) {
        el2_vectors = number;
    } else if (IS("aarch32")) {
        aarch32_return = number;
    } else if (IS("from")) {
        lowest = number;
    } else if (IS("boot")) {
        booting = number != 0;
    } else if (IS("first")) {
        first = number;
    } else if (IS("most")) {
        most = number;
    } else if (IS("irqs")) {
        irqs_outside = number != 0;
    } else {
        return (IS("vector") && add(&vectors, number)) || (IS("call") && add(&functions, number)) ||
               (IS("until") && add(&untils, number));
    }
#undef IS
    return true;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!take_option(argv[i])) {
            fprintf(stderr, "measure: \"%s\" is no option, one too many, or no file\n", argv[i]);
            return -1;
        }
    }
    if (out == NULL) {
        fprintf(stderr, "measure: wants out=FILE\n");
        return -1;
    }
    if (booting) {
        write_record(KIND_CALL, 0, BOOT_SLOT << SLOT_SHIFT | BOOT_SLOT);
        open_windows++;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translates);
    qemu_plugin_register_atexit_cb(id, ends, NULL);
    return 0;
}
