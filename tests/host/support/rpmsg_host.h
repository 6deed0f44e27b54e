// SPDX-License-Identifier: BSD-3-Clause
/*
 * The other side of rpmsg, as Linux's virtio_rpmsg_bus has it: the driver of two queues in a window
 * of memory that nothing else is in.
 */
#ifndef TESTS_HOST_SUPPORT_RPMSG_HOST_H
#define TESTS_HOST_SUPPORT_RPMSG_HOST_H

#include "drivers/rpmsg/rpmsg.h"

#define RPMSG_HOST_START           UINT64_C(0xa0000000)
#define RPMSG_HOST_SIZE            0x10000u
#define RPMSG_HOST_COUNT           16u
#define RPMSG_HOST_BYTES           512u /* of a buffer */
#define RPMSG_HOST_OK              7u   /* the driver's status once it is there */

/* Where the queues are in the window; and the buffers, those of queue 0 first. */
#define RPMSG_HOST_QUEUE(number)   (0x1000u * (number))
#define RPMSG_HOST_BUFFER(n, each) (0x4000u + 0x2000u * (n) + RPMSG_HOST_BYTES * (each))

struct rpmsg_host_header {
    uint32_t source, destination, reserved;
    uint16_t length, flags;
};

struct rpmsg_host {
    struct resource_virtio device;
    struct rpmsg_config config;
    uint8_t *memory;
    uint16_t available[2], used[2];
    unsigned kicks[2];
};

/* Memory and configuration; the driver is not there yet. And the end of it. */
void rpmsg_host_make(struct rpmsg_host *host);
void rpmsg_host_drop(struct rpmsg_host *host);

/* The driver comes, with `buffers` empty ones to receive into; it goes. */
void rpmsg_host_come(struct rpmsg_host *host, unsigned buffers);
void rpmsg_host_go(struct rpmsg_host *host);

/* Parts of a queue: its available and its used ring, in units of 16 bits; a descriptor. */
uint16_t *rpmsg_host_available(struct rpmsg_host *host, unsigned queue);
uint16_t *rpmsg_host_used(struct rpmsg_host *host, unsigned queue);
void rpmsg_host_describe(struct rpmsg_host *host, unsigned queue, unsigned number, uint64_t address,
                         uint32_t length, uint16_t flags);

/* Makes a buffer available, whose descriptor is there. */
void rpmsg_host_offer(struct rpmsg_host *host, unsigned queue, unsigned number);

/* Sends; returns the buffer's number. */
unsigned rpmsg_host_send(struct rpmsg_host *host, uint32_t source, uint32_t destination,
                         const void *data, size_t length);

/* What this side has received: false if nothing; the buffer is made available again if `back`. */
bool rpmsg_host_receive(struct rpmsg_host *host, struct rpmsg_host_header *header,
                        uint8_t data[RPMSG_HOST_BYTES], bool back);

#endif
