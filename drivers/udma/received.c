// SPDX-License-Identifier: BSD-3-Clause
/*
 * What goes with a packet that has come, as its descriptor has it (AM65x TRM SPRUID7, 10.2.2 UDMAP:
 * "Host Packet Descriptor").
 */
#include "drivers/udma/host_packet.h"

static bool has_epib(const struct udma_host_packet *descriptor)
{
    return (descriptor->packet_info[0] & HOST_INFO0_EPIB) != 0;
}

/* They can't be more than the descriptor has room for, whatever it says. */
const uint32_t *udma_received_words(const struct udma_received *packet, unsigned *count)
{
    const struct udma_host_packet *descriptor = packet->descriptor;
    const uint32_t words = HOST_INFO0_WORDS(descriptor->packet_info[0]);

    *count = words < UDMA_WORDS_MAX ? words : UDMA_WORDS_MAX;
    return descriptor->extended + (has_epib(descriptor) ? UDMA_EPIB_WORDS : 0);
}

void udma_received_header(const struct udma_received *packet, struct udma_header *header)
{
    const struct udma_host_packet *descriptor = packet->descriptor;
    const uint32_t info1 = descriptor->packet_info[1];
    const uint32_t *words = udma_received_words(packet, &header->word_count);

    header->type = (uint8_t)HOST_INFO2_TYPE(descriptor->packet_info[2]);
    header->protocol_flags = (uint8_t)HOST_INFO1_FLAGS(info1);
    header->error_flags = (uint8_t)HOST_INFO1_ERRORS(info1);
    header->flow = (uint16_t)HOST_INFO1_FLOW(info1);
    header->source_tag = (uint16_t)(descriptor->tags >> 16);
    header->destination_tag = (uint16_t)descriptor->tags;
    header->has_epib = has_epib(descriptor);
    for (unsigned i = 0; header->has_epib && i < UDMA_EPIB_WORDS; i++)
        header->epib[i] = descriptor->extended[i];
    for (unsigned i = 0; i < header->word_count; i++)
        header->words[i] = words[i];
}
