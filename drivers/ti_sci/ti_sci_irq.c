// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupt routes (TI-SCI documentation, "Resource Management IRQ").
 *
 * The firmware programs one hop a request, told apart by the fields that are valid: with the four
 * aggregator fields, an event into a bit of a VINT; with the two destination fields, a router's
 * input to its output.
 */
#include "drivers/ti_sci/internal.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/ti_sci/ti_sci_protocol.h"
#include "lib/log.h"

#include <errno.h>
#include <stddef.h>

#define EVENT_VALID                                                                                \
    (TISCI_IRQ_IA_ID_VALID | TISCI_IRQ_VINT_VALID | TISCI_IRQ_GLOBAL_EVENT_VALID |                 \
     TISCI_IRQ_VINT_STATUS_BIT_INDEX_VALID)
#define ROUTE_VALID (TISCI_IRQ_DST_ID_VALID | TISCI_IRQ_DST_HOST_IRQ_VALID)

static const char *operation(uint16_t type)
{
    return type == TISCI_MSG_RM_IRQ_SET ? "map" : "unmap";
}

static int event(uint16_t type, uint16_t source_device, uint16_t source_index, uint16_t inta,
                 uint16_t vint, uint16_t global_event, uint8_t vint_bit)
{
    struct tisci_irq_request request = {
        .valid_params = EVENT_VALID,
        .src_id = source_device,
        .src_index = source_index,
        .ia_id = inta,
        .vint = vint,
        .global_event = global_event,
        .vint_status_bit_index = vint_bit,
    };
    int error = ti_sci_request(type, &request, sizeof(request), NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "%s device %u source %u > INTA %u event %u VINT %u bit %u refused",
                  operation(type), source_device, source_index, inta, global_event, vint, vint_bit);
    return error;
}

static int route(uint16_t type, uint16_t source_device, uint16_t source_index,
                 uint16_t destination_device, uint16_t destination_irq)
{
    struct tisci_irq_request request = {
        .valid_params = ROUTE_VALID,
        .src_id = source_device,
        .src_index = source_index,
        .dst_id = destination_device,
        .dst_host_irq = destination_irq,
    };
    int error = ti_sci_request(type, &request, sizeof(request), NULL, 0);

    if (error == -EACCES)
        log_error(ti_sci, "%s device %u source %u > device %u interrupt %u refused",
                  operation(type), source_device, source_index, destination_device,
                  destination_irq);
    return error;
}

int ti_sci_event_map(uint16_t source_device, uint16_t source_index, uint16_t inta, uint16_t vint,
                     uint16_t global_event, uint8_t vint_bit)
{
    return event(TISCI_MSG_RM_IRQ_SET, source_device, source_index, inta, vint, global_event,
                 vint_bit);
}

int ti_sci_event_unmap(uint16_t source_device, uint16_t source_index, uint16_t inta, uint16_t vint,
                       uint16_t global_event, uint8_t vint_bit)
{
    return event(TISCI_MSG_RM_IRQ_RELEASE, source_device, source_index, inta, vint, global_event,
                 vint_bit);
}

int ti_sci_route_map(uint16_t source_device, uint16_t source_index, uint16_t destination_device,
                     uint16_t destination_irq)
{
    return route(TISCI_MSG_RM_IRQ_SET, source_device, source_index, destination_device,
                 destination_irq);
}

int ti_sci_route_unmap(uint16_t source_device, uint16_t source_index, uint16_t destination_device,
                       uint16_t destination_irq)
{
    return route(TISCI_MSG_RM_IRQ_RELEASE, source_device, source_index, destination_device,
                 destination_irq);
}
