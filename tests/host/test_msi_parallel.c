// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer with cores that are real threads: they request, free, move, mask and fire at
 * once, and free interrupts that are arriving. Built twice, under the address and the thread
 * sanitizer.
 */
#include "arch/core.h"
#include "arch/smp.h"
#include "arch/wait.h"
#include "drivers/gic/gic.h"
#include "msi/binding.h"
#include "msi/evacuate.h"
#include "msi/internal.h"
#include "msi/irq.h"
#include "msi/limits.h"
#include "msi/report.h"
#include "msi/service.h"
#include "platform/am65x.h"
#include "tests/host/support/host.h"
#include "tests/host/support/msi_host.h"
#include "tests/target/msi_churn.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OPERATIONS  600u /* of each core */
#define TIMEOUT_US  3600000000u
#define SHARED_ID   50u
#define SHARED_BITS 6u
#define OWN_ID      60u
#define OWN_BITS    3u
#define FREES       100u
#define SLOW_US     200u

static struct msi_host host;
static struct device rings, shared, own[CORE_MAX];

static int start(void **state)
{
    (void)state;
    msi_host_start(&host);
    rings = (struct device){.name = "rings"};
    shared = (struct device){.name = "shared"};
    assert_int_equal(irq_bind_inta(&rings, host.aggregator, AM65X_DEV_RINGACC), 0);
    assert_int_equal(irq_bind_its(&shared, host.its, SHARED_ID, SHARED_BITS), 0);
    for (unsigned i = 0; i < core_count(); i++) {
        own[i] = (struct device){.name = "own"};
        assert_int_equal(irq_bind_its(&own[i], host.its, OWN_ID + i, OWN_BITS), 0);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_int_equal(irq_unbind(&rings), 0);
    assert_int_equal(irq_unbind(&shared), 0);
    for (unsigned i = 0; i < core_count(); i++)
        assert_int_equal(irq_unbind(&own[i]), 0);
    return 0;
}

static struct irq_inventory inventory(void)
{
    struct irq_inventory result;

    irq_get_inventory(&result);
    result.spurious = 0; /* an SPI that moved away between its signal and its acknowledge */
    return result;
}

static void place(unsigned core, unsigned slot, struct device **device, uint32_t *index)
{
    switch (slot % 3) {
    case 0:
        *device = &rings;
        *index = host.sources[core * (CHURN_SLOTS / 3) + slot / 3];
        break;
    case 1:
        *device = &shared;
        *index = IRQ_INDEX_ANY;
        break;
    default:
        *device = &own[core];
        *index = slot / 3;
        break;
    }
}

static void each_event_reaches_its_owner_once(void **state)
{
    const struct churn churn = {.place = place, .operations = OPERATIONS, .timeout_us = TIMEOUT_US};
    struct irq_inventory before = inventory(), after;
    struct churn_result result;

    (void)state;
    churn_run(&churn, &result);
    print_message("# %llu requests and frees, %llu moves, %llu events\n",
                  (unsigned long long)(result.requests + result.frees),
                  (unsigned long long)result.moves, (unsigned long long)result.sent);
    assert_int_equal(result.status, 0);
    assert_int_equal(result.failed, 0);
    assert_int_equal(result.late, 0);
    assert_int_equal(result.doubled, 0);
    assert_int_equal(result.lost, 0);
    assert_int_equal(result.shared, 0);
    assert_int_equal(result.requests, result.frees);
    assert_int_equal(result.received + result.in_flight, result.sent);
    after = inventory();
    assert_memory_equal(&before, &after, sizeof(before));
}

/* ---- free means free, on each core at once ---- */

struct slow {
    bool freed;
    uint64_t calls, ended, late;
};

static enum irq_return slow_handler(void *context)
{
    struct slow *slow = context;

    __atomic_add_fetch(&slow->calls, 1, __ATOMIC_SEQ_CST);
    for (volatile unsigned i = 0; i < SLOW_US; i++) {
    }
    if (__atomic_load_n(&slow->freed, __ATOMIC_SEQ_CST))
        __atomic_add_fetch(&slow->late, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&slow->ended, 1, __ATOMIC_SEQ_CST);
    return IRQ_HANDLED;
}

static void free_under_way(void *argument)
{
    static struct slow slows[CORE_MAX];
    unsigned self = core_id();
    struct slow *slow = &slows[self];

    (void)argument;
    for (unsigned i = 0; i < FREES; i++) {
        const struct irq_request request = {.index =
                                                (i % 2) != 0 ? host.sources[self] : IRQ_INDEX_ANY,
                                            .handler = slow_handler,
                                            .context = slow,
                                            .core = (self + i) % core_count()};
        struct irq *irq;

        *slow = (struct slow){0};
        assert(irq_request(i % 2 ? &rings : &shared, &request, &irq) == 0);
        assert(irq_trigger(irq) == 0);
        assert(irq_trigger(irq) == 0);
        assert(irq_free(irq) == 0);
        __atomic_store_n(&slow->freed, true, __ATOMIC_SEQ_CST);
        uint64_t calls = __atomic_load_n(&slow->calls, __ATOMIC_SEQ_CST);

        assert(__atomic_load_n(&slow->ended, __ATOMIC_SEQ_CST) == calls);
        delay_us(100);
        assert(__atomic_load_n(&slow->calls, __ATOMIC_SEQ_CST) == calls);
        assert(__atomic_load_n(&slow->late, __ATOMIC_SEQ_CST) == 0);
    }
}

static void free_means_free(void **state)
{
    struct irq_inventory before = inventory(), after;

    (void)state;
    assert_int_equal(smp_run_all(free_under_way, NULL, TIMEOUT_US), 0);
    after = inventory();
    assert_memory_equal(&before, &after, sizeof(before));
}

/* ---- a core leaves and comes back while the others work ---- */

static bool working;

static void work(void *argument)
{
    (void)argument;
    if (core_id() == 1) {
        while (__atomic_load_n(&working, __ATOMIC_SEQ_CST)) {
            assert(irq_evacuate_core(3) == 0);
            delay_us(50);
            assert(irq_admit_core(3) == 0);
        }
        return;
    }
    for (unsigned i = 0; i < FREES && core_id() == 0; i++) {
        const struct irq_request request = {.index = host.sources[i % 8],
                                            .handler = slow_handler,
                                            .context = &(struct slow){0},
                                            .core = 3};
        struct irq *irq;

        assert(irq_request(&rings, &request, &irq) == 0);
        assert(irq_trigger(irq) == 0);
        assert(irq_free(irq) == 0);
    }
    if (core_id() == 0)
        __atomic_store_n(&working, false, __ATOMIC_SEQ_CST);
}

static void core_leaves_under_load(void **state)
{
    (void)state;
    working = true;
    assert_int_equal(smp_run_all(work, NULL, TIMEOUT_US), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_reaches_its_owner_once),
        cmocka_unit_test(free_means_free),
        cmocka_unit_test(core_leaves_under_load),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
