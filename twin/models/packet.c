// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets in memory: see packet.h.
 *
 * Where protocol-specific words are in the first buffer, they lie in front of the data, which
 * begins right behind them; neither the buffer's length nor the packet's counts them.
 */
#include "twin/models/packet.h"

/* Words of a host packet descriptor, and of a host buffer descriptor from LINK on. */
#define WORD_INFO0            0u
#define WORD_INFO1            1u
#define WORD_INFO2            2u
#define WORD_TAGS             3u
#define WORD_LINK             4u
#define WORD_BUFFER           6u
#define WORD_LENGTH           8u
#define WORD_ORIGINAL_LENGTH  9u
#define WORD_ORIGINAL_BUFFER  10u
#define HOST_WORDS            12u
#define MONOLITHIC_WORDS      4u
#define EPIB_WORDS            4u

#define INFO0_TYPE_SHIFT      30
#define INFO0_TYPE_HOST       1u
#define INFO0_TYPE_MONOLITHIC 2u
#define INFO0_EPIB            (UINT32_C(1) << 29)
#define INFO0_WORDS_IN_BUFFER (UINT32_C(1) << 28)
#define INFO0_WORDS_SHIFT     22
#define INFO0_WORDS_MASK      0x3fu
#define INFO1_ERROR_SHIFT     28
#define INFO1_FLAGS_SHIFT     24
#define INFO1_FLOW_MASK       0x3fffu
#define INFO2_TYPE_SHIFT      27
#define INFO2_OFFSET_SHIFT    18 /* monolithic */
#define INFO2_OFFSET_MASK     0x1ffu
#define INFO2_RETURN_EACH     (UINT32_C(1) << 18) /* host */
#define INFO2_RETURN_TO_HEAD  (UINT32_C(1) << 16)
#define INFO2_RING_MASK       0xffffu
#define LENGTH_MASK           0xfffffffu
#define TAG_SOURCE_SHIFT      16

#define ADDRESS_MASK          ((UINT64_C(1) << 48) - 1)

/* A chain with more descriptors than this is taken for a loop. */
#define DESCRIPTORS_MAX       65536u

