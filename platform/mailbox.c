// SPDX-License-Identifier: BSD-3-Clause
/*
 * The clusters of NAVSS0_MAILBOX0 (AM65x TRM SPRUID7, chapter 2 "Memory Map"; TI-SCI documentation
 * for the AM65x, "Interrupt Management Device Descriptions"). They are on while their Navigator is,
 * so nobody is asked for power. An application that uses none has none of this.
 */
#include "drivers/mailbox/mailbox.h"
#include "msi/binding.h"
#include "platform/am65x.h"
#include "platform/internal.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>

#define INPUT(cluster, user) (uint16_t)(AM65X_MAILBOX_INPUT - MAILBOX_USERS * (cluster) + (user))
#define CLUSTER(number)                                                                            \
    {                                                                                              \
        "mailbox" #number,                                                                         \
        {                                                                                          \
            INPUT(number, 0), INPUT(number, 1), INPUT(number, 2), INPUT(number, 3)                 \
        }                                                                                          \
    }

static const struct {
    const char *name;
    uint16_t inputs[MAILBOX_USERS]; /* of the router */
} facts[PLATFORM_MAILBOXES] = {
    CLUSTER(0), CLUSTER(1), CLUSTER(2), CLUSTER(3), CLUSTER(4),  CLUSTER(5),
    CLUSTER(6), CLUSTER(7), CLUSTER(8), CLUSTER(9), CLUSTER(10), CLUSTER(11),
};

static struct device devices[PLATFORM_MAILBOXES];
static struct mailbox_cluster clusters[PLATFORM_MAILBOXES];

int platform_mailbox_take(unsigned number, struct mailbox_cluster **cluster)
{
    int error;

    if (number >= PLATFORM_MAILBOXES || cluster == NULL)
        return -EINVAL;
    error = platform_bind_main_intr(&devices[number], facts[number].inputs, MAILBOX_USERS);
    if (error != 0)
        return error;
    devices[number].name = facts[number].name;
    clusters[number].name = facts[number].name;
    clusters[number].base = AM65X_MAILBOX_BASE + number * AM65X_MAILBOX_STRIDE;
    clusters[number].device = &devices[number];
    *cluster = &clusters[number];
    return 0;
}

int platform_mailbox_release(unsigned number)
{
    if (number >= PLATFORM_MAILBOXES || devices[number].interrupts == NULL)
        return -EINVAL;
    return irq_unbind(&devices[number]);
}
