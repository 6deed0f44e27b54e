// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's monitor against a hostile guest: traps with any syndrome, instructions without one,
 * SMCs with any arguments, ITS queues and tables in and out of the guest's memory, interrupts in
 * between; with the device models behind it.
 */
#include "twin/monitor/monitor.h"
#include "tests/fuzz/support/board.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/navss.h"
#include "tests/fuzz/support/pcie.h"
#include "twin/models/am65x.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/sysreg.h"
#include "twin/service.h"

#include <setjmp.h>
#include <string.h>

#define COUNT(a)          (sizeof(a) / sizeof((a)[0]))
#define STEPS_MAX         200u
#define DRAM_GRANULE      0x200000u
#define DRAM_MAX          0x100000000ull
#define MOODS             16u /* of the ITS, and AM65X_MOOD_SUSPEND behind them */

#define EC_SHIFT          26
#define SPSR_MODES        0x1fu
#define VECTOR_GRANULE    0x200u
#define VECTORS           4u
#define PAR_NORMAL        (UINT64_C(0x44) << 56)
#define GITS_CTLR         0x00u
#define GITS_CBASER       0x80u
#define GITS_CWRITER      0x88u
#define GITS_BASER(n)     (0x100u + 8u * (n))
#define GICR_PROPBASER    0x70u
#define GICR_PENDBASER    0x78u

/* Descriptors of stage 2. */
#define DESCRIPTOR_VALID  0x1u
#define DESCRIPTOR_TABLE  0x2u
#define DESCRIPTOR_TARGET 0xfffffffff000ull
#define TABLE_ENTRIES     512u

void monitor_boot(void);
void monitor_secondary(void);

static struct frame frame;
static jmp_buf guest_runs;
static uint64_t guest_pc;
static unsigned guest_mode;
static bool aborted; /* the last trap, into the guest's vectors */

/* start.S: the guest has the core now. */
noreturn void guest_enter(uint64_t entry, uint64_t x0)
{
    (void)x0;
    FUZZ_CHECK(guest_memory(entry, 4));
    longjmp(guest_runs, 1);
}

noreturn void guest_enter_mode(uint64_t entry, uint64_t x0, uint64_t spsr)
{
    (void)spsr;
    guest_enter(entry, x0);
}

/* ---- what a guest can do ---- */

/* A trap to EL2, which hands on to EL3. */
static void trap(uint32_t ec, uint32_t iss, uint64_t address)
{
    static const uint64_t modes[] = {0x3c5, 0x0, 0x4, 0x3c5};
    uint64_t pc = guest_pc, spsr = modes[guest_mode % COUNT(modes)];

    aborted = false;
    sysregs.esr_el3 = (uint64_t)EC_SMC64 << EC_SHIFT;
    sysregs.spsr_el3 = SPSR_MODE_EL2H;
    sysregs.elr_el2 = pc;
    sysregs.spsr_el2 = spsr;
    sysregs.esr_el2 = (uint64_t)ec << EC_SHIFT | ESR_IL | iss;
    sysregs.far_el2 = address;
    sysregs.hpfar_el2 = address >> 12 << 4;
    sysregs.elr_el3 = 0;
    trap_synchronous(&frame);
    if (sysregs.elr_el3 == pc + 4) {
        FUZZ_CHECK((sysregs.spsr_el3 & SPSR_MODES) == (spsr & SPSR_MODES));
        return;
    }
    /* An abort. */
    FUZZ_CHECK((sysregs.elr_el3 - sysregs.vbar_el1) % VECTOR_GRANULE == 0 &&
               sysregs.elr_el3 - sysregs.vbar_el1 < VECTORS * VECTOR_GRANULE);
    FUZZ_CHECK((sysregs.spsr_el3 & SPSR_MODES) == SPSR_MODE_EL1H && sysregs.elr_el1 == pc &&
               sysregs.spsr_el1 == spsr);
    aborted = true;
}

static uint32_t access_syndrome(unsigned size, bool write, unsigned reg)
{
    return ISS_ISV | (uint32_t)__builtin_ctz(size) << ISS_SAS_SHIFT | reg << ISS_SRT_SHIFT |
           (write ? ISS_WNR : 0);
}

static void guest_write(uint64_t address, unsigned size, uint64_t value)
{
    frame.x[1] = value;
    trap(EC_DATA_ABORT_LOWER, access_syndrome(size, true, 1), address);
}

