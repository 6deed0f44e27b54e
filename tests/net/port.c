// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Ethernet port of the machine: drivers/cpsw/cpsw.h with a wire behind it. As strict as the
 * header: what it does not allow ends the program.
 */
#include "tests/net/port.h"

#include "platform/cpsw.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct queued {
    uint8_t data[CPSW_FRAME_MAX];
    size_t length;
    void *cookie;
    struct udma_buffer buffers[CPSW_BUFFERS_MAX];
    unsigned buffer_count;
};

struct cpsw {
    struct cpsw_config config;
    struct udma_buffer free[CPSW_DEPTH_MAX];
    unsigned free_count;
    struct queued queue[CPSW_DEPTH_MAX];
    unsigned queue_first, queue_count;
    bool open, started, told_full;
    bool told_link, link_up; /* what was told */
};

const struct machine_wire *machine_wire;

static struct cpsw the_port;
static struct machine_port counted;
static bool cable;
static unsigned room;
static bool refusing;
static enum cpsw_checksum found;

static const struct cpsw_facts facts = {.endpoint = "cpsw0"};

const struct cpsw_facts *platform_cpsw(void)
{
    return &facts;
}

void machine_reset(const struct machine_wire *wire)
{
    memset(&the_port, 0, sizeof(the_port));
    memset(&counted, 0, sizeof(counted));
    machine_wire = wire;
    cable = true;
    room = 0;
    refusing = false;
    machine_interrupted = false;
}

/* ---- the port's other side ---- */

void machine_set_link(bool up)
{
    cable = up;
}

void machine_set_room(unsigned frames)
{
    room = frames;
}

void machine_get_port(struct machine_port *port)
{
    counted.open = the_port.open;
    counted.started = the_port.started;
    counted.buffers = the_port.free_count;
    counted.queued = the_port.queue_count;
    *port = counted;
}

bool machine_deliver(const uint8_t *frame, size_t length, enum cpsw_checksum checksum)
{
    struct cpsw *port = &the_port;
    struct udma_received packet = {.buffer_count = 1}, *const packets[] = {&packet};
    struct udma_buffer buffer;

    assert(length <= CPSW_FRAME_MAX);
    if (!port->started || !cable || port->free_count == 0) {
        counted.dropped++;
        return false;
    }
    buffer = port->free[0];
    memmove(&port->free[0], &port->free[1], --port->free_count * sizeof(port->free[0]));
    memcpy(buffer.data, frame, length);
    buffer.length = (uint32_t)length;
    packet.buffers = &buffer;
    packet.length = (uint32_t)length;
    found = checksum;
    counted.received++;
    machine_interrupt(0);
    port->config.received(port->config.context, 0, packets, 1);
    return true;
}

enum cpsw_checksum cpsw_checksum(const struct udma_received *packet)
{
    (void)packet;
    return found;
}

static void gather(struct queued *queued)
{
    size_t at = 0;

    for (unsigned i = 0; i < queued->buffer_count; i++) {
        memcpy(&queued->data[at], queued->buffers[i].data, queued->buffers[i].length);
        at += queued->buffers[i].length;
    }
    assert(at == queued->length);
}

static void tell_room(struct cpsw *port)
{
    bool told_full = port->told_full;

    port->told_full = false;
    if (told_full && port->config.ready != NULL)
        port->config.ready(port->config.context);
}

unsigned machine_send(unsigned frames)
{
    struct cpsw *port = &the_port;
    unsigned sent = 0;

    for (; sent < frames && port->queue_count != 0 && port->started; sent++) {
        struct queued *queued = &port->queue[port->queue_first];

        /* Only now, as the hardware does: what has changed meanwhile shows. */
        gather(queued);
        if (cable)
            machine_wire->frame(queued->data, queued->length);
        port->queue_first = (port->queue_first + 1) % CPSW_DEPTH_MAX;
        port->queue_count--;
        counted.sent++;
        port->config.sent(port->config.context, queued->cookie, 0);
    }
    if (sent != 0)
        machine_interrupt(1);
    if (sent != 0 && !refusing)
        tell_room(port);
    return sent;
}

void machine_refuse(bool refuse)
{
    refusing = refuse;
    if (!refuse)
        tell_room(&the_port);
}

/* ---- drivers/cpsw/cpsw.h ---- */

