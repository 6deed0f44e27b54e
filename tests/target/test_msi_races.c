// SPDX-License-Identifier: BSD-3-Clause
/*
 * Two cores at one interrupt: what a free, a move, an evacuation, an unmask and a storm promise
 * while the other core, the device or the handler is in the middle of something. Cores wait for
 * each other through memory; tests/host/test_msi_races.c tries the same at every single point.
 */
#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/mmio.h"
#include "arch/probe.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "drivers/gic/its.h"
#include "msi/internal.h"
#include "msi/local.h"
#include "msi/parents/inta_registers.h"
#include "msi/quiesce.h"
#include "msi/state.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/counting.h"
#include "tests/target/msi_fixture.h"
#include "tests/target/soc.h"
#include "tests/target/thread_calls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define JOIN_US     20000000u
#define PATIENCE_US 10000000u /* for what comes at once on a machine that is not busy */
#define LOOK_US     1000u

static uint64_t get(const uint64_t *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void set(uint64_t *value, uint64_t to)
{
    __atomic_store_n(value, to, __ATOMIC_SEQ_CST);
}

static void add(uint64_t *value)
{
    __atomic_add_fetch(value, 1, __ATOMIC_SEQ_CST);
    wait_notify();
}

/* ---- a level-sensitive wire is freed while its device raises and lowers it ---- */

#define UART        1u
#define UART_IER    (AM65X_UART0_BASE + UART * AM65X_UART_STRIDE + 0x04u)
#define UART_INTID  (AM65X_UART0_INTID + UART)
#define IER_THR     0x02u /* the level is high while there is room to write */
#define LEVEL_FREES 3000u
#define LEVEL_S     600u /* they go on, however slowly */
#define RAISE_PAUSE 200u

static uint64_t level_over, level_frees;
static unsigned level_core;
static uint32_t level_flags;
static struct device level_device;

static enum irq_return lower_level(void *context)
{
    (void)context;
    mmio_write32(UART_IER, 0);
    (void)mmio_read32(UART_IER);
    return IRQ_HANDLED;
}

static void raise_level(void *argument)
{
    (void)argument;
    while (get(&level_over) == 0) {
        mmio_write32(UART_IER, IER_THR);
        for (volatile unsigned i = 0; i < RAISE_PAUSE; i++) {
        }
    }
}

static void request_and_free(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < LEVEL_FREES; i++) {
        const struct irq_request request = {
            .handler = lower_level, .name = "level", .core = level_core, .flags = level_flags};
        struct irq *irq;

        if (irq_request(&level_device, &request, &irq) != 0 || irq_free(irq) != 0)
            break;
        add(&level_frees);
    }
    set(&level_over, 1);
    wait_notify();
}

/* Core 1 frees; the interrupt is on `core`; core 2 is the device. */
static void free_level(unsigned core, uint32_t flags)
{
    static const uint16_t intids[] = {UART_INTID};
    uint32_t ignored = 0;

    if (core_count() < 4)
        SKIP("needs four cores");
    if (platform_console_base() == UART_IER - 0x04u || probe_read32(UART_IER, &ignored) != 0)
        SKIP("UART 1 can't be had");
    level_device = (struct device){.name = "level"};
    level_over = level_frees = 0;
    level_core = core;
    level_flags = flags;
    CHECK_EQUAL(irq_bind_wired(&level_device, platform_wired(), intids, 1), 0);
    CHECK_EQUAL(smp_start(2, raise_level, NULL), 0);
    CHECK_EQUAL(smp_start(1, request_and_free, NULL), 0);
    int error = wait_while_it_grows(&level_frees, LEVEL_FREES, JOIN_US);

    set(&level_over, 1); /* if core 1 is locked up, that lets it out */
    CHECK_EQUAL(smp_join(2, JOIN_US), 0);
    mmio_write32(UART_IER, 0);
    CHECK_EQUAL(smp_join(1, JOIN_US), 0);
    CHECK_EQUAL(irq_unbind(&level_device), 0);
    CHECK_EQUAL(level_frees, LEVEL_FREES);
    CHECK_EQUAL(error, 0);
}

SELFTEST(race, level_freed_on_its_own_core, LEVEL_S)
{
    free_level(1, 0);
}

SELFTEST(race, level_freed_from_another_core, LEVEL_S)
{
    free_level(3, 0);
}

SELFTEST(race, level_freed_while_masked, LEVEL_S)
{
    free_level(1, IRQ_FLAG_MASKED);
}

/* ---- moved while its handler runs ---- */

static struct {
    uint64_t began, ended, fired, returned, began_after;
    unsigned core_after;
} slow;

