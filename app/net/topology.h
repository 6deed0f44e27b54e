// SPDX-License-Identifier: BSD-3-Clause
/*
 * The state of interrupts and network as JSON, for the page (page.html).
 *
 * A picture of it is taken in the stack's thread, but not in lwIP's callbacks: it waits for the
 * interrupt layer's locks. Whoever sends one holds it meanwhile; it is not changed before it is
 * let go.
 */
#ifndef APP_NET_TOPOLOGY_H
#define APP_NET_TOPOLOGY_H

#include "app/net/interface.h"

#include <stdbool.h>
#include <stddef.h>

struct net_picture; /* opaque */

/* Takes a new one. -EBUSY: all places are held, so the last one stays. */
int net_picture_take(const struct net_interface *interface);

/* The last one, held; NULL: there is none. Any number may hold it, each lets it go once. */
struct net_picture *net_picture_hold(void);
void net_picture_release(struct net_picture *picture);

const char *net_picture_text(const struct net_picture *picture);
size_t net_picture_length(const struct net_picture *picture);

#endif
