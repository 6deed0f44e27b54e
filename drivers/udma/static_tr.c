// SPDX-License-Identifier: BSD-3-Clause
/*
 * The other end of a channel, through the channel's window on its registers (AM65x TRM SPRUID7,
 * 10.2.2 UDMAP, 10.3 PDMA: "static TR").
 *
 * A PDMA has no descriptors. Its static TR says what it does each time its peripheral asks; the
 * stream of bytes that comes of it is what the channel's packets, or TRs, are cut from.
 */
#include "drivers/udma/static_tr.h"
#include "arch/mmio.h"
#include "drivers/udma/peer_registers.h"

#include <errno.h>

static void write_peer(const struct udmap_channel_registers *channel,
                       enum udma_peer_register number, uint32_t value)
{
    mmio_write32((uintptr_t)&channel->peer[number], value);
}

/* -1: there are no such elements. */
static int code_of(uint8_t element_bytes)
{
    static const int8_t codes[] = {-1, 0, 1, 2, 3, -1, -1, -1, 4};

    return element_bytes < sizeof(codes) ? codes[element_bytes] : -1;
}

int udma_endpoint_check(const struct udma_endpoint *endpoint, bool receives)
{
    const struct udma_static_tr *tr = &endpoint->static_tr;

    if ((receives ? endpoint->source_count : endpoint->destination_count) == 0)
        return -EINVAL;
    if (endpoint->kind == UDMA_ENDPOINT_NATIVE)
        return 0;
    if (code_of(tr->element_bytes) < 0 || tr->elements == 0 || tr->elements > UDMA_PEER_XY_Y_MAX ||
        tr->bursts > UDMA_PEER_Z_MAX)
        return -EINVAL;
    return 0;
}

void udma_endpoint_start(const struct udmap_channel_registers *channel,
                         const struct udma_endpoint *endpoint, bool receives)
{
    const struct udma_static_tr *tr = &endpoint->static_tr;

    if (endpoint->kind != UDMA_ENDPOINT_NATIVE) {
        write_peer(channel, UDMA_PEER_STATIC_TR_XY,
                   (uint32_t)code_of(tr->element_bytes) << UDMA_PEER_XY_X_SHIFT | tr->elements);
        if (receives)
            write_peer(channel, UDMA_PEER_STATIC_TR_Z, tr->bursts);
    }
    write_peer(channel, UDMA_PEER_ENABLE, UDMA_PEER_ENABLE_ENABLE);
}

void udma_endpoint_teardown(const struct udmap_channel_registers *channel)
{
    write_peer(channel, UDMA_PEER_ENABLE, UDMA_PEER_ENABLE_ENABLE | UDMA_PEER_ENABLE_TEARDOWN);
}

void udma_endpoint_flush(const struct udmap_channel_registers *channel)
{
    write_peer(channel, UDMA_PEER_ENABLE, UDMA_PEER_ENABLE_ENABLE | UDMA_PEER_ENABLE_FLUSH);
}

void udma_endpoint_stop(const struct udmap_channel_registers *channel)
{
    write_peer(channel, UDMA_PEER_ENABLE, 0);
}
