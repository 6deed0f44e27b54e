// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/support/vectors.h"

#include "arch/core.h"
#include "arch/wait.h"
#include "tests/fuzz/support/fuzz.h"

#include <errno.h>

#define CORES 4u

static struct fuzz_vector vectors[FUZZ_VECTORS_MAX];
static const struct device *device;
static unsigned vector_count;

void fuzz_have_vectors(const struct device *of, unsigned count)
{
    FUZZ_CHECK(count <= FUZZ_VECTORS_MAX);
    device = of;
    vector_count = count;
}

struct fuzz_vector *fuzz_vector_of(struct irq *irq)
{
    struct fuzz_vector *vector = (struct fuzz_vector *)(void *)irq;

    FUZZ_CHECK(vector >= vectors && vector < vectors + FUZZ_VECTORS_MAX && vector->requested);
    return vector;
}

unsigned fuzz_vectors_requested(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < FUZZ_VECTORS_MAX; i++)
        count += vectors[i].requested;
    return count;
}

void fuzz_raise(unsigned number)
{
    if (number < vector_count)
        vectors[number].pending = true;
}

void fuzz_take_interrupts(unsigned again_max, void (*also)(void))
{
    const unsigned before = core_id();

    if (in_interrupt())
        return;
    fuzz_set_in_interrupt(true);
    for (unsigned i = 0; i < vector_count; i++) {
        struct fuzz_vector *vector = &vectors[i];

        if (!vector->requested || vector->masked || !vector->pending)
            continue;
        vector->pending = false;
        fuzz_set_core(vector->kept.core < CORES ? vector->kept.core : 0);
        for (unsigned n = 0; vector->kept.handler(vector->kept.context) == IRQ_AGAIN; n++)
            FUZZ_CHECK(n < again_max);
    }
    fuzz_set_core(0);
    if (also != NULL)
        also();
    fuzz_set_in_interrupt(false);
    fuzz_set_core(before);
}

/* ---- msi/irq.h ---- */

bool irq_is_allowed(void)
{
    return wait_is_allowed();
}

int irq_request(struct device *of, const struct irq_request *request, struct irq **irq)
{
    FUZZ_CHECK(of == device && request->index < vector_count && !vectors[request->index].requested);
    if (fuzz_lies(32))
        return -ENOSPC;
    vectors[request->index] = (struct fuzz_vector){.kept = *request, .requested = true};
    *irq = (struct irq *)(void *)&vectors[request->index];
    return 0;
}

void irq_mask(struct irq *irq)
{
    fuzz_vector_of(irq)->masked = true;
}

void irq_unmask(struct irq *irq)
{
    fuzz_vector_of(irq)->masked = false;
}

int irq_set_affinity(struct irq *irq, unsigned core)
{
    fuzz_vector_of(irq)->kept.core = core;
    return 0;
}
