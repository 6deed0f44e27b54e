// SPDX-License-Identifier: BSD-3-Clause
/*
 * The 82574: what the driver's files share.
 *
 * A ring has twice as many descriptors as there may be in use, so that to the device it is never
 * full. Who puts has the ring's lock. What the device has done with, its vector's handler takes,
 * which runs on one core at a time and needs no lock, or e1000e_detach(), when it runs no more.
 * Between the two go the counts of what has entered and what has left.
 */
#ifndef DRIVERS_E1000E_INTERNAL_H
#define DRIVERS_E1000E_INTERNAL_H

#include "arch/mmio.h"
#include "arch/spinlock.h"
#include "drivers/e1000e/e1000e.h"
#include "drivers/e1000e/e1000e_registers.h"
#include "drivers/pci/pci.h"
#include "msi/handler.h"

/* Of what is in a ring: a receive buffer, or a frame; at its first descriptor. */
struct e1000e_slot {
    void *cookie;
    uint32_t descriptors; /* in a row */
};

struct e1000e_ring {
    struct e1000e_descriptor *descriptors;
    struct e1000e_slot *slots; /* one a descriptor */
    uint32_t mask;             /* descriptors less 1 */

    /* Putting. */
    struct spinlock lock;
    uint32_t limit;   /* frames or buffers at once */
    uint32_t put;     /* descriptors, ever */
    uint32_t entered; /* frames or buffers, ever */
    int stopped;      /* 0, or what who puts is told */
    uintptr_t tail;   /* the doorbell */

    /* Taking. */
    uint32_t taken, left; /* the same: what the device has done with */
};

struct e1000e {
    struct e1000e_ring receive, send;
    struct e1000e_config config;
    uintptr_t registers;
    struct pci_function *function;
    struct irq *irqs[E1000E_VECTORS];
    uint8_t address[E1000E_ADDRESS_LENGTH];
    bool started; /* atomic */
    bool full;    /* atomic: somebody had no room to send */
    bool closing;
    bool lost;                 /* atomic: with its bus, and its registers are not to be accessed */
    int stop_error;            /* of the reset at the close */
    struct spinlock link_lock; /* of looks at the link, and of telling it */
    uint32_t status;           /* atomic: as it was last told; E1000E_GONE: the device is gone */
    uint64_t sent, received, dropped, link_changes;
};

static inline uint32_t e1000e_read(const struct e1000e *e1000e, uint32_t offset)
{
    return mmio_read32(e1000e->registers + offset);
}

static inline void e1000e_write(const struct e1000e *e1000e, uint32_t offset, uint32_t value)
{
    mmio_write32(e1000e->registers + offset, value);
}

/* Not for frames: what is put into a ring when the link has just gone is lost with it. */
static inline bool e1000e_is_lost(const struct e1000e *e1000e)
{
    return __atomic_load_n(&e1000e->lost, __ATOMIC_RELAXED) || pci_is_lost(e1000e->function->host);
}

/* ---- ring.c ---- */

/* Memory for so many frames or buffers, each with so many descriptors at most. -ENOMEM, and then
 * too it is to be released. What a descriptor has before it is put is of no account. */
int e1000e_ring_allocate(struct e1000e_ring *ring, uint32_t limit, uint32_t descriptors);
void e1000e_ring_release(struct e1000e_ring *ring);
/* From now on who puts gets this error. Any context. */
void e1000e_ring_stop(struct e1000e_ring *ring, int error);

/* ---- path.c ---- */

/* Handlers. */
enum irq_return e1000e_receive_interrupt(void *e1000e);
enum irq_return e1000e_send_interrupt(void *e1000e);
/* What the device still had, by sent() and returned(): it is off, and no handler runs. */
void e1000e_give_all_back(struct e1000e *e1000e);

/* ---- link.c ---- */

/* Handler. */
enum irq_return e1000e_link_interrupt(void *e1000e);
/* Reads the link and tells what has changed; `first`: in any case. Any context. */
void e1000e_look_at_link(struct e1000e *e1000e, bool first);
/* What is behind the link of its bus has been reset: it is gone, whatever is read of it. */
void e1000e_lose(struct e1000e *e1000e);

/* ---- controller.c: registers; thread context ---- */

/* Stops whatever it does: interrupts, frames, accesses to memory; then resets it, and waits for the
 * NVM. -ENODEV: it is gone; -ETIMEDOUT: it may still access memory. */
int e1000e_reset(const struct e1000e *e1000e);
/* Rings, filters, vectors, throttling; nothing is enabled. Reads the address. -ENODEV: there is
 * none that a station may have. */
int e1000e_set_up(struct e1000e *e1000e);
/* Lets frames and interrupts come. */
void e1000e_enable(const struct e1000e *e1000e);

#endif
