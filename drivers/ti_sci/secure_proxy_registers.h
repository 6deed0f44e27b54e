// SPDX-License-Identifier: BSD-3-Clause
/*
 * A thread's registers in the secure proxy's three regions, a page each in every region (AM65x TRM
 * SPRUID7, 10.2 "Navigator Subsystem", secure proxy).
 */
#ifndef DRIVERS_TI_SCI_SECURE_PROXY_REGISTERS_H
#define DRIVERS_TI_SCI_SECURE_PROXY_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

#define SECURE_PROXY_STRIDE             0x1000u
#define SECURE_PROXY_WORDS              15u

/* In the SCFG region the first page is the proxy's own, thread 0's comes after it. */
#define SECURE_PROXY_SCFG_THREADS       0x1000u

#define SECURE_PROXY_STATUS_ERROR       0x80000000u
#define SECURE_PROXY_STATUS_COUNT(s)    ((s)&0xffu)
#define SECURE_PROXY_CONTROL_IS_RECEIVE 0x80000000u

/* Target data region: the message; access to its last word completes it. */
struct secure_proxy_data_registers {
    uint32_t reserved_00;
    uint32_t words[SECURE_PROXY_WORDS];
};

/* Real-time region. */
struct secure_proxy_rt_registers {
    uint32_t status;
    uint32_t threshold;
};

/* SCFG region. */
struct secure_proxy_scfg_registers {
    uint32_t control;
};

_Static_assert(offsetof(struct secure_proxy_data_registers, words) == 0x04, "first message word");
_Static_assert(sizeof(struct secure_proxy_data_registers) == 0x40, "the last word is at 0x3c");
_Static_assert(offsetof(struct secure_proxy_rt_registers, threshold) == 0x04, "THREADj_THR");

#endif
