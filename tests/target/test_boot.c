// SPDX-License-Identifier: BSD-3-Clause
/*
 * The state that boot leaves, memory protection, and what arch/arm64 promises: exceptions,
 * FP/SIMD in handlers, locks, waiting, the other cores.
 */
#include "app/selftest/selftest.h"

#include "arch/cache.h"
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/mmio.h"
#include "arch/per_core.h"
#include "arch/probe.h"
#include "arch/psci.h"
#include "arch/smp.h"
#include "arch/spinlock.h"
#include "arch/stack.h"
#include "arch/sysreg.h"
#include "arch/time.h"
#include "arch/translate.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "lib/device_tree.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAKE_SGI    0u
#define TIMEOUT_US  UINT64_C(5000000)
#define RUN_US      UINT64_C(20000000)
#define ROUNDS      64u
#define INCREMENTS  200u
#define PAUSE_NS    50000u
#define PAGE_SIZE   0x1000u
#define WORD        4u
#define NULL_AREA   0x200000u
#define RET         0xd65f03c0u /* the instruction */
#define CURRENT_EL1 (1u << 2)
#define FP_BYTES    512u
#define BLOCKS      16u

/* linker.ld */
extern uint8_t text_start[], rodata_start[], heap_start[], heap_end[];
extern uint8_t vectors[];

static void forget(void *argument)
{
    (void)argument;
}

/* ---- the state that boot leaves ---- */

SELFTEST(boot, entered_at_el1_or_el2, 5)
{
    const struct platform_boot_info *info = platform_get_boot_info();

    CHECK(info->entry_level == 1 || info->entry_level == 2);
    CHECK(info->load_address != 0);
}

/* A die may have more redistributors than cores. */
SELFTEST(boot, every_core_of_the_device_tree_runs_and_has_a_redistributor, 5)
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

SELFTEST(boot, every_core_runs_at_el1_with_mmu_and_caches_on, 30)
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

SELFTEST(boot, every_core_runs_on_its_own_stack, 30)
{
    CHECK_EQUAL(smp_run_all(check_stack_pointer, NULL, RUN_US), 0);
}

SELFTEST(boot, psci_says_that_a_running_core_is_on, 5)
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

SELFTEST(boot, code_cannot_be_written, 5)
{
    bool readable;

    CHECK_EQUAL(refused_at((uintptr_t)text_start, &readable), 1);
    CHECK(readable);
}

SELFTEST(boot, constants_cannot_be_written, 5)
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

SELFTEST(boot, data_cannot_be_executed, 5)
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

SELFTEST(boot, null_pointers_fault, 5)
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

SELFTEST(boot, every_stack_has_a_guard_page, 30)
{
    CHECK_EQUAL(smp_run_all(check_guards, NULL, RUN_US), 0);
}

SELFTEST(boot, the_stack_above_its_guard_is_memory, 5)
{
    uintptr_t lowest = stack_guard(core_id(), 0) + STACK_GUARD_SIZE;
    bool readable;

    CHECK_EQUAL(refused_at(lowest, &readable), 0);
}

SELFTEST(boot, what_can_be_read_as_memory_ends_where_it_does, 5)
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

#define AREA_SIZE 512u
#define LINES_MAX 128u /* longer than any cache line */

/* What lies beside it may share cache lines with it, and has not been written back. */
SELFTEST(boot, invalidating_a_buffer_leaves_its_neighbours, 5)
{
    static uint8_t area[AREA_SIZE] __attribute__((aligned(AREA_SIZE)));
    unsigned lost = 0;

    for (unsigned start = 0; start < LINES_MAX; start += 13)
        for (unsigned size = 0; size < 2 * LINES_MAX; size += 21) {
            memset(area, (int)(start ^ size), sizeof(area));
            dcache_invalidate(area + start, size);
            for (unsigned i = 0; i < AREA_SIZE; i++)
                lost += (i < start || i >= start + size) && area[i] != (uint8_t)(start ^ size);
        }
    CHECK_EQUAL(lost, 0);
    dcache_clean_invalidate(area, sizeof(area));
}

