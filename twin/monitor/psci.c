// SPDX-License-Identifier: BSD-3-Clause
/*
 * The guest's secure monitor calls: PSCI 1.1 (Arm DEN 0022), what is mandatory of the SMC Calling
 * Convention 1.1 (Arm DEN 0028), and the twin's own service (twin/service.h).
 *
 * A core that is off sleeps at EL3, where it still serves the twin's timer and console.
 */
#include "twin/models/am65x.h"
#include "twin/monitor/caches.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/r5f.h"
#include "twin/monitor/sysreg.h"
#include "twin/service.h"

#define SMCCC_VERSION           0x80000000u
#define SMCCC_ARCH_FEATURES     0x80000001u
#define SMCCC_VERSION_1_1       0x10001u
#define PSCI_VERSION            0x84000000u
#define PSCI_VERSION_1_1        0x10001u
#define PSCI_CPU_SUSPEND_32     0x84000001u
#define PSCI_CPU_SUSPEND_64     0xc4000001u
#define PSCI_CPU_OFF            0x84000002u
#define PSCI_CPU_ON_32          0x84000003u
#define PSCI_CPU_ON_64          0xc4000003u
#define PSCI_AFFINITY_INFO_32   0x84000004u
#define PSCI_AFFINITY_INFO_64   0xc4000004u
#define PSCI_MIGRATE_INFO_TYPE  0x84000006u
#define PSCI_SYSTEM_OFF         0x84000008u
#define PSCI_SYSTEM_RESET       0x84000009u
#define PSCI_FEATURES           0x8400000au
#define PSCI_SYSTEM_SUSPEND_32  0x8400000eu
#define PSCI_SYSTEM_SUSPEND_64  0xc400000eu

#define PSCI_SUCCESS            0
#define PSCI_NOT_SUPPORTED      (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED             (-3)
#define PSCI_ALREADY_ON         (-4)
#define PSCI_ON_PENDING         (-5)
#define PSCI_INVALID_ADDRESS    (-9)

#define PSCI_NO_MIGRATION       2 /* MIGRATE_INFO_TYPE: no trusted OS that would need it */
#define POWER_STATE_POWERDOWN   (1u << 16)
/* SYSTEM_OFF has no argument; a guest that knows the twin puts its exit status into x1. */
#define OFF_STATUS_MAGIC        0x4b334f4600000000u
#define OFF_STATUS_MASK         0xffu

#define FEW_CORES               2

#define AFFINITY_RESERVED       0xffffff00ff000000u /* of a target_cpu (DEN 0022, 5.1.4) */

#define THUMB_ENTRY             1u /* TF-A refuses it where EL1 is AArch64 */

#define SMC64                   0x40000000u

#define SIMD_REGISTERS          32u
#define UNKNOWN                 0xdead0000dead0000u

/* As AFFINITY_INFO answers. */
enum power {
    POWER_ON = 0,
    POWER_OFF = 1,
    POWER_ON_PENDING = 2
};

static struct lock power_lock;
static struct {
    enum power power;
    uint64_t entry, context;
} cores[BOARD_CPUS_MAX] = {
    {.power = POWER_OFF}, {.power = POWER_OFF}, {.power = POWER_OFF}, {.power = POWER_OFF}};

void psci_boot(void)
{
    cores[cpu_id()].power = POWER_ON;
    event(EVENT_CORE, 1, 0, 0, NULL, 0);
}

static noreturn void start(unsigned cpu)
{
    uint64_t entry = cores[cpu].entry, context = cores[cpu].context;

    cores[cpu].power = POWER_ON;
    lock_release(&power_lock);
    event(EVENT_CORE, 1, 0, 0, NULL, 0);
    gic_cpu_restart();
    cpu_reset_el1();
    caches_start(entry);
    guest_enter(entry, context);
}

noreturn void psci_park(void)
{
    unsigned cpu = cpu_id();

    for (;;) {
        lock_take(&power_lock);
        if (cores[cpu].power == POWER_ON_PENDING)
            start(cpu);
        lock_release(&power_lock);
        /* A group-0 interrupt ends it, though masked; the wake-up SGI is one. */
        complete_accesses();
        wait_for_interrupt();
        while (gic_service())
            ;
    }
}

/* A core that the guest can have; in the mood few-cores the others have frames in the GIC, no more.
 */
static int cpu_there(uint64_t affinity)
{
    int cpu = affinity & AFFINITY_RESERVED ? -1 : cpu_of_affinity(affinity);

    return (parameters()->moods & AM65X_MOOD_FEW_CORES) != 0 && cpu >= FEW_CORES ? -1 : cpu;
}