static uint64_t guest_read(uint64_t address, unsigned size)
{
    trap(EC_DATA_ABORT_LOWER, access_syndrome(size, false, 1), address);
    FUZZ_CHECK(aborted || size == 8 || frame.x[1] >> (8 * size) == 0);
    return frame.x[1];
}

static void pass(uint64_t ns)
{
    fuzz_pass(ns);
    board_interrupt(29); /* the timer's */
    trap_fiq(&frame);
}

static uint64_t some_address(void)
{
    static const uint64_t places[] = {
        GUEST_GICD_BASE, GUEST_GICD_BASE + 0x6000, GUEST_GITS_BASE, GUEST_GICR_BASE,
        GUEST_MSMC_BASE, GUEST_DRAM_BASE,          0x02800000,      0x32c00000,
    };

    if (fuzz_below(4) == 0)
        return fuzz_take(6);
    return places[fuzz_below(COUNT(places))] + fuzz_take(3);
}

/* A data abort as the stage 2 of a guest can have it: what is mapped does not fault. */
static void any_abort(void)
{
    uint32_t iss = (uint32_t)fuzz_take(4) & 0x1ffffffu;
    uint64_t address = some_address();

    if (guest_memory(address, 1))
        return;
    trap(EC_DATA_ABORT_LOWER, iss & ~ISS_S1PTW, address);
}

/* An access by an instruction without a syndrome: the classes of decode.c. */
static void any_instruction(void)
{
    static const uint32_t classes[][2] = {
        {0x3f000000, 0x08000000}, {0xbfbf0000, 0x0c000000}, {0xbfa00000, 0x0c800000},
        {0xbf9f0000, 0x0d000000}, {0xbf800000, 0x0d800000}, {0x3b000000, 0x18000000},
        {0x3a000000, 0x28000000}, {0x3b000000, 0x38000000}, {0xffffffe0, 0xd50b7420},
    };
    const uint32_t *class = classes[fuzz_below(COUNT(classes))];
    uint32_t instruction = ((uint32_t)fuzz_take(4) & ~class[0]) | class[1];
    uint64_t at = fuzz_take(2) & ~UINT64_C(3), par = GUEST_DRAM_BASE + (at & ~UINT64_C(0xfff));

    if (fuzz_below(8) == 0)
        par = fuzz_take(6);
    board_set_translation(par | (fuzz_below(2) ? PAR_NORMAL : 0));
    guest_mode = fuzz_below(4);
    memcpy(&navss_dram[at % (NAVSS_DRAM_SIZE - 0x1000)], &instruction, sizeof(instruction));
    guest_pc = at;
    trap(EC_DATA_ABORT_LOWER, (uint32_t)fuzz_take(1), some_address());
}

static void fetch(void)
{
    sysregs.vbar_el1 = fuzz_take(3) << 11;
    trap(EC_INSTRUCTION_ABORT_LOWER, (uint32_t)fuzz_take(1) & ~ISS_S1PTW, some_address());
}

static void system_register(void)
{
    static const uint32_t names[] = {
        TRAPPED_PMR,    TRAPPED_AP1R(0), TRAPPED_AP1R(1), TRAPPED_DIR,     TRAPPED_RPR,
        TRAPPED_SGI1R,  TRAPPED_ASGI1R,  TRAPPED_SGI0R,   TRAPPED_IAR1,    TRAPPED_EOIR1,
        TRAPPED_HPPIR1, TRAPPED_BPR1,    TRAPPED_CTLR,    TRAPPED_IGRPEN1,
    };
    uint32_t name = names[fuzz_below(COUNT(names))];

    sysregs.ICC_IAR1_EL1 = fuzz_take(2);
    sysregs.ICC_RPR_EL1 = fuzz_take(1);
    trap(EC_SYSREG, name | (uint32_t)fuzz_take(2) % 32 << 5 | fuzz_below(2), 0);
}

