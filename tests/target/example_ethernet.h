// SPDX-License-Identifier: BSD-3-Clause
/*
 * An example for docs/ethernet.md: sends each frame back to whom it came from, in the buffer that
 * it came in. example_ethernet.c is all there is to it; the self-test runs it.
 */
#ifndef TESTS_TARGET_EXAMPLE_ETHERNET_H
#define TESTS_TARGET_EXAMPLE_ETHERNET_H

#include "drivers/cpsw/cpsw.h"

struct example_ethernet {
    struct cpsw *port;
    uint8_t *memory;
    uint32_t reflected; /* frames; atomic */
    bool link_up;
};

/* Opens the port, and reflects from here on. loopback: without a cable. Thread context. Errors of
 * cpsw_open() and cpsw_start(), -ENOMEM: nothing is open then. */
int example_ethernet_open(struct example_ethernet *ethernet, bool loopback);

/* To be called about once a second, for the link. Thread context. */
void example_ethernet_tick(struct example_ethernet *ethernet);

/* Errors of cpsw_close(). Thread context. */
int example_ethernet_close(struct example_ethernet *ethernet);

#endif
