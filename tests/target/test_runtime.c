// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a program may rely on, on either kind of core: caches, newlib's hooks, locks, the heap, time
 * and waiting, the other cores, the parts of the platform.
 */
#include "app/selftest/selftest.h"

#include "arch/cache.h"
#include "arch/core.h"
#include "arch/exception.h"
#include "arch/interrupt_mask.h"
#include "arch/smp.h"
#include "arch/spinlock.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "platform/platform.h"
#include "root/root.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAKE_SGI   0u
#define TIMEOUT_US UINT64_C(20000000)
#define RUN_US     UINT64_C(40000000) /* above that */
#define ROUNDS     64u
#define INCREMENTS 200u
#define PAUSE_NS   50000u
#define PAGE_SIZE  0x1000u
#define WORD       4u
#define BLOCKS     16u

/* ---- caches ---- */

#define AREA_SIZE  512u
#define LINES_MAX  128u /* longer than any cache line */

/* What lies beside it may share cache lines with it, and has not been written back. */
SELFTEST(boot, invalidating_a_buffer_leaves_its_neighbours, 60)
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

SELFTEST(boot, files_are_the_console_or_memory, 60)
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

SELFTEST(boot, an_alignment_that_cannot_be_is_refused, 60)
{
    int anywhere;
    void *memory = &anywhere;

    CHECK_EQUAL(posix_memalign(&memory, 3, WORD), EINVAL);
    CHECK_EQUAL(posix_memalign(&memory, sizeof(void *) / 2, WORD), EINVAL);
    CHECK_EQUAL(posix_memalign(&memory, PAGE_SIZE, SIZE_MAX / 2), ENOMEM);
    CHECK(memory == &anywhere);
    CHECK_EQUAL(posix_memalign(&memory, PAGE_SIZE, WORD), 0);
    CHECK_EQUAL((uintptr_t)memory % PAGE_SIZE, 0);
    free(memory);
}

/* ---- where waiting is refused ---- */

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

static exception_irq_handler_t next_handler;
static uint32_t interrupts;

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
    __atomic_fetch_add(&interrupts, 1, __ATOMIC_RELEASE);
}

SELFTEST(boot, handlers_are_refused_waits_and_mutexes, 60)
{
    deadline_t deadline = deadline_after_us(TIMEOUT_US);
    bool came;

    interrupts = 0;
    next_handler = exception_get_irq_handler();
    exception_set_irq_handler(handler_that_waits);
    root_send_sgi(core_id(), WAKE_SGI);
    while (__atomic_load_n(&interrupts, __ATOMIC_ACQUIRE) == 0 && !deadline_passed(deadline))
        ;
    came = interrupts != 0;
    exception_set_irq_handler(next_handler);
    CHECK(came);
    CHECK(seen.in_interrupt);
    CHECK(!in_interrupt());
    CHECK_EQUAL(seen.wait, -EDEADLK);
    CHECK_EQUAL(seen.wait_satisfied, 0);
    CHECK_EQUAL(seen.lock, -EDEADLK);
}

SELFTEST(boot, masked_code_is_refused_waits_and_mutexes, 60)
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

