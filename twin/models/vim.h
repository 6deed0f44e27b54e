// SPDX-License-Identifier: BSD-3-Clause
/*
 * The R5F cores' interrupt controllers (twin/models/vim.c): registers, and inputs.
 */
#ifndef TWIN_MODELS_VIM_H
#define TWIN_MODELS_VIM_H

#include <stdbool.h>
#include <stdint.h>

#define VIM_CORES  2u
#define VIM_INPUTS 512u

/* Where a core of the MCU domain's R5F subsystem sees its own (SPRUIU1C, "R5FSS_VIM Registers"). */
#define VIM_BASE   UINT64_C(0x40f80000)
#define VIM_SIZE   UINT64_C(0x4000)

/* Registers have 32 bits. */
uint64_t vim_read(unsigned core, uint64_t offset);
void vim_write(unsigned core, uint64_t offset, uint64_t value);

/* An input of a core's, or of both cores', changes its level; and its level. A pulse is both
 * levels, one after the other. */
void vim_line(unsigned core, unsigned input, bool high);
void vim_line_all(unsigned input, bool high);
bool vim_line_level(unsigned core, unsigned input);

/* All as after a reset. Of one core, for its own reset: its inputs stay what they are. */
void vim_reset(void);
void vim_core_reset(unsigned core);

#endif
