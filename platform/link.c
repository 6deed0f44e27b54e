// SPDX-License-Identifier: BSD-3-Clause
/*
 * The A53s' side of a link: see link.h. It receives by a ring of the main Navigator, whose events
 * are its own aggregator's.
 */
#include "platform/link.h"

#include "platform/am65x.h"
#include "platform/link_facts.h"
#include "platform/platform.h"

#include <errno.h>

int platform_link_take(unsigned core, struct link_config *config)
{
    if (core >= LINK_CORES)
        return -EINVAL;
    config->user = LINK_USER_A53;
    config->transmit = LINK_FIFO_TO_R5F;
    config->receive = LINK_FIFO_TO_A53;
    config->own = platform_udma(PLATFORM_NAVSS_MAIN);
    config->peer = platform_udma(PLATFORM_NAVSS_MCU);
    config->peer_host = (uint8_t)(AM65X_HOST_R5F + 2 * core);
    return platform_mailbox_take(LINK_CLUSTER + core, &config->cluster);
}

int platform_link_release(unsigned core)
{
    return core < LINK_CORES ? platform_mailbox_release(LINK_CLUSTER + core) : -EINVAL;
}
