// SPDX-License-Identifier: BSD-3-Clause
/*
 * A core that stands for an R5F: when it runs, its interrupt lines, and its traps.
 *
 * Its EL1 is AArch32, so what only EL1 of an A53 has is kept from its program: HSTR_EL2 traps the
 * CP15 registers of c0, c1, c2, c3, c8, c10, c11, c12 and c15 that the board's core has, and
 * r5f_cp15.c answers for those that an R5F has, too. Those that the board's core has not are
 * undefined instructions (r5f_inject.c). IRQ and FIQ are HCR_EL2.VI and VF.
 */
#include "twin/monitor/r5f.h"

#include "twin/monitor/caches.h"
#include "twin/monitor/mmio.h"
#include "twin/service.h"

#define HCR_VM               (1ull << 0)
#define HCR_SWIO             (1ull << 1)
#define HCR_FMO              (1ull << 3)
#define HCR_IMO              (1ull << 4)
#define HCR_VF               (1ull << 6)
#define HCR_VI               (1ull << 7)
#define HCR_TWI              (1ull << 13)
#define HCR_TID0             (1ull << 15) /* FPSID */
#define HCR_TID3             (1ull << 18) /* MVFR0, MVFR1 */
#define HCR_TSW              (1ull << 22) /* maintenance of the data cache */
#define HCR_TPC              (1ull << 23)
#define HCR_TPU              (1ull << 24)
#define HCR_VALUE            (HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_TWI | HCR_TID0 | HCR_TID3)
#define HSTR_VALUE           0x9d0fu /* T0 to T3, T8, T10 to T12, T15 */
#define CPTR_EL2_RES1        0x33ffu
#define ICH_HCR_TC           (1u << 10)
#define ICH_HCR_TALL1        (1u << 12)
#define PMCR_N(pmcr)         ((pmcr) >> 11 & 0x1f)
#define MDCR_TDE             (1u << 8) /* debug exceptions come to EL2 */
#define MDCR_DEBUG_REGISTERS (7u << 9) /* trap: its program sets no breakpoints of the board's */
#define MDSCR_SS             (1u << 0)
#define SPSR_STEP            (1u << 21)
#define DACR_CLIENT          1u

#define CPSR_RESET           0x1d3u /* SVC, and A, I, F masked */
#define CPSR_ALL_MASKS       0x1c0u
#define R5F_STATUS_MAX       0xffu

/* ISS of a trapped MCR or MRC (Arm DDI 0487, D17.2.37). */
#define ISS_CP15(iss)        CP15((iss) >> 10 & 15u, (iss) >> 14 & 7u, (iss) >> 1 & 15u, (iss) >> 17 & 7u)
#define ISS_READ             (1u << 0)
#define ISS_RT(iss)          ((iss) >> 5 & 31u)
#define RT_FLAGS             15u
#define FP_ID_REGISTER(iss)  ((iss) >> 10 & 15u)
#define DBGDIDR              CP15(0, 0, 0, 0)
#define DBGDSCR              CP15(0, 0, 1, 0)
#define DBGDTR               CP15(0, 0, 5, 0)
#define DBGDRAR              CP15(1, 0, 0, 0)
#define DBGDSAR              CP15(2, 0, 0, 0)
#define DBGDIDR_VALUE        0x77040013u
#define FPSID                0u
#define MVFR1                6u
#define MVFR0                7u

static struct lock control_lock;
static struct {
    struct am65x_processor control;
    uint32_t releases; /* how often it has left its reset */
    bool over;         /* it has crashed, or ended */
    bool end_told;     /* since it has left its reset */
    unsigned status;   /* with which it has ended then */
    bool irq, fiq;
} cores[R5FS_MAX];

static struct r5f r5fs[R5FS_MAX];
static uint32_t releases_seen[R5FS_MAX];

struct r5f *r5f_self(void)
{
    return &r5fs[cpu_id() - parameters()->cpus];
}

/* ---- what others want of a core ---- */