int cpsw_open(const struct cpsw_config *config, struct cpsw **cpsw)
{
    struct cpsw *port = &the_port;

    if (port->open)
        return -EBUSY;
    assert(config->received != NULL && config->sent != NULL && config->flow_count == 1);
    assert(config->flows[0].depth <= CPSW_DEPTH_MAX && config->send_depth <= CPSW_DEPTH_MAX);
    memset(port, 0, sizeof(*port));
    port->config = *config;
    port->open = true;
    *cpsw = port;
    return 0;
}

int cpsw_start(struct cpsw *port)
{
    port->started = true;
    return cpsw_check_link(port);
}

int cpsw_close(struct cpsw *port)
{
    assert(port->open);
    port->started = false;
    while (port->queue_count != 0) {
        struct queued *queued = &port->queue[port->queue_first];

        port->queue_first = (port->queue_first + 1) % CPSW_DEPTH_MAX;
        port->queue_count--;
        port->config.sent(port->config.context, queued->cookie, -ECANCELED);
    }
    while (port->free_count != 0)
        port->config.returned(port->config.context, 0, &port->free[--port->free_count]);
    port->open = false;
    return 0;
}

static bool is_sound(const struct udma_packet *packet)
{
    uint32_t length = 0;

    for (unsigned i = 0; i < packet->buffer_count; i++)
        length += packet->buffers[i].length;
    return packet->buffer_count >= 1 && packet->buffer_count <= CPSW_BUFFERS_MAX && length >= 1 &&
           length <= CPSW_FRAME_MAX;
}

static void enqueue(struct cpsw *port, const struct udma_packet *packet)
{
    struct queued *queued = &port->queue[(port->queue_first + port->queue_count) % CPSW_DEPTH_MAX];

    *queued = (struct queued){.cookie = packet->cookie, .buffer_count = packet->buffer_count};
    for (unsigned i = 0; i < packet->buffer_count; i++) {
        queued->buffers[i] = packet->buffers[i];
        queued->length += packet->buffers[i].length;
    }
    port->queue_count++;
}

int cpsw_send(struct cpsw *port, const struct udma_packet *packets, unsigned count)
{
    unsigned limit = refusing ? 0 : room != 0 ? room : port->config.send_depth, taken = 0;

    if (!port->started || !port->link_up)
        return -ENETDOWN;
    while (taken < count && port->queue_count < limit) {
        if (!is_sound(&packets[taken]))
            break;
        enqueue(port, &packets[taken++]);
    }
    if (taken < count && port->queue_count >= limit)
        port->told_full = true;
    if (taken == 0)
        return port->queue_count >= limit ? -EAGAIN : -EINVAL;
    counted.doorbells++;
    if (taken > counted.most_per_doorbell)
        counted.most_per_doorbell = taken;
    return (int)taken;
}

int cpsw_give(struct cpsw *port, unsigned flow, const struct udma_buffer *buffers, unsigned count)
{
    unsigned taken = 0;

    assert(flow == 0);
    if (!port->open)
        return -ECANCELED;
    for (; taken < count && port->free_count < port->config.flows[0].depth; taken++) {
        assert(buffers[taken].length >= CPSW_BUFFER_SIZE);
        for (unsigned i = 0; i < port->free_count; i++)
            assert(port->free[i].data != buffers[taken].data); /* given twice */
        port->free[port->free_count++] = buffers[taken];
    }
    return (int)taken;
}

void cpsw_get_link(const struct cpsw *port, struct cpsw_link *link)
{
    *link = (struct cpsw_link){port->link_up, port->link_up, port->link_up ? 1000 : 0};
}

int cpsw_check_link(struct cpsw *port)
{
    struct cpsw_link link;

    if (port->told_link && port->link_up == cable)
        return 0;
    port->told_link = true;
    port->link_up = cable;
    printf("port: link %s\n", cable ? "up" : "down");
    fflush(stdout);
    cpsw_get_link(port, &link);
    if (port->config.link != NULL)
        port->config.link(port->config.context, &link);
    return 0;
}

int cpsw_set_link(struct cpsw *port, bool up)
{
    cable = up;
    return cpsw_check_link(port);
}

void cpsw_get_address(const struct cpsw *port, uint8_t address[CPSW_MAC_ADDRESS_LENGTH])
{
    static const uint8_t own[CPSW_MAC_ADDRESS_LENGTH] = {0x02, 0x6b, 0x33, 0x00, 0x00, 0x01};

    (void)port;
    memcpy(address, own, sizeof(own));
}
