// SPDX-License-Identifier: BSD-3-Clause
/*
 * The least application of a Cortex-R5F: it says that it runs, where its memory for DMA is, and how
 * long a piece of arithmetic takes by the core's cycle counter.
 */
#include "arch/cp15.h"
#include "drivers/udma/udma.h"

#include <stdio.h>
#include <stdlib.h>

#define TERMS 1000u

static double sum(unsigned terms)
{
    double total = 0;

    for (unsigned i = terms; i > 0; i--)
        total += 1.0 / ((double)i * i);
    return total;
}

int main(int argc, char **argv)
{
    uint32_t before = cp15_read(CP15_PMCCNTR), after;
    double total = sum(TERMS);
    void *memory = dma_alloc(TERMS);

    (void)argc;
    (void)argv;
    after = cp15_read(CP15_PMCCNTR);
    printf("k3metal on the Cortex-R5F: %u terms in %u cycles, %s\n", TERMS,
           (unsigned)(after - before),
           total > 1.643 && total < 1.645 ? "the sum is right" : "the sum is wrong");
    printf("%u bytes for DMA at %p\n", TERMS, memory);
    dma_free(memory);
    return memory != NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
