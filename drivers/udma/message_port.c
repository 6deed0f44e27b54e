// SPDX-License-Identifier: BSD-3-Clause
/*
 * A proxy into other hosts' rings: see message_port.h.
 */
#include "drivers/udma/message_port.h"

#include "arch/barrier.h"
#include "arch/wait.h"
#include "drivers/ti_sci/ti_sci.h"
#include "drivers/udma/internal.h"
#include "drivers/udma/proxy.h"
#include "drivers/udma/spare.h"

#include <errno.h>
#include <stdlib.h>

struct udma_message_port {
    struct proxy_registers *proxy;
    struct ti_sci_range rings; /* that the other host has */
    uint16_t device, number;   /* of the proxy */
};

/* Its rings are looked up before anything is taken. */
static int open_port(const struct udma_facts *facts, uint8_t host, struct udma_message_port *port)
{
    int error =
        ti_sci_get_range_of(host, facts->ringacc_device, TI_SCI_SUBTYPE_RA_GP, &port->rings);

    if (error == 0)
        error = udma_spare_take(facts->proxy_device, TI_SCI_SUBTYPE_PROXY_PROXIES, &port->number);
    if (error != 0)
        return error;
    port->device = facts->proxy_device;
    port->proxy = proxy_at(facts->proxy_target, port->number);
    error = ti_sci_proxy_configure(port->device, port->number);
    if (error != 0)
        udma_spare_give_back(port->device, TI_SCI_SUBTYPE_PROXY_PROXIES, port->number);
    return error;
}

int udma_message_port_open(struct udma *udma, uint8_t host, struct udma_message_port **port)
{
    int error;

    if (!wait_is_allowed())
        return -EDEADLK;
    if (port == NULL)
        return -EINVAL;
    udma = udma_or_main(udma);
    if (udma == NULL || udma->facts.proxy_target == 0)
        return -ENODEV;
    *port = calloc(1, sizeof(**port));
    if (*port == NULL)
        return -ENOMEM;
    error = open_port(&udma->facts, host, *port);
    if (error != 0)
        free(*port);
    return error;
}

int udma_message_port_close(struct udma_message_port *port)
{
    if (!wait_is_allowed())
        return -EDEADLK;
    if (port == NULL)
        return -EINVAL;
    udma_spare_give_back(port->device, TI_SCI_SUBTYPE_PROXY_PROXIES, port->number);
    free(port);
    return 0;
}

bool udma_message_port_reaches(const struct udma_message_port *port, uint16_t ring)
{
    return ti_sci_range_has(&port->rings, ring);
}

void udma_message_port_put(struct udma_message_port *port, uint16_t ring, const uint64_t element[2])
{
    proxy_point(port->proxy, ring, PROXY_AT_TAIL | PROXY_SIXTEEN);
    barrier_before_doorbell(); /* what the element stands for is in memory */
    proxy_put(port->proxy, element, 2);
}
