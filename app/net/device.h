// SPDX-License-Identifier: BSD-3-Clause
/*
 * What lwIP's interface (app/net/interface.h) can be on: the Ethernet port of the AM65x, or a card
 * behind PCI Express. Frames and buffers are told as drivers/udma/packet.h has them, which the port
 * takes as they are; a packet's header is NULL.
 */
#ifndef APP_NET_DEVICE_H
#define APP_NET_DEVICE_H

#include "drivers/udma/packet.h"

#include <stdbool.h>
#include <stdint.h>

#define NET_PIECES_MAX 4u /* that a sent frame consists of */

struct net_interface;
struct net_interface_config;

struct net_link {
    bool up;
    bool full_duplex;
    uint16_t speed; /* Mbit/s; 0 while it is down */
};

/* Errors as drivers/cpsw/cpsw.h has them for its functions of these names, whose contexts these
 * have too. */
struct net_device {
    const char *name;     /* for people, and for the word net=NAME */
    uint32_t buffer_size; /* of a receive buffer */
    /* 0, or why there is none. Thread context. */
    int (*find)(void);
    /* Opens it for the interface, whose `port` becomes what the others get. Its interrupts call
     * net_interface_arrived() and so on. */
    int (*open)(struct net_interface *interface, const struct net_interface_config *config);
    int (*start)(void *port);
    int (*close)(void *port);
    int (*send)(void *port, const struct udma_packet *packets, unsigned count);
    int (*give)(void *port, const struct udma_buffer *buffers, unsigned count);
    int (*check_link)(void *port);
    int (*set_link)(void *port, bool up);
    void (*get_link)(const void *port, struct net_link *link);
    void (*get_address)(const void *port, uint8_t *address);
};

extern const struct net_device net_cpsw, net_e1000e;

#endif
