// SPDX-License-Identifier: BSD-3-Clause
/*
 * What holds of the interrupts of the fixture's device whatever its parent is.
 */
#ifndef TESTS_TARGET_MSI_CHECKS_H
#define TESTS_TARGET_MSI_CHECKS_H

/* A source for each core, which none has requested. */
void check_runs_on_each_core(void);

/* Of test_irqs[0], which is requested, unmasked, and has not come. */
void check_counts_exactly(unsigned count);
void check_mask_keeps_the_event(void);
void check_moves_lose_nothing(unsigned rounds); /* in each it is raised and moved at once */

#endif
