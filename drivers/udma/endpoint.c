// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's PSI-L endpoints (drivers/udma/endpoint.h has the sources). An application that looks
 * up none has no table.
 */
#include "drivers/udma/endpoint.h"

#include <errno.h>
#include <string.h>

#define MAIN           UDMA_NAVIGATOR_MAIN
#define MCU            UDMA_NAVIGATOR_MCU
#define DESTINATION    0x8000u

#define ETHERNET_WORDS 4u
#define CRYPTO_WORDS   16u

/* Both directions, a thread of the same number each. */
#define PDMA(name_, kind_, navigator_, packets_, first, count)                                     \
    {                                                                                              \
        .name = (name_), .source_thread = (first), .destination_thread = (first) | DESTINATION,    \
        .source_count = (count), .destination_count = (count), .kind = (kind_),                    \
        .navigator = (navigator_), .packet_mode = (packets_),                                      \
    }
#define PDMA_PACKETS(name_, navigator_, first, count)                                              \
    PDMA(name_, UDMA_ENDPOINT_PDMA_XY, navigator_, true, first, count)
#define PDMA_REQUESTS(name_, navigator_, first, count)                                             \
    PDMA(name_, UDMA_ENDPOINT_PDMA_XY, navigator_, false, first, count)
#define PDMA_CAN(name_, navigator_, first, count)                                                  \
    PDMA(name_, UDMA_ENDPOINT_PDMA_CAN, navigator_, true, first, count)

#define ETHERNET(name_, navigator_, first, sources, destinations)                                  \
    {                                                                                              \
        .name = (name_), .source_thread = (first), .destination_thread = (first) | DESTINATION,    \
        .source_count = (sources), .destination_count = (destinations), .words = ETHERNET_WORDS,   \
        .kind = UDMA_ENDPOINT_NATIVE, .navigator = (navigator_), .packet_mode = true,              \
        .needs_epib = true,                                                                        \
    }

static const struct udma_endpoint endpoints[] = {
    /* Threads 0x4000 and 0xc000 are the system firmware's. */
    {
        .name = "sa2ul",
        .source_thread = 0x4001,
        .destination_thread = 0xc001,
        .source_count = 3,
        .destination_count = 1,
        .words = CRYPTO_WORDS,
        .kind = UDMA_ENDPOINT_NATIVE,
        .navigator = MAIN,
        .packet_mode = true,
        .needs_epib = true,
        .no_teardown_message = true,
    },
    ETHERNET("icssg0", MAIN, 0x4100, 5, 8),
    ETHERNET("icssg1", MAIN, 0x4200, 5, 8),
    ETHERNET("icssg2", MAIN, 0x4300, 5, 8),
    PDMA_REQUESTS("mcasp0", MAIN, 0x4400, 1),
    PDMA_REQUESTS("mcasp1", MAIN, 0x4401, 1),
    PDMA_REQUESTS("mcasp2", MAIN, 0x4402, 1),
    PDMA_PACKETS("spi0", MAIN, 0x4500, 4),
    PDMA_PACKETS("spi1", MAIN, 0x4504, 4),
    PDMA_PACKETS("spi2", MAIN, 0x4508, 4),
    PDMA_PACKETS("spi3", MAIN, 0x450c, 4),
    PDMA_PACKETS("spi4", MAIN, 0x4510, 4),
    PDMA_PACKETS("uart0", MAIN, 0x4514, 1),
    PDMA_PACKETS("uart1", MAIN, 0x4515, 1),
    PDMA_PACKETS("uart2", MAIN, 0x4516, 1),
    ETHERNET("cpsw0", MCU, 0x7000, 1, 8),
    /* The ADCs only send. */
    {
        .name = "mcu_adc0",
        .source_thread = 0x7100,
        .source_count = 2,
        .kind = UDMA_ENDPOINT_PDMA_XY,
        .navigator = MCU,
    },
    {
        .name = "mcu_adc1",
        .source_thread = 0x7102,
        .source_count = 2,
        .kind = UDMA_ENDPOINT_PDMA_XY,
        .navigator = MCU,
    },
    PDMA_PACKETS("mcu_spi0", MCU, 0x7200, 4),
    PDMA_PACKETS("mcu_spi1", MCU, 0x7204, 4),
    PDMA_PACKETS("mcu_spi2", MCU, 0x7208, 4),
    PDMA_CAN("mcu_mcan0", MCU, 0x720c, 3),
    PDMA_CAN("mcu_mcan1", MCU, 0x720f, 3),
    PDMA_PACKETS("mcu_uart0", MCU, 0x7212, 1),
};

#define COUNT (sizeof(endpoints) / sizeof(endpoints[0]))

const struct udma_endpoint *udma_endpoint_number(unsigned number)
{
    return number < COUNT ? &endpoints[number] : NULL;
}

const struct udma_endpoint *udma_endpoint_find(const char *name)
{
    for (unsigned i = 0; name != NULL && i < COUNT; i++)
        if (strcmp(endpoints[i].name, name) == 0)
            return &endpoints[i];
    return NULL;
}

/* The thread of that number, if there is one; what a direction has none of stays. */
static void move(uint16_t *first, uint8_t *count, unsigned thread)
{
    const bool there = thread < *count;

    *first = there ? (uint16_t)(*first + thread) : 0;
    *count = there;
}

int udma_endpoint_get(const char *name, unsigned thread, struct udma_endpoint *endpoint)
{
    const struct udma_endpoint *found = udma_endpoint_find(name);

    if (found == NULL || (thread >= found->source_count && thread >= found->destination_count))
        return -ENOENT;
    *endpoint = *found;
    move(&endpoint->source_thread, &endpoint->source_count, thread);
    move(&endpoint->destination_thread, &endpoint->destination_count, thread);
    return 0;
}
