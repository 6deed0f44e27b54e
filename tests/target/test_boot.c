// SPDX-License-Identifier: BSD-3-Clause
/*
 * The state that boot leaves on an A53, memory protection, FP/SIMD in handlers, and how its cores
 * sleep. What either kind of core promises: test_runtime.c.
 */
#include "app/selftest/selftest.h"

#include "arch/core.h"
#include "arch/exception.h"
#include "arch/mmio.h"
#include "arch/per_core.h"
#include "arch/probe.h"
#include "arch/psci.h"
#include "arch/smp.h"
#include "arch/stack.h"
#include "arch/sysreg.h"
#include "arch/translate.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "lib/device_tree.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define WAKE_SGI    0u
#define TIMEOUT_US  UINT64_C(5000000)
#define RUN_US      UINT64_C(20000000)
#define ROUNDS      64u
#define PAGE_SIZE   0x1000u
#define WORD        4u
#define NULL_AREA   0x200000u
#define RET         0xd65f03c0u /* the instruction */
#define CURRENT_EL1 (1u << 2)
#define FP_BYTES    512u

/* linker.ld */
extern uint8_t text_start[], rodata_start[], heap_start[], heap_end[];
extern uint8_t vectors[];

static void forget(void *argument)
{
    (void)argument;
}

/* ---- the state that boot leaves ---- */

SELFTEST(boot, entered_at_el1_or_el2, 60)
{
    const struct platform_boot_info *info = platform_get_boot_info();

    CHECK(info->entry_level == 1 || info->entry_level == 2);
    CHECK(info->load_address != 0);
}

/* A die may have more redistributors than cores. */
SELFTEST(boot, every_core_of_the_device_tree_runs_and_has_a_redistributor, 60)
{
    unsigned told = platform_get_device_tree()->core_count;

    CHECK_EQUAL(core_count(), told != 0 ? told : gic_redistributor_count());
    CHECK_EQUAL(core_id(), 0);
    for (unsigned core = 0; core < core_count(); core++) {
        unsigned found = 0;

        for (unsigned i = 0; i < gic_redistributor_count(); i++)
            found += gic_redistributor_affinity(i) == core_affinity(core);
        CHECK_EQUAL(found, 1);
    }
}

static uint64_t ran_as[CORE_MAX];

static void check_core_state(void *argument)
{
    const uint64_t on = SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA | SCTLR_WXN;

    (void)argument;
    ran_as[core_id()] = core_affinity(core_id()) | UINT64_C(1) << 63;
    CHECK_EQUAL(sysreg_read(CurrentEL), CURRENT_EL1);
    CHECK_EQUAL(sysreg_read(SPSel), 1);
    CHECK_EQUAL(sysreg_read(SCTLR_EL1) & on, on);
    CHECK_EQUAL(sysreg_read(VBAR_EL1), (uintptr_t)vectors);
    CHECK_EQUAL(sysreg_read(DAIF) & PSTATE_I, 0);
    CHECK_EQUAL(sysreg_read(CPACR_EL1) & CPACR_FPEN, CPACR_FPEN);
}

SELFTEST(boot, every_core_runs_at_el1_with_mmu_and_caches_on, 60)
{
    memset(ran_as, 0, sizeof(ran_as));
    CHECK_EQUAL(smp_run_all(check_core_state, NULL, RUN_US), 0);
    for (unsigned core = 0; core < core_count(); core++)
        CHECK_EQUAL(ran_as[core], core_affinity(core) | UINT64_C(1) << 63);
}

static void check_stack_pointer(void *argument)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t low = stack_guard(core_id(), 0) + STACK_GUARD_SIZE;

    (void)argument;
    CHECK(here >= low && here < low + STACK_THREAD_SIZE);
}

SELFTEST(boot, every_core_runs_on_its_own_stack, 60)
{
    CHECK_EQUAL(smp_run_all(check_stack_pointer, NULL, RUN_US), 0);
}

SELFTEST(boot, psci_says_that_a_running_core_is_on, 60)
{
    if (core_count() < 2)
        SKIP("there is one core only");
    CHECK_EQUAL(psci_cpu_on(core_affinity(1), (uintptr_t)text_start, 0), -EALREADY);
    CHECK_EQUAL(smp_run_all(forget, NULL, RUN_US), 0);
}

/* ---- memory protection ---- */

/* Reads a word and writes it back. How many of the two were refused. */
static unsigned refused_at(uintptr_t address, bool *readable)
{
    uint32_t value = 0;
    int read = probe_read32(address, &value);
    int write = probe_write32(address, value);

    *readable = read == 0;
    return (read != 0 ? 1u : 0u) + (write != 0 ? 1u : 0u);
}