static int64_t cpu_on(uint64_t affinity, uint64_t entry, uint64_t context)
{
    int cpu = cpu_there(affinity);
    int64_t result = PSCI_SUCCESS;

    if (cpu < 0)
        return PSCI_INVALID_PARAMETERS;
    if (!guest_memory(entry, sizeof(uint32_t)) || (entry & THUMB_ENTRY) != 0)
        return PSCI_INVALID_ADDRESS;
    lock_take(&power_lock);
    if (cores[cpu].power == POWER_ON) {
        result = PSCI_ALREADY_ON;
    } else if (cores[cpu].power == POWER_ON_PENDING) {
        result = PSCI_ON_PENDING;
    } else {
        cores[cpu].entry = entry;
        cores[cpu].context = context;
        cores[cpu].power = POWER_ON_PENDING;
    }
    lock_release(&power_lock);
    if (result == PSCI_SUCCESS)
        gic_wake((unsigned)cpu);
    return result;
}

static noreturn void cpu_off(void)
{
    bool last = true;

    /* Nothing of the guest's may wake it: WFI would return at once, over and over. */
    write_sysreg(ICC_IGRPEN1_EL1, 0);
    write_sysreg(cntp_ctl_el0, 0);
    write_sysreg(cntv_ctl_el0, 0);
    synchronise_context();
    event(EVENT_CORE, 0, 0, 0, NULL, 0);
    lock_take(&power_lock);
    cores[cpu_id()].power = POWER_OFF;
    for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++)
        last = last && cores[cpu].power == POWER_OFF;
    lock_release(&power_lock);
    if (last)
        die("the guest turned its last core off, pc %x", trap_pc());
    psci_park();
}

static int64_t affinity_info(uint64_t affinity, uint64_t level)
{
    int cpu = cpu_there(affinity);

    if (cpu < 0 || level != 0)
        return PSCI_INVALID_PARAMETERS;
    return (int64_t)__atomic_load_n(&cores[cpu].power, __ATOMIC_ACQUIRE);
}

static int64_t cpu_suspend(uint64_t state)
{
    if (state & POWER_STATE_POWERDOWN)
        return PSCI_INVALID_PARAMETERS;
    complete_accesses();
    wait_for_interrupt();
    return PSCI_SUCCESS;
}

static bool may_suspend(void)
{
    return (parameters()->moods & AM65X_MOOD_SUSPEND) != 0;
}

static bool others_are_off(void)
{
    bool off = true;

    lock_take(&power_lock);
    for (unsigned cpu = 0; cpu < parameters()->cpus; cpu++)
        off = off && (cpu == cpu_id() || cores[cpu].power == POWER_OFF);
    lock_release(&power_lock);
    return off;
}

/* What a reset leaves unknown, and cpu_reset_el1() leaves alone. */
static void lose_registers(void)
{
    static const uint64_t unknown[2] = {UNKNOWN, UNKNOWN};

    write_sysreg(cntp_cval_el0, 0);
    write_sysreg(cntv_cval_el0, 0);
    for (unsigned reg = 0; reg < SIMD_REGISTERS; reg++)
        simd_set(reg, unknown);
}

/* DEN 0022, 5.20. What wakes it is any interrupt of the guest's that it could take. */
static int64_t system_suspend(uint64_t entry, uint64_t context)
{
    unsigned cpu = cpu_id();

    if (!may_suspend())
        return PSCI_NOT_SUPPORTED;
    if (!guest_memory(entry, sizeof(uint32_t)) || (entry & THUMB_ENTRY) != 0)
        return PSCI_INVALID_ADDRESS;
    if (!others_are_off())
        return PSCI_DENIED;
    event(EVENT_CORE, 0, 0, 0, NULL, 0);
    gic_sleep();
    machine_lose_power();
    gic_lose_power();
    lose_registers();
    lock_take(&power_lock);
    cores[cpu].entry = entry;
    cores[cpu].context = context;
    start(cpu);
}

static int64_t features(uint32_t function)
{
    switch (function) {
    case SMCCC_VERSION:
    case PSCI_VERSION:
    case PSCI_CPU_SUSPEND_32:
    case PSCI_CPU_SUSPEND_64:
    case PSCI_CPU_OFF:
    case PSCI_CPU_ON_32:
    case PSCI_CPU_ON_64:
    case PSCI_AFFINITY_INFO_32:
    case PSCI_AFFINITY_INFO_64:
    case PSCI_MIGRATE_INFO_TYPE:
    case PSCI_SYSTEM_OFF:
    case PSCI_SYSTEM_RESET:
    case PSCI_FEATURES:
        return PSCI_SUCCESS;
    case PSCI_SYSTEM_SUSPEND_32:
    case PSCI_SYSTEM_SUSPEND_64:
        return may_suspend() ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
    default:
        return PSCI_NOT_SUPPORTED;
    }
}