void r5f_init(void)
{
    r5f_cache_init();
    for (unsigned core = 0; core < parameters()->r5fs; core++) {
        bool loaded = (parameters()->r5fs_loaded >> core & 1) != 0;

        r5fs[core].core = core;
        cores[core].control = (struct am65x_processor){
            .powered = loaded,
            .released = loaded,
            .atcm = true,
            .btcm = true,
            .atcm_at_zero = true,
            .boot_vector = parameters()->r5f_entry[core],
        };
        cores[core].releases = loaded;
    }
}

static void kick(unsigned core)
{
    if (cpu_is_r5f() && r5f_self()->core == core)
        return; /* it looks before it goes on */
    gic_wake(parameters()->cpus + core);
}

void r5f_interrupt(unsigned core, bool irq, bool fiq)
{
    if (core >= parameters()->r5fs)
        return;
    if (__atomic_load_n(&cores[core].irq, __ATOMIC_ACQUIRE) == irq &&
        __atomic_load_n(&cores[core].fiq, __ATOMIC_ACQUIRE) == fiq)
        return;
    __atomic_store_n(&cores[core].irq, irq, __ATOMIC_RELEASE);
    __atomic_store_n(&cores[core].fiq, fiq, __ATOMIC_RELEASE);
    kick(core);
}

static bool runs(const struct am65x_processor *control)
{
    return control->powered && control->released;
}

void r5f_control(unsigned core, const struct am65x_processor *control)
{
    if (core >= parameters()->r5fs)
        return;
    lock_take(&control_lock);
    if (runs(control) && !runs(&cores[core].control))
        cores[core].releases++;
    if (!runs(control))
        cores[core].over = false;
    cores[core].control = *control;
    lock_release(&control_lock);
    kick(core);
}

bool r5f_runs(unsigned core)
{
    bool result;

    lock_take(&control_lock);
    result = runs(&cores[core].control) && !cores[core].over;
    lock_release(&control_lock);
    return result;
}

/* For good: until its next reset. */
static noreturn void end(const struct r5f *r5f)
{
    lock_take(&control_lock);
    cores[r5f->core].over = true;
    lock_release(&control_lock);
    r5f_main();
}

/* ---- the core itself ---- */

void r5f_setup(void)
{
    write_sysreg(vbar_el2, (uintptr_t)el2_vectors);
    write_sysreg(hcr_el2, HCR_VALUE);
    write_sysreg(hstr_el2, HSTR_VALUE);
    write_sysreg(cnthctl_el2, 0);
    write_sysreg(cntvoff_el2, 0);
    write_sysreg(cptr_el2, CPTR_EL2_RES1);
    write_sysreg(mdcr_el2, MDCR_DEBUG_REGISTERS | PMCR_N(read_sysreg(pmcr_el0)));
    write_sysreg(ICH_HCR_EL2, ICH_HCR_TC | ICH_HCR_TALL1);
    synchronise_context();
}

static void reset_el1(void)
{
    write_sysreg(tcr_el1, 0); /* short descriptors, one table */
    write_sysreg(ttbr0_el1, R5F_WINDOW);
    write_sysreg(ttbr1_el1, 0);
    write_sysreg(dacr32_el2, DACR_CLIENT);
    write_sysreg(ifsr32_el2, 0);
    write_sysreg(fpexc32_el2, 0);
    write_sysreg(esr_el1, 0);
    write_sysreg(far_el1, 0);
    write_sysreg(cntkctl_el1, 0);
    write_sysreg(cntp_ctl_el0, 0);
    write_sysreg(cntv_ctl_el0, 0);
    write_sysreg(mdscr_el1, 0);
    write_sysreg(pmcr_el0, 0);
    synchronise_context();
}

/* FIQ is first; of two that it may take, QEMU would take the virtual IRQ, and the other when it
 * leaves the guest for another reason. */
static uint64_t lines(const struct r5f *r5f)
{
    bool irq = __atomic_load_n(&cores[r5f->core].irq, __ATOMIC_ACQUIRE);
    bool fiq = __atomic_load_n(&cores[r5f->core].fiq, __ATOMIC_ACQUIRE);

    if (r5f->step != R5F_RUNS || r5f->stepping)
        return 0;
    if (fiq && !(read_sysreg(spsr_el3) & CPSR_FIQ_MASK))
        return HCR_VF;
    return (irq ? HCR_VI : 0) | (fiq ? HCR_VF : 0);
}