static uint32_t word_of(const uint8_t *bytes, unsigned word)
{
    const uint8_t *at = &bytes[4 * word];
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_word(uint8_t *bytes, unsigned word, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[4 * word + i] = (uint8_t)(value >> (8 * i));
}

static uint64_t address_of(const uint8_t *bytes, unsigned word)
{
    return (word_of(bytes, word) | (uint64_t)word_of(bytes, word + 1) << 32) & ADDRESS_MASK;
}

static bool read_words(uint64_t address, uint8_t *bytes, unsigned words)
{
    return model_ram_read(address, bytes, 4u * words);
}

/* ---------------------------------------------------------------- out */

static void parse_header(struct psil_header *header, const uint8_t *descriptor)
{
    uint32_t info0 = word_of(descriptor, WORD_INFO0), info1 = word_of(descriptor, WORD_INFO1);
    uint32_t tags = word_of(descriptor, WORD_TAGS);

    *header = (struct psil_header){
        .epib = (info0 & INFO0_EPIB) != 0,
        .word_count = info0 >> INFO0_WORDS_SHIFT & INFO0_WORDS_MASK,
        .source_tag = (uint16_t)(tags >> TAG_SOURCE_SHIFT),
        .destination_tag = (uint16_t)tags,
        .type = (uint8_t)(word_of(descriptor, WORD_INFO2) >> INFO2_TYPE_SHIFT),
        .error_flags = (uint8_t)(info1 >> INFO1_ERROR_SHIFT),
        .protocol_flags = (uint8_t)(info1 >> INFO1_FLAGS_SHIFT & 0xf),
        .flow = (uint16_t)(info1 & INFO1_FLOW_MASK),
    };
}

static bool fetch_metadata(struct packet_out *packet, uint32_t info0, unsigned header_words,
                           uint32_t fetched)
{
    struct psil_header *header = &packet->header;
    bool in_buffer = (info0 & INFO0_WORDS_IN_BUFFER) != 0;
    unsigned epib = header->epib ? EPIB_WORDS : 0, words = header->word_count;
    uint8_t bytes[4 * (EPIB_WORDS + PSIL_WORDS_MAX)];

    if (words > PSIL_WORDS_MAX || fetched < 4 * (header_words + epib + (in_buffer ? 0 : words)) ||
        !read_words(packet->head + 4u * header_words, bytes, epib + (in_buffer ? 0 : words)))
        return false;
    for (unsigned i = 0; i < epib; i++)
        header->epib_words[i] = word_of(bytes, i);
    for (unsigned i = 0; i < words && !in_buffer; i++)
        header->words[i] = word_of(bytes, epib + i);
    if (!in_buffer || words == 0)
        return true;
    if (!read_words(packet->buffer, bytes, words))
        return false;
    for (unsigned i = 0; i < words; i++)
        header->words[i] = word_of(bytes, i);
    packet->buffer += 4u * words;
    return true;
}

bool packet_out_begin(struct packet_out *packet, uint64_t descriptor, uint32_t fetched)
{
    uint8_t bytes[4 * HOST_WORDS] = {0};

    *packet = (struct packet_out){.head = descriptor & ADDRESS_MASK, .descriptors = 1};
    packet->current = packet->head;
    if (fetched < 4 * MONOLITHIC_WORDS || !read_words(packet->head, bytes, MONOLITHIC_WORDS))
        return false;
    uint32_t info0 = word_of(bytes, WORD_INFO0), info2 = word_of(bytes, WORD_INFO2);
    bool host = info0 >> INFO0_TYPE_SHIFT == INFO0_TYPE_HOST;
    if (!host && info0 >> INFO0_TYPE_SHIFT != INFO0_TYPE_MONOLITHIC)
        return false;
    if (host && (fetched < sizeof(bytes) || !read_words(packet->head, bytes, HOST_WORDS)))
        return false;
    parse_header(&packet->header, bytes);
    packet->length = packet->left = info0 & PACKET_LENGTH_MAX;
    packet->return_ring = (uint16_t)(info2 & INFO2_RING_MASK);
    packet->return_to_head = (info2 & INFO2_RETURN_TO_HEAD) != 0;
    if (host) {
        packet->return_each = (info2 & INFO2_RETURN_EACH) != 0;
        packet->next = address_of(bytes, WORD_LINK);
        packet->buffer = address_of(bytes, WORD_BUFFER);
        packet->buffer_left = word_of(bytes, WORD_LENGTH) & LENGTH_MASK;
    } else {
        packet->buffer = packet->head + (info2 >> INFO2_OFFSET_SHIFT & INFO2_OFFSET_MASK);
        packet->buffer_left = packet->left;
    }
    return fetch_metadata(packet, info0, host ? HOST_WORDS : MONOLITHIC_WORDS, fetched);
}

static void fail(struct packet_out *packet)
{
    packet->failed = true;
    packet->left = 0;
}

static void follow_link(struct packet_out *packet)
{
    uint8_t bytes[4 * HOST_WORDS];

    if (packet->next == 0 || packet->descriptors == DESCRIPTORS_MAX ||
        !read_words(packet->next, bytes, HOST_WORDS)) {
        fail(packet);
        return;
    }
    packet->descriptors++;
    packet->current = packet->next;
    packet->next = address_of(bytes, WORD_LINK);
    packet->buffer = address_of(bytes, WORD_BUFFER);
    packet->buffer_left = word_of(bytes, WORD_LENGTH) & LENGTH_MASK;
}

uint32_t packet_out_read(struct packet_out *packet, uint8_t *data, uint32_t limit,
                         uint64_t *finished)
{
    uint32_t chunk = packet->buffer_left < packet->left ? packet->buffer_left : packet->left;

    *finished = 0;
    if (packet->left == 0)
        return 0;
    if (chunk == 0) {
        *finished = packet->current;
        follow_link(packet);
        return 0;
    }
    chunk = chunk < limit ? chunk : limit;
    if (!model_ram_read(packet->buffer, data, chunk)) {
        fail(packet);
        return 0;
    }
    packet->buffer += chunk;
    packet->buffer_left -= chunk;
    packet->left -= chunk;
    return chunk;
}

void packet_out_unread(struct packet_out *packet, uint32_t bytes)
{
    packet->buffer -= bytes;
    packet->buffer_left += bytes;
    packet->left += bytes;
}

uint64_t packet_link(uint64_t descriptor)
{
    uint8_t bytes[8];

    return read_words(descriptor + 4u * WORD_LINK, bytes, 2) ? address_of(bytes, 0) : 0;
}

/* ---------------------------------------------------------------- in */

/* What a descriptor that is done with gets to know: the next one, and its buffer. */
static void close_buffer(const struct packet_in *packet, uint64_t next)
{
    uint8_t bytes[4 * (WORD_LENGTH + 1 - WORD_LINK)];

    put_word(bytes, 0, (uint32_t)next);
    put_word(bytes, 1, (uint32_t)(next >> 32));
    put_word(bytes, WORD_BUFFER - WORD_LINK, (uint32_t)packet->start);
    put_word(bytes, WORD_BUFFER + 1 - WORD_LINK, (uint32_t)(packet->start >> 32));
    put_word(bytes, WORD_LENGTH - WORD_LINK, packet->used);
    (void)model_ram_write(packet->current + 4u * WORD_LINK, bytes, sizeof(bytes));
}

bool packet_in_add(struct packet_in *packet, uint64_t descriptor, uint32_t offset,
                   uint32_t ps_bytes)
{
    uint8_t bytes[4 * HOST_WORDS];

    descriptor &= ADDRESS_MASK;
    if (!read_words(descriptor, bytes, HOST_WORDS))
        return false;
    if (packet->open) {
        close_buffer(packet, descriptor);
    } else {
        *packet = (struct packet_in){.open = true, .head = descriptor};
        packet->head_info2 = word_of(bytes, WORD_INFO2);
    }
    packet->current = descriptor;
    packet->buffers++;
    packet->used = 0;
    packet->start = address_of(bytes, WORD_ORIGINAL_BUFFER) + offset;
    packet->room = word_of(bytes, WORD_ORIGINAL_LENGTH) & LENGTH_MASK;
    packet->room -= offset < packet->room ? offset : packet->room;
    if (ps_bytes != 0 && ps_bytes <= packet->room) {
        packet->ps_words = packet->start;
        packet->start += ps_bytes;
        packet->room -= ps_bytes;
    }
    return true;
}

uint32_t packet_in_write(struct packet_in *packet, const uint8_t *data, uint32_t size,
                         bool *written)
{
    uint32_t chunk = size < packet->room ? size : packet->room;

    *written = chunk == 0 || model_ram_write(packet->start + packet->used, data, chunk);
    packet->used += chunk;
    packet->room -= chunk;
    packet->length += chunk;
    return chunk;
}

static void write_metadata(const struct packet_in *packet, const struct psil_header *header,
                           bool with_epib, bool with_words)
{
    uint8_t bytes[4 * (EPIB_WORDS + PSIL_WORDS_MAX)];
    unsigned place = 0;

    for (unsigned i = 0; i < EPIB_WORDS && with_epib; i++)
        put_word(bytes, place++, header->epib_words[i]);
    unsigned words = with_words ? header->word_count : 0;
    if (packet->ps_words == 0)
        for (unsigned i = 0; i < words; i++)
            put_word(bytes, place++, header->words[i]);
    if (place != 0)
        (void)model_ram_write(packet->head + 4u * HOST_WORDS, bytes, 4u * place);
    if (packet->ps_words == 0)
        return;
    for (unsigned i = 0; i < words; i++)
        put_word(bytes, i, header->words[i]);
    (void)model_ram_write(packet->ps_words, bytes, 4u * words);
}

void packet_in_end(struct packet_in *packet, const struct psil_header *header, bool with_epib,
                   bool with_words)
{
    uint8_t bytes[4 * (WORD_TAGS + 1)];
    bool epib = with_epib && header->epib;
    uint32_t words = with_words ? header->word_count : 0;

    close_buffer(packet, 0);
    write_metadata(packet, header, epib, with_words);
    put_word(bytes, WORD_INFO0,
             INFO0_TYPE_HOST << INFO0_TYPE_SHIFT | (epib ? INFO0_EPIB : 0) |
                 (packet->ps_words != 0 ? INFO0_WORDS_IN_BUFFER : 0) | words << INFO0_WORDS_SHIFT |
                 (packet->length & PACKET_LENGTH_MAX));
    put_word(bytes, WORD_INFO1,
             (uint32_t)header->error_flags << INFO1_ERROR_SHIFT |
                 (uint32_t)(header->protocol_flags & 0xf) << INFO1_FLAGS_SHIFT |
                 (header->flow & INFO1_FLOW_MASK));
    put_word(bytes, WORD_INFO2,
             (packet->head_info2 & ((UINT32_C(1) << INFO2_TYPE_SHIFT) - 1)) |
                 (uint32_t)header->type << INFO2_TYPE_SHIFT);
    put_word(bytes, WORD_TAGS,
             (uint32_t)header->source_tag << TAG_SOURCE_SHIFT | header->destination_tag);
    (void)model_ram_write(packet->head, bytes, sizeof(bytes));
    packet->open = false;
}
