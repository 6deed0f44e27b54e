// SPDX-License-Identifier: BSD-3-Clause
/*
 * See board.h.
 */
#include "tests/fuzz/support/board.h"

#include "tests/fuzz/support/board_gic.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/navss.h"
#include "tests/fuzz/support/registers.h"
#include "twin/models/am65x.h"
#include "twin/monitor/board.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/pcie.h"
#include "twin/monitor/sysreg.h"

#include <string.h>
#include <sys/mman.h>

#define PAGE             0x1000u
#define EVENTS_SIZE      0x20000u /* a head and 1024 records */
#define EVENT_RECORDS    512u
#define BESIDE           0x200000000000ull /* where the sanitizer has nothing */
#define NO_INTERRUPT     1023u
#define PAR_ADDRESS_MASK UINT64_C(0xfffffffff000)
#define FREQUENCY        62500000u
#define NS_PER_TICK      16u

#define UARTDR           0x00u
#define UARTFR           0x18u
#define UARTFR_RXFE      0x10u

/* So many sleeps, and nothing comes: the core is off, or the machine. */
#define SLEEPS_MAX       3u

struct sysregs sysregs;
const char el3_vectors[1], el2_vectors[1], el3_stacks[1];
const char text_start[1], text_end[1], rodata_end[1], image_end[1];

static unsigned sleeps, pending;
static uint64_t translation;

/* ---- memory ---- */

