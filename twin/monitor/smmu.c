// SPDX-License-Identifier: BSD-3-Clause
/*
 * QEMU's SMMU (Arm IHI 0070, SMMUv3; the machine has one with tools/twin --device), in front of all
 * that its PCI Express devices read and write: it lets them have the guest's DRAM and MSMC SRAM, at
 * the same addresses, and GITS_TRANSLATER, for their interrupts. The twin's own memory, its GIC and
 * QEMU's other devices are out of their reach. All requester ids have one and the same translation.
 * What is refused is reported, the first times.
 */
#include <string.h>

#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/pcie.h"
#include "twin/monitor/sysreg.h"

#define SMMU(offset)        (BOARD_SMMU_BASE + (offset))
#define SMMU_CR0            SMMU(0x20u)
#define SMMU_CR0ACK         SMMU(0x24u)
#define CR0_SMMUEN          1u
#define CR0_EVENTQEN        4u
#define SMMU_STRTAB_BASE    SMMU(0x80u)
#define SMMU_STRTAB_CFG     SMMU(0x88u)
#define STRTAB_TWO_LEVELS   (1u << 16 | 8u << 6 | 16u) /* 16 bits, the lower 8 in the second */
#define SMMU_EVENTQ_BASE    SMMU(0xa0u)
#define SMMU_EVENTQ_PROD    SMMU(0x100a8u)
#define SMMU_EVENTQ_CONS    SMMU(0x100acu)
#define EVENTQ_BITS         10u
#define EVENTQ_WRAPS        (2u << EVENTQ_BITS)

#define ENTRIES             512u
#define PAGE_SHIFT          12u
#define BLOCK_SHIFT         21u
#define GIB_SHIFT           30u
#define TABLE               0x3ull
#define PAGE                0x3ull
#define BLOCK               0x1ull
#define READ_WRITE          (1u << 6 | 3u << 8 | 1u << 10) /* shareable, accessed; memory type 0 */

#define STREAMS             256u
#define STE_VALID           1ull
#define STE_STAGE1          (5ull << 1)
#define SPAN                9ull
#define CD_VALID            (1ull << 31)
#define CD_NO_TTB1          (1ull << 30)
#define CD_WRITE_BACK       (1ull << 8 | 1ull << 10 | 3ull << 12)
#define CD_T0SZ             25ull        /* 39 bits, from level 1 */
#define CD_40_BITS          (2ull << 32) /* of addresses that come out */
#define CD_AARCH64          (1ull << 41)
#define CD_RECORD_AND_ABORT (3ull << 45)
#define MAIR_NORMAL         0xffull

#define EVENT_WORDS         4u
#define EVENT_READ          (1ull << 35) /* of the second word */
#define COMPLAINTS_MAX      32u

