// SPDX-License-Identifier: BSD-3-Clause
/*
 * A guest that is off when the R5F beside it has come to its end, and says so.
 */
#include "tests/guests/guest.h"
#include "twin/service.h"

int main(void)
{
    while (smc(TWIN_SMC_R5F_RUNS, 0, 0, 0) == 1)
        guest_wait(1000);
    for (const char *text = "still here\n"; *text != '\0'; text++)
        write32(UART_BASE, (uint8_t)*text);
    return 0;
}
