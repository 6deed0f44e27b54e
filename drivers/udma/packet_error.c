// SPDX-License-Identifier: BSD-3-Clause
/*
 * What can go wrong with packets, in words.
 */
#include "drivers/udma/packet.h"

const char *udma_error_name(enum udma_error error)
{
    static const char *const names[UDMA_ERRORS] = {
        [UDMA_ERROR_TEARDOWN] = "torn down by the other end",
        [UDMA_ERROR_DESCRIPTOR] = "a descriptor that can't be",
        [UDMA_ERROR_PACKET] = "a packet with error flags",
        [UDMA_ERROR_RING] = "a ring's count that can't be",
        [UDMA_ERROR_CHANNEL] = "the channel's error bit",
        [UDMA_ERROR_FLOW] = "a packet for a flow that is not the channel's",
        [UDMA_ERROR_MEMORY] = "a ring's memory that does not answer",
    };

    return (unsigned)error < UDMA_ERRORS ? names[error] : "unknown";
}
