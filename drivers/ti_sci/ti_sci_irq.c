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

const struct ti_sci_keeper *ti_sci_keeper;

static const uint8_t valid[] = {
    [TI_SCI_IRQ_EVENT] = EVENT_VALID,
    [TI_SCI_IRQ_ROUTE] = ROUTE_VALID,
    [TI_SCI_IRQ_TRIGGER] = TISCI_IRQ_GLOBAL_EVENT_VALID,
};

/* What is noted may be there; what is not, is not. */
static __attribute__((noinline, cold)) int
keep(uint16_t type, const struct tisci_irq_request *request, enum ti_sci_irq_kind kind)
{
    const bool is_route = kind == TI_SCI_IRQ_ROUTE;
    const struct ti_sci_irq irq = {
        .kind = (uint8_t)kind,
        .bit = request->vint_status_bit_index,
        .source_device = request->src_id,
        .source_index = request->src_index,
        .device = is_route ? request->dst_id : request->ia_id,
        .target = is_route ? request->dst_host_irq : request->vint,
        .global_event = request->global_event,
    };
    const struct ti_sci_keeper *keeper = ti_sci_keeper;
    bool is_new = type == TISCI_MSG_RM_IRQ_SET && keeper->note(&irq);
    int error = ti_sci_request(type, request, sizeof(*request), NULL, 0);
    bool is_gone = type == TISCI_MSG_RM_IRQ_RELEASE && (error == 0 || error == -EACCES);

    if (is_gone || (is_new && error == -EACCES))
        keeper->strike(&irq);
    return error;
}

/* Inline, for the kind is known where it is called. */
static inline __attribute__((always_inline)) int send(uint16_t type, const struct ti_sci_irq *irq)
{
    const bool is_route = irq->kind == TI_SCI_IRQ_ROUTE;
    const struct tisci_irq_request request = {
        .valid_params = valid[irq->kind],
        .src_id = irq->source_device,
        .src_index = irq->source_index,
        .dst_id = is_route ? irq->device : 0,
        .dst_host_irq = is_route ? irq->target : 0,
        .ia_id = is_route ? 0 : irq->device,
        .vint = is_route ? 0 : irq->target,
        .global_event = irq->global_event,
        .vint_status_bit_index = irq->bit,
    };

    return ti_sci_keeper == NULL ? ti_sci_request(type, &request, sizeof(request), NULL, 0)
                                 : keep(type, &request, irq->kind);
}

int ti_sci_irq_request(uint16_t type, const struct ti_sci_irq *irq)
{
    return send(type, irq);
}

static const char *operation(uint16_t type)
{
    return type == TISCI_MSG_RM_IRQ_SET ? "map" : "unmap";
}

static int event(uint16_t type, uint16_t source_device, uint16_t source_index, uint16_t inta,
                 uint16_t vint, uint16_t global_event, uint8_t vint_bit)
{
    const struct ti_sci_irq irq = {
        TI_SCI_IRQ_EVENT, vint_bit, source_device, source_index, inta, vint, global_event};
    int error = send(type, &irq);

    if (error == -EACCES)
        log_error(ti_sci, "%s device %u source %u > INTA %u event %u VINT %u bit %u refused",
                  operation(type), source_device, source_index, inta, global_event, vint, vint_bit);
    return error;
}

static int route(uint16_t type, uint16_t source_device, uint16_t source_index,
                 uint16_t destination_device, uint16_t destination_irq)
{
    const struct ti_sci_irq irq = {
        TI_SCI_IRQ_ROUTE, 0, source_device, source_index, destination_device, destination_irq, 0};
    int error = send(type, &irq);

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
