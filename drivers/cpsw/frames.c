// SPDX-License-Identifier: BSD-3-Clause
/*
 * Frames on their way: what goes with one that is sent, and what is looked at when one has come
 * (AM65x TRM SPRUID7, MCU_CPSW0, "CPPI Port"; Linux, am65-cpsw-nuss.c, for the words).
 */
#include "drivers/cpsw/cpsw_registers.h"
#include "drivers/cpsw/internal.h"

#include <errno.h>

#define ONE_MICROSECOND 1u
#define SHUT_TIMEOUT_US 5000000u
#define CHECKSUM_AT_MAX 253u /* counted from 1, it is a byte */

/* ---- who is in here ---- */

static bool enter(struct cpsw *cpsw)
{
    const uint32_t users = __atomic_fetch_add(&cpsw->users, 1, __ATOMIC_ACQUIRE);

    if ((users & CPSW_SHUT) == 0)
        return true;
    __atomic_fetch_sub(&cpsw->users, 1, __ATOMIC_RELAXED);
    return false;
}

static void leave(struct cpsw *cpsw)
{
    __atomic_fetch_sub(&cpsw->users, 1, __ATOMIC_RELEASE);
}

int cpsw_shut(struct cpsw *cpsw)
{
    const deadline_t deadline = deadline_after_us(SHUT_TIMEOUT_US);
    bool late = false;

    __atomic_fetch_or(&cpsw->users, CPSW_SHUT, __ATOMIC_RELAXED);
    while (__atomic_load_n(&cpsw->users, __ATOMIC_ACQUIRE) != CPSW_SHUT) {
        if (late)
            return -EAGAIN;
        delay_us(ONE_MICROSECOND);
        late = deadline_passed(deadline);
    }
    return 0;
}

/* ---- sending ---- */

/* Its length, where it can be one. */
static inline uint32_t length_of(const struct udma_packet *packet)
{
    uint32_t length = 0;

    if (packet->buffers == NULL)
        return 0;
    if (__builtin_expect(packet->buffer_count == 1u, 1))
        return packet->buffers->length;
    if (packet->buffer_count > CPSW_BUFFERS_MAX)
        return 0;
    for (unsigned i = 0; i < packet->buffer_count; i++)
        length += packet->buffers[i].length <= CPSW_FRAME_MAX ? packet->buffers[i].length
                                                              : CPSW_FRAME_MAX + 1u;
    return length;
}

/* Straight to the MAC's port: the ALE is not asked where to. The endpoint has EPIB put in, of
 * zeros. */
static inline bool prepare(struct udma_packet *packet)
{
    const uint32_t length = length_of(packet);

    if (length == 0 || length > CPSW_FRAME_MAX)
        return false;
    packet->type = CPSW_PACKET_TYPE;
    packet->protocol_flags = 0;
    packet->source_tag = 0;
    packet->destination_tag = CPSW_PORT_NUMBER;
    packet->flow = UDMA_FLOW_DEFAULT;
    packet->has_epib = false;
    if (packet->word_count != CPSW_PACKET_WORDS) {
        packet->words[0] = packet->words[1] = 0;
        packet->words[2] = packet->words[3] = 0;
        packet->word_count = CPSW_PACKET_WORDS;
    }
    return true;
}
_Static_assert(CPSW_PACKET_WORDS == 4u, "words that are cleared");

static int send(struct cpsw *cpsw, struct udma_packet *packets, unsigned count)
{
    unsigned prepared = 0;

    if (__atomic_load_n(&cpsw->link, __ATOMIC_RELAXED) == 0)
        return -ENETDOWN;
    while (prepared < count && prepare(&packets[prepared]))
        prepared++;
    if (prepared == 0)
        return count == 0 ? 0 : -EINVAL;
    return udma_send(cpsw->transmit, packets, prepared);
}

