// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's fault injection and counters, found by the SMCCC vendor-hypervisor UID; on a board
 * there is none. fault and counter: twin/models/am65x.h and twin/service.h. Any context.
 */
#ifndef TESTS_TARGET_TWIN_FAULTS_H
#define TESTS_TARGET_TWIN_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

/* They return false, and do nothing, without a twin. */
bool twin_present(void);
bool twin_inject(unsigned fault, uint64_t argument, uint32_t count);
bool twin_inject_after(unsigned fault, uint64_t argument, uint32_t spare, uint32_t count);
bool twin_counter(unsigned counter, uint64_t *value);

#endif
