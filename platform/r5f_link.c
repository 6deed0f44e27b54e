// SPDX-License-Identifier: BSD-3-Clause
/*
 * An R5F's side of a link: see link.h. It receives by a ring of the MCU Navigator, whose events are
 * its own aggregator's.
 */
#include "platform/am65x.h"
#include "platform/link.h"
#include "platform/link_facts.h"
#include "platform/platform.h"
#include "platform/r5f_number.h"

#include <errno.h>

static bool is_this(unsigned core)
{
    return core < LINK_CORES && core == platform_r5f_number();
}

int platform_link_take(unsigned core, struct link_config *config)
{
    if (!is_this(core))
        return -EINVAL;
    config->user = LINK_USER_R5F;
    config->transmit = LINK_FIFO_TO_A53;
    config->receive = LINK_FIFO_TO_R5F;
    config->own = platform_udma(PLATFORM_NAVSS_MCU);
    config->peer = platform_udma(PLATFORM_NAVSS_MAIN);
    config->peer_host = AM65X_HOST_A53;
    return platform_mailbox_take(LINK_CLUSTER + core, &config->cluster);
}

int platform_link_release(unsigned core)
{
    return is_this(core) ? platform_mailbox_release(LINK_CLUSTER + core) : -EINVAL;
}
