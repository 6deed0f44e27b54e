// SPDX-License-Identifier: BSD-3-Clause
/*
 * The CPU interface's system registers on the fuzz machine: the driver's own header, but the
 * accesses are the target's functions.
 */
#ifndef TESTS_FUZZ_DRIVERS_GIC_ICC_H
#define TESTS_FUZZ_DRIVERS_GIC_ICC_H

#include <stdint.h>

#include_next "drivers/gic/icc.h"
#undef icc_read
#undef icc_write

uint64_t icc_read(const char *name);
void icc_write(const char *name, uint64_t value);

#endif
