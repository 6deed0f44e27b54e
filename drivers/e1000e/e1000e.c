// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening and closing a card, and what there is to know of it: see e1000e.h.
 */
#include "drivers/e1000e/e1000e.h"

#include "arch/barrier.h"
#include "drivers/e1000e/internal.h"
#include "drivers/pci/msi.h"
#include "drivers/pci/pci.h"
#include "lib/log.h"
#include "msi/irq.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

LOG_SUBJECT(e1000e);

#define BAR       0u
#define BAR_LEAST 0x20000u
#define DEPTH_MIN 8u

/* ---- taking apart; can be repeated after -EAGAIN ---- */

static int free_vectors(struct e1000e *e1000e, int *first)
{
    for (unsigned i = 0; i < E1000E_VECTORS; i++) {
        int error = e1000e->irqs[i] != NULL ? irq_free(e1000e->irqs[i]) : 0;

        if (error == -EAGAIN || error == -EDEADLK)
            return error;
        e1000e->irqs[i] = NULL;
        *first = *first != 0 ? *first : error;
    }
    return 0;
}

static void free_memory(struct e1000e *e1000e)
{
    e1000e_ring_release(&e1000e->receive);
    e1000e_ring_release(&e1000e->send);
    free(e1000e);
}

/* The device is off, or off the bus. Its first error; -EAGAIN: nothing has been given back. */
static int take_down(struct e1000e *e1000e)
{
    struct pci_function *function = e1000e->function;
    int first = e1000e->stop_error, error = free_vectors(e1000e, &first);

    if (error != 0)
        return error;
    e1000e_give_all_back(e1000e);
    error = pci_interrupts_disable(function);
    pci_release(function);
    free_memory(e1000e);
    return first != 0 ? first : error;
}

/* Nothing of it accesses memory afterwards. */
static void turn_off(struct e1000e *e1000e)
{
    e1000e->closing = true;
    e1000e_ring_stop(&e1000e->send, -ECANCELED);
    e1000e_ring_stop(&e1000e->receive, -ECANCELED);
    e1000e->stop_error = e1000e_reset(e1000e);
    if (e1000e->stop_error != 0)
        (void)pci_disable(e1000e->function);
}

int e1000e_detach(struct e1000e *e1000e)
{
    if (e1000e == NULL)
        return -EINVAL;
    if (!irq_is_allowed())
        return -EDEADLK;
    if (!e1000e->closing)
        turn_off(e1000e);
    return take_down(e1000e);
}

/* ---- opening ---- */

static bool is_depth(uint32_t depth)
{
    return depth >= DEPTH_MIN && depth <= E1000E_DEPTH_MAX && (depth & (depth - 1)) == 0;
}

static bool is_valid(const struct e1000e_config *config)
{
    return config->name != NULL && is_depth(config->receive_depth) &&
           is_depth(config->send_depth) && config->received != NULL && config->sent != NULL &&
           config->returned != NULL;
}

static int request_vectors(struct e1000e *e1000e)
{
    static const irq_handler_t handlers[E1000E_VECTORS] = {
        [E1000E_VECTOR_RECEIVE] = e1000e_receive_interrupt,
        [E1000E_VECTOR_SEND] = e1000e_send_interrupt,
        [E1000E_VECTOR_LINK] = e1000e_link_interrupt,
    };
    int error = 0;

    for (uint32_t i = 0; i < E1000E_VECTORS && error == 0; i++) {
        const struct irq_request request = {.index = i,
                                            .handler = handlers[i],
                                            .context = e1000e,
                                            .name = e1000e->config.name,
                                            .core = e1000e->config.core};

        error = irq_request(&e1000e->function->device, &request, &e1000e->irqs[i]);
    }
    return error;
}

/* The device is reset before it may access memory; what it was told before it came here. */
static int find_device(struct e1000e *e1000e)
{
    uint64_t size;
    int error = pci_enable(e1000e->function, true);

    if (error == 0)
        error = pci_map_bar(e1000e->function, BAR, &e1000e->registers, &size);
    if (error == 0 && size < BAR_LEAST)
        error = -ENODEV;
    return error == 0 ? e1000e_reset(e1000e) : error;
}

