// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the interrupt layer asks of the system firmware (drivers/ti_sci/ti_sci.h), asked of its
 * model directly, as the R5F's host. The client, its threads and its faults are the other tests'
 * subject.
 */
#include "drivers/ti_sci/ti_sci.h"
#include "tests/host/vim/vim_host.h"
#include "twin/models/models.h"

#include <errno.h>

#define ROUTE 0x03u /* destination and its input */
#define EVENT 0x3cu /* aggregator, VINT, event, bit */

int ti_sci_get_range(uint16_t device, uint8_t subtype, struct ti_sci_range *range)
{
    struct sci_message request = {{0}}, answer = {{0}};

    sci_put16(&request, 8, device);
    sci_put8(&request, 10, subtype);
    if (!sysfw_rm_range(R5F_HOST, &request, &answer))
        return -ENOENT;
    *range = (struct ti_sci_range){sci_get16(&answer, 8), sci_get16(&answer, 10),
                                   sci_get16(&answer, 12), sci_get16(&answer, 14)};
    return 0;
}

static struct sci_message route(uint16_t source_device, uint16_t source_index,
                                uint16_t destination_device, uint16_t destination_irq)
{
    struct sci_message request = {{0}};

    sci_put32(&request, 8, ROUTE);
    sci_put16(&request, 12, source_device);
    sci_put16(&request, 14, source_index);
    sci_put16(&request, 16, destination_device);
    sci_put16(&request, 18, destination_irq);
    return request;
}

static struct sci_message event(uint16_t source_device, uint16_t source_index, uint16_t inta,
                                uint16_t vint, uint16_t global_event, uint8_t vint_bit)
{
    struct sci_message request = route(source_device, source_index, 0, 0);

    sci_put32(&request, 8, EVENT);
    sci_put16(&request, 20, inta);
    sci_put16(&request, 22, vint);
    sci_put16(&request, 24, global_event);
    sci_put8(&request, 26, vint_bit);
    return request;
}

static int result(bool done)
{
    return done ? 0 : -EACCES;
}

int ti_sci_event_map(uint16_t source_device, uint16_t source_index, uint16_t inta, uint16_t vint,
                     uint16_t global_event, uint8_t vint_bit)
{
    struct sci_message answer,
        request = event(source_device, source_index, inta, vint, global_event, vint_bit);

    return result(sysfw_rm_irq_set(R5F_HOST, &request, &answer));
}

int ti_sci_event_unmap(uint16_t source_device, uint16_t source_index, uint16_t inta, uint16_t vint,
                       uint16_t global_event, uint8_t vint_bit)
{
    struct sci_message answer,
        request = event(source_device, source_index, inta, vint, global_event, vint_bit);

    return result(sysfw_rm_irq_release(R5F_HOST, &request, &answer));
}

int ti_sci_route_map(uint16_t source_device, uint16_t source_index, uint16_t destination_device,
                     uint16_t destination_irq)
{
    struct sci_message answer,
        request = route(source_device, source_index, destination_device, destination_irq);

    return result(sysfw_rm_irq_set(R5F_HOST, &request, &answer));
}

int ti_sci_route_unmap(uint16_t source_device, uint16_t source_index, uint16_t destination_device,
                       uint16_t destination_irq)
{
    struct sci_message answer,
        request = route(source_device, source_index, destination_device, destination_irq);

    return result(sysfw_rm_irq_release(R5F_HOST, &request, &answer));
}
