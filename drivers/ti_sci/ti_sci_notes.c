// SPDX-License-Identifier: BSD-3-Clause
/*
 * A mapping is noted before it is asked for, and struck out when it is known to be gone; each
 * change is one of `count`, so that the core may be stopped between any two stores: a note too many
 * is refused by the system firmware, or released twice.
 */
#include "drivers/ti_sci/ti_sci_notes.h"

#include "arch/barrier.h"
#include "arch/spinlock.h"
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <string.h>

#define MAGIC 0x6b336972u

struct notes {
    uint32_t magic, host, count;
    struct ti_sci_irq irqs[];
};

static volatile struct notes *notes;
static uint32_t room;
static struct spinlock lock;

static bool is_same(const struct ti_sci_irq *a, const struct ti_sci_irq *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}
_Static_assert(sizeof(struct ti_sci_irq) == 12, "without gaps, which memcmp() would look at");

static struct ti_sci_irq get(uint32_t i)
{
    return notes->irqs[i];
}

/* Where it is; `count`: nowhere. */
static uint32_t find(const struct ti_sci_irq *irq)
{
    const uint32_t count = notes->count;
    uint32_t i = 0;

    while (i < count) {
        const struct ti_sci_irq noted = get(i);

        if (is_same(&noted, irq))
            break;
        i++;
    }
    return i;
}

static void set_count(uint32_t count)
{
    barrier_before_doorbell();
    notes->count = count;
    barrier_before_doorbell();
}

static void remove_at(uint32_t i)
{
    const uint32_t last = notes->count - 1;

    if (i != last)
        notes->irqs[i] = get(last);
    set_count(last);
}

static bool note(const struct ti_sci_irq *irq)
{
    unsigned long state = spin_lock(&lock);
    bool is_new = find(irq) == notes->count;

    if (is_new && notes->count < room) {
        notes->irqs[notes->count] = *irq;
        set_count(notes->count + 1);
    }
    spin_unlock(&lock, state);
    return is_new;
}

static void strike(const struct ti_sci_irq *irq)
{
    unsigned long state = spin_lock(&lock);
    uint32_t i = find(irq);

    if (i < notes->count)
        remove_at(i);
    spin_unlock(&lock, state);
}

/* The last first, since whatever has gone wrong since then has gone wrong there. */
static int release_all(unsigned *released)
{
    int error = 0;

    while (notes->count != 0 && error == 0) {
        const struct ti_sci_irq irq = get(notes->count - 1);

        error = irq.kind <= TI_SCI_IRQ_TRIGGER ? ti_sci_irq_request(TISCI_MSG_RM_IRQ_RELEASE, &irq)
                                               : -EACCES;
        *released += error == 0;
        if (error == -EACCES) /* it is not there, or is no mapping at all */
            error = 0;
        if (error == 0)
            remove_at(notes->count - 1);
    }
    return error;
}

static void begin(uint32_t host)
{
    notes->magic = 0;
    set_count(0);
    notes->host = host;
    barrier_before_doorbell();
    notes->magic = MAGIC;
}

int ti_sci_notes_open(void *memory, size_t size, uint8_t host)
{
    static const struct ti_sci_keeper keeper = {note, strike};
    unsigned released = 0;
    int error;

    if (memory == NULL || size < sizeof(*notes) + sizeof(notes->irqs[0]))
        return -EINVAL;
    ti_sci_keeper = NULL;
    notes = memory;
    room = (uint32_t)((size - sizeof(*notes)) / sizeof(notes->irqs[0]));
    if (notes->magic != MAGIC || notes->host != host || notes->count > room)
        begin(host);
    error = release_all(&released);
    if (released != 0)
        log_info(ti_sci, "mappings that an earlier program has left: %u released", released);
    ti_sci_keeper = &keeper;
    return error;
}
