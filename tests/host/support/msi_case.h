// SPDX-License-Identifier: BSD-3-Clause
/*
 * What tests of the interrupt layer on the host share: the machine, handlers that note their calls,
 * what is in use, and what was logged.
 */
#ifndef TESTS_HOST_SUPPORT_MSI_CASE_H
#define TESTS_HOST_SUPPORT_MSI_CASE_H

#include "msi/handler.h"
#include "tests/host/support/msi_host.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cmocka's group set-up: the machine comes up, once a program. */
extern struct msi_host msi_case;
int msi_case_start(void **state);

/* cmocka's tear-down of a test: fails if anything is still in use. */
int msi_case_end(void **state);

/* A handler that counts its calls in its context, and comes to IRQ_HANDLED. */
struct msi_record {
    uint64_t calls;
    unsigned core;
};
enum irq_return msi_note(void *record);
uint64_t msi_calls(const struct msi_record *record);

/* A core that does nothing but take its interrupts. Of several, the first stop ends all. */
void msi_start_idling(unsigned core);
void msi_stop_idling(unsigned core);

/* What is in use and free: without the counters of what has happened. */
struct irq_inventory msi_in_use(void);
bool msi_in_use_equal(const struct irq_inventory *before);
uint64_t msi_strays(void);
uint64_t msi_storms(void);

/* Whether it becomes equal by itself, or when the layer is used again: what could not be taken
 * down at once is tried later. use_again() requests and frees something of the same parent. */
bool msi_comes_back(const struct irq_inventory *before, void (*use_again)(void));

#endif