static void call(void)
{
    static const uint32_t functions[] = {
        0x80000000,      0x80000001,       0x84000000, 0x84000001, 0xc4000001,
        0x84000002,      0x84000003,       0xc4000003, 0x84000004, 0xc4000004,
        0x84000006,      0x84000008,       0x84000009, 0x8400000a, TWIN_SMC_UID,
        TWIN_SMC_INJECT, TWIN_SMC_COUNTER, 0x8400000e, 0xc400000e,
    };
    unsigned choice = fuzz_below(COUNT(functions) + 1);
    struct frame before;

    for (unsigned i = 1; i < 4; i++)
        frame.x[i] = fuzz_take(8);
    frame.x[0] = choice < COUNT(functions) ? functions[choice] : fuzz_take(8);
    before = frame;
    sysregs.esr_el3 = (uint64_t)EC_SMC64 << EC_SHIFT;
    sysregs.spsr_el3 = 0x5; /* EL1h */
    trap_synchronous(&frame);
    FUZZ_CHECK(memcmp(&frame.x[4], &before.x[4], sizeof(frame.x) - 4 * sizeof(frame.x[0])) == 0);
}

/* Where a guest may want a table, an ITT or a queue: its memory and the ends of it, the twin's. */
static uint64_t some_memory(void)
{
    struct bank bank;

    switch (fuzz_below(8)) {
    case 0:
        return fuzz_take(6);
    case 1:
        bank = guest_bank(parameters()->dram_size > GUEST_DRAM_LOW_MAX);
        return bank.base + bank.size - 0x100 * fuzz_take(2);
    case 2:
        return PARAMETERS_BASE + 0x100 * fuzz_take(3);
    case 3:
        return GUEST_MSMC_BASE + 0x100 * fuzz_take(2);
    default:
        return GUEST_DRAM_BASE + 0x100 * fuzz_take(2);
    }
}

static void its_command(uint64_t *command)
{
    static const uint8_t opcodes[] = {0x08, 0x08, 0x08, 0x09, 0x09, 0x01, 0x03, 0x04,
                                      0x05, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x29};
    uint8_t opcode = opcodes[fuzz_below(COUNT(opcodes))];
    uint64_t target = fuzz_below(8) == 0 ? fuzz_take(5) : fuzz_below(BOARD_CPUS_MAX);

    command[0] = fuzz_take(fuzz_below(8) == 0 ? 4 : 1) << 32 | opcode;
    command[1] = fuzz_take(fuzz_below(8) == 0 ? 8 : 1);
    command[2] = opcode == 0x08 ? some_memory() & ~UINT64_C(0xff) : target << 16 | fuzz_take(1);
    command[2] |= (uint64_t)fuzz_below(2) << 63;
    command[3] = target << 16;
}

static void its_table(unsigned n)
{
    guest_write(GUEST_GITS_BASE + GITS_BASER(n), 8,
                UINT64_C(1) << 63 | (uint64_t)fuzz_below(2) << 62 |
                    (some_memory() & ~UINT64_C(0xfff)) | fuzz_below(4) << 8 | fuzz_below(4));
}

/* Commands in the guest's memory, and the ITS told of them. */
static void its_queue(void)
{
    uint64_t base = some_address() & ~UINT64_C(0xfff);
    unsigned commands = fuzz_below(8);

    guest_write(GUEST_GITS_BASE + GITS_CTLR, 4, 0);
    for (unsigned n = 0; n < 2; n++)
        if (fuzz_below(4) == 0)
            its_table(n);
    guest_write(GUEST_GITS_BASE + GITS_CBASER, 8, UINT64_C(1) << 63 | base | fuzz_take(1));
    for (unsigned i = 0; i < commands && guest_memory(base, 0x1000); i++)
        its_command(memory_at(base + 32 * i));
    guest_write(GUEST_GITS_BASE + GITS_CTLR, 4, 1);
    guest_write(GUEST_GITS_BASE + GITS_CWRITER, 8, commands != 0 ? 32 * commands : fuzz_take(2));
}

static void lpi_tables(void)
{
    uint64_t registers =
        GUEST_GICR_BASE + ((uint64_t)fuzz_below(parameters()->cpus) << GUEST_GICR_FRAME_SHIFT);

    if (fuzz_below(4) != 0)
        guest_write(registers, 4, 0);
    guest_write(registers + GICR_PROPBASER, 8, (some_memory() & ~UINT64_C(0x1f)) | fuzz_below(32));
    guest_write(registers + GICR_PENDBASER, 8, some_memory());
    guest_write(registers, 4, 1);
}

static void interrupt(void)
{
    board_interrupt(fuzz_below(4) == 0 ? (unsigned)fuzz_take(2) : 33);
    trap_fiq(&frame);
}

