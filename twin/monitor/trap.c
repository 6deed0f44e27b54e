// SPDX-License-Identifier: BSD-3-Clause
/*
 * What arrives at EL3 (vectors.S): the guest's SMCs, group-0 interrupts, and by way of EL2 the
 * guest's accesses to devices and to the GIC's CPU interface (Arm DDI 0487, D17.2.37, ESR_ELx).
 *
 * A trap that the twin does not expect ends the run: what a board does there would be a guess.
 */
#include "twin/models/am65x.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define INSTRUCTION_SIZE  4u
#define HPFAR_FIPA(hpfar) (((hpfar)&0xfffffffff0ull) << 8) /* bits 39:4 are the page's 47:12 */
#define VECTORS_SIZE      0x800u
#define LINK_REGISTER     30u
#define PAGE_OFFSET       0xfffull
#define PAGE_SHIFT        12u

/* Pages on which an unmodelled access was reported; a hash table that never forgets. */
#define UNMODELLED_PAGES  4096u
static struct lock unmodelled_lock;
static uint64_t unmodelled_pages[UNMODELLED_PAGES]; /* page number + 1 */

static bool from_el2(void)
{
    return (read_sysreg(spsr_el3) & SPSR_MODE_MASK) == SPSR_MODE_EL2H;
}

uint64_t trap_pc(void)
{
    return from_el2() ? read_sysreg(elr_el2) : read_sysreg(elr_el3);
}

/* Whether this is the first time for its page. A full table reports no more. */
static bool first_time(uint64_t address)
{
    uint64_t page = (address >> PAGE_SHIFT) + 1;
    bool first = false;

    lock_take(&unmodelled_lock);
    for (unsigned i = 0; i < UNMODELLED_PAGES; i++) {
        uint64_t *entry = &unmodelled_pages[(page + i) % UNMODELLED_PAGES];

        if (*entry == page)
            break;
        if (*entry == 0) {
            *entry = page;
            first = true;
            break;
        }
    }
    lock_release(&unmodelled_lock);
    return first;
}

static bool in(uint64_t address, uint64_t base, uint64_t size)
{
    return address - base < size;
}

/* false: nothing answers there. */
static bool device_access(uint64_t address, unsigned size, bool write, uint64_t *value)
{
    if (in(address, GUEST_GICD_BASE, GUEST_GICD_SIZE))
        return gicd_access(address - GUEST_GICD_BASE, size, write, value);
    if (in(address, GUEST_GICR_BASE, GUEST_GICR_SIZE))
        return gicr_access(address - GUEST_GICR_BASE, size, write, value);
    if (in(address, GUEST_GITS_BASE, GUEST_GITS_SIZE)) {
        its_access(address - GUEST_GITS_BASE, size, write, value);
        return true;
    }
    return write ? machine_write(address, size, *value) : machine_read(address, size, value);
}

/* What a load of size bytes leaves in a register. */
static uint64_t loaded(uint64_t value, unsigned size, uint32_t iss)
{
    unsigned unused = 64 - 8 * size;

    if (!(iss & ISS_SSE))
        return value << unused >> unused;
    value = (uint64_t)((int64_t)(value << unused) >> unused);
    return iss & ISS_SF ? value : (uint32_t)value;
}

/* The SoC has DRAM there, this board has not. In the mood one-gib that is the external abort which
 * a board may make of it; TF-A of TI's K3 takes it at EL3 and does not return
 * (HANDLE_EA_EL3_FIRST). */
static bool missing_dram(uint64_t address, uint32_t iss)
{
    bool missing = dram_window(address);

    if (missing && (parameters()->moods & AM65X_MOOD_ONE_GIB) != 0)
        die("no memory: %s at %x, where this board has no DRAM, pc %x",
            iss & ISS_WNR ? "write" : "read", address, trap_pc());
    return missing;
}

static void data_abort(struct frame *frame, uint32_t iss)
{
    uint64_t address = HPFAR_FIPA(read_sysreg(hpfar_el2)) | (read_sysreg(far_el2) & PAGE_OFFSET);

    if (iss & ISS_S1PTW)
        die("translation table outside memory, address %x, pc %x", address, trap_pc());
    if (iss & ISS_CM)
        return; /* cache maintenance of a device's address does nothing */
    bool missing = missing_dram(address, iss);
    if (!(iss & ISS_ISV) && !syndrome_complete(frame, &iss))
        die("%s access by an instruction without syndrome (ISV 0), address %x, pc %x, esr %x",
            missing ? "missing DRAM:" : "device", address, trap_pc(), read_sysreg(esr_el2));

    unsigned size = 1u << ISS_SAS(iss), unused = 64 - 8 * size;
    bool write = iss & ISS_WNR;
    uint64_t value = 0;

    /* Where the guest's own tables call it normal memory, nothing has stopped it yet. */
    if (address % size != 0)
        die("%s access that is not aligned, %u bytes at %x, pc %x",
            missing ? "missing DRAM:" : "device", (uint64_t)size, address, trap_pc());
    if (write)
        value = frame_get(frame, ISS_SRT(iss)) << unused >> unused;
    if (!device_access(address, size, write, &value)) {
        value = 0;
        if (first_time(address))
            report("%s: %s %u bytes at %x, pc %x", missing ? "no memory" : "unmodelled",
                   write ? "write" : "read", (uint64_t)size, address, trap_pc());
    }
    if (!write)
        frame_set(frame, ISS_SRT(iss), loaded(value, size, iss));
}

/* Most often the guest has no vectors yet, or has lost them, and an exception sends it there. */
static noreturn void fetch_abort(const struct frame *frame)
{
    uint64_t vectors = read_sysreg(vbar_el1);

    if (in(trap_pc(), vectors, VECTORS_SIZE))
        die("an exception at pc %x, esr %x, far %x, but no memory at its vectors, %x",
            read_sysreg(elr_el1), read_sysreg(esr_el1), read_sysreg(far_el1), vectors);
    die("instruction fetch outside memory, pc %x, lr %x", trap_pc(), frame->x[LINK_REGISTER]);
}

static void trap_from_el2(struct frame *frame)
{
    uint64_t esr = read_sysreg(esr_el2);

    switch (ESR_EC(esr)) {
    case EC_SYSREG:
        sysreg_trap(frame, ESR_ISS(esr));
        break;
    case EC_DATA_ABORT_LOWER:
        data_abort(frame, ESR_ISS(esr));
        break;
    case EC_INSTRUCTION_ABORT_LOWER:
        fetch_abort(frame);
    default:
        die("unexpected trap to EL2, pc %x, esr %x, far %x", trap_pc(), esr, read_sysreg(far_el2));
    }
    write_sysreg(elr_el3, read_sysreg(elr_el2) + INSTRUCTION_SIZE);
    write_sysreg(spsr_el3, read_sysreg(spsr_el2));
}

void trap_synchronous(struct frame *frame)
{
    uint64_t esr = read_sysreg(esr_el3);

    if (ESR_EC(esr) != EC_SMC64)
        die("unexpected trap to EL3, pc %x, esr %x, far %x", trap_pc(), esr, read_sysreg(far_el3));
    if (from_el2())
        trap_from_el2(frame);
    else
        smc(frame);
}

void trap_fiq(struct frame *frame)
{
    (void)frame;
    (void)gic_service();
}

noreturn void trap_bug(uint64_t lr, uint64_t sp)
{
    die("the twin itself failed: esr_el3 %x, elr_el3 %x, far_el3 %x, lr %x, sp %x",
        read_sysreg(esr_el3), read_sysreg(elr_el3), read_sysreg(far_el3), lr, sp);
}