static noreturn void system_off(uint64_t x1)
{
    bool told = (x1 & ~(uint64_t)OFF_STATUS_MASK) == OFF_STATUS_MAGIC;
    unsigned status = told ? (unsigned)(x1 & OFF_STATUS_MASK) : 0;

    /* What tools/twin tells if the guest itself has told nothing. */
    if (status != 0)
        report("exception: pc %x, esr %x, far %x", read_sysreg(elr_el1), read_sysreg(esr_el1),
               read_sysreg(far_el1));
    machine_end();
    count_report();
    report_exit(status);
}

/* For tests of what starts and stops an R5F. */
static int64_t r5f_service(const uint64_t x[4])
{
    const struct am65x_processor control = {
        .powered = true,
        .released = (x[2] & TWIN_R5F_RELEASED) != 0,
        .halted = (x[2] & TWIN_R5F_HALTED) != 0,
        .atcm = true,
        .btcm = true,
        .atcm_at_zero = true,
        .boot_vector = x[3],
    };

    r5f_control((unsigned)x[1], &control);
    return x[1] < parameters()->r5fs ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

/* The result in x0. */
static int64_t call(uint32_t function, const uint64_t x[4])
{
    switch (function) {
    case SMCCC_VERSION:
        return SMCCC_VERSION_1_1;
    case SMCCC_ARCH_FEATURES:
        return (uint32_t)x[1] == SMCCC_VERSION || (uint32_t)x[1] == SMCCC_ARCH_FEATURES
                   ? PSCI_SUCCESS
                   : PSCI_NOT_SUPPORTED;
    case PSCI_VERSION:
        return PSCI_VERSION_1_1;
    case PSCI_FEATURES:
        return features((uint32_t)x[1]);
    case PSCI_CPU_SUSPEND_32:
    case PSCI_CPU_SUSPEND_64:
        return cpu_suspend(x[1]);
    case PSCI_CPU_OFF:
        cpu_off();
    case PSCI_CPU_ON_32:
    case PSCI_CPU_ON_64:
        return cpu_on(x[1], x[2], x[3]);
    case PSCI_AFFINITY_INFO_32:
    case PSCI_AFFINITY_INFO_64:
        return affinity_info(x[1], x[2]);
    case PSCI_MIGRATE_INFO_TYPE:
        return PSCI_NO_MIGRATION;
    case PSCI_SYSTEM_OFF:
        system_off(x[1]);
    case PSCI_SYSTEM_RESET:
        report_reset();
    case PSCI_SYSTEM_SUSPEND_32:
    case PSCI_SYSTEM_SUSPEND_64:
        return system_suspend(x[1], x[2]);
    case TWIN_SMC_INJECT:
        return machine_inject((unsigned)x[1], x[2], (uint32_t)(x[3] >> TWIN_SPARE_SHIFT),
                              (uint32_t)x[3])
                   ? 0
                   : -1;
    case TWIN_SMC_R5F_LINES:
        r5f_interrupt((unsigned)x[1], (x[2] & 1) != 0, (x[2] & 2) != 0);
        return x[1] < parameters()->r5fs ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
    case TWIN_SMC_R5F_CONTROL:
        return r5f_service(x);
    case TWIN_SMC_R5F_RUNS:
        return x[1] < parameters()->r5fs ? r5f_runs((unsigned)x[1]) : PSCI_NOT_SUPPORTED;
    default:
        return PSCI_NOT_SUPPORTED;
    }
}

void smc(struct frame *frame)
{
    uint32_t function = (uint32_t)frame->x[0];
    uint64_t x[4];
    uint64_t counter = 0;

    /* SMC32 calls have 32-bit arguments; SYSTEM_OFF may carry a status.
     */
    for (unsigned i = 0; i < 4; i++)
        x[i] =
            function & SMC64 || function == PSCI_SYSTEM_OFF ? frame->x[i] : (uint32_t)frame->x[i];
    if (function == TWIN_SMC_UID) {
        frame->x[0] = TWIN_UID_0;
        frame->x[1] = TWIN_UID_1;
        frame->x[2] = TWIN_UID_2;
        frame->x[3] = TWIN_UID_3;
    } else if (function == TWIN_SMC_COUNTER) {
        frame->x[0] = machine_counter((unsigned)x[1], &counter) ? 0 : UINT64_MAX;
        frame->x[1] = counter;
    } else {
        frame->x[0] = (uint64_t)call(function, x);
    }
}
