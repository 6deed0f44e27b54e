// SPDX-License-Identifier: BSD-3-Clause
/*
 * UDMA with cores that are real threads: channels come and go on all cores at once; and a channel
 * is closed while every other core, and its own callback, queue copies. Built twice, under the
 * address and the thread sanitizer.
 */
#include "arch/core.h"
#include "arch/idle.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "msi/irq.h"
#include "msi/work.h"
#include "tests/host/support/arch_host.h"
#include "tests/host/support/close_race.h"
#include "tests/host/support/host.h"
#include "tests/host/support/udma_host.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS     20u
#define TRIES      100000u /* of copies, until one is refused */
#define COPIES     5u
#define DEPTH      8u
#define SIZE       64u
#define TIMEOUT_US 3600000000u

static struct udma_host_inventory before;

static int set_up(void **state)
{
    (void)state;
    before = udma_host_inventory();
    return 0;
}

static unsigned get(const unsigned *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void set(unsigned *value, unsigned to)
{
    __atomic_store_n(value, to, __ATOMIC_SEQ_CST);
}

static void add(unsigned *value)
{
    __atomic_add_fetch(value, 1, __ATOMIC_SEQ_CST);
}

/* ---- one channel, closed under everybody's hands ---- */

/* Core 0 opens, lets the others begin, and closes; the rest copy until they are refused. Callbacks
 * come in the interrupt, in thread context on its core, or on another one, round by round. */
struct shared {
    struct udma_channel *channel;
    unsigned queued;   /* copies, of all rounds */
    unsigned called;   /* callbacks */
    unsigned late;     /* of these, after their close returned */
    unsigned accepted; /* copies after a refusal on the same core and channel */
    unsigned closed;   /* the round whose close has returned */
    uint8_t source[SIZE], destinations[CORE_MAX + 1][SIZE];
};

static struct shared shared;

static int copy_to(unsigned place, void *cookie)
{
    int error = udma_copy(shared.channel, (uintptr_t)shared.destinations[place],
                          (uintptr_t)shared.source, SIZE, cookie);

    if (error == 0)
        add(&shared.queued);
    return error;
}

static void on_shared_copy(void *context, void *cookie, int status)
{
    unsigned number = (unsigned)(uintptr_t)cookie;

    (void)context;
    assert(status == 0);
    add(&shared.called);
    if (get(&shared.closed) >= number / 2u)
        add(&shared.late);
    /* One more for each of a core, but not for its own: they would leave no room for others. */
    if (number % 2u == 0)
        (void)copy_to(CORE_MAX, (void *)(uintptr_t)(number + 1u));
}

static void copy_until_refused(void *round)
{
    unsigned queued = 0, tries = 0;
    int error;

    close_race_wait((unsigned)(uintptr_t)round);
    do {
        error = copy_to(core_id(), (void *)(2u * (uintptr_t)round));
        assert(error == 0 || error == -EAGAIN || error == -ECANCELED);
        assert(++tries < TRIES);
        if (error == 0 && ++queued == COPIES)
            close_race_begun();
        if (error == -EAGAIN)
            delay_us(1);
        (void)work_run();
        wait_notify();
    } while (error != -ECANCELED);
    for (unsigned i = 0; i < 3; i++)
        if (copy_to(core_id(), round) != -ECANCELED)
            add(&shared.accepted);
    close_race_left();
}

static void open_and_close(void *round)
{
    static const struct udma_delivery *const deliveries[] = {NULL, &udma_in_thread,
                                                             &udma_in_thread_on};
    const struct udma_channel_config config = {
        .name = "shared",
        .core = (unsigned)(uintptr_t)round % core_count(),
        .depth = DEPTH,
        .callback = on_shared_copy,
        .delivery = deliveries[(uintptr_t)round % 3],
        .thread_core = (unsigned)((uintptr_t)round / 3) % core_count(),
    };

    assert(udma_channel_open(&config, &shared.channel) == 0);
    close_race_let_begin((unsigned)(uintptr_t)round);
    assert(udma_channel_close(shared.channel) == 0);
    set(&shared.closed, (unsigned)(uintptr_t)round);
}

static void take_part(void *argument)
{
    (void)argument;
    for (uintptr_t round = 1; round <= ROUNDS; round++) {
        if (core_id() == 0)
            open_and_close((void *)round);
        else
            copy_until_refused((void *)round);
    }
}

static void a_close_while_all_cores_copy(void **state)
{
    (void)state;
    memset(&shared, 0, sizeof(shared));
    memset(shared.source, 0x5a, SIZE);
    close_race_hold(true);
    assert_int_equal(smp_run_all(take_part, NULL, TIMEOUT_US), 0);
    close_race_hold(false);
    host_advance_us(100000);
    print_message("# %u closes, %u copies queued, %u called back\n", ROUNDS, shared.queued,
                  shared.called);
    assert_int_equal(shared.late, 0);
    assert_int_equal(shared.accepted, 0);
    assert_true(shared.queued >= ROUNDS * COPIES * (core_count() - 1u));
    assert_true(shared.called <= shared.queued);
    check_inventory(&before);
}

/* ---- a copy that is queued while the handler ends ---- */

#define SINGLES 300u

static struct {
    struct udma_channel *channel;
    unsigned called, forgotten;
} single;

/* Core 1 goes on at once: its next copy meets the end of the handler that this is called by. */
static void on_single_copy(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    assert(status == 0);
    add(&single.called);
}

static void copy_singles(void *argument)
{
    (void)argument;
    for (unsigned i = 1; i <= SINGLES; i++) {
        assert(udma_copy(single.channel, (uintptr_t)shared.destinations[1],
                         (uintptr_t)shared.source, SIZE, NULL) == 0);
        for (unsigned tries = 0; get(&single.called) < i; tries++) {
            if (tries == TRIES) {
                add(&single.forgotten);
                return;
            }
            delay_us(1);
        }
    }
}

static void a_copy_that_meets_the_end_of_the_handler_is_not_forgotten(void **state)
{
    const struct udma_channel_config config = {
        .name = "single", .core = 0, .depth = DEPTH, .callback = on_single_copy};

    (void)state;
    single.called = single.forgotten = 0;
    assert_int_equal(udma_channel_open(&config, &single.channel), 0);
    assert_int_equal(smp_start(1, copy_singles, NULL), 0);
    assert_int_equal(smp_join(1, TIMEOUT_US), 0);
    assert_int_equal(single.forgotten, 0);
    assert_int_equal(single.called, SINGLES);
    assert_int_equal(udma_channel_close(single.channel), 0);
    check_inventory(&before);
}

/* ---- one polled channel, which every core feeds and polls ---- */

#define POLLED_COPIES 200u /* of each core */

static struct {
    struct udma_channel *channel;
    unsigned called; /* by whoever polls, one at a time: no atomics */
    unsigned busy;   /* polls that found somebody in there */
} polled;

static void on_polled_copy(void *context, void *cookie, int status)
{
    unsigned *count = cookie;

    (void)context;
    assert(status == 0);
    polled.called++;
    add(count);
}

static void feed_and_poll(void *argument)
{
    static unsigned counts[CORE_MAX];
    unsigned *count = &counts[core_id()], queued = 0;

    (void)argument;
    set(count, 0);
    while (get(count) < POLLED_COPIES) {
        int error = -EAGAIN, taken;

        if (queued < POLLED_COPIES)
            error = udma_copy(polled.channel, (uintptr_t)shared.destinations[core_id()],
                              (uintptr_t)shared.source, SIZE, count);
        assert(error == 0 || error == -EAGAIN);
        queued += error == 0;
        taken = udma_poll(polled.channel);
        assert(taken >= 0 || taken == -EBUSY);
        if (taken == -EBUSY)
            add(&polled.busy);
        if (taken <= 0)
            delay_us(1);
    }
}

static void all_cores_feed_and_poll_one_channel(void **state)
{
    const struct udma_channel_config config = {
        .name = "polled", .polled = true, .depth = DEPTH, .callback = on_polled_copy};

    (void)state;
    polled.called = polled.busy = 0;
    assert_int_equal(udma_channel_open(&config, &polled.channel), 0);
    assert_int_equal(smp_run_all(feed_and_poll, NULL, TIMEOUT_US), 0);
    print_message("# %u copies, %u polls found another core polling\n", polled.called, polled.busy);
    assert_int_equal(polled.called, core_count() * POLLED_COPIES);
    assert_int_equal(udma_poll(polled.channel), 0);
    assert_int_equal(udma_channel_close(polled.channel), 0);
    check_inventory(&before);
}

/* ---- each core its own channels ---- */

struct own {
    unsigned calls;
    uint8_t source[SIZE], destination[SIZE];
};

static void on_own_copy(void *context, void *cookie, int status)
{
    struct own *own = context;

    (void)cookie;
    assert(status == 0);
    add(&own->calls);
    wait_notify();
}

static bool has_come(void *argument)
{
    return get(&((const struct own *)argument)->calls) == DEPTH;
}

static void come_and_go(void *argument)
{
    static struct own owns[CORE_MAX];
    struct own *own = &owns[core_id()];

    (void)argument;
    for (unsigned round = 0; round < ROUNDS; round++) {
        const struct udma_channel_config config = {
            .name = "own",
            .core = (core_id() + round) % core_count(),
            .depth = DEPTH,
            .callback = on_own_copy,
            .context = own,
        };
        struct udma_channel *channel;
        struct udma_inventory inventory;

        memset(own, 0, sizeof(*own));
        memset(own->source, (int)round + 1, SIZE);
        assert(udma_channel_open(&config, &channel) == 0);
        for (unsigned i = 0; i < DEPTH; i++)
            assert(udma_copy(channel, (uintptr_t)own->destination, (uintptr_t)own->source, SIZE,
                             NULL) == 0);
        assert(wait_for(has_come, own, TIMEOUT_US) == 0);
        assert(memcmp(own->source, own->destination, SIZE) == 0);
        udma_get_inventory(&inventory);
        assert(inventory.held == 0 && udma_open_count() >= 1);
        assert(udma_channel_close(channel) == 0);
    }
}

static void channels_of_all_cores_come_and_go(void **state)
{
    (void)state;
    assert_int_equal(smp_run_all(come_and_go, NULL, TIMEOUT_US), 0);
    check_inventory(&before);
}

/* ---- numbers that are reserved on all cores at once ---- */

static unsigned owners[1024];

static void reserve_and_give_back(void *argument)
{
    (void)argument;
    for (unsigned round = 0; round < 10u * ROUNDS; round++) {
        uint16_t ring, channel;

        assert(udma_ring_reserve(&ring) == 0 && udma_channel_reserve(&channel) == 0);
        assert(__atomic_exchange_n(&owners[ring], 1, __ATOMIC_SEQ_CST) == 0);
        assert(__atomic_exchange_n(&owners[channel], 1, __ATOMIC_SEQ_CST) == 0);
        assert(udma_init(&udma_host_facts) == -EBUSY);
        set(&owners[ring], 0);
        set(&owners[channel], 0);
        assert(udma_ring_unreserve(ring) == 0 && udma_channel_unreserve(channel) == 0);
    }
}

static void numbers_have_one_owner(void **state)
{
    (void)state;
    assert_int_equal(smp_run_all(reserve_and_give_back, NULL, TIMEOUT_US), 0);
    check_inventory(&before);
}

/* ---- a callback that does not return ---- */

static unsigned hanging, let_go, over;

static void hang(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    (void)status;
    set(&hanging, 1);
    while (get(&let_go) == 0) {
        host_move_time_to(host_now_ns() + 10000000u); /* it takes its time */
        wait_notify();
        sched_yield();
    }
}

static bool holds(void *flag)
{
    return get(flag) != 0;
}

static void be_there(void *argument)
{
    (void)argument;
    assert(wait_for(holds, &over, TIMEOUT_US) == 0);
}

static void a_callback_that_hangs_keeps_the_channel_open(void **state)
{
    const struct udma_channel_config config = {
        .name = "hangs", .core = 1, .depth = 2, .callback = hang};
    uint8_t memory[2 * SIZE] = {0};
    struct udma_channel *channel;

    (void)state;
    assert_int_equal(smp_start(1, be_there, NULL), 0);
    assert_int_equal(udma_channel_open(&config, &channel), 0);
    assert_int_equal(udma_copy(channel, (uintptr_t)memory + SIZE, (uintptr_t)memory, SIZE, NULL),
                     0);
    assert_int_equal(wait_for(holds, &hanging, TIMEOUT_US), 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(udma_channel_close(channel), -EAGAIN);
        assert_int_equal(udma_open_count(), before.open + 1u);
        assert_int_equal(
            udma_copy(channel, (uintptr_t)memory + SIZE, (uintptr_t)memory, SIZE, NULL),
            -ECANCELED);
    }
    set(&let_go, 1);
    assert_int_equal(udma_channel_close(channel), 0);
    set(&over, 1);
    wait_notify();
    assert_int_equal(smp_join(1, TIMEOUT_US), 0);
    check_inventory(&before);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_close_while_all_cores_copy),
        TEST(a_copy_that_meets_the_end_of_the_handler_is_not_forgotten),
        TEST(all_cores_feed_and_poll_one_channel),
        TEST(channels_of_all_cores_come_and_go),
        TEST(numbers_have_one_owner),
        TEST(a_callback_that_hangs_keeps_the_channel_open),
    };

    return cmocka_run_group_tests(tests, udma_host_machine_up, NULL);
}