static uint64_t hcr_value(void)
{
    return HCR_VALUE | (caches_on() ? HCR_TSW | HCR_TPC | HCR_TPU : 0);
}

static void update_lines(const struct r5f *r5f)
{
    uint64_t hcr = hcr_value() | lines(r5f);

    if (hcr != read_sysreg(hcr_el2)) {
        write_sysreg(hcr_el2, hcr);
        synchronise_context();
    }
}

static void update_view(struct r5f *r5f)
{
    if (r5f->map_changed || (r5f->mpu_changed && caches_on()))
        r5f_map_build(r5f);
    if (r5f->map_changed || r5f->mpu_changed)
        r5f_mpu_build(r5f);
    r5f->map_changed = r5f->mpu_changed = false;
}

/* ---- one instruction at a time ---- */

/* One instruction with those mixed pages in sight that it was found to need. */
static void step_over(struct r5f *r5f, struct frame *frame, uint32_t address, bool execute)
{
    bool shown = r5f->shown_count < R5F_SHOWN;

    if (shown) {
        r5f->shown[r5f->shown_count].address = address;
        r5f->shown[r5f->shown_count++].execute = execute;
    }
    for (unsigned i = 0; i < r5f->shown_count; i++)
        shown &= r5f_map_show_mixed(r5f, r5f->shown[i].address, r5f->shown[i].execute);
    if (!shown)
        r5f_crash(frame, (uint32_t)read_sysreg(elr_el3), "memory that the twin can't show");
    r5f->stepping = true;
    write_sysreg(mdcr_el2, read_sysreg(mdcr_el2) | MDCR_TDE);
    write_sysreg(mdscr_el1, read_sysreg(mdscr_el1) | MDSCR_SS);
    write_sysreg(spsr_el3, read_sysreg(spsr_el3) | SPSR_STEP);
    synchronise_context();
}

/* `again`: the instruction has not been done yet. */
static void stepped(struct r5f *r5f, bool again)
{
    if (!r5f->stepping || !again)
        r5f->shown_count = 0;
    if (!r5f->stepping)
        return;
    r5f->stepping = false;
    r5f_map_hide_mixed(r5f);
    write_sysreg(mdcr_el2, read_sysreg(mdcr_el2) & ~(uint64_t)MDCR_TDE);
    write_sysreg(mdscr_el1, read_sysreg(mdscr_el1) & ~(uint64_t)MDSCR_SS);
    write_sysreg(spsr_el3, read_sysreg(spsr_el3) & ~(uint64_t)SPSR_STEP);
    synchronise_context();
}

/* ---- from its reset on ---- */

static noreturn void start(struct r5f *r5f)
{
    uint32_t entry = (uint32_t)r5f->started.boot_vector;

    r5f->step = R5F_RUNS;
    stepped(r5f, false); /* it may have been stopped in the middle */
    r5f->repeated = 0;
    cores[r5f->core].end_told = false;
    reset_el1();
    r5f_cp15_reset(r5f);
    r5f_cache_reset(r5f);
    r5f_map_enable(r5f);
    r5f->map_changed = true;
    update_view(r5f);
    update_lines(r5f);
    machine_r5f_waits(r5f->core, false);
    guest_enter_mode(entry & ~1u, 0, CPSR_RESET | (entry & 1 ? CPSR_THUMB : 0));
}

static void sleep(void)
{
    complete_accesses();
    wait_for_interrupt();
    while (gic_service())
        ;
}

noreturn void r5f_main(void)
{
    struct r5f *r5f = r5f_self();

    for (;;) {
        bool go;

        lock_take(&control_lock);
        r5f->started = cores[r5f->core].control;
        go = runs(&r5f->started) && !r5f->started.halted && !cores[r5f->core].over;
        releases_seen[r5f->core] = cores[r5f->core].releases;
        lock_release(&control_lock);
        if (go)
            start(r5f);
        sleep();
    }
}

