// SPDX-License-Identifier: BSD-3-Clause
/*
 * Numbers of what few need: ring monitors and proxies. Nothing here is for the driver's users.
 */
#ifndef DRIVERS_UDMA_SPARE_H
#define DRIVERS_UDMA_SPARE_H

#include <stdint.h>

/* Takes one of the numbers that the system firmware grants this host of a device's resource, or
 * gives it back. Thread context. -ENOSPC: all are taken; -ENOENT: none is this host's; -ENOMEM: of
 * more kinds than there are; -EDEADLK; the system firmware's errors. */
int udma_spare_take(uint16_t device, uint8_t subtype, uint16_t *number);
void udma_spare_give_back(uint16_t device, uint8_t subtype, uint16_t number);

#endif
