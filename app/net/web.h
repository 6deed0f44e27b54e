// SPDX-License-Identifier: BSD-3-Clause
/*
 * The web page: what lwIP's HTTP server asks for as files. "/" is page.html as it lies in the
 * image, "/state.json" a picture (topology.h), taken anew for who asks. Stack's thread.
 */
#ifndef APP_NET_WEB_H
#define APP_NET_WEB_H

#include "app/net/interface.h"

#include <stdbool.h>

/* Begins to listen on port 80. */
void net_web_open(void);

/* Whether somebody waits for a picture. */
bool net_web_is_pending(void);

/* Takes one, and lets those go on who wait for it. Not in a callback of lwIP's. */
void net_web_turn(const struct net_interface *interface);

#endif
