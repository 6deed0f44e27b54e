// SPDX-License-Identifier: BSD-3-Clause
/*
 * What holds of each parent's interrupts (tests/target/msi_checks.h).
 */
#include "tests/target/msi_checks.h"

#include "app/selftest/selftest.h"
#include "arch/core.h"
#include "arch/wait.h"
#include "tests/target/msi_fixture.h"

void check_runs_on_each_core(void)
{
    for (unsigned core = 0; core < core_count(); core++) {
        CHECK_EQUAL(request_flags(core, core, core, 0), 0);
        CHECK_EQUAL(irq_trigger(test_irqs[core]), 0);
        CHECK_EQUAL(wait_calls(&test_records[core], 1), 0);
        CHECK_EQUAL(test_records[core].core, core);
        CHECK(test_records[core].was_in_interrupt);
        CHECK_EQUAL(irq_core(test_irqs[core]), core);
        CHECK_EQUAL(irq_count(test_irqs[core]), 1);
        CHECK_EQUAL(free_one(core), 0);
    }
}

/* test_irqs[0] is requested and unmasked. */
void check_counts_exactly(unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        CHECK_EQUAL(wait_calls(&test_records[0], i), 0);
    }
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[0]), count);
    CHECK_EQUAL(irq_count(test_irqs[0]), count);
}

void check_mask_keeps_the_event(void)
{
    irq_mask(test_irqs[0]);
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[0]), 0);
    irq_unmask(test_irqs[0]);
    CHECK_EQUAL(wait_calls(&test_records[0], 1), 0);
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[0]), 1);
    CHECK(!irq_pending(test_irqs[0]));
}

/* Each round raises an event and moves the interrupt at once. */
void check_moves_lose_nothing(unsigned rounds)
{
    for (unsigned i = 1; i <= rounds; i++) {
        CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
        CHECK_EQUAL(irq_set_affinity(test_irqs[0], i % core_count()), 0);
        CHECK_EQUAL(irq_core(test_irqs[0]), i % core_count());
        CHECK_EQUAL(wait_calls(&test_records[0], i), 0);
    }
    delay_us(SETTLE_US);
    CHECK_EQUAL(calls(&test_records[0]), rounds);
    CHECK_EQUAL(irq_trigger(test_irqs[0]), 0);
    CHECK_EQUAL(wait_calls(&test_records[0], rounds + 1), 0);
    CHECK_EQUAL(test_records[0].core, irq_core(test_irqs[0]));
}