/* ---- newlib's hooks ---- */

SELFTEST(boot, files_are_the_console_or_memory, 5)
{
    char text[16] = "", byte;
    FILE *file;

    CHECK_EQUAL(read(0, &byte, 1), 0); /* no lines are edited there */
    errno = 0;
    CHECK_EQUAL(lseek(1, 0, SEEK_SET), -1);
    CHECK_EQUAL(errno, ESPIPE);
    CHECK(isatty(1));
    CHECK_EQUAL(getpid(), 1);
    file = fmemopen(text, sizeof(text), "w");
    CHECK(file != NULL);
    CHECK(fprintf(file, "%d lines", 12) > 0);
    CHECK_EQUAL(fclose(file), 0); /* its lock goes with it */
    CHECK_EQUAL(strcmp(text, "12 lines"), 0);
}

SELFTEST(boot, an_alignment_that_cannot_be_is_refused, 5)
{
    void *memory = text_start;

    CHECK_EQUAL(posix_memalign(&memory, 3, WORD), EINVAL);
    CHECK_EQUAL(posix_memalign(&memory, WORD, WORD), EINVAL);
    CHECK_EQUAL(posix_memalign(&memory, PAGE_SIZE, SIZE_MAX / 2), ENOMEM);
    CHECK(memory == text_start);
    CHECK_EQUAL(posix_memalign(&memory, PAGE_SIZE, WORD), 0);
    CHECK_EQUAL((uintptr_t)memory % PAGE_SIZE, 0);
    free(memory);
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

static bool always(void *argument)
{
    (void)argument;
    return true;
}

static bool never(void *argument)
{
    (void)argument;
    return false;
}

static struct {
    bool in_interrupt;
    int wait, wait_satisfied, lock;
} seen;

static void handler_that_waits(void *context)
{
    static struct mutex mutex = MUTEX_INIT;

    next_handler(context);
    if (core_id() != 0)
        return;
    seen.in_interrupt = in_interrupt();
    seen.wait = wait_for(never, NULL, TIMEOUT_US);
    seen.wait_satisfied = wait_for(always, NULL, TIMEOUT_US);
    seen.lock = mutex_lock(&mutex);
    __atomic_fetch_add(&interrupts[0], 1, __ATOMIC_RELEASE);
}

SELFTEST(boot, handlers_are_refused_waits_and_mutexes, 10)
{
    bool came;

    memset(interrupts, 0, sizeof(interrupts));
    next_handler = exception_get_irq_handler();
    exception_set_irq_handler(handler_that_waits);
    gic_send_sgi(core_id(), WAKE_SGI);
    came = spin_for_interrupt(0, 0);
    exception_set_irq_handler(next_handler);
    CHECK(came);
    CHECK(seen.in_interrupt);
    CHECK(!in_interrupt());
    CHECK_EQUAL(seen.wait, -EDEADLK);
    CHECK_EQUAL(seen.wait_satisfied, 0);
    CHECK_EQUAL(seen.lock, -EDEADLK);
}

SELFTEST(boot, masked_code_is_refused_waits_and_mutexes, 5)
{
    static struct mutex mutex = MUTEX_INIT;
    unsigned long state = irq_save();
    int wait = wait_for(never, NULL, TIMEOUT_US), satisfied = wait_for(always, NULL, 0);
    int lock = mutex_lock(&mutex);

    irq_restore(state);
    CHECK_EQUAL(wait, -EDEADLK);
    CHECK_EQUAL(satisfied, 0);
    CHECK_EQUAL(lock, -EDEADLK);
}

/* ---- locks ---- */

static uint32_t arrived;

/* Returns when every core is here, so that what follows runs on all of them at once. */
static void meet(void)
{
    deadline_t deadline = deadline_after_us(TIMEOUT_US);

    __atomic_fetch_add(&arrived, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&arrived, __ATOMIC_RELAXED) < core_count())
        if (deadline_passed(deadline)) {
            selftest_fail(__FILE__, __LINE__, "core %u: the others do not come", core_id());
            return;
        }
}

