// SPDX-License-Identifier: BSD-3-Clause
/*
 * Setting and clearing mappings with answers that may get lost (TI-SCI documentation, "Interrupt
 * Management").
 *
 * The firmware refuses to release what is not mapped. So releasing tells: acknowledged or refused,
 * after a request with an unknown end the mapping is gone.
 */
#include "msi/mapping.h"

#include "drivers/ti_sci/ti_sci.h"

#include <errno.h>

static int request_map(const struct mapping *m)
{
    if (m->is_event)
        return ti_sci_event_map(m->source_device, m->source_index, m->device, m->target,
                                m->global_event, m->bit);
    return ti_sci_route_map(m->source_device, m->source_index, m->device, m->target);
}

static int request_unmap(const struct mapping *m)
{
    if (m->is_event)
        return ti_sci_event_unmap(m->source_device, m->source_index, m->device, m->target,
                                  m->global_event, m->bit);
    return ti_sci_route_unmap(m->source_device, m->source_index, m->device, m->target);
}

/* Whether the firmware may have acted although there is no proper answer. -EBUSY and -EDEADLK are
 * found before anything is sent; -EACCES is an answer. */
static bool may_have_acted(int status)
{
    return status != 0 && status != -EACCES && status != -EBUSY && status != -EDEADLK;
}

/* Makes sure that the mapping is gone after a request with an unknown end. */
static int make_sure_it_is_gone(struct mapping *mapping)
{
    int status = request_unmap(mapping);

    if (status == 0 || status == -EACCES)
        return 0;
    mapping->unknown = true;
    return status;
}

int mapping_set(struct mapping *mapping)
{
    int status = request_map(mapping);

    mapping->unknown = false;
    if (may_have_acted(status))
        (void)make_sure_it_is_gone(mapping); /* the first error is the one to report */
    return status;
}

int mapping_clear(struct mapping *mapping)
{
    int status = mapping->unknown ? make_sure_it_is_gone(mapping) : request_unmap(mapping);

    if (status == 0) {
        mapping->unknown = false;
        return 0;
    }
    if (!mapping->unknown && may_have_acted(status))
        status = make_sure_it_is_gone(mapping);
    return status;
}
