// SPDX-License-Identifier: BSD-3-Clause
/*
 * The exception that panic() raises, in its own frame. For arch/ only.
 */
#ifndef ARCH_REPORT_RAISE_H
#define ARCH_REPORT_RAISE_H

#define REPORT_RAISE() __builtin_trap() /* undefined instruction */

#endif
