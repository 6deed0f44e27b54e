// SPDX-License-Identifier: BSD-3-Clause
/*
 * The R5F cores' interrupt lines, as the models have them.
 */
#ifndef TESTS_HOST_SUPPORT_R5F_HOST_H
#define TESTS_HOST_SUPPORT_R5F_HOST_H

#include <stdbool.h>

struct r5f_lines {
    bool irq, fiq;
    unsigned changes;
};
extern struct r5f_lines r5f_lines[2];

#endif
