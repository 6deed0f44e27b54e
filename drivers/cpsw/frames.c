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

static int send(struct cpsw *cpsw, const struct udma_packet *packets, unsigned count)
{
    if (__atomic_load_n(&cpsw->link, __ATOMIC_RELAXED) == 0)
        return -ENETDOWN;
    return count != 0 ? udma_send(cpsw->transmit, packets, count) : 0;
}

int cpsw_send(struct cpsw *cpsw, const struct udma_packet *packets, unsigned count)
{
    int taken;

    if (cpsw == NULL || packets == NULL)
        return -EINVAL;
    if (!cpsw_enter(cpsw))
        return -ECANCELED;
    taken = send(cpsw, packets, count);
    cpsw_leave(cpsw);
    return taken;
}

void cpsw_prepare_header(struct udma_header *header)
{
    *header = (struct udma_header){
        .type = CPSW_PACKET_TYPE,
        .destination_tag = CPSW_PORT_NUMBER,
        .flow = UDMA_FLOW_DEFAULT,
        .word_count = CPSW_PACKET_WORDS,
    };
}

int cpsw_add_checksum(const struct cpsw *cpsw, struct udma_header *header, uint32_t length,
                      unsigned from, unsigned at)
{
    if (cpsw->facts->checksum_erratum)
        return -ENOTSUP;
    if (length > CPSW_FRAME_MAX || from >= length || at < from || at + 2u > length ||
        at > CHECKSUM_AT_MAX)
        return -EINVAL;
    cpsw_prepare_header(header);
    header->words[CPSW_WORD_CHECKSUM] = (uint32_t)(at + 1u) << CPSW_CHECKSUM_PUT_SHIFT |
                                        (uint32_t)(from + 1u) << CPSW_CHECKSUM_FROM_SHIFT |
                                        (length - from);
    return 0;
}

/* ---- receiving ---- */

int cpsw_give(struct cpsw *cpsw, unsigned flow, const struct udma_buffer *buffers, unsigned count)
{
    int taken;

    if (cpsw == NULL || buffers == NULL || flow >= cpsw->config.flow_count)
        return -EINVAL;
    if (!cpsw_enter(cpsw))
        return -ECANCELED;
    taken = udma_flow_give(cpsw->flows[flow].udma, 0, buffers, count);
    cpsw_leave(cpsw);
    return taken;
}

enum cpsw_checksum cpsw_checksum(const struct udma_received *packet)
{
    const uint32_t *words;
    unsigned count;
    uint32_t word;

    words = udma_received_words(packet, &count);
    if (count <= CPSW_WORD_CHECKSUM)
        return CPSW_CHECKSUM_UNKNOWN;
    word = words[CPSW_WORD_CHECKSUM];
    if ((word & (CPSW_CHECKSUM_IPV4 | CPSW_CHECKSUM_IPV6)) == 0 ||
        (word & CPSW_CHECKSUM_FRAGMENT) != 0)
        return CPSW_CHECKSUM_UNKNOWN;
    return (word & CPSW_CHECKSUM_ERROR) != 0 ? CPSW_CHECKSUM_BAD : CPSW_CHECKSUM_GOOD;
}

/* What came with an error goes back into its flow, or, while the port is being closed, to its
 * owner. A buffer that comes back has the length of what is in it. */
static __attribute__((noinline)) void drop(struct cpsw_flow *flow,
                                           const struct udma_received *packet)
{
    __atomic_fetch_add(&flow->dropped, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < packet->buffer_count; i++) {
        struct udma_buffer buffer = packet->buffers[i];

        buffer.length = CPSW_BUFFER_SIZE;
        if (cpsw_give(flow->cpsw, flow->number, &buffer, 1) != 1)
            cpsw_returned(flow, &buffer);
    }
}

/* One with an error, or of several buffers, comes alone (receive_path.c of UDMA). */
void cpsw_received(void *context, struct udma_received *const *packets, unsigned count)
{
    struct cpsw_flow *flow = context;
    const struct cpsw_config *config = &flow->cpsw->config;

    if (packets[0]->error_flags != 0 || packets[0]->buffer_count != 1)
        drop(flow, packets[0]);
    else
        config->received(config->context, flow->number, packets, count);
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
