// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is free of both Navigators, and in use of interrupts: equal before a test and after it.
 */
#ifndef TESTS_TARGET_NAVIGATORS_H
#define TESTS_TARGET_NAVIGATORS_H

#include "drivers/udma/udma.h"
#include "platform/platform.h"

#include <stdbool.h>
#include <stdint.h>

struct navigators {
    struct udma_inventory udma[PLATFORM_NAVIGATORS];
    uint32_t irqs, events, vints, routes, held;
};

/* Thread context. The second one prints what has changed. */
struct navigators navigators_inventory(void);
bool navigators_are_as_before(const struct navigators *before);

#endif
