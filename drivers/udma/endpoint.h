// SPDX-License-Identifier: BSD-3-Clause
/*
 * The other ends of UDMAP channels: which PSI-L threads the AM65x's peripherals have, and what they
 * want to be sent, or send.
 *
 * Sources: TI-SCI documentation, "AM65X PSI-L Device Descriptions" (threads), AM65x TRM SPRUID7,
 * 10.2 and 10.3 (PDMA); docs/hardware.md has them, and what is told by one source only.
 */
#ifndef DRIVERS_UDMA_ENDPOINT_H
#define DRIVERS_UDMA_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum udma_endpoint_kind {
    UDMA_ENDPOINT_NATIVE,   /* speaks PSI-L itself: packets as they are */
    UDMA_ENDPOINT_PDMA_XY,  /* a PDMA moves them to and from a FIFO; it has a static TR */
    UDMA_ENDPOINT_PDMA_CAN, /* a PDMA that knows the MCAN's message RAM; it has a static TR */
};

/* Through which Navigator Subsystem it is best reached: the one that it hangs on. */
enum udma_navigator {
    UDMA_NAVIGATOR_MAIN,
    UDMA_NAVIGATOR_MCU,
};

/* What a PDMA does each time its peripheral asks: `elements` accesses of `element_bytes`. A packet
 * that is received ends after `bursts` of these; one that is sent has a length of its own. */
struct udma_static_tr {
    uint8_t element_bytes; /* X: 1, 2, 3, 4 or 8 */
    uint16_t elements;     /* Y: 1-4095 */
    uint16_t bursts;       /* Z: 1-4095; 0: packets do not end by themselves. Receive only */
};

struct udma_endpoint {
    const char *name;
    enum udma_endpoint_kind kind;
    enum udma_navigator navigator;
    uint16_t source_thread, destination_thread; /* to receive from, to send to; 0: none */
    /* Of a PDMA; in the table it is nothing: who opens a channel says what its peripheral, as he
     * has set it up, wants. */
    struct udma_static_tr static_tr;
    uint8_t source_count, destination_count; /* so many threads from there on */
    uint8_t words;                           /* protocol-specific, that go with a packet */
    bool packet_mode;                        /* packet channels; else transfer requests */
    bool needs_epib;                         /* packets have extended information (EPIB) */
    bool no_teardown_message; /* transmit: a teardown's message would be taken for data */
};

/* "cpsw0", "mcu_uart0", "uart0", "spi3", "mcasp1", "mcu_adc0", "sa2ul", "icssg2", ... NULL: there
 * is none of this name. Any context. */
const struct udma_endpoint *udma_endpoint_find(const char *name);

/* A copy of it that begins with a later one of its threads (SPI: a thread for each of its channels;
 * CPSW: a destination thread for each of its queues), and has no further. The static TR is as it is
 * there. -ENOENT: none of this name, or it has no thread of that number in either direction. Any
 * context. */
int udma_endpoint_get(const char *name, unsigned thread, struct udma_endpoint *endpoint);

/* All of them, for listing; NULL: no more. Any context. */
const struct udma_endpoint *udma_endpoint_number(unsigned number);

#endif
