// SPDX-License-Identifier: BSD-3-Clause
/*
 * Everybody has a turn: an interrupt that comes again while its handler runs, or whose handler
 * always leaves something for the next call, keeps neither the other interrupts of its core
 * waiting, nor frees and closes on other cores, nor for ever its core's thread. Turns are counted
 * in calls.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/udma/ring.h"
#include "drivers/udma/udma.h"
#include "msi/internal.h"
#include "msi/parents/inta_registers.h"
#include "msi/quiesce.h"
#include "msi/state.h"
#include "tests/target/counting.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/soc.h"

#include <string.h>

#define TURN_MAX     256u      /* calls of one interrupt before another one has its turn */
#define CALLS_MAX    20000u    /* of a handler that wants more: then it has enough */
#define GIVE_UP      50000000u /* of one that must be stopped */
#define STORM_US     100000u   /* window: how long the threads may have to wait */
#define STOP_US      30000000u
#define LOOK_US      10000u
#define JOIN_US      20000000u
#define FLOOD_SPINS  20000000u /* while its next event is on its way */
#define SLOT_GREEDY  (SOURCES_MAX - 1u)
#define SLOT_OTHER   (SOURCES_MAX - 2u)
#define SLOT_THIRD   (SOURCES_MAX - 3u)
#define COPY_SIZE    256u
#define FLOOD_CALLS  16u /* each takes turns of three cores: 0.1 s on a busy machine */
#define COPIES       4u
#define COPY_WAIT_US 10000000u

/* ---- a greedy interrupt, and another one on its core ---- */

static struct {
    uint64_t calls, until;
    uint64_t other_calls, calls_at_turn;
    uintptr_t other_status_set; /* how the greedy one raises the other */
    uint64_t other_bit;
} greedy;

