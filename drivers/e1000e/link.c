// SPDX-License-Identifier: BSD-3-Clause
/*
 * The link, and whether the device is there at all: by its interrupt, or by somebody who looks.
 */
#include "arch/relaxed.h"
#include "drivers/e1000e/internal.h"

#include <errno.h>
#include <stddef.h>

void e1000e_get_link(const struct e1000e *e1000e, struct e1000e_link *link)
{
    static const uint16_t speeds[] = {10, 100, 1000, 1000};
    const uint32_t status = __atomic_load_n(&e1000e->status, __ATOMIC_RELAXED);

    *link = (struct e1000e_link){.up = false};
    if (status == E1000E_GONE || (status & E1000E_STATUS_LU) == 0)
        return;
    link->up = true;
    link->full_duplex = (status & E1000E_STATUS_FD) != 0;
    link->speed = speeds[E1000E_STATUS_SPEED(status)];
}

static uint32_t read_link(const struct e1000e *e1000e)
{
    uint32_t status;

    if (e1000e->status == E1000E_GONE || e1000e_is_lost(e1000e))
        return E1000E_GONE;
    status = e1000e_read(e1000e, E1000E_STATUS);
    if (status == E1000E_GONE)
        return E1000E_GONE;
    if (e1000e->config.loopback)
        return E1000E_STATUS_LU | E1000E_STATUS_FD | E1000E_STATUS_1000;
    return status & (E1000E_STATUS_LU | E1000E_STATUS_FD | E1000E_STATUS_SPEED_MASK);
}

/* Under the lock: so what is told last is what was read last. */
void e1000e_look_at_link(struct e1000e *e1000e, bool first)
{
    unsigned long state = spin_lock(&e1000e->link_lock);
    const uint32_t status = read_link(e1000e);
    struct e1000e_link link;

    if (first || status != e1000e->status) {
        __atomic_store_n(&e1000e->status, status, __ATOMIC_RELAXED);
        relaxed_store64(&e1000e->link_changes, e1000e->link_changes + 1);
        if (status == E1000E_GONE) {
            e1000e_ring_stop(&e1000e->send, -ENODEV);
            e1000e_ring_stop(&e1000e->receive, -ENODEV);
        }
        e1000e_get_link(e1000e, &link);
        if (e1000e->config.link != NULL)
            e1000e->config.link(e1000e->config.context, &link);
    }
    spin_unlock(&e1000e->link_lock, state);
}

void e1000e_lose(struct e1000e *e1000e)
{
    relaxed_store_bool(&e1000e->lost, true);
    e1000e_look_at_link(e1000e, false);
}

/* The cause first: what changes after the look has another interrupt. */
enum irq_return e1000e_link_interrupt(void *context)
{
    struct e1000e *e1000e = context;

    e1000e_write(e1000e, E1000E_ICR, E1000E_CAUSES_OTHER);
    e1000e_look_at_link(e1000e, false);
    return IRQ_HANDLED;
}

int e1000e_check_link(struct e1000e *e1000e)
{
    if (e1000e->closing)
        return -ECANCELED;
    if (__atomic_load_n(&e1000e->started, __ATOMIC_RELAXED))
        e1000e_look_at_link(e1000e, false);
    return __atomic_load_n(&e1000e->status, __ATOMIC_RELAXED) == E1000E_GONE ? -ENODEV : 0;
}
