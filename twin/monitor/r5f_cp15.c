// SPDX-License-Identifier: BSD-3-Clause
/*
 * The system control coprocessor of a Cortex-R5F r1p3 (Arm DDI 0460, chapter 4), as far as it is
 * not that of the board's core: identification, control, MPU regions, TCM regions, and registers of
 * its own in c11 and c15. Fault status, cache maintenance, thread ids and the PMU (c5, c7, c9, c13)
 * are the board's core's own.
 */
#include <string.h>

#include "twin/monitor/caches.h"
#include "twin/monitor/r5f.h"

#define SCTLR_RESET        0x00e50878u
/* What can be written: M A C I V RR BR DZ VE TRE AFE TE. EE not: big-endian exceptions are out. */
#define SCTLR_WRITABLE     0x710a7007u
/* The board's: RES1, CP15 barriers; its MMU stays on. */
#define SCTLR_EL1_VALUE    0x00c50838u
#define SCTLR_EL1_MMU      (1u << 0)

#define CPACR_FIXED        0xc0000000u /* no Advanced SIMD, 16 registers */
#define CPACR_WRITABLE     0x00f00000u /* coprocessors 10 and 11 */

#define TCM_WRITABLE       0xffff8001u /* at a multiple of its size: all else is unpredictable */
#define BTCM_DEFAULT       0x41010000u

#define DRBAR_WRITABLE     0xffffffe0u
#define DRSR_WRITABLE      0x0000ff3fu
#define DRACR_WRITABLE     0x0000173fu

#define REGION_NUMBER_MASK 0x0fu
#define CSSELR_WRITABLE    0x0fu

struct constant {
    uint32_t reg, value;
};

/* DDI 0460, table 4-2: a core with 16 regions, 32 KiB TCMs, caches of 16 KiB. */
static const struct constant constants[] = {
    {CP15(0, 0, 0, 0), 0x411fc153},       /* MIDR */
    {CP15(0, 0, 0, 1), 0x8003c003},       /* CTR */
    {CP15(0, 0, 0, 2), 0x00010001},       /* TCMTR */
    {CP15(0, 0, 0, 3), 0x411fc153},       /* MIDR again */
    {CP15(0, 0, 0, 4), R5F_REGIONS << 8}, /* MPUIR */
    {CP15(0, 0, 0, 6), 0x00000000},       /* REVIDR */
    {CP15(0, 0, 0, 7), 0x411fc153},       /* MIDR again */
    {CP15(0, 0, 1, 0), 0x00000131},       /* ID_PFR0 */
    {CP15(0, 0, 1, 1), 0x00000001},       /* ID_PFR1 */
    {CP15(0, 0, 1, 2), 0x00010400},       /* ID_DFR0 */
    {CP15(0, 0, 1, 3), 0x00000000},       /* ID_AFR0 */
    {CP15(0, 0, 1, 4), 0x00210030},       /* ID_MMFR0 */
    {CP15(0, 0, 1, 5), 0x00000000},       /* ID_MMFR1 */
    {CP15(0, 0, 1, 6), 0x01200000},       /* ID_MMFR2 */
    {CP15(0, 0, 1, 7), 0x00000211},       /* ID_MMFR3 */
    {CP15(0, 0, 2, 0), 0x02101111},       /* ID_ISAR0 */
    {CP15(0, 0, 2, 1), 0x13112111},       /* ID_ISAR1 */
    {CP15(0, 0, 2, 2), 0x21232141},       /* ID_ISAR2 */
    {CP15(0, 0, 2, 3), 0x01112131},       /* ID_ISAR3 */
    {CP15(0, 0, 2, 4), 0x00010142},       /* ID_ISAR4 */
    {CP15(0, 0, 2, 5), 0x00000000},       /* ID_ISAR5 */
    {CP15(0, 0, 2, 6), 0x00000000},       /* reserved, zero */
    {CP15(0, 0, 2, 7), 0x00000000},
    {CP15(0, 1, 0, 0), 0xf00fe019},  /* CCSIDR: 4 ways, 32-byte lines, 128 sets, both caches */
    {CP15(0, 1, 0, 1), 0x09200003},  /* CLIDR */
    {CP15(0, 1, 0, 7), 0x00000000},  /* AIDR */
    {CP15(15, 0, 2, 0), 0x00000000}, /* build options 1 and 2, pin options: not told */
    {CP15(15, 0, 2, 1), 0x00000000},
    {CP15(15, 0, 2, 7), 0x00000000},
    {CP15(15, 0, 3, 0), 0x00000000}, /* correctable fault location: none */
};

/* They keep what is written: interface regions, nVAL enables, cache size override. */
static const uint32_t plain[] =
    {
        CP15(15, 0, 0, 1), CP15(15, 0, 0, 2), CP15(15, 0, 0, 3), CP15(15, 0, 1, 0),
        CP15(15, 0, 1, 1), CP15(15, 0, 1, 2), CP15(15, 0, 1, 3), CP15(15, 0, 1, 4),
        CP15(15, 0, 1, 5), CP15(15, 0, 1, 6), CP15(15, 0, 1, 7), CP15(15, 0, 14, 0),
        CP15(9, 0, 2, 0), /* TCM selection: there is one of each */
};
_Static_assert(sizeof(plain) / sizeof(plain[0]) <= 16, "as struct r5f_cp15 has room for");

/* Writes that do nothing here: old WFI, which is a NOP; invalidate all data caches; of the
 * instruction cache, in the mood caches, which has them trap. */
static const uint32_t nothing[] = {
    CP15(7, 0, 0, 4),
    CP15(15, 0, 5, 0),
    CP15(7, 0, 5, 0),
    CP15(7, 0, 5, 1),
};

