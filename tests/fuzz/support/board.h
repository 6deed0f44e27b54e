// SPDX-License-Identifier: BSD-3-Clause
/*
 * The board below the monitor (twin/monitor/board.h) on the fuzz machine: system registers, the
 * registers of GIC, ITS and UARTs, the guest's memory.
 *
 * The board itself is sound: what nobody has written reads as zero, a UART is ready to send, the
 * ITS is done at once or stalls where the input says so. Where ITS and redistributors go in memory
 * is watched (board_gic.c). An access that a board would answer with
 * an abort (unaligned, or where nothing is) ends the run as a failure.
 */
#ifndef TESTS_FUZZ_SUPPORT_BOARD_H
#define TESTS_FUZZ_SUPPORT_BOARD_H

#include <stdbool.h>
#include <stdint.h>

/* The monitor's memory, and its parameters: cpus cores, dram_size bytes of DRAM. */
void board_init(unsigned cpus, uint64_t dram_size, uint64_t moods, unsigned pcie);

void board_set_core(unsigned core);
/* The next acknowledge of group 0 finds this INTID. */
void board_interrupt(unsigned intid);
/* From now on the ITS stalls at each command. */
void board_its_stalls(bool stalls);
/* How the board translates the guest's addresses: the PAR_EL1 that AT leaves. */
void board_set_translation(uint64_t par);

#endif
