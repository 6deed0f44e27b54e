// SPDX-License-Identifier: BSD-3-Clause
/*
 * Setting and clearing mappings when answers may get lost (TI-SCI documentation, "Interrupt
 * Management").
 *
 * The firmware refuses to release what is not mapped. So after a request without an answer a
 * release makes it certain: whether it is acknowledged or refused, the mapping is gone.
 */
#include "msi/parents/mapping.h"

#include "msi/internal.h"

#include "drivers/ti_sci/ti_sci.h"

#include <errno.h>

static int request_map(const struct irq_mapping *m)
{
    if (m->is_event)
        return ti_sci_event_map(m->source_device, m->source_index, m->device, m->target,
                                m->global_event, m->bit);
    return ti_sci_route_map(m->source_device, m->source_index, m->device, m->target);
}

static int request_unmap(const struct irq_mapping *m)
{
    if (m->is_event)
        return ti_sci_event_unmap(m->source_device, m->source_index, m->device, m->target,
                                  m->global_event, m->bit);
    return ti_sci_route_unmap(m->source_device, m->source_index, m->device, m->target);
}

/* Whether after an error the firmware may have acted although there is no proper answer. -EBUSY and
 * -EDEADLK are found before anything is sent; -EACCES is an answer. */
static bool may_have_acted(int error)
{
    return error != -EACCES && error != -EBUSY && error != -EDEADLK;
}

/* Makes sure that the mapping is gone after a request with an unknown end. */
static int make_sure_it_is_gone(struct irq_mapping *mapping)
{
    int error = request_unmap(mapping);

    if (error == 0 || error == -EACCES)
        return 0;
    mapping->unknown = true;
    return error;
}

int irq_mapping_set(struct irq_mapping *mapping)
{
    int error = request_map(mapping);

    /* It may be there from before this firmware was started again: a refusal for ever. */
    if (error == -EACCES && request_unmap(mapping) == 0)
        error = request_map(mapping);
    mapping->unknown = false;
    if (error != 0 && may_have_acted(error))
        (void)make_sure_it_is_gone(mapping); /* the first error is the one to report */
    return error;
}

int irq_mapping_clear(struct irq_mapping *mapping)
{
    int error = mapping->unknown ? make_sure_it_is_gone(mapping) : request_unmap(mapping);

    if (error == 0) {
        mapping->unknown = false;
        return 0;
    }
    if (!mapping->unknown && may_have_acted(error))
        error = make_sure_it_is_gone(mapping);
    return error;
}

/* What is in place is refused, as its numbers are taken. After a request without an answer it is in
 * place whatever became of that one, if the next is acknowledged or refused. */
int irq_mapping_restore(struct irq_mapping *mapping, bool *lost)
{
    int error = request_map(mapping);

    *lost = error != -EACCES;
    if (error != 0 && may_have_acted(error))
        error = request_map(mapping);
    if (error == -EACCES)
        error = 0;
    mapping->unknown = error != 0; /* sent or not: it may have been away */
    return error;
}
