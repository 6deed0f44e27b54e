// SPDX-License-Identifier: BSD-3-Clause
/*
 * System registers on the host: a test that has code in it which reads them says what they are.
 */
#ifndef ARCH_SYSREG_H
#define ARCH_SYSREG_H

#include <stdint.h>

uint64_t host_sysreg_read(const char *name);

#define sysreg_read(name) host_sysreg_read(#name)

#endif