SELFTEST(boot, spin_locks_mask_interrupts_and_nest, 60)
{
    struct spinlock outer = SPINLOCK_INIT, inner = SPINLOCK_INIT;
    unsigned long outer_state = spin_lock(&outer), inner_state = spin_lock(&inner);
    bool inside = interrupt_is_masked(), between, after;

    spin_unlock(&inner, inner_state);
    between = interrupt_is_masked();
    spin_unlock(&outer, outer_state);
    after = interrupt_is_masked();
    CHECK(inside);
    CHECK(between);
    CHECK(!after);
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

SELFTEST(boot, a_mutex_may_be_held_across_a_wait, 60)
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

SELFTEST(boot, more_than_the_heap_is_refused, 60)
{
    /* Both parts of the heap together are smaller, on either kind of core. */
    volatile size_t size = (size_t)(sizeof(size_t) > 4 ? UINT64_C(1) << 40 : UINT64_C(1) << 30);
    void *block = malloc(size);

    free(block);
    CHECK(block == NULL);
}

/* ---- time and waiting ---- */

SELFTEST(boot, delays_last_as_long_as_asked, 60)
{
    static const uint64_t delays[] = {1, 20, 500, 5000};

    for (unsigned i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        uint64_t start = time_now_ns();

        delay_us(delays[i]);
        CHECK(time_now_ns() - start >= delays[i] * 1000);
    }
}

/* Or soon after it: of several waits the shortest, for the core may stand still in any. */
SELFTEST(boot, waits_end_at_their_deadline, 60)
{
    uint64_t shortest = UINT64_MAX;

    for (unsigned i = 0; i < 10 && shortest >= UINT64_C(1000000000); i++) {
        uint64_t start = time_now_ns(), took;

        CHECK_EQUAL(wait_for(never, NULL, 20000), -ETIMEDOUT);
        took = time_now_ns() - start;
        CHECK(took >= UINT64_C(20000000));
        shortest = took < shortest ? took : shortest;
    }
    CHECK(shortest < UINT64_C(1000000000));
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
SELFTEST(boot, a_core_that_waits_sleeps, 60)
{
    uint32_t looks = 0;

    CHECK_EQUAL(wait_for(looked_at, &looks, 200000), -ETIMEDOUT);
    printf("# %u looks in 200 ms\n", (unsigned)looks);
    CHECK(looks <= 100);
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

/* A wake-up that is lost shows as a wait that lasts to its deadline, whichever core's it is, and
 * finds then what it waits for. */
SELFTEST(boot, notifications_wake_sleeping_cores, 60)
{
    if (core_count() < 2)
        SKIP("there is one core only");
    ball = 0;
    CHECK_EQUAL(smp_start(1, hit_back, NULL), 0);
    for (uint32_t turn = 0; turn < 2 * ROUNDS && !selftest_failed(); turn += 2) {
        uint64_t start = time_now_ns();
        uint32_t back = turn + 2;

        __atomic_store_n(&ball, turn + 1, __ATOMIC_RELEASE);
        wait_notify();
        if (wait_for(ball_is, &back, TIMEOUT_US) != 0)
            selftest_fail(__FILE__, __LINE__, "no answer to turn %u", (unsigned)turn);
        if (time_now_ns() - start >= TIMEOUT_US / 2 * 1000)
            selftest_fail(__FILE__, __LINE__, "nobody was woken for turn %u", (unsigned)turn);
    }
    CHECK_EQUAL(smp_join(1, RUN_US), 0);
}

/* ---- the other cores ---- */

static void forget(void *argument)
{
    (void)argument;
}

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

SELFTEST(boot, only_the_boot_core_runs_something_on_all, 60)
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

SELFTEST(boot, a_busy_core_is_left_out_and_told, 60)
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

SELFTEST(boot, work_goes_to_other_cores_that_exist_only, 60)
{
    CHECK_EQUAL(smp_start(core_id(), forget, NULL), -EINVAL);
    CHECK_EQUAL(smp_start(core_count(), forget, NULL), -EINVAL);
    CHECK_EQUAL(smp_start(CORE_MAX, forget, NULL), -EINVAL);
    CHECK_EQUAL(smp_join(core_id(), 0), -EINVAL);
    CHECK_EQUAL(smp_join(core_count(), 0), -EINVAL);
}

SELFTEST(boot, a_busy_core_refuses_more_work, 60)
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

SELFTEST(boot, every_part_is_up_and_another_try_changes_nothing, 60)
{
    unsigned before = 0, after = 0;

    platform_for_each_part(note_part, &before);
    CHECK_EQUAL(platform_retry(), 0);
    platform_for_each_part(note_part, &after);
    CHECK(before >= 10);
    CHECK_EQUAL(after, before);
    CHECK_EQUAL(platform_get_boot_info()->error, 0);
}