/* The first call lasts until the mover waits for it, or has fired the next event without. */
static enum irq_return slow_handler(void *context)
{
    (void)context;
    if (get(&slow.returned) != 0) {
        slow.core_after = core_id();
        add(&slow.began_after);
    }
    add(&slow.began);
    if (get(&slow.began) == 1) {
        while (get(&slow.fired) == 0 &&
               __atomic_load_n(&irq_quiesce_waiters, __ATOMIC_SEQ_CST) == 0) {
        }
    }
    add(&slow.ended);
    return IRQ_HANDLED;
}

/* From core 1 to core 2, with an event before the move, or without. */
static void move_while_it_runs(uint32_t index, bool fire_before)
{
    const struct irq_request request = {
        .index = index, .handler = slow_handler, .name = "slow", .core = 1};
    struct irq *irq;

    memset(&slow, 0, sizeof(slow));
    CHECK_EQUAL(irq_request(&test_device, &request, &irq), 0);
    test_irqs[SOURCES_MAX - 1] = irq;
    CHECK_EQUAL(irq_set_affinity(irq, 1), 0); /* if it had to share another core's VINT */
    CHECK_EQUAL(irq_trigger(irq), 0);
    CHECK_EQUAL(wait_for_count(&slow.began, 1, PATIENCE_US), 0);
    if (fire_before)
        CHECK_EQUAL(irq_trigger(irq), 0);
    int error = irq_set_affinity(irq, 2);
    uint64_t ended = get(&slow.ended);

    set(&slow.returned, 1);
    CHECK_EQUAL(irq_trigger(irq), 0);
    set(&slow.fired, 1);
    CHECK_EQUAL(wait_for_count(&slow.began_after, 1, PATIENCE_US), 0);
    CHECK_EQUAL(error, 0);
    CHECK(ended >= 1);
    CHECK_EQUAL(slow.core_after, 2);
    CHECK_EQUAL(free_one(SOURCES_MAX - 1), 0);
}

static void body_move_message(void)
{
    for (unsigned round = 0; round < 20 && !selftest_failed(); round++)
        move_while_it_runs(0, round % 2 != 0);
}

SELFTEST(race, message_moved_while_its_handler_runs, 60)
{
    if (core_count() < 4)
        SKIP("needs four cores");
    with_messages(body_move_message);
}

/* So many rings on core 3 that they share VINTs: the next one shares with them, and if it is moved,
 * their core hands its events over. */
static unsigned crowd(void)
{
    unsigned count =
        test_rings.count - 8u < SOURCES_MAX - 16 ? test_rings.count - 8u : SOURCES_MAX - 16;

    for (unsigned i = 0; i < count && !selftest_failed(); i++) {
        int error = request_ring(i, 3);

        if (error != 0)
            selftest_fail(__FILE__, __LINE__, "ring %u: %d", i, error);
    }
    return count;
}

static void body_move_handed_over(void)
{
    uint32_t index = ring_index(crowd());

    for (unsigned round = 0; round < 20 && !selftest_failed(); round++)
        move_while_it_runs(index, round % 2 != 0);
}

SELFTEST(race, handed_over_event_moved_while_its_handler_runs, 60)
{
    if (core_count() < 4)
        SKIP("needs four cores");
    with_rings(body_move_handed_over);
}

/* ---- freed while its handler unmasks it ---- */

static struct irq *self;
static uint64_t came_on, self_began;
static bool (*hardware_is_on)(void);

static enum irq_return unmasks_itself(void *context)
{
    (void)context;
    add(&self_began);
    while (__atomic_load_n(&irq_quiesce_waiters, __ATOMIC_SEQ_CST) == 0) {
    }
    irq_unmask(self);
    if (hardware_is_on())
        add(&came_on);
    return IRQ_HANDLED;
}

static void free_while_its_handler_unmasks(void)
{
    uint64_t strays = take_inventory().stray;

    came_on = self_began = 0;
    CHECK_EQUAL(irq_trigger(self), 0);
    CHECK_EQUAL(wait_for_count(&self_began, 1, PATIENCE_US), 0);
    CHECK_EQUAL(irq_free(self), 0);
    CHECK_EQUAL(came_on, 0);
    CHECK_EQUAL(take_inventory().stray, strays);
}

static const struct irq_request self_request = {
    .handler = unmasks_itself, .name = "self", .flags = IRQ_FLAG_EDGE, .core = 1};

static bool wire_is_on(void)
{
    return gic_is_enabled(test_soc.intid_wire);
}

