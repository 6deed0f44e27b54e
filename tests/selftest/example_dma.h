// SPDX-License-Identifier: BSD-3-Clause
/*
 * Example of a driver: a DMA-like device (tests/selftest/example_dma.c).
 */
#ifndef TESTS_SELFTEST_EXAMPLE_DMA_H
#define TESTS_SELFTEST_EXAMPLE_DMA_H

#include "msi/irq.h"

struct example_dma {
    uintptr_t ring_registers;
    struct irq *irq;
    uint64_t completed; /* entries; the handler counts */
};

/* Thread context. Errors of irq_request(). */
int example_dma_open(struct example_dma *dma, struct device *device, uint32_t ring,
                     uintptr_t ring_registers);

/* Waits until that many entries have come in all. 0 or -ETIMEDOUT. Thread context. */
int example_dma_wait(struct example_dma *dma, uint64_t completed, uint64_t timeout_us);

/* Thread context. Errors of irq_free(). */
int example_dma_close(struct example_dma *dma);

#endif
