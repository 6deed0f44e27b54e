// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's monitor against a hostile program of an R5F: CP15 and MPU with any values, loads and
 * stores with and without a syndrome, instructions of any kind, aborts, interrupts, maintenance of
 * caches, stops and starts by others; with the device models behind it. What the board's core does
 * between two traps (translation, exceptions by the monitor's page) is played here.
 */
#include "tests/fuzz/support/board.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/navss.h"
#include "twin/models/am65x.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/r5f.h"
#include "twin/service.h"

#include <setjmp.h>
#include <string.h>

#define COUNT(a)          (sizeof(a) / sizeof((a)[0]))
#define STEPS_MAX         200u
#define DRAM_SIZE         0x10000000u
#define EC_SHIFT          26
#define PAGE_STEPS_MAX    8u
#define SPSR_STEP         (1u << 21)

/* Short descriptors (Arm DDI 0406, B3.5.1). */
#define KIND(entry)       ((entry)&3u)
#define KIND_NONE         0u
#define KIND_TABLE        1u
#define SECTION_AP(entry) (((entry) >> 10 & 3u) | ((entry) >> 13 & 4u))
#define SECTION_XN        (1u << 4)
#define PAGE_AP(entry)    (((entry) >> 4 & 3u) | ((entry) >> 7 & 4u))
#define PAGE_XN           1u
#define FAULT_TRANSLATION 0x5u
#define FAULT_PERMISSION  0xdu

/* Descriptors of stage 2. */
#define TARGET            0xfffffffff000ull
#define OFFSET            0xfffu

void monitor_boot(void);
void monitor_secondary(void);

static struct frame frame;
static jmp_buf guest_runs;
static unsigned own;        /* the R5F's number */
static uint32_t pc, cpsr;   /* of its program */
static uint32_t saved_spsr; /* of the exception that it is in */

/* ---- start.S ---- */

noreturn void guest_enter(uint64_t entry, uint64_t x0)
{
    (void)x0;
    FUZZ_CHECK(guest_memory(entry, 4));
    longjmp(guest_runs, 1);
}

noreturn void guest_enter_mode(uint64_t entry, uint64_t x0, uint64_t spsr)
{
    (void)x0;
    FUZZ_CHECK(entry <= UINT32_MAX);
    pc = (uint32_t)entry;
    cpsr = (uint32_t)spsr;
    longjmp(guest_runs, 1);
}

/* ---- what the core sees ---- */

static uint64_t stage_2(uint32_t address)
{
    const uint64_t *table = (const uint64_t *)(uintptr_t)(sysregs.vttbr_el2 & TARGET);
    uint64_t entry = table[address >> 30];

    for (unsigned shift = 21; (entry & 1) != 0 && (entry & 2) != 0; shift -= 9) {
        entry = ((const uint64_t *)(uintptr_t)(entry & TARGET))[address >> shift & 511];
        if (shift == 12)
            return entry & 1 ? (entry & TARGET) | (address & OFFSET) : 0;
    }
    return entry & 1 ? (entry & TARGET & ~UINT64_C(0x1fffff)) | (address & 0x1fffff) : 0;
}

struct verdict {
    bool there, xn;
    uint32_t ap;
};

static struct verdict stage_1(uint32_t address)
{
    const uint8_t *tables = (const uint8_t *)(uintptr_t)r5f_mpu_tables(own);
    uint32_t entry = ((const uint32_t *)(const void *)tables)[address >> 20];

    if (KIND(entry) == KIND_NONE)
        return (struct verdict){0};
    if (KIND(entry) != KIND_TABLE) {
        FUZZ_CHECK(entry >> 20 == address >> 20);
        return (struct verdict){true, (entry & SECTION_XN) != 0, SECTION_AP(entry)};
    }
    FUZZ_CHECK((entry & ~0x3ffu) - R5F_WINDOW < R5F_MPU_TABLES_SIZE);
    entry = *(const uint32_t *)(const void *)&tables[(entry & ~0x3ffu) - R5F_WINDOW +
                                                     (address >> 12 & 255) * 4];
    if (KIND(entry) == KIND_NONE)
        return (struct verdict){0};
    FUZZ_CHECK(entry >> 12 == address >> 12);
    return (struct verdict){true, (entry & PAGE_XN) != 0, PAGE_AP(entry)};
}

static bool permits(struct verdict verdict, bool write, bool execute, bool user)
{
    static const uint8_t privileged_writes = 0x0e, privileged_reads = 0xee;
    static const uint8_t user_writes = 0x08, user_reads = 0xcc;
    uint8_t aps =
        user ? (write ? user_writes : user_reads) : (write ? privileged_writes : privileged_reads);

    return verdict.there && (aps >> verdict.ap & 1) != 0 && !(execute && verdict.xn);
}

static bool in_window(uint32_t address)
{
    return address - R5F_WINDOW < R5F_WINDOW_SIZE;
}

static bool is_own(uint64_t target, uint64_t base, uint64_t size)
{
    return target - base < size;
}

/* Tables and MPU say the same; what stage 2 shows is the guest's. */
static void look_at(uint32_t address)
{
    const struct r5f *r5f = r5f_self();
    uint64_t target = stage_2(address), at;
    struct verdict verdict = stage_1(address);
    uint32_t status;

    if (in_window(address)) {
        FUZZ_CHECK(!verdict.there || (address & ~OFFSET) == R5F_PAGE);
        FUZZ_CHECK(!permits(verdict, true, false, false) && !permits(verdict, false, false, true));
        return;
    }
    for (unsigned which = 0; which < 8; which++) {
        bool write = which & 1, execute = which & 2, user = which & 4;
        bool allowed = r5f_mpu_allows(r5f, address, write, execute, user, &status);

        if (write && execute)
            continue;
        if (allowed)
            FUZZ_CHECK(permits(verdict, write, execute, user));
        else if (!r5f->stepping && target != 0)
            FUZZ_CHECK(!permits(verdict, write, execute, user));
    }
    if (target == 0)
        return;
    FUZZ_CHECK(r5f_map_memory(r5f, address, 1, &at) && at == target);
    FUZZ_CHECK(guest_memory(target, 1) ||
               is_own(target, R5F_CACHES_BASE + own * R5F_CACHE_SIZE, R5F_CACHE_SIZE));
}

/* ---- traps, and what the core does by itself ---- */

static void to_el2(uint32_t ec, uint32_t iss, uint32_t address)
{
    sysregs.esr_el3 = (uint64_t)EC_SMC32 << EC_SHIFT;
    sysregs.spsr_el3 = SPSR_MODE_EL2H;
    sysregs.elr_el2 = pc;
    sysregs.spsr_el2 = cpsr;
    sysregs.esr_el2 = (uint64_t)ec << EC_SHIFT | ESR_IL | iss;
    sysregs.far_el2 = address;
    trap_synchronous(&frame);
    pc = (uint32_t)sysregs.elr_el3;
    cpsr = (uint32_t)sysregs.spsr_el3;
}

/* An SMC of the page, before `next`. */
static void from_page(uint32_t next)
{
    sysregs.esr_el3 = (uint64_t)EC_SMC32 << EC_SHIFT;
    sysregs.spsr_el3 = cpsr;
    sysregs.elr_el3 = next;
    trap_synchronous(&frame);
    pc = (uint32_t)sysregs.elr_el3;
    cpsr = (uint32_t)sysregs.spsr_el3;
}

static void take(uint32_t vector, uint32_t mode, unsigned link, uint32_t ahead)
{
    FUZZ_CHECK((sysregs.vbar_el1 & ~(uint64_t)OFFSET) == R5F_PAGE);
    saved_spsr = cpsr;
    frame.x[link] = pc + ahead;
    cpsr = (cpsr & ~(CPSR_MODE_MASK | CPSR_THUMB)) | mode | 0x80u;
    from_page((uint32_t)sysregs.vbar_el1 + vector + 4);
}

/* Until the core is at its program again. */
static void settle(void)
{
    for (unsigned i = 0; (pc & ~OFFSET) == R5F_PAGE; i++) {
        FUZZ_CHECK(i < PAGE_STEPS_MAX);
        switch (pc & OFFSET) {
        case R5F_PAGE_READ:
            frame.x[0] = saved_spsr;
            from_page(pc + 8);
            break;
        case R5F_PAGE_WRITE:
            saved_spsr = (uint32_t)frame.x[0];
            from_page(pc + 8);
            break;
        case R5F_PAGE_RETURN:
            pc = (uint32_t)frame.x[X_LR_UNDEFINED];
            cpsr = saved_spsr;
            break;
        case R5F_PAGE_UDF:
        case R5F_PAGE_UDF_T:
            take(R5F_UNDEFINED, CPSR_MODE_UNDEFINED, X_LR_UNDEFINED, 4);
            break;
        case R5F_PAGE_BKPT:
        case R5F_PAGE_BKPT_T:
            take(R5F_PREFETCH_ABORT, CPSR_MODE_ABORT, X_LR_ABORT, 4);
            break;
        default:
            fuzz_fail("0x%x is no place of the page", (unsigned)pc);
        }
    }
    FUZZ_CHECK(r5f_self()->step == R5F_RUNS);
}

static bool is_user(void)
{
    return (cpsr & CPSR_MODE_MASK) == CPSR_MODE_USER;
}

/* ---- what a program can do ---- */

static uint32_t some_address(void)
{
    static const uint32_t places[] = {
        0,          0x41010000, GUEST_R5F_TCM_BASE, GUEST_MCU_MSRAM_BASE, GUEST_MCU_PSRAM_BASE,
        0x7ff00000, 0x80000000, 0x90000000,         0x40f80000,           0x2a500000,
        0xffff0000,
    };

    return fuzz_below(4) == 0 ? (uint32_t)fuzz_take(4)
                              : places[fuzz_below(COUNT(places))] + (uint32_t)fuzz_take(2);
}

static uint32_t abort_iss(bool write)
{
    uint32_t iss = (uint32_t)fuzz_take(3) & 0xff0000u & ~(ISS_SF | 3u << ISS_SAS_SHIFT);

    iss |= fuzz_below(3) << ISS_SAS_SHIFT | (fuzz_below(2) ? ISS_ISV : 0);
    return iss | (write ? ISS_WNR : 0);
}

static void load_or_store(uint32_t address, uint32_t iss)
{
    bool write = (iss & ISS_WNR) != 0;
    struct verdict verdict = stage_1(address);
    uint64_t target = stage_2(address);

    if (!permits(verdict, write, false, is_user())) {
        sysregs.esr_el1 =
            (verdict.there ? FAULT_PERMISSION : FAULT_TRANSLATION) | (write ? DFSR_WRITE : 0);
        sysregs.far_el1 = address;
        take(R5F_DATA_ABORT, CPSR_MODE_ABORT, X_LR_ABORT, 8);
    } else if (target == 0) {
        to_el2(EC_DATA_ABORT_LOWER, iss, address);
    } else if (write && !in_window(address) && (address & OFFSET) < OFFSET - 8) {
        memset(memory_at(target), (int)fuzz_take(1), 4);
        pc += 4;
    }
    settle();
    /* The next instruction, behind a step. */
    if (r5f_self()->stepping) {
        FUZZ_CHECK(stage_2(address) != 0 && (cpsr & SPSR_STEP) != 0);
        to_el2(EC_STEP_LOWER, 0, 0);
        FUZZ_CHECK(!r5f_self()->stepping);
    }
}

static void put_instruction(uint32_t instruction, bool thumb)
{
    uint64_t at;

    pc = GUEST_DRAM_BASE + ((uint32_t)fuzz_take(2) & (thumb ? ~1u : ~3u));
    if (r5f_map_memory(r5f_self(), pc, 4, &at))
        memcpy(memory_at(at), &instruction, sizeof(instruction));
    cpsr = (cpsr & ~CPSR_THUMB) | (thumb ? CPSR_THUMB : 0);
}

/* The classes of r5f_decode.c, and what is near them: LDC, VLDM, swaps, exclusives. */
static void instruction(void)
{
    static const uint32_t classes[][2] = {
        {0x0fffffff, 0xe0000000}, {0x03ffffff, 0xe4000000}, {0x01ffffff, 0xe8000000},
        {0x00ffffff, 0xec000000}, {0x0fffff6f, 0xe0000090}, {0x01ffffff, 0xf8000000},
        {0x01ffffff, 0xe8400000}, {0x0fff0000, 0xc0000000}, {0xffffffff, 0x00000000},
    };
    const uint32_t *class = classes[fuzz_below(COUNT(classes))];
    uint32_t word = ((uint32_t)fuzz_take(4) & class[0]) | class[1];
    uint32_t registers[R5F_VALUES];
    struct r5f_operation op;

    for (unsigned i = 0; i < COUNT(registers); i++)
        registers[i] = (uint32_t)frame.x[i];
    if (r5f_decode(word, fuzz_below(2) != 0, registers, &op)) {
        FUZZ_CHECK(op.count >= 1 && op.count <= R5F_ELEMENTS && op.base < 16);
        FUZZ_CHECK(op.size == 1 || op.size == 2 || op.size == 4);
        for (unsigned i = 0; i < op.count; i++)
            FUZZ_CHECK(op.reg[i] < (op.floats ? R5F_ELEMENTS : 16));
    }
    put_instruction(word, fuzz_below(2) != 0);
    load_or_store(some_address(), (uint32_t)fuzz_below(2) * ISS_WNR);
}

static void fetch(void)
{
    uint32_t address = some_address() & (cpsr & CPSR_THUMB ? ~1u : ~3u);
    struct verdict verdict = stage_1(address);

    pc = address;
    if (!permits(verdict, false, true, is_user())) {
        sysregs.ifsr32_el2 = verdict.there ? FAULT_PERMISSION : FAULT_TRANSLATION;
        sysregs.far_el1 = (sysregs.far_el1 & UINT32_MAX) | (uint64_t)address << 32;
        take(R5F_PREFETCH_ABORT, CPSR_MODE_ABORT, X_LR_ABORT, 4);
    } else if (stage_2(address) == 0) {
        to_el2(EC_INSTRUCTION_ABORT_LOWER, 0, address);
    }
    settle();
    if (r5f_self()->stepping)
        to_el2(EC_STEP_LOWER, 0, 0);
}

static const uint32_t cp15_registers[] = {
    CP15(1, 0, 0, 0),  CP15(1, 0, 0, 0), CP15(1, 0, 0, 2),  CP15(6, 0, 1, 0),   CP15(6, 0, 1, 2),
    CP15(6, 0, 1, 2),  CP15(6, 0, 1, 4), CP15(6, 0, 2, 0),  CP15(9, 0, 1, 0),   CP15(9, 0, 1, 1),
    CP15(7, 0, 6, 1),  CP15(7, 0, 6, 2), CP15(7, 0, 10, 1), CP15(7, 0, 14, 1),  CP15(7, 0, 14, 2),
    CP15(15, 0, 5, 0), CP15(0, 0, 0, 0), CP15(11, 0, 0, 0), CP15(15, 0, 14, 0), CP15(0, 2, 0, 0),
};

static uint32_t iss_of(uint32_t reg, unsigned rt, bool read)
{
    return (reg >> 16 & 15) << 10 | (reg >> 21 & 7) << 14 | (reg & 15) << 1 | (reg >> 5 & 7) << 17 |
           rt << 5 | read;
}

/* As EC_CP15, or undefined on the board's core. */
static void cp15(uint32_t reg, bool read, uint32_t value)
{
    frame.x[1] = value;
    if (fuzz_below(4) != 0) {
        to_el2(EC_CP15, iss_of(reg, 1, read), 0);
    } else {
        put_instruction(0xee000f10u | reg | 1u << 12 | (uint32_t)read << 20, false);
        take(R5F_UNDEFINED, CPSR_MODE_UNDEFINED, X_LR_UNDEFINED, 4);
    }
    settle();
}

static void any_cp15(void)
{
    uint32_t reg = fuzz_below(4) == 0 ? (uint32_t)fuzz_take(4) & CP15_REGISTER_MASK
                                      : cp15_registers[fuzz_below(COUNT(cp15_registers))];

    cp15(reg, fuzz_below(2) != 0, fuzz_below(2) ? some_address() : (uint32_t)fuzz_take(4));
}

/* A region as a program sets it. */
static void region(void)
{
    cp15(CP15(6, 0, 2, 0), false, fuzz_below(R5F_REGIONS));
    cp15(CP15(6, 0, 1, 0), false, some_address());
    cp15(CP15(6, 0, 1, 4), false, (uint32_t)fuzz_take(2));
    cp15(CP15(6, 0, 1, 2), false, fuzz_below(32) << 1 | (uint32_t)fuzz_take(1) << 8 | 1u);
    cp15(CP15(1, 0, 0, 0), false, 1u | fuzz_below(2) << 2 | fuzz_below(2) << 17);
}

static void guest_write(uint64_t address, unsigned size, uint64_t value)
{
    frame.x[1] = value;
    if (size <= 4)
        load_or_store((uint32_t)address, ISS_ISV | ISS_WNR | 1u << ISS_SRT_SHIFT |
                                             (uint32_t)__builtin_ctz(size) << ISS_SAS_SHIFT);
}

static uint64_t guest_read(uint64_t address, unsigned size)
{
    if (size <= 4)
        load_or_store((uint32_t)address, ISS_ISV | 1u << ISS_SRT_SHIFT |
                                             (uint32_t)__builtin_ctz(size) << ISS_SAS_SHIFT);
    return frame.x[1];
}

static void pass(uint64_t ns)
{
    fuzz_pass(ns);
    board_interrupt(29); /* the timer's */
    sysregs.elr_el3 = pc;
    sysregs.spsr_el3 = cpsr;
    trap_fiq(&frame);
}

/* By others: the core is stopped, halted, started elsewhere. */
static void control(void)
{
    struct am65x_processor processor = {
        .powered = fuzz_below(4) != 0,
        .released = fuzz_below(4) != 0,
        .atcm = fuzz_below(2) != 0,
        .btcm = fuzz_below(2) != 0,
        .atcm_at_zero = fuzz_below(2) != 0,
        .boot_vector = fuzz_take(4),
    };

    r5f_control(own, &processor);
    pass(0);
}

static void call(void)
{
    static const uint32_t functions[] = {TWIN_SMC_UID, TWIN_SMC_COUNTER, TWIN_SMC_INJECT,
                                         TWIN_SMC_R5F_LINES};

    for (unsigned i = 1; i < 4; i++)
        frame.x[i] = fuzz_take(4);
    frame.x[0] = fuzz_below(8) == 0 ? fuzz_take(4) : functions[fuzz_below(COUNT(functions))];
    pc = GUEST_DRAM_BASE + 4;
    from_page(pc);
    settle();
}

static void step(const struct navss_access *access)
{
    switch (fuzz_below(12)) {
    case 0:
        any_cp15();
        break;
    case 1:
    case 2:
        region();
        break;
    case 3:
        instruction();
        break;
    case 4:
        fetch();
        break;
    case 5:
        cpsr = (cpsr & ~(CPSR_MODE_MASK | CPSR_BIG)) |
               (fuzz_below(2) ? CPSR_MODE_SVC : CPSR_MODE_USER);
        cpsr |= fuzz_below(4) == 0 ? CPSR_BIG : 0;
        break;
    case 6:
        call();
        break;
    case 7:
        if (fuzz_below(4) == 0)
            control();
        else
            pass(fuzz_take(2));
        break;
    case 8:
        for (unsigned i = 0; i < COUNT(frame.x); i++)
            frame.x[i] = some_address();
        break;
    case 9:
        load_or_store(some_address(), abort_iss(fuzz_below(2) != 0));
        break;
    case 10:
        if (r5f_self()->cp15.sctlr & SCTLR_VIM)
            take(R5F_IRQ, CPSR_MODE_IRQ, 14, 4);
        settle();
        break;
    default:
        navss_do(access);
        break;
    }
    look_at(some_address());
}

void fuzz_one(void)
{
    static const struct navss_access access = {guest_write, guest_read, pass};
    struct parameters *p = (struct parameters *)(uintptr_t)PARAMETERS_BASE;
    volatile unsigned steps = 0, phase = 0;

    own = fuzz_below(R5FS_MAX);
    board_init(1, DRAM_SIZE, fuzz_below(2) ? AM65X_MOOD_CACHES : 0, 0);
    p->r5fs = R5FS_MAX;
    p->r5fs_loaded = 3;
    for (unsigned core = 0; core < R5FS_MAX; core++)
        p->r5f_entry[core] = GUEST_DRAM_BASE;
    (void)setjmp(guest_runs); /* each core enters its guest */
    phase++;
    if (phase == 1) {
        board_set_core(0);
        monitor_boot();
    }
    if (phase == 2) {
        board_set_core(p->cpus + own);
        monitor_secondary();
    }
    while (steps < STEPS_MAX && fuzz_left() != 0) {
        steps++;
        step(&access);
    }
    navss_check();
}
