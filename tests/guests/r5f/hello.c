// SPDX-License-Identifier: BSD-3-Clause
/* A small program of the R5F's: it says that it runs. */
#include <stdio.h>

#include "tests/guests/r5f/r5f.h"

void on_irq(void)
{
}

void on_fiq(void)
{
}

int main(void)
{
    puts("hello from the R5F");
    fflush(stdout);
    for (;;)
        __asm__ volatile("wfi");
}