static void map(uintptr_t address, size_t size)
{
    if (mmap((void *)address, size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != (void *)address)
        fuzz_fail("no memory at 0x%zx", address);
}

/* What the mood caches has besides; untouched pages cost nothing, and are zero. */
static bool is_beside(uint64_t address)
{
    return (parameters()->moods & AM65X_MOOD_CACHES) != 0 && address >= INTIDS_BASE &&
           address < CACHES_END;
}

static void map_caches(void)
{
    void *beside = (void *)(uintptr_t)BESIDE;

    if (msync(beside, PAGE, MS_ASYNC) != 0 &&
        mmap(beside, CACHES_END - INTIDS_BASE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) != beside)
        fuzz_fail("no memory for caches");
}

void board_init(unsigned cpus, uint64_t dram_size, uint64_t moods, unsigned pcie)
{
    struct parameters *p = (struct parameters *)(uintptr_t)PARAMETERS_BASE;

    if (msync(p, PAGE, MS_ASYNC) != 0) { /* not mapped yet: the process's first execution */
        map(PARAMETERS_BASE, PAGE);
        map(EVENTS_BASE, EVENTS_SIZE);
        map(ITS_DEVICES_BASE, ITS_TABLE_SIZE);
        map(ITS_COLLECTIONS_BASE, ITS_TABLE_SIZE);
        map(STAGE2_TABLES_BASE, STAGE2_TABLES_SIZE);
        map(LPI_PENDING_BASE, BOARD_CPUS_MAX * LPI_PENDING_STRIDE);
    }
    memset((void *)(uintptr_t)EVENTS_BASE, 0, 128);
    *p = (struct parameters){
        .magic = PARAMETERS_MAGIC,
        .cpus = cpus,
        .entry = GUEST_DRAM_BASE,
        .dram_size = dram_size,
        .moods = moods,
        .pcie = pcie,
        .trace = 7,
        .events = EVENT_RECORDS,
    };
    if ((moods & AM65X_MOOD_CACHES) != 0)
        map_caches();
    pending = NO_INTERRUPT;
    sysregs.cntfrq_el0 = FREQUENCY;
}

/* The guest's memory is as large as its parameters say, and all of it is these bytes, over and
 * over; behind them is room for what begins at their end. */
void *memory_at(uint64_t address)
{
    static uint8_t overhang[PAGE], behind[PAGE];
    uint64_t offset = (address - GUEST_DRAM_BASE) % NAVSS_DRAM_SIZE;

    if (is_beside(address))
        return (void *)(uintptr_t)(BESIDE + address - INTIDS_BASE);
    if ((parameters()->moods & AM65X_MOOD_CACHES) != 0 && address >= SHADOW_OFFSET &&
        guest_memory(address - SHADOW_OFFSET, 1))
        return behind;
    if (!guest_memory(address, 1))
        fuzz_fail("0x%llx is no memory of the guest's", (unsigned long long)address);
    return offset < NAVSS_DRAM_SIZE - PAGE ? &navss_dram[offset] : &overhang[0];
}

/* ---- registers ---- */

static bool in(uint64_t address, uint64_t base, uint64_t size)
{
    return address - base < size;
}

static bool exists(uint64_t address)
{
    return in(address, BOARD_GICD_BASE, 0x10000) || in(address, BOARD_GITS_BASE, 0x20000) ||
           in(address, BOARD_GICR_BASE, 0x20000 * (parameters()->cpus + parameters()->r5fs)) ||
           in(address, BOARD_CONSOLE_BASE, PAGE) || in(address, BOARD_REPORT_BASE, PAGE) ||
           in(address, BOARD_SECURE_GPIO_BASE, PAGE) ||
           (pcie_wanted() && in(address, BOARD_SMMU_BASE, 0x20000));
}

/* ---- PCI Express: functions that say anything ---- */

#define ECAM_BASE     (ECAM_ALIAS + BOARD_ECAM_BASE % (1u << 30))
#define ECAM_SIZE     0x10000000u
#define VENDOR_REDHAT 0x1b36u
#define SMMU_CR0ACK   (BOARD_SMMU_BASE + 0x24u)
#define SMMU_PROD     (BOARD_SMMU_BASE + 0x100a8u)

static bool is_config(uint64_t address)
{
    return pcie_wanted() && in(address, ECAM_BASE, ECAM_SIZE);
}

static uint64_t config_read(uint64_t address, unsigned size)
{
    if (address == ECAM_BASE + (BOARD_ROOT_PORT(0) << 12) ||
        address == ECAM_BASE + (BOARD_ROOT_PORT(1) << 12))
        return VENDOR_REDHAT;
    return fuzz_below(4) != 0 ? fuzz_take(size) : UINT32_MAX >> (32 - 8 * size);
}

static bool is_window(uint64_t address, uint64_t size)
{
    return address % size == 0 &&
           (in(address, BOARD_PCIE_MEMORY_BASE, BOARD_PCIE_MEMORY_END - BOARD_PCIE_MEMORY_BASE) ||
            in(address, BOARD_PCIE_IO_BASE, BOARD_PCIE_IO_SIZE));
}

bool probe_read(uint64_t address, uint64_t size, uint32_t *value)
{
    FUZZ_CHECK(is_window(address, size));
    *value = (uint32_t)fuzz_take((unsigned)size);
    return fuzz_below(8) != 0;
}

bool probe_write(uint64_t address, uint64_t size, uint32_t value)
{
    (void)value;
    FUZZ_CHECK(is_window(address, size));
    return fuzz_below(8) != 0;
}

/* The register's own address: the alias shows the same one. */
static uint64_t resolve(uint64_t address, unsigned size)
{
    uint64_t own = address >= NONSECURE_ALIAS ? address - NONSECURE_ALIAS : address;

    if (address % size != 0)
        fuzz_fail("the monitor's access to 0x%llx is not aligned to %u",
                  (unsigned long long)address, size);
    if (!exists(own))
        fuzz_fail("the monitor's access to 0x%llx reaches nothing", (unsigned long long)address);
    return own;
}

uint64_t mmio_read(uint64_t address, unsigned size)
{
    const uint64_t *value;
    uint64_t special;

    if (is_config(address))
        return config_read(address, size);
    address = resolve(address, size);
    if (address == SMMU_CR0ACK)
        return 1;
    if (address == SMMU_PROD)
        return fuzz_take(1);
    if (address == BOARD_CONSOLE_BASE + UARTFR)
        return fuzz_left() != 0 ? 0 : UARTFR_RXFE;
    if (address == BOARD_CONSOLE_BASE + UARTDR)
        return fuzz_take(1);
    if (board_gic_read(address, &special))
        return special;
    value = registers_find(address);
    return value == NULL ? 0 : size == 8 ? *value : *value & ((UINT64_C(1) << (8 * size)) - 1);
}

void mmio_write(uint64_t address, unsigned size, uint64_t value)
{
    if (is_config(address))
        return;
    address = resolve(address, size);
    board_gic_write(address, size, value);
    registers_keep(address, value);
}

/* ---- system registers ---- */

void board_set_core(unsigned core)
{
    sysregs.mpidr_el1 = 0x80000000u | core;
}

void board_interrupt(unsigned intid)
{
    pending = intid;
}

void board_set_translation(uint64_t par)
{
    translation = par;
}

uint64_t board_read_sysreg(const uint64_t *sysreg)
{
    if (sysreg == &sysregs.cntpct_el0)
        return fuzz_now() / NS_PER_TICK;
    if (sysreg == &sysregs.ICC_IAR0_EL1) {
        unsigned intid = pending;

        pending = NO_INTERRUPT;
        return intid;
    }
    return *sysreg;
}

void translate_for_guest(uint64_t address)
{
    (void)address;
    sysregs.par_el1 = translation;
}

/* Like a guest that has its MMU off, or one that has not: any attributes. */
void translate_data_for_guest(uint64_t address, bool write, bool el0)
{
    (void)write;
    (void)el0;
    sysregs.par_el1 =
        (translation & ~PAR_ADDRESS_MASK) | (address & PAR_ADDRESS_MASK & ~UINT64_C(0xfff));
}

/* ---- SIMD registers ---- */

static uint64_t simd[32][2];

void simd_get(unsigned reg, uint64_t value[2])
{
    FUZZ_CHECK(reg < 32);
    memcpy(value, simd[reg], sizeof(simd[reg]));
}

void simd_set(unsigned reg, const uint64_t value[2])
{
    FUZZ_CHECK(reg < 32);
    memcpy(simd[reg], value, sizeof(simd[reg]));
}

void wait_for_interrupt(void)
{
    if (pending == NO_INTERRUPT && ++sleeps == SLEEPS_MAX)
        fuzz_leave();
}

/* ---- locks: the cores take turns here, so none is ever waited for ---- */

void lock_take(struct lock *lock)
{
    if (lock->taken != 0)
        fuzz_fail("the monitor takes a lock that it holds");
    lock->taken = 1;
}

void lock_release(struct lock *lock)
{
    FUZZ_CHECK(lock->taken != 0);
    lock->taken = 0;
}
