// SPDX-License-Identifier: BSD-3-Clause
/*
 * ITS and redistributors of the board below the monitor (Arm IHI 0069, chapters 5 and 12): they
 * access memory as they are told to. An execution in which they would reach memory that is not the
 * guest's on a guest's behalf, or have their own tables where the guest can write, is a failure.
 */
#ifndef TESTS_FUZZ_SUPPORT_BOARD_GIC_H
#define TESTS_FUZZ_SUPPORT_BOARD_GIC_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the register at a board's address is one of those here, and what it reads as. */
bool board_gic_read(uint64_t address, uint64_t *value);
/* Before the write of any register is kept. */
void board_gic_write(uint64_t address, unsigned size, uint64_t value);

#endif
