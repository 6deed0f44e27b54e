// SPDX-License-Identifier: BSD-3-Clause
/*
 * System registers on the fuzz machine: the monitor's own header, but the registers are members of
 * a structure, and what is an instruction is a function of tests/fuzz/support/board.c.
 */
#ifndef TESTS_FUZZ_TWIN_MONITOR_SYSREG_H
#define TESTS_FUZZ_TWIN_MONITOR_SYSREG_H

#include <stdint.h>

#define wait_for_interrupt                   board_wait_for_interrupt
#define translate_for_guest                  board_translate_for_guest
#define translate_data_for_guest             board_translate_data_for_guest
#define forget_own_translations              board_forget_own_translations
#define forget_guest_translations            board_forget_guest_translations
#define forget_guest_translations_everywhere board_forget_guest_translations_everywhere
#define synchronise_context                  board_synchronise_context
#define complete_accesses                    board_complete_accesses
#include_next "twin/monitor/sysreg.h"
#undef read_sysreg
#undef write_sysreg
#undef wait_for_interrupt
#undef translate_for_guest
#undef translate_data_for_guest
#undef forget_own_translations
#undef forget_guest_translations
#undef forget_guest_translations_everywhere
#undef synchronise_context
#undef complete_accesses

struct sysregs {
    uint64_t cntfrq_el0, cnthctl_el2, cntkctl_el1, cntp_ctl_el0, cntpct_el0, cntps_ctl_el1;
    uint64_t cntps_cval_el1, cntps_tval_el1, cntp_cval_el0, cntv_ctl_el0, cntv_cval_el0,
        cntvoff_el2;
    uint64_t cpacr_el1, cptr_el2, dacr32_el2, fpexc32_el2, ifsr32_el2;
    uint64_t cptr_el3, elr_el1, elr_el2, elr_el3, esr_el1, esr_el2, esr_el3, far_el1, far_el2;
    uint64_t far_el3, hcr_el2, hpfar_el2, hstr_el2, mair_el3, mdcr_el2, mdcr_el3, mdscr_el1;
    uint64_t midr_el1, mpidr_el1, par_el1, pmcr_el0, scr_el3, sctlr_el1, sctlr_el3, spsr_el2;
    uint64_t sp_el0, sp_el1, sp_el2, spsr_el1, spsr_el3, tcr_el1, tcr_el3, tpidr_el1, tpidr_el2;
    uint64_t ttbr0_el1, ttbr0_el3, ttbr1_el1, vbar_el1;
    uint64_t vbar_el2, vmpidr_el2, vpidr_el2, vtcr_el2, vttbr_el2;
    uint64_t afsr0_el1, afsr1_el1, amair_el1, contextidr_el1, mair_el1;
    uint64_t ICC_AP1R0_EL1, ICC_ASGI1R_EL1, ICC_BPR1_EL1, ICC_CTLR_EL1, ICC_CTLR_EL3;
    uint64_t ICC_DIR_EL1, ICC_EOIR0_EL1, ICC_EOIR1_EL1, ICC_HPPIR1_EL1, ICC_IAR0_EL1;
    uint64_t ICC_IAR1_EL1, ICC_IGRPEN0_EL1, ICC_IGRPEN1_EL1, ICC_PMR_EL1, ICC_RPR_EL1;
    uint64_t ICC_SGI0R_EL1, ICC_SRE_EL1, ICC_SRE_EL2, ICC_SRE_EL3, ICH_HCR_EL2;
};
extern struct sysregs sysregs;

/* Reading some of them has effects. */
uint64_t board_read_sysreg(const uint64_t *sysreg);

#define read_sysreg(name)         board_read_sysreg(&sysregs.name)
#define write_sysreg(name, value) ((void)(sysregs.name = (uint64_t)(value)))

void wait_for_interrupt(void);
void translate_for_guest(uint64_t address);
void translate_data_for_guest(uint64_t address, bool write, bool el0);

static inline void forget_own_translations(void)
{
}

static inline void forget_guest_translations(void)
{
}

static inline void forget_guest_translations_everywhere(void)
{
}

static inline void synchronise_context(void)
{
}

static inline void complete_accesses(void)
{
}

#endif
