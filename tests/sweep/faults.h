// SPDX-License-Identifier: BSD-3-Clause
/*
 * What can go wrong below the firmware, one occasion at a time: the n-th strikes.
 *
 * Allocations and calls of the GIC's driver go through here by the linker's --wrap (mk/host.mk);
 * TI-SCI messages and transfers are the device models' faults; the ITS and the GIC's registers are
 * those of gic_model.c, which asks here.
 */
#ifndef TESTS_SWEEP_FAULTS_H
#define TESTS_SWEEP_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault {
    NO_MEMORY,
    SCI_REFUSED,
    SCI_LOST,
    SCI_DONE_LOST,
    SCI_LATE,
    SCI_TOO_LATE,
    SCI_SHORT,
    SCI_TYPE,
    SCI_SEQUENCE,
    SCI_HOST,
    SCI_REFUSED_TWICE,
    SCI_LOST_TWICE,
    SCI_DONE_LOST_TWICE,
    SCI_SHORT_TWICE,
    ITS_STALLS,
    ITS_LATE,
    ITS_DONE_LATE,
    ITS_STOPS,
    GIC_REFUSES,
    GIC_DONE_REFUSES,
    GIC_RWP,
    DMA_ERROR,
    DMA_LATE,
    DMA_NEVER,
    DMA_DESCRIPTOR,
    DMA_TEARDOWN,
    SLOT_FAILS,
    CORE_STAYS_OFF,
    FAULTS
};
const char *fault_name(enum fault fault);

#define FAULT_LATE_NS UINT64_C(3000000000) /* beyond every deadline of the drivers */
#define FAULT_DEVICES 64u                  /* device ids at the ITS that are looked at */

/* From now on the n-th occasion of fault (from 1) strikes; fault_disarm() ends it. */
void fault_arm(enum fault fault, unsigned n);
void fault_disarm(void);

/* An occasion: whether it is the one. */
bool fault_strikes(enum fault fault);

/* Whether the fault has struck since fault_arm(), and at what. */
bool fault_has_struck(void);
const char *fault_struck_at(void);

/* Says what the next occasion is, for people. */
void fault_occasion(const char *text);

/* The firmware's memory: blocks, and bytes in them. */
struct fault_heap {
    uint64_t blocks, bytes;
};
void fault_get_heap(struct fault_heap *heap);

/* The last error or warning that the firmware has logged since fault_arm(); "" if none. */
const char *fault_last_message(void);

#endif
