// SPDX-License-Identifier: BSD-3-Clause
/*
 * An unexpected exception of an A53's, in words (Arm ARM DDI 0487, D17.2.37, "ESR_EL1");
 * arch/common/report.c makes a report of it.
 */
#include "arch/report.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/per_core.h"
#include "arch/psci.h"
#include "arch/report_print.h"
#include "arch/report_raise.h"
#include "arch/stack.h"
#include "arch/sysreg.h"
#include "arch/wait.h"

#include <stddef.h>

#define STATUS_FAILED   1
#define ESR_FSC_MASK    0x3fu
#define ESR_ISS_WNR     (UINT64_C(1) << 6)
#define ESR_ISS_FNV     (UINT64_C(1) << 10) /* FAR is not valid */
#define BACKTRACE_DEPTH 32

static uint32_t owner; /* the reporting core's number + 1 */

bool panicking(void)
{
    return __atomic_load_n(&owner, __ATOMIC_RELAXED) != 0;
}

/* Scripts of debuggers know it. */
static noreturn __attribute__((noinline)) void stop_core(void)
{
    for (;;)
        __asm__ volatile("msr daifset, #0xf\n\twfi" ::: "memory");
}

static void stop(void *context)
{
    (void)context;
    stop_core();
}

void report_stop_at_irq(void)
{
    core_set_irq_handlers(stop);
}

