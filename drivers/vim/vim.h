// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Vectored Interrupt Manager of a Cortex-R5F (TRMs of K3, "R5FSS Vectored Interrupt Manager";
 * docs/hardware.md). Each core has its own, which no other sees: all of this is about the calling
 * core, and the one program that runs on it.
 *
 * Inputs are numbered from 0; all are IRQs here, none a FIQ. Functions that return int return 0 or
 * a negative errno; -EINVAL: an input or a value out of range.
 */
#ifndef DRIVERS_VIM_VIM_H
#define DRIVERS_VIM_VIM_H

#include <stdbool.h>
#include <stdint.h>

#define VIM_INPUTS_MAX     512u
#define VIM_NONE           0xffffu /* no input */

/* Less is more urgent. */
#define VIM_PRIORITY_LEAST 15u
#define VIM_PRIORITY_NONE  16u /* nothing is active */

enum vim_trigger {
    VIM_LEVEL,
    VIM_PULSE,
};

/* Takes over the VIM whose registers are there: everything off, nothing pending but levels that are
 * high, nothing active, each input an IRQ of the least priority, for a level. With IRQs masked;
 * once, or again after it has lost its state. -ENODEV: that is no VIM of at most VIM_INPUTS_MAX
 * inputs. */
int vim_init(uintptr_t base);

/* How many inputs there are; 0 before vim_init(). Any context. */
unsigned vim_input_count(void);

/* How the source of an input asks, and how urgent it is: 0-15. The hardware takes both kinds of
 * sources alike; it is software that clears a pulse before its handler and a level after it.
 * -EBUSY: the trigger would change while the input is enabled. Any context. */
int vim_configure(unsigned input, enum vim_trigger trigger, unsigned priority);

/* What vim_acknowledge() returns for an input, less than VIM_NONE; at first that is the input.
 * While it is off. Any context. */
int vim_set_number(unsigned input, unsigned number);

/* When vim_mask() returns, the input is off, and the core is not interrupted for it any more. What
 * is pending stays so. Any context. */
int vim_enable(unsigned input);
int vim_mask(unsigned input);
bool vim_is_enabled(unsigned input);

/* Makes an input pending as if its source had asked, once; takes back what is pending, but for a
 * level that is high. Any context. */
int vim_set_pending(unsigned input);
int vim_clear_pending(unsigned input);
bool vim_is_pending(unsigned input);

/* vim_acknowledge(): the most urgent input that is pending and more urgent than what is active;
 * vim_end(): ends the one that was acknowledged last. VIM_NONE: there is none, and nothing to end.
 * With IRQs masked; for the dispatch of interrupts only; inline in drivers/vim/vim_root.h. Of an
 * input that is a pulse, or that software has made pending, these do the rest. */
unsigned vim_begin(void);
void vim_clear(unsigned input);

/* Whether there would be one; and how urgent what has been acknowledged last and not ended is.
 * Likewise. */
bool vim_has_pending(void);
unsigned vim_running_priority(void);

#endif