static void use_sctlr(const struct r5f_cp15 *cp15)
{
    write_sysreg(sctlr_el1, SCTLR_EL1_VALUE | SCTLR_EL1_MMU | (cp15->sctlr & SCTLR_ALIGNMENT));
    write_sysreg(vbar_el1, r5f_vbar(cp15->sctlr));
}

void r5f_cp15_reset(struct r5f *r5f)
{
    struct r5f_cp15 *cp15 = &r5f->cp15;
    bool at_zero = r5f->started.atcm_at_zero;

    memset(cp15, 0, sizeof(*cp15));
    cp15->sctlr = SCTLR_RESET;
    cp15->cpacr = CPACR_FIXED;
    cp15->atcm = (at_zero ? 0 : BTCM_DEFAULT) | TCM_SIZE_32K;
    cp15->btcm = (at_zero ? BTCM_DEFAULT : 0) | TCM_SIZE_32K;
    cp15->atcm |= r5f->started.atcm ? TCM_ENABLE : 0;
    cp15->btcm |= r5f->started.btcm ? TCM_ENABLE : 0;
    write_sysreg(cpacr_el1, 0);
    use_sctlr(cp15);
}

static void sctlr_access(struct r5f *r5f, bool write, uint32_t *value)
{
    uint32_t *sctlr = &r5f->cp15.sctlr, before = *sctlr;

    if (!write) {
        *value = *sctlr;
        return;
    }
    *sctlr = (SCTLR_RESET & ~SCTLR_WRITABLE) | (*value & SCTLR_WRITABLE);
    if ((before ^ *sctlr) & (SCTLR_MPU | SCTLR_BACKGROUND | SCTLR_HIGH_VECTORS))
        r5f->mpu_changed = true;
    if (caches_on() && ((before ^ *sctlr) & SCTLR_CACHE))
        r5f->map_changed = true;
    use_sctlr(&r5f->cp15);
}

static void cpacr_access(struct r5f_cp15 *cp15, bool write, uint32_t *value)
{
    if (!write) {
        *value = cp15->cpacr;
        return;
    }
    cp15->cpacr = CPACR_FIXED | (*value & CPACR_WRITABLE);
    write_sysreg(cpacr_el1, cp15->cpacr & CPACR_WRITABLE);
}

static void kept(uint32_t *reg, uint32_t writable, bool write, uint32_t *value)
{
    if (write)
        *reg = *value & writable;
    else
        *value = *reg;
}

static void tcm_access(struct r5f *r5f, uint32_t *reg, bool write, uint32_t *value)
{
    if (write)
        *value = (*value & TCM_WRITABLE) | TCM_SIZE_32K; /* the size is the hardware's */
    kept(reg, UINT32_MAX, write, value);
    r5f->map_changed |= write;
}

static void region_access(struct r5f *r5f, uint32_t *reg, uint32_t writable, bool write,
                          uint32_t *value)
{
    kept(reg, writable, write, value);
    if (write && (r5f->cp15.sctlr & SCTLR_MPU))
        r5f->mpu_changed = true;
}

static bool constant_access(uint32_t reg, bool write, uint32_t *value)
{
    for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
        if (constants[i].reg != reg)
            continue;
        *value = constants[i].value;
        return !write;
    }
    return false;
}

static bool plain_access(struct r5f_cp15 *cp15, uint32_t reg, bool write, uint32_t *value)
{
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (plain[i] != reg)
            continue;
        kept(&cp15->plain[i], UINT32_MAX, write, value);
        return true;
    }
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
        if (nothing[i] == reg)
            return write;
    return false;
}

bool r5f_cp15_access(struct r5f *r5f, uint32_t reg, bool write, uint32_t *value)
{
    struct r5f_cp15 *cp15 = &r5f->cp15;
    struct r5f_region *region = &cp15->regions[cp15->region_number];

    switch (reg) {
    case CP15(0, 0, 0, 5): /* MPIDR */
        *value = (1u << 31) | r5f->core;
        return !write;
    case CP15(0, 2, 0, 0):
        kept(&cp15->csselr, CSSELR_WRITABLE, write, value);
        return true;
    case CP15(1, 0, 0, 0):
        sctlr_access(r5f, write, value);
        return true;
    case CP15(1, 0, 0, 1):
        kept(&cp15->actlr, UINT32_MAX, write, value);
        return true;
    case CP15(1, 0, 0, 2):
        cpacr_access(cp15, write, value);
        return true;
    case CP15(6, 0, 1, 0):
        region_access(r5f, &region->base, DRBAR_WRITABLE, write, value);
        return true;
    case CP15(6, 0, 1, 2):
        region_access(r5f, &region->size, DRSR_WRITABLE, write, value);
        return true;
    case CP15(6, 0, 1, 4):
        region_access(r5f, &region->access, DRACR_WRITABLE, write, value);
        return true;
    case CP15(6, 0, 2, 0):
        kept(&cp15->region_number, REGION_NUMBER_MASK, write, value);
        return true;
    case CP15(9, 0, 1, 0):
        tcm_access(r5f, &cp15->btcm, write, value);
        return true;
    case CP15(9, 0, 1, 1):
        tcm_access(r5f, &cp15->atcm, write, value);
        return true;
    case CP15(11, 0, 0, 0):
        kept(&cp15->slave_port, 3u, write, value);
        return true;
    case CP15(15, 0, 0, 0):
        kept(&cp15->secondary_actlr, UINT32_MAX, write, value);
        return true;
    default:
        return constant_access(reg, write, value) ||
               (write && r5f_cache_maintenance(r5f, reg, *value)) ||
               plain_access(cp15, reg, write, value);
    }
}
