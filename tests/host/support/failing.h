// SPDX-License-Identifier: BSD-3-Clause
/*
 * Steps that fail on purpose, for a test that has calloc(), aligned_alloc() and irq_request()
 * wrapped (WRAP in mk/host.mk). They are defined here, for the one file that includes it: in the
 * library they would stand in for other tests' own.
 */
#ifndef TESTS_HOST_SUPPORT_FAILING_H
#define TESTS_HOST_SUPPORT_FAILING_H

#include "msi/irq.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __real_irq_request(struct device *device, const struct irq_request *request, struct irq **irq);
int __wrap_irq_request(struct device *device, const struct irq_request *request, struct irq **irq);

/* Which step fails from now on: 0: none, 1: the next. It is 0 again afterwards. */
static unsigned failing;

static bool fails(void)
{
    return failing != 0 && --failing == 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

int __wrap_irq_request(struct device *device, const struct irq_request *request, struct irq **irq)
{
    return fails() ? -ENOSPC : __real_irq_request(device, request, irq);
}

#endif