static volatile uint32_t shared; /* no atomics: only the lock keeps the count right */

/* Long enough between load and store for another core to come between them if the lock lets it. */
static void increment_slowly(void)
{
    uint32_t value = shared;
    uint64_t until = time_now_ns() + PAUSE_NS;

    while (time_now_ns() < until)
        __asm__ volatile("nop");
    shared = value + 1;
}

SELFTEST(boot, spin_locks_mask_interrupts_and_nest, 5)
{
    struct spinlock outer = SPINLOCK_INIT, inner = SPINLOCK_INIT;
    unsigned long outer_state = spin_lock(&outer), inner_state = spin_lock(&inner);
    uint64_t inside = sysreg_read(DAIF) & PSTATE_I, between, after;

    spin_unlock(&inner, inner_state);
    between = sysreg_read(DAIF) & PSTATE_I;
    spin_unlock(&outer, outer_state);
    after = sysreg_read(DAIF) & PSTATE_I;
    CHECK(inside != 0);
    CHECK(between != 0);
    CHECK_EQUAL(after, 0);
}

static void increment_in_spinlock(void *argument)
{
    meet();
    for (unsigned i = 0; i < INCREMENTS; i++) {
        unsigned long state = spin_lock(argument);

        increment_slowly();
        spin_unlock(argument, state);
    }
}

SELFTEST(boot, spin_locks_exclude_all_other_cores, 60)
{
    struct spinlock lock = SPINLOCK_INIT;

    shared = arrived = 0;
    CHECK_EQUAL(smp_run_all(increment_in_spinlock, &lock, RUN_US), 0);
    CHECK_EQUAL(shared, core_count() * INCREMENTS);
}

static void increment_in_mutex(void *argument)
{
    meet();
    for (unsigned i = 0; i < INCREMENTS; i++) {
        CHECK_EQUAL(mutex_lock(argument), 0);
        increment_slowly();
        mutex_unlock(argument);
    }
}

SELFTEST(boot, mutexes_exclude_all_other_cores, 60)
{
    struct mutex mutex = MUTEX_INIT;

    shared = arrived = 0;
    CHECK_EQUAL(smp_run_all(increment_in_mutex, &mutex, RUN_US), 0);
    CHECK_EQUAL(shared, core_count() * INCREMENTS);
}

static void wait_in_mutex(void *argument)
{
    CHECK_EQUAL(mutex_lock(argument), 0);
    increment_slowly();
    delay_us(2000);
    mutex_unlock(argument);
}

SELFTEST(boot, a_mutex_may_be_held_across_a_wait, 30)
{
    struct mutex mutex = MUTEX_INIT;

    shared = 0;
    CHECK_EQUAL(smp_run_all(wait_in_mutex, &mutex, RUN_US), 0);
    CHECK_EQUAL(shared, core_count());
}

/* Blocks of growing and shrinking sizes, each filled with its owner's mark and checked before it
 * goes. */
static void use_heap(void *argument)
{
    uint8_t *blocks[BLOCKS] = {NULL}, mark = (uint8_t)(core_id() + 1);
    size_t sizes[BLOCKS] = {0};

    (void)argument;
    meet();
    for (unsigned round = 0; round < ROUNDS * BLOCKS; round++) {
        unsigned slot = round * 7 % BLOCKS;

        for (size_t i = 0; i < sizes[slot]; i++)
            if (blocks[slot][i] != mark)
                selftest_fail(__FILE__, __LINE__, "core %u: a block was overwritten", core_id());
        free(blocks[slot]);
        sizes[slot] = 16 + round * 37 % 400;
        blocks[slot] = malloc(sizes[slot]);
        CHECK(blocks[slot] != NULL);
        memset(blocks[slot], mark, sizes[slot]);
    }
    for (unsigned slot = 0; slot < BLOCKS; slot++)
        free(blocks[slot]);
}

