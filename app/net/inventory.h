// SPDX-License-Identifier: BSD-3-Clause
/*
 * Starting and stopping the network with a look at what the firmware has in use: afterwards it must
 * be what it was before.
 */
#ifndef APP_NET_INVENTORY_H
#define APP_NET_INVENTORY_H

#include "app/net/device.h"

/* net_start() on the stack's core. Thread context, core 0. Its errors. */
int net_inventory_start(const struct net_device *device);

/* net_stop(); says what there is more or less of than before. -ENODEV: it does not run; -EIO:
 * something is missing; net_stop()'s errors. Thread context, core 0. */
int net_inventory_stop(void);

#endif