static uint64_t level1[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level2[2 + GUEST_BANKS][ENTRIES] __attribute__((aligned(4096)));
static uint64_t level3_its[ENTRIES] __attribute__((aligned(4096)));
static uint64_t streams[1u << 8] __attribute__((aligned(4096)));
static uint64_t stream[STREAMS][8] __attribute__((aligned(16384)));
static uint64_t context[8] __attribute__((aligned(64)));
static uint64_t events[1u << EVENTQ_BITS][EVENT_WORDS] __attribute__((aligned(32768)));
/* What was reported: each page that a device can't have, once. */
static struct {
    uint64_t requester, page;
} complaints[COMPLAINTS_MAX];
static unsigned complaint_count;

static uint64_t table_at(const uint64_t *table)
{
    return (uintptr_t)table | TABLE;
}

static void map_bank(struct bank bank, uint64_t *table)
{
    uint64_t at = bank.base, end = bank.base + bank.size;

    for (; at + (1ull << GIB_SHIFT) <= end; at += 1ull << GIB_SHIFT)
        level1[at >> GIB_SHIFT] = at | READ_WRITE | BLOCK;
    if (at == end)
        return;
    level1[at >> GIB_SHIFT] = table_at(table);
    for (; at < end; at += 1ull << BLOCK_SHIFT)
        table[(at >> BLOCK_SHIFT) % ENTRIES] = at | READ_WRITE | BLOCK;
}

static void build_tables(void)
{
    uint64_t translater = BOARD_TRANSLATER >> PAGE_SHIFT << PAGE_SHIFT;

    memset(level1, 0, sizeof(level1));
    memset(level2, 0, sizeof(level2));
    level1[0] = table_at(level2[0]);
    level2[0][translater >> BLOCK_SHIFT] = table_at(level3_its);
    level3_its[(translater >> PAGE_SHIFT) % ENTRIES] = translater | READ_WRITE | PAGE;
    level1[1] = table_at(level2[1]);
    level2[1][(GUEST_MSMC_BASE >> BLOCK_SHIFT) % ENTRIES] = GUEST_MSMC_BASE | READ_WRITE | BLOCK;
    for (unsigned n = 0; n < GUEST_BANKS; n++)
        map_bank(guest_bank(n), level2[2 + n]);
}

static void build_streams(void)
{
    context[0] = CD_VALID | CD_NO_TTB1 | CD_WRITE_BACK | CD_T0SZ | CD_40_BITS | CD_AARCH64 |
                 CD_RECORD_AND_ABORT;
    context[1] = (uintptr_t)level1;
    context[3] = MAIR_NORMAL;
    for (unsigned i = 0; i < STREAMS; i++)
        stream[i][0] = STE_VALID | STE_STAGE1 | (uintptr_t)context;
    for (unsigned i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
        streams[i] = SPAN | (uintptr_t)stream;
}

void smmu_init(void)
{
    complaint_count = 0;
    build_tables();
    build_streams();
    complete_accesses();
    mmio_write(SMMU_STRTAB_BASE, 8, (uintptr_t)streams);
    write32(SMMU_STRTAB_CFG, STRTAB_TWO_LEVELS);
    mmio_write(SMMU_EVENTQ_BASE, 8, (uintptr_t)events | EVENTQ_BITS);
    write32(SMMU_EVENTQ_PROD, 0);
    write32(SMMU_EVENTQ_CONS, 0);
    write32(SMMU_CR0, CR0_SMMUEN | CR0_EVENTQEN);
    if ((read32(SMMU_CR0ACK) & CR0_SMMUEN) == 0)
        die("QEMU's SMMU can't be enabled: %x", (uint64_t)read32(SMMU_CR0ACK));
}

/* ---- what was refused ---- */

static bool is_new(uint64_t requester, uint64_t address)
{
    uint64_t page = address >> PAGE_SHIFT;

    for (unsigned i = 0; i < complaint_count; i++)
        if (complaints[i].requester == requester && complaints[i].page == page)
            return false;
    if (complaint_count == COMPLAINTS_MAX)
        return false;
    complaints[complaint_count].requester = requester;
    complaints[complaint_count++].page = page;
    return true;
}

/* pcie_messages.c has a device send to its own place in the window what its guest has sent to
 * GITS_TRANSLATER of QEMU's. */
static uint64_t as_the_guest_wrote(uint64_t requester, uint64_t address)
{
    return address == GUEST_PRE_ITS_BASE + 4 * requester ? BOARD_TRANSLATER : address;
}

static void complain(const uint64_t *record)
{
    uint64_t requester = guest_device(record[0] >> 32);
    uint64_t address = as_the_guest_wrote(requester, record[2]);
    const char *what = (record[1] & EVENT_READ) != 0 ? "reads" : "writes";

    if (!is_new(requester, address))
        return;
    if (address - GUEST_PRE_ITS_BASE < GUEST_PRE_ITS_SIZE)
        report("pcie: requester id %x sends a message of device id %x: dropped", requester,
               (address - GUEST_PRE_ITS_BASE) / 4);
    else
        report("pcie: requester id %x %s at %x, which no device can reach: refused", requester,
               what, address);
}

void smmu_tell(void)
{
    uint32_t next = read32(SMMU_EVENTQ_CONS), end = read32(SMMU_EVENTQ_PROD);

    next %= EVENTQ_WRAPS;
    end %= EVENTQ_WRAPS;
    if (next == end)
        return;
    for (; next != end; next = (next + 1) % EVENTQ_WRAPS)
        complain(events[next % (1u << EVENTQ_BITS)]);
    write32(SMMU_EVENTQ_CONS, next);
}