void r5f_leave(void)
{
    struct r5f *r5f = r5f_self();

    for (;;) {
        bool goes_on, halted;

        lock_take(&control_lock);
        goes_on = runs(&cores[r5f->core].control) &&
                  releases_seen[r5f->core] == cores[r5f->core].releases;
        halted = cores[r5f->core].control.halted;
        lock_release(&control_lock);
        if (!goes_on) {
            r5f_main();
        }
        if (!halted)
            break;
        sleep();
    }
    update_view(r5f);
    update_lines(r5f);
}

noreturn void r5f_crash(const struct frame *frame, uint32_t pc, const char *why)
{
    struct r5f *r5f = r5f_self();
    uint64_t far = read_sysreg(far_el1);

    report("r5f %u crashed: %s at pc %x, lr of abort %x, of undefined %x, spsr %x, dfsr %x, "
           "dfar %x, ifsr %x, ifar %x",
           (uint64_t)r5f->core, why, (uint64_t)pc, frame->x[X_LR_ABORT], frame->x[X_LR_UNDEFINED],
           (uint64_t)r5f->spsr, read_sysreg(esr_el1), far & UINT32_MAX, read_sysreg(ifsr32_el2),
           far >> 32);
    if (parameters()->entry == 0)
        die("r5f %u crashed, and nothing else runs", (uint64_t)r5f->core);
    end(r5f);
}

/* ---- traps ---- */

void r5f_resume(uint64_t pc)
{
    write_sysreg(elr_el3, pc);
}

void r5f_skip(void)
{
    guest_skip();
}

static bool user(void)
{
    return (read_sysreg(spsr_el3) & CPSR_MODE_MASK) == CPSR_MODE_USER;
}

static void cp15_trap(struct r5f *r5f, struct frame *frame, uint32_t iss)
{
    bool write = !(iss & ISS_READ);
    uint32_t value = (uint32_t)frame_get(frame, ISS_RT(iss));

    if (user() || !r5f_cp15_access(r5f, ISS_CP15(iss), write, &value)) {
        r5f_inject_undefined();
        return;
    }
    if (!write)
        frame_set(frame, ISS_RT(iss), value);
    r5f_skip();
}

/* VFPv3-D16 with double precision (DDI 0460, 12.3). */
static void fp_id_trap(struct frame *frame, uint32_t iss)
{
    /* QEMU 7.2 tells A32's number of the register. */
    uint64_t *reg = r5f_register(frame, (uint32_t)read_sysreg(spsr_el3), ISS_RT(iss) & 15u);

    switch (FP_ID_REGISTER(iss)) {
    case FPSID:
        *reg = 0x41023153;
        break;
    case MVFR0:
        *reg = 0x10110221;
        break;
    case MVFR1:
        *reg = 0x00000011;
        break;
    default:
        r5f_inject_undefined();
        return;
    }
    r5f_skip();
}

/* The baseline of ARMv7's debug registers, which is what a Cortex-R5 has here (DDI 0460, chapter
 * 12): no debugger is there, and a byte to one is lost. */
static void cp14_trap(struct frame *frame, uint32_t iss)
{
    uint32_t reg = ISS_CP15(iss);
    bool known = iss & ISS_READ ? reg == DBGDIDR || reg == DBGDSCR || reg == DBGDTR ||
                                      reg == DBGDRAR || reg == DBGDSAR
                                : reg == DBGDTR;

    if (!known || user()) {
        r5f_inject_undefined();
        return;
    }
    if (iss & ISS_READ && ISS_RT(iss) != RT_FLAGS)
        *r5f_register(frame, (uint32_t)read_sysreg(spsr_el3), ISS_RT(iss) & 15u) =
            reg == DBGDIDR ? DBGDIDR_VALUE : 0;
    r5f_skip();
}

static bool may_execute(const struct r5f *r5f, uint32_t *pc, uint32_t *status)
{
    const bool thumb = (read_sysreg(spsr_el3) & CPSR_THUMB) != 0;
    uint64_t at;

    if (!r5f_mpu_allows(r5f, *pc, false, true, user(), status))
        return false;
    if (!thumb || *pc != (uint32_t)read_sysreg(elr_el3) || !r5f_map_memory(r5f, *pc, 2, &at) ||
        *(const volatile uint16_t *)memory_at(at) < R5F_T32_WIDE)
        return true;
    *pc += 2;
    return r5f_mpu_allows(r5f, *pc, false, true, user(), status);
}

