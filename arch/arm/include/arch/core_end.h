// SPDX-License-Identifier: BSD-3-Clause
/*
 * How the firmware ends.
 */
#ifndef ARCH_CORE_END_H
#define ARCH_CORE_END_H

#include <stdint.h>
#include <stdnoreturn.h>

/* The core stops for ever, in WFI with its interrupts masked: it is the A53's to switch it off,
 * which sees by TI-SCI's processor status that it waits. status is in core_end_status from then on,
 * for a debugger. Any context. */
noreturn void core_end(uint8_t status);

extern volatile uint32_t core_end_status; /* CORE_RUNS until then */
#define CORE_RUNS UINT32_MAX

#endif