static void body_self_wire(void)
{
    hardware_is_on = wire_is_on;
    CHECK_EQUAL(irq_request(&test_device, &self_request, &self), 0);
    free_while_its_handler_unmasks();
}

SELFTEST(race, wire_freed_while_its_handler_unmasks_it, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_wire(body_self_wire);
}

static struct inta_route self_route;

static bool bit_is_on(void)
{
    uintptr_t enable_set = test_soc.inta_base + self_route.vint * INTA_VINT_STRIDE;

    return (mmio_read64(enable_set) >> self_route.bit & 1u) != 0;
}

static void body_self_event(void)
{
    struct irq_request request = self_request;

    request.index = ring_index(0);
    hardware_is_on = bit_is_on;
    CHECK_EQUAL(irq_request(&test_device, &request, &self), 0);
    CHECK(read_route(self, &self_route));
    free_while_its_handler_unmasks();
}

SELFTEST(race, event_freed_while_its_handler_unmasks_it, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_rings(body_self_event);
}

/* ---- moved onto a core that leaves ---- */

#define EVACUATIONS 500u

static uint64_t moving_over;

static void move_to_and_fro(void *argument)
{
    (void)argument;
    while (get(&moving_over) == 0) {
        (void)irq_set_affinity(test_irqs[0], 3); /* -EINVAL while it is away */
        (void)irq_set_affinity(test_irqs[0], 0);
    }
}

static void body_evacuate(void)
{
    unsigned found = 0;

    CHECK_EQUAL(request_ring(0, 0), 0);
    moving_over = 0;
    CHECK_EQUAL(smp_start(1, move_to_and_fro, NULL), 0);
    for (unsigned i = 0; i < EVACUATIONS; i++) {
        if (irq_evacuate_core(3) != 0)
            break;
        for (unsigned look = 0; look < 20; look++)
            found += irq_core(test_irqs[0]) == 3;
        (void)irq_admit_core(3);
    }
    set(&moving_over, 1);
    CHECK_EQUAL(smp_join(1, JOIN_US), 0);
    CHECK_EQUAL(found, 0);
}

SELFTEST(race, nothing_moves_onto_a_core_that_has_left, 60)
{
    if (core_count() < 4)
        SKIP("needs four cores");
    with_rings(body_evacuate);
    (void)irq_admit_core(3);
}

/* ---- unmasked while a storm is noticed ---- */

#define STORM_CALLS     3u
#define STORM_WINDOW_US 60000000u
#define STORM_ROUNDS    20000u

static uint64_t storming_over, wrong_states, storm_calls;

static enum irq_return finds_nothing(void *context)
{
    (void)context;
    add(&storm_calls);
    return IRQ_NONE;
}

static void unmask_again_and_again(void *argument)
{
    (void)argument;
    while (get(&storming_over) == 0 && get(&wrong_states) == 0) {
        irq_unmask(test_irqs[0]);
        uint32_t state = __atomic_load_n(&test_irqs[0]->state, __ATOMIC_SEQ_CST);

        if ((state & IRQ_STATE_STORM) != 0 && (state & IRQ_STATE_MASKED) == 0)
            add(&wrong_states); /* for good: nobody sees that it is masked, and unmasks it */
    }
}

static void body_storm(void)
{
    const struct irq_request request = {.handler = finds_nothing, .name = "storm", .core = 1};

    CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[0]), 0);
    storming_over = wrong_states = 0;
    CHECK_EQUAL(smp_start(2, unmask_again_and_again, NULL), 0);
    for (unsigned i = 0; i < STORM_ROUNDS && get(&wrong_states) == 0; i++) {
        if (irq_trigger(test_irqs[0]) != 0)
            break;
    }
    set(&storming_over, 1);
    CHECK_EQUAL(smp_join(2, JOIN_US), 0);
    CHECK_EQUAL(wrong_states, 0);
    irq_set_storm_limit(0, 0);
    irq_service();
    irq_unmask(test_irqs[0]);
    irq_service();
    delay_us(SETTLE_US);
    uint64_t before = get(&storm_calls);

    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_for_count(&storm_calls, before + 1, PATIENCE_US), 0);
}

SELFTEST(race, message_unmasked_while_a_storm_is_noticed, 60)
{
    if (core_count() < 4)
        SKIP("needs four cores");
    irq_set_storm_limit(STORM_CALLS, STORM_WINDOW_US);
    with_messages(body_storm);
    irq_set_storm_limit(IRQ_STORM_COUNT, IRQ_STORM_WINDOW_US);
}

/* ---- the order of replays ---- */

#define QUEUED 6u

static unsigned order[QUEUED];
static uint64_t ordered, held, let_go;