SELFTEST(boot, all_cores_share_the_heap, 60)
{
    arrived = 0;
    CHECK_EQUAL(smp_run_all(use_heap, NULL, RUN_US), 0);
}

SELFTEST(boot, more_than_the_heap_is_refused, 5)
{
    volatile size_t size = (size_t)1 << 40; /* both parts of the heap together are smaller */
    void *block = malloc(size);

    free(block);
    CHECK(block == NULL);
}

/* ---- time and waiting ---- */

SELFTEST(boot, delays_last_as_long_as_asked, 10)
{
    static const uint64_t delays[] = {1, 20, 500, 5000};

    for (unsigned i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        uint64_t start = time_now_ns();

        delay_us(delays[i]);
        CHECK(time_now_ns() - start >= delays[i] * 1000);
    }
}

SELFTEST(boot, waits_end_at_their_deadline, 10)
{
    uint64_t start = time_now_ns(), took;

    CHECK_EQUAL(wait_for(never, NULL, 20000), -ETIMEDOUT);
    took = time_now_ns() - start;
    CHECK(took >= UINT64_C(20000000));
    CHECK(took < UINT64_C(1000000000));
    CHECK_EQUAL(wait_for(never, NULL, 0), -ETIMEDOUT);
    CHECK_EQUAL(wait_for(always, NULL, 0), 0);
}

static bool looked_at(void *argument)
{
    *(uint32_t *)argument += 1;
    return false;
}

/* It looks again after an interrupt only, and here few come: a core that does not sleep looks some
 * thousand times. */
SELFTEST(boot, a_core_that_waits_sleeps, 10)
{
    uint32_t looks = 0;

    CHECK_EQUAL(wait_for(looked_at, &looks, 200000), -ETIMEDOUT);
    printf("# %u looks in 200 ms\n", (unsigned)looks);
    CHECK(looks <= 100);
}

/* Nobody counts its looks; but what it sleeps for is the alarm at its end. */
SELFTEST(boot, a_core_that_delays_sleeps, 10)
{
    uint64_t start = sysreg_read(CNTVCT_EL0);

    delay_us(100000);
    uint64_t alarm = sysreg_read(CNTV_CVAL_EL0);
    CHECK(alarm > start);
    CHECK(alarm <= sysreg_read(CNTVCT_EL0));
}

static uint32_t ball; /* whose turn it is: even, core 0; odd, the other */

static bool ball_is(void *argument)
{
    return __atomic_load_n(&ball, __ATOMIC_ACQUIRE) == *(const uint32_t *)argument;
}

static void hit_back(void *argument)
{
    (void)argument;
    for (uint32_t turn = 1; turn < 2 * ROUNDS; turn += 2) {
        CHECK_EQUAL(wait_for(ball_is, &turn, TIMEOUT_US), 0);
        __atomic_store_n(&ball, turn + 1, __ATOMIC_RELEASE);
        wait_notify();
    }
}

/* A wake-up that is lost shows as a wait that lasts to its deadline, and fails. */
SELFTEST(boot, notifications_wake_sleeping_cores, 30)
{
    uint64_t start = time_now_ns();

    if (core_count() < 2)
        SKIP("there is one core only");
    ball = 0;
    CHECK_EQUAL(smp_start(1, hit_back, NULL), 0);
    for (uint32_t turn = 0; turn < 2 * ROUNDS && !selftest_failed(); turn += 2) {
        uint32_t back = turn + 2;

        __atomic_store_n(&ball, turn + 1, __ATOMIC_RELEASE);
        wait_notify();
        if (wait_for(ball_is, &back, TIMEOUT_US) != 0)
            selftest_fail(__FILE__, __LINE__, "no answer to turn %u", (unsigned)turn);
    }
    CHECK_EQUAL(smp_join(1, RUN_US), 0);
    CHECK(time_now_ns() - start < TIMEOUT_US * 1000);
}