static uint64_t get(const uint64_t *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static enum irq_return other_handler(void *context)
{
    (void)context;
    if (greedy.other_calls == 0)
        greedy.calls_at_turn = get(&greedy.calls);
    __atomic_add_fetch(&greedy.other_calls, 1, __ATOMIC_SEQ_CST);
    wait_notify();
    return IRQ_HANDLED;
}

/* The other one's event comes during the first call. */
static uint64_t count_greedy_call(void)
{
    uint64_t calls = __atomic_add_fetch(&greedy.calls, 1, __ATOMIC_SEQ_CST);

    if (calls == 1 && greedy.other_bit != 0)
        mmio_write64(greedy.other_status_set, greedy.other_bit);
    return calls;
}

static enum irq_return wants_more(void *context)
{
    (void)context;
    if (count_greedy_call() < get(&greedy.until))
        return IRQ_AGAIN;
    wait_notify();
    return IRQ_HANDLED;
}

static int request_as(unsigned slot, uint32_t index, irq_handler_t handler, unsigned core)
{
    const struct irq_request request = {
        .index = index, .handler = handler, .name = "turns", .core = core};

    return irq_request(&test_device, &request, &test_irqs[slot]);
}

static void know_the_other(void)
{
    struct inta_route route;

    CHECK(read_route(test_irqs[SLOT_OTHER], &route));
    greedy.other_status_set = test_soc.inta_base + route.vint * INTA_VINT_STRIDE +
                              offsetof(struct inta_vint_registers, status_set);
    greedy.other_bit = UINT64_C(1) << route.bit;
}

static void begin(uint64_t until)
{
    memset(&greedy, 0, sizeof(greedy));
    greedy.until = until;
}

static void check_turn(void)
{
    CHECK_EQUAL(wait_for_count(&greedy.other_calls, 1, STOP_US), 0);
    CHECK(greedy.calls_at_turn >= 1);
    CHECK(greedy.calls_at_turn <= TURN_MAX);
}

static void body_again(void)
{
    for (unsigned core = 0; core < core_count() && core < 2 && !selftest_failed(); core++) {
        begin(CALLS_MAX);
        CHECK_EQUAL(request_as(SLOT_GREEDY, ring_index(0), wants_more, core), 0);
        CHECK_EQUAL(request_as(SLOT_OTHER, ring_index(1), other_handler, core), 0);
        know_the_other();
        CHECK_EQUAL(irq_trigger(test_irqs[SLOT_GREEDY]), 0);
        check_turn();
        CHECK_EQUAL(wait_for_count(&greedy.calls, CALLS_MAX, STOP_US), 0);
        delay_us(SETTLE_US);
        CHECK_EQUAL(greedy.calls, CALLS_MAX); /* until it had enough, and no more */
        CHECK_EQUAL(irq_count(test_irqs[SLOT_GREEDY]), CALLS_MAX);
        CHECK_EQUAL(free_one(SLOT_GREEDY), 0);
        CHECK_EQUAL(free_one(SLOT_OTHER), 0);
    }
}

SELFTEST(turns, other_interrupts_between_calls_that_want_more, 60)
{
    irq_set_storm_limit(0, 0);
    with_rings(body_again);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

/* ---- a thread on the core of one that never has enough ---- */

static uint64_t thread_ended;

static void do_some_work(void *argument)
{
    (void)argument;
    for (volatile unsigned i = 0; i < 100000; i++) {
    }
    __atomic_add_fetch(&thread_ended, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

/* Nobody is woken when an interrupt is masked for a storm. */
static bool is_stopped_in_time(const struct irq *irq)
{
    for (unsigned i = 0; i < STOP_US / LOOK_US; i++) {
        if (strcmp(irq_state_name(irq), "storm") == 0)
            return true;
        delay_us(LOOK_US);
    }
    return false;
}

static void body_threads(void)
{
    uint64_t storms = take_inventory().storms;

    thread_ended = 0;
    begin(GIVE_UP);
    CHECK_EQUAL(request_as(SLOT_GREEDY, 0, wants_more, 1), 0);
    CHECK_EQUAL(irq_trigger(test_irqs[SLOT_GREEDY]), 0);
    CHECK_EQUAL(smp_start(1, do_some_work, NULL), 0);
    bool stopped = is_stopped_in_time(test_irqs[SLOT_GREEDY]);

    __atomic_store_n(&greedy.until, 0, __ATOMIC_SEQ_CST);
    CHECK_EQUAL(wait_for_count(&thread_ended, 1, STOP_US), 0);
    CHECK_EQUAL(smp_join(1, JOIN_US), 0);
    CHECK(stopped);
    CHECK(greedy.calls > 1);
    CHECK(greedy.calls < GIVE_UP);
    CHECK_EQUAL(take_inventory().storms, storms + 1);
    irq_service();
    /* Masked it was, not lost: what is left is taken up after the unmask. */
    uint64_t before = get(&greedy.calls);

    irq_unmask(test_irqs[SLOT_GREEDY]);
    CHECK_EQUAL(wait_for_count(&greedy.calls, before + 1, STOP_US), 0);
}

SELFTEST(turns, thread_of_a_core_whose_interrupt_never_has_enough, 90)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    irq_set_storm_limit(IRQ_STORM_COUNT, STORM_US);
    with_messages(body_threads);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

/* ---- an event that is handed over, and comes as fast as its handler is ---- */

static bool flooding;

static bool is_flooding(void)
{
    return __atomic_load_n(&flooding, __ATOMIC_SEQ_CST);
}

/* Takes until its next event is there. */
static enum irq_return flooded(void *context)
{
    const struct irq *irq = test_irqs[SLOT_GREEDY];

    (void)context;
    if (count_greedy_call() % FLOOD_CALLS == 0)
        wait_notify();
    for (unsigned i = 0; i < FLOOD_SPINS && is_flooding(); i++) {
        if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_PENDING) != 0)
            break;
    }
    return IRQ_HANDLED;
}

static void flood(void *argument)
{
    (void)argument;
    while (is_flooding())
        (void)irq_trigger(test_irqs[SLOT_GREEDY]);
}

static unsigned copies_done;

static void on_copy(void *context, void *cookie, int status)
{
    (void)context;
    (void)cookie;
    if (status == 0)
        __atomic_add_fetch(&copies_done, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

static bool are_copied(void *argument)
{
    (void)argument;
    return __atomic_load_n(&copies_done, __ATOMIC_SEQ_CST) == COPIES;
}

/* A channel on the flooded core opens, copies and closes as ever. */
static void use_a_channel(void)
{
    const struct udma_channel_config config = {
        .name = "turns", .core = 2, .depth = COPIES, .callback = on_copy};
    uint8_t *memory = dma_alloc(2 * COPY_SIZE);
    struct udma_channel *channel;

    CHECK(memory != NULL);
    copies_done = 0;
    CHECK_EQUAL(udma_channel_open(&config, &channel), 0);
    for (unsigned i = 0; i < COPIES; i++)
        CHECK_EQUAL(
            udma_copy(channel, (uintptr_t)memory, (uintptr_t)memory + COPY_SIZE, COPY_SIZE, NULL),
            0);
    int copied = wait_for(are_copied, NULL, COPY_WAIT_US);
    int closed = udma_channel_close(channel);

    dma_free(memory);
    CHECK_EQUAL(copied, 0);
    CHECK_EQUAL(closed, 0);
}

/* So many that VINTs are shared. Which one a channel then gets, depends on what channels have met
 * before: so these are not its own. */
static uint16_t rings[SLOT_THIRD];
static unsigned ring_count;

static void reserve_rings(void)
{
    for (ring_count = 0; ring_count < SLOT_THIRD; ring_count++)
        if (udma_ring_reserve(&rings[ring_count]) != 0)
            break;
    (void)udma_ring_unreserve(rings[--ring_count]); /* the channel's */
}

static void give_rings_back(void)
{
    while (ring_count != 0)
        (void)udma_ring_unreserve(rings[--ring_count]);
}

/* On core 2 while its line is on core 3. */
static void request_flooded(void)
{
    struct inta_route route;

    CHECK(ring_count > 16);
    for (unsigned i = 0; i < ring_count - 3; i++)
        CHECK_EQUAL(request_as(i, rings[i], other_handler, 3), 0);
    CHECK_EQUAL(request_as(SLOT_GREEDY, rings[ring_count - 3], flooded, 3), 0);
    CHECK_EQUAL(irq_set_affinity(test_irqs[SLOT_GREEDY], 2), 0);
    CHECK(read_route(test_irqs[SLOT_GREEDY], &route));
    CHECK_EQUAL(route.core, 3);
    CHECK_EQUAL(request_as(SLOT_OTHER, rings[ring_count - 2], other_handler, 2), 0);
    CHECK_EQUAL(request_as(SLOT_THIRD, rings[ring_count - 1], other_handler, 0), 0);
    know_the_other();
}

static void use_others_during_the_flood(void)
{
    check_turn();
    CHECK_EQUAL(irq_synchronize(test_irqs[SLOT_THIRD]), 0); /* never fired, and elsewhere */
    CHECK_EQUAL(free_one(SLOT_THIRD), 0);
    use_a_channel();
    /* The flood was one all the time. */
    uint64_t calls_then = get(&greedy.calls);

    CHECK_EQUAL(wait_for_count(&greedy.calls, calls_then + FLOOD_CALLS, STOP_US), 0);
}

static void body_flood(void)
{
    begin(0);
    request_flooded();
    if (selftest_failed())
        return;
    __atomic_store_n(&flooding, true, __ATOMIC_SEQ_CST);
    CHECK_EQUAL(smp_start(1, flood, NULL), 0);
    use_others_during_the_flood();
    __atomic_store_n(&flooding, false, __ATOMIC_SEQ_CST);
    CHECK_EQUAL(smp_join(1, JOIN_US), 0);
}

SELFTEST(turns, frees_and_closes_during_a_handed_over_flood, 90)
{
    if (core_count() < 4)
        SKIP("needs four cores");
    irq_set_storm_limit(0, 0);
    reserve_rings();
    with_rings(body_flood);
    give_rings_back();
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}
