// SPDX-License-Identifier: BSD-3-Clause
/*
 * Handlers run to their end on the host: what interrupts them is for the self-test. The fuzzers
 * have this too.
 */
#include "arch/exception.h"

bool exception_open(void)
{
    return false;
}

void exception_close(void)
{
}

void exception_nested(void (*function)(void *argument), void *argument)
{
    (void)function;
    (void)argument;
}
