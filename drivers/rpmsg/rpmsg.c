// SPDX-License-Identifier: BSD-3-Clause
/*
 * Endpoints and their names, above two queues: Linux makes buffers of the first available for what
 * it receives, and of the second with what it sends.
 */
#include "drivers/rpmsg/rpmsg.h"

#include "arch/barrier.h"

#include <errno.h>
#include <string.h>

#define STATUS_DRIVER_OK 4u /* virtio's device status */

struct header {
    uint32_t source;
    uint32_t destination;
    uint32_t reserved;
    uint16_t length; /* of what follows */
    uint16_t flags;
};
_Static_assert(sizeof(struct header) == 16, "struct rpmsg_hdr");

struct announcement {
    char name[RPMSG_NAME_SIZE];
    uint32_t address;
    uint32_t gone; /* 0: it is there; 1: it goes */
};
_Static_assert(sizeof(struct announcement) == 40, "struct rpmsg_ns_msg");

void rpmsg_init(struct rpmsg *rpmsg, const struct rpmsg_config *config)
{
    memset(rpmsg, 0, sizeof(*rpmsg));
    rpmsg->config = *config;
    rpmsg->state = RPMSG_DOWN;
}

/* ---- Linux's driver comes and goes ---- */

static bool driver_is_there(const struct rpmsg *rpmsg)
{
    return (rpmsg->config.device->status & STATUS_DRIVER_OK) != 0;
}

static int open_queue(struct rpmsg *rpmsg, struct vring *ring, unsigned number)
{
    volatile struct resource_vring *place = &rpmsg->config.device->vrings[number];

    return vring_open(ring, &rpmsg->config.window, place->address, place->count, place->alignment);
}

static int break_down(struct rpmsg *rpmsg)
{
    rpmsg->state = RPMSG_BROKEN;
    return -EPROTO;
}

static int come_up(struct rpmsg *rpmsg)
{
    barrier_after_status();
    for (struct rpmsg_endpoint *e = rpmsg->endpoints; e != NULL; e = e->next)
        e->announced = false;
    if (open_queue(rpmsg, &rpmsg->transmit, 0) != 0 || open_queue(rpmsg, &rpmsg->receive, 1) != 0)
        return break_down(rpmsg);
    rpmsg->state = RPMSG_UP;
    return 0;
}

/* 0 with a driver there; -ENOTCONN; -EPROTO. A driver that went and came unnoticed has cleared its
 * queues. */
static int check_driver(struct rpmsg *rpmsg)
{
    if (!driver_is_there(rpmsg)) {
        rpmsg->state = RPMSG_DOWN;
        return -ENOTCONN;
    }
    if (rpmsg->state == RPMSG_BROKEN)
        return -EPROTO;
    if (rpmsg->state == RPMSG_DOWN || vring_is_stale(&rpmsg->transmit) ||
        vring_is_stale(&rpmsg->receive))
        return come_up(rpmsg);
    return 0;
}

bool rpmsg_is_up(const struct rpmsg *rpmsg)
{
    return rpmsg->state == RPMSG_UP && driver_is_there(rpmsg);
}

/* ---- sending ---- */

static void kick(const struct rpmsg *rpmsg, const struct vring *ring, unsigned number)
{
    if (vring_wants_kick(ring))
        rpmsg->config.kick(rpmsg->config.context, rpmsg->config.device->vrings[number].notify_id);
}

/* A buffer that the message does not fit into stays for the next one. */
static int write_message(struct rpmsg *rpmsg, uint32_t source, uint32_t destination,
                         const void *data, size_t length)
{
    struct header header = {source, destination, 0, (uint16_t)length, 0};
    struct vring_buffer buffer;
    int error = vring_take(&rpmsg->transmit, &buffer);

    if (error != 0)
        return error == -EPROTO ? break_down(rpmsg) : error;
    if (!buffer.writable || buffer.size < sizeof(header))
        return break_down(rpmsg);
    if (length > buffer.size - sizeof(header)) {
        rpmsg->transmit.taken--;
        return -EMSGSIZE;
    }
    memcpy(buffer.data, &header, sizeof(header));
    memcpy(buffer.data + sizeof(header), data, length);
    vring_give(&rpmsg->transmit, &buffer, (uint32_t)(sizeof(header) + length));
    kick(rpmsg, &rpmsg->transmit, 0);
    return 0;
}

/* A buffer that has no room for it is none of Linux's. */
static int announce(struct rpmsg *rpmsg, const struct rpmsg_endpoint *endpoint, bool gone)
{
    struct announcement announcement = {.address = endpoint->address, .gone = gone};
    int error;

    strncpy(announcement.name, endpoint->name, sizeof(announcement.name) - 1);
    error = write_message(rpmsg, endpoint->address, RPMSG_NAME_SERVER, &announcement,
                          sizeof(announcement));
    return error == -EMSGSIZE ? break_down(rpmsg) : error;
}