int cpsw_send(struct cpsw *cpsw, struct udma_packet *packets, unsigned count)
{
    int taken;

    if (cpsw == NULL || packets == NULL)
        return -EINVAL;
    if (!enter(cpsw))
        return -ECANCELED;
    taken = send(cpsw, packets, count);
    leave(cpsw);
    return taken;
}

int cpsw_add_checksum(const struct cpsw *cpsw, struct udma_packet *packet, unsigned from,
                      unsigned at)
{
    if (cpsw->facts->checksum_erratum)
        return -ENOTSUP;
    if (packet->length > CPSW_FRAME_MAX || from >= packet->length || at < from ||
        at + 2u > packet->length || at > CHECKSUM_AT_MAX)
        return -EINVAL;
    for (unsigned i = 0; i < CPSW_PACKET_WORDS; i++)
        packet->words[i] = 0;
    packet->words[CPSW_WORD_CHECKSUM] = (uint32_t)(at + 1u) << CPSW_CHECKSUM_PUT_SHIFT |
                                        (uint32_t)(from + 1u) << CPSW_CHECKSUM_FROM_SHIFT |
                                        (packet->length - from);
    packet->word_count = CPSW_PACKET_WORDS;
    return 0;
}

/* ---- receiving ---- */

int cpsw_give(struct cpsw *cpsw, unsigned flow, const struct udma_buffer *buffers, unsigned count)
{
    unsigned large = 0;
    int taken;

    if (cpsw == NULL || buffers == NULL || flow >= cpsw->config.flow_count)
        return -EINVAL;
    while (large < count && buffers[large].length >= CPSW_BUFFER_SIZE)
        large++;
    if (large == 0)
        return count == 0 ? 0 : -EINVAL;
    if (!enter(cpsw))
        return -ECANCELED;
    taken = udma_flow_give(cpsw->flows[flow].udma, 0, buffers, large);
    leave(cpsw);
    return taken;
}

enum cpsw_checksum cpsw_checksum(const struct udma_packet *packet)
{
    uint32_t word;

    if (packet->word_count <= CPSW_WORD_CHECKSUM)
        return CPSW_CHECKSUM_UNKNOWN;
    word = packet->words[CPSW_WORD_CHECKSUM];
    if ((word & (CPSW_CHECKSUM_IPV4 | CPSW_CHECKSUM_IPV6)) == 0 ||
        (word & CPSW_CHECKSUM_FRAGMENT) != 0)
        return CPSW_CHECKSUM_UNKNOWN;
    return (word & CPSW_CHECKSUM_ERROR) != 0 ? CPSW_CHECKSUM_BAD : CPSW_CHECKSUM_GOOD;
}

/* What came with an error goes back into its flow, or, while the port is being closed, to its
 * owner. A buffer that comes back has the length of what is in it. */
static void drop(struct cpsw_flow *flow, const struct udma_packet *packet)
{
    __atomic_fetch_add(&flow->dropped, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < packet->buffer_count; i++) {
        struct udma_buffer buffer = packet->buffers[i];

        buffer.length = CPSW_BUFFER_SIZE;
        if (cpsw_give(flow->cpsw, flow->number, &buffer, 1) != 1)
            cpsw_returned(flow, &buffer);
    }
}

void cpsw_received(void *context, struct udma_packet *packet)
{
    struct cpsw_flow *flow = context;
    const struct cpsw_config *config = &flow->cpsw->config;

    if (packet->error_flags != 0 || packet->buffer_count != 1)
        drop(flow, packet);
    else
        config->received(config->context, flow->number, packet);
}

void cpsw_returned(void *context, const struct udma_buffer *buffer)
{
    const struct cpsw_flow *flow = context;
    const struct cpsw_config *config = &flow->cpsw->config;

    config->returned(config->context, flow->number, buffer);
}

void cpsw_error(void *context, enum udma_error error)
{
    const struct cpsw_flow *flow = context;
    const struct cpsw_config *config = &flow->cpsw->config;

    config->error(config->context, error);
}