SELFTEST(boot, code_cannot_be_written, 60)
{
    bool readable;

    CHECK_EQUAL(refused_at((uintptr_t)text_start, &readable), 1);
    CHECK(readable);
}

SELFTEST(boot, constants_cannot_be_written, 60)
{
    bool readable;

    CHECK_EQUAL(refused_at((uintptr_t)rodata_start, &readable), 1);
    CHECK(readable);
}

/* Calls the code, which does nothing. Whether that was refused. */
static bool call_is_refused(const volatile uint32_t *code)
{
    uint64_t refused = 0;

    /* An abort of the fetch goes on at 2, with the return address in x30 as the call left it. */
    __asm__ volatile("\tblr %1\n"
                     "1:\tb 3f\n"
                     "2:\tmov %0, #1\n"
                     "3:\n" PROBE_FIXUP(1b, 2b)
                     : "+r"(refused)
                     : "r"(code)
                     : "x30", "memory");
    return refused != 0;
}

SELFTEST(boot, data_cannot_be_executed, 60)
{
    static uint32_t in_data[1] = {RET};
    static const uint32_t in_rodata[1] = {RET};
    volatile uint32_t on_stack[1] = {RET};
    uint32_t *in_heap = malloc(sizeof(*in_heap));
    bool heap_refused;

    CHECK(in_heap != NULL);
    *in_heap = RET;
    heap_refused = call_is_refused(in_heap);
    free(in_heap);
    CHECK(heap_refused);
    CHECK(call_is_refused(in_data));
    CHECK(call_is_refused(in_rodata));
    CHECK(call_is_refused(on_stack));
}

SELFTEST(boot, null_pointers_fault, 60)
{
    bool readable;

    CHECK_EQUAL(refused_at(0, &readable), 2);
    CHECK_EQUAL(refused_at(PAGE_SIZE, &readable), 2);
    CHECK_EQUAL(refused_at(NULL_AREA - WORD, &readable), 2);
}

static void check_guards(void *argument)
{
    bool readable;

    (void)argument;
    for (unsigned guard = 0; guard < STACK_GUARDS; guard++) {
        uintptr_t address = stack_guard(core_id(), guard);

        CHECK_EQUAL(refused_at(address, &readable), 2);
        CHECK_EQUAL(refused_at(address + STACK_GUARD_SIZE - WORD, &readable), 2);
    }
}

SELFTEST(boot, every_stack_has_a_guard_page, 60)
{
    CHECK_EQUAL(smp_run_all(check_guards, NULL, RUN_US), 0);
}

SELFTEST(boot, the_stack_above_its_guard_is_memory, 60)
{
    uintptr_t lowest = stack_guard(core_id(), 0) + STACK_GUARD_SIZE;
    bool readable;

    CHECK_EQUAL(refused_at(lowest, &readable), 0);
}

SELFTEST(boot, what_can_be_read_as_memory_ends_where_it_does, 60)
{
    const uintptr_t end = stack_guard(core_id(), 1); /* of the thread's stack */

    CHECK_EQUAL(mapping_length(PAGE_SIZE, WORD), 0);
    CHECK_EQUAL(mapping_length(AM65X_GICD_BASE, WORD), 0); /* a device */
    CHECK_EQUAL(mapping_length((uintptr_t)text_start + 1, 3), 3);
    CHECK_EQUAL(mapping_length((uintptr_t)text_start + 1, PAGE_SIZE), PAGE_SIZE);
    CHECK_EQUAL(mapping_length(end - 100, 2 * PAGE_SIZE), 100);
    CHECK_EQUAL(mapping_length(end, PAGE_SIZE), 0);
    CHECK_EQUAL(mapping_length(end, 0), 0);
}

/* ---- interrupts and FP/SIMD ---- */

/* A handler in front of the firmware's own that uses FP/SIMD through newlib, as a driver might. */
static exception_irq_handler_t next_handler;
static uint32_t interrupts[CORE_MAX], fp_saves[CORE_MAX];
static uint8_t scratch[CORE_MAX][2][FP_BYTES];

static void handler_with_memcpy(void *context)
{
    unsigned core = core_id();

    next_handler(context);
    memset(scratch[core][0], 0xa5, FP_BYTES);
    memcpy(scratch[core][1], scratch[core][0], FP_BYTES);
    __asm__ volatile(".arch_extension simd\n\tmovi v31.16b, #0x5a\n\tmovi v9.16b, #0x5a"
                     "\n\tmsr fpsr, xzr");
    fp_saves[core] += core_self()->fp_saved;
    __atomic_fetch_add(&interrupts[core], 1, __ATOMIC_RELEASE);
}

