/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The CPU interface's system registers on the host: the target's own names, which lead to the GIC
 * of tests/sweep/gic_model.c.
 */
#ifndef TESTS_SWEEP_ICC_H
#define TESTS_SWEEP_ICC_H

#include "../../../../../drivers/gic/icc.h"

#undef icc_read
#undef icc_write

uint64_t gic_model_icc_read(const char *name);
void gic_model_icc_write(const char *name, uint64_t value);

#define icc_read(name)         gic_model_icc_read(name)
#define icc_write(name, value) gic_model_icc_write(name, value)

#endif
