// SPDX-License-Identifier: BSD-3-Clause
/*
 * Samples of how late interrupts are (app/prompt/irq_latency.h).
 */
#include "app/prompt/irq_latency.h"

#include "arch/alarm.h"
#include "arch/core.h"
#include "arch/time.h"
#include "msi/local.h"
#include "msi/work.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define PERIOD_US   1000u
#define CACHE_LINE  64
#define TURN_OUT_US 200000u /* for a core that is idle */

/* Written by its own core. */
static struct sampler {
    struct irq_waits waits;
    struct work work; /* starts and stops it on its core */
    bool made, requested;
    int error;
} __attribute__((aligned(CACHE_LINE))) samplers[CORE_MAX];

static bool wanted;

static bool is_wanted(void)
{
    return __atomic_load_n(&wanted, __ATOMIC_SEQ_CST);
}

/* Never in step with what happens regularly. */
static void set_next(void)
{
    alarm_set_us(PERIOD_US + (uint32_t)(time_now_ns() / 16u % PERIOD_US));
}

static enum irq_return sample(void *context)
{
    irq_waits_add(context, alarm_late_ns());
    if (is_wanted())
        set_next();
    else
        alarm_off();
    return IRQ_HANDLED;
}

/* On the sampler's core: a PPI is requested and freed there. */
static void follow(void *context)
{
    struct sampler *sampler = context;
    bool want = is_wanted();

    if (want && !sampler->requested) {
        sampler->error = irq_ppi_request(ALARM_INTID, sample, &sampler->waits);
        sampler->requested = sampler->error == 0;
    }
    if (!sampler->requested)
        return; /* it may be somebody else's */
    if (want) {
        set_next();
        return;
    }
    alarm_off();
    sampler->requested = irq_ppi_free(ALARM_INTID) == -EAGAIN;
}

/* A core that is busy follows when it is idle. */
static int all_follow(void)
{
    int first_error = 0;

    for (unsigned core = 0; core < core_count(); core++) {
        struct sampler *sampler = &samplers[core];

        if (!sampler->made)
            work_init(&sampler->work, follow, sampler);
        sampler->made = true;
        sampler->error = 0;
        (void)work_queue_on(&sampler->work, core); /* or it is queued since an earlier time */
    }
    for (unsigned core = 0; core < core_count(); core++) {
        int error = work_flush(&samplers[core].work, TURN_OUT_US);

        if (error == 0)
            error = samplers[core].error;
        if (first_error == 0)
            first_error = error;
    }
    return first_error;
}

int irq_latency_start(void)
{
    irq_latency_reset();
    __atomic_store_n(&wanted, true, __ATOMIC_SEQ_CST);
    return all_follow();
}

void irq_latency_stop(void)
{
    __atomic_store_n(&wanted, false, __ATOMIC_SEQ_CST);
    (void)all_follow();
}

void irq_latency_reset(void)
{
    for (unsigned core = 0; core < CORE_MAX; core++)
        irq_waits_reset(&samplers[core].waits);
}

void irq_latency_get(unsigned core, struct irq_waits *waits)
{
    irq_waits_get(&samplers[core].waits, waits);
}