/* Of an instruction in a mixed page, or in no memory. */
static void fetch_abort(struct r5f *r5f, struct frame *frame)
{
    const uint32_t address = (uint32_t)read_sysreg(far_el2);
    uint32_t pc = address, status;
    uint64_t at;

    if (!r5f_map_memory(r5f, pc, 2, &at))
        r5f_inject_abort(R5F_PREFETCH_ABORT, PMSA_EXTERNAL, pc);
    else if (!may_execute(r5f, &pc, &status))
        r5f_inject_abort(R5F_PREFETCH_ABORT, status, pc);
    else if (!r5f_map_on_access(r5f, address))
        step_over(r5f, frame, address, true);
}

static void memory_abort(struct r5f *r5f, struct frame *frame, uint32_t iss)
{
    const uint32_t address = (uint32_t)read_sysreg(far_el2);
    uint32_t refused = address, status;
    bool write = (iss & ISS_WNR) != 0;
    uint64_t at;

    if (iss & ISS_CM)
        r5f_skip();
    else if (!r5f_mpu_allows_all(r5f, &refused, r5f_bytes_from(r5f, frame, iss, address), write,
                                 user(), &status))
        r5f_inject_abort(R5F_DATA_ABORT, status | (write ? DFSR_WRITE : 0), refused);
    else if (r5f_map_on_access(r5f, address))
        return;
    else if (r5f_map_memory(r5f, address, 1, &at))
        step_over(r5f, frame, address, false);
    else
        r5f_data_abort(r5f, frame, iss);
}

/* Whether a program runs on another core that will tell of its end. *status: the first one's of
 * those that have ended, unless that is 0. */
static bool others_go_on(unsigned *status)
{
    bool result = false;

    *status = 0;
    lock_take(&control_lock);
    for (unsigned i = 0; i < R5FS_MAX; i++)
        if (cores[i].end_told)
            *status = *status != 0 ? *status : cores[i].status;
        else
            result |= parameters()->r5f_end[i] != 0 && runs(&cores[i].control) && !cores[i].over;
    lock_release(&control_lock);
    return result;
}

/* The run ends with a program's end, if nothing else runs. */
static void tell_end(const struct r5f *r5f, unsigned status)
{
    bool alone = parameters()->entry == 0;
    unsigned first;

    lock_take(&control_lock);
    cores[r5f->core].status = status;
    cores[r5f->core].end_told = true;
    lock_release(&control_lock);
    if (alone && !others_go_on(&first)) {
        count_report();
        report_exit(first);
    }
    report("r5f %u ended with status %u", (uint64_t)r5f->core, (uint64_t)status);
}

/* A program that has left a status, and waits with everything masked, has ended. */
static void look_for_end(const struct r5f *r5f)
{
    uint64_t where = parameters()->r5f_end[r5f->core], at;
    uint32_t status;

    if (where == 0 || cores[r5f->core].end_told ||
        (read_sysreg(spsr_el3) & CPSR_ALL_MASKS) != CPSR_ALL_MASKS ||
        !r5f_map_memory(r5f, (uint32_t)where, sizeof(status), &at))
        return;
    status = *(const volatile uint32_t *)memory_at(at);
    if (status > R5F_STATUS_MAX)
        return;
    tell_end(r5f, status);
}

/* WFI: the system firmware's clients see that the core waits. Who raises a line, or stops the core,
 * kicks it; it may also go on for nothing. */
static void wait_in_wfi(const struct r5f *r5f)
{
    r5f_skip();
    look_for_end(r5f);
    if (__atomic_load_n(&cores[r5f->core].irq, __ATOMIC_ACQUIRE) ||
        __atomic_load_n(&cores[r5f->core].fiq, __ATOMIC_ACQUIRE))
        return;
    machine_r5f_waits(r5f->core, true);
    sleep();
    machine_r5f_waits(r5f->core, false);
}

