// SPDX-License-Identifier: BSD-3-Clause
/*
 * UDP's echo. The reply is the received buffer with new headers in front, so nothing is copied.
 */
#include "app/net/services.h"

#include <errno.h>
#include <lwip/udp.h>
#include <stddef.h>

struct net_udp_counters net_udp_counters;

static struct udp_pcb *echo;

static void on_datagram(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf,
                        const ip_addr_t *address, u16_t port)
{
    (void)argument;
    net_udp_counters.received++;
    if (udp_sendto(pcb, pbuf, address, port) == ERR_OK)
        net_udp_counters.echoed++;
    pbuf_free(pbuf);
}

int net_udp_echo_open(void)
{
    echo = udp_new();
    if (echo == NULL)
        return -ENOMEM;
    if (udp_bind(echo, IP_ANY_TYPE, NET_ECHO_PORT) != ERR_OK) {
        net_udp_echo_close();
        return -EADDRINUSE;
    }
    udp_recv(echo, on_datagram, NULL);
    return 0;
}

void net_udp_echo_close(void)
{
    if (echo != NULL)
        udp_remove(echo);
    echo = NULL;
}
