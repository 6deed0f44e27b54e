// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rings in message mode, through the proxies of both Navigators: contents and order, full and
 * empty, all cores at both ends at once, and as many as there are proxies.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/time.h"
#include "drivers/udma/message_ring.h"
#include "tests/target/all_cores.h"
#include "tests/target/navigators.h"

#include <errno.h>
#include <string.h>

#define PLACES    7u
#define EACH      32u /* elements that each core puts */
#define RINGS_MAX 64u /* no Navigator has more proxies */
#define WAIT_US   UINT64_C(60000000)

/* Both halves differ from element to element. */
static uint64_t element_of(unsigned core, unsigned number)
{
    return (uint64_t)(core * EACH + number + 1u) << 32 | (0xa5000000u ^ (core << 16) ^ number);
}

static void check_order(struct udma_message_ring *ring)
{
    uint64_t element = 0;

    CHECK_EQUAL(udma_message_ring_take(ring, &element), -EAGAIN);
    for (unsigned round = 0; round < 2u * PLACES; round++) {
        for (unsigned i = 0; i < PLACES; i++)
            CHECK_EQUAL(udma_message_ring_put(ring, element_of(round, i)), 0);
        CHECK_EQUAL(udma_message_ring_put(ring, 1), -EAGAIN);
        for (unsigned i = 0; i < PLACES; i++) {
            CHECK_EQUAL(udma_message_ring_take(ring, &element), 0);
            CHECK(element == element_of(round, i));
        }
        CHECK_EQUAL(udma_message_ring_take(ring, &element), -EAGAIN);
        /* So the next round goes over the end at another place. */
        CHECK_EQUAL(udma_message_ring_put(ring, round), 0);
        CHECK_EQUAL(udma_message_ring_take(ring, &element), 0);
        CHECK(element == round);
    }
}

SELFTEST(message_ring, elements_come_out_as_they_went_in, 60)
{
    const struct navigators before = navigators_inventory();

    for (unsigned i = 0; i < PLATFORM_NAVIGATORS; i++) {
        struct udma_message_ring *ring;

        CHECK_EQUAL(
            udma_message_ring_open(platform_udma((enum platform_navigator)i), PLACES, &ring), 0);
        check_order(ring);
        CHECK_EQUAL(udma_message_ring_close(ring), 0);
    }
    CHECK(navigators_are_as_before(&before));
}

/* Each core puts its own, and takes whosever it gets, until all have been taken. */
static struct shared {
    struct udma_message_ring *ring;
    unsigned total, taken;              /* taken: atomic */
    uint8_t seen[CORE_MAX][EACH];       /* atomic: how often */
    unsigned wrong, failed;             /* atomic */
    unsigned lasts[CORE_MAX][CORE_MAX]; /* by who took, and who put: the number, and 1 */
} shared;

/* What one core has put comes in order to any other. */
static void look_at(uint64_t element)
{
    const uint64_t which = (element >> 32) - 1u;
    const unsigned core = (unsigned)(which / EACH), number = (unsigned)(which % EACH);

    if (element >> 32 == 0 || core >= core_count() || element != element_of(core, number) ||
        number < shared.lasts[core_id()][core]) {
        __atomic_add_fetch(&shared.wrong, 1, __ATOMIC_RELAXED);
        return;
    }
    shared.lasts[core_id()][core] = number + 1u;
    __atomic_add_fetch(&shared.seen[core][number], 1, __ATOMIC_RELAXED);
}

static void put_and_take(void *argument)
{
    const deadline_t deadline = deadline_after_us(WAIT_US);
    const unsigned core = core_id();
    unsigned queued = 0;
    uint64_t element;

    (void)argument;
    while (__atomic_load_n(&shared.taken, __ATOMIC_ACQUIRE) < shared.total) {
        int put = queued < EACH ? udma_message_ring_put(shared.ring, element_of(core, queued)) : 0;
        int taken = udma_message_ring_take(shared.ring, &element);

        queued += put == 0 && queued < EACH;
        if (taken == 0) {
            look_at(element);
            __atomic_add_fetch(&shared.taken, 1, __ATOMIC_RELEASE);
        }
        if ((put != 0 && put != -EAGAIN) || (taken != 0 && taken != -EAGAIN) ||
            deadline_passed(deadline)) {
            __atomic_add_fetch(&shared.failed, 1, __ATOMIC_RELAXED);
            return;
        }
    }
}

SELFTEST(message_ring, all_cores_share_both_ends, 300)
{
    const struct navigators before = navigators_inventory();

    for (unsigned i = 0; i < PLATFORM_NAVIGATORS; i++) {
        shared = (struct shared){.total = core_count() * EACH};
        CHECK_EQUAL(
            udma_message_ring_open(platform_udma((enum platform_navigator)i), PLACES, &shared.ring),
            0);
        CHECK_EQUAL(run_on_all_cores(put_and_take, NULL, 2 * WAIT_US), 0);
        CHECK_EQUAL(shared.failed, 0);
        CHECK_EQUAL(shared.wrong, 0);
        CHECK_EQUAL(shared.taken, shared.total);
        for (unsigned core = 0; core < core_count(); core++)
            for (unsigned number = 0; number < EACH; number++)
                CHECK_EQUAL(shared.seen[core][number], 1);
        CHECK_EQUAL(udma_message_ring_close(shared.ring), 0);
    }
    CHECK(navigators_are_as_before(&before));
}

/* As many as can be had; each keeps its own element. */
static unsigned open_all(struct udma *udma, struct udma_message_ring **rings)
{
    unsigned count = 0;
    int error = 0;

    while (count < RINGS_MAX && error == 0) {
        error = udma_message_ring_open(udma, 1, &rings[count]);
        if (error == 0 && udma_message_ring_put(rings[count], element_of(0, count)) == 0)
            count++;
    }
    return error == -ENOSPC ? count : 0;
}

static bool close_all(struct udma_message_ring **rings, unsigned count)
{
    bool good = true;

    for (unsigned i = 0; i < count; i++) {
        uint64_t element = 0;

        good =
            good && udma_message_ring_take(rings[i], &element) == 0 && element == element_of(0, i);
        good = udma_message_ring_close(rings[i]) == 0 && good;
    }
    return good;
}

SELFTEST(message_ring, there_are_as_many_as_proxies_again_and_again, 60)
{
    const struct navigators before = navigators_inventory();

    for (unsigned i = 0; i < PLATFORM_NAVIGATORS; i++) {
        struct udma *udma = platform_udma((enum platform_navigator)i);
        struct udma_message_ring *rings[RINGS_MAX];
        const unsigned first = open_all(udma, rings);

        CHECK(first != 0);
        CHECK(close_all(rings, first));
        CHECK_EQUAL(open_all(udma, rings), first);
        CHECK(close_all(rings, first));
    }
    CHECK(navigators_are_as_before(&before));
}
