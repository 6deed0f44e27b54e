// SPDX-License-Identifier: BSD-3-Clause
/*
 * What this host has mapped at the system firmware (TISCI_MSG_RM_IRQ_SET), noted in memory that
 * outlives the program. A core that is stopped in the middle gives nothing back; what it has mapped
 * stays its host's, keeps its sources and numbers from the next program, and can't be asked for:
 * only who names a mapping whole can release it.
 */
#ifndef DRIVERS_TI_SCI_TI_SCI_NOTES_H
#define DRIVERS_TI_SCI_TI_SCI_NOTES_H

#include <stddef.h>
#include <stdint.h>

/* Releases what a program before this one has noted there, and notes from now on what is mapped, as
 * far as there is room. The memory is at a multiple of 4, no loader writes it, and it is not cached
 * if a stop of the core loses its caches; what is there need not make sense. Thread context, before
 * anything is mapped. -EINVAL: there is no room for one; the errors of the requests, but for
 * -EACCES: what is not released stays noted, and noting goes on. */
int ti_sci_notes_open(void *memory, size_t size, uint8_t host);

#endif
