// SPDX-License-Identifier: BSD-3-Clause
/*
 * The mood caches: what lies in memory where a core's caches have something newer.
 *
 * The board's memory is what the guest's cores see through their caches, and so do all that snoop.
 * What lies behind the caches is a second memory, SHADOW_OFFSET higher up: cleaning a line by
 * address (trapped by HCR_EL2.TPC) brings it there, invalidating a line brings it back from there,
 * and a bus master that snoops writes both. Of DRAM; the SRAM has no shadow.
 *
 * Who does not snoop reads the shadow:
 *   - the ITS and the redistributors, whose registers read back as non-shareable in this mood;
 *   - a core whose MMU is off (HCR_EL2.TVM tells when it switches it on). Its stage 2 leads to the
 *     shadow and allows it to execute there, no more: each load and store is made here.
 * What they read is compared with the cores' memory: a difference is a line that was written, and
 * not cleaned since. It is reported, byte by byte of what is read: what else lies in the line may
 * well be newer. So is a line that nobody has ever cleaned, whatever is in it.
 *
 * A line that a cache evicts is cleaned too, and a core may read ahead. Neither is played.
 */
#include "twin/monitor/caches.h"

#include <string.h>

#include "twin/models/am65x.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define LINE             64u /* of every cache of an AM65x */
#define LINE_OF(address) ((address) & ~(uint64_t)(LINE - 1))

#define HCR_TSW          (1ull << 22)
#define HCR_TPC          (1ull << 23)
#define HCR_TVM          (1ull << 26)
#define SCTLR_M          (1ull << 0)

#define PAR_FAILED       0x1ull
#define PAR_STATUS(par)  ((uint32_t)((par) >> 1) & 0x3fu)
#define PAR_ADDRESS(par) ((par)&0xfffffffff000ull)
#define PAGE_OFFSET      0xfffull

#define DC_IVAC          TRAPPED(1, 0, 7, 6, 1)
#define DC_ISW           TRAPPED(1, 0, 7, 6, 2)
#define DC_CSW           TRAPPED(1, 0, 7, 10, 2)
#define DC_CISW          TRAPPED(1, 0, 7, 14, 2)
#define DC_CVAC          TRAPPED(1, 3, 7, 10, 1)
#define DC_CIVAC         TRAPPED(1, 3, 7, 14, 1)

/* What HCR_EL2.TVM traps. */
#define VM_SCTLR         TRAPPED(3, 0, 1, 0, 0)
#define VM_TTBR0         TRAPPED(3, 0, 2, 0, 0)
#define VM_TTBR1         TRAPPED(3, 0, 2, 0, 1)
#define VM_TCR           TRAPPED(3, 0, 2, 0, 2)
#define VM_AFSR0         TRAPPED(3, 0, 5, 1, 0)
#define VM_AFSR1         TRAPPED(3, 0, 5, 1, 1)
#define VM_ESR           TRAPPED(3, 0, 5, 2, 0)
#define VM_FAR           TRAPPED(3, 0, 6, 0, 0)
#define VM_MAIR          TRAPPED(3, 0, 10, 2, 0)
#define VM_AMAIR         TRAPPED(3, 0, 10, 3, 0)
#define VM_CONTEXTIDR    TRAPPED(3, 0, 13, 0, 1)

/* Lines that were reported. There is no need for more: one that was forgotten has neighbours. */
#define REPORTED         16u
static struct lock report_lock;
static uint64_t reported[REPORTED];
static unsigned reported_count;
static bool set_way_reported;

static bool mmu_is_off[BOARD_CPUS_MAX];

/* Which LPI a message is, as the guest's MAPTI and MAPI have it. In memory of the board's that
 * costs nothing until it is used: 16 bits each of device id and event id are all that the ITS has.
 */
#define ID_BITS 16u
#define ID_MASK ((1ull << ID_BITS) - 1)

/* A bit for each line: it has been cleaned, or written past the caches, at least once. */
static uint8_t *bits_of_line(uint64_t address)
{
    return memory_at(LINES_BASE + address / LINE / 8);
}

static bool is_known(uint64_t address)
{
    return __atomic_load_n(bits_of_line(address), __ATOMIC_RELAXED) >> address / LINE % 8 & 1;
}

