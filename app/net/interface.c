// SPDX-License-Identifier: BSD-3-Clause
/*
 * Between lwIP and the Ethernet device.
 */
#include "app/net/interface.h"

#include "arch/wait.h"
#include "drivers/udma/udma.h"

#include <errno.h>
#include <lwip/err.h>
#include <lwip/etharp.h>
#include <lwip/snmp.h>
#include <netif/ethernet.h>
#include <string.h>

#define SCARCE_BUFFERS  (NET_RECEIVE_BUFFERS / 2u)
#define LINK_BITS_PER_S 1000000000u

/* ---- from the port: any core, any context ---- */

static void leave(struct net_interface *interface)
{
    wait_signal(interface);
}

void net_interface_sent(void *context, void *cookie, int status)
{
    struct net_interface *interface = context;
    unsigned long state = spin_lock(&interface->lock);

    interface->sent[interface->sent_end++ % NET_SEND_DEPTH] = cookie;
    interface->failed += status != 0 ? 1 : 0;
    spin_unlock(&interface->lock, state);
    leave(interface);
}

void net_interface_returned(void *context, void *cookie)
{
    struct net_interface *interface = context;

    (void)cookie;
    __atomic_add_fetch(&interface->returned, 1, __ATOMIC_RELAXED);
}

void net_interface_ready(void *context)
{
    struct net_interface *interface = context;

    __atomic_store_n(&interface->has_room, true, __ATOMIC_RELEASE);
    leave(interface);
}

void net_interface_link(struct net_interface *interface, bool up)
{
    __atomic_store_n(&interface->link_up, up, __ATOMIC_RELAXED);
    __atomic_store_n(&interface->link_changed, true, __ATOMIC_RELEASE);
    leave(interface);
}

void net_interface_error(struct net_interface *interface)
{
    __atomic_add_fetch(&interface->port_errors, 1, __ATOMIC_RELAXED);
}

/* ---- receiving ---- */

/* lwIP has done with a pbuf. */
static void on_freed(struct pbuf *pbuf)
{
    struct net_buffer *buffer = (struct net_buffer *)pbuf;
    struct net_interface *interface = buffer->interface;

    interface->free[interface->free_count++] = buffer->memory;
    interface->counters.buffers_out--;
}

static void give_back(struct net_interface *interface)
{
    unsigned given = 0;

    while (given < interface->free_count) {
        int taken = interface->device->give(interface->port, &interface->free[given],
                                            interface->free_count - given);

        if (taken <= 0) /* closing; or, should the port be full, in the next turn */
            break;
        given += (unsigned)taken;
    }
    interface->free_count -= given;
    memmove(interface->free, &interface->free[given],
            interface->free_count * sizeof(interface->free[0]));
}

bool net_interface_is_scarce(const struct net_interface *interface)
{
    return interface->counters.buffers_out > SCARCE_BUFFERS;
}

/* The next frame that has arrived, or NULL. */
static struct net_buffer *next_arrived(struct net_interface *interface)
{
    struct net_buffer *buffer = NULL;
    unsigned long state = spin_lock(&interface->lock);

    if (interface->arrived_first != interface->arrived_end)
        buffer = interface->arrived[interface->arrived_first++ % NET_RECEIVE_BUFFERS];
    spin_unlock(&interface->lock, state);
    return buffer;
}

/* What the MAC has checked, lwIP need not. Of a frame whose checksum is bad, only that it is. */
static bool is_good(struct net_interface *interface, const struct net_buffer *buffer)
{
    uint16_t checks = NETIF_CHECKSUM_ENABLE_ALL;

    if (buffer->checksum == NET_CHECKSUM_BAD) {
        interface->counters.bad_checksums++;
        return false;
    }
    if (buffer->checksum == NET_CHECKSUM_GOOD)
        checks &= (uint16_t) ~(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP);
    NETIF_SET_CHECKSUM_CTRL(&interface->netif, checks);
    return true;
}

static void take_frame(struct net_interface *interface, struct net_buffer *buffer)
{
    struct net_counters *counters = &interface->counters;
    struct pbuf *pbuf =
        pbuf_alloced_custom(PBUF_RAW, (u16_t)buffer->length, PBUF_REF, &buffer->pbuf,
                            buffer->memory.data, (u16_t)buffer->memory.length);

    if (++counters->buffers_out > counters->buffers_out_most)
        counters->buffers_out_most = counters->buffers_out;
    if (!is_good(interface, buffer)) {
        pbuf_free(pbuf);
        return;
    }
    counters->received++;
    counters->received_bytes += buffer->length;
    if (interface->netif.input(pbuf, &interface->netif) != ERR_OK) {
        counters->not_taken++;
        pbuf_free(pbuf);
    }
}

static void take_arrived(struct net_interface *interface)
{
    for (unsigned i = 0; i < NET_BATCH; i++) {
        struct net_buffer *buffer = next_arrived(interface);

        if (buffer == NULL)
            return;
        take_frame(interface, buffer);
    }
}

