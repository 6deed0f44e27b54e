// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a guest can't go on after: CASE says what. The twin tells, and ends the run.
 */
#include "tests/guests/guest.h"

#define SCTLR_M 1u

static inline void mmu_on(uint64_t tables)
{
    write_sysreg("mair_el1", 0xff);
    write_sysreg("tcr_el1", 0x200000019ull);
    write_sysreg("ttbr0_el1", tables);
    write_sysreg("sctlr_el1", read_sysreg("sctlr_el1") | SCTLR_M);
}

#define LDM_FROM_A_DEVICE 0xe8900006u /* ldm r0, {r1, r2} */

int main(void)
{
    static const uint32_t code[] = {LDM_FROM_A_DEVICE};
    uint64_t x[8] = {JTAGID};

    switch (CASE) {
    case 1:
        write_sysreg("vbar_el1", THE_TWINS);
        __asm__ volatile("brk #1");
        break;
    case 2:
        mmu_on(THE_TWINS);
        break;
    case 3:
        mmu_on(UART_BASE & ~UINT64_C(0xfff));
        break;
    case 4:
        smc(0x84000002, 0, 0, 0); /* CPU_OFF */
        break;
    case 5:
        (void)read_sysreg("S3_0_C12_C8_0"); /* ICC_IAR0_EL1 */
        break;
    case 6:
        guest_run_at_el0((uintptr_t)code, 0x10, x);
        break;
    default:
        __asm__ volatile("mov x2, %0\n .inst 0xb8404442"
                         :
                         : "r"(UART_BASE)
                         : "x2"); /* ldr w2, [x2], #4 */
        break;
    }
    return 0;
}
