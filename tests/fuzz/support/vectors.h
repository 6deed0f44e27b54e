// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt layer as a driver of a device with vectors sees it (msi/irq.h): requests that may
 * be refused, vectors that are raised, masked and taken. What a free says is the target's.
 */
#ifndef TESTS_FUZZ_SUPPORT_VECTORS_H
#define TESTS_FUZZ_SUPPORT_VECTORS_H

#include "msi/irq.h"

#include <stdbool.h>

#define FUZZ_VECTORS_MAX 8u

struct fuzz_vector {
    struct irq_request kept;
    bool requested, masked, pending;
};

/* The device whose vectors there are, and how many; NULL and 0: none can be requested. */
void fuzz_have_vectors(const struct device *of, unsigned count);

/* Fails unless it is one that is requested. */
struct fuzz_vector *fuzz_vector_of(struct irq *irq);
unsigned fuzz_vectors_requested(void);

/* It sends its message, if there is one of that number. */
void fuzz_raise(unsigned number);

/* What is pending is taken, each on its core, unless the code is in a handler; then also(), if not
 * NULL, in an interrupt on core 0. Fails if a handler wants to be called again more often. */
void fuzz_take_interrupts(unsigned again_max, void (*also)(void));

#endif