static enum irq_return note_order(void *context)
{
    if (ordered < QUEUED)
        order[ordered] = (unsigned)(uintptr_t)context;
    add(&ordered);
    return IRQ_HANDLED;
}

/* Keeps its core until everything is queued there. */
static enum irq_return holds_the_core(void *context)
{
    (void)context;
    add(&held);
    while (get(&let_go) == 0) {
    }
    return IRQ_HANDLED;
}

/* Nobody is woken when an event is kept. */
static bool is_kept(const struct irq *irq)
{
    for (unsigned i = 0; i < PATIENCE_US / LOOK_US; i++) {
        if ((__atomic_load_n(&irq->state, __ATOMIC_SEQ_CST) & IRQ_STATE_PENDING) != 0)
            return true;
        delay_us(LOOK_US);
    }
    return false;
}

static void request_in_order(unsigned core)
{
    for (unsigned i = 0; i < QUEUED; i++) {
        const struct irq_request request = {.index = i,
                                            .handler = note_order,
                                            .context = (void *)(uintptr_t)i,
                                            .name = "order",
                                            .core = core};

        CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[i]), 0);
        irq_mask(test_irqs[i]);
        CHECK_EQUAL(irq_trigger(test_irqs[i]), 0);
        CHECK(is_kept(test_irqs[i]));
    }
}

static void body_order(void)
{
    const struct irq_request holder = {
        .index = QUEUED, .handler = holds_the_core, .name = "holder", .core = 1};

    ordered = held = let_go = 0;
    request_in_order(1);
    if (selftest_failed())
        return;
    CHECK_EQUAL(irq_request(&test_device, &holder, &test_irqs[QUEUED]), 0);
    CHECK_EQUAL(irq_trigger(test_irqs[QUEUED]), 0);
    CHECK_EQUAL(wait_for_count(&held, 1, PATIENCE_US), 0);
    for (unsigned i = 0; i < QUEUED; i++)
        irq_unmask(test_irqs[(i + 2) % QUEUED]);
    set(&let_go, 1);
    CHECK_EQUAL(wait_for_count(&ordered, QUEUED, PATIENCE_US), 0);
    for (unsigned i = 0; i < QUEUED; i++)
        CHECK_EQUAL(order[i], (i + 2) % QUEUED);
}

SELFTEST(race, replays_come_in_the_order_of_the_unmasks, 60)
{
    if (core_count() == 1)
        SKIP("needs a second core");
    with_messages(body_order);
}

/* ---- an LPI that was a stray, and has an owner now ---- */

#define STRAY_DEVICE 0x7777u
#define OTHER_ORPHAN 203u

static void send_stray_lpi(unsigned lpi)
{
    struct its_device *raw;

    CHECK_EQUAL(its_map_device(STRAY_DEVICE, 1, &raw), 0);
    CHECK_EQUAL(its_map_event(raw, 0, lpi, 0), 0);
    CHECK_EQUAL(its_enable_event(raw, 0, lpi, GIC_PRIORITY_DEFAULT), 0);
    for (unsigned i = 0; i < IRQ_STRAY_LIMIT; i++) {
        CHECK_EQUAL(its_trigger_event(raw, 0), 0);
        delay_us(100);
    }
    irq_service();
    CHECK_EQUAL(its_discard_event(raw, 0), 0);
    CHECK_EQUAL(its_unmap_device(raw), 0);
}

static void send_another_stray(void)
{
    CHECK_EQUAL(gic_configure(OTHER_ORPHAN, GIC_EDGE, GIC_PRIORITY_DEFAULT), 0);
    CHECK_EQUAL(gic_set_affinity(OTHER_ORPHAN, 0), 0);
    CHECK_EQUAL(gic_enable(OTHER_ORPHAN), 0);
    CHECK_EQUAL(gic_set_pending(OTHER_ORPHAN), 0);
    delay_us(SETTLE_US);
    irq_service();
    CHECK_EQUAL(gic_disable(OTHER_ORPHAN), 0);
}

static void body_former_stray(void)
{
    unsigned device, event, lpi;
    char route[96];

    CHECK_EQUAL(request_flags(0, 0, 0, 0), 0);
    irq_describe(test_irqs[0], route, sizeof(route));
    CHECK_EQUAL(sscanf(route, "device %u event %u > LPI %u", &device, &event, &lpi), 3);
    CHECK_EQUAL(free_one(0), 0);
    send_stray_lpi(lpi);
    CHECK_EQUAL(request_flags(0, 0, 0, 0), 0);
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_calls(&test_records[0], 1), 0);
    send_another_stray();
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_calls(&test_records[0], 2), 0);
}

