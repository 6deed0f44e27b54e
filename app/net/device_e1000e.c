// SPDX-License-Identifier: BSD-3-Clause
/*
 * A card with Intel's 82574 under lwIP's interface.
 */
#include "app/net/interface.h"
#include "drivers/e1000e/e1000e.h"
#include "drivers/pci/pci.h"
#include "platform/pci.h"

#include <errno.h>

#define US_PER_S 1000000u

_Static_assert(NET_PIECES_MAX <= E1000E_BUFFERS_MAX, "the card takes what lwIP's interface sends");

static struct pci_function *card; /* the first that there is */

/* ---- from the card: any core ---- */

static enum net_checksum checksum_of(const struct e1000e_received *frame)
{
    switch (frame->checksum) {
    case E1000E_CHECKSUM_GOOD:
        return NET_CHECKSUM_GOOD;
    case E1000E_CHECKSUM_BAD:
        return NET_CHECKSUM_BAD;
    default:
        return NET_CHECKSUM_UNKNOWN;
    }
}

static void on_received(void *context, const struct e1000e_received *frames, unsigned count)
{
    struct net_interface *interface = context;
    unsigned long state = net_interface_begin(interface);

    for (unsigned i = 0; i < count; i++)
        net_interface_arrived(interface, frames[i].cookie, frames[i].length,
                              checksum_of(&frames[i]));
    net_interface_end(interface, state);
}

static void on_link(void *context, const struct e1000e_link *link)
{
    net_interface_link(context, link->up);
}

/* ---- to the card ---- */

static int find(void)
{
    struct pci_host *host;
    int error = -ENODEV;

    for (unsigned i = 0; i < PLATFORM_PCIS && card == NULL; i++) {
        error = platform_pci_open(i, &host);
        if (error == 0)
            card = pci_find_id(host, E1000E_PCI_VENDOR, E1000E_PCI_DEVICE, NULL);
    }
    if (card != NULL)
        return 0;
    return error != 0 ? error : -ENODEV;
}

static int open(struct net_interface *interface, const struct net_interface_config *config)
{
    const uint32_t us = config->coalesce->time_us; /* 0: not at all */
    const struct e1000e_config wanted = {
        .name = "net",
        .core = config->core,
        .receive_depth = NET_RECEIVE_BUFFERS,
        .send_depth = NET_SEND_DEPTH,
        .interrupts_per_s = us != 0 ? US_PER_S / us : 0,
        .loopback = config->loopback,
        .received = on_received,
        .sent = net_interface_sent,
        .ready = net_interface_ready,
        .returned = net_interface_returned,
        .link = on_link,
        .context = interface,
    };
    struct e1000e *opened;
    int error = find();

    if (error == 0)
        error = e1000e_attach(card, &wanted, &opened);
    if (error == 0)
        interface->port = opened;
    return error;
}

static int start(void *port)
{
    return e1000e_start(port);
}

static int close(void *port)
{
    return e1000e_detach(port);
}

static int send(void *port, const struct udma_packet *packets, unsigned count)
{
    struct e1000e_buffer buffers[NET_BATCH][NET_PIECES_MAX];
    struct e1000e_frame frames[NET_BATCH];

    if (count > NET_BATCH)
        count = NET_BATCH;
    for (unsigned i = 0; i < count; i++) {
        frames[i] = (struct e1000e_frame){.buffers = buffers[i],
                                          .buffer_count = packets[i].buffer_count,
                                          .cookie = packets[i].cookie};
        for (unsigned j = 0; j < packets[i].buffer_count && j < NET_PIECES_MAX; j++)
            buffers[i][j] = (struct e1000e_buffer){.data = packets[i].buffers[j].data,
                                                   .length = packets[i].buffers[j].length};
    }
    return e1000e_send(port, frames, count);
}

static int give(void *port, const struct udma_buffer *buffers, unsigned count)
{
    struct e1000e_buffer given[NET_BATCH];
    unsigned done = 0;

    while (done < count) {
        unsigned piece = 0;
        int taken;

        for (; piece < NET_BATCH && done + piece < count; piece++)
            given[piece] = (struct e1000e_buffer){.data = buffers[done + piece].data,
                                                  .cookie = buffers[done + piece].cookie,
                                                  .length = buffers[done + piece].length};
        taken = e1000e_give(port, given, piece);
        if (taken <= 0)
            return done != 0 ? (int)done : taken;
        done += (unsigned)taken;
    }
    return (int)done;
}

static int check_link(void *port)
{
    return e1000e_check_link(port);
}

/* The card's PHY is its own affair. */
static int set_link(void *port, bool up)
{
    (void)port;
    (void)up;
    return -ENOTSUP;
}

static void get_link(const void *port, struct net_link *link)
{
    struct e1000e_link now;

    e1000e_get_link(port, &now);
    *link = (struct net_link){.up = now.up, .full_duplex = now.full_duplex, .speed = now.speed};
}

static void get_address(const void *port, uint8_t *address)
{
    e1000e_get_address(port, address);
}

const struct net_device net_e1000e = {
    .name = "e1000e",
    .buffer_size = E1000E_BUFFER_SIZE,
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