static int bring_up(struct e1000e *e1000e)
{
    int count, error = e1000e->function->host->is_coherent ? 0 : -ENOTSUP;

    if (error == 0)
        error = e1000e_ring_allocate(&e1000e->receive, e1000e->config.receive_depth, 1);
    if (error == 0)
        error = e1000e_ring_allocate(&e1000e->send, e1000e->config.send_depth, E1000E_BUFFERS_MAX);
    if (error == 0)
        error = find_device(e1000e);
    if (error == 0)
        error = e1000e_set_up(e1000e);
    if (error != 0)
        return error;
    count = pci_msix_enable(e1000e->function, E1000E_VECTORS, E1000E_VECTORS);
    return count < 0 ? count : request_vectors(e1000e);
}

/* What is in the rings would be lost with the card's power: its owner detaches it before. */
static int refuse_suspend(void *context)
{
    const struct e1000e *e1000e = context;

    log_error(e1000e, "%s: %s: attached: no suspend: error %d", e1000e->config.name,
              e1000e->function->name, -EBUSY);
    return -EBUSY;
}

/* Never after a suspend. It may answer again soon, as a card that nobody has set up. */
static void resume(void *context, int error)
{
    if (error != 0)
        e1000e_lose(context);
}

static const struct pci_suspend at_suspend = {.suspend = refuse_suspend, .resume = resume};

static int open_taken(struct pci_function *function, const struct e1000e_config *config,
                      struct e1000e **e1000e)
{
    struct e1000e *opened = calloc(1, sizeof(*opened));
    int error;

    if (opened == NULL) {
        pci_release(function);
        return -ENOMEM;
    }
    opened->config = *config;
    opened->function = function;
    error = bring_up(opened);
    if (error != 0) {
        log_error(e1000e, "%s: %s: not opened: error %d", config->name, function->name, error);
        if (take_down(opened) == -EAGAIN)
            log_error(e1000e, "%s: a handler does not return: its memory stays", config->name);
        return error;
    }
    (void)pci_on_suspend(function, &at_suspend, opened); /* here it can wait */
    *e1000e = opened;
    return 0;
}

int e1000e_attach(struct pci_function *function, const struct e1000e_config *config,
                  struct e1000e **e1000e)
{
    int error;

    if (!irq_is_allowed())
        return -EDEADLK;
    if (function == NULL || config == NULL || e1000e == NULL || !is_valid(config))
        return -EINVAL;
    error = pci_take(function, config->name);
    return error == 0 ? open_taken(function, config, e1000e) : error;
}

int e1000e_start(struct e1000e *e1000e)
{
    struct e1000e_ring *ring = &e1000e->receive;
    unsigned long state;
    bool begins;

    if (e1000e->closing)
        return -ECANCELED;
    state = spin_lock(&ring->lock);
    begins = !e1000e->started && ring->stopped == 0;
    if (begins) {
        e1000e_enable(e1000e);
        barrier_before_doorbell();
        mmio_write32(ring->tail, ring->put & ring->mask);
        __atomic_store_n(&e1000e->started, true, __ATOMIC_RELAXED);
    }
    spin_unlock(&ring->lock, state);
    if (begins)
        e1000e_look_at_link(e1000e, true);
    return e1000e_check_link(e1000e);
}

/* ---- asking ---- */

void e1000e_get_address(const struct e1000e *e1000e, uint8_t address[E1000E_ADDRESS_LENGTH])
{
    memcpy(address, e1000e->address, E1000E_ADDRESS_LENGTH);
}

int e1000e_set_affinity(struct e1000e *e1000e, enum e1000e_vector vector, unsigned core)
{
    return (unsigned)vector < E1000E_VECTORS ? irq_set_affinity(e1000e->irqs[vector], core)
                                             : -EINVAL;
}

struct irq *e1000e_irq(const struct e1000e *e1000e, enum e1000e_vector vector)
{
    return e1000e->irqs[vector];
}

void e1000e_get_counters(const struct e1000e *e1000e, struct e1000e_counters *counters)
{
    *counters = (struct e1000e_counters){
        .sent = __atomic_load_n(&e1000e->sent, __ATOMIC_RELAXED),
        .received = __atomic_load_n(&e1000e->received, __ATOMIC_RELAXED),
        .dropped = __atomic_load_n(&e1000e->dropped, __ATOMIC_RELAXED),
        .link_changes = __atomic_load_n(&e1000e->link_changes, __ATOMIC_RELAXED),
    };
}
