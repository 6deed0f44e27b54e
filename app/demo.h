// SPDX-License-Identifier: BSD-3-Clause
/*
 * The demonstration: a file in memory is copied through as many DMA channels as there are cores
 * times four, every completion an interrupt on the core that the channel asked for.
 */
#ifndef APP_DEMO_H
#define APP_DEMO_H

#include <stddef.h>
#include <stdint.h>

/* Copies the file, compares the CRC-32 of both, prints each channel's route, interrupts and bytes,
 * and shows that every resource came back. name: of the file, for people. Thread context.
 * 0; -EINVAL for an empty file; -EIO if a copy, a core, a CRC or the resources were wrong;
 * or the error of the step that failed, which has been logged. */
int demo_run(uintptr_t source, size_t length, const char *name);

#endif
