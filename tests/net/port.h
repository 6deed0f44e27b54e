// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the parts of the machine have in common.
 */
#ifndef TESTS_NET_PORT_H
#define TESTS_NET_PORT_H

#include "tests/net/machine.h"

extern const struct machine_wire *machine_wire;

/* Counts an interrupt of the port's: 0: received, 1: sent. */
void machine_interrupt(unsigned number);

#endif
