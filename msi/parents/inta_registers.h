// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt aggregator's registers (AM65x TRM SPRUID7, 10.2 "Navigator Subsystem", interrupt
 * aggregator, INTAGGR_VINT). A page for each virtual interrupt; a bit for each of its 64 events.
 */
#ifndef MSI_PARENTS_INTA_REGISTERS_H
#define MSI_PARENTS_INTA_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

enum inta_vint_number {
    INTA_VINT_STRIDE = 0x1000,
    INTA_VINT_EVENTS = 64,
};
#define INTA_VINT_ALL UINT64_MAX

/* A virtual interrupt's page: one bit for each event. */
struct inta_vint_registers {
    uint64_t enable_set;    /* reads as what is enabled */
    uint64_t enable_clear;  /* the same */
    uint64_t status_set;    /* reads as the status */
    uint64_t status_clear;  /* the same, before the mask */
    uint64_t status_masked; /* the status of what is enabled: the VINT is high unless it is 0 */
};

_Static_assert(offsetof(struct inta_vint_registers, status_masked) == 0x20, "INTAGGR_VINT");

#endif