static void fp_load(const uint8_t *area)
{
    __asm__ volatile(".arch_extension simd\n\t"
                     "ldp q0, q1, [%0, #0]\n\tldp q2, q3, [%0, #32]\n\t"
                     "ldp q4, q5, [%0, #64]\n\tldp q6, q7, [%0, #96]\n\t"
                     "ldp q8, q9, [%0, #128]\n\tldp q10, q11, [%0, #160]\n\t"
                     "ldp q12, q13, [%0, #192]\n\tldp q14, q15, [%0, #224]\n\t"
                     "ldp q16, q17, [%0, #256]\n\tldp q18, q19, [%0, #288]\n\t"
                     "ldp q20, q21, [%0, #320]\n\tldp q22, q23, [%0, #352]\n\t"
                     "ldp q24, q25, [%0, #384]\n\tldp q26, q27, [%0, #416]\n\t"
                     "ldp q28, q29, [%0, #448]\n\tldp q30, q31, [%0, #480]" ::"r"(area)
                     : "memory");
}

static void fp_store(uint8_t *area)
{
    __asm__ volatile(".arch_extension simd\n\t"
                     "stp q0, q1, [%0, #0]\n\tstp q2, q3, [%0, #32]\n\t"
                     "stp q4, q5, [%0, #64]\n\tstp q6, q7, [%0, #96]\n\t"
                     "stp q8, q9, [%0, #128]\n\tstp q10, q11, [%0, #160]\n\t"
                     "stp q12, q13, [%0, #192]\n\tstp q14, q15, [%0, #224]\n\t"
                     "stp q16, q17, [%0, #256]\n\tstp q18, q19, [%0, #288]\n\t"
                     "stp q20, q21, [%0, #320]\n\tstp q22, q23, [%0, #352]\n\t"
                     "stp q24, q25, [%0, #384]\n\tstp q26, q27, [%0, #416]\n\t"
                     "stp q28, q29, [%0, #448]\n\tstp q30, q31, [%0, #480]" ::"r"(area)
                     : "memory");
}

/* Whether one more interrupt came to this core in time; uses no FP/SIMD. */
static bool spin_for_interrupt(unsigned core, uint32_t before)
{
    deadline_t deadline = deadline_after_us(TIMEOUT_US);

    while (__atomic_load_n(&interrupts[core], __ATOMIC_ACQUIRE) == before)
        if (deadline_passed(deadline))
            return false;
    return true;
}

/* One interrupt while all FP/SIMD registers hold a pattern of this core and round. */
static void interrupt_once(unsigned core, unsigned round)
{
    static uint8_t wanted[CORE_MAX][FP_BYTES], found[CORE_MAX][FP_BYTES];
    const uint64_t status_wanted = 0x1f; /* the cumulative exception flags of FPSR */
    uint32_t before = interrupts[core];
    uint64_t status;
    bool came;

    for (unsigned i = 0; i < FP_BYTES; i++)
        wanted[core][i] = (uint8_t)(i * 7 + round * 31 + core * 101 + 1);
    sysreg_write(FPSR, status_wanted);
    fp_load(wanted[core]);
    gic_send_sgi(core, WAKE_SGI);
    came = spin_for_interrupt(core, before);
    fp_store(found[core]);
    status = sysreg_read(FPSR);
    sysreg_write(FPSR, 0);
    CHECK(came);
    CHECK_EQUAL(status, status_wanted);
    CHECK_EQUAL(memcmp(wanted[core], found[core], FP_BYTES), 0);
}

static void interrupt_often(void *argument)
{
    (void)argument;
    for (unsigned round = 0; round < ROUNDS && !selftest_failed(); round++)
        interrupt_once(core_id(), round);
}

SELFTEST(boot, fp_registers_survive_handlers_that_call_memcpy, 60)
{
    int error;

    memset(interrupts, 0, sizeof(interrupts));
    memset(fp_saves, 0, sizeof(fp_saves));
    next_handler = exception_get_irq_handler();
    exception_set_irq_handler(handler_with_memcpy);
    error = smp_run_all(interrupt_often, NULL, RUN_US);
    exception_set_irq_handler(next_handler);
    CHECK_EQUAL(error, 0);
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK(interrupts[core] >= ROUNDS);
        CHECK_EQUAL(fp_saves[core], interrupts[core]);
    }
}

/* ---- waiting ---- */

/* Nobody counts its looks; but what it sleeps for is the alarm at its end. */
SELFTEST(boot, a_core_that_delays_sleeps, 60)
{
    uint64_t start = sysreg_read(CNTVCT_EL0);

    delay_us(100000);
    uint64_t alarm = sysreg_read(CNTV_CVAL_EL0);
    CHECK(alarm > start);
    CHECK(alarm <= sysreg_read(CNTVCT_EL0));
}