void r5f_trap_from_el2(struct frame *frame)
{
    struct r5f *r5f = r5f_self();
    uint64_t esr = read_sysreg(esr_el2);
    bool abort = ESR_EC(esr) == EC_INSTRUCTION_ABORT_LOWER || ESR_EC(esr) == EC_DATA_ABORT_LOWER;

    write_sysreg(elr_el3, read_sysreg(elr_el2));
    write_sysreg(spsr_el3, read_sysreg(spsr_el2));
    stepped(r5f, abort);
    switch (ESR_EC(esr)) {
    case EC_CP15:
        cp15_trap(r5f, frame, ESR_ISS(esr));
        break;
    case EC_CP14:
        cp14_trap(frame, ESR_ISS(esr));
        break;
    case EC_WFX:
        wait_in_wfi(r5f);
        break;
    case EC_CP14_MEMORY:
    case EC_CP14_LONG:
    case EC_CP15_LONG:
        r5f_inject_undefined();
        break;
    case EC_FP_ID:
        fp_id_trap(frame, ESR_ISS(esr));
        break;
    case EC_INSTRUCTION_ABORT_LOWER:
        fetch_abort(r5f, frame);
        break;
    case EC_DATA_ABORT_LOWER:
        memory_abort(r5f, frame, ESR_ISS(esr));
        break;
    case EC_BKPT32: /* in a mixed page, or EL1 would have it */
        r5f_inject_abort(R5F_PREFETCH_ABORT, PMSA_DEBUG, (uint32_t)read_sysreg(elr_el2));
        break;
    case EC_STEP_LOWER:
        break;
    default:
        die("unexpected trap of an R5F to EL2, pc %x, esr %x, far %x", trap_pc(), esr,
            read_sysreg(far_el2));
    }
    r5f_leave();
}

/* An R5F has no SMC; the twin's service is for its self-tests. */
static bool service(struct r5f *r5f, struct frame *frame)
{
    const uint32_t second = (uint32_t)frame->x[2];
    const uint64_t argument = second == UINT32_MAX ? UINT64_MAX : second;
    uint64_t counter = 0;

    switch ((uint32_t)frame->x[0]) {
    case TWIN_SMC_UID:
        frame->x[0] = TWIN_UID_0;
        frame->x[1] = TWIN_UID_1;
        frame->x[2] = TWIN_UID_2;
        frame->x[3] = TWIN_UID_3;
        return true;
    case TWIN_SMC_EXIT:
        tell_end(r5f, (unsigned)frame->x[1] & R5F_STATUS_MAX);
        end(r5f);
    case TWIN_SMC_COUNTER:
        frame->x[0] = machine_counter((unsigned)frame->x[1], &counter) ? 0 : UINT32_MAX;
        frame->x[1] = (uint32_t)counter;
        return true;
    case TWIN_SMC_INJECT:
        frame->x[0] =
            machine_inject((unsigned)frame->x[1], argument,
                           (uint32_t)frame->x[3] >> TWIN_R5F_SPARE_SHIFT, (uint16_t)frame->x[3])
                ? 0
                : UINT32_MAX;
        return true;
    case TWIN_SMC_R5F_LINES:
        r5f_interrupt((unsigned)frame->x[1], (frame->x[2] & 1) != 0, (frame->x[2] & 2) != 0);
        frame->x[0] = 0;
        return true;
    default:
        return false;
    }
}

void r5f_smc(struct frame *frame)
{
    struct r5f *r5f = r5f_self();
    uint64_t pc = read_sysreg(elr_el3) - 4;

    stepped(r5f, false);
    if ((pc & ~0xfffull) == R5F_PAGE) {
        if (r5f->step == R5F_READS_SPSR && pc == R5F_PAGE + R5F_PAGE_READ + 4)
            r5f_exception_known(frame);
        else if (r5f->step == R5F_WRITES_SPSR && pc == R5F_PAGE + R5F_PAGE_WRITE + 4)
            r5f_return(frame);
        else
            r5f_exception(frame, (uint32_t)pc & 0x1fu);
    } else if (!service(r5f, frame)) {
        r5f_resume(pc);
        r5f_inject_undefined();
    }
    r5f_leave();
}
