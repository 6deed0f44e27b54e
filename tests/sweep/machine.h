// SPDX-License-Identifier: BSD-3-Clause
/*
 * The machine under the sweep: device models, a GIC by its registers, four cores that one thread
 * plays; and what it and the firmware have in use.
 */
#ifndef TESTS_SWEEP_MACHINE_H
#define TESTS_SWEEP_MACHINE_H

#include "drivers/udma/udma.h"
#include "lib/device_tree.h"
#include "msi/report.h"
#include "tests/sweep/gic_model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As after power-on, before platform_init(). */
void machine_reset(void);

/* What a loader says that says nothing. */
extern const struct device_tree_info machine_tree;

/* How many devices the system firmware has on. */
unsigned machine_devices_on(void);

/* What is in use, as the firmware says and as the hardware has it. */
struct inventory {
    struct udma_inventory udma, mcu;
    struct irq_inventory irq;
    uint64_t channels_open, mappings, routes, pairs, rings, devices_on;
    struct gic_model_state gic;
};
void inventory_take(struct inventory *inventory);

/* Whether two are equal; if not, text says in what they differ. */
bool inventory_equal(const struct inventory *before, const struct inventory *after, char *text,
                     size_t size);

#endif
