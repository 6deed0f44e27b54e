// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting for bits of a register that no interrupt tells of.
 */
#include "arch/wait.h"
#include "drivers/pci/am65x_internal.h"

#include <errno.h>

#define POLL_US 100u

int pci_am65x_wait(uintptr_t address, uint32_t bits, uint32_t value, uint64_t timeout_us)
{
    const deadline_t deadline = deadline_after_us(timeout_us);
    bool is_last = false;

    while ((mmio_read32(address) & bits) != value) {
        if (is_last)
            return -EIO;
        delay_us(POLL_US);
        is_last = deadline_passed(deadline);
    }
    return 0;
}
