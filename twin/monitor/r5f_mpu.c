// SPDX-License-Identifier: BSD-3-Clause
/*
 * The MPU (PMSAv7: Arm DDI 0406, B5; DDI 0460, chapter 7) as tables of the board's MMU in the short
 * descriptor format, whose access permissions are the MPU's, bit for bit. The board's MMU is always
 * on; while the guest's MPU is off, its tables are the default memory map. What they refuse, EL1
 * takes as an abort, and r5f_inject.c makes its status that of a PMSA.
 *
 * Pages that regions share among themselves: see r5f_map.c.
 */
#include <string.h>

#include "twin/monitor/r5f.h"

#define SECTION_SHIFT      20u
#define SECTION_SIZE       (1u << SECTION_SHIFT)
#define SECTIONS           4096u
#define PAGE_SIZE          4096u
#define SECTION_PAGES      256u
#define LEVEL2_TABLES      256u

#define REGION_ENABLE      (1u << 0)
#define REGION_SIZE(drsr)  ((drsr) >> 1 & 0x1fu)
#define REGION_SIZE_MIN    4u /* 32 bytes: 2 to the power of one more */
#define REGION_MIN         32u
#define REGION_SIZE_SPLIT  7u /* subregions from 256 bytes on */
#define REGION_OFF(drsr)   ((drsr) >> 8 & 0xffu)
#define ACCESS_AP(dracr)   ((dracr) >> 8 & 7u)
#define ACCESS_XN          (1u << 12)
#define ACCESS_TEX(dracr)  ((dracr) >> 3 & 7u)
#define ACCESS_CB(dracr)   ((dracr)&3u)
#define ACCESS_SHARED      (1u << 2) /* which an R5F does not cache */
#define INNER_POLICIES     4u        /* TEX from here on: C and B are the inner policy */
#define INNER_WRITE_BACK   1u        /* as its lower bit */

#define AP_NONE            0u
#define AP_PRIVILEGED      1u
#define AP_USER_READS      2u
#define AP_FULL            3u
#define AP_RESERVED        4u
#define AP_PRIVILEGED_READ 5u

/* Short descriptors (DDI 0406, B3.5.1); memory is write-back, as stage 2 has it. */
#define TABLE              0x1u
#define SECTION(ap, xn)                                                                            \
    (0x2u | 1u << 12 | 1u << 3 | 1u << 2 | ((ap)&3u) << 10 | ((ap) >> 2) << 15 |                   \
     ((xn) ? 1u << 4 : 0))
#define PAGE(ap, xn)                                                                               \
    (0x2u | 1u << 6 | 1u << 3 | 1u << 2 | ((ap)&3u) << 4 | ((ap) >> 2) << 9 | ((xn) ? 1u : 0))

#define PERIPHERALS  0x80000000u /* of the default map: no code from here on ... */
#define HIGH_VECTORS 0xf0000000u /* ... to here, if the vectors are there */

enum coverage {
    NOT_THERE,
    COVERED,
    IN_PARTS,
};

struct verdict {
    bool there, xn, background, write_back;
    uint32_t ap;
};

static struct tables {
    uint32_t level1[SECTIONS];
    uint32_t level2[LEVEL2_TABLES][SECTION_PAGES];
} tables[R5FS_MAX] __attribute__((aligned(16384)));
_Static_assert(sizeof(struct tables) == R5F_MPU_TABLES_SIZE, "as r5f.h has it");

uint64_t r5f_mpu_tables(unsigned core)
{
    return (uintptr_t)&tables[core];
}

/* How a region covers a naturally aligned block. */
static enum coverage covers(const struct r5f_region *region, uint32_t base, uint32_t size)
{
    uint32_t power = REGION_SIZE(region->size), off = REGION_OFF(region->size);
    uint64_t length = 2ull << power, start = region->base & ~(length - 1), part = length / 8;
    uint64_t end = (uint64_t)base + size;
    bool first;

    if (!(region->size & REGION_ENABLE) || power < REGION_SIZE_MIN)
        return NOT_THERE;
    if (end <= start || base >= start + length)
        return NOT_THERE;
    if (base < start || end > start + length)
        return IN_PARTS;
    if (off == 0 || power < REGION_SIZE_SPLIT)
        return COVERED;
    first = off >> (base - start) / part & 1;
    for (uint64_t at = (base - start) / part; at <= (end - 1 - start) / part; at++)
        if ((off >> at & 1) != first)
            return IN_PARTS;
    return first ? NOT_THERE : COVERED;
}

static bool default_xn(const struct r5f_cp15 *cp15, uint32_t address)
{
    if (address >= HIGH_VECTORS && (cp15->sctlr & SCTLR_HIGH_VECTORS))
        return false;
    return address >= PERIPHERALS;
}

/* Table 8-2 of DDI 0460. */
static bool write_back(uint32_t access)
{
    if (access & ACCESS_SHARED)
        return false;
    if (ACCESS_TEX(access) >= INNER_POLICIES)
        return (ACCESS_CB(access) & INNER_WRITE_BACK) != 0;
    return ACCESS_TEX(access) <= 1 && ACCESS_CB(access) == 3;
}

