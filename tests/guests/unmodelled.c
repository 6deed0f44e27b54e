// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood abort-unmodelled: what no block answers is a synchronous external abort (Arm DDI 0487,
 * D17.2.37), for loads and stores of any kind; what a block answers is not.
 */
#include "tests/guests/guest.h"

#define NOTHING       UINT64_C(0x05000000)
#define EC_DATA_ABORT 0x25u /* from EL1 */
#define EXTERNAL      0x10u
#define ISS_WNR       (1u << 6)
#define ISS_STATUS    0x7fu /* DFSC and WnR */
#define BEFORE        UINT64_C(0x1122334455667788)

static void check_abort(const char *name, uint64_t address, uint32_t status)
{
    const struct faults *faults = guest_faults();

    check(name, faults->count == 1 && ESR_EC(faults->esr) == EC_DATA_ABORT &&
                    (ESR_ISS(faults->esr) & ISS_STATUS) == status && faults->far == address);
    guest_no_faults();
}

int main(void)
{
    uint64_t first = BEFORE, second = BEFORE;

    guest_no_faults();
    __asm__ volatile("ldr %0, [%1]" : "+r"(first) : "r"(NOTHING + 8) : "memory");
    check_abort("a load is aborted", NOTHING + 8, EXTERNAL);
    check_value("its register stays what it was", first, BEFORE);
    write32(NOTHING + 4, 1);
    check_abort("a store is aborted", NOTHING + 4, EXTERNAL | ISS_WNR);
    write8(NOTHING + 3, 1);
    check_abort("a byte's store is aborted", NOTHING + 3, EXTERNAL | ISS_WNR);
    __asm__ volatile("ldp %0, %1, [%2]" : "+r"(first), "+r"(second) : "r"(NOTHING) : "memory");
    check_abort("a load of a pair is aborted", NOTHING, EXTERNAL);
    __asm__ volatile("stp %0, %1, [%2]" : : "r"(first), "r"(second), "r"(NOTHING) : "memory");
    check_abort("a store of a pair is aborted", NOTHING, EXTERNAL | ISS_WNR);
    write64(GICR_BASE + 0x100000, 0);
    check_abort("so is one behind the last redistributor", GICR_BASE + 0x100000,
                EXTERNAL | ISS_WNR);
    check_value("a block answers", read32(JTAGID), 0x1bb5a02f);
    check_value("and so does one with a register that does nothing", read32(JTAGID + 4), 0);
    check("without an abort", guest_faults()->count == 0);
    guest_end();
}