/* ---- what the guest sees of the memory (Arm DDI 0487, D8.2) ---- */

static const uint64_t *table_of(uint64_t descriptor)
{
    return (const uint64_t *)(uintptr_t)(descriptor & DESCRIPTOR_TARGET);
}

/* The descriptor of the guest's address, and how much it maps. 0: nothing. */
static uint64_t walk(uint64_t address, uint64_t *size)
{
    const uint64_t *table = table_of(sysregs.vttbr_el2);
    uint64_t descriptor = table[address >> 30 & (2 * TABLE_ENTRIES - 1)];

    for (unsigned shift = 30; (descriptor & DESCRIPTOR_VALID) != 0; shift -= 9) {
        if (shift == 12 || (descriptor & DESCRIPTOR_TABLE) == 0) {
            *size = UINT64_C(1) << shift;
            return descriptor;
        }
        descriptor = table_of(descriptor)[address >> (shift - 9) & (TABLE_ENTRIES - 1)];
    }
    return 0;
}

static bool is_gic(uint64_t address)
{
    return address - BOARD_GICD_BASE < 0x10000 || address - BOARD_GITS_BASE < 0x20000 ||
           address - BOARD_GICR_BASE < 0x20000ull * parameters()->cpus;
}

static bool is_pcie(uint64_t address)
{
    return parameters()->pcie != 0 && address - GUEST_PCIE_BASE < GUEST_PCIE_SIZE;
}

/* What is mapped is the guest's own memory, or PCI Express, one to one, or the GIC. */
static void look_at(uint64_t address)
{
    uint64_t size = 0, target;
    uint64_t descriptor = walk(address, &size);

    if (guest_memory(address, 1))
        FUZZ_CHECK(descriptor != 0);
    if (descriptor == 0)
        return;
    target = (descriptor & DESCRIPTOR_TARGET & ~(size - 1)) | (address & (size - 1));
    FUZZ_CHECK((target == address && (guest_memory(address, 1) || is_pcie(address))) ||
               is_gic(target));
}

static void look_through_stage_2(void)
{
    uint64_t address = some_address() & 0xffffffffffull;

    look_at(address);
    look_at((address + GUEST_DRAM_HIGH_BASE - GUEST_DRAM_BASE) & 0xffffffffffull);
}

/* ---- the run ---- */

static void step(const struct navss_access *access)
{
    switch (fuzz_below(12)) {
    case 0:
        any_abort();
        break;
    case 1:
        any_instruction();
        break;
    case 2:
        if (fuzz_below(8) == 0)
            fetch();
        else
            system_register();
        break;
    case 3:
        call();
        break;
    case 4:
        if (fuzz_below(4) == 0)
            lpi_tables();
        else
            its_queue();
        break;
    case 5:
        if (parameters()->pcie != 0 && fuzz_below(2) != 0)
            pcie_do(access);
        else
            interrupt();
        break;
    case 6:
        board_set_core(fuzz_below(parameters()->cpus));
        board_its_stalls(fuzz_below(2) != 0);
        break;
    case 7:
        look_through_stage_2();
        break;
    case 8:
        for (unsigned i = 0; i < COUNT(frame.x); i++)
            frame.x[i] = fuzz_take(4);
        break;
    case 9:
        board_set_core(fuzz_below(parameters()->cpus));
        monitor_secondary();
        break;
    default:
        navss_do(access);
        break;
    }
}

void fuzz_one(void)
{
    static const struct navss_access access = {guest_write, guest_read, pass};
    volatile unsigned steps = 0;
    unsigned cpus = 1 + fuzz_below(BOARD_CPUS_MAX);

    unsigned size = (unsigned)fuzz_take(2), granules = (unsigned)(DRAM_MAX / DRAM_GRANULE);

    unsigned pcie = size / granules / MOODS != 0 ? 1 + fuzz_below(3) : 0; /* a bit each */

    board_init(cpus, DRAM_GRANULE * (1 + size % granules),
               size / granules % MOODS * AM65X_MOOD_NON_SHAREABLE, pcie);
    board_set_core(0);
    if (setjmp(guest_runs) == 0)
        monitor_boot();
    while (steps < STEPS_MAX && fuzz_left() != 0) {
        steps++;
        step(&access);
    }
    navss_check();
}