/* false: parts of the block differ. */
static bool look_up(const struct r5f_cp15 *cp15, uint32_t base, uint32_t size,
                    struct verdict *verdict)
{
    bool on = (cp15->sctlr & SCTLR_MPU) != 0;

    for (unsigned n = R5F_REGIONS; on && n-- > 0;) {
        const struct r5f_region *region = &cp15->regions[n];
        enum coverage coverage = covers(region, base, size);

        if (coverage == IN_PARTS)
            return false;
        if (coverage == NOT_THERE)
            continue;
        *verdict = (struct verdict){.there = true,
                                    .xn = (region->access & ACCESS_XN) != 0,
                                    .write_back = write_back(region->access),
                                    .ap = ACCESS_AP(region->access)};
        if (verdict->ap == AP_RESERVED)
            verdict->ap = AP_NONE;
        return true;
    }
    *verdict = (struct verdict){.there = !on || (cp15->sctlr & SCTLR_BACKGROUND),
                                .xn = default_xn(cp15, base),
                                .background = on,
                                .ap = on ? AP_PRIVILEGED : AP_FULL};
    return true;
}

static bool ap_allows(uint32_t ap, bool write, bool user)
{
    if (user)
        return ap == AP_FULL || (!write && (ap == AP_USER_READS || ap > AP_PRIVILEGED_READ));
    return ap != AP_NONE && (!write || ap <= AP_FULL);
}

bool r5f_mpu_allows(const struct r5f *r5f, uint32_t address, bool write, bool execute, bool user,
                    uint32_t *status)
{
    struct verdict verdict = {0};

    (void)look_up(&r5f->cp15, address, 1, &verdict); /* a byte has no parts */
    *status = !verdict.there || (verdict.background && user) ? PMSA_BACKGROUND : PMSA_PERMISSION;
    return verdict.there && ap_allows(verdict.ap, write, user) && !(execute && verdict.xn);
}

bool r5f_mpu_allows_all(const struct r5f *r5f, uint32_t *address, uint32_t bytes, bool write,
                        bool user, uint32_t *status)
{
    const uint32_t start = *address;

    for (uint32_t offset = 0; offset < bytes; offset += REGION_MIN - *address % REGION_MIN) {
        *address = start + offset;
        if (!r5f_mpu_allows(r5f, *address, write, false, user, status))
            return false;
    }
    return true;
}

/* The default memory map has none where the SoC has memory for all. */
bool r5f_mpu_write_back(const struct r5f *r5f, uint32_t page)
{
    struct verdict verdict = {0};

    if (look_up(&r5f->cp15, page, PAGE_SIZE, &verdict))
        return verdict.write_back;
    for (uint32_t offset = 0; offset < PAGE_SIZE; offset += REGION_MIN)
        if (!look_up(&r5f->cp15, page + offset, REGION_MIN, &verdict) || !verdict.write_back)
            return false;
    return true;
}

static void build_pages(struct r5f *r5f, uint32_t base, uint32_t *level2)
{
    struct verdict verdict = {0};

    for (unsigned i = 0; i < SECTION_PAGES; i++) {
        uint32_t page = base + i * PAGE_SIZE;

        if (page >= R5F_WINDOW && page - R5F_WINDOW < R5F_WINDOW_SIZE) {
            level2[i] = page == R5F_PAGE ? page | PAGE(AP_PRIVILEGED_READ, false) : 0;
        } else if (!look_up(&r5f->cp15, page, PAGE_SIZE, &verdict)) {
            level2[i] = page | PAGE(AP_FULL, false);
            r5f_map_mixed(r5f, page);
        } else {
            level2[i] = verdict.there ? page | PAGE(verdict.ap, verdict.xn) : 0;
        }
    }
}

void r5f_mpu_build(struct r5f *r5f)
{
    struct tables *own = &tables[r5f->core];
    struct verdict verdict = {0};
    unsigned used = 0;

    r5f_map_forget_mixed(r5f);
    for (uint32_t i = 0; i < SECTIONS; i++) {
        uint32_t base = i << SECTION_SHIFT;

        if (base != R5F_WINDOW && look_up(&r5f->cp15, base, SECTION_SIZE, &verdict)) {
            own->level1[i] = verdict.there ? base | SECTION(verdict.ap, verdict.xn) : 0;
        } else if (used < LEVEL2_TABLES) {
            uint32_t offset = (uint32_t)((uintptr_t)own->level2[used] - (uintptr_t)own);

            build_pages(r5f, base, own->level2[used++]);
            own->level1[i] = (R5F_WINDOW + offset) | TABLE;
        } else {
            die("r5f %u: more regions than the twin has tables for", (uint64_t)r5f->core);
        }
    }
    r5f_map_hide_mixed(r5f); /* and forgets what was translated */
}