/* Only one core reports; the others stop, at their next interrupt if not here. */
void report_claim(void)
{
    uint32_t self = core_id() + 1, free = 0;

    if (!__atomic_compare_exchange_n(&owner, &free, self, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        if (free != self)
            stop_core();
        return;
    }
    report_stop_at_irq();
    wait_wake_all();
}

/* ESR_EL1.EC in words; NULL for what no A53 raises at EL1. */
static const char *class_name(uint64_t class)
{
    static const struct {
        uint8_t class;
        const char *name;
    } classes[] = {
        {ESR_EC_UNKNOWN, "undefined instruction"},
        {ESR_EC_FP_TRAP, "FP/SIMD instruction while trapped"},
        {ESR_EC_HVC64, "HVC refused"},
        {ESR_EC_SMC64, "SMC refused"},
        {ESR_EC_MSR, "system register or instruction trapped"},
        {ESR_EC_INSN_ABORT, "instruction abort"},
        {ESR_EC_PC_ALIGN, "misaligned PC"},
        {ESR_EC_DATA_ABORT, "data abort"},
        {ESR_EC_SP_ALIGN, "misaligned SP"},
        {ESR_EC_SERROR, "SError"},
        {ESR_EC_BRK, "BRK instruction"},
    };

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (classes[i].class == class)
            return classes[i].name;
    return NULL;
}

/* The fault status of an abort: bits 5:2 the kind, 1:0 the level of the table walk for the first
 * six kinds; the rest are whole codes. */
static void print_fault_status(unsigned status)
{
    static const char *const kinds[] = {
        "address size fault",         "translation fault (nothing is mapped there)",
        "access flag fault",          "permission fault",
        "synchronous external abort", "external abort on a table walk"};
    unsigned kind = status >> 2;

    if (status == 0x21)
        report_print("alignment fault");
    else if (status == 0x30)
        report_print("TLB conflict");
    else if (status == 0x35)
        report_print("unsupported exclusive or atomic access");
    else if (status == 0x18)
        report_print("parity or ECC error");
    else if (kind < sizeof(kinds) / sizeof(kinds[0]))
        report_print(kinds[kind]);
    else
        report_print("fault status of an unknown kind");
    if (kind < 4 || kind == 5) {
        report_print(", level ");
        report_print_number(status & 3);
    }
}

/* Which of a core's guard pages the address is in; STACK_GUARDS: in none. */
static __attribute__((noinline)) unsigned find_guard(unsigned core, uint64_t address)
{
    unsigned guard = 0;

    while (guard < STACK_GUARDS && address - stack_guard(core, guard) >= STACK_GUARD_SIZE)
        guard++;
    return guard;
}

static void print_guard(uint64_t address)
{
    unsigned core = (unsigned)((address - (uintptr_t)stacks) / STACK_CORE_SIZE);
    unsigned guard = find_guard(core, address);

    if (core >= CORE_MAX || guard == STACK_GUARDS)
        return;
    report_print("; that is the guard page: core ");
    report_print_number(core);
    report_print(guard > 0 && guard < STACK_GUARDS - 2 ? "'s nested " : "'s ");
    report_print(guard == 0 ? "thread" : guard == STACK_GUARDS - 1 ? "fault" : "IRQ");
    report_print(" stack has overflowed");
}

static void print_synchronous(const struct exception_frame *frame)
{
    uint64_t class = frame->esr >> ESR_EC_SHIFT;
    const char *name = class_name(class);

    report_print(name != NULL ? name : "exception of an unknown class");
    if (class != ESR_EC_DATA_ABORT && class != ESR_EC_INSN_ABORT)
        return;
    if (class == ESR_EC_DATA_ABORT)
        report_print((frame->esr & ESR_ISS_WNR) != 0 ? " on a write" : " on a read");
    if ((frame->esr & ESR_ISS_FNV) == 0) {
        report_print(" at ");
        report_print_hex(frame->far);
    }
    report_print(": ");
    print_fault_status((unsigned)frame->esr & ESR_FSC_MASK);
    print_guard(frame->far);
}

void report_cause(const struct exception_frame *frame, unsigned kind, const char *message)
{
    static const char *const names[] = {
        [EXCEPTION_FIQ] = "FIQ",
        [EXCEPTION_SERROR] = "SError (an access failed some time ago)",
        [EXCEPTION_FOREIGN] = "exception on SP_EL0 or from EL0",
    };

    if (kind == EXCEPTION_SYNCHRONOUS && frame->esr >> ESR_EC_SHIFT == ESR_EC_BRK &&
        (frame->esr & 0xffff) == PANIC_BRK)
        report_print(message);
    else if (kind == EXCEPTION_SYNCHRONOUS)
        print_synchronous(frame);
    else
        report_print(names[kind]);
}

void report_registers(const struct exception_frame *frame)
{
    char name[] = "x00";

    report_print_register("pc", frame->elr, "");
    report_print_register("sp", frame->sp, "");
    report_print_register("lr", frame->x[30], "\r\n");
    report_print_register("esr", frame->esr, "");
    report_print_register("far", frame->far, "");
    report_print_register("spsr", frame->spsr, "\r\n");
    for (unsigned i = 0; i < 30; i++) {
        name[1] = (char)('0' + i / 10);
        name[2] = (char)('0' + i % 10);
        report_print_register(name, frame->x[i], i % 3 == 2 ? "\r\n" : "");
    }
}

/* Whether two words can be read there: in a stack of this core, guards aside. */
static bool is_record(uint64_t address)
{
    unsigned core = core_id();
    uint64_t offset = address - (uintptr_t)&stacks[core];

    return address % 16 == 0 && offset < STACK_CORE_SIZE &&
           find_guard(core, address) == STACK_GUARDS;
}

/* Follows the frame records of AAPCS64 (6.2.3). Each address is checked before it is read, and
 * their number is limited, so that a broken chain ends too. */
void report_backtrace(const struct exception_frame *frame, unsigned kind)
{
    uint64_t record = frame->x[29];

    (void)kind;
    report_print("backtrace (aarch64-linux-gnu-addr2line -ipfe k3metal.elf ...):\r\n");
    report_print_register("", frame->elr, "\r\n");
    for (unsigned i = 0; i < BACKTRACE_DEPTH && is_record(record); i++) {
        const uint64_t *words = (const uint64_t *)record;

        if (words[1] == 0)
            return;
        report_print_register("", words[1], "\r\n");
        record = words[0];
    }
}

noreturn void report_end(void)
{
    psci_system_off(STATUS_FAILED);
}
