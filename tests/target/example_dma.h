// SPDX-License-Identifier: BSD-3-Clause
/*
 * Example of a driver: a DMA-like device (tests/target/example_dma.c).
 */
#ifndef TESTS_TARGET_EXAMPLE_DMA_H
#define TESTS_TARGET_EXAMPLE_DMA_H

#include "drivers/udma/ring.h"
#include "msi/irq.h"

struct example_dma {
    struct udma_ring ring; /* where the device puts its completions */
    struct irq *irq;
    uint64_t completed; /* entries; the handler counts */
};

/* Thread context. Errors of udma_ring_reserve(), udma_ring_open() and irq_request(), and nothing of
 * what it takes is left. */
int example_dma_open(struct example_dma *dma, struct device *device);

/* Waits until that many entries have come in all. 0 or -ETIMEDOUT. Thread context. */
int example_dma_wait(struct example_dma *dma, uint64_t completed, uint64_t timeout_us);

/* Thread context. Errors of irq_free(), udma_ring_close() and udma_ring_unreserve(). */
int example_dma_close(struct example_dma *dma);

#endif