/* ---- the other cores ---- */

static uint32_t release;

static bool is_released(void *argument)
{
    (void)argument;
    return __atomic_load_n(&release, __ATOMIC_ACQUIRE) != 0;
}

static void hold(void *argument)
{
    (void)argument;
    CHECK_EQUAL(wait_for(is_released, NULL, TIMEOUT_US), 0);
}

static int answers[2];

static void run_all_from_here(void *argument)
{
    (void)argument;
    answers[0] = smp_run_all(forget, NULL, RUN_US);
    answers[1] = smp_join(core_id(), 0);
}

SELFTEST(boot, only_the_boot_core_runs_something_on_all, 20)
{
    if (core_count() < 2)
        SKIP("there is one core only");
    CHECK_EQUAL(smp_start(1, run_all_from_here, NULL), 0);
    CHECK_EQUAL(smp_join(1, TIMEOUT_US), 0);
    CHECK_EQUAL(answers[0], -EINVAL);
    CHECK_EQUAL(answers[1], -EINVAL);
}

static void count_here(void *argument)
{
    __atomic_fetch_add((uint32_t *)argument, 1, __ATOMIC_RELAXED);
}

SELFTEST(boot, a_busy_core_is_left_out_and_told, 20)
{
    uint32_t ran = 0;
    int error;

    if (core_count() < 2)
        SKIP("there is one core only");
    release = 0;
    CHECK_EQUAL(smp_start(1, hold, NULL), 0);
    error = smp_run_all(count_here, &ran, RUN_US);
    __atomic_store_n(&release, 1, __ATOMIC_RELEASE);
    wait_notify();
    CHECK_EQUAL(smp_join(1, TIMEOUT_US), 0);
    CHECK_EQUAL(error, -EBUSY);
    CHECK_EQUAL(ran, core_count() - 1);
}

SELFTEST(boot, work_goes_to_other_cores_that_exist_only, 5)
{
    CHECK_EQUAL(smp_start(core_id(), forget, NULL), -EINVAL);
    CHECK_EQUAL(smp_start(core_count(), forget, NULL), -EINVAL);
    CHECK_EQUAL(smp_start(CORE_MAX, forget, NULL), -EINVAL);
    CHECK_EQUAL(smp_join(core_id(), 0), -EINVAL);
    CHECK_EQUAL(smp_join(core_count(), 0), -EINVAL);
}

SELFTEST(boot, a_busy_core_refuses_more_work, 20)
{
    int start, second, early;

    if (core_count() < 2)
        SKIP("there is one core only");
    release = 0;
    start = smp_start(1, hold, NULL);
    second = smp_start(1, forget, NULL);
    early = smp_join(1, 1000);
    __atomic_store_n(&release, 1, __ATOMIC_RELEASE);
    wait_notify();
    CHECK_EQUAL(smp_join(1, TIMEOUT_US), 0);
    CHECK_EQUAL(start, 0);
    CHECK_EQUAL(second, -EBUSY);
    CHECK_EQUAL(early, -ETIMEDOUT);
}

static void note_part(const char *name, int error, unsigned refused, void *argument)
{
    unsigned *up = argument;

    (void)refused; /* a board may grant less */
    if (error != 0)
        selftest_fail(__FILE__, __LINE__, "%s: error %d", name, error);
    else
        *up += 1;
}

SELFTEST(boot, every_part_is_up_and_another_try_changes_nothing, 20)
{
    unsigned before = 0, after = 0;

    platform_for_each_part(note_part, &before);
    CHECK_EQUAL(platform_retry(), 0);
    platform_for_each_part(note_part, &after);
    CHECK(before >= 10);
    CHECK_EQUAL(after, before);
    CHECK_EQUAL(platform_get_boot_info()->error, 0);
}
