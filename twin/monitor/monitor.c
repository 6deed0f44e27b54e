// SPDX-License-Identifier: BSD-3-Clause
/*
 * Start of the twin: the board's cores come here from start.S at EL3. The boot core sets up what
 * all share and enters the guest at EL1; the others sleep until the guest turns them on.
 */
#include "twin/monitor/monitor.h"
#include "twin/monitor/caches.h"
#include "twin/monitor/r5f.h"
#include "twin/monitor/sysreg.h"

/* SCR_EL3: the lower levels are non-secure and AArch64; FIQs come to EL3; SMC allowed, HVC
 * undefined (HCE 0), so that a guest that mistakes its conduit notices. */
#define SCR_NS             (1u << 0)
#define SCR_FIQ            (1u << 2)
#define SCR_RES1           (3u << 4)
#define SCR_RW             (1u << 10)
#define SCR_VALUE          (SCR_NS | SCR_FIQ | SCR_RES1 | SCR_RW)

#define HCR_VM             (1ull << 0)
#define HCR_RW             (1ull << 31)
#define ICH_HCR_TC         (1u << 10)
#define ICH_HCR_TALL1      (1u << 12)
#define CNTHCTL_EL1_ACCESS 3u /* EL1PCTEN, EL1PCEN */
#define CPTR_EL2_RES1      0x33ffu
#define PMCR_N(pmcr)       ((pmcr) >> 11 & 0x1f)
#define MPIDR_RES1         (1ull << 31)
#define SCTLR_EL1_RESET    0x30d00800u /* RES1 bits; MMU and caches off, little endian */
#define AFFINITY_MASK      0xff00ffffffull
#define AFF0_MASK          0xffu

/* In .data, not .bss: the other cores read it before the boot core clears .bss, and a reset of the
 * board loads it anew. */
uint32_t monitor_ready __attribute__((section(".data")));

void monitor_boot(void);
void monitor_secondary(void);

unsigned cpu_id(void)
{
    return (unsigned)(read_sysreg(mpidr_el1) & AFF0_MASK);
}

int cpu_of_affinity(uint64_t affinity)
{
    for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++)
        if ((affinity & AFFINITY_MASK) == cpu_affinity(cpu))
            return (int)cpu;
    return -1;
}

static void setup_el2(void)
{
    write_sysreg(vbar_el2, (uintptr_t)el2_vectors);
    write_sysreg(hcr_el2, HCR_RW | HCR_VM);
    write_sysreg(vmpidr_el2, MPIDR_RES1 | cpu_affinity(cpu_id()));
    write_sysreg(vpidr_el2, read_sysreg(midr_el1));
    write_sysreg(cnthctl_el2, CNTHCTL_EL1_ACCESS);
    write_sysreg(cntvoff_el2, 0);
    write_sysreg(cptr_el2, CPTR_EL2_RES1);
    write_sysreg(hstr_el2, 0);
    /* All PMU counters are the guest's, and debug registers are not trapped. */
    write_sysreg(mdcr_el2, PMCR_N(read_sysreg(pmcr_el0)));
    write_sysreg(ICH_HCR_EL2, ICH_HCR_TC | ICH_HCR_TALL1);
    fast_init();
    stage2_enable();
}

static void setup_core(void)
{
    write_sysreg(scr_el3, SCR_VALUE);
    write_sysreg(cptr_el3, 0);
    write_sysreg(mdcr_el3, 0);
    write_sysreg(cntfrq_el0, read_sysreg(cntfrq_el0));
    synchronise_context();
    el3_mmu_enable();
    gic_cpu_init();
    if (cpu_is_r5f())
        r5f_setup();
    else
        setup_el2();
}

void cpu_reset_el1(void)
{
    write_sysreg(sctlr_el1, SCTLR_EL1_RESET);
    write_sysreg(tcr_el1, 0);
    write_sysreg(ttbr0_el1, 0);
    write_sysreg(ttbr1_el1, 0);
    write_sysreg(vbar_el1, 0);
    write_sysreg(cpacr_el1, 0);
    write_sysreg(cntkctl_el1, 0);
    write_sysreg(cntp_ctl_el0, 0);
    write_sysreg(cntv_ctl_el0, 0);
    write_sysreg(mdscr_el1, 0);
    write_sysreg(pmcr_el0, 0);
    write_sysreg(tpidr_el1, 0);
    synchronise_context();
}

static void check_parameters(void)
{
    const struct parameters *p = parameters();

    if (p->magic != PARAMETERS_MAGIC)
        die("no parameters at %x: the twin is started by tools/twin", (uint64_t)PARAMETERS_BASE);
    if (p->cpus == 0 || p->cpus > BOARD_CPUS_MAX || p->r5fs > R5FS_MAX ||
        !(guest_memory(p->entry, 4) || (p->entry == 0 && p->r5fs_loaded != 0)))
        die("bad parameters: %u cpus, %u R5Fs, entry %x", (uint64_t)p->cpus, (uint64_t)p->r5fs,
            p->entry);
}

void monitor_boot(void)
{
    report_init();
    check_parameters();
    el3_mmu_build();
    stage2_build();
    gic_init();
    setup_core();
    its_init();
    console_init();
    machine_init();
    if (parameters()->entry != 0)
        psci_boot();
    r5f_init();
    __atomic_store_n(&monitor_ready, 1, __ATOMIC_RELEASE);
    if (parameters()->entry == 0)
        psci_park(); /* nobody will turn it on */
    cpu_reset_el1();
    left_overs();
    caches_init();
    caches_start(parameters()->entry);
    guest_enter(parameters()->entry, parameters()->dtb);
}

void monitor_secondary(void)
{
    setup_core();
    if (cpu_is_r5f())
        r5f_main();
    psci_park();
}