SELFTEST(race, lpi_with_a_new_owner_is_no_stray, 60)
{
    with_messages(body_former_stray);
}

/* ---- calls from where they are not allowed ---- */

#define CALLS_SGI 4u
#define CALLS_PPI 20u

static unsigned wrong_calls;

static void note_wrong(const char *name, int error, bool changed)
{
    (void)name;
    (void)error;
    (void)changed;
    wrong_calls++;
}

static void make_calls(void)
{
    const struct thread_calls calls = {.irq = test_irqs[0],
                                       .device = &test_device,
                                       .free_index = 4,
                                       .wired = platform_wired(),
                                       .router = platform_intr(),
                                       .aggregator = platform_inta(),
                                       .its = platform_its(),
                                       .sgi = CALLS_SGI,
                                       .ppi = CALLS_PPI,
                                       .core = core_count() - 1,
                                       .event_owner = AM65X_DEV_UDMAP};

    thread_calls_make(&calls, NULL, note_wrong);
}

static enum irq_return makes_calls(void *context)
{
    make_calls();
    return note_call(context);
}

static void body_refused(void)
{
    const struct irq_request request = {.handler = makes_calls, .context = &test_records[0]};

    wrong_calls = 0;
    CHECK_EQUAL(irq_request(&test_device, &request, &test_irqs[0]), 0);
    CHECK_EQUAL(irq_sgi_request(CALLS_SGI, note_call, &test_records[1]), 0);
    struct irq_inventory before = take_inventory();

    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_calls(&test_records[0], 1), 0);
    CHECK_EQUAL(wrong_calls, 0);
    unsigned long state = irq_save();

    make_calls();
    irq_restore(state);
    CHECK_EQUAL(wrong_calls, 0);
    struct irq_inventory after = take_inventory();

    CHECK(inventories_equal(&before, &after));
    CHECK_EQUAL(irq_sgi_free(CALLS_SGI), 0);
}

SELFTEST(race, thread_functions_are_refused_elsewhere, 60)
{
    with_messages(body_refused);
}

/* ---- an SGI that changes owners ---- */

#define OWNED_SGI       3u
#define OWNINGS         2000u
#define OWNINGS_BETWEEN 100u

static struct sgi_owner {
    unsigned number;
    uint64_t calls, ownings;
    int error;
} sgi_owners[2];
static uint64_t mixed_up, all_ownings;

static enum irq_return first_owner(void *context)
{
    struct sgi_owner *owner = context;

    if (owner != &sgi_owners[0])
        add(&mixed_up);
    add(&owner->calls);
    return IRQ_HANDLED;
}

static enum irq_return second_owner(void *context)
{
    struct sgi_owner *owner = context;

    if (owner != &sgi_owners[1])
        add(&mixed_up);
    add(&owner->calls);
    return IRQ_HANDLED;
}

static void own_sgi(void *argument)
{
    struct sgi_owner *owner = argument;

    while (owner->ownings < OWNINGS && owner->error == 0) {
        owner->error =
            irq_sgi_request(OWNED_SGI, owner->number == 0 ? first_owner : second_owner, owner);
        if (owner->error == -EBUSY) {
            owner->error = 0;
            continue;
        }
        uint64_t before = get(&owner->calls);

        gic_send_sgi(0, OWNED_SGI);
        gic_send_sgi(3, OWNED_SGI);
        /* Mostly it is freed while they are on their way; now and then they arrive. */
        if (owner->error == 0 && owner->ownings % OWNINGS_BETWEEN == 0)
            owner->error = wait_for_count(&owner->calls, before + 1, PATIENCE_US);
        if (owner->error == 0)
            owner->error = irq_sgi_free(OWNED_SGI);
        owner->ownings++;
        add(&all_ownings);
    }
}

SELFTEST(race, context_of_an_sgi_is_its_owners, 600)
{
    if (core_count() < 4)
        SKIP("needs four cores");
    mixed_up = all_ownings = 0;
    for (unsigned i = 0; i < 2; i++) {
        sgi_owners[i] = (struct sgi_owner){.number = i};
        CHECK_EQUAL(smp_start(1 + i, own_sgi, &sgi_owners[i]), 0);
    }
    (void)wait_while_it_grows(&all_ownings, UINT64_C(2) * OWNINGS, JOIN_US);
    for (unsigned i = 0; i < 2; i++)
        CHECK_EQUAL(smp_join(1 + i, JOIN_US), 0);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQUAL(sgi_owners[i].error, 0);
        CHECK(sgi_owners[i].calls != 0);
    }
    CHECK_EQUAL(mixed_up, 0);
}
