// SPDX-License-Identifier: BSD-3-Clause
/*
 * What Linux's driver sends by the mailbox are numbers of queues, and large numbers with meanings
 * of their own: docs/hardware.md, "The R5Fs". FIFOs and users are as in a link (link_facts.h).
 */
#include "platform/r5f_linux.h"

#include "arch/exception.h"
#include "arch/wait.h"
#include "drivers/mailbox/mailbox.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "platform/link_facts.h"
#include "platform/platform.h"
#include "platform/r5f_console.h"
#include "platform/r5f_number.h"

#include <errno.h>

enum {
    MESSAGE_CRASH = 0xffffff02u,
    MESSAGE_ECHO_REQUEST = 0xffffff03u,
    MESSAGE_ECHO_REPLY = 0xffffff04u,
    MESSAGE_SHUTDOWN = 0xffffff14u,
    MESSAGE_SHUTDOWN_DONE = 0xffffff15u,
};

/* Queues and buffers: the first memory-region of the core's node in TI's device trees. */
#define SHARED_START    0xa0000000u
#define SHARED_STRIDE   0x01000000u /* from core 0's to core 1's */
#define SHARED_SIZE     0x00100000u

#define VRING_COUNT     64u
#define VRING_ALIGNMENT 4096u

/* r5f.ld counts this entry if it is there. */
__attribute__((section(".resource_table.virtio"))) struct resource_virtio resource_rpmsg = {
    .type = RESOURCE_VIRTIO,
    .id = RPMSG_VIRTIO_ID,
    .features = RPMSG_FEATURE_NS,
    .vring_count = 2,
    .vrings = {{RESOURCE_ADDRESS_ANY, VRING_ALIGNMENT, VRING_COUNT, 0, 0},
               {RESOURCE_ADDRESS_ANY, VRING_ALIGNMENT, VRING_COUNT, 0, 0}},
};

static struct rpmsg rpmsg;
static struct mailbox *mailbox;
static bool kicked, stop_wanted; /* atomic */

static void take_message(uint32_t message)
{
    switch (message) {
    case MESSAGE_ECHO_REQUEST:
        (void)mailbox_send(mailbox, MESSAGE_ECHO_REPLY); /* Linux does not wait for it */
        break;
    case MESSAGE_SHUTDOWN:
        __atomic_store_n(&stop_wanted, true, __ATOMIC_RELEASE);
        break;
    default: /* a queue: all are looked at */
        __atomic_store_n(&kicked, true, __ATOMIC_RELEASE);
        break;
    }
}

/* Interrupt context. */
static void received(void *context, const uint32_t *messages, unsigned count)
{
    (void)context;
    for (unsigned i = 0; i < count; i++)
        take_message(messages[i]);
    wait_signal(&kicked);
}

/* A full FIFO has messages which make Linux look at its queues anyway. */
static void kick(void *context, uint32_t notify_id)
{
    (void)context;
    (void)mailbox_send(mailbox, notify_id);
}

/* Linux is told before the report, which takes its time on a UART. */
static void panic_output(const char *text, size_t length)
{
    static bool told;

    if (!told) {
        told = true;
        mailbox_send_last(mailbox, MESSAGE_CRASH);
    }
    platform_r5f_panic_output(text, length);
}

static int open_mailbox(unsigned number, struct mailbox_cluster *cluster)
{
    const struct mailbox_config config = {
        .name = "linux",
        .cluster = cluster,
        .user = LINK_USER_R5F,
        .transmit = LINK_FIFO_TO_A53,
        .receive = LINK_FIFO_TO_R5F,
        .core = IRQ_CORE_ANY,
        .received = received,
    };
    int error = mailbox_open(&config, &mailbox);

    if (error != 0)
        (void)platform_mailbox_release(number);
    return error;
}

int platform_linux_open(void)
{
    const unsigned number = platform_r5f_number();
    const uint32_t start = SHARED_START + number * SHARED_STRIDE;
    const struct rpmsg_config config = {
        .device = &resource_rpmsg,
        .window = {start, SHARED_SIZE, (uint8_t *)(uintptr_t)start},
        .kick = kick,
    };
    struct mailbox_cluster *cluster;
    int error;

    if (mailbox != NULL)
        return -EBUSY;
    rpmsg_init(&rpmsg, &config);
    error = platform_mailbox_take(number, &cluster);
    if (error == 0)
        error = open_mailbox(number, cluster);
    if (error == 0)
        exception_set_output(panic_output);
    return error;
}

int platform_linux_close(void)
{
    int error = mailbox != NULL ? mailbox_close(mailbox) : -EINVAL;

    if (error == -EINVAL || error == -EAGAIN || error == -EDEADLK)
        return error;
    exception_set_output(platform_r5f_panic_output);
    mailbox = NULL;
    (void)platform_mailbox_release(platform_r5f_number());
    return error;
}

struct rpmsg *platform_linux_rpmsg(void)
{
    return &rpmsg;
}

/* ---- waiting ---- */

static bool has_news(void *argument)
{
    (void)argument;
    return __atomic_load_n(&kicked, __ATOMIC_ACQUIRE) ||
           __atomic_load_n(&stop_wanted, __ATOMIC_ACQUIRE);
}

/* As rpmsg_poll(), but queues that make no sense are told of once: until they make some, there is
 * nothing to do. */
static int poll_once(void)
{
    static bool was_broken;
    int count = rpmsg_poll(&rpmsg);
    bool told = was_broken && count == -EPROTO;

    was_broken = count == -EPROTO;
    return told ? 0 : count;
}

int platform_linux_wait(uint64_t timeout_us)
{
    deadline_t deadline = deadline_after_us(timeout_us);
    int count = 0, error = 0;

    while (count == 0 && error == 0) {
        __atomic_store_n(&kicked, false, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&stop_wanted, __ATOMIC_ACQUIRE)) {
            (void)mailbox_send(mailbox, MESSAGE_SHUTDOWN_DONE);
            return -ECANCELED;
        }
        count = poll_once();
        if (count == 0)
            error = wait_until_signal(has_news, &kicked, deadline);
    }
    return count != 0 ? count : error;
}
