// SPDX-License-Identifier: BSD-3-Clause
/*
 * Elements for other hosts' rings: a port is a proxy of this host's, by which it puts elements of
 * 16 bytes into rings in message mode that another host has opened (drivers/udma/message_ring.h)
 * and told the number of. Nothing of the ring but its number is used here: how full it is, the two
 * sides have to know between them.
 */
#ifndef DRIVERS_UDMA_MESSAGE_PORT_H
#define DRIVERS_UDMA_MESSAGE_PORT_H

#include "drivers/udma/udma.h"

#include <stdbool.h>
#include <stdint.h>

struct udma_message_port; /* opaque */

/* Opens a port into rings for general use of that host (its number at the system firmware), of that
 * Navigator; NULL: the first. Thread context. -EINVAL; -ENODEV: there is no such Navigator, or the
 * platform knows none of its proxies; -ENOSPC: no proxy is left; -ENOENT: none is this host's, or
 * the other host has no such ring; -ENOMEM; -EDEADLK; the system firmware's errors. After an error
 * nothing is open. */
int udma_message_port_open(struct udma *udma, uint8_t host, struct udma_message_port **port);

/* Nobody is in udma_message_port_put(). Thread context. -EINVAL: NULL; -EDEADLK. */
int udma_message_port_close(struct udma_message_port *port);

/* Whether that is a ring which the host may have opened: what it tells need not be true. Any
 * context. */
bool udma_message_port_reaches(const struct udma_message_port *port, uint16_t ring);

/* Puts an element at the tail of such a ring. What goes into one that is full, or closed, is lost.
 * Any context; one at a time. */
void udma_message_port_put(struct udma_message_port *port, uint16_t ring,
                           const uint64_t element[2]);

#endif
