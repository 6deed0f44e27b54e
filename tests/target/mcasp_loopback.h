// SPDX-License-Identifier: BSD-3-Clause
/*
 * A McASP whose transmitter is its receiver's input, inside, so that a board needs no cable: one
 * serializer each way, slots of 32 bits, clocks of its own. What DMA has to do with it: each way
 * its FIFO asks for MCASP_BURST words at a time.
 */
#ifndef TESTS_TARGET_MCASP_LOOPBACK_H
#define TESTS_TARGET_MCASP_LOOPBACK_H

#include <stdbool.h>
#include <stdint.h>

#define MCASP_BURST      16u /* words */
#define MCASP_WORD_BYTES 4u

/* Sets it up, stopped, and lets its FIFOs ask for DMA. The device is on. Any context. */
void mcasp_loopback_prepare(uintptr_t base);

/* Clocks, serializers, then frames: words go round from here on. DMA has filled the FIFO. -EIO: a
 * part of it does not leave its reset. Any context; it takes microseconds. */
int mcasp_loopback_run(uintptr_t base);

/* Stops it, and its requests. Any context. */
void mcasp_loopback_stop(uintptr_t base);

/* Whether the transmitter has had nothing to send, or the receiver no room, since it ran. */
bool mcasp_loopback_failed(uintptr_t base);

#endif
