// SPDX-License-Identifier: BSD-3-Clause
/*
 * Events that go from one DMA channel to another, and through no aggregator (TI-SCI documentation,
 * "Resource Management IRQ"): of the request only the number of the event is valid.
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

static int trigger(uint16_t type, uint16_t source_device, uint16_t source_index,
                   uint16_t global_event)
{
    const struct ti_sci_irq irq = {
        .kind = TI_SCI_IRQ_TRIGGER,
        .source_device = source_device,
        .source_index = source_index,
        .global_event = global_event,
    };
    int error = ti_sci_irq_request(type, &irq);

    if (error == -EACCES)
        log_error(ti_sci, "device %u source %u: event %u refused", source_device, source_index,
                  global_event);
    return error;
}

int ti_sci_trigger_map(uint16_t source_device, uint16_t source_index, uint16_t global_event)
{
    return trigger(TISCI_MSG_RM_IRQ_SET, source_device, source_index, global_event);
}

int ti_sci_trigger_unmap(uint16_t source_device, uint16_t source_index, uint16_t global_event)
{
    return trigger(TISCI_MSG_RM_IRQ_RELEASE, source_device, source_index, global_event);
}
