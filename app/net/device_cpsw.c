// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's Ethernet port under lwIP's interface.
 */
#include "app/net/interface.h"
#include "drivers/cpsw/cpsw.h"
#include "platform/cpsw.h"

#include <errno.h>

_Static_assert(NET_PIECES_MAX <= CPSW_BUFFERS_MAX, "the port takes what lwIP's interface sends");

/* ---- from the port: any core, any context ---- */

static enum net_checksum checksum_of(const struct udma_received *packet)
{
    switch (cpsw_checksum(packet)) {
    case CPSW_CHECKSUM_GOOD:
        return NET_CHECKSUM_GOOD;
    case CPSW_CHECKSUM_BAD:
        return NET_CHECKSUM_BAD;
    default:
        return NET_CHECKSUM_UNKNOWN;
    }
}

static void on_received(void *context, unsigned flow, struct udma_received *const *packets,
                        unsigned count)
{
    struct net_interface *interface = context;
    unsigned long state = net_interface_begin(interface);

    (void)flow;
    for (unsigned i = 0; i < count; i++)
        net_interface_arrived(interface, packets[i]->buffers[0].cookie, packets[i]->length,
                              checksum_of(packets[i]));
    net_interface_end(interface, state);
}

static void on_returned(void *context, unsigned flow, const struct udma_buffer *buffer)
{
    (void)flow;
    net_interface_returned(context, buffer->cookie);
}

static void on_link(void *context, const struct cpsw_link *link)
{
    net_interface_link(context, link->up);
}

static void on_error(void *context, enum udma_error error)
{
    (void)error;
    net_interface_error(context);
}

/* ---- to the port ---- */

static int find(void)
{
    return platform_cpsw() != NULL ? 0 : -ENODEV;
}

static int open(struct net_interface *interface, const struct net_interface_config *config)
{
    const struct cpsw_config port = {
        .name = "net",
        .facts = platform_cpsw(),
        .loopback = config->loopback,
        .flow_count = 1,
        .flows = {{.core = config->core, .depth = NET_RECEIVE_BUFFERS}},
        .send_core = config->core,
        .send_depth = NET_SEND_DEPTH,
        .receive_coalesce = *config->coalesce,
        .send_coalesce = *config->coalesce,
        .received = on_received,
        .sent = net_interface_sent,
        .ready = net_interface_ready,
        .returned = on_returned,
        .link = on_link,
        .error = on_error,
        .context = interface,
    };
    struct cpsw *opened;
    int error = cpsw_open(&port, &opened);

    if (error == 0)
        interface->port = opened;
    return error;
}

static int start(void *port)
{
    return cpsw_start(port);
}

static int close(void *port)
{
    return cpsw_close(port);
}

static int send(void *port, const struct udma_packet *packets, unsigned count)
{
    return cpsw_send(port, packets, count);
}

static int give(void *port, const struct udma_buffer *buffers, unsigned count)
{
    return cpsw_give(port, 0, buffers, count);
}

static int check_link(void *port)
{
    return cpsw_check_link(port);
}

static int set_link(void *port, bool up)
{
    return cpsw_set_link(port, up);
}

static void get_link(const void *port, struct net_link *link)
{
    struct cpsw_link now;

    cpsw_get_link(port, &now);
    *link = (struct net_link){.up = now.up, .full_duplex = now.full_duplex, .speed = now.speed};
}

static void get_address(const void *port, uint8_t *address)
{
    cpsw_get_address(port, address);
}

const struct net_device net_cpsw = {
    .name = "cpsw",
    .buffer_size = CPSW_BUFFER_SIZE,
    .find = find,
    .open = open,
    .start = start,
    .close = close,
    .send = send,
    .give = give,
    .check_link = check_link,
    .set_link = set_link,
    .get_link = get_link,
    .get_address = get_address,
};