/* ---- sending ---- */

static unsigned waiting_count(const struct net_interface *interface)
{
    return interface->waiting_end - interface->waiting_first;
}

/* One frame as the port wants it. Its buffers: NET_PIECES_MAX of them. */
static void describe(struct pbuf *pbuf, struct udma_packet *packet, struct udma_buffer *buffers)
{
    const struct pbuf *piece = pbuf;
    unsigned count = 0;

    do
        if (piece->len != 0)
            buffers[count++] = (struct udma_buffer){.data = piece->payload, .length = piece->len};
    while ((piece = piece->next) != NULL);
    *packet = (struct udma_packet){.buffers = buffers, .buffer_count = count, .cookie = pbuf};
}

/* Sends up to NET_BATCH of those that wait; how many the port has taken, or an error. */
static int send_batch(struct net_interface *interface)
{
    struct udma_packet packets[NET_BATCH];
    struct udma_buffer buffers[NET_BATCH][NET_PIECES_MAX];
    unsigned count = waiting_count(interface), room = NET_SEND_DEPTH - interface->in_flight;
    int taken;

    if (count > room)
        count = room;
    if (count > NET_BATCH)
        count = NET_BATCH;
    if (count == 0)
        return -EAGAIN;
    for (unsigned i = 0; i < count; i++)
        describe(interface->waiting[(interface->waiting_first + i) % NET_SEND_WAITING], &packets[i],
                 buffers[i]);
    /* Before the port has them: it may call back meanwhile. */
    __atomic_store_n(&interface->has_room, false, __ATOMIC_RELEASE);
    taken = interface->device->send(interface->port, packets, count);
    for (int i = 0; i < taken; i++)
        interface->counters.sent_bytes +=
            interface->waiting[(interface->waiting_first + (unsigned)i) % NET_SEND_WAITING]
                ->tot_len;
    return taken;
}

/* The first of those that wait is not to be sent: the port will never take it. */
static void drop_first(struct net_interface *interface)
{
    interface->counters.refused++;
    pbuf_free(interface->waiting[interface->waiting_first++ % NET_SEND_WAITING]);
}

void net_interface_flush(struct net_interface *interface)
{
    while (waiting_count(interface) != 0) {
        int taken = send_batch(interface);

        if (taken == -EAGAIN) {
            interface->counters.deferred++;
            return;
        }
        if (taken <= 0) {
            drop_first(interface); /* no link, closing: TCP sends it again, should it come back */
            continue;
        }
        interface->waiting_first += (unsigned)taken;
        interface->in_flight += (unsigned)taken;
        interface->counters.sent += (unsigned)taken;
        interface->counters.batches++;
    }
}

/* In one piece where there are more than the port takes. NULL: no memory. */
static struct pbuf *in_few_pieces(struct net_interface *interface, struct pbuf *pbuf)
{
    struct pbuf *copy;
    unsigned pieces = 0;

    for (const struct pbuf *piece = pbuf; piece != NULL; piece = piece->next)
        pieces += piece->len != 0 ? 1 : 0;
    if (pieces <= NET_PIECES_MAX) {
        pbuf_ref(pbuf);
        return pbuf;
    }
    copy = pbuf_clone(PBUF_RAW, PBUF_RAM, pbuf);
    interface->counters.copied += copy != NULL ? 1 : 0;
    return copy;
}

/* lwIP's netif->linkoutput: takes a reference, and leaves the frame for net_interface_flush(). */
static err_t output(struct netif *netif, struct pbuf *pbuf)
{
    struct net_interface *interface = netif->state;
    unsigned waiting;

    if (waiting_count(interface) == NET_SEND_WAITING)
        net_interface_flush(interface);
    if (waiting_count(interface) == NET_SEND_WAITING || !netif_is_link_up(netif)) {
        interface->counters.refused++;
        return ERR_WOULDBLOCK;
    }
    pbuf = in_few_pieces(interface, pbuf);
    if (pbuf == NULL) {
        interface->counters.refused++;
        return ERR_MEM;
    }
    interface->waiting[interface->waiting_end++ % NET_SEND_WAITING] = pbuf;
    waiting = waiting_count(interface);
    if (waiting > interface->counters.waiting_most)
        interface->counters.waiting_most = waiting;
    return ERR_OK;
}

static void free_sent(struct net_interface *interface)
{
    for (;;) {
        struct pbuf *pbuf = NULL;
        unsigned long state = spin_lock(&interface->lock);

        if (interface->sent_first != interface->sent_end)
            pbuf = interface->sent[interface->sent_first++ % NET_SEND_DEPTH];
        interface->counters.failed = interface->failed;
        spin_unlock(&interface->lock, state);
        if (pbuf == NULL)
            return;
        interface->in_flight--;
        pbuf_free(pbuf);
    }
}

/* ---- turns ---- */

