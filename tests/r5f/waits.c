// SPDX-License-Identifier: BSD-3-Clause
/*
 * Time and waits. Where an AM65x has its global time counter this machine has memory, so the test
 * moves time itself.
 */
#include "arch/idle.h"
#include "arch/time.h"
#include "arch/wait.h"
#include "tests/r5f/core.h"

#include <errno.h>

#define GTC(offset) (*(volatile uint32_t *)(0x00a90000u + (offset)))
#define CONTROL     0x00
#define COUNT_LOW   0x08
#define COUNT_HIGH  0x0c
#define FREQUENCY   0x20
#define HZ          200000000u
#define TICKS_US    (HZ / 1000000u)

static void set_count(uint64_t count)
{
    GTC(COUNT_LOW) = (uint32_t)count;
    GTC(COUNT_HIGH) = (uint32_t)(count >> 32);
}

/* Each look takes a microsecond; it holds at the look that the argument counts down to. */
static bool look(void *argument)
{
    unsigned *left = argument;

    GTC(COUNT_LOW) += TICKS_US;
    return (*left)-- == 0;
}

static void test_time(void)
{
    GTC(CONTROL) = 2;
    GTC(FREQUENCY) = HZ;
    set_count(UINT64_C(0x12345678));
    core_check("time is the counter's", time_now_ns() == UINT64_C(0x12345678) * 5);
    core_check("the counter has been started, its other bits left alone", GTC(CONTROL) == 3);
    set_count(UINT64_C(0x300000001));
    core_check("with both its halves", time_now_ns() == UINT64_C(0x300000001) * 5);
    core_check("a deadline is later",
               !deadline_passed(deadline_after_us(1)) && deadline_passed(deadline_after_us(0)));
}

static void test_waits(void)
{
    struct mutex mutex = MUTEX_INIT;
    struct completion completion = {0};
    unsigned looks = 5, never = 1000000;

    core_check("a wait ends once what it waits for is there", wait_for(look, &looks, 100) == 0);
    core_check("or with its deadline",
               wait_for(look, &never, 100) == -ETIMEDOUT && never > 1000000 - 200);
    never = 1000000;
    core_check("one with a task too", idle_for(look, &never, 100) == -ETIMEDOUT);
    completion_signal(&completion);
    core_check("what has happened is not waited for", completion_wait(&completion, 1) == 0);
    core_check("a mutex is taken once",
               mutex_lock(&mutex) == 0 && mutex_is_mine(&mutex) && mutex_lock(&mutex) == -EDEADLK);
    mutex_unlock(&mutex);
    core_check("and let go", !mutex_is_mine(&mutex) && mutex_lock(&mutex) == 0);
}

void core_test_waits(void)
{
    test_time();
    test_waits();
}
