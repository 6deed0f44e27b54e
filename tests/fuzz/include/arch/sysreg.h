// SPDX-License-Identifier: BSD-3-Clause
/*
 * System registers on the fuzz machine: they read as zero.
 */
#ifndef TESTS_FUZZ_ARCH_SYSREG_H
#define TESTS_FUZZ_ARCH_SYSREG_H

#include <stdint.h>

#define sysreg_read(name)         UINT64_C(0)
#define sysreg_write(name, value) ((void)(value))

#endif