static void bring(uint64_t address, uint64_t size)
{
    memcpy(memory_at(address + SHADOW_OFFSET), memory_at(address), size);
    for (uint64_t line = LINE_OF(address); line < address + size; line += LINE)
        if (!is_known(line))
            __atomic_fetch_or(bits_of_line(line), (uint8_t)(1u << line / LINE % 8),
                              __ATOMIC_RELAXED);
}

bool caches_on(void)
{
    return (parameters()->moods & AM65X_MOOD_CACHES) != 0;
}

static bool in_dram(uint64_t address, uint64_t size)
{
    for (unsigned n = 0; n < GUEST_BANKS; n++) {
        struct bank bank = guest_bank(n);

        if (address - bank.base < bank.size && size <= bank.size - (address - bank.base))
            return true;
    }
    return false;
}

static bool is_shadowed(uint64_t address, uint64_t size)
{
    return caches_on() && in_dram(address, size);
}

uint64_t caches_shadow(uint64_t address)
{
    return is_shadowed(address, 1) ? address + SHADOW_OFFSET : address;
}

void caches_init(void)
{
    const struct parameters *p = parameters();

    if (!caches_on())
        return;
    /* A loader cleans what it loads. */
    for (uint64_t i = 0; i < p->loaded_count && i < LOADED_MAX; i++)
        if (in_dram(p->loaded[i].base, p->loaded[i].size))
            bring(p->loaded[i].base, p->loaded[i].size);
}

/* ---- lines that were not cleaned ---- */

static bool all_told(void)
{
    return __atomic_load_n(&reported_count, __ATOMIC_RELAXED) == REPORTED;
}

static bool first_time(uint64_t line)
{
    bool first;

    lock_take(&report_lock);
    first = reported_count < REPORTED;
    for (unsigned i = 0; i < reported_count; i++)
        first = first && reported[i] != line;
    if (first)
        reported[reported_count++] = line;
    lock_release(&report_lock);
    return first;
}

static bool same_line(const uint8_t *one, const uint8_t *other)
{
    const uint64_t *a = (const void *)one, *b = (const void *)other;

    for (unsigned i = 0; i < LINE / sizeof(*a); i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static void complain(const char *reader, uint64_t address)
{
    if (first_time(LINE_OF(address)))
        report("not cleaned: %s reads %x, but line %x has not been cleaned since it was written, "
               "pc %x",
               reader, address, LINE_OF(address), trap_pc());
}

void caches_check(const char *reader, uint64_t address, uint64_t size)
{
    const uint8_t *cores, *memory;

    if (!is_shadowed(address, size) || all_told())
        return;
    cores = memory_at(address);
    memory = memory_at(address + SHADOW_OFFSET);
    for (uint64_t i = 0; i < size; i++) {
        /* A line at a time, where it can be: tables are long, and hardly ever differ. */
        if (!is_known(address + i) || cores[i] != memory[i])
            complain(reader, address + i);
        else if ((address + i) % LINE == 0 && size - i >= LINE && same_line(&cores[i], &memory[i]))
            i += LINE - 1;
    }
}

void caches_read(const char *reader, uint64_t address, void *data, uint64_t size)
{
    caches_check(reader, address, size);
    memcpy(data, memory_at(caches_shadow(address)), size);
}

void caches_written(uint64_t address, uint64_t size)
{
    if (is_shadowed(address, size))
        bring(address, size);
}

/* ---- LPIs ---- */

static uint32_t *intid_of(uint64_t device, uint64_t event)
{
    uint64_t index = (device & ID_MASK) << ID_BITS | (event & ID_MASK);

    return memory_at(INTIDS_BASE + index * sizeof(uint32_t));
}

void caches_mapped(uint64_t device, uint64_t event, uint64_t intid)
{
    if (caches_on())
        *intid_of(device, event) = (uint32_t)intid;
}

uint32_t caches_mapped_to(uint64_t device, uint64_t event)
{
    return caches_on() ? *intid_of(device, event) : 0;
}

/* ---- maintenance ---- */

/* Where the guest's maintenance goes. false: its tables have nothing there, and why. */
static bool physical(uint64_t address, uint64_t *line, uint32_t *status)
{
    uint64_t guests = read_sysreg(par_el1), par;

    translate_data_for_guest(address, false, guest_at_el0());
    synchronise_context(); /* PAR_EL1 holds the result */
    par = read_sysreg(par_el1);
    write_sysreg(par_el1, guests);
    *line = LINE_OF(PAR_ADDRESS(par) | (address & PAGE_OFFSET));
    *status = PAR_STATUS(par);
    return (par & PAR_FAILED) == 0;
}

static void maintain(uint32_t name, uint64_t line)
{
    if (!in_dram(line, LINE))
        return;
    if (name == DC_IVAC)
        memcpy(memory_at(line), memory_at(line + SHADOW_OFFSET), LINE);
    else
        bring(line, LINE);
}

/* By set and way it reaches the caches of its own core, and no board promises more (DDI 0487,
 * D7.5.9.5): what others have written stays where it is. Here that is all of it. */
static void by_set_and_way(void)
{
    if (!__atomic_exchange_n(&set_way_reported, true, __ATOMIC_RELAXED))
        report("not cleaned: DC by set and way, which cleans nothing here, pc %x", trap_pc());
}

static bool is_maintenance(uint32_t name)
{
    return name == DC_ISW || name == DC_CSW || name == DC_CISW || name == DC_IVAC ||
           name == DC_CVAC || name == DC_CIVAC;
}

static void maintenance(const struct frame *frame, uint32_t name, unsigned rt)
{
    uint64_t address = frame_get(frame, rt), line;
    uint32_t status;

    if (name == DC_ISW || name == DC_CSW || name == DC_CISW) {
        by_set_and_way();
    } else if (physical(address, &line, &status)) {
        maintain(name, line);
    } else {
        guest_abort(EC_DATA_ABORT_LOWER, status | ISS_CM | ISS_WNR, address);
        return;
    }
    guest_skip();
}

/* ---- cores whose MMU is off ---- */

bool caches_bypassed(void)
{
    return caches_on() && mmu_is_off[cpu_id()];
}

static void set_mmu(bool on)
{
    mmu_is_off[cpu_id()] = !on;
    stage2_select(!on);
}

void caches_start(uint64_t entry)
{
    if (!caches_on())
        return;
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) | HCR_TSW | HCR_TPC | HCR_TVM);
    set_mmu(false);
    caches_check("a core whose MMU is off", entry, sizeof(uint32_t));
}