/* As many as there are buffers for; the others' turn comes with the next kick. */
static int announce_all(struct rpmsg *rpmsg)
{
    int error = 0;

    if ((rpmsg->config.device->features_taken & RPMSG_FEATURE_NS) == 0)
        return 0;
    for (struct rpmsg_endpoint *e = rpmsg->endpoints; e != NULL && error == 0; e = e->next) {
        if (e->announced || e->name == NULL)
            continue;
        error = announce(rpmsg, e, false);
        e->announced = error == 0;
    }
    return error == -EPROTO ? error : 0;
}

int rpmsg_send(struct rpmsg *rpmsg, const struct rpmsg_endpoint *endpoint, uint32_t destination,
               const void *data, size_t length)
{
    int error = length > RPMSG_PAYLOAD_MAX ? -EMSGSIZE : check_driver(rpmsg);

    if (error == 0)
        error = write_message(rpmsg, endpoint->address, destination, data, length);
    if (error == 0)
        rpmsg->counters.sent++;
    return error;
}

/* ---- endpoints ---- */

static struct rpmsg_endpoint *find(struct rpmsg *rpmsg, uint32_t address)
{
    struct rpmsg_endpoint *endpoint = rpmsg->endpoints;

    while (endpoint != NULL && endpoint->address != address)
        endpoint = endpoint->next;
    return endpoint;
}

int rpmsg_open(struct rpmsg *rpmsg, struct rpmsg_endpoint *endpoint)
{
    if (endpoint->address == RPMSG_NAME_SERVER ||
        (endpoint->name != NULL && strlen(endpoint->name) >= RPMSG_NAME_SIZE))
        return -EINVAL;
    if (find(rpmsg, endpoint->address) != NULL)
        return -EEXIST;
    endpoint->announced = false;
    endpoint->next = rpmsg->endpoints;
    rpmsg->endpoints = endpoint;
    if (check_driver(rpmsg) == 0)
        (void)announce_all(rpmsg); /* what it doesn't do now, and any error, is rpmsg_poll()'s */
    return 0;
}

int rpmsg_close(struct rpmsg *rpmsg, struct rpmsg_endpoint *endpoint)
{
    struct rpmsg_endpoint **link = &rpmsg->endpoints;
    int error;

    while (*link != NULL && *link != endpoint)
        link = &(*link)->next;
    if (*link == NULL)
        return -ENOENT;
    error = check_driver(rpmsg);
    if (error == 0 && endpoint->announced)
        error = announce(rpmsg, endpoint, true);
    if (error == -EAGAIN)
        return error;
    *link = endpoint->next;
    return error == -ENOTCONN ? 0 : error; /* nobody is there to be told */
}

/* ---- receiving ---- */

/* Copies the message out, so that Linux has its buffer back before anybody looks at it, and what
 * was checked is what is handed on. False: it is none. */
static bool read_message(struct rpmsg *rpmsg, const struct vring_buffer *buffer,
                         struct header *header)
{
    if (buffer->size < sizeof(*header))
        return false;
    memcpy(header, buffer->data, sizeof(*header));
    if (header->length > buffer->size - sizeof(*header) || header->length > RPMSG_PAYLOAD_MAX)
        return false;
    memcpy(rpmsg->message, buffer->data + sizeof(*header), header->length);
    return true;
}

static void hand_on(struct rpmsg *rpmsg, const struct header *header)
{
    const struct rpmsg_endpoint *endpoint = find(rpmsg, header->destination);

    if (endpoint == NULL) {
        rpmsg->counters.dropped++;
        return;
    }
    rpmsg->counters.received++;
    endpoint->received(endpoint->context, header->source, rpmsg->message, header->length);
}

/* Whether there was a message; -EPROTO. */
static int receive_one(struct rpmsg *rpmsg)
{
    struct vring_buffer buffer;
    struct header header;
    int error = vring_take(&rpmsg->receive, &buffer);
    bool good;

    if (error == -EAGAIN)
        return 0;
    if (error != 0 || buffer.writable)
        return break_down(rpmsg);
    good = read_message(rpmsg, &buffer, &header);
    vring_give(&rpmsg->receive, &buffer, 0);
    kick(rpmsg, &rpmsg->receive, 1);
    if (good)
        hand_on(rpmsg, &header);
    else
        rpmsg->counters.refused++;
    return 1;
}

int rpmsg_poll(struct rpmsg *rpmsg)
{
    int error = check_driver(rpmsg), count = 0, one = 1;

    if (error == 0)
        error = announce_all(rpmsg);
    if (error != 0)
        return error == -ENOTCONN ? 0 : error;
    /* A callback may find that the driver has gone, or that its queues are broken. */
    while (one > 0 && rpmsg->state == RPMSG_UP && count < rpmsg->receive.count) {
        one = receive_one(rpmsg);
        count += one > 0;
    }
    return one < 0 ? one : count;
}
