// SPDX-License-Identifier: BSD-3-Clause
/*
 * See example_ethernet.h.
 */
#include "tests/target/example_ethernet.h"

#include "drivers/udma/udma.h"
#include "platform/cpsw.h"

#include <errno.h>
#include <string.h>

#define DEPTH 32u

static void give(struct example_ethernet *ethernet, void *data)
{
    const struct udma_buffer buffer = {.data = data, .length = CPSW_BUFFER_SIZE};

    (void)cpsw_give(ethernet->port, 0, &buffer, 1); /* or it is being closed */
}

/* The frame is where it was received to, and goes out from there. */
static void reflect(struct example_ethernet *ethernet, const struct udma_received *packet)
{
    uint8_t *frame = packet->buffers[0].data, *to = frame, *from = frame + CPSW_MAC_ADDRESS_LENGTH;
    struct udma_buffer buffer = {.data = frame, .length = packet->length};
    struct udma_packet answer = {.buffers = &buffer, .buffer_count = 1, .cookie = frame};

    memcpy(to, from, CPSW_MAC_ADDRESS_LENGTH);
    cpsw_get_address(ethernet->port, from);
    if (cpsw_send(ethernet->port, &answer, 1) == 1)
        __atomic_fetch_add(&ethernet->reflected, 1, __ATOMIC_RELAXED);
    else
        give(ethernet, frame);
}

/* Interrupt context. */
static void received(void *context, unsigned flow, struct udma_received *const *packets,
                     unsigned count)
{
    (void)flow;
    for (unsigned i = 0; i < count; i++)
        reflect(context, packets[i]);
}

/* The frame has left: its buffer can receive again. */
static void sent(void *context, void *cookie, int status)
{
    (void)status;
    give(context, cookie);
}

/* All of them are in ethernet->memory, which goes as a whole. */
static void returned(void *context, unsigned flow, const struct udma_buffer *buffer)
{
    (void)context;
    (void)flow;
    (void)buffer;
}

static void link_changed(void *context, const struct cpsw_link *link)
{
    struct example_ethernet *ethernet = context;

    ethernet->link_up = link->up;
}

static int open_port(struct example_ethernet *ethernet, bool loopback)
{
    const struct cpsw_config config = {
        .name = "reflector",
        .facts = platform_cpsw(),
        .mac_address = NULL, /* the one in the efuses */
        .loopback = loopback,
        .flow_count = 1,
        .flows = {{.core = 0, .depth = DEPTH}},
        .send_core = 0,
        .send_depth = DEPTH,
        .received = received,
        .sent = sent,
        .returned = returned,
        .link = link_changed,
        .context = ethernet,
    };

    return cpsw_open(&config, &ethernet->port);
}

int example_ethernet_open(struct example_ethernet *ethernet, bool loopback)
{
    int error;

    memset(ethernet, 0, sizeof(*ethernet));
    ethernet->memory = dma_alloc((size_t)DEPTH * CPSW_BUFFER_SIZE);
    if (ethernet->memory == NULL)
        return -ENOMEM;
    error = open_port(ethernet, loopback);
    if (error != 0) {
        dma_free(ethernet->memory);
        return error;
    }
    for (size_t i = 0; i < DEPTH; i++)
        give(ethernet, ethernet->memory + i * CPSW_BUFFER_SIZE);
    error = cpsw_start(ethernet->port);
    if (error != 0)
        (void)example_ethernet_close(ethernet);
    return error;
}

void example_ethernet_tick(struct example_ethernet *ethernet)
{
    (void)cpsw_check_link(ethernet->port); /* no answer is a link that is down */
}

int example_ethernet_close(struct example_ethernet *ethernet)
{
    int error = cpsw_close(ethernet->port);

    if (error != -EAGAIN && error != -EDEADLK)
        dma_free(ethernet->memory);
    return error;
}