void caches_look_at_code(void)
{
    if (caches_bypassed())
        caches_check("a core whose MMU is off", trap_pc(), sizeof(uint32_t));
}

/* false: the guest's memory is not there, or the core goes through its caches. */
bool caches_access(uint64_t address, unsigned size, bool write, void *bytes)
{
    if (!caches_bypassed() || !in_dram(address, size))
        return false;
    if (!write) {
        caches_read("a core whose MMU is off", address, bytes, size);
        return true;
    }
    memcpy(memory_at(address), bytes, size);
    bring(address, size);
    return true;
}

static bool translation_register(uint32_t name, uint64_t value)
{
    switch (name) {
    case VM_SCTLR:
        if (mmu_is_off[cpu_id()] == (bool)(value & SCTLR_M))
            set_mmu(value & SCTLR_M);
        write_sysreg(sctlr_el1, value);
        break;
    case VM_TTBR0:
        write_sysreg(ttbr0_el1, value);
        break;
    case VM_TTBR1:
        write_sysreg(ttbr1_el1, value);
        break;
    case VM_TCR:
        write_sysreg(tcr_el1, value);
        break;
    case VM_AFSR0:
        write_sysreg(afsr0_el1, value);
        break;
    case VM_AFSR1:
        write_sysreg(afsr1_el1, value);
        break;
    case VM_ESR:
        write_sysreg(esr_el1, value);
        break;
    case VM_FAR:
        write_sysreg(far_el1, value);
        break;
    case VM_MAIR:
        write_sysreg(mair_el1, value);
        break;
    case VM_AMAIR:
        write_sysreg(amair_el1, value);
        break;
    case VM_CONTEXTIDR:
        write_sysreg(contextidr_el1, value);
        break;
    default:
        return false;
    }
    synchronise_context();
    return true;
}

bool caches_trap(const struct frame *frame, uint32_t iss)
{
    uint32_t name = iss & TRAPPED_MASK;
    unsigned rt = TRAPPED_RT(iss);

    if (!caches_on() || (iss & TRAPPED_READ))
        return false;
    caches_look_at_code();
    if (is_maintenance(name))
        maintenance(frame, name, rt);
    else if (translation_register(name, frame_get(frame, rt)))
        guest_skip();
    else
        return false;
    return true;
}