bool net_interface_is_pending(void *argument)
{
    struct net_interface *interface = argument;
    unsigned long state = spin_lock(&interface->lock);
    bool pending = interface->arrived_first != interface->arrived_end ||
                   interface->sent_first != interface->sent_end;

    spin_unlock(&interface->lock, state);
    return pending || __atomic_load_n(&interface->link_changed, __ATOMIC_ACQUIRE) ||
           (waiting_count(interface) != 0 &&
            __atomic_load_n(&interface->has_room, __ATOMIC_ACQUIRE));
}

bool net_interface_is_quiet(const struct net_interface *interface)
{
    return waiting_count(interface) == 0 && interface->in_flight == 0;
}

static void take_link(struct net_interface *interface)
{
    if (!__atomic_exchange_n(&interface->link_changed, false, __ATOMIC_ACQUIRE))
        return;
    interface->counters.link_changes++;
    if (__atomic_load_n(&interface->link_up, __ATOMIC_RELAXED))
        netif_set_link_up(&interface->netif);
    else
        netif_set_link_down(&interface->netif);
}

void net_interface_turn(struct net_interface *interface)
{
    interface->counters.wakes++;
    interface->counters.port_errors = __atomic_load_n(&interface->port_errors, __ATOMIC_RELAXED);
    free_sent(interface);
    take_link(interface);
    take_arrived(interface);
    give_back(interface);
    net_interface_flush(interface);
}

/* ---- opening and closing ---- */

/* lwIP's init of a netif. */
static err_t init(struct netif *netif)
{
    struct net_interface *interface = netif->state;

    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->output = etharp_output;
    netif->linkoutput = output;
    netif->mtu = 1500;
    netif->hwaddr_len = ETH_HWADDR_LEN;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    interface->device->get_address(interface->port, netif->hwaddr);
    MIB2_INIT_NETIF(netif, snmp_ifType_ethernet_csmacd, LINK_BITS_PER_S);
    return ERR_OK;
}

static void make_buffers(struct net_interface *interface)
{
    const uint32_t size = interface->device->buffer_size;

    for (unsigned i = 0; i < NET_RECEIVE_BUFFERS; i++) {
        struct net_buffer *buffer = &interface->buffers[i];

        buffer->pbuf.custom_free_function = on_freed;
        buffer->interface = interface;
        buffer->memory = (struct udma_buffer){
            .data = interface->memory + i * size, .length = size, .cookie = buffer};
        interface->free[i] = buffer->memory;
    }
    interface->free_count = NET_RECEIVE_BUFFERS;
}

static struct udma_coalesce coalesce; /* not at all */

void net_interface_coalesce(const struct udma_coalesce *wanted)
{
    coalesce = *wanted;
}

static int open_port(struct net_interface *interface, const struct net_interface_config *config)
{
    struct net_interface_config with = *config;

    with.coalesce = &coalesce;
    return interface->device->open(interface, &with);
}

/* Closes the port and takes what it has given back. */
static int close_port(struct net_interface *interface)
{
    int error = interface->device->close(interface->port);

    if (error == -EAGAIN)
        return error;
    interface->port = NULL;
    free_sent(interface);
    while (next_arrived(interface) != NULL)
        interface->returned++;
    while (waiting_count(interface) != 0)
        drop_first(interface);
    return error;
}

static int start(struct net_interface *interface, const struct net_interface_config *config)
{
    struct netif *netif = &interface->netif;

    give_back(interface);
    if (interface->free_count != 0)
        return -EIO;
    if (netif_add(netif, NULL, NULL, NULL, interface, init, ethernet_input) == NULL)
        return -ENOMEM;
    netif_set_hostname(netif, config->hostname);
    netif_set_status_callback(netif, config->changed);
    netif_set_default(netif);
    netif_set_up(netif);
    return interface->device->start(interface->port);
}

int net_interface_open(struct net_interface *interface, const struct net_interface_config *config)
{
    int error;

    memset(interface, 0, sizeof(*interface));
    interface->device = config->device;
    interface->memory = dma_alloc(NET_RECEIVE_BUFFERS * interface->device->buffer_size);
    if (interface->memory == NULL)
        return -ENOMEM;
    make_buffers(interface);
    error = open_port(interface, config);
    if (error != 0) {
        dma_free(interface->memory);
        return error;
    }
    error = start(interface, config);
    if (error != 0)
        (void)net_interface_close(interface);
    return error;
}

int net_interface_close(struct net_interface *interface)
{
    int error = 0;

    if (interface->netif.state != NULL) {
        netif_set_down(&interface->netif);
        netif_remove(&interface->netif);
        interface->netif.state = NULL;
    }
    if (interface->port != NULL) {
        error = close_port(interface);
        if (error == -EAGAIN)
            return error;
    }
    if (interface->returned + interface->free_count != NET_RECEIVE_BUFFERS ||
        interface->in_flight != 0)
        return -EBUSY;
    dma_free(interface->memory);
    return error;
}
